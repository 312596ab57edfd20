// SPDX-License-Identifier: GPL-2.0
/* The attributes of every message, their limits, and how they go together. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto.h"

#define FIELD(name_, form_, need_, member, min_, max_)			\
	{								\
		.name = name_, .form = form_, .need = need_,		\
		.offset = offsetof(struct proto_msg, member),		\
		.size = sizeof(((struct proto_msg *)0)->member),	\
		.min = min_, .max = max_,				\
	}
#define LIST(name_, form_, need_, member, number, max_)			\
	{								\
		.name = name_, .form = form_, .need = need_,		\
		.offset = offsetof(struct proto_msg, member),		\
		.count = offsetof(struct proto_msg, number),		\
		.max = max_,						\
	}
#define URL(name_, form_, need_, member, min_, max_)			\
	{								\
		.name = name_, .form = form_, .need = need_,		\
		.offset = offsetof(struct proto_url, member),		\
		.size = sizeof(((struct proto_url *)0)->member),	\
		.min = min_, .max = max_,				\
	}
#define NUMBER(name, member, min, max)					\
	FIELD(name, FORM_NUMBER, (min) > 0, member, min, max)
#define FLAG(name, member)	NUMBER(name, member, 0, 1)

#define U16	0xffffU
#define U32	0xffffffffU

#define FRAME(in)							\
	NUMBER("period", in.frame.period, 1, PROTO_DAY),		\
	NUMBER("retry", in.frame.retry, 0, U16),			\
	NUMBER("delay before retry", in.frame.retry_delay, 0, PROTO_DAY), \
	NUMBER("rise", in.frame.rise, 1, U16),				\
	NUMBER("fall", in.frame.fall, 1, U16),				\
	NUMBER("warmup", in.frame.warmup, 0, PROTO_DAY),		\
	FLAG("alpha", in.frame.alpha)
#define REGEX(ROW, in)							\
	ROW("regex", FORM_TEXT, false, in.pattern, 0, PROTO_PATH),	\
	ROW("regex options", FORM_SENTENCE, false, in.options, 0, PROTO_TEXT), \
	ROW("regex no match", FORM_NUMBER, false, in.no_match, 0, 1),	\
	ROW("regex min offset", FORM_NUMBER, false, in.min, 0, U32),	\
	ROW("regex max offset", FORM_NUMBER, false, in.max, 0, U32),	\
	ROW("regex memory", FORM_NUMBER, false, in.memory, 0, U32)

static const struct proto_field url[] = {
	URL("path", FORM_TOKEN, true, path, 0, PROTO_PATH),
	URL("virtualhost", FORM_TOKEN, false, virtualhost, 0, PROTO_TEXT),
	URL("server name", FORM_TOKEN, false, sni, 0, 253),
	URL("digest", FORM_TOKEN, false, digest, 0, 32),
	{
		.name = "status codes", .form = FORM_RANGES,
		.offset = offsetof(struct proto_url, status),
		.count = offsetof(struct proto_url, n_status),
		.max = 100,
	},
	REGEX(URL, regex),
};

static const struct proto_field add[] = {
	NUMBER("kind", check.kind, PROTO_TCP, PROTO_HTTPS),
	FRAME(check),
	NUMBER("known", check.known, 0, FRAME_DOWN),
	FLAG("suspended", check.suspended),
	FIELD("address", FORM_ADDR, true, check.addr, 0, 0),
	NUMBER("port", check.port, 1, U16),
	NUMBER("scope", check.scope, 0, U32),
	FIELD("bind address", FORM_ADDR, false, check.bind, 0, 0),
	NUMBER("bind port", check.bind_port, 0, U16),
	FIELD("bind interface", FORM_TOKEN, false, check.bind_if, 0, 15),
	NUMBER("mark", check.mark, 0, U32),
	NUMBER("connect timeout", check.connect_timeout, 1, PROTO_DAY),
	NUMBER("timeout", check.timeout, 1, PROTO_DAY),
	NUMBER("HTTP version", check.http, 0, PROTO_HTTP_11),
	FLAG("fast recovery", check.fast_recovery),
	LIST("url", FORM_URL, false, check.urls, check.n_urls, PROTO_URLS),
	FIELD("bytes to send", FORM_BYTES, false, check.send, 0, PROTO_DATA),
	FIELD("bytes to expect", FORM_BYTES, false, check.expect, 0,
	      PROTO_DATA),
	REGEX(FIELD, check.regex),
};

static const struct proto_field set[] = {
	FRAME(set),
	FLAG("suspended", set.suspended),
};

static const struct proto_field tls[] = {
	FIELD("certificate", FORM_BYTES, false, tls.certificate, 0, PROTO_PEM),
	FIELD("key", FORM_BYTES, false, tls.key, 0, PROTO_PEM),
	FIELD("password", FORM_TEXT, false, tls.password, 0, PROTO_TEXT),
};

static const struct proto_field run[] = {
	LIST("argument", FORM_WORDS, true, run.argv, run.n_argv, PROTO_WORDS),
	LIST("environment", FORM_WORDS, false, run.env, run.n_env, PROTO_WORDS),
	NUMBER("user", run.uid, 0, U32 - 1),
	NUMBER("group", run.gid, 0, U32 - 1),
	NUMBER("timeout", run.timeout, 1, PROTO_DAY),
	FLAG("script security", run.secure),
	FLAG("dynamic weight", run.dynamic),
	FLAG("check", run.check),
};

static const struct proto_field started[] = {
	NUMBER("slots", started.slots, 1, U32),
	FLAG("mark", started.mark),
};

static const struct proto_field refused[] = {
	FIELD("sentence", FORM_SENTENCE, true, refused.text, 0, PROTO_TEXT),
};

static const struct proto_field result[] = {
	NUMBER("outcome", result.outcome, FRAME_OK, FRAME_PART),
	NUMBER("state", result.state, FRAME_UP, FRAME_DOWN),
	FLAG("changed", result.changed),
	FLAG("judged", result.judged),
	NUMBER("tries", result.tries, 0, U16),
	NUMBER("milliseconds", result.ms, 0, U32),
	NUMBER("first byte", result.first_ms, 0, U32),
	NUMBER("bytes", result.bytes, 0, ~0ULL),
	FIELD("evidence", FORM_SENTENCE, true, result.evidence, 0, PROTO_TEXT),
};

static const struct proto_field lateness[] = {
	FIELD("counts", FORM_COUNTS, true, lateness.count, 0, 0),
	NUMBER("checks", lateness.checks, 0, U32),
	NUMBER("running", lateness.running, 0, U32),
};

static const struct proto_field done[] = {
	NUMBER("outcome", done.outcome, FRAME_OK, FRAME_UNSURE),
	FLAG("weighs", done.weighs),
	NUMBER("weight", done.weight, 0, 253),
	NUMBER("milliseconds", done.ms, 0, U32),
	FIELD("evidence", FORM_SENTENCE, true, done.evidence, 0, PROTO_TEXT),
};

#define PROBE	(1U << PROTO_PROBE)
#define EXEC	(1U << PROTO_EXECUTOR)
#define PARENT	(1U << PROTO_PARENT)
#define TABLE(name, ends, fields)					\
	{ name, ends, fields, sizeof(fields) / sizeof((fields)[0]) }

static const struct proto_table tables[PROTO_TYPES] = {
	[PROTO_ADD] = TABLE("add", PROBE, add),
	[PROTO_SET] = TABLE("set", PROBE, set),
	[PROTO_REMOVE] = { "remove", PROBE, NULL, 0 },
	[PROTO_FLUSH] = { "flush", PROBE, NULL, 0 },
	[PROTO_ASK] = { "ask", PROBE, NULL, 0 },
	[PROTO_TLS] = TABLE("TLS", PROBE, tls),
	[PROTO_RUN] = TABLE("run", EXEC, run),
	[PROTO_KILL] = { "kill", EXEC, NULL, 0 },
	[PROTO_QUIT] = { "quit", PROBE | EXEC, NULL, 0 },
	[PROTO_STARTED] = TABLE("started", PARENT, started),
	[PROTO_REFUSED] = TABLE("refused", PARENT, refused),
	[PROTO_RESULT] = TABLE("result", PARENT, result),
	[PROTO_LATENESS] = TABLE("lateness", PARENT, lateness),
	[PROTO_DONE] = TABLE("done", PARENT, done),
};

static const struct proto_table url_table = TABLE("url", 0, url);

/**
 * proto_table() - the attributes of a type
 * @type: &enum proto_type
 *
 * Return: table, or NULL where there is no such type.
 */
