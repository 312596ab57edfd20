// SPDX-License-Identifier: GPL-2.0
/* Services. */
#include "internal.h"

/**
 * l4lb_service_put_id() - a nest with the identity of a service only
 * @nlh: message
 * @type: attribute of the nest
 * @service: identity: address, or name where there is no protocol
 */
void l4lb_service_put_id(struct nlmsghdr *nlh, __u16 type,
			 const struct l4lb_service *service)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);

	if (service->has & L4LB_BIT(L4LB_A_SERVICE_PROTO)) {
		mnl_attr_put_u8(nlh, L4LB_A_SERVICE_PROTO, service->proto);
		l4lb_put_addr(nlh, L4LB_A_SERVICE_ADDR, &service->addr);
		l4lb_put_be16(nlh, L4LB_A_SERVICE_PORT, service->port);
	} else {
		mnl_attr_put_strz(nlh, L4LB_A_SERVICE_NAME, service->name);
	}
	mnl_attr_nest_end(nlh, nest);
}

static void encode(struct nlmsghdr *nlh, const void *obj)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, L4LB_A_SERVICE);
	const struct l4lb_service *s = obj;

	if (s->has & L4LB_BIT(L4LB_A_SERVICE_PROTO)) {
		mnl_attr_put_u8(nlh, L4LB_A_SERVICE_PROTO, s->proto);
		l4lb_put_addr(nlh, L4LB_A_SERVICE_ADDR, &s->addr);
		l4lb_put_be16(nlh, L4LB_A_SERVICE_PORT, s->port);
	}
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_NAME))
		mnl_attr_put_strz(nlh, L4LB_A_SERVICE_NAME, s->name);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_SCHEDULER))
		mnl_attr_put_strz(nlh, L4LB_A_SERVICE_SCHEDULER, s->scheduler);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_METHOD))
		mnl_attr_put_u8(nlh, L4LB_A_SERVICE_METHOD, s->method);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_TIE))
		mnl_attr_put_u8(nlh, L4LB_A_SERVICE_TIE, s->tie);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_MIDSTREAM))
		mnl_attr_put_u8(nlh, L4LB_A_SERVICE_MIDSTREAM, s->midstream);
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_TIMEOUT))
		l4lb_put_timeouts(nlh, L4LB_A_SERVICE_TIMEOUT, &s->timeouts);
	mnl_attr_nest_end(nlh, nest);
}

static void encode_id(struct nlmsghdr *nlh, const void *obj)
{
	l4lb_service_put_id(nlh, L4LB_A_SERVICE, obj);
}

/**
 * l4lb_service_new() - add a service
 * @h: handle
 * @service: identity and configuration
 * @flags: L4LB_F_*
 *
 * Return: as l4lb_change().
 */
int l4lb_service_new(struct l4lb *h, const struct l4lb_service *service,
		     unsigned int flags)
{
	return l4lb_change(h, L4LB_CMD_SERVICE_NEW, flags, encode, service);
}

/**
 * l4lb_service_set() - change what @service has, keep the rest
 * @h: handle
 * @service: identity and the values that change
 * @flags: L4LB_F_*
 *
 * Return: as l4lb_change().
 */
int l4lb_service_set(struct l4lb *h, const struct l4lb_service *service,
		     unsigned int flags)
{
	return l4lb_change(h, L4LB_CMD_SERVICE_SET, flags, encode, service);
}

/**
 * l4lb_service_del() - delete a service and its servers
 * @h: handle
 * @service: identity
 * @flags: L4LB_F_*
 *
 * Return: as l4lb_change().
 */
int l4lb_service_del(struct l4lb *h, const struct l4lb_service *service,
		     unsigned int flags)
{
	return l4lb_change(h, L4LB_CMD_SERVICE_DEL, flags, encode_id, service);
}

static void decode_value(const struct nlattr *attr, struct l4lb_service *s)
{
	switch (mnl_attr_get_type(attr)) {
	case L4LB_A_SERVICE_PROTO:
		s->proto = l4lb_get_u8(attr);
		break;
	case L4LB_A_SERVICE_ADDR:
		l4lb_get_addr(attr, &s->addr);
		break;
	case L4LB_A_SERVICE_PORT:
		s->port = l4lb_get_be16(attr);
		break;
	case L4LB_A_SERVICE_NAME:
		l4lb_get_str(attr, s->name, sizeof(s->name));
		break;
	case L4LB_A_SERVICE_SCHEDULER:
		l4lb_get_str(attr, s->scheduler, sizeof(s->scheduler));
		break;
	case L4LB_A_SERVICE_METHOD:
		s->method = l4lb_get_u8(attr);
		break;
	case L4LB_A_SERVICE_TIE:
		s->tie = l4lb_get_u8(attr);
		break;
	case L4LB_A_SERVICE_MIDSTREAM:
		s->midstream = l4lb_get_u8(attr);
		break;
	case L4LB_A_SERVICE_TIMEOUT:
		l4lb_get_timeout(attr, &s->timeouts);
		break;
	case L4LB_A_SERVICE_OWNER:
		s->owner = l4lb_get_u8(attr);
		break;
	case L4LB_A_SERVICE_ID:
		s->id = l4lb_get_u32(attr);
		break;
	case L4LB_A_SERVICE_SERVERS:
		s->servers = l4lb_get_u32(attr);
		break;
	case L4LB_A_SERVICE_ACTIVE:
		s->active = l4lb_get_u32(attr);
		break;
	case L4LB_A_SERVICE_INACTIVE:
		s->inactive = l4lb_get_u32(attr);
		break;
	case L4LB_A_SERVICE_STATS:
		l4lb_stats_decode(attr, &s->stats);
		break;
	}
}

