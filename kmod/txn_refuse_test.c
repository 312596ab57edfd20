// SPDX-License-Identifier: GPL-2.0
/* Part of the suite of txn.c: what is refused, and whose a transaction is. */

static struct l4lb_change *t_bad_service(u32 addr, u16 port, u8 proto, u8 family)
{
	struct l4lb_change *ch = t_service(CH_SERVICE_NEW, 1);

	ch->service.addr.ip = htonl(addr);
	ch->service.port = htons(port);
	ch->service.port_last = htons(port);
	ch->service.proto = proto;
	ch->service.family = family;
	ch->service.prefix = l4lb_addr_bits(family);
	return ch;
}

static struct l4lb_change *t_bad_word(u32 attr)
{
	struct l4lb_change *ch = t_service(CH_SERVICE_NEW, 1);

	ch->present = BIT(attr);
	strscpy(ch->scheduler, "none", sizeof(ch->scheduler));
	ch->tie = L4LB_TIE_MAX + 1;
	ch->midstream = L4LB_MIDSTREAM_MAX + 1;
	return ch;
}

/* Each refusal has a sentence of at most 79 bytes, and changes nothing. */
static void t_refused(struct kunit *test, const struct l4lb_change *ch,
		      int err)
{
	const struct l4lb_table *table = t_table(test);
	struct txn_fix *fix = test->priv;

	T_ONE(ch, err);
	KUNIT_EXPECT_NOT_NULL(test, fix->extack._msg);
	if (fix->extack._msg) {
		KUNIT_EXPECT_LE(test, strlen(fix->extack._msg), (size_t)79);
		KUNIT_EXPECT_GT(test, strlen(fix->extack._msg), (size_t)5);
	}
	KUNIT_EXPECT_PTR_EQ(test, t_table(test), table);
	KUNIT_EXPECT_EQ(test, t_index(test), 0u);
}

static void txn_refused_service(struct kunit *test)
{
	static const struct {
		u32 addr;
		u16 port;
		u8 proto;
		u8 family;
		int err;
	} bad[] = {
		{ 0xc0000201, 80, IPPROTO_SCTP, AF_INET, -EPROTONOSUPPORT },
		{ 0xc0000201, 80, 0, AF_INET, -EINVAL },
		{ 0xc0000201, 80, IPPROTO_TCP, 0, -EINVAL },
		{ 0x00000000, 80, IPPROTO_TCP, AF_INET, -EINVAL },
		{ 0x00010203, 80, IPPROTO_TCP, AF_INET, -EINVAL },
		{ 0x7f000001, 80, IPPROTO_TCP, AF_INET, -EINVAL },
		{ 0xe0000001, 80, IPPROTO_UDP, AF_INET, -EINVAL },
		{ 0xefffffff, 80, IPPROTO_UDP, AF_INET, -EINVAL },
		{ 0xf0000001, 80, IPPROTO_TCP, AF_INET, -EINVAL },
		{ 0xffffffff, 80, IPPROTO_UDP, AF_INET, -EINVAL },
	};
	struct l4lb_change *ch;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		t_refused(test, t_bad_service(bad[i].addr, bad[i].port,
					      bad[i].proto, bad[i].family),
			  bad[i].err);
	t_refused(test, t_bad_word(L4LB_A_SERVICE_SCHEDULER), -EINVAL);
	t_refused(test, t_bad_word(L4LB_A_SERVICE_TIE), -EINVAL);
	t_refused(test, t_bad_word(L4LB_A_SERVICE_MIDSTREAM), -EINVAL);
	t_refused(test, t_method(CH_SERVICE_NEW, 1, 0), -EINVAL);
	t_refused(test, t_method(CH_SERVICE_NEW, 1, L4LB_METHOD_FULLNAT), -EOPNOTSUPP);
	t_refused(test, t_method(CH_SERVICE_NEW, 1, L4LB_METHOD_MAX + 1), -EINVAL);
	ch = t_service(CH_SERVICE_NEW, 1);
	ch->timeout_given = BIT(L4LB_STATE_CLOSE);
	ch->timeout[L4LB_STATE_CLOSE] = L4LB_TIMEOUT_MAX + 1;
	t_refused(test, ch, -ERANGE);
	ch = t_service(CH_SERVICE_NEW, 1);
	ch->timeout_given = BIT(L4LB_STATE_UDP);
	ch->timeout[L4LB_STATE_UDP] = 7;
	t_refused(test, ch, -EINVAL);
	ch = t_bad_service(0xc0000201, 53, IPPROTO_UDP, AF_INET);
	ch->timeout_given = BIT(L4LB_STATE_ESTABLISHED);
	ch->timeout[L4LB_STATE_ESTABLISHED] = 900;
	t_refused(test, ch, -EINVAL);
	t_refused(test, t_service(CH_SERVICE_SET, 1), -ENOENT);
	t_refused(test, t_service(CH_SERVICE_DEL, 1), -ENOENT);
	t_refused(test, t_vip(1, 0), -EINVAL);
	t_refused(test, t_vip(1, L4LB_UNKNOWN_PORT_MAX + 1), -EINVAL);
	T_OK(t_service(CH_SERVICE_NEW, 1));
	t_refused(test, t_service(CH_SERVICE_NEW, 1), -EEXIST);
	t_check(test);
}

