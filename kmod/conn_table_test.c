// SPDX-License-Identifier: GPL-2.0
/* Cases of conn_test.c about the table as a whole. */

#define MODEL_CLIENTS	2000
#define MODEL_OPS	30000

/* Buckets of the current table, and of the one it grows to or 0. */
static u32 table_size(struct conn_fixture *fix, u32 *next)
{
	struct l4lb_buckets *tbl, *to;
	u32 size;

	rcu_read_lock();
	tbl = rcu_dereference(fix->ln->conns.tbl);
	to = rcu_dereference(tbl->next);
	size = tbl->mask + 1;
	if (next)
		*next = to ? to->mask + 1 : 0;
	rcu_read_unlock();
	return size;
}

static void table_fill(struct kunit *test, u32 from, u32 to)
{
	u32 n;

	for (n = from; n < to; n++)
		conn_add(test, 0, n, n % 2 ? 0 : 2,
			 n % 4 < 2 ? L4LB_METHOD_NAT : L4LB_METHOD_DR);
}

/* Every client from @from to @to is found, in both directions. */
static void table_check(struct kunit *test, u32 from, u32 to)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn *conn, *reply;
	u32 n, lost = 0, wrong = 0;

	for (n = from; n < to; n++) {
		conn = conn_get(fix, fix->svc[0]->id, n);
		reply = conn_get_reply(fix, n % 2 ? 0 : 1, n);
		lost += !conn;
		wrong += reply != (n % 4 < 2 ? conn : NULL);
	}
	KUNIT_EXPECT_EQ(test, lost, 0u);
	KUNIT_EXPECT_EQ(test, wrong, 0u);
}

static void grow_all(struct kunit *test, u32 bucket)
{
	struct conn_fixture *fix = test->priv;

	while (l4lb_conn_resize_move(fix->ln, bucket++))
		;
	l4lb_conn_resize_end(fix->ln);
}

static void grow(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conns *ct = &fix->ln->conns;

	KUNIT_EXPECT_FALSE(test, l4lb_conn_resize_begin(fix->ln));
	table_fill(test, 0, 512);
	KUNIT_EXPECT_FALSE(test, l4lb_conn_resize_begin(fix->ln));
	table_fill(test, 512, 513);
	KUNIT_ASSERT_TRUE(test, l4lb_conn_resize_begin(fix->ln));
	grow_all(test, 0);
	KUNIT_EXPECT_EQ(test, table_size(fix, NULL), 2048u);
	KUNIT_EXPECT_EQ(test, ct->grow_at, 1024u);
	table_check(test, 0, 513);

	/* Far behind: in one step. */
	table_fill(test, 513, 5000);
	KUNIT_ASSERT_TRUE(test, l4lb_conn_resize_begin(fix->ln));
	grow_all(test, 0);
	KUNIT_EXPECT_EQ(test, table_size(fix, NULL), 16384u);
	KUNIT_EXPECT_FALSE(test, l4lb_conn_resize_begin(fix->ln));
	table_check(test, 0, 5000);
	KUNIT_EXPECT_EQ(test, conn_count(fix, NULL), 5000u);
	KUNIT_EXPECT_EQ(test, atomic64_read(&ct->bytes),
			l4lb_buckets_bytes(16383) + 2500 * 64 + 2500 * 128);
	KUNIT_EXPECT_EQ(test, l4lb_conn_flush(fix->ln, NULL), 5000);
	conn_sweep(fix);
	KUNIT_EXPECT_EQ(test, atomic64_read(&ct->bytes),
			l4lb_buckets_bytes(16383));
}

/* Clients from @from to @to are gone. */
static void table_end(struct kunit *test, u32 from, u32 to)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn *conn;
	u32 n;

	for (n = from; n < to; n++) {
		conn = conn_get(fix, fix->svc[0]->id, n);
		KUNIT_ASSERT_NOT_NULL(test, conn);
		conn_end(fix, conn);
	}
	l4lb_conn_reap(fix->ln);
}

/* A table of 65,536 buckets of whose 20,000 entries @left have remained. */
static void table_loose(struct kunit *test, u32 left)
{
	struct conn_fixture *fix = test->priv;

	table_fill(test, 0, 20000);
	KUNIT_ASSERT_TRUE(test, l4lb_conn_resize_begin(fix->ln));
	grow_all(test, 0);
	KUNIT_ASSERT_EQ(test, table_size(fix, NULL), 65536u);
	table_end(test, left, 20000);
}

