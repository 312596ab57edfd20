/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The frame every check lives in: when it runs next, and what its results make
 * of its server's state. No clock and no I/O.
 *
 * A round is one check and, while the server is up, up to @retry more where it
 * failed; the last of them decides. @fall failed rounds in a row make the
 * server down, @rise successful ones up. A server that is down is not checked
 * again within a round (keepalived.conf(5): retry is for an alive server).
 */
#ifndef CHECKD_FRAME_H
#define CHECKD_FRAME_H

#include <stdbool.h>
#include <linux/types.h>

enum frame_state {
	FRAME_UNKNOWN,	/* nothing was learnt before; alpha decides */
	FRAME_UP,
	FRAME_DOWN,
};

/* What one check found. */
enum frame_outcome {
	FRAME_OK = 1,
	FRAME_FAILED,
	/* it could not be carried out here: says nothing about the server */
	FRAME_UNSURE,
	/* one of several urls passed; the others follow in later periods */
	FRAME_PART,
};

/**
 * struct frame_config - how a check is repeated; times in milliseconds
 * @period: from the start of a round to the start of the next; not 0
 * @retry: further checks in a round that began with a failure
 * @retry_delay: from the end of a failed check to the start of the next
 * @rise: successful rounds in a row that make a server up; not 0
 * @fall: failed rounds in a row that make a server down; not 0
 * @warmup: first checks are spread over this time; 0: at once
 * @alpha: down until the first success, where nothing is known
 */
struct frame_config {
	__u32 period;
	__u32 retry;
	__u32 retry_delay;
	__u32 rise;
	__u32 fall;
	__u32 warmup;
	bool alpha;
};

/**
 * struct frame - one check's state
 * @config: how it is repeated
 * @state: up or down, never unknown
 * @judged: a round has ended
 * @tries: failed checks of the round that is going on
 * @streak: rounds in a row that speak against @state
 * @random: state of the jitter's generator
 */
struct frame {
	struct frame_config config;
	enum frame_state state;
	bool judged;
	__u32 tries;
	__u32 streak;
	__u64 random;
};

/**
 * struct frame_step - what follows from a result
 * @delay: milliseconds until the next check
 * @from_start: @delay counts from the start of this check, not from its end
 * @changed: the state is another than before
 * @tries: how many checks of this round had failed before this one
 */
struct frame_step {
	__u32 delay;
	bool from_start;
	bool changed;
	__u32 tries;
};

void frame_init(struct frame *frame, const struct frame_config *config,
		enum frame_state known, __u64 seed);
void frame_set(struct frame *frame, const struct frame_config *config);
struct frame_step frame_result(struct frame *frame, enum frame_outcome outcome);
__u32 frame_spread(__u64 seed, __u64 number, __u32 span);

#endif /* CHECKD_FRAME_H */
