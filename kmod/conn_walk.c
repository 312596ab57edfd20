// SPDX-License-Identifier: GPL-2.0
/* The connection table as a whole: dumps and flushes. */
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "conn_priv.h"
#include "match.h"
#include "service.h"

/* Are the first @bits of two addresses the same? */
static bool addr_prefix_equal(const union l4lb_addr *a,
			      const union l4lb_addr *b, unsigned int bits)
{
	const unsigned int words = bits / 32, rest = bits % 32;
	__be32 mask;

	if (memcmp(a->w, b->w, words * sizeof(a->w[0])))
		return false;
	if (!rest)
		return true;
	mask = cpu_to_be32(~0u << (32 - rest));
	return !((a->w[words] ^ b->w[words]) & mask);
}

static bool conn_match_server(const struct l4lb_net *ln,
			      const struct l4lb_conn *conn,
			      const struct l4lb_conn_filter *f)
{
	const struct l4lb_server *srv = l4lb_conn_server(ln, conn);
	const struct l4lb_endpoint *ep = &f->server;

	if (!srv || srv->ep.family != ep->family ||
	    !l4lb_addr_equal(&srv->ep.addr, &ep->addr))
		return false;
	if (f->exact)
		return srv->ep.port == ep->port;
	return !ep->port || l4lb_conn_server_port(conn, srv) == ep->port;
}

/**
 * l4lb_conn_match() - is an entry one of those that a filter means?
 * @ln: namespace
 * @conn: entry
 * @f: filter; @f->prefix at most the bits of an address of its family
 *
 * Context: RCU read side.
 * Return: true if all conditions that the filter has hold.
 */
bool l4lb_conn_match(const struct l4lb_net *ln, const struct l4lb_conn *conn,
		     const struct l4lb_conn_filter *f)
{
	if (f->service >= 0 && l4lb_conn_service(conn) != f->service)
		return false;
	if (f->state && (READ_ONCE(conn->word) & L4LB_CONN_STATE) != f->state)
		return false;
	if (f->prefix >= 0 &&
	    (conn->node.family != f->client_family ||
	     !addr_prefix_equal(&conn->node.addr, &f->client, f->prefix)))
		return false;
	return !f->has_server || conn_match_server(ln, conn, f);
}

/* As a packet sees it: there. */
static bool conn_visible(const struct l4lb_net *ln,
			 const struct l4lb_conn *conn)
{
	return !(READ_ONCE(conn->word) & L4LB_CONN_DEAD) &&
	       !l4lb_conn_expired(ln, conn) && !l4lb_conn_stale(ln, conn);
}

/**
 * struct conn_walk - a walk's unchanging part
 * @ln: namespace
 * @f: filter, or NULL
 * @fn: what is called
 * @arg: for @fn
 */
struct conn_walk {
	struct l4lb_net *ln;
	const struct l4lb_conn_filter *f;
	int (*fn)(struct l4lb_conn *conn, void *arg);
	void *arg;
};

/* Those of a chain whose hash has @bucket in the bits of @mask. */
static int conn_walk_chain(const struct conn_walk *w,
			   struct l4lb_conn_node __rcu *head, u32 bucket,
			   u32 mask)
{
	struct l4lb_conn_node *node;
	struct l4lb_conn *conn;
	int err;

	for (node = rcu_dereference(head); node;
	     node = rcu_dereference(node->next)) {
		if (l4lb_conn_is_rev(node) || (node->hash & mask) != bucket)
			continue;
		conn = l4lb_conn_of(node);
		if (!conn_visible(w->ln, conn) ||
		    (w->f && !l4lb_conn_match(w->ln, conn, w->f)))
			continue;
		err = w->fn(conn, w->arg);
		if (err)
			return err;
	}
	return 0;
}

/*
 * All entries whose hash has @bucket as low bits. While the table grows they
 * are in an old chain and several new ones, while it shrinks in an old chain and
 * a new one that other groups share, but all under one lock; with it held none
 * moves, so none is met twice.
 */
static int conn_walk_group(const struct conn_walk *w,
			   const struct l4lb_buckets *tbl, u32 bucket)
{
	spinlock_t *lock = l4lb_conn_lock(&w->ln->conns, bucket);
	const u32 step = tbl->mask + 1;
	int err = 0;
	u32 i;

	spin_lock_bh(lock);
	for (; tbl && !err; tbl = rcu_dereference(tbl->next))
		for (i = bucket & tbl->mask; i <= tbl->mask && !err; i += step)
			err = conn_walk_chain(w, tbl->head[i], bucket, step - 1);
	spin_unlock_bh(lock);
	return err;
}

/*
 * The bucket after @bucket, counting from the highest bit down. In that order
 * all buckets that have come before are, in a table of any larger size, the
 * groups of what has come before; the rest are those of what is to come. In a
 * smaller one that is so for all groups but the one that @bucket is in.
 * Returns 0 after the last.
 */
