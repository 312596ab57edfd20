// SPDX-License-Identifier: GPL-2.0
/*
 * What all ways out share: the route, the checks, the skb's hygiene and the
 * neighbour. Stolen packets do not meet FORWARD, LOCAL_OUT or POSTROUTING.
 */
#include <linux/icmp.h>
#include <linux/netdevice.h>
#include <net/arp.h>
#include <net/gso.h>
#include <net/inet_dscp.h>
#include <net/ip.h>
#include <net/l3mdev.h>
#include <net/neighbour.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "net.h"
#include "server.h"
#include "service.h"
#include "xmit.h"

/* Does the packet need more than a neighbour: IPsec, an encapsulating route? */
static bool xmit_special(const struct dst_entry *dst)
{
	return unlikely(dst_xfrm(dst) || dst->lwtstate);
}

/* A way to one host that is not this one, or NULL. Takes a reference. */
static struct rtable *xmit_lookup4(struct net *net, struct flowi4 *fl4)
{
	struct rtable *rt;

	fl4->flowi4_uid = sock_net_uid(net, NULL);
	rt = ip_route_output_key(net, fl4);
	if (IS_ERR(rt))
		return NULL;
	if (unlikely(rt->rt_type != RTN_UNICAST)) {
		ip_rt_put(rt);
		return NULL;
	}
	return rt;
}

/*
 * The way to a server. IPsec policies are asked about the server's address and
 * port, for any source.
 */
static struct dst_entry *xmit_server4(struct net *net,
				      const struct l4lb_endpoint *ep)
{
	struct flowi4 fl4 = {
		.flowi4_proto = ep->proto,
		.flowi4_flags = FLOWI_FLAG_KNOWN_NH,
		.daddr = ep->addr.ip,
		.fl4_dport = ep->port,
	};
	struct rtable *rt = xmit_lookup4(net, &fl4);

	if (!rt)
		return NULL;
	/*
	 * With DR the packet's destination is not whom to ask for by ARP, so
	 * the route must say it. FLOWI_FLAG_KNOWN_NH asks for that, but a
	 * route of a next hop exception (a learned MTU) comes without. That
	 * one belongs to this very destination, so all its users mean this
	 * neighbour. The address is written first: readers look at the family.
	 */
	if (!READ_ONCE(rt->rt_gw_family)) {
		rt->rt_gw4 = ep->addr.ip;
		/* Pairs with the dependency of readers on rt_gw_family. */
		smp_store_release(&rt->rt_gw_family, AF_INET);
	}
	return &rt->dst;
}

/*
 * Attach the route that @cache holds, if it is still a route. True: done. A
 * route that another CPU takes out of the cache at this moment stays what it
 * is to the end of the RCU section, and whoever keeps the skb for longer takes
 * a reference (skb_dst_force()).
 */
static __always_inline bool xmit_cached(struct sk_buff *skb,
					struct dst_entry __rcu *const *cache)
{
	struct dst_entry *dst = rcu_dereference(*cache);

	if (unlikely(!dst || !dst_check(dst, 0)))
		return false;
	skb_dst_drop(skb);
	skb_dst_set_noref(skb, dst);
	return true;
}

static void xmit_forget(struct dst_entry __rcu **cache)
{
	dst_release(unrcu_pointer(xchg(cache, NULL)));
}

/*
 * Attach a route that was just looked up, and cache it unless it is special or
 * its device is on its way out. Takes over the reference.
 */
static void xmit_attach(struct sk_buff *skb, struct dst_entry *dst,
			struct dst_entry __rcu **cache)
{
	struct dst_entry *old;

	skb_dst_drop(skb);
	if (!cache || xmit_special(dst) || !netif_running(dst->dev)) {
		skb_dst_set(skb, dst);
		return;
	}
	skb_dst_set_noref(skb, dst);
	old = unrcu_pointer(xchg(cache, RCU_INITIALIZER(dst)));
	dst_release(old);
}

static u32 xmit_route_slow(struct l4lb_net *ln, struct l4lb_server *srv,
			   struct sk_buff *skb)
{
	struct dst_entry *dst = NULL;

	switch (srv->ep.family) {
	case AF_INET:
		dst = xmit_server4(ln->net, &srv->ep);
		break;
	}
	if (!dst) {
		xmit_forget(&srv->dst);
		return L4LB_REASON_NO_ROUTE;
	}
	xmit_attach(skb, dst, &srv->dst);
	return L4LB_REASON_UNSPEC;
}

