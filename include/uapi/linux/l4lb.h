/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Generic netlink family "l4lb": the only door to the kernel part of l4lb.
 * The contract in words is Documentation/netlink/specs/l4lb.yaml; a test holds
 * this header and the policies that the kernel reports against it.
 */
#ifndef _UAPI_LINUX_L4LB_H
#define _UAPI_LINUX_L4LB_H

#include <linux/types.h>

#define L4LB_GENL_NAME		"l4lb"
#define L4LB_GENL_VERSION	1
#define L4LB_MODULE_VERSION	"0.1.0"

/* Multicast groups; joining any of them needs CAP_NET_ADMIN. */
#define L4LB_MCGRP_CONFIG	"config"	/* commits and what they changed */
#define L4LB_MCGRP_STATE	"state"		/* admin, health, standby */
#define L4LB_MCGRP_ALARM	"alarm"		/* limits that are near */
#define L4LB_MCGRP_DROP		"drop"		/* samples of packets that met a bad fate */

#define L4LB_NAME_MAX		32	/* service and server names, with the NUL */
#define L4LB_SCHED_NAME_MAX	16	/* scheduler names, with the NUL */
#define L4LB_REASON_NAME_MAX	32	/* names of reasons, with the NUL */
#define L4LB_TEXT_MAX		80	/* free text by an operator, with the NUL */
#define L4LB_WEIGHT_MAX		65535
#define L4LB_SLOW_START_MAX	3600	/* seconds */

/**
 * enum l4lb_cmd - commands and notifications, one number space
 */
enum l4lb_cmd {
	L4LB_CMD_UNSPEC,
	L4LB_CMD_VERSION_GET,
	L4LB_CMD_SERVICE_NEW,
	L4LB_CMD_SERVICE_SET,
	L4LB_CMD_SERVICE_DEL,
	L4LB_CMD_SERVICE_GET,
	L4LB_CMD_SERVER_NEW,
	L4LB_CMD_SERVER_SET,
	L4LB_CMD_SERVER_DEL,
	L4LB_CMD_SERVER_GET,
	L4LB_CMD_SERVER_STATE_SET,
	L4LB_CMD_VIP_SET,
	L4LB_CMD_VIP_GET,
	L4LB_CMD_STANDBY_SET,
	L4LB_CMD_LIMITS_SET,
	L4LB_CMD_LIMITS_GET,
	L4LB_CMD_CONN_GET,
	L4LB_CMD_CONN_FLUSH,
	L4LB_CMD_STATS_GET,
	L4LB_CMD_TXN_BEGIN,
	L4LB_CMD_TXN_COMMIT,
	L4LB_CMD_TXN_ABORT,
	L4LB_CMD_FLUSH,
	L4LB_CMD_EXPLAIN,
	L4LB_CMD_SERVICE_NEW_NTF,
	L4LB_CMD_SERVICE_SET_NTF,
	L4LB_CMD_SERVICE_DEL_NTF,
	L4LB_CMD_SERVER_NEW_NTF,
	L4LB_CMD_SERVER_SET_NTF,
	L4LB_CMD_SERVER_DEL_NTF,
	L4LB_CMD_SERVER_STATE_NTF,
	L4LB_CMD_VIP_NTF,
	L4LB_CMD_LIMITS_NTF,
	L4LB_CMD_COMMIT_NTF,
	L4LB_CMD_ALARM_NTF,
	L4LB_CMD_DRAIN_NTF,
	L4LB_CMD_DROP_NTF,

	__L4LB_CMD_MAX,
	L4LB_CMD_MAX = __L4LB_CMD_MAX - 1
};

/**
 * enum l4lb_attr - top level of every message
 * @L4LB_A_TXN: u64, the transaction that a change belongs to; absent: the
 *	message is a transaction of its own
 * @L4LB_A_SERVICE: nest &enum l4lb_service_attr, may be repeated
 * @L4LB_A_SERVER: nest &enum l4lb_server_attr, may be repeated
 * @L4LB_A_VIP: nest &enum l4lb_vip_attr, may be repeated
 * @L4LB_A_LIMITS: nest &enum l4lb_limits_attr
 * @L4LB_A_CONN: nest &enum l4lb_conn_attr
 * @L4LB_A_FILTER: nest &enum l4lb_filter_attr, of connection dumps and flushes
 * @L4LB_A_STATS: nest &enum l4lb_stats_attr
 * @L4LB_A_REASON: nest &enum l4lb_reason_attr, repeated
 * @L4LB_A_EXPLAIN: nest &enum l4lb_explain_attr
 * @L4LB_A_GENERATION: u64, number of configuration commits in this namespace
 * @L4LB_A_DIGEST: u64, digest of the configuration
 * @L4LB_A_BASE_GENERATION: u64, a begin or commit on any other is refused
 * @L4LB_A_TXN_MODE: u8 &enum l4lb_txn_mode
 * @L4LB_A_OWNER: u8 &enum l4lb_owner, who asks for the change
 * @L4LB_A_FORCE: flag, change objects of another owner
 * @L4LB_A_NOW: flag, end the connections of a server that is deleted
 * @L4LB_A_DRY_RUN: flag, commit: everything but the swap
 * @L4LB_A_COUNT: u64, how many objects a request touched
 * @L4LB_A_VERSION: string, version of the module
 * @L4LB_A_ALARM: u8 &enum l4lb_alarm
 * @L4LB_A_PAD: alignment of 64-bit values
 * @L4LB_A_DROP: nest &enum l4lb_drop_attr
 */
