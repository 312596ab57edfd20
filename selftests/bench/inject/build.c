// SPDX-License-Identifier: GPL-2.0
/*
 * Packets as a driver hands them up: netdev_alloc_skb(), eth_type_trans(), the
 * checksum state of the request.
 *
 * The topology of the bench:
 *   client f   198.18.0.0/15 (RFC 2544), behind a router on bc0
 *   VIP        10.10.31.100:80, or 203.0.113.1 + k % 250 port 1000 + k / 250
 *   server j   192.168.28.1 + j, on bs0
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/ip.h>

#include "inject.h"

#define CLIENT_NET	0xc6120000U	/* 198.18.0.0 */
#define CLIENT_ADDRS	131072U		/* a /15 */
#define VIP_ADDR	0x0a0a1f64U	/* 10.10.31.100 */
#define VIP_MANY	0xcb007101U	/* 203.0.113.1 */
#define VIP_MANY_ADDRS	250U
#define VIP_MANY_PORT	1000U
#define SERVER_ADDR	0xc0a81c01U	/* 192.168.28.1 */

static const u8 router_mac[ETH_ALEN] = { 0x02, 0, 0x0a, 0x0a, 0x1f, 0x01 };
static const u8 server_mac[ETH_ALEN] = { 0x02, 0, 0xc0, 0xa8, 0x1c, 0x01 };

/**
 * struct build_ends - addresses and ports of one packet, network order
 * @saddr: source address
 * @daddr: destination address
 * @sport: source port
 * @dport: destination port
 */
struct build_ends {
	__be32 saddr;
	__be32 daddr;
	__be16 sport;
	__be16 dport;
};

static void build_client(u32 flow, __be32 *addr, __be16 *port)
{
	u32 a = flow % CLIENT_ADDRS;

	*addr = htonl(CLIENT_NET + a);
	/* Distinct for flows of one address, spread over the others. */
	*port = htons(1024 + a * 37 % 40000 + flow / CLIENT_ADDRS);
}

static void build_ends(const struct bench_req *req, u32 flow,
		       struct build_ends *e)
{
	struct bench_end server;
	u32 k;

	switch (req->dir) {
	case BENCH_BACK:
		server = bench_sink_learned(flow);
		e->saddr = server.addr;
		e->sport = server.port;
		build_client(flow, &e->daddr, &e->dport);
		return;
	case BENCH_FWD:
		e->daddr = htonl(SERVER_ADDR + flow % req->servers);
		e->dport = htons(80);
		break;
	case BENCH_IN:
		e->daddr = htonl(VIP_ADDR);
		e->dport = htons(80);
		if (req->services > 1) {
			k = flow % req->services;
			e->daddr = htonl(VIP_MANY + k % VIP_MANY_ADDRS);
			e->dport = htons(VIP_MANY_PORT + k / VIP_MANY_ADDRS);
		}
		break;
	}
	build_client(flow, &e->saddr, &e->sport);
}

/* Payload bytes that differ in every position of a 256-byte period. */
static void build_payload(u8 *p, u32 len, u32 flow)
{
	u32 i;

	for (i = 0; i < len; i++)
		p[i] = (u8)(i * 7 + flow);
}

static int build_body(struct sk_buff *skb, const struct bench_req *req,
		      u32 flow)
{
	struct page *page;

	if (!req->payload)
		return 0;
	if (!req->frag) {
		build_payload(skb_put(skb, req->payload), req->payload, flow);
		return 0;
	}
	if (req->payload > PAGE_SIZE)
		return -EMSGSIZE;
	page = dev_alloc_page();
	if (!page)
		return -ENOMEM;
	build_payload(page_address(page), req->payload, flow);
	skb_add_rx_frag(skb, 0, page, 0, req->payload, PAGE_SIZE);
	return 0;
}

