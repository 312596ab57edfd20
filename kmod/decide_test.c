// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit suite of decide*.c: namespaces configured by transactions, and packets
 * that exist as struct l4lb_packet only. Each decision is made twice, with a
 * trace and without, and must be the same one and leave no mark; so every case
 * here is one of purity, too. All cases run for both families.
 */
#include <kunit/test.h>
#include <linux/jhash.h>

#include "conn_priv.h"
#include "net_test.h"
#include "reason.h"

/* Groups of addresses. */
enum { D_VIP = 1, D_SERVER, D_CLIENT, D_STRANGER };

#define D_SYN	L4LB_TCP_SYN
#define D_ACK	L4LB_TCP_ACK
#define D_FIN	(L4LB_TCP_FIN | L4LB_TCP_ACK)
#define D_RST	L4LB_TCP_RST
#define D_SACK	(L4LB_TCP_SYN | L4LB_TCP_ACK)

/**
 * struct dt_trace - what a trace was told
 * @trace: called by l4lb_decide()
 * @seen: how often each step came
 * @last: the step before
 * @backwards: steps that came after a later one
 * @late: steps after the verdict
 * @end: reason of the verdict
 * @tmpl: reason that came with the template
 */
struct dt_trace {
	struct l4lb_trace trace;
	u32 seen[L4LB_STEP_VERDICT + 1];
	u8 last;
	u32 backwards;
	u32 late;
	u32 end;
	u32 tmpl;
};

/**
 * struct decide_fix - the suite's state
 * @ln: namespace; its conf_lock is held
 * @family: AF_INET or AF_INET6
 * @ch: change that is being filled in
 * @extack: of the last change
 * @plan: of the last packet
 * @told: of the same decision, made with a trace
 * @trace: what it was told
 * @bits: bits of an address
 */
struct decide_fix {
	struct l4lb_net *ln;
	u8 family;
	struct l4lb_change ch;
	struct netlink_ext_ack extack;
	struct l4lb_plan plan;
	struct l4lb_plan told;
	struct dt_trace trace;
	u8 bits;
};

/* Address @n, below 65536, of a group. */
static union l4lb_addr dt_addr(const struct decide_fix *fix, u32 group, u32 n)
{
	union l4lb_addr addr = {};

	if (fix->family == AF_INET) {
		addr.ip = htonl(0x0a000000 | group << 16 | n);
	} else {
		addr.w[0] = htonl(0x20010db8);
		addr.w[1] = htonl(group << 16);
		addr.w[3] = htonl(n);
	}
	return addr;
}

static struct l4lb_service_key dt_key(const struct decide_fix *fix, u8 proto,
				      u32 vip, u16 port)
{
	struct l4lb_endpoint ep = {
		.addr = dt_addr(fix, D_VIP, vip),
		.port = htons(port),
		.family = fix->family,
		.proto = proto,
	};

	return l4lb_key_of(&ep);
}

static struct l4lb_change *dt_change(struct kunit *test, u8 op,
				     const struct l4lb_service_key *key)
{
	struct decide_fix *fix = test->priv;

	memset(&fix->ch, 0, sizeof(fix->ch));
	fix->ch.op = op;
	fix->ch.service = *key;
	return &fix->ch;
}

/* An option of the change that is being filled in. */
#define D_OPT(change, attr, member, value) do {			\
	struct l4lb_change *__ch = (change);				\
									\
	__ch->opts.member = (value);					\
	__ch->present |= BIT_ULL(L4LB_A_SERVICE_##attr);		\
} while (0)

static struct l4lb_change *dt_service(struct kunit *test,
				      const struct l4lb_service_key *key,
				     const char *scheduler, u8 method)
{
	struct l4lb_change *ch = dt_change(test, L4LB_CHANGE_SERVICE_NEW, key);

	strscpy(ch->scheduler, scheduler, sizeof(ch->scheduler));
	ch->method = method;
	ch->present = BIT(L4LB_A_SERVICE_SCHEDULER) |
		      BIT(L4LB_A_SERVICE_METHOD);
	return ch;
}

static void dt_apply(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	int err = net_test_one(test, fix->ln, &fix->ch, &fix->extack);

	KUNIT_ASSERT_EQ_MSG(test, err, 0, "%s, called from %pS",
			    fix->extack._msg, __builtin_return_address(0));
	/* No work of a scheduler's is to run between two looks. */
	l4lb_sched_flush();
}

/* Server @n, with the port that a server of the service has by default. */
static struct l4lb_change *dt_server(struct kunit *test, u8 op,
				     const struct l4lb_service_key *key, u32 n)
{
	struct l4lb_change *ch = dt_change(test, op, key);

	ch->server.addr = dt_addr(test->priv, D_SERVER, n);
	ch->server.family = key->family;
	return ch;
}

