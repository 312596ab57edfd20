// SPDX-License-Identifier: GPL-2.0
/* Real servers: memory, load, what operator and checker say, and their end. */
#include <linux/netlink.h>
#include <linux/slab.h>

#include "limits.h"
#include "net.h"
#include "notify.h"
#include "sched.h"
#include "server.h"
#include "txn.h"

/**
 * l4lb_stats_block_alloc() - counters for servers that come together
 * @nr: 1 to %L4LB_STATS_BLOCK
 * @gfp: GFP_KERNEL or GFP_KERNEL_ACCOUNT
 *
 * Context: process, may sleep.
 * Return: the block with one reference, the caller's, or NULL.
 */
struct l4lb_stats_block *l4lb_stats_block_alloc(u32 nr, gfp_t gfp)
{
	struct l4lb_stats_block *block = kmalloc(sizeof(*block), gfp);
	struct l4lb_server_stats *s;
	u32 i;
	int cpu;

	if (!block)
		return NULL;
	block->mem = __alloc_percpu_gfp(nr * sizeof(*s), __alignof__(*s), gfp);
	if (!block->mem) {
		kfree(block);
		return NULL;
	}
	for_each_possible_cpu(cpu) {
		s = per_cpu_ptr(block->mem, cpu);
		for (i = 0; i < nr; i++)
			u64_stats_init(&s[i].syncp);
	}
	refcount_set(&block->refs, 1);
	block->used = 0;
	block->nr = nr;
	return block;
}

/**
 * l4lb_stats_block_put() - drop a reference
 * @block: block or NULL
 *
 * Context: any but hard interrupt.
 */
void l4lb_stats_block_put(struct l4lb_stats_block *block)
{
	if (!block || !refcount_dec_and_test(&block->refs))
		return;
	free_percpu(block->mem);
	kfree(block);
}

/**
 * l4lb_server_alloc_in() - a server with counters in a block
 * @ln: namespace
 * @block: block with a free place
 * @gfp: GFP_KERNEL or GFP_KERNEL_ACCOUNT
 *
 * Context: process, may sleep; whoever shares @block serialises.
 * Return: the server, enabled, healthy until a checker says otherwise, without
 * configuration and service; or NULL.
 */
struct l4lb_server *l4lb_server_alloc_in(struct l4lb_net *ln,
					 struct l4lb_stats_block *block,
					 gfp_t gfp)
{
	struct l4lb_server *srv = kzalloc(sizeof(*srv), gfp);

	if (!srv)
		return NULL;
	srv->admin = L4LB_ADMIN_ENABLED;
	srv->health = L4LB_HEALTH_UP;
	srv->oper_weight = -1;
	seqlock_init(&srv->source_lock);
	srv->ln = ln;
	INIT_HLIST_NODE(&srv->at_node);
	INIT_LIST_HEAD(&srv->linger_node);
	INIT_LIST_HEAD(&srv->gone_node);
	srv->block = block;
	srv->stats = block->mem + block->used++;
	refcount_inc(&block->refs);
	return srv;
}

/**
 * l4lb_server_alloc() - a server with counters of its own
 * @ln: namespace
 * @gfp: GFP_KERNEL or GFP_KERNEL_ACCOUNT
 *
 * Context: process, may sleep.
 * Return: as l4lb_server_alloc_in().
 */
struct l4lb_server *l4lb_server_alloc(struct l4lb_net *ln, gfp_t gfp)
{
	struct l4lb_stats_block *block = l4lb_stats_block_alloc(1, gfp);
	struct l4lb_server *srv;

	if (!block)
		return NULL;
	srv = l4lb_server_alloc_in(ln, block, gfp);
	l4lb_stats_block_put(block);
	return srv;
}

/**
 * l4lb_server_free() - free a server that nobody reads
 * @srv: server or NULL; its configuration, route and references go with it
 *
 * Context: any but hard interrupt.
 */
