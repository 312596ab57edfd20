// SPDX-License-Identifier: GPL-2.0
/*
 * Entries that cannot just go on: their client uses its port again, or their
 * server is down, draining or gone.
 */
#include "decide_priv.h"

/* Let the client know with this packet, and count the entry as closed. */
static void conn_reset(struct l4lb_plan *plan, u32 reason,
		       struct l4lb_trace *trace)
{
	plan->next = (plan->seen & ~L4LB_CONN_STATE) | L4LB_STATE_CLOSE;
	decide_end(plan, L4LB_VERDICT_REJECT, reason, trace);
}

/* The server was deleted at once. */
static void conn_orphan(const struct l4lb_net *ln, const struct l4lb_packet *pkt,
			struct l4lb_plan *plan, struct l4lb_trace *trace)
{
	bool tcp = pkt->proto == IPPROTO_TCP;

	switch (plan->svc->on_gone) {
	case L4LB_ON_GONE_DROP:
		decide_end(plan, L4LB_VERDICT_DROP, L4LB_REASON_SERVER_GONE,
			   trace);
		return;
	case L4LB_ON_GONE_RESCHEDULE:
		/* Nobody but the old server would know what to do with it. */
		if (!tcp || !(pkt->tcp_flags & L4LB_TCP_RST))
			break;
		decide_end(plan, L4LB_VERDICT_DROP, L4LB_REASON_SERVER_GONE,
			   trace);
		return;
	default:
		if (!tcp)
			break;
		decide_end(plan, L4LB_VERDICT_REJECT, L4LB_REASON_SERVER_GONE,
			   trace);
		return;
	}
	l4lb_decide_again(ln, pkt, plan, trace);
}

/*
 * Does a SYN open a new connection with this very packet? A client that uses
 * its port again does, and so does the retransmission of a SYN whose server
 * must not be asked any more. A server that is down will not tell the client
 * that it knows of another connection (RFC 5961 4).
 */
static bool conn_reopens(const struct l4lb_plan *plan)
{
	if (!plan->srv || (plan->seen & L4LB_CONN_ORPHAN) ||
	    l4lb_tcp_reopens(plan->seen) ||
	    READ_ONCE(plan->srv->health) == L4LB_HEALTH_DOWN)
		return true;
	return (plan->seen & L4LB_CONN_STATE) == L4LB_STATE_SYN_RECV &&
	       server_abandons(plan->srv);
}

/* UDP has nothing to lose by another server, unless it is to wait for its own. */
static bool conn_moves(const struct l4lb_plan *plan)
{
	if (l4lb_server_excluded(plan->srv, 1) == L4LB_REASON_DOWN)
		return plan->svc->on_down != L4LB_ON_DOWN_HOLD;
	return server_abandons(plan->srv);
}

/**
 * l4lb_decide_conn_ends() - does an entry end with this packet?
 * @ln: namespace
 * @pkt: a client's packet
 * @plan: service, entry and its server set; the server may be NULL
 * @trace: somebody to be told each step, or NULL
 *
 * Weight 0 and a full server keep what they have. Part of l4lb_decide(), and
 * as pure.
 *
 * Context: RCU read side, BH off.
 * Return: true if it does, and the plan is made; false if it goes on.
 */
bool l4lb_decide_conn_ends(const struct l4lb_net *ln,
			   const struct l4lb_packet *pkt,
			   struct l4lb_plan *plan, struct l4lb_trace *trace)
{
	if (pkt->proto == IPPROTO_TCP && tcp_opens(pkt)) {
		if (!conn_reopens(plan))
			return false;
		l4lb_decide_again(ln, pkt, plan, trace);
		return true;
	}
	if (!plan->srv || (plan->seen & L4LB_CONN_ORPHAN)) {
		conn_orphan(ln, pkt, plan, trace);
		return true;
	}
	if (pkt->proto != IPPROTO_TCP) {
		if (!conn_moves(plan))
			return false;
		l4lb_decide_again(ln, pkt, plan, trace);
		return true;
	}
	if (plan->svc->on_down != L4LB_ON_DOWN_RESET ||
	    READ_ONCE(plan->srv->health) != L4LB_HEALTH_DOWN)
		return false;
	conn_reset(plan, L4LB_REASON_SERVER_DOWN, trace);
	return true;
}

/**
 * l4lb_decide_orphan_reply() - a packet of a NAT server that was deleted
 * @pkt: the packet
 * @plan: entry set; service and server may be NULL
 * @trace: somebody to be told each step, or NULL
 *
 * Context: RCU read side, BH off.
 */
void l4lb_decide_orphan_reply(const struct l4lb_packet *pkt,
			      struct l4lb_plan *plan, struct l4lb_trace *trace)
{
	bool reset = plan->svc && pkt->proto == IPPROTO_TCP &&
		     plan->svc->on_gone != L4LB_ON_GONE_DROP;

	decide_end(plan, reset ? L4LB_VERDICT_REJECT : L4LB_VERDICT_DROP,
		   L4LB_REASON_SERVER_GONE, trace);
}
