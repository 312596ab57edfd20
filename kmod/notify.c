// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast events. Built only while somebody listens; an event that cannot be
 * built or delivered is lost, and its listener learns that from the socket's
 * ENOBUFS.
 */
#include <net/genetlink.h>

#include "net.h"
#include "netlink.h"
#include "notify.h"
#include "packet.h"
#include "service.h"

/* What is sent while packets are handled: small, and no reason to complain. */
#define EVENT_ATOMIC	(GFP_ATOMIC | __GFP_NOWARN)

/* Samples of a reason that a namespace tells in a second. */
#define DROPS_A_SECOND	10u

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

/* Listeners read ENOBUFS, as where an event did not fit into their socket. */
static void event_lost(struct l4lb_net *ln, u8 group)
{
	genl_set_err(&l4lb_genl_family, ln->net, 0, group, -ENOBUFS);
}

static bool event_begin(struct l4lb_net *ln, struct event *ev, u8 cmd,
			u8 group, gfp_t gfp)
{
	if (genl_has_listeners(&l4lb_genl_family, ln->net, group) <= 0)
		return false;
	ev->group = group;
	ev->skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, gfp);
	if (!ev->skb) {
		event_lost(ln, group);
		return false;
	}
	ev->hdr = genlmsg_put(ev->skb, 0, 0, &l4lb_genl_family, 0, cmd);
	if (ev->hdr)
		return true;
	nlmsg_free(ev->skb);
	event_lost(ln, group);
	return false;
}

