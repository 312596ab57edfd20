// SPDX-License-Identifier: GPL-2.0
/*
 * Which way out: routes to servers and clients, and what is remembered of
 * them. The families differ in the lookup alone.
 */
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/inet_dscp.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/ndisc.h>
#include <net/neighbour.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "match.h"
#include "net.h"
#include "server.h"
#include "service.h"
#include "xmit.h"

/*
 * A way to one host, which may be this one; or NULL. Takes a reference.
 * ip_route_output_key() would not ask about a packet without a protocol, and
 * makes a route by the loopback device of a policy that has no key yet.
 */
static struct dst_entry *route_lookup4(struct net *net, struct flowi4 *fl4)
{
	struct dst_entry *dst;
	struct rtable *rt;

	fl4->flowi4_uid = sock_net_uid(net, NULL);
	rt = __ip_route_output_key(net, fl4);
	if (IS_ERR(rt))
		return NULL;
	if (unlikely(rt->rt_type != RTN_UNICAST && rt->rt_type != RTN_LOCAL)) {
		ip_rt_put(rt);
		return NULL;
	}
	fl4->flowi4_oif = rt->dst.dev->ifindex;
	dst = xfrm_lookup(net, &rt->dst, flowi4_to_flowi(fl4), NULL, 0);
	return IS_ERR(dst) ? NULL : dst;
}

/* As route_lookup4(). */
static struct dst_entry *route_lookup6(struct net *net, struct flowi6 *fl6)
{
	struct dst_entry *dst;

	fl6->flowi6_uid = sock_net_uid(net, NULL);
	dst = ip6_route_output(net, NULL, fl6);
	if (dst->error) {
		dst_release(dst);
		return NULL;
	}
	dst = xfrm_lookup(net, dst, flowi6_to_flowi(fl6), NULL, 0);
	return IS_ERR(dst) ? NULL : dst;
}

/* Is it the director itself that the route leads to? */
static bool route_is_local(const struct dst_entry *dst)
{
	if (dst->dev->flags & IFF_LOOPBACK)
		return true;
	if (dst->ops->family == AF_INET)
		return container_of(dst, struct rtable, dst)->rt_type ==
		       RTN_LOCAL;
	return dst_rt6_info(dst)->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST);
}

/* Protocol and port of what leaves for a server: IPsec policies ask for them. */
static void route_selectors(const struct l4lb_plan *plan, u8 *proto,
			    __be16 *port)
{
	if (plan->method == L4LB_METHOD_TUNNEL) {
		*proto = plan->svc->key.family == AF_INET ? IPPROTO_IPIP :
							    IPPROTO_IPV6;
		*port = 0;
	} else {
		*proto = plan->target->proto;
		*port = plan->target->port;
	}
}

/*
 * Are all packets to the server alike to IPsec policies? If the server has no port
 * or no protocol of its own, only as long as there are no policies: when one comes,
 * the kernel's routes become invalid.
 */
static bool route_serves_all(const struct net *net, const struct l4lb_plan *plan)
{
#ifdef CONFIG_XFRM
	const struct l4lb_endpoint *ep = &plan->srv->ep;

	return (ep->proto && ep->port) ||
	       plan->method == L4LB_METHOD_TUNNEL ||
	       !READ_ONCE(net->xfrm.policy_count[XFRM_POLICY_OUT]);
#else
	return true;
#endif
}

/*
 * The way to a server, and the director's address on it. IPsec policies are
 * asked for any source.
 */
static struct dst_entry *route_server4(struct net *net,
				       const struct l4lb_plan *plan,
				       union l4lb_addr *source)
{
	struct flowi4 fl4 = {
		.flowi4_flags = FLOWI_FLAG_KNOWN_NH,
		.daddr = plan->srv->ep.addr.ip,
	};
	struct dst_entry *dst;

	route_selectors(plan, &fl4.flowi4_proto, &fl4.fl4_dport);
	dst = route_lookup4(net, &fl4);
	if (dst)
		source->ip = fl4.saddr;
	return dst;
}

