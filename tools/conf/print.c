// SPDX-License-Identifier: GPL-2.0
/*
 * A tree as text, one form only: a statement a line, four blanks a level,
 * quotes where a word had them or needs them. What is printed reads as the same
 * tree and prints as the same bytes.
 */
#include <string.h>

#include "read.h"

#define FULL	4096	/* bytes behind which a line is continued in the next */

/* How a text stands in quotes. */
enum style {
	OURS,
	PLAIN,	/* keepalived: as it is, escapes are not known */
	REGEX,	/* keepalived: escapes are, but an escaped quote is not */
};

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

/* "$" here is read as a variable, if there were one of that name. */
static bool is_variable(const char *dollar)
{
	return dollar[1] == '{' || vars_name(dollar + 1, 1);
}

static bool needs_quotes(const struct conf_word *w, bool first)
{
	const char *p;
	unsigned int checks;

	if (w->quoted || !*w->text)
		return true;
	if (first && (*w->text == '@' || *w->text == '~' ||
		      include_is(w->text, strlen(w->text), &checks)))
		return true;
	for (p = w->text; *p; p++)
		if (is_control(*p) || strchr(" \"'\\#!;{}", *p) ||
		    (*p == '$' && is_variable(p)))
			return true;
	return false;
}

/* Return: bytes written. */
static unsigned int put_quoted(FILE *to, const char *text, enum style style)
{
	static const char letters[] = "ntr";
	static const char bytes[] = "\n\t\r";
	unsigned int n = 2;
	const char *p;

	if (style == PLAIN)
		return fprintf(to, "\"%s\"", text);
	putc('"', to);
	for (p = text; *p; p++) {
		const char *byte = strchr(bytes, *p);

		if (byte) {
			n += fprintf(to, "\\%c", letters[byte - bytes]);
		} else if (is_control(*p) || (*p == '"' && style == REGEX)) {
			n += fprintf(to, "\\%03o", *p);
		} else if (*p == '"' || *p == '\\' ||
			   (*p == '$' && is_variable(p))) {
			n += fprintf(to, "\\%c", *p);
		} else {
			putc(*p, to);
			n++;
		}
	}
	putc('"', to);
	return n;
}

static unsigned int put_word(FILE *to, const struct conf_word *w, bool first,
			     enum style style)
{
	if (needs_quotes(w, first))
		return put_quoted(to, w->text, style);
	return fprintf(to, "%s", w->text);
}

static enum style style_of(const struct conf_stmt *s, bool theirs)
{
	const char *word = s->words[0].text;

	if (!theirs || keepalived_escapes(word))
		return OURS;
	return strcmp(word, "regex") ? PLAIN : REGEX;
}

static void put_words(FILE *to, const struct conf_stmt *s, unsigned int depth,
		      bool theirs)
{
	enum style style = style_of(s, theirs);
	unsigned int i, column = 0;

	for (i = 0; i < s->n; i++) {
		if (column > FULL && !theirs) {
			fprintf(to, " \\\n%*s", 4 * (int)depth + 8, "");
			column = 0;
		} else if (i) {
			putc(' ', to);
		}
		column += put_word(to, &s->words[i], !i, style) + 1;
	}
}

/* As deep as blocks may be in each other when they are read. */
static void put_block(FILE *to, const struct conf_stmt *s, unsigned int depth,
		      bool theirs)
{
	for (; s; s = s->next) {
		fprintf(to, "%*s", 4 * (int)depth, "");
		put_words(to, s, depth, theirs);
		if (s->has_block) {
			fputs(" {\n", to);
			put_block(to, s->block, depth + 1, theirs);
			fprintf(to, "%*s}", 4 * (int)depth, "");
		}
		putc('\n', to);
	}
}

/**
 * conf_print() - print a tree
 * @tree: tree
 * @to: file
 *
 * The first line, a comment, says that it is generated and from what; it stays
 * if this is read and printed again.
 *
 * Return: 0, -1 where @to has an error.
 */
int conf_print(const struct conf_tree *tree, FILE *to)
{
	const char *p;

	fputs(CONF_MARK, to);
	for (p = tree->origin; *p; p++)
		putc(is_control(*p) ? '?' : *p, to);
	putc('\n', to);
	put_block(to, tree->first, 0, tree->theirs);
	return ferror(to) ? -1 : 0;
}
