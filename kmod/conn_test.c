// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of conn.c and, through it, of conn_{age,grow,walk}.c. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/prandom.h>

#include "fault.h"
#include "net_test.h"
#include "persist.h"

#define TEST_SERVICES	2
#define TEST_SERVERS	4
#define TEST_IDLE	100	/* seconds of every timeout */

/**
 * struct conn_fixture - a namespace with services and servers, but no packets
 * @ln: namespace
 * @svc: services
 * @rt: of all servers
 * @srv: servers; 0 and 1 share an endpoint, so do 2 and 3; 0 and 2 are the
 *	first service's
 * @rs: endpoints
 */
struct conn_fixture {
	struct l4lb_net *ln;
	struct l4lb_service *svc[TEST_SERVICES];
	struct l4lb_service_rt *rt;
	struct l4lb_server *srv[TEST_SERVERS];
	struct l4lb_rs *rs[TEST_SERVERS / 2];
};

static bool conn_cache_is_ours;

static int conn_suite_init(struct kunit_suite *suite)
{
	conn_cache_is_ours = !conn_cache[0];
	return conn_cache_is_ours ? l4lb_conn_cache_init() : 0;
}

static void conn_suite_exit(struct kunit_suite *suite)
{
	if (conn_cache_is_ours)
		l4lb_conn_cache_exit();
}

static int conn_number(struct l4lb_net *ln, struct l4lb_slots *s, void *obj)
{
	int id = l4lb_slots_reserve(s, GFP_KERNEL);

	if (id > 0)
		l4lb_slots_set(s, id, obj);
	return id;
}

static void conn_make_server(struct kunit *test, struct conn_fixture *fix,
			     int i)
{
	struct l4lb_rs *rs = fix->rs[i / 2];
	struct l4lb_server_conf *conf;
	struct l4lb_server *srv;

	srv = l4lb_server_alloc(fix->ln, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, srv);
	fix->srv[i] = srv;
	srv->id = conn_number(fix->ln, &fix->ln->servers, srv);
	srv->gen = 70 + i;
	conf = kzalloc(sizeof(*conf), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, conf);
	RCU_INIT_POINTER(srv->conf, conf);
	l4lb_service_rt_get(fix->rt);
	srv->rt = fix->rt;
	srv->endpoint = rs;
	srv->ep = rs->ep;
}

static void conn_make_objects(struct kunit *test, struct conn_fixture *fix)
{
	struct l4lb_net *ln = fix->ln;
	int i;

	fix->rt = l4lb_service_rt_alloc(1, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fix->rt);
	for (i = 0; i < TEST_SERVICES; i++) {
		fix->svc[i] = kunit_kzalloc(test, sizeof(*fix->svc[i]),
					    GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, fix->svc[i]);
		fix->svc[i]->id = conn_number(ln, &ln->services, fix->svc[i]);
	}
	for (i = 0; i < TEST_SERVERS / 2; i++) {
		fix->rs[i] = kunit_kzalloc(test, sizeof(*fix->rs[i]),
					   GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, fix->rs[i]);
		fix->rs[i]->id = conn_number(ln, &ln->endpoints, fix->rs[i]);
		fix->rs[i]->ep.addr.ip = htonl(0xc0a81f15 + i);
		fix->rs[i]->ep.port = htons(80 + i);
		fix->rs[i]->ep.family = AF_INET;
		fix->rs[i]->ep.proto = IPPROTO_TCP;
	}
	for (i = 0; i < TEST_SERVERS; i++)
		conn_make_server(test, fix, i);
}

static int conn_test_init(struct kunit *test)
{
	struct conn_fixture *fix;
	struct l4lb_net *ln;
	int i;

	fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fix);
	test->priv = fix;
	ln = net_test_make(test);
	fix->ln = ln;
	ln->limits.conns = 1000000;
	ln->limits.memory = 1ull << 30;
	for (i = 0; i < L4LB_TIMEOUT_STATES; i++)
		ln->limits.timeout[i] = TEST_IDLE;
	conn_make_objects(test, fix);
	KUNIT_ASSERT_EQ(test, l4lb_conns_init(ln), 0);
	/* Not started: scanning, reaping and growing are the cases' business. */
	return 0;
}

