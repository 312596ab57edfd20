/* SPDX-License-Identifier: GPL-2.0 */
/* The connection table. */
#ifndef L4LB_CONN_H
#define L4LB_CONN_H

#include <linux/atomic.h>
#include <linux/l4lb.h>
#include <linux/llist.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include "addr.h"
#include "packet.h"
#include "route.h"

struct l4lb_net;
struct l4lb_server;
struct l4lb_service;

/* In &l4lb_conn_node.id: the number is an endpoint's, the node a reply's. */
#define L4LB_CONN_REV		0x80000000u

/*
 * There, too: the number does not say which address and port the client uses, or
 * the server answers from, so &l4lb_conn_extra.front is part of the key.
 */
#define L4LB_CONN_WIDE		0x40000000u

/* &l4lb_conn.word: state in the low byte, flags above. */
#define L4LB_CONN_STATE		0x000000ffu
#define L4LB_CONN_DEAD		0x00000100u	/* matches nothing any more */
#define L4LB_CONN_CLIENT_FIN	0x00000200u	/* client has sent a FIN */
#define L4LB_CONN_SERVER_FIN	0x00000400u	/* server has sent a FIN (NAT) */
#define L4LB_CONN_COUNTED	0x00000800u	/* is in the server's counters */
#define L4LB_CONN_LOCAL		0x00001000u	/* client is the director itself */
#define L4LB_CONN_EXTRA		0x00002000u	/* a &struct l4lb_conn_extra follows */
#define L4LB_CONN_ORPHAN	0x00004000u	/* its server was deleted at once */
#define L4LB_CONN_RESET		0x00008000u	/* with DEAD: resets are owed */
#define L4LB_CONN_UNPROVEN	0x00010000u	/* by one packet that nothing followed */

/**
 * struct l4lb_conn_node - what a chain links; 40 bytes
 * @next: next in the bucket; RCU, written under the bucket's lock
 * @hash: of (@addr, @port, @id); its low bits are the bucket
 * @id: service's number, or endpoint's number | L4LB_CONN_REV; either with
 *	L4LB_CONN_WIDE
 * @addr: client's address
 * @port: client's port
 * @family: AF_INET or AF_INET6
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 *
 * The key holds no VIP: the service (or the endpoint of a NAT server) is
 * looked up first, and its number stands for address, port and protocol. Where it
 * cannot the entry is *wide*.
 */
struct l4lb_conn_node {
	struct l4lb_conn_node __rcu *next;
	u32 hash;
	u32 id;
	union l4lb_addr addr;
	__be16 port;
	u8 family;
	u8 proto;
};

/**
 * struct l4lb_conn - a connection; one cache line
 * @node: forward key; first member
 * @word: state and flags; changed by cmpxchg only, so that each change of
 *	state moves the server's counters exactly once
 * @stamp: jiffies of the last packet, low 32 bits; written at most once a
 *	second
 * @method: &enum l4lb_method it began with
 * @server: slot of the server, below L4LB_SLOTS_MAX
 * @gen: generation of that slot
 * @reap: in &l4lb_conns.dead once @word says DEAD; no reader looks at it
 *
 * No reference count and no lock: packets hold RCU. Whoever sets DEAD puts the
 * entry on the list of the dead; the aging work alone takes it from there,
 * unlinks it under the bucket's lock and frees it after a grace period.
 */
struct l4lb_conn {
	struct l4lb_conn_node node;
	u32 word;
	u32 stamp;
	u32 method:8;
	u32 server:24;
	u32 gen;
	struct llist_node reap;
};

static_assert(sizeof(struct l4lb_conn) <= 64);

/**
 * struct l4lb_conn_nat - a NAT connection: both directions in one allocation
 * @conn: forward; first member
 * @rev: reply key: @rev.id is the endpoint's number | L4LB_CONN_REV, @rev.addr
 *	and @rev.port the client's
 * @back: cached route of replies. In the cache line of @rev, which a reply has
 *	read anyway. Released with the entry
 */
struct l4lb_conn_nat {
	struct l4lb_conn conn;
	struct l4lb_conn_node rev;
	struct l4lb_route back;
};

static_assert(sizeof(struct l4lb_conn_nat) <= 128);

