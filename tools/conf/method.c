// SPDX-License-Identifier: GPL-2.0
/* lb_kind and lvs_method: NAT, DR or TUN [type ipip] */
#include <string.h>

#include "parse.h"

static bool tunnel(struct parse *p, const struct conf_word *words,
		   unsigned int n)
{
	if (strcmp(words[0].text, "type")) {
		parse_error(p, &words[0], "\"%s\" behind TUN: write TUN type ipip",
			    words[0].text);
		return false;
	}
	if (n < 2) {
		parse_error(p, &words[0], "the type is missing: write TUN type ipip");
		return false;
	}
	if (!strcmp(words[1].text, "ipip"))
		return true;
	if (!strcmp(words[1].text, "gue") || !strcmp(words[1].text, "gre"))
		parse_error(p, &words[1], "tunnels of type %s are not available: use ipip",
			    words[1].text);
	else
		parse_error(p, &words[1], "unknown type \"%s\": there is ipip",
			    words[1].text);
	return false;
}

/**
 * value_method() - the way to a server
 * @p: run
 * @words: arguments
 * @n: number of them
 * @method: out, &enum l4lb_method
 *
 * Return: whether they are one.
 */
bool value_method(struct parse *p, const struct conf_word *words,
		  unsigned int n, __u8 *method)
{
	static const char * const names[] = {
		[L4LB_METHOD_DR] = "DR",
		[L4LB_METHOD_NAT] = "NAT",
		[L4LB_METHOD_TUNNEL] = "TUN",
	};
	unsigned int value;

	if (!strcmp(words[0].text, "FULLNAT") || !strcmp(words[0].text, "FNAT")) {
		parse_error(p, &words[0],
			    "%s is not available yet: use NAT, DR or TUN",
			    words[0].text);
		return false;
	}
	if (!value_choice(p, &words[0], "method", names,
			  sizeof(names) / sizeof(names[0]), &value))
		return false;
	if (n > 1 && value != L4LB_METHOD_TUNNEL) {
		parse_error(p, &words[1], "surplus \"%s\" behind %s",
			    words[1].text, words[0].text);
		return false;
	}
	if (n > 1 && !tunnel(p, words + 1, n - 1))
		return false;
	*method = value;
	return true;
}
