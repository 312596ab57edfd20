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

#define SKB_TEST_MAX	2048

/**
 * struct skb_test_ip - a TCP or UDP packet in words
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @ttl: TTL
 * @options: bytes of IP options, a multiple of 4 up to 40
 * @bytes: of payload
 * @saddr: source
 * @daddr: destination
 * @sport: source port
 * @dport: destination port
 * @no_check: UDP without a checksum
 * @fill: seed of options, sequence numbers and payload
 */
struct skb_test_ip {
	u8 proto;
	u8 ttl;
	u8 options;
	u16 bytes;
	__be32 saddr;
	__be32 daddr;
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

/* Sum of the pseudo header (RFC 9293 3.1) of the packet at @ip. */
static inline u32 skb_test_pseudo(const u8 *ip, u32 l4_len)
{
	u8 tail[4] = { 0, ip[9], l4_len >> 8, l4_len };

	return skb_test_add(skb_test_add(0, ip + 12, 8), tail, sizeof(tail));
}

/* Bytes of the packet that @d describes. */
static inline u32 skb_test_len(const struct skb_test_ip *d)
{
	return 20 + d->options + (d->proto == IPPROTO_TCP ? 20 : 8) + d->bytes;
}

/* Offset of the transport checksum from the IP header. */
static inline u32 skb_test_check_at(const struct skb_test_ip *d)
{
	return 20 + d->options + (d->proto == IPPROTO_TCP ? 16 : 6);
}

/* Write the packet, all checksums computed in full; returns its length. */
static inline u32 skb_test_build(const struct skb_test_ip *d, u8 *p)
{
	u32 hlen = 20 + d->options, len = skb_test_len(d), sum;
	struct rnd_state rnd;
	u8 *l4 = p + hlen;

	prandom_seed_state(&rnd, d->fill);
	prandom_bytes_state(&rnd, p, len);
	p[0] = 0x40 | hlen / 4;
	p[1] = 0;
	skb_test_put(p + 2, len);
	skb_test_put(p + 6, 0x4000);
	p[8] = d->ttl;
	p[9] = d->proto;
	memcpy(p + 12, &d->saddr, 4);
	memcpy(p + 16, &d->daddr, 4);
	skb_test_put(p + 10, 0);
	skb_test_put(p + 10, ~skb_test_add(0, p, hlen));

	memcpy(l4, &d->sport, 2);
	memcpy(l4 + 2, &d->dport, 2);
	if (d->proto == IPPROTO_TCP) {
		l4[12] = 5 << 4;
		l4[13] = 0x10;
	} else {
		skb_test_put(l4 + 4, len - hlen);
	}
	skb_test_put(p + skb_test_check_at(d), 0);
	sum = ~skb_test_add(skb_test_pseudo(p, len - hlen), l4, len - hlen);
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
	skb->protocol = htons(ETH_P_IP);
	return skb;
}

#endif /* L4LB_SKB_TEST_H */
