// SPDX-License-Identifier: GPL-2.0
/*
 * Bad configurations, and all that is said about each: complaints.golden. An
 * entry is "== NAME", the file, "--", and a line a complaint, LINE:COLUMN
 * GRADE: TEXT; an empty line ends it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "conf.h"
#include "tree_text.h"

#define ENTRIES	110	/* at least so many */

/* The file beside this one. */
static char *read_golden(void)
{
	static const char name[] = "complaints.golden";
	const char *slash = strrchr(__FILE__, '/');
	char path[512], *text = NULL;
	size_t size = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%.*s%s",
		 slash ? (int)(slash + 1 - __FILE__) : 0, __FILE__, name);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_true(getdelim(&text, &size, '\0', f) > 0);
	fclose(f);
	return text;
}

static void check(const char *name, const char *text, const char *expected)
{
	static const struct conf_options opt = { .hostname = "lv1" };
	struct conf_log *log = conf_log_new();
	struct conf_tree *tree = conf_read_text("F", text, strlen(text), &opt,
						log);
	struct conf *conf = conf_parse(tree, log);
	char *said = log_text(log);

	if (strcmp(said, expected))
		print_message("%s\n", name);
	assert_string_equal(said, expected);
	assert_int_equal(!conf, conf_log_count(log, CONF_ERROR) > 0);
	free(said);
	conf_free(conf);
	conf_tree_free(tree);
	conf_log_free(log);
}

/* At @mark, which is cut off. Return: what is behind it, NULL: not there. */
static char *cut(char *text, const char *mark)
{
	char *at = strstr(text, mark);

	if (!at)
		return NULL;
	*at = '\0';
	return at + strlen(mark);
}

static void test_complaints(void **state)
{
	char *golden = read_golden(), *entry = golden + 3, *next, *text, *log;
	unsigned int n = 0;
	size_t len;

	(void)state;
	assert_memory_equal(golden, "== ", 3);
	for (; entry; entry = next, n++) {
		next = cut(entry, "\n\n== ");
		text = cut(entry, "\n");
		assert_non_null(text);
		log = cut(text, "\n--");
		assert_non_null(log);
		log += *log == '\n';
		len = strlen(log);
		if (len && log[len - 1] == '\n')
			log[len - 1] = '\0';
		check(entry, text, log);
	}
	assert_in_range(n, ENTRIES, 1000);
	free(golden);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complaints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
