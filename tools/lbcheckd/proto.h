/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lbcheckd and its two helpers say to each other, one message a packet of
 * a SOCK_SEQPACKET socketpair. A message is a header and attributes (type and
 * length, 16 bits each, then the value, padded to 4 bytes) in the machine's
 * byte order: both ends run on one machine.
 *
 * A number that is absent is 0, a text NULL. Each type of message has a table
 * of its attributes with their limits; proto_decode() refuses whatever is not
 * in it, out of its limits, or there twice.
 */
#ifndef CHECKD_PROTO_H
#define CHECKD_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "frame.h"

#define PROTO_VERSION	1

/* Longest of each, in bytes; texts without the NUL. */
#define PROTO_MAX	65536	/* message */
#define PROTO_ERROR	160	/* sentence about a bad message, with the NUL */
#define PROTO_TEXT	240	/* sentence */
#define PROTO_PATH	2048	/* url, regular expression */
#define PROTO_DATA	4096	/* bytes to send or to expect */
#define PROTO_WORD	8192	/* one argument of a script */
#define PROTO_PEM	16384	/* certificate, key */

/* Most of each. */
#define PROTO_URLS	64
#define PROTO_WORDS	256
#define PROTO_BUCKETS	20

/* Longest time, in milliseconds: a day. */
#define PROTO_DAY	86400000U

enum proto_type {
	/* to the probe */
	PROTO_ADD = 1,	/* id, check */
	PROTO_SET,	/* id, set: go on with these */
	PROTO_REMOVE,	/* id */
	PROTO_FLUSH,	/* remove all */
	PROTO_ASK,	/* tell lateness; whoever does not answer hangs */
	PROTO_TLS,	/* tls: what all TLS checks show from now on */
	/* to the executor */
	PROTO_RUN,	/* id, run */
	PROTO_KILL,	/* id */
	/* to both */
	PROTO_QUIT,
	/* from both */
	PROTO_STARTED,	/* started */
	PROTO_REFUSED,	/* id, refused: what was asked for is not done */
	/* from the probe */
	PROTO_RESULT,	/* id, result */
	PROTO_LATENESS,	/* lateness */
	/* from the executor */
	PROTO_DONE,	/* id, done */
	PROTO_TYPES,
};

/* Who receives what. */
enum proto_end {
	PROTO_PROBE,
	PROTO_EXECUTOR,
	PROTO_PARENT,
};

enum proto_kind {
	PROTO_TCP = 1,
	PROTO_HTTP,
	PROTO_HTTPS,
};

enum proto_http {
	PROTO_HTTP_10,
	PROTO_HTTP_10C,		/* with "Connection: close" */
	PROTO_HTTP_11,
};

/**
 * struct proto_addr - an address
 * @family: 4 or 6; 0: none
 * @bytes: network order, IPv4 in the first four
 */
struct proto_addr {
	__u8 family;
	__u8 bytes[16];
};

/**
 * struct proto_bytes - bytes
 * @data: bytes; NULL: none
 * @len: how many
 */
struct proto_bytes {
	const void *data;
	__u32 len;
};

/**
 * struct proto_range - status codes
 * @first: 100 to 999
 * @last: not less than @first
 */
struct proto_range {
	__u16 first;
	__u16 last;
};

/**
 * struct proto_regex - what an answer is searched for
 * @pattern: for PCRE2; NULL: nothing
 * @options: words of regex_options in keepalived.conf(5)
 * @no_match: a match is a failure
 * @min: bytes to leave out at the start
 * @max: a match begins at this offset at the latest; 0: anywhere
 * @memory: bytes that matching may take; 0: the default
 */
struct proto_regex {
	const char *pattern;
	const char *options;
	bool no_match;
	__u32 min;
	__u32 max;
	__u32 memory;
};

/**
 * struct proto_url - one url of an HTTP check
 * @path: from "/"
 * @virtualhost: of the Host line; NULL: address and port
 * @sni: server name to ask for in TLS, or NULL
 * @digest: MD5 of the body, 32 hexadecimal digits; NULL: any
 * @status: ranges of good status codes; none: 200-299
 * @n_status: how many
 * @regex: what the body is searched for
 */
