// SPDX-License-Identifier: GPL-2.0
/* Connections: one, all that match, ending those that match. */
#include <linux/slab.h>
#include <net/genetlink.h>

#include "conn.h"
#include "match.h"
#include "net.h"
#include "netlink_priv.h"
#include "service.h"

/**
 * struct conn_dump - a dump of connections, in netlink_callback.ctx
 * @filter: what is wanted
 * @cursor: of l4lb_conn_walk()
 * @large: cursor of a bucket that no buffer held whole
 * @done: entries of that bucket that were sent already, 0: there is none
 */
struct conn_dump {
	struct l4lb_conn_filter *filter;
	u64 cursor;
	u64 large;
	u32 done;
};

/**
 * struct conn_fill - one buffer of a dump
 * @skb: buffer
 * @cb: dump
 * @ln: namespace
 * @bucket: cursor of the bucket that is being put
 * @start: where that bucket begins in @skb
 * @seen: its entries so far
 * @skip: as many of them were sent before
 * @first: nothing was called yet
 */
struct conn_fill {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	struct l4lb_net *ln;
	u64 bucket;
	unsigned char *start;
	u32 seen;
	u32 skip;
	bool first;
};

static int filter_service(struct l4lb_net *ln, const struct nlattr *nest,
			  struct l4lb_conn_filter *f,
			  struct netlink_ext_ack *extack)
{
	struct l4lb_nl_service_ref ref;
	struct l4lb_service *svc;
	int err;

	err = l4lb_nl_service_nest(nest, &ref, extack);
	if (err)
		return err;
	rcu_read_lock();
	svc = l4lb_nl_service_find(ln, &ref);
	if (svc)
		f->service = svc->id;
	rcu_read_unlock();
	if (!svc) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "no such service");
		return -ENOENT;
	}
	return 0;
}

static int filter_client(struct nlattr **tb, struct l4lb_conn_filter *f,
			 struct netlink_ext_ack *extack)
{
	const struct nlattr *prefix = tb[L4LB_A_FILTER_CLIENT_PREFIX];
	int bits, err;

	err = l4lb_nl_addr(tb[L4LB_A_FILTER_CLIENT], &f->client,
			   &f->client_family, extack);
	if (err)
		return err;
	bits = BITS_PER_BYTE * l4lb_addr_len(f->client_family);
	f->prefix = prefix ? nla_get_u8(prefix) : bits;
	if (f->prefix > bits) {
		NL_SET_ERR_MSG_ATTR(extack, prefix,
				    "the prefix is longer than the address");
		return -EINVAL;
	}
	return 0;
}

static int filter_server(const struct nlattr *nest, struct nlattr **tb,
			 struct l4lb_conn_filter *f,
			 struct netlink_ext_ack *extack)
{
	if (!tb[L4LB_A_FILTER_SERVER]) {
		L4LB_NL_MISSING(extack, nest, L4LB_A_FILTER_SERVER,
				"a server's port is nothing without its address");
		return -EINVAL;
	}
	f->has_server = true;
	if (tb[L4LB_A_FILTER_SERVER_PORT])
		f->server.port = nla_get_be16(tb[L4LB_A_FILTER_SERVER_PORT]);
	return l4lb_nl_addr(tb[L4LB_A_FILTER_SERVER], &f->server.addr,
			    &f->server.family, extack);
}

