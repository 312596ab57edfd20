// SPDX-License-Identifier: GPL-2.0
/*
 * Counting. Under QEMU's icount one tick of the time stamp counter is one
 * instruction, whoever executes it. A run therefore never sleeps: it injects,
 * then spins in units of known cost until every tick, softirq, work item and
 * RCU callback that the packets caused had its turn; what remains of the
 * elapsed count after the spinning, the building of packets and the ticks'
 * own work (measured by spinning just before) is the cost of the packets.
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
/* Ticks over which the cost of a tick without packets is averaged. */
#define BACKGROUND_TICKS 16

/**
 * struct measure - result of the last run, in instructions
 * @n: packets injected
 * @sink: frames at the device where they were expected
 * @other: frames at the other one
 * @err: 0 or why the run stopped
 * @samples: single costs kept
 * @mean10: ten times the mean of the single costs
 * @cost10: ten times the whole cost divided by @n
 * @elapsed: from the first packet to the end of the settling
 * @built: part of @elapsed spent in building packets
 * @spun: part of @elapsed spent in our own spinning
 * @loop: part of @elapsed spent in our own loop
 * @tick: cost of one tick without any packet
 * @ticks: ticks in @elapsed
 * @units: spin units of the settling
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
	u64 elapsed;
	u64 built;
	u64 spun;
	u64 loop;
	u32 tick;
	u32 ticks;
	u32 units;
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

/* A window that begins and ends with a tick holds a whole number of them. */
static void spin_to_tick(void)
{
	unsigned long now = jiffies;

	while (now == READ_ONCE(jiffies))
		spin_unit();
}

/*
 * Spin for at least @ticks jiffies and until the RCU callbacks queued so far
 * have run (those of one CPU run in order), to the next tick. Returns the
 * units spun.
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
	end = jiffies;
	while (end == READ_ONCE(jiffies)) {
		spin_unit();
		units++;
	}
	return units;
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

static int inject_single(const struct bench_req *req)
{
	struct sk_buff *skb;
	u32 i;

	for (i = 0; i < req->n; i++) {
		skb = build_one(req, i);
		if (!skb)
			return -ENOMEM;
		inject_one(req, i, skb);
		/* Stay a fair task: a tick may have asked for it. */
		cond_resched();
	}
	last.samples = min_t(u32, req->n, BENCH_MAX_SAMPLES);
	last.loop = loop_cost * req->n;
	return 0;
}

static int inject_lists(const struct bench_req *req)
{
	struct sk_buff *skb;
	LIST_HEAD(list);
	u32 i, k;

	for (i = 0; i < req->n; i += k) {
		for (k = 0; k < req->list && i + k < req->n; k++) {
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
	/* The loop around the building is shared by both ways of injecting;
	 * what the list adds to it belongs to receiving a list.
	 */
	last.loop = loop_cost * req->n;
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

/* Instructions of one tick and all that comes with it, without packets. */
static u32 background(u32 ticks)
{
	unsigned long begin;
	u64 t0, elapsed, own;

	spin_to_tick();
	begin = jiffies;
	t0 = rdtsc_ordered();
	own = spin_settle(ticks) * unit_cost;
	elapsed = rdtsc_ordered() - t0;
	if (own >= elapsed)
		return 0;
	return div64_u64(elapsed - own, jiffies - begin);
}

static void evaluate(const struct bench_req *req)
{
	u64 sum = 0, own;
	u32 i;

	for (i = 0; i < last.samples; i++)
		sum += samples[i];
	if (last.samples) {
		last.mean10 = div_u64(sum * 10, last.samples);
		sort(samples, last.samples, sizeof(*samples), sample_cmp, NULL);
	}
	own = last.built + last.spun + last.loop + (u64)last.tick * last.ticks;
	if (last.elapsed > own)
		last.cost10 = div_u64((last.elapsed - own) * 10, req->n);
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
	unsigned long begin;
	u64 t0;

	sink = req->dir == BENCH_BACK ? bench_client : bench_server;
	other = req->dir == BENCH_BACK ? bench_server : bench_client;

	last = (struct measure){ .n = req->n };
	calibrate();
	bench_sink_arm(req);
	if (req->settle)
		last.tick = background(BACKGROUND_TICKS);
	last.built = 0;

	spin_to_tick();
	begin = jiffies;
	t0 = rdtsc_ordered();
	if (req->list)
		last.err = inject_lists(req);
	else
		last.err = inject_single(req);
	last.units = spin_settle(req->settle);
	last.elapsed = rdtsc_ordered() - t0;
	last.ticks = jiffies - begin;

	last.spun = last.units * unit_cost;
	last.sink = bench_sink_count(sink);
	last.other = bench_sink_count(other);
	if (!last.err && !req->gso && (last.sink != req->n || last.other))
		last.err = -EIO;
	evaluate(req);
	return last.err;
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
	seq_printf(s, "elapsed %llu\nbuilt %llu\nspun %llu\nloop %llu\n",
		   last.elapsed, last.built, last.spun, last.loop);
	seq_printf(s, "tick %u\nticks %u\nunit %llu\nclock %llu\n",
		   last.tick, last.ticks, unit_cost, tsc_cost);
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
