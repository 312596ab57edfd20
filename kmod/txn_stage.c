// SPDX-License-Identifier: GPL-2.0
/* Changes of services, validated against what the transaction holds so far. */
#include "limits.h"
#include "txn_priv.h"

/**
 * l4lb_txn_reset() - an overlay without any touched object
 * @txn: transaction
 * @from_nothing: nothing of the running configuration shines through
 *
 * Context: process; conf_lock held.
 */
void l4lb_txn_reset(struct l4lb_txn *txn, bool from_nothing)
{
	const struct l4lb_table *table = l4lb_txn_table(txn->ln);

	l4lb_hash_free(&txn->services);
	l4lb_hash_free(&txn->names);
	l4lb_hash_free(&txn->servers);
	l4lb_hash_free(&txn->vips);
	l4lb_arena_free(&txn->objects);
	INIT_LIST_HEAD(&txn->touched);
	INIT_LIST_HEAD(&txn->touched_vips);
	txn->from_nothing = from_nothing;
	txn->generation = table->generation;
	txn->nr_services = from_nothing ? 0 : table->services->nr;
	txn->nr_servers = from_nothing ? 0 : table->nr_servers;
	txn->nr_vips = from_nothing ? 0 : table->vips->nr;
}

static struct l4lb_txn_service *
stage_service_known(const struct l4lb_txn *txn,
		    const struct l4lb_service_key *key, u32 hash)
{
	struct l4lb_hash_node *node;
	struct l4lb_txn_service *ts;

	l4lb_hash_each(&txn->services, hash, node) {
		ts = container_of(node, struct l4lb_txn_service, node);
		if (l4lb_key_equal(&ts->key, key))
			return ts;
	}
	return NULL;
}

static void stage_import(struct l4lb_txn_service *ts)
{
	const struct l4lb_service *old = ts->old;

	ts->exists = true;
	ts->method = old->method;
	ts->midstream = old->midstream;
	ts->tie = old->tie;
	ts->owner = old->owner;
	ts->ops = old->ops;
	memcpy(&ts->opts, &old->opts, sizeof(ts->opts));
	memcpy(ts->timeout, old->timeout, sizeof(ts->timeout));
	memcpy(ts->name, old->name, sizeof(ts->name));
	ts->nr = old->sched->nr;
}

/**
 * l4lb_stage_service() - touch a service
 * @st: change
 * @key: identity
 * @create: touch it even when there is none
 *
 * Context: process, may sleep; conf_lock held.
 * Return: the service as far as the transaction has come; NULL when there is
 * none and @create is not set; ERR_PTR(-ENOMEM).
 */
struct l4lb_txn_service *l4lb_stage_service(const struct l4lb_stage *st,
					    const struct l4lb_service_key *key,
					    bool create)
{
	struct l4lb_txn *txn = st->txn;
	u32 hash = l4lb_key_hash(key);
	struct l4lb_txn_service *ts;
	struct l4lb_service *old;

	ts = stage_service_known(txn, key, hash);
	if (ts)
		return ts;
	old = l4lb_service_lookup(st->table->services, key);
	if (!create && (!old || txn->from_nothing))
		return NULL;
	ts = l4lb_arena_alloc(&txn->objects, sizeof(*ts));
	if (!ts || l4lb_hash_add(&txn->services, &ts->node, hash))
		return ERR_PTR(-ENOMEM);
	ts->key = *key;
	ts->old = old;
	INIT_LIST_HEAD(&ts->added);
	INIT_LIST_HEAD(&ts->changed);
	if (old && !txn->from_nothing)
		stage_import(ts);
	else
		ts->fresh = true;
	list_add_tail(&ts->list, &txn->touched);
	return ts;
}

