/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every fate that a packet can meet here, with its stable name and a sentence.
 * Tests hold this table against enum l4lb_reason.
 */
#ifndef L4LB_REASON_H
#define L4LB_REASON_H

#include <linux/l4lb.h>

/* R(id, name, sentence) in the order of enum l4lb_reason */
#define L4LB_REASONS(R)							\
	R(ESTABLISHED, "established", "belongs to a connection")	\
	R(NEW, "new", "opened a connection")				\
	R(REOPENED, "reopened", "opened anew a connection that had closed") \
	R(ADOPTED, "adopted", "continues a connection that another director began") \
	R(ONE_PACKET, "one_packet", "scheduled by itself")		\
	R(REPLY, "reply", "a server's packet to its client")		\
	R(ICMP_ERROR, "icmp_error", "an ICMP error about a connection")	\
	R(NOT_OURS, "not_ours", "neither to a VIP nor from a NAT server") \
	R(NO_SERVICE, "no_service", "to a VIP, to a port without service") \
	R(STANDBY, "standby", "the VIP is served by the other director") \
	R(MIDSTREAM_PASS, "midstream_pass", "no connection, passed as configured") \
	R(UNKNOWN_PROTO, "unknown_proto", "to a VIP, neither TCP nor UDP") \
	R(BRIDGED, "bridged", "crosses a bridge, not routed here")	\
	R(ICMP_OTHER, "icmp_other", "ICMP to a VIP, about no connection") \
	R(LOCAL_REPLY, "local_reply", "a reply to the director itself")	\
	R(INPUT, "input", "left to the hook of its service, LOCAL_IN")	\
	R(TUNNEL_PMTU, "tunnel_pmtu",					\
	  "ICMP error: a tunnel's packet was too large for its way")	\
	R(TUNNEL_ERROR, "tunnel_error",					\
	  "ICMP error about a tunnel's packet, told to the client")	\
	R(TUNNEL_UNTOLD, "tunnel_untold",				\
	  "ICMP error about a tunnel's packet, of no use to a client")	\
	R(TUNNEL_REFUSED, "tunnel_refused",				\
	  "ICMP error about a tunnel's packet, with an MTU that cannot be") \
	R(FRAG_QUEUED, "frag_queued", "a fragment that waits for the others") \
	R(UNKNOWN_PORT_DROP, "unknown_port_drop", "port without service, dropped as configured") \
	R(UNKNOWN_PORT_REJECT, "unknown_port_reject",			\
	  "port without service, rejected as configured")		\
	R(MIDSTREAM_DROP, "midstream_drop", "no connection, dropped as configured") \
	R(MIDSTREAM_RESET, "midstream_reset", "no connection, answered by a reset") \
	R(TRUNCATED, "truncated", "shorter than its headers say")	\
	R(BAD_HEADER, "bad_header", "a header that contradicts itself")	\
	R(ZERO_PORT, "zero_port", "port 0")				\
	R(MARTIAN, "martian", "a source address that cannot be answered") \
	R(NO_SERVER, "no_server", "no server may take a new connection") \
	R(SERVER_GONE, "server_gone", "its server has left")		\
	R(SERVER_DOWN, "server_down", "its server is down, reset as configured") \
	R(CONN_LIMIT, "conn_limit", "the connection limit is reached")	\
	R(HALF_OPEN_LIMIT, "half_open_limit", "the service's limit of half-open connections") \
	R(NO_MEMORY, "no_memory", "no memory for a connection")		\
	R(TUPLE_TAKEN, "tuple_taken", "client and server already talk by another service") \
	R(NO_ROUTE, "no_route", "no route to its destination")		\
	R(NO_NEIGHBOUR, "no_neighbour", "no neighbour on the way out")	\
	R(TTL, "ttl", "TTL used up")					\
	R(TOO_BIG, "too_big", "larger than the way out allows")		\
	R(FRAG_FAILED, "frag_failed", "fragments that could not be gathered") \
	R(NOT_WRITABLE, "not_writable", "headers could not be made writable") \
	R(WEIGHT_ZERO, "weight_zero", "weight 0")			\
	R(DOWN, "down", "health check says down")			\
	R(DRAINING, "draining", "draining")				\
	R(DISABLED, "disabled", "disabled by the operator")		\
	R(OVERLOAD, "overload", "at its connection limit")		\
	R(RAMPING, "ramping", "slow start: has had its share for now")	\
	R(OTHER_PORT, "other_port", "same address, another port")	\
	R(OTHER_PROTO, "other_proto", "same address and port, another protocol") \
	R(OTHER_ADDR, "other_addr", "same port, another address")	\
	R(OTHER_MARK, "other_mark", "for packets with another mark")	\
	R(TIMEOUT_ESTABLISHED, "timeout_established",			\
	  "ended: open, and idle for too long")				\
	R(DRAIN_DEADLINE, "drain_deadline", "ended: its server's drain was at its deadline") \
	R(EVICTED, "evicted", "ended: half open or without server, and room was scarce") \
	R(RESET_BOTH, "reset_both", "ended: both ends were sent a reset")

const char *l4lb_reason_name(u32 reason);

#endif /* L4LB_REASON_H */
