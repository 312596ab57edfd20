// SPDX-License-Identifier: GPL-2.0
/*
 * What all ways out share once the route is known (xmit_route.c): the checks,
 * the skb's hygiene and the neighbour. Stolen packets do not meet FORWARD,
 * LOCAL_OUT or POSTROUTING.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netdevice.h>
#include <net/gso.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/ipv6_stubs.h>
#include <net/neighbour.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "net.h"
#include "xmit.h"

/* Tell the sender that its packet lived too long, or (@mtu) is too large. */
static void xmit_tell(struct l4lb_net *ln, struct sk_buff *skb, u8 family,
		      u32 mtu)
{
	switch (family) {
	case AF_INET:
		if (mtu)
			l4lb_xmit_error(ln, skb, family, ICMP_DEST_UNREACH,
					ICMP_FRAG_NEEDED, mtu);
		else
			l4lb_xmit_error(ln, skb, family, ICMP_TIME_EXCEEDED,
					ICMP_EXC_TTL, 0);
		break;
	case AF_INET6:
		if (mtu)
			l4lb_xmit_error(ln, skb, family, ICMPV6_PKT_TOOBIG, 0,
					mtu);
		else
			l4lb_xmit_error(ln, skb, family, ICMPV6_TIME_EXCEED,
					ICMPV6_EXC_HOPLIMIT, 0);
		break;
	}
}

/* Largest fragment that the packet was gathered from; 0: it came whole. */
static __always_inline u32 xmit_frag_max(const struct sk_buff *skb, u8 family)
{
	return likely(family == AF_INET) ? IPCB(skb)->frag_max_size :
					   IP6CB(skb)->frag_max_size;
}

/*
 * Does each segment of a GSO packet fit? A jumbo payload header (RFC 2675)
 * stands in front of all of them only, the stack takes it away.
 */
static bool xmit_segments_fit(struct sk_buff *skb,
			      const struct l4lb_packet *pkt, u32 mtu)
{
	if (pkt->family == AF_INET6 && ipv6_has_hopopt_jumbo(skb))
		mtu += sizeof(struct hop_jumbo_hdr);
	/* Not there to be relied on behind extension headers. */
	skb_set_transport_header(skb, skb_network_offset(skb) + pkt->l4);
	return skb_gso_validate_network_len(skb, mtu);
}

/*
 * A packet that is larger than @mtu, or was gathered from fragments (which
 * leaves as fragments no larger than those, whatever the MTU). *@split tells
 * l4lb_xmit_send() to fragment.
 */
static u32 xmit_oversize(struct l4lb_net *ln, struct sk_buff *skb,
			 const struct l4lb_packet *pkt, u32 mtu, bool *split)
{
	u32 frag_max = xmit_frag_max(skb, pkt->family);

	if (skb_is_gso(skb)) {
		/* LRO cannot be undone; such a device must have it off. */
		if (!skb_shinfo(skb)->gso_type)
			return L4LB_REASON_TOO_BIG;
		if (xmit_segments_fit(skb, pkt, mtu))
			return L4LB_REASON_UNSPEC;
	}
	/* Each link takes that much (RFC 8200 5), a tunnel in fragments. */
	if (pkt->family == AF_INET6 && mtu < IPV6_MIN_MTU) {
		mtu = IPV6_MIN_MTU;
		if (skb_is_gso(skb) ? xmit_segments_fit(skb, pkt, mtu) :
				      skb->len <= mtu) {
			*split = true;
			return L4LB_REASON_UNSPEC;
		}
	}
	if (pkt->df && (frag_max ? frag_max > mtu : !skb->ignore_df)) {
		xmit_tell(ln, skb, pkt->family, mtu);
		return L4LB_REASON_TOO_BIG;
	}
	*split = true;
	return L4LB_REASON_UNSPEC;
}

