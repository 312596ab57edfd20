// SPDX-License-Identifier: GPL-2.0
/* Suite of sched_ramp.c: the share of a server in slow start. */
#include "sched_test.h"

#define RAMP_SECONDS	1000u

static int ramp_test_init(struct kunit *test)
{
	struct pool *p = pool_make(test, &l4lb_sched_wlc);

	if (p)
		p->slow_start = RAMP_SECONDS;
	return p ? 0 : -ENOMEM;
}

static struct l4lb_sched_data *ramp_data(struct pool *p)
{
	return rcu_dereference_protected(p->rt->sched, true);
}

/* Let @srv have been in slow start for thousandths of it. */
static void ramp_at(struct pool *p, struct l4lb_server *srv, u32 done)
{
	spin_lock_bh(&p->rt->lock);
	srv->ramp_from = jiffies - (unsigned long)RAMP_SECONDS * HZ / 1000 * done;
	l4lb_ramp_count(ramp_data(p));
	spin_unlock_bh(&p->rt->lock);
}

/* Four warm servers of @ops, weight 2, and one that comes back. */
static struct l4lb_server *ramp_pool(struct kunit *test,
				     const struct l4lb_sched_ops *ops)
{
	struct pool *p = test->priv;
	u32 i;

	p->ops = ops;
	pool_clear(test);
	for (i = 0; i < 5; i++)
		pool_add(test, i, 2);
	pool_publish(test);
	pool_health(p->srv[4], L4LB_HEALTH_DOWN);
	pool_health(p->srv[4], L4LB_HEALTH_UP);
	return p->srv[4];
}

/* Picks of 1000 that @srv gets; connections stay, or are over at once. */
static u32 ramp_share(struct pool *p, struct l4lb_server *srv, bool stay)
{
	struct l4lb_server *got;
	u32 i, share = 0;

	for (i = 0; i < 1000; i++) {
		got = pool_pick(p);
		share += got == srv;
		if (got && stay)
			l4lb_server_conn_opened(got, true);
	}
	return share;
}

static void ramp_close_all(struct pool *p)
{
	u32 i;

	for (i = 0; i < p->nr; i++)
		while (atomic_read(&p->srv[i]->active))
			l4lb_server_conn_closed(p->srv[i], true);
}

/*
 * Complaint 13: the others are busy, so by its load the server that returns
 * would get everything. It gets a tenth of a fifth, then half, then all.
 */
static void ramp_returns(struct kunit *test)
{
	static const struct l4lb_sched_ops * const by_load[] = {
		&l4lb_sched_wlc, &l4lb_sched_lc, &l4lb_sched_sed,
	};
	struct pool *p = test->priv;
	struct l4lb_server *srv;
	u32 k, i, n;

	for (k = 0; k < ARRAY_SIZE(by_load); k++) {
		srv = ramp_pool(test, by_load[k]);
		for (i = 0; i < 4; i++)
			for (n = 0; n < 3000; n++)
				l4lb_server_conn_opened(p->srv[i], true);
		n = ramp_share(p, srv, true);
		KUNIT_EXPECT_GE_MSG(test, n, 19u, "%s", p->ops->name);
		KUNIT_EXPECT_LE_MSG(test, n, 23u, "%s", p->ops->name);
		/* 100 + 900 * 444 / 1000: half of it */
		ramp_at(p, srv, 444);
		n = ramp_share(p, srv, true);
		KUNIT_EXPECT_GE_MSG(test, n, 97u, "%s", p->ops->name);
		KUNIT_EXPECT_LE_MSG(test, n, 103u, "%s", p->ops->name);
		ramp_at(p, srv, 1000);
		KUNIT_EXPECT_EQ(test, srv->ramp_from, 0ul);
		KUNIT_EXPECT_EQ(test, ramp_share(p, srv, true), 1000u);
		ramp_close_all(p);
	}
}

/*
 * Draws are random, so that it waits for one when its time has come; it may take
 * later what it lost by that. Idle among the busy it would get what one of two
 * draws hits, 36 in 100.
 */
