/* SPDX-License-Identifier: GPL-2.0 */
/* What the netlink_*.c files share; nobody else includes it. */
#ifndef L4LB_NETLINK_PRIV_H
#define L4LB_NETLINK_PRIV_H

#include <linux/l4lb.h>
#include <net/genetlink.h>
#include <net/netlink.h>
#include <net/sock.h>
#include "addr.h"
#include "netlink.h"

struct l4lb_change;
struct l4lb_net;
struct l4lb_slots;
struct l4lb_sums;
struct l4lb_txn;

/* A sentence, and the attribute that should have been in @nest (NULL: top). */
#define L4LB_NL_MISSING(extack, nest, type, msg) do {			\
	struct netlink_ext_ack *__ack = (extack);			\
									\
	NL_SET_ERR_ATTR_MISS(__ack, nest, type);			\
	NL_SET_ERR_MSG(__ack, msg);					\
} while (0)

/*
 * netlink_policy.c: what each request may carry. Objects come in shapes: a key
 * names one, a conf describes one; attributes that only the kernel writes are
 * in no policy and so refused.
 */
extern const struct nla_policy l4lb_pol_service_key[L4LB_A_SERVICE_MAX + 1];
extern const struct nla_policy l4lb_pol_service_conf[L4LB_A_SERVICE_MAX + 1];
extern const struct nla_policy l4lb_pol_server_key[L4LB_A_SERVER_MAX + 1];
extern const struct nla_policy l4lb_pol_server_conf[L4LB_A_SERVER_MAX + 1];
extern const struct nla_policy l4lb_pol_server_state[L4LB_A_SERVER_MAX + 1];
extern const struct nla_policy l4lb_pol_server_list[L4LB_A_SERVER_MAX + 1];
extern const struct nla_policy l4lb_pol_vip_key[L4LB_A_VIP_MAX + 1];
extern const struct nla_policy l4lb_pol_vip_conf[L4LB_A_VIP_MAX + 1];
extern const struct nla_policy l4lb_pol_vip_standby[L4LB_A_VIP_MAX + 1];
extern const struct nla_policy l4lb_pol_limits_conf[L4LB_A_LIMITS_MAX + 1];
extern const struct nla_policy l4lb_pol_timeout[L4LB_A_TIMEOUT_MAX + 1];
extern const struct nla_policy l4lb_pol_conn_key[L4LB_A_CONN_MAX + 1];
extern const struct nla_policy l4lb_pol_filter[L4LB_A_FILTER_MAX + 1];
extern const struct nla_policy l4lb_pol_packet[L4LB_A_EXPLAIN_MAX + 1];

