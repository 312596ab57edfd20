// SPDX-License-Identifier: GPL-2.0
/*
 * Client affinity. A client of a service with a persistence time has a
 * template: an entry of the connection table in state PERSIST, with client
 * port 0, which no packet has, and the address cut to the service's prefix. It
 * names a server, is no connection, and is counted by no server: only the
 * limits of the namespace know it. The number of the service alone stands for
 * whatever the client talks to, so a service of many ports or protocols has one
 * template a client.
 *
 * A template ages like any entry. Each connection that it places renews it, and
 * so does each packet that renews the stamp of a connection to its server. One
 * that a SYN has made is worth no more than the half-open entry beside it until
 * a connection is established: a flood of SYNs leaves two entries for each.
 */
#include <linux/err.h>
#include <linux/jiffies.h>

#include "net.h"
#include "persist.h"
#include "server.h"
#include "service.h"

static void persist_key(const struct l4lb_net *ln,
			const struct l4lb_service *svc,
			const union l4lb_addr *client,
			struct l4lb_conn_key *key)
{
	key->addr = l4lb_addr_prefix(client, svc->persist_prefix);
	key->id = svc->id;
	key->port = 0;
	l4lb_conn_hash(&ln->conns, key);
}

/**
 * l4lb_persist_lookup() - the template of a client
 * @ln: namespace
 * @svc: service
 * @client: address
 *
 * Pure. Whether the server that it names may be used is the caller's question.
 *
 * Context: RCU read side.
 * Return: the template, good to the end of the RCU section, or NULL.
 */
struct l4lb_conn *l4lb_persist_lookup(const struct l4lb_net *ln,
				      const struct l4lb_service *svc,
				      const union l4lb_addr *client)
{
	struct l4lb_conn_key key;

	persist_key(ln, svc, client, &key);
	return l4lb_conn_lookup(ln, &key);
}

/**
 * l4lb_persist_set() - let a client stay with a server from now on
 * @ln: namespace
 * @svc: service
 * @client: address
 * @family: AF_INET or AF_INET6
 * @srv: server
 * @replaces: template that was found for the client, or NULL
 * @proven: the client is there: it has sent more than a SYN
 *
 * Context: RCU read side, BH off.
 * Return: 0; -EEXIST when another CPU has set one meanwhile; -ENOSPC or
 * -ENOMEM as l4lb_conn_insert().
 */
int l4lb_persist_set(struct l4lb_net *ln, const struct l4lb_service *svc,
		     const union l4lb_addr *client, u8 family,
		     struct l4lb_server *srv, struct l4lb_conn *replaces,
		     bool proven)
{
	struct l4lb_conn_new new = {
		.family = family,
		.proto = svc->key.proto,
		.method = L4LB_METHOD_UNSPEC,
		.state = L4LB_STATE_PERSIST,
		.unproven = !proven,
		.server = srv,
		.replaces = replaces,
	};

	persist_key(ln, svc, client, &new.key);
	return PTR_ERR_OR_ZERO(l4lb_conn_insert(ln, &new));
}

/* Who loses the exchange has met the end of the template, or the same proof. */
static void persist_prove(struct l4lb_conn *tmpl, const struct l4lb_conn *conn)
{
	u32 word = READ_ONCE(tmpl->word);

	if (likely(!(word & L4LB_CONN_UNPROVEN)) ||
	    (READ_ONCE(conn->word) & L4LB_CONN_STATE) == L4LB_STATE_SYN_RECV)
		return;
	cmpxchg(&tmpl->word, word, word & ~L4LB_CONN_UNPROVEN);
}

/**
 * l4lb_persist_renew() - a connection of a client goes on
 * @ln: namespace
 * @svc: service, of which clients persist
 * @conn: the connection
 *
 * The template lives on if it names the connection's server. One that has moved
 * to another server meanwhile does not owe its life to this connection.
 *
 * Context: RCU read side; about once a second for each connection, and when it
 * changes its state.
 */
void l4lb_persist_renew(struct l4lb_net *ln, const struct l4lb_service *svc,
			const struct l4lb_conn *conn)
{
	struct l4lb_conn *tmpl;

	tmpl = l4lb_persist_lookup(ln, svc, &conn->node.addr);
	if (!tmpl || tmpl->server != conn->server || tmpl->gen != conn->gen)
		return;
	persist_prove(tmpl, conn);
	l4lb_conn_touch(tmpl, (u32)jiffies);
}
