// SPDX-License-Identifier: GPL-2.0
/*
 * The line of a site: NAME VIP,VIP... SERVER..., where
 *
 *	VIP	[tcp:|udp:]ADDRESS:PORT, an IPv6 address in brackets
 *	SERVER	NAME|NAME[FIRST-LAST]|ADDRESS, then perhaps :PORT and *WEIGHT;
 *		with "-" in front, not these
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "assign.h"

#define WEIGHT_MAX	65535

/* Return: the number, or -1. */
static long number(const char *text, long max)
{
	long value = 0;
	const char *p;

	for (p = text; *p; p++) {
		if (!isdigit((unsigned char)*p) || p - text > 6)
			return -1;
		value = value * 10 + *p - '0';
	}
	return p == text || value > max ? -1 : value;
}

/*
 * Cut "ADDRESS:PORT" or "[ADDRESS]:PORT" in two. Return: the port's text, NULL
 * where there is none; an IPv6 address without brackets has none.
 */
static char *cut_port(char **text)
{
	char *p = *text, *close, *colon;

	if (*p == '[') {
		close = strchr(p, ']');
		if (!close || (close[1] && close[1] != ':'))
			return NULL;
		*text = p + 1;
		*close = '\0';
		return close[1] ? close + 2 : NULL;
	}
	colon = strchr(p, ':');
	if (!colon || strchr(colon + 1, ':'))
		return NULL;
	*colon = '\0';
	return colon + 1;
}

static bool set_protocol(struct assign *as, struct site *site,
			 const struct conf_word *word, const char *protocol)
{
	if (site->n_vips && site->protocol != protocol &&
	    (!site->protocol || !protocol ||
	     strcmp(site->protocol, protocol))) {
		conf_complain_word(as->log, CONF_ERROR, word,
				   "all VIPs of a site have one protocol: make a site for each");
		return false;
	}
	site->protocol = protocol;
	return true;
}

static bool add_vip(struct assign *as, struct site *site,
		    const struct conf_word *word, char *text)
{
	const char *protocol = NULL, *whole, *addr;
	char *port;
	long n;

	if (!strncmp(text, "udp:", 4))
		protocol = "UDP";
	else if (!strncmp(text, "tcp:", 4))
		protocol = "TCP";
	whole = text + (protocol ? 4 : 0);
	text = arena_text(as->arena, whole, strlen(whole));
	if (!text)
		return false;
	port = cut_port(&text);
	n = port ? number(port, 65535) : -1;
	addr = hosts_address(as, text);
	if (!addr || n < 1) {
		conf_complain_word(as->log, CONF_ERROR, word,
				   "\"%s\" is no VIP: what is wanted is ADDRESS:PORT or [ADDRESS]:PORT, with udp: in front where it is UDP",
				   whole);
		return false;
	}
	if (!set_protocol(as, site, word, protocol))
		return false;
	if (site->n_vips == VIPS) {
		conf_complain_word(as->log, CONF_ERROR, word,
				   "a site has at most %d VIPs", VIPS);
		return false;
	}
	site->vips[site->n_vips++] = (struct vip){ addr, n, *word };
	return true;
}

/* Where a part of a word stands, unless quotes or variables hide it. */
static struct conf_word part_of(const struct conf_word *word, const char *text,
				size_t at)
{
	struct conf_word part = *word;

	if (word->length != strlen(word->text))
		return part;
	part.text = text;
	part.place.column += at;
	part.length = strlen(text) ? strlen(text) : 1;
	return part;
}

static bool read_vips(struct assign *as, struct site *site)
{
	const struct conf_word *word = &site->stmt->words[1];
	char *text = arena_text(as->arena, word->text, strlen(word->text));
	char *begin = text, *comma;

	for (; text; text = comma ? comma + 1 : NULL) {
		struct conf_word part;

		comma = strchr(text, ',');
		if (comma)
			*comma = '\0';
		part = part_of(word, text, text - begin);
		if (!*text) {
			conf_complain_word(as->log, CONF_ERROR, &part,
					   "a VIP is missing beside the comma; no blank stands there");
			return false;
		}
		if (!add_vip(as, site, &part, text))
			return false;
	}
	return site->n_vips;
}

/**
 * struct item - what a word says about servers
 * @word: the word
 * @names: hosts or an address
 * @port: port, 0: none
 * @weight: weight, -1: none
 * @without: not these
 */
struct item {
	const struct conf_word *word;
	struct range names;
	unsigned int port;
	int weight;
	bool without;
};

