/* SPDX-License-Identifier: GPL-2.0 */
/* The words of one command, with their places, and what is wrong with them. */
#ifndef LBCTL_WORDS_H
#define LBCTL_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/**
 * struct word - one word
 * @text: without quotes
 * @place: its number behind "lbctl", from 1; in a file its column, from 1
 */
struct word {
	const char *text;
	unsigned int place;
};

/**
 * struct words - the words of a command, read from left to right
 * @w: words
 * @n: number of them
 * @at: the next to be read
 * @file: file they stand in, NULL: the command line
 * @line: line in @file
 * @end: place just behind the last word
 * @error: what is wrong, with its place; empty: nothing
 */
struct words {
	struct word *w;
	unsigned int n;
	unsigned int at;
	const char *file;
	unsigned int line;
	unsigned int end;
	char error[512];
};

const char *words_peek(const struct words *ws);
const struct word *words_take(struct words *ws, const char *what);
bool words_accept(struct words *ws, const char *text);
int words_wrong(struct words *ws, const struct word *w, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int words_unknown(struct words *ws, const struct word *w,
		  const char * const *known);
int words_end(struct words *ws);
int words_number(struct words *ws, const struct word *w, const char *text,
		 __u64 max, __u64 *value);
int words_choice(struct words *ws, const struct word *w, const char *text,
		 const char *(*name)(unsigned int), unsigned int max,
		 unsigned int *value);
const char *words_nearest(const char *text, const char * const *known);

#endif /* LBCTL_WORDS_H */
