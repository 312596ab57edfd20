// SPDX-License-Identifier: GPL-2.0
/* real_server */
#include <string.h>

#include "front.h"

static void method(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct parse_server *ps = to;

	if (!value_method(p, st->words + 1, st->n - 1, &ps->s.method))
		return;
	ps->has_method = true;
	ps->method_word = st->words[1];
}

static void inhibit(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct parse_server *ps = to;

	ps->s.inhibit = true;
	if (st->n > 1)
		value_bool(p, &st->words[1], &ps->s.inhibit);
	ps->has_inhibit = true;
}

static void name(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct parse_server *ps = to;

	if (value_name(p, &st->words[1]))
		ps->s.name = st->words[1].text;
}

static void out_of_service(struct parse *p, const struct conf_stmt *st,
			   void *to)
{
	struct parse_server *ps = to;

	if (st->n > 1 && strlen(st->words[1].text) >= L4LB_TEXT_MAX)
		parse_error(p, &st->words[1], "the reason has more than %d bytes",
			    L4LB_TEXT_MAX - 1);
	ps->s.out = true;
	ps->s.out_reason = st->n > 1 ? st->words[1].text : NULL;
}

static const struct rule server_rules[] = {
	NUMBER("weight", struct parse_server, s.weight, 0, L4LB_WEIGHT_MAX),
	CALL("lvs_method", method),
	CALL("lb_kind", method),
	NUMBER("uthreshold", struct parse_server, s.max_conns, 0, 0xffffffff),
	NUMBER("lthreshold", struct parse_server, s.min_conns, 0, 0xffffffff),
	CALL("inhibit_on_failure", inhibit),
	TEXT("virtualhost", struct parse_server, virtualhost),
	SCRIPT("notify_up", struct parse_server, s.notify_up),
	SCRIPT("notify_down", struct parse_server, s.notify_down),
	TIMING_RULES,
	CALL("HTTP_GET", parse_http),
	CALL("SSL_GET", parse_ssl_get),
	CALL("TCP_CHECK", parse_tcp),
	CALL("MISC_CHECK", parse_misc),
	CALL("name", name),
	CALL("out_of_service", out_of_service),
	{ 0 }
};

const struct block server_block = {
	CONF_IN_SERVER, server_rules, offsetof(struct timing, given)
};

/**
 * parse_server() - real_server
 * @p: run
 * @st: statement with the block
 * @to: &struct parse_service
 */
void parse_server(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct parse_service *service = to;
	struct parse_server ps = {
		.s = { .place = st->words[1].place, .weight = 1 },
	};
	const char *problem = NULL;
	bool good = value_addr(p, &st->words[1], &ps.s.addr);

	if (good)
		problem = addr_problem(&ps.s.addr);
	if (problem) {
		parse_error(p, &st->words[1], "%s is %s: it cannot be a server",
			    st->words[1].text, problem);
		good = false;
	}
	/* 0 is keepalived's way to say that there is none. */
	if (st->n > 2 && strcmp(st->words[2].text, "0")) {
		good &= value_port(p, &st->words[2], &ps.s.port);
		ps.port_word = st->words[2];
	}
	parse_block(p, &server_block, st->block, &ps);
	if (!ps.s.max_conns && ps.s.min_conns)
		parse_error(p, &st->words[1], "lthreshold needs uthreshold");
	else if (ps.s.min_conns > ps.s.max_conns)
		parse_error(p, &st->words[1],
			    "lthreshold %u is above uthreshold %u",
			    ps.s.min_conns, ps.s.max_conns);
	if (good)
		*pool_append(p->pool, service->servers,
			     service->n_servers) = ps;
}