/* Room for the link header, and the first @writable bytes ours to write. */
static bool xmit_writable(struct sk_buff *skb, unsigned int writable,
			  unsigned int headroom)
{
	int lack = headroom - skb_headroom(skb);

	if (unlikely(!pskb_may_pull(skb, writable)))
		return false;
	if (likely(lack <= 0 && (!skb_cloned(skb) ||
				 skb_clone_writable(skb, writable))))
		return true;
	return !pskb_expand_head(skb, lack > 0 ? ALIGN(lack, NET_SKB_PAD) : 0,
				 0, GFP_ATOMIC);
}

/**
 * l4lb_xmit_prepare() - judge and cleanse a packet before it is sent
 * @ln: namespace
 * @skb: the packet, with its route attached and nothing rewritten
 * @pkt: as parsed from @skb
 * @writable: bytes from skb->data that the caller is going to write within
 * @outer: bytes of a header that the caller is going to put in front
 * @split: out, for l4lb_xmit_send()
 *
 * The one place where a packet stops being one that came in:
 *
 * - TTL 1 or larger than the way out allows: the sender is told;
 * - the headers become ours to write (taps hold clones) and there is room for
 *   a link header;
 * - a conntrack entry, skb extensions, a receiving socket and a CHECKSUM_COMPLETE
 *   sum are of no use on the way out; a receive timestamp even harms, since fq
 *   would read it as a departure time;
 * - priority follows TOS, as with forwarding (ip_forward_update_priority).
 *
 * skb->mark is kept, and at LOCAL_OUT socket, priority and departure time.
 * Pointers into the packet must be read anew.
 *
 * Context: RCU read side, BH off.
 * Return: %L4LB_REASON_UNSPEC, TTL, TOO_BIG or NOT_WRITABLE.
 */
u32 l4lb_xmit_prepare(struct l4lb_net *ln, struct sk_buff *skb,
		      const struct l4lb_packet *pkt, unsigned int writable,
		      unsigned int outer, bool *split)
{
	const struct dst_entry *dst = skb_dst(skb);
	u32 mtu, reason;

	if (unlikely(pkt->ttl <= 1)) {
		xmit_tell(ln, skb, pkt->family, 0);
		return L4LB_REASON_TTL;
	}
	*split = false;
	mtu = dst_mtu(dst) - outer;
	if (unlikely(skb->len > mtu || xmit_frag_max(skb, pkt->family))) {
		reason = xmit_oversize(ln, skb, pkt, mtu, split);
		if (reason)
			return reason;
	}
	if (unlikely(!xmit_writable(skb, writable,
				    LL_RESERVED_SPACE(dst->dev) + outer)))
		return L4LB_REASON_NOT_WRITABLE;

	nf_reset_ct(skb);
	/* An IPsec path, a bridge's notes, whatever else it brought along. */
	skb_ext_reset(skb);
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	skb->pkt_type = PACKET_HOST;
	if (likely(pkt->hook != L4LB_HOOK_LOCAL_OUT)) {
		skb_orphan(skb);
		if (READ_ONCE(ln->net->ipv4.sysctl_ip_fwd_update_priority))
			skb->priority = rt_tos2priority(pkt->tos);
	}
	return L4LB_REASON_UNSPEC;
}

/* As ip_neigh_for_gw(), which knows both families of next hops. */
static struct neighbour *xmit_neigh6(struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);
	const struct in6_addr *nexthop;

	nexthop = rt6_nexthop(dst_rt6_info(dst), &ipv6_hdr(skb)->daddr);
	return ip_neigh_gw6(dst->dev, nexthop);
}

/*
 * To the neighbour. neigh_output() looks at nud_state each time and takes the
 * cached link header only while the neighbour is known to be there.
 */
static __always_inline int xmit_neigh(struct sk_buff *skb)
{
	struct neighbour *neigh;
	bool other_family = false;

	if (likely(skb->protocol == htons(ETH_P_IP)))
		neigh = ip_neigh_for_gw(skb_rtable(skb), skb, &other_family);
	else
		neigh = xmit_neigh6(skb);
	if (IS_ERR(neigh))
		return PTR_ERR(neigh);
	neigh_output(neigh, skb, other_family);
	return 0;
}

