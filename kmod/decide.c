// SPDX-License-Identifier: GPL-2.0
/*
 * The one place that chooses. l4lb_decide() reads (packet, snapshot, table)
 * and writes a plan, nothing else; l4lb_commit_plan() makes it true. Their
 * callers are the hooks, which do both, and explain, which only decides.
 */
#include "decide_priv.h"
#include "icmp.h"
#include "persist.h"

/* Might the entry not go on? What is not plainly so, decide_conn.c judges. */
static inline bool conn_doubtful(const struct l4lb_packet *pkt,
				 const struct l4lb_plan *plan)
{
	const struct l4lb_server *srv = plan->srv;

	if (!srv || (plan->seen & L4LB_CONN_ORPHAN))
		return true;
	if (pkt->proto == IPPROTO_TCP)
		return (pkt->tcp_flags & L4LB_TCP_SYN) ||
		       READ_ONCE(srv->health) == L4LB_HEALTH_DOWN;
	return server_abandons(srv);
}

/* A client's packet that an entry speaks for. */
static __always_inline void decide_conn(const struct l4lb_net *ln,
					const struct l4lb_packet *pkt,
					struct l4lb_plan *plan,
					struct l4lb_trace *trace)
{
	struct l4lb_conn *conn = plan->conn;

	plan->srv = l4lb_conn_server(ln, conn);
	plan->method = conn->method;
	plan->seen = READ_ONCE(conn->word);
	plan->next = plan->seen;
	trace_step(trace, L4LB_STEP_CONN, L4LB_REASON_UNSPEC, plan);

	if (unlikely(conn_doubtful(pkt, plan)) &&
	    l4lb_decide_conn_ends(ln, pkt, plan, trace))
		return;
	if (pkt->proto == IPPROTO_TCP)
		plan->next = l4lb_tcp_next(plan->seen, pkt->tcp_flags, true,
					   conn->method == L4LB_METHOD_NAT);
	else if (conn->method != L4LB_METHOD_NAT)
		plan->next &= ~L4LB_CONN_UNPROVEN;
	decide_ends(plan);
	trace_step(trace, L4LB_STEP_METHOD, L4LB_REASON_UNSPEC, plan);
	decide_end(plan, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, trace);
}

/* What the number of a service that is not plain leaves out of the key. */
static noinline void decide_wide_key(const struct l4lb_packet *pkt,
				     struct l4lb_plan *plan)
{
	plan->sent_to.addr = pkt->daddr;
	plan->sent_to.port = pkt->dport;
	plan->sent_to.family = pkt->family;
	plan->sent_to.proto = pkt->proto;
	plan->front = &plan->sent_to;
	plan->key.wide = &plan->sent_to;
}

/* A packet to a service. */
static __always_inline void decide_client(const struct l4lb_net *ln,
					  const struct l4lb_packet *pkt,
					  struct l4lb_plan *plan,
					  struct l4lb_trace *trace)
{
	struct l4lb_conn_key *key = &plan->key;

	if (unlikely(plan->vip && READ_ONCE(plan->vip->standby))) {
		decide_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_STANDBY, trace);
		return;
	}
	if (unlikely(plan->svc->hook == L4LB_HOOK_LOCAL_IN &&
		     pkt->hook == L4LB_HOOK_PREROUTING)) {
		decide_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_INPUT, trace);
		return;
	}
	if (unlikely(plan->svc->one_packet) && pkt->proto == IPPROTO_UDP) {
		if (plan->svc->wide)
			decide_wide_key(pkt, plan);
		l4lb_decide_no_conn(ln, pkt, plan, trace);
		return;
	}
	key->addr = pkt->saddr;
	key->id = plan->svc->id | plan->svc->wide;
	key->port = pkt->sport;
	if (unlikely(key->id & L4LB_CONN_WIDE))
		decide_wide_key(pkt, plan);
	l4lb_conn_hash(&ln->conns, key);
	plan->conn = l4lb_conn_lookup(ln, key);
	if (likely(plan->conn)) {
		decide_conn(ln, pkt, plan, trace);
		return;
	}
	trace_step(trace, L4LB_STEP_CONN, L4LB_REASON_UNSPEC, plan);
	l4lb_decide_no_conn(ln, pkt, plan, trace);
}