/*
 * With DR the packet's destination is not whom to ask for by ARP, so the route
 * must say it. FLOWI_FLAG_KNOWN_NH asks for that, but a route of a next hop
 * exception (a learned MTU) comes without. That one belongs to this very
 * destination, so all its users mean this neighbour. The address is written
 * first: readers look at the family.
 */
static void route_name_neighbour(struct dst_entry *dst, __be32 server)
{
	struct rtable *rt = container_of(dst, struct rtable, dst);

	if (READ_ONCE(rt->rt_gw_family) || rt->rt_type != RTN_UNICAST)
		return;
	rt->rt_gw4 = server;
	/* Pairs with the dependency of readers on rt_gw_family. */
	smp_store_release(&rt->rt_gw_family, AF_INET);
}

/*
 * The director's address towards a server that the kernel has proposed is a VIP,
 * which a server of a tunnel has, too, and so would not take from outside: the next
 * best of the device, if there is one.
 */
static void route_source_no_vip(const struct l4lb_table *table,
				const struct dst_entry *dst,
				const struct in6_addr *daddr,
				union l4lb_addr *source)
{
	const u32 unfit = IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED;
	const int scope = ipv6_addr_scope(daddr);
	const struct inet6_dev *idev = __in6_dev_get(dst->dev);
	const struct inet6_ifaddr *ifa;
	int near, nearest = -1;
	union l4lb_addr addr;

	if (!idev)
		return;
	list_for_each_entry_rcu(ifa, &idev->addr_list, if_list) {
		addr.ip6 = ifa->addr;
		near = ipv6_addr_diff(&ifa->addr, daddr);
		if (near <= nearest || (READ_ONCE(ifa->flags) & unfit) ||
		    ipv6_addr_scope(&ifa->addr) != scope ||
		    l4lb_match_vip(table, &addr, AF_INET6))
			continue;
		nearest = near;
		*source = addr;
	}
}

static void route_source6(struct l4lb_net *ln, const struct dst_entry *dst,
			  const struct in6_addr *daddr,
			  union l4lb_addr *source)
{
	const struct l4lb_table *table = rcu_dereference(ln->table);
	const struct fib6_info *from = rcu_dereference(dst_rt6_info(dst)->from);

	memset(source, 0, sizeof(*source));
	if (from && from->fib6_prefsrc.plen)
		source->ip6 = from->fib6_prefsrc.addr;
	else
		ipv6_dev_get_saddr(ln->net, dst->dev, daddr, 0, &source->ip6);
	if (unlikely(l4lb_match_vip(table, source, AF_INET6)))
		route_source_no_vip(table, dst, daddr, source);
}

/*
 * FLOWI_FLAG_KNOWN_NH yields a route of this destination's own, and so is one
 * with a learned MTU: rt6_nexthop() says it, whatever the packet's destination.
 */
static struct dst_entry *route_server6(struct net *net,
				       const struct l4lb_plan *plan)
{
	struct flowi6 fl6 = {
		.flowi6_flags = FLOWI_FLAG_KNOWN_NH,
		.daddr = plan->srv->ep.addr.ip6,
	};

	route_selectors(plan, &fl6.flowi6_proto, &fl6.fl6_dport);
	return route_lookup6(net, &fl6);
}

/* @source: out, of IPv4 only */
static struct dst_entry *route_server(struct net *net,
				      const struct l4lb_plan *plan,
				      union l4lb_addr *source)
{
	memset(source, 0, sizeof(*source));
	switch (plan->srv->ep.family) {
	case AF_INET:
		return route_server4(net, plan, source);
	case AF_INET6:
		return route_server6(net, plan);
	default:
		return NULL;
	}
}

/* Changes with the host's addresses and with the VIPs. */
static u32 route_source_stamp(const struct l4lb_net *ln)
{
	return atomic_read(&ln->net->ipv6.dev_addr_genid) +
	       (u32)rcu_dereference(ln->table)->generation;
}