/* From a nest, which may be absent: everything. */
static int filter_parse(struct l4lb_net *ln, const struct nlattr *nest,
			struct l4lb_conn_filter *f,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[L4LB_A_FILTER_MAX + 1];
	int err;

	memset(f, 0, sizeof(*f));
	f->service = -1;
	f->prefix = -1;
	if (!nest)
		return 0;
	err = nla_parse_nested(tb, L4LB_A_FILTER_MAX, nest, l4lb_pol_filter,
			       extack);
	if (err)
		return err;
	if (tb[L4LB_A_FILTER_SERVICE]) {
		err = filter_service(ln, tb[L4LB_A_FILTER_SERVICE], f, extack);
		if (err)
			return err;
	}
	if (tb[L4LB_A_FILTER_SERVER] || tb[L4LB_A_FILTER_SERVER_PORT]) {
		err = filter_server(nest, tb, f, extack);
		if (err)
			return err;
	}
	if (tb[L4LB_A_FILTER_CLIENT]) {
		err = filter_client(tb, f, extack);
		if (err)
			return err;
	} else if (tb[L4LB_A_FILTER_CLIENT_PREFIX]) {
		L4LB_NL_MISSING(extack, nest, L4LB_A_FILTER_CLIENT,
				"a prefix length is nothing without an address");
		return -EINVAL;
	}
	if (tb[L4LB_A_FILTER_STATE])
		f->state = nla_get_u8(tb[L4LB_A_FILTER_STATE]);
	return 0;
}

static int conn_missing(const struct nlattr *nest, struct nlattr **tb,
			struct netlink_ext_ack *extack)
{
	static const u8 need[] = {
		L4LB_A_CONN_PROTO, L4LB_A_CONN_CLIENT, L4LB_A_CONN_CLIENT_PORT,
		L4LB_A_CONN_VIP, L4LB_A_CONN_VIP_PORT,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(need); i++) {
		if (tb[need[i]])
			continue;
		L4LB_NL_MISSING(extack, nest, need[i],
				"a connection is protocol, client and VIP with their ports");
		return -EINVAL;
	}
	return 0;
}

static struct l4lb_conn *conn_of_service(struct l4lb_net *ln,
					 const struct l4lb_service *svc,
					 const struct l4lb_endpoint *front,
					 struct l4lb_conn_key *key)
{
	key->id = svc->id | svc->wide;
	key->wide = front;
	l4lb_conn_hash(&ln->conns, key);
	return l4lb_conn_lookup(ln, key);
}

/* A tuple does not say its mark, so all services of marks are asked. RCU. */
static struct l4lb_conn *conn_of_marks(struct l4lb_net *ln,
				       const struct l4lb_table *table,
				       const struct l4lb_endpoint *front,
				       struct l4lb_conn_key *key)
{
	const struct l4lb_map *map = table->services;
	const struct l4lb_service *svc;
	struct l4lb_conn *conn;
	u32 l, i;

	for (l = 0; l <= map->mask; l++) {
		for (i = 0; map->leaf[l] && i < map->leaf[l]->nr; i++) {
			svc = map->leaf[l]->e[i].obj;
			if (!svc->key.mark || svc->key.family != front->family)
				continue;
			conn = conn_of_service(ln, svc, front, key);
			if (conn)
				return conn;
		}
	}
	return NULL;
}

/* The entry of a tuple, put into @msg. RCU. */
static int conn_reply(struct sk_buff *msg, struct l4lb_net *ln,
		      const struct l4lb_endpoint *front,
		      struct l4lb_conn_key *key,
		      struct netlink_ext_ack *extack)
{
	const struct l4lb_table *table = rcu_dereference(ln->table);
	const struct l4lb_conn *conn = NULL;
	const struct l4lb_vip *vip;
	struct l4lb_service *svc;
	bool marks;
	int err = -ENOENT;

	l4lb_match_service(table, front, &vip, &svc);
	marks = table->match && table->match->nr_marks;
	if (!svc && !marks) {
		NL_SET_ERR_MSG(extack, "no such service");
		return -ENOENT;
	}
	if (svc && rcu_access_pointer(ln->conns.tbl))
		conn = conn_of_service(ln, svc, front, key);
	if (!conn && marks && rcu_access_pointer(ln->conns.tbl))
		conn = conn_of_marks(ln, table, front, key);
	if (conn)
		err = l4lb_put_conn(msg, L4LB_A_CONN, ln, conn);
	if (err == -ENOENT)
		NL_SET_ERR_MSG(extack, "no such connection");
	return err;
}

