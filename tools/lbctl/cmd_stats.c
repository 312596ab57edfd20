// SPDX-License-Identifier: GPL-2.0
/*
 * lbctl stats: counters, or rates by reading them twice. The kernel keeps no
 * rates.
 */
#include <string.h>
#include <time.h>

#include "model.h"
#include "object.h"

#define INTERVAL_MAX	86400	/* seconds */
#define ROW	" %12{conns} %12{packets_in} %14{bytes_in} %12{packets_out} %14{bytes_out}"

static const struct {
	const char *key;
	size_t offset;
} columns[] = {
	{ "conns", offsetof(struct l4lb_stats, conns) },
	{ "packets_in", offsetof(struct l4lb_stats, packets_in) },
	{ "bytes_in", offsetof(struct l4lb_stats, bytes_in) },
	{ "packets_out", offsetof(struct l4lb_stats, packets_out) },
	{ "bytes_out", offsetof(struct l4lb_stats, bytes_out) },
};

#define COLUMNS	(sizeof(columns) / sizeof(columns[0]))

static __u64 column(const struct l4lb_stats *s, unsigned int i)
{
	return *(const __u64 *)((const char *)s + columns[i].offset);
}

/* Counters, or what they grew by each second since @before. */
static struct out_field *put_row(struct out_field *f,
				 const struct l4lb_stats *now,
				 const struct l4lb_stats *before,
				 double seconds)
{
	unsigned int i;

	for (i = 0; i < COLUMNS; i++) {
		__u64 value = column(now, i), old;

		if (seconds <= 0) {
			*f++ = F_U64(columns[i].key, value);
			continue;
		}
		/* New since the first reading, or counted anew. */
		old = before ? column(before, i) : 0;
		*f++ = F_REAL(columns[i].key,
			      (value < old ? value : value - old) / seconds);
	}
	*f = F_END;
	return f;
}

/**
 * struct reading - all counters at one moment
 * @all: of the namespace
 * @m: services and servers
 * @time: CLOCK_MONOTONIC
 */
struct reading {
	struct l4lb_summary all;
	struct model m;
	struct timespec time;
};

static int take_reading(struct lbctl *ctl, struct reading *r)
{
	if (l4lb_stats_get(ctl->h, &r->all))
		return ctl_refused(ctl);
	if (model_load(ctl, &r->m, 0))
		return REFUSED;
	clock_gettime(CLOCK_MONOTONIC, &r->time);
	return DONE;
}

static const struct model_service *
find_service(const struct model *m, const struct l4lb_service *s)
{
	unsigned int i;

	for (i = 0; i < m->n_services; i++)
		if (l4lb_service_same(&m->services[i].s, s))
			return &m->services[i];
	return NULL;
}

/* By slot too: a server that left and came back counts from nothing. */
static const struct l4lb_stats *find_server(const struct model *m,
					    const struct model_service *in,
					    const struct l4lb_server *s)
{
	unsigned int i;

	for (i = 0; in && i < in->n; i++) {
		const struct l4lb_server *old = &m->servers[in->first + i];

		if (old->id == s->id && old->port == s->port &&
		    l4lb_addr_equal(&old->addr, &s->addr))
			return &old->stats;
	}
	return NULL;
}

static void print_service(struct lbctl *ctl, const struct reading *now,
			  const struct model_service *s,
			  const struct reading *before, double seconds)
{
	char text[L4LB_SERVICE_STR], end[L4LB_ENDPOINT_STR];
	const struct model_service *old = NULL;
	struct out_field f[16];
	unsigned int i;

	if (before)
		old = find_service(&before->m, &s->s);
	f[0] = F_STR("service", l4lb_service_format(&s->s, text));
	put_row(f + 1, &s->s.stats, old ? &old->s.stats : NULL, seconds);
	out_item(ctl->out, "%-32{service}" ROW, f);
	if (seconds <= 0)
		print_reasons(ctl->out, s->reasons,
			      "     %-27{name} %12{packets}[  %{_sentence}]");
	out_list(ctl->out, "servers");
	for (i = s->first; i < s->first + s->n; i++) {
		const struct l4lb_server *server = &now->m.servers[i];

		f[0] = F_STR("server", l4lb_server_front(server, end));
		put_row(f + 1, &server->stats, before ?
			find_server(&before->m, old, server) : NULL, seconds);
		out_item(ctl->out, "  -> %-27{server}" ROW, f);
	}
	out_list_end(ctl->out);
}

