// SPDX-License-Identifier: GPL-2.0
/*
 * The connection table's aging: one work item a namespace instead of a timer a
 * connection. It looks for the expired, unlinks and frees the dead, and tells
 * the configuration's side which numbers nobody uses any more.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "conn_priv.h"
#include "farewell.h"
#include "service.h"

/* Time that the scan may take in a run, and its rest after a full one. */
#define CONN_SCAN_NS		(5 * NSEC_PER_MSEC)
#define CONN_SCAN_REST_MS	95

/* Buckets between two looks at the clock. */
#define CONN_SCAN_STEP		128

/* Seconds between the beginnings of sweeps. */
#define CONN_SWEEP_BUSY		1
#define CONN_SWEEP_IDLE		2
#define CONN_SWEEP_MOST		15

/* Half-open entries of this age in seconds go first when room is scarce. */
#define CONN_HALF_OPEN_SPARE	3

/* Connections that are reset in a run, which takes about as long as its scan. */
#define CONN_RESETS		512

/* Is an eighth of the room or less left? */
static bool conn_pressed(const struct l4lb_net *ln)
{
	const struct l4lb_conns *ct = &ln->conns;
	u64 memory = READ_ONCE(ln->limits.memory);
	u32 limit = READ_ONCE(ln->limits.conns);

	return atomic_read(&ct->nr) >= limit - limit / 8 ||
	       atomic64_read(&ct->bytes) >= memory - memory / 8;
}

/*
 * Has nothing followed the client's SYN, for longer than an honest one takes? Nor
 * is a connection missed that has no server any more.
 */
static bool conn_spare(const struct l4lb_conn *conn)
{
	u32 word = READ_ONCE(conn->word);

	return ((word & L4LB_CONN_STATE) == L4LB_STATE_SYN_RECV ||
		(word & (L4LB_CONN_ORPHAN | L4LB_CONN_UNPROVEN))) &&
	       (s32)((u32)jiffies - READ_ONCE(conn->stamp)) >
	       CONN_HALF_OPEN_SPARE * HZ;
}

/* Is its server's drain at its deadline? */
static bool conn_overdue(const struct l4lb_net *ln,
			 const struct l4lb_conn *conn)
{
	const struct l4lb_server *srv = l4lb_conn_server(ln, conn);

	return srv && l4lb_server_overdue(srv);
}

/* Is its server down, and the service one that resets what it can then? */
static bool conn_down(const struct l4lb_net *ln, struct l4lb_conn *conn)
{
	const struct l4lb_service *svc;
	const struct l4lb_server *srv;

	if (likely(!l4lb_conn_can_reset(conn)))
		return false;
	svc = l4lb_slots_get(&ln->services, l4lb_conn_service(conn));
	srv = l4lb_conn_server(ln, conn);
	return svc && svc->on_down == L4LB_ON_DOWN_RESET && srv &&
	       READ_ONCE(srv->health) == L4LB_HEALTH_DOWN;
}

/*
 * Is an entry to end: is it expired, has its service or server left, is its
 * server at the deadline of its drain, or down; or, when the table is @pressed,
 * would nobody miss it? *@reason: what that is counted as; of an expired entry
 * only if its connection was open, since the others have ended as they should.
 */
static bool conn_ends(const struct l4lb_net *ln, struct l4lb_conn *conn,
		      bool pressed, u32 *reason)
{
	u8 state = READ_ONCE(conn->word) & L4LB_CONN_STATE;

	*reason = L4LB_REASON_UNSPEC;
	if (l4lb_conn_expired(ln, conn)) {
		if (state == L4LB_STATE_ESTABLISHED)
			*reason = L4LB_REASON_TIMEOUT_ESTABLISHED;
		return true;
	}
	if (l4lb_conn_stale(ln, conn))
		return true;
	if (conn_overdue(ln, conn)) {
		if (state != L4LB_STATE_PERSIST)
			*reason = L4LB_REASON_DRAIN_DEADLINE;
		return true;
	}
	if (unlikely(pressed && conn_spare(conn))) {
		if (state != L4LB_STATE_PERSIST)
			*reason = L4LB_REASON_EVICTED;
		return true;
	}
	if (likely(!conn_down(ln, conn)))
		return false;
	*reason = L4LB_REASON_SERVER_DOWN;
	return true;
}

/* Resets follow unless nobody waits for one: a flood's SYNs, what has closed. */
static void conn_scan_one(struct l4lb_net *ln, struct l4lb_conn *conn,
			  bool pressed)
{
	bool first;
	u32 reason;

	if ((READ_ONCE(conn->word) & L4LB_CONN_DEAD) ||
	    likely(!conn_ends(ln, conn, pressed, &reason)))
		return;
	/* No kick: this very run reaps. */
	l4lb_conn_end_quietly(ln, conn, reason,
			      reason && reason != L4LB_REASON_EVICTED, &first);
}

