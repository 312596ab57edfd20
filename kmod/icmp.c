// SPDX-License-Identifier: GPL-2.0
/* ICMP errors that came by: which connection they are about. */
#include <net/ipv6.h>

#include "icmp.h"
#include "match.h"
#include "net.h"
#include "server.h"
#include "service.h"
#include "vip.h"

/* Marks whose services an error is tried on. */
#define ICMP_MARKS		16

/*
 * No MTU below this is believed: the least that Linux believes by itself
 * (ip_rt_min_pmtu), and the least of IPv6 (RFC 8201 4).
 */
static u32 icmp_least_mtu(u8 family)
{
	return family == AF_INET ? 552 : IPV6_MIN_MTU;
}

static void icmp_step(struct l4lb_trace *trace, u8 kind, u32 reason,
		      const struct l4lb_plan *plan)
{
	if (unlikely(trace))
		trace->step(trace, kind, reason, plan, NULL, 0);
}

static void icmp_end(struct l4lb_plan *plan, u8 verdict, u32 reason,
		     struct l4lb_trace *trace)
{
	plan->verdict = verdict;
	plan->reason = reason;
	icmp_step(trace, L4LB_STEP_VERDICT, reason, plan);
}

/* What @plan->conn says, and its server; false when either is missing. */
static bool icmp_entry(const struct l4lb_net *ln, struct l4lb_plan *plan,
		       struct l4lb_trace *trace)
{
	if (plan->conn) {
		plan->seen = READ_ONCE(plan->conn->word);
		plan->next = plan->seen;
		plan->method = plan->conn->method;
		plan->srv = l4lb_conn_server(ln, plan->conn);
	}
	icmp_step(trace, L4LB_STEP_CONN, L4LB_REASON_UNSPEC, plan);
	return plan->srv;
}

/* As decide_ends(): @front counts unless the service is plain. */
static void icmp_ends(struct l4lb_plan *plan, const struct l4lb_endpoint *front)
{
	plan->front = plan->svc->wide ? front : &plan->svc->key.ep;
	l4lb_match_target(&plan->srv->ep, plan->front, &plan->sent_on,
			  &plan->target);
}

/* The entry of a client's connection to @front by @plan->svc. */
static bool icmp_lookup(const struct l4lb_net *ln, struct l4lb_plan *plan,
			const union l4lb_addr *client, __be16 port,
			const struct l4lb_endpoint *front)
{
	struct l4lb_conn_key *key = &plan->key;

	key->addr = *client;
	key->port = port;
	key->id = plan->svc->id | plan->svc->wide;
	key->wide = &plan->sent_to;
	plan->sent_to = *front;
	l4lb_conn_hash(&ln->conns, key);
	plan->conn = l4lb_conn_lookup(ln, key);
	return plan->conn;
}

static bool icmp_lookup_mark(const struct l4lb_net *ln, struct l4lb_plan *plan,
			     const union l4lb_addr *client, __be16 port,
			     const struct l4lb_endpoint *front, u32 mark)
{
	plan->svc = l4lb_match_mark(plan->table, mark, front->family);
	return plan->svc && icmp_lookup(ln, plan, client, port, front);
}

/*
 * Service and entry of a client's connection. The marks of its packets are not
 * known: that of the error is tried first, then all that there are, if those are
 * not more than a stranger's packet should cost.
 */
static void icmp_connection(const struct l4lb_net *ln,
			    const struct l4lb_packet *pkt,
			    struct l4lb_plan *plan,
			    const union l4lb_addr *client, __be16 port,
			    const struct l4lb_endpoint *front)
{
	const struct l4lb_match *match = plan->table->match;
	const struct l4lb_vip *vip;
	u32 i;

	l4lb_match_service(plan->table, front, &vip, &plan->svc);
	if (plan->svc) {
		icmp_lookup(ln, plan, client, port, front);
		return;
	}
	if (!match || !match->nr_marks)
		return;
	if (icmp_lookup_mark(ln, plan, client, port, front, pkt->mark))
		return;
	for (i = 0; i < min_t(u32, match->nr_marks, ICMP_MARKS); i++)
		if (match->mark[i].family == front->family &&
		    icmp_lookup_mark(ln, plan, client, port, front,
				     match->mark[i].mark))
			return;
	plan->svc = NULL;
}

