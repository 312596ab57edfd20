// SPDX-License-Identifier: GPL-2.0
/*
 * NAT: the VIP and its port become the server's on the way in, and the other
 * way round on the way out. Clients' addresses are never touched.
 */
#include "conn.h"
#include "nat.h"
#include "server.h"
#include "service.h"
#include "xmit.h"

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

	reason = l4lb_xmit_route(ln, plan->srv, skb);
	if (unlikely(reason))
		return reason;
	reason = l4lb_xmit_prepare(ln, skb, pkt, l4lb_nat_writes(pkt), &split);
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

	reason = l4lb_xmit_route_client(ln, skb, pkt, vip,
					&l4lb_conn_nat(plan->conn)->back);
	if (unlikely(reason))
		return reason;
	reason = l4lb_xmit_prepare(ln, skb, pkt, l4lb_nat_writes(pkt), &split);
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
 * Nothing is sent or consumed here: UNSPEC means that the packet has been
 * rewritten, and the caller lets it go on up the stack (NF_ACCEPT).
 *
 * Context: RCU read side, BH off.
 * Return: %L4LB_REASON_UNSPEC, or the reason why it could not be rewritten.
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
	return done ? L4LB_REASON_UNSPEC : L4LB_REASON_NOT_WRITABLE;
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
	if (pkt->hook == L4LB_HOOK_LOCAL_IN)
		return l4lb_xmit_nat_local_reply(ln, skb, pkt, plan);

	reason = reply ? l4lb_xmit_route_client(ln, skb, pkt, plan->front,
						NULL) :
			 l4lb_xmit_route(ln, plan->srv, skb);
	if (reason)
		return reason;
	reason = l4lb_xmit_prepare(ln, skb, pkt, l4lb_nat_writes_icmp(pkt),
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
