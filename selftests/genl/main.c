// SPDX-License-Identifier: GPL-2.0
/*
 * genl TEST: the client of libnl-genl-3 and libl4lb, on one module, must see
 * and do the same. The namespace is empty and its own; exit status 1 and words
 * on stderr where they disagree.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include "genl.h"

#define HAS(attr)	L4LB_BIT(L4LB_A_##attr)

static struct text wire_text, lib_text;

static void check(struct l4lb *h, int err)
{
	if (err < 0)
		fail("libl4lb: %s", l4lb_error(h)->text);
}

static void same(const char *what)
{
	if (strcmp(wire_text.buf, lib_text.buf))
		fail("%s differs\nlibnl:\n%slibl4lb:\n%s", what, wire_text.buf,
		     lib_text.buf);
	if (!wire_text.len)
		fail("%s: nothing was compared", what);
	wire_text.len = 0;
	lib_text.len = 0;
	wire_text.buf[0] = '\0';
	lib_text.buf[0] = '\0';
}

static struct l4lb_service service(int proto, int last, int port)
{
	struct l4lb_service s = {
		.has = HAS(SERVICE_PROTO) | HAS(SERVICE_ADDR) |
		       HAS(SERVICE_PORT),
		.proto = proto,
		.addr = { .family = 4, .bytes = { 10, 10, 31, last } },
		.port = port,
	};

	return s;
}

static struct l4lb_server server(const struct l4lb_service *of, int last,
				 int port)
{
	struct l4lb_server s = {
		.has = port ? HAS(SERVER_PORT) : 0,
		.service = *of,
		.addr = { .family = 4, .bytes = { 192, 168, 31, last } },
		.port = port,
	};

	return s;
}

/* One object by libnl. */
static void wire_change(struct client *c, __u8 cmd, const void *obj,
			__u64 txn)
{
	struct nl_msg *msg = client_msg(c, cmd, 0);

	if (txn)
		nla_put_u64(msg, L4LB_A_TXN, txn);
	switch (cmd) {
	case L4LB_CMD_SERVICE_NEW:
	case L4LB_CMD_SERVICE_SET:
		put_service(msg, obj);
		break;
	case L4LB_CMD_SERVICE_DEL:
		put_service_key(msg, L4LB_A_SERVICE, obj);
		break;
	case L4LB_CMD_SERVER_NEW:
	case L4LB_CMD_SERVER_SET:
		put_server(msg, obj);
		break;
	case L4LB_CMD_SERVER_DEL:
		put_server_key(msg, obj);
		break;
	case L4LB_CMD_SERVER_STATE_SET:
		put_server_state(msg, obj);
		break;
	case L4LB_CMD_LIMITS_SET:
		put_limits(msg, obj);
		break;
	default:
		put_vip(msg, obj);
	}
	client_run(c, msg, NULL, NULL, NULL);
}

/* Reading: answers to text. */

static void on_objects(struct nlattr **tb, struct nlattr *attrs, int len,
		       void *arg)
{
	struct nlattr *attr;
	int rem;

	(void)tb;
	nla_for_each_attr(attr, attrs, len, rem) {
		switch (nla_type(attr)) {
		case L4LB_A_SERVICE:
			wire_service(arg, attr);
			break;
		case L4LB_A_SERVER:
			wire_server(arg, attr);
			break;
		case L4LB_A_VIP:
			wire_vip(arg, attr);
			break;
		case L4LB_A_LIMITS:
			wire_limits(arg, attr);
			break;
		case L4LB_A_CONN:
			wire_conn(arg, attr);
			break;
		case L4LB_A_EXPLAIN:
			wire_explain(arg, attr);
			break;
		}
	}
}

static int on_service(const struct l4lb_service *s, void *arg)
{
	lib_service(arg, s);
	return 0;
}

static int on_server(const struct l4lb_server *s, void *arg)
{
	lib_server(arg, s);
	return 0;
}

static int on_vip(const struct l4lb_vip *v, void *arg)
{
	lib_vip(arg, v);
	return 0;
}

static int on_conn(const struct l4lb_conn *conn, void *arg)
{
	lib_conn(arg, conn);
	return 0;
}

