/* SPDX-License-Identifier: GPL-2.0 */
/* A service with servers for the suites of the schedulers. */
#ifndef L4LB_SCHED_TEST_H
#define L4LB_SCHED_TEST_H

#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/vmalloc.h>

#include "net.h"
#include "packet.h"
#include "sched.h"
#include "server.h"
#include "service.h"

#define POOL_MAX	200

/**
 * struct pool - a service whose servers the suite changes at will
 * @rnd: random numbers
 * @ln: namespace that nothing else knows
 * @rt: the service
 * @ops: scheduler
 * @tie_first: tie
 * @hash_port: the port counts
 * @hash_fallback: clients of a full server go elsewhere
 * @slow_start: seconds
 * @nr: servers in @srv
 * @srv: servers in list order
 */
struct pool {
	struct rnd_state rnd;
	struct l4lb_net *ln;
	struct l4lb_service_rt *rt;
	const struct l4lb_sched_ops *ops;
	bool tie_first;
	bool hash_port;
	bool hash_fallback;
	u32 slow_start;
	u32 nr;
	struct l4lb_server *srv[POOL_MAX];
};

static inline u32 pool_rnd(struct pool *p, u32 below)
{
	return prandom_u32_state(&p->rnd) % below;
}

static inline struct pool *pool_make(struct kunit *test,
				     const struct l4lb_sched_ops *ops)
{
	struct pool *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	u32 seed = get_random_u32();

	KUNIT_ASSERT_NOT_NULL(test, p);
	kunit_info(test, "seed %u", seed);
	prandom_seed_state(&p->rnd, seed);
	p->ops = ops;
	p->ln = vzalloc(sizeof(*p->ln));
	KUNIT_ASSERT_NOT_NULL(test, p->ln);
	p->rt = l4lb_service_rt_alloc(1, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p->rt);
	test->priv = p;
	return p;
}

/* Publish the servers as they are now, as a commit does. */
static inline struct l4lb_sched_data *pool_publish(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_sched_data *sd, *was;
	u32 i;

	sd = l4lb_sched_alloc(p->ops, p->nr, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sd);
	sd->tie_first = p->tie_first;
	sd->hash_port = p->hash_port;
	sd->hash_fallback = p->hash_fallback;
	sd->slow_start = p->slow_start;
	for (i = 0; i < p->nr; i++) {
		sd->slot[i].server = p->srv[i];
		sd->slot[i].weight = l4lb_server_weight(p->srv[i]);
	}
	l4lb_sched_index(sd);
	if (sd->ops->rebuild)
		sd->ops->rebuild(sd);
	spin_lock_bh(&p->rt->lock);
	was = rcu_dereference_protected(p->rt->sched,
					lockdep_is_held(&p->rt->lock));
	l4lb_sched_take_over(p->rt, sd);
	spin_unlock_bh(&p->rt->lock);
	if (was)
		l4lb_sched_retire(was);
	return sd;
}

/* A server at place @at; the caller publishes. */
static inline struct l4lb_server *pool_add(struct kunit *test, u32 at, u32 weight)
{
	struct pool *p = test->priv;
	struct l4lb_server_conf *conf = kzalloc(sizeof(*conf), GFP_KERNEL);
	struct l4lb_server *srv = l4lb_server_alloc(p->ln, GFP_KERNEL);
	static u32 serial;

	KUNIT_ASSERT_NOT_NULL(test, conf);
	KUNIT_ASSERT_NOT_NULL(test, srv);
	conf->weight = weight;
	RCU_INIT_POINTER(srv->conf, conf);
	srv->ep.addr.ip = htonl(0xc0a80000 + ++serial);
	srv->ep.family = AF_INET;
	srv->rt = p->rt;
	l4lb_service_rt_get(p->rt);
	memmove(&p->srv[at + 1], &p->srv[at], (p->nr - at) * sizeof(p->srv[0]));
	p->srv[at] = srv;
	p->nr++;
	return srv;
}

