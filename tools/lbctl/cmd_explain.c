// SPDX-License-Identifier: GPL-2.0
/* lbctl explain: the fate of a packet as a story, a step a line. */
#include <errno.h>
#include <net/if.h>
#include <linux/neighbour.h>
#include <string.h>
#include <strings.h>

#include "lbctl.h"
#include "object.h"

#define HAS(step, attr)	((step)->has & L4LB_BIT(L4LB_A_STEP_##attr))

static int parse_flags(struct words *ws, __u8 *flags)
{
	const struct word *w = words_take(ws, "the flags (SYN,ACK,...)");
	char buf[64], *rest = buf, *name;
	unsigned int i;

	if (!w)
		return -EINVAL;
	if (strlen(w->text) >= sizeof(buf))
		return words_wrong(ws, w, "the flags are too long");
	strcpy(buf, w->text);
	*flags = 0;
	while ((name = strsep(&rest, ","))) {
		const struct word part = { .text = name, .place = w->place };

		for (i = 0; tcp_flag_names[i]; i++)
			if (!strcasecmp(tcp_flag_names[i], name))
				break;
		if (!tcp_flag_names[i])
			return words_unknown(ws, &part, tcp_flag_names);
		*flags |= 1 << i;
	}
	return 0;
}

static int parse_flow(struct words *ws, struct l4lb_flow *flow)
{
	static const char * const protos[] = { "tcp", "udp", NULL };
	static const char * const keys[] = { "flags", "hook", "mark", NULL };
	const struct word *w = words_take(ws, "tcp or udp");
	unsigned int hook = 0;

	if (!w)
		return -EINVAL;
	if (parse_proto(w->text, &flow->proto))
		return words_unknown(ws, w, protos);
	if (parse_endpoint(ws, "the client's ADDR:PORT", &flow->client,
			   &flow->client_port, NULL) ||
	    parse_endpoint(ws, "the VIP's ADDR:PORT", &flow->vip,
			   &flow->vip_port, NULL))
		return -EINVAL;
	while (ws->at < ws->n) {
		if (words_accept(ws, "flags")) {
			if (parse_flags(ws, &flow->tcp_flags))
				return -EINVAL;
		} else if (words_accept(ws, "mark")) {
			if (parse_mark(ws, "the mark", &flow->mark))
				return -EINVAL;
		} else if (words_accept(ws, "hook")) {
			w = words_take(ws, "prerouting, input or output");
			if (!w || words_choice(ws, w, w->text, l4lb_hook_name,
					       L4LB_HOOK_MAX, &hook))
				return -EINVAL;
			flow->hook = hook;
		} else {
			return words_unknown(ws, &ws->w[ws->at], keys);
		}
	}
	return 0;
}

static const char *step_name(unsigned int kind)
{
	static const char * const names[] = {
		[L4LB_STEP_HOOK] = "hook",
		[L4LB_STEP_PARSE] = "packet",
		[L4LB_STEP_VIP] = "vip",
		[L4LB_STEP_SERVICE] = "service",
		[L4LB_STEP_NEAREST] = "nearest",
		[L4LB_STEP_CONN] = "connection",
		[L4LB_STEP_TEMPLATE] = "template",
		[L4LB_STEP_CANDIDATE] = "candidate",
		[L4LB_STEP_METHOD] = "method",
		[L4LB_STEP_ROUTE] = "route",
		[L4LB_STEP_NEIGHBOUR] = "neighbour",
		[L4LB_STEP_VERDICT] = "verdict",
	};

	return kind < sizeof(names) / sizeof(names[0]) && names[kind] ?
	       names[kind] : "step";
}

static const char *nud_name(unsigned int nud)
{
	switch (nud) {
	case NUD_INCOMPLETE:
		return "incomplete";
	case NUD_REACHABLE:
		return "reachable";
	case NUD_STALE:
		return "stale";
	case NUD_DELAY:
		return "delay";
	case NUD_PROBE:
		return "probe";
	case NUD_FAILED:
		return "failed";
	case NUD_NOARP:
		return "noarp";
	case NUD_PERMANENT:
		return "permanent";
	case NUD_NONE:
		return "unresolved";
	}
	return NULL;
}

/**
 * struct step_text - strings that a step's fields point to
 * @hook: where the packet is taken
 * @vip: its destination
 * @service: identity of the service
 * @server: the server's ADDR:PORT
 * @client: the entry's client
 * @to: the entry's server
 * @nexthop: next hop
 * @dev: way out
 * @lladdr: link-layer address
 */
struct step_text {
	const char *hook;
	char vip[L4LB_ADDR_STR];
	char service[L4LB_SERVICE_STR];
	char server[L4LB_ENDPOINT_STR];
	char client[L4LB_ENDPOINT_STR];
	char to[L4LB_ENDPOINT_STR];
	char nexthop[L4LB_ADDR_STR];
	char dev[IF_NAMESIZE + 12];
	char lladdr[18];
};

