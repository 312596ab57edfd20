// SPDX-License-Identifier: GPL-2.0
/*
 * Requests: from attributes, which the policies have checked one by one, to
 * structures. What concerns one attribute alone or the presence of others is
 * refused here; what concerns the configuration is refused by txn.c.
 */
#include <net/netlink.h>

#include "netlink_priv.h"
#include "txn.h"

/**
 * l4lb_nl_addr() - read an address
 * @attr: attribute
 * @addr: out: address, unused words zero
 * @family: out: AF_INET or AF_INET6
 * @extack: for the refusal
 *
 * Return: 0 or -EINVAL.
 */
int l4lb_nl_addr(const struct nlattr *attr, union l4lb_addr *addr, u8 *family,
		 struct netlink_ext_ack *extack)
{
	memset(addr, 0, sizeof(*addr));
	switch (nla_len(attr)) {
	case sizeof(__be32):
		*family = AF_INET;
		break;
	case sizeof(struct in6_addr):
		*family = AF_INET6;
		break;
	default:
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "an address has 4 bytes (IPv4) or 16 (IPv6)");
		return -EINVAL;
	}
	memcpy(addr, nla_data(attr), nla_len(attr));
	return 0;
}

/* A service of a mark: nothing of an address may stand beside it. */
static int service_mark(struct nlattr **tb, struct l4lb_service_key *key,
			struct netlink_ext_ack *extack)
{
	static const u8 other[] = {
		L4LB_A_SERVICE_PROTO, L4LB_A_SERVICE_ADDR, L4LB_A_SERVICE_PORT,
		L4LB_A_SERVICE_PORT_LAST, L4LB_A_SERVICE_PREFIX,
	};
	u8 family = 4;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(other); i++) {
		if (!tb[other[i]])
			continue;
		NL_SET_ERR_MSG_ATTR(extack, tb[other[i]],
				    "a fwmark service has no protocol, address or port");
		return -EINVAL;
	}
	key->mark = nla_get_u32(tb[L4LB_A_SERVICE_FWMARK]);
	if (!key->mark) {
		NL_SET_ERR_MSG_ATTR(extack, tb[L4LB_A_SERVICE_FWMARK],
				    "mark 0 is that of packets without a mark");
		return -EINVAL;
	}
	if (tb[L4LB_A_SERVICE_FAMILY])
		family = nla_get_u8(tb[L4LB_A_SERVICE_FAMILY]);
	if (family != 4 && family != 6) {
		NL_SET_ERR_MSG_ATTR(extack, tb[L4LB_A_SERVICE_FAMILY],
				    "the family of a fwmark service is 4 or 6");
		return -EINVAL;
	}
	key->family = family == 4 ? AF_INET : AF_INET6;
	return 0;
}

static int service_key(const struct nlattr *nest, struct nlattr **tb,
		       struct l4lb_service_key *key,
		       struct netlink_ext_ack *extack)
{
	int err;

	if (tb[L4LB_A_SERVICE_FAMILY]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[L4LB_A_SERVICE_FAMILY],
				    "family is of fwmark services: an address has its own");
		return -EINVAL;
	}
	if (!tb[L4LB_A_SERVICE_ADDR]) {
		L4LB_NL_MISSING(extack, nest, L4LB_A_SERVICE_ADDR,
				"a service is named by protocol, address and port");
		return -EINVAL;
	}
	if (!tb[L4LB_A_SERVICE_PORT]) {
		L4LB_NL_MISSING(extack, nest, L4LB_A_SERVICE_PORT,
				"a service is named by protocol, address and port");
		return -EINVAL;
	}
	key->proto = nla_get_u8(tb[L4LB_A_SERVICE_PROTO]);
	if (key->proto != IPPROTO_TCP && key->proto != IPPROTO_UDP) {
		NL_SET_ERR_MSG_ATTR(extack, tb[L4LB_A_SERVICE_PROTO],
				    "only tcp and udp can be balanced");
		return -EPROTONOSUPPORT;
	}
	key->port = nla_get_be16(tb[L4LB_A_SERVICE_PORT]);
	key->port_last = key->port;
	if (tb[L4LB_A_SERVICE_PORT_LAST])
		key->port_last = nla_get_be16(tb[L4LB_A_SERVICE_PORT_LAST]);
	err = l4lb_nl_addr(tb[L4LB_A_SERVICE_ADDR], &key->addr, &key->family,
			   extack);
	if (err)
		return err;
	key->prefix = l4lb_addr_bits(key->family);
	if (tb[L4LB_A_SERVICE_PREFIX])
		key->prefix = nla_get_u8(tb[L4LB_A_SERVICE_PREFIX]);
	return 0;
}

