// SPDX-License-Identifier: GPL-2.0
/*
 * Where packets are taken, and the one place where a verdict becomes an NF_
 * code.
 */
#include <linux/etherdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ipv6_frag.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
#include <net/netfilter/nf_conntrack.h>

#include "decide.h"
#include "hook.h"
#include "match.h"
#include "net.h"
#include "notify.h"
#include "packet.h"
#include "xmit.h"

/*
 * After raw (-300), so that nft and iptables rules there protect the VIP as
 * they protect any address; before conntrack (-200), which is then not paid
 * for what we forward.
 */
#define L4LB_PRI_PREROUTING	(-250)

/* Last of LOCAL_IN: filters have judged the packet as the server sent it. */
#define L4LB_PRI_LOCAL_IN	(NF_IP_PRI_LAST - 10)

/* As PRE_ROUTING, for packets of the director's own clients. */
#define L4LB_PRI_LOCAL_OUT	(-250)

/* Right after mangle (-150): a mark may be set up to there. */
#define L4LB_PRI_MARK		(NF_IP_PRI_MANGLE + 1)

/* IPv6 has no enum ip_defrag_users: behind the last that the kernel uses. */
#define L4LB_DEFRAG6_IN		(__IP6_DEFRAG_CONNTRACK_BRIDGE_IN + 1)
#define L4LB_DEFRAG6_OUT	(__IP6_DEFRAG_CONNTRACK_BRIDGE_IN + 2)

/* &nf_hook_state.pf serves as the family of a packet. */
static_assert(NFPROTO_IPV4 == AF_INET && NFPROTO_IPV6 == AF_INET6);

/* Send what the plan says is to be sent; UNSPEC: the skb is gone. */
static __always_inline u32 hook_send(struct l4lb_net *ln, struct sk_buff *skb,
				     const struct l4lb_packet *pkt,
				     const struct l4lb_plan *plan)
{
	if (unlikely(pkt->kind == L4LB_PACKET_ICMP_ERROR))
		return l4lb_xmit_icmp(ln, skb, pkt, plan);
	if (plan->verdict == L4LB_VERDICT_REPLY)
		return l4lb_xmit_nat_reply(ln, skb, pkt, plan);
	return l4lb_xmit_forward(ln, skb, pkt, plan);
}

static void hook_reject(struct l4lb_net *ln, struct sk_buff *skb,
			const struct l4lb_packet *pkt)
{
	if (pkt->kind != L4LB_PACKET_FLOW)
		return;
	if (pkt->proto == IPPROTO_TCP)
		l4lb_xmit_reset(ln, skb, pkt);
	else
		l4lb_xmit_unreachable(ln, skb, pkt);
}

/*
 * What a packet needs that goes on up the stack. The reply to a connection that
 * the director itself has opened is one that conntrack did not see begin: its
 * first packet was stolen at LOCAL_OUT. It must not be called invalid, nor must
 * the packets of a LOCAL_IN service, of which conntrack sees one side at most. An
 * error about one of our tunnels concerns more than the host.
 */
static void hook_pass(struct l4lb_net *ln, struct sk_buff *skb,
		      const struct l4lb_packet *pkt,
		      const struct l4lb_plan *plan)
{
	if (plan->reason == L4LB_REASON_LOCAL_REPLY &&
	    pkt->hook == L4LB_HOOK_PREROUTING && !skb_nfct(skb))
		skb_set_nfct(skb, IP_CT_UNTRACKED);
	else if (plan->reason == L4LB_REASON_INPUT && !plan->svc->track &&
		 !skb_nfct(skb))
		skb_set_nfct(skb, IP_CT_UNTRACKED);
	else if (unlikely(pkt->kind == L4LB_PACKET_ICMP_TUNNEL) && !pkt->again)
		l4lb_xmit_tunnel_error(ln, skb, pkt, plan);
}

/* Where a packet ends that neither passes nor is sent on: counted and told. */
static unsigned int hook_lost(struct l4lb_net *ln, const struct sk_buff *skb,
			      const struct l4lb_packet *pkt,
			      const struct l4lb_service *svc, u8 verdict,
			      u32 reason)
{
	l4lb_count(ln, svc ? svc->rt : NULL, reason);
	l4lb_notify_drop(ln, pkt, svc, verdict, reason,
			 pkt->hook != L4LB_HOOK_LOCAL_OUT && skb->dev ?
			 skb->dev->ifindex : 0);
	return NF_DROP;
}

