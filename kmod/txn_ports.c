// SPDX-License-Identifier: GPL-2.0
/*
 * Services with many ports on one VIP: what a transaction knows of them, so that
 * ranges that overlap are refused, and the table that a packet searches.
 */
#include <linux/slab.h>

#include "txn_priv.h"

/**
 * struct l4lb_txn_range - the ports of one service
 * @node: in &l4lb_txn_vip.ranges
 * @range: the ports
 */
struct l4lb_txn_range {
	struct rb_node node;
	struct l4lb_port_range range;
};

static struct l4lb_port_range range_of(const struct l4lb_service_key *key)
{
	return (struct l4lb_port_range){
		.first = ntohs(key->port),
		.last = ntohs(key->port_last),
		.proto = key->proto,
	};
}

/* Negative: @a lies before @b; 0: they overlap. Any port overlaps itself only. */
static int range_cmp(const struct l4lb_port_range *a,
		     const struct l4lb_port_range *b)
{
	if (a->proto != b->proto)
		return a->proto < b->proto ? -1 : 1;
	if (a->last < b->first)
		return -1;
	return a->first > b->last;
}

/* The range that overlaps @want, or NULL with the place for @want. */
static struct l4lb_txn_range *range_find(struct l4lb_txn_vip *tv,
					 const struct l4lb_port_range *want,
					 struct rb_node **parent,
					 struct rb_node ***link)
{
	struct rb_node **at = &tv->ranges.rb_node;
	struct l4lb_txn_range *tr;
	int cmp;

	*parent = NULL;
	while (*at) {
		tr = rb_entry(*at, struct l4lb_txn_range, node);
		cmp = range_cmp(want, &tr->range);
		if (!cmp)
			return tr;
		*parent = *at;
		at = cmp < 0 ? &(*at)->rb_left : &(*at)->rb_right;
	}
	*link = at;
	return NULL;
}

static int range_add(struct l4lb_txn *txn, struct l4lb_txn_vip *tv,
		     const struct l4lb_port_range *range)
{
	struct rb_node *parent, **link;
	struct l4lb_txn_range *tr;

	if (range_find(tv, range, &parent, &link))
		return -EEXIST;
	tr = l4lb_arena_alloc(&txn->objects, sizeof(*tr));
	if (!tr)
		return -ENOMEM;
	tr->range = *range;
	rb_link_node(&tr->node, parent, link);
	rb_insert_color(&tr->node, &tv->ranges);
	return 0;
}

/**
 * l4lb_stage_ports_load() - know the ranges of a VIP
 * @st: change
 * @tv: VIP
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0 or -ENOMEM, after which it can be called again.
 */
int l4lb_stage_ports_load(const struct l4lb_stage *st, struct l4lb_txn_vip *tv)
{
	const struct l4lb_ports *ports = tv->old ? tv->old->ports : NULL;
	u32 i;

	if (tv->loaded)
		return 0;
	tv->ranges = RB_ROOT;
	if (st->txn->from_nothing)
		ports = NULL;
	for (i = 0; ports && i < ports->nr; i++)
		if (range_add(st->txn, tv, &ports->e[i]))
			return -ENOMEM;
	tv->loaded = true;
	return 0;
}

/**
 * l4lb_stage_ports_add() - a service with many ports comes to a VIP
 * @st: change
 * @tv: VIP, whose ranges are loaded
 * @key: identity of the service
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0; -ENOMEM; -EEXIST with a sentence when it overlaps another.
 */
int l4lb_stage_ports_add(const struct l4lb_stage *st, struct l4lb_txn_vip *tv,
			 const struct l4lb_service_key *key)
{
	const struct l4lb_port_range range = range_of(key);
	int err = range_add(st->txn, tv, &range);

	if (err == -EEXIST)
		return L4LB_REFUSE(st, EEXIST, L4LB_A_SERVICE_PORT,
				   "the ports overlap those of another range of this VIP");
	return err;
}

/**
 * l4lb_stage_ports_del() - a service with many ports leaves a VIP
 * @tv: VIP, whose ranges are loaded
 * @key: identity of the service
 *
 * Context: conf_lock held.
 */
void l4lb_stage_ports_del(struct l4lb_txn_vip *tv,
			  const struct l4lb_service_key *key)
{
	const struct l4lb_port_range range = range_of(key);
	struct rb_node *parent, **link;
	struct l4lb_txn_range *tr;

	tr = range_find(tv, &range, &parent, &link);
	if (tr)
		rb_erase(&tr->node, &tv->ranges);
}

static bool ports_same(const struct l4lb_ports *a, const struct l4lb_ports *b)
{
	if (!a || !b)
		return a == b;
	return a->nr == b->nr && !memcmp(a->e, b->e, a->nr * sizeof(a->e[0]));
}

static const struct l4lb_ports *ports_old(const struct l4lb_txn_vip *tv)
{
	return tv->old ? tv->old->ports : NULL;
}

/**
 * l4lb_commit_ports() - the ranges of a VIP's next version
 * @tv: VIP; out: @tv->ports, those of the published version where they are equal
 * @from_nothing: as &l4lb_txn.from_nothing
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0 or -ENOMEM.
 */
int l4lb_commit_ports(struct l4lb_txn_vip *tv, bool from_nothing)
{
	struct l4lb_ports *ports;
	struct rb_node *node;
	u32 nr = 0;

	tv->ports = ports_old(tv);
	if (!tv->loaded && !from_nothing)
		return 0;
	for (node = rb_first(&tv->ranges); node; node = rb_next(node))
		nr++;
	tv->ports = NULL;
	if (!nr)
		return 0;
	ports = kvzalloc(struct_size(ports, e, nr), L4LB_TXN_GFP);
	if (!ports)
		return -ENOMEM;
	for (node = rb_first(&tv->ranges); node; node = rb_next(node))
		ports->e[ports->nr++] =
			rb_entry(node, struct l4lb_txn_range, node)->range;
	tv->ports = ports;
	if (ports_same(ports, ports_old(tv))) {
		tv->ports = ports_old(tv);
		kvfree(ports);
	}
	return 0;
}

/**
 * l4lb_commit_ports_undo() - undo l4lb_commit_ports()
 * @tv: VIP
 *
 * Context: process; conf_lock held.
 */
void l4lb_commit_ports_undo(struct l4lb_txn_vip *tv)
{
	if (tv->ports != ports_old(tv))
		kvfree(tv->ports);
	tv->ports = NULL;
}

/**
 * l4lb_commit_ports_retire() - free what the next version of a VIP does not have
 * @tv: VIP whose version has been replaced
 *
 * Context: process, may sleep; conf_lock held.
 */
void l4lb_commit_ports_retire(struct l4lb_txn_vip *tv)
{
	struct l4lb_ports *old = (struct l4lb_ports *)ports_old(tv);

	if (old && old != tv->ports)
		kvfree_rcu(old, rcu);
}
