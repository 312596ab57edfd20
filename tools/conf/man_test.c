// SPDX-License-Identifier: GPL-2.0
/*
 * Is the manual page what the table of words makes of it now, and is each
 * example in it a good configuration? "man_test -w" writes the page.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "conf.h"
#include "man.h"
#include "tree_text.h"

#define EXAMPLES	15	/* at least so many */

#define TEMPLATE	"l4lb.conf.5.in"
#define PAGE		"../../Documentation/man/l4lb.conf.5"

static FILE *open_file(const char *name, const char *mode)
{
	const char *slash = strrchr(__FILE__, '/');
	char path[512];

	snprintf(path, sizeof(path), "%.*s%s",
		 slash ? (int)(slash + 1 - __FILE__) : 0, __FILE__, name);
	return fopen(path, mode);
}

static char *made_page(void)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);
	FILE *from = open_file(TEMPLATE, "r");

	assert_non_null(from);
	assert_int_equal(conf_man(from, to), 0);
	fclose(from);
	fclose(to);
	return text;
}

static void test_page(void **state)
{
	char *made = made_page(), *page = NULL;
	FILE *f = open_file(PAGE, "r");
	size_t size = 0;

	(void)state;
	assert_non_null(f);
	assert_true(getdelim(&page, &size, '\0', f) > 0);
	fclose(f);
	if (strcmp(made, page))
		print_message("the page is old: man_test -w makes it anew\n");
	assert_true(!strcmp(made, page));
	free(made);
	free(page);
}

/* What is to stand around an example that is no file by itself. */
static const char *around(const char *text, const char **after)
{
#define VS	"virtual_server 192.0.2.1 80 { protocol TCP\n"
#define RS	VS "real_server 198.51.100.11 80 {\n"
	static const struct {
		const char *begin, *before, *after;
	} parts[] = {
		{ "real_server", VS, "\n}" },
		{ "TCP_CHECK", RS, "\n} }" },
		{ "HTTP_GET", RS, "\n} }" },
		{ "SSL_GET", RS, "\n} }" },
		{ "MISC_CHECK", RS, "\n} }" },
		{ "url", RS "HTTP_GET {\n", "\n} } }" },
		{ "virtual_server group www",
		  "virtual_server_group www { 192.0.2.80 80 }\n", "" },
	};
	unsigned int i;

	*after = "";
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strncmp(text, parts[i].begin, strlen(parts[i].begin)))
			continue;
		*after = parts[i].after;
		return parts[i].before;
	}
	return "";
}

/* In the page, "\\" is one backslash. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (text[0] == '\\' && text[1] == '\\')
			text++;
		*to++ = *text;
	}
	*to = '\0';
}

static void check_example(char *text)
{
	const struct conf_options opt = { .hostname = "lv1" };
	struct conf_log *log = conf_log_new();
	struct conf_tree *tree, *plain;
	const char *before, *after;
	struct conf *conf;
	char *file, *said;

	unescape(text);
	before = around(text, &after);
	assert_true(asprintf(&file, "%s%s%s\n", before, text, after) > 0);
	tree = conf_read_text("F", file, strlen(file), &opt, log);
	plain = conf_assign(tree, log);
	conf = conf_parse(plain, log);
	said = log_text(log);
	if (!conf)
		print_message("%s%s\n", file, said);
	assert_non_null(conf);
	free(said);
	free(file);
	conf_free(conf);
	conf_tree_free(plain);
	conf_tree_free(tree);
	conf_log_free(log);
}

static void test_examples(void **state)
{
	static const char begin[] = ".Bd -literal -offset indent\n";
	char *page = made_page(), *at = page, *end;
	unsigned int n = 0;

	(void)state;
	for (; (at = strstr(at, begin)); at = end + 1, n++) {
		at += strlen(begin);
		end = strstr(at, "\n.Ed");
		assert_non_null(end);
		*end = '\0';
		check_example(at);
	}
	assert_in_range(n, EXAMPLES, 1000);
	free(page);
}

static int write_page(void)
{
	FILE *from = open_file(TEMPLATE, "r"), *to = open_file(PAGE, "w");

	if (!from || !to || conf_man(from, to))
		return 1;
	fclose(from);
	return fclose(to) ? 1 : 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_examples),
	};

	if (argc == 2 && !strcmp(argv[1], "-w"))
		return write_page();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
