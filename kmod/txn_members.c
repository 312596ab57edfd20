// SPDX-License-Identifier: GPL-2.0
/* The servers of one service in the configuration that a commit makes. */
#include <linux/slab.h>

#include "digest.h"
#include "txn_priv.h"

/* A server that lingers, while the commit looks for those that come back. */
struct member_linger {
	struct l4lb_hash_node node;
	struct l4lb_server *srv;
};

static struct l4lb_server *linger_find(const struct l4lb_hash *lingering,
				       const struct l4lb_endpoint *ep)
{
	struct l4lb_hash_node *node;
	struct member_linger *lg;

	l4lb_hash_each(lingering, l4lb_endpoint_hash(ep), node) {
		lg = container_of(node, struct member_linger, node);
		if (l4lb_endpoint_equal(&lg->srv->ep, ep))
			return lg->srv;
	}
	return NULL;
}

/* Servers that linger in the service and are configured again. */
static int members_revive(struct l4lb_commit *c, struct l4lb_txn_service *ts)
{
	struct l4lb_hash lingering = {};
	struct l4lb_txn_server *tv;
	struct l4lb_server *srv;
	struct member_linger *lg;
	int err = 0;

	if (list_empty(&ts->added))
		return 0;
	list_for_each_entry(srv, &ts->rt->linger, linger_node) {
		lg = l4lb_arena_alloc(&c->scratch, sizeof(*lg));
		err = lg ? l4lb_hash_add(&lingering, &lg->node,
					 l4lb_endpoint_hash(&srv->ep)) :
			   -ENOMEM;
		if (err)
			goto free_hash;
		lg->srv = srv;
	}
	list_for_each_entry(tv, &ts->added, list) {
		if (tv->old)
			continue;
		tv->srv = linger_find(&lingering, &tv->ep);
		tv->revive = tv->srv;
	}
free_hash:
	l4lb_hash_free(&lingering);
	return err;
}

/*
 * Servers that no change has named, but that the commit does something to:
 * those that a service made anew leaves out, and those that need an endpoint
 * because their service turns to NAT.
 */
static int members_complete(struct l4lb_commit *c, struct l4lb_txn_service *ts)
{
	struct l4lb_stage st = { .txn = c->txn, .table = c->old };
	struct l4lb_txn_server *tv;
	struct l4lb_sched_data *sd;
	u32 pos;

	if (!ts->old)
		return 0;
	if (!ts->fresh && (ts->method != L4LB_METHOD_NAT ||
			   ts->old->method == L4LB_METHOD_NAT))
		return 0;
	sd = ts->old->sched;
	for (pos = 0; pos < sd->nr; pos++) {
		tv = l4lb_stage_server(&st, ts, &sd->slot[pos].server->ep,
				       ts->fresh);
		if (IS_ERR(tv))
			return PTR_ERR(tv);
	}
	return 0;
}

static struct l4lb_server_conf *member_conf_old(const struct l4lb_commit *c,
						const struct l4lb_server *srv)
{
	return rcu_dereference_protected(srv->conf,
					 lockdep_is_held(&c->ln->conf_lock));
}

static bool member_differs(const struct l4lb_txn_server *tv,
			   const struct l4lb_server_conf *conf)
{
	return tv->weight != conf->weight || tv->max_conns != conf->max_conns ||
	       tv->min_conns != conf->min_conns || tv->owner != conf->owner ||
	       memcmp(tv->name, conf->name, sizeof(tv->name));
}

static int member_conf(struct l4lb_commit *c, struct l4lb_txn_server *tv)
{
	struct l4lb_server_conf *conf = kzalloc(sizeof(*conf), L4LB_TXN_GFP);

	if (!conf)
		return -ENOMEM;
	conf->weight = tv->weight;
	conf->max_conns = tv->max_conns;
	conf->min_conns = tv->min_conns;
	conf->owner = tv->owner;
	memcpy(conf->name, tv->name, sizeof(conf->name));
	conf->digest = l4lb_digest_server(&tv->svc->key, &tv->ep, conf);
	c->digest += conf->digest;
	tv->conf = conf;
	return 0;
}

