// SPDX-License-Identifier: GPL-2.0
/*
 * Headers to struct l4lb_packet: the only reader of raw headers. Nothing is
 * believed: LOCAL_OUT takes what raw sockets made, and at no hook has anybody
 * looked at the transport header before. Nothing is written either, so a
 * header that lies outside the linear part is copied to the stack.
 *
 * A header that contradicts itself is BAD_HEADER; one that promises more bytes
 * than there are is TRUNCATED.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/unaligned.h>
#include <net/dsfield.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "packet.h"

/* Byte of the TCP header that holds the flags. */
#define PACKET_TCP_FLAGS	13

/* What an ICMP error must quote of a transport header (RFC 792). */
#define PACKET_QUOTED		8

/*
 * Longer chains of extension headers are nobody's honest traffic: each header
 * is looked at for each packet, and the first fragment has to hold them all
 * (RFC 7112). Headers, and their bytes.
 */
#define PACKET_CHAIN_HEADERS	8
#define PACKET_CHAIN_BYTES	1024

/* Bytes of the ICMP and ICMPv6 header of an error, before its quotation. */
#define PACKET_ICMP_HEADER	8

static __always_inline void packet_addr4(union l4lb_addr *addr, __be32 ip)
{
	addr->w[0] = ip;
	addr->w[1] = 0;
	addr->w[2] = 0;
	addr->w[3] = 0;
}

static __always_inline void packet_addr6(union l4lb_addr *addr,
					 const struct in6_addr *ip6)
{
	addr->ip6 = *ip6;
}

static void packet_bad(struct l4lb_packet *pkt, u32 reason)
{
	pkt->kind = L4LB_PACKET_BAD;
	pkt->reason = reason;
}

static __always_inline void packet_ports(struct l4lb_packet *pkt, __be16 sport,
					 __be16 dport)
{
	pkt->sport = sport;
	pkt->dport = dport;
	pkt->kind = L4LB_PACKET_FLOW;
	if (unlikely(!sport || !dport))
		packet_bad(pkt, L4LB_REASON_ZERO_PORT);
}

/* @offset: of the TCP header from skb->data; @bytes: of the IP payload */
static __always_inline void packet_tcp(const struct sk_buff *skb, int offset,
				       u32 bytes, struct l4lb_packet *pkt)
{
	const struct tcphdr *th;
	struct tcphdr buf;

	if (unlikely(bytes < sizeof(*th))) {
		packet_bad(pkt, L4LB_REASON_TRUNCATED);
		return;
	}
	th = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (unlikely(!th || th->doff * 4 > bytes)) {
		packet_bad(pkt, L4LB_REASON_TRUNCATED);
		return;
	}
	if (unlikely(th->doff * 4 < sizeof(*th))) {
		packet_bad(pkt, L4LB_REASON_BAD_HEADER);
		return;
	}
	pkt->tcp_flags = ((const u8 *)th)[PACKET_TCP_FLAGS];
	packet_ports(pkt, th->source, th->dest);
}

/* @offset: of the UDP header from skb->data; @bytes: of the IP payload */
static __always_inline void packet_udp(const struct sk_buff *skb, int offset,
				       u32 bytes, struct l4lb_packet *pkt)
{
	const struct udphdr *uh;
	struct udphdr buf;

	if (unlikely(bytes < sizeof(*uh))) {
		packet_bad(pkt, L4LB_REASON_TRUNCATED);
		return;
	}
	uh = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (unlikely(!uh || ntohs(uh->len) > bytes)) {
		packet_bad(pkt, L4LB_REASON_TRUNCATED);
		return;
	}
	if (unlikely(ntohs(uh->len) < sizeof(*uh))) {
		packet_bad(pkt, L4LB_REASON_BAD_HEADER);
		return;
	}
	packet_ports(pkt, uh->source, uh->dest);
}

