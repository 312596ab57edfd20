// SPDX-License-Identifier: GPL-2.0
/*
 * Each supported word has an effect: a configuration with the word has a value
 * that the same configuration without it has not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "conf_text.h"
#include "parse.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/**
 * struct effect - what a word does
 * @in: block
 * @word: the word
 * @with: statements of the block
 * @value: line of conf_text() that they make
 */
struct effect {
	enum conf_context in;
	const char *word;
	const char *with;
	const char *value;
};

static const struct effect effects[] = {
	{ CONF_IN_TOP, "global_defs", "global_defs { lvs_flush }", "lvs_flush 1" },
	{ CONF_IN_TOP, "virtual_server_group",
	  "virtual_server_group G { 192.0.2.9 80 }", "group G" },
	{ CONF_IN_TOP, "virtual_server",
	  "virtual_server 192.0.2.9 80 { protocol TCP }", "serve tcp 192.0.2.9:80" },
	{ CONF_IN_TOP, "SSL", "SSL { ca /etc/ca.pem }", "tls ca /etc/ca.pem" },
	{ CONF_IN_TOP, "l4lb", "l4lb { limits { vips 9 } }", "limit vips 9" },

	{ CONF_IN_GLOBAL, "script_user", "script_user www staff", "script_group staff" },
	{ CONF_IN_GLOBAL, "enable_script_security", "enable_script_security",
	  "script_security 1" },
	{ CONF_IN_GLOBAL, "notify_fifo", "notify_fifo /run/f www staff",
	  "notify_fifo /run/f www staff" },
	{ CONF_IN_GLOBAL, "notify_fifo_script",
	  "notify_fifo /run/f; notify_fifo_script \"/bin/r -x\"",
	  "notify_fifo </bin/r> <-x>" },
	{ CONF_IN_GLOBAL, "lvs_notify_fifo", "lvs_notify_fifo /run/g",
	  "lvs_notify_fifo /run/g - -" },
	{ CONF_IN_GLOBAL, "lvs_notify_fifo_script",
	  "lvs_notify_fifo /run/g; lvs_notify_fifo_script /bin/r www",
	  "lvs_notify_fifo </bin/r> user www" },
	{ CONF_IN_GLOBAL, "lvs_timeouts", "lvs_timeouts tcp 900 tcpfin 60 udp 30",
	  "limit timeout established=900\nlimit timeout fin_wait=60\nlimit timeout udp=30" },
	{ CONF_IN_GLOBAL, "lvs_flush", "lvs_flush", "lvs_flush 1" },
	{ CONF_IN_GLOBAL, "lvs_flush_on_stop", "lvs_flush_on_stop", "on_stop 1" },
	{ CONF_IN_GLOBAL, "lvs_flush_onstop", "lvs_flush_onstop VS", "on_stop 2" },
	{ CONF_IN_GLOBAL, "checker_log_all_failures",
	  "checker_log_all_failures true", "log all 1" },

	{ CONF_IN_SSL, "password", "password x", "tls password x" },
	{ CONF_IN_SSL, "ca", "ca /a", "tls ca /a" },
	{ CONF_IN_SSL, "certificate", "certificate /b", "tls certificate /b" },
	{ CONF_IN_SSL, "key", "key /c", "tls key /c" },

	{ CONF_IN_L4LB, "limits", "limits { conns 7 }", "limit conns 7" },
	{ CONF_IN_LIMITS, "conns", "conns 4000000", "limit conns 4000000" },
	{ CONF_IN_LIMITS, "memory", "memory 1G", "limit memory 1073741824" },
	{ CONF_IN_LIMITS, "services", "services 5", "limit services 5" },
	{ CONF_IN_LIMITS, "servers", "servers 6", "limit servers 6" },
	{ CONF_IN_LIMITS, "vips", "vips 7", "limit vips 7" },
	{ CONF_IN_LIMITS, "timeouts", "timeouts udp=9,close=3",
	  "limit timeout close=3\nlimit timeout udp=9" },

	{ CONF_IN_GROUP, "fwmark", "fwmark 7 inet6", "serve fwmark 7 family 6" },

	{ CONF_IN_SERVICE, "lb_algo", "lb_algo sed", "scheduler sed" },
	{ CONF_IN_SERVICE, "lvs_sched", "lvs_sched mh", "scheduler mh" },
	{ CONF_IN_SERVICE, "lb_kind", "lb_kind DR", "method dr" },
	{ CONF_IN_SERVICE, "lvs_method", "lvs_method TUN type ipip", "method tunnel" },
	{ CONF_IN_SERVICE, "sh-port", "lb_algo sh; sh-port", "hash_port 1" },
	{ CONF_IN_SERVICE, "mh-port", "lb_algo mh; mh-port", "hash_port 1" },
	{ CONF_IN_SERVICE, "flag-2", "lb_algo mh; flag-2", "hash_port 1" },
	{ CONF_IN_SERVICE, "sh-fallback", "lb_algo sh; sh-fallback", "hash_fallback 1" },
	{ CONF_IN_SERVICE, "mh-fallback", "lb_algo mh; mh-fallback", "hash_fallback 1" },
	{ CONF_IN_SERVICE, "flag-1", "lb_algo sh; flag-1", "hash_fallback 1" },
	{ CONF_IN_SERVICE, "ops", "protocol UDP; lb_kind DR; ops", "one_packet 1" },
	{ CONF_IN_SERVICE, "protocol", "protocol UDP", "serve udp 192.0.2.1:80" },
	{ CONF_IN_SERVICE, "ip_family",
	  "} virtual_server fwmark 3 { lb_kind TUN; ip_family inet6 } virtual_server 192.0.2.2 80 {",
	  "serve fwmark 3 family 6" },
	{ CONF_IN_SERVICE, "persistence_timeout", "persistence_timeout", "persist 360" },
	{ CONF_IN_SERVICE, "persistence_granularity",
	  "persistence_timeout 50; persistence_granularity 255.255.255.0",
	  "persist_prefix 24" },
	{ CONF_IN_SERVICE, "delay_loop", "delay_loop 2.5", "delay_loop 2500000" },
	{ CONF_IN_SERVICE, "connect_timeout", "connect_timeout 9",
	  "connect_timeout 9000000" },
	{ CONF_IN_SERVICE, "retry", "retry 7", "retry 7" },
	{ CONF_IN_SERVICE, "delay_before_retry", "delay_before_retry 8",
	  "delay_before_retry 8000000" },
	{ CONF_IN_SERVICE, "warmup", "warmup 4", "warmup 4000000" },
	{ CONF_IN_SERVICE, "alpha", "alpha", "alpha 1" },
	{ CONF_IN_SERVICE, "omega", "omega yes", "omega 1" },
	{ CONF_IN_SERVICE, "ha_suspend", "ha_suspend", "ha_suspend 1" },
	{ CONF_IN_SERVICE, "inhibit_on_failure", "inhibit_on_failure", "inhibit 1" },
	{ CONF_IN_SERVICE, "virtualhost", "virtualhost www.example.com",
	  "host www.example.com" },
	{ CONF_IN_SERVICE, "quorum", "quorum 2", "quorum 2" },
	{ CONF_IN_SERVICE, "hysteresis", "quorum 2; hysteresis 1", "hysteresis 1" },
	{ CONF_IN_SERVICE, "quorum_up", "quorum_up \"/bin/u a 'b c'\" www",
	  "quorum_up </bin/u> <a> <b c> user www" },
	{ CONF_IN_SERVICE, "quorum_down", "quorum_down /bin/d www staff",
	  "quorum_down </bin/d> user www group staff" },
	{ CONF_IN_SERVICE, "sorry_server", "sorry_server 198.51.100.9 8080",
	  "sorry 198.51.100.9:8080\nsorry method nat" },
	{ CONF_IN_SERVICE, "sorry_server_inhibit",
	  "sorry_server 198.51.100.9; sorry_server_inhibit",
	  "sorry method nat\ninhibit 1" },
	{ CONF_IN_SERVICE, "sorry_server_lvs_method",
	  "sorry_server 198.51.100.9; sorry_server_lvs_method TUN",
	  "sorry method tunnel" },
	{ CONF_IN_SERVICE, "real_server", "real_server 198.51.100.8 {}",
	  "server 198.51.100.8:0" },
	{ CONF_IN_SERVICE, "name", "name www", "name www" },
	{ CONF_IN_SERVICE, "slow_start", "slow_start 30", "slow_start 30" },
	{ CONF_IN_SERVICE, "timeouts", "timeouts established=900,fin_wait=8",
	  "timeout established=900\ntimeout fin_wait=8" },
	{ CONF_IN_SERVICE, "on_down", "on_down reset", "on_down reset" },
	{ CONF_IN_SERVICE, "on_server_gone", "on_server_gone drop", "on_gone drop" },
	{ CONF_IN_SERVICE, "unknown_port", "unknown_port reject", "unknown_port reject" },
	{ CONF_IN_SERVICE, "hook", "hook input", "hook input" },
	{ CONF_IN_SERVICE, "midstream", "midstream adopt", "midstream adopt" },
	{ CONF_IN_SERVICE, "track", "hook input; track", "track 1" },
	{ CONF_IN_SERVICE, "track_seq", "track_seq on", "track_seq 1" },
	{ CONF_IN_SERVICE, "tie", "tie first", "tie first" },
	{ CONF_IN_SERVICE, "half_open_max", "half_open_max 1000", "half_open_max 1000" },

	{ CONF_IN_SERVER, "weight", "weight 50", "weight 50" },
	{ CONF_IN_SERVER, "lvs_method", "lvs_method DR", "method dr" },
	{ CONF_IN_SERVER, "lb_kind", "lb_kind TUN", "method tunnel" },
	{ CONF_IN_SERVER, "uthreshold", "uthreshold 100", "max_conns 100" },
	{ CONF_IN_SERVER, "lthreshold", "uthreshold 100; lthreshold 60", "min_conns 60" },
	{ CONF_IN_SERVER, "inhibit_on_failure", "inhibit_on_failure true", "inhibit 1" },
	{ CONF_IN_SERVER, "virtualhost", "virtualhost a.example.com",
	  "host a.example.com" },
	{ CONF_IN_SERVER, "notify_up", "notify_up /bin/u", "notify_up </bin/u>" },
	{ CONF_IN_SERVER, "notify_down", "notify_down '/bin/d x' www",
	  "notify_down </bin/d> <x> user www" },
	{ CONF_IN_SERVER, "alpha", "alpha", "server alpha 1" },
	{ CONF_IN_SERVER, "connect_timeout", "connect_timeout 9",
	  "connect_timeout 9000000" },
	{ CONF_IN_SERVER, "retry", "retry 7", "retry 7" },
	{ CONF_IN_SERVER, "delay_before_retry", "delay_before_retry 0.5",
	  "delay_before_retry 500000" },
	{ CONF_IN_SERVER, "warmup", "warmup 4", "warmup 4000000" },
	{ CONF_IN_SERVER, "delay_loop", "delay_loop 2", "delay_loop 2000000" },
	{ CONF_IN_SERVER, "HTTP_GET", "HTTP_GET { url { path /x } }", "path /x" },
	{ CONF_IN_SERVER, "SSL_GET", "SSL_GET { url { path /x } }",
	  "check 3\nto 198.51.100.1:80" },
	{ CONF_IN_SERVER, "TCP_CHECK", "TCP_CHECK {}", "check 1\nto 198.51.100.1:80" },
	{ CONF_IN_SERVER, "MISC_CHECK", "MISC_CHECK { misc_path /bin/m }",
	  "check 4\nscript </bin/m>" },
	{ CONF_IN_SERVER, "name", "name web1", "server name web1" },
	{ CONF_IN_SERVER, "out_of_service", "out_of_service \"disk full\"",
	  "out disk full" },

	{ CONF_IN_TIMING, "alpha", "alpha", "check alpha 1" },
	{ CONF_IN_TIMING, "connect_timeout", "connect_timeout 9",
	  "connect_timeout 9000000" },
	{ CONF_IN_TIMING, "retry", "retry 7", "retry 7" },
	{ CONF_IN_TIMING, "delay_before_retry", "delay_before_retry 9",
	  "delay_before_retry 9000000" },
	{ CONF_IN_TIMING, "warmup", "warmup 9", "warmup 9000000" },
	{ CONF_IN_TIMING, "delay_loop", "delay_loop 9", "delay_loop 9000000" },
	{ CONF_IN_TIMING, "log_all_failures", "log_all_failures on",
	  "log_all_failures 1" },
	{ CONF_IN_TIMING, "rise", "rise 3", "rise 3" },
	{ CONF_IN_TIMING, "fall", "fall 4", "fall 4" },

	{ CONF_IN_CONNECT, "connect_ip", "connect_ip 198.51.100.7",
	  "to 198.51.100.7:80" },
	{ CONF_IN_CONNECT, "connect_port", "connect_port 81", "to 198.51.100.1:81" },
	{ CONF_IN_CONNECT, "bindto", "bindto 198.51.100.6", "from 198.51.100.6" },
	{ CONF_IN_CONNECT, "bind_to", "bind_to 198.51.100.6", "from 198.51.100.6" },
	{ CONF_IN_CONNECT, "bind_if", "bind_if bond0", "bind_if bond0" },
	{ CONF_IN_CONNECT, "bind_port", "bind_port 1025", "bind_port 1025" },
	{ CONF_IN_CONNECT, "fwmark", "fwmark 5", "mark 5" },

	{ CONF_IN_TCP, "send", "send \"PING\\r\\n\"", "send PING\r\n" },
	{ CONF_IN_TCP, "expect", "expect +PONG", "expect +PONG" },

	{ CONF_IN_HTTP, "url", "url { path /second }", "path /second" },
	{ CONF_IN_HTTP, "nb_get_retry", "nb_get_retry 6", "retry 6" },
	{ CONF_IN_HTTP, "http_protocol", "http_protocol 1.1", "http 2" },
	{ CONF_IN_HTTP, "fast_recovery", "fast_recovery", "fast_recovery 1" },
	{ CONF_IN_SSL_GET, "enable_sni", "enable_sni", "sni 1" },
	{ CONF_IN_SSL_GET, "sni_name", "sni_name b.example.com",
	  "sni 1\nsni_name b.example.com" },

	{ CONF_IN_URL, "path", "path /other", "path /other" },
	{ CONF_IN_URL, "status_code", "status_code 200 300-302",
	  "codes 200-200\ncodes 300-302" },
	{ CONF_IN_URL, "digest", "digest FF20ad2481f97b1754ef3e12ecd3a9cc",
	  "digest ff20ad2481f97b1754ef3e12ecd3a9cc" },
	{ CONF_IN_URL, "virtualhost", "virtualhost c.example.com",
	  "host c.example.com" },
	{ CONF_IN_URL, "regex", "regex ^ok", "regex ^ok" },
	{ CONF_IN_URL, "regex_no_match", "regex bad; regex_no_match",
	  "regex_no_match 1" },
	{ CONF_IN_URL, "regex_options", "regex a; regex_options caseless utf",
	  "regex option caseless\nregex option utf" },
	{ CONF_IN_URL, "regex_stack", "regex a; regex_stack 1024 65536",
	  "regex_memory 65536" },
	{ CONF_IN_URL, "regex_min_offset", "regex a; regex_min_offset 5",
	  "regex_min 5" },
	{ CONF_IN_URL, "regex_max_offset", "regex a; regex_max_offset 9",
	  "regex_max 9" },

	{ CONF_IN_MISC, "misc_path", "misc_path \"/bin/n -a\"",
	  "script </bin/n> <-a>" },
	{ CONF_IN_MISC, "misc_timeout", "misc_timeout 9", "timeout 9000000" },
	{ CONF_IN_MISC, "misc_dynamic", "misc_dynamic", "dynamic 1" },
	{ CONF_IN_MISC, "user", "user www staff", "user www group staff" },
};

