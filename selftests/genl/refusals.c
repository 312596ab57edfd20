// SPDX-License-Identifier: GPL-2.0
/*
 * Bad input that both clients can say: the same errno, the same sentence, the
 * same object, and nothing changed. What only bytes can say wrong is the
 * fuzzer's.
 */
#include <stdio.h>
#include <string.h>
#include <netinet/in.h>

#include "genl.h"

#define A4(a, b, c, d)	{ .family = 4, .bytes = { a, b, c, d } }
#define HAS(attr)	L4LB_BIT(L4LB_A_##attr)
#define SERVICE_KEY	(HAS(SERVICE_PROTO) | HAS(SERVICE_ADDR) |	\
			 HAS(SERVICE_PORT))

/* The service that is there: NAT, with a server at 192.168.31.101:8080. */
#define WWW		{ .has = SERVICE_KEY, .proto = IPPROTO_TCP,	\
			  .addr = A4(10, 10, 31, 100), .port = 80 }
/* Another that is there: DR. */
#define DNS		{ .has = SERVICE_KEY, .proto = IPPROTO_UDP,	\
			  .addr = A4(10, 10, 31, 53), .port = 53 }

#define NEW(p, a, n)	.has = SERVICE_KEY, .proto = (p), .addr = a, .port = (n)
#define MORE(x)		.has = SERVICE_KEY | (x), .proto = IPPROTO_TCP,	\
			.addr = A4(10, 10, 31, 110), .port = 80
#define FRESH		MORE(0)

/**
 * struct row - one bad input
 * @name: what is wrong
 * @want: part of the sentence
 * @cmd: command
 * @service: object of service commands
 * @server: object of server commands
 * @vip: object of VIP commands
 * @limits: object of LIMITS_SET
 * @filter: filter of CONN_FLUSH
 * @owner: in whose name, 0: not said
 */
struct row {
	const char *name;
	const char *want;
	__u8 cmd;
	struct l4lb_service service;
	struct l4lb_server server;
	struct l4lb_vip vip;
	struct l4lb_limits limits;
	struct l4lb_filter filter;
	__u8 owner;
};

#define SERVICE(n, w, ...)	{ .name = n, .want = w,			\
	.cmd = L4LB_CMD_SERVICE_NEW, .service = { __VA_ARGS__ } }
#define SERVER(n, w, of, ...)	{ .name = n, .want = w,			\
	.cmd = L4LB_CMD_SERVER_NEW, .server = { .service = of, __VA_ARGS__ } }

