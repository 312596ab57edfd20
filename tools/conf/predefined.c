// SPDX-License-Identifier: GPL-2.0
/* Variables that nobody has to define. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read.h"

/* Of the file as it really lies: what is read may be started elsewhere. */
static const char *directory(struct reader *r)
{
	const char *name = r->file->name, *slash = strrchr(name, '/');
	const char *copy;
	char *dir, *real;

	dir = slash ? strndup(name, slash == name ? 1 : slash - name) :
		      strdup(".");
	if (!dir) {
		r->tree->arena.failed = true;
		return NULL;
	}
	real = realpath(dir, NULL);
	copy = arena_text(&r->tree->arena, real ? real : dir,
			  strlen(real ? real : dir));
	free(real);
	free(dir);
	return copy;
}

/*
 * Of the place alone (FNV-1a): two boxes with one file, and one box that reads
 * it twice, must come to the same configuration.
 */
static unsigned int number(const struct reader *r)
{
	const unsigned int parts[] = {
		r->random.line, r->random.column, r->repeated
	};
	const unsigned char *p = (const unsigned char *)parts;
	unsigned int hash = 2166136261U, i;

	for (i = 0; i < sizeof(parts); i++)
		hash = (hash ^ p[i]) * 16777619;
	return hash >> 4;
}

static const char *random_number(struct reader *r, const char *words,
				 const struct spot *spot)
{
	unsigned long low = 0, high = 32767;

	if (sscanf(words, "%lu %lu", &low, &high) > 0 && (high < low ||
							  high > 0x7fffffff)) {
		read_error(r, spot, "a random number from %lu to %lu cannot be",
			   low, high);
		return "0";
	}
	read_complain(r, CONF_NOTE, spot,
		      "the number is the same whenever this file is read, so that two boxes agree");
	if (r->random.line == spot->line && r->random.column == spot->column)
		r->repeated++;
	else
		r->repeated = 0;
	r->random = *spot;
	return arena_print(&r->tree->arena, "%lu",
			   low + number(r) % (high - low + 1));
}

/**
 * predefined() - value of a variable that is predefined
 * @r: reader
 * @name: without "$"
 * @words: behind it in braces
 * @spot: where it is used
 *
 * Return: value, or NULL where there is none.
 */
const char *predefined(struct reader *r, const char *name, const char *words,
		       const struct spot *spot)
{
	if (!strcmp(name, "_RANDOM"))
		return random_number(r, words, spot);
	if (*words)
		return NULL;
	if (!strcmp(name, "_PWD"))
		return directory(r);
	if (!strcmp(name, "_INSTANCE"))
		return r->id;
	if (!strcmp(name, "_HOSTNAME"))
		return r->hostname;
	if (!strcmp(name, "_HASH"))
		return "#";
	if (!strcmp(name, "_BANG"))
		return "!";
	return NULL;
}
