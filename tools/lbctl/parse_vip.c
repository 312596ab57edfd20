// SPDX-License-Identifier: GPL-2.0
/* VIPs from words. */
#include <errno.h>
#include <string.h>

#include "parse.h"

/**
 * parse_vip_id() - ADDR[/LENGTH]
 * @ws: words
 * @vip: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_vip_id(struct words *ws, struct l4lb_vip *vip)
{
	bool has_len = false;
	int err = parse_prefix(ws, "the VIP's ADDR[/LENGTH]", &vip->addr,
			       &vip->prefix, &has_len);

	vip->has |= BIT(VIP_ADDR);
	if (has_len)
		vip->has |= BIT(VIP_PREFIX);
	return err;
}

PARSER(vip_unknown_port)
{
	(void)at;
	st->vip.has |= BIT(VIP_UNKNOWN_PORT);
	return take_choice(ws, "pass, reject or drop", l4lb_unknown_port_name,
			   L4LB_UNKNOWN_PORT_MAX, &st->vip.unknown_port);
}

/**
 * parse_vip_set() - ADDR[/LENGTH] unknown-port pass|reject|drop
 * @ws: words
 * @st: result
 *
 * Return: 0 or -EINVAL.
 */
int parse_vip_set(struct words *ws, struct statement *st)
{
	static const struct key keys[] = {
		{ "unknown-port", vip_unknown_port },
	};
	int err = parse_vip_id(ws, &st->vip);

	if (err)
		return err;
	if (ws->at == ws->n)
		return words_wrong(ws, NULL,
				   "unknown-port pass|reject|drop is missing");
	return PARSE_KEYS(ws, keys, st);
}
