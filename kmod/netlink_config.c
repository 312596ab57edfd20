// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of the configuration. A message without L4LB_A_TXN is a transaction
 * of one: it is staged and committed under one hold of conf_lock, and either
 * all of its objects change or none.
 */
#include <net/genetlink.h>

#include "net.h"
#include "netlink_priv.h"
#include "sched.h"
#include "server.h"
#include "service.h"
#include "txn.h"

/* &l4lb_cookie.index of a refusal that is about no object. */
#define NO_OBJECT	U32_MAX

/* What portid means to a transaction that no socket owns. */
#define NOBODY		0

static void change_init(struct l4lb_change *change, struct genl_info *info,
			u8 op)
{
	memset(change, 0, sizeof(*change));
	change->op = op;
	change->owner = L4LB_OWNER_MANUAL;
	if (info->attrs[L4LB_A_OWNER])
		change->owner = nla_get_u8(info->attrs[L4LB_A_OWNER]);
	change->force = nla_get_flag(info->attrs[L4LB_A_FORCE]);
	change->now = nla_get_flag(info->attrs[L4LB_A_NOW]);
}

/* Is the refusal about an object that was staged before the one at @index? */
static bool about_another(const struct netlink_ext_ack *extack, u32 index)
{
	struct l4lb_cookie cookie;

	if (extack->cookie_len != sizeof(cookie))
		return false;
	memcpy(&cookie, extack->cookie, sizeof(cookie));
	return cookie.index != index;
}

/* Stage the object that has number @index in the transaction. */
static int stage_one(struct l4lb_net *ln, struct l4lb_txn *txn,
		     const struct nlattr *nest, struct genl_info *info, u8 op,
		     u32 index)
{
	struct nlattr *tb[L4LB_NL_CHANGE_ATTRS];
	struct l4lb_change change;
	int err;

	change_init(&change, info, op);
	err = l4lb_nl_change(nest, &change, tb, info->extack);
	if (err)
		return err;
	err = l4lb_txn_stage(ln, txn, &change, info->extack);
	if (err && info->extack && !info->extack->bad_attr &&
	    !info->extack->miss_type && !about_another(info->extack, index))
		NL_SET_BAD_ATTR(info->extack, nest);
	return err;
}

/* Stage all objects of a message; @staged counts those that were accepted. */
static int stage_all(struct l4lb_net *ln, struct l4lb_txn *txn,
		     struct genl_info *info, u8 op, int type, u32 *staged)
{
	const struct nlattr *nest;
	int rem, err;

	lockdep_assert_held(&ln->conf_lock);
	nlmsg_for_each_attr(nest, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(nest) != type)
			continue;
		err = stage_one(ln, txn, nest, info, op, *staged);
		if (err) {
			l4lb_nl_cookie(ln, info->extack, *staged);
			return err;
		}
		++*staged;
	}
	return 0;
}

/* The sender's transaction that the message names. */
static struct l4lb_txn *txn_named(struct l4lb_net *ln, struct sk_buff *skb,
				  struct genl_info *info,
				  struct l4lb_nl_owner **ownerp)
{
	struct l4lb_nl_owner *owner = l4lb_nl_owner_find(skb);
	struct nlattr *attr = info->attrs[L4LB_A_TXN];
	struct l4lb_txn *txn;

	lockdep_assert_held(&ln->conf_lock);
	txn = l4lb_txn_find(ln, nla_get_u64(attr), owner ? owner->id : NOBODY,
			    info->extack);
	if (!IS_ERR(txn) && !owner)
		txn = ERR_PTR(-ENOENT);
	if (IS_ERR(txn)) {
		NL_SET_BAD_ATTR(info->extack, attr);
		l4lb_nl_cookie(ln, info->extack, NO_OBJECT);
	}
	*ownerp = owner;
	return txn;
}

