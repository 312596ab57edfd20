// SPDX-License-Identifier: GPL-2.0
/* Part of the suite of txn.c: what transactions do. */

static void txn_one(struct kunit *test)
{
	struct l4lb_service_rt *rt;
	struct l4lb_server *srv;

	t_check(test);
	T_OK(t_service(CH_SERVICE_NEW, 1));
	t_check(test);
	KUNIT_EXPECT_EQ(test, t_table(test)->generation, 1ull);
	rt = t_find(test, 1)->rt;
	T_OK(t_server(CH_SERVER_NEW, 1, 0));
	t_check(test);
	srv = t_find_server(test, 1, 0);
	KUNIT_ASSERT_NOT_NULL(test, srv);
	KUNIT_EXPECT_PTR_EQ(test, t_find(test, 1)->rt, rt);
	T_OK(t_weight(CH_SERVER_SET, 1, 0, 9));
	t_check(test);
	KUNIT_EXPECT_PTR_EQ(test, t_find_server(test, 1, 0), srv);
	KUNIT_EXPECT_EQ(test, l4lb_server_weight(srv), 9u);
	KUNIT_EXPECT_EQ(test, t_table(test)->generation, 3ull);
	T_OK(t_service(CH_SERVICE_DEL, 1));
	t_check(test);
	KUNIT_EXPECT_PTR_EQ(test, t_find(test, 1), (struct l4lb_service *)NULL);
	KUNIT_EXPECT_EQ(test, t_table(test)->digest, 0ull);
	KUNIT_EXPECT_EQ(test, t_table(test)->vips->nr, 0u);
}

static void txn_defaults(struct kunit *test)
{
	struct l4lb_change *ch = t_server(CH_SERVER_NEW, 1, 3);
	const struct l4lb_server_conf *conf;
	struct l4lb_service *svc;
	struct l4lb_server *srv;

	T_OK(t_service(CH_SERVICE_NEW, 1));
	svc = t_find(test, 1);
	KUNIT_EXPECT_EQ(test, svc->method, (u8)L4LB_METHOD_DR);
	KUNIT_EXPECT_EQ(test, svc->tie, (u8)L4LB_TIE_ROTATE);
	KUNIT_EXPECT_EQ(test, svc->midstream, (u8)L4LB_MIDSTREAM_RESET);
	KUNIT_EXPECT_STREQ(test, svc->ops->name, "wlc");
	KUNIT_EXPECT_EQ(test, svc->on_down, (u8)L4LB_ON_DOWN_KEEP);
	KUNIT_EXPECT_EQ(test, svc->on_gone, (u8)L4LB_ON_GONE_RESET);
	KUNIT_EXPECT_EQ(test, svc->hook, (u8)L4LB_HOOK_PREROUTING);
	KUNIT_EXPECT_EQ(test, svc->persist | svc->slow_start |
			svc->half_open_max | svc->persist_prefix, 0u);
	KUNIT_EXPECT_FALSE(test, svc->hash_port || svc->hash_fallback ||
			   svc->one_packet || svc->track_seq || svc->track);
	/* Without a port: the service's. */
	ch->present = BIT(L4LB_A_SERVER_MAX_CONNS);
	ch->max_conns = 10;
	ch->server.port = 0;
	T_OK(ch);
	srv = t_find_server(test, 1, 2);
	KUNIT_ASSERT_NOT_NULL(test, srv);
	conf = rcu_dereference_protected(srv->conf, true);
	KUNIT_EXPECT_EQ(test, conf->weight, 1u);
	KUNIT_EXPECT_EQ(test, conf->min_conns, 7u);
	t_check(test);
}