enum l4lb_attr {
	L4LB_A_UNSPEC,
	L4LB_A_TXN,
	L4LB_A_SERVICE,
	L4LB_A_SERVER,
	L4LB_A_VIP,
	L4LB_A_LIMITS,
	L4LB_A_CONN,
	L4LB_A_FILTER,
	L4LB_A_STATS,
	L4LB_A_REASON,
	L4LB_A_EXPLAIN,
	L4LB_A_GENERATION,
	L4LB_A_DIGEST,
	L4LB_A_BASE_GENERATION,
	L4LB_A_TXN_MODE,
	L4LB_A_OWNER,
	L4LB_A_FORCE,
	L4LB_A_NOW,
	L4LB_A_DRY_RUN,
	L4LB_A_COUNT,
	L4LB_A_VERSION,
	L4LB_A_ALARM,
	L4LB_A_PAD,
	L4LB_A_DROP,

	__L4LB_A_MAX,
	L4LB_A_MAX = __L4LB_A_MAX - 1
};

/**
 * enum l4lb_service_attr - a service
 *
 * The identity is PROTO, ADDR, PREFIX, PORT and PORT_LAST; or FWMARK and FAMILY;
 * or, where the service exists, NAME alone.
 *
 * @L4LB_A_SERVICE_PROTO: u8, IPPROTO_TCP or IPPROTO_UDP
 * @L4LB_A_SERVICE_ADDR: binary of 4 (IPv4) or 16 (IPv6) bytes, the VIP
 * @L4LB_A_SERVICE_PORT: u16, big endian; 0: any port
 * @L4LB_A_SERVICE_NAME: string; as identity only where PROTO is absent
 * @L4LB_A_SERVICE_SCHEDULER: string: rr, wrr, lc, wlc, sed, nq, sh, dh, mh, fo,
 *	ovf, twos; default wlc
 * @L4LB_A_SERVICE_METHOD: u8 &enum l4lb_method, default dr
 * @L4LB_A_SERVICE_TIE: u8 &enum l4lb_tie, default rotate
 * @L4LB_A_SERVICE_MIDSTREAM: u8 &enum l4lb_midstream, default adopt for sh, dh
 *	and mh, reset for the others
 * @L4LB_A_SERVICE_TIMEOUT: nest &enum l4lb_timeout_attr, may be repeated
 * @L4LB_A_SERVICE_OWNER: u8 &enum l4lb_owner
 * @L4LB_A_SERVICE_ID: u32, kernel's number of the service, read only
 * @L4LB_A_SERVICE_SERVERS: u32, number of configured servers, read only
 * @L4LB_A_SERVICE_ACTIVE: u32, active connections, read only
 * @L4LB_A_SERVICE_INACTIVE: u32, all other connections, read only
 * @L4LB_A_SERVICE_STATS: nest &enum l4lb_stats_attr, read only
 * @L4LB_A_SERVICE_REASON: nest &enum l4lb_reason_attr, repeated, read only
 * @L4LB_A_SERVICE_PAD: alignment
 * @L4LB_A_SERVICE_PORT_LAST: u16, big endian, last port of a range that begins
 *	with PORT; default PORT
 * @L4LB_A_SERVICE_PREFIX: u8, bits of ADDR that a destination must share; default
 *	all
 * @L4LB_A_SERVICE_FWMARK: u32, not 0: packets with this mark, to any address and
 *	port, TCP and UDP
 * @L4LB_A_SERVICE_FAMILY: u8, 4 or 6, of a FWMARK service; default 4
 * @L4LB_A_SERVICE_HASH_PORT: u8, 1: sh, dh and mh take the port into the hash
 * @L4LB_A_SERVICE_HASH_FALLBACK: u8, 1: sh and mh, and only they, choose again when
 *	the server that was hashed to is full; 0: the packet is rejected. A server
 *	that is down, draining, disabled or of weight 0 has left the hash in any case
 * @L4LB_A_SERVICE_PERSIST: u32, seconds for which a client stays with its server
 *	after its last connection; 0: none
 * @L4LB_A_SERVICE_PERSIST_PREFIX: u8, bits of the address that make a client;
 *	default all
 * @L4LB_A_SERVICE_ONE_PACKET: u8, 1: each UDP packet is scheduled by itself and no
 *	entry is kept
 * @L4LB_A_SERVICE_SLOW_START: u32, seconds over which a server that came up gets
 *	its full share, at most %L4LB_SLOW_START_MAX; 0: none
 * @L4LB_A_SERVICE_ON_DOWN: u8 &enum l4lb_on_down, default keep
 * @L4LB_A_SERVICE_ON_SERVER_GONE: u8 &enum l4lb_on_gone, default reset
 * @L4LB_A_SERVICE_TRACK_SEQ: u8, 1: entries remember sequence numbers, so that a
 *	connection can be reset from here when its time is up
 * @L4LB_A_SERVICE_HALF_OPEN_MAX: u32, half-open entries: in SYN_RECV, or of UDP and
 *	neither answered nor (DR, tunnel) followed by a second packet; 0: no limit
 * @L4LB_A_SERVICE_HALF_OPEN: u32, half-open entries now, read only
 * @L4LB_A_SERVICE_HOOK: u8 &enum l4lb_hook, prerouting (default) or local_in:
 *	where client packets are taken
 * @L4LB_A_SERVICE_TRACK: u8, 1: conntrack sees the packets of a local_in service
 */
