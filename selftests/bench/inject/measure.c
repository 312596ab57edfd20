// SPDX-License-Identifier: GPL-2.0
/*
 * Counting. Under QEMU's icount one tick of the time stamp counter is one
 * instruction, whoever executes it. A run therefore never sleeps: it injects,
 * then spins in units of known cost until every tick, softirq, work item and
 * RCU callback that the packets caused had its turn. What remains of the count
 * after the spinning, the building of packets, the ticks and the waiting for
 * RCU itself (both measured without packets just before) is the packets' cost.
 *
 * Work that comes with time and not with packets (estimators, sweeps) falls
 * into some windows and not into others. A run of several windows takes the
 * lowest; a run of one window counts whatever happened.
 */
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>
#include <asm/msr.h>

#include "inject.h"

#define SPIN_LOOPS	1000
#define CALIBRATE_RUNS	256
/* Ticks without packets; the median's cost is taken. Odd. */
#define PURE_TICKS	9
/* Windows without packets; the lowest cost is taken. */
#define NULL_WINDOWS	3

/**
 * struct window - what one window took, in instructions
 * @elapsed: from the first packet to the end of the settling
 * @built: part of @elapsed spent in building packets
 * @spun: part of @elapsed spent in our own spinning
 * @ticks: ticks in @elapsed
 */
struct window {
	u64 elapsed;
	u64 built;
	u64 spun;
	u32 ticks;
};

/**
 * struct measure - result of the last run, in instructions
 * @n: packets injected
 * @sink: frames at the device where they were expected
 * @other: frames at the other one
 * @err: 0 or why the run stopped
 * @samples: single costs kept
 * @mean10: ten times the mean of the single costs
 * @cost10: ten times the cost of a packet in the lowest window
 * @all10: ten times the cost of a packet over all windows
 * @tick: cost of a tick without any packet
 * @rcu: cost of the settling itself, without ticks
 * @idle: cost of everything in a second without packets
 * @built: see struct window, the run's sum
 * @verify: result of the checksum check
 */
struct measure {
	u32 n;
	u32 sink;
	u32 other;
	int err;
	u32 samples;
	u64 mean10;
	u64 cost10;
	u64 all10;
	u64 tick;
	u64 rcu;
	u64 idle;
	u64 built;
	struct bench_verify verify;
};

static struct measure last;
static u32 *samples;
static u64 unit_cost;
static u64 tsc_cost;
static u64 loop_cost;

static struct {
	struct rcu_head rcu;
	bool done;
} marker;

static void marker_cb(struct rcu_head *rcu)
{
	WRITE_ONCE(marker.done, true);
}

static noinline void spin_unit(void)
{
	int i;

	for (i = 0; i < SPIN_LOOPS; i++)
		barrier();
	cond_resched();
}

/* Spin to the next tick; returns the units spun. */
static u32 spin_to_tick(void)
{
	unsigned long now = jiffies;
	u32 units = 0;

	while (now == READ_ONCE(jiffies)) {
		spin_unit();
		units++;
	}
	return units;
}

/*
 * Spin for at least @ticks jiffies and until the RCU callbacks queued so far
 * have run (those of one CPU run in order), to the next tick: a window that
 * begins and ends with a tick holds a whole number of them. Returns the units
 * spun.
 */
static u32 spin_settle(u32 ticks)
{
	unsigned long end = jiffies + ticks;
	u32 units = 0;

	WRITE_ONCE(marker.done, false);
	call_rcu(&marker.rcu, marker_cb);
	while (time_before(jiffies, end) || !READ_ONCE(marker.done)) {
		spin_unit();
		units++;
	}
	return units + spin_to_tick();
}

static noinline void inject_one(const struct bench_req *req, u32 i,
				struct sk_buff *skb)
{
	u64 t0, t1;

	local_bh_disable();
	t0 = rdtsc_ordered();
	if (skb)
		netif_receive_skb(skb);
	t1 = rdtsc_ordered();
	if (i < BENCH_MAX_SAMPLES)
		samples[i] = t1 - t0 - tsc_cost;
	local_bh_enable();
}