/* The weight and the port go, what is left is a name. */
static bool read_item(struct assign *as, const struct conf_word *word,
		      struct item *item)
{
	char *text = arena_text(as->arena, word->text, strlen(word->text));
	char *star, *port = NULL;
	long n;

	if (!text)
		return false;
	*item = (struct item){ .word = word, .weight = -1 };
	if (*text == '-') {
		item->without = true;
		text++;
	}
	star = strrchr(text, '*');
	if (star) {
		n = number(star + 1, WEIGHT_MAX);
		if (n < 0) {
			conf_complain_word(as->log, CONF_ERROR, word,
					   "what follows the * is a weight, 0 to %d",
					   WEIGHT_MAX);
			return false;
		}
		item->weight = n;
		*star = '\0';
	}
	if (*text != '[' || strchr(text, ':'))
		port = cut_port(&text);
	if (port) {
		n = number(port, 65535);
		if (n < 1) {
			conf_complain_word(as->log, CONF_ERROR, word,
					   "\"%s\" is no port", port);
			return false;
		}
		item->port = n;
	}
	if (item->without && (star || port)) {
		conf_complain_word(as->log, CONF_ERROR, word,
				   "a server that is left out has neither port nor weight");
		return false;
	}
	return range_parse(as, word, text, &item->names);
}

static const char *address_of(struct assign *as, const struct conf_word *word,
			      const char *name)
{
	const struct host *host = hosts_find(as, name);
	const char *addr = host ? host->addr : hosts_address(as, name);

	if (!addr && !as->arena->failed)
		hosts_unknown(as, word, name);
	return addr;
}

static struct server *find_server(struct site *site, const char *addr)
{
	unsigned int i;

	for (i = 0; i < site->n_servers; i++)
		if (!strcmp(site->servers[i].addr, addr))
			return &site->servers[i];
	return NULL;
}

static bool remove_server(struct assign *as, struct site *site,
			  const struct conf_word *word, const char *name,
			  const char *addr)
{
	struct server *s = find_server(site, addr);

	if (!s) {
		conf_complain_word(as->log, CONF_ERROR, word,
				   "%s is not among the servers in front of it",
				   name);
		return false;
	}
	site->n_servers--;
	memmove(s, s + 1, (char *)&site->servers[site->n_servers] - (char *)s);
	return true;
}

static bool add_server(struct assign *as, struct site *site,
		       const struct item *item, const char *name,
		       const char *addr)
{
	if (find_server(site, addr)) {
		conf_complain_word(as->log, CONF_ERROR, item->word,
				   "%s serves this site already", name);
		return false;
	}
	if (site->n_servers == SERVERS) {
		conf_complain_word(as->log, CONF_ERROR, item->word,
				   "a site has at most %d servers", SERVERS);
		return false;
	}
	site->servers[site->n_servers++] = (struct server){
		.addr = addr, .port = item->port, .weight = item->weight,
		.word = item->word,
	};
	return true;
}

static bool use_item(struct assign *as, struct site *site,
		     const struct item *item)
{
	unsigned int i;

	for (i = 0; i < item->names.n; i++) {
		const char *name = range_name(as, &item->names, i);
		const char *addr;
		bool fine;

		addr = name ? address_of(as, item->word, name) : NULL;
		if (!addr)
			return false;
		fine = item->without ?
			remove_server(as, site, item->word, name, addr) :
			add_server(as, site, item, name, addr);
		if (!fine)
			return false;
	}
	return true;
}

/**
 * site_read() - read the line of a site
 * @as: context
 * @stmt: its statement
 * @site: result; @site->servers has room for %SERVERS
 *
 * All its words are looked at, also behind one that is wrong.
 *
 * Return: true, or false with complaints.
 */
bool site_read(struct assign *as, const struct conf_stmt *stmt,
	       struct site *site)
{
	struct item item;
	unsigned int i;
	bool fine;

	site->stmt = stmt;
	site->protocol = NULL;
	site->n_vips = 0;
	site->n_servers = 0;
	if (stmt->n < 3) {
		conf_complain_word(as->log, CONF_ERROR, &stmt->words[0],
				   "what is wanted here is NAME VIP:PORT SERVER ...");
		return false;
	}
	fine = read_vips(as, site);
	for (i = 2; i < stmt->n; i++)
		fine &= read_item(as, &stmt->words[i], &item) &&
			use_item(as, site, &item);
	if (fine && !site->n_servers) {
		conf_complain_word(as->log, CONF_ERROR, &stmt->words[0],
				   "no server of %s is left",
				   stmt->words[0].text);
		return false;
	}
	return fine;
}
