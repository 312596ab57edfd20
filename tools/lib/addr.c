// SPDX-License-Identifier: GPL-2.0
/* Addresses and ports as text. No names are looked up. */
#include <arpa/inet.h>
#include <ctype.h>

#include "internal.h"

/**
 * l4lb_addr_parse() - "192.0.2.1", "2001:db8::1" or "[2001:db8::1]"
 * @text: text
 * @addr: result
 *
 * Return: 0, or -EINVAL where @text is no address.
 */
int l4lb_addr_parse(const char *text, struct l4lb_addr *addr)
{
	size_t len = strlen(text);
	char buf[L4LB_ADDR_STR];

	memset(addr, 0, sizeof(*addr));
	if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
		if (!memchr(text, ':', len))
			return -EINVAL;
	}
	if (len >= sizeof(buf))
		return -EINVAL;
	memcpy(buf, text, len);
	buf[len] = '\0';

	if (inet_pton(AF_INET, buf, addr->bytes) == 1)
		addr->family = 4;
	else if (inet_pton(AF_INET6, buf, addr->bytes) == 1)
		addr->family = 6;
	else
		memset(addr, 0, sizeof(*addr));
	return addr->family ? 0 : -EINVAL;
}

/**
 * l4lb_addr_bits() - how long an address is
 * @addr: address
 *
 * Return: 32 or 128.
 */
__u8 l4lb_addr_bits(const struct l4lb_addr *addr)
{
	return addr->family == 6 ? 128 : 32;
}

/* Decimal digits only, no sign, no blank, at most @max. */
static int parse_number(const char *text, unsigned long max,
			unsigned long *value)
{
	unsigned long v = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return -EINVAL;
		v = v * 10 + (*text - '0');
		if (v > max)
			return -ERANGE;
	}
	*value = v;
	return 0;
}

/**
 * l4lb_prefix_parse() - "192.0.2.0/24" or an address alone
 * @text: text
 * @addr: result
 * @len: result, all bits where @text has no length
 *
 * Return: 0, or -EINVAL; -ERANGE: more bits than the address has.
 */
int l4lb_prefix_parse(const char *text, struct l4lb_addr *addr, __u8 *len)
{
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	unsigned long bits;
	char buf[L4LB_ENDPOINT_STR];
	int err;

	if (n >= sizeof(buf))
		return -EINVAL;
	memcpy(buf, text, n);
	buf[n] = '\0';
	err = l4lb_addr_parse(buf, addr);
	if (err)
		return err;
	bits = l4lb_addr_bits(addr);
	if (slash)
		err = parse_number(slash + 1, bits, &bits);
	*len = bits;
	return err;
}

/**
 * l4lb_endpoint_parse() - "192.0.2.1:80", "[2001:db8::1]:80", or an address
 * @text: text
 * @addr: result
 * @port: result in host order, 0 where there is none
 * @has_port: result
 *
 * Return: 0, -EINVAL: no such thing, -ERANGE: the port is above 65535.
 */
int l4lb_endpoint_parse(const char *text, struct l4lb_addr *addr,
			__u16 *port, bool *has_port)
{
	const char *colon = strrchr(text, ':');
	unsigned long number = 0;
	char buf[L4LB_ENDPOINT_STR];
	size_t n;
	int err;

	*port = 0;
	*has_port = false;
	/* Without brackets, colons belong to an IPv6 address. */
	if (!colon || (text[0] == '[' && colon[-1] != ']') ||
	    (text[0] != '[' && strchr(text, ':') != colon))
		return l4lb_addr_parse(text, addr);

	n = colon - text;
	if (n >= sizeof(buf))
		return -EINVAL;
	memcpy(buf, text, n);
	buf[n] = '\0';
	err = l4lb_addr_parse(buf, addr);
	if (err)
		return err;
	err = parse_number(colon + 1, 65535, &number);
	if (err)
		return err;
	*port = number;
	*has_port = true;
	return 0;
}

/**
 * l4lb_addr_format() - an address as text
 * @addr: address
 * @buf: %L4LB_ADDR_STR bytes
 *
 * Return: @buf.
 */
char *l4lb_addr_format(const struct l4lb_addr *addr, char *buf)
{
	if (!addr->family ||
	    !inet_ntop(addr->family == 4 ? AF_INET : AF_INET6, addr->bytes, buf,
		       L4LB_ADDR_STR))
		strcpy(buf, "?");
	return buf;
}

/**
 * l4lb_prefix_format() - an address and how much of it counts
 * @addr: address
 * @len: bits; all: only the address is written
 * @buf: %L4LB_PREFIX_STR bytes
 *
 * Return: @buf: "192.0.2.0/24", "2001:db8::/64" or "192.0.2.1".
 */
char *l4lb_prefix_format(const struct l4lb_addr *addr, __u8 len, char *buf)
{
	size_t end;

	l4lb_addr_format(addr, buf);
	if (len == l4lb_addr_bits(addr))
		return buf;
	end = strlen(buf);
	snprintf(buf + end, L4LB_PREFIX_STR - end, "/%u", len);
	return buf;
}

/**
 * l4lb_endpoint_format() - address and port as text, IPv6 in brackets
 * @addr: address
 * @port: host order
 * @buf: %L4LB_ENDPOINT_STR bytes
 *
 * Return: @buf.
 */
char *l4lb_endpoint_format(const struct l4lb_addr *addr, __u16 port, char *buf)
{
	char text[L4LB_ADDR_STR];

	snprintf(buf, L4LB_ENDPOINT_STR, addr->family == 6 ? "[%s]:%u" : "%s:%u",
		 l4lb_addr_format(addr, text), port);
	return buf;
}

/**
 * l4lb_addr_equal() - whether two addresses are the same
 * @a: address
 * @b: address
 *
 * Return: true where they are.
 */
bool l4lb_addr_equal(const struct l4lb_addr *a, const struct l4lb_addr *b)
{
	return a->family == b->family && !memcmp(a->bytes, b->bytes, 16);
}