static void conn_test_exit(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_net *ln;
	int i;

	if (!fix || !fix->ln)
		return;
	ln = fix->ln;
	l4lb_conns_stop(ln);
	KUNIT_EXPECT_EQ(test, atomic_read(&ln->conns.nr), 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&ln->conns.bytes), 0);
	l4lb_conns_destroy(ln);
	rcu_barrier();
	for (i = 0; i < TEST_SERVERS; i++) {
		if (!fix->srv[i])
			continue;
		KUNIT_EXPECT_EQ(test, atomic_read(&fix->srv[i]->active), 0);
		KUNIT_EXPECT_EQ(test, atomic_read(&fix->srv[i]->inactive), 0);
		l4lb_server_free(fix->srv[i]);
	}
	if (fix->rt) {
		KUNIT_EXPECT_EQ(test, atomic_read(&fix->rt->half_open), 0);
		l4lb_service_rt_put(fix->rt);
	}
	net_test_free(ln);
}

/* Client number @n; the port goes with it, so clients differ in both. */
static struct l4lb_conn_key conn_client(struct l4lb_net *ln, u32 id, u32 n)
{
	struct l4lb_conn_key key = {
		.id = id,
		.addr.ip = htonl(0x0a0a1f00 + n),
		.port = htons(1024 + n % 50000),
	};

	l4lb_conn_hash(&ln->conns, &key);
	return key;
}

static struct l4lb_conn_new conn_describe(struct conn_fixture *fix, int svc,
					  u32 n, int srv, u8 method)
{
	return (struct l4lb_conn_new){
		.key = conn_client(fix->ln, fix->svc[svc]->id, n),
		.family = AF_INET,
		.proto = IPPROTO_TCP,
		.method = method,
		.state = L4LB_STATE_SYN_RECV,
		.server = fix->srv[srv],
	};
}

/* As a packet does it. The entry stays good until a case reaps. */
static struct l4lb_conn *conn_do_insert(struct conn_fixture *fix,
					const struct l4lb_conn_new *new)
{
	struct l4lb_conn *conn;

	rcu_read_lock();
	local_bh_disable();
	conn = l4lb_conn_insert(fix->ln, new);
	local_bh_enable();
	rcu_read_unlock();
	return conn;
}

static struct l4lb_conn *conn_add(struct kunit *test, int svc, u32 n, int srv,
				  u8 method)
{
	struct l4lb_conn_new new = conn_describe(test->priv, svc, n, srv,
						 method);
	struct l4lb_conn *conn = conn_do_insert(test->priv, &new);

	KUNIT_EXPECT_FALSE(test, IS_ERR_OR_NULL(conn));
	return IS_ERR(conn) ? NULL : conn;
}

static struct l4lb_conn *conn_get(struct conn_fixture *fix, u32 id, u32 n)
{
	struct l4lb_conn_key key = conn_client(fix->ln, id, n);
	struct l4lb_conn *conn;

	rcu_read_lock();
	conn = l4lb_conn_lookup(fix->ln, &key);
	rcu_read_unlock();
	return conn;
}

static struct l4lb_conn *conn_get_reply(struct conn_fixture *fix, int rs,
					u32 n)
{
	return conn_get(fix, fix->rs[rs]->id | L4LB_CONN_REV, n);
}

static bool conn_step(struct conn_fixture *fix, struct l4lb_conn *conn,
		      u8 state)
{
	u32 word = READ_ONCE(conn->word);
	bool done;

	rcu_read_lock();
	local_bh_disable();
	done = l4lb_conn_advance(fix->ln, conn, word,
				 (word & ~L4LB_CONN_STATE) | state);
	local_bh_enable();
	rcu_read_unlock();
	return done;
}

static void conn_end(struct conn_fixture *fix, struct l4lb_conn *conn)
{
	rcu_read_lock();
	l4lb_conn_kill(fix->ln, conn);
	rcu_read_unlock();
}

/* Let @seconds pass for one entry. */
static void conn_idle(struct l4lb_conn *conn, u32 seconds)
{
	WRITE_ONCE(conn->stamp, READ_ONCE(conn->stamp) - seconds * HZ);
}

/* A full sweep, as the aging work does it. */
static void conn_sweep(struct conn_fixture *fix)
{
	while (!l4lb_conn_scan(fix->ln))
		;
	l4lb_conn_reap(fix->ln);
}

