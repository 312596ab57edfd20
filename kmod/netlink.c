// SPDX-License-Identifier: GPL-2.0
/*
 * The family: its commands, who may give them, its groups. A handler parses
 * (netlink_parse.c), asks the configuration or the tables, and answers.
 */
#include <linux/capability.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include "explain.h"
#include "net.h"
#include "netlink_priv.h"
#include "service.h"

/*
 * All of this shows or changes other people's traffic, reading included:
 * CAP_NET_ADMIN in the user namespace that owns the network namespace.
 */
#define PRIVILEGED	GENL_UNS_ADMIN_PERM

#define POLICY(pol)	.policy = (pol), .maxattr = L4LB_A_MAX

static const struct genl_ops l4lb_ops[] = {
	{
		.cmd = L4LB_CMD_VERSION_GET,
		POLICY(l4lb_op_get),
		.doit = l4lb_nl_version_get,
	}, {
		.cmd = L4LB_CMD_SERVICE_NEW,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_service_conf),
		.doit = l4lb_nl_service_new,
	}, {
		.cmd = L4LB_CMD_SERVICE_SET,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_service_conf),
		.doit = l4lb_nl_service_set,
	}, {
		.cmd = L4LB_CMD_SERVICE_DEL,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_service_del),
		.doit = l4lb_nl_service_del,
	}, {
		.cmd = L4LB_CMD_SERVICE_GET,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_service_get),
		.doit = l4lb_nl_service_get,
		.start = l4lb_nl_service_dump_start,
		.dumpit = l4lb_nl_service_dump,
	}, {
		.cmd = L4LB_CMD_SERVER_NEW,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_server_conf),
		.doit = l4lb_nl_server_new,
	}, {
		.cmd = L4LB_CMD_SERVER_SET,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_server_conf),
		.doit = l4lb_nl_server_set,
	}, {
		.cmd = L4LB_CMD_SERVER_DEL,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_server_del),
		.doit = l4lb_nl_server_del,
	}, {
		.cmd = L4LB_CMD_SERVER_GET,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_server_get),
		.doit = l4lb_nl_server_get,
		.start = l4lb_nl_server_dump_start,
		.dumpit = l4lb_nl_server_dump,
	}, {
		.cmd = L4LB_CMD_SERVER_STATE_SET,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_server_state),
		.doit = l4lb_nl_server_state_set,
	}, {
		.cmd = L4LB_CMD_VIP_SET,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_vip_set),
		.doit = l4lb_nl_vip_set,
	}, {
		.cmd = L4LB_CMD_VIP_GET,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_vip_get),
		.doit = l4lb_nl_vip_get,
		.start = l4lb_nl_vip_dump_start,
		.dumpit = l4lb_nl_vip_dump,
	}, {
		.cmd = L4LB_CMD_STANDBY_SET,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_standby),
		.doit = l4lb_nl_standby_set,
	}, {
		.cmd = L4LB_CMD_LIMITS_SET,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_limits_set),
		.doit = l4lb_nl_limits_set,
	}, {
		.cmd = L4LB_CMD_LIMITS_GET,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_get),
		.doit = l4lb_nl_limits_get,
	}, {
		.cmd = L4LB_CMD_CONN_GET,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_conn_get),
		.doit = l4lb_nl_conn_get,
		.start = l4lb_nl_conn_dump_start,
		.dumpit = l4lb_nl_conn_dump,
		.done = l4lb_nl_conn_dump_done,
	}, {
		.cmd = L4LB_CMD_CONN_FLUSH,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_conn_flush),
		.doit = l4lb_nl_conn_flush,
	}, {
		.cmd = L4LB_CMD_STATS_GET,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_get),
		.doit = l4lb_nl_stats_get,
	}, {
		.cmd = L4LB_CMD_TXN_BEGIN,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_begin),
		.doit = l4lb_nl_txn_begin,
	}, {
		.cmd = L4LB_CMD_TXN_COMMIT,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_commit),
		.doit = l4lb_nl_txn_commit,
	}, {
		.cmd = L4LB_CMD_TXN_ABORT,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_abort),
		.doit = l4lb_nl_txn_abort,
	}, {
		.cmd = L4LB_CMD_FLUSH,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_flush),
		.doit = l4lb_nl_flush,
	}, {
		.cmd = L4LB_CMD_EXPLAIN,
		.flags = PRIVILEGED,
		POLICY(l4lb_op_explain),
		.doit = l4lb_explain_doit,
	},
};

