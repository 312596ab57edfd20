// SPDX-License-Identifier: GPL-2.0
/* Suite of sched_wrr.c: exact shares, in an order that can be foretold. */
#include <linux/gcd.h>

#include "sched_test.h"

static int wrr_test_init(struct kunit *test)
{
	return pool_make(test, &l4lb_sched_wrr) ? 0 : -ENOMEM;
}

/* Picks after which the order repeats. */
static u32 wrr_period(const struct pool *p, unsigned long *div)
{
	u32 i, sum = 0;

	*div = 0;
	for (i = 0; i < p->nr; i++) {
		*div = gcd(*div, l4lb_server_weight(p->srv[i]));
		sum += l4lb_server_weight(p->srv[i]);
	}
	return *div ? sum / *div : 0;
}

/* Is each server picked weight / gcd times in any period? */
static void wrr_expect_exact(struct kunit *test, u32 periods)
{
	struct pool *p = test->priv;
	u32 i, count[64];
	unsigned long div;
	u32 period = wrr_period(p, &div);

	KUNIT_ASSERT_LE(test, p->nr, (u32)ARRAY_SIZE(count));
	while (periods--) {
		pool_count(p, period, count);
		for (i = 0; i < p->nr; i++)
			KUNIT_ASSERT_EQ(test, count[i],
					l4lb_server_weight(p->srv[i]) /
					(u32)div);
		/* The next window begins somewhere else. */
		pool_pick(p);
	}
}

static void wrr_order(struct kunit *test)
{
	static const u8 want[] = { 0, 0, 0, 1, 2, 0, 0 };
	struct pool *p = test->priv;
	u32 i;

	pool_add(test, 0, 50);
	pool_add(test, 1, 10);
	pool_add(test, 2, 10);
	pool_add(test, 3, 0);
	pool_publish(test);
	for (i = 0; i < 5 * ARRAY_SIZE(want); i++)
		KUNIT_ASSERT_PTR_EQ(test, pool_pick(p),
				    p->srv[want[i % ARRAY_SIZE(want)]]);
}

static void wrr_exact(struct kunit *test)
{
	struct pool *p = test->priv;
	u32 round, i;

	for (round = 0; round < 40; round++) {
		pool_clear(test);
		for (i = 0; i < 1 + round % 12; i++)
			pool_add(test, i, 1 + pool_rnd(p, 30));
		pool_publish(test);
		wrr_expect_exact(test, 8);
	}
}

/* Smooth: a server is never more than two picks off its share. */
static void wrr_smooth(struct kunit *test)
{
	static const u32 weight[] = { 1, 3, 3, 7, 20, 64 };
	struct pool *p = test->priv;
	s64 off, got[ARRAY_SIZE(weight)] = {};
	struct l4lb_server *srv;
	u32 i, n, sum = 0;

	for (i = 0; i < ARRAY_SIZE(weight); i++) {
		pool_add(test, i, weight[i]);
		sum += weight[i];
	}
	pool_publish(test);
	for (n = 1; n < 3000; n++) {
		srv = pool_pick(p);
		got[srv->pos]++;
		for (i = 0; i < ARRAY_SIZE(weight); i++) {
			off = got[i] * sum - (s64)n * weight[i];
			KUNIT_ASSERT_LT(test, off, 2ll * sum);
			KUNIT_ASSERT_GT(test, off, -2ll * sum);
		}
	}
}

/* Whatever changes, nobody bursts, and afterwards all is exact again. */
static void wrr_random(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_server *srv, *was = NULL;
	u32 round, i, run = 0;

	for (i = 0; i < 6; i++)
		pool_add(test, i, 5);
	pool_publish(test);
	for (round = 0; round < 20000; round++) {
		srv = p->srv[pool_rnd(p, p->nr)];
		switch (pool_rnd(p, 40)) {
		case 0:
			pool_admin(srv, 1 + pool_rnd(p, L4LB_ADMIN_MAX));
			break;
		case 1:
			pool_weight(srv, 4 + pool_rnd(p, 3));
			break;
		case 2:
			pool_publish(test);
			break;
		case 3:
			if (p->nr < 20)
				pool_add(test, pool_rnd(p, p->nr), 5);
			pool_publish(test);
			break;
		case 4:
			if (p->nr < 7)
				break;
			srv = pool_del(p, pool_rnd(p, p->nr));
			pool_publish(test);
			l4lb_server_retire(srv);
			was = NULL;
			break;
		default:
			srv = pool_pick(p);
			run = srv == was ? run + 1 : 0;
			was = srv;
			for (i = 0; i < p->nr; i++)
				if (p->srv[i] != srv &&
				    p->srv[i]->admin == L4LB_ADMIN_ENABLED)
					break;
			/* Weights are nearly alike: no runs beside others. */
			if (i < p->nr)
				KUNIT_ASSERT_LE(test, run, 3u);
			else
				run = 0;
		}
	}
	for (i = 0; i < p->nr; i++) {
		pool_admin(p->srv[i], L4LB_ADMIN_ENABLED);
		pool_weight(p->srv[i], -1);
	}
	/* Until each has had a turn, some may still be due from before. */
	for (i = 0; i < 2 * p->nr; i++)
		pool_pick(p);
	wrr_expect_exact(test, 8);
}

/* A weight that keeps changing keeps nobody waiting, this server included. */
static void wrr_restless(struct kunit *test)
{
	struct pool *p = test->priv;
	u32 i, count[3] = {};
	struct l4lb_server *srv;

	for (i = 0; i < 3; i++)
		pool_add(test, i, 4);
	pool_publish(test);
	for (i = 0; i < 3000; i++) {
		pool_weight(p->srv[0], 3 + i % 3);
		srv = pool_pick(p);
		count[srv->pos]++;
	}
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_GT(test, count[i], 900u);
		KUNIT_EXPECT_LT(test, count[i], 1100u);
	}
}

/* Virtual time starts again, and nobody notices. */
static void wrr_wrap(struct kunit *test)
{
	struct l4lb_sched_data *sd;
	u32 i;

	pool_add(test, 0, 1);
	pool_add(test, 1, 2);
	sd = pool_publish(test);
	for (i = 0; i < 2; i++) {
		sd->slot[i].turn += ((WRR_VTIME_MAX - 10) << WRR_SHIFT) *
				    sd->slot[i].base;
		sd->slot[i].load = sd->slot[i].turn;
	}
	l4lb_tree_play(sd);
	wrr_expect_exact(test, 200);
	KUNIT_EXPECT_LT(test, sd->vtime, WRR_VTIME_MAX << WRR_SHIFT);
	KUNIT_EXPECT_LT(test, sd->slot[0].turn, WRR_VTIME_MAX << WRR_SHIFT);
}

static void wrr_pure(struct kunit *test)
{
	pool_expect_pure(test);
}

static struct kunit_case wrr_cases[] = {
	KUNIT_CASE(wrr_order),
	KUNIT_CASE(wrr_exact),
	KUNIT_CASE(wrr_smooth),
	KUNIT_CASE(wrr_random),
	KUNIT_CASE(wrr_restless),
	KUNIT_CASE(wrr_wrap),
	KUNIT_CASE(wrr_pure),
	{}
};

static struct kunit_suite wrr_suite = {
	.name = "sched_wrr",
	.init = wrr_test_init,
	.exit = pool_exit,
	.test_cases = wrr_cases,
};

kunit_test_suite(wrr_suite);
