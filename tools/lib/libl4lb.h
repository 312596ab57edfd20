/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libl4lb: the generic netlink family "l4lb" for programs.
 *
 * Every call returns 0 or more on success and a negative errno on failure;
 * after a failure l4lb_error() holds the sentence for people. A handle is used
 * by one thread at a time. Addresses are in network order, ports and all other
 * integers in host order. Nothing here asks a name server.
 */
#ifndef LIBL4LB_H
#define LIBL4LB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>
#include <linux/l4lb.h>

struct l4lb;

#define L4LB_BIT(n)	(1ULL << (n))

/* Longest texts, with the NUL. */
#define L4LB_ADDR_STR		46	/* an address */
#define L4LB_ENDPOINT_STR	56	/* [ADDRESS]:PORT */
#define L4LB_PREFIX_STR		50	/* ADDRESS/LENGTH */
#define L4LB_FRONT_STR		64	/* [ADDRESS/LENGTH]:PORT-PORT */
#define L4LB_SERVICE_STR	80	/* tcp [ADDRESS/LENGTH]:PORT-PORT */
#define L4LB_SERVER_STR		144	/* ENDPOINT of SERVICE */

/**
 * struct l4lb_addr - an IPv4 or IPv6 address
 * @family: 4 or 6; 0: no address
 * @bytes: network order, IPv4 in the first four, the rest zero
 */
struct l4lb_addr {
	__u8 family;
	__u8 bytes[16];
};

/**
 * struct l4lb_stats - counters of a service, a server or a namespace
 * @conns: connections scheduled
 * @packets_in: packets from clients that were forwarded
 * @bytes_in: their network-layer bytes
 * @packets_out: packets from servers that were forwarded
 * @bytes_out: their network-layer bytes
 */
struct l4lb_stats {
	__u64 conns;
	__u64 packets_in;
	__u64 bytes_in;
	__u64 packets_out;
	__u64 bytes_out;
};

/**
 * struct l4lb_reason_count - how often packets met one fate
 * @id: &enum l4lb_reason, possibly of a newer module than this library
 * @packets: packets
 * @name: the module's stable name
 */
struct l4lb_reason_count {
	__u32 id;
	__u64 packets;
	char name[L4LB_REASON_NAME_MAX];
};

#define L4LB_REASONS_MAX	96	/* room for modules newer than we are */

/**
 * struct l4lb_reasons - reasons of a service or a namespace
 * @n: used elements of @r
 * @r: in the kernel's order
 */
struct l4lb_reasons {
	unsigned int n;
	struct l4lb_reason_count r[L4LB_REASONS_MAX];
};

/**
 * struct l4lb_timeouts - idle seconds by state
 * @has: bit per &enum l4lb_state: @seconds holds a value
 * @inherited: bit per &enum l4lb_state: the value is the namespace's
 * @seconds: by &enum l4lb_state; 0 in a service: back to the namespace's
 */
struct l4lb_timeouts {
	__u32 has;
	__u32 inherited;
	__u32 seconds[L4LB_TIMEOUT_STATES];
};

/**
 * struct l4lb_service - a service, or as much of it as @has says
 * @has: bits by &enum l4lb_service_attr: which members are set
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @addr: the VIP
 * @prefix: bits of @addr that count; absent: all
 * @port: first or only port, host order; 0: any port
 * @port_last: last port of a range; absent: @port
 * @fwmark: not 0: identity with @family, in place of protocol, address and port
 * @family: 4 or 6; absent: 4
 * @name: identity where @proto and @fwmark are absent
 * @scheduler: "rr", "wlc", ...
 * @method: &enum l4lb_method
 * @tie: &enum l4lb_tie
 * @midstream: &enum l4lb_midstream
 * @owner: &enum l4lb_owner
 * @hash_port: 1: sh, dh and mh take the port into the hash
 * @hash_fallback: 1: sh and mh choose again where their server may not be used
 * @one_packet: 1: no entries, each packet is scheduled by itself
 * @on_down: &enum l4lb_on_down
 * @on_gone: &enum l4lb_on_gone
 * @track_seq: 1: entries remember sequence numbers
 * @hook: &enum l4lb_hook
 * @track: 1: conntrack sees the packets
 * @persist_prefix: bits of a client's address that make a client
 * @persist: seconds that a client stays with its server; 0: none
 * @slow_start: seconds until a server has its full share; 0: at once
 * @half_open_max: half-open entries; 0: no limit
 * @timeouts: L4LB_A_SERVICE_TIMEOUT in @has: at least one is set
 * @id: kernel's number
 * @servers: configured servers
 * @active: active connections
 * @inactive: all other connections
 * @half_open: half-open entries now
 * @stats: counters
 * @reasons: reasons met by its packets, or NULL; valid in the callback only
 */
