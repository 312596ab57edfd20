// SPDX-License-Identifier: GPL-2.0
/* Services from words: identities, and the keys behind them. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

/* "N", "N-M" or "any" behind the address of @w. */
static int parse_ports(struct words *ws, const struct word *w, char *text,
		       struct l4lb_service *s)
{
	static const char * const any[] = { "any", NULL };
	char *last = strchr(text, '-');
	__u64 port = 0;

	s->has |= BIT(SERVICE_PORT);
	if (!strcmp(text, any[0]))
		return 0;
	if (isalpha((unsigned char)*text)) {
		const struct word part = { .text = text, .place = w->place };

		return words_unknown(ws, &part, any);
	}
	if (last)
		*last++ = '\0';
	if (words_number(ws, w, text, 0xffffffff, &port))
		return -EINVAL;
	if (!port)
		return words_wrong(ws, w,
				   "\"%s\": write \"any\" for every port",
				   w->text);
	s->port = port;
	if (last) {
		if (port <= 65535 &&
		    words_number(ws, w, last, 0xffffffff, &port))
			return -EINVAL;
		s->port_last = port;
		s->has |= BIT(SERVICE_PORT_LAST);
	}
	if (port > 65535)
		return words_wrong(ws, w, "the port in \"%s\" is above 65535",
				   w->text);
	return 0;
}

/* ADDR[/LENGTH] of @w. */
static int parse_front_addr(struct words *ws, const struct word *w,
			    const char *text, struct l4lb_service *s)
{
	int err = l4lb_prefix_parse(text, &s->addr, &s->prefix);

	if (err == -ERANGE)
		return words_wrong(ws, w,
				   "the length in \"%s\" is above %u",
				   w->text, l4lb_addr_bits(&s->addr));
	if (err)
		return words_wrong(ws, w, "\"%s\" is not an ADDR:PORT",
				   w->text);
	s->has |= BIT(SERVICE_ADDR);
	if (strchr(text, '/'))
		s->has |= BIT(SERVICE_PREFIX);
	return 0;
}

/* ADDR[/LENGTH]:PORT[-PORT] or ADDR[/LENGTH]:any, IPv6 in brackets. */
static int parse_front(struct words *ws, struct l4lb_service *s)
{
	const struct word *w = words_take(ws, "the service's ADDR:PORT");
	char buf[L4LB_SERVICE_STR], *addr = buf, *port;

	if (!w)
		return -EINVAL;
	if (strlen(w->text) >= sizeof(buf))
		return words_wrong(ws, w, "\"%s\" is not an ADDR:PORT",
				   w->text);
	strcpy(buf, w->text);
	port = strrchr(buf, ':');
	if (*buf == '[') {
		char *close = strchr(buf, ']');

		if (close && close[1] == '/')
			return words_wrong(ws, w,
					   "\"%s\": write [ADDR/LENGTH]:PORT",
					   w->text);
		addr++;
		port = close ? close + 1 : NULL;
		if (close)
			*close = '\0';
		if (!port || (*port && *port != ':'))
			return words_wrong(ws, w,
					   "\"%s\" is not an ADDR:PORT",
					   w->text);
	} else if (port && strchr(buf, ':') != port) {
		/* Without brackets, colons belong to the address. */
		port = NULL;
	}
	if (port && *port)
		*port++ = '\0';
	else
		port = NULL;
	if (parse_front_addr(ws, w, addr, s))
		return -EINVAL;
	if (!port)
		return words_wrong(ws, w, "\"%s\" has no port: write %s%s%s:PORT",
				   w->text, s->addr.family == 6 ? "[" : "",
				   addr, s->addr.family == 6 ? "]" : "");
	return parse_ports(ws, w, port, s);
}

