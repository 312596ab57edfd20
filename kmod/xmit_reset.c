// SPDX-License-Identifier: GPL-2.0
/* TCP resets that are sent from here, whatever they are about. */
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/tcp.h>
#include <net/inet_dscp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/tcp.h>
#include <net/xfrm.h>

#include "net.h"
#include "xmit.h"

/**
 * l4lb_reset_header() - the TCP header of a reset, without checksum
 * @th: out
 * @rst: the reset
 *
 * Context: any.
 */
void l4lb_reset_header(struct tcphdr *th, const struct l4lb_reset *rst)
{
	memset(th, 0, sizeof(*th));
	th->source = rst->from.port;
	th->dest = rst->to.port;
	th->seq = htonl(rst->seq);
	th->ack_seq = htonl(rst->ack_seq);
	th->doff = sizeof(*th) / 4;
	th->rst = 1;
	th->ack = rst->acks;
}

/* The way to the receiver, from an address that may be anybody's. */
static struct rtable *reset_route4(struct net *net, const struct l4lb_reset *rst)
{
	struct flowi4 fl4 = {
		.flowi4_oif = rst->oif,
		.flowi4_mark = IP4_REPLY_MARK(net, rst->mark),
		.flowi4_tos = rst->tos & INET_DSCP_MASK,
		.flowi4_flags = FLOWI_FLAG_ANYSRC,
		.flowi4_proto = IPPROTO_TCP,
		.flowi4_uid = sock_net_uid(net, NULL),
		.saddr = rst->from.addr.ip,
		.daddr = rst->to.addr.ip,
		.fl4_sport = rst->from.port,
		.fl4_dport = rst->to.port,
	};
	struct rtable *rt = ip_route_output_key(net, &fl4);

	if (IS_ERR(rt))
		return NULL;
	/* Nobody answers a broadcast or a group. */
	if (rt->rt_type != RTN_UNICAST && rt->rt_type != RTN_LOCAL) {
		ip_rt_put(rt);
		return NULL;
	}
	return rt;
}

/* As reset_route4(). */
static struct dst_entry *reset_route6(struct net *net,
				      const struct l4lb_reset *rst)
{
	struct flowi6 fl6 = {
		.flowi6_oif = rst->oif,
		.flowi6_mark = IP6_REPLY_MARK(net, rst->mark),
		.flowlabel = ip6_make_flowinfo(rst->tos & INET_DSCP_MASK, 0),
		.flowi6_flags = FLOWI_FLAG_ANYSRC,
		.flowi6_proto = IPPROTO_TCP,
		.flowi6_uid = sock_net_uid(net, NULL),
		.saddr = rst->from.addr.ip6,
		.daddr = rst->to.addr.ip6,
		.fl6_sport = rst->from.port,
		.fl6_dport = rst->to.port,
	};
	struct dst_entry *dst = ip6_route_output(net, NULL, &fl6);

	if (dst->error || ipv6_addr_is_multicast(&fl6.daddr)) {
		dst_release(dst);
		return NULL;
	}
	dst = xfrm_lookup(net, dst, flowi6_to_flowi(&fl6), NULL, 0);
	return IS_ERR(dst) ? NULL : dst;
}

/* IPv4 header; its length and sum are filled in by ip_local_out(). */
static void reset_ip4(struct sk_buff *skb, const struct l4lb_reset *rst, u8 ttl)
{
	struct iphdr *iph = ip_hdr(skb);

	skb_set_transport_header(skb, sizeof(*iph));
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = rst->tos & INET_DSCP_MASK;
	iph->frag_off = htons(IP_DF);
	iph->ttl = ttl;
	iph->protocol = IPPROTO_TCP;
	iph->saddr = rst->from.addr.ip;
	iph->daddr = rst->to.addr.ip;
	skb->protocol = htons(ETH_P_IP);
}