/* Every value is taken over, kept when another changes, and replayed. */
static void txn_options(struct kunit *test)
{
	static const struct l4lb_service_opts all = {
		.on_down = L4LB_ON_DOWN_HOLD,
		.on_gone = L4LB_ON_GONE_DROP,
		.hook = L4LB_HOOK_LOCAL_IN,
		.persist_prefix = 31,
		.track_seq = true,
		.track = true,
		.persist = 7,
		.slow_start = L4LB_SLOW_START_MAX,
		.half_open_max = U32_MAX,
	};
	struct l4lb_change *ch = t_service(CH_SERVICE_NEW, 1);
	struct l4lb_txn *txn;
	const void *sched;
	u64 present = 0;
	u32 i;

	for (i = 0; i < L4LB_SERVICE_OPTIONS; i++)
		present |= BIT_ULL(l4lb_service_option[i].attr);
	ch->opts = all;
	ch->present = present;
	txn = t_begin(test, L4LB_TXN_MODE_EDIT, 1);
	T_STAGE(txn, ch, 0);
	T_STAGE(txn, t_server(CH_SERVER_NEW, 1, 0), 0);
	/* Another commit in between. */
	T_OK(t_service(CH_SERVICE_NEW, 2));
	KUNIT_ASSERT_EQ(test, t_commit(test, txn, NULL), 0);
	t_check(test);
	KUNIT_EXPECT_EQ(test, memcmp(&t_find(test, 1)->opts, &all, sizeof(all)), 0);
	KUNIT_EXPECT_EQ(test, t_find(test, 1)->sched->slow_start, all.slow_start);

	sched = t_find(test, 1)->sched;
	ch = t_service(CH_SERVICE_SET, 1);
	ch->opts.half_open_max = 5;
	ch->present = BIT_ULL(L4LB_A_SERVICE_HALF_OPEN_MAX);
	T_OK(ch);
	t_check(test);
	KUNIT_EXPECT_EQ(test, t_find(test, 1)->half_open_max, 5u);
	KUNIT_EXPECT_EQ(test, t_find(test, 1)->persist, 7u);
	KUNIT_EXPECT_PTR_EQ(test, (const void *)t_find(test, 1)->sched, sched);
	/* What the scheduler works by makes new data of it. */
	ch->opts.slow_start = 20;
	ch->present = BIT_ULL(L4LB_A_SERVICE_SLOW_START);
	T_OK(ch);
	t_check(test);
	KUNIT_EXPECT_PTR_NE(test, (const void *)t_find(test, 1)->sched, sched);
	KUNIT_EXPECT_EQ(test, t_find(test, 1)->sched->slow_start, 20u);
}

static void txn_names(struct kunit *test)
{
	struct l4lb_change *ch;

	T_OK(t_name(CH_SERVICE_NEW, 1, "www"));
	T_ONE(t_name(CH_SERVICE_NEW, 2, "www"), -EEXIST);
	KUNIT_EXPECT_EQ(test, t_index(test), 0u);
	t_check(test);
	/* By name. */
	ch = t_method(CH_SERVICE_SET, 0, L4LB_METHOD_NAT);
	memset(&ch->service, 0, sizeof(ch->service));
	strscpy(ch->service_name, "www", sizeof(ch->service_name));
	T_ONE(ch, 0);
	KUNIT_EXPECT_EQ(test, t_find(test, 1)->method, (u8)L4LB_METHOD_NAT);
	/* Renamed: the old name is free, the new one is taken. */
	T_ONE(t_name(CH_SERVICE_SET, 1, "api"), 0);
	t_check(test);
	T_ONE(ch, -ENOENT);
	T_ONE(t_name(CH_SERVICE_NEW, 2, "api"), -EEXIST);
	T_ONE(t_name(CH_SERVICE_NEW, 2, "www"), 0);
	t_check(test);
	T_ONE(t_name(CH_SERVICE_SET, 1, ""), 0);
	t_check(test);
	KUNIT_EXPECT_EQ(test, t_table(test)->names->nr, 1u);
}

/* Names move between services within one transaction. */
static void txn_names_swap(struct kunit *test, struct l4lb_txn *txn)
{
	T_STAGE(txn, t_name(CH_SERVICE_SET, 1, "tmp"), 0);
	T_STAGE(txn, t_name(CH_SERVICE_SET, 2, "a"), 0);
	T_STAGE(txn, t_name(CH_SERVICE_SET, 1, "a"), -EEXIST);
	T_STAGE(txn, t_name(CH_SERVICE_SET, 1, "b"), 0);
}

