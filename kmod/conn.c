// SPDX-License-Identifier: GPL-2.0
/*
 * The connection table: entries, how they are found, made, changed and ended.
 *
 * Chains are singly linked and read under RCU. A packet of an established
 * connection touches the bucket and the entry, takes no lock and no reference
 * and writes nothing but the stamp, once a second. The locks of buckets order
 * writers only. States and timeouts are in conn_state.c, its size in conn_resize.c,
 * aging and freeing in conn_age.c, dumps and flushes in conn_walk.c.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/dst.h>

#include "conn_priv.h"
#include "match.h"
#include "notify.h"
#include "service.h"

static_assert(L4LB_SLOTS_MAX <= 1u << 24, "a slot fits into l4lb_conn.server");
static_assert(L4LB_SLOTS_MAX <= L4LB_CONN_WIDE, "numbers leave the flags alone");
static_assert(__L4LB_STATE_MAX - 1 <= L4LB_CONN_STATE);

/* A dead entry's memory comes back this soon, in milliseconds. */
#define CONN_KICK_MS	10

/* How many entries are handed to the slab allocator at once. */
#define CONN_FREE_BULK	16

/* By enum l4lb_conn_kind. */
static struct kmem_cache *conn_cache[L4LB_CONN_KINDS];

static const char * const conn_cache_name[L4LB_CONN_KINDS] = {
	"l4lb_conn", "l4lb_conn_nat", "l4lb_conn_extra", "l4lb_conn_nat_extra",
};

struct l4lb_buckets l4lb_conn_none = {
	.mask = 0,
	.head = { NULL },
};

/**
 * l4lb_conn_cache_init() - make the caches of entries
 *
 * Not charged to a memory cgroup: entries are made by strangers' packets, in
 * softirq, where the current task is anybody. The namespace's limits of
 * connections and memory bound them instead.
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int l4lb_conn_cache_init(void)
{
	u32 kind;

	for (kind = 0; kind < L4LB_CONN_KINDS; kind++) {
		conn_cache[kind] = kmem_cache_create(conn_cache_name[kind],
						     l4lb_conn_size(kind), 0,
						     SLAB_HWCACHE_ALIGN, NULL);
		if (!conn_cache[kind])
			goto destroy_caches;
	}
	return 0;

destroy_caches:
	l4lb_conn_cache_exit();
	return -ENOMEM;
}

/**
 * l4lb_conn_cache_exit() - destroy the caches of entries
 *
 * Context: process, may sleep; all tables have been stopped.
 */
void l4lb_conn_cache_exit(void)
{
	u32 kind;

	for (kind = 0; kind < L4LB_CONN_KINDS; kind++) {
		kmem_cache_destroy(conn_cache[kind]);
		conn_cache[kind] = NULL;
	}
}

/**
 * l4lb_conns_init() - give a namespace its table, of the smallest size
 * @ln: namespace; its table is zeroed memory or was destroyed
 *
 * Charged to the memory cgroup of who configures the namespace.
 *
 * Context: process, may sleep.
 * Return: 0, or -ENOMEM with nothing allocated.
 */
int l4lb_conns_init(struct l4lb_net *ln)
{
	struct l4lb_conns *ct = &ln->conns;
	struct l4lb_buckets *tbl;
	u32 i;

	ct->lock = kvmalloc_array(L4LB_CONN_LOCKS, sizeof(*ct->lock),
				  GFP_KERNEL_ACCOUNT);
	if (!ct->lock)
		return -ENOMEM;
	tbl = l4lb_buckets_alloc(L4LB_CONN_LOCKS, GFP_KERNEL_ACCOUNT);
	if (!tbl)
		goto free_locks;
	for (i = 0; i < L4LB_CONN_LOCKS; i++)
		spin_lock_init(&ct->lock[i]);
	get_random_bytes(&ct->key, sizeof(ct->key));
	atomic_set(&ct->nr, 0);
	atomic64_set(&ct->bytes, l4lb_buckets_bytes(tbl->mask));
	ct->grow_at = (tbl->mask + 1) / 2;
	ct->full = 0;
	ct->cursor = 0;
	init_llist_head(&ct->dead);
	atomic_set(&ct->owed, 0);
	INIT_DELAYED_WORK(&ct->age, l4lb_conn_age_work);
	INIT_WORK(&ct->resize, l4lb_conn_resize_work);
	rcu_assign_pointer(ct->tbl, tbl);
	return 0;

free_locks:
	kvfree(ct->lock);
	ct->lock = NULL;
	return -ENOMEM;
}