/* The payload length is filled in by ip6_local_out(). */
static void reset_ip6(struct sk_buff *skb, const struct l4lb_reset *rst, u8 ttl)
{
	struct ipv6hdr *ip6h = ipv6_hdr(skb);

	skb_set_transport_header(skb, sizeof(*ip6h));
	ip6_flow_hdr(ip6h, rst->tos & INET_DSCP_MASK, 0);
	ip6h->nexthdr = IPPROTO_TCP;
	ip6h->hop_limit = ttl;
	ip6h->saddr = rst->from.addr.ip6;
	ip6h->daddr = rst->to.addr.ip6;
	skb->protocol = htons(ETH_P_IPV6);
}

static __sum16 reset_sum(const struct tcphdr *th, const struct l4lb_reset *rst)
{
	__wsum sum = csum_partial(th, sizeof(*th), 0);

	if (rst->from.family == AF_INET)
		return tcp_v4_check(sizeof(*th), rst->from.addr.ip,
				    rst->to.addr.ip, sum);
	return tcp_v6_check(sizeof(*th), &rst->from.addr.ip6,
			    &rst->to.addr.ip6, sum);
}

/**
 * l4lb_reset_build() - a reset as a packet
 * @rst: the reset; both ends of one family
 * @ttl: TTL or hop limit
 *
 * With room for the header of a tunnel. The IP header lacks length and sum.
 *
 * Context: any.
 * Return: the packet, skb->data at its network header; NULL without memory.
 */
struct sk_buff *l4lb_reset_build(const struct l4lb_reset *rst, u8 ttl)
{
	bool v4 = rst->from.family == AF_INET;
	unsigned int head = LL_MAX_HEADER + sizeof(struct ipv6hdr);
	unsigned int len = sizeof(struct tcphdr) +
			   (v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));
	struct sk_buff *skb = alloc_skb(head + len, GFP_ATOMIC | __GFP_NOWARN);

	if (!skb)
		return NULL;
	skb_reserve(skb, head);
	skb_reset_network_header(skb);
	skb_put_zero(skb, len);
	if (v4)
		reset_ip4(skb, rst, ttl);
	else
		reset_ip6(skb, rst, ttl);
	l4lb_reset_header(tcp_hdr(skb), rst);
	tcp_hdr(skb)->check = reset_sum(tcp_hdr(skb), rst);
	return skb;
}

static void reset_send4(struct l4lb_net *ln, const struct l4lb_reset *rst)
{
	struct rtable *rt = reset_route4(ln->net, rst);
	struct sk_buff *skb;

	if (!rt)
		return;
	skb = l4lb_reset_build(rst, ip4_dst_hoplimit(&rt->dst));
	if (!skb) {
		ip_rt_put(rt);
		return;
	}
	skb_dst_set(skb, &rt->dst);
	skb->mark = IP4_REPLY_MARK(ln->net, rst->mark);
	/* Conntrack has not seen the connection, and would call it invalid. */
	skb_set_nfct(skb, IP_CT_UNTRACKED);
	ip_local_out(ln->net, NULL, skb);
}

static void reset_send6(struct l4lb_net *ln, const struct l4lb_reset *rst)
{
	struct dst_entry *dst = reset_route6(ln->net, rst);
	struct sk_buff *skb;

	if (!dst)
		return;
	skb = l4lb_reset_build(rst, ip6_dst_hoplimit(dst));
	if (!skb) {
		dst_release(dst);
		return;
	}
	skb_dst_set(skb, dst);
	skb->mark = IP6_REPLY_MARK(ln->net, rst->mark);
	skb_set_nfct(skb, IP_CT_UNTRACKED);
	ip6_local_out(ln->net, NULL, skb);
}

/**
 * l4lb_xmit_reset_send() - send a reset as a host does
 * @ln: namespace
 * @rst: the reset
 *
 * From any address, local or not, through LOCAL_OUT like any packet of the
 * host's, but untracked.
 *
 * Context: RCU read side, BH off.
 */
void l4lb_xmit_reset_send(struct l4lb_net *ln, const struct l4lb_reset *rst)
{
	switch (rst->from.family) {
	case AF_INET:
		reset_send4(ln, rst);
		break;
	case AF_INET6:
		reset_send6(ln, rst);
		break;
	}
}
