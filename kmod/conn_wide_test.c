// SPDX-License-Identifier: GPL-2.0
/*
 * Cases of conn_test.c about entries whose number does not say what the client
 * sends to, and others that have something in addition. Of four that share
 * client and service the first is an ordinary one, the second has sequence
 * numbers to remember, and two are wide, the last of them with both directions.
 */

#define WIDE_PORT	7000

/**
 * struct wide - an entry to be made or found
 * @new: what it is made of
 * @front: what its client sends to
 * @extra: what it has in addition
 */
struct wide {
	struct l4lb_conn_new new;
	struct l4lb_endpoint front;
	struct l4lb_conn_extra extra;
};

static void wide_fill(struct conn_fixture *fix, u32 n, struct wide *w)
{
	memset(w, 0, sizeof(*w));
	w->new = conn_describe(fix, 0, n / 4, n % 4 == 3 ? 0 : 2,
			       n % 4 == 3 ? L4LB_METHOD_NAT : L4LB_METHOD_DR);
	w->new.state = L4LB_STATE_ESTABLISHED;
	if (n % 4 < 2) {
		/* Of the same client, an ordinary key has one entry. */
		w->new.key.port = htons(n % 4 + 1);
		w->extra.seq_client = n;
		w->extra.seq_server = ~n;
		if (n % 4)
			w->new.extra = &w->extra;
	} else {
		w->front = (struct l4lb_endpoint){
			.addr.ip = htonl(0xc0000200 + n % 4),
			.port = htons(WIDE_PORT + n % 4),
			.family = AF_INET,
			.proto = IPPROTO_TCP,
		};
		w->new.key.id |= L4LB_CONN_WIDE;
		w->new.key.wide = &w->front;
	}
	l4lb_conn_hash(&fix->ln->conns, &w->new.key);
}

/* Bytes that four of them are charged with. */
static u64 wide_bytes(void)
{
	return l4lb_conn_bytes(0) + 2 * l4lb_conn_bytes(L4LB_CONN_KIND_EXTRA) +
	       l4lb_conn_bytes(L4LB_CONN_KIND_EXTRA | L4LB_CONN_KIND_NAT);
}

static struct l4lb_conn *wide_find(struct conn_fixture *fix,
				   const struct l4lb_conn_key *key)
{
	struct l4lb_conn *conn;

	rcu_read_lock();
	conn = l4lb_conn_lookup(fix->ln, key);
	rcu_read_unlock();
	return conn;
}

static struct l4lb_conn *wide_get(struct conn_fixture *fix, u32 n)
{
	struct wide w;

	wide_fill(fix, n, &w);
	return wide_find(fix, &w.new.key);
}

/* The entry of a reply from @port of the first endpoint. */
static struct l4lb_conn *wide_reply(struct conn_fixture *fix, u32 n, u16 port,
				    u8 proto)
{
	struct l4lb_conn_key key = conn_client(fix->ln, 0, n / 4);
	struct l4lb_endpoint end;

	l4lb_reply_key(&fix->ln->conns, fix->rs[0], htons(port), proto, &key,
		       &end);
	return wide_find(fix, &key);
}

static void wide_add(struct kunit *test, u32 from, u32 to)
{
	struct conn_fixture *fix = test->priv;
	struct wide w;
	u32 n;

	/* A service of many ports has a NAT server without one. */
	fix->rs[0]->ep.port = 0;
	fix->srv[0]->ep.port = 0;
	for (n = from; n < to; n++) {
		wide_fill(fix, n, &w);
		KUNIT_ASSERT_FALSE(test, IS_ERR(conn_do_insert(fix, &w.new)));
	}
}

/* All that were added are found, with what they remember. */
static void wide_check(struct kunit *test, u32 from, u32 to)
{
	struct conn_fixture *fix = test->priv;
	u32 n, lost = 0, wrong = 0;
	struct l4lb_conn_extra *x;
	struct l4lb_conn *conn;
	struct wide w;

	for (n = from; n < to; n++) {
		wide_fill(fix, n, &w);
		conn = wide_find(fix, &w.new.key);
		lost += !conn;
		if (!conn)
			continue;
		x = l4lb_conn_extra(conn);
		wrong += !x != (n % 4 == 0);
		if (n % 4 == 1)
			wrong += x->seq_client != n || x->seq_server != ~n ||
				 x->front.port;
		if (n % 4 > 1)
			wrong += !l4lb_endpoint_equal(&x->front, &w.front) ||
				 x->seq_client;
		wrong += l4lb_conn_service(conn) != fix->svc[0]->id;
		if (n % 4 == 3)
			wrong += wide_reply(fix, n, WIDE_PORT + 3,
					    IPPROTO_TCP) != conn;
	}
	KUNIT_EXPECT_EQ(test, lost, 0u);
	KUNIT_EXPECT_EQ(test, wrong, 0u);
}