extern const struct nla_policy l4lb_op_service_conf[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_service_del[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_service_get[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_server_conf[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_server_del[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_server_get[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_server_state[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_vip_set[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_vip_get[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_standby[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_limits_set[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_get[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_conn_get[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_conn_flush[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_begin[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_commit[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_abort[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_flush[L4LB_A_MAX + 1];
extern const struct nla_policy l4lb_op_explain[L4LB_A_MAX + 1];

/* netlink_parse.c */

/**
 * struct l4lb_nl_service_ref - how a request names a service
 * @key: its identity
 * @name: the name when it is named by that, else empty
 */
struct l4lb_nl_service_ref {
	struct l4lb_service_key key;
	char name[L4LB_NAME_MAX];
};

int l4lb_nl_addr(const struct nlattr *attr, union l4lb_addr *addr, u8 *family,
		 struct netlink_ext_ack *extack);
int l4lb_nl_service_ref(const struct nlattr *nest, struct nlattr **tb,
			struct l4lb_nl_service_ref *ref,
			struct netlink_ext_ack *extack);
int l4lb_nl_service_nest(const struct nlattr *nest,
			 struct l4lb_nl_service_ref *ref,
			 struct netlink_ext_ack *extack);
int l4lb_nl_server_ref(const struct nlattr *nest, struct nlattr **tb,
		       struct l4lb_nl_service_ref *ref,
		       struct l4lb_endpoint *server,
		       struct netlink_ext_ack *extack);
int l4lb_nl_vip(struct nlattr **tb, struct l4lb_service_key *vip,
		struct netlink_ext_ack *extack);
int l4lb_nl_timeouts(const struct nlattr *nest, int type, u32 *seconds,
		     u32 *given, struct netlink_ext_ack *extack);
int l4lb_nl_change(const struct nlattr *nest, struct l4lb_change *change,
		   struct nlattr **tb, struct netlink_ext_ack *extack);

/* Attributes that a nest of a change can have, whatever it is about. */
#define L4LB_NL_CHANGE_ATTRS	(L4LB_A_SERVICE_MAX + 1)
static_assert((int)L4LB_A_SERVICE_MAX >= (int)L4LB_A_SERVER_MAX &&
	      (int)L4LB_A_SERVICE_MAX >= (int)L4LB_A_VIP_MAX);

/* netlink_owner.c */

/**
 * struct l4lb_nl_owner - a socket that owns a transaction or a standby
 * @node: in the table of owners
 * @sk: the socket; a reference is held, so the pointer is not reused
 * @portid: its port id
 * @id: what the rest of the module knows it by; never given out twice before
 *	2^32 others were, never 0
 * @staged: objects of its open transaction that were accepted; conf_lock
 * @torn: a message of that transaction was accepted in part; conf_lock
 */
struct l4lb_nl_owner {
	struct hlist_node node;
	struct sock *sk;
	u32 portid;
	u32 id;
	u32 staged;
	bool torn;
};

struct l4lb_nl_owner *l4lb_nl_owner_find(const struct sk_buff *skb);
struct l4lb_nl_owner *l4lb_nl_owner_make(const struct sk_buff *skb);
int l4lb_nl_owner_init(void);
void l4lb_nl_owner_exit(void);

/* netlink.c */
int l4lb_nl_reply(struct sk_buff *skb, void *hdr, struct genl_info *info);
struct sk_buff *l4lb_nl_reply_new(struct genl_info *info, size_t size,
				  void **hdr);
void l4lb_nl_cookie(struct l4lb_net *ln, struct netlink_ext_ack *extack,
		    u32 index);
struct l4lb_service *l4lb_nl_service_find(struct l4lb_net *ln,
					  const struct l4lb_nl_service_ref *ref);

/* netlink_config.c */
int l4lb_nl_service_new(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_service_set(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_service_del(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_server_new(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_server_set(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_server_del(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_vip_set(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_flush(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_txn_begin(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_txn_commit(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_txn_abort(struct sk_buff *skb, struct genl_info *info);

/* netlink_state.c */
int l4lb_nl_server_state_set(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_standby_set(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_limits_set(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_limits_get(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_stats_get(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_version_get(struct sk_buff *skb, struct genl_info *info);

/* netlink_dump.c */
void *l4lb_nl_slots_next(const struct l4lb_slots *s, u32 *id);
int l4lb_nl_service_get(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_service_dump_start(struct netlink_callback *cb);
int l4lb_nl_service_dump(struct sk_buff *skb, struct netlink_callback *cb);
int l4lb_nl_server_get(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_server_dump_start(struct netlink_callback *cb);
int l4lb_nl_server_dump(struct sk_buff *skb, struct netlink_callback *cb);
int l4lb_nl_vip_get(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_vip_dump_start(struct netlink_callback *cb);
int l4lb_nl_vip_dump(struct sk_buff *skb, struct netlink_callback *cb);
u32 l4lb_nl_seq(const struct l4lb_net *ln);
bool l4lb_nl_torn(const struct l4lb_net *ln, u32 seq);
bool l4lb_nl_again(const struct l4lb_net *ln, u32 seq, u32 *tries);
void l4lb_nl_dump_end(struct sk_buff *skb, struct netlink_callback *cb,
		      void *hdr);

/* netlink_conn.c */
int l4lb_nl_conn_get(struct sk_buff *skb, struct genl_info *info);
int l4lb_nl_conn_dump_start(struct netlink_callback *cb);
int l4lb_nl_conn_dump(struct sk_buff *skb, struct netlink_callback *cb);
int l4lb_nl_conn_dump_done(struct netlink_callback *cb);
int l4lb_nl_conn_flush(struct sk_buff *skb, struct genl_info *info);

/* netlink_put.c */
int l4lb_put_stats(struct sk_buff *skb, int type, const struct l4lb_sums *sums);
int l4lb_put_reason(struct sk_buff *skb, int type, u32 reason, u64 packets);

#endif /* L4LB_NETLINK_PRIV_H */
