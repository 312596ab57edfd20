// SPDX-License-Identifier: GPL-2.0
/* lbctl vip set|show */
#include <string.h>

#include "lbctl.h"
#include "object.h"

/**
 * struct shown - which VIPs to show
 * @ctl: context
 * @want: identity, has 0: all
 * @n: shown so far
 */
struct shown {
	struct lbctl *ctl;
	struct l4lb_vip want;
	unsigned int n;
};

static int print_vip(const struct l4lb_vip *vip, void *arg)
{
	struct out_field f[OBJECT_FIELDS];
	struct object_text text;
	struct shown *shown = arg;

	if (shown->want.has &&
	    (!l4lb_addr_equal(&shown->want.addr, &vip->addr) ||
	     l4lb_vip_prefix(&shown->want) != l4lb_vip_prefix(vip)))
		return 0;
	shown->n++;
	fields_vip(vip, &text, f);
	out_item(shown->ctl->out,
		 "%-39{_vip} unknown-port %-7{unknown_port} %-8{_state} services %{services}",
		 f);
	return 0;
}

static int show(struct lbctl *ctl, struct words *ws)
{
	struct shown shown = { .ctl = ctl };
	char text[L4LB_PREFIX_STR];
	int err = 0;

	if (words_peek(ws))
		err = parse_vip_id(ws, &shown.want);
	if (err || words_end(ws))
		return ctl_usage(ctl, ws);
	if (ctl_open(ctl))
		return REFUSED;
	out_list(ctl->out, "vips");
	err = l4lb_vip_dump(ctl->h, print_vip, &shown);
	out_list_end(ctl->out);
	if (err)
		return ctl_refused(ctl);
	if (shown.want.has && !shown.n)
		return ctl_complain(ctl, "vip %s: no such VIP",
				    l4lb_vip_format(&shown.want, text));
	return DONE;
}

static int set(struct lbctl *ctl, struct words *ws)
{
	struct statement st = { 0 };

	if (parse_vip_set(ws, &st))
		return ctl_usage(ctl, ws);
	if (ctl_open(ctl))
		return REFUSED;
	return l4lb_vip_set(ctl->h, &st.vip, st.flags) ? ctl_refused(ctl) :
							 DONE;
}

/**
 * cmd_vip() - lbctl vip set|show
 * @ctl: context
 * @ws: words
 *
 * Return: exit status.
 */
int cmd_vip(struct lbctl *ctl, struct words *ws)
{
	static const char * const verbs[] = { "set", "show", NULL };
	const struct word *w = words_take(ws, "set or show");

	if (!w)
		return ctl_usage(ctl, ws);
	if (!strcmp(w->text, "set"))
		return set(ctl, ws);
	if (!strcmp(w->text, "show"))
		return show(ctl, ws);
	words_unknown(ws, w, verbs);
	return ctl_usage(ctl, ws);
}
