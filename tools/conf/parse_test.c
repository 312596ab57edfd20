// SPDX-License-Identifier: GPL-2.0
/* Good and bad configurations, with all that is said about them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "conf_text.h"
#include "tree_text.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/**
 * struct sample - a configuration
 * @text: the file
 * @log: complaints, a line each: LINE:COLUMN GRADE: TEXT
 */
struct sample {
	const char *text;
	const char *log;
};

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

static void check(const struct sample *s, unsigned int n)
{
	struct result r;
	unsigned int i;

	for (i = 0; i < n; i++) {
		r = parse(s[i].text);
		if (strcmp(r.log, s[i].log))
			print_message("in: %s\n", s[i].text);
		assert_string_equal(r.log, s[i].log);
		result_free(&r);
	}
}

/* requirements of the article's block: a byte for byte copy */
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

#define VS	"virtual_server 192.0.2.1 80 { protocol TCP;"
#define RS	VS "real_server 198.51.100.1 80 {"
#define END1	"}"
#define END2	"} }"
#define END3	"} } }"

static void test_words(void **state)
{
	static const struct sample samples[] = {
		{ "virtual_servr 192.0.2.1 80 {}",
		  "1:1 e: unknown word \"virtual_servr\" in the top level: did you mean \"virtual_server\"?" },
		{ "xyzzy 1", "1:1 e: unknown word \"xyzzy\" in the top level" },
		{ RS "\n weigth 1\n" END2,
		  "2:2 e: unknown word \"weigth\" in real_server: did you mean \"weight\"?" },
		{ RS "\n quorum 1\n" END2,
		  "2:2 e: \"quorum\" is a word of virtual_server, not of real_server" },
		{ RS "\n \"weight\" 1\n" END2,
		  "2:2 e: \"weight\" is a word of real_server only without quotes" },
		{ RS "\n DNS_CHEK { type SOA }\n weight 2 3\n" END2,
		  "2:2 e: unknown word \"DNS_CHEK\" in real_server: did you mean \"DNS_CHECK\"?\n"
		  "3:11 e: surplus \"3\": write weight N" },
		{ RS "\n DNS_CHECK { type SOA }\n" END2,
		  "2:2 e: DNS_CHECK: a later version has this check; HTTP_GET, SSL_GET, TCP_CHECK and MISC_CHECK are there" },
		{ RS "\n weight 1 inhibit_on_failure\n" END2,
		  "2:11 e: \"inhibit_on_failure\" is a statement of its own: put it on a line of its own, or \";\" before it" },
		{ RS "\n alpha weight 3\n" END2,
		  "2:8 e: \"weight\" is a statement of its own: put it on a line of its own, or \";\" before it" },
		{ RS "\n weight\n" END2,
		  "2:2 e: an argument is missing: write weight N" },
		{ VS "\n real_server 198.51.100.1 80\n" END1,
		  "2:2 e: a block is missing: write real_server ADDRESS [PORT] { ... }" },
		{ VS "\n lb_algo rr { a }\n" END1, "2:2 e: lb_algo has no block" },
		{ VS "\n ops 1\n" END1, "2:6 e: surplus \"1\": ops has no arguments" },
		{ VS "\n delay_loop 3\n delay_loop 4\n real_server 198.51.100.1 {}" END1,
		  "3:2 w: delay_loop again, as at F:2: the last one counts" },
		{ "smtp_alert\nglobal_defs {\n smtp_alert\n smtp_alert_checker on\n}\n",
		  "1:1 e: \"smtp_alert\" is a word of global_defs, not of the top level\n"
		  "3:2 n: smtp_alert has no effect: no mail is sent: notify_fifo and the notify scripts tell\n"
		  "4:2 n: smtp_alert_checker has no effect: no mail is sent: notify_fifo and the notify scripts tell" },
		{ "net_namespace blue",
		  "1:1 e: net_namespace: start lbcheckd there: NetworkNamespacePath= in its unit, or ip netns exec" },
		{ "sites www { a 192.0.2.1:80 web1 }", "1:1 e: \"sites\" cannot stand here" },
	};

	(void)state;
	check(samples, N(samples));
}

