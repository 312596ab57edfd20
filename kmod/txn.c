// SPDX-License-Identifier: GPL-2.0
/*
 * Transactions: begin, changes, commit or abort. What a transaction holds is
 * in txn_stage.c and its like, what a commit does in txn_build.c and
 * txn_publish.c.
 */
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "limits.h"
#include "txn_priv.h"

/* Suites make namespaces of their own, which no packet can find. */
#ifdef L4LB_KUNIT
#define TXN_PACKETS	false
#else
#define TXN_PACKETS	true
#endif

static void txn_cookie(const struct l4lb_net *ln, u64 generation, u32 index,
		       struct netlink_ext_ack *extack)
{
	struct l4lb_cookie cookie = { .index = index, .generation = generation };

	BUILD_BUG_ON(sizeof(cookie) > sizeof(extack->cookie));
	if (!extack)
		return;
	memcpy(extack->cookie, &cookie, sizeof(cookie));
	extack->cookie_len = sizeof(cookie);
}

static struct l4lb_txn *txn_alloc(struct l4lb_net *ln, u8 mode)
{
	struct l4lb_txn *txn = kzalloc(sizeof(*txn), L4LB_TXN_GFP);

	if (!txn)
		return NULL;
	txn->ln = ln;
	txn->mode = mode;
	txn->owner = L4LB_OWNER_MANUAL;
	txn->touched_at = jiffies;
	INIT_LIST_HEAD(&txn->node);
	l4lb_txn_reset(txn, mode == L4LB_TXN_MODE_REPLACE);
	return txn;
}

static void txn_free(struct l4lb_txn *txn)
{
	if (!list_empty(&txn->node)) {
		list_del(&txn->node);
		txn->ln->nr_txns--;
	}
	l4lb_txn_reset(txn, true);
	l4lb_arena_free(&txn->log);
	kfree(txn);
}

static u64 txn_new_id(const struct l4lb_net *ln)
{
	const struct l4lb_txn *txn;
	u64 id;

again:
	id = get_random_u64();
	if (!id)
		goto again;
	list_for_each_entry(txn, &ln->txns, node)
		if (txn->id == id)
			goto again;
	return id;
}

static int begin_allowed(struct l4lb_net *ln, u8 mode, bool has_base, u64 base,
			 u32 portid, struct netlink_ext_ack *extack)
{
	const struct l4lb_txn *txn;

	if (mode != L4LB_TXN_MODE_EDIT && mode != L4LB_TXN_MODE_REPLACE) {
		NL_SET_ERR_MSG(extack, "a transaction is edit or replace");
		return -EINVAL;
	}
	if (has_base && base != l4lb_txn_table(ln)->generation) {
		NL_SET_ERR_MSG(extack,
			       "the configuration has changed since the base generation");
		return -ESTALE;
	}
	if (!portid)
		return 0;
	list_for_each_entry(txn, &ln->txns, node) {
		if (txn->portid == portid) {
			NL_SET_ERR_MSG(extack,
				       "this socket has an open transaction: commit or abort it first");
			return -EBUSY;
		}
	}
	if (ln->nr_txns >= L4LB_TXN_OPEN) {
		NL_SET_ERR_MSG(extack,
			       "8 transactions are open in this namespace: try again later");
		return -EBUSY;
	}
	return 0;
}

/**
 * l4lb_txn_begin() - open a transaction
 * @ln: namespace
 * @mode: &enum l4lb_txn_mode
 * @has_base: refuse unless @base is the running generation, now and at commit
 * @base: that generation
 * @portid: the socket it belongs to; 0: it begins and ends within this holding
 *	of conf_lock and counts against no cap
 * @extack: for the sentence
 *
 * Context: process, may sleep; conf_lock held.
 * Return: the transaction, or ERR_PTR: -EINVAL, -ESTALE, -EBUSY, -ENOMEM.
 */
struct l4lb_txn *l4lb_txn_begin(struct l4lb_net *ln, u8 mode, bool has_base,
				u64 base, u32 portid,
				struct netlink_ext_ack *extack)
{
	struct l4lb_txn *txn;
	int err;

