// SPDX-License-Identifier: GPL-2.0
/*
 * lbctl save: what apply reads. Everything is written out, defaults too, and
 * nothing that changes by itself but what is left of a drain, so that save |
 * apply | save is a fixpoint.
 * Limits belong to the node, not to the configuration: only when asked for.
 */
#include <stdarg.h>
#include <string.h>

#include "lex.h"
#include "model.h"
#include "object.h"

#define BIT(attr)	L4LB_BIT(L4LB_A_##attr)

/**
 * struct line - a line being written
 * @buf: text
 * @len: length
 */
struct line {
	char buf[960];
	size_t len;
};

static void add(struct line *line, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void add(struct line *line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line->len += vsnprintf(line->buf + line->len,
			       sizeof(line->buf) - line->len, fmt, ap);
	va_end(ap);
	/* No statement comes near the size. */
	if (line->len >= sizeof(line->buf))
		line->len = sizeof(line->buf) - 1;
}

static void add_quoted(struct line *line, const char *key, const char *text)
{
	char quoted[2 * L4LB_TEXT_MAX + 3];

	if (!*text)
		return;
	lex_quote(quoted, sizeof(quoted), text);
	add(line, " %s %s", key, quoted);
}

static void add_timeouts(struct line *line, const struct l4lb_timeouts *t)
{
	const char *sep = " timeout ";
	unsigned int state;

	for (state = 1; state < L4LB_TIMEOUT_STATES; state++) {
		if (!(t->has & ~t->inherited & L4LB_BIT(state)))
			continue;
		add(line, "%s%s=%u", sep, l4lb_state_name(state),
		    t->seconds[state]);
		sep = ",";
	}
}

static void write_line(struct lbctl *ctl, const struct line *line)
{
	const struct out_field f[] = { F_STR("words", line->buf), F_END };

	out_item(ctl->out, "%{words}", f);
}

static void add_word(struct line *line, const char *key, const char *word)
{
	if (word)
		add(line, " %s %s", key, word);
}

#define SWITCH(word, field, attr)					\
	{ word, offsetof(struct l4lb_service, field), BIT(SERVICE_##attr) }

static const struct {
	const char *word;
	size_t offset;
	__u64 bit;
} switches[] = {
	SWITCH("hash-port", hash_port, HASH_PORT),
	SWITCH("hash-fallback", hash_fallback, HASH_FALLBACK),
	SWITCH("one-packet", one_packet, ONE_PACKET),
	SWITCH("track-seq", track_seq, TRACK_SEQ),
	SWITCH("track", track, TRACK),
};

static void save_service(struct lbctl *ctl, const struct l4lb_service *s)
{
	struct line line = { .len = 0 };
	char text[L4LB_SERVICE_STR];
	unsigned int i;

	add(&line, "service add %s", l4lb_service_format(s, text));
	add_quoted(&line, "name", s->name);
	add_quoted(&line, "scheduler", s->scheduler);
	add_word(&line, "method", l4lb_method_name(s->method));
	add_word(&line, "tie", l4lb_tie_name(s->tie));
	add_word(&line, "midstream", l4lb_midstream_name(s->midstream));
	add_timeouts(&line, &s->timeouts);
	if (s->has & BIT(SERVICE_PERSIST))
		add(&line, " persist %u", s->persist);
	if (s->persist && s->has & BIT(SERVICE_PERSIST_PREFIX))
		add(&line, "/%u", s->persist_prefix);
	for (i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (s->has & switches[i].bit)
			add(&line, " %s %s", switches[i].word,
			    ((const char *)s)[switches[i].offset] ? "on" :
								    "off");
	if (s->has & BIT(SERVICE_SLOW_START))
		add(&line, " slow-start %u", s->slow_start);
	add_word(&line, "on-down", l4lb_on_down_name(s->on_down));
	add_word(&line, "on-server-gone", l4lb_on_gone_name(s->on_gone));
	if (s->has & BIT(SERVICE_HALF_OPEN_MAX))
		add(&line, " half-open-max %u", s->half_open_max);
	add_word(&line, "hook", l4lb_hook_name(s->hook));
	write_line(ctl, &line);
}

static void add_server_id(struct line *line, const struct l4lb_server *s)
{
	char service[L4LB_SERVICE_STR], end[L4LB_ENDPOINT_STR];

	add(line, " %s %s", l4lb_service_format(&s->service, service),
	    l4lb_server_front(s, end));
}

static void save_server(struct lbctl *ctl, const struct l4lb_server *s)
{
	struct line line = { .len = 0 };

	add(&line, "server add");
	add_server_id(&line, s);
	add_quoted(&line, "name", s->name);
	add(&line, " weight %u", s->weight);
	if (s->max_conns)
		add(&line, " max-conns %u:%u", s->max_conns,
		    l4lb_server_min_conns(s));
	write_line(ctl, &line);
}

/* The reason goes with the admin state, or else with the weight. */
static void save_state(struct lbctl *ctl, const struct l4lb_server *s)
{
	bool admin = s->admin == L4LB_ADMIN_DRAIN ||
		     s->admin == L4LB_ADMIN_DISABLED;
	struct line line = { .len = 0 };

	if (s->oper_weight >= 0) {
		add(&line, "server weight");
		add_server_id(&line, s);
		add(&line, " %d", s->oper_weight);
		if (!admin)
			add_quoted(&line, "reason", s->text);
		write_line(ctl, &line);
	}
	if (admin) {
		line.len = 0;
		add(&line, "server %s", s->admin == L4LB_ADMIN_DRAIN ?
		    "drain" : "disable");
		add_server_id(&line, s);
		/* 0: it has passed; to apply, that would be none. */
		if (s->has & BIT(SERVER_DEADLINE))
			add(&line, " deadline %us", s->deadline ? s->deadline :
							       1);
		add_quoted(&line, "reason", s->text);
		write_line(ctl, &line);
	}
}

static void save_vips(struct lbctl *ctl, const struct model *m)
{
	char text[L4LB_PREFIX_STR];
	unsigned int i;

	for (i = 0; i < m->n_vips; i++) {
		const struct l4lb_vip *vip = &m->vips[i];
		struct line line = { .len = 0 };

		if (vip->unknown_port == L4LB_UNKNOWN_PORT_PASS ||
		    !l4lb_unknown_port_name(vip->unknown_port))
			continue;
		add(&line, "vip set %s unknown-port %s",
		    l4lb_vip_format(vip, text),
		    l4lb_unknown_port_name(vip->unknown_port));
		write_line(ctl, &line);
	}
}

static int save_limits(struct lbctl *ctl)
{
	struct line line = { .len = 0 };
	struct l4lb_limits l;

	if (l4lb_limits_get(ctl->h, &l))
		return -1;
	add(&line, "limits set conns %u memory %llu services %u servers %u vips %u",
	    l.conns, l.memory, l.services, l.servers, l.vips);
	add_timeouts(&line, &l.timeouts);
	write_line(ctl, &line);
	return 0;
}

static void save_servers(struct lbctl *ctl, const struct model *m,
			 const struct model_service *of,
			 void (*save)(struct lbctl *ctl,
				      const struct l4lb_server *s))
{
	unsigned int i;

	for (i = of->first; i < of->first + of->n; i++)
		if (!(m->servers[i].has & BIT(SERVER_LINGER)))
			save(ctl, &m->servers[i]);
}

static void save_model(struct lbctl *ctl, const struct model *m)
{
	unsigned int i;

	save_vips(ctl, m);
	for (i = 0; i < m->n_services; i++) {
		save_service(ctl, &m->services[i].s);
		save_servers(ctl, m, &m->services[i], save_server);
	}
	for (i = 0; i < m->n_services; i++)
		save_servers(ctl, m, &m->services[i], save_state);
}

/**
 * cmd_save() - lbctl save [limits]
 * @ctl: context
 * @ws: words
 *
 * Return: exit status.
 */
int cmd_save(struct lbctl *ctl, struct words *ws)
{
	bool limits = words_accept(ws, "limits");
	struct model m;
	int err;

	if (words_end(ws))
		return ctl_usage(ctl, ws);
	if (ctl_open(ctl) || model_load(ctl, &m, MODEL_VIPS))
		return REFUSED;
	out_list(ctl->out, "statements");
	/* JSON shows by itself where it ends. */
	if (m.n_services || m.n_vips || limits)
		out_text(ctl->out, "begin\n");
	err = limits ? save_limits(ctl) : 0;
	if (!err) {
		save_model(ctl, &m);
		if (m.n_services || m.n_vips || limits)
			out_text(ctl->out, "end\n");
	}
	out_list_end(ctl->out);
	model_free(&m);
	return err ? ctl_refused(ctl) : DONE;
}
