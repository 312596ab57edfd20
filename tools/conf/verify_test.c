// SPDX-License-Identifier: GPL-2.0
/* What it costs, and what is taken; complaints_test.c has the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "conf_text.h"
#include "tree_text.h"

/* Freed by the caller with the tree. */
static struct conf *parse(const char *text, struct conf_tree **tree, char **said)
{
	static const struct conf_options opt = { .hostname = "lv1" };
	struct conf_log *log = conf_log_new();
	struct conf *conf;

	*tree = conf_read_text("F", text, strlen(text), &opt, log);
	conf = conf_parse(*tree, log);
	*said = log_text(log);
	conf_log_free(log);
	return conf;
}

/* What is taken in the place of a quorum that cannot be. */
static void test_quorum(void **state)
{
	struct conf_tree *tree;
	struct conf *conf;
	char *said;

	(void)state;
	conf = parse("virtual_server 192.0.2.1 80 { protocol TCP; quorum 9\n"
		     " hysteresis 9; real_server 198.51.100.1 80 { weight 5 } }",
		     &tree, &said);
	assert_int_equal(conf->services[0].quorum, 5);
	assert_int_equal(conf->services[0].hysteresis, 4);
	free(said);
	conf_free(conf);
	conf_tree_free(tree);
}

/* Checks that ask the same are one; each page is an attempt. */
static void test_load(void **state)
{
	struct conf_tree *tree;
	struct conf *conf;
	char *said;

	(void)state;
	conf = parse("virtual_server_group G { 192.0.2.1-100 80 }\n"
		     "virtual_server group G { protocol TCP; delay_loop 2\n"
		     " real_server 198.51.100.1 80 { TCP_CHECK {} }\n"
		     " real_server 198.51.100.2 80 { HTTP_GET { url { path /a }; url { path /b } } }\n}\n"
		     "virtual_server 192.0.2.200 80 { protocol TCP; delay_loop 2\n"
		     " real_server 198.51.100.1 80 { TCP_CHECK {} }\n}\n"
		     "l4lb { limits { conns 1000 } }", &tree, &said);
	assert_string_equal(said, "");
	assert_int_equal(conf->load.checks, 2);
	assert_int_equal(conf->load.probes, 1500);
	assert_int_equal(conf->load.conn_bytes, 80000);
	free(said);
	conf_free(conf);
	conf_tree_free(tree);
	conf = parse("virtual_server_group G { 192.0.2.1-100 80 }\n"
		     "virtual_server group G { protocol TCP; delay_loop 0.0005\n"
		     " real_server 198.51.100.1 80 { TCP_CHECK {} }\n}", &tree,
		     &said);
	assert_string_equal(said, "2:16 w: 1 checks make 2000 attempts a second: raise delay_loop");
	free(said);
	conf_free(conf);
	conf_tree_free(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quorum),
		cmocka_unit_test(test_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