	lockdep_assert_held(&ln->conf_lock);
	err = begin_allowed(ln, mode, has_base, base, portid, extack);
	if (!err) {
		txn = txn_alloc(ln, mode);
		if (!txn)
			err = -ENOMEM;
	}
	if (err) {
		txn_cookie(ln, l4lb_txn_table(ln)->generation, L4LB_TXN_WHOLE,
			   extack);
		return ERR_PTR(err);
	}
	txn->has_base = has_base;
	txn->base = base;
	txn->id = txn_new_id(ln);
	txn->portid = portid;
	/* Read without the lock by l4lb_txn_release(). */
	WRITE_ONCE(ln->txn_seq, ln->txn_seq + 1);
	txn->seq = ln->txn_seq;
	if (portid) {
		list_add_tail(&txn->node, &ln->txns);
		WRITE_ONCE(ln->nr_txns, ln->nr_txns + 1);
		queue_delayed_work(system_unbound_wq, &ln->txn_idle,
				   L4LB_TXN_IDLE * HZ);
	}
	return txn;
}

/**
 * l4lb_txn_find() - an open transaction by its id
 * @ln: namespace
 * @id: id from a message
 * @portid: socket that sent the message
 * @extack: for the sentence
 *
 * Context: conf_lock held.
 * Return: the transaction, which then is not idle, or ERR_PTR: -ENOENT, -EPERM
 * when it is another socket's.
 */
struct l4lb_txn *l4lb_txn_find(struct l4lb_net *ln, u64 id, u32 portid,
			       struct netlink_ext_ack *extack)
{
	struct l4lb_txn *txn;

	lockdep_assert_held(&ln->conf_lock);
	list_for_each_entry(txn, &ln->txns, node) {
		if (txn->id != id)
			continue;
		if (txn->portid != portid) {
			NL_SET_ERR_MSG(extack,
				       "this transaction belongs to another socket");
			return ERR_PTR(-EPERM);
		}
		txn->touched_at = jiffies;
		return txn;
	}
	NL_SET_ERR_MSG(extack,
		       "no such transaction: it ended, or was idle for a minute");
	return ERR_PTR(-ENOENT);
}

/**
 * l4lb_txn_id() - the id by which messages name a transaction
 * @txn: transaction
 *
 * Return: the id, never 0.
 */
u64 l4lb_txn_id(const struct l4lb_txn *txn)
{
	return txn->id;
}

/**
 * l4lb_txn_force() - a transaction may change objects of other owners
 * @txn: transaction; it stays so
 *
 * Context: conf_lock held.
 */
void l4lb_txn_force(struct l4lb_txn *txn)
{
	txn->force = true;
}

/*
 * Another commit came first: make all changes again, on what runs now. When
 * one no longer fits the overlay is left as it is and still on the old
 * generation, so whatever comes next replays again.
 */
static int txn_replay(struct l4lb_txn *txn, struct netlink_ext_ack *extack)
{
	const struct l4lb_table *table = l4lb_txn_table(txn->ln);
	struct l4lb_arena_chunk *chunk = NULL;
	u64 generation = txn->generation;
	struct l4lb_change ch;
	struct l4lb_stage st = { .txn = txn, .table = table, .ch = &ch,
				 .extack = extack };
	u32 index = 0;
	size_t at = 0;
	int err;

	if (txn->generation == table->generation)
		return 0;
	if (txn->has_base && txn->base != table->generation) {
		NL_SET_ERR_MSG(extack,
			       "the configuration has changed since the base generation");
		txn_cookie(txn->ln, table->generation, L4LB_TXN_WHOLE, extack);
		return -ESTALE;
	}
	l4lb_txn_reset(txn, txn->mode == L4LB_TXN_MODE_REPLACE);
	while (l4lb_txn_log_next(txn, &chunk, &at, &ch)) {
		err = l4lb_txn_apply(&st);
		if (err) {
			txn->generation = generation;
			txn_cookie(txn->ln, table->generation, index, extack);
			return err;
		}
		index += ch.op != L4LB_CHANGE_FLUSH;
	}
	return 0;
}

static int stage_one(struct l4lb_stage *st)
{
	struct l4lb_txn *txn = st->txn;
	int err;

	if (txn->log.bytes + txn->objects.bytes >= L4LB_TXN_BYTES)
		return L4LB_REFUSE(st, ENOSPC, 0,
				   "the transaction is too large: 64 MiB is the limit");
	err = l4lb_txn_apply(st);
	if (err)
		return err;
	/*
	 * A transaction of one message ends before anybody else can commit, so
	 * there is nothing to replay.
	 */
	if (txn->portid)
		err = l4lb_txn_log(txn, st->ch);
	return err;
}

/**
 * l4lb_txn_stage() - add a change to a transaction
 * @ln: namespace
 * @txn: transaction
 * @change: the change
 * @extack: for the sentence, the bad attribute and the cookie
 *
 * The change is validated against what the transaction holds so far. When it
 * is refused the transaction is as it was before. (Without memory the change
 * may be in the overlay but not in the log; that is settled by replaying.)
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0 or a negative errno.
 */