static int conn_parse(const struct nlattr *nest, struct l4lb_endpoint *front,
		      struct l4lb_conn_key *key, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[L4LB_A_CONN_MAX + 1];
	u8 family;
	int err;

	err = nla_parse_nested(tb, L4LB_A_CONN_MAX, nest, l4lb_pol_conn_key,
			       extack);
	if (!err)
		err = conn_missing(nest, tb, extack);
	if (err)
		return err;
	memset(key, 0, sizeof(*key));
	front->proto = nla_get_u8(tb[L4LB_A_CONN_PROTO]);
	front->port = nla_get_be16(tb[L4LB_A_CONN_VIP_PORT]);
	key->port = nla_get_be16(tb[L4LB_A_CONN_CLIENT_PORT]);
	err = l4lb_nl_addr(tb[L4LB_A_CONN_VIP], &front->addr, &front->family,
			   extack);
	if (err)
		return err;
	err = l4lb_nl_addr(tb[L4LB_A_CONN_CLIENT], &key->addr, &family, extack);
	if (!err && family != front->family) {
		NL_SET_ERR_MSG_ATTR(extack, tb[L4LB_A_CONN_CLIENT],
				    "client and VIP are of different families");
		err = -EINVAL;
	}
	return err;
}

/**
 * l4lb_nl_conn_get() - answer L4LB_CMD_CONN_GET
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_conn_get(struct sk_buff *skb, struct genl_info *info)
{
	struct l4lb_net *ln = l4lb_pernet(genl_info_net(info));
	struct nlattr *nest = info->attrs[L4LB_A_CONN];
	struct l4lb_endpoint front;
	struct l4lb_conn_key key;
	struct sk_buff *msg;
	void *hdr;
	int err;

	if (!nest) {
		L4LB_NL_MISSING(info->extack, NULL, L4LB_A_CONN,
				"name the connection, or ask for a dump");
		return -EINVAL;
	}
	if (info->attrs[L4LB_A_FILTER]) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[L4LB_A_FILTER],
				    "a filter is for dumps");
		return -EINVAL;
	}
	err = conn_parse(nest, &front, &key, info->extack);
	if (err)
		return err;
	msg = l4lb_nl_reply_new(info, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!msg)
		return -ENOMEM;
	rcu_read_lock();
	err = conn_reply(msg, ln, &front, &key, info->extack);
	rcu_read_unlock();
	if (!err)
		return l4lb_nl_reply(msg, hdr, info);
	NL_SET_BAD_ATTR(info->extack, nest);
	nlmsg_free(msg);
	return err;
}

static struct conn_dump *dump_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct conn_dump) > sizeof(cb->ctx));
	return (struct conn_dump *)cb->ctx;
}

/**
 * l4lb_nl_conn_dump_start() - begin a dump of L4LB_CMD_CONN_GET
 * @cb: dump
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_conn_dump_start(struct netlink_callback *cb)
{
	struct l4lb_net *ln = l4lb_pernet(sock_net(cb->skb->sk));
	struct nlattr *attrs[L4LB_A_MAX + 1];
	struct conn_dump *dump = dump_of(cb);
	int err;

	memset(dump, 0, sizeof(*dump));
	err = genlmsg_parse(cb->nlh, &l4lb_genl_family, attrs, L4LB_A_MAX,
			    l4lb_op_conn_get, cb->extack);
	if (err)
		return err;
	if (attrs[L4LB_A_CONN]) {
		NL_SET_ERR_MSG_ATTR(cb->extack, attrs[L4LB_A_CONN],
				    "a dump takes a filter, not one connection");
		return -EINVAL;
	}
	dump->filter = kmalloc(sizeof(*dump->filter), GFP_KERNEL);
	if (!dump->filter)
		return -ENOMEM;
	err = filter_parse(ln, attrs[L4LB_A_FILTER], dump->filter, cb->extack);
	if (err)
		kfree(dump->filter);
	return err;
}

/**
 * l4lb_nl_conn_dump_done() - end a dump of L4LB_CMD_CONN_GET
 * @cb: dump
 *
 * Return: 0.
 */
