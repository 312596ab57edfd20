// SPDX-License-Identifier: GPL-2.0
/* Cases of conn_test.c with several tasks at a time. */
#include "race_test.h"

#define RACE_STABLE	300
#define RACE_MOST	6000
#define RACE_CLIENTS	12
#define RACE_OPS	20000

/**
 * struct conn_race - one of the tasks
 * @race: the task
 * @fix: fixture
 * @rounds: what it has done
 * @wrong: what should not have been
 */
struct conn_race {
	struct race_task race;
	struct conn_fixture *fix;
	u32 rounds;
	u32 wrong;
};

static struct conn_race *race_start(struct kunit *test, int (*fn)(void *))
{
	struct conn_race *t = kunit_kcalloc(test, RACE_TASKS, sizeof(*t),
					    GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	for (i = 0; i < RACE_TASKS; i++) {
		t[i].fix = test->priv;
		if (!race_task_start(test, &t[i].race, i, fn))
			break;
	}
	return t;
}

/* Stop all; returns the sum of what was wrong. */
static u32 race_stop(struct conn_race *t)
{
	u32 wrong = 0;
	int i;

	for (i = 0; i < RACE_TASKS && t[i].race.task; i++) {
		race_task_stop(&t[i].race);
		wrong += t[i].wrong;
	}
	return wrong;
}

/* Is client @n found as a packet finds it, now? */
static bool race_found(struct conn_fixture *fix, u32 id, u32 n)
{
	struct l4lb_conn_key key = conn_client(fix->ln, id, n);
	struct l4lb_conn *conn;
	bool found;

	rcu_read_lock();
	conn = l4lb_conn_lookup(fix->ln, &key);
	found = conn && conn->node.port == key.port;
	if (found)
		l4lb_conn_touch(conn, (u32)jiffies);
	rcu_read_unlock();
	return found;
}

static int race_reader(void *arg)
{
	struct conn_race *t = arg;
	struct conn_fixture *fix = t->fix;
	u32 n;

	while (!kthread_should_stop()) {
		for (n = 0; n < RACE_STABLE; n++) {
			t->wrong += !race_found(fix, fix->svc[0]->id, n);
			if (n % 4 < 2)
				t->wrong += !race_found(fix,
					fix->rs[n % 2 ? 0 : 1]->id |
					L4LB_CONN_REV, n);
		}
		t->rounds++;
		cond_resched();
	}
	return 0;
}

/* Readers miss nothing while chains move, fill and empty around it. */
static void race_growth(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct conn_race *t;
	struct growth g = {};
	struct rnd_state rnd;
	u32 n, i, rounds = 0;

	test_seed(test, &rnd);
	table_fill(test, 0, RACE_STABLE);
	t = race_start(test, race_reader);
	for (n = RACE_STABLE; n < RACE_MOST; n += 20) {
		table_fill(test, n, n + 20);
		for (i = n; i < n + 10; i++)
			conn_end(fix, conn_get(fix, fix->svc[0]->id, i));
		grow_some(fix, &g, test_random(&rnd, 400));
		if (!test_random(&rnd, 8))
			l4lb_conn_reap(fix->ln);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, race_stop(t), 0u);
	for (i = 0; i < RACE_TASKS; i++)
		rounds += t[i].rounds;
	KUNIT_EXPECT_GT(test, rounds, 0u);
	KUNIT_EXPECT_GE(test, table_size(fix, NULL), 4096u);
}

/*
 * As a packet of any kind does it, on one of few clients. @half_open: that may
 * be, 0: any number
 */
static void race_packet(struct conn_race *t, u32 half_open)
{
	struct conn_fixture *fix = t->fix;
	int svc = test_random(&t->race.rnd, TEST_SERVICES);
	struct l4lb_conn_new new;
	struct l4lb_conn *conn;
	u32 word;

	new = conn_describe(fix, svc, test_random(&t->race.rnd, RACE_CLIENTS),
			    svc + 2 * test_random(&t->race.rnd, 2),
			    test_random(&t->race.rnd, 2) ? L4LB_METHOD_NAT :
						      L4LB_METHOD_DR);
	new.half_open_max = half_open;
	rcu_read_lock();
	local_bh_disable();
	conn = l4lb_conn_lookup(fix->ln, &new.key);
	new.replaces = conn;
	if (!conn || !test_random(&t->race.rnd, 4)) {
		conn = l4lb_conn_insert(fix->ln, &new);
		t->wrong += IS_ERR(conn) && PTR_ERR(conn) != -EEXIST &&
			    PTR_ERR(conn) != -EADDRINUSE &&
			    !(half_open && PTR_ERR(conn) == -EDQUOT);
	} else if (!test_random(&t->race.rnd, 4)) {
		l4lb_conn_kill(fix->ln, conn);
	} else {
		word = READ_ONCE(conn->word);
		l4lb_conn_advance(fix->ln, conn, word,
				  (word & ~L4LB_CONN_STATE) |
				  (L4LB_STATE_SYN_RECV +
				   test_random(&t->race.rnd, 7)));
	}
	local_bh_enable();
	rcu_read_unlock();
}

/* Do @op often, then wait to be stopped. */
static int race_often(struct conn_race *t, void (*op)(struct conn_race *t))
{
	while (t->rounds++ < RACE_OPS) {
		op(t);
		cond_resched();
	}
	return race_task_end(&t->race);
}

/* Run @fn, made of race_often(), in all tasks; returns what was wrong. */
static u32 race_run(struct kunit *test, int (*fn)(void *))
{
	struct conn_race *t = race_start(test, fn);
	int i;

	for (i = 0; i < RACE_TASKS && t[i].race.task; i++)
		wait_for_completion(&t[i].race.done);
	return race_stop(t);
}

static void race_any_packet(struct conn_race *t)
{
	race_packet(t, 0);
}

static int race_writer(void *arg)
{
	return race_often(arg, race_any_packet);
}

/*
 * Everybody on the same few tuples, with the works running: in the end each
 * server counts what is there, and when all is gone nothing.
 */
static void race_counts(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	int i, total = 0;

	l4lb_conns_start(fix->ln);
	KUNIT_EXPECT_EQ(test, race_run(test, race_writer), 0u);
	for (i = 0; i < TEST_SERVERS; i++)
		total += atomic_read(&fix->srv[i]->active) +
			 atomic_read(&fix->srv[i]->inactive);
	KUNIT_EXPECT_EQ(test, total, (int)conn_count(fix, NULL));
	KUNIT_EXPECT_EQ(test, l4lb_conn_flush(fix->ln, NULL), total);
	for (i = 0; i < TEST_SERVERS; i++)
		expect_load(test, fix->srv[i], 0, 0);
	KUNIT_EXPECT_TRUE(test, conn_wait_for(fix, 0));
}

#define RACE_HALF_OPEN	5

static void race_capped_packet(struct conn_race *t)
{
	race_packet(t, RACE_HALF_OPEN);
}

static int race_capped(void *arg)
{
	return race_often(arg, race_capped_packet);
}

/* Under a cap half-open entries are counted as exactly as the others. */
static void race_half_open(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_filter f = {
		.service = -1,
		.prefix = -1,
		.state = L4LB_STATE_SYN_RECV,
	};
	int i, total = 0;

	l4lb_conns_start(fix->ln);
	KUNIT_EXPECT_EQ(test, race_run(test, race_capped), 0u);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->rt->half_open),
			(int)conn_count(fix, &f));
	for (i = 0; i < TEST_SERVERS; i++)
		total += atomic_read(&fix->srv[i]->active) +
			 atomic_read(&fix->srv[i]->inactive);
	KUNIT_EXPECT_EQ(test, total, (int)conn_count(fix, NULL));
	l4lb_conn_flush(fix->ln, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->rt->half_open), 0);
	KUNIT_EXPECT_TRUE(test, conn_wait_for(fix, 0));
}

