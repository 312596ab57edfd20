// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoints of NAT servers. Commits only add them: a server that leaves keeps
 * its endpoint until its last connection has ended, and then
 * l4lb_txn_drop_endpoints() publishes a snapshot without it.
 */
#include <linux/slab.h>

#include "txn_priv.h"

static struct l4lb_txn_addr *addr_coming(const struct l4lb_commit *c,
					 const struct l4lb_endpoint *ep,
					 u32 hash)
{
	struct l4lb_hash_node *node;
	struct l4lb_txn_addr *ta;

	l4lb_hash_each(&c->addr_hash, hash, node) {
		ta = container_of(node, struct l4lb_txn_addr, node);
		if (l4lb_addr_equal(&ta->addr->addr, &ep->addr) &&
		    ta->addr->family == ep->family)
			return ta;
	}
	return NULL;
}

static struct l4lb_rs_addr *addr_running(const struct l4lb_map *map,
					 const struct l4lb_endpoint *ep,
					 u32 hash)
{
	struct l4lb_rs_addr *addr;
	struct l4lb_leaf *leaf;
	u32 i;

	l4lb_map_each(map, hash, leaf, i, addr)
		if (l4lb_addr_equal(&addr->addr, &ep->addr) &&
		    addr->family == ep->family)
			return addr;
	return NULL;
}

/* A referenced address, running or coming; NULL without memory. */
static struct l4lb_rs_addr *commit_addr(struct l4lb_commit *c,
					const struct l4lb_endpoint *ep)
{
	u32 hash = l4lb_addr_hash(&ep->addr);
	struct l4lb_rs_addr *addr;
	struct l4lb_txn_addr *ta;

	addr = addr_running(c->old->rs_addrs, ep, hash);
	if (addr) {
		addr->refs++;
		return addr;
	}
	ta = addr_coming(c, ep, hash);
	if (ta) {
		ta->addr->refs++;
		return ta->addr;
	}
	ta = l4lb_arena_alloc(&c->scratch, sizeof(*ta));
	if (!ta || l4lb_hash_add(&c->addr_hash, &ta->node, hash))
		return NULL;
	ta->addr = kzalloc(sizeof(*ta->addr), L4LB_TXN_GFP);
	if (!ta->addr) {
		l4lb_hash_del(&c->addr_hash, &ta->node);
		return NULL;
	}
	ta->addr->addr = ep->addr;
	ta->addr->family = ep->family;
	ta->addr->refs = 1;
	list_add_tail(&ta->list, &c->addrs);
	l4lb_commit_change(c, L4LB_MAP_ADDRS, &ta->mc, hash, NULL, ta->addr);
	return ta->addr;
}

static struct l4lb_txn_rs *rs_coming(const struct l4lb_commit *c,
				     const struct l4lb_endpoint *ep, u32 hash)
{
	struct l4lb_hash_node *node;
	struct l4lb_txn_rs *tr;

	l4lb_hash_each(&c->rs_hash, hash, node) {
		tr = container_of(node, struct l4lb_txn_rs, node);
		if (l4lb_endpoint_equal(&tr->rs->ep, ep))
			return tr;
	}
	return NULL;
}

static struct l4lb_rs *rs_make(struct l4lb_commit *c,
			       const struct l4lb_endpoint *ep)
{
	struct l4lb_rs *rs = kzalloc(sizeof(*rs), L4LB_TXN_GFP);
	int id, err = -ENOMEM;

	if (!rs)
		return ERR_PTR(-ENOMEM);
	id = l4lb_commit_number(c, &c->ln->endpoints);
	if (id < 0) {
		err = id;
		goto free_rs;
	}
	rs->ep = *ep;
	rs->id = id;
	rs->refs = 1;
	INIT_LIST_HEAD(&rs->idle);
	rs->addr = commit_addr(c, ep);
	if (!rs->addr)
		goto unreserve_id;
	return rs;

unreserve_id:
	l4lb_slots_unreserve(&c->ln->endpoints, id);
free_rs:
	kfree(rs);
	return ERR_PTR(err);
}

/**
 * l4lb_commit_rs() - the endpoint that a NAT server's replies come from
 * @c: commit
 * @ep: the server's address, port and protocol
 * @fresh: out: it comes with this commit
 *
 * Context: process, may sleep; conf_lock held.
 * Return: the endpoint with one more reference, or ERR_PTR: -ENOMEM, -ENOSPC.
 */
struct l4lb_rs *l4lb_commit_rs(struct l4lb_commit *c,
			       const struct l4lb_endpoint *ep, bool *fresh)
{
	u32 hash = l4lb_endpoint_hash(ep);
	struct l4lb_txn_rs *tr;
	struct l4lb_rs *rs;

	rs = l4lb_rs_lookup(c->old->endpoints, ep, hash);
	*fresh = !rs;
	if (rs) {
		if (!rs->refs++)
			list_del_init(&rs->idle);
		return rs;
	}
	tr = rs_coming(c, ep, hash);
	if (tr) {
		tr->rs->refs++;
		return tr->rs;
	}
	tr = l4lb_arena_alloc(&c->scratch, sizeof(*tr));
	if (!tr)
		return ERR_PTR(-ENOMEM);
	tr->rs = rs_make(c, ep);
	if (IS_ERR(tr->rs))
		return tr->rs;
	list_add_tail(&tr->list, &c->rs);
	if (l4lb_hash_add(&c->rs_hash, &tr->node, hash))
		return ERR_PTR(-ENOMEM);
	l4lb_commit_change(c, L4LB_MAP_ENDPOINTS, &tr->mc, hash, NULL, tr->rs);
	return tr->rs;
}