/* One fragment, for ip_do_fragment(); consumes it. */
static int xmit_piece(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	int err = xmit_neigh(skb);

	if (err)
		kfree_skb(skb);
	return err;
}

static void xmit_fragment(struct l4lb_net *ln, struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IPV6))
		ipv6_stub->ipv6_fragment(ln->net, skb->sk, skb, xmit_piece);
	else
		ip_do_fragment(ln->net, skb->sk, skb, xmit_piece);
}

/*
 * Take away a jumbo payload option (RFC 2675), which no segment is to have. The
 * stack does so, too, but 6.1 moves a link header along that is not there yet,
 * and so writes over the TCP header. Returns its bytes.
 */
static unsigned int xmit_unjumbo(struct sk_buff *skb)
{
	const unsigned int len = sizeof(struct hop_jumbo_hdr);
	int nexthdr = ipv6_has_hopopt_jumbo(skb);

	if (likely(!nexthdr))
		return 0;
	memmove(skb->data + len, skb->data, sizeof(struct ipv6hdr));
	__skb_pull(skb, len);
	skb_reset_network_header(skb);
	ipv6_hdr(skb)->nexthdr = nexthdr;
	return len;
}

/**
 * l4lb_xmit_segments() - cut a GSO packet into what it stands for
 * @skb: the packet, prepared, with its route and the network header at its data;
 *	consumed on success
 * @less: out, if not NULL: bytes of an extension header that the segments do not
 *	have any more
 *
 * Context: RCU read side, BH off.
 * Return: the segments, linked by next; or NULL with @skb the caller's.
 */
struct sk_buff *l4lb_xmit_segments(struct sk_buff *skb, unsigned int *less)
{
	unsigned int jumbo = xmit_unjumbo(skb);
	netdev_features_t features;
	struct sk_buff *segs;

	/* At LOCAL_OUT it has none. */
	skb->dev = skb_dst(skb)->dev;
	features = netif_skb_features(skb);
	segs = skb_gso_segment(skb, features & ~NETIF_F_GSO_MASK);
	if (IS_ERR_OR_NULL(segs))
		return NULL;
	consume_skb(skb);
	if (less)
		*less = jumbo;
	return segs;
}

/* Fragment, as the IP stack would; GSO packets are segmented first. */
static u32 xmit_split(struct l4lb_net *ln, struct sk_buff *skb)
{
	u32 mtu = dst_mtu(skb_dst(skb));
	struct sk_buff *segs, *next;

	if (!skb_is_gso(skb)) {
		xmit_fragment(ln, skb);
		return L4LB_REASON_UNSPEC;
	}
	segs = l4lb_xmit_segments(skb, NULL);
	if (!segs)
		return L4LB_REASON_TOO_BIG;
	skb_list_walk_safe(segs, skb, next) {
		skb_mark_not_on_list(skb);
		if (skb->len > mtu)
			xmit_fragment(ln, skb);
		else
			xmit_piece(ln->net, skb->sk, skb);
	}
	return L4LB_REASON_UNSPEC;
}

/**
 * l4lb_xmit_send() - out
 * @ln: namespace
 * @skb: the packet, prepared and rewritten
 * @split: from l4lb_xmit_prepare()
 *
 * Context: RCU read side, BH off.
 * Return: %L4LB_REASON_UNSPEC when the skb is consumed; NO_NEIGHBOUR when the
 * neighbour table is full, TOO_BIG when segmentation failed.
 */
u32 l4lb_xmit_send(struct l4lb_net *ln, struct sk_buff *skb, bool split)
{
	const struct dst_entry *dst = skb_dst(skb);

	skb->dev = dst->dev;
	if (unlikely(l4lb_xmit_special(dst))) {
		dst_output(ln->net, skb->sk, skb);
		return L4LB_REASON_UNSPEC;
	}
	if (unlikely(split))
		return xmit_split(ln, skb);
	if (unlikely(xmit_neigh(skb)))
		return L4LB_REASON_NO_NEIGHBOUR;
	return L4LB_REASON_UNSPEC;
}

#ifdef L4LB_KUNIT
#include "xmit_test.c"
#endif
