// SPDX-License-Identifier: GPL-2.0
/* Templates, orphans, half-open entries; included by conn_test.c. */

static struct l4lb_conn *find_template(struct conn_fixture *fix, u32 n)
{
	union l4lb_addr client = conn_client(fix->ln, fix->svc[0]->id, n).addr;
	struct l4lb_conn *tmpl;

	rcu_read_lock();
	tmpl = l4lb_persist_lookup(fix->ln, fix->svc[0], &client);
	rcu_read_unlock();
	return tmpl;
}

static int set_template_of(struct conn_fixture *fix, u32 n, int srv,
			   struct l4lb_conn *replaces, bool proven)
{
	union l4lb_addr client = conn_client(fix->ln, fix->svc[0]->id, n).addr;
	int err;

	rcu_read_lock();
	local_bh_disable();
	err = l4lb_persist_set(fix->ln, fix->svc[0], &client, AF_INET,
			       fix->srv[srv], replaces, proven);
	local_bh_enable();
	rcu_read_unlock();
	return err;
}

static int set_template(struct conn_fixture *fix, u32 n, int srv,
			struct l4lb_conn *replaces)
{
	return set_template_of(fix, n, srv, replaces, true);
}

/* One template for all clients of a prefix, which no server counts. */
static void template(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn *tmpl, *conn;
	u32 stamp;

	fix->svc[0]->persist = 50;
	fix->svc[0]->persist_prefix = 24;
	KUNIT_EXPECT_NULL(test, find_template(fix, 1));
	KUNIT_ASSERT_EQ(test, set_template(fix, 1, 0, NULL), 0);
	KUNIT_EXPECT_EQ(test, set_template(fix, 2, 2, NULL), -EEXIST);
	tmpl = find_template(fix, 7);
	KUNIT_ASSERT_NOT_NULL(test, tmpl);
	KUNIT_EXPECT_NULL(test, find_template(fix, 256));
	KUNIT_EXPECT_EQ(test, tmpl->word, (u32)L4LB_STATE_PERSIST);
	KUNIT_EXPECT_EQ(test, (u32)tmpl->server, fix->srv[0]->id);
	expect_load(test, fix->srv[0], 0, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 1);

	/* A packet to its server renews it, one to another does not. */
	conn_idle(tmpl, 40);
	stamp = tmpl->stamp;
	conn = conn_add(test, 0, 1, 2, L4LB_METHOD_DR);
	KUNIT_ASSERT_NOT_NULL(test, conn);
	rcu_read_lock();
	l4lb_persist_renew(fix->ln, fix->svc[0], conn);
	KUNIT_EXPECT_EQ(test, tmpl->stamp, stamp);
	rcu_read_unlock();
	conn = conn_add(test, 0, 2, 0, L4LB_METHOD_DR);
	KUNIT_ASSERT_NOT_NULL(test, conn);
	rcu_read_lock();
	l4lb_persist_renew(fix->ln, fix->svc[0], conn);
	rcu_read_unlock();
	KUNIT_EXPECT_NE(test, tmpl->stamp, stamp);

	/* Another server takes its place; then its time is up. */
	KUNIT_EXPECT_EQ(test, set_template(fix, 3, 2, tmpl), 0);
	tmpl = find_template(fix, 1);
	KUNIT_ASSERT_NOT_NULL(test, tmpl);
	KUNIT_EXPECT_EQ(test, (u32)tmpl->server, fix->srv[2]->id);
	conn_idle(tmpl, 52);
	KUNIT_EXPECT_NULL(test, find_template(fix, 1));
	conn_sweep(fix);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 2);
}

