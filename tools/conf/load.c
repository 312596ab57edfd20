// SPDX-License-Identifier: GPL-2.0
/* A file as a configuration: read, written out, parsed. */
#include "conf.h"

/**
 * conf_load() - a file as a configuration
 * @file: its name
 * @opt: how to read it
 * @log: complaints are added here
 *
 * Return: configuration, NULL where a complaint is an error, or without memory.
 */
struct conf *conf_load(const char *file, const struct conf_options *opt,
		       struct conf_log *log)
{
	struct conf_tree *compact, *plain = NULL;
	struct conf *conf = NULL;

	compact = conf_read(file, opt, log);
	if (!compact)
		return NULL;
	plain = conf_assign(compact, log);
	conf_tree_free(compact);
	if (!plain)
		return NULL;
	conf = conf_parse(plain, log);
	if (conf)
		conf->tree = plain;
	else
		conf_tree_free(plain);
	return conf;
}
