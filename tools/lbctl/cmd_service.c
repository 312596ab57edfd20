// SPDX-License-Identifier: GPL-2.0
/* lbctl service add|set|del|show */
#include <string.h>

#include "lbctl.h"
#include "object.h"

#define BIT(attr)	L4LB_BIT(L4LB_A_##attr)

/* Lines that are there only where they say something. */
#define HASH		"[  hash       %{_hash}\n]"
#define PERSIST		"[  persist    %{_persist}\n]"
#define PACKETS		"[  packets    %{_one_packet}\n]"
#define SLOW_START	"[  slow-start %{_slow_start} s\n]"
#define SEQUENCES	"[  sequences  %{_sequences}\n]"
#define HALF_OPEN	"[  half-open  %{half_open}, at most %{_half_open_max}\n]"

static const char detail[] =
	"service %{service}\n"
	"  name       %{name}\n"
	"  scheduler  %{scheduler}, ties %{tie}\n"
	"  method     %{method}\n"
	"  midstream  %{midstream}\n"
	"  on-down    %{on_down}, on-server-gone %{on_server_gone}\n"
	"  hook       %{hook}[, conntrack %{_tracked}]\n"
	HASH PERSIST PACKETS SLOW_START SEQUENCES HALF_OPEN
	"  owner      %{owner}\n"
	"  servers    %{server_count}\n"
	"  conns      %{active} active, %{inactive} inactive, %{stats.conns} so far\n"
	"  in         %{stats.packets_in} packets, %{stats.bytes_in} bytes\n"
	"  out        %{stats.packets_out} packets, %{stats.bytes_out} bytes";

static int print_service(const struct l4lb_service *s, void *arg)
{
	struct out_field f[OBJECT_FIELDS];
	struct object_text text;
	struct lbctl *ctl = arg;
	unsigned int state;

	fields_service(s, &text, f);
	out_item(ctl->out, detail, f);
	for (state = 1; state < L4LB_TIMEOUT_STATES; state++)
		if (s->timeouts.has & L4LB_BIT(state))
			out_text(ctl->out, "  timeout    %-11s %u s (%s)\n",
				 l4lb_state_name(state),
				 s->timeouts.seconds[state],
				 s->timeouts.inherited & L4LB_BIT(state) ?
				 "namespace default" : "own");
	print_reasons(ctl->out, s->reasons,
		      "  packets    %{packets} %{name}[: %{_sentence}]");
	return 0;
}

static int show(struct lbctl *ctl, struct words *ws)
{
	struct l4lb_service id = { 0 };
	bool one = words_peek(ws);
	int err = one ? parse_service_id(ws, true, &id) : 0;

	if (err || words_end(ws))
		return ctl_usage(ctl, ws);
	if (ctl_open(ctl))
		return REFUSED;
	out_list(ctl->out, "services");
	err = one ? l4lb_service_get(ctl->h, &id, print_service, ctl) :
		    l4lb_service_dump(ctl->h, print_service, ctl);
	out_list_end(ctl->out);
	return err ? ctl_refused(ctl) : DONE;
}

/* The identity of @found, without what else the kernel says of it. */
static int take_identity(const struct l4lb_service *found, void *arg)
{
	struct l4lb_service *s = arg;

	s->has |= found->has & (BIT(SERVICE_PROTO) | BIT(SERVICE_ADDR) |
				BIT(SERVICE_PREFIX) | BIT(SERVICE_PORT) |
				BIT(SERVICE_PORT_LAST) | BIT(SERVICE_FWMARK) |
				BIT(SERVICE_FAMILY));
	s->proto = found->proto;
	s->addr = found->addr;
	s->prefix = found->prefix;
	s->port = found->port;
	s->port_last = found->port_last;
	s->fwmark = found->fwmark;
	s->family = found->family;
	return 0;
}

/*
 * In a message the name is the identity where there is no other, and what is
 * set where there is: a service that is named and gets another name is looked
 * up first.
 */
static int resolve(struct lbctl *ctl, struct statement *st)
{
	struct l4lb_service id = { .has = BIT(SERVICE_NAME) };

	if (!*st->old_name)
		return 0;
	if (!(st->service.has & BIT(SERVICE_NAME))) {
		st->service.has |= BIT(SERVICE_NAME);
		strcpy(st->service.name, st->old_name);
		return 0;
	}
	strcpy(id.name, st->old_name);
	return l4lb_service_get(ctl->h, &id, take_identity, &st->service);
}

static int change(struct lbctl *ctl, struct words *ws,
		  int (*keys)(struct words *, struct statement *), bool name,
		  int (*call)(struct l4lb *, const struct l4lb_service *,
			      unsigned int))
{
	struct statement st = { 0 };

	if (parse_service_id(ws, name, &st.service))
		return ctl_usage(ctl, ws);
	if (st.service.has & BIT(SERVICE_NAME)) {
		strcpy(st.old_name, st.service.name);
		st.service.has &= ~BIT(SERVICE_NAME);
	}
	if (keys(ws, &st))
		return ctl_usage(ctl, ws);
	if (ctl_open(ctl))
		return REFUSED;
	return resolve(ctl, &st) || call(ctl->h, &st.service, st.flags) ?
	       ctl_refused(ctl) : DONE;
}

/**
 * cmd_service() - lbctl service add|set|del|show
 * @ctl: context
 * @ws: words
 *
 * Return: exit status.
 */
int cmd_service(struct lbctl *ctl, struct words *ws)
{
	static const char * const verbs[] = {
		"add", "set", "del", "show", NULL
	};
	const struct word *w = words_take(ws, "add, set, del or show");

	if (!w)
		return ctl_usage(ctl, ws);
	if (!strcmp(w->text, "add"))
		return change(ctl, ws, parse_service_keys, false,
			      l4lb_service_new);
	if (!strcmp(w->text, "set"))
		return change(ctl, ws, parse_service_keys, true,
			      l4lb_service_set);
	if (!strcmp(w->text, "del"))
		return change(ctl, ws, parse_service_delete, true,
			      l4lb_service_del);
	if (!strcmp(w->text, "show"))
		return show(ctl, ws);
	words_unknown(ws, w, verbs);
	return ctl_usage(ctl, ws);
}
