// SPDX-License-Identifier: GPL-2.0
/* Suite of sched_mh.c: balance and disruption, as the paper measures them. */
#include "sched_test.h"

#define MH_CLIENTS	20000u

static int mh_test_init(struct kunit *test)
{
	return pool_make(test, &l4lb_sched_mh) ? 0 : -ENOMEM;
}

static struct l4lb_mh *mh_table(struct pool *p)
{
	struct l4lb_sched_data *sd = rcu_dereference_protected(p->rt->sched,
							       true);

	return rcu_dereference_protected(sd->mh, true);
}

static u32 mh_entries(struct pool *p, u32 pos)
{
	const struct l4lb_mh *mh = mh_table(p);
	u32 i, nr = 0;

	for (i = 0; i < mh->size; i++)
		nr += mh->entry[i] == pos;
	return nr;
}

/* Servers of MH_CLIENTS clients. */
static struct l4lb_server **mh_clients(struct kunit *test)
{
	struct l4lb_server **of = kunit_kcalloc(test, MH_CLIENTS, sizeof(*of),
						GFP_KERNEL);
	u32 c;

	KUNIT_ASSERT_NOT_NULL(test, of);
	for (c = 0; c < MH_CLIENTS; c++)
		of[c] = pool_hashed(test->priv, c);
	return of;
}

/**
 * struct mh_measure - a table, and what becomes of it when servers leave
 * @size: entries
 * @least: entries of the server with the fewest
 * @most: entries of the one with the most
 * @own: entries of those that left
 * @moved: entries of others that have another server now
 */
struct mh_measure {
	u32 size;
	u32 least;
	u32 most;
	u32 own;
	u32 moved;
};

/* The servers of a table's entries. */
static struct l4lb_server **mh_snapshot(struct kunit *test)
{
	struct pool *p = test->priv;
	const struct l4lb_mh *mh = mh_table(p);
	struct l4lb_server **of = kvmalloc_array(mh->size, sizeof(*of),
						 GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, of);
	for (i = 0; i < mh->size; i++)
		of[i] = p->srv[mh->entry[i]];
	return of;
}

/* Of @nr equal servers @leave leave at once, those in the middle. */
static struct mh_measure mh_measure(struct kunit *test, u32 nr, u32 leave)
{
	struct pool *p = test->priv;
	struct l4lb_server **was, **is, *gone[POOL_MAX / 10];
	struct mh_measure m = { .least = U32_MAX };
	u32 i, j;

	for (i = 0; i < nr; i++)
		pool_add(test, i, 1);
	pool_publish(test);
	m.size = mh_table(p)->size;
	for (i = 0; i < nr; i++) {
		m.least = min(m.least, mh_entries(p, i));
		m.most = max(m.most, mh_entries(p, i));
	}
	was = mh_snapshot(test);
	for (i = 0; i < leave; i++)
		gone[i] = pool_del(p, (nr - leave) / 2);
	pool_publish(test);
	KUNIT_ASSERT_EQ(test, mh_table(p)->size, m.size);
	is = mh_snapshot(test);
	for (i = 0; i < m.size; i++) {
		for (j = 0; j < leave && was[i] != gone[j]; j++)
			;
		if (j < leave)
			m.own++;
		else
			m.moved += is[i] != was[i];
	}
	kvfree(was);
	kvfree(is);
	for (i = 0; i < leave; i++)
		l4lb_server_retire(gone[i]);
	pool_clear(test);
	return m;
}

/*
 * The paper's two figures (its section 5.3): the shares of servers, and what
 * part of the table changes although its server stays, when one of them leaves
 * and when a tenth does.
 */
static void mh_paper(struct kunit *test)
{
	static const u32 sizes[] = { 10, 50, 200 };
	struct mh_measure m;
	u32 i, k, leave, moved;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (k = 0; k < (sizes[i] > 10 ? 2 : 1); k++) {
			leave = k ? sizes[i] / 10 : 1;
			m = mh_measure(test, sizes[i], leave);
			moved = m.moved * 1000 / m.size;
			kunit_info(test,
				   "%u servers, %u entries, %u to %u each; %u leave: %u of theirs, %u of others (%u per mille)",
				   sizes[i], m.size, m.least, m.most, leave,
				   m.own, m.moved, moved);
			KUNIT_EXPECT_LE(test, m.most - m.least, 1u);
			KUNIT_EXPECT_GE(test, m.least, 100u);
			KUNIT_EXPECT_LE(test, moved, sizes[i] > 10 ? 30u : 60u);
		}
	}
}

