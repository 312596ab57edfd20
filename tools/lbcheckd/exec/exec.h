/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The executor: runs scripts for lbcheckd, each in a process group of its
 * own, under its user. It is the only process of ours that forks. Each
 * request it accepts is answered by exactly one PROTO_DONE.
 */
#ifndef EXEC_EXEC_H
#define EXEC_EXEC_H

#include <stdbool.h>
#include <ev.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "../proto.h"
#include "tail.h"

/* Requests that run, wait for a slot, or whose answer waits for the parent. */
#define EXEC_JOBS	4096
/* Milliseconds between SIGTERM and SIGKILL. */
#define EXEC_GRACE	2000

/**
 * struct job - one run of a script
 * @exec: executor
 * @msg: request
 * @pid: its process, leader of its group; 0 where there is none
 * @pidfd: tells its end
 * @out: its output
 * @err: why it could not be executed
 * @exited: waits for @pidfd
 * @output: waits for @out
 * @timer: timeout, then the grace until SIGKILL
 * @began: monotonic seconds
 * @late: the timeout is over
 * @stopped: by request
 * @tail: last line of the output
 * @done: answer
 * @text: its sentence
 * @link: in one of &struct exec's lists
 */
struct job {
	struct exec *exec;
	struct proto_msg *msg;
	pid_t pid;
	int pidfd;
	int out;
	int err;
	ev_io exited;
	ev_io output;
	ev_timer timer;
	double began;
	bool late;
	bool stopped;
	struct tail tail;
	struct proto_done done;
	char text[PROTO_TEXT + 1];

	TAILQ_ENTRY(job) link;
};

TAILQ_HEAD(job_list, job);

/**
 * struct exec - everything
 * @loop: loop
 * @fd: socket to the parent
 * @readable: the parent sent something
 * @writable: the parent has read something
 * @term: SIGTERM
 * @reply: message that could not be sent yet; of type 0 where there is none
 * @reply_text: text of @reply
 * @slots: how many scripts run at the same time, at most
 * @running: how many do
 * @jobs: all there are, in the three lists
 * @active: running
 * @waiting: for a slot
 * @finished: answers to be sent
 * @leaving: nothing is started any more
 */
struct exec {
	struct ev_loop *loop;
	int fd;
	ev_io readable;
	ev_io writable;
	ev_signal term;
	struct proto_msg reply;
	char reply_text[PROTO_TEXT + 1];
	__u32 slots;
	__u32 running;
	__u32 jobs;
	struct job_list active;
	struct job_list waiting;
	struct job_list finished;
	bool leaving;
};

/* loop.c */
int exec_run(int fd, __u32 slots);

/* job.c */
int job_new(struct exec *exec, struct proto_msg *msg, char *error);
void job_stop(struct job *job);
struct job *job_find(struct exec *exec, __u64 id);
void job_free(struct job *job);

/* link.c */
void link_start(struct exec *exec);
void link_done(struct job *job);

#endif /* EXEC_EXEC_H */
