// SPDX-License-Identifier: GPL-2.0
/*
 * Services, servers and VIPs: one, or all.
 *
 * A dump takes no lock, only RCU, for one message at a time. Between messages
 * it remembers numbers: a service keeps its number through commits, so walking
 * the number slots neither skips nor repeats a service that is there all the
 * time, and shows services in the order in which they came (as long as no
 * number has been given out again). Walking the leaves of the snapshot's map
 * would be no more work, but a place in it means something else after each
 * commit, and its order nothing to people.
 *
 * What a commit changes in between is reported: publications count as the dump's
 * sequence number, so a dump that saw two of them, or one that was under way, has
 * NLM_F_DUMP_INTR.
 */
#include <linux/delay.h>
#include <net/genetlink.h>

#include "net.h"
#include "netlink_priv.h"
#include "sched.h"
#include "server.h"
#include "service.h"
#include "slots.h"

#define READ_TRIES	5	/* until an answer is of one publication */

/**
 * struct cursor - place of a dump, in netlink_callback.ctx
 * @id: number of the next service or, in the second part of a server dump,
 *	slot of the next server; leaf of the next VIP
 * @pos: next server of the service, next VIP of the leaf
 * @only: the one service whose servers are wanted
 * @has_only: @only counts
 * @lingering: the second part has begun
 */
struct cursor {
	u32 id;
	u32 pos;
	u32 only;
	bool has_only;
	bool lingering;
};

static struct cursor *cursor_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct cursor) > sizeof(cb->ctx));
	return (struct cursor *)cb->ctx;
}

static struct l4lb_net *net_of(struct netlink_callback *cb)
{
	return l4lb_pernet(sock_net(cb->skb->sk));
}

/**
 * l4lb_nl_slots_next() - next number in use
 * @s: slots
 * @id: number to begin with; out: the object's number
 *
 * Context: RCU read side.
 * Return: the object, or NULL after the last.
 */
void *l4lb_nl_slots_next(const struct l4lb_slots *s, u32 *id)
{
	void *obj;

	while (*id < L4LB_SLOTS_MAX) {
		if (!READ_ONCE(s->chunk[*id >> L4LB_SLOTS_SHIFT])) {
			*id = (*id | (L4LB_SLOTS_CHUNK - 1)) + 1;
			continue;
		}
		obj = l4lb_slots_get(s, *id);
		if (obj)
			return obj;
		++*id;
	}
	return NULL;
}

/**
 * l4lb_nl_seq() - which publication of a commit is in force
 * @ln: namespace
 *
 * Context: any; before what is read.
 * Return: for l4lb_nl_torn(); as a dump's sequence number not 0, which would
 * mean unchecked, before the 2^31st commit.
 */
u32 l4lb_nl_seq(const struct l4lb_net *ln)
{
	u32 seq = READ_ONCE(ln->publications);

	/* Pairs with the second barrier of l4lb_commit_publish(). */
	smp_rmb();
	return seq;
}

/**
 * l4lb_nl_torn() - may what was read be of two publications?
 * @ln: namespace
 * @seq: l4lb_nl_seq() before that was read
 *
 * A publication is many steps: numbers, the table, then servers and scheduler
 * data, service by service.
 *
 * Context: any; behind what was read.
 * Return: true when one was under way.
 */
bool l4lb_nl_torn(const struct l4lb_net *ln, u32 seq)
{
	/* Pairs with the first barrier of l4lb_commit_publish(). */
	smp_rmb();
	return seq & 1 || READ_ONCE(ln->publications) != seq;
}

/**
 * l4lb_nl_again() - is an answer to be made once more, for it is torn?
 * @ln: namespace
 * @seq: l4lb_nl_seq() before it was made
 * @tries: counts them; from 0
 *
 * Context: process, may sleep.
 * Return: true, some time after, unless that was often enough: an answer that
 * is about two configurations is better than none.
 */
bool l4lb_nl_again(const struct l4lb_net *ln, u32 seq, u32 *tries)
{
	if (!l4lb_nl_torn(ln, seq) || ++*tries == READ_TRIES)
		return false;
	fsleep(1000);
	return true;
}

