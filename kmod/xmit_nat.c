// SPDX-License-Identifier: GPL-2.0
/*
 * NAT: the VIP and its port become the server's on the way in, and the other
 * way round on the way out. Clients' addresses are never touched.
 */
#include <linux/netfilter/nf_conntrack_common.h>

#include "conn.h"
#include "nat.h"
#include "server.h"
#include "service.h"
#include "xmit.h"

static void nat_untracked(struct sk_buff *skb)
{
	nf_reset_ct(skb);
	skb_set_nfct(skb, IP_CT_UNTRACKED);
}

/*
 * The server is the director itself: the packet is rewritten and goes on up the
 * stack. Conntrack is to see neither it nor the answer, which it would take for
 * the answer to nothing once that bears the VIP again; with the director's own
 * clients it sees all there is, and the packet needs a route to the server.
 */
static u32 nat_here(struct l4lb_net *ln, struct sk_buff *skb,
		    const struct l4lb_packet *pkt, const struct l4lb_plan *plan)
{
	if (skb_ensure_writable(skb, l4lb_nat_writes(pkt)))
		return L4LB_REASON_NOT_WRITABLE;
	if (pkt->hook == L4LB_HOOK_LOCAL_OUT) {
		if (!l4lb_xmit_route_here(ln, plan, skb))
			return L4LB_REASON_NO_ROUTE;
	} else {
		nat_untracked(skb);
		/* A socket that early demux found by the VIP is wrong. */
		skb_orphan(skb);
	}
	if (!l4lb_nat_rewrite(skb, pkt, L4LB_NAT_DST, plan->target))
		return L4LB_REASON_NOT_WRITABLE;
	return L4LB_XMIT_LOCAL;
}

/*
 * The answer of a server that is the director itself, at LOCAL_OUT: it goes on
 * its way as any packet of the host's, by the VIP's route.
 */
static u32 nat_reply_here(struct l4lb_net *ln, struct sk_buff *skb,
			  const struct l4lb_packet *pkt,
			  const struct l4lb_plan *plan)
{
	const struct l4lb_endpoint *vip = plan->front;
	u32 reason = l4lb_xmit_route_client(ln, skb, pkt, vip, NULL);

	if (reason)
		return reason;
	if (skb_ensure_writable(skb, l4lb_nat_writes(pkt)) ||
	    !l4lb_nat_rewrite(skb, pkt, L4LB_NAT_SRC, vip))
		return L4LB_REASON_NOT_WRITABLE;
	nat_untracked(skb);
	return L4LB_XMIT_LOCAL;
}

/**
 * l4lb_xmit_nat() - rewrite a client's packet and send it to its server
 * @ln: namespace
 * @skb: the packet
 * @pkt: as parsed from @skb
 * @plan: @plan->srv is the server
 *
 * Context, return: see xmit.h.
 */
u32 l4lb_xmit_nat(struct l4lb_net *ln, struct sk_buff *skb,
		  const struct l4lb_packet *pkt, const struct l4lb_plan *plan)
{
	bool split;
	u32 reason;

	reason = l4lb_xmit_route(ln, plan, skb);
	if (unlikely(reason))
		return reason == L4LB_XMIT_LOCAL ?
			nat_here(ln, skb, pkt, plan) : reason;
	reason = l4lb_xmit_prepare(ln, skb, pkt, l4lb_nat_writes(pkt), 0,
				   &split);
	if (unlikely(reason))
		return reason;
	if (unlikely(!l4lb_nat_rewrite(skb, pkt, L4LB_NAT_DST, plan->target)))
		return L4LB_REASON_NOT_WRITABLE;
	l4lb_nat_ttl(skb, pkt->family);
	return l4lb_xmit_send(ln, skb, split);
}

/**
 * l4lb_xmit_nat_reply() - rewrite a server's packet and send it to its client
 * @ln: namespace
 * @skb: the packet
 * @pkt: as parsed from @skb
 * @plan: @plan->svc is the service, whose address and port become the source
 *
 * Routed from the VIP, wherever it is, and never by the input path, where a
 * source that is a local address would be a martian. The connection remembers
 * the route.
 *
 * Context, return: see xmit.h.
 */
u32 l4lb_xmit_nat_reply(struct l4lb_net *ln, struct sk_buff *skb,
			const struct l4lb_packet *pkt,
			const struct l4lb_plan *plan)
{
	const struct l4lb_endpoint *vip = plan->front;
	bool split;
	u32 reason;

	if (unlikely(pkt->hook == L4LB_HOOK_LOCAL_OUT))
		return nat_reply_here(ln, skb, pkt, plan);
	reason = l4lb_xmit_route_client(ln, skb, pkt, vip,
					&l4lb_conn_nat(plan->conn)->back);
	if (unlikely(reason))
		return reason;
	reason = l4lb_xmit_prepare(ln, skb, pkt, l4lb_nat_writes(pkt), 0,
				   &split);
	if (unlikely(reason))
		return reason;
	if (unlikely(!l4lb_nat_rewrite(skb, pkt, L4LB_NAT_SRC, vip)))
		return L4LB_REASON_NOT_WRITABLE;
	l4lb_nat_ttl(skb, pkt->family);
	return l4lb_xmit_send(ln, skb, split);
}