/**
 * parse_mark() - a mark, decimal or with 0x
 * @ws: words
 * @what: what it is, for the sentence
 * @mark: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_mark(struct words *ws, const char *what, __u32 *mark)
{
	const struct word *w = words_take(ws, what);
	__u64 value = 0;
	char *end;

	*mark = 0;
	if (!w)
		return -EINVAL;
	if (!strncmp(w->text, "0x", 2) && isxdigit((unsigned char)w->text[2])) {
		value = strtoull(w->text, &end, 16);
		if (*end || value > 0xffffffff || strlen(w->text) > 10)
			return words_wrong(ws, w, "\"%s\" is not a mark",
					   w->text);
	} else if (words_number(ws, w, w->text, 0xffffffff, &value)) {
		return -EINVAL;
	}
	*mark = value;
	return 0;
}

/* N [family 4|6] */
static int parse_fwmark(struct words *ws, struct l4lb_service *s)
{
	const struct word *w;

	s->has |= BIT(SERVICE_FWMARK);
	if (parse_mark(ws, "the mark", &s->fwmark))
		return -EINVAL;
	if (!words_accept(ws, "family"))
		return 0;
	w = words_take(ws, "4 or 6");
	if (!w)
		return -EINVAL;
	if (strcmp(w->text, "4") && strcmp(w->text, "6"))
		return words_wrong(ws, w, "\"%s\" is no family: write 4 or 6",
				   w->text);
	s->family = *w->text - '0';
	s->has |= BIT(SERVICE_FAMILY);
	return 0;
}

/* Whether @text is a misspelt beginning of what @next goes on with. */
static const char *meant_kind(const char *text, const char *next)
{
	static const char * const protos[] = { "tcp", "udp", NULL };
	static const char * const mark[] = { "fwmark", NULL };

	if (!next || (*next != '[' && !isdigit((unsigned char)*next)))
		return NULL;
	return words_nearest(text, next[strspn(next, "0123456789")] ? protos :
								      mark);
}

/* A word that stands where a service should, and is no kind of service. */
static int parse_service_name(struct words *ws, const struct word *w, bool name,
			      struct l4lb_service *s)
{
	static const char * const kinds[] = { "tcp", "udp", "fwmark", NULL };
	struct l4lb_addr addr;
	__u16 port;
	bool has;

	if (!name || meant_kind(w->text, words_peek(ws)))
		return words_unknown(ws, w, kinds);
	if (!l4lb_endpoint_parse(w->text, &addr, &port, &has))
		return words_wrong(ws, w,
				   "\"%s\": write tcp or udp before the address of a service",
				   w->text);
	if (strlen(w->text) >= sizeof(s->name))
		return words_wrong(ws, w, "\"%s\" is longer than %zu bytes",
				   w->text, sizeof(s->name) - 1);
	strcpy(s->name, w->text);
	s->has |= BIT(SERVICE_NAME);
	return 0;
}

/**
 * parse_service_id() - SERVICE := tcp|udp ADDR[/LENGTH]:PORT[-PORT]|any |
 *	fwmark N [family 4|6] | NAME
 * @ws: words
 * @name: NAME is allowed
 * @s: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_service_id(struct words *ws, bool name, struct l4lb_service *s)
{
	const struct word *w = words_take(ws, name ?
			"the service (tcp|udp ADDR:PORT, fwmark N, or NAME)" :
			"the service (tcp|udp ADDR:PORT, or fwmark N)");

	if (!w)
		return -EINVAL;
	if (!strcmp(w->text, "fwmark"))
		return parse_fwmark(ws, s);
	if (parse_proto(w->text, &s->proto))
		return parse_service_name(ws, w, name, s);
	s->has |= BIT(SERVICE_PROTO);
	return parse_front(ws, s);
}

PARSER(service_name)
{
	(void)at;
	st->service.has |= BIT(SERVICE_NAME);
	return take_string(ws, "the name", st->service.name,
			   sizeof(st->service.name));
}

PARSER(service_scheduler)
{
	(void)at;
	st->service.has |= BIT(SERVICE_SCHEDULER);
	return take_string(ws, "the scheduler", st->service.scheduler,
			   sizeof(st->service.scheduler));
}

PARSER(service_method)
{
	(void)at;
	st->service.has |= BIT(SERVICE_METHOD);
	return take_choice(ws, "the method", l4lb_method_name, L4LB_METHOD_MAX,
			   &st->service.method);
}

PARSER(service_tie)
{
	(void)at;
	st->service.has |= BIT(SERVICE_TIE);
	return take_choice(ws, "rotate or first", l4lb_tie_name, L4LB_TIE_MAX,
			   &st->service.tie);
}

PARSER(service_midstream)
{
	(void)at;
	st->service.has |= BIT(SERVICE_MIDSTREAM);
	return take_choice(ws, "reset, drop, pass or adopt",
			   l4lb_midstream_name, L4LB_MIDSTREAM_MAX,
			   &st->service.midstream);
}

PARSER(service_on_down)
{
	(void)at;
	st->service.has |= BIT(SERVICE_ON_DOWN);
	return take_choice(ws, "keep, reset or hold", l4lb_on_down_name,
			   L4LB_ON_DOWN_MAX, &st->service.on_down);
}

PARSER(service_on_gone)
{
	(void)at;
	st->service.has |= BIT(SERVICE_ON_SERVER_GONE);
	return take_choice(ws, "reset, drop or reschedule", l4lb_on_gone_name,
			   L4LB_ON_GONE_MAX, &st->service.on_gone);
}

/* Clients are not taken at the output. */
PARSER(service_hook)
{
	(void)at;
	st->service.has |= BIT(SERVICE_HOOK);
	return take_choice(ws, "prerouting or input", l4lb_hook_name,
			   L4LB_HOOK_LOCAL_IN, &st->service.hook);
}

