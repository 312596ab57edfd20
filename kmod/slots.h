/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers for long-lived objects (services, servers, endpoints). A connection
 * entry stores a number instead of a pointer; a number is given out again only
 * after the aging work has swept the whole connection table twice since its
 * object left. A sweep ends each entry whose service or server has left, so none
 * can still carry the number, with one exception: the orphan of a server that was
 * deleted at once goes on to carry that server's number and its endpoint's. The
 * generation beside the server's tells it from the next server's; a reply key of
 * an orphan without server speaks for nobody (l4lb_decide()) and yields its place
 * to a new connection (l4lb_conn_yields()).
 */
#ifndef L4LB_SLOTS_H
#define L4LB_SLOTS_H

#include <linux/rcupdate.h>
#include <linux/types.h>

/*
 * An idle namespace pays for the pointers to chunks, one with services for a
 * chunk at least: 2 KiB and 32 KiB.
 */
#define L4LB_SLOTS_SHIFT	12
#define L4LB_SLOTS_CHUNK	4096u	/* 2^L4LB_SLOTS_SHIFT */
#define L4LB_SLOTS_CHUNKS	256
#define L4LB_SLOTS_MAX		(L4LB_SLOTS_CHUNK * L4LB_SLOTS_CHUNKS)

/**
 * struct l4lb_slots - number to object
 * @chunk: arrays of L4LB_SLOTS_CHUNK object pointers, allocated when first
 *	needed and never freed before the namespace goes, so that a lookup is
 *	two loads
 * @state: bookkeeping of free and resting numbers, private to slots.c;
 *	protected by the namespace's conf_lock
 */
struct l4lb_slots {
	void __rcu **chunk[L4LB_SLOTS_CHUNKS];
	struct l4lb_slots_state *state;
};

/**
 * l4lb_slots_get() - object of a number
 * @s: slots
 * @id: number that was handed out once; numbers of packets or users must be
 *	checked against L4LB_SLOTS_MAX first
 *
 * Context: RCU read side.
 * Return: the object, or NULL when it has left.
 */
static inline void *l4lb_slots_get(const struct l4lb_slots *s, u32 id)
{
	void __rcu **chunk = READ_ONCE(s->chunk[id >> L4LB_SLOTS_SHIFT]);

	if (unlikely(!chunk))
		return NULL;
	return rcu_dereference(chunk[id & (L4LB_SLOTS_CHUNK - 1)]);
}

int l4lb_slots_init(struct l4lb_slots *s);
void l4lb_slots_destroy(struct l4lb_slots *s);
int l4lb_slots_reserve(struct l4lb_slots *s, gfp_t gfp);
void l4lb_slots_unreserve(struct l4lb_slots *s, u32 id);
void l4lb_slots_set(struct l4lb_slots *s, u32 id, void *obj);
void l4lb_slots_clear(struct l4lb_slots *s, u32 id, u32 sweep);
void l4lb_slots_settle(struct l4lb_slots *s, u32 sweep);
bool l4lb_slots_resting(const struct l4lb_slots *s);

#endif /* L4LB_SLOTS_H */
