// SPDX-License-Identifier: GPL-2.0
/* Suite of sched_twos.c: shares of draws, and who of two is taken. */
#include "sched_test.h"

static int twos_test_init(struct kunit *test)
{
	return pool_make(test, &l4lb_sched_twos) ? 0 : -ENOMEM;
}

/* Do the sums say what the weights of usable servers say? */
static void twos_expect_sums(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_sched_data *sd = rcu_dereference_protected(p->rt->sched,
							       true);
	const struct l4lb_server *srv;
	u64 at = 0;
	u32 i, weight;

	for (i = 0; i < p->nr; i++) {
		srv = p->srv[i];
		weight = l4lb_server_weight(srv);
		if (srv->admin != L4LB_ADMIN_ENABLED ||
		    srv->health == L4LB_HEALTH_DOWN || !weight)
			continue;
		KUNIT_ASSERT_EQ(test, twos_find(sd, at), i);
		at += weight;
		KUNIT_ASSERT_EQ(test, twos_find(sd, at - 1), i);
	}
	KUNIT_ASSERT_EQ(test, sd->sum[0], at);
}

static void twos_random(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_server *srv;
	u32 round;

	pool_publish(test);
	for (round = 0; round < 4000; round++) {
		srv = p->nr ? p->srv[pool_rnd(p, p->nr)] : NULL;
		switch (p->nr ? pool_rnd(p, 8) : 0) {
		case 0:
			if (p->nr < POOL_MAX / 2)
				pool_add(test, pool_rnd(p, p->nr + 1),
					 pool_rnd(p, 5));
			pool_publish(test);
			break;
		case 1:
			srv = pool_del(p, pool_rnd(p, p->nr));
			pool_publish(test);
			l4lb_server_retire(srv);
			break;
		case 2:
			pool_admin(srv, 1 + pool_rnd(p, L4LB_ADMIN_MAX));
			break;
		case 3:
			pool_health(srv, 1 + pool_rnd(p, L4LB_HEALTH_MAX));
			break;
		case 4:
			pool_weight(srv, (s32)pool_rnd(p, 6) - 1);
			break;
		case 5:
			pool_conn(p, srv);
			break;
		default:
			srv = pool_pick(p);
			if (srv)
				KUNIT_EXPECT_EQ(test,
						l4lb_server_excluded(srv, l4lb_server_weight(srv)),
						L4LB_REASON_UNSPEC);
		}
		if (p->nr)
			twos_expect_sums(test);
	}
}

/* The first server gets a quarter of many picks. */
static void twos_expect_quarter(struct kunit *test, u32 *count)
{
	pool_count(test->priv, 8000, count);
	KUNIT_EXPECT_LE(test, count[0], 2200u);
	KUNIT_EXPECT_GE(test, count[0], 1800u);
}

/* An idle pool is drawn from by weight. */
static void twos_weights(struct kunit *test)
{
	u32 count[3];

	pool_weights(test, 1, 3, 0);
	twos_expect_quarter(test, count);
	KUNIT_EXPECT_EQ(test, count[2], 0u);
}

/* The more loaded of two is taken when it was drawn twice: one in four. */
static void twos_better_one(struct kunit *test)
{
	struct pool *p = test->priv;
	u32 count[2];

	pool_weights(test, 1, 1);
	l4lb_server_conn_opened(p->srv[0], true);
	twos_expect_quarter(test, count);
}

/* Full servers are not taken, however great their weight. */
static void twos_full(struct kunit *test)
{
	struct pool *p = test->priv;
	u32 count[3];

	pool_weights(test, 65535, 1, 65535);
	WRITE_ONCE(p->srv[0]->overload, 1);
	WRITE_ONCE(p->srv[2]->overload, 1);
	pool_count(p, 100, count);
	KUNIT_EXPECT_EQ(test, count[1], 100u);
}

/* Until it is committed, a choice stays what explain has shown. */
static void twos_pure(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_server *was;
	u32 i, c;

	for (i = 0; i < 50; i++)
		pool_add(test, i, 1);
	pool_publish(test);
	for (c = 0; c < 100; c++) {
		was = pool_hashed(p, c);
		for (i = 0; i < 5; i++)
			KUNIT_EXPECT_PTR_EQ(test, pool_hashed(p, c), was);
	}
}

static struct kunit_case twos_cases[] = {
	KUNIT_CASE(twos_random),
	KUNIT_CASE(twos_weights),
	KUNIT_CASE(twos_better_one),
	KUNIT_CASE(twos_full),
	KUNIT_CASE(twos_pure),
	{}
};

static struct kunit_suite twos_suite = {
	.name = "sched_twos",
	.init = twos_test_init,
	.exit = pool_exit,
	.test_cases = twos_cases,
};

kunit_test_suite(twos_suite);
