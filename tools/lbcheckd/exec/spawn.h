/* SPDX-License-Identifier: GPL-2.0 */
/* A new process. */
#ifndef EXEC_SPAWN_H
#define EXEC_SPAWN_H

#include <sys/types.h>

#include "../proto.h"

/**
 * struct spawned - a script that runs
 * @pid: its process, leader of a process group
 * @pidfd: readable once it has ended
 * @out: its output, not blocking
 * @err: an errno where the program could not be executed, not blocking
 */
struct spawned {
	pid_t pid;
	int pidfd;
	int out;
	int err;
};

int spawn(const struct proto_run *run, const char *path,
	  struct spawned *spawned);

#endif /* EXEC_SPAWN_H */