struct l4lb_service {
	__u64 has;
	__u8 proto;
	struct l4lb_addr addr;
	__u8 prefix;
	__u16 port;
	__u16 port_last;
	__u32 fwmark;
	__u8 family;
	char name[L4LB_NAME_MAX];
	char scheduler[L4LB_SCHED_NAME_MAX];
	__u8 method;
	__u8 tie;
	__u8 midstream;
	__u8 owner;
	__u8 hash_port;
	__u8 hash_fallback;
	__u8 one_packet;
	__u8 on_down;
	__u8 on_gone;
	__u8 track_seq;
	__u8 hook;
	__u8 track;
	__u8 persist_prefix;
	__u32 persist;
	__u32 slow_start;
	__u32 half_open_max;
	struct l4lb_timeouts timeouts;
	__u32 id;
	__u32 servers;
	__u32 active;
	__u32 inactive;
	__u32 half_open;
	struct l4lb_stats stats;
	const struct l4lb_reasons *reasons;
};

/**
 * struct l4lb_server - a real server of one service
 * @has: bits by &enum l4lb_server_attr: which members are set; LINGER and
 *	OVERLOAD are flags and have no member
 * @service: its service; only the identity is used
 * @addr: address
 * @port: host order; absent: the service's port; 0: that of each packet
 * @name: name
 * @weight: configured weight, 0 to %L4LB_WEIGHT_MAX
 * @max_conns: 0: no limit
 * @min_conns: connections at which a full server opens again
 * @owner: &enum l4lb_owner
 * @admin: &enum l4lb_admin
 * @health: &enum l4lb_health
 * @oper_weight: the operator's weight, -1: none
 * @text: the operator's reason
 * @deadline: seconds until a drain ends what is left; 0: none
 * @ramp: thousandths of its share that a server in slow start gets now
 * @id: kernel's slot
 * @eff_weight: weight the scheduler uses
 * @method: &enum l4lb_method
 * @active: active connections
 * @inactive: all other connections
 * @stats: counters
 */
struct l4lb_server {
	__u64 has;
	struct l4lb_service service;
	struct l4lb_addr addr;
	__u16 port;
	char name[L4LB_NAME_MAX];
	__u32 weight;
	__u32 max_conns;
	__u32 min_conns;
	__u8 owner;
	__u8 admin;
	__u8 health;
	__s32 oper_weight;
	char text[L4LB_TEXT_MAX];
	__u32 deadline;
	__u32 ramp;
	__u32 id;
	__u32 eff_weight;
	__u8 method;
	__u32 active;
	__u32 inactive;
	struct l4lb_stats stats;
};

/**
 * struct l4lb_vip - a virtual address
 * @has: bits by &enum l4lb_vip_attr
 * @addr: identity
 * @prefix: bits of @addr that count, part of the identity; absent: all
 * @unknown_port: &enum l4lb_unknown_port
 * @standby: 1: client packets pass untouched
 * @services: number of services on it
 */
struct l4lb_vip {
	__u64 has;
	struct l4lb_addr addr;
	__u8 prefix;
	__u8 unknown_port;
	__u8 standby;
	__u32 services;
};