/* As decide_client(), for those who meet few packets. */
static noinline void decide_client_rare(const struct l4lb_net *ln,
					const struct l4lb_packet *pkt,
					struct l4lb_plan *plan,
					struct l4lb_trace *trace)
{
	decide_client(ln, pkt, plan, trace);
}

/*
 * Does a server accept a connection that did not come by the VIP? A client may
 * use a port towards the VIP and then, once that connection has closed, towards
 * the server's own address. A SYN by the VIP would have made a new entry.
 */
static bool tcp_outlived(const struct l4lb_packet *pkt, u32 word)
{
	return (pkt->tcp_flags & (L4LB_TCP_SYN | L4LB_TCP_ACK)) ==
		       (L4LB_TCP_SYN | L4LB_TCP_ACK) &&
	       (word & L4LB_CONN_STATE) == L4LB_STATE_TIME_WAIT;
}

/* @plan->conn is none of this packet's business any more. */
static void plan_outlived(struct l4lb_plan *plan)
{
	plan->over = true;
	plan->outlived = plan->conn;
	plan->conn = NULL;
	plan->svc = NULL;
	plan->srv = NULL;
	plan->seen = 0;
	plan->next = 0;
}

/*
 * A packet from a NAT server to a client: true when an entry speaks for it and
 * the plan is made.
 */
static bool decide_reply(const struct l4lb_net *ln,
			 const struct l4lb_packet *pkt,
			 struct l4lb_plan *plan, struct l4lb_trace *trace)
{
	struct l4lb_endpoint from = {
		.addr = pkt->saddr,
		.port = pkt->sport,
		.family = pkt->family,
		.proto = pkt->proto,
	};
	bool local, here = pkt->hook == L4LB_HOOK_LOCAL_IN;

	plan->conn = l4lb_match_reply(ln, plan->table, &from, &pkt->daddr,
				      pkt->dport);
	if (!plan->conn)
		return false;
	plan->svc = l4lb_slots_get(&ln->services, l4lb_conn_service(plan->conn));
	plan->srv = l4lb_conn_server(ln, plan->conn);
	plan->seen = READ_ONCE(plan->conn->word);
	plan->next = plan->seen;
	/* The endpoint's number may be another one's by now; see slots.h. */
	if (unlikely(!plan->srv && (plan->seen & L4LB_CONN_ORPHAN))) {
		plan->conn = NULL;
		plan->svc = NULL;
		return false;
	}
	trace_step(trace, L4LB_STEP_CONN, L4LB_REASON_UNSPEC, plan);
	if (unlikely(!plan->svc || !plan->srv ||
		     (plan->seen & L4LB_CONN_ORPHAN))) {
		l4lb_decide_orphan_reply(pkt, plan, trace);
		return true;
	}
	/* The director's own clients get theirs rewritten at LOCAL_IN. */
	local = plan->seen & L4LB_CONN_LOCAL;
	if (unlikely(local != here)) {
		decide_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_LOCAL_REPLY,
			   trace);
		return true;
	}
	if (pkt->proto == IPPROTO_TCP) {
		if (unlikely(tcp_outlived(pkt, plan->seen))) {
			plan_outlived(plan);
			return false;
		}
		plan->next = l4lb_tcp_next(plan->seen, pkt->tcp_flags, false,
					   true);
	} else {
		plan->next &= ~L4LB_CONN_UNPROVEN;
	}
	plan->method = L4LB_METHOD_NAT;
	if (unlikely(plan->svc->wide))
		plan->front = l4lb_conn_front(plan->conn);
	decide_ends(plan);
	decide_end(plan, L4LB_VERDICT_REPLY, L4LB_REASON_REPLY, trace);
	return true;
}

/*
 * A packet that nothing but its mark can make ours: true when it is decided, or
 * left to the hook at which its mark is final.
 */
static noinline bool decide_mark(const struct l4lb_net *ln,
				 const struct l4lb_packet *pkt,
				 struct l4lb_plan *plan,
				 struct l4lb_trace *trace)
{
	if (!plan->table->match->nr_marks)
		return false;
	if (pkt->again) {
		decide_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_UNSPEC, trace);
		return true;
	}
	plan->svc = l4lb_match_mark(plan->table, pkt->mark, pkt->family);
	if (!plan->svc)
		return false;
	trace_step(trace, L4LB_STEP_SERVICE, L4LB_REASON_UNSPEC, plan);
	decide_client_rare(ln, pkt, plan, trace);
	return true;
}

