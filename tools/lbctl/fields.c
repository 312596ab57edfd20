// SPDX-License-Identifier: GPL-2.0
/* Objects as fields for the output. */
#include <ctype.h>
#include <string.h>

#include "object.h"

#define BIT(attr)	L4LB_BIT(L4LB_A_##attr)

/**
 * forward_word() - the method as ipvsadm prints it
 * @method: &enum l4lb_method
 *
 * Return: word.
 */
const char *forward_word(unsigned int method)
{
	switch (method) {
	case L4LB_METHOD_DR:
		return "Route";
	case L4LB_METHOD_NAT:
		return "Masq";
	case L4LB_METHOD_TUNNEL:
		return "Tunnel";
	case L4LB_METHOD_FULLNAT:
		return "FullNat";
	}
	return "?";
}

/**
 * server_state() - the one word that matters most about a server
 * @server: server
 *
 * Return: word.
 */
const char *server_state(const struct l4lb_server *server)
{
	if (server->has & BIT(SERVER_LINGER))
		return "leaving";
	if (server->admin == L4LB_ADMIN_DISABLED)
		return "disabled";
	if (server->admin == L4LB_ADMIN_DRAIN)
		return "draining";
	if (server->health == L4LB_HEALTH_DOWN)
		return "down";
	if (server->has & BIT(SERVER_OVERLOAD))
		return "full";
	if (server->has & BIT(SERVER_EFF_WEIGHT) && !server->eff_weight)
		return "quiet";
	return "up";
}

/**
 * fields_count() - number of fields
 * @f: fields
 *
 * Return: number, the end not counted.
 */
unsigned int fields_count(const struct out_field *f)
{
	unsigned int n = 0;

	while (f[n].type != OUT_NONE)
		n++;
	return n;
}

/* A value that the kernel did not send is null. */
static struct out_field word_or_null(const char *key, const char *word)
{
	return word && *word ? F_STR(key, word) : F_NULL(key);
}

static struct out_field *put_stats(struct out_field *f,
				   const struct l4lb_stats *s)
{
	*f++ = F_U64("stats.conns", s->conns);
	*f++ = F_U64("stats.packets_in", s->packets_in);
	*f++ = F_U64("stats.bytes_in", s->bytes_in);
	*f++ = F_U64("stats.packets_out", s->packets_out);
	*f++ = F_U64("stats.bytes_out", s->bytes_out);
	return f;
}

static struct out_field *put_service_id(struct out_field *f,
					const struct l4lb_service *s,
					struct object_text *text)
{
	const char *proto = l4lb_proto_name(s->proto);
	unsigned int i;

	l4lb_addr_format(&s->addr, text->vip);
	l4lb_service_format(s, text->service);
	snprintf(text->proto, sizeof(text->proto), "%s", proto ? proto : "?");
	for (i = 0; text->proto[i]; i++)
		text->proto[i] = toupper((unsigned char)text->proto[i]);
	*f++ = F_STR("_prot", text->proto);
	*f++ = F_STR("_service", text->service);
	*f++ = word_or_null("proto", proto);
	return f;
}

/**
 * fields_service() - a service
 * @s: service
 * @text: room for strings
 * @f: result, %OBJECT_FIELDS elements
 */
void fields_service(const struct l4lb_service *s, struct object_text *text,
		    struct out_field *f)
{
	static const char * const keys[] = {
		NULL, "timeouts.syn_sent", "timeouts.syn_recv",
		"timeouts.established", "timeouts.fin_wait",
		"timeouts.close_wait", "timeouts.last_ack",
		"timeouts.time_wait", "timeouts.close", "timeouts.udp"
	};
	unsigned int state;

	f = put_service_id(f, s, text);
	l4lb_endpoint_format(&s->addr, s->port, text->end);
	*f++ = F_STR("_end", text->end);
	*f++ = F_STR("addr", text->vip);
	*f++ = F_U64("port", s->port);
	*f++ = word_or_null("name", s->name);
	*f++ = word_or_null("scheduler", s->scheduler);
	*f++ = word_or_null("method", l4lb_method_name(s->method));
	*f++ = word_or_null("tie", l4lb_tie_name(s->tie));
	*f++ = word_or_null("_tie", s->tie == L4LB_TIE_ROTATE ? NULL :
			    l4lb_tie_name(s->tie));
	*f++ = word_or_null("midstream", l4lb_midstream_name(s->midstream));
	*f++ = word_or_null("_midstream", s->midstream == L4LB_MIDSTREAM_RESET ?
			    NULL : l4lb_midstream_name(s->midstream));
	*f++ = word_or_null("owner", l4lb_owner_name(s->owner));
	if (s->has & BIT(SERVICE_ID))
		*f++ = F_U64("id", s->id);
	if (s->has & BIT(SERVICE_SERVERS))
		*f++ = F_U64("server_count", s->servers);
	if (s->has & BIT(SERVICE_ACTIVE))
		*f++ = F_U64("active", s->active);
	if (s->has & BIT(SERVICE_INACTIVE))
		*f++ = F_U64("inactive", s->inactive);
	/* The namespace's own are shown by limits. */
	for (state = 1; state <= L4LB_STATE_UDP; state++)
		if (s->timeouts.has & ~s->timeouts.inherited & L4LB_BIT(state))
			*f++ = F_U64(keys[state], s->timeouts.seconds[state]);
	if (s->has & BIT(SERVICE_STATS))
		f = put_stats(f, &s->stats);
	*f = F_END;
}