/**
 * l4lb_nl_dump_end() - finish one message of a dump
 * @skb: buffer
 * @cb: dump
 * @hdr: of the message
 */
void l4lb_nl_dump_end(struct sk_buff *skb, struct netlink_callback *cb,
		      void *hdr)
{
	genl_dump_check_consistent(cb, hdr);
	if (l4lb_nl_torn(net_of(cb), cb->seq))
		genlmsg_nlhdr(hdr)->nlmsg_flags |= NLM_F_DUMP_INTR;
	genlmsg_end(skb, hdr);
}

/* Not looked at is not said: a dump of all that is asked for one is refused. */
static int dump_start_all(struct netlink_callback *cb, int type,
			  const struct nla_policy *policy)
{
	struct nlattr *attrs[L4LB_A_MAX + 1];
	int err;

	err = genlmsg_parse(cb->nlh, &l4lb_genl_family, attrs, L4LB_A_MAX,
			    policy, cb->extack);
	if (err || !attrs[type])
		return err;
	NL_SET_ERR_MSG_ATTR(cb->extack, attrs[type],
			    "a dump shows all: ask for one without NLM_F_DUMP");
	return -EINVAL;
}

/**
 * l4lb_nl_service_dump_start() - start of a dump of L4LB_CMD_SERVICE_GET
 * @cb: dump
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_service_dump_start(struct netlink_callback *cb)
{
	return dump_start_all(cb, L4LB_A_SERVICE, l4lb_op_service_get);
}

/**
 * l4lb_nl_vip_dump_start() - start of a dump of L4LB_CMD_VIP_GET
 * @cb: dump
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_vip_dump_start(struct netlink_callback *cb)
{
	return dump_start_all(cb, L4LB_A_VIP, l4lb_op_vip_get);
}

static void *dump_begin(struct sk_buff *skb, struct netlink_callback *cb,
			u8 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &l4lb_genl_family, NLM_F_MULTI, cmd);
}

/* A full buffer is sent; an object that no buffer holds would loop for ever. */
static int dump_ret(struct sk_buff *skb, int err)
{
	return err && !skb->len ? err : skb->len;
}

/* Services */

/**
 * l4lb_nl_service_get() - answer L4LB_CMD_SERVICE_GET
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_service_get(struct sk_buff *skb, struct genl_info *info)
{
	struct l4lb_net *ln = l4lb_pernet(genl_info_net(info));
	struct nlattr *nest = info->attrs[L4LB_A_SERVICE];
	struct l4lb_nl_service_ref ref;
	struct l4lb_service *svc;
	u32 seq, tries = 0;
	struct sk_buff *msg;
	void *hdr, *start;
	int err;

	if (!nest) {
		L4LB_NL_MISSING(info->extack, NULL, L4LB_A_SERVICE,
				"name the service, or ask for a dump of all");
		return -EINVAL;
	}
	err = l4lb_nl_service_nest(nest, &ref, info->extack);
	if (err)
		return err;
	msg = l4lb_nl_reply_new(info, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!msg)
		return -ENOMEM;
	start = skb_tail_pointer(msg);
	do {
		nlmsg_trim(msg, start);
		seq = l4lb_nl_seq(ln);
		rcu_read_lock();
		svc = l4lb_nl_service_find(ln, &ref);
		if (svc)
			err = l4lb_put_service(msg, L4LB_A_SERVICE, ln, svc);
		rcu_read_unlock();
	} while (l4lb_nl_again(ln, seq, &tries));
	if (svc && !err)
		return l4lb_nl_reply(msg, hdr, info);
	nlmsg_free(msg);
	if (!svc) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest, "no such service");
		err = -ENOENT;
	}
	return err;
}

static int dump_service(struct sk_buff *skb, struct netlink_callback *cb,
			struct l4lb_net *ln, const struct l4lb_service *svc)
{
	void *hdr = dump_begin(skb, cb, L4LB_CMD_SERVICE_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (l4lb_put_service(skb, L4LB_A_SERVICE, ln, svc)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	l4lb_nl_dump_end(skb, cb, hdr);
	return 0;
}

/**
 * l4lb_nl_service_dump() - dump L4LB_CMD_SERVICE_GET
 * @skb: buffer
 * @cb: dump
 *
 * Return: bytes, 0 at the end, or a negative errno.
 */
