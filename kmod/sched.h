/* SPDX-License-Identifier: GPL-2.0 */
/* What a scheduler is, and the table of servers that it works on. */
#ifndef L4LB_SCHED_H
#define L4LB_SCHED_H

#include <linux/atomic.h>
#include <linux/l4lb.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include "addr.h"

struct l4lb_mh;
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
 * @key: hash of the server's address and port, the same on every director;
 *	never changes
 * @weight: weight in use now: configured or operator's. WRITE_ONCE under
 *	&l4lb_service_rt.lock
 * @rank: what @load is divided by, as the tree was built with; 0: not to be
 *	picked (trees); weight that counts (twos); &l4lb_service_rt.lock
 * @load: what the tree compares, as it was built with (trees);
 *	&l4lb_service_rt.lock
 * @turn: virtual time up to which the server has had its share;
 *	&l4lb_service_rt.lock. wrr: its next turn, in @base; other trees: ties
 *	rotate by it, a pick adds 2^32 / rank
 * @base: weight by which @turn is to be divided; 0: a newcomer (wrr);
 *	&l4lb_service_rt.lock
 * @usable: could be picked but for its limit of connections, when it was last
 *	looked at; &l4lb_service_rt.lock
 * @passed: slow start: has had its share for now. WRITE_ONCE under
 *	&l4lb_service_rt.lock
 * @due: slow start: number of the service's next pick that it may be, times
 *	256; &l4lb_service_rt.lock
 */
struct l4lb_sched_slot {
	struct l4lb_server *server;
	u64 key;
	u32 weight;
	u32 rank;
	u64 load;
	u64 turn;
	u32 base;
	bool usable;
	bool passed;
	u64 due;
};

/**
 * struct l4lb_sched_data - the servers of one version of a service
 * @rcu: frees a replaced version
 * @ops: the algorithm
 * @nr: servers in @slot, in list order
 * @tie_first: equal load: the first in list order, as IPVS; else in turn
 * @hash_port: take the port into the hash (sh, dh, mh)
 * @hash_fallback: choose again when the hashed server is full (sh, mh)
 * @slow_start: seconds over which a server that came up gets its share; 0: none
 * @ramping: some server is in slow start, and enough are warm. WRITE_ONCE under
 *	&l4lb_service_rt.lock
 * @cold: servers in slow start. WRITE_ONCE under &l4lb_service_rt.lock
 * @picks: picks since @cold was 0; &l4lb_service_rt.lock
 * @shares: weights of all usable servers (lc, rr: their number);
 *	&l4lb_service_rt.lock
 * @next_due: least &l4lb_sched_slot.due of those passed over;
 *	&l4lb_service_rt.lock
 * @counted: jiffies of the last look at all servers for slow start. WRITE_ONCE
 *	under &l4lb_service_rt.lock
 * @cursor: position after the last pick (rr); number of picks (twos)
 * @vtime: virtual time of the last pick (trees); &l4lb_service_rt.lock
 * @vbase: what @vtime is to be divided by (wrr); &l4lb_service_rt.lock
 * @tree: tournament tree: see sched_tree.c; NULL for other algorithms and for
 *	one server
 * @leaves: leaves of @tree, a power of two
 * @sum: sums of weights (twos): see sched_twos.c; NULL otherwise
 * @mh: lookup table (mh): see sched_mh.c; RCU, swapped under
 *	&l4lb_service_rt.lock; NULL otherwise
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
	bool ramping;
	u32 cold;
	u64 picks;
	u64 shares;
	u64 next_due;
	unsigned long counted;
	atomic64_t cursor;
	u64 vtime;
	u32 vbase;
	u32 *tree;
	u32 leaves;
	u64 *sum;
	struct l4lb_mh __rcu *mh;
	u32 index_mask;
	u32 *index;
	struct l4lb_sched_slot slot[];
};

/**
 * struct l4lb_sched_ops - an algorithm
 * @name: as people type it
 * @hash: the choice depends on the packet and the servers alone, so that another
 *	director makes the same
 * @counts: @update is wanted when counters of connections change, too
 * @rotate: equals of the tree take turns, unless tie_first (trees)
 * @unweighted: weights above 0 are all alike
 * @ramp_wait: a server that is due in slow start waits for its pick up to so many
 *	turns of one that is warm
 * @no_ramp: there are no shares that a slow start could grow to
 * @init: allocate what the algorithm adds to @slot; may sleep; 0 or -ENOMEM
 * @exit: free it; any context
 * @rebuild: recompute all of it from the servers' counters; rt->lock held, or
 *	the data not published yet, which is so the first time
 * @pick: choose; pure: no side effect, RCU read side, any number of CPUs.
 *	False when no server may be used
 * @commit: make the choice; false when another CPU was first: choose again.
 *	RCU read side, BH off
 * @update: weight, state or place in slow start of the server at @pos changed,
 *	and with @counts its counters; rt->lock held. NULL: nothing depends on
 *	them
 * @rank: trees: what @slot's load is divided by, and in @load the load; 0: not
 *	to be picked. Asked only for servers that may be; any context
 * @passes: why the server at @pos is passed over for @pkt, although it may have
 *	connections; RCU read side. NULL: for no reason of its own
 * @renew: recompute what @update could not, in process context, may sleep
 * @score: figure by which the server at @pos is judged, for explain
 */
