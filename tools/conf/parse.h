/* SPDX-License-Identifier: GPL-2.0 */
/* What the parsers of blocks share; private to them. */
#ifndef CONF_PARSE_H
#define CONF_PARSE_H

#include "conf.h"
#include "pool.h"
#include "words.h"

struct parse;

/* How the arguments of a word are read. */
enum rule_kind {
	RULE_CALL,	/* by a function */
	RULE_FLAG,	/* bool: true, or as an argument says */
	RULE_NUMBER,	/* __u32 */
	RULE_OFFSET,	/* __u64, a number */
	RULE_TIME,	/* __u64, microseconds */
	RULE_TEXT,	/* const char * */
	RULE_SCRIPT,	/* struct conf_script * */
};

/**
 * struct rule - what a supported word does
 * @word: the word
 * @kind: how its arguments are read
 * @offset: member of the block's structure
 * @bit: is set in the structure's mask, so that it is known to be given
 * @min: least value; times in microseconds
 * @max: largest value
 * @call: for RULE_CALL
 */
struct rule {
	const char *word;
	enum rule_kind kind;
	size_t offset;
	unsigned int bit;
	__u64 min;
	__u64 max;
	void (*call)(struct parse *p, const struct conf_stmt *st, void *to);
};

#define CALL(word, function)						\
	{ word, RULE_CALL, 0, 0, 0, 0, function }
#define FLAG(word, type, member)					\
	{ word, RULE_FLAG, offsetof(type, member), 0, 0, 0, NULL }
#define NUMBER(word, type, member, min, max)				\
	{ word, RULE_NUMBER, offsetof(type, member), 0, min, max, NULL }
#define TIME(word, type, member, min)					\
	{ word, RULE_TIME, offsetof(type, member), 0, min, TIME_MAX, NULL }
#define TEXT(word, type, member)					\
	{ word, RULE_TEXT, offsetof(type, member), 0, 0, 0, NULL }
#define SCRIPT(word, type, member)					\
	{ word, RULE_SCRIPT, offsetof(type, member), 0, 0, 0, NULL }

#define TIME_MAX	0xffffffffULL	/* keepalived's: 2^32 - 1 microseconds */

/**
 * struct block - how a block is read
 * @in: its words
 * @rules: what they do; the last one has no word
 * @mask: offset of the unsigned int that notes which were given
 */
struct block {
	enum conf_context in;
	const struct rule *rules;
	size_t mask;
};

/**
 * struct timing - a &struct conf_timing, of which only some is given
 * @given: bits of TIMING_*
 * @t: values
 */
struct timing {
	unsigned int given;
	struct conf_timing t;
};

#define TIMING_CONNECT_TIMEOUT	1
#define TIMING_RETRY		2
#define TIMING_DELAY_BEFORE	4
#define TIMING_WARMUP		8
#define TIMING_DELAY_LOOP	16
#define TIMING_ALPHA		32
#define TIMING_LOG		64
#define TIMING_RISE		128
#define TIMING_FALL		256

/* Rules of a structure that begins with struct timing. */
#define TIMING_RULES							\
	{ "connect_timeout", RULE_TIME,					\
	  offsetof(struct timing, t.connect_timeout),			\
	  TIMING_CONNECT_TIMEOUT, 1, TIME_MAX, NULL },			\
	{ "retry", RULE_NUMBER, offsetof(struct timing, t.retry),	\
	  TIMING_RETRY, 0, 0xffffffff, NULL },				\
	{ "delay_before_retry", RULE_TIME,				\
	  offsetof(struct timing, t.delay_before_retry),		\
	  TIMING_DELAY_BEFORE, 0, TIME_MAX, NULL },			\
	{ "warmup", RULE_TIME, offsetof(struct timing, t.warmup),	\
	  TIMING_WARMUP, 0, TIME_MAX, NULL },				\
	{ "delay_loop", RULE_TIME,					\
	  offsetof(struct timing, t.delay_loop),			\
	  TIMING_DELAY_LOOP, 1, TIME_MAX, NULL },			\
	{ "alpha", RULE_FLAG, offsetof(struct timing, t.alpha),		\
	  TIMING_ALPHA, 0, 0, NULL }

/**
 * struct parse_check - a check that is being read
 * @timing: what is given; first, for TIMING_RULES
 * @c: the check
 */
struct parse_check {
	struct timing timing;
	struct conf_check c;
};

/**
 * struct parse_server - a server that is being read
 * @timing: defaults of its checks; first, for TIMING_RULES
 * @s: the server
 * @virtualhost: Host, or NULL
 * @has_inhibit: inhibit_on_failure is given
 * @has_method: lvs_method is given
 * @checks: its checks
 * @n_checks: number of them
 * @method_word: its method, where @has_method
 * @port_word: its port; text NULL: none
 */
struct parse_server {
	struct timing timing;
	struct conf_server s;
	const char *virtualhost;
	bool has_inhibit;
	bool has_method;
	struct parse_check *checks;
	unsigned int n_checks;
	struct conf_word method_word;
	struct conf_word port_word;
};

