// SPDX-License-Identifier: GPL-2.0
/* global_defs, SSL and l4lb */
#include <string.h>

#include "parse.h"

/* The kernel's bounds */
#define OBJECTS_MAX	1048575
#define MEMORY_MIN	(1 << 20)

static void script_user(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct conf_global *g = to;

	(void)p;
	g->script_user = st->words[1].text;
	g->script_group = st->n > 2 ? st->words[2].text : NULL;
}

static void read_fifo(const struct conf_stmt *st, struct conf_fifo *fifo)
{
	fifo->place = st->words[1].place;
	fifo->path = st->words[1].text;
	fifo->user = st->n > 2 ? st->words[2].text : NULL;
	fifo->group = st->n > 3 ? st->words[3].text : NULL;
}

static void notify_fifo(struct parse *p, const struct conf_stmt *st, void *to)
{
	(void)p;
	read_fifo(st, &((struct conf_global *)to)->notify_fifo);
}

static void lvs_notify_fifo(struct parse *p, const struct conf_stmt *st,
			    void *to)
{
	(void)p;
	read_fifo(st, &((struct conf_global *)to)->lvs_notify_fifo);
}

static void lvs_timeouts(struct parse *p, const struct conf_stmt *st, void *to)
{
	static const char * const names[] = { "tcp", "tcpfin", "udp" };
	static const unsigned int states[] = {
		L4LB_STATE_ESTABLISHED, L4LB_STATE_FIN_WAIT, L4LB_STATE_UDP,
	};
	struct l4lb_limits *l = &((struct conf_global *)to)->limits;
	unsigned int i, which;
	__u64 seconds;

	for (i = 1; i < st->n; i += 2) {
		if (!value_choice(p, &st->words[i], "timeout", names, 3, &which))
			return;
		if (i + 1 == st->n) {
			parse_error(p, &st->words[i], "%s lacks its seconds",
				    st->words[i].text);
			return;
		}
		if (!value_number(p, &st->words[i + 1], 1, 2000000, &seconds))
			continue;
		l->timeouts.has |= L4LB_BIT(states[which]);
		l->timeouts.seconds[states[which]] = seconds;
		l->has |= L4LB_BIT(L4LB_A_LIMITS_TIMEOUT);
	}
}

static void flush_on_stop(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct conf_global *g = to;

	if (st->n > 1 && strcmp(st->words[1].text, "VS"))
		parse_error(p, &st->words[1], "surplus \"%s\": write %s or %s VS",
			    st->words[1].text, st->words[0].text,
			    st->words[0].text);
	g->on_stop = st->n > 1 ? CONF_STOP_FLUSH_OURS : CONF_STOP_FLUSH;
}

static const struct rule global_rules[] = {
	CALL("script_user", script_user),
	FLAG("enable_script_security", struct conf_global, script_security),
	CALL("notify_fifo", notify_fifo),
	SCRIPT("notify_fifo_script", struct conf_global, notify_fifo.script),
	CALL("lvs_notify_fifo", lvs_notify_fifo),
	SCRIPT("lvs_notify_fifo_script", struct conf_global,
	       lvs_notify_fifo.script),
	CALL("lvs_timeouts", lvs_timeouts),
	FLAG("lvs_flush", struct conf_global, lvs_flush),
	CALL("lvs_flush_on_stop", flush_on_stop),
	CALL("lvs_flush_onstop", flush_on_stop),
	FLAG("checker_log_all_failures", struct conf_global, log_all_failures),
	{ 0 }
};

const struct block global_block = { CONF_IN_GLOBAL, global_rules, 0 };

/**
 * parse_global() - global_defs
 * @p: run
 * @st: statement with the block
 * @to: not used
 */
void parse_global(struct parse *p, const struct conf_stmt *st, void *to)
{
	(void)to;
	parse_block(p, &global_block, st->block, &p->conf->global);
}