/* Servers @from to @to. */
static void dt_servers(struct kunit *test, const struct l4lb_service_key *key,
		       u32 from, u32 to)
{
	for (; from <= to; from++) {
		dt_server(test, L4LB_CHANGE_SERVER_NEW, key, from);
		dt_apply(test);
	}
}

/* The server is deleted: it lingers, or with @now its entries are orphans. */
static void dt_delete(struct kunit *test, const struct l4lb_service_key *key,
		      u32 n, bool now)
{
	struct decide_fix *fix = test->priv;

	dt_server(test, L4LB_CHANGE_SERVER_DEL, key, n)->now = now;
	/* With hooks there would be entries to look for, as there are. */
	fix->ln->active = true;
	dt_apply(test);
	fix->ln->active = false;
}

/* Anything of a service changes that is no option. */
static struct l4lb_change *dt_set(struct kunit *test,
				  const struct l4lb_service_key *key)
{
	return dt_change(test, L4LB_CHANGE_SERVICE_SET, key);
}

static void dt_state_set(struct kunit *test, const struct l4lb_service_key *key,
			 u32 n, struct l4lb_server_state *st)
{
	struct decide_fix *fix = test->priv;

	st->service = *key;
	st->server.addr = dt_addr(fix, D_SERVER, n);
	st->server.family = fix->family;
	KUNIT_ASSERT_EQ(test, l4lb_server_state_set(fix->ln, st, &fix->extack),
			0);
	l4lb_sched_flush();
}

static void dt_admin(struct kunit *test, const struct l4lb_service_key *key,
		     u32 n, u8 admin)
{
	struct l4lb_server_state st = {
		.present = BIT(L4LB_A_SERVER_ADMIN),
		.admin = admin,
	};

	dt_state_set(test, key, n, &st);
}

static void dt_health(struct kunit *test, const struct l4lb_service_key *key,
		      u32 n, u8 health)
{
	struct l4lb_server_state st = {
		.present = BIT(L4LB_A_SERVER_HEALTH),
		.health = health,
	};

	dt_state_set(test, key, n, &st);
}

static void dt_weight(struct kunit *test, const struct l4lb_service_key *key,
		      u32 n, s32 weight)
{
	struct l4lb_server_state st = {
		.present = BIT(L4LB_A_SERVER_OPER_WEIGHT),
		.oper_weight = weight,
	};

	dt_state_set(test, key, n, &st);
}

/* A packet of client @client, from port 1024 + @client, to VIP @vip. */
static struct l4lb_packet dt_pkt(const struct decide_fix *fix, u8 proto,
				 u32 client, u32 vip, u16 port, u8 flags)
{
	return (struct l4lb_packet){
		.kind = L4LB_PACKET_FLOW,
		.family = fix->family,
		.proto = proto,
		.hook = L4LB_HOOK_PREROUTING,
		.tcp_flags = flags,
		.ttl = 64,
		.saddr = dt_addr(fix, D_CLIENT, client),
		.daddr = dt_addr(fix, D_VIP, vip),
		.sport = htons(1024 + client % 60000),
		.dport = htons(port),
		.len = 60,
	};
}

/* A packet of server @server, from @port, to client @client. */
static struct l4lb_packet dt_reply(const struct decide_fix *fix, u8 proto,
				   u32 client, u32 server, u16 port, u8 flags)
{
	struct l4lb_packet pkt = dt_pkt(fix, proto, client, 0, 0, flags);

	pkt.daddr = pkt.saddr;
	pkt.dport = pkt.sport;
	pkt.saddr = dt_addr(fix, D_SERVER, server);
	pkt.sport = htons(port);
	return pkt;
}

/* Number of a server, 0 for none. */
static u32 dt_number(const struct l4lb_server *srv)
{
	if (!srv)
		return 0;
	return ntohl(srv->ep.addr.w[srv->ep.family == AF_INET ? 0 : 3]) &
	       0xffff;
}

static u32 dt_sum_server(const struct l4lb_server *srv, u32 sum)
{
	struct l4lb_sums sums = {};

	l4lb_stats_server(srv, &sums);
	sum = jhash(&sums, sizeof(sums), sum);
	return jhash(srv, sizeof(*srv), sum);
}

