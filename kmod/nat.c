// SPDX-License-Identifier: GPL-2.0
/*
 * Address and port rewriting. Every checksum is moved by the difference (RFC
 * 1624), never computed anew: that would make a damaged packet whole.
 *
 * What skb->ip_summed means for a rewrite:
 *
 * - NONE, UNNECESSARY: the transport checksum stands in the packet and is to
 *   follow addresses and ports.
 * - PARTIAL: the field holds the sum of the pseudo header, not inverted, and
 *   the device adds the rest: it follows addresses, not ports.
 * - COMPLETE: as NONE; and skb->csum is the sum of the whole packet. IP header,
 *   and ports together with the checksum, add up to what they were; what is
 *   left is the pseudo header, which the sum does not contain but the checksum
 *   field does.
 */
#include <linux/icmp.h>
#include <net/checksum.h>

#include "nat.h"

static __wsum nat_diff4(__be32 from, __be32 to)
{
	return csum_sub((__force __wsum)to, (__force __wsum)from);
}

static __wsum nat_diff2(__be16 from, __be16 to)
{
	return csum_sub((__force __wsum)to, (__force __wsum)from);
}

/*
 * Is the transport checksum of the header at @l4 still to be computed? In a
 * tunnel's outer UDP header it is not, although the skb is PARTIAL for an
 * inner one, unless segmentation will put it there.
 */
static bool nat_partial(const struct sk_buff *skb, unsigned int l4)
{
	if (likely(skb->ip_summed != CHECKSUM_PARTIAL))
		return false;
	return skb_checksum_start_offset(skb) ==
	       skb_network_offset(skb) + (int)l4 ||
	       (skb_shinfo(skb)->gso_type & SKB_GSO_UDP_TUNNEL_CSUM);
}

/* Move a transport checksum by a change of pseudo header and ports. */
static void nat_l4_check(struct sk_buff *skb, const struct l4lb_packet *pkt,
			 void *l4, __wsum addr, __wsum port)
{
	bool udp = pkt->proto == IPPROTO_UDP;
	__sum16 *check = udp ? &((struct udphdr *)l4)->check :
			       &((struct tcphdr *)l4)->check;
	bool partial = nat_partial(skb, pkt->l4);

	if (udp && !*check && !partial) {
		/* The sender sent none (RFC 768): only the ports moved. */
		if (skb->ip_summed == CHECKSUM_COMPLETE)
			skb->csum = csum_add(skb->csum, port);
		return;
	}
	if (partial) {
		*check = ~csum_fold(csum_add(addr, csum_unfold(*check)));
	} else {
		csum_replace_by_diff(check, csum_add(addr, port));
		if (skb->ip_summed == CHECKSUM_COMPLETE)
			skb->csum = csum_sub(skb->csum, addr);
	}
	if (udp && !*check)
		*check = CSUM_MANGLED_0;
}

static bool nat_rewrite4(struct sk_buff *skb, const struct l4lb_packet *pkt,
			 enum l4lb_nat_end end, const struct l4lb_endpoint *to)
{
	struct iphdr *iph = ip_hdr(skb);
	__be32 *addr = end == L4LB_NAT_SRC ? &iph->saddr : &iph->daddr;
	__be16 *port = (void *)iph + pkt->l4;
	__wsum addr_diff, port_diff;

	/* TCP and UDP begin with the two ports. */
	port += end == L4LB_NAT_DST;
	addr_diff = nat_diff4(*addr, to->addr.ip);
	port_diff = nat_diff2(*port, to->port);
	csum_replace_by_diff(&iph->check, addr_diff);
	*addr = to->addr.ip;
	*port = to->port;
	nat_l4_check(skb, pkt, (void *)iph + pkt->l4, addr_diff, port_diff);
	return true;
}

/* Is the packet linear to @bytes behind its network header? */
static bool nat_linear(const struct sk_buff *skb, unsigned int bytes)
{
	return likely((int)skb_headlen(skb) >=
		      skb_network_offset(skb) + (int)bytes);
}

/**
 * l4lb_nat_rewrite() - give one end of a TCP or UDP packet another address
 * @skb: the packet, writable to l4lb_nat_writes(); pointers into it stay good
 * @pkt: as parsed from @skb; offsets and protocol are used, and stay true
 * @end: which end
 * @to: new address and port
 *
 * Addresses of extension headers and options are not touched. GSO packets keep
 * their geometry, since no header changes its length.
 *
 * Context: any.
 * Return: false, with nothing changed, if the headers are not linear.
 */