/* At least 100 entries a server; equal shares within two percent. */
static void mh_balance(struct kunit *test)
{
	struct pool *p = test->priv;
	u32 i, share;

	for (i = 0; i < 50; i++)
		pool_add(test, i, 7);
	pool_publish(test);
	KUNIT_EXPECT_EQ(test, mh_table(p)->size, 8191u);
	share = 8191 / 50;
	for (i = 0; i < 50; i++) {
		KUNIT_EXPECT_GE(test, mh_entries(p, i), share);
		KUNIT_EXPECT_LE(test, mh_entries(p, i), share + 1);
	}
}

static void mh_weights(struct kunit *test)
{
	static const u32 weight[] = { 1, 2, 0, 5, 12 };
	struct pool *p = test->priv;
	u32 i, c, got, count[ARRAY_SIZE(weight)] = {};
	struct l4lb_server *srv;

	for (i = 0; i < ARRAY_SIZE(weight); i++)
		pool_add(test, i, weight[i]);
	pool_publish(test);
	for (i = 0; i < ARRAY_SIZE(weight); i++) {
		got = mh_entries(p, i);
		KUNIT_EXPECT_LE(test, got, 509 * weight[i] / 20 + weight[i]);
		KUNIT_EXPECT_GE(test, got + weight[i], 509 * weight[i] / 20);
	}
	for (c = 0; c < MH_CLIENTS; c++) {
		srv = pool_hashed(p, c);
		KUNIT_ASSERT_NOT_NULL(test, srv);
		count[srv->pos]++;
	}
	KUNIT_EXPECT_EQ(test, count[2], 0u);
	for (i = 0; i < ARRAY_SIZE(weight); i++) {
		KUNIT_EXPECT_LE(test, count[i], 1200 * weight[i]);
		KUNIT_EXPECT_GE(test, count[i], 800 * weight[i]);
	}
}

/* When one of n is deleted, little more than its clients move. */
static void mh_deleted(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_server **was, *gone;
	u32 i, c, its = 0, moved = 0;

	for (i = 0; i < 20; i++)
		pool_add(test, i, 1);
	pool_publish(test);
	was = mh_clients(test);
	gone = pool_del(p, 7);
	pool_publish(test);
	for (c = 0; c < MH_CLIENTS; c++) {
		KUNIT_EXPECT_PTR_NE(test, pool_hashed(p, c), gone);
		if (was[c] == gone)
			its++;
		else
			moved += pool_hashed(p, c) != was[c];
	}
	l4lb_server_retire(gone);
	kunit_info(test, "%u clients of the server, %u others moved", its,
		   moved);
	KUNIT_EXPECT_GT(test, its, MH_CLIENTS / 20 * 8 / 10);
	KUNIT_EXPECT_LT(test, its, MH_CLIENTS / 20 * 12 / 10);
	KUNIT_EXPECT_LT(test, moved, MH_CLIENTS * 4 / 100);
}

