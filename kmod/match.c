// SPDX-License-Identifier: GPL-2.0
/*
 * How a packet finds its service when that is not one address and one port. A
 * more exact address comes before a longer prefix, that before a shorter one; on
 * one VIP the port itself comes before a range, and that before any port. A VIP
 * without a service for the packet hides no wider one that has one.
 */
#include "match.h"

static u32 match_family(u8 family)
{
	return family == AF_INET ? 0 : 1;
}

/**
 * l4lb_match_prefix() - the VIP with the longest prefix that covers an address
 * @table: snapshot with @match
 * @addr: destination
 * @family: its family
 * @below: the prefix has fewer bits than this; %L4LB_PREFIXES for any
 *
 * A lookup for each length that there is.
 *
 * Context: RCU read side.
 * Return: the VIP or NULL.
 */
struct l4lb_vip *l4lb_match_prefix(const struct l4lb_table *table,
				   const union l4lb_addr *addr, u8 family,
				   u32 below)
{
	const unsigned long *lengths;
	union l4lb_addr first;
	struct l4lb_vip *vip;
	u32 bits, size;

	lengths = table->match->lengths[match_family(family)];
	for (size = below; (bits = find_last_bit(lengths, size)) < size;
	     size = bits) {
		first = l4lb_addr_prefix(addr, bits);
		vip = l4lb_vip_find(table->vips, &first, family, bits);
		if (vip)
			return vip;
	}
	return NULL;
}

static bool range_after(const struct l4lb_port_range *e, u8 proto, u32 port)
{
	return e->proto > proto || (e->proto == proto && e->first > port);
}

/* The last range that begins at or before @port of @proto, or NULL. */
static const struct l4lb_port_range *
ports_at(const struct l4lb_ports *ports, u8 proto, u32 port)
{
	u32 low = 0, high = ports->nr, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (range_after(&ports->e[mid], proto, port))
			high = mid;
		else
			low = mid + 1;
	}
	if (!low || ports->e[low - 1].proto != proto)
		return NULL;
	return &ports->e[low - 1];
}

/* The range that @port is in, else any port, else NULL. */
static const struct l4lb_port_range *
ports_find(const struct l4lb_ports *ports, u8 proto, u32 port)
{
	const struct l4lb_port_range *e = ports_at(ports, proto, port);

	if (e && e->last < port)
		e = ports_at(ports, proto, 0);
	return e;
}

static struct l4lb_service *match_on_vip(const struct l4lb_table *table,
					 const struct l4lb_vip *vip,
					 const struct l4lb_endpoint *to)
{
	struct l4lb_service_key key = {
		.ep = *to,
		.port_last = to->port,
		.prefix = vip->prefix,
	};
	const struct l4lb_port_range *range;
	struct l4lb_service *svc;

	key.addr = vip->addr;
	svc = l4lb_service_lookup(table->services, &key);
	if (svc || !vip->ports)
		return svc;
	range = ports_find(vip->ports, to->proto, ntohs(to->port));
	if (!range)
		return NULL;
	key.port = htons(range->first);
	key.port_last = htons(range->last);
	return l4lb_service_lookup(table->services, &key);
}

/**
 * l4lb_match_wide() - the rest of l4lb_match_service()
 * @table: snapshot with @match
 * @to: what the packet is sent to
 * @vip: the VIP that is the address, or NULL; out: as l4lb_match_service()
 * @svc: NULL; out: as l4lb_match_service()
 *
 * Context: RCU read side.
 */
void l4lb_match_wide(const struct l4lb_table *table,
		     const struct l4lb_endpoint *to,
		     const struct l4lb_vip **vip, struct l4lb_service **svc)
{
	const struct l4lb_vip *at = *vip;
	u32 below = L4LB_PREFIXES;

	if (!at)
		at = l4lb_match_prefix(table, &to->addr, to->family, below);
	*vip = at;
	while (at) {
		*svc = match_on_vip(table, at, to);
		/* Who is on standby says nothing of what wider VIPs do. */
		if (*svc || READ_ONCE(at->standby)) {
			*vip = at;
			return;
		}
		if (at->prefix < l4lb_addr_bits(at->family))
			below = at->prefix;
		at = l4lb_match_prefix(table, &to->addr, to->family, below);
	}
}

/**
 * l4lb_match_mark() - the service of a mark
 * @table: snapshot with @match
 * @mark: of the packet
 * @family: of the packet
 *
 * Context: RCU read side.
 * Return: the service or NULL.
 */
struct l4lb_service *l4lb_match_mark(const struct l4lb_table *table, u32 mark,
				     u8 family)
{
	const struct l4lb_service_key key = { .family = family, .mark = mark };

	if (!mark || !table->match->nr_marks)
		return NULL;
	return l4lb_service_lookup(table->services, &key);
}

static struct l4lb_conn *reply_from(const struct l4lb_net *ln,
				    const struct l4lb_table *table,
				    const struct l4lb_endpoint *from,
				    __be16 port, u8 proto,
				    struct l4lb_conn_key *key)
{
	struct l4lb_endpoint ep = *from, end;
	struct l4lb_rs *rs;

	ep.port = port;
	ep.proto = proto;
	rs = l4lb_rs_lookup(table->endpoints, &ep, l4lb_endpoint_hash(&ep));
	if (!rs)
		return NULL;
	l4lb_reply_key(&ln->conns, rs, from->port, from->proto, key, &end);
	return l4lb_conn_lookup(ln, key);
}

/**
 * l4lb_match_reply_wide() - the rest of l4lb_match_reply()
 * @ln: namespace
 * @table: snapshot with @match
 * @from: address, port and protocol that the packet comes from
 * @key: the client's address and port
 *
 * Servers that have no port, since their service has many, and those of marks,
 * which have no protocol.
 *
 * Context: RCU read side.
 * Return: the entry, or NULL.
 */
struct l4lb_conn *l4lb_match_reply_wide(const struct l4lb_net *ln,
					const struct l4lb_table *table,
					const struct l4lb_endpoint *from,
					struct l4lb_conn_key *key)
{
	struct l4lb_conn *conn;

	conn = reply_from(ln, table, from, 0, from->proto, key);
	if (!conn && table->match->nr_marks) {
		conn = reply_from(ln, table, from, from->port, 0, key);
		if (!conn)
			conn = reply_from(ln, table, from, 0, 0, key);
	}
	return conn;
}

#ifdef L4LB_KUNIT
#include "match_test.c"
#endif
