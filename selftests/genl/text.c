// SPDX-License-Identifier: GPL-2.0
/*
 * Objects as text: once from attributes, in the spec's words, and once from
 * libl4lb's structures. The two texts of one object must be the same.
 */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "genl.h"

/**
 * text_add() - append
 * @t: text
 * @fmt: what
 */
void text_add(struct text *t, const char *fmt, ...)
{
	size_t room = sizeof(t->buf) - t->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->buf + t->len, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room)
		fail("more text than there is room for");
	t->len += n;
}

static void add_number(struct text *t, const char *name, bool has,
		       long long value)
{
	if (has)
		text_add(t, " %s=%lld", name, value);
}

static void add_string(struct text *t, const char *name, bool has,
		       const char *value)
{
	if (has)
		text_add(t, " %s='%s'", name, value);
}

static void add_bytes(struct text *t, const char *name, size_t len,
		      const void *bytes)
{
	const unsigned char *b = bytes;
	size_t i;

	if (!len)
		return;
	text_add(t, " %s=", name);
	for (i = 0; i < len; i++)
		text_add(t, "%02x", b[i]);
}

/* Attributes: the value of one, or nothing where it is absent. */

static void wire_parse(struct nlattr **tb, int max, struct nlattr *nest)
{
	if (nla_parse_nested(tb, max, nest, NULL) < 0)
		fail("a nest that is none");
}

static void wire_u8(struct text *t, const char *name, struct nlattr *a)
{
	add_number(t, name, a, a ? nla_get_u8(a) : 0);
}

static void wire_port(struct text *t, const char *name, struct nlattr *a)
{
	add_number(t, name, a, a ? ntohs(nla_get_u16(a)) : 0);
}

static void wire_u16(struct text *t, const char *name, struct nlattr *a)
{
	add_number(t, name, a, a ? nla_get_u16(a) : 0);
}

static void wire_u32(struct text *t, const char *name, struct nlattr *a)
{
	add_number(t, name, a, a ? nla_get_u32(a) : 0);
}

static void wire_s32(struct text *t, const char *name, struct nlattr *a)
{
	add_number(t, name, a, a ? nla_get_s32(a) : 0);
}

static void wire_u64(struct text *t, const char *name, struct nlattr *a)
{
	add_number(t, name, a, a ? nla_get_u64(a) : 0);
}

static void wire_string(struct text *t, const char *name, struct nlattr *a)
{
	add_string(t, name, a, a ? nla_get_string(a) : "");
}

static void wire_bytes(struct text *t, const char *name, struct nlattr *a)
{
	add_bytes(t, name, a ? nla_len(a) : 0, a ? nla_data(a) : NULL);
}

/* Timeouts by state, whatever their order on the wire. */
static void wire_timeouts(struct text *t, struct nlattr *nest, int type)
{
	struct nlattr *tb[L4LB_A_TIMEOUT_MAX + 1], *attr;
	int rem, state;

	for (state = 1; state <= L4LB_STATE_MAX; state++)
		nla_for_each_nested(attr, nest, rem) {
			if (nla_type(attr) != type)
				continue;
			wire_parse(tb, L4LB_A_TIMEOUT_MAX, attr);
			if (nla_get_u8(tb[L4LB_A_TIMEOUT_STATE]) != state)
				continue;
			text_add(t, " timeout%d=%u%s", state,
				 nla_get_u32(tb[L4LB_A_TIMEOUT_SECONDS]),
				 tb[L4LB_A_TIMEOUT_INHERITED] ? "i" : "");
		}
}

static void lib_timeouts(struct text *t, const struct l4lb_timeouts *out)
{
	int state;

	for (state = 1; state < L4LB_TIMEOUT_STATES; state++)
		if (out->has & L4LB_BIT(state))
			text_add(t, " timeout%d=%u%s", state,
				 out->seconds[state],
				 out->inherited & L4LB_BIT(state) ? "i" : "");
}