enum l4lb_service_attr {
	L4LB_A_SERVICE_UNSPEC,
	L4LB_A_SERVICE_PROTO,
	L4LB_A_SERVICE_ADDR,
	L4LB_A_SERVICE_PORT,
	L4LB_A_SERVICE_NAME,
	L4LB_A_SERVICE_SCHEDULER,
	L4LB_A_SERVICE_METHOD,
	L4LB_A_SERVICE_TIE,
	L4LB_A_SERVICE_MIDSTREAM,
	L4LB_A_SERVICE_TIMEOUT,
	L4LB_A_SERVICE_OWNER,
	L4LB_A_SERVICE_ID,
	L4LB_A_SERVICE_SERVERS,
	L4LB_A_SERVICE_ACTIVE,
	L4LB_A_SERVICE_INACTIVE,
	L4LB_A_SERVICE_STATS,
	L4LB_A_SERVICE_REASON,
	L4LB_A_SERVICE_PAD,
	L4LB_A_SERVICE_PORT_LAST,
	L4LB_A_SERVICE_PREFIX,
	L4LB_A_SERVICE_FWMARK,
	L4LB_A_SERVICE_FAMILY,
	L4LB_A_SERVICE_HASH_PORT,
	L4LB_A_SERVICE_HASH_FALLBACK,
	L4LB_A_SERVICE_PERSIST,
	L4LB_A_SERVICE_PERSIST_PREFIX,
	L4LB_A_SERVICE_ONE_PACKET,
	L4LB_A_SERVICE_SLOW_START,
	L4LB_A_SERVICE_ON_DOWN,
	L4LB_A_SERVICE_ON_SERVER_GONE,
	L4LB_A_SERVICE_TRACK_SEQ,
	L4LB_A_SERVICE_HALF_OPEN_MAX,
	L4LB_A_SERVICE_HALF_OPEN,
	L4LB_A_SERVICE_HOOK,
	L4LB_A_SERVICE_TRACK,

	__L4LB_A_SERVICE_MAX,
	L4LB_A_SERVICE_MAX = __L4LB_A_SERVICE_MAX - 1
};

/**
 * enum l4lb_server_attr - a real server of one service
 * @L4LB_A_SERVER_SERVICE: nest &enum l4lb_service_attr, identity only
 * @L4LB_A_SERVER_ADDR: binary of 4 or 16 bytes; with PORT the identity
 * @L4LB_A_SERVER_PORT: u16, big endian; default the service's port, or that of
 *	each packet (0) where the service has many
 * @L4LB_A_SERVER_NAME: string
 * @L4LB_A_SERVER_WEIGHT: u32, 0 to %L4LB_WEIGHT_MAX, default 1
 * @L4LB_A_SERVER_MAX_CONNS: u32, 0: no limit
 * @L4LB_A_SERVER_MIN_CONNS: u32, connections at which a full server opens
 *	again; default three quarters of MAX_CONNS
 * @L4LB_A_SERVER_OWNER: u8 &enum l4lb_owner
 * @L4LB_A_SERVER_ADMIN: u8 &enum l4lb_admin, the operator's word
 * @L4LB_A_SERVER_HEALTH: u8 &enum l4lb_health, the checker's word
 * @L4LB_A_SERVER_OPER_WEIGHT: s32, the operator's weight, -1: none
 * @L4LB_A_SERVER_TEXT: string, the operator's reason
 * @L4LB_A_SERVER_ID: u32, kernel's slot of the server, read only
 * @L4LB_A_SERVER_EFF_WEIGHT: u32, weight the scheduler uses, read only
 * @L4LB_A_SERVER_LINGER: flag, left the configuration, connections go on
 * @L4LB_A_SERVER_OVERLOAD: flag, at its connection limit
 * @L4LB_A_SERVER_METHOD: u8 &enum l4lb_method, read only
 * @L4LB_A_SERVER_ACTIVE: u32, read only
 * @L4LB_A_SERVER_INACTIVE: u32, read only
 * @L4LB_A_SERVER_STATS: nest &enum l4lb_stats_attr, read only
 * @L4LB_A_SERVER_PAD: alignment
 * @L4LB_A_SERVER_DEADLINE: u32, seconds until a drain ends what is left, only with
 *	ADMIN drain; 0: none. Read: seconds that are left, absent without a deadline
 * @L4LB_A_SERVER_RAMP: u32, thousandths of its share that a server in slow start
 *	gets now, absent otherwise; read only
 */
enum l4lb_server_attr {
	L4LB_A_SERVER_UNSPEC,
	L4LB_A_SERVER_SERVICE,
	L4LB_A_SERVER_ADDR,
	L4LB_A_SERVER_PORT,
	L4LB_A_SERVER_NAME,
	L4LB_A_SERVER_WEIGHT,
	L4LB_A_SERVER_MAX_CONNS,
	L4LB_A_SERVER_MIN_CONNS,
	L4LB_A_SERVER_OWNER,
	L4LB_A_SERVER_ADMIN,
	L4LB_A_SERVER_HEALTH,
	L4LB_A_SERVER_OPER_WEIGHT,
	L4LB_A_SERVER_TEXT,
	L4LB_A_SERVER_ID,
	L4LB_A_SERVER_EFF_WEIGHT,
	L4LB_A_SERVER_LINGER,
	L4LB_A_SERVER_OVERLOAD,
	L4LB_A_SERVER_METHOD,
	L4LB_A_SERVER_ACTIVE,
	L4LB_A_SERVER_INACTIVE,
	L4LB_A_SERVER_STATS,
	L4LB_A_SERVER_PAD,
	L4LB_A_SERVER_DEADLINE,
	L4LB_A_SERVER_RAMP,

