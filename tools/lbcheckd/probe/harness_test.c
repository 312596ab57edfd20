// SPDX-License-Identifier: GPL-2.0
/* One check each against servers that behave well or badly. */
#include "rig.h"

/* of "all is well\n", and of chunks with their sizes and line ends */
#define DIGEST_OK	"2670f929ce8c93af815ba0ae8fd591ff"
#define DIGEST_CHUNKED	"5b672416984ccb5776c21f438e25c9f0"
#define RANGE(first, last)						\
	.status = &(const struct proto_range){ first, last }, .n_status = 1
#define REGEX(...)	.regex = { __VA_ARGS__ }

/* A row of tests; without @port it is the HTTP server, without a path TCP. */
struct row {
	const char *port;
	struct proto_url url;
	enum proto_http version;
	const char *send;
	const char *expect;
	const char *regex;
	bool hangs;		/* the timeout ends it */
	bool tls;
	bool v6;
	enum frame_outcome outcome;
	const char *evidence;	/* fnmatch(3) */
};

#define ANOTHER	"another answer than expected: "
/* requests as they have to look */
#define ASK_10								\
	"^GET /echo/a\\?b=../c HTTP/1\\.0\r\nHost: 127\\.0\\.0\\.1:\\d+\r\n" \
	"User-Agent: lbcheckd\r\n\r\nSNI: None$"
#define ASK_10C								\
	"^GET /echo HTTP/1\\.0\r\nHost: www\\.example\\.org\r\n"	\
	"User-Agent: lbcheckd\r\nConnection: close\r\n\r\n"
#define ASK_11								\
	"^GET /echo HTTP/1\\.1\r\nHost: \\[::1\\]:\\d+\r\n"		\
	"User-Agent: lbcheckd\r\nConnection: close\r\n\r\n"

#define GOOD(text)	.outcome = FRAME_OK, .evidence = text
#define BAD(text)	.outcome = FRAME_FAILED, .evidence = text

