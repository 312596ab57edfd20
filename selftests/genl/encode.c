// SPDX-License-Identifier: GPL-2.0
/* Objects to attributes, by the spec's shapes; only what an object has. */
#include <arpa/inet.h>

#include "genl.h"

static void put_addr(struct nl_msg *msg, int type, const struct l4lb_addr *a)
{
	nla_put(msg, type, a->family == 4 ? 4 : a->family == 6 ? 16 : 0,
		a->bytes);
}

static void put_timeouts(struct nl_msg *msg, int type,
			 const struct l4lb_timeouts *t)
{
	struct nlattr *nest;
	int state;

	for (state = 1; state < L4LB_TIMEOUT_STATES; state++) {
		if (!(t->has & ~t->inherited & L4LB_BIT(state)))
			continue;
		nest = nla_nest_start(msg, type | NLA_F_NESTED);
		nla_put_u8(msg, L4LB_A_TIMEOUT_STATE, state);
		nla_put_u32(msg, L4LB_A_TIMEOUT_SECONDS, t->seconds[state]);
		nla_nest_end(msg, nest);
	}
}

static void service_key(struct nl_msg *msg, const struct l4lb_service *s)
{
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_FWMARK))
		nla_put_u32(msg, L4LB_A_SERVICE_FWMARK, s->fwmark);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_FAMILY))
		nla_put_u8(msg, L4LB_A_SERVICE_FAMILY, s->family);
	if (!(s->has & L4LB_BIT(L4LB_A_SERVICE_PROTO)))
		return;
	nla_put_u8(msg, L4LB_A_SERVICE_PROTO, s->proto);
	put_addr(msg, L4LB_A_SERVICE_ADDR, &s->addr);
	nla_put_u16(msg, L4LB_A_SERVICE_PORT, htons(s->port));
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_PREFIX))
		nla_put_u8(msg, L4LB_A_SERVICE_PREFIX, s->prefix);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_PORT_LAST))
		nla_put_u16(msg, L4LB_A_SERVICE_PORT_LAST,
			    htons(s->port_last));
}

/**
 * put_service_key() - shape service-key
 * @msg: message
 * @type: attribute of the nest
 * @s: service
 */
void put_service_key(struct nl_msg *msg, int type, const struct l4lb_service *s)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);

	service_key(msg, s);
	if (!(s->has & (L4LB_BIT(L4LB_A_SERVICE_PROTO) |
			L4LB_BIT(L4LB_A_SERVICE_FWMARK))))
		nla_put_string(msg, L4LB_A_SERVICE_NAME, s->name);
	nla_nest_end(msg, nest);
}

static void put_options(struct nl_msg *msg, const struct l4lb_service *s)
{
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_HASH_PORT))
		nla_put_u8(msg, L4LB_A_SERVICE_HASH_PORT, s->hash_port);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_HASH_FALLBACK))
		nla_put_u8(msg, L4LB_A_SERVICE_HASH_FALLBACK, s->hash_fallback);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_PERSIST_PREFIX))
		nla_put_u8(msg, L4LB_A_SERVICE_PERSIST_PREFIX, s->persist_prefix);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_ONE_PACKET))
		nla_put_u8(msg, L4LB_A_SERVICE_ONE_PACKET, s->one_packet);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_ON_DOWN))
		nla_put_u8(msg, L4LB_A_SERVICE_ON_DOWN, s->on_down);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_ON_SERVER_GONE))
		nla_put_u8(msg, L4LB_A_SERVICE_ON_SERVER_GONE, s->on_gone);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_TRACK_SEQ))
		nla_put_u8(msg, L4LB_A_SERVICE_TRACK_SEQ, s->track_seq);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_HOOK))
		nla_put_u8(msg, L4LB_A_SERVICE_HOOK, s->hook);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_TRACK))
		nla_put_u8(msg, L4LB_A_SERVICE_TRACK, s->track);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_PERSIST))
		nla_put_u32(msg, L4LB_A_SERVICE_PERSIST, s->persist);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_SLOW_START))
		nla_put_u32(msg, L4LB_A_SERVICE_SLOW_START, s->slow_start);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_HALF_OPEN_MAX))
		nla_put_u32(msg, L4LB_A_SERVICE_HALF_OPEN_MAX, s->half_open_max);
}

