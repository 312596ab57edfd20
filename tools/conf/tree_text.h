/* SPDX-License-Identifier: GPL-2.0 */
/* For tests: trees and complaints as one line of text each. */
#ifndef CONF_TREE_TEXT_H
#define CONF_TREE_TEXT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tree.h"

static inline void put_stmts(FILE *to, const struct conf_stmt *s, bool places)
{
	unsigned int i;

	for (; s; s = s->next) {
		for (i = 0; i < s->n; i++) {
			const struct conf_word *w = &s->words[i];
			const char *mark = w->quoted ? "\"" : "";

			fprintf(to, "%s%s%s%s", i ? " " : "", mark, w->text,
				mark);
			if (places)
				fprintf(to, "@%u:%u+%u", w->place.line,
					w->place.column, w->length);
		}
		if (s->has_block) {
			fputs(" { ", to);
			put_stmts(to, s->block, places);
			fputc('}', to);
		}
		if (places)
			fprintf(to, "@%u:%u", s->end.line, s->end.column);
		fputs(s->next ? "; " : "", to);
	}
}

static inline char *tree_text(const struct conf_tree *tree, bool places)
{
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	put_stmts(to, conf_tree_first(tree), places);
	fclose(to);
	return text;
}

/* "2:1 e: sentence", separated by newlines; a file other than "F" is named. */
static inline char *log_text(const struct conf_log *log)
{
	const struct conf_complaint *c;
	unsigned int i;
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	for (i = 0; (c = conf_log_get(log, i)); i++) {
		if (i)
			fputc('\n', to);
		if (strcmp(c->place.file, "F"))
			fprintf(to, "%s:", c->place.file);
		fprintf(to, "%u:%u %c: %s", c->place.line, c->place.column,
			"nwe"[c->grade], c->text);
	}
	fclose(to);
	return text;
}

#endif /* CONF_TREE_TEXT_H */