static u32 dt_sum_objects(const struct l4lb_net *ln, u32 sum)
{
	const struct l4lb_table *table = rcu_dereference(ln->table);
	const struct l4lb_service *svc;
	const struct l4lb_server *srv;
	const struct l4lb_vip *vip;
	u32 l, i, pos;

	net_test_each(table->services, l, i, svc) {
		sum = jhash(svc, sizeof(*svc), sum);
		sum = jhash(svc->rt, sizeof(*svc->rt), sum);
		sum = jhash(svc->sched,
			    struct_size(svc->sched, slot, svc->sched->nr), sum);
		for (pos = 0; pos < svc->sched->nr; pos++)
			sum = dt_sum_server(svc->sched->slot[pos].server, sum);
	}
	net_test_each(table->vips, l, i, vip)
		sum = jhash(vip, sizeof(*vip), sum);
	list_for_each_entry(srv, &ln->lingering, gone_node)
		sum = dt_sum_server(srv, sum);
	return jhash(&ln->table, sizeof(ln->table), sum);
}

/* All entries, the dead ones that are still linked included. */
static u32 dt_sum_conns(const struct l4lb_net *ln, u32 sum)
{
	const struct l4lb_conns *ct = &ln->conns;
	const struct l4lb_buckets *tbl = rcu_dereference(ct->tbl);
	struct l4lb_conn_node *node;
	struct l4lb_conn *conn;
	u32 i, kind;

	for (i = 0; i <= tbl->mask; i++) {
		for (node = rcu_dereference(tbl->head[i]); node;
		     node = rcu_dereference(node->next)) {
			conn = l4lb_conn_of(node);
			kind = l4lb_conn_kind(conn->method,
					      conn->word & L4LB_CONN_EXTRA);
			sum = jhash(conn, l4lb_conn_size(kind), sum);
		}
	}
	sum = jhash(&ct->nr, sizeof(ct->nr), sum);
	sum = jhash(&ct->bytes, sizeof(ct->bytes), sum);
	sum = jhash(&ct->full, sizeof(ct->full), sum);
	return jhash(&ct->dead, sizeof(ct->dead), sum);
}

/* All that a decision can reach. RCU read side. */
static u32 dt_sum(const struct l4lb_net *ln)
{
	u32 sum = jhash(&ln->limits, sizeof(ln->limits), 0);

	sum = jhash(ln->sample, sizeof(ln->sample), sum);
	return dt_sum_conns(ln, dt_sum_objects(ln, sum));
}

static void dt_step(struct l4lb_trace *trace, u8 kind, u32 reason,
		    const struct l4lb_plan *plan,
		   const struct l4lb_service *near, u32 pos)
{
	struct dt_trace *t = container_of(trace, struct dt_trace, trace);

	t->late += !!t->seen[L4LB_STEP_VERDICT];
	t->backwards += kind < t->last;
	t->last = kind;
	t->seen[kind]++;
	if (kind == L4LB_STEP_VERDICT)
		t->end = reason;
	if (kind == L4LB_STEP_TEMPLATE)
		t->tmpl = reason;
}

/* The same plan, as far as it says something. */
static void dt_same(struct kunit *test, const struct l4lb_plan *a,
		    const struct l4lb_plan *b)
{
	KUNIT_EXPECT_EQ(test, a->verdict, b->verdict);
	KUNIT_EXPECT_EQ(test, a->method, b->method);
	KUNIT_EXPECT_EQ(test, a->create, b->create);
	KUNIT_EXPECT_EQ(test, a->reopen, b->reopen);
	KUNIT_EXPECT_EQ(test, a->over, b->over);
	KUNIT_EXPECT_EQ(test, a->reason, b->reason);
	KUNIT_EXPECT_PTR_EQ(test, a->table, b->table);
	KUNIT_EXPECT_PTR_EQ(test, a->vip, b->vip);
	KUNIT_EXPECT_PTR_EQ(test, a->svc, b->svc);
	KUNIT_EXPECT_PTR_EQ(test, a->srv, b->srv);
	KUNIT_EXPECT_PTR_EQ(test, a->conn, b->conn);
	KUNIT_EXPECT_EQ(test, a->seen, b->seen);
	KUNIT_EXPECT_EQ(test, a->next, b->next);
	if (a->verdict == L4LB_VERDICT_FORWARD ||
	    a->verdict == L4LB_VERDICT_REPLY) {
		KUNIT_EXPECT_TRUE(test, l4lb_endpoint_equal(a->front,
							    b->front));
		KUNIT_EXPECT_TRUE(test, l4lb_endpoint_equal(a->target,
							    b->target));
	}
	if (!a->create)
		return;
	KUNIT_EXPECT_EQ(test, a->turn, b->turn);
	KUNIT_EXPECT_EQ(test, a->alone, b->alone);
	KUNIT_EXPECT_EQ(test, a->affinity, b->affinity);
	KUNIT_EXPECT_EQ(test, a->state, b->state);
	KUNIT_EXPECT_PTR_EQ(test, a->tmpl, b->tmpl);
	KUNIT_EXPECT_PTR_EQ(test, a->pick.server, b->pick.server);
}