/* Each as its attributes say, on top of what service 1 has. */
static void t_refused_set(struct kunit *test, struct l4lb_change *ch,
			  u64 present, int err)
{
	ch->present = present;
	t_refused(test, ch, err);
}

#define O(attr)	BIT_ULL(L4LB_A_SERVICE_##attr)

static void t_set_options(struct kunit *test, u64 present,
			  struct l4lb_service_opts opts)
{
	struct l4lb_change *ch = t_service(CH_SERVICE_SET, 1);

	ch->opts = opts;
	ch->present = present;
	T_ONE(ch, 0);
	t_check(test);
}

static void txn_refused_option(struct kunit *test)
{
	static const struct {
		u64 present;
		struct l4lb_service_opts opts;
		int err;
	} bad[] = {
		{ O(ON_DOWN), { .on_down = 0 }, -EINVAL },
		{ O(ON_DOWN), { .on_down = L4LB_ON_DOWN_MAX + 1 }, -EINVAL },
		{ O(ON_SERVER_GONE), { .on_gone = 0 }, -EINVAL },
		{ O(ON_SERVER_GONE), { .on_gone = L4LB_ON_GONE_MAX + 1 }, -EINVAL },
		{ O(HOOK), { .hook = 0 }, -EINVAL },
		{ O(HOOK), { .hook = L4LB_HOOK_LOCAL_OUT }, -EINVAL },
		{ O(TRACK), { .track = true }, -EINVAL },
		{ O(SLOW_START), { .slow_start = 3601 }, -ERANGE },
		{ O(SLOW_START), { .slow_start = U32_MAX }, -ERANGE },
		{ O(HASH_PORT), { .hash_port = true }, -EINVAL },
		{ O(HASH_FALLBACK), { .hash_fallback = true }, -EINVAL },
		{ O(PERSIST), { .persist = L4LB_TIMEOUT_MAX + 1 }, -ERANGE },
		{ O(PERSIST_PREFIX), { .persist_prefix = 24 }, -EINVAL },
		{ O(PERSIST) | O(PERSIST_PREFIX),
		  { .persist = 60, .persist_prefix = 0 }, -ERANGE },
		{ O(PERSIST) | O(PERSIST_PREFIX),
		  { .persist = 60, .persist_prefix = 33 }, -ERANGE },
		{ O(PERSIST) | O(PERSIST_PREFIX),
		  { .persist = 0, .persist_prefix = 32 }, -EINVAL },
		{ O(ONE_PACKET), { .one_packet = true }, -EINVAL },
	};
	struct l4lb_change *ch;
	u32 i;

	T_OK(t_service(CH_SERVICE_NEW, 1));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ch = t_service(CH_SERVICE_NEW, 2);
		ch->opts = bad[i].opts;
		t_refused_set(test, ch, bad[i].present, bad[i].err);
		ch = t_service(CH_SERVICE_SET, 1);
		ch->opts = bad[i].opts;
		t_refused_set(test, ch, bad[i].present, bad[i].err);
	}
	t_check(test);
}

