/* SPDX-License-Identifier: GPL-2.0 */
/* Characters that know where they stand, and how a file becomes lines. */
#ifndef CONF_LINE_H
#define CONF_LINE_H

#include "tree.h"

#define LINE_MAX_BYTES	16384		/* of a file's line */
#define WORD_MAX_BYTES	2048		/* of a word: a line must hold it, escaped */
#define TEXT_MAX_BYTES	(1 << 20)	/* of what lines are joined to */

/*
 * Where "\" joined two lines of a file: a blank, but for "$NAME= \", where it
 * is a newline of the value. No file has the byte itself: there it is an error.
 */
#define LINE_JOINT	'\r'

/**
 * struct spot - where a character stands
 * @line: from 1
 * @column: from 1
 * @length: bytes that it stands for: out of a variable, those of its use
 */
struct spot {
	unsigned int line;
	unsigned int column;
	unsigned int length;
};

/**
 * struct line - a line of text
 * @text: characters, not ended by NUL
 * @spots: of each
 * @n: number of both
 * @room: of both
 */
struct line {
	char *text;
	struct spot *spots;
	size_t n;
	size_t room;
};

/**
 * struct source - a file that is being read
 * @file: its name
 * @at: next byte
 * @end: behind the last byte
 * @line: number of the line at @at
 */
struct source {
	const char *file;
	const char *at;
	const char *end;
	unsigned int line;
};

bool line_is_blank(char c);
int line_put(struct line *l, char c, const struct spot *spot);
void line_free(struct line *l);
int line_next(struct line *l, struct source *src, struct conf_log *log);

#endif /* CONF_LINE_H */
