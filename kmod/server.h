/* SPDX-License-Identifier: GPL-2.0 */
/* Real servers, and the endpoints by which replies of NAT servers are known. */
#ifndef L4LB_SERVER_H
#define L4LB_SERVER_H

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/l4lb.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/seqlock.h>
#include <linux/u64_stats_sync.h>
#include "addr.h"
#include "map.h"
#include "route.h"

struct l4lb_net;
struct l4lb_service_rt;
struct netlink_ext_ack;
struct nlattr;

/**
 * struct l4lb_server_stats - counters of one server on one CPU
 * @conns: connections scheduled to it
 * @packets_in: packets forwarded to it
 * @bytes_in: their network-layer bytes
 * @packets_out: replies forwarded for it (NAT)
 * @bytes_out: their network-layer bytes
 * @syncp: lets 32-bit readers see whole values
 */
struct l4lb_server_stats {
	u64_stats_t conns;
	u64_stats_t packets_in;
	u64_stats_t bytes_in;
	u64_stats_t packets_out;
	u64_stats_t bytes_out;
	struct u64_stats_sync syncp;
};

/**
 * struct l4lb_stats_block - counters of servers that came in one commit:
 *	per-CPU memory is dear to allocate piece by piece
 * @refs: servers, and who builds them
 * @used: places handed out
 * @nr: places in @mem
 * @mem: per CPU, an array of @nr
 */
struct l4lb_stats_block {
	refcount_t refs;
	u32 used;
	u32 nr;
	struct l4lb_server_stats __percpu *mem;
};

/* Servers a block has room for at most. */
#define L4LB_STATS_BLOCK	64u

/**
 * struct l4lb_server_conf - the configured part of a server, one version
 * @weight: 0 to L4LB_WEIGHT_MAX
 * @max_conns: 0: no limit
 * @min_conns: a full server takes connections again below this many
 * @owner: &enum l4lb_owner
 * @digest: this object's share of the configuration digest
 * @name: empty, or a name
 * @rcu: frees a replaced version
 */
struct l4lb_server_conf {
	u32 weight;
	u32 max_conns;
	u32 min_conns;
	u8 owner;
	u64 digest;
	char name[L4LB_NAME_MAX];
	struct rcu_head rcu;
};

/**
 * struct l4lb_server - a real server of one service; lives through commits
 * @ep: address, port, protocol
 * @id: slot in &l4lb_net.servers
 * @gen: generation of the slot; an entry with another one is not ours
 * @method: &enum l4lb_method of the service's published version; WRITE_ONCE
 *	at publication. A connection keeps the method it began with
 * @gone: left the configuration; no new connections. WRITE_ONCE
 * @overload: at max_conns, until below min_conns. WRITE_ONCE
 * @admin: &enum l4lb_admin, written under state_lock
 * @health: &enum l4lb_health, written under state_lock
 * @oper_weight: operator's weight or -1, written under state_lock
 * @route: cached route to @ep.addr, checked by dst_check() at each use
 * @active: entries in SYN_RECV and ESTABLISHED
 * @inactive: all other entries
 * @deadline: jiffies at which a drain ends what is left; 0: no deadline. WRITE_ONCE
 *	under state_lock
 * @drained: the end of its drain has been told; state_lock
 * @ramp_from: jiffies when it became usable, while slow start may last; 0: it is
 *	warm. WRITE_ONCE under rt->lock
 * @stats: per-CPU counters
 * @source_lock: protects @source
 * @source: the director's address on the way of @route, which tunnels use; zero:
 *	none. @source_lock
 * @source_stamp: tells whether @source of IPv6 must be chosen anew (xmit_route.c);
 *	@source_lock
 * @at_node: in &l4lb_net.at while a packet can find it; conf_lock, readers RCU
 * @pos: place in the scheduler data of the published version; rt->lock
 * @conf: configured values; RCU, written at publication
 * @rt: its service
 * @endpoint: for NAT: what replies are looked up by; else NULL
 * @linger_node: in &l4lb_service_rt.linger when @gone
 * @gone_node: in &l4lb_net.lingering when @gone
 * @gone_rcu: grace period after which no packet can choose it any more
 * @block: per-CPU memory that @stats is a part of
 * @ln: namespace
 * @text: operator's reason; state_lock
 * @rcu: frees it
 *
 * Lifetime: one object from the commit that brings it until the aging work
 * finds it gone and without connections. The slot pointer is cleared then,
 * and the memory freed after a grace period, so a packet that found the
 * object through a connection may use it until the end of its RCU section.
 */
