/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the txn*.c files share; nobody else includes it.
 *
 * A transaction is an overlay over the running configuration: objects that a
 * change touches are copied into it, the others are looked up below. A commit
 * turns the overlay into new versions of the touched objects and new maps.
 */
#ifndef L4LB_TXN_PRIV_H
#define L4LB_TXN_PRIV_H

#include <linux/list.h>
#include <linux/netlink.h>
#include <linux/rbtree.h>

#include "hash.h"
#include "match.h"
#include "net.h"
#include "sched.h"
#include "txn.h"

/* All memory of a transaction and of what it publishes is charged. */
#define L4LB_TXN_GFP	GFP_KERNEL_ACCOUNT

/* Bytes that a transaction may hold, and transactions of a namespace. */
#define L4LB_TXN_BYTES	(64ull << 20)
#define L4LB_TXN_OPEN	8
/* Seconds without a message until a transaction is aborted. */
#define L4LB_TXN_IDLE	60

/* Generation of an overlay that is to be made again. */
#define L4LB_TXN_NOWHERE	U64_MAX

/* In a cookie: the refusal is about no single object. */
#define L4LB_TXN_WHOLE	U32_MAX

struct l4lb_arena_chunk;

/**
 * struct l4lb_arena - memory that is freed as a whole
 * @first: oldest chunk
 * @last: chunk that is being filled
 * @bytes: of all chunks
 */
struct l4lb_arena {
	struct l4lb_arena_chunk *first;
	struct l4lb_arena_chunk *last;
	u64 bytes;
};

void *l4lb_arena_alloc(struct l4lb_arena *arena, size_t size);
void l4lb_arena_free(struct l4lb_arena *arena);

/**
 * struct l4lb_txn_service - a service that the transaction touches
 * @node: in &l4lb_txn.services, by @key
 * @name_node: in &l4lb_txn.names when @named; who finds it there checks
 *	@exists and @name
 * @list: in &l4lb_txn.touched
 * @key: identity
 * @old: published version, or NULL
 * @named: @name_node is in the hash
 * @exists: is there, as far as the transaction has come
 * @fresh: begins without the servers of @old
 * @method: &enum l4lb_method
 * @midstream: &enum l4lb_midstream
 * @tie: &enum l4lb_tie
 * @owner: &enum l4lb_owner
 * @ops: scheduler
 * @opts: all others of its values
 * @timeout: seconds by &enum l4lb_state, 0: default
 * @name: name or empty
 * @nr: servers
 * @added: &l4lb_txn_server.list of those behind the servers of @old, in order
 * @changed: the same of those in the place they have in @old, and of deleted
 *
 * The rest belongs to a commit:
 * @rt: what its versions share, referenced; NULL before the commit
 * @ver: next version, or NULL when @old goes on
 * @sd: its scheduler data; NULL when those of @old go on
 * @differs: configuration or order of servers differ from @old
 * @mc: change of the map of services
 * @mc_name: changes of the map of names: old name, new name
 */
struct l4lb_txn_service {
	struct l4lb_hash_node node;
	struct l4lb_hash_node name_node;
	struct list_head list;
	struct l4lb_service_key key;
	struct l4lb_service *old;
	bool named;
	bool exists;
	bool fresh;
	u8 method;
	u8 midstream;
	u8 tie;
	u8 owner;
	const struct l4lb_sched_ops *ops;
	struct l4lb_service_opts opts;
	u32 timeout[L4LB_TIMEOUT_STATES];
	char name[L4LB_NAME_MAX];
	u32 nr;
	struct list_head added;
	struct list_head changed;

	struct l4lb_service_rt *rt;
	struct l4lb_service *ver;
	struct l4lb_sched_data *sd;
	bool differs;
	struct l4lb_map_change mc;
	struct l4lb_map_change mc_name[2];
};

/**
 * struct l4lb_txn_server - a server that the transaction touches
 * @node: in &l4lb_txn.servers, by service and @ep
 * @list: in &l4lb_txn_service.added or .changed
 * @svc: its service
 * @ep: identity
 * @old: published server, or NULL
 * @old_pos: its place in the published service
 * @exists: is there, as far as the transaction has come
 * @added: @list is in &l4lb_txn_service.added
 * @now: deleted, and its connections are to end
 * @owner: &enum l4lb_owner
 * @weight: configured weight
 * @max_conns: limit of connections or 0
 * @min_conns: where a full server opens again
 * @name: name or empty
 *
 * The rest belongs to a commit:
 * @srv: server that will be published: @old, one that lingers, or a new one
 * @create: @srv is new
 * @revive: @srv lingers
 * @conf: next version of its configuration, or NULL
 * @was: version that @conf has replaced
 * @rs: endpoint that @srv is to get, referenced; or NULL
 * @rs_new: @rs comes with this commit
 */
