// SPDX-License-Identifier: GPL-2.0
/* The executor's life. */
#include <stdlib.h>

#include "exec.h"

static void forget(struct job_list *list)
{
	struct job *job;

	while ((job = TAILQ_FIRST(list))) {
		TAILQ_REMOVE(list, job, link);
		job_free(job);
	}
}

/**
 * exec_run() - run scripts until the parent has enough
 * @fd: socket to the parent; stays the caller's
 * @slots: how many at the same time
 *
 * Scripts that run then are ended first.
 *
 * Return: exit status.
 */
int exec_run(int fd, __u32 slots)
{
	struct exec exec = { .fd = fd, .slots = slots };

	TAILQ_INIT(&exec.active);
	TAILQ_INIT(&exec.waiting);
	TAILQ_INIT(&exec.finished);
	/* not the default loop: that one reaps all children by itself */
	exec.loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
	if (!exec.loop)
		return EXIT_FAILURE;
	link_start(&exec);
	ev_run(exec.loop, 0);
	forget(&exec.waiting);
	forget(&exec.finished);
	ev_loop_destroy(exec.loop);
	return EXIT_SUCCESS;
}