/* As the first packet of a client's connection does it. */
static void race_template(struct conn_race *t)
{
	struct conn_fixture *fix = t->fix;
	u32 n = test_random(&t->race.rnd, RACE_CLIENTS);
	union l4lb_addr client = conn_client(fix->ln, 0, n).addr;
	struct l4lb_server *srv = fix->srv[2 * test_random(&t->race.rnd, 2)];
	struct l4lb_conn *tmpl;
	int err = 0;

	rcu_read_lock();
	local_bh_disable();
	tmpl = l4lb_persist_lookup(fix->ln, fix->svc[0], &client);
	if (!tmpl || tmpl->server != srv->id)
		err = l4lb_persist_set(fix->ln, fix->svc[0], &client, AF_INET,
				       srv, tmpl, n % 2);
	else if (!test_random(&t->race.rnd, 4))
		l4lb_conn_kill(fix->ln, tmpl);
	else
		l4lb_conn_touch(tmpl, (u32)jiffies);
	t->wrong += err && err != -EEXIST;
	/* Whoever was first, there is one now, unless it was ended again. */
	t->wrong += err && tmpl && !(READ_ONCE(tmpl->word) & L4LB_CONN_DEAD);
	local_bh_enable();
	rcu_read_unlock();
}

static int race_persist(void *arg)
{
	return race_often(arg, race_template);
}

/* A client has one template at most, whoever sets it, and no server counts it. */
static void race_templates(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_filter f = {
		.service = fix->svc[0]->id,
		.client_family = AF_INET,
		.prefix = 32,
	};
	u32 n, i;

	fix->svc[0]->persist = 50;
	fix->svc[0]->persist_prefix = 32;
	l4lb_conns_start(fix->ln);
	KUNIT_EXPECT_EQ(test, race_run(test, race_persist), 0u);
	for (n = 0; n < RACE_CLIENTS; n++) {
		f.client = conn_client(fix->ln, 0, n).addr;
		KUNIT_EXPECT_LE(test, conn_count(fix, &f), 1u);
	}
	for (i = 0; i < TEST_SERVERS; i++)
		expect_load(test, fix->srv[i], 0, 0);
	l4lb_conn_flush(fix->ln, NULL);
	KUNIT_EXPECT_TRUE(test, conn_wait_for(fix, 0));
}
