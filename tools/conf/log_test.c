// SPDX-License-Identifier: GPL-2.0
/* Complaints: order, counts, repetition, the limit, and how they are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tree.h"

#define KEPT	300

static const char text[] =
	"one two\n"
	"\tthree\tfour five\n"
	"se\303\274n \303\244\303\266 end\r\n"
	"\n"
	"\x1b[31m red\n"
	"last";

static struct conf_place at(unsigned int line, unsigned int column)
{
	return (struct conf_place){ "F", line, column };
}

static void check_show(const struct conf_log *log, const char *expected)
{
	char *shown = NULL;
	size_t len;
	FILE *to = open_memstream(&shown, &len);

	conf_log_show(log, to);
	fclose(to);
	assert_string_equal(shown, expected);
	free(shown);
}

static struct conf_log *with_text(void)
{
	struct conf_log *log = conf_log_new();

	conf_log_source(log, "F", text, sizeof(text) - 1);
	return log;
}

static void check_one(unsigned int line, unsigned int column,
		      unsigned int length, const char *expected)
{
	const struct conf_place place = at(line, column);
	struct conf_log *log = with_text();

	conf_complain(log, CONF_ERROR, &place, length, "wrong");
	check_show(log, expected);
	conf_log_free(log);
}

static void test_show(void **state)
{
	(void)state;
	check_one(1, 5, 3, "F:1:5: error: wrong\none two\n    ^~~\n");
	check_one(1, 1, 0, "F:1:1: error: wrong\none two\n^\n");
	/* what is meant goes on in the next line, or ends before */
	check_one(1, 5, 99, "F:1:5: error: wrong\none two\n    ^~~\n");
	check_one(1, 8, 1, "F:1:8: error: wrong\none two\n       ^\n");
	check_one(2, 8, 4,
		  "F:2:8: error: wrong\n\tthree\tfour five\n\t     \t^~~~\n");
	check_one(3, 7, 4,
		  "F:3:7: error: wrong\nse\303\274n \303\244\303\266 end\n"
		  "     ^~\n");
	check_one(3, 12, 3,
		  "F:3:12: error: wrong\nse\303\274n \303\244\303\266 end\n"
		  "        ^~~\n");
	check_one(4, 1, 1, "F:4:1: error: wrong\n\n^\n");
	check_one(5, 1, 1, "F:5:1: error: wrong\n?[31m red\n^\n");
	check_one(6, 1, 4, "F:6:1: error: wrong\nlast\n^~~~\n");
	check_one(7, 1, 4, "F:7:1: error: wrong\n\n^\n");
	check_one(9, 3, 4, "F:9:3: error: wrong\n\n  ^\n");
	check_one(0, 0, 0, "F: error: wrong\n");
}

static void test_long_line(void **state)
{
	struct conf_place place = { "L", 1, 151 };
	struct conf_log *log = conf_log_new();
	char line[301], expected[512];

	(void)state;
	memset(line, 'a', sizeof(line));
	line[150] = 'X';
	conf_log_source(log, "L", line, 300);
	conf_complain(log, CONF_WARNING, &place, 1, "long");
	snprintf(expected, sizeof(expected),
		 "L:1:151: warning: long\n%.60s%.60s\n%60s^\n", line, line + 150,
		 "");
	check_show(log, expected);
	conf_log_free(log);

	log = conf_log_new();
	line[150] = 'a';
	conf_log_source(log, "L", line, 300);
	place.column = 1;
	conf_complain(log, CONF_WARNING, &place, 1, "long");
	snprintf(expected, sizeof(expected),
		 "L:1:1: warning: long\n%.120s\n^\n", line);
	check_show(log, expected);
	conf_log_free(log);
}

