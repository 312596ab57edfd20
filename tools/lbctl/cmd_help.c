// SPDX-License-Identifier: GPL-2.0
/* lbctl help */
#include <string.h>

#include "lbctl.h"

static void print_command(struct lbctl *ctl, const struct command *c)
{
	const struct out_field f[] = {
		F_STR("command", c->name),
		F_STR("summary", c->summary),
		F_STR("usage", c->usage),
		F_END
	};

	out_item(ctl->out, "  %-9{command} %{summary}", f);
}

static void print_forms(struct lbctl *ctl, const struct command *c)
{
	const struct out_field f[] = {
		F_STR("command", c->name),
		F_STR("summary", c->summary),
		F_STR("usage", c->usage),
		F_END
	};

	out_item(ctl->out, "%{command}: %{summary}\n%{usage}", f);
}

/**
 * cmd_help() - lbctl help [COMMAND]
 * @ctl: context
 * @ws: words
 *
 * Return: exit status.
 */
int cmd_help(struct lbctl *ctl, struct words *ws)
{
	const char *known[64] = { NULL };
	const struct word *w = NULL;
	unsigned int i;

	if (words_peek(ws))
		w = words_take(ws, "");
	if (words_end(ws))
		return ctl_usage(ctl, ws);
	for (i = 0; commands[i].name && i < 63; i++) {
		known[i] = commands[i].name;
		if (!w || strcmp(commands[i].name, w->text))
			continue;
		out_list(ctl->out, "commands");
		print_forms(ctl, &commands[i]);
		out_list_end(ctl->out);
		return DONE;
	}
	if (w) {
		words_unknown(ws, w, known);
		return ctl_usage(ctl, ws);
	}
	out_text(ctl->out, "usage: lbctl [-j] COMMAND ...; -j prints JSON\n");
	out_list(ctl->out, "commands");
	for (i = 0; commands[i].name; i++)
		print_command(ctl, &commands[i]);
	out_list_end(ctl->out);
	out_text(ctl->out,
		 "\"lbctl help COMMAND\" shows its forms. SERVICE is\ntcp|udp ADDR[/LENGTH]:PORT[-PORT], tcp|udp ADDR[/LENGTH]:any, fwmark N [family 6], or NAME.\n");
	return DONE;
}