/* What a SYN has made lives as long as a half-open entry, until it is proven. */
static void template_unproven(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn *tmpl, *conn;

	fix->svc[0]->persist = 500;
	fix->svc[0]->persist_prefix = 32;
	fix->svc[0]->timeout[L4LB_STATE_SYN_RECV] = 20;
	KUNIT_ASSERT_EQ(test, set_template_of(fix, 1, 0, NULL, false), 0);
	tmpl = find_template(fix, 1);
	KUNIT_ASSERT_NOT_NULL(test, tmpl);
	conn_idle(tmpl, 22);
	KUNIT_EXPECT_NULL(test, find_template(fix, 1));

	/* The SYN again proves nothing, what follows it does. */
	KUNIT_ASSERT_EQ(test, set_template_of(fix, 1, 0, NULL, false), 0);
	tmpl = find_template(fix, 1);
	KUNIT_ASSERT_NOT_NULL(test, tmpl);
	conn = conn_add(test, 0, 1, 0, L4LB_METHOD_DR);
	KUNIT_ASSERT_NOT_NULL(test, conn);
	rcu_read_lock();
	local_bh_disable();
	l4lb_persist_renew(fix->ln, fix->svc[0], conn);
	KUNIT_EXPECT_TRUE(test, tmpl->word & L4LB_CONN_UNPROVEN);
	KUNIT_EXPECT_TRUE(test,
			  l4lb_conn_advance(fix->ln, conn, conn->word,
					    (conn->word & ~L4LB_CONN_STATE) |
					    L4LB_STATE_ESTABLISHED));
	l4lb_persist_renew(fix->ln, fix->svc[0], conn);
	local_bh_enable();
	rcu_read_unlock();
	KUNIT_EXPECT_FALSE(test, tmpl->word & L4LB_CONN_UNPROVEN);
	conn_idle(tmpl, 490);
	KUNIT_EXPECT_PTR_EQ(test, find_template(fix, 1), tmpl);
	conn_idle(tmpl, 502);
	KUNIT_EXPECT_NULL(test, find_template(fix, 1));
}

/* What a server that is deleted at once leaves behind. */
static void disown(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_filter f = {
		.service = fix->svc[0]->id,
		.has_server = true,
		.server = fix->srv[0]->ep,
		.prefix = -1,
	};
	struct l4lb_conn *conn, *other;

	conn = conn_add(test, 0, 1, 0, L4LB_METHOD_NAT);
	other = conn_add(test, 0, 2, 2, L4LB_METHOD_DR);
	fix->svc[0]->persist = 50;
	KUNIT_EXPECT_EQ(test, set_template(fix, 1, 0, NULL), 0);
	KUNIT_ASSERT_TRUE(test, conn && other);
	KUNIT_EXPECT_EQ(test, l4lb_conn_orphan(fix->ln, &f), 2ull);
	KUNIT_EXPECT_EQ(test, l4lb_conn_orphan(fix->ln, &f), 0ull);
	expect_load(test, fix->srv[0], 0, 0);
	expect_load(test, fix->srv[2], 1, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->rt->half_open), 1);
	KUNIT_EXPECT_NULL(test, find_template(fix, 1));
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, fix->svc[0]->id, 1), conn);

	/* It outlives its server's number, yields, and ends by its time. */
	fix->srv[0]->gen++;
	conn_sweep(fix);
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, fix->svc[0]->id, 1), conn);
	rcu_read_lock();
	KUNIT_EXPECT_TRUE(test, l4lb_conn_yields(fix->ln, conn));
	rcu_read_unlock();
	conn_idle(conn, TEST_IDLE + 2);
	conn_sweep(fix);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 1);
}

/* The count follows each way into being half-open and out of it. */
static void half_open(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	atomic_t *nr = &fix->rt->half_open;
	struct l4lb_conn_new new;
	struct l4lb_conn *a, *b;

	a = conn_add(test, 0, 1, 0, L4LB_METHOD_DR);
	b = conn_add(test, 0, 2, 0, L4LB_METHOD_DR);
	KUNIT_ASSERT_TRUE(test, a && b);
	KUNIT_EXPECT_EQ(test, atomic_read(nr), 2);
	conn_step(fix, a, L4LB_STATE_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, atomic_read(nr), 1);
	conn_step(fix, a, L4LB_STATE_FIN_WAIT);
	KUNIT_EXPECT_EQ(test, atomic_read(nr), 1);
	conn_end(fix, a);
	KUNIT_EXPECT_EQ(test, atomic_read(nr), 1);

	new = conn_describe(fix, 0, 3, 0, L4LB_METHOD_DR);
	new.half_open_max = 1;
	KUNIT_EXPECT_EQ(test, PTR_ERR(conn_do_insert(fix, &new)), -EDQUOT);
	KUNIT_EXPECT_EQ(test, atomic_read(nr), 1);
	expect_load(test, fix->srv[0], 1, 0);
	/* In place of a half-open one there is room. */
	new = conn_describe(fix, 0, 2, 2, L4LB_METHOD_DR);
	new.half_open_max = 1;
	new.replaces = b;
	b = conn_do_insert(fix, &new);
	KUNIT_ASSERT_FALSE(test, IS_ERR(b));
	KUNIT_EXPECT_EQ(test, atomic_read(nr), 1);
	/* An orphan was counted no more, and leaves no room. */
	rcu_read_lock();
	local_bh_disable();
	KUNIT_EXPECT_TRUE(test, l4lb_conn_disown(fix->ln, b));
	local_bh_enable();
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, atomic_read(nr), 0);
	a = conn_add(test, 0, 4, 0, L4LB_METHOD_DR);
	KUNIT_ASSERT_NOT_NULL(test, a);
	new.replaces = b;
	KUNIT_EXPECT_EQ(test, PTR_ERR(conn_do_insert(fix, &new)), -EDQUOT);
	KUNIT_EXPECT_EQ(test, atomic_read(nr), 1);
	conn_end(fix, a);
	conn_end(fix, b);
	KUNIT_EXPECT_EQ(test, atomic_read(nr), 0);
}

