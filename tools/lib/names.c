// SPDX-License-Identifier: GPL-2.0
/* The words for the contract's numbers; one table a kind. */
#include <netinet/in.h>

#include "internal.h"

/* l4lb_KIND_name() over KIND_names[]; documented at l4lb_proto_name(). */
#define NAMES(kind)							\
	const char *l4lb_##kind##_name(unsigned int value)		\
	{								\
		if (value >= sizeof(kind##_names) /			\
			     sizeof(kind##_names[0]))			\
			return NULL;					\
		return kind##_names[value];				\
	}

/**
 * l4lb_proto_name() - word for a protocol number
 * @value: IPPROTO_*
 *
 * Like all functions here.
 * Return: the word, or NULL where the value has none.
 */
const char *l4lb_proto_name(unsigned int value)
{
	return value == IPPROTO_TCP ? "tcp" : value == IPPROTO_UDP ? "udp" :
	       NULL;
}

static const char * const method_names[] = {
	[L4LB_METHOD_DR] = "dr",
	[L4LB_METHOD_NAT] = "nat",
	[L4LB_METHOD_TUNNEL] = "tunnel",
	[L4LB_METHOD_FULLNAT] = "fullnat",
};

NAMES(method)

static const char * const tie_names[] = {
	[L4LB_TIE_ROTATE] = "rotate",
	[L4LB_TIE_FIRST] = "first",
};

NAMES(tie)

static const char * const midstream_names[] = {
	[L4LB_MIDSTREAM_RESET] = "reset",
	[L4LB_MIDSTREAM_DROP] = "drop",
	[L4LB_MIDSTREAM_PASS] = "pass",
	[L4LB_MIDSTREAM_ADOPT] = "adopt",
};

NAMES(midstream)

static const char * const on_down_names[] = {
	[L4LB_ON_DOWN_KEEP] = "keep",
	[L4LB_ON_DOWN_RESET] = "reset",
	[L4LB_ON_DOWN_HOLD] = "hold",
};

NAMES(on_down)

static const char * const on_gone_names[] = {
	[L4LB_ON_GONE_RESET] = "reset",
	[L4LB_ON_GONE_DROP] = "drop",
	[L4LB_ON_GONE_RESCHEDULE] = "reschedule",
};

NAMES(on_gone)

static const char * const unknown_port_names[] = {
	[L4LB_UNKNOWN_PORT_PASS] = "pass",
	[L4LB_UNKNOWN_PORT_REJECT] = "reject",
	[L4LB_UNKNOWN_PORT_DROP] = "drop",
};

NAMES(unknown_port)

static const char * const owner_names[] = {
	[L4LB_OWNER_MANUAL] = "manual",
	[L4LB_OWNER_CHECKD] = "checkd",
};

NAMES(owner)

static const char * const admin_names[] = {
	[L4LB_ADMIN_ENABLED] = "enabled",
	[L4LB_ADMIN_DRAIN] = "drain",
	[L4LB_ADMIN_DISABLED] = "disabled",
};

NAMES(admin)

static const char * const health_names[] = {
	[L4LB_HEALTH_UP] = "up",
	[L4LB_HEALTH_DOWN] = "down",
};

NAMES(health)

static const char * const hook_names[] = {
	[L4LB_HOOK_PREROUTING] = "prerouting",
	[L4LB_HOOK_LOCAL_IN] = "input",
	[L4LB_HOOK_LOCAL_OUT] = "output",
};

NAMES(hook)

static const char * const verdict_names[] = {
	[L4LB_VERDICT_PASS] = "pass",
	[L4LB_VERDICT_DROP] = "drop",
	[L4LB_VERDICT_REJECT] = "reject",
	[L4LB_VERDICT_FORWARD] = "forward",
	[L4LB_VERDICT_REPLY] = "reply",
};

NAMES(verdict)

static const char * const alarm_names[] = {
	[L4LB_ALARM_CONNS_NEAR] = "conns_near",
	[L4LB_ALARM_CONNS_FULL] = "conns_full",
	[L4LB_ALARM_HALF_OPEN] = "half_open",
};

NAMES(alarm)

static const char * const state_names[] = {
	[L4LB_STATE_SYN_SENT] = "syn_sent",
	[L4LB_STATE_SYN_RECV] = "syn_recv",
	[L4LB_STATE_ESTABLISHED] = "established",
	[L4LB_STATE_FIN_WAIT] = "fin_wait",
	[L4LB_STATE_CLOSE_WAIT] = "close_wait",
	[L4LB_STATE_LAST_ACK] = "last_ack",
	[L4LB_STATE_TIME_WAIT] = "time_wait",
	[L4LB_STATE_CLOSE] = "close",
	[L4LB_STATE_UDP] = "udp",
	[L4LB_STATE_PERSIST] = "persist",
};

NAMES(state)

/*
 * Names and sentences as the module has them; tools/lib/reasons_test.sh holds
 * the two tables against each other.
 */
#define REASON(id, name, sentence)	[L4LB_REASON_##id] = { name, sentence }

static const struct {
	const char *name;
	const char *sentence;
} reasons[] = {
	REASON(ESTABLISHED, "established", "belongs to a connection"),
	REASON(NEW, "new", "opened a connection"),
	REASON(REOPENED, "reopened", "opened anew a connection that had closed"),
	REASON(ADOPTED, "adopted", "continues a connection that another director began"),
	REASON(ONE_PACKET, "one_packet", "scheduled by itself"),
	REASON(REPLY, "reply", "a server's packet to its client"),
	REASON(ICMP_ERROR, "icmp_error", "an ICMP error about a connection"),
	REASON(NOT_OURS, "not_ours", "neither to a VIP nor from a NAT server"),
	REASON(NO_SERVICE, "no_service", "to a VIP, to a port without service"),
	REASON(STANDBY, "standby", "the VIP is served by the other director"),
	REASON(MIDSTREAM_PASS, "midstream_pass", "no connection, passed as configured"),
	REASON(UNKNOWN_PROTO, "unknown_proto", "to a VIP, neither TCP nor UDP"),
	REASON(BRIDGED, "bridged", "crosses a bridge, not routed here"),
	REASON(ICMP_OTHER, "icmp_other", "ICMP to a VIP, about no connection"),
	REASON(LOCAL_REPLY, "local_reply", "a reply to the director itself"),
	REASON(INPUT, "input", "left to the hook of its service, LOCAL_IN"),
	REASON(TUNNEL_PMTU, "tunnel_pmtu",
	       "ICMP error: a tunnel's packet was too large for its way"),
	REASON(TUNNEL_ERROR, "tunnel_error",
	       "ICMP error about a tunnel's packet, told to the client"),
	REASON(TUNNEL_UNTOLD, "tunnel_untold",
	       "ICMP error about a tunnel's packet, of no use to a client"),
	REASON(TUNNEL_REFUSED, "tunnel_refused",
	       "ICMP error about a tunnel's packet, with an MTU that cannot be"),
	REASON(FRAG_QUEUED, "frag_queued", "a fragment that waits for the others"),
	REASON(UNKNOWN_PORT_DROP, "unknown_port_drop",
	       "port without service, dropped as configured"),
	REASON(UNKNOWN_PORT_REJECT, "unknown_port_reject",
	       "port without service, rejected as configured"),
	REASON(MIDSTREAM_DROP, "midstream_drop", "no connection, dropped as configured"),
	REASON(MIDSTREAM_RESET, "midstream_reset", "no connection, answered by a reset"),
	REASON(TRUNCATED, "truncated", "shorter than its headers say"),
	REASON(BAD_HEADER, "bad_header", "a header that contradicts itself"),
	REASON(ZERO_PORT, "zero_port", "port 0"),
	REASON(MARTIAN, "martian", "a source address that cannot be answered"),
	REASON(NO_SERVER, "no_server", "no server may take a new connection"),
	REASON(SERVER_GONE, "server_gone", "its server has left"),
	REASON(SERVER_DOWN, "server_down", "its server is down, reset as configured"),
	REASON(CONN_LIMIT, "conn_limit", "the connection limit is reached"),
	REASON(HALF_OPEN_LIMIT, "half_open_limit",
	       "the service's limit of half-open connections"),
	REASON(NO_MEMORY, "no_memory", "no memory for a connection"),
	REASON(TUPLE_TAKEN, "tuple_taken", "client and server already talk by another service"),
	REASON(NO_ROUTE, "no_route", "no route to its destination"),
	REASON(NO_NEIGHBOUR, "no_neighbour", "no neighbour on the way out"),
	REASON(TTL, "ttl", "TTL used up"),
	REASON(TOO_BIG, "too_big", "larger than the way out allows"),
	REASON(FRAG_FAILED, "frag_failed", "fragments that could not be gathered"),
	REASON(NOT_WRITABLE, "not_writable", "headers could not be made writable"),
	REASON(WEIGHT_ZERO, "weight_zero", "weight 0"),
	REASON(DOWN, "down", "health check says down"),
	REASON(DRAINING, "draining", "draining"),
	REASON(DISABLED, "disabled", "disabled by the operator"),
	REASON(OVERLOAD, "overload", "at its connection limit"),
	REASON(RAMPING, "ramping", "slow start: has had its share for now"),
	REASON(OTHER_PORT, "other_port", "same address, another port"),
	REASON(OTHER_PROTO, "other_proto", "same address and port, another protocol"),
	REASON(OTHER_ADDR, "other_addr", "same port, another address"),
	REASON(OTHER_MARK, "other_mark", "for packets with another mark"),
	REASON(TIMEOUT_ESTABLISHED, "timeout_established",
	       "ended: open, and idle for too long"),
	REASON(DRAIN_DEADLINE, "drain_deadline",
	       "ended: its server's drain was at its deadline"),
	REASON(EVICTED, "evicted",
	       "ended: half open or without server, and room was scarce"),
	REASON(RESET_BOTH, "reset_both", "ended: both ends were sent a reset"),
};

/**
 * l4lb_reason_name() - stable name of a reason
 * @value: &enum l4lb_reason
 *
 * Return: name, NULL where this library does not know it.
 */
const char *l4lb_reason_name(unsigned int value)
{
	return value < sizeof(reasons) / sizeof(reasons[0]) ?
	       reasons[value].name : NULL;
}

/**
 * l4lb_reason_sentence() - what a reason means
 * @value: &enum l4lb_reason
 *
 * Return: sentence without a full stop, NULL where this library does not know
 * the reason.
 */
const char *l4lb_reason_sentence(unsigned int value)
{
	return value < sizeof(reasons) / sizeof(reasons[0]) ?
	       reasons[value].sentence : NULL;
}
