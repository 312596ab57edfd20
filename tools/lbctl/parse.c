// SPDX-License-Identifier: GPL-2.0
/* Objects from words: identities, and the keys behind them. */
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "object.h"

#define BIT(attr)	L4LB_BIT(L4LB_A_##attr)

/**
 * struct key - a word with a value
 * @word: the word
 * @parse: reads the value behind @at; NULL: the word is for a later version
 */
struct key {
	const char *word;
	int (*parse)(struct words *ws, const struct word *at,
		     struct statement *st);
};

/* All keys of a command, in any order, each once. */
static int parse_keys(struct words *ws, const struct key *keys, unsigned int n,
		      struct statement *st)
{
	const char *known[40] = { NULL };
	const struct word *w;
	__u64 seen = 0;
	unsigned int i;
	int err;

	while (ws->at < ws->n) {
		w = words_take(ws, "");
		for (i = 0; i < n && strcmp(keys[i].word, w->text); i++)
			known[i] = keys[i].word;
		if (i == n)
			return words_unknown(ws, w, known);
		if (!keys[i].parse)
			return words_wrong(ws, w,
					   "\"%s\" is not available in this version",
					   w->text);
		if (seen & 1ULL << i)
			return words_wrong(ws, w, "\"%s\" is given twice",
					   w->text);
		seen |= 1ULL << i;
		err = keys[i].parse(ws, w, st);
		if (err)
			return err;
	}
	return 0;
}

#define PARSE_KEYS(ws, keys, st)					\
	parse_keys(ws, keys, sizeof(keys) / sizeof((keys)[0]), st)

/* A value that must be there and fit. */
static int take_string(struct words *ws, const char *what, char *buf,
		       size_t size)
{
	const struct word *w = words_take(ws, what);

	if (!w)
		return -EINVAL;
	if (!*w->text)
		return words_wrong(ws, w, "%s is empty", what);
	if (strlen(w->text) >= size)
		return words_wrong(ws, w, "\"%s\" is longer than %zu bytes",
				   w->text, size - 1);
	strcpy(buf, w->text);
	return 0;
}

static int take_number(struct words *ws, const char *what, __u64 max,
		       __u64 *value)
{
	const struct word *w = words_take(ws, what);

	return w ? words_number(ws, w, w->text, max, value) : -EINVAL;
}

static int take_u32(struct words *ws, const char *what, __u32 *value)
{
	__u64 v = 0;
	int err = take_number(ws, what, 0xffffffff, &v);

	*value = v;
	return err;
}

static int take_choice(struct words *ws, const char *what,
		       const char *(*name)(unsigned int), unsigned int max,
		       __u8 *value)
{
	const struct word *w = words_take(ws, what);
	unsigned int v = 0;
	int err = w ? words_choice(ws, w, w->text, name, max, &v) : -EINVAL;

	*value = v;
	return err;
}

/**
 * parse_proto() - "tcp" or "udp"
 * @text: word
 * @proto: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_proto(const char *text, __u8 *proto)
{
	if (!strcmp(text, "tcp"))
		*proto = IPPROTO_TCP;
	else if (!strcmp(text, "udp"))
		*proto = IPPROTO_UDP;
	else
		return -EINVAL;
	return 0;
}

/**
 * parse_addr() - an address without a port
 * @ws: words
 * @what: what it is, for the sentence
 * @addr: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_addr(struct words *ws, const char *what, struct l4lb_addr *addr)
{
	const struct word *w = words_take(ws, what);

	if (!w)
		return -EINVAL;
	if (l4lb_addr_parse(w->text, addr))
		return words_wrong(ws, w, "\"%s\" is not an address", w->text);
	return 0;
}

/**
 * parse_endpoint() - an address, possibly with a port
 * @ws: words
 * @what: what it is, for the sentence
 * @addr: result
 * @port: result
 * @has_port: result; NULL: a port must be there
 *
 * Return: 0 or -EINVAL.
 */
int parse_endpoint(struct words *ws, const char *what, struct l4lb_addr *addr,
		   __u16 *port, bool *has_port)
{
	const struct word *w = words_take(ws, what);
	const char *colon;
	bool has;
	int err;

	if (!w)
		return -EINVAL;
	err = l4lb_endpoint_parse(w->text, addr, port, &has);
	if (err == -ERANGE)
		return words_wrong(ws, w, "the port in \"%s\" is above 65535",
				   w->text);
	colon = strrchr(w->text, ':');
	if (err && colon && strchr(colon, '-'))
		return words_wrong(ws, w,
				   "\"%s\": port ranges are not available in this version",
				   w->text);
	if (err)
		return words_wrong(ws, w, "\"%s\" is not an %s", w->text,
				   has_port ? "ADDR[:PORT]" : "ADDR:PORT");
	if (!has && !has_port)
		return words_wrong(ws, w,
				   "\"%s\" has no port: write %s%s%s:PORT",
				   w->text, addr->family == 6 &&
				   w->text[0] != '[' ? "[" : "", w->text,
				   addr->family == 6 && w->text[0] != '[' ?
				   "]" : "");
	if (has_port)
		*has_port = has;
	return 0;
}

