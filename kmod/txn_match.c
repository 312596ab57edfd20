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

/* Marks that come with a commit. */
static u32 marks_coming(const struct l4lb_txn *txn)
{
	const struct l4lb_txn_service *ts;
	u32 nr = 0;

	list_for_each_entry(ts, &txn->touched, list)
		nr += ts->key.mark && service_moves(ts) > 0;
	return nr;
}

static void match_mark(struct l4lb_match *match,
		       const struct l4lb_service_key *key, int moves)
{
	struct l4lb_mark *at = match->mark, *last = at + match->nr_marks;

	if (moves > 0) {
		*last = (struct l4lb_mark){ key->mark, key->family };
		match->nr_marks++;
	} else if (moves < 0) {
		while (at->mark != key->mark || at->family != key->family)
			at++;
		*at = last[-1];
		match->nr_marks--;
	}
}

static struct l4lb_match *match_copy(const struct l4lb_match *old, u32 coming)
{
	u32 nr = old ? old->nr_marks : 0;
	struct l4lb_match *match;

	match = kvzalloc(struct_size(match, mark, nr + coming), L4LB_TXN_GFP);
	if (match && old)
		memcpy(match, old, struct_size(match, mark, nr));
	return match;
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
	match = match_copy(c->old->match, marks_coming(c->txn));
	if (!match)
		return -ENOMEM;
	list_for_each_entry(ts, &c->txn->touched, list) {
		moves = service_moves(ts);
		match->nr_wide += moves;
		if (ts->key.mark)
			match_mark(match, &ts->key, moves);
	}
	list_for_each_entry(tv, &c->txn->touched_vips, list)
		match_vip(match, tv);
	c->match = match;
	if (!match->nr_wide && !match->nr_prefixes) {
		c->match = NULL;
		kvfree(match);
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
		kvfree(c->match);
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
		kvfree_rcu(old, rcu);
}