/* Interrupts are off while building, so nothing caused by a packet hides. */
static noinline struct sk_buff *build_one(const struct bench_req *req, u32 i)
{
	struct sk_buff *skb = NULL;
	unsigned long flags;
	u64 t0;

	local_irq_save(flags);
	t0 = rdtsc_ordered();
	if (req)
		skb = bench_build(req, i);
	last.built += rdtsc_ordered() - t0 - tsc_cost;
	local_irq_restore(flags);
	return skb;
}

static int inject_single(const struct bench_req *req, u32 from, u32 to)
{
	struct sk_buff *skb;
	u32 i;

	for (i = from; i < to; i++) {
		skb = build_one(req, i);
		if (!skb)
			return -ENOMEM;
		inject_one(req, i, skb);
		/* Stay a fair task: a tick may have asked for it. */
		cond_resched();
	}
	last.samples = min_t(u32, to, BENCH_MAX_SAMPLES);
	return 0;
}

static int inject_lists(const struct bench_req *req, u32 from, u32 to)
{
	struct sk_buff *skb;
	LIST_HEAD(list);
	u32 i, k;

	for (i = from; i < to; i += k) {
		for (k = 0; k < req->list && i + k < to; k++) {
			skb = build_one(req, i + k);
			if (!skb)
				return -ENOMEM;
			list_add_tail(&skb->list, &list);
		}
		local_bh_disable();
		netif_receive_skb_list(&list);
		local_bh_enable();
		INIT_LIST_HEAD(&list);
		cond_resched();
	}
	return 0;
}

static int sample_cmp(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* The cost of an empty build and an empty injection, and of the clock. */
static void calibrate(void)
{
	u64 t0, best, built;
	u32 i;

	tsc_cost = 0;
	for (best = U64_MAX, i = 0; i < CALIBRATE_RUNS; i++) {
		t0 = rdtsc_ordered();
		best = min(best, rdtsc_ordered() - t0);
	}
	tsc_cost = best;
	for (best = U64_MAX, i = 0; i < CALIBRATE_RUNS; i++) {
		t0 = rdtsc_ordered();
		spin_unit();
		best = min(best, rdtsc_ordered() - t0 - tsc_cost);
	}
	unit_cost = best;
	for (best = U64_MAX, i = 0; i < CALIBRATE_RUNS; i++) {
		built = last.built;
		t0 = rdtsc_ordered();
		inject_one(NULL, 0, build_one(NULL, 0));
		cond_resched();
		best = min(best, rdtsc_ordered() - t0 - tsc_cost -
				 (last.built - built));
	}
	loop_cost = best;
}

static int cost_cmp(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* Instructions of one tick and all that usually comes with it. */
static u64 pure_tick(void)
{
	u64 costs[PURE_TICKS];
	u64 t0, own;
	int i;

	spin_to_tick();
	for (i = 0; i < PURE_TICKS; i++) {
		t0 = rdtsc_ordered();
		own = spin_to_tick() * unit_cost;
		costs[i] = rdtsc_ordered() - t0 - own;
	}
	sort(costs, PURE_TICKS, sizeof(costs[0]), cost_cmp, NULL);
	return costs[PURE_TICKS / 2];
}

/* Inject packets @from..@to-1 and settle. */
static int window_run(const struct bench_req *req, u32 from, u32 to,
		      struct window *w)
{
	unsigned long begin;
	int err = 0;
	u64 t0;

	last.built = 0;
	spin_to_tick();
	begin = jiffies;
	t0 = rdtsc_ordered();
	if (from < to)
		err = req->list ? inject_lists(req, from, to) :
				  inject_single(req, from, to);
	w->spun = spin_settle(req->settle) * unit_cost;
	w->elapsed = rdtsc_ordered() - t0;
	w->ticks = jiffies - begin;
	w->built = last.built;
	return err;
}

/* What is left of a window of @n packets when all else is subtracted. */
static u64 window_cost(const struct window *w, u32 n)
{
	u64 own = w->built + w->spun + w->ticks * last.tick + last.rcu +
		  n * loop_cost;

	return w->elapsed > own ? w->elapsed - own : 0;
}

static void measure_null(const struct bench_req *req)
{
	u64 best = U64_MAX;
	struct window w;
	int i;

	last.tick = pure_tick();
	for (i = 0; i < NULL_WINDOWS; i++) {
		window_run(req, 0, 0, &w);
		best = min(best, window_cost(&w, 0));
	}
	last.rcu = best;
}

static int measure_windows(const struct bench_req *req)
{
	u64 cost, best = U64_MAX, sum = 0;
	u32 i, from, to, done = 0;
	struct window w;
	int err;

	for (i = 0; i < req->windows; i++) {
		from = (u64)req->n * i / req->windows;
		to = (u64)req->n * (i + 1) / req->windows;
		err = window_run(req, from, to, &w);
		if (err)
			return err;
		cost = window_cost(&w, to - from);
		best = min(best, div_u64(cost * 10, to - from));
		sum += cost;
		done = to;
	}
	last.cost10 = best;
	last.all10 = div_u64(sum * 10, done);
	return 0;
}

static void evaluate(void)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < last.samples; i++)
		sum += samples[i];
	if (last.samples) {
		last.mean10 = div_u64(sum * 10, last.samples);
		sort(samples, last.samples, sizeof(*samples), sample_cmp, NULL);
	}
	bench_sink_verify(&last.verify);
}

