// SPDX-License-Identifier: GPL-2.0
/* Objects as fields for the output. */
#include <ctype.h>
#include <netinet/in.h>
#include <string.h>

#include "object.h"

#define BIT(attr)	L4LB_BIT(L4LB_A_##attr)

const char * const tcp_flag_names[] = {
	"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", NULL
};

/**
 * tcp_flags_text() - flags as words, separated by commas
 * @flags: byte 13 of a TCP header
 * @buf: result
 * @size: bytes of @buf; 40 hold all
 */
void tcp_flags_text(unsigned int flags, char *buf, size_t size)
{
	size_t len = 0;
	unsigned int i;

	*buf = '\0';
	for (i = 0; tcp_flag_names[i] && len < size; i++)
		if (flags & 1U << i)
			len += snprintf(buf + len, size - len, "%s%s",
					len ? "," : "", tcp_flag_names[i]);
}

/**
 * proto_text() - a protocol, be it ours or not
 * @proto: IPPROTO_*
 * @buf: at least 8 bytes
 *
 * Return: @buf: a word, or else a number.
 */
char *proto_text(unsigned int proto, char *buf)
{
	const char *name = l4lb_proto_name(proto);

	if (proto == IPPROTO_ICMP)
		name = "icmp";
	if (proto == IPPROTO_ICMPV6)
		name = "icmpv6";
	if (name)
		strcpy(buf, name);
	else
		sprintf(buf, "%u", proto & 0xff);
	return buf;
}

/**
 * duration_text() - a time as people say it
 * @seconds: the time
 * @buf: result
 * @size: bytes of @buf; 32 hold any
 *
 * Return: @buf: "40 s", "2 m 10 s" or "3 h 5 m".
 */
char *duration_text(unsigned int seconds, char *buf, size_t size)
{
	if (seconds < 60)
		snprintf(buf, size, "%u s", seconds);
	else if (seconds < 3600)
		snprintf(buf, size, "%u m %u s", seconds / 60, seconds % 60);
	else
		snprintf(buf, size, "%u h %u m", seconds / 3600,
			 seconds % 3600 / 60);
	return buf;
}

/**
 * conn_client() - whom a connection entry stands for
 * @c: entry; one in state persist stands for all of a client's ports, and
 *	perhaps for many clients
 * @buf: %L4LB_ENDPOINT_STR bytes
 *
 * Return: @buf: "192.0.2.1:40000", "192.0.2.0/24".
 */
char *conn_client(const struct l4lb_conn *c, char *buf)
{
	if (c->state == L4LB_STATE_PERSIST)
		return l4lb_prefix_format(&c->client, c->prefix, buf);
	return l4lb_endpoint_format(&c->client, c->client_port, buf);
}

/**
 * conn_virtual() - what the client of a connection entry talks to
 * @c: entry; one in state persist stands for all that its service has
 * @buf: %L4LB_SERVICE_STR bytes
 *
 * Return: @buf: "192.0.2.1:80", "192.0.2.1:8000-8099", "fwmark 7".
 */
char *conn_virtual(const struct l4lb_conn *c, char *buf)
{
	if (c->state != L4LB_STATE_PERSIST || !c->service.has)
		return conn_end(&c->vip, c->vip_port, buf);
	if (c->service.has & L4LB_BIT(L4LB_A_SERVICE_FWMARK))
		return l4lb_service_format(&c->service, buf);
	return l4lb_service_front(&c->service, buf);
}

/**
 * conn_end() - another end of a connection entry
 * @addr: address
 * @port: host order; 0: a template of a service with many ports
 * @buf: %L4LB_ENDPOINT_STR bytes
 *
 * Return: @buf.
 */
char *conn_end(const struct l4lb_addr *addr, __u16 port, char *buf)
{
	return port ? l4lb_endpoint_format(addr, port, buf) :
		      l4lb_addr_format(addr, buf);
}

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
 * server_takes() - whether a server is to get new connections, weights apart
 * @server: server
 *
 * Return: true where it is enabled and not known to be down.
 */
