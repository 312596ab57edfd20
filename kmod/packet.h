/* SPDX-License-Identifier: GPL-2.0 */
/* A packet as the rest of the module sees it. */
#ifndef L4LB_PACKET_H
#define L4LB_PACKET_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/l4lb.h>
#include <linux/skbuff.h>
#include "addr.h"

/* What l4lb_packet_parse() found. */
enum l4lb_packet_kind {
	L4LB_PACKET_FLOW,	/* TCP or UDP, first or only fragment whole */
	L4LB_PACKET_ICMP_ERROR,	/* an ICMP error that quotes a TCP or UDP packet */
	L4LB_PACKET_ICMP_TUNNEL, /* one that quotes an IP-in-IP packet of ours */
	L4LB_PACKET_ICMP_OTHER,
	L4LB_PACKET_FRAGMENT,	/* to be gathered before it can be judged */
	L4LB_PACKET_OTHER,	/* another protocol */
	L4LB_PACKET_BAD,	/* @reason says how */
};

/* What an ICMP error has to say. */
enum l4lb_icmp_about {
	L4LB_ICMP_HEADER,	/* a header that somebody did not understand */
	L4LB_ICMP_LOST,		/* there is no way to the destination */
	L4LB_ICMP_TOO_BIG,	/* the way takes smaller packets only */
};

/**
 * struct l4lb_within - what an ICMP error says about a tunnel's packet
 * @server: destination of the tunnel's packet; of the error's family
 * @saddr: source of the packet within
 * @daddr: destination of the packet within
 * @mtu: with %L4LB_ICMP_TOO_BIG: bytes that the way takes
 * @sport: source port of the packet within
 * @dport: destination port of the packet within
 * @at: offset of the packet within from the network header
 * @family: of the packet within
 * @proto: of the packet within; 0: too little of it is quoted, so that
 *	addresses and ports do not hold
 * @about: &enum l4lb_icmp_about
 */
struct l4lb_within {
	union l4lb_addr server;
	union l4lb_addr saddr;
	union l4lb_addr daddr;
	u32 mtu;
	__be16 sport;
	__be16 dport;
	u16 at;
	u8 family;
	u8 proto;
	u8 about;
};

/**
 * struct l4lb_packet - headers of a packet; addresses as they stand in it
 * @kind: &enum l4lb_packet_kind
 * @family: AF_INET or AF_INET6
 * @proto: transport protocol; of the quoted packet for an ICMP error
 * @hook: &enum l4lb_hook where it is seen
 * @tcp_flags: byte 13 of the TCP header (RFC 9293 3.1); 0 for others
 * @ttl: TTL or hop limit
 * @tos: TOS or traffic class
 * @df: don't-fragment (IPv4), always set for IPv6
 * @saddr: source; of the quoted packet for an ICMP error
 * @daddr: destination; of the quoted packet for an ICMP error
 * @sport: source port, network order; 0 where there is none
 * @dport: destination port, as @sport
 * @l4: offset of the transport (or ICMP) header from the network header
 * @inner: ICMP error: offset of the quoted network header
 * @inner_l4: ICMP error: offset of the quoted transport header
 * @len: network-layer bytes, as the counters count them
 * @reason: of %L4LB_PACKET_BAD
 * @mark: the skb's, where it is final; else 0
 * @again: it comes by once more, at the hook of services that go by a mark
 * @skb: what it was parsed from; NULL: there is no such packet
 * @outer_saddr: ICMP error: source of the error itself
 * @outer_daddr: ICMP error: destination of the error itself
 * @within: ICMP error about a tunnel
 *
 * Which fields hold depends on @kind, since a packet's parse should not write
 * what nobody reads:
 *
 * - always: @skb, @mark, @again, @kind, @family, @proto, @hook, @tcp_flags, @saddr, @daddr, @sport,
 *   @dport;
 * - all but BAD: also @ttl, @tos, @df, @l4, @len;
 * - ICMP_ERROR: also @inner, @inner_l4, @outer_saddr, @outer_daddr;
 * - ICMP_TUNNEL: also @inner, @within. The packet that is quoted was sent from
 *   @daddr, which is the error's own destination;
 * - BAD: also @reason. The addresses are those of the header if it was there
 *   to be read, else zero, so that a bad packet to somebody else is told from
 *   one to a VIP.
 */
struct l4lb_packet {
	u8 kind;
	u8 family;
	u8 proto;
	u8 hook;
	u8 tcp_flags;
	u8 ttl;
	u8 tos;
	u8 df;
	union l4lb_addr saddr;
	union l4lb_addr daddr;
	__be16 sport;
	__be16 dport;
	u16 l4;
	u16 inner;
	u16 inner_l4;
	bool again;
	u32 len;
	u32 reason;
	u32 mark;
	const struct sk_buff *skb;
	union l4lb_addr outer_saddr;
	union l4lb_addr outer_daddr;
	struct l4lb_within within;
};

#define L4LB_TCP_FIN	0x01
#define L4LB_TCP_SYN	0x02
#define L4LB_TCP_RST	0x04
#define L4LB_TCP_ACK	0x10

/**
 * struct l4lb_segment - what a TCP packet says of sequence numbers, host order
 * @seq: of its first byte
 * @end: of what follows it: text, SYN and FIN take part
 * @ack: next one that its sender expects, if @acks
 * @window: that its sender offers, as it stands in the header
 * @acks: @ack and @window hold
 */
struct l4lb_segment {
	u32 seq;
	u32 end;
	u32 ack;
	u16 window;
	bool acks;
};

/**
 * l4lb_packet_peek() - who a packet is from and to, and no more
 * @skb: the packet; its network header is set
 * @family: AF_INET or AF_INET6
 * @saddr: out: source
 * @daddr: out: destination
 * @icmp: out: it may be an ICMP error; extension headers are not walked
 *
 * For telling strangers from our own before anything else is read.
 *
 * Context: any.
 * Return: false when the header does not lie in the linear part: nothing is
 * known then.
 */
static __always_inline bool l4lb_packet_peek(const struct sk_buff *skb,
					     u8 family, union l4lb_addr *saddr,
					     union l4lb_addr *daddr, bool *icmp)
{
	int linear = (int)skb_headlen(skb) - skb_network_offset(skb);
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	const struct iphdr *iph = ip_hdr(skb);

	if (unlikely(skb_network_offset(skb) < 0))
		return false;
	if (likely(family == AF_INET)) {
		if (unlikely(linear < (int)sizeof(*iph)))
			return false;
		*saddr = (union l4lb_addr){ .w = { iph->saddr } };
		*daddr = (union l4lb_addr){ .w = { iph->daddr } };
		*icmp = iph->protocol == IPPROTO_ICMP;
		return true;
	}
	if (unlikely(linear < (int)sizeof(*ip6h)))
		return false;
	saddr->ip6 = ip6h->saddr;
	daddr->ip6 = ip6h->daddr;
	*icmp = ip6h->nexthdr != IPPROTO_TCP && ip6h->nexthdr != IPPROTO_UDP;
	return true;
}

void l4lb_packet_parse(const struct sk_buff *skb, u8 hook, u8 family,
		       bool again, u32 mark, struct l4lb_packet *pkt);
bool l4lb_packet_segment(const struct l4lb_packet *pkt,
			 struct l4lb_segment *seg);
bool l4lb_addr_martian(const union l4lb_addr *addr, u8 family);

#endif /* L4LB_PACKET_H */
