// SPDX-License-Identifier: GPL-2.0
/* When checks run. */
#include <time.h>

#include "probe.h"

/**
 * clock_now() - monotonic time
 *
 * Return: seconds.
 */
double clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/**
 * check_ms() - how long a run takes so far
 * @check: check that runs
 *
 * Return: milliseconds.
 */
unsigned int check_ms(const struct check *check)
{
	return (clock_now() - check->began) * 1000;
}

static void count_late(struct probe *probe, double seconds)
{
	unsigned int bucket = 0;
	double limit = 0.001;

	while (bucket < PROTO_BUCKETS - 1 && seconds >= limit) {
		bucket++;
		limit *= 2;
	}
	probe->late[bucket]++;
}

static void on_due(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	check_begin(timer->data);
}

static void schedule(struct check *check, double due)
{
	double after = due - clock_now();

	check->due = due;
	ev_timer_init(&check->timer, on_due, after > 0 ? after : 0, 0);
	check->timer.data = check;
	ev_timer_start(check->probe->loop, &check->timer);
}

/**
 * check_begin() - a check is due
 * @check: check, which does not run
 *
 * Without a free slot it waits its turn; what it was late counts from when it
 * was due.
 */
void check_begin(struct check *check)
{
	struct probe *probe = check->probe;

	if (probe->running >= probe->slots) {
		check->waiting = true;
		TAILQ_INSERT_TAIL(&probe->waiting, check, wait_link);
		return;
	}
	check->began = clock_now();
	count_late(probe, check->began - check->due);
	check->running = true;
	probe->running++;
	check->ops->start(check);
}

/* The next one begins from the loop: no matter how many end at once. */
static void free_slot(struct probe *probe)
{
	struct check *next = TAILQ_FIRST(&probe->waiting);

	probe->running--;
	if (!next)
		return;
	TAILQ_REMOVE(&probe->waiting, next, wait_link);
	next->waiting = false;
	ev_timer_init(&next->timer, on_due, 0, 0);
	next->timer.data = next;
	ev_timer_start(probe->loop, &next->timer);
}

/**
 * check_stop() - no runs of a check, not even the one under way
 * @check: check
 */
void check_stop(struct check *check)
{
	ev_timer_stop(check->probe->loop, &check->timer);
	if (check->waiting) {
		TAILQ_REMOVE(&check->probe->waiting, check, wait_link);
		check->waiting = false;
	}
	if (!check->running)
		return;
	check->ops->cancel(check);
	check->running = false;
	free_slot(check->probe);
}

/**
 * check_resume() - the first run, also after a pause
 * @check: check, stopped
 */
void check_resume(struct check *check)
{
	struct probe *probe = check->probe;

	schedule(check, clock_now() +
		 frame_spread(probe->seed, probe->added++,
			      check->frame.config.warmup) / 1000.0);
}

/**
 * check_hurry() - the period may have become shorter
 * @check: check
 */
void check_hurry(struct check *check)
{
	double due = check->began + check->frame.config.period / 1000.0;

	/* the first run, or a retry, comes when it was to come */
	if (check->running || check->waiting || !check->began ||
	    due >= check->due)
		return;
	ev_timer_stop(check->probe->loop, &check->timer);
	schedule(check, due > clock_now() ? due : clock_now());
}

/**
 * check_done() - a run has ended
 * @check: check
 * @verdict: what it found
 */
void check_done(struct check *check, const struct verdict *verdict)
{
	double now = clock_now(), from;
	struct frame_step step;

	check->running = false;
	free_slot(check->probe);
	step = frame_result(&check->frame, verdict->outcome);
	check->verdict = *verdict;
	check->result = (struct proto_result){
		.outcome = verdict->outcome,
		.state = check->frame.state,
		.judged = check->frame.judged,
		.tries = step.tries,
		.ms = (now - check->began) * 1000,
		.first_ms = verdict->first_ms,
		.bytes = verdict->bytes,
		.evidence = check->verdict.text,
	};
	/* a run may take longer than the period */
	from = (step.from_start ? check->began : now) + step.delay / 1000.0;
	schedule(check, from > now ? from : now);
	link_report(check);
}
