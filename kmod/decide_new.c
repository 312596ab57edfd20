// SPDX-License-Identifier: GPL-2.0
/* A packet that no entry speaks for: which server, and the entry that is made. */
#include <linux/jiffies.h>

#include "decide_priv.h"
#include "persist.h"
#include "sched.h"

static void trace_candidates(struct l4lb_trace *trace,
			     const struct l4lb_packet *pkt,
			     const struct l4lb_plan *plan)
{
	const struct l4lb_sched_data *sd = plan->svc->sched;
	u32 pos;

	for (pos = 0; pos < sd->nr; pos++)
		trace->step(trace, L4LB_STEP_CANDIDATE,
			    l4lb_sched_passes(sd, pos, pkt), plan, NULL, pos);
}

/*
 * Would the reply's tuple meet that of another service? The data path learns
 * this from the insert itself; only explain has to ask.
 */
static bool reply_taken(const struct l4lb_net *ln, const struct l4lb_packet *pkt,
			const struct l4lb_server *srv)
{
	struct l4lb_conn_key key = { .addr = pkt->saddr, .port = pkt->sport };
	struct l4lb_endpoint end;
	struct l4lb_conn *conn;

	l4lb_reply_key(&ln->conns, srv->endpoint, pkt->dport, pkt->proto, &key,
		       &end);
	conn = l4lb_conn_lookup(ln, &key);
	return conn && !l4lb_conn_yields(ln, conn);
}

/*
 * The server that the client has been with, unless it may get no new
 * connection. One that is full is passed over this once, and the template
 * stays; in all other cases it is no use any more.
 */
static bool new_by_template(const struct l4lb_net *ln,
			    const struct l4lb_packet *pkt,
			    struct l4lb_plan *plan, struct l4lb_trace *trace)
{
	const struct l4lb_sched_data *sd = plan->svc->sched;
	u32 reason = L4LB_REASON_UNSPEC, pos;
	struct l4lb_server *srv = NULL;

	plan->tmpl = l4lb_persist_lookup(ln, plan->svc, &pkt->saddr);
	if (plan->tmpl) {
		srv = l4lb_conn_server(ln, plan->tmpl);
		reason = srv ? l4lb_server_excluded(srv,
						    l4lb_server_weight(srv)) :
			       L4LB_REASON_SERVER_GONE;
	}
	trace_step(trace, L4LB_STEP_TEMPLATE, reason, plan);
	plan->affinity = reason == L4LB_REASON_OVERLOAD ? L4LB_AFFINITY_NONE :
							  L4LB_AFFINITY_SET;
	if (!plan->tmpl || reason)
		return false;
	/* Of this snapshot or the next; for explain. */
	pos = READ_ONCE(srv->pos);
	plan->pick.pos = pos < sd->nr && sd->slot[pos].server == srv ? pos :
								       U32_MAX;
	plan->pick.server = srv;
	plan->affinity = L4LB_AFFINITY_KEEP;
	return true;
}

/* Choose a server; @adopt: the one that another director would have chosen. */
static bool new_pick(const struct l4lb_net *ln, const struct l4lb_packet *pkt,
		     struct l4lb_plan *plan, bool adopt,
		     struct l4lb_trace *trace)
{
	const struct l4lb_service *svc = plan->svc;

	plan->turn = false;
	plan->tmpl = NULL;
	plan->affinity = L4LB_AFFINITY_NONE;
	if (unlikely(svc->persist) && new_by_template(ln, pkt, plan, trace))
		return true;
	if (unlikely(trace))
		trace_candidates(trace, pkt, plan);
	if (unlikely(adopt))
		return l4lb_sched_adopt(svc, pkt, &plan->pick);
	plan->turn = true;
	return svc->ops->pick(svc->sched, pkt, &plan->pick);
}

/* Is there no room for another entry? */
static bool new_full(const struct l4lb_net *ln)
{
	return atomic_read(&ln->conns.nr) >= READ_ONCE(ln->limits.conns) ||
	       atomic64_read(&ln->conns.bytes) + sizeof(struct l4lb_conn) >
	       READ_ONCE(ln->limits.memory);
}

