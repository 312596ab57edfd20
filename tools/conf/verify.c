// SPDX-License-Identifier: GPL-2.0
/*
 * What no single statement can say: whether services, servers and addresses go
 * together, and what it all costs. The rules of single services are the
 * kernel's, said here with a place.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

/* Bytes of a connection: its entry and its share of the table, kmod/conn.h. */
#define CONN_BYTES	80
#define CONN_SEQ_BYTES	32	/* more with track_seq */
#define PROBES_MANY	1000	/* in a second */

/**
 * struct verify - one run
 * @conf: configuration; quorums are adapted
 * @pool: memory
 * @log: complaints
 */
struct verify {
	struct conf *conf;
	struct conf_pool *pool;
	struct conf_log *log;
};

#define complain(v, grade, at, ...)					\
	conf_complain((v)->log, grade, at, 1, __VA_ARGS__)

static bool hashes(const struct l4lb_service *s, bool dh)
{
	return !strcmp(s->scheduler, "sh") || !strcmp(s->scheduler, "mh") ||
	       (dh && !strcmp(s->scheduler, "dh"));
}

/* A mark is neither: its packets are TCP and UDP. */
static bool any_of(const struct conf_service *s, __u8 proto)
{
	return s->n_fronts && s->fronts[0].id.proto == proto;
}

static const char *one_packet_problem(const struct conf_service *s)
{
	if (!s->set.one_packet)
		return NULL;
	if (any_of(s, IPPROTO_TCP))
		return "ops needs protocol UDP: TCP is made of connections";
	if (s->set.method == L4LB_METHOD_NAT)
		return "ops cannot bring back replies of NAT: use DR or TUN";
	if (s->set.persist)
		return "ops forgets clients, persistence_timeout remembers them: choose one";
	if (s->set.track_seq)
		return "ops keeps no connections that track_seq could watch";
	return NULL;
}

static const char *service_problem(const struct conf_service *s)
{
	const char *problem = one_packet_problem(s);

	if (problem)
		return problem;
	if (s->set.hash_port && !hashes(&s->set, true))
		return "sh-port and mh-port need lb_algo sh, dh or mh";
	if (s->set.hash_fallback && !hashes(&s->set, false))
		return "sh-fallback and mh-fallback need lb_algo sh or mh";
	if (any_of(s, IPPROTO_UDP) && s->set.track_seq)
		return "track_seq needs protocol TCP: UDP has no sequence numbers";
	if (s->set.track && s->set.hook != L4LB_HOOK_LOCAL_IN)
		return "track needs hook input: prerouting comes before conntrack";
	if (s->n_fronts && s->fronts[0].id.fwmark &&
	    s->set.hook == L4LB_HOOK_LOCAL_IN)
		return "a service of a mark is taken behind mangle: leave hook at prerouting";
	return NULL;
}

static int by_address(const void *a, const void *b)
{
	const struct conf_server *x = *(const struct conf_server **)a;
	const struct conf_server *y = *(const struct conf_server **)b;
	int order = memcmp(x->addr.bytes, y->addr.bytes, 16);

	if (!order && x->addr.family != y->addr.family)
		return x->addr.family - y->addr.family;
	if (!order && x->port != y->port)
		return x->port - y->port;
	return order ? order : (x > y) - (x < y);
}

/* Are they one on some front? Without NAT a port tells no two servers apart. */
static bool same_server(const struct conf_service *s,
			const struct conf_server *a, const struct conf_server *b)
{
	unsigned int i;

	if (!l4lb_addr_equal(&a->addr, &b->addr))
		return false;
	if (s->set.method == L4LB_METHOD_NAT && a->port && b->port)
		return a->port == b->port;
	for (i = 0; i < s->n_fronts; i++)
		if (conf_server_port(s, &s->fronts[i], a) ==
		    conf_server_port(s, &s->fronts[i], b))
			return true;
	return false;
}

