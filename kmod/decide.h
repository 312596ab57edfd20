/* SPDX-License-Identifier: GPL-2.0 */
/* The one place that chooses. */
#ifndef L4LB_DECIDE_H
#define L4LB_DECIDE_H

#include "conn.h"
#include "packet.h"
#include "sched.h"

struct l4lb_net;
struct l4lb_rs;
struct l4lb_table;

/* What is to become of a client's template. */
enum l4lb_affinity {
	L4LB_AFFINITY_NONE,	/* nothing */
	L4LB_AFFINITY_KEEP,	/* it was followed: it lives on */
	L4LB_AFFINITY_SET,	/* one is made, in place of the old if there is one */
};

/**
 * struct l4lb_plan - what is to be done with a packet, and why
 * @verdict: &enum l4lb_verdict
 * @method: &enum l4lb_method, of FORWARD and REPLY
 * @create: the packet has been given to a server: @turn, @alone, @affinity,
 *	@tmpl and @pick hold
 * @over: @outlived holds
 * @turn: the scheduler is to make @pick, else it was not asked or has no turns
 * @alone: no entry is to be made, the packet goes by itself
 * @affinity: &enum l4lb_affinity
 * @state: first state of the entry, with @create
 * @reopen: @create takes over from @conn, which had closed or lost its server
 * @reason: &enum l4lb_reason
 * @table: snapshot it was made from
 * @vip: VIP that matched, or NULL; a service of a mark has none
 * @svc: service, or NULL
 * @srv: server, or NULL
 * @conn: entry, or NULL
 * @tmpl: template of the client, or NULL
 * @outlived: with @over: an entry that is to go, whatever becomes of the packet,
 *	since its tuple belongs to a connection that does not pass here
 * @key: the entry's forward key, with @create
 * @front: address and port by which the client knows the service; of FORWARD
 *	and REPLY
 * @target: address and port at the server; of FORWARD and REPLY
 * @sent_to: room for @front where the service does not say it
 * @sent_on: room for @target where the server does not say it
 * @pick: the choice, with @create
 * @seen: word of @conn when it was read
 * @next: word of @conn after this packet
 *
 * Pointers are good to the end of the RCU section in which it was made; some point
 * into the plan, which is therefore not to be copied.
 */
struct l4lb_plan {
	u8 verdict;
	u8 method;
	/* Side by side: the fast path asks for both at once. */
	bool create;
	bool over;
	bool turn;
	bool alone;
	u8 affinity;
	u8 state;
	bool reopen;
	u32 reason;
	const struct l4lb_table *table;
	const struct l4lb_vip *vip;
	struct l4lb_service *svc;
	struct l4lb_server *srv;
	struct l4lb_conn *conn;
	struct l4lb_conn *tmpl;
	struct l4lb_conn *outlived;
	struct l4lb_conn_key key;
	const struct l4lb_endpoint *front;
	const struct l4lb_endpoint *target;
	struct l4lb_endpoint sent_to;
	struct l4lb_endpoint sent_on;
	struct l4lb_pick pick;
	u32 seen;
	u32 next;
};

/**
 * struct l4lb_trace - somebody who wants to know how a plan came about
 * @step: called for each step in order. @kind &enum l4lb_step; @reason why
 *	this step ended the walk or passed over a candidate, or UNSPEC; @plan
 *	as far as it has come; @near a service that nearly matched
 *	(%L4LB_STEP_NEAREST), @pos position of a candidate
 *	(%L4LB_STEP_CANDIDATE), else 0
 *
 * Context of @step: RCU read side, BH off; must not sleep.
 */
struct l4lb_trace {
	void (*step)(struct l4lb_trace *trace, u8 kind, u32 reason,
		     const struct l4lb_plan *plan,
		     const struct l4lb_service *near, u32 pos);
};

void l4lb_decide(const struct l4lb_net *ln, const struct l4lb_packet *pkt,
		 struct l4lb_plan *plan, struct l4lb_trace *trace);
bool l4lb_commit_plan(struct l4lb_net *ln, const struct l4lb_packet *pkt,
		      struct l4lb_plan *plan);

#endif /* L4LB_DECIDE_H */
