// SPDX-License-Identifier: GPL-2.0
/*
 * l4lb.conf(5): the words of each block, out of the table, where the template
 * l4lb.conf.5.in has a line for them.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "man.h"
#include "words.h"

#define WIDTH	78	/* of a line, as mdoc wants it */

/* Filled lines; a sentence begins a new one, as mdoc wants it. */
static void put_text(FILE *to, const char *text)
{
	size_t column = 0, len;

	while (*text) {
		len = strcspn(text, " ");
		if (column && column + len >= WIDTH) {
			putc('\n', to);
			column = 0;
		}
		fprintf(to, "%s%.*s", column ? " " : "", (int)len, text);
		column += len + 1;
		text += len;
		if (*text && text[-1] == '.') {
			putc('\n', to);
			column = 0;
		}
		text += *text != '\0';
	}
	putc('\n', to);
}

/* Placeholders are capitals, everything else of the arguments is literal. */
static bool placeholder(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!isupper((unsigned char)text[i]) &&
		    !isdigit((unsigned char)text[i]))
			return false;
	return true;
}

/* One argument or mark of "[USER|all] [N ...]". */
static const char *put_arg(FILE *to, const char *p, bool *glue)
{
	size_t len, i;

	if (*p == ' ') {
		*glue = false;
		return p + 1;
	}
	if (*glue)
		fputs(" Ns", to);
	*glue = true;
	len = strcspn(p, " []|=,/-");
	if (!len) {
		/* for mdoc these would be delimiters, and "-" a hyphen */
		fprintf(to, *p == '-' ? " No \\-" : " No \\&%c", *p);
		return p + 1;
	}
	fprintf(to, placeholder(p, len) ? " Ar " : " Cm ");
	for (i = 0; i < len; i++)
		putc(placeholder(p, len) ? tolower((unsigned char)p[i]) : p[i],
		     to);
	return p + len;
}

static void put_args(FILE *to, const char *args)
{
	bool glue = false;

	while (*args)
		args = put_arg(to, args, &glue);
}

static void put_supported(FILE *to, const struct conf_keyword *k)
{
	fprintf(to, ".It Cm %s", k->word);
	put_args(to, k->args);
	putc('\n', to);
	put_text(to, k->text);
	if (!(k->flags & CONF_DEBIAN))
		fputs("(not a word of keepalived 2.2)\n", to);
}

/* Words that share a reason share a line. */
static void put_shared(FILE *to, const struct conf_keyword *k,
		       const struct conf_keyword *first)
{
	const struct conf_keyword *other;
	const char *sep = "";

	for (other = first; other < k; other++)
		if (other->standing == k->standing && other->text == k->text)
			return;
	fputs(".It Cm", to);
	for (other = k; other->word; other++) {
		if (other->standing != k->standing || other->text != k->text)
			continue;
		fprintf(to, "%s %s", sep, other->word);
		sep = " ,";
	}
	putc('\n', to);
	put_text(to, k->text);
}

static bool has_standing(const struct conf_keyword *k, unsigned int standing)
{
	for (; k->word; k++)
		if (k->standing == standing)
			return true;
	return false;
}

static void put_standing(FILE *to, const struct conf_keyword *words,
			 unsigned int standing)
{
	static const char * const heads[] = {
		[CONF_SUPPORTED] = NULL,
		[CONF_ACCEPTED] = "Words that may stand here and have no effect, and why",
		[CONF_REFUSED] = "Words that are refused, and why",
	};
	const struct conf_keyword *k;

	if (!has_standing(words, standing))
		return;
	if (heads[standing])
		fprintf(to, ".Pp\n%s:\n", heads[standing]);
	fputs(".Bl -tag -width Ds\n", to);
	for (k = words; k->word; k++) {
		if (k->standing != standing)
			continue;
		if (standing == CONF_SUPPORTED)
			put_supported(to, k);
		else
			put_shared(to, k, words);
	}
	fputs(".El\n", to);
}

static void put_names(FILE *to, const char *name,
		      const struct conf_keyword *words)
{
	const char *sep = "";

	if (!has_standing(words, CONF_VRRP))
		return;
	fprintf(to, ".It Cm %s\n", name);
	for (; words->word; words++) {
		if (words->standing != CONF_VRRP)
			continue;
		fprintf(to, "%s%s", sep, words->word);
		sep = ",\n";
	}
	putc('\n', to);
}

static void put_vrrp(FILE *to)
{
	unsigned int in;

	for (in = CONF_IN_TOP; in < CONF_CONTEXTS; in++)
		put_names(to, conf_context_name(in), conf_context_words(in));
}

static const struct conf_keyword *words_of(const char *name)
{
	unsigned int in;

	for (in = CONF_IN_TOP; in < CONF_CONTEXTS; in++)
		if (!strcmp(conf_context_name(in), name))
			return conf_context_words(in);
	return NULL;
}

/* A line "@KIND [BLOCK]" of the template. Return: whether it is known. */
static bool put_words(FILE *to, const char *line)
{
	const char *block = strchr(line, ' ');
	const struct conf_keyword *words = block ? words_of(block + 1) : NULL;

	if (!strcmp(line, "@vrrp")) {
		put_vrrp(to);
	} else if (words && !strncmp(line, "@supported ", 11)) {
		put_standing(to, words, CONF_SUPPORTED);
	} else if (words && !strncmp(line, "@others ", 8)) {
		put_standing(to, words, CONF_ACCEPTED);
		put_standing(to, words, CONF_REFUSED);
	} else {
		return false;
	}
	return true;
}

/**
 * conf_man() - fill in the template of the manual page
 * @from: template
 * @to: page
 *
 * Return: 0, or -1 where a line of the template is not known.
 */
int conf_man(FILE *from, FILE *to)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int err = 0;

	while (!err && (len = getline(&line, &size, from)) > 0) {
		if (line[0] != '@') {
			fputs(line, to);
			continue;
		}
		line[strcspn(line, "\n")] = '\0';
		err = put_words(to, line) ? 0 : -1;
	}
	free(line);
	return err;
}
