/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All printing of results. One call carries the fields and a template: text
 * mode fills the template, JSON mode takes the fields.
 *
 * Fields: a key with dots makes nested objects in JSON; a key that begins with
 * "_" is for the template only.
 *
 * Template: %{key} the value; %8{key} right-aligned, %-8{key} left-aligned in
 * 8 columns; [...] is left out where a value in it is null, false or the
 * empty string; a null elsewhere is "-". Blanks at the end of a line go away.
 */
#ifndef LBCTL_OUT_H
#define LBCTL_OUT_H

#include <stdbool.h>
#include <stdio.h>
#include <linux/types.h>

struct out;

enum out_type {
	OUT_NONE,
	OUT_STRING,
	OUT_UNSIGNED,
	OUT_SIGNED,
	OUT_REAL,
	OUT_BOOL,
	OUT_HEX,
	OUT_NULL,
};

/**
 * struct out_field - one value
 * @key: name
 * @type: which of the others holds the value; OUT_NONE ends an array
 * @str: OUT_STRING; NULL is null. Lives until the call returns
 * @num: OUT_UNSIGNED, OUT_SIGNED, OUT_BOOL; OUT_HEX: 16 digits, in JSON a
 *	string, since JSON's numbers end at 2^53
 * @real: OUT_REAL, one decimal in text
 */
struct out_field {
	const char *key;
	enum out_type type;
	const char *str;
	__u64 num;
	double real;
};

#define F_STR(k, v)	((struct out_field){ .key = (k), .type = OUT_STRING, .str = (v) })
#define F_U64(k, v)	((struct out_field){ .key = (k), .type = OUT_UNSIGNED, .num = (v) })
#define F_S64(k, v)	((struct out_field){ .key = (k), .type = OUT_SIGNED, .num = (__s64)(v) })
#define F_REAL(k, v)	((struct out_field){ .key = (k), .type = OUT_REAL, .real = (v) })
#define F_BOOL(k, v)	((struct out_field){ .key = (k), .type = OUT_BOOL, .num = (v) })
#define F_HEX(k, v)	((struct out_field){ .key = (k), .type = OUT_HEX, .num = (v) })
#define F_NULL(k)	((struct out_field){ .key = (k), .type = OUT_NULL })
#define F_END		((struct out_field){ .type = OUT_NONE })

struct out *out_new(FILE *file, bool json);
int out_free(struct out *out);
bool out_is_json(const struct out *out);
void out_set_json(struct out *out);
void out_text(struct out *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void out_fields(struct out *out, const char *tmpl,
		const struct out_field *fields);
void out_list(struct out *out, const char *key);
void out_item(struct out *out, const char *tmpl,
	      const struct out_field *fields);
void out_list_end(struct out *out);
void out_line(struct out *out, const char *tmpl,
	      const struct out_field *fields);

#endif /* LBCTL_OUT_H */
