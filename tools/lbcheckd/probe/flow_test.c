// SPDX-License-Identifier: GPL-2.0
/* Checks over time: rounds, transitions, pauses, slots, a parent that sleeps. */
#include <netinet/in.h>

#include "rig.h"

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

	rig_probe(rig, 100, false);
	msg.check.frame = (struct frame_config){
		.period = 100, .retry = 1, .retry_delay = 10, .rise = 2,
		.fall = 1,
	};
	peer_send(&rig->peer, &msg);
	/* 2, 5 5: down; 2, 5 5 5, 2 2: up */
	script(rig, 1, "off1DofffooU");
	peer_send_type(&rig->peer, PROTO_REMOVE, 1);
	msg = rig_http(rig, 2, &alpha);
	msg.check.frame.period = 100;
	msg.check.frame.alpha = true;
	peer_send(&rig->peer, &msg);
	script(rig, 2, "ffoUoo");
	peer_quit(&rig->peer);
}

/* What was learnt before: a server that is down comes up once it is good. */
static void test_known(void **state)
{
	struct rig *rig = *state;
	struct proto_msg msg = rig_check(rig, 1, "http");
	const struct proto_result *r;

	rig_probe(rig, 100, false);
	msg.check.known = FRAME_DOWN;
	peer_send(&rig->peer, &msg);
	r = rig_result(rig, 1);
	assert_int_equal(r->state, FRAME_UP);
	assert_true(r->changed);
	peer_quit(&rig->peer);
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

	rig_probe(rig, 100, false);
	msg.check.n_urls = 3;
	msg.check.frame.alpha = true;
	msg.check.frame.period = 50;
	peer_send(&rig->peer, &msg);
	script(rig, 1, "ppoUoo");
	peer_send_type(&rig->peer, PROTO_REMOVE, 1);
	msg.id = 2;
	msg.check.fast_recovery = true;
	peer_send(&rig->peer, &msg);
	script(rig, 2, "oUoo");
	peer_send_type(&rig->peer, PROTO_REMOVE, 2);
	/* the second fails: again from the first */
	msg = rig_http(rig, 3, bad);
	msg.check.n_urls = 2;
	msg.check.frame.alpha = true;
	msg.check.frame.period = 50;
	peer_send(&rig->peer, &msg);
	script(rig, 3, "pfpfpf");
	peer_quit(&rig->peer);
}

static void test_refused(void **state)
{
	struct proto_url url = { .path = "/", .regex.pattern = "(" };
	struct rig *rig = *state;
	struct proto_msg msg = rig_check(rig, 7, "http");
	const struct proto_msg *got;

	rig_probe(rig, 100, false);
	peer_send(&rig->peer, &msg);
	peer_wait(&rig->peer, PROTO_RESULT);
	peer_send(&rig->peer, &msg);
	got = peer_next(&rig->peer);
	assert_int_equal(got->type, PROTO_REFUSED);
	assert_int_equal(got->id, 7);
	assert_string_equal(got->refused.text,
			    "there is a check of this number already");
	peer_send_type(&rig->peer, PROTO_REMOVE, 8);
	got = peer_next(&rig->peer);
	assert_int_equal(got->id, 8);
	assert_string_equal(got->refused.text, "there is no such check");
	msg = rig_http(rig, 9, &url);
	peer_send(&rig->peer, &msg);
	assert_string_equal(peer_next(&rig->peer)->refused.text,
			    "regex, at its character 2: missing closing parenthesis");
	msg = rig_check(rig, 10, "http");
	msg.check.mark = 1;
	peer_send(&rig->peer, &msg);
	peer_is("mark", peer_next(&rig->peer)->refused.text, "marks cannot be set: *");
	assert_int_equal(send(rig->peer.fd, "nonsense", 8, 0), 8);
	assert_string_equal(peer_next(&rig->peer)->refused.text,
			    "a message of 8 bytes");
	/* none of that is there, all else goes on */
	peer_send_type(&rig->peer, PROTO_ASK, 0);
	assert_int_equal(peer_wait(&rig->peer, PROTO_LATENESS)->lateness.checks, 1);
	peer_quit(&rig->peer);
}

