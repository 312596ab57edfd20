// SPDX-License-Identifier: GPL-2.0
/*
 * Suite of sched.c: several tasks pick from one service at a time, while servers
 * change.
 */
#include "race_test.h"
#include "sched_test.h"

#define PICK_SERVERS	4
#define PICK_EACH	2500

/**
 * struct pick_task - one of the tasks
 * @race: the task
 * @p: pool
 * @open: its picks stay connections until they are closed at random
 * @count: picks of each server
 * @none: picks that found nobody
 * @wrong: picks of a server that is none of the pool's
 */
struct pick_task {
	struct race_task race;
	struct pool *p;
	bool open;
	u32 count[PICK_SERVERS];
	u32 none;
	u32 wrong;
};

/* As the hooks do it, for a packet of client @nr. */
static struct l4lb_server *pick_once(struct pool *p, u32 nr)
{
	struct l4lb_packet pkt = pool_packet(nr);
	struct l4lb_pick pick = {};
	struct l4lb_sched_data *sd;
	bool any;

	rcu_read_lock();
	local_bh_disable();
	do {
		sd = rcu_dereference(p->rt->sched);
		any = sd->ops->pick(sd, &pkt, &pick);
	} while (any && !sd->ops->commit(p->rt, sd, &pick));
	local_bh_enable();
	rcu_read_unlock();
	return any ? pick.server : NULL;
}

static int pick_often(void *arg)
{
	u32 held[PICK_SERVERS] = {}, i, n;
	struct pick_task *t = arg;
	struct l4lb_server *srv;

	for (n = 0; n < PICK_EACH; n++) {
		srv = pick_once(t->p, prandom_u32_state(&t->race.rnd) % 100000);
		for (i = 0; i < PICK_SERVERS && t->p->srv[i] != srv; i++)
			;
		t->none += !srv;
		t->wrong += srv && i == PICK_SERVERS;
		if (i < PICK_SERVERS)
			t->count[i]++;
		if (i < PICK_SERVERS && t->open) {
			l4lb_server_conn_opened(srv, true);
			held[i]++;
			i = prandom_u32_state(&t->race.rnd) % PICK_SERVERS;
			if (held[i]) {
				l4lb_server_conn_closed(t->p->srv[i], true);
				held[i]--;
			}
		}
		cond_resched();
	}
	for (i = 0; i < PICK_SERVERS; i++)
		while (held[i]--)
			l4lb_server_conn_closed(t->p->srv[i], true);
	return race_task_end(&t->race);
}

static struct pick_task *pick_start(struct kunit *test, bool open)
{
	struct pick_task *t = kunit_kcalloc(test, RACE_TASKS, sizeof(*t),
					    GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	for (i = 0; i < RACE_TASKS; i++) {
		t[i].p = test->priv;
		t[i].open = open;
		if (!race_task_start(test, &t[i].race, i, pick_often))
			break;
	}
	return t;
}

static bool pick_under_way(struct pick_task *t)
{
	int i;

	for (i = 0; i < RACE_TASKS && t[i].race.task; i++)
		if (!completion_done(&t[i].race.done))
			return true;
	return false;
}

/* Wait for all; @count: out: picks of each server. Returns those of nobody. */
static u32 pick_stop(struct kunit *test, struct pick_task *t, u32 *count)
{
	u32 none = 0, s;
	int i;

	memset(count, 0, PICK_SERVERS * sizeof(*count));
	for (i = 0; i < RACE_TASKS && t[i].race.task; i++) {
		wait_for_completion(&t[i].race.done);
		race_task_stop(&t[i].race);
		KUNIT_EXPECT_EQ(test, t[i].wrong, 0u);
		none += t[i].none;
		for (s = 0; s < PICK_SERVERS; s++)
			count[s] += t[i].count[s];
	}
	return none;
}

/* In turn: each server has its share of all picks, whoever picked. */
static void race_turns(struct kunit *test)
{
	static const struct {
		const struct l4lb_sched_ops *ops;
		bool weighted;
	} cases[] = {
		{ &l4lb_sched_rr, false },
		{ &l4lb_sched_wrr, true },
	};
	const u32 all = RACE_TASKS * PICK_EACH;
	struct pool *p = test->priv;
	u32 i, s, want, count[PICK_SERVERS];

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		p->ops = cases[i].ops;
		pool_weights(test, 1, 2, 3, 4);
		KUNIT_EXPECT_EQ(test, pick_stop(test, pick_start(test, false),
						count), 0u);
		for (s = 0; s < PICK_SERVERS; s++) {
			want = all / 4;
			if (cases[i].weighted)
				want = all / 10 * (s + 1);
			KUNIT_EXPECT_EQ(test, count[s], want);
		}
		pool_clear(test);
	}
}

