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
	&l4lb_sched_dh,
	&l4lb_sched_fo,
	&l4lb_sched_lc,
	&l4lb_sched_mh,
	&l4lb_sched_nq,
	&l4lb_sched_ovf,
	&l4lb_sched_rr,
	&l4lb_sched_sed,
	&l4lb_sched_sh,
	&l4lb_sched_twos,
	&l4lb_sched_wlc,
	&l4lb_sched_wrr,
};

/* For what schedulers do later, see l4lb_sched_renew(). */
static struct workqueue_struct *sched_wq;

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

/* Could the server be picked, were it not full? */
static bool sched_usable(const struct l4lb_server *srv, u32 weight)
{
	enum l4lb_reason why = l4lb_server_excluded(srv, weight);

	return weight && (why == L4LB_REASON_UNSPEC ||
			  why == L4LB_REASON_OVERLOAD);
}

/* A server that becomes usable in a running service starts slowly. */
static void sched_look(struct l4lb_sched_data *sd, u32 pos, bool running)
{
	struct l4lb_sched_slot *slot = &sd->slot[pos];
	bool was = slot->usable;

	WRITE_ONCE(slot->weight, l4lb_server_weight(slot->server));
	slot->usable = sched_usable(slot->server, slot->weight);
	if (!slot->usable || !running)
		l4lb_ramp_end(sd, pos);
	else if (!was && sd->slow_start)
		l4lb_ramp_begin(sd, pos);
}

/* What the slot of a server that stays remembers. */
static void sched_keep_slot(struct l4lb_sched_slot *slot,
			    const struct l4lb_sched_slot *was, bool same_ops)
{
	slot->usable = was->usable;
	slot->passed = was->passed;
	slot->due = was->due;
	if (!same_ops)
		return;
	slot->turn = was->turn;
	slot->base = was->base;
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
	const struct l4lb_sched_data *was;
	struct l4lb_server *srv;
	bool same_ops;
	u32 i;

	lockdep_assert_held(&rt->lock);
	was = rcu_dereference_protected(rt->sched, lockdep_is_held(&rt->lock));
	same_ops = was && was->ops == sd->ops;
	sd->vtime = same_ops ? was->vtime : 0;
	sd->vbase = same_ops ? was->vbase : 0;
	sd->picks = was ? was->picks : 0;
	for (i = 0; i < sd->nr; i++) {
		srv = sd->slot[i].server;
		sd->slot[i].turn = sd->vtime;
		sd->slot[i].base = 0;
		if (was && srv->pos < was->nr &&
		    was->slot[srv->pos].server == srv)
			sched_keep_slot(&sd->slot[i], &was->slot[srv->pos],
					same_ops);
		srv->pos = i;
		sched_look(sd, i, was && was->nr);
	}
	if (same_ops && was->nr)
		sched_keep_cursor(sd, was);
	rcu_assign_pointer(rt->sched, sd);
	if (sd->ops->rebuild)
		sd->ops->rebuild(sd);
	l4lb_ramp_count(sd);
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
	sched_look(sd, srv->pos, true);
	if (sd->ops->update)
		sd->ops->update(sd, srv->pos);
	l4lb_ramp_count(sd);
}

/**
 * l4lb_sched_server_changed() - a server's counters have changed
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
	cares = sd && sd->ops->counts;
	rcu_read_unlock();
	if (!cares)
		return;
	spin_lock_bh(&rt->lock);
	sd = rcu_dereference_protected(rt->sched, lockdep_is_held(&rt->lock));
	if (sd && sd->ops->counts && srv->pos < sd->nr &&
	    sd->slot[srv->pos].server == srv)
		sd->ops->update(sd, srv->pos);
	spin_unlock_bh(&rt->lock);
}

/**
 * l4lb_sched_passes() - why a server is passed over
 * @sd: data
 * @pos: position of the server
 * @pkt: packet that looks for one
 *
 * Context: RCU read side.
 * Return: L4LB_REASON_UNSPEC when it may be chosen, else the reason.
 */
enum l4lb_reason l4lb_sched_passes(const struct l4lb_sched_data *sd, u32 pos,
				   const struct l4lb_packet *pkt)
{
	const struct l4lb_sched_slot *slot = &sd->slot[pos];
	enum l4lb_reason why;

	why = l4lb_server_excluded(slot->server, READ_ONCE(slot->weight));
	if (why != L4LB_REASON_UNSPEC)
		return why;
	if (READ_ONCE(slot->passed))
		return L4LB_REASON_RAMPING;
	return sd->ops->passes ? sd->ops->passes(sd, pos, pkt) : why;
}

/**
 * l4lb_sched_later() - have a scheduler's renew() called soon
 * @rt: service
 *
 * Calls that come before it has begun are one.
 *
 * Context: any; the caller knows @rt to be alive.
 */
void l4lb_sched_later(struct l4lb_service_rt *rt)
{
	/* The work has a reference of its own; a queued one has it already. */
	l4lb_service_rt_get(rt);
	if (!queue_work(sched_wq, &rt->renew))
		l4lb_service_rt_put(rt);
}

/**
 * l4lb_sched_renew() - the work of a service's scheduler
 * @work: &l4lb_service_rt.renew
 *
 * Context: process, may sleep.
 */
void l4lb_sched_renew(struct work_struct *work)
{
	struct l4lb_service_rt *rt = container_of(work, struct l4lb_service_rt,
						  renew);
	void (*renew)(struct l4lb_service_rt *rt) = NULL;
	const struct l4lb_sched_data *sd;

	rcu_read_lock();
	sd = rcu_dereference(rt->sched);
	if (sd)
		renew = sd->ops->renew;
	rcu_read_unlock();
	if (renew)
		renew(rt);
	l4lb_service_rt_put(rt);
}

/**
 * l4lb_sched_start() - before there is any service
 *
 * Return: 0 or -ENOMEM.
 */
int l4lb_sched_start(void)
{
	sched_wq = alloc_workqueue("l4lb_sched", WQ_UNBOUND, 0);
	return sched_wq ? 0 : -ENOMEM;
}

/**
 * l4lb_sched_stop() - after the last service has gone
 *
 * Waits for what is still queued.
 */
void l4lb_sched_stop(void)
{
	destroy_workqueue(sched_wq);
}

/**
 * l4lb_sched_flush() - wait for what was put off
 *
 * Context: process, may sleep.
 */
void l4lb_sched_flush(void)
{
	flush_workqueue(sched_wq);
}

#ifdef L4LB_KUNIT
#include "sched_race_test.c"
#endif