/* What this machine cannot do says nothing about the server. */
static void test_unsure(void **state)
{
	struct proto_url url = { .path = "/ok" };
	struct rig *rig = *state;
	struct proto_msg msg = rig_check(rig, 1, "http");
	const struct proto_result *r;

	rig_probe(rig, 100, false);
	/* an address of nobody here */
	msg.check.bind = (struct proto_addr){ 4, { 192, 0, 2, 1 } };
	peer_send(&rig->peer, &msg);
	r = rig_result(rig, 1);
	assert_int_equal(r->outcome, FRAME_UNSURE);
	assert_int_equal(r->state, FRAME_UP);
	assert_false(r->judged);
	peer_is("TCP", r->evidence,
		"cannot bind to the address and port: Cannot assign*");
	msg = rig_http(rig, 2, &url);
	msg.check.bind_if = "nowhere0";
	peer_send(&rig->peer, &msg);
	r = rig_result(rig, 2);
	assert_int_equal(r->outcome, FRAME_UNSURE);
	peer_is("HTTP", r->evidence, "cannot bind to nowhere0: *");
	msg = rig_http(rig, 3, &url);
	msg.check.bind = (struct proto_addr){ 4, { 127, 0, 0, 7 } };
	msg.check.bind_if = "lo";
	peer_send(&rig->peer, &msg);
	assert_int_equal(rig_result(rig, 3)->outcome, FRAME_OK);
	peer_quit(&rig->peer);
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

	rig_probe(rig, 100, false);
	msg.check.frame.period = 20;
	peer_send(&rig->peer, &msg);
	script(rig, 1, "oooooo");
	peer_quit(&rig->peer);
}

/* A hundred peers that hang do not delay the one that does not. */
static void test_hung(void **state)
{
	struct proto_url url = { .path = "/ok" };
	struct rig *rig = *state;
	struct proto_msg msg;
	unsigned int i;

	rig_probe(rig, 1000, false);
	for (i = 0; i < 100; i++) {
		msg = rig_http(rig, 1000 + i, &url);
		msg.check.port = rig_port(rig, i % 2 ? "mute" : "full");
		peer_send(&rig->peer, &msg);
	}
	msg = rig_http(rig, 1, &url);
	msg.check.frame.period = 50;
	peer_send(&rig->peer, &msg);
	for (i = 0; i < 10; i++) {
		const struct proto_msg *got = peer_next(&rig->peer);

		assert_int_equal(got->type, PROTO_RESULT);
		assert_int_equal(got->id, 1);
		assert_int_equal(got->result.outcome, FRAME_OK);
	}
	peer_send_type(&rig->peer, PROTO_ASK, 0);
	assert_int_equal(peer_wait(&rig->peer, PROTO_LATENESS)->lateness.checks, 101);
	peer_send_type(&rig->peer, PROTO_FLUSH, 0);
	peer_send_type(&rig->peer, PROTO_ASK, 0);
	do {
		peer_wait(&rig->peer, PROTO_LATENESS);
	} while (rig->peer.msg->lateness.checks);
	assert_int_equal(rig->peer.msg->lateness.running, 0);
	peer_quit(&rig->peer);
}

/* A thousand checks, each several times, on time as far as counts can tell. */
static void test_many(void **state)
{
	struct rig *rig = *state;
	unsigned int results[1000] = { 0 }, i, left = 1000;
	__u64 starts = 0, ended = 0;
	struct proto_msg msg;

	rig_probe(rig, 1000, false);
	for (i = 0; i < 1000; i++) {
		msg = rig_check(rig, i, i % 4 ? "refused" : "http");
		msg.check.frame.period = 1000;
		msg.check.frame.warmup = 1000;
		peer_send(&rig->peer, &msg);
	}
	for (; left; ended++) {
		const struct proto_msg *got = peer_wait(&rig->peer,
							PROTO_RESULT);

		assert_int_equal(got->result.outcome, got->id % 4 ?
				 FRAME_FAILED : FRAME_OK);
		left -= ++results[got->id] == 3;
	}
	peer_send_type(&rig->peer, PROTO_FLUSH, 0);
	peer_send_type(&rig->peer, PROTO_ASK, 0);
	while (peer_next(&rig->peer)->type == PROTO_RESULT)
		ended++;
	for (i = 0; i < PROTO_BUCKETS; i++)
		starts += rig->peer.msg->lateness.count[i];
	/* what was under way is not reported */
	assert_in_range(starts, ended, ended + 1000);
	peer_quit(&rig->peer);
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
	rig_probe(rig, 2, false);
	for (i = 0; i < 2; i++) {
		msg = rig_check(rig, i, "full");
		msg.check.connect_timeout = SHORT_MS;
		peer_send(&rig->peer, &msg);
	}
	/* checks that are due at the same time begin in any order */
	do {
		peer_send_type(&rig->peer, PROTO_ASK, 0);
		peer_wait(&rig->peer, PROTO_LATENESS);
	} while (rig->peer.msg->lateness.running < 2);
	for (; i < 20; i++) {
		msg = rig_check(rig, i, "http");
		peer_send(&rig->peer, &msg);
	}
	for (i = 0; i < 20; i++) {
		const struct proto_msg *got = peer_next(&rig->peer);

		if (!i)
			assert_in_range(got->id, 0, 1);
		assert_int_equal(got->result.outcome, got->id < 2 ?
				 FRAME_FAILED : FRAME_OK);
	}
	peer_send_type(&rig->peer, PROTO_ASK, 0);
	peer_wait(&rig->peer, PROTO_LATENESS);
	for (i = 1; i < PROTO_BUCKETS; i++)
		late += rig->peer.msg->lateness.count[i];
	assert_in_range(late, 18, 20);
	assert_int_equal(late + rig->peer.msg->lateness.count[0], 20);
	peer_quit(&rig->peer);
}

