// SPDX-License-Identifier: GPL-2.0
/*
 * include and its variants. A name without wildcards has to be there; with
 * them, nothing may match, and a note says so, unless the variant or
 * include_check asks for more. In braces, one name has to be there, with
 * includeb each.
 */
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "read.h"

#define ALTERNATIVES	256	/* names that braces make of one */

/**
 * include_is() - is this the word?
 * @text: word
 * @len: bytes of @text
 * @checks: what the variant asks for
 *
 * Return: true where it is include or a variant.
 */
bool include_is(const char *text, size_t len, unsigned int *checks)
{
	static const struct {
		char letter;
		unsigned int checks;
	} variants[] = {
		{ 'a', CHECK_ALL }, { 'b', CHECK_BRACE }, { 'm', 0 },
		{ 'r', 0 }, { 'w', CHECK_WILDCARD },
	};
	unsigned int i;

	*checks = 0;
	if (len < 7 || len > 8 || memcmp(text, "include", 7))
		return false;
	if (len == 7)
		return true;
	for (i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
		if (variants[i].letter != text[7])
			continue;
		*checks = variants[i].checks;
		return true;
	}
	return false;
}

/**
 * struct names - what braces make of a pattern
 * @name: patterns without braces
 * @n: number of @name
 * @over: there would be more
 */
struct names {
	char *name[ALTERNATIVES];
	unsigned int n;
	bool over;
};

/* The brace that closes the one at @open, NULL: none. */
static const char *closing(const char *open)
{
	unsigned int depth = 0;
	const char *p;

	for (p = open; *p; p++) {
		if (*p == '{')
			depth++;
		if (*p == '}' && !--depth)
			return p;
	}
	return NULL;
}

/* Return: false without memory. */
static bool alternatives(struct names *names, const char *pattern)
{
	const char *open = strchr(pattern, '{'), *close, *p, *from;
	unsigned int depth = 0;
	bool fine = true;

	close = open ? closing(open) : NULL;
	if (names->n == ALTERNATIVES) {
		names->over = true;
		return true;
	}
	if (!close) {
		names->name[names->n] = strdup(pattern);
		return names->name[names->n++];
	}
	for (p = from = open + 1; fine && p <= close && !names->over; p++) {
		char *one;

		if (*p == '{')
			depth++;
		if (*p == '}' && p < close)
			depth--;
		if (p < close && (*p != ',' || depth))
			continue;
		if (asprintf(&one, "%.*s%.*s%s", (int)(open - pattern), pattern,
			     (int)(p - from), from, close + 1) < 0)
			return false;
		fine = alternatives(names, one);
		free(one);
		from = p + 1;
	}
	return fine;
}

static bool has_wildcard(const char *name)
{
	return strpbrk(name, "*?[");
}

/* Return: number of files. */
static unsigned int read_matches(struct reader *r, const char *pattern,
				 const struct spot *spot)
{
	unsigned int n = 0;
	glob_t found;
	size_t i;

	switch (glob(pattern, GLOB_MARK, NULL, &found)) {
	case 0:
		break;
	case GLOB_NOSPACE:
		r->tree->arena.failed = true;
		r->stop = true;
		return 0;
	default:
		return 0;
	}
	for (i = 0; i < found.gl_pathc && !r->stop; i++) {
		const char *name = found.gl_pathv[i];

		if (name[strlen(name) - 1] == '/') {
			read_complain(r, CONF_NOTE, spot,
				      "%s is a directory and not read", name);
		} else {
			read_file(r, name, spot, r->file->checks);
			n++;
		}
	}
	globfree(&found);
	return n;
}

/* One of the names that braces stand for. Return: true where it is there. */
static bool read_one(struct reader *r, const char *name, bool braces,
		     unsigned int checks, const struct spot *spot)
{
	bool wildcard = has_wildcard(name);
	bool needed = (wildcard && checks & CHECK_WILDCARD) ||
		      (braces && checks & CHECK_BRACE);

	if (!wildcard && (!braces || !access(name, F_OK))) {
		read_file(r, name, spot, r->file->checks);
		return true;
	}
	if (wildcard && read_matches(r, name, spot))
		return true;
	read_complain(r, needed ? CONF_ERROR : CONF_NOTE, spot,
		      wildcard ? "no file matches %s" : "there is no file %s",
		      name);
	return wildcard;
}

static void read_all(struct reader *r, const struct names *names,
		     const char *pattern, unsigned int checks,
		     const struct spot *spot)
{
	bool some = false;
	unsigned int i;

	for (i = 0; i < names->n && !r->stop; i++)
		some |= read_one(r, names->name[i], names->n > 1, checks, spot);
	if (!some && !r->stop)
		read_error(r, spot, "none of the files %s is there", pattern);
}

/* A relative name is relative to the file that includes. */
static char *full_name(const struct reader *r, const char *pattern)
{
	const char *slash = strrchr(r->file->name, '/');
	char *name;

	if (*pattern == '/' || !slash)
		return strdup(pattern);
	if (asprintf(&name, "%.*s%s", (int)(slash + 1 - r->file->name),
		     r->file->name, pattern) < 0)
		return NULL;
	return name;
}

/**
 * include_run() - read other files
 * @r: reader
 * @pattern: their names
 * @checks: what the variant asks for
 * @from: where the pattern begins
 * @to: where it ends
 */
void include_run(struct reader *r, const char *pattern, unsigned int checks,
		 const struct spot *from, const struct spot *to)
{
	struct names names = { .n = 0 };
	struct spot spot = *from;
	char *name;

	if (from->line == to->line && to->column >= from->column)
		spot.length = to->column + to->length - from->column;
	if (r->opt->alone) {
		read_error(r, &spot, "this text may include no other file");
		return;
	}
	name = full_name(r, pattern);
	if (!name || !alternatives(&names, name)) {
		r->tree->arena.failed = true;
		r->stop = true;
	} else if (names.over) {
		read_error(r, &spot, "the braces make more than %d names",
			   ALTERNATIVES);
	} else {
		read_all(r, &names, name, checks | r->file->checks, &spot);
	}
	while (names.n)
		free(names.name[--names.n]);
	free(name);
}

/**
 * include_check() - from now on, in this file and those it includes
 * @r: reader
 * @words: "+" and "-" perhaps, and what to check
 * @n: number of @words; 0: check all
 */
void include_check(struct reader *r, const struct conf_word *words,
		   unsigned int n)
{
	static const char *const names[] = {
		"readable", "match", "wildcard_match", "brace_match",
	};
	/* what is not readable or not there at all is an error anyway */
	static const unsigned int bits[] = { 0, 0, CHECK_WILDCARD, CHECK_BRACE };
	unsigned int i, k, checks = r->file->checks;

	if (!n)
		checks = CHECK_ALL;
	else if (*words[0].text != '+' && *words[0].text != '-')
		checks = 0;
	for (i = 0, k = 0; i < n && k < 4; i++) {
		bool less = *words[i].text == '-';
		bool sign = less || *words[i].text == '+';

		for (k = 0; k < 4; k++)
			if (!strcmp(words[i].text + sign, names[k]))
				break;
		if (k == 4)
			conf_complain_word(r->log, CONF_ERROR, &words[i],
					   "\"%s\" is nothing to check; known: readable, match, wildcard_match, brace_match",
					   words[i].text);
		else if (less)
			checks &= ~bits[k];
		else
			checks |= bits[k];
	}
	r->file->checks = checks;
}