#define RS	"virtual_server 192.0.2.1 80 { real_server 198.51.100.1 80 { "

/* A configuration with a hole in the block. */
static const struct {
	enum conf_context in;
	const char *before;
	const char *after;
} holes[] = {
	{ CONF_IN_TOP, "", "" },
	{ CONF_IN_GLOBAL, "global_defs {", "}" },
	{ CONF_IN_SSL, "SSL {", "}" },
	{ CONF_IN_L4LB, "l4lb {", "}" },
	{ CONF_IN_LIMITS, "l4lb { limits {", "} }" },
	{ CONF_IN_GROUP, "virtual_server_group G { 2001:db8::1 80;",
	  "} virtual_server group G { protocol TCP }" },
	{ CONF_IN_SERVICE, "virtual_server 192.0.2.1 80 {",
	  "; real_server 198.51.100.1 80 { weight 9; HTTP_GET { url { path / } } } }" },
	{ CONF_IN_SERVER, RS,
	  "; HTTP_GET { url { path / } } } }" },
	{ CONF_IN_TIMING, RS "TCP_CHECK {",
	  "} } }" },
	{ CONF_IN_CONNECT, RS "TCP_CHECK {",
	  "} } }" },
	{ CONF_IN_TCP, RS "TCP_CHECK {",
	  "} } }" },
	{ CONF_IN_HTTP, RS "HTTP_GET { url { path / }",
	  "} } }" },
	{ CONF_IN_SSL_GET, RS "SSL_GET { url { path / }",
	  "} } }" },
	{ CONF_IN_URL, RS "HTTP_GET { url { path /;",
	  "} } } }" },
	{ CONF_IN_MISC, RS "MISC_CHECK { misc_path /bin/m;",
	  "} } }" },
};