static const struct row rows[] = {
	/* TCP */
	{ .port = "http", GOOD("connected in * ms") },
	{ .port = "http6", .v6 = true, GOOD("connected in * ms") },
	{ .port = "mute", GOOD("connected in * ms") },
	{ .port = "refused", BAD("connection refused in * ms") },
	{ .port = "full", .hangs = true, BAD("no connection within 5000 ms") },
	{ .port = "banner", .expect = "220 ", GOOD("the expected answer in * ms") },
	{ .port = "banner", .send = "NOOP", .expect = "NOOP",
	  GOOD("the expected answer in * ms") },
	{ .port = "banner", .regex = "^3\\d\\d ready", .hangs = true,
	  BAD("connected, but within 5000 ms: " ANOTHER "\"220 ready\\\\x0d\\\\x0a\"") },
	{ .port = "banner", .regex = "^2\\d\\d ready",
	  GOOD("the expected answer in * ms") },
	{ .port = "banner", .send = "NOOP", .expect = "no", .hangs = true,
	  BAD("connected, but within 5000 ms: " ANOTHER "\"220 *\\\\x1b[[]1mNOOP*\"") },
	{ .port = "mute", .expect = "220", .hangs = true,
	  BAD("connected, but within 5000 ms: no answer") },
	{ .port = "close", .expect = "220", BAD("closed: no answer") },
	{ .port = "reset", .expect = "220", BAD("connection reset in * ms") },
	{ .port = "flood", .expect = "220",
	  BAD("answer too long: " ANOTHER "\"zzzzzzz*\"...") },

	/* status */
	{ .url = { "/ok" }, GOOD("HTTP 200 from /ok in * ms") },
	{ .url = { "/ok" }, .port = "http6", .v6 = true,
	  GOOD("HTTP 200 from /ok in * ms") },
	{ .url = { "/status/299" }, GOOD("HTTP 299 from /status/299 in * ms") },
	{ .url = { "/status/503" }, BAD("HTTP 503 from /status/503 in * ms") },
	{ .url = { "/status/503", RANGE(500, 599) },
	  GOOD("HTTP 503 from /status/503 in * ms") },
	{ .url = { "/ok", RANGE(500, 599) }, BAD("HTTP 200 from /ok in * ms") },
	{ .url = { "/redirect" }, BAD("HTTP 302 from /redirect in * ms") },
	{ .url = { "/continue" }, GOOD("HTTP 200 from /continue in * ms") },
	{ .url = { "/until_close" }, GOOD("HTTP 200 from /until_close in * ms") },
	{ .url = { "/big" }, GOOD("HTTP 200 from /big in * ms") },

	/* digest and regex */
	{ .url = { "/ok", .digest = "3cd4b0ae5f3b2d4fe6f0a9bf5c3bc4b6" },
	  BAD("digest * from /ok, not 3cd4b0ae5f3b2d4fe6f0a9bf5c3bc4b6") },
	{ .url = { "/ok", .digest = DIGEST_OK }, GOOD("HTTP 200*") },
	{ .url = { "/until_close", .digest = DIGEST_OK }, GOOD("HTTP 200*") },
	{ .url = { "/status/200", .digest = DIGEST_OK }, BAD("digest *") },
	{ .url = { "/chunked", .digest = DIGEST_CHUNKED },
	  .version = PROTO_HTTP_11, GOOD("HTTP 200*") },
	{ .url = { "/ok", REGEX("WELL", "caseless") }, GOOD("HTTP 200*") },
	{ .url = { "/ok", REGEX("WELL") },
	  BAD("regex not found in 12 bytes from /ok") },
	{ .url = { "/ok", REGEX("well", .no_match = true) },
	  BAD("regex found in 12 bytes from /ok") },
	{ .url = { "/ok", REGEX("ill", .no_match = true) }, GOOD("HTTP 200*") },
	{ .url = { "/ok", REGEX("all", .min = 1) }, BAD("regex not found*") },
	{ .url = { "/ok", REGEX("well", .max = 7) }, GOOD("HTTP 200*") },
	{ .url = { "/ok", REGEX("well", .max = 6) }, BAD("regex not found*") },
	{ .url = { "/ok", REGEX("(a*)*b", .min = 100) },
	  BAD("regex not found*") },
	{ .url = { "/big", REGEX("(x+x+)+y", .max = 1) },
	  BAD("regex takes too long on 1048576 bytes from /big") },
	{ .url = { "/big", REGEX("needle") }, GOOD("HTTP 200*") },
	{ .url = { "/big", REGEX("beyond") },
	  BAD("regex not found in 1048576 bytes from /big") },
	{ .url = { "/control", REGEX("\\x1b\\[2J", "dotall") },
	  GOOD("HTTP 200*") },
	{ .url = { "/control", REGEX("x", "utf") }, BAD("regex not found*") },

	/* what is asked for */
	{ .url = { "/echo/a?b=../c", REGEX(ASK_10) }, GOOD("HTTP 200*") },
	{ .url = { "/echo", "www.example.org", REGEX(ASK_10C) },
	  .version = PROTO_HTTP_10C, GOOD("HTTP 200*") },
	{ .url = { "/echo", REGEX(ASK_11) }, .port = "http6", .v6 = true,
	  .version = PROTO_HTTP_11, GOOD("HTTP 200*") },

	/* no good response */
	{ .url = { "/ok" }, .port = "refused", BAD("connection refused in * ms") },
	{ .url = { "/ok" }, .port = "full", .hangs = true,
	  BAD("no connection within 5000 ms") },
	{ .url = { "/ok" }, .port = "mute", .hangs = true,
	  BAD("connected, but no answer from /ok within 5000 ms") },
	{ .url = { "/ok" }, .port = "close", BAD("*answer from /ok") },
	{ .url = { "/nothing" }, BAD("closed without an answer from /nothing") },
	{ .url = { "/rst_at_once" },
	  BAD("connection reset without an answer from /rst_at_once") },
	{ .url = { "/half_header" },
	  BAD("closed within the header from /half_header") },
	{ .url = { "/half_header_mute" }, .hangs = true,
	  BAD("header from /half_header_mute not complete within 5000 ms") },
	{ .url = { "/long_line" },
	  BAD("more than 32768 bytes of header from /long_line") },
	{ .url = { "/longer_line" },
	  BAD("more than 32768 bytes of header from /longer_line") },
	{ .url = { "/endless_header" },
	  BAD("more than 32768 bytes of header from /endless_header") },
	{ .url = { "/drip_header" }, .hangs = true,
	  BAD("header from /drip_header not complete within 5000 ms") },
	{ .url = { "/drip" }, .hangs = true,
	  BAD("body from /drip not complete within 5000 ms, but * bytes") },
	{ .url = { "/rst" },
	  BAD("connection reset after 4 bytes of body from /rst") },
	{ .url = { "/short" }, BAD("closed after 4 bytes of body from /short") },
	{ .url = { "/garbage" }, BAD("the answer from /garbage is not HTTP") },
	{ .url = { "/no_status" },
	  BAD("the answer from /no_status is not HTTP") },

	/* TLS */
	{ .url = { "/ok" }, .port = "tls", .tls = true, GOOD("HTTP 200*") },
	{ .url = { "/" }, .port = "s_server", .tls = true, GOOD("HTTP 200*") },
	{ .url = { "/echo", REGEX("Host: 127.*SNI: None$", "dotall") },
	  .port = "tls", .tls = true, GOOD("HTTP 200*") },
	{ .url = { "/echo", "www.example.net", "www.example.org",
		   REGEX("Host: www.example.net\r.*SNI: www.example.org$",
			 "dotall") },
	  .port = "tls", .tls = true, GOOD("HTTP 200*") },
	{ .url = { "/until_close" }, .port = "tls_rude", .tls = true,
	  GOOD("HTTP 200*") },
	{ .url = { "/ok" }, .port = "tls_mute", .tls = true, .hangs = true,
	  BAD("connected, but no answer from /ok within 5000 ms") },
	{ .url = { "/ok" }, .port = "mute", .tls = true, .hangs = true,
	  BAD("connected, but no TLS within 5000 ms") },
	{ .url = { "/ok" }, .port = "close", .tls = true, BAD("no TLS: *") },
	{ .url = { "/ok" }, .port = "banner", .tls = true,
	  BAD("no TLS: *wrong version number*") },
	{ .url = { "/ok" }, .port = "tls", BAD("*from /ok*") },
};

