// SPDX-License-Identifier: GPL-2.0
/*
 * What is not configuration: admin and health states, standby, limits,
 * counters. None of it waits for a commit.
 */
#include <net/genetlink.h>

#include "limits.h"
#include "net.h"
#include "netlink_priv.h"
#include "server.h"
#include "service.h"
#include "stats.h"
#include "vip.h"

/* By address, or by name alone. */
static int state_server(const struct nlattr *nest, struct nlattr **tb,
			struct l4lb_server_state *st,
			struct netlink_ext_ack *extack)
{
	struct l4lb_nl_service_ref ref;
	int err;

	if (tb[L4LB_A_SERVER_ADDR] || !tb[L4LB_A_SERVER_NAME]) {
		err = l4lb_nl_server_ref(nest, tb, &ref, &st->server, extack);
	} else if (tb[L4LB_A_SERVER_SERVICE]) {
		nla_strscpy(st->server_name, tb[L4LB_A_SERVER_NAME],
			    sizeof(st->server_name));
		err = l4lb_nl_service_nest(tb[L4LB_A_SERVER_SERVICE], &ref,
					   extack);
	} else {
		L4LB_NL_MISSING(extack, nest, L4LB_A_SERVER_SERVICE,
				"a server belongs to a service: name it");
		return -EINVAL;
	}
	if (err)
		return err;
	st->service = ref.key;
	strscpy(st->service_name, ref.name, sizeof(st->service_name));
	return 0;
}

static int state_parse(const struct nlattr *nest, struct nlattr **tb,
		       struct l4lb_server_state *st,
		       struct netlink_ext_ack *extack)
{
	int err, i;

	memset(st, 0, sizeof(*st));
	err = nla_parse_nested(tb, L4LB_A_SERVER_MAX, nest,
			       l4lb_pol_server_state, extack);
	if (!err)
		err = state_server(nest, tb, st, extack);
	if (err)
		return err;
	for (i = 1; i <= L4LB_A_SERVER_MAX; i++)
		if (tb[i])
			st->present |= BIT(i);
	st->tb = tb;
	if (tb[L4LB_A_SERVER_ADMIN])
		st->admin = nla_get_u8(tb[L4LB_A_SERVER_ADMIN]);
	if (tb[L4LB_A_SERVER_HEALTH])
		st->health = nla_get_u8(tb[L4LB_A_SERVER_HEALTH]);
	if (tb[L4LB_A_SERVER_OPER_WEIGHT])
		st->oper_weight = nla_get_s32(tb[L4LB_A_SERVER_OPER_WEIGHT]);
	if (tb[L4LB_A_SERVER_DEADLINE])
		st->deadline = nla_get_u32(tb[L4LB_A_SERVER_DEADLINE]);
	if (tb[L4LB_A_SERVER_TEXT])
		nla_strscpy(st->text, tb[L4LB_A_SERVER_TEXT], sizeof(st->text));
	return 0;
}

/**
 * l4lb_nl_server_state_set() - do L4LB_CMD_SERVER_STATE_SET
 * @skb: request
 * @info: request
 *
 * Servers are taken in order up to the first that is refused, which the cookie
 * names; each stands for itself.
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_server_state_set(struct sk_buff *skb, struct genl_info *info)
{
	struct l4lb_net *ln = l4lb_pernet(genl_info_net(info));
	struct nlattr *tb[L4LB_A_SERVER_MAX + 1];
	struct l4lb_server_state st;
	const struct nlattr *nest;
	u32 index = 0;
	int rem, err;

	if (!info->attrs[L4LB_A_SERVER]) {
		L4LB_NL_MISSING(info->extack, NULL, L4LB_A_SERVER,
				"name at least one server");
		return -EINVAL;
	}
	nlmsg_for_each_attr(nest, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(nest) != L4LB_A_SERVER)
			continue;
		err = state_parse(nest, tb, &st, info->extack);
		if (!err)
			err = l4lb_server_state_set(ln, &st, info->extack);
		if (err)
			goto refuse;
		index++;
	}
	return 0;

refuse:
	if (info->extack && !info->extack->bad_attr && !info->extack->miss_type)
		NL_SET_BAD_ATTR(info->extack, nest);
	l4lb_nl_cookie(ln, info->extack, index);
	return err;
}

/**
 * struct standby - one VIP of a standby message
 * @vip: its identity
 * @standby: what it becomes
 */
struct standby {
	struct l4lb_service_key vip;
	bool standby;
};

