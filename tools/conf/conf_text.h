/* SPDX-License-Identifier: GPL-2.0 */
/* For tests: a configuration as lines, one a value that is not the default. */
#ifndef CONF_CONF_TEXT_H
#define CONF_CONF_TEXT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"

/* "what VALUE" where it is not 0 */
static inline void put_value(FILE *to, const char *what, __u64 value)
{
	if (value)
		fprintf(to, "%s %llu\n", what, (unsigned long long)value);
}

static inline void put_string(FILE *to, const char *what, const char *text)
{
	if (text && *text)
		fprintf(to, "%s %s\n", what, text);
}

static inline void put_script(FILE *to, const char *what,
			      const struct conf_script *s)
{
	unsigned int i;

	if (!s)
		return;
	fputs(what, to);
	for (i = 0; i < s->argc; i++)
		fprintf(to, " <%s>", s->argv[i]);
	if (s->user)
		fprintf(to, " user %s", s->user);
	if (s->group)
		fprintf(to, " group %s", s->group);
	fputc('\n', to);
}

static inline void put_fifo(FILE *to, const char *what,
			    const struct conf_fifo *f)
{
	if (f->path)
		fprintf(to, "%s %s %s %s\n", what, f->path,
			f->user ? f->user : "-", f->group ? f->group : "-");
	put_script(to, what, f->script);
}

static inline void put_timeouts(FILE *to, const char *what,
				const struct l4lb_timeouts *t)
{
	unsigned int i;

	for (i = 1; i < L4LB_TIMEOUT_STATES; i++)
		if (t->has & L4LB_BIT(i))
			fprintf(to, "%s %s=%u\n", what, l4lb_state_name(i),
				t->seconds[i]);
}

static inline void put_timing(FILE *to, const struct conf_timing *t)
{
	put_value(to, "connect_timeout", t->connect_timeout);
	put_value(to, "retry", t->retry);
	put_value(to, "delay_before_retry", t->delay_before_retry);
	put_value(to, "warmup", t->warmup);
	put_value(to, "delay_loop", t->delay_loop);
	put_value(to, "check alpha", t->alpha);
	put_value(to, "log_all_failures", t->log_all_failures);
	put_value(to, "rise", t->rise);
	put_value(to, "fall", t->fall);
}

static inline void put_url(FILE *to, const struct conf_url *u)
{
	unsigned int i;

	put_string(to, "path", u->path);
	put_string(to, "host", u->virtualhost);
	for (i = 0; i < u->n_codes; i++)
		fprintf(to, "codes %u-%u\n", u->codes[i].first,
			u->codes[i].last);
	if (u->has_digest) {
		fputs("digest ", to);
		for (i = 0; i < 16; i++)
			fprintf(to, "%02x", u->digest[i]);
		fputc('\n', to);
	}
	put_string(to, "regex", u->regex);
	put_value(to, "regex_no_match", u->regex_no_match);
	for (i = 0; i < CONF_REGEX_OPTIONS; i++)
		if (u->regex_options & 1u << i)
			put_string(to, "regex option", conf_regex_name(i));
	put_value(to, "regex_min", u->regex_min);
	put_value(to, "regex_max", u->regex_max);
	put_value(to, "regex_memory", u->regex_memory);
}

static inline void put_check(FILE *to, const struct conf_check *c)
{
	char text[L4LB_ENDPOINT_STR];
	unsigned int i;

	fprintf(to, "check %u\n", c->kind);
	if (c->addr.family)
		fprintf(to, "to %s\n",
			l4lb_endpoint_format(&c->addr, c->port, text));
	if (c->bind_addr.family)
		put_string(to, "from", l4lb_addr_format(&c->bind_addr, text));
	put_value(to, "bind_port", c->bind_port);
	put_string(to, "bind_if", c->bind_if);
	put_value(to, "mark", c->mark);
	put_string(to, "send", c->send);
	put_string(to, "expect", c->expect);
	put_value(to, "http", c->http);
	put_value(to, "fast_recovery", c->fast_recovery);
	put_value(to, "sni", c->sni);
	put_string(to, "sni_name", c->sni_name);
	put_script(to, "script", c->script);
	put_value(to, "timeout", c->timeout);
	put_value(to, "dynamic", c->dynamic);
	put_timing(to, &c->timing);
	for (i = 0; i < c->n_urls; i++)
		put_url(to, &c->urls[i]);
}

