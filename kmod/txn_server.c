// SPDX-License-Identifier: GPL-2.0
/* Changes of servers, validated against what the transaction holds so far. */
#include <linux/jhash.h>

#include "txn_priv.h"

static u32 server_hash(const struct l4lb_txn_service *ts,
		       const struct l4lb_endpoint *ep)
{
	return jhash_2words(l4lb_endpoint_hash(ep), ts->node.hash, 0);
}

static struct l4lb_txn_server *server_known(const struct l4lb_txn *txn,
					    const struct l4lb_txn_service *ts,
					    const struct l4lb_endpoint *ep,
					    u32 hash)
{
	struct l4lb_hash_node *node;
	struct l4lb_txn_server *tv;

	l4lb_hash_each(&txn->servers, hash, node) {
		tv = container_of(node, struct l4lb_txn_server, node);
		if (tv->svc == ts && l4lb_endpoint_equal(&tv->ep, ep))
			return tv;
	}
	return NULL;
}

/**
 * l4lb_stage_server_known() - a server, if the transaction has touched it
 * @txn: transaction
 * @ts: its service
 * @ep: identity
 *
 * Context: conf_lock held.
 * Return: the server, which need not exist any more, or NULL.
 */
struct l4lb_txn_server *
l4lb_stage_server_known(const struct l4lb_txn *txn,
			const struct l4lb_txn_service *ts,
			const struct l4lb_endpoint *ep)
{
	return server_known(txn, ts, ep, server_hash(ts, ep));
}

static void server_import(struct l4lb_txn_server *tv)
{
	const struct l4lb_server_conf *conf;

	conf = rcu_dereference_protected(tv->old->conf,
					 lockdep_is_held(&tv->old->ln->conf_lock));
	tv->exists = true;
	tv->owner = conf->owner;
	tv->weight = conf->weight;
	tv->max_conns = conf->max_conns;
	tv->min_conns = conf->min_conns;
	memcpy(tv->name, conf->name, sizeof(tv->name));
}

/**
 * l4lb_stage_server() - touch a server
 * @st: change
 * @ts: its service
 * @ep: identity
 * @create: touch it even when there is none
 *
 * Context: process, may sleep; conf_lock held.
 * Return: the server as far as the transaction has come; NULL when there is
 * none and @create is not set; ERR_PTR(-ENOMEM).
 */
struct l4lb_txn_server *l4lb_stage_server(const struct l4lb_stage *st,
					  struct l4lb_txn_service *ts,
					  const struct l4lb_endpoint *ep,
					  bool create)
{
	u32 pos = 0, hash = server_hash(ts, ep);
	struct l4lb_txn *txn = st->txn;
	struct l4lb_server *old = NULL;
	struct l4lb_txn_server *tv;

	tv = server_known(txn, ts, ep, hash);
	if (tv)
		return tv;
	if (ts->old)
		old = l4lb_sched_lookup(ts->old->sched, ep, &pos);
	if (!create && (!old || ts->fresh))
		return NULL;
	tv = l4lb_arena_alloc(&txn->objects, sizeof(*tv));
	if (!tv || l4lb_hash_add(&txn->servers, &tv->node, hash))
		return ERR_PTR(-ENOMEM);
	tv->svc = ts;
	tv->ep = *ep;
	tv->old = old;
	tv->old_pos = pos;
	if (old && !ts->fresh)
		server_import(tv);
	list_add_tail(&tv->list, &ts->changed);
	return tv;
}

/**
 * l4lb_stage_servers_drop() - a service is deleted with its servers
 * @txn: transaction
 * @ts: the service
 *
 * Context: conf_lock held.
 */
void l4lb_stage_servers_drop(struct l4lb_txn *txn, struct l4lb_txn_service *ts)
{
	struct l4lb_txn_server *tv;

	list_splice_tail_init(&ts->added, &ts->changed);
	list_for_each_entry(tv, &ts->changed, list) {
		tv->exists = false;
		tv->added = false;
	}
	txn->nr_servers -= ts->nr;
	ts->nr = 0;
	ts->fresh = true;
}