/**
 * struct packet_chain - where a chain of extension headers ends
 * @at: offset of the upper-layer header from the network header
 * @frag: offset and more-flag of a Fragment header, 0 for an atomic one (RFC
 *	6946) or none
 * @proto: of the upper layer; %NEXTHDR_ROUTING if that header has segments left,
 *	since the destination is then not the last one
 */
struct packet_chain {
	u32 at;
	u16 frag;
	u8 proto;
};

/* Is this a header after which another one follows? */
static bool packet_chained(u8 proto)
{
	return proto == NEXTHDR_HOP || proto == NEXTHDR_ROUTING ||
	       proto == NEXTHDR_DEST || proto == NEXTHDR_FRAGMENT;
}

/*
 * Walk extension headers (RFC 8200 4) from @at to @end, offsets from the
 * network header at @base, the first of type @proto. What lies behind a
 * fragment's offset is not looked at. Returns UNSPEC or what is wrong.
 */
static u32 packet_walk(const struct sk_buff *skb, int base, u32 at, u32 end,
		       u8 proto, struct packet_chain *chain)
{
	u32 start = at, nr = 0, len;
	bool fragment = false;
	const u8 *hdr;
	u8 buf[8];

	chain->frag = 0;
	for (; packet_chained(proto); nr++) {
		if (nr == PACKET_CHAIN_HEADERS || at - start > PACKET_CHAIN_BYTES ||
		    (proto == NEXTHDR_HOP && nr) ||
		    (proto == NEXTHDR_FRAGMENT && fragment))
			return L4LB_REASON_BAD_HEADER;
		if (end - at < sizeof(buf))
			return L4LB_REASON_TRUNCATED;
		hdr = skb_header_pointer(skb, base + at, sizeof(buf), buf);
		if (!hdr)
			return L4LB_REASON_TRUNCATED;
		len = proto == NEXTHDR_FRAGMENT ? sizeof(buf) :
						  (hdr[1] + 1) * 8;
		if (end - at < len)
			return L4LB_REASON_TRUNCATED;
		if (proto == NEXTHDR_ROUTING && hdr[3])
			break;
		if (proto == NEXTHDR_FRAGMENT) {
			fragment = true;
			chain->frag = get_unaligned_be16(hdr + 2) &
				      (IP6_OFFSET | IP6_MF);
		}
		proto = hdr[0];
		at += len;
		if (chain->frag & IP6_OFFSET)
			break;
	}
	chain->at = at;
	chain->proto = proto;
	return L4LB_REASON_UNSPEC;
}

/*
 * Destination unreachable, packet too big or fragmentation needed, time
 * exceeded, parameter problem (RFC 792, RFC 4443). Redirects and the deprecated
 * source quench (RFC 6633) are not for servers.
 */
static bool packet_icmp_is_error(u8 family, u8 type)
{
	if (family == AF_INET)
		return type == ICMP_DEST_UNREACH || type == ICMP_TIME_EXCEEDED ||
		       type == ICMP_PARAMETERPROB;
	return type >= ICMPV6_DEST_UNREACH && type <= ICMPV6_PARAMPROB;
}

/* A quoted packet. */
struct packet_quote {
	union l4lb_addr saddr;
	union l4lb_addr daddr;
	__be16 sport;
	__be16 dport;
	u32 l4;		/* of its transport header, from the outer network header */
	u8 proto;
};

/* @at: of the quoted header; false: nothing that one could use */
static bool packet_quote4(const struct sk_buff *skb, int base, u32 at,
			  struct packet_quote *quote)
{
	const struct iphdr *iph;
	struct iphdr buf;

	iph = skb_header_pointer(skb, base + at, sizeof(buf), &buf);
	if (!iph || iph->version != 4 || iph->ihl * 4 < sizeof(*iph) ||
	    (iph->frag_off & htons(IP_OFFSET)))
		return false;
	packet_addr4(&quote->saddr, iph->saddr);
	packet_addr4(&quote->daddr, iph->daddr);
	quote->l4 = at + iph->ihl * 4;
	quote->proto = iph->protocol;
	return true;
}