/**
 * struct l4lb_conn_extra - what only some entries have, behind &struct l4lb_conn
 *	or &struct l4lb_conn_nat
 * @front: address, port and protocol that the client uses, of services for which
 *	the number in the key does not say them; else zero
 * @seq_client: next sequence number that the server expects of the client, as far
 *	as packets say (conn_seq.c); raised by cmpxchg, with @tracked
 * @seq_server: the same of the server, with @has_server
 * @tracked: its service had track_seq when the entry was made
 * @has_server: @seq_server is known
 * @client_shut: the client has no room for more. WRITE_ONCE
 * @server_shut: nor has the server (NAT). WRITE_ONCE
 */
struct l4lb_conn_extra {
	struct l4lb_endpoint front;
	u32 seq_client;
	u32 seq_server;
	u8 tracked;
	u8 has_server;
	u8 client_shut;
	u8 server_shut;
};

/**
 * struct l4lb_conn_key - what is looked up; its members lie as those of
 *	&struct l4lb_conn_node do, so that they are compared as bytes
 * @hash: from l4lb_conn_hash()
 * @id: as &l4lb_conn_node.id
 * @addr: client's address
 * @port: client's port
 * @wide: with L4LB_CONN_WIDE: what the client sends to; of a reply's key the port
 *	(0: it is the endpoint's) and protocol that the server sends from
 */
struct l4lb_conn_key {
	u32 hash;
	u32 id;
	union l4lb_addr addr;
	__be16 port;
	const struct l4lb_endpoint *wide;
};

/**
 * struct l4lb_buckets - one size of the table
 * @rcu: frees it after the move to a larger one
 * @mask: number of buckets - 1
 * @next: the larger table that entries are moving to, or NULL. A lookup that
 *	misses here goes on there; inserts go there
 * @head: chains
 */
struct l4lb_buckets {
	struct rcu_head rcu;
	u32 mask;
	struct l4lb_buckets __rcu *next;
	struct l4lb_conn_node __rcu *head[];
};

/* Locks of a table, and buckets of the smallest one; a power of two. */
#define L4LB_CONN_LOCKS		1024

/**
 * struct l4lb_conns - the table of a namespace
 * @tbl: current buckets; RCU, never NULL after the first l4lb_conns_init()
 * @key: of the hash, random
 * @lock: @lock[hash & (L4LB_CONN_LOCKS - 1)] protects the chains of that hash
 *	in every size of table (no table has fewer buckets than locks); BH.
 *	Two are taken in ascending order
 * @grow_at: more entries than this make an insert queue @resize; racy, a hint
 * @running: works may be queued; false outside l4lb_conns_start() and
 *	l4lb_conns_stop()
 * @nr: entries, dead ones that are not yet freed included
 * @bytes: of entries and buckets
 * @full: alarm state: 0, &enum l4lb_alarm last sent; changed by cmpxchg
 * @dead: entries that say DEAD and have not been freed
 * @owed: those of them that say RESET, whose resets have not been sent; meanwhile
 *	no server goes
 * @age: aging: finds the expired, unlinks and frees the dead, reaps servers
 *	that are gone; system_unbound_wq
 * @resize: makes a larger or a smaller table; system_unbound_wq
 * @sweep: full sweeps done; see slots.h. Written by @age only
 * @cursor: bucket where the next run of @age begins; @age only
 * @scan_mask: of the table in which that bucket is counted; @age only
 * @began: jiffies when the sweep began; @age only
 * @next_scan: jiffies when @age goes on with it; @age only
 * @asleep: @age has nothing to do until l4lb_conns_wake(); @age only
 */
struct l4lb_conns {
	struct l4lb_buckets __rcu *tbl;
	hsiphash_key_t key;
	spinlock_t *lock;	/* chains, by hash */
	u32 grow_at;
	bool running;
	atomic_t nr ____cacheline_aligned_in_smp;
	atomic64_t bytes;
	u32 full;
	struct llist_head dead;
	atomic_t owed;
	struct delayed_work age;
	struct work_struct resize;
	u32 sweep;
	u32 cursor;
	u32 scan_mask;
	unsigned long began;
	unsigned long next_scan;
	bool asleep;
};

/**
 * struct l4lb_conn_new - what an entry is made of
 * @key: forward key, hashed; of a wide one the entry remembers @key.wide
 * @family: AF_INET or AF_INET6
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @method: &enum l4lb_method
 * @state: first state
 * @local: the client is the director
 * @unproven: a template of whose client only a SYN is known; a UDP entry that
 *	waits for the server's answer, or where that is not seen, for a second packet
 * @half_open_max: half-open entries that the service may have, 0: any number
 * @extra: what the entry has in addition, or NULL
 * @server: its server
 * @replaces: an entry with the same key that this one takes over from, or NULL
 */
