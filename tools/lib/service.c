// SPDX-License-Identifier: GPL-2.0
/* Services. */
#include "internal.h"

/**
 * struct member - a number of &struct l4lb_service that is an attribute as it is
 * @type: &enum l4lb_service_attr
 * @offset: where it is
 * @size: 1 or 4 bytes
 * @config: it is configuration, and not only reported
 */
struct member {
	__u16 type;
	__u16 offset;
	__u8 size;
	bool config;
};

#define MEMBER(attr, field, conf)					\
	{ L4LB_A_SERVICE_##attr, offsetof(struct l4lb_service, field),	\
	  sizeof(((struct l4lb_service *)0)->field), conf }

static const struct member members[] = {
	MEMBER(METHOD, method, true),
	MEMBER(TIE, tie, true),
	MEMBER(MIDSTREAM, midstream, true),
	MEMBER(HASH_PORT, hash_port, true),
	MEMBER(HASH_FALLBACK, hash_fallback, true),
	MEMBER(PERSIST, persist, true),
	MEMBER(PERSIST_PREFIX, persist_prefix, true),
	MEMBER(ONE_PACKET, one_packet, true),
	MEMBER(SLOW_START, slow_start, true),
	MEMBER(ON_DOWN, on_down, true),
	MEMBER(ON_SERVER_GONE, on_gone, true),
	MEMBER(TRACK_SEQ, track_seq, true),
	MEMBER(HALF_OPEN_MAX, half_open_max, true),
	MEMBER(HOOK, hook, true),
	MEMBER(TRACK, track, true),
	MEMBER(PROTO, proto, false),
	MEMBER(PREFIX, prefix, false),
	MEMBER(FWMARK, fwmark, false),
	MEMBER(FAMILY, family, false),
	MEMBER(OWNER, owner, false),
	MEMBER(ID, id, false),
	MEMBER(SERVERS, servers, false),
	MEMBER(ACTIVE, active, false),
	MEMBER(INACTIVE, inactive, false),
	MEMBER(HALF_OPEN, half_open, false),
};

#define MEMBERS	(sizeof(members) / sizeof(members[0]))

static bool has(const struct l4lb_service *s, unsigned int type)
{
	return s->has & L4LB_BIT(type);
}

/*
 * Address or mark; nothing where the name is the identity. Who has set both is
 * refused by the kernel.
 */
static void put_key(struct nlmsghdr *nlh, const struct l4lb_service *s)
{
	if (has(s, L4LB_A_SERVICE_FWMARK)) {
		mnl_attr_put_u32(nlh, L4LB_A_SERVICE_FWMARK, s->fwmark);
		if (has(s, L4LB_A_SERVICE_FAMILY))
			mnl_attr_put_u8(nlh, L4LB_A_SERVICE_FAMILY, s->family);
	}
	if (!has(s, L4LB_A_SERVICE_PROTO))
		return;
	mnl_attr_put_u8(nlh, L4LB_A_SERVICE_PROTO, s->proto);
	l4lb_put_addr(nlh, L4LB_A_SERVICE_ADDR, &s->addr);
	if (has(s, L4LB_A_SERVICE_PREFIX))
		mnl_attr_put_u8(nlh, L4LB_A_SERVICE_PREFIX, s->prefix);
	l4lb_put_be16(nlh, L4LB_A_SERVICE_PORT, s->port);
	if (has(s, L4LB_A_SERVICE_PORT_LAST))
		l4lb_put_be16(nlh, L4LB_A_SERVICE_PORT_LAST, s->port_last);
}

/**
 * l4lb_service_put_id() - a nest with the identity of a service only
 * @nlh: message
 * @type: attribute of the nest
 * @service: identity: address or mark, or name where there is neither
 */
void l4lb_service_put_id(struct nlmsghdr *nlh, __u16 type,
			 const struct l4lb_service *service)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);

	put_key(nlh, service);
	if (!has(service, L4LB_A_SERVICE_FWMARK) &&
	    !has(service, L4LB_A_SERVICE_PROTO))
		mnl_attr_put_strz(nlh, L4LB_A_SERVICE_NAME, service->name);
	mnl_attr_nest_end(nlh, nest);
}