/**
 * parse_service_id() - SERVICE := tcp|udp ADDR:PORT | NAME
 * @ws: words
 * @name: NAME is allowed
 * @s: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_service_id(struct words *ws, bool name, struct l4lb_service *s)
{
	static const char * const protos[] = { "tcp", "udp", NULL };
	const struct word *w = words_take(ws, name ?
			"the service (tcp|udp ADDR:PORT, or NAME)" :
			"the service (tcp|udp ADDR:PORT)");
	const char *next = words_peek(ws), *nearest;
	struct l4lb_addr addr;
	__u16 port;
	bool has;

	if (!w)
		return -EINVAL;
	if (!strcmp(w->text, "fwmark"))
		return words_wrong(ws, w,
				   "\"fwmark\" is not available in this version");
	if (!parse_proto(w->text, &s->proto)) {
		s->has |= BIT(SERVICE_PROTO) | BIT(SERVICE_ADDR) |
			  BIT(SERVICE_PORT);
		return parse_endpoint(ws, "the service's ADDR:PORT", &s->addr,
				      &s->port, NULL);
	}
	nearest = words_nearest(w->text, protos);
	if (!name || (nearest && next &&
		      !l4lb_endpoint_parse(next, &addr, &port, &has)))
		return words_unknown(ws, w, protos);
	if (!l4lb_endpoint_parse(w->text, &addr, &port, &has))
		return words_wrong(ws, w,
				   "\"%s\": write tcp or udp before the address of a service",
				   w->text);
	if (strlen(w->text) >= sizeof(s->name))
		return words_wrong(ws, w, "\"%s\" is longer than %zu bytes",
				   w->text, sizeof(s->name) - 1);
	strcpy(s->name, w->text);
	s->has |= BIT(SERVICE_NAME);
	return 0;
}

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

/* STATE=SECONDS,... */
static int parse_timeouts(struct words *ws, bool inherit,
			  struct l4lb_timeouts *t)
{
	const struct word *w = words_take(ws, "STATE=SECONDS,...");
	char buf[512], *item, *rest = buf, *value;
	unsigned int state = 0;
	__u64 seconds;
	int err;

	if (!w)
		return -EINVAL;
	if (strlen(w->text) >= sizeof(buf))
		return words_wrong(ws, w, "STATE=SECONDS,... is too long");
	strcpy(buf, w->text);
	while ((item = strsep(&rest, ","))) {
		value = strchr(item, '=');
		if (!value)
			return words_wrong(ws, w,
					   "\"%s\" is not STATE=SECONDS", item);
		*value++ = '\0';
		err = words_choice(ws, w, item, l4lb_state_name, L4LB_STATE_MAX,
				   &state);
		if (err)
			return err;
		seconds = 0;
		if (!inherit || strcmp(value, "default"))
			err = words_number(ws, w, value, 0xffffffff, &seconds);
		if (err)
			return err;
		if (t->has & L4LB_BIT(state))
			return words_wrong(ws, w, "\"%s\" is given twice",
					   item);
		t->has |= L4LB_BIT(state);
		t->seconds[state] = seconds;
	}
	return 0;
}

#define PARSER(kind)							\
	static int kind(struct words *ws, const struct word *at,	\
			struct statement *st)

PARSER(service_name)
{
	(void)at;
	st->service.has |= BIT(SERVICE_NAME);
	return take_string(ws, "the name", st->service.name,
			   sizeof(st->service.name));
}

PARSER(service_scheduler)
{
	(void)at;
	st->service.has |= BIT(SERVICE_SCHEDULER);
	return take_string(ws, "the scheduler", st->service.scheduler,
			   sizeof(st->service.scheduler));
}

PARSER(service_method)
{
	(void)at;
	st->service.has |= BIT(SERVICE_METHOD);
	return take_choice(ws, "the method", l4lb_method_name, L4LB_METHOD_MAX,
			   &st->service.method);
}

PARSER(service_tie)
{
	(void)at;
	st->service.has |= BIT(SERVICE_TIE);
	return take_choice(ws, "rotate or first", l4lb_tie_name, L4LB_TIE_MAX,
			   &st->service.tie);
}

PARSER(service_midstream)
{
	(void)at;
	st->service.has |= BIT(SERVICE_MIDSTREAM);
	return take_choice(ws, "reset, drop, pass or adopt",
			   l4lb_midstream_name, L4LB_MIDSTREAM_MAX,
			   &st->service.midstream);
}

PARSER(service_timeout)
{
	(void)at;
	st->service.has |= BIT(SERVICE_TIMEOUT);
	return parse_timeouts(ws, true, &st->service.timeouts);
}

