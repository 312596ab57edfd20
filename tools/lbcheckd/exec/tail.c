// SPDX-License-Identifier: GPL-2.0
/* The last line of a script's output. */
#include "tail.h"

/**
 * tail_add() - more output
 * @tail: tail; its line ends with NUL afterwards
 * @data: output
 * @len: its bytes
 */
void tail_add(struct tail *tail, const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (data[i] == '\n') {
			tail->ended = true;
			continue;
		}
		if (tail->ended) {
			tail->len = 0;
			tail->ended = false;
		}
		/* a NUL would hide the rest */
		if (tail->len < TAIL_LINE)
			tail->line[tail->len++] = data[i] ? data[i] : '?';
	}
	tail->line[tail->len] = '\0';
}