struct proto_url {
	const char *path;
	const char *virtualhost;
	const char *sni;
	const char *digest;
	const struct proto_range *status;
	__u32 n_status;
	struct proto_regex regex;
};

/**
 * struct proto_check - a check
 * @kind: &enum proto_kind
 * @frame: how it is repeated
 * @known: state that was learnt before, &enum frame_state
 * @suspended: is not run until a message sets it otherwise
 * @addr: where to connect to
 * @port: likewise
 * @scope: interface index of a link-local @addr, or 0
 * @bind: address to connect from, of @addr's family, or none
 * @bind_port: port to connect from, or 0
 * @bind_if: interface to connect through, or NULL
 * @mark: of the packets, or 0
 * @connect_timeout: milliseconds until connected, handshake of TLS included
 * @timeout: milliseconds for one url, or for send and expect
 * @http: &enum proto_http
 * @fast_recovery: all urls at once although the server is down
 * @urls: of HTTP checks, in order
 * @n_urls: how many
 * @send: TCP: what to send, or none
 * @expect: TCP: bytes that the answer contains, or none
 * @regex: TCP: the same by regular expression
 */
struct proto_check {
	__u32 kind;
	struct frame_config frame;
	__u32 known;
	bool suspended;
	struct proto_addr addr;
	__u16 port;
	__u32 scope;
	struct proto_addr bind;
	__u16 bind_port;
	const char *bind_if;
	__u32 mark;
	__u32 connect_timeout;
	__u32 timeout;
	__u32 http;
	bool fast_recovery;
	struct proto_url *urls;
	__u32 n_urls;
	struct proto_bytes send;
	struct proto_bytes expect;
	struct proto_regex regex;
};

/**
 * struct proto_set - what can change while a check runs
 * @frame: how it is repeated
 * @suspended: is not run
 */
struct proto_set {
	struct frame_config frame;
	bool suspended;
};

/**
 * struct proto_tls - what TLS checks show to servers
 * @certificate: PEM, or none
 * @key: its key, PEM
 * @password: of @key, or NULL
 */
struct proto_tls {
	struct proto_bytes certificate;
	struct proto_bytes key;
	const char *password;
};

/**
 * struct proto_result - what one check found
 * @outcome: &enum frame_outcome
 * @state: &enum frame_state after it
 * @changed: @state is another than in the result before
 * @judged: @state has been found, not assumed
 * @tries: how many failures this round had before
 * @ms: how long it took
 * @first_ms: until the first byte came; 0 where none did
 * @bytes: that came
 * @evidence: what happened, one sentence without full stop, printable ASCII
 */
struct proto_result {
	__u32 outcome;
	__u32 state;
	bool changed;
	bool judged;
	__u32 tries;
	__u32 ms;
	__u32 first_ms;
	__u64 bytes;
	const char *evidence;
};

/**
 * struct proto_lateness - how punctual the probe is
 * @count: starts that were late by less than 1 ms, less than 2, 4, ... ; the
 *	last bucket has no limit
 * @checks: how many there are
 * @running: how many are under way
 */
struct proto_lateness {
	__u64 count[PROTO_BUCKETS];
	__u32 checks;
	__u32 running;
};

/**
 * struct proto_started - a helper is ready
 * @slots: how much it does at the same time
 * @mark: it can set marks
 */
struct proto_started {
	__u32 slots;
	bool mark;
};

/**
 * struct proto_refused - something was not done
 * @text: why, one sentence
 */
struct proto_refused {
	const char *text;
};

/**
 * struct proto_run - a script to run
 * @argv: program and arguments, ends with NULL
 * @n_argv: how many
 * @env: NAME=VALUE in addition to PATH, ends with NULL
 * @n_env: how many
 * @uid: user
 * @gid: group, the only one
 * @timeout: milliseconds
 * @secure: enable_script_security
 * @dynamic: the exit status is a weight
 * @check: a check: what it leaves running is killed when it ends
 */
