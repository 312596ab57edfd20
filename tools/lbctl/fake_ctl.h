/* SPDX-License-Identifier: GPL-2.0 */
/* Running lbctl against the fake kernel, for tests only. */
#ifndef LBCTL_FAKE_CTL_H
#define LBCTL_FAKE_CTL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../lib/fake.h"
#include "lbctl.h"

/* A suite's set-up: a fake kernel for each test. */
static inline int fake_setup(void **state)
{
	*state = fake_new();
	return 0;
}

static inline int fake_teardown(void **state)
{
	fake_free(*state);
	return 0;
}

/**
 * struct run - what a run of lbctl left
 * @out: standard output
 * @err: standard error
 * @status: exit status
 */
struct run {
	char *out;
	char *err;
	int status;
};

/*
 * @line is split at blanks; "..." is not understood. @in: stdin or NULL. @recv:
 * in place of the fake's, or NULL.
 */
static inline struct run run_lbctl_recv(struct fake *k, const char *line,
					const char *in,
					ssize_t (*recv)(void *ctx, void *buf,
							size_t len))
{
	struct l4lb_io io = fake_io(k);
	char *copy = strdup(line), *rest = copy, *argv[64] = { "lbctl" };
	struct lbctl ctl = { .io = &io };
	struct run run = { 0 };
	size_t out_len, err_len;
	int argc = 1;
	FILE *out;

	if (recv)
		io.recv = recv;
	while ((argv[argc] = strsep(&rest, " ")))
		argc += *argv[argc] != '\0';
	out = open_memstream(&run.out, &out_len);
	ctl.err = open_memstream(&run.err, &err_len);
	ctl.in = in && *in ? fmemopen((void *)in, strlen(in), "r") :
			     fopen("/dev/null", "r");
	ctl.out = out_new(out, false);
	run.status = ctl_main(&ctl, argc, argv);
	assert_int_equal(out_free(ctl.out), 0);
	fclose(out);
	fclose(ctl.err);
	fclose(ctl.in);
	free(copy);
	return run;
}

static inline struct run run_lbctl(struct fake *k, const char *line,
				   const char *in)
{
	return run_lbctl_recv(k, line, in, NULL);
}

static inline void run_free(struct run *run)
{
	free(run->out);
	free(run->err);
}

/* Done, with exactly this on standard output and nothing on the other. */
static inline void expect_out(struct fake *k, const char *line, const char *out)
{
	struct run run = run_lbctl(k, line, NULL);

	assert_string_equal(run.err, "");
	assert_string_equal(run.out, out);
	assert_int_equal(run.status, DONE);
	run_free(&run);
}

/* Not done, with exactly this sentence. */
static inline void expect_err(struct fake *k, const char *line,
			      const char *in, int status, const char *err)
{
	struct run run = run_lbctl(k, line, in);

	assert_string_equal(run.err, err);
	assert_int_equal(run.status, status);
	run_free(&run);
}

/* Attributes of an answer, built in @k->answer. */
static inline struct nlmsghdr *answer(struct fake *k)
{
	return mnl_nlmsg_put_header(k->answer);
}

static inline void answer_end(struct fake *k, const struct nlmsghdr *nlh)
{
	k->answer_len = nlh->nlmsg_len - MNL_NLMSG_HDRLEN;
	memmove(k->answer, k->answer + MNL_NLMSG_HDRLEN, k->answer_len);
}

/* An event in the queue that nobody asked for. */
static inline struct nlmsghdr *event(struct fake *k, __u8 cmd)
{
	const struct {
		struct nlmsghdr nlh;
		struct genlmsghdr genl;
	} none = {
		{ .nlmsg_len = sizeof(none), .nlmsg_type = FAKE_FAMILY },
		{ .cmd = cmd },
	};

	return fake_reply(k, &none.nlh);
}

#endif /* LBCTL_FAKE_CTL_H */
