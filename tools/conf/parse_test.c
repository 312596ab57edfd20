// SPDX-License-Identifier: GPL-2.0
/* Good configurations and what they become; complaints_test.c has the bad ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "conf_text.h"
#include "tree_text.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/**
 * struct result - what became of a text
 * @conf: configuration, or NULL
 * @tree: its tree
 * @text: conf_text() of it
 * @log: complaints
 */
struct result {
	struct conf *conf;
	struct conf_tree *tree;
	char *text;
	char *log;
};

static struct result parse(const char *text)
{
	static const struct conf_options opt = { .hostname = "lv1" };
	struct conf_log *log = conf_log_new();
	struct result r;

	r.tree = conf_read_text("F", text, strlen(text), &opt, log);
	r.conf = conf_parse(r.tree, log);
	r.text = conf_text(r.conf);
	r.log = log_text(log);
	assert_int_equal(!r.conf, conf_log_count(log, CONF_ERROR) > 0);
	conf_log_free(log);
	return r;
}

static void result_free(struct result *r)
{
	conf_free(r->conf);
	conf_tree_free(r->tree);
	free(r->text);
	free(r->log);
}

/* The block of the article, byte for byte. */
static const char article[] =
	"virtual_server_group SITE1 {\n"
	"    10.10.31.100 80\n"
	"}\n"
	"virtual_server group SITE1 {\n"
	"    delay_loop 3\n"
	"    lb_algo wlc\n"
	"    lb_kind DR\n"
	"    nat_mask 255.255.252.0\n"
	"    protocol TCP\n"
	"    persistence_timeout 0\n"
	"    real_server 192.168.8.1 80 {\n"
	"        weight 1\n"
	"        inhibit_on_failure\n"
	"        HTTP_GET {\n"
	"            url {\n"
	"                path /s/health.jsp\n"
	"                status_code 200\n"
	"            }\n"
	"            connect_port 80\n"
	"            connect_timeout 5\n"
	"            nb_get_retry 1\n"
	"            delay_before_retry 2\n"
	"        }\n"
	"    }\n"
	"}\n";

static void test_article(void **state)
{
	struct result r = parse(article);

	(void)state;
	assert_string_equal(r.log,
			    "8:5 n: nat_mask has no effect: only Linux 2.2 asked for it");
	assert_string_equal(r.text,
			    "group SITE1\n"
			    "of group SITE1\n"
			    "serve tcp 10.10.31.100:80\n"
			    "name SITE1\n"
			    "scheduler wlc\n"
			    "method dr\n"
			    "quorum 1\n"
			    "server 192.168.8.1:80\n"
			    "server method dr\n"
			    "inhibit 1\n"
			    "check 2\n"
			    "to 192.168.8.1:80\n"
			    "connect_timeout 5000000\n"
			    "retry 1\n"
			    "delay_before_retry 2000000\n"
			    "warmup 3000000\n"
			    "delay_loop 3000000\n"
			    "rise 1\n"
			    "fall 1\n"
			    "path /s/health.jsp\n"
			    "codes 200-200\n");
	result_free(&r);
}

/* The order of words does not matter, and what is nearer counts. */
static void test_inheritance(void **state)
{
	struct result r = parse("virtual_server 192.0.2.1 80 { protocol TCP\n"
				" real_server 198.51.100.1 80 { retry 5\n"
				"  TCP_CHECK { retry 6 }\n  TCP_CHECK { connect_port 81 }\n"
				"  MISC_CHECK { misc_path /bin/x }\n }\n"
				" real_server 198.51.100.2 80 { inhibit_on_failure no\n"
				"  MISC_CHECK { misc_path /bin/x }\n }\n"
				" retry 4; inhibit_on_failure; delay_loop 7\n}\n"
				"virtual_server 192.0.2.2 80 { protocol TCP\n"
				" real_server 198.51.100.1 80 { MISC_CHECK { misc_path /bin/x } }\n"
				"}\n");
	const struct conf_server *s;

	(void)state;
	assert_string_equal(r.log, "");
	s = r.conf->services[0].servers;
	assert_int_equal(s[0].n_checks, 3);
	assert_int_equal(s[0].checks[0].timing.retry, 6);
	assert_int_equal(s[0].checks[1].timing.retry, 5);
	assert_int_equal(s[0].checks[2].timing.retry, 5);
	assert_int_equal(s[1].checks[0].timing.retry, 4);
	assert_int_equal(s[0].checks[2].timeout, 7 * CONF_SECOND);
	assert_true(s[0].inhibit);
	assert_false(s[1].inhibit);
	assert_int_equal(r.conf->services[1].servers[0].checks[0].timing.retry, 0);
	result_free(&r);
}