/* Take the server at place @at out; it is freed once unpublished. */
static inline struct l4lb_server *pool_del(struct pool *p, u32 at)
{
	struct l4lb_server *srv = p->srv[at];

	p->nr--;
	memmove(&p->srv[at], &p->srv[at + 1], (p->nr - at) * sizeof(p->srv[0]));
	return srv;
}

/* Without servers again. */
static inline void pool_clear(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_server *was[POOL_MAX];
	u32 i, nr = p->nr;

	memcpy(was, p->srv, sizeof(was));
	p->nr = 0;
	pool_publish(test);
	for (i = 0; i < nr; i++)
		l4lb_server_retire(was[i]);
}

/* Choose and commit as the hooks do; NULL when there is none. */
static inline struct l4lb_server *pool_pick(struct pool *p)
{
	struct l4lb_pick pick = {};
	struct l4lb_sched_data *sd;
	bool any;

	rcu_read_lock();
	local_bh_disable();
	sd = rcu_dereference(p->rt->sched);
	do {
		any = p->ops->pick(sd, NULL, &pick);
	} while (any && !p->ops->commit(p->rt, sd, &pick));
	local_bh_enable();
	rcu_read_unlock();
	return any ? pick.server : NULL;
}

static inline void pool_admin(struct l4lb_server *srv, u8 admin)
{
	spin_lock_bh(&srv->rt->lock);
	WRITE_ONCE(srv->admin, admin);
	l4lb_sched_refresh(srv);
	spin_unlock_bh(&srv->rt->lock);
}

static inline void pool_health(struct l4lb_server *srv, u8 health)
{
	spin_lock_bh(&srv->rt->lock);
	WRITE_ONCE(srv->health, health);
	l4lb_sched_refresh(srv);
	spin_unlock_bh(&srv->rt->lock);
}

static inline void pool_weight(struct l4lb_server *srv, s32 weight)
{
	spin_lock_bh(&srv->rt->lock);
	WRITE_ONCE(srv->oper_weight, weight);
	l4lb_sched_refresh(srv);
	spin_unlock_bh(&srv->rt->lock);
}

/* A connection of @srv's opens, moves or ends, if it has one. */
static inline void pool_conn(struct pool *p, struct l4lb_server *srv)
{
	switch (pool_rnd(p, 4)) {
	case 0:
		l4lb_server_conn_opened(srv, pool_rnd(p, 2));
		break;
	case 1:
		if (atomic_read(&srv->active))
			l4lb_server_conn_closed(srv, true);
		break;
	case 2:
		if (atomic_read(&srv->inactive))
			l4lb_server_conn_closed(srv, false);
		break;
	default:
		if (atomic_read(&srv->active))
			l4lb_server_conn_moved(srv, false);
	}
}

/* How many of @picks each server gets; connections are not opened. */
static inline void pool_count(struct pool *p, u32 picks, u32 *count)
{
	struct l4lb_server *srv;
	u32 i;

	memset(count, 0, p->nr * sizeof(*count));
	while (picks--) {
		srv = pool_pick(p);
		for (i = 0; i < p->nr; i++)
			count[i] += p->srv[i] == srv;
	}
}

/* A packet of client @nr. */
static inline struct l4lb_packet pool_packet(u32 nr)
{
	return (struct l4lb_packet){
		.family = AF_INET,
		.proto = IPPROTO_TCP,
		.saddr.ip = htonl(0x0a000000 + nr),
		.daddr.ip = htonl(0xcb007164),
		.sport = htons(1024 + nr % 60000),
		.dport = htons(80),
	};
}

/* Choose, commit nothing; NULL when there is none. */
static inline struct l4lb_server *pool_choose(struct pool *p,
					      const struct l4lb_packet *pkt)
{
	struct l4lb_pick pick = {};
	bool any;

	rcu_read_lock();
	any = p->ops->pick(rcu_dereference(p->rt->sched), pkt, &pick);
	rcu_read_unlock();
	return any ? pick.server : NULL;
}

