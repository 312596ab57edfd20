// SPDX-License-Identifier: GPL-2.0
/* The load balancer of one network namespace: birth, first service, death. */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/net_namespace.h>

#include "hook.h"
#include "net.h"
#include "server.h"
#include "txn.h"

unsigned int l4lb_net_id __read_mostly;

/**
 * l4lb_net_activate() - a namespace gets its first service or VIP
 * @ln: namespace
 *
 * Prepares the connection table, takes a reference on the module and registers
 * the hooks: a namespace without services costs nothing, and the module cannot
 * go while one has any.
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0 or a negative errno, with nothing done.
 */
int l4lb_net_activate(struct l4lb_net *ln)
{
	int err;

	lockdep_assert_held(&ln->conf_lock);
	if (ln->active)
		return 0;
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	err = l4lb_conns_init(ln);
	if (err)
		goto put_module;
	l4lb_conns_start(ln);
	err = l4lb_hook_register(ln->net);
	if (err)
		goto stop_conns;
	ln->active = true;
	return 0;

stop_conns:
	l4lb_conns_stop(ln);
	l4lb_conns_destroy(ln);
put_module:
	module_put(THIS_MODULE);
	return err;
}

/**
 * l4lb_net_marks() - a namespace gets its first service of a mark, or has lost the
 *	last
 * @ln: namespace, which is active
 * @on: it is to look at marks
 *
 * Hooks that run on meanwhile find no such service and nothing that could go:
 * l4lb_net_deactivate() is what waits for them.
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0 or a negative errno.
 */
int l4lb_net_marks(struct l4lb_net *ln, bool on)
{
	int err = 0;

	lockdep_assert_held(&ln->conf_lock);
	if (ln->marks == on)
		return 0;
	if (on)
		err = l4lb_hook_mark_register(ln->net);
	else
		l4lb_hook_mark_unregister(ln->net);
	if (!err)
		ln->marks = on;
	return err;
}

/**
 * l4lb_net_deactivate() - a namespace has lost its last service and VIP
 * @ln: namespace
 *
 * The mirror of l4lb_net_activate(). All connections end: there is no service
 * left that they could belong to.
 *
 * Context: process, may sleep; conf_lock held, state_lock not.
 */
void l4lb_net_deactivate(struct l4lb_net *ln)
{
	lockdep_assert_held(&ln->conf_lock);
	if (!ln->active)
		return;
	ln->active = false;
	l4lb_net_marks(ln, false);
	l4lb_hook_unregister(ln->net);
	/* Hooks that are still running use the table and the entries. */
	synchronize_net();
	l4lb_conns_stop(ln);
	while (l4lb_server_reap(ln))
		;
	l4lb_conns_destroy(ln);
	module_put(THIS_MODULE);
}

static int __net_init net_start(struct net *net)
{
	struct l4lb_net *ln = l4lb_pernet(net);
	int err;

	ln->net = net;
	mutex_init(&ln->conf_lock);
	mutex_init(&ln->state_lock);
	INIT_LIST_HEAD(&ln->txns);
	INIT_LIST_HEAD(&ln->standbys);
	ln->reasons = alloc_percpu(struct l4lb_reasons);
	if (!ln->reasons)
		return -ENOMEM;
	err = l4lb_slots_init(&ln->services);
	if (err)
		goto free_reasons;
	err = l4lb_slots_init(&ln->servers);
	if (err)
		goto destroy_services;
	err = l4lb_slots_init(&ln->endpoints);
	if (err)
		goto destroy_servers;
	err = l4lb_txn_net_init(ln);
	if (err)
		goto destroy_endpoints;
	return 0;

destroy_endpoints:
	l4lb_slots_destroy(&ln->endpoints);
destroy_servers:
	l4lb_slots_destroy(&ln->servers);
destroy_services:
	l4lb_slots_destroy(&ln->services);
free_reasons:
	free_percpu(ln->reasons);
	return err;
}

static void __net_exit net_stop(struct net *net)
{
	struct l4lb_net *ln = l4lb_pernet(net);

	mutex_lock(&ln->conf_lock);
	l4lb_net_deactivate(ln);
	mutex_unlock(&ln->conf_lock);
	/* Transactions, then the snapshot and all objects. */
	l4lb_txn_net_exit(ln);
	l4lb_slots_destroy(&ln->endpoints);
	l4lb_slots_destroy(&ln->servers);
	l4lb_slots_destroy(&ln->services);
	free_percpu(ln->reasons);
}

/*
 * Servers let go of their routes when the last packet has gone. The counter of
 * IPv6 routes goes with the namespace, right after this.
 */
static void __net_exit net_stopped(struct list_head *nets)
{
	struct net *net;

	list_for_each_entry(net, nets, exit_list) {
		if (l4lb_pernet(net)->server_gen) {
			rcu_barrier();
			return;
		}
	}
}

static struct pernet_operations net_ops = {
	.init = net_start,
	.exit = net_stop,
	.exit_batch = net_stopped,
	.id = &l4lb_net_id,
	.size = sizeof(struct l4lb_net),
};

static int net_device_event(struct notifier_block *nb, unsigned long event,
			    void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);

	if (event == NETDEV_UNREGISTER)
		l4lb_server_release(l4lb_pernet(dev_net(dev)));
	return NOTIFY_DONE;
}

static struct notifier_block net_device_notifier = {
	.notifier_call = net_device_event,
};

/**
 * l4lb_net_init() - be told of namespaces, and of devices that go
 *
 * Return: 0 or a negative errno.
 */
int __init l4lb_net_init(void)
{
	int err = register_pernet_subsys(&net_ops);

	if (err)
		return err;
	err = register_netdevice_notifier(&net_device_notifier);
	if (err)
		unregister_pernet_subsys(&net_ops);
	return err;
}

/**
 * l4lb_net_exit() - stop every namespace's load balancer
 *
 * Context: process, may sleep; nobody can reach the family any more.
 */
void l4lb_net_exit(void)
{
	unregister_netdevice_notifier(&net_device_notifier);
	unregister_pernet_subsys(&net_ops);
}