/**
 * struct l4lb_limits - caps and default timeouts of a namespace
 * @has: bits by &enum l4lb_limits_attr
 * @conns: cap on connection entries
 * @memory: cap in bytes on entries and table
 * @services: cap on services
 * @servers: cap on servers
 * @vips: cap on VIPs
 * @timeouts: defaults
 * @used_conns: entries now
 * @used_memory: bytes now
 * @used_services: services now
 * @used_servers: servers now, lingering ones included
 * @used_vips: VIPs now
 * @buckets: buckets of the connection table
 */
struct l4lb_limits {
	__u64 has;
	__u32 conns;
	__u64 memory;
	__u32 services;
	__u32 servers;
	__u32 vips;
	struct l4lb_timeouts timeouts;
	__u32 used_conns;
	__u64 used_memory;
	__u32 used_services;
	__u32 used_servers;
	__u32 used_vips;
	__u32 buckets;
};

/**
 * struct l4lb_conn - a connection entry, or in state persist a client's
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @client: client's address
 * @prefix: bits of @client that count; less than all in state persist only
 * @client_port: host order
 * @vip: virtual address
 * @vip_port: host order
 * @server: real server's address
 * @server_port: host order
 * @method: &enum l4lb_method
 * @state: &enum l4lb_state
 * @expires: milliseconds until it is removed if idle
 * @service: identity of the service, in state persist and of a mark; else
 *	@service.has is 0
 */
struct l4lb_conn {
	__u8 proto;
	struct l4lb_addr client;
	__u8 prefix;
	__u16 client_port;
	struct l4lb_addr vip;
	__u16 vip_port;
	struct l4lb_addr server;
	__u16 server_port;
	__u8 method;
	__u8 state;
	__u32 expires;
	struct l4lb_service service;
};

/**
 * struct l4lb_filter - which connections; all that are given must match
 * @has: bits by &enum l4lb_filter_attr
 * @service: identity of a service
 * @server: address of a server
 * @server_port: host order
 * @client: address of a client
 * @client_prefix: bits of @client that count
 * @state: &enum l4lb_state
 */
struct l4lb_filter {
	__u64 has;
	struct l4lb_service service;
	struct l4lb_addr server;
	__u16 server_port;
	struct l4lb_addr client;
	__u8 client_prefix;
	__u8 state;
};

/**
 * struct l4lb_summary - what VERSION_GET, STATS_GET and commits answer
 * @version: the module's version
 * @generation: number of configuration commits
 * @digest: digest of the configuration
 * @count: objects that a request touched
 * @stats: counters of the namespace
 * @reasons: reasons of the namespace
 */
struct l4lb_summary {
	char version[32];
	__u64 generation;
	__u64 digest;
	__u64 count;
	struct l4lb_stats stats;
	struct l4lb_reasons reasons;
};

/**
 * struct l4lb_flow - the packet that an explanation asks about
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @client: source
 * @client_port: host order
 * @vip: destination
 * @vip_port: host order
 * @tcp_flags: byte 13 of the TCP header; 0: the kernel's default, SYN
 * @hook: &enum l4lb_hook; 0: the kernel's default, prerouting
 * @mark: the packet's mark
 */
struct l4lb_flow {
	__u8 proto;
	struct l4lb_addr client;
	__u16 client_port;
	struct l4lb_addr vip;
	__u16 vip_port;
	__u8 tcp_flags;
	__u8 hook;
	__u32 mark;
};

/**
 * struct l4lb_explain_step - one step of an explanation
 * @has: bits by &enum l4lb_step_attr
 * @kind: &enum l4lb_step
 * @reason: &enum l4lb_reason
 * @service: service looked at
 * @server: server looked at
 * @conn: connection entry found
 * @score: scheduler's figure
 * @oif: interface index of the way out
 * @nexthop: next hop
 * @lladdr: neighbour's link-layer address
 * @nud: NUD_* state of the neighbour
 * @mtu: bytes
 */
