// SPDX-License-Identifier: GPL-2.0
/* Suite of sched_rr.c, and of what sched.c does for all schedulers. */
#include "sched_test.h"

static int rr_test_init(struct kunit *test)
{
	return pool_make(test, &l4lb_sched_rr) ? 0 : -ENOMEM;
}

/* F5: strictly in turn, whatever the weights; weight 0 gets none. */
static void rr_exact(struct kunit *test)
{
	struct pool *p = test->priv;
	u32 i, weight[] = { 1, 3, 0, 100 };

	for (i = 0; i < ARRAY_SIZE(weight); i++)
		pool_add(test, i, weight[i]);
	pool_publish(test);
	for (i = 0; i < 30; i += 3) {
		KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), p->srv[0]);
		KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), p->srv[1]);
		KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), p->srv[3]);
	}
}

static void rr_none(struct kunit *test)
{
	struct pool *p = test->priv;

	pool_publish(test);
	KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), (struct l4lb_server *)NULL);
	pool_add(test, 0, 1);
	pool_publish(test);
	KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), p->srv[0]);
	KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), p->srv[0]);
	pool_admin(p->srv[0], L4LB_ADMIN_DRAIN);
	KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), (struct l4lb_server *)NULL);
}

/* A choice does not move anything; of two that saw the same one succeeds. */
static void rr_pure(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_pick one, two;
	struct l4lb_sched_data *sd;
	u32 i;

	for (i = 0; i < 3; i++)
		pool_add(test, i, 1);
	sd = pool_publish(test);
	for (i = 0; i < 5; i++) {
		KUNIT_ASSERT_TRUE(test, p->ops->pick(sd, NULL, &one));
		KUNIT_EXPECT_PTR_EQ(test, one.server, p->srv[0]);
	}
	KUNIT_ASSERT_TRUE(test, p->ops->pick(sd, NULL, &two));
	KUNIT_EXPECT_TRUE(test, p->ops->commit(p->rt, sd, &two));
	KUNIT_EXPECT_FALSE(test, p->ops->commit(p->rt, sd, &one));
	KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), p->srv[1]);
}

/*
 * Random sequences against a model that remembers the server whose turn is
 * next, by name and not by place.
 */
struct rr_model {
	struct l4lb_server *next;
};

static bool rr_may(const struct l4lb_server *srv)
{
	return srv->admin == L4LB_ADMIN_ENABLED && l4lb_server_weight(srv);
}

static u32 rr_place(const struct pool *p, const struct l4lb_server *srv)
{
	u32 i;

	for (i = 0; i < p->nr; i++)
		if (p->srv[i] == srv)
			return i;
	return 0;
}

static void rr_model_pick(struct kunit *test, struct rr_model *m)
{
	struct pool *p = test->priv;
	struct l4lb_server *want = NULL;
	u32 i, at = rr_place(p, m->next);

	for (i = 0; i < p->nr; i++) {
		if (rr_may(p->srv[(at + i) % p->nr])) {
			want = p->srv[(at + i) % p->nr];
			m->next = p->srv[(at + i + 1) % p->nr];
			break;
		}
	}
	KUNIT_ASSERT_PTR_EQ(test, pool_pick(p), want);
}

static void rr_model_change(struct kunit *test, struct rr_model *m)
{
	struct pool *p = test->priv;
	struct l4lb_server *srv;
	u32 at;

	if (p->nr < 2 || (p->nr < POOL_MAX && pool_rnd(p, 2))) {
		pool_add(test, pool_rnd(p, p->nr + 1), pool_rnd(p, 4));
		if (p->nr == 1)
			m->next = p->srv[0];
		pool_publish(test);
		return;
	}
	at = pool_rnd(p, p->nr);
	if (p->srv[at] == m->next)
		m->next = p->srv[(at + 1) % p->nr];
	srv = pool_del(p, at);
	pool_publish(test);
	l4lb_server_retire(srv);
}

static void rr_random(struct kunit *test)
{
	struct pool *p = test->priv;
	struct rr_model m = {};
	u32 round;

	pool_publish(test);
	for (round = 0; round < 6000; round++) {
		switch (p->nr ? pool_rnd(p, 12) : 0) {
		case 0:
			rr_model_change(test, &m);
			break;
		case 1:
			pool_admin(p->srv[pool_rnd(p, p->nr)],
				   1 + pool_rnd(p, L4LB_ADMIN_MAX));
			break;
		case 2:
			pool_weight(p->srv[pool_rnd(p, p->nr)],
				    (s32)pool_rnd(p, 4) - 1);
			break;
		default:
			rr_model_pick(test, &m);
		}
	}
}

/* Servers are found by endpoint in small and large services. */
static void rr_lookup(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_sched_data *sd;
	struct l4lb_endpoint ep;
	u32 i, pos;

	while (p->nr < POOL_MAX) {
		pool_add(test, p->nr, 1);
		if (p->nr > 12 && p->nr % 61)
			continue;
		sd = pool_publish(test);
		for (i = 0; i < p->nr; i++) {
			KUNIT_ASSERT_PTR_EQ(test,
					    l4lb_sched_lookup(sd, &p->srv[i]->ep, &pos),
					    p->srv[i]);
			KUNIT_ASSERT_EQ(test, pos, i);
			ep = p->srv[i]->ep;
			ep.port ^= htons(1);
			KUNIT_ASSERT_PTR_EQ(test,
					    l4lb_sched_lookup(sd, &ep, NULL),
					    (struct l4lb_server *)NULL);
		}
	}
}

/* Full at max_conns, open again below min_conns. */
static void rr_overload(struct kunit *test)
{
	struct l4lb_server *srv = pool_add(test, 0, 1);
	struct pool *p = test->priv;
	struct l4lb_server_conf *conf;
	u32 i;

	pool_publish(test);
	conf = rcu_dereference_protected(srv->conf, true);
	conf->max_conns = 8;
	conf->min_conns = 6;
	for (i = 0; i < 8; i++) {
		KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), srv);
		l4lb_server_conn_opened(srv, i % 2);
	}
	KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), (struct l4lb_server *)NULL);
	l4lb_server_conn_moved(srv, true);
	l4lb_server_conn_closed(srv, true);
	l4lb_server_conn_closed(srv, false);
	/* Six are left: not below six. */
	KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), (struct l4lb_server *)NULL);
	l4lb_server_conn_closed(srv, true);
	KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), srv);
	/* A limit of one rounds to min_conns 0, and opens when empty. */
	conf->max_conns = 1;
	conf->min_conns = 0;
	l4lb_server_overload(srv);
	KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), (struct l4lb_server *)NULL);
	while (atomic_read(&srv->active))
		l4lb_server_conn_closed(srv, true);
	while (atomic_read(&srv->inactive))
		l4lb_server_conn_closed(srv, false);
	KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), srv);
}

static struct kunit_case rr_cases[] = {
	KUNIT_CASE(rr_exact),
	KUNIT_CASE(rr_none),
	KUNIT_CASE(rr_pure),
	KUNIT_CASE(rr_random),
	KUNIT_CASE(rr_lookup),
	KUNIT_CASE(rr_overload),
	{}
};

static struct kunit_suite rr_suite = {
	.name = "sched_rr",
	.init = rr_test_init,
	.exit = pool_exit,
	.test_cases = rr_cases,
};

kunit_test_suite(rr_suite);