/* Of two servers, the one that stands further down is too much. */
static bool twins(struct verify *v, const struct conf_service *s,
		  const struct conf_server *a, const struct conf_server *b)
{
	char text[L4LB_ADDR_STR];

	if (!same_server(s, a, b))
		return false;
	if (a > b)
		return twins(v, s, b, a);
	complain(v, CONF_ERROR, &b->place,
		 "the server %s is there already: %s:%u",
		 l4lb_addr_format(&b->addr, text), a->place.file,
		 a->place.line);
	return true;
}

static void verify_twins(struct verify *v, const struct conf_service *s)
{
	const struct conf_server **sorted;
	unsigned int i, j;

	sorted = pool_alloc(v->pool, s->n_servers * sizeof(*sorted));
	for (i = 0; i < s->n_servers; i++)
		sorted[i] = &s->servers[i];
	qsort(sorted, s->n_servers, sizeof(*sorted), by_address);
	for (i = 1; i < s->n_servers; i++)
		for (j = i; j && l4lb_addr_equal(&sorted[j - 1]->addr,
						 &sorted[i]->addr); j--)
			if (twins(v, s, sorted[j - 1], sorted[i]))
				break;
	for (i = 0; s->sorry && i < s->n_servers; i++)
		if (same_server(s, s->sorry, &s->servers[i]))
			complain(v, CONF_ERROR, &s->sorry->place,
				 "the sorry server is a real server, too: %s:%u",
				 s->servers[i].place.file,
				 s->servers[i].place.line);
}

/* A packet to the server would be one to the VIP. */
static void verify_vip_server(struct verify *v, const struct conf_service *s,
			      const struct conf_server *server)
{
	unsigned int i;

	for (i = 0; i < s->n_fronts; i++) {
		if (!l4lb_addr_equal(&s->fronts[i].id.addr, &server->addr))
			continue;
		complain(v, CONF_ERROR, &server->place,
			 "the server has the address that is served at %s:%u",
			 s->fronts[i].place.file, s->fronts[i].place.line);
		return;
	}
}

static __u64 total_weight(const struct conf_service *s)
{
	__u64 sum = 0;
	unsigned int i;

	for (i = 0; i < s->n_servers; i++)
		sum += s->servers[i].weight;
	return sum;
}

/* As keepalived does: a quorum that cannot be reached is the most there is. */
static void verify_quorum(struct verify *v, struct conf_service *s)
{
	__u64 sum = total_weight(s);

	if (sum && s->quorum > sum) {
		complain(v, CONF_WARNING, &s->place,
			 "quorum %u is more than all servers weigh: %llu is taken",
			 s->quorum, (unsigned long long)sum);
		s->quorum = sum;
	}
	if (s->hysteresis >= s->quorum) {
		if (s->hysteresis)
			complain(v, CONF_WARNING, &s->place,
				 "hysteresis %u is not below quorum %u: %u is taken",
				 s->hysteresis, s->quorum, s->quorum - 1);
		s->hysteresis = s->hysteresis ? s->quorum - 1 : 0;
	}
	if (s->hysteresis && (__u64)s->quorum + s->hysteresis > sum)
		complain(v, CONF_WARNING, &s->place,
			 "once down, the service stays down: quorum and hysteresis, %llu, are more than all servers weigh, %llu",
			 (unsigned long long)s->quorum + s->hysteresis,
			 (unsigned long long)sum);
}

static void verify_service(struct verify *v, struct conf_service *s)
{
	const char *problem = service_problem(s);
	unsigned int i;

	if (problem)
		complain(v, CONF_ERROR, &s->place, "%s", problem);
	if (!s->n_servers)
		complain(v, CONF_WARNING, &s->place,
			 "the service has no real_server");
	verify_twins(v, s);
	for (i = 0; i < s->n_servers; i++)
		verify_vip_server(v, s, &s->servers[i]);
	if (s->sorry)
		verify_vip_server(v, s, s->sorry);
	verify_quorum(v, s);
}

/**
 * struct entry - a front, to be sorted
 * @front: front
 * @service: its service
 * @order: its number in the file
 */