/*
 * May the packet be forwarded although there is no room for an entry? Where a
 * hash chooses, the packets of a connection meet again without one, if those in
 * the middle of it are placed at all. NAT needs the entry for the replies.
 */
static bool new_needs_none(const struct l4lb_packet *pkt,
			   const struct l4lb_plan *plan)
{
	const struct l4lb_service *svc = plan->svc;

	return svc->ops->hash && svc->method != L4LB_METHOD_NAT &&
	       !plan->reopen && (pkt->proto != IPPROTO_TCP ||
				 svc->midstream == L4LB_MIDSTREAM_ADOPT);
}

/*
 * Will the entry be half-open: has the other end still to say something? What goes
 * on in the place of a UDP entry that was not is none.
 */
static bool new_half_open(const struct l4lb_plan *plan, u8 state)
{
	return state == L4LB_STATE_SYN_RECV ||
	       (state == L4LB_STATE_UDP &&
		!(plan->reopen && !(plan->seen & L4LB_CONN_UNPROVEN)));
}

/* Has the service as many half-open entries as it may? */
static bool new_half_open_full(const struct l4lb_plan *plan, u8 state)
{
	u32 max = plan->svc->half_open_max;

	if (likely(!max || !new_half_open(plan, state)))
		return false;
	if (plan->reopen && l4lb_conn_half_open(plan->seen))
		return false;
	return atomic_read(&plan->svc->rt->half_open) >= max;
}

/*
 * A datagram that would be one half-open entry too many goes to a server all the
 * same, by itself, unless its answer has to be found.
 */
static bool new_spares_udp(const struct l4lb_plan *plan, u8 state)
{
	return state == L4LB_STATE_UDP && !plan->reopen &&
	       plan->svc->method != L4LB_METHOD_NAT;
}

/*
 * Give the packet to a server. @state: of the entry; @adopt: see new_pick();
 * @reason: what it is called.
 */
static void new_place(const struct l4lb_net *ln, const struct l4lb_packet *pkt,
		      struct l4lb_plan *plan, u8 state, bool adopt, u32 reason,
		      struct l4lb_trace *trace)
{
	const struct l4lb_service *svc = plan->svc;

	if (unlikely(l4lb_addr_martian(&pkt->saddr, pkt->family) &&
		     pkt->hook != L4LB_HOOK_LOCAL_OUT)) {
		decide_end(plan, L4LB_VERDICT_DROP, L4LB_REASON_MARTIAN, trace);
		return;
	}
	if (unlikely(!new_pick(ln, pkt, plan, adopt, trace))) {
		decide_end(plan, L4LB_VERDICT_REJECT, L4LB_REASON_NO_SERVER,
			   trace);
		return;
	}
	if (unlikely(!plan->alone && new_half_open_full(plan, state))) {
		if (!new_spares_udp(plan, state)) {
			decide_end(plan, L4LB_VERDICT_DROP,
				   L4LB_REASON_HALF_OPEN_LIMIT, trace);
			return;
		}
		plan->alone = true;
		reason = L4LB_REASON_ONE_PACKET;
	}
	if (unlikely(!plan->alone && new_full(ln))) {
		if (!new_needs_none(pkt, plan)) {
			decide_end(plan, L4LB_VERDICT_DROP,
				   L4LB_REASON_CONN_LIMIT, trace);
			return;
		}
		plan->alone = true;
		reason = L4LB_REASON_ONE_PACKET;
	}
	plan->srv = plan->pick.server;
	plan->method = svc->method;
	decide_ends(plan);
	plan->create = true;
	plan->state = state;
	trace_step(trace, L4LB_STEP_METHOD, L4LB_REASON_UNSPEC, plan);
	if (unlikely(trace && plan->method == L4LB_METHOD_NAT &&
		     !plan->reopen && reply_taken(ln, pkt, plan->srv))) {
		decide_end(plan, L4LB_VERDICT_DROP, L4LB_REASON_TUPLE_TAKEN,
			   trace);
		return;
	}
	decide_end(plan, L4LB_VERDICT_FORWARD, reason, trace);
}