void l4lb_server_free(struct l4lb_server *srv)
{
	if (!srv)
		return;
	l4lb_route_drop(&srv->route);
	kfree(rcu_dereference_protected(srv->conf, true));
	if (srv->rt)
		l4lb_service_rt_put(srv->rt);
	l4lb_stats_block_put(srv->block);
	kfree(srv);
}

static void server_free_rcu(struct rcu_head *rcu)
{
	l4lb_server_free(container_of(rcu, struct l4lb_server, rcu));
}

/**
 * l4lb_server_retire() - free a server after its last reader
 * @srv: server that no new reader can find
 *
 * Context: any.
 */
void l4lb_server_retire(struct l4lb_server *srv)
{
	if (!hlist_unhashed(&srv->at_node)) {
		lockdep_assert_held(&srv->ln->conf_lock);
		hlist_del_rcu(&srv->at_node);
	}
	call_rcu(&srv->rcu, server_free_rcu);
}

static u32 server_at(const union l4lb_addr *addr)
{
	return l4lb_addr_hash(addr) & (L4LB_SERVER_HEADS - 1);
}

/**
 * l4lb_server_settle() - let a server be found by its address
 * @srv: server that is being published; l4lb_server_retire() undoes it
 *
 * Context: conf_lock held.
 */
void l4lb_server_settle(struct l4lb_server *srv)
{
	lockdep_assert_held(&srv->ln->conf_lock);
	hlist_add_head_rcu(&srv->at_node, &srv->ln->at[server_at(&srv->ep.addr)]);
}

static bool server_is_at(const struct l4lb_server *srv,
			 const union l4lb_addr *addr, u8 family)
{
	return srv->ep.family == family && l4lb_addr_equal(&srv->ep.addr, addr);
}

/**
 * l4lb_server_tunnel() - who is at the far end of a tunnel?
 * @ln: namespace
 * @addr: the far end
 * @family: of @addr and @source
 * @source: the near end
 *
 * Context: RCU read side.
 * Return: a server, of any service, to which packets go by such a tunnel; or
 * NULL.
 */
struct l4lb_server *l4lb_server_tunnel(const struct l4lb_net *ln,
				       const union l4lb_addr *addr, u8 family,
				       const union l4lb_addr *source)
{
	union l4lb_addr near;
	struct l4lb_server *srv;

	hlist_for_each_entry_rcu(srv, &ln->at[server_at(addr)], at_node)
		if (server_is_at(srv, addr, family) &&
		    READ_ONCE(srv->method) == L4LB_METHOD_TUNNEL &&
		    l4lb_server_source(srv, &near) &&
		    l4lb_addr_equal(&near, source))
			return srv;
	return NULL;
}

/**
 * l4lb_server_shrink() - the way to a server takes smaller packets than it did
 * @ln: namespace
 * @addr: the server's address
 * @family: of @addr
 * @mtu: bytes that it takes, as the kernel's routes say from now on
 *
 * The routes that the servers at @addr remember are forgotten if they say
 * otherwise.
 *
 * Context: RCU read side, BH off.
 */
void l4lb_server_shrink(const struct l4lb_net *ln, const union l4lb_addr *addr,
			u8 family, u32 mtu)
{
	const struct dst_entry *dst;
	struct l4lb_server *srv;

	hlist_for_each_entry_rcu(srv, &ln->at[server_at(addr)], at_node) {
		if (!server_is_at(srv, addr, family))
			continue;
		dst = rcu_dereference(srv->route.dst);
		if (dst && dst_mtu(dst) > mtu)
			l4lb_route_drop(&srv->route);
	}
}

/**
 * l4lb_server_release() - let go of what a device needs back before it can go
 * @ln: namespace with a device that is being unregistered
 *
 * A route of IPv6 to a neighbour is of nobody's but its user (see
 * route_server6()), and holds the entry of the table that it was made from; the
 * entry holds the device. The kernel takes back the routes that it knows, and those
 * of IPv4 hold a device only as such.
 *
 * Context: RTNL held; no packet that came before the device was closed is on its
 * way any more, and none after caches a route through it.
 */
