// SPDX-License-Identifier: GPL-2.0
/* Values from words, and the keys before them. */
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "parse.h"

/**
 * parse_keys() - all keys of a command, in any order, each once
 * @ws: words
 * @keys: the keys
 * @n: number of @keys
 * @st: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_keys(struct words *ws, const struct key *keys, unsigned int n,
	       struct statement *st)
{
	const char *known[40] = { NULL };
	const struct word *w;
	__u64 seen = 0;
	unsigned int i;
	int err;

	while (ws->at < ws->n) {
		w = words_take(ws, "");
		for (i = 0; i < n && strcmp(keys[i].word, w->text); i++)
			known[i] = keys[i].word;
		if (i == n)
			return words_unknown(ws, w, known);
		if (!keys[i].parse)
			return words_wrong(ws, w,
					   "\"%s\" is not available in this version",
					   w->text);
		if (seen & 1ULL << i)
			return words_wrong(ws, w, "\"%s\" is given twice",
					   w->text);
		seen |= 1ULL << i;
		err = keys[i].parse(ws, w, st);
		if (err)
			return err;
	}
	return 0;
}

/**
 * take_string() - a text that must be there and fit
 * @ws: words
 * @what: what it is, for the sentence
 * @buf: result
 * @size: bytes of @buf
 *
 * Return: 0 or -EINVAL.
 */
int take_string(struct words *ws, const char *what, char *buf,
		size_t size)
{
	const struct word *w = words_take(ws, what);

	if (!w)
		return -EINVAL;
	if (!*w->text)
		return words_wrong(ws, w, "%s is empty", what);
	if (strlen(w->text) >= size)
		return words_wrong(ws, w, "\"%s\" is longer than %zu bytes",
				   w->text, size - 1);
	strcpy(buf, w->text);
	return 0;
}

/**
 * take_number() - a number that must be there
 * @ws: words
 * @what: what it is, for the sentence
 * @max: largest that is allowed
 * @value: result
 *
 * Return: 0 or -EINVAL.
 */
int take_number(struct words *ws, const char *what, __u64 max,
		__u64 *value)
{
	const struct word *w = words_take(ws, what);

	return w ? words_number(ws, w, w->text, max, value) : -EINVAL;
}

/**
 * take_u32() - a number of 32 bits that must be there
 * @ws: words
 * @what: what it is, for the sentence
 * @value: result
 *
 * Return: 0 or -EINVAL.
 */
int take_u32(struct words *ws, const char *what, __u32 *value)
{
	__u64 v = 0;
	int err = take_number(ws, what, 0xffffffff, &v);

	*value = v;
	return err;
}

/**
 * take_choice() - one of the words for a value of the contract
 * @ws: words
 * @what: what it is, for the sentence
 * @name: gives the word for a value
 * @max: largest value
 * @value: result
 *
 * Return: 0 or -EINVAL.
 */
int take_choice(struct words *ws, const char *what,
		const char *(*name)(unsigned int), unsigned int max,
		__u8 *value)
{
	const struct word *w = words_take(ws, what);
	unsigned int v = 0;
	int err = w ? words_choice(ws, w, w->text, name, max, &v) : -EINVAL;

	*value = v;
	return err;
}

static const char *switch_name(unsigned int value)
{
	return value == 1 ? "off" : value == 2 ? "on" : NULL;
}

/**
 * take_switch() - "on" or "off"
 * @ws: words
 * @value: result, 1 or 0
 *
 * Return: 0 or -EINVAL.
 */
int take_switch(struct words *ws, __u8 *value)
{
	__u8 choice = 1;
	int err = take_choice(ws, "on or off", switch_name, 2, &choice);

	*value = choice - 1;
	return err;
}

/**
 * take_duration() - "90", "90s", "10m" or "2h"
 * @ws: words
 * @what: what it is, for the sentence
 * @seconds: result
 *
 * Return: 0 or -EINVAL.
 */
int take_duration(struct words *ws, const char *what, __u32 *seconds)
{
	const struct word *w = words_take(ws, what);
	unsigned int unit = 1;
	__u64 value = 0;
	char buf[16];
	size_t len;
	int err;

	if (!w)
		return -EINVAL;
	len = strlen(w->text);
	if (!len || len >= sizeof(buf) || !isdigit((unsigned char)*w->text))
		return words_wrong(ws, w,
				   "\"%s\" is not a time: write 90s, 10m or 2h",
				   w->text);
	strcpy(buf, w->text);
	switch (buf[len - 1]) {
	case 'h':
		unit = 3600;
		break;
	case 'm':
		unit = 60;
		break;
	}
	if (strchr("smh", buf[len - 1]))
		buf[len - 1] = '\0';
	err = words_number(ws, w, buf, 0xffffffff / unit, &value);
	*seconds = value * unit;
	return err;
}