static int change_in_txn(struct l4lb_net *ln, struct sk_buff *skb,
			 struct genl_info *info, u8 op, int type)
{
	struct l4lb_nl_owner *owner;
	struct l4lb_txn *txn;
	u32 before;
	int err;

	txn = txn_named(ln, skb, info, &owner);
	if (IS_ERR(txn))
		return PTR_ERR(txn);
	before = owner->staged;
	err = stage_all(ln, txn, info, op, type, &owner->staged);
	/* What is staged cannot be taken out again, so it must not commit. */
	if (err && owner->staged != before)
		owner->torn = true;
	return err;
}

static int change_alone(struct l4lb_net *ln, struct genl_info *info, u8 op,
			int type)
{
	struct l4lb_txn_result result;
	struct l4lb_txn *txn;
	u32 staged = 0;
	int err;

	txn = l4lb_txn_begin(ln, L4LB_TXN_MODE_EDIT, false, 0, NOBODY,
			     info->extack);
	if (IS_ERR(txn))
		return PTR_ERR(txn);
	err = stage_all(ln, txn, info, op, type, &staged);
	if (!err)
		err = l4lb_txn_commit(ln, txn, false, &result, info->extack);
	if (err) {
		l4lb_nl_cookie(ln, info->extack, NO_OBJECT);
		l4lb_txn_abort(ln, txn);
	}
	return err;
}

/* The object that a nest describes, as it is now. RCU. */
static int echo_put(struct sk_buff *msg, struct l4lb_net *ln,
		    const struct l4lb_change *change)
{
	struct l4lb_nl_service_ref ref = { .key = change->service };
	const struct l4lb_sched_data *sd;
	struct l4lb_service *svc;
	struct l4lb_vip *vip;
	__be16 port;
	u32 i;

	if (change->op == L4LB_CHANGE_VIP_SET) {
		vip = l4lb_vip_find(rcu_dereference(ln->table)->vips,
				    &change->vip.addr, change->vip.family,
				    change->vip.prefix);
		return vip ? l4lb_put_vip(msg, L4LB_A_VIP, vip) : -ENOENT;
	}
	strscpy(ref.name, change->service_name, sizeof(ref.name));
	svc = l4lb_nl_service_find(ln, &ref);
	if (!svc)
		return -ENOENT;
	if (change->op == L4LB_CHANGE_SERVICE_NEW ||
	    change->op == L4LB_CHANGE_SERVICE_SET)
		return l4lb_put_service(msg, L4LB_A_SERVICE, ln, svc);
	sd = svc->sched;
	port = change->server.port ? : l4lb_key_server_port(&svc->key);
	for (i = 0; i < sd->nr; i++) {
		const struct l4lb_server *srv = sd->slot[i].server;

		if (srv->ep.port == port &&
		    srv->ep.family == change->server.family &&
		    l4lb_addr_equal(&srv->ep.addr, &change->server.addr))
			return l4lb_put_server(msg, L4LB_A_SERVER, ln, svc,
					       srv);
	}
	return -ENOENT;
}

/*
 * NLM_F_ECHO: each object after the change, a message each. The change is made
 * and stays; an echo for which there is no room is lost.
 */
static void change_echo(struct l4lb_net *ln, struct genl_info *info, u8 op,
			int type)
{
	struct nlattr *tb[L4LB_NL_CHANGE_ATTRS];
	const struct nlattr *nest;
	struct l4lb_change change;
	struct sk_buff *msg;
	void *hdr;
	int rem, err;

	nlmsg_for_each_attr(nest, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(nest) != type)
			continue;
		change_init(&change, info, op);
		if (l4lb_nl_change(nest, &change, tb, NULL))
			return;
		msg = l4lb_nl_reply_new(info, GENLMSG_DEFAULT_SIZE, &hdr);
		if (!msg)
			return;
		rcu_read_lock();
		err = echo_put(msg, ln, &change);
		rcu_read_unlock();
		if (err)
			nlmsg_free(msg);
		else
			l4lb_nl_reply(msg, hdr, info);
	}
}

