// SPDX-License-Identifier: GPL-2.0
/* Module init and exit: a ladder and its mirror. */
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "conn.h"
#include "net.h"
#include "netlink.h"
#include "sched.h"

/*
 * Entries before namespaces, which make them; namespaces before the family,
 * which changes them. Packets come only after a service was configured through
 * the family, so the hooks need no step here.
 */
static int __init l4lb_main_init(void)
{
	int err;

	err = l4lb_conn_cache_init();
	if (err)
		return err;
	err = l4lb_sched_start();
	if (err)
		goto exit_cache;
	err = l4lb_net_init();
	if (err)
		goto exit_sched;
	err = l4lb_netlink_init();
	if (err)
		goto exit_net;
	return 0;

exit_net:
	l4lb_net_exit();
exit_sched:
	l4lb_sched_stop();
exit_cache:
	l4lb_conn_cache_exit();
	return err;
}

/*
 * The family first: nobody changes anything any more. Then each namespace
 * unregisters its hooks, waits for packets in flight, stops its works and
 * frees its objects; then the last works of schedulers end. rcu_barrier() waits
 * for what was handed to RCU, whose callbacks are code of this module; only
 * then may the caches go.
 */
static void __exit l4lb_main_exit(void)
{
	l4lb_netlink_exit();
	l4lb_net_exit();
	l4lb_sched_stop();
	rcu_barrier();
	l4lb_conn_cache_exit();
}

module_init(l4lb_main_init);
module_exit(l4lb_main_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Layer-4 load balancer");
MODULE_VERSION(L4LB_MODULE_VERSION);
MODULE_ALIAS_GENL_FAMILY(L4LB_GENL_NAME);
