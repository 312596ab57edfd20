// SPDX-License-Identifier: GPL-2.0
/* Cases of conn_test.c about how entries change and end. */

static void counts(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_server *srv = fix->srv[0];
	struct l4lb_conn *conn;
	u32 word;

	conn = conn_add(test, 0, 1, 0, L4LB_METHOD_DR);
	KUNIT_ASSERT_NOT_NULL(test, conn);
	expect_load(test, srv, 1, 0);
	word = READ_ONCE(conn->word);
	KUNIT_EXPECT_TRUE(test, conn_step(fix, conn, L4LB_STATE_ESTABLISHED));
	expect_load(test, srv, 1, 0);
	KUNIT_EXPECT_TRUE(test, conn_step(fix, conn, L4LB_STATE_FIN_WAIT));
	expect_load(test, srv, 0, 1);
	KUNIT_EXPECT_TRUE(test, conn_step(fix, conn, L4LB_STATE_CLOSE));
	expect_load(test, srv, 0, 1);

	/* What another CPU saw before is refused and counts nothing. */
	rcu_read_lock();
	KUNIT_EXPECT_FALSE(test, l4lb_conn_advance(fix->ln, conn, word,
						   word));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, conn->word & L4LB_CONN_STATE, L4LB_STATE_CLOSE);
	expect_load(test, srv, 0, 1);

	KUNIT_EXPECT_TRUE(test, conn_step(fix, conn, L4LB_STATE_ESTABLISHED));
	expect_load(test, srv, 1, 0);
	conn_end(fix, conn);
	expect_load(test, srv, 0, 0);
	KUNIT_EXPECT_FALSE(test, conn_step(fix, conn, L4LB_STATE_FIN_WAIT));
	expect_load(test, srv, 0, 0);
}

/* However often and by whom an entry is ended, it is un-counted once. */
static void kill_once(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn *conn, *stays;

	conn = conn_add(test, 0, 1, 0, L4LB_METHOD_NAT);
	stays = conn_add(test, 0, 2, 0, L4LB_METHOD_NAT);
	KUNIT_ASSERT_TRUE(test, conn && stays);
	conn_end(fix, conn);
	conn_end(fix, conn);
	KUNIT_EXPECT_NULL(test, conn_get(fix, fix->svc[0]->id, 1));
	KUNIT_EXPECT_NULL(test, conn_get_reply(fix, 0, 1));
	conn_idle(stays, TEST_IDLE / 2);
	while (!l4lb_conn_scan(fix->ln))
		;
	expect_load(test, fix->srv[0], 1, 0);
	KUNIT_EXPECT_EQ(test, l4lb_conn_flush(fix->ln, NULL), 1);
	KUNIT_EXPECT_EQ(test, l4lb_conn_flush(fix->ln, NULL), 0);
	conn_end(fix, stays);
	expect_load(test, fix->srv[0], 0, 0);
	KUNIT_EXPECT_TRUE(test, l4lb_conn_reap(fix->ln));
	KUNIT_EXPECT_FALSE(test, l4lb_conn_reap(fix->ln));
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 0);
	expect_load(test, fix->srv[0], 0, 0);
}