struct proto_run {
	const char * const *argv;
	__u32 n_argv;
	const char * const *env;
	__u32 n_env;
	__u32 uid;
	__u32 gid;
	__u32 timeout;
	bool secure;
	bool dynamic;
	bool check;
};

/**
 * struct proto_done - a script has ended
 * @outcome: &enum frame_outcome
 * @weighs: @weight is the server's weight from now on
 * @weight: 0 to 253
 * @ms: how long it ran
 * @evidence: what happened, as in &struct proto_result
 */
struct proto_done {
	__u32 outcome;
	bool weighs;
	__u32 weight;
	__u32 ms;
	const char *evidence;
};

/**
 * struct proto_msg - a message
 * @type: &enum proto_type, says which of the others holds
 * @id: check or script, as the parent numbers them
 * @check: PROTO_ADD
 * @set: PROTO_SET
 * @tls: PROTO_TLS
 * @run: PROTO_RUN
 * @started: PROTO_STARTED
 * @refused: PROTO_REFUSED
 * @result: PROTO_RESULT
 * @lateness: PROTO_LATENESS
 * @done: PROTO_DONE
 */
struct proto_msg {
	enum proto_type type;
	__u64 id;
	union {
		struct proto_check check;
		struct proto_set set;
		struct proto_tls tls;
		struct proto_run run;
		struct proto_started started;
		struct proto_refused refused;
		struct proto_result result;
		struct proto_lateness lateness;
		struct proto_done done;
	};
};

/* proto.c: bytes */
int proto_encode(const struct proto_msg *msg, void *buf, size_t size,
		 char *error);
int proto_decode(enum proto_end end, const void *buf, size_t len,
		 struct proto_msg **msg, char *error);

/* channel.c: sockets */
int proto_send(int fd, const struct proto_msg *msg, char *error);
int proto_receive(int fd, enum proto_end end, struct proto_msg **msg,
		  char *error);

/* fields.c: what the tables know */

/* How a value looks on the wire, and what it must be. */
enum proto_form {
	FORM_NUMBER,	/* 8 bytes, between @min and @max */
	FORM_TEXT,	/* with its NUL; any byte else */
	FORM_TOKEN,	/* without blanks and control characters */
	FORM_SENTENCE,	/* printable ASCII */
	FORM_BYTES,	/* &struct proto_bytes */
	FORM_ADDR,	/* family, then 4 or 16 bytes */
	FORM_RANGES,	/* pointer to &struct proto_range, then a number */
	FORM_COUNTS,	/* PROTO_BUCKETS times 8 bytes */
	FORM_WORDS,	/* once each; pointer to texts, then a number */
	FORM_URL,	/* once each; pointer to &struct proto_url, a number */
};

/**
 * struct proto_field - one attribute; its type is its place in the table, from 1
 * @name: for sentences
 * @form: how it looks
 * @need: must be there; a number: must be in its limits, thus not 0
 * @offset: in the structure
 * @size: of the member
 * @count: offset of the number of elements, where there are several
 * @min: least value
 * @max: largest value, longest text, most elements
 */
struct proto_field {
	const char *name;
	enum proto_form form;
	bool need;
	__u32 offset;
	__u32 size;
	__u32 count;
	__u64 min;
	__u64 max;
};

/**
 * struct proto_table - the attributes of a type of message
 * @name: of the type
 * @ends: bits 1 << &enum proto_end: who may receive it
 * @fields: attributes, in order of their type
 * @n: how many
 */
struct proto_table {
	const char *name;
	__u32 ends;
	const struct proto_field *fields;
	__u32 n;
};

const struct proto_table *proto_table(__u32 type);
const struct proto_table *proto_url_table(void);
int proto_value(const struct proto_field *field, __u64 value, char *error);
int proto_text(const struct proto_field *field, const char *text, size_t len,
	       char *error);
int proto_whole(const struct proto_msg *msg, char *error);
int proto_wrong(char *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* CHECKD_PROTO_H */
