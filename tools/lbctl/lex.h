/* SPDX-License-Identifier: GPL-2.0 */
/* Lines of a file of commands as words. */
#ifndef LBCTL_LEX_H
#define LBCTL_LEX_H

#include <stdio.h>

#include "words.h"

#define LEX_WORDS	128	/* of one line */

int lex_line(struct words *ws, char *line);
int lex_quote(char *buf, size_t size, const char *text);

#endif /* LBCTL_LEX_H */
