// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of server_drain.c: a drain's end is told once, and by whom. */
#include <kunit/test.h>
#include <linux/in.h>

#include "net_test.h"

/**
 * struct drain_fix - a namespace with two services of two servers each
 * @ln: namespace
 * @srv: by service and server
 */
struct drain_fix {
	struct l4lb_net *ln;
	struct l4lb_server *srv[2][2];
};

static struct l4lb_service_key drain_key(u32 n)
{
	return l4lb_key_of(&(struct l4lb_endpoint){
		.addr.ip = htonl(0xc0000200 + n),
		.port = htons(80),
		.family = AF_INET,
		.proto = IPPROTO_TCP,
	});
}

static struct l4lb_endpoint drain_ep(u32 n)
{
	return (struct l4lb_endpoint){
		.addr.ip = htonl(0xc6336400 + n),
		.port = htons(80),
		.family = AF_INET,
	};
}

static void drain_change(struct kunit *test, u8 op, u32 service, u32 server)
{
	struct drain_fix *fix = test->priv;
	struct l4lb_txn_result result = {};
	struct l4lb_change ch = {
		.op = op,
		.service = drain_key(service),
	};
	struct l4lb_txn *txn;

	if (op != L4LB_CHANGE_SERVICE_NEW) {
		ch.server = drain_ep(server);
		ch.present = BIT(L4LB_A_SERVER_PORT);
	}
	txn = l4lb_txn_begin(fix->ln, L4LB_TXN_MODE_EDIT, false, 0, 0, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(txn));
	KUNIT_ASSERT_EQ(test, l4lb_txn_stage(fix->ln, txn, &ch, NULL), 0);
	KUNIT_ASSERT_EQ(test, l4lb_txn_commit(fix->ln, txn, false, &result,
					      NULL), 0);
}

static void drain_make(struct kunit *test, struct drain_fix *fix, u32 service,
		       u32 server)
{
	struct l4lb_service_key key = drain_key(service);
	struct l4lb_endpoint ep = drain_ep(server);
	struct l4lb_service *svc;

	drain_change(test, L4LB_CHANGE_SERVER_NEW, service, server);
	ep.proto = IPPROTO_TCP;
	rcu_read_lock();
	svc = l4lb_service_lookup(rcu_dereference(fix->ln->table)->services,
				  &key);
	fix->srv[service][server] = l4lb_sched_lookup(svc->sched, &ep, NULL);
	rcu_read_unlock();
	KUNIT_ASSERT_NOT_NULL(test, fix->srv[service][server]);
}

static int drain_init(struct kunit *test)
{
	struct drain_fix *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	struct l4lb_net *ln;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, fix);
	test->priv = fix;
	ln = net_test_make(test);
	fix->ln = ln;
	mutex_lock(&ln->conf_lock);
	for (i = 0; i < 2; i++) {
		drain_change(test, L4LB_CHANGE_SERVICE_NEW, i, 0);
		drain_make(test, fix, i, 0);
		drain_make(test, fix, i, 1);
	}
	return 0;
}

static void drain_exit(struct kunit *test)
{
	struct drain_fix *fix = test->priv;

	if (!fix || !fix->ln)
		return;
	mutex_unlock(&fix->ln->conf_lock);
	net_test_free(fix->ln);
}

/* @deadline: seconds, 0: none */
static void drain_set(struct kunit *test, u32 service, u32 server, u8 admin,
		      u32 deadline)
{
	struct drain_fix *fix = test->priv;
	struct l4lb_server_state st = {
		.service = drain_key(service),
		.server = drain_ep(server),
		.present = BIT(L4LB_A_SERVER_PORT) | BIT(L4LB_A_SERVER_ADMIN),
		.admin = admin,
		.deadline = deadline,
	};

	if (deadline)
		st.present |= BIT(L4LB_A_SERVER_DEADLINE);
	KUNIT_EXPECT_EQ(test, l4lb_server_state_set(fix->ln, &st, NULL), 0);
}

