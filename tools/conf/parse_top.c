// SPDX-License-Identifier: GPL-2.0
/* A tree as a configuration: all of it or nothing. */
#include <stdlib.h>
#include <string.h>

#include "parse.h"

/* Groups have been read before, since services may stand above them. */
static void done_before(struct parse *p, const struct conf_stmt *st, void *to)
{
	(void)p;
	(void)st;
	(void)to;
}

static const struct rule top_rules[] = {
	CALL("global_defs", parse_global),
	CALL("virtual_server_group", done_before),
	CALL("virtual_server", parse_service),
	CALL("SSL", parse_ssl),
	CALL("l4lb", parse_l4lb),
	{ 0 }
};

const struct block top_block = { CONF_IN_TOP, top_rules, 0 };

static void read_top(struct parse *p, const struct conf_stmt *first)
{
	const struct conf_stmt *st;
	const char *word;

	for (st = first; st; st = st->next) {
		word = st->words[0].text;
		if (!strcmp(word, "virtual_server_group") && st->n == 2 &&
		    st->has_block)
			parse_group(p, st, NULL);
		else if (!strcmp(word, "vrrp_instance") ||
			 !strcmp(word, "vrrp_addresses"))
			parse_vrrp(p, st);
	}
	parse_block(p, &top_block, first, NULL);
}

/**
 * conf_parse() - a tree as a configuration
 * @tree: tree without compact forms; it has to live as long as the result
 * @log: complaints are added here
 *
 * Return: configuration; NULL where a complaint is an error, or without memory.
 */
struct conf *conf_parse(const struct conf_tree *tree, struct conf_log *log)
{
	struct parse p = { .log = log };
	static const struct conf_place nowhere = { .file = "configuration" };
	struct conf_pool *pool = pool_new();
	jmp_buf env;

	if (!pool)
		goto no_memory;
	if (setjmp(env))
		goto free_pool;
	pool_on_failure(pool, &env);
	p.pool = pool;
	p.conf = pool_alloc(pool, sizeof(*p.conf));
	p.conf->pool = pool;
	read_top(&p, conf_tree_first(tree));
	if (!conf_log_count(log, CONF_ERROR))
		conf_verify(p.conf, pool, log);
	pool_on_failure(pool, NULL);
	if (!conf_log_count(log, CONF_ERROR))
		return p.conf;
	pool_free(pool);
	return NULL;
free_pool:
	pool_free(pool);
no_memory:
	conf_complain(log, CONF_ERROR, &nowhere, 1, "out of memory");
	return NULL;
}

/**
 * conf_free() - forget a configuration
 * @conf: configuration or NULL
 */
void conf_free(struct conf *conf)
{
	if (!conf)
		return;
	conf_tree_free(conf->tree);
	pool_free(conf->pool);
}
