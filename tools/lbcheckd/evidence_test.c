// SPDX-License-Identifier: GPL-2.0
/* Sentences and quotations: nothing of a peer gets through as it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "evidence.h"

static void test_evidence(void **state)
{
	char text[PROTO_TEXT + 1], longer[2 * PROTO_TEXT];
	size_t i;

	(void)state;
	evidence(text, "HTTP %d from %s", 503, "/a");
	assert_string_equal(text, "HTTP 503 from /a");
	evidence(text, "%s", "a\x1b[31mb\r\n\t\x7f\xc3\xa4");
	assert_string_equal(text, "a?[31mb??????");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	evidence(text, "%s", longer);
	assert_int_equal(strlen(text), PROTO_TEXT);
	/* whatever it is made of, the parent takes it */
	for (i = 1; i < 256; i++) {
		longer[0] = i;
		evidence(text, "%s", longer);
		assert_in_range(text[0], ' ', '~');
	}
}

static void check_quote(const char *data, size_t len, const char *quote)
{
	char buf[EVIDENCE_QUOTE];

	assert_string_equal(evidence_quote(buf, data, len), quote);
}

static void test_quote(void **state)
{
	char zeros[EVIDENCE_QUOTED + 1] = "", *buf = malloc(EVIDENCE_QUOTE);

	(void)state;
	check_quote("", 0, "\"\"");
	check_quote("220 ok\r\n", 8, "\"220 ok\\x0d\\x0a\"");
	check_quote("\"\\\x1b\xff\0~ ", 7, "\"\\x22\\x5c\\x1b\\xff\\x00~ \"");
	check_quote("0123456789012345678901234567890123456789", 40,
		    "\"0123456789012345678901234567890123456789\"");
	check_quote("01234567890123456789012345678901234567890", 41,
		    "\"0123456789012345678901234567890123456789\"...");
	/* the longest one there can be */
	evidence_quote(buf, zeros, sizeof(zeros));
	assert_int_equal(strlen(buf), EVIDENCE_QUOTE - 1);
	free(buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_evidence),
		cmocka_unit_test(test_quote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