/*
 * A connection that conntrack has begun with this packet would be confirmed
 * after us, where a stolen packet never comes: each would be its first.
 */
static void hook_confirm(struct sk_buff *skb)
{
	const struct nf_conn *ct = (struct nf_conn *)skb_nfct(skb);
	const struct nf_ct_hook *hook;

	if (!ct || nf_ct_is_confirmed(ct))
		return;
	hook = rcu_dereference(nf_ct_hook);
	if (hook)
		hook->confirm(skb);
}

/* As hook_send(), at LOCAL_IN. */
static noinline u32 hook_send_in(struct l4lb_net *ln, struct sk_buff *skb,
				 const struct l4lb_packet *pkt,
				 const struct l4lb_plan *plan)
{
	if (plan->verdict == L4LB_VERDICT_REPLY)
		return l4lb_xmit_nat_local_reply(ln, skb, pkt, plan);
	hook_confirm(skb);
	return hook_send(ln, skb, pkt, plan);
}

/*
 * A packet to a server that is the director goes on up the stack. It has been
 * judged: the hook of marks, and IPVS, find that said in the skb. A kernel that is
 * built without IPVS has no room for it, and a mark may claim the packet again.
 */
static unsigned int hook_own(struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_IP_VS)
	skb->ipvs_property = 1;
#endif
	return NF_ACCEPT;
}

static bool hook_is_own(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_IP_VS)
	return skb->ipvs_property;
#else
	return false;
#endif
}

static unsigned int hook_run(struct l4lb_net *ln, struct sk_buff *skb,
			     const struct l4lb_packet *pkt)
{
	struct l4lb_plan plan __l4lb_uninit;
	unsigned int ret = NF_STOLEN;
	struct l4lb_service_rt *rt;
	u32 failed;

	do {
		l4lb_decide(ln, pkt, &plan, NULL);
	} while (unlikely(!l4lb_commit_plan(ln, pkt, &plan)));

	rt = plan.svc ? plan.svc->rt : NULL;
	switch (plan.verdict) {
	case L4LB_VERDICT_FORWARD:
	case L4LB_VERDICT_REPLY:
		break;
	case L4LB_VERDICT_PASS:
		/* What passes LOCAL_IN has been counted before it came there. */
		if (pkt->hook != L4LB_HOOK_LOCAL_IN && !pkt->again)
			l4lb_count(ln, rt, plan.reason);
		hook_pass(ln, skb, pkt, &plan);
		return NF_ACCEPT;
	case L4LB_VERDICT_REJECT:
		hook_reject(ln, skb, pkt);
		fallthrough;
	default:
		return hook_lost(ln, skb, pkt, plan.svc, plan.verdict,
				 plan.reason);
	}

	if (unlikely(pkt->hook == L4LB_HOOK_LOCAL_IN))
		failed = hook_send_in(ln, skb, pkt, &plan);
	else
		failed = hook_send(ln, skb, pkt, &plan);
	if (unlikely(failed == L4LB_XMIT_LOCAL))
		ret = hook_own(skb);
	else if (unlikely(failed))
		return hook_lost(ln, skb, pkt, plan.svc, L4LB_VERDICT_DROP,
				 failed);
	l4lb_count(ln, rt, plan.reason);
	if (plan.verdict == L4LB_VERDICT_REPLY)
		l4lb_stats_out(plan.srv, pkt->len);
	else
		l4lb_stats_in(plan.srv, pkt->len);
	return ret;
}

/* Is this the address of a NAT server? */
static bool hook_from_server(const struct l4lb_table *table,
			     const union l4lb_addr *addr, u8 family)
{
	u32 hash = l4lb_addr_hash(addr), i;
	const struct l4lb_rs_addr *from;
	const struct l4lb_leaf *leaf;

	l4lb_map_each(table->rs_addrs, hash, leaf, i, from)
		if (from->family == family &&
		    l4lb_addr_equal(&from->addr, addr))
			return true;
	return false;
}

