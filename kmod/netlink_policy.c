// SPDX-License-Identifier: GPL-2.0
/*
 * Policies: one per command, so that a command refuses what it would not look
 * at. Documentation/netlink/specs/l4lb.yaml says the same to other programs; a
 * test compares the two through the kernel's policy dump.
 */
#include <net/netlink.h>

#include "netlink_priv.h"

#define ADDR	NLA_POLICY_RANGE(NLA_BINARY, sizeof(__be32),		\
				 sizeof(struct in6_addr))
#define PORT	{ .type = NLA_U16 }	/* big endian */
/*
 * A number that people type: its bounds are the configuration's to check, since
 * the core would only say "integer out of range".
 */
#define NUMBER	{ .type = NLA_U32 }

/* Programs choose these; the bounds are the family's version. */
#define ENUM(max)	NLA_POLICY_RANGE(NLA_U8, 1, max)
#define TEXT(size)	{ .type = NLA_NUL_STRING, .len = (size) - 1 }
#define SWITCH		NLA_POLICY_MAX(NLA_U8, 1)

const struct nla_policy l4lb_pol_timeout[L4LB_A_TIMEOUT_MAX + 1] = {
	[L4LB_A_TIMEOUT_STATE] = ENUM(L4LB_TIMEOUT_STATES - 1),
	[L4LB_A_TIMEOUT_SECONDS] = NUMBER,
};

#define SERVICE_KEY							\
	[L4LB_A_SERVICE_PROTO] = { .type = NLA_U8 },			\
	[L4LB_A_SERVICE_ADDR] = ADDR,					\
	[L4LB_A_SERVICE_PORT] = PORT,					\
	[L4LB_A_SERVICE_NAME] = TEXT(L4LB_NAME_MAX),			\
	[L4LB_A_SERVICE_PORT_LAST] = PORT,				\
	[L4LB_A_SERVICE_PREFIX] = { .type = NLA_U8 },			\
	[L4LB_A_SERVICE_FWMARK] = NUMBER,				\
	[L4LB_A_SERVICE_FAMILY] = { .type = NLA_U8 }

const struct nla_policy l4lb_pol_service_key[L4LB_A_SERVICE_MAX + 1] = {
	SERVICE_KEY,
};

const struct nla_policy l4lb_pol_service_conf[L4LB_A_SERVICE_MAX + 1] = {
	SERVICE_KEY,
	[L4LB_A_SERVICE_SCHEDULER] = TEXT(L4LB_SCHED_NAME_MAX),
	[L4LB_A_SERVICE_METHOD] = ENUM(L4LB_METHOD_MAX),
	[L4LB_A_SERVICE_TIE] = ENUM(L4LB_TIE_MAX),
	[L4LB_A_SERVICE_MIDSTREAM] = ENUM(L4LB_MIDSTREAM_MAX),
	[L4LB_A_SERVICE_TIMEOUT] = NLA_POLICY_NESTED(l4lb_pol_timeout),
	[L4LB_A_SERVICE_HASH_PORT] = SWITCH,
	[L4LB_A_SERVICE_HASH_FALLBACK] = SWITCH,
	[L4LB_A_SERVICE_PERSIST] = NUMBER,
	[L4LB_A_SERVICE_PERSIST_PREFIX] = { .type = NLA_U8 },
	[L4LB_A_SERVICE_ONE_PACKET] = SWITCH,
	[L4LB_A_SERVICE_SLOW_START] = NUMBER,
	[L4LB_A_SERVICE_ON_DOWN] = ENUM(L4LB_ON_DOWN_MAX),
	[L4LB_A_SERVICE_ON_SERVER_GONE] = ENUM(L4LB_ON_GONE_MAX),
	[L4LB_A_SERVICE_TRACK_SEQ] = SWITCH,
	[L4LB_A_SERVICE_HALF_OPEN_MAX] = NUMBER,
	[L4LB_A_SERVICE_HOOK] = ENUM(L4LB_HOOK_MAX),
	[L4LB_A_SERVICE_TRACK] = SWITCH,
};

#define SERVER_KEY							\
	[L4LB_A_SERVER_SERVICE] = NLA_POLICY_NESTED(l4lb_pol_service_key), \
	[L4LB_A_SERVER_ADDR] = ADDR,					\
	[L4LB_A_SERVER_PORT] = PORT

const struct nla_policy l4lb_pol_server_list[L4LB_A_SERVER_MAX + 1] = {
	[L4LB_A_SERVER_SERVICE] = NLA_POLICY_NESTED(l4lb_pol_service_key),
};

const struct nla_policy l4lb_pol_server_key[L4LB_A_SERVER_MAX + 1] = {
	SERVER_KEY,
};