/*
 * All entries whose hash has @bucket as low bits, in both sizes of the table if
 * there are two: a growing table moves nodes only within such a group, a shrinking
 * one to where other groups are as well. No lock: a node that moves meanwhile is
 * met twice rather than never.
 */
static void conn_scan_group(struct l4lb_net *ln, const struct l4lb_buckets *tbl,
			    u32 bucket)
{
	const u32 step = tbl->mask + 1;
	const bool pressed = conn_pressed(ln);
	struct l4lb_conn_node *node;
	u32 i;

	do {
		/* Pairs with smp_wmb() in conn_move(). */
		smp_rmb();
		for (i = bucket & tbl->mask; i <= tbl->mask; i += step) {
			for (node = rcu_dereference(tbl->head[i]); node;
			     node = rcu_dereference(node->next)) {
				if (!l4lb_conn_is_rev(node))
					conn_scan_one(ln, l4lb_conn_of(node),
						      pressed);
			}
		}
		tbl = rcu_dereference(tbl->next);
	} while (tbl);
}

/**
 * l4lb_conn_scan_some() - scan the next buckets
 * @ln: namespace
 * @nr: how many
 *
 * Context: process or softirq; one at a time.
 * Return: true when the last has been scanned.
 */
bool l4lb_conn_scan_some(struct l4lb_net *ln, u32 nr)
{
	struct l4lb_conns *ct = &ln->conns;
	const struct l4lb_buckets *tbl;
	bool done = false;

	while (nr-- && !done) {
		rcu_read_lock();
		tbl = rcu_dereference(ct->tbl);
		/*
		 * In a table that has grown since, the group of an old bucket
		 * is that bucket and some above the cursor: none is skipped.
		 * In one that has shrunk, what is left may be below it.
		 */
		if (tbl->mask < ct->scan_mask)
			ct->cursor = 0;
		ct->scan_mask = tbl->mask;
		done = ct->cursor > tbl->mask;
		if (!done)
			conn_scan_group(ln, tbl, ct->cursor++);
		rcu_read_unlock();
	}
	return done;
}

/**
 * l4lb_conn_scan() - go on with the sweep: end what is expired or orphaned
 * @ln: namespace
 *
 * Takes at most CONN_SCAN_NS and then rests, so that a sweep of any table
 * costs a twentieth of a CPU; rests earlier when it has ended so many connections
 * that are to be reset. The end of a sweep is counted at once: an object
 * whose number is taken away after that has seen the new count, and for one
 * that was taken away before, the grace period that follows is over before the
 * next sweep begins, so that sweep meets whatever packets of then have made.
 *
 * Context: process, may sleep; one at a time.
 * Return: true when the sweep is complete; l4lb_conn_swept() is then due.
 */
bool l4lb_conn_scan(struct l4lb_net *ln)
{
	struct l4lb_conns *ct = &ln->conns;
	u64 start = ktime_get_ns();

	if (!ct->cursor) {
		ct->began = jiffies;
		/* Before the sweep: how much a deadline ends is news. */
		l4lb_server_drains(ln);
		if (!atomic_read(&ct->nr))
			goto done;
	}
	do {
		if (l4lb_conn_scan_some(ln, CONN_SCAN_STEP))
			goto done;
		cond_resched();
	} while (ktime_get_ns() - start < CONN_SCAN_NS &&
		 atomic_read(&ct->owed) < CONN_RESETS);
	ct->next_scan = jiffies + msecs_to_jiffies(CONN_SCAN_REST_MS);
	return false;

done:
	ct->cursor = 0;
	WRITE_ONCE(ct->sweep, ct->sweep + 1);
	return true;
}

/* Take @node out of whichever chain it is in, if it still is in one. */
static void conn_reap_node(struct l4lb_conns *ct, struct l4lb_buckets *tbl,
			   struct l4lb_conn_node *node)
{
	struct l4lb_conn_node __rcu **link;
	struct l4lb_conn_node *n;

	for (; tbl; tbl = rcu_dereference(tbl->next)) {
		link = &tbl->head[node->hash & tbl->mask];
		while ((n = l4lb_link(ct, node->hash, *link))) {
			if (n == node) {
				l4lb_conn_unlink(ct, link, node);
				return;
			}
			link = &n->next;
		}
	}
}

static void conn_reap_one(struct l4lb_conns *ct, struct l4lb_conn *conn)
{
	struct l4lb_conn_node *rev = NULL;
	struct l4lb_buckets *tbl;
	u32 hash = conn->node.hash;

	if (conn->method == L4LB_METHOD_NAT) {
		rev = &l4lb_conn_nat(conn)->rev;
		hash = rev->hash;
	}
	rcu_read_lock();
	tbl = rcu_dereference(ct->tbl);
	local_bh_disable();
	l4lb_conn_lock2(ct, conn->node.hash, hash);
	conn_reap_node(ct, tbl, &conn->node);
	if (rev)
		conn_reap_node(ct, tbl, rev);
	l4lb_conn_unlock2(ct, conn->node.hash, hash);
	local_bh_enable();
	rcu_read_unlock();
}

