// SPDX-License-Identifier: GPL-2.0
/*
 * Slow start. A server that becomes usable in a running service has no
 * connections, so that a scheduler which counts them would give it all new
 * ones at once. For slow_start seconds it may have no more than a part of its
 * share of new connections, which grows from a tenth to all of it; its share
 * is its weight's part of all. Beyond that it is passed over, unless
 * nobody else can take the connection.
 *
 * Picks are counted. Who is picked is due again after
 * (sum of weights) / (weight * part) picks, and passed over until then. What it
 * did not take it cannot claim later, but for what it lost while it waited for
 * its turn or for a random draw.
 *
 * When fewer than half of the usable servers are warm, there is nobody to
 * compare with, and nobody is passed over. A server that comes when no other
 * is usable is warm at once.
 *
 * Concurrency: rt->lock is held by everything that writes. Picks read
 * &l4lb_sched_slot.passed, or what the scheduler has made of it.
 */
#include <linux/jiffies.h>
#include <linux/math64.h>

#include "sched.h"
#include "server.h"
#include "service.h"

/* A ramp begins with this many thousandths of a server's share. */
#define L4LB_RAMP_LEAST	100u

/* Parts of a pick that &l4lb_sched_slot.due counts in. */
#define L4LB_RAMP_SHIFT	8

/* Jiffies after which the servers are counted again. */
#define L4LB_RAMP_COUNT	(HZ / 10)

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
	       div64_ul((u64)gone * (1000 - L4LB_RAMP_LEAST), all);
}

/**
 * l4lb_sched_ramp_now() - the part of its share that a server may have now
 * @srv: server
 *
 * Context: RCU read side.
 * Return: thousandths; 1000 also while too few servers are warm for anybody to
 * be passed over.
 */
u32 l4lb_sched_ramp_now(const struct l4lb_server *srv)
{
	const struct l4lb_sched_data *sd = rcu_dereference(srv->rt->sched);

	if (!sd || !READ_ONCE(sd->ramping))
		return 1000;
	return l4lb_sched_ramp(srv, sd->slow_start);
}

/**
 * l4lb_ramp_begin() - a server has become usable
 * @sd: data
 * @pos: its position
 *
 * Context: rt->lock held; l4lb_ramp_count() must follow.
 */
void l4lb_ramp_begin(struct l4lb_sched_data *sd, u32 pos)
{
	if (sd->ops->no_ramp)
		return;
	WRITE_ONCE(sd->slot[pos].server->ramp_from, jiffies ? : 1);
	sd->slot[pos].due = sd->picks << L4LB_RAMP_SHIFT;
}

/**
 * l4lb_ramp_end() - a server is warm, or not usable any more
 * @sd: data
 * @pos: its position
 *
 * Context: rt->lock held.
 */
void l4lb_ramp_end(struct l4lb_sched_data *sd, u32 pos)
{
	WRITE_ONCE(sd->slot[pos].server->ramp_from, 0);
}

static void ramp_pass(struct l4lb_sched_data *sd, u32 pos, bool passed)
{
	struct l4lb_sched_slot *slot = &sd->slot[pos];

	if (slot->passed == passed)
		return;
	WRITE_ONCE(slot->passed, passed);
	if (sd->ops->update)
		sd->ops->update(sd, pos);
}

static u32 ramp_weight(const struct l4lb_sched_data *sd,
		       const struct l4lb_sched_slot *slot)
{
	return sd->ops->unweighted ? 1 : slot->weight;
}

/* Number of the next pick. */
static u64 ramp_next(const struct l4lb_sched_data *sd)
{
	return (sd->picks + 1) << L4LB_RAMP_SHIFT;
}

/* Let those go on that are due, and remember who is next. */
static void ramp_release(struct l4lb_sched_data *sd)
{
	u64 next = ramp_next(sd);
	u32 pos;

	sd->next_due = U64_MAX;
	for (pos = 0; pos < sd->nr; pos++) {
		if (!sd->slot[pos].passed)
			continue;
		if (!sd->ramping || !sd->slot[pos].server->ramp_from ||
		    sd->slot[pos].due <= next)
			ramp_pass(sd, pos, false);
		else
			sd->next_due = min(sd->next_due, sd->slot[pos].due);
	}
}

