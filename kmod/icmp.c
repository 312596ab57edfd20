// SPDX-License-Identifier: GPL-2.0
/* ICMP errors that came by: which connection they are about. */
#include "icmp.h"
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

/* The entry of @key and its server; false when either is missing. */
static bool icmp_find(const struct l4lb_net *ln, struct l4lb_conn_key *key,
		      struct l4lb_plan *plan, struct l4lb_trace *trace)
{
	struct l4lb_server *srv;

	l4lb_conn_hash(&ln->conns, key);
	plan->conn = l4lb_conn_lookup(ln, key);
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

/*
 * To a VIP: something between us and the client complains about a packet that
 * bore the VIP as its source, so it is the server that should know.
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
	struct l4lb_conn_key key;

	if (READ_ONCE(plan->vip->standby)) {
		icmp_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_STANDBY, trace);
		return;
	}
	/* An error goes to the source of what it quotes, or is forged. */
	if (!l4lb_addr_equal(&pkt->outer_daddr, &pkt->saddr)) {
		icmp_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_ICMP_OTHER,
			 trace);
		return;
	}
	plan->svc = l4lb_service_plain(plan->table->services, &from,
				       l4lb_endpoint_hash(&from));
	icmp_step(trace, L4LB_STEP_SERVICE, L4LB_REASON_UNSPEC, plan);
	if (!plan->svc) {
		icmp_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_ICMP_OTHER,
			 trace);
		return;
	}
	key.addr = pkt->daddr;
	key.port = pkt->dport;
	key.id = plan->svc->id;
	if (!icmp_find(ln, &key, plan, trace)) {
		icmp_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_ICMP_OTHER,
			 trace);
		return;
	}
	plan->front = &plan->svc->key.ep;
	plan->target = &plan->srv->ep;
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
	struct l4lb_conn_key key;
	struct l4lb_rs *rs;
	bool local;

	rs = l4lb_rs_lookup(plan->table->endpoints, &to,
			    l4lb_endpoint_hash(&to));
	if (!rs || !l4lb_addr_equal(&pkt->outer_daddr, &pkt->saddr)) {
		icmp_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_NOT_OURS, trace);
		return;
	}
	key.addr = pkt->saddr;
	key.port = pkt->sport;
	key.id = rs->id | L4LB_CONN_REV;
	if (icmp_find(ln, &key, plan, trace))
		plan->svc = l4lb_slots_get(&ln->services, plan->conn->node.id);
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
	plan->front = &plan->svc->key.ep;
	plan->target = &plan->srv->ep;
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
	plan->vip = l4lb_vip_lookup(plan->table->vips, &pkt->outer_daddr,
				    pkt->family,
				    l4lb_addr_hash(&pkt->outer_daddr));
	icmp_step(trace, L4LB_STEP_VIP, L4LB_REASON_UNSPEC, plan);
	/* What reaches LOCAL_IN to a VIP has been judged at PRE_ROUTING. */
	if (plan->vip && pkt->hook != L4LB_HOOK_LOCAL_IN)
		icmp_to_vip(ln, pkt, plan, trace);
	else
		icmp_to_client(ln, pkt, plan, trace);
}
