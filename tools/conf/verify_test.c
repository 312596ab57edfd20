// SPDX-License-Identifier: GPL-2.0
/* What no single statement can say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "conf_text.h"
#include "tree_text.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/**
 * struct sample - a configuration that parses
 * @text: the file
 * @log: complaints, a line each: LINE:COLUMN GRADE: TEXT
 */
struct sample {
	const char *text;
	const char *log;
};

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

static void check(const struct sample *s, unsigned int n)
{
	struct conf_tree *tree;
	struct conf *conf;
	unsigned int i;
	char *said;

	for (i = 0; i < n; i++) {
		conf = parse(s[i].text, &tree, &said);
		if (strcmp(said, s[i].log))
			print_message("in: %s\n", s[i].text);
		assert_string_equal(said, s[i].log);
		assert_int_equal(!conf, strstr(s[i].log, " e: ") != NULL);
		free(said);
		conf_free(conf);
		conf_tree_free(tree);
	}
}

#define ONE	"real_server 198.51.100.1 80 {} "
#define TCP	"virtual_server 192.0.2.1 80 { protocol TCP; " ONE
#define UDP	"virtual_server 192.0.2.1 53 { protocol UDP; real_server 198.51.100.1 53 {} "

static void test_services(void **state)
{
	static const struct sample samples[] = {
		{ TCP "lb_kind DR; ops }", "1:16 e: ops needs protocol UDP: TCP is made of connections" },
		{ UDP "ops }", "1:16 e: ops cannot bring back replies of NAT: use DR or TUN" },
		{ UDP "lb_kind DR; ops; persistence_timeout 5 }",
		  "1:16 e: ops forgets clients, persistence_timeout remembers them: choose one" },
		{ UDP "lb_kind DR; ops }", "" },
		{ "virtual_server fwmark 1 { lb_kind DR; ops; real_server 198.51.100.1 {} }", "" },
		{ "virtual_server fwmark 1 { hook input; real_server 198.51.100.1 {} }",
		  "1:16 e: a service of a mark is taken behind mangle: leave hook at prerouting" },
		{ TCP "sh-port }", "1:16 e: sh-port and mh-port need lb_algo sh, dh or mh" },
		{ TCP "lb_algo dh; sh-fallback }",
		  "1:16 e: sh-fallback and mh-fallback need lb_algo sh or mh" },
		{ TCP "lb_algo dh; sh-port }", "" },
		{ UDP "track_seq }", "1:16 e: track_seq needs protocol TCP: UDP has no sequence numbers" },
		{ TCP "track }", "1:16 e: track needs hook input: prerouting comes before conntrack" },
		{ "virtual_server 192.0.2.1 80 { protocol TCP }",
		  "1:16 w: the service has no real_server" },
		{ "virtual_server_group G { 192.0.2.1 }",
		  "1:22 w: no virtual_server is of the group \"G\"" },
	};

	(void)state;
	check(samples, N(samples));
}

static void test_twins(void **state)
{
	static const struct sample samples[] = {
		{ TCP "\n real_server 198.51.100.1 80 {} }",
		  "2:14 e: the server 198.51.100.1 is there already: F:1" },
		{ TCP "\n real_server 198.51.100.1 {} }",
		  "2:14 e: the server 198.51.100.1 is there already: F:1" },
		{ TCP "\n real_server 198.51.100.1 81 {} }", "" },
		{ TCP "lb_kind DR\n real_server 198.51.100.1 81 {} }",
		  "2:27 w: DR cannot change the port: servers get that of the service\n"
		  "2:14 e: the server 198.51.100.1 is there already: F:1" },
		{ TCP "\n sorry_server 198.51.100.1 80 }",
		  "2:15 e: the sorry server is a real server, too: F:1" },
		{ TCP "\n real_server 192.0.2.1 81 {} }",
		  "2:14 e: the server has the address that is served at F:1" },
		{ TCP "}\n" TCP "}", "2:16 e: tcp 192.0.2.1:80 is served already: F:1" },
		{ "virtual_server_group G { 192.0.2.0-1 80\n }\n virtual_server group G { protocol TCP; " ONE "}\n" TCP "}",
		  "4:16 e: tcp 192.0.2.1:80 is served already: F:1" },
		{ TCP "}\nvirtual_server 192.0.2.1 70-90 { protocol TCP; " ONE "}",
		  "2:16 e: the ports overlap those at F:1" },
		{ TCP "}\n" UDP "}", "" },
		{ TCP "unknown_port drop }\n" UDP "unknown_port reject }",
		  "2:16 e: unknown_port of one address is said in two ways: see F:1" },
		{ TCP "name a }\n" UDP "name a }",
		  "2:16 e: two services have the name \"a\", see F:1: give one another by the word name" },
	};

	(void)state;
	check(samples, N(samples));
}

static void test_quorum(void **state)
{
	static const struct sample samples[] = {
		{ TCP "quorum 3 }", "1:16 w: quorum 3 is more than all servers weigh: 1 is taken" },
		{ "virtual_server 192.0.2.1 80 { protocol TCP; quorum 5; hysteresis 5; real_server 198.51.100.1 80 { weight 20 } }",
		  "1:16 w: hysteresis 5 is not below quorum 5: 4 is taken" },
		{ "virtual_server 192.0.2.1 80 { protocol TCP; quorum 5; hysteresis 4; real_server 198.51.100.1 80 { weight 7 } }",
		  "1:16 w: once down, the service stays down: quorum and hysteresis, 9, are more than all servers weigh, 7" },
	};
	struct conf_tree *tree;
	struct conf *conf;
	char *said;

	(void)state;
	check(samples, N(samples));
	conf = parse(samples[0].text, &tree, &said);
	assert_int_equal(conf->services[0].quorum, 1);
	conf_free(conf);
	conf_tree_free(tree);
	free(said);
}

static void test_vips(void **state)
{
	static const struct sample samples[] = {
		{ "vrrp_instance V { virtual_ipaddress {\n 192.0.2.9/24 dev bond0\n } virtual_ipaddress_excluded { 192.0.2.1 } }\n" TCP "}",
		  "2:2 w: no virtual_server is on 192.0.2.9" },
		{ "vrrp_instance V { virtual_ipaddress { 192.0.2.2 } }\n" TCP "}\n"
		  "virtual_server 192.0.2.2 80 { protocol TCP; " ONE "}\n"
		  "virtual_server fwmark 3 { " ONE "}",
		  "2:16 w: no vrrp_instance holds 192.0.2.1" },
		{ "vrrp_instance V { virtual_ipaddress { 192.0.2.9 } }", "" },
	};

	(void)state;
	check(samples, N(samples));
}

static void test_global(void **state)
{
	static const struct sample samples[] = {
		{ "global_defs {\n notify_fifo_script /bin/x\n lvs_notify_fifo_script /bin/y\n}",
		  "2:21 e: notify_fifo_script needs notify_fifo\n"
		  "3:25 e: lvs_notify_fifo_script needs lvs_notify_fifo" },
		{ "global_defs {\n notify_fifo /run/f\n lvs_notify_fifo /run/f\n}",
		  "3:18 e: notify_fifo and lvs_notify_fifo are one FIFO: use two" },
		{ "l4lb {\n limits { conns 1000000; memory 1M }\n}",
		  "2:2 w: 1000000 connections need 80000000 bytes: the limit of memory comes first" },
	};

	(void)state;
	check(samples, N(samples));
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
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_quorum),
		cmocka_unit_test(test_vips),
		cmocka_unit_test(test_global),
		cmocka_unit_test(test_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
