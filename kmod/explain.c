// SPDX-License-Identifier: GPL-2.0
/*
 * The dry run: a packet that does not exist goes through the data path's own
 * l4lb_decide(), is not committed, and each step is told. Nothing here writes:
 * no entry, no cursor, no neighbour, no route exception, no counter.
 *
 * Steps are noted while the decision is made and put into messages after it,
 * when it is known which candidate won; both in one RCU section, since a step
 * points to objects.
 */
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/neighbour.h>

#include "decide.h"
#include "explain.h"
#include "net.h"
#include "netlink_priv.h"
#include "sched.h"
#include "service.h"
#include "xmit.h"

/* Candidates told at most; L4LB_A_COUNT says how many there were. */
#define EXPLAIN_CANDIDATES	1000

/* Room for all other steps: eight near services and one of each kind. */
#define EXPLAIN_OTHERS		24

/* Bytes of a message, and of one candidate at most. */
#define EXPLAIN_MSG		16384
#define EXPLAIN_CANDIDATE	320

/* What a packet looks like of which only the addresses are known. */
#define EXPLAIN_TTL		64
#define EXPLAIN_LEN		40

/**
 * struct explain_step - a step that was taken
 * @kind: &enum l4lb_step
 * @reason: &enum l4lb_reason
 * @near: service that nearly matched
 * @pos: position of a candidate
 */
struct explain_step {
	u8 kind;
	u32 reason;
	const struct l4lb_service *near;
	u32 pos;
};

/**
 * struct explain - a dry run
 * @trace: called by l4lb_decide()
 * @ln: namespace
 * @pkt: packet
 * @plan: plan
 * @way: way out; empty without ROUTE step
 * @step: steps
 * @nr: their number
 * @room: elements of @step that candidates may use
 * @candidates: candidates, those that were not noted included
 */
struct explain {
	struct l4lb_trace trace;
	struct l4lb_net *ln;
	struct l4lb_packet pkt;
	struct l4lb_plan plan;
	struct l4lb_way way;
	struct explain_step *step;
	u32 nr;
	u32 room;
	u32 candidates;
};

static void explain_note(struct explain *ex, u8 kind, u32 reason,
			 const struct l4lb_service *near, u32 pos)
{
	if (ex->nr == ex->room + EXPLAIN_OTHERS)
		return;
	ex->step[ex->nr++] = (struct explain_step) {
		.kind = kind,
		.reason = reason,
		.near = near,
		.pos = pos,
	};
}

static void explain_trace(struct l4lb_trace *trace, u8 kind, u32 reason,
			  const struct l4lb_plan *plan,
			  const struct l4lb_service *near, u32 pos)
{
	struct explain *ex = container_of(trace, struct explain, trace);

	switch (kind) {
	case L4LB_STEP_HOOK:
		explain_note(ex, kind, reason, NULL, 0);
		kind = L4LB_STEP_PARSE;
		reason = ex->pkt.reason;
		break;
	case L4LB_STEP_VIP:
		if (!plan->vip)
			reason = L4LB_REASON_NOT_OURS;
		break;
	case L4LB_STEP_SERVICE:
		if (!plan->svc)
			reason = L4LB_REASON_NO_SERVICE;
		break;
	case L4LB_STEP_CANDIDATE:
		if (ex->candidates++ >= ex->room)
			return;
		break;
	case L4LB_STEP_VERDICT:
		/* After the way out, which decide() knows nothing of. */
		return;
	}
	explain_note(ex, kind, reason, near, pos);
}

/* The winner is told even where the list had to be cut. */
static void explain_chosen(struct explain *ex)
{
	struct explain_step *last = NULL;
	u32 i;

	if (!ex->plan.create)
		return;
	for (i = 0; i < ex->nr; i++) {
		if (ex->step[i].kind != L4LB_STEP_CANDIDATE)
			continue;
		if (ex->step[i].pos == ex->plan.pick.pos)
			return;
		last = &ex->step[i];
	}
	if (last) {
		last->pos = ex->plan.pick.pos;
		last->reason = L4LB_REASON_UNSPEC;
	}
}