/* What is there already refuses what comes, whichever came first. */
static void txn_refused_together(struct kunit *test)
{
	struct l4lb_change *ch;

	T_OK(t_service(CH_SERVICE_NEW, 1));
	t_set_options(test, O(HOOK) | O(TRACK),
		      (struct l4lb_service_opts){ .hook = L4LB_HOOK_LOCAL_IN,
						  .track = true });
	ch = t_service(CH_SERVICE_SET, 1);
	ch->opts.hook = L4LB_HOOK_PREROUTING;
	t_refused_set(test, ch, O(HOOK), -EINVAL);
	t_set_options(test, O(PERSIST) | O(PERSIST_PREFIX),
		      (struct l4lb_service_opts){ .persist = 60,
						  .persist_prefix = 24 });
	KUNIT_EXPECT_EQ(test, t_find(test, 1)->persist_prefix, (u8)24);
	t_set_options(test, O(PERSIST),
		      (struct l4lb_service_opts){ .persist = 90 });
	KUNIT_EXPECT_EQ(test, t_find(test, 1)->persist_prefix, (u8)24);
	t_set_options(test, O(PERSIST), (struct l4lb_service_opts){});
	KUNIT_EXPECT_EQ(test, t_find(test, 1)->persist_prefix, (u8)0);
	ch = t_service(CH_SERVICE_SET, 1);
	ch->opts.persist_prefix = 24;
	t_refused_set(test, ch, O(PERSIST_PREFIX), -EINVAL);
	t_check(test);
}

static struct l4lb_change *t_udp(u8 op, struct l4lb_service_opts opts)
{
	struct l4lb_change *ch = t_service(op, 1);

	ch->service.proto = IPPROTO_UDP;
	ch->opts = opts;
	return ch;
}

static void txn_refused_udp(struct kunit *test)
{
	struct l4lb_service_opts one = { .one_packet = true, .persist = 60,
					 .track_seq = true };
	struct l4lb_change *ch;

	t_refused_set(test, t_udp(CH_SERVICE_NEW, one), O(TRACK_SEQ), -EINVAL);
	t_refused_set(test, t_udp(CH_SERVICE_NEW, one),
		      O(ONE_PACKET) | O(PERSIST), -EINVAL);
	t_refused_set(test, t_udp(CH_SERVICE_NEW, one),
		      O(ONE_PACKET) | O(TRACK_SEQ), -EINVAL);
	ch = t_udp(CH_SERVICE_NEW, one);
	ch->method = L4LB_METHOD_NAT;
	t_refused_set(test, ch, O(ONE_PACKET) | O(METHOD), -EINVAL);
	/* The same, one after the other. */
	ch = t_udp(CH_SERVICE_NEW, one);
	ch->present = O(ONE_PACKET);
	T_OK(ch);
	t_refused_set(test, t_udp(CH_SERVICE_SET, one), O(PERSIST), -EINVAL);
	ch = t_udp(CH_SERVICE_SET, one);
	ch->method = L4LB_METHOD_NAT;
	t_refused_set(test, ch, O(METHOD), -EINVAL);
	one.one_packet = false;
	ch = t_udp(CH_SERVICE_SET, one);
	ch->present = O(PERSIST) | O(ONE_PACKET);
	T_OK(ch);
	one.one_packet = true;
	t_refused_set(test, t_udp(CH_SERVICE_SET, one), O(ONE_PACKET), -EINVAL);
	t_check(test);
}