/* Ranges over an octet's end, by the last part, by length; marks. */
static void test_groups(void **state)
{
	struct result r = parse("virtual_server_group G {\n"
				" 192.0.2.254-192.0.3.1 80\n 192.0.2.7-8 81\n"
				" 198.51.100.8/31 82\n 198.51.100.200\n fwmark 9\n}\n"
				"virtual_server_group S { 2001:db8::ff-101 53 }\n"
				"virtual_server group G { protocol TCP }\n"
				"virtual_server group S { protocol UDP }\n");
	static const char * const fronts[] = {
		"tcp 192.0.2.254:80", "tcp 192.0.2.255:80", "tcp 192.0.3.0:80",
		"tcp 192.0.3.1:80", "tcp 192.0.2.7:81", "tcp 192.0.2.8:81",
		"tcp 198.51.100.8:82", "tcp 198.51.100.9:82",
		"tcp 198.51.100.200:any", "fwmark 9",
	};
	static const char * const six[] = {
		"udp [2001:db8::ff]:53", "udp [2001:db8::100]:53",
		"udp [2001:db8::101]:53",
	};
	const struct conf_service *s;
	char text[L4LB_SERVICE_STR];
	unsigned int i;

	(void)state;
	assert_non_null(r.conf);
	s = r.conf->services;
	assert_int_equal(s[0].n_fronts, N(fronts));
	for (i = 0; i < N(fronts); i++)
		assert_string_equal(l4lb_service_format(&s[0].fronts[i].id,
							text), fronts[i]);
	assert_string_equal(s[0].fronts[0].id.name, "G-1");
	assert_string_equal(s[0].fronts[9].id.name, "G-10");
	assert_int_equal(s[1].n_fronts, N(six));
	for (i = 0; i < N(six); i++)
		assert_string_equal(l4lb_service_format(&s[1].fronts[i].id,
							text), six[i]);
	result_free(&r);
}

/* A group by TCP and by UDP: one of them has the names. */
static void test_names(void **state)
{
	struct result r = parse("virtual_server_group G { 192.0.2.1-2 53 }\n"
				"virtual_server group G { protocol TCP }\n"
				"virtual_server group G { protocol UDP }\n"
				"virtual_server 192.0.2.9 53 { protocol UDP; name G-2 }\n");
	const struct conf_service *s;

	(void)state;
	assert_non_null(r.conf);
	s = r.conf->services;
	assert_string_equal(s[0].fronts[0].id.name, "G-1");
	assert_string_equal(s[0].fronts[1].id.name, "");
	assert_string_equal(s[1].fronts[0].id.name, "");
	assert_string_equal(s[1].fronts[1].id.name, "");
	assert_string_equal(s[2].fronts[0].id.name, "G-2");
	result_free(&r);
}