/* The service, and the server's identity with what was left out filled in. */
static int server_find_service(struct l4lb_stage *st,
			       struct l4lb_txn_service **ts)
{
	struct l4lb_endpoint *ep = &st->ch->server;
	int err;

	err = l4lb_stage_find_service(st, ts);
	if (err)
		return err;
	ep->proto = (*ts)->key.proto;
	if (!l4lb_stage_has(st, L4LB_A_SERVER_PORT))
		ep->port = l4lb_key_server_port(&(*ts)->key);
	return 0;
}

static int server_find(struct l4lb_stage *st, struct l4lb_txn_server **found)
{
	struct l4lb_txn_service *ts;
	struct l4lb_txn_server *tv;
	int err;

	err = server_find_service(st, &ts);
	if (err)
		return err;
	tv = l4lb_stage_server(st, ts, &st->ch->server, false);
	if (IS_ERR(tv))
		return PTR_ERR(tv);
	if (!tv || !tv->exists)
		return L4LB_REFUSE(st, ENOENT, L4LB_A_SERVER_ADDR,
				   "the service has no such server");
	err = l4lb_stage_owner(st, tv->owner);
	if (err)
		return err;
	*found = tv;
	return 0;
}

static int server_check_addr(const struct l4lb_stage *st,
			     const struct l4lb_txn_service *ts)
{
	const struct l4lb_endpoint *ep = &st->ch->server;
	int err;

	err = l4lb_check_server_addr(st);
	if (err)
		return err;
	if (ep->family != ts->key.family && ts->method != L4LB_METHOD_TUNNEL)
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVER_ADDR,
				   "server and service differ in address family: only tunnel can do that");
	if (l4lb_addr_equal(&ep->addr, &ts->key.addr))
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVER_ADDR,
				   "a server cannot have the address of its VIP");
	if (!ep->port && !l4lb_key_many(&ts->key))
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVER_PORT,
				   "port 0 is not a server");
	if (ts->method == L4LB_METHOD_NAT ||
	    ep->port == l4lb_key_server_port(&ts->key))
		return 0;
	if (l4lb_key_many(&ts->key))
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVER_PORT,
				   "without nat the port cannot change: give the server no port");
	if (ts->method == L4LB_METHOD_TUNNEL)
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVER_PORT,
				   "tunnel cannot change the port: give the server the service's port");
	return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVER_PORT,
			   "DR cannot change the port: give the server the service's port");
}

/* Figures that a server is to have. */
struct server_figures {
	u32 weight;
	u32 max;
	u32 min;
};

/*
 * What was given over what was there. A new limit without a lower one takes
 * the default lower one, three quarters, as does a server whose lower one was
 * the default.
 */
static int server_figures(const struct l4lb_stage *st,
			  struct server_figures *fig)
{
	const struct l4lb_change *ch = st->ch;

	if (l4lb_stage_has(st, L4LB_A_SERVER_WEIGHT)) {
		if (ch->weight > L4LB_WEIGHT_MAX)
			return L4LB_REFUSE(st, ERANGE, L4LB_A_SERVER_WEIGHT,
					   "weight is 0 to 65535");
		fig->weight = ch->weight;
	}
	if (l4lb_stage_has(st, L4LB_A_SERVER_MAX_CONNS)) {
		fig->max = ch->max_conns;
		fig->min = (u64)fig->max * 3 / 4;
	}
	if (l4lb_stage_has(st, L4LB_A_SERVER_MIN_CONNS)) {
		if (!fig->max && ch->min_conns)
			return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVER_MIN_CONNS,
					   "min-conns needs max-conns");
		if (ch->min_conns > fig->max)
			return L4LB_REFUSE(st, ERANGE, L4LB_A_SERVER_MIN_CONNS,
					   "min-conns is at most max-conns");
		fig->min = ch->min_conns;
	}
	return 0;
}

