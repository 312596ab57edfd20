// SPDX-License-Identifier: GPL-2.0
/*
 * By connections, active ones 256 times as heavy as others:
 *
 * wlc, weighted least connection: least (active * 256 + inactive) / weight;
 * lc, least connection: the same without weights, but 0.
 */
#include "sched.h"
#include "sched_tree.h"
#include "server.h"

static u32 wlc_rank(const struct l4lb_sched_slot *slot, u64 *load)
{
	*load = l4lb_tree_conns(slot->server);
	return READ_ONCE(slot->weight);
}

static u32 lc_rank(const struct l4lb_sched_slot *slot, u64 *load)
{
	*load = l4lb_tree_conns(slot->server);
	return 1;
}

const struct l4lb_sched_ops l4lb_sched_wlc = {
	.name = "wlc",
	.rotate = true,
	L4LB_TREE_OPS,
	.rank = wlc_rank,
	.score = l4lb_tree_score,
};

const struct l4lb_sched_ops l4lb_sched_lc = {
	.name = "lc",
	.rotate = true,
	.unweighted = true,
	L4LB_TREE_OPS,
	.rank = lc_rank,
	.score = l4lb_tree_score,
};

#ifdef L4LB_KUNIT
#include "sched_wlc_test.c"
#endif
