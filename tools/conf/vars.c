// SPDX-License-Identifier: GPL-2.0
/*
 * Definitions and their uses. A value is text, replaced where it is used, and
 * only then are the variables in it. "$NAME" is a use where a blank or the end
 * of a statement follows, "${NAME}" anywhere.
 */
#include <ctype.h>
#include <string.h>

#include "read.h"

#define NEAR	256	/* names that are compared with one that is not known */

static unsigned int bucket(const char *name)
{
	unsigned int hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash % BUCKETS;
}

static struct var *find(struct reader *r, const char *name)
{
	struct var *v = r->vars[bucket(name)];

	while (v && strcmp(v->name, name))
		v = v->next;
	return v;
}

/**
 * vars_name() - how long is the name?
 * @text: perhaps a name, and more
 * @n: bytes of @text
 *
 * Return: length of the name at the beginning of @text, 0: none.
 */
size_t vars_name(const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!(isalpha((unsigned char)text[i]) || text[i] == '_' ||
		      (i && isdigit((unsigned char)text[i]))))
			break;
	return i;
}

/**
 * vars_swap() - give a variable a value
 * @r: reader
 * @name: without "$"; copied
 * @value: text in the tree's memory; NULL: it is not defined any more
 *
 * Return: the value it had, or NULL.
 */
const char *vars_swap(struct reader *r, const char *name, const char *value)
{
	struct var *v = find(r, name);
	const char *old = v ? v->value : NULL;
	unsigned int i = bucket(name);

	if (!v) {
		v = arena_alloc(&r->tree->arena, sizeof(*v));
		if (v)
			v->name = arena_text(&r->tree->arena, name,
					     strlen(name));
		if (!v || !v->name)
			return NULL;
		v->next = r->vars[i];
		r->vars[i] = v;
	}
	v->value = value;
	return old;
}

/**
 * vars_is_definition() - does a definition begin here?
 * @f: text, at "$"
 *
 * Return: true for "$NAME=".
 */
bool vars_is_definition(const struct frame *f)
{
	const char *text = f->text + f->at + 1;
	size_t n = f->n - f->at - 1, len = vars_name(text, n);

	return len && len < n && text[len] == '=';
}

/* Blanks at both ends go; what they join is blanks or lines. */
static char *value_of(struct reader *r, const struct line *raw, size_t from)
{
	size_t end = raw->n, i;
	bool lines = false;
	char *value;

	while (from < end && line_is_blank(raw->text[from])) {
		if (raw->text[from++] == LINE_JOINT) {
			lines = true;
			break;
		}
	}
	for (; end > from && line_is_blank(raw->text[end - 1]); end--)
		if (lines && raw->text[end - 1] == LINE_JOINT)
			read_complain(r, CONF_WARNING, &raw->spots[end - 1],
				      "the \\ joins an empty line, which ends the definition");
	value = arena_text(&r->tree->arena, raw->text + from, end - from);
	for (i = 0; value && i < end - from; i++)
		if (value[i] == LINE_JOINT)
			value[i] = lines ? '\n' : ' ';
	return value;
}

/**
 * vars_define() - read a definition
 * @r: reader, at its "$"
 * @base: frames below this are not ours
 */
void vars_define(struct reader *r, unsigned int base)
{
	struct line raw = { 0 };
	const char *name, *value;
	struct spot spot;
	size_t len;

	expand_raw(r, base, &raw);
	if (read_given_up(r))
		goto free_raw;
	len = vars_name(raw.text + 1, raw.n - 1);
	spot = raw.spots[0];
	spot.length = len + 1;
	if (raw.text[1] == '_')
		read_complain(r, CONF_WARNING, &spot,
			      "names that begin with _ are kept for what is predefined");
	name = arena_text(&r->tree->arena, raw.text + 1, len);
	value = value_of(r, &raw, len + 2);
	if (name && value)
		vars_swap(r, name, value);
free_raw:
	line_free(&raw);
}

static const char *nearest(struct reader *r, const char *name)
{
	const char *names[NEAR];
	unsigned int i, n = 0;
	struct var *v;

	for (i = 0; i < BUCKETS; i++)
		for (v = r->vars[i]; v && n < NEAR; v = v->next)
			if (v->value)
				names[n++] = v->name;
	return conf_nearest(name, names, n);
}

