/* SPDX-License-Identifier: GPL-2.0 */
/* How a packet finds its VIP and its service. */
#ifndef L4LB_MATCH_H
#define L4LB_MATCH_H

#include <linux/bitmap.h>
#include "conn.h"
#include "net.h"
#include "server.h"
#include "service.h"
#include "vip.h"

/**
 * struct l4lb_port_range - ports of one service
 * @first: first, host order; 0: any port
 * @last: last; 0 with @first
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @unused: 0
 */
struct l4lb_port_range {
	u16 first;
	u16 last;
	u8 proto;
	u8 unused;
};

/**
 * struct l4lb_ports - services with many ports on one VIP; immutable
 * @rcu: frees it when a version of the VIP has another
 * @nr: ranges in @e
 * @e: by protocol and first port; ranges of a protocol do not overlap. A service
 *	is found by them in &l4lb_table.services, so that its versions leave this
 *	alone
 */
struct l4lb_ports {
	struct rcu_head rcu;
	u32 nr;
	struct l4lb_port_range e[];
};

/* Prefix lengths of an address, one that is all of it not included. */
#define L4LB_PREFIXES	128

/* A mark that a service goes by. */
struct l4lb_mark {
	u32 mark;	/* not 0 */
	u8 family;	/* AF_INET or AF_INET6 */
};

/**
 * struct l4lb_match - what else a packet has to be looked up by than address and
 *	port; immutable, part of a snapshot
 * @rcu: frees a replaced one
 * @nr_wide: services that are not plain
 * @nr_marks: those that go by a mark
 * @nr_prefixes: VIPs that are a prefix
 * @lengths: prefix lengths that such VIPs have, IPv4 and IPv6
 * @nr: VIPs by family and prefix length
 * @mark: marks, @nr_marks of them, in no order
 */
struct l4lb_match {
	struct rcu_head rcu;
	u32 nr_wide;
	u32 nr_marks;
	u32 nr_prefixes;
	DECLARE_BITMAP(lengths[2], L4LB_PREFIXES);
	u32 nr[2][L4LB_PREFIXES];
	struct l4lb_mark mark[];
};

struct l4lb_vip *l4lb_match_prefix(const struct l4lb_table *table,
				   const union l4lb_addr *addr, u8 family,
				   u32 below);
void l4lb_match_wide(const struct l4lb_table *table,
		     const struct l4lb_endpoint *to,
		     const struct l4lb_vip **vip, struct l4lb_service **svc);
struct l4lb_service *l4lb_match_mark(const struct l4lb_table *table, u32 mark,
				     u8 family);
struct l4lb_conn *l4lb_match_reply_wide(const struct l4lb_net *ln,
					const struct l4lb_table *table,
					const struct l4lb_endpoint *from,
					struct l4lb_conn_key *key);

/**
 * l4lb_match_vip() - the VIP that an address belongs to
 * @table: snapshot
 * @addr: destination
 * @family: its family
 *
 * Context: RCU read side.
 * Return: the VIP that is the address, else the longest prefix, else NULL.
 */
static inline struct l4lb_vip *l4lb_match_vip(const struct l4lb_table *table,
					      const union l4lb_addr *addr,
					      u8 family)
{
	struct l4lb_vip *vip;

	vip = l4lb_vip_lookup(table->vips, addr, family, l4lb_addr_hash(addr));
	if (likely(vip || !table->match))
		return vip;
	return l4lb_match_prefix(table, addr, family, L4LB_PREFIXES);
}

/**
 * l4lb_match_service() - the VIP and the service that a packet goes to
 * @table: snapshot
 * @to: what it is sent to
 * @vip: out: the VIP of @svc; without one the most exact VIP; or NULL
 * @svc: out: the service or NULL; one that goes by a mark is not found
 *
 * A packet of a plain service pays for no other kind.
 *
 * Context: RCU read side.
 */
static __always_inline void
l4lb_match_service(const struct l4lb_table *table,
		   const struct l4lb_endpoint *to,
		   const struct l4lb_vip **vip, struct l4lb_service **svc)
{
	u32 hash = l4lb_addr_hash(&to->addr);

	*svc = NULL;
	*vip = l4lb_vip_lookup(table->vips, &to->addr, to->family, hash);
	if (likely(*vip))
		*svc = l4lb_service_plain(table->services, to,
					  l4lb_port_hash(hash, to->proto,
							 to->port));
	if (unlikely(!*svc && table->match))
		l4lb_match_wide(table, to, vip, svc);
}