/* The bytes that make a key, in a node and in a key alike. */
#define CONN_KEY_BYTES							\
	(offsetofend(struct l4lb_conn_key, port) -			\
	 offsetof(struct l4lb_conn_key, hash))

#define CONN_NODE_KEY	offsetof(struct l4lb_conn_node, hash)

static_assert(offsetof(struct l4lb_conn_key, hash) == 0);
static_assert(offsetof(struct l4lb_conn_node, id) - CONN_NODE_KEY ==
	      offsetof(struct l4lb_conn_key, id));
static_assert(offsetof(struct l4lb_conn_node, addr) - CONN_NODE_KEY ==
	      offsetof(struct l4lb_conn_key, addr));
static_assert(offsetof(struct l4lb_conn_node, port) - CONN_NODE_KEY ==
	      offsetof(struct l4lb_conn_key, port));

/**
 * l4lb_conn_hash_wide() - l4lb_conn_hash() of a key with L4LB_CONN_WIDE
 * @ct: table, for its secret
 * @key: all else must be set
 *
 * Context: any.
 */
void l4lb_conn_hash_wide(const struct l4lb_conns *ct, struct l4lb_conn_key *key)
{
	const struct {
		u32 id;
		union l4lb_addr addr;
		struct l4lb_endpoint wide;
		u32 port;
	} in = {
		.id = key->id,
		.addr = key->addr,
		.wide = *key->wide,
		.port = (__force u16)key->port,
	};

	static_assert(sizeof(in) == 4 + 16 + 20 + 4);
	key->hash = hsiphash(&in, sizeof(in), &ct->key);
}

/*
 * Does a wide @node that has all else of @key have the rest? A reply's endpoint
 * has no port or no protocol, which are then those that the client uses.
 */
static noinline bool conn_wide_is(const struct l4lb_conn_node *node,
				  const struct l4lb_conn_key *key)
{
	struct l4lb_conn *conn = l4lb_conn_of((struct l4lb_conn_node *)node);
	const struct l4lb_endpoint *front = &l4lb_conn_extra(conn)->front;

	if (!l4lb_conn_is_rev(node))
		return l4lb_endpoint_equal(front, key->wide);
	return node->proto == key->wide->proto &&
	       (!key->wide->port || front->port == key->wide->port);
}

/* Does @node have this key, as far as a plain one goes? */
static __always_inline bool conn_node_like(const struct l4lb_conn_node *node,
					   const struct l4lb_conn_key *key)
{
	return !memcmp(&node->hash, key, CONN_KEY_BYTES);
}

/*
 * Does @node have this key? Its number stands for family and protocol. The
 * hash, which tells nearly all others apart, is in the first word compared.
 */
static bool conn_node_is(const struct l4lb_conn_node *node,
			 const struct l4lb_conn_key *key)
{
	return conn_node_like(node, key) &&
	       (likely(!(key->id & L4LB_CONN_WIDE)) || conn_wide_is(node, key));
}

/*
 * Neither dead nor, for certain, expired. No timeout is shorter than a second,
 * and a stamp may be a second behind, so nothing that was stamped less than
 * two seconds ago can have expired: the timeout need not be looked up for
 * packets of a busy connection. The difference is signed because another CPU's
 * stamp may be younger than this one's jiffies.
 */
static __always_inline bool conn_fresh(const struct l4lb_conn *conn)
{
	return !(READ_ONCE(conn->word) & L4LB_CONN_DEAD) &&
	       (s32)((u32)jiffies - READ_ONCE(conn->stamp)) <= 2 * HZ;
}

static bool conn_live(const struct l4lb_net *ln, const struct l4lb_conn *conn)
{
	return conn_fresh(conn) ||
	       (!(READ_ONCE(conn->word) & L4LB_CONN_DEAD) &&
		!l4lb_conn_expired(ln, conn));
}