/**
 * l4lb_nl_service_ref() - how a request names a service
 * @nest: the service's nest
 * @tb: its attributes
 * @ref: out
 * @extack: for the refusal
 *
 * With a mark or a protocol the identity is (mark, family) or (protocol, address,
 * prefix, ports) and a name is a value; without, the name is the identity.
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_service_ref(const struct nlattr *nest, struct nlattr **tb,
			struct l4lb_nl_service_ref *ref,
			struct netlink_ext_ack *extack)
{
	memset(ref, 0, sizeof(*ref));
	if (tb[L4LB_A_SERVICE_FWMARK])
		return service_mark(tb, &ref->key, extack);
	if (tb[L4LB_A_SERVICE_PROTO])
		return service_key(nest, tb, &ref->key, extack);
	if (tb[L4LB_A_SERVICE_ADDR] || tb[L4LB_A_SERVICE_PORT] ||
	    tb[L4LB_A_SERVICE_PORT_LAST] || tb[L4LB_A_SERVICE_PREFIX] ||
	    tb[L4LB_A_SERVICE_FAMILY] || !tb[L4LB_A_SERVICE_NAME]) {
		L4LB_NL_MISSING(extack, nest, L4LB_A_SERVICE_PROTO,
				"name the service: protocol, address and port, or its name");
		return -EINVAL;
	}
	nla_strscpy(ref->name, tb[L4LB_A_SERVICE_NAME], sizeof(ref->name));
	if (!*ref->name) {
		NL_SET_ERR_MSG_ATTR(extack, tb[L4LB_A_SERVICE_NAME],
				    "an empty name names no service");
		return -EINVAL;
	}
	return 0;
}

/**
 * l4lb_nl_service_nest() - how a nest that is only an identity names a service
 * @nest: nest
 * @ref: out
 * @extack: for the refusal
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_service_nest(const struct nlattr *nest,
			 struct l4lb_nl_service_ref *ref,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[L4LB_A_SERVICE_MAX + 1];
	int err;

	err = nla_parse_nested(tb, L4LB_A_SERVICE_MAX, nest,
			       l4lb_pol_service_key, extack);
	if (err)
		return err;
	return l4lb_nl_service_ref(nest, tb, ref, extack);
}

/**
 * l4lb_nl_server_ref() - how a request names a server
 * @nest: the server's nest
 * @tb: its attributes
 * @ref: out: its service
 * @server: out: its address; the service's protocol, 0 when that is named by name;
 *	its port, 0 when none is said: l4lb_key_server_port() of the service
 * @extack: for the refusal
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_server_ref(const struct nlattr *nest, struct nlattr **tb,
		       struct l4lb_nl_service_ref *ref,
		       struct l4lb_endpoint *server,
		       struct netlink_ext_ack *extack)
{
	int err;

	memset(server, 0, sizeof(*server));
	if (!tb[L4LB_A_SERVER_SERVICE]) {
		L4LB_NL_MISSING(extack, nest, L4LB_A_SERVER_SERVICE,
				"a server belongs to a service: name it");
		return -EINVAL;
	}
	err = l4lb_nl_service_nest(tb[L4LB_A_SERVER_SERVICE], ref, extack);
	if (err)
		return err;
	if (!tb[L4LB_A_SERVER_ADDR]) {
		L4LB_NL_MISSING(extack, nest, L4LB_A_SERVER_ADDR,
				"a server is named by its address");
		return -EINVAL;
	}
	err = l4lb_nl_addr(tb[L4LB_A_SERVER_ADDR], &server->addr,
			   &server->family, extack);
	if (err)
		return err;
	server->proto = ref->key.proto;
	if (tb[L4LB_A_SERVER_PORT])
		server->port = nla_get_be16(tb[L4LB_A_SERVER_PORT]);
	return 0;
}

static int timeout_one(const struct nlattr *nest, u32 *seconds, u32 *given,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[L4LB_A_TIMEOUT_MAX + 1];
	u8 state;
	int err;

	err = nla_parse_nested(tb, L4LB_A_TIMEOUT_MAX, nest, l4lb_pol_timeout,
			       extack);
	if (err)
		return err;
	if (!tb[L4LB_A_TIMEOUT_STATE]) {
		L4LB_NL_MISSING(extack, nest, L4LB_A_TIMEOUT_STATE,
				"a timeout is of a state: name it");
		return -EINVAL;
	}
	if (!tb[L4LB_A_TIMEOUT_SECONDS]) {
		L4LB_NL_MISSING(extack, nest, L4LB_A_TIMEOUT_SECONDS,
				"a timeout is a number of seconds: give it");
		return -EINVAL;
	}
	state = nla_get_u8(tb[L4LB_A_TIMEOUT_STATE]);
	if (*given & BIT(state)) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "this state's timeout is given twice");
		return -EINVAL;
	}
	seconds[state] = nla_get_u32(tb[L4LB_A_TIMEOUT_SECONDS]);
	*given |= BIT(state);
	return 0;
}

/**
 * l4lb_nl_timeouts() - read all timeout nests of an object
 * @nest: the object's nest
 * @type: attribute of the timeout nests in it
 * @seconds: out: by &enum l4lb_state, where given
 * @given: out: BIT(state) of those that were given
 * @extack: for the refusal
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_timeouts(const struct nlattr *nest, int type, u32 *seconds,
		     u32 *given, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem, err;

	*given = 0;
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != type)
			continue;
		err = timeout_one(attr, seconds, given, extack);
		if (err)
			return err;
	}
	return 0;
}

static void change_options(struct nlattr **tb, struct l4lb_service_opts *opts)
{
	const struct l4lb_service_option *o = l4lb_service_option;
	const struct l4lb_service_option *end = o + L4LB_SERVICE_OPTIONS;

	/* The policies make sure of the lengths. */
	for (; o < end; o++)
		if (tb[o->attr])
			memcpy((u8 *)opts + o->offset, nla_data(tb[o->attr]),
			       o->size);
}

