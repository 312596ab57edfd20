// SPDX-License-Identifier: GPL-2.0
/* lbctl show: the table that users of ipvsadm expect. */
#include "model.h"
#include "object.h"

#define HEADER								\
	"Prot LocalAddress:Port Scheduler Flags\n"			\
	"  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn"

/* Of a service: what ipvsadm says, and what differs from the defaults. */
#define HEAD		"%-4{_prot} %{_end} %{scheduler}"
#define IPVS_LINE	HEAD "[ persistent %{_ipvs_persist}][ %{_ops}]"
#define CHOICE		"[ name %{name}][ tie %{_tie}][ midstream %{_midstream}]"
#define CLIENTS		"[ persist %{_persist}][ %{_one_packet}]"
#define LOAD		"[ slow-start %{_slow_start}][ half-open %{half_open} of %{_half_open_max}]"
#define TROUBLE		"[ on-down %{_on_down}][ on-server-gone %{_on_server_gone}]"
#define LINE		HEAD CHOICE CLIENTS LOAD TROUBLE "[ hook %{_hook}]"

static void print_server(struct lbctl *ctl, const struct l4lb_server *s,
			 bool ipvsadm)
{
	struct out_field f[OBJECT_FIELDS];
	struct object_text text;

	fields_server(s, &text, f);
	if (!ipvsadm) {
		out_item(ctl->out,
			 "  -> %-28{_end} %-7{_forward} %-6{_weight} %-10{active} %-10{inactive} %-9{_status}[ %{_why}]",
			 f);
		return;
	}
	/* IPVS has no states: a server that takes nothing has weight 0. */
	snprintf(text.weight, sizeof(text.weight), "%u",
		 server_takes(s) ? s->eff_weight : 0);
	out_item(ctl->out,
		 "  -> %-28{_end} %-7{_forward} %-6{_weight} %-10{active} %-10{inactive}",
		 f);
}

static void print_service(struct lbctl *ctl, const struct model *m,
			  const struct model_service *s, bool ipvsadm)
{
	struct out_field f[OBJECT_FIELDS];
	struct object_text text;
	unsigned int i;

	fields_service(&s->s, &text, f);
	out_item(ctl->out, ipvsadm ? IPVS_LINE : LINE, f);
	out_list(ctl->out, "servers");
	for (i = s->first; i < s->first + s->n; i++)
		print_server(ctl, &m->servers[i], ipvsadm);
	out_list_end(ctl->out);
}

/**
 * cmd_show() - lbctl show [ipvsadm]
 * @ctl: context
 * @ws: words
 *
 * Return: exit status.
 */
int cmd_show(struct lbctl *ctl, struct words *ws)
{
	bool ipvsadm = words_accept(ws, "ipvsadm");
	struct model m;
	unsigned int i;
	int ret;

	if (words_end(ws))
		return ctl_usage(ctl, ws);
	ret = ctl_open(ctl);
	if (!ret)
		ret = model_load(ctl, &m, 0);
	if (ret)
		return ret;

	out_text(ctl->out, HEADER "%s\n", ipvsadm ? "" : "  State     Reason");
	out_list(ctl->out, "services");
	for (i = 0; i < m.n_services; i++)
		print_service(ctl, &m, &m.services[i], ipvsadm);
	out_list_end(ctl->out);
	model_free(&m);
	return DONE;
}
