/* SPDX-License-Identifier: GPL-2.0 */
/* Namespaces of the suites' own, that no packet finds. */
#ifndef L4LB_NET_TEST_H
#define L4LB_NET_TEST_H

#include <kunit/test.h>
#include <linux/percpu.h>
#include <linux/vmalloc.h>

#include "net.h"
#include "txn.h"

/* Body runs for each object of a map. */
#define net_test_each(map, l, i, pos)					\
	for ((l) = 0; (l) <= (map)->mask; (l)++)			\
		for ((i) = 0; (map)->leaf[l] && (i) < (map)->leaf[l]->nr && \
		     ((pos) = (map)->leaf[l]->e[i].obj, true); (i)++)

/* Without configuration, hooks and works; entries need l4lb_conns_init(). */
static inline struct l4lb_net *net_test_make(struct kunit *test)
{
	struct l4lb_net *ln = vzalloc(sizeof(*ln));

	KUNIT_ASSERT_NOT_NULL(test, ln);
	ln->net = &init_net;
	mutex_init(&ln->conf_lock);
	mutex_init(&ln->state_lock);
	INIT_LIST_HEAD(&ln->txns);
	INIT_LIST_HEAD(&ln->standbys);
	ln->reasons = alloc_percpu(struct l4lb_reasons);
	KUNIT_ASSERT_NOT_NULL(test, ln->reasons);
	KUNIT_ASSERT_EQ(test, l4lb_slots_init(&ln->services), 0);
	KUNIT_ASSERT_EQ(test, l4lb_slots_init(&ln->servers), 0);
	KUNIT_ASSERT_EQ(test, l4lb_slots_init(&ln->endpoints), 0);
	KUNIT_ASSERT_EQ(test, l4lb_txn_net_init(ln), 0);
	return ln;
}

static inline void net_test_free(struct l4lb_net *ln)
{
	l4lb_txn_net_exit(ln);
	l4lb_slots_destroy(&ln->endpoints);
	l4lb_slots_destroy(&ln->servers);
	l4lb_slots_destroy(&ln->services);
	rcu_barrier();
	free_percpu(ln->reasons);
	vfree(ln);
}

static inline const struct l4lb_table *net_test_table(struct l4lb_net *ln)
{
	return rcu_dereference_protected(ln->table, true);
}

/* What a commit says is what is published. */
static inline int net_test_commit(struct kunit *test, struct l4lb_net *ln,
				  struct l4lb_txn *txn, u64 *changed,
				  struct netlink_ext_ack *extack)
{
	struct l4lb_txn_result result = {};
	int err = l4lb_txn_commit(ln, txn, false, &result, extack);

	if (changed)
		*changed = result.changed;
	if (!err) {
		KUNIT_EXPECT_EQ(test, result.generation,
				net_test_table(ln)->generation);
		KUNIT_EXPECT_EQ(test, result.digest,
				net_test_table(ln)->digest);
	}
	return err;
}

/* A transaction of one change; conf_lock held. */
static inline int net_test_one(struct kunit *test, struct l4lb_net *ln,
			       const struct l4lb_change *ch,
			       struct netlink_ext_ack *extack)
{
	struct l4lb_txn *txn;
	int err;

	memset(extack, 0, sizeof(*extack));
	txn = l4lb_txn_begin(ln, L4LB_TXN_MODE_EDIT, false, 0, 0, extack);
	if (IS_ERR(txn))
		return PTR_ERR(txn);
	err = l4lb_txn_stage(ln, txn, ch, extack);
	if (!err)
		err = net_test_commit(test, ln, txn, NULL, extack);
	if (err)
		l4lb_txn_abort(ln, txn);
	return err;
}

#endif /* L4LB_NET_TEST_H */