/*
 * Something between us and the client complains about a packet that bore the VIP
 * as its source, so it is the server that should know. False when no connection is
 * meant.
 */
static bool icmp_to_server(const struct l4lb_net *ln,
			   const struct l4lb_packet *pkt, struct l4lb_plan *plan,
			   struct l4lb_trace *trace)
{
	struct l4lb_endpoint from = {
		.addr = pkt->saddr,
		.port = pkt->sport,
		.family = pkt->family,
		.proto = pkt->proto,
	};
	bool input;

	if (plan->vip && READ_ONCE(plan->vip->standby)) {
		icmp_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_STANDBY, trace);
		return true;
	}
	/* An error goes to the source of what it quotes, or is forged. */
	if (!l4lb_addr_equal(&pkt->outer_daddr, &pkt->saddr))
		return false;
	icmp_connection(ln, pkt, plan, &pkt->daddr, pkt->dport, &from);
	icmp_step(trace, L4LB_STEP_SERVICE, L4LB_REASON_UNSPEC, plan);
	if (!icmp_entry(ln, plan, trace))
		return false;
	input = plan->svc->hook == L4LB_HOOK_LOCAL_IN;
	if (input && pkt->hook == L4LB_HOOK_PREROUTING) {
		icmp_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_INPUT, trace);
		return true;
	}
	/* Judged at PRE_ROUTING. */
	if (!input && pkt->hook == L4LB_HOOK_LOCAL_IN)
		return false;
	icmp_ends(plan, &plan->sent_to);
	icmp_step(trace, L4LB_STEP_METHOD, L4LB_REASON_UNSPEC, plan);
	icmp_end(plan, L4LB_VERDICT_FORWARD, L4LB_REASON_ICMP_ERROR, trace);
	return true;
}

/*
 * About a packet that we rewrote on its way from a client to a NAT server: the
 * client should know, in terms of the packet that it sent. With DR the quoted
 * destination is the VIP, and the error finds its way without us.
 */
static void icmp_to_client(const struct l4lb_net *ln,
			   const struct l4lb_packet *pkt,
			   struct l4lb_plan *plan, struct l4lb_trace *trace)
{
	struct l4lb_endpoint to = {
		.addr = pkt->daddr,
		.port = pkt->dport,
		.family = pkt->family,
		.proto = pkt->proto,
	};
	bool local;

	if (!l4lb_match_server(plan->table, &to) ||
	    !l4lb_addr_equal(&pkt->outer_daddr, &pkt->saddr)) {
		icmp_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_NOT_OURS, trace);
		return;
	}
	plan->conn = l4lb_match_reply(ln, plan->table, &to, &pkt->saddr,
				      pkt->sport);
	if (icmp_entry(ln, plan, trace))
		plan->svc = l4lb_slots_get(&ln->services,
					   l4lb_conn_service(plan->conn));
	if (!plan->svc) {
		icmp_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_ICMP_OTHER,
			 trace);
		return;
	}
	/* The director's own clients get theirs rewritten at LOCAL_IN. */
	local = pkt->hook == L4LB_HOOK_LOCAL_IN;
	if (local != !!(plan->seen & L4LB_CONN_LOCAL)) {
		icmp_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_LOCAL_REPLY,
			 trace);
		return;
	}
	icmp_ends(plan, l4lb_conn_front(plan->conn));
	icmp_step(trace, L4LB_STEP_METHOD, L4LB_REASON_UNSPEC, plan);
	icmp_end(plan, L4LB_VERDICT_REPLY, L4LB_REASON_ICMP_ERROR, trace);
}

/**
 * l4lb_icmp_decide() - which connection is an ICMP error about?
 * @ln: namespace
 * @pkt: a %L4LB_PACKET_ICMP_ERROR
 * @plan: @plan->table is set, all else empty. Out: FORWARD to the server it
 *	concerns, REPLY to the client, or PASS; the entry's word stays as it is
 * @trace: somebody to be told each step, or NULL
 *
 * Part of l4lb_decide(), and as pure.
 *
 * Context: RCU read side, BH off.
 */
