/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP errors about our connections. */
#ifndef L4LB_ICMP_H
#define L4LB_ICMP_H

#include "decide.h"
#include "packet.h"

void l4lb_icmp_decide(const struct l4lb_net *ln, const struct l4lb_packet *pkt,
		      struct l4lb_plan *plan, struct l4lb_trace *trace);
bool l4lb_icmp_tunnel(const struct l4lb_net *ln, const struct l4lb_packet *pkt,
		      struct l4lb_plan *plan, struct l4lb_trace *trace);

#endif /* L4LB_ICMP_H */
