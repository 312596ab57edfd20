// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of conn_udp.c. */
#include <kunit/test.h>

static void every_word(struct kunit *test)
{
	static const u32 flags[] = {
		0, L4LB_CONN_COUNTED, L4LB_CONN_LOCAL,
		L4LB_CONN_COUNTED | L4LB_CONN_LOCAL, L4LB_CONN_DEAD,
	};
	u32 state;
	int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++)
		for (state = 0; state < __L4LB_STATE_MAX; state++)
			KUNIT_EXPECT_EQ(test, l4lb_udp_next(flags[i] | state),
					flags[i] | L4LB_STATE_UDP);
	KUNIT_EXPECT_FALSE(test, l4lb_state_active(L4LB_STATE_UDP));
}

static struct kunit_case udp_cases[] = {
	KUNIT_CASE(every_word),
	{}
};

static struct kunit_suite udp_suite = {
	.name = "conn_udp",
	.test_cases = udp_cases,
};

kunit_test_suite(udp_suite);