/**
 * struct parse_service - a service that is being read
 * @timing: defaults of its checks; first, for TIMING_RULES
 * @s: the service
 * @virtualhost: Host, or NULL
 * @name: name; text NULL: not given
 * @inhibit: inhibit_on_failure
 * @has_proto: protocol is given
 * @family: ip_family; 0: not given
 * @mask_word: persistence_granularity; text NULL: not given
 * @sorry_inhibit: sorry_server_inhibit
 * @sorry_method: &enum l4lb_method of the sorry server; 0: not given
 * @servers: its servers
 * @n_servers: number of them
 */
struct parse_service {
	struct timing timing;
	struct conf_service s;
	const char *virtualhost;
	struct conf_word name;
	bool inhibit;
	bool has_proto;
	__u8 family;
	struct conf_word mask_word;
	bool sorry_inhibit;
	__u8 sorry_method;
	struct parse_server *servers;
	unsigned int n_servers;
};

/**
 * struct parse - one run
 * @conf: what is being made
 * @pool: its memory
 * @log: complaints
 * @noted: rows whose note has been given
 * @n_noted: number of them
 */
struct parse {
	struct conf *conf;
	struct conf_pool *pool;
	struct conf_log *log;
	const struct conf_keyword **noted;
	unsigned int n_noted;
};

#define parse_error(p, word, ...)					\
	conf_complain_word((p)->log, CONF_ERROR, word, __VA_ARGS__)
#define parse_warn(p, word, ...)					\
	conf_complain_word((p)->log, CONF_WARNING, word, __VA_ARGS__)
#define parse_note(p, word, ...)					\
	conf_complain_word((p)->log, CONF_NOTE, word, __VA_ARGS__)

/* parse.c */
void parse_block(struct parse *p, const struct block *block,
		 const struct conf_stmt *stmts, void *to);
bool parse_shape(struct parse *p, const struct conf_keyword *k,
		 enum conf_context in, const struct conf_stmt *st);
void parse_unknown(struct parse *p, enum conf_context in,
		   const struct conf_word *word);
bool parse_passed(struct parse *p, const struct conf_keyword *k,
		  const struct conf_stmt *st);

/* value.c */
bool value_number(struct parse *p, const struct conf_word *word, __u64 min,
		  __u64 max, __u64 *value);
bool value_time(struct parse *p, const struct conf_word *word, __u64 min,
		__u64 max, __u64 *value);
bool value_bool(struct parse *p, const struct conf_word *word, bool *value);
bool value_addr(struct parse *p, const struct conf_word *word,
		struct l4lb_addr *addr);
bool value_port(struct parse *p, const struct conf_word *word, __u16 *port);
bool value_choice(struct parse *p, const struct conf_word *word,
		  const char *what, const char *const *words, unsigned int n,
		  unsigned int *value);
bool value_timeouts(struct parse *p, const struct conf_word *words,
		    unsigned int n, __u32 min, struct l4lb_timeouts *t);
struct conf_script *value_script(struct parse *p, const struct conf_word *words,
				 unsigned int n);
bool value_name(struct parse *p, const struct conf_word *word);
const char *name_problem(const char *name);

/* regex.c */
bool regex_problem(const struct conf_url *url, char *text, size_t size);

/* method.c */
bool value_method(struct parse *p, const struct conf_word *words,
		  unsigned int n, __u8 *method);

/* One block a file */
void parse_global(struct parse *p, const struct conf_stmt *st, void *to);
void parse_ssl(struct parse *p, const struct conf_stmt *st, void *to);
void parse_l4lb(struct parse *p, const struct conf_stmt *st, void *to);
void parse_group(struct parse *p, const struct conf_stmt *st, void *to);
void parse_service(struct parse *p, const struct conf_stmt *st, void *to);
void parse_server(struct parse *p, const struct conf_stmt *st, void *to);
void parse_vrrp(struct parse *p, const struct conf_stmt *st);
void parse_http(struct parse *p, const struct conf_stmt *st, void *to);
void parse_ssl_get(struct parse *p, const struct conf_stmt *st, void *to);
void parse_tcp(struct parse *p, const struct conf_stmt *st, void *to);
void parse_misc(struct parse *p, const struct conf_stmt *st, void *to);
void parse_url(struct parse *p, const struct conf_stmt *st, void *to);

/* parse_group.c */
struct conf_group *group_find(struct parse *p, const char *name);
const char *group_nearest(struct parse *p, const char *name);

/* finish.c */
void finish_service(struct parse *p, struct parse_service *ps,
		    const struct conf_stmt *st);

/* key.c */
void key_make(struct conf_pool *pool, struct conf_check *check);

/* verify.c */
void conf_verify(struct conf *conf, struct conf_pool *pool,
		 struct conf_log *log);

/* The rules of a block, for the test that each supported word has one. */
extern const struct block top_block;
extern const struct block global_block;
extern const struct block ssl_block;
extern const struct block l4lb_block;
extern const struct block limits_block;
extern const struct block service_block;
extern const struct block server_block;
extern const struct block http_block;
extern const struct block ssl_get_block;
extern const struct block url_block;
extern const struct block tcp_block;
extern const struct block misc_block;

#endif /* CONF_PARSE_H */
