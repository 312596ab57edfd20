// SPDX-License-Identifier: GPL-2.0
/*
 * Everything of a commit that can fail: new versions of what the transaction
 * touches, new objects, new maps. Nothing that is published is changed, but
 * for reference counts under conf_lock, which an undo gives back.
 */
#include <linux/slab.h>

#include "digest.h"
#include "txn_priv.h"

static bool service_differs(const struct l4lb_txn_service *ts)
{
	const struct l4lb_service *old = ts->old;

	return !old || ts->method != old->method || ts->tie != old->tie ||
	       ts->midstream != old->midstream || ts->owner != old->owner ||
	       ts->ops != old->ops ||
	       memcmp(&ts->opts, &old->opts, sizeof(ts->opts)) ||
	       memcmp(ts->timeout, old->timeout, sizeof(ts->timeout)) ||
	       memcmp(ts->name, old->name, sizeof(ts->name));
}

/**
 * l4lb_commit_number() - a number for an object that comes with a commit
 * @c: commit
 * @slots: numbers of its kind
 *
 * Context: process, may sleep; conf_lock held.
 * Return: the number, -ENOMEM, or -ENOSPC with a sentence.
 */
int l4lb_commit_number(struct l4lb_commit *c, struct l4lb_slots *slots)
{
	int id = l4lb_slots_reserve(slots, L4LB_TXN_GFP);

	if (id == -ENOSPC)
		NL_SET_ERR_MSG(c->extack,
			       "all numbers are in use or resting: try again in a minute");
	return id;
}

static int service_rt(struct l4lb_commit *c, struct l4lb_txn_service *ts)
{
	int id;

	if (ts->old) {
		ts->rt = ts->old->rt;
		l4lb_service_rt_get(ts->rt);
		return 0;
	}
	id = l4lb_commit_number(c, &c->ln->services);
	if (id < 0)
		return id;
	ts->rt = l4lb_service_rt_alloc(id, L4LB_TXN_GFP);
	if (ts->rt)
		return 0;
	l4lb_slots_unreserve(&c->ln->services, id);
	return -ENOMEM;
}

static int service_version(struct l4lb_commit *c, struct l4lb_txn_service *ts)
{
	struct l4lb_service *ver = l4lb_service_alloc(L4LB_TXN_GFP);

	if (!ver)
		return -ENOMEM;
	ts->ver = ver;
	ver->key = ts->key;
	ver->id = ts->rt->id;
	ver->wide = l4lb_key_plain(&ts->key) ? 0 : L4LB_CONN_WIDE;
	ver->method = ts->method;
	ver->midstream = ts->midstream;
	ver->tie = ts->tie;
	ver->owner = ts->owner;
	ver->ops = ts->ops;
	ver->sched = ts->sd ? ts->sd : ts->old->sched;
	l4lb_service_rt_get(ts->rt);
	ver->rt = ts->rt;
	memcpy(&ver->opts, &ts->opts, sizeof(ver->opts));
	memcpy(ver->timeout, ts->timeout, sizeof(ver->timeout));
	memcpy(ver->name, ts->name, sizeof(ver->name));
	ver->digest = ts->differs ? l4lb_digest_service(ver) : ts->old->digest;
	c->digest += ver->digest;
	if (ts->old)
		c->digest -= ts->old->digest;
	return 0;
}

/* Entries of the maps: @ver takes the place of @old; one of them is NULL. */
static void service_changes(struct l4lb_commit *c, struct l4lb_txn_service *ts)
{
	bool was = ts->old && ts->old->name[0], is = ts->ver && ts->ver->name[0];

	l4lb_commit_change(c, L4LB_MAP_SERVICES, &ts->mc, ts->node.hash,
			   ts->old, ts->ver);
	if (was && is && !memcmp(ts->old->name, ts->ver->name, L4LB_NAME_MAX)) {
		l4lb_commit_change(c, L4LB_MAP_NAMES, &ts->mc_name[0],
				   l4lb_name_hash(ts->ver->name), ts->old,
				   ts->ver);
		return;
	}
	if (was)
		l4lb_commit_change(c, L4LB_MAP_NAMES, &ts->mc_name[0],
				   l4lb_name_hash(ts->old->name), ts->old, NULL);
	if (is)
		l4lb_commit_change(c, L4LB_MAP_NAMES, &ts->mc_name[1],
				   l4lb_name_hash(ts->ver->name), NULL, ts->ver);
}

