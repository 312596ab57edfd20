// SPDX-License-Identifier: GPL-2.0
/* lbctl monitor: events as they happen, one a line. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "lbctl.h"
#include "object.h"

#define HAS(e, attr)	((e)->has & L4LB_BIT(L4LB_A_##attr))

static const char *event_name(unsigned int cmd)
{
	switch (cmd) {
	case L4LB_CMD_SERVICE_NEW_NTF:
		return "service-new";
	case L4LB_CMD_SERVICE_SET_NTF:
		return "service-set";
	case L4LB_CMD_SERVICE_DEL_NTF:
		return "service-del";
	case L4LB_CMD_SERVER_NEW_NTF:
		return "server-new";
	case L4LB_CMD_SERVER_SET_NTF:
		return "server-set";
	case L4LB_CMD_SERVER_DEL_NTF:
		return "server-del";
	case L4LB_CMD_SERVER_STATE_NTF:
		return "server-state";
	case L4LB_CMD_VIP_NTF:
		return "vip";
	case L4LB_CMD_LIMITS_NTF:
		return "limits";
	case L4LB_CMD_COMMIT_NTF:
		return "commit";
	case L4LB_CMD_ALARM_NTF:
		return "alarm";
	}
	return "unknown";
}

static void print_time(char *buf, size_t size)
{
	struct timespec now;
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	len = strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + len, size - len, ".%03ld", now.tv_nsec / 1000000);
}

static void print_event(struct lbctl *ctl, const char *tmpl, const char *event,
			const struct out_field *more)
{
	struct out_field f[OBJECT_FIELDS + 8];
	char when[40];
	unsigned int n = 0;

	print_time(when, sizeof(when));
	f[n++] = F_STR("time", when);
	f[n++] = F_STR("event", event);
	while (more && more->type != OUT_NONE)
		f[n++] = *more++;
	f[n] = F_END;
	out_line(ctl->out, tmpl, f);
}

/* Templates */
#define HEAD	"%{time} %-12{event}"
#define SERVICE_LINE HEAD " %{_service}[ name %{name}][ scheduler %{scheduler}][ method %{method}]"
#define SERVER_LINE HEAD " %{_service} -> %{_end} weight %{_weight} %{state}[ (%{_why})]"
#define VIP_LINE HEAD " %{addr} unknown-port %{unknown_port} %{_state}"
#define COMMIT_LINE HEAD " generation %{generation} digest %{digest} changed %{changed}"
#define OTHER_LINE HEAD "[ %{alarm}]"
#define LOST_LINE "%{time} %{event}: some events did not fit into the socket"

static int deliver(const struct l4lb_event *e, void *arg)
{
	const char *event = event_name(e->cmd), *tmpl;
	struct out_field f[OBJECT_FIELDS];
	struct object_text text;
	struct lbctl *ctl = arg;

	if (HAS(e, SERVICE)) {
		fields_service(&e->service, &text, f);
		tmpl = SERVICE_LINE;
	} else if (HAS(e, SERVER)) {
		fields_server(&e->server, &text, f);
		tmpl = SERVER_LINE;
	} else if (HAS(e, VIP)) {
		fields_vip(&e->vip, &text, f);
		tmpl = VIP_LINE;
	} else {
		f[0] = F_U64("generation", e->generation);
		f[1] = F_HEX("digest", e->digest);
		f[2] = F_U64("changed", e->count);
		f[3] = F_STR("owner", l4lb_owner_name(e->owner));
		f[4] = F_STR("alarm", l4lb_alarm_name(e->alarm));
		f[5] = F_END;
		tmpl = e->cmd == L4LB_CMD_COMMIT_NTF ? COMMIT_LINE :
							 OTHER_LINE;
	}
	print_event(ctl, tmpl, event, f);
	return 0;
}

static int parse_groups(struct words *ws, unsigned int *groups)
{
	static const char * const known[] = {
		L4LB_MCGRP_CONFIG, L4LB_MCGRP_STATE, L4LB_MCGRP_ALARM, NULL
	};
	const struct word *w;
	unsigned int i;

	*groups = 0;
	while (ws->at < ws->n) {
		w = words_take(ws, "");
		for (i = 0; known[i] && strcmp(known[i], w->text); i++)
			;
		if (!known[i])
			return words_unknown(ws, w, known);
		*groups |= L4LB_BIT(i);
	}
	if (!*groups)
		*groups = L4LB_G_CONFIG | L4LB_G_STATE | L4LB_G_ALARM;
	return 0;
}

/**
 * cmd_monitor() - lbctl monitor [config] [state] [alarm]
 * @ctl: context
 * @ws: words
 *
 * The first line, "listening", is printed once nothing can be missed any more.
 *
 * Return: exit status; ends on a signal as a rule.
 */
int cmd_monitor(struct lbctl *ctl, struct words *ws)
{
	unsigned int groups;
	int err;

	if (parse_groups(ws, &groups))
		return ctl_usage(ctl, ws);
	if (ctl_open(ctl))
		return REFUSED;
	if (l4lb_subscribe(ctl->h, groups))
		return ctl_refused(ctl);
	print_event(ctl, "%{time} %{event}", "listening", NULL);
	do {
		err = l4lb_event_recv(ctl->h, deliver, ctl);
		if (err == -ENOBUFS) {
			print_event(ctl, LOST_LINE, "lost", NULL);
			err = 0;
		}
	} while (!err);
	return ctl_refused(ctl);
}
