// SPDX-License-Identifier: GPL-2.0
/* virtual_server */
#include <netinet/in.h>
#include <string.h>

#include "front.h"

#define HAS(attr)	L4LB_BIT(L4LB_A_SERVICE_##attr)

/* One argument out of several, as the kernel numbers them. */
static void choose(struct parse *p, const struct conf_stmt *st,
		   const char *what, const char *(*name)(unsigned int),
		   unsigned int max, __u8 *member)
{
	const char *names[8] = { NULL };
	unsigned int i, value;

	for (i = 0; i <= max; i++)
		names[i] = name(i);
	if (value_choice(p, &st->words[1], what, names, max + 1, &value))
		*member = value;
}

#define CHOICE(member, attr, what, max)					\
	static void member(struct parse *p, const struct conf_stmt *st,	\
			   void *to)					\
	{								\
		struct parse_service *ps = to;				\
									\
		choose(p, st, what, l4lb_##member##_name, max,		\
		       &ps->s.set.member);				\
		ps->s.set.has |= HAS(attr);				\
	}

CHOICE(tie, TIE, "order", L4LB_TIE_MAX)
CHOICE(midstream, MIDSTREAM, "policy", L4LB_MIDSTREAM_MAX)
CHOICE(on_down, ON_DOWN, "policy", L4LB_ON_DOWN_MAX)
CHOICE(on_gone, ON_SERVER_GONE, "policy", L4LB_ON_GONE_MAX)
/* LOCAL_OUT is for probes. */
CHOICE(hook, HOOK, "hook", L4LB_HOOK_LOCAL_IN)

static void switch_on(struct parse *p, const struct conf_stmt *st,
		      __u8 *member)
{
	bool on = true;

	if (st->n > 1)
		value_bool(p, &st->words[1], &on);
	*member = on;
}

#define SWITCH(member, attr)						\
	static void member(struct parse *p, const struct conf_stmt *st,	\
			   void *to)					\
	{								\
		struct parse_service *ps = to;				\
									\
		switch_on(p, st, &ps->s.set.member);			\
		ps->s.set.has |= HAS(attr);				\
	}

SWITCH(hash_port, HASH_PORT)
SWITCH(hash_fallback, HASH_FALLBACK)
SWITCH(one_packet, ONE_PACKET)
SWITCH(track, TRACK)
SWITCH(track_seq, TRACK_SEQ)

static void unknown_port(struct parse *p, const struct conf_stmt *st, void *to)
{
	choose(p, st, "policy", l4lb_unknown_port_name, L4LB_UNKNOWN_PORT_MAX,
	       &((struct parse_service *)to)->s.unknown_port);
}

static void scheduler(struct parse *p, const struct conf_stmt *st, void *to)
{
	static const char * const names[] = {
		"rr", "wrr", "lc", "wlc", "sed", "nq", "sh", "dh", "mh", "fo",
		"ovf", "twos",
	};
	const struct conf_word *word = &st->words[1];
	struct parse_service *ps = to;
	unsigned int which;

	if (!strcmp(word->text, "lblc") || !strcmp(word->text, "lblcr")) {
		parse_error(p, word,
			    "%s is not available: dh keeps a destination with its server",
			    word->text);
		return;
	}
	if (!value_choice(p, word, "scheduler", names,
			  sizeof(names) / sizeof(names[0]), &which))
		return;
	strcpy(ps->s.set.scheduler, names[which]);
}

static void method(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct parse_service *ps = to;

	value_method(p, st->words + 1, st->n - 1, &ps->s.set.method);
}

static void sorry_method(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct parse_service *ps = to;

	value_method(p, st->words + 1, st->n - 1, &ps->sorry_method);
}

static void protocol(struct parse *p, const struct conf_stmt *st, void *to)
{
	static const char * const names[] = { "TCP", "UDP" };
	const struct conf_word *word = &st->words[1];
	struct parse_service *ps = to;
	unsigned int which;

	ps->has_proto = true;
	if (!strcmp(word->text, "SCTP"))
		parse_error(p, word, "SCTP is not available: TCP and UDP are");
	else if (value_choice(p, word, "protocol", names, 2, &which))
		ps->s.proto = which ? IPPROTO_UDP : IPPROTO_TCP;
}

static void ip_family(struct parse *p, const struct conf_stmt *st, void *to)
{
	static const char * const names[] = { "inet", "inet6" };
	struct parse_service *ps = to;
	unsigned int which;

	if (value_choice(p, &st->words[1], "family", names, 2, &which))
		ps->family = which ? 6 : 4;
}

static void persistence(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct parse_service *ps = to;
	__u64 seconds = 360;

	if (st->n > 1 &&
	    !value_number(p, &st->words[1], 0, 2000000, &seconds))
		return;
	ps->s.set.persist = seconds;
	ps->s.set.has |= HAS(PERSIST);
}

/* Which family it is for is known at the end of the block only. */
static void granularity(struct parse *p, const struct conf_stmt *st, void *to)
{
	(void)p;
	((struct parse_service *)to)->mask_word = st->words[1];
}

static void slow_start(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct parse_service *ps = to;
	__u64 seconds;

	if (!value_number(p, &st->words[1], 0, L4LB_SLOW_START_MAX, &seconds))
		return;
	ps->s.set.slow_start = seconds;
	ps->s.set.has |= HAS(SLOW_START);
}

static void half_open_max(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct parse_service *ps = to;
	__u64 n;

	if (!value_number(p, &st->words[1], 0, 0xffffffff, &n))
		return;
	ps->s.set.half_open_max = n;
	ps->s.set.has |= HAS(HALF_OPEN_MAX);
}

