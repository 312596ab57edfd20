// SPDX-License-Identifier: GPL-2.0
/* lbctl server add|set|del|show|drain|enable|disable|weight */
#include <string.h>

#include "state.h"

#define BIT(attr)	L4LB_BIT(L4LB_A_##attr)

static const char detail[] =
	"server %{_end} of %{service}\n"
	"  name       %{name}\n"
	"  state      %{state}[: %{_why}]\n"
	"  weight     %{weight}[, operator's %{operator_weight}][, in use %{effective_weight}]\n"
	"  max-conns  %{_limit}[, opens again at %{_lower}]\n"
	"  method     %{method}\n"
	"  admin      %{admin}\n"
	"  health     %{health}\n"
	"  owner      %{owner}\n"
	"  conns      %{active} active, %{inactive} inactive, %{stats.conns} so far\n"
	"  in         %{stats.packets_in} packets, %{stats.bytes_in} bytes\n"
	"  out        %{stats.packets_out} packets, %{stats.bytes_out} bytes";

/**
 * struct shown - which servers to show
 * @ctl: context
 * @want: identity, has 0: all
 * @n: shown so far
 */
struct shown {
	struct lbctl *ctl;
	struct l4lb_server want;
	unsigned int n;
};

static int print_server(const struct l4lb_server *s, void *arg)
{
	struct out_field f[OBJECT_FIELDS];
	struct object_text text;
	struct shown *shown = arg;

	if (shown->want.has & BIT(SERVER_ADDR) &&
	    !l4lb_addr_equal(&shown->want.addr, &s->addr))
		return 0;
	if (shown->want.has & BIT(SERVER_PORT) && shown->want.port != s->port)
		return 0;
	shown->n++;
	fields_server(s, &text, f);
	out_item(shown->ctl->out, detail, f);
	return 0;
}

static int show(struct lbctl *ctl, struct words *ws)
{
	struct shown shown = { .ctl = ctl };
	struct l4lb_service *id = NULL;
	int err = 0;

	if (words_peek(ws)) {
		id = &shown.want.service;
		err = parse_service_id(ws, true, id);
	}
	if (!err && words_peek(ws))
		err = parse_server_id(ws, &shown.want);
	if (err || words_end(ws))
		return ctl_usage(ctl, ws);
	if (ctl_open(ctl))
		return REFUSED;
	out_list(ctl->out, "servers");
	err = l4lb_server_dump(ctl->h, id, print_server, &shown);
	out_list_end(ctl->out);
	if (err)
		return ctl_refused(ctl);
	if (!shown.n && shown.want.has) {
		char text[L4LB_SERVER_STR];

		return ctl_complain(ctl, "server %s: no such server",
				    l4lb_server_format(&shown.want, text));
	}
	return DONE;
}

static int change(struct lbctl *ctl, struct words *ws,
		  int (*keys)(struct words *, struct statement *),
		  int (*call)(struct l4lb *, const struct l4lb_server *,
			      unsigned int))
{
	struct statement st = { 0 };

	if (parse_service_id(ws, true, &st.service) ||
	    parse_server_id(ws, &st.server) || keys(ws, &st))
		return ctl_usage(ctl, ws);
	if (ctl_open(ctl))
		return REFUSED;
	st.server.service = st.service;
	return call(ctl->h, &st.server, st.flags) ? ctl_refused(ctl) : DONE;
}

static int no_match(struct lbctl *ctl, const struct statement *st)
{
	char server[L4LB_ENDPOINT_STR], service[L4LB_SERVICE_STR];
	const char *name = st->server.name;

	if (!st->server_name) {
		name = server;
		if (st->server.has & BIT(SERVER_PORT))
			l4lb_endpoint_format(&st->server.addr, st->server.port,
					     server);
		else
			l4lb_addr_format(&st->server.addr, server);
	}
	if (st->all)
		return ctl_complain(ctl, "no service has a server %s", name);
	return ctl_complain(ctl, "service %s has no server %s",
			    l4lb_service_format(&st->service, service), name);
}

static int state(struct lbctl *ctl, const struct statement *st)
{
	unsigned int matched = 0;
	int err, end;

	if (ctl_open(ctl))
		return REFUSED;
	l4lb_batch_begin(ctl->h);
	err = state_set(ctl, st, &matched);
	if (err) {
		/* The complaint is about what failed first. */
		ctl_refused(ctl);
		l4lb_batch_end(ctl->h);
		return REFUSED;
	}
	end = l4lb_batch_end(ctl->h);
	if (end)
		return ctl_refused(ctl);
	return matched ? DONE : no_match(ctl, st);
}

static int admin(struct lbctl *ctl, struct words *ws, __u8 value)
{
	struct statement st = { 0 };

	if (parse_admin(ws, value, &st))
		return ctl_usage(ctl, ws);
	return state(ctl, &st);
}

static int weight(struct lbctl *ctl, struct words *ws)
{
	struct statement st = { 0 };

	if (parse_weight(ws, &st))
		return ctl_usage(ctl, ws);
	return state(ctl, &st);
}

/**
 * cmd_server() - lbctl server VERB
 * @ctl: context
 * @ws: words
 *
 * Return: exit status.
 */
int cmd_server(struct lbctl *ctl, struct words *ws)
{
	static const char * const verbs[] = {
		"add", "set", "del", "show", "drain", "enable", "disable",
		"weight", NULL
	};
	const struct word *w = words_take(ws,
		"add, set, del, show, drain, enable, disable or weight");

	if (!w)
		return ctl_usage(ctl, ws);
	if (!strcmp(w->text, "add"))
		return change(ctl, ws, parse_server_keys, l4lb_server_new);
	if (!strcmp(w->text, "set"))
		return change(ctl, ws, parse_server_keys, l4lb_server_set);
	if (!strcmp(w->text, "del"))
		return change(ctl, ws, parse_server_delete, l4lb_server_del);
	if (!strcmp(w->text, "show"))
		return show(ctl, ws);
	if (!strcmp(w->text, "drain"))
		return admin(ctl, ws, L4LB_ADMIN_DRAIN);
	if (!strcmp(w->text, "enable"))
		return admin(ctl, ws, L4LB_ADMIN_ENABLED);
	if (!strcmp(w->text, "disable"))
		return admin(ctl, ws, L4LB_ADMIN_DISABLED);
	if (!strcmp(w->text, "weight"))
		return weight(ctl, ws);
	words_unknown(ws, w, verbs);
	return ctl_usage(ctl, ws);
}
