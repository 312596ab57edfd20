// SPDX-License-Identifier: GPL-2.0
/*
 * The connection table's size: a second array of chains, larger or smaller, to
 * which the nodes move, one after the other, while packets go on.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "conn_priv.h"

/**
 * l4lb_buckets_alloc() - an empty array of chains
 * @nr: chains, a power of two, at least L4LB_CONN_LOCKS
 * @gfp: GFP_KERNEL or GFP_KERNEL_ACCOUNT; a failure is not printed
 *
 * Context: process, may sleep.
 * Return: the array, to be freed by kvfree(), or NULL.
 */
struct l4lb_buckets *l4lb_buckets_alloc(u32 nr, gfp_t gfp)
{
	struct l4lb_buckets *tbl;

	tbl = kvzalloc(struct_size(tbl, head, nr), gfp | __GFP_NOWARN);
	if (tbl)
		tbl->mask = nr - 1;
	return tbl;
}

/*
 * Move one chain. The node that moves is always the last of its old chain, and
 * it is linked into the new one before it is cut from the old one. So a reader
 * of the old chain
 *  - that stands before the node either still finds it where it was, or finds
 *    the end of the chain one node earlier, goes on to the new table and finds
 *    it there (see the barriers);
 *  - that stands on the node has seen all of the old chain, and is led on into
 *    the new one, which it would have searched next: it meets nodes of other
 *    keys there, or some a second time, but misses none.
 * Taking the first node instead would lead a reader that stands on it away from
 * the rest of the old chain.
 *
 * All nodes of an old chain have the same low bits of their hash, the lock's
 * bits among them, so one lock protects the old chain and all new ones; and no
 * table is so small that nodes under two locks would meet in a chain.
 * Finding the last node costs the square of the chain's length, which the
 * keyed hash keeps at one or two.
 */
static void conn_move(struct l4lb_conns *ct, struct l4lb_buckets *from,
		      struct l4lb_buckets *to, u32 bucket)
{
	struct l4lb_conn_node __rcu **link, **head;
	struct l4lb_conn_node *node, *next;
	spinlock_t *lock = l4lb_conn_lock(ct, bucket);

	spin_lock_bh(lock);
	for (;;) {
		link = &from->head[bucket];
		node = l4lb_link(ct, bucket, *link);
		if (!node)
			break;
		while ((next = l4lb_link(ct, bucket, node->next))) {
			link = &node->next;
			node = next;
		}
		head = &to->head[node->hash & to->mask];
		rcu_assign_pointer(node->next, l4lb_link(ct, bucket, *head));
		rcu_assign_pointer(*head, node);
		/*
		 * Linked there before cut here. Pairs with smp_rmb() in
		 * l4lb_conn_lookup() and conn_scan_group().
		 */
		smp_wmb();
		RCU_INIT_POINTER(*link, NULL);
	}
	spin_unlock_bh(lock);
}

/*
 * Buckets that are wanted in place of @have. Entries per bucket are at most 1/2,
 * so that an entry, which has two nodes if it is NAT, is nearly always the first
 * of its chain, and a lookup costs two cache lines. A table that was filled faster
 * than it grew makes up for it in one step. One with less than 1/16 gives memory
 * back, and has room then for at least twice as many as there are.
 */
static u32 conn_wanted(const struct l4lb_conns *ct, u32 have)
{
	u32 nr = atomic_read(&ct->nr);

	if (nr > have / 2)
		return nr >= L4LB_CONN_BUCKETS_MAX / 2 ?
			       L4LB_CONN_BUCKETS_MAX :
			       2 * roundup_pow_of_two(nr);
	if (nr < have / 16)
		return max_t(u32, L4LB_CONN_LOCKS,
			     4 * roundup_pow_of_two(max(nr, 1u)));
	return have;
}

/* A table of @want buckets, or NULL when limits or memory do not allow one. */
static struct l4lb_buckets *conn_buckets(struct l4lb_net *ln, u32 want)
{
	u64 bytes = l4lb_buckets_bytes(want - 1);
	struct l4lb_buckets *tbl;

	if (atomic64_add_return(bytes, &ln->conns.bytes) >
	    READ_ONCE(ln->limits.memory))
		goto uncharge;
	tbl = l4lb_buckets_alloc(want, GFP_KERNEL);
	if (!tbl)
		goto uncharge;
	return tbl;

uncharge:
	atomic64_sub(bytes, &ln->conns.bytes);
	return NULL;
}