int l4lb_nl_service_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cursor *cursor = cursor_of(cb);
	struct l4lb_net *ln = net_of(cb);
	struct l4lb_service *svc;
	int err = 0;

	rcu_read_lock();
	cb->seq = l4lb_nl_seq(ln);
	while ((svc = l4lb_nl_slots_next(&ln->services, &cursor->id))) {
		err = dump_service(skb, cb, ln, svc);
		if (err)
			break;
		cursor->id++;
	}
	rcu_read_unlock();
	return dump_ret(skb, err);
}

/* Servers */

static bool server_is(const struct l4lb_server *srv, u32 service,
		      const struct l4lb_endpoint *ep)
{
	return srv->rt->id == service && l4lb_endpoint_equal(&srv->ep, ep);
}

/* A server of @svc; a configured one is preferred to one that lingers. */
static struct l4lb_server *server_find(struct l4lb_net *ln,
				       const struct l4lb_service *svc,
				       const struct l4lb_endpoint *ep)
{
	struct l4lb_server *srv;
	u32 i;

	for (i = 0; i < svc->sched->nr; i++) {
		srv = svc->sched->slot[i].server;
		if (l4lb_endpoint_equal(&srv->ep, ep))
			return srv;
	}
	for (i = 0; (srv = l4lb_nl_slots_next(&ln->servers, &i)); i++)
		if (READ_ONCE(srv->gone) && server_is(srv, svc->id, ep))
			return srv;
	return NULL;
}

static int server_reply(struct sk_buff *msg, struct l4lb_net *ln,
			const struct l4lb_nl_service_ref *ref,
			struct l4lb_endpoint *ep,
			struct netlink_ext_ack *extack)
{
	struct l4lb_service *svc = l4lb_nl_service_find(ln, ref);
	struct l4lb_server *srv;

	if (!svc) {
		NL_SET_ERR_MSG(extack, "no such service");
		return -ENOENT;
	}
	ep->proto = svc->key.proto;
	if (!ep->port)
		ep->port = l4lb_key_server_port(&svc->key);
	srv = server_find(ln, svc, ep);
	if (!srv) {
		NL_SET_ERR_MSG(extack, "the service has no such server");
		return -ENOENT;
	}
	return l4lb_put_server(msg, L4LB_A_SERVER, ln, svc, srv);
}