/* UDP of a mark; what else has it has entries, which can be watched. */
static void txn_refused_mark(struct kunit *test)
{
	struct l4lb_change *ch = t_service(CH_SERVICE_NEW, 1);
	const struct l4lb_service_key mark = { .family = AF_INET, .mark = 7 };

	ch->service = mark;
	ch->opts.one_packet = true;
	ch->opts.track_seq = true;
	ch->method = L4LB_METHOD_NAT;
	t_refused_set(test, ch, O(ONE_PACKET) | O(METHOD), -EINVAL);
	ch = t_service(CH_SERVICE_NEW, 1);
	ch->service = mark;
	ch->opts.one_packet = true;
	ch->opts.persist = 60;
	t_refused_set(test, ch, O(ONE_PACKET) | O(PERSIST), -EINVAL);
	ch = t_service(CH_SERVICE_NEW, 1);
	ch->service = mark;
	ch->opts.one_packet = true;
	ch->opts.track_seq = true;
	ch->present = O(ONE_PACKET) | O(TRACK_SEQ);
	T_OK(ch);
	t_check(test);
}

static struct l4lb_change *t_bad_server(u32 addr, u16 port)
{
	struct l4lb_change *ch = t_server(CH_SERVER_NEW, 1, 0);

	ch->server.addr.ip = htonl(addr);
	ch->server.port = htons(port);
	return ch;
}

static struct l4lb_change *t_bad_conns(u32 max, u32 min)
{
	struct l4lb_change *ch = t_server(CH_SERVER_NEW, 1, 0);

	ch->present |= BIT(L4LB_A_SERVER_MAX_CONNS) | BIT(L4LB_A_SERVER_MIN_CONNS);
	ch->max_conns = max;
	ch->min_conns = min;
	return ch;
}

static void txn_refused_server(struct kunit *test)
{
	struct l4lb_change *ch;

	t_refused(test, t_server(CH_SERVER_NEW, 1, 0), -ENOENT);
	T_OK(t_service(CH_SERVICE_NEW, 1));
	t_refused(test, t_bad_server(0xe0000005, 80), -EINVAL);
	t_refused(test, t_bad_server(0x7f000001, 80), -EINVAL);
	t_refused(test, t_bad_server(0xffffffff, 80), -EINVAL);
	t_refused(test, t_bad_server(0, 80), -EINVAL);
	t_refused(test, t_bad_server(0xc6336401, 0), -EINVAL);
	/* The VIP itself. */
	t_refused(test, t_bad_server(0xc0000201, 80), -EINVAL);
	/* Neither DR nor a tunnel can change the port. */
	t_refused(test, t_server(CH_SERVER_NEW, 1, 1), -EINVAL);
	T_OK(t_method(CH_SERVICE_SET, 1, L4LB_METHOD_TUNNEL));
	t_refused(test, t_server(CH_SERVER_NEW, 1, 1), -EINVAL);
	T_OK(t_method(CH_SERVICE_SET, 1, L4LB_METHOD_NAT));
	T_OK(t_server(CH_SERVER_NEW, 1, 1));
	t_refused(test, t_method(CH_SERVICE_SET, 1, L4LB_METHOD_DR), -EINVAL);
	t_refused(test, t_method(CH_SERVICE_SET, 1, L4LB_METHOD_TUNNEL), -EINVAL);
	T_OK(t_server(CH_SERVER_DEL, 1, 1));
	T_OK(t_method(CH_SERVICE_SET, 1, L4LB_METHOD_DR));
	ch = t_server(CH_SERVER_NEW, 1, 0);
	ch->server.family = AF_INET6;
	t_refused(test, ch, -EINVAL);
	t_refused(test, t_weight(CH_SERVER_NEW, 1, 0, 65536), -ERANGE);
	t_refused(test, t_bad_conns(0, 5), -EINVAL);
	t_refused(test, t_bad_conns(4, 5), -ERANGE);
	t_refused(test, t_server(CH_SERVER_SET, 1, 0), -ENOENT);
	t_refused(test, t_server(CH_SERVER_DEL, 1, 0), -ENOENT);
	T_OK(t_weight(CH_SERVER_NEW, 1, 0, 65535));
	t_refused(test, t_server(CH_SERVER_NEW, 1, 0), -EEXIST);
	t_refused(test, t_weight(CH_SERVER_SET, 1, 0, 65536), -ERANGE);
	t_check(test);
}

