// SPDX-License-Identifier: GPL-2.0
/* The checks of a server. */
#include <string.h>

#include "parse.h"

#define CHECK(word, member, bit, min, max)				\
	{ word, RULE_NUMBER, offsetof(struct parse_check, timing.t.member), \
	  bit, min, max, NULL }

/* What all checks have; each table of rules begins with it. */
#define COMMON_RULES							\
	TIMING_RULES,							\
	{ "log_all_failures", RULE_FLAG,				\
	  offsetof(struct timing, t.log_all_failures), TIMING_LOG, 0, 0, NULL }, \
	CHECK("rise", rise, TIMING_RISE, 1, 1000),			\
	CHECK("fall", fall, TIMING_FALL, 1, 1000)

static void connect_ip(struct parse *p, const struct conf_stmt *st, void *to)
{
	value_addr(p, &st->words[1], &((struct parse_check *)to)->c.addr);
}

static void connect_port(struct parse *p, const struct conf_stmt *st, void *to)
{
	value_port(p, &st->words[1], &((struct parse_check *)to)->c.port);
}

static void bind_addr(struct parse *p, const struct conf_stmt *st, void *to)
{
	value_addr(p, &st->words[1], &((struct parse_check *)to)->c.bind_addr);
}

static void bind_port(struct parse *p, const struct conf_stmt *st, void *to)
{
	value_port(p, &st->words[1], &((struct parse_check *)to)->c.bind_port);
}

/* What checks have that connect. */
#define CONNECT_RULES							\
	COMMON_RULES,							\
	CALL("connect_ip", connect_ip),					\
	CALL("connect_port", connect_port),				\
	CALL("bindto", bind_addr),					\
	CALL("bind_to", bind_addr),					\
	TEXT("bind_if", struct parse_check, c.bind_if),			\
	CALL("bind_port", bind_port),					\
	NUMBER("fwmark", struct parse_check, c.mark, 0, 0xffffffff)

static const struct rule tcp_rules[] = {
	CONNECT_RULES,
	TEXT("send", struct parse_check, c.send),
	TEXT("expect", struct parse_check, c.expect),
	{ 0 }
};

const struct block tcp_block = {
	CONF_IN_TCP, tcp_rules, offsetof(struct timing, given)
};

static void http_protocol(struct parse *p, const struct conf_stmt *st, void *to)
{
	static const char * const names[] = {
		[CONF_HTTP_1_0] = "1.0",
		[CONF_HTTP_1_0_CLOSE] = "1.0C",
		[CONF_HTTP_1_1] = "1.1",
	};
	struct parse_check *pc = to;
	struct conf_word word = st->words[1];
	unsigned int value;

	if (!strcmp(word.text, "1.0c"))
		word.text = "1.0C";
	if (value_choice(p, &word, "version of HTTP", names, 3, &value))
		pc->c.http = value;
}

static void sni_name(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct parse_check *pc = to;

	(void)p;
	pc->c.sni = true;
	pc->c.sni_name = st->words[1].text;
}

#define HTTP_RULES							\
	CONNECT_RULES,							\
	CALL("url", parse_url),						\
	CHECK("nb_get_retry", retry, TIMING_RETRY, 0, 0xffffffff),	\
	CALL("http_protocol", http_protocol),				\
	FLAG("fast_recovery", struct parse_check, c.fast_recovery)

static const struct rule http_rules[] = { HTTP_RULES, { 0 } };

const struct block http_block = {
	CONF_IN_HTTP, http_rules, offsetof(struct timing, given)
};

static const struct rule ssl_get_rules[] = {
	HTTP_RULES,
	FLAG("enable_sni", struct parse_check, c.sni),
	CALL("sni_name", sni_name),
	{ 0 }
};

const struct block ssl_get_block = {
	CONF_IN_SSL_GET, ssl_get_rules, offsetof(struct timing, given)
};

static void misc_path(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct parse_check *pc = to;
	struct conf_script *script = value_script(p, &st->words[1], 1);

	if (script && pc->c.script) {
		script->user = pc->c.script->user;
		script->group = pc->c.script->group;
	}
	pc->c.script = script;
}

/* It may stand before misc_path. */
static void user(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct parse_check *pc = to;

	if (!pc->c.script)
		pc->c.script = pool_alloc(p->pool, sizeof(*pc->c.script));
	pc->c.script->user = st->words[1].text;
	pc->c.script->group = st->n > 2 ? st->words[2].text : NULL;
}

static const struct rule misc_rules[] = {
	COMMON_RULES,
	CALL("misc_path", misc_path),
	TIME("misc_timeout", struct parse_check, c.timeout, 0),
	FLAG("misc_dynamic", struct parse_check, c.dynamic),
	CALL("user", user),
	{ 0 }
};

const struct block misc_block = {
	CONF_IN_MISC, misc_rules, offsetof(struct timing, given)
};

static struct parse_check *begin(struct parse *p, const struct conf_stmt *st,
				 struct parse_server *ps,
				 enum conf_check_kind kind,
				 const struct block *block)
{
	struct parse_check *pc = pool_append(p->pool, ps->checks, ps->n_checks);

	pc->c.kind = kind;
	pc->c.place = st->words[0].place;
	parse_block(p, block, st->block, pc);
	return pc;
}

static void need_url(struct parse *p, const struct conf_stmt *st,
		     const struct parse_check *pc)
{
	if (!pc->c.n_urls)
		parse_error(p, &st->words[0], "%s has no url { ... } to get",
			    st->words[0].text);
}

/**
 * parse_http() - HTTP_GET; like all checks here
 * @p: run
 * @st: statement with the block
 * @to: &struct parse_server that the check is added to
 */
void parse_http(struct parse *p, const struct conf_stmt *st, void *to)
{
	need_url(p, st, begin(p, st, to, CONF_CHECK_HTTP, &http_block));
}

/**
 * parse_ssl_get() - SSL_GET, see parse_http()
 * @p: run
 * @st: statement with the block
 * @to: &struct parse_server that the check is added to
 */
void parse_ssl_get(struct parse *p, const struct conf_stmt *st, void *to)
{
	need_url(p, st, begin(p, st, to, CONF_CHECK_SSL, &ssl_get_block));
}

/**
 * parse_tcp() - TCP_CHECK, see parse_http()
 * @p: run
 * @st: statement with the block
 * @to: &struct parse_server that the check is added to
 */
void parse_tcp(struct parse *p, const struct conf_stmt *st, void *to)
{
	begin(p, st, to, CONF_CHECK_TCP, &tcp_block);
}

/**
 * parse_misc() - MISC_CHECK, see parse_http()
 * @p: run
 * @st: statement with the block
 * @to: &struct parse_server that the check is added to
 */
void parse_misc(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct parse_check *pc;

	pc = begin(p, st, to, CONF_CHECK_MISC, &misc_block);
	if (!pc->c.script || !pc->c.script->argc)
		parse_error(p, &st->words[0], "MISC_CHECK has no misc_path to run");
}