/* As if its deadline had come. */
static void drain_late(struct l4lb_server *srv)
{
	WRITE_ONCE(srv->deadline, jiffies - 1 ? : jiffies - 2);
}

/* An idle namespace is not walked; a drain with nothing left ends at once. */
static void drain_empty(struct kunit *test)
{
	struct drain_fix *fix = test->priv;
	struct l4lb_server *srv = fix->srv[0][1];

	KUNIT_EXPECT_FALSE(test, fix->ln->draining);
	l4lb_server_drains(fix->ln);
	KUNIT_EXPECT_EQ(test, srv->drained, 0);
	drain_set(test, 0, 1, L4LB_ADMIN_DRAIN, 0);
	KUNIT_EXPECT_TRUE(test, fix->ln->draining);
	KUNIT_EXPECT_EQ(test, srv->drained, 0);
	l4lb_server_drains(fix->ln);
	KUNIT_EXPECT_EQ(test, srv->drained, 1);
	KUNIT_EXPECT_EQ(test, fix->srv[0][0]->drained, 0);
	KUNIT_EXPECT_FALSE(test, fix->ln->draining);

	/* The same word again is no new drain, one after "enable" is. */
	drain_set(test, 0, 1, L4LB_ADMIN_DRAIN, 0);
	KUNIT_EXPECT_FALSE(test, fix->ln->draining);
	KUNIT_EXPECT_EQ(test, srv->drained, 1);
	drain_set(test, 0, 1, L4LB_ADMIN_ENABLED, 0);
	drain_set(test, 0, 1, L4LB_ADMIN_DRAIN, 0);
	KUNIT_EXPECT_TRUE(test, fix->ln->draining);
	KUNIT_EXPECT_EQ(test, srv->drained, 0);
}

/* Connections of either kind hold it up; the last one ends it. */
static void drain_waits(struct kunit *test)
{
	struct drain_fix *fix = test->priv;
	struct l4lb_server *srv = fix->srv[1][0];

	l4lb_server_conn_opened(srv, true);
	l4lb_server_conn_opened(srv, false);
	drain_set(test, 1, 0, L4LB_ADMIN_DRAIN, 0);
	l4lb_server_drains(fix->ln);
	KUNIT_EXPECT_EQ(test, srv->drained, 0);
	l4lb_server_conn_closed(srv, true);
	l4lb_server_drains(fix->ln);
	KUNIT_EXPECT_EQ(test, srv->drained, 0);
	KUNIT_EXPECT_TRUE(test, fix->ln->draining);
	l4lb_server_conn_closed(srv, false);
	l4lb_server_drains(fix->ln);
	KUNIT_EXPECT_EQ(test, srv->drained, 1);
	KUNIT_EXPECT_FALSE(test, fix->ln->draining);
}

/* A deadline ends it whatever is left; another deadline is another end. */
static void drain_deadline(struct kunit *test)
{
	struct drain_fix *fix = test->priv;
	struct l4lb_server *srv = fix->srv[0][0];

	l4lb_server_conn_opened(srv, true);
	drain_set(test, 0, 0, L4LB_ADMIN_DRAIN, 600);
	KUNIT_EXPECT_FALSE(test, l4lb_server_overdue(srv));
	l4lb_server_drains(fix->ln);
	KUNIT_EXPECT_EQ(test, srv->drained, 0);
	drain_late(srv);
	KUNIT_EXPECT_TRUE(test, l4lb_server_overdue(srv));
	l4lb_server_drains(fix->ln);
	KUNIT_EXPECT_EQ(test, srv->drained, 1);
	drain_set(test, 0, 0, L4LB_ADMIN_DRAIN, 600);
	KUNIT_EXPECT_EQ(test, srv->drained, 0);
	KUNIT_EXPECT_TRUE(test, fix->ln->draining);

	/* "enable" takes the deadline along. */
	drain_late(srv);
	drain_set(test, 0, 0, L4LB_ADMIN_ENABLED, 0);
	KUNIT_EXPECT_FALSE(test, l4lb_server_overdue(srv));
	l4lb_server_drains(fix->ln);
	KUNIT_EXPECT_EQ(test, srv->drained, 0);
	KUNIT_EXPECT_FALSE(test, fix->ln->draining);
	l4lb_server_conn_closed(srv, true);
}

