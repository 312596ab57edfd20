// SPDX-License-Identifier: GPL-2.0
/* Suite of sched_wlc.c: against a model that walks all servers. */
#include "sched_model_test.h"

static int wlc_test_init(struct kunit *test)
{
	return pool_make(test, &l4lb_sched_wlc) ? 0 : -ENOMEM;
}

static struct sched_figure model_wlc(u64 weight, u64 active, u64 inactive)
{
	return (struct sched_figure){ active * 256 + inactive, weight };
}

static void wlc_random(struct kunit *test)
{
	sched_model_random(test, &l4lb_sched_wlc, model_wlc, 12000);
}

/* F6: an idle pool of weights 1:3 gives 1:3, in any eight picks nearly. */
static void wlc_idle_weights(struct kunit *test)
{
	struct pool *p = test->priv;
	u32 count[3];

	pool_weights(test, 1, 3, 0);
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

	pool_weights(test, 1, 1, 2);
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

	pool_weights(test, 1, 1);
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

	sd = pool_weights(test, 1, 3);
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

	pool_weights(test, 65535, 65534);
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

static void wlc_pure(struct kunit *test)
{
	pool_expect_pure(test);
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