	__L4LB_A_SERVER_MAX,
	L4LB_A_SERVER_MAX = __L4LB_A_SERVER_MAX - 1
};

/**
 * enum l4lb_vip_attr - a virtual address, whatever services it has
 * @L4LB_A_VIP_ADDR: binary of 4 or 16 bytes, the identity
 * @L4LB_A_VIP_UNKNOWN_PORT: u8 &enum l4lb_unknown_port, default pass
 * @L4LB_A_VIP_STANDBY: u8, 1: client packets pass untouched; set only by
 *	STANDBY_SET
 * @L4LB_A_VIP_SERVICES: u32, number of services on it, read only
 * @L4LB_A_VIP_PREFIX: u8, bits of ADDR; part of the identity; default all
 */
enum l4lb_vip_attr {
	L4LB_A_VIP_UNSPEC,
	L4LB_A_VIP_ADDR,
	L4LB_A_VIP_UNKNOWN_PORT,
	L4LB_A_VIP_STANDBY,
	L4LB_A_VIP_SERVICES,
	L4LB_A_VIP_PREFIX,

	__L4LB_A_VIP_MAX,
	L4LB_A_VIP_MAX = __L4LB_A_VIP_MAX - 1
};

/**
 * enum l4lb_limits_attr - caps and default timeouts of a namespace
 * @L4LB_A_LIMITS_CONNS: u32, connection entries
 * @L4LB_A_LIMITS_MEMORY: u64, bytes of entries and table
 * @L4LB_A_LIMITS_SERVICES: u32
 * @L4LB_A_LIMITS_SERVERS: u32
 * @L4LB_A_LIMITS_VIPS: u32
 * @L4LB_A_LIMITS_TIMEOUT: nest &enum l4lb_timeout_attr, may be repeated
 * @L4LB_A_LIMITS_USED_CONNS: u32, read only
 * @L4LB_A_LIMITS_USED_MEMORY: u64, read only
 * @L4LB_A_LIMITS_USED_SERVICES: u32, read only
 * @L4LB_A_LIMITS_USED_SERVERS: u32, lingering ones included, read only
 * @L4LB_A_LIMITS_USED_VIPS: u32, read only
 * @L4LB_A_LIMITS_BUCKETS: u32, of the connection table, read only
 * @L4LB_A_LIMITS_PAD: alignment
 */
enum l4lb_limits_attr {
	L4LB_A_LIMITS_UNSPEC,
	L4LB_A_LIMITS_CONNS,
	L4LB_A_LIMITS_MEMORY,
	L4LB_A_LIMITS_SERVICES,
	L4LB_A_LIMITS_SERVERS,
	L4LB_A_LIMITS_VIPS,
	L4LB_A_LIMITS_TIMEOUT,
	L4LB_A_LIMITS_USED_CONNS,
	L4LB_A_LIMITS_USED_MEMORY,
	L4LB_A_LIMITS_USED_SERVICES,
	L4LB_A_LIMITS_USED_SERVERS,
	L4LB_A_LIMITS_USED_VIPS,
	L4LB_A_LIMITS_BUCKETS,
	L4LB_A_LIMITS_PAD,

	__L4LB_A_LIMITS_MAX,
	L4LB_A_LIMITS_MAX = __L4LB_A_LIMITS_MAX - 1
};

/**
 * enum l4lb_timeout_attr - seconds without a packet until an entry goes
 * @L4LB_A_TIMEOUT_STATE: u8 &enum l4lb_state, below %L4LB_TIMEOUT_STATES
 * @L4LB_A_TIMEOUT_SECONDS: u32, 1 to 2,000,000; in a service 0 means the
 *	namespace's default
 * @L4LB_A_TIMEOUT_INHERITED: flag, the namespace's default, read only
 */
enum l4lb_timeout_attr {
	L4LB_A_TIMEOUT_UNSPEC,
	L4LB_A_TIMEOUT_STATE,
	L4LB_A_TIMEOUT_SECONDS,
	L4LB_A_TIMEOUT_INHERITED,

	__L4LB_A_TIMEOUT_MAX,
	L4LB_A_TIMEOUT_MAX = __L4LB_A_TIMEOUT_MAX - 1
};

/**
 * enum l4lb_conn_attr - a connection entry
 * @L4LB_A_CONN_PROTO: u8
 * @L4LB_A_CONN_CLIENT: binary of 4 or 16 bytes
 * @L4LB_A_CONN_CLIENT_PORT: u16, big endian
 * @L4LB_A_CONN_VIP: binary of 4 or 16 bytes
 * @L4LB_A_CONN_VIP_PORT: u16, big endian
 * @L4LB_A_CONN_SERVER: binary of 4 or 16 bytes
 * @L4LB_A_CONN_SERVER_PORT: u16, big endian
 * @L4LB_A_CONN_METHOD: u8 &enum l4lb_method
 * @L4LB_A_CONN_STATE: u8 &enum l4lb_state
 * @L4LB_A_CONN_EXPIRES: u32, milliseconds until it is removed if idle
 * @L4LB_A_CONN_PREFIX: u8, bits of CLIENT, of an entry in state persist
 * @L4LB_A_CONN_SERVICE: nest &enum l4lb_service_attr, identity only: of an entry
 *	in state persist, which has no VIP where a mark is the service, and of
 *	all entries of a mark
 */