/**
 * l4lb_xmit_route() - attach the way to a server
 * @ln: namespace
 * @srv: server
 * @skb: gets the route; the one that it had is dropped
 *
 * The route is cached in the server, without regard to TOS and mark, and holds
 * until dst_check() says that routes have changed. One with an IPsec transform
 * or an encapsulation is never cached. A server on a local address has no
 * route here.
 *
 * Context: RCU read side, BH off.
 * Return: %L4LB_REASON_UNSPEC or %L4LB_REASON_NO_ROUTE.
 */
u32 l4lb_xmit_route(struct l4lb_net *ln, struct l4lb_server *srv,
		    struct sk_buff *skb)
{
	if (likely(xmit_cached(skb, &srv->dst)))
		return L4LB_REASON_UNSPEC;
	return xmit_route_slow(ln, srv, skb);
}

/**
 * l4lb_xmit_route_drop() - forget a server's cached route
 * @srv: server; for the last time when no packet can find it any more
 *
 * Context: any.
 */
void l4lb_xmit_route_drop(struct l4lb_server *srv)
{
	xmit_forget(&srv->dst);
}

/* @skb may be NULL: a packet that does not exist */
static struct dst_entry *xmit_client4(struct net *net,
				      const struct sk_buff *skb,
				      const struct l4lb_packet *pkt,
				      const struct l4lb_endpoint *vip)
{
	bool icmp = pkt->kind == L4LB_PACKET_ICMP_ERROR;
	struct flowi4 fl4 = {
		.flowi4_mark = skb ? skb->mark : 0,
		.flowi4_tos = pkt->tos & INET_DSCP_MASK,
		.flowi4_flags = FLOWI_FLAG_ANYSRC,
		.flowi4_proto = icmp ? IPPROTO_ICMP : pkt->proto,
		.saddr = vip->addr.ip,
		.daddr = icmp ? pkt->outer_daddr.ip : pkt->daddr.ip,
	};
	struct rtable *rt;

	if (skb && skb->dev)
		fl4.flowi4_oif = l3mdev_master_ifindex_rcu(skb->dev);
	if (!icmp) {
		fl4.fl4_sport = vip->port;
		fl4.fl4_dport = pkt->dport;
	}
	rt = xmit_lookup4(net, &fl4);
	return rt ? &rt->dst : NULL;
}

/* Does nothing but its addresses decide where a reply goes? */
static bool xmit_plain(const struct sk_buff *skb, const struct l4lb_packet *pkt)
{
	const struct net_device *dev = skb->dev;

	return !skb->mark && !(pkt->tos & INET_DSCP_MASK) && dev &&
	       !netif_is_l3_slave(dev) && !netif_is_l3_master(dev);
}

/**
 * l4lb_xmit_route_client() - attach the way back to a client
 * @ln: namespace
 * @skb: a server's packet, still with its input device; gets the route
 * @pkt: as parsed from @skb; its destination is the client
 * @vip: what will be its source, whether that is a local address or not
 * @cache: where the connection keeps the route, or NULL
 *
 * By the packet's mark and DSCP, in the table of the VRF it came from. @cache
 * is for the packets that have none of these.
 *
 * Context: RCU read side, BH off.
 * Return: %L4LB_REASON_UNSPEC or %L4LB_REASON_NO_ROUTE.
 */
u32 l4lb_xmit_route_client(struct l4lb_net *ln, struct sk_buff *skb,
			   const struct l4lb_packet *pkt,
			   const struct l4lb_endpoint *vip,
			   struct dst_entry __rcu **cache)
{
	struct dst_entry *dst = NULL;

	if (unlikely(!xmit_plain(skb, pkt)))
		cache = NULL;
	if (likely(cache && xmit_cached(skb, cache)))
		return L4LB_REASON_UNSPEC;
	switch (pkt->family) {
	case AF_INET:
		dst = xmit_client4(ln->net, skb, pkt, vip);
		break;
	}
	if (unlikely(!dst))
		return L4LB_REASON_NO_ROUTE;
	xmit_attach(skb, dst, cache);
	return L4LB_REASON_UNSPEC;
}

/* Tell the sender that its packet lived too long, or (@mtu) is too large. */
static void xmit_tell(struct l4lb_net *ln, struct sk_buff *skb, u8 family,
		      u32 mtu)
{
	switch (family) {
	case AF_INET:
		if (mtu)
			l4lb_xmit_error(ln, skb, family, ICMP_DEST_UNREACH,
					ICMP_FRAG_NEEDED, mtu);
		else
			l4lb_xmit_error(ln, skb, family, ICMP_TIME_EXCEEDED,
					ICMP_EXC_TTL, 0);
		break;
	}
}

/*
 * A packet that is larger than @mtu, or was gathered from fragments (which
 * leaves as fragments no larger than those, whatever the MTU). *@split tells
 * l4lb_xmit_send() to fragment.
 */