/* When one of n is down, its clients alone move, to all others alike. */
static void mh_down(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_server **was, *down, *srv;
	u32 i, c, moved = 0, to[10] = {};

	for (i = 0; i < 10; i++)
		pool_add(test, i, 1);
	pool_publish(test);
	was = mh_clients(test);
	down = p->srv[3];
	pool_health(down, L4LB_HEALTH_DOWN);
	for (c = 0; c < MH_CLIENTS; c++) {
		srv = pool_hashed(p, c);
		if (was[c] != down) {
			KUNIT_ASSERT_PTR_EQ(test, srv, was[c]);
			continue;
		}
		KUNIT_ASSERT_NOT_NULL(test, srv);
		KUNIT_ASSERT_PTR_NE(test, srv, down);
		to[srv->pos]++;
		moved++;
	}
	for (i = 0; i < 10; i++) {
		KUNIT_EXPECT_LE(test, to[i], moved / 9 * 14 / 10);
		if (i != 3)
			KUNIT_EXPECT_GE(test, to[i], moved / 9 * 6 / 10);
	}
	pool_health(down, L4LB_HEALTH_UP);
	for (c = 0; c < MH_CLIENTS; c++)
		KUNIT_ASSERT_PTR_EQ(test, pool_hashed(p, c), was[c]);
	/* One that is left, of weight 1 among heavy ones, is still found. */
	for (i = 0; i < 9; i++)
		pool_admin(p->srv[i], L4LB_ADMIN_DISABLED);
	for (c = 0; c < 100; c++)
		KUNIT_EXPECT_PTR_EQ(test, pool_hashed(p, c), p->srv[9]);
	pool_admin(p->srv[9], L4LB_ADMIN_DRAIN);
	KUNIT_EXPECT_PTR_EQ(test, pool_hashed(p, 1),
			    (struct l4lb_server *)NULL);
}

/* Another order of the list is another director's. */
static void mh_alike(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_server **was;
	u32 i, c;

	for (i = 0; i < 30; i++)
		pool_add(test, i, 1 + i % 4);
	pool_publish(test);
	was = mh_clients(test);
	for (i = 0; i < 30; i++)
		swap(p->srv[i], p->srv[(i * 7 + 3) % 30]);
	pool_publish(test);
	for (c = 0; c < MH_CLIENTS; c++)
		KUNIT_ASSERT_PTR_EQ(test, pool_hashed(p, c), was[c]);
}

/* An operator's weight builds the table that a configured one would. */
static void mh_reweighed(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_server **was;
	u32 i, c;

	for (i = 0; i < 8; i++)
		pool_add(test, i, 4);
	pool_publish(test);
	for (i = 0; i < 8; i++)
		pool_weight(p->srv[i], i);
	l4lb_sched_flush();
	KUNIT_EXPECT_EQ(test, mh_entries(p, 0), 0u);
	KUNIT_EXPECT_GT(test, mh_entries(p, 7), 5 * mh_entries(p, 1));
	was = mh_clients(test);
	pool_publish(test);
	for (c = 0; c < MH_CLIENTS; c++)
		KUNIT_ASSERT_PTR_EQ(test, pool_hashed(p, c), was[c]);
	/* All to 0 and back. */
	for (i = 0; i < 8; i++)
		pool_weight(p->srv[i], 0);
	l4lb_sched_flush();
	KUNIT_EXPECT_PTR_EQ(test, pool_hashed(p, 1),
			    (struct l4lb_server *)NULL);
	for (i = 0; i < 8; i++)
		pool_weight(p->srv[i], i);
	l4lb_sched_flush();
	for (c = 0; c < MH_CLIENTS; c++)
		KUNIT_ASSERT_PTR_EQ(test, pool_hashed(p, c), was[c]);
}

static void mh_full(struct kunit *test)
{
	pool_expect_full(test);
}

static void mh_empty(struct kunit *test)
{
	struct pool *p = test->priv;

	pool_expect_none(test);
	pool_weight(p->srv[0], 65535);
	l4lb_sched_flush();
	KUNIT_EXPECT_PTR_EQ(test, pool_hashed(p, 1), p->srv[0]);
}

static struct kunit_case mh_cases[] = {
	KUNIT_CASE(mh_paper),
	KUNIT_CASE(mh_balance),
	KUNIT_CASE(mh_weights),
	KUNIT_CASE(mh_deleted),
	KUNIT_CASE(mh_down),
	KUNIT_CASE(mh_alike),
	KUNIT_CASE(mh_reweighed),
	KUNIT_CASE(mh_full),
	KUNIT_CASE(mh_empty),
	{}
};

static struct kunit_suite mh_suite = {
	.name = "sched_mh",
	.init = mh_test_init,
	.exit = pool_exit,
	.test_cases = mh_cases,
};

kunit_test_suite(mh_suite);
