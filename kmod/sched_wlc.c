// SPDX-License-Identifier: GPL-2.0
/*
 * Weighted least connection: the server with the least
 * (active * 256 + inactive) / weight.
 *
 * A tournament tree keeps the winner: its inner nodes 1 to leaves - 1 hold the
 * position of the better of their two children, node n has the children 2n and
 * 2n + 1, and leaf p is the node leaves + p. The root, node 1, is the winner;
 * reading it is all that a pick does. A change of one server replays the
 * matches on its way to the root.
 *
 * The matches compare what was copied into the slots under the lock, never
 * the live counters, so the tree is always that of some state which was.
 *
 * Equal loads: with tie_first the first in list order. Else the one whose turn
 * is lowest: a pick moves a server's turn on by 2^32 / weight, so equals are
 * taken in proportion to their weights. A server that was long too busy to be
 * picked does not claim the picks that it missed: its turn starts no earlier
 * than that of the last pick.
 *
 * Concurrency: rt->lock is held by everything that writes; picks read the root
 * without it and commits check under it that the winner is still the same.
 */
#include <linux/bits.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "sched.h"
#include "server.h"
#include "service.h"

/* What a pick adds to the turn of a server of weight 1. */
#define WLC_STRIDE	BIT_ULL(32)

/* Turns are moved back before they could wrap. */
#define WLC_VTIME_MAX	BIT_ULL(62)

static int wlc_init(struct l4lb_sched_data *sd, gfp_t gfp)
{
	sd->leaves = sd->nr ? roundup_pow_of_two(sd->nr) : 0;
	if (sd->leaves <= 1)
		return 0;
	sd->tree = kvcalloc(sd->leaves, sizeof(*sd->tree), gfp);
	return sd->tree ? 0 : -ENOMEM;
}

static void wlc_exit(struct l4lb_sched_data *sd)
{
	kvfree(sd->tree);
}

/*
 * Is @a the better choice? Positions beyond the last server, and servers that
 * may not be picked, lose against all others.
 *
 * No product overflows: counters are 32 bits wide, so a load is at most
 * 2^32 * 256 + 2^32 < 2^41, and a weight is below 2^16.
 */
static bool wlc_better(const struct l4lb_sched_data *sd, u32 a, u32 b)
{
	const struct l4lb_sched_slot *sa, *sb;
	u64 la, lb;

	if (b >= sd->nr)
		return true;
	if (a >= sd->nr)
		return false;
	sa = &sd->slot[a];
	sb = &sd->slot[b];
	if (!sa->rank || !sb->rank)
		return sa->rank ? true : sb->rank ? false : a < b;
	la = sa->load * sb->rank;
	lb = sb->load * sa->rank;
	if (la != lb)
		return la < lb;
	if (!sd->tie_first && sa->turn != sb->turn)
		return sa->turn < sb->turn;
	return a < b;
}

/* Winner at node @n. */
static u32 wlc_winner(const struct l4lb_sched_data *sd, u32 n)
{
	return n >= sd->leaves ? n - sd->leaves : sd->tree[n];
}

static u32 wlc_match(const struct l4lb_sched_data *sd, u32 n)
{
	u32 a = wlc_winner(sd, 2 * n), b = wlc_winner(sd, 2 * n + 1);

	return wlc_better(sd, a, b) ? a : b;
}

/* Replay the matches of @pos. */
static void wlc_replay(struct l4lb_sched_data *sd, u32 pos)
{
	u32 n, win;

	if (!sd->tree)
		return;
	for (n = (sd->leaves + pos) / 2; n; n /= 2) {
		win = wlc_match(sd, n);
		/* Lost here before, loses here again: nothing above changes. */
		if (win != pos && sd->tree[n] == win)
			return;
		WRITE_ONCE(sd->tree[n], win);
	}
}

static u64 wlc_load(const struct l4lb_server *srv)
{
	u32 active = atomic_read(&srv->active);
	u32 inactive = atomic_read(&srv->inactive);

	return ((u64)active << 8) + inactive;
}

/* Copy what the matches compare; false when nothing differs. */
static bool wlc_sample(struct l4lb_sched_slot *slot)
{
	u32 rank = slot->weight;
	u64 load = wlc_load(slot->server);

	if (l4lb_server_excluded(slot->server, rank))
		rank = 0;
	if (slot->rank == rank && slot->load == load)
		return false;
	slot->rank = rank;
	slot->load = load;
	return true;
}

static void wlc_rebuild(struct l4lb_sched_data *sd)
{
	u32 i;

	for (i = 0; i < sd->nr; i++)
		wlc_sample(&sd->slot[i]);
	if (!sd->tree)
		return;
	for (i = sd->leaves - 1; i; i--)
		WRITE_ONCE(sd->tree[i], wlc_match(sd, i));
}

static void wlc_update(struct l4lb_sched_data *sd, u32 pos)
{
	if (wlc_sample(&sd->slot[pos]))
		wlc_replay(sd, pos);
}

static u32 wlc_root(const struct l4lb_sched_data *sd)
{
	return sd->tree ? READ_ONCE(sd->tree[1]) : 0;
}

static bool wlc_pick(const struct l4lb_sched_data *sd,
		     const struct l4lb_packet *pkt, struct l4lb_pick *pick)
{
	const struct l4lb_sched_slot *slot;
	u32 pos;

	if (unlikely(!sd->nr))
		return false;
	pos = wlc_root(sd);
	slot = &sd->slot[pos];
	if (unlikely(!READ_ONCE(slot->rank)))
		return false;
	pick->server = slot->server;
	pick->pos = pos;
	pick->seen = READ_ONCE(slot->turn);
	return true;
}

/* Once in 2^30 picks of weight 1: keep the distances, start again at 0. */
static void wlc_rebase(struct l4lb_sched_data *sd)
{
	u32 i;

	for (i = 0; i < sd->nr; i++)
		sd->slot[i].turn -= min(sd->slot[i].turn, sd->vtime);
	sd->vtime = 0;
	wlc_rebuild(sd);
}

static bool wlc_commit(struct l4lb_service_rt *rt, struct l4lb_sched_data *sd,
		       const struct l4lb_pick *pick)
{
	struct l4lb_sched_slot *slot = &sd->slot[pick->pos];
	bool first;

	spin_lock(&rt->lock);
	first = wlc_root(sd) == pick->pos && slot->rank &&
		slot->turn == pick->seen;
	if (first) {
		sd->vtime = max(sd->vtime, slot->turn);
		WRITE_ONCE(slot->turn, sd->vtime +
			   div_u64(WLC_STRIDE, slot->rank));
		if (unlikely(sd->vtime >= WLC_VTIME_MAX))
			wlc_rebase(sd);
		else
			wlc_replay(sd, pick->pos);
	}
	spin_unlock(&rt->lock);
	return first;
}

/* For explain: the load, scaled so that weights are in it. */
static u64 wlc_score(const struct l4lb_sched_data *sd, u32 pos)
{
	const struct l4lb_sched_slot *slot = &sd->slot[pos];
	u32 weight = READ_ONCE(slot->weight);

	return weight ? div_u64(wlc_load(slot->server) * 1000, weight) : 0;
}

const struct l4lb_sched_ops l4lb_sched_wlc = {
	.name = "wlc",
	.init = wlc_init,
	.exit = wlc_exit,
	.rebuild = wlc_rebuild,
	.pick = wlc_pick,
	.commit = wlc_commit,
	.update = wlc_update,
	.score = wlc_score,
};

#ifdef L4LB_KUNIT
#include "sched_wlc_test.c"
#endif
