// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast events. Built only while somebody listens; an event that cannot be
 * built or delivered is lost, and its listener learns that from the generation
 * or from the socket's ENOBUFS.
 */
#include <net/genetlink.h>

#include "net.h"
#include "netlink.h"
#include "notify.h"
#include "service.h"

/**
 * struct event - an event under construction
 * @skb: message
 * @hdr: its header
 * @group: &enum l4lb_mcgrp
 */
struct event {
	struct sk_buff *skb;
	void *hdr;
	u8 group;
};

static bool event_begin(struct l4lb_net *ln, struct event *ev, u8 cmd,
			u8 group, gfp_t gfp)
{
	if (genl_has_listeners(&l4lb_genl_family, ln->net, group) <= 0)
		return false;
	ev->group = group;
	ev->skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, gfp);
	if (!ev->skb)
		return false;
	ev->hdr = genlmsg_put(ev->skb, 0, 0, &l4lb_genl_family, 0, cmd);
	if (ev->hdr)
		return true;
	nlmsg_free(ev->skb);
	return false;
}

static void event_end(struct l4lb_net *ln, struct event *ev, int err, gfp_t gfp)
{
	if (err) {
		nlmsg_free(ev->skb);
		return;
	}
	genlmsg_end(ev->skb, ev->hdr);
	genlmsg_multicast_netns(&l4lb_genl_family, ln->net, ev->skb, 0,
				ev->group, gfp);
}

/**
 * l4lb_notify_service() - a service came, changed or left
 * @ln: namespace
 * @cmd: SERVICE_NEW_NTF, SERVICE_SET_NTF or SERVICE_DEL_NTF
 * @svc: the service; of one that left only the identity is sent
 *
 * Context: process, may sleep; the caller keeps @svc.
 */
void l4lb_notify_service(struct l4lb_net *ln, enum l4lb_cmd cmd,
			 const struct l4lb_service *svc)
{
	struct event ev;
	int err;

	if (!event_begin(ln, &ev, cmd, L4LB_GRP_CONFIG, GFP_KERNEL))
		return;
	rcu_read_lock();
	if (cmd == L4LB_CMD_SERVICE_DEL_NTF)
		err = l4lb_put_service_id(ev.skb, L4LB_A_SERVICE, svc);
	else
		err = l4lb_put_service(ev.skb, L4LB_A_SERVICE, ln, svc);
	rcu_read_unlock();
	event_end(ln, &ev, err, GFP_KERNEL);
}

/**
 * l4lb_notify_server() - a server came, changed, left or has another state
 * @ln: namespace
 * @cmd: SERVER_NEW_NTF, SERVER_SET_NTF, SERVER_DEL_NTF or SERVER_STATE_NTF
 * @svc: its service
 * @srv: the server
 *
 * Context: process, may sleep; the caller keeps @svc and @srv.
 */
void l4lb_notify_server(struct l4lb_net *ln, enum l4lb_cmd cmd,
			const struct l4lb_service *svc,
			const struct l4lb_server *srv)
{
	u8 group = cmd == L4LB_CMD_SERVER_STATE_NTF ? L4LB_GRP_STATE :
						      L4LB_GRP_CONFIG;
	struct event ev;
	int err;

	if (!event_begin(ln, &ev, cmd, group, GFP_KERNEL))
		return;
	rcu_read_lock();
	err = l4lb_put_server(ev.skb, L4LB_A_SERVER, ln, svc, srv);
	rcu_read_unlock();
	event_end(ln, &ev, err, GFP_KERNEL);
}

/**
 * l4lb_notify_vip() - a VIP's policy or standby changed
 * @ln: namespace
 * @vip: VIP
 *
 * Sent to the group "state", whichever it was: standby is what listeners wait
 * for, and one event in two groups would be two events.
 *
 * Context: process, may sleep; the caller keeps @vip.
 */
void l4lb_notify_vip(struct l4lb_net *ln, const struct l4lb_vip *vip)
{
	struct event ev;
	int err;

	if (!event_begin(ln, &ev, L4LB_CMD_VIP_NTF, L4LB_GRP_STATE, GFP_KERNEL))
		return;
	err = l4lb_put_vip(ev.skb, L4LB_A_VIP, vip);
	event_end(ln, &ev, err, GFP_KERNEL);
}

/**
 * l4lb_notify_limits() - the limits changed
 * @ln: namespace
 *
 * Context: process, may sleep.
 */
void l4lb_notify_limits(struct l4lb_net *ln)
{
	struct event ev;
	int err;

	if (!event_begin(ln, &ev, L4LB_CMD_LIMITS_NTF, L4LB_GRP_CONFIG,
			 GFP_KERNEL))
		return;
	rcu_read_lock();
	err = l4lb_put_limits(ev.skb, L4LB_A_LIMITS, ln);
	rcu_read_unlock();
	event_end(ln, &ev, err, GFP_KERNEL);
}

/**
 * l4lb_notify_commit() - a commit is published
 * @ln: namespace
 * @generation: its generation
 * @digest: digest of the configuration
 * @changed: objects that differ from before
 *
 * Context: process, may sleep.
 */
void l4lb_notify_commit(struct l4lb_net *ln, u64 generation, u64 digest,
			u64 changed)
{
	struct event ev;
	int err;

	if (!event_begin(ln, &ev, L4LB_CMD_COMMIT_NTF, L4LB_GRP_CONFIG,
			 GFP_KERNEL))
		return;
	err = nla_put_u64_64bit(ev.skb, L4LB_A_GENERATION, generation,
				L4LB_A_PAD) ||
	      nla_put_u64_64bit(ev.skb, L4LB_A_DIGEST, digest, L4LB_A_PAD) ||
	      nla_put_u64_64bit(ev.skb, L4LB_A_COUNT, changed, L4LB_A_PAD);
	event_end(ln, &ev, err, GFP_KERNEL);
}

/**
 * l4lb_notify_alarm() - a limit is near or reached
 * @ln: namespace
 * @alarm: &enum l4lb_alarm
 *
 * Context: any.
 */
void l4lb_notify_alarm(struct l4lb_net *ln, enum l4lb_alarm alarm)
{
	struct event ev;
	int err;

	if (!event_begin(ln, &ev, L4LB_CMD_ALARM_NTF, L4LB_GRP_ALARM,
			 GFP_ATOMIC))
		return;
	err = nla_put_u8(ev.skb, L4LB_A_ALARM, alarm);
	event_end(ln, &ev, err, GFP_ATOMIC);
}