struct l4lb_conn_new {
	struct l4lb_conn_key key;
	u8 family;
	u8 proto;
	u8 method;
	u8 state;
	bool local;
	bool unproven;
	u32 half_open_max;
	const struct l4lb_conn_extra *extra;
	struct l4lb_server *server;
	struct l4lb_conn *replaces;
};

/**
 * struct l4lb_conn_filter - which entries a dump or flush means
 * @service: number of the service, or -1
 * @has_server: @server counts
 * @exact: its port counts though it is 0: no port
 * @server: address, and port if not 0 or @exact; the port that packets are sent to
 *	where the server has none
 * @prefix: leading bits of @client that must match; -1: any client
 * @client: client's address
 * @client_family: family of @client
 * @state: &enum l4lb_state, 0: any
 */
struct l4lb_conn_filter {
	s64 service;
	bool has_server;
	bool exact;
	struct l4lb_endpoint server;
	int prefix;
	union l4lb_addr client;
	u8 client_family;
	u8 state;
};

int l4lb_conns_init(struct l4lb_net *ln);
void l4lb_conns_start(struct l4lb_net *ln);
void l4lb_conns_wake(struct l4lb_conns *ct);
void l4lb_conns_stop(struct l4lb_net *ln);
void l4lb_conns_destroy(struct l4lb_net *ln);
int l4lb_conn_cache_init(void);
void l4lb_conn_cache_exit(void);

static inline bool l4lb_conn_is_rev(const struct l4lb_conn_node *node)
{
	return node->id & L4LB_CONN_REV;
}

/* Both directions of a connection whose method is NAT. */
static inline struct l4lb_conn_nat *l4lb_conn_nat(struct l4lb_conn *conn)
{
	return container_of(conn, struct l4lb_conn_nat, conn);
}

/* What @conn has in addition, or NULL. */
static inline struct l4lb_conn_extra *l4lb_conn_extra(struct l4lb_conn *conn)
{
	if (likely(!(READ_ONCE(conn->word) & L4LB_CONN_EXTRA)))
		return NULL;
	if (conn->method == L4LB_METHOD_NAT)
		return (struct l4lb_conn_extra *)(l4lb_conn_nat(conn) + 1);
	return (struct l4lb_conn_extra *)(conn + 1);
}

/* Does @conn remember sequence numbers? */
static inline bool l4lb_conn_tracked(struct l4lb_conn *conn)
{
	const struct l4lb_conn_extra *extra = l4lb_conn_extra(conn);

	return unlikely(extra) && extra->tracked;
}

/* Number of the service that @conn is of. */
static inline u32 l4lb_conn_service(const struct l4lb_conn *conn)
{
	return conn->node.id & ~L4LB_CONN_WIDE;
}

/* The connection that @node, of either direction, is part of. */
static inline struct l4lb_conn *l4lb_conn_of(struct l4lb_conn_node *node)
{
	if (l4lb_conn_is_rev(node))
		return &container_of(node, struct l4lb_conn_nat, rev)->conn;
	return container_of(node, struct l4lb_conn, node);
}

/* Is an entry of this word one of the &l4lb_service_rt.half_open? No orphan is. */
static inline bool l4lb_conn_half_open(u32 word)
{
	u32 state = word & (L4LB_CONN_STATE | L4LB_CONN_COUNTED);

	return state == (L4LB_STATE_SYN_RECV | L4LB_CONN_COUNTED) ||
	       (state == (L4LB_STATE_UDP | L4LB_CONN_COUNTED) &&
		(word & L4LB_CONN_UNPROVEN));
}

static inline bool l4lb_state_active(u8 state)
{
	return state == L4LB_STATE_SYN_RECV || state == L4LB_STATE_ESTABLISHED;
}

void l4lb_conn_hash_wide(const struct l4lb_conns *ct,
			 struct l4lb_conn_key *key);

/**
 * l4lb_conn_hash() - fill in a key's hash
 * @ct: table, for its secret
 * @key: all else must be set
 *
 * HalfSipHash as <linux/siphash.h> offers it (SipHash-1-3 on 64 bit): keyed,
 * since the whole key is a stranger's choice.
 */
static inline void l4lb_conn_hash(const struct l4lb_conns *ct,
				  struct l4lb_conn_key *key)
{
	if (unlikely(key->id & L4LB_CONN_WIDE))
		l4lb_conn_hash_wide(ct, key);
	else if (likely(!(key->addr.w[1] | key->addr.w[2] | key->addr.w[3])))
		key->hash = hsiphash_3u32((__force u32)key->addr.w[0], key->id,
					  (__force u16)key->port, &ct->key);
	else
		key->hash = hsiphash(&key->id,
				     offsetofend(struct l4lb_conn_key, port) -
				     offsetof(struct l4lb_conn_key, id),
				     &ct->key);
}

