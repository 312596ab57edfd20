// SPDX-License-Identifier: GPL-2.0
/* Suite of sched_tree.c: lc, sed, nq, fo and ovf against plain walks. */
#include "sched_model_test.h"

static struct sched_figure model_lc(u64 weight, u64 active, u64 inactive)
{
	return (struct sched_figure){ active * 256 + inactive, 1 };
}

static struct sched_figure model_sed(u64 weight, u64 active, u64 inactive)
{
	return (struct sched_figure){ active + 1, weight };
}

static struct sched_figure model_nq(u64 weight, u64 active, u64 inactive)
{
	return (struct sched_figure){ active ? active + 1 : 0, weight };
}

static struct sched_figure model_fo(u64 weight, u64 active, u64 inactive)
{
	return (struct sched_figure){ 100000 - weight, 1 };
}

static struct sched_figure model_ovf(u64 weight, u64 active, u64 inactive)
{
	return (struct sched_figure){ 100000 - weight, active < weight };
}

static void tree_lc(struct kunit *test)
{
	sched_model_random(test, &l4lb_sched_lc, model_lc, 6000);
}

static void tree_sed(struct kunit *test)
{
	sched_model_random(test, &l4lb_sched_sed, model_sed, 6000);
}

static void tree_nq(struct kunit *test)
{
	sched_model_random(test, &l4lb_sched_nq, model_nq, 6000);
}

static void tree_fo(struct kunit *test)
{
	sched_model_random(test, &l4lb_sched_fo, model_fo, 6000);
}

static void tree_ovf(struct kunit *test)
{
	sched_model_random(test, &l4lb_sched_ovf, model_ovf, 6000);
}

/* ovf fills server by server, then nobody gets any more. */
static void tree_ovf_fills(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_server *srv;
	u32 i;

	p->ops = &l4lb_sched_ovf;
	pool_weights(test, 2, 5);
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