void l4lb_server_release(const struct l4lb_net *ln)
{
	const struct dst_entry *dst;
	struct l4lb_server *srv;
	u32 i;

	rcu_read_lock();
	for (i = 0; i < L4LB_SERVER_HEADS; i++)
		hlist_for_each_entry_rcu(srv, &ln->at[i], at_node) {
			dst = rcu_dereference(srv->route.dst);
			if (dst && dst->ops->family == AF_INET6)
				l4lb_route_drop(&srv->route);
		}
	rcu_read_unlock();
}

/**
 * l4lb_server_weight() - the weight that the scheduler is to use
 * @srv: server
 *
 * Context: any.
 * Return: the operator's, or the configured one when the operator has none.
 */
u32 l4lb_server_weight(const struct l4lb_server *srv)
{
	s32 weight = READ_ONCE(srv->oper_weight);
	const struct l4lb_server_conf *conf;

	if (weight >= 0)
		return weight;
	rcu_read_lock();
	conf = rcu_dereference(srv->conf);
	weight = conf ? conf->weight : 0;
	rcu_read_unlock();
	return weight;
}

static bool server_full(const struct l4lb_server *srv, bool overload)
{
	u32 conns = atomic_read(&srv->active) + atomic_read(&srv->inactive);
	const struct l4lb_server_conf *conf;
	bool full = false;

	rcu_read_lock();
	conf = rcu_dereference(srv->conf);
	/* An empty server is never full, whatever min_conns was rounded to. */
	if (conf && conf->max_conns)
		full = conns >= conf->max_conns ||
		       (overload && conns && conns >= conf->min_conns);
	rcu_read_unlock();
	return full;
}

/**
 * l4lb_server_overload() - is the server at its limit of connections?
 * @srv: server whose counters or limits have changed
 *
 * Full at max_conns, and until below min_conns.
 *
 * Context: any but hard interrupt.
 */
void l4lb_server_overload(struct l4lb_server *srv)
{
	bool was = READ_ONCE(srv->overload), full;

	for (;;) {
		full = server_full(srv, was);
		if (full == was)
			return;
		WRITE_ONCE(srv->overload, full);
		/*
		 * The counters must be read again after the flag was written:
		 * who moved them in between has looked at the flag before.
		 * Pairs with the barriers around the counters' atomics in
		 * l4lb_server_conn_opened() and _closed().
		 */
		smp_mb();
		was = full;
	}
}

static void server_moved(struct l4lb_server *srv)
{
	l4lb_server_overload(srv);
	l4lb_sched_server_changed(srv);
}

/**
 * l4lb_server_conn_opened() - a server has one more connection
 * @srv: server
 * @active: the entry is active, else inactive
 *
 * Context: any but hard interrupt, bucket locks may be held.
 */
void l4lb_server_conn_opened(struct l4lb_server *srv, bool active)
{
	/* Returning atomics are fully ordered, as l4lb_server_overload() needs */
	atomic_inc_return(active ? &srv->active : &srv->inactive);
	server_moved(srv);
}

/**
 * l4lb_server_conn_moved() - a connection has changed sides
 * @srv: its server
 * @active: it is active now, else inactive now
 *
 * Context: any but hard interrupt, bucket locks may be held.
 */
void l4lb_server_conn_moved(struct l4lb_server *srv, bool active)
{
	/* Up before down: the sum never looks smaller than it is. */
	atomic_inc(active ? &srv->active : &srv->inactive);
	atomic_dec(active ? &srv->inactive : &srv->active);
	l4lb_sched_server_changed(srv);
}

/**
 * l4lb_server_conn_closed() - a server has one connection less
 * @srv: server
 * @active: the entry was active, else inactive
 *
 * Context: any but hard interrupt, bucket locks may be held.
 */
void l4lb_server_conn_closed(struct l4lb_server *srv, bool active)
{
	atomic_dec_return(active ? &srv->active : &srv->inactive);
	server_moved(srv);
}

