// SPDX-License-Identifier: GPL-2.0
/*
 * IP in IP: either family in either (RFC 2003, RFC 2473, RFC 4213). The packet
 * loses a hop and is otherwise as the client sent it; the server takes the
 * outer header off and answers the client itself.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if_ether.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "nat.h"
#include "net.h"
#include "server.h"
#include "xmit.h"

/**
 * struct tunnel - one packet's way into the tunnel
 * @ln: namespace
 * @pkt: the inner packet
 * @saddr: outer source
 * @daddr: outer destination: the server
 * @l4: offset of the inner packet's transport header
 * @family: of the outer header
 * @split: the outer packet may be larger than the way out allows, and is then
 *	fragmented
 */
struct tunnel {
	struct l4lb_net *ln;
	const struct l4lb_packet *pkt;
	union l4lb_addr saddr;
	const union l4lb_addr *daddr;
	unsigned int l4;
	u8 family;
	bool split;
};

static u8 tunnel_proto(const struct l4lb_packet *pkt)
{
	return pkt->family == AF_INET ? IPPROTO_IPIP : IPPROTO_IPV6;
}

/*
 * Outer DF is the inner's (RFC 2003 3.1), and set for IPv6, whose senders find
 * out MTUs. The ECN field is copied as it is (RFC 6040 4.1, normal mode), and
 * the DSCP with it.
 */
static void tunnel_header4(struct sk_buff *skb, const struct tunnel *t)
{
	struct iphdr *iph = ip_hdr(skb);

	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = t->pkt->tos;
	iph->tot_len = htons(skb->len);
	iph->frag_off = t->pkt->df && !t->split ? htons(IP_DF) : 0;
	iph->ttl = ip4_dst_hoplimit(skb_dst(skb));
	iph->protocol = tunnel_proto(t->pkt);
	iph->saddr = t->saddr.ip;
	iph->daddr = t->daddr->ip;
	ip_select_ident_segs(t->ln->net, skb, NULL,
			     skb_shinfo(skb)->gso_segs ?: 1);
	ip_send_check(iph);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	skb->protocol = htons(ETH_P_IP);
}

/* @label: of the flow (RFC 6438), so that tunnels spread over paths and queues */
static void tunnel_header6(struct sk_buff *skb, const struct tunnel *t,
			   __be32 label)
{
	struct ipv6hdr *ip6h = ipv6_hdr(skb);

	ip6_flow_hdr(ip6h, t->pkt->tos, label);
	ip6h->payload_len = htons(skb->len - sizeof(*ip6h));
	ip6h->nexthdr = tunnel_proto(t->pkt);
	ip6h->hop_limit = ip6_dst_hoplimit(skb_dst(skb));
	ip6h->saddr = t->saddr.ip6;
	ip6h->daddr = t->daddr->ip6;
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	skb->protocol = htons(ETH_P_IPV6);
}

/* Wrap one packet, prepared by l4lb_xmit_prepare(), and send it. */
static u32 tunnel_one(struct sk_buff *skb, const struct tunnel *t)
{
	__be32 label = (__force __be32)skb_get_hash(skb) & IPV6_FLOWLABEL_MASK;

	skb_set_transport_header(skb, skb_network_offset(skb) + t->l4);
	if (iptunnel_handle_offloads(skb, t->family == AF_INET ?
					  SKB_GSO_IPXIP4 : SKB_GSO_IPXIP6))
		return L4LB_REASON_NOT_WRITABLE;
	skb_set_inner_ipproto(skb, tunnel_proto(t->pkt));
	skb_push(skb, l4lb_tunnel_header(t->family));
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, l4lb_tunnel_header(t->family));
	skb->ignore_df = t->split;
	if (t->family == AF_INET)
		tunnel_header4(skb, t);
	else
		tunnel_header6(skb, t, label);
	return l4lb_xmit_send(t->ln, skb, t->split &&
			      skb->len > dst_mtu(skb_dst(skb)));
}

/*
 * A GSO packet that is one of a tunnel already, or too large for the outer
 * header's length: wrapped segment by segment.
 */
static u32 tunnel_segments(struct sk_buff *skb, struct tunnel *t)
{
	struct sk_buff *segs, *next;
	unsigned int less;

	segs = l4lb_xmit_segments(skb, &less);
	if (!segs)
		return L4LB_REASON_TOO_BIG;
	t->l4 -= less;
	skb_list_walk_safe(segs, skb, next) {
		skb_mark_not_on_list(skb);
		if (skb_cow_head(skb, l4lb_tunnel_header(t->family) +
				      LL_RESERVED_SPACE(skb_dst(skb)->dev)) ||
		    tunnel_one(skb, t))
			kfree_skb(skb);
	}
	return L4LB_REASON_UNSPEC;
}

/**
 * l4lb_xmit_tunnel() - wrap a client's packet and send it to its server
 * @ln: namespace
 * @skb: the packet
 * @pkt: as parsed from @skb
 * @plan: @plan->srv is the server, of either family
 *
 * Whoever sends more than the outer header leaves room for is told the size
 * that fits (l4lb_xmit_prepare()). What may not be refused, since IPv4 allows
 * fragments or IPv6 guarantees 1,280 bytes (RFC 2473 7.1), goes as fragments of
 * the outer packet; so does a packet that came as fragments.
 *
 * Context, return: see xmit.h.
 */