static void explain_run(struct explain *ex)
{
	u32 failed;

	l4lb_decide(ex->ln, &ex->pkt, &ex->plan, &ex->trace);
	explain_chosen(ex);
	if (ex->plan.verdict == L4LB_VERDICT_FORWARD ||
	    ex->plan.verdict == L4LB_VERDICT_REPLY) {
		failed = l4lb_xmit_probe(ex->ln, &ex->pkt, &ex->plan, &ex->way);
		explain_note(ex, L4LB_STEP_ROUTE, failed, NULL, 0);
		if (failed) {
			ex->plan.verdict = L4LB_VERDICT_DROP;
			ex->plan.reason = failed;
		} else if (!ex->way.local) {
			explain_note(ex, L4LB_STEP_NEIGHBOUR,
				     ex->way.nud & NUD_FAILED ?
				     L4LB_REASON_NO_NEIGHBOUR :
				     L4LB_REASON_UNSPEC, NULL, 0);
		}
	}
	explain_note(ex, L4LB_STEP_VERDICT, ex->plan.reason, NULL, 0);
}

static int put_candidate(struct sk_buff *skb, struct explain *ex, u32 pos)
{
	const struct l4lb_service *svc = ex->plan.svc;
	const struct l4lb_sched_data *sd = svc->sched;
	int err;

	err = l4lb_put_server(skb, L4LB_A_STEP_SERVER, ex->ln, NULL,
			      sd->slot[pos].server);
	if (!err && svc->ops->score)
		err = nla_put_u64_64bit(skb, L4LB_A_STEP_SCORE,
					svc->ops->score(sd, pos),
					L4LB_A_STEP_PAD);
	if (!err && ex->plan.create && pos == ex->plan.pick.pos)
		err = nla_put_flag(skb, L4LB_A_STEP_CHOSEN);
	return err;
}

static int put_conn(struct sk_buff *skb, struct explain *ex,
		    const struct l4lb_conn *conn)
{
	int err;

	if (!conn)
		return 0;
	err = l4lb_put_conn(skb, L4LB_A_STEP_CONN, ex->ln, conn);
	return err == -ENOENT ? 0 : err;
}

/* A new connection uses the plan's method, an old one keeps its own. */
static int put_method(struct sk_buff *skb, struct explain *ex)
{
	int err = 0;

	if (ex->plan.srv)
		err = l4lb_put_server(skb, L4LB_A_STEP_SERVER, ex->ln, NULL,
				      ex->plan.srv);
	if (!err && !ex->plan.create)
		err = put_conn(skb, ex, ex->plan.conn);
	return err;
}

static int put_route(struct sk_buff *skb, const struct l4lb_way *way)
{
	if (!way->oif)
		return 0;
	if (way->local)
		return nla_put_flag(skb, L4LB_A_STEP_LOCAL);
	return nla_put_u32(skb, L4LB_A_STEP_OIF, way->oif) ||
	       nla_put_u32(skb, L4LB_A_STEP_MTU, way->mtu) ||
	       l4lb_put_addr(skb, L4LB_A_STEP_NEXTHOP, &way->nexthop,
			     way->family);
}

static int put_neighbour(struct sk_buff *skb, const struct l4lb_way *way)
{
	return l4lb_put_addr(skb, L4LB_A_STEP_NEXTHOP, &way->nexthop,
			     way->family) ||
	       ((way->nud & NUD_VALID) &&
		nla_put(skb, L4LB_A_STEP_LLADDR, sizeof(way->lladdr),
			way->lladdr)) ||
	       nla_put_u16(skb, L4LB_A_STEP_NUD, way->nud);
}

static int put_details(struct sk_buff *skb, struct explain *ex,
		       const struct explain_step *step)
{
	switch (step->kind) {
	case L4LB_STEP_SERVICE:
		return ex->plan.svc ? l4lb_put_service(skb, L4LB_A_STEP_SERVICE,
						       ex->ln, ex->plan.svc) :
				      0;
	case L4LB_STEP_NEAREST:
		return l4lb_put_service_id(skb, L4LB_A_STEP_SERVICE,
					   step->near);
	case L4LB_STEP_CONN:
		return put_conn(skb, ex, ex->plan.conn);
	case L4LB_STEP_TEMPLATE:
		return put_conn(skb, ex, ex->plan.tmpl);
	case L4LB_STEP_CANDIDATE:
		return put_candidate(skb, ex, step->pos);
	case L4LB_STEP_METHOD:
		return put_method(skb, ex);
	case L4LB_STEP_ROUTE:
		return put_route(skb, &ex->way);
	case L4LB_STEP_NEIGHBOUR:
		return put_neighbour(skb, &ex->way);
	default:
		return 0;
	}
}

