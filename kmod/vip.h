/* SPDX-License-Identifier: GPL-2.0 */
/* Virtual addresses, whatever services they have. */
#ifndef L4LB_VIP_H
#define L4LB_VIP_H

#include <linux/l4lb.h>
#include "addr.h"
#include "map.h"

/**
 * struct l4lb_vip - one version of a VIP
 * @addr: address
 * @family: AF_INET or AF_INET6
 * @prefix: bits of @addr that a destination must share; all for one address
 * @unknown_port: &enum l4lb_unknown_port
 * @standby: client packets pass untouched. It and @active_since change after
 *	publication: WRITE_ONCE under the namespace's state_lock, READ_ONCE by
 *	packets
 * @active_since: jiffies when standby was last cleared, not 0; 0: never was.
 *	WRITE_ONCE under state_lock
 * @nr_services: services on it in this version
 * @ports: those of them that have many ports, or NULL; versions share it
 * @rcu: frees a replaced version
 *
 * A VIP is in the table while it has services or a policy other than pass.
 */
struct l4lb_vip {
	union l4lb_addr addr;
	u8 family;
	u8 prefix;
	u8 unknown_port;
	u8 standby;
	unsigned long active_since;
	u32 nr_services;
	const struct l4lb_ports *ports;
	struct rcu_head rcu;
};

/* The VIP that is an address; @hash: l4lb_addr_hash(), which no prefix has. */
static inline struct l4lb_vip *l4lb_vip_lookup(const struct l4lb_map *map,
					       const union l4lb_addr *addr,
					       u8 family, u32 hash)
{
	struct l4lb_leaf *leaf;
	struct l4lb_vip *vip;
	u32 i;

	l4lb_map_each(map, hash, leaf, i, vip)
		if (l4lb_addr_equal(&vip->addr, addr) && vip->family == family)
			return vip;
	return NULL;
}

/* A VIP by its identity. Context: RCU read side, conf_lock or state_lock. */
static inline struct l4lb_vip *l4lb_vip_find(const struct l4lb_map *map,
					     const union l4lb_addr *addr,
					     u8 family, u8 prefix)
{
	u32 i, hash = l4lb_vip_hash(addr, family, prefix);
	struct l4lb_leaf *leaf;
	struct l4lb_vip *vip;

	l4lb_map_each(map, hash, leaf, i, vip)
		if (l4lb_addr_equal(&vip->addr, addr) &&
		    vip->family == family && vip->prefix == prefix)
			return vip;
	return NULL;
}

struct l4lb_net;
struct netlink_ext_ack;

int l4lb_vip_standby_set(struct l4lb_net *ln, const union l4lb_addr *addr,
			 u8 family, u8 prefix, bool standby, u32 portid,
			 struct netlink_ext_ack *extack);
void l4lb_vip_standby_inherit(struct l4lb_net *ln, struct l4lb_vip *vip);
void l4lb_vip_standby_release(struct l4lb_net *ln, u32 portid);
void l4lb_vip_standby_exit(struct l4lb_net *ln);

#endif /* L4LB_VIP_H */
