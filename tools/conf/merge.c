// SPDX-License-Identifier: GPL-2.0
/*
 * A site as a group and a service: the template, over it the block of the
 * site. A word that the block has takes the place of all of the template with
 * that word, be it a value or a check; what only the block has comes in front
 * of the servers.
 */
#include <string.h>

#include "assign.h"

/* Two spellings of one word replace each other. */
static const char *key(const struct conf_stmt *s)
{
	static const char *const same[][2] = {
		{ "lvs_sched", "lb_algo" }, { "lvs_method", "lb_kind" },
		{ "bindto", "bind_to" }, { "nb_get_retry", "retry" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (!strcmp(s->words[0].text, same[i][0]))
			return same[i][1];
	return s->words[0].text;
}

/* The first with that key, up to and without @end. */
static const struct conf_stmt *find(const struct conf_stmt *s,
				    const struct conf_stmt *end,
				    const char *wanted)
{
	while (s != end && s && strcmp(key(s), wanted))
		s = s->next;
	return s == end ? NULL : s;
}

static void add_all(struct assign *as, struct list *list,
		    const struct conf_stmt *over, const char *wanted)
{
	for (; over; over = over->next)
		if (!strcmp(key(over), wanted))
			list_add(as, list, over);
}

/* @s of @base, or what @over has instead. */
static void lay(struct assign *as, struct list *list,
		const struct conf_stmt *base, const struct conf_stmt *s,
		const struct conf_stmt *over)
{
	if (!find(over, NULL, key(s)))
		list_add(as, list, s);
	else if (!find(base, s, key(s)))
		add_all(as, list, over, key(s));
}

static void add_rest(struct assign *as, struct list *list,
		     const struct conf_stmt *base,
		     const struct conf_stmt *over)
{
	for (; over; over = over->next)
		if (!find(base, NULL, key(over)) &&
		    !assign_keyword(over, "real_server"))
			list_add(as, list, over);
}

static const struct conf_stmt *with_weight(struct assign *as,
					   const struct conf_stmt *block,
					   const struct server *server)
{
	const char *text = arena_print(as->arena, "%d", server->weight);
	bool done = find(block, NULL, "weight");
	struct list list;

	list_init(&list);
	if (!text)
		return NULL;
	if (!done)
		list_words(as, &list, server->word, "weight", text, NULL);
	for (; block; block = block->next) {
		if (strcmp(key(block), "weight"))
			list_add(as, &list, block);
		else if (done)
			list_words(as, &list, server->word, "weight", text,
				   NULL);
		if (!strcmp(key(block), "weight"))
			done = false;
	}
	return list.first;
}

/* The port of all VIPs; 0: they differ, each VIP's own holds. */
static unsigned int common_port(const struct site *site)
{
	unsigned int i;

	for (i = 1; i < site->n_vips; i++)
		if (site->vips[i].port != site->vips[0].port)
			return 0;
	return site->vips[0].port;
}

static void add_server(struct assign *as, struct list *list,
		       const struct site *site, const struct server *server,
		       const struct conf_stmt *block)
{
	unsigned int n = server->port ? server->port : common_port(site);
	const char *port = n ? arena_print(as->arena, "%u", n) : NULL;
	struct conf_stmt *s = list_words(as, list, server->word, "real_server",
					 server->addr, port, NULL);

	if (!s)
		return;
	if (server->weight >= 0)
		block = with_weight(as, block, server);
	s->has_block = true;
	s->block = absent_mark(as, server->addr, block);
}

/* real_server in a template or a site's block stands for each of the servers. */
static bool check_servers(struct assign *as, const struct conf_stmt *block)
{
	const struct conf_stmt *s, *other = NULL;

	for (s = block; s; s = s->next) {
		if (!assign_keyword(s, "real_server"))
			continue;
		if (s->n > 1 || !s->has_block || other) {
			conf_complain_word(as->log, CONF_ERROR, &s->words[0],
					   "what is wanted here is real_server { ... }, without an address and once: it is for all servers");
			return false;
		}
		other = s;
	}
	return true;
}

static void add_servers(struct assign *as, struct list *list,
			const struct site *site, const struct conf_stmt *base,
			const struct conf_stmt *over)
{
	const struct conf_stmt *s;
	struct list block;
	unsigned int i;

	base = find(base, NULL, "real_server");
	over = find(over, NULL, "real_server");
	base = base ? base->block : NULL;
	over = over ? over->block : NULL;
	list_init(&block);
	for (s = base; s; s = s->next)
		lay(as, &block, base, s, over);
	add_rest(as, &block, base, over);
	for (i = 0; i < site->n_servers; i++)
		add_server(as, list, site, &site->servers[i], block.first);
}

static void add_group(struct assign *as, struct list *out,
		      const struct site *site)
{
	const struct conf_word *name = &site->stmt->words[0];
	struct conf_stmt *s = list_words(as, out, name, "virtual_server_group",
					 name->text, NULL);
	struct list members;
	unsigned int i;

	list_init(&members);
	for (i = 0; i < site->n_vips; i++) {
		const struct vip *vip = &site->vips[i];
		const char *port = arena_print(as->arena, "%u", vip->port);

		list_words(as, &members, &vip->word, vip->addr, port, NULL);
	}
	if (!s)
		return;
	s->has_block = true;
	s->block = members.first;
	s->end = site->stmt->end;
}

/* "udp:" in front of a VIP is a word of the site's block. */
static const struct conf_stmt *over_of(struct assign *as,
				       const struct site *site)
{
	const struct conf_stmt *over = site->stmt->block, *own;
	struct list list;

	if (!site->protocol)
		return over;
	own = find(over, NULL, "protocol");
	if (own)
		conf_complain_word(as->log, CONF_ERROR, &own->words[0],
				   "the protocol stands in front of the VIP already");
	list_init(&list);
	list_words(as, &list, &site->vips[0].word, "protocol", site->protocol,
		   NULL);
	for (; over; over = over->next)
		list_add(as, &list, over);
	return list.first;
}

/**
 * merge_site() - write a site in plain form
 * @as: context
 * @template: block of its template
 * @site: the site
 * @out: where to
 */
void merge_site(struct assign *as, const struct conf_stmt *template,
		const struct site *site, struct list *out)
{
	const struct conf_word *name = &site->stmt->words[0];
	const struct conf_stmt *over = over_of(as, site), *s;
	struct conf_stmt *service;
	bool servers;
	struct list body;

	servers = check_servers(as, template);
	if (!check_servers(as, over) || !servers)
		return;
	servers = false;
	add_group(as, out, site);
	service = list_words(as, out, name, "virtual_server", "group",
			     name->text, NULL);
	list_init(&body);
	for (s = template; s; s = s->next) {
		if (!assign_keyword(s, "real_server")) {
			lay(as, &body, template, s, over);
			continue;
		}
		add_rest(as, &body, template, over);
		add_servers(as, &body, site, template, over);
		servers = true;
	}
	if (!servers) {
		add_rest(as, &body, template, over);
		add_servers(as, &body, site, template, over);
	}
	if (!service)
		return;
	service->has_block = true;
	service->block = body.first;
	service->end = site->stmt->end;
}
