// SPDX-License-Identifier: GPL-2.0
/*
 * The way back: a plain tree with only what keepalived 2.2.7, Debian 12's,
 * takes; each other word is named in a note. What words mean is not looked at
 * beyond what "keepalived -t" complains about:
 *
 *	persistence_timeout 0	is off here and out of range there: left out
 *	nb_get_retry		is an old spelling of retry
 *	quotes, escapes		it knows them in commands and in regex only
 *
 * A server that is out of service is left out, what sites gave to a
 * vrrp_instance is put into it, and where its defaults are not ours (protocol
 * is UDP), ours are written out.
 */
#include <stdlib.h>
#include <string.h>

#include "assign.h"
#include "words.h"

#define ADVERTISED	20	/* addresses of a VRRP version 2 advertisement */

/**
 * keepalived_escapes() - does keepalived take escapes behind this word?
 * @word: first of a statement
 *
 * Return: true for what is a command.
 */
bool keepalived_escapes(const char *word)
{
	return !strncmp(word, "notify", 6) || !strncmp(word, "quorum_", 7) ||
	       !strcmp(word, "misc_path") || strstr(word, "script");
}

static bool is_readable(const char *text, bool regex)
{
	const char *p;

	for (p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f ||
		    (*p == '"' && !regex) || !strncmp(p, "${_", 3))
			return false;
	return regex || p == text || p[-1] != '\\';
}

/* Would its parser take one of the words for something else? */
static bool can_read(const struct conf_stmt *s)
{
	bool regex = assign_keyword(s, "regex");
	unsigned int i;

	if (keepalived_escapes(s->words[0].text))
		return true;
	for (i = 0; i < s->n; i++)
		if (!is_readable(s->words[i].text, regex))
			return false;
	return true;
}

static void leave_out(struct assign *as, const struct conf_stmt *s,
		      const char *why)
{
	conf_complain_word(as->log, CONF_NOTE, &s->words[0],
			   "%s is left out: %s", s->words[0].text, why);
}

/* Return: true, or false with a note. */
static bool is_taken(struct assign *as, enum conf_context in,
		     const struct conf_stmt *s, enum conf_context *block)
{
	const struct conf_keyword *k = conf_keyword_find(in, s->words[0].text);
	bool values = in == CONF_IN_LIST || in == CONF_IN_GROUP ||
		      in == CONF_IN_ADDRESS;

	*block = k ? k->block : CONF_IN_LIST;
	if (values ? k && !(k->flags & CONF_DEBIAN) :
		     !k || !(k->flags & CONF_DEBIAN))
		leave_out(as, s, "keepalived 2.2.7 does not know it");
	else if (!can_read(s))
		leave_out(as, s, "keepalived 2.2.7 cannot read such a text");
	else if (assign_keyword(s, "persistence_timeout") && s->n == 2 &&
		 !strtoul(s->words[1].text, NULL, 10))
		leave_out(as, s, "0 is what keepalived takes without it");
	else
		return true;
	return false;
}

static bool is_absent(const struct conf_stmt *server)
{
	const struct conf_stmt *s;

	for (s = server->block; s; s = s->next)
		if (assign_keyword(s, "out_of_service"))
			return true;
	return false;
}

static const struct conf_stmt *find(const struct conf_stmt *s, const char *word)
{
	while (s && !assign_keyword(s, word))
		s = s->next;
	return s;
}

static void add_defaults(struct assign *as, const struct conf_stmt *service,
			 struct list *out)
{
	const struct conf_word *at = &service->words[0];
	const struct conf_stmt *block = service->block;

	if (!find(block, "lb_algo") && !find(block, "lvs_sched"))
		list_words(as, out, at, "lb_algo", "wlc", NULL);
	if (!find(block, "lb_kind") && !find(block, "lvs_method"))
		list_words(as, out, at, "lb_kind", "NAT", NULL);
	if (!find(block, "protocol"))
		list_words(as, out, at, "protocol", "TCP", NULL);
}

static void filter(struct assign *as, enum conf_context in,
		   const struct conf_stmt *s, struct list *out);

static struct conf_stmt *add(struct assign *as, enum conf_context block,
			     const struct conf_stmt *s, struct list *out)
{
	struct conf_stmt *copy;
	struct list list;

	if (assign_keyword(s, "nb_get_retry") && s->n == 2)
		return list_words(as, out, &s->words[0], "retry",
				  s->words[1].text, NULL);
	copy = list_add(as, out, s);
	if (copy && s->has_block) {
		list_init(&list);
		if (block == CONF_IN_SERVICE)
			add_defaults(as, s, &list);
		filter(as, block, s->block, &list);
		copy->block = list.first;
	}
	return copy;
}

static void filter(struct assign *as, enum conf_context in,
		   const struct conf_stmt *s, struct list *out)
{
	enum conf_context block;

	for (; s; s = s->next) {
		if (in == CONF_IN_SERVICE && assign_keyword(s, "real_server") &&
		    is_absent(s))
			conf_complain_word(as->log, CONF_NOTE, &s->words[0],
					   "real_server %s is left out: it is out of service",
					   s->n > 1 ? s->words[1].text : "");
		else if (is_taken(as, in, s, &block))
			add(as, block, s, out);
	}
}

/**
 * struct instance - a vrrp_instance that gets addresses
 * @as: context
 * @main: those that are advertised
 * @excluded: the others
 * @n: number of @main
 * @max: largest @n
 * @ipv6: family of @main, once there is one
 */