PARSER(flag_force)
{
	(void)ws;
	(void)at;
	st->flags |= L4LB_F_FORCE;
	return 0;
}

PARSER(flag_now)
{
	(void)ws;
	(void)at;
	st->flags |= L4LB_F_NOW;
	return 0;
}

/**
 * parse_service_keys() - what follows the identity in service add|set
 * @ws: words
 * @st: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_service_keys(struct words *ws, struct statement *st)
{
	static const struct key keys[] = {
		{ "name", service_name },
		{ "scheduler", service_scheduler },
		{ "method", service_method },
		{ "tie", service_tie },
		{ "midstream", service_midstream },
		{ "timeout", service_timeout },
		{ "force", flag_force },
		{ "persist", NULL },
		{ "hook", NULL },
		{ "track", NULL },
		{ "slow-start", NULL },
		{ "fwmark", NULL },
	};

	return PARSE_KEYS(ws, keys, st);
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
		{ "force", flag_force },
	};

	return PARSE_KEYS(ws, keys, st);
}

/**
 * parse_delete_keys() - what follows the identity in service|server del
 * @ws: words
 * @st: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_delete_keys(struct words *ws, struct statement *st)
{
	static const struct key keys[] = {
		{ "force", flag_force },
		{ "now", flag_now },
	};

	return PARSE_KEYS(ws, keys, st);
}

PARSER(vip_unknown_port)
{
	(void)at;
	st->vip.has |= BIT(VIP_UNKNOWN_PORT);
	return take_choice(ws, "pass, reject or drop", l4lb_unknown_port_name,
			   L4LB_UNKNOWN_PORT_MAX, &st->vip.unknown_port);
}

/**
 * parse_vip_set() - ADDR unknown-port pass|reject|drop
 * @ws: words
 * @st: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_vip_set(struct words *ws, struct statement *st)
{
	static const struct key keys[] = {
		{ "unknown-port", vip_unknown_port },
		{ "force", flag_force },
	};
	int err = parse_addr(ws, "the VIP's ADDR", &st->vip.addr);

	if (err)
		return err;
	st->vip.has |= BIT(VIP_ADDR);
	if (ws->at == ws->n)
		return words_wrong(ws, NULL,
				   "unknown-port pass|reject|drop is missing");
	return PARSE_KEYS(ws, keys, st);
}

PARSER(limits_conns)
{
	(void)at;
	st->limits.has |= BIT(LIMITS_CONNS);
	return take_u32(ws, "the number of connections", &st->limits.conns);
}

/* Bytes; K, M and G are powers of 1024. */
PARSER(limits_memory)
{
	static const char suffix[] = "KMG";
	const struct word *w = words_take(ws, "the number of bytes");
	unsigned int shift = 0;
	char buf[32], *unit;
	const char *s;
	size_t len;
	int err;

	(void)at;
	if (!w)
		return -EINVAL;
	len = strlen(w->text);
	if (!len || len >= sizeof(buf))
		return words_wrong(ws, w, "\"%s\" is not a number of bytes",
				   w->text);
	strcpy(buf, w->text);
	unit = buf + len - 1;
	s = strchr(suffix, *unit);
	if (s) {
		shift = 10 * (s - suffix + 1);
		*unit = '\0';
	}
	err = words_number(ws, w, buf, 0xffffffffffffffffULL >> shift,
			   &st->limits.memory);
	st->limits.memory <<= shift;
	st->limits.has |= BIT(LIMITS_MEMORY);
	return err;
}

PARSER(limits_services)
{
	(void)at;
	st->limits.has |= BIT(LIMITS_SERVICES);
	return take_u32(ws, "the number of services", &st->limits.services);
}

PARSER(limits_servers)
{
	(void)at;
	st->limits.has |= BIT(LIMITS_SERVERS);
	return take_u32(ws, "the number of servers", &st->limits.servers);
}

PARSER(limits_vips)
{
	(void)at;
	st->limits.has |= BIT(LIMITS_VIPS);
	return take_u32(ws, "the number of VIPs", &st->limits.vips);
}

PARSER(limits_timeout)
{
	(void)at;
	st->limits.has |= BIT(LIMITS_TIMEOUT);
	return parse_timeouts(ws, false, &st->limits.timeouts);
}

/**
 * parse_limits_set() - what follows limits set
 * @ws: words
 * @st: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_limits_set(struct words *ws, struct statement *st)
{
	static const struct key keys[] = {
		{ "conns", limits_conns },
		{ "memory", limits_memory },
		{ "services", limits_services },
		{ "servers", limits_servers },
		{ "vips", limits_vips },
		{ "timeout", limits_timeout },
	};

	if (ws->at == ws->n)
		return words_wrong(ws, NULL,
				   "conns, memory, services, servers, vips or timeout is missing");
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

static const struct key state_keys[] = {
	{ "reason", state_reason },
	{ "deadline", NULL },
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
