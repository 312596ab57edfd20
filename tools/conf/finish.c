// SPDX-License-Identifier: GPL-2.0
/*
 * A service when its block has ended: defaults go from the service to its
 * servers and from there to their checks, whatever the order of the words; what
 * does not go together within one service is complained about.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

#define HAS(attr)	L4LB_BIT(L4LB_A_SERVICE_##attr)

/* What is not given below is as above. */
static void inherit(struct timing *t, const struct timing *above)
{
	unsigned int take = above->given & ~t->given;

	if (take & TIMING_CONNECT_TIMEOUT)
		t->t.connect_timeout = above->t.connect_timeout;
	if (take & TIMING_RETRY)
		t->t.retry = above->t.retry;
	if (take & TIMING_DELAY_BEFORE)
		t->t.delay_before_retry = above->t.delay_before_retry;
	if (take & TIMING_WARMUP)
		t->t.warmup = above->t.warmup;
	if (take & TIMING_DELAY_LOOP)
		t->t.delay_loop = above->t.delay_loop;
	if (take & TIMING_ALPHA)
		t->t.alpha = above->t.alpha;
	t->given |= take;
}

/* keepalived's defaults, as keepalived.conf(5) has them. */
static void default_timing(struct timing *t, enum conf_check_kind kind)
{
	bool pages = kind == CONF_CHECK_HTTP || kind == CONF_CHECK_SSL;

	if (!(t->given & TIMING_CONNECT_TIMEOUT))
		t->t.connect_timeout = 5 * CONF_SECOND;
	if (!(t->given & TIMING_RETRY))
		t->t.retry = kind == CONF_CHECK_MISC ? 0 : 1;
	if (!(t->given & TIMING_DELAY_BEFORE))
		t->t.delay_before_retry = (pages ? 3 : 1) * CONF_SECOND;
	if (!(t->given & TIMING_DELAY_LOOP))
		t->t.delay_loop = 60 * CONF_SECOND;
	if (!(t->given & TIMING_WARMUP))
		t->t.warmup = t->t.delay_loop;
	if (!(t->given & TIMING_RISE))
		t->t.rise = 1;
	if (!(t->given & TIMING_FALL))
		t->t.fall = 1;
}

/* Where a check goes that does not say so. */
static void check_target(struct parse *p, const struct parse_service *service,
			 const struct parse_server *ps, struct conf_check *c)
{
	if (c->kind == CONF_CHECK_MISC)
		return;
	if (!c->addr.family)
		c->addr = ps->s.addr;
	if (!c->port)
		c->port = ps->s.port;
	if (!c->port)
		c->port = service->s.fronts[0].id.port;
	if (!c->port)
		conf_complain(p->log, CONF_ERROR, &c->place, 1,
			      "neither the server nor its service has a port: the check needs connect_port");
	if (c->bind_addr.family && c->bind_addr.family != c->addr.family)
		conf_complain(p->log, CONF_ERROR, &c->place, 1,
			      "bindto is of another address family than the server");
}

static void finish_check(struct parse *p, const struct parse_service *service,
			 const struct parse_server *ps, struct parse_check *pc)
{
	const char *host = ps->virtualhost ? ps->virtualhost :
			   service->virtualhost;
	struct conf_check *c = &pc->c;
	unsigned int i;

	inherit(&pc->timing, &ps->timing);
	default_timing(&pc->timing, c->kind);
	c->timing = pc->timing.t;
	check_target(p, service, ps, c);
	for (i = 0; i < c->n_urls; i++)
		if (!c->urls[i].virtualhost)
			c->urls[i].virtualhost = host;
	if (c->kind == CONF_CHECK_MISC && !c->timeout)
		c->timeout = c->timing.delay_loop;
	/* An incomplete script has been complained about. */
	if (c->kind != CONF_CHECK_MISC || c->script)
		key_make(p->pool, c);
}

static void finish_server(struct parse *p, struct parse_service *service,
			  struct parse_server *ps, struct conf_server *server)
{
	unsigned int i;

