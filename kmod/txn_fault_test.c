// SPDX-License-Identifier: GPL-2.0
/* Part of the suite of txn.c: every allocation fails once. */

/* Something of everything that a commit can do. */
static void t_fault_start(struct kunit *test)
{
	struct txn_fix *fix = test->priv;
	struct l4lb_txn *txn;

	txn = t_begin(test, L4LB_TXN_MODE_REPLACE, 0);
	t_fill(test, txn, 6, 3);
	T_STAGE(txn, t_name(CH_SERVICE_SET, 1, "one"), 0);
	T_STAGE(txn, t_name(CH_SERVICE_SET, 2, "two"), 0);
	KUNIT_ASSERT_EQ(test, t_commit(test, txn, NULL), 0);
	/* One that lingers, to be revived. */
	l4lb_server_conn_opened(t_find_server(test, 2, 0), true);
	T_OK(t_server(CH_SERVER_DEL, 2, 0));
	synchronize_rcu();
	l4lb_server_reap(fix->ln);
}

static int t_fault_changes(struct kunit *test, struct l4lb_txn *txn)
{
	struct l4lb_change *ch[] = {
		t_server(CH_SERVER_NEW, 2, 0),
		t_server(CH_SERVER_NEW, 2, 40),
		t_server(CH_SERVER_NEW, 2, 41),
		t_weight(CH_SERVER_SET, 2, 2, 99),
		t_server(CH_SERVER_DEL, 2, 4),
		t_name(CH_SERVICE_SET, 1, "eins"),
		t_method(CH_SERVICE_SET, 3, L4LB_METHOD_NAT),
		t_service(CH_SERVICE_DEL, 4),
		t_method(CH_SERVICE_NEW, 20, L4LB_METHOD_NAT),
		t_server(CH_SERVER_NEW, 20, 50),
		t_server(CH_SERVER_NEW, 20, 0),
		t_vip(5, L4LB_UNKNOWN_PORT_REJECT),
		t_vip(33, L4LB_UNKNOWN_PORT_DROP),
		t_name(CH_SERVICE_NEW, 21, "new"),
	};
	u32 i;
	int err;

	for (i = 0; i < ARRAY_SIZE(ch); i++) {
		err = t_stage(test, txn, ch[i]);
		if (err)
			return err;
	}
	return 0;
}

static void t_fault_expect(struct kunit *test)
{
	t_check(test);
	KUNIT_EXPECT_EQ(test, t_table(test)->services->nr, 7u);
	KUNIT_EXPECT_EQ(test, t_table(test)->vips->nr, 8u);
	KUNIT_EXPECT_EQ(test, t_table(test)->names->nr, 3u);
	KUNIT_EXPECT_EQ(test, t_find_server(test, 2, 0)->gone, (u8)0);
	l4lb_server_conn_closed(t_find_server(test, 2, 0), true);
}

/* A commit that fails leaves all as it was; the same one then succeeds. */
static void txn_fault_commit(struct kunit *test)
{
	struct l4lb_txn_result result;
	struct txn_fix *fix = test->priv;
	struct l4lb_net *ln = fix->ln;
	const struct l4lb_table *table;
	struct l4lb_txn *txn;
	u32 nth, all;
	int err;

	t_fault_start(test);
	table = t_table(test);
	all = ln->nr_servers_all;
	txn = t_begin(test, L4LB_TXN_MODE_EDIT, 4);
	KUNIT_ASSERT_EQ(test, t_fault_changes(test, txn), 0);
	for (nth = 1;; nth++) {
		bool dry = nth % 2;

		l4lb_fault_arm(nth);
		err = l4lb_txn_commit(ln, txn, dry, &result, NULL);
		if (!l4lb_fault_fired() && !dry)
			break;
		/* The growth of a hash may fail without harm. */
		KUNIT_ASSERT_TRUE(test, err == -ENOMEM || (dry && !err));
		KUNIT_ASSERT_PTR_EQ(test, t_table(test), table);
		KUNIT_ASSERT_EQ(test, ln->nr_servers_all, all);
		t_check(test);
	}
	KUNIT_EXPECT_GT(test, nth, 40u);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, result.generation, table->generation + 1);
	t_fault_expect(test);
}

/* So does a failure while changes are staged, or replayed. */
static void txn_fault_stage(struct kunit *test)
{
	struct txn_fix *fix = test->priv;
	struct l4lb_txn *txn;
	u32 nth, first = 0;
	bool fired;
	int err;

	t_fault_start(test);
	for (nth = 1;; nth++) {
		l4lb_fault_arm(nth);
		txn = t_begin(test, L4LB_TXN_MODE_EDIT, 4);
		err = PTR_ERR_OR_ZERO(txn);
		if (!err)
			err = t_fault_changes(test, txn);
		fired = l4lb_fault_fired();
		first += fired;
		if (!fired)
			break;
		KUNIT_ASSERT_TRUE(test, err == -ENOMEM || !err);
		if (!IS_ERR(txn))
			l4lb_txn_abort(fix->ln, txn);
		t_check(test);
	}
	KUNIT_EXPECT_GT(test, first, 5u);
	KUNIT_ASSERT_EQ(test, err, 0);
	/* Another commit in between, so that this one is replayed. */
	T_OK(t_service(CH_SERVICE_NEW, 77));
	T_OK(t_service(CH_SERVICE_DEL, 77));
	for (nth = 1;; nth++) {
		l4lb_fault_arm(nth);
		err = t_stage(test, txn, t_weight(CH_SERVER_SET, 2, 2, 98));
		if (!l4lb_fault_fired())
			break;
		KUNIT_ASSERT_TRUE(test, err == -ENOMEM || !err);
		if (!err)
			txn->generation = L4LB_TXN_NOWHERE;
	}
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, t_commit(test, txn, NULL), 0);
	KUNIT_EXPECT_EQ(test, l4lb_server_weight(t_find_server(test, 2, 2)), 98u);
	t_fault_expect(test);
}

/* Endpoints that cannot be dropped now are dropped by the next try. */
static void txn_fault_drop(struct kunit *test)
{
	struct txn_fix *fix = test->priv;
	u32 nth, fired = 0;

	T_OK(t_method(CH_SERVICE_NEW, 1, L4LB_METHOD_NAT));
	T_OK(t_server(CH_SERVER_NEW, 1, 0));
	T_OK(t_server(CH_SERVER_NEW, 1, 1));
	T_OK(t_server(CH_SERVER_NEW, 1, 2));
	T_OK(t_server(CH_SERVER_DEL, 1, 0));
	T_OK(t_server(CH_SERVER_DEL, 1, 1));
	synchronize_rcu();
	for (nth = 1; nth < 50; nth++) {
		l4lb_fault_arm(nth);
		l4lb_server_reap(fix->ln);
		if (!l4lb_fault_fired())
			break;
		fired++;
		t_check(test);
		KUNIT_EXPECT_EQ(test, t_table(test)->endpoints->nr, 3u);
	}
	KUNIT_EXPECT_GT(test, fired, 3u);
	KUNIT_EXPECT_EQ(test, t_table(test)->endpoints->nr, 1u);
	KUNIT_EXPECT_EQ(test, t_table(test)->rs_addrs->nr, 1u);
	t_check(test);
}
