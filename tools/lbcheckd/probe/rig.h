/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For tests: the bad servers, and a probe at the other end of a socketpair:
 * either the objects with sanitizers in a forked child, or the real program
 * in its sandbox.
 */
#ifndef PROBE_RIG_H
#define PROBE_RIG_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fnmatch.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "probe.h"

/* Whatever is waited for comes within this time, or the test fails. */
#define DEADLINE_MS	60000
/* For peers that answer: never reached. For those that do not: soon. */
#define LONG_MS		50000
#define SHORT_MS	800
#define NOBODY		"65534"

/**
 * struct rig - a probe and its peers
 * @real: the program, not the forked child
 * @probe: process
 * @fd: socket to it
 * @server: process of the bad servers
 * @server_in: its standard input
 * @ports: its ports, as it printed them
 * @msg: last message received
 */
struct rig {
	bool real;
	pid_t probe;
	int fd;
	pid_t server;
	int server_in;
	char ports[1024];
	struct proto_msg *msg;
};

/* A file beside the sources, or, with @built, the program. */
static inline void rig_path(char *path, size_t size, bool built)
{
	char self[512];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(len > 0);
	self[len] = '\0';
	/* O/san/lbcheckd/probe/x_test */
	if (built)
		snprintf(path, size, "%s/../../../lbcheckd/probe/probe",
			 dirname(self));
	else
		snprintf(path, size, "%.*sbad_server.py",
			 (int)(strrchr(__FILE__, '/') + 1 - __FILE__),
			 __FILE__);
}

static inline void rig_serve(struct rig *rig)
{
	int in[2], out[2];
	char path[700];
	size_t len = 0;
	ssize_t n;

	rig_path(path, sizeof(path), false);
	assert_int_equal(pipe(in) | pipe(out), 0);
	rig->server = fork();
	if (!rig->server) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close_range(3, ~0U, 0);
		execl(path, path, NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	rig->server_in = in[1];
	while (!strstr(rig->ports, "ready\n")) {
		n = read(out[0], rig->ports + len,
			 sizeof(rig->ports) - 1 - len);
		if (n <= 0)
			fail_msg("the servers did not start");
		len += n;
	}
	close(out[0]);
}

static inline __u16 rig_port(const struct rig *rig, const char *name)
{
	char line[64];
	const char *at;

	snprintf(line, sizeof(line), "\n%s ", name);
	at = strstr(rig->ports, line);
	if (!at)
		at = rig->ports - 1;
	return atoi(at + strlen(line));
}

static inline void rig_child(const struct rig *rig, int fd, __u32 slots, bool mark)
{
	struct probe *probe;
	char path[700];
	int status;

	if (rig->real) {
		rig_path(path, sizeof(path), true);
		dup2(fd, 0);
		execl(path, path, NOBODY, NOBODY, mark ? "mark" : NULL, NULL);
		_exit(127);
	}
	probe = probe_new(fd, slots, mark);
	if (!probe)
		_exit(126);
	status = probe_run(probe);
	probe_free(probe);
	close(fd);
	/* leaks are looked for */
	exit(status);
}

static inline void rig_probe(struct rig *rig, __u32 slots, bool mark)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0);
	fflush(NULL);
	rig->probe = fork();
	if (!rig->probe) {
		close(fd[0]);
		/* or the servers would live as long as it */
		close(rig->server_in);
		rig_child(rig, fd[1], slots, mark);
	}
	close(fd[1]);
	rig->fd = fd[0];
}

/* The exit status of the probe; it has been asked to end. */
static inline int rig_end(struct rig *rig)
{
	int status = -1;

	assert_int_equal(waitpid(rig->probe, &status, 0), rig->probe);
	rig->probe = 0;
	close(rig->fd);
	free(rig->msg);
	rig->msg = NULL;
	return status;
}

static inline void rig_send(struct rig *rig, const struct proto_msg *msg)
{
	struct pollfd poller = { .fd = rig->fd, .events = POLLOUT };
	char error[PROTO_ERROR] = "";
	int err;

	while ((err = proto_send(rig->fd, msg, error)) == -EAGAIN)
		assert_int_equal(poll(&poller, 1, DEADLINE_MS), 1);
	assert_string_equal(error, err ? "?" : error);
}

static inline const struct proto_msg *rig_next(struct rig *rig)
{
	struct pollfd poller = { .fd = rig->fd, .events = POLLIN };
	char error[PROTO_ERROR] = "";

	free(rig->msg);
	rig->msg = NULL;
	assert_int_equal(poll(&poller, 1, DEADLINE_MS), 1);
	if (proto_receive(rig->fd, PROTO_PARENT, &rig->msg, error))
		fail_msg("%s", error);
	return rig->msg;
}

/* The next message of a type; others are skipped. */
static inline const struct proto_msg *rig_wait(struct rig *rig, enum proto_type type)
{
	const struct proto_msg *msg;

	do {
		msg = rig_next(rig);
	} while (msg->type != type);
	return msg;
}

/* The next result of a check; others are skipped. */
static inline const struct proto_result *rig_result(struct rig *rig, __u64 id)
{
	const struct proto_msg *msg;

	do {
		msg = rig_wait(rig, PROTO_RESULT);
	} while (msg->id != id);
	return &msg->result;
}

static inline void rig_is(const char *what, const char *text, const char *pattern)
{
	if (fnmatch(pattern, text, 0))
		fail_msg("%s: \"%s\" is not \"%s\"", what, text, pattern);
}

/* A check that runs once, at once. */
static inline struct proto_msg rig_check(const struct rig *rig, __u64 id,
					 const char *port)
{
	return (struct proto_msg){
		.type = PROTO_ADD, .id = id,
		.check = {
			.kind = PROTO_TCP,
			.frame = {
				.period = PROTO_DAY, .rise = 1, .fall = 1,
			},
			.addr = { 4, { 127, 0, 0, 1 } },
			.port = rig_port(rig, port),
			.connect_timeout = LONG_MS,
			.timeout = LONG_MS,
		},
	};
}

static inline struct proto_msg rig_http(const struct rig *rig, __u64 id,
					struct proto_url *url)
{
	struct proto_msg msg = rig_check(rig, id, "http");

	msg.check.kind = PROTO_HTTP;
	msg.check.urls = url;
	msg.check.n_urls = 1;
	return msg;
}

static inline int rig_setup(void **state, bool real)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	*state = rig;
	rig->real = real;
	/* none of them means anything */
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("https_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	rig_serve(rig);
	return 0;
}

static inline int rig_setup_forked(void **state)
{
	return rig_setup(state, false);
}

static inline int rig_setup_real(void **state)
{
	return rig_setup(state, true);
}

static inline int rig_teardown(void **state)
{
	struct rig *rig = *state;

	/* where a test failed */
	if (rig->probe) {
		kill(rig->probe, SIGKILL);
		rig_end(rig);
	}
	close(rig->server_in);
	waitpid(rig->server, NULL, 0);
	free(rig);
	return 0;
}

#endif /* PROBE_RIG_H */
