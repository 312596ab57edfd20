/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses and endpoints of both families in one shape. */
#ifndef L4LB_ADDR_H
#define L4LB_ADDR_H

#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/types.h>

/**
 * union l4lb_addr - an IPv4 or IPv6 address
 * @ip: IPv4, network order; @w[1] to @w[3] are then zero, always
 * @ip6: IPv6
 * @w: as four words, for hashing and comparing without looking at the family
 */
union l4lb_addr {
	__be32 ip;
	struct in6_addr ip6;
	__be32 w[4];
};

/**
 * struct l4lb_endpoint - a transport address; no padding, so that it can be
 *	compared and hashed as bytes
 * @addr: address
 * @port: port, network order
 * @family: AF_INET or AF_INET6
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 */
struct l4lb_endpoint {
	union l4lb_addr addr;
	__be16 port;
	u8 family;
	u8 proto;
};

static_assert(sizeof(struct l4lb_endpoint) == 20);

static inline bool l4lb_addr_equal(const union l4lb_addr *a,
				   const union l4lb_addr *b)
{
	return !(((__force u32)(a->w[0] ^ b->w[0])) |
		 ((__force u32)(a->w[1] ^ b->w[1])) |
		 ((__force u32)(a->w[2] ^ b->w[2])) |
		 ((__force u32)(a->w[3] ^ b->w[3])));
}

static inline bool l4lb_endpoint_equal(const struct l4lb_endpoint *a,
				       const struct l4lb_endpoint *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/*
 * Hash of an address for the configuration maps. Not keyed: what is stored in
 * those maps is the operator's choice, and a stranger's packet can only make
 * a lookup walk one leaf of a handful of entries.
 */
static inline u32 l4lb_addr_hash(const union l4lb_addr *a)
{
	/*
	 * Each word times an odd constant of its own: every bit of a word, the
	 * top ones too, where IPv4's last octet is, reaches the lowest bit of
	 * the sum's upper half, and the maps go by the low bits of this.
	 */
	u64 h = (__force u32)a->w[0] * 0x9e3779b97f4a7c15ull +
		(__force u32)a->w[1] * 0xc2b2ae3d27d4eb4full +
		(__force u32)a->w[2] * 0x165667b19e3779f9ull +
		(__force u32)a->w[3] * 0xd6e8feb86659fd93ull;

	return h >> 32;
}

/* Hash of (address, protocol, port), from the address's hash. */
static inline u32 l4lb_port_hash(u32 addr_hash, u8 proto, __be16 port)
{
	u32 h = addr_hash ^ ((u32)proto << 16 | (__force u16)port);

	h *= 0x85ebca6b;
	return h ^ (h >> 15);
}

static inline u32 l4lb_endpoint_hash(const struct l4lb_endpoint *ep)
{
	return l4lb_port_hash(l4lb_addr_hash(&ep->addr), ep->proto, ep->port);
}

/* Bytes of an address of @family in a packet or attribute. */
static inline unsigned int l4lb_addr_len(u8 family)
{
	return family == AF_INET ? sizeof(__be32) : sizeof(struct in6_addr);
}

#endif /* L4LB_ADDR_H */