struct l4lb_txn_server {
	struct l4lb_hash_node node;
	struct list_head list;
	struct l4lb_txn_service *svc;
	struct l4lb_endpoint ep;
	struct l4lb_server *old;
	u32 old_pos;
	bool exists;
	bool added;
	bool now;
	u8 owner;
	u32 weight;
	u32 max_conns;
	u32 min_conns;
	char name[L4LB_NAME_MAX];

	struct l4lb_server *srv;
	bool create;
	bool revive;
	bool rs_new;
	struct l4lb_server_conf *conf;
	struct l4lb_server_conf *was;
	struct l4lb_rs *rs;
};

/**
 * struct l4lb_txn_vip - a VIP that the transaction touches
 * @node: in &l4lb_txn.vips, by address
 * @list: in &l4lb_txn.touched_vips
 * @addr: identity, as are @family and @prefix
 * @family: AF_INET or AF_INET6
 * @prefix: bits of @addr
 * @unknown_port: &enum l4lb_unknown_port
 * @nr_services: services on it
 * @ranges: struct l4lb_txn_range of services with many ports, by protocol and
 *	first port, once @loaded
 * @loaded: @ranges holds those of @old that are still there
 * @old: published version, or NULL
 * @ver: a commit's: next version, or NULL
 * @ports: a commit's: what @ver has, or would have
 * @mc: a commit's: change of the map of VIPs
 */
struct l4lb_txn_vip {
	struct l4lb_hash_node node;
	struct list_head list;
	union l4lb_addr addr;
	u8 family;
	u8 prefix;
	u8 unknown_port;
	u32 nr_services;
	struct rb_root ranges;
	bool loaded;
	struct l4lb_vip *old;
	struct l4lb_vip *ver;
	const struct l4lb_ports *ports;
	struct l4lb_map_change mc;
};

/**
 * struct l4lb_txn - a transaction; all of it is protected by conf_lock
 * @node: in &l4lb_net.txns; empty for a transaction of one message
 * @ln: namespace
 * @id: random name that travels in messages
 * @seq: how many began before it
 * @portid: owner; 0 for a transaction of one message
 * @mode: &enum l4lb_txn_mode
 * @has_base: @base was given
 * @base: generation that must be the running one
 * @generation: of the snapshot that the overlay lies on
 * @touched_at: jiffies of the last message
 * @nr_changes: changes accepted, flushes not counted
 * @log: these changes, to be replayed when another commit came first
 * @objects: memory of the overlay
 * @from_nothing: nothing of the snapshot shines through
 * @owner: &enum l4lb_owner of the last change
 * @force: a change was forced
 * @nr_services: services, as far as the transaction has come
 * @nr_servers: servers, likewise
 * @nr_vips: VIPs, likewise
 * @services: touched services by identity
 * @names: touched services that got a name, by name
 * @servers: touched servers by service and identity
 * @vips: touched VIPs by address
 * @touched: touched services in order
 * @touched_vips: touched VIPs in order
 */
struct l4lb_txn {
	struct list_head node;
	struct l4lb_net *ln;
	u64 id;
	u64 seq;
	u32 portid;
	u8 mode;
	bool has_base;
	u64 base;
	u64 generation;
	unsigned long touched_at;
	u32 nr_changes;
	struct l4lb_arena log;
	struct l4lb_arena objects;
	bool from_nothing;
	u8 owner;
	bool force;
	u32 nr_services;
	u32 nr_servers;
	u32 nr_vips;
	struct l4lb_hash services;
	struct l4lb_hash names;
	struct l4lb_hash servers;
	struct l4lb_hash vips;
	struct list_head touched;
	struct list_head touched_vips;
};

/**
 * struct l4lb_stage - a change on its way into a transaction
 * @txn: transaction
 * @table: running snapshot, the one that the overlay lies on
 * @ch: the change; defaults are filled in
 * @extack: for the sentence
 */
struct l4lb_stage {
	struct l4lb_txn *txn;
	const struct l4lb_table *table;
	struct l4lb_change *ch;
	struct netlink_ext_ack *extack;
};

/* Refuse a change: a sentence, and the attribute it is about. */
#define L4LB_REFUSE(st, err, attr, msg) ({				\
	NL_SET_ERR_MSG((st)->extack, msg);				\
	l4lb_stage_blame(st, attr);					\
	-(err);								\
})

static inline const struct l4lb_table *l4lb_txn_table(struct l4lb_net *ln)
{
	return rcu_dereference_protected(ln->table,
					 lockdep_is_held(&ln->conf_lock));
}