struct entry {
	struct conf_front *front;
	const struct conf_service *service;
	unsigned int order;
};

static int by_identity(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = l4lb_service_compare(&x->front->id, &y->front->id);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

static bool same_vip(const struct entry *a, const struct entry *b)
{
	const struct l4lb_service *x = &a->front->id, *y = &b->front->id;

	return !x->fwmark && !y->fwmark && l4lb_addr_equal(&x->addr, &y->addr) &&
	       x->prefix == y->prefix;
}

static bool overlap(const struct l4lb_service *a, const struct l4lb_service *b)
{
	return a->proto == b->proto && a->port && b->port &&
	       a->port <= l4lb_service_port_last(b) &&
	       b->port <= l4lb_service_port_last(a);
}

static void verify_pair(struct verify *v, const struct entry *a,
			const struct entry *b)
{
	char text[L4LB_SERVICE_STR];

	if (b->order < a->order) {
		verify_pair(v, b, a);
		return;
	}
	if (l4lb_service_same(&a->front->id, &b->front->id))
		complain(v, CONF_ERROR, &b->front->place,
			 "%s is served already: %s:%u",
			 l4lb_service_format(&b->front->id, text),
			 a->front->place.file, a->front->place.line);
	else if (same_vip(a, b) && overlap(&a->front->id, &b->front->id))
		complain(v, CONF_ERROR, &b->front->place,
			 "the ports overlap those at %s:%u",
			 a->front->place.file, a->front->place.line);
	if (same_vip(a, b) && a->service->unknown_port &&
	    b->service->unknown_port &&
	    a->service->unknown_port != b->service->unknown_port)
		complain(v, CONF_ERROR, &b->front->place,
			 "unknown_port of one address is said in two ways: see %s:%u",
			 a->front->place.file, a->front->place.line);
}

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->front->id.name, y->front->id.name);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

/* A name that nobody has given is not worth a complaint. */
static void unname(struct entry *e)
{
	e->front->id.name[0] = '\0';
	e->front->id.has &= ~L4LB_BIT(L4LB_A_SERVICE_NAME);
}

static void verify_names(struct verify *v, struct entry *e, unsigned int n)
{
	struct entry *kept = e;
	unsigned int i;

	qsort(e, n, sizeof(*e), by_name);
	for (i = 1; i < n; i++) {
		if (!*e[i].front->id.name ||
		    strcmp(kept->front->id.name, e[i].front->id.name)) {
			kept = &e[i];
			continue;
		}
		if (!e[i].service->named) {
			unname(&e[i]);
			continue;
		}
		if (kept->service->named)
			complain(v, CONF_ERROR, &e[i].front->place,
				 "two services have the name \"%s\", see %s:%u",
				 e[i].front->id.name, kept->front->place.file,
				 kept->front->place.line);
		else
			unname(kept);
		kept = &e[i];
	}
}

static void verify_fronts(struct verify *v)
{
	struct conf *conf = v->conf;
	unsigned int i, f, n = 0;
	struct entry *e;

	for (i = 0; i < conf->n_services; i++)
		n += conf->services[i].n_fronts;
	e = pool_alloc(v->pool, n * sizeof(*e) + 1);
	for (n = 0, i = 0; i < conf->n_services; i++)
		for (f = 0; f < conf->services[i].n_fronts; f++, n++)
			e[n] = (struct entry){ &conf->services[i].fronts[f],
					       &conf->services[i], n };
	qsort(e, n, sizeof(*e), by_identity);
	for (i = 1; i < n; i++)
		verify_pair(v, &e[i - 1], &e[i]);
	verify_names(v, e, n);
}

static int by_addr(const void *a, const void *b)
{
	const struct l4lb_addr *x = *(const struct l4lb_addr **)a;
	const struct l4lb_addr *y = *(const struct l4lb_addr **)b;
	int order = x->family - y->family;

	return order ? order : memcmp(x->bytes, y->bytes, 16);
}