/* Has the namespace services of marks, so that a second hook follows the first? */
static bool hook_marks(const struct l4lb_table *table)
{
	return unlikely(table->match) && table->match->nr_marks;
}

/* May an ICMP error that is not to a VIP be about a packet of ours? */
static bool hook_errors(const struct l4lb_table *table)
{
	return table->endpoints->nr || table->nr_tunnels || hook_marks(table);
}

/* Is there a service of this mark? 0 is none. */
static bool hook_marked(const struct l4lb_table *table, u32 mark, u8 family)
{
	return unlikely(mark) && table->match &&
	       l4lb_match_mark(table, mark, family);
}

/*
 * Give a fragment to the kernel's reassembly. Returns 0 when @skb is the whole
 * packet, -EINPROGRESS when it waits for the others, else an error; whatever
 * is not 0 has consumed @skb.
 */
static int hook_defrag(struct net *net, struct sk_buff *skb, u8 family, bool in)
{
	int err;

	if (family == AF_INET) {
		err = ip_defrag(net, skb,
				in ? IP_DEFRAG_VS_IN : IP_DEFRAG_VS_OUT);
		/* Forwarding by others looks at the fragments' sizes instead. */
		if (!err)
			skb->ignore_df = 1;
		return err;
	}
	err = nf_ct_frag6_gather(net, skb,
				 in ? L4LB_DEFRAG6_IN : L4LB_DEFRAG6_OUT);
	if (err && err != -EINPROGRESS)
		kfree_skb(skb);
	return err;
}

/*
 * A fragment: gathered only if it goes to a VIP, comes from a NAT server or has
 * the mark of a service; all others travel on untouched. Returns NF_ACCEPT with
 * *@whole set when the packet is complete and has been parsed anew.
 */
static noinline unsigned int hook_gather(struct l4lb_net *ln,
					 struct sk_buff *skb,
					 struct l4lb_packet *pkt, bool *whole)
{
	const struct l4lb_table *table = rcu_dereference(ln->table);
	u32 reason, iif;
	bool in;
	int err;

	*whole = false;
	in = l4lb_match_vip(table, &pkt->daddr, pkt->family) ||
	     hook_marked(table, pkt->mark, pkt->family);
	if (!in && !hook_from_server(table, &pkt->saddr, pkt->family)) {
		if (!pkt->again)
			l4lb_count(ln, NULL, L4LB_REASON_NOT_OURS);
		return NF_ACCEPT;
	}
	iif = skb->dev->ifindex;
	err = hook_defrag(ln->net, skb, pkt->family, in);
	if (err) {
		reason = err == -EINPROGRESS ? L4LB_REASON_FRAG_QUEUED :
					       L4LB_REASON_FRAG_FAILED;
		l4lb_count(ln, NULL, reason);
		if (reason == L4LB_REASON_FRAG_FAILED)
			l4lb_notify_drop(ln, pkt, NULL, L4LB_VERDICT_DROP,
					 reason, iif);
		return NF_STOLEN;
	}
	l4lb_packet_parse(skb, pkt->hook, pkt->family, pkt->again, pkt->mark,
			  pkt);
	/* IPv6: a first fragment without all headers (RFC 8200 4.5). */
	if (unlikely(pkt->kind == L4LB_PACKET_FRAGMENT))
		return hook_lost(ln, skb, pkt, NULL, L4LB_VERDICT_DROP,
				 L4LB_REASON_FRAG_FAILED);
	*whole = true;
	return NF_ACCEPT;
}

#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
/*
 * br_netfilter shows the frames of a bridge to PRE_ROUTING. A frame to the
 * bridge's own address, or to that of the port it came by, is on its way up to
 * the host's IP stack, where br_netfilter keeps it from coming by here again:
 * now is the time to judge it. All others are merely bridged.
 *
 * In a VRF it does come again, judged already; but what comes out of a tunnel,
 * having passed the stack once, is a packet that nobody has seen.
 */
