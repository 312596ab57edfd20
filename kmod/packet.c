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
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>

#include "packet.h"

/* Byte of the TCP header that holds the flags. */
#define PACKET_TCP_FLAGS	13

/* What an ICMP error must quote of a transport header (RFC 792). */
#define PACKET_QUOTED		8

static __always_inline void packet_addr4(union l4lb_addr *addr, __be32 ip)
{
	addr->w[0] = ip;
	addr->w[1] = 0;
	addr->w[2] = 0;
	addr->w[3] = 0;
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

/* Redirects and the deprecated source quench (RFC 6633) are not for servers. */
static bool packet_icmp_is_error(u8 type)
{
	return type == ICMP_DEST_UNREACH || type == ICMP_TIME_EXCEEDED ||
	       type == ICMP_PARAMETERPROB;
}

/*
 * @base: of the network header from skb->data; @bytes: of the IP payload.
 * Whatever is wrong with a quotation makes it one that nobody here can use,
 * not a bad packet: senders quote what they like.
 */
static void packet_icmp(const struct sk_buff *skb, int base, u32 bytes,
			struct l4lb_packet *pkt)
{
	const struct icmphdr *ih;
	const struct iphdr *iph;
	const __be16 *ports;
	struct icmphdr icmp_buf;
	struct iphdr ip_buf;
	__be16 ports_buf[2];
	u32 inner = pkt->l4 + sizeof(*ih), hlen;

	if (unlikely(bytes < sizeof(*ih))) {
		packet_bad(pkt, L4LB_REASON_TRUNCATED);
		return;
	}
	ih = skb_header_pointer(skb, base + pkt->l4, sizeof(icmp_buf),
				&icmp_buf);
	if (unlikely(!ih)) {
		packet_bad(pkt, L4LB_REASON_TRUNCATED);
		return;
	}
	pkt->kind = L4LB_PACKET_ICMP_OTHER;
	if (!packet_icmp_is_error(ih->type))
		return;
	bytes -= sizeof(*ih);
	if (bytes < sizeof(*iph))
		return;
	iph = skb_header_pointer(skb, base + inner, sizeof(ip_buf), &ip_buf);
	if (!iph)
		return;
	hlen = iph->ihl * 4;
	if (iph->version != 4 || hlen < sizeof(*iph) ||
	    bytes < hlen + PACKET_QUOTED ||
	    (iph->frag_off & htons(IP_OFFSET)) ||
	    (iph->protocol != IPPROTO_TCP && iph->protocol != IPPROTO_UDP))
		return;
	ports = skb_header_pointer(skb, base + inner + hlen, sizeof(ports_buf),
				   ports_buf);
	if (!ports || !ports[0] || !ports[1])
		return;

	pkt->kind = L4LB_PACKET_ICMP_ERROR;
	pkt->outer_saddr = pkt->saddr;
	pkt->outer_daddr = pkt->daddr;
	packet_addr4(&pkt->saddr, iph->saddr);
	packet_addr4(&pkt->daddr, iph->daddr);
	pkt->proto = iph->protocol;
	pkt->sport = ports[0];
	pkt->dport = ports[1];
	pkt->inner = inner;
	pkt->inner_l4 = inner + hlen;
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
		packet_icmp(skb, base, len - hlen, pkt);
		break;
	default:
		pkt->kind = L4LB_PACKET_OTHER;
	}
}

/**
 * l4lb_packet_parse() - read a packet's headers
 * @skb: the packet; its network header is set, nothing is known of what
 *	stands there. May be paged, cloned or shared: only read
 * @hook: &enum l4lb_hook
 * @family: AF_INET or AF_INET6
 * @pkt: out; which fields hold is said at struct l4lb_packet
 *
 * Context: any.
 */
void l4lb_packet_parse(const struct sk_buff *skb, u8 hook, u8 family,
		       struct l4lb_packet *pkt)
{
	pkt->family = family;
	pkt->hook = hook;
	pkt->tcp_flags = 0;
	pkt->sport = 0;
	pkt->dport = 0;
	switch (family) {
	case AF_INET:
		packet_parse4(skb, pkt);
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
 * l4lb_addr_martian() - is this a source that cannot be answered?
 * @addr: address
 * @family: its family
 *
 * IPv4: this network (0/8), loopback (127/8), multicast (224/4), reserved and
 * broadcast (240/4): RFC 1122 3.2.1.3, RFC 1812 5.3.7.
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
	default:
		return true;
	}
}

#ifdef L4LB_KUNIT
#include "packet_test.c"
#endif
