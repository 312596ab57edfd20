// SPDX-License-Identifier: GPL-2.0
/* The loop and what lives as long as it does. */
#include <stdlib.h>
#include <sys/random.h>

#include "probe.h"

/**
 * probe_new() - get ready
 * @fd: socket to the parent; stays the caller's
 * @slots: how many checks may run at the same time
 * @mark: marks can be set
 *
 * All that asks the kernel for more than sockets and memory is done here, so
 * that probe_run() can be confined.
 *
 * Return: probe, or NULL where there is no memory.
 */
struct probe *probe_new(int fd, __u32 slots, bool mark)
{
	struct probe *probe = calloc(1, sizeof(*probe));

	if (!probe)
		return NULL;
	probe->fd = fd;
	probe->slots = slots;
	probe->mark = mark;
	TAILQ_INIT(&probe->waiting);
	TAILQ_INIT(&probe->reports);
	/* nobody is harmed where it stays 0 */
	if (getrandom(&probe->seed, sizeof(probe->seed), 0) < 0)
		probe->seed = 0;
	probe->loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
	if (!probe->loop)
		goto free;
	if (multi_init(&probe->multi, probe->loop))
		goto loop;
	return probe;

loop:
	ev_loop_destroy(probe->loop);
free:
	free(probe);
	return NULL;
}

/**
 * probe_run() - run checks until the parent has enough
 * @probe: probe
 *
 * Return: exit status.
 */
int probe_run(struct probe *probe)
{
	link_start(probe);
	ev_run(probe->loop, 0);
	link_stop(probe);
	return probe->status;
}

/**
 * probe_free() - end
 * @probe: probe
 */
void probe_free(struct probe *probe)
{
	check_flush(probe);
	multi_exit(&probe->multi);
	ev_loop_destroy(probe->loop);
	free(probe->tls);
	free(probe);
}