const struct nla_policy l4lb_pol_server_conf[L4LB_A_SERVER_MAX + 1] = {
	SERVER_KEY,
	[L4LB_A_SERVER_NAME] = TEXT(L4LB_NAME_MAX),
	[L4LB_A_SERVER_WEIGHT] = NUMBER,
	[L4LB_A_SERVER_MAX_CONNS] = NUMBER,
	[L4LB_A_SERVER_MIN_CONNS] = NUMBER,
};

const struct nla_policy l4lb_pol_server_state[L4LB_A_SERVER_MAX + 1] = {
	SERVER_KEY,
	[L4LB_A_SERVER_NAME] = TEXT(L4LB_NAME_MAX),
	[L4LB_A_SERVER_ADMIN] = ENUM(L4LB_ADMIN_MAX),
	[L4LB_A_SERVER_HEALTH] = ENUM(L4LB_HEALTH_MAX),
	[L4LB_A_SERVER_OPER_WEIGHT] = { .type = NLA_S32 },
	[L4LB_A_SERVER_TEXT] = TEXT(L4LB_TEXT_MAX),
	[L4LB_A_SERVER_DEADLINE] = NUMBER,
};

#define VIP_KEY								\
	[L4LB_A_VIP_ADDR] = ADDR,					\
	[L4LB_A_VIP_PREFIX] = { .type = NLA_U8 }

const struct nla_policy l4lb_pol_vip_key[L4LB_A_VIP_MAX + 1] = {
	VIP_KEY,
};

const struct nla_policy l4lb_pol_vip_conf[L4LB_A_VIP_MAX + 1] = {
	VIP_KEY,
	[L4LB_A_VIP_UNKNOWN_PORT] = ENUM(L4LB_UNKNOWN_PORT_MAX),
};

const struct nla_policy l4lb_pol_vip_standby[L4LB_A_VIP_MAX + 1] = {
	VIP_KEY,
	[L4LB_A_VIP_STANDBY] = SWITCH,
};

const struct nla_policy l4lb_pol_limits_conf[L4LB_A_LIMITS_MAX + 1] = {
	[L4LB_A_LIMITS_CONNS] = NUMBER,
	[L4LB_A_LIMITS_MEMORY] = { .type = NLA_U64 },
	[L4LB_A_LIMITS_SERVICES] = NUMBER,
	[L4LB_A_LIMITS_SERVERS] = NUMBER,
	[L4LB_A_LIMITS_VIPS] = NUMBER,
	[L4LB_A_LIMITS_TIMEOUT] = NLA_POLICY_NESTED(l4lb_pol_timeout),
};

const struct nla_policy l4lb_pol_conn_key[L4LB_A_CONN_MAX + 1] = {
	[L4LB_A_CONN_PROTO] = { .type = NLA_U8 },
	[L4LB_A_CONN_CLIENT] = ADDR,
	[L4LB_A_CONN_CLIENT_PORT] = PORT,
	[L4LB_A_CONN_VIP] = ADDR,
	[L4LB_A_CONN_VIP_PORT] = PORT,
};

const struct nla_policy l4lb_pol_filter[L4LB_A_FILTER_MAX + 1] = {
	[L4LB_A_FILTER_SERVICE] = NLA_POLICY_NESTED(l4lb_pol_service_key),
	[L4LB_A_FILTER_SERVER] = ADDR,
	[L4LB_A_FILTER_SERVER_PORT] = PORT,
	[L4LB_A_FILTER_CLIENT] = ADDR,
	[L4LB_A_FILTER_CLIENT_PREFIX] = NLA_POLICY_MAX(NLA_U8, 128),
	[L4LB_A_FILTER_STATE] = ENUM(L4LB_STATE_MAX),
};

const struct nla_policy l4lb_pol_packet[L4LB_A_EXPLAIN_MAX + 1] = {
	[L4LB_A_EXPLAIN_PROTO] = { .type = NLA_U8 },
	[L4LB_A_EXPLAIN_CLIENT] = ADDR,
	[L4LB_A_EXPLAIN_CLIENT_PORT] = PORT,
	[L4LB_A_EXPLAIN_VIP] = ADDR,
	[L4LB_A_EXPLAIN_VIP_PORT] = PORT,
	[L4LB_A_EXPLAIN_TCP_FLAGS] = { .type = NLA_U8 },
	[L4LB_A_EXPLAIN_HOOK] = ENUM(L4LB_HOOK_MAX),
	[L4LB_A_EXPLAIN_MARK] = { .type = NLA_U32 },
};

/* Who asks; every command takes it, and some look at it. */
#define OWNER	ENUM(L4LB_OWNER_MAX)

/* What every change of the configuration may say. */
#define CHANGE								\
	[L4LB_A_OWNER] = OWNER,						\
	[L4LB_A_TXN] = { .type = NLA_U64 },				\
	[L4LB_A_FORCE] = { .type = NLA_FLAG }

const struct nla_policy l4lb_op_service_conf[L4LB_A_MAX + 1] = {
	CHANGE,
	[L4LB_A_SERVICE] = NLA_POLICY_NESTED(l4lb_pol_service_conf),
};

