// SPDX-License-Identifier: GPL-2.0
/* Real servers. */
#include "internal.h"

static void encode_identity(struct nlmsghdr *nlh, const struct l4lb_server *s)
{
	l4lb_service_put_id(nlh, L4LB_A_SERVER_SERVICE, &s->service);
	l4lb_put_addr(nlh, L4LB_A_SERVER_ADDR, &s->addr);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_PORT))
		l4lb_put_be16(nlh, L4LB_A_SERVER_PORT, s->port);
}

static void encode(struct nlmsghdr *nlh, const void *obj)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, L4LB_A_SERVER);
	const struct l4lb_server *s = obj;

	encode_identity(nlh, s);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_NAME))
		mnl_attr_put_strz(nlh, L4LB_A_SERVER_NAME, s->name);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_WEIGHT))
		mnl_attr_put_u32(nlh, L4LB_A_SERVER_WEIGHT, s->weight);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_MAX_CONNS))
		mnl_attr_put_u32(nlh, L4LB_A_SERVER_MAX_CONNS, s->max_conns);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_MIN_CONNS))
		mnl_attr_put_u32(nlh, L4LB_A_SERVER_MIN_CONNS, s->min_conns);
	mnl_attr_nest_end(nlh, nest);
}

static void encode_id(struct nlmsghdr *nlh, const void *obj)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, L4LB_A_SERVER);

	encode_identity(nlh, obj);
	mnl_attr_nest_end(nlh, nest);
}

static void encode_state(struct nlmsghdr *nlh, const void *obj)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, L4LB_A_SERVER);
	const struct l4lb_server *s = obj;

	encode_identity(nlh, s);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_ADMIN))
		mnl_attr_put_u8(nlh, L4LB_A_SERVER_ADMIN, s->admin);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_HEALTH))
		mnl_attr_put_u8(nlh, L4LB_A_SERVER_HEALTH, s->health);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_OPER_WEIGHT))
		mnl_attr_put_u32(nlh, L4LB_A_SERVER_OPER_WEIGHT,
				 s->oper_weight);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_TEXT))
		mnl_attr_put_strz(nlh, L4LB_A_SERVER_TEXT, s->text);
	if (s->has & L4LB_BIT(L4LB_A_SERVER_DEADLINE))
		mnl_attr_put_u32(nlh, L4LB_A_SERVER_DEADLINE, s->deadline);
	mnl_attr_nest_end(nlh, nest);
}

/**
 * l4lb_server_new() - add a server to a service
 * @h: handle
 * @server: identity and configuration
 * @flags: L4LB_F_*
 *
 * Return: as l4lb_change().
 */
int l4lb_server_new(struct l4lb *h, const struct l4lb_server *server,
		    unsigned int flags)
{
	return l4lb_change(h, L4LB_CMD_SERVER_NEW, flags, encode, server);
}

/**
 * l4lb_server_set() - change what @server has, keep the rest
 * @h: handle
 * @server: identity and the values that change
 * @flags: L4LB_F_*
 *
 * Return: as l4lb_change().
 */
int l4lb_server_set(struct l4lb *h, const struct l4lb_server *server,
		    unsigned int flags)
{
	return l4lb_change(h, L4LB_CMD_SERVER_SET, flags, encode, server);
}

/**
 * l4lb_server_del() - delete a server; it drains first unless L4LB_F_NOW
 * @h: handle
 * @server: identity
 * @flags: L4LB_F_*
 *
 * Return: as l4lb_change().
 */
int l4lb_server_del(struct l4lb *h, const struct l4lb_server *server,
		    unsigned int flags)
{
	return l4lb_change(h, L4LB_CMD_SERVER_DEL, flags, encode_id, server);
}

/**
 * l4lb_server_state_set() - admin state, health, operator's weight, reason
 * @h: handle; not in a transaction, a batch is welcome
 * @server: identity and any of ADMIN, HEALTH, OPER_WEIGHT, TEXT, DEADLINE
 * @flags: L4LB_F_*
 *
 * Return: as l4lb_change().
 */
int l4lb_server_state_set(struct l4lb *h, const struct l4lb_server *server,
			  unsigned int flags)
{
	return l4lb_change(h, L4LB_CMD_SERVER_STATE_SET, flags, encode_state,
			   server);
}

static void decode_state(const struct nlattr *attr, struct l4lb_server *s)
{
	switch (mnl_attr_get_type(attr)) {
	case L4LB_A_SERVER_ADMIN:
		s->admin = l4lb_get_u8(attr);
		break;
	case L4LB_A_SERVER_HEALTH:
		s->health = l4lb_get_u8(attr);
		break;
	case L4LB_A_SERVER_OPER_WEIGHT:
		s->oper_weight = l4lb_get_u32(attr);
		break;
	case L4LB_A_SERVER_TEXT:
		l4lb_get_str(attr, s->text, sizeof(s->text));
		break;
	case L4LB_A_SERVER_DEADLINE:
		s->deadline = l4lb_get_u32(attr);
		break;
	case L4LB_A_SERVER_RAMP:
		s->ramp = l4lb_get_u32(attr);
		break;
	case L4LB_A_SERVER_ID:
		s->id = l4lb_get_u32(attr);
		break;
	case L4LB_A_SERVER_EFF_WEIGHT:
		s->eff_weight = l4lb_get_u32(attr);
		break;
	case L4LB_A_SERVER_METHOD:
		s->method = l4lb_get_u8(attr);
		break;
	case L4LB_A_SERVER_ACTIVE:
		s->active = l4lb_get_u32(attr);
		break;
	case L4LB_A_SERVER_INACTIVE:
		s->inactive = l4lb_get_u32(attr);
		break;
	case L4LB_A_SERVER_STATS:
		l4lb_stats_decode(attr, &s->stats);
		break;
	}
}