struct instance {
	struct assign *as;
	struct list main;
	struct list excluded;
	unsigned int n;
	unsigned int max;
	bool ipv6;
};

static bool is_ipv6(const char *addr)
{
	return strchr(addr, ':');
}

/* "192.0.2.1" and "192.0.2.1/32" are one. */
static bool has(const struct list *list, const char *addr)
{
	size_t n = strcspn(addr, "/");
	const struct conf_stmt *s;

	for (s = list->first; s; s = s->next)
		if (strcspn(s->words[0].text, "/") == n &&
		    !strncmp(s->words[0].text, addr, n))
			return true;
	return false;
}

static void add_address(struct instance *in, const struct conf_stmt *s)
{
	const char *addr = s->words[0].text;

	if (has(&in->main, addr) || has(&in->excluded, addr))
		return;
	if (!in->n)
		in->ipv6 = is_ipv6(addr);
	if (in->n < in->max && is_ipv6(addr) == in->ipv6) {
		list_add(in->as, &in->main, s);
		in->n++;
	} else {
		list_add(in->as, &in->excluded, s);
	}
}

/* Addresses that stand in the instance itself stay where they are. */
static void begin(struct instance *in, const struct conf_stmt *block,
		  const char *word, struct list *list)
{
	const struct conf_stmt *s = find(block, word);

	list_init(list);
	for (s = s ? s->block : NULL; s; s = s->next)
		list_add(in->as, list, s);
}

static void replace(struct assign *as, struct conf_stmt *instance,
		    const char *word, const struct list *addresses)
{
	const struct conf_stmt *s;
	struct conf_stmt *copy = NULL;
	struct list list;

	list_init(&list);
	for (s = instance->block; s; s = s->next) {
		struct conf_stmt *same = list_add(as, &list, s);

		if (assign_keyword(s, word))
			copy = same;
	}
	if (!copy && addresses->first)
		copy = list_words(as, &list, &instance->words[1], word, NULL);
	if (copy) {
		copy->has_block = true;
		copy->block = addresses->first;
	}
	instance->block = list.first;
}

/* What sites gave to it, into the instance. */
static void fill(struct assign *as, struct conf_stmt *instance,
		 const struct conf_stmt *first)
{
	const struct conf_stmt *s, *version = find(instance->block, "version");
	struct instance in = { .as = as };

	in.max = version && version->n == 2 &&
		 !strcmp(version->words[1].text, "3") ? 255 : ADVERTISED;
	begin(&in, instance->block, "virtual_ipaddress", &in.main);
	begin(&in, instance->block, "virtual_ipaddress_excluded",
	      &in.excluded);
	for (s = in.main.first; s; s = s->next)
		in.n++;
	if (in.n)
		in.ipv6 = is_ipv6(in.main.first->words[0].text);
	for (; first; first = first->next) {
		if (!assign_keyword(first, "vrrp_addresses") || first->n != 2 ||
		    strcmp(first->words[1].text, instance->words[1].text))
			continue;
		for (s = first->block; s; s = s->next)
			add_address(&in, s);
	}
	replace(as, instance, "virtual_ipaddress", &in.main);
	replace(as, instance, "virtual_ipaddress_excluded", &in.excluded);
}

static bool has_instance(const struct conf_stmt *s, const char *name)
{
	for (; s; s = s->next)
		if (assign_keyword(s, "vrrp_instance") && s->n == 2 &&
		    !strcmp(s->words[1].text, name))
			return true;
	return false;
}

static void filter_top(struct assign *as, const struct conf_stmt *first,
		       struct list *out)
{
	const struct conf_stmt *s;
	enum conf_context block;
	struct conf_stmt *copy;

	for (s = first; s; s = s->next) {
		if (assign_keyword(s, "vrrp_addresses")) {
			if (s->n == 2 && !has_instance(first, s->words[1].text))
				leave_out(as, s, "the vrrp_instance is not in this file");
			continue;
		}
		if (!is_taken(as, CONF_IN_TOP, s, &block))
			continue;
		copy = add(as, block, s, out);
		if (copy && assign_keyword(s, "vrrp_instance") && s->n == 2)
			fill(as, copy, first);
	}
}

/**
 * conf_keepalived() - what keepalived 2.2.7 takes of a plain tree
 * @tree: tree in plain form
 * @log: notes about what it does not take are added
 *
 * Return: another tree, which conf_print() prints for keepalived; NULL without
 * memory.
 */
struct conf_tree *conf_keepalived(const struct conf_tree *tree,
				  struct conf_log *log)
{
	static const struct conf_place whole = { .file = "configuration" };
	struct conf_tree *out = calloc(1, sizeof(*out));
	struct assign *as = calloc(1, sizeof(*as));
	struct list list;

	list_init(&list);
	if (out && as) {
		as->log = log;
		as->arena = &out->arena;
		filter_top(as, tree->first, &list);
	}
	free(as);
	if (!out || !as || out->arena.failed) {
		conf_complain(log, CONF_ERROR, &whole, 1,
			      "there is not enough memory for it");
		if (out)
			arena_free(&out->arena);
		free(out);
		return NULL;
	}
	out->first = list.first;
	out->origin = tree->origin;
	out->theirs = true;
	out->refs = 1;
	out->base = (struct conf_tree *)tree;
	out->base->refs++;
	return out;
}