static void route_source_set(struct l4lb_server *srv,
			     const union l4lb_addr *source, u32 stamp)
{
	write_seqlock_bh(&srv->source_lock);
	srv->source = *source;
	WRITE_ONCE(srv->source_stamp, stamp);
	write_sequnlock_bh(&srv->source_lock);
}

/*
 * The route of the cache if it is still one, else NULL. A route that another
 * CPU takes out of the cache at this moment stays what it is to the end of the
 * RCU section, and whoever keeps the skb for longer takes a reference
 * (skb_dst_force()).
 */
static __always_inline struct dst_entry *
route_cached(const struct l4lb_route *route)
{
	struct dst_entry *dst = rcu_dereference(route->dst);

	if (unlikely(!dst || !dst_check(dst, READ_ONCE(route->cookie))))
		return NULL;
	return dst;
}

/*
 * Put a route that was just looked up into the cache, where @old was seen
 * before. False when it does not belong there: it is special, its device is on
 * its way out, or another CPU was faster. True: the cache has the reference.
 */
static bool route_cache(struct l4lb_route *route, struct dst_entry *old,
			struct dst_entry *dst)
{
	u32 cookie = 0;

	if (l4lb_xmit_special(dst) || !netif_running(dst->dev))
		return false;
	if (dst->ops->family == AF_INET6)
		cookie = rt6_get_cookie(dst_rt6_info(dst));
	if (cmpxchg((struct dst_entry __force **)&route->dst, old, dst) != old)
		return false;
	WRITE_ONCE(route->cookie, cookie);
	dst_release(old);
	return true;
}

static noinline u32 route_server_slow(struct l4lb_net *ln,
				      const struct l4lb_plan *plan,
				      struct sk_buff *skb)
{
	struct l4lb_server *srv = plan->srv;
	struct dst_entry *old = rcu_dereference(srv->route.dst);
	u32 stamp = route_source_stamp(ln);
	union l4lb_addr source;
	struct dst_entry *dst = route_server(ln->net, plan, &source);
	bool cached;

	if (!dst) {
		l4lb_route_drop(&srv->route);
		return L4LB_REASON_NO_ROUTE;
	}
	if (route_is_local(dst)) {
		/* Only the loopback device tells the fast path. */
		if (!(dst->dev->flags & IFF_LOOPBACK) ||
		    !route_cache(&srv->route, old, dst))
			dst_release(dst);
		return L4LB_XMIT_LOCAL;
	}
	if (dst->ops->family == AF_INET)
		route_name_neighbour(dst, srv->ep.addr.ip);
	else
		route_source6(ln, dst, &srv->ep.addr.ip6, &source);
	route_source_set(srv, &source, stamp);
	cached = route_serves_all(ln->net, plan) &&
		 route_cache(&srv->route, old, dst);
	skb_dst_drop(skb);
	if (cached)
		skb_dst_set_noref(skb, dst);
	else
		skb_dst_set(skb, dst);
	return L4LB_REASON_UNSPEC;
}

/**
 * l4lb_xmit_route() - attach the way to a server
 * @ln: namespace
 * @plan: FORWARD
 * @skb: gets the route; the one that it had is dropped
 *
 * The route is cached in the server, without regard to TOS and mark, and holds
 * until dst_check() says that routes have changed. One with an IPsec transform
 * or an encapsulation is never cached, nor is any one where IPsec policies may
 * want the server's packets by different ways.
 *
 * Context: RCU read side, BH off.
 * Return: %L4LB_REASON_UNSPEC, %L4LB_REASON_NO_ROUTE, or %L4LB_XMIT_LOCAL, with
 * @skb as it was: the server is the director itself.
 */
u32 l4lb_xmit_route(struct l4lb_net *ln, const struct l4lb_plan *plan,
		    struct sk_buff *skb)
{
	struct dst_entry *dst = route_cached(&plan->srv->route);