const struct nla_policy l4lb_op_service_del[L4LB_A_MAX + 1] = {
	CHANGE,
	[L4LB_A_SERVICE] = NLA_POLICY_NESTED(l4lb_pol_service_key),
};

const struct nla_policy l4lb_op_service_get[L4LB_A_MAX + 1] = {
	[L4LB_A_OWNER] = OWNER,
	[L4LB_A_SERVICE] = NLA_POLICY_NESTED(l4lb_pol_service_key),
};

const struct nla_policy l4lb_op_server_conf[L4LB_A_MAX + 1] = {
	CHANGE,
	[L4LB_A_SERVER] = NLA_POLICY_NESTED(l4lb_pol_server_conf),
};

const struct nla_policy l4lb_op_server_del[L4LB_A_MAX + 1] = {
	CHANGE,
	[L4LB_A_SERVER] = NLA_POLICY_NESTED(l4lb_pol_server_key),
	[L4LB_A_NOW] = { .type = NLA_FLAG },
};

const struct nla_policy l4lb_op_server_get[L4LB_A_MAX + 1] = {
	[L4LB_A_OWNER] = OWNER,
	[L4LB_A_SERVER] = NLA_POLICY_NESTED(l4lb_pol_server_key),
};

const struct nla_policy l4lb_op_server_state[L4LB_A_MAX + 1] = {
	[L4LB_A_OWNER] = OWNER,
	[L4LB_A_SERVER] = NLA_POLICY_NESTED(l4lb_pol_server_state),
};

/* VIPs have no owner. */
const struct nla_policy l4lb_op_vip_set[L4LB_A_MAX + 1] = {
	[L4LB_A_OWNER] = OWNER,
	[L4LB_A_TXN] = { .type = NLA_U64 },
	[L4LB_A_VIP] = NLA_POLICY_NESTED(l4lb_pol_vip_conf),
};

const struct nla_policy l4lb_op_vip_get[L4LB_A_MAX + 1] = {
	[L4LB_A_OWNER] = OWNER,
	[L4LB_A_VIP] = NLA_POLICY_NESTED(l4lb_pol_vip_key),
};

const struct nla_policy l4lb_op_standby[L4LB_A_MAX + 1] = {
	[L4LB_A_OWNER] = OWNER,
	[L4LB_A_VIP] = NLA_POLICY_NESTED(l4lb_pol_vip_standby),
};

const struct nla_policy l4lb_op_limits_set[L4LB_A_MAX + 1] = {
	[L4LB_A_OWNER] = OWNER,
	[L4LB_A_LIMITS] = NLA_POLICY_NESTED(l4lb_pol_limits_conf),
};

const struct nla_policy l4lb_op_get[L4LB_A_MAX + 1] = {
	[L4LB_A_OWNER] = OWNER,
};

const struct nla_policy l4lb_op_conn_get[L4LB_A_MAX + 1] = {
	[L4LB_A_OWNER] = OWNER,
	[L4LB_A_CONN] = NLA_POLICY_NESTED(l4lb_pol_conn_key),
	[L4LB_A_FILTER] = NLA_POLICY_NESTED(l4lb_pol_filter),
};

const struct nla_policy l4lb_op_conn_flush[L4LB_A_MAX + 1] = {
	[L4LB_A_OWNER] = OWNER,
	[L4LB_A_FILTER] = NLA_POLICY_NESTED(l4lb_pol_filter),
};

const struct nla_policy l4lb_op_begin[L4LB_A_MAX + 1] = {
	[L4LB_A_OWNER] = OWNER,
	[L4LB_A_TXN_MODE] = ENUM(L4LB_TXN_MODE_MAX),
	[L4LB_A_BASE_GENERATION] = { .type = NLA_U64 },
};

const struct nla_policy l4lb_op_commit[L4LB_A_MAX + 1] = {
	[L4LB_A_OWNER] = OWNER,
	[L4LB_A_TXN] = { .type = NLA_U64 },
	[L4LB_A_BASE_GENERATION] = { .type = NLA_U64 },
	[L4LB_A_FORCE] = { .type = NLA_FLAG },
	[L4LB_A_DRY_RUN] = { .type = NLA_FLAG },
};

const struct nla_policy l4lb_op_abort[L4LB_A_MAX + 1] = {
	[L4LB_A_OWNER] = OWNER,
	[L4LB_A_TXN] = { .type = NLA_U64 },
};

const struct nla_policy l4lb_op_flush[L4LB_A_MAX + 1] = {
	CHANGE,
};

const struct nla_policy l4lb_op_explain[L4LB_A_MAX + 1] = {
	[L4LB_A_OWNER] = OWNER,
	[L4LB_A_EXPLAIN] = NLA_POLICY_NESTED(l4lb_pol_packet),
};
