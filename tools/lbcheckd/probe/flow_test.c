// SPDX-License-Identifier: GPL-2.0
/* Checks over time: rounds, transitions, pauses, slots, a parent that sleeps. */
#include "rig.h"

static void send_type(struct rig *rig, enum proto_type type, __u64 id)
{
	struct proto_msg msg = { .type = type, .id = id };

	rig_send(rig, &msg);
}

static void start(struct rig *rig, __u32 slots)
{
	rig_probe(rig, slots, false);
	assert_int_equal(rig_next(rig)->type, PROTO_STARTED);
}

static void quit(struct rig *rig)
{
	send_type(rig, PROTO_QUIT, 0);
	assert_int_equal(rig_end(rig), 0);
}

/* One letter a result: outcome, then "!" where the state changed. */
static void script(struct rig *rig, __u64 id, const char *expected)
{
	char got[64] = "";
	size_t n = 0;

	while (n < strlen(expected)) {
		const struct proto_result *r = rig_result(rig, id);

		got[n++] = "?ofup"[r->outcome];
		if (r->outcome == FRAME_FAILED && r->tries)
			got[n++] = '0' + r->tries;
		if (r->changed)
			got[n++] = r->state == FRAME_UP ? 'U' : 'D';
	}
	assert_string_equal(got, expected);
}

static void test_rounds(void **state)
{
	struct rig *rig = *state;
	struct proto_url url = { .path = rig->real ? "/seq/a/25525552" :
						     "/seq/b/25525552" };
	struct proto_url alpha = { .path = rig->real ? "/seq/c/55222" :
						       "/seq/d/55222" };
	struct proto_msg msg = rig_http(rig, 1, &url);

	start(rig, 100);
	msg.check.frame = (struct frame_config){
		.period = 100, .retry = 1, .retry_delay = 10, .rise = 2,
		.fall = 1,
	};
	rig_send(rig, &msg);
	/* 2, 5 5: down; 2, 5 5 5, 2 2: up */
	script(rig, 1, "off1DofffooU");
	send_type(rig, PROTO_REMOVE, 1);
	msg = rig_http(rig, 2, &alpha);
	msg.check.frame.period = 100;
	msg.check.frame.alpha = true;
	rig_send(rig, &msg);
	script(rig, 2, "ffoUoo");
	quit(rig);
}

/* What was learnt before: a server that is down comes up once it is good. */
static void test_known(void **state)
{
	struct rig *rig = *state;
	struct proto_msg msg = rig_check(rig, 1, "http");
	const struct proto_result *r;

	start(rig, 100);
	msg.check.known = FRAME_DOWN;
	rig_send(rig, &msg);
	r = rig_result(rig, 1);
	assert_int_equal(r->state, FRAME_UP);
	assert_true(r->changed);
	quit(rig);
}

/* While it is down, a url a period, unless recovery is to be fast. */
static void test_parts(void **state)
{
	struct proto_url urls[] = {
		{ .path = "/ok" }, { .path = "/ok" }, { .path = "/status/204" },
	};
	struct proto_url bad[] = { { .path = "/ok" }, { .path = "/nothing" } };
	struct rig *rig = *state;
	struct proto_msg msg = rig_http(rig, 1, urls);

	start(rig, 100);
	msg.check.n_urls = 3;
	msg.check.frame.alpha = true;
	msg.check.frame.period = 50;
	rig_send(rig, &msg);
	script(rig, 1, "ppoUoo");
	send_type(rig, PROTO_REMOVE, 1);
	msg.id = 2;
	msg.check.fast_recovery = true;
	rig_send(rig, &msg);
	script(rig, 2, "oUoo");
	send_type(rig, PROTO_REMOVE, 2);
	/* the second fails: again from the first */
	msg = rig_http(rig, 3, bad);
	msg.check.n_urls = 2;
	msg.check.frame.alpha = true;
	msg.check.frame.period = 50;
	rig_send(rig, &msg);
	script(rig, 3, "pfpfpf");
	quit(rig);
}

