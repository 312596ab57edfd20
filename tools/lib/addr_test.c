// SPDX-License-Identifier: GPL-2.0
/* Addresses: what is one, what is none, and back to text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "internal.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static void test_endpoint(void **state)
{
	static const struct {
		const char *text;
		const char *back;	/* NULL: refused */
		bool has_port;
		int err;
	} cases[] = {
		{ "192.0.2.1:80", "192.0.2.1:80", true, 0 },
		{ "192.0.2.1", "192.0.2.1:0", false, 0 },
		{ "192.0.2.1:0", "192.0.2.1:0", true, 0 },
		{ "192.0.2.1:65535", "192.0.2.1:65535", true, 0 },
		{ "192.0.2.1:65536", NULL, false, -ERANGE },
		{ "192.0.2.1:", NULL, false, -EINVAL },
		{ "192.0.2.1:+5", NULL, false, -EINVAL },
		{ "192.0.2.1: 5", NULL, false, -EINVAL },
		{ "192.0.2.1:http", NULL, false, -EINVAL },
		{ "192.0.2.1:80-90", NULL, false, -EINVAL },
		{ "192.0.2:80", NULL, false, -EINVAL },
		{ "192.0.2.256:80", NULL, false, -EINVAL },
		{ "[192.0.2.1]:80", NULL, false, -EINVAL },
		{ ":80", NULL, false, -EINVAL },
		{ "", NULL, false, -EINVAL },
		{ "[2001:db8::1]:80", "[2001:db8::1]:80", true, 0 },
		{ "[2001:DB8:0:0:0:0:0:1]:80", "[2001:db8::1]:80", true, 0 },
		{ "2001:db8::1", "[2001:db8::1]:0", false, 0 },
		{ "[2001:db8::1]", "[2001:db8::1]:0", false, 0 },
		{ "2001:db8::1:80", "[2001:db8::1:80]:0", false, 0 },
		{ "[2001:db8::1]80", NULL, false, -EINVAL },
		{ "[2001:db8::1", NULL, false, -EINVAL },
		{ "[]:80", NULL, false, -EINVAL },
		{ "[2001:db8::1%eth0]:80", NULL, false, -EINVAL },
		{ "www.example.org:80", NULL, false, -EINVAL },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:1",
		  NULL, false, -EINVAL },
	};
	char buf[L4LB_ENDPOINT_STR];
	struct l4lb_addr addr;
	unsigned int i;
	__u16 port;
	bool has;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		int err = l4lb_endpoint_parse(cases[i].text, &addr, &port,
					      &has);

		if (err != cases[i].err)
			fail_msg("%s: %d", cases[i].text, err);
		if (err)
			continue;
		assert_string_equal(l4lb_endpoint_format(&addr, port, buf),
				    cases[i].back);
		assert_int_equal(has, cases[i].has_port);
	}
}

static void test_prefix(void **state)
{
	struct l4lb_addr addr;
	__u8 len;

	(void)state;
	assert_int_equal(l4lb_prefix_parse("10.0.0.0/8", &addr, &len), 0);
	assert_int_equal(len, 8);
	assert_int_equal(l4lb_prefix_parse("10.0.0.1", &addr, &len), 0);
	assert_int_equal(len, 32);
	assert_int_equal(l4lb_prefix_parse("2001:db8::/32", &addr, &len), 0);
	assert_int_equal(len, 32);
	assert_int_equal(addr.family, 6);
	assert_int_equal(l4lb_prefix_parse("10.0.0.0/33", &addr, &len),
			 -ERANGE);
	assert_int_equal(l4lb_prefix_parse("10.0.0.0/", &addr, &len), -EINVAL);
	assert_int_equal(l4lb_prefix_parse("10.0.0.0/-1", &addr, &len),
			 -EINVAL);
	assert_int_equal(l4lb_prefix_parse("/8", &addr, &len), -EINVAL);
}

static void test_equal(void **state)
{
	struct l4lb_addr a, b;

	(void)state;
	assert_int_equal(l4lb_addr_parse("0.0.0.0", &a), 0);
	assert_int_equal(l4lb_addr_parse("::", &b), 0);
	assert_false(l4lb_addr_equal(&a, &b));
	assert_int_equal(l4lb_addr_parse("::0", &a), 0);
	assert_true(l4lb_addr_equal(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endpoint),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