static inline bool l4lb_stage_has(const struct l4lb_stage *st, u32 attr)
{
	return st->ch->present & BIT_ULL(attr);
}

/* txn_log.c */
int l4lb_txn_log(struct l4lb_txn *txn, struct l4lb_change *ch);
bool l4lb_txn_log_next(const struct l4lb_txn *txn,
		       struct l4lb_arena_chunk **chunk, size_t *at,
		       struct l4lb_change *ch);

/* txn_check.c */
void l4lb_stage_blame(const struct l4lb_stage *st, u32 attr);
int l4lb_stage_drop(const struct l4lb_stage *st, u8 owner);
int l4lb_stage_owner(const struct l4lb_stage *st, u8 owner);
int l4lb_check_service_key(const struct l4lb_stage *st);
int l4lb_check_vip(const struct l4lb_stage *st);
int l4lb_check_server_addr(const struct l4lb_stage *st);
int l4lb_check_name(const struct l4lb_stage *st, u32 attr);

/**
 * struct l4lb_service_wish - values that a service is to have
 * @ops: scheduler
 * @method: &enum l4lb_method
 * @tie: &enum l4lb_tie
 * @midstream: &enum l4lb_midstream
 * @opts: the others
 */
struct l4lb_service_wish {
	const struct l4lb_sched_ops *ops;
	u8 method;
	u8 tie;
	u8 midstream;
	struct l4lb_service_opts opts;
};

/* txn_option.c */
void l4lb_stage_default_options(struct l4lb_txn_service *ts);
int l4lb_stage_wish(const struct l4lb_stage *st,
		    const struct l4lb_txn_service *ts,
		    struct l4lb_service_wish *wish);

/* txn_stage.c */
void l4lb_txn_reset(struct l4lb_txn *txn, bool from_nothing);
int l4lb_txn_apply(struct l4lb_stage *st);
struct l4lb_txn_service *l4lb_stage_service(const struct l4lb_stage *st,
					    const struct l4lb_service_key *key,
					    bool create);
int l4lb_stage_find_service(const struct l4lb_stage *st,
			    struct l4lb_txn_service **ts);

/* txn_server.c */
struct l4lb_txn_server *l4lb_stage_server(const struct l4lb_stage *st,
					  struct l4lb_txn_service *ts,
					  const struct l4lb_endpoint *ep,
					  bool create);
struct l4lb_txn_server *
l4lb_stage_server_known(const struct l4lb_txn *txn,
			const struct l4lb_txn_service *ts,
			const struct l4lb_endpoint *ep);
int l4lb_stage_server_new(struct l4lb_stage *st);
int l4lb_stage_server_set(struct l4lb_stage *st);
int l4lb_stage_server_del(struct l4lb_stage *st);
void l4lb_stage_servers_drop(struct l4lb_txn *txn, struct l4lb_txn_service *ts);

/* txn_vip.c */
struct l4lb_txn_vip *l4lb_stage_vip(const struct l4lb_stage *st,
				    const union l4lb_addr *addr, u8 family,
				    u8 prefix);
int l4lb_stage_vip_of(const struct l4lb_stage *st,
		      const struct l4lb_service_key *key);
int l4lb_stage_vip_ref(const struct l4lb_stage *st,
		       const struct l4lb_service_key *key);
void l4lb_stage_vip_unref(const struct l4lb_stage *st,
			  const struct l4lb_service_key *key);
int l4lb_stage_vip_set(struct l4lb_stage *st);

/* txn_ports.c */
int l4lb_stage_ports_load(const struct l4lb_stage *st, struct l4lb_txn_vip *tv);
int l4lb_stage_ports_add(const struct l4lb_stage *st, struct l4lb_txn_vip *tv,
			 const struct l4lb_service_key *key);
void l4lb_stage_ports_del(struct l4lb_txn_vip *tv,
			  const struct l4lb_service_key *key);
int l4lb_commit_ports(struct l4lb_txn_vip *tv, bool from_nothing);
void l4lb_commit_ports_undo(struct l4lb_txn_vip *tv);
void l4lb_commit_ports_retire(struct l4lb_txn_vip *tv);

static inline bool l4lb_txn_vip_exists(const struct l4lb_txn_vip *tv)
{
	return tv->nr_services || tv->unknown_port != L4LB_UNKNOWN_PORT_PASS;
}

/**
 * struct l4lb_txn_rs - an endpoint that comes with a commit
 * @node: in &l4lb_commit.rs_hash
 * @list: in &l4lb_commit.rs
 * @rs: the endpoint
 * @mc: change of the map of endpoints
 */