/**
 * put_service() - shape service-conf
 * @msg: message
 * @s: service
 */
void put_service(struct nl_msg *msg, const struct l4lb_service *s)
{
	struct nlattr *nest = nla_nest_start(msg, L4LB_A_SERVICE | NLA_F_NESTED);

	service_key(msg, s);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_NAME))
		nla_put_string(msg, L4LB_A_SERVICE_NAME, s->name);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_SCHEDULER))
		nla_put_string(msg, L4LB_A_SERVICE_SCHEDULER, s->scheduler);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_METHOD))
		nla_put_u8(msg, L4LB_A_SERVICE_METHOD, s->method);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_TIE))
		nla_put_u8(msg, L4LB_A_SERVICE_TIE, s->tie);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_MIDSTREAM))
		nla_put_u8(msg, L4LB_A_SERVICE_MIDSTREAM, s->midstream);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_TIMEOUT))
		put_timeouts(msg, L4LB_A_SERVICE_TIMEOUT, &s->timeouts);
	put_options(msg, s);
	nla_nest_end(msg, nest);
}

static void server_key(struct nl_msg *msg, const struct l4lb_server *s)
{
	put_service_key(msg, L4LB_A_SERVER_SERVICE, &s->service);
	put_addr(msg, L4LB_A_SERVER_ADDR, &s->addr);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_PORT))
		nla_put_u16(msg, L4LB_A_SERVER_PORT, htons(s->port));
}

/**
 * put_server_key() - shape server-key
 * @msg: message
 * @s: server
 */
void put_server_key(struct nl_msg *msg, const struct l4lb_server *s)
{
	struct nlattr *nest = nla_nest_start(msg, L4LB_A_SERVER | NLA_F_NESTED);

	server_key(msg, s);
	nla_nest_end(msg, nest);
}

/**
 * put_server() - shape server-conf
 * @msg: message
 * @s: server
 */
void put_server(struct nl_msg *msg, const struct l4lb_server *s)
{
	struct nlattr *nest = nla_nest_start(msg, L4LB_A_SERVER | NLA_F_NESTED);

	server_key(msg, s);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_NAME))
		nla_put_string(msg, L4LB_A_SERVER_NAME, s->name);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_WEIGHT))
		nla_put_u32(msg, L4LB_A_SERVER_WEIGHT, s->weight);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_MAX_CONNS))
		nla_put_u32(msg, L4LB_A_SERVER_MAX_CONNS, s->max_conns);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_MIN_CONNS))
		nla_put_u32(msg, L4LB_A_SERVER_MIN_CONNS, s->min_conns);
	nla_nest_end(msg, nest);
}

/**
 * put_server_state() - shape server-state
 * @msg: message
 * @s: server
 */
void put_server_state(struct nl_msg *msg, const struct l4lb_server *s)
{
	struct nlattr *nest = nla_nest_start(msg, L4LB_A_SERVER | NLA_F_NESTED);

	server_key(msg, s);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_ADMIN))
		nla_put_u8(msg, L4LB_A_SERVER_ADMIN, s->admin);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_HEALTH))
		nla_put_u8(msg, L4LB_A_SERVER_HEALTH, s->health);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_OPER_WEIGHT))
		nla_put_s32(msg, L4LB_A_SERVER_OPER_WEIGHT, s->oper_weight);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_TEXT))
		nla_put_string(msg, L4LB_A_SERVER_TEXT, s->text);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_DEADLINE))
		nla_put_u32(msg, L4LB_A_SERVER_DEADLINE, s->deadline);
	nla_nest_end(msg, nest);
}