/*
 * One tuple taken by another service's entry is the one thing that a trace
 * knows better: the data path learns it from the insert.
 */
static bool dt_taken(const struct decide_fix *fix)
{
	return fix->told.reason == L4LB_REASON_TUPLE_TAKEN;
}

/* Decide only, both ways, and see that nothing has changed. */
static void dt_decide(struct kunit *test, const struct l4lb_packet *pkt)
{
	struct decide_fix *fix = test->priv;
	struct dt_trace *t = &fix->trace;
	u32 before, between, after;

	memset(t, 0, sizeof(*t));
	t->trace.step = dt_step;
	memset(&fix->plan, 0x5a, sizeof(fix->plan));
	memset(&fix->told, 0xa5, sizeof(fix->told));
	rcu_read_lock();
	local_bh_disable();
	before = dt_sum(fix->ln);
	l4lb_decide(fix->ln, pkt, &fix->plan, NULL);
	between = dt_sum(fix->ln);
	l4lb_decide(fix->ln, pkt, &fix->told, &t->trace);
	after = dt_sum(fix->ln);
	local_bh_enable();
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, before, between);
	KUNIT_EXPECT_EQ(test, before, after);
	if (!dt_taken(fix))
		dt_same(test, &fix->plan, &fix->told);
	KUNIT_EXPECT_EQ(test, t->seen[L4LB_STEP_HOOK], 1u);
	KUNIT_EXPECT_EQ(test, t->seen[L4LB_STEP_VERDICT], 1u);
	KUNIT_EXPECT_EQ(test, t->end, fix->told.reason);
	KUNIT_EXPECT_EQ(test, t->late, 0u);
	/* A reply that was none is looked at as a client's packet after it. */
	if (!fix->told.over && pkt->hook != L4LB_HOOK_LOCAL_IN)
		KUNIT_EXPECT_EQ(test, t->backwards, 0u);
}

/* Decide and commit, as a hook does. */
static void dt_send(struct kunit *test, const struct l4lb_packet *pkt)
{
	struct decide_fix *fix = test->priv;
	bool done;

	do {
		dt_decide(test, pkt);
		rcu_read_lock();
		local_bh_disable();
		l4lb_decide(fix->ln, pkt, &fix->plan, NULL);
		done = l4lb_commit_plan(fix->ln, pkt, &fix->plan);
		local_bh_enable();
		rcu_read_unlock();
		/* Nobody else is there that could be faster. */
		KUNIT_ASSERT_TRUE(test, done);
	} while (!done);
	l4lb_sched_flush();
}

/* What becomes of a packet. @server: number, 0: none, -1: any. */
static noinline void dt_says(struct kunit *test, const struct l4lb_packet *pkt,
			     u8 verdict, u32 reason, int server)
{
	const void *caller = __builtin_return_address(0);
	struct decide_fix *fix = test->priv;

	dt_send(test, pkt);
	KUNIT_EXPECT_EQ_MSG(test, fix->plan.verdict, verdict, "at %pS", caller);
	KUNIT_EXPECT_EQ_MSG(test, fix->plan.reason, reason, "%s at %pS",
			    l4lb_reason_name(fix->plan.reason), caller);
	if (server >= 0)
		KUNIT_EXPECT_EQ_MSG(test, dt_number(fix->plan.srv), (u32)server,
				    "at %pS", caller);
}

static struct l4lb_service *dt_find(struct kunit *test,
				    const struct l4lb_service_key *key)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service *svc;

	svc = l4lb_service_lookup(net_test_table(fix->ln)->services, key);
	KUNIT_ASSERT_NOT_NULL(test, svc);
	return svc;
}

static struct l4lb_server *dt_find_server(struct kunit *test,
					  const struct l4lb_service_key *key,
					 u32 n)
{
	const struct l4lb_sched_data *sd = dt_find(test, key)->sched;
	u32 pos;

	for (pos = 0; pos < sd->nr; pos++)
		if (dt_number(sd->slot[pos].server) == n)
			return sd->slot[pos].server;
	KUNIT_FAIL(test, "no server %u", n);
	return NULL;
}