/**
 * l4lb_conn_reap() - unlink and free the dead, and send the resets that are owed
 * @ln: namespace
 *
 * Context: process, may sleep; one at a time: nobody else frees.
 * Return: true if there were some; a grace period has then passed.
 */
bool l4lb_conn_reap(struct l4lb_net *ln)
{
	struct llist_node *list = llist_del_all(&ln->conns.dead);
	struct l4lb_conn *conn;

	if (!list)
		return false;
	llist_for_each_entry(conn, list, reap) {
		conn_reap_one(&ln->conns, conn);
		if (unlikely(conn->word & L4LB_CONN_RESET)) {
			l4lb_farewell(ln, conn);
			atomic_dec(&ln->conns.owed);
		}
		cond_resched();
	}
	synchronize_rcu();
	l4lb_conn_free_list(ln, list);
	return true;
}

/* Let the alarms ring again, a tenth below where they did. */
static void conn_alarm_settle(struct l4lb_net *ln)
{
	struct l4lb_conns *ct = &ln->conns;
	u64 memory = READ_ONCE(ln->limits.memory);
	u32 limit = READ_ONCE(ln->limits.conns);
	u64 bytes = atomic64_read(&ct->bytes);
	u32 full = READ_ONCE(ct->full);
	u32 nr = atomic_read(&ct->nr);

	if (!full)
		return;
	if (nr < div_u64((u64)limit * 7, 10) &&
	    bytes < div_u64(memory, 10) * 7)
		cmpxchg(&ct->full, full, 0);
	else if (nr < limit - limit / 10 && bytes < memory - div_u64(memory, 10))
		cmpxchg(&ct->full, full, L4LB_ALARM_CONNS_NEAR);
}

/* When the next sweep begins: a larger table is swept more rarely. */
static unsigned long conn_sweep_next(const struct l4lb_conns *ct)
{
	u32 seconds = CONN_SWEEP_BUSY;
	u32 mask;

	if (!atomic_read(&ct->nr))
		return jiffies + CONN_SWEEP_IDLE * HZ;
	rcu_read_lock();
	mask = rcu_dereference(ct->tbl)->mask;
	rcu_read_unlock();
	if (!READ_ONCE(ct->full))
		seconds = min_t(u32, CONN_SWEEP_BUSY + (mask >> 18),
				CONN_SWEEP_MOST);
	return ct->began + seconds * HZ;
}

/* Is there anything that only time will end? */
static bool conn_more(const struct l4lb_net *ln)
{
	lockdep_assert_held(&ln->conf_lock);
	return atomic_read(&ln->conns.nr) || READ_ONCE(ln->conns.full) ||
	       READ_ONCE(ln->draining) ||
	       l4lb_slots_resting(&ln->services) ||
	       l4lb_slots_resting(&ln->servers) ||
	       l4lb_slots_resting(&ln->endpoints) ||
	       !list_empty(&ln->lingering) ||
	       !list_empty(&ln->idle_endpoints);
}

/**
 * l4lb_conn_swept() - what is to be done after each sweep
 * @ln: namespace
 *
 * Context: process, may sleep; a grace period has passed since the sweep was
 * counted. Tries for conf_lock, and leaves the rest to the next sweep when it
 * is held: a commit holds it long, and the namespace's last commit waits for
 * the aging work under it.
 * Return: true when the next sweep has something to do; false when that will be
 * so only after somebody has called l4lb_conns_wake().
 */
bool l4lb_conn_swept(struct l4lb_net *ln)
{
	struct l4lb_conns *ct = &ln->conns;
	bool more;

	conn_alarm_settle(ln);
	l4lb_conn_fit(ln);
	l4lb_server_drains(ln);
	ct->next_scan = conn_sweep_next(ct);
	if (!mutex_trylock(&ln->conf_lock))
		return true;
	l4lb_slots_settle(&ln->services, ct->sweep);
	l4lb_slots_settle(&ln->servers, ct->sweep);
	l4lb_slots_settle(&ln->endpoints, ct->sweep);
	/* Those that are owed a reset are still asked where it goes. */
	while (!atomic_read(&ct->owed) && l4lb_server_reap(ln))
		cond_resched();
	more = conn_more(ln);
	mutex_unlock(&ln->conf_lock);
	return more;
}

/**
 * l4lb_conn_age_work() - work function of &l4lb_conns.age
 * @work: the work
 *
 * Runs for the next part of a sweep, and between sweeps when a kill kicks it.
 * Rests when there is nothing left to wait for, until l4lb_conns_wake().
 */
