// SPDX-License-Identifier: GPL-2.0
/* What an object may look like, whatever else is configured. */
#include <linux/ctype.h>
#include <linux/in.h>
#include <linux/netlink.h>
#include <net/ipv6.h>

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

/**
 * l4lb_stage_drop() - may the change delete a service that it does not name?
 * @st: change
 * @owner: &enum l4lb_owner of the service
 *
 * Return: 0 or -EPERM with a sentence.
 */
int l4lb_stage_drop(const struct l4lb_stage *st, u8 owner)
{
	if (owner == st->ch->owner || st->ch->force)
		return 0;
	if (owner == L4LB_OWNER_CHECKD)
		return L4LB_REFUSE(st, EPERM, 0,
				   "this would delete services of lbcheckd: keep them, or say force");
	return L4LB_REFUSE(st, EPERM, 0,
			   "this would delete services made by hand: keep them, or say force");
}

/*
 * 0.0.0.0/8, 127.0.0.0/8 and 240.0.0.0/4 (RFC 6890, 2.2.2), broadcast
 * included. Linux has come to route the first, others on the way may not.
 */
static bool addr_martian4(const union l4lb_addr *addr)
{
	u32 ip = ntohl(addr->ip);

	return !(ip >> 24) || ipv4_is_loopback(addr->ip) || ip >> 28 == 0xf;
}

/* IPv4 has such addresses, too, but no scope that routers keep to. */
static bool addr_link_local(const union l4lb_addr *addr, u8 family)
{
	return family == AF_INET6 &&
	       ipv6_addr_type(&addr->ip6) & IPV6_ADDR_LINKLOCAL;
}

/* ::, ::1 and mapped IPv4 addresses (RFC 4291, 2.5) are no host's. */
static bool addr_martian(const union l4lb_addr *addr, u8 family)
{
	if (family == AF_INET)
		return addr_martian4(addr);
	return ipv6_addr_any(&addr->ip6) || ipv6_addr_loopback(&addr->ip6) ||
	       ipv6_addr_v4mapped(&addr->ip6);
}

static bool addr_multicast(const union l4lb_addr *addr, u8 family)
{
	if (family == AF_INET)
		return ipv4_is_multicast(addr->ip);
	return ipv6_addr_is_multicast(&addr->ip6);
}

static int check_family(const struct l4lb_stage *st, u8 family, u32 attr)
{
	if (family == AF_INET || family == AF_INET6)
		return 0;
	return L4LB_REFUSE(st, EINVAL, attr, "an address is missing");
}

/* Where a change says what its VIP is: attributes of @st's nest. */
struct vip_attrs {
	u8 addr;
	u8 prefix;
};

static int check_vip(const struct l4lb_stage *st,
		     const struct l4lb_service_key *key,
		     const struct vip_attrs *at)
{
	union l4lb_addr first;
	int err;

	err = check_family(st, key->family, at->addr);
	if (err)
		return err;
	if (key->prefix > l4lb_addr_bits(key->family))
		return L4LB_REFUSE(st, EINVAL, at->prefix,
				   "the prefix is longer than the address");
	first = l4lb_addr_prefix(&key->addr, key->prefix);
	if (!l4lb_addr_equal(&first, &key->addr))
		return L4LB_REFUSE(st, EINVAL, at->addr,
				   "the address has bits set behind its prefix");
	if (addr_multicast(&key->addr, key->family))
		return L4LB_REFUSE(st, EINVAL, at->addr,
				   "a multicast address cannot be a VIP");
	if (addr_martian(&key->addr, key->family))
		return L4LB_REFUSE(st, EINVAL, at->addr,
				   "a loopback, broadcast or reserved address cannot be a VIP");
	if (addr_link_local(&key->addr, key->family))
		return L4LB_REFUSE(st, EINVAL, at->addr,
				   "a link-local address cannot be a VIP: it is good on one link only");
	return 0;
}

/**
 * l4lb_check_vip() - can this be a VIP?
 * @st: change with @vip
 *
 * Return: 0 or -EINVAL with a sentence.
 */
int l4lb_check_vip(const struct l4lb_stage *st)
{
	static const struct vip_attrs at = {
		.addr = L4LB_A_VIP_ADDR,
		.prefix = L4LB_A_VIP_PREFIX,
	};

	return check_vip(st, &st->ch->vip, &at);
}

/* A service of a mark has nothing else to be known by. */
static int check_mark_key(const struct l4lb_stage *st)
{
	const struct l4lb_service_key *key = &st->ch->service;
	const struct l4lb_service_key bare = {
		.family = key->family,
		.mark = key->mark,
	};

	if (key->family != AF_INET && key->family != AF_INET6)
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_FAMILY,
				   "the family of a fwmark service is 4 or 6");
	if (!l4lb_key_equal(key, &bare))
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_FWMARK,
				   "a fwmark service has no protocol, address or port");
	return 0;
}

/**
 * l4lb_check_service_key() - can this be a service's identity?
 * @st: change with @service
 *
 * Return: 0, -EINVAL or -EPROTONOSUPPORT with a sentence.
 */
int l4lb_check_service_key(const struct l4lb_stage *st)
{
	static const struct vip_attrs at = {
		.addr = L4LB_A_SERVICE_ADDR,
		.prefix = L4LB_A_SERVICE_PREFIX,
	};
	const struct l4lb_service_key *key = &st->ch->service;

	if (key->mark)
		return check_mark_key(st);
	if (!key->proto)
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_FWMARK,
				   "mark 0 is that of packets without a mark");
	if (key->proto != IPPROTO_TCP && key->proto != IPPROTO_UDP)
		return L4LB_REFUSE(st, EPROTONOSUPPORT, L4LB_A_SERVICE_PROTO,
				   "a service is TCP or UDP");
	if (!key->port && key->port_last)
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_PORT,
				   "a range of ports begins at 1 or above");
	if (ntohs(key->port_last) < ntohs(key->port))
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_PORT_LAST,
				   "the range is upside down: its last port is below its first");
	return check_vip(st, key, &at);
}

/**
 * l4lb_check_server_addr() - can this be a server's address?
 * @st: change with @server
 *
 * Return: 0 or -EINVAL with a sentence.
 */
int l4lb_check_server_addr(const struct l4lb_stage *st)
{
	const struct l4lb_endpoint *ep = &st->ch->server;
	int err = check_family(st, ep->family, L4LB_A_SERVER_ADDR);

	if (err)
		return err;
	if (addr_multicast(&ep->addr, ep->family))
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVER_ADDR,
				   "a multicast address cannot be a server");
	if (addr_martian(&ep->addr, ep->family))
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVER_ADDR,
				   "a loopback, broadcast or reserved address cannot be a server");
	if (addr_link_local(&ep->addr, ep->family))
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVER_ADDR,
				   "a link-local address cannot be a server: give it a routable one");
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
