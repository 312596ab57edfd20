// SPDX-License-Identifier: GPL-2.0
/* Caps and default timeouts of a namespace. */
#include "internal.h"

/**
 * l4lb_limits_decode() - read limits
 * @nest: nest &enum l4lb_limits_attr
 * @limits: result
 */
void l4lb_limits_decode(const struct nlattr *nest, struct l4lb_limits *limits)
{
	const struct nlattr *attr;

	memset(limits, 0, sizeof(*limits));
	mnl_attr_for_each_nested(attr, nest) {
		__u32 v32 = l4lb_get_u32(attr);
		__u64 v64 = l4lb_get_u64(attr);
		__u16 type = mnl_attr_get_type(attr);

		if (type > L4LB_A_LIMITS_MAX)
			continue;
		limits->has |= L4LB_BIT(type);
		switch (type) {
		case L4LB_A_LIMITS_CONNS:
			limits->conns = v32;
			break;
		case L4LB_A_LIMITS_MEMORY:
			limits->memory = v64;
			break;
		case L4LB_A_LIMITS_SERVICES:
			limits->services = v32;
			break;
		case L4LB_A_LIMITS_SERVERS:
			limits->servers = v32;
			break;
		case L4LB_A_LIMITS_VIPS:
			limits->vips = v32;
			break;
		case L4LB_A_LIMITS_TIMEOUT:
			l4lb_get_timeout(attr, &limits->timeouts);
			break;
		case L4LB_A_LIMITS_USED_CONNS:
			limits->used_conns = v32;
			break;
		case L4LB_A_LIMITS_USED_MEMORY:
			limits->used_memory = v64;
			break;
		case L4LB_A_LIMITS_USED_SERVICES:
			limits->used_services = v32;
			break;
		case L4LB_A_LIMITS_USED_SERVERS:
			limits->used_servers = v32;
			break;
		case L4LB_A_LIMITS_USED_VIPS:
			limits->used_vips = v32;
			break;
		case L4LB_A_LIMITS_BUCKETS:
			limits->buckets = v32;
			break;
		}
	}
}

static int get_message(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == L4LB_A_LIMITS)
			l4lb_limits_decode(attr, arg);
	return 0;
}

/**
 * l4lb_limits_get() - limits and what is used of them
 * @h: handle
 * @limits: result
 *
 * Return: 0 or a negative errno.
 */
int l4lb_limits_get(struct l4lb *h, struct l4lb_limits *limits)
{
	char buf[L4LB_OBJ_MAX] __attribute__((aligned(8)));

	memset(limits, 0, sizeof(*limits));
	return l4lb_request(h, l4lb_msg_put(h, buf, L4LB_CMD_LIMITS_GET, 0),
			    get_message, limits);
}

/**
 * l4lb_limits_set() - change what @limits has, keep the rest
 * @h: handle
 * @limits: values that change
 *
 * Return: 0 or a negative errno.
 */
int l4lb_limits_set(struct l4lb *h, const struct l4lb_limits *limits)
{
	char buf[L4LB_OBJ_MAX] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	struct nlattr *nest;

	nlh = l4lb_msg_put(h, buf, L4LB_CMD_LIMITS_SET, 0);
	nest = mnl_attr_nest_start(nlh, L4LB_A_LIMITS);
	if (limits->has & L4LB_BIT(L4LB_A_LIMITS_CONNS))
		mnl_attr_put_u32(nlh, L4LB_A_LIMITS_CONNS, limits->conns);
	if (limits->has & L4LB_BIT(L4LB_A_LIMITS_MEMORY))
		mnl_attr_put_u64(nlh, L4LB_A_LIMITS_MEMORY, limits->memory);
	if (limits->has & L4LB_BIT(L4LB_A_LIMITS_SERVICES))
		mnl_attr_put_u32(nlh, L4LB_A_LIMITS_SERVICES, limits->services);
	if (limits->has & L4LB_BIT(L4LB_A_LIMITS_SERVERS))
		mnl_attr_put_u32(nlh, L4LB_A_LIMITS_SERVERS, limits->servers);
	if (limits->has & L4LB_BIT(L4LB_A_LIMITS_VIPS))
		mnl_attr_put_u32(nlh, L4LB_A_LIMITS_VIPS, limits->vips);
	if (limits->has & L4LB_BIT(L4LB_A_LIMITS_TIMEOUT))
		l4lb_put_timeouts(nlh, L4LB_A_LIMITS_TIMEOUT,
				  &limits->timeouts);
	mnl_attr_nest_end(nlh, nest);
	return l4lb_request(h, nlh, NULL, NULL);
}