/* NULL when no service has that name now; ERR_PTR(-ENOMEM). */
static struct l4lb_txn_service *stage_by_name(const struct l4lb_stage *st,
					      const char *name)
{
	struct l4lb_hash_node *node;
	struct l4lb_txn_service *ts;
	struct l4lb_service *old;

	l4lb_hash_each(&st->txn->names, l4lb_name_hash(name), node) {
		ts = container_of(node, struct l4lb_txn_service, name_node);
		if (ts->exists && !strncmp(ts->name, name, L4LB_NAME_MAX))
			return ts;
	}
	if (st->txn->from_nothing)
		return NULL;
	old = l4lb_service_by_name(st->table->names, name);
	if (!old)
		return NULL;
	ts = l4lb_stage_service(st, &old->key, false);
	if (IS_ERR_OR_NULL(ts))
		return ts;
	/* It may have been renamed or deleted since. */
	if (!ts->exists || strncmp(ts->name, name, L4LB_NAME_MAX))
		return NULL;
	return ts;
}

/**
 * l4lb_stage_find_service() - the service that a change names
 * @st: change; @service is filled in when the name was given
 * @found: out: the service, which exists
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0, -ENOMEM, or -ENOENT with a sentence.
 */
int l4lb_stage_find_service(const struct l4lb_stage *st,
			    struct l4lb_txn_service **found)
{
	struct l4lb_change *ch = st->ch;
	struct l4lb_txn_service *ts;

	if (ch->service_name[0])
		ts = stage_by_name(st, ch->service_name);
	else
		ts = l4lb_stage_service(st, &ch->service, false);
	if (IS_ERR(ts))
		return PTR_ERR(ts);
	if (!ts || !ts->exists)
		return L4LB_REFUSE(st, ENOENT, 0, "no such service");
	ch->service = ts->key;
	*found = ts;
	return 0;
}

/* Is @ep, of a service with @key, one that @method cannot reach? */
static bool stage_unreachable(const struct l4lb_endpoint *ep,
			      const struct l4lb_service_key *key, u8 method)
{
	if (method != L4LB_METHOD_TUNNEL && ep->family != key->family)
		return true;
	return method != L4LB_METHOD_NAT &&
	       ep->port != l4lb_key_server_port(key);
}

/* Has the service a server that it would lose with @method? */
static const struct l4lb_endpoint *
stage_lost_server(const struct l4lb_stage *st,
		  const struct l4lb_txn_service *ts, u8 method)
{
	const struct l4lb_txn_server *tv;
	const struct l4lb_sched_data *sd;
	const struct l4lb_server *srv;
	u32 pos;

	list_for_each_entry(tv, &ts->added, list)
		if (stage_unreachable(&tv->ep, &ts->key, method))
			return &tv->ep;
	if (ts->fresh)
		return NULL;
	sd = ts->old->sched;
	for (pos = 0; pos < sd->nr; pos++) {
		srv = sd->slot[pos].server;
		if (!stage_unreachable(&srv->ep, &ts->key, method))
			continue;
		tv = l4lb_stage_server_known(st->txn, ts, &srv->ep);
		if (!tv || (tv->exists && !tv->added))
			return &srv->ep;
	}
	return NULL;
}

static int stage_check_servers(const struct l4lb_stage *st,
			       const struct l4lb_txn_service *ts, u8 method)
{
	const struct l4lb_endpoint *lost;

	if (!ts->exists || method == ts->method)
		return 0;
	lost = stage_lost_server(st, ts, method);
	if (!lost)
		return 0;
	if (method != L4LB_METHOD_TUNNEL && lost->family != ts->key.family)
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_METHOD,
				   "a server has another address family, which only tunnel can reach");
	if (method == L4LB_METHOD_TUNNEL)
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_METHOD,
				   "tunnel cannot change the port: a server has another than the service");
	return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_METHOD,
			   "DR cannot change the port: a server has another port than the service");
}