struct l4lb_server {
	struct l4lb_endpoint ep;
	u32 id;
	u32 gen;
	u8 method;
	u8 gone;
	u8 overload;
	u8 admin;
	u8 health;
	u8 drained;
	s32 oper_weight;
	struct l4lb_route route;
	struct l4lb_server_stats __percpu *stats;

	atomic_t active ____cacheline_aligned_in_smp;
	atomic_t inactive;
	seqlock_t source_lock;	/* of @source */
	union l4lb_addr source;
	u32 source_stamp;
	unsigned long deadline;
	unsigned long ramp_from;
	struct hlist_node at_node;
	u32 pos;
	struct l4lb_server_conf __rcu *conf;
	struct l4lb_service_rt *rt;
	struct l4lb_rs *endpoint;
	struct list_head linger_node;
	struct list_head gone_node;
	unsigned long gone_rcu;
	struct l4lb_stats_block *block;
	struct l4lb_net *ln;
	char text[L4LB_TEXT_MAX];
	struct rcu_head rcu;
};

/**
 * struct l4lb_rs - (protocol, address, port) of one or more NAT servers
 * @ep: the endpoint
 * @id: number in &l4lb_net.endpoints; with L4LB_CONN_REV the key of replies
 * @refs: servers that use it; conf_lock
 * @addr: its address, by which fragments and ICMP find it
 * @idle: in &l4lb_net.idle_endpoints while @refs is 0; conf_lock
 * @rcu: frees it
 *
 * Stays in the table as long as a server lingers, so that replies of the last
 * connections are still rewritten.
 */
struct l4lb_rs {
	struct l4lb_endpoint ep;
	u32 id;
	u32 refs;
	struct l4lb_rs_addr *addr;
	struct list_head idle;
	struct rcu_head rcu;
};

static inline struct l4lb_rs *l4lb_rs_lookup(const struct l4lb_map *map,
					     const struct l4lb_endpoint *ep,
					     u32 hash)
{
	struct l4lb_leaf *leaf;
	struct l4lb_rs *rs;
	u32 i;

	l4lb_map_each(map, hash, leaf, i, rs)
		if (l4lb_endpoint_equal(&rs->ep, ep))
			return rs;
	return NULL;
}

/* A server of a NAT service by address alone: for fragments and ICMP. */
struct l4lb_rs_addr {
	union l4lb_addr addr;	/* of one or more endpoints */
	u8 family;		/* AF_INET or AF_INET6 */
	u32 refs;		/* endpoints with this address; conf_lock */
	struct rcu_head rcu;	/* frees it */
};

/**
 * l4lb_server_count() - a server's connections
 * @count: &l4lb_server.active or &l4lb_server.inactive
 *
 * Of two CPUs that move and end a connection at once, the end may be counted
 * first; the counter is then one too low until the other comes.
 *
 * Context: any.
 * Return: as many, never less than none.
 */
static inline u32 l4lb_server_count(const atomic_t *count)
{
	return max(atomic_read(count), 0);
}

/**
 * l4lb_server_excluded() - why a server may not get a new connection
 * @srv: server
 * @weight: the weight that the scheduler would use
 *
 * Context: any; reads with READ_ONCE.
 * Return: L4LB_REASON_UNSPEC when it may, else the reason.
 */
static inline enum l4lb_reason
l4lb_server_excluded(const struct l4lb_server *srv, u32 weight)
{
	u8 admin = READ_ONCE(srv->admin);

	if (unlikely(READ_ONCE(srv->gone)))
		return L4LB_REASON_SERVER_GONE;
	if (unlikely(admin != L4LB_ADMIN_ENABLED))
		return admin == L4LB_ADMIN_DRAIN ? L4LB_REASON_DRAINING :
						   L4LB_REASON_DISABLED;
	if (unlikely(READ_ONCE(srv->health) == L4LB_HEALTH_DOWN))
		return L4LB_REASON_DOWN;
	if (unlikely(READ_ONCE(srv->overload)))
		return L4LB_REASON_OVERLOAD;
	return weight ? L4LB_REASON_UNSPEC : L4LB_REASON_WEIGHT_ZERO;
}

