/* SPDX-License-Identifier: GPL-2.0 */
/* For tests: a helper of lbcheckd at the other end of a socketpair. */
#ifndef CHECKD_PEER_H
#define CHECKD_PEER_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fnmatch.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "proto.h"

/* Whatever is waited for comes within this time, or the test fails. */
#define DEADLINE_MS	60000

/**
 * struct peer - a helper
 * @pid: its process
 * @fd: socket to it
 * @msg: last message received
 */
struct peer {
	pid_t pid;
	int fd;
	struct proto_msg *msg;
};

/* A program that was built: @name is relative to the objects. */
static inline void peer_path(char *path, size_t size, const char *name)
{
	char self[512];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(len > 0);
	self[len] = '\0';
	/* O/san/lbcheckd/ROOM/X_test */
	*strstr(self, "/san/lbcheckd/") = '\0';
	snprintf(path, size, "%s/%s", self, name);
}

/* In the child, the socket to the parent; in the parent, -1. */
static inline int peer_fork(struct peer *peer)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0);
	fflush(NULL);
	peer->pid = fork();
	assert_true(peer->pid >= 0);
	if (!peer->pid) {
		close(fd[0]);
		return fd[1];
	}
	close(fd[1]);
	peer->fd = fd[0];
	return -1;
}

/* The exit status; it has been asked to end. */
static inline int peer_end(struct peer *peer)
{
	int status = -1;

	assert_int_equal(waitpid(peer->pid, &status, 0), peer->pid);
	close(peer->fd);
	free(peer->msg);
	*peer = (struct peer){ 0 };
	return status;
}

/* Where a test failed. */
static inline void peer_kill(struct peer *peer)
{
	if (!peer->pid)
		return;
	kill(peer->pid, SIGKILL);
	peer_end(peer);
}

static inline void peer_send(struct peer *peer, const struct proto_msg *msg)
{
	struct pollfd poller = { .fd = peer->fd, .events = POLLOUT };
	char error[PROTO_ERROR] = "";
	int err;

	while ((err = proto_send(peer->fd, msg, error)) == -EAGAIN)
		assert_int_equal(poll(&poller, 1, DEADLINE_MS), 1);
	if (err)
		fail_msg("%s", error);
}

static inline void peer_send_type(struct peer *peer, enum proto_type type,
				  __u64 id)
{
	struct proto_msg msg = { .type = type, .id = id };

	peer_send(peer, &msg);
}

static inline const struct proto_msg *peer_next(struct peer *peer)
{
	struct pollfd poller = { .fd = peer->fd, .events = POLLIN };
	char error[PROTO_ERROR] = "";

	free(peer->msg);
	peer->msg = NULL;
	assert_int_equal(poll(&poller, 1, DEADLINE_MS), 1);
	if (proto_receive(peer->fd, PROTO_PARENT, &peer->msg, error))
		fail_msg("%s", error);
	return peer->msg;
}

/* The next message of a type; others are skipped. */
static inline const struct proto_msg *peer_wait(struct peer *peer,
						enum proto_type type)
{
	const struct proto_msg *msg;

	do {
		msg = peer_next(peer);
	} while (msg->type != type);
	return msg;
}

static inline void peer_quit(struct peer *peer)
{
	peer_send_type(peer, PROTO_QUIT, 0);
	assert_int_equal(peer_end(peer), 0);
}

/* Is @text, of @what, as fnmatch(3) has @pattern? */
static inline void peer_is(const char *what, const char *text,
			   const char *pattern)
{
	if (fnmatch(pattern, text, 0))
		fail_msg("%s: \"%s\" is not \"%s\"", what, text, pattern);
}

#endif /* CHECKD_PEER_H */
