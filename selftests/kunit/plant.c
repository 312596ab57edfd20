// SPDX-License-Identifier: GPL-2.0
/*
 * Planted bugs, one a case: the proof that the detectors detect.
 *
 * selftests/kunit/run loads this once per case and fails if the console stays
 * clean.  Each case but "expect" passes as far as KUnit can see.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <kunit/test.h>

static DEFINE_SPINLOCK(l4lb_plant_a);	/* protects nothing */
static DEFINE_SPINLOCK(l4lb_plant_b);	/* protects nothing */
static DEFINE_MUTEX(l4lb_plant_mutex);	/* protects nothing */
static u8 __rcu *l4lb_plant_ptr;

static void overflow(struct kunit *test)
{
	volatile u8 *p = kmalloc(13, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, (void *)p);
	p[13] = 1;
	kfree((void *)p);
}

static void use_after_free(struct kunit *test)
{
	volatile u8 *p = kmalloc(13, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, (void *)p);
	kfree((void *)p);
	KUNIT_EXPECT_GE(test, p[0], 0);
}

static void sleep_in_atomic(struct kunit *test)
{
	void *p;

	spin_lock(&l4lb_plant_a);
	p = kmalloc(13, GFP_KERNEL);
	spin_unlock(&l4lb_plant_a);
	kfree(p);
}

static void sleep_in_rcu(struct kunit *test)
{
	rcu_read_lock();
	mutex_lock(&l4lb_plant_mutex);
	mutex_unlock(&l4lb_plant_mutex);
	rcu_read_unlock();
}

static void lock_inversion(struct kunit *test)
{
	spin_lock(&l4lb_plant_a);
	spin_lock(&l4lb_plant_b);
	spin_unlock(&l4lb_plant_b);
	spin_unlock(&l4lb_plant_a);

	spin_lock(&l4lb_plant_b);
	spin_lock(&l4lb_plant_a);
	spin_unlock(&l4lb_plant_a);
	spin_unlock(&l4lb_plant_b);
}

static void rcu_unprotected(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, (void *)rcu_dereference(l4lb_plant_ptr));
}

static void list_corruption(struct kunit *test)
{
	LIST_HEAD(head);
	struct list_head entry;

	list_add(&entry, &head);
	list_add(&entry, &head);
}

static void leak(struct kunit *test)
{
	KUNIT_EXPECT_NOT_NULL(test, kzalloc(1313, GFP_KERNEL));
}

static void expect(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, 2);
}

static struct kunit_case l4lb_plant_cases[] = {
	KUNIT_CASE(overflow),
	KUNIT_CASE(use_after_free),
	KUNIT_CASE(sleep_in_atomic),
	KUNIT_CASE(sleep_in_rcu),
	KUNIT_CASE(lock_inversion),
	KUNIT_CASE(rcu_unprotected),
	KUNIT_CASE(list_corruption),
	KUNIT_CASE(leak),
	KUNIT_CASE(expect),
	{}
};

static struct kunit_suite l4lb_plant_suite = {
	.name = "plant",
	.test_cases = l4lb_plant_cases,
};
kunit_test_suite(l4lb_plant_suite);

MODULE_DESCRIPTION("Planted bugs for the detectors");
MODULE_LICENSE("GPL");
