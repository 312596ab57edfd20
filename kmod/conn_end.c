// SPDX-License-Identifier: GPL-2.0
/*
 * Entries that end before their peers do: why, and whether the peers are told.
 * Resets are sent by the aging work when it takes the entry out of the table
 * (farewell.c), in process context and with no lock held.
 */
#include "conn_priv.h"
#include "service.h"

/**
 * l4lb_conn_can_reset() - could both ends of a connection be told that it is over?
 * @conn: entry
 *
 * They can while neither has closed, or one only, and sequence numbers are known.
 * An orphan has no server that one could tell.
 *
 * Context: RCU read side.
 * Return: true if they could.
 */
bool l4lb_conn_can_reset(struct l4lb_conn *conn)
{
	u32 word = READ_ONCE(conn->word);

	if (likely(!l4lb_conn_tracked(conn) || (word & L4LB_CONN_ORPHAN)))
		return false;
	switch (word & L4LB_CONN_STATE) {
	case L4LB_STATE_SYN_RECV:
	case L4LB_STATE_ESTABLISHED:
	case L4LB_STATE_FIN_WAIT:
	case L4LB_STATE_CLOSE_WAIT:
		return true;
	default:
		return false;
	}
}

/**
 * l4lb_conn_end_quietly() - end an entry before its peers do, without waking the
 *	aging work
 * @ln: namespace
 * @conn: entry
 * @reason: why; counted for its service. %L4LB_REASON_UNSPEC: nothing is
 * @reset: tell both ends, if that can be done
 * @first: out: the list of the dead was empty; untouched on false
 *
 * Context: RCU read side, any but hard interrupt; bucket locks may be held.
 * Return: true if this call ended it, false if it was dead already.
 */
bool l4lb_conn_end_quietly(struct l4lb_net *ln, struct l4lb_conn *conn,
			   u32 reason, bool reset, bool *first)
{
	const struct l4lb_service *svc;
	u32 mark = 0;
	bool done;

	if (reset && l4lb_conn_can_reset(conn)) {
		mark = L4LB_CONN_RESET;
		/* Before the work can find the entry and take it off again. */
		atomic_inc(&ln->conns.owed);
	}
	local_bh_disable();
	done = l4lb_conn_bury(ln, conn, mark, first);
	if (done && reason) {
		svc = l4lb_slots_get(&ln->services, l4lb_conn_service(conn));
		l4lb_count(ln, svc ? svc->rt : NULL, reason);
	}
	local_bh_enable();
	if (!done && mark)
		atomic_dec(&ln->conns.owed);
	return done;
}

/**
 * l4lb_conn_end() - end an entry before its peers do
 * @ln: namespace
 * @conn: entry
 * @reason: as l4lb_conn_end_quietly()
 * @reset: likewise
 *
 * Context: RCU read side, any but hard interrupt; bucket locks may be held.
 * Return: true if this call ended it, false if it was dead already.
 */
bool l4lb_conn_end(struct l4lb_net *ln, struct l4lb_conn *conn, u32 reason,
		   bool reset)
{
	bool first = false;

	if (!l4lb_conn_end_quietly(ln, conn, reason, reset, &first))
		return false;
	if (first)
		l4lb_conn_kick(&ln->conns);
	return true;
}