	if (unlikely(!dst))
		return route_server_slow(ln, plan, skb);
	if (unlikely(dst->dev->flags & IFF_LOOPBACK))
		return L4LB_XMIT_LOCAL;
	skb_dst_drop(skb);
	skb_dst_set_noref(skb, dst);
	return L4LB_REASON_UNSPEC;
}

/**
 * l4lb_xmit_source_check() - choose the director's address anew if need be
 * @ln: namespace
 * @srv: server, to which l4lb_xmit_route() has found a way
 * @skb: has the way
 *
 * Routes of IPv6 stay valid while addresses come, and while duplicate address
 * detection ends.
 *
 * Context: RCU read side, BH off.
 */
void l4lb_xmit_source_check(struct l4lb_net *ln, struct l4lb_server *srv,
			    const struct sk_buff *skb)
{
	u32 stamp = route_source_stamp(ln);
	union l4lb_addr source;

	if (srv->ep.family != AF_INET6 ||
	    likely(READ_ONCE(srv->source_stamp) == stamp))
		return;
	route_source6(ln, skb_dst(skb), &srv->ep.addr.ip6, &source);
	route_source_set(srv, &source, stamp);
}

/**
 * l4lb_xmit_route_here() - attach the way to a server that is the director
 * @ln: namespace
 * @plan: FORWARD, of which l4lb_xmit_route() has said %L4LB_XMIT_LOCAL
 * @skb: a packet of the director's own, at LOCAL_OUT
 *
 * Context: RCU read side, BH off.
 * Return: false if the route has gone since.
 */
bool l4lb_xmit_route_here(struct l4lb_net *ln, const struct l4lb_plan *plan,
			  struct sk_buff *skb)
{
	union l4lb_addr source;
	struct dst_entry *dst = route_server(ln->net, plan, &source);

	if (!dst)
		return false;
	skb_dst_drop(skb);
	skb_dst_set(skb, dst);
	return true;
}

/* @skb may be NULL: a packet that does not exist */
static struct dst_entry *route_client4(struct net *net,
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

	if (skb && skb->dev)
		fl4.flowi4_oif = l3mdev_master_ifindex_rcu(skb->dev);
	if (!icmp) {
		fl4.fl4_sport = vip->port;
		fl4.fl4_dport = pkt->dport;
	}
	return route_lookup4(net, &fl4);
}

/* As route_client4(). */
static struct dst_entry *route_client6(struct net *net,
				       const struct sk_buff *skb,
				       const struct l4lb_packet *pkt,
				       const struct l4lb_endpoint *vip)
{
	bool icmp = pkt->kind == L4LB_PACKET_ICMP_ERROR;
	struct flowi6 fl6 = {
		.flowi6_mark = skb ? skb->mark : 0,
		.flowlabel = ip6_make_flowinfo(pkt->tos & INET_DSCP_MASK, 0),
		.flowi6_flags = FLOWI_FLAG_ANYSRC,
		.flowi6_proto = icmp ? IPPROTO_ICMPV6 : pkt->proto,
		.saddr = vip->addr.ip6,
		.daddr = icmp ? pkt->outer_daddr.ip6 : pkt->daddr.ip6,
	};

	if (skb && skb->dev)
		fl6.flowi6_oif = l3mdev_master_ifindex_rcu(skb->dev);
	if (!icmp) {
		fl6.fl6_sport = vip->port;
		fl6.fl6_dport = pkt->dport;
	}
	return route_lookup6(net, &fl6);
}

static noinline struct dst_entry *
route_client(struct net *net, const struct sk_buff *skb,
	     const struct l4lb_packet *pkt, const struct l4lb_endpoint *vip)
{
	struct dst_entry *dst = NULL;

	switch (pkt->family) {
	case AF_INET:
		dst = route_client4(net, skb, pkt, vip);
		break;
	case AF_INET6:
		dst = route_client6(net, skb, pkt, vip);
		break;
	}
	/* The director's own clients are answered at LOCAL_IN. */
	if (dst && route_is_local(dst)) {
		dst_release(dst);
		return NULL;
	}
	return dst;
}

