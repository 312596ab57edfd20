// SPDX-License-Identifier: GPL-2.0
/*
 * The server with the least load / rank, whatever these are: lc, wlc, sed, nq,
 * fo, ovf and wrr differ in their rank(), which yields both.
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
 * Equals, where they rotate: with tie_first the first in list order. Else the
 * one whose turn is lowest: a pick moves a server's turn on by 2^32 / rank, so
 * equals are taken in proportion to their weights. A server that was long too
 * busy to be picked does not claim the picks that it missed: its turn starts
 * no earlier than that of the last pick.
 *
 * In slow start a server that has had its share is out of the tree. Only when
 * the tree is empty are those looked at one by one.
 *
 * Concurrency: rt->lock is held by everything that writes; picks read the root
 * without it and commits check under it that the winner is still the same.
 */
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "sched.h"
#include "sched_tree.h"
#include "server.h"
#include "service.h"

/**
 * l4lb_tree_init() - memory of the tree
 * @sd: data
 * @gfp: GFP_KERNEL or GFP_KERNEL_ACCOUNT
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int l4lb_tree_init(struct l4lb_sched_data *sd, gfp_t gfp)
{
	sd->leaves = sd->nr ? roundup_pow_of_two(sd->nr) : 0;
	if (sd->leaves <= 1)
		return 0;
	sd->tree = kvcalloc(sd->leaves, sizeof(*sd->tree), gfp);
	return sd->tree ? 0 : -ENOMEM;
}

/**
 * l4lb_tree_exit() - free the tree
 * @sd: data
 *
 * Context: any but hard interrupt.
 */
void l4lb_tree_exit(struct l4lb_sched_data *sd)
{
	kvfree(sd->tree);
}

/*
 * Is @a the better choice? Positions beyond the last server, and servers that
 * may not be picked, lose against all others.
 *
 * No product overflows: a load is below 2^47 and a rank below 2^16.
 */
static bool tree_better(const struct l4lb_sched_data *sd, u32 a, u32 b)
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
	if (sd->ops->rotate && !sd->tie_first && sa->turn != sb->turn)
		return sa->turn < sb->turn;
	return a < b;
}

/* Winner at node @n. */
static u32 tree_winner(const struct l4lb_sched_data *sd, u32 n)
{
	return n >= sd->leaves ? n - sd->leaves : sd->tree[n];
}

static u32 tree_match(const struct l4lb_sched_data *sd, u32 n)
{
	u32 a = tree_winner(sd, 2 * n), b = tree_winner(sd, 2 * n + 1);

	return tree_better(sd, a, b) ? a : b;
}

/**
 * l4lb_tree_replay() - replay the matches of one server
 * @sd: data
 * @pos: its position
 *
 * Context: rt->lock held.
 */
void l4lb_tree_replay(struct l4lb_sched_data *sd, u32 pos)
{
	u32 n, win;

	if (!sd->tree)
		return;
	for (n = (sd->leaves + pos) / 2; n; n /= 2) {
		win = tree_match(sd, n);
		/* Lost here before, loses here again: nothing above changes. */
		if (win != pos && sd->tree[n] == win)
			return;
		WRITE_ONCE(sd->tree[n], win);
	}
}

/**
 * l4lb_tree_play() - play all matches
 * @sd: data
 *
 * Context: rt->lock held, or @sd not published.
 */
void l4lb_tree_play(struct l4lb_sched_data *sd)
{
	u32 n;

	if (!sd->tree)
		return;
	for (n = sd->leaves - 1; n; n--)
		WRITE_ONCE(sd->tree[n], tree_match(sd, n));
}

/* Copy what the matches compare; false when nothing differs. */
static bool tree_sample(const struct l4lb_sched_data *sd,
			struct l4lb_sched_slot *slot)
{
	u64 load = 0;
	u32 rank = 0;

	if (!slot->passed && !l4lb_server_excluded(slot->server, slot->weight))
		rank = sd->ops->rank(slot, &load);
	if (slot->rank == rank && slot->load == load)
		return false;
	WRITE_ONCE(slot->rank, rank);
	slot->load = load;
	return true;
}

/**
 * l4lb_tree_rebuild() - build the tree anew
 * @sd: data
 *
 * Context: rt->lock held, or @sd not published.
 */
void l4lb_tree_rebuild(struct l4lb_sched_data *sd)
{
	u32 i;

	for (i = 0; i < sd->nr; i++)
		tree_sample(sd, &sd->slot[i]);
	l4lb_tree_play(sd);
}

/**
 * l4lb_tree_update() - one server has changed
 * @sd: data
 * @pos: its position
 *
 * Context: rt->lock held.
 */
void l4lb_tree_update(struct l4lb_sched_data *sd, u32 pos)
{
	if (tree_sample(sd, &sd->slot[pos]))
		l4lb_tree_replay(sd, pos);
}

