// SPDX-License-Identifier: GPL-2.0
/* The words of one command, with their places, and what is wrong with them. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tree.h"
#include "words.h"

#define CHOICES	32	/* of one value */

/**
 * words_peek() - the next word, not taken
 * @ws: words
 *
 * Return: text, NULL at the end.
 */
const char *words_peek(const struct words *ws)
{
	return ws->at < ws->n ? ws->w[ws->at].text : NULL;
}

/**
 * words_take() - the next word, which must be there
 * @ws: words
 * @what: what it should be, for the sentence
 *
 * Return: word, or NULL with @ws->error set.
 */
const struct word *words_take(struct words *ws, const char *what)
{
	if (ws->at < ws->n)
		return &ws->w[ws->at++];
	words_wrong(ws, NULL, "%s is missing", what);
	return NULL;
}

/**
 * words_accept() - take the next word if it is a certain one
 * @ws: words
 * @text: that one
 *
 * Return: true where it was.
 */
bool words_accept(struct words *ws, const char *text)
{
	if (ws->at >= ws->n || strcmp(ws->w[ws->at].text, text))
		return false;
	ws->at++;
	return true;
}

/**
 * words_wrong() - say what is wrong
 * @ws: words
 * @w: with this word; NULL: behind the last
 * @fmt: sentence without full stop
 *
 * Only the first complaint counts.
 *
 * Return: -EINVAL.
 */
int words_wrong(struct words *ws, const struct word *w, const char *fmt, ...)
{
	size_t room = sizeof(ws->error), len;
	va_list ap;

	if (*ws->error)
		return -EINVAL;
	if (ws->file)
		snprintf(ws->error, room, "%s:%u:%u: ", ws->file, ws->line,
			 w ? w->place : ws->end);
	else if (w)
		snprintf(ws->error, room, "word %u: ", w->place);
	else if (ws->n)
		snprintf(ws->error, room, "after \"%s\": ",
			 ws->w[ws->n - 1].text);
	len = strlen(ws->error);
	va_start(ap, fmt);
	vsnprintf(ws->error + len, room - len, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/**
 * words_nearest() - the word that was probably meant
 * @text: what was written
 * @known: words, ended by NULL
 *
 * Return: one of @known, or NULL where none is near.
 */
const char *words_nearest(const char *text, const char * const *known)
{
	unsigned int n = 0;

	while (known[n])
		n++;
	return conf_nearest(text, known, n);
}

/**
 * words_unknown() - a word that is not known at its place
 * @ws: words
 * @w: the word
 * @known: words that may stand there, ended by NULL
 *
 * Return: -EINVAL.
 */
int words_unknown(struct words *ws, const struct word *w,
		  const char * const *known)
{
	const char *nearest = words_nearest(w->text, known);
	char list[320] = "";
	size_t len = 0;

	if (nearest)
		return words_wrong(ws, w,
				   "\"%s\" is not known here; did you mean \"%s\"?",
				   w->text, nearest);
	for (; *known && len < sizeof(list); known++)
		len += snprintf(list + len, sizeof(list) - len, "%s%s",
				len ? ", " : "", *known);
	if (!len)
		return words_wrong(ws, w, "\"%s\" is too much", w->text);
	return words_wrong(ws, w, "\"%s\" is not known here; known: %s",
			   w->text, list);
}

/**
 * words_end() - nothing may follow
 * @ws: words
 *
 * Return: 0 or -EINVAL.
 */
int words_end(struct words *ws)
{
	if (ws->at >= ws->n)
		return 0;
	return words_wrong(ws, &ws->w[ws->at], "\"%s\" is too much",
			   ws->w[ws->at].text);
}

/**
 * words_number() - a decimal number
 * @ws: words
 * @w: word that @text is part of
 * @text: digits
 * @max: largest that is allowed
 * @value: result
 *
 * Return: 0 or -EINVAL.
 */
int words_number(struct words *ws, const struct word *w, const char *text,
		 __u64 max, __u64 *value)
{
	const char *p = text;
	__u64 v = 0;

	if (!*p)
		return words_wrong(ws, w, "a number is missing in \"%s\"",
				   w->text);
	for (; *p; p++) {
		unsigned int digit = *p - '0';

		if (!isdigit((unsigned char)*p))
			return words_wrong(ws, w, "\"%s\" is not a number",
					   text);
		if (v > (max - digit) / 10 || digit > max)
			return words_wrong(ws, w,
					   "\"%s\" is above the maximum of %llu",
					   text, max);
		v = v * 10 + digit;
	}
	*value = v;
	return 0;
}

/**
 * words_choice() - one of the words for a value of the contract
 * @ws: words
 * @w: word that @text is part of
 * @text: the word
 * @name: gives the word for a value
 * @max: largest value
 * @value: result
 *
 * Return: 0 or -EINVAL.
 */
int words_choice(struct words *ws, const struct word *w, const char *text,
		 const char *(*name)(unsigned int), unsigned int max,
		 unsigned int *value)
{
	const char *known[CHOICES] = { NULL };
	struct word part = { .text = text, .place = w->place };
	unsigned int i, n = 0;

	for (i = 1; i <= max; i++) {
		const char *word = name(i);

		if (!word)
			continue;
		if (!strcmp(word, text)) {
			*value = i;
			return 0;
		}
		if (n < CHOICES - 1)
			known[n++] = word;
	}
	return words_unknown(ws, &part, known);
}
