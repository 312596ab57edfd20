/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a configuration says: globals, services and what becomes of each, with
 * all defaults filled in. Made by conf_parse() and never changed afterwards;
 * everything in it lives as long as it does. Times are in microseconds.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "libl4lb.h"
#include "tree.h"

#define CONF_SECOND	1000000ULL

/**
 * struct conf_script - a command that is run without a shell
 * @place: where it stands
 * @argv: program and arguments, NULL at the end
 * @argc: number of them
 * @user: who runs it, NULL: script_user
 * @group: its group, NULL: that of the user
 */
struct conf_script {
	struct conf_place place;
	const char **argv;
	unsigned int argc;
	const char *user;
	const char *group;
};

/**
 * struct conf_fifo - a FIFO that events are written to
 * @place: where it stands
 * @path: its name, NULL: there is none
 * @user: its owner, NULL: script_user
 * @group: its group, NULL: that of the user
 * @script: who reads it, or NULL
 */
struct conf_fifo {
	struct conf_place place;
	const char *path;
	const char *user;
	const char *group;
	struct conf_script *script;
};

/* What lbcheckd leaves of the table when it stops. */
enum conf_on_stop {
	CONF_STOP_KEEP,
	CONF_STOP_FLUSH,	/* nothing at all */
	CONF_STOP_FLUSH_OURS,	/* what others have made */
};

/**
 * struct conf_tls - SSL: what TLS checks show and trust
 * @ca: file of authorities, or NULL
 * @certificate: file of our certificate, or NULL
 * @key: file of its key, or NULL
 * @password: of @key, or NULL
 */
struct conf_tls {
	const char *ca;
	const char *certificate;
	const char *key;
	const char *password;
};

/**
 * struct conf_global - global_defs, SSL and l4lb
 * @script_user: who runs scripts, NULL: not said
 * @script_group: its group, NULL: that of the user
 * @script_security: scripts that others can change do not run as root
 * @notify_fifo: events of servers and services, and of VRRP by its daemon
 * @lvs_notify_fifo: events of servers and services
 * @lvs_flush: delete what others made when we start
 * @on_stop: what becomes of the table when we stop
 * @log_all_failures: each failed attempt is logged
 * @tls: for all TLS checks
 * @limits: what is set, as the kernel wants it; lvs_timeouts are in it
 * @limits_place: where they stand
 */
struct conf_global {
	const char *script_user;
	const char *script_group;
	bool script_security;
	struct conf_fifo notify_fifo;
	struct conf_fifo lvs_notify_fifo;
	bool lvs_flush;
	enum conf_on_stop on_stop;
	bool log_all_failures;
	struct conf_tls tls;
	struct l4lb_limits limits;
	struct conf_place limits_place;
};

/**
 * struct conf_front - an address, or a mark, that is served
 * @place: where it stands
 * @id: identity, and the name if it has one
 */
struct conf_front {
	struct conf_place place;
	struct l4lb_service id;
};

/**
 * struct conf_group - virtual_server_group
 * @place: where it begins
 * @name: its name
 * @fronts: members, ranges written out; without a protocol
 * @n_fronts: number of them
 * @used: virtual_server that are of it
 */
struct conf_group {
	struct conf_place place;
	const char *name;
	struct conf_front *fronts;
	unsigned int n_fronts;
	unsigned int used;
};

/**
 * struct conf_timing - when a check is made, and how often it may fail
 * @connect_timeout: longest wait for a connection and for each answer
 * @retry: further attempts of a check that failed
 * @delay_before_retry: between attempts
 * @warmup: the first check is made at random within this time
 * @delay_loop: from one check to the next
 * @alpha: down until it has passed
 * @log_all_failures: each failed attempt is logged
 * @rise: checks in a row that bring up
 * @fall: checks in a row that bring down
 */
struct conf_timing {
	__u64 connect_timeout;
	__u32 retry;
	__u64 delay_before_retry;
	__u64 warmup;
	__u64 delay_loop;
	bool alpha;
	bool log_all_failures;
	__u32 rise;
	__u32 fall;
};

/* Kinds of check */
enum conf_check_kind {
	CONF_CHECK_TCP = 1,
	CONF_CHECK_HTTP,
	CONF_CHECK_SSL,
	CONF_CHECK_MISC,
};

/* http_protocol */
enum conf_http {
	CONF_HTTP_1_0,
	CONF_HTTP_1_0_CLOSE,	/* with Connection: close */
	CONF_HTTP_1_1,
};