static void test_order(void **state)
{
	const struct conf_place first = at(1, 1), second = at(2, 2);
	struct conf_word word = { .text = "three", .place = second };
	struct conf_log *log = with_text();

	(void)state;
	conf_complain_word(log, CONF_NOTE, &word, "\"%s\" is a number",
			   word.text);
	conf_complain(log, CONF_ERROR, &first, 3, "a%d", 1);
	/* a repeated line is complained about once */
	conf_complain(log, CONF_ERROR, &first, 3, "a%d", 1);
	conf_complain(log, CONF_WARNING, &first, 3, "a%d", 1);
	word.length = 2;
	conf_complain_word(log, CONF_ERROR, &word, "two bytes");
	assert_int_equal(conf_log_count(log, CONF_NOTE), 1);
	assert_int_equal(conf_log_count(log, CONF_WARNING), 1);
	assert_int_equal(conf_log_count(log, CONF_ERROR), 2);
	assert_null(conf_log_get(log, 4));
	assert_string_equal(conf_log_get(log, 0)->line, "\tthree\tfour five");
	check_show(log,
		   "F:2:2: note: \"three\" is a number\n"
		   "\tthree\tfour five\n\t^~~~~\n"
		   "F:1:1: error: a1\none two\n^~~\n"
		   "F:1:1: warning: a1\none two\n^~~\n"
		   "F:2:2: error: two bytes\n\tthree\tfour five\n\t^~\n");
	conf_log_free(log);
}

/* A file of which nothing is known, and one that is read again. */
static void test_sources(void **state)
{
	const struct conf_place place = { "G\n", 2, 1 };
	struct conf_log *log = with_text();

	(void)state;
	conf_complain(log, CONF_ERROR, &place, 1, "first");
	conf_log_source(log, "G\n", "x\ny\0z\n", 6);
	conf_complain(log, CONF_ERROR, &place, 1, "second");
	check_show(log,
		   "G?:2:1: error: first\n\n^\n"
		   "G?:2:1: error: second\ny z\n^\n");
	conf_log_free(log);
}

/* An error is known even where it is too much to be kept. */
static void test_limit(void **state)
{
	struct conf_log *log = with_text();
	const struct conf_complaint *last;
	struct conf_place place;
	unsigned int i;

	(void)state;
	for (i = 1; i <= KEPT + 5; i++) {
		place = at(1, i);
		conf_complain(log, i == KEPT + 3 ? CONF_ERROR : CONF_NOTE,
			      &place, 1, "number %u", i);
		last = conf_log_get(log, KEPT);
		if (i <= KEPT) {
			assert_null(last);
		} else {
			assert_int_equal(last->grade, i < KEPT + 3 ?
					 CONF_NOTE : CONF_ERROR);
			assert_int_equal(last->place.column, KEPT + 1);
		}
		if (i == KEPT + 1)
			assert_string_equal(last->text,
					    "1 further complaint is left out");
	}
	assert_string_equal(last->text, "5 further complaints are left out");
	assert_null(conf_log_get(log, KEPT + 1));
	assert_int_equal(conf_log_count(log, CONF_NOTE), KEPT + 4);
	assert_int_equal(conf_log_count(log, CONF_ERROR), 1);
	conf_log_free(log);
	conf_log_free(NULL);
}

static void test_nearest(void **state)
{
	static const char *const words[] = {
		"weight", "real_server", "virtual_server",
		"virtual_server_group", NULL, "rise",
		"vrrp_netlink_monitor_rcv_bufs_force",
	};
	static const struct {
		const char *text, *nearest;
	} cases[] = {
		{ "wieght", "weight" }, { "wight", "weight" },
		{ "weights", "weight" }, { "real-server", "real_server" },
		{ "realserver", "real_server" }, { "ries", "rise" },
		{ "virtual_server_g", "virtual_server_group" },
		{ "virtual_servr", "virtual_server" },
		{ "vrrp_netlink_monitor_rcv_buf_force",
		  "vrrp_netlink_monitor_rcv_bufs_force" },
		{ "w", "weight" }, { "quorum", NULL }, { "", NULL },
		{ "a_word_that_is_longer_than_any_that_could_be_compared",
		  NULL },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *nearest = conf_nearest(cases[i].text, words, 7);

		if (cases[i].nearest)
			assert_string_equal(nearest, cases[i].nearest);
		else
			assert_null(nearest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