static const struct rule ssl_rules[] = {
	TEXT("password", struct conf_tls, password),
	TEXT("ca", struct conf_tls, ca),
	TEXT("certificate", struct conf_tls, certificate),
	TEXT("key", struct conf_tls, key),
	{ 0 }
};

const struct block ssl_block = { CONF_IN_SSL, ssl_rules, 0 };

/**
 * parse_ssl() - SSL
 * @p: run
 * @st: statement with the block
 * @to: not used
 */
void parse_ssl(struct parse *p, const struct conf_stmt *st, void *to)
{
	(void)to;
	parse_block(p, &ssl_block, st->block, &p->conf->global.tls);
}

/* A number of bytes: K, M and G are powers of 1024. */
static void limit_memory(struct parse *p, const struct conf_stmt *st, void *to)
{
	static const char units[] = "KMG";
	struct l4lb_limits *l = to;
	struct conf_word word = st->words[1];
	size_t len = strlen(word.text);
	const char *unit = len ? strchr(units, word.text[len - 1]) : NULL;
	unsigned int shift = unit && *unit ? 10 * (unit - units + 1) : 0;
	char *number = pool_text(p->pool, word.text);
	__u64 value;

	if (shift)
		number[len - 1] = '\0';
	word.text = number;
	if (!value_number(p, &word, 1, ~0ULL >> shift, &value))
		return;
	if (value << shift < MEMORY_MIN)
		parse_error(p, &st->words[1], "memory is at least 1M");
	l->memory = value << shift;
	l->has |= L4LB_BIT(L4LB_A_LIMITS_MEMORY);
}

static void limit_timeouts(struct parse *p, const struct conf_stmt *st,
			   void *to)
{
	struct l4lb_limits *l = to;

	value_timeouts(p, st->words + 1, st->n - 1, 1, &l->timeouts);
	l->has |= L4LB_BIT(L4LB_A_LIMITS_TIMEOUT);
}

/* How many there may be. */
static void limit(struct parse *p, const struct conf_stmt *st, __u64 top,
		  __u32 *value, __u64 *has, unsigned int attr)
{
	__u64 number;

	if (!value_number(p, &st->words[1], 1, top, &number))
		return;
	*value = number;
	*has |= L4LB_BIT(attr);
}

static void limit_conns(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct l4lb_limits *l = to;

	limit(p, st, 1 << 30, &l->conns, &l->has, L4LB_A_LIMITS_CONNS);
}

static void limit_services(struct parse *p, const struct conf_stmt *st,
			   void *to)
{
	struct l4lb_limits *l = to;

	limit(p, st, OBJECTS_MAX, &l->services, &l->has,
	      L4LB_A_LIMITS_SERVICES);
}

static void limit_servers(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct l4lb_limits *l = to;

	limit(p, st, OBJECTS_MAX, &l->servers, &l->has, L4LB_A_LIMITS_SERVERS);
}

static void limit_vips(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct l4lb_limits *l = to;

	limit(p, st, OBJECTS_MAX, &l->vips, &l->has, L4LB_A_LIMITS_VIPS);
}

static const struct rule limits_rules[] = {
	CALL("conns", limit_conns),
	CALL("memory", limit_memory),
	CALL("services", limit_services),
	CALL("servers", limit_servers),
	CALL("vips", limit_vips),
	CALL("timeouts", limit_timeouts),
	{ 0 }
};

const struct block limits_block = { CONF_IN_LIMITS, limits_rules, 0 };

static void limits(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct conf_global *g = to;

	g->limits_place = st->words[0].place;
	parse_block(p, &limits_block, st->block, &g->limits);
}

static const struct rule l4lb_rules[] = {
	CALL("limits", limits),
	{ 0 }
};

const struct block l4lb_block = { CONF_IN_L4LB, l4lb_rules, 0 };

/**
 * parse_l4lb() - l4lb
 * @p: run
 * @st: statement with the block
 * @to: not used
 */
void parse_l4lb(struct parse *p, const struct conf_stmt *st, void *to)
{
	(void)to;
	parse_block(p, &l4lb_block, st->block, &p->conf->global);
}