	inherit(&ps->timing, &service->timing);
	if (!ps->has_inhibit)
		ps->s.inhibit = service->inhibit;
	ps->s.alpha = ps->timing.t.alpha;
	ps->s.method = service->s.set.method;
	ps->s.n_checks = ps->n_checks;
	ps->s.checks = pool_alloc(p->pool, ps->n_checks * sizeof(*ps->s.checks));
	for (i = 0; i < ps->n_checks; i++) {
		finish_check(p, service, ps, &ps->checks[i]);
		ps->s.checks[i] = ps->checks[i].c;
	}
	*server = ps->s;
}

/*
 * The kernel has one method a service. Servers may say it in the place of the
 * service, as long as all of them say the same.
 */
static void one_method(struct parse *p, struct parse_service *ps)
{
	const struct parse_server *first = NULL;
	__u8 method, usual = ps->s.set.method;
	unsigned int i;

	for (i = 0; i < ps->n_servers; i++) {
		struct parse_server *s = &ps->servers[i];

		method = s->has_method ? s->s.method : usual;
		if (!i) {
			first = s;
			ps->s.set.method = method;
		} else if (method != ps->s.set.method) {
			conf_complain(p->log, CONF_ERROR,
				      s->has_method ? &s->method_word.place :
						      &s->s.place, 1,
				      "all servers of a service have one method: that at %s:%u has another",
				      first->s.place.file, first->s.place.line);
			return;
		}
	}
}

/* Marks are of the family of the servers, unless something says otherwise. */
static __u8 mark_family(const struct parse_service *ps,
			const struct conf_front *front)
{
	if (front->id.has & HAS(FAMILY))
		return front->id.family;
	if (ps->family)
		return ps->family;
	if (ps->mask_word.text && !strchr(ps->mask_word.text, '.'))
		return 6;
	if (ps->n_servers && ps->s.set.method != L4LB_METHOD_TUNNEL)
		return ps->servers[0].s.addr.family;
	return 4;
}

static void finish_fronts(struct parse_service *ps)
{
	unsigned int i;

	for (i = 0; i < ps->s.n_fronts; i++) {
		struct conf_front *front = &ps->s.fronts[i];

		if (front->id.fwmark) {
			front->id.family = mark_family(ps, front);
			front->id.has |= HAS(FAMILY);
		} else {
			front->id.proto = ps->s.proto;
			front->id.has |= HAS(PROTO);
		}
	}
}

static __u8 front_family(const struct conf_front *front)
{
	return front->id.fwmark ? front->id.family : front->id.addr.family;
}

static void check_family(struct parse *p, const struct parse_service *ps,
			 const struct conf_place *place,
			 const struct l4lb_addr *addr, __u8 method)
{
	unsigned int i;

	if (method == L4LB_METHOD_TUNNEL)
		return;
	for (i = 0; i < ps->s.n_fronts; i++) {
		if (front_family(&ps->s.fronts[i]) == addr->family)
			continue;
		conf_complain(p->log, CONF_ERROR, place, 1,
			      "the server is of another address family than %s:%u: only TUN can do that",
			      ps->s.fronts[i].place.file,
			      ps->s.fronts[i].place.line);
		return;
	}
}

/* 255.255.255.0, or a number of bits for IPv6; 0: neither */
static unsigned int mask_bits(const char *text, __u8 family)
{
	struct l4lb_addr mask;
	unsigned long bits;
	__u32 m;

	if (family == 6) {
		bits = strtoul(text, NULL, 10);
		return !text[strspn(text, "0123456789")] && bits <= 128 ?
		       bits : 0;
	}
	if (l4lb_addr_parse(text, &mask) || mask.family != 4)
		return 0;
	m = (__u32)mask.bytes[0] << 24 | mask.bytes[1] << 16 |
	    mask.bytes[2] << 8 | mask.bytes[3];
	if (~m & (~m + 1))
		return 0;
	for (bits = 0; bits < 32 && m & 0x80000000u >> bits; bits++)
		;
	return bits;
}