/* By NAT a server has its port, else that of the service; 0: of each packet. */
static void test_objects(void **state)
{
	struct result r = parse("virtual_server 192.0.2.1 80 { protocol TCP; lb_kind NAT\n"
				" real_server 198.51.100.1 8080 { weight 7; uthreshold 9; lthreshold 5; name a }\n"
				" real_server 198.51.100.2 {}\n}\n"
				"virtual_server 192.0.2.2 80 { protocol TCP; lb_kind DR\n"
				" real_server 198.51.100.1 8080 {}\n}\n"
				"virtual_server 192.0.2.3 80-89 { protocol TCP; lb_kind DR\n"
				" real_server 198.51.100.1 {}\n}\n"
				"virtual_server fwmark 5 { lb_kind NAT\n"
				" real_server 198.51.100.1 {}\n real_server 198.51.100.2 81 {}\n}\n");
	static const __u16 ports[] = { 8080, 80, 80, 0, 0, 81 };
	struct l4lb_server object;
	unsigned int i, s, n = 0;
	char text[L4LB_SERVICE_STR];

	(void)state;
	assert_non_null(r.conf);
	for (i = 0; i < r.conf->n_services; i++) {
		const struct conf_service *service = &r.conf->services[i];

		for (s = 0; s < service->n_servers; s++, n++) {
			conf_server_object(service, service->fronts,
					   &service->servers[s], &object);
			assert_int_equal(object.port, ports[n]);
			assert_true(object.has & L4LB_BIT(L4LB_A_SERVER_PORT));
		}
	}
	assert_int_equal(n, N(ports));
	conf_server_object(r.conf->services, r.conf->services[0].fronts,
			   r.conf->services[0].servers, &object);
	assert_string_equal(l4lb_service_format(&object.service, text),
			    "tcp 192.0.2.1:80");
	assert_string_equal(l4lb_addr_format(&object.addr, text), "198.51.100.1");
	assert_int_equal(object.weight, 7);
	assert_int_equal(object.max_conns, 9);
	assert_int_equal(object.min_conns, 5);
	assert_string_equal(object.name, "a");
	assert_int_equal(object.has,
			 L4LB_BIT(L4LB_A_SERVER_SERVICE) |
			 L4LB_BIT(L4LB_A_SERVER_ADDR) |
			 L4LB_BIT(L4LB_A_SERVER_PORT) |
			 L4LB_BIT(L4LB_A_SERVER_WEIGHT) |
			 L4LB_BIT(L4LB_A_SERVER_MAX_CONNS) |
			 L4LB_BIT(L4LB_A_SERVER_MIN_CONNS) |
			 L4LB_BIT(L4LB_A_SERVER_NAME));
	result_free(&r);
}

/* Checks are equal by what they ask, not by where and how often. */
static void test_keys(void **state)
{
	struct result r = parse("virtual_server 192.0.2.1 80 { protocol TCP\n"
				" real_server 198.51.100.1 80 {\n"
				"  TCP_CHECK { retry 1 }\n  TCP_CHECK { retry 9; delay_loop 3 }\n"
				"  TCP_CHECK { connect_port 81 }\n  TCP_CHECK { send a }\n"
				"  TCP_CHECK { expect a }\n  HTTP_GET { url { path / } }\n"
				"  HTTP_GET { url { path / }; url { path / } }\n"
				"  SSL_GET { url { path / } }\n  TCP_CHECK { connect_timeout 1 }\n }\n"
				"}\n"
				"virtual_server 192.0.2.2 80 { protocol TCP\n"
				" real_server 198.51.100.1 80 { weight 7; TCP_CHECK {} }\n}\n");
	const struct conf_check *c, *other;
	unsigned int i, j;

	(void)state;
	assert_non_null(r.conf);
	c = r.conf->services[0].servers[0].checks;
	other = r.conf->services[1].servers[0].checks;
	assert_true(conf_key_equal(&c[0].key, &c[1].key));
	assert_true(conf_key_equal(&c[0].key, &other[0].key));
	assert_int_equal(conf_timing_compare(&c[0].timing, &other[0].timing), 0);
	assert_int_not_equal(conf_timing_compare(&c[0].timing, &c[1].timing), 0);
	for (i = 1; i < 9; i++)
		for (j = i + 1; j < 9; j++)
			assert_false(conf_key_equal(&c[i].key, &c[j].key));
	assert_int_equal(r.conf->load.checks, 9);
	result_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_article),
		cmocka_unit_test(test_inheritance),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
