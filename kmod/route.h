/* SPDX-License-Identifier: GPL-2.0 */
/* A cached route; the ways out (xmit_route.c) fill and use it. */
#ifndef L4LB_ROUTE_H
#define L4LB_ROUTE_H

#include <linux/rcupdate.h>
#include <linux/types.h>
#include <net/dst.h>

/**
 * struct l4lb_route - a route that was looked up before
 * @dst: the route, or NULL; RCU, writers cmpxchg() from what they saw before
 *	they looked it up, so that a newer one is never replaced by an older
 * @cookie: what dst_check() wants to hear (rt6_get_cookie()); 0 for IPv4.
 *	Written after @dst: whoever reads an older one looks the route up anew
 */
struct l4lb_route {
	struct dst_entry __rcu *dst;
	u32 cookie;
};

/**
 * l4lb_route_drop() - forget a cached route
 * @route: cache; for the last time when no packet can find it any more
 *
 * Context: any.
 */
static inline void l4lb_route_drop(struct l4lb_route *route)
{
	dst_release(unrcu_pointer(xchg(&route->dst, NULL)));
}

#endif /* L4LB_ROUTE_H */