static u32 conn_walk_next(u32 bucket, u32 mask)
{
	u32 bit = (mask >> 1) + 1;

	while (bit && (bucket & bit)) {
		bucket ^= bit;
		bit >>= 1;
	}
	return bit ? bucket | bit : 0;
}

/**
 * l4lb_conn_walk() - entries from a resumable cursor
 * @ln: namespace
 * @cursor: 0 to begin; opaque; changes from bucket to bucket, so that @fn can
 *	tell by it when a new one begins; %L4LB_CONN_WALK_END at the end, from
 *	where nothing more comes
 * @f: filter, or NULL
 * @fn: called for each live entry of a bucket, with the bucket locked: must
 *	not sleep, insert or walk; may kill. Non-zero stops before the bucket is
 *	done, and the next call repeats this bucket from its beginning
 * @arg: for @fn
 *
 * An entry that is there all the time is met once, however often the table
 * grows between or during calls. When it shrinks, those of one bucket may come
 * again.
 *
 * Context: process, may sleep between buckets; takes rcu_read_lock itself.
 * Return: 0 at the end of the table, else what @fn returned.
 */
int l4lb_conn_walk(struct l4lb_net *ln, u64 *cursor,
		   const struct l4lb_conn_filter *f,
		   int (*fn)(struct l4lb_conn *conn, void *arg), void *arg)
{
	const struct conn_walk w = { .ln = ln, .f = f, .fn = fn, .arg = arg };
	const struct l4lb_buckets *tbl;
	u32 bucket;
	int err;

	while (*cursor != L4LB_CONN_WALK_END) {
		rcu_read_lock();
		tbl = rcu_dereference(ln->conns.tbl);
		if (!tbl || tbl == &l4lb_conn_none) {
			rcu_read_unlock();
			*cursor = L4LB_CONN_WALK_END;
			break;
		}
		/* The table may be smaller than before. */
		bucket = *cursor & tbl->mask;
		err = conn_walk_group(&w, tbl, bucket);
		bucket = conn_walk_next(bucket, tbl->mask);
		rcu_read_unlock();
		if (err)
			return err;
		*cursor = bucket ? bucket : L4LB_CONN_WALK_END;
		cond_resched();
	}
	return 0;
}

/**
 * struct conn_flush - a flush
 * @ln: namespace
 * @count: entries ended
 */
struct conn_flush {
	struct l4lb_net *ln;
	u64 count;
};

/* Does the service want both ends told at once, and can that be done? */
static bool conn_orphan_resets(const struct l4lb_net *ln,
			       struct l4lb_conn *conn)
{
	const struct l4lb_service *svc;

	svc = l4lb_slots_get(&ln->services, l4lb_conn_service(conn));
	return svc && svc->on_gone == L4LB_ON_GONE_RESET &&
	       l4lb_conn_can_reset(conn);
}

static int conn_orphan_one(struct l4lb_conn *conn, void *arg)
{
	struct conn_flush *flush = arg;
	bool first;

	if (unlikely(conn_orphan_resets(flush->ln, conn)))
		flush->count += l4lb_conn_end_quietly(flush->ln, conn,
						      L4LB_REASON_SERVER_GONE,
						      true, &first);
	else
		flush->count += l4lb_conn_disown(flush->ln, conn);
	return 0;
}

/* Walk, and let the aging work see to those that died. */
static u64 conn_flush_by(struct l4lb_net *ln, const struct l4lb_conn_filter *f,
			 int (*fn)(struct l4lb_conn *conn, void *arg))
{
	struct conn_flush flush = { .ln = ln };
	u64 cursor = 0;

	l4lb_conn_walk(ln, &cursor, f, fn, &flush);
	if (flush.count) {
		rcu_read_lock();
		l4lb_conn_kick(&ln->conns);
		rcu_read_unlock();
	}
	return flush.count;
}

/**
 * l4lb_conn_orphan() - the server of all entries that a filter means was
 *	deleted at once
 * @ln: namespace
 * @f: filter that means one server
 *
 * Those that can be reset, if the service wants it, are.
 *
 * Context: process, may sleep.
 * Return: number of entries that their server does not count any more.
 */
u64 l4lb_conn_orphan(struct l4lb_net *ln, const struct l4lb_conn_filter *f)
{
	return conn_flush_by(ln, f, conn_orphan_one);
}

static int conn_flush_one(struct l4lb_conn *conn, void *arg)
{
	struct conn_flush *flush = arg;
	bool first;

	flush->count += l4lb_conn_bury(flush->ln, conn, 0, &first);
	return 0;
}

/**
 * l4lb_conn_flush() - end all entries that a filter means
 * @ln: namespace
 * @f: filter, or NULL for all
 *
 * Context: process, may sleep.
 * Return: number of entries ended.
 */
u64 l4lb_conn_flush(struct l4lb_net *ln, const struct l4lb_conn_filter *f)
{
	return conn_flush_by(ln, f, conn_flush_one);
}