static void test_values(void **state)
{
	static const struct sample samples[] = {
		{ RS "\n weight 65536\n" END2, "2:9 e: 65536 is out of range: 0 to 65535" },
		{ RS "\n weight -1\n" END2, "2:9 e: \"-1\" is not a number" },
		{ RS "\n weight 99999999999999999999\n" END2,
		  "2:9 e: \"99999999999999999999\" is not a number" },
		{ RS "\n delay_loop 3s\n" END2, "2:13 e: \"3s\" is not a number of seconds" },
		{ RS "\n delay_loop 0\n" END2, "2:13 e: 0 s is out of range: 0.000001 to 4294 s" },
		{ RS "\n warmup .\n" END2, "2:9 e: \".\" is not a number of seconds" },
		{ RS "\n alpha maybe\n" END2,
		  "2:8 e: \"maybe\" is neither on nor off (true, false, yes, no)" },
		{ RS "\n lthreshold 5\n" END2, "1:56 e: lthreshold needs uthreshold" },
		{ RS "\n uthreshold 4\n lthreshold 5\n" END2,
		  "1:56 e: lthreshold 5 is above uthreshold 4" },
		{ RS "\n notify_up \"/bin/x 'a\"\n" END2,
		  "2:12 e: a quote in the command is not closed" },
		{ RS "\n notify_up \" \"\n" END2, "2:12 e: the command is empty" },
		{ RS "\n name tcp\n" END2, "2:7 e: the name \"tcp\" is a word of lbctl" },
		{ RS "\n name 1a\n" END2,
		  "2:7 e: the name \"1a\" does not start with a letter" },
		{ VS "\n lb_algo lblc\n" END1,
		  "2:10 e: lblc is not available: dh keeps a destination with its server" },
		{ VS "\n lb_algo rrr\n" END1,
		  "2:10 e: unknown scheduler \"rrr\": there are rr, wrr, lc, wlc, sed, nq, sh, dh, mh, fo, ovf, twos" },
		{ VS "\n lb_kind FNAT\n lb_kind nat\n" END1,
		  "2:10 e: FNAT is not available yet: use NAT, DR or TUN\n"
		  "3:2 w: lb_kind again, as at F:2: the last one counts\n"
		  "3:10 e: unknown method \"nat\": there are DR, NAT, TUN" },
		{ VS "\n lvs_method TUN type gre\n" END1,
		  "2:22 e: tunnels of type gre are not available: use ipip" },
		{ VS "\n lvs_method DR type ipip\n" END1, "2:16 e: surplus \"type\" behind DR" },
		{ VS "\n protocol SCTP\n" END1,
		  "2:2 w: protocol again, as at F:1: the last one counts\n"
		  "2:11 e: SCTP is not available: TCP and UDP are" },
		{ VS "\n persistence_timeout 2000001\n" END1,
		  "2:22 e: 2000001 is out of range: 0 to 2000000" },
		{ VS "\n persistence_granularity 255.0.255.0\n" END1,
		  "2:26 e: \"255.0.255.0\" is not a netmask, as 255.255.255.0 is" },
		{ VS "\n slow_start 3601\n" END1, "2:13 e: 3601 is out of range: 0 to 3600" },
		{ VS "\n timeouts estab=5\n" END1,
		  "2:11 e: unknown state \"estab\": l4lb(7) has the list" },
		{ VS "\n timeouts udp=0\n" END1, "2:11 e: write udp=SECONDS, 1 to 2000000" },
		{ VS "\n fail_open 50\n" END1, "2:2 e: fail_open: a later version has it" },
		{ "l4lb { limits {\n memory 1K\n} }", "2:9 e: memory is at least 1M" },
		{ "global_defs {\n lvs_timeouts tcp 5 udp\n lvs_timeouts x 1\n}\n",
		  "2:21 e: udp lacks its seconds\n"
		  "3:2 w: lvs_timeouts again, as at F:2: the last one counts\n"
		  "3:15 e: unknown timeout \"x\": there are tcp, tcpfin, udp" },
	};

	(void)state;
	check(samples, N(samples));
}