enum l4lb_conn_attr {
	L4LB_A_CONN_UNSPEC,
	L4LB_A_CONN_PROTO,
	L4LB_A_CONN_CLIENT,
	L4LB_A_CONN_CLIENT_PORT,
	L4LB_A_CONN_VIP,
	L4LB_A_CONN_VIP_PORT,
	L4LB_A_CONN_SERVER,
	L4LB_A_CONN_SERVER_PORT,
	L4LB_A_CONN_METHOD,
	L4LB_A_CONN_STATE,
	L4LB_A_CONN_EXPIRES,
	L4LB_A_CONN_PREFIX,
	L4LB_A_CONN_SERVICE,

	__L4LB_A_CONN_MAX,
	L4LB_A_CONN_MAX = __L4LB_A_CONN_MAX - 1
};

/**
 * enum l4lb_filter_attr - which connections; all that are given must match
 * @L4LB_A_FILTER_SERVICE: nest &enum l4lb_service_attr, identity only
 * @L4LB_A_FILTER_SERVER: binary of 4 or 16 bytes
 * @L4LB_A_FILTER_SERVER_PORT: u16, big endian
 * @L4LB_A_FILTER_CLIENT: binary of 4 or 16 bytes
 * @L4LB_A_FILTER_CLIENT_PREFIX: u8, bits of CLIENT that count; default all
 * @L4LB_A_FILTER_STATE: u8 &enum l4lb_state
 */
enum l4lb_filter_attr {
	L4LB_A_FILTER_UNSPEC,
	L4LB_A_FILTER_SERVICE,
	L4LB_A_FILTER_SERVER,
	L4LB_A_FILTER_SERVER_PORT,
	L4LB_A_FILTER_CLIENT,
	L4LB_A_FILTER_CLIENT_PREFIX,
	L4LB_A_FILTER_STATE,

	__L4LB_A_FILTER_MAX,
	L4LB_A_FILTER_MAX = __L4LB_A_FILTER_MAX - 1
};

/**
 * enum l4lb_stats_attr - counters, all u64
 * @L4LB_A_STATS_CONNS: connections scheduled
 * @L4LB_A_STATS_PACKETS_IN: packets from clients that were forwarded
 * @L4LB_A_STATS_BYTES_IN: their network-layer bytes
 * @L4LB_A_STATS_PACKETS_OUT: packets from servers that were forwarded (NAT)
 * @L4LB_A_STATS_BYTES_OUT: their network-layer bytes
 * @L4LB_A_STATS_PAD: alignment
 */
enum l4lb_stats_attr {
	L4LB_A_STATS_UNSPEC,
	L4LB_A_STATS_CONNS,
	L4LB_A_STATS_PACKETS_IN,
	L4LB_A_STATS_BYTES_IN,
	L4LB_A_STATS_PACKETS_OUT,
	L4LB_A_STATS_BYTES_OUT,
	L4LB_A_STATS_PAD,

	__L4LB_A_STATS_MAX,
	L4LB_A_STATS_MAX = __L4LB_A_STATS_MAX - 1
};

/**
 * enum l4lb_reason_attr - how often a packet met one fate
 * @L4LB_A_REASON_ID: u32 &enum l4lb_reason
 * @L4LB_A_REASON_NAME: string, its stable name
 * @L4LB_A_REASON_PACKETS: u64
 * @L4LB_A_REASON_PAD: alignment
 */
enum l4lb_reason_attr {
	L4LB_A_REASON_UNSPEC,
	L4LB_A_REASON_ID,
	L4LB_A_REASON_NAME,
	L4LB_A_REASON_PACKETS,
	L4LB_A_REASON_PAD,

	__L4LB_A_REASON_MAX,
	L4LB_A_REASON_MAX = __L4LB_A_REASON_MAX - 1
};

/**
 * enum l4lb_explain_attr - a packet that was not sent, and its fate
 * @L4LB_A_EXPLAIN_PROTO: u8
 * @L4LB_A_EXPLAIN_CLIENT: binary of 4 or 16 bytes, the packet's source
 * @L4LB_A_EXPLAIN_CLIENT_PORT: u16, big endian
 * @L4LB_A_EXPLAIN_VIP: binary of 4 or 16 bytes, the packet's destination
 * @L4LB_A_EXPLAIN_VIP_PORT: u16, big endian
 * @L4LB_A_EXPLAIN_TCP_FLAGS: u8, byte 13 of the TCP header (RFC 9293 3.1);
 *	default SYN
 * @L4LB_A_EXPLAIN_HOOK: u8 &enum l4lb_hook, default prerouting
 * @L4LB_A_EXPLAIN_VERDICT: u8 &enum l4lb_verdict, reply only
 * @L4LB_A_EXPLAIN_REASON: u32 &enum l4lb_reason, reply only
 * @L4LB_A_EXPLAIN_STEP: nest &enum l4lb_step_attr, repeated, reply only, in
 *	the order taken
 * @L4LB_A_EXPLAIN_MARK: u32, the packet's mark; default 0
 */
enum l4lb_explain_attr {
	L4LB_A_EXPLAIN_UNSPEC,
	L4LB_A_EXPLAIN_PROTO,
	L4LB_A_EXPLAIN_CLIENT,
	L4LB_A_EXPLAIN_CLIENT_PORT,
	L4LB_A_EXPLAIN_VIP,
	L4LB_A_EXPLAIN_VIP_PORT,
	L4LB_A_EXPLAIN_TCP_FLAGS,
	L4LB_A_EXPLAIN_HOOK,
	L4LB_A_EXPLAIN_VERDICT,
	L4LB_A_EXPLAIN_REASON,
	L4LB_A_EXPLAIN_STEP,
	L4LB_A_EXPLAIN_MARK,