static int change_doit(struct sk_buff *skb, struct genl_info *info, u8 op,
		       int type)
{
	struct l4lb_net *ln = l4lb_pernet(genl_info_net(info));
	bool alone = !info->attrs[L4LB_A_TXN];
	int err;

	if (!info->attrs[type]) {
		L4LB_NL_MISSING(info->extack, NULL, type,
				"name at least one object to change");
		return -EINVAL;
	}
	mutex_lock(&ln->conf_lock);
	if (alone)
		err = change_alone(ln, info, op, type);
	else
		err = change_in_txn(ln, skb, info, op, type);
	mutex_unlock(&ln->conf_lock);
	if (!err && alone && (info->nlhdr->nlmsg_flags & NLM_F_ECHO) &&
	    op != L4LB_CHANGE_SERVICE_DEL && op != L4LB_CHANGE_SERVER_DEL)
		change_echo(ln, info, op, type);
	return err;
}

/**
 * l4lb_nl_service_new() - do L4LB_CMD_SERVICE_NEW
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_service_new(struct sk_buff *skb, struct genl_info *info)
{
	return change_doit(skb, info, L4LB_CHANGE_SERVICE_NEW, L4LB_A_SERVICE);
}

/**
 * l4lb_nl_service_set() - do L4LB_CMD_SERVICE_SET
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_service_set(struct sk_buff *skb, struct genl_info *info)
{
	return change_doit(skb, info, L4LB_CHANGE_SERVICE_SET, L4LB_A_SERVICE);
}

/**
 * l4lb_nl_service_del() - do L4LB_CMD_SERVICE_DEL
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_service_del(struct sk_buff *skb, struct genl_info *info)
{
	return change_doit(skb, info, L4LB_CHANGE_SERVICE_DEL, L4LB_A_SERVICE);
}

/**
 * l4lb_nl_server_new() - do L4LB_CMD_SERVER_NEW
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_server_new(struct sk_buff *skb, struct genl_info *info)
{
	return change_doit(skb, info, L4LB_CHANGE_SERVER_NEW, L4LB_A_SERVER);
}

/**
 * l4lb_nl_server_set() - do L4LB_CMD_SERVER_SET
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_server_set(struct sk_buff *skb, struct genl_info *info)
{
	return change_doit(skb, info, L4LB_CHANGE_SERVER_SET, L4LB_A_SERVER);
}

/**
 * l4lb_nl_server_del() - do L4LB_CMD_SERVER_DEL
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_server_del(struct sk_buff *skb, struct genl_info *info)
{
	return change_doit(skb, info, L4LB_CHANGE_SERVER_DEL, L4LB_A_SERVER);
}

/**
 * l4lb_nl_vip_set() - do L4LB_CMD_VIP_SET
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_vip_set(struct sk_buff *skb, struct genl_info *info)
{
	return change_doit(skb, info, L4LB_CHANGE_VIP_SET, L4LB_A_VIP);
}

/*
 * Answer with what a commit did. It is done: an answer that does not reach a
 * congested socket is lost, and the acknowledgment says that it happened.
 */
static void commit_reply(struct sk_buff *msg, void *hdr, struct genl_info *info,
			 const struct l4lb_txn_result *result)
{
	if (nla_put_u64_64bit(msg, L4LB_A_GENERATION, result->generation,
			      L4LB_A_PAD) ||
	    nla_put_u64_64bit(msg, L4LB_A_DIGEST, result->digest, L4LB_A_PAD) ||
	    nla_put_u64_64bit(msg, L4LB_A_COUNT, result->changed, L4LB_A_PAD))
		nlmsg_free(msg);
	else
		l4lb_nl_reply(msg, hdr, info);
}

static int flush_locked(struct l4lb_net *ln, struct sk_buff *skb,
			struct genl_info *info, struct l4lb_txn_result *result)
{
	struct l4lb_nl_owner *owner;
	struct l4lb_change change;
	struct l4lb_txn *txn;
	int err;