/* regex_options, by the names of pcre2api(3) */
enum conf_regex {
	CONF_REGEX_ALLOW_EMPTY_CLASS,
	CONF_REGEX_ALT_BSUX,
	CONF_REGEX_AUTO_CALLOUT,
	CONF_REGEX_CASELESS,
	CONF_REGEX_DOLLAR_ENDONLY,
	CONF_REGEX_DOTALL,
	CONF_REGEX_DUPNAMES,
	CONF_REGEX_EXTENDED,
	CONF_REGEX_FIRSTLINE,
	CONF_REGEX_MATCH_UNSET_BACKREF,
	CONF_REGEX_MULTILINE,
	CONF_REGEX_NEVER_UCP,
	CONF_REGEX_NEVER_UTF,
	CONF_REGEX_NO_AUTO_CAPTURE,
	CONF_REGEX_NO_AUTO_POSSESS,
	CONF_REGEX_NO_DOTSTAR_ANCHOR,
	CONF_REGEX_NO_START_OPTIMIZE,
	CONF_REGEX_UCP,
	CONF_REGEX_UNGREEDY,
	CONF_REGEX_UTF,
	CONF_REGEX_NEVER_BACKSLASH_C,
	CONF_REGEX_ALT_CIRCUMFLEX,
	CONF_REGEX_ALT_VERBNAMES,
	CONF_REGEX_USE_OFFSET_LIMIT,
	CONF_REGEX_OPTIONS
};

/**
 * struct conf_codes - a range of status codes
 * @first: first
 * @last: last
 */
struct conf_codes {
	__u16 first;
	__u16 last;
};

/**
 * struct conf_url - a page that HTTP_GET or SSL_GET gets
 * @place: where it begins
 * @path: what to get
 * @virtualhost: Host, NULL: the address
 * @codes: good answers
 * @n_codes: number of them
 * @has_digest: @digest is to be compared
 * @digest: MD5 of the content
 * @regex: pattern, or NULL
 * @regex_no_match: it must not match
 * @regex_options: bits by &enum conf_regex
 * @regex_min: offset at which the search begins
 * @regex_max: offset at which a match begins at the latest, 0: anywhere
 * @regex_memory: bytes that matching may take, 0: not said
 */
struct conf_url {
	struct conf_place place;
	const char *path;
	const char *virtualhost;
	struct conf_codes *codes;
	unsigned int n_codes;
	bool has_digest;
	__u8 digest[16];
	const char *regex;
	bool regex_no_match;
	__u32 regex_options;
	__u64 regex_min;
	__u64 regex_max;
	__u64 regex_memory;
};

/**
 * struct conf_key - what a check asks, and of whom, as bytes
 * @bytes: equal bytes ask the same and find the same answer good
 * @len: number of them
 * @hash: of @bytes
 */
struct conf_key {
	const void *bytes;
	size_t len;
	__u64 hash;
};

/**
 * struct conf_check - a check of a server
 * @place: where it begins
 * @kind: &enum conf_check_kind
 * @key: what it asks; the result of a check is kept by it
 * @timing: when
 * @addr: where to
 * @port: where to; 0: MISC_CHECK
 * @bind_addr: where from; family 0: not said
 * @bind_port: where from; 0: not said
 * @bind_if: device, or NULL
 * @mark: mark of its packets
 * @send: TCP_CHECK: what is sent, or NULL
 * @expect: TCP_CHECK: what is expected, or NULL
 * @http: HTTP_GET, SSL_GET: &enum conf_http
 * @fast_recovery: HTTP_GET, SSL_GET: all pages at once
 * @sni: SSL_GET: the handshake names @sni_name, or the host of each page
 * @sni_name: SSL_GET: name, or NULL
 * @urls: HTTP_GET, SSL_GET: pages
 * @n_urls: number of them
 * @script: MISC_CHECK: what is run
 * @timeout: MISC_CHECK: when it is killed
 * @dynamic: MISC_CHECK: the exit status sets the weight
 */
struct conf_check {
	struct conf_place place;
	enum conf_check_kind kind;
	struct conf_key key;
	struct conf_timing timing;
	struct l4lb_addr addr;
	__u16 port;
	struct l4lb_addr bind_addr;
	__u16 bind_port;
	const char *bind_if;
	__u32 mark;
	const char *send;
	const char *expect;
	enum conf_http http;
	bool fast_recovery;
	bool sni;
	const char *sni_name;
	struct conf_url *urls;
	unsigned int n_urls;
	struct conf_script *script;
	__u64 timeout;
	bool dynamic;
};

/**
 * struct conf_server - real_server or sorry_server
 * @place: where it begins
 * @addr: address
 * @port: port; 0: none is given
 * @name: its name, or NULL
 * @weight: 0 to %L4LB_WEIGHT_MAX
 * @max_conns: uthreshold; 0: no limit
 * @min_conns: lthreshold; 0: the kernel's default
 * @method: &enum l4lb_method
 * @inhibit: in sight with weight 0 while it is down
 * @alpha: down until its checks have passed
 * @out: out of service: no new connections, whoever says otherwise
 * @out_reason: why it is out of service, or NULL
 * @notify_up: run when it comes up, or NULL
 * @notify_down: run when it goes down, or NULL
 * @checks: all must pass
 * @n_checks: number of them
 */