int l4lb_txn_stage(struct l4lb_net *ln, struct l4lb_txn *txn,
		   const struct l4lb_change *change,
		   struct netlink_ext_ack *extack)
{
	const struct l4lb_table *table = l4lb_txn_table(ln);
	struct l4lb_change ch = *change;
	struct l4lb_stage st = { .txn = txn, .table = table, .ch = &ch,
				 .extack = extack };
	int err;

	lockdep_assert_held(&ln->conf_lock);
	err = txn_replay(txn, extack);
	if (err)
		return err;
	err = stage_one(&st);
	if (err) {
		txn_cookie(ln, table->generation, txn->nr_changes, extack);
		if (err == -ENOMEM)
			txn->generation = L4LB_TXN_NOWHERE;
		return err;
	}
	txn->owner = ch.owner;
	txn->force |= ch.force;
	/* No object of a message, hence none of those that a cookie counts. */
	txn->nr_changes += ch.op != L4LB_CHANGE_FLUSH;
	return 0;
}

static bool table_marks(const struct l4lb_table *table)
{
	return table->match && table->match->nr_marks;
}

/* Services without hooks, or hooks without services, end here. */
static void commit_deactivate(struct l4lb_net *ln)
{
	const struct l4lb_table *table = l4lb_txn_table(ln);
	u32 sweep;

	if (!ln->active)
		return;
	if (!table_marks(table))
		l4lb_net_marks(ln, false);
	if (table->services->nr || table->vips->nr)
		return;
	l4lb_net_deactivate(ln);
	/* No entry is left that could carry a number: all have rested. */
	sweep = READ_ONCE(ln->conns.sweep) + 2;
	l4lb_slots_settle(&ln->services, sweep);
	l4lb_slots_settle(&ln->servers, sweep);
	l4lb_slots_settle(&ln->endpoints, sweep);
}

static void activate_refuse(struct l4lb_commit *c, int err)
{
	if (err == -ENODEV)
		NL_SET_ERR_MSG(c->extack,
			       "the module is being removed: load it again");
	else if (err == -ENOMEM)
		NL_SET_ERR_MSG(c->extack,
			       "no memory for the connection table or the hooks");
	else
		NL_SET_ERR_MSG(c->extack, "the hooks cannot be registered");
}

static int commit_activate(struct l4lb_commit *c)
{
	const struct l4lb_table *fresh = c->fresh;
	bool was = c->ln->active;
	int err = 0;

	if (!TXN_PACKETS || (!fresh->services->nr && !fresh->vips->nr))
		return 0;
	if (!was)
		err = l4lb_net_activate(c->ln);
	if (!err && table_marks(fresh)) {
		err = l4lb_net_marks(c->ln, true);
		if (err && !was)
			l4lb_net_deactivate(c->ln);
	}
	if (err)
		activate_refuse(c, err);
	return err;
}

static void commit_init(struct l4lb_commit *c, struct l4lb_txn *txn,
			struct netlink_ext_ack *extack)
{
	u32 which;

	memset(c, 0, sizeof(*c));
	c->ln = txn->ln;
	c->txn = txn;
	c->extack = extack;
	c->old = l4lb_txn_table(txn->ln);
	c->digest = c->old->digest;
	for (which = 0; which < L4LB_MAPS; which++)
		INIT_LIST_HEAD(&c->changes[which]);
	INIT_LIST_HEAD(&c->rs);
	INIT_LIST_HEAD(&c->addrs);
}

/* Build, then publish or undo; @result is filled in unless it fails. */
static int txn_commit(struct l4lb_txn *txn, bool dry_run,
		      struct l4lb_txn_result *result,
		      struct netlink_ext_ack *extack)
{
	struct l4lb_commit c;
	int err;

	commit_init(&c, txn, extack);
	err = l4lb_commit_build(&c);
	if (!err && c.fresh && !dry_run)
		err = commit_activate(&c);
	if (!err) {
		result->generation = c.fresh ? c.fresh->generation :
					       c.old->generation;
		result->digest = c.digest;
		result->changed = c.changed;
	}
	if (err || dry_run || !c.fresh)
		l4lb_commit_undo(&c);
	else
		l4lb_commit_publish(&c);
	return err;
}

