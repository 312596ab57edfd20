// SPDX-License-Identifier: GPL-2.0
/* virtual_server_group */
#include <string.h>

#include "front.h"

/**
 * group_find() - a group by its name
 * @p: run
 * @name: name
 *
 * Return: group, or NULL.
 */
struct conf_group *group_find(struct parse *p, const char *name)
{
	struct conf *conf = p->conf;
	unsigned int i;

	for (i = 0; i < conf->n_groups; i++)
		if (!strcmp(conf->groups[i].name, name))
			return &conf->groups[i];
	return NULL;
}

/**
 * group_nearest() - the group that was probably meant
 * @p: run
 * @name: what stands there
 *
 * Return: its name, or NULL.
 */
const char *group_nearest(struct parse *p, const char *name)
{
	struct conf *conf = p->conf;
	const char **names = pool_alloc(p->pool,
					conf->n_groups * sizeof(*names) + 1);
	unsigned int i;

	for (i = 0; i < conf->n_groups; i++)
		names[i] = conf->groups[i].name;
	return conf_nearest(name, names, conf->n_groups);
}

static void member(struct parse *p, const struct conf_stmt *st,
		   struct conf_group *group)
{
	const struct conf_keyword *k = NULL;
	struct conf_front front = { 0 };

	if (!st->words[0].quoted)
		k = conf_keyword_find(CONF_IN_GROUP, st->words[0].text);
	if (k) {
		if (parse_shape(p, k, CONF_IN_GROUP, st) &&
		    front_mark(p, st->words + 1, st->n - 1, &front))
			*pool_append(p->pool, group->fronts,
				     group->n_fronts) = front;
		return;
	}
	if (st->n > 2) {
		parse_error(p, &st->words[2],
			    "surplus \"%s\": a line is ADDRESS [PORT] or fwmark MARK",
			    st->words[2].text);
		return;
	}
	if (st->has_block) {
		parse_error(p, &st->words[0], "an address has no block");
		return;
	}
	front_range(p, st->words, st->n, group);
}

/**
 * parse_group() - virtual_server_group
 * @p: run
 * @st: statement with the block
 * @to: not used
 */
void parse_group(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct conf_group *group = group_find(p, st->words[1].text);
	const struct conf_stmt *line;

	(void)to;
	if (group) {
		parse_error(p, &st->words[1],
			    "there is a group \"%s\" already: %s:%u",
			    group->name, group->place.file, group->place.line);
		return;
	}
	group = pool_append(p->pool, p->conf->groups, p->conf->n_groups);
	group->place = st->words[1].place;
	group->name = st->words[1].text;
	for (line = st->block; line; line = line->next)
		member(p, line, group);
	if (!st->block)
		parse_error(p, &st->words[0], "the group \"%s\" is empty",
			    group->name);
}
