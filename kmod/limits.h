/* SPDX-License-Identifier: GPL-2.0 */
/* Caps and default timeouts of a namespace. */
#ifndef L4LB_LIMITS_H
#define L4LB_LIMITS_H

#include <linux/l4lb.h>
#include <linux/types.h>

struct l4lb_net;
struct netlink_ext_ack;
struct nlattr;

/* Seconds that a timeout may have at most: about 23 days. */
#define L4LB_TIMEOUT_MAX	2000000u

/**
 * struct l4lb_limits_change - what is to change
 * @present: BIT(&enum l4lb_limits_attr) of the fields that were given
 * @conns: connection entries
 * @memory: bytes of entries and buckets
 * @services: configured services
 * @servers: configured and lingering servers
 * @vips: VIPs
 * @timeout: seconds by &enum l4lb_state
 * @timeout_given: BIT(state) for those that were given
 * @tb: parsed &enum l4lb_limits_attr attributes for the error's place, or NULL
 */
struct l4lb_limits_change {
	u32 present;
	u32 conns;
	u64 memory;
	u32 services;
	u32 servers;
	u32 vips;
	u32 timeout[L4LB_TIMEOUT_STATES];
	u32 timeout_given;
	struct nlattr **tb;
};

void l4lb_limits_init(struct l4lb_net *ln);
int l4lb_limits_set(struct l4lb_net *ln, const struct l4lb_limits_change *want,
		    struct netlink_ext_ack *extack);

#endif /* L4LB_LIMITS_H */
