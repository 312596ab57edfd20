// SPDX-License-Identifier: GPL-2.0
/* Real servers from words, and what operators say about them. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "parse.h"

/**
 * parse_server_id() - ADDR[:PORT]
 * @ws: words
 * @server: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_server_id(struct words *ws, struct l4lb_server *server)
{
	bool has_port = false;
	int err;

	err = parse_endpoint(ws, "the server's ADDR[:PORT]", &server->addr,
			     &server->port, &has_port);
	server->has |= BIT(SERVER_ADDR);
	if (has_port)
		server->has |= BIT(SERVER_PORT);
	return err;
}

PARSER(server_name)
{
	(void)at;
	st->server.has |= BIT(SERVER_NAME);
	return take_string(ws, "the name", st->server.name,
			   sizeof(st->server.name));
}

PARSER(server_weight)
{
	(void)at;
	st->server.has |= BIT(SERVER_WEIGHT);
	return take_u32(ws, "the weight", &st->server.weight);
}

/* N[:LOWER] */
PARSER(server_max_conns)
{
	const struct word *w = words_take(ws, "N[:LOWER]");
	char buf[32], *lower;
	__u64 value = 0;
	int err;

	(void)at;
	if (!w)
		return -EINVAL;
	if (strlen(w->text) >= sizeof(buf))
		return words_wrong(ws, w, "\"%s\" is not N[:LOWER]", w->text);
	strcpy(buf, w->text);
	lower = strchr(buf, ':');
	if (lower)
		*lower++ = '\0';
	err = words_number(ws, w, buf, 0xffffffff, &value);
	st->server.max_conns = value;
	st->server.has |= BIT(SERVER_MAX_CONNS);
	if (!err && lower) {
		err = words_number(ws, w, lower, 0xffffffff, &value);
		st->server.min_conns = value;
		st->server.has |= BIT(SERVER_MIN_CONNS);
	}
	return err;
}

/**
 * parse_server_keys() - what follows the identity in server add|set
 * @ws: words
 * @st: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_server_keys(struct words *ws, struct statement *st)
{
	static const struct key keys[] = {
		{ "name", server_name },
		{ "weight", server_weight },
		{ "max-conns", server_max_conns },
		{ "force", parse_force },
	};

	return PARSE_KEYS(ws, keys, st);
}

PARSER(state_reason)
{
	(void)at;
	st->server.has |= BIT(SERVER_TEXT);
	return take_string(ws, "the reason", st->server.text,
			   sizeof(st->server.text));
}

/* SERVICE|all ADDR[:PORT]|NAME */
static int parse_state_target(struct words *ws, struct statement *st)
{
	const struct word *w;
	bool has_port = false;
	int err = 0;

	if (words_accept(ws, "all"))
		st->all = true;
	else
		err = parse_service_id(ws, true, &st->service);
	if (err)
		return err;
	w = words_take(ws, "the server (ADDR[:PORT] or NAME)");
	if (!w)
		return -EINVAL;
	if (!l4lb_endpoint_parse(w->text, &st->server.addr, &st->server.port,
				 &has_port)) {
		st->server.has |= BIT(SERVER_ADDR);
		if (has_port)
			st->server.has |= BIT(SERVER_PORT);
		return 0;
	}
	if (!isalpha((unsigned char)w->text[0]) ||
	    strlen(w->text) >= L4LB_NAME_MAX)
		return words_wrong(ws, w,
				   "\"%s\" is neither ADDR[:PORT] nor a name",
				   w->text);
	strcpy(st->server.name, w->text);
	st->server_name = true;
	return 0;
}

PARSER(state_deadline)
{
	if (st->server.admin != L4LB_ADMIN_DRAIN)
		return words_wrong(ws, at,
				   "\"deadline\" belongs to drain only");
	st->server.has |= BIT(SERVER_DEADLINE);
	return take_duration(ws, "the deadline (90s, 10m, 2h)",
			     &st->server.deadline);
}

static const struct key state_keys[] = {
	{ "reason", state_reason },
	{ "deadline", state_deadline },
	{ "for", NULL },
};

/**
 * parse_admin() - what follows server drain|enable|disable
 * @ws: words
 * @admin: &enum l4lb_admin
 * @st: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_admin(struct words *ws, __u8 admin, struct statement *st)
{
	int err = parse_state_target(ws, st);

	if (err)
		return err;
	st->server.admin = admin;
	st->server.has |= BIT(SERVER_ADMIN);
	/* What the operator said about the last state goes with it. */
	if (admin == L4LB_ADMIN_ENABLED)
		st->server.has |= BIT(SERVER_TEXT);
	return PARSE_KEYS(ws, state_keys, st);
}

/**
 * parse_weight() - what follows server weight
 * @ws: words
 * @st: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_weight(struct words *ws, struct statement *st)
{
	int err = parse_state_target(ws, st);
	__u64 weight = 0;

	if (err)
		return err;
	if (words_accept(ws, "default")) {
		st->server.oper_weight = -1;
	} else {
		err = take_number(ws, "the weight or \"default\"",
				  0x7fffffff, &weight);
		st->server.oper_weight = weight;
	}
	st->server.has |= BIT(SERVER_OPER_WEIGHT);
	return err ? err : PARSE_KEYS(ws, state_keys, st);
}