struct l4lb_explain_step {
	__u64 has;
	__u8 kind;
	__u32 reason;
	struct l4lb_service service;
	struct l4lb_server server;
	struct l4lb_conn conn;
	__u64 score;
	__u32 oif;
	struct l4lb_addr nexthop;
	__u8 lladdr[6];
	__u16 nud;
	__u32 mtu;
};

/**
 * struct l4lb_explanation - an explanation
 * @flow: the packet, as the kernel understood it
 * @verdict: &enum l4lb_verdict
 * @reason: &enum l4lb_reason
 * @candidates: servers that were looked at; the kernel may tell fewer
 * @n: number of @steps
 * @steps: in the order taken; freed by l4lb_explanation_free()
 */
struct l4lb_explanation {
	struct l4lb_flow flow;
	__u8 verdict;
	__u32 reason;
	__u64 candidates;
	unsigned int n;
	struct l4lb_explain_step *steps;
};

/**
 * struct l4lb_drop - a packet that was dropped or rejected
 * @has: bits by &enum l4lb_drop_attr
 * @reason: &enum l4lb_reason, possibly of a newer module than this library
 * @name: the module's stable name of the reason
 * @hook: &enum l4lb_hook
 * @verdict: &enum l4lb_verdict
 * @proto: IPPROTO_*
 * @saddr: source
 * @sport: host order
 * @daddr: destination
 * @dport: host order
 * @tcp_flags: byte 13 of the TCP header
 * @iif: interface index it came by; 0: none
 * @service: identity
 * @missed: packets of this reason since the last one that was told
 */
struct l4lb_drop {
	__u64 has;
	__u32 reason;
	char name[L4LB_REASON_NAME_MAX];
	__u8 hook;
	__u8 verdict;
	__u8 proto;
	struct l4lb_addr saddr;
	__u16 sport;
	struct l4lb_addr daddr;
	__u16 dport;
	__u8 tcp_flags;
	__u32 iif;
	struct l4lb_service service;
	__u64 missed;
};

/**
 * struct l4lb_event - one notification, one object
 * @cmd: &enum l4lb_cmd, one of the _NTF commands
 * @has: bits by &enum l4lb_attr: which of the following are there
 * @service: for SERVICE notifications, and alarms about one service
 * @server: for SERVER and DRAIN notifications
 * @vip: for VIP notifications
 * @limits: for LIMITS notifications
 * @drop: for DROP notifications
 * @generation: number of the commit
 * @digest: digest of the configuration
 * @count: objects changed by a commit
 * @owner: &enum l4lb_owner
 * @alarm: &enum l4lb_alarm
 */
struct l4lb_event {
	__u8 cmd;
	__u64 has;
	struct l4lb_service service;
	struct l4lb_server server;
	struct l4lb_vip vip;
	struct l4lb_limits limits;
	struct l4lb_drop drop;
	__u64 generation;
	__u64 digest;
	__u64 count;
	__u8 owner;
	__u8 alarm;
};

/**
 * struct l4lb_error - why the last call failed
 * @code: positive errno, 0: nothing failed
 * @index: object of the transaction or message, counted from 0; -1: none
 * @generation: generation the kernel named with the refusal, 0: none
 * @object: the object as the request named it, or empty
 * @attr: the attribute that the kernel pointed at, or empty
 * @missing: @attr is not in the request but should be
 * @kernel: the kernel's sentence, unchanged, or empty
 * @text: the whole sentence for people, without newline
 */
struct l4lb_error {
	int code;
	long index;
	__u64 generation;
	char object[L4LB_SERVER_STR + 16];
	char attr[32];
	bool missing;
	char kernel[160];
	char text[512];
};

/**
 * struct l4lb_io - the way to the kernel; tests put another one in
 * @ctx: passed to the functions
 * @send: sends one buffer of messages; bytes sent or negative errno
 * @recv: receives one buffer of messages, waits for it; bytes (0: nothing) or
 *	negative errno
 * @close: frees @ctx; may be NULL
 * @fd: for poll(); -1: none
 */