/* One that goes on does not hold up the news of another, in any service. */
static void drain_several(struct kunit *test)
{
	struct drain_fix *fix = test->priv;

	l4lb_server_conn_opened(fix->srv[0][0], false);
	drain_set(test, 0, 0, L4LB_ADMIN_DRAIN, 0);
	drain_set(test, 0, 1, L4LB_ADMIN_DRAIN, 0);
	drain_set(test, 1, 1, L4LB_ADMIN_DRAIN, 0);
	l4lb_server_drains(fix->ln);
	KUNIT_EXPECT_EQ(test, fix->srv[0][0]->drained, 0);
	KUNIT_EXPECT_EQ(test, fix->srv[0][1]->drained, 1);
	KUNIT_EXPECT_EQ(test, fix->srv[1][1]->drained, 1);
	KUNIT_EXPECT_TRUE(test, fix->ln->draining);
	l4lb_server_conn_closed(fix->srv[0][0], false);
	l4lb_server_drains(fix->ln);
	KUNIT_EXPECT_FALSE(test, fix->ln->draining);
}

/* Who holds state_lock is not waited for. */
static void drain_locked(struct kunit *test)
{
	struct drain_fix *fix = test->priv;

	drain_set(test, 0, 0, L4LB_ADMIN_DRAIN, 0);
	mutex_lock(&fix->ln->state_lock);
	l4lb_server_drains(fix->ln);
	mutex_unlock(&fix->ln->state_lock);
	KUNIT_EXPECT_EQ(test, fix->srv[0][0]->drained, 0);
	KUNIT_EXPECT_TRUE(test, fix->ln->draining);
}

/* Deleted while it drains: it is told when it goes, not before. */
static void drain_deleted(struct kunit *test)
{
	struct drain_fix *fix = test->priv;
	struct l4lb_server *srv = fix->srv[0][0];
	u32 servers = fix->ln->nr_servers_all;

	l4lb_server_conn_opened(srv, true);
	drain_set(test, 0, 0, L4LB_ADMIN_DRAIN, 600);
	drain_change(test, L4LB_CHANGE_SERVER_DEL, 0, 0);
	l4lb_server_drains(fix->ln);
	KUNIT_EXPECT_FALSE(test, fix->ln->draining);
	KUNIT_EXPECT_FALSE(test, l4lb_server_reap(fix->ln));
	KUNIT_EXPECT_EQ(test, srv->drained, 0);
	/* The sweep would end what is left now. */
	drain_late(srv);
	KUNIT_EXPECT_TRUE(test, l4lb_server_overdue(srv));
	l4lb_server_conn_closed(srv, true);
	KUNIT_EXPECT_TRUE(test, l4lb_server_reap(fix->ln));
	KUNIT_EXPECT_EQ(test, fix->ln->nr_servers_all, servers - 1);
}

static struct kunit_case drain_cases[] = {
	KUNIT_CASE(drain_empty),
	KUNIT_CASE(drain_waits),
	KUNIT_CASE(drain_deadline),
	KUNIT_CASE(drain_several),
	KUNIT_CASE(drain_locked),
	KUNIT_CASE(drain_deleted),
	{}
};

static struct kunit_suite drain_suite = {
	.name = "server_drain",
	.init = drain_init,
	.exit = drain_exit,
	.test_cases = drain_cases,
};

kunit_test_suite(drain_suite);