/* The whole search: idle and dead entries, tables that grow. */
static noinline struct l4lb_conn *
conn_lookup_slow(const struct l4lb_net *ln, const struct l4lb_conn_key *key)
{
	const struct l4lb_buckets *tbl = rcu_dereference(ln->conns.tbl);
	struct l4lb_conn_node *node;
	struct l4lb_conn *conn;

	do {
		for (node = rcu_dereference(tbl->head[key->hash & tbl->mask]);
		     node; node = rcu_dereference(node->next)) {
			if (!conn_node_is(node, key))
				continue;
			conn = l4lb_conn_of(node);
			if (conn_live(ln, conn))
				return conn;
		}
		tbl = rcu_dereference(tbl->next);
		/*
		 * Pairs with smp_wmb() in conn_move(): who sees a node cut
		 * from the old chain sees it in the new one.
		 */
		smp_rmb();
	} while (tbl);
	return NULL;
}

/**
 * l4lb_conn_lookup() - find a live entry
 * @ln: namespace
 * @key: forward or reply key, hashed
 *
 * What is here is the path of a plain service's busy connection, which calls
 * nothing; all else is conn_lookup_slow()'s, from the beginning.
 *
 * Context: RCU read side; any number of CPUs, no lock.
 * Return: the entry, good to the end of the RCU section though it may die at
 * any time, or NULL.
 */
struct l4lb_conn *l4lb_conn_lookup(const struct l4lb_net *ln,
				   const struct l4lb_conn_key *key)
{
	const struct l4lb_buckets *tbl = rcu_dereference(ln->conns.tbl);
	const u32 bucket = key->hash & tbl->mask;
	struct l4lb_conn_node *node;
	struct l4lb_conn *conn;

	for (node = rcu_dereference(tbl->head[bucket]); node;
	     node = rcu_dereference(node->next)) {
		if (unlikely(!conn_node_like(node, key)))
			continue;
		conn = l4lb_conn_of(node);
		if (likely(!(key->id & L4LB_CONN_WIDE) && conn_fresh(conn)))
			return conn;
		return conn_lookup_slow(ln, key);
	}
	if (likely(!rcu_access_pointer(tbl->next)))
		return NULL;
	return conn_lookup_slow(ln, key);
}

/* Say once that the table is nearly full, or full. */
static noinline void conn_alarm(struct l4lb_net *ln, u32 alarm)
{
	u32 old = READ_ONCE(ln->conns.full);

	if (old < alarm && cmpxchg(&ln->conns.full, old, alarm) == old)
		l4lb_notify_alarm(ln, alarm);
}

static noinline void conn_alarm_check(struct l4lb_net *ln, u32 nr, u64 bytes)
{
	u32 limit = READ_ONCE(ln->limits.conns);
	u64 memory = READ_ONCE(ln->limits.memory);

	/* Memory is hardly ever used to the last byte. */
	if (nr >= limit || bytes + sizeof(struct l4lb_conn) > memory)
		conn_alarm(ln, L4LB_ALARM_CONNS_FULL);
	else if (nr >= limit - limit / 5 ||
		 bytes >= memory - div_u64(memory, 5))
		conn_alarm(ln, L4LB_ALARM_CONNS_NEAR);
}

static void conn_uncharge(struct l4lb_conns *ct, u32 nr, u64 bytes)
{
	atomic_sub(nr, &ct->nr);
	atomic64_sub(bytes, &ct->bytes);
}

/*
 * Account for an entry before it exists, so that the limits are exact on any
 * number of CPUs.
 */
static int conn_charge(struct l4lb_net *ln, u32 size)
{
	struct l4lb_conns *ct = &ln->conns;
	u32 limit = READ_ONCE(ln->limits.conns);
	u64 memory = READ_ONCE(ln->limits.memory);
	u32 nr = atomic_inc_return(&ct->nr);
	u64 bytes = atomic64_add_return(size, &ct->bytes);

	if (unlikely(nr > limit || bytes > memory)) {
		conn_uncharge(ct, 1, size);
		conn_alarm(ln, L4LB_ALARM_CONNS_FULL);
		return -ENOSPC;
	}
	if (unlikely(nr > limit / 2 || bytes > memory / 2))
		conn_alarm_check(ln, nr, bytes);
	if (unlikely(nr == 1))
		l4lb_conns_wake(ct);
	if (unlikely(nr > READ_ONCE(ct->grow_at)) && READ_ONCE(ct->running)) {
		/* The work sets it again; until then nobody asks twice. */
		WRITE_ONCE(ct->grow_at, U32_MAX);
		queue_work(system_unbound_wq, &ct->resize);
	}
	return 0;
}

