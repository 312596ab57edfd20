/* SPDX-License-Identifier: GPL-2.0 */
/* Rewriting addresses and ports, and keeping every checksum right. */
#ifndef L4LB_NAT_H
#define L4LB_NAT_H

#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
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

/* Bytes from the start of a TCP or UDP header to the end of its checksum. */
static inline unsigned int l4lb_nat_l4_len(u8 proto)
{
	return proto == IPPROTO_TCP ? offsetofend(struct tcphdr, check) :
				      sizeof(struct udphdr);
}

/* Bytes from the network header that l4lb_nat_rewrite() writes within. */
static inline unsigned int l4lb_nat_writes(const struct l4lb_packet *pkt)
{
	return pkt->l4 + l4lb_nat_l4_len(pkt->proto);
}

/* The same of l4lb_nat_rewrite_icmp(); senders may quote only 8 bytes. */
static inline unsigned int l4lb_nat_writes_icmp(const struct l4lb_packet *pkt)
{
	return min(pkt->inner_l4 + l4lb_nat_l4_len(pkt->proto), pkt->len);
}

/**
 * l4lb_nat_ttl() - count a hop
 * @skb: the packet, its network header writable
 * @family: AF_INET or AF_INET6
 *
 * The caller has seen that it is above 1. IPv4's header checksum follows (RFC
 * 1624), so that a CHECKSUM_COMPLETE sum does not move; IPv6 has none, and the
 * sum does. No transport checksum covers the field.
 */
static inline void l4lb_nat_ttl(struct sk_buff *skb, u8 family)
{
	switch (family) {
	case AF_INET:
		ip_decrease_ttl(ip_hdr(skb));
		break;
	case AF_INET6:
		ipv6_hdr(skb)->hop_limit--;
		if (skb->ip_summed == CHECKSUM_COMPLETE)
			skb->csum = csum_sub(skb->csum,
					     (__force __wsum)htons(1));
		break;
	}
}

#endif /* L4LB_NAT_H */