static u32 tree_root(const struct l4lb_sched_data *sd)
{
	return sd->tree ? READ_ONCE(sd->tree[1]) : 0;
}

/* The best of those that have had their share: nobody else is left. */
static bool tree_passed(const struct l4lb_sched_data *sd, u32 *best)
{
	u64 load, best_load = 0;
	u32 pos, rank, best_rank = 0;

	for (pos = 0; pos < sd->nr; pos++) {
		const struct l4lb_sched_slot *slot = &sd->slot[pos];

		if (!READ_ONCE(slot->passed) ||
		    l4lb_server_excluded(slot->server,
					 READ_ONCE(slot->weight)))
			continue;
		rank = sd->ops->rank(slot, &load);
		if (!rank || (best_rank &&
			      load * best_rank >= best_load * rank))
			continue;
		best_load = load;
		best_rank = rank;
		*best = pos;
	}
	return best_rank;
}

/**
 * l4lb_tree_pick() - the winner
 * @sd: data
 * @pkt: not looked at
 * @pick: out: the choice
 *
 * Context: RCU read side.
 * Return: false when no server may be used.
 */
bool l4lb_tree_pick(const struct l4lb_sched_data *sd,
		    const struct l4lb_packet *pkt, struct l4lb_pick *pick)
{
	u32 pos;

	if (unlikely(!sd->nr))
		return false;
	pos = tree_root(sd);
	if (unlikely(!READ_ONCE(sd->slot[pos].rank)) &&
	    (!READ_ONCE(sd->cold) || !tree_passed(sd, &pos)))
		return false;
	pick->server = sd->slot[pos].server;
	pick->pos = pos;
	pick->seen = READ_ONCE(sd->slot[pos].turn);
	return true;
}

/**
 * l4lb_tree_still() - does a choice still hold?
 * @sd: data
 * @pick: the choice
 *
 * Context: rt->lock held.
 * Return: false when another CPU was faster.
 */
bool l4lb_tree_still(const struct l4lb_sched_data *sd,
		     const struct l4lb_pick *pick)
{
	const struct l4lb_sched_slot *slot = &sd->slot[pick->pos];
	u32 root = tree_root(sd);

	if (slot->turn != pick->seen)
		return false;
	return slot->rank ? root == pick->pos :
			    slot->passed && !sd->slot[root].rank;
}

/* Once in 2^30 picks of rank 1: keep the distances, start again at 0. */
static void tree_rebase(struct l4lb_sched_data *sd)
{
	u32 i;

	for (i = 0; i < sd->nr; i++)
		sd->slot[i].turn -= min(sd->slot[i].turn, sd->vtime);
	sd->vtime = 0;
	l4lb_tree_rebuild(sd);
}

/**
 * l4lb_tree_commit() - make a choice: move the server's turn on
 * @rt: service
 * @sd: data
 * @pick: the choice
 *
 * Context: RCU read side, BH off.
 * Return: false when another CPU was faster.
 */
bool l4lb_tree_commit(struct l4lb_service_rt *rt, struct l4lb_sched_data *sd,
		      const struct l4lb_pick *pick)
{
	struct l4lb_sched_slot *slot = &sd->slot[pick->pos];
	bool first;

	spin_lock(&rt->lock);
	first = l4lb_tree_still(sd, pick);
	if (first) {
		sd->vtime = max(sd->vtime, slot->turn);
		WRITE_ONCE(slot->turn, sd->vtime +
			   div_u64(L4LB_TREE_STRIDE, slot->rank ? : 1));
		if (unlikely(sd->vtime >= L4LB_TREE_VTIME_MAX))
			tree_rebase(sd);
		else
			l4lb_tree_replay(sd, pick->pos);
		if (unlikely(sd->cold))
			l4lb_ramp_took(sd, pick->pos);
	}
	spin_unlock(&rt->lock);
	return first;
}

/**
 * l4lb_tree_conns() - a server's connections as IPVS weighs them
 * @srv: server
 *
 * Context: any.
 * Return: active * 256 + inactive, below 2^41.
 */
u64 l4lb_tree_conns(const struct l4lb_server *srv)
{
	u32 active = l4lb_server_count(&srv->active);
	u32 inactive = l4lb_server_count(&srv->inactive);

	return ((u64)active << 8) + inactive;
}

/**
 * l4lb_tree_score() - for explain: what is compared now
 * @sd: data
 * @pos: position of a server
 *
 * Context: RCU read side.
 * Return: load / rank in thousandths; 0 when it may not be picked.
 */
u64 l4lb_tree_score(const struct l4lb_sched_data *sd, u32 pos)
{
	u64 load = 0;
	u32 rank = 0;

	if (READ_ONCE(sd->slot[pos].weight))
		rank = sd->ops->rank(&sd->slot[pos], &load);
	return rank ? div_u64(load * 1000, rank) : 0;
}

#ifdef L4LB_KUNIT
#include "sched_tree_test.c"
#endif