/**
 * l4lb_server_decode() - read a server
 * @nest: nest &enum l4lb_server_attr
 * @server: result
 */
void l4lb_server_decode(const struct nlattr *nest, struct l4lb_server *server)
{
	const struct nlattr *attr;

	memset(server, 0, sizeof(*server));
	server->oper_weight = -1;
	mnl_attr_for_each_nested(attr, nest) {
		__u16 type = mnl_attr_get_type(attr);

		if (type > L4LB_A_SERVER_MAX)
			continue;
		server->has |= L4LB_BIT(type);
		switch (type) {
		case L4LB_A_SERVER_SERVICE:
			l4lb_service_decode(attr, &server->service, NULL);
			break;
		case L4LB_A_SERVER_ADDR:
			l4lb_get_addr(attr, &server->addr);
			break;
		case L4LB_A_SERVER_PORT:
			server->port = l4lb_get_be16(attr);
			break;
		case L4LB_A_SERVER_NAME:
			l4lb_get_str(attr, server->name, sizeof(server->name));
			break;
		case L4LB_A_SERVER_WEIGHT:
			server->weight = l4lb_get_u32(attr);
			break;
		case L4LB_A_SERVER_MAX_CONNS:
			server->max_conns = l4lb_get_u32(attr);
			break;
		case L4LB_A_SERVER_MIN_CONNS:
			server->min_conns = l4lb_get_u32(attr);
			break;
		case L4LB_A_SERVER_OWNER:
			server->owner = l4lb_get_u8(attr);
			break;
		default:
			decode_state(attr, server);
		}
	}
}

/**
 * struct walk - a walk over servers
 * @cb: the caller's function
 * @arg: for @cb
 */
struct walk {
	l4lb_server_cb cb;
	void *arg;
};

static int walk_message(const struct nlmsghdr *nlh, void *arg)
{
	const struct walk *walk = arg;
	struct l4lb_server server;
	const struct nlattr *attr;
	int ret;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != L4LB_A_SERVER)
			continue;
		l4lb_server_decode(attr, &server);
		ret = walk->cb(&server, walk->arg);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * l4lb_server_dump() - servers, as of one generation
 * @h: handle
 * @id: of this service, or NULL: of all, in the order of the services
 * @cb: called for each; non-zero stops
 * @arg: for @cb
 *
 * Return: 0, what @cb returned, or a negative errno.
 */
int l4lb_server_dump(struct l4lb *h, const struct l4lb_service *id,
		     l4lb_server_cb cb, void *arg)
{
	char buf[L4LB_OBJ_MAX] __attribute__((aligned(8)));
	struct walk walk = { .cb = cb, .arg = arg };
	struct nlmsghdr *nlh;
	struct nlattr *nest;

	nlh = l4lb_msg_put(h, buf, L4LB_CMD_SERVER_GET, 0);
	if (id) {
		nest = mnl_attr_nest_start(nlh, L4LB_A_SERVER);
		l4lb_service_put_id(nlh, L4LB_A_SERVER_SERVICE, id);
		mnl_attr_nest_end(nlh, nest);
	}
	return l4lb_dump(h, nlh, true, walk_message, &walk);
}

/**
 * l4lb_server_min_conns() - connections at which a full server opens again
 * @server: server
 *
 * Return: what is set, else three quarters of max_conns.
 */
__u32 l4lb_server_min_conns(const struct l4lb_server *server)
{
	if (server->has & L4LB_BIT(L4LB_A_SERVER_MIN_CONNS))
		return server->min_conns;
	return (__u64)server->max_conns * 3 / 4;
}

/**
 * l4lb_server_front() - a server's address with its port, if it has one
 * @server: server
 * @buf: %L4LB_ENDPOINT_STR bytes
 *
 * Return: @buf: "192.0.2.2:80", or "192.0.2.2" where its port is that of each
 * packet.
 */
char *l4lb_server_front(const struct l4lb_server *server, char *buf)
{
	if (server->has & L4LB_BIT(L4LB_A_SERVER_PORT) && server->port)
		return l4lb_endpoint_format(&server->addr, server->port, buf);
	return l4lb_addr_format(&server->addr, buf);
}

/**
 * l4lb_server_format() - identity of a server as people read it
 * @server: identity
 * @buf: %L4LB_SERVER_STR bytes
 *
 * Return: @buf: "192.0.2.2:80 of tcp 192.0.2.1:80".
 */
char *l4lb_server_format(const struct l4lb_server *server, char *buf)
{
	char service[L4LB_SERVICE_STR], end[L4LB_ENDPOINT_STR];

	snprintf(buf, L4LB_SERVER_STR, "%s of %s",
		 l4lb_server_front(server, end),
		 l4lb_service_format(&server->service, service));
	return buf;
}
