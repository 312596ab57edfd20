// SPDX-License-Identifier: GPL-2.0
/* What an object may look like, whatever else is configured. */
#include <linux/ctype.h>
#include <linux/in.h>
#include <linux/netlink.h>

#include "txn_priv.h"

/**
 * l4lb_stage_blame() - point an error at an attribute
 * @st: change
 * @attr: attribute number in the change's nest; 0: the nest itself
 */
void l4lb_stage_blame(const struct l4lb_stage *st, u32 attr)
{
	const struct l4lb_change *ch = st->ch;

	if (ch->tb && attr && ch->tb[attr])
		NL_SET_BAD_ATTR(st->extack, ch->tb[attr]);
	else if (ch->nest)
		NL_SET_BAD_ATTR(st->extack, ch->nest);
}

/**
 * l4lb_stage_owner() - may the change touch an object of this owner?
 * @st: change
 * @owner: &enum l4lb_owner of the object
 *
 * Return: 0 or -EPERM with a sentence.
 */
int l4lb_stage_owner(const struct l4lb_stage *st, u8 owner)
{
	if (owner == st->ch->owner || st->ch->force)
		return 0;
	if (owner == L4LB_OWNER_CHECKD)
		return L4LB_REFUSE(st, EPERM, 0,
				   "owned by lbcheckd: edit l4lb.conf, or use drain/disable/weight");
	return L4LB_REFUSE(st, EPERM, 0,
			   "made by hand: lbcheckd does not change it");
}

/*
 * 0.0.0.0/8, 127.0.0.0/8 and 240.0.0.0/4 (RFC 6890, 2.2.2), broadcast
 * included. Linux has come to route the first, others on the way may not.
 */
static bool addr_martian(const union l4lb_addr *addr)
{
	u32 ip = ntohl(addr->ip);

	return !(ip >> 24) || ipv4_is_loopback(addr->ip) || ip >> 28 == 0xf;
}

static int check_family(const struct l4lb_stage *st, u8 family, u32 attr)
{
	if (family == AF_INET)
		return 0;
	if (family == AF_INET6)
		return L4LB_REFUSE(st, EOPNOTSUPP, attr,
				   "IPv6 is not available yet");
	return L4LB_REFUSE(st, EINVAL, attr, "an address is missing");
}

/**
 * l4lb_check_vip_addr() - can this be a VIP?
 * @st: change
 * @addr: address
 * @family: AF_INET or AF_INET6
 * @attr: attribute it came in
 *
 * Return: 0, -EINVAL or -EOPNOTSUPP with a sentence.
 */
int l4lb_check_vip_addr(const struct l4lb_stage *st,
			const union l4lb_addr *addr, u8 family, u32 attr)
{
	int err = check_family(st, family, attr);

	if (err)
		return err;
	if (ipv4_is_multicast(addr->ip))
		return L4LB_REFUSE(st, EINVAL, attr,
				   "a multicast address cannot be a VIP");
	if (addr_martian(addr))
		return L4LB_REFUSE(st, EINVAL, attr,
				   "a loopback, broadcast or reserved address cannot be a VIP");
	return 0;
}

/**
 * l4lb_check_service_key() - can this be a service's identity?
 * @st: change with @service
 *
 * Return: 0, -EINVAL, -EPROTONOSUPPORT or -EOPNOTSUPP with a sentence.
 */
int l4lb_check_service_key(const struct l4lb_stage *st)
{
	const struct l4lb_endpoint *key = &st->ch->service;

	if (key->proto != IPPROTO_TCP && key->proto != IPPROTO_UDP)
		return L4LB_REFUSE(st, EPROTONOSUPPORT, L4LB_A_SERVICE_PROTO,
				   "a service is TCP or UDP");
	if (!key->port)
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_PORT,
				   "port 0 is not a service");
	return l4lb_check_vip_addr(st, &key->addr, key->family,
				   L4LB_A_SERVICE_ADDR);
}

/**
 * l4lb_check_server_addr() - can this be a server's address and port?
 * @st: change with @server
 *
 * Return: 0, -EINVAL or -EOPNOTSUPP with a sentence.
 */
int l4lb_check_server_addr(const struct l4lb_stage *st)
{
	const struct l4lb_endpoint *ep = &st->ch->server;
	int err = check_family(st, ep->family, L4LB_A_SERVER_ADDR);

	if (err)
		return err;
	if (ipv4_is_multicast(ep->addr.ip))
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVER_ADDR,
				   "a multicast address cannot be a server");
	if (addr_martian(&ep->addr))
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVER_ADDR,
				   "a loopback, broadcast or reserved address cannot be a server");
	if (!ep->port)
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVER_PORT,
				   "port 0 is not a server");
	return 0;
}

/* Words that lbctl takes in the place of a name. */
static const char * const name_reserved[] = {
	"all", "default", "tcp", "udp", "fwmark", "none", "force", "now", "on",
	"off", "manual", "checkd",
};

static bool name_char(char c)
{
	return isascii(c) && (isalnum(c) || strchr("._-:", c));
}

/**
 * l4lb_check_name() - can this be a name?
 * @st: change with @name, which is not empty
 * @attr: attribute it came in
 *
 * Return: 0 or -EINVAL with a sentence.
 */
int l4lb_check_name(const struct l4lb_stage *st, u32 attr)
{
	const char *name = st->ch->name;
	u32 i, len = strnlen(name, L4LB_NAME_MAX);

	if (len == L4LB_NAME_MAX)
		return L4LB_REFUSE(st, EINVAL, attr,
				   "a name has at most 31 characters");
	if (!isascii(name[0]) || !isalpha(name[0]))
		return L4LB_REFUSE(st, EINVAL, attr,
				   "a name starts with a letter");
	for (i = 0; i < len; i++)
		if (!name_char(name[i]))
			return L4LB_REFUSE(st, EINVAL, attr,
					   "a name is made of letters, digits and . _ - :");
	for (i = 0; i < ARRAY_SIZE(name_reserved); i++)
		if (!strcasecmp(name, name_reserved[i]))
			return L4LB_REFUSE(st, EINVAL, attr,
					   "this name is a word of lbctl: choose another");
	return 0;
}