/* As packet_quote4(); @end: of the error, from its network header */
static bool packet_quote6(const struct sk_buff *skb, int base, u32 at, u32 end,
			  struct packet_quote *quote)
{
	const struct ipv6hdr *ip6h;
	struct packet_chain chain;
	struct ipv6hdr buf;

	ip6h = skb_header_pointer(skb, base + at, sizeof(buf), &buf);
	if (!ip6h || ip6h->version != 6 || end - at < sizeof(*ip6h))
		return false;
	packet_addr6(&quote->saddr, &ip6h->saddr);
	packet_addr6(&quote->daddr, &ip6h->daddr);
	if (packet_walk(skb, base, at + sizeof(*ip6h), end, ip6h->nexthdr,
			&chain) || (chain.frag & IP6_OFFSET))
		return false;
	quote->l4 = chain.at;
	quote->proto = chain.proto;
	return true;
}

static bool packet_quote(const struct sk_buff *skb, int base, u32 at, u32 end,
			 u8 family, struct packet_quote *quote)
{
	return family == AF_INET ? packet_quote4(skb, base, at, quote) :
				   packet_quote6(skb, base, at, end, quote);
}

/* The ports of a quoted packet; false if it has none that one could use. */
static bool packet_quote_ports(const struct sk_buff *skb, int base, u32 end,
			       struct packet_quote *quote)
{
	const __be16 *ports;
	__be16 buf[2];

	if (end < quote->l4 + PACKET_QUOTED ||
	    (quote->proto != IPPROTO_TCP && quote->proto != IPPROTO_UDP))
		return false;
	ports = skb_header_pointer(skb, base + quote->l4, sizeof(buf), buf);
	if (!ports || !ports[0] || !ports[1])
		return false;
	quote->sport = ports[0];
	quote->dport = ports[1];
	return true;
}

/* @hdr: of the error. RFC 792, RFC 1191 4, RFC 4443 3 */
static void packet_about(u8 family, const u8 *hdr, struct l4lb_within *within)
{
	u8 type = hdr[0];

	within->about = L4LB_ICMP_HEADER;
	if (family == AF_INET) {
		if (type == ICMP_DEST_UNREACH && hdr[1] == ICMP_FRAG_NEEDED) {
			within->about = L4LB_ICMP_TOO_BIG;
			within->mtu = get_unaligned_be16(hdr + 6);
		} else if (type != ICMP_PARAMETERPROB) {
			within->about = L4LB_ICMP_LOST;
		}
	} else if (type == ICMPV6_PKT_TOOBIG) {
		within->about = L4LB_ICMP_TOO_BIG;
		within->mtu = get_unaligned_be32(hdr + 4);
	} else if (type != ICMPV6_PARAMPROB) {
		within->about = L4LB_ICMP_LOST;
	}
}

/*
 * An error about an IP-in-IP packet: @hdr of the error, @outer the packet. An
 * error goes to the source of what it quotes, or is forged.
 */
static void packet_within(const struct sk_buff *skb, int base, const u8 *hdr,
			  const struct packet_quote *outer,
			  struct l4lb_packet *pkt)
{
	struct l4lb_within *within = &pkt->within;
	struct packet_quote quote;

	if (!l4lb_addr_equal(&outer->saddr, &pkt->daddr))
		return;
	pkt->kind = L4LB_PACKET_ICMP_TUNNEL;
	pkt->inner = pkt->l4 + PACKET_ICMP_HEADER;
	packet_about(pkt->family, hdr, within);
	within->server = outer->daddr;
	within->at = outer->l4;
	within->family = outer->proto == IPPROTO_IPIP ? AF_INET : AF_INET6;
	within->proto = 0;
	if (!packet_quote(skb, base, outer->l4, pkt->len, within->family,
			  &quote) ||
	    !packet_quote_ports(skb, base, pkt->len, &quote))
		return;
	within->saddr = quote.saddr;
	within->daddr = quote.daddr;
	within->sport = quote.sport;
	within->dport = quote.dport;
	within->proto = quote.proto;
}

