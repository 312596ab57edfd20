// SPDX-License-Identifier: GPL-2.0
/*
 * The part of a commit that cannot fail. Under state_lock: numbers mean their
 * objects, the snapshot is swapped by one pointer, then each service's
 * scheduler and servers follow. Afterwards the old is handed to RCU and
 * events are sent.
 */
#include <linux/slab.h>

#include "notify.h"
#include "txn_priv.h"

/*
 * What a packet with the new snapshot may meet. None of it can be reached by
 * packets of the old one, but endpoints of servers whose service turns to NAT,
 * which are not looked at before.
 */
static void publish_before(struct l4lb_commit *c)
{
	struct l4lb_net *ln = c->ln;
	struct l4lb_txn_service *ts;
	struct l4lb_txn_server *tv;
	struct l4lb_txn_vip *vip;

	list_for_each_entry(vip, &c->txn->touched_vips, list)
		if (vip->ver) {
			l4lb_vip_standby_inherit(ln, vip->ver);
			if (vip->old)
				vip->ver->active_since = vip->old->active_since;
		}
	l4lb_commit_endpoints_publish(c);
	list_for_each_entry(ts, &c->txn->touched, list) {
		if (ts->ver)
			l4lb_slots_set(&ln->services, ts->ver->id, ts->ver);
		if (!ts->rt)
			continue;
		list_for_each_entry(tv, &ts->changed, list)
			if (tv->rs)
				WRITE_ONCE(tv->srv->endpoint, tv->rs);
		list_for_each_entry(tv, &ts->added, list) {
			if (tv->rs)
				WRITE_ONCE(tv->srv->endpoint, tv->rs);
			if (!tv->create)
				continue;
			l4lb_slots_set(&ln->servers, tv->srv->id, tv->srv);
			l4lb_server_settle(tv->srv);
		}
	}
	ln->nr_servers_all += c->created;
}

/* A service has left: its entries die as their packets or the sweep come by. */
static void publish_service_gone(struct l4lb_commit *c,
				 struct l4lb_txn_service *ts)
{
	struct l4lb_service *old = ts->old;
	struct l4lb_service_rt *rt = old->rt;
	u32 pos;

	spin_lock_bh(&rt->lock);
	RCU_INIT_POINTER(rt->sched, NULL);
	spin_unlock_bh(&rt->lock);
	l4lb_slots_clear(&c->ln->services, old->id,
			 READ_ONCE(c->ln->conns.sweep));
	for (pos = 0; pos < old->sched->nr; pos++)
		l4lb_server_linger(c->ln, old->sched->slot[pos].server);
}

static void publish_server(struct l4lb_commit *c, struct l4lb_txn_server *tv)
{
	struct l4lb_service_rt *rt = tv->svc->rt;

	if (!tv->exists) {
		if (tv->old)
			l4lb_server_linger(c->ln, tv->old);
		return;
	}
	if (tv->revive) {
		WRITE_ONCE(tv->srv->method, tv->svc->method);
		l4lb_server_revive(tv->srv);
	}
	if (tv->create || !tv->conf)
		return;
	tv->was = rcu_replace_pointer(tv->srv->conf, tv->conf,
				      lockdep_is_held(&c->ln->conf_lock));
	l4lb_server_overload(tv->srv);
	if (tv->svc->sd)
		return;
	spin_lock_bh(&rt->lock);
	l4lb_sched_refresh(tv->srv);
	spin_unlock_bh(&rt->lock);
}

static void publish_service(struct l4lb_commit *c, struct l4lb_txn_service *ts)
{
	struct l4lb_txn_server *tv;
	struct l4lb_sched_data *sd;
	u32 pos;

	if (!ts->exists) {
		if (ts->old)
			publish_service_gone(c, ts);
		return;
	}
	/* A new service is complete since it was built. */
	if (!ts->old)
		return;
	list_for_each_entry(tv, &ts->changed, list)
		publish_server(c, tv);
	list_for_each_entry(tv, &ts->added, list)
		publish_server(c, tv);
	if (ts->ver && ts->method != ts->old->method) {
		sd = ts->ver->sched;
		for (pos = 0; pos < sd->nr; pos++)
			WRITE_ONCE(sd->slot[pos].server->method, ts->method);
	}
	if (!ts->sd)
		return;
	spin_lock_bh(&ts->rt->lock);
	l4lb_sched_take_over(ts->rt, ts->sd);
	spin_unlock_bh(&ts->rt->lock);
}

/* Is a server deleted with "now"? */
static bool publish_any_now(const struct l4lb_commit *c)
{
	const struct l4lb_txn_service *ts;
	const struct l4lb_txn_server *tv;

	list_for_each_entry(ts, &c->txn->touched, list)
		list_for_each_entry(tv, &ts->changed, list)
			if (tv->old && !tv->exists && tv->now)
				return true;
	return false;
}

/* Connections of servers that were deleted with "now". */
static void publish_orphans(struct l4lb_commit *c, struct l4lb_txn_service *ts)
{
	struct l4lb_conn_filter filter = {
		.has_server = true,
		.exact = true,
		.prefix = -1,
	};
	struct l4lb_txn_server *tv;

	if (!ts->exists || !ts->old || !c->ln->active)
		return;
	filter.service = ts->rt->id;
	list_for_each_entry(tv, &ts->changed, list) {
		if (!tv->old || tv->exists || !tv->now)
			continue;
		filter.server = tv->ep;
		l4lb_conn_orphan(c->ln, &filter);
	}
}

