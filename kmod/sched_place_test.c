// SPDX-License-Identifier: GPL-2.0
/* Suite of sched_place.c: shares, and who moves when a server goes. */
#include "sched_test.h"

#define PLACE_CLIENTS	20000u

static int place_test_init(struct kunit *test)
{
	return pool_make(test, &l4lb_sched_rr) ? 0 : -ENOMEM;
}

static struct l4lb_server *place_of(struct pool *p, u32 client)
{
	struct l4lb_packet pkt = {
		.family = AF_INET,
		.saddr.ip = htonl(0x0a000000 + client),
		.sport = htons(client * 7),
	};
	struct l4lb_service svc = { .ops = p->ops };
	struct l4lb_pick pick = {};
	bool any;

	rcu_read_lock();
	svc.sched = rcu_dereference(p->rt->sched);
	any = l4lb_sched_adopt(&svc, &pkt, &pick);
	rcu_read_unlock();
	return any ? pick.server : NULL;
}

/* Against figures that were computed elsewhere. */
static void place_clock_exact(struct kunit *test)
{
	static const struct { u64 h, clock; } known[] = {
		{ 0x0000000000000001ull, 274877906944ull },
		{ 0x0000000000000002ull, 270582939648ull },
		{ 0x0000000000000003ull, 268070544838ull },
		{ 0x8000000000000000ull, 4294967296ull },
		{ 0xc000000000000000ull, 1782572486ull },
		{ 0xfff0000000000000ull, 1512960ull },
		{ 0x0000000123456789ull, 136639149779ull },
		{ 0x3243f6a8885a308dull, 10086747318ull },
	};
	u64 off, got;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		got = place_clock(known[i].h);
		off = got > known[i].clock ? got - known[i].clock :
					     known[i].clock - got;
		KUNIT_EXPECT_LE_MSG(test, off, known[i].clock / 25000 + 1,
				    "%llx: %llu", known[i].h, got);
	}
	KUNIT_EXPECT_EQ(test, place_clock(~0ull), 1ull);
	KUNIT_EXPECT_GT(test, place_clock(0), place_clock(1) - 1);
}

/* Shares are as weights; weight 0 and whoever is excluded get none. */
static void place_shares(struct kunit *test)
{
	static const u32 weight[] = { 1, 3, 0, 6, 10 };
	u32 i, c, count[ARRAY_SIZE(weight)] = {};
	struct pool *p = test->priv;
	struct l4lb_server *srv;

	for (i = 0; i < ARRAY_SIZE(weight); i++)
		pool_add(test, i, weight[i]);
	pool_publish(test);
	for (c = 0; c < PLACE_CLIENTS; c++) {
		srv = place_of(p, c);
		KUNIT_ASSERT_NOT_NULL(test, srv);
		count[srv->pos]++;
	}
	for (i = 0; i < ARRAY_SIZE(weight); i++) {
		/* Four standard deviations of 1000 are below 130. */
		KUNIT_EXPECT_LE(test, count[i],
				PLACE_CLIENTS / 20 * weight[i] * 113 / 100);
		KUNIT_EXPECT_GE(test, count[i],
				PLACE_CLIENTS / 20 * weight[i] * 87 / 100);
	}
	for (i = 0; i < ARRAY_SIZE(weight); i++)
		pool_admin(p->srv[i], L4LB_ADMIN_DRAIN);
	KUNIT_EXPECT_PTR_EQ(test, place_of(p, 1), (struct l4lb_server *)NULL);
}

/* Only clients of the server that went move, and they come back with it. */
static void place_moves(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_server **was, *srv, *down;
	u32 i, c, moved = 0;

	was = kunit_kcalloc(test, PLACE_CLIENTS, sizeof(*was), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, was);
	for (i = 0; i < 10; i++)
		pool_add(test, i, 1 + i % 3);
	pool_publish(test);
	for (c = 0; c < PLACE_CLIENTS; c++)
		was[c] = place_of(p, c);
	down = p->srv[4];
	WRITE_ONCE(down->health, L4LB_HEALTH_DOWN);
	for (c = 0; c < PLACE_CLIENTS; c++) {
		srv = place_of(p, c);
		if (was[c] == down) {
			KUNIT_EXPECT_PTR_NE(test, srv, down);
			moved++;
		} else {
			KUNIT_EXPECT_PTR_EQ(test, srv, was[c]);
		}
	}
	KUNIT_EXPECT_GT(test, moved, 0u);
	WRITE_ONCE(down->health, L4LB_HEALTH_UP);
	/* Another order of the list is another director's. */
	for (i = 0; i < p->nr / 2; i++)
		swap(p->srv[i], p->srv[p->nr - 1 - i]);
	pool_publish(test);
	for (c = 0; c < PLACE_CLIENTS; c++)
		KUNIT_EXPECT_PTR_EQ(test, place_of(p, c), was[c]);
}

/* A server is the same by TCP and by UDP, and another at another port. */
static void place_identity(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_sched_data *sd;
	u32 i;

	for (i = 0; i < 3; i++) {
		pool_add(test, i, 1);
		p->srv[i]->ep.addr.ip = htonl(0xc0a80001);
		p->srv[i]->ep.proto = i ? IPPROTO_TCP : IPPROTO_UDP;
	}
	p->srv[2]->ep.port = htons(81);
	sd = pool_publish(test);
	KUNIT_EXPECT_EQ(test, sd->slot[0].key, sd->slot[1].key);
	KUNIT_EXPECT_NE(test, sd->slot[0].key, sd->slot[2].key);
}

static struct kunit_case place_cases[] = {
	KUNIT_CASE(place_clock_exact),
	KUNIT_CASE(place_shares),
	KUNIT_CASE(place_moves),
	KUNIT_CASE(place_identity),
	{}
};

static struct kunit_suite place_suite = {
	.name = "sched_place",
	.init = place_test_init,
	.exit = pool_exit,
	.test_cases = place_cases,
};

kunit_test_suite(place_suite);