/*
 * @base: of the network header from skb->data; pkt->l4 and pkt->len are known.
 * Whatever is wrong with a quotation makes it one that nobody here can use,
 * not a bad packet: senders quote what they like.
 */
static void packet_icmp(const struct sk_buff *skb, int base,
			struct l4lb_packet *pkt)
{
	u32 inner = pkt->l4 + PACKET_ICMP_HEADER, end = pkt->len;
	u8 buf[PACKET_ICMP_HEADER];
	struct packet_quote quote;
	const u8 *hdr;

	hdr = skb_header_pointer(skb, base + pkt->l4, sizeof(buf), buf);
	if (unlikely(!hdr || end < inner)) {
		packet_bad(pkt, L4LB_REASON_TRUNCATED);
		return;
	}
	pkt->kind = L4LB_PACKET_ICMP_OTHER;
	if (!packet_icmp_is_error(pkt->family, hdr[0]) ||
	    !packet_quote(skb, base, inner, end, pkt->family, &quote))
		return;
	if (quote.proto == IPPROTO_IPIP || quote.proto == IPPROTO_IPV6) {
		packet_within(skb, base, hdr, &quote, pkt);
		return;
	}
	if (!packet_quote_ports(skb, base, end, &quote))
		return;

	pkt->kind = L4LB_PACKET_ICMP_ERROR;
	pkt->outer_saddr = pkt->saddr;
	pkt->outer_daddr = pkt->daddr;
	pkt->saddr = quote.saddr;
	pkt->daddr = quote.daddr;
	pkt->proto = quote.proto;
	pkt->sport = quote.sport;
	pkt->dport = quote.dport;
	pkt->inner = inner;
	pkt->inner_l4 = quote.l4;
}

/* Bytes of the packet by its own account. */
static __always_inline u32 packet_len4(const struct sk_buff *skb, int base,
				       const struct iphdr *iph)
{
	u32 len = ntohs(iph->tot_len);

	/* Too large for the field (BIG TCP): the skb's length is the account. */
	if (unlikely(!len && skb_is_gso(skb) && skb_is_gso_tcp(skb)))
		len = skb->len - base;
	return len;
}

static __always_inline void packet_parse4(const struct sk_buff *skb,
					  struct l4lb_packet *pkt)
{
	int base = skb_network_offset(skb);
	const struct iphdr *iph;
	struct iphdr buf;
	u32 len, hlen;

	iph = skb_header_pointer(skb, base, sizeof(buf), &buf);
	if (unlikely(!iph)) {
		packet_addr4(&pkt->saddr, 0);
		packet_addr4(&pkt->daddr, 0);
		pkt->proto = 0;
		packet_bad(pkt, L4LB_REASON_TRUNCATED);
		return;
	}
	packet_addr4(&pkt->saddr, iph->saddr);
	packet_addr4(&pkt->daddr, iph->daddr);
	pkt->proto = iph->protocol;
	pkt->ttl = iph->ttl;
	pkt->tos = iph->tos;
	pkt->df = !!(iph->frag_off & htons(IP_DF));
	len = packet_len4(skb, base, iph);
	hlen = iph->ihl * 4;
	pkt->len = len;
	pkt->l4 = hlen;
	if (unlikely(iph->version != 4 || hlen < sizeof(*iph) || len < hlen)) {
		packet_bad(pkt, L4LB_REASON_BAD_HEADER);
		return;
	}
	if (unlikely(len > skb->len - base)) {
		packet_bad(pkt, L4LB_REASON_TRUNCATED);
		return;
	}
	if (unlikely(iph->frag_off & htons(IP_MF | IP_OFFSET))) {
		pkt->kind = L4LB_PACKET_FRAGMENT;
		return;
	}
	switch (iph->protocol) {
	case IPPROTO_TCP:
		packet_tcp(skb, base + hlen, len - hlen, pkt);
		break;
	case IPPROTO_UDP:
		packet_udp(skb, base + hlen, len - hlen, pkt);
		break;
	case IPPROTO_ICMP:
		packet_icmp(skb, base, pkt);
		break;
	default:
		pkt->kind = L4LB_PACKET_OTHER;
	}
}