/* Has the deadline of @srv's drain come? Any context. */
static inline bool l4lb_server_overdue(const struct l4lb_server *srv)
{
	unsigned long deadline = READ_ONCE(srv->deadline);

	return unlikely(deadline) && time_after_eq(jiffies, deadline) &&
	       READ_ONCE(srv->admin) == L4LB_ADMIN_DRAIN;
}

/**
 * struct l4lb_server_state - what operator or checker say about a server
 * @service: identity of the service, unless @service_name is set
 * @service_name: identity by name; empty: by @service
 * @server: identity of the server, unless @server_name is set
 * @server_name: name of the server; empty: by @server
 * @present: BIT(&enum l4lb_server_attr) of what was given: PORT (default:
 *	l4lb_key_server_port()), ADMIN, HEALTH, OPER_WEIGHT, DEADLINE, TEXT
 * @admin: &enum l4lb_admin
 * @health: &enum l4lb_health
 * @oper_weight: operator's weight; -1: none
 * @deadline: seconds until a drain ends what is left; 0: none
 * @text: operator's reason
 * @tb: parsed &enum l4lb_server_attr attributes for the error's place, or NULL
 */
struct l4lb_server_state {
	struct l4lb_service_key service;
	char service_name[L4LB_NAME_MAX];
	struct l4lb_endpoint server;
	char server_name[L4LB_NAME_MAX];
	u32 present;
	u8 admin;
	u8 health;
	s32 oper_weight;
	u32 deadline;
	char text[L4LB_TEXT_MAX];
	struct nlattr **tb;
};

/**
 * l4lb_server_source() - the director's address on the way to a server
 * @srv: server, to which a way has been found
 * @addr: out; zero if there is none
 *
 * Context: any.
 * Return: false if there is none.
 */
static inline bool l4lb_server_source(const struct l4lb_server *srv,
				      union l4lb_addr *addr)
{
	unsigned int seq;

	do {
		seq = read_seqbegin(&srv->source_lock);
		*addr = srv->source;
	} while (read_seqretry(&srv->source_lock, seq));
	return addr->w[0] | addr->w[1] | addr->w[2] | addr->w[3];
}

struct l4lb_stats_block *l4lb_stats_block_alloc(u32 nr, gfp_t gfp);
void l4lb_stats_block_put(struct l4lb_stats_block *block);
struct l4lb_server *l4lb_server_alloc_in(struct l4lb_net *ln,
					 struct l4lb_stats_block *block,
					 gfp_t gfp);
struct l4lb_server *l4lb_server_alloc(struct l4lb_net *ln, gfp_t gfp);
void l4lb_server_free(struct l4lb_server *srv);
void l4lb_server_retire(struct l4lb_server *srv);
void l4lb_server_settle(struct l4lb_server *srv);
struct l4lb_server *l4lb_server_tunnel(const struct l4lb_net *ln,
				       const union l4lb_addr *addr, u8 family,
				       const union l4lb_addr *source);
void l4lb_server_shrink(const struct l4lb_net *ln, const union l4lb_addr *addr,
			u8 family, u32 mtu);
void l4lb_server_release(const struct l4lb_net *ln);
u32 l4lb_server_weight(const struct l4lb_server *srv);
void l4lb_server_conn_opened(struct l4lb_server *srv, bool active);
void l4lb_server_conn_moved(struct l4lb_server *srv, bool active);
void l4lb_server_conn_closed(struct l4lb_server *srv, bool active);
void l4lb_server_overload(struct l4lb_server *srv);
void l4lb_server_linger(struct l4lb_net *ln, struct l4lb_server *srv);
void l4lb_server_revive(struct l4lb_server *srv);
bool l4lb_server_reap(struct l4lb_net *ln);
void l4lb_server_drains(struct l4lb_net *ln);
int l4lb_server_state_set(struct l4lb_net *ln,
			  const struct l4lb_server_state *st,
			  struct netlink_ext_ack *extack);

#endif /* L4LB_SERVER_H */