u32 l4lb_xmit_tunnel(struct l4lb_net *ln, struct sk_buff *skb,
		     const struct l4lb_packet *pkt, const struct l4lb_plan *plan)
{
	struct l4lb_server *srv = plan->srv;
	struct tunnel t = {
		.ln = ln,
		.pkt = pkt,
		.daddr = &srv->ep.addr,
		.l4 = pkt->l4,
		.family = srv->ep.family,
	};
	unsigned int outer = l4lb_tunnel_header(t.family);
	u32 reason;

	reason = l4lb_xmit_route(ln, plan, skb);
	if (unlikely(reason))
		return reason;
	l4lb_xmit_source_check(ln, srv, skb);
	if (unlikely(!l4lb_server_source(srv, &t.saddr)))
		return L4LB_REASON_NO_ROUTE;
	reason = l4lb_xmit_prepare(ln, skb, pkt, pkt->l4, outer, &t.split);
	if (unlikely(reason))
		return reason;
	l4lb_nat_ttl(skb, pkt->family);
	if (unlikely(skb->len + outer > IP_MAX_MTU)) {
		if (!skb_is_gso(skb))
			return L4LB_REASON_TOO_BIG;
		return tunnel_segments(skb, &t);
	}
	if (unlikely(skb_is_gso(skb) && skb->encapsulation))
		return tunnel_segments(skb, &t);
	return tunnel_one(skb, &t);
}

/*
 * What an ICMP error quotes, from @at on, as a packet that is at hand: for a moment,
 * and with as many bytes as were quoted. NULL without memory.
 */
static struct sk_buff *tunnel_quoted(struct sk_buff *skb, unsigned int at,
				     u8 family)
{
	struct sk_buff *quoted = skb_clone(skb, GFP_ATOMIC);

	if (!quoted)
		return NULL;
	skb_dst_drop(quoted);
	if (!pskb_pull(quoted, skb_network_offset(skb) + at) ||
	    !pskb_may_pull(quoted, l4lb_tunnel_header(family))) {
		kfree_skb(quoted);
		return NULL;
	}
	skb_reset_network_header(quoted);
	memset(quoted->cb, 0, sizeof(quoted->cb));
	quoted->protocol = family == AF_INET ? htons(ETH_P_IP) :
					       htons(ETH_P_IPV6);
	return quoted;
}

/*
 * The kernel remembers MTUs of destinations, which the route of the next packet
 * then says. It does so by itself for its own tunnels only.
 */
static void tunnel_shrink(struct l4lb_net *ln, struct sk_buff *skb,
			  const struct l4lb_packet *pkt)
{
	const struct l4lb_within *within = &pkt->within;
	struct sk_buff *outer = tunnel_quoted(skb, pkt->inner, pkt->family);

	if (!outer)
		return;
	if (pkt->family == AF_INET)
		ipv4_update_pmtu(outer, ln->net, within->mtu, 0,
				 ip_hdr(outer)->protocol);
	else
		ip6_update_pmtu(outer, ln->net, htonl(within->mtu), 0, 0,
				sock_net_uid(ln->net, NULL));
	consume_skb(outer);
	l4lb_server_shrink(ln, &within->server, pkt->family, within->mtu);
}

/* To the client it is the VIP's host that is not there (RFC 2003 4, RFC 2473 8). */
static void tunnel_tell(struct l4lb_net *ln, struct sk_buff *skb,
			const struct l4lb_packet *pkt)
{
	const struct l4lb_within *within = &pkt->within;
	struct sk_buff *lost = tunnel_quoted(skb, within->at, within->family);

	if (!lost)
		return;
	if (within->family == AF_INET)
		l4lb_xmit_error(ln, lost, AF_INET, ICMP_DEST_UNREACH,
				ICMP_HOST_UNREACH, 0);
	else
		l4lb_xmit_error(ln, lost, AF_INET6, ICMPV6_DEST_UNREACH,
				ICMPV6_ADDR_UNREACH, 0);
	consume_skb(lost);
}

/**
 * l4lb_xmit_tunnel_error() - heed an ICMP error about a tunnel
 * @ln: namespace
 * @skb: the error; stays as it is, and the caller's
 * @pkt: as parsed from @skb
 * @plan: from l4lb_icmp_tunnel()
 *
 * A client whose packet was too large is told when it sends the next one, by
 * l4lb_xmit_tunnel(), which knows the size then.
 *
 * Context: RCU read side, BH off.
 */
void l4lb_xmit_tunnel_error(struct l4lb_net *ln, struct sk_buff *skb,
			    const struct l4lb_packet *pkt,
			    const struct l4lb_plan *plan)
{
	switch (plan->reason) {
	case L4LB_REASON_TUNNEL_PMTU:
		tunnel_shrink(ln, skb, pkt);
		break;
	case L4LB_REASON_TUNNEL_ERROR:
		tunnel_tell(ln, skb, pkt);
		break;
	}
}

#ifdef L4LB_KUNIT
#include "xmit_tunnel_test.c"
#endif