/* As packet_len4(), the network header included; 0: contradicts itself. */
static u32 packet_len6(const struct sk_buff *skb, int base,
		       const struct ipv6hdr *ip6h)
{
	u32 len = ntohs(ip6h->payload_len);

	if (likely(len))
		return sizeof(*ip6h) + len;
	if (ip6h->nexthdr != NEXTHDR_HOP)
		return ip6h->nexthdr == NEXTHDR_NONE ? sizeof(*ip6h) : 0;
	/*
	 * A jumbo payload option (RFC 2675): in GSO packets the kernel's own
	 * (BIG TCP). ip6_rcv_core() has cut others to what it says.
	 */
	len = skb->len - base;
	return len > sizeof(*ip6h) + IPV6_MAXPLEN ? len : 0;
}

static void packet_upper6(const struct sk_buff *skb, int base,
			  struct l4lb_packet *pkt)
{
	u32 bytes = pkt->len - pkt->l4;

	switch (pkt->proto) {
	case IPPROTO_TCP:
		packet_tcp(skb, base + pkt->l4, bytes, pkt);
		break;
	case IPPROTO_UDP:
		packet_udp(skb, base + pkt->l4, bytes, pkt);
		break;
	case IPPROTO_ICMPV6:
		packet_icmp(skb, base, pkt);
		break;
	default:
		pkt->kind = L4LB_PACKET_OTHER;
	}
}

static void packet_parse6(const struct sk_buff *skb, struct l4lb_packet *pkt)
{
	int base = skb_network_offset(skb);
	const struct ipv6hdr *ip6h;
	struct packet_chain chain;
	struct ipv6hdr buf;
	u32 reason;

	ip6h = skb_header_pointer(skb, base, sizeof(buf), &buf);
	if (unlikely(!ip6h)) {
		packet_addr4(&pkt->saddr, 0);
		packet_addr4(&pkt->daddr, 0);
		pkt->proto = 0;
		packet_bad(pkt, L4LB_REASON_TRUNCATED);
		return;
	}
	packet_addr6(&pkt->saddr, &ip6h->saddr);
	packet_addr6(&pkt->daddr, &ip6h->daddr);
	pkt->proto = ip6h->nexthdr;
	pkt->ttl = ip6h->hop_limit;
	pkt->tos = ipv6_get_dsfield(ip6h);
	pkt->df = 1;
	pkt->len = packet_len6(skb, base, ip6h);
	pkt->l4 = sizeof(*ip6h);
	if (unlikely(ip6h->version != 6 || !pkt->len)) {
		packet_bad(pkt, L4LB_REASON_BAD_HEADER);
		return;
	}
	if (unlikely(pkt->len > skb->len - base)) {
		packet_bad(pkt, L4LB_REASON_TRUNCATED);
		return;
	}
	reason = packet_walk(skb, base, sizeof(*ip6h), pkt->len, pkt->proto,
			     &chain);
	if (unlikely(reason)) {
		packet_bad(pkt, reason);
		return;
	}
	pkt->proto = chain.proto;
	pkt->l4 = chain.at;
	if (unlikely(chain.frag))
		pkt->kind = L4LB_PACKET_FRAGMENT;
	else
		packet_upper6(skb, base, pkt);
}

