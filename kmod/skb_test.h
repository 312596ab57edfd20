/* SPDX-License-Identifier: GPL-2.0 */
/* Packets for KUnit suites: built from a description, summed independently. */
#ifndef L4LB_SKB_TEST_H
#define L4LB_SKB_TEST_H

#include <kunit/test.h>
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/prandom.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>

#include "addr.h"
#include "packet.h"

#define SKB_TEST_MAX	2048

/**
 * struct skb_test_ip - a TCP or UDP packet in words
 * @family: AF_INET or AF_INET6
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @ttl: TTL or hop limit
 * @options: bytes of IP options, a multiple of 4 up to 40; with IPv6 of
 *	a destination options header, a multiple of 8
 * @bytes: of payload
 * @saddr: source
 * @daddr: destination
 * @sport: source port
 * @dport: destination port
 * @no_check: UDP without a checksum
 * @fill: seed of options, sequence numbers and payload
 */
struct skb_test_ip {
	u8 family;
	u8 proto;
	u8 ttl;
	u8 options;
	u16 bytes;
	union l4lb_addr saddr;
	union l4lb_addr daddr;
	__be16 sport;
	__be16 dport;
	bool no_check;
	u32 fill;
};

/* RFC 1071, the slow way: shares no code with what is tested. */
static inline u32 skb_test_add(u32 sum, const u8 *p, unsigned int len)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? p[i] : p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static inline u16 skb_test_get(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static inline void skb_test_put(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/*
 * Sum of the pseudo header (RFC 9293 3.1, RFC 8200 8.1) of the packet at @ip.
 * Without routing headers the last destination is the one in the header.
 */
static inline u32 skb_test_pseudo(const u8 *ip, u8 proto, u32 l4_len)
{
	u8 tail[4] = { 0, proto, l4_len >> 8, l4_len };
	u32 sum = ip[0] >> 4 == 4 ? skb_test_add(0, ip + 12, 8) :
				    skb_test_add(0, ip + 8, 32);

	return skb_test_add(sum, tail, sizeof(tail));
}

/* Bytes before the transport header. */
static inline u32 skb_test_hlen(const struct skb_test_ip *d)
{
	return (d->family == AF_INET ? 20 : 40) + d->options;
}

/* Bytes of the packet that @d describes. */
static inline u32 skb_test_len(const struct skb_test_ip *d)
{
	return skb_test_hlen(d) + (d->proto == IPPROTO_TCP ? 20 : 8) + d->bytes;
}

/* Offset of the transport checksum from the IP header. */
static inline u32 skb_test_check_at(const struct skb_test_ip *d)
{
	return skb_test_hlen(d) + (d->proto == IPPROTO_TCP ? 16 : 6);
}

static inline void skb_test_header4(const struct skb_test_ip *d, u8 proto,
				    u32 len, u8 *p)
{
	u32 hlen = 20 + d->options;

	p[0] = 0x40 | hlen / 4;
	p[1] = 0;
	skb_test_put(p + 2, len);
	skb_test_put(p + 6, 0x4000);
	p[8] = d->ttl;
	p[9] = proto;
	memcpy(p + 12, &d->saddr, 4);
	memcpy(p + 16, &d->daddr, 4);
	skb_test_put(p + 10, 0);
	skb_test_put(p + 10, ~skb_test_add(0, p, hlen));
}

static inline void skb_test_header6(const struct skb_test_ip *d, u8 proto,
				    u32 len, u8 *p)
{
	p[0] = 0x60 | (p[0] & 0xf);
	skb_test_put(p + 4, len - 40);
	p[6] = d->options ? IPPROTO_DSTOPTS : proto;
	p[7] = d->ttl;
	memcpy(p + 8, &d->saddr, 16);
	memcpy(p + 24, &d->daddr, 16);
	if (d->options) {
		p[40] = proto;
		p[41] = d->options / 8 - 1;
	}
}

/*
 * Write the network header of a packet of @len bytes with an upper layer of
 * @proto; options and labels are what stands there.
 */
static inline void skb_test_header(const struct skb_test_ip *d, u8 proto,
				   u32 len, u8 *p)
{
	if (d->family == AF_INET)
		skb_test_header4(d, proto, len, p);
	else
		skb_test_header6(d, proto, len, p);
}

/* Write the packet, all checksums computed in full; returns its length. */
static inline u32 skb_test_build(const struct skb_test_ip *d, u8 *p)
{
	u32 hlen = skb_test_hlen(d), len = skb_test_len(d), sum;
	struct rnd_state rnd;
	u8 *l4 = p + hlen;

	prandom_seed_state(&rnd, d->fill);
	prandom_bytes_state(&rnd, p, len);
	skb_test_header(d, d->proto, len, p);
	memcpy(l4, &d->sport, 2);
	memcpy(l4 + 2, &d->dport, 2);
	if (d->proto == IPPROTO_TCP) {
		l4[12] = 5 << 4;
		l4[13] = 0x10;
	} else {
		skb_test_put(l4 + 4, len - hlen);
	}
	skb_test_put(p + skb_test_check_at(d), 0);
	sum = ~skb_test_add(skb_test_pseudo(p, d->proto, len - hlen), l4,
			    len - hlen);
	if (d->proto == IPPROTO_UDP)
		sum = d->no_check ? 0 : (u16)sum ?: 0xffff;
	skb_test_put(p + skb_test_check_at(d), sum);
	return len;
}

/*
 * An skb of @len bytes at @p with the network header at its data, the first
 * @linear of them linear and the rest in two pages.
 */
static inline struct sk_buff *skb_test_skb(struct kunit *test, const u8 *p,
					   u32 len, u32 linear)
{
	struct sk_buff *skb = alloc_skb(64 + SKB_TEST_MAX, GFP_KERNEL);
	u32 at = linear, i, piece;
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, 64);
	skb_reset_network_header(skb);
	skb_put_data(skb, p, min(linear, len));
	for (i = 0; i < 2 && at < len; i++) {
		piece = i ? len - at : (len - at + 1) / 2;
		page = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page);
		memcpy(page_address(page) + 7, p + at, piece);
		skb_add_rx_frag(skb, i, page, 7, piece, PAGE_SIZE);
		at += piece;
	}
	skb->protocol = htons(len && p[0] >> 4 == 6 ? ETH_P_IPV6 : ETH_P_IP);
	return skb;
}

/* As a router's packet that comes in. */
static inline void skb_test_parse(const struct sk_buff *skb, u8 family,
				  struct l4lb_packet *pkt)
{
	l4lb_packet_parse(skb, L4LB_HOOK_PREROUTING, family, false, 0, pkt);
}

#endif /* L4LB_SKB_TEST_H */
