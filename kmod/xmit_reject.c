// SPDX-License-Identifier: GPL-2.0
/* Answers to packets that go no further: ICMP errors and resets. */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/icmp.h>
#include <net/inet_dscp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/route.h>

#include "net.h"
#include "xmit.h"

/*
 * The route that icmp_send() wants to see on the packet. If the packet's
 * destination (a VIP, mostly) is a local address, its local route: the error
 * then bears that address as its source. Else the way back to the sender, and
 * the error bears an address of the interface there. NULL when the sender is
 * nobody who may be answered (RFC 1122 3.2.2).
 */
static struct rtable *error_route4(struct net *net, const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	int oif = skb->dev ? l3mdev_master_ifindex_rcu(skb->dev) : 0;
	struct flowi4 fl4 = {
		.flowi4_oif = oif,
		.flowi4_mark = IP4_REPLY_MARK(net, skb->mark),
		.flowi4_tos = iph->tos & INET_DSCP_MASK,
		.daddr = iph->saddr,
	};
	struct rtable *back, *local;

	back = __ip_route_output_key(net, &fl4);
	if (IS_ERR(back))
		return NULL;
	if (back->rt_type != RTN_UNICAST && back->rt_type != RTN_LOCAL) {
		ip_rt_put(back);
		return NULL;
	}
	memset(&fl4, 0, sizeof(fl4));
	fl4.flowi4_oif = oif;
	fl4.daddr = iph->daddr;
	local = __ip_route_output_key(net, &fl4);
	if (IS_ERR(local))
		return back;
	if (local->rt_type != RTN_LOCAL) {
		ip_rt_put(local);
		return back;
	}
	ip_rt_put(back);
	return local;
}

static void error_send4(struct l4lb_net *ln, struct sk_buff *skb, u8 type,
			u8 code, u32 info)
{
	struct rtable *rt = error_route4(ln->net, skb);
	unsigned long refdst;

	if (!rt)
		return;
	refdst = skb->_skb_refdst;
	skb->_skb_refdst = 0;
	skb_dst_set(skb, &rt->dst);
	icmp_send(skb, type, code, htonl(info));
	skb_dst_drop(skb);
	skb->_skb_refdst = refdst;
}

/*
 * icmp6_send() finds its route itself, and the VIP is its source if that is a
 * local address. It wants a device to know the namespace by, which at LOCAL_OUT
 * a packet does not have yet. Of a device that stands for others it asks the
 * packet's route, and takes any for one of IPv6: the way to a tunnel may be of
 * IPv4.
 */
static void error_send6(struct sk_buff *skb, u8 type, u8 code, u32 info)
{
	unsigned long refdst = skb->_skb_refdst;
	struct net_device *dev = skb->dev;

	if (!dev)
		skb->dev = skb_dst(skb)->dev;
	if (skb_dst(skb) && skb_dst(skb)->ops->family != AF_INET6)
		skb->_skb_refdst = 0;
	icmpv6_send(skb, type, code, info);
	skb->_skb_refdst = refdst;
	skb->dev = dev;
}

/**
 * l4lb_xmit_error() - tell a packet's sender what became of it
 * @ln: namespace
 * @skb: the packet as it came, before anything was rewritten; IPCB() or
 *	IP6CB() valid.
 *	Stays as it is, and the caller's
 * @family: of @skb
 * @type: ICMP or ICMPv6 type
 * @code: its code
 * @info: the header's second word in host order: the MTU of ICMP_FRAG_NEEDED
 *	and ICMPV6_PKT_TOOBIG
 *
 * icmp_send() silently does nothing for a packet without a route, which at
 * PRE_ROUTING is every packet; so one is attached for the time of the call.
 * The kernel's rules hold: no error about an error, a broadcast or a fragment
 * but the first; rate limits.
 *
 * Context: RCU read side, BH off.
 */
void l4lb_xmit_error(struct l4lb_net *ln, struct sk_buff *skb, u8 family,
		     u8 type, u8 code, u32 info)
{
	switch (family) {
	case AF_INET:
		error_send4(ln, skb, type, code, info);
		break;
	case AF_INET6:
		error_send6(skb, type, code, info);
		break;
	}
}

/*
 * The sequence numbers that RFC 9293 3.5.2 demands of the reset that answers
 * @th, since any others would be ignored or challenged (RFC 5961). @bytes: of
 * the segment's text.
 */