struct l4lb_io {
	void *ctx;
	ssize_t (*send)(void *ctx, const void *buf, size_t len);
	ssize_t (*recv)(void *ctx, void *buf, size_t len);
	void (*close)(void *ctx);
	int fd;
};

/* Flags of changes */
#define L4LB_F_FORCE	L4LB_BIT(0)	/* objects of another owner too */
#define L4LB_F_NOW	L4LB_BIT(1)	/* end connections of a server that is deleted */
#define L4LB_F_DRY_RUN	L4LB_BIT(2)	/* commit: everything but the swap */

/* Multicast groups */
#define L4LB_G_CONFIG	L4LB_BIT(0)
#define L4LB_G_STATE	L4LB_BIT(1)
#define L4LB_G_ALARM	L4LB_BIT(2)
#define L4LB_G_DROP	L4LB_BIT(3)

/* sock.c */
int l4lb_open(struct l4lb **hp);
int l4lb_open_io(struct l4lb **hp, const struct l4lb_io *io);
void l4lb_close(struct l4lb *h);
int l4lb_fd(const struct l4lb *h);
void l4lb_set_owner(struct l4lb *h, __u8 owner);
int l4lb_batch_begin(struct l4lb *h);
int l4lb_batch_end(struct l4lb *h);

/* error.c */
const struct l4lb_error *l4lb_error(const struct l4lb *h);

/* addr.c */
int l4lb_addr_parse(const char *text, struct l4lb_addr *addr);
int l4lb_prefix_parse(const char *text, struct l4lb_addr *addr, __u8 *len);
int l4lb_endpoint_parse(const char *text, struct l4lb_addr *addr,
			__u16 *port, bool *has_port);
__u8 l4lb_addr_bits(const struct l4lb_addr *addr);
char *l4lb_addr_format(const struct l4lb_addr *addr, char *buf);
char *l4lb_prefix_format(const struct l4lb_addr *addr, __u8 len, char *buf);
char *l4lb_endpoint_format(const struct l4lb_addr *addr, __u16 port, char *buf);
bool l4lb_addr_equal(const struct l4lb_addr *a, const struct l4lb_addr *b);

/* names.c */
const char *l4lb_proto_name(unsigned int value);
const char *l4lb_method_name(unsigned int value);
const char *l4lb_tie_name(unsigned int value);
const char *l4lb_midstream_name(unsigned int value);
const char *l4lb_on_down_name(unsigned int value);
const char *l4lb_on_gone_name(unsigned int value);
const char *l4lb_unknown_port_name(unsigned int value);
const char *l4lb_owner_name(unsigned int value);
const char *l4lb_admin_name(unsigned int value);
const char *l4lb_health_name(unsigned int value);
const char *l4lb_hook_name(unsigned int value);
const char *l4lb_verdict_name(unsigned int value);
const char *l4lb_alarm_name(unsigned int value);
const char *l4lb_state_name(unsigned int value);
const char *l4lb_reason_name(unsigned int value);
const char *l4lb_reason_sentence(unsigned int value);

/* service.c */
typedef int (*l4lb_service_cb)(const struct l4lb_service *service, void *arg);

int l4lb_service_new(struct l4lb *h, const struct l4lb_service *service,
		     unsigned int flags);
int l4lb_service_set(struct l4lb *h, const struct l4lb_service *service,
		     unsigned int flags);
int l4lb_service_del(struct l4lb *h, const struct l4lb_service *service,
		     unsigned int flags);
int l4lb_service_get(struct l4lb *h, const struct l4lb_service *id,
		     l4lb_service_cb cb, void *arg);
int l4lb_service_dump(struct l4lb *h, l4lb_service_cb cb, void *arg);
__u8 l4lb_service_prefix(const struct l4lb_service *service);
__u16 l4lb_service_port_last(const struct l4lb_service *service);
bool l4lb_service_many_ports(const struct l4lb_service *service);
int l4lb_service_compare(const struct l4lb_service *a,
			 const struct l4lb_service *b);