static noinline void dt_load(struct kunit *test,
			     const struct l4lb_service_key *key, u32 n,
			    int active, int inactive)
{
	const struct l4lb_server *srv = dt_find_server(test, key, n);

	KUNIT_EXPECT_EQ_MSG(test, atomic_read(&srv->active), active, "at %pS",
			    __builtin_return_address(0));
	KUNIT_EXPECT_EQ_MSG(test, atomic_read(&srv->inactive), inactive,
			    "at %pS", __builtin_return_address(0));
}

/* Let @seconds pass for an entry. */
static void dt_idle(struct l4lb_conn *conn, u32 seconds)
{
	WRITE_ONCE(conn->stamp, READ_ONCE(conn->stamp) - seconds * HZ);
}

/* Aging, as the work does it. */
static void dt_sweep(struct kunit *test)
{
	struct decide_fix *fix = test->priv;

	while (!l4lb_conn_scan(fix->ln))
		;
	l4lb_conn_reap(fix->ln);
	synchronize_rcu();
	l4lb_server_reap(fix->ln);
}

static int decide_test_init(struct kunit *test)
{
	struct decide_fix *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fix);
	test->priv = fix;
	fix->family = *(const u8 *)test->param_value;
	fix->bits = l4lb_addr_bits(fix->family);
	fix->ln = net_test_make(test);
	mutex_lock(&fix->ln->conf_lock);
	/* Not started: aging is the cases' business. */
	KUNIT_ASSERT_EQ(test, l4lb_conns_init(fix->ln), 0);
	return 0;
}

/* When all entries have ended nothing counts one. */
static void decide_test_exit(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	const struct l4lb_service *svc;
	const struct l4lb_server *srv;
	struct l4lb_net *ln;
	u32 l, i, pos;

	if (!fix || !fix->ln)
		return;
	ln = fix->ln;
	l4lb_conns_stop(ln);
	KUNIT_EXPECT_EQ(test, atomic_read(&ln->conns.nr), 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&ln->conns.bytes), 0);
	net_test_each(net_test_table(ln)->services, l, i, svc) {
		KUNIT_EXPECT_EQ(test, atomic_read(&svc->rt->half_open), 0);
		for (pos = 0; pos < svc->sched->nr; pos++) {
			srv = svc->sched->slot[pos].server;
			KUNIT_EXPECT_EQ(test, atomic_read(&srv->active), 0);
			KUNIT_EXPECT_EQ(test, atomic_read(&srv->inactive), 0);
		}
	}
	list_for_each_entry(srv, &ln->lingering, gone_node)
		KUNIT_EXPECT_EQ(test, atomic_read(&srv->active) |
				      atomic_read(&srv->inactive), 0);
	l4lb_conns_destroy(ln);
	mutex_unlock(&ln->conf_lock);
	net_test_free(ln);
}

#include "decide_match_test.c"
#include "decide_conn_test.c"
#include "decide_new_test.c"
#include "decide_random_test.c"

static const u8 decide_families[] = { AF_INET, AF_INET6 };

static void decide_family_name(const u8 *family, char *desc)
{
	strscpy(desc, *family == AF_INET ? "IPv4" : "IPv6",
		KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(decide, decide_families, decide_family_name);

#define D_CASE(name)	KUNIT_CASE_PARAM(name, decide_gen_params)

static struct kunit_case decide_cases[] = {
	D_CASE(decide_precedence),
	D_CASE(decide_ports),
	D_CASE(decide_marks),
	D_CASE(decide_strangers),
	D_CASE(decide_standby),
	D_CASE(decide_standby_replies),
	D_CASE(decide_input),
	D_CASE(decide_icmp),
	D_CASE(decide_life),
	D_CASE(decide_life_nat),
	D_CASE(decide_outlived),
	D_CASE(decide_local),
	D_CASE(decide_tuple_taken),
	D_CASE(decide_on_down),
	D_CASE(decide_on_down_udp),
	D_CASE(decide_on_gone),
	D_CASE(decide_on_gone_udp),
	D_CASE(decide_on_gone_nat),
	D_CASE(decide_syn_moves),
	D_CASE(decide_midstream),
	D_CASE(decide_take_over),
	D_CASE(decide_persist),
	D_CASE(decide_persist_left),
	D_CASE(decide_persist_full),
	D_CASE(decide_one_packet),
	D_CASE(decide_limit),
	D_CASE(decide_half_open),
	D_CASE(decide_half_open_udp),
	D_CASE(decide_half_open_nat),
	D_CASE(decide_nobody),
	D_CASE(decide_martian),
	D_CASE(decide_random),
	{}
};

static struct kunit_suite decide_suite = {
	.name = "decide",
	.init = decide_test_init,
	.exit = decide_test_exit,
	.test_cases = decide_cases,
};

kunit_test_suite(decide_suite);
