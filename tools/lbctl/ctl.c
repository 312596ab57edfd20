// SPDX-License-Identifier: GPL-2.0
/* The table of commands, and what happens before and after one. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lbctl.h"

/* A command's own file holds everything else about it. */
const struct command commands[] = {
	{ "service", "add, change, delete and show services",
	  "service add SERVICE [name NAME] [scheduler rr|wrr|lc|wlc|sed|nq|sh|dh|mh|fo|ovf|twos]\n"
	  "        [method dr|nat|tunnel] [tie rotate|first] [midstream reset|drop|pass|adopt]\n"
	  "        [timeout STATE=SECONDS,...] [persist SECONDS[/PREFIX]] [hash-port on|off]\n"
	  "        [hash-fallback on|off] [one-packet on|off] [slow-start SECONDS]\n"
	  "        [on-down keep|reset|hold] [on-server-gone reset|drop|reschedule]\n"
	  "        [track-seq on|off] [half-open-max N] [hook prerouting|input] [track on|off]\n"
	  "service set SERVICE [the same words] [force]\n"
	  "service del SERVICE [force]\n"
	  "service show [SERVICE]", cmd_service },
	{ "server", "add, change, delete, drain and show real servers",
	  "server add SERVICE ADDR[:PORT] [name NAME] [weight N] [max-conns N[:LOWER]]\n"
	  "server set SERVICE ADDR[:PORT] [the same words] [force]\n"
	  "server del SERVICE ADDR[:PORT] [force] [now]\n"
	  "server show [SERVICE [ADDR[:PORT]]]\n"
	  "server drain SERVICE|all ADDR[:PORT]|NAME [deadline 90s|10m|2h] [reason TEXT]\n"
	  "server disable|enable SERVICE|all ADDR[:PORT]|NAME [reason TEXT]\n"
	  "server weight SERVICE|all ADDR[:PORT]|NAME N|default [reason TEXT]",
	  cmd_server },
	{ "vip", "what happens to a VIP's ports without a service",
	  "vip set ADDR[/LENGTH] unknown-port pass|reject|drop\n"
	  "vip show [ADDR[/LENGTH]]", cmd_vip },
	{ "limits", "caps and default timeouts",
	  "limits set [conns N] [memory BYTES] [services N] [servers N] [vips N] [timeout STATE=SECONDS,...]\n"
	  "limits show", cmd_limits },
	{ "show", "services with their servers",
	  "show [ipvsadm]", cmd_show },
	{ "conn", "show and forget connections",
	  "conn show|flush [service SERVICE] [server ADDR[:PORT]] [client ADDR[/LENGTH]] [state STATE]",
	  cmd_conn },
	{ "stats", "counters and rates",
	  "stats [rate [SECONDS]]", cmd_stats },
	{ "monitor", "events as they happen",
	  "monitor [config] [state] [alarm] [drops]", cmd_monitor },
	{ "save", "print the configuration for apply", "save [limits]",
	  cmd_save },
	{ "apply", "replace the configuration in one transaction",
	  "apply FILE|- [dry-run] [force]", cmd_apply },
	{ "check", "what is wrong with a configuration file",
	  "check FILE [-i INSTANCE]", cmd_check },
	{ "sites", "which servers serve which site, and the reverse",
	  "sites FILE [-i INSTANCE]", cmd_sites },
	{ "expand", "print a configuration file in plain form",
	  "expand FILE [keepalived] [-i INSTANCE]", cmd_expand },
	{ "flush", "delete all services, servers and VIPs",
	  "flush [force]", cmd_flush },
	{ "explain", "what would happen to a packet, and why",
	  "explain tcp|udp CLIENT:PORT VIP:PORT [flags SYN,ACK,...] [hook prerouting|input|output] [mark N]",
	  cmd_explain },
	{ "version", "versions, generation and digest",
	  "version [digest]", cmd_version },
	{ "help", "this list, or the forms of one command",
	  "help [COMMAND]", cmd_help },
	{ NULL, NULL, NULL, NULL }
};

/**
 * ctl_complain() - an error of this program
 * @ctl: context
 * @fmt: sentence
 *
 * Return: REFUSED.
 */
