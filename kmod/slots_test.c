// SPDX-License-Identifier: GPL-2.0
/* Suite of slots.c. */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <fault.h>

#define SLOTS_TEST	2000
#define SLOTS_ROUNDS	20000

static struct l4lb_slots *slots_make(struct kunit *test)
{
	struct l4lb_slots *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_ASSERT_EQ(test, l4lb_slots_init(s), 0);
	return s;
}

static void *slots_read(const struct l4lb_slots *s, u32 id)
{
	void *obj;

	rcu_read_lock();
	obj = l4lb_slots_get(s, id);
	rcu_read_unlock();
	return obj;
}

/* A number rests for two sweeps, across the wrap of their count as well. */
static void slots_rest(struct kunit *test)
{
	struct l4lb_slots *s = slots_make(test);
	u32 start[] = { 0, 7, U32_MAX - 1, U32_MAX }, i, sweep;
	int id, other;

	for (i = 0; i < ARRAY_SIZE(start); i++) {
		sweep = start[i];
		id = l4lb_slots_reserve(s, GFP_KERNEL);
		KUNIT_ASSERT_GT(test, id, 0);
		KUNIT_EXPECT_PTR_EQ(test, slots_read(s, id), NULL);
		l4lb_slots_set(s, id, s);
		KUNIT_EXPECT_PTR_EQ(test, slots_read(s, id), (void *)s);
		l4lb_slots_clear(s, id, sweep);
		KUNIT_EXPECT_PTR_EQ(test, slots_read(s, id), NULL);
		l4lb_slots_settle(s, sweep + 1);
		other = l4lb_slots_reserve(s, GFP_KERNEL);
		KUNIT_EXPECT_NE(test, other, id);
		l4lb_slots_settle(s, sweep + 2);
		KUNIT_EXPECT_EQ(test, l4lb_slots_reserve(s, GFP_KERNEL), id);
		l4lb_slots_unreserve(s, id);
		l4lb_slots_unreserve(s, other);
	}
	l4lb_slots_destroy(s);
}

/* Nothing but the pointers to chunks before the first number is asked for. */
static void slots_idle(struct kunit *test)
{
	struct l4lb_slots *s = slots_make(test);
	u32 c;

	KUNIT_EXPECT_LE(test, sizeof(*s), (size_t)2112);
	KUNIT_EXPECT_LE(test, sizeof(*s->state), (size_t)32);
	KUNIT_EXPECT_PTR_EQ(test, s->state->chunk, NULL);
	for (c = 0; c < L4LB_SLOTS_CHUNKS; c++)
		KUNIT_EXPECT_PTR_EQ(test, s->chunk[c], NULL);
	KUNIT_EXPECT_PTR_EQ(test, slots_read(s, L4LB_SLOTS_MAX - 1), NULL);
	l4lb_slots_settle(s, 5);
	l4lb_slots_destroy(s);
}

/* What a random user holds, against what the slots say. */
static void slots_random(struct kunit *test)
{
	struct l4lb_slots *s = slots_make(test);
	u32 seed = get_random_u32(), round, sweep = 0, pick, *left;
	struct rnd_state rnd;
	int *held, id;

	kunit_info(test, "seed %u", seed);
	prandom_seed_state(&rnd, seed);
	held = kunit_kzalloc(test, SLOTS_TEST * sizeof(*held), GFP_KERNEL);
	/* Sweep at which a number left, plus 1. */
	left = kunit_kzalloc(test, 16 * SLOTS_TEST * sizeof(*left), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, held);
	KUNIT_ASSERT_NOT_NULL(test, left);
	for (round = 0; round < SLOTS_ROUNDS; round++) {
		pick = prandom_u32_state(&rnd) % SLOTS_TEST;
		if (!(prandom_u32_state(&rnd) % 200))
			l4lb_slots_settle(s, ++sweep);
		if (held[pick]) {
			id = held[pick];
			KUNIT_ASSERT_PTR_EQ(test, slots_read(s, id),
					    (void *)&held[pick]);
			l4lb_slots_clear(s, id, sweep);
			left[id] = sweep + 1;
			held[pick] = 0;
			continue;
		}
		id = l4lb_slots_reserve(s, GFP_KERNEL);
		KUNIT_ASSERT_GT(test, id, 0);
		KUNIT_ASSERT_LT(test, id, 16 * SLOTS_TEST);
		KUNIT_ASSERT_PTR_EQ(test, slots_read(s, id), NULL);
		if (left[id])
			KUNIT_ASSERT_GE(test, sweep, left[id] - 1 + 2);
		l4lb_slots_set(s, id, &held[pick]);
		held[pick] = id;
	}
	l4lb_slots_destroy(s);
}

static void slots_exhaust(struct kunit *test)
{
	struct l4lb_slots *s = slots_make(test);
	int id = 0;
	u32 nr = 0;

	for (;;) {
		id = l4lb_slots_reserve(s, GFP_KERNEL);
		if (id < 0)
			break;
		nr++;
	}
	KUNIT_EXPECT_EQ(test, id, -ENOSPC);
	KUNIT_EXPECT_EQ(test, nr, L4LB_SLOTS_MAX - 1);
	l4lb_slots_unreserve(s, 77);
	KUNIT_EXPECT_EQ(test, l4lb_slots_reserve(s, GFP_KERNEL), 77);
	l4lb_slots_destroy(s);
}

static void slots_fault(struct kunit *test)
{
	struct l4lb_slots *s = slots_make(test);
	u32 nth;
	int id;

	for (nth = 1;; nth++) {
		l4lb_fault_arm(nth);
		id = l4lb_slots_reserve(s, GFP_KERNEL);
		if (!l4lb_fault_fired())
			break;
		KUNIT_EXPECT_EQ(test, id, -ENOMEM);
	}
	KUNIT_EXPECT_GT(test, nth, 1u);
	KUNIT_EXPECT_EQ(test, id, 1);
	l4lb_slots_destroy(s);
}

static struct kunit_case slots_cases[] = {
	KUNIT_CASE(slots_rest),
	KUNIT_CASE(slots_idle),
	KUNIT_CASE(slots_random),
	KUNIT_CASE(slots_exhaust),
	KUNIT_CASE(slots_fault),
	{}
};

static struct kunit_suite slots_suite = {
	.name = "slots",
	.test_cases = slots_cases,
};

kunit_test_suite(slots_suite);