	change_init(&change, info, L4LB_CHANGE_FLUSH);
	if (info->attrs[L4LB_A_TXN]) {
		txn = txn_named(ln, skb, info, &owner);
		if (IS_ERR(txn))
			return PTR_ERR(txn);
		err = l4lb_txn_stage(ln, txn, &change, info->extack);
		if (err)
			l4lb_nl_cookie(ln, info->extack, NO_OBJECT);
		return err;
	}
	txn = l4lb_txn_begin(ln, L4LB_TXN_MODE_EDIT, false, 0, NOBODY,
			     info->extack);
	if (IS_ERR(txn))
		return PTR_ERR(txn);
	err = l4lb_txn_stage(ln, txn, &change, info->extack);
	if (!err)
		err = l4lb_txn_commit(ln, txn, false, result, info->extack);
	if (err) {
		l4lb_nl_cookie(ln, info->extack, NO_OBJECT);
		l4lb_txn_abort(ln, txn);
	}
	return err;
}

/**
 * l4lb_nl_flush() - do L4LB_CMD_FLUSH
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct l4lb_net *ln = l4lb_pernet(genl_info_net(info));
	struct l4lb_txn_result result;
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = l4lb_nl_reply_new(info, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&ln->conf_lock);
	err = flush_locked(ln, skb, info, &result);
	mutex_unlock(&ln->conf_lock);
	if (!err && !info->attrs[L4LB_A_TXN])
		commit_reply(msg, hdr, info, &result);
	else
		nlmsg_free(msg);
	return err;
}

/* Its id did not reach the socket, so nobody could end the transaction. */
static void begin_undo(struct l4lb_net *ln, u64 id, u32 owner)
{
	struct l4lb_txn *txn;

	mutex_lock(&ln->conf_lock);
	txn = l4lb_txn_find(ln, id, owner, NULL);
	if (!IS_ERR(txn))
		l4lb_txn_abort(ln, txn);
	mutex_unlock(&ln->conf_lock);
}