/* What no packet could meet would be in the digest, but in no dump. */
static int stage_check_timeouts(const struct l4lb_stage *st,
				const struct l4lb_txn_service *ts)
{
	const u32 udp = BIT(L4LB_STATE_UDP);
	const struct l4lb_change *ch = st->ch;
	u32 state;

	if (ts->key.proto == IPPROTO_TCP && ch->timeout_given & udp)
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_TIMEOUT,
				   "a timeout of UDP, and the service is TCP");
	if (ts->key.proto == IPPROTO_UDP && ch->timeout_given & ~udp)
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_TIMEOUT,
				   "a timeout of TCP, and the service is UDP: its state is udp");

	for (state = 0; state < L4LB_TIMEOUT_STATES; state++)
		if (ch->timeout_given & BIT(state) &&
		    (!state || ch->timeout[state] > L4LB_TIMEOUT_MAX))
			return L4LB_REFUSE(st, ERANGE, L4LB_A_SERVICE_TIMEOUT,
					   "a timeout is 1 to 2000000 seconds, or 0 for the default");
	return 0;
}

/* All that can be wrong with the values that were given. */
static int stage_check_service(const struct l4lb_stage *st,
			       const struct l4lb_txn_service *ts,
			       struct l4lb_service_wish *wish)
{
	const struct l4lb_change *ch = st->ch;
	struct l4lb_txn_service *other;
	int err;

	err = stage_check_timeouts(st, ts);
	if (!err)
		err = l4lb_stage_wish(st, ts, wish);
	if (!err)
		err = stage_check_servers(st, ts, wish->method);
	if (err)
		return err;
	if (!ch->name[0] || !l4lb_stage_has(st, L4LB_A_SERVICE_NAME))
		return 0;
	err = l4lb_check_name(st, L4LB_A_SERVICE_NAME);
	if (err)
		return err;
	other = stage_by_name(st, ch->name);
	if (IS_ERR(other))
		return PTR_ERR(other);
	if (other && other != ts)
		return L4LB_REFUSE(st, EEXIST, L4LB_A_SERVICE_NAME,
				   "another service has this name");
	return 0;
}

/* Without memory, which only a first name can meet, nothing has changed. */
static int stage_rename(struct l4lb_txn *txn, struct l4lb_txn_service *ts,
			const char *name)
{
	int err;

	if (ts->named) {
		l4lb_hash_del(&txn->names, &ts->name_node);
		ts->named = false;
	}
	if (name[0]) {
		err = l4lb_hash_add(&txn->names, &ts->name_node,
				    l4lb_name_hash(name));
		if (err)
			return err;
		ts->named = true;
	}
	strscpy_pad(ts->name, name, sizeof(ts->name));
	return 0;
}

/* Nothing can fail once the name, which comes first, is written. */
static int stage_set_service(const struct l4lb_stage *st,
			     struct l4lb_txn_service *ts,
			     const struct l4lb_service_wish *wish)
{
	const struct l4lb_change *ch = st->ch;
	u32 state;
	int err;

	if (l4lb_stage_has(st, L4LB_A_SERVICE_NAME)) {
		err = stage_rename(st->txn, ts, ch->name);
		if (err)
			return err;
	}
	ts->ops = wish->ops;
	ts->method = wish->method;
	ts->tie = wish->tie;
	ts->midstream = wish->midstream;
	memcpy(&ts->opts, &wish->opts, sizeof(ts->opts));
	for (state = 0; state < L4LB_TIMEOUT_STATES; state++)
		if (ch->timeout_given & BIT(state))
			ts->timeout[state] = ch->timeout[state];
	return 0;
}

static void stage_defaults(struct l4lb_txn_service *ts, u8 owner)
{
	l4lb_stage_default_options(ts);
	ts->owner = owner;
	memset(ts->timeout, 0, sizeof(ts->timeout));
	ts->fresh = true;
	ts->nr = 0;
}