static u32 xmit_oversize(struct l4lb_net *ln, struct sk_buff *skb,
			 const struct l4lb_packet *pkt, u32 mtu, bool *split)
{
	u32 frag_max = IPCB(skb)->frag_max_size;

	if (skb_is_gso(skb)) {
		/* LRO cannot be undone; such a device must have it off. */
		if (!skb_shinfo(skb)->gso_type)
			return L4LB_REASON_TOO_BIG;
		if (skb_gso_validate_network_len(skb, mtu))
			return L4LB_REASON_UNSPEC;
	}
	if (pkt->df && (frag_max ? frag_max > mtu : !skb->ignore_df)) {
		xmit_tell(ln, skb, pkt->family, mtu);
		return L4LB_REASON_TOO_BIG;
	}
	*split = true;
	return L4LB_REASON_UNSPEC;
}

/* Room for the link header, and the first @writable bytes ours to write. */
static bool xmit_writable(struct sk_buff *skb, unsigned int writable,
			  unsigned int headroom)
{
	int lack = headroom - skb_headroom(skb);

	if (unlikely(!pskb_may_pull(skb, writable)))
		return false;
	if (likely(lack <= 0 && (!skb_cloned(skb) ||
				 skb_clone_writable(skb, writable))))
		return true;
	return !pskb_expand_head(skb, lack > 0 ? ALIGN(lack, NET_SKB_PAD) : 0,
				 0, GFP_ATOMIC);
}

/**
 * l4lb_xmit_prepare() - judge and cleanse a packet before it is sent
 * @ln: namespace
 * @skb: the packet, with its route attached and nothing rewritten
 * @pkt: as parsed from @skb
 * @writable: bytes from skb->data that the caller is going to write within
 * @split: out, for l4lb_xmit_send()
 *
 * The one place where a packet stops being one that came in:
 *
 * - TTL 1 or larger than the way out allows: the sender is told;
 * - the headers become ours to write (taps hold clones) and there is room for
 *   a link header;
 * - a conntrack entry, an IPsec path, a receiving socket and a CHECKSUM_COMPLETE
 *   sum are of no use on the way out; a receive timestamp even harms, since fq
 *   would read it as a departure time;
 * - priority follows TOS, as with forwarding (ip_forward_update_priority).
 *
 * skb->mark is kept, and at LOCAL_OUT socket, priority and departure time.
 * Pointers into the packet must be read anew.
 *
 * Context: RCU read side, BH off.
 * Return: %L4LB_REASON_UNSPEC, TTL, TOO_BIG or NOT_WRITABLE.
 */
u32 l4lb_xmit_prepare(struct l4lb_net *ln, struct sk_buff *skb,
		      const struct l4lb_packet *pkt, unsigned int writable,
		      bool *split)
{
	const struct dst_entry *dst = skb_dst(skb);
	u32 mtu, reason;

	if (unlikely(pkt->ttl <= 1)) {
		xmit_tell(ln, skb, pkt->family, 0);
		return L4LB_REASON_TTL;
	}
	*split = false;
	mtu = dst_mtu(dst);
	if (unlikely(skb->len > mtu || IPCB(skb)->frag_max_size)) {
		reason = xmit_oversize(ln, skb, pkt, mtu, split);
		if (reason)
			return reason;
	}
	if (unlikely(!xmit_writable(skb, writable, LL_RESERVED_SPACE(dst->dev))))
		return L4LB_REASON_NOT_WRITABLE;

	nf_reset_ct(skb);
	secpath_reset(skb);
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	skb->pkt_type = PACKET_HOST;
	if (likely(pkt->hook != L4LB_HOOK_LOCAL_OUT)) {
		skb_orphan(skb);
		if (READ_ONCE(ln->net->ipv4.sysctl_ip_fwd_update_priority))
			skb->priority = rt_tos2priority(pkt->tos);
	}
	return L4LB_REASON_UNSPEC;
}

/*
 * To the neighbour. neigh_output() looks at nud_state each time and takes the
 * cached link header only while the neighbour is known to be there.
 */
static __always_inline int xmit_neigh(struct sk_buff *skb)
{
	struct rtable *rt = skb_rtable(skb);
	struct neighbour *neigh;
	bool other_family = false;

	neigh = ip_neigh_for_gw(rt, skb, &other_family);
	if (IS_ERR(neigh))
		return PTR_ERR(neigh);
	neigh_output(neigh, skb, other_family);
	return 0;
}

/* One fragment, for ip_do_fragment(); consumes it. */
static int xmit_piece(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	int err = xmit_neigh(skb);

	if (err)
		kfree_skb(skb);
	return err;
}