static void txn_refused_name(struct kunit *test)
{
	static const char * const bad[] = {
		"all", "default", "tcp", "udp", "fwmark", "none", "force",
		"now", "on", "off", "manual", "checkd", "TCP", "1www", "-www",
		"a b", "a/b", "w\xc3\xa4", "a\n", ".a",
	};
	struct l4lb_change *ch;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		t_refused(test, t_name(CH_SERVICE_NEW, 1, bad[i]), -EINVAL);
	/* Not terminated. */
	ch = t_name(CH_SERVICE_NEW, 1, "");
	memset(ch->name, 'a', sizeof(ch->name));
	t_refused(test, ch, -EINVAL);
	ch->name[sizeof(ch->name) - 1] = '\0';
	T_OK(ch);
	T_OK(t_name(CH_SERVICE_NEW, 2, "a.b_c-d:e9"));
	t_check(test);
}

/* A refusal in the middle leaves what came before and after it. */
static void txn_refused_leaves_all(struct kunit *test)
{
	struct l4lb_txn *txn = t_begin(test, L4LB_TXN_MODE_EDIT, 9);

	KUNIT_ASSERT_FALSE(test, IS_ERR(txn));
	T_STAGE(txn, t_name(CH_SERVICE_NEW, 1, "www"), 0);
	T_STAGE(txn, t_server(CH_SERVER_NEW, 1, 0), 0);
	T_STAGE(txn, t_server(CH_SERVER_NEW, 1, 0), -EEXIST);
	KUNIT_EXPECT_EQ(test, t_index(test), 2u);
	T_STAGE(txn, t_name(CH_SERVICE_NEW, 2, "www"), -EEXIST);
	T_STAGE(txn, t_server(CH_SERVER_NEW, 2, 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, t_index(test), 2u);
	T_STAGE(txn, t_service(CH_SERVICE_NEW, 2), 0);
	T_STAGE(txn, t_server(CH_SERVER_NEW, 1, 2), 0);
	T_STAGE(txn, t_server(CH_SERVER_DEL, 1, 4), -ENOENT);
	KUNIT_EXPECT_EQ(test, t_index(test), 4u);
	KUNIT_EXPECT_EQ(test, t_commit(test, txn, NULL), 0);
	t_check(test);
	KUNIT_EXPECT_EQ(test, t_table(test)->services->nr, 2u);
	KUNIT_EXPECT_EQ(test, t_table(test)->nr_servers, 2u);
}

static struct l4lb_change *t_as(struct l4lb_change *ch, u8 owner, bool force)
{
	ch->owner = owner;
	ch->force = force;
	return ch;
}

static void txn_owner(struct kunit *test)
{
	struct l4lb_change *flush = t_change(L4LB_CHANGE_FLUSH);
	u8 me = L4LB_OWNER_MANUAL, other = L4LB_OWNER_CHECKD;
	struct txn_fix *fix = test->priv;
	struct l4lb_txn *txn;

	T_OK(t_as(t_service(CH_SERVICE_NEW, 1), other, false));
	T_OK(t_as(t_server(CH_SERVER_NEW, 1, 0), other, false));
	t_refused(test, t_as(t_service(CH_SERVICE_SET, 1), me, false), -EPERM);
	t_refused(test, t_as(t_service(CH_SERVICE_DEL, 1), me, false), -EPERM);
	t_refused(test, t_as(t_server(CH_SERVER_NEW, 1, 2), me, false), -EPERM);
	t_refused(test, t_as(t_weight(CH_SERVER_SET, 1, 0, 7), me, false), -EPERM);
	t_refused(test, t_as(t_server(CH_SERVER_DEL, 1, 0), me, false), -EPERM);
	t_refused(test, flush, -EPERM);
	T_OK(t_as(t_weight(CH_SERVER_SET, 1, 0, 7), me, true));
	T_OK(t_as(t_server(CH_SERVER_NEW, 1, 2), me, true));
	KUNIT_EXPECT_EQ(test, t_find(test, 1)->owner, other);
	/* A replacement that would remove it. */
	txn = t_begin(test, L4LB_TXN_MODE_REPLACE, 0);
	T_STAGE(txn, t_as(t_service(CH_SERVICE_NEW, 2), me, false), 0);
	T_STAGE(txn, t_as(t_service(CH_SERVICE_NEW, 1), me, false), -EPERM);
	KUNIT_EXPECT_EQ(test, t_commit(test, txn, NULL), -EPERM);
	KUNIT_EXPECT_EQ(test, t_index(test), L4LB_TXN_WHOLE);
	KUNIT_EXPECT_NOT_NULL(test, strstr(fix->extack._msg, "keep them, or say force"));
	t_check(test);
	T_STAGE(txn, t_as(t_service(CH_SERVICE_NEW, 3), me, true), 0);
	KUNIT_EXPECT_EQ(test, t_commit(test, txn, NULL), 0);
	t_check(test);
	KUNIT_EXPECT_EQ(test, t_table(test)->services->nr, 2u);
	/* A replacement that names nothing has no change to say force with. */
	T_OK(t_as(t_service(CH_SERVICE_NEW, 4), other, false));
	txn = t_begin(test, L4LB_TXN_MODE_REPLACE, 0);
	KUNIT_EXPECT_EQ(test, t_commit(test, txn, NULL), -EPERM);
	l4lb_txn_force(txn);
	KUNIT_EXPECT_EQ(test, t_commit(test, txn, NULL), 0);
	KUNIT_EXPECT_EQ(test, t_table(test)->services->nr, 0u);
	T_OK(t_service(CH_SERVICE_NEW, 5));
	T_OK(flush);
	KUNIT_EXPECT_EQ(test, t_table(test)->services->nr, 0u);
	t_check(test);
}

/* An attempt leaves no memory behind, however often it is made. */
static void txn_dry_runs(struct kunit *test)
{
	struct l4lb_txn_result result;
	struct txn_fix *fix = test->priv;
	struct l4lb_txn *txn;
	u32 i, seq = fix->ln->publications;
	size_t bytes = 0;

	txn = t_begin(test, L4LB_TXN_MODE_EDIT, 1);
	T_STAGE(txn, t_method(CH_SERVICE_NEW, 1, L4LB_METHOD_NAT), 0);
	for (i = 0; i < 20; i++)
		T_STAGE(txn, t_server(CH_SERVER_NEW, 1, i), 0);
	for (i = 0; i < 100; i++) {
		KUNIT_ASSERT_EQ(test, l4lb_txn_commit(fix->ln, txn, true, &result,
						      NULL), 0);
		if (!i)
			bytes = txn->objects.bytes;
	}
	KUNIT_EXPECT_EQ(test, txn->objects.bytes, bytes);
	KUNIT_EXPECT_EQ(test, fix->ln->publications, seq);
	KUNIT_EXPECT_EQ(test, t_commit(test, txn, NULL), 0);
	KUNIT_EXPECT_EQ(test, fix->ln->publications, seq + 2);
	KUNIT_EXPECT_EQ(test, seq & 1, 0u);
	t_check(test);
}

/* Whose a transaction is, and how it ends. */
static void txn_life(struct kunit *test)
{
	struct txn_fix *fix = test->priv;
	struct l4lb_txn *txn[L4LB_TXN_OPEN], *more;
	struct l4lb_net *ln = fix->ln;
	u32 i;
	u64 id;

	for (i = 0; i < L4LB_TXN_OPEN; i++) {
		txn[i] = t_begin(test, L4LB_TXN_MODE_EDIT, 100 + i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(txn[i]));
		KUNIT_EXPECT_NE(test, l4lb_txn_id(txn[i]), 0ull);
	}
	KUNIT_EXPECT_EQ(test, PTR_ERR(t_begin(test, L4LB_TXN_MODE_EDIT, 99)), (long)-EBUSY);
	KUNIT_EXPECT_EQ(test, PTR_ERR(t_begin(test, L4LB_TXN_MODE_EDIT, 101)), (long)-EBUSY);
	KUNIT_EXPECT_EQ(test, PTR_ERR(t_begin(test, 0, 0)), (long)-EINVAL);
	id = l4lb_txn_id(txn[3]);
	KUNIT_EXPECT_PTR_EQ(test, l4lb_txn_find(ln, id, 103, NULL), txn[3]);
	KUNIT_EXPECT_EQ(test, PTR_ERR(l4lb_txn_find(ln, id, 104, NULL)), (long)-EPERM);
	KUNIT_EXPECT_EQ(test, PTR_ERR(l4lb_txn_find(ln, id + 1, 103, NULL)), (long)-ENOENT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(l4lb_txn_find(ln, 0, 0, NULL)), (long)-ENOENT);
	/* A message of its own does not count. */
	T_OK(t_service(CH_SERVICE_NEW, 1));

	T_STAGE(txn[3], t_service(CH_SERVICE_NEW, 2), 0);
	mutex_unlock(&ln->conf_lock);
	l4lb_txn_release(ln, 103);
	l4lb_txn_release(ln, 4711);
	mutex_lock(&ln->conf_lock);
	KUNIT_EXPECT_EQ(test, ln->nr_txns, L4LB_TXN_OPEN - 1u);
	KUNIT_EXPECT_EQ(test, PTR_ERR(l4lb_txn_find(ln, id, 103, NULL)), (long)-ENOENT);
	KUNIT_EXPECT_PTR_EQ(test, t_find(test, 2), (struct l4lb_service *)NULL);
	more = t_begin(test, L4LB_TXN_MODE_EDIT, 103);
	KUNIT_ASSERT_FALSE(test, IS_ERR(more));
	l4lb_txn_abort(ln, more);
	l4lb_txn_abort(ln, txn[0]);
	KUNIT_EXPECT_EQ(test, t_commit(test, txn[1], NULL), 0);
	KUNIT_EXPECT_EQ(test, ln->nr_txns, L4LB_TXN_OPEN - 3u);
	t_check(test);
	/* The others end with the namespace. */
}

static void txn_idle_end(struct kunit *test)
{
	struct txn_fix *fix = test->priv;
	struct l4lb_txn *old, *young;

	old = t_begin(test, L4LB_TXN_MODE_EDIT, 1);
	young = t_begin(test, L4LB_TXN_MODE_EDIT, 2);
	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(old) || IS_ERR_OR_NULL(young));
	old->touched_at = jiffies - L4LB_TXN_IDLE * HZ;
	mutex_unlock(&fix->ln->conf_lock);
	mod_delayed_work(system_unbound_wq, &fix->ln->txn_idle, 0);
	flush_delayed_work(&fix->ln->txn_idle);
	mutex_lock(&fix->ln->conf_lock);
	KUNIT_EXPECT_EQ(test, fix->ln->nr_txns, 1u);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&fix->ln->txn_idle));
	l4lb_txn_abort(fix->ln, young);
}