static void wire_dump(struct client *c, __u8 cmd)
{
	client_run(c, client_msg(c, cmd, NLM_F_DUMP), on_objects, &wire_text,
		   NULL);
}

static void compare_summary(struct client *c, struct l4lb *h);

/* All that can be read, by both. */
static void compare_all(struct client *c, struct l4lb *h)
{
	struct l4lb_limits limits;

	wire_dump(c, L4LB_CMD_SERVICE_GET);
	check(h, l4lb_service_dump(h, on_service, &lib_text));
	text_add(&wire_text, "services\n");
	text_add(&lib_text, "services\n");
	same("services");

	wire_dump(c, L4LB_CMD_SERVER_GET);
	check(h, l4lb_server_dump(h, NULL, on_server, &lib_text));
	text_add(&wire_text, "servers\n");
	text_add(&lib_text, "servers\n");
	same("servers");

	wire_dump(c, L4LB_CMD_VIP_GET);
	check(h, l4lb_vip_dump(h, on_vip, &lib_text));
	text_add(&wire_text, "vips\n");
	text_add(&lib_text, "vips\n");
	same("VIPs");

	client_run(c, client_msg(c, L4LB_CMD_LIMITS_GET, 0), on_objects,
		   &wire_text, NULL);
	check(h, l4lb_limits_get(h, &limits));
	lib_limits(&lib_text, &limits);
	same("limits");
	compare_summary(c, h);
}

static void on_summary(struct nlattr **tb, struct nlattr *attrs, int len,
		       void *arg)
{
	struct nlattr *attr;
	int rem;

	if (tb[L4LB_A_VERSION])
		text_add(arg, "version %s", nla_get_string(tb[L4LB_A_VERSION]));
	if (tb[L4LB_A_GENERATION])
		text_add(arg, " generation %llu", (unsigned long long)
			 nla_get_u64(tb[L4LB_A_GENERATION]));
	if (tb[L4LB_A_DIGEST])
		text_add(arg, " digest %llx", (unsigned long long)
			 nla_get_u64(tb[L4LB_A_DIGEST]));
	if (tb[L4LB_A_COUNT])
		text_add(arg, " count %llu", (unsigned long long)
			 nla_get_u64(tb[L4LB_A_COUNT]));
	if (tb[L4LB_A_STATS])
		wire_stats(arg, tb[L4LB_A_STATS]);
	nla_for_each_attr(attr, attrs, len, rem)
		if (nla_type(attr) == L4LB_A_REASON)
			wire_reason(arg, attr);
}

static void compare_summary(struct client *c, struct l4lb *h)
{
	struct l4lb_summary s;
	__u64 digest;

	client_run(c, client_msg(c, L4LB_CMD_VERSION_GET, 0), on_summary,
		   &wire_text, NULL);
	check(h, l4lb_version_get(h, &s));
	text_add(&lib_text, "version %s generation %llu digest %llx", s.version,
		 (unsigned long long)s.generation,
		 (unsigned long long)s.digest);
	same("version");
	check(h, l4lb_digest_running(h, &digest));
	if (digest != s.digest)
		fail("digest %llx, of the dumps %llx",
		     (unsigned long long)s.digest, (unsigned long long)digest);

	client_run(c, client_msg(c, L4LB_CMD_STATS_GET, 0), on_summary,
		   &wire_text, NULL);
	check(h, l4lb_stats_get(h, &s));
	text_add(&lib_text, " generation %llu digest %llx",
		 (unsigned long long)s.generation,
		 (unsigned long long)s.digest);
	lib_stats(&lib_text, &s.stats);
	lib_reasons(&lib_text, &s.reasons);
	same("stats");
}

/* A get of one object shows what the dump shows of it. */
static void compare_one(struct client *c, struct l4lb *h,
			const struct l4lb_service *s,
			const struct l4lb_server *srv)
{
	struct nl_msg *msg = client_msg(c, L4LB_CMD_SERVICE_GET, 0);

	put_service_key(msg, L4LB_A_SERVICE, s);
	client_run(c, msg, on_objects, &wire_text, NULL);
	check(h, l4lb_service_get(h, s, on_service, &lib_text));
	same("one service");

	/* the only server of its service */
	msg = client_msg(c, L4LB_CMD_SERVER_GET, 0);
	put_server_key(msg, srv);
	client_run(c, msg, on_objects, &wire_text, NULL);
	check(h, l4lb_server_dump(h, &srv->service, on_server, &lib_text));
	same("one server");
}