static void conn_node_fill(struct l4lb_conn_node *node, u32 id, u32 hash,
			   const struct l4lb_conn_new *new)
{
	node->hash = hash;
	node->id = id;
	node->addr = new->key.addr;
	node->port = new->key.port;
	node->family = new->family;
	node->proto = new->proto;
}

static bool conn_new_extra(const struct l4lb_conn_new *new)
{
	return new->extra || (new->key.id & L4LB_CONN_WIDE);
}

static void conn_fill_extra(struct l4lb_conn_extra *extra,
			    const struct l4lb_conn_new *new)
{
	if (new->extra)
		*extra = *new->extra;
	else
		memset(extra, 0, sizeof(*extra));
	if (new->key.id & L4LB_CONN_WIDE)
		extra->front = *new->key.wide;
}

/* Fill in the key by which replies of a NAT connection are found. */
static void conn_rev_key(const struct l4lb_conns *ct,
			 const struct l4lb_conn_new *new,
			 struct l4lb_conn_key *rev, struct l4lb_endpoint *end)
{
	const struct l4lb_endpoint *front = new->key.wide;
	bool wide = new->key.id & L4LB_CONN_WIDE;

	rev->addr = new->key.addr;
	rev->port = new->key.port;
	l4lb_reply_key(ct, new->server->endpoint, wide ? front->port : 0,
		       new->proto, rev, end);
}

static void conn_fill(struct l4lb_conn *conn, const struct l4lb_conn_new *new)
{
	conn_node_fill(&conn->node, new->key.id, new->key.hash, new);
	conn->word = new->state |
		     (new->state == L4LB_STATE_PERSIST ? 0 :
							 L4LB_CONN_COUNTED) |
		     (new->local ? L4LB_CONN_LOCAL : 0) |
		     (new->unproven ? L4LB_CONN_UNPROVEN : 0) |
		     (conn_new_extra(new) ? L4LB_CONN_EXTRA : 0);
	conn->stamp = (u32)jiffies;
	conn->method = new->method;
	conn->server = new->server->id;
	conn->gen = new->server->gen;
	if (unlikely(conn_new_extra(new)))
		conn_fill_extra(l4lb_conn_extra(conn), new);
}

/*
 * The live entry of @key in @tbl and the tables after it; there is one at most.
 * Entries of that key that are dead or expired leave the chain, those behind
 * the live one included: a tuple that is opened and closed at line rate must
 * not make it long.
 */
static struct l4lb_conn *conn_find(struct l4lb_net *ln,
				   struct l4lb_buckets *tbl,
				   const struct l4lb_conn_key *key)
{
	struct l4lb_conns *ct = &ln->conns;
	struct l4lb_conn_node __rcu **link;
	struct l4lb_conn *conn, *live = NULL;
	struct l4lb_conn_node *node;

	for (; tbl; tbl = rcu_dereference(tbl->next)) {
		link = &tbl->head[key->hash & tbl->mask];
		while ((node = l4lb_link(ct, key->hash, *link))) {
			conn = l4lb_conn_of(node);
			if (!conn_node_is(node, key)) {
				link = &node->next;
			} else if (conn_live(ln, conn)) {
				live = conn;
				link = &node->next;
			} else {
				l4lb_conn_kill(ln, conn);
				l4lb_conn_unlink(ct, link, node);
			}
		}
	}
	return live;
}

/*
 * New nodes go into the newest table. A node that goes into the old one
 * because its successor was not yet to be seen is still found by the move,
 * which waits for this RCU section between publishing and moving.
 */
static void conn_link(struct l4lb_conns *ct, struct l4lb_buckets *tbl,
		      struct l4lb_conn_node *node)
{
	struct l4lb_conn_node __rcu **head;
	struct l4lb_buckets *next;