void l4lb_icmp_decide(const struct l4lb_net *ln, const struct l4lb_packet *pkt,
		      struct l4lb_plan *plan, struct l4lb_trace *trace)
{
	const struct l4lb_table *table = plan->table;
	const struct l4lb_match *match = table->match;

	plan->vip = l4lb_match_vip(table, &pkt->outer_daddr, pkt->family);
	icmp_step(trace, L4LB_STEP_VIP, L4LB_REASON_UNSPEC, plan);
	if (plan->vip || (match && match->nr_marks)) {
		if (icmp_to_server(ln, pkt, plan, trace))
			return;
		if (plan->vip && pkt->hook != L4LB_HOOK_LOCAL_IN) {
			icmp_end(plan, L4LB_VERDICT_PASS,
				 L4LB_REASON_ICMP_OTHER, trace);
			return;
		}
		plan->svc = NULL;
		plan->srv = NULL;
		plan->conn = NULL;
	}
	icmp_to_client(ln, pkt, plan, trace);
}

/* The entry of what a tunnel's packet held, if it was sent by that tunnel. */
static void icmp_within(const struct l4lb_net *ln, const struct l4lb_packet *pkt,
			struct l4lb_plan *plan, struct l4lb_trace *trace)
{
	const struct l4lb_within *within = &pkt->within;
	struct l4lb_server *any = plan->srv;
	struct l4lb_endpoint front = {
		.addr = within->daddr,
		.port = within->dport,
		.family = within->family,
		.proto = within->proto,
	};

	plan->srv = NULL;
	icmp_connection(ln, pkt, plan, &within->saddr, within->sport, &front);
	if (icmp_entry(ln, plan, trace) &&
	    plan->method == L4LB_METHOD_TUNNEL &&
	    plan->srv->ep.family == any->ep.family &&
	    l4lb_addr_equal(&plan->srv->ep.addr, &any->ep.addr))
		return;
	plan->srv = any;
	plan->svc = NULL;
	plan->conn = NULL;
}

/**
 * l4lb_icmp_tunnel() - is an ICMP error about a packet that we sent by a tunnel?
 * @ln: namespace
 * @pkt: a %L4LB_PACKET_ICMP_TUNNEL
 * @plan: @plan->table is set, all else empty. Out: PASS, since the error is the
 *	director's own, with a reason that says what else is to be done; @plan->svc
 *	and @plan->conn if it is known whose packet it was
 * @trace: somebody to be told each step, or NULL
 *
 * Routers that quote no more than RFC 792 demands do not tell the client, but the
 * size that fits counts for all clients of the server. Part of l4lb_decide(),
 * and as pure.
 *
 * Context: RCU read side, BH off.
 * Return: false if it is about nothing of ours.
 */
bool l4lb_icmp_tunnel(const struct l4lb_net *ln, const struct l4lb_packet *pkt,
		      struct l4lb_plan *plan, struct l4lb_trace *trace)
{
	const struct l4lb_within *within = &pkt->within;
	u32 reason = L4LB_REASON_TUNNEL_UNTOLD;

	if (pkt->hook != L4LB_HOOK_PREROUTING)
		return false;
	plan->srv = l4lb_server_tunnel(ln, &within->server, pkt->family,
				       &pkt->daddr);
	if (!plan->srv)
		return false;
	if (within->proto)
		icmp_within(ln, pkt, plan, trace);
	if (within->about == L4LB_ICMP_TOO_BIG)
		reason = within->mtu < icmp_least_mtu(pkt->family) ?
			 L4LB_REASON_TUNNEL_REFUSED : L4LB_REASON_TUNNEL_PMTU;
	else if (within->about == L4LB_ICMP_LOST && plan->conn)
		reason = L4LB_REASON_TUNNEL_ERROR;
	icmp_end(plan, L4LB_VERDICT_PASS, reason, trace);
	return true;
}