/**
 * l4lb_nl_server_get() - answer L4LB_CMD_SERVER_GET
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_server_get(struct sk_buff *skb, struct genl_info *info)
{
	struct l4lb_net *ln = l4lb_pernet(genl_info_net(info));
	struct nlattr *nest = info->attrs[L4LB_A_SERVER];
	struct nlattr *tb[L4LB_A_SERVER_MAX + 1];
	struct l4lb_nl_service_ref ref;
	struct l4lb_endpoint ep;
	struct sk_buff *msg;
	void *hdr;
	int err;

	if (!nest) {
		L4LB_NL_MISSING(info->extack, NULL, L4LB_A_SERVER,
				"name the server, or ask for a dump of all");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, L4LB_A_SERVER_MAX, nest, l4lb_pol_server_key,
			       info->extack);
	if (!err)
		err = l4lb_nl_server_ref(nest, tb, &ref, &ep, info->extack);
	if (err)
		return err;
	msg = l4lb_nl_reply_new(info, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!msg)
		return -ENOMEM;
	rcu_read_lock();
	err = server_reply(msg, ln, &ref, &ep, info->extack);
	rcu_read_unlock();
	if (!err)
		return l4lb_nl_reply(msg, hdr, info);
	NL_SET_BAD_ATTR(info->extack, nest);
	nlmsg_free(msg);
	return err;
}

/**
 * l4lb_nl_server_dump_start() - begin a dump of L4LB_CMD_SERVER_GET
 * @cb: dump
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_server_dump_start(struct netlink_callback *cb)
{
	struct cursor *cursor = cursor_of(cb);
	struct nlattr *tb[L4LB_A_SERVER_MAX + 1];
	struct nlattr *attrs[L4LB_A_MAX + 1];
	struct l4lb_net *ln = net_of(cb);
	struct l4lb_nl_service_ref ref;
	struct l4lb_service *svc;
	int err;

	memset(cursor, 0, sizeof(*cursor));
	err = genlmsg_parse(cb->nlh, &l4lb_genl_family, attrs, L4LB_A_MAX,
			    l4lb_op_server_get, cb->extack);
	if (err || !attrs[L4LB_A_SERVER])
		return err;
	err = nla_parse_nested(tb, L4LB_A_SERVER_MAX, attrs[L4LB_A_SERVER],
			       l4lb_pol_server_list, cb->extack);
	if (err)
		return err;
	if (!tb[L4LB_A_SERVER_SERVICE]) {
		L4LB_NL_MISSING(cb->extack, attrs[L4LB_A_SERVER],
				L4LB_A_SERVER_SERVICE,
				"name the service whose servers are wanted");
		return -EINVAL;
	}
	err = l4lb_nl_service_nest(tb[L4LB_A_SERVER_SERVICE], &ref, cb->extack);
	if (err)
		return err;

	rcu_read_lock();
	svc = l4lb_nl_service_find(ln, &ref);
	if (svc) {
		cursor->only = svc->id;
		cursor->has_only = true;
		cursor->id = svc->id;
	}
	rcu_read_unlock();
	if (!svc) {
		NL_SET_ERR_MSG_ATTR(cb->extack, tb[L4LB_A_SERVER_SERVICE],
				    "no such service");
		return -ENOENT;
	}
	return 0;
}

static int dump_server(struct sk_buff *skb, struct netlink_callback *cb,
		       struct l4lb_net *ln, const struct l4lb_service *svc,
		       const struct l4lb_server *srv)
{
	void *hdr = dump_begin(skb, cb, L4LB_CMD_SERVER_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (l4lb_put_server(skb, L4LB_A_SERVER, ln, svc, srv)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	l4lb_nl_dump_end(skb, cb, hdr);
	return 0;
}

/* Configured servers: by service, in list order. */
static int dump_configured(struct sk_buff *skb, struct netlink_callback *cb,
			   struct l4lb_net *ln, struct cursor *cursor)
{
	const struct l4lb_sched_data *sd;
	struct l4lb_service *svc;
	int err;

	while ((svc = l4lb_nl_slots_next(&ln->services, &cursor->id))) {
		if (cursor->has_only && cursor->id != cursor->only)
			break;
		sd = svc->sched;
		for (; cursor->pos < sd->nr; cursor->pos++) {
			err = dump_server(skb, cb, ln, svc,
					  sd->slot[cursor->pos].server);
			if (err)
				return err;
		}
		cursor->pos = 0;
		cursor->id++;
	}
	cursor->id = 0;
	cursor->lingering = true;
	return 0;
}

/*
 * Servers that linger are in no snapshot, and the lists that hold them change
 * as they drain; their slots stand still.
 */
static int dump_lingering(struct sk_buff *skb, struct netlink_callback *cb,
			  struct l4lb_net *ln, struct cursor *cursor)
{
	struct l4lb_service *svc;
	struct l4lb_server *srv;
	int err;

	for (; (srv = l4lb_nl_slots_next(&ln->servers, &cursor->id));
	     cursor->id++) {
		if (!READ_ONCE(srv->gone) ||
		    (cursor->has_only && srv->rt->id != cursor->only))
			continue;
		svc = l4lb_slots_get(&ln->services, srv->rt->id);
		if (!svc || svc->rt != srv->rt)
			continue;
		err = dump_server(skb, cb, ln, svc, srv);
		if (err)
			return err;
	}
	return 0;
}

