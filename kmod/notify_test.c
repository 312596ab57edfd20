// SPDX-License-Identifier: GPL-2.0
/* Suite of notify.c: how many drops are told. */
#include <kunit/test.h>

static u32 notify_told(struct l4lb_sample *sample)
{
	u32 i, told = 0;

	for (i = 0; i < 1000; i++)
		told += drop_sampled(sample);
	return told;
}

/* Ten a second, in no more seconds than have begun. */
static void notify_sample(struct kunit *test)
{
	unsigned long began = jiffies;
	struct l4lb_sample sample = {};
	u32 told = notify_told(&sample);

	KUNIT_EXPECT_GE(test, told, DROPS_A_SECOND);
	KUNIT_EXPECT_LE(test, (unsigned long)told,
			DROPS_A_SECOND * ((jiffies - began) / HZ + 2));
	/* A second later there is room again. */
	atomic64_sub((s64)HZ << 32, &sample.word);
	KUNIT_EXPECT_GE(test, notify_told(&sample), DROPS_A_SECOND);
}

static struct kunit_case notify_cases[] = {
	KUNIT_CASE(notify_sample),
	{}
};

static struct kunit_suite notify_suite = {
	.name = "notify",
	.test_cases = notify_cases,
};

kunit_test_suite(notify_suite);