	while ((next = rcu_dereference(tbl->next)))
		tbl = next;
	head = &tbl->head[node->hash & tbl->mask];
	RCU_INIT_POINTER(node->next, l4lb_link(ct, node->hash, *head));
	/* Pairs with rcu_dereference() of the readers: the node is complete. */
	rcu_assign_pointer(*head, node);
}

/*
 * One more half-open entry, unless there are as many as may be. The alarm may
 * ring again once a quarter of them has gone.
 */
static bool conn_half_open(const struct l4lb_conn_new *new,
			   const struct l4lb_conn *old)
{
	struct l4lb_service_rt *rt = new->server->rt;
	u32 max = new->half_open_max, nr;

	if (new->state != L4LB_STATE_SYN_RECV &&
	    !(new->state == L4LB_STATE_UDP && new->unproven))
		return true;
	nr = atomic_inc_return(&rt->half_open);
	/* The one that it replaces is on its way out. */
	if (unlikely(max && nr > max) &&
	    !(old && l4lb_conn_half_open(READ_ONCE(old->word)))) {
		atomic_dec(&rt->half_open);
		return false;
	}
	if (unlikely(READ_ONCE(rt->half_alarm)) && (!max || nr < max - max / 4))
		WRITE_ONCE(rt->half_alarm, 0);
	return true;
}

/**
 * l4lb_conn_half_open_alarm() - a service is at its limit of half-open entries
 * @ln: namespace
 * @svc: service
 *
 * Rings once, until a quarter of the entries has gone.
 *
 * Context: RCU read side, BH off.
 */
void l4lb_conn_half_open_alarm(struct l4lb_net *ln,
			       const struct l4lb_service *svc)
{
	if (!READ_ONCE(svc->rt->half_alarm) &&
	    !cmpxchg(&svc->rt->half_alarm, 0, 1))
		l4lb_notify_half_open(ln, svc);
}

/* @srv does not count an entry any more whose word was @word. */
static void conn_uncount(struct l4lb_server *srv, u32 word)
{
	if (unlikely(!srv || !(word & L4LB_CONN_COUNTED)))
		return;
	if (l4lb_conn_half_open(word))
		atomic_dec(&srv->rt->half_open);
	l4lb_server_conn_closed(srv,
				l4lb_state_active(word & L4LB_CONN_STATE));
}

/*
 * Put @conn into the table, unless its tuples are taken. All that can refuse
 * comes before the first change; readers see the new entry before the one
 * that it replaces dies. Both chains are locked.
 */
static int conn_enter(struct l4lb_net *ln, struct l4lb_conn *conn,
		      const struct l4lb_conn_new *new,
		      const struct l4lb_conn_key *rev)
{
	struct l4lb_conns *ct = &ln->conns;
	struct l4lb_buckets *tbl = rcu_dereference(ct->tbl);
	struct l4lb_conn *old, *taken = NULL;

	if (unlikely(tbl == &l4lb_conn_none))
		return -ENOMEM;
	old = conn_find(ln, tbl, &new->key);
	if (unlikely(old && old != new->replaces))
		return -EEXIST;
	if (rev) {
		taken = conn_find(ln, tbl, rev);
		if (unlikely(taken && taken != old &&
			     !l4lb_conn_yields(ln, taken)))
			return -EADDRINUSE;
	}
	if (unlikely(!conn_half_open(new, old)))
		return -EDQUOT;
	if (likely(new->state != L4LB_STATE_PERSIST))
		l4lb_server_conn_opened(new->server,
					l4lb_state_active(new->state));
	if (rev)
		conn_link(ct, tbl, &l4lb_conn_nat(conn)->rev);
	conn_link(ct, tbl, &conn->node);
	if (unlikely(old))
		l4lb_conn_kill(ln, old);
	if (unlikely(taken && taken != old))
		l4lb_conn_kill(ln, taken);
	return 0;
}

