/* SPDX-License-Identifier: GPL-2.0 */
/* All state of the module: one struct a network namespace. */
#ifndef L4LB_NET_H
#define L4LB_NET_H

#include <linux/mutex.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include "conn.h"
#include "hash.h"
#include "slots.h"
#include "stats.h"
#include "vip.h"

/**
 * struct l4lb_table - one configuration snapshot; immutable, behind one RCU
 *	pointer
 * @generation: number of configuration commits
 * @digest: sum modulo 2^64 of the objects' digests
 * @nr_servers: configured servers
 * @nr_tunnels: services whose method is tunnel
 * @nr_untracked: services of LOCAL_IN that conntrack does not see
 * @vips: struct l4lb_vip by l4lb_vip_hash()
 * @services: struct l4lb_service by l4lb_key_hash()
 * @names: those of @services that have a name, by l4lb_name_hash()
 * @endpoints: struct l4lb_rs by l4lb_endpoint_hash(): NAT servers, lingering
 *	ones included
 * @rs_addrs: struct l4lb_rs_addr by l4lb_addr_hash()
 * @match: what is not one address and one port; NULL when all is
 * @rcu: frees a replaced snapshot
 */
struct l4lb_table {
	u64 generation;
	u64 digest;
	u32 nr_servers;
	u32 nr_tunnels;
	u32 nr_untracked;
	struct l4lb_map *vips;
	struct l4lb_map *services;
	struct l4lb_map *names;
	struct l4lb_map *endpoints;
	struct l4lb_map *rs_addrs;
	const struct l4lb_match *match;
	struct rcu_head rcu;
};

/**
 * struct l4lb_limits - caps and default timeouts
 * @conns: connection entries
 * @memory: bytes of entries and buckets
 * @services: configured services
 * @servers: configured and lingering servers
 * @vips: VIPs
 * @timeout: seconds by &enum l4lb_state
 */
struct l4lb_limits {
	u32 conns;
	u64 memory;
	u32 services;
	u32 servers;
	u32 vips;
	u32 timeout[L4LB_TIMEOUT_STATES];
};

/**
 * struct l4lb_sample - how often listeners are told of one reason
 * @word: jiffies (low 32 bits) when the running second began << 32, and how many
 *	packets were told in it
 * @missed: packets that were not told since the last that was
 */
struct l4lb_sample {
	atomic64_t word;
	atomic64_t missed;
};

/* Chains of &l4lb_net.at, which only ICMP errors about tunnels walk. */
#define L4LB_SERVER_HEADS	256

/**
 * struct l4lb_net - the load balancer of one network namespace
 * @table: published snapshot; RCU, written under @state_lock
 * @reasons: per-CPU fates of packets
 * @conns: connection table
 * @services: struct l4lb_service (the published version) by number
 * @servers: struct l4lb_server by slot
 * @endpoints: struct l4lb_rs by number
 * @limits: caps; fields are written with WRITE_ONCE under @state_lock
 * @net: the namespace
 * @conf_lock: serialises staging, commits and reaping; held while a new
 *	snapshot is built. Outermost lock. Protects @txns, @nr_txns, @txn_seq,
 *	@server_gen, @lingering, @idle_endpoints, @at
 * @state_lock: protects publication, admin and health states and standby;
 *	never held while memory is allocated for a commit, so these never wait
 *	for one. Nests inside @conf_lock
 * @txns: open transactions
 * @nr_txns: their number
 * @txn_seq: begins so far
 * @server_gen: last generation given to a server slot
 * @lingering: servers that left and still have connections, of all services,
 *	linked by &l4lb_server.gone_node
 * @idle_endpoints: endpoints without a server, to be dropped, linked by
 *	&l4lb_rs.idle
 * @at: struct l4lb_server by address, lingering ones included; @conf_lock,
 *	readers RCU
 * @standbys: VIPs on standby with the socket that said so; @state_lock
 * @standby_hash: the same by address; @state_lock
 * @nr_servers_all: servers in memory, lingering ones included; @conf_lock
 * @draining: a server drains, and its end has not been told. WRITE_ONCE under
 *	@state_lock
 * @publications: counts up before and after each publication of a commit, so
 *	it is odd while one is under way; from 2. WRITE_ONCE under @state_lock
 * @active: hooks are registered and a module reference is held; @conf_lock
 * @marks: so are those that look at marks; @conf_lock
 * @txn_idle: aborts transactions that nobody has touched for a minute
 * @sample: of dropped packets, by &enum l4lb_reason
 */
struct l4lb_net {
	struct l4lb_table __rcu *table;
	struct l4lb_reasons __percpu *reasons;
	struct l4lb_conns conns;
	struct l4lb_slots services;
	struct l4lb_slots servers;
	struct l4lb_slots endpoints;
	struct l4lb_limits limits;
	struct net *net;
	struct mutex conf_lock;		/* staging, commits, reaping */
	struct mutex state_lock;	/* publication, admin, health, standby */
	struct list_head txns;
	u32 nr_txns;
	u32 server_gen;
	u64 txn_seq;
	struct list_head lingering;
	struct list_head idle_endpoints;
	struct hlist_head at[L4LB_SERVER_HEADS];
	struct list_head standbys;
	struct l4lb_hash standby_hash;
	u32 nr_servers_all;
	u32 publications;
	bool active;
	bool marks;
	bool draining;
	struct delayed_work txn_idle;
	struct l4lb_sample sample[__L4LB_REASON_MAX];
};

extern unsigned int l4lb_net_id;

static inline struct l4lb_net *l4lb_pernet(const struct net *net)
{
	return net_generic(net, l4lb_net_id);
}

/**
 * l4lb_count() - a packet met a fate
 * @ln: namespace
 * @rt: service that it was for, or NULL
 * @reason: the fate
 *
 * Context: BH off.
 */
static inline void l4lb_count(struct l4lb_net *ln, struct l4lb_service_rt *rt,
			      enum l4lb_reason reason)
{
	this_cpu_inc(ln->reasons->packets[reason]);
	/* Forwarded packets are counted by server; a shared line is spared. */
	if (rt && reason > L4LB_REASON_REPLY)
		atomic_long_inc(&rt->reason[reason]);
}

int l4lb_net_marks(struct l4lb_net *ln, bool on);
int l4lb_net_activate(struct l4lb_net *ln);
void l4lb_net_deactivate(struct l4lb_net *ln);
int l4lb_net_init(void);
void l4lb_net_exit(void);

#endif /* L4LB_NET_H */
