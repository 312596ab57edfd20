// SPDX-License-Identifier: GPL-2.0
/* Messages: each type there and back; limits; any bytes are refused or read. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "proto.h"

static const struct frame_config frame = {
	.period = 3000, .retry = 1, .retry_delay = 2000, .rise = 1, .fall = 2,
	.warmup = 3000, .alpha = true,
};

static const struct proto_range ranges[] = { { 200, 299 }, { 401, 401 } };

static struct proto_url urls[] = {
	{
		.path = "/s/health.jsp", .virtualhost = "www.example.org",
		.sni = "www.example.org",
		.digest = "9b3a0c85a887a256d6939da88aabd8cd",
		.status = ranges, .n_status = 2,
		.regex = {
			.pattern = "a\tb", .options = "caseless dotall",
			.no_match = true, .min = 1, .max = 2, .memory = 3,
		},
	},
	{ .path = "/" },
};

static const char * const argv[] = { "/bin/x", "", "a b", NULL };
static const char * const env[] = { "A=", "B=c d", NULL };

static struct proto_msg add_message(void)
{
	return (struct proto_msg){
		.type = PROTO_ADD, .id = 0x123456789abcdefULL,
		.check = {
			.kind = PROTO_HTTPS, .frame = frame,
			.known = FRAME_DOWN, .suspended = true,
			.addr = { 6, { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
			.port = 443, .scope = 2,
			.bind = { 6, { 0x20, 1, 0xd, 0xb8, [15] = 2 } },
			.bind_port = 1234, .bind_if = "eth0", .mark = 7,
			.connect_timeout = 5000, .timeout = 4000,
			.http = PROTO_HTTP_11, .fast_recovery = true,
			.urls = urls, .n_urls = 2,
			.send = { "a\0b", 3 }, .expect = { "c", 1 },
			.regex = { .pattern = "x" },
		},
	};
}

static struct proto_msg run_message(void)
{
	return (struct proto_msg){
		.type = PROTO_RUN, .id = 1,
		.run = {
			.argv = argv, .n_argv = 3, .env = env, .n_env = 2,
			.uid = 65534, .gid = 65533, .timeout = 5000,
			.secure = true, .dynamic = true, .check = true,
		},
	};
}

static const struct proto_msg plain[] = {
	{ .type = PROTO_SET, .id = 2, .set = { frame, true } },
	{ .type = PROTO_REMOVE, .id = ~0ULL },
	{ .type = PROTO_FLUSH },
	{ .type = PROTO_ASK },
	{ .type = PROTO_TLS, .tls = { { "a", 1 }, { "b\n", 2 }, "c d" } },
	{ .type = PROTO_KILL, .id = 9 },
	{ .type = PROTO_QUIT },
	{ .type = PROTO_STARTED, .started = { 1000, true } },
	{ .type = PROTO_REFUSED, .id = 4, .refused = { "no such check" } },
	{
		.type = PROTO_RESULT, .id = 5,
		.result = {
			FRAME_FAILED, FRAME_DOWN, true, true, 1, 12, 11, 1ULL << 40,
			"HTTP 503 from /s/health.jsp in 12 ms",
		},
	},
	{ .type = PROTO_LATENESS, .lateness = { { 1, 2, [19] = 3 }, 4, 5 } },
	{
		.type = PROTO_DONE, .id = 6,
		.done = { FRAME_OK, true, 253, 3, "exit status 255 in 3 ms" },
	},
};

static enum proto_end receiver(enum proto_type type)
{
	__u32 ends = proto_table(type)->ends;

	return ends & 1U << PROTO_PROBE ? PROTO_PROBE :
	       ends & 1U << PROTO_EXECUTOR ? PROTO_EXECUTOR : PROTO_PARENT;
}

/* Encode, decode, encode: the same bytes, and both know all fields. */
static void there_and_back(const struct proto_msg *msg)
{
	char a[PROTO_MAX], b[PROTO_MAX], error[PROTO_ERROR] = "";
	enum proto_end end = receiver(msg->type);
	struct proto_msg *got = NULL;
	int len;

	memset(a, 0x55, sizeof(a));
	len = proto_encode(msg, a, sizeof(a), error);
	assert_string_equal(error, "");
	assert_true(len >= 16);
	assert_int_equal(proto_decode(end, a, len, &got, error), 0);
	assert_int_equal(got->type, msg->type);
	assert_true(got->id == msg->id);
	assert_int_equal(proto_encode(got, b, sizeof(b), error), len);
	assert_memory_equal(a, b, len);
	free(got);
	/* a smaller buffer is refused, and nothing is written behind it */
	memset(b, 0x55, sizeof(b));
	assert_int_equal(proto_encode(msg, b, len - 1, error), -EMSGSIZE);
	assert_int_equal(b[len - 1], 0x55);
}

