// SPDX-License-Identifier: GPL-2.0
/* Virtual addresses. */
#include "internal.h"

static void encode(struct nlmsghdr *nlh, const void *obj)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, L4LB_A_VIP);
	const struct l4lb_vip *vip = obj;

	l4lb_put_addr(nlh, L4LB_A_VIP_ADDR, &vip->addr);
	if (vip->has & L4LB_BIT(L4LB_A_VIP_PREFIX))
		mnl_attr_put_u8(nlh, L4LB_A_VIP_PREFIX, vip->prefix);
	if (vip->has & L4LB_BIT(L4LB_A_VIP_UNKNOWN_PORT))
		mnl_attr_put_u8(nlh, L4LB_A_VIP_UNKNOWN_PORT,
				vip->unknown_port);
	if (vip->has & L4LB_BIT(L4LB_A_VIP_STANDBY))
		mnl_attr_put_u8(nlh, L4LB_A_VIP_STANDBY, vip->standby);
	mnl_attr_nest_end(nlh, nest);
}

/**
 * l4lb_vip_set() - policy of a VIP
 * @h: handle
 * @vip: identity and UNKNOWN_PORT
 * @flags: 0; VIPs have no owner
 *
 * Return: as l4lb_change().
 */
int l4lb_vip_set(struct l4lb *h, const struct l4lb_vip *vip,
		 unsigned int flags)
{
	return l4lb_change(h, L4LB_CMD_VIP_SET, flags, encode, vip);
}

/**
 * l4lb_standby_set() - standby of VIPs, until this handle is closed
 * @h: handle, not in a transaction
 * @vips: identities and STANDBY
 * @n: number of @vips
 *
 * Return: 0 or a negative errno.
 */
int l4lb_standby_set(struct l4lb *h, const struct l4lb_vip *vips,
		     unsigned int n)
{
	int err = l4lb_batch_begin(h), end;
	unsigned int i;

	if (err)
		return err;
	for (i = 0; !err && i < n; i++)
		err = l4lb_change(h, L4LB_CMD_STANDBY_SET, 0, encode, &vips[i]);
	end = l4lb_batch_end(h);
	return err ? err : end;
}

/**
 * l4lb_vip_decode() - read a VIP
 * @nest: nest &enum l4lb_vip_attr
 * @vip: result
 */
void l4lb_vip_decode(const struct nlattr *nest, struct l4lb_vip *vip)
{
	const struct nlattr *attr;

	memset(vip, 0, sizeof(*vip));
	mnl_attr_for_each_nested(attr, nest) {
		__u16 type = mnl_attr_get_type(attr);

		if (type > L4LB_A_VIP_MAX)
			continue;
		vip->has |= L4LB_BIT(type);
		switch (type) {
		case L4LB_A_VIP_ADDR:
			l4lb_get_addr(attr, &vip->addr);
			break;
		case L4LB_A_VIP_PREFIX:
			vip->prefix = l4lb_get_u8(attr);
			break;
		case L4LB_A_VIP_UNKNOWN_PORT:
			vip->unknown_port = l4lb_get_u8(attr);
			break;
		case L4LB_A_VIP_STANDBY:
			vip->standby = l4lb_get_u8(attr);
			break;
		case L4LB_A_VIP_SERVICES:
			vip->services = l4lb_get_u32(attr);
			break;
		}
	}
}

/**
 * struct walk - a walk over VIPs
 * @cb: the caller's function
 * @arg: for @cb
 */
struct walk {
	l4lb_vip_cb cb;
	void *arg;
};

static int walk_message(const struct nlmsghdr *nlh, void *arg)
{
	const struct walk *walk = arg;
	const struct nlattr *attr;
	struct l4lb_vip vip;
	int ret;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != L4LB_A_VIP)
			continue;
		l4lb_vip_decode(attr, &vip);
		ret = walk->cb(&vip, walk->arg);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * l4lb_vip_dump() - all VIPs
 * @h: handle
 * @cb: called for each; non-zero stops
 * @arg: for @cb
 *
 * Return: 0, what @cb returned, or a negative errno.
 */
int l4lb_vip_dump(struct l4lb *h, l4lb_vip_cb cb, void *arg)
{
	char buf[L4LB_OBJ_MAX] __attribute__((aligned(8)));
	struct walk walk = { .cb = cb, .arg = arg };

	return l4lb_dump(h, l4lb_msg_put(h, buf, L4LB_CMD_VIP_GET, 0), true,
			 walk_message, &walk);
}

/**
 * l4lb_vip_prefix() - bits of the address that count
 * @vip: VIP
 *
 * Return: what is set, else all.
 */
__u8 l4lb_vip_prefix(const struct l4lb_vip *vip)
{
	return vip->has & L4LB_BIT(L4LB_A_VIP_PREFIX) ? vip->prefix :
	       l4lb_addr_bits(&vip->addr);
}

/**
 * l4lb_vip_format() - identity of a VIP as people write it
 * @vip: VIP
 * @buf: %L4LB_PREFIX_STR bytes
 *
 * Return: @buf: "192.0.2.1" or "192.0.2.0/24".
 */
char *l4lb_vip_format(const struct l4lb_vip *vip, char *buf)
{
	return l4lb_prefix_format(&vip->addr, l4lb_vip_prefix(vip), buf);
}