/* State of an entry that is made of a packet in the middle of a connection. */
static u8 midway_state(const struct l4lb_packet *pkt, u8 method)
{
	if (pkt->proto != IPPROTO_TCP)
		return L4LB_STATE_UDP;
	return l4lb_tcp_next(L4LB_STATE_ESTABLISHED, pkt->tcp_flags, true,
			     method == L4LB_METHOD_NAT) & L4LB_CONN_STATE;
}

static u8 first_state(const struct l4lb_packet *pkt)
{
	return pkt->proto == IPPROTO_TCP ? l4lb_tcp_first(pkt->tcp_flags) :
					   L4LB_STATE_UDP;
}

/**
 * l4lb_decide_again() - an entry's place is taken by a new one
 * @ln: namespace
 * @pkt: the packet
 * @plan: service and entry set
 * @trace: somebody to be told each step, or NULL
 *
 * For a packet that opens a connection, and for one in the middle of a
 * connection whose server has left. Part of l4lb_decide(), and as pure.
 *
 * Context: RCU read side, BH off.
 */
void l4lb_decide_again(const struct l4lb_net *ln, const struct l4lb_packet *pkt,
		       struct l4lb_plan *plan, struct l4lb_trace *trace)
{
	bool opens = pkt->proto != IPPROTO_TCP || tcp_opens(pkt);

	plan->reopen = true;
	plan->alone = false;
	new_place(ln, pkt, plan, opens ? first_state(pkt) :
					 midway_state(pkt, plan->svc->method),
		  false, L4LB_REASON_REOPENED, trace);
}

/* Has this director just taken over the VIP from another? */
static bool vip_taken_over(const struct l4lb_vip *vip)
{
	unsigned long since = vip ? READ_ONCE(vip->active_since) : 0;

	/* It may lie a jiffy ahead, since it is never 0. */
	return since && time_before(jiffies, since + L4LB_TAKEOVER_SECONDS * HZ);
}

/*
 * A packet that another director's connection may have sent: not one that
 * begins a connection, and one that a sane sender sends.
 */
static bool new_adopts(const struct l4lb_packet *pkt,
		       const struct l4lb_plan *plan)
{
	if ((pkt->tcp_flags & (L4LB_TCP_SYN | L4LB_TCP_ACK)) != L4LB_TCP_ACK &&
	    !(pkt->tcp_flags & L4LB_TCP_RST))
		return false;
	if (plan->svc->midstream == L4LB_MIDSTREAM_ADOPT)
		return true;
	return plan->svc->midstream == L4LB_MIDSTREAM_RESET &&
	       vip_taken_over(plan->vip);
}

/*
 * The end of a connection makes no entry, but goes where the connection was.
 * With NAT there is an answer to a FIN, which has to find the way back.
 */
static void new_adopt(const struct l4lb_net *ln, const struct l4lb_packet *pkt,
		      struct l4lb_plan *plan, struct l4lb_trace *trace)
{
	u8 method = plan->svc->method;