static void encode(struct nlmsghdr *nlh, const void *obj)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, L4LB_A_SERVICE);
	const struct l4lb_service *s = obj;
	unsigned int i;

	put_key(nlh, s);
	if (has(s, L4LB_A_SERVICE_NAME))
		mnl_attr_put_strz(nlh, L4LB_A_SERVICE_NAME, s->name);
	if (has(s, L4LB_A_SERVICE_SCHEDULER))
		mnl_attr_put_strz(nlh, L4LB_A_SERVICE_SCHEDULER, s->scheduler);
	for (i = 0; i < MEMBERS; i++)
		if (members[i].config && has(s, members[i].type))
			mnl_attr_put(nlh, members[i].type, members[i].size,
				     (const char *)s + members[i].offset);
	if (has(s, L4LB_A_SERVICE_TIMEOUT))
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
 * @flags: L4LB_F_FORCE or 0
 *
 * Return: as l4lb_change().
 */
int l4lb_service_del(struct l4lb *h, const struct l4lb_service *service,
		     unsigned int flags)
{
	return l4lb_change(h, L4LB_CMD_SERVICE_DEL, flags, encode_id, service);
}

static void decode_member(const struct nlattr *attr, struct l4lb_service *s)
{
	__u16 type = mnl_attr_get_type(attr);
	unsigned int i;

	for (i = 0; i < MEMBERS; i++) {
		void *at = (char *)s + members[i].offset;

		if (members[i].type != type)
			continue;
		if (members[i].size == 1)
			*(__u8 *)at = l4lb_get_u8(attr);
		else
			*(__u32 *)at = l4lb_get_u32(attr);
	}
}

