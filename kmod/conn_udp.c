// SPDX-License-Identifier: GPL-2.0
/* UDP has one state; its timeout alone ends an entry. Pure. */
#include "conn.h"

/**
 * l4lb_udp_next() - word of an entry after a UDP packet
 * @word: word of the entry
 *
 * Context: any; pure.
 * Return: the word with state UDP, all flags as they were.
 */
u32 l4lb_udp_next(u32 word)
{
	return (word & ~L4LB_CONN_STATE) | L4LB_STATE_UDP;
}

#ifdef L4LB_KUNIT
#include "conn_udp_test.c"
#endif