static void test_types(void **state)
{
	struct proto_msg add = add_message(), run = run_message();
	unsigned int i;

	(void)state;
	there_and_back(&add);
	there_and_back(&run);
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		there_and_back(&plain[i]);
	assert_int_equal(i + 2, PROTO_TYPES - 1);
}

static void test_values(void **state)
{
	struct proto_msg add = add_message(), *got = NULL;
	char buf[PROTO_MAX], error[PROTO_ERROR] = "";
	const struct proto_check *c;
	int len;

	(void)state;
	len = proto_encode(&add, buf, sizeof(buf), error);
	assert_int_equal(proto_decode(PROTO_PROBE, buf, len, &got, error), 0);
	/* what it points to is its own */
	memset(buf, 0xff, sizeof(buf));
	c = &got->check;
	assert_int_equal(c->frame.retry_delay, 2000);
	assert_true(c->frame.alpha);
	assert_int_equal(c->addr.bytes[15], 1);
	assert_int_equal(c->bind.bytes[15], 2);
	assert_string_equal(c->bind_if, "eth0");
	assert_int_equal(c->n_urls, 2);
	assert_string_equal(c->urls[0].virtualhost, "www.example.org");
	assert_int_equal(c->urls[0].n_status, 2);
	assert_int_equal(c->urls[0].status[1].first, 401);
	assert_string_equal(c->urls[0].regex.pattern, "a\tb");
	assert_true(c->urls[0].regex.no_match);
	assert_int_equal(c->urls[0].regex.memory, 3);
	assert_string_equal(c->urls[1].path, "/");
	assert_null(c->urls[1].digest);
	assert_int_equal(c->urls[1].n_status, 0);
	assert_memory_equal(c->send.data, "a\0b", 3);
	assert_int_equal(c->expect.len, 1);
	free(got);
}

static void refused(const struct proto_msg *msg, const char *sentence)
{
	char buf[PROTO_MAX], error[PROTO_ERROR] = "";

	assert_int_equal(proto_encode(msg, buf, sizeof(buf), error), -EBADMSG);
	assert_string_equal(error, sentence);
}

#define REFUSED(make, member, value, sentence)				\
	do {								\
		struct proto_msg m = make();				\
									\
		m.member = value;					\
		refused(&m, sentence);					\
	} while (0)
#define REFUSED_URL(member, value, sentence)				\
	do {								\
		struct proto_url u = urls[0];				\
		struct proto_msg m = add_message();			\
									\
		u.member = value;					\
		m.check.urls = &u;					\
		m.check.n_urls = 1;					\
		refused(&m, sentence);					\
	} while (0)

