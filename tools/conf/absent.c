// SPDX-License-Identifier: GPL-2.0
/*
 * out_of_service { }: a server leaves every site and service at one place. It
 * is told by its address, and marked; the rest of the configuration says what
 * becomes of it.
 */
#include <string.h>

#include "assign.h"

static struct absent *find(struct assign *as, const char *addr)
{
	struct absent *a = as->absent_of[assign_hash(addr)];

	while (a && strcmp(a->addr, addr))
		a = a->same;
	return a;
}

/* Return: false with a complaint. */
static bool add(struct assign *as, const struct conf_stmt *s, const char *name)
{
	const struct host *host = hosts_find(as, name);
	const char *addr = host ? host->addr : hosts_address(as, name);
	struct absent *a = arena_alloc(as->arena, sizeof(*a)), *other;

	if (as->arena->failed)
		return false;
	if (!addr) {
		hosts_unknown(as, &s->words[0], name);
		return false;
	}
	other = find(as, addr);
	if (other) {
		conf_complain_word(as->log, CONF_ERROR, &s->words[0],
				   "%s is out of service already, in %s:%u",
				   name, other->word->place.file,
				   other->word->place.line);
		return false;
	}
	a->name = name;
	a->addr = addr;
	a->word = &s->words[0];
	a->reason = s->n > 1 ? &s->words[1] : NULL;
	a->same = as->absent_of[assign_hash(addr)];
	as->absent_of[assign_hash(addr)] = a;
	*as->absent_tail = a;
	as->absent_tail = &a->next;
	return true;
}

/**
 * absent_read() - read out_of_service { }
 * @as: context with its hosts
 * @block: first statement in it
 */
void absent_read(struct assign *as, const struct conf_stmt *block)
{
	const struct conf_stmt *s;
	struct range range;
	unsigned int i;

	for (s = block; s; s = s->next) {
		if (s->n > 2 || s->has_block) {
			conf_complain_word(as->log, CONF_ERROR, &s->words[0],
					   "what is wanted here is SERVER [\"REASON\"], the reason in quotes");
			continue;
		}
		if (!range_parse(as, &s->words[0], s->words[0].text, &range))
			continue;
		for (i = 0; i < range.n; i++) {
			const char *name = range_name(as, &range, i);

			if (!name || !add(as, s, name))
				break;
		}
	}
}

/**
 * absent_mark() - mark a server that is out of service
 * @as: context
 * @addr: its address
 * @block: its block
 *
 * Return: @block, or one with the mark in front.
 */
const struct conf_stmt *absent_mark(struct assign *as, const char *addr,
				    const struct conf_stmt *block)
{
	struct absent *a = find(as, addr);
	struct conf_stmt *mark;
	struct conf_word *word;
	struct list list;

	if (!a)
		return block;
	a->used = true;
	list_init(&list);
	mark = list_words(as, &list, a->word, "out_of_service",
			  a->reason ? a->reason->text : NULL, NULL);
	if (!mark)
		return NULL;
	if (a->reason) {
		word = (struct conf_word *)&mark->words[1];
		*word = *a->reason;
		word->quoted = true;
	}
	mark->next = block;
	return mark;
}

static const char *server_address(struct assign *as, const struct conf_stmt *s)
{
	if (!assign_keyword(s, "real_server") || s->n < 2 || !s->has_block)
		return NULL;
	return hosts_address(as, s->words[1].text);
}

static bool is_marked(const struct conf_stmt *s)
{
	for (s = s->block; s; s = s->next)
		if (assign_keyword(s, "out_of_service"))
			return true;
	return false;
}

/**
 * absent_plain() - mark the servers of a service that stands in the file
 * @as: context
 * @service: virtual_server, a copy
 */
void absent_plain(struct assign *as, struct conf_stmt *service)
{
	const struct conf_stmt *s;
	struct list list;

	if (!as->absents)
		return;
	list_init(&list);
	for (s = service->block; s; s = s->next) {
		struct conf_stmt *copy = list_add(as, &list, s);
		const char *addr = server_address(as, s);

		if (!copy)
			return;
		if (!addr)
			continue;
		if (!is_marked(s))
			copy->block = absent_mark(as, addr, s->block);
		else if (find(as, addr))
			find(as, addr)->used = true;
	}
	service->block = list.first;
}

/**
 * absent_unused() - warn of servers that serve nothing
 * @as: context
 */
void absent_unused(struct assign *as)
{
	const struct absent *a;

	for (a = as->absents; a; a = a->next)
		if (!a->used)
			conf_complain_word(as->log, CONF_WARNING, a->word,
					   "%s serves nothing here, with or without this",
					   a->name);
}