bool l4lb_nat_rewrite(struct sk_buff *skb, const struct l4lb_packet *pkt,
		      enum l4lb_nat_end end, const struct l4lb_endpoint *to)
{
	if (unlikely(!nat_linear(skb, l4lb_nat_writes(pkt))))
		return false;
	switch (pkt->family) {
	case AF_INET:
		return nat_rewrite4(skb, pkt, end, to);
	default:
		return false;
	}
}

/* A 16-bit field that the ICMP checksum @sum covers (or NULL) gets @to. */
static void nat_put2(__sum16 *sum, __be16 *field, __be16 to)
{
	if (sum)
		csum_replace2(sum, *field, to);
	*field = to;
}

static void nat_put_check(__sum16 *sum, __sum16 *check, __sum16 to)
{
	nat_put2(sum, (__be16 *)check, (__force __be16)to);
}

/* The quoted packet's part of l4lb_nat_rewrite_icmp(). */
static void nat_rewrite_quoted4(const struct l4lb_packet *pkt, void *nh,
				enum l4lb_nat_end end,
				const struct l4lb_endpoint *to, __sum16 *sum)
{
	struct iphdr *iph = nh + pkt->inner;
	__be32 *addr = end == L4LB_NAT_SRC ? &iph->saddr : &iph->daddr;
	__be16 *port = nh + pkt->inner_l4;
	bool udp = pkt->proto == IPPROTO_UDP;
	__sum16 *check = nh + pkt->inner_l4 +
			 (udp ? offsetof(struct udphdr, check) :
				offsetof(struct tcphdr, check));
	__wsum addr_diff, port_diff;
	__sum16 moved;

	port += end == L4LB_NAT_DST;
	addr_diff = nat_diff4(*addr, to->addr.ip);
	port_diff = nat_diff2(*port, to->port);

	moved = iph->check;
	csum_replace_by_diff(&moved, addr_diff);
	nat_put_check(sum, &iph->check, moved);
	if (sum)
		csum_replace4(sum, *addr, to->addr.ip);
	*addr = to->addr.ip;
	nat_put2(sum, port, to->port);

	/* Many senders quote 8 bytes: TCP's checksum is not among them. */
	if (pkt->inner_l4 + l4lb_nat_l4_len(pkt->proto) > pkt->len)
		return;
	if (udp && !*check)
		return;
	moved = *check;
	csum_replace_by_diff(&moved, csum_add(addr_diff, port_diff));
	if (udp && !moved)
		moved = CSUM_MANGLED_0;
	nat_put_check(sum, check, moved);
}

static bool nat_rewrite_icmp4(struct sk_buff *skb,
			      const struct l4lb_packet *pkt,
			      enum l4lb_nat_end inner_end,
			      const struct l4lb_endpoint *to,
			      enum l4lb_nat_end outer_end,
			      const union l4lb_addr *outer_to)
{
	struct iphdr *iph = ip_hdr(skb);
	__be32 *addr = outer_end == L4LB_NAT_SRC ? &iph->saddr : &iph->daddr;
	struct icmphdr *ih = (void *)iph + pkt->l4;
	/* A sum that the device will compute is not there to be moved. */
	__sum16 *sum = nat_partial(skb, pkt->l4) ? NULL : &ih->checksum;

	nat_rewrite_quoted4(pkt, iph, inner_end, to, sum);
	if (outer_to) {
		csum_replace4(&iph->check, *addr, outer_to->ip);
		*addr = outer_to->ip;
	}
	return true;
}

/**
 * l4lb_nat_rewrite_icmp() - rewrite an ICMP error and what it quotes
 * @skb: the error, writable to l4lb_nat_writes_icmp()
 * @pkt: as parsed from @skb
 * @inner_end: which end of the quoted packet
 * @to: its new address and port
 * @outer_end: which end of the error itself
 * @outer_to: its new address, or NULL to leave it
 *
 * The quoted IP and transport checksums follow (the latter if it was quoted),
 * and so does the ICMP checksum. A CHECKSUM_COMPLETE sum does not move: each
 * change is made up for by a checksum that the sum contains.
 *
 * Context: any.
 * Return: false, with nothing changed, if the headers are not linear.
 */
bool l4lb_nat_rewrite_icmp(struct sk_buff *skb, const struct l4lb_packet *pkt,
			   enum l4lb_nat_end inner_end,
			   const struct l4lb_endpoint *to,
			   enum l4lb_nat_end outer_end,
			   const union l4lb_addr *outer_to)
{
	if (unlikely(!nat_linear(skb, l4lb_nat_writes_icmp(pkt))))
		return false;
	switch (pkt->family) {
	case AF_INET:
		return nat_rewrite_icmp4(skb, pkt, inner_end, to, outer_end,
					 outer_to);
	default:
		return false;
	}
}

#ifdef L4LB_KUNIT
#include "nat_test.c"
#endif