/*
 * By how much the services that are there now have grown: the kernel's total
 * falls by all that a service has counted when it is deleted.
 */
static void sum_growth(const struct reading *now, const struct reading *before,
		       struct l4lb_stats *sum)
{
	unsigned int i, c;

	memset(sum, 0, sizeof(*sum));
	for (i = 0; i < now->m.n_services; i++) {
		const struct l4lb_service *s = &now->m.services[i].s;
		const struct model_service *old = find_service(&before->m, s);

		for (c = 0; c < COLUMNS; c++) {
			__u64 was = old ? column(&old->s.stats, c) : 0;
			__u64 is = column(&s->stats, c);

			*(__u64 *)((char *)sum + columns[c].offset) +=
				is < was ? is : is - was;
		}
	}
}

static void print(struct lbctl *ctl, const struct reading *now,
		  const struct reading *before, double seconds)
{
	struct out_field f[16];
	struct l4lb_stats total;
	unsigned int i;

	if (seconds > 0) {
		const struct out_field interval[] = {
			F_REAL("seconds", seconds), F_END
		};

		out_fields(ctl->out, NULL, interval);
	}
	out_text(ctl->out, "%-32s %12s %12s %14s %12s %14s\n",
		 seconds > 0 ? "per second" : "", "conns", "packets in",
		 "bytes in", "packets out", "bytes out");
	if (before)
		sum_growth(now, before, &total);
	else
		total = now->all.stats;
	put_row(f, &total, NULL, seconds);
	out_fields(ctl->out, "total                           " ROW, f);
	if (seconds <= 0)
		print_reasons(ctl->out, &now->all.reasons,
			      "     %-27{name} %12{packets}[  %{_sentence}]");
	out_list(ctl->out, "services");
	for (i = 0; i < now->m.n_services; i++)
		print_service(ctl, now, &now->m.services[i], before, seconds);
	out_list_end(ctl->out);
}

static int rate(struct lbctl *ctl, unsigned int seconds)
{
	struct timespec interval = { .tv_sec = seconds };
	struct reading before, now;
	double elapsed;
	int ret;

	if (take_reading(ctl, &before))
		return REFUSED;
	while (nanosleep(&interval, &interval))
		;
	ret = take_reading(ctl, &now);
	if (!ret) {
		elapsed = now.time.tv_sec - before.time.tv_sec +
			  (now.time.tv_nsec - before.time.tv_nsec) / 1e9;
		print(ctl, &now, &before, elapsed);
		model_free(&now.m);
	}
	model_free(&before.m);
	return ret;
}

/**
 * cmd_stats() - lbctl stats [rate [SECONDS]]
 * @ctl: context
 * @ws: words
 *
 * Return: exit status.
 */
int cmd_stats(struct lbctl *ctl, struct words *ws)
{
	static const char * const known[] = { "rate", NULL };
	const struct word *w;
	struct reading now;
	__u64 seconds = 1;
	bool rates = false;

	if (words_peek(ws)) {
		rates = words_accept(ws, "rate");
		if (!rates) {
			words_unknown(ws, &ws->w[ws->at], known);
			return ctl_usage(ctl, ws);
		}
	}
	if (words_peek(ws)) {
		w = words_take(ws, "SECONDS");
		if (words_number(ws, w, w->text, INTERVAL_MAX, &seconds))
			return ctl_usage(ctl, ws);
		if (!seconds) {
			words_wrong(ws, w, "SECONDS is at least 1");
			return ctl_usage(ctl, ws);
		}
	}
	if (words_end(ws))
		return ctl_usage(ctl, ws);
	if (ctl_open(ctl))
		return REFUSED;
	if (rates)
		return rate(ctl, seconds);
	if (take_reading(ctl, &now))
		return REFUSED;
	print(ctl, &now, NULL, 0);
	model_free(&now.m);
	return DONE;
}