/**
 * l4lb_commit_rs_put() - undo l4lb_commit_rs()
 * @c: commit
 * @rs: endpoint; one that came with the commit stays until
 *	l4lb_commit_endpoints_undo()
 * @fresh: as l4lb_commit_rs() said
 *
 * Context: conf_lock held.
 */
void l4lb_commit_rs_put(struct l4lb_commit *c, struct l4lb_rs *rs, bool fresh)
{
	if (!--rs->refs && !fresh)
		list_add_tail(&rs->idle, &c->ln->idle_endpoints);
}

/**
 * l4lb_commit_endpoints_undo() - free what came with a commit
 * @c: commit that will not be published, its servers undone
 *
 * Context: process; conf_lock held.
 */
void l4lb_commit_endpoints_undo(struct l4lb_commit *c)
{
	struct l4lb_txn_addr *ta;
	struct l4lb_txn_rs *tr;

	list_for_each_entry(tr, &c->rs, list) {
		tr->rs->addr->refs--;
		l4lb_slots_unreserve(&c->ln->endpoints, tr->rs->id);
		kfree(tr->rs);
	}
	list_for_each_entry(ta, &c->addrs, list)
		kfree(ta->addr);
	l4lb_hash_free(&c->rs_hash);
	l4lb_hash_free(&c->addr_hash);
}

/**
 * l4lb_commit_endpoints_publish() - let numbers of endpoints mean them
 * @c: commit that is being published
 *
 * Context: state_lock and conf_lock held.
 */
void l4lb_commit_endpoints_publish(struct l4lb_commit *c)
{
	struct l4lb_txn_rs *tr;

	list_for_each_entry(tr, &c->rs, list)
		l4lb_slots_set(&c->ln->endpoints, tr->rs->id, tr->rs);
	l4lb_hash_free(&c->rs_hash);
	l4lb_hash_free(&c->addr_hash);
}

/* Changes that drop an endpoint, and its address when that was the last. */
struct drop {
	struct l4lb_map_change rs;
	struct l4lb_map_change addr;
};

static void drop_one(struct l4lb_commit *c, struct drop *drop,
		     struct l4lb_rs *rs)
{
	l4lb_commit_change(c, L4LB_MAP_ENDPOINTS, &drop->rs,
			   l4lb_endpoint_hash(&rs->ep), rs, NULL);
	if (!--rs->addr->refs)
		l4lb_commit_change(c, L4LB_MAP_ADDRS, &drop->addr,
				   l4lb_addr_hash(&rs->addr->addr), rs->addr,
				   NULL);
}

static void drop_publish(struct l4lb_commit *c)
{
	struct l4lb_net *ln = c->ln;
	struct l4lb_map_change *mc;
	struct l4lb_rs_addr *addr;
	struct l4lb_rs *rs, *next;

	mutex_lock(&ln->state_lock);
	rcu_assign_pointer(ln->table, c->fresh);
	mutex_unlock(&ln->state_lock);
	list_for_each_entry(mc, &c->changes[L4LB_MAP_ADDRS], node) {
		addr = mc->del;
		kfree_rcu(addr, rcu);
	}
	list_for_each_entry_safe(rs, next, &ln->idle_endpoints, idle) {
		list_del_init(&rs->idle);
		l4lb_slots_clear(&ln->endpoints, rs->id,
				 READ_ONCE(ln->conns.sweep));
		kfree_rcu(rs, rcu);
	}
	l4lb_commit_maps_retire(c);
}

/**
 * l4lb_txn_drop_endpoints() - publish a snapshot without idle endpoints
 * @ln: namespace
 *
 * The configuration, its generation and its digest stay as they are.
 *
 * Context: process, may sleep; conf_lock held, state_lock not.
 * Return: 0 or -ENOMEM: they stay idle and can be dropped another time.
 */
int l4lb_txn_drop_endpoints(struct l4lb_net *ln)
{
	struct l4lb_commit c = { .ln = ln, .old = l4lb_txn_table(ln) };
	struct l4lb_rs *rs;
	struct drop *drop;
	u32 which, nr = 0;
	int err;

	lockdep_assert_held(&ln->conf_lock);
	list_for_each_entry(rs, &ln->idle_endpoints, idle)
		nr++;
	if (!nr)
		return 0;
	drop = kvcalloc(nr, sizeof(*drop), L4LB_TXN_GFP);
	if (!drop)
		return -ENOMEM;
	for (which = 0; which < L4LB_MAPS; which++)
		INIT_LIST_HEAD(&c.changes[which]);
	nr = 0;
	list_for_each_entry(rs, &ln->idle_endpoints, idle)
		drop_one(&c, &drop[nr++], rs);
	err = l4lb_commit_maps(&c);
	if (err)
		list_for_each_entry(rs, &ln->idle_endpoints, idle)
			rs->addr->refs++;
	else
		drop_publish(&c);
	kvfree(drop);
	return err;
}