void wire_stats(struct text *t, struct nlattr *nest)
{
	struct nlattr *tb[L4LB_A_STATS_MAX + 1];

	if (!nest)
		return;
	wire_parse(tb, L4LB_A_STATS_MAX, nest);
	wire_u64(t, "conns", tb[L4LB_A_STATS_CONNS]);
	wire_u64(t, "packets-in", tb[L4LB_A_STATS_PACKETS_IN]);
	wire_u64(t, "bytes-in", tb[L4LB_A_STATS_BYTES_IN]);
	wire_u64(t, "packets-out", tb[L4LB_A_STATS_PACKETS_OUT]);
	wire_u64(t, "bytes-out", tb[L4LB_A_STATS_BYTES_OUT]);
}

void lib_stats(struct text *t, const struct l4lb_stats *s)
{
	add_number(t, "conns", true, s->conns);
	add_number(t, "packets-in", true, s->packets_in);
	add_number(t, "bytes-in", true, s->bytes_in);
	add_number(t, "packets-out", true, s->packets_out);
	add_number(t, "bytes-out", true, s->bytes_out);
}

void wire_reason(struct text *t, struct nlattr *nest)
{
	struct nlattr *tb[L4LB_A_REASON_MAX + 1];

	wire_parse(tb, L4LB_A_REASON_MAX, nest);
	text_add(t, " %u:%s:%llu", nla_get_u32(tb[L4LB_A_REASON_ID]),
		 nla_get_string(tb[L4LB_A_REASON_NAME]),
		 (unsigned long long)nla_get_u64(tb[L4LB_A_REASON_PACKETS]));
}

void lib_reasons(struct text *t, const struct l4lb_reasons *r)
{
	unsigned int i;

	for (i = 0; r && i < r->n; i++)
		text_add(t, " %u:%s:%llu", r->r[i].id, r->r[i].name,
			 (unsigned long long)r->r[i].packets);
}

static void wire_options(struct text *t, struct nlattr **tb)
{
	wire_u32(t, "persist", tb[L4LB_A_SERVICE_PERSIST]);
	wire_u8(t, "persist-prefix", tb[L4LB_A_SERVICE_PERSIST_PREFIX]);
	wire_u8(t, "hash-port", tb[L4LB_A_SERVICE_HASH_PORT]);
	wire_u8(t, "hash-fallback", tb[L4LB_A_SERVICE_HASH_FALLBACK]);
	wire_u8(t, "one-packet", tb[L4LB_A_SERVICE_ONE_PACKET]);
	wire_u32(t, "slow-start", tb[L4LB_A_SERVICE_SLOW_START]);
	wire_u8(t, "on-down", tb[L4LB_A_SERVICE_ON_DOWN]);
	wire_u8(t, "on-gone", tb[L4LB_A_SERVICE_ON_SERVER_GONE]);
	wire_u8(t, "track-seq", tb[L4LB_A_SERVICE_TRACK_SEQ]);
	wire_u32(t, "half-open-max", tb[L4LB_A_SERVICE_HALF_OPEN_MAX]);
	wire_u32(t, "half-open", tb[L4LB_A_SERVICE_HALF_OPEN]);
	wire_u8(t, "hook", tb[L4LB_A_SERVICE_HOOK]);
	wire_u8(t, "track", tb[L4LB_A_SERVICE_TRACK]);
}

void wire_service(struct text *t, struct nlattr *nest)
{
	struct nlattr *tb[L4LB_A_SERVICE_MAX + 1], *attr;
	int rem;

	wire_parse(tb, L4LB_A_SERVICE_MAX, nest);
	text_add(t, "service");
	wire_u8(t, "proto", tb[L4LB_A_SERVICE_PROTO]);
	wire_bytes(t, "addr", tb[L4LB_A_SERVICE_ADDR]);
	wire_u8(t, "prefix", tb[L4LB_A_SERVICE_PREFIX]);
	wire_port(t, "port", tb[L4LB_A_SERVICE_PORT]);
	wire_port(t, "port-last", tb[L4LB_A_SERVICE_PORT_LAST]);
	wire_u32(t, "fwmark", tb[L4LB_A_SERVICE_FWMARK]);
	wire_u8(t, "family", tb[L4LB_A_SERVICE_FAMILY]);
	wire_string(t, "name", tb[L4LB_A_SERVICE_NAME]);
	wire_string(t, "scheduler", tb[L4LB_A_SERVICE_SCHEDULER]);
	wire_u8(t, "method", tb[L4LB_A_SERVICE_METHOD]);
	wire_u8(t, "tie", tb[L4LB_A_SERVICE_TIE]);
	wire_u8(t, "midstream", tb[L4LB_A_SERVICE_MIDSTREAM]);
	wire_timeouts(t, nest, L4LB_A_SERVICE_TIMEOUT);
	wire_options(t, tb);
	wire_u8(t, "owner", tb[L4LB_A_SERVICE_OWNER]);
	wire_u32(t, "id", tb[L4LB_A_SERVICE_ID]);
	wire_u32(t, "servers", tb[L4LB_A_SERVICE_SERVERS]);
	wire_u32(t, "active", tb[L4LB_A_SERVICE_ACTIVE]);
	wire_u32(t, "inactive", tb[L4LB_A_SERVICE_INACTIVE]);
	wire_stats(t, tb[L4LB_A_SERVICE_STATS]);
	nla_for_each_nested(attr, nest, rem)
		if (nla_type(attr) == L4LB_A_SERVICE_REASON)
			wire_reason(t, attr);
	text_add(t, "\n");
}