static void ramp_draws(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_server *srv = ramp_pool(test, &l4lb_sched_twos);
	u32 i, n;

	for (i = 0; i < 4; i++)
		for (n = 0; n < 3000; n++)
			l4lb_server_conn_opened(p->srv[i], true);
	n = ramp_share(p, srv, true);
	kunit_info(test, "%u of 20", n);
	KUNIT_EXPECT_GE(test, n, 19u);
	KUNIT_EXPECT_LE(test, n, 23u);
	ramp_at(p, srv, 444);
	n = ramp_share(p, srv, true);
	kunit_info(test, "%u of 100", n);
	/* Up to five were to come before the part grew. */
	KUNIT_EXPECT_GE(test, n, 92u);
	KUNIT_EXPECT_LE(test, n, 104u);
	ramp_at(p, srv, 999);
	n = ramp_share(p, srv, true);
	kunit_info(test, "%u of 200", n);
	KUNIT_EXPECT_GE(test, n, 185u);
	KUNIT_EXPECT_LE(test, n, 206u);
	ramp_at(p, srv, 1000);
	n = ramp_share(p, srv, true);
	KUNIT_EXPECT_GE(test, n, 300u);
	KUNIT_EXPECT_LE(test, n, 420u);
	ramp_close_all(p);
}

/* Nobody is starved, and all schedulers that have shares keep to it. */
static void ramp_all(struct kunit *test)
{
	static const struct l4lb_sched_ops * const all[] = {
		&l4lb_sched_rr, &l4lb_sched_wrr, &l4lb_sched_wlc,
		&l4lb_sched_lc, &l4lb_sched_sed, &l4lb_sched_nq,
		&l4lb_sched_twos,
	};
	struct pool *p = test->priv;
	struct l4lb_server *srv;
	u32 k, n, i, count[5];

	for (k = 0; k < ARRAY_SIZE(all); k++) {
		srv = ramp_pool(test, all[k]);
		ramp_at(p, srv, 444);
		n = ramp_share(p, srv, false);
		/* rr and wrr come to it later, twos has to draw it */
		KUNIT_EXPECT_GE_MSG(test, n, 94u, "%s", p->ops->name);
		KUNIT_EXPECT_LE_MSG(test, n, 104u, "%s", p->ops->name);
		pool_count(p, 1000, count);
		for (i = 0; i < 4; i++)
			KUNIT_EXPECT_GE_MSG(test, count[i], 175u, "%s",
					    p->ops->name);
		/* Nobody else is there: it takes all. */
		for (i = 0; i < 4; i++)
			pool_weight(p->srv[i], 0);
		KUNIT_EXPECT_EQ(test, ramp_share(p, srv, false), 1000u);
	}
}

/* Others are full, which nobody is told of: who was passed over is taken. */
static void ramp_alone(struct kunit *test)
{
	static const struct l4lb_sched_ops * const all[] = {
		&l4lb_sched_rr, &l4lb_sched_wrr, &l4lb_sched_wlc,
		&l4lb_sched_twos,
	};
	struct pool *p = test->priv;
	struct l4lb_server *srv;
	u32 k, i;

	for (k = 0; k < ARRAY_SIZE(all); k++) {
		srv = ramp_pool(test, all[k]);
		for (i = 0; i < 4; i++) {
			WRITE_ONCE(p->srv[i]->overload, 1);
			l4lb_sched_server_changed(p->srv[i]);
		}
		KUNIT_EXPECT_EQ_MSG(test, ramp_share(p, srv, false), 1000u,
				    "%s", p->ops->name);
		KUNIT_EXPECT_TRUE(test, ramp_data(p)->slot[4].passed);
		KUNIT_EXPECT_EQ(test, l4lb_sched_passes(ramp_data(p), 4, NULL),
				L4LB_REASON_RAMPING);
	}
}