/**
 * l4lb_nl_server_dump() - dump L4LB_CMD_SERVER_GET
 * @skb: buffer
 * @cb: dump
 *
 * Return: bytes, 0 at the end, or a negative errno.
 */
int l4lb_nl_server_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cursor *cursor = cursor_of(cb);
	struct l4lb_net *ln = net_of(cb);
	int err = 0;

	rcu_read_lock();
	cb->seq = l4lb_nl_seq(ln);
	if (!cursor->lingering)
		err = dump_configured(skb, cb, ln, cursor);
	if (!err)
		err = dump_lingering(skb, cb, ln, cursor);
	rcu_read_unlock();
	return dump_ret(skb, err);
}

/* VIPs */

static int vip_reply(struct sk_buff *msg, struct l4lb_net *ln,
		     const struct l4lb_service_key *key)
{
	const struct l4lb_map *map = rcu_dereference(ln->table)->vips;
	const struct l4lb_vip *vip;

	vip = l4lb_vip_find(map, &key->addr, key->family, key->prefix);
	return vip ? l4lb_put_vip(msg, L4LB_A_VIP, vip) : -ENOENT;
}

/**
 * l4lb_nl_vip_get() - answer L4LB_CMD_VIP_GET
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_vip_get(struct sk_buff *skb, struct genl_info *info)
{
	struct l4lb_net *ln = l4lb_pernet(genl_info_net(info));
	struct nlattr *nest = info->attrs[L4LB_A_VIP];
	struct nlattr *tb[L4LB_A_VIP_MAX + 1];
	struct l4lb_service_key key;
	struct sk_buff *msg;
	void *hdr;
	int err;

	if (!nest) {
		L4LB_NL_MISSING(info->extack, NULL, L4LB_A_VIP,
				"name the VIP, or ask for a dump of all");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, L4LB_A_VIP_MAX, nest, l4lb_pol_vip_key,
			       info->extack);
	if (err)
		return err;
	if (!tb[L4LB_A_VIP_ADDR]) {
		L4LB_NL_MISSING(info->extack, nest, L4LB_A_VIP_ADDR,
				"a VIP is named by its address");
		return -EINVAL;
	}
	err = l4lb_nl_vip(tb, &key, info->extack);
	if (err)
		return err;
	msg = l4lb_nl_reply_new(info, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!msg)
		return -ENOMEM;
	rcu_read_lock();
	err = vip_reply(msg, ln, &key);
	rcu_read_unlock();
	if (!err)
		return l4lb_nl_reply(msg, hdr, info);
	nlmsg_free(msg);
	NL_SET_ERR_MSG_ATTR(info->extack, nest, "no such VIP");
	return err;
}

static int dump_vip(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct l4lb_vip *vip)
{
	void *hdr = dump_begin(skb, cb, L4LB_CMD_VIP_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (l4lb_put_vip(skb, L4LB_A_VIP, vip)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	l4lb_nl_dump_end(skb, cb, hdr);
	return 0;
}

/**
 * l4lb_nl_vip_dump() - dump L4LB_CMD_VIP_GET
 * @skb: buffer
 * @cb: dump
 *
 * VIPs have no numbers, so this walks the leaves of the snapshot: a place
 * among them is good within one generation, and a dump that saw two says so.
 *
 * Return: bytes, 0 at the end, or a negative errno.
 */
int l4lb_nl_vip_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cursor *cursor = cursor_of(cb);
	struct l4lb_net *ln = net_of(cb);
	const struct l4lb_leaf *leaf;
	const struct l4lb_map *map;
	int err = 0;

	rcu_read_lock();
	cb->seq = l4lb_nl_seq(ln);
	map = rcu_dereference(ln->table)->vips;
	for (; cursor->id <= map->mask; cursor->id++, cursor->pos = 0) {
		leaf = map->leaf[cursor->id];
		for (; leaf && cursor->pos < leaf->nr; cursor->pos++) {
			err = dump_vip(skb, cb, leaf->e[cursor->pos].obj);
			if (err)
				goto full;
		}
	}
full:
	rcu_read_unlock();
	return dump_ret(skb, err);
}
