// SPDX-License-Identifier: GPL-2.0
/*
 * Messages from and to the parent. Nothing waits for it and nothing piles up:
 * of results the last of each check is kept, and while an answer cannot be
 * sent, no message is read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../evidence.h"
#include "probe.h"

/* Messages handled before checks get their turn again. */
#define BATCH	64

static void leave(struct probe *probe, int status)
{
	probe->status = status;
	ev_break(probe->loop, EVBREAK_ALL);
}

/* Whether it was sent, or nobody is there any more. */
static bool send_msg(struct probe *probe, const struct proto_msg *msg)
{
	char error[PROTO_ERROR];
	int err = proto_send(probe->fd, msg, error);

	if (err == -EAGAIN || err == -ENOBUFS) {
		ev_io_start(probe->loop, &probe->writable);
		return false;
	}
	if (err)
		leave(probe, err == -EPIPE ? EXIT_SUCCESS : EXIT_FAILURE);
	return true;
}

static void reply(struct probe *probe, const struct proto_msg *msg)
{
	if (send_msg(probe, msg))
		return;
	probe->reply = *msg;
	ev_io_stop(probe->loop, &probe->readable);
}

static void refuse(struct probe *probe, __u64 id, const char *why)
{
	struct proto_msg msg = {
		.type = PROTO_REFUSED, .id = id,
		.refused.text = probe->reply_text,
	};

	evidence(probe->reply_text, "%s", why);
	reply(probe, &msg);
}

static void tell_lateness(struct probe *probe)
{
	struct proto_msg msg = {
		.type = PROTO_LATENESS,
		.lateness = { .checks = probe->n, .running = probe->running },
	};

	memcpy(msg.lateness.count, probe->late, sizeof(probe->late));
	reply(probe, &msg);
}

static void set(struct check *check, const struct proto_set *to)
{
	bool paused = check->suspended;

	frame_set(&check->frame, &to->frame);
	check->suspended = to->suspended;
	if (paused && !to->suspended)
		check_resume(check);
	else if (to->suspended)
		check_stop(check);
	else
		check_hurry(check);
}

/* Takes @msg. */
static void handle(struct probe *probe, struct proto_msg *msg)
{
	char error[PROTO_ERROR];
	struct check *check = NULL;

	if (msg->type == PROTO_SET || msg->type == PROTO_REMOVE) {
		check = check_find(probe, msg->id);
		if (!check) {
			refuse(probe, msg->id, "there is no such check");
			goto free;
		}
	}
	switch (msg->type) {
	case PROTO_ADD:
		if (!check_add(probe, msg, error))
			return;
		refuse(probe, msg->id, error);
		break;
	case PROTO_SET:
		set(check, &msg->set);
		break;
	case PROTO_REMOVE:
		check_remove(check);
		break;
	case PROTO_FLUSH:
		check_flush(probe);
		break;
	case PROTO_TLS:
		free(probe->tls);
		probe->tls = msg;
		return;
	case PROTO_ASK:
		tell_lateness(probe);
		break;
	default:
		leave(probe, EXIT_SUCCESS);
	}
free:
	free(msg);
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
	struct probe *probe = io->data;
	char error[PROTO_ERROR];
	struct proto_msg *msg;
	unsigned int i;
	int err;

	(void)loop;
	(void)events;
	for (i = 0; i < BATCH && !probe->reply.type; i++) {
		err = proto_receive(probe->fd, PROTO_PROBE, &msg, error);
		if (!err)
			handle(probe, msg);
		else if (err == -EAGAIN)
			return;
		else if (err == -EBADMSG || err == -ENOMEM)
			refuse(probe, 0, error);
		else
			return leave(probe, err == -EPIPE ? EXIT_SUCCESS :
							    EXIT_FAILURE);
	}
}

static bool send_report(struct probe *probe, struct check *check)
{
	struct proto_msg msg = {
		.type = PROTO_RESULT, .id = check->id, .result = check->result,
	};

	msg.result.changed = check->told != msg.result.state;
	if (!send_msg(probe, &msg))
		return false;
	check->told = msg.result.state;
	return true;
}

static void on_writable(struct ev_loop *loop, ev_io *io, int events)
{
	struct probe *probe = io->data;
	struct check *check;

	(void)events;
	ev_io_stop(loop, io);
	if (probe->reply.type) {
		if (!send_msg(probe, &probe->reply))
			return;
		probe->reply.type = 0;
		ev_io_start(loop, &probe->readable);
	}
	while ((check = TAILQ_FIRST(&probe->reports))) {
		if (!send_report(probe, check))
			return;
		TAILQ_REMOVE(&probe->reports, check, report_link);
		check->reporting = false;
	}
}

/**
 * link_report() - a check has a new result
 * @check: check
 */
void link_report(struct check *check)
{
	struct probe *probe = check->probe;

	/* it goes in its turn */
	if (check->reporting)
		return;
	if (TAILQ_EMPTY(&probe->reports) && !probe->reply.type &&
	    send_report(probe, check))
		return;
	check->reporting = true;
	TAILQ_INSERT_TAIL(&probe->reports, check, report_link);
}

/**
 * link_start() - listen to the parent, and tell it so
 * @probe: probe
 */
void link_start(struct probe *probe)
{
	struct proto_msg msg = {
		.type = PROTO_STARTED,
		.started = { .slots = probe->slots, .mark = probe->mark },
	};

	ev_io_init(&probe->readable, on_readable, probe->fd, EV_READ);
	ev_io_init(&probe->writable, on_writable, probe->fd, EV_WRITE);
	probe->readable.data = probe;
	probe->writable.data = probe;
	ev_io_start(probe->loop, &probe->readable);
	reply(probe, &msg);
}

/**
 * link_stop() - the parent is heard no more
 * @probe: probe
 */
void link_stop(struct probe *probe)
{
	ev_io_stop(probe->loop, &probe->readable);
	ev_io_stop(probe->loop, &probe->writable);
}
