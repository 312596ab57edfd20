// SPDX-License-Identifier: GPL-2.0
/* How a drain ends: with the last connection, or at its deadline. */
#include <linux/jiffies.h>
#include <linux/mutex.h>

#include "net.h"
#include "notify.h"
#include "sched.h"
#include "server.h"
#include "service.h"

/* True when the drain goes on, so that the next sweep has to look again. */
static bool drain_look(struct l4lb_net *ln, const struct l4lb_service *svc,
		       struct l4lb_server *srv)
{
	if (srv->admin != L4LB_ADMIN_DRAIN || srv->drained)
		return false;
	if ((atomic_read(&srv->active) || atomic_read(&srv->inactive)) &&
	    !l4lb_server_overdue(srv))
		return true;
	WRITE_ONCE(srv->drained, 1);
	l4lb_notify_drain(ln, svc, srv);
	return false;
}

/**
 * l4lb_server_drains() - tell of the drains that have ended
 * @ln: namespace
 *
 * Those of servers that were deleted meanwhile are told by l4lb_server_reap().
 *
 * Walks the servers only while one of them drains. Tries for state_lock and
 * leaves the rest to the next sweep when it is held.
 *
 * Context: process, may sleep; the aging work, before and after each sweep.
 */
void l4lb_server_drains(struct l4lb_net *ln)
{
	const struct l4lb_table *table;
	struct l4lb_service *svc;
	struct l4lb_leaf *leaf;
	bool more = false;
	u32 l, i, pos;

	if (!READ_ONCE(ln->draining) || !mutex_trylock(&ln->state_lock))
		return;
	rcu_read_lock();
	table = rcu_dereference(ln->table);
	for (l = 0; l <= table->services->mask; l++) {
		leaf = table->services->leaf[l];
		for (i = 0; leaf && i < leaf->nr; i++) {
			svc = leaf->e[i].obj;
			for (pos = 0; pos < svc->sched->nr; pos++)
				more |= drain_look(ln, svc,
						   svc->sched->slot[pos].server);
		}
	}
	rcu_read_unlock();
	WRITE_ONCE(ln->draining, more);
	mutex_unlock(&ln->state_lock);
}

#ifdef L4LB_KUNIT
#include "server_drain_test.c"
#endif