static int standby_parse(const struct nlattr *nest, struct standby *want,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[L4LB_A_VIP_MAX + 1];
	int err;

	err = nla_parse_nested(tb, L4LB_A_VIP_MAX, nest, l4lb_pol_vip_standby,
			       extack);
	if (err)
		return err;
	if (!tb[L4LB_A_VIP_ADDR]) {
		L4LB_NL_MISSING(extack, nest, L4LB_A_VIP_ADDR,
				"a VIP is named by its address");
		return -EINVAL;
	}
	if (!tb[L4LB_A_VIP_STANDBY]) {
		L4LB_NL_MISSING(extack, nest, L4LB_A_VIP_STANDBY,
				"say whether the VIP is on standby: 0 or 1");
		return -EINVAL;
	}
	want->standby = nla_get_u8(tb[L4LB_A_VIP_STANDBY]);
	return l4lb_nl_vip(tb, &want->vip, extack);
}

/*
 * Walk the message's VIPs; with @ln set them, without only look. A VIP that
 * cannot be set does not keep those behind it from it: they go together, as far
 * as they can. The first that failed is the one that is told.
 */
static int standby_walk(struct genl_info *info, struct l4lb_net *ln, u32 owner,
			u32 *index)
{
	struct netlink_ext_ack *extack = info->extack;
	const struct nlattr *nest;
	int rem, err, first = 0;
	struct standby want;
	u32 i = 0;

	*index = 0;
	nlmsg_for_each_attr(nest, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(nest) != L4LB_A_VIP)
			continue;
		err = standby_parse(nest, &want, extack);
		if (!err && ln)
			err = l4lb_vip_standby_set(ln, &want.vip.addr,
						   want.vip.family,
						   want.vip.prefix,
						   want.standby, owner, extack);
		if (err && !first) {
			if (extack && !extack->bad_attr && !extack->miss_type)
				NL_SET_BAD_ATTR(extack, nest);
			*index = i;
			first = err;
			extack = NULL;
		}
		if (err && !ln)
			break;
		i++;
	}
	return first;
}

/**
 * l4lb_nl_standby_set() - do L4LB_CMD_STANDBY_SET
 * @skb: request
 * @info: request
 *
 * All VIPs are looked at before the first is set, and all are set that can be
 * even where one is refused, which the cookie names: a group is not to be torn.
 * The sender owns the state: it ends when the socket closes.
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_standby_set(struct sk_buff *skb, struct genl_info *info)
{
	struct l4lb_net *ln = l4lb_pernet(genl_info_net(info));
	struct l4lb_nl_owner *owner;
	u32 index;
	int err;

	if (!info->attrs[L4LB_A_VIP]) {
		L4LB_NL_MISSING(info->extack, NULL, L4LB_A_VIP,
				"name at least one VIP");
		return -EINVAL;
	}
	err = standby_walk(info, NULL, 0, &index);
	if (err)
		goto refuse;
	owner = l4lb_nl_owner_make(skb);
	if (!owner)
		return -ENOMEM;
	err = standby_walk(info, ln, owner->id, &index);
	if (err)
		goto refuse;
	return 0;

refuse:
	l4lb_nl_cookie(ln, info->extack, index);
	return err;
}

static int limits_parse(const struct nlattr *nest, struct nlattr **tb,
			struct l4lb_limits_change *want,
			struct netlink_ext_ack *extack)
{
	int err, i;

	memset(want, 0, sizeof(*want));
	err = nla_parse_nested(tb, L4LB_A_LIMITS_MAX, nest,
			       l4lb_pol_limits_conf, extack);
	if (err)
		return err;
	for (i = 1; i <= L4LB_A_LIMITS_MAX; i++)
		if (tb[i])
			want->present |= BIT(i);
	want->tb = tb;
	if (tb[L4LB_A_LIMITS_CONNS])
		want->conns = nla_get_u32(tb[L4LB_A_LIMITS_CONNS]);
	if (tb[L4LB_A_LIMITS_MEMORY])
		want->memory = nla_get_u64(tb[L4LB_A_LIMITS_MEMORY]);
	if (tb[L4LB_A_LIMITS_SERVICES])
		want->services = nla_get_u32(tb[L4LB_A_LIMITS_SERVICES]);
	if (tb[L4LB_A_LIMITS_SERVERS])
		want->servers = nla_get_u32(tb[L4LB_A_LIMITS_SERVERS]);
	if (tb[L4LB_A_LIMITS_VIPS])
		want->vips = nla_get_u32(tb[L4LB_A_LIMITS_VIPS]);
	return l4lb_nl_timeouts(nest, L4LB_A_LIMITS_TIMEOUT, want->timeout,
				&want->timeout_given, extack);
}

/**
 * l4lb_nl_limits_set() - do L4LB_CMD_LIMITS_SET
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_limits_set(struct sk_buff *skb, struct genl_info *info)
{
	struct l4lb_net *ln = l4lb_pernet(genl_info_net(info));
	struct nlattr *nest = info->attrs[L4LB_A_LIMITS];
	struct nlattr *tb[L4LB_A_LIMITS_MAX + 1];
	struct l4lb_limits_change want;
	int err;

	if (!nest) {
		L4LB_NL_MISSING(info->extack, NULL, L4LB_A_LIMITS,
				"say which limits are to be set");
		return -EINVAL;
	}
	err = limits_parse(nest, tb, &want, info->extack);
	if (!err)
		err = l4lb_limits_set(ln, &want, info->extack);
	if (err && info->extack && !info->extack->bad_attr &&
	    !info->extack->miss_type)
		NL_SET_BAD_ATTR(info->extack, nest);
	return err;
}

/**
 * l4lb_nl_limits_get() - answer L4LB_CMD_LIMITS_GET
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_limits_get(struct sk_buff *skb, struct genl_info *info)
{
	struct l4lb_net *ln = l4lb_pernet(genl_info_net(info));
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = l4lb_nl_reply_new(info, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!msg)
		return -ENOMEM;
	rcu_read_lock();
	err = l4lb_put_limits(msg, L4LB_A_LIMITS, ln);
	rcu_read_unlock();
	if (!err)
		return l4lb_nl_reply(msg, hdr, info);
	nlmsg_free(msg);
	return err;
}

/* Generation and digest, from one snapshot. */
static int put_snapshot(struct sk_buff *msg, struct l4lb_net *ln)
{
	const struct l4lb_table *table = rcu_dereference(ln->table);

	return nla_put_u64_64bit(msg, L4LB_A_GENERATION, table->generation,
				 L4LB_A_PAD) ||
	       nla_put_u64_64bit(msg, L4LB_A_DIGEST, table->digest, L4LB_A_PAD);
}

