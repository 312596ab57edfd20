// SPDX-License-Identifier: GPL-2.0
/* lbctl expand: a configuration file in plain form, or for keepalived */
#include <stdlib.h>

#include "lbctl.h"
#include "tree.h"

static int print(struct lbctl *ctl, const struct conf_tree *tree)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);
	int err = to ? conf_print(tree, to) : -1;

	if (to && fclose(to))
		err = -1;
	if (err) {
		free(text);
		return ctl_complain(ctl, "out of memory");
	}

	const struct out_field f[] = {
		F_STR("configuration", text),
		F_END
	};

	if (out_is_json(ctl->out))
		out_fields(ctl->out, NULL, f);
	else
		out_text(ctl->out, "%s", text);
	free(text);
	return DONE;
}

/* The tree to be printed; complaints are in @log. */
static struct conf_tree *expand(const char *file,
				const struct conf_options *opt, bool keepalived,
				struct conf_log *log)
{
	struct conf_tree *tree = conf_read(file, opt, log);
	struct conf_tree *plain = tree ? conf_assign(tree, log) : NULL;
	struct conf_tree *theirs;

	conf_tree_free(tree);
	if (!keepalived || !plain || conf_log_count(log, CONF_ERROR))
		return plain;
	theirs = conf_keepalived(plain, log);
	conf_tree_free(plain);
	return theirs;
}

/**
 * cmd_expand() - lbctl expand FILE [keepalived]
 * @ctl: context
 * @ws: words
 *
 * Return: exit status.
 */
int cmd_expand(struct lbctl *ctl, struct words *ws)
{
	const struct word *file = words_take(ws, "FILE");
	const struct conf_options opt = { .id = ctl->id };
	struct conf_tree *tree;
	struct conf_log *log;
	unsigned int errors;
	bool keepalived;
	int ret;

	keepalived = file && words_accept(ws, "keepalived");
	if (!file || words_end(ws))
		return ctl_usage(ctl, ws);
	log = conf_log_new();
	if (!log)
		return ctl_complain(ctl, "out of memory");
	tree = expand(file->text, &opt, keepalived, log);
	conf_log_show(log, ctl->err);
	errors = conf_log_count(log, CONF_ERROR);
	if (errors)
		ret = ctl_complain(ctl, "%s: %u error%s, nothing is printed",
				   file->text, errors, errors == 1 ? "" : "s");
	else
		ret = print(ctl, tree);
	conf_tree_free(tree);
	conf_log_free(log);
	return ret;
}