struct l4lb_sched_ops {
	const char *name;
	bool hash;
	bool counts;
	bool rotate;
	bool unweighted;
	u8 ramp_wait;
	bool no_ramp;
	int (*init)(struct l4lb_sched_data *sd, gfp_t gfp);
	void (*exit)(struct l4lb_sched_data *sd);
	void (*rebuild)(struct l4lb_sched_data *sd);
	bool (*pick)(const struct l4lb_sched_data *sd,
		     const struct l4lb_packet *pkt, struct l4lb_pick *pick);
	bool (*commit)(struct l4lb_service_rt *rt, struct l4lb_sched_data *sd,
		       const struct l4lb_pick *pick);
	void (*update)(struct l4lb_sched_data *sd, u32 pos);
	u32 (*rank)(const struct l4lb_sched_slot *slot, u64 *load);
	enum l4lb_reason (*passes)(const struct l4lb_sched_data *sd, u32 pos,
				   const struct l4lb_packet *pkt);
	void (*renew)(struct l4lb_service_rt *rt);
	u64 (*score)(const struct l4lb_sched_data *sd, u32 pos);
};

extern const struct l4lb_sched_ops l4lb_sched_dh;
extern const struct l4lb_sched_ops l4lb_sched_fo;
extern const struct l4lb_sched_ops l4lb_sched_lc;
extern const struct l4lb_sched_ops l4lb_sched_mh;
extern const struct l4lb_sched_ops l4lb_sched_nq;
extern const struct l4lb_sched_ops l4lb_sched_ovf;
extern const struct l4lb_sched_ops l4lb_sched_rr;
extern const struct l4lb_sched_ops l4lb_sched_sed;
extern const struct l4lb_sched_ops l4lb_sched_sh;
extern const struct l4lb_sched_ops l4lb_sched_twos;
extern const struct l4lb_sched_ops l4lb_sched_wlc;
extern const struct l4lb_sched_ops l4lb_sched_wrr;

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
enum l4lb_reason l4lb_sched_passes(const struct l4lb_sched_data *sd, u32 pos,
				   const struct l4lb_packet *pkt);
void l4lb_sched_later(struct l4lb_service_rt *rt);
void l4lb_sched_renew(struct work_struct *work);
int l4lb_sched_start(void);
void l4lb_sched_stop(void);
void l4lb_sched_flush(void);

/* sched_ramp.c */
void l4lb_ramp_begin(struct l4lb_sched_data *sd, u32 pos);
void l4lb_ramp_end(struct l4lb_sched_data *sd, u32 pos);
void l4lb_ramp_count(struct l4lb_sched_data *sd);
void l4lb_ramp_took(struct l4lb_sched_data *sd, u32 pos);
void l4lb_ramp_took_slow(struct l4lb_service_rt *rt, struct l4lb_sched_data *sd,
			 u32 pos);
u32 l4lb_sched_ramp(const struct l4lb_server *srv, u32 slow_start);
u32 l4lb_sched_ramp_now(const struct l4lb_server *srv);

/* sched_place.c */
u64 l4lb_sched_client(const union l4lb_addr *addr, __be16 port);
u64 l4lb_sched_mix(u64 client, u64 key);
bool l4lb_sched_adopt(const struct l4lb_service *svc,
		      const struct l4lb_packet *pkt, struct l4lb_pick *pick);

#endif /* L4LB_SCHED_H */
