/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the decision share with each other only. */
#ifndef L4LB_DECIDE_PRIV_H
#define L4LB_DECIDE_PRIV_H

#include "decide.h"
#include "match.h"
#include "net.h"
#include "server.h"
#include "service.h"

/* For so long after a take-over connections of the other director are adopted. */
#define L4LB_TAKEOVER_SECONDS	10

static inline void trace_step(struct l4lb_trace *trace, u8 kind, u32 reason,
			      const struct l4lb_plan *plan)
{
	if (unlikely(trace))
		trace->step(trace, kind, reason, plan, NULL, 0);
}

static inline void decide_end(struct l4lb_plan *plan, u8 verdict, u32 reason,
			      struct l4lb_trace *trace)
{
	plan->verdict = verdict;
	plan->reason = reason;
	trace_step(trace, L4LB_STEP_VERDICT, reason, plan);
}

/*
 * Who is meant on either side, once service and server are known; and @plan->front,
 * when the service is not plain.
 */
static inline void decide_ends(struct l4lb_plan *plan)
{
	if (unlikely(plan->svc->wide)) {
		l4lb_match_target(&plan->srv->ep, plan->front, &plan->sent_on,
				  &plan->target);
		return;
	}
	plan->front = &plan->svc->key.ep;
	plan->target = &plan->srv->ep;
}

static inline bool tcp_opens(const struct l4lb_packet *pkt)
{
	return (pkt->tcp_flags & (L4LB_TCP_SYN | L4LB_TCP_ACK | L4LB_TCP_RST |
				  L4LB_TCP_FIN)) == L4LB_TCP_SYN;
}

/* May no new connection be given to @srv, whatever its weight and load? */
static inline bool server_abandons(const struct l4lb_server *srv)
{
	return READ_ONCE(srv->gone) ||
	       READ_ONCE(srv->admin) != L4LB_ADMIN_ENABLED ||
	       READ_ONCE(srv->health) == L4LB_HEALTH_DOWN;
}

/* decide_conn.c */
bool l4lb_decide_conn_ends(const struct l4lb_net *ln,
			   const struct l4lb_packet *pkt,
			   struct l4lb_plan *plan, struct l4lb_trace *trace);
void l4lb_decide_orphan_reply(const struct l4lb_packet *pkt,
			      struct l4lb_plan *plan,
			      struct l4lb_trace *trace);

/* decide_new.c */
void l4lb_decide_again(const struct l4lb_net *ln, const struct l4lb_packet *pkt,
		       struct l4lb_plan *plan, struct l4lb_trace *trace);
void l4lb_decide_no_conn(const struct l4lb_net *ln,
			 const struct l4lb_packet *pkt, struct l4lb_plan *plan,
			 struct l4lb_trace *trace);
bool l4lb_commit_new(struct l4lb_net *ln, const struct l4lb_packet *pkt,
		     struct l4lb_plan *plan);

/* decide_near.c */
void l4lb_trace_nearest(struct l4lb_trace *trace, const struct l4lb_packet *pkt,
			const struct l4lb_plan *plan);

#endif /* L4LB_DECIDE_PRIV_H */
