// SPDX-License-Identifier: GPL-2.0
/*
 * Weighted round robin: servers in turn, in proportion to their weights and
 * interleaved. Of any sum(weights) / gcd(weights) picks in a row a server gets
 * exactly weight / gcd(weights), as long as nothing changes.
 *
 * A server of weight w has its turns at the virtual times 1/2w, 3/2w, 5/2w,
 * ...; whose turn is next is picked, of several the first in list order. So
 * large weights are spread out and not taken in runs. Times are compared as
 * fractions, @turn / @base in the slots, hence without a rounding error and
 * without a need to know the common divisor.
 *
 * When a weight changes, what part of its interval the server has still to
 * wait stays. A server that comes waits half an interval. One that was away
 * keeps its turn if that is still to come, and else is next; what it missed it
 * cannot claim. So nothing of all this makes a burst, or starves anybody.
 *
 * Concurrency: as sched_tree.c. A commit checks under rt->lock that the turn is
 * still that server's, so the order is exact on any number of CPUs.
 */
#include <linux/math64.h>
#include <linux/minmax.h>

#include "sched.h"
#include "sched_tree.h"
#include "server.h"
#include "service.h"

/* One interval between two turns of a server, in the units of @turn. */
#define WRR_SHIFT	16
#define WRR_STEP	BIT_ULL(WRR_SHIFT)

/*
 * Virtual time is kept below this many intervals of weight 1: then a turn is
 * below 2^(14 + 16 + 16) and its product with a weight below 2^63.
 */
#define WRR_VTIME_MAX	BIT_ULL(14)

static u32 wrr_rank(const struct l4lb_sched_slot *slot, u64 *load)
{
	*load = slot->turn;
	return slot->base;
}

/* The virtual time now, as a turn of a server of weight @base. */
static u64 wrr_now(const struct l4lb_sched_data *sd, u32 base)
{
	return sd->vbase ? div_u64(sd->vtime * base, sd->vbase) : 0;
}

/* False when nothing differs for the tree. */
static bool wrr_sample(struct l4lb_sched_data *sd, struct l4lb_sched_slot *slot)
{
	u32 rank = slot->weight;
	u64 now, wait = WRR_STEP / 2;

	if (slot->passed || l4lb_server_excluded(slot->server, rank))
		rank = 0;
	if (slot->rank == rank && (!rank || slot->base == rank) &&
	    slot->load == slot->turn)
		return false;
	if (rank && (!slot->rank || slot->base != rank)) {
		if (slot->base) {
			now = wrr_now(sd, slot->base);
			wait = slot->turn > now ? slot->turn - now : 0;
		}
		WRITE_ONCE(slot->turn, wrr_now(sd, rank) + min(wait, WRR_STEP));
		slot->base = rank;
	}
	WRITE_ONCE(slot->rank, rank);
	slot->load = slot->turn;
	return true;
}

static void wrr_update(struct l4lb_sched_data *sd, u32 pos)
{
	if (wrr_sample(sd, &sd->slot[pos]))
		l4lb_tree_replay(sd, pos);
}

static void wrr_rebuild(struct l4lb_sched_data *sd)
{
	u32 pos;

	for (pos = 0; pos < sd->nr; pos++) {
		/* Of what was put in before the turns were taken over. */
		sd->slot[pos].rank = 0;
		wrr_sample(sd, &sd->slot[pos]);
	}
	l4lb_tree_play(sd);
}

/* Whole intervals of weight 1 go; distances stay as they are, exactly. */
static void wrr_rebase(struct l4lb_sched_data *sd)
{
	u64 whole = div_u64(sd->vtime >> WRR_SHIFT, sd->vbase) << WRR_SHIFT;
	struct l4lb_sched_slot *slot;
	u32 pos;

	sd->vtime -= whole * sd->vbase;
	for (pos = 0; pos < sd->nr; pos++) {
		slot = &sd->slot[pos];
		WRITE_ONCE(slot->turn, slot->turn -
				       min(slot->turn, whole * slot->base));
		slot->load = slot->turn;
	}
	l4lb_tree_play(sd);
}

static bool wrr_commit(struct l4lb_service_rt *rt, struct l4lb_sched_data *sd,
		       const struct l4lb_pick *pick)
{
	struct l4lb_sched_slot *slot = &sd->slot[pick->pos];
	bool first;

	spin_lock(&rt->lock);
	first = l4lb_tree_still(sd, pick);
	if (first) {
		/* Whoever was away may be behind; time goes forward only. */
		if (slot->turn * (sd->vbase ? : 1) >= sd->vtime * slot->base) {
			sd->vtime = slot->turn;
			sd->vbase = slot->base;
		}
		WRITE_ONCE(slot->turn, slot->turn + WRR_STEP);
		slot->load = slot->turn;
		if (unlikely(sd->vtime >> WRR_SHIFT >=
			     WRR_VTIME_MAX * sd->vbase))
			wrr_rebase(sd);
		else
			l4lb_tree_replay(sd, pick->pos);
		if (unlikely(sd->cold))
			l4lb_ramp_took(sd, pick->pos);
	}
	spin_unlock(&rt->lock);
	return first;
}

/* For explain: how far ahead its turn is, in 2^-16 of its own interval. */
static u64 wrr_score(const struct l4lb_sched_data *sd, u32 pos)
{
	const struct l4lb_sched_slot *slot = &sd->slot[pos];
	u32 vbase = READ_ONCE(sd->vbase), base = READ_ONCE(slot->base);
	u64 turn = READ_ONCE(slot->turn), now;

	now = vbase ? div_u64(READ_ONCE(sd->vtime) * base, vbase) : 0;
	return turn > now ? turn - now : 0;
}

const struct l4lb_sched_ops l4lb_sched_wrr = {
	.name = "wrr",
	.ramp_wait = 1,
	.counts = true,
	.init = l4lb_tree_init,
	.exit = l4lb_tree_exit,
	.rebuild = wrr_rebuild,
	.pick = l4lb_tree_pick,
	.commit = wrr_commit,
	.update = wrr_update,
	.rank = wrr_rank,
	.score = wrr_score,
};

#ifdef L4LB_KUNIT
#include "sched_wrr_test.c"
#endif
