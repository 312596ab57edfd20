// SPDX-License-Identifier: GPL-2.0
/*
 * Objects as attributes, for answers, dumps and events alike. Each function
 * puts one nest whole or nothing; all expect RCU, which keeps what they read.
 */
#include <linux/jiffies.h>
#include <net/netlink.h>

#include "match.h"
#include "net.h"
#include "netlink_priv.h"
#include "sched.h"
#include "server.h"
#include "service.h"
#include "stats.h"

/**
 * l4lb_put_addr() - an address
 * @skb: message
 * @type: attribute
 * @addr: address
 * @family: AF_INET or AF_INET6
 *
 * Return: 0 or -EMSGSIZE.
 */
int l4lb_put_addr(struct sk_buff *skb, int type, const union l4lb_addr *addr,
		  u8 family)
{
	return nla_put(skb, type, l4lb_addr_len(family), addr);
}

/**
 * l4lb_put_stats() - counters
 * @skb: message
 * @type: attribute of the nest
 * @sums: counters
 *
 * Return: 0 or -EMSGSIZE.
 */
int l4lb_put_stats(struct sk_buff *skb, int type, const struct l4lb_sums *sums)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u64_64bit(skb, L4LB_A_STATS_CONNS, sums->conns,
			      L4LB_A_STATS_PAD) ||
	    nla_put_u64_64bit(skb, L4LB_A_STATS_PACKETS_IN, sums->packets_in,
			      L4LB_A_STATS_PAD) ||
	    nla_put_u64_64bit(skb, L4LB_A_STATS_BYTES_IN, sums->bytes_in,
			      L4LB_A_STATS_PAD) ||
	    nla_put_u64_64bit(skb, L4LB_A_STATS_PACKETS_OUT, sums->packets_out,
			      L4LB_A_STATS_PAD) ||
	    nla_put_u64_64bit(skb, L4LB_A_STATS_BYTES_OUT, sums->bytes_out,
			      L4LB_A_STATS_PAD)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * l4lb_put_reason() - how often packets met a fate
 * @skb: message
 * @type: attribute of the nest
 * @reason: &enum l4lb_reason
 * @packets: how often
 *
 * Return: 0 or -EMSGSIZE.
 */
int l4lb_put_reason(struct sk_buff *skb, int type, u32 reason, u64 packets)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(skb, L4LB_A_REASON_ID, reason) ||
	    nla_put_string(skb, L4LB_A_REASON_NAME, l4lb_reason_name(reason)) ||
	    nla_put_u64_64bit(skb, L4LB_A_REASON_PACKETS, packets,
			      L4LB_A_REASON_PAD)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_timeout(struct sk_buff *skb, int type, u8 state, u32 seconds,
		       bool inherited)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u8(skb, L4LB_A_TIMEOUT_STATE, state) ||
	    nla_put_u32(skb, L4LB_A_TIMEOUT_SECONDS, seconds) ||
	    (inherited && nla_put_flag(skb, L4LB_A_TIMEOUT_INHERITED))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static u8 state_proto(u8 state)
{
	return state == L4LB_STATE_UDP ? IPPROTO_UDP : IPPROTO_TCP;
}

/* The states that connections of the service's protocols can be in. */
static int put_service_timeouts(struct sk_buff *skb, struct l4lb_net *ln,
				const struct l4lb_service *svc)
{
	u32 seconds;
	u8 state;
	int err;

	for (state = 1; state < L4LB_TIMEOUT_STATES; state++) {
		if (svc->key.proto && state_proto(state) != svc->key.proto)
			continue;
		seconds = svc->timeout[state] ? :
			  READ_ONCE(ln->limits.timeout[state]);
		err = put_timeout(skb, L4LB_A_SERVICE_TIMEOUT, state, seconds,
				  !svc->timeout[state]);
		if (err)
			return err;
	}
	return 0;
}