	__L4LB_A_EXPLAIN_MAX,
	L4LB_A_EXPLAIN_MAX = __L4LB_A_EXPLAIN_MAX - 1
};

/**
 * enum l4lb_step_attr - one step of a decision
 * @L4LB_A_STEP_KIND: u8 &enum l4lb_step
 * @L4LB_A_STEP_REASON: u32 &enum l4lb_reason: why this step ended the walk,
 *	or why this candidate was passed over
 * @L4LB_A_STEP_SERVICE: nest &enum l4lb_service_attr
 * @L4LB_A_STEP_SERVER: nest &enum l4lb_server_attr
 * @L4LB_A_STEP_CONN: nest &enum l4lb_conn_attr
 * @L4LB_A_STEP_SCORE: u64, the scheduler's figure; its unit is the scheduler's
 * @L4LB_A_STEP_CHOSEN: flag, this candidate won
 * @L4LB_A_STEP_OIF: u32, interface index of the way out
 * @L4LB_A_STEP_NEXTHOP: binary of 4 or 16 bytes
 * @L4LB_A_STEP_LLADDR: binary of 6 bytes, neighbour's address if known
 * @L4LB_A_STEP_NUD: u16, NUD_* state of the neighbour (linux/neighbour.h)
 * @L4LB_A_STEP_MTU: u32
 * @L4LB_A_STEP_PAD: alignment
 * @L4LB_A_STEP_LOCAL: flag, the packet does not leave: the server is this host
 */
enum l4lb_step_attr {
	L4LB_A_STEP_UNSPEC,
	L4LB_A_STEP_KIND,
	L4LB_A_STEP_REASON,
	L4LB_A_STEP_SERVICE,
	L4LB_A_STEP_SERVER,
	L4LB_A_STEP_CONN,
	L4LB_A_STEP_SCORE,
	L4LB_A_STEP_CHOSEN,
	L4LB_A_STEP_OIF,
	L4LB_A_STEP_NEXTHOP,
	L4LB_A_STEP_LLADDR,
	L4LB_A_STEP_NUD,
	L4LB_A_STEP_MTU,
	L4LB_A_STEP_PAD,
	L4LB_A_STEP_LOCAL,

	__L4LB_A_STEP_MAX,
	L4LB_A_STEP_MAX = __L4LB_A_STEP_MAX - 1
};

/**
 * enum l4lb_drop_attr - a packet that was dropped or rejected
 * @L4LB_A_DROP_REASON: u32 &enum l4lb_reason
 * @L4LB_A_DROP_NAME: string, the reason's stable name
 * @L4LB_A_DROP_HOOK: u8 &enum l4lb_hook
 * @L4LB_A_DROP_VERDICT: u8 &enum l4lb_verdict
 * @L4LB_A_DROP_PROTO: u8
 * @L4LB_A_DROP_SADDR: binary of 4 or 16 bytes
 * @L4LB_A_DROP_SPORT: u16, big endian
 * @L4LB_A_DROP_DADDR: binary of 4 or 16 bytes
 * @L4LB_A_DROP_DPORT: u16, big endian
 * @L4LB_A_DROP_TCP_FLAGS: u8, byte 13 of the TCP header
 * @L4LB_A_DROP_IIF: u32, interface index it came by; absent at LOCAL_OUT
 * @L4LB_A_DROP_SERVICE: nest &enum l4lb_service_attr, identity only; absent when
 *	there is none
 * @L4LB_A_DROP_MISSED: u64, packets of this reason that were not told since the
 *	last that was
 * @L4LB_A_DROP_PAD: alignment
 */
enum l4lb_drop_attr {
	L4LB_A_DROP_UNSPEC,
	L4LB_A_DROP_REASON,
	L4LB_A_DROP_NAME,
	L4LB_A_DROP_HOOK,
	L4LB_A_DROP_VERDICT,
	L4LB_A_DROP_PROTO,
	L4LB_A_DROP_SADDR,
	L4LB_A_DROP_SPORT,
	L4LB_A_DROP_DADDR,
	L4LB_A_DROP_DPORT,
	L4LB_A_DROP_TCP_FLAGS,
	L4LB_A_DROP_IIF,
	L4LB_A_DROP_SERVICE,
	L4LB_A_DROP_MISSED,
	L4LB_A_DROP_PAD,

	__L4LB_A_DROP_MAX,
	L4LB_A_DROP_MAX = __L4LB_A_DROP_MAX - 1
};

/* Forwarding methods. FULLNAT is refused for now. */
enum l4lb_method {
	L4LB_METHOD_UNSPEC,
	L4LB_METHOD_DR,
	L4LB_METHOD_NAT,
	L4LB_METHOD_TUNNEL,
	L4LB_METHOD_FULLNAT,

	__L4LB_METHOD_MAX,
	L4LB_METHOD_MAX = __L4LB_METHOD_MAX - 1
};

/* Which of equally loaded servers is taken. */
enum l4lb_tie {
	L4LB_TIE_UNSPEC,
	L4LB_TIE_ROTATE,	/* in turn, by weight */
	L4LB_TIE_FIRST,		/* the first in list order, as IPVS does */

	__L4LB_TIE_MAX,
	L4LB_TIE_MAX = __L4LB_TIE_MAX - 1
};