/**
 * l4lb_conn_insert() - make an entry
 * @ln: namespace
 * @new: what it is made of
 *
 * A reply tuple that a dead, expired or closing entry holds is taken over.
 *
 * Context: RCU read side, BH off. Takes one or two bucket locks and, inside
 * them, the lock of the server's service.
 * Return: the entry, counted in its server unless it is a template; or an error
 * with nothing changed: -EEXIST another live entry than @new->replaces has this
 * key; -EADDRINUSE the reply tuple belongs to another live connection; -EDQUOT
 * the service has as many half-open entries as it may; -ENOSPC the limit of
 * connections or of memory is reached; -ENOMEM.
 */
struct l4lb_conn *l4lb_conn_insert(struct l4lb_net *ln,
				   const struct l4lb_conn_new *new)
{
	const bool nat = new->method == L4LB_METHOD_NAT;
	const u32 kind = l4lb_conn_kind(new->method, conn_new_extra(new));
	const u32 size = l4lb_conn_bytes(kind);
	struct l4lb_conns *ct = &ln->conns;
	struct l4lb_conn_key rev = new->key;
	struct l4lb_endpoint end;
	struct l4lb_conn *conn;
	int err;

	err = conn_charge(ln, size);
	if (unlikely(err))
		return ERR_PTR(err);
	conn = kmem_cache_alloc(conn_cache[kind], GFP_ATOMIC | __GFP_NOWARN);
	if (unlikely(!conn)) {
		err = -ENOMEM;
		goto uncharge;
	}
	conn_fill(conn, new);
	if (nat) {
		conn_rev_key(ct, new, &rev, &end);
		conn_node_fill(&l4lb_conn_nat(conn)->rev, rev.id, rev.hash,
			       new);
		RCU_INIT_POINTER(l4lb_conn_nat(conn)->back.dst, NULL);
		l4lb_conn_nat(conn)->back.cookie = 0;
	}
	l4lb_conn_lock2(ct, new->key.hash, rev.hash);
	err = conn_enter(ln, conn, new, nat ? &rev : NULL);
	l4lb_conn_unlock2(ct, new->key.hash, rev.hash);
	if (unlikely(err))
		goto free_conn;
	if (likely(new->state != L4LB_STATE_PERSIST))
		l4lb_stats_conn(new->server);
	return conn;

free_conn:
	kmem_cache_free(conn_cache[kind], conn);
uncharge:
	conn_uncharge(ct, 1, size);
	return ERR_PTR(err);
}

/**
 * l4lb_conn_advance() - change the state of an entry
 * @ln: namespace
 * @conn: entry
 * @seen: its word as it was read
 * @next: the word that it shall have: another state, more of the FIN flags, no
 *	longer unproven
 *
 * Context: RCU read side, BH off. May take the lock of the server's service.
 * Return: false when the word is no longer @seen or the entry is dead: read it
 * again.
 */
bool l4lb_conn_advance(struct l4lb_net *ln, struct l4lb_conn *conn,
		       u32 seen, u32 next)
{
	bool moves = ((seen ^ next) & (L4LB_CONN_STATE | L4LB_CONN_UNPROVEN)) &&
		     (seen & L4LB_CONN_COUNTED);
	bool active = l4lb_state_active(next & L4LB_CONN_STATE);
	struct l4lb_server *srv = NULL;

	if (unlikely(seen & L4LB_CONN_DEAD))
		return false;
	/* Before the exchange: a kill right after it may let the server go. */
	if (moves)
		srv = l4lb_conn_server(ln, conn);
	if (cmpxchg(&conn->word, seen, next) != seen)
		return false;
	/* A kill may be first with its counting; the sum is right after both. */
	if (unlikely(!srv))
		return true;
	if (l4lb_conn_half_open(seen))
		atomic_dec(&srv->rt->half_open);
	else if (unlikely(l4lb_conn_half_open(next)))
		atomic_inc(&srv->rt->half_open);
	if (active != l4lb_state_active(seen & L4LB_CONN_STATE))
		l4lb_server_conn_moved(srv, active);
	return true;
}

/*
 * Flag @conn, whose server then does not count it any more. False, with nothing
 * done, if it has a flag of @unless.
 */
