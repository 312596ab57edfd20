// SPDX-License-Identifier: GPL-2.0
/* Numbers for long-lived objects. */
#include <linux/mm.h>
#include <linux/slab.h>

#include "slots.h"

/* Number 0 is never given out: what was not set means nothing. */
#define L4LB_SLOTS_FIRST	1u
#define L4LB_SLOTS_NONE		0u

/* Sweeps of the connection table for which a number rests. */
#define L4LB_SLOTS_REST		2

/**
 * struct slots_chunk - bookkeeping beside a chunk of objects
 * @next: next number in the free stack or the resting queue
 * @sweep: sweep at which a resting number's object left
 */
struct slots_chunk {
	u32 next[L4LB_SLOTS_CHUNK];
	u32 sweep[L4LB_SLOTS_CHUNK];
};

/**
 * struct l4lb_slots_state - bookkeeping
 * @fresh: least number that was never given out
 * @free: top of the stack of free numbers
 * @head: oldest resting number
 * @tail: youngest resting number
 * @chunk: as &l4lb_slots.chunk; NULL before the first number was asked for
 */
struct l4lb_slots_state {
	u32 fresh;
	u32 free;
	u32 head;
	u32 tail;
	struct slots_chunk **chunk;
};

static u32 *slots_next(struct l4lb_slots_state *st, u32 id)
{
	return &st->chunk[id >> L4LB_SLOTS_SHIFT]->next[id & (L4LB_SLOTS_CHUNK - 1)];
}

static u32 *slots_sweep(struct l4lb_slots_state *st, u32 id)
{
	return &st->chunk[id >> L4LB_SLOTS_SHIFT]->sweep[id & (L4LB_SLOTS_CHUNK - 1)];
}

/**
 * l4lb_slots_init() - no number given out
 * @s: slots
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int l4lb_slots_init(struct l4lb_slots *s)
{
	memset(s, 0, sizeof(*s));
	s->state = kzalloc(sizeof(*s->state), GFP_KERNEL_ACCOUNT);
	if (!s->state)
		return -ENOMEM;
	s->state->fresh = L4LB_SLOTS_FIRST;
	return 0;
}

/**
 * l4lb_slots_destroy() - free all memory; objects are their owner's
 * @s: slots that nobody reads any more
 *
 * Context: process.
 */
void l4lb_slots_destroy(struct l4lb_slots *s)
{
	struct l4lb_slots_state *st = s->state;
	u32 c;

	for (c = 0; c < L4LB_SLOTS_CHUNKS; c++) {
		kvfree(s->chunk[c]);
		if (st && st->chunk)
			kvfree(st->chunk[c]);
		s->chunk[c] = NULL;
	}
	if (st)
		kfree(st->chunk);
	kfree(st);
	s->state = NULL;
}

static int slots_grow(struct l4lb_slots *s, u32 c, gfp_t gfp)
{
	struct l4lb_slots_state *st = s->state;
	void __rcu **objs;

	if (!st->chunk)
		st->chunk = kcalloc(L4LB_SLOTS_CHUNKS, sizeof(*st->chunk), gfp);
	if (!st->chunk)
		return -ENOMEM;
	if (!st->chunk[c])
		st->chunk[c] = kvzalloc(sizeof(*st->chunk[c]), gfp);
	if (!st->chunk[c])
		return -ENOMEM;
	objs = kvcalloc(L4LB_SLOTS_CHUNK, sizeof(*objs), gfp);
	if (!objs)
		return -ENOMEM;
	/*
	 * Pairs with the dependent loads of l4lb_slots_get(): who sees the
	 * chunk sees it zeroed.
	 */
	smp_store_release(&s->chunk[c], objs);
	return 0;
}

/**
 * l4lb_slots_reserve() - get a number
 * @s: slots
 * @gfp: GFP_KERNEL or GFP_KERNEL_ACCOUNT
 *
 * Context: process, may sleep; conf_lock held.
 * Return: a number above 0, -ENOMEM, or -ENOSPC when all are out or resting.
 */
int l4lb_slots_reserve(struct l4lb_slots *s, gfp_t gfp)
{
	struct l4lb_slots_state *st = s->state;
	u32 id = st->free;
	int err;

	if (id != L4LB_SLOTS_NONE) {
		st->free = *slots_next(st, id);
		return id;
	}
	id = st->fresh;
	if (id >= L4LB_SLOTS_MAX)
		return -ENOSPC;
	if (!s->chunk[id >> L4LB_SLOTS_SHIFT]) {
		err = slots_grow(s, id >> L4LB_SLOTS_SHIFT, gfp);
		if (err)
			return err;
	}
	st->fresh++;
	return id;
}

/**
 * l4lb_slots_unreserve() - give back a number that was never set
 * @s: slots
 * @id: from l4lb_slots_reserve()
 *
 * Context: conf_lock held.
 */
void l4lb_slots_unreserve(struct l4lb_slots *s, u32 id)
{
	*slots_next(s->state, id) = s->state->free;
	s->state->free = id;
}

/**
 * l4lb_slots_set() - let a number mean an object, or its next version
 * @s: slots
 * @id: from l4lb_slots_reserve()
 * @obj: fully initialised
 *
 * Context: conf_lock held.
 */
void l4lb_slots_set(struct l4lb_slots *s, u32 id, void *obj)
{
	rcu_assign_pointer(s->chunk[id >> L4LB_SLOTS_SHIFT][id & (L4LB_SLOTS_CHUNK - 1)],
			   obj);
}

/**
 * l4lb_slots_clear() - the object of a number leaves; the number rests
 * @s: slots
 * @id: number that was set
 * @sweep: &l4lb_conns.sweep now
 *
 * Packets may use the object until a grace period has passed.
 *
 * Context: conf_lock held.
 */
void l4lb_slots_clear(struct l4lb_slots *s, u32 id, u32 sweep)
{
	struct l4lb_slots_state *st = s->state;

	RCU_INIT_POINTER(s->chunk[id >> L4LB_SLOTS_SHIFT][id & (L4LB_SLOTS_CHUNK - 1)],
			 NULL);
	*slots_next(st, id) = L4LB_SLOTS_NONE;
	*slots_sweep(st, id) = sweep;
	if (st->tail == L4LB_SLOTS_NONE)
		st->head = id;
	else
		*slots_next(st, st->tail) = id;
	st->tail = id;
}

/**
 * l4lb_slots_settle() - numbers that have rested may be given out again
 * @s: slots
 * @sweep: &l4lb_conns.sweep now. A number is free two sweeps after its object
 *	left: the one that was under way then may have passed an entry's bucket
 *	before
 *
 * Context: conf_lock held.
 */
void l4lb_slots_settle(struct l4lb_slots *s, u32 sweep)
{
	struct l4lb_slots_state *st = s->state;
	u32 id;

	while (st->head != L4LB_SLOTS_NONE &&
	       (s32)(sweep - *slots_sweep(st, st->head)) >= L4LB_SLOTS_REST) {
		id = st->head;
		st->head = *slots_next(st, id);
		if (st->head == L4LB_SLOTS_NONE)
			st->tail = L4LB_SLOTS_NONE;
		l4lb_slots_unreserve(s, id);
	}
}

/**
 * l4lb_slots_resting() - does a number wait for l4lb_slots_settle()?
 * @s: slots
 *
 * Context: conf_lock held.
 */
bool l4lb_slots_resting(const struct l4lb_slots *s)
{
	return s->state->head != L4LB_SLOTS_NONE;
}

#ifdef L4LB_KUNIT
#include "slots_test.c"
#endif