static void set_up(struct client *c, struct l4lb *h)
{
	struct l4lb_service www = service(IPPROTO_TCP, 100, 80);
	struct l4lb_service dns = service(IPPROTO_UDP, 53, 53);
	struct l4lb_service checkd = service(IPPROTO_TCP, 101, 443);
	struct l4lb_server web = server(&www, 101, 8080);
	struct l4lb_server ns = server(&dns, 53, 0);

	www.has |= HAS(SERVICE_NAME) | HAS(SERVICE_METHOD) |
		   HAS(SERVICE_SCHEDULER) | HAS(SERVICE_TIMEOUT);
	strcpy(www.name, "www");
	strcpy(www.scheduler, "rr");
	www.method = L4LB_METHOD_NAT;
	www.timeouts.has = L4LB_BIT(L4LB_STATE_ESTABLISHED);
	www.timeouts.seconds[L4LB_STATE_ESTABLISHED] = 77;
	wire_change(c, L4LB_CMD_SERVICE_NEW, &www, 0);
	check(h, l4lb_service_new(h, &dns, 0));
	l4lb_set_owner(h, L4LB_OWNER_CHECKD);
	check(h, l4lb_service_new(h, &checkd, 0));
	l4lb_set_owner(h, 0);
	web.has |= HAS(SERVER_NAME) | HAS(SERVER_WEIGHT) |
		   HAS(SERVER_MAX_CONNS);
	strcpy(web.name, "web1");
	web.weight = 3;
	web.max_conns = 1000;
	wire_change(c, L4LB_CMD_SERVER_NEW, &web, 0);
	check(h, l4lb_server_new(h, &ns, 0));
	compare_one(c, h, &www, &web);
}

/* Options by one, others by the other; each leaves alone what it does not say. */
static void change_options(struct client *c, struct l4lb *h)
{
	struct l4lb_service s = service(IPPROTO_TCP, 100, 80);
	struct l4lb_service dns = service(IPPROTO_UDP, 53, 53);

	s.has |= HAS(SERVICE_PERSIST) | HAS(SERVICE_PERSIST_PREFIX) |
		 HAS(SERVICE_SLOW_START) | HAS(SERVICE_ON_DOWN) |
		 HAS(SERVICE_TRACK_SEQ) | HAS(SERVICE_HOOK) |
		 HAS(SERVICE_TRACK);
	s.persist = 300;
	s.persist_prefix = 24;
	s.slow_start = 60;
	s.on_down = L4LB_ON_DOWN_RESET;
	s.track_seq = 1;
	s.hook = L4LB_HOOK_LOCAL_IN;
	s.track = 1;
	wire_change(c, L4LB_CMD_SERVICE_SET, &s, 0);
	compare_all(c, h);
	s = service(IPPROTO_TCP, 100, 80);
	s.has |= HAS(SERVICE_ON_SERVER_GONE) | HAS(SERVICE_HALF_OPEN_MAX) |
		 HAS(SERVICE_PERSIST) | HAS(SERVICE_HOOK) | HAS(SERVICE_TRACK);
	s.on_gone = L4LB_ON_GONE_RESCHEDULE;
	s.half_open_max = 1000;
	s.hook = L4LB_HOOK_PREROUTING;
	check(h, l4lb_service_set(h, &s, 0));
	compare_all(c, h);
	dns.has |= HAS(SERVICE_ONE_PACKET);
	dns.one_packet = 1;
	wire_change(c, L4LB_CMD_SERVICE_SET, &dns, 0);
	compare_all(c, h);
	dns.one_packet = 0;
	check(h, l4lb_service_set(h, &dns, 0));
	compare_all(c, h);
}

