// SPDX-License-Identifier: GPL-2.0
/* Suite of sched_wlc.c: against a model that walks all servers. */
#include "sched_test.h"

static int wlc_test_init(struct kunit *test)
{
	return pool_make(test, &l4lb_sched_wlc) ? 0 : -ENOMEM;
}

/**
 * struct wlc_model - what wlc is, in the plainest way
 * @turn: virtual time of each server in the pool's order
 * @now: turn at which the last pick began
 */
struct wlc_model {
	u64 turn[POOL_MAX];
	u64 now;
};

static bool wlc_model_may(const struct l4lb_server *srv)
{
	return srv->admin == L4LB_ADMIN_ENABLED &&
	       srv->health != L4LB_HEALTH_DOWN && l4lb_server_weight(srv);
}

/* -1, 0, 1: which of the loads per weight is less. */
static int wlc_model_cmp(const struct l4lb_server *a,
			 const struct l4lb_server *b)
{
	u64 la = 256ull * atomic_read(&a->active) + atomic_read(&a->inactive);
	u64 lb = 256ull * atomic_read(&b->active) + atomic_read(&b->inactive);

	la *= l4lb_server_weight(b);
	lb *= l4lb_server_weight(a);
	return la < lb ? -1 : la > lb;
}

static int wlc_model_best(const struct pool *p, const struct wlc_model *m)
{
	int i, best = -1, cmp;

	for (i = 0; i < p->nr; i++) {
		if (!wlc_model_may(p->srv[i]))
			continue;
		cmp = best < 0 ? -1 : wlc_model_cmp(p->srv[i], p->srv[best]);
		if (cmp < 0 || (!cmp && !p->tie_first &&
				m->turn[i] < m->turn[best]))
			best = i;
	}
	return best;
}

static struct l4lb_server *wlc_model_pick(struct kunit *test,
					  struct wlc_model *m)
{
	struct pool *p = test->priv;
	int best = wlc_model_best(p, m);
	struct l4lb_server *got = pool_pick(p);

	if (best < 0) {
		KUNIT_EXPECT_PTR_EQ(test, got, (struct l4lb_server *)NULL);
		return NULL;
	}
	KUNIT_EXPECT_PTR_EQ(test, got, p->srv[best]);
	m->now = max(m->now, m->turn[best]);
	m->turn[best] = m->now + (1ull << 32) / l4lb_server_weight(got);
	return got;
}

static void wlc_model_change(struct kunit *test, struct wlc_model *m)
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

static void wlc_random_step(struct kunit *test, struct wlc_model *m)
{
	struct pool *p = test->priv;
	u32 what = p->nr ? pool_rnd(p, 30) : 0;
	struct l4lb_server *srv = p->nr ? p->srv[pool_rnd(p, p->nr)] : NULL;

	switch (what) {
	case 0:
		wlc_model_change(test, m);
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
	case 13 ... 16:
		/* Connections so short that the pool is idle in between. */
		wlc_model_pick(test, m);
		break;
	default:
		srv = wlc_model_pick(test, m);
		if (srv)
			l4lb_server_conn_opened(srv, true);
	}
}

static void wlc_random(struct kunit *test)
{
	struct pool *p = test->priv;
	struct wlc_model m = {};
	u32 round;

	pool_publish(test);
	for (round = 0; round < 12000; round++) {
		if (round == 6000) {
			p->tie_first = true;
			pool_publish(test);
		}
		wlc_random_step(test, &m);
	}
}

/* F6: an idle pool of weights 1:3 gives 1:3, in any eight picks nearly. */
static void wlc_idle_weights(struct kunit *test)
{
	struct pool *p = test->priv;
	u32 count[3];

	pool_add(test, 0, 1);
	pool_add(test, 1, 3);
	pool_add(test, 2, 0);
	pool_publish(test);
	pool_count(p, 400, count);
	KUNIT_EXPECT_EQ(test, count[0], 100u);
	KUNIT_EXPECT_EQ(test, count[1], 300u);
	KUNIT_EXPECT_EQ(test, count[2], 0u);
	pool_count(p, 8, count);
	KUNIT_EXPECT_EQ(test, count[0], 2u);
}

/* F6: open connections steer away; all equal load gives by weight. */
static void wlc_loaded(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_server *srv;
	u32 i;

	pool_add(test, 0, 1);
	pool_add(test, 1, 1);
	pool_add(test, 2, 2);
	pool_publish(test);
	for (i = 0; i < 10; i++)
		l4lb_server_conn_opened(p->srv[0], true);
	for (i = 0; i < 30; i++) {
		srv = pool_pick(p);
		KUNIT_EXPECT_PTR_NE(test, srv, p->srv[0]);
		l4lb_server_conn_opened(srv, true);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&p->srv[1]->active), 10);
	KUNIT_EXPECT_EQ(test, atomic_read(&p->srv[2]->active), 20);
}

