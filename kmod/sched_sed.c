// SPDX-License-Identifier: GPL-2.0
/*
 * By the delay that the next connection would see, were each active one as
 * much work as the weight is speed. Inactive connections do not count, so with
 * UDP, which has no others, both just rotate by weight.
 *
 * sed, shortest expected delay: least (active + 1) / weight;
 * nq, never queue: a server without active connections first, then as sed.
 */
#include "sched.h"
#include "sched_tree.h"
#include "server.h"

static u32 sed_rank(const struct l4lb_sched_slot *slot, u64 *load)
{
	*load = (u64)l4lb_server_count(&slot->server->active) + 1;
	return READ_ONCE(slot->weight);
}

static u32 nq_rank(const struct l4lb_sched_slot *slot, u64 *load)
{
	u32 rank = sed_rank(slot, load);

	/* All idle servers are equal: nothing waits at any of them. */
	if (*load == 1)
		*load = 0;
	return rank;
}

const struct l4lb_sched_ops l4lb_sched_sed = {
	.name = "sed",
	.rotate = true,
	L4LB_TREE_OPS,
	.rank = sed_rank,
	.score = l4lb_tree_score,
};

const struct l4lb_sched_ops l4lb_sched_nq = {
	.name = "nq",
	.rotate = true,
	L4LB_TREE_OPS,
	.rank = nq_rank,
	.score = l4lb_tree_score,
};
