// SPDX-License-Identifier: GPL-2.0
/*
 * Resets to both ends of a connection that ends here: its time is up, or its
 * server's. Each bears the other end's address, and the sequence number that its
 * receiver expects (conn_seq.c), so that it is believed.
 */
#include <net/ip.h>
#include <net/ipv6.h>

#include "decide.h"
#include "farewell.h"
#include "match.h"
#include "net.h"
#include "server.h"
#include "service.h"
#include "xmit.h"

/* Hops that the reset to a server may take: what hosts begin with. */
#define FAREWELL_TTL	64

/*
 * To the client, in the server's name. A client whose SYN nobody has answered as
 * far as we know believes what acknowledges that (RFC 9293 3.5.2).
 */
static void farewell_client(struct l4lb_net *ln, struct l4lb_conn *conn,
			    const struct l4lb_endpoint *client,
			    const struct l4lb_endpoint *front)
{
	const struct l4lb_conn_extra *extra = l4lb_conn_extra(conn);
	struct l4lb_reset rst = {
		.from = *front,
		.to = *client,
		.ack_seq = READ_ONCE(extra->seq_client),
		.acks = true,
	};

	/* Pairs with smp_store_release() in conn_seq.c. */
	if (smp_load_acquire(&extra->has_server))
		rst.seq = READ_ONCE(extra->seq_server);
	l4lb_xmit_reset_send(ln, &rst);
}

/* The client's reset, as the client would have sent it to the VIP. */
static struct sk_buff *farewell_packet(struct l4lb_conn *conn,
				       const struct l4lb_endpoint *client,
				       const struct l4lb_endpoint *front)
{
	const struct l4lb_conn_extra *extra = l4lb_conn_extra(conn);
	struct l4lb_reset rst = {
		.from = *client,
		.to = *front,
		.seq = READ_ONCE(extra->seq_client),
	};
	struct sk_buff *skb;

	/* Pairs with smp_store_release() in conn_seq.c. */
	if (smp_load_acquire(&extra->has_server)) {
		rst.ack_seq = READ_ONCE(extra->seq_server);
		rst.acks = true;
	}
	skb = l4lb_reset_build(&rst, FAREWELL_TTL);
	if (!skb)
		return NULL;
	if (front->family == AF_INET) {
		ip_hdr(skb)->tot_len = htons(skb->len);
		ip_send_check(ip_hdr(skb));
	} else {
		ipv6_hdr(skb)->payload_len =
			htons(skb->len - sizeof(struct ipv6hdr));
	}
	return skb;
}

/* To the server, in the client's name, the way that the client's packets took. */
static void farewell_server(struct l4lb_net *ln, struct l4lb_conn *conn,
			    struct l4lb_server *srv, struct l4lb_plan *plan,
			    const struct l4lb_endpoint *client)
{
	struct sk_buff *skb = farewell_packet(conn, client, plan->front);
	struct l4lb_packet pkt;
	u32 failed;

	if (!skb)
		return;
	l4lb_packet_parse(skb, L4LB_HOOK_PREROUTING, plan->front->family, false,
			  0, &pkt);
	plan->verdict = L4LB_VERDICT_FORWARD;
	plan->method = conn->method;
	plan->srv = srv;
	plan->conn = conn;
	l4lb_match_target(&srv->ep, plan->front, &plan->sent_on, &plan->target);
	failed = l4lb_xmit_forward(ln, skb, &pkt, plan);
	if (!failed)
		return;
	/* The server is the director itself: by the loopback device. */
	if (failed == L4LB_XMIT_LOCAL &&
	    l4lb_xmit_route_here(ln, plan, skb)) {
		skb->dev = skb_dst(skb)->dev;
		dst_output(ln->net, NULL, skb);
		return;
	}
	kfree_skb(skb);
}

/* Is the connection the other director's business by now? */
static bool farewell_standby(const struct l4lb_net *ln,
			     const struct l4lb_endpoint *front)
{
	const struct l4lb_table *table = rcu_dereference(ln->table);
	const struct l4lb_vip *vip;

	vip = l4lb_match_vip(table, &front->addr, front->family);
	return vip && READ_ONCE(vip->standby);
}

static void farewell(struct l4lb_net *ln, struct l4lb_conn *conn)
{
	struct l4lb_endpoint client = {
		.addr = conn->node.addr,
		.port = conn->node.port,
		.family = conn->node.family,
		.proto = conn->node.proto,
	};
	struct l4lb_service *svc;
	struct l4lb_server *srv;
	struct l4lb_plan plan = {};

	svc = l4lb_slots_get(&ln->services, l4lb_conn_service(conn));
	srv = l4lb_conn_server(ln, conn);
	if (!svc || !srv)
		return;
	plan.svc = svc;
	plan.front = conn->node.id & L4LB_CONN_WIDE ? l4lb_conn_front(conn) :
						      &svc->key.ep;
	if (farewell_standby(ln, plan.front))
		return;
	farewell_client(ln, conn, &client, plan.front);
	farewell_server(ln, conn, srv, &plan, &client);
	l4lb_count(ln, svc->rt, L4LB_REASON_RESET_BOTH);
}

/**
 * l4lb_farewell() - reset a connection, both ways
 * @ln: namespace
 * @conn: tracked entry that is dead, still with its numbers, not yet freed
 *
 * Nothing is sent for a VIP on standby, whose connections go on elsewhere.
 *
 * Context: process, no lock held.
 */
void l4lb_farewell(struct l4lb_net *ln, struct l4lb_conn *conn)
{
	rcu_read_lock();
	local_bh_disable();
	farewell(ln, conn);
	local_bh_enable();
	rcu_read_unlock();
}