/* Fragment, as the IP stack would; GSO packets are segmented first. */
static u32 xmit_split(struct l4lb_net *ln, struct sk_buff *skb)
{
	u32 mtu = dst_mtu(skb_dst(skb));
	struct sk_buff *segs, *next;
	netdev_features_t features;

	if (!skb_is_gso(skb)) {
		ip_do_fragment(ln->net, skb->sk, skb, xmit_piece);
		return L4LB_REASON_UNSPEC;
	}
	features = netif_skb_features(skb);
	segs = skb_gso_segment(skb, features & ~NETIF_F_GSO_MASK);
	if (IS_ERR_OR_NULL(segs))
		return L4LB_REASON_TOO_BIG;
	consume_skb(skb);
	skb_list_walk_safe(segs, skb, next) {
		skb_mark_not_on_list(skb);
		if (skb->len > mtu)
			ip_do_fragment(ln->net, skb->sk, skb, xmit_piece);
		else
			xmit_piece(ln->net, skb->sk, skb);
	}
	return L4LB_REASON_UNSPEC;
}

/**
 * l4lb_xmit_send() - out
 * @ln: namespace
 * @skb: the packet, prepared and rewritten
 * @split: from l4lb_xmit_prepare()
 *
 * Context: RCU read side, BH off.
 * Return: %L4LB_REASON_UNSPEC when the skb is consumed; NO_NEIGHBOUR when the
 * neighbour table is full, TOO_BIG when segmentation failed.
 */
u32 l4lb_xmit_send(struct l4lb_net *ln, struct sk_buff *skb, bool split)
{
	const struct dst_entry *dst = skb_dst(skb);

	skb->dev = dst->dev;
	if (unlikely(xmit_special(dst))) {
		dst_output(ln->net, skb->sk, skb);
		return L4LB_REASON_UNSPEC;
	}
	if (unlikely(split))
		return xmit_split(ln, skb);
	if (unlikely(xmit_neigh(skb)))
		return L4LB_REASON_NO_NEIGHBOUR;
	return L4LB_REASON_UNSPEC;
}

static void xmit_probe_neigh4(struct net_device *dev, struct l4lb_way *way)
{
	struct neighbour *neigh;

	neigh = __ipv4_neigh_lookup_noref(dev,
					  (__force u32)way->nexthop.ip);
	if (!neigh)
		return;
	way->nud = READ_ONCE(neigh->nud_state);
	if ((way->nud & NUD_VALID) && dev->addr_len == sizeof(way->lladdr))
		neigh_ha_snapshot((char *)way->lladdr, neigh, dev);
}

static void xmit_probe4(const struct l4lb_packet *pkt,
			const struct l4lb_plan *plan, struct dst_entry *dst,
			struct l4lb_way *way)
{
	const struct rtable *rt = container_of(dst, struct rtable, dst);

	way->family = AF_INET;
	if (rt->rt_gw_family == AF_INET6) {
		way->family = AF_INET6;
		way->nexthop.ip6 = rt->rt_gw6;
		return;
	}
	if (rt->rt_gw_family == AF_INET)
		way->nexthop.ip = rt->rt_gw4;
	else if (plan->verdict == L4LB_VERDICT_FORWARD)
		way->nexthop.ip = plan->srv->ep.addr.ip;
	else
		way->nexthop.ip = pkt->daddr.ip;
	xmit_probe_neigh4(dst->dev, way);
}

/**
 * l4lb_xmit_probe() - where would a packet leave?
 * @ln: namespace
 * @pkt: a packet that was not sent
 * @plan: FORWARD or REPLY, from l4lb_decide()
 * @way: out
 *
 * For explain: looks, but asks no neighbour and caches nothing.
 *
 * Context: RCU read side, BH off.
 * Return: %L4LB_REASON_UNSPEC, or %L4LB_REASON_NO_ROUTE with @way empty.
 */
u32 l4lb_xmit_probe(struct l4lb_net *ln, const struct l4lb_packet *pkt,
		    const struct l4lb_plan *plan, struct l4lb_way *way)
{
	struct dst_entry *dst = NULL;

	memset(way, 0, sizeof(*way));
	way->nud = NUD_NONE;
	switch (pkt->family) {
	case AF_INET:
		if (plan->verdict == L4LB_VERDICT_FORWARD)
			dst = xmit_server4(ln->net, &plan->srv->ep);
		else
			dst = xmit_client4(ln->net, NULL, pkt,
					   plan->front);
		break;
	}
	if (!dst)
		return L4LB_REASON_NO_ROUTE;
	way->mtu = dst_mtu(dst);
	way->oif = dst->dev->ifindex;
	switch (pkt->family) {
	case AF_INET:
		xmit_probe4(pkt, plan, dst, way);
		break;
	}
	dst_release(dst);
	return L4LB_REASON_UNSPEC;
}