/* Does nothing but its addresses decide where a reply goes? */
static bool route_is_plain(const struct sk_buff *skb,
			   const struct l4lb_packet *pkt)
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
 * @route: where the connection keeps the route, or NULL
 *
 * By the packet's mark and DSCP, in the table of the VRF it came from. @route
 * is for the packets that have none of these.
 *
 * Context: RCU read side, BH off.
 * Return: %L4LB_REASON_UNSPEC or %L4LB_REASON_NO_ROUTE.
 */
u32 l4lb_xmit_route_client(struct l4lb_net *ln, struct sk_buff *skb,
			   const struct l4lb_packet *pkt,
			   const struct l4lb_endpoint *vip,
			   struct l4lb_route *route)
{
	struct dst_entry *dst, *old = NULL;

	if (unlikely(!route_is_plain(skb, pkt)))
		route = NULL;
	if (likely(route)) {
		dst = route_cached(route);
		if (likely(dst)) {
			skb_dst_drop(skb);
			skb_dst_set_noref(skb, dst);
			return L4LB_REASON_UNSPEC;
		}
		old = rcu_dereference(route->dst);
	}
	dst = route_client(ln->net, skb, pkt, vip);
	if (unlikely(!dst))
		return L4LB_REASON_NO_ROUTE;
	skb_dst_drop(skb);
	if (route && route_cache(route, old, dst))
		skb_dst_set_noref(skb, dst);
	else
		skb_dst_set(skb, dst);
	return L4LB_REASON_UNSPEC;
}

static void probe_neigh(struct net_device *dev, struct l4lb_way *way)
{
	struct neighbour *neigh;

	if (way->family == AF_INET)
		neigh = __ipv4_neigh_lookup_noref(dev, (__force u32)
						  way->nexthop.ip);
	else
		neigh = __ipv6_neigh_lookup_noref(dev, &way->nexthop.ip6);
	if (!neigh)
		return;
	way->nud = READ_ONCE(neigh->nud_state);
	if ((way->nud & NUD_VALID) && dev->addr_len == sizeof(way->lladdr))
		neigh_ha_snapshot((char *)way->lladdr, neigh, dev);
}

/* @to: who is meant to have the packet */
static void probe_nexthop(const struct dst_entry *dst,
			  const union l4lb_addr *to, struct l4lb_way *way)
{
	const struct rtable *rt = container_of(dst, struct rtable, dst);

	way->family = dst->ops->family;
	way->nexthop = *to;
	if (way->family == AF_INET6) {
		way->nexthop.ip6 = *rt6_nexthop(dst_rt6_info(dst), &to->ip6);
	} else if (rt->rt_gw_family == AF_INET6) {
		way->family = AF_INET6;
		way->nexthop.ip6 = rt->rt_gw6;
	} else if (rt->rt_gw_family == AF_INET) {
		way->nexthop.ip = rt->rt_gw4;
	}
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
	bool forward = plan->verdict == L4LB_VERDICT_FORWARD;
	union l4lb_addr source;
	struct dst_entry *dst;

	memset(way, 0, sizeof(*way));
	way->nud = NUD_NONE;
	dst = forward ? route_server(ln->net, plan, &source) :
			route_client(ln->net, NULL, pkt, plan->front);
	if (!dst)
		return L4LB_REASON_NO_ROUTE;
	way->mtu = dst_mtu(dst);
	if (forward && plan->method == L4LB_METHOD_TUNNEL)
		way->mtu -= l4lb_tunnel_header(plan->srv->ep.family);
	way->oif = dst->dev->ifindex;
	way->local = route_is_local(dst);
	probe_nexthop(dst, forward ? &plan->srv->ep.addr : &pkt->daddr, way);
	if (!way->local)
		probe_neigh(dst->dev, way);
	dst_release(dst);
	return L4LB_REASON_UNSPEC;
}