/* For a packet of client @nr. */
static inline struct l4lb_server *pool_hashed(struct pool *p, u32 nr)
{
	struct l4lb_packet pkt = pool_packet(nr);

	return pool_choose(p, &pkt);
}

/* Servers of these weights, published. */
#define pool_weights(test, ...)						\
	pool_fill(test, (const u32[]){ __VA_ARGS__ },			\
		  sizeof((const u32[]){ __VA_ARGS__ }) / sizeof(u32))

static inline struct l4lb_sched_data *pool_fill(struct kunit *test,
						const u32 *weight, u32 nr)
{
	struct pool *p = test->priv;

	while (nr--)
		pool_add(test, p->nr, *weight++);
	return pool_publish(test);
}

/* A choice does not move anything; of two that saw the same one succeeds. */
static inline void pool_expect_pure(struct kunit *test)
{
	struct l4lb_sched_data *sd = pool_weights(test, 1, 1);
	struct pool *p = test->priv;
	struct l4lb_pick one, two;

	KUNIT_ASSERT_TRUE(test, p->ops->pick(sd, NULL, &one));
	KUNIT_ASSERT_TRUE(test, p->ops->pick(sd, NULL, &two));
	KUNIT_EXPECT_PTR_EQ(test, one.server, two.server);
	local_bh_disable();
	KUNIT_EXPECT_TRUE(test, p->ops->commit(p->rt, sd, &two));
	KUNIT_EXPECT_FALSE(test, p->ops->commit(p->rt, sd, &one));
	local_bh_enable();
	KUNIT_EXPECT_PTR_EQ(test, pool_pick(p), p->srv[1]);
}

/* Nobody is chosen where nobody is, and nobody of weight 0. */
static inline void pool_expect_none(struct kunit *test)
{
	struct pool *p = test->priv;

	pool_publish(test);
	KUNIT_EXPECT_PTR_EQ(test, pool_hashed(p, 1),
			    (struct l4lb_server *)NULL);
	pool_weights(test, 0);
	KUNIT_EXPECT_PTR_EQ(test, pool_hashed(p, 1),
			    (struct l4lb_server *)NULL);
}

#define POOL_CLIENTS	1000

/* A full server rejects its clients, or lets them alone go elsewhere. */
static inline void pool_expect_full(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_server **was, *srv;
	u32 c;

	was = kunit_kcalloc(test, POOL_CLIENTS, sizeof(*was), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, was);
	pool_weights(test, 1, 2, 3, 4);
	for (c = 0; c < POOL_CLIENTS; c++)
		was[c] = pool_hashed(p, c);
	WRITE_ONCE(p->srv[3]->overload, 1);
	for (c = 0; c < POOL_CLIENTS; c++) {
		srv = was[c] == p->srv[3] ? NULL : was[c];
		KUNIT_ASSERT_PTR_EQ(test, pool_hashed(p, c), srv);
	}
	p->hash_fallback = true;
	pool_publish(test);
	for (c = 0; c < POOL_CLIENTS; c++) {
		srv = pool_hashed(p, c);
		KUNIT_ASSERT_NOT_NULL(test, srv);
		KUNIT_ASSERT_PTR_NE(test, srv, p->srv[3]);
		if (was[c] != p->srv[3])
			KUNIT_ASSERT_PTR_EQ(test, srv, was[c]);
	}
}

static inline void pool_exit(struct kunit *test)
{
	struct pool *p = test->priv;
	struct l4lb_sched_data *sd;

	if (!p || !p->rt)
		return;
	sd = rcu_dereference_protected(p->rt->sched, true);
	if (sd)
		l4lb_sched_retire(sd);
	while (p->nr)
		l4lb_server_retire(pool_del(p, p->nr - 1));
	l4lb_service_rt_put(p->rt);
	l4lb_sched_flush();
	rcu_barrier();
	vfree(p->ln);
}

#endif /* L4LB_SCHED_TEST_H */
