// SPDX-License-Identifier: GPL-2.0
/* Requests and answers. While an answer cannot be sent, no request is read. */
#include <errno.h>
#include <stdlib.h>

#include "../evidence.h"
#include "exec.h"

/* No requests any more; what runs is ended, then the loop has nothing left. */
static void leave(struct exec *exec)
{
	struct job *job, *next;

	if (exec->leaving)
		return;
	exec->leaving = true;
	ev_io_stop(exec->loop, &exec->readable);
	ev_io_stop(exec->loop, &exec->writable);
	ev_signal_stop(exec->loop, &exec->term);
	for (job = TAILQ_FIRST(&exec->active); job; job = next) {
		next = TAILQ_NEXT(job, link);
		job_stop(job);
	}
}

/* Whether it was sent, or nobody is there any more. */
static bool send_msg(struct exec *exec, const struct proto_msg *msg)
{
	char error[PROTO_ERROR];

	if (proto_send(exec->fd, msg, error) != -EAGAIN)
		return true;
	if (!exec->leaving)
		ev_io_start(exec->loop, &exec->writable);
	return exec->leaving;
}

static void reply(struct exec *exec, const struct proto_msg *msg)
{
	if (send_msg(exec, msg))
		return;
	exec->reply = *msg;
	ev_io_stop(exec->loop, &exec->readable);
}

static void refuse(struct exec *exec, __u64 id, const char *why)
{
	struct proto_msg msg = {
		.type = PROTO_REFUSED, .id = id,
		.refused.text = exec->reply_text,
	};

	evidence(exec->reply_text, "%s", why);
	reply(exec, &msg);
}

/* Takes @msg. */
static void handle(struct exec *exec, struct proto_msg *msg)
{
	char error[PROTO_ERROR];
	struct job *job;

	switch (msg->type) {
	case PROTO_RUN:
		if (!job_new(exec, msg, error))
			return;
		refuse(exec, msg->id, error);
		break;
	case PROTO_KILL:
		job = job_find(exec, msg->id);
		if (job)
			job_stop(job);
		else
			refuse(exec, msg->id, "this script does not run");
		break;
	default:
		leave(exec);
	}
	free(msg);
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
	struct exec *exec = io->data;
	char error[PROTO_ERROR];
	struct proto_msg *msg;
	int err;

	(void)loop;
	(void)events;
	err = proto_receive(exec->fd, PROTO_EXECUTOR, &msg, error);
	if (!err)
		handle(exec, msg);
	else if (err == -EBADMSG || err == -ENOMEM)
		refuse(exec, 0, error);
	else if (err != -EAGAIN)
		leave(exec);
}

static bool send_done(struct exec *exec, const struct job *job)
{
	struct proto_msg msg = {
		.type = PROTO_DONE, .id = job->msg->id, .done = job->done,
	};

	return send_msg(exec, &msg);
}

static void on_writable(struct ev_loop *loop, ev_io *io, int events)
{
	struct exec *exec = io->data;
	struct job *job;

	(void)events;
	ev_io_stop(loop, io);
	if (exec->reply.type) {
		if (!send_msg(exec, &exec->reply))
			return;
		exec->reply.type = 0;
		if (!exec->leaving)
			ev_io_start(loop, &exec->readable);
	}
	while ((job = TAILQ_FIRST(&exec->finished))) {
		if (!send_done(exec, job))
			return;
		TAILQ_REMOVE(&exec->finished, job, link);
		job_free(job);
	}
}

/**
 * link_done() - answer a request
 * @job: job with its answer, in no list; may be gone afterwards
 */
void link_done(struct job *job)
{
	struct exec *exec = job->exec;

	if (TAILQ_EMPTY(&exec->finished) && !exec->reply.type &&
	    send_done(exec, job))
		job_free(job);
	else
		TAILQ_INSERT_TAIL(&exec->finished, job, link);
}

static void on_term(struct ev_loop *loop, ev_signal *term, int events)
{
	(void)loop;
	(void)events;
	leave(term->data);
}

/**
 * link_start() - listen to the parent, and tell it so
 * @exec: executor
 */
void link_start(struct exec *exec)
{
	struct proto_msg msg = {
		.type = PROTO_STARTED, .started.slots = exec->slots,
	};

	ev_io_init(&exec->readable, on_readable, exec->fd, EV_READ);
	ev_io_init(&exec->writable, on_writable, exec->fd, EV_WRITE);
	ev_signal_init(&exec->term, on_term, SIGTERM);
	exec->readable.data = exec;
	exec->writable.data = exec;
	exec->term.data = exec;
	ev_io_start(exec->loop, &exec->readable);
	ev_signal_start(exec->loop, &exec->term);
	reply(exec, &msg);
}
