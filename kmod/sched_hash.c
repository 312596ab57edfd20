// SPDX-License-Identifier: GPL-2.0
/*
 * By a hash of the packet's address alone, so that a client, or a destination,
 * always meets the same server, on any director:
 *
 * sh, source hashing: by the client's address;
 * dh, destination hashing: by the address that it asked for.
 *
 * With hash_port the port counts, too. Servers are placed by weighted
 * rendezvous hashing (sched_place.c), which moves the clients of a server that
 * goes and nobody else, and looks at all servers for each new connection; mh is
 * for many of them.
 *
 * Servers that are down, draining, disabled or of weight 0 have left the hash
 * for the time. A full one has not: its clients are rejected until it has
 * room, or with hash_fallback go to their next choice. One in slow start has
 * a part of its clients, by their hash; the others go to their next choice.
 */
#include "packet.h"
#include "sched.h"
#include "sched_hash.h"
#include "sched_place.h"
#include "server.h"
#include "service.h"

/* So that the part is independent of who draws the server. */
#define HASH_RAMP_SALT	0x736c6f7773746172ull

/**
 * l4lb_hash_ramps() - is a client not yet of the part that a server may have?
 * @sd: data
 * @pos: position of a server
 * @client: from l4lb_sched_client()
 *
 * Context: RCU read side.
 * Return: true when the client should go elsewhere for now.
 */
bool l4lb_hash_ramps(const struct l4lb_sched_data *sd, u32 pos, u64 client)
{
	u32 part, mine;

	if (likely(!READ_ONCE(sd->ramping)))
		return false;
	part = l4lb_sched_ramp(sd->slot[pos].server, sd->slow_start);
	mine = l4lb_sched_mix(client ^ HASH_RAMP_SALT, sd->slot[pos].key) >> 32;
	return ((u64)mine * 1000) >> 32 >= part;
}

/**
 * l4lb_hash_in() - does a server take part in the hash?
 * @sd: data
 * @pos: its position
 * @client: not looked at
 *
 * Context: RCU read side.
 * Return: true when it may be used, or is full.
 */
bool l4lb_hash_in(const struct l4lb_sched_data *sd, u32 pos, u64 client)
{
	const struct l4lb_sched_slot *slot = &sd->slot[pos];
	enum l4lb_reason why = l4lb_server_excluded(slot->server, 1);

	return READ_ONCE(slot->weight) &&
	       (why == L4LB_REASON_UNSPEC || why == L4LB_REASON_OVERLOAD);
}

static bool hash_full(const struct l4lb_sched_data *sd, u32 pos)
{
	return READ_ONCE(sd->slot[pos].server->overload);
}

static bool hash_in_warm(const struct l4lb_sched_data *sd, u32 pos, u64 client)
{
	return l4lb_hash_in(sd, pos, client) &&
	       !l4lb_hash_ramps(sd, pos, client);
}

static bool hash_free(const struct l4lb_sched_data *sd, u32 pos, u64 client)
{
	return l4lb_hash_in(sd, pos, client) && !hash_full(sd, pos);
}

static bool hash_free_warm(const struct l4lb_sched_data *sd, u32 pos, u64 client)
{
	return hash_free(sd, pos, client) && !l4lb_hash_ramps(sd, pos, client);
}

/**
 * l4lb_hash_place() - the server of a client, by rendezvous
 * @sd: data
 * @client: from l4lb_sched_client()
 * @pick: out: the choice
 *
 * Context: RCU read side.
 * Return: false when there is none, or it is full and there is no fallback.
 */
bool l4lb_hash_place(const struct l4lb_sched_data *sd, u64 client,
		     struct l4lb_pick *pick)
{
	bool any;

	if (sd->hash_fallback)
		return l4lb_place(sd, client, hash_free_warm, pick) ||
		       l4lb_place(sd, client, hash_free, pick);
	any = l4lb_place(sd, client, hash_in_warm, pick) ||
	      l4lb_place(sd, client, l4lb_hash_in, pick);
	return any && !hash_full(sd, pick->pos);
}

/**
 * l4lb_hash_source() - hash of who a packet is from
 * @sd: data
 * @pkt: the packet
 *
 * Context: any.
 * Return: from l4lb_sched_client().
 */
u64 l4lb_hash_source(const struct l4lb_sched_data *sd,
		     const struct l4lb_packet *pkt)
{
	return l4lb_sched_client(&pkt->saddr, sd->hash_port ? pkt->sport : 0);
}

static bool sh_pick(const struct l4lb_sched_data *sd,
		    const struct l4lb_packet *pkt, struct l4lb_pick *pick)
{
	return l4lb_hash_place(sd, l4lb_hash_source(sd, pkt), pick);
}

static u64 dh_client(const struct l4lb_sched_data *sd,
		     const struct l4lb_packet *pkt)
{
	return l4lb_sched_client(&pkt->daddr, sd->hash_port ? pkt->dport : 0);
}

static bool dh_pick(const struct l4lb_sched_data *sd,
		    const struct l4lb_packet *pkt, struct l4lb_pick *pick)
{
	return l4lb_hash_place(sd, dh_client(sd, pkt), pick);
}

/**
 * l4lb_hash_commit() - make a choice: nothing but slow start remembers it
 * @rt: service
 * @sd: data
 * @pick: the choice
 *
 * Context: RCU read side, BH off.
 * Return: true.
 */
bool l4lb_hash_commit(struct l4lb_service_rt *rt, struct l4lb_sched_data *sd,
		      const struct l4lb_pick *pick)
{
	if (unlikely(READ_ONCE(sd->cold)))
		l4lb_ramp_took_slow(rt, sd, pick->pos);
	return true;
}

/**
 * l4lb_hash_passes() - is it for slow start that a server is passed over?
 * @sd: data
 * @pos: position of the server
 * @pkt: packet that looks for one
 *
 * Context: RCU read side.
 * Return: L4LB_REASON_RAMPING or L4LB_REASON_UNSPEC.
 */
enum l4lb_reason l4lb_hash_passes(const struct l4lb_sched_data *sd, u32 pos,
				  const struct l4lb_packet *pkt)
{
	return l4lb_hash_ramps(sd, pos, l4lb_hash_source(sd, pkt)) ?
			L4LB_REASON_RAMPING : L4LB_REASON_UNSPEC;
}

static enum l4lb_reason dh_passes(const struct l4lb_sched_data *sd, u32 pos,
				  const struct l4lb_packet *pkt)
{
	return l4lb_hash_ramps(sd, pos, dh_client(sd, pkt)) ?
			L4LB_REASON_RAMPING : L4LB_REASON_UNSPEC;
}

const struct l4lb_sched_ops l4lb_sched_sh = {
	.name = "sh",
	.hash = true,
	.pick = sh_pick,
	.commit = l4lb_hash_commit,
	.passes = l4lb_hash_passes,
};

const struct l4lb_sched_ops l4lb_sched_dh = {
	.name = "dh",
	.hash = true,
	.pick = dh_pick,
	.commit = l4lb_hash_commit,
	.passes = dh_passes,
};

#ifdef L4LB_KUNIT
#include "sched_hash_test.c"
#endif