int ctl_complain(struct lbctl *ctl, const char *fmt, ...)
{
	va_list ap;

	fputs("lbctl: ", ctl->err);
	va_start(ap, fmt);
	vfprintf(ctl->err, fmt, ap);
	va_end(ap);
	fputc('\n', ctl->err);
	return REFUSED;
}

/**
 * ctl_usage() - the words are wrong
 * @ctl: context
 * @ws: words with their error
 *
 * Return: USAGE.
 */
int ctl_usage(struct lbctl *ctl, const struct words *ws)
{
	ctl_complain(ctl, "%s", ws->error);
	return USAGE;
}

/**
 * ctl_refused() - the kernel, or the way to it, said no
 * @ctl: context
 *
 * Return: REFUSED.
 */
int ctl_refused(struct lbctl *ctl)
{
	const char *text = l4lb_error(ctl->h)->text;

	return ctl_complain(ctl, "%s", *text ? text : "out of memory");
}

/**
 * ctl_open() - reach the kernel
 * @ctl: context
 *
 * Return: DONE or REFUSED.
 */
int ctl_open(struct lbctl *ctl)
{
	int err;

	if (ctl->h)
		return DONE;
	err = ctl->io ? l4lb_open_io(&ctl->h, ctl->io) : l4lb_open(&ctl->h);
	if (!ctl->h)
		return ctl_complain(ctl, "out of memory");
	return err ? ctl_refused(ctl) : DONE;
}

static const struct command *find_command(struct words *ws)
{
	const char *known[sizeof(commands) / sizeof(commands[0])];
	const struct word *w = words_take(ws, "the command");
	unsigned int i;

	for (i = 0; w && commands[i].name; i++) {
		if (!strcmp(commands[i].name, w->text))
			return &commands[i];
		known[i] = commands[i].name;
	}
	known[i] = NULL;
	if (w)
		words_unknown(ws, w, known);
	return NULL;
}

/* Options may stand anywhere; a reason's text may look like one. */
static int take_options(struct lbctl *ctl, struct words *ws, int argc,
			char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		const struct word option = { .text = argv[i], .place = i };
		bool text = i > 1 && !strcmp(argv[i - 1], "reason");

		if (!text && !strcmp(argv[i], "-j")) {
			out_set_json(ctl->out);
		} else if (!text && !strcmp(argv[i], "-i") && i + 1 < argc) {
			ctl->id = argv[++i];
		} else if (!text && !strcmp(argv[i], "-N")) {
			/* Numbers are all we ever print. */
		} else if (!ws->n && (!strcmp(argv[i], "-h") ||
				      !strcmp(argv[i], "--help"))) {
			ws->w[ws->n++] = (struct word){ "help", i };
		} else if (!text && argv[i][0] == '-' && argv[i][1]) {
			words_wrong(ws, &option,
				    "there is no option \"%s\"; options are -j, -N and -i INSTANCE",
				    argv[i]);
		} else {
			ws->w[ws->n++] = (struct word){ argv[i], i };
		}
	}
	return *ws->error ? ctl_usage(ctl, ws) : DONE;
}

/**
 * ctl_main() - the whole of lbctl
 * @ctl: context with @out, @err, @in and perhaps @io
 * @argc: number of @argv
 * @argv: as for main()
 *
 * Return: exit status.
 */
int ctl_main(struct lbctl *ctl, int argc, char **argv)
{
	const struct command *command;
	struct words ws = { 0 };
	int ret;

	ws.w = calloc(argc + 1, sizeof(*ws.w));
	if (!ws.w)
		return ctl_complain(ctl, "out of memory");
	ret = take_options(ctl, &ws, argc, argv);
	if (ret)
		goto free_words;
	if (!ws.n) {
		ctl_complain(ctl,
			     "a command is missing; \"lbctl help\" lists them");
		ret = USAGE;
		goto free_words;
	}
	command = find_command(&ws);
	ret = command ? command->run(ctl, &ws) : ctl_usage(ctl, &ws);
	l4lb_close(ctl->h);
	ctl->h = NULL;
free_words:
	free(ws.w);
	return ret;
}
