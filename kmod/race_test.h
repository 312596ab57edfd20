/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tasks of suites that look for races. Races need a kernel with more than one
 * CPU, which User-Mode Linux is not; there the cases only show that they work.
 */
#ifndef L4LB_RACE_TEST_H
#define L4LB_RACE_TEST_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/prandom.h>

#define RACE_TASKS	4

/**
 * struct race_task - one of the tasks; first member of what it is told
 * @task: the task
 * @rnd: its random numbers
 * @done: it has no more to do
 */
struct race_task {
	struct task_struct *task;
	struct rnd_state rnd;
	struct completion done;
};

/* Start task number @i of some; false: there is none, and the case has failed. */
static inline bool race_task_start(struct kunit *test, struct race_task *t,
				   int i, int (*fn)(void *))
{
	struct task_struct *task;

	init_completion(&t->done);
	prandom_seed_state(&t->rnd, i + 1);
	task = kthread_create(fn, t, "l4lb_race/%d", i);
	if (IS_ERR(task)) {
		KUNIT_FAIL(test, "no task\n");
		return false;
	}
	get_task_struct(task);
	t->task = task;
	wake_up_process(task);
	return true;
}

/* The last that a task does which ends by itself. */
static inline int race_task_end(struct race_task *t)
{
	complete(&t->done);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static inline void race_task_stop(struct race_task *t)
{
	kthread_stop(t->task);
	put_task_struct(t->task);
}

#endif /* L4LB_RACE_TEST_H */