/* UDP that one packet has made, until something proves it. */
static void half_open_udp(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	atomic_t *nr = &fix->rt->half_open;
	struct l4lb_conn_new new;
	struct l4lb_conn *a, *b;
	bool done;

	new = conn_describe(fix, 0, 1, 0, L4LB_METHOD_DR);
	new.state = L4LB_STATE_UDP;
	new.half_open_max = 1;
	a = conn_do_insert(fix, &new);
	KUNIT_ASSERT_FALSE(test, IS_ERR(a));
	KUNIT_EXPECT_EQ(test, atomic_read(nr), 0);
	new.key = conn_client(fix->ln, fix->svc[0]->id, 2);
	new.unproven = true;
	b = conn_do_insert(fix, &new);
	KUNIT_ASSERT_FALSE(test, IS_ERR(b));
	KUNIT_EXPECT_EQ(test, atomic_read(nr), 1);
	expect_load(test, fix->srv[0], 0, 2);
	new.key = conn_client(fix->ln, fix->svc[0]->id, 3);
	KUNIT_EXPECT_EQ(test, PTR_ERR(conn_do_insert(fix, &new)), -EDQUOT);
	rcu_read_lock();
	local_bh_disable();
	done = l4lb_conn_advance(fix->ln, b, b->word,
				 b->word & ~L4LB_CONN_UNPROVEN);
	local_bh_enable();
	rcu_read_unlock();
	KUNIT_EXPECT_TRUE(test, done);
	KUNIT_EXPECT_EQ(test, atomic_read(nr), 0);
	expect_load(test, fix->srv[0], 0, 2);
	b = conn_do_insert(fix, &new);
	KUNIT_ASSERT_FALSE(test, IS_ERR(b));
	KUNIT_EXPECT_EQ(test, atomic_read(nr), 1);
	conn_end(fix, b);
	KUNIT_EXPECT_EQ(test, atomic_read(nr), 0);
}

/* The alarm about half-open entries rings once, and again after a rest. */
static void half_open_alarm(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_new new;
	u32 n;

	WRITE_ONCE(fix->rt->half_alarm, 1);
	for (n = 0; n < 8; n++) {
		new = conn_describe(fix, 0, n, 0, L4LB_METHOD_DR);
		new.half_open_max = 8;
		/* Full again before a quarter has gone. */
		atomic_add(n ? 0 : 6, &fix->rt->half_open);
		if (n == 2)
			break;
		KUNIT_EXPECT_FALSE(test, IS_ERR(conn_do_insert(fix, &new)));
		KUNIT_EXPECT_EQ(test, fix->rt->half_alarm, 1u);
	}
	KUNIT_EXPECT_EQ(test, PTR_ERR(conn_do_insert(fix, &new)), -EDQUOT);
	atomic_sub(6, &fix->rt->half_open);
	KUNIT_EXPECT_FALSE(test, IS_ERR(conn_do_insert(fix, &new)));
	KUNIT_EXPECT_EQ(test, fix->rt->half_alarm, 0u);
}

/* Scarce room is taken from half-open entries of some age, and from no others. */
static void pressure(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn *conn;
	u32 n;

	fix->ln->limits.conns = 16;
	for (n = 0; n < 14; n++) {
		conn = conn_add(test, 0, n, 0, L4LB_METHOD_DR);
		KUNIT_ASSERT_NOT_NULL(test, conn);
		if (n < 4)
			conn_step(fix, conn, L4LB_STATE_ESTABLISHED);
		if (n < 8)
			conn_idle(conn, 5);
		if (n == 12) {
			conn_sweep(fix);
			KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr),
					13);
		}
	}
	conn_sweep(fix);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 10);
	for (n = 0; n < 14; n++)
		KUNIT_EXPECT_EQ(test, !conn_get(fix, fix->svc[0]->id, n),
				n >= 4 && n < 8);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->rt->half_open), 6);
	expect_load(test, fix->srv[0], 10, 0);
}

