// SPDX-License-Identifier: GPL-2.0
/*
 * Where a packet belongs, as every director with the same servers finds it:
 * weighted rendezvous hashing (Thaler and Ravishankar 1998; weights as Schindelhauer
 * and Schomaker 2005). Each pair of client and server draws a number; the
 * server with the best one, weights considered, gets the client.
 *
 * The draw U, uniform in (0, 1), becomes -log2(U) / weight, and the least wins:
 * the first of several exponential clocks, which is each server's in proportion
 * to its weight. When a server leaves, its clients alone go elsewhere, spread
 * over the others by weight; when it returns, they return.
 *
 * Nothing is remembered, so there is nothing to lock: O(servers) a choice.
 */
#include <linux/bitops.h>
#include <linux/siphash.h>

#include "packet.h"
#include "sched.h"
#include "sched_place.h"
#include "server.h"
#include "service.h"

/* Published, since other directors are to find the same. */
static const siphash_key_t place_client_key = {
	{ 0x6c346c622d636c69ull, 0x656e742d31323334ull }
};

/**
 * l4lb_sched_client() - hash of who a packet is from, or to
 * @addr: address; an IPv4 one has zeros behind it
 * @port: port, or 0 where it does not count
 *
 * Context: any.
 * Return: 64 bits, the same on every director.
 */
u64 l4lb_sched_client(const union l4lb_addr *addr, __be16 port)
{
	struct l4lb_endpoint who = { .addr = *addr, .port = port };

	return siphash(&who, sizeof(who), &place_client_key);
}

/**
 * l4lb_sched_mix() - one hash of two
 * @client: from l4lb_sched_client()
 * @key: &l4lb_sched_slot.key, or any other constant
 *
 * Both are SipHash already, so a finalizer that makes each bit depend on all
 * (the one of SplitMix64) is enough.
 *
 * Context: any.
 * Return: 64 bits, the same on every director.
 */
u64 l4lb_sched_mix(u64 client, u64 key)
{
	u64 h = client ^ key;

	h ^= h >> 30;
	h *= 0xbf58476d1ce4e5b9ull;
	h ^= h >> 27;
	h *= 0x94d049bb133111ebull;
	return h ^ h >> 31;
}

static u32 place_mul(u32 a, u32 b)
{
	return (u64)a * b >> 32;
}

/*
 * -log2(h / 2^64) in units of 2^-32, at least 1 and below 2^39.
 *
 * With h = 2^(63 - k) * (1 + x) it is k + 1 - log2(1 + x), and
 * 1 - log2(1 + x) = (1 - x) * (1 - x * P(x)). P is the polynomial of degree 4
 * that is exact at five Chebyshev nodes; as 1 - x is a factor, the relative
 * error is below 4e-5 everywhere, also next to 0 where the winners are.
 */
static u64 place_clock(u64 h)
{
	u32 k = h ? 64 - fls64(h) : 63;
	u32 x = h << k << 1 >> 32, p;

	p = 0x18e23829u - place_mul(x, 0x0693b3ddu);
	p = 0x2f213b5fu - place_mul(x, p);
	p = 0x46cd424bu - place_mul(x, p);
	p = 0x7151c6fdu - place_mul(x, p);
	return ((u64)k << 32) + place_mul(~x, ~place_mul(x, p)) + 1;
}

/**
 * l4lb_place() - the server that a client belongs to
 * @sd: scheduler data
 * @client: from l4lb_sched_client()
 * @may: may the server at a position be taken by this client?
 * @pick: out: the server, when there is one
 *
 * Two servers with the same draw, which takes 2^64 clients, are told apart by
 * their keys, never by their place in the list.
 *
 * Context: RCU read side.
 * Return: false when no server may be taken.
 */
bool l4lb_place(const struct l4lb_sched_data *sd, u64 client,
		bool (*may)(const struct l4lb_sched_data *sd, u32 pos,
			    u64 client),
		struct l4lb_pick *pick)
{
	u64 clock, best_clock = 0, here, there;
	u32 pos, weight, best_weight = 0;
	const struct l4lb_sched_slot *slot;

	for (pos = 0; pos < sd->nr; pos++) {
		slot = &sd->slot[pos];
		weight = READ_ONCE(slot->weight);
		if (!weight || !may(sd, pos, client))
			continue;
		clock = place_clock(l4lb_sched_mix(client, slot->key));
		/* Below 2^39 times below 2^16. */
		here = clock * best_weight;
		there = best_clock * weight;
		if (best_weight &&
		    (here > there || (here == there &&
				      slot->key > sd->slot[pick->pos].key)))
			continue;
		best_clock = clock;
		best_weight = weight;
		pick->pos = pos;
	}
	if (!best_weight)
		return false;
	pick->server = sd->slot[pick->pos].server;
	pick->seen = 0;
	return true;
}

static bool place_usable(const struct l4lb_sched_data *sd, u32 pos, u64 client)
{
	return !l4lb_server_excluded(sd->slot[pos].server, 1);
}

/**
 * l4lb_sched_adopt() - where a packet in the middle of a stream belongs
 * @svc: service, which has no entry for it
 * @pkt: the packet, from a client
 * @pick: out: the choice; nothing is to be committed to the scheduler
 *
 * With a hash scheduler it is the scheduler's own choice, the one that another
 * director made when the connection began. Else it is placed by a hash of
 * the client's address and port, so that all packets of a connection meet the
 * same server on whatever director they arrive. Pure.
 *
 * Context: RCU read side.
 * Return: false when no server may take it.
 */
bool l4lb_sched_adopt(const struct l4lb_service *svc,
		      const struct l4lb_packet *pkt, struct l4lb_pick *pick)
{
	if (svc->ops->hash)
		return svc->ops->pick(svc->sched, pkt, pick);
	return l4lb_place(svc->sched,
			  l4lb_sched_client(&pkt->saddr, pkt->sport),
			  place_usable, pick);
}

#ifdef L4LB_KUNIT
#include "sched_place_test.c"
#endif