int l4lb_nl_conn_dump_done(struct netlink_callback *cb)
{
	kfree(dump_of(cb)->filter);
	return 0;
}

static int conn_message(struct conn_fill *fill, struct l4lb_conn *conn)
{
	struct sk_buff *skb = fill->skb;
	void *hdr;
	int err;

	hdr = genlmsg_put(skb, NETLINK_CB(fill->cb->skb).portid,
			  fill->cb->nlh->nlmsg_seq, &l4lb_genl_family,
			  NLM_F_MULTI, L4LB_CMD_CONN_GET);
	if (!hdr)
		return -EMSGSIZE;
	err = l4lb_put_conn(skb, L4LB_A_CONN, fill->ln, conn);
	if (err) {
		genlmsg_cancel(skb, hdr);
		return err == -ENOENT ? 0 : err;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/*
 * The walk repeats a bucket that was not finished, so the part of it that was
 * put is taken back when the buffer is full. A bucket that no buffer holds
 * whole is the exception: its part is sent, and that many entries are passed
 * over when it is repeated, for better or worse if the chain has changed.
 */
static int conn_fill(struct l4lb_conn *conn, void *arg)
{
	struct conn_fill *fill = arg;
	struct conn_dump *dump = dump_of(fill->cb);
	int err;

	if (fill->first || dump->cursor != fill->bucket) {
		fill->first = false;
		fill->bucket = dump->cursor;
		fill->start = skb_tail_pointer(fill->skb);
		fill->seen = 0;
		fill->skip = dump->large == dump->cursor ? dump->done : 0;
	}
	if (fill->seen++ < fill->skip)
		return 0;
	err = conn_message(fill, conn);
	if (!err)
		return 0;
	if (fill->start != fill->skb->data) {
		nlmsg_trim(fill->skb, fill->start);
	} else {
		dump->large = fill->bucket;
		dump->done = fill->seen - 1;
	}
	return err;
}

/**
 * l4lb_nl_conn_dump() - dump L4LB_CMD_CONN_GET
 * @skb: buffer
 * @cb: dump
 *
 * Connections come and go all the time, so no dump of them is of one moment:
 * NLM_F_DUMP_INTR is not set. What is there from beginning to end is shown
 * once.
 *
 * Return: bytes, 0 at the end, or a negative errno.
 */
int l4lb_nl_conn_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct conn_dump *dump = dump_of(cb);
	struct conn_fill fill = {
		.skb = skb,
		.cb = cb,
		.ln = l4lb_pernet(sock_net(cb->skb->sk)),
		.first = true,
	};
	int err;

	err = l4lb_conn_walk(fill.ln, &dump->cursor, dump->filter, conn_fill,
			     &fill);
	return err && !skb->len ? err : skb->len;
}

/**
 * l4lb_nl_conn_flush() - do L4LB_CMD_CONN_FLUSH
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_conn_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct l4lb_net *ln = l4lb_pernet(genl_info_net(info));
	struct l4lb_conn_filter filter;
	struct sk_buff *msg;
	void *hdr;
	u64 count;
	int err;

	err = filter_parse(ln, info->attrs[L4LB_A_FILTER], &filter,
			   info->extack);
	if (err)
		return err;
	msg = l4lb_nl_reply_new(info, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!msg)
		return -ENOMEM;
	count = l4lb_conn_flush(ln, &filter);
	/* It is done, whether or not the number reaches the socket. */
	if (nla_put_u64_64bit(msg, L4LB_A_COUNT, count, L4LB_A_PAD))
		nlmsg_free(msg);
	else
		l4lb_nl_reply(msg, hdr, info);
	return 0;
}
