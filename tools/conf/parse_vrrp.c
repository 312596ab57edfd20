// SPDX-License-Identifier: GPL-2.0
/* vrrp_instance: its addresses. All else in it is lbvrrpd's. */
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

/**
 * parse_vrrp() - vrrp_instance
 * @p: run
 * @st: statement
 */
void parse_vrrp(struct parse *p, const struct conf_stmt *st)
{
	const struct conf_stmt *in, *line;
	struct conf_vrrp *vrrp;

	vrrp = pool_append(p->pool, p->conf->vrrp, p->conf->n_vrrp);
	vrrp->place = st->words[0].place;
	vrrp->name = st->n > 1 ? st->words[1].text : "";
	for (in = st->block; in; in = in->next) {
		if (strcmp(in->words[0].text, "virtual_ipaddress") &&
		    strcmp(in->words[0].text, "virtual_ipaddress_excluded"))
			continue;
		for (line = in->block; line; line = line->next)
			address(p, &line->words[0], vrrp);
	}
}