static void decode_value(const struct nlattr *attr, struct l4lb_service *s)
{
	switch (mnl_attr_get_type(attr)) {
	case L4LB_A_SERVICE_ADDR:
		l4lb_get_addr(attr, &s->addr);
		break;
	case L4LB_A_SERVICE_PORT:
		s->port = l4lb_get_be16(attr);
		break;
	case L4LB_A_SERVICE_PORT_LAST:
		s->port_last = l4lb_get_be16(attr);
		break;
	case L4LB_A_SERVICE_NAME:
		l4lb_get_str(attr, s->name, sizeof(s->name));
		break;
	case L4LB_A_SERVICE_SCHEDULER:
		l4lb_get_str(attr, s->scheduler, sizeof(s->scheduler));
		break;
	case L4LB_A_SERVICE_TIMEOUT:
		l4lb_get_timeout(attr, &s->timeouts);
		break;
	case L4LB_A_SERVICE_STATS:
		l4lb_stats_decode(attr, &s->stats);
		break;
	default:
		decode_member(attr, s);
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
 * l4lb_service_prefix() - bits of the address that count
 * @service: service with an address
 *
 * Return: what is set, else all.
 */
__u8 l4lb_service_prefix(const struct l4lb_service *service)
{
	return has(service, L4LB_A_SERVICE_PREFIX) ? service->prefix :
	       l4lb_addr_bits(&service->addr);
}

/**
 * l4lb_service_port_last() - last port
 * @service: service with an address
 *
 * Return: that of a range, else the only port, in host order.
 */
__u16 l4lb_service_port_last(const struct l4lb_service *service)
{
	return has(service, L4LB_A_SERVICE_PORT_LAST) ? service->port_last :
	       service->port;
}

/**
 * l4lb_service_many_ports() - whether packets to many ports belong to it
 * @service: identity by address or mark
 *
 * Servers of such a service have no port of their own as a rule.
 *
 * Return: true for a range, for any port and for a mark.
 */
bool l4lb_service_many_ports(const struct l4lb_service *service)
{
	return has(service, L4LB_A_SERVICE_FWMARK) || !service->port ||
	       l4lb_service_port_last(service) != service->port;
}

static int by_number(__u32 a, __u32 b)
{
	return a < b ? -1 : a > b;
}

static __u8 mark_family(const struct l4lb_service *s)
{
	return has(s, L4LB_A_SERVICE_FAMILY) ? s->family : 4;
}

/**
 * l4lb_service_compare() - order of services for people: by address, prefix,
 *	port and protocol; marks behind them
 * @a: service, identity by address or mark
 * @b: service, identity by address or mark
 *
 * Return: less than, equal to or greater than 0, as for qsort().
 */
int l4lb_service_compare(const struct l4lb_service *a,
			 const struct l4lb_service *b)
{
	int diff = by_number(a->fwmark, b->fwmark);

	if (!diff && a->fwmark)
		return by_number(mark_family(a), mark_family(b));
	if (!diff)
		diff = by_number(a->addr.family, b->addr.family);
	if (!diff)
		diff = memcmp(a->addr.bytes, b->addr.bytes, 16);
	if (!diff)
		diff = by_number(l4lb_service_prefix(a),
				 l4lb_service_prefix(b));
	if (!diff)
		diff = by_number(a->port, b->port);
	if (!diff)
		diff = by_number(l4lb_service_port_last(a),
				 l4lb_service_port_last(b));
	return diff ? diff : by_number(a->proto, b->proto);
}

/**
 * l4lb_service_same() - whether two services have one identity
 * @a: service, identity by address or mark
 * @b: service, identity by address or mark
 *
 * Return: true where they are the same.
 */
bool l4lb_service_same(const struct l4lb_service *a,
		       const struct l4lb_service *b)
{
	return !l4lb_service_compare(a, b);
}

/**
 * l4lb_service_front() - where a service is met, without the protocol
 * @service: identity by address or mark
 * @buf: %L4LB_FRONT_STR bytes
 *
 * Return: @buf: "192.0.2.1:80", "[2001:db8::/64]:8000-8099", "192.0.2.1:any",
 * or the mark: "7", "7 family 6".
 */
char *l4lb_service_front(const struct l4lb_service *service, char *buf)
{
	__u16 last = l4lb_service_port_last(service);
	char addr[L4LB_PREFIX_STR];
	bool six = service->addr.family == 6;
	int len;

	if (has(service, L4LB_A_SERVICE_FWMARK)) {
		snprintf(buf, L4LB_FRONT_STR, "%u%s", service->fwmark,
			 mark_family(service) == 6 ? " family 6" : "");
		return buf;
	}
	l4lb_prefix_format(&service->addr, l4lb_service_prefix(service), addr);
	len = snprintf(buf, L4LB_FRONT_STR, "%s%s%s:", six ? "[" : "", addr,
		       six ? "]" : "");
	buf += len;
	if (!service->port)
		snprintf(buf, L4LB_FRONT_STR - len, "any");
	else if (last == service->port)
		snprintf(buf, L4LB_FRONT_STR - len, "%u", last);
	else
		snprintf(buf, L4LB_FRONT_STR - len, "%u-%u", service->port,
			 last);
	return buf - len;
}

/**
 * l4lb_service_format() - identity of a service as people write it
 * @service: identity
 * @buf: %L4LB_SERVICE_STR bytes
 *
 * Return: @buf: "tcp 192.0.2.1:80", "fwmark 7", or the name where there is
 * neither protocol nor mark.
 */
char *l4lb_service_format(const struct l4lb_service *service, char *buf)
{
	bool is_mark = has(service, L4LB_A_SERVICE_FWMARK);
	char front[L4LB_FRONT_STR], number[8];
	const char *proto;

	if (!has(service, L4LB_A_SERVICE_PROTO) && !is_mark) {
		snprintf(buf, L4LB_SERVICE_STR, "%s", service->name);
		return buf;
	}
	proto = is_mark ? "fwmark" : l4lb_proto_name(service->proto);
	if (!proto) {
		snprintf(number, sizeof(number), "%u", service->proto);
		proto = number;
	}
	l4lb_service_front(service, front);
	snprintf(buf, L4LB_SERVICE_STR, "%s %s", proto, front);
	return buf;
}