/* What happens to a TCP packet without SYN that belongs to no entry. */
enum l4lb_midstream {
	L4LB_MIDSTREAM_UNSPEC,
	L4LB_MIDSTREAM_RESET,
	L4LB_MIDSTREAM_DROP,
	L4LB_MIDSTREAM_PASS,
	L4LB_MIDSTREAM_ADOPT,	/* placed by a hash, as another director would */

	__L4LB_MIDSTREAM_MAX,
	L4LB_MIDSTREAM_MAX = __L4LB_MIDSTREAM_MAX - 1
};

/* Connections of a server whose health is down. */
enum l4lb_on_down {
	L4LB_ON_DOWN_UNSPEC,
	L4LB_ON_DOWN_KEEP,	/* TCP goes on, UDP is scheduled anew */
	L4LB_ON_DOWN_RESET,	/* TCP is reset by its next packet, UDP as KEEP */
	L4LB_ON_DOWN_HOLD,	/* TCP and UDP go on */

	__L4LB_ON_DOWN_MAX,
	L4LB_ON_DOWN_MAX = __L4LB_ON_DOWN_MAX - 1
};

/* Connections of a server that was deleted with NOW. */
enum l4lb_on_gone {
	L4LB_ON_GONE_UNSPEC,
	L4LB_ON_GONE_RESET,	/* TCP is reset by its next packet, UDP RESCHEDULEd */
	L4LB_ON_GONE_DROP,	/* their packets are dropped until they give up */
	L4LB_ON_GONE_RESCHEDULE, /* the next packet takes them to another server */

	__L4LB_ON_GONE_MAX,
	L4LB_ON_GONE_MAX = __L4LB_ON_GONE_MAX - 1
};

/* A packet to a VIP, to a port that has no service. */
enum l4lb_unknown_port {
	L4LB_UNKNOWN_PORT_UNSPEC,
	L4LB_UNKNOWN_PORT_PASS,
	L4LB_UNKNOWN_PORT_REJECT,
	L4LB_UNKNOWN_PORT_DROP,

	__L4LB_UNKNOWN_PORT_MAX,
	L4LB_UNKNOWN_PORT_MAX = __L4LB_UNKNOWN_PORT_MAX - 1
};

enum l4lb_owner {
	L4LB_OWNER_UNSPEC,
	L4LB_OWNER_MANUAL,
	L4LB_OWNER_CHECKD,

	__L4LB_OWNER_MAX,
	L4LB_OWNER_MAX = __L4LB_OWNER_MAX - 1
};

enum l4lb_admin {
	L4LB_ADMIN_UNSPEC,
	L4LB_ADMIN_ENABLED,
	L4LB_ADMIN_DRAIN,	/* connections go on, no new ones */
	L4LB_ADMIN_DISABLED,	/* as DRAIN; and nothing but enable undoes it */

	__L4LB_ADMIN_MAX,
	L4LB_ADMIN_MAX = __L4LB_ADMIN_MAX - 1
};

enum l4lb_health {
	L4LB_HEALTH_UNSPEC,
	L4LB_HEALTH_UP,
	L4LB_HEALTH_DOWN,

	__L4LB_HEALTH_MAX,
	L4LB_HEALTH_MAX = __L4LB_HEALTH_MAX - 1
};

enum l4lb_txn_mode {
	L4LB_TXN_MODE_UNSPEC,
	L4LB_TXN_MODE_EDIT,	/* starts from the running configuration */
	L4LB_TXN_MODE_REPLACE,	/* starts from nothing; equal objects live on */

	__L4LB_TXN_MODE_MAX,
	L4LB_TXN_MODE_MAX = __L4LB_TXN_MODE_MAX - 1
};

enum l4lb_hook {
	L4LB_HOOK_UNSPEC,
	L4LB_HOOK_PREROUTING,
	L4LB_HOOK_LOCAL_IN,
	L4LB_HOOK_LOCAL_OUT,

	__L4LB_HOOK_MAX,
	L4LB_HOOK_MAX = __L4LB_HOOK_MAX - 1
};

enum l4lb_verdict {
	L4LB_VERDICT_UNSPEC,
	L4LB_VERDICT_PASS,	/* untouched, on to the host's stack */
	L4LB_VERDICT_DROP,
	L4LB_VERDICT_REJECT,	/* dropped, answered by a reset or ICMP error */
	L4LB_VERDICT_FORWARD,	/* client to server */
	L4LB_VERDICT_REPLY,	/* server to client */

	__L4LB_VERDICT_MAX,
	L4LB_VERDICT_MAX = __L4LB_VERDICT_MAX - 1
};

enum l4lb_alarm {
	L4LB_ALARM_UNSPEC,
	L4LB_ALARM_CONNS_NEAR,	/* four fifths of the connection limit */
	L4LB_ALARM_CONNS_FULL,
	L4LB_ALARM_HALF_OPEN,	/* a service is at its limit of half-open entries */

	__L4LB_ALARM_MAX,
	L4LB_ALARM_MAX = __L4LB_ALARM_MAX - 1
};

/*
 * State of a connection entry; TCP names as in RFC 9293 3.3.2, seen from the
 * director. SYN_RECV and ESTABLISHED count as active, all others do not.
 */