static void test_limits(void **state)
{
	static const struct proto_range odd[] = { { 300, 299 }, { 1, 1 } };
	static char long_path[PROTO_PATH + 2];
	struct proto_addr v4 = { 4, { 192, 0, 2, 1 } };
	static const char * const none[] = { "", "a", "b" };
	static const char * const bad[] = { "=x", "A=" };
	static const char * const gap[] = { "A=", NULL };

	(void)state;
	memset(long_path, '/', sizeof(long_path) - 1);
	REFUSED(add_message, type, PROTO_TYPES, "no message of type 15");
	REFUSED(add_message, check.kind, 0, "kind: 0 is not between 1 and 3");
	REFUSED(add_message, check.kind, 4, "kind: 4 is not between 1 and 3");
	REFUSED(add_message, check.port, 0,
		"port: 0 is not between 1 and 65535");
	REFUSED(add_message, check.frame.period, 0,
		"period: 0 is not between 1 and 86400000");
	REFUSED(add_message, check.frame.rise, 0,
		"rise: 0 is not between 1 and 65535");
	REFUSED(add_message, check.addr.family, 0, "address: missing");
	REFUSED(add_message, check.bind, v4,
		"bind address: not of the address's family");
	REFUSED(add_message, check.bind_if, "e 0",
		"bind interface: byte 0x20 is not allowed");
	REFUSED(add_message, check.bind_if, "sixteen-is-much!",
		"bind interface: longer than 15 bytes");
	REFUSED(add_message, check.n_urls, 0, "url: missing");
	REFUSED(add_message, check.n_urls, 65, "url: 65 of them");
	REFUSED(add_message, check.kind, PROTO_TCP,
		"url: not for a TCP check");
	REFUSED(add_message, check.regex.no_match, true,
		"regex no match: not for a TCP check");
	REFUSED(add_message, check.kind, PROTO_HTTP,
		"server name: without TLS");
	REFUSED_URL(sni, "a/b", "server name: no name for TLS");
	REFUSED_URL(sni, "", "server name: no name for TLS");
	REFUSED(add_message, check.send.len, PROTO_DATA + 1,
		"bytes to send: longer than 4096 bytes");
	REFUSED_URL(path, NULL, "path: missing");
	REFUSED_URL(path, "x", "path: does not begin with \"/\"");
	REFUSED_URL(path, "/ HTTP/1.1\r\n",
		    "path: byte 0x20 is not allowed");
	REFUSED_URL(path, long_path, "path: longer than 2048 bytes");
	REFUSED_URL(virtualhost, "a\r\nb", "virtualhost: byte 0x0d is not allowed");
	REFUSED_URL(digest, "9b3a", "digest: not 32 hexadecimal digits");
	REFUSED_URL(digest, "9b3a0c85a887a256d6939da88aabd8cg",
		    "digest: not 32 hexadecimal digits");
	REFUSED_URL(status, odd, "status codes: 300-299 is no range");
	REFUSED(run_message, run.argv, none, "argument: no program");
	REFUSED(run_message, run.n_argv, 0, "argument: 0 of them");
	REFUSED(run_message, run.env, bad, "environment: not NAME=VALUE");
	REFUSED(run_message, run.env, gap, "environment: missing");
	REFUSED(run_message, run.timeout, 0,
		"timeout: 0 is not between 1 and 86400000");
}

static void bytes_refused(enum proto_end end, const void *buf, size_t len,
			  const char *sentence)
{
	char error[PROTO_ERROR] = "";
	struct proto_msg *got = NULL;

	assert_int_equal(proto_decode(end, buf, len, &got, error), -EBADMSG);
	assert_null(got);
	if (sentence)
		assert_string_equal(error, sentence);
}

/* A message to one end is none for the other. */
static void test_ends(void **state)
{
	char buf[PROTO_MAX], error[PROTO_ERROR];
	unsigned int i, end;
	int len;

	(void)state;
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		len = proto_encode(&plain[i], buf, sizeof(buf), error);
		for (end = PROTO_PROBE; end <= PROTO_PARENT; end++)
			if (!(proto_table(plain[i].type)->ends & 1U << end))
				bytes_refused(end, buf, len, NULL);
	}
}