static int put_step(struct sk_buff *skb, struct explain *ex,
		    const struct explain_step *step)
{
	struct nlattr *nest = nla_nest_start(skb, L4LB_A_EXPLAIN_STEP);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u8(skb, L4LB_A_STEP_KIND, step->kind) ||
	    (step->reason &&
	     nla_put_u32(skb, L4LB_A_STEP_REASON, step->reason)) ||
	    put_details(skb, ex, step)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_packet(struct sk_buff *skb, const struct explain *ex)
{
	const struct l4lb_packet *pkt = &ex->pkt;

	return nla_put_u8(skb, L4LB_A_EXPLAIN_PROTO, pkt->proto) ||
	       l4lb_put_addr(skb, L4LB_A_EXPLAIN_CLIENT, &pkt->saddr,
			     pkt->family) ||
	       nla_put_be16(skb, L4LB_A_EXPLAIN_CLIENT_PORT, pkt->sport) ||
	       l4lb_put_addr(skb, L4LB_A_EXPLAIN_VIP, &pkt->daddr,
			     pkt->family) ||
	       nla_put_be16(skb, L4LB_A_EXPLAIN_VIP_PORT, pkt->dport) ||
	       nla_put_u8(skb, L4LB_A_EXPLAIN_TCP_FLAGS, pkt->tcp_flags) ||
	       nla_put_u8(skb, L4LB_A_EXPLAIN_HOOK, pkt->hook) ||
	       (pkt->mark &&
		nla_put_u32(skb, L4LB_A_EXPLAIN_MARK, pkt->mark)) ||
	       nla_put_u8(skb, L4LB_A_EXPLAIN_VERDICT, ex->plan.verdict) ||
	       nla_put_u32(skb, L4LB_A_EXPLAIN_REASON, ex->plan.reason);
}

/* One message; *@done counts the steps that are told. */
static int put_message(struct sk_buff *skb, struct explain *ex,
		       struct genl_info *info, u32 *done)
{
	struct nlattr *nest;
	void *hdr;

	hdr = genlmsg_put_reply(skb, info, &l4lb_genl_family, 0,
				L4LB_CMD_EXPLAIN);
	if (!hdr ||
	    nla_put_u64_64bit(skb, L4LB_A_COUNT, ex->candidates, L4LB_A_PAD))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, L4LB_A_EXPLAIN);
	if (!nest || (!*done && put_packet(skb, ex)))
		return -EMSGSIZE;
	while (*done < ex->nr && !put_step(skb, ex, &ex->step[*done]))
		++*done;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

/* Whatever needs memory is made before, with GFP_KERNEL. */
static int explain_alloc(struct explain *ex, struct sk_buff_head *msgs, u32 room)
{
	u32 n = 1 + DIV_ROUND_UP(room * EXPLAIN_CANDIDATE, EXPLAIN_MSG);
	struct sk_buff *skb;

	ex->room = room;
	ex->step = kvmalloc_array(room + EXPLAIN_OTHERS, sizeof(*ex->step),
				  GFP_KERNEL);
	if (!ex->step)
		return -ENOMEM;
	while (n--) {
		skb = genlmsg_new(EXPLAIN_MSG, GFP_KERNEL);
		if (!skb)
			return -ENOMEM;
		__skb_queue_tail(msgs, skb);
	}
	return 0;
}

static int explain_parse(struct genl_info *info, struct l4lb_packet *pkt)
{
	struct nlattr *nest = info->attrs[L4LB_A_EXPLAIN];
	struct netlink_ext_ack *extack = info->extack;
	struct nlattr *tb[L4LB_A_EXPLAIN_MAX + 1];
	static const u8 need[] = {
		L4LB_A_EXPLAIN_PROTO, L4LB_A_EXPLAIN_CLIENT,
		L4LB_A_EXPLAIN_CLIENT_PORT, L4LB_A_EXPLAIN_VIP,
		L4LB_A_EXPLAIN_VIP_PORT,
	};
	u8 family;
	int i, err;

	if (!nest) {
		L4LB_NL_MISSING(extack, NULL, L4LB_A_EXPLAIN,
				"say which packet is to be explained");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, L4LB_A_EXPLAIN_MAX, nest, l4lb_pol_packet,
			       extack);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(need); i++) {
		if (tb[need[i]])
			continue;
		L4LB_NL_MISSING(extack, nest, need[i],
				"a packet is protocol, client and VIP with their ports");
		return -EINVAL;
	}
	memset(pkt, 0, sizeof(*pkt));
	pkt->proto = nla_get_u8(tb[L4LB_A_EXPLAIN_PROTO]);
	pkt->sport = nla_get_be16(tb[L4LB_A_EXPLAIN_CLIENT_PORT]);
	pkt->dport = nla_get_be16(tb[L4LB_A_EXPLAIN_VIP_PORT]);
	pkt->hook = L4LB_HOOK_PREROUTING;
	if (tb[L4LB_A_EXPLAIN_HOOK])
		pkt->hook = nla_get_u8(tb[L4LB_A_EXPLAIN_HOOK]);
	if (tb[L4LB_A_EXPLAIN_MARK])
		pkt->mark = nla_get_u32(tb[L4LB_A_EXPLAIN_MARK]);
	if (tb[L4LB_A_EXPLAIN_TCP_FLAGS])
		pkt->tcp_flags = nla_get_u8(tb[L4LB_A_EXPLAIN_TCP_FLAGS]);
	else if (pkt->proto == IPPROTO_TCP)
		pkt->tcp_flags = L4LB_TCP_SYN;
	err = l4lb_nl_addr(tb[L4LB_A_EXPLAIN_CLIENT], &pkt->saddr, &family,
			   extack);
	if (!err)
		err = l4lb_nl_addr(tb[L4LB_A_EXPLAIN_VIP], &pkt->daddr,
				   &pkt->family, extack);
	if (!err && family != pkt->family) {
		NL_SET_ERR_MSG_ATTR(extack, tb[L4LB_A_EXPLAIN_CLIENT],
				    "client and VIP are of different families");
		err = -EINVAL;
	}
	return err;
}