/**
 * l4lb_ramp_count() - who is usable, and who of them is warm?
 * @sd: data
 *
 * Context: rt->lock held.
 */
void l4lb_ramp_count(struct l4lb_sched_data *sd)
{
	u32 pos, usable = 0, cold = 0;
	struct l4lb_sched_slot *slot;

	if (!sd->slow_start && !sd->cold)
		return;
	sd->shares = 0;
	for (pos = 0; pos < sd->nr; pos++) {
		slot = &sd->slot[pos];
		if (!slot->usable)
			continue;
		usable++;
		sd->shares += ramp_weight(sd, slot);
		if (l4lb_sched_ramp(slot->server, sd->slow_start) < 1000)
			cold++;
		else
			l4lb_ramp_end(sd, pos);
	}
	if (cold == usable) {
		for (pos = 0; pos < sd->nr; pos++)
			l4lb_ramp_end(sd, pos);
		cold = 0;
	}
	WRITE_ONCE(sd->counted, jiffies);
	WRITE_ONCE(sd->cold, cold);
	WRITE_ONCE(sd->ramping, cold && (usable - cold) * 2 >= usable);
	ramp_release(sd);
}

/*
 * How much later than due a pick is still in time, so that the next one is not
 * put off: up to one pick, so that parts of picks add up, and as long as it may
 * take until a server that is due is picked. Weights sum up below 2^48: nothing
 * overflows.
 */
static u64 ramp_late(const struct l4lb_sched_data *sd, u32 weight)
{
	u64 late = (1 << L4LB_RAMP_SHIFT) - 1;

	if (sd->ops->ramp_wait)
		late += div_u64((sd->shares * sd->ops->ramp_wait) <<
				L4LB_RAMP_SHIFT, weight);
	return late;
}

/**
 * l4lb_ramp_took() - a pick while a server is in slow start
 * @sd: data with @cold
 * @pos: position of the server that was picked
 *
 * Context: rt->lock held.
 */
void l4lb_ramp_took(struct l4lb_sched_data *sd, u32 pos)
{
	struct l4lb_sched_slot *slot = &sd->slot[pos];
	u32 part, weight = ramp_weight(sd, slot);
	u64 now, late;

	if (time_after_eq(jiffies, sd->counted + L4LB_RAMP_COUNT))
		l4lb_ramp_count(sd);
	/* Hash schedulers divide by the hash. */
	if (!sd->ramping || sd->ops->hash)
		return;
	now = ramp_next(sd);
	sd->picks++;
	part = l4lb_sched_ramp(slot->server, sd->slow_start);
	if (part < 1000 && weight) {
		late = ramp_late(sd, weight);
		slot->due = max(slot->due + late, now) - late +
			    div64_u64((sd->shares * 1000) << L4LB_RAMP_SHIFT,
				      (u64)weight * part);
		if (slot->due > ramp_next(sd)) {
			ramp_pass(sd, pos, true);
			sd->next_due = min(sd->next_due, slot->due);
		}
	}
	if (sd->next_due <= ramp_next(sd))
		ramp_release(sd);
}

/**
 * l4lb_ramp_took_slow() - the same for those who commit without the lock
 * @rt: service
 * @sd: data with @cold
 * @pos: position of the server that was picked
 *
 * Context: BH off.
 */
void l4lb_ramp_took_slow(struct l4lb_service_rt *rt, struct l4lb_sched_data *sd,
			 u32 pos)
{
	/* By the hash it is chosen: only the time has to be looked at. */
	if (sd->ops->hash &&
	    !time_after_eq(jiffies, READ_ONCE(sd->counted) + L4LB_RAMP_COUNT))
		return;
	spin_lock(&rt->lock);
	l4lb_ramp_took(sd, pos);
	spin_unlock(&rt->lock);
}

#ifdef L4LB_KUNIT
#include "sched_ramp_test.c"
#endif