static noinline bool hook_by_bridge(struct l4lb_net *ln,
				    const struct sk_buff *skb)
{
	const struct nf_bridge_info *nb = nf_bridge_info_get(skb);

	if (!nb->in_prerouting)
		return !nb->sabotage_in_done;
	if (!skb_vlan_tag_present(skb) &&
	    (!nb->pkt_otherhost ||
	     ether_addr_equal(eth_hdr(skb)->h_dest, skb->dev->dev_addr)))
		return false;
	if (ln)
		l4lb_count(ln, NULL, L4LB_REASON_BRIDGED);
	return true;
}
#endif

/*
 * Is this a frame that a bridge merely passes on? Then it has been counted, unless
 * @ln is NULL: the hook before did so.
 */
static __always_inline bool hook_bridged(struct l4lb_net *ln,
					 const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	return unlikely(nf_bridge_info_exists(skb)) && hook_by_bridge(ln, skb);
#else
	return false;
#endif
}

/*
 * Is the packet certainly none of ours: neither to a VIP nor, at PRE_ROUTING,
 * from a NAT server, nor an ICMP error that could quote a packet of ours, nor with
 * the mark of a service? All traffic of the host comes by here, so this looks at
 * two addresses and spares it the rest. l4lb_decide() would say NOT_OURS of each
 * such packet.
 */
static __always_inline bool
stranger_of(const struct l4lb_table *table, const struct sk_buff *skb, u8 hook,
	    u8 family, u32 mark)
{
	union l4lb_addr saddr, daddr;
	bool icmp;

	if (!l4lb_packet_peek(skb, family, &saddr, &daddr, &icmp))
		return false;
	if (l4lb_match_vip(table, &daddr, family) ||
	    hook_marked(table, mark, family))
		return false;
	/* Errors are not rewritten at LOCAL_OUT, replies of local servers are. */
	if (icmp && hook != L4LB_HOOK_LOCAL_OUT && hook_errors(table))
		return false;
	return !table->endpoints->nr ||
	       !hook_from_server(table, &saddr, family);
}

/* With the family known, an IPv4 address is one word to the compiler. */
static __always_inline bool
hook_stranger(const struct l4lb_table *table, const struct sk_buff *skb,
	      u8 hook, u8 family, u32 mark)
{
	if (likely(family == AF_INET))
		return stranger_of(table, skb, hook, AF_INET, mark);
	return stranger_of(table, skb, hook, AF_INET6, mark);
}

/* A packet that came in; @again, @mark: as &struct l4lb_packet has them. */
static __always_inline unsigned int hook_in(struct l4lb_net *ln,
					    struct sk_buff *skb, u8 family,
					    bool again, u32 mark)
{
	struct l4lb_packet pkt __l4lb_uninit;
	unsigned int ret;
	bool whole;

	l4lb_packet_parse(skb, L4LB_HOOK_PREROUTING, family, again, mark, &pkt);
	if (unlikely(pkt.kind == L4LB_PACKET_FRAGMENT)) {
		ret = hook_gather(ln, skb, &pkt, &whole);
		if (!whole)
			return ret;
	}
	return hook_run(ln, skb, &pkt);
}

/* A packet of a local socket, likewise. */
static unsigned int hook_out(struct l4lb_net *ln, struct sk_buff *skb,
			     u8 family, bool again, u32 mark)
{
	struct l4lb_packet pkt __l4lb_uninit;
	unsigned int ret;

	l4lb_packet_parse(skb, L4LB_HOOK_LOCAL_OUT, family, again, mark, &pkt);
	if (unlikely(pkt.kind == L4LB_PACKET_FRAGMENT ||
		     pkt.kind == L4LB_PACKET_BAD))
		return NF_ACCEPT;
	local_bh_disable();
	ret = hook_run(ln, skb, &pkt);
	local_bh_enable();
	return ret;
}

/*
 * What NFQUEUE has held back goes on from there in the context of the process that
 * said so, where softirqs may come in between.
 */
static noinline unsigned int hook_held(nf_hookfn *hook, void *priv,
				       struct sk_buff *skb,
				       const struct nf_hook_state *state)
{
	unsigned int ret;

	local_bh_disable();
	ret = hook(priv, skb, state);
	local_bh_enable();
	return ret;
}

