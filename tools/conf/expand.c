// SPDX-License-Identifier: GPL-2.0
/*
 * Lines with their conditions, sequences, definitions and variables resolved.
 * Texts are a stack: a variable's value is put on top of the line it is used
 * in and read first. A value of several lines is as many lines, the next one
 * expanded only when the one before it has been read: it may define what the
 * next uses.
 */
#include <string.h>

#include "read.h"

static struct frame *top(struct reader *r)
{
	return &r->frames[r->n_frames - 1];
}

/**
 * expand_peek() - the next character
 * @r: reader
 * @base: frames below this are not ours
 *
 * Return: character, or EXPAND_END.
 */
int expand_peek(struct reader *r, unsigned int base)
{
	while (r->n_frames > base && top(r)->at == top(r)->n)
		r->n_frames--;
	if (r->n_frames == base || read_given_up(r))
		return EXPAND_END;
	return (unsigned char)top(r)->text[top(r)->at];
}

/**
 * expand_spot() - where the next character stands
 * @r: reader, with a character ahead
 *
 * Return: spot.
 */
struct spot expand_spot(const struct reader *r)
{
	const struct frame *f = &r->frames[r->n_frames - 1];

	return f->spots ? f->spots[f->at] : f->spot;
}

static void take(struct reader *r, struct line *to)
{
	struct spot spot = expand_spot(r);

	if (to)
		read_put(r, to, top(r)->text[top(r)->at], &spot);
	top(r)->at++;
}

/**
 * expand_raw() - the rest of the line as it stands
 * @r: reader
 * @base: frames below this are not ours
 * @rest: appended to, or NULL
 *
 * The newline is read, too, and not part of it.
 */
void expand_raw(struct reader *r, unsigned int base, struct line *rest)
{
	int c;

	while ((c = expand_peek(r, base)) != EXPAND_END && c != '\n')
		take(r, rest);
	if (c == '\n')
		take(r, NULL);
}

/* At "@": does the rest of the line count? */
static bool condition(struct reader *r, unsigned int base)
{
	struct spot spot = expand_spot(r);
	struct line name = { 0 };
	bool other = false, same;
	int c;

	take(r, NULL);
	if (expand_peek(r, base) == '^') {
		other = true;
		take(r, NULL);
	}
	while ((c = expand_peek(r, base)) != EXPAND_END && c != '\n' &&
	       !line_is_blank(c))
		take(r, &name);
	spot.length = name.n + 1 + other;
	if (!name.n)
		read_error(r, &spot, "the instance is missing: @NAME, or @^NAME for all others");
	same = name.n && name.n == strlen(r->id) &&
	       !memcmp(name.text, r->id, name.n);
	same = name.n && same != other;
	line_free(&name);
	return same;
}

/* Return: false where the line is dealt with. */
static bool line_begin(struct reader *r, unsigned int base)
{
	for (;;) {
		int c = expand_peek(r, base);

		if (c == '@') {
			if (condition(r, base))
				continue;
			expand_raw(r, base, NULL);
			return false;
		} else if (c == '~') {
			seq_run(r, base);
			return false;
		} else if (c == '$' && vars_is_definition(top(r))) {
			vars_define(r, base);
			return false;
		} else if (c == EXPAND_END || !line_is_blank(c)) {
			return true;
		}
		take(r, NULL);
	}
}

/* Quotes are told from what they contain, as lex() will. */
static void line_rest(struct reader *r, unsigned int base, struct line *out)
{
	char quote = '\0';
	int c;

	while ((c = expand_peek(r, base)) != EXPAND_END && c != '\n') {
		if (c == '$' && vars_use(r, base, quote)) {
			/* a value may begin with a condition */
			if (!out->n && !line_begin(r, base))
				return;
			continue;
		}
		if (c == '\\') {
			take(r, out);
			c = expand_peek(r, base);
			if (c == EXPAND_END || c == '\n')
				break;
		} else if (quote) {
			if (c == quote)
				quote = '\0';
		} else if (c == '"' || c == '\'') {
			quote = c;
		}
		take(r, out);
	}
	if (c == '\n')
		take(r, NULL);
}

/**
 * expand() - read a line
 * @r: reader
 * @l: line as it stands in the file
 */
void expand(struct reader *r, const struct line *l)
{
	unsigned int base = r->n_frames;
	struct line out = { 0 };

	if (base == FRAMES || r->depth == FRAMES) {
		read_error(r, &l->spots[0],
			   "more than %d sequences and variables in each other",
			   FRAMES);
		r->unwind = true;
		return;
	}
	r->depth++;
	r->frames[r->n_frames++] = (struct frame){
		.text = l->text, .spots = l->spots, .n = l->n,
	};
	while (expand_peek(r, base) != EXPAND_END) {
		out.n = 0;
		if (!line_begin(r, base))
			continue;
		line_rest(r, base, &out);
		if (out.n && !read_given_up(r)) {
			read_spend(r, &out.spots[0], out.n);
			lex(r, &out);
		}
	}
	r->n_frames = base;
	r->depth--;
	line_free(&out);
}