static void service_leave(struct l4lb_commit *c, struct l4lb_txn_service *ts)
{
	const struct l4lb_sched_data *sd = ts->old->sched;
	const struct l4lb_server_conf *conf;
	u32 pos;

	for (pos = 0; pos < sd->nr; pos++) {
		conf = rcu_dereference_protected(sd->slot[pos].server->conf,
						 lockdep_is_held(&c->ln->conf_lock));
		c->digest -= conf->digest;
	}
	c->digest -= ts->old->digest;
	c->changed += 1 + sd->nr;
	service_changes(c, ts);
}

static int service_build(struct l4lb_commit *c, struct l4lb_txn_service *ts)
{
	int err;

	if (!ts->exists) {
		if (ts->old)
			service_leave(c, ts);
		return 0;
	}
	err = service_rt(c, ts);
	if (err)
		return err;
	err = l4lb_commit_members(c, ts);
	if (err)
		return err;
	ts->differs |= service_differs(ts);
	c->changed += ts->differs;
	if (!ts->sd && !ts->differs)
		return 0;
	err = service_version(c, ts);
	if (err)
		return err;
	if (!ts->old) {
		/* Nobody can reach it yet, so this part is not left to the end. */
		spin_lock_bh(&ts->rt->lock);
		l4lb_sched_take_over(ts->rt, ts->sd);
		spin_unlock_bh(&ts->rt->lock);
	}
	service_changes(c, ts);
	return 0;
}

static void service_undo(struct l4lb_commit *c, struct l4lb_txn_service *ts)
{
	if (!ts->rt)
		return;
	l4lb_service_free(ts->ver);
	ts->ver = NULL;
	l4lb_commit_members_undo(c, ts);
	if (!ts->old)
		l4lb_slots_unreserve(&c->ln->services, ts->rt->id);
	l4lb_service_rt_put(ts->rt);
	ts->rt = NULL;
}

static int vip_build(struct l4lb_commit *c, struct l4lb_txn_vip *tv)
{
	struct l4lb_vip *old = tv->old, *ver = NULL;
	bool exists = l4lb_txn_vip_exists(tv);
	u8 was = old ? old->unknown_port : L4LB_UNKNOWN_PORT_PASS;
	int err;

	/* A build that was undone may have left it set. */
	tv->mc.del = NULL;
	if (!old && !exists)
		return 0;
	err = l4lb_commit_ports(tv, c->txn->from_nothing);
	if (err)
		return err;
	if (old && exists && old->unknown_port == tv->unknown_port &&
	    old->nr_services == tv->nr_services && old->ports == tv->ports)
		return 0;
	if (exists) {
		ver = kzalloc(sizeof(*ver), L4LB_TXN_GFP);
		if (!ver)
			return -ENOMEM;
		ver->addr = tv->addr;
		ver->family = tv->family;
		ver->prefix = tv->prefix;
		ver->unknown_port = tv->unknown_port;
		ver->nr_services = tv->nr_services;
		ver->ports = tv->ports;
		c->digest += l4lb_digest_vip(ver);
	}
	if (old)
		c->digest -= l4lb_digest_vip(old);
	/* That services come and go is those services' change. */
	c->changed += was != tv->unknown_port;
	tv->ver = ver;
	l4lb_commit_change(c, L4LB_MAP_VIPS, &tv->mc, tv->node.hash, old, ver);
	return 0;
}

/* Touch a running service that a replacement has left out. */
static int replace_service(struct l4lb_stage *st, struct l4lb_service *svc)
{
	struct l4lb_txn_service *ts;
	int err;

	ts = l4lb_stage_service(st, &svc->key, true);
	if (IS_ERR(ts))
		return PTR_ERR(ts);
	if (ts->exists)
		return 0;
	err = l4lb_stage_drop(st, svc->owner);
	if (err)
		return err;
	return l4lb_stage_vip_of(st, &svc->key);
}