/* Does the server count @active and @inactive connections? */
static void expect_load(struct kunit *test, const struct l4lb_server *srv,
			int active, int inactive)
{
	KUNIT_EXPECT_EQ_MSG(test, atomic_read(&srv->active), active,
			    "called from %pS", __builtin_return_address(0));
	KUNIT_EXPECT_EQ_MSG(test, atomic_read(&srv->inactive), inactive,
			    "called from %pS", __builtin_return_address(0));
}

static void insert_lookup(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn *dr, *nat;
	struct l4lb_sums sums = {};
	u32 id = fix->svc[0]->id;

	dr = conn_add(test, 0, 1, 0, L4LB_METHOD_DR);
	nat = conn_add(test, 0, 2, 0, L4LB_METHOD_NAT);
	KUNIT_ASSERT_TRUE(test, dr && nat);
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, id, 1), dr);
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, id, 2), nat);
	KUNIT_EXPECT_PTR_EQ(test, conn_get_reply(fix, 0, 2), nat);
	KUNIT_EXPECT_NULL(test, conn_get(fix, id, 3));
	KUNIT_EXPECT_NULL(test, conn_get(fix, fix->svc[1]->id, 1));
	KUNIT_EXPECT_NULL(test, conn_get_reply(fix, 0, 1));
	KUNIT_EXPECT_NULL(test, conn_get_reply(fix, 1, 2));
	expect_load(test, fix->srv[0], 2, 0);
	l4lb_stats_server(fix->srv[0], &sums);
	KUNIT_EXPECT_EQ(test, sums.conns, 2);
	KUNIT_EXPECT_EQ(test, (u32)dr->server, fix->srv[0]->id);
	KUNIT_EXPECT_EQ(test, dr->gen, fix->srv[0]->gen);
	KUNIT_EXPECT_EQ(test, (u32)nat->method, L4LB_METHOD_NAT);
	KUNIT_EXPECT_EQ(test, dr->word,
			L4LB_STATE_SYN_RECV | L4LB_CONN_COUNTED);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 2);
	KUNIT_EXPECT_EQ(test, atomic64_read(&fix->ln->conns.bytes),
			l4lb_buckets_bytes(L4LB_CONN_LOCKS - 1) + 64 + 128);
}

/* Keys that differ in one place only, in both families. */
static void near_keys(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_new new = conn_describe(fix, 0, 1, 0, L4LB_METHOD_DR);
	struct l4lb_conn_key key;
	struct l4lb_conn *v4, *v6;
	int bit;

	v4 = conn_do_insert(fix, &new);
	new.key.addr.w[3] = htonl(1);
	new.family = AF_INET6;
	l4lb_conn_hash(&fix->ln->conns, &new.key);
	v6 = conn_do_insert(fix, &new);
	KUNIT_ASSERT_FALSE(test, IS_ERR(v4) || IS_ERR(v6));
	KUNIT_EXPECT_PTR_NE(test, v4, v6);

	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, l4lb_conn_lookup(fix->ln, &new.key), v6);
	for (bit = 0; bit < 8 * (int)CONN_KEY_BYTES; bit++) {
		/* The same bucket each time: the comparison has to decide. */
		key = new.key;
		if (bit < 32 && (BIT(bit) & (L4LB_CONN_LOCKS - 1)))
			continue;
		((u8 *)&key)[bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_NULL(test, l4lb_conn_lookup(fix->ln, &key));
	}
	rcu_read_unlock();
}

static void duplicate(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_new new = conn_describe(fix, 0, 1, 2, L4LB_METHOD_DR);
	struct l4lb_conn *conn, *other;
	u64 bytes;

	conn = conn_add(test, 0, 1, 0, L4LB_METHOD_NAT);
	other = conn_add(test, 0, 2, 0, L4LB_METHOD_NAT);
	KUNIT_ASSERT_TRUE(test, conn && other);
	bytes = atomic64_read(&fix->ln->conns.bytes);
	KUNIT_EXPECT_EQ(test, PTR_ERR(conn_do_insert(fix, &new)), -EEXIST);
	new.replaces = other;
	KUNIT_EXPECT_EQ(test, PTR_ERR(conn_do_insert(fix, &new)), -EEXIST);
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, fix->svc[0]->id, 1), conn);
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, fix->svc[0]->id, 2), other);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 2);
	KUNIT_EXPECT_EQ(test, atomic64_read(&fix->ln->conns.bytes), bytes);
	expect_load(test, fix->srv[0], 2, 0);
	expect_load(test, fix->srv[2], 0, 0);
}