static void finish_persistence(struct parse *p, struct parse_service *ps)
{
	__u8 family;
	unsigned int bits;

	if (!ps->mask_word.text || !ps->s.n_fronts)
		return;
	family = front_family(&ps->s.fronts[0]);
	bits = mask_bits(ps->mask_word.text, family);
	if (!bits) {
		parse_error(p, &ps->mask_word, family == 6 ?
			    "\"%s\" is not a number of bits: 1 to 128" :
			    "\"%s\" is not a netmask, as 255.255.255.0 is",
			    ps->mask_word.text);
		return;
	}
	/* IPVS takes the mask for persistence of the default length. */
	if (!(ps->s.set.has & HAS(PERSIST))) {
		ps->s.set.persist = 360;
		ps->s.set.has |= HAS(PERSIST);
	}
	if (!ps->s.set.persist) {
		parse_warn(p, &ps->mask_word,
			   "persistence_granularity has no effect: persistence_timeout is 0");
		return;
	}
	ps->s.set.persist_prefix = bits;
	ps->s.set.has |= HAS(PERSIST_PREFIX);
}

static void finish_sorry(struct parse *p, struct parse_service *ps)
{
	struct conf_server *sorry = ps->s.sorry;

	if (!sorry) {
		if (ps->sorry_method || ps->sorry_inhibit)
			conf_complain(p->log, CONF_WARNING, &ps->s.place, 1,
				      "sorry_server_inhibit and sorry_server_lvs_method have no effect: there is no sorry_server");
		return;
	}
	sorry->inhibit = ps->sorry_inhibit;
	sorry->method = ps->sorry_method ? ps->sorry_method : ps->s.set.method;
	check_family(p, ps, &sorry->place, &sorry->addr, sorry->method);
}

/*
 * Only NAT can change a port. As with keepalived, the service's is taken.
 */
static void check_ports(struct parse *p, struct parse_service *ps)
{
	const struct conf_word *word = NULL;
	unsigned int i, f;

	if (ps->s.set.method == L4LB_METHOD_NAT)
		return;
	for (i = 0; i < ps->n_servers; i++)
		for (f = 0; f < ps->s.n_fronts && ps->servers[i].s.port; f++)
			if (!word && ps->servers[i].s.port !=
				     ps->s.fronts[f].id.port)
				word = &ps->servers[i].port_word;
	if (word)
		parse_warn(p, word,
			   "%s cannot change the port: servers get that of the service",
			   ps->s.set.method == L4LB_METHOD_DR ? "DR" : "TUN");
}

/* A group's name is that of its services; several are numbered. */
static void name_fronts(struct parse *p, struct parse_service *ps)
{
	const char *name = ps->name.text ? ps->name.text : ps->s.group;
	unsigned int i;
	int n;

	if (!name || (!ps->name.text && name_problem(name)))
		return;
	for (i = 0; i < ps->s.n_fronts; i++) {
		struct l4lb_service *id = &ps->s.fronts[i].id;

		n = ps->s.n_fronts == 1 ?
		    snprintf(id->name, sizeof(id->name), "%s", name) :
		    snprintf(id->name, sizeof(id->name), "%s-%u", name, i + 1);
		if (n < (int)sizeof(id->name)) {
			id->has |= HAS(NAME);
			continue;
		}
		id->name[0] = '\0';
		if (ps->name.text) {
			parse_error(p, &ps->name,
				    "the name \"%s\" is too long: with the number of an address it has more than 31 characters",
				    name);
			return;
		}
	}
}

/**
 * finish_service() - a service is complete
 * @p: run
 * @ps: what its block said
 * @st: its statement
 */
void finish_service(struct parse *p, struct parse_service *ps,
		    const struct conf_stmt *st)
{
	unsigned int i;

	one_method(p, ps);
	finish_fronts(ps);
	if (!ps->has_proto && !ps->s.fronts[0].id.fwmark)
		parse_warn(p, &st->words[0],
			   "no protocol is given: TCP is taken (keepalived 2.2 takes UDP)");
	ps->s.alpha = ps->timing.t.alpha;
	ps->s.n_servers = ps->n_servers;
	ps->s.servers = pool_alloc(p->pool,
				   ps->n_servers * sizeof(*ps->s.servers));
	for (i = 0; i < ps->n_servers; i++) {
		finish_server(p, ps, &ps->servers[i], &ps->s.servers[i]);
		check_family(p, ps, &ps->s.servers[i].place,
			     &ps->s.servers[i].addr, ps->s.set.method);
	}
	finish_persistence(p, ps);
	finish_sorry(p, ps);
	check_ports(p, ps);
	ps->s.named = ps->name.text;
	name_fronts(p, ps);
	*pool_append(p->pool, p->conf->services, p->conf->n_services) = ps->s;
}
