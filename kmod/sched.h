/* SPDX-License-Identifier: GPL-2.0 */
/* What a scheduler is, and the table of servers that it works on. */
#ifndef L4LB_SCHED_H
#define L4LB_SCHED_H

#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include "addr.h"

struct l4lb_packet;
struct l4lb_server;
struct l4lb_service;
struct l4lb_service_rt;

/**
 * struct l4lb_pick - a choice that has not been made yet
 * @server: the server, or NULL
 * @pos: its position in the scheduler data
 * @seen: scheduler's private word; the choice holds while it is unchanged
 */
struct l4lb_pick {
	struct l4lb_server *server;
	u32 pos;
	u64 seen;
};

/**
 * struct l4lb_sched_slot - one server as the scheduler sees it
 * @server: the server
 * @weight: weight in use now: configured or operator's. WRITE_ONCE under
 *	&l4lb_service_rt.lock
 * @rank: weight as the tree was built with; 0: not to be picked (wlc);
 *	&l4lb_service_rt.lock
 * @load: active * 256 + inactive as the tree was built with (wlc);
 *	&l4lb_service_rt.lock
 * @turn: virtual time up to which the server has had its share (ties rotate
 *	by it); a pick adds 2^32 / weight; &l4lb_service_rt.lock
 * @key: hash of the server's address and port, the same on every director;
 *	never changes
 */
struct l4lb_sched_slot {
	struct l4lb_server *server;
	u32 weight;
	u32 rank;
	u64 load;
	u64 turn;
	u64 key;
};

/**
 * struct l4lb_sched_data - the servers of one version of a service
 * @rcu: frees a replaced version
 * @ops: the algorithm
 * @nr: servers in @slot, in list order
 * @tie_first: equal load: the first in list order, as IPVS; else in turn
 * @hash_port: take the port into the hash (sh, dh, mh)
 * @hash_fallback: choose again when the hashed server may not be used (sh, mh)
 * @slow_start: seconds over which a server that came up gets its share; 0: none
 * @cursor: position after the last pick (rr)
 * @vtime: virtual time of the last pick (wlc); &l4lb_service_rt.lock
 * @tree: tournament tree (wlc): see sched_wlc.c; NULL otherwise
 * @leaves: leaves of @tree, a power of two
 * @index_mask: size of @index - 1
 * @index: open hash of positions + 1 by the server's endpoint, so that a
 *	server is found without a walk; NULL with few servers. In the same
 *	allocation
 * @slot: the servers
 */
struct l4lb_sched_data {
	struct rcu_head rcu;
	const struct l4lb_sched_ops *ops;
	u32 nr;
	bool tie_first;
	bool hash_port;
	bool hash_fallback;
	u32 slow_start;
	atomic64_t cursor;
	u64 vtime;
	u32 *tree;
	u32 leaves;
	u32 index_mask;
	u32 *index;
	struct l4lb_sched_slot slot[];
};

/**
 * struct l4lb_sched_ops - an algorithm
 * @name: as people type it
 * @hash: the choice depends on the packet and the servers alone, so that another
 *	director makes the same
 * @init: allocate what the algorithm adds to @slot; may sleep; 0 or -ENOMEM
 * @exit: free it; any context
 * @rebuild: recompute all of it from the servers' counters; rt->lock held, or
 *	the data not published yet
 * @pick: choose; pure: no side effect, RCU read side, any number of CPUs.
 *	False when no server may be used
 * @commit: make the choice; false when another CPU was first: choose again.
 *	RCU read side, BH off
 * @update: the counters, weight or state of the server at @pos changed;
 *	rt->lock held. NULL: nothing depends on them
 * @score: figure by which the server at @pos is judged, for explain
 */
struct l4lb_sched_ops {
	const char *name;
	bool hash;
	int (*init)(struct l4lb_sched_data *sd, gfp_t gfp);
	void (*exit)(struct l4lb_sched_data *sd);
	void (*rebuild)(struct l4lb_sched_data *sd);
	bool (*pick)(const struct l4lb_sched_data *sd,
		     const struct l4lb_packet *pkt, struct l4lb_pick *pick);
	bool (*commit)(struct l4lb_service_rt *rt, struct l4lb_sched_data *sd,
		       const struct l4lb_pick *pick);
	void (*update)(struct l4lb_sched_data *sd, u32 pos);
	u64 (*score)(const struct l4lb_sched_data *sd, u32 pos);
};

extern const struct l4lb_sched_ops l4lb_sched_rr;
extern const struct l4lb_sched_ops l4lb_sched_wlc;

const struct l4lb_sched_ops *l4lb_sched_find(const char *name);
struct l4lb_sched_data *l4lb_sched_alloc(const struct l4lb_sched_ops *ops,
					 u32 nr, gfp_t gfp);
void l4lb_sched_free(const struct l4lb_sched_ops *ops,
		     struct l4lb_sched_data *sd);
void l4lb_sched_retire(struct l4lb_sched_data *sd);
void l4lb_sched_index(struct l4lb_sched_data *sd);
struct l4lb_server *l4lb_sched_lookup(const struct l4lb_sched_data *sd,
				      const struct l4lb_endpoint *ep, u32 *pos);
void l4lb_sched_take_over(struct l4lb_service_rt *rt,
			  struct l4lb_sched_data *sd);
void l4lb_sched_refresh(struct l4lb_server *srv);
void l4lb_sched_server_changed(struct l4lb_server *srv);
u32 l4lb_sched_ramp(const struct l4lb_server *srv, u32 slow_start);
u64 l4lb_sched_client(const union l4lb_addr *addr, __be16 port);
u64 l4lb_sched_mix(u64 client, u64 key);
bool l4lb_sched_adopt(const struct l4lb_service *svc,
		      const struct l4lb_packet *pkt, struct l4lb_pick *pick);

#endif /* L4LB_SCHED_H */
