// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel holds, read as of one generation: services and servers come
 * in two dumps, between which a commit may fall.
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

/* Servers come grouped, in the order of their services. */
static void link_servers(struct model *m)
{
	unsigned int at = 0, i;

	for (i = 0; i < m->n_services; i++) {
		struct model_service *s = &m->services[i];

		s->first = at;
		while (at < m->n_servers &&
		       l4lb_service_same(&s->s, &m->servers[at].service))
			at++;
		s->n = at - s->first;
	}
}

static int compare(const void *a, const void *b)
{
	const struct model_service *x = a, *y = b;

	return l4lb_service_compare(&x->s, &y->s);
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
	memset(m, 0, sizeof(*m));
}

static int load_once(struct lbctl *ctl, struct model *m, bool *moved)
{
	struct l4lb_summary before, after;
	int err;

	err = l4lb_version_get(ctl->h, &before);
	if (!err)
		err = l4lb_service_dump(ctl->h, add_service, m);
	if (!err)
		err = l4lb_server_dump(ctl->h, NULL, add_server, m);
	if (!err)
		err = l4lb_version_get(ctl->h, &after);
	if (err)
		return err;
	*moved = before.generation != after.generation;
	m->generation = after.generation;
	m->digest = after.digest;
	link_servers(m);
	if (m->n_services)
		qsort(m->services, m->n_services, sizeof(*m->services),
		      compare);
	return 0;
}

/**
 * model_load() - read services and servers
 * @ctl: context, opened
 * @m: result; model_free() it
 *
 * Return: DONE, or REFUSED with the complaint made.
 */
int model_load(struct lbctl *ctl, struct model *m)
{
	unsigned int tries;
	bool moved = true;

	memset(m, 0, sizeof(*m));
	for (tries = 0; tries < TRIES; tries++) {
		if (load_once(ctl, m, &moved)) {
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
