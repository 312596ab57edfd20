/* SPDX-License-Identifier: GPL-2.0 */
/* The last line of a script's output, whatever the output's length. */
#ifndef EXEC_TAIL_H
#define EXEC_TAIL_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of it that are kept. */
#define TAIL_LINE	120

/**
 * struct tail - the last line that is not empty; all zero at first
 * @line: its beginning
 * @len: bytes in @line
 * @ended: the line is complete, the next byte begins another
 */
struct tail {
	char line[TAIL_LINE + 1];
	size_t len;
	bool ended;
};

void tail_add(struct tail *tail, const char *data, size_t len);

#endif /* EXEC_TAIL_H */