const struct proto_table *proto_table(__u32 type)
{
	return type < PROTO_TYPES && tables[type].name ? &tables[type] : NULL;
}

/**
 * proto_url_table() - the attributes of a url
 *
 * Return: table.
 */
const struct proto_table *proto_url_table(void)
{
	return &url_table;
}

/**
 * proto_wrong() - say what is wrong
 * @error: %PROTO_ERROR bytes
 * @format: of the sentence
 *
 * Return: -EBADMSG.
 */
int proto_wrong(char *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, PROTO_ERROR, format, args);
	va_end(args);
	return -EBADMSG;
}

/**
 * proto_value() - is a number within its limits?
 * @field: attribute
 * @value: number
 * @error: sentence, %PROTO_ERROR bytes
 *
 * Return: 0, or -EBADMSG.
 */
int proto_value(const struct proto_field *field, __u64 value, char *error)
{
	if (value >= field->min && value <= field->max)
		return 0;
	return proto_wrong(error, "%s: %llu is not between %llu and %llu",
			   field->name, (unsigned long long)value,
			   (unsigned long long)field->min,
			   (unsigned long long)field->max);
}

/**
 * proto_text() - is a text what it must be?
 * @field: attribute
 * @text: text
 * @len: its bytes without the NUL
 * @error: sentence, %PROTO_ERROR bytes
 *
 * Return: 0, or -EBADMSG.
 */