/**
 * l4lb_conn_resize_begin() - publish a table of another size beside the current one
 * @ln: namespace
 *
 * A table that cannot grow works on with longer chains, and tries again when
 * it has a quarter more entries; one that cannot shrink, after the next sweep.
 *
 * Context: process, may sleep; one at a time, and not beside stop.
 * Return: true when there is one, to which all buckets are then to be moved;
 * false when none is wanted or can be had.
 */
bool l4lb_conn_resize_begin(struct l4lb_net *ln)
{
	struct l4lb_conns *ct = &ln->conns;
	struct l4lb_buckets *from, *to;
	u32 have, want, nr;

	/* Only a resize and stop change the pointer. */
	from = rcu_dereference_protected(ct->tbl, true);
	have = from->mask + 1;
	want = conn_wanted(ct, have);
	to = want != have ? conn_buckets(ln, want) : NULL;
	if (!to) {
		nr = atomic_read(&ct->nr);
		WRITE_ONCE(ct->grow_at,
			   want > have || have >= L4LB_CONN_BUCKETS_MAX ?
				   nr + nr / 4 : have / 2);
		return false;
	}
	rcu_assign_pointer(from->next, to);
	/*
	 * From here on nobody misses in the old table without going on to the
	 * new one, and nobody links into the old one.
	 */
	synchronize_rcu();
	return true;
}

/**
 * l4lb_conn_resize_move() - move one bucket
 * @ln: namespace, after l4lb_conn_resize_begin()
 * @bucket: of the old table
 *
 * Context: process or softirq; takes the bucket's lock.
 * Return: true if there are more.
 */
bool l4lb_conn_resize_move(struct l4lb_net *ln, u32 bucket)
{
	struct l4lb_conns *ct = &ln->conns;
	struct l4lb_buckets *from, *to;

	from = rcu_dereference_protected(ct->tbl, true);
	to = rcu_dereference_protected(from->next, true);
	conn_move(ct, from, to, bucket);
	return bucket < from->mask;
}

/**
 * l4lb_conn_resize_end() - the new table takes over
 * @ln: namespace; all buckets have been moved
 *
 * Context: process, may sleep.
 */
void l4lb_conn_resize_end(struct l4lb_net *ln)
{
	struct l4lb_conns *ct = &ln->conns;
	struct l4lb_buckets *from, *to;

	from = rcu_dereference_protected(ct->tbl, true);
	to = rcu_dereference_protected(from->next, true);
	/* Pairs with rcu_dereference(): the chains are complete. */
	rcu_assign_pointer(ct->tbl, to);
	WRITE_ONCE(ct->grow_at, (to->mask + 1) / 2);
	atomic64_sub(l4lb_buckets_bytes(from->mask), &ct->bytes);
	kvfree_rcu(from, rcu);
}

/**
 * l4lb_conn_resize_work() - work function of &l4lb_conns.resize
 * @work: the work
 *
 * Looks again after each resize: entries that came meanwhile asked for nothing,
 * and perhaps none comes any more. Stops half-way when l4lb_conns_stop() is
 * waiting for it, which knows what to do with two tables.
 */
void l4lb_conn_resize_work(struct work_struct *work)
{
	struct l4lb_conns *ct = container_of(work, struct l4lb_conns, resize);
	struct l4lb_net *ln = l4lb_conns_net(ct);
	u32 bucket;

	while (l4lb_conn_resize_begin(ln)) {
		bucket = 0;
		while (l4lb_conn_resize_move(ln, bucket++)) {
			if (unlikely(!READ_ONCE(ct->running)))
				return;
			cond_resched();
		}
		l4lb_conn_resize_end(ln);
	}
}

/**
 * l4lb_conn_fit() - does the table have far more buckets than are of use?
 * @ln: namespace
 *
 * If so it will shrink. Growth needs nobody who asks: an insert does.
 *
 * Context: any; after a sweep.
 */
void l4lb_conn_fit(struct l4lb_net *ln)
{
	struct l4lb_conns *ct = &ln->conns;
	u32 have;

	/* l4lb_conns_stop() waits for those who have seen @running. */
	rcu_read_lock();
	have = rcu_dereference(ct->tbl)->mask + 1;
	if (READ_ONCE(ct->running) && conn_wanted(ct, have) < have)
		queue_work(system_unbound_wq, &ct->resize);
	rcu_read_unlock();
}
