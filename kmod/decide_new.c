// SPDX-License-Identifier: GPL-2.0
/* A packet that no entry speaks for: which server, and the entry that is made. */
#include "decide_priv.h"
#include "sched.h"

static void trace_candidates(struct l4lb_trace *trace,
			     const struct l4lb_plan *plan)
{
	const struct l4lb_sched_data *sd = plan->svc->sched;
	u32 pos;

	for (pos = 0; pos < sd->nr; pos++) {
		const struct l4lb_sched_slot *slot = &sd->slot[pos];

		trace->step(trace, L4LB_STEP_CANDIDATE,
			    l4lb_server_excluded(slot->server,
						 READ_ONCE(slot->weight)),
			    plan, NULL, pos);
	}
}

/*
 * Would the reply's tuple meet that of another service? The data path learns
 * this from the insert itself; only explain has to ask.
 */
static bool reply_taken(const struct l4lb_net *ln, const struct l4lb_packet *pkt,
			const struct l4lb_server *srv)
{
	struct l4lb_conn_key key = {
		.addr = pkt->saddr,
		.port = pkt->sport,
		.id = srv->endpoint->id | L4LB_CONN_REV,
	};
	struct l4lb_conn *conn;

	l4lb_conn_hash(&ln->conns, &key);
	conn = l4lb_conn_lookup(ln, &key);
	return conn && !l4lb_conn_yields(ln, conn);
}

/**
 * l4lb_decide_new() - a packet that opens a connection: choose its server
 * @ln: namespace
 * @pkt: the packet
 * @plan: service set; with @plan->reopen also the entry that is to be replaced
 * @trace: somebody to be told each step, or NULL
 *
 * Part of l4lb_decide(), and as pure.
 *
 * Context: RCU read side, BH off.
 */
void l4lb_decide_new(const struct l4lb_net *ln, const struct l4lb_packet *pkt,
		     struct l4lb_plan *plan, struct l4lb_trace *trace)
{
	const struct l4lb_service *svc = plan->svc;

	if (unlikely(l4lb_addr_martian(&pkt->saddr, pkt->family) &&
		     pkt->hook != L4LB_HOOK_LOCAL_OUT)) {
		decide_end(plan, L4LB_VERDICT_DROP, L4LB_REASON_MARTIAN, trace);
		return;
	}
	if (unlikely(trace))
		trace_candidates(trace, plan);
	if (unlikely(!svc->ops->pick(svc->sched, pkt, &plan->pick))) {
		decide_end(plan, L4LB_VERDICT_REJECT, L4LB_REASON_NO_SERVER,
			   trace);
		return;
	}
	if (unlikely(atomic_read(&ln->conns.nr) >= READ_ONCE(ln->limits.conns))) {
		decide_end(plan, L4LB_VERDICT_DROP, L4LB_REASON_CONN_LIMIT,
			   trace);
		return;
	}
	plan->srv = plan->pick.server;
	plan->method = svc->method;
	decide_ends(plan);
	plan->create = true;
	plan->state = pkt->proto == IPPROTO_TCP ?
			l4lb_tcp_first(pkt->tcp_flags) : L4LB_STATE_UDP;
	trace_step(trace, L4LB_STEP_METHOD, L4LB_REASON_UNSPEC, plan);
	if (unlikely(trace && plan->method == L4LB_METHOD_NAT &&
		     !plan->reopen && reply_taken(ln, pkt, plan->srv))) {
		decide_end(plan, L4LB_VERDICT_DROP, L4LB_REASON_TUPLE_TAKEN,
			   trace);
		return;
	}
	decide_end(plan, L4LB_VERDICT_FORWARD,
		   plan->reopen ? L4LB_REASON_REOPENED : L4LB_REASON_NEW,
		   trace);
}

/**
 * l4lb_decide_no_conn() - a packet of a service that no entry speaks for
 * @ln: namespace
 * @pkt: the packet
 * @plan: service set
 * @trace: somebody to be told each step, or NULL
 *
 * Part of l4lb_decide(), and as pure.
 *
 * Context: RCU read side, BH off.
 */
void l4lb_decide_no_conn(const struct l4lb_net *ln,
			 const struct l4lb_packet *pkt,
			 struct l4lb_plan *plan, struct l4lb_trace *trace)
{
	if (pkt->proto != IPPROTO_TCP || tcp_opens(pkt)) {
		l4lb_decide_new(ln, pkt, plan, trace);
		return;
	}
	switch (plan->svc->midstream) {
	case L4LB_MIDSTREAM_PASS:
		decide_end(plan, L4LB_VERDICT_PASS, L4LB_REASON_MIDSTREAM_PASS,
			   trace);
		break;
	case L4LB_MIDSTREAM_DROP:
		decide_end(plan, L4LB_VERDICT_DROP, L4LB_REASON_MIDSTREAM_DROP,
			   trace);
		break;
	default:
		decide_end(plan, L4LB_VERDICT_REJECT,
			   L4LB_REASON_MIDSTREAM_RESET, trace);
	}
}

/**
 * l4lb_commit_new() - make the entry that a plan calls for
 * @ln: namespace
 * @pkt: the packet
 * @plan: a plan to forward with @plan->create; becomes a drop when there is no
 *	room for an entry
 *
 * Context: RCU read side, BH off.
 * Return: false: another CPU was faster, decide again.
 */
bool l4lb_commit_new(struct l4lb_net *ln, const struct l4lb_packet *pkt,
		     struct l4lb_plan *plan)
{
	const struct l4lb_service *svc = plan->svc;
	struct l4lb_conn_new new = {
		.key = plan->key,
		.family = pkt->family,
		.proto = pkt->proto,
		.method = plan->method,
		.state = plan->state,
		.local = pkt->hook == L4LB_HOOK_LOCAL_OUT,
		.server = plan->srv,
		.replaces = plan->reopen ? plan->conn : NULL,
	};
	struct l4lb_conn *conn;

	if (!svc->ops->commit(svc->rt, svc->sched, &plan->pick))
		return false;
	conn = l4lb_conn_insert(ln, &new);
	if (!IS_ERR(conn)) {
		plan->conn = conn;
		return true;
	}
	if (PTR_ERR(conn) == -EEXIST)
		return false;
	plan->verdict = L4LB_VERDICT_DROP;
	switch (PTR_ERR(conn)) {
	case -EADDRINUSE:
		plan->reason = L4LB_REASON_TUPLE_TAKEN;
		break;
	case -ENOSPC:
		plan->reason = L4LB_REASON_CONN_LIMIT;
		break;
	default:
		plan->reason = L4LB_REASON_NO_MEMORY;
	}
	return true;
}