/**
 * parse_proto() - "tcp" or "udp"
 * @text: word
 * @proto: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_proto(const char *text, __u8 *proto)
{
	if (!strcmp(text, "tcp"))
		*proto = IPPROTO_TCP;
	else if (!strcmp(text, "udp"))
		*proto = IPPROTO_UDP;
	else
		return -EINVAL;
	return 0;
}

/**
 * parse_prefix() - an address, possibly with a length
 * @ws: words
 * @what: what it is, for the sentence
 * @addr: result
 * @len: result, all bits where there is no length
 * @has_len: result: a length was written
 *
 * Return: 0 or -EINVAL.
 */
int parse_prefix(struct words *ws, const char *what, struct l4lb_addr *addr,
		 __u8 *len, bool *has_len)
{
	const struct word *w = words_take(ws, what);
	int err;

	if (!w)
		return -EINVAL;
	err = l4lb_prefix_parse(w->text, addr, len);
	*has_len = strchr(w->text, '/');
	if (err == -ERANGE)
		return words_wrong(ws, w,
				   "the length in \"%s\" is above %u",
				   w->text, l4lb_addr_bits(addr));
	if (err)
		return words_wrong(ws, w, "\"%s\" is not ADDR[/LENGTH]",
				   w->text);
	return 0;
}

/**
 * parse_endpoint() - an address, possibly with a port
 * @ws: words
 * @what: what it is, for the sentence
 * @addr: result
 * @port: result
 * @has_port: result; NULL: a port must be there
 *
 * Return: 0 or -EINVAL.
 */
int parse_endpoint(struct words *ws, const char *what, struct l4lb_addr *addr,
		   __u16 *port, bool *has_port)
{
	const struct word *w = words_take(ws, what);
	bool has;
	int err;

	if (!w)
		return -EINVAL;
	err = l4lb_endpoint_parse(w->text, addr, port, &has);
	if (err == -ERANGE)
		return words_wrong(ws, w, "the port in \"%s\" is above 65535",
				   w->text);
	if (err)
		return words_wrong(ws, w, "\"%s\" is not an %s", w->text,
				   has_port ? "ADDR[:PORT]" : "ADDR:PORT");
	if (!has && !has_port)
		return words_wrong(ws, w,
				   "\"%s\" has no port: write %s%s%s:PORT",
				   w->text, addr->family == 6 &&
				   w->text[0] != '[' ? "[" : "", w->text,
				   addr->family == 6 && w->text[0] != '[' ?
				   "]" : "");
	if (has_port)
		*has_port = has;
	return 0;
}

/**
 * take_timeouts() - STATE=SECONDS,...
 * @ws: words
 * @inherit: "default" may stand for the seconds
 * @t: result
 *
 * Return: 0 or -EINVAL.
 */
int take_timeouts(struct words *ws, bool inherit, struct l4lb_timeouts *t)
{
	const struct word *w = words_take(ws, "STATE=SECONDS,...");
	char buf[512], *item, *rest = buf, *value;
	unsigned int state = 0;
	__u64 seconds;
	int err;

	if (!w)
		return -EINVAL;
	if (strlen(w->text) >= sizeof(buf))
		return words_wrong(ws, w, "STATE=SECONDS,... is too long");
	strcpy(buf, w->text);
	while ((item = strsep(&rest, ","))) {
		value = strchr(item, '=');
		if (!value)
			return words_wrong(ws, w,
					   "\"%s\" is not STATE=SECONDS", item);
		*value++ = '\0';
		err = words_choice(ws, w, item, l4lb_state_name,
				   L4LB_TIMEOUT_STATES - 1, &state);
		if (err)
			return err;
		seconds = 0;
		if (!inherit || strcmp(value, "default"))
			err = words_number(ws, w, value, 0xffffffff, &seconds);
		if (err)
			return err;
		if (t->has & L4LB_BIT(state))
			return words_wrong(ws, w, "\"%s\" is given twice",
					   item);
		t->has |= L4LB_BIT(state);
		t->seconds[state] = seconds;
	}
	return 0;
}

/**
 * parse_force() - the word "force"
 * @ws: words
 * @at: not used
 * @st: result
 *
 * Return: 0.
 */
int parse_force(struct words *ws, const struct word *at,
		struct statement *st)
{
	(void)ws;
	(void)at;
	st->flags |= L4LB_F_FORCE;
	return 0;
}

/**
 * parse_now() - the word "now"
 * @ws: words
 * @at: not used
 * @st: result
 *
 * Return: 0.
 */
int parse_now(struct words *ws, const struct word *at,
	      struct statement *st)
{
	(void)ws;
	(void)at;
	st->flags |= L4LB_F_NOW;
	return 0;
}

/**
 * parse_service_delete() - what follows the identity in service del
 * @ws: words
 * @st: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_service_delete(struct words *ws, struct statement *st)
{
	static const struct key keys[] = {
		{ "force", parse_force },
	};

	return PARSE_KEYS(ws, keys, st);
}

/**
 * parse_server_delete() - what follows the identity in server del
 * @ws: words
 * @st: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_server_delete(struct words *ws, struct statement *st)
{
	static const struct key keys[] = {
		{ "force", parse_force },
		{ "now", parse_now },
	};

	return PARSE_KEYS(ws, keys, st);
}
