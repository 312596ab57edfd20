// SPDX-License-Identifier: GPL-2.0
/* Lines of a file: words, quotes, comments, and their columns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lex.h"

static void check(const char *line, const char *words, const char *error)
{
	char copy[1024], joined[1024] = "";
	struct word room[LEX_WORDS];
	struct words ws = { .w = room, .file = "F", .line = 7 };
	unsigned int i;

	strcpy(copy, line);
	lex_line(&ws, copy);
	if (error) {
		assert_string_equal(ws.error, error);
		return;
	}
	assert_string_equal(ws.error, "");
	for (i = 0; i < ws.n; i++)
		snprintf(joined + strlen(joined), 64, "%u<%s>",
			 room[i].place, room[i].text);
	assert_string_equal(joined, words);
}

static void test_lines(void **state)
{
	(void)state;
	check("", "", NULL);
	check(" \t ", "", NULL);
	check("# nothing", "", NULL);
	check("a bc\td", "1<a>3<bc>6<d>", NULL);
	check("  a #b c", "3<a>", NULL);
	check("a#b", "1<a#b>", NULL);
	check("\"a b\" c", "1<a b>7<c>", NULL);
	check("x \"\"", "1<x>3<>", NULL);
	check("\"\" x", "1<>4<x>", NULL);
	check("x \"a\\\"b\\\\c\\d\"", "1<x>3<a\"b\\c\\d>", NULL);
	check("a \"b c", NULL, "F:7:3: the quotation mark is never closed");
	check("a \"b\"c", NULL,
	      "F:7:6: a blank is missing behind the quotation mark");
	check("a \"b\\\"", NULL, "F:7:3: the quotation mark is never closed");
}

static void test_many(void **state)
{
	char line[1024];
	struct word room[LEX_WORDS];
	struct words ws = { .w = room, .file = "F", .line = 1 };
	unsigned int i;

	(void)state;
	for (i = 0; i < 2 * LEX_WORDS + 2; i += 2)
		memcpy(line + i, "a ", 2);
	line[2 * LEX_WORDS] = '\0';
	assert_int_equal(lex_line(&ws, line), 0);
	assert_int_equal(ws.n, LEX_WORDS);
	for (i = 0; i < 2 * LEX_WORDS + 2; i += 2)
		memcpy(line + i, "a ", 2);
	line[2 * LEX_WORDS + 2] = '\0';
	assert_int_not_equal(lex_line(&ws, line), 0);
	assert_string_equal(ws.error, "F:1:257: more than 128 words");
}

/* Whatever is quoted is read back, but newlines, which become blanks. */
static void test_quote(void **state)
{
	static const char * const texts[] = {
		"a", "a b", "", "\"", "\\", "a\\", "#", "a#", "\\\"", "ä ö",
		"the disk\\is \"full\"", "a\tb",
	};
	char buf[256], line[300];
	struct word room[LEX_WORDS];
	struct words ws = { .w = room };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		lex_quote(buf, sizeof(buf), texts[i]);
		snprintf(line, sizeof(line), "x %s y", buf);
		assert_int_equal(lex_line(&ws, line), 0);
		assert_int_equal(ws.n, 3);
		assert_string_equal(room[1].text, texts[i]);
	}
	lex_quote(buf, sizeof(buf), "a\nb");
	assert_string_equal(buf, "\"a b\"");
	lex_quote(buf, 4, "a very long text");
	assert_string_equal(buf, "\"a ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_quote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
