// SPDX-License-Identifier: GPL-2.0
/*
 * The compact assignment of servers to sites, in plain form. The result uses
 * texts and statements of the tree it is made of; what is the same for all
 * servers of a site is there once.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "assign.h"

/**
 * assign_hash() - bucket of a name
 * @text: name
 *
 * Return: number below %HOST_BUCKETS.
 */
unsigned int assign_hash(const char *text)
{
	unsigned int hash = 5381;

	for (; *text; text++)
		hash = hash * 33 + (unsigned char)*text;
	return hash % HOST_BUCKETS;
}

/**
 * assign_is_name() - may a site or host have this name?
 * @text: name
 *
 * Return: true for letters, digits and some marks.
 */
bool assign_is_name(const char *text)
{
	const char *p;

	for (p = text; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_.-", *p))
			return false;
	return p > text && *text != '-';
}

/**
 * assign_keyword() - does the statement begin with this word?
 * @s: statement
 * @word: keyword
 *
 * Return: true where it does; what stands in quotes is no keyword.
 */
bool assign_keyword(const struct conf_stmt *s, const char *word)
{
	return !s->words[0].quoted && !strcmp(s->words[0].text, word);
}

/**
 * list_init() - an empty list
 * @list: list
 */
void list_init(struct list *list)
{
	list->first = NULL;
	list->tail = &list->first;
}

/**
 * list_add() - append a copy of a statement; its block is shared
 * @as: context
 * @list: list
 * @like: statement
 *
 * Return: the copy, NULL without memory.
 */
struct conf_stmt *list_add(struct assign *as, struct list *list,
			   const struct conf_stmt *like)
{
	struct conf_stmt *s = arena_alloc(as->arena, sizeof(*s));

	if (!s)
		return NULL;
	*s = *like;
	s->next = NULL;
	*list->tail = s;
	list->tail = &s->next;
	return s;
}

/**
 * list_words() - append a statement of some words
 * @as: context
 * @list: list
 * @at: word that it comes from
 * @...: texts, ended by NULL
 *
 * Return: the statement, NULL without memory.
 */
struct conf_stmt *list_words(struct assign *as, struct list *list,
			     const struct conf_word *at, ...)
{
	struct conf_stmt s = { .end = at->place };
	struct conf_word words[4];
	const char *text;
	va_list ap;

	s.end.column += at->length;
	va_start(ap, at);
	while ((text = va_arg(ap, const char *)) && s.n < 4) {
		words[s.n] = *at;
		words[s.n].text = text;
		words[s.n++].quoted = false;
	}
	va_end(ap);
	s.words = arena_alloc(as->arena, s.n * sizeof(*words));
	if (!s.words)
		return NULL;
	memcpy((struct conf_word *)s.words, words, s.n * sizeof(*words));
	return list_add(as, list, &s);
}

/* Return: true, or false with a complaint where the name is taken. */
static bool take_name(struct assign *as, const struct conf_word *word,
		      bool complain)
{
	struct name **bucket = &as->groups[assign_hash(word->text)], *n;

	for (n = *bucket; n && strcmp(n->word->text, word->text);)
		n = n->next;
	if (n && complain)
		conf_complain_word(as->log, CONF_ERROR, word,
				   "there is a \"%s\" already, in %s:%u",
				   word->text, n->word->place.file,
				   n->word->place.line);
	if (n)
		return !complain;
	n = arena_alloc(as->arena, sizeof(*n));
	if (!n)
		return false;
	n->word = word;
	n->next = *bucket;
	*bucket = n;
	return true;
}

static const char *name_of(const struct conf_stmt *s)
{
	return s->n > 1 ? s->words[1].text : "";
}

static struct template *find_template(struct assign *as, const char *name)
{
	struct template *t = as->templates;

	while (t && strcmp(t->name, name))
		t = t->next;
	return t;
}

static void add_template(struct assign *as, const struct conf_stmt *s)
{
	const struct template *other = find_template(as, name_of(s));
	struct template *t;

	if (other) {
		conf_complain_word(as->log, CONF_ERROR, &s->words[s->n - 1],
				   "there is such a template already, in %s:%u",
				   other->stmt->words[0].place.file,
				   other->stmt->words[0].place.line);
		return;
	}
	t = arena_alloc(as->arena, sizeof(*t));
	if (!t)
		return;
	t->stmt = s;
	t->name = name_of(s);
	t->next = as->templates;
	as->templates = t;
}

static const struct template *template_of(struct assign *as,
					  const struct conf_stmt *sites)
{
	const char *name = name_of(sites), *near, *names[64];
	struct template *t = find_template(as, name);
	unsigned int n = 0;

	if (t) {
		t->used = true;
		return t;
	}
	for (t = as->templates; t && n < 64; t = t->next)
		names[n++] = t->name;
	near = conf_nearest(name, names, n);
	if (near)
		conf_complain_word(as->log, CONF_ERROR, &sites->words[1],
				   "there is no site_template %s; did you mean \"%s\"?",
				   name, near);
	else
		conf_complain_word(as->log, CONF_ERROR,
				   &sites->words[sites->n - 1],
				   "there is no site_template%s%s for these sites",
				   *name ? " " : "", name);
	return NULL;
}

static bool check_name(struct assign *as, const struct conf_word *word)
{
	if (assign_is_name(word->text))
		return take_name(as, word, true);
	conf_complain_word(as->log, CONF_ERROR, word,
			   "\"%s\" cannot be the name of a site: letters, digits, \"_\", \".\" and \"-\"",
			   word->text);
	return false;
}

static void add_address(struct assign *as, struct list *list,
			const struct vip *vip)
{
	const char *text = arena_print(as->arena, "%s/%d", vip->addr,
				       strchr(vip->addr, ':') ? 128 : 32);
	const struct conf_stmt *s;

	for (s = list->first; text && s; s = s->next)
		if (!strcmp(s->words[0].text, text))
			return;
	if (text)
		list_words(as, list, &vip->word, text, NULL);
}

/* Return: the instance that holds these sites' addresses, or NULL. */
static const struct conf_word *instance_of(struct assign *as,
					   const struct conf_stmt *sites)
{
	const struct conf_word *instance = NULL;
	const struct conf_stmt *s;

	for (s = sites->block; s; s = s->next) {
		if (!assign_keyword(s, "vrrp"))
			continue;
		if (s->n != 2 || s->has_block || instance)
			conf_complain_word(as->log, CONF_ERROR, &s->words[0],
					   "what is wanted here is vrrp INSTANCE, once in these sites");
		else
			instance = &s->words[1];
	}
	return instance;
}

static void add_instance(struct assign *as, struct list *out,
			 const struct conf_word *instance,
			 const struct list *addresses)
{
	struct conf_stmt *s = list_words(as, out, instance, "vrrp_addresses",
					 instance->text, NULL);

	if (!s)
		return;
	s->has_block = true;
	s->block = addresses->first;
}

/* A few lines can name more servers than anybody has memory for. */
static bool count_servers(struct assign *as, const struct site *site)
{
	as->n_servers += site->n_servers;
	if (as->n_servers <= ALL_SERVERS)
		return true;
	conf_complain_word(as->log, CONF_ERROR, &site->stmt->words[0],
			   "the sites up to here have more than %d servers",
			   ALL_SERVERS);
	return false;
}

static void expand_sites(struct assign *as, const struct conf_stmt *sites,
			 struct site *site, struct list *out)
{
	const struct conf_word *instance = instance_of(as, sites);
	const struct template *template = template_of(as, sites);
	const struct conf_stmt *s;
	struct list addresses;
	unsigned int i;
	bool named;

	list_init(&addresses);
	for (s = sites->block; s && as->n_servers <= ALL_SERVERS; s = s->next) {
		if (assign_keyword(s, "vrrp"))
			continue;
		/* both, for the sake of their complaints */
		named = check_name(as, &s->words[0]);
		if (!site_read(as, s, site) || !named ||
		    !count_servers(as, site))
			continue;
		if (template)
			merge_site(as, template->stmt->block, site, out);
		for (i = 0; instance && i < site->n_vips; i++)
			add_address(as, &addresses, &site->vips[i]);
	}
	if (instance)
		add_instance(as, out, instance, &addresses);
}

/* Return: true for a block of ours, which is complained about if it is wrong. */
static bool is_ours(struct assign *as, const struct conf_stmt *s,
		    const char *word, unsigned int max, bool *fine)
{
	if (!assign_keyword(s, word))
		return false;
	*fine = s->has_block && s->n <= max;
	if (!*fine)
		conf_complain_word(as->log, CONF_ERROR, &s->words[0],
				   "what is wanted is %s%s { ... }", word,
				   max > 1 ? " [NAME]" : "");
	return true;
}

/* Names may be used in front of where they are given. */
static void collect(struct assign *as, const struct conf_stmt *first)
{
	const struct conf_stmt *s;
	bool fine;

	for (s = first; s; s = s->next) {
		if (is_ours(as, s, "hosts", 1, &fine) && fine)
			hosts_read(as, s->block);
		else if (is_ours(as, s, "site_template", 2, &fine) && fine)
			add_template(as, s);
		else if (assign_keyword(s, "virtual_server_group") && s->n > 1)
			take_name(as, &s->words[1], false);
	}
	for (s = first; s; s = s->next)
		if (is_ours(as, s, "out_of_service", 1, &fine) && fine)
			absent_read(as, s->block);
}

static void transform(struct assign *as, const struct conf_stmt *s,
		      struct site *site, struct list *out)
{
	struct conf_stmt *copy;
	bool fine;

	for (; s; s = s->next) {
		if (assign_keyword(s, "hosts") ||
		    assign_keyword(s, "site_template") ||
		    assign_keyword(s, "out_of_service"))
			continue;
		if (is_ours(as, s, "sites", 2, &fine)) {
			if (fine)
				expand_sites(as, s, site, out);
			continue;
		}
		copy = list_add(as, out, s);
		if (copy && assign_keyword(s, "virtual_server"))
			absent_plain(as, copy);
	}
}

static void unused(struct assign *as)
{
	const struct template *t;

	for (t = as->templates; t; t = t->next)
		if (!t->used)
			conf_complain_word(as->log, CONF_WARNING,
					   &t->stmt->words[t->stmt->n - 1],
					   "no sites use this template");
	absent_unused(as);
}

/**
 * conf_assign() - the compact assignment in plain form
 * @tree: tree as it was read
 * @log: complaints
 *
 * Return: another tree, NULL without memory.
 */
struct conf_tree *conf_assign(const struct conf_tree *tree,
			      struct conf_log *log)
{
	static const struct conf_place whole = { .file = "configuration" };
	struct conf_tree *out = calloc(1, sizeof(*out));
	struct assign *as = calloc(1, sizeof(*as));
	struct site site = { .servers = calloc(SERVERS, sizeof(struct server)) };
	bool fine = out && as && site.servers;
	struct list list;

	list_init(&list);
	if (fine) {
		as->log = log;
		as->absent_tail = &as->absents;
		as->arena = &out->arena;
		collect(as, tree->first);
		transform(as, tree->first, &site, &list);
		unused(as);
		out->first = list.first;
		out->origin = tree->origin;
		fine = !out->arena.failed;
	}
	if (fine) {
		out->refs = 1;
		out->base = (struct conf_tree *)tree;
		out->base->refs++;
	} else {
		conf_complain(log, CONF_ERROR, &whole, 1,
			      "there is not enough memory for it");
		if (out)
			arena_free(&out->arena);
		free(out);
		out = NULL;
	}
	free(site.servers);
	free(as);
	return out;
}
