/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For tests: the bad servers, and a probe at the other end of a socketpair:
 * either the objects with sanitizers in a forked child, or the real program
 * in its sandbox.
 */
#ifndef PROBE_RIG_H
#define PROBE_RIG_H

#include "../peer.h"
#include "probe.h"

/* For peers that answer: never reached. For others: time for what they do. */
#define LONG_MS		50000
#define SHORT_MS	5000
#define NOBODY		"65534"

/**
 * struct rig - a probe and its peers
 * @real: the program, not the forked child
 * @peer: it
 * @server: process of the bad servers
 * @server_in: its standard input
 * @ports: its ports, as it printed them
 */
struct rig {
	bool real;
	struct peer peer;
	pid_t server;
	int server_in;
	char ports[1024];
};

static inline void rig_serve(struct rig *rig)
{
	int in[2], out[2];
	char path[512];
	size_t len = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "%.*s/bad_server.py",
		 (int)(strrchr(__FILE__, '/') - __FILE__), __FILE__);
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

static inline void rig_child(const struct rig *rig, int fd, __u32 slots,
			     bool mark)
{
	struct probe *probe;
	char path[700];
	int status;

	/* or the servers would live as long as it */
	close(rig->server_in);
	if (rig->real) {
		peer_path(path, sizeof(path), "lbcheckd/probe/probe");
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
	int fd = peer_fork(&rig->peer);

	if (fd >= 0)
		rig_child(rig, fd, slots, mark);
	assert_int_equal(peer_next(&rig->peer)->type, PROTO_STARTED);
}

/* The next result of a check; others are skipped. */
static inline const struct proto_result *rig_result(struct rig *rig, __u64 id)
{
	const struct proto_msg *msg;

	do {
		msg = peer_wait(&rig->peer, PROTO_RESULT);
	} while (msg->id != id);
	return &msg->result;
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

	peer_kill(&rig->peer);
	close(rig->server_in);
	waitpid(rig->server, NULL, 0);
	free(rig);
	return 0;
}

#endif /* PROBE_RIG_H */
