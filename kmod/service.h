/* SPDX-License-Identifier: GPL-2.0 */
/* A service: what it is, in one immutable version, and what it remembers. */
#ifndef L4LB_SERVICE_H
#define L4LB_SERVICE_H

#include <linux/atomic.h>
#include <linux/l4lb.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/stddef.h>
#include <linux/stringhash.h>
#include <linux/workqueue.h>
#include "addr.h"
#include "map.h"

struct l4lb_sched_ops;
struct l4lb_sched_data;
struct l4lb_vip;

/**
 * struct l4lb_service_rt - what survives commits
 * @id: number in &l4lb_net.services, the service's part of a connection's key
 * @refs: versions of the service, and readers that sleep
 * @lock: protects @sched, the positions of servers in it and every change of
 *	its weights and order; BH. Nests inside state_lock, outside nothing
 * @sched: scheduler data of the published version; RCU for packets, @lock for
 *	writers
 * @reason: fates of packets, by &enum l4lb_reason
 * @past: counters of servers that have left, so that sums never fall; @lock
 * @half_open: half-open entries that a server counts; moves with each change
 *	of their words, so it is exact and never negative
 * @half_alarm: the alarm about @half_open has been sent; cmpxchg
 * @linger: servers that left the configuration and still have connections,
 *	linked by &l4lb_server.linger_node; @lock, or RCU for readers
 * @renew: l4lb_sched_renew(); has a reference while it is queued
 * @rcu: frees it after the last version
 */
struct l4lb_service_rt {
	u32 id;
	refcount_t refs;
	spinlock_t lock;	/* of @sched and all that hangs on it */
	struct l4lb_sched_data __rcu *sched;
	atomic_long_t reason[__L4LB_REASON_MAX];
	struct {
		u64 conns, packets_in, bytes_in, packets_out, bytes_out;
	} past;
	atomic_t half_open;
	u32 half_alarm;
	struct list_head linger;
	struct work_struct renew;
	struct rcu_head rcu;
};

/**
 * struct l4lb_service - one immutable version of a service
 * @key: the identity
 * @id: as in @rt
 * @wide: %L4LB_CONN_WIDE unless it is plain; part of its connections' keys
 * @method: &enum l4lb_method
 * @midstream: &enum l4lb_midstream
 * @tie: &enum l4lb_tie
 * @owner: &enum l4lb_owner
 * @ops: scheduler
 * @sched: scheduler data and the servers in list order; never NULL
 * @rt: what survives this version
 * @opts: @on_down to @half_open_max as a whole: what changes, transactions and
 *	versions hand to each other. Compared and copied as bytes
 * @on_down: &enum l4lb_on_down
 * @on_gone: &enum l4lb_on_gone
 * @hook: &enum l4lb_hook where client packets are taken: PREROUTING or LOCAL_IN
 * @persist_prefix: leading bits of a client's address that make it the same
 *	client; 0 where @persist is 0
 * @hash_port: the hash schedulers take the port, too
 * @hash_fallback: they choose again when the hashed server may not be used
 * @one_packet: UDP without entries; TCP, of a mark, has them
 * @track_seq: entries remember sequence numbers
 * @track: conntrack sees the packets of a LOCAL_IN service
 * @persist: seconds that a client stays with its server; 0: none
 * @slow_start: seconds; 0: none
 * @half_open_max: half-open entries; 0: no limit
 * @timeout: seconds by &enum l4lb_state; 0: the namespace's default
 * @digest: this object's share of the configuration digest, its servers
 *	not included
 * @name: empty, or unique in the namespace
 * @rcu: frees a replaced version
 */
struct l4lb_service {
	struct l4lb_service_key key;
	u32 id;
	u32 wide;
	u8 method;
	u8 midstream;
	u8 tie;
	u8 owner;

	struct_group_tagged(l4lb_service_opts, opts, u8 on_down;
		u8 on_gone;
		u8 hook;
		u8 persist_prefix;
		bool hash_port;
		bool hash_fallback;
		bool one_packet;
		bool track_seq;
		bool track;
		u32 persist;
		u32 slow_start;
		u32 half_open_max;
	);
	const struct l4lb_sched_ops *ops;
	struct l4lb_sched_data *sched;
	struct l4lb_service_rt *rt;
	u32 timeout[L4LB_TIMEOUT_STATES];
	u64 digest;
	char name[L4LB_NAME_MAX];
	struct rcu_head rcu;
};

/**
 * struct l4lb_service_option - a member of &struct l4lb_service_opts
 * @attr: &enum l4lb_service_attr
 * @offset: where it stands
 * @size: 1 or 4 bytes, as in messages
 */
struct l4lb_service_option {
	u8 attr;
	u8 offset;
	u8 size;
};

#define L4LB_SERVICE_OPTIONS	12

extern const struct l4lb_service_option
l4lb_service_option[L4LB_SERVICE_OPTIONS];

/* The plain service of an endpoint; @hash: of the endpoint. */
static inline struct l4lb_service *
l4lb_service_plain(const struct l4lb_map *map, const struct l4lb_endpoint *ep,
		   u32 hash)
{
	struct l4lb_service *svc;
	struct l4lb_leaf *leaf;
	u32 i;

	l4lb_map_each(map, hash, leaf, i, svc)
		if (l4lb_endpoint_equal(&svc->key.ep, ep))
			return svc;
	return NULL;
}

/* A service by its identity. Context: RCU read side or conf_lock. */
static inline struct l4lb_service *
l4lb_service_lookup(const struct l4lb_map *map,
		    const struct l4lb_service_key *key)
{
	u32 i, hash = l4lb_key_hash(key);
	struct l4lb_service *svc;
	struct l4lb_leaf *leaf;

	l4lb_map_each(map, hash, leaf, i, svc)
		if (l4lb_key_equal(&svc->key, key))
			return svc;
	return NULL;
}

/* Hash of a service's name for the map of names. */
static inline u32 l4lb_name_hash(const char *name)
{
	return full_name_hash(NULL, name, strnlen(name, L4LB_NAME_MAX));
}

/* Service by name. Context: RCU read side or conf_lock. */
static inline struct l4lb_service *
l4lb_service_by_name(const struct l4lb_map *names, const char *name)
{
	u32 i, hash = l4lb_name_hash(name);
	struct l4lb_service *svc;
	struct l4lb_leaf *leaf;

	l4lb_map_each(names, hash, leaf, i, svc)
		if (!strncmp(svc->name, name, L4LB_NAME_MAX))
			return svc;
	return NULL;
}

struct l4lb_service *l4lb_service_alloc(gfp_t gfp);
void l4lb_service_free(struct l4lb_service *svc);
void l4lb_service_retire(struct l4lb_service *svc);
struct l4lb_service_rt *l4lb_service_rt_alloc(u32 id, gfp_t gfp);
void l4lb_service_rt_get(struct l4lb_service_rt *rt);
void l4lb_service_rt_put(struct l4lb_service_rt *rt);

#endif /* L4LB_SERVICE_H */