static void shrink(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conns *ct = &fix->ln->conns;

	table_loose(test, 4096);
	KUNIT_EXPECT_FALSE(test, l4lb_conn_resize_begin(fix->ln));
	table_end(test, 600, 4096);
	KUNIT_ASSERT_TRUE(test, l4lb_conn_resize_begin(fix->ln));
	grow_all(test, 0);
	KUNIT_EXPECT_EQ(test, table_size(fix, NULL), 4096u);
	KUNIT_EXPECT_EQ(test, ct->grow_at, 2048u);
	KUNIT_EXPECT_EQ(test, atomic64_read(&ct->bytes),
			l4lb_buckets_bytes(4095) + 300 * 64 + 300 * 128);
	table_check(test, 0, 600);
	KUNIT_EXPECT_EQ(test, conn_count(fix, NULL), 600u);
	KUNIT_EXPECT_FALSE(test, l4lb_conn_resize_begin(fix->ln));
	table_end(test, 0, 600);
	KUNIT_ASSERT_TRUE(test, l4lb_conn_resize_begin(fix->ln));
	grow_all(test, 0);
	KUNIT_EXPECT_EQ(test, table_size(fix, NULL), 1024u);
	/* There is no smaller one. */
	KUNIT_EXPECT_FALSE(test, l4lb_conn_resize_begin(fix->ln));
}

/* Everything works in the middle of it; then it is stopped there. */
static void shrink_half(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	u32 next, bucket;

	table_loose(test, 1500);
	KUNIT_ASSERT_TRUE(test, l4lb_conn_resize_begin(fix->ln));
	for (bucket = 0; bucket < 30000; bucket++)
		l4lb_conn_resize_move(fix->ln, bucket);
	KUNIT_EXPECT_EQ(test, table_size(fix, &next), 65536u);
	KUNIT_EXPECT_EQ(test, next, 8192u);
	table_check(test, 0, 1500);
	table_fill(test, 1500, 2000);
	table_check(test, 0, 2000);
	KUNIT_EXPECT_EQ(test, conn_count(fix, NULL), 2000u);
	table_end(test, 0, 1000);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 1000);
	table_check(test, 1000, 2000);
	KUNIT_EXPECT_EQ(test, conn_count(fix, NULL), 1000u);
}

/* The aging work asks for it, and the last entry's end too. */
static void shrink_by_itself(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	unsigned long end = jiffies + 60 * HZ;

	table_loose(test, 600);
	l4lb_conns_start(fix->ln);
	while (table_size(fix, NULL) != 4096 && time_before(jiffies, end))
		msleep(20);
	KUNIT_EXPECT_EQ(test, table_size(fix, NULL), 4096u);
	table_check(test, 0, 600);
	KUNIT_EXPECT_EQ(test, l4lb_conn_flush(fix->ln, NULL), 600);
	while (table_size(fix, NULL) != 1024 && time_before(jiffies, end))
		msleep(20);
	KUNIT_EXPECT_EQ(test, table_size(fix, NULL), 1024u);
}

/* Everything works in the middle of a growth; then it is stopped there. */
static void grow_half(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_new again = conn_describe(fix, 0, 7, 0,
						   L4LB_METHOD_DR);
	u32 next, bucket;

	table_fill(test, 0, 1500);
	KUNIT_ASSERT_TRUE(test, l4lb_conn_resize_begin(fix->ln));
	for (bucket = 0; bucket < 500; bucket++)
		l4lb_conn_resize_move(fix->ln, bucket);
	KUNIT_EXPECT_EQ(test, table_size(fix, &next), 1024u);
	KUNIT_EXPECT_EQ(test, next, 4096u);
	table_check(test, 0, 1500);
	table_fill(test, 1500, 2000);
	table_check(test, 0, 2000);
	KUNIT_EXPECT_EQ(test, conn_count(fix, NULL), 2000u);
	KUNIT_EXPECT_EQ(test, PTR_ERR(conn_do_insert(fix, &again)), -EEXIST);
	for (bucket = 0; bucket < 1000; bucket++)
		conn_end(fix, conn_get(fix, fix->svc[0]->id, bucket));
	l4lb_conn_reap(fix->ln);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 1000);
	table_check(test, 1000, 2000);
	KUNIT_EXPECT_EQ(test, conn_count(fix, NULL), 1000u);
	/* The rest is conn_test_exit()'s: nothing counted, nothing left. */
}

