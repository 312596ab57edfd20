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
 * - COMPLETE: as NONE; and skb->csum is the sum of the whole packet. With IPv4
 *   the IP header adds up to what it was, and so do ports and checksum but for
 *   the pseudo header, which the sum does not contain and the checksum field
 *   does. IPv6's header has no checksum, so that its addresses make up for the
 *   pseudo header, and the sum stays.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
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

static __wsum nat_diff16(const struct in6_addr *from, const struct in6_addr *to)
{
	__wsum diff = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(to->s6_addr32); i++)
		diff = csum_add(diff, nat_diff4(from->s6_addr32[i],
						to->s6_addr32[i]));
	return diff;
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

static_assert(offsetof(struct icmphdr, checksum) ==
	      offsetof(struct icmp6hdr, icmp6_cksum));

/* Move a transport checksum by a change of pseudo header and ports. */
static __always_inline void nat_l4_check(struct sk_buff *skb,
					 const struct l4lb_packet *pkt,
					 void *l4, __wsum addr, __wsum port)
{
	bool udp = pkt->proto == IPPROTO_UDP;
	__sum16 *check = udp ? &((struct udphdr *)l4)->check :
			       &((struct tcphdr *)l4)->check;
	bool partial = nat_partial(skb, pkt->l4);

	if (udp && !*check && !partial) {
		/*
		 * The sender sent none (RFC 768; with IPv6 a tunnel, which
		 * nobody on the way may hinder: RFC 6936 5). Nothing makes up
		 * for what has moved.
		 */
		if (skb->ip_summed == CHECKSUM_COMPLETE)
			skb->csum = csum_add(skb->csum, port);
		if (skb->ip_summed == CHECKSUM_COMPLETE &&
		    pkt->family == AF_INET6)
			skb->csum = csum_add(skb->csum, addr);
		return;
	}
	if (partial) {
		*check = ~csum_fold(csum_add(addr, csum_unfold(*check)));
	} else {
		csum_replace_by_diff(check, csum_add(addr, port));
		if (skb->ip_summed == CHECKSUM_COMPLETE &&
		    pkt->family == AF_INET)
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

static bool nat_rewrite6(struct sk_buff *skb, const struct l4lb_packet *pkt,
			 enum l4lb_nat_end end, const struct l4lb_endpoint *to)
{
	struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct in6_addr *addr = end == L4LB_NAT_SRC ? &ip6h->saddr :
						      &ip6h->daddr;
	__be16 *port = (void *)ip6h + pkt->l4;
	__wsum addr_diff, port_diff;

	port += end == L4LB_NAT_DST;
	addr_diff = nat_diff16(addr, &to->addr.ip6);
	port_diff = nat_diff2(*port, to->port);
	*addr = to->addr.ip6;
	*port = to->port;
	nat_l4_check(skb, pkt, (void *)ip6h + pkt->l4, addr_diff, port_diff);
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
	case AF_INET6:
		return nat_rewrite6(skb, pkt, end, to);
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

/*
 * The quoted header's part of l4lb_nat_rewrite_icmp(). Returns by how much the
 * address moves what covers it.
 */
static __wsum nat_quoted_addr(u8 family, void *nh, enum l4lb_nat_end end,
			      const union l4lb_addr *to, __sum16 *sum)
{
	struct ipv6hdr *ip6h = nh;
	struct iphdr *iph = nh;
	struct in6_addr *addr6;
	__be32 *addr4;
	__sum16 moved;
	__wsum diff;

	if (family == AF_INET6) {
		addr6 = end == L4LB_NAT_SRC ? &ip6h->saddr : &ip6h->daddr;
		diff = nat_diff16(addr6, &to->ip6);
		*addr6 = to->ip6;
	} else {
		addr4 = end == L4LB_NAT_SRC ? &iph->saddr : &iph->daddr;
		diff = nat_diff4(*addr4, to->ip);
		moved = iph->check;
		csum_replace_by_diff(&moved, diff);
		nat_put_check(sum, &iph->check, moved);
		*addr4 = to->ip;
	}
	if (sum)
		csum_replace_by_diff(sum, diff);
	return diff;
}

/* The quoted packet's part of l4lb_nat_rewrite_icmp(). */
static void nat_rewrite_quoted(const struct l4lb_packet *pkt, void *nh,
			       enum l4lb_nat_end end,
			       const struct l4lb_endpoint *to, __sum16 *sum)
{
	__be16 *port = nh + pkt->inner_l4;
	bool udp = pkt->proto == IPPROTO_UDP;
	__sum16 *check = nh + pkt->inner_l4 +
			 (udp ? offsetof(struct udphdr, check) :
				offsetof(struct tcphdr, check));
	__wsum addr_diff, port_diff;
	__sum16 moved;

	port += end == L4LB_NAT_DST;
	port_diff = nat_diff2(*port, to->port);
	addr_diff = nat_quoted_addr(pkt->family, nh + pkt->inner, end,
				    &to->addr, sum);
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

static void nat_icmp_outer4(struct sk_buff *skb, enum l4lb_nat_end end,
			    const union l4lb_addr *to)
{
	struct iphdr *iph = ip_hdr(skb);
	__be32 *addr = end == L4LB_NAT_SRC ? &iph->saddr : &iph->daddr;

	csum_replace4(&iph->check, *addr, to->ip);
	*addr = to->ip;
}

/* ICMPv6 sums a pseudo header (RFC 4443 2.3): @check follows in any state. */
static void nat_icmp_outer6(struct sk_buff *skb, enum l4lb_nat_end end,
			    const union l4lb_addr *to, __sum16 *check,
			    bool partial)
{
	struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct in6_addr *addr = end == L4LB_NAT_SRC ? &ip6h->saddr :
						      &ip6h->daddr;
	__wsum diff = nat_diff16(addr, &to->ip6);

	if (partial)
		*check = ~csum_fold(csum_add(diff, csum_unfold(*check)));
	else
		csum_replace_by_diff(check, diff);
	*addr = to->ip6;
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
	void *nh = skb_network_header(skb);
	/* ICMP and ICMPv6 keep it at one place. */
	__sum16 *check = nh + pkt->l4 + offsetof(struct icmphdr, checksum);
	/* A sum that the device will compute is not there to be moved. */
	bool partial = nat_partial(skb, pkt->l4);

	if (unlikely(!nat_linear(skb, l4lb_nat_writes_icmp(pkt))))
		return false;
	nat_rewrite_quoted(pkt, nh, inner_end, to, partial ? NULL : check);
	if (!outer_to)
		return true;
	switch (pkt->family) {
	case AF_INET:
		nat_icmp_outer4(skb, outer_end, outer_to);
		break;
	case AF_INET6:
		nat_icmp_outer6(skb, outer_end, outer_to, check, partial);
		break;
	}
	return true;
}

#ifdef L4LB_KUNIT
#include "nat_test.c"
#endif
