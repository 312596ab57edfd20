// SPDX-License-Identifier: GPL-2.0
/* When a check runs next, and when its server goes down or up. */
#include "frame.h"

/* The period varies by up to this part of it, either way. */
#define JITTER	32

/* splitmix64 (Steele, Lea, Flood 2014) */
static __u64 draw(__u64 *state)
{
	__u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* Equal chances for longer and shorter, so that the mean is the period. */
static __u32 jittered(struct frame *frame)
{
	__u32 span = frame->config.period / JITTER;

	return frame->config.period - span +
	       draw(&frame->random) % (2 * (__u64)span + 1);
}

/**
 * frame_init() - begin
 * @frame: frame
 * @config: how the check is repeated
 * @known: what was learnt before about the server by the same check
 * @seed: of the jitter
 */
void frame_init(struct frame *frame, const struct frame_config *config,
		enum frame_state known, __u64 seed)
{
	*frame = (struct frame){
		.config = *config,
		.state = known,
		.random = seed,
	};
	if (known == FRAME_UNKNOWN)
		frame->state = config->alpha ? FRAME_DOWN : FRAME_UP;
}

/**
 * frame_set() - go on otherwise
 * @frame: frame; its state and what it counted stay
 * @config: how the check is repeated from now on
 */
void frame_set(struct frame *frame, const struct frame_config *config)
{
	frame->config = *config;
}

/* A round has ended with @good: does it turn the state? */
static bool turn(struct frame *frame, bool good)
{
	bool up = frame->state == FRAME_UP;

	frame->judged = true;
	if (good == up) {
		frame->streak = 0;
		return false;
	}
	frame->streak++;
	if (frame->streak < (up ? frame->config.fall : frame->config.rise))
		return false;
	frame->state = up ? FRAME_DOWN : FRAME_UP;
	frame->streak = 0;
	return true;
}

/**
 * frame_result() - a check has ended
 * @frame: frame
 * @outcome: what it found
 *
 * Return: when the next one runs, and whether the state changed.
 */
struct frame_step frame_result(struct frame *frame, enum frame_outcome outcome)
{
	struct frame_step step = {
		.from_start = true,
		.tries = frame->tries,
	};

	if (outcome == FRAME_FAILED && frame->state == FRAME_UP &&
	    frame->tries < frame->config.retry) {
		frame->tries++;
		step.delay = frame->config.retry_delay;
		step.from_start = false;
		return step;
	}
	if (outcome == FRAME_OK || outcome == FRAME_FAILED) {
		frame->tries = 0;
		step.changed = turn(frame, outcome == FRAME_OK);
	}
	step.delay = jittered(frame);
	return step;
}

/**
 * frame_spread() - when a check runs first
 * @seed: shifts all alike
 * @number: which of the checks, counted up
 * @span: over how many milliseconds
 *
 * Multiples of the golden ratio, modulo 1, lie evenly however many there are.
 *
 * Return: milliseconds, less than @span, or 0 where that is 0.
 */
__u32 frame_spread(__u64 seed, __u64 number, __u32 span)
{
	__u64 place = seed + number * 0x9e3779b97f4a7c15ULL;

	return (place >> 32) * span >> 32;
}