/* Blocks double, so that a commit of one server does not pay for many. */
static int member_block(struct l4lb_commit *c)
{
	struct l4lb_stats_block *block = c->block;
	u32 nr = 1;

	if (block && block->used < block->nr)
		return 0;
	if (block)
		nr = min(block->nr * 2, L4LB_STATS_BLOCK);
	l4lb_stats_block_put(block);
	c->block = l4lb_stats_block_alloc(nr, L4LB_TXN_GFP);
	return c->block ? 0 : -ENOMEM;
}

static int member_create(struct l4lb_commit *c, struct l4lb_txn_server *tv)
{
	struct l4lb_net *ln = c->ln;
	struct l4lb_server *srv;
	int id;

	if (ln->nr_servers_all + c->created >= READ_ONCE(ln->limits.servers)) {
		NL_SET_ERR_MSG(c->extack,
			       "the limit of servers is reached: see lbctl limits");
		return -ENOSPC;
	}
	if (member_block(c))
		return -ENOMEM;
	id = l4lb_commit_number(c, &ln->servers);
	if (id < 0)
		return id;
	srv = l4lb_server_alloc_in(ln, c->block, L4LB_TXN_GFP);
	if (!srv) {
		l4lb_slots_unreserve(&ln->servers, id);
		return -ENOMEM;
	}
	srv->ep = tv->ep;
	srv->id = id;
	srv->gen = ++ln->server_gen;
	srv->method = tv->svc->method;
	srv->rt = tv->svc->rt;
	l4lb_service_rt_get(srv->rt);
	tv->srv = srv;
	tv->create = true;
	c->created++;
	return 0;
}

static int member_come(struct l4lb_commit *c, struct l4lb_txn_server *tv)
{
	int err;

	if (!tv->revive) {
		err = member_create(c, tv);
		if (err)
			return err;
	}
	err = member_conf(c, tv);
	if (err)
		return err;
	if (tv->create)
		RCU_INIT_POINTER(tv->srv->conf, tv->conf);
	c->changed++;
	return 0;
}

static int member_stay(struct l4lb_commit *c, struct l4lb_txn_server *tv)
{
	const struct l4lb_server_conf *was = member_conf_old(c, tv->old);

	tv->srv = tv->old;
	if (!member_differs(tv, was))
		return 0;
	c->digest -= was->digest;
	c->changed++;
	return member_conf(c, tv);
}

static int member_build(struct l4lb_commit *c, struct l4lb_txn_server *tv)
{
	struct l4lb_rs *rs;
	int err;

	if (!tv->exists) {
		if (tv->old) {
			c->digest -= member_conf_old(c, tv->old)->digest;
			c->changed++;
		}
		return 0;
	}
	err = tv->old ? member_stay(c, tv) : member_come(c, tv);
	if (err)
		return err;
	if (tv->svc->method != L4LB_METHOD_NAT || tv->srv->endpoint)
		return 0;
	rs = l4lb_commit_rs(c, &tv->ep, &tv->rs_new);
	if (IS_ERR(rs))
		return PTR_ERR(rs);
	tv->rs = rs;
	return 0;
}

/* Are the servers those of the published version, in the same order? */
static bool members_same(const struct l4lb_txn_service *ts)
{
	const struct l4lb_txn_server *tv;
	u32 pos = 0;

	if (!ts->old)
		return false;
	if (!ts->fresh) {
		if (!list_empty(&ts->added))
			return false;
		list_for_each_entry(tv, &ts->changed, list)
			if (tv->old && !tv->exists)
				return false;
		return true;
	}
	if (ts->nr != ts->old->sched->nr)
		return false;
	list_for_each_entry(tv, &ts->added, list)
		if (!tv->old || tv->old_pos != pos++)
			return false;
	return true;
}

static void members_slot(struct l4lb_sched_data *sd, u32 pos,
			 struct l4lb_server *srv,
			 const struct l4lb_txn_server *tv)
{
	s32 weight = READ_ONCE(srv->oper_weight);

	/* What was said about it went with it: l4lb_server_revive(). */
	if (tv && tv->revive)
		weight = -1;
	sd->slot[pos].server = srv;
	if (tv && weight < 0)
		weight = tv->weight;
	sd->slot[pos].weight = tv ? weight : l4lb_server_weight(srv);
}

