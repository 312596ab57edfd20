/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Failing allocations for KUnit suites.  Only test code (L4LB_KUNIT) has this
 * directory in its include path.
 */
#ifndef L4LB_KUNIT_FAULT_H
#define L4LB_KUNIT_FAULT_H

#include <linux/sched.h>

/**
 * l4lb_fault_arm() - let one allocation of this task fail
 * @nth: which one from now, counted from 1; 0 disarms
 *
 * Counts this task's slab allocations, GFP_KERNEL included, from kmalloc's
 * caches, from skb heads and from caches whose name begins with "l4lb"; not
 * __GFP_NOFAIL, percpu memory, whole pages, nor what work in other tasks takes.
 * kvmalloc() falls back to vmalloc(), so a hit need not be an error.  Disarm
 * before any expectation: KUnit allocates to say why one failed.  The idiom:
 *
 *	for (nth = 1; nth < 1000; nth++) {
 *		l4lb_fault_arm(nth);
 *		err = operation();
 *		if (!l4lb_fault_fired())
 *			break;
 *		if (!err)
 *			undo();
 *		else
 *			expect err == -ENOMEM and nothing changed;
 *	}
 *	expect err == 0 and nth > 1;
 *
 * Context: any task.
 */
static inline void l4lb_fault_arm(unsigned int nth)
{
	WRITE_ONCE(current->fail_nth, nth);
}

/**
 * l4lb_fault_fired() - did the armed allocation fail?  Disarms.
 *
 * Context: the task that armed.
 * Return: true if it was reached.
 */
static inline bool l4lb_fault_fired(void)
{
	bool fired = !READ_ONCE(current->fail_nth);

	WRITE_ONCE(current->fail_nth, 0);
	return fired;
}

#endif /* L4LB_KUNIT_FAULT_H */