/* What one does the other sees, and undoes. */
static void test_changes(struct client *c, struct l4lb *h)
{
	struct l4lb_service key, byname = { .name = "www" };
	struct l4lb_server web;
	struct nl_msg *msg;
	struct l4lb_vip vip = {
		.has = HAS(VIP_UNKNOWN_PORT),
		.addr = { .family = 4, .bytes = { 10, 10, 31, 100 } },
		.unknown_port = L4LB_UNKNOWN_PORT_REJECT,
	};
	struct l4lb_limits limits = {
		.has = HAS(LIMITS_CONNS) | HAS(LIMITS_TIMEOUT),
		.conns = 4321,
		.timeouts = { .has = L4LB_BIT(L4LB_STATE_UDP),
			      .seconds[L4LB_STATE_UDP] = 33 },
	};

	set_up(c, h);
	compare_all(c, h);
	key = service(IPPROTO_TCP, 100, 80);
	web = server(&key, 101, 8080);

	key.has |= HAS(SERVICE_MIDSTREAM) | HAS(SERVICE_TIE);
	key.midstream = L4LB_MIDSTREAM_DROP;
	key.tie = L4LB_TIE_FIRST;
	wire_change(c, L4LB_CMD_SERVICE_SET, &key, 0);
	change_options(c, h);
	web.has |= HAS(SERVER_WEIGHT);
	web.weight = 9;
	wire_change(c, L4LB_CMD_SERVER_SET, &web, 0);
	compare_all(c, h);

	web = server(&byname, 101, 8080);
	web.has |= HAS(SERVER_ADMIN) | HAS(SERVER_TEXT) | HAS(SERVER_HEALTH) |
		   HAS(SERVER_OPER_WEIGHT) | HAS(SERVER_DEADLINE);
	web.admin = L4LB_ADMIN_DRAIN;
	web.deadline = 600;
	web.health = L4LB_HEALTH_DOWN;
	web.oper_weight = 5;
	strcpy(web.text, "new disk");
	wire_change(c, L4LB_CMD_SERVER_STATE_SET, &web, 0);
	compare_all(c, h);
	web.has &= ~HAS(SERVER_DEADLINE);
	web.admin = L4LB_ADMIN_ENABLED;
	web.oper_weight = -1;
	check(h, l4lb_server_state_set(h, &web, 0));
	compare_all(c, h);

	wire_change(c, L4LB_CMD_VIP_SET, &vip, 0);
	vip.has = HAS(VIP_STANDBY);
	vip.standby = 1;
	wire_change(c, L4LB_CMD_STANDBY_SET, &vip, 0);
	compare_all(c, h);
	wire_change(c, L4LB_CMD_LIMITS_SET, &limits, 0);
	compare_all(c, h);

	wire_change(c, L4LB_CMD_SERVER_DEL, &web, 0);
	compare_all(c, h);
	wire_change(c, L4LB_CMD_SERVICE_DEL, &byname, 0);
	compare_all(c, h);
	msg = client_msg(c, L4LB_CMD_FLUSH, 0);
	nla_put_flag(msg, L4LB_A_FORCE);
	client_run(c, msg, NULL, NULL, NULL);
	compare_all(c, h);
}

static void on_begun(struct nlattr **tb, struct nlattr *attrs, int len,
		     void *arg)
{
	(void)attrs;
	(void)len;
	if (!tb[L4LB_A_TXN] || !tb[L4LB_A_GENERATION])
		fail("begin did not answer id and generation");
	*(__u64 *)arg = nla_get_u64(tb[L4LB_A_TXN]);
}

static __u64 wire_begin(struct client *c, __u8 mode)
{
	struct nl_msg *msg = client_msg(c, L4LB_CMD_TXN_BEGIN, 0);
	__u64 id = 0;

	nla_put_u8(msg, L4LB_A_TXN_MODE, mode);
	client_run(c, msg, on_begun, &id, NULL);
	return id;
}

static void wire_end(struct client *c, __u8 cmd, __u64 id, struct text *t)
{
	struct nl_msg *msg = client_msg(c, cmd, 0);

	nla_put_u64(msg, L4LB_A_TXN, id);
	client_run(c, msg, t ? on_summary : NULL, t, NULL);
}