static void notify_servers(struct l4lb_commit *c, struct l4lb_txn_service *ts,
			   const struct l4lb_service *svc,
			   const struct list_head *list)
{
	const struct l4lb_txn_server *tv;

	list_for_each_entry(tv, list, list) {
		if (tv->create || tv->revive)
			l4lb_notify_server(c->ln, L4LB_CMD_SERVER_NEW_NTF, svc,
					   tv->srv);
		else if (tv->conf)
			l4lb_notify_server(c->ln, L4LB_CMD_SERVER_SET_NTF, svc,
					   tv->srv);
		else if (!tv->exists && tv->old)
			l4lb_notify_server(c->ln, L4LB_CMD_SERVER_DEL_NTF, svc,
					   tv->old);
	}
}

static void notify_service(struct l4lb_commit *c, struct l4lb_txn_service *ts)
{
	const struct l4lb_service *svc = ts->ver ? ts->ver : ts->old;

	if (!ts->exists) {
		if (ts->old)
			l4lb_notify_service(c->ln, L4LB_CMD_SERVICE_DEL_NTF,
					    ts->old);
		return;
	}
	if (!ts->old)
		l4lb_notify_service(c->ln, L4LB_CMD_SERVICE_NEW_NTF, svc);
	else if (ts->differs)
		l4lb_notify_service(c->ln, L4LB_CMD_SERVICE_SET_NTF, svc);
	notify_servers(c, ts, svc, &ts->changed);
	notify_servers(c, ts, svc, &ts->added);
}

static void notify_vip(struct l4lb_commit *c, const struct l4lb_txn_vip *tv)
{
	struct l4lb_vip gone;
	u8 was = tv->old ? tv->old->unknown_port : L4LB_UNKNOWN_PORT_PASS;

	if (tv->ver && (!tv->old || was != tv->unknown_port)) {
		l4lb_notify_vip(c->ln, tv->ver, true);
	} else if (tv->old && tv->mc.del && !tv->ver) {
		gone = *tv->old;
		gone.nr_services = 0;
		gone.unknown_port = L4LB_UNKNOWN_PORT_PASS;
		l4lb_notify_vip(c->ln, &gone, true);
	}
}

static void publish_notify(struct l4lb_commit *c)
{
	struct l4lb_txn_service *ts;
	struct l4lb_txn_vip *tv;

	list_for_each_entry(tv, &c->txn->touched_vips, list)
		notify_vip(c, tv);
	list_for_each_entry(ts, &c->txn->touched, list)
		notify_service(c, ts);
	l4lb_notify_commit(c->ln, c->fresh->generation, c->fresh->digest,
			   c->changed);
}

static void retire_servers(struct list_head *list)
{
	struct l4lb_txn_server *tv;

	list_for_each_entry(tv, list, list)
		if (tv->was)
			kfree_rcu(tv->was, rcu);
}

/* The old goes when its last reader has gone. */
static void publish_retire(struct l4lb_commit *c)
{
	struct l4lb_txn_service *ts;
	struct l4lb_txn_vip *tv;

	list_for_each_entry(tv, &c->txn->touched_vips, list)
		if (tv->mc.del) {
			l4lb_commit_ports_retire(tv);
			kfree_rcu(tv->old, rcu);
		}
	list_for_each_entry(ts, &c->txn->touched, list) {
		retire_servers(&ts->changed);
		retire_servers(&ts->added);
		if (ts->old && (ts->sd || !ts->exists))
			l4lb_sched_retire(ts->old->sched);
		if (ts->old && (ts->ver || !ts->exists))
			l4lb_service_retire(ts->old);
		if (ts->rt)
			l4lb_service_rt_put(ts->rt);
		ts->rt = NULL;
	}
	l4lb_commit_match_retire(c);
	l4lb_commit_maps_retire(c);
	l4lb_stats_block_put(c->block);
	c->block = NULL;
	l4lb_arena_free(&c->scratch);
}

/**
 * l4lb_commit_publish() - make a commit true
 * @c: commit that was built, with @c->fresh
 *
 * Context: process, may sleep; conf_lock held, state_lock not.
 */
void l4lb_commit_publish(struct l4lb_commit *c)
{
	struct l4lb_net *ln = c->ln;
	struct l4lb_txn_service *ts;

	lockdep_assert_held(&ln->conf_lock);
	mutex_lock(&ln->state_lock);
	WRITE_ONCE(ln->publications, ln->publications + 1);
	/* Pairs with l4lb_nl_torn(): who sees what follows sees the count. */
	smp_wmb();
	publish_before(c);
	/* Pairs with rcu_dereference(ln->table) of packets and dumps. */
	rcu_assign_pointer(ln->table, c->fresh);
	list_for_each_entry(ts, &c->txn->touched, list)
		publish_service(c, ts);
	/* Pairs with l4lb_nl_seq(): who sees the count sees all of it. */
	smp_wmb();
	WRITE_ONCE(ln->publications, ln->publications + 1);
	mutex_unlock(&ln->state_lock);

	/* Packets that still chose such a server have made their entries. */
	if (ln->active && publish_any_now(c))
		synchronize_rcu();
	list_for_each_entry(ts, &c->txn->touched, list)
		publish_orphans(c, ts);
	publish_notify(c);
	publish_retire(c);
	if (ln->active)
		l4lb_conns_wake(&ln->conns);
}
