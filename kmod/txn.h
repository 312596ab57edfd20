/* SPDX-License-Identifier: GPL-2.0 */
/* Staged configuration: begin, changes, commit. */
#ifndef L4LB_TXN_H
#define L4LB_TXN_H

#include <linux/l4lb.h>
#include <linux/netlink.h>
#include "addr.h"
#include "service.h"

struct l4lb_net;
struct l4lb_txn;

/* Kinds of change. */
enum l4lb_change_op {
	L4LB_CHANGE_SERVICE_NEW,
	L4LB_CHANGE_SERVICE_SET,
	L4LB_CHANGE_SERVICE_DEL,
	L4LB_CHANGE_SERVER_NEW,
	L4LB_CHANGE_SERVER_SET,
	L4LB_CHANGE_SERVER_DEL,
	L4LB_CHANGE_VIP_SET,
	L4LB_CHANGE_FLUSH,
};

/**
 * struct l4lb_change - one change, parsed and copied out of its message
 * @op: &enum l4lb_change_op
 * @owner: &enum l4lb_owner of the one who asks
 * @force: may change objects of another owner
 * @now: deletion ends connections instead of draining
 * @present: which fields were given, BIT_ULL(attribute number) of the nest that
 *	@op is about (service, server or VIP attributes)
 * @service: identity of the service, unless @service_name is set
 * @service_name: identity by name; empty: by @service
 * @name: L4LB_A_SERVICE_NAME or L4LB_A_SERVER_NAME
 * @scheduler: name of the scheduler
 * @method: &enum l4lb_method
 * @tie: &enum l4lb_tie
 * @midstream: &enum l4lb_midstream
 * @opts: those that @present says
 * @timeout: seconds by &enum l4lb_state
 * @timeout_given: BIT(state) for those that were given
 * @server: identity of the server
 * @weight: of the server
 * @max_conns: of the server
 * @min_conns: of the server
 * @vip: address and prefix of the VIP; all else is 0
 * @unknown_port: &enum l4lb_unknown_port
 * @nest: the attribute it was parsed from, for the error's place; NULL when a
 *	commit replays it
 * @tb: parsed attributes of @nest, or NULL
 */
struct l4lb_change {
	u8 op;
	u8 owner;
	bool force;
	bool now;
	u64 present;
	struct l4lb_service_key service;
	char service_name[L4LB_NAME_MAX];
	char name[L4LB_NAME_MAX];
	char scheduler[L4LB_SCHED_NAME_MAX];
	u8 method;
	u8 tie;
	u8 midstream;
	struct l4lb_service_opts opts;
	u32 timeout[L4LB_TIMEOUT_STATES];
	u32 timeout_given;
	struct l4lb_endpoint server;
	u32 weight;
	u32 max_conns;
	u32 min_conns;
	struct l4lb_service_key vip;
	u8 unknown_port;
	const struct nlattr *nest;
	struct nlattr **tb;
};

/**
 * struct l4lb_txn_result - what a commit did
 * @generation: of the snapshot that is now published
 * @digest: of its configuration
 * @changed: objects that differ from the snapshot before
 */
struct l4lb_txn_result {
	u64 generation;
	u64 digest;
	u64 changed;
};

/*
 * All of these: process context, may sleep; l4lb_net.conf_lock held by the
 * caller (l4lb_txn_release() takes it). Errors are negative errno with a
 * sentence, the bad attribute where there is one, and a struct l4lb_cookie in
 * @extack.
 */
struct l4lb_txn *l4lb_txn_begin(struct l4lb_net *ln, u8 mode, bool has_base,
				u64 base, u32 portid,
				struct netlink_ext_ack *extack);
struct l4lb_txn *l4lb_txn_find(struct l4lb_net *ln, u64 id, u32 portid,
			       struct netlink_ext_ack *extack);
u64 l4lb_txn_id(const struct l4lb_txn *txn);
void l4lb_txn_force(struct l4lb_txn *txn);
int l4lb_txn_stage(struct l4lb_net *ln, struct l4lb_txn *txn,
		   const struct l4lb_change *change,
		   struct netlink_ext_ack *extack);
int l4lb_txn_commit(struct l4lb_net *ln, struct l4lb_txn *txn, bool dry_run,
		    struct l4lb_txn_result *result,
		    struct netlink_ext_ack *extack);
void l4lb_txn_abort(struct l4lb_net *ln, struct l4lb_txn *txn);
void l4lb_txn_release(struct l4lb_net *ln, u32 portid);
int l4lb_txn_net_init(struct l4lb_net *ln);
void l4lb_txn_net_exit(struct l4lb_net *ln);
int l4lb_txn_drop_endpoints(struct l4lb_net *ln);

#endif /* L4LB_TXN_H */