/**
 * l4lb_packet_parse() - read a packet's headers
 * @skb: the packet; its network header is set, nothing is known of what
 *	stands there. May be paged, cloned or shared: only read
 * @hook: &enum l4lb_hook
 * @family: AF_INET or AF_INET6
 * @again: as &l4lb_packet.again
 * @mark: as &l4lb_packet.mark
 * @pkt: out; which fields hold is said at struct l4lb_packet
 *
 * Context: any.
 */
void l4lb_packet_parse(const struct sk_buff *skb, u8 hook, u8 family,
		       bool again, u32 mark, struct l4lb_packet *pkt)
{
	pkt->family = family;
	pkt->hook = hook;
	pkt->again = again;
	pkt->mark = mark;
	pkt->skb = skb;
	pkt->tcp_flags = 0;
	pkt->sport = 0;
	pkt->dport = 0;
	switch (family) {
	case AF_INET:
		packet_parse4(skb, pkt);
		break;
	case AF_INET6:
		packet_parse6(skb, pkt);
		break;
	default:
		/* No hook of another family is registered. */
		packet_addr4(&pkt->saddr, 0);
		packet_addr4(&pkt->daddr, 0);
		pkt->proto = 0;
		packet_bad(pkt, L4LB_REASON_UNKNOWN_PROTO);
	}
}

/**
 * l4lb_packet_segment() - what a TCP packet says of sequence numbers
 * @pkt: a flow of TCP, as parsed; its skb has not been changed since
 * @seg: out
 *
 * Apart from the parse, since hardly any packet needs it. A GSO packet is one
 * large segment.
 *
 * Context: any.
 * Return: false for a packet that does not exist, and for a reset, whose numbers
 * say nothing of what its receiver expects.
 */
bool l4lb_packet_segment(const struct l4lb_packet *pkt,
			 struct l4lb_segment *seg)
{
	const struct tcphdr *th;
	struct tcphdr buf;

	if (!pkt->skb || (pkt->tcp_flags & L4LB_TCP_RST))
		return false;
	th = skb_header_pointer(pkt->skb,
				skb_network_offset(pkt->skb) + pkt->l4,
				sizeof(buf), &buf);
	if (!th)
		return false;
	seg->seq = ntohl(th->seq);
	seg->end = seg->seq + pkt->len - pkt->l4 - th->doff * 4 + th->syn +
		   th->fin;
	seg->ack = ntohl(th->ack_seq);
	seg->window = ntohs(th->window);
	seg->acks = th->ack;
	return true;
}

/**
 * l4lb_addr_martian() - is this a source that cannot be answered?
 * @addr: address
 * @family: its family
 *
 * IPv4: this network (0/8), loopback (127/8), multicast (224/4), reserved and
 * broadcast (240/4): RFC 1122 3.2.1.3, RFC 1812 5.3.7. IPv6: unspecified,
 * loopback, multicast (RFC 4291 2.5.2, 2.5.3, 2.7), IPv4-mapped, which is never
 * on a wire (RFC 4942 2.2), and link-local, which no router forwards (RFC 4291
 * 2.5.6).
 *
 * Context: any.
 * Return: true if no packet from there should be believed.
 */
bool l4lb_addr_martian(const union l4lb_addr *addr, u8 family)
{
	switch (family) {
	case AF_INET:
		return !(addr->ip & htonl(0xff000000)) ||
		       ipv4_is_loopback(addr->ip) ||
		       (addr->ip & htonl(0xe0000000)) == htonl(0xe0000000);
	case AF_INET6:
		return ipv6_addr_any(&addr->ip6) ||
		       ipv6_addr_loopback(&addr->ip6) ||
		       ipv6_addr_is_multicast(&addr->ip6) ||
		       ipv6_addr_v4mapped(&addr->ip6) ||
		       ipv6_addr_type(&addr->ip6) & IPV6_ADDR_LINKLOCAL;
	default:
		return true;
	}
}

#ifdef L4LB_KUNIT
#include "packet_test.c"
#endif
