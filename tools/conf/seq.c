// SPDX-License-Identifier: GPL-2.0
/*
 * ~SEQ(var, start, step, end) and ~LST(var, value, ...): the rest of the line,
 * again for each value. What stands further right varies faster, since it is
 * part of that rest. Afterwards the variable is what it was before.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "read.h"

#define PARTS	4096	/* values of a list */

/**
 * struct part - what stands between two commas
 * @text: without blanks around it
 * @len: bytes
 */
struct part {
	const char *text;
	size_t len;
};

/**
 * struct seq - a sequence or list
 * @r: reader
 * @spot: where it stands
 * @head: what stands in its parentheses
 * @rest: of the line
 */
struct seq {
	struct reader *r;
	struct spot spot;
	struct line head;
	struct line rest;
};

/* Commas in braces do not count; braces around all of a part go. */
static unsigned int split(const char *text, size_t n, struct part *parts,
			  unsigned int max)
{
	unsigned int count = 0, depth = 0;
	size_t i, from = 0;

	if (!n)
		return 0;
	for (i = 0; i <= n && count < max; i++) {
		struct part *p = &parts[count];

		if (i < n && text[i] == '{')
			depth++;
		if (i < n && text[i] == '}' && depth)
			depth--;
		if (i < n && (text[i] != ',' || depth))
			continue;
		*p = (struct part){ text + from, i - from };
		for (; p->len && line_is_blank(*p->text); p->len--)
			p->text++;
		while (p->len && line_is_blank(p->text[p->len - 1]))
			p->len--;
		count++;
		from = i + 1;
	}
	return count;
}

static bool in_braces(const struct part *p)
{
	return p->len >= 2 && *p->text == '{' && p->text[p->len - 1] == '}';
}

/* Return: a copy that lives as long as the tree, NULL: no name, or no memory. */
static const char *name_of(struct seq *s, const struct part *p)
{
	if (!p->len || vars_name(p->text, p->len) != p->len) {
		read_error(s->r, &s->spot,
			   "\"%.*s\" is no name of a variable: letters, digits and _",
			   (int)p->len, p->text);
		return NULL;
	}
	return arena_text(&s->r->tree->arena, p->text, p->len);
}

static bool number_of(struct seq *s, const struct part *p, long long *value)
{
	char text[24], *end;
	int base = 10;

	snprintf(text, sizeof(text), "%.*s", (int)p->len, p->text);
	if (!strncmp(text + (*text == '-'), "0x", 2))
		base = 16;
	*value = strtoll(text, &end, base);
	if (p->len && p->len < sizeof(text) && !*end && llabs(*value) < 1LL << 40)
		return true;
	read_error(s->r, &s->spot, "\"%.*s\" is not a number", (int)p->len,
		   p->text);
	return false;
}

static void once(struct seq *s)
{
	/* what it costs, even if nothing comes of it */
	read_spend(s->r, &s->spot, 32 + s->rest.n);
	if (s->rest.n && !read_given_up(s->r))
		expand(s->r, &s->rest);
}

static void count(struct seq *s, const char *name, const long long *v, bool hex)
{
	struct arena *arena = &s->r->tree->arena;
	const char *old = vars_swap(s->r, name, NULL), *value;
	long long i, begin = v[0], step = v[1], end = v[2];

	for (i = begin; (step > 0 ? i <= end : i >= end) && !read_given_up(s->r);
	     i += step) {
		value = hex ? arena_print(arena, "%s%llx", i < 0 ? "-" : "",
					  llabs(i)) :
			      arena_print(arena, "%lld", i);
		if (!value)
			break;
		vars_swap(s->r, name, value);
		once(s);
	}
	vars_swap(s->r, name, old);
}

static void run_seq(struct seq *s, bool hex)
{
	struct part parts[5];
	unsigned int n = split(s->head.text, s->head.n, parts, 5), i;
	long long given[3], v[3] = { 0 };
	const char *name;

	if (n < 2 || n > 4) {
		read_error(s->r, &s->spot,
			   "what is wanted is ~SEQ(VARIABLE, START, STEP, END); START and STEP may be left out");
		return;
	}
	name = name_of(s, &parts[0]);
	for (i = 1; i < n; i++)
		if (!number_of(s, &parts[i], &given[i - 1]))
			return;
	v[2] = given[n - 2];
	v[0] = n > 2 ? given[0] : (v[2] < 0 ? -1 : 1);
	v[1] = n > 3 ? given[1] : (v[2] < v[0] ? -1 : 1);
	if (!v[1] || (v[1] > 0 ? v[0] > v[2] : v[0] < v[2]))
		read_error(s->r, &s->spot, "from %lld in steps of %lld, %lld is never reached",
			   v[0], v[1], v[2]);
	else if (name)
		count(s, name, v, hex);
}