/* A shorter period begins now, not after the long one. */
static void test_set(void **state)
{
	struct rig *rig = *state;
	struct proto_msg msg = rig_check(rig, 1, "http");
	struct proto_msg set = {
		.type = PROTO_SET, .id = 1,
		.set = { .frame = msg.check.frame },
	};

	rig_probe(rig, 100, false);
	peer_send(&rig->peer, &msg);
	script(rig, 1, "o");
	set.set.frame.period = 20;
	peer_send(&rig->peer, &set);
	script(rig, 1, "ooo");
	peer_quit(&rig->peer);
}

/* The port of the run before is free for the next. */
static void test_bind_port(void **state)
{
	struct proto_url url = { .path = "/ok" };
	struct rig *rig = *state;
	struct proto_msg msg = rig_check(rig, 1, "http");
	struct sockaddr_in any = { .sin_family = AF_INET };
	socklen_t len = sizeof(any);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	/* one that nobody else has */
	assert_int_equal(bind(fd, (struct sockaddr *)&any, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&any, &len), 0);
	close(fd);
	rig_probe(rig, 100, false);
	msg.check.bind_port = ntohs(any.sin_port);
	msg.check.frame.period = 20;
	peer_send(&rig->peer, &msg);
	script(rig, 1, "oooo");
	peer_send_type(&rig->peer, PROTO_REMOVE, 1);
	msg = rig_http(rig, 2, &url);
	msg.check.bind_port = ntohs(any.sin_port);
	msg.check.frame.period = 20;
	peer_send(&rig->peer, &msg);
	script(rig, 2, "oooo");
	peer_quit(&rig->peer);
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

	rig_probe(rig, 100, false);
	msg.check.suspended = true;
	peer_send(&rig->peer, &msg);
	other.check.frame.period = 20;
	peer_send(&rig->peer, &other);
	for (i = 0; i < 5; i++)
		assert_int_equal(peer_wait(&rig->peer, PROTO_RESULT)->id, 2);
	set.set.frame.period = 20;
	peer_send(&rig->peer, &set);
	script(rig, 1, "ooo");
	/* paused again: after what was on its way, nothing */
	set.set.suspended = true;
	peer_send(&rig->peer, &set);
	peer_send_type(&rig->peer, PROTO_ASK, 0);
	peer_wait(&rig->peer, PROTO_LATENESS);
	for (i = 0; i < 5; i++)
		assert_int_equal(peer_wait(&rig->peer, PROTO_RESULT)->id, 2);
	/* and a removed check says nothing more */
	peer_send_type(&rig->peer, PROTO_REMOVE, 2);
	peer_send_type(&rig->peer, PROTO_ASK, 0);
	peer_wait(&rig->peer, PROTO_LATENESS);
	set.set.suspended = false;
	peer_send(&rig->peer, &set);
	for (i = 0; i < 5; i++)
		assert_int_equal(peer_wait(&rig->peer, PROTO_RESULT)->id, 1);
	peer_quit(&rig->peer);
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

	rig_probe(rig, 1000, false);
	for (i = 0; i < 500; i++) {
		msg = rig_check(rig, i, i % 2 ? "refused" : "http");
		msg.check.frame.period = 10;
		peer_send(&rig->peer, &msg);
	}
	/* until the socket is full: the answers to this come late */
	sleep(1);
	peer_send_type(&rig->peer, PROTO_ASK, 0);
	while (left || !answered) {
		const struct proto_msg *got = peer_next(&rig->peer);

		answered |= got->type == PROTO_LATENESS;
		if (got->type != PROTO_RESULT || told[got->id])
			continue;
		told[got->id] = true;
		left--;
		assert_int_equal(got->result.state,
				 got->id % 2 ? FRAME_DOWN : FRAME_UP);
		assert_int_equal(got->result.changed, got->id % 2);
	}
	peer_quit(&rig->peer);
}

/* Whatever is under way: without a parent there is no probe. */
static void test_parent_gone(void **state)
{
	struct rig *rig = *state;
	struct proto_url url = { .path = "/mute" };
	struct proto_msg msg = rig_http(rig, 1, &url);

	rig_probe(rig, 100, false);
	peer_send(&rig->peer, &msg);
	msg = rig_check(rig, 2, "http");
	msg.check.frame.period = 1;
	peer_send(&rig->peer, &msg);
	rig_result(rig, 2);
	close(rig->peer.fd);
	rig->peer.fd = -1;
	assert_int_equal(peer_end(&rig->peer), 0);
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
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_bind_port),
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
