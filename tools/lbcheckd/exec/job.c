// SPDX-License-Identifier: GPL-2.0
/* One run of a script, from the request to the answer. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../evidence.h"
#include "exec.h"
#include "outcome.h"
#include "rules.h"
#include "spawn.h"

/* Output read before others get their turn again, and after the end. */
#define OUTPUT	65536

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/**
 * job_find() - a request that has not been answered
 * @exec: executor
 * @id: its number
 *
 * Return: job or NULL.
 */
struct job *job_find(struct exec *exec, __u64 id)
{
	struct job_list *lists[] = {
		&exec->active, &exec->waiting, &exec->finished,
	};
	struct job *job;
	unsigned int i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		TAILQ_FOREACH(job, lists[i], link)
			if (job->msg->id == id)
				return job;
	return NULL;
}

/**
 * job_free() - forget a job
 * @job: job that is in no list
 */
void job_free(struct job *job)
{
	job->exec->jobs--;
	free(job->msg);
	free(job);
}

/* Not in a list any more: the answer is known. */
static void finish(struct job *job)
{
	job->done.evidence = job->text;
	link_done(job);
}

static void unsure(struct job *job)
{
	job->done.outcome = FRAME_UNSURE;
	finish(job);
}

static void read_output(struct job *job)
{
	char buf[OUTPUT];
	ssize_t n = read(job->out, buf, sizeof(buf));

	if (n > 0)
		tail_add(&job->tail, buf, n);
	/* nobody has it open: its end would be told for ever */
	else if (!n)
		ev_io_stop(job->exec->loop, &job->output);
}

static void on_output(struct ev_loop *loop, ev_io *io, int events)
{
	(void)loop;
	(void)events;
	read_output(io->data);
}

static void kill_group(const struct job *job, int sig)
{
	kill(-job->pid, sig);
}

static void on_grace(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	kill_group(timer->data, SIGKILL);
}

static void terminate(struct job *job)
{
	struct ev_loop *loop = job->exec->loop;

	kill_group(job, SIGTERM);
	ev_timer_stop(loop, &job->timer);
	ev_timer_init(&job->timer, on_grace, EXEC_GRACE / 1000.0, 0);
	ev_timer_start(loop, &job->timer);
}

static void on_timeout(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct job *job = timer->data;

	(void)loop;
	(void)events;
	job->late = true;
	terminate(job);
}

/* The process is still there as a zombie, and its group's number with it. */
static int reap(struct job *job)
{
	int status = 0;

	if (job->msg->run.check || job->late || job->stopped)
		kill_group(job, SIGKILL);
	while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static void start_next(struct exec *exec);

static void on_end(struct ev_loop *loop, ev_io *io, int events)
{
	struct job *job = io->data;
	int status = reap(job), error;
	struct exec *exec = job->exec;

	(void)events;
	read_output(job);
	ev_io_stop(loop, &job->exited);
	ev_io_stop(loop, &job->output);
	ev_timer_stop(loop, &job->timer);
	job->done.ms = (now() - job->began) * 1000;
	if (read(job->err, &error, sizeof(error)) == sizeof(error)) {
		evidence(job->text, "cannot run %s: %s", job->msg->run.argv[0],
			 strerror(error));
		job->done.outcome = FRAME_UNSURE;
	} else {
		outcome_read(&job->done, job->text, status, &job->msg->run,
			     job->late, job->tail.line);
		if (job->stopped && !job->late)
			job->done.outcome = FRAME_UNSURE;
	}
	close(job->pidfd);
	close(job->out);
	close(job->err);
	TAILQ_REMOVE(&exec->active, job, link);
	exec->running--;
	finish(job);
	start_next(exec);
}

static void watch(struct job *job, const struct spawned *spawned)
{
	struct exec *exec = job->exec;

	job->pid = spawned->pid;
	job->pidfd = spawned->pidfd;
	job->out = spawned->out;
	job->err = spawned->err;
	ev_io_init(&job->exited, on_end, job->pidfd, EV_READ);
	ev_io_init(&job->output, on_output, job->out, EV_READ);
	ev_timer_init(&job->timer, on_timeout,
		      job->msg->run.timeout / 1000.0, 0);
	job->exited.data = job;
	job->output.data = job;
	job->timer.data = job;
	ev_io_start(exec->loop, &job->exited);
	ev_io_start(exec->loop, &job->output);
	ev_timer_start(exec->loop, &job->timer);
	TAILQ_INSERT_TAIL(&exec->active, job, link);
	exec->running++;
}

/* In no list. */
static void start(struct job *job)
{
	const struct proto_run *run = &job->msg->run;
	struct spawned spawned;
	char path[PATH_MAX];
	int err;

	if (rules_find(run->argv[0], path, sizeof(path), job->text) ||
	    (run->secure && !run->uid && rules_check(path, job->text)))
		return unsure(job);
	job->began = now();
	err = spawn(run, path, &spawned);
	if (err) {
		evidence(job->text, "no process: %s", strerror(-err));
		return unsure(job);
	}
	watch(job, &spawned);
}

static void start_next(struct exec *exec)
{
	struct job *job;

	while (exec->running < exec->slots && !exec->leaving &&
	       (job = TAILQ_FIRST(&exec->waiting))) {
		TAILQ_REMOVE(&exec->waiting, job, link);
		start(job);
	}
}

/**
 * job_new() - a request
 * @exec: executor
 * @msg: it; the job's own on success
 * @error: sentence, %PROTO_ERROR bytes
 *
 * Return: 0 or a negative errno.
 */
int job_new(struct exec *exec, struct proto_msg *msg, char *error)
{
	struct job *job;

	if (job_find(exec, msg->id)) {
		proto_wrong(error, "this script still runs or waits");
		return -EBUSY;
	}
	if (exec->jobs >= EXEC_JOBS) {
		proto_wrong(error, "%u scripts run or wait already",
			    exec->jobs);
		return -ENOSPC;
	}
	job = calloc(1, sizeof(*job));
	if (!job) {
		proto_wrong(error, "out of memory");
		return -ENOMEM;
	}
	job->exec = exec;
	job->msg = msg;
	exec->jobs++;
	TAILQ_INSERT_TAIL(&exec->waiting, job, link);
	start_next(exec);
	return 0;
}

/**
 * job_stop() - nobody wants the result any more; it is answered all the same
 * @job: job; may be gone afterwards
 */
void job_stop(struct job *job)
{
	if (job->done.evidence || job->stopped)
		return;
	job->stopped = true;
	if (job->pid) {
		terminate(job);
		return;
	}
	TAILQ_REMOVE(&job->exec->waiting, job, link);
	evidence(job->text, "stopped before it ran");
	unsure(job);
}