/* In quotes it may be meant for a shell: nothing is wrong, then. */
static void undefined(struct reader *r, const struct spot *spot,
		      const char *name, char quote)
{
	const char *near = nearest(r, name);

	if (quote && quote != '(')
		read_complain(r, CONF_NOTE, spot,
			      "$%s is not defined here and stays as it is; \\$ says that this is meant",
			      name);
	else if (near)
		read_error(r, spot, "$%s is not defined here; did you mean $%s?",
			   name, near);
	else
		read_error(r, spot, "$%s is not defined here; \\$ is a plain $",
			   name);
}

/*
 * What ends "$NAME": a blank or the end of a statement, in this text or below;
 * in parentheses, what separates.
 */
static bool ends(const struct reader *r, unsigned int base, size_t at,
		 char quote)
{
	unsigned int i = r->n_frames - 1;
	char c;

	while (at == r->frames[i].n) {
		if (i-- == base)
			return true;
		at = r->frames[i].at;
	}
	c = r->frames[i].text[at];
	return line_is_blank(c) || strchr(quote == '(' ? "\n,)}" : "\n;{}", c);
}

static void push(struct reader *r, const char *name, const char *value,
		 const struct spot *spot)
{
	if (r->n_frames == FRAMES) {
		read_error(r, spot, "$%s is made of itself, or of more than %d others",
			   name, FRAMES);
		r->unwind = true;
		return;
	}
	r->frames[r->n_frames++] = (struct frame){
		.text = value, .n = strlen(value), .spot = *spot,
	};
}

/**
 * struct use - a use of a variable
 * @name: without "$" and braces
 * @words: behind the name, in braces
 * @length: of all of it
 * @braces: it has some
 */
struct use {
	char name[64];
	char words[64];
	size_t length;
	bool braces;
};

static bool parse_use(const struct frame *f, struct use *use)
{
	const char *text = f->text + f->at + 1;
	size_t n = f->n - f->at - 1, len, i = 0;

	*use = (struct use){ .braces = n && *text == '{' };
	if (use->braces) {
		text++;
		n--;
	}
	len = vars_name(text, n);
	if (!len || len >= sizeof(use->name))
		return false;
	memcpy(use->name, text, len);
	use->length = len + 1;
	if (!use->braces)
		return true;
	text += len;
	n -= len;
	while (i < n && text[i] != '}' && (isdigit((unsigned char)text[i]) ||
					   text[i] == ' '))
		i++;
	if (i == n || text[i] != '}' || i >= sizeof(use->words))
		return false;
	memcpy(use->words, text, i);
	use->length += i + 2;
	return true;
}

/* "$" inside a word, as in a password: more likely to mean itself. */
static bool is_inside(const struct frame *f)
{
	char before = f->at ? f->text[f->at - 1] : ' ';

	return !line_is_blank(before) && !strchr("\n;{}", before);
}

/**
 * vars_use() - put a variable's value where it is used
 * @r: reader, at "$"
 * @base: frames below this are not ours
 * @quote: quotation mark or parenthesis that is open, or NUL
 *
 * Return: true where it is replaced, false where "$" is a plain character.
 */
bool vars_use(struct reader *r, unsigned int base, char quote)
{
	struct frame *f = &r->frames[r->n_frames - 1];
	struct spot spot = expand_spot(r);
	const char *value;
	struct var *v;
	struct use use;

	if (!parse_use(f, &use))
		return false;
	if (f->spots)
		spot.length = use.length;
	if (!use.braces && !quote && is_inside(f))
		quote = '"';
	v = find(r, use.name);
	value = v && v->value && !*use.words ? v->value :
		predefined(r, use.name, use.words, &spot);
	if (!use.braces && !ends(r, base, f->at + use.length, quote)) {
		if (value)
			read_complain(r, quote && quote != '(' ?
				      CONF_WARNING : CONF_ERROR,
				      &spot,
					      "$%s is a variable only where a blank follows; write ${%s}",
				      use.name, use.name);
		return false;
	}
	if (!value) {
		undefined(r, &spot, use.name, quote);
		return false;
	}
	read_spend(r, &spot, 1);
	f->at += use.length;
	push(r, use.name, value, &spot);
	return true;
}
