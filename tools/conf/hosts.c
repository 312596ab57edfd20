// SPDX-License-Identifier: GPL-2.0
/* hosts { }: names for addresses, and ranges of both. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "assign.h"

#define RANGE	65536	/* names of one */
#define NEAR	1024	/* names that are compared with one that is not known */

/* Digits up to @end; false where there are none or too many. */
static bool number(const char *p, const char *end, unsigned int *value)
{
	unsigned int v = 0;

	if (p == end || end - p > 6)
		return false;
	for (; p < end; p++) {
		if (!isdigit((unsigned char)*p))
			return false;
		v = v * 10 + *p - '0';
	}
	*value = v;
	return true;
}

/**
 * range_parse() - read "web[001-120]" or a single name
 * @as: context
 * @word: where it stands
 * @text: pattern, in the memory of a tree
 * @range: result
 *
 * With a zero in front, all numbers have as many digits as the first.
 *
 * Return: true, or false with a complaint.
 */
bool range_parse(struct assign *as, const struct conf_word *word,
		 const char *text, struct range *range)
{
	const char *open = strchr(text, '['), *dash, *close;
	unsigned int to, digits;

	*range = (struct range){
		.text = text, .head = strlen(text), .tail = "", .n = 1,
	};
	if (!open)
		return true;
	dash = strchr(open, '-');
	close = strchr(open, ']');
	if (!close || !dash || dash > close ||
	    !number(open + 1, dash, &range->from) ||
	    !number(dash + 1, close, &to) || strchr(close, '[')) {
		conf_complain_word(as->log, CONF_ERROR, word,
				   "\"%s\" is no range: what is wanted is NAME[FIRST-LAST], with numbers",
				   text);
		return false;
	}
	digits = dash - open - 1;
	if (digits > 1 && open[1] == '0')
		range->width = digits;
	if (to < range->from || to - range->from >= RANGE) {
		conf_complain_word(as->log, CONF_ERROR, word,
				   "\"%s\" goes from %u to %u: that is not 1 to %d names",
				   text, range->from, to, RANGE);
		return false;
	}
	if (range->width && close - dash - 1 != range->width) {
		conf_complain_word(as->log, CONF_ERROR, word,
				   "the first number of \"%s\" has %u digits, the last %u",
				   text, digits, (int)(close - dash - 1));
		return false;
	}
	range->head = open - text;
	range->tail = close + 1;
	range->n = to - range->from + 1;
	return true;
}

/**
 * range_name() - one of the names
 * @as: context
 * @range: range
 * @i: which, from 0
 *
 * Return: name, NULL without memory.
 */
const char *range_name(struct assign *as, const struct range *range,
		       unsigned int i)
{
	if (range->head == strlen(range->text))
		return range->text;
	return arena_print(as->arena, "%.*s%0*u%s", (int)range->head,
			   range->text, (int)range->width, range->from + i,
			   range->tail);
}

/**
 * hosts_address() - an address as everybody writes it
 * @as: context
 * @text: IPv4 or IPv6 address
 *
 * Return: address, NULL: it is none.
 */
const char *hosts_address(struct assign *as, const char *text)
{
	char buf[INET6_ADDRSTRLEN];
	unsigned char bytes[16];
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;

	if (inet_pton(family, text, bytes) != 1 ||
	    !inet_ntop(family, bytes, buf, sizeof(buf)))
		return NULL;
	return arena_text(as->arena, buf, strlen(buf));
}

/**
 * hosts_find() - what is this name?
 * @as: context
 * @name: name
 *
 * Return: host, or NULL.
 */
const struct host *hosts_find(struct assign *as, const char *name)
{
	const struct host *h = as->hosts[assign_hash(name)];

	while (h && strcmp(h->name, name))
		h = h->next;
	return h;
}

/* Names that differ in their number only; @equal: in its zeros only. */
static bool same_letters(const char *a, const char *b, bool *equal)
{
	size_t n = strcspn(a, "0123456789");
	char *end_a, *end_b;

	if (!a[n] || strncmp(a, b, n) || !isdigit((unsigned char)b[n]))
		return false;
	*equal = strtoul(a + n, &end_a, 10) == strtoul(b + n, &end_b, 10);
	return !strcmp(end_a, end_b);
}

