// SPDX-License-Identifier: GPL-2.0
/*
 * Standby of virtual addresses. It belongs to the socket that said so and ends
 * with it, is no configuration, and is remembered by address, so that VIPs
 * that come later inherit it.
 */
#include <linux/netlink.h>
#include <linux/slab.h>

#include "net.h"
#include "notify.h"
#include "vip.h"

/**
 * struct standby - one socket wants one address on standby
 * @node: in &l4lb_net.standby_hash
 * @list: in &l4lb_net.standbys
 * @addr: address, of a VIP or not yet
 * @family: AF_INET or AF_INET6
 * @prefix: bits of @addr; of the VIP's identity
 * @portid: the socket
 */
struct standby {
	struct l4lb_hash_node node;
	struct list_head list;
	union l4lb_addr addr;
	u8 family;
	u8 prefix;
	u32 portid;
};

/* With @portid 0: anybody's. */
static struct standby *standby_find(struct l4lb_net *ln,
				    const union l4lb_addr *addr, u8 family,
				    u8 prefix, u32 portid)
{
	struct l4lb_hash_node *node;
	struct standby *sb;

	lockdep_assert_held(&ln->state_lock);
	l4lb_hash_each(&ln->standby_hash, l4lb_vip_hash(addr, family, prefix),
		       node) {
		sb = container_of(node, struct standby, node);
		if (l4lb_addr_equal(&sb->addr, addr) && sb->family == family &&
		    sb->prefix == prefix && (!portid || sb->portid == portid))
			return sb;
	}
	return NULL;
}

/* Let the published VIP, if there is one, be what the sockets say. */
static void standby_show(struct l4lb_net *ln, const union l4lb_addr *addr,
			 u8 family, u8 prefix)
{
	bool standby = standby_find(ln, addr, family, prefix, 0);
	const struct l4lb_table *table;
	struct l4lb_vip *vip;

	table = rcu_dereference_protected(ln->table,
					  lockdep_is_held(&ln->state_lock));
	vip = l4lb_vip_find(table->vips, addr, family, prefix);
	if (!vip || vip->standby == standby)
		return;
	/* Before the flag: who sees it cleared may adopt. Racy by a packet. */
	if (!standby)
		WRITE_ONCE(vip->active_since, jiffies | 1);
	WRITE_ONCE(vip->standby, standby);
	/* The lock keeps @vip published, hence alive. */
	l4lb_notify_vip(ln, vip, false);
}

static int standby_add(struct l4lb_net *ln, struct standby *sb,
		       struct netlink_ext_ack *extack)
{
	if (ln->standby_hash.nr >= READ_ONCE(ln->limits.vips)) {
		NL_SET_ERR_MSG(extack,
			       "the limit of VIPs is reached: see lbctl limits");
		return -ENOSPC;
	}
	if (l4lb_hash_add(&ln->standby_hash, &sb->node,
			  l4lb_vip_hash(&sb->addr, sb->family, sb->prefix)))
		return -ENOMEM;
	list_add_tail(&sb->list, &ln->standbys);
	return 0;
}

static void standby_del(struct l4lb_net *ln, struct standby *sb)
{
	l4lb_hash_del(&ln->standby_hash, &sb->node);
	list_del(&sb->list);
	kfree(sb);
}

static int standby_clear(struct l4lb_net *ln, const union l4lb_addr *addr,
			 u8 family, u8 prefix, u32 portid,
			 struct netlink_ext_ack *extack)
{
	struct standby *sb;
	int err = 0;

	mutex_lock(&ln->state_lock);
	sb = standby_find(ln, addr, family, prefix, portid);
	if (sb)
		standby_del(ln, sb);
	standby_show(ln, addr, family, prefix);
	if (!sb && standby_find(ln, addr, family, prefix, 0)) {
		NL_SET_ERR_MSG(extack,
			       "another socket keeps this VIP on standby");
		err = -EPERM;
	}
	mutex_unlock(&ln->state_lock);
	return err;
}

/**
 * l4lb_vip_standby_set() - a socket puts an address on standby, or takes its
 *	word back
 * @ln: namespace
 * @addr: address; it need not be a VIP yet
 * @family: AF_INET or AF_INET6
 * @prefix: bits of @addr; a prefix is a VIP of its own
 * @standby: on standby, or not
 * @portid: the socket, not 0; the address is on standby while any socket says
 *	so
 * @extack: for the sentence
 *
 * Context: process, may sleep; takes state_lock and never waits for a commit.
 * Return: 0, -ENOMEM, -ENOSPC at the limit of VIPs, -EPERM when another socket
 * goes on saying standby.
 */
int l4lb_vip_standby_set(struct l4lb_net *ln, const union l4lb_addr *addr,
			 u8 family, u8 prefix, bool standby, u32 portid,
			 struct netlink_ext_ack *extack)
{
	struct standby *sb;
	int err = 0;

	if (!standby)
		return standby_clear(ln, addr, family, prefix, portid, extack);

	sb = kzalloc(sizeof(*sb), GFP_KERNEL_ACCOUNT);
	if (!sb)
		return -ENOMEM;
	sb->addr = *addr;
	sb->family = family;
	sb->prefix = prefix;
	sb->portid = portid;
	mutex_lock(&ln->state_lock);
	if (standby_find(ln, addr, family, prefix, portid)) {
		kfree(sb);
	} else {
		err = standby_add(ln, sb, extack);
		if (err)
			kfree(sb);
		else
			standby_show(ln, addr, family, prefix);
	}
	mutex_unlock(&ln->state_lock);
	return err;
}

/**
 * l4lb_vip_standby_inherit() - a VIP that is about to be published takes over
 *	what sockets have said about its address
 * @ln: namespace
 * @vip: version that is not published yet
 *
 * Context: state_lock held.
 */
void l4lb_vip_standby_inherit(struct l4lb_net *ln, struct l4lb_vip *vip)
{
	lockdep_assert_held(&ln->state_lock);
	vip->standby = ln->standby_hash.nr &&
		       standby_find(ln, &vip->addr, vip->family, vip->prefix, 0);
}

/**
 * l4lb_vip_standby_release() - a socket has closed
 * @ln: namespace
 * @portid: the socket
 *
 * Context: process, may sleep; takes state_lock.
 */
void l4lb_vip_standby_release(struct l4lb_net *ln, u32 portid)
{
	struct standby *sb, *next;
	union l4lb_addr addr;
	u8 family, prefix;

	mutex_lock(&ln->state_lock);
	list_for_each_entry_safe(sb, next, &ln->standbys, list) {
		if (sb->portid != portid)
			continue;
		addr = sb->addr;
		family = sb->family;
		prefix = sb->prefix;
		standby_del(ln, sb);
		standby_show(ln, &addr, family, prefix);
	}
	mutex_unlock(&ln->state_lock);
}

/**
 * l4lb_vip_standby_exit() - forget all standbys
 * @ln: namespace that ends
 *
 * Context: process, may sleep; takes state_lock.
 */
void l4lb_vip_standby_exit(struct l4lb_net *ln)
{
	struct standby *sb, *next;

	mutex_lock(&ln->state_lock);
	list_for_each_entry_safe(sb, next, &ln->standbys, list)
		standby_del(ln, sb);
	l4lb_hash_free(&ln->standby_hash);
	mutex_unlock(&ln->state_lock);
}