static void expire(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn *conn, *nat;
	u32 sweep = fix->ln->conns.sweep, id = fix->svc[0]->id;

	conn = conn_add(test, 0, 1, 0, L4LB_METHOD_DR);
	nat = conn_add(test, 0, 2, 0, L4LB_METHOD_NAT);
	KUNIT_ASSERT_TRUE(test, conn && nat);
	/* Past its timeout it is still there: the stamp may be a second old. */
	conn_idle(conn, TEST_IDLE);
	conn_idle(nat, TEST_IDLE);
	WRITE_ONCE(conn->stamp, conn->stamp - HZ / 2);
	WRITE_ONCE(nat->stamp, nat->stamp - HZ / 2);
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, id, 1), conn);
	conn_sweep(fix);
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, id, 1), conn);
	KUNIT_EXPECT_PTR_EQ(test, conn_get_reply(fix, 0, 2), nat);
	KUNIT_EXPECT_EQ(test, fix->ln->conns.sweep, sweep + 1);

	/* A packet renews it. */
	l4lb_conn_touch(conn, (u32)jiffies);
	conn_idle(conn, 2);
	conn_idle(nat, 2);
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, id, 1), conn);
	KUNIT_EXPECT_NULL(test, conn_get(fix, id, 2));
	KUNIT_EXPECT_NULL(test, conn_get_reply(fix, 0, 2));
	expect_load(test, fix->srv[0], 2, 0);
	conn_sweep(fix);
	expect_load(test, fix->srv[0], 1, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 1);
	KUNIT_EXPECT_EQ(test, fix->ln->conns.sweep, sweep + 2);

	/* An expired one that was not swept is no duplicate. */
	conn_idle(conn, TEST_IDLE + 2);
	KUNIT_EXPECT_NOT_NULL(test, conn_add(test, 0, 1, 2, L4LB_METHOD_DR));
	expect_load(test, fix->srv[0], 0, 0);
	expect_load(test, fix->srv[2], 1, 0);
}

static void service_timeout(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn *mine, *theirs;

	fix->svc[0]->timeout[L4LB_STATE_SYN_RECV] = 10;
	mine = conn_add(test, 0, 1, 0, L4LB_METHOD_DR);
	theirs = conn_add(test, 1, 1, 1, L4LB_METHOD_DR);
	KUNIT_ASSERT_TRUE(test, mine && theirs);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, l4lb_conn_timeout(fix->ln, mine), 10u);
	KUNIT_EXPECT_EQ(test, l4lb_conn_timeout(fix->ln, theirs),
			(u32)TEST_IDLE);
	rcu_read_unlock();
	conn_idle(mine, 12);
	conn_idle(theirs, 12);
	KUNIT_EXPECT_NULL(test, conn_get(fix, fix->svc[0]->id, 1));
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, fix->svc[1]->id, 1), theirs);
	/* Another state, another timeout. */
	conn_step(fix, mine, L4LB_STATE_ESTABLISHED);
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, fix->svc[0]->id, 1), mine);

	/* The longest there is, at its end and beyond. */
	fix->svc[0]->timeout[L4LB_STATE_ESTABLISHED] = 2000000;
	conn_idle(mine, 1999987);
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, fix->svc[0]->id, 1), mine);
	conn_idle(mine, 3);
	KUNIT_EXPECT_NULL(test, conn_get(fix, fix->svc[0]->id, 1));
}

/* A stamp by a CPU whose clock is ahead is no age of 2^32 jiffies. */
static void stamp_ahead(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn *conn;

	conn = conn_add(test, 0, 1, 0, L4LB_METHOD_DR);
	KUNIT_ASSERT_NOT_NULL(test, conn);
	WRITE_ONCE(conn->stamp, (u32)jiffies + HZ);
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, fix->svc[0]->id, 1), conn);
	conn_sweep(fix);
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, fix->svc[0]->id, 1), conn);
}

static int count_one(struct l4lb_conn *conn, void *arg)
{
	++*(u32 *)arg;
	return 0;
}

/* Entries as a dump sees them. */
static u32 conn_count(struct conn_fixture *fix,
		      const struct l4lb_conn_filter *f)
{
	u64 cursor = 0;
	u32 nr = 0;

	l4lb_conn_walk(fix->ln, &cursor, f, count_one, &nr);
	return nr;
}

/* Entries whose service or server left are not shown, and end by a sweep. */
static void orphans(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_net *ln = fix->ln;
	struct l4lb_conn *stays;

	stays = conn_add(test, 0, 1, 0, L4LB_METHOD_NAT);
	conn_add(test, 1, 2, 1, L4LB_METHOD_DR);
	conn_add(test, 0, 3, 2, L4LB_METHOD_DR);
	KUNIT_EXPECT_EQ(test, conn_count(fix, NULL), 3u);
	l4lb_slots_clear(&ln->services, fix->svc[1]->id, ln->conns.sweep);
	l4lb_slots_clear(&ln->servers, fix->srv[2]->id, ln->conns.sweep);
	KUNIT_EXPECT_EQ(test, conn_count(fix, NULL), 1u);
	conn_sweep(fix);
	KUNIT_EXPECT_EQ(test, atomic_read(&ln->conns.nr), 1);
	KUNIT_EXPECT_PTR_EQ(test, conn_get(fix, fix->svc[0]->id, 1), stays);
	expect_load(test, fix->srv[0], 1, 0);
	expect_load(test, fix->srv[1], 0, 0);
	/* Its slot could be another server's by now: left alone. */
	KUNIT_EXPECT_EQ(test, atomic_xchg(&fix->srv[2]->active, 0), 1);
	atomic_dec(&fix->rt->half_open);
}