static unsigned int hook_prerouting(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	struct l4lb_net *ln = l4lb_pernet(state->net);
	const struct l4lb_table *table = rcu_dereference(ln->table);
	bool again = hook_marks(table);

	/*
	 * A VRF's packet comes twice, first with its port as the device: that
	 * was ours to judge.
	 */
	if (unlikely(netif_is_l3_master(state->in)))
		return NF_ACCEPT;
	/* What the host sends itself has been judged at LOCAL_OUT. */
	if (unlikely(state->in->flags & IFF_LOOPBACK))
		return NF_ACCEPT;
	if (unlikely(hook_bridged(ln, skb)))
		return NF_ACCEPT;
	/* Link-level broadcasts are not forwarded (RFC 1812 5.3.4). */
	if (unlikely(skb->pkt_type != PACKET_HOST)) {
		l4lb_count(ln, NULL, L4LB_REASON_NOT_OURS);
		return NF_ACCEPT;
	}
	if (hook_stranger(table, skb, L4LB_HOOK_PREROUTING, state->pf, 0)) {
		if (likely(!again))
			l4lb_count(ln, NULL, L4LB_REASON_NOT_OURS);
		return NF_ACCEPT;
	}
	if (unlikely(!in_softirq()))
		return hook_held(hook_prerouting, priv, skb, state);
	return hook_in(ln, skb, state->pf, again, 0);
}

/*
 * Replies to connections that the director itself has opened to a VIP, and
 * clients of the services that wait here.
 */
static unsigned int hook_local_in(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	struct l4lb_net *ln = l4lb_pernet(state->net);
	struct l4lb_packet pkt __l4lb_uninit;

	if (hook_stranger(rcu_dereference(ln->table), skb, L4LB_HOOK_LOCAL_IN,
			  state->pf, 0))
		return NF_ACCEPT;
	if (unlikely(!in_softirq()))
		return hook_held(hook_local_in, priv, skb, state);
	l4lb_packet_parse(skb, L4LB_HOOK_LOCAL_IN, state->pf, false, 0, &pkt);
	if (pkt.kind != L4LB_PACKET_FLOW && pkt.kind != L4LB_PACKET_ICMP_ERROR)
		return NF_ACCEPT;
	return hook_run(ln, skb, &pkt);
}

/*
 * The director's own answer to a client of a LOCAL_IN service, by DR or a tunnel to
 * itself: conntrack has not seen what it answers.
 */
static noinline void hook_untrack(const struct l4lb_table *table,
				  struct sk_buff *skb, u8 family)
{
	const struct l4lb_vip *vip;
	struct l4lb_service *svc;
	struct l4lb_packet pkt;
	struct l4lb_endpoint from;

	l4lb_packet_parse(skb, L4LB_HOOK_LOCAL_OUT, family, false, 0, &pkt);
	if (pkt.kind != L4LB_PACKET_FLOW || skb_nfct(skb))
		return;
	from.addr = pkt.saddr;
	from.port = pkt.sport;
	from.family = family;
	from.proto = pkt.proto;
	l4lb_match_service(table, &from, &vip, &svc);
	if (svc && svc->hook == L4LB_HOOK_LOCAL_IN && !svc->track)
		skb_set_nfct(skb, IP_CT_UNTRACKED);
}

/*
 * A VRF shows what its sockets send with itself as the way out, and then once
 * more with the device that it is. The latter is when it is judged. There is no
 * such device for what goes to an address in the VRF.
 */
static bool hook_out_again(const struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	return unlikely(netif_is_l3_master(state->out)) &&
	       skb_dst(skb)->dev != state->out;
}

/* Packets of clients on the director itself; process context as well. */
static unsigned int hook_local_out(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	struct l4lb_net *ln = l4lb_pernet(state->net);
	const struct l4lb_table *table = rcu_dereference(ln->table);
	bool again = hook_marks(table);

	if (hook_out_again(skb, state))
		return NF_ACCEPT;
	if (unlikely(table->nr_untracked))
		hook_untrack(table, skb, state->pf);
	if (hook_stranger(table, skb, L4LB_HOOK_LOCAL_OUT, state->pf, 0)) {
		if (likely(!again))
			l4lb_count(ln, NULL, L4LB_REASON_NOT_OURS);
		return NF_ACCEPT;
	}
	return hook_out(ln, skb, state->pf, again, 0);
}

