// SPDX-License-Identifier: GPL-2.0
/*
 * Complaints for people: place and sentence, the line, a caret below. Control
 * bytes of a file do not reach the terminal.
 */
#include <string.h>

#include "tree.h"

#define WIDTH	120	/* bytes of a line that are shown */
#define BEFORE	60	/* of them in front of the caret, where a line is long */

static void put(FILE *to, const char *text, size_t len)
{
	for (; len; text++, len--) {
		unsigned char c = *text;

		putc((c < ' ' && c != '\t') || c == 0x7f ? '?' : c, to);
	}
}

/* A byte that continues a character of UTF-8 takes no column of its own. */
static bool continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static void show_caret(FILE *to, const char *line, size_t at, size_t length)
{
	size_t i, len = strlen(line);

	for (i = 0; i < at; i++)
		if (i >= len || !continues(line[i]))
			putc(i < len && line[i] == '\t' ? '\t' : ' ', to);
	putc('^', to);
	for (i = at + 1; i < at + length && i < len; i++)
		if (!continues(line[i]))
			putc('~', to);
	putc('\n', to);
}

/* Of a long line, what stands around the column. */
static void show_line(FILE *to, const struct conf_complaint *c)
{
	const char *line = c->line;
	size_t at = c->place.column ? c->place.column - 1 : 0;
	size_t len = strlen(line), skip = 0;
	char part[WIDTH + 1];

	if (len > WIDTH && at > BEFORE) {
		skip = at - BEFORE;
		if (skip > len)
			skip = len;
		while (skip < len && continues(line[skip]))
			skip++;
		line += skip;
		len -= skip;
		at = at > skip ? at - skip : 0;
	}
	if (len > WIDTH) {
		len = WIDTH;
		while (len && continues(line[len]))
			len--;
	}
	memcpy(part, line, len);
	part[len] = '\0';
	put(to, part, len);
	putc('\n', to);
	show_caret(to, part, at, c->length);
}

/**
 * conf_complaint_show() - print a complaint
 * @c: complaint
 * @to: file
 */
void conf_complaint_show(const struct conf_complaint *c, FILE *to)
{
	static const char *const grades[] = { "note", "warning", "error" };

	put(to, c->place.file, strlen(c->place.file));
	if (c->place.line)
		fprintf(to, ":%u:%u", c->place.line, c->place.column);
	fprintf(to, ": %s: ", grades[c->grade]);
	put(to, c->text, strlen(c->text));
	putc('\n', to);
	if (c->place.line)
		show_line(to, c);
}

/**
 * conf_log_show() - print all complaints
 * @log: log
 * @to: file
 */
void conf_log_show(const struct conf_log *log, FILE *to)
{
	const struct conf_complaint *c;
	unsigned int i;

	for (i = 0; (c = conf_log_get(log, i)); i++)
		conf_complaint_show(c, to);
}