static struct out_field *put_objects(struct out_field *f,
				     const struct l4lb_explain_step *s,
				     struct step_text *t)
{
	if (HAS(s, SERVICE)) {
		*f++ = F_STR("service", l4lb_service_format(&s->service,
							    t->service));
		*f++ = F_STR("name", s->service.name);
		*f++ = F_STR("scheduler", s->service.scheduler);
		*f++ = F_STR("service_method",
			     l4lb_method_name(s->service.method));
		*f++ = s->service.persist ?
		       F_U64("persist", s->service.persist) :
		       F_NULL("persist");
		*f++ = F_STR("_packet", s->service.one_packet ?
			     "each packet by itself" : NULL);
	}
	if (HAS(s, SERVER)) {
		*f++ = F_STR("server", l4lb_server_front(&s->server,
							 t->server));
		*f++ = F_STR("server_name", s->server.name);
		*f++ = F_STR("server_method",
			     l4lb_method_name(s->server.method));
		*f++ = F_U64("weight", s->server.eff_weight);
		*f++ = F_U64("active", s->server.active);
		*f++ = F_U64("inactive", s->server.inactive);
		if (s->server.has & L4LB_BIT(L4LB_A_SERVER_RAMP)) {
			*f++ = F_U64("ramp_permille", s->server.ramp);
			*f++ = F_U64("_ramp", s->server.ramp / 10);
		}
	}
	if (HAS(s, CONN)) {
		*f++ = F_STR("client", conn_client(&s->conn, t->client));
		*f++ = F_STR("conn_server", conn_end(&s->conn.server,
						     s->conn.server_port,
						     t->to));
		*f++ = F_STR("conn_state", l4lb_state_name(s->conn.state));
		*f++ = F_U64("conn_expires_ms", s->conn.expires);
	}
	return f;
}

static void step_fields(const struct l4lb_explain_step *s, struct step_text *t,
			struct out_field *f)
{
	*f++ = F_STR("step", step_name(s->kind));
	*f++ = F_STR("_hook", t->hook);
	*f++ = F_STR("_vip", t->vip);
	f = put_objects(f, s, t);
	if (HAS(s, SCORE))
		*f++ = F_U64("score", s->score);
	if (s->kind == L4LB_STEP_CANDIDATE)
		*f++ = F_BOOL("chosen", !!HAS(s, CHOSEN));
	if (s->kind == L4LB_STEP_ROUTE)
		*f++ = F_BOOL("local", !!HAS(s, LOCAL));
	if (HAS(s, OIF)) {
		if (!if_indextoname(s->oif, t->dev))
			snprintf(t->dev, sizeof(t->dev), "#%u", s->oif);
		*f++ = F_STR("dev", t->dev);
	}
	if (HAS(s, NEXTHOP))
		*f++ = F_STR("nexthop", l4lb_addr_format(&s->nexthop,
							 t->nexthop));
	if (HAS(s, LLADDR)) {
		snprintf(t->lladdr, sizeof(t->lladdr),
			 "%02x:%02x:%02x:%02x:%02x:%02x", s->lladdr[0],
			 s->lladdr[1], s->lladdr[2], s->lladdr[3],
			 s->lladdr[4], s->lladdr[5]);
		*f++ = F_STR("lladdr", t->lladdr);
	}
	if (HAS(s, NUD))
		*f++ = F_STR("nud", nud_name(s->nud));
	if (HAS(s, MTU))
		*f++ = F_U64("mtu", s->mtu);
	if (HAS(s, REASON) && s->reason) {
		*f++ = F_STR("reason", l4lb_reason_name(s->reason));
		*f++ = F_STR("_sentence", l4lb_reason_sentence(s->reason));
		*f++ = F_U64("reason_id", s->reason);
	}
	*f = F_END;
}

/* Parts of templates: columns of a candidate, behind its mark. */
#define HOW		", scheduler %{scheduler}, method %{service_method}[, persist %{persist} s][, %{_packet}]"
#define CANDIDATE	"%-28{server} %-6{weight} %-10{active} %-10{inactive} %-10{score}"