static void test_bytes(void **state)
{
	static const __u8 head[16] = { PROTO_VERSION, 0, PROTO_RESULT };
	__u8 buf[64];

	(void)state;
	bytes_refused(PROTO_PARENT, "", 0, "a message of 0 bytes");
	bytes_refused(PROTO_PARENT, head, 15, "a message of 15 bytes");
	bytes_refused(PROTO_PARENT, head, 16, "outcome: missing");
	memcpy(buf, head, 16);
	buf[0] = 2;
	bytes_refused(PROTO_PARENT, buf, 16, "a message of version 2, not 1");
	memcpy(buf, head, 16);
	buf[2] = 99;
	bytes_refused(PROTO_PARENT, buf, 16,
		      "an unexpected message of type 99");
	memcpy(buf, head, 16);
	memcpy(buf + 16, "\1\0\10\0\1\0\0\0\0\0\0\0\1\0\10\0\1\0\0\0\0\0\0", 24);
	bytes_refused(PROTO_PARENT, buf, 40, "outcome: twice");
	bytes_refused(PROTO_PARENT, buf, 27,
		      "attribute 1: ends after the message");
	bytes_refused(PROTO_PARENT, buf, 30, "2 bytes too many");
	buf[16] = 77;
	bytes_refused(PROTO_PARENT, buf, 40, "result has no attribute 77");
	buf[16] = 0;
	bytes_refused(PROTO_PARENT, buf, 40, "result has no attribute 0");
	memcpy(buf + 16, "\1\0\4\0\1\0\0", 8);
	bytes_refused(PROTO_PARENT, buf, 24, "outcome: not 8 bytes");
	memcpy(buf + 16, "\11\0\3\0abc", 8);
	bytes_refused(PROTO_PARENT, buf, 24,
		      "evidence: does not end with NUL");
	memcpy(buf + 16, "\11\0\4\0a\33c", 8);
	bytes_refused(PROTO_PARENT, buf, 24,
		      "evidence: byte 0x1b is not allowed");
}

/* Whatever is decoded obeys the rules: it can be encoded again. */
static void take(enum proto_end end, const char *buf, size_t len)
{
	char again[PROTO_MAX], error[PROTO_ERROR];
	struct proto_msg *got = NULL;
	char *exact = malloc(len ? len : 1);
	int err;

	/* so that the sanitizer sees a byte too far */
	memcpy(exact, buf, len);
	err = proto_decode(end, exact, len, &got, error);
	free(exact);
	if (err)
		return;
	assert_true(proto_encode(got, again, sizeof(again), error) > 0);
	free(got);
}

static void mutate(const struct proto_msg *msg)
{
	enum proto_end end = receiver(msg->type);
	char buf[PROTO_MAX], error[PROTO_ERROR];
	int len = proto_encode(msg, buf, sizeof(buf), error), i;
	static const char values[] = { 0, 1, 4, 0x7f, -1 };
	unsigned int v;

	assert_true(len > 0);
	for (i = 0; i < len; i++) {
		char old = buf[i];

		take(end, buf, i);
		for (v = 0; v < sizeof(values); v++) {
			buf[i] = values[v];
			take(end, buf, len);
		}
		buf[i] = old;
	}
}

static void test_mutations(void **state)
{
	struct proto_msg add = add_message(), run = run_message();
	unsigned int i;

	(void)state;
	mutate(&add);
	mutate(&run);
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		mutate(&plain[i]);
}

static void test_channel(void **state)
{
	struct proto_msg add = add_message(), *got = NULL;
	char error[PROTO_ERROR];
	int fd[2], i, err;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0);
	assert_int_equal(proto_receive(fd[1], PROTO_PROBE, &got, error),
			 -EAGAIN);
	for (i = 0; !(err = proto_send(fd[0], &add, error)); i++)
		;
	assert_int_equal(err, -EAGAIN);
	for (; i; i--) {
		assert_int_equal(proto_receive(fd[1], PROTO_PROBE, &got,
					       error), 0);
		free(got);
	}
	/* a bad one does not hide the next */
	assert_int_equal(send(fd[0], "x", 1, 0), 1);
	assert_int_equal(proto_send(fd[0], &plain[2], error), 0);
	close(fd[0]);
	assert_int_equal(proto_receive(fd[1], PROTO_PROBE, &got, error),
			 -EBADMSG);
	assert_int_equal(proto_receive(fd[1], PROTO_PROBE, &got, error), 0);
	assert_int_equal(got->type, PROTO_FLUSH);
	free(got);
	assert_int_equal(proto_receive(fd[1], PROTO_PROBE, &got, error),
			 -EPIPE);
	assert_int_equal(proto_send(fd[1], &plain[7], error), -EPIPE);
	close(fd[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