/* The same transaction by both, one after the other. */
static void test_transactions(struct client *c, struct l4lb *h)
{
	struct l4lb_service s = service(IPPROTO_TCP, 120, 80);
	struct l4lb_server srv = server(&s, 120, 0);
	struct l4lb_summary summary;
	__u64 id, first;

	id = wire_begin(c, L4LB_TXN_MODE_REPLACE);
	wire_change(c, L4LB_CMD_SERVICE_NEW, &s, id);
	wire_change(c, L4LB_CMD_SERVER_NEW, &srv, id);
	wire_end(c, L4LB_CMD_TXN_COMMIT, id, &wire_text);
	check(h, l4lb_version_get(h, &summary));
	first = summary.digest;
	text_add(&lib_text, " generation %llu digest %llx count %d",
		 (unsigned long long)summary.generation,
		 (unsigned long long)first, 2);
	same("commit");
	compare_all(c, h);

	id = wire_begin(c, L4LB_TXN_MODE_EDIT);
	wire_change(c, L4LB_CMD_SERVICE_DEL, &s, id);
	wire_end(c, L4LB_CMD_TXN_ABORT, id, NULL);
	check(h, l4lb_version_get(h, &summary));
	if (summary.digest != first)
		fail("an aborted transaction changed something");

	check(h, l4lb_flush(h, 0, NULL));
	check(h, l4lb_txn_begin(h, L4LB_TXN_MODE_REPLACE, NULL));
	check(h, l4lb_service_new(h, &s, 0));
	check(h, l4lb_server_new(h, &srv, 0));
	check(h, l4lb_txn_commit(h, 0, NULL, &summary));
	if (summary.digest != first)
		fail("the same configuration has another digest");
	compare_all(c, h);
}

/* Packets of the director's own, so that there are entries. */
static void make_connections(int n)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(53) };
	struct sockaddr_in from = { .sin_family = AF_INET };
	int fd;

	inet_pton(AF_INET, "10.10.31.53", &to.sin_addr);
	while (n--) {
		from.sin_port = htons(20000 + n);
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		if (fd < 0 ||
		    bind(fd, (struct sockaddr *)&from, sizeof(from)) ||
		    sendto(fd, "x", 1, 0, (struct sockaddr *)&to,
			   sizeof(to)) != 1)
			fail("sending to the VIP: %s", strerror(errno));
		close(fd);
	}
}

static void on_count(struct nlattr **tb, struct nlattr *attrs, int len,
		     void *arg)
{
	(void)attrs;
	(void)len;
	*(__u64 *)arg = tb[L4LB_A_COUNT] ? nla_get_u64(tb[L4LB_A_COUNT]) : 0;
}

static int keep_conn(const struct l4lb_conn *conn, void *arg)
{
	*(struct l4lb_conn *)arg = *conn;
	return 1;
}

static void get_conn(struct client *c, struct l4lb *h)
{
	struct nl_msg *msg = client_msg(c, L4LB_CMD_CONN_GET, 0);
	struct l4lb_filter all = { 0 };
	struct l4lb_conn conn;
	struct nlattr *nest;

	if (l4lb_conn_dump(h, &all, keep_conn, &conn) != 1)
		fail("no connection");
	nest = nla_nest_start(msg, L4LB_A_CONN | NLA_F_NESTED);
	nla_put_u8(msg, L4LB_A_CONN_PROTO, conn.proto);
	nla_put(msg, L4LB_A_CONN_CLIENT, 4, conn.client.bytes);
	nla_put_u16(msg, L4LB_A_CONN_CLIENT_PORT, htons(conn.client_port));
	nla_put(msg, L4LB_A_CONN_VIP, 4, conn.vip.bytes);
	nla_put_u16(msg, L4LB_A_CONN_VIP_PORT, htons(conn.vip_port));
	nla_nest_end(msg, nest);
	client_run(c, msg, on_objects, &wire_text, NULL);
	lib_conn(&lib_text, &conn);
	same("one connection");
}

