/* SPDX-License-Identifier: GPL-2.0 */
/* Rewriting addresses and ports, and keeping every checksum right. */
#ifndef L4LB_NAT_H
#define L4LB_NAT_H

#include <linux/skbuff.h>
#include "addr.h"
#include "packet.h"

/* Which end of a packet is rewritten. */
enum l4lb_nat_end {
	L4LB_NAT_SRC,
	L4LB_NAT_DST,
};

bool l4lb_nat_rewrite(struct sk_buff *skb, const struct l4lb_packet *pkt,
		      enum l4lb_nat_end end, const struct l4lb_endpoint *to);
bool l4lb_nat_rewrite_icmp(struct sk_buff *skb, const struct l4lb_packet *pkt,
			   enum l4lb_nat_end inner_end,
			   const struct l4lb_endpoint *to,
			   enum l4lb_nat_end outer_end,
			   const union l4lb_addr *outer_to);
void l4lb_nat_ttl(struct sk_buff *skb, u8 family);

#endif /* L4LB_NAT_H */