static void grow_refused(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conns *ct = &fix->ln->conns;
	u64 bytes;

	table_fill(test, 0, 1000);
	bytes = atomic64_read(&ct->bytes);
	fix->ln->limits.memory = bytes + l4lb_buckets_bytes(2047) - 1;
	KUNIT_EXPECT_FALSE(test, l4lb_conn_resize_begin(fix->ln));
	KUNIT_EXPECT_EQ(test, atomic64_read(&ct->bytes), bytes);
	KUNIT_EXPECT_EQ(test, ct->grow_at, 1250u);
	fix->ln->limits.memory = U64_MAX;
	table_check(test, 0, 1000);
	KUNIT_ASSERT_TRUE(test, l4lb_conn_resize_begin(fix->ln));
	grow_all(test, 0);
	table_check(test, 0, 1000);
}

static void grow_by_itself(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	unsigned long end = jiffies + 60 * HZ;

	l4lb_conns_start(fix->ln);
	table_fill(test, 0, 3000);
	while (table_size(fix, NULL) < 6000 && time_before(jiffies, end))
		msleep(20);
	KUNIT_EXPECT_EQ(test, table_size(fix, NULL), 8192u);
	table_check(test, 0, 3000);
}

/**
 * struct walk_test - a dump by messages
 * @cursor: of the walk
 * @bucket: cursor when the last entry was put
 * @room: entries that the message still has room for
 * @put: entries of the current bucket in it
 * @pending: these entries' clients
 * @seen: how often each client was sent
 * @number: which one an entry is, or NULL: that of its client
 */
struct walk_test {
	u64 cursor;
	u64 bucket;
	u32 room;
	u32 put;
	u32 pending[64];
	u8 *seen;
	u32 (*number)(const struct l4lb_conn *conn);
};

static u32 walk_client(const struct l4lb_conn *conn)
{
	return ntohl(conn->node.addr.ip) - 0x0a0a1f00;
}

static void walk_send(struct walk_test *w)
{
	while (w->put)
		w->seen[w->pending[--w->put]]++;
}

static int walk_one(struct l4lb_conn *conn, void *arg)
{
	struct walk_test *w = arg;

	if (w->cursor != w->bucket)
		walk_send(w);
	w->bucket = w->cursor;
	if (!w->room || w->put == ARRAY_SIZE(w->pending))
		return -EMSGSIZE;
	w->room--;
	w->pending[w->put++] = w->number ? w->number(conn) : walk_client(conn);
	return 0;
}

/* One message; true when the dump is complete. */
static bool walk_message(struct kunit *test, struct walk_test *w, u32 room)
{
	struct conn_fixture *fix = test->priv;
	int err;

	w->room = room;
	w->put = 0;
	err = l4lb_conn_walk(fix->ln, &w->cursor, NULL, walk_one, w);
	/* A bucket that did not fit is not sent: it comes again. */
	if (!err)
		walk_send(w);
	return !err;
}

static u8 *walk_seen(struct kunit *test, u32 nr)
{
	u8 *seen = kunit_kzalloc(test, nr, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, seen);
	return seen;
}

static void walk_stops(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct walk_test w = { .seen = walk_seen(test, 2000) };
	u32 n, wrong = 0, messages = 1;

	table_fill(test, 0, 2000);
	while (!walk_message(test, &w, 40))
		messages++;
	for (n = 0; n < 2000; n++)
		wrong += w.seen[n] != 1;
	KUNIT_EXPECT_EQ(test, wrong, 0u);
	KUNIT_EXPECT_GE(test, messages, 50u);
	/* At the end it stays. */
	KUNIT_EXPECT_EQ(test, w.cursor, L4LB_CONN_WALK_END);
	KUNIT_EXPECT_TRUE(test, walk_message(test, &w, 40));
	KUNIT_EXPECT_EQ(test, w.seen[0], 1);
	KUNIT_EXPECT_EQ(test, conn_count(fix, NULL), 2000u);
}

