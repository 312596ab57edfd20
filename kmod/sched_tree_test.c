// SPDX-License-Identifier: GPL-2.0
/* Suite of sched_tree.c: lc, sed, nq, fo and ovf against plain walks. */
#include "sched_test.h"

/* load / rank of a server; rank 0: not to be picked */
struct tree_figure {
	u64 load;
	u64 rank;
};

static struct tree_figure model_lc(u64 weight, u64 active, u64 inactive)
{
	return (struct tree_figure){ active * 256 + inactive, 1 };
}

static struct tree_figure model_sed(u64 weight, u64 active, u64 inactive)
{
	return (struct tree_figure){ active + 1, weight };
}

static struct tree_figure model_nq(u64 weight, u64 active, u64 inactive)
{
	return (struct tree_figure){ active ? active + 1 : 0, weight };
}

static struct tree_figure model_fo(u64 weight, u64 active, u64 inactive)
{
	return (struct tree_figure){ 100000 - weight, 1 };
}

static struct tree_figure model_ovf(u64 weight, u64 active, u64 inactive)
{
	return (struct tree_figure){ 100000 - weight, active < weight };
}

/**
 * struct tree_model - a scheduler in the plainest way
 * @figure: what is compared
 * @rotate: equals take turns
 * @turn: virtual time of each server in the pool's order
 * @now: turn at which the last pick began
 */
struct tree_model {
	struct tree_figure (*figure)(u64 weight, u64 active, u64 inactive);
	bool rotate;
	u64 turn[POOL_MAX];
	u64 now;
};

static struct tree_figure tree_model_figure(const struct tree_model *m,
					    const struct l4lb_server *srv)
{
	struct tree_figure none = {};
	u32 weight = l4lb_server_weight(srv);

	if (srv->admin != L4LB_ADMIN_ENABLED || !weight ||
	    srv->health == L4LB_HEALTH_DOWN)
		return none;
	return m->figure(weight, atomic_read(&srv->active),
			 atomic_read(&srv->inactive));
}

static int tree_model_best(const struct pool *p, const struct tree_model *m)
{
	struct tree_figure best_f = {}, f;
	bool rotate = m->rotate && !p->tie_first;
	int i, best = -1;

	for (i = 0; i < p->nr; i++) {
		f = tree_model_figure(m, p->srv[i]);
		if (!f.rank)
			continue;
		if (best >= 0 && f.load * best_f.rank > best_f.load * f.rank)
			continue;
		if (best >= 0 && f.load * best_f.rank == best_f.load * f.rank &&
		    !(rotate && m->turn[i] < m->turn[best]))
			continue;
		best = i;
		best_f = f;
	}
	return best;
}

static struct l4lb_server *tree_model_pick(struct kunit *test,
					   struct tree_model *m)
{
	struct pool *p = test->priv;
	int best = tree_model_best(p, m);
	struct l4lb_server *got = pool_pick(p);

	if (best < 0) {
		KUNIT_EXPECT_PTR_EQ(test, got, (struct l4lb_server *)NULL);
		return NULL;
	}
	KUNIT_EXPECT_PTR_EQ(test, got, p->srv[best]);
	m->now = max(m->now, m->turn[best]);
	m->turn[best] = m->now +
			(1ull << 32) / tree_model_figure(m, p->srv[best]).rank;
	return got;
}

static void tree_model_change(struct kunit *test, struct tree_model *m)
{
	struct pool *p = test->priv;
	struct l4lb_server *srv;
	u32 at;

	if (p->nr < 2 || (p->nr < POOL_MAX && pool_rnd(p, 2))) {
		at = pool_rnd(p, p->nr + 1);
		memmove(&m->turn[at + 1], &m->turn[at],
			(p->nr - at) * sizeof(m->turn[0]));
		m->turn[at] = m->now;
		pool_add(test, at, pool_rnd(p, 3) ? pool_rnd(p, 5) : 65535);
		pool_publish(test);
		return;
	}
	at = pool_rnd(p, p->nr);
	srv = pool_del(p, at);
	memmove(&m->turn[at], &m->turn[at + 1],
		(p->nr - at) * sizeof(m->turn[0]));
	pool_publish(test);
	l4lb_server_retire(srv);
}