/**
 * bench_measure_run() - inject, settle, evaluate
 * @req: the run; its fields are within their limits
 *
 * Context: process; does not sleep, but yields.
 * Return: 0, -ENOMEM, or -EIO if the sink did not count every frame.
 */
int bench_measure_run(const struct bench_req *req)
{
	struct net_device *sink, *other;

	sink = req->dir == BENCH_BACK ? bench_client : bench_server;
	other = req->dir == BENCH_BACK ? bench_server : bench_client;

	last = (struct measure){ .n = req->n };
	calibrate();
	bench_sink_arm(req);
	if (req->settle)
		measure_null(req);
	last.err = measure_windows(req);
	last.sink = bench_sink_count(sink);
	last.other = bench_sink_count(other);
	if (!last.err && !req->gso && (last.sink != req->n || last.other))
		last.err = -EIO;
	evaluate();
	return last.err;
}

/**
 * bench_measure_idle() - what runs when no packet comes
 * @ticks: how long to look
 *
 * Context: process; does not sleep, but yields.
 */
void bench_measure_idle(u32 ticks)
{
	u64 t0, own = 0;
	u32 i;

	last = (struct measure){};
	calibrate();
	spin_to_tick();
	t0 = rdtsc_ordered();
	for (i = 0; i < ticks; i++)
		own += spin_to_tick() * unit_cost;
	last.idle = div_u64((rdtsc_ordered() - t0 - own) * HZ, ticks);
}

static u32 percentile(u32 per_mille)
{
	return samples[(u64)(last.samples - 1) * per_mille / 1000];
}

/**
 * bench_measure_show() - print the last run, a key and a value on each line
 * @s: where to print
 *
 * Context: process.
 */
void bench_measure_show(struct seq_file *s)
{
	seq_printf(s, "n %u\nsink %u\nother %u\nerr %d\n", last.n, last.sink,
		   last.other, last.err);
	seq_printf(s, "cost %llu.%llu\n", last.cost10 / 10, last.cost10 % 10);
	if (last.samples) {
		seq_printf(s, "mean %llu.%llu\n", last.mean10 / 10,
			   last.mean10 % 10);
		seq_printf(s, "min %u\np50 %u\np99 %u\nmax %u\n",
			   percentile(0), percentile(500), percentile(990),
			   percentile(1000));
	}
	seq_printf(s, "cost_all %llu.%llu\n", last.all10 / 10, last.all10 % 10);
	seq_printf(s, "tick %llu\nrcu %llu\nidle %llu\n", last.tick, last.rcu,
		   last.idle);
	seq_printf(s, "unit %llu\nloop %llu\nclock %llu\n", unit_cost,
		   loop_cost, tsc_cost);
	seq_printf(s, "frames %u\nbad_ip %u\nbad_tcp %u\n", last.verify.frames,
		   last.verify.bad_ip, last.verify.bad_tcp);
}

/**
 * bench_measure_init() - allocate the room for single costs
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int bench_measure_init(void)
{
	samples = vzalloc(array_size(BENCH_MAX_SAMPLES, sizeof(*samples)));
	return samples ? 0 : -ENOMEM;
}

/**
 * bench_measure_exit() - undo bench_measure_init()
 *
 * Context: process, may sleep.
 */
void bench_measure_exit(void)
{
	rcu_barrier();
	vfree(samples);
}
