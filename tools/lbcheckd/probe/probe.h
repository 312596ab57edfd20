/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The unprivileged child: runs checks and reports. One loop of libev, one
 * thread. A check's kind (&struct check_ops) does the work of one check and
 * says what it found by check_done(); when it runs is the loop's matter.
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include <stdbool.h>
#include <curl/curl.h>
#include <ev.h>
#include <sys/queue.h>

#include "../proto.h"

struct check;

/**
 * struct verdict - what a check found
 * @outcome: in short
 * @first_ms: milliseconds until the first byte came; 0 where none did
 * @bytes: that came
 * @text: what happened
 */
struct verdict {
	enum frame_outcome outcome;
	__u32 first_ms;
	__u64 bytes;
	char text[PROTO_TEXT + 1];
};

/**
 * struct check_ops - a kind of checks
 * @prepare: make what every run needs; 0, or an error with its sentence
 * @start: run once; check_done() follows, now or later
 * @cancel: stop a run: no check_done()
 * @release: undo @prepare; nothing runs
 */
struct check_ops {
	int (*prepare)(struct check *check, char *error);
	void (*start)(struct check *check);
	void (*cancel)(struct check *check);
	void (*release)(struct check *check);
};

/**
 * struct check - a check
 * @id: as the parent numbers it
 * @probe: whose
 * @msg: the message that added it, its parameters
 * @ops: its kind
 * @priv: the kind's
 * @frame: its state
 * @timer: to the next run
 * @due: when that is, monotonic seconds
 * @began: when the last one began
 * @suspended: no runs
 * @running: between start and check_done()
 * @waiting: due, but all slots are taken; in the list of those
 * @reporting: in the list of results to be sent
 * @told: state in the last result sent
 * @result: last result, its text in @verdict
 * @verdict: last one
 * @wait_link: list of waiting checks
 * @report_link: list of results to be sent
 */
struct check {
	__u64 id;
	struct probe *probe;
	struct proto_msg *msg;
	const struct check_ops *ops;
	void *priv;
	struct frame frame;
	ev_timer timer;
	double due;
	double began;
	bool suspended;
	bool running;
	bool waiting;
	bool reporting;
	enum frame_state told;
	struct proto_result result;
	struct verdict verdict;

	TAILQ_ENTRY(check) wait_link;
	TAILQ_ENTRY(check) report_link;
};

TAILQ_HEAD(check_list, check);

/**
 * struct multi - libcurl's transfers in the loop
 * @curl: all transfers
 * @loop: loop
 * @timer: when libcurl wants to be called
 */
struct multi {
	CURLM *curl;
	struct ev_loop *loop;
	ev_timer timer;
};

/**
 * struct probe - everything
 * @loop: loop
 * @multi: HTTP transfers
 * @fd: socket to the parent
 * @readable: the parent sent something
 * @writable: the parent has read something
 * @reply: message that could not be sent yet; of type 0 where there is none
 * @reply_text: text of @reply
 * @tls: message that says what TLS checks show, or NULL
 * @checks: tree of all, by id
 * @n: how many
 * @added: how many were ever added, for their spread
 * @seed: of spread and jitter
 * @running: how many run
 * @slots: how many may
 * @waiting: due, but without a slot
 * @reports: results to be sent: one a check, the last
 * @late: starts by lateness
 * @mark: may set marks
 * @status: exit status
 */
struct probe {
	struct ev_loop *loop;
	struct multi multi;
	int fd;
	ev_io readable;
	ev_io writable;
	struct proto_msg reply;
	char reply_text[PROTO_TEXT + 1];
	struct proto_msg *tls;
	void *checks;
	__u32 n;
	__u64 added;
	__u64 seed;
	__u32 running;
	__u32 slots;
	struct check_list waiting;
	struct check_list reports;
	__u64 late[PROTO_BUCKETS];
	bool mark;
	int status;
};

/* loop.c */
struct probe *probe_new(int fd, __u32 slots, bool mark);
int probe_run(struct probe *probe);
void probe_free(struct probe *probe);

/* schedule.c */
double clock_now(void);
unsigned int check_ms(const struct check *check);
void check_begin(struct check *check);
void check_stop(struct check *check);
void check_resume(struct check *check);
void check_hurry(struct check *check);
void check_done(struct check *check, const struct verdict *verdict);

/* table.c */
int check_add(struct probe *probe, struct proto_msg *msg, char *error);
struct check *check_find(struct probe *probe, __u64 id);
void check_remove(struct check *check);
void check_flush(struct probe *probe);

/* link.c */
void link_start(struct probe *probe);
void link_stop(struct probe *probe);
void link_report(struct check *check);

/* multi.c */
int multi_init(struct multi *multi, struct ev_loop *loop);
void multi_exit(struct multi *multi);

/* tcp.c, http.c */
extern const struct check_ops tcp_ops;
extern const struct check_ops http_ops;
void http_connected(struct check *check);
void http_finished(struct check *check, CURLcode code);

#endif /* PROBE_PROBE_H */
