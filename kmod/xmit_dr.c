// SPDX-License-Identifier: GPL-2.0
/* Direct routing: another MAC address, a hop less, nothing else. */
#include "nat.h"
#include "xmit.h"

/**
 * l4lb_xmit_dr() - hand a client's packet to its server as it is
 * @ln: namespace
 * @skb: the packet
 * @pkt: as parsed from @skb
 * @plan: @plan->srv is the server
 *
 * The frame goes to the next hop on the way to the server's own address: the
 * server itself when it is on link, else a gateway, which must then know the
 * way to a server that has the VIP. The TTL is decremented, so that two
 * directors that take each other for a server do not loop for ever.
 *
 * Context, return: see xmit.h.
 */
u32 l4lb_xmit_dr(struct l4lb_net *ln, struct sk_buff *skb,
		 const struct l4lb_packet *pkt, const struct l4lb_plan *plan)
{
	bool split;
	u32 reason;

	reason = l4lb_xmit_route(ln, plan, skb);
	if (unlikely(reason))
		return reason;
	reason = l4lb_xmit_prepare(ln, skb, pkt, pkt->l4, 0, &split);
	if (unlikely(reason))
		return reason;
	l4lb_nat_ttl(skb, pkt->family);
	return l4lb_xmit_send(ln, skb, split);
}
