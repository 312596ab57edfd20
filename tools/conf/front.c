// SPDX-License-Identifier: GPL-2.0
/* What is served: an address with a port, or a mark. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "front.h"

#define HAS(attr)	L4LB_BIT(L4LB_A_SERVICE_##attr)

/* 0.0.0.0/8, 127.0.0.0/8 and 240.0.0.0/4; RFC 6890, 2.2.2. ::, ::1, ::ffff:0:0/96 */
static bool reserved(const struct l4lb_addr *a)
{
	static const __u8 zero[16], one[16] = { [15] = 1 };
	static const __u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (a->family == 4)
		return !a->bytes[0] || a->bytes[0] == 127 || a->bytes[0] >= 240;
	return !memcmp(a->bytes, zero, 16) || !memcmp(a->bytes, one, 16) ||
	       !memcmp(a->bytes, mapped, 12);
}

/**
 * addr_problem() - can this be an address of a VIP or a server?
 * @a: address
 *
 * Return: NULL where it can, else what it is.
 */
const char *addr_problem(const struct l4lb_addr *a)
{
	if (a->family == 4 ? a->bytes[0] >> 4 == 14 : a->bytes[0] == 0xff)
		return "a multicast address";
	if (reserved(a))
		return "a loopback, broadcast or reserved address";
	if (a->family == 6 && a->bytes[0] == 0xfe && a->bytes[1] >> 6 == 2)
		return "a link-local address, which is good on one link only";
	return NULL;
}

/**
 * front_mark() - MARK [inet|inet6]
 * @p: run
 * @words: arguments
 * @n: number of them
 * @front: out
 *
 * Return: whether they are one.
 */
bool front_mark(struct parse *p, const struct conf_word *words, unsigned int n,
		struct conf_front *front)
{
	static const char * const families[] = { "inet", "inet6" };
	unsigned int family = 0;
	__u64 mark;

	if (!value_number(p, &words[0], 1, 0xffffffff, &mark))
		return false;
	if (n > 1 && !value_choice(p, &words[1], "family", families, 2, &family))
		return false;
	front->place = words[0].place;
	front->id.fwmark = mark;
	front->id.has = HAS(FWMARK);
	if (n > 1) {
		front->id.family = family ? 6 : 4;
		front->id.has |= HAS(FAMILY);
	}
	return true;
}

/* PORT or FIRST-LAST; "0" is any port, as with keepalived. */
static bool front_port(struct parse *p, const struct conf_word *word,
		       struct l4lb_service *id)
{
	char *text = pool_text(p->pool, word->text);
	char *dash = strchr(text, '-');
	struct conf_word part = *word;
	__u64 first, last;

	if (dash)
		*dash = '\0';
	part.text = text;
	if (!value_number(p, &part, dash ? 1 : 0, 65535, &first))
		return false;
	id->port = first;
	id->has |= HAS(PORT);
	if (!dash)
		return true;
	part.text = dash + 1;
	if (!value_number(p, &part, 1, 65535, &last))
		return false;
	if (last < first) {
		parse_error(p, word, "the range is upside down: its last port is below its first");
		return false;
	}
	id->port_last = last;
	if (last > first)
		id->has |= HAS(PORT_LAST);
	return true;
}

static bool prefix_clean(const struct l4lb_addr *a, unsigned int len)
{
	unsigned int bit, bits = l4lb_addr_bits(a);

	for (bit = len; bit < bits; bit++)
		if (a->bytes[bit / 8] & (0x80 >> bit % 8))
			return false;
	return true;
}

/**
 * front_addr() - ADDRESS[/LENGTH] [PORT[-LAST]]
 * @p: run
 * @words: arguments
 * @n: number of them
 * @front: out
 *
 * Return: whether they are one.
 */
bool front_addr(struct parse *p, const struct conf_word *words, unsigned int n,
		struct conf_front *front)
{
	const char *problem;
	int err;