static const struct row rows[] = {
	SERVICE("a range that is upside down", "upside down",
		MORE(HAS(SERVICE_PORT_LAST)), .port_last = 79),
	SERVICE("a prefix longer than a VIP", "longer than the address",
		MORE(HAS(SERVICE_PREFIX)), .prefix = 33),
	SERVICE("bits behind a prefix", "behind its prefix",
		MORE(HAS(SERVICE_PREFIX)), .prefix = 24),
	SERVICE("mark 0", "packets without a mark", .has = HAS(SERVICE_FWMARK)),
	SERVICE("a mark of no family", "is 4 or 6",
		.has = HAS(SERVICE_FWMARK) | HAS(SERVICE_FAMILY), .fwmark = 7,
		.family = 5),
	SERVICE("a mark and an address", "no protocol, address or port",
		MORE(HAS(SERVICE_FWMARK)), .fwmark = 7),
	SERVICE("a mark at input", "behind mangle",
		.has = HAS(SERVICE_FWMARK) | HAS(SERVICE_HOOK), .fwmark = 7,
		.hook = L4LB_HOOK_LOCAL_IN),
	SERVICE("one-packet of a mark by NAT", "use dr or tunnel",
		.has = HAS(SERVICE_FWMARK) | HAS(SERVICE_ONE_PACKET) |
		       HAS(SERVICE_METHOD),
		.fwmark = 7, .one_packet = 1, .method = L4LB_METHOD_NAT),
	SERVICE("protocol that is none of ours", "only tcp and udp",
		NEW(47, A4(10, 10, 31, 110), 80)),
	SERVICE("multicast VIP", "multicast address cannot be a VIP",
		NEW(IPPROTO_TCP, A4(224, 0, 0, 18), 80)),
	SERVICE("loopback VIP", "cannot be a VIP",
		NEW(IPPROTO_TCP, A4(127, 0, 0, 1), 80)),
	SERVICE("broadcast VIP", "cannot be a VIP",
		NEW(IPPROTO_TCP, A4(255, 255, 255, 255), 80)),
	SERVICE("zero VIP", "cannot be a VIP",
		NEW(IPPROTO_TCP, A4(0, 0, 0, 0), 80)),
	SERVICE("no address", "",
		NEW(IPPROTO_TCP, { .family = 0 }, 80)),
	SERVICE("duplicate", "use set to change it",
		NEW(IPPROTO_TCP, A4(10, 10, 31, 100), 80)),
	SERVICE("unknown scheduler", "rr wrr lc wlc sed",
		MORE(HAS(SERVICE_SCHEDULER)), .scheduler = "wrrr"),
	SERVICE("scheduler lblc", "not available",
		MORE(HAS(SERVICE_SCHEDULER)), .scheduler = "lblc"),
	SERVICE("full NAT", "fullnat is not available yet",
		MORE(HAS(SERVICE_METHOD)), .method = L4LB_METHOD_FULLNAT),
	SERVICE("method out of range", "",
		MORE(HAS(SERVICE_METHOD)), .method = 99),
	SERVICE("method 0", "",
		MORE(HAS(SERVICE_METHOD)), .method = 0),
	SERVICE("tie out of range", "", MORE(HAS(SERVICE_TIE)), .tie = 77),
	SERVICE("midstream out of range", "",
		MORE(HAS(SERVICE_MIDSTREAM)), .midstream = 88),
	SERVICE("on-down out of range", "",
		MORE(HAS(SERVICE_ON_DOWN)), .on_down = 9),
	SERVICE("on-server-gone out of range", "",
		MORE(HAS(SERVICE_ON_SERVER_GONE)), .on_gone = 9),
	SERVICE("a switch that is neither on nor off", "",
		MORE(HAS(SERVICE_TRACK_SEQ)), .track_seq = 2),
	SERVICE("hook out of range", "", MORE(HAS(SERVICE_HOOK)), .hook = 9),
	SERVICE("hook of the director's own packets", "prerouting or input",
		MORE(HAS(SERVICE_HOOK)), .hook = L4LB_HOOK_LOCAL_OUT),
	SERVICE("track at prerouting", "needs hook input",
		MORE(HAS(SERVICE_TRACK)), .track = 1),
	SERVICE("slow start over an hour", "at most 3600 seconds",
		MORE(HAS(SERVICE_SLOW_START)), .slow_start = 3601),
	SERVICE("hash-port of wlc", "sh, dh or mh",
		MORE(HAS(SERVICE_HASH_PORT)), .hash_port = 1),
	SERVICE("hash-fallback of wlc", "sh or mh",
		MORE(HAS(SERVICE_HASH_FALLBACK)), .hash_fallback = 1),
	SERVICE("persistence of more than 23 days", "1 to 2000000 seconds",
		MORE(HAS(SERVICE_PERSIST)), .persist = 2000001),
	SERVICE("a prefix without persistence", "needs persist",
		MORE(HAS(SERVICE_PERSIST_PREFIX)), .persist_prefix = 24),
	SERVICE("a prefix longer than IPv4", "1 to 32 bits",
		MORE(HAS(SERVICE_PERSIST) | HAS(SERVICE_PERSIST_PREFIX)),
		.persist = 60, .persist_prefix = 33),
	SERVICE("one-packet TCP", "needs UDP",
		MORE(HAS(SERVICE_ONE_PACKET)), .one_packet = 1),
	{ .name = "one-packet NAT", .want = "use dr or tunnel",
	  .cmd = L4LB_CMD_SERVICE_NEW,
	  .service = { .has = SERVICE_KEY | HAS(SERVICE_METHOD) |
			      HAS(SERVICE_ONE_PACKET), .proto = IPPROTO_UDP,
		       .addr = A4(10, 10, 31, 110), .port = 53,
		       .method = L4LB_METHOD_NAT, .one_packet = 1 } },
	{ .name = "one-packet persistence", .want = "choose one",
	  .cmd = L4LB_CMD_SERVICE_SET,
	  .service = { .has = SERVICE_KEY | HAS(SERVICE_PERSIST) |
			      HAS(SERVICE_ONE_PACKET), .proto = IPPROTO_UDP,
		       .addr = A4(10, 10, 31, 53), .port = 53, .persist = 60,
		       .one_packet = 1 } },
	{ .name = "track-seq of UDP", .want = "needs TCP",
	  .cmd = L4LB_CMD_SERVICE_SET,
	  .service = { .has = SERVICE_KEY | HAS(SERVICE_TRACK_SEQ),
		       .proto = IPPROTO_UDP, .addr = A4(10, 10, 31, 53),
		       .port = 53, .track_seq = 1 } },
	{ .name = "tunnel for a server with another port",
	  .want = "tunnel cannot change the port", .cmd = L4LB_CMD_SERVICE_SET,
	  .service = { .has = SERVICE_KEY | HAS(SERVICE_METHOD),
		       .proto = IPPROTO_TCP, .addr = A4(10, 10, 31, 100),
		       .port = 80, .method = L4LB_METHOD_TUNNEL } },
	SERVICE("reserved name", "choose another",
		MORE(HAS(SERVICE_NAME)), .name = "all"),
	SERVICE("name that begins with a digit", "starts with a letter",
		MORE(HAS(SERVICE_NAME)), .name = "9lives"),
	SERVICE("name with a space", "letters, digits",
		MORE(HAS(SERVICE_NAME)), .name = "a b"),
	SERVICE("name that another has", "another service has this name",
		MORE(HAS(SERVICE_NAME)), .name = "www"),
	SERVICE("timeout too long", "1 to 2000000 seconds",
		MORE(HAS(SERVICE_TIMEOUT)),
		.timeouts = { .has = L4LB_BIT(L4LB_STATE_CLOSE),
			      .seconds[L4LB_STATE_CLOSE] = 2000001 }),
	SERVICE("timeout of the other protocol", "the service is TCP",
		MORE(HAS(SERVICE_TIMEOUT)),
		.timeouts = { .has = L4LB_BIT(L4LB_STATE_UDP),
			      .seconds[L4LB_STATE_UDP] = 7 }),
	{ .name = "set what is not there", .want = "no such service",
	  .cmd = L4LB_CMD_SERVICE_SET, .service = { FRESH } },
	{ .name = "delete what is not there", .want = "no such service",
	  .cmd = L4LB_CMD_SERVICE_DEL, .service = { FRESH } },
	{ .name = "delete a name that is not there", .want = "no such service",
	  .cmd = L4LB_CMD_SERVICE_DEL, .service = { .name = "nobody" } },
	{ .name = "an empty name", .want = "empty name",
	  .cmd = L4LB_CMD_SERVICE_DEL, .service = { .name = "" } },
	{ .name = "DR for a server with another port", .want = "DR cannot",
	  .cmd = L4LB_CMD_SERVICE_SET,
	  .service = { .has = SERVICE_KEY | HAS(SERVICE_METHOD),
		       .proto = IPPROTO_TCP, .addr = A4(10, 10, 31, 100),
		       .port = 80, .method = L4LB_METHOD_DR } },

	SERVER("service that is not there", "no such service",
	       { FRESH }, .addr = A4(192, 168, 31, 102)),
	SERVER("server again", "use set to change it", WWW,
	       .has = HAS(SERVER_PORT), .addr = A4(192, 168, 31, 101),
	       .port = 8080),
	SERVER("DR with another port", "DR cannot change the port", DNS,
	       .has = HAS(SERVER_PORT), .addr = A4(192, 168, 31, 102),
	       .port = 5353),
	SERVER("server's port 0", "port 0 is not a server", WWW,
	       .has = HAS(SERVER_PORT), .addr = A4(192, 168, 31, 102)),
	SERVER("multicast server", "multicast address cannot be a server", WWW,
	       .addr = A4(224, 0, 0, 1)),
	SERVER("loopback server", "cannot be a server", WWW,
	       .addr = A4(127, 0, 0, 1)),
	SERVER("server with the VIP", "the address of its VIP", WWW,
	       .addr = A4(10, 10, 31, 100)),
	SERVER("server of another family", "differ in address family", WWW,
	       .addr = { .family = 6, .bytes = { 0x20, 1, 0xd, 0xb8 } }),
	SERVER("weight too large", "weight is 0 to 65535", WWW,
	       .has = HAS(SERVER_WEIGHT), .addr = A4(192, 168, 31, 102),
	       .weight = 65536),
	SERVER("min-conns alone", "min-conns needs max-conns", WWW,
	       .has = HAS(SERVER_MIN_CONNS), .addr = A4(192, 168, 31, 102),
	       .min_conns = 5),
	SERVER("min-conns above max-conns", "at most max-conns", WWW,
	       .has = HAS(SERVER_MIN_CONNS) | HAS(SERVER_MAX_CONNS),
	       .addr = A4(192, 168, 31, 102), .min_conns = 9, .max_conns = 5),
	{ .name = "set a server that is not there", .want = "no such server",
	  .cmd = L4LB_CMD_SERVER_SET,
	  .server = { .service = WWW, .addr = A4(192, 168, 31, 109) } },
	{ .name = "delete a server that is not there",
	  .want = "no such server", .cmd = L4LB_CMD_SERVER_DEL,
	  .server = { .service = WWW, .addr = A4(192, 168, 31, 109) } },
	{ .name = "state of a server that is not there",
	  .want = "no such server", .cmd = L4LB_CMD_SERVER_STATE_SET,
	  .server = { .service = WWW, .has = HAS(SERVER_ADMIN),
		      .addr = A4(192, 168, 31, 109),
		      .admin = L4LB_ADMIN_DRAIN } },
	{ .name = "admin state out of range", .want = "",
	  .cmd = L4LB_CMD_SERVER_STATE_SET,
	  .server = { .service = WWW,
		      .has = HAS(SERVER_ADMIN) | HAS(SERVER_PORT),
		      .addr = A4(192, 168, 31, 101), .port = 8080,
		      .admin = 17 } },
	{ .name = "a deadline without a drain", .want = "give it with drain",
	  .cmd = L4LB_CMD_SERVER_STATE_SET,
	  .server = { .service = WWW,
		      .has = HAS(SERVER_DEADLINE) | HAS(SERVER_PORT),
		      .addr = A4(192, 168, 31, 101), .port = 8080,
		      .deadline = 60 } },
	{ .name = "a deadline after 23 days", .want = "1 to 2000000 seconds",
	  .cmd = L4LB_CMD_SERVER_STATE_SET,
	  .server = { .service = WWW, .has = HAS(SERVER_DEADLINE) |
			HAS(SERVER_PORT) | HAS(SERVER_ADMIN),
		      .addr = A4(192, 168, 31, 101), .port = 8080,
		      .admin = L4LB_ADMIN_DRAIN, .deadline = 2000001 } },
	{ .name = "operator's weight too large", .want = "weight is 0 to 65535",
	  .cmd = L4LB_CMD_SERVER_STATE_SET,
	  .server = { .service = WWW,
		      .has = HAS(SERVER_OPER_WEIGHT) | HAS(SERVER_PORT),
		      .addr = A4(192, 168, 31, 101), .port = 8080,
		      .oper_weight = 65536 } },

	{ .name = "policy of a multicast address", .want = "multicast",
	  .cmd = L4LB_CMD_VIP_SET,
	  .vip = { .has = HAS(VIP_UNKNOWN_PORT), .addr = A4(224, 0, 0, 18),
		   .unknown_port = L4LB_UNKNOWN_PORT_DROP } },
	{ .name = "policy out of range", .want = "", .cmd = L4LB_CMD_VIP_SET,
	  .vip = { .has = HAS(VIP_UNKNOWN_PORT), .addr = A4(10, 10, 31, 100),
		   .unknown_port = 9 } },
	{ .name = "policy that is not said", .want = "unknown-port",
	  .cmd = L4LB_CMD_VIP_SET, .vip = { .addr = A4(10, 10, 31, 100) } },
	{ .name = "standby that is neither 0 nor 1", .want = "",
	  .cmd = L4LB_CMD_STANDBY_SET,
	  .vip = { .has = HAS(VIP_STANDBY), .addr = A4(10, 10, 31, 100),
		   .standby = 2 } },
	{ .name = "a default timeout of 0", .want = "",
	  .cmd = L4LB_CMD_LIMITS_SET,
	  .limits = { .has = HAS(LIMITS_TIMEOUT),
		      .timeouts = { .has = L4LB_BIT(L4LB_STATE_UDP) } } },
	{ .name = "flush of a service that is not there",
	  .want = "no such service", .cmd = L4LB_CMD_CONN_FLUSH,
	  .filter = { .has = HAS(FILTER_SERVICE), .service = { FRESH } } },
	{ .name = "a prefix longer than the address", .want = "prefix",
	  .cmd = L4LB_CMD_CONN_FLUSH,
	  .filter = { .has = HAS(FILTER_CLIENT) | HAS(FILTER_CLIENT_PREFIX),
		      .client = A4(10, 10, 31, 200), .client_prefix = 33 } },
	{ .name = "an owner's object", .want = "owned by lbcheckd",
	  .cmd = L4LB_CMD_SERVICE_DEL, .owner = L4LB_OWNER_MANUAL,
	  .service = { NEW(IPPROTO_TCP, A4(10, 10, 31, 101), 443) } },
};