static void replace(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_new new = conn_describe(fix, 0, 1, 2, L4LB_METHOD_NAT);
	struct l4lb_conn *old, *conn, *again;

	old = conn_add(test, 0, 1, 0, L4LB_METHOD_NAT);
	KUNIT_ASSERT_NOT_NULL(test, old);
	conn_step(fix, old, L4LB_STATE_FIN_WAIT);
	expect_load(test, fix->srv[0], 0, 1);
	new.replaces = old;
	conn = conn_do_insert(fix, &new);
	KUNIT_ASSERT_FALSE(test, IS_ERR(conn));
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, fix->svc[0]->id, 1), conn);
	KUNIT_EXPECT_PTR_EQ(test, conn_get_reply(fix, 1, 1), conn);
	KUNIT_EXPECT_NULL(test, conn_get_reply(fix, 0, 1));
	expect_load(test, fix->srv[0], 0, 0);
	expect_load(test, fix->srv[2], 1, 0);

	/* To the same server: the reply tuple is its own. */
	new.replaces = conn;
	again = conn_do_insert(fix, &new);
	KUNIT_ASSERT_FALSE(test, IS_ERR(again));
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, fix->svc[0]->id, 1), again);
	KUNIT_EXPECT_PTR_EQ(test, conn_get_reply(fix, 1, 1), again);
	expect_load(test, fix->srv[2], 1, 0);
	conn_sweep(fix);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 1);
	KUNIT_EXPECT_PTR_EQ(test, conn_get_reply(fix, 1, 1), again);
}

static u32 chain_length(struct conn_fixture *fix, u32 hash)
{
	struct l4lb_conn_node *node;
	struct l4lb_buckets *tbl;
	u32 nr = 0;

	rcu_read_lock();
	tbl = rcu_dereference(fix->ln->conns.tbl);
	for (node = rcu_dereference(tbl->head[hash & tbl->mask]); node;
	     node = rcu_dereference(node->next))
		nr++;
	rcu_read_unlock();
	return nr;
}

/*
 * One tuple over and over, faster than the aging work: its chain has at most
 * the entry and the one before, by both directions if they share the bucket.
 */
static void replace_flood(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_new new = conn_describe(fix, 0, 1, 0, L4LB_METHOD_NAT);
	struct l4lb_conn *conn = NULL;
	int i;

	for (i = 0; i < 1000; i++) {
		new.replaces = conn;
		conn = conn_do_insert(fix, &new);
		KUNIT_ASSERT_FALSE(test, IS_ERR(conn));
		KUNIT_ASSERT_LE(test, chain_length(fix, conn->node.hash), 4u);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 1000);
	expect_load(test, fix->srv[0], 1, 0);
	conn_sweep(fix);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 1);
	KUNIT_EXPECT_EQ(test, chain_length(fix, conn->node.hash), 1u);
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, fix->svc[0]->id, 1), conn);
	KUNIT_EXPECT_PTR_EQ(test, conn_get_reply(fix, 0, 1), conn);
}