/**
 * struct growth - a growth that goes on in steps
 * @on: under way
 * @bucket: next to move
 */
struct growth {
	bool on;
	u32 bucket;
};

/* Move up to @steps buckets; begin and end as it comes. */
static void grow_some(struct conn_fixture *fix, struct growth *g, u32 steps)
{
	if (!g->on) {
		g->on = l4lb_conn_resize_begin(fix->ln);
		g->bucket = 0;
		return;
	}
	while (steps--) {
		if (!l4lb_conn_resize_move(fix->ln, g->bucket++)) {
			l4lb_conn_resize_end(fix->ln);
			g->on = false;
			return;
		}
	}
}

static u32 test_random(struct rnd_state *rnd, u32 below)
{
	return prandom_u32_state(rnd) % below;
}

static void test_seed(struct kunit *test, struct rnd_state *rnd)
{
	u32 seed = get_random_u32();

	kunit_info(test, "seed %u\n", seed);
	prandom_seed_state(rnd, seed);
}

/* Stable entries once each, while others come and the table grows thrice. */
static void walk_while_growing(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct walk_test w = { .seen = walk_seen(test, 20000) };
	u32 n = 600, i, lost, twice, more = 0;
	struct growth g = {};
	struct rnd_state rnd;

	test_seed(test, &rnd);
	table_fill(test, 0, n);
	while (!walk_message(test, &w, 20 + test_random(&rnd, 20))) {
		more = min(n + test_random(&rnd, 300), 20000u);
		table_fill(test, n, more);
		n = more;
		grow_some(fix, &g, test_random(&rnd, 2000));
	}
	for (i = lost = twice = 0; i < n; i++) {
		lost += i < 600 && !w.seen[i];
		twice += w.seen[i] > 1;
	}
	KUNIT_EXPECT_EQ(test, lost, 0u);
	KUNIT_EXPECT_EQ(test, twice, 0u);
	KUNIT_EXPECT_GT(test, table_size(fix, NULL), 2048u);
	table_check(test, 0, n);
}

/* Those that stay are met while others go and the table shrinks; few twice. */
static void walk_while_shrinking(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct walk_test w = { .seen = walk_seen(test, 20000) };
	u32 n = 20000, less, i, lost, twice;
	struct growth g = {};
	struct rnd_state rnd;

	test_seed(test, &rnd);
	table_loose(test, n);
	while (!walk_message(test, &w, 20 + test_random(&rnd, 20))) {
		less = max_t(s32, n - test_random(&rnd, 300), 600);
		table_end(test, less, n);
		n = less;
		grow_some(fix, &g, test_random(&rnd, 20000));
	}
	for (i = lost = twice = 0; i < 600; i++) {
		lost += !w.seen[i];
		twice += w.seen[i] > 1;
	}
	KUNIT_EXPECT_EQ(test, lost, 0u);
	KUNIT_EXPECT_LE(test, twice, 32u);
	KUNIT_EXPECT_LT(test, table_size(fix, NULL), 65536u);
	table_check(test, 0, n);
}

/* A sweep meets all there is, though the table grows under it. */
static void scan_while_growing(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct growth g = {};
	struct rnd_state rnd;
	struct l4lb_conn *conn;
	u32 n;

	test_seed(test, &rnd);
	table_fill(test, 0, 3000);
	for (n = 0; n < 3000; n += 3) {
		conn = conn_get(fix, fix->svc[0]->id, n);
		KUNIT_ASSERT_NOT_NULL(test, conn);
		conn_idle(conn, TEST_IDLE + 2);
	}
	while (!l4lb_conn_scan_some(fix->ln, 1 + test_random(&rnd, 50)))
		grow_some(fix, &g, test_random(&rnd, 100));
	l4lb_conn_reap(fix->ln);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 2000);
	KUNIT_EXPECT_EQ(test, conn_count(fix, NULL), 2000u);
}

