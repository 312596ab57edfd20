// SPDX-License-Identifier: GPL-2.0
/* Services: memory of their versions and of what outlives these. */
#include <linux/slab.h>

#include "sched.h"
#include "service.h"

#define OPTION(number, member) {					\
	.attr = (number),						\
	.offset = offsetof(struct l4lb_service_opts, member),		\
	.size = sizeof_field(struct l4lb_service_opts, member),		\
}

/* So that one walk reads, merges or writes what a new attribute adds to. */
const struct l4lb_service_option
l4lb_service_option[L4LB_SERVICE_OPTIONS] = {
	OPTION(L4LB_A_SERVICE_HASH_PORT, hash_port),
	OPTION(L4LB_A_SERVICE_HASH_FALLBACK, hash_fallback),
	OPTION(L4LB_A_SERVICE_PERSIST, persist),
	OPTION(L4LB_A_SERVICE_PERSIST_PREFIX, persist_prefix),
	OPTION(L4LB_A_SERVICE_ONE_PACKET, one_packet),
	OPTION(L4LB_A_SERVICE_SLOW_START, slow_start),
	OPTION(L4LB_A_SERVICE_ON_DOWN, on_down),
	OPTION(L4LB_A_SERVICE_ON_SERVER_GONE, on_gone),
	OPTION(L4LB_A_SERVICE_TRACK_SEQ, track_seq),
	OPTION(L4LB_A_SERVICE_HALF_OPEN_MAX, half_open_max),
	OPTION(L4LB_A_SERVICE_HOOK, hook),
	OPTION(L4LB_A_SERVICE_TRACK, track),
};

/**
 * l4lb_service_alloc() - a version of a service, all zero
 * @gfp: GFP_KERNEL or GFP_KERNEL_ACCOUNT
 *
 * Context: process, may sleep.
 * Return: the version or NULL.
 */
struct l4lb_service *l4lb_service_alloc(gfp_t gfp)
{
	return kzalloc(sizeof(struct l4lb_service), gfp);
}

/**
 * l4lb_service_free() - free a version that nobody reads
 * @svc: version, or NULL; drops its reference to @svc->rt, if it has one.
 *	@svc->sched is not touched: the next version may have taken it over
 *
 * Context: any.
 */
void l4lb_service_free(struct l4lb_service *svc)
{
	if (!svc)
		return;
	if (svc->rt)
		l4lb_service_rt_put(svc->rt);
	kfree(svc);
}

static void service_free_rcu(struct rcu_head *rcu)
{
	l4lb_service_free(container_of(rcu, struct l4lb_service, rcu));
}

/**
 * l4lb_service_retire() - free a version after its last reader
 * @svc: version that no new reader can find
 *
 * Context: any.
 */
void l4lb_service_retire(struct l4lb_service *svc)
{
	call_rcu(&svc->rcu, service_free_rcu);
}

/**
 * l4lb_service_rt_alloc() - what all versions of a service share
 * @id: number in &l4lb_net.services
 * @gfp: GFP_KERNEL or GFP_KERNEL_ACCOUNT
 *
 * Context: process, may sleep.
 * Return: the object with one reference, the caller's, or NULL.
 */
struct l4lb_service_rt *l4lb_service_rt_alloc(u32 id, gfp_t gfp)
{
	struct l4lb_service_rt *rt = kzalloc(sizeof(*rt), gfp);

	if (!rt)
		return NULL;
	rt->id = id;
	refcount_set(&rt->refs, 1);
	spin_lock_init(&rt->lock);
	INIT_LIST_HEAD(&rt->linger);
	INIT_WORK(&rt->renew, l4lb_sched_renew);
	return rt;
}

/**
 * l4lb_service_rt_get() - one more reference
 * @rt: object that the caller knows to be alive
 *
 * Context: any.
 */
void l4lb_service_rt_get(struct l4lb_service_rt *rt)
{
	refcount_inc(&rt->refs);
}

/**
 * l4lb_service_rt_put() - drop a reference
 * @rt: object
 *
 * References are held by versions and by servers, which drop theirs after a
 * grace period, and by readers that sleep; so with the last one no packet can
 * hold @rt but one that found it through a reader's, hence kfree_rcu().
 *
 * Context: any.
 */
void l4lb_service_rt_put(struct l4lb_service_rt *rt)
{
	if (refcount_dec_and_test(&rt->refs))
		kfree_rcu(rt, rcu);
}