static void limit_conns(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_new new = conn_describe(fix, 0, 99, 0, L4LB_METHOD_DR);
	struct l4lb_conns *ct = &fix->ln->conns;
	u64 bytes;
	u32 n;

	fix->ln->limits.conns = 10;
	for (n = 0; n < 10; n++) {
		KUNIT_EXPECT_EQ(test, ct->full,
				n < 8 ? 0 : L4LB_ALARM_CONNS_NEAR);
		conn_add(test, 0, n, 0, L4LB_METHOD_DR);
	}
	KUNIT_EXPECT_EQ(test, ct->full, L4LB_ALARM_CONNS_FULL);
	bytes = atomic64_read(&ct->bytes);
	KUNIT_EXPECT_EQ(test, PTR_ERR(conn_do_insert(fix, &new)), -ENOSPC);
	KUNIT_EXPECT_EQ(test, atomic_read(&ct->nr), 10);
	KUNIT_EXPECT_EQ(test, atomic64_read(&ct->bytes), bytes);
	expect_load(test, fix->srv[0], 10, 0);

	/* One place less is no reason to ring again, three are. */
	conn_end(fix, conn_get(fix, fix->svc[0]->id, 0));
	conn_sweep(fix);
	l4lb_conn_swept(fix->ln);
	KUNIT_EXPECT_EQ(test, ct->full, L4LB_ALARM_CONNS_FULL);
	conn_add(test, 0, 0, 0, L4LB_METHOD_DR);
	for (n = 0; n < 2; n++)
		conn_end(fix, conn_get(fix, fix->svc[0]->id, n));
	conn_sweep(fix);
	l4lb_conn_swept(fix->ln);
	KUNIT_EXPECT_EQ(test, ct->full, L4LB_ALARM_CONNS_NEAR);
	for (; n < 4; n++)
		conn_end(fix, conn_get(fix, fix->svc[0]->id, n));
	conn_sweep(fix);
	l4lb_conn_swept(fix->ln);
	KUNIT_EXPECT_EQ(test, ct->full, 0u);
}

static void limit_memory(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_new nat = conn_describe(fix, 0, 99, 0,
						 L4LB_METHOD_NAT);
	struct l4lb_conns *ct = &fix->ln->conns;

	fix->ln->limits.memory = atomic64_read(&ct->bytes) + 64 + 128;
	conn_add(test, 0, 1, 0, L4LB_METHOD_NAT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(conn_do_insert(fix, &nat)), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ct->full, L4LB_ALARM_CONNS_FULL);
	conn_add(test, 0, 2, 0, L4LB_METHOD_DR);
	KUNIT_EXPECT_EQ(test, atomic64_read(&ct->bytes),
			fix->ln->limits.memory);
	KUNIT_EXPECT_EQ(test, atomic_read(&ct->nr), 2);
}