static void test_addresses(void **state)
{
	static const struct sample samples[] = {
		{ "virtual_server 192.0.2.256 80 {}",
		  "1:16 e: \"192.0.2.256\" is not an address, nor \"group\" or \"fwmark\"" },
		{ "virtual_server 224.0.0.1 80 {}",
		  "1:16 e: 224.0.0.1 is a multicast address: it cannot be served" },
		{ "virtual_server 192.0.2.1/24 80 {}",
		  "1:16 e: the address has bits set behind its prefix" },
		{ "virtual_server 192.0.2.0/33 80 {}",
		  "1:16 e: \"192.0.2.0/33\": the prefix is longer than the address" },
		{ "virtual_server 192.0.2.1 70000 {}",
		  "1:26 e: 70000 is out of range: 0 to 65535" },
		{ "virtual_server 192.0.2.1 90-80 {}",
		  "1:26 e: the range is upside down: its last port is below its first" },
		{ "virtual_server fwmark 0 {}", "1:23 e: 0 is out of range: 1 to 4294967295" },
		{ "virtual_server fwmark {}", "1:16 e: the mark is missing" },
		{ "virtual_server group SITE2 {}\nvirtual_server_group SITE1 { 192.0.2.1 }",
		  "1:22 e: there is no virtual_server_group \"SITE2\": did you mean \"SITE1\"?" },
		{ VS "\n real_server 127.0.0.1 80 {}\n" END1,
		  "2:14 e: 127.0.0.1 is a loopback, broadcast or reserved address: it cannot be a server" },
		{ VS "\n real_server fe80::1 80 {}\n" END1,
		  "2:14 e: fe80::1 is a link-local address, which is good on one link only: it cannot be a server" },
		{ VS "\n real_server web1 http {}\n" END1,
		  "2:14 e: \"web1\" is not an address\n"
		  "2:19 e: \"http\" is not a port: 1 to 65535" },
		{ "virtual_server_group G {\n 192.0.2.9-1 80\n 192.0.2.1-a\n 192.0.2.0/24\n x\n 192.0.2.1 80 90\n}",
		  "2:2 e: the range is upside down: its last address is below its first\n"
		  "3:2 e: \"192.0.2.1-a\" is neither an address nor a range, nor \"fwmark\"\n"
		  "5:2 e: \"x\" is neither an address nor a range, nor \"fwmark\"\n"
		  "6:15 e: surplus \"90\": a line is ADDRESS [PORT] or fwmark MARK" },
		{ "virtual_server_group G {\n 10.0.0.0/16\n}",
		  "2:2 e: more than 4096 addresses: virtual_server ADDRESS/LENGTH serves all of them" },
		{ "virtual_server_group G { 192.0.2.1 }\nvirtual_server_group G { 192.0.2.2 }",
		  "2:22 e: there is a group \"G\" already: F:1" },
		{ "virtual_server_group G {}", "1:1 e: the group \"G\" is empty" },
	};

	(void)state;
	check(samples, N(samples));
}

