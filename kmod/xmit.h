/* SPDX-License-Identifier: GPL-2.0 */
/* The ways out. */
#ifndef L4LB_XMIT_H
#define L4LB_XMIT_H

#include <net/dst.h>
#include <net/xfrm.h>
#include "decide.h"
#include "packet.h"
#include "route.h"

struct l4lb_server;

/**
 * struct l4lb_way - where a packet would leave, for explain
 * @mtu: of the route, bytes; of a tunnel, what is left for the packet
 * @oif: interface index
 * @nexthop: neighbour that is asked
 * @family: of @nexthop
 * @lladdr: its link-layer address, if @nud is valid
 * @nud: NUD_* state; NUD_NONE when there is no such neighbour yet
 * @local: it does not leave: the server is the director itself
 */
struct l4lb_way {
	u32 mtu;
	int oif;
	union l4lb_addr nexthop;
	u8 family;
	u8 lladdr[6];
	u16 nud;
	bool local;
};

/**
 * struct l4lb_reset - a TCP reset that is sent from here
 * @from: whose it pretends to be
 * @to: receiver, of the same family
 * @seq: sequence number, host order
 * @ack_seq: acknowledgment, host order, with @acks
 * @acks: it acknowledges
 * @tos: TOS or traffic class of the connection
 * @oif: VRF that the receiver is in; 0: none
 * @mark: of the packet that it answers; 0: none
 */
struct l4lb_reset {
	struct l4lb_endpoint from;
	struct l4lb_endpoint to;
	u32 seq;
	u32 ack_seq;
	bool acks;
	u8 tos;
	int oif;
	u32 mark;
};

/*
 * In place of a reason: the server is the director itself. The packet is the
 * caller's, and goes on up the stack.
 */
#define L4LB_XMIT_LOCAL		__L4LB_REASON_MAX

/* Bytes of the header that a tunnel over @family puts in front. */
static inline unsigned int l4lb_tunnel_header(u8 family)
{
	return family == AF_INET ? sizeof(struct iphdr) :
				   sizeof(struct ipv6hdr);
}

/* Does the packet need more than a neighbour: IPsec, an encapsulating route? */
static inline bool l4lb_xmit_special(const struct dst_entry *dst)
{
	return unlikely(dst_xfrm(dst) || dst->lwtstate);
}

/*
 * All of these: RCU read side, BH off; skb->data at the network header, IPCB()
 * or IP6CB() valid, the skb not shared. They return L4LB_REASON_UNSPEC when the skb has
 * been consumed (sent, or dropped further down as any packet may be), else the
 * reason why it could not be sent; the caller still owns it then, and can only
 * drop it. L4LB_XMIT_LOCAL: nothing was sent, see there.
 */
u32 l4lb_xmit_dr(struct l4lb_net *ln, struct sk_buff *skb,
		 const struct l4lb_packet *pkt, const struct l4lb_plan *plan);
u32 l4lb_xmit_tunnel(struct l4lb_net *ln, struct sk_buff *skb,
		     const struct l4lb_packet *pkt,
		     const struct l4lb_plan *plan);
void l4lb_xmit_tunnel_error(struct l4lb_net *ln, struct sk_buff *skb,
			    const struct l4lb_packet *pkt,
			    const struct l4lb_plan *plan);
u32 l4lb_xmit_nat(struct l4lb_net *ln, struct sk_buff *skb,
		  const struct l4lb_packet *pkt, const struct l4lb_plan *plan);
u32 l4lb_xmit_nat_reply(struct l4lb_net *ln, struct sk_buff *skb,
			const struct l4lb_packet *pkt,
			const struct l4lb_plan *plan);
u32 l4lb_xmit_nat_local_reply(struct l4lb_net *ln, struct sk_buff *skb,
			      const struct l4lb_packet *pkt,
			      const struct l4lb_plan *plan);
u32 l4lb_xmit_icmp(struct l4lb_net *ln, struct sk_buff *skb,
		   const struct l4lb_packet *pkt, const struct l4lb_plan *plan);

/* A client's packet to its server, by the plan's method. Inline: of each packet. */
static __always_inline u32 l4lb_xmit_forward(struct l4lb_net *ln,
					     struct sk_buff *skb,
					     const struct l4lb_packet *pkt,
					     const struct l4lb_plan *plan)
{
	if (plan->method == L4LB_METHOD_NAT)
		return l4lb_xmit_nat(ln, skb, pkt, plan);
	if (unlikely(plan->method == L4LB_METHOD_TUNNEL))
		return l4lb_xmit_tunnel(ln, skb, pkt, plan);
	return l4lb_xmit_dr(ln, skb, pkt, plan);
}

void l4lb_xmit_reset(struct l4lb_net *ln, struct sk_buff *skb,
		     const struct l4lb_packet *pkt);
void l4lb_reset_header(struct tcphdr *th, const struct l4lb_reset *rst);
struct sk_buff *l4lb_reset_build(const struct l4lb_reset *rst, u8 ttl);
void l4lb_xmit_reset_send(struct l4lb_net *ln, const struct l4lb_reset *rst);
void l4lb_xmit_unreachable(struct l4lb_net *ln, struct sk_buff *skb,
			   const struct l4lb_packet *pkt);
void l4lb_xmit_error(struct l4lb_net *ln, struct sk_buff *skb, u8 family,
		     u8 type, u8 code, u32 info);

/*
 * Steps shared by the ways out (xmit.c), in this order: a route is attached to
 * the skb; prepare() judges TTL and size and makes the skb fit to be written
 * and sent; the method rewrites; send() hands it to the neighbour.
 */
u32 l4lb_xmit_route(struct l4lb_net *ln, const struct l4lb_plan *plan,
		    struct sk_buff *skb);
void l4lb_xmit_source_check(struct l4lb_net *ln, struct l4lb_server *srv,
			    const struct sk_buff *skb);
bool l4lb_xmit_route_here(struct l4lb_net *ln, const struct l4lb_plan *plan,
			  struct sk_buff *skb);
u32 l4lb_xmit_route_client(struct l4lb_net *ln, struct sk_buff *skb,
			   const struct l4lb_packet *pkt,
			   const struct l4lb_endpoint *vip,
			   struct l4lb_route *route);
u32 l4lb_xmit_prepare(struct l4lb_net *ln, struct sk_buff *skb,
		      const struct l4lb_packet *pkt, unsigned int writable,
		      unsigned int outer, bool *split);
struct sk_buff *l4lb_xmit_segments(struct sk_buff *skb, unsigned int *less);
u32 l4lb_xmit_send(struct l4lb_net *ln, struct sk_buff *skb, bool split);
u32 l4lb_xmit_probe(struct l4lb_net *ln, const struct l4lb_packet *pkt,
		    const struct l4lb_plan *plan, struct l4lb_way *way);

#endif /* L4LB_XMIT_H */