static void build_tcp(struct tcphdr *th, const struct bench_req *req,
		      const struct build_ends *e, u32 flow)
{
	bool syn = req->tcp_flags & 0x02;

	memset(th, 0, sizeof(*th));
	th->source = e->sport;
	th->dest = e->dport;
	/* Both initial sequence numbers are 2 * flow: a legal handshake, and
	 * the sink can tell the flow from any packet.
	 */
	th->seq = htonl(syn ? flow << 1 : flow << 1 | 1);
	if (req->tcp_flags & 0x10)
		th->ack_seq = htonl(flow << 1 | 1);
	th->doff = sizeof(*th) / 4;
	((u8 *)th)[13] = req->tcp_flags;
	th->window = htons(64240);
}

static void build_csum(struct sk_buff *skb, const struct bench_req *req,
		       struct iphdr *iph, struct tcphdr *th)
{
	u32 len = sizeof(*th) + req->payload;
	u32 off = (u8 *)th - skb->data;

	if (req->csum == BENCH_CSUM_PARTIAL) {
		th->check = ~csum_tcpudp_magic(iph->saddr, iph->daddr, len,
					       IPPROTO_TCP, 0);
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = (u8 *)th - skb->head;
		skb->csum_offset = offsetof(struct tcphdr, check);
		return;
	}
	th->check = csum_tcpudp_magic(iph->saddr, iph->daddr, len, IPPROTO_TCP,
				      skb_checksum(skb, off, len, 0));
	if (req->csum == BENCH_CSUM_UNNECESSARY)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	if (req->csum == BENCH_CSUM_COMPLETE) {
		skb->ip_summed = CHECKSUM_COMPLETE;
		skb->csum = skb_checksum(skb, ETH_HLEN, skb->len - ETH_HLEN, 0);
	}
}

/**
 * bench_build() - build one packet, ready for netif_receive_skb()
 * @req: the run
 * @i: index of the packet in the run
 *
 * Context: any; does not sleep.
 * Return: the skb, data at the network header, or NULL without memory.
 */
struct sk_buff *bench_build(const struct bench_req *req, u32 i)
{
	u32 flow = req->base + i % req->flows * req->stride;
	bool back = req->dir == BENCH_BACK;
	struct net_device *dev = back ? bench_server : bench_client;
	u32 room = ETH_HLEN + sizeof(struct iphdr) + sizeof(struct tcphdr);
	struct build_ends e;
	struct sk_buff *skb;
	struct tcphdr *th;
	struct iphdr *iph;
	struct ethhdr *eth;

	build_ends(req, flow, &e);
	skb = netdev_alloc_skb_ip_align(dev, room + (req->frag ? 0 : req->payload));
	if (!skb)
		return NULL;
	eth = skb_put(skb, ETH_HLEN);
	iph = skb_put(skb, sizeof(*iph));
	th = skb_put(skb, sizeof(*th));
	if (build_body(skb, req, flow)) {
		kfree_skb(skb);
		return NULL;
	}
	ether_addr_copy(eth->h_dest, dev->dev_addr);
	ether_addr_copy(eth->h_source, back ? server_mac : router_mac);
	eth->h_proto = htons(ETH_P_IP);

	memset(iph, 0, sizeof(*iph));
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tot_len = htons(skb->len - ETH_HLEN);
	iph->id = htons((u16)i);
	iph->frag_off = htons(IP_DF);
	iph->ttl = req->ttl;
	iph->protocol = IPPROTO_TCP;
	iph->saddr = e.saddr;
	iph->daddr = e.daddr;
	iph->check = ip_fast_csum(iph, iph->ihl);

	build_tcp(th, req, &e, flow);
	build_csum(skb, req, iph, th);
	if (req->gso) {
		skb_shinfo(skb)->gso_size = req->gso;
		skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
		skb_shinfo(skb)->gso_segs = DIV_ROUND_UP(req->payload, req->gso);
	}
	skb->protocol = eth_type_trans(skb, dev);
	return skb;
}