static int server_check_name(const struct l4lb_stage *st)
{
	if (!l4lb_stage_has(st, L4LB_A_SERVER_NAME) || !st->ch->name[0])
		return 0;
	return l4lb_check_name(st, L4LB_A_SERVER_NAME);
}

static void server_set(const struct l4lb_stage *st, struct l4lb_txn_server *tv,
		       const struct server_figures *fig)
{
	tv->weight = fig->weight;
	tv->max_conns = fig->max;
	tv->min_conns = fig->min;
	if (l4lb_stage_has(st, L4LB_A_SERVER_NAME))
		strscpy_pad(tv->name, st->ch->name, sizeof(tv->name));
}

/* Owners, the cap, and everything about the server itself. */
static int server_check_new(const struct l4lb_stage *st,
			    const struct l4lb_txn_service *ts,
			    struct server_figures *fig)
{
	int err;

	err = l4lb_stage_owner(st, ts->owner);
	if (err)
		return err;
	err = server_check_addr(st, ts);
	if (err)
		return err;
	err = server_figures(st, fig);
	if (err)
		return err;
	err = server_check_name(st);
	if (err)
		return err;
	if (st->txn->nr_servers >= READ_ONCE(st->txn->ln->limits.servers))
		return L4LB_REFUSE(st, ENOSPC, 0,
				   "the limit of servers is reached: see lbctl limits");
	return 0;
}

/**
 * l4lb_stage_server_new() - a server comes to a service
 * @st: change
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0, or a negative errno with a sentence and nothing changed.
 */
int l4lb_stage_server_new(struct l4lb_stage *st)
{
	struct server_figures fig = { .weight = 1 };
	struct l4lb_txn_service *ts;
	struct l4lb_txn_server *tv;
	int err;

	err = server_find_service(st, &ts);
	if (err)
		return err;
	err = server_check_new(st, ts, &fig);
	if (err)
		return err;
	tv = l4lb_stage_server(st, ts, &st->ch->server, true);
	if (IS_ERR(tv))
		return PTR_ERR(tv);
	if (tv->exists)
		return L4LB_REFUSE(st, EEXIST, L4LB_A_SERVER_ADDR,
				   "the server exists: use set to change it");
	tv->owner = st->ch->owner;
	memset(tv->name, 0, sizeof(tv->name));
	server_set(st, tv, &fig);
	tv->exists = true;
	tv->added = true;
	tv->now = false;
	list_move_tail(&tv->list, &ts->added);
	ts->nr++;
	st->txn->nr_servers++;
	return 0;
}

/**
 * l4lb_stage_server_set() - a server's figures change
 * @st: change
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0, or a negative errno with a sentence and nothing changed.
 */
int l4lb_stage_server_set(struct l4lb_stage *st)
{
	struct server_figures fig;
	struct l4lb_txn_server *tv;
	int err;

	err = server_find(st, &tv);
	if (err)
		return err;
	fig.weight = tv->weight;
	fig.max = tv->max_conns;
	fig.min = tv->min_conns;
	err = server_figures(st, &fig);
	if (err)
		return err;
	err = server_check_name(st);
	if (err)
		return err;
	server_set(st, tv, &fig);
	return 0;
}

/**
 * l4lb_stage_server_del() - a server leaves a service
 * @st: change
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0, or a negative errno with a sentence and nothing changed.
 */
int l4lb_stage_server_del(struct l4lb_stage *st)
{
	struct l4lb_txn_server *tv;
	int err;

	err = server_find(st, &tv);
	if (err)
		return err;
	tv->exists = false;
	tv->added = false;
	tv->now = st->ch->now;
	list_move_tail(&tv->list, &tv->svc->changed);
	tv->svc->nr--;
	st->txn->nr_servers--;
	return 0;
}
