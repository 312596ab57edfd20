// SPDX-License-Identifier: GPL-2.0
/* Limits from words. */
#include <errno.h>
#include <string.h>

#include "parse.h"

PARSER(limits_conns)
{
	(void)at;
	st->limits.has |= BIT(LIMITS_CONNS);
	return take_u32(ws, "the number of connections", &st->limits.conns);
}

/* Bytes; K, M and G are powers of 1024. */
PARSER(limits_memory)
{
	static const char suffix[] = "KMG";
	const struct word *w = words_take(ws, "the number of bytes");
	unsigned int shift = 0;
	char buf[32], *unit;
	const char *s;
	size_t len;
	int err;

	(void)at;
	if (!w)
		return -EINVAL;
	len = strlen(w->text);
	if (!len || len >= sizeof(buf))
		return words_wrong(ws, w, "\"%s\" is not a number of bytes",
				   w->text);
	strcpy(buf, w->text);
	unit = buf + len - 1;
	s = strchr(suffix, *unit);
	if (s) {
		shift = 10 * (s - suffix + 1);
		*unit = '\0';
	}
	err = words_number(ws, w, buf, 0xffffffffffffffffULL >> shift,
			   &st->limits.memory);
	st->limits.memory <<= shift;
	st->limits.has |= BIT(LIMITS_MEMORY);
	return err;
}

PARSER(limits_services)
{
	(void)at;
	st->limits.has |= BIT(LIMITS_SERVICES);
	return take_u32(ws, "the number of services", &st->limits.services);
}

PARSER(limits_servers)
{
	(void)at;
	st->limits.has |= BIT(LIMITS_SERVERS);
	return take_u32(ws, "the number of servers", &st->limits.servers);
}

PARSER(limits_vips)
{
	(void)at;
	st->limits.has |= BIT(LIMITS_VIPS);
	return take_u32(ws, "the number of VIPs", &st->limits.vips);
}

PARSER(limits_timeout)
{
	(void)at;
	st->limits.has |= BIT(LIMITS_TIMEOUT);
	return take_timeouts(ws, false, &st->limits.timeouts);
}

/**
 * parse_limits_set() - what follows limits set
 * @ws: words
 * @st: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_limits_set(struct words *ws, struct statement *st)
{
	static const struct key keys[] = {
		{ "conns", limits_conns },
		{ "memory", limits_memory },
		{ "services", limits_services },
		{ "servers", limits_servers },
		{ "vips", limits_vips },
		{ "timeout", limits_timeout },
	};

	if (ws->at == ws->n)
		return words_wrong(ws, NULL,
				   "conns, memory, services, servers, vips or timeout is missing");
	return PARSE_KEYS(ws, keys, st);
}