static bool is_in(const struct l4lb_addr *addr, const struct l4lb_addr **sorted,
		  unsigned int n)
{
	return bsearch(&addr, sorted, n, sizeof(*sorted), by_addr);
}

/* Addresses that are served, sorted; those of prefixes are nobody's. */
static const struct l4lb_addr **served_addrs(struct verify *v, unsigned int *n)
{
	struct conf *conf = v->conf;
	const struct l4lb_addr **addrs = NULL;
	unsigned int i, f;

	for (i = 0; i < conf->n_services; i++) {
		for (f = 0; f < conf->services[i].n_fronts; f++) {
			const struct l4lb_service *id =
				&conf->services[i].fronts[f].id;

			if (!id->fwmark && id->prefix == l4lb_addr_bits(&id->addr))
				*pool_append(v->pool, addrs, *n) = &id->addr;
		}
	}
	if (*n)
		qsort(addrs, *n, sizeof(*addrs), by_addr);
	return addrs;
}

static const struct l4lb_addr **held_addrs(struct verify *v, unsigned int *n)
{
	struct conf *conf = v->conf;
	const struct l4lb_addr **addrs = NULL;
	unsigned int i, a;

	for (i = 0; i < conf->n_vrrp; i++)
		for (a = 0; a < conf->vrrp[i].n_addrs; a++)
			*pool_append(v->pool, addrs, *n) =
				&conf->vrrp[i].addrs[a];
	if (*n)
		qsort(addrs, *n, sizeof(*addrs), by_addr);
	return addrs;
}

static bool is_instance(const struct conf *conf, const char *name)
{
	unsigned int i;

	for (i = 0; i < conf->n_vrrp; i++)
		if (!conf->vrrp[i].given && !strcmp(conf->vrrp[i].name, name))
			return true;
	return false;
}

static void verify_instances(struct verify *v)
{
	struct conf *conf = v->conf;
	unsigned int i;

	for (i = 0; i < conf->n_vrrp; i++)
		if (conf->vrrp[i].given &&
		    !is_instance(conf, conf->vrrp[i].name))
			complain(v, CONF_WARNING, &conf->vrrp[i].place,
				 "there is no vrrp_instance \"%s\" to hold the addresses",
				 conf->vrrp[i].name);
}

/* Files of one half, or of several, are no mistake: both must be there. */
static void verify_vips(struct verify *v)
{
	struct conf *conf = v->conf;
	unsigned int n_served = 0, n_held = 0, i, f;
	const struct l4lb_addr **served = served_addrs(v, &n_served);
	const struct l4lb_addr **held = held_addrs(v, &n_held);
	char text[L4LB_ADDR_STR];

	if (!n_served || !n_held)
		return;
	for (i = 0; i < conf->n_services; i++) {
		for (f = 0; f < conf->services[i].n_fronts; f++) {
			const struct conf_front *front =
				&conf->services[i].fronts[f];

			if (!front->id.fwmark &&
			    is_in(&front->id.addr, served, n_served) &&
			    !is_in(&front->id.addr, held, n_held))
				complain(v, CONF_WARNING, &front->place,
					 "no vrrp_instance holds %s",
					 l4lb_addr_format(&front->id.addr, text));
		}
	}
	for (i = 0; i < conf->n_vrrp; i++)
		for (f = 0; f < conf->vrrp[i].n_addrs; f++)
			if (!is_in(&conf->vrrp[i].addrs[f], served, n_served))
				complain(v, CONF_WARNING,
					 &conf->vrrp[i].places[f],
					 "no virtual_server is on %s",
					 l4lb_addr_format(&conf->vrrp[i].addrs[f],
							  text));
}

static int by_check(const void *a, const void *b)
{
	const struct conf_check *x = *(const struct conf_check **)a;
	const struct conf_check *y = *(const struct conf_check **)b;

	if (x->key.hash != y->key.hash)
		return x->key.hash < y->key.hash ? -1 : 1;
	return conf_timing_compare(&x->timing, &y->timing);
}