#define ROWS	(sizeof(rows) / sizeof(rows[0]))

static struct proto_bytes bytes(const char *text)
{
	return (struct proto_bytes){ text, text ? strlen(text) : 0 };
}

static void add(struct rig *rig, unsigned int i)
{
	const struct row *row = &rows[i];
	struct proto_url url = row->url;
	struct proto_msg msg = rig_check(rig, i, row->port ? row->port :
							     "http");
	struct proto_check *c = &msg.check;

	if (row->url.path) {
		c->kind = row->tls ? PROTO_HTTPS : PROTO_HTTP;
		c->urls = &url;
		c->n_urls = 1;
	}
	if (row->v6)
		c->addr = (struct proto_addr){ 6, { [15] = 1 } };
	if (row->hangs) {
		c->connect_timeout = SHORT_MS;
		c->timeout = SHORT_MS;
	}
	c->http = row->version;
	c->send = bytes(row->send);
	c->expect = bytes(row->expect);
	c->regex.pattern = row->regex;
	peer_send(&rig->peer, &msg);
}

static void test_rows(void **state)
{
	struct rig *rig = *state;
	bool seen[ROWS] = { false };
	unsigned int i;

	rig_probe(rig, 100, false);
	for (i = 0; i < ROWS; i++)
		add(rig, i);
	/* each exactly once */
	for (i = 0; i < ROWS; i++) {
		const struct proto_msg *msg = peer_next(&rig->peer);
		const struct proto_result *r = &msg->result;
		char what[100];

		assert_int_equal(msg->type, PROTO_RESULT);
		assert_in_range(msg->id, 0, ROWS - 1);
		assert_false(seen[msg->id]);
		seen[msg->id] = true;
		snprintf(what, sizeof(what), "row %u %s %s",
			 (unsigned int)msg->id, rows[msg->id].port ?: "",
			 rows[msg->id].url.path ?: "");
		peer_is(what, r->evidence, rows[msg->id].evidence);
		assert_int_equal(r->outcome, rows[msg->id].outcome);
		assert_int_equal(r->state, r->outcome == FRAME_OK ?
				 FRAME_UP : FRAME_DOWN);
		assert_int_equal(r->changed, r->outcome != FRAME_OK);
		assert_true(r->judged);
	}
	peer_quit(&rig->peer);
}

static const struct proto_result *get_tls(struct rig *rig, __u64 id)
{
	struct proto_url url = { .path = "/ok" };
	struct proto_msg msg = rig_http(rig, id, &url);

	msg.check.kind = PROTO_HTTPS;
	msg.check.port = rig_port(rig, "tls_client");
	peer_send(&rig->peer, &msg);
	return rig_result(rig, id);
}

/* A server that wants to see a certificate. */
static void test_client_certificate(void **state)
{
	struct proto_msg tls = { .type = PROTO_TLS };
	const struct proto_result *r;
	struct rig *rig = *state;
	char pem[8192], path[100];
	const char *at;
	FILE *file;

	at = strstr(rig->ports, "\npem ");
	assert_non_null(at);
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(at + 5, "\n"), at + 5);
	file = fopen(path, "r");
	tls.tls.certificate.data = pem;
	tls.tls.certificate.len = fread(pem, 1, sizeof(pem), file);
	tls.tls.key = tls.tls.certificate;
	fclose(file);
	rig_probe(rig, 100, false);
	assert_int_equal(get_tls(rig, 1)->outcome, FRAME_FAILED);
	peer_send(&rig->peer, &tls);
	r = get_tls(rig, 2);
	peer_is("with a certificate", r->evidence, "HTTP 200 from /ok in * ms");
	/* ours is not theirs to be blamed for */
	tls.tls.key = bytes("no key");
	peer_send(&rig->peer, &tls);
	r = get_tls(rig, 3);
	assert_int_equal(r->outcome, FRAME_UNSURE);
	peer_is("without a key", r->evidence,
		"our certificate cannot be used: *");
	peer_quit(&rig->peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_client_certificate),
	};
	int failed;

	failed = cmocka_run_group_tests_name("objects", tests,
					     rig_setup_forked, rig_teardown);
	/* only root can become somebody else */
	if (!geteuid())
		failed += cmocka_run_group_tests_name("program", tests,
						      rig_setup_real,
						      rig_teardown);
	return failed;
}