static int stage_service_new(struct l4lb_stage *st)
{
	struct l4lb_txn *txn = st->txn;
	struct l4lb_service_wish wish;
	struct l4lb_txn_service *ts;
	int err;

	err = l4lb_check_service_key(st);
	if (err)
		return err;
	ts = l4lb_stage_service(st, &st->ch->service, true);
	if (IS_ERR(ts))
		return PTR_ERR(ts);
	if (ts->exists)
		return L4LB_REFUSE(st, EEXIST, 0,
				   "the service exists: use set to change it");
	if (ts->old) {
		err = l4lb_stage_owner(st, ts->old->owner);
		if (err)
			return err;
	}
	/* What does not exist yet may be written before all is sure. */
	stage_defaults(ts, st->ch->owner);
	err = stage_check_service(st, ts, &wish);
	if (err)
		return err;
	if (txn->nr_services >= READ_ONCE(txn->ln->limits.services))
		return L4LB_REFUSE(st, ENOSPC, 0,
				   "the limit of services is reached: see lbctl limits");
	stage_rename(txn, ts, "");
	err = stage_set_service(st, ts, &wish);
	if (err)
		return err;
	err = l4lb_stage_vip_ref(st, &ts->key);
	if (err)
		return err;
	ts->exists = true;
	txn->nr_services++;
	return 0;
}

static int stage_service_set(struct l4lb_stage *st)
{
	struct l4lb_service_wish wish;
	struct l4lb_txn_service *ts;
	int err;

	err = l4lb_stage_find_service(st, &ts);
	if (err)
		return err;
	err = l4lb_stage_owner(st, ts->owner);
	if (err)
		return err;
	err = stage_check_service(st, ts, &wish);
	if (err)
		return err;
	return stage_set_service(st, ts, &wish);
}

static int stage_service_del(struct l4lb_stage *st)
{
	struct l4lb_txn *txn = st->txn;
	struct l4lb_txn_service *ts;
	int err;

	err = l4lb_stage_find_service(st, &ts);
	if (err)
		return err;
	err = l4lb_stage_owner(st, ts->owner);
	if (err)
		return err;
	err = l4lb_stage_vip_of(st, &ts->key);
	if (err)
		return err;
	l4lb_stage_vip_unref(st, &ts->key);
	l4lb_stage_servers_drop(txn, ts);
	ts->exists = false;
	txn->nr_services--;
	return 0;
}

/* May all that is there now be removed? Walks everything. */
static int stage_flush_allowed(const struct l4lb_stage *st)
{
	const struct l4lb_map *map = st->table->services;
	const struct l4lb_service *svc;
	u32 l, i;
	int err;

	for (l = 0; l <= map->mask; l++) {
		for (i = 0; map->leaf[l] && i < map->leaf[l]->nr; i++) {
			svc = map->leaf[l]->e[i].obj;
			err = l4lb_stage_drop(st, svc->owner);
			if (err)
				return err;
		}
	}
	return 0;
}

static int stage_flush(struct l4lb_stage *st)
{
	int err;

	err = stage_flush_allowed(st);
	if (err)
		return err;
	l4lb_txn_reset(st->txn, true);
	return 0;
}

/**
 * l4lb_txn_apply() - validate one change and make it in the overlay
 * @st: change
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0, or a negative errno with, as a rule, a sentence; what the
 * transaction means is then unchanged.
 */
int l4lb_txn_apply(struct l4lb_stage *st)
{
	if (!st->ch->owner)
		st->ch->owner = L4LB_OWNER_MANUAL;
	switch (st->ch->op) {
	case L4LB_CHANGE_SERVICE_NEW:
		return stage_service_new(st);
	case L4LB_CHANGE_SERVICE_SET:
		return stage_service_set(st);
	case L4LB_CHANGE_SERVICE_DEL:
		return stage_service_del(st);
	case L4LB_CHANGE_SERVER_NEW:
		return l4lb_stage_server_new(st);
	case L4LB_CHANGE_SERVER_SET:
		return l4lb_stage_server_set(st);
	case L4LB_CHANGE_SERVER_DEL:
		return l4lb_stage_server_del(st);
	case L4LB_CHANGE_VIP_SET:
		return l4lb_stage_vip_set(st);
	case L4LB_CHANGE_FLUSH:
		return stage_flush(st);
	default:
		return -EINVAL;
	}
}