static void test_refused(void **state)
{
	struct proto_url url = { .path = "/", .regex.pattern = "(" };
	struct rig *rig = *state;
	struct proto_msg msg = rig_check(rig, 7, "http");
	const struct proto_msg *got;

	start(rig, 100);
	rig_send(rig, &msg);
	rig_wait(rig, PROTO_RESULT);
	rig_send(rig, &msg);
	got = rig_next(rig);
	assert_int_equal(got->type, PROTO_REFUSED);
	assert_int_equal(got->id, 7);
	assert_string_equal(got->refused.text,
			    "there is a check of this number already");
	send_type(rig, PROTO_REMOVE, 8);
	got = rig_next(rig);
	assert_int_equal(got->id, 8);
	assert_string_equal(got->refused.text, "there is no such check");
	msg = rig_http(rig, 9, &url);
	rig_send(rig, &msg);
	assert_string_equal(rig_next(rig)->refused.text,
			    "regex, at its character 2: missing closing parenthesis");
	msg = rig_check(rig, 10, "http");
	msg.check.mark = 1;
	rig_send(rig, &msg);
	rig_is("mark", rig_next(rig)->refused.text, "marks cannot be set: *");
	assert_int_equal(send(rig->fd, "nonsense", 8, 0), 8);
	assert_string_equal(rig_next(rig)->refused.text,
			    "a message of 8 bytes");
	/* none of that is there, all else goes on */
	send_type(rig, PROTO_ASK, 0);
	assert_int_equal(rig_wait(rig, PROTO_LATENESS)->lateness.checks, 1);
	quit(rig);
}

/* What this machine cannot do says nothing about the server. */
static void test_unsure(void **state)
{
	struct proto_url url = { .path = "/ok" };
	struct rig *rig = *state;
	struct proto_msg msg = rig_check(rig, 1, "http");
	const struct proto_result *r;

	start(rig, 100);
	/* an address of nobody here */
	msg.check.bind = (struct proto_addr){ 4, { 192, 0, 2, 1 } };
	rig_send(rig, &msg);
	r = rig_result(rig, 1);
	assert_int_equal(r->outcome, FRAME_UNSURE);
	assert_int_equal(r->state, FRAME_UP);
	assert_false(r->judged);
	rig_is("TCP", r->evidence,
	       "cannot bind to the address and port: Cannot assign*");
	msg = rig_http(rig, 2, &url);
	msg.check.bind_if = "nowhere0";
	rig_send(rig, &msg);
	r = rig_result(rig, 2);
	assert_int_equal(r->outcome, FRAME_UNSURE);
	rig_is("HTTP", r->evidence, "cannot bind to nowhere0: *");
	msg = rig_http(rig, 3, &url);
	msg.check.bind = (struct proto_addr){ 4, { 127, 0, 0, 7 } };
	msg.check.bind_if = "lo";
	rig_send(rig, &msg);
	assert_int_equal(rig_result(rig, 3)->outcome, FRAME_OK);
	quit(rig);
}

/* Never two of one check: the server counts. */
static void test_overlap(void **state)
{
	struct rig *rig = *state;
	struct proto_url url = {
		.path = rig->real ? "/hold/a" : "/hold/b",
		.regex.pattern = "^most 1$",
	};
	struct proto_msg msg = rig_http(rig, 1, &url);

	start(rig, 100);
	msg.check.frame.period = 20;
	rig_send(rig, &msg);
	script(rig, 1, "oooooo");
	quit(rig);
}

/* A hundred peers that hang do not delay the one that does not. */
static void test_hung(void **state)
{
	struct proto_url url = { .path = "/ok" };
	struct rig *rig = *state;
	struct proto_msg msg;
	unsigned int i;

	start(rig, 1000);
	for (i = 0; i < 100; i++) {
		msg = rig_http(rig, 1000 + i, &url);
		msg.check.port = rig_port(rig, i % 2 ? "mute" : "full");
		rig_send(rig, &msg);
	}
	msg = rig_http(rig, 1, &url);
	msg.check.frame.period = 50;
	rig_send(rig, &msg);
	for (i = 0; i < 10; i++) {
		const struct proto_msg *got = rig_next(rig);

		assert_int_equal(got->type, PROTO_RESULT);
		assert_int_equal(got->id, 1);
		assert_int_equal(got->result.outcome, FRAME_OK);
	}
	send_type(rig, PROTO_ASK, 0);
	assert_int_equal(rig_wait(rig, PROTO_LATENESS)->lateness.checks, 101);
	send_type(rig, PROTO_FLUSH, 0);
	send_type(rig, PROTO_ASK, 0);
	do {
		rig_wait(rig, PROTO_LATENESS);
	} while (rig->msg->lateness.checks);
	assert_int_equal(rig->msg->lateness.running, 0);
	quit(rig);
}