bool l4lb_service_same(const struct l4lb_service *a,
		       const struct l4lb_service *b);
char *l4lb_service_front(const struct l4lb_service *service, char *buf);
char *l4lb_service_format(const struct l4lb_service *service, char *buf);

/* server.c */
typedef int (*l4lb_server_cb)(const struct l4lb_server *server, void *arg);

int l4lb_server_new(struct l4lb *h, const struct l4lb_server *server,
		    unsigned int flags);
int l4lb_server_set(struct l4lb *h, const struct l4lb_server *server,
		    unsigned int flags);
int l4lb_server_del(struct l4lb *h, const struct l4lb_server *server,
		    unsigned int flags);
int l4lb_server_state_set(struct l4lb *h, const struct l4lb_server *server,
			  unsigned int flags);
int l4lb_server_dump(struct l4lb *h, const struct l4lb_service *id,
		     l4lb_server_cb cb, void *arg);
__u32 l4lb_server_min_conns(const struct l4lb_server *server);
char *l4lb_server_front(const struct l4lb_server *server, char *buf);
char *l4lb_server_format(const struct l4lb_server *server, char *buf);

/* vip.c */
typedef int (*l4lb_vip_cb)(const struct l4lb_vip *vip, void *arg);

int l4lb_vip_set(struct l4lb *h, const struct l4lb_vip *vip,
		 unsigned int flags);
int l4lb_standby_set(struct l4lb *h, const struct l4lb_vip *vips,
		     unsigned int n);
int l4lb_vip_dump(struct l4lb *h, l4lb_vip_cb cb, void *arg);
__u8 l4lb_vip_prefix(const struct l4lb_vip *vip);
char *l4lb_vip_format(const struct l4lb_vip *vip, char *buf);

/* limits.c */
int l4lb_limits_get(struct l4lb *h, struct l4lb_limits *limits);
int l4lb_limits_set(struct l4lb *h, const struct l4lb_limits *limits);

/* conn.c */
typedef int (*l4lb_conn_cb)(const struct l4lb_conn *conn, void *arg);

int l4lb_conn_dump(struct l4lb *h, const struct l4lb_filter *filter,
		   l4lb_conn_cb cb, void *arg);
int l4lb_conn_flush(struct l4lb *h, const struct l4lb_filter *filter,
		    __u64 *count);

/* stats.c */
int l4lb_version_get(struct l4lb *h, struct l4lb_summary *summary);
int l4lb_stats_get(struct l4lb *h, struct l4lb_summary *summary);

/* txn.c */
int l4lb_txn_begin(struct l4lb *h, __u8 mode, const __u64 *base);
int l4lb_txn_commit(struct l4lb *h, unsigned int flags, const __u64 *base,
		    struct l4lb_summary *summary);
int l4lb_txn_abort(struct l4lb *h);
int l4lb_flush(struct l4lb *h, unsigned int flags,
	       struct l4lb_summary *summary);

/* explain.c */
int l4lb_explain(struct l4lb *h, const struct l4lb_flow *flow,
		 struct l4lb_explanation *explanation);
void l4lb_explanation_free(struct l4lb_explanation *explanation);

/* event.c */
typedef int (*l4lb_event_cb)(const struct l4lb_event *event, void *arg);

int l4lb_subscribe(struct l4lb *h, unsigned int groups);
int l4lb_event_recv(struct l4lb *h, l4lb_event_cb cb, void *arg);

/* digest.c */
int l4lb_digest_service(const struct l4lb_service *service, __u64 *sum);
int l4lb_digest_server(const struct l4lb_server *server, __u64 *sum);
int l4lb_digest_vip(const struct l4lb_vip *vip, __u64 *sum);
int l4lb_digest_running(struct l4lb *h, __u64 *sum);

#endif /* LIBL4LB_H */