/* Near misses: what the client sends to is part of the key, in every byte. */
static void wide_keys(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn *conn;
	struct wide w, near;
	u32 byte;

	wide_add(test, 0, 4);
	wide_check(test, 0, 4);
	KUNIT_EXPECT_EQ(test, atomic64_read(&fix->ln->conns.bytes),
			l4lb_buckets_bytes(L4LB_CONN_LOCKS - 1) + wide_bytes());
	for (byte = 0; byte < sizeof(w.front); byte++) {
		wide_fill(fix, 2, &w);
		((u8 *)&w.front)[byte] ^= 1;
		l4lb_conn_hash(&fix->ln->conns, &w.new.key);
		KUNIT_EXPECT_NULL(test, wide_find(fix, &w.new.key));
		/* By the right hash it is the comparison that decides. */
		wide_fill(fix, 2, &near);
		w.new.key.hash = near.new.key.hash;
		KUNIT_EXPECT_NULL(test, wide_find(fix, &w.new.key));
	}
	/* The same client and number without a front are another entry's. */
	wide_fill(fix, 2, &w);
	w.new.key.id &= ~L4LB_CONN_WIDE;
	l4lb_conn_hash(&fix->ln->conns, &w.new.key);
	KUNIT_EXPECT_NULL(test, wide_find(fix, &w.new.key));
	conn = conn_do_insert(fix, &w.new);
	KUNIT_ASSERT_FALSE(test, IS_ERR(conn));
	KUNIT_EXPECT_PTR_NE(test, wide_get(fix, 2), conn);
	KUNIT_EXPECT_PTR_EQ(test, wide_find(fix, &w.new.key), conn);

	/* Its own again is a duplicate, or replaces it. */
	wide_fill(fix, 3, &w);
	KUNIT_EXPECT_EQ(test, PTR_ERR(conn_do_insert(fix, &w.new)), -EEXIST);
	w.new.replaces = wide_get(fix, 3);
	conn = conn_do_insert(fix, &w.new);
	KUNIT_ASSERT_FALSE(test, IS_ERR(conn));
	KUNIT_EXPECT_PTR_EQ(test, wide_get(fix, 3), conn);
	wide_check(test, 0, 4);
}

/* One client port to several ports of a server; and of a mark, by protocols. */
static void wide_replies(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn *a, *b, *udp;
	struct wide w;

	wide_add(test, 3, 4);
	a = wide_get(fix, 3);
	wide_fill(fix, 3, &w);
	w.front.port = htons(9);
	l4lb_conn_hash(&fix->ln->conns, &w.new.key);
	b = conn_do_insert(fix, &w.new);
	KUNIT_ASSERT_FALSE(test, IS_ERR(b));
	KUNIT_EXPECT_PTR_EQ(test, wide_reply(fix, 3, WIDE_PORT + 3,
					     IPPROTO_TCP), a);
	KUNIT_EXPECT_PTR_EQ(test, wide_reply(fix, 3, 9, IPPROTO_TCP), b);
	KUNIT_EXPECT_NULL(test, wide_reply(fix, 3, 10, IPPROTO_TCP));
	KUNIT_EXPECT_NULL(test, wide_reply(fix, 3, 9, IPPROTO_UDP));
	/* By another VIP the reply would be the same: refused. */
	w.front.addr.ip = htonl(0xc0000299);
	l4lb_conn_hash(&fix->ln->conns, &w.new.key);
	KUNIT_EXPECT_EQ(test, PTR_ERR(conn_do_insert(fix, &w.new)),
			-EADDRINUSE);
	/* By another protocol it is not. */
	w.front.proto = IPPROTO_UDP;
	w.new.proto = IPPROTO_UDP;
	w.new.state = L4LB_STATE_UDP;
	l4lb_conn_hash(&fix->ln->conns, &w.new.key);
	udp = conn_do_insert(fix, &w.new);
	KUNIT_ASSERT_FALSE(test, IS_ERR(udp));
	KUNIT_EXPECT_PTR_EQ(test, wide_reply(fix, 3, 9, IPPROTO_UDP), udp);
	KUNIT_EXPECT_PTR_EQ(test, wide_reply(fix, 3, 9, IPPROTO_TCP), b);
	conn_end(fix, b);
	KUNIT_EXPECT_NULL(test, wide_reply(fix, 3, 9, IPPROTO_TCP));
	KUNIT_EXPECT_PTR_EQ(test, wide_reply(fix, 3, 9, IPPROTO_UDP), udp);
}