/**
 * l4lb_server_linger() - a server has left the configuration
 * @ln: namespace
 * @srv: server that was published
 *
 * Context: conf_lock held; takes rt->lock.
 */
void l4lb_server_linger(struct l4lb_net *ln, struct l4lb_server *srv)
{
	lockdep_assert_held(&ln->conf_lock);
	spin_lock_bh(&srv->rt->lock);
	WRITE_ONCE(srv->gone, 1);
	list_add_tail_rcu(&srv->linger_node, &srv->rt->linger);
	spin_unlock_bh(&srv->rt->lock);
	/* Packets that began before may still open connections to it. */
	srv->gone_rcu = get_state_synchronize_rcu();
	list_add_tail(&srv->gone_node, &ln->lingering);
}

/**
 * l4lb_server_revive() - a server that lingered is configured again
 * @srv: server
 *
 * As if it were new, but for its connections: whether one of them was left is no
 * reason for what an operator or a checker said about it to stay.
 *
 * Context: conf_lock and state_lock held; takes rt->lock.
 */
void l4lb_server_revive(struct l4lb_server *srv)
{
	lockdep_assert_held(&srv->ln->conf_lock);
	list_del_init(&srv->gone_node);
	srv->drained = 0;
	memset(srv->text, 0, sizeof(srv->text));
	spin_lock_bh(&srv->rt->lock);
	WRITE_ONCE(srv->admin, L4LB_ADMIN_ENABLED);
	WRITE_ONCE(srv->health, L4LB_HEALTH_UP);
	WRITE_ONCE(srv->oper_weight, -1);
	WRITE_ONCE(srv->deadline, 0);
	list_del_rcu(&srv->linger_node);
	WRITE_ONCE(srv->gone, 0);
	spin_unlock_bh(&srv->rt->lock);
}

/*
 * A server that was draining when it was deleted has no connection left. Of one
 * whose service has left as well nothing can be said.
 */
static void server_drained(struct l4lb_net *ln, struct l4lb_server *srv)
{
	const struct l4lb_service *svc;

	mutex_lock(&ln->state_lock);
	if (srv->admin == L4LB_ADMIN_DRAIN && !srv->drained) {
		rcu_read_lock();
		svc = l4lb_slots_get(&ln->services, srv->rt->id);
		if (svc)
			l4lb_notify_drain(ln, svc, srv);
		rcu_read_unlock();
		WRITE_ONCE(srv->drained, 1);
	}
	mutex_unlock(&ln->state_lock);
}

static void server_endpoint_put(struct l4lb_net *ln, struct l4lb_rs *rs)
{
	if (rs && !--rs->refs)
		list_add_tail(&rs->idle, &ln->idle_endpoints);
}

/* The service's sums must not fall when the server's counters go. */
static void server_bury(struct l4lb_net *ln, struct l4lb_server *srv)
{
	struct l4lb_service_rt *rt = srv->rt;
	struct l4lb_sums sums = {};

	l4lb_stats_server(srv, &sums);
	spin_lock_bh(&rt->lock);
	rt->past.conns += sums.conns;
	rt->past.packets_in += sums.packets_in;
	rt->past.bytes_in += sums.bytes_in;
	rt->past.packets_out += sums.packets_out;
	rt->past.bytes_out += sums.bytes_out;
	list_del_rcu(&srv->linger_node);
	spin_unlock_bh(&rt->lock);
	list_del(&srv->gone_node);
	l4lb_slots_clear(&ln->servers, srv->id, READ_ONCE(ln->conns.sweep));
	server_endpoint_put(ln, srv->endpoint);
	ln->nr_servers_all--;
	l4lb_server_retire(srv);
}

/**
 * l4lb_server_reap() - end servers that are gone and without connections
 * @ln: namespace
 *
 * Context: process, may sleep; conf_lock held.
 * Return: true when one was.
 */
