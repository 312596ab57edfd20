// SPDX-License-Identifier: GPL-2.0
/* ICMP errors that came by: which connection they are about. */
#include "icmp.h"
#include "match.h"
#include "net.h"
#include "server.h"
#include "service.h"
#include "vip.h"

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
	struct l4lb_server *srv;

	if (plan->conn) {
		plan->seen = READ_ONCE(plan->conn->word);
		plan->next = plan->seen;
		plan->method = plan->conn->method;
		srv = l4lb_slots_get(&ln->servers, plan->conn->server);
		if (srv && srv->gen == plan->conn->gen)
			plan->srv = srv;
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

/*
 * To a VIP, or with the mark of a service: something between us and the client
 * complains about a packet that bore the VIP as its source, so it is the server
 * that should know.
 */
static void icmp_to_vip(const struct l4lb_net *ln,
			const struct l4lb_packet *pkt, struct l4lb_plan *plan,
			struct l4lb_trace *trace)
{
	struct l4lb_endpoint from = {
		.addr = pkt->saddr,
		.port = pkt->sport,
		.family = pkt->family,
		.proto = pkt->proto,
	};
	struct l4lb_conn_key *key = &plan->key;
	const struct l4lb_vip *vip;

	if (plan->vip && READ_ONCE(plan->vip->standby)) {
		icmp_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_STANDBY, trace);
		return;
	}
	/* An error goes to the source of what it quotes, or is forged. */
	if (!l4lb_addr_equal(&pkt->outer_daddr, &pkt->saddr)) {
		icmp_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_ICMP_OTHER,
			 trace);
		return;
	}
	l4lb_match_service(plan->table, &from, &vip, &plan->svc);
	if (!plan->svc && plan->table->match)
		plan->svc = l4lb_match_mark(plan->table, pkt->mark, pkt->family);
	icmp_step(trace, L4LB_STEP_SERVICE, L4LB_REASON_UNSPEC, plan);
	if (!plan->svc) {
		icmp_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_ICMP_OTHER,
			 trace);
		return;
	}
	key->addr = pkt->daddr;
	key->port = pkt->dport;
	key->id = plan->svc->id | plan->svc->wide;
	key->wide = &plan->sent_to;
	plan->sent_to = from;
	l4lb_conn_hash(&ln->conns, key);
	plan->conn = l4lb_conn_lookup(ln, key);
	if (!icmp_entry(ln, plan, trace)) {
		icmp_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_ICMP_OTHER,
			 trace);
		return;
	}
	icmp_ends(plan, &plan->sent_to);
	icmp_step(trace, L4LB_STEP_METHOD, L4LB_REASON_UNSPEC, plan);
	icmp_end(plan, L4LB_VERDICT_FORWARD, L4LB_REASON_ICMP_ERROR, trace);
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

	plan->vip = l4lb_match_vip(table, &pkt->outer_daddr, pkt->family);
	icmp_step(trace, L4LB_STEP_VIP, L4LB_REASON_UNSPEC, plan);
	/* What reaches LOCAL_IN to a VIP has been judged at PRE_ROUTING. */
	if (pkt->hook != L4LB_HOOK_LOCAL_IN &&
	    (plan->vip || (table->match &&
			   l4lb_match_mark(table, pkt->mark, pkt->family))))
		icmp_to_vip(ln, pkt, plan, trace);
	else
		icmp_to_client(ln, pkt, plan, trace);
}