void l4lb_conn_age_work(struct work_struct *work)
{
	struct l4lb_conns *ct = container_of(to_delayed_work(work),
					     struct l4lb_conns, age);
	struct l4lb_net *ln = l4lb_conns_net(ct);
	bool swept = false;
	long rest;

	if (ct->asleep)
		ct->next_scan = jiffies;
	ct->asleep = false;
	if (time_after_eq(jiffies, ct->next_scan))
		swept = l4lb_conn_scan(ln);
	if (!l4lb_conn_reap(ln) && swept)
		synchronize_rcu();
	if (swept)
		ct->asleep = !l4lb_conn_swept(ln);
	if (ct->asleep || !READ_ONCE(ct->running))
		return;
	rest = ct->next_scan - jiffies;
	/* Leaves a kick alone that has come meanwhile. */
	queue_delayed_work(system_unbound_wq, &ct->age, max(rest, 1L));
}

/**
 * l4lb_conns_start() - begin aging
 * @ln: namespace, whose table is initialised
 *
 * Context: process; before packets come.
 */
void l4lb_conns_start(struct l4lb_net *ln)
{
	struct l4lb_conns *ct = &ln->conns;

	ct->next_scan = jiffies + CONN_SWEEP_BUSY * HZ;
	ct->asleep = false;
	WRITE_ONCE(ct->running, true);
	queue_delayed_work(system_unbound_wq, &ct->age, CONN_SWEEP_BUSY * HZ);
}

/**
 * l4lb_conns_wake() - there is something for the aging work to do
 * @ct: table
 *
 * Called after what it is to see has been made. The work cannot overlook that:
 * while it runs it can be queued again.
 *
 * Context: any.
 */
void l4lb_conns_wake(struct l4lb_conns *ct)
{
	/* l4lb_conns_stop() waits for those who have seen @running. */
	rcu_read_lock();
	if (READ_ONCE(ct->running))
		queue_delayed_work(system_unbound_wq, &ct->age,
				   CONN_SWEEP_BUSY * HZ);
	rcu_read_unlock();
}

/* End all entries of @tbl; nobody else has any of them. */
static void conn_stop_table(struct l4lb_net *ln, struct l4lb_buckets *tbl)
{
	struct l4lb_conn_node *node;
	bool first;
	u32 i;

	for (i = 0; i <= tbl->mask; i++) {
		rcu_read_lock();
		local_bh_disable();
		for (node = rcu_dereference(tbl->head[i]); node;
		     node = rcu_dereference(node->next))
			if (!l4lb_conn_is_rev(node))
				l4lb_conn_bury(ln, l4lb_conn_of(node), 0,
					       &first);
		local_bh_enable();
		rcu_read_unlock();
		cond_resched();
	}
}

/**
 * l4lb_conns_stop() - stop aging and free all entries
 * @ln: namespace
 *
 * Works half-way through a resize, and when start was never called. The counts
 * of the servers are right afterwards; a lookup finds nothing.
 *
 * Context: process, may sleep; no packet uses the table any more, but dumps
 * and explain may. conf_lock may be held.
 */
void l4lb_conns_stop(struct l4lb_net *ln)
{
	struct l4lb_conns *ct = &ln->conns;
	struct l4lb_buckets *tbl, *next;

	WRITE_ONCE(ct->running, false);
	/* Those who saw it true have queued what they would. */
	synchronize_rcu();
	cancel_work_sync(&ct->resize);
	cancel_delayed_work_sync(&ct->age);
	/* No work runs, so nobody else changes the pointer. */
	tbl = rcu_dereference_protected(ct->tbl, true);
	rcu_assign_pointer(ct->tbl, &l4lb_conn_none);
	/* Dumps and explain have left the table, kills are complete. */
	synchronize_rcu();
	for (; tbl && tbl != &l4lb_conn_none; tbl = next) {
		next = rcu_dereference_protected(tbl->next, true);
		conn_stop_table(ln, tbl);
		atomic64_sub(l4lb_buckets_bytes(tbl->mask), &ct->bytes);
		kvfree(tbl);
	}
	l4lb_conn_free_list(ln, llist_del_all(&ct->dead));
	atomic_set(&ct->owed, 0);
	/* Nothing is left that could carry a number: as good as two sweeps. */
	WRITE_ONCE(ct->sweep, ct->sweep + 2);
	ct->cursor = 0;
}

/**
 * l4lb_conns_destroy() - free what a stopped table still has
 * @ln: namespace
 *
 * Lookups and walks go on to work and find nothing, until the next
 * l4lb_conns_init().
 *
 * Context: process, may sleep; after l4lb_conns_stop().
 */
void l4lb_conns_destroy(struct l4lb_net *ln)
{
	kvfree(ln->conns.lock);
	ln->conns.lock = NULL;
}
