// SPDX-License-Identifier: GPL-2.0
/* Connection entries. */
#include "internal.h"

static void put_filter(struct nlmsghdr *nlh, const struct l4lb_filter *filter)
{
	struct nlattr *nest;

	if (!filter || !filter->has)
		return;
	nest = mnl_attr_nest_start(nlh, L4LB_A_FILTER);
	if (filter->has & L4LB_BIT(L4LB_A_FILTER_SERVICE))
		l4lb_service_put_id(nlh, L4LB_A_FILTER_SERVICE,
				    &filter->service);
	if (filter->has & L4LB_BIT(L4LB_A_FILTER_SERVER))
		l4lb_put_addr(nlh, L4LB_A_FILTER_SERVER, &filter->server);
	if (filter->has & L4LB_BIT(L4LB_A_FILTER_SERVER_PORT))
		l4lb_put_be16(nlh, L4LB_A_FILTER_SERVER_PORT,
			      filter->server_port);
	if (filter->has & L4LB_BIT(L4LB_A_FILTER_CLIENT))
		l4lb_put_addr(nlh, L4LB_A_FILTER_CLIENT, &filter->client);
	if (filter->has & L4LB_BIT(L4LB_A_FILTER_CLIENT_PREFIX))
		mnl_attr_put_u8(nlh, L4LB_A_FILTER_CLIENT_PREFIX,
				filter->client_prefix);
	if (filter->has & L4LB_BIT(L4LB_A_FILTER_STATE))
		mnl_attr_put_u8(nlh, L4LB_A_FILTER_STATE, filter->state);
	mnl_attr_nest_end(nlh, nest);
}

/**
 * l4lb_conn_decode() - read a connection entry
 * @nest: nest &enum l4lb_conn_attr
 * @conn: result
 */
void l4lb_conn_decode(const struct nlattr *nest, struct l4lb_conn *conn)
{
	const struct nlattr *attr;

	memset(conn, 0, sizeof(*conn));
	conn->prefix = 0xff;
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case L4LB_A_CONN_PROTO:
			conn->proto = l4lb_get_u8(attr);
			break;
		case L4LB_A_CONN_CLIENT:
			l4lb_get_addr(attr, &conn->client);
			break;
		case L4LB_A_CONN_PREFIX:
			conn->prefix = l4lb_get_u8(attr);
			break;
		case L4LB_A_CONN_CLIENT_PORT:
			conn->client_port = l4lb_get_be16(attr);
			break;
		case L4LB_A_CONN_VIP:
			l4lb_get_addr(attr, &conn->vip);
			break;
		case L4LB_A_CONN_VIP_PORT:
			conn->vip_port = l4lb_get_be16(attr);
			break;
		case L4LB_A_CONN_SERVER:
			l4lb_get_addr(attr, &conn->server);
			break;
		case L4LB_A_CONN_SERVER_PORT:
			conn->server_port = l4lb_get_be16(attr);
			break;
		case L4LB_A_CONN_METHOD:
			conn->method = l4lb_get_u8(attr);
			break;
		case L4LB_A_CONN_STATE:
			conn->state = l4lb_get_u8(attr);
			break;
		case L4LB_A_CONN_EXPIRES:
			conn->expires = l4lb_get_u32(attr);
			break;
		case L4LB_A_CONN_SERVICE:
			l4lb_service_decode(attr, &conn->service, NULL);
			break;
		}
	}
	if (conn->prefix > l4lb_addr_bits(&conn->client))
		conn->prefix = l4lb_addr_bits(&conn->client);
}

/**
 * struct walk - a walk over connections
 * @cb: the caller's function
 * @arg: for @cb
 */
struct walk {
	l4lb_conn_cb cb;
	void *arg;
};

static int walk_message(const struct nlmsghdr *nlh, void *arg)
{
	const struct walk *walk = arg;
	const struct nlattr *attr;
	struct l4lb_conn conn;
	int ret;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != L4LB_A_CONN)
			continue;
		l4lb_conn_decode(attr, &conn);
		ret = walk->cb(&conn, walk->arg);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * l4lb_conn_dump() - connections, as they come: a table of millions is not
 *	held in memory, and one that changes while it is read is no error
 * @h: handle
 * @filter: which, or NULL
 * @cb: called for each; non-zero stops
 * @arg: for @cb
 *
 * Return: 0, what @cb returned, or a negative errno.
 */
int l4lb_conn_dump(struct l4lb *h, const struct l4lb_filter *filter,
		   l4lb_conn_cb cb, void *arg)
{
	char buf[L4LB_OBJ_MAX] __attribute__((aligned(8)));
	struct walk walk = { .cb = cb, .arg = arg };
	struct nlmsghdr *nlh;

	nlh = l4lb_msg_put(h, buf, L4LB_CMD_CONN_GET, 0);
	put_filter(nlh, filter);
	return l4lb_dump(h, nlh, false, walk_message, &walk);
}

/**
 * l4lb_conn_flush() - forget connections
 * @h: handle
 * @filter: which, or NULL: all
 * @count: result, how many
 *
 * Return: 0 or a negative errno.
 */
int l4lb_conn_flush(struct l4lb *h, const struct l4lb_filter *filter,
		    __u64 *count)
{
	char buf[L4LB_OBJ_MAX] __attribute__((aligned(8)));
	struct l4lb_summary summary = { 0 };
	struct nlmsghdr *nlh;
	int err;

	nlh = l4lb_msg_put(h, buf, L4LB_CMD_CONN_FLUSH, 0);
	put_filter(nlh, filter);
	err = l4lb_request(h, nlh, l4lb_summary_decode, &summary);
	*count = summary.count;
	return err;
}