static u64 ended_by(struct conn_fixture *fix, u32 reason)
{
	u64 packets[__L4LB_REASON_MAX];

	l4lb_stats_reasons(fix->ln, packets);
	return packets[reason];
}

/* An entry of a service with track_seq, as a SYN makes it. */
static struct l4lb_conn *add_tracked(struct kunit *test, u32 n, u8 method)
{
	const struct l4lb_segment syn = { .seq = 1000, .end = 1001 };
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_new new = conn_describe(fix, 0, n, 0, method);
	struct l4lb_conn_extra extra = {};
	struct l4lb_conn *conn;

	l4lb_seq_begin(&extra, &syn);
	new.extra = &extra;
	conn = conn_do_insert(fix, &new);
	KUNIT_ASSERT_FALSE(test, IS_ERR(conn));
	return conn;
}

/* Is a reset owed to the ends of @conn? Nobody is there to send it: paid. */
static bool was_owed(struct conn_fixture *fix, struct l4lb_conn *conn)
{
	if (!(conn->word & L4LB_CONN_RESET))
		return false;
	conn->word &= ~L4LB_CONN_RESET;
	atomic_dec(&fix->ln->conns.owed);
	return true;
}

static void scan_all(struct conn_fixture *fix)
{
	while (!l4lb_conn_scan(fix->ln))
		;
}

/* Open connections that time out are counted and, if tracked, reset. */
static void timed_out(struct kunit *test)
{
	static const struct {
		u8 state;
		bool tracked;
		bool owed;
	} table[] = {
		{ L4LB_STATE_ESTABLISHED, true, true },
		{ L4LB_STATE_ESTABLISHED, false, false },
		{ L4LB_STATE_SYN_RECV, true, false },
		{ L4LB_STATE_FIN_WAIT, true, false },
		{ L4LB_STATE_CLOSE, true, false },
	};
	struct l4lb_conn *conn[ARRAY_SIZE(table)];
	struct conn_fixture *fix = test->priv;
	u32 n;

	for (n = 0; n < ARRAY_SIZE(table); n++) {
		u8 method = n % 2 ? L4LB_METHOD_NAT : L4LB_METHOD_DR;

		conn[n] = table[n].tracked ? add_tracked(test, n, method) :
					     conn_add(test, 0, n, 0, method);
		KUNIT_ASSERT_NOT_NULL(test, conn[n]);
		if (table[n].state != L4LB_STATE_SYN_RECV)
			conn_step(fix, conn[n], table[n].state);
		conn_idle(conn[n], TEST_IDLE + 2);
	}
	scan_all(fix);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.owed), 1);
	for (n = 0; n < ARRAY_SIZE(table); n++) {
		KUNIT_EXPECT_TRUE(test, conn[n]->word & L4LB_CONN_DEAD);
		KUNIT_EXPECT_EQ_MSG(test, was_owed(fix, conn[n]), table[n].owed,
				    "number %u", n);
	}
	KUNIT_EXPECT_EQ(test, ended_by(fix, L4LB_REASON_TIMEOUT_ESTABLISHED),
			2ull);
	l4lb_conn_reap(fix->ln);
	expect_load(test, fix->srv[0], 0, 0);
}

/* At a drain's deadline what is left ends, of that server alone. */
static void overdue(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_server *srv = fix->srv[0];
	struct l4lb_conn *tracked, *closed;

	fix->svc[0]->persist = 50;
	KUNIT_EXPECT_EQ(test, set_template(fix, 9, 0, NULL), 0);
	tracked = add_tracked(test, 1, L4LB_METHOD_DR);
	closed = add_tracked(test, 2, L4LB_METHOD_DR);
	conn_step(fix, tracked, L4LB_STATE_FIN_WAIT);
	conn_step(fix, closed, L4LB_STATE_CLOSE);
	conn_add(test, 0, 3, 0, L4LB_METHOD_NAT);
	conn_add(test, 0, 4, 2, L4LB_METHOD_DR);
	WRITE_ONCE(srv->deadline, jiffies - 1 ? : jiffies - 2);
	scan_all(fix);
	KUNIT_EXPECT_EQ(test, ended_by(fix, L4LB_REASON_DRAIN_DEADLINE), 0ull);
	WRITE_ONCE(srv->admin, L4LB_ADMIN_DRAIN);
	scan_all(fix);
	KUNIT_EXPECT_EQ(test, ended_by(fix, L4LB_REASON_DRAIN_DEADLINE), 3ull);
	KUNIT_EXPECT_TRUE(test, was_owed(fix, tracked));
	KUNIT_EXPECT_FALSE(test, was_owed(fix, closed));
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.owed), 0);
	l4lb_conn_reap(fix->ln);
	expect_load(test, srv, 0, 0);
	expect_load(test, fix->srv[2], 1, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 1);
}