static void event_end(struct l4lb_net *ln, struct event *ev, int err, gfp_t gfp)
{
	if (err) {
		nlmsg_free(ev->skb);
		event_lost(ln, ev->group);
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
 * @policy: its policy, which goes to the group "config"; else its standby: "state"
 *
 * Context: process, may sleep; the caller keeps @vip.
 */
void l4lb_notify_vip(struct l4lb_net *ln, const struct l4lb_vip *vip, bool policy)
{
	u8 group = policy ? L4LB_GRP_CONFIG : L4LB_GRP_STATE;
	struct event ev;
	int err;

	if (!event_begin(ln, &ev, L4LB_CMD_VIP_NTF, group, GFP_KERNEL))
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

static void notify_alarm(struct l4lb_net *ln, enum l4lb_alarm alarm,
			 const struct l4lb_service *svc)
{
	struct event ev;
	int err;

	if (!event_begin(ln, &ev, L4LB_CMD_ALARM_NTF, L4LB_GRP_ALARM,
			 EVENT_ATOMIC))
		return;
	err = nla_put_u8(ev.skb, L4LB_A_ALARM, alarm);
	if (!err && svc)
		err = l4lb_put_service_id(ev.skb, L4LB_A_SERVICE, svc);
	event_end(ln, &ev, err, EVENT_ATOMIC);
}

/**
 * l4lb_notify_alarm() - a limit of the namespace is near or reached
 * @ln: namespace
 * @alarm: &enum l4lb_alarm
 *
 * Context: any.
 */
void l4lb_notify_alarm(struct l4lb_net *ln, enum l4lb_alarm alarm)
{
	notify_alarm(ln, alarm, NULL);
}

/**
 * l4lb_notify_half_open() - a service is at its limit of half-open entries
 * @ln: namespace
 * @svc: service; its identity is sent
 *
 * Whoever calls sees to it that an alarm is one and not a stream.
 *
 * Context: any in which @svc is safe.
 */
void l4lb_notify_half_open(struct l4lb_net *ln, const struct l4lb_service *svc)
{
	notify_alarm(ln, L4LB_ALARM_HALF_OPEN, svc);
}

/**
 * l4lb_notify_drain() - a draining server has no connection left, or its
 *	deadline has come
 * @ln: namespace
 * @svc: its service
 * @srv: the server
 *
 * Context: any in which @svc and @srv are safe; rt->lock not held.
 */
void l4lb_notify_drain(struct l4lb_net *ln, const struct l4lb_service *svc,
		       const struct l4lb_server *srv)
{
	struct event ev;
	int err;

	if (!event_begin(ln, &ev, L4LB_CMD_DRAIN_NTF, L4LB_GRP_STATE,
			 EVENT_ATOMIC))
		return;
	rcu_read_lock();
	err = l4lb_put_server(ev.skb, L4LB_A_SERVER, ln, svc, srv);
	rcu_read_unlock();
	event_end(ln, &ev, err, EVENT_ATOMIC);
}

/*
 * May one more packet of the reason be told? Second and number are one word, so
 * that no more are told however many CPUs ask.
 */
static bool drop_sampled(struct l4lb_sample *sample)
{
	u64 now = (u32)jiffies, next;
	s64 word = atomic64_read(&sample->word);

	do {
		if ((u32)now - (u32)(word >> 32) >= HZ || !word)
			next = now << 32 | 1;
		else if ((u32)word < DROPS_A_SECOND)
			next = word + 1;
		else
			return false;
	} while (!atomic64_try_cmpxchg(&sample->word, &word, next));
	return true;
}

/* Of an ICMP error the error itself: what it quotes is the other way round. */
static int put_drop_packet(struct sk_buff *skb, const struct l4lb_packet *pkt)
{
	bool icmp = pkt->kind == L4LB_PACKET_ICMP_ERROR;
	u8 proto = pkt->proto;

	if (icmp)
		proto = pkt->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	return nla_put_u8(skb, L4LB_A_DROP_PROTO, proto) ||
	       l4lb_put_addr(skb, L4LB_A_DROP_SADDR,
			     icmp ? &pkt->outer_saddr : &pkt->saddr,
			     pkt->family) ||
	       nla_put_be16(skb, L4LB_A_DROP_SPORT, icmp ? 0 : pkt->sport) ||
	       l4lb_put_addr(skb, L4LB_A_DROP_DADDR,
			     icmp ? &pkt->outer_daddr : &pkt->daddr,
			     pkt->family) ||
	       nla_put_be16(skb, L4LB_A_DROP_DPORT, icmp ? 0 : pkt->dport) ||
	       nla_put_u8(skb, L4LB_A_DROP_TCP_FLAGS,
			  icmp ? 0 : pkt->tcp_flags);
}

/**
 * l4lb_notify_drop() - a packet was dropped or rejected
 * @ln: namespace
 * @pkt: the packet
 * @svc: service that it was for, or NULL
 * @verdict: &enum l4lb_verdict
 * @reason: &enum l4lb_reason
 * @iif: interface that it came by; 0: none
 *
 * A sample: of each reason ten a second are told, and with them how many were
 * not. Without a listener nothing is looked at, not even the time.
 *
 * Context: RCU read side, BH off.
 */
void l4lb_notify_drop(struct l4lb_net *ln, const struct l4lb_packet *pkt,
		      const struct l4lb_service *svc, u8 verdict, u32 reason,
		      u32 iif)
{
	struct l4lb_sample *sample = &ln->sample[reason];
	struct nlattr *nest;
	struct event ev;
	s64 missed;
	int err;

	if (likely(genl_has_listeners(&l4lb_genl_family, ln->net,
				      L4LB_GRP_DROP) <= 0))
		return;
	if (!drop_sampled(sample) ||
	    !event_begin(ln, &ev, L4LB_CMD_DROP_NTF, L4LB_GRP_DROP,
			 EVENT_ATOMIC)) {
		atomic64_inc(&sample->missed);
		return;
	}
	missed = atomic64_xchg(&sample->missed, 0);
	nest = nla_nest_start(ev.skb, L4LB_A_DROP);
	err = !nest ||
	      nla_put_u32(ev.skb, L4LB_A_DROP_REASON, reason) ||
	      nla_put_string(ev.skb, L4LB_A_DROP_NAME,
			     l4lb_reason_name(reason)) ||
	      nla_put_u8(ev.skb, L4LB_A_DROP_HOOK, pkt->hook) ||
	      nla_put_u8(ev.skb, L4LB_A_DROP_VERDICT, verdict) ||
	      put_drop_packet(ev.skb, pkt) ||
	      (iif && nla_put_u32(ev.skb, L4LB_A_DROP_IIF, iif)) ||
	      (svc && l4lb_put_service_id(ev.skb, L4LB_A_DROP_SERVICE, svc)) ||
	      nla_put_u64_64bit(ev.skb, L4LB_A_DROP_MISSED, missed,
				L4LB_A_DROP_PAD);
	if (nest)
		nla_nest_end(ev.skb, nest);
	event_end(ln, &ev, err, EVENT_ATOMIC);
}

#ifdef L4LB_KUNIT
#include "notify_test.c"
#endif
