// SPDX-License-Identifier: GPL-2.0
/* Regular expressions, and what makes a response a good one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "judge.h"

static void check_status(const struct proto_range *ranges, __u32 n,
			 unsigned int first, unsigned int last)
{
	struct proto_url url = { .path = "/", .status = ranges, .n_status = n };
	unsigned int status;

	for (status = 0; status < 1200; status++)
		assert_int_equal(judge_status(&url, status),
				 status >= first && status <= last);
}

static void test_status(void **state)
{
	static const struct proto_range ok = { 200, 200 };
	static const struct proto_range all = { 100, 999 };
	static const struct proto_range joined[] = {
		{ 401, 410 }, { 404, 404 }, { 400, 400 },
	};

	(void)state;
	check_status(NULL, 0, 200, 299);
	check_status(&ok, 1, 200, 200);
	check_status(&all, 1, 100, 999);
	check_status(joined, 3, 400, 410);
}

static void search(const struct proto_regex *regex, const char *data,
		   enum match_found found)
{
	char error[PROTO_ERROR] = "";
	struct match *match = match_new(regex, error);
	char *exact = malloc(strlen(data));

	assert_string_equal(error, "");
	memcpy(exact, data, strlen(data));
	assert_int_equal(match_search(match, exact, strlen(data)), found);
	free(exact);
	match_free(match);
}

#define SEARCH(data, found, ...)					\
	search(&(struct proto_regex){ .pattern = __VA_ARGS__ }, data, found)

static void test_options(void **state)
{
	char longer[400] = "";
	size_t i;

	(void)state;
	SEARCH("", MATCH_YES, "^$");
	SEARCH("", MATCH_NO, "x");
	SEARCH("aB", MATCH_NO, "ab");
	SEARCH("aB", MATCH_YES, "ab", "caseless");
	SEARCH("a\nb", MATCH_NO, "a.b");
	SEARCH("a\nb", MATCH_YES, "a.b", "  caseless   dotall ");
	SEARCH("a\nb", MATCH_NO, "^b");
	SEARCH("a\nb", MATCH_YES, "^b", "multiline");
	SEARCH("a\n", MATCH_YES, "a$");
	SEARCH("a\n", MATCH_NO, "a$", "dollar_endonly");
	SEARCH("ab", MATCH_YES, "a b", "extended");
	SEARCH("x\nab", MATCH_NO, "ab", "firstline");
	SEARCH("\xc3\xa4", MATCH_NO, "^.$");
	SEARCH("\xc3\xa4", MATCH_YES, "^.$", "utf");
	/* no UTF-8, but what is to be found is behind it */
	SEARCH("\xff\xfe ok", MATCH_YES, "ok", "utf");
	SEARCH("a", MATCH_YES, "(?<x>a)|(?<x>b)", "dupnames");
	/* offsets */
	SEARCH("abcabc", MATCH_YES, "a", .min = 3);
	SEARCH("abcabc", MATCH_NO, "a", .min = 4);
	SEARCH("abcabc", MATCH_NO, "a", .min = 7);
	SEARCH("abcabc", MATCH_YES, "c", .max = 2);
	SEARCH("abcabc", MATCH_NO, "c", .max = 1);
	SEARCH("abcabc", MATCH_YES, "c", .min = 3, .max = 5);
	/* limits */
	SEARCH("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", MATCH_GAVE_UP,
	       "(a+a+)+$");
	for (i = 0; i < sizeof(longer) - 2; i++)
		longer[i] = i % 2 ? 'a' : 'b';
	longer[i] = 'c';
	SEARCH(longer, MATCH_GAVE_UP, "^(a|b)*$", .memory = 1);
}

static void wrong(const char *pattern, const char *options, const char *what)
{
	struct proto_regex regex = { .pattern = pattern, .options = options };
	char error[PROTO_ERROR] = "";

	assert_null(match_new(&regex, error));
	assert_string_equal(error, what);
}

static void test_wrong(void **state)
{
	(void)state;
	wrong("a(b", NULL, "regex, at its character 4: missing closing parenthesis");
	wrong("a", "caseles", "regex option caseles: unknown");
	wrong("a", "dotall utf8 x", "regex option utf8: unknown");
	wrong("\\C", "never_backslash_c",
	      "regex, at its character 3: using \\C is disabled by the application");
}

static enum frame_outcome judge(const struct proto_url *url, unsigned int status,
				const char *body, size_t piece, char *text)
{
	char error[PROTO_ERROR];
	struct match *match = url->regex.pattern ?
			      match_new(&url->regex, error) : NULL;
	enum frame_outcome outcome;
	struct judge j;
	size_t at, len = strlen(body), n;

	assert_int_equal(judge_begin(&j, url, match), 0);
	for (at = 0; at < len; at += n) {
		n = len - at < piece ? len - at : piece;
		assert_true(judge_body(&j, body + at, n));
	}
	*text = '\0';
	outcome = judge_end(&j, status, text);
	judge_free(&j);
	match_free(match);
	return outcome;
}

/* However the body is cut into pieces. */
static void test_pieces(void **state)
{
	static const struct proto_url urls[] = {
		{ .path = "/", .digest = "900150983CD24FB0d6963f7d28e17f72" },
		{ .path = "/", .regex.pattern = "^abc$" },
		{
			.path = "/", .regex.pattern = "^abc$",
			.digest = "900150983cd24fb0d6963f7d28e17f72",
		},
	};
	char text[PROTO_TEXT + 1];
	unsigned int i, piece;

	(void)state;
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		for (piece = 1; piece < 4; piece++) {
			assert_int_equal(judge(&urls[i], 200, "abc", piece,
					       text), FRAME_OK);
			assert_string_equal(text, "");
			assert_int_equal(judge(&urls[i], 200, "abd", piece,
					       text), FRAME_FAILED);
			assert_int_equal(judge(&urls[i], 404, "abc", piece,
					       text), FRAME_FAILED);
			assert_string_equal(text, "HTTP 404 from /");
		}
}

/* What is only read to see that it comes, or searched, has an end. */
static void test_bound(void **state)
{
	static const char piece[65536];
	struct proto_url url = { .path = "/" };
	struct proto_url digest = {
		.path = "/", .digest = "900150983cd24fb0d6963f7d28e17f72",
	};
	struct proto_regex regex = { .pattern = "x" };
	char error[PROTO_ERROR];
	struct match *match = match_new(&regex, error);
	struct judge j;
	unsigned int i;

	(void)state;
	assert_int_equal(judge_begin(&j, &url, match), 0);
	for (i = 1; judge_body(&j, piece, sizeof(piece)); i++)
		;
	assert_int_equal(i, JUDGE_BODY / sizeof(piece));
	judge_body(&j, piece, sizeof(piece));
	assert_int_equal(j.kept, JUDGE_BODY);
	judge_free(&j);
	match_free(match);
	assert_int_equal(judge_begin(&j, &digest, NULL), 0);
	for (i = 0; i < 100; i++)
		assert_true(judge_body(&j, piece, sizeof(piece)));
	assert_int_equal(j.kept, 0);
	judge_free(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