static void no_memory(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_new new = conn_describe(fix, 0, 1, 0, L4LB_METHOD_NAT);
	struct l4lb_conns *ct = &fix->ln->conns;
	u64 bytes = atomic64_read(&ct->bytes);
	struct l4lb_conn *conn;
	unsigned int nth;
	bool fired;
	int err;

	for (nth = 1; ; nth++) {
		l4lb_fault_arm(nth);
		conn = conn_do_insert(fix, &new);
		if (!l4lb_fault_fired())
			break;
		KUNIT_ASSERT_EQ(test, PTR_ERR(conn), -ENOMEM);
		KUNIT_EXPECT_EQ(test, atomic_read(&ct->nr), 0);
		KUNIT_EXPECT_EQ(test, atomic64_read(&ct->bytes), bytes);
		expect_load(test, fix->srv[0], 0, 0);
	}
	KUNIT_EXPECT_GT(test, nth, 1u);
	KUNIT_EXPECT_FALSE(test, IS_ERR(conn));

	for (nth = 1; ; nth++) {
		l4lb_conns_stop(fix->ln);
		l4lb_conns_destroy(fix->ln);
		l4lb_fault_arm(nth);
		err = l4lb_conns_init(fix->ln);
		fired = l4lb_fault_fired();
		/* A lookup in a table that is not there finds nothing. */
		if (err)
			KUNIT_EXPECT_NULL(test, conn_get(fix, 1, 1));
		if (!fired)
			break;
		/* Of a large array the second way of allocation may do. */
		KUNIT_EXPECT_TRUE(test, !err || err == -ENOMEM);
	}
	KUNIT_EXPECT_EQ(test, err, 0);
}

static void names(struct kunit *test)
{
	int a, b;

	for (a = L4LB_STATE_UNSPEC; a < __L4LB_STATE_MAX; a++) {
		KUNIT_EXPECT_NOT_NULL(test, l4lb_state_name(a));
		for (b = 0; b < a; b++)
			KUNIT_EXPECT_STRNEQ(test, l4lb_state_name(a),
					    l4lb_state_name(b));
		if (a && a < L4LB_TIMEOUT_STATES)
			KUNIT_EXPECT_GT(test, l4lb_timeout_default[a], 0u);
	}
	KUNIT_EXPECT_STREQ(test, l4lb_state_name(__L4LB_STATE_MAX), "unspec");
	KUNIT_EXPECT_STREQ(test, l4lb_state_name(U8_MAX), "unspec");
	KUNIT_EXPECT_STREQ(test, l4lb_state_name(L4LB_STATE_UDP), "udp");
}

static bool conn_wait_for(struct conn_fixture *fix, int nr)
{
	unsigned long end = jiffies + 60 * HZ;

	while (atomic_read(&fix->ln->conns.nr) != nr)
		if (time_after(jiffies, end) || msleep_interruptible(20))
			return false;
	return true;
}

/* A sweep is counted when it ends, later than the end of what it finds. */
static bool conn_wait_swept(struct conn_fixture *fix, u32 sweep)
{
	unsigned long end = jiffies + 60 * HZ;

	while (READ_ONCE(fix->ln->conns.sweep) <= sweep)
		if (time_after(jiffies, end) || msleep_interruptible(20))
			return false;
	return true;
}

/* The works as they run in earnest: kick, sweep, numbers settle. */
static void work(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_net *ln = fix->ln;
	struct l4lb_conn *conn;
	u32 old = fix->srv[1]->id, sweep = ln->conns.sweep;
	unsigned long end;
	int id;

	l4lb_conns_start(ln);
	conn_add(test, 0, 1, 0, L4LB_METHOD_NAT);
	conn = conn_add(test, 0, 2, 0, L4LB_METHOD_NAT);
	KUNIT_ASSERT_NOT_NULL(test, conn);
	conn_end(fix, conn);
	KUNIT_EXPECT_TRUE(test, conn_wait_for(fix, 1));
	conn = conn_get(fix, fix->svc[0]->id, 1);
	KUNIT_ASSERT_NOT_NULL(test, conn);
	conn_idle(conn, TEST_IDLE + 2);
	KUNIT_EXPECT_TRUE(test, conn_wait_for(fix, 0));
	expect_load(test, fix->srv[0], 0, 0);
	KUNIT_EXPECT_TRUE(test, conn_wait_swept(fix, sweep));

	/* With an entry to look after, sweeps follow each other quickly. */
	conn_add(test, 0, 3, 0, L4LB_METHOD_DR);
	mutex_lock(&ln->conf_lock);
	sweep = READ_ONCE(ln->conns.sweep);
	l4lb_slots_clear(&ln->servers, old, sweep);
	id = l4lb_slots_reserve(&ln->servers, GFP_KERNEL);
	KUNIT_EXPECT_NE(test, id, (int)old);
	l4lb_slots_unreserve(&ln->servers, id);
	mutex_unlock(&ln->conf_lock);
	end = jiffies + 60 * HZ;
	do {
		msleep(50);
		mutex_lock(&ln->conf_lock);
		id = l4lb_slots_reserve(&ln->servers, GFP_KERNEL);
		if (id == (int)old)
			KUNIT_EXPECT_GE(test, READ_ONCE(ln->conns.sweep),
					sweep + 2);
		l4lb_slots_unreserve(&ln->servers, id);
		mutex_unlock(&ln->conf_lock);
	} while (id != (int)old && time_before(jiffies, end));
	KUNIT_EXPECT_EQ(test, id, (int)old);
}