/* A number of the service, by its attribute. */
#define LIB_OPTION(t, s, name, attr, value)				\
	add_number(t, name, (s)->has & L4LB_BIT(L4LB_A_SERVICE_##attr), value)

static void lib_options(struct text *t, const struct l4lb_service *s)
{
	LIB_OPTION(t, s, "persist", PERSIST, s->persist);
	LIB_OPTION(t, s, "persist-prefix", PERSIST_PREFIX, s->persist_prefix);
	LIB_OPTION(t, s, "hash-port", HASH_PORT, s->hash_port);
	LIB_OPTION(t, s, "hash-fallback", HASH_FALLBACK, s->hash_fallback);
	LIB_OPTION(t, s, "one-packet", ONE_PACKET, s->one_packet);
	LIB_OPTION(t, s, "slow-start", SLOW_START, s->slow_start);
	LIB_OPTION(t, s, "on-down", ON_DOWN, s->on_down);
	LIB_OPTION(t, s, "on-gone", ON_SERVER_GONE, s->on_gone);
	LIB_OPTION(t, s, "track-seq", TRACK_SEQ, s->track_seq);
	LIB_OPTION(t, s, "half-open-max", HALF_OPEN_MAX, s->half_open_max);
	LIB_OPTION(t, s, "half-open", HALF_OPEN, s->half_open);
	LIB_OPTION(t, s, "hook", HOOK, s->hook);
	LIB_OPTION(t, s, "track", TRACK, s->track);
}

void lib_service(struct text *t, const struct l4lb_service *s)
{
	__u64 has = s->has;

	text_add(t, "service");
	add_number(t, "proto", has & L4LB_BIT(L4LB_A_SERVICE_PROTO), s->proto);
	if (has & L4LB_BIT(L4LB_A_SERVICE_ADDR))
		add_bytes(t, "addr", s->addr.family == 4 ? 4 : 16,
			  s->addr.bytes);
	LIB_OPTION(t, s, "prefix", PREFIX, s->prefix);
	add_number(t, "port", has & L4LB_BIT(L4LB_A_SERVICE_PORT), s->port);
	LIB_OPTION(t, s, "port-last", PORT_LAST, s->port_last);
	LIB_OPTION(t, s, "fwmark", FWMARK, s->fwmark);
	LIB_OPTION(t, s, "family", FAMILY, s->family);
	add_string(t, "name", has & L4LB_BIT(L4LB_A_SERVICE_NAME), s->name);
	add_string(t, "scheduler", has & L4LB_BIT(L4LB_A_SERVICE_SCHEDULER),
		   s->scheduler);
	add_number(t, "method", has & L4LB_BIT(L4LB_A_SERVICE_METHOD),
		   s->method);
	add_number(t, "tie", has & L4LB_BIT(L4LB_A_SERVICE_TIE), s->tie);
	add_number(t, "midstream", has & L4LB_BIT(L4LB_A_SERVICE_MIDSTREAM),
		   s->midstream);
	lib_timeouts(t, &s->timeouts);
	lib_options(t, s);
	add_number(t, "owner", has & L4LB_BIT(L4LB_A_SERVICE_OWNER), s->owner);
	add_number(t, "id", has & L4LB_BIT(L4LB_A_SERVICE_ID), s->id);
	add_number(t, "servers", has & L4LB_BIT(L4LB_A_SERVICE_SERVERS),
		   s->servers);
	add_number(t, "active", has & L4LB_BIT(L4LB_A_SERVICE_ACTIVE),
		   s->active);
	add_number(t, "inactive", has & L4LB_BIT(L4LB_A_SERVICE_INACTIVE),
		   s->inactive);
	if (has & L4LB_BIT(L4LB_A_SERVICE_STATS))
		lib_stats(t, &s->stats);
	lib_reasons(t, s->reasons);
	text_add(t, "\n");
}

/* The seconds of a deadline are others each time they are asked for. */
void wire_server(struct text *t, struct nlattr *nest)
{
	struct nlattr *tb[L4LB_A_SERVER_MAX + 1];

	wire_parse(tb, L4LB_A_SERVER_MAX, nest);
	text_add(t, "server");
	wire_bytes(t, "addr", tb[L4LB_A_SERVER_ADDR]);
	wire_port(t, "port", tb[L4LB_A_SERVER_PORT]);
	wire_string(t, "name", tb[L4LB_A_SERVER_NAME]);
	wire_u32(t, "weight", tb[L4LB_A_SERVER_WEIGHT]);
	wire_u32(t, "max-conns", tb[L4LB_A_SERVER_MAX_CONNS]);
	wire_u32(t, "min-conns", tb[L4LB_A_SERVER_MIN_CONNS]);
	wire_u8(t, "owner", tb[L4LB_A_SERVER_OWNER]);
	wire_u8(t, "admin", tb[L4LB_A_SERVER_ADMIN]);
	wire_u8(t, "health", tb[L4LB_A_SERVER_HEALTH]);
	wire_s32(t, "oper-weight", tb[L4LB_A_SERVER_OPER_WEIGHT]);
	wire_string(t, "text", tb[L4LB_A_SERVER_TEXT]);
	text_add(t, "%s", tb[L4LB_A_SERVER_DEADLINE] ? " deadline" : "");
	wire_u32(t, "ramp", tb[L4LB_A_SERVER_RAMP]);
	wire_u32(t, "id", tb[L4LB_A_SERVER_ID]);
	wire_u32(t, "eff-weight", tb[L4LB_A_SERVER_EFF_WEIGHT]);
	text_add(t, "%s%s", tb[L4LB_A_SERVER_LINGER] ? " linger" : "",
		 tb[L4LB_A_SERVER_OVERLOAD] ? " overload" : "");
	wire_u8(t, "method", tb[L4LB_A_SERVER_METHOD]);
	wire_u32(t, "active", tb[L4LB_A_SERVER_ACTIVE]);
	wire_u32(t, "inactive", tb[L4LB_A_SERVER_INACTIVE]);
	wire_stats(t, tb[L4LB_A_SERVER_STATS]);
	if (tb[L4LB_A_SERVER_SERVICE]) {
		text_add(t, " of ");
		wire_service(t, tb[L4LB_A_SERVER_SERVICE]);
	} else {
		text_add(t, "\n");
	}
}

void lib_server(struct text *t, const struct l4lb_server *s)
{
	__u64 has = s->has;

	text_add(t, "server");
	add_bytes(t, "addr", s->addr.family == 4 ? 4 : 16, s->addr.bytes);
	add_number(t, "port", has & L4LB_BIT(L4LB_A_SERVER_PORT), s->port);
	add_string(t, "name", has & L4LB_BIT(L4LB_A_SERVER_NAME), s->name);
	add_number(t, "weight", has & L4LB_BIT(L4LB_A_SERVER_WEIGHT),
		   s->weight);
	add_number(t, "max-conns", has & L4LB_BIT(L4LB_A_SERVER_MAX_CONNS),
		   s->max_conns);
	add_number(t, "min-conns", has & L4LB_BIT(L4LB_A_SERVER_MIN_CONNS),
		   s->min_conns);
	add_number(t, "owner", has & L4LB_BIT(L4LB_A_SERVER_OWNER), s->owner);
	add_number(t, "admin", has & L4LB_BIT(L4LB_A_SERVER_ADMIN), s->admin);
	add_number(t, "health", has & L4LB_BIT(L4LB_A_SERVER_HEALTH),
		   s->health);
	add_number(t, "oper-weight", has & L4LB_BIT(L4LB_A_SERVER_OPER_WEIGHT),
		   s->oper_weight);
	add_string(t, "text", has & L4LB_BIT(L4LB_A_SERVER_TEXT), s->text);
	text_add(t, "%s", has & L4LB_BIT(L4LB_A_SERVER_DEADLINE) ?
		 " deadline" : "");
	add_number(t, "ramp", has & L4LB_BIT(L4LB_A_SERVER_RAMP), s->ramp);
	add_number(t, "id", has & L4LB_BIT(L4LB_A_SERVER_ID), s->id);
	add_number(t, "eff-weight", has & L4LB_BIT(L4LB_A_SERVER_EFF_WEIGHT),
		   s->eff_weight);
	text_add(t, "%s%s",
		 has & L4LB_BIT(L4LB_A_SERVER_LINGER) ? " linger" : "",
		 has & L4LB_BIT(L4LB_A_SERVER_OVERLOAD) ? " overload" : "");
	add_number(t, "method", has & L4LB_BIT(L4LB_A_SERVER_METHOD),
		   s->method);
	add_number(t, "active", has & L4LB_BIT(L4LB_A_SERVER_ACTIVE),
		   s->active);
	add_number(t, "inactive", has & L4LB_BIT(L4LB_A_SERVER_INACTIVE),
		   s->inactive);
	if (has & L4LB_BIT(L4LB_A_SERVER_STATS))
		lib_stats(t, &s->stats);
	if (has & L4LB_BIT(L4LB_A_SERVER_SERVICE)) {
		text_add(t, " of ");
		lib_service(t, &s->service);
	} else {
		text_add(t, "\n");
	}
}

void wire_vip(struct text *t, struct nlattr *nest)
{
	struct nlattr *tb[L4LB_A_VIP_MAX + 1];

	wire_parse(tb, L4LB_A_VIP_MAX, nest);
	text_add(t, "vip");
	wire_bytes(t, "addr", tb[L4LB_A_VIP_ADDR]);
	wire_u8(t, "prefix", tb[L4LB_A_VIP_PREFIX]);
	wire_u8(t, "unknown-port", tb[L4LB_A_VIP_UNKNOWN_PORT]);
	wire_u8(t, "standby", tb[L4LB_A_VIP_STANDBY]);
	wire_u32(t, "services", tb[L4LB_A_VIP_SERVICES]);
	text_add(t, "\n");
}

void lib_vip(struct text *t, const struct l4lb_vip *v)
{
	text_add(t, "vip");
	add_bytes(t, "addr", v->addr.family == 4 ? 4 : 16, v->addr.bytes);
	add_number(t, "prefix", v->has & L4LB_BIT(L4LB_A_VIP_PREFIX), v->prefix);
	add_number(t, "unknown-port", true, v->unknown_port);
	add_number(t, "standby", true, v->standby);
	add_number(t, "services", true, v->services);
	text_add(t, "\n");
}

void wire_limits(struct text *t, struct nlattr *nest)
{
	struct nlattr *tb[L4LB_A_LIMITS_MAX + 1];

	wire_parse(tb, L4LB_A_LIMITS_MAX, nest);
	text_add(t, "limits");
	wire_u32(t, "conns", tb[L4LB_A_LIMITS_CONNS]);
	wire_u64(t, "memory", tb[L4LB_A_LIMITS_MEMORY]);
	wire_u32(t, "services", tb[L4LB_A_LIMITS_SERVICES]);
	wire_u32(t, "servers", tb[L4LB_A_LIMITS_SERVERS]);
	wire_u32(t, "vips", tb[L4LB_A_LIMITS_VIPS]);
	wire_timeouts(t, nest, L4LB_A_LIMITS_TIMEOUT);
	wire_u32(t, "used-conns", tb[L4LB_A_LIMITS_USED_CONNS]);
	wire_u64(t, "used-memory", tb[L4LB_A_LIMITS_USED_MEMORY]);
	wire_u32(t, "used-services", tb[L4LB_A_LIMITS_USED_SERVICES]);
	wire_u32(t, "used-servers", tb[L4LB_A_LIMITS_USED_SERVERS]);
	wire_u32(t, "used-vips", tb[L4LB_A_LIMITS_USED_VIPS]);
	wire_u32(t, "buckets", tb[L4LB_A_LIMITS_BUCKETS]);
	text_add(t, "\n");
}

void lib_limits(struct text *t, const struct l4lb_limits *l)
{
	text_add(t, "limits");
	add_number(t, "conns", true, l->conns);
	add_number(t, "memory", true, l->memory);
	add_number(t, "services", true, l->services);
	add_number(t, "servers", true, l->servers);
	add_number(t, "vips", true, l->vips);
	lib_timeouts(t, &l->timeouts);
	add_number(t, "used-conns", true, l->used_conns);
	add_number(t, "used-memory", true, l->used_memory);
	add_number(t, "used-services", true, l->used_services);
	add_number(t, "used-servers", true, l->used_servers);
	add_number(t, "used-vips", true, l->used_vips);
	add_number(t, "buckets", true, l->buckets);
	text_add(t, "\n");
}

/* What expires is another number each time it is asked. */
void wire_conn(struct text *t, struct nlattr *nest)
{
	struct nlattr *tb[L4LB_A_CONN_MAX + 1];

	wire_parse(tb, L4LB_A_CONN_MAX, nest);
	if (!tb[L4LB_A_CONN_EXPIRES])
		fail("a connection that does not say when it expires");
	text_add(t, "conn");
	wire_u8(t, "proto", tb[L4LB_A_CONN_PROTO]);
	wire_bytes(t, "client", tb[L4LB_A_CONN_CLIENT]);
	wire_port(t, "client-port", tb[L4LB_A_CONN_CLIENT_PORT]);
	wire_bytes(t, "vip", tb[L4LB_A_CONN_VIP]);
	wire_port(t, "vip-port", tb[L4LB_A_CONN_VIP_PORT]);
	wire_bytes(t, "server", tb[L4LB_A_CONN_SERVER]);
	wire_port(t, "server-port", tb[L4LB_A_CONN_SERVER_PORT]);
	wire_u8(t, "method", tb[L4LB_A_CONN_METHOD]);
	wire_u8(t, "state", tb[L4LB_A_CONN_STATE]);
	text_add(t, "\n");
}

void lib_conn(struct text *t, const struct l4lb_conn *c)
{
	text_add(t, "conn");
	add_number(t, "proto", true, c->proto);
	add_bytes(t, "client", c->client.family == 4 ? 4 : 16, c->client.bytes);
	add_number(t, "client-port", true, c->client_port);
	add_bytes(t, "vip", c->vip.family == 4 ? 4 : 16, c->vip.bytes);
	add_number(t, "vip-port", true, c->vip_port);
	add_bytes(t, "server", c->server.family == 4 ? 4 : 16, c->server.bytes);
	add_number(t, "server-port", true, c->server_port);
	add_number(t, "method", true, c->method);
	add_number(t, "state", true, c->state);
	text_add(t, "\n");
}

static void wire_step(struct text *t, struct nlattr *nest)
{
	struct nlattr *tb[L4LB_A_STEP_MAX + 1];

	wire_parse(tb, L4LB_A_STEP_MAX, nest);
	text_add(t, "step");
	wire_u8(t, "kind", tb[L4LB_A_STEP_KIND]);
	wire_u32(t, "reason", tb[L4LB_A_STEP_REASON]);
	wire_u64(t, "score", tb[L4LB_A_STEP_SCORE]);
	text_add(t, "%s", tb[L4LB_A_STEP_CHOSEN] ? " chosen" : "");
	wire_u32(t, "oif", tb[L4LB_A_STEP_OIF]);
	wire_bytes(t, "nexthop", tb[L4LB_A_STEP_NEXTHOP]);
	wire_bytes(t, "lladdr", tb[L4LB_A_STEP_LLADDR]);
	wire_u16(t, "nud", tb[L4LB_A_STEP_NUD]);
	wire_u32(t, "mtu", tb[L4LB_A_STEP_MTU]);
	text_add(t, "%s\n", tb[L4LB_A_STEP_LOCAL] ? " local" : "");
	if (tb[L4LB_A_STEP_SERVICE])
		wire_service(t, tb[L4LB_A_STEP_SERVICE]);
	if (tb[L4LB_A_STEP_SERVER])
		wire_server(t, tb[L4LB_A_STEP_SERVER]);
	if (tb[L4LB_A_STEP_CONN])
		wire_conn(t, tb[L4LB_A_STEP_CONN]);
}

static void lib_step(struct text *t, const struct l4lb_explain_step *s)
{
	__u64 has = s->has;

	text_add(t, "step");
	add_number(t, "kind", has & L4LB_BIT(L4LB_A_STEP_KIND), s->kind);
	add_number(t, "reason", has & L4LB_BIT(L4LB_A_STEP_REASON), s->reason);
	add_number(t, "score", has & L4LB_BIT(L4LB_A_STEP_SCORE), s->score);
	text_add(t, "%s", has & L4LB_BIT(L4LB_A_STEP_CHOSEN) ? " chosen" : "");
	add_number(t, "oif", has & L4LB_BIT(L4LB_A_STEP_OIF), s->oif);
	add_bytes(t, "nexthop", s->nexthop.family == 4 ? 4 :
		  s->nexthop.family == 6 ? 16 : 0, s->nexthop.bytes);
	add_bytes(t, "lladdr", has & L4LB_BIT(L4LB_A_STEP_LLADDR) ? 6 : 0,
		  s->lladdr);
	add_number(t, "nud", has & L4LB_BIT(L4LB_A_STEP_NUD), s->nud);
	add_number(t, "mtu", has & L4LB_BIT(L4LB_A_STEP_MTU), s->mtu);
	text_add(t, "%s\n", has & L4LB_BIT(L4LB_A_STEP_LOCAL) ? " local" : "");
	if (has & L4LB_BIT(L4LB_A_STEP_SERVICE)) {
		struct l4lb_service service = s->service;

		service.reasons = NULL;
		lib_service(t, &service);
	}
	if (has & L4LB_BIT(L4LB_A_STEP_SERVER))
		lib_server(t, &s->server);
	if (has & L4LB_BIT(L4LB_A_STEP_CONN))
		lib_conn(t, &s->conn);
}

void wire_explain(struct text *t, struct nlattr *nest)
{
	struct nlattr *tb[L4LB_A_EXPLAIN_MAX + 1], *attr;
	int rem;

	wire_parse(tb, L4LB_A_EXPLAIN_MAX, nest);
	if (tb[L4LB_A_EXPLAIN_PROTO]) {
		text_add(t, "explain");
		wire_u8(t, "proto", tb[L4LB_A_EXPLAIN_PROTO]);
		wire_bytes(t, "client", tb[L4LB_A_EXPLAIN_CLIENT]);
		wire_port(t, "client-port", tb[L4LB_A_EXPLAIN_CLIENT_PORT]);
		wire_bytes(t, "vip", tb[L4LB_A_EXPLAIN_VIP]);
		wire_port(t, "vip-port", tb[L4LB_A_EXPLAIN_VIP_PORT]);
		wire_u8(t, "tcp-flags", tb[L4LB_A_EXPLAIN_TCP_FLAGS]);
		wire_u8(t, "hook", tb[L4LB_A_EXPLAIN_HOOK]);
		wire_u8(t, "verdict", tb[L4LB_A_EXPLAIN_VERDICT]);
		wire_u32(t, "reason", tb[L4LB_A_EXPLAIN_REASON]);
		text_add(t, "\n");
	}
	nla_for_each_nested(attr, nest, rem)
		if (nla_type(attr) == L4LB_A_EXPLAIN_STEP)
			wire_step(t, attr);
}

void lib_explain(struct text *t, const struct l4lb_explanation *e)
{
	const struct l4lb_flow *f = &e->flow;
	unsigned int i;

	text_add(t, "explain");
	add_number(t, "proto", true, f->proto);
	add_bytes(t, "client", f->client.family == 4 ? 4 : 16, f->client.bytes);
	add_number(t, "client-port", true, f->client_port);
	add_bytes(t, "vip", f->vip.family == 4 ? 4 : 16, f->vip.bytes);
	add_number(t, "vip-port", true, f->vip_port);
	add_number(t, "tcp-flags", true, f->tcp_flags);
	add_number(t, "hook", true, f->hook);
	add_number(t, "verdict", true, e->verdict);
	add_number(t, "reason", true, e->reason);
	text_add(t, "\n");
	for (i = 0; i < e->n; i++)
		lib_step(t, &e->steps[i]);
}
