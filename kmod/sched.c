// SPDX-License-Identifier: GPL-2.0
/* What all schedulers share. */
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include "sched.h"
#include "server.h"
#include "service.h"

static const struct l4lb_sched_ops * const sched_all[] = {
	&l4lb_sched_rr,
	&l4lb_sched_wlc,
};

/* With no more servers than this, a walk is as fast as an index. */
#define L4LB_SCHED_FEW	8u

/**
 * l4lb_sched_find() - scheduler by name
 * @name: as people type it
 *
 * Return: the scheduler or NULL.
 */
const struct l4lb_sched_ops *l4lb_sched_find(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sched_all); i++)
		if (!strcmp(sched_all[i]->name, name))
			return sched_all[i];
	return NULL;
}

/**
 * l4lb_sched_alloc() - room for the servers of one version of a service
 * @ops: scheduler
 * @nr: servers; the caller fills in @slot[].server and @slot[].weight, then
 *	calls l4lb_sched_index() and @ops->rebuild()
 * @gfp: GFP_KERNEL or GFP_KERNEL_ACCOUNT
 *
 * Context: process, may sleep.
 * Return: the data or NULL.
 */
struct l4lb_sched_data *l4lb_sched_alloc(const struct l4lb_sched_ops *ops,
					 u32 nr, gfp_t gfp)
{
	u32 index = nr > L4LB_SCHED_FEW ? roundup_pow_of_two(nr) * 2 : 0;
	struct l4lb_sched_data *sd;
	size_t size;

	size = size_add(struct_size(sd, slot, nr),
			size_mul(index, sizeof(*sd->index)));
	sd = kvzalloc(size, gfp);
	if (!sd)
		return NULL;
	sd->ops = ops;
	sd->nr = nr;
	if (index) {
		sd->index = (u32 *)&sd->slot[nr];
		sd->index_mask = index - 1;
	}
	if (ops->init && ops->init(sd, gfp)) {
		kvfree(sd);
		return NULL;
	}
	return sd;
}

/**
 * l4lb_sched_free() - free data that nobody reads
 * @ops: its scheduler
 * @sd: data or NULL
 *
 * Context: any but hard interrupt.
 */
void l4lb_sched_free(const struct l4lb_sched_ops *ops,
		     struct l4lb_sched_data *sd)
{
	if (!sd)
		return;
	if (ops->exit)
		ops->exit(sd);
	kvfree(sd);
}

static void sched_free_rcu(struct rcu_head *rcu)
{
	struct l4lb_sched_data *sd = container_of(rcu, struct l4lb_sched_data,
						  rcu);

	l4lb_sched_free(sd->ops, sd);
}

/**
 * l4lb_sched_retire() - free data after its last reader
 * @sd: data that no new reader can find
 *
 * Context: any.
 */
void l4lb_sched_retire(struct l4lb_sched_data *sd)
{
	call_rcu(&sd->rcu, sched_free_rcu);
}

/* Published, since other directors are to find the same. */
static const siphash_key_t sched_server_key = {
	{ 0x6c346c622d736572ull, 0x7665722d31323334ull }
};

/* Address and port: a server of TCP and of UDP is the same server. */
static u64 sched_server_hash(const struct l4lb_server *srv)
{
	struct l4lb_endpoint ep = srv->ep;

	ep.proto = 0;
	return siphash(&ep, sizeof(ep), &sched_server_key);
}

/**
 * l4lb_sched_index() - let servers be found by endpoint, and by hash
 * @sd: data with @slot[].server filled in
 *
 * Context: before @sd is published.
 */
void l4lb_sched_index(struct l4lb_sched_data *sd)
{
	u32 pos, i;

	for (pos = 0; pos < sd->nr; pos++)
		sd->slot[pos].key = sched_server_hash(sd->slot[pos].server);
	if (!sd->index)
		return;
	for (pos = 0; pos < sd->nr; pos++) {
		i = l4lb_endpoint_hash(&sd->slot[pos].server->ep);
		while (sd->index[i & sd->index_mask])
			i++;
		sd->index[i & sd->index_mask] = pos + 1;
	}
}

/**
 * l4lb_sched_lookup() - a server by its endpoint
 * @sd: data
 * @ep: address, port, protocol
 * @pos: out: its position, when found; or NULL
 *
 * Context: RCU read side or conf_lock.
 * Return: the server or NULL.
 */
struct l4lb_server *l4lb_sched_lookup(const struct l4lb_sched_data *sd,
				      const struct l4lb_endpoint *ep, u32 *pos)
{
	u32 i, p;

	if (!sd->index) {
		for (p = 0; p < sd->nr; p++)
			if (l4lb_endpoint_equal(&sd->slot[p].server->ep, ep))
				goto found;
		return NULL;
	}
	/* At most half full, so every walk meets an empty place. */
	for (i = l4lb_endpoint_hash(ep); sd->index[i & sd->index_mask]; i++) {
		p = sd->index[i & sd->index_mask] - 1;
		if (l4lb_endpoint_equal(&sd->slot[p].server->ep, ep))
			goto found;
	}
	return NULL;

found:
	if (pos)
		*pos = p;
	return sd->slot[p].server;
}

