// SPDX-License-Identifier: GPL-2.0
/*
 * Complaints about a configuration. The log owns all that it hands out, so
 * that it may outlive the tree: texts of files are copied when they are read,
 * lines when they are complained about.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tree.h"

#define KEPT		300	/* complaints; people stop reading before */
#define GRADES		(CONF_ERROR + 1)

/**
 * struct source - a file that was read
 * @file: its name
 * @text: what stands in it, or NULL
 * @len: bytes of @text
 */
struct source {
	char *file;
	char *text;
	size_t len;
};

/**
 * struct conf_log - complaints
 * @sources: files
 * @n_sources: number of @sources
 * @kept: complaints; the last one may say that there are more
 * @n: number of @kept
 * @count: complaints made, by grade
 * @omitted: those of them that are not kept
 * @exhausted: memory ran out, at least one complaint is lost
 */
struct conf_log {
	struct source *sources;
	unsigned int n_sources;
	struct conf_complaint kept[KEPT + 1];
	unsigned int n;
	unsigned int count[GRADES];
	unsigned int omitted;
	bool exhausted;
};

static const struct conf_complaint no_memory = {
	.grade = CONF_ERROR,
	.place = { .file = "configuration" },
	.length = 1,
	.line = "",
	.text = "out of memory",
};

/**
 * conf_log_new() - an empty log
 *
 * Return: log, or NULL without memory.
 */
struct conf_log *conf_log_new(void)
{
	return calloc(1, sizeof(struct conf_log));
}

static void release(struct conf_complaint *c)
{
	free((char *)c->line);
	free((char *)c->text);
}

/**
 * conf_log_free() - forget all complaints
 * @log: log or NULL
 */
void conf_log_free(struct conf_log *log)
{
	unsigned int i;

	if (!log)
		return;
	for (i = 0; i < log->n; i++)
		release(&log->kept[i]);
	for (i = 0; i < log->n_sources; i++) {
		free(log->sources[i].file);
		free(log->sources[i].text);
	}
	free(log->sources);
	free(log);
}

static struct source *find_source(struct conf_log *log, const char *file)
{
	struct source *grown;
	unsigned int i;

	for (i = log->n_sources; i > 0; i--)
		if (!strcmp(log->sources[i - 1].file, file))
			return &log->sources[i - 1];
	grown = reallocarray(log->sources, log->n_sources + 1,
			     sizeof(*log->sources));
	if (!grown)
		return NULL;
	log->sources = grown;
	grown += log->n_sources;
	*grown = (struct source){ .file = strdup(file) };
	if (!grown->file)
		return NULL;
	log->n_sources++;
	return grown;
}

/**
 * conf_log_source() - a file is read; its lines are shown with complaints
 * @log: log
 * @file: name, as in places
 * @text: what stands in it
 * @len: bytes of @text
 */
void conf_log_source(struct conf_log *log, const char *file, const char *text,
		     size_t len)
{
	struct source *source = find_source(log, file);
	char *copy = malloc(len + 1);

	if (!source || !copy) {
		free(copy);
		log->exhausted = true;
		return;
	}
	memcpy(copy, text, len);
	free(source->text);
	source->text = copy;
	source->len = len;
}

/* A string cannot hold the NUL of a broken file: the line shows a blank. */
static char *copy_line(const struct source *source, unsigned int line)
{
	const char *p = source->text, *end = p + source->len, *stop;
	char *copy, *c;

	if (!p || !line)
		return strdup("");
	for (; line > 1; line--) {
		p = memchr(p, '\n', end - p);
		if (!p)
			return strdup("");
		p++;
	}
	stop = memchr(p, '\n', end - p);
	if (!stop)
		stop = end;
	if (stop > p && stop[-1] == '\r')
		stop--;
	copy = malloc(stop - p + 1);
	if (!copy)
		return NULL;
	for (c = copy; p < stop; p++)
		*c++ = *p ? *p : ' ';
	*c = '\0';
	return copy;
}

/* One mistake in a line that is repeated is one complaint. */
static bool is_known(const struct conf_log *log, const struct conf_complaint *c)
{
	unsigned int i;

	for (i = 0; i < log->n; i++) {
		const struct conf_complaint *k = &log->kept[i];

		if (k->grade == c->grade && k->place.file == c->place.file &&
		    k->place.line == c->place.line &&
		    k->place.column == c->place.column &&
		    !strcmp(k->text, c->text))
			return true;
	}
	return false;
}

/* The last complaint says how many follow, and how bad the worst is. */
static void omit(struct conf_log *log, struct conf_complaint *c)
{
	struct conf_complaint *last = &log->kept[KEPT];
	char *text;

	log->count[c->grade]++;
	log->omitted++;
	if (asprintf(&text, "%u further complaint%s left out", log->omitted,
		     log->omitted == 1 ? " is" : "s are") < 0) {
		log->exhausted = true;
		release(c);
		return;
	}
	if (log->n == KEPT) {
		*last = *c;
		free((char *)last->text);
		log->n++;
	} else {
		if (last->grade < c->grade)
			last->grade = c->grade;
		free((char *)last->text);
		release(c);
	}
	last->text = text;
}

static void add(struct conf_log *log, enum conf_grade grade,
		const struct conf_place *place, unsigned int length,
		const char *format, va_list ap)
{
	struct source *source = find_source(log, place->file);
	struct conf_complaint c = {
		.grade = grade,
		.place = *place,
		.length = length ? length : 1,
	};
	char *text = NULL;

	if (!source || vasprintf(&text, format, ap) < 0) {
		log->exhausted = true;
		return;
	}
	c.place.file = source->file;
	c.text = text;
	if (is_known(log, &c)) {
		free(text);
		return;
	}
	c.line = copy_line(source, place->line);
	if (!c.line) {
		log->exhausted = true;
		free(text);
		return;
	}
	if (log->n >= KEPT) {
		omit(log, &c);
		return;
	}
	log->count[grade]++;
	log->kept[log->n++] = c;
}

/**
 * conf_complain() - say what is wrong
 * @log: log
 * @grade: what it is worth
 * @place: where
 * @length: bytes that are meant
 * @format: sentence without full stop
 */
void conf_complain(struct conf_log *log, enum conf_grade grade,
		   const struct conf_place *place, unsigned int length,
		   const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(log, grade, place, length, format, ap);
	va_end(ap);
}

/**
 * conf_complain_word() - say what is wrong with a word
 * @log: log
 * @grade: what it is worth
 * @word: the word
 * @format: sentence without full stop
 */
void conf_complain_word(struct conf_log *log, enum conf_grade grade,
			const struct conf_word *word, const char *format, ...)
{
	size_t length = word->length ? word->length : strlen(word->text);
	va_list ap;

	va_start(ap, format);
	add(log, grade, &word->place, length, format, ap);
	va_end(ap);
}

/**
 * conf_log_count() - number of complaints
 * @log: log
 * @grade: of this grade
 *
 * Return: complaints made, those that are not kept included.
 */
unsigned int conf_log_count(const struct conf_log *log, enum conf_grade grade)
{
	return log->count[grade] + (grade == CONF_ERROR && log->exhausted);
}

/**
 * conf_log_get() - a complaint
 * @log: log
 * @i: which, from 0
 *
 * Return: complaint, NULL behind the last one. It lives until the log changes.
 */
const struct conf_complaint *conf_log_get(const struct conf_log *log,
					  unsigned int i)
{
	if (i < log->n)
		return &log->kept[i];
	return i == log->n && log->exhausted ? &no_memory : NULL;
}