static bool conn_leaves(struct l4lb_net *ln, struct l4lb_conn *conn, u32 flags,
			u32 unless)
{
	u32 word = READ_ONCE(conn->word);
	u32 old;

	for (;;) {
		if (word & unless)
			return false;
		old = cmpxchg(&conn->word, word,
			      (word | flags) & ~L4LB_CONN_COUNTED);
		if (old == word)
			break;
		word = old;
	}
	conn_uncount(l4lb_conn_server(ln, conn), word);
	return true;
}

/**
 * l4lb_conn_bury() - end an entry, without waking the aging work
 * @ln: namespace
 * @conn: entry
 * @mark: flags that its word gets in addition: %L4LB_CONN_RESET or 0
 * @first: out: the list of the dead was empty; untouched on false
 *
 * Context: RCU read side, BH off; bucket locks may be held.
 * Return: true if this call ended it, false if it was dead already.
 */
bool l4lb_conn_bury(struct l4lb_net *ln, struct l4lb_conn *conn, u32 mark,
		    bool *first)
{
	if (!conn_leaves(ln, conn, L4LB_CONN_DEAD | mark, L4LB_CONN_DEAD))
		return false;
	*first = llist_add(&conn->reap, &ln->conns.dead);
	return true;
}

/**
 * l4lb_conn_disown() - an entry's server was deleted at once
 * @ln: namespace
 * @conn: entry
 *
 * The server counts it no more and can go; the entry stays for as long as it
 * would have without another packet, and tells by its service's on_gone what
 * becomes of the packets that still come. A template just ends.
 *
 * Context: RCU read side, BH off; bucket locks may be held.
 * Return: true if this call did it, false if it was dead or an orphan already.
 */
bool l4lb_conn_disown(struct l4lb_net *ln, struct l4lb_conn *conn)
{
	bool first;

	if ((READ_ONCE(conn->word) & L4LB_CONN_STATE) == L4LB_STATE_PERSIST)
		return l4lb_conn_bury(ln, conn, 0, &first);
	return conn_leaves(ln, conn, L4LB_CONN_ORPHAN,
			   L4LB_CONN_DEAD | L4LB_CONN_ORPHAN);
}

/**
 * l4lb_conn_kick() - let the aging work look at the dead soon
 * @ct: table
 *
 * Context: any; RCU read side, so that l4lb_conns_stop() can wait for those
 * who have seen @running.
 */
void l4lb_conn_kick(struct l4lb_conns *ct)
{
	if (READ_ONCE(ct->running))
		mod_delayed_work(system_unbound_wq, &ct->age,
				 msecs_to_jiffies(CONN_KICK_MS));
}

/* Nobody can find the entry any more, so nobody can cache a route either. */
static void conn_forget_route(struct l4lb_conn *conn)
{
	l4lb_route_drop(&l4lb_conn_nat(conn)->back);
}

/**
 * l4lb_conn_free_list() - give the memory of dead entries back
 * @ln: namespace
 * @list: entries linked by @reap; no reader can have any of them
 *
 * Context: process, may sleep.
 * Return: number of entries.
 */
u32 l4lb_conn_free_list(struct l4lb_net *ln, struct llist_node *list)
{
	void *bulk[L4LB_CONN_KINDS][CONN_FREE_BULK];
	u32 held[L4LB_CONN_KINDS] = {}, nr = 0, kind;
	struct l4lb_conn *conn, *next;
	u64 bytes = 0;

	llist_for_each_entry_safe(conn, next, list, reap) {
		nr++;
		kind = l4lb_conn_kind(conn->method,
				      conn->word & L4LB_CONN_EXTRA);
		bytes += l4lb_conn_bytes(kind);
		if (kind & L4LB_CONN_KIND_NAT)
			conn_forget_route(conn);
		bulk[kind][held[kind]++] = conn;
		if (held[kind] == CONN_FREE_BULK) {
			kmem_cache_free_bulk(conn_cache[kind], CONN_FREE_BULK,
					     bulk[kind]);
			held[kind] = 0;
		}
		cond_resched();
	}
	for (kind = 0; kind < L4LB_CONN_KINDS; kind++)
		if (held[kind])
			kmem_cache_free_bulk(conn_cache[kind], held[kind],
					     bulk[kind]);
	conn_uncharge(&ln->conns, nr, bytes);
	return nr;
}

#ifdef L4LB_KUNIT
#include "conn_test.c"
#endif
