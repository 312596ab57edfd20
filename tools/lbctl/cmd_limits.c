// SPDX-License-Identifier: GPL-2.0
/* lbctl limits set|show */
#include <string.h>

#include "lbctl.h"
#include "object.h"

static int show(struct lbctl *ctl, struct words *ws)
{
	struct l4lb_limits l;
	unsigned int state;

	if (words_end(ws))
		return ctl_usage(ctl, ws);
	if (ctl_open(ctl))
		return REFUSED;
	if (l4lb_limits_get(ctl->h, &l))
		return ctl_refused(ctl);

	const struct out_field f[] = {
		F_U64("used_conns", l.used_conns),
		F_U64("conns", l.conns),
		F_U64("used_memory", l.used_memory),
		F_U64("memory", l.memory),
		F_U64("used_services", l.used_services),
		F_U64("services", l.services),
		F_U64("used_servers", l.used_servers),
		F_U64("servers", l.servers),
		F_U64("used_vips", l.used_vips),
		F_U64("vips", l.vips),
		F_U64("buckets", l.buckets),
		F_END
	};

	out_fields(ctl->out,
		   "conns     %{used_conns} of %{conns}\n"
		   "memory    %{used_memory} of %{memory} bytes, %{buckets} buckets\n"
		   "services  %{used_services} of %{services}\n"
		   "servers   %{used_servers} of %{servers}\n"
		   "vips      %{used_vips} of %{vips}", f);
	out_list(ctl->out, "timeouts");
	for (state = 1; state < L4LB_TIMEOUT_STATES; state++) {
		const struct out_field t[] = {
			F_STR("state", l4lb_state_name(state)),
			F_U64("seconds", l.timeouts.seconds[state]),
			F_END
		};

		if (l.timeouts.has & L4LB_BIT(state))
			out_item(ctl->out, "timeout   %-11{state} %{seconds} s",
				 t);
	}
	out_list_end(ctl->out);
	return DONE;
}

static int set(struct lbctl *ctl, struct words *ws)
{
	struct statement st = { 0 };

	if (parse_limits_set(ws, &st))
		return ctl_usage(ctl, ws);
	if (ctl_open(ctl))
		return REFUSED;
	return l4lb_limits_set(ctl->h, &st.limits) ? ctl_refused(ctl) : DONE;
}

/**
 * cmd_limits() - lbctl limits set|show
 * @ctl: context
 * @ws: words
 *
 * Return: exit status.
 */
int cmd_limits(struct lbctl *ctl, struct words *ws)
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
