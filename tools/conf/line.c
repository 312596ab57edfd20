// SPDX-License-Identifier: GPL-2.0
/*
 * A file as lines: comments gone, lines joined where they end in "\". Quotes
 * and escapes stay, but are heeded: they protect "#" and "!". As keepalived
 * does it, "\" joins at the end of a comment, too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"

/**
 * line_is_blank() - does this separate words?
 * @c: character
 *
 * Return: true for blank, tab and joint.
 */
bool line_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == LINE_JOINT;
}

/**
 * line_put() - append a character
 * @l: line
 * @c: character
 * @spot: where it stands
 *
 * Return: 0, -ENOMEM, or -E2BIG where the line is too long.
 */
int line_put(struct line *l, char c, const struct spot *spot)
{
	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 128;
		struct spot *spots;
		char *text;

		if (room > TEXT_MAX_BYTES)
			return -E2BIG;
		text = realloc(l->text, room);
		if (!text)
			return -ENOMEM;
		l->text = text;
		spots = reallocarray(l->spots, room, sizeof(*spots));
		if (!spots)
			return -ENOMEM;
		l->spots = spots;
		l->room = room;
	}
	l->text[l->n] = c;
	l->spots[l->n++] = *spot;
	return 0;
}

/**
 * line_free() - forget a line
 * @l: line
 */
void line_free(struct line *l)
{
	free(l->text);
	free(l->spots);
	*l = (struct line){ 0 };
}

/**
 * struct scan - one line of a file on its way
 * @src: file
 * @log: complaints
 * @begin: first byte
 * @p: next byte
 * @stop: behind the last byte
 * @quote: quotation mark that is open, or NUL; goes on over joints
 * @control: a control byte has been complained about
 */
struct scan {
	const struct source *src;
	struct conf_log *log;
	const char *begin;
	const char *p;
	const char *stop;
	char quote;
	bool control;
};

static struct spot here(const struct scan *s)
{
	return (struct spot){ s->src->line, s->p - s->begin + 1, 1 };
}

static void complain(const struct scan *s, const struct spot *spot,
		     const char *text)
{
	const struct conf_place place = {
		s->src->file, spot->line, spot->column
	};

	conf_complain(s->log, CONF_ERROR, &place, spot->length, "%s", text);
}

/* A byte that belongs into no text becomes a blank; a comment may have any. */
static char checked(struct scan *s, bool comment)
{
	unsigned char c = *s->p;
	struct spot spot = here(s);

	if (c == '\t' || (c >= ' ' && c != 0x7f))
		return c;
	if (s->control || (comment && c))
		return ' ';
	if (c)
		complain(s, &spot,
			 "a control byte in the text; in quotes \\n, \\t and the like stand for some");
	else
		complain(s, &spot,
			 "a NUL byte in the text: this is no configuration");
	s->control = true;
	return ' ';
}

static bool only_blanks(const char *p, const char *stop)
{
	while (p < stop && (*p == ' ' || *p == '\t'))
		p++;
	return p == stop;
}

/* At "\": with nothing behind it, it joins; else it takes the next with it. */
static bool joins(const struct scan *s)
{
	return *s->p == '\\' && only_blanks(s->p + 1, s->stop);
}

static int put(struct scan *s, struct line *l)
{
	struct spot spot = here(s);
	int err = line_put(l, checked(s, false), &spot);

	s->p++;
	return err;
}

/* Return: 1 where the line goes on in the next one of the file. */
static int scan_line(struct scan *s, struct line *l)
{
	bool comment = false;
	int err = 0;

	for (; !err && s->p < s->stop;) {
		char c = *s->p;

		if (joins(s)) {
			struct spot spot = here(s);

			err = line_put(l, LINE_JOINT, &spot);
			return err ? err : 1;
		}
		if (comment) {
			checked(s, true);
			s->p += c == '\\' ? 2 : 1;
			continue;
		}
		if (c == '\\') {
			err = put(s, l);
			if (err)
				break;
		} else if (s->quote) {
			if (c == s->quote)
				s->quote = '\0';
		} else if (c == '"' || c == '\'') {
			s->quote = c;
		} else if (c == '#' || c == '!') {
			comment = true;
			continue;
		}
		err = put(s, l);
	}
	return err;
}

static void find_line(struct scan *s, struct source *src)
{
	const char *newline = memchr(src->at, '\n', src->end - src->at);

	s->begin = src->at;
	s->p = src->at;
	s->stop = newline ? newline : src->end;
	src->at = newline ? newline + 1 : src->end;
	if (s->stop > s->begin && s->stop[-1] == '\r')
		s->stop--;
	if (s->stop - s->begin > LINE_MAX_BYTES) {
		const struct spot spot = { src->line, LINE_MAX_BYTES + 1, 1 };

		complain(s, &spot,
			 "the line is longer than 16384 bytes; \\ at its end goes on in the next one");
		s->stop = s->begin + LINE_MAX_BYTES;
	}
}

/**
 * line_next() - the next line of a file
 * @l: result, emptied before
 * @src: file
 * @log: complaints
 *
 * Return: 1, 0 at the end of the file, -ENOMEM.
 */
int line_next(struct line *l, struct source *src, struct conf_log *log)
{
	struct scan s = { .src = src, .log = log };
	struct spot spot;
	int err = 1;

	l->n = 0;
	if (src->at == src->end)
		return 0;
	while (err == 1 && src->at < src->end) {
		find_line(&s, src);
		spot = here(&s);
		err = scan_line(&s, l);
		src->line++;
	}
	if (err != -E2BIG)
		return err < 0 ? err : 1;
	complain(&s, &spot, "the lines that are joined here are longer than 1 MiB");
	l->n = 0;
	return 1;
}
