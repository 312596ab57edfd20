// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of a file of commands as words. Words are separated by blanks and
 * tabs; "#" begins a comment where a word could begin; "..." keeps blanks, and
 * in it \" and \\ stand for the second character.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "lex.h"

/* At the opening quote; the word is unquoted in place. */
static char *lex_quoted(struct words *ws, struct word *w, char *p)
{
	char *to = p;

	w->text = p;
	for (p++; *p && *p != '"'; p++) {
		if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
			p++;
		*to++ = *p;
	}
	if (*p != '"') {
		words_wrong(ws, w, "the quotation mark is never closed");
		return NULL;
	}
	p++;
	if (*p && !isblank((unsigned char)*p)) {
		w->place += p - w->text;
		words_wrong(ws, w,
			    "a blank is missing behind the quotation mark");
		return NULL;
	}
	/* Where two characters became one, there is room for the NUL. */
	if (*p)
		*p++ = '\0';
	*to = '\0';
	return p;
}

/**
 * lex_line() - split a line
 * @ws: result; @ws->w has room for %LEX_WORDS; file and line are set
 * @line: without newline; words point into it
 *
 * Return: 0, or -EINVAL with @ws->error set.
 */
int lex_line(struct words *ws, char *line)
{
	char *p = line;

	ws->n = 0;
	ws->at = 0;
	ws->end = strlen(line) + 1;
	*ws->error = '\0';
	for (;;) {
		struct word w;

		while (isblank((unsigned char)*p))
			p++;
		if (!*p || *p == '#')
			return 0;
		w.place = p - line + 1;
		w.text = p;
		if (ws->n == LEX_WORDS)
			return words_wrong(ws, &w, "more than %d words",
					   LEX_WORDS);
		if (*p == '"') {
			p = lex_quoted(ws, &w, p);
			if (!p)
				return -EINVAL;
		} else {
			while (*p && !isblank((unsigned char)*p))
				p++;
			if (*p)
				*p++ = '\0';
		}
		ws->w[ws->n++] = w;
	}
}

/**
 * lex_quote() - a word so that lex_line() reads it back
 * @buf: result
 * @size: bytes of @buf
 * @text: word
 *
 * Return: length of the result; as snprintf(), more than fits where it does
 * not fit.
 */
int lex_quote(char *buf, size_t size, const char *text)
{
	bool plain = *text && *text != '"' && *text != '#' &&
		     !strpbrk(text, " \t\n");
	size_t len = 0;

	if (plain)
		return snprintf(buf, size, "%s", text);
#define PUT(c)								\
	do {								\
		if (len + 1 < size)					\
			buf[len] = (c);					\
		len++;							\
	} while (0)
	PUT('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			PUT('\\');
		/* A line is a line. */
		PUT(*text == '\n' ? ' ' : *text);
	}
	PUT('"');
#undef PUT
	if (size)
		buf[len < size ? len : size - 1] = '\0';
	return len;
}
