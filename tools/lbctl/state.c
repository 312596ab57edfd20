// SPDX-License-Identifier: GPL-2.0
/*
 * The operator's words about servers, carried out. The kernel knows servers by
 * address and port; "all", names and addresses without a port are looked up
 * in its list.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

#define BIT(attr)	L4LB_BIT(L4LB_A_##attr)

/**
 * struct match - servers that a statement means
 * @st: the statement
 * @found: servers
 * @n: number of them
 */
struct match {
	const struct statement *st;
	struct l4lb_server *found;
	unsigned int n;
};

static bool means(const struct statement *st, const struct l4lb_server *server)
{
	/* Has left: nothing can be said about it any more. */
	if (server->has & BIT(SERVER_LINGER))
		return false;
	if (st->server_name)
		return !strcmp(st->server.name, server->name);
	if (!l4lb_addr_equal(&st->server.addr, &server->addr))
		return false;
	return !(st->server.has & BIT(SERVER_PORT)) ||
	       st->server.port == server->port;
}

static int collect(const struct l4lb_server *server, void *arg)
{
	struct match *match = arg;
	struct l4lb_server *found;

	if (!means(match->st, server))
		return 0;
	if (!(match->n & (match->n - 1))) {
		found = realloc(match->found, (match->n ? match->n * 2 : 1) *
				sizeof(*found));
		if (!found)
			return -ENOMEM;
		match->found = found;
	}
	match->found[match->n++] = *server;
	return 0;
}

/* Does the operator's weight go, and nothing is said about why? */
static bool takes_back(const struct statement *st)
{
	return st->server.has & BIT(SERVER_OPER_WEIGHT) &&
	       st->server.oper_weight < 0 &&
	       !(st->server.has & BIT(SERVER_TEXT));
}

static int set_one(struct lbctl *ctl, const struct statement *st,
		   const struct l4lb_server *target)
{
	struct l4lb_server change = st->server;

	change.service = target->service;
	change.addr = target->addr;
	change.port = target->port;
	change.has |= BIT(SERVER_ADDR) | BIT(SERVER_PORT);
	/* A reason stays only with an admin state that it may be about. */
	if (takes_back(st) && target->admin != L4LB_ADMIN_DRAIN &&
	    target->admin != L4LB_ADMIN_DISABLED)
		change.has |= BIT(SERVER_TEXT);
	return l4lb_server_state_set(ctl->h, &change, st->flags);
}

/**
 * state_set() - drain, enable, disable, weight
 * @ctl: context, opened; may be collecting a batch
 * @st: which servers, and what
 * @matched: result, number of servers; 0 is not reported here
 *
 * Return: 0 or a negative errno, see l4lb_error().
 */
int state_set(struct lbctl *ctl, const struct statement *st,
	      unsigned int *matched)
{
	struct match match = { .st = st };
	struct l4lb_server exact;
	unsigned int i;
	int err;

	if (!st->all && !st->server_name && st->server.has & BIT(SERVER_PORT) &&
	    !takes_back(st)) {
		*matched = 1;
		exact = st->server;
		exact.service = st->service;
		return set_one(ctl, st, &exact);
	}

	err = l4lb_server_dump(ctl->h, st->all ? NULL : &st->service, collect,
			       &match);
	*matched = match.n;
	for (i = 0; !err && i < match.n; i++)
		err = set_one(ctl, st, &match.found[i]);
	free(match.found);
	return err;
}