static const struct genl_multicast_group l4lb_groups[] = {
	[L4LB_GRP_CONFIG] = {
		.name = L4LB_MCGRP_CONFIG,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[L4LB_GRP_STATE] = {
		.name = L4LB_MCGRP_STATE,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[L4LB_GRP_ALARM] = {
		.name = L4LB_MCGRP_ALARM,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[L4LB_GRP_DROP] = {
		.name = L4LB_MCGRP_DROP,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

/*
 * Handlers run in parallel: each takes the locks it needs, so that health and
 * standby never wait for somebody else's commit. Reserved header fields and
 * unknown flags are refused from the first command on.
 */
struct genl_family l4lb_genl_family __ro_after_init = {
	.name = L4LB_GENL_NAME,
	.version = L4LB_GENL_VERSION,
	.maxattr = L4LB_A_MAX,
	.netnsok = true,
	.parallel_ops = true,
	.resv_start_op = L4LB_CMD_VERSION_GET,
	.ops = l4lb_ops,
	.n_ops = ARRAY_SIZE(l4lb_ops),
	.mcgrps = l4lb_groups,
	.n_mcgrps = ARRAY_SIZE(l4lb_groups),
	.module = THIS_MODULE,
};

/**
 * l4lb_nl_reply_new() - begin an answer
 * @info: request
 * @size: bytes of attributes
 * @hdr: out: for l4lb_nl_reply()
 *
 * Context: process, may sleep.
 * Return: the message, or NULL without memory.
 */
struct sk_buff *l4lb_nl_reply_new(struct genl_info *info, size_t size,
				  void **hdr)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	if (!skb)
		return NULL;
	*hdr = genlmsg_put_reply(skb, info, &l4lb_genl_family, 0,
				 info->genlhdr->cmd);
	if (!*hdr) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

/**
 * l4lb_nl_reply() - finish and send an answer
 * @skb: from l4lb_nl_reply_new()
 * @hdr: of the message
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_reply(struct sk_buff *skb, void *hdr, struct genl_info *info)
{
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

/**
 * l4lb_nl_cookie() - say with a refusal which object it is about
 * @ln: namespace
 * @extack: of the request; what it says already stays
 * @index: &l4lb_cookie.index
 *
 * Context: any.
 */
void l4lb_nl_cookie(struct l4lb_net *ln, struct netlink_ext_ack *extack,
		    u32 index)
{
	struct l4lb_cookie cookie = { .index = index };

	BUILD_BUG_ON(sizeof(cookie) > sizeof(extack->cookie));
	if (!extack || extack->cookie_len)
		return;
	rcu_read_lock();
	cookie.generation = rcu_dereference(ln->table)->generation;
	rcu_read_unlock();
	memcpy(extack->cookie, &cookie, sizeof(cookie));
	extack->cookie_len = sizeof(cookie);
}

/**
 * l4lb_nl_service_find() - the service that a request names
 * @ln: namespace
 * @ref: its name
 *
 * Context: RCU read side.
 * Return: the published version, or NULL.
 */
struct l4lb_service *l4lb_nl_service_find(struct l4lb_net *ln,
					  const struct l4lb_nl_service_ref *ref)
{
	const struct l4lb_table *table = rcu_dereference(ln->table);

	if (*ref->name)
		return l4lb_service_by_name(table->names, ref->name);
	return l4lb_service_lookup(table->services, &ref->key);
}

/**
 * l4lb_netlink_init() - open the door
 *
 * Return: 0 or a negative errno.
 */
int __init l4lb_netlink_init(void)
{
	int err;

	err = l4lb_nl_owner_init();
	if (err)
		return err;
	err = genl_register_family(&l4lb_genl_family);
	if (err)
		l4lb_nl_owner_exit();
	return err;
}

/**
 * l4lb_netlink_exit() - close the door: no handler runs after this
 *
 * Context: process, may sleep.
 */
void l4lb_netlink_exit(void)
{
	genl_unregister_family(&l4lb_genl_family);
	l4lb_nl_owner_exit();
}