/* Of servers that everybody loads and unloads the last picks know no more. */
static void race_loads(struct kunit *test)
{
	static const struct l4lb_sched_ops * const ops[] = {
		&l4lb_sched_wlc, &l4lb_sched_sed, &l4lb_sched_nq,
		&l4lb_sched_twos,
	};
	struct pool *p = test->priv;
	u32 i, s, count[PICK_SERVERS];

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		p->ops = ops[i];
		pool_weights(test, 1, 1, 1, 1);
		KUNIT_EXPECT_EQ(test, pick_stop(test, pick_start(test, true),
						count), 0u);
		for (s = 0; s < PICK_SERVERS; s++) {
			KUNIT_EXPECT_EQ(test, atomic_read(&p->srv[s]->active),
					0);
			KUNIT_EXPECT_GT(test, count[s], 0u);
		}
		/* An idle pool is an idle pool: all in turn. */
		pool_count(p, 400, count);
		for (s = 0; s < PICK_SERVERS && ops[i] != &l4lb_sched_twos;
		     s++) {
			KUNIT_EXPECT_GE(test, count[s], 99u);
			KUNIT_EXPECT_LE(test, count[s], 101u);
		}
		pool_clear(test);
	}
}

/* While states and weights of others change, one that is up is always found. */
static void race_changes(struct kunit *test)
{
	static const struct l4lb_sched_ops * const ops[] = {
		&l4lb_sched_wrr, &l4lb_sched_wlc, &l4lb_sched_mh,
		&l4lb_sched_sh, &l4lb_sched_twos,
	};
	struct l4lb_server **was, *srv;
	struct pool *p = test->priv;
	u32 i, c, count[PICK_SERVERS];
	struct pick_task *t;

	was = kunit_kcalloc(test, POOL_CLIENTS, sizeof(*was), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, was);
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		p->ops = ops[i];
		pool_weights(test, 1, 2, 3, 4);
		for (c = 0; ops[i]->hash && c < POOL_CLIENTS; c++)
			was[c] = pool_hashed(p, c);
		t = pick_start(test, true);
		while (pick_under_way(t)) {
			srv = p->srv[1 + pool_rnd(p, PICK_SERVERS - 1)];
			pool_weight(srv, (s32)pool_rnd(p, 6) - 1);
			pool_admin(srv, 1 + pool_rnd(p, L4LB_ADMIN_MAX));
			pool_health(srv, 1 + pool_rnd(p, L4LB_HEALTH_MAX));
			if (!pool_rnd(p, 10))
				pool_publish(test);
			cond_resched();
		}
		KUNIT_EXPECT_EQ(test, pick_stop(test, t, count), 0u);
		for (c = 1; c < PICK_SERVERS; c++) {
			pool_weight(p->srv[c], -1);
			pool_admin(p->srv[c], L4LB_ADMIN_ENABLED);
			pool_health(p->srv[c], L4LB_HEALTH_UP);
		}
		l4lb_sched_flush();
		/* A hash is what it was. */
		for (c = 0; ops[i]->hash && c < POOL_CLIENTS; c++)
			KUNIT_ASSERT_PTR_EQ(test, pool_hashed(p, c), was[c]);
		pool_clear(test);
	}
}

static int pick_test_init(struct kunit *test)
{
	return pool_make(test, &l4lb_sched_rr) ? 0 : -ENOMEM;
}

static struct kunit_case pick_cases[] = {
	KUNIT_CASE(race_turns),
	KUNIT_CASE(race_loads),
	KUNIT_CASE(race_changes),
	{}
};

static struct kunit_suite pick_suite = {
	.name = "sched_race",
	.init = pick_test_init,
	.exit = pool_exit,
	.test_cases = pick_cases,
};

kunit_test_suite(pick_suite);
