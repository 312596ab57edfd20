// SPDX-License-Identifier: GPL-2.0
/*
 * What each end of a connection expects next of the other, as packets that come
 * by say it. Pure but for the words themselves, which any number of CPUs raise.
 *
 * A reset must carry the very number that its receiver expects, or it is ignored
 * or challenged (RFC 9293 3.10.7.4, RFC 5961 3.2). Two things say it: what the
 * receiver has acknowledged, and what was sent to it after that, which it has
 * when the reset comes, being behind it on the same way. The higher one counts.
 * Text sent into a window that is shut does not, since it is thrown away: that is
 * how some stacks probe for the window to open (RFC 9293 3.8.6.1). Keepalives
 * repeat an old number (RFC 9293 3.8.4) and so raise nothing.
 *
 * With DR and tunnels the server's packets pass us by. The client's
 * acknowledgments say what it has received so far; what is on its way to it is not
 * known, nor whether the server's window is shut.
 */
#include <linux/kernel.h>

#include "conn.h"

/* Serial number arithmetic: later is less than half the space ahead (RFC 1982). */
static void seq_raise(u32 *word, u32 to)
{
	u32 old = READ_ONCE(*word);

	while ((s32)(to - old) > 0 && !try_cmpxchg(word, &old, to))
		;
}

static void seq_server(struct l4lb_conn_extra *extra, u32 to)
{
	/* Pairs with smp_store_release() below. */
	if (likely(smp_load_acquire(&extra->has_server))) {
		seq_raise(&extra->seq_server, to);
		return;
	}
	WRITE_ONCE(extra->seq_server, to);
	/* Pairs with smp_load_acquire() of readers: the number is there. */
	smp_store_release(&extra->has_server, 1);
}

/**
 * l4lb_seq_begin() - the numbers of an entry that is about to be made
 * @extra: zeroed; all but @extra->front is set
 * @seg: client's segment: a SYN, or of a connection that is adopted
 *
 * Context: any; pure.
 */
void l4lb_seq_begin(struct l4lb_conn_extra *extra,
		    const struct l4lb_segment *seg)
{
	extra->tracked = 1;
	extra->seq_client = seg->end;
	if (!seg->acks)
		return;
	extra->seq_server = seg->ack;
	extra->has_server = 1;
	extra->client_shut = !seg->window;
}

/**
 * l4lb_seq_note() - a segment of a tracked connection is forwarded
 * @extra: of its entry
 * @seg: the segment
 * @from_client: it is the client's, else the server's
 *
 * Context: any number of CPUs.
 */
void l4lb_seq_note(struct l4lb_conn_extra *extra,
		   const struct l4lb_segment *seg, bool from_client)
{
	if (from_client) {
		if (!READ_ONCE(extra->server_shut))
			seq_raise(&extra->seq_client, seg->end);
		if (!seg->acks)
			return;
		seq_server(extra, seg->ack);
		WRITE_ONCE(extra->client_shut, !seg->window);
		return;
	}
	if (!READ_ONCE(extra->client_shut))
		seq_server(extra, seg->end);
	if (!seg->acks)
		return;
	seq_raise(&extra->seq_client, seg->ack);
	WRITE_ONCE(extra->server_shut, !seg->window);
}

#ifdef L4LB_KUNIT
#include "conn_seq_test.c"
#endif