static void timeouts(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct parse_service *ps = to;

	if (value_timeouts(p, st->words + 1, st->n - 1, 1, &ps->s.set.timeouts))
		ps->s.set.has |= HAS(TIMEOUT);
}

static void name(struct parse *p, const struct conf_stmt *st, void *to)
{
	if (value_name(p, &st->words[1]))
		((struct parse_service *)to)->name = st->words[1];
}

static void sorry_server(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct conf_server *sorry = pool_alloc(p->pool, sizeof(*sorry));
	struct parse_service *ps = to;
	const char *problem;

	sorry->place = st->words[1].place;
	sorry->weight = 1;
	if (!value_addr(p, &st->words[1], &sorry->addr))
		return;
	problem = addr_problem(&sorry->addr);
	if (problem) {
		parse_error(p, &st->words[1], "%s is %s: it cannot be a server",
			    st->words[1].text, problem);
		return;
	}
	if (st->n > 2 && strcmp(st->words[2].text, "0") &&
	    !value_port(p, &st->words[2], &sorry->port))
		return;
	ps->s.sorry = sorry;
}

#define SERVICE(word, member, min, max)					\
	NUMBER(word, struct parse_service, s.member, min, max)

static const struct rule service_rules[] = {
	CALL("lb_algo", scheduler),
	CALL("lvs_sched", scheduler),
	CALL("lb_kind", method),
	CALL("lvs_method", method),
	CALL("sh-port", hash_port),
	CALL("mh-port", hash_port),
	CALL("flag-2", hash_port),
	CALL("sh-fallback", hash_fallback),
	CALL("mh-fallback", hash_fallback),
	CALL("flag-1", hash_fallback),
	CALL("ops", one_packet),
	CALL("protocol", protocol),
	CALL("ip_family", ip_family),
	CALL("persistence_timeout", persistence),
	CALL("persistence_granularity", granularity),
	TIMING_RULES,
	FLAG("omega", struct parse_service, s.omega),
	FLAG("ha_suspend", struct parse_service, s.ha_suspend),
	FLAG("inhibit_on_failure", struct parse_service, inhibit),
	TEXT("virtualhost", struct parse_service, virtualhost),
	SERVICE("quorum", quorum, 1, 0xffffffff),
	SERVICE("hysteresis", hysteresis, 0, 0xffffffff),
	SCRIPT("quorum_up", struct parse_service, s.quorum_up),
	SCRIPT("quorum_down", struct parse_service, s.quorum_down),
	CALL("sorry_server", sorry_server),
	FLAG("sorry_server_inhibit", struct parse_service, sorry_inhibit),
	CALL("sorry_server_lvs_method", sorry_method),
	CALL("real_server", parse_server),
	CALL("name", name),
	CALL("slow_start", slow_start),
	CALL("timeouts", timeouts),
	CALL("on_down", on_down),
	CALL("on_server_gone", on_gone),
	CALL("unknown_port", unknown_port),
	CALL("hook", hook),
	CALL("midstream", midstream),
	CALL("track", track),
	CALL("track_seq", track_seq),
	CALL("tie", tie),
	CALL("half_open_max", half_open_max),
	{ 0 }
};

const struct block service_block = {
	CONF_IN_SERVICE, service_rules, offsetof(struct timing, given)
};

/* The members of a group, one front each. */
static bool of_group(struct parse *p, const struct conf_stmt *st,
		     struct parse_service *ps)
{
	struct conf_group *group;
	const char *near;

	if (st->n < 3) {
		parse_error(p, &st->words[1], "the name of the group is missing");
		return false;
	}
	group = group_find(p, st->words[2].text);
	if (!group) {
		near = group_nearest(p, st->words[2].text);
		parse_error(p, &st->words[2], near ?
			    "there is no virtual_server_group \"%s\": did you mean \"%s\"?" :
			    "there is no virtual_server_group \"%s\"",
			    st->words[2].text, near);
		return false;
	}
	group->used++;
	ps->s.group = group->name;
	ps->s.n_fronts = group->n_fronts;
	ps->s.fronts = pool_copy(p->pool, group->fronts,
				 group->n_fronts * sizeof(*group->fronts));
	return true;
}

static bool of_one(struct parse *p, const struct conf_stmt *st,
		   struct parse_service *ps)
{
	struct conf_front *front = pool_alloc(p->pool, sizeof(*front));
	bool good;

	ps->s.fronts = front;
	ps->s.n_fronts = 1;
	if (strcmp(st->words[1].text, "fwmark"))
		return front_addr(p, st->words + 1, st->n - 1, front);
	if (st->n < 3) {
		parse_error(p, &st->words[1], "the mark is missing");
		return false;
	}
	good = front_mark(p, st->words + 2, 1, front);
	front->place = st->words[1].place;
	return good;
}

/**
 * parse_service() - virtual_server
 * @p: run
 * @st: statement with the block
 * @to: not used
 */
void parse_service(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct parse_service ps = {
		.s = {
			.place = st->words[1].place,
			.proto = IPPROTO_TCP,
			.quorum = 1,
			.set = {
				.method = L4LB_METHOD_NAT,
				.scheduler = "wlc",
				.has = HAS(METHOD) | HAS(SCHEDULER),
			},
		},
	};
	bool good;

	(void)to;
	good = !st->words[1].quoted && !strcmp(st->words[1].text, "group") ?
	       of_group(p, st, &ps) : of_one(p, st, &ps);
	parse_block(p, &service_block, st->block, &ps);
	if (good)
		finish_service(p, &ps, st);
}
