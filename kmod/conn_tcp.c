// SPDX-License-Identifier: GPL-2.0
/*
 * TCP as the director sees it: what a packet's flags make of an entry's state.
 * Pure: no clock, no table, no packet.
 *
 * Sequence numbers are not looked at. A forged reset therefore moves an entry
 * to CLOSE, but every packet of the connection keeps the entry alive there as
 * in any other state, so a connection that goes on keeps its server.
 */
#include <linux/kernel.h>

#include "conn.h"

/* What of a packet's flags counts; the first that applies. */
enum tcp_event {
	TCP_EVENT_RST,
	TCP_EVENT_FIN,
	TCP_EVENT_SYN,		/* SYN, also with ACK */
	TCP_EVENT_ACK,		/* ACK, with data or without */
	TCP_EVENT_NONE,		/* none of these: no sane sender */

	TCP_EVENTS,
};

/* Whose packet it is, and what else is seen. */
enum tcp_view {
	TCP_VIEW_ALONE,		/* the client's; the server's pass us by (DR) */
	TCP_VIEW_CLIENT,	/* the client's; the server's are seen too (NAT) */
	TCP_VIEW_SERVER,	/* the server's */

	TCP_VIEWS,
};

#define SNT	L4LB_STATE_SYN_SENT
#define RCV	L4LB_STATE_SYN_RECV
#define EST	L4LB_STATE_ESTABLISHED
#define FNW	L4LB_STATE_FIN_WAIT
#define CLW	L4LB_STATE_CLOSE_WAIT
#define LAK	L4LB_STATE_LAST_ACK
#define TMW	L4LB_STATE_TIME_WAIT
#define CLO	L4LB_STATE_CLOSE

/*
 * By view, event and state; the states in the order of enum l4lb_state. The
 * first column (UNSPEC) and the last (UDP) are no states of a TCP entry and
 * stay what they are.
 *
 * ALONE: the server's handshake and FIN are invisible. The client's first ACK
 * says that the handshake is complete. Its FIN makes the entry inactive for
 * good: FIN_WAIT, whose timeout each further ACK renews, serves the rest of a
 * normal close as well as a client that has only closed its sending side and
 * receives for hours.
 *
 * CLIENT and SERVER: FIN_WAIT if the server closed first, CLOSE_WAIT if the
 * client did; the other side's FIN makes LAST_ACK, and an ACK TIME_WAIT. An ACK
 * that was sent before the second FIN and overtaken by it does so a little
 * early, which changes nothing: neither state is active.
 *
 * A SYN never changes an entry: on an open one it is a retransmission, and on
 * a closed one l4lb_tcp_reopens() makes a new entry of it.
 */
static const u8 tcp_table[TCP_VIEWS][TCP_EVENTS][L4LB_TIMEOUT_STATES] = {
[TCP_VIEW_ALONE] = {
	/*			  -  SNT  RCV  EST  FNW  CLW  LAK  TMW  CLO  UDP */
	[TCP_EVENT_RST]		= { 0, CLO, CLO, CLO, CLO, CLO, CLO, CLO, CLO, 9 },
	[TCP_EVENT_FIN]		= { 0, FNW, FNW, FNW, FNW, FNW, LAK, TMW, CLO, 9 },
	[TCP_EVENT_SYN]		= { 0, SNT, RCV, EST, FNW, CLW, LAK, TMW, CLO, 9 },
	[TCP_EVENT_ACK]		= { 0, EST, EST, EST, FNW, CLW, TMW, TMW, CLO, 9 },
	[TCP_EVENT_NONE]	= { 0, SNT, RCV, EST, FNW, CLW, LAK, TMW, CLO, 9 },
},
[TCP_VIEW_CLIENT] = {
	/*			  -  SNT  RCV  EST  FNW  CLW  LAK  TMW  CLO  UDP */
	[TCP_EVENT_RST]		= { 0, CLO, CLO, CLO, CLO, CLO, CLO, CLO, CLO, 9 },
	[TCP_EVENT_FIN]		= { 0, CLW, CLW, CLW, LAK, CLW, LAK, TMW, CLO, 9 },
	[TCP_EVENT_SYN]		= { 0, RCV, RCV, EST, FNW, CLW, LAK, TMW, CLO, 9 },
	[TCP_EVENT_ACK]		= { 0, EST, EST, EST, FNW, CLW, TMW, TMW, CLO, 9 },
	[TCP_EVENT_NONE]	= { 0, SNT, RCV, EST, FNW, CLW, LAK, TMW, CLO, 9 },
},
[TCP_VIEW_SERVER] = {
	/*			  -  SNT  RCV  EST  FNW  CLW  LAK  TMW  CLO  UDP */
	[TCP_EVENT_RST]		= { 0, CLO, CLO, CLO, CLO, CLO, CLO, CLO, CLO, 9 },
	[TCP_EVENT_FIN]		= { 0, FNW, FNW, FNW, FNW, LAK, LAK, TMW, CLO, 9 },
	[TCP_EVENT_SYN]		= { 0, SNT, RCV, EST, FNW, CLW, LAK, TMW, CLO, 9 },
	[TCP_EVENT_ACK]		= { 0, SNT, RCV, EST, FNW, CLW, TMW, TMW, CLO, 9 },
	[TCP_EVENT_NONE]	= { 0, SNT, RCV, EST, FNW, CLW, LAK, TMW, CLO, 9 },
},
};