/* What l4lb_packet_parse() would have found out about the headers. */
static void explain_headers(struct l4lb_packet *pkt)
{
	pkt->ttl = EXPLAIN_TTL;
	pkt->len = EXPLAIN_LEN;
	pkt->df = 1;
	if (pkt->proto == IPPROTO_ICMP || pkt->proto == IPPROTO_ICMPV6) {
		pkt->kind = L4LB_PACKET_ICMP_OTHER;
	} else if (pkt->proto != IPPROTO_TCP && pkt->proto != IPPROTO_UDP) {
		pkt->kind = L4LB_PACKET_OTHER;
	} else if (!pkt->sport || !pkt->dport) {
		pkt->kind = L4LB_PACKET_BAD;
		pkt->reason = L4LB_REASON_ZERO_PORT;
	} else {
		pkt->kind = L4LB_PACKET_FLOW;
	}
}

/* How many candidates there will be, as far as one can know before. */
static u32 explain_estimate(struct explain *ex)
{
	u32 nr = 0;

	local_bh_disable();
	rcu_read_lock();
	l4lb_decide(ex->ln, &ex->pkt, &ex->plan, NULL);
	if (ex->plan.svc)
		nr = ex->plan.svc->sched->nr;
	rcu_read_unlock();
	local_bh_enable();
	return min_t(u32, nr, EXPLAIN_CANDIDATES);
}

static int explain_all(struct explain *ex, struct genl_info *info,
		       struct sk_buff_head *msgs)
{
	struct sk_buff *skb;
	u32 done = 0;
	int err = 0;

	local_bh_disable();
	rcu_read_lock();
	explain_run(ex);
	skb_queue_walk(msgs, skb) {
		if (done == ex->nr)
			break;
		err = put_message(skb, ex, info, &done);
		if (err)
			break;
	}
	rcu_read_unlock();
	local_bh_enable();
	return err ? : done < ex->nr ? -EMSGSIZE : 0;
}

/**
 * l4lb_explain_doit() - answer L4LB_CMD_EXPLAIN
 * @skb: request
 * @info: request
 *
 * A long answer is several messages.
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno.
 */
int l4lb_explain_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff_head msgs;
	struct sk_buff *msg;
	struct explain *ex;
	int err;

	__skb_queue_head_init(&msgs);
	ex = kzalloc(sizeof(*ex), GFP_KERNEL);
	if (!ex)
		return -ENOMEM;
	ex->ln = l4lb_pernet(genl_info_net(info));
	ex->trace.step = explain_trace;
	err = explain_parse(info, &ex->pkt);
	if (err)
		goto free;
	explain_headers(&ex->pkt);
	err = explain_alloc(ex, &msgs, explain_estimate(ex));
	if (err)
		goto free;
	err = explain_all(ex, info, &msgs);
	while (!err && (msg = __skb_dequeue(&msgs))) {
		if (msg->len)
			err = genlmsg_reply(msg, info);
		else
			nlmsg_free(msg);
	}

free:
	__skb_queue_purge(&msgs);
	kvfree(ex->step);
	kfree(ex);
	return err;
}