/*
 * What the hooks above have let go, with its final mark. They have not counted it,
 * since it is decided here: anew and as a whole, so that a packet that still is
 * none of ours has one reason. Conntrack has seen it meanwhile; who sends it on
 * drops that reference.
 */
static unsigned int hook_mark(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct l4lb_net *ln = l4lb_pernet(state->net);
	const struct l4lb_table *table = rcu_dereference(ln->table);
	u8 family = state->pf;
	u8 hook = L4LB_HOOK_LOCAL_OUT;

	if (!hook_marks(table) || hook_is_own(skb))
		return NF_ACCEPT;
	if (state->hook == NF_INET_LOCAL_OUT) {
		if (hook_out_again(skb, state))
			return NF_ACCEPT;
	} else {
		hook = L4LB_HOOK_PREROUTING;
		if (netif_is_l3_master(state->in) ||
		    (state->in->flags & IFF_LOOPBACK) ||
		    hook_bridged(NULL, skb) ||
		    skb->pkt_type != PACKET_HOST)
			return NF_ACCEPT;
	}
	if (hook_stranger(table, skb, hook, family, skb->mark)) {
		l4lb_count(ln, NULL, L4LB_REASON_NOT_OURS);
		return NF_ACCEPT;
	}
	if (hook == L4LB_HOOK_LOCAL_OUT)
		return hook_out(ln, skb, family, false, skb->mark);
	if (unlikely(!in_softirq()))
		return hook_held(hook_mark, priv, skb, state);
	return hook_in(ln, skb, family, false, skb->mark);
}

static const struct nf_hook_ops hook_ops[] = {
	{
		.hook = hook_prerouting,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = L4LB_PRI_PREROUTING,
	},
	{
		.hook = hook_local_in,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = L4LB_PRI_LOCAL_IN,
	},
	{
		.hook = hook_local_out,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = L4LB_PRI_LOCAL_OUT,
	},
	{
		.hook = hook_prerouting,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = L4LB_PRI_PREROUTING,
	},
	{
		.hook = hook_local_in,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = L4LB_PRI_LOCAL_IN,
	},
	{
		.hook = hook_local_out,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = L4LB_PRI_LOCAL_OUT,
	},
};

#define HOOK_MARK(family, where)	{	\
	.hook = hook_mark,			\
	.pf = family,				\
	.hooknum = where,			\
	.priority = L4LB_PRI_MARK,		\
}

/* As the main hooks, once more; only while there are services of marks. */
static const struct nf_hook_ops hook_mark_ops[] = {
	HOOK_MARK(NFPROTO_IPV4, NF_INET_PRE_ROUTING),
	HOOK_MARK(NFPROTO_IPV4, NF_INET_LOCAL_OUT),
	HOOK_MARK(NFPROTO_IPV6, NF_INET_PRE_ROUTING),
	HOOK_MARK(NFPROTO_IPV6, NF_INET_LOCAL_OUT),
};

/**
 * l4lb_hook_register() - begin to see a namespace's packets
 * @net: namespace
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno.
 */
int l4lb_hook_register(struct net *net)
{
	return nf_register_net_hooks(net, hook_ops, ARRAY_SIZE(hook_ops));
}

/**
 * l4lb_hook_unregister() - see no more packets
 * @net: namespace
 *
 * Hooks that are running on other CPUs are not waited for: the caller must
 * synchronize_net() before it frees what they use.
 *
 * Context: process, may sleep.
 */
void l4lb_hook_unregister(struct net *net)
{
	nf_unregister_net_hooks(net, hook_ops, ARRAY_SIZE(hook_ops));
}

/**
 * l4lb_hook_mark_register() - begin to look at marks
 * @net: namespace whose hooks are registered
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno.
 */
int l4lb_hook_mark_register(struct net *net)
{
	return nf_register_net_hooks(net, hook_mark_ops,
				     ARRAY_SIZE(hook_mark_ops));
}

/**
 * l4lb_hook_mark_unregister() - look at no more marks
 * @net: namespace
 *
 * As l4lb_hook_unregister() it does not wait for hooks that are running.
 *
 * Context: process, may sleep.
 */
void l4lb_hook_mark_unregister(struct net *net)
{
	nf_unregister_net_hooks(net, hook_mark_ops, ARRAY_SIZE(hook_mark_ops));
}
