// SPDX-License-Identifier: GPL-2.0
/* States of entries: their names, how long they last, what they permit. */
#include <linux/jiffies.h>

#include "conn_priv.h"
#include "service.h"

const u32 l4lb_timeout_default[L4LB_TIMEOUT_STATES] = {
	[L4LB_STATE_SYN_SENT] = 120,
	[L4LB_STATE_SYN_RECV] = 60,
	[L4LB_STATE_ESTABLISHED] = 900,
	[L4LB_STATE_FIN_WAIT] = 120,
	[L4LB_STATE_CLOSE_WAIT] = 60,
	[L4LB_STATE_LAST_ACK] = 30,
	[L4LB_STATE_TIME_WAIT] = 120,
	[L4LB_STATE_CLOSE] = 10,
	[L4LB_STATE_UDP] = 300,
};

static const char * const conn_state_name[__L4LB_STATE_MAX] = {
	[L4LB_STATE_UNSPEC] = "unspec",
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

/**
 * l4lb_state_name() - stable name of a state, as people type it
 * @state: &enum l4lb_state
 *
 * Return: the name; "unspec" for what is none.
 */
const char *l4lb_state_name(u8 state)
{
	if (state >= __L4LB_STATE_MAX)
		state = L4LB_STATE_UNSPEC;
	return conn_state_name[state];
}

static u32 conn_state_timeout(const struct l4lb_net *ln,
			      const struct l4lb_service *svc, u8 state)
{
	if (svc && svc->timeout[state])
		return svc->timeout[state];
	return READ_ONCE(ln->limits.timeout[state]);
}

/**
 * l4lb_conn_timeout() - how long an entry lives without a packet
 * @ln: namespace
 * @conn: entry
 *
 * Context: RCU read side.
 * Return: seconds: the service's own timeout of the entry's state, else the
 * namespace's; of a template the time that clients of the service persist, but
 * not longer than its connection waits for the client while it has nothing but
 * the client's SYN to show for itself.
 */
u32 l4lb_conn_timeout(const struct l4lb_net *ln, const struct l4lb_conn *conn)
{
	u32 word = READ_ONCE(conn->word);
	const struct l4lb_service *svc;

	svc = l4lb_slots_get(&ln->services, l4lb_conn_service(conn));
	if (likely((word & L4LB_CONN_STATE) != L4LB_STATE_PERSIST))
		return conn_state_timeout(ln, svc, word & L4LB_CONN_STATE);
	if (!svc || !(word & L4LB_CONN_UNPROVEN))
		return svc ? svc->persist : 0;
	return min(svc->persist,
		   conn_state_timeout(ln, svc, L4LB_STATE_SYN_RECV));
}

/**
 * l4lb_conn_expired() - has an entry been idle for longer than its timeout?
 * @ln: namespace
 * @conn: entry
 *
 * With a second of slack, since the stamp is written once a second. Idle time
 * of more than 2^31 jiffies (24 days at HZ 1000) would look like none; the
 * longest timeout is shorter, and a sweep comes every few seconds.
 *
 * Context: RCU read side.
 * Return: true if it has.
 */
bool l4lb_conn_expired(const struct l4lb_net *ln, const struct l4lb_conn *conn)
{
	u32 limit = (l4lb_conn_timeout(ln, conn) + 1) * HZ;

	return (s32)((u32)jiffies - READ_ONCE(conn->stamp)) > (s32)limit;
}

/**
 * l4lb_conn_stale() - does an entry belong to what is no more?
 * @ln: namespace
 * @conn: entry
 *
 * An orphan outlives its server: it is there to say what becomes of the
 * packets of its connection.
 *
 * Context: RCU read side.
 * Return: true if its service or its server has left.
 */
bool l4lb_conn_stale(const struct l4lb_net *ln, const struct l4lb_conn *conn)
{
	return !l4lb_slots_get(&ln->services, l4lb_conn_service(conn)) ||
	       (!l4lb_conn_server(ln, conn) &&
		!(READ_ONCE(conn->word) & L4LB_CONN_ORPHAN));
}

/**
 * l4lb_conn_yields() - may another connection take over an entry's tuple?
 * @ln: namespace
 * @conn: entry that holds a reply tuple
 *
 * Both ends of a connection in TIME_WAIT, CLOSE or LAST_ACK are done with it,
 * and so is the one that is left of a connection whose server was deleted.
 *
 * Context: RCU read side.
 * Return: true if it may.
 */
bool l4lb_conn_yields(const struct l4lb_net *ln, const struct l4lb_conn *conn)
{
	u32 word = READ_ONCE(conn->word);

	switch (word & L4LB_CONN_STATE) {
	case L4LB_STATE_LAST_ACK:
	case L4LB_STATE_TIME_WAIT:
	case L4LB_STATE_CLOSE:
		return true;
	default:
		return (word & L4LB_CONN_ORPHAN) || l4lb_conn_stale(ln, conn);
	}
}
