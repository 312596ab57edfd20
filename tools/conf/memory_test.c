// SPDX-License-Identifier: GPL-2.0
/*
 * No memory: each request for some fails once. Nothing crashes or leaks, and
 * what is not complete is said to be wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>

#include "conf_text.h"
#include "tree_text.h"
#include "wrap.h"

/* Requests until one fails; negative: none does. */
static int countdown = -1;

static bool fails(void)
{
	return countdown >= 0 && !countdown--;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t n, size_t size)
{
	return fails() ? NULL : __real_reallocarray(old, n, size);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t n)
{
	return fails() ? NULL : __real_strndup(text, n);
}

int __wrap_vasprintf(char **text, const char *format, va_list ap)
{
	return fails() ? -1 : __real_vasprintf(text, format, ap);
}

int __wrap_asprintf(char **text, const char *format, ...)
{
	va_list ap;
	int len;

	va_start(ap, format);
	len = __wrap_vasprintf(text, format, ap);
	va_end(ap);
	return len;
}

/*
 * Everything that is read in the end, as text; NULL where something is wrong.
 * The n-th request for memory fails, and @failed says whether there was one.
 */
static char *run(const char *file, int n, bool *failed)
{
	struct conf_tree *tree = NULL, *plain = NULL;
	struct conf_log *log;
	char *text = NULL;

	countdown = n;
	log = conf_log_new();
	if (log)
		tree = conf_read(file, NULL, log);
	if (tree)
		plain = conf_assign(tree, log);
	*failed = countdown < 0;
	countdown = -1;
	if (log && !conf_log_count(log, CONF_ERROR)) {
		assert_non_null(plain);
		text = tree_text(plain, false);
	}
	if (log && !plain)
		assert_int_not_equal(conf_log_count(log, CONF_ERROR), 0);
	conf_tree_free(plain);
	conf_tree_free(tree);
	conf_log_free(log);
	return text;
}

static void check(const char *file, const char *content)
{
	bool failed = true;
	unsigned int wrong = 0;
	char *whole, *text;
	FILE *f;
	int n;

	f = fopen(file, "w");
	assert_non_null(f);
	fputs(content, f);
	fclose(f);
	whole = run(file, -1, &failed);
	for (n = 0, failed = true; failed; n++) {
		text = run(file, n, &failed);
		if (text)
			assert_string_equal(text, whole);
		else
			wrong++;
		if (!failed && whole)
			assert_non_null(text);
		free(text);
	}
	assert_true(wrong > 5);
	free(whole);
}

static void test_memory(void **state)
{
	char dir[] = "/tmp/memory_test.XXXXXX", included[64], top[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(included, sizeof(included), "%s/i.conf", dir);
	snprintf(top, sizeof(top), "%s/t.conf", dir);
	check(included, "a b\n");
	check(top,
	      "include {i,n}.conf\ninclude i*.conf\ninclude q*\n"
	      "$V= \\\n x ${_PWD} \\\n y { z }\n~SEQ(I,1,3) $V\n"
	      "~LST({A,B},{1,2},{3,4}) v $A \"${B}\" ${_RANDOM}\n"
	      "hosts {\n web[01-20] 192.0.2.[1-20]\n}\n"
	      "site_template {\n real_server { weight 1 } }\n"
	      "sites {\n vrrp VI_1\n"
	      " A 192.0.2.80:80,192.0.2.81:81 web[01-19]*3 -web07 {\n"
	      " real_server { weight 2; TCP_CHECK { } } }\n}\n"
	      "out_of_service { web08 \"disk\" }\n"
	      "virtual_server 192.0.2.90 80 { real_server 192.0.2.8 80 { } }\n");
	check(top, "a {\n$X b\n} }\ninclude none\nsites { }\n~SEQ(1) c\nhosts { d }\n");
	unlink(included);
	unlink(top);
	rmdir(dir);
}

/* As run(), but what the file says. */
static char *run_conf(const char *file, int n, bool *failed)
{
	struct conf_log *log;
	struct conf *conf = NULL;
	char *text = NULL;

	countdown = n;
	log = conf_log_new();
	if (log)
		conf = conf_load(file, NULL, log);
	*failed = countdown < 0;
	countdown = -1;
	if (log)
		assert_int_equal(!conf, conf_log_count(log, CONF_ERROR) > 0);
	if (conf)
		text = conf_text(conf);
	conf_free(conf);
	conf_log_free(log);
	return text;
}

static void test_conf(void **state)
{
	char file[] = "/tmp/memory_test.XXXXXX", *whole, *text;
	bool failed = true;
	unsigned int wrong = 0;
	FILE *f = fdopen(mkstemp(file), "w");
	int n;

	(void)state;
	assert_non_null(f);
	fputs("virtual_server_group G { 192.0.2.1-200 80 }\n"
	      "virtual_server group G { protocol TCP; nat_mask 255.0.0.0\n"
	      "~SEQ(I,1,200) real_server 198.51.100.$I 80 { HTTP_GET { url { path / } } }\n"
	      "}\n", f);
	fclose(f);
	whole = run_conf(file, -1, &failed);
	assert_non_null(whole);
	for (n = 0, failed = true; failed; n++) {
		text = run_conf(file, n, &failed);
		if (text)
			assert_string_equal(text, whole);
		else
			wrong++;
		free(text);
	}
	assert_true(wrong > 10);
	free(whole);
	unlink(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_conf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