/* Another number of the same name is no better guess than any other. */
static const char *nearest(struct assign *as, const char *name)
{
	const char *names[NEAR];
	const struct host *h;
	unsigned int i, n = 0;
	bool equal;

	for (i = 0; i < HOST_BUCKETS; i++) {
		for (h = as->hosts[i]; h && n < NEAR; h = h->next) {
			if (!same_letters(name, h->name, &equal))
				names[n++] = h->name;
			else if (equal)
				return h->name;
		}
	}
	return conf_nearest(name, names, n);
}

/**
 * hosts_unknown() - complain about a name
 * @as: context
 * @word: where it stands
 * @name: name that is not known
 */
void hosts_unknown(struct assign *as, const struct conf_word *word,
		   const char *name)
{
	const char *near = nearest(as, name);

	if (near)
		conf_complain_word(as->log, CONF_ERROR, word,
				   "there is no host \"%s\"; did you mean \"%s\"?",
				   name, near);
	else
		conf_complain_word(as->log, CONF_ERROR, word,
				   "there is no host \"%s\", and it is no address",
				   name);
}

static bool add_host(struct assign *as, const struct conf_stmt *s,
		     const char *name, const char *addr)
{
	const struct host *other = name ? hosts_find(as, name) : NULL;
	const char *address = addr ? hosts_address(as, addr) : NULL;
	struct host *h = arena_alloc(as->arena, sizeof(*h));

	if (as->arena->failed || as->n_hosts > ALL_SERVERS)
		return false;
	if (!assign_is_name(name) || hosts_address(as, name)) {
		conf_complain_word(as->log, CONF_ERROR, &s->words[0],
				   "\"%s\" cannot be the name of a host: letters, digits, \"_\", \".\" and \"-\", and no address",
				   name);
		return false;
	}
	if (!address) {
		conf_complain_word(as->log, CONF_ERROR, &s->words[1],
				   "\"%s\" is no address", addr);
		return false;
	}
	if (other) {
		conf_complain_word(as->log, CONF_ERROR, &s->words[0],
				   "%s has an address already, in %s:%u", name,
				   other->word->place.file,
				   other->word->place.line);
		return false;
	}
	if (as->n_hosts++ == ALL_SERVERS) {
		conf_complain_word(as->log, CONF_ERROR, &s->words[0],
				   "more than %d hosts", ALL_SERVERS);
		return false;
	}
	h->name = name;
	h->addr = address;
	h->word = &s->words[0];
	h->next = as->hosts[assign_hash(name)];
	as->hosts[assign_hash(name)] = h;
	return true;
}

static void read_line(struct assign *as, const struct conf_stmt *s)
{
	struct range names, addrs;
	unsigned int i;

	if (s->n != 2 || s->has_block) {
		conf_complain_word(as->log, CONF_ERROR, &s->words[0],
				   "what is wanted here is NAME ADDRESS, or NAME[FIRST-LAST] ADDRESS[FIRST-LAST]");
		return;
	}
	if (!range_parse(as, &s->words[0], s->words[0].text, &names) ||
	    !range_parse(as, &s->words[1], s->words[1].text, &addrs))
		return;
	if (names.n != addrs.n) {
		conf_complain_word(as->log, CONF_ERROR, &s->words[1],
				   "\"%s\" and \"%s\" differ in length: %u and %u",
				   names.text, addrs.text, names.n, addrs.n);
		return;
	}
	for (i = 0; i < names.n; i++)
		if (!add_host(as, s, range_name(as, &names, i),
			      range_name(as, &addrs, i)))
			return;
}

/**
 * hosts_read() - read hosts { }
 * @as: context
 * @block: first statement in it
 */
void hosts_read(struct assign *as, const struct conf_stmt *block)
{
	for (; block; block = block->next)
		read_line(as, block);
}