static void txn_vips(struct kunit *test)
{
	struct l4lb_txn *txn;

	T_OK(t_vip(1, L4LB_UNKNOWN_PORT_DROP));
	t_check(test);
	KUNIT_EXPECT_EQ(test, t_table(test)->vips->nr, 1u);
	KUNIT_EXPECT_NE(test, t_table(test)->digest, 0ull);
	T_OK(t_name(CH_SERVICE_NEW, 1, "a"));
	T_OK(t_service(CH_SERVICE_NEW, 101));
	T_OK(t_name(CH_SERVICE_NEW, 2, "b"));
	t_check(test);
	KUNIT_EXPECT_EQ(test, t_table(test)->vips->nr, 2u);
	T_OK(t_vip(1, L4LB_UNKNOWN_PORT_PASS));
	t_check(test);
	T_OK(t_service(CH_SERVICE_DEL, 101));
	t_check(test);
	txn = t_begin(test, L4LB_TXN_MODE_EDIT, 0);
	txn_names_swap(test, txn);
	KUNIT_EXPECT_EQ(test, t_commit(test, txn, NULL), 0);
	t_check(test);
	KUNIT_EXPECT_STREQ(test, t_find(test, 1)->name, "b");
	KUNIT_EXPECT_STREQ(test, t_find(test, 2)->name, "a");
}

/* The configuration of this suite, staged into an empty transaction. */
static void t_fill(struct kunit *test, struct l4lb_txn *txn, u32 services,
		   u32 servers)
{
	u32 n, s;

	for (n = 0; n < services; n++) {
		T_STAGE(txn, t_method(CH_SERVICE_NEW, n + 1,
				      n % 2 ? L4LB_METHOD_NAT : L4LB_METHOD_DR), 0);
		for (s = 0; s < servers; s++)
			T_STAGE(txn, t_weight(CH_SERVER_NEW, n + 1, 2 * s,
					      s + 1), 0);
	}
}

static void txn_replace(struct kunit *test)
{
	struct l4lb_service_rt *rt;
	struct l4lb_service *ver;
	struct l4lb_server *srv;
	struct l4lb_txn *txn;
	u64 changed;

	txn = t_begin(test, L4LB_TXN_MODE_REPLACE, 0);
	t_fill(test, txn, 4, 3);
	KUNIT_ASSERT_EQ(test, t_commit(test, txn, &changed), 0);
	t_check(test);
	KUNIT_EXPECT_EQ(test, changed, 16ull);
	rt = t_find(test, 2)->rt;
	ver = t_find(test, 3);
	srv = t_find_server(test, 2, 4);

	/* Fewer services, one server more: who stays is who was. */
	txn = t_begin(test, L4LB_TXN_MODE_REPLACE, 0);
	t_fill(test, txn, 3, 3);
	T_STAGE(txn, t_server(CH_SERVER_NEW, 2, 20), 0);
	T_STAGE(txn, t_weight(CH_SERVER_SET, 2, 4, 77), 0);
	KUNIT_ASSERT_EQ(test, t_commit(test, txn, &changed), 0);
	t_check(test);
	KUNIT_EXPECT_EQ(test, changed, 4ull + 2);
	KUNIT_EXPECT_PTR_EQ(test, t_find(test, 2)->rt, rt);
	KUNIT_EXPECT_PTR_EQ(test, t_find(test, 3), ver);
	KUNIT_EXPECT_PTR_EQ(test, t_find_server(test, 2, 4), srv);
	KUNIT_EXPECT_EQ(test, l4lb_server_weight(srv), 77u);
	KUNIT_EXPECT_PTR_EQ(test, t_find(test, 4), (struct l4lb_service *)NULL);

	/* Nothing at all. */
	txn = t_begin(test, L4LB_TXN_MODE_REPLACE, 0);
	KUNIT_ASSERT_EQ(test, t_commit(test, txn, &changed), 0);
	t_check(test);
	KUNIT_EXPECT_EQ(test, t_table(test)->services->nr, 0u);
	KUNIT_EXPECT_EQ(test, t_table(test)->digest, 0ull);
}

/* Equal to what runs: nothing moves, not even the generation. */
static void txn_nothing_differs(struct kunit *test)
{
	const struct l4lb_table *table;
	struct l4lb_txn *txn;
	u64 changed;

	txn = t_begin(test, L4LB_TXN_MODE_REPLACE, 0);
	t_fill(test, txn, 4, 12);
	KUNIT_ASSERT_EQ(test, t_commit(test, txn, NULL), 0);
	table = t_table(test);
	txn = t_begin(test, L4LB_TXN_MODE_REPLACE, 0);
	t_fill(test, txn, 4, 12);
	KUNIT_ASSERT_EQ(test, t_commit(test, txn, &changed), 0);
	KUNIT_EXPECT_EQ(test, changed, 0ull);
	KUNIT_EXPECT_PTR_EQ(test, t_table(test), table);

	txn = t_begin(test, L4LB_TXN_MODE_EDIT, 0);
	T_STAGE(txn, t_weight(CH_SERVER_SET, 1, 4, 9), 0);
	T_STAGE(txn, t_weight(CH_SERVER_SET, 1, 4, 3), 0);
	T_STAGE(txn, t_service(CH_SERVICE_NEW, 50), 0);
	T_STAGE(txn, t_service(CH_SERVICE_DEL, 50), 0);
	KUNIT_ASSERT_EQ(test, t_commit(test, txn, &changed), 0);
	KUNIT_EXPECT_PTR_EQ(test, t_table(test), table);
	t_check(test);
}

