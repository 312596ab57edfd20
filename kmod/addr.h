/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses and endpoints of both families in one shape. */
#ifndef L4LB_ADDR_H
#define L4LB_ADDR_H

#include <linux/in6.h>
#include <linux/kernel.h>
#include <linux/socket.h>
#include <linux/stddef.h>
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

/**
 * struct l4lb_service_key - identity of a service; no padding, so that it can be
 *	compared as bytes
 * @addr: VIP, or the first address of a prefix; zero with @mark
 * @port: port, network order; the first of a range; 0: any port
 * @family: AF_INET or AF_INET6
 * @proto: IPPROTO_TCP or IPPROTO_UDP; 0 with @mark
 * @ep: these four as an endpoint, which of a plain service is what its clients
 *	send to
 * @port_last: last port of a range, network order; else as @port
 * @prefix: bits of @addr that a destination must share, all of them for one
 *	address; 0 with @mark
 * @unused: 0
 * @mark: of packets that it takes, whatever their address, protocol and port; 0:
 *	it goes by these
 *
 * A *plain* service is one address and one port; the number of any other does not
 * say what a client has sent to. One with *many* ports is a range, any port or a
 * mark.
 */
struct l4lb_service_key {
	union {
		struct {
			union l4lb_addr addr;
			__be16 port;
			u8 family;
			u8 proto;
		};
		struct l4lb_endpoint ep;
	};
	__be16 port_last;
	u8 prefix;
	u8 unused;
	u32 mark;
};

static_assert(sizeof(struct l4lb_service_key) == 28);
static_assert(offsetof(struct l4lb_service_key, proto) ==
	      offsetof(struct l4lb_endpoint, proto));

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

/* Bits of an address of @family: the prefix of one address. */
static inline u8 l4lb_addr_bits(u8 family)
{
	return 8 * l4lb_addr_len(family);
}

/* Mask of word @i of an address for its first @bits bits. */
static inline __be32 l4lb_addr_mask(u32 i, u32 bits)
{
	if (bits <= 32 * i)
		return 0;
	bits -= 32 * i;
	return bits >= 32 ? cpu_to_be32(~0u) : cpu_to_be32(~0u << (32 - bits));
}

/* The first @bits bits of @a, the others zero. */
static inline union l4lb_addr l4lb_addr_prefix(const union l4lb_addr *a, u32 bits)
{
	union l4lb_addr p;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(p.w); i++)
		p.w[i] = a->w[i] & l4lb_addr_mask(i, bits);
	return p;
}

/*
 * Hash of a prefix, or with all @bits of an address, for the map of VIPs. A
 * prefix never has the hash of the address that it begins with, nor of another
 * prefix that begins there; so whoever looks for the address by its hash need not
 * compare prefixes.
 */
static inline u32 l4lb_vip_hash(const union l4lb_addr *a, u8 family, u8 bits)
{
	return l4lb_addr_hash(a) ^
	       (u8)(l4lb_addr_bits(family) - bits) * 0x9e3779b1u;
}

static inline bool l4lb_key_equal(const struct l4lb_service_key *a,
				  const struct l4lb_service_key *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* Several ports: a server without one gets each packet on its own. */
static inline bool l4lb_key_many(const struct l4lb_service_key *key)
{
	return !key->port || key->port_last != key->port;
}

static inline bool l4lb_key_plain(const struct l4lb_service_key *key)
{
	return !l4lb_key_many(key) &&
	       key->prefix == l4lb_addr_bits(key->family);
}

/* A service on a VIP, as opposed to one of a mark. */
static inline bool l4lb_key_has_vip(const struct l4lb_service_key *key)
{
	return !key->mark;
}

/* Port of a server of which none was said; 0: that of each packet. */
static inline __be16 l4lb_key_server_port(const struct l4lb_service_key *key)
{
	return l4lb_key_many(key) ? 0 : key->port;
}

/* Identity of the plain service of an endpoint. */
static inline struct l4lb_service_key
l4lb_key_of(const struct l4lb_endpoint *ep)
{
	return (struct l4lb_service_key){
		.ep = *ep,
		.port_last = ep->port,
		.prefix = l4lb_addr_bits(ep->family),
	};
}

/*
 * Hash of a service's identity. That of a plain one is its endpoint's; any other
 * with the same endpoint has another hash, so that packets, which look for plain
 * services first, compare no more than an endpoint.
 */
static inline u32 l4lb_key_hash(const struct l4lb_service_key *key)
{
	u32 h = l4lb_endpoint_hash(&key->ep), more;

	if (l4lb_key_plain(key))
		return h;
	more = (__force u16)key->port_last << 8 | key->prefix;
	more = more * 0x9e3779b1u + key->mark;
	more *= 0x85ebca6b;
	return h ^ ((more ^ more >> 15) | 1);
}

#endif /* L4LB_ADDR_H */
