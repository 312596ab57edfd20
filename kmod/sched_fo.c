// SPDX-License-Identifier: GPL-2.0
/*
 * All to the best server, which is the one with the highest weight; among
 * equals the first in list order.
 *
 * fo, failover: while it may be used;
 * ovf, overflow: while its active connections are fewer than its weight, then
 * the next. When all have as many as their weight, nobody gets any more, as
 * with IPVS: the weight is what a server can bear.
 *
 * There are no shares, so slow start means nothing here.
 */
#include "sched.h"
#include "sched_tree.h"
#include "server.h"

/* A choice changes nothing by itself, so any number of them hold. */
static bool fo_commit(struct l4lb_service_rt *rt, struct l4lb_sched_data *sd,
		      const struct l4lb_pick *pick)
{
	return true;
}

static u32 fo_rank(const struct l4lb_sched_slot *slot, u64 *load)
{
	*load = L4LB_WEIGHT_MAX - READ_ONCE(slot->weight);
	return 1;
}

static bool ovf_over(const struct l4lb_sched_slot *slot)
{
	return l4lb_server_count(&slot->server->active) >=
	       READ_ONCE(slot->weight);
}

static u32 ovf_rank(const struct l4lb_sched_slot *slot, u64 *load)
{
	return ovf_over(slot) ? 0 : fo_rank(slot, load);
}

static enum l4lb_reason ovf_passes(const struct l4lb_sched_data *sd, u32 pos,
				   const struct l4lb_packet *pkt)
{
	return ovf_over(&sd->slot[pos]) ? L4LB_REASON_OVERLOAD :
					  L4LB_REASON_UNSPEC;
}

const struct l4lb_sched_ops l4lb_sched_fo = {
	.name = "fo",
	.no_ramp = true,
	.counts = true,
	.init = l4lb_tree_init,
	.exit = l4lb_tree_exit,
	.rebuild = l4lb_tree_rebuild,
	.pick = l4lb_tree_pick,
	.commit = fo_commit,
	.update = l4lb_tree_update,
	.rank = fo_rank,
	.score = l4lb_tree_score,
};

const struct l4lb_sched_ops l4lb_sched_ovf = {
	.name = "ovf",
	.no_ramp = true,
	.counts = true,
	.init = l4lb_tree_init,
	.exit = l4lb_tree_exit,
	.rebuild = l4lb_tree_rebuild,
	.pick = l4lb_tree_pick,
	.commit = fo_commit,
	.update = l4lb_tree_update,
	.rank = ovf_rank,
	.passes = ovf_passes,
	.score = l4lb_tree_score,
};