/* Tie first is IPVS's order: the first of equals. */
static void wlc_tie_first(struct kunit *test)
{
	struct pool *p = test->priv;
	u32 i;

	p->tie_first = true;
	for (i = 0; i < 5; i++)
		pool_add(test, i, i ? 2 : 0);
	pool_publish(test);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), p->srv[1]);
	l4lb_server_conn_opened(p->srv[1], false);
	KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), p->srv[2]);
}

/* Who was busy for long, and who is new, gets its share and no burst. */
static void wlc_no_burst(struct kunit *test)
{
	struct pool *p = test->priv;
	u32 count[3];

	pool_add(test, 0, 1);
	pool_add(test, 1, 1);
	pool_publish(test);
	l4lb_server_conn_opened(p->srv[0], true);
	pool_count(p, 1000, count);
	KUNIT_EXPECT_EQ(test, count[1], 1000u);
	l4lb_server_conn_closed(p->srv[0], true);
	pool_count(p, 20, count);
	KUNIT_EXPECT_LE(test, count[0], 11u);
	KUNIT_EXPECT_GE(test, count[0], 9u);
	pool_add(test, 0, 1);
	pool_publish(test);
	pool_count(p, 30, count);
	KUNIT_EXPECT_LE(test, count[0], 12u);
	KUNIT_EXPECT_GE(test, count[0], 9u);
}

/* Turns are moved back before they wrap, and nobody notices. */
static void wlc_wrap(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_sched_data *sd;
	u32 count[2], i;

	pool_add(test, 0, 1);
	pool_add(test, 1, 3);
	sd = pool_publish(test);
	sd->vtime = L4LB_TREE_VTIME_MAX - 20 * L4LB_TREE_STRIDE;
	for (i = 0; i < 2; i++)
		sd->slot[i].turn = sd->vtime;
	sd->ops->rebuild(sd);
	pool_count(p, 400, count);
	KUNIT_EXPECT_EQ(test, count[0], 100u);
	KUNIT_EXPECT_EQ(test, count[1], 300u);
	KUNIT_EXPECT_LT(test, sd->vtime, L4LB_TREE_VTIME_MAX / 2);
}

/* The widest figures: no product overflows. */
static void wlc_extremes(struct kunit *test)
{
	struct pool *p = test->priv;

	pool_add(test, 0, 65535);
	pool_add(test, 1, 65534);
	pool_publish(test);
	atomic_set(&p->srv[0]->active, -1);
	atomic_set(&p->srv[0]->inactive, -1);
	atomic_set(&p->srv[1]->active, -1);
	atomic_set(&p->srv[1]->inactive, -1);
	l4lb_sched_server_changed(p->srv[0]);
	l4lb_sched_server_changed(p->srv[1]);
	KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), p->srv[0]);
	atomic_set(&p->srv[1]->active, -70000);
	l4lb_sched_server_changed(p->srv[1]);
	KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), p->srv[1]);
	atomic_set(&p->srv[0]->active, 0);
	atomic_set(&p->srv[0]->inactive, 0);
	atomic_set(&p->srv[1]->active, 0);
	atomic_set(&p->srv[1]->inactive, 0);
}

/* A choice does not move anything; of two that saw the same one succeeds. */
static void wlc_pure(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_sched_data *sd;
	struct l4lb_pick one, two;

	pool_add(test, 0, 1);
	pool_add(test, 1, 1);
	sd = pool_publish(test);
	KUNIT_ASSERT_TRUE(test, p->ops->pick(sd, NULL, &one));
	KUNIT_ASSERT_TRUE(test, p->ops->pick(sd, NULL, &two));
	KUNIT_EXPECT_PTR_EQ(test, one.server, two.server);
	local_bh_disable();
	KUNIT_EXPECT_TRUE(test, p->ops->commit(p->rt, sd, &two));
	KUNIT_EXPECT_FALSE(test, p->ops->commit(p->rt, sd, &one));
	local_bh_enable();
	KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), p->srv[1]);
}

static struct kunit_case wlc_cases[] = {
	KUNIT_CASE(wlc_random),
	KUNIT_CASE(wlc_idle_weights),
	KUNIT_CASE(wlc_loaded),
	KUNIT_CASE(wlc_tie_first),
	KUNIT_CASE(wlc_no_burst),
	KUNIT_CASE(wlc_wrap),
	KUNIT_CASE(wlc_extremes),
	KUNIT_CASE(wlc_pure),
	{}
};

static struct kunit_suite wlc_suite = {
	.name = "sched_wlc",
	.init = wlc_test_init,
	.exit = pool_exit,
	.test_cases = wlc_cases,
};

kunit_test_suite(wlc_suite);