/* Likewise when it shrinks, whichever buckets are left. */
static void scan_while_shrinking(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct growth g = {};
	struct rnd_state rnd;
	u32 n;

	test_seed(test, &rnd);
	table_loose(test, 3000);
	for (n = 0; n < 3000; n += 3)
		conn_idle(conn_get(fix, fix->svc[0]->id, n), TEST_IDLE + 2);
	while (!l4lb_conn_scan_some(fix->ln, 1 + test_random(&rnd, 500)))
		grow_some(fix, &g, test_random(&rnd, 1000));
	KUNIT_EXPECT_LT(test, table_size(fix, NULL), 65536u);
	l4lb_conn_reap(fix->ln);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 2000);
	KUNIT_EXPECT_EQ(test, conn_count(fix, NULL), 2000u);
}

static void filters(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_filter f = { .service = -1, .prefix = -1 };
	struct l4lb_conn *conn;
	u32 n;

	for (n = 0; n < 40; n++) {
		conn = conn_add(test, n % 2, n, n % 4, L4LB_METHOD_DR);
		KUNIT_ASSERT_NOT_NULL(test, conn);
		if (n < 10)
			conn_step(fix, conn, L4LB_STATE_FIN_WAIT);
	}
	KUNIT_EXPECT_EQ(test, conn_count(fix, &f), 40u);
	f.state = L4LB_STATE_FIN_WAIT;
	KUNIT_EXPECT_EQ(test, conn_count(fix, &f), 10u);
	f.service = fix->svc[1]->id;
	KUNIT_EXPECT_EQ(test, conn_count(fix, &f), 5u);
	f.state = L4LB_STATE_UNSPEC;
	KUNIT_EXPECT_EQ(test, conn_count(fix, &f), 20u);
	f.service = fix->svc[1]->id + 1;
	KUNIT_EXPECT_EQ(test, conn_count(fix, &f), 0u);
	f.service = -1;
	f.has_server = true;
	f.server = fix->rs[1]->ep;
	KUNIT_EXPECT_EQ(test, conn_count(fix, &f), 20u);
	f.server.port = 0;
	KUNIT_EXPECT_EQ(test, conn_count(fix, &f), 20u);
	f.server.port = htons(8080);
	KUNIT_EXPECT_EQ(test, conn_count(fix, &f), 0u);
	f.server.port = 0;
	f.service = fix->svc[0]->id;
	KUNIT_EXPECT_EQ(test, l4lb_conn_flush(fix->ln, &f), 10);
	expect_load(test, fix->srv[2], 0, 0);
	KUNIT_EXPECT_EQ(test, conn_count(fix, NULL), 30u);
	f.server.family = AF_INET6;
	KUNIT_EXPECT_EQ(test, conn_count(fix, &f), 0u);
}

static void filter_prefix(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_new new = conn_describe(fix, 0, 0, 0, L4LB_METHOD_DR);
	struct l4lb_conn_filter f = { .service = -1 };
	int bit, bits;

	/* One client for each bit in which it differs from the filter's. */
	new.family = AF_INET6;
	for (bit = 0; bit < 128; bit++) {
		memset(&new.key.addr, 0xa5, sizeof(new.key.addr));
		new.key.addr.ip6.s6_addr[bit / 8] ^= 0x80 >> bit % 8;
		l4lb_conn_hash(&fix->ln->conns, &new.key);
		KUNIT_ASSERT_FALSE(test, IS_ERR(conn_do_insert(fix, &new)));
	}
	conn_add(test, 0, 1, 0, L4LB_METHOD_DR);
	memset(&f.client, 0xa5, sizeof(f.client));
	f.client_family = AF_INET6;
	for (bits = 0; bits <= 128; bits++) {
		f.prefix = bits;
		KUNIT_EXPECT_EQ(test, conn_count(fix, &f), 128u - bits);
	}
	f.prefix = -1;
	KUNIT_EXPECT_EQ(test, conn_count(fix, &f), 129u);
	f.client_family = AF_INET;
	f.prefix = 0;
	KUNIT_EXPECT_EQ(test, conn_count(fix, &f), 1u);
	f.prefix = 31;
	f.client = (union l4lb_addr){ .ip = htonl(0x0a0a1f00) };
	KUNIT_EXPECT_EQ(test, conn_count(fix, &f), 1u);
	f.prefix = 32;
	KUNIT_EXPECT_EQ(test, conn_count(fix, &f), 0u);
}