/**
 * l4lb_txn_commit() - make a transaction's changes the running configuration
 * @ln: namespace
 * @txn: transaction; it ends with success, unless @dry_run
 * @dry_run: everything but the publication
 * @result: out: what was, or would be, published
 * @extack: for the sentence and the cookie
 *
 * When another commit came first, all changes are made again on what that one
 * published. A commit in which nothing differs keeps the generation and sends
 * no event.
 *
 * Context: process, may sleep; conf_lock held, state_lock not.
 * Return: 0; or a negative errno: the running configuration is as it was, and
 * the transaction stays open, to be committed again or aborted.
 */
int l4lb_txn_commit(struct l4lb_net *ln, struct l4lb_txn *txn, bool dry_run,
		    struct l4lb_txn_result *result,
		    struct netlink_ext_ack *extack)
{
	u64 generation = l4lb_txn_table(ln)->generation;
	int err;

	lockdep_assert_held(&ln->conf_lock);
	err = txn_replay(txn, extack);
	if (err)
		return err;
	err = txn_commit(txn, dry_run, result, extack);
	if (err) {
		txn_cookie(ln, generation, L4LB_TXN_WHOLE, extack);
		return err;
	}
	if (dry_run)
		return 0;
	txn_free(txn);
	commit_deactivate(ln);
	return 0;
}

/**
 * l4lb_txn_abort() - forget a transaction
 * @ln: namespace
 * @txn: transaction
 *
 * Context: process; conf_lock held.
 */
void l4lb_txn_abort(struct l4lb_net *ln, struct l4lb_txn *txn)
{
	lockdep_assert_held(&ln->conf_lock);
	txn_free(txn);
}

/**
 * l4lb_txn_release() - a socket has closed: abort its transaction
 * @ln: namespace
 * @portid: the socket
 *
 * The port id may be another socket's by the time the lock is ours; what began
 * after this call was made is left alone.
 *
 * Context: process, may sleep; takes conf_lock.
 */
void l4lb_txn_release(struct l4lb_net *ln, u32 portid)
{
	u64 seq = READ_ONCE(ln->txn_seq);
	struct l4lb_txn *txn, *next;

	/* The socket's own begin was over before it could close. */
	if (!READ_ONCE(ln->nr_txns))
		return;
	mutex_lock(&ln->conf_lock);
	list_for_each_entry_safe(txn, next, &ln->txns, node)
		if (txn->portid == portid && txn->seq <= seq)
			txn_free(txn);
	mutex_unlock(&ln->conf_lock);
}

static void txn_idle(struct work_struct *work)
{
	struct l4lb_net *ln = container_of(to_delayed_work(work),
					   struct l4lb_net, txn_idle);
	unsigned long limit = L4LB_TXN_IDLE * HZ, wait = limit, idle;
	struct l4lb_txn *txn, *next;

	mutex_lock(&ln->conf_lock);
	list_for_each_entry_safe(txn, next, &ln->txns, node) {
		idle = jiffies - txn->touched_at;
		if (idle >= limit)
			txn_free(txn);
		else
			wait = min(wait, limit - idle);
	}
	if (!list_empty(&ln->txns))
		queue_delayed_work(system_unbound_wq, &ln->txn_idle, wait);
	mutex_unlock(&ln->conf_lock);
}

/**
 * l4lb_txn_net_init() - a namespace without configuration
 * @ln: namespace; locks, lists of transactions and standbys, slots are ready
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int l4lb_txn_net_init(struct l4lb_net *ln)
{
	struct l4lb_table *table = l4lb_table_empty();

	if (!table)
		return -ENOMEM;
	RCU_INIT_POINTER(ln->table, table);
	ln->publications = 2;
	INIT_LIST_HEAD(&ln->lingering);
	INIT_LIST_HEAD(&ln->idle_endpoints);
	INIT_DELAYED_WORK(&ln->txn_idle, txn_idle);
	l4lb_limits_init(ln);
	return 0;
}

/**
 * l4lb_txn_net_exit() - free transactions, configuration and objects
 * @ln: namespace that ends; no hooks, no entries, no sockets
 *
 * Context: process, may sleep; takes conf_lock. The last memory is freed by
 * RCU callbacks.
 */
void l4lb_txn_net_exit(struct l4lb_net *ln)
{
	struct l4lb_txn *txn, *next;

	mutex_lock(&ln->conf_lock);
	list_for_each_entry_safe(txn, next, &ln->txns, node)
		txn_free(txn);
	mutex_unlock(&ln->conf_lock);
	cancel_delayed_work_sync(&ln->txn_idle);
	mutex_lock(&ln->conf_lock);
	l4lb_table_destroy(ln);
	mutex_unlock(&ln->conf_lock);
	l4lb_vip_standby_exit(ln);
}

#ifdef L4LB_KUNIT
#include "txn_test.c"
#endif