/**
 * l4lb_service_decode() - read a service
 * @nest: nest &enum l4lb_service_attr
 * @service: result
 * @reasons: room for the reasons, or NULL: not wanted
 */
void l4lb_service_decode(const struct nlattr *nest,
			 struct l4lb_service *service,
			 struct l4lb_reasons *reasons)
{
	const struct nlattr *attr;

	memset(service, 0, sizeof(*service));
	if (reasons) {
		reasons->n = 0;
		service->reasons = reasons;
	}
	mnl_attr_for_each_nested(attr, nest) {
		__u16 type = mnl_attr_get_type(attr);

		if (type > L4LB_A_SERVICE_MAX)
			continue;
		service->has |= L4LB_BIT(type);
		if (type == L4LB_A_SERVICE_REASON && reasons)
			l4lb_reason_decode(attr, reasons);
		else
			decode_value(attr, service);
	}
}

/**
 * struct walk - a walk over services
 * @cb: the caller's function
 * @arg: for @cb
 * @reasons: room for one service's reasons
 */
struct walk {
	l4lb_service_cb cb;
	void *arg;
	struct l4lb_reasons reasons;
};

static int walk_message(const struct nlmsghdr *nlh, void *arg)
{
	struct l4lb_service service;
	const struct nlattr *attr;
	struct walk *walk = arg;
	int ret;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != L4LB_A_SERVICE)
			continue;
		l4lb_service_decode(attr, &service, &walk->reasons);
		ret = walk->cb(&service, walk->arg);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * l4lb_service_get() - one service
 * @h: handle
 * @id: identity
 * @cb: called once; the service is valid in it only
 * @arg: for @cb
 *
 * Return: 0, what @cb returned, -ENOENT, or another negative errno.
 */
int l4lb_service_get(struct l4lb *h, const struct l4lb_service *id,
		     l4lb_service_cb cb, void *arg)
{
	char buf[L4LB_OBJ_MAX] __attribute__((aligned(8)));
	struct walk walk = { .cb = cb, .arg = arg };
	struct nlmsghdr *nlh;

	nlh = l4lb_msg_put(h, buf, L4LB_CMD_SERVICE_GET, 0);
	l4lb_service_put_id(nlh, L4LB_A_SERVICE, id);
	return l4lb_request(h, nlh, walk_message, &walk);
}

/**
 * l4lb_service_dump() - all services, as of one generation
 * @h: handle
 * @cb: called for each; the service is valid in it only; non-zero stops
 * @arg: for @cb
 *
 * Return: 0, what @cb returned, or a negative errno.
 */
int l4lb_service_dump(struct l4lb *h, l4lb_service_cb cb, void *arg)
{
	char buf[L4LB_OBJ_MAX] __attribute__((aligned(8)));
	struct walk walk = { .cb = cb, .arg = arg };

	return l4lb_dump(h, l4lb_msg_put(h, buf, L4LB_CMD_SERVICE_GET, 0),
			 true, walk_message, &walk);
}

/**
 * l4lb_service_same() - whether two services have one identity
 * @a: service with protocol, address and port
 * @b: service with protocol, address and port
 *
 * Return: true where they are the same.
 */
bool l4lb_service_same(const struct l4lb_service *a,
		       const struct l4lb_service *b)
{
	return a->proto == b->proto && a->port == b->port &&
	       l4lb_addr_equal(&a->addr, &b->addr);
}

/**
 * l4lb_service_format() - identity of a service as people write it
 * @service: identity
 * @buf: %L4LB_SERVICE_STR bytes
 *
 * Return: @buf: "tcp 192.0.2.1:80", or the name where there is no protocol.
 */
char *l4lb_service_format(const struct l4lb_service *service, char *buf)
{
	char end[L4LB_ENDPOINT_STR];
	const char *proto;

	if (!(service->has & L4LB_BIT(L4LB_A_SERVICE_PROTO))) {
		snprintf(buf, L4LB_SERVICE_STR, "%s", service->name);
		return buf;
	}
	proto = l4lb_proto_name(service->proto);
	l4lb_endpoint_format(&service->addr, service->port, end);
	if (proto)
		snprintf(buf, L4LB_SERVICE_STR, "%s %s", proto, end);
	else
		snprintf(buf, L4LB_SERVICE_STR, "%u %s", service->proto, end);
	return buf;
}