static inline void put_server(FILE *to, const char *what,
			      const struct conf_server *s)
{
	char text[L4LB_ENDPOINT_STR];
	unsigned int i;

	fprintf(to, "%s %s\n", what,
		l4lb_endpoint_format(&s->addr, s->port, text));
	put_string(to, "server name", s->name);
	if (s->weight != 1)
		fprintf(to, "weight %u\n", s->weight);
	put_value(to, "max_conns", s->max_conns);
	put_value(to, "min_conns", s->min_conns);
	fprintf(to, "%s method %s\n", what, l4lb_method_name(s->method));
	put_value(to, "inhibit", s->inhibit);
	put_value(to, "server alpha", s->alpha);
	if (s->out)
		fprintf(to, "out %s\n", s->out_reason ? s->out_reason : "-");
	put_script(to, "notify_up", s->notify_up);
	put_script(to, "notify_down", s->notify_down);
	for (i = 0; i < s->n_checks; i++)
		put_check(to, &s->checks[i]);
}

static inline void put_object(FILE *to, const struct l4lb_service *o)
{
	char text[L4LB_SERVICE_STR];

	put_string(to, "serve", l4lb_service_format(o, text));
	put_string(to, "name", o->name);
	put_string(to, "scheduler", o->scheduler);
	put_string(to, "method", l4lb_method_name(o->method));
	put_string(to, "tie", l4lb_tie_name(o->tie));
	put_string(to, "midstream", l4lb_midstream_name(o->midstream));
	put_string(to, "on_down", l4lb_on_down_name(o->on_down));
	put_string(to, "on_gone", l4lb_on_gone_name(o->on_gone));
	put_string(to, "hook", l4lb_hook_name(o->hook));
	put_value(to, "hash_port", o->hash_port);
	put_value(to, "hash_fallback", o->hash_fallback);
	put_value(to, "one_packet", o->one_packet);
	put_value(to, "track", o->track);
	put_value(to, "track_seq", o->track_seq);
	put_value(to, "persist", o->persist);
	put_value(to, "persist_prefix", o->persist_prefix);
	put_value(to, "slow_start", o->slow_start);
	put_value(to, "half_open_max", o->half_open_max);
	put_timeouts(to, "timeout", &o->timeouts);
}

static inline void put_service(FILE *to, const struct conf_service *s)
{
	struct l4lb_service object;
	unsigned int i;

	put_string(to, "of group", s->group);
	for (i = 0; i < s->n_fronts; i++) {
		conf_service_object(s, &s->fronts[i], &object);
		put_object(to, &object);
	}
	put_string(to, "unknown_port",
		   l4lb_unknown_port_name(s->unknown_port));
	put_value(to, "alpha", s->alpha);
	put_value(to, "omega", s->omega);
	put_value(to, "ha_suspend", s->ha_suspend);
	put_value(to, "quorum", s->quorum);
	put_value(to, "hysteresis", s->hysteresis);
	put_script(to, "quorum_up", s->quorum_up);
	put_script(to, "quorum_down", s->quorum_down);
	if (s->sorry)
		put_server(to, "sorry", s->sorry);
	for (i = 0; i < s->n_servers; i++)
		put_server(to, "server", &s->servers[i]);
}

static inline void put_global(FILE *to, const struct conf_global *g)
{
	put_string(to, "script_user", g->script_user);
	put_string(to, "script_group", g->script_group);
	put_value(to, "script_security", g->script_security);
	put_fifo(to, "notify_fifo", &g->notify_fifo);
	put_fifo(to, "lvs_notify_fifo", &g->lvs_notify_fifo);
	put_value(to, "lvs_flush", g->lvs_flush);
	put_value(to, "on_stop", g->on_stop);
	put_value(to, "log all", g->log_all_failures);
	put_string(to, "tls ca", g->tls.ca);
	put_string(to, "tls certificate", g->tls.certificate);
	put_string(to, "tls key", g->tls.key);
	put_string(to, "tls password", g->tls.password);
	put_value(to, "limit conns", g->limits.conns);
	put_value(to, "limit memory", g->limits.memory);
	put_value(to, "limit services", g->limits.services);
	put_value(to, "limit servers", g->limits.servers);
	put_value(to, "limit vips", g->limits.vips);
	put_timeouts(to, "limit timeout", &g->limits.timeouts);
}

/* To be freed; "" where there is no configuration. */
static inline char *conf_text(const struct conf *conf)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);
	unsigned int i;

	if (conf) {
		put_global(to, &conf->global);
		for (i = 0; i < conf->n_groups; i++)
			put_string(to, "group", conf->groups[i].name);
		for (i = 0; i < conf->n_services; i++)
			put_service(to, &conf->services[i]);
	}
	fclose(to);
	return text;
}

#endif /* CONF_CONF_TEXT_H */