bool l4lb_server_reap(struct l4lb_net *ln)
{
	struct l4lb_server *srv, *next;
	bool any = false;

	lockdep_assert_held(&ln->conf_lock);
	list_for_each_entry_safe(srv, next, &ln->lingering, gone_node) {
		/*
		 * Once the grace period is over nobody opens connections to
		 * it, so counters that are 0 then stay 0. Without hooks there
		 * are no packets; whoever unregistered them has waited.
		 */
		if (ln->active && !poll_state_synchronize_rcu(srv->gone_rcu))
			continue;
		if (atomic_read(&srv->active) || atomic_read(&srv->inactive))
			continue;
		server_drained(ln, srv);
		server_bury(ln, srv);
		any = true;
	}
	/* Without memory the endpoints stay idle; the next reap tries again. */
	if (!list_empty(&ln->idle_endpoints))
		l4lb_txn_drop_endpoints(ln);
	return any;
}

#define STATE_BAD(st, extack, attr, msg) do {				\
	NL_SET_ERR_MSG(extack, msg);					\
	if ((st)->tb)							\
		NL_SET_BAD_ATTR(extack, (st)->tb[attr]);		\
} while (0)

static int state_check(const struct l4lb_server_state *st,
		       struct netlink_ext_ack *extack)
{
	if (st->present & BIT(L4LB_A_SERVER_ADMIN) &&
	    (!st->admin || st->admin > L4LB_ADMIN_MAX)) {
		STATE_BAD(st, extack, L4LB_A_SERVER_ADMIN,
			  "a server is enabled, draining or disabled");
		return -EINVAL;
	}
	if (st->present & BIT(L4LB_A_SERVER_HEALTH) &&
	    (!st->health || st->health > L4LB_HEALTH_MAX)) {
		STATE_BAD(st, extack, L4LB_A_SERVER_HEALTH,
			  "the health of a server is up or down");
		return -EINVAL;
	}
	if (st->present & BIT(L4LB_A_SERVER_OPER_WEIGHT) &&
	    (st->oper_weight < -1 || st->oper_weight > L4LB_WEIGHT_MAX)) {
		STATE_BAD(st, extack, L4LB_A_SERVER_OPER_WEIGHT,
			  "weight is 0 to 65535, or -1 for the configured one");
		return -ERANGE;
	}
	if (!(st->present & BIT(L4LB_A_SERVER_DEADLINE)))
		return 0;
	if (!(st->present & BIT(L4LB_A_SERVER_ADMIN)) ||
	    st->admin != L4LB_ADMIN_DRAIN) {
		STATE_BAD(st, extack, L4LB_A_SERVER_DEADLINE,
			  "a deadline is for draining: give it with drain");
		return -EINVAL;
	}
	if (st->deadline > L4LB_TIMEOUT_MAX) {
		STATE_BAD(st, extack, L4LB_A_SERVER_DEADLINE,
			  "a deadline is 1 to 2000000 seconds, or 0 for none");
		return -ERANGE;
	}
	return 0;
}

static struct l4lb_server *state_server(const struct l4lb_service *svc,
					const struct l4lb_server_state *st)
{
	struct l4lb_endpoint ep = st->server;
	const struct l4lb_server_conf *conf;
	struct l4lb_server *srv;
	u32 pos;

	if (!st->server_name[0]) {
		ep.proto = svc->key.proto;
		if (!(st->present & BIT(L4LB_A_SERVER_PORT)))
			ep.port = l4lb_key_server_port(&svc->key);
		return l4lb_sched_lookup(svc->sched, &ep, NULL);
	}
	for (pos = 0; pos < svc->sched->nr; pos++) {
		srv = svc->sched->slot[pos].server;
		conf = rcu_dereference(srv->conf);
		if (!strncmp(conf->name, st->server_name, L4LB_NAME_MAX))
			return srv;
	}
	return NULL;
}

/*
 * The end of a drain; 0 is none, as is the end of one that is over. Given again
 * the seconds begin anew; drain alone leaves a deadline as it is.
 */