	plan->alone = (pkt->tcp_flags & L4LB_TCP_RST) ||
		      ((pkt->tcp_flags & L4LB_TCP_FIN) &&
		       method != L4LB_METHOD_NAT);
	new_place(ln, pkt, plan, midway_state(pkt, method), true,
		  L4LB_REASON_ADOPTED, trace);
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
			 const struct l4lb_packet *pkt, struct l4lb_plan *plan,
			 struct l4lb_trace *trace)
{
	if (pkt->proto != IPPROTO_TCP || tcp_opens(pkt)) {
		plan->alone = plan->svc->one_packet &&
			      pkt->proto == IPPROTO_UDP;
		new_place(ln, pkt, plan, first_state(pkt), false,
			  plan->alone ? L4LB_REASON_ONE_PACKET :
					L4LB_REASON_NEW, trace);
		return;
	}
	if (new_adopts(pkt, plan)) {
		new_adopt(ln, pkt, plan, trace);
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

/* There is no entry: the packet goes no further, unless it needs none. */
static void commit_failed(struct l4lb_net *ln, const struct l4lb_packet *pkt,
			  struct l4lb_plan *plan, int err)
{
	plan->verdict = L4LB_VERDICT_DROP;
	switch (err) {
	case -EADDRINUSE:
		plan->reason = L4LB_REASON_TUPLE_TAKEN;
		break;
	case -EDQUOT:
		l4lb_conn_half_open_alarm(ln, plan->svc);
		if (new_spares_udp(plan, plan->state)) {
			plan->verdict = L4LB_VERDICT_FORWARD;
			plan->reason = L4LB_REASON_ONE_PACKET;
			return;
		}
		plan->reason = L4LB_REASON_HALF_OPEN_LIMIT;
		break;
	case -ENOSPC:
		if (new_needs_none(pkt, plan)) {
			plan->verdict = L4LB_VERDICT_FORWARD;
			plan->reason = L4LB_REASON_ONE_PACKET;
			return;
		}
		plan->reason = L4LB_REASON_CONN_LIMIT;
		break;
	default:
		plan->reason = L4LB_REASON_NO_MEMORY;
	}
}

static int commit_affinity(struct l4lb_net *ln, const struct l4lb_packet *pkt,
			   const struct l4lb_plan *plan)
{
	switch (plan->affinity) {
	case L4LB_AFFINITY_KEEP:
		l4lb_conn_touch(plan->tmpl, (u32)jiffies);
		return 0;
	case L4LB_AFFINITY_SET:
		return l4lb_persist_set(ln, plan->svc, &pkt->saddr, pkt->family,
					plan->srv, plan->tmpl,
					plan->state != L4LB_STATE_SYN_RECV);
	default:
		return 0;
	}
}

/* Is there something that the entry should remember of sequence numbers? */
static bool new_tracks(const struct l4lb_packet *pkt,
		       struct l4lb_conn_extra *extra)
{
	struct l4lb_segment seg;

	if (pkt->proto != IPPROTO_TCP || !l4lb_packet_segment(pkt, &seg))
		return false;
	memset(extra, 0, sizeof(*extra));
	l4lb_seq_begin(extra, &seg);
	return true;
}

static int commit_entry(struct l4lb_net *ln, const struct l4lb_packet *pkt,
			struct l4lb_plan *plan)
{
	struct l4lb_conn_new new = {
		.key = plan->key,
		.family = pkt->family,
		.proto = pkt->proto,
		.method = plan->method,
		.state = plan->state,
		.local = pkt->hook == L4LB_HOOK_LOCAL_OUT,
		.unproven = plan->state == L4LB_STATE_UDP &&
			    new_half_open(plan, plan->state),
		.half_open_max = plan->svc->half_open_max,
		.server = plan->srv,
		.replaces = plan->reopen ? plan->conn : NULL,
	};
	struct l4lb_conn_extra extra;
	struct l4lb_conn *conn;

	if (unlikely(plan->svc->track_seq) && new_tracks(pkt, &extra))
		new.extra = &extra;
	conn = l4lb_conn_insert(ln, &new);
	if (IS_ERR(conn))
		return PTR_ERR(conn);
	plan->conn = conn;
	return 0;
}

/**
 * l4lb_commit_new() - make the entry that a plan calls for
 * @ln: namespace
 * @pkt: the packet
 * @plan: a plan to forward with @plan->create; becomes a drop when there is no
 *	room for an entry
 *
 * The template comes first: of two connections that a client opens at once the
 * second then meets it, and follows it.
 *
 * Context: RCU read side, BH off.
 * Return: false: another CPU was faster, decide again.
 */
bool l4lb_commit_new(struct l4lb_net *ln, const struct l4lb_packet *pkt,
		     struct l4lb_plan *plan)
{
	const struct l4lb_service *svc = plan->svc;
	int err;

	if (plan->turn && !svc->ops->commit(svc->rt, svc->sched, &plan->pick))
		return false;
	if (unlikely(plan->alone)) {
		if (!svc->one_packet && new_half_open_full(plan, plan->state))
			l4lb_conn_half_open_alarm(ln, svc);
		return true;
	}
	err = commit_affinity(ln, pkt, plan);
	if (!err)
		err = commit_entry(ln, pkt, plan);
	if (err == -EEXIST)
		return false;
	if (unlikely(err))
		commit_failed(ln, pkt, plan, err);
	return true;
}
