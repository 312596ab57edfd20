// SPDX-License-Identifier: GPL-2.0
/* Suite of sched_hash.c: sh and dh; shares and moves: sched_place_test.c. */
#include "sched_test.h"

static int hash_test_init(struct kunit *test)
{
	return pool_make(test, &l4lb_sched_sh) ? 0 : -ENOMEM;
}

/* How many of 200 packets that differ as @turn says go where the first does. */
static u32 hash_same(struct pool *p, void (*turn)(struct l4lb_packet *pkt,
						  u32 nr))
{
	struct l4lb_packet pkt = pool_packet(1);
	struct l4lb_server *first = pool_choose(p, &pkt);
	u32 i, same = 0;

	for (i = 0; i < 200; i++) {
		turn(&pkt, i);
		same += pool_choose(p, &pkt) == first;
	}
	return same;
}

static void turn_saddr(struct l4lb_packet *pkt, u32 nr)
{
	pkt->saddr.ip = htonl(0x0b000000 + nr);
}

static void turn_sport(struct l4lb_packet *pkt, u32 nr)
{
	pkt->sport = htons(5000 + nr);
}

static void turn_daddr(struct l4lb_packet *pkt, u32 nr)
{
	pkt->daddr.ip = htonl(0x0c000000 + nr);
}

static void turn_dport(struct l4lb_packet *pkt, u32 nr)
{
	pkt->dport = htons(5000 + nr);
}

/* What counts is the address that the scheduler is named after. */
static void hash_what_counts(struct kunit *test)
{
	struct pool *p = test->priv;
	u32 i;

	for (i = 0; i < 8; i++)
		pool_add(test, i, 1);
	for (i = 0; i < 2; i++) {
		p->hash_port = i;
		p->ops = &l4lb_sched_sh;
		pool_publish(test);
		KUNIT_EXPECT_LT(test, hash_same(p, turn_saddr), 60u);
		KUNIT_EXPECT_EQ(test, hash_same(p, turn_daddr), 200u);
		KUNIT_EXPECT_EQ(test, hash_same(p, turn_dport), 200u);
		KUNIT_EXPECT_EQ(test, hash_same(p, turn_sport) < 60, i == 1);
		p->ops = &l4lb_sched_dh;
		pool_publish(test);
		KUNIT_EXPECT_LT(test, hash_same(p, turn_daddr), 60u);
		KUNIT_EXPECT_EQ(test, hash_same(p, turn_saddr), 200u);
		KUNIT_EXPECT_EQ(test, hash_same(p, turn_sport), 200u);
		KUNIT_EXPECT_EQ(test, hash_same(p, turn_dport) < 60, i == 1);
	}
}

static void hash_full_server(struct kunit *test)
{
	pool_expect_full(test);
}

static void hash_none(struct kunit *test)
{
	pool_expect_none(test);
}

static struct kunit_case hash_cases[] = {
	KUNIT_CASE(hash_what_counts),
	KUNIT_CASE(hash_full_server),
	KUNIT_CASE(hash_none),
	{}
};

static struct kunit_suite hash_suite = {
	.name = "sched_hash",
	.init = hash_test_init,
	.exit = pool_exit,
	.test_cases = hash_cases,
};

kunit_test_suite(hash_suite);