static u32 wide_number(const struct l4lb_conn *conn)
{
	u32 kind = conn->node.id & L4LB_CONN_WIDE ?
		   l4lb_conn_kind(conn->method, false) + 2 :
		   !!(conn->word & L4LB_CONN_EXTRA);

	return 4 * walk_client(conn) + kind;
}

/* They move with the table, and a dump in pieces meets each once. */
static void wide_grow(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct walk_test w = {
		.seen = walk_seen(test, 20000),
		.number = wide_number,
	};
	u32 n = 800, more, i, lost = 0, twice = 0;
	struct growth g = {};
	struct rnd_state rnd;

	test_seed(test, &rnd);
	wide_add(test, 0, n);
	while (!walk_message(test, &w, 20 + test_random(&rnd, 20))) {
		more = min(n + test_random(&rnd, 200), 20000u);
		wide_add(test, n, more);
		n = more;
		grow_some(fix, &g, test_random(&rnd, 1500));
		if (!test_random(&rnd, 4))
			wide_check(test, 0, n);
	}
	for (i = 0; i < n; i++) {
		lost += i < 800 && !w.seen[i];
		twice += w.seen[i] > 1;
	}
	KUNIT_EXPECT_EQ(test, lost, 0u);
	KUNIT_EXPECT_EQ(test, twice, 0u);
	KUNIT_EXPECT_GT(test, table_size(fix, NULL), 1024u);
	wide_check(test, 0, n);
}

/* However they end, what they were charged with comes back. */
static void wide_ends(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_filter f = {
		.service = fix->svc[0]->id,
		.has_server = true,
		.prefix = -1,
	};
	u64 empty = atomic64_read(&fix->ln->conns.bytes);
	u32 n;

	wide_add(test, 0, 400);
	KUNIT_EXPECT_EQ(test, atomic64_read(&fix->ln->conns.bytes),
			empty + 100 * wide_bytes());
	for (n = 0; n < 100; n++)
		conn_idle(wide_get(fix, n), TEST_IDLE + 2);
	conn_sweep(fix);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 300);
	for (n = 100; n < 200; n++)
		conn_end(fix, wide_get(fix, n));
	conn_sweep(fix);
	KUNIT_EXPECT_EQ(test, atomic64_read(&fix->ln->conns.bytes),
			empty + 50 * wide_bytes());
	wide_check(test, 200, 400);
	/* Of a server without a port, by the port that its packets go to. */
	f.server = fix->srv[0]->ep;
	f.server.port = htons(WIDE_PORT + 2);
	KUNIT_EXPECT_EQ(test, conn_count(fix, &f), 0u);
	f.server.port = htons(WIDE_PORT + 3);
	KUNIT_EXPECT_EQ(test, conn_count(fix, &f), 50u);
	f.server.port = 0;
	KUNIT_EXPECT_EQ(test, conn_count(fix, &f), 50u);
	f.exact = true;
	KUNIT_EXPECT_EQ(test, l4lb_conn_orphan(fix->ln, &f), 50ull);
	expect_load(test, fix->srv[0], 0, 0);
	for (n = 203; n < 400; n += 4)
		KUNIT_EXPECT_NOT_NULL(test, wide_get(fix, n));
	f.has_server = false;
	KUNIT_EXPECT_EQ(test, l4lb_conn_flush(fix->ln, &f), 200ull);
	conn_sweep(fix);
	KUNIT_EXPECT_EQ(test, atomic64_read(&fix->ln->conns.bytes), empty);
}
