/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP errors about our connections. */
#ifndef L4LB_ICMP_H
#define L4LB_ICMP_H

#include "decide.h"
#include "packet.h"

struct sk_buff;

void l4lb_icmp_decide(const struct l4lb_net *ln, const struct l4lb_packet *pkt,
		      struct l4lb_plan *plan, struct l4lb_trace *trace);
void l4lb_icmp_send(struct l4lb_net *ln, struct sk_buff *skb, u8 family,
		    u8 type, u8 code, u32 info);

#endif /* L4LB_ICMP_H */