static int begin_reply(struct sk_buff *msg, void *hdr, struct genl_info *info,
		       u64 id)
{
	struct l4lb_net *ln = l4lb_pernet(genl_info_net(info));
	u64 generation;

	rcu_read_lock();
	generation = rcu_dereference(ln->table)->generation;
	rcu_read_unlock();
	if (nla_put_u64_64bit(msg, L4LB_A_TXN, id, L4LB_A_PAD) ||
	    nla_put_u64_64bit(msg, L4LB_A_GENERATION, generation, L4LB_A_PAD)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return l4lb_nl_reply(msg, hdr, info);
}

/**
 * l4lb_nl_txn_begin() - do L4LB_CMD_TXN_BEGIN
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_txn_begin(struct sk_buff *skb, struct genl_info *info)
{
	struct l4lb_net *ln = l4lb_pernet(genl_info_net(info));
	struct nlattr *base = info->attrs[L4LB_A_BASE_GENERATION];
	struct l4lb_nl_owner *owner;
	struct l4lb_txn *txn;
	struct sk_buff *msg;
	u32 owner_id;
	void *hdr;
	int err;
	u64 id;

	if (!info->attrs[L4LB_A_TXN_MODE]) {
		L4LB_NL_MISSING(info->extack, NULL, L4LB_A_TXN_MODE,
				"say whether to edit or to replace the configuration");
		return -EINVAL;
	}
	msg = l4lb_nl_reply_new(info, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!msg)
		return -ENOMEM;
	owner = l4lb_nl_owner_make(skb);
	if (!owner) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	mutex_lock(&ln->conf_lock);
	txn = l4lb_txn_begin(ln, nla_get_u8(info->attrs[L4LB_A_TXN_MODE]),
			     base, base ? nla_get_u64(base) : 0, owner->id,
			     info->extack);
	if (!IS_ERR(txn)) {
		id = l4lb_txn_id(txn);
		owner_id = owner->id;
		owner->staged = 0;
		owner->torn = false;
	}
	mutex_unlock(&ln->conf_lock);
	if (!IS_ERR(txn)) {
		err = begin_reply(msg, hdr, info, id);
		if (err)
			begin_undo(ln, id, owner_id);
		return err;
	}
	l4lb_nl_cookie(ln, info->extack, NO_OBJECT);
	nlmsg_free(msg);
	return PTR_ERR(txn);
}

static int base_check(struct l4lb_net *ln, struct genl_info *info)
{
	struct nlattr *base = info->attrs[L4LB_A_BASE_GENERATION];
	u64 generation;

	lockdep_assert_held(&ln->conf_lock);
	if (!base)
		return 0;
	rcu_read_lock();
	generation = rcu_dereference(ln->table)->generation;
	rcu_read_unlock();
	if (nla_get_u64(base) == generation)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, base,
			    "the running configuration has changed: read it again");
	return -ESTALE;
}

static int commit_locked(struct l4lb_net *ln, struct sk_buff *skb,
			 struct genl_info *info, struct l4lb_txn_result *result)
{
	struct l4lb_nl_owner *owner;
	struct l4lb_txn *txn;
	int err;

	txn = txn_named(ln, skb, info, &owner);
	if (IS_ERR(txn))
		return PTR_ERR(txn);
	if (owner->torn) {
		NL_SET_ERR_MSG(info->extack,
			       "a message was accepted in part: abort and begin again");
		return -ECANCELED;
	}
	err = base_check(ln, info);
	if (err)
		return err;
	/* For what a replacement leaves out: no change of it could say so. */
	if (nla_get_flag(info->attrs[L4LB_A_FORCE]))
		l4lb_txn_force(txn);
	return l4lb_txn_commit(ln, txn, nla_get_flag(info->attrs[L4LB_A_DRY_RUN]),
			       result, info->extack);
}

static int txn_required(struct genl_info *info)
{
	if (info->attrs[L4LB_A_TXN])
		return 0;
	L4LB_NL_MISSING(info->extack, NULL, L4LB_A_TXN,
			"name the transaction that begin has opened");
	return -EINVAL;
}

/**
 * l4lb_nl_txn_commit() - do L4LB_CMD_TXN_COMMIT
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno; the transaction is then open still.
 */
int l4lb_nl_txn_commit(struct sk_buff *skb, struct genl_info *info)
{
	struct l4lb_net *ln = l4lb_pernet(genl_info_net(info));
	struct l4lb_txn_result result;
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = txn_required(info);
	if (err)
		return err;
	msg = l4lb_nl_reply_new(info, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&ln->conf_lock);
	err = commit_locked(ln, skb, info, &result);
	mutex_unlock(&ln->conf_lock);
	if (!err) {
		commit_reply(msg, hdr, info, &result);
		return 0;
	}
	l4lb_nl_cookie(ln, info->extack, NO_OBJECT);
	nlmsg_free(msg);
	return err;
}

/**
 * l4lb_nl_txn_abort() - do L4LB_CMD_TXN_ABORT
 * @skb: request
 * @info: request
 *
 * Return: 0 or a negative errno.
 */
int l4lb_nl_txn_abort(struct sk_buff *skb, struct genl_info *info)
{
	struct l4lb_net *ln = l4lb_pernet(genl_info_net(info));
	struct l4lb_nl_owner *owner;
	struct l4lb_txn *txn;
	int err;

	err = txn_required(info);
	if (err)
		return err;
	mutex_lock(&ln->conf_lock);
	txn = txn_named(ln, skb, info, &owner);
	if (IS_ERR(txn))
		err = PTR_ERR(txn);
	else
		l4lb_txn_abort(ln, txn);
	mutex_unlock(&ln->conf_lock);
	return err;
}