static void reject_numbers(struct l4lb_reset *rst, const struct tcphdr *th,
			   u32 bytes)
{
	rst->seq = 0;
	rst->ack_seq = 0;
	rst->acks = !th->ack;
	if (th->ack)
		rst->seq = ntohl(th->ack_seq);
	else
		rst->ack_seq = ntohl(th->seq) + th->syn + th->fin + bytes;
}

/* UDP over IPv4 may go without (RFC 768). */
static bool reject_no_sum(const struct sk_buff *skb,
			  const struct l4lb_packet *pkt)
{
	const struct udphdr *uh;
	struct udphdr buf;

	if (pkt->proto != IPPROTO_UDP)
		return false;
	uh = skb_header_pointer(skb, skb_network_offset(skb) + pkt->l4,
				sizeof(buf), &buf);
	return uh && !uh->check;
}

/* Was the segment sent as it stands here? A damaged one is nobody's. */
static bool reject_sum_ok(struct sk_buff *skb, const struct l4lb_packet *pkt)
{
	switch (pkt->family) {
	case AF_INET:
		return reject_no_sum(skb, pkt) ||
		       !nf_ip_checksum(skb, NF_INET_PRE_ROUTING, pkt->l4,
				       pkt->proto);
	case AF_INET6:
		return !nf_ip6_checksum(skb, NF_INET_PRE_ROUTING, pkt->l4,
					pkt->proto);
	default:
		return false;
	}
}

/**
 * l4lb_xmit_reset() - answer a TCP packet with a reset
 * @ln: namespace
 * @skb: the packet; stays the caller's
 * @pkt: as parsed from @skb
 *
 * Sent from the address and port that the packet was sent to, local or not,
 * through LOCAL_OUT like any packet of the host's, but untracked. Never in
 * answer to a reset, to a packet whose checksum is wrong, or to one that was
 * sent to or claims to be from more than one host.
 *
 * Context: RCU read side, BH off.
 */
void l4lb_xmit_reset(struct l4lb_net *ln, struct sk_buff *skb,
		     const struct l4lb_packet *pkt)
{
	struct l4lb_reset rst = {
		.from = {
			.addr = pkt->daddr,
			.port = pkt->dport,
			.family = pkt->family,
			.proto = IPPROTO_TCP,
		},
		.to = {
			.addr = pkt->saddr,
			.port = pkt->sport,
			.family = pkt->family,
			.proto = IPPROTO_TCP,
		},
		.oif = skb->dev ? l3mdev_master_ifindex_rcu(skb->dev) : 0,
		.mark = skb->mark,
	};
	const struct tcphdr *th;
	struct tcphdr buf;

	if (pkt->kind != L4LB_PACKET_FLOW || pkt->proto != IPPROTO_TCP ||
	    (pkt->tcp_flags & L4LB_TCP_RST) || skb->pkt_type != PACKET_HOST)
		return;
	if (pkt->hook != L4LB_HOOK_LOCAL_OUT &&
	    l4lb_addr_martian(&pkt->saddr, pkt->family))
		return;
	if (!reject_sum_ok(skb, pkt))
		return;
	th = skb_header_pointer(skb, skb_network_offset(skb) + pkt->l4,
				sizeof(buf), &buf);
	if (!th)
		return;
	rst.tos = pkt->tos;
	reject_numbers(&rst, th, pkt->len - pkt->l4 - th->doff * 4);
	l4lb_xmit_reset_send(ln, &rst);
}

/**
 * l4lb_xmit_unreachable() - answer a packet to a port where nobody listens
 * @ln: namespace
 * @skb: the packet; stays the caller's
 * @pkt: as parsed from @skb
 *
 * What a host would do (RFC 1122 3.2.2.1): a reset to TCP, an ICMP port
 * unreachable to UDP.
 *
 * Context: RCU read side, BH off.
 */
void l4lb_xmit_unreachable(struct l4lb_net *ln, struct sk_buff *skb,
			   const struct l4lb_packet *pkt)
{
	if (pkt->proto == IPPROTO_TCP) {
		l4lb_xmit_reset(ln, skb, pkt);
		return;
	}
	if (!reject_sum_ok(skb, pkt))
		return;
	switch (pkt->family) {
	case AF_INET:
		l4lb_xmit_error(ln, skb, AF_INET, ICMP_DEST_UNREACH,
				ICMP_PORT_UNREACH, 0);
		break;
	case AF_INET6:
		l4lb_xmit_error(ln, skb, AF_INET6, ICMPV6_DEST_UNREACH,
				ICMPV6_PORT_UNREACH, 0);
		break;
	}
}

#ifdef L4LB_KUNIT
#include "xmit_reject_test.c"
#endif
