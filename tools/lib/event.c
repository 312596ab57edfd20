// SPDX-License-Identifier: GPL-2.0
/* Notifications. */
#include <sys/socket.h>

#include "internal.h"

/**
 * l4lb_subscribe() - hear notifications; a handle of its own is best, since
 *	notifications that arrive during a request are passed over
 * @h: handle of l4lb_open()
 * @groups: L4LB_G_*
 *
 * Return: 0 or a negative errno.
 */
int l4lb_subscribe(struct l4lb *h, unsigned int groups)
{
	unsigned int i;

	l4lb_error_clear(h);
	for (i = 0; i < L4LB_GROUPS; i++) {
		if (!(groups & L4LB_BIT(i)))
			continue;
		if (!h->groups[i])
			return l4lb_fail(h, EOPNOTSUPP,
					 "the loaded l4lb.ko has no such group of events");
		if (h->io.fd >= 0 &&
		    setsockopt(h->io.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
			       &h->groups[i], sizeof(h->groups[i])) < 0)
			return l4lb_fail(h, errno, "%s",
					 errno == EPERM ?
					 "not permitted: this needs CAP_NET_ADMIN" :
					 strerror(errno));
	}
	return 0;
}

static void decode_tuple(const struct nlattr *attr, struct l4lb_drop *drop)
{
	switch (mnl_attr_get_type(attr)) {
	case L4LB_A_DROP_PROTO:
		drop->proto = l4lb_get_u8(attr);
		break;
	case L4LB_A_DROP_SADDR:
		l4lb_get_addr(attr, &drop->saddr);
		break;
	case L4LB_A_DROP_SPORT:
		drop->sport = l4lb_get_be16(attr);
		break;
	case L4LB_A_DROP_DADDR:
		l4lb_get_addr(attr, &drop->daddr);
		break;
	case L4LB_A_DROP_DPORT:
		drop->dport = l4lb_get_be16(attr);
		break;
	case L4LB_A_DROP_TCP_FLAGS:
		drop->tcp_flags = l4lb_get_u8(attr);
		break;
	case L4LB_A_DROP_IIF:
		drop->iif = l4lb_get_u32(attr);
		break;
	}
}

static void decode_drop(const struct nlattr *nest, struct l4lb_drop *drop)
{
	const struct nlattr *attr;

	memset(drop, 0, sizeof(*drop));
	mnl_attr_for_each_nested(attr, nest) {
		__u16 type = mnl_attr_get_type(attr);

		if (type > L4LB_A_DROP_MAX)
			continue;
		drop->has |= L4LB_BIT(type);
		switch (type) {
		case L4LB_A_DROP_REASON:
			drop->reason = l4lb_get_u32(attr);
			break;
		case L4LB_A_DROP_NAME:
			l4lb_get_str(attr, drop->name, sizeof(drop->name));
			break;
		case L4LB_A_DROP_HOOK:
			drop->hook = l4lb_get_u8(attr);
			break;
		case L4LB_A_DROP_VERDICT:
			drop->verdict = l4lb_get_u8(attr);
			break;
		case L4LB_A_DROP_SERVICE:
			l4lb_service_decode(attr, &drop->service, NULL);
			break;
		case L4LB_A_DROP_MISSED:
			drop->missed = l4lb_get_u64(attr);
			break;
		default:
			decode_tuple(attr, drop);
		}
	}
}

static void decode_figures(const struct nlmsghdr *nlh, struct l4lb_event *event)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		__u16 type = mnl_attr_get_type(attr);

		if (type > L4LB_A_MAX)
			continue;
		event->has |= L4LB_BIT(type);
		switch (type) {
		case L4LB_A_GENERATION:
			event->generation = l4lb_get_u64(attr);
			break;
		case L4LB_A_DIGEST:
			event->digest = l4lb_get_u64(attr);
			break;
		case L4LB_A_COUNT:
			event->count = l4lb_get_u64(attr);
			break;
		case L4LB_A_OWNER:
			event->owner = l4lb_get_u8(attr);
			break;
		case L4LB_A_ALARM:
			event->alarm = l4lb_get_u8(attr);
			break;
		case L4LB_A_LIMITS:
			l4lb_limits_decode(attr, &event->limits);
			break;
		}
	}
}

/* One call for each object; one for a message without any. */
static int deliver(const struct nlmsghdr *nlh, l4lb_event_cb cb, void *arg)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct l4lb_event event;
	bool none = true;
	int ret;

	memset(&event, 0, sizeof(event));
	event.cmd = genl->cmd;
	decode_figures(nlh, &event);
	mnl_attr_for_each(attr, nlh, sizeof(*genl)) {
		switch (mnl_attr_get_type(attr)) {
		case L4LB_A_SERVICE:
			l4lb_service_decode(attr, &event.service, NULL);
			break;
		case L4LB_A_SERVER:
			l4lb_server_decode(attr, &event.server);
			break;
		case L4LB_A_VIP:
			l4lb_vip_decode(attr, &event.vip);
			break;
		case L4LB_A_DROP:
			decode_drop(attr, &event.drop);
			break;
		default:
			continue;
		}
		none = false;
		ret = cb(&event, arg);
		if (ret)
			return ret;
	}
	return none ? cb(&event, arg) : 0;
}

/**
 * l4lb_event_recv() - wait for notifications and deliver them
 * @h: handle of l4lb_subscribe()
 * @cb: called for each object; non-zero stops
 * @arg: for @cb
 *
 * Return: 0, what @cb returned, -ENOBUFS: some were lost, go on; or another
 * negative errno.
 */
int l4lb_event_recv(struct l4lb *h, l4lb_event_cb cb, void *arg)
{
	const struct nlmsghdr *nlh = (void *)h->rx;
	int got, ret;

	l4lb_error_clear(h);
	got = l4lb_recv(h);
	if (got < 0)
		return got;
	for (; mnl_nlmsg_ok(nlh, got); nlh = mnl_nlmsg_next(nlh, &got)) {
		if (nlh->nlmsg_type != h->family ||
		    mnl_nlmsg_get_payload_len(nlh) < sizeof(struct genlmsghdr))
			continue;
		ret = deliver(nlh, cb, arg);
		if (ret)
			return ret;
	}
	return 0;
}