/* Attempts in a thousand seconds: each page of HTTP_GET is one. */
static __u64 probes(const struct conf_check *c)
{
	unsigned int pages = c->n_urls ? c->n_urls : 1;

	return 1000 * CONF_SECOND * pages / c->timing.delay_loop;
}

/* Identical checks are made once; here, those with equal hashes are. */
static void count_checks(struct verify *v)
{
	struct conf *conf = v->conf;
	const struct conf_check **checks = NULL;
	unsigned int i, s, c, n = 0;

	for (i = 0; i < conf->n_services; i++)
		for (s = 0; s < conf->services[i].n_servers; s++)
			for (c = 0; c < conf->services[i].servers[s].n_checks; c++)
				*pool_append(v->pool, checks, n) =
					&conf->services[i].servers[s].checks[c];
	if (!n)
		return;
	qsort(checks, n, sizeof(*checks), by_check);
	for (i = 0; i < n; i++) {
		if (i && checks[i]->key.hash == checks[i - 1]->key.hash &&
		    !conf_timing_compare(&checks[i]->timing,
					 &checks[i - 1]->timing))
			continue;
		conf->load.checks++;
		conf->load.probes += probes(checks[i]);
	}
}

static void verify_load(struct verify *v)
{
	const struct l4lb_limits *l = &v->conf->global.limits;
	struct conf_load *load = &v->conf->load;
	__u64 bytes = CONN_BYTES;
	unsigned int i;

	count_checks(v);
	if (load->probes > PROBES_MANY * 1000)
		complain(v, CONF_WARNING, &v->conf->services[0].place,
			 "%u checks make %llu attempts a second: raise delay_loop",
			 load->checks, (unsigned long long)load->probes / 1000);
	for (i = 0; i < v->conf->n_services; i++)
		if (v->conf->services[i].set.track_seq)
			bytes = CONN_BYTES + CONN_SEQ_BYTES;
	load->conn_bytes = l->conns * bytes;
	if (load->conn_bytes && l->memory && l->memory < load->conn_bytes)
		complain(v, CONF_WARNING, &v->conf->global.limits_place,
			 "%u connections need %llu bytes: the limit of memory comes first",
			 l->conns, (unsigned long long)load->conn_bytes);
}

static void verify_global(struct verify *v)
{
	const struct conf_global *g = &v->conf->global;
	struct conf_script *script = g->notify_fifo.script;

	if (script && !g->notify_fifo.path)
		complain(v, CONF_ERROR, &script->place,
			 "notify_fifo_script needs notify_fifo");
	script = g->lvs_notify_fifo.script;
	if (script && !g->lvs_notify_fifo.path)
		complain(v, CONF_ERROR, &script->place,
			 "lvs_notify_fifo_script needs lvs_notify_fifo");
	if (g->notify_fifo.path && g->lvs_notify_fifo.path &&
	    !strcmp(g->notify_fifo.path, g->lvs_notify_fifo.path))
		complain(v, CONF_ERROR, &g->lvs_notify_fifo.place,
			 "notify_fifo and lvs_notify_fifo are one FIFO: use two");
}

/**
 * conf_verify() - complain about what does not go together
 * @conf: configuration; quorums that cannot be are adapted, its load is filled
 * @pool: memory
 * @log: complaints
 */
void conf_verify(struct conf *conf, struct conf_pool *pool,
		 struct conf_log *log)
{
	struct verify v = { conf, pool, log };
	unsigned int i;

	verify_global(&v);
	for (i = 0; i < conf->n_groups; i++)
		if (!conf->groups[i].used)
			complain(&v, CONF_WARNING, &conf->groups[i].place,
				 "no virtual_server is of the group \"%s\"",
				 conf->groups[i].name);
	for (i = 0; i < conf->n_services; i++)
		verify_service(&v, &conf->services[i]);
	verify_fronts(&v);
	verify_instances(&v);
	verify_vips(&v);
	verify_load(&v);
}