/* SECONDS[/PREFIX] */
PARSER(service_persist)
{
	const struct word *w = words_take(ws, "SECONDS[/PREFIX]");
	char buf[32], *prefix;
	__u64 value = 0;
	int err;

	(void)at;
	if (!w)
		return -EINVAL;
	if (strlen(w->text) >= sizeof(buf))
		return words_wrong(ws, w, "\"%s\" is not SECONDS[/PREFIX]",
				   w->text);
	strcpy(buf, w->text);
	prefix = strchr(buf, '/');
	if (prefix)
		*prefix++ = '\0';
	err = words_number(ws, w, buf, 0xffffffff, &value);
	st->service.persist = value;
	st->service.has |= BIT(SERVICE_PERSIST);
	if (!err && prefix) {
		/* No address has more. */
		err = words_number(ws, w, prefix, 128, &value);
		st->service.persist_prefix = value;
		st->service.has |= BIT(SERVICE_PERSIST_PREFIX);
	}
	return err;
}

#define SWITCH(field, attr)						\
	PARSER(service_##field)						\
	{								\
		(void)at;						\
		st->service.has |= BIT(SERVICE_##attr);			\
		return take_switch(ws, &st->service.field);		\
	}

SWITCH(hash_port, HASH_PORT)
SWITCH(hash_fallback, HASH_FALLBACK)
SWITCH(one_packet, ONE_PACKET)
SWITCH(track_seq, TRACK_SEQ)
SWITCH(track, TRACK)

PARSER(service_slow_start)
{
	(void)at;
	st->service.has |= BIT(SERVICE_SLOW_START);
	return take_u32(ws, "SECONDS", &st->service.slow_start);
}

PARSER(service_half_open_max)
{
	(void)at;
	st->service.has |= BIT(SERVICE_HALF_OPEN_MAX);
	return take_u32(ws, "the number of half-open connections",
			&st->service.half_open_max);
}

PARSER(service_timeout)
{
	(void)at;
	st->service.has |= BIT(SERVICE_TIMEOUT);
	return take_timeouts(ws, true, &st->service.timeouts);
}

/**
 * parse_service_keys() - what follows the identity in service add|set
 * @ws: words
 * @st: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_service_keys(struct words *ws, struct statement *st)
{
	static const struct key keys[] = {
		{ "name", service_name },
		{ "scheduler", service_scheduler },
		{ "method", service_method },
		{ "tie", service_tie },
		{ "midstream", service_midstream },
		{ "timeout", service_timeout },
		{ "force", parse_force },
		{ "persist", service_persist },
		{ "hash-port", service_hash_port },
		{ "hash-fallback", service_hash_fallback },
		{ "one-packet", service_one_packet },
		{ "slow-start", service_slow_start },
		{ "on-down", service_on_down },
		{ "on-server-gone", service_on_gone },
		{ "track-seq", service_track_seq },
		{ "half-open-max", service_half_open_max },
		{ "hook", service_hook },
		{ "track", service_track },
	};

	return PARSE_KEYS(ws, keys, st);
}