static char *text_of(const char *text)
{
	static const struct conf_options opt = { .hostname = "lv1" };
	struct conf_log *log = conf_log_new();
	struct conf_tree *tree = conf_read_text("F", text, strlen(text), &opt,
						log);
	struct conf *conf = conf_parse(tree, log);
	unsigned int i;
	char *result;

	for (i = 0; i < (conf ? 0 : conf_log_count(log, CONF_ERROR)); i++)
		print_message("%s: %s\n", text, conf_log_get(log, i)->text);
	assert_non_null(conf);
	result = conf_text(conf);
	conf_free(conf);
	conf_tree_free(tree);
	conf_log_free(log);
	return result;
}

/* Has @text these lines? */
static bool has_lines(const char *text, const char *lines)
{
	const char *at = text;
	size_t len = strlen(lines);

	for (; (at = strstr(at, lines)); at++)
		if (at[len] == '\n' && (at == text || at[-1] == '\n' ||
					lines[0] == 'u'))
			return true;
	return false;
}

static void test_effects(void **state)
{
	char *with, *without, *file;
	unsigned int i, h;

	(void)state;
	for (i = 0; i < N(effects); i++) {
		const struct effect *e = &effects[i];

		for (h = 0; holes[h].in != e->in; h++)
			assert_true(h + 1 < N(holes));
		assert_true(asprintf(&file, "%s\n%s\n%s\n", holes[h].before,
				     e->with, holes[h].after) > 0);
		with = text_of(file);
		free(file);
		assert_true(asprintf(&file, "%s\n\n%s\n", holes[h].before,
				     holes[h].after) > 0);
		without = text_of(file);
		free(file);
		if (!has_lines(with, e->value) || has_lines(without, e->value))
			print_message("%s in %s: %s\n--- with\n%s--- without\n%s",
				      e->word, conf_context_name(e->in),
				      e->value, with, without);
		assert_true(has_lines(with, e->value));
		assert_false(has_lines(without, e->value));
		free(with);
		free(without);
	}
}

