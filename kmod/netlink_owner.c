// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that own something: an open transaction, VIPs on standby. What they
 * own goes when they close.
 *
 * A port id does not name a socket for long: it is free again before the
 * notifier of its release runs, so by then another socket may own things under
 * the same number. An owner therefore holds the socket itself, and a release
 * ends those owners of the port id whose socket is dead. The rest of the
 * module knows an owner by a number that is not reused.
 */
#include <linux/hashtable.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "net.h"
#include "netlink_priv.h"
#include "txn.h"
#include "vip.h"

static DEFINE_HASHTABLE(owners, 8);	/* by port id; owners_lock */
static DEFINE_MUTEX(owners_lock);	/* innermost: owners, last_id */
static u32 last_id;			/* owners_lock */

static struct l4lb_nl_owner *find_locked(const struct sk_buff *skb)
{
	struct l4lb_nl_owner *owner;

	lockdep_assert_held(&owners_lock);
	hash_for_each_possible(owners, owner, node, NETLINK_CB(skb).portid)
		if (owner->sk == NETLINK_CB(skb).sk)
			return owner;
	return NULL;
}

/**
 * l4lb_nl_owner_find() - what is known of the sender
 * @skb: request
 *
 * Context: process; the sender's socket cannot close before its request was
 * handled, so the answer holds until then.
 * Return: the owner, or NULL when the socket owns nothing.
 */
struct l4lb_nl_owner *l4lb_nl_owner_find(const struct sk_buff *skb)
{
	struct l4lb_nl_owner *owner;

	mutex_lock(&owners_lock);
	owner = find_locked(skb);
	mutex_unlock(&owners_lock);
	return owner;
}

/**
 * l4lb_nl_owner_make() - make the sender an owner, if it is none yet
 * @skb: request
 *
 * Context: as l4lb_nl_owner_find().
 * Return: the owner, or NULL without memory.
 */
struct l4lb_nl_owner *l4lb_nl_owner_make(const struct sk_buff *skb)
{
	struct l4lb_nl_owner *owner, *fresh;

	fresh = kzalloc(sizeof(*fresh), GFP_KERNEL_ACCOUNT);
	if (!fresh)
		return NULL;
	mutex_lock(&owners_lock);
	owner = find_locked(skb);
	if (!owner) {
		owner = fresh;
		fresh = NULL;
		owner->sk = NETLINK_CB(skb).sk;
		sock_hold(owner->sk);
		owner->portid = NETLINK_CB(skb).portid;
		if (!++last_id)
			++last_id;
		owner->id = last_id;
		hash_add(owners, &owner->node, owner->portid);
	}
	mutex_unlock(&owners_lock);
	kfree(fresh);
	return owner;
}

/* Standby first: it waits for no commit. */
static void owner_end(struct l4lb_nl_owner *owner)
{
	struct l4lb_net *ln = l4lb_pernet(sock_net(owner->sk));

	l4lb_vip_standby_release(ln, owner->id);
	l4lb_txn_release(ln, owner->id);
	sock_put(owner->sk);
	kfree(owner);
}

static void owners_end(struct hlist_head *gone)
{
	struct l4lb_nl_owner *owner;
	struct hlist_node *next;

	hlist_for_each_entry_safe(owner, next, gone, node)
		owner_end(owner);
}

/* The chain is a blocking one, so the release may take mutexes itself. */
static int owner_notify(struct notifier_block *nb, unsigned long event,
			void *data)
{
	const struct netlink_notify *n = data;
	struct l4lb_nl_owner *owner;
	struct hlist_node *next;
	HLIST_HEAD(gone);

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;

	mutex_lock(&owners_lock);
	hash_for_each_possible_safe(owners, owner, next, node, n->portid) {
		if (owner->portid != n->portid ||
		    !sock_flag(owner->sk, SOCK_DEAD))
			continue;
		hash_del(&owner->node);
		hlist_add_head(&owner->node, &gone);
	}
	mutex_unlock(&owners_lock);
	owners_end(&gone);
	return NOTIFY_DONE;
}

static struct notifier_block owner_notifier = {
	.notifier_call = owner_notify,
};

/**
 * l4lb_nl_owner_init() - be told of sockets that close
 *
 * Return: 0 or a negative errno.
 */
int __init l4lb_nl_owner_init(void)
{
	return netlink_register_notifier(&owner_notifier);
}

/**
 * l4lb_nl_owner_exit() - forget all owners and end what they own
 *
 * Context: process; nobody can reach the family any more.
 */
void l4lb_nl_owner_exit(void)
{
	struct l4lb_nl_owner *owner;
	struct hlist_node *next;
	HLIST_HEAD(gone);
	int bkt;

	netlink_unregister_notifier(&owner_notifier);
	mutex_lock(&owners_lock);
	hash_for_each_safe(owners, bkt, next, owner, node) {
		hash_del(&owner->node);
		hlist_add_head(&owner->node, &gone);
	}
	mutex_unlock(&owners_lock);
	owners_end(&gone);
}
