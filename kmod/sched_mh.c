// SPDX-License-Identifier: GPL-2.0
/*
 * Maglev hashing (Eisenbud et al., NSDI 2016, section 3.4): the client's address
 * (with hash_port the port, too) selects an entry of a table, which names the
 * server: one look, however many servers there are.
 *
 * Each server has a permutation of the table from the hash of its address and
 * port. In turn each takes the first entry of its permutation that is still
 * free, until none is; the heaviest server takes one each round, another one
 * in weight / heaviest of the rounds. The order of turns is that of the
 * servers' hashes, so the list's does not matter.
 *
 * The table has the least prime of a list that is at least 100 times the number
 * of servers, as far as there is one.
 *
 * The table is of servers and weights, not of states. A server that is down,
 * draining or disabled stays in it, and its clients are hashed again, with an
 * offset, until they meet one that may be used. So its clients alone move, and
 * come back with it; nothing is built when a checker speaks. A full server
 * rejects its clients, or with hash_fallback they are hashed again; of one in
 * slow start, those are that are not yet of its part.
 *
 * Concurrency: a table is immutable and swapped by RCU. It is built with the
 * scheduler data, and again after weights have changed: in a work, outside
 * all locks, once for all changes that came until then.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "packet.h"
#include "sched.h"
#include "sched_hash.h"
#include "server.h"
#include "service.h"

/* Entries of the table for each server, as far as possible. */
#define MH_PER_SERVER	100u

/* Hashes after which the servers are looked at one by one. */
#define MH_TRIES	32u

#define MH_SKIP_SALT	0x6d616769736b6970ull

#define MH_FREE		U32_MAX

/* The greatest primes below powers of two. */
static const u32 mh_sizes[] = {
	251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521, 131071
};

/**
 * struct mh_server - a server while a table is built
 * @key: hash of its address and port, or 0 with weight 0
 * @pos: its position
 * @weight: its weight
 * @next: entry that its permutation has come to
 * @skip: step of its permutation
 * @credit: weights of the rounds since its last turn
 */
struct mh_server {
	u64 key;
	u32 pos;
	u32 weight;
	u32 next;
	u32 skip;
	u32 credit;
};

/**
 * struct l4lb_mh - a table
 * @rcu: frees a replaced one
 * @size: entries in @entry, a prime
 * @nr: servers in @server
 * @weights: sum of their weights; 0: @entry means nothing
 * @server: servers by key, with the weights that @entry was built with
 * @entry: positions of servers
 */
struct l4lb_mh {
	struct rcu_head rcu;
	u32 size;
	u32 nr;
	u64 weights;
	struct mh_server *server;
	u32 entry[];
};

static u32 mh_size(u32 nr)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(mh_sizes) - 1; i++)
		if (mh_sizes[i] >= (u64)nr * MH_PER_SERVER)
			break;
	return mh_sizes[i];
}

static void mh_free(struct l4lb_mh *mh)
{
	if (!mh)
		return;
	kvfree(mh->server);
	kvfree(mh);
}

static void mh_free_rcu(struct rcu_head *rcu)
{
	mh_free(container_of(rcu, struct l4lb_mh, rcu));
}

static struct l4lb_mh *mh_alloc(u32 nr, gfp_t gfp)
{
	u32 size = mh_size(nr);
	struct l4lb_mh *mh = kvzalloc(struct_size(mh, entry, size), gfp);

	if (!mh)
		return NULL;
	mh->size = size;
	mh->nr = nr;
	mh->server = kvcalloc(max(nr, 1u), sizeof(*mh->server), gfp);
	if (mh->server)
		return mh;
	kvfree(mh);
	return NULL;
}

/* Servers and weights as they are now. Context: as the caller reads @sd. */
static void mh_servers(struct l4lb_mh *mh, const struct l4lb_sched_data *sd)
{
	struct mh_server *ms;
	u32 pos;

	for (pos = 0; pos < sd->nr; pos++) {
		ms = &mh->server[pos];
		ms->key = sd->slot[pos].key;
		ms->pos = pos;
		ms->weight = READ_ONCE(sd->slot[pos].weight);
	}
}

/* Is the table still that of @sd? Its servers stand in any order. */
static bool mh_current(const struct l4lb_mh *mh,
		       const struct l4lb_sched_data *sd)
{
	const struct mh_server *ms;
	u32 i;

	if (mh->nr != sd->nr)
		return false;
	for (i = 0; i < mh->nr; i++) {
		ms = &mh->server[i];
		if (sd->slot[ms->pos].key != ms->key ||
		    sd->slot[ms->pos].weight != ms->weight)
			return false;
	}
	return true;
}

static int mh_cmp(const void *a, const void *b)
{
	const struct mh_server *sa = a, *sb = b;

	if (sa->key == sb->key)
		return 0;
	return sa->key < sb->key ? -1 : 1;
}

/* A turn: the first free entry of the server's permutation. */
static void mh_turn(struct l4lb_mh *mh, struct mh_server *ms)
{
	u32 at;

	do {
		at = ms->next;
		ms->next += ms->skip;
		if (ms->next >= mh->size)
			ms->next -= mh->size;
	} while (mh->entry[at] != MH_FREE);
	mh->entry[at] = ms->pos;
}

