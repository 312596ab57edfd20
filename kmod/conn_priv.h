/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the connection table share with each other only. */
#ifndef L4LB_CONN_PRIV_H
#define L4LB_CONN_PRIV_H

#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include "conn.h"
#include "match.h"
#include "net.h"
#include "server.h"
#include "slots.h"

/*
 * Buckets of the largest table, 128 MiB; load 1/2 up to eight million entries,
 * and longer chains beyond.
 */
#define L4LB_CONN_BUCKETS_MAX	BIT(24)

/* The table of a namespace that has none; no bucket of it is ever filled. */
extern struct l4lb_buckets l4lb_conn_none;

/* conn.c */
bool l4lb_conn_bury(struct l4lb_net *ln, struct l4lb_conn *conn, u32 mark,
		    bool *first);
bool l4lb_conn_disown(struct l4lb_net *ln, struct l4lb_conn *conn);
void l4lb_conn_kick(struct l4lb_conns *ct);
bool l4lb_conn_stale(const struct l4lb_net *ln, const struct l4lb_conn *conn);
u32 l4lb_conn_free_list(struct l4lb_net *ln, struct llist_node *list);

/* conn_end.c */
bool l4lb_conn_end_quietly(struct l4lb_net *ln, struct l4lb_conn *conn,
			   u32 reason, bool reset, bool *first);
bool l4lb_conn_can_reset(struct l4lb_conn *conn);

/* conn_age.c */
bool l4lb_conn_scan_some(struct l4lb_net *ln, u32 nr);
bool l4lb_conn_scan(struct l4lb_net *ln);
bool l4lb_conn_reap(struct l4lb_net *ln);
bool l4lb_conn_swept(struct l4lb_net *ln);
void l4lb_conn_age_work(struct work_struct *work);

/* conn_resize.c */
struct l4lb_buckets *l4lb_buckets_alloc(u32 nr, gfp_t gfp);
bool l4lb_conn_resize_begin(struct l4lb_net *ln);
bool l4lb_conn_resize_move(struct l4lb_net *ln, u32 bucket);
void l4lb_conn_resize_end(struct l4lb_net *ln);
void l4lb_conn_resize_work(struct work_struct *work);
void l4lb_conn_fit(struct l4lb_net *ln);

static inline u64 l4lb_buckets_bytes(u32 mask)
{
	return sizeof(struct l4lb_buckets) +
	       ((u64)mask + 1) * sizeof(struct l4lb_conn_node *);
}

/* Sizes of entries, each with a cache of its own. */
enum l4lb_conn_kind {
	L4LB_CONN_KIND_NAT = BIT(0),
	L4LB_CONN_KIND_EXTRA = BIT(1),

	L4LB_CONN_KINDS = 4,
};

static inline u32 l4lb_conn_kind(u8 method, bool extra)
{
	return (method == L4LB_METHOD_NAT ? L4LB_CONN_KIND_NAT : 0) |
	       (extra ? L4LB_CONN_KIND_EXTRA : 0);
}

/* Bytes of an entry of &enum l4lb_conn_kind. */
static inline u32 l4lb_conn_size(u32 kind)
{
	return (kind & L4LB_CONN_KIND_NAT ? sizeof(struct l4lb_conn_nat) :
					    sizeof(struct l4lb_conn)) +
	       (kind & L4LB_CONN_KIND_EXTRA ? sizeof(struct l4lb_conn_extra) : 0);
}

/* Bytes that an entry is charged with: whole cache lines of 64. */
static inline u32 l4lb_conn_bytes(u32 kind)
{
	return ALIGN(l4lb_conn_size(kind), 64);
}

static inline struct l4lb_net *l4lb_conns_net(struct l4lb_conns *ct)
{
	return container_of(ct, struct l4lb_net, conns);
}

/* The lock of all chains in which nodes of @hash can be. */
static inline spinlock_t *l4lb_conn_lock(const struct l4lb_conns *ct, u32 hash)
{
	return &ct->lock[hash & (L4LB_CONN_LOCKS - 1)];
}

/* A link of a chain whose lock is held. */
#define l4lb_link(ct, hash, ptr)					\
	rcu_dereference_protected(ptr,					\
		lockdep_is_held(l4lb_conn_lock(ct, hash)))

/*
 * l4lb_conn_lock2() - lock the chains of two hashes, BH off
 *
 * One or two spinlocks, for sparse always one.
 */
static inline void l4lb_conn_lock2(const struct l4lb_conns *ct, u32 a, u32 b)
	__acquires(ct->lock)
{
	spinlock_t *first = l4lb_conn_lock(ct, a);
	spinlock_t *second = l4lb_conn_lock(ct, b);

	if (first > second)
		swap(first, second);
	spin_lock(first);
	if (first != second) {
		spin_lock_nested(second, SINGLE_DEPTH_NESTING);
		__release(second);
	}
}

static inline void l4lb_conn_unlock2(const struct l4lb_conns *ct, u32 a, u32 b)
	__releases(ct->lock)
{
	spinlock_t *first = l4lb_conn_lock(ct, a);
	spinlock_t *second = l4lb_conn_lock(ct, b);

	if (first != second) {
		__acquire(second);
		spin_unlock(second);
	}
	spin_unlock(first);
}

/*
 * l4lb_conn_unlink() - take a node out of a chain
 * @link: the link that points to it
 * @node: the node
 *
 * Context: the chain's lock is held. The node's own link stays, for readers
 * that stand on it.
 */
static inline void l4lb_conn_unlink(const struct l4lb_conns *ct,
				    struct l4lb_conn_node __rcu **link,
				    struct l4lb_conn_node *node)
{
	rcu_assign_pointer(*link, l4lb_link(ct, node->hash, node->next));
}

#endif /* L4LB_CONN_PRIV_H */