static void test_checks(void **state)
{
	static const struct sample samples[] = {
		{ RS "\n HTTP_GET { connect_port 80 }\n" END2,
		  "2:2 e: HTTP_GET has no url { ... } to get" },
		{ RS "HTTP_GET {\n url { status_code 200 }\n" END3, "2:2 e: the url has no path" },
		{ RS "HTTP_GET { url { path x\n status_code 20 300-200 weight\n" END2 END2,
		  "1:95 e: the path \"x\" does not begin with \"/\"\n"
		  "2:14 e: \"20\" is neither a status code nor a range of them: 100 to 999\n"
		  "2:17 e: \"300-200\" is neither a status code nor a range of them: 100 to 999\n"
		  "2:25 e: \"weight\" is neither a status code nor a range of them: 100 to 999" },
		{ RS "HTTP_GET { url { path /\n digest abc\n" END2 END2,
		  "2:9 e: \"abc\" is not an MD5 digest: 32 hexadecimal digits" },
		{ RS "HTTP_GET { url { path /\n regex_options caseles\n" END2 END2,
		  "2:16 e: unknown option \"caseles\": did you mean \"caseless\"?" },
		{ RS "HTTP_GET {\n url { path /; regex_no_match }\n" END3,
		  "2:2 e: regex_no_match, regex_options and offsets need regex" },
		{ RS "HTTP_GET {\n url { path /; regex a; regex_min_offset 5; regex_max_offset 5 }\n" END3,
		  "2:2 e: regex_max_offset is not above regex_min_offset" },
		{ RS "HTTP_GET { url { path / }\n enable_sni\n" END3,
		  "2:2 e: \"enable_sni\" is a word of SSL_GET, not of HTTP_GET" },
		{ RS "\n MISC_CHECK { user www }\n" END2,
		  "2:2 e: MISC_CHECK has no misc_path to run" },
		{ RS "MISC_CHECK {\n misc_path /bin/x arg\n" END3,
		  "2:19 e: surplus \"arg\": write misc_path COMMAND\n"
		  "1:73 e: MISC_CHECK has no misc_path to run" },
		{ RS "TCP_CHECK {\n connect_port 0\n connect_ip x\n" END3,
		  "2:15 e: \"0\" is not a port: 1 to 65535\n3:13 e: \"x\" is not an address" },
		{ RS "\n TCP_CHECK { bindto 2001:db8::1 }\n" END2,
		  "2:2 e: bindto is of another address family than the server" },
		{ "virtual_server fwmark 1 { lb_kind DR; real_server 198.51.100.1 {\n TCP_CHECK {}\n} }",
		  "2:2 e: neither the server nor its service has a port: the check needs connect_port" },
	};

	(void)state;
	check(samples, N(samples));
}

static void test_vrrp(void **state)
{
	static const struct sample samples[] = {
		{ "vrrp_instance VI_1 { state MASTER nonsense 1; priority 10000; authentication { auth_type PASS } }\n"
		  "vrrp_script x { script \"</dev/tcp/192.0.2.1/80\"; weight -2 }\n"
		  "static_routes { 192.0.2.0/24 dev eth0 }\nbfd_instance b { min_rx 5 }",
		  "" },
		{ "vrrp_instance VI_1 {\n stat MASTER\n}", "2:2 w: unknown word \"stat\" in vrrp_instance" },
		{ "vrrp_sync_group VG1 {\n VI_2\n}", "2:2 w: unknown word \"VI_2\" in vrrp_sync_group" },
	};

	(void)state;
	check(samples, N(samples));
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

static void test_together(void **state)
{
	static const struct sample samples[] = {
		{ "virtual_server 192.0.2.1 80 {\n real_server 198.51.100.1 80 {} }",
		  "1:1 w: no protocol is given: TCP is taken (keepalived 2.2 takes UDP)" },
		{ VS "lb_kind DR\n real_server 198.51.100.1 8080 {}\n real_server 198.51.100.2 8080 {}" END1,
		  "2:27 w: DR cannot change the port: servers get that of the service" },
		{ VS "\n real_server 198.51.100.1 80 { lvs_method DR }\n"
		  " real_server 198.51.100.2 80 {}" END1,
		  "3:14 e: all servers of a service have one method: that at F:2 has another" },
		{ VS "\n real_server 2001:db8::1 80 {}\n" END1,
		  "2:14 e: the server is of another address family than F:1: only TUN can do that" },
		{ VS "lb_kind TUN\n real_server 2001:db8::1 80 {}\n" END1, "" },
		{ VS "sorry_server_inhibit\n real_server 198.51.100.1 {} " END1,
		  "1:16 w: sorry_server_inhibit and sorry_server_lvs_method have no effect: there is no sorry_server" },
		{ VS "persistence_timeout 0\n persistence_granularity 255.255.0.0; real_server 198.51.100.1 {}" END1,
		  "2:26 w: persistence_granularity has no effect: persistence_timeout is 0" },
	};

	(void)state;
	check(samples, N(samples));
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
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_checks),
		cmocka_unit_test(test_vrrp),
		cmocka_unit_test(test_inheritance),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