bool server_takes(const struct l4lb_server *server)
{
	return !(server->has & BIT(SERVER_LINGER)) &&
	       server->admin != L4LB_ADMIN_DRAIN &&
	       server->admin != L4LB_ADMIN_DISABLED &&
	       server->health != L4LB_HEALTH_DOWN;
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

static void proto_capitals(const struct l4lb_service *s, char *buf)
{
	unsigned int i;

	if (s->has & BIT(SERVICE_FWMARK))
		strcpy(buf, "FWM");
	else
		proto_text(s->proto, buf);
	for (i = 0; buf[i]; i++)
		buf[i] = toupper((unsigned char)buf[i]);
}

static struct out_field *put_service_id(struct out_field *f,
					const struct l4lb_service *s,
					struct object_text *text)
{
	bool mark = s->has & BIT(SERVICE_FWMARK);

	l4lb_addr_format(&s->addr, text->vip);
	l4lb_service_format(s, text->service);
	proto_capitals(s, text->proto);
	*f++ = F_STR("_prot", text->proto);
	*f++ = F_STR("service", text->service);
	*f++ = word_or_null("proto", l4lb_proto_name(s->proto));
	*f++ = mark ? F_U64("fwmark", s->fwmark) : F_NULL("fwmark");
	if (mark)
		*f++ = F_U64("family", s->family == 6 ? 6 : 4);
	return f;
}

/* Where it is met; a mark has no address. */
static struct out_field *put_front(struct out_field *f,
				   const struct l4lb_service *s,
				   struct object_text *text)
{
	l4lb_service_front(s, text->end);
	*f++ = F_STR("_end", text->end);
	if (s->has & BIT(SERVICE_FWMARK)) {
		*f++ = F_NULL("addr");
		*f++ = F_NULL("prefix");
		*f++ = F_NULL("port");
		*f++ = F_NULL("port_last");
		return f;
	}
	*f++ = F_STR("addr", text->vip);
	*f++ = F_U64("prefix", l4lb_service_prefix(s));
	*f++ = F_U64("port", s->port);
	*f++ = F_U64("port_last", l4lb_service_port_last(s));
	return f;
}

/* A word that is not worth a place in a table where it says the usual. */
static struct out_field *put_word(struct out_field *f, const char *key,
				  const char *word, const char *hidden_key,
				  const char *usual)
{
	*f++ = word_or_null(key, word);
	*f++ = word_or_null(hidden_key, word && strcmp(word, usual) ? word :
								      NULL);
	return f;
}

static bool is_hash(const char *scheduler)
{
	return !strcmp(scheduler, "sh") || !strcmp(scheduler, "dh") ||
	       !strcmp(scheduler, "mh");
}

/* Bits of an address of the service's clients. */
static unsigned int client_bits(const struct l4lb_service *s)
{
	if (s->has & BIT(SERVICE_FWMARK))
		return s->family == 6 ? 128 : 32;
	return l4lb_addr_bits(&s->addr);
}

/* Bits of a client's address that count, all included. */
static unsigned int persist_bits(const struct l4lb_service *s)
{
	if (s->has & BIT(SERVICE_PERSIST_PREFIX) && s->persist_prefix)
		return s->persist_prefix;
	return client_bits(s);
}

static struct out_field *put_persist(struct out_field *f,
				     const struct l4lb_service *s,
				     struct object_text *text)
{
	bool whole = persist_bits(s) == client_bits(s);
	unsigned int bits = persist_bits(s);

	*text->persist = '\0';
	*text->ipvs_persist = '\0';
	if (s->persist) {
		snprintf(text->persist, sizeof(text->persist),
			 whole ? "%u" : "%u/%u", s->persist,
			 bits);
		/* As ipvsadm: a netmask, or a length where IPv6. */
		snprintf(text->ipvs_persist, sizeof(text->ipvs_persist),
			 whole ? "%u" : "%u mask %u",
			 s->persist, bits);
	}
	*f++ = F_STR("_persist", text->persist);
	*f++ = F_STR("_ipvs_persist", text->ipvs_persist);
	if (!(s->has & BIT(SERVICE_PERSIST)))
		return f;
	*f++ = F_U64("persist", s->persist);
	*f++ = s->persist ? F_U64("persist_prefix", bits) :
			    F_NULL("persist_prefix");
	return f;
}

static struct out_field *put_life(struct out_field *f,
				  const struct l4lb_service *s)
{
	f = put_word(f, "on_down", l4lb_on_down_name(s->on_down), "_on_down",
		     "keep");
	f = put_word(f, "on_server_gone", l4lb_on_gone_name(s->on_gone),
		     "_on_server_gone", "reset");
	f = put_word(f, "hook", l4lb_hook_name(s->hook), "_hook",
		     "prerouting");
	*f++ = F_STR("_tracked", s->track ? "on" : "");
	*f++ = F_STR("_sequences", s->track_seq ? "remembered" : "");
	*f++ = F_STR("_hash", !is_hash(s->scheduler) ? "" : s->hash_port ?
		     s->hash_fallback ? "address and port, with fallback" :
					"address and port, no fallback" :
		     s->hash_fallback ? "address, with fallback" :
					"address, no fallback");
	if (s->has & BIT(SERVICE_HASH_PORT))
		*f++ = F_BOOL("hash_port", s->hash_port);
	if (s->has & BIT(SERVICE_HASH_FALLBACK))
		*f++ = F_BOOL("hash_fallback", s->hash_fallback);
	if (s->has & BIT(SERVICE_ONE_PACKET)) {
		*f++ = F_BOOL("one_packet", s->one_packet);
		*f++ = F_STR("_one_packet", s->one_packet ? "one-packet" : "");
		*f++ = F_STR("_ops", s->one_packet ? "ops" : "");
	}
	if (s->has & BIT(SERVICE_TRACK_SEQ))
		*f++ = F_BOOL("track_seq", s->track_seq);
	if (s->has & BIT(SERVICE_TRACK))
		*f++ = F_BOOL("track", s->track);
	if (s->has & BIT(SERVICE_SLOW_START)) {
		*f++ = F_U64("slow_start", s->slow_start);
		*f++ = s->slow_start ? F_U64("_slow_start", s->slow_start) :
				       F_NULL("_slow_start");
	}
	if (s->has & BIT(SERVICE_HALF_OPEN_MAX)) {
		*f++ = F_U64("half_open_max", s->half_open_max);
		*f++ = s->half_open_max ?
		       F_U64("_half_open_max", s->half_open_max) :
		       F_NULL("_half_open_max");
	}
	if (s->has & BIT(SERVICE_HALF_OPEN))
		*f++ = F_U64("half_open", s->half_open);
	return f;
}

static struct out_field *put_timeouts(struct out_field *f,
				      const struct l4lb_timeouts *t)
{
	static const char * const keys[L4LB_TIMEOUT_STATES] = {
		NULL, "timeouts.syn_sent", "timeouts.syn_recv",
		"timeouts.established", "timeouts.fin_wait",
		"timeouts.close_wait", "timeouts.last_ack",
		"timeouts.time_wait", "timeouts.close", "timeouts.udp"
	};
	static const char * const inherited[L4LB_TIMEOUT_STATES] = {
		NULL, "default_timeouts.syn_sent", "default_timeouts.syn_recv",
		"default_timeouts.established", "default_timeouts.fin_wait",
		"default_timeouts.close_wait", "default_timeouts.last_ack",
		"default_timeouts.time_wait", "default_timeouts.close",
		"default_timeouts.udp"
	};
	unsigned int state;

	for (state = 1; state < L4LB_TIMEOUT_STATES; state++)
		if (t->has & L4LB_BIT(state))
			*f++ = F_U64(t->inherited & L4LB_BIT(state) ?
				     inherited[state] : keys[state],
				     t->seconds[state]);
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
	f = put_service_id(f, s, text);
	f = put_front(f, s, text);
	*f++ = word_or_null("name", s->name);
	*f++ = word_or_null("scheduler", s->scheduler);
	*f++ = word_or_null("method", l4lb_method_name(s->method));
	f = put_word(f, "tie", l4lb_tie_name(s->tie), "_tie", "rotate");
	f = put_word(f, "midstream", l4lb_midstream_name(s->midstream),
		     "_midstream", is_hash(s->scheduler) ? "adopt" : "reset");
	*f++ = word_or_null("owner", l4lb_owner_name(s->owner));
	f = put_persist(f, s, text);
	f = put_life(f, s);
	if (s->has & BIT(SERVICE_ID))
		*f++ = F_U64("id", s->id);
	if (s->has & BIT(SERVICE_SERVERS))
		*f++ = F_U64("server_count", s->servers);
	if (s->has & BIT(SERVICE_ACTIVE))
		*f++ = F_U64("active", s->active);
	if (s->has & BIT(SERVICE_INACTIVE))
		*f++ = F_U64("inactive", s->inactive);
	f = put_timeouts(f, &s->timeouts);
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

/* A state with what is still going on in it. */
static void describe_state(const struct l4lb_server *s, struct object_text *text)
{
	bool leaving = s->has & BIT(SERVER_LINGER) ||
		       s->admin == L4LB_ADMIN_DRAIN;
	char *buf = text->status, time[32];
	size_t size = sizeof(text->status);
	int len = snprintf(buf, size, "%s", server_state(s));

	text->left = 0;
	if (leaving && s->has & BIT(SERVER_ACTIVE)) {
		text->left = (__u64)s->active + s->inactive;
		len += snprintf(buf + len, size - len, ", %llu left",
				text->left);
	}
	if (leaving && s->has & BIT(SERVER_DEADLINE))
		snprintf(buf + len, size - len, ", %s",
			 duration_text(s->deadline, time, sizeof(time)));
	else if (s->has & BIT(SERVER_RAMP))
		snprintf(buf + len, size - len, ", ramp %u %%", s->ramp / 10);
}

static struct out_field *put_progress(struct out_field *f,
				      const struct l4lb_server *s,
				      struct object_text *text)
{
	describe_state(s, text);
	*f++ = F_STR("state", server_state(s));
	*f++ = F_STR("_status", text->status);
	if (s->has & BIT(SERVER_DEADLINE))
		*f++ = F_U64("deadline", s->deadline);
	if (s->has & BIT(SERVER_RAMP))
		*f++ = F_U64("ramp_permille", s->ramp);
	return f;
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
	if (s->service.has & BIT(SERVICE_FWMARK)) {
		*f++ = F_NULL("vip");
		*f++ = F_NULL("vip_port");
	} else {
		*f++ = F_STR("vip", text->vip);
		*f++ = F_U64("vip_port", s->service.port);
	}
	l4lb_addr_format(&s->addr, text->addr);
	l4lb_server_front(s, text->end);
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
	f = put_progress(f, s, text);
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
	*f++ = F_U64("prefix", l4lb_vip_prefix(vip));
	*f++ = F_STR("_vip", l4lb_vip_format(vip, text->vip));
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