/* Another commit comes first: what fits is replayed, what does not is named. */
static void txn_two_writers(struct kunit *test)
{
	struct txn_fix *fix = test->priv;
	struct l4lb_txn *one, *two;

	T_OK(t_service(CH_SERVICE_NEW, 1));
	one = t_begin(test, L4LB_TXN_MODE_EDIT, 1);
	two = t_begin(test, L4LB_TXN_MODE_EDIT, 2);
	T_STAGE(one, t_server(CH_SERVER_NEW, 1, 0), 0);
	T_STAGE(one, t_service(CH_SERVICE_NEW, 5), 0);
	T_STAGE(two, t_server(CH_SERVER_NEW, 1, 2), 0);
	T_STAGE(two, t_name(CH_SERVICE_SET, 1, "www"), 0);
	KUNIT_EXPECT_EQ(test, t_commit(test, one, NULL), 0);
	t_check(test);
	T_STAGE(two, t_service(CH_SERVICE_NEW, 5), -EEXIST);
	KUNIT_EXPECT_EQ(test, t_index(test), 2u);
	T_STAGE(two, t_server(CH_SERVER_NEW, 5, 4), 0);
	KUNIT_EXPECT_EQ(test, t_commit(test, two, NULL), 0);
	t_check(test);
	KUNIT_EXPECT_EQ(test, t_table(test)->nr_servers, 3u);
	KUNIT_EXPECT_STREQ(test, t_find(test, 1)->name, "www");

	/* A flush is no object, and none of those that are counted. */
	one = t_begin(test, L4LB_TXN_MODE_EDIT, 1);
	T_STAGE(one, t_service(CH_SERVICE_NEW, 6), 0);
	T_STAGE(one, t_change(L4LB_CHANGE_FLUSH), 0);
	T_STAGE(one, t_service(CH_SERVICE_NEW, 6), 0);
	T_STAGE(one, t_service(CH_SERVICE_NEW, 6), -EEXIST);
	KUNIT_EXPECT_EQ(test, t_index(test), 2u);
	l4lb_txn_abort(fix->ln, one);

	one = t_begin(test, L4LB_TXN_MODE_EDIT, 1);
	T_STAGE(one, t_service(CH_SERVICE_NEW, 7), 0);
	T_STAGE(one, t_server(CH_SERVER_NEW, 7, 0), 0);
	T_STAGE(one, t_weight(CH_SERVER_SET, 1, 0, 3), 0);
	T_STAGE(one, t_service(CH_SERVICE_NEW, 8), 0);
	T_OK(t_server(CH_SERVER_DEL, 1, 0));
	KUNIT_EXPECT_EQ(test, t_commit(test, one, NULL), -ENOENT);
	KUNIT_EXPECT_EQ(test, t_index(test), 2u);
	T_STAGE(one, t_service(CH_SERVICE_NEW, 9), -ENOENT);
	KUNIT_EXPECT_EQ(test, t_index(test), 2u);
	t_check(test);
	KUNIT_EXPECT_PTR_EQ(test, t_find(test, 7), (struct l4lb_service *)NULL);
	/* It fits again when the server is back. */
	T_OK(t_server(CH_SERVER_NEW, 1, 0));
	KUNIT_EXPECT_EQ(test, t_commit(test, one, NULL), 0);
	t_check(test);
	KUNIT_EXPECT_EQ(test, l4lb_server_weight(t_find_server(test, 1, 0)), 3u);
}

static void txn_base(struct kunit *test)
{
	struct txn_fix *fix = test->priv;
	struct l4lb_txn *txn;
	u8 mode = L4LB_TXN_MODE_EDIT;

	T_OK(t_service(CH_SERVICE_NEW, 1));
	txn = l4lb_txn_begin(fix->ln, mode, true, 0, 1, &fix->extack);
	KUNIT_EXPECT_EQ(test, PTR_ERR(txn), (long)-ESTALE);
	KUNIT_EXPECT_EQ(test, t_index(test), U32_MAX);
	txn = l4lb_txn_begin(fix->ln, mode, true, 1, 1, &fix->extack);
	KUNIT_ASSERT_FALSE(test, IS_ERR(txn));
	T_STAGE(txn, t_service(CH_SERVICE_NEW, 2), 0);
	T_OK(t_service(CH_SERVICE_NEW, 3));
	KUNIT_EXPECT_EQ(test, t_commit(test, txn, NULL), -ESTALE);
	KUNIT_EXPECT_EQ(test, t_index(test), U32_MAX);
	l4lb_txn_abort(fix->ln, txn);
	t_check(test);
}