/**
 * put_vip() - shape vip-key, vip-conf or vip-standby, by what it has
 * @msg: message
 * @v: VIP
 */
void put_vip(struct nl_msg *msg, const struct l4lb_vip *v)
{
	struct nlattr *nest = nla_nest_start(msg, L4LB_A_VIP | NLA_F_NESTED);

	put_addr(msg, L4LB_A_VIP_ADDR, &v->addr);
	if (v->has & L4LB_BIT(L4LB_A_VIP_PREFIX))
		nla_put_u8(msg, L4LB_A_VIP_PREFIX, v->prefix);
	if (v->has & L4LB_BIT(L4LB_A_VIP_UNKNOWN_PORT))
		nla_put_u8(msg, L4LB_A_VIP_UNKNOWN_PORT, v->unknown_port);
	if (v->has & L4LB_BIT(L4LB_A_VIP_STANDBY))
		nla_put_u8(msg, L4LB_A_VIP_STANDBY, v->standby);
	nla_nest_end(msg, nest);
}

/**
 * put_limits() - shape limits-conf
 * @msg: message
 * @l: limits
 */
void put_limits(struct nl_msg *msg, const struct l4lb_limits *l)
{
	struct nlattr *nest = nla_nest_start(msg, L4LB_A_LIMITS | NLA_F_NESTED);

	if (l->has & L4LB_BIT(L4LB_A_LIMITS_CONNS))
		nla_put_u32(msg, L4LB_A_LIMITS_CONNS, l->conns);
	if (l->has & L4LB_BIT(L4LB_A_LIMITS_MEMORY))
		nla_put_u64(msg, L4LB_A_LIMITS_MEMORY, l->memory);
	if (l->has & L4LB_BIT(L4LB_A_LIMITS_SERVICES))
		nla_put_u32(msg, L4LB_A_LIMITS_SERVICES, l->services);
	if (l->has & L4LB_BIT(L4LB_A_LIMITS_SERVERS))
		nla_put_u32(msg, L4LB_A_LIMITS_SERVERS, l->servers);
	if (l->has & L4LB_BIT(L4LB_A_LIMITS_VIPS))
		nla_put_u32(msg, L4LB_A_LIMITS_VIPS, l->vips);
	if (l->has & L4LB_BIT(L4LB_A_LIMITS_TIMEOUT))
		put_timeouts(msg, L4LB_A_LIMITS_TIMEOUT, &l->timeouts);
	nla_nest_end(msg, nest);
}

/**
 * put_filter() - set filter
 * @msg: message
 * @f: filter
 */
void put_filter(struct nl_msg *msg, const struct l4lb_filter *f)
{
	struct nlattr *nest = nla_nest_start(msg, L4LB_A_FILTER | NLA_F_NESTED);

	if (f->has & L4LB_BIT(L4LB_A_FILTER_SERVICE))
		put_service_key(msg, L4LB_A_FILTER_SERVICE, &f->service);
	if (f->has & L4LB_BIT(L4LB_A_FILTER_SERVER))
		put_addr(msg, L4LB_A_FILTER_SERVER, &f->server);
	if (f->has & L4LB_BIT(L4LB_A_FILTER_SERVER_PORT))
		nla_put_u16(msg, L4LB_A_FILTER_SERVER_PORT,
			    htons(f->server_port));
	if (f->has & L4LB_BIT(L4LB_A_FILTER_CLIENT))
		put_addr(msg, L4LB_A_FILTER_CLIENT, &f->client);
	if (f->has & L4LB_BIT(L4LB_A_FILTER_CLIENT_PREFIX))
		nla_put_u8(msg, L4LB_A_FILTER_CLIENT_PREFIX, f->client_prefix);
	if (f->has & L4LB_BIT(L4LB_A_FILTER_STATE))
		nla_put_u8(msg, L4LB_A_FILTER_STATE, f->state);
	nla_nest_end(msg, nest);
}
