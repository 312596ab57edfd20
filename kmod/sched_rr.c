// SPDX-License-Identifier: GPL-2.0
/*
 * Round robin: servers in list order, one after the other, whatever their
 * weights; weight 0 and excluded servers are passed over.
 *
 * Concurrency: the only state is the cursor. A choice is made by moving it from
 * the value that was read when choosing, so of several CPUs that choose at
 * once one succeeds and the others choose again: the order is exact on any
 * number of CPUs, and some CPU always gets on.
 */
#include "sched.h"
#include "server.h"
#include "service.h"

static bool rr_next(const struct l4lb_sched_data *sd, struct l4lb_pick *pick,
		    bool passed)
{
	u64 seen = atomic64_read(&sd->cursor);
	const struct l4lb_sched_slot *slot;
	u32 i, pos = (u32)seen;

	for (i = 0; i < sd->nr; i++, pos++) {
		if (pos >= sd->nr)
			pos = 0;
		slot = &sd->slot[pos];
		if (l4lb_server_excluded(slot->server, READ_ONCE(slot->weight)))
			continue;
		if (unlikely(READ_ONCE(slot->passed)) && !passed)
			continue;
		pick->server = slot->server;
		pick->pos = pos;
		pick->seen = seen;
		return true;
	}
	return false;
}

static bool rr_pick(const struct l4lb_sched_data *sd,
		    const struct l4lb_packet *pkt, struct l4lb_pick *pick)
{
	/* Those that have had their share only when there is nobody else. */
	return rr_next(sd, pick, false) ||
	       (unlikely(READ_ONCE(sd->cold)) && rr_next(sd, pick, true));
}

static bool rr_commit(struct l4lb_service_rt *rt, struct l4lb_sched_data *sd,
		      const struct l4lb_pick *pick)
{
	u64 next = pick->pos + 1 < sd->nr ? pick->pos + 1 : 0;

	/* Fully ordered; it protects nothing but itself. */
	if (atomic64_cmpxchg(&sd->cursor, pick->seen, next) != pick->seen)
		return false;
	if (unlikely(READ_ONCE(sd->cold)))
		l4lb_ramp_took_slow(rt, sd, pick->pos);
	return true;
}

/* For explain: how many servers would be asked before this one. */
static u64 rr_score(const struct l4lb_sched_data *sd, u32 pos)
{
	u32 at = (u32)atomic64_read(&sd->cursor);

	return pos >= at ? pos - at : pos + sd->nr - at;
}

const struct l4lb_sched_ops l4lb_sched_rr = {
	.name = "rr",
	.unweighted = true,
	.ramp_wait = 1,
	.pick = rr_pick,
	.commit = rr_commit,
	.score = rr_score,
};

#ifdef L4LB_KUNIT
#include "sched_rr_test.c"
#endif