static void test_connections(struct client *c, struct l4lb *h)
{
	struct l4lb_service dns = service(IPPROTO_UDP, 53, 53);
	struct l4lb_server ns = server(&dns, 53, 0);
	struct l4lb_filter filter = {
		.has = HAS(FILTER_SERVICE) | HAS(FILTER_STATE),
		.service = dns,
		.state = L4LB_STATE_UDP,
	};
	struct nl_msg *msg;
	__u64 count = 0;

	wire_change(c, L4LB_CMD_SERVICE_NEW, &dns, 0);
	wire_change(c, L4LB_CMD_SERVER_NEW, &ns, 0);
	make_connections(200);
	msg = client_msg(c, L4LB_CMD_CONN_GET, NLM_F_DUMP);
	put_filter(msg, &filter);
	client_run(c, msg, on_objects, &wire_text, NULL);
	check(h, l4lb_conn_dump(h, &filter, on_conn, &lib_text));
	same("connections");
	get_conn(c, h);
	compare_all(c, h);

	msg = client_msg(c, L4LB_CMD_CONN_FLUSH, 0);
	put_filter(msg, &filter);
	client_run(c, msg, on_count, &count, NULL);
	if (count != 200)
		fail("%llu connections flushed, 200 were there",
		     (unsigned long long)count);
	check(h, l4lb_conn_flush(h, &filter, &count));
	if (count)
		fail("%llu connections were left", (unsigned long long)count);
}

static void explain(struct client *c, struct l4lb *h, const char *what,
		    int last, int port)
{
	struct nl_msg *msg = client_msg(c, L4LB_CMD_EXPLAIN, 0);
	struct l4lb_flow flow = {
		.proto = IPPROTO_TCP,
		.client = { .family = 4, .bytes = { 10, 10, 31, 200 } },
		.client_port = 4711,
		.vip = { .family = 4, .bytes = { 10, 10, 31, last } },
		.vip_port = port,
	};
	struct l4lb_explanation e;
	struct nlattr *nest;

	nest = nla_nest_start(msg, L4LB_A_EXPLAIN | NLA_F_NESTED);
	nla_put_u8(msg, L4LB_A_EXPLAIN_PROTO, flow.proto);
	nla_put(msg, L4LB_A_EXPLAIN_CLIENT, 4, flow.client.bytes);
	nla_put_u16(msg, L4LB_A_EXPLAIN_CLIENT_PORT, htons(flow.client_port));
	nla_put(msg, L4LB_A_EXPLAIN_VIP, 4, flow.vip.bytes);
	nla_put_u16(msg, L4LB_A_EXPLAIN_VIP_PORT, htons(flow.vip_port));
	nla_nest_end(msg, nest);
	client_run(c, msg, on_objects, &wire_text, NULL);
	check(h, l4lb_explain(h, &flow, &e));
	lib_explain(&lib_text, &e);
	l4lb_explanation_free(&e);
	same(what);
}

static void test_explain(struct client *c, struct l4lb *h)
{
	struct l4lb_service s = service(IPPROTO_TCP, 130, 80);
	struct l4lb_server srv;
	int i;

	wire_change(c, L4LB_CMD_SERVICE_NEW, &s, 0);
	explain(c, h, "a service without servers", 130, 80);
	check(h, l4lb_txn_begin(h, L4LB_TXN_MODE_EDIT, NULL));
	for (i = 0; i < 500; i++) {
		srv = server(&s, i % 250 + 1, 0);
		srv.addr.bytes[2] = i / 250;
		check(h, l4lb_server_new(h, &srv, 0));
	}
	check(h, l4lb_txn_commit(h, 0, NULL, NULL));
	explain(c, h, "500 candidates", 130, 80);
	explain(c, h, "another port", 130, 81);
	explain(c, h, "another address", 131, 80);
	explain(c, h, "port 0", 130, 0);
}

static void refusals(struct client *c, struct l4lb *h)
{
	set_up(c, h);
	test_refusals(c, h);
}

static const struct {
	const char *name;
	void (*run)(struct client *c, struct l4lb *h);
} tests[] = {
	{ "changes", test_changes },
	{ "transactions", test_transactions },
	{ "connections", test_connections },
	{ "explain", test_explain },
	{ "refusals", refusals },
};

int main(int argc, char **argv)
{
	struct client c;
	struct l4lb *h;
	unsigned int i;

	if (l4lb_open(&h))
		fail("%s", h ? l4lb_error(h)->text : "out of memory");
	client_open(&c);
	for (i = 0; argc == 2 && i < sizeof(tests) / sizeof(tests[0]); i++) {
		if (strcmp(tests[i].name, argv[1]))
			continue;
		tests[i].run(&c, h);
		client_close(&c);
		l4lb_close(h);
		return 0;
	}
	fprintf(stderr, "usage: genl TEST\n");
	return 2;
}
