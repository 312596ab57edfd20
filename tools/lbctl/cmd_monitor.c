// SPDX-License-Identifier: GPL-2.0
/* lbctl monitor: events as they happen, one a line. */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
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
	case L4LB_CMD_DRAIN_NTF:
		return "drain";
	case L4LB_CMD_DROP_NTF:
		return "drop";
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
#define SERVICE_LINE HEAD " %{service}[ name %{name}][ scheduler %{scheduler}][ method %{method}]"
#define SERVER_LINE HEAD " %{service} -> %{_end} weight %{_weight} %{_status}[ (%{_why})]"
#define DRAIN_LINE HEAD " %{service} -> %{_end} %{_drained}[, %{_ended} connections end]"
#define VIP_LINE HEAD " %{_vip} unknown-port %{unknown_port} %{_state}"
#define COMMIT_LINE HEAD " generation %{generation} digest %{digest} changed %{changed}"
#define ALARM_LINE HEAD " %{alarm}[: %{_sentence}][, %{service}]"
#define DROP_PACKET " %{verdict} %{proto} %{source} > %{destination}[ %{flags}]"
#define DROP_PLACE "[ from %{dev}][ at %{hook}][ service %{service}]"
#define DROP_LINE HEAD DROP_PACKET DROP_PLACE ": %{_sentence} (%{reason})[ %{_missed}]"
#define CAPS " conns %{conns} memory %{memory} services %{services} servers %{servers}"
#define LIMITS_LINE HEAD CAPS " vips %{vips}[ timeout %{_timeouts}]"
#define OTHER_LINE HEAD
#define LOST_LINE "%{time} %{event}: some events did not fit into the socket"

/* What is full, or nearly so, in words. */
static const char *alarm_sentence(unsigned int alarm)
{
	switch (alarm) {
	case L4LB_ALARM_CONNS_NEAR:
		return "four fifths of the connection limit are used";
	case L4LB_ALARM_CONNS_FULL:
		return "the connection limit is reached";
	case L4LB_ALARM_HALF_OPEN:
		return "a service has reached its limit of half-open connections";
	}
	return NULL;
}

/**
 * struct drop_text - strings that the fields of a drop point to
 * @proto: its protocol
 * @source: its source
 * @destination: its destination
 * @flags: TCP flags
 * @dev: name of the interface
 * @service: identity of the service
 * @missed: how many more there were
 */
struct drop_text {
	char proto[8];
	char source[L4LB_ENDPOINT_STR];
	char destination[L4LB_ENDPOINT_STR];
	char flags[40];
	char dev[IF_NAMESIZE + 12];
	char service[L4LB_SERVICE_STR];
	char missed[40];
};

#define HAS_DROP(d, attr)	((d)->has & L4LB_BIT(L4LB_A_DROP_##attr))

/* Without ports where there are none, as in ICMP. */
static const char *drop_end(const struct l4lb_addr *addr, __u16 port,
			    bool has_port, char *buf)
{
	return has_port ? l4lb_endpoint_format(addr, port, buf) :
			  l4lb_addr_format(addr, buf);
}

static void drop_fields(const struct l4lb_drop *d, struct drop_text *t,
			struct out_field *f)
{
	const char *sentence = l4lb_reason_sentence(d->reason);
	bool ports = l4lb_proto_name(d->proto) && HAS_DROP(d, SPORT);

	memset(t, 0, sizeof(*t));
	*f++ = F_STR("reason", d->name);
	*f++ = F_U64("reason_id", d->reason);
	*f++ = F_STR("_sentence", sentence ? sentence : "newer than this lbctl");
	*f++ = F_STR("verdict", l4lb_verdict_name(d->verdict));
	*f++ = F_STR("hook", l4lb_hook_name(d->hook));
	*f++ = F_STR("proto", proto_text(d->proto, t->proto));
	*f++ = F_STR("source", drop_end(&d->saddr, d->sport, ports,
					t->source));
	*f++ = F_STR("destination", drop_end(&d->daddr, d->dport, ports,
					     t->destination));
	if (d->proto == IPPROTO_TCP)
		tcp_flags_text(d->tcp_flags, t->flags, sizeof(t->flags));
	*f++ = F_STR("flags", *t->flags ? t->flags : NULL);
	if (d->iif && !if_indextoname(d->iif, t->dev))
		snprintf(t->dev, sizeof(t->dev), "#%u", d->iif);
	*f++ = F_STR("dev", *t->dev ? t->dev : NULL);
	if (HAS_DROP(d, SERVICE))
		l4lb_service_format(&d->service, t->service);
	*f++ = F_STR("service", *t->service ? t->service : NULL);
	*f++ = F_U64("missed", d->missed);
	if (d->missed)
		snprintf(t->missed, sizeof(t->missed), "(+%llu not shown)",
			 d->missed);
	*f++ = F_STR("_missed", t->missed);
	*f = F_END;
}

