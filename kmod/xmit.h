/* SPDX-License-Identifier: GPL-2.0 */
/* The ways out. */
#ifndef L4LB_XMIT_H
#define L4LB_XMIT_H

#include "decide.h"
#include "packet.h"

struct dst_entry;

/**
 * struct l4lb_way - where a packet would leave, for explain
 * @mtu: of the route, bytes
 * @oif: interface index
 * @nexthop: neighbour that is asked
 * @family: of @nexthop
 * @lladdr: its link-layer address, if @nud is valid
 * @nud: NUD_* state; NUD_NONE when there is no such neighbour yet
 */
struct l4lb_way {
	u32 mtu;
	int oif;
	union l4lb_addr nexthop;
	u8 family;
	u8 lladdr[6];
	u16 nud;
};

/*
 * All of these: RCU read side, BH off. They return L4LB_REASON_UNSPEC when the
 * skb has been consumed (sent, or dropped further down as any packet may be),
 * else the reason why it could not be sent; the caller still owns it then.
 */
u32 l4lb_xmit_dr(struct l4lb_net *ln, struct sk_buff *skb,
		 const struct l4lb_packet *pkt, const struct l4lb_plan *plan);
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
void l4lb_xmit_reset(struct l4lb_net *ln, struct sk_buff *skb,
		     const struct l4lb_packet *pkt);
void l4lb_xmit_unreachable(struct l4lb_net *ln, struct sk_buff *skb,
			   const struct l4lb_packet *pkt);

/* Steps shared by the ways out (xmit.c). */
u32 l4lb_xmit_prepare(struct l4lb_net *ln, struct sk_buff *skb,
		      const struct l4lb_packet *pkt, unsigned int writable);
u32 l4lb_xmit_send(struct l4lb_net *ln, struct sk_buff *skb,
		   const struct l4lb_packet *pkt, struct dst_entry *dst);
struct dst_entry *l4lb_xmit_route(struct l4lb_net *ln, struct l4lb_server *srv,
				  u8 tos);
void l4lb_xmit_route_drop(struct l4lb_server *srv);
u32 l4lb_xmit_probe(struct l4lb_net *ln, const struct l4lb_packet *pkt,
		    const struct l4lb_plan *plan, struct l4lb_way *way);

#endif /* L4LB_XMIT_H */
