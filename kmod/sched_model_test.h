/* SPDX-License-Identifier: GPL-2.0 */
/* The schedulers that compare all servers, in the plainest way. */
#ifndef L4LB_SCHED_MODEL_TEST_H
#define L4LB_SCHED_MODEL_TEST_H

#include "sched_test.h"

/* load / rank of a server; rank 0: not to be picked */
struct sched_figure {
	u64 load;
	u64 rank;
};

/**
 * struct sched_model - a scheduler in the plainest way
 * @figure: what is compared
 * @rotate: equals take turns
 * @turn: virtual time of each server in the pool's order
 * @now: turn at which the last pick began
 */
struct sched_model {
	struct sched_figure (*figure)(u64 weight, u64 active, u64 inactive);
	bool rotate;
	u64 turn[POOL_MAX];
	u64 now;
};

static inline struct sched_figure
sched_model_figure(const struct sched_model *m, const struct l4lb_server *srv)
{
	struct sched_figure none = {};
	u32 weight = l4lb_server_weight(srv);

	if (srv->admin != L4LB_ADMIN_ENABLED || !weight ||
	    srv->health == L4LB_HEALTH_DOWN)
		return none;
	return m->figure(weight, atomic_read(&srv->active),
			 atomic_read(&srv->inactive));
}

static inline int sched_model_best(const struct pool *p,
				   const struct sched_model *m)
{
	struct sched_figure best_f = {}, f;
	bool rotate = m->rotate && !p->tie_first;
	int i, best = -1;

	for (i = 0; i < p->nr; i++) {
		f = sched_model_figure(m, p->srv[i]);
		if (!f.rank)
			continue;
		if (best >= 0 && f.load * best_f.rank > best_f.load * f.rank)
			continue;
		if (best >= 0 && f.load * best_f.rank == best_f.load * f.rank &&
		    !(rotate && m->turn[i] < m->turn[best]))
			continue;
		best = i;
		best_f = f;
	}
	return best;
}

static inline struct l4lb_server *sched_model_pick(struct kunit *test,
						   struct sched_model *m)
{
	struct pool *p = test->priv;
	int best = sched_model_best(p, m);
	struct l4lb_server *got = pool_pick(p);

	if (best < 0) {
		KUNIT_EXPECT_PTR_EQ(test, got, (struct l4lb_server *)NULL);
		return NULL;
	}
	KUNIT_EXPECT_PTR_EQ(test, got, p->srv[best]);
	m->now = max(m->now, m->turn[best]);
	m->turn[best] = m->now +
			(1ull << 32) /
			sched_model_figure(m, p->srv[best]).rank;
	return got;
}

static inline void sched_model_change(struct kunit *test,
				      struct sched_model *m)
{
	struct pool *p = test->priv;
	struct l4lb_server *srv;
	u32 at;

	if (p->nr < 2 || (p->nr < POOL_MAX && pool_rnd(p, 2))) {
		at = pool_rnd(p, p->nr + 1);
		memmove(&m->turn[at + 1], &m->turn[at],
			(p->nr - at) * sizeof(m->turn[0]));
		m->turn[at] = m->now;
		pool_add(test, at, pool_rnd(p, 3) ? pool_rnd(p, 5) : 65535);
		pool_publish(test);
		return;
	}
	at = pool_rnd(p, p->nr);
	srv = pool_del(p, at);
	memmove(&m->turn[at], &m->turn[at + 1],
		(p->nr - at) * sizeof(m->turn[0]));
	pool_publish(test);
	l4lb_server_retire(srv);
}

static inline void sched_model_step(struct kunit *test, struct sched_model *m)
{
	struct pool *p = test->priv;
	u32 what = p->nr ? pool_rnd(p, 30) : 0;
	struct l4lb_server *srv = p->nr ? p->srv[pool_rnd(p, p->nr)] : NULL;

	switch (what) {
	case 0:
		sched_model_change(test, m);
		break;
	case 1:
		pool_admin(srv, 1 + pool_rnd(p, L4LB_ADMIN_MAX));
		break;
	case 2:
		pool_health(srv, 1 + pool_rnd(p, L4LB_HEALTH_MAX));
		break;
	case 3:
		pool_weight(srv, (s32)pool_rnd(p, 6) - 1);
		break;
	case 4 ... 12:
		pool_conn(p, srv);
		break;
	default:
		srv = sched_model_pick(test, m);
		/* Some connections are so short that nobody sees them. */
		if (srv && what > 16)
			l4lb_server_conn_opened(srv, true);
	}
}

/* @rounds of changes, connections and picks, half of them with tie first. */
static inline void
sched_model_random(struct kunit *test, const struct l4lb_sched_ops *ops,
		   struct sched_figure (*figure)(u64 weight, u64 active,
						 u64 inactive),
		   u32 rounds)
{
	struct pool *p = test->priv;
	struct sched_model *m;
	u32 round;

	m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m);
	p->ops = ops;
	m->figure = figure;
	m->rotate = ops->rotate;
	pool_publish(test);
	for (round = 0; round < rounds; round++) {
		if (round == rounds / 2) {
			p->tie_first = true;
			pool_publish(test);
		}
		sched_model_step(test, m);
	}
}

#endif /* L4LB_SCHED_MODEL_TEST_H */