static void explain_weight(const struct l4lb_server *s,
			   struct object_text *text)
{
	size_t len;

	snprintf(text->weight, sizeof(text->weight), "%u",
		 s->oper_weight >= 0 ? (__u32)s->oper_weight : s->weight);
	snprintf(text->why, sizeof(text->why), "%s", s->text);
	len = strlen(text->why);
	if (s->oper_weight >= 0)
		snprintf(text->why + len, sizeof(text->why) - len,
			 "%soperator's weight, configured %u", len ? "; " : "",
			 s->weight);
}

/**
 * fields_server() - a server
 * @s: server
 * @text: room for strings
 * @f: result, %OBJECT_FIELDS elements
 */
void fields_server(const struct l4lb_server *s, struct object_text *text,
		   struct out_field *f)
{
	f = put_service_id(f, &s->service, text);
	*f++ = F_STR("vip", text->vip);
	*f++ = F_U64("vip_port", s->service.port);
	l4lb_addr_format(&s->addr, text->addr);
	l4lb_endpoint_format(&s->addr, s->port, text->end);
	explain_weight(s, text);
	*f++ = F_STR("_end", text->end);
	*f++ = F_STR("addr", text->addr);
	*f++ = F_U64("port", s->port);
	*f++ = word_or_null("name", s->name);
	*f++ = F_STR("_weight", text->weight);
	*f++ = F_U64("weight", s->weight);
	*f++ = s->oper_weight >= 0 ? F_U64("operator_weight", s->oper_weight) :
				     F_NULL("operator_weight");
	if (s->has & BIT(SERVER_EFF_WEIGHT))
		*f++ = F_U64("effective_weight", s->eff_weight);
	*f++ = F_U64("max_conns", s->max_conns);
	*f++ = F_U64("min_conns", l4lb_server_min_conns(s));
	*f++ = s->max_conns ? F_U64("_limit", s->max_conns) :
			      F_STR("_limit", "no limit");
	*f++ = s->max_conns ? F_U64("_lower", l4lb_server_min_conns(s)) :
			      F_NULL("_lower");
	*f++ = word_or_null("method", l4lb_method_name(s->method));
	*f++ = F_STR("_forward", forward_word(s->method));
	*f++ = F_STR("state", server_state(s));
	*f++ = word_or_null("admin", l4lb_admin_name(s->admin));
	*f++ = word_or_null("health", l4lb_health_name(s->health));
	*f++ = F_BOOL("leaving", !!(s->has & BIT(SERVER_LINGER)));
	*f++ = F_BOOL("full", !!(s->has & BIT(SERVER_OVERLOAD)));
	*f++ = word_or_null("reason", s->text);
	*f++ = F_STR("_why", text->why);
	*f++ = word_or_null("owner", l4lb_owner_name(s->owner));
	if (s->has & BIT(SERVER_ID))
		*f++ = F_U64("id", s->id);
	if (s->has & BIT(SERVER_ACTIVE))
		*f++ = F_U64("active", s->active);
	if (s->has & BIT(SERVER_INACTIVE))
		*f++ = F_U64("inactive", s->inactive);
	if (s->has & BIT(SERVER_STATS))
		f = put_stats(f, &s->stats);
	*f = F_END;
}

/**
 * fields_vip() - a VIP
 * @vip: VIP
 * @text: room for strings
 * @f: result, %OBJECT_FIELDS elements
 */
void fields_vip(const struct l4lb_vip *vip, struct object_text *text,
		struct out_field *f)
{
	*f++ = F_STR("addr", l4lb_addr_format(&vip->addr, text->addr));
	*f++ = word_or_null("unknown_port",
			    l4lb_unknown_port_name(vip->unknown_port));
	*f++ = F_BOOL("standby", vip->standby);
	*f++ = F_STR("_state", vip->standby ? "standby" : "active");
	*f++ = F_U64("services", vip->services);
	*f = F_END;
}

/**
 * print_reasons() - a list of the reasons that were met at all
 * @out: output, in an object
 * @reasons: reasons, or NULL
 * @tmpl: template for one
 */
void print_reasons(struct out *out, const struct l4lb_reasons *reasons,
		   const char *tmpl)
{
	unsigned int i;

	out_list(out, "reasons");
	for (i = 0; reasons && i < reasons->n; i++) {
		const struct l4lb_reason_count *r = &reasons->r[i];
		const struct out_field f[] = {
			F_STR("name", r->name),
			F_U64("packets", r->packets),
			F_STR("_sentence", l4lb_reason_sentence(r->id)),
			F_END
		};

		if (r->packets)
			out_item(out, tmpl, f);
	}
	out_list_end(out);
}