/* Where the rotation goes on: at the next server of the old order that stays. */
static void sched_keep_cursor(struct l4lb_sched_data *sd,
			      const struct l4lb_sched_data *was)
{
	u32 i, pos, at = (u32)atomic64_read(&was->cursor);
	const struct l4lb_server *srv;

	for (i = 0; i < was->nr; i++) {
		srv = was->slot[(at + i) % was->nr].server;
		pos = srv->pos;
		if (pos < sd->nr && sd->slot[pos].server == srv) {
			atomic64_set(&sd->cursor, pos);
			return;
		}
	}
}

/**
 * l4lb_sched_take_over() - new data take the place of old
 * @rt: service
 * @sd: data of the version that is now published
 *
 * Servers that stay keep their turn, newcomers start at the turn of the last
 * pick, so that they neither starve nor get a burst.
 *
 * Context: rt->lock held.
 */
void l4lb_sched_take_over(struct l4lb_service_rt *rt,
			  struct l4lb_sched_data *sd)
{
	struct l4lb_sched_data *was;
	struct l4lb_server *srv;
	u32 i;

	lockdep_assert_held(&rt->lock);
	was = rcu_dereference_protected(rt->sched, lockdep_is_held(&rt->lock));
	sd->vtime = was ? was->vtime : 0;
	for (i = 0; i < sd->nr; i++) {
		srv = sd->slot[i].server;
		sd->slot[i].turn = sd->vtime;
		if (was && srv->pos < was->nr &&
		    was->slot[srv->pos].server == srv)
			sd->slot[i].turn = was->slot[srv->pos].turn;
		srv->pos = i;
		WRITE_ONCE(sd->slot[i].weight, l4lb_server_weight(srv));
	}
	if (was && was->nr)
		sched_keep_cursor(sd, was);
	rcu_assign_pointer(rt->sched, sd);
	if (sd->ops->rebuild)
		sd->ops->rebuild(sd);
}

/**
 * l4lb_sched_refresh() - take over a server's weight and state
 * @srv: server
 *
 * Context: @srv->rt->lock held.
 */
void l4lb_sched_refresh(struct l4lb_server *srv)
{
	struct l4lb_service_rt *rt = srv->rt;
	struct l4lb_sched_data *sd;

	sd = rcu_dereference_protected(rt->sched, lockdep_is_held(&rt->lock));
	if (!sd || srv->pos >= sd->nr || sd->slot[srv->pos].server != srv)
		return;
	WRITE_ONCE(sd->slot[srv->pos].weight, l4lb_server_weight(srv));
	if (sd->ops->update)
		sd->ops->update(sd, srv->pos);
}

/**
 * l4lb_sched_server_changed() - a server's counters, weight or state changed
 * @srv: server
 *
 * Context: any but hard interrupt; takes rt->lock if the scheduler cares.
 */
void l4lb_sched_server_changed(struct l4lb_server *srv)
{
	struct l4lb_service_rt *rt = srv->rt;
	struct l4lb_sched_data *sd;
	bool cares;

	rcu_read_lock();
	sd = rcu_dereference(rt->sched);
	cares = sd && sd->ops->update;
	rcu_read_unlock();
	if (!cares)
		return;
	spin_lock_bh(&rt->lock);
	sd = rcu_dereference_protected(rt->sched, lockdep_is_held(&rt->lock));
	if (sd && sd->ops->update && srv->pos < sd->nr &&
	    sd->slot[srv->pos].server == srv)
		sd->ops->update(sd, srv->pos);
	spin_unlock_bh(&rt->lock);
}

/* A ramp begins with this many thousandths of a server's share. */
#define L4LB_RAMP_LEAST	100u

/**
 * l4lb_sched_ramp() - how far a server's slow start has come
 * @srv: server
 * @slow_start: of its service, seconds
 *
 * Context: any.
 * Return: thousandths of its share of new connections that it may have; 1000
 * when it is warm.
 */
u32 l4lb_sched_ramp(const struct l4lb_server *srv, u32 slow_start)
{
	unsigned long from = READ_ONCE(srv->ramp_from), gone;
	unsigned long all = (unsigned long)slow_start * HZ;

	if (!from || !slow_start)
		return 1000;
	gone = jiffies - from;
	if (gone >= all)
		return 1000;
	return L4LB_RAMP_LEAST +
	       div_u64((u64)gone * (1000 - L4LB_RAMP_LEAST), all);
}