enum l4lb_state {
	L4LB_STATE_UNSPEC,
	L4LB_STATE_SYN_SENT,	/* the server opened (not used for clients) */
	L4LB_STATE_SYN_RECV,
	L4LB_STATE_ESTABLISHED,
	L4LB_STATE_FIN_WAIT,	/* one side has closed */
	L4LB_STATE_CLOSE_WAIT,	/* the client has closed, server not seen to */
	L4LB_STATE_LAST_ACK,	/* both have closed, last ACK outstanding */
	L4LB_STATE_TIME_WAIT,
	L4LB_STATE_CLOSE,	/* reset */
	L4LB_STATE_UDP,
	L4LB_STATE_PERSIST,	/* not a connection: where a client is to go */

	__L4LB_STATE_MAX,
	L4LB_STATE_MAX = __L4LB_STATE_MAX - 1
};

/* States below this one have a timeout of their own; UNSPEC is none of them. */
#define L4LB_TIMEOUT_STATES	(L4LB_STATE_UDP + 1)

/* Steps of an explanation, in the order in which they may appear. */
enum l4lb_step {
	L4LB_STEP_UNSPEC,
	L4LB_STEP_HOOK,
	L4LB_STEP_PARSE,
	L4LB_STEP_VIP,
	L4LB_STEP_SERVICE,
	L4LB_STEP_NEAREST,	/* a service that nearly matched, REASON says why not */
	L4LB_STEP_CONN,
	L4LB_STEP_TEMPLATE,	/* persistence: CONN is the client's entry, if any */
	L4LB_STEP_CANDIDATE,
	L4LB_STEP_METHOD,
	L4LB_STEP_ROUTE,
	L4LB_STEP_NEIGHBOUR,
	L4LB_STEP_VERDICT,

	__L4LB_STEP_MAX,
	L4LB_STEP_MAX = __L4LB_STEP_MAX - 1
};

/*
 * Why a packet met its fate, or a candidate was passed over. Names, one
 * sentence each and the verdict stand in kmod/reason.h, which is checked
 * against this list.
 */
enum l4lb_reason {
	L4LB_REASON_UNSPEC,
	/* forwarded */
	L4LB_REASON_ESTABLISHED,
	L4LB_REASON_NEW,
	L4LB_REASON_REOPENED,
	L4LB_REASON_ADOPTED,
	L4LB_REASON_ONE_PACKET,
	L4LB_REASON_REPLY,
	L4LB_REASON_ICMP_ERROR,
	/* passed */
	L4LB_REASON_NOT_OURS,
	L4LB_REASON_NO_SERVICE,
	L4LB_REASON_STANDBY,
	L4LB_REASON_MIDSTREAM_PASS,
	L4LB_REASON_UNKNOWN_PROTO,
	L4LB_REASON_BRIDGED,
	L4LB_REASON_ICMP_OTHER,
	L4LB_REASON_LOCAL_REPLY,
	L4LB_REASON_INPUT,
	L4LB_REASON_TUNNEL_PMTU,
	L4LB_REASON_TUNNEL_ERROR,
	L4LB_REASON_TUNNEL_UNTOLD,
	L4LB_REASON_TUNNEL_REFUSED,
	L4LB_REASON_FRAG_QUEUED,
	/* dropped or rejected */
	L4LB_REASON_UNKNOWN_PORT_DROP,
	L4LB_REASON_UNKNOWN_PORT_REJECT,
	L4LB_REASON_MIDSTREAM_DROP,
	L4LB_REASON_MIDSTREAM_RESET,
	L4LB_REASON_TRUNCATED,
	L4LB_REASON_BAD_HEADER,
	L4LB_REASON_ZERO_PORT,
	L4LB_REASON_MARTIAN,
	L4LB_REASON_NO_SERVER,
	L4LB_REASON_SERVER_GONE,
	L4LB_REASON_SERVER_DOWN,
	L4LB_REASON_CONN_LIMIT,
	L4LB_REASON_HALF_OPEN_LIMIT,
	L4LB_REASON_NO_MEMORY,
	L4LB_REASON_TUPLE_TAKEN,
	L4LB_REASON_NO_ROUTE,
	L4LB_REASON_NO_NEIGHBOUR,
	L4LB_REASON_TTL,
	L4LB_REASON_TOO_BIG,
	L4LB_REASON_FRAG_FAILED,
	L4LB_REASON_NOT_WRITABLE,
	/* passed over as a candidate; explain only */
	L4LB_REASON_WEIGHT_ZERO,
	L4LB_REASON_DOWN,
	L4LB_REASON_DRAINING,
	L4LB_REASON_DISABLED,
	L4LB_REASON_OVERLOAD,
	L4LB_REASON_RAMPING,
	L4LB_REASON_OTHER_PORT,
	L4LB_REASON_OTHER_PROTO,
	L4LB_REASON_OTHER_ADDR,
	L4LB_REASON_OTHER_MARK,
	/* connections that ended here; counted by entry, not by packet */
	L4LB_REASON_TIMEOUT_ESTABLISHED,
	L4LB_REASON_DRAIN_DEADLINE,
	L4LB_REASON_EVICTED,
	L4LB_REASON_RESET_BOTH,

	__L4LB_REASON_MAX,
	L4LB_REASON_MAX = __L4LB_REASON_MAX - 1
};

/**
 * struct l4lb_cookie - NLMSGERR_ATTR_COOKIE of a refusal
 * @index: which object of the transaction, counted from 0 in the order in
 *	which they were sent, was refused; all ones: it is about none of them
 * @pad: zero
 * @generation: generation of the running configuration
 */
struct l4lb_cookie {
	__u32 index;
	__u32 pad;
	__u64 generation;
};

#endif /* _UAPI_LINUX_L4LB_H */