/* List order is the order of adding. */
static void txn_order(struct kunit *test)
{
	u32 first[] = { 0, 4, 2 }, want[] = { 4, 2, 6, 0 }, i;
	struct l4lb_service *svc;
	struct l4lb_endpoint ep;
	struct l4lb_server *srv;
	struct l4lb_txn *txn;

	T_OK(t_service(CH_SERVICE_NEW, 1));
	for (i = 0; i < 3; i++)
		T_OK(t_server(CH_SERVER_NEW, 1, first[i]));
	/* 0 4 2; 0 leaves and comes back behind a newcomer. */
	srv = t_find_server(test, 1, 0);
	txn = t_begin(test, L4LB_TXN_MODE_EDIT, 0);
	T_STAGE(txn, t_server(CH_SERVER_DEL, 1, 0), 0);
	T_STAGE(txn, t_server(CH_SERVER_NEW, 1, 6), 0);
	T_STAGE(txn, t_server(CH_SERVER_NEW, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, t_commit(test, txn, NULL), 0);
	t_check(test);
	KUNIT_EXPECT_PTR_EQ(test, t_find_server(test, 1, 0), srv);
	svc = t_find(test, 1);
	KUNIT_ASSERT_EQ(test, svc->sched->nr, 4u);
	for (i = 0; i < 4; i++) {
		ep = t_ep(want[i]);
		KUNIT_EXPECT_TRUE(test, l4lb_endpoint_equal(&svc->sched->slot[i].server->ep, &ep));
	}
}

/* A server with connections lingers, may come back, and ends without them. */
static void txn_linger(struct kunit *test)
{
	struct txn_fix *fix = test->priv;
	struct l4lb_server *srv;

	T_OK(t_method(CH_SERVICE_NEW, 1, L4LB_METHOD_NAT));
	T_OK(t_server(CH_SERVER_NEW, 1, 0));
	T_OK(t_server(CH_SERVER_NEW, 1, 1));
	srv = t_find_server(test, 1, 0);
	srv->admin = L4LB_ADMIN_DRAIN;
	srv->health = L4LB_HEALTH_DOWN;
	srv->oper_weight = 0;
	srv->deadline = 1;
	srv->drained = 1;
	strscpy(srv->text, "the disk", sizeof(srv->text));
	l4lb_server_conn_opened(srv, true);
	T_OK(t_server(CH_SERVER_DEL, 1, 0));
	t_check(test);
	synchronize_rcu();
	KUNIT_EXPECT_FALSE(test, l4lb_server_reap(fix->ln));
	KUNIT_EXPECT_EQ(test, t_table(test)->endpoints->nr, 2u);
	T_OK(t_server(CH_SERVER_NEW, 1, 0));
	t_check(test);
	KUNIT_EXPECT_PTR_EQ(test, t_find_server(test, 1, 0), srv);
	/* What was said of it has left with it, as where no entry was left. */
	KUNIT_EXPECT_EQ(test, srv->admin, (u8)L4LB_ADMIN_ENABLED);
	KUNIT_EXPECT_EQ(test, srv->health, (u8)L4LB_HEALTH_UP);
	KUNIT_EXPECT_EQ(test, srv->oper_weight, -1);
	KUNIT_EXPECT_EQ(test, srv->deadline, 0ul);
	KUNIT_EXPECT_EQ(test, srv->drained, (u8)0);
	KUNIT_EXPECT_STREQ(test, srv->text, "");
	KUNIT_EXPECT_EQ(test, l4lb_server_weight(srv), 1u);
	KUNIT_EXPECT_EQ(test, (u32)t_find(test, 1)->sched->slot[1].weight, 1u);
	T_OK(t_server(CH_SERVER_DEL, 1, 0));
	l4lb_server_conn_closed(srv, true);
	synchronize_rcu();
	KUNIT_EXPECT_TRUE(test, l4lb_server_reap(fix->ln));
	KUNIT_EXPECT_FALSE(test, l4lb_server_reap(fix->ln));
	t_check(test);
	KUNIT_EXPECT_EQ(test, t_table(test)->endpoints->nr, 1u);
	KUNIT_EXPECT_EQ(test, t_table(test)->rs_addrs->nr, 1u);
	/* With its service. */
	T_OK(t_service(CH_SERVICE_DEL, 1));
	synchronize_rcu();
	KUNIT_EXPECT_TRUE(test, l4lb_server_reap(fix->ln));
	t_check(test);
	KUNIT_EXPECT_EQ(test, t_table(test)->endpoints->nr, 0u);
	KUNIT_EXPECT_EQ(test, t_table(test)->rs_addrs->nr, 0u);
	KUNIT_EXPECT_EQ(test, fix->ln->nr_servers_all, 0u);
}

/* NAT and DR, back and forth, under the same objects. */
static void txn_switch(struct kunit *test)
{
	struct l4lb_server *srv;

	T_OK(t_service(CH_SERVICE_NEW, 1));
	T_OK(t_server(CH_SERVER_NEW, 1, 0));
	T_OK(t_server(CH_SERVER_NEW, 1, 2));
	srv = t_find_server(test, 1, 2);
	KUNIT_EXPECT_EQ(test, t_table(test)->endpoints->nr, 0u);
	T_OK(t_method(CH_SERVICE_SET, 1, L4LB_METHOD_NAT));
	t_check(test);
	KUNIT_EXPECT_EQ(test, t_table(test)->endpoints->nr, 2u);
	KUNIT_EXPECT_PTR_EQ(test, t_find_server(test, 1, 2), srv);
	T_OK(t_method(CH_SERVICE_SET, 1, L4LB_METHOD_DR));
	t_check(test);
	T_OK(t_method(CH_SERVICE_SET, 1, L4LB_METHOD_NAT));
	t_check(test);
	T_OK(t_server(CH_SERVER_NEW, 1, 1));
	T_ONE(t_method(CH_SERVICE_SET, 1, L4LB_METHOD_DR), -EINVAL);
	t_check(test);
}

static u8 t_standby(struct kunit *test, u32 n)
{
	struct l4lb_service_key key = t_key(n);
	struct l4lb_vip *vip;

	vip = l4lb_vip_lookup(t_table(test)->vips, &key.addr, AF_INET,
			      l4lb_addr_hash(&key.addr));
	return vip ? vip->standby : 2;
}

#define T_STANDBY(standby, socket, err)					\
	KUNIT_EXPECT_EQ(test, l4lb_vip_standby_set(fix->ln, &key.addr,	\
						   AF_INET, 32, standby, \
						   socket, NULL), err)

/* Standby is inherited, is its socket's, and ends with that. */
static void txn_standby(struct kunit *test)
{
	struct txn_fix *fix = test->priv;
	struct l4lb_service_key key = t_key(1);

	T_STANDBY(true, 5, 0);
	T_STANDBY(true, 5, 0);
	T_OK(t_service(CH_SERVICE_NEW, 1));
	KUNIT_EXPECT_EQ(test, t_standby(test, 1), (u8)1);
	T_OK(t_service(CH_SERVICE_NEW, 101));
	KUNIT_EXPECT_EQ(test, t_standby(test, 1), (u8)1);
	T_OK(t_service(CH_SERVICE_NEW, 2));
	KUNIT_EXPECT_EQ(test, t_standby(test, 2), (u8)0);
	/* Another socket cannot take it back. */
	T_STANDBY(false, 6, -EPERM);
	KUNIT_EXPECT_EQ(test, t_standby(test, 1), (u8)1);
	T_STANDBY(true, 6, 0);
	l4lb_vip_standby_release(fix->ln, 5);
	KUNIT_EXPECT_EQ(test, t_standby(test, 1), (u8)1);
	T_STANDBY(false, 6, 0);
	KUNIT_EXPECT_EQ(test, t_standby(test, 1), (u8)0);
	T_STANDBY(true, 7, 0);
	l4lb_vip_standby_release(fix->ln, 7);
	KUNIT_EXPECT_EQ(test, t_standby(test, 1), (u8)0);
}

/* Operator's and checker's words outlive commits; F: three owners. */
/* A deadline comes with a drain and goes with it. */
static void t_state_deadline(struct kunit *test, struct l4lb_server *srv,
			     struct l4lb_server_state *st)
{
	struct txn_fix *fix = test->priv;
	unsigned long deadline;

	st->present |= BIT(L4LB_A_SERVER_DEADLINE);
	st->deadline = 600;
	KUNIT_EXPECT_EQ(test, l4lb_server_state_set(fix->ln, st, NULL), -EINVAL);
	st->admin = L4LB_ADMIN_DRAIN;
	st->deadline = L4LB_TIMEOUT_MAX + 1;
	KUNIT_EXPECT_EQ(test, l4lb_server_state_set(fix->ln, st, NULL), -ERANGE);
	KUNIT_EXPECT_EQ(test, srv->deadline, 0ul);
	st->deadline = 600;
	KUNIT_EXPECT_EQ(test, l4lb_server_state_set(fix->ln, st, NULL), 0);
	deadline = srv->deadline;
	KUNIT_EXPECT_LE(test, deadline - jiffies, 600ul * HZ);
	KUNIT_EXPECT_GE(test, deadline - jiffies, 300ul * HZ);
	st->present &= ~BIT(L4LB_A_SERVER_DEADLINE);
	KUNIT_EXPECT_EQ(test, l4lb_server_state_set(fix->ln, st, NULL), 0);
	KUNIT_EXPECT_EQ(test, srv->deadline, deadline);
	st->admin = L4LB_ADMIN_ENABLED;
	KUNIT_EXPECT_EQ(test, l4lb_server_state_set(fix->ln, st, NULL), 0);
	KUNIT_EXPECT_EQ(test, srv->deadline, 0ul);
	st->admin = L4LB_ADMIN_DRAIN;
	st->present |= BIT(L4LB_A_SERVER_DEADLINE);
	KUNIT_EXPECT_EQ(test, l4lb_server_state_set(fix->ln, st, NULL), 0);
	KUNIT_EXPECT_NE(test, srv->deadline, 0ul);
	st->deadline = 0;
	KUNIT_EXPECT_EQ(test, l4lb_server_state_set(fix->ln, st, NULL), 0);
	KUNIT_EXPECT_EQ(test, srv->deadline, 0ul);
}

static void txn_state(struct kunit *test)
{
	struct l4lb_server_state st = {
		.service = t_key(1),
		.server = t_ep(2),
		.present = BIT(L4LB_A_SERVER_ADMIN) | BIT(L4LB_A_SERVER_TEXT) |
			   BIT(L4LB_A_SERVER_OPER_WEIGHT) |
			   BIT(L4LB_A_SERVER_PORT),
		.admin = L4LB_ADMIN_DISABLED,
		.oper_weight = 5,
		.text = "disk",
	};
	struct txn_fix *fix = test->priv;
	struct l4lb_server *srv;
	struct l4lb_txn *txn;
	u64 generation;

	txn = t_begin(test, L4LB_TXN_MODE_REPLACE, 0);
	t_fill(test, txn, 2, 3);
	KUNIT_ASSERT_EQ(test, t_commit(test, txn, NULL), 0);
	generation = t_table(test)->generation;
	KUNIT_EXPECT_EQ(test, l4lb_server_state_set(fix->ln, &st, NULL), 0);
	srv = t_find_server(test, 1, 2);
	KUNIT_EXPECT_EQ(test, srv->admin, (u8)L4LB_ADMIN_DISABLED);
	KUNIT_EXPECT_EQ(test, l4lb_server_weight(srv), 5u);
	KUNIT_EXPECT_STREQ(test, srv->text, "disk");
	KUNIT_EXPECT_EQ(test, t_table(test)->generation, generation);
	t_check(test);
	T_OK(t_weight(CH_SERVER_SET, 1, 2, 50));
	KUNIT_EXPECT_EQ(test, l4lb_server_weight(srv), 5u);
	KUNIT_EXPECT_EQ(test, srv->admin, (u8)L4LB_ADMIN_DISABLED);
	st.oper_weight = -1;
	KUNIT_EXPECT_EQ(test, l4lb_server_state_set(fix->ln, &st, NULL), 0);
	KUNIT_EXPECT_EQ(test, l4lb_server_weight(srv), 50u);
	t_check(test);
	t_state_deadline(test, srv, &st);
	st.oper_weight = 65536;
	KUNIT_EXPECT_EQ(test, l4lb_server_state_set(fix->ln, &st, NULL), -ERANGE);
	st.oper_weight = 1;
	st.server = t_ep(100);
	KUNIT_EXPECT_EQ(test, l4lb_server_state_set(fix->ln, &st, NULL), -ENOENT);
	st.service = t_key(9);
	KUNIT_EXPECT_EQ(test, l4lb_server_state_set(fix->ln, &st, NULL), -ENOENT);
}

static void txn_limits(struct kunit *test)
{
	struct l4lb_limits_change want = {
		.present = BIT(L4LB_A_LIMITS_SERVICES) |
			   BIT(L4LB_A_LIMITS_SERVERS) | BIT(L4LB_A_LIMITS_VIPS),
		.services = 3,
		.servers = 2,
		.vips = 2,
	};
	struct txn_fix *fix = test->priv;

	KUNIT_ASSERT_EQ(test, l4lb_limits_set(fix->ln, &want, NULL), 0);
	T_ONE(t_service(CH_SERVICE_NEW, 1), 0);
	T_ONE(t_service(CH_SERVICE_NEW, 2), 0);
	T_ONE(t_service(CH_SERVICE_NEW, 3), -ENOSPC);
	T_ONE(t_vip(3, L4LB_UNKNOWN_PORT_DROP), -ENOSPC);
	T_ONE(t_service(CH_SERVICE_NEW, 102), 0);
	T_ONE(t_service(CH_SERVICE_NEW, 202), -ENOSPC);
	T_ONE(t_server(CH_SERVER_NEW, 1, 0), 0);
	T_ONE(t_server(CH_SERVER_NEW, 1, 2), 0);
	T_ONE(t_server(CH_SERVER_NEW, 1, 4), -ENOSPC);
	/* A server that lingers counts. */
	l4lb_server_conn_opened(t_find_server(test, 1, 0), true);
	T_ONE(t_server(CH_SERVER_DEL, 1, 0), 0);
	T_ONE(t_server(CH_SERVER_NEW, 1, 4), -ENOSPC);
	T_ONE(t_server(CH_SERVER_NEW, 1, 0), 0);
	l4lb_server_conn_closed(t_find_server(test, 1, 0), true);
	t_check(test);
	want.services = 0;
	KUNIT_EXPECT_EQ(test, l4lb_limits_set(fix->ln, &want, NULL), -ERANGE);
	want.present = 0;
	want.timeout_given = BIT(L4LB_STATE_UDP);
	want.timeout[L4LB_STATE_UDP] = 2000001;
	KUNIT_EXPECT_EQ(test, l4lb_limits_set(fix->ln, &want, NULL), -ERANGE);
	want.timeout[L4LB_STATE_UDP] = 7;
	KUNIT_EXPECT_EQ(test, l4lb_limits_set(fix->ln, &want, NULL), 0);
	KUNIT_EXPECT_EQ(test, fix->ln->limits.timeout[L4LB_STATE_UDP], 7u);
}

/* Large enough that maps, hashes, indexes and arenas grow many times. */
static void txn_many(struct kunit *test)
{
	struct l4lb_txn *txn = t_begin(test, L4LB_TXN_MODE_EDIT, 3);
	u32 n;

	for (n = 0; n < 99; n++)
		T_STAGE(txn, t_service(CH_SERVICE_NEW, n), 0);
	for (n = 0; n < 200; n++)
		T_STAGE(txn, t_server(CH_SERVER_NEW, 7, 2 * n), 0);
	for (n = 0; n < 99; n++)
		T_STAGE(txn, t_server(CH_SERVER_NEW, n, 1000), 0);
	KUNIT_ASSERT_EQ(test, t_commit(test, txn, NULL), 0);
	t_check(test);
	txn = t_begin(test, L4LB_TXN_MODE_EDIT, 3);
	for (n = 0; n < 200; n += 3)
		T_STAGE(txn, t_server(CH_SERVER_DEL, 7, 2 * n), 0);
	for (n = 0; n < 99; n += 2)
		T_STAGE(txn, t_service(CH_SERVICE_DEL, n), 0);
	KUNIT_ASSERT_EQ(test, t_commit(test, txn, NULL), 0);
	t_check(test);
	KUNIT_EXPECT_EQ(test, t_table(test)->services->nr, 49u);
	KUNIT_EXPECT_EQ(test, t_table(test)->nr_servers, 48u + 133 + 1);
}