/* Two services with one endpoint, one client port to both. */
static void reply_clash(struct kunit *test)
{
	static const u8 yields[] = {
		L4LB_STATE_LAST_ACK, L4LB_STATE_TIME_WAIT, L4LB_STATE_CLOSE,
	};
	static const u8 stays[] = {
		L4LB_STATE_SYN_RECV, L4LB_STATE_ESTABLISHED,
		L4LB_STATE_FIN_WAIT, L4LB_STATE_CLOSE_WAIT, L4LB_STATE_UDP,
	};
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_new new = conn_describe(fix, 1, 1, 1, L4LB_METHOD_NAT);
	struct l4lb_conn *holder, *conn;
	int i;

	holder = conn_add(test, 0, 1, 0, L4LB_METHOD_NAT);
	KUNIT_ASSERT_NOT_NULL(test, holder);
	for (i = 0; i < ARRAY_SIZE(stays); i++) {
		conn_step(fix, holder, stays[i]);
		KUNIT_EXPECT_EQ(test, PTR_ERR(conn_do_insert(fix, &new)),
				-EADDRINUSE);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 1);
	expect_load(test, fix->srv[1], 0, 0);
	KUNIT_EXPECT_PTR_EQ(test, conn_get_reply(fix, 0, 1), holder);

	for (i = 0; i < ARRAY_SIZE(yields); i++) {
		conn_step(fix, holder, yields[i]);
		conn = conn_do_insert(fix, &new);
		KUNIT_ASSERT_FALSE(test, IS_ERR(conn));
		KUNIT_EXPECT_PTR_EQ(test, conn_get_reply(fix, 0, 1), conn);
		KUNIT_EXPECT_NULL(test, conn_get(fix, fix->svc[0]->id, 1));
		expect_load(test, fix->srv[0], 0, 0);
		conn_end(fix, conn);
		holder = conn_add(test, 0, 1, 0, L4LB_METHOD_NAT);
		KUNIT_ASSERT_NOT_NULL(test, holder);
	}

	/* One that has expired, and one whose server has left. */
	conn_idle(holder, TEST_IDLE + 2);
	conn = conn_do_insert(fix, &new);
	KUNIT_EXPECT_FALSE(test, IS_ERR(conn));
	conn_end(fix, conn);
	holder = conn_add(test, 0, 1, 0, L4LB_METHOD_NAT);
	KUNIT_ASSERT_NOT_NULL(test, holder);
	fix->srv[0]->gen++;
	conn = conn_do_insert(fix, &new);
	KUNIT_EXPECT_FALSE(test, IS_ERR(conn));
	fix->srv[0]->gen--;
	/* It could not be un-counted: its server was another one by then. */
	KUNIT_EXPECT_EQ(test, atomic_xchg(&fix->srv[0]->active, 0), 1);
	atomic_dec(&fix->rt->half_open);
}

#include "conn_life_test.c"
#include "conn_end_test.c"
#include "conn_table_test.c"
#include "conn_model_test.c"
#include "conn_race_test.c"
#include "conn_wide_test.c"

static struct kunit_case conn_cases[] = {
	KUNIT_CASE(template),
	KUNIT_CASE(template_unproven),
	KUNIT_CASE(disown),
	KUNIT_CASE(half_open),
	KUNIT_CASE(half_open_udp),
	KUNIT_CASE(half_open_alarm),
	KUNIT_CASE(pressure),
	KUNIT_CASE(insert_lookup),
	KUNIT_CASE(near_keys),
	KUNIT_CASE(duplicate),
	KUNIT_CASE(replace),
	KUNIT_CASE(replace_flood),
	KUNIT_CASE(reply_clash),
	KUNIT_CASE(counts),
	KUNIT_CASE(kill_once),
	KUNIT_CASE(expire),
	KUNIT_CASE(service_timeout),
	KUNIT_CASE(stamp_ahead),
	KUNIT_CASE(orphans),
	KUNIT_CASE(limit_conns),
	KUNIT_CASE(limit_memory),
	KUNIT_CASE(no_memory),
	KUNIT_CASE(names),
	KUNIT_CASE(work),
	KUNIT_CASE(rest),
	KUNIT_CASE(stop_and_start),
	KUNIT_CASE(grow),
	KUNIT_CASE(grow_half),
	KUNIT_CASE(shrink),
	KUNIT_CASE(shrink_half),
	KUNIT_CASE(shrink_by_itself),
	KUNIT_CASE(grow_refused),
	KUNIT_CASE(grow_by_itself),
	KUNIT_CASE(walk_stops),
	KUNIT_CASE(walk_while_growing),
	KUNIT_CASE(scan_while_growing),
	KUNIT_CASE(walk_while_shrinking),
	KUNIT_CASE(scan_while_shrinking),
	KUNIT_CASE(filters),
	KUNIT_CASE(filter_prefix),
	KUNIT_CASE(wide_keys),
	KUNIT_CASE(wide_replies),
	KUNIT_CASE(wide_grow),
	KUNIT_CASE(wide_ends),
	KUNIT_CASE(timed_out),
	KUNIT_CASE(overdue),
	KUNIT_CASE(evicted),
	KUNIT_CASE(reset_at_once),
	KUNIT_CASE(against_model),
	KUNIT_CASE(race_growth),
	KUNIT_CASE(race_counts),
	KUNIT_CASE(race_half_open),
	KUNIT_CASE(race_templates),
	{}
};

static struct kunit_suite conn_suite = {
	.name = "conn",
	.suite_init = conn_suite_init,
	.suite_exit = conn_suite_exit,
	.init = conn_test_init,
	.exit = conn_test_exit,
	.test_cases = conn_cases,
};

kunit_test_suite(conn_suite);
