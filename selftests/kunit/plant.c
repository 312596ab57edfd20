// SPDX-License-Identifier: GPL-2.0
/*
 * Planted bugs, one a case: the proof that the detectors detect.
 *
 * selftests/kunit/plants.sh looks for each case's report between the result
 * lines of the cases.  The order matters: lockdep stops at its first report of
 * a lock order, and at any report of KASAN.
 */
#include <linux/delay.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <kunit/test.h>

static DEFINE_SPINLOCK(l4lb_plant_a);	/* protects nothing */
static DEFINE_SPINLOCK(l4lb_plant_b);	/* protects nothing */
static u8 __rcu *l4lb_plant_ptr;

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
	void *p;

	msleep(1100);	/* such reports are limited to one a second */
	rcu_read_lock();
	p = kmalloc(13, GFP_KERNEL);
	rcu_read_unlock();
	kfree(p);
}

static void rcu_unprotected(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, (void *)rcu_dereference(l4lb_plant_ptr));
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

static void list_corruption(struct kunit *test)
{
	LIST_HEAD(head);
	struct list_head entry;

	list_add(&entry, &head);
	list_add(&entry, &head);
}

static void overflow(struct kunit *test)
{
	u8 *p = kmalloc(13, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	OPTIMIZER_HIDE_VAR(p);
	WRITE_ONCE(p[13], 1);
	kfree(p);
}

static void use_after_free(struct kunit *test)
{
	u8 *p = kmalloc(13, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	kfree(p);
	OPTIMIZER_HIDE_VAR(p);
	KUNIT_EXPECT_GE(test, READ_ONCE(p[0]), 0);
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
	KUNIT_CASE(sleep_in_atomic),
	KUNIT_CASE(sleep_in_rcu),
	KUNIT_CASE(rcu_unprotected),
	KUNIT_CASE(lock_inversion),
	KUNIT_CASE(list_corruption),
	KUNIT_CASE(overflow),
	KUNIT_CASE(use_after_free),
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