static int put_key(struct sk_buff *skb, const struct l4lb_service_key *key)
{
	if (key->mark)
		return nla_put_u32(skb, L4LB_A_SERVICE_FWMARK, key->mark) ||
		       nla_put_u8(skb, L4LB_A_SERVICE_FAMILY,
				  key->family == AF_INET ? 4 : 6);
	return nla_put_u8(skb, L4LB_A_SERVICE_PROTO, key->proto) ||
	       l4lb_put_addr(skb, L4LB_A_SERVICE_ADDR, &key->addr,
			     key->family) ||
	       nla_put_be16(skb, L4LB_A_SERVICE_PORT, key->port) ||
	       (key->port_last != key->port &&
		nla_put_be16(skb, L4LB_A_SERVICE_PORT_LAST, key->port_last)) ||
	       (key->prefix != l4lb_addr_bits(key->family) &&
		nla_put_u8(skb, L4LB_A_SERVICE_PREFIX, key->prefix));
}

static int put_identity(struct sk_buff *skb, const struct l4lb_service *svc)
{
	return put_key(skb, &svc->key) ||
	       (*svc->name &&
		nla_put_string(skb, L4LB_A_SERVICE_NAME, svc->name));
}

/**
 * l4lb_put_service_id() - identity and name of a service
 * @skb: message
 * @type: attribute of the nest
 * @svc: service
 *
 * Return: 0 or -EMSGSIZE.
 */