struct l4lb_txn_rs {
	struct l4lb_hash_node node;
	struct list_head list;
	struct l4lb_rs *rs;
	struct l4lb_map_change mc;
};

/**
 * struct l4lb_txn_addr - an address of endpoints that comes with a commit
 * @node: in &l4lb_commit.addr_hash
 * @list: in &l4lb_commit.addrs
 * @addr: the address
 * @mc: change of the map of addresses
 */
struct l4lb_txn_addr {
	struct l4lb_hash_node node;
	struct list_head list;
	struct l4lb_rs_addr *addr;
	struct l4lb_map_change mc;
};

/* The maps of a snapshot, as a commit goes through them. */
enum l4lb_txn_map {
	L4LB_MAP_VIPS,
	L4LB_MAP_SERVICES,
	L4LB_MAP_NAMES,
	L4LB_MAP_ENDPOINTS,
	L4LB_MAP_ADDRS,
	L4LB_MAPS
};

/**
 * struct l4lb_commit - a commit under way
 * @ln: namespace
 * @txn: transaction; NULL when only endpoints are dropped
 * @extack: for the sentence
 * @old: running snapshot
 * @fresh: snapshot that will be published
 * @changes: struct l4lb_map_change by &enum l4lb_txn_map
 * @gone: leaves that the new maps do not share, likewise
 * @digest: of the new configuration
 * @nr_servers: configured servers of the new configuration
 * @match: what @fresh will have for what is not plain
 * @changed: objects that differ
 * @created: servers that come
 * @block: counters for servers to come, or NULL
 * @rs: endpoints that come
 * @rs_hash: the same by endpoint
 * @addrs: addresses of endpoints that come
 * @addr_hash: the same by address
 * @scratch: memory of @rs, @addrs and the like; freed when the commit is
 *	published or undone, since a transaction may try any number of times
 */
struct l4lb_commit {
	struct l4lb_net *ln;
	struct l4lb_txn *txn;
	struct netlink_ext_ack *extack;
	const struct l4lb_table *old;
	struct l4lb_table *fresh;
	struct list_head changes[L4LB_MAPS];
	struct l4lb_leaf *gone[L4LB_MAPS];
	u64 digest;
	u32 nr_servers;
	const struct l4lb_match *match;
	u64 changed;
	u32 created;
	struct l4lb_stats_block *block;
	struct list_head rs;
	struct l4lb_hash rs_hash;
	struct list_head addrs;
	struct l4lb_hash addr_hash;
	struct l4lb_arena scratch;
};

static inline void l4lb_commit_change(struct l4lb_commit *c,
				      enum l4lb_txn_map which,
				      struct l4lb_map_change *mc, u32 hash,
				      void *del, void *add)
{
	mc->hash = hash;
	mc->del = del;
	mc->add = add;
	list_add_tail(&mc->node, &c->changes[which]);
}

/* txn_table.c */
struct l4lb_map **l4lb_table_map(struct l4lb_table *table,
				 enum l4lb_txn_map which);
struct l4lb_table *l4lb_table_empty(void);
void l4lb_table_destroy(struct l4lb_net *ln);
int l4lb_commit_maps(struct l4lb_commit *c);
void l4lb_commit_maps_undo(struct l4lb_commit *c);
void l4lb_commit_maps_retire(struct l4lb_commit *c);

/* txn_match.c */
int l4lb_commit_match(struct l4lb_commit *c);
void l4lb_commit_match_undo(struct l4lb_commit *c);
void l4lb_commit_match_retire(struct l4lb_commit *c);

/* txn_endpoint.c */
struct l4lb_rs *l4lb_commit_rs(struct l4lb_commit *c,
			       const struct l4lb_endpoint *ep, bool *fresh);
void l4lb_commit_rs_put(struct l4lb_commit *c, struct l4lb_rs *rs, bool fresh);
void l4lb_commit_endpoints_undo(struct l4lb_commit *c);
void l4lb_commit_endpoints_publish(struct l4lb_commit *c);

/* txn_members.c */
int l4lb_commit_members(struct l4lb_commit *c, struct l4lb_txn_service *ts);
void l4lb_commit_members_undo(struct l4lb_commit *c,
			      struct l4lb_txn_service *ts);

/* txn_build.c */
int l4lb_commit_number(struct l4lb_commit *c, struct l4lb_slots *slots);
int l4lb_commit_build(struct l4lb_commit *c);
void l4lb_commit_undo(struct l4lb_commit *c);

/* txn_publish.c */
void l4lb_commit_publish(struct l4lb_commit *c);

#endif /* L4LB_TXN_PRIV_H */