struct l4lb_conn *l4lb_conn_lookup(const struct l4lb_net *ln,
				   const struct l4lb_conn_key *key);
struct l4lb_conn *l4lb_conn_insert(struct l4lb_net *ln,
				   const struct l4lb_conn_new *new);
bool l4lb_conn_advance(struct l4lb_net *ln, struct l4lb_conn *conn,
		       u32 seen, u32 next);
bool l4lb_conn_end(struct l4lb_net *ln, struct l4lb_conn *conn, u32 reason,
		   bool reset);

/**
 * l4lb_conn_kill() - end an entry of which nothing more is to be said
 * @ln: namespace
 * @conn: entry
 *
 * It matches nothing from now on, and its server does not count it any more.
 * The aging work takes it out of the table and frees it.
 *
 * Context: RCU read side, any but hard interrupt; bucket locks may be held. May be
 * called twice.
 */
static inline void l4lb_conn_kill(struct l4lb_net *ln, struct l4lb_conn *conn)
{
	l4lb_conn_end(ln, conn, L4LB_REASON_UNSPEC, false);
}

u32 l4lb_conn_timeout(const struct l4lb_net *ln, const struct l4lb_conn *conn);
bool l4lb_conn_expired(const struct l4lb_net *ln, const struct l4lb_conn *conn);
void l4lb_conn_half_open_alarm(struct l4lb_net *ln,
			       const struct l4lb_service *svc);
u64 l4lb_conn_orphan(struct l4lb_net *ln, const struct l4lb_conn_filter *f);
u64 l4lb_conn_flush(struct l4lb_net *ln, const struct l4lb_conn_filter *f);

bool l4lb_conn_yields(const struct l4lb_net *ln, const struct l4lb_conn *conn);
bool l4lb_conn_match(const struct l4lb_net *ln, const struct l4lb_conn *conn,
		     const struct l4lb_conn_filter *f);
int l4lb_conn_walk(struct l4lb_net *ln, u64 *cursor,
		   const struct l4lb_conn_filter *f,
		   int (*fn)(struct l4lb_conn *conn, void *arg), void *arg);

/* *@cursor of l4lb_conn_walk() when the table is done. */
#define L4LB_CONN_WALK_END	U64_MAX

/* conn_seq.c: pure */
void l4lb_seq_begin(struct l4lb_conn_extra *extra,
		    const struct l4lb_segment *seg);
void l4lb_seq_note(struct l4lb_conn_extra *extra,
		   const struct l4lb_segment *seg, bool from_client);

/* conn_tcp.c: pure */
u32 __l4lb_tcp_next(u32 word, u8 flags, bool from_client, bool both_seen);
u8 l4lb_tcp_first(u8 flags);
bool l4lb_tcp_reopens(u32 word);
extern const u32 l4lb_timeout_default[L4LB_TIMEOUT_STATES];
const char *l4lb_state_name(u8 state);

/**
 * l4lb_tcp_next() - word of an entry after a TCP packet
 * @word: before
 * @flags: of the packet, L4LB_TCP_*
 * @from_client: it comes from the client
 * @both_seen: the server's packets are seen as well (NAT)
 *
 * The first test lets through what nearly all packets are.
 *
 * Return: the new word; equal to @word when nothing changes.
 */
static inline u32 l4lb_tcp_next(u32 word, u8 flags, bool from_client,
				bool both_seen)
{
	if (likely(!(flags & (L4LB_TCP_SYN | L4LB_TCP_FIN | L4LB_TCP_RST)) &&
		   (word & L4LB_CONN_STATE) == L4LB_STATE_ESTABLISHED))
		return word;
	return __l4lb_tcp_next(word, flags, from_client, both_seen);
}

/**
 * l4lb_conn_touch() - note that a packet has come
 * @conn: entry
 * @now: jiffies, low 32 bits
 *
 * Writes at most once a second, so that an established flow's cache line
 * stays shared between CPUs.
 *
 * Return: true when it wrote.
 */
static inline bool l4lb_conn_touch(struct l4lb_conn *conn, u32 now)
{
	if (likely(now - READ_ONCE(conn->stamp) < HZ))
		return false;
	WRITE_ONCE(conn->stamp, now);
	return true;
}

#endif /* L4LB_CONN_H */