int l4lb_put_service_id(struct sk_buff *skb, int type,
			const struct l4lb_service *svc)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest)
		return -EMSGSIZE;
	if (put_identity(skb, svc)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_service_options(struct sk_buff *skb,
			       const struct l4lb_service_opts *opts)
{
	const struct l4lb_service_option *o = l4lb_service_option;
	const struct l4lb_service_option *end = o + L4LB_SERVICE_OPTIONS;

	for (; o < end; o++) {
		if (o->attr == L4LB_A_SERVICE_PERSIST_PREFIX && !opts->persist)
			continue;
		if (nla_put(skb, o->attr, o->size, (const u8 *)opts + o->offset))
			return -EMSGSIZE;
	}
	return 0;
}

static int put_service_reasons(struct sk_buff *skb,
			       const struct l4lb_service_rt *rt)
{
	unsigned long packets;
	u32 reason;
	int err;

	for (reason = 1; reason < __L4LB_REASON_MAX; reason++) {
		packets = atomic_long_read(&rt->reason[reason]);
		if (!packets)
			continue;
		err = l4lb_put_reason(skb, L4LB_A_SERVICE_REASON, reason,
				      packets);
		if (err)
			return err;
	}
	return 0;
}

/**
 * l4lb_put_service() - all about a service
 * @skb: message
 * @type: attribute of the nest
 * @ln: namespace
 * @svc: service
 *
 * Context: RCU read side.
 * Return: 0 or -EMSGSIZE.
 */
int l4lb_put_service(struct sk_buff *skb, int type, struct l4lb_net *ln,
		     const struct l4lb_service *svc)
{
	struct l4lb_sums sums = { 0 };
	struct nlattr *nest;
	u32 active, inactive;

	nest = nla_nest_start(skb, type);
	if (!nest)
		return -EMSGSIZE;
	l4lb_stats_service(svc, &sums, &active, &inactive);
	if (put_identity(skb, svc) ||
	    nla_put_string(skb, L4LB_A_SERVICE_SCHEDULER, svc->ops->name) ||
	    nla_put_u8(skb, L4LB_A_SERVICE_METHOD, svc->method) ||
	    nla_put_u8(skb, L4LB_A_SERVICE_TIE, svc->tie) ||
	    nla_put_u8(skb, L4LB_A_SERVICE_MIDSTREAM, svc->midstream) ||
	    put_service_timeouts(skb, ln, svc) ||
	    put_service_options(skb, &svc->opts) ||
	    nla_put_u32(skb, L4LB_A_SERVICE_HALF_OPEN,
			atomic_read(&svc->rt->half_open)) ||
	    nla_put_u8(skb, L4LB_A_SERVICE_OWNER, svc->owner) ||
	    nla_put_u32(skb, L4LB_A_SERVICE_ID, svc->id) ||
	    nla_put_u32(skb, L4LB_A_SERVICE_SERVERS, svc->sched->nr) ||
	    nla_put_u32(skb, L4LB_A_SERVICE_ACTIVE, active) ||
	    nla_put_u32(skb, L4LB_A_SERVICE_INACTIVE, inactive) ||
	    l4lb_put_stats(skb, L4LB_A_SERVICE_STATS, &sums) ||
	    put_service_reasons(skb, svc->rt)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_server_conf(struct sk_buff *skb, const struct l4lb_server *srv)
{
	const struct l4lb_server_conf *conf = rcu_dereference(srv->conf);

	return (*conf->name &&
		nla_put_string(skb, L4LB_A_SERVER_NAME, conf->name)) ||
	       nla_put_u32(skb, L4LB_A_SERVER_WEIGHT, conf->weight) ||
	       nla_put_u32(skb, L4LB_A_SERVER_MAX_CONNS, conf->max_conns) ||
	       nla_put_u32(skb, L4LB_A_SERVER_MIN_CONNS, conf->min_conns) ||
	       nla_put_u8(skb, L4LB_A_SERVER_OWNER, conf->owner);
}

static int put_server_text(struct sk_buff *skb, const struct l4lb_server *srv)
{
	char text[L4LB_TEXT_MAX];

	/* A reader may see parts of two texts, never more than the buffer. */
	data_race(memcpy(text, srv->text, sizeof(text)));
	text[sizeof(text) - 1] = '\0';
	return *text && nla_put_string(skb, L4LB_A_SERVER_TEXT, text);
}

/* Seconds that are left of a drain, rounded up. */
static int put_server_deadline(struct sk_buff *skb,
			       const struct l4lb_server *srv)
{
	unsigned long deadline = READ_ONCE(srv->deadline);
	long left;

	if (!deadline)
		return 0;
	left = max(0L, (long)(deadline - jiffies));
	return nla_put_u32(skb, L4LB_A_SERVER_DEADLINE,
			   DIV_ROUND_UP(left, HZ));
}

/* A server that is warm says nothing of it. */
static int put_server_ramp(struct sk_buff *skb, const struct l4lb_server *srv)
{
	u32 ramp = l4lb_sched_ramp_now(srv);

	return ramp < 1000 && nla_put_u32(skb, L4LB_A_SERVER_RAMP, ramp);
}

static int put_server_state(struct sk_buff *skb, const struct l4lb_server *srv)
{
	bool gone = READ_ONCE(srv->gone);

	return nla_put_u8(skb, L4LB_A_SERVER_ADMIN, READ_ONCE(srv->admin)) ||
	       nla_put_u8(skb, L4LB_A_SERVER_HEALTH, READ_ONCE(srv->health)) ||
	       nla_put_s32(skb, L4LB_A_SERVER_OPER_WEIGHT,
			   READ_ONCE(srv->oper_weight)) ||
	       put_server_text(skb, srv) ||
	       put_server_deadline(skb, srv) ||
	       put_server_ramp(skb, srv) ||
	       nla_put_u32(skb, L4LB_A_SERVER_ID, srv->id) ||
	       nla_put_u32(skb, L4LB_A_SERVER_EFF_WEIGHT,
			   gone ? 0 : l4lb_server_weight(srv)) ||
	       (gone && nla_put_flag(skb, L4LB_A_SERVER_LINGER)) ||
	       (READ_ONCE(srv->overload) &&
		nla_put_flag(skb, L4LB_A_SERVER_OVERLOAD)) ||
	       nla_put_u8(skb, L4LB_A_SERVER_METHOD, READ_ONCE(srv->method)) ||
	       nla_put_u32(skb, L4LB_A_SERVER_ACTIVE,
			   l4lb_server_count(&srv->active)) ||
	       nla_put_u32(skb, L4LB_A_SERVER_INACTIVE,
			   l4lb_server_count(&srv->inactive));
}

/**
 * l4lb_put_server() - all about a server
 * @skb: message
 * @type: attribute of the nest
 * @ln: namespace
 * @svc: its service, or NULL: without the service's identity and counters,
 *	where a list of candidates has to be short
 * @srv: server
 *
 * Context: RCU read side.
 * Return: 0 or -EMSGSIZE.
 */
int l4lb_put_server(struct sk_buff *skb, int type, struct l4lb_net *ln,
		    const struct l4lb_service *svc,
		    const struct l4lb_server *srv)
{
	struct l4lb_sums sums = { 0 };
	struct nlattr *nest;

	nest = nla_nest_start(skb, type);
	if (!nest)
		return -EMSGSIZE;
	if (svc)
		l4lb_stats_server(srv, &sums);
	if ((svc && l4lb_put_service_id(skb, L4LB_A_SERVER_SERVICE, svc)) ||
	    l4lb_put_addr(skb, L4LB_A_SERVER_ADDR, &srv->ep.addr,
			  srv->ep.family) ||
	    nla_put_be16(skb, L4LB_A_SERVER_PORT, srv->ep.port) ||
	    put_server_conf(skb, srv) ||
	    put_server_state(skb, srv) ||
	    (svc && l4lb_put_stats(skb, L4LB_A_SERVER_STATS, &sums))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * l4lb_put_vip() - all about a VIP
 * @skb: message
 * @type: attribute of the nest
 * @vip: VIP
 *
 * Context: RCU read side.
 * Return: 0 or -EMSGSIZE.
 */
int l4lb_put_vip(struct sk_buff *skb, int type, const struct l4lb_vip *vip)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest)
		return -EMSGSIZE;
	if (l4lb_put_addr(skb, L4LB_A_VIP_ADDR, &vip->addr, vip->family) ||
	    (vip->prefix != l4lb_addr_bits(vip->family) &&
	     nla_put_u8(skb, L4LB_A_VIP_PREFIX, vip->prefix)) ||
	    nla_put_u8(skb, L4LB_A_VIP_UNKNOWN_PORT, vip->unknown_port) ||
	    nla_put_u8(skb, L4LB_A_VIP_STANDBY, READ_ONCE(vip->standby)) ||
	    nla_put_u32(skb, L4LB_A_VIP_SERVICES, vip->nr_services)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_caps(struct sk_buff *skb, const struct l4lb_limits *limits)
{
	u8 state;
	int err;

	if (nla_put_u32(skb, L4LB_A_LIMITS_CONNS, READ_ONCE(limits->conns)) ||
	    nla_put_u64_64bit(skb, L4LB_A_LIMITS_MEMORY,
			      READ_ONCE(limits->memory), L4LB_A_LIMITS_PAD) ||
	    nla_put_u32(skb, L4LB_A_LIMITS_SERVICES,
			READ_ONCE(limits->services)) ||
	    nla_put_u32(skb, L4LB_A_LIMITS_SERVERS,
			READ_ONCE(limits->servers)) ||
	    nla_put_u32(skb, L4LB_A_LIMITS_VIPS, READ_ONCE(limits->vips)))
		return -EMSGSIZE;
	for (state = 1; state < L4LB_TIMEOUT_STATES; state++) {
		err = put_timeout(skb, L4LB_A_LIMITS_TIMEOUT, state,
				  READ_ONCE(limits->timeout[state]), false);
		if (err)
			return err;
	}
	return 0;
}

static int put_used(struct sk_buff *skb, struct l4lb_net *ln)
{
	const struct l4lb_table *table = rcu_dereference(ln->table);
	const struct l4lb_buckets *tbl = rcu_dereference(ln->conns.tbl);

	return nla_put_u32(skb, L4LB_A_LIMITS_USED_CONNS,
			   atomic_read(&ln->conns.nr)) ||
	       nla_put_u64_64bit(skb, L4LB_A_LIMITS_USED_MEMORY,
				 atomic64_read(&ln->conns.bytes),
				 L4LB_A_LIMITS_PAD) ||
	       nla_put_u32(skb, L4LB_A_LIMITS_USED_SERVICES,
			   table->services->nr) ||
	       nla_put_u32(skb, L4LB_A_LIMITS_USED_SERVERS,
			   READ_ONCE(ln->nr_servers_all)) ||
	       nla_put_u32(skb, L4LB_A_LIMITS_USED_VIPS, table->vips->nr) ||
	       nla_put_u32(skb, L4LB_A_LIMITS_BUCKETS, tbl ? tbl->mask + 1 : 0);
}

/**
 * l4lb_put_limits() - caps, default timeouts and what is in use
 * @skb: message
 * @type: attribute of the nest
 * @ln: namespace
 *
 * Context: RCU read side.
 * Return: 0 or -EMSGSIZE.
 */
int l4lb_put_limits(struct sk_buff *skb, int type, struct l4lb_net *ln)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest)
		return -EMSGSIZE;
	if (put_caps(skb, &ln->limits) || put_used(skb, ln)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/* Milliseconds until @conn goes if no packet comes. */
static u32 conn_expires(const struct l4lb_net *ln, const struct l4lb_conn *conn)
{
	u64 timeout = (u64)l4lb_conn_timeout(ln, conn) * MSEC_PER_SEC;
	u32 idle = jiffies_to_msecs((u32)jiffies - READ_ONCE(conn->stamp));

	return idle < timeout ? min_t(u64, timeout - idle, U32_MAX) : 0;
}

/* What the client sends to; a template of a mark has nothing of that. */
static int put_conn_front(struct sk_buff *skb, const struct l4lb_conn *conn,
			  const struct l4lb_service *svc)
{
	const struct l4lb_endpoint *front = &svc->key.ep;

	if (conn->node.id & L4LB_CONN_WIDE)
		front = l4lb_conn_front(conn);
	else if (svc->key.mark)
		return 0;
	return l4lb_put_addr(skb, L4LB_A_CONN_VIP, &front->addr,
			     front->family) ||
	       nla_put_be16(skb, L4LB_A_CONN_VIP_PORT, front->port);
}

/* What VIP and port of the entry do not say. */
static int put_conn_service(struct sk_buff *skb, const struct l4lb_conn *conn,
			    const struct l4lb_service *svc)
{
	bool persist = (READ_ONCE(conn->word) & L4LB_CONN_STATE) ==
		       L4LB_STATE_PERSIST;

	if (persist &&
	    nla_put_u8(skb, L4LB_A_CONN_PREFIX, svc->persist_prefix))
		return -EMSGSIZE;
	if (!persist && !svc->key.mark)
		return 0;
	return l4lb_put_service_id(skb, L4LB_A_CONN_SERVICE, svc);
}

/**
 * l4lb_put_conn() - a connection
 * @skb: message
 * @type: attribute of the nest
 * @ln: namespace
 * @conn: its entry
 *
 * Context: RCU read side.
 * Return: 0; -EMSGSIZE; -ENOENT when its service has left or its server was
 * deleted at once, so that the entry means nothing any more.
 */
int l4lb_put_conn(struct sk_buff *skb, int type, struct l4lb_net *ln,
		  const struct l4lb_conn *conn)
{
	const struct l4lb_conn_node *node = &conn->node;
	const struct l4lb_service *svc;
	const struct l4lb_server *srv;
	struct nlattr *nest;

	svc = l4lb_slots_get(&ln->services, l4lb_conn_service(conn));
	if (!svc || (READ_ONCE(conn->word) & L4LB_CONN_ORPHAN))
		return -ENOENT;
	srv = l4lb_conn_server(ln, conn);
	nest = nla_nest_start(skb, type);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u8(skb, L4LB_A_CONN_PROTO, node->proto) ||
	    l4lb_put_addr(skb, L4LB_A_CONN_CLIENT, &node->addr, node->family) ||
	    nla_put_be16(skb, L4LB_A_CONN_CLIENT_PORT, node->port) ||
	    put_conn_front(skb, conn, svc) ||
	    (srv && (l4lb_put_addr(skb, L4LB_A_CONN_SERVER, &srv->ep.addr,
				   srv->ep.family) ||
		     nla_put_be16(skb, L4LB_A_CONN_SERVER_PORT,
				  l4lb_conn_server_port(conn, srv)))) ||
	    nla_put_u8(skb, L4LB_A_CONN_METHOD,
		       conn->method ? conn->method : svc->method) ||
	    nla_put_u8(skb, L4LB_A_CONN_STATE,
		       READ_ONCE(conn->word) & L4LB_CONN_STATE) ||
	    put_conn_service(skb, conn, svc) ||
	    nla_put_u32(skb, L4LB_A_CONN_EXPIRES, conn_expires(ln, conn))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}