/* Where room is scarce, what nobody would miss goes, until there is more. */
static void evicted(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_filter f = {
		.service = fix->svc[0]->id,
		.has_server = true,
		.server = fix->srv[2]->ep,
		.prefix = -1,
	};
	struct l4lb_conn *open, *young, *orphan, *conn;
	u32 n;

	open = conn_add(test, 0, 1, 0, L4LB_METHOD_DR);
	young = conn_add(test, 0, 2, 0, L4LB_METHOD_DR);
	orphan = conn_add(test, 0, 3, 2, L4LB_METHOD_DR);
	KUNIT_ASSERT_TRUE(test, open && young && orphan);
	conn_step(fix, open, L4LB_STATE_ESTABLISHED);
	conn_step(fix, orphan, L4LB_STATE_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, l4lb_conn_orphan(fix->ln, &f), 1ull);
	for (n = 10; n < 15; n++) {
		conn = add_tracked(test, n, L4LB_METHOD_DR);
		conn_idle(conn, 4);
	}
	conn_idle(open, 50);
	conn_idle(orphan, 4);
	fix->ln->limits.conns = 10;
	conn_sweep(fix);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 8);
	fix->ln->limits.conns = 9;
	scan_all(fix);
	KUNIT_EXPECT_EQ(test, ended_by(fix, L4LB_REASON_EVICTED), 6ull);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.owed), 0);
	l4lb_conn_reap(fix->ln);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 2);
	expect_load(test, fix->srv[0], 2, 0);
}

/* on_down and on_gone: those that can be told are told at once. */
static void reset_at_once(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_service *svc = fix->svc[0];
	struct l4lb_conn_filter f = {
		.service = svc->id,
		.has_server = true,
		.server = fix->srv[0]->ep,
		.prefix = -1,
	};
	struct l4lb_conn *a, *b, *plain;

	svc->on_down = L4LB_ON_DOWN_KEEP;
	svc->on_gone = L4LB_ON_GONE_RESET;
	a = add_tracked(test, 1, L4LB_METHOD_NAT);
	plain = conn_add(test, 0, 2, 0, L4LB_METHOD_DR);
	KUNIT_ASSERT_NOT_NULL(test, plain);
	WRITE_ONCE(fix->srv[0]->health, L4LB_HEALTH_DOWN);
	scan_all(fix);
	KUNIT_EXPECT_FALSE(test, a->word & L4LB_CONN_DEAD);
	svc->on_down = L4LB_ON_DOWN_RESET;
	scan_all(fix);
	KUNIT_EXPECT_TRUE(test, was_owed(fix, a));
	KUNIT_EXPECT_FALSE(test, plain->word & L4LB_CONN_DEAD);
	KUNIT_EXPECT_EQ(test, ended_by(fix, L4LB_REASON_SERVER_DOWN), 1ull);
	l4lb_conn_reap(fix->ln);

	WRITE_ONCE(fix->srv[0]->health, L4LB_HEALTH_UP);
	b = add_tracked(test, 3, L4LB_METHOD_DR);
	KUNIT_EXPECT_EQ(test, l4lb_conn_orphan(fix->ln, &f), 2ull);
	KUNIT_EXPECT_TRUE(test, was_owed(fix, b));
	KUNIT_EXPECT_TRUE(test, plain->word & L4LB_CONN_ORPHAN);
	KUNIT_EXPECT_EQ(test, ended_by(fix, L4LB_REASON_SERVER_GONE), 1ull);
	l4lb_conn_reap(fix->ln);

	/* With another policy it is an orphan as all are. */
	svc->on_gone = L4LB_ON_GONE_DROP;
	a = add_tracked(test, 4, L4LB_METHOD_DR);
	KUNIT_EXPECT_EQ(test, l4lb_conn_orphan(fix->ln, &f), 1ull);
	KUNIT_EXPECT_EQ(test, a->word & (L4LB_CONN_DEAD | L4LB_CONN_ORPHAN),
			L4LB_CONN_ORPHAN);
	expect_load(test, fix->srv[0], 0, 0);
}
