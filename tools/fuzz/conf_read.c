// SPDX-License-Identifier: GPL-2.0
/*
 * Any text as a configuration: it is read, expanded, printed and parsed. What
 * was printed must read without an error and print as the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "fuzz.h"
#include "tree.h"

#define SIZE	(64 << 10)	/* what variables may make of an input */

/* The plain tree, or NULL where there are errors. */
static struct conf_tree *plain_tree(const char *name, const char *text,
				    size_t len, struct conf_log *log)
{
	const struct conf_options opt = {
		.id = "main", .hostname = "lv1.example.com", .alone = true,
		.size = SIZE,
	};
	struct conf_tree *tree = conf_read_text(name, text, len, &opt, log);
	struct conf_tree *plain = tree ? conf_assign(tree, log) : NULL;

	conf_tree_free(tree);
	if (!conf_log_count(log, CONF_ERROR))
		return plain;
	conf_tree_free(plain);
	return NULL;
}

static char *print(const struct conf_tree *tree, size_t *len)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, len);

	if (!to || conf_print(tree, to) || fclose(to))
		abort();
	return text;
}

/* What keepalived is given: printed, no more can be said without it. */
static void check_theirs(const struct conf_tree *tree, struct conf_log *log)
{
	struct conf_tree *theirs = conf_keepalived(tree, log);
	size_t len;

	if (!theirs)
		abort();
	free(print(theirs, &len));
	conf_tree_free(theirs);
}

static void check_again(const struct conf_tree *tree, struct conf_log *log)
{
	struct conf_tree *again;
	size_t len, len_again;
	char *text, *text_again;

	text = print(tree, &len);
	/* the limit is one of what is read, not of what is printed */
	if (len < SIZE) {
		again = plain_tree("again", text, len, log);
		if (!again) {
			conf_log_show(log, stderr);
			abort();
		}
		text_again = print(again, &len_again);
		if (len != len_again || memcmp(text, text_again, len))
			abort();
		free(text_again);
		conf_tree_free(again);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_log *log = conf_log_new();
	struct conf_tree *tree;
	char *shown = NULL;
	size_t len;
	FILE *to;

	if (!log)
		abort();
	tree = plain_tree("text", (const char *)data, size, log);
	if (tree) {
		check_again(tree, log);
		check_theirs(tree, log);
		conf_free(conf_parse(tree, log));
	}
	conf_tree_free(tree);
	to = open_memstream(&shown, &len);
	if (!to)
		abort();
	conf_log_show(log, to);
	fclose(to);
	free(shown);
	conf_log_free(log);
	return 0;
}