int proto_text(const struct proto_field *field, const char *text, size_t len,
	       char *error)
{
	__u64 max = field->form == FORM_WORDS ? PROTO_WORD : field->max;
	size_t i;

	if (len > max)
		return proto_wrong(error, "%s: longer than %llu bytes",
				   field->name, (unsigned long long)max);
	for (i = 0; i < len; i++) {
		unsigned char c = text[i];
		bool bad = !c;

		if (field->form == FORM_TOKEN)
			bad = c <= ' ' || c == 0x7f;
		if (field->form == FORM_SENTENCE)
			bad = c < ' ' || c >= 0x7f;
		if (bad)
			return proto_wrong(error, "%s: byte 0x%02x is not allowed",
					   field->name, c);
	}
	return 0;
}

/* What goes into TLS as a name; ASCII, so that no library has to convert it. */
static bool is_name(const char *name)
{
	const char *p;

	for (p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-._", *p))
			return false;
	return *name;
}

static int whole_url(const struct proto_url *u, char *error)
{
	__u32 i;

	if (*u->path != '/')
		return proto_wrong(error, "path: does not begin with \"/\"");
	if (u->digest && (strlen(u->digest) != 32 ||
			  u->digest[strspn(u->digest,
					   "0123456789abcdefABCDEF")]))
		return proto_wrong(error,
				   "digest: not 32 hexadecimal digits");
	if (u->sni && !is_name(u->sni))
		return proto_wrong(error, "server name: no name for TLS");
	for (i = 0; i < u->n_status; i++)
		if (u->status[i].first < 100 || u->status[i].last > 999 ||
		    u->status[i].first > u->status[i].last)
			return proto_wrong(error, "status codes: %u-%u is no range",
					   u->status[i].first,
					   u->status[i].last);
	return 0;
}

static int whole_check(const struct proto_check *c, char *error)
{
	bool http = c->kind != PROTO_TCP;
	__u32 i;

	if (c->bind.family && c->bind.family != c->addr.family)
		return proto_wrong(error, "bind address: not of the address's family");
	if (http == !c->n_urls)
		return proto_wrong(error, http ? "url: missing" :
						 "url: not for a TCP check");
	if (c->regex.no_match)
		return proto_wrong(error, "regex no match: not for a TCP check");
	for (i = 0; i < c->n_urls; i++) {
		if (whole_url(&c->urls[i], error))
			return -EBADMSG;
		if (c->urls[i].sni && c->kind != PROTO_HTTPS)
			return proto_wrong(error, "server name: without TLS");
	}
	return 0;
}

/**
 * proto_whole() - do the attributes of a message go together?
 * @msg: message, each attribute within its limits
 * @error: sentence, %PROTO_ERROR bytes
 *
 * Return: 0, or -EBADMSG.
 */
int proto_whole(const struct proto_msg *msg, char *error)
{
	__u32 i;

	if (msg->type == PROTO_ADD)
		return whole_check(&msg->check, error);
	if (msg->type != PROTO_RUN)
		return 0;
	if (!*msg->run.argv[0])
		return proto_wrong(error, "argument: no program");
	for (i = 0; i < msg->run.n_env; i++)
		if (!strchr(msg->run.env[i], '=') || *msg->run.env[i] == '=')
			return proto_wrong(error, "environment: not NAME=VALUE");
	return 0;
}