static bool conn_wait_asleep(struct conn_fixture *fix)
{
	unsigned long end = jiffies + 60 * HZ;

	while (!READ_ONCE(fix->ln->conns.asleep))
		if (time_after(jiffies, end) || msleep_interruptible(20))
			return false;
	return !delayed_work_pending(&fix->ln->conns.age);
}

/* No sweep when nothing is left to be found; an entry or a number wakes it. */
static void rest(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_net *ln = fix->ln;
	struct l4lb_conn *conn;
	int id;

	l4lb_conns_start(ln);
	KUNIT_EXPECT_TRUE(test, conn_wait_asleep(fix));
	conn = conn_add(test, 0, 1, 0, L4LB_METHOD_DR);
	KUNIT_ASSERT_NOT_NULL(test, conn);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&ln->conns.age));
	conn_idle(conn, TEST_IDLE + 2);
	KUNIT_EXPECT_TRUE(test, conn_wait_for(fix, 0));
	KUNIT_EXPECT_TRUE(test, conn_wait_asleep(fix));

	mutex_lock(&ln->conf_lock);
	id = fix->srv[3]->id;
	l4lb_slots_clear(&ln->servers, id, READ_ONCE(ln->conns.sweep));
	KUNIT_EXPECT_TRUE(test, l4lb_slots_resting(&ln->servers));
	mutex_unlock(&ln->conf_lock);
	l4lb_conns_wake(&ln->conns);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&ln->conns.age));
	KUNIT_EXPECT_TRUE(test, conn_wait_swept(fix, ln->conns.sweep + 1));
	KUNIT_EXPECT_TRUE(test, conn_wait_asleep(fix));
	KUNIT_EXPECT_FALSE(test, l4lb_slots_resting(&ln->servers));
}

static void stop_and_start(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_net *ln = fix->ln;
	u32 sweep = ln->conns.sweep, id = fix->svc[0]->id;
	u64 cursor = 0;

	l4lb_conns_start(ln);
	conn_add(test, 0, 1, 0, L4LB_METHOD_NAT);
	conn_add(test, 0, 2, 0, L4LB_METHOD_DR);
	conn_end(fix, conn_get(fix, id, 2));
	l4lb_conns_stop(ln);
	KUNIT_EXPECT_GE(test, ln->conns.sweep, sweep + 2);
	l4lb_conns_destroy(ln);
	expect_load(test, fix->srv[0], 0, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&ln->conns.nr), 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&ln->conns.bytes), 0);
	/* Explain, dumps and flushes may still come. */
	KUNIT_EXPECT_NULL(test, conn_get(fix, id, 1));
	KUNIT_EXPECT_EQ(test, l4lb_conn_flush(ln, NULL), 0);
	KUNIT_EXPECT_EQ(test, l4lb_conn_walk(ln, &cursor, NULL, NULL, NULL), 0);
	KUNIT_EXPECT_EQ(test, cursor, L4LB_CONN_WALK_END);

	KUNIT_ASSERT_EQ(test, l4lb_conns_init(ln), 0);
	l4lb_conns_start(ln);
	KUNIT_EXPECT_NULL(test, conn_get(fix, id, 1));
	KUNIT_EXPECT_NOT_NULL(test, conn_add(test, 0, 1, 0, L4LB_METHOD_NAT));
}