/* How a drain went: to its end, or to its deadline. */
static void drain_fields(const struct object_text *text, struct out_field *f)
{
	*f++ = F_U64("left", text->left);
	*f++ = F_STR("_drained", text->left ? "the deadline has come" :
					      "no connection is left");
	*f++ = text->left ? F_U64("_ended", text->left) : F_NULL("_ended");
	*f = F_END;
}

static int deliver_drop(const struct l4lb_event *e, struct lbctl *ctl)
{
	struct out_field f[OBJECT_FIELDS];
	struct drop_text text;

	drop_fields(&e->drop, &text, f);
	print_event(ctl, DROP_LINE, event_name(e->cmd), f);
	return 0;
}

static int deliver_alarm(const struct l4lb_event *e, struct lbctl *ctl)
{
	char service[L4LB_SERVICE_STR];
	const struct out_field f[] = {
		F_STR("alarm", l4lb_alarm_name(e->alarm)),
		F_STR("_sentence", alarm_sentence(e->alarm)),
		F_STR("service", HAS(e, SERVICE) ?
		      l4lb_service_format(&e->service, service) : NULL),
		F_END
	};

	print_event(ctl, ALARM_LINE, event_name(e->cmd), f);
	return 0;
}

static int deliver_limits(const struct l4lb_event *e, struct lbctl *ctl)
{
	const struct l4lb_limits *l = &e->limits;
	char timeouts[256] = "", keys[L4LB_TIMEOUT_STATES][40];
	struct out_field f[8 + L4LB_TIMEOUT_STATES];
	unsigned int n = 0, state;
	size_t len = 0;

	f[n++] = F_U64("conns", l->conns);
	f[n++] = F_U64("memory", l->memory);
	f[n++] = F_U64("services", l->services);
	f[n++] = F_U64("servers", l->servers);
	f[n++] = F_U64("vips", l->vips);
	for (state = 1; state < L4LB_TIMEOUT_STATES; state++) {
		if (!(l->timeouts.has & L4LB_BIT(state)))
			continue;
		if (len < sizeof(timeouts))
			len += snprintf(timeouts + len, sizeof(timeouts) - len,
					"%s%s=%u", len ? "," : "",
					l4lb_state_name(state),
					l->timeouts.seconds[state]);
		snprintf(keys[state], sizeof(keys[state]), "timeouts.%s",
			 l4lb_state_name(state));
		f[n++] = F_U64(keys[state], l->timeouts.seconds[state]);
	}
	f[n++] = F_STR("_timeouts", timeouts);
	f[n] = F_END;
	print_event(ctl, LIMITS_LINE, event_name(e->cmd), f);
	return 0;
}

static int deliver_commit(const struct l4lb_event *e, struct lbctl *ctl)
{
	const struct out_field f[] = {
		F_U64("generation", e->generation),
		F_HEX("digest", e->digest),
		F_U64("changed", e->count),
		F_END
	};

	print_event(ctl, COMMIT_LINE, event_name(e->cmd), f);
	return 0;
}

static int deliver(const struct l4lb_event *e, void *arg)
{
	const char *event = event_name(e->cmd), *tmpl;
	struct out_field f[OBJECT_FIELDS];
	struct object_text text;
	struct lbctl *ctl = arg;

	if (e->cmd == L4LB_CMD_DROP_NTF)
		return deliver_drop(e, ctl);
	if (e->cmd == L4LB_CMD_ALARM_NTF)
		return deliver_alarm(e, ctl);
	if (e->cmd == L4LB_CMD_LIMITS_NTF)
		return deliver_limits(e, ctl);
	if (e->cmd == L4LB_CMD_COMMIT_NTF)
		return deliver_commit(e, ctl);
	if (HAS(e, SERVICE)) {
		fields_service(&e->service, &text, f);
		tmpl = SERVICE_LINE;
	} else if (HAS(e, SERVER)) {
		fields_server(&e->server, &text, f);
		if (e->cmd == L4LB_CMD_DRAIN_NTF)
			drain_fields(&text, f + fields_count(f));
		tmpl = e->cmd == L4LB_CMD_DRAIN_NTF ? DRAIN_LINE : SERVER_LINE;
	} else if (HAS(e, VIP)) {
		fields_vip(&e->vip, &text, f);
		tmpl = VIP_LINE;
	} else {
		f[0] = F_END;
		tmpl = OTHER_LINE;
	}
	print_event(ctl, tmpl, event, f);
	return 0;
}

static int parse_groups(struct words *ws, unsigned int *groups)
{
	static const char * const known[] = {
		"config", "state", "alarm", "drops", NULL
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
	/* Samples of packets are many: only where they are asked for. */
	if (!*groups)
		*groups = L4LB_G_CONFIG | L4LB_G_STATE | L4LB_G_ALARM;
	return 0;
}

/**
 * cmd_monitor() - lbctl monitor [config] [state] [alarm] [drops]
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
