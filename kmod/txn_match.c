// SPDX-License-Identifier: GPL-2.0
/* What of a configuration is not one address and one port, for the snapshot. */
#include <linux/slab.h>

#include "txn_priv.h"

static bool vip_is_prefix(const struct l4lb_txn_vip *tv)
{
	return tv->prefix != l4lb_addr_bits(tv->family);
}

/* 1: the service comes, -1: it leaves, 0: neither, or it is plain. */
static int service_moves(const struct l4lb_txn_service *ts)
{
	if (l4lb_key_plain(&ts->key))
		return 0;
	return ts->exists - !!ts->old;
}

static int vip_moves(const struct l4lb_txn_vip *tv)
{
	if (!vip_is_prefix(tv))
		return 0;
	return l4lb_txn_vip_exists(tv) - !!tv->old;
}

static bool match_changes(const struct l4lb_txn *txn)
{
	const struct l4lb_txn_service *ts;
	const struct l4lb_txn_vip *tv;

	list_for_each_entry(ts, &txn->touched, list)
		if (service_moves(ts))
			return true;
	list_for_each_entry(tv, &txn->touched_vips, list)
		if (vip_moves(tv))
			return true;
	return false;
}

static void match_vip(struct l4lb_match *match, const struct l4lb_txn_vip *tv)
{
	u32 family = tv->family == AF_INET ? 0 : 1;
	int moves = vip_moves(tv);

	if (!moves)
		return;
	match->nr_prefixes += moves;
	match->nr[family][tv->prefix] += moves;
	if (match->nr[family][tv->prefix])
		__set_bit(tv->prefix, match->lengths[family]);
	else
		__clear_bit(tv->prefix, match->lengths[family]);
}

/**
 * l4lb_commit_match() - count what is not plain
 * @c: commit; out: @c->match, that of the running snapshot when nothing changes
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0 or -ENOMEM.
 */
int l4lb_commit_match(struct l4lb_commit *c)
{
	const struct l4lb_txn_service *ts;
	const struct l4lb_txn_vip *tv;
	struct l4lb_match *match;
	int moves;

	c->match = c->old->match;
	if (!match_changes(c->txn))
		return 0;
	match = kzalloc(sizeof(*match), L4LB_TXN_GFP);
	if (!match)
		return -ENOMEM;
	if (c->old->match)
		*match = *c->old->match;
	list_for_each_entry(ts, &c->txn->touched, list) {
		moves = service_moves(ts);
		match->nr_wide += moves;
		if (ts->key.mark)
			match->nr_marks += moves;
	}
	list_for_each_entry(tv, &c->txn->touched_vips, list)
		match_vip(match, tv);
	c->match = match;
	if (!match->nr_wide && !match->nr_prefixes) {
		c->match = NULL;
		kfree(match);
	}
	return 0;
}

/**
 * l4lb_commit_match_undo() - undo l4lb_commit_match()
 * @c: commit that will not be published
 *
 * Context: process; conf_lock held.
 */
void l4lb_commit_match_undo(struct l4lb_commit *c)
{
	if (c->match != c->old->match)
		kfree(c->match);
	c->match = NULL;
}

/**
 * l4lb_commit_match_retire() - free what the new snapshot does not have
 * @c: commit that has been published
 *
 * Context: process, may sleep; conf_lock held.
 */
void l4lb_commit_match_retire(struct l4lb_commit *c)
{
	struct l4lb_match *old = (struct l4lb_match *)c->old->match;

	if (old && old != c->match)
		kfree_rcu(old, rcu);
}