static void run_values(struct seq *s, const struct part *names, unsigned int n,
		       const struct part *values)
{
	struct arena *arena = &s->r->tree->arena;
	unsigned int i;

	for (i = 0; i < n; i++) {
		const char *name = arena_text(arena, names[i].text,
					      names[i].len);
		const char *value = arena_text(arena, values[i].text,
					       values[i].len);

		if (name && value)
			vars_swap(s->r, name, value);
	}
	once(s);
}

static void want_list(struct seq *s)
{
	read_error(s->r, &s->spot,
		   "what is wanted is ~LST(VARIABLE, VALUE, ...) or ~LST({VARIABLE, ...}, {VALUE, ...}, ...)");
}

/* One variable, or as many as stand in braces. */
static void run_lst(struct seq *s, struct part *parts, unsigned int n)
{
	struct part names[16], values[16];
	const char *old[16], *name[16];
	bool braces = in_braces(&parts[0]);
	unsigned int n_names = 1, i;

	names[0] = parts[0];
	if (braces)
		n_names = split(parts[0].text + 1, parts[0].len - 2, names, 16);
	if (!n_names)
		want_list(s);
	for (i = 0; i < n_names; i++) {
		name[i] = name_of(s, &names[i]);
		if (!name[i])
			return;
	}
	for (i = 0; i < n_names; i++)
		old[i] = vars_swap(s->r, name[i], NULL);
	for (i = 1; n_names && i < n && !read_given_up(s->r); i++) {
		unsigned int n_values = 1;

		values[0] = parts[i];
		if (braces)
			n_values = in_braces(&parts[i]) ?
				split(parts[i].text + 1, parts[i].len - 2,
				      values, 16) : 0;
		if (n_values == n_names)
			run_values(s, names, n_names, values);
		else
			read_error(s->r, &s->spot, "\"%.*s\" is not a value for each of %.*s",
				   (int)parts[i].len, parts[i].text,
				   (int)parts[0].len, parts[0].text);
	}
	for (i = 0; i < n_names; i++)
		vars_swap(s->r, name[i], old[i]);
}

static void run_list(struct seq *s)
{
	struct part *parts = calloc(PARTS, sizeof(*parts));
	unsigned int n;

	if (!parts) {
		s->r->tree->arena.failed = true;
		return;
	}
	n = split(s->head.text, s->head.n, parts, PARTS);
	if (n < 2)
		want_list(s);
	else if (n == PARTS)
		read_error(s->r, &s->spot, "more than %d values", PARTS - 2);
	else
		run_lst(s, parts, n);
	free(parts);
}

/* Variables in the parentheses are replaced before they are looked at. */
static bool read_head(struct seq *s, unsigned int base, struct line *word)
{
	struct line *to = word;
	int c;

	while ((c = expand_peek(s->r, base)) != EXPAND_END && c != '\n') {
		struct spot spot = expand_spot(s->r);

		if (c == '$' && to != word && vars_use(s->r, base, '('))
			continue;
		s->r->frames[s->r->n_frames - 1].at++;
		if (c == ')')
			return true;
		if (c == '(' && to == word)
			to = &s->head;
		else if (to == word && line_is_blank(c))
			return false;
		else if (!read_put(s->r, to, c, &spot))
			return false;
	}
	return false;
}

/**
 * seq_run() - read a line that begins with a sequence
 * @r: reader, at its "~"
 * @base: frames below this are not ours
 */
void seq_run(struct reader *r, unsigned int base)
{
	struct seq s = { .r = r, .spot = expand_spot(r) };
	struct line word = { 0 };
	bool closed = read_head(&s, base, &word);

	if (s.spot.length == 1)
		s.spot.length = word.n;
	expand_raw(r, base, &s.rest);
	if (read_given_up(r))
		goto free_lines;
	if (!closed)
		read_error(r, &s.spot,
			   "what is wanted is ~SEQ(...) or ~LST(...), closed in the same line");
	else if (word.n == 4 && !memcmp(word.text, "~SEQ", 4))
		run_seq(&s, false);
	else if (word.n == 5 && !memcmp(word.text, "~SEQx", 5))
		run_seq(&s, true);
	else if (word.n == 4 && !memcmp(word.text, "~LST", 4))
		run_list(&s);
	else
		read_error(r, &s.spot, "\"%.*s\" is neither ~SEQ nor ~SEQx nor ~LST",
			   (int)word.n, word.text);
free_lines:
	line_free(&word);
	line_free(&s.head);
	line_free(&s.rest);
}