/**
 * l4lb_reply_key() - complete the key that replies of a server are found by
 * @ct: table
 * @rs: endpoint that they come from
 * @port: port that they come from, where @rs has none
 * @proto: their protocol
 * @key: address and port of the client are set; becomes complete
 * @end: room that @key may point to
 *
 * Context: any.
 */
static inline void l4lb_reply_key(const struct l4lb_conns *ct,
				  const struct l4lb_rs *rs, __be16 port,
				  u8 proto, struct l4lb_conn_key *key,
				  struct l4lb_endpoint *end)
{
	key->id = rs->id | L4LB_CONN_REV;
	if (unlikely(!rs->ep.port || !rs->ep.proto)) {
		memset(end, 0, sizeof(*end));
		end->port = rs->ep.port ? 0 : port;
		end->proto = proto;
		key->id |= L4LB_CONN_WIDE;
		key->wide = end;
	}
	l4lb_conn_hash(ct, key);
}

/**
 * l4lb_match_reply() - the entry of a packet from a NAT server to a client
 * @ln: namespace
 * @table: snapshot
 * @from: address, port and protocol that it comes from
 * @client: the client's address
 * @port: the client's port
 *
 * By the server's endpoint itself first: such a packet pays for no other kind.
 *
 * Context: RCU read side.
 * Return: the entry, or NULL.
 */
static __always_inline struct l4lb_conn *
l4lb_match_reply(const struct l4lb_net *ln, const struct l4lb_table *table,
		 const struct l4lb_endpoint *from,
		 const union l4lb_addr *client, __be16 port)
{
	struct l4lb_conn_key key __l4lb_uninit;
	struct l4lb_conn *conn = NULL;
	struct l4lb_rs *rs;

	key.addr = *client;
	key.port = port;
	rs = l4lb_rs_lookup(table->endpoints, from, l4lb_endpoint_hash(from));
	if (likely(rs)) {
		key.id = rs->id | L4LB_CONN_REV;
		l4lb_conn_hash(&ln->conns, &key);
		conn = l4lb_conn_lookup(ln, &key);
	}
	if (likely(conn || !table->match))
		return conn;
	return l4lb_match_reply_wide(ln, table, from, &key);
}

/* Is this the endpoint of a NAT server, or could it be that of one without port? */
static inline bool l4lb_match_server(const struct l4lb_table *table,
				     const struct l4lb_endpoint *ep)
{
	return l4lb_rs_lookup(table->endpoints, ep, l4lb_endpoint_hash(ep)) ||
	       (table->match && table->endpoints->nr);
}

/**
 * l4lb_match_target() - where a packet goes on to at a server
 * @ep: the server; port and protocol may be 0, which are then the client's
 * @front: what the client sends to
 * @buf: room for the target
 * @target: out: it, @ep or @buf
 *
 * Context: any.
 */
static inline void l4lb_match_target(const struct l4lb_endpoint *ep,
				     const struct l4lb_endpoint *front,
				     struct l4lb_endpoint *buf,
				     const struct l4lb_endpoint **target)
{
	*target = ep;
	if (ep->port && ep->proto)
		return;
	*buf = *ep;
	buf->proto = front->proto;
	if (!ep->port)
		buf->port = front->port;
	*target = buf;
}

/* The address and port that the client of a wide entry uses. */
static inline const struct l4lb_endpoint *
l4lb_conn_front(const struct l4lb_conn *conn)
{
	return &l4lb_conn_extra((struct l4lb_conn *)conn)->front;
}

/*
 * The server that @conn's slot means now, or NULL when it has left: a slot that
 * was given to another server carries another generation. RCU read side.
 */
static inline struct l4lb_server *
l4lb_conn_server(const struct l4lb_net *ln, const struct l4lb_conn *conn)
{
	struct l4lb_server *srv = l4lb_slots_get(&ln->servers, conn->server);

	return likely(srv && srv->gen == conn->gen) ? srv : NULL;
}

/* The port that packets of @conn are sent to at @srv, its server. */
static inline __be16 l4lb_conn_server_port(const struct l4lb_conn *conn,
					   const struct l4lb_server *srv)
{
	if (likely(srv->ep.port || !(conn->node.id & L4LB_CONN_WIDE)))
		return srv->ep.port;
	return l4lb_conn_front(conn)->port;
}

#endif /* L4LB_MATCH_H */
