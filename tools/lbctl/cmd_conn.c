// SPDX-License-Identifier: GPL-2.0
/* lbctl conn show|flush */
#include <errno.h>
#include <string.h>

#include "lbctl.h"
#include "object.h"

#define BIT(attr)	L4LB_BIT(L4LB_A_FILTER_##attr)

static int parse_server(struct words *ws, struct l4lb_filter *filter)
{
	bool has_port = false;
	int err = parse_endpoint(ws, "the server's ADDR[:PORT]",
				 &filter->server, &filter->server_port,
				 &has_port);

	filter->has |= BIT(SERVER);
	if (has_port)
		filter->has |= BIT(SERVER_PORT);
	return err;
}

static int parse_client(struct words *ws, struct l4lb_filter *filter)
{
	const struct word *w = words_take(ws, "the client's ADDR[/LENGTH]");

	if (!w)
		return -EINVAL;
	if (l4lb_prefix_parse(w->text, &filter->client,
			      &filter->client_prefix))
		return words_wrong(ws, w, "\"%s\" is not ADDR[/LENGTH]",
				   w->text);
	filter->has |= BIT(CLIENT) | BIT(CLIENT_PREFIX);
	return 0;
}

static int parse_state(struct words *ws, struct l4lb_filter *filter)
{
	const struct word *w = words_take(ws, "the state");
	unsigned int state = 0;

	if (!w || words_choice(ws, w, w->text, l4lb_state_name, L4LB_STATE_MAX,
			       &state))
		return -EINVAL;
	filter->state = state;
	filter->has |= BIT(STATE);
	return 0;
}

static int parse_service(struct words *ws, struct l4lb_filter *filter)
{
	filter->has |= BIT(SERVICE);
	return parse_service_id(ws, true, &filter->service);
}

static int parse_filter(struct words *ws, struct l4lb_filter *filter)
{
	static const struct {
		const char *word;
		__u64 bit;
		int (*parse)(struct words *ws, struct l4lb_filter *filter);
	} keys[] = {
		{ "service", BIT(SERVICE), parse_service },
		{ "server", BIT(SERVER), parse_server },
		{ "client", BIT(CLIENT), parse_client },
		{ "state", BIT(STATE), parse_state },
	};
	static const char * const known[] = {
		"service", "server", "client", "state", NULL
	};
	const struct word *w;
	unsigned int i;

	while (ws->at < ws->n) {
		w = words_take(ws, "");
		for (i = 0; known[i] && strcmp(known[i], w->text); i++)
			;
		if (!known[i])
			return words_unknown(ws, w, known);
		if (filter->has & keys[i].bit)
			return words_wrong(ws, w, "\"%s\" is given twice",
					   w->text);
		if (keys[i].parse(ws, filter))
			return -EINVAL;
	}
	return 0;
}

static int print_conn(const struct l4lb_conn *c, void *arg)
{
	char client[L4LB_ENDPOINT_STR], vip[L4LB_ENDPOINT_STR];
	char service[L4LB_SERVICE_STR], virtual[L4LB_SERVICE_STR];
	char server[L4LB_ENDPOINT_STR], expire[24];
	unsigned int seconds = c->expires / 1000;
	const char *proto = l4lb_proto_name(c->proto);
	struct lbctl *ctl = arg;

	snprintf(expire, sizeof(expire), "%02u:%02u", seconds / 60,
		 seconds % 60);

	const struct out_field f[] = {
		F_STR("_prot", !proto ? "-" : *proto == 't' ? "TCP" : "UDP"),
		F_STR("_expire", expire),
		F_STR("proto", proto),
		F_STR("client", conn_client(c, client)),
		F_STR("_virtual", conn_virtual(c, virtual)),
		F_STR("vip", c->vip.family ?
			     conn_end(&c->vip, c->vip_port, vip) : NULL),
		F_STR("server", conn_end(&c->server, c->server_port, server)),
		F_STR("method", l4lb_method_name(c->method)),
		F_STR("state", l4lb_state_name(c->state)),
		F_U64("expires_ms", c->expires),
		c->service.has ?
			F_STR("service",
			      l4lb_service_format(&c->service, service)) :
			F_END,
		F_END
	};

	out_item(ctl->out,
		 "%-4{_prot} %-8{_expire} %-12{state} %-7{method} %-24{client} %-24{_virtual} %{server}",
		 f);
	return 0;
}

static int show(struct lbctl *ctl, const struct l4lb_filter *filter)
{
	int err;

	out_text(ctl->out, "%-4s %-8s %-12s %-7s %-24s %-24s %s\n", "Prot",
		 "Expire", "State", "Method", "Client", "Virtual", "Server");
	out_list(ctl->out, "connections");
	err = l4lb_conn_dump(ctl->h, filter, print_conn, ctl);
	out_list_end(ctl->out);
	return err ? ctl_refused(ctl) : DONE;
}

static int flush(struct lbctl *ctl, const struct l4lb_filter *filter)
{
	__u64 count = 0;

	if (l4lb_conn_flush(ctl->h, filter, &count))
		return ctl_refused(ctl);

	const struct out_field f[] = { F_U64("flushed", count), F_END };

	out_fields(ctl->out, "%{flushed} connections flushed", f);
	return DONE;
}

/**
 * cmd_conn() - lbctl conn show|flush [filter]
 * @ctl: context
 * @ws: words
 *
 * Return: exit status.
 */
int cmd_conn(struct lbctl *ctl, struct words *ws)
{
	static const char * const verbs[] = { "show", "flush", NULL };
	const struct word *w = words_take(ws, "show or flush");
	struct l4lb_filter filter = { 0 };
	bool is_show;

	if (!w)
		return ctl_usage(ctl, ws);
	is_show = !strcmp(w->text, "show");
	if (!is_show && strcmp(w->text, "flush")) {
		words_unknown(ws, w, verbs);
		return ctl_usage(ctl, ws);
	}
	if (parse_filter(ws, &filter))
		return ctl_usage(ctl, ws);
	if (ctl_open(ctl))
		return REFUSED;
	return is_show ? show(ctl, &filter) : flush(ctl, &filter);
}