/* Counters of all services that are there. */
static void stats_sum(struct l4lb_net *ln, struct l4lb_sums *sums)
{
	u32 id, active, inactive;
	struct l4lb_service *svc;
	struct l4lb_sums one;

	memset(sums, 0, sizeof(*sums));
	for (id = 0; (svc = l4lb_nl_slots_next(&ln->services, &id)); id++) {
		l4lb_stats_service(svc, &one, &active, &inactive);
		sums->conns += one.conns;
		sums->packets_in += one.packets_in;
		sums->bytes_in += one.bytes_in;
		sums->packets_out += one.packets_out;
		sums->bytes_out += one.bytes_out;
	}
}

/* All fates that a packet or an entry can meet, met or not. */
static int put_reasons(struct sk_buff *msg, struct l4lb_net *ln)
{
	u64 packets[__L4LB_REASON_MAX];
	u32 reason;
	int err;

	l4lb_stats_reasons(ln, packets);
	for (reason = 1; reason < __L4LB_REASON_MAX; reason++) {
		/* Of candidates and near misses, which only explain knows. */
		if (reason >= L4LB_REASON_WEIGHT_ZERO &&
		    reason <= L4LB_REASON_OTHER_MARK)
			continue;
		err = l4lb_put_reason(msg, L4LB_A_REASON, reason,
				      packets[reason]);
		if (err)
			return err;
	}
	return 0;
}

/**
 * l4lb_nl_stats_get() - answer L4LB_CMD_STATS_GET
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_stats_get(struct sk_buff *skb, struct genl_info *info)
{
	struct l4lb_net *ln = l4lb_pernet(genl_info_net(info));
	u32 seq, tries = 0;
	struct l4lb_sums sums;
	struct sk_buff *msg;
	void *hdr, *start;
	int err;

	msg = l4lb_nl_reply_new(info, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!msg)
		return -ENOMEM;
	start = skb_tail_pointer(msg);
	do {
		nlmsg_trim(msg, start);
		seq = l4lb_nl_seq(ln);
		rcu_read_lock();
		stats_sum(ln, &sums);
		err = put_snapshot(msg, ln);
		rcu_read_unlock();
	} while (l4lb_nl_again(ln, seq, &tries));
	if (!err)
		err = l4lb_put_stats(msg, L4LB_A_STATS, &sums);
	if (!err)
		err = put_reasons(msg, ln);
	if (!err)
		return l4lb_nl_reply(msg, hdr, info);
	nlmsg_free(msg);
	return -EMSGSIZE;
}

/**
 * l4lb_nl_version_get() - answer L4LB_CMD_VERSION_GET, to anybody
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_version_get(struct sk_buff *skb, struct genl_info *info)
{
	struct l4lb_net *ln = l4lb_pernet(genl_info_net(info));
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = l4lb_nl_reply_new(info, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!msg)
		return -ENOMEM;
	rcu_read_lock();
	err = put_snapshot(msg, ln);
	rcu_read_unlock();
	if (!err)
		err = nla_put_string(msg, L4LB_A_VERSION, L4LB_MODULE_VERSION);
	if (!err)
		return l4lb_nl_reply(msg, hdr, info);
	nlmsg_free(msg);
	return -EMSGSIZE;
}
