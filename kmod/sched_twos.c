// SPDX-License-Identifier: GPL-2.0
/*
 * Power of two choices: two servers are drawn by weight, independently, and the
 * one with the lower (active * 256 + inactive) / weight gets the connection,
 * of equals the first that was drawn (Mitzenmacher 2001).
 *
 * The draws come from a keyed hash of the packet and the number of picks so
 * far, so that a choice is pure and explain shows the one that would be made.
 *
 * Who a draw hits is found in sums of weights (Fenwick 1994): sum[i] covers
 * the servers i - (i & -i) to i - 1, so a change of one weight, and a search,
 * touch O(log servers) of them.
 *
 * Concurrency: sums are written under rt->lock and read without it. A reader
 * beside a writer may be led astray: a server that may not be used is
 * drawn again, and after a few draws the next in list order is taken. The number
 * of picks needs no exactness: two packets that see the same one differ.
 */
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include "packet.h"
#include "sched.h"
#include "sched_tree.h"
#include "server.h"
#include "service.h"

/* Draws after which the list is walked from where the last one hit. */
#define TWOS_DRAWS	8u

static int twos_init(struct l4lb_sched_data *sd, gfp_t gfp)
{
	sd->sum = kvcalloc(sd->nr + 1, sizeof(*sd->sum), gfp);
	return sd->sum ? 0 : -ENOMEM;
}

static void twos_exit(struct l4lb_sched_data *sd)
{
	kvfree(sd->sum);
}

/* sum[0], which no server needs, is that of all. */
static void twos_add(struct l4lb_sched_data *sd, u32 pos, s64 weight)
{
	u32 i;

	for (i = pos + 1; i <= sd->nr; i += i & -i)
		WRITE_ONCE(sd->sum[i], sd->sum[i] + weight);
	WRITE_ONCE(sd->sum[0], sd->sum[0] + weight);
}

/* Full servers stay in, as they come and go with each connection. */
static void twos_update(struct l4lb_sched_data *sd, u32 pos)
{
	struct l4lb_sched_slot *slot = &sd->slot[pos];
	enum l4lb_reason why = l4lb_server_excluded(slot->server, slot->weight);
	u32 rank = slot->weight;

	if (why != L4LB_REASON_UNSPEC && why != L4LB_REASON_OVERLOAD)
		rank = 0;
	if (rank == slot->rank)
		return;
	twos_add(sd, pos, (s64)rank - slot->rank);
	slot->rank = rank;
}

static void twos_rebuild(struct l4lb_sched_data *sd)
{
	u32 pos;

	for (pos = 0; pos < sd->nr; pos++)
		twos_update(sd, pos);
}

/* The server whose weights cover @at; a stale sum may give nr. */
static u32 twos_find(const struct l4lb_sched_data *sd, u64 at)
{
	u32 pos = 0, step = rounddown_pow_of_two(sd->nr);
	u64 sum;

	for (; step; step >>= 1) {
		if (step > sd->nr - pos)
			continue;
		sum = READ_ONCE(sd->sum[pos + step]);
		if (sum <= at) {
			at -= sum;
			pos += step;
		}
	}
	return pos;
}

static bool twos_may(const struct l4lb_sched_data *sd, u32 pos, bool passed)
{
	const struct l4lb_sched_slot *slot = &sd->slot[pos];

	return !l4lb_server_excluded(slot->server, READ_ONCE(slot->weight)) &&
	       (passed || !READ_ONCE(slot->passed));
}

/**
 * struct twos_draw - where random numbers come from
 * @sd: data
 * @seed: of this choice
 * @nr: numbers drawn so far
 * @passed: take those, too, that have had their share
 */
struct twos_draw {
	const struct l4lb_sched_data *sd;
	u64 seed;
	u32 nr;
	bool passed;
};

/* Position of a server that may be used; nr when there is none. */
static u32 twos_draw(struct twos_draw *draw)
{
	const struct l4lb_sched_data *sd = draw->sd;
	u64 all = READ_ONCE(sd->sum[0]);
	u32 i, pos = 0;

	for (i = 0; all && i < TWOS_DRAWS; i++) {
		pos = twos_find(sd, mul_u64_u64_shr(l4lb_sched_mix(draw->seed,
								   ++draw->nr),
						    all, 64));
		if (pos < sd->nr && twos_may(sd, pos, draw->passed))
			return pos;
	}
	for (i = 0; i < sd->nr; i++, pos++) {
		if (pos >= sd->nr)
			pos = 0;
		if (twos_may(sd, pos, draw->passed))
			return pos;
	}
	return sd->nr;
}

static bool twos_better(const struct l4lb_sched_data *sd, u32 a, u32 b)
{
	const struct l4lb_sched_slot *sa = &sd->slot[a], *sb = &sd->slot[b];

	return l4lb_tree_conns(sa->server) * READ_ONCE(sb->weight) <
	       l4lb_tree_conns(sb->server) * READ_ONCE(sa->weight);
}

static u64 twos_seed(const struct l4lb_sched_data *sd,
		     const struct l4lb_packet *pkt)
{
	u64 picks = atomic64_read(&sd->cursor);
	static siphash_key_t key;

	net_get_random_once(&key, sizeof(key));
	return siphash_2u64(pkt ? l4lb_sched_client(&pkt->saddr, pkt->sport) : 0,
			    picks, &key);
}

static bool twos_pick(const struct l4lb_sched_data *sd,
		      const struct l4lb_packet *pkt, struct l4lb_pick *pick)
{
	struct twos_draw draw = { .sd = sd };
	u32 one, two;

	if (unlikely(!sd->nr))
		return false;
	draw.seed = twos_seed(sd, pkt);
	one = twos_draw(&draw);
	if (unlikely(one == sd->nr && READ_ONCE(sd->cold))) {
		draw.passed = true;
		one = twos_draw(&draw);
	}
	if (one == sd->nr)
		return false;
	two = twos_draw(&draw);
	if (two != sd->nr && twos_better(sd, two, one))
		one = two;
	pick->server = sd->slot[one].server;
	pick->pos = one;
	pick->seen = 0;
	return true;
}

static bool twos_commit(struct l4lb_service_rt *rt, struct l4lb_sched_data *sd,
			const struct l4lb_pick *pick)
{
	atomic64_inc(&sd->cursor);
	if (unlikely(READ_ONCE(sd->cold)))
		l4lb_ramp_took_slow(rt, sd, pick->pos);
	return true;
}

/* For explain: the load, scaled so that weights are in it. */
static u64 twos_score(const struct l4lb_sched_data *sd, u32 pos)
{
	const struct l4lb_sched_slot *slot = &sd->slot[pos];
	u32 weight = READ_ONCE(slot->weight);

	return weight ? div_u64(l4lb_tree_conns(slot->server) * 1000, weight) :
			0;
}

const struct l4lb_sched_ops l4lb_sched_twos = {
	.name = "twos",
	/* Longer than nearly all waits for a draw. */
	.ramp_wait = 4,
	.init = twos_init,
	.exit = twos_exit,
	.rebuild = twos_rebuild,
	.pick = twos_pick,
	.commit = twos_commit,
	.update = twos_update,
	.score = twos_score,
};

#ifdef L4LB_KUNIT
#include "sched_twos_test.c"
#endif
