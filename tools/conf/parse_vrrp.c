// SPDX-License-Identifier: GPL-2.0
/*
 * vrrp_instance, and vrrp_addresses that sites give to one: the addresses. All
 * else is lbvrrpd's.
 */
#include <string.h>

#include "parse.h"

/* An address with a length, and then what lbvrrpd wants to know of it. */
static void address(struct parse *p, const struct conf_word *word,
		    struct conf_vrrp *vrrp)
{
	struct l4lb_addr addr;
	unsigned int n;
	__u8 len;

	if (l4lb_prefix_parse(word->text, &addr, &len))
		return;
	n = vrrp->n_addrs;
	vrrp->lens = pool_grow(p->pool, vrrp->lens, n, sizeof(*vrrp->lens));
	vrrp->lens[n] = len;
	vrrp->places = pool_grow(p->pool, vrrp->places, n,
				 sizeof(*vrrp->places));
	vrrp->places[n] = word->place;
	*pool_append(p->pool, vrrp->addrs, vrrp->n_addrs) = addr;
}

static void addresses(struct parse *p, const struct conf_stmt *st,
		      struct conf_vrrp *vrrp)
{
	const struct conf_stmt *line;

	for (line = st->block; line; line = line->next)
		address(p, &line->words[0], vrrp);
}

/**
 * parse_vrrp() - vrrp_instance or vrrp_addresses
 * @p: run
 * @st: statement
 */
void parse_vrrp(struct parse *p, const struct conf_stmt *st)
{
	const struct conf_stmt *in;
	struct conf_vrrp *vrrp;

	vrrp = pool_append(p->pool, p->conf->vrrp, p->conf->n_vrrp);
	vrrp->place = st->words[st->n > 1].place;
	vrrp->name = st->n > 1 ? st->words[1].text : "";
	vrrp->given = !strcmp(st->words[0].text, "vrrp_addresses");
	if (vrrp->given) {
		addresses(p, st, vrrp);
		return;
	}
	for (in = st->block; in; in = in->next)
		if (!strcmp(in->words[0].text, "virtual_ipaddress") ||
		    !strcmp(in->words[0].text, "virtual_ipaddress_excluded"))
			addresses(p, in, vrrp);
}