/* A hash gives it a part of its clients, which grows and never shrinks. */
static void ramp_hash(struct kunit *test)
{
	static const struct l4lb_sched_ops * const all[] = {
		&l4lb_sched_sh, &l4lb_sched_mh,
	};
	struct pool *p = test->priv;
	struct l4lb_server *srv;
	u32 k, c, its[3];
	bool *had;

	had = kunit_kcalloc(test, 10000, sizeof(*had), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, had);
	for (k = 0; k < ARRAY_SIZE(all); k++) {
		srv = ramp_pool(test, all[k]);
		memset(its, 0, sizeof(its));
		for (c = 0; c < 10000; c++) {
			had[c] = pool_hashed(p, c) == srv;
			its[0] += had[c];
		}
		ramp_at(p, srv, 444);
		for (c = 0; c < 10000; c++) {
			if (pool_hashed(p, c) == srv)
				its[1]++;
			else
				KUNIT_ASSERT_FALSE(test, had[c]);
		}
		ramp_at(p, srv, 1000);
		for (c = 0; c < 10000; c++)
			its[2] += pool_hashed(p, c) == srv;
		KUNIT_EXPECT_GE(test, its[0], 140u);
		KUNIT_EXPECT_LE(test, its[0], 260u);
		KUNIT_EXPECT_GE(test, its[1], 850u);
		KUNIT_EXPECT_LE(test, its[1], 1150u);
		KUNIT_EXPECT_GE(test, its[2], 1800u);
		KUNIT_EXPECT_LE(test, its[2], 2200u);
	}
}

static u32 ramp_told(const struct l4lb_server *srv)
{
	u32 ramp;

	rcu_read_lock();
	ramp = l4lb_sched_ramp_now(srv);
	rcu_read_unlock();
	return ramp;
}

/* Who begins a ramp, and when there is none. */
static void ramp_who(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_server *srv;
	u32 i;

	for (i = 0; i < 4; i++)
		pool_add(test, i, 1);
	pool_publish(test);
	/* All new: none of them. */
	KUNIT_EXPECT_EQ(test, ramp_data(p)->cold, 0u);
	srv = pool_add(test, 4, 1);
	pool_publish(test);
	KUNIT_EXPECT_EQ(test, ramp_data(p)->cold, 1u);
	KUNIT_EXPECT_TRUE(test, ramp_data(p)->ramping);
	KUNIT_EXPECT_EQ(test, l4lb_sched_ramp(srv, RAMP_SECONDS), 100u);
	KUNIT_EXPECT_EQ(test, ramp_told(srv), 100u);
	KUNIT_EXPECT_EQ(test, ramp_told(p->srv[0]), 1000u);
	/* Enabled again, and a weight above 0. */
	pool_admin(p->srv[0], L4LB_ADMIN_DISABLED);
	KUNIT_EXPECT_EQ(test, p->srv[0]->ramp_from, 0ul);
	pool_admin(p->srv[0], L4LB_ADMIN_ENABLED);
	KUNIT_EXPECT_NE(test, p->srv[0]->ramp_from, 0ul);
	pool_weight(p->srv[1], 0);
	pool_weight(p->srv[1], 3);
	KUNIT_EXPECT_NE(test, p->srv[1]->ramp_from, 0ul);
	/* A change of weight is no start. */
	pool_weight(p->srv[2], 3);
	KUNIT_EXPECT_EQ(test, p->srv[2]->ramp_from, 0ul);
	/* Two of five are warm: fewer than half. */
	KUNIT_EXPECT_EQ(test, ramp_data(p)->cold, 3u);
	KUNIT_EXPECT_FALSE(test, ramp_data(p)->ramping);
	KUNIT_EXPECT_EQ(test, ramp_told(srv), 1000u);
	/* A commit in between changes nothing. */
	pool_publish(test);
	KUNIT_EXPECT_EQ(test, ramp_data(p)->cold, 3u);
	/* Nobody else is left: warm at once. */
	for (i = 1; i < 5; i++)
		pool_health(p->srv[i], L4LB_HEALTH_DOWN);
	KUNIT_EXPECT_EQ(test, p->srv[0]->ramp_from, 0ul);
}

static struct kunit_case ramp_cases[] = {
	KUNIT_CASE(ramp_returns),
	KUNIT_CASE(ramp_draws),
	KUNIT_CASE(ramp_all),
	KUNIT_CASE(ramp_alone),
	KUNIT_CASE(ramp_hash),
	KUNIT_CASE(ramp_who),
	{}
};

static struct kunit_suite ramp_suite = {
	.name = "sched_ramp",
	.init = ramp_test_init,
	.exit = pool_exit,
	.test_cases = ramp_cases,
};

kunit_test_suite(ramp_suite);