/* Context: process, may sleep. */
static void mh_fill(struct l4lb_mh *mh)
{
	u32 i, filled = 0, most = 0;
	struct mh_server *ms;
	u64 skip;

	mh->weights = 0;
	sort(mh->server, mh->nr, sizeof(*mh->server), mh_cmp, NULL);
	for (i = 0; i < mh->nr; i++) {
		ms = &mh->server[i];
		ms->next = reciprocal_scale(ms->key >> 32, mh->size);
		skip = l4lb_sched_mix(ms->key, MH_SKIP_SALT);
		ms->skip = 1 + reciprocal_scale(skip >> 32, mh->size - 1);
		ms->credit = 0;
		mh->weights += ms->weight;
		most = max(most, ms->weight);
	}
	if (!most)
		return;
	memset32(mh->entry, MH_FREE, mh->size);
	while (filled < mh->size) {
		for (i = 0; i < mh->nr && filled < mh->size; i++) {
			ms = &mh->server[i];
			ms->credit += ms->weight;
			if (ms->credit < most)
				continue;
			ms->credit -= most;
			mh_turn(mh, ms);
			filled++;
		}
		cond_resched();
	}
}

static int mh_init(struct l4lb_sched_data *sd, gfp_t gfp)
{
	struct l4lb_mh *mh = mh_alloc(sd->nr, gfp);

	RCU_INIT_POINTER(sd->mh, mh);
	return mh ? 0 : -ENOMEM;
}

static void mh_exit(struct l4lb_sched_data *sd)
{
	mh_free(rcu_dereference_protected(sd->mh, true));
}

/* Have a table built when the weights are not those of the table any more. */
static void mh_check(struct l4lb_sched_data *sd)
{
	struct l4lb_service_rt *rt;
	const struct l4lb_mh *mh;

	if (!sd->nr)
		return;
	rt = sd->slot[0].server->rt;
	mh = rcu_dereference_protected(sd->mh, lockdep_is_held(&rt->lock));
	if (!mh_current(mh, sd))
		l4lb_sched_later(rt);
}

static void mh_rebuild(struct l4lb_sched_data *sd)
{
	struct l4lb_mh *mh = rcu_dereference_protected(sd->mh, true);

	/* The first time, when nobody can see it yet. */
	if (sd->nr && !mh->server[0].skip) {
		mh_servers(mh, sd);
		mh_fill(mh);
		return;
	}
	mh_check(sd);
}

static void mh_update(struct l4lb_sched_data *sd, u32 pos)
{
	mh_check(sd);
}

/* A table of the servers as they are now, or NULL when they have changed. */
static struct l4lb_mh *mh_prepare(struct l4lb_service_rt *rt, u32 nr)
{
	struct l4lb_mh *mh = mh_alloc(nr, GFP_KERNEL);
	const struct l4lb_sched_data *sd;
	bool same;

	if (!mh)
		return NULL;
	rcu_read_lock();
	sd = rcu_dereference(rt->sched);
	same = sd && sd->ops == &l4lb_sched_mh && sd->nr == nr;
	if (same)
		mh_servers(mh, sd);
	rcu_read_unlock();
	if (!same) {
		mh_free(mh);
		return NULL;
	}
	mh_fill(mh);
	return mh;
}

/*
 * Whatever changes meanwhile asks for a table of its own; without memory the
 * old one stays until the next change.
 */
static void mh_renew(struct l4lb_service_rt *rt)
{
	struct l4lb_mh *mh, *was = NULL;
	struct l4lb_sched_data *sd;
	u32 nr = 0;

	rcu_read_lock();
	sd = rcu_dereference(rt->sched);
	if (sd)
		nr = sd->nr;
	rcu_read_unlock();
	mh = mh_prepare(rt, nr);
	if (!mh)
		return;
	spin_lock_bh(&rt->lock);
	sd = rcu_dereference_protected(rt->sched, lockdep_is_held(&rt->lock));
	if (sd && sd->ops == &l4lb_sched_mh && mh_current(mh, sd)) {
		was = rcu_replace_pointer(sd->mh, mh,
					  lockdep_is_held(&rt->lock));
		mh = NULL;
	}
	spin_unlock_bh(&rt->lock);
	if (was)
		call_rcu(&was->rcu, mh_free_rcu);
	mh_free(mh);
}

/* May this client have the server? Full ones: see mh_pick(). */
static bool mh_takes(const struct l4lb_sched_data *sd, u32 pos, u64 client)
{
	return l4lb_hash_in(sd, pos, client) &&
	       !l4lb_hash_ramps(sd, pos, client) &&
	       !(sd->hash_fallback &&
		 READ_ONCE(sd->slot[pos].server->overload));
}

static bool mh_pick(const struct l4lb_sched_data *sd,
		    const struct l4lb_packet *pkt, struct l4lb_pick *pick)
{
	const struct l4lb_mh *mh = rcu_dereference(sd->mh);
	u64 hash, client = l4lb_hash_source(sd, pkt);
	u32 i, pos;

	hash = client;
	for (i = 0; mh->weights && i < MH_TRIES; i++) {
		pos = mh->entry[reciprocal_scale(hash >> 32, mh->size)];
		if (likely(mh_takes(sd, pos, client))) {
			if (unlikely(READ_ONCE(sd->slot[pos].server->overload)))
				return false;
			pick->server = sd->slot[pos].server;
			pick->pos = pos;
			pick->seen = 0;
			return true;
		}
		hash = l4lb_sched_mix(client, i + 1);
	}
	return l4lb_hash_place(sd, client, pick);
}

const struct l4lb_sched_ops l4lb_sched_mh = {
	.name = "mh",
	.hash = true,
	.init = mh_init,
	.exit = mh_exit,
	.rebuild = mh_rebuild,
	.pick = mh_pick,
	.commit = l4lb_hash_commit,
	.update = mh_update,
	.passes = l4lb_hash_passes,
	.renew = mh_renew,
};

#ifdef L4LB_KUNIT
#include "sched_mh_test.c"
#endif