/* An ICMP error from the servers' side, in terms of the VIP. */
static bool nat_icmp_reply(struct sk_buff *skb, const struct l4lb_packet *pkt,
			   const struct l4lb_plan *plan)
{
	const struct l4lb_endpoint *vip = plan->front;
	bool by_server = l4lb_addr_equal(&pkt->outer_saddr,
					 &plan->srv->ep.addr);

	/* A router on the way complains under its own name. */
	return l4lb_nat_rewrite_icmp(skb, pkt, L4LB_NAT_DST, vip, L4LB_NAT_SRC,
				     by_server ? &vip->addr : NULL);
}

/**
 * l4lb_xmit_nat_local_reply() - rewrite a server's packet for a local socket
 * @ln: namespace
 * @skb: the packet, at LOCAL_IN
 * @pkt: as parsed from @skb; a flow, or an ICMP error
 * @plan: verdict REPLY, @plan->svc and @plan->srv
 *
 * Nothing is sent or consumed here: the packet has been rewritten, and the
 * caller lets it go on up the stack.
 *
 * Context: RCU read side, BH off.
 * Return: %L4LB_XMIT_LOCAL, or the reason why it could not be rewritten.
 */
u32 l4lb_xmit_nat_local_reply(struct l4lb_net *ln, struct sk_buff *skb,
			      const struct l4lb_packet *pkt,
			      const struct l4lb_plan *plan)
{
	bool icmp = pkt->kind == L4LB_PACKET_ICMP_ERROR;
	unsigned int writes = icmp ? l4lb_nat_writes_icmp(pkt) :
				     l4lb_nat_writes(pkt);
	bool done;

	if (skb_ensure_writable(skb, writes))
		return L4LB_REASON_NOT_WRITABLE;
	/* A socket that early demux found by the server's address is wrong. */
	skb_orphan(skb);
	done = icmp ? nat_icmp_reply(skb, pkt, plan) :
		      l4lb_nat_rewrite(skb, pkt, L4LB_NAT_SRC, plan->front);
	return done ? L4LB_XMIT_LOCAL : L4LB_REASON_NOT_WRITABLE;
}

/* As nat_here(), for an error that a server is to know of. */
static u32 nat_icmp_here(struct sk_buff *skb, const struct l4lb_packet *pkt,
			 const struct l4lb_plan *plan)
{
	if (skb_ensure_writable(skb, l4lb_nat_writes_icmp(pkt)) ||
	    !l4lb_nat_rewrite_icmp(skb, pkt, L4LB_NAT_SRC, plan->target,
				   L4LB_NAT_DST, &plan->srv->ep.addr))
		return L4LB_REASON_NOT_WRITABLE;
	nat_untracked(skb);
	return L4LB_XMIT_LOCAL;
}

/**
 * l4lb_xmit_icmp() - forward an ICMP error about a connection
 * @ln: namespace
 * @skb: the error
 * @pkt: as parsed from @skb
 * @plan: from l4lb_icmp_decide(). FORWARD: to @plan->srv, by @plan->method;
 *	REPLY: to the client, in terms of @plan->svc. At LOCAL_IN a REPLY is
 *	rewritten only, as by l4lb_xmit_nat_local_reply()
 *
 * Context, return: see xmit.h.
 */
u32 l4lb_xmit_icmp(struct l4lb_net *ln, struct sk_buff *skb,
		   const struct l4lb_packet *pkt, const struct l4lb_plan *plan)
{
	bool reply = plan->verdict == L4LB_VERDICT_REPLY;
	const struct l4lb_server *srv = plan->srv;
	bool done, split;
	u32 reason;

	if (!reply && plan->method == L4LB_METHOD_DR)
		return l4lb_xmit_dr(ln, skb, pkt, plan);
	if (!reply && plan->method == L4LB_METHOD_TUNNEL)
		return l4lb_xmit_tunnel(ln, skb, pkt, plan);
	if (reply && pkt->hook == L4LB_HOOK_LOCAL_IN)
		return l4lb_xmit_nat_local_reply(ln, skb, pkt, plan);

	reason = reply ? l4lb_xmit_route_client(ln, skb, pkt, plan->front,
						NULL) :
			 l4lb_xmit_route(ln, plan, skb);
	if (reason == L4LB_XMIT_LOCAL)
		return nat_icmp_here(skb, pkt, plan);
	if (reason)
		return reason;
	reason = l4lb_xmit_prepare(ln, skb, pkt, l4lb_nat_writes_icmp(pkt), 0,
				   &split);
	if (reason)
		return reason;
	done = reply ? nat_icmp_reply(skb, pkt, plan) :
		       l4lb_nat_rewrite_icmp(skb, pkt, L4LB_NAT_SRC, plan->target,
					     L4LB_NAT_DST, &srv->ep.addr);
	if (!done)
		return L4LB_REASON_NOT_WRITABLE;
	l4lb_nat_ttl(skb, pkt->family);
	return l4lb_xmit_send(ln, skb, split);
}