static unsigned long state_deadline(const struct l4lb_server *srv,
				    const struct l4lb_server_state *st, u8 admin)
{
	if (admin != L4LB_ADMIN_DRAIN)
		return 0;
	if (!(st->present & BIT(L4LB_A_SERVER_DEADLINE)))
		return srv->deadline;
	if (!st->deadline)
		return 0;
	return (jiffies + (unsigned long)st->deadline * HZ) ? : 1;
}

/* Context: state_lock, so what is published now stays. */
static bool state_apply(struct l4lb_server *srv,
			const struct l4lb_server_state *st)
{
	u8 admin = srv->admin, health = srv->health;
	s32 weight = srv->oper_weight;
	unsigned long deadline;
	bool text = false;

	if (st->present & BIT(L4LB_A_SERVER_ADMIN))
		admin = st->admin;
	if (st->present & BIT(L4LB_A_SERVER_HEALTH))
		health = st->health;
	if (st->present & BIT(L4LB_A_SERVER_OPER_WEIGHT))
		weight = st->oper_weight;
	if (st->present & BIT(L4LB_A_SERVER_TEXT))
		text = strncmp(srv->text, st->text, sizeof(srv->text));
	deadline = state_deadline(srv, st, admin);
	if (!text && admin == srv->admin && health == srv->health &&
	    weight == srv->oper_weight && deadline == srv->deadline)
		return false;
	if (text)
		strscpy_pad(srv->text, st->text, sizeof(srv->text));
	if (admin == L4LB_ADMIN_DRAIN &&
	    (admin != srv->admin || deadline != srv->deadline)) {
		WRITE_ONCE(srv->drained, 0);
		WRITE_ONCE(srv->ln->draining, true);
		l4lb_conns_wake(&srv->ln->conns);
	}
	spin_lock_bh(&srv->rt->lock);
	WRITE_ONCE(srv->admin, admin);
	WRITE_ONCE(srv->health, health);
	WRITE_ONCE(srv->oper_weight, weight);
	WRITE_ONCE(srv->deadline, deadline);
	l4lb_sched_refresh(srv);
	spin_unlock_bh(&srv->rt->lock);
	return true;
}

/**
 * l4lb_server_state_set() - what operator or checker say about a server
 * @ln: namespace
 * @st: which server, and what
 * @extack: for the sentence
 *
 * Never waits for a commit: takes state_lock, not conf_lock. Sends
 * %L4LB_CMD_SERVER_STATE_NTF when something changed.
 *
 * Context: process, may sleep.
 * Return: 0; -EINVAL, -ERANGE or -ENOENT with a sentence.
 */
int l4lb_server_state_set(struct l4lb_net *ln,
			  const struct l4lb_server_state *st,
			  struct netlink_ext_ack *extack)
{
	const struct l4lb_table *table;
	struct l4lb_service *svc;
	struct l4lb_server *srv = NULL;
	int err;

	err = state_check(st, extack);
	if (err)
		return err;
	mutex_lock(&ln->state_lock);
	rcu_read_lock();
	table = rcu_dereference(ln->table);
	if (st->service_name[0])
		svc = l4lb_service_by_name(table->names, st->service_name);
	else
		svc = l4lb_service_lookup(table->services, &st->service);
	if (svc)
		srv = state_server(svc, st);
	rcu_read_unlock();
	if (!svc) {
		STATE_BAD(st, extack, L4LB_A_SERVER_SERVICE, "no such service");
		err = -ENOENT;
	} else if (!srv) {
		STATE_BAD(st, extack, L4LB_A_SERVER_ADDR,
			  "the service has no such server");
		err = -ENOENT;
	} else if (state_apply(srv, st)) {
		/* The lock keeps @svc and @srv published, hence alive. */
		l4lb_notify_server(ln, L4LB_CMD_SERVER_STATE_NTF, svc, srv);
	}
	mutex_unlock(&ln->state_lock);
	return err;
}