static void by_libnl(struct client *c, const struct row *row,
		     struct refusal *r)
{
	struct nl_msg *msg = client_msg(c, row->cmd, 0);

	if (row->owner)
		nla_put_u8(msg, L4LB_A_OWNER, row->owner);
	switch (row->cmd) {
	case L4LB_CMD_SERVICE_NEW:
	case L4LB_CMD_SERVICE_SET:
		put_service(msg, &row->service);
		break;
	case L4LB_CMD_SERVICE_DEL:
		put_service_key(msg, L4LB_A_SERVICE, &row->service);
		break;
	case L4LB_CMD_SERVER_NEW:
	case L4LB_CMD_SERVER_SET:
		put_server(msg, &row->server);
		break;
	case L4LB_CMD_SERVER_DEL:
		put_server_key(msg, &row->server);
		break;
	case L4LB_CMD_SERVER_STATE_SET:
		put_server_state(msg, &row->server);
		break;
	case L4LB_CMD_LIMITS_SET:
		put_limits(msg, &row->limits);
		break;
	case L4LB_CMD_CONN_FLUSH:
		put_filter(msg, &row->filter);
		break;
	default:
		put_vip(msg, &row->vip);
	}
	client_run(c, msg, NULL, NULL, r);
}

static int by_libl4lb(struct l4lb *h, const struct row *row)
{
	__u64 count;

	l4lb_set_owner(h, row->owner);
	switch (row->cmd) {
	case L4LB_CMD_SERVICE_NEW:
		return l4lb_service_new(h, &row->service, 0);
	case L4LB_CMD_SERVICE_SET:
		return l4lb_service_set(h, &row->service, 0);
	case L4LB_CMD_SERVICE_DEL:
		return l4lb_service_del(h, &row->service, 0);
	case L4LB_CMD_SERVER_NEW:
		return l4lb_server_new(h, &row->server, 0);
	case L4LB_CMD_SERVER_SET:
		return l4lb_server_set(h, &row->server, 0);
	case L4LB_CMD_SERVER_DEL:
		return l4lb_server_del(h, &row->server, 0);
	case L4LB_CMD_SERVER_STATE_SET:
		return l4lb_server_state_set(h, &row->server, 0);
	case L4LB_CMD_VIP_SET:
		return l4lb_vip_set(h, &row->vip, 0);
	case L4LB_CMD_STANDBY_SET:
		return l4lb_standby_set(h, &row->vip, 1);
	case L4LB_CMD_LIMITS_SET:
		return l4lb_limits_set(h, &row->limits);
	default:
		return l4lb_conn_flush(h, &row->filter, &count);
	}
}