/* Neither to a service nor a reply. */
static void decide_stranger(const struct l4lb_packet *pkt,
			    struct l4lb_plan *plan, struct l4lb_trace *trace)
{
	if (unlikely(trace))
		l4lb_trace_nearest(trace, pkt, plan);
	if (!plan->vip) {
		decide_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_NOT_OURS,
			   trace);
	} else if (READ_ONCE(plan->vip->standby)) {
		decide_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_STANDBY, trace);
	} else if (plan->vip->unknown_port == L4LB_UNKNOWN_PORT_DROP) {
		decide_end(plan, L4LB_VERDICT_DROP,
			   L4LB_REASON_UNKNOWN_PORT_DROP, trace);
	} else if (plan->vip->unknown_port == L4LB_UNKNOWN_PORT_REJECT) {
		decide_end(plan, L4LB_VERDICT_REJECT,
			   L4LB_REASON_UNKNOWN_PORT_REJECT, trace);
	} else {
		decide_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_NO_SERVICE,
			   trace);
	}
}

/* Packets that are no flow: pass or drop by their kind, if to a VIP at all. */
static void decide_odd(const struct l4lb_packet *pkt, struct l4lb_plan *plan,
		       struct l4lb_trace *trace)
{
	plan->vip = l4lb_match_vip(plan->table, &pkt->daddr, pkt->family);
	trace_step(trace, L4LB_STEP_VIP, L4LB_REASON_UNSPEC, plan);
	if (!plan->vip)
		decide_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_NOT_OURS,
			   trace);
	else if (READ_ONCE(plan->vip->standby))
		decide_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_STANDBY, trace);
	else if (pkt->kind == L4LB_PACKET_BAD)
		decide_end(plan, L4LB_VERDICT_DROP, pkt->reason, trace);
	else
		decide_end(plan, L4LB_VERDICT_PASS,
			   pkt->kind == L4LB_PACKET_OTHER ?
				L4LB_REASON_UNKNOWN_PROTO :
				L4LB_REASON_ICMP_OTHER, trace);
}

static void plan_init(const struct l4lb_net *ln, struct l4lb_plan *plan)
{
	plan->create = false;
	plan->reopen = false;
	plan->over = false;
	plan->method = L4LB_METHOD_UNSPEC;
	plan->table = rcu_dereference(ln->table);
	plan->vip = NULL;
	plan->svc = NULL;
	plan->srv = NULL;
	plan->conn = NULL;
	plan->seen = 0;
	plan->next = 0;
}

/* VIP and service that the packet is for. */
static __always_inline void decide_lookup(const struct l4lb_packet *pkt,
					  struct l4lb_plan *plan,
					  struct l4lb_trace *trace)
{
	struct l4lb_endpoint to;

	to.addr = pkt->daddr;
	to.port = pkt->dport;
	to.family = pkt->family;
	to.proto = pkt->proto;
	l4lb_match_service(plan->table, &to, &plan->vip, &plan->svc);
	trace_step(trace, L4LB_STEP_VIP, L4LB_REASON_UNSPEC, plan);
	if (plan->vip)
		trace_step(trace, L4LB_STEP_SERVICE, L4LB_REASON_UNSPEC, plan);
}

/*
 * Replies to the director's own clients, and clients of the services that wait
 * for them here. All else has been judged at PRE_ROUTING.
 */
static noinline void decide_local_in(const struct l4lb_net *ln,
				     const struct l4lb_packet *pkt,
				     struct l4lb_plan *plan,
				     struct l4lb_trace *trace)
{
	if (plan->table->endpoints->nr && decide_reply(ln, pkt, plan, trace))
		return;
	decide_lookup(pkt, plan, trace);
	if (plan->svc && plan->svc->hook == L4LB_HOOK_LOCAL_IN)
		decide_client_rare(ln, pkt, plan, trace);
	else
		decide_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_UNSPEC, trace);
}

/**
 * l4lb_decide() - what is to be done with a packet
 * @ln: namespace
 * @pkt: the packet; a fragment has been gathered before
 * @plan: out: the plan
 * @trace: somebody to be told each step, or NULL
 *
 * Pure: reads only, so explain can call it for packets that do not exist.
 *
 * Context: RCU read side, BH off.
 */
