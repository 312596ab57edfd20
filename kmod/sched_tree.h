/* SPDX-License-Identifier: GPL-2.0 */
/* The tournament tree, for schedulers that take the least of something. */
#ifndef L4LB_SCHED_TREE_H
#define L4LB_SCHED_TREE_H

#include <linux/bits.h>
#include <linux/types.h>

struct l4lb_packet;
struct l4lb_pick;
struct l4lb_sched_data;
struct l4lb_sched_slot;
struct l4lb_server;
struct l4lb_service_rt;

/* What a pick adds to the turn of a server of rank 1. */
#define L4LB_TREE_STRIDE	BIT_ULL(32)

/* Turns are moved back before they could wrap. */
#define L4LB_TREE_VTIME_MAX	BIT_ULL(62)

/* The operations of a scheduler that is the tree and a rank() of its own. */
#define L4LB_TREE_OPS							\
	.counts = true,							\
	.init = l4lb_tree_init,						\
	.exit = l4lb_tree_exit,						\
	.rebuild = l4lb_tree_rebuild,					\
	.pick = l4lb_tree_pick,						\
	.commit = l4lb_tree_commit,					\
	.update = l4lb_tree_update

int l4lb_tree_init(struct l4lb_sched_data *sd, gfp_t gfp);
void l4lb_tree_exit(struct l4lb_sched_data *sd);
void l4lb_tree_play(struct l4lb_sched_data *sd);
void l4lb_tree_replay(struct l4lb_sched_data *sd, u32 pos);
void l4lb_tree_rebuild(struct l4lb_sched_data *sd);
void l4lb_tree_update(struct l4lb_sched_data *sd, u32 pos);
bool l4lb_tree_pick(const struct l4lb_sched_data *sd,
		    const struct l4lb_packet *pkt, struct l4lb_pick *pick);
bool l4lb_tree_still(const struct l4lb_sched_data *sd,
		     const struct l4lb_pick *pick);
bool l4lb_tree_commit(struct l4lb_service_rt *rt, struct l4lb_sched_data *sd,
		      const struct l4lb_pick *pick);
u64 l4lb_tree_conns(const struct l4lb_server *srv);
u64 l4lb_tree_score(const struct l4lb_sched_data *sd, u32 pos);

#endif /* L4LB_SCHED_TREE_H */