static int compare(const struct row *row, const struct refusal *r,
		   const struct l4lb_error *e)
{
	int bad = 0;

	if (!r->code)
		bad = fprintf(stderr, "%s: was accepted\n", row->name);
	else if (r->code != e->code)
		bad = fprintf(stderr, "%s: errno %d and %d\n", row->name,
			      r->code, e->code);
	if (strcmp(r->msg, e->kernel))
		bad = fprintf(stderr, "%s: '%s' and '%s'\n", row->name, r->msg,
			      e->kernel);
	if (!*r->msg || !strstr(r->msg, row->want))
		bad = fprintf(stderr, "%s: '%s', wanted '%s'\n", row->name,
			      r->msg, row->want);
	if (strlen(r->msg) > 79)
		bad = fprintf(stderr, "%s: '%s' is too long\n", row->name,
			      r->msg);
	if (!r->has_offs && !r->missing)
		bad = fprintf(stderr, "%s: points at nothing\n", row->name);
	if (r->missing != e->missing)
		bad = fprintf(stderr, "%s: missing %d and %d\n", row->name,
			      r->missing, e->missing);
	if (r->has_cookie && r->cookie.index != (__u32)e->index &&
	    *e->object)
		bad = fprintf(stderr, "%s: object %u and %ld\n", row->name,
			      r->cookie.index, e->index);
	return bad;
}

/**
 * test_refusals() - all rows
 * @c: client
 * @h: libl4lb
 */
void test_refusals(struct client *c, struct l4lb *h)
{
	struct l4lb_summary before, after;
	struct refusal r;
	unsigned int i;
	int bad = 0;

	if (l4lb_version_get(h, &before))
		fail("%s", l4lb_error(h)->text);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		by_libnl(c, &rows[i], &r);
		by_libl4lb(h, &rows[i]);
		bad |= compare(&rows[i], &r, l4lb_error(h));
		l4lb_set_owner(h, 0);
		if (l4lb_version_get(h, &after))
			fail("%s", l4lb_error(h)->text);
		if (after.generation != before.generation ||
		    after.digest != before.digest)
			fail("%s: something changed", rows[i].name);
	}
	if (bad)
		fail("the two clients, or the table, do not agree");
	printf("# %u refusals\n", i);
}
