/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family. */
#ifndef L4LB_NETLINK_H
#define L4LB_NETLINK_H

#include <linux/l4lb.h>
#include <net/genetlink.h>
#include "addr.h"

struct l4lb_conn;
struct l4lb_net;
struct l4lb_server;
struct l4lb_service;
struct l4lb_vip;

extern struct genl_family l4lb_genl_family;

/* Multicast groups, in the order of the family's table. */
enum l4lb_mcgrp {
	L4LB_GRP_CONFIG,
	L4LB_GRP_STATE,
	L4LB_GRP_ALARM,
	L4LB_GRP_DROP,
};

int l4lb_netlink_init(void);
void l4lb_netlink_exit(void);

/* Each puts one nest of @type; 0 or -EMSGSIZE with nothing put. */
int l4lb_put_service(struct sk_buff *skb, int type, struct l4lb_net *ln,
		     const struct l4lb_service *svc);
int l4lb_put_service_id(struct sk_buff *skb, int type,
			const struct l4lb_service *svc);
int l4lb_put_server(struct sk_buff *skb, int type, struct l4lb_net *ln,
		    const struct l4lb_service *svc,
		    const struct l4lb_server *srv);
int l4lb_put_vip(struct sk_buff *skb, int type, const struct l4lb_vip *vip);
int l4lb_put_limits(struct sk_buff *skb, int type, struct l4lb_net *ln);
int l4lb_put_conn(struct sk_buff *skb, int type, struct l4lb_net *ln,
		  const struct l4lb_conn *conn);
int l4lb_put_addr(struct sk_buff *skb, int type, const union l4lb_addr *addr,
		  u8 family);

#endif /* L4LB_NETLINK_H */