/* The reader knows these, and the lines of sites are conf_assign()'s. */
static bool not_ours(enum conf_context in, const struct conf_keyword *k)
{
	return k->flags & CONF_ASSIGNED || in == CONF_IN_SITES ||
	       !strncmp(k->word, "include", 7);
}

static void test_all_have_effects(void **state)
{
	const struct conf_keyword *k;
	unsigned int in, i, missing = 0;

	(void)state;
	for (in = CONF_IN_TOP; in < CONF_CONTEXTS; in++) {
		for (k = conf_context_words(in); k->word; k++) {
			if (k->standing != CONF_SUPPORTED || not_ours(in, k))
				continue;
			for (i = 0; i < N(effects); i++)
				if (effects[i].in == in &&
				    !strcmp(effects[i].word, k->word))
					break;
			if (i < N(effects))
				continue;
			print_message("%s in %s has no row here\n", k->word,
				      conf_context_name(in));
			missing++;
		}
	}
	assert_int_equal(missing, 0);
}

static const struct block * const blocks[] = {
	&top_block, &global_block, &ssl_block, &l4lb_block, &limits_block,
	&service_block, &server_block, &http_block, &ssl_get_block, &url_block,
	&tcp_block, &misc_block,
};

static bool has_rule(const struct block *b, const char *word)
{
	const struct rule *r;

	for (r = b->rules; r->word; r++)
		if (!strcmp(r->word, word))
			return true;
	return false;
}

/* What a block inherits works in it, too; and no rule is without a word. */
static void test_rules(void **state)
{
	const struct conf_keyword *k;
	const struct rule *r;
	unsigned int i, in;

	(void)state;
	for (i = 0; i < N(blocks); i++) {
		for (in = blocks[i]->in; in; in = conf_context_parent(in))
			for (k = conf_context_words(in); k->word; k++)
				if (k->standing == CONF_SUPPORTED &&
				    !not_ours(in, k))
					assert_true(has_rule(blocks[i],
							     k->word));
		for (r = blocks[i]->rules; r->word; r++) {
			k = conf_keyword_find(blocks[i]->in, r->word);
			assert_non_null(k);
			/* of what all checks have, MISC_CHECK needs less */
			if (k->standing == CONF_ACCEPTED)
				continue;
			assert_int_equal(k->standing, CONF_SUPPORTED);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_effects),
		cmocka_unit_test(test_all_have_effects),
		cmocka_unit_test(test_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