static const char *step_line(const struct l4lb_explain_step *s)
{
	switch (s->kind) {
	case L4LB_STEP_HOOK:
		return "hook        %{_hook}[: %{_sentence}]";
	case L4LB_STEP_PARSE:
		return HAS(s, REASON) ? "headers     %{_sentence}" :
					"headers     in order";
	case L4LB_STEP_VIP:
		return HAS(s, REASON) ? "vip         %{_vip}: %{_sentence}" :
					"vip         %{_vip} is a VIP";
	case L4LB_STEP_SERVICE:
		if (!HAS(s, SERVICE))
			return "service     none[: %{_sentence}]";
		return "service     %{service}[ (%{name})]" HOW;
	case L4LB_STEP_NEAREST:
		return "nearest     %{service}[ (%{name})][: %{_sentence}]";
	case L4LB_STEP_CONN:
		if (!HAS(s, CONN))
			return "connection  none yet[: %{_sentence}]";
		return "connection  %{conn_state}, %{client} on %{conn_server}[: %{_sentence}]";
	case L4LB_STEP_TEMPLATE:
		if (!HAS(s, CONN))
			return "template    none yet[: %{_sentence}]";
		return "template    %{client} persist on %{conn_server}[, not used: %{_sentence}]";
	case L4LB_STEP_CANDIDATE:
		return HAS(s, CHOSEN) ?
		       "          > " CANDIDATE " chosen[, ramp %{_ramp} %]" :
		       "            " CANDIDATE "[ passed over: %{_sentence}][, ramp %{_ramp} %]";
	case L4LB_STEP_METHOD:
		return "method      [%{server_method}][ to %{server}][: %{_sentence}]";
	case L4LB_STEP_ROUTE:
		if (HAS(s, LOCAL))
			return "route       local: the server is this host[: %{_sentence}]";
		if (!HAS(s, OIF))
			return "route       none[: %{_sentence}]";
		return "route       dev %{dev}[ via %{nexthop}][ mtu %{mtu}][: %{_sentence}]";
	case L4LB_STEP_NEIGHBOUR:
		return "neighbour   [%{nexthop} ][%{lladdr} ][%{nud}][: %{_sentence}]";
	}
	return "%-11{step} [%{service}][%{_sentence}]";
}

static void print_steps(struct lbctl *ctl, const struct l4lb_explanation *e)
{
	unsigned int i, candidates = 0;
	struct out_field f[48];
	struct step_text t;

	t.hook = l4lb_hook_name(e->flow.hook);
	l4lb_addr_format(&e->flow.vip, t.vip);
	out_list(ctl->out, "steps");
	for (i = 0; i < e->n; i++) {
		const struct l4lb_explain_step *s = &e->steps[i];

		if (s->kind == L4LB_STEP_CANDIDATE && !candidates++)
			out_text(ctl->out,
				 "candidates  %-28s %-6s %-10s %-10s %s\n",
				 "server", "weight", "active", "inactive",
				 "score");
		step_fields(s, &t, f);
		/* The last line says the verdict with its reason. */
		out_item(ctl->out, s->kind == L4LB_STEP_VERDICT ? NULL :
			 step_line(s), f);
		if (candidates && candidates < e->candidates &&
		    (i + 1 == e->n ||
		     e->steps[i + 1].kind != L4LB_STEP_CANDIDATE)) {
			out_text(ctl->out, "            and %llu more\n",
				 e->candidates - candidates);
			candidates = e->candidates;
		}
	}
	out_list_end(ctl->out);
}

static void print(struct lbctl *ctl, const struct l4lb_explanation *e)
{
	char client[L4LB_ENDPOINT_STR], vip[L4LB_ENDPOINT_STR], flags[40];
	char mark[12];
	const struct l4lb_flow *w = &e->flow;	/* as the kernel tells it */
	bool tcp = !strcmp(l4lb_proto_name(w->proto) ?: "", "tcp");

	tcp_flags_text(w->tcp_flags, flags, sizeof(flags));
	snprintf(mark, sizeof(mark), "%u", w->mark);

	const struct out_field packet[] = {
		F_STR("proto", l4lb_proto_name(w->proto)),
		F_STR("client", l4lb_endpoint_format(&w->client,
						     w->client_port, client)),
		F_STR("vip", l4lb_endpoint_format(&w->vip, w->vip_port, vip)),
		F_STR("flags", tcp ? flags : NULL),
		F_U64("mark", w->mark),
		F_STR("_mark", w->mark ? mark : NULL),
		F_STR("hook", l4lb_hook_name(w->hook)),
		F_U64("candidates", e->candidates),
		F_END
	};
	const struct out_field verdict[] = {
		F_STR("verdict", l4lb_verdict_name(e->verdict)),
		F_STR("reason", l4lb_reason_name(e->reason)),
		F_STR("_sentence", l4lb_reason_sentence(e->reason)),
		F_U64("reason_id", e->reason),
		F_END
	};

	out_fields(ctl->out,
		   "packet      %{proto} %{client} > %{vip}[ %{flags}][ mark %{_mark}]",
		   packet);
	print_steps(ctl, e);
	out_fields(ctl->out,
		   "verdict     %{verdict}[: %{_sentence}][ (%{reason})]",
		   verdict);
}

/**
 * cmd_explain() - lbctl explain tcp|udp CLIENT:PORT VIP:PORT
 * @ctl: context
 * @ws: words
 *
 * Return: exit status.
 */
int cmd_explain(struct lbctl *ctl, struct words *ws)
{
	struct l4lb_explanation e = { 0 };
	struct l4lb_flow flow = { 0 };
	int err;

	if (parse_flow(ws, &flow))
		return ctl_usage(ctl, ws);
	if (ctl_open(ctl))
		return REFUSED;
	err = l4lb_explain(ctl->h, &flow, &e);
	if (!err)
		print(ctl, &e);
	l4lb_explanation_free(&e);
	return err ? ctl_refused(ctl) : DONE;
}