static void tree_random_step(struct kunit *test, struct tree_model *m)
{
	struct pool *p = test->priv;
	u32 what = p->nr ? pool_rnd(p, 30) : 0;
	struct l4lb_server *srv = p->nr ? p->srv[pool_rnd(p, p->nr)] : NULL;

	switch (what) {
	case 0:
		tree_model_change(test, m);
		break;
	case 1:
		pool_admin(srv, 1 + pool_rnd(p, L4LB_ADMIN_MAX));
		break;
	case 2:
		pool_health(srv, 1 + pool_rnd(p, L4LB_HEALTH_MAX));
		break;
	case 3:
		pool_weight(srv, (s32)pool_rnd(p, 6) - 1);
		break;
	case 4 ... 12:
		pool_conn(p, srv);
		break;
	default:
		srv = tree_model_pick(test, m);
		if (srv && what > 16)
			l4lb_server_conn_opened(srv, true);
	}
}

static void tree_random(struct kunit *test, const struct l4lb_sched_ops *ops,
			struct tree_figure (*figure)(u64 weight, u64 active,
						     u64 inactive))
{
	struct pool *p = test->priv;
	struct tree_model *m;
	u32 round;

	m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m);
	p->ops = ops;
	m->figure = figure;
	m->rotate = ops->rotate;
	pool_publish(test);
	for (round = 0; round < 6000; round++) {
		if (round == 3000) {
			p->tie_first = true;
			pool_publish(test);
		}
		tree_random_step(test, m);
	}
}

static void tree_lc(struct kunit *test)
{
	tree_random(test, &l4lb_sched_lc, model_lc);
}

static void tree_sed(struct kunit *test)
{
	tree_random(test, &l4lb_sched_sed, model_sed);
}

static void tree_nq(struct kunit *test)
{
	tree_random(test, &l4lb_sched_nq, model_nq);
}

static void tree_fo(struct kunit *test)
{
	tree_random(test, &l4lb_sched_fo, model_fo);
}

static void tree_ovf(struct kunit *test)
{
	tree_random(test, &l4lb_sched_ovf, model_ovf);
}

/* ovf fills server by server, then nobody gets any more. */
static void tree_ovf_fills(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_server *srv;
	u32 i;

	p->ops = &l4lb_sched_ovf;
	pool_add(test, 0, 2);
	pool_add(test, 1, 5);
	pool_publish(test);
	for (i = 0; i < 7; i++) {
		srv = pool_pick(p);
		KUNIT_ASSERT_PTR_EQ(test, srv, p->srv[i < 5]);
		l4lb_server_conn_opened(srv, true);
	}
	KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), (struct l4lb_server *)NULL);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, l4lb_sched_passes(rcu_dereference(p->rt->sched),
						1, NULL),
			L4LB_REASON_OVERLOAD);
	rcu_read_unlock();
	l4lb_server_conn_closed(p->srv[1], true);
	KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), p->srv[1]);
}

static int tree_test_init(struct kunit *test)
{
	return pool_make(test, &l4lb_sched_lc) ? 0 : -ENOMEM;
}

static struct kunit_case tree_cases[] = {
	KUNIT_CASE(tree_lc),
	KUNIT_CASE(tree_sed),
	KUNIT_CASE(tree_nq),
	KUNIT_CASE(tree_fo),
	KUNIT_CASE(tree_ovf),
	KUNIT_CASE(tree_ovf_fills),
	{}
};

static struct kunit_suite tree_suite = {
	.name = "sched_tree",
	.init = tree_test_init,
	.exit = pool_exit,
	.test_cases = tree_cases,
};

kunit_test_suite(tree_suite);
