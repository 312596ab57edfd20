/* SPDX-License-Identifier: GPL-2.0 */
/* What the parsers of objects share; private to them. */
#ifndef LBCTL_PARSE_H
#define LBCTL_PARSE_H

#include "object.h"

#define BIT(attr)	L4LB_BIT(L4LB_A_##attr)

/**
 * struct key - a word with a value
 * @word: the word
 * @parse: reads the value behind @at; NULL: the word is for a later version
 */
struct key {
	const char *word;
	int (*parse)(struct words *ws, const struct word *at,
		     struct statement *st);
};

#define PARSER(kind)							\
	static int kind(struct words *ws, const struct word *at,	\
			struct statement *st)

#define PARSE_KEYS(ws, keys, st)					\
	parse_keys(ws, keys, sizeof(keys) / sizeof((keys)[0]), st)

/* parse.c */
int parse_keys(struct words *ws, const struct key *keys, unsigned int n,
	       struct statement *st);
int parse_force(struct words *ws, const struct word *at,
		struct statement *st);
int parse_now(struct words *ws, const struct word *at, struct statement *st);
int take_string(struct words *ws, const char *what, char *buf, size_t size);
int take_number(struct words *ws, const char *what, __u64 max, __u64 *value);
int take_u32(struct words *ws, const char *what, __u32 *value);
int take_switch(struct words *ws, __u8 *value);
int take_duration(struct words *ws, const char *what, __u32 *seconds);
int take_choice(struct words *ws, const char *what,
		const char *(*name)(unsigned int), unsigned int max,
		__u8 *value);
int take_timeouts(struct words *ws, bool inherit, struct l4lb_timeouts *t);

#endif /* LBCTL_PARSE_H */
