// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel holds, read as of one generation: services, servers and VIPs
 * come in dumps of their own, between which a commit may fall.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

#define TRIES	5	/* until a commit falls between no two dumps */

/* Room for element @n; arrays double at powers of two. */
static void *grow(void *array, unsigned int n, size_t size)
{
	if (n & (n - 1))
		return array;
	return realloc(array, (n ? n * 2 : 1) * size);
}

static int add_service(const struct l4lb_service *service, void *arg)
{
	struct model_service *services, *s;
	struct model *m = arg;
	size_t size;

	services = grow(m->services, m->n_services, sizeof(*services));
	if (!services)
		return -ENOMEM;
	m->services = services;
	s = &services[m->n_services++];
	memset(s, 0, sizeof(*s));
	s->s = *service;
	s->s.reasons = NULL;
	if (service->reasons && service->reasons->n) {
		size = offsetof(struct l4lb_reasons, r[service->reasons->n]);
		s->reasons = malloc(size);
		if (!s->reasons)
			return -ENOMEM;
		memcpy(s->reasons, service->reasons, size);
	}
	return 0;
}

static int add_server(const struct l4lb_server *server, void *arg)
{
	struct l4lb_server *servers;
	struct model *m = arg;

	servers = grow(m->servers, m->n_servers, sizeof(*servers));
	if (!servers)
		return -ENOMEM;
	m->servers = servers;
	servers[m->n_servers++] = *server;
	return 0;
}

static int add_vip(const struct l4lb_vip *vip, void *arg)
{
	struct l4lb_vip *vips;
	struct model *m = arg;

	if (vip->unknown_port == L4LB_UNKNOWN_PORT_PASS)
		return 0;
	vips = grow(m->vips, m->n_vips, sizeof(*vips));
	if (!vips)
		return -ENOMEM;
	m->vips = vips;
	vips[m->n_vips++] = *vip;
	return 0;
}

static int compare_vips(const void *a, const void *b)
{
	const struct l4lb_vip *x = a, *y = b;
	int diff = x->addr.family - y->addr.family;

	if (!diff)
		diff = memcmp(x->addr.bytes, y->addr.bytes, 16);
	return diff ? diff : l4lb_vip_prefix(x) - l4lb_vip_prefix(y);
}

static int compare(const void *a, const void *b)
{
	const struct model_service *x = a, *y = b;

	return l4lb_service_compare(&x->s, &y->s);
}

static struct model_service *service_of(const struct model *m,
					const struct l4lb_server *server)
{
	struct model_service key = { .s = server->service };

	return m->n_services ? bsearch(&key, m->services, m->n_services,
				       sizeof(key), compare) : NULL;
}

/*
 * Group servers by service, each group in the order that they came in: the
 * kernel sends all that are configured, then all that are leaving. A server
 * whose service has gone between the two dumps belongs to none.
 */
static int link_servers(struct model *m)
{
	struct l4lb_server *sorted;
	struct model_service *s;
	unsigned int i, at = 0;

	if (m->n_services)
		qsort(m->services, m->n_services, sizeof(*m->services),
		      compare);
	if (!m->n_servers)
		return 0;
	for (i = 0; i < m->n_servers; i++) {
		s = service_of(m, &m->servers[i]);
		if (s)
			s->n++;
	}
	for (i = 0; i < m->n_services; i++) {
		m->services[i].first = at;
		at += m->services[i].n;
		m->services[i].n = 0;
	}
	sorted = malloc(m->n_servers * sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < m->n_servers; i++) {
		s = service_of(m, &m->servers[i]);
		if (s)
			sorted[s->first + s->n++] = m->servers[i];
	}
	free(m->servers);
	m->servers = sorted;
	m->n_servers = at;
	return 0;
}

/**
 * model_free() - free what model_load() read
 * @m: model
 */
void model_free(struct model *m)
{
	unsigned int i;

	for (i = 0; i < m->n_services; i++)
		free(m->services[i].reasons);
	free(m->services);
	free(m->servers);
	free(m->vips);
	memset(m, 0, sizeof(*m));
}

static int load_once(struct lbctl *ctl, struct model *m, unsigned int flags,
		     bool *moved)
{
	struct l4lb_summary before, after;
	int err;

	err = l4lb_version_get(ctl->h, &before);
	if (!err)
		err = l4lb_service_dump(ctl->h, add_service, m);
	if (!err)
		err = l4lb_server_dump(ctl->h, NULL, add_server, m);
	if (!err && flags & MODEL_VIPS)
		err = l4lb_vip_dump(ctl->h, add_vip, m);
	if (!err)
		err = l4lb_version_get(ctl->h, &after);
	if (err)
		return err;
	*moved = before.generation != after.generation;
	m->generation = after.generation;
	m->digest = after.digest;
	if (m->n_vips)
		qsort(m->vips, m->n_vips, sizeof(*m->vips), compare_vips);
	return link_servers(m);
}

/**
 * model_load() - read services and servers
 * @ctl: context, opened
 * @m: result; model_free() it
 * @flags: %MODEL_VIPS or 0
 *
 * Return: DONE, or REFUSED with the complaint made.
 */
int model_load(struct lbctl *ctl, struct model *m, unsigned int flags)
{
	unsigned int tries;
	bool moved = true;

	memset(m, 0, sizeof(*m));
	for (tries = 0; tries < TRIES; tries++) {
		if (load_once(ctl, m, flags, &moved)) {
			ctl_refused(ctl);
			model_free(m);
			return REFUSED;
		}
		if (!moved)
			return DONE;
		model_free(m);
	}
	return ctl_complain(ctl,
			    "the configuration changed while it was read, %d times in a row: try again",
			    TRIES);
}