#undef SNT
#undef RCV
#undef EST
#undef FNW
#undef CLW
#undef LAK
#undef TMW
#undef CLO

static_assert(L4LB_STATE_SYN_SENT == 1 && L4LB_STATE_UDP == 9 &&
	      L4LB_TIMEOUT_STATES == 10, "the table's columns");

static enum tcp_event tcp_event(u8 flags)
{
	if (flags & L4LB_TCP_RST)
		return TCP_EVENT_RST;
	if (flags & L4LB_TCP_FIN)
		return TCP_EVENT_FIN;
	if (flags & L4LB_TCP_SYN)
		return TCP_EVENT_SYN;
	return flags & L4LB_TCP_ACK ? TCP_EVENT_ACK : TCP_EVENT_NONE;
}

/**
 * __l4lb_tcp_next() - l4lb_tcp_next() for whatever is not plain data
 * @word: word of the entry
 * @flags: of the packet, L4LB_TCP_*
 * @from_client: it comes from the client
 * @both_seen: the server's packets are seen as well (NAT)
 *
 * Context: any; pure.
 * Return: the new word: another state, more of the FIN flags, all other flags
 * as they were.
 */
u32 __l4lb_tcp_next(u32 word, u8 flags, bool from_client, bool both_seen)
{
	const enum tcp_event event = tcp_event(flags);
	u8 state = word & L4LB_CONN_STATE;
	enum tcp_view view;

	if (from_client)
		view = both_seen ? TCP_VIEW_CLIENT : TCP_VIEW_ALONE;
	else
		view = TCP_VIEW_SERVER;
	if (state < L4LB_TIMEOUT_STATES)
		state = tcp_table[view][event][state];
	word = (word & ~L4LB_CONN_STATE) | state;
	if (event == TCP_EVENT_FIN)
		word |= from_client ? L4LB_CONN_CLIENT_FIN :
				      L4LB_CONN_SERVER_FIN;
	return word;
}

/**
 * l4lb_tcp_first() - first state of an entry
 * @flags: of the packet that opens it, L4LB_TCP_*
 *
 * Context: any; pure.
 * Return: %L4LB_STATE_SYN_RECV for a SYN with none of ACK, FIN and RST;
 * %L4LB_STATE_UNSPEC for anything else, which opens nothing.
 */
u8 l4lb_tcp_first(u8 flags)
{
	const u8 mask = L4LB_TCP_SYN | L4LB_TCP_ACK | L4LB_TCP_FIN |
			L4LB_TCP_RST;

	return (flags & mask) == L4LB_TCP_SYN ? L4LB_STATE_SYN_RECV :
						L4LB_STATE_UNSPEC;
}

/**
 * l4lb_tcp_reopens() - does a SYN on an entry open a new connection?
 * @word: word of the entry
 *
 * Context: any; pure.
 * Return: true when one side at least has closed: a client that uses its port
 * again is scheduled anew.
 */
bool l4lb_tcp_reopens(u32 word)
{
	switch (word & L4LB_CONN_STATE) {
	case L4LB_STATE_FIN_WAIT:
	case L4LB_STATE_CLOSE_WAIT:
	case L4LB_STATE_LAST_ACK:
	case L4LB_STATE_TIME_WAIT:
	case L4LB_STATE_CLOSE:
		return true;
	default:
		return false;
	}
}

#ifdef L4LB_KUNIT
#include "conn_tcp_test.c"
#endif