	front->place = words[0].place;
	err = l4lb_prefix_parse(words[0].text, &front->id.addr,
				&front->id.prefix);
	if (err) {
		parse_error(p, &words[0],
			    err == -ERANGE ? "\"%s\": the prefix is longer than the address" :
			    "\"%s\" is not an address, nor \"group\" or \"fwmark\"",
			    words[0].text);
		return false;
	}
	if (!prefix_clean(&front->id.addr, front->id.prefix)) {
		parse_error(p, &words[0],
			    "the address has bits set behind its prefix");
		return false;
	}
	problem = addr_problem(&front->id.addr);
	if (problem) {
		parse_error(p, &words[0], "%s is %s: it cannot be served",
			    words[0].text, problem);
		return false;
	}
	front->id.has |= HAS(ADDR);
	if (front->id.prefix < l4lb_addr_bits(&front->id.addr))
		front->id.has |= HAS(PREFIX);
	front->id.has |= HAS(PORT);
	return n < 2 || front_port(p, &words[1], &front->id);
}

/*
 * The end of a range: an address, or what takes the place of the last part of
 * the first address.
 */
static bool range_end(const struct l4lb_addr *first, const char *text,
		      struct l4lb_addr *last)
{
	bool four = first->family == 4;
	size_t len = strspn(text, four ? "0123456789" :
				  "0123456789abcdefABCDEF");
	unsigned long part;

	if (strchr(text, four ? '.' : ':'))
		return !l4lb_addr_parse(text, last) &&
		       last->family == first->family;
	if (!len || len > 4 || text[len])
		return false;
	part = strtoul(text, NULL, four ? 10 : 16);
	if (four && part > 255)
		return false;
	*last = *first;
	if (four) {
		last->bytes[3] = part;
	} else {
		last->bytes[14] = part >> 8;
		last->bytes[15] = part;
	}
	return true;
}

static void addr_next(struct l4lb_addr *a)
{
	unsigned int i = l4lb_addr_bits(a) / 8;

	while (i-- && !++a->bytes[i])
		;
}

static void prefix_end(struct l4lb_addr *a, unsigned int len)
{
	unsigned int bit;

	for (bit = len; bit < l4lb_addr_bits(a); bit++)
		a->bytes[bit / 8] |= 0x80 >> bit % 8;
}

/* FIRST-LAST or ADDRESS/LENGTH as two addresses */
static bool range_read(struct parse *p, const struct conf_word *word,
		       struct l4lb_addr *first, struct l4lb_addr *last)
{
	char *text = pool_text(p->pool, word->text);
	char *dash = strchr(text, '-');
	__u8 len;
	int err;

	if (!dash) {
		err = l4lb_prefix_parse(text, first, &len);
		if (!err && !prefix_clean(first, len)) {
			parse_error(p, word, "the address has bits set behind its prefix");
			return false;
		}
		*last = *first;
		if (!err)
			prefix_end(last, len);
	} else {
		*dash = '\0';
		err = l4lb_addr_parse(text, first) ||
		      !range_end(first, dash + 1, last);
	}
	if (err) {
		parse_error(p, word, "\"%s\" is neither an address nor a range, nor \"fwmark\"",
			    word->text);
		return false;
	}
	if (memcmp(first->bytes, last->bytes, 16) > 0) {
		parse_error(p, word,
			    "the range is upside down: its last address is below its first");
		return false;
	}
	return true;
}

/**
 * front_range() - a line of a group: addresses, all with one port
 * @p: run
 * @words: arguments
 * @n: number of them
 * @group: the addresses are added here
 */
void front_range(struct parse *p, const struct conf_word *words, unsigned int n,
		 struct conf_group *group)
{
	struct l4lb_addr first, last, a;
	struct conf_front front = { .place = words[0].place };
	const char *problem;
	unsigned int count = 0;

	if (n > 1 && !front_port(p, &words[1], &front.id))
		return;
	if (!range_read(p, &words[0], &first, &last))
		return;
	for (a = first;; addr_next(&a)) {
		problem = addr_problem(&a);
		if (problem) {
			parse_error(p, &words[0], "%s is %s: it cannot be served",
				    words[0].text, problem);
			return;
		}
		if (++count > FRONTS_MAX) {
			parse_error(p, &words[0],
				    "more than %u addresses: virtual_server ADDRESS/LENGTH serves all of them",
				    FRONTS_MAX);
			return;
		}
		front.id.addr = a;
		front.id.prefix = l4lb_addr_bits(&a);
		front.id.has |= HAS(ADDR) | HAS(PORT);
		*pool_append(p->pool, group->fronts, group->n_fronts) = front;
		if (l4lb_addr_equal(&a, &last))
			return;
	}
}