/* Scheduler data of the new version: servers that stay, then those added. */
static int members_sched(struct l4lb_commit *c, struct l4lb_txn_service *ts)
{
	const struct l4lb_sched_data *was = ts->fresh ? NULL : ts->old->sched;
	struct l4lb_sched_data *sd;
	struct l4lb_txn_server *tv;
	struct l4lb_server *srv;
	u32 i, pos = 0;

	sd = l4lb_sched_alloc(ts->ops, ts->nr, L4LB_TXN_GFP);
	if (!sd)
		return -ENOMEM;
	sd->tie_first = ts->tie == L4LB_TIE_FIRST;
	sd->hash_port = ts->opts.hash_port;
	sd->hash_fallback = ts->opts.hash_fallback;
	sd->slow_start = ts->opts.slow_start;
	for (i = 0; was && i < was->nr; i++) {
		srv = was->slot[i].server;
		tv = l4lb_stage_server_known(c->txn, ts, &srv->ep);
		if (!tv || (tv->exists && !tv->added))
			members_slot(sd, pos++, srv, tv);
	}
	list_for_each_entry(tv, &ts->added, list)
		members_slot(sd, pos++, tv->srv, tv);
	l4lb_sched_index(sd);
	if (sd->ops->rebuild)
		sd->ops->rebuild(sd);
	ts->sd = sd;
	return 0;
}

/* Is what the scheduler works by that of the published version? */
static bool members_sched_same(const struct l4lb_txn_service *ts)
{
	const struct l4lb_service *old = ts->old;

	return ts->ops == old->ops && ts->tie == old->tie &&
	       ts->opts.hash_port == old->hash_port &&
	       ts->opts.hash_fallback == old->hash_fallback &&
	       ts->opts.slow_start == old->slow_start;
}

/**
 * l4lb_commit_members() - prepare the servers of a service
 * @c: commit
 * @ts: service that will exist, with @ts->rt
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0, -ENOMEM or -ENOSPC; what is half done is undone by
 * l4lb_commit_members_undo().
 */
int l4lb_commit_members(struct l4lb_commit *c, struct l4lb_txn_service *ts)
{
	struct l4lb_txn_server *tv;
	u64 changed = c->changed;
	int err;

	err = members_complete(c, ts);
	if (!err)
		err = members_revive(c, ts);
	if (err)
		return err;
	list_for_each_entry(tv, &ts->changed, list) {
		err = member_build(c, tv);
		if (err)
			return err;
	}
	list_for_each_entry(tv, &ts->added, list) {
		err = member_build(c, tv);
		if (err)
			return err;
	}
	if (!members_same(ts))
		/* The same servers in another order: the service differs. */
		ts->differs = c->changed == changed;
	else if (members_sched_same(ts))
		return 0;
	return members_sched(c, ts);
}

static void member_undo(struct l4lb_commit *c, struct l4lb_txn_server *tv)
{
	if (tv->rs)
		l4lb_commit_rs_put(c, tv->rs, tv->rs_new);
	if (tv->create) {
		if (!rcu_access_pointer(tv->srv->conf))
			kfree(tv->conf);
		l4lb_slots_unreserve(&c->ln->servers, tv->srv->id);
		l4lb_server_free(tv->srv);
	} else {
		kfree(tv->conf);
	}
	tv->rs = NULL;
	tv->conf = NULL;
	tv->srv = NULL;
	tv->create = false;
	tv->revive = false;
}

/**
 * l4lb_commit_members_undo() - undo l4lb_commit_members(), or a part of it
 * @c: commit that will not be published
 * @ts: service
 *
 * Context: process; conf_lock held.
 */
void l4lb_commit_members_undo(struct l4lb_commit *c,
			      struct l4lb_txn_service *ts)
{
	struct l4lb_txn_server *tv;

	list_for_each_entry(tv, &ts->added, list)
		member_undo(c, tv);
	list_for_each_entry(tv, &ts->changed, list)
		member_undo(c, tv);
	l4lb_sched_free(ts->ops, ts->sd);
	ts->sd = NULL;
	ts->differs = false;
}