struct conf_server {
	struct conf_place place;
	struct l4lb_addr addr;
	__u16 port;
	const char *name;
	__u32 weight;
	__u32 max_conns;
	__u32 min_conns;
	__u8 method;
	bool inhibit;
	bool alpha;
	bool out;
	const char *out_reason;
	struct conf_script *notify_up;
	struct conf_script *notify_down;
	struct conf_check *checks;
	unsigned int n_checks;
};

/**
 * struct conf_service - virtual_server
 * @place: where it begins
 * @group: name of its group, or NULL
 * @named: the file gives it a name; if not, its fronts may have that of @group
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @set: what the kernel is to know of each front, identity and name apart
 * @unknown_port: &enum l4lb_unknown_port of its addresses; 0: not said
 * @alpha: servers are down until their checks have passed
 * @omega: going down is told when lbcheckd stops
 * @ha_suspend: no checks while the address is elsewhere
 * @quorum: least weight that must be up
 * @hysteresis: how far above and below @quorum
 * @quorum_up: run when it comes up, or NULL
 * @quorum_down: run when it goes down, or NULL
 * @sorry: server of last resort, or NULL
 * @fronts: what is served
 * @n_fronts: number of them
 * @servers: in the order of the file
 * @n_servers: number of them
 */
struct conf_service {
	struct conf_place place;
	const char *group;
	bool named;
	__u8 proto;
	struct l4lb_service set;
	__u8 unknown_port;
	bool alpha;
	bool omega;
	bool ha_suspend;
	__u32 quorum;
	__u32 hysteresis;
	struct conf_script *quorum_up;
	struct conf_script *quorum_down;
	struct conf_server *sorry;
	struct conf_front *fronts;
	unsigned int n_fronts;
	struct conf_server *servers;
	unsigned int n_servers;
};

/**
 * struct conf_vrrp - vrrp_instance, as far as services care
 * @place: where it begins
 * @name: its name
 * @given: these are addresses that sites give to the instance
 * @addrs: addresses it holds
 * @lens: prefix lengths of them
 * @places: where they stand
 * @n_addrs: number of them
 */
struct conf_vrrp {
	struct conf_place place;
	const char *name;
	bool given;
	struct l4lb_addr *addrs;
	__u8 *lens;
	struct conf_place *places;
	unsigned int n_addrs;
};

/**
 * struct conf_load - what a configuration costs at worst
 * @checks: checks, each identical one counted once
 * @probes: attempts, in a thousand seconds, while all is well
 * @conn_bytes: memory of as many connections as may be; 0: the kernel's choice
 */
struct conf_load {
	unsigned int checks;
	__u64 probes;
	__u64 conn_bytes;
};

struct conf_pool;

/**
 * struct conf - a configuration
 * @global: what holds for all
 * @groups: virtual_server_group
 * @n_groups: number of them
 * @services: virtual_server, in the order of the file
 * @n_services: number of them
 * @vrrp: vrrp_instance
 * @n_vrrp: number of them
 * @load: what it costs
 * @tree: what it was made of, if it is the owner
 * @pool: the memory of all this
 */
struct conf {
	struct conf_global global;
	struct conf_group *groups;
	unsigned int n_groups;
	struct conf_service *services;
	unsigned int n_services;
	struct conf_vrrp *vrrp;
	unsigned int n_vrrp;
	struct conf_load load;
	struct conf_tree *tree;
	struct conf_pool *pool;
};

/* load.c */
struct conf *conf_load(const char *file, const struct conf_options *opt,
		       struct conf_log *log);

/* parse_top.c */
struct conf *conf_parse(const struct conf_tree *tree, struct conf_log *log);
void conf_free(struct conf *conf);

/* key.c */
bool conf_key_equal(const struct conf_key *a, const struct conf_key *b);
int conf_timing_compare(const struct conf_timing *a,
			const struct conf_timing *b);

/* object.c */
void conf_service_object(const struct conf_service *service,
			 const struct conf_front *front,
			 struct l4lb_service *object);
void conf_server_object(const struct conf_service *service,
			const struct conf_front *front,
			const struct conf_server *server,
			struct l4lb_server *object);
__u16 conf_server_port(const struct conf_service *service,
		       const struct conf_front *front,
		       const struct conf_server *server);

/* regex.c */
const char *conf_regex_name(unsigned int option);

#endif /* CONF_CONF_H */