static int change_service(const struct nlattr *nest, struct nlattr **tb,
			  struct l4lb_change *change,
			  struct netlink_ext_ack *extack)
{
	struct l4lb_nl_service_ref ref;
	int err;

	if (change->op == L4LB_CHANGE_SERVICE_NEW &&
	    !tb[L4LB_A_SERVICE_PROTO] && !tb[L4LB_A_SERVICE_FWMARK]) {
		L4LB_NL_MISSING(extack, nest, L4LB_A_SERVICE_PROTO,
				"a new service needs protocol, address and port");
		return -EINVAL;
	}
	err = l4lb_nl_service_ref(nest, tb, &ref, extack);
	if (err)
		return err;
	change->service = ref.key;
	strscpy(change->service_name, ref.name, sizeof(change->service_name));
	if (*ref.name)
		change->present &= ~BIT_ULL(L4LB_A_SERVICE_NAME);
	else if (tb[L4LB_A_SERVICE_NAME])
		nla_strscpy(change->name, tb[L4LB_A_SERVICE_NAME],
			    sizeof(change->name));
	if (tb[L4LB_A_SERVICE_SCHEDULER])
		nla_strscpy(change->scheduler, tb[L4LB_A_SERVICE_SCHEDULER],
			    sizeof(change->scheduler));
	if (tb[L4LB_A_SERVICE_METHOD])
		change->method = nla_get_u8(tb[L4LB_A_SERVICE_METHOD]);
	if (tb[L4LB_A_SERVICE_TIE])
		change->tie = nla_get_u8(tb[L4LB_A_SERVICE_TIE]);
	if (tb[L4LB_A_SERVICE_MIDSTREAM])
		change->midstream = nla_get_u8(tb[L4LB_A_SERVICE_MIDSTREAM]);
	change_options(tb, &change->opts);
	return l4lb_nl_timeouts(nest, L4LB_A_SERVICE_TIMEOUT, change->timeout,
				&change->timeout_given, extack);
}

static int change_server(const struct nlattr *nest, struct nlattr **tb,
			 struct l4lb_change *change,
			 struct netlink_ext_ack *extack)
{
	struct l4lb_nl_service_ref ref;
	int err;