void l4lb_decide(const struct l4lb_net *ln, const struct l4lb_packet *pkt,
		 struct l4lb_plan *plan, struct l4lb_trace *trace)
{
	plan_init(ln, plan);
	trace_step(trace, L4LB_STEP_HOOK, L4LB_REASON_UNSPEC, plan);
	if (unlikely(pkt->kind != L4LB_PACKET_FLOW)) {
		if (pkt->kind == L4LB_PACKET_ICMP_ERROR)
			l4lb_icmp_decide(ln, pkt, plan, trace);
		else if (pkt->kind != L4LB_PACKET_ICMP_TUNNEL ||
			 !l4lb_icmp_tunnel(ln, pkt, plan, trace))
			decide_odd(pkt, plan, trace);
		return;
	}
	if (unlikely(pkt->hook == L4LB_HOOK_LOCAL_IN)) {
		decide_local_in(ln, pkt, plan, trace);
		return;
	}
	decide_lookup(pkt, plan, trace);
	if (likely(plan->svc)) {
		decide_client(ln, pkt, plan, trace);
		return;
	}
	if (plan->table->endpoints->nr && decide_reply(ln, pkt, plan, trace))
		return;
	if (unlikely(plan->table->match) && decide_mark(ln, pkt, plan, trace))
		return;
	decide_stranger(pkt, plan, trace);
}

/* What is reset is over: its entry is active no more, or goes. */
static bool commit_refusal(struct l4lb_net *ln, const struct l4lb_plan *plan)
{
	if (unlikely(plan->reason == L4LB_REASON_HALF_OPEN_LIMIT))
		l4lb_conn_half_open_alarm(ln, plan->svc);
	if (likely(plan->next == plan->seen))
		return true;
	/* Where it can be done the server is told as well. */
	if (unlikely(plan->reason == L4LB_REASON_SERVER_DOWN &&
		     l4lb_conn_tracked(plan->conn))) {
		l4lb_conn_end(ln, plan->conn, L4LB_REASON_UNSPEC, true);
		return true;
	}
	return l4lb_conn_advance(ln, plan->conn, plan->seen, plan->next);
}

/* What a packet says of its connection's sequence numbers. */
static noinline void commit_seq(const struct l4lb_packet *pkt,
				struct l4lb_plan *plan)
{
	struct l4lb_segment seg;

	if (l4lb_conn_tracked(plan->conn) && l4lb_packet_segment(pkt, &seg))
		l4lb_seq_note(l4lb_conn_extra(plan->conn), &seg,
			      plan->verdict == L4LB_VERDICT_FORWARD);
}

/**
 * l4lb_commit_plan() - make a plan true
 * @ln: namespace
 * @pkt: the packet
 * @plan: from l4lb_decide() in the same RCU section; becomes a drop when there
 *	is no room for an entry
 *
 * Context: RCU read side, BH off.
 * Return: false when another CPU was faster (it moved the cursor, made the
 * same entry or moved its state): decide again. Each false means that some
 * other packet has made progress, so deciding again ends.
 */
bool l4lb_commit_plan(struct l4lb_net *ln, const struct l4lb_packet *pkt,
		      struct l4lb_plan *plan)
{
	if (unlikely(plan->create || plan->over)) {
		if (plan->over)
			l4lb_conn_kill(ln, plan->outlived);
		if (plan->create)
			return plan->verdict != L4LB_VERDICT_FORWARD ||
			       l4lb_commit_new(ln, pkt, plan);
	}
	if (plan->verdict != L4LB_VERDICT_FORWARD &&
	    plan->verdict != L4LB_VERDICT_REPLY)
		return commit_refusal(ln, plan);
	/* An ICMP error is no sign of life of its connection. */
	if (unlikely(pkt->kind != L4LB_PACKET_FLOW))
		return true;
	if (unlikely(plan->next != plan->seen)) {
		if (!l4lb_conn_advance(ln, plan->conn, plan->seen, plan->next))
			return false;
		if (plan->svc->persist)
			l4lb_persist_renew(ln, plan->svc, plan->conn);
	}
	if (unlikely(plan->seen & L4LB_CONN_EXTRA))
		commit_seq(pkt, plan);
	if (unlikely(l4lb_conn_touch(plan->conn, (u32)jiffies) &&
		     plan->svc->persist))
		l4lb_persist_renew(ln, plan->svc, plan->conn);
	return true;
}

#ifdef L4LB_KUNIT
#include "decide_test.c"
#endif