/* With two slots the third check waits, and is late. */
static void test_slots(void **state)
{
	struct rig *rig = *state;
	struct proto_msg msg;
	__u64 late = 0;
	unsigned int i;

	/* the program reckons its slots by itself */
	if (rig->real)
		return;
	start(rig, 2);
	for (i = 0; i < 2; i++) {
		msg = rig_check(rig, i, "full");
		msg.check.connect_timeout = SHORT_MS;
		rig_send(rig, &msg);
	}
	for (; i < 20; i++) {
		msg = rig_check(rig, i, "http");
		rig_send(rig, &msg);
	}
	for (i = 0; i < 20; i++) {
		const struct proto_msg *got = rig_next(rig);

		if (!i)
			assert_in_range(got->id, 0, 1);
		assert_int_equal(got->result.outcome, got->id < 2 ?
				 FRAME_FAILED : FRAME_OK);
	}
	send_type(rig, PROTO_ASK, 0);
	rig_wait(rig, PROTO_LATENESS);
	for (i = 1; i < PROTO_BUCKETS; i++)
		late += rig->msg->lateness.count[i];
	assert_in_range(late, 18, 20);
	assert_int_equal(late + rig->msg->lateness.count[0], 20);
	quit(rig);
}

static void test_pause(void **state)
{
	struct rig *rig = *state;
	struct proto_msg msg = rig_check(rig, 1, "http");
	struct proto_msg other = rig_check(rig, 2, "http");
	struct proto_msg set = {
		.type = PROTO_SET, .id = 1,
		.set = { .frame = msg.check.frame },
	};
	unsigned int i;

	start(rig, 100);
	msg.check.suspended = true;
	rig_send(rig, &msg);
	other.check.frame.period = 20;
	rig_send(rig, &other);
	for (i = 0; i < 5; i++)
		assert_int_equal(rig_wait(rig, PROTO_RESULT)->id, 2);
	set.set.frame.period = 20;
	rig_send(rig, &set);
	script(rig, 1, "ooo");
	/* paused again: after what was on its way, nothing */
	set.set.suspended = true;
	rig_send(rig, &set);
	send_type(rig, PROTO_ASK, 0);
	rig_wait(rig, PROTO_LATENESS);
	for (i = 0; i < 5; i++)
		assert_int_equal(rig_wait(rig, PROTO_RESULT)->id, 2);
	/* and a removed check says nothing more */
	send_type(rig, PROTO_REMOVE, 2);
	send_type(rig, PROTO_ASK, 0);
	rig_wait(rig, PROTO_LATENESS);
	set.set.suspended = false;
	rig_send(rig, &set);
	for (i = 0; i < 5; i++)
		assert_int_equal(rig_wait(rig, PROTO_RESULT)->id, 1);
	quit(rig);
}

/*
 * The parent does not read for a while: nothing is lost but what is old, and
 * each check's state is told.
 */
static void test_sleeping_parent(void **state)
{
	struct rig *rig = *state;
	struct proto_msg msg;
	bool told[500] = { false }, answered = false;
	unsigned int i, left = 500;

	start(rig, 1000);
	for (i = 0; i < 500; i++) {
		msg = rig_check(rig, i, i % 2 ? "refused" : "http");
		msg.check.frame.period = 10;
		rig_send(rig, &msg);
	}
	/* until the socket is full: the answers to this come late */
	sleep(1);
	send_type(rig, PROTO_ASK, 0);
	while (left || !answered) {
		const struct proto_msg *got = rig_next(rig);

		answered |= got->type == PROTO_LATENESS;
		if (got->type != PROTO_RESULT || told[got->id])
			continue;
		told[got->id] = true;
		left--;
		assert_int_equal(got->result.state,
				 got->id % 2 ? FRAME_DOWN : FRAME_UP);
		assert_int_equal(got->result.changed, got->id % 2);
	}
	quit(rig);
}

/* Whatever is under way: without a parent there is no probe. */
static void test_parent_gone(void **state)
{
	struct rig *rig = *state;
	struct proto_url url = { .path = "/mute" };
	struct proto_msg msg = rig_http(rig, 1, &url);
	int status;

	start(rig, 100);
	rig_send(rig, &msg);
	msg = rig_check(rig, 2, "http");
	msg.check.frame.period = 1;
	rig_send(rig, &msg);
	rig_result(rig, 2);
	close(rig->fd);
	assert_int_equal(waitpid(rig->probe, &status, 0), rig->probe);
	assert_int_equal(status, 0);
	rig->probe = 0;
	free(rig->msg);
	rig->msg = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_unsure),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_hung),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_sleeping_parent),
		cmocka_unit_test(test_parent_gone),
	};
	int failed;

	failed = cmocka_run_group_tests_name("objects", tests,
					     rig_setup_forked, rig_teardown);
	if (!geteuid())
		failed += cmocka_run_group_tests_name("program", tests,
						      rig_setup_real,
						      rig_teardown);
	return failed;
}