	err = l4lb_nl_server_ref(nest, tb, &ref, &change->server, extack);
	if (err)
		return err;
	change->service = ref.key;
	strscpy(change->service_name, ref.name, sizeof(change->service_name));
	if (tb[L4LB_A_SERVER_NAME])
		nla_strscpy(change->name, tb[L4LB_A_SERVER_NAME],
			    sizeof(change->name));
	if (tb[L4LB_A_SERVER_WEIGHT])
		change->weight = nla_get_u32(tb[L4LB_A_SERVER_WEIGHT]);
	if (tb[L4LB_A_SERVER_MAX_CONNS])
		change->max_conns = nla_get_u32(tb[L4LB_A_SERVER_MAX_CONNS]);
	if (tb[L4LB_A_SERVER_MIN_CONNS])
		change->min_conns = nla_get_u32(tb[L4LB_A_SERVER_MIN_CONNS]);
	return 0;
}

static int change_vip(const struct nlattr *nest, struct nlattr **tb,
		      struct l4lb_change *change,
		      struct netlink_ext_ack *extack)
{
	if (!tb[L4LB_A_VIP_ADDR]) {
		L4LB_NL_MISSING(extack, nest, L4LB_A_VIP_ADDR,
				"a VIP is named by its address");
		return -EINVAL;
	}
	if (!tb[L4LB_A_VIP_UNKNOWN_PORT]) {
		L4LB_NL_MISSING(extack, nest, L4LB_A_VIP_UNKNOWN_PORT,
				"say what is to be set: unknown-port");
		return -EINVAL;
	}
	change->unknown_port = nla_get_u8(tb[L4LB_A_VIP_UNKNOWN_PORT]);
	return l4lb_nl_vip(tb, &change->vip, extack);
}

/**
 * l4lb_nl_vip() - how a request names a VIP
 * @tb: attributes of the VIP's nest; the address is there
 * @vip: out: address, family and prefix; all else 0
 * @extack: for the refusal
 *
 * Return: 0 or -EINVAL.
 */
int l4lb_nl_vip(struct nlattr **tb, struct l4lb_service_key *vip,
		struct netlink_ext_ack *extack)
{
	int err;

	memset(vip, 0, sizeof(*vip));
	err = l4lb_nl_addr(tb[L4LB_A_VIP_ADDR], &vip->addr, &vip->family,
			   extack);
	if (err)
		return err;
	vip->prefix = l4lb_addr_bits(vip->family);
	if (tb[L4LB_A_VIP_PREFIX])
		vip->prefix = nla_get_u8(tb[L4LB_A_VIP_PREFIX]);
	return 0;
}

/**
 * l4lb_nl_change() - read one object of a change
 * @nest: the object's nest
 * @change: @change.op is set, all else zero; filled in, without owner and flags
 * @tb: room for %L4LB_NL_CHANGE_ATTRS attributes; @change points to it
 * @extack: for the refusal
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_change(const struct nlattr *nest, struct l4lb_change *change,
		   struct nlattr **tb, struct netlink_ext_ack *extack)
{
	static const struct {
		const struct nla_policy *policy;
		int max;
		int (*parse)(const struct nlattr *nest, struct nlattr **tb,
			     struct l4lb_change *change,
			     struct netlink_ext_ack *extack);
	} kind[] = {
		[L4LB_CHANGE_SERVICE_NEW] = { l4lb_pol_service_conf,
					      L4LB_A_SERVICE_MAX,
					      change_service },
		[L4LB_CHANGE_SERVICE_SET] = { l4lb_pol_service_conf,
					      L4LB_A_SERVICE_MAX,
					      change_service },
		[L4LB_CHANGE_SERVICE_DEL] = { l4lb_pol_service_key,
					      L4LB_A_SERVICE_MAX,
					      change_service },
		[L4LB_CHANGE_SERVER_NEW] = { l4lb_pol_server_conf,
					     L4LB_A_SERVER_MAX, change_server },
		[L4LB_CHANGE_SERVER_SET] = { l4lb_pol_server_conf,
					     L4LB_A_SERVER_MAX, change_server },
		[L4LB_CHANGE_SERVER_DEL] = { l4lb_pol_server_key,
					     L4LB_A_SERVER_MAX, change_server },
		[L4LB_CHANGE_VIP_SET] = { l4lb_pol_vip_conf, L4LB_A_VIP_MAX,
					  change_vip },
	};
	int err, i;

	err = nla_parse_nested(tb, kind[change->op].max, nest,
			       kind[change->op].policy, extack);
	if (err)
		return err;
	for (i = 1; i <= kind[change->op].max; i++)
		if (tb[i])
			change->present |= BIT_ULL(i);
	change->nest = nest;
	change->tb = tb;
	return kind[change->op].parse(nest, tb, change, extack);
}