/* A transaction from nothing: what it does not name is to go. */
static int replace_complete(struct l4lb_commit *c)
{
	struct l4lb_change ch = { .owner = c->txn->owner,
				  .force = c->txn->force };
	struct l4lb_stage st = { .txn = c->txn, .table = c->old, .ch = &ch,
				 .extack = c->extack };
	const struct l4lb_map *map = c->old->services;
	struct l4lb_vip *vip;
	u32 l, i;
	int err;

	for (l = 0; l <= map->mask; l++) {
		for (i = 0; map->leaf[l] && i < map->leaf[l]->nr; i++) {
			err = replace_service(&st, map->leaf[l]->e[i].obj);
			if (err)
				return err;
		}
	}
	map = c->old->vips;
	for (l = 0; l <= map->mask; l++) {
		for (i = 0; map->leaf[l] && i < map->leaf[l]->nr; i++) {
			vip = map->leaf[l]->e[i].obj;
			if (!l4lb_stage_vip(&st, &vip->addr, vip->family,
					    vip->prefix))
				return -ENOMEM;
		}
	}
	return 0;
}

static bool is_untracked(const struct l4lb_service_opts *opts)
{
	return opts->hook == L4LB_HOOK_LOCAL_IN && !opts->track;
}

/* Count the services of which packets that are not to a VIP have to know. */
static void count_kinds(struct l4lb_commit *c)
{
	const struct l4lb_txn_service *ts;
	struct l4lb_table *fresh = c->fresh;

	list_for_each_entry(ts, &c->txn->touched, list) {
		if (ts->exists) {
			fresh->nr_tunnels += ts->method == L4LB_METHOD_TUNNEL;
			fresh->nr_untracked += is_untracked(&ts->opts);
		}
		if (ts->old) {
			fresh->nr_tunnels -=
				ts->old->method == L4LB_METHOD_TUNNEL;
			fresh->nr_untracked -= is_untracked(&ts->old->opts);
		}
	}
}

/**
 * l4lb_commit_build() - prepare a commit
 * @c: commit
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0, with @c->fresh unless nothing differs; or a negative errno, to be
 * followed by l4lb_commit_undo().
 */
int l4lb_commit_build(struct l4lb_commit *c)
{
	struct l4lb_txn *txn = c->txn;
	struct l4lb_txn_service *ts;
	struct l4lb_txn_vip *tv;
	int err;

	if (txn->from_nothing) {
		err = replace_complete(c);
		if (err)
			return err;
	}
	list_for_each_entry(ts, &txn->touched, list) {
		err = service_build(c, ts);
		if (err)
			return err;
	}
	list_for_each_entry(tv, &txn->touched_vips, list) {
		err = vip_build(c, tv);
		if (err)
			return err;
	}
	if (!c->changed)
		return 0;
	err = l4lb_commit_match(c);
	if (!err)
		err = l4lb_commit_maps(c);
	if (err)
		return err;
	c->fresh->match = c->match;
	c->fresh->generation = c->old->generation + 1;
	c->fresh->digest = c->digest;
	c->fresh->nr_servers = txn->nr_servers;
	count_kinds(c);
	return 0;
}

/**
 * l4lb_commit_undo() - drop all that l4lb_commit_build() made
 * @c: commit that will not be published; its transaction goes on
 *
 * Context: process; conf_lock held.
 */
void l4lb_commit_undo(struct l4lb_commit *c)
{
	struct l4lb_txn_service *ts;
	struct l4lb_txn_vip *tv;

	l4lb_commit_maps_undo(c);
	list_for_each_entry(tv, &c->txn->touched_vips, list) {
		kfree(tv->ver);
		tv->ver = NULL;
		l4lb_commit_ports_undo(tv);
	}
	l4lb_commit_match_undo(c);
	list_for_each_entry(ts, &c->txn->touched, list)
		service_undo(c, ts);
	l4lb_commit_endpoints_undo(c);
	l4lb_stats_block_put(c->block);
	c->block = NULL;
	l4lb_arena_free(&c->scratch);
}
