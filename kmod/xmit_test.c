// SPDX-License-Identifier: GPL-2.0
/* KUnit: segments of packets that are too large for one. */
#include <kunit/test.h>
#include <linux/tcp.h>
#include <net/ip6_checksum.h>

#define XT_HEADERS	(sizeof(struct ipv6hdr) + sizeof(struct tcphdr))
#define XT_BYTES	70000
#define XT_SEGMENT	1400

static u8 xt_byte(u32 at)
{
	return at * 7 + (at >> 8);
}

static void xt_tcp(struct sk_buff *skb, struct ipv6hdr *ip6h)
{
	struct tcphdr *th = skb_put_zero(skb, sizeof(*th));

	th->source = htons(1000);
	th->dest = htons(80);
	th->seq = htonl(77);
	th->ack_seq = htonl(0x12345678);
	th->ack = 1;
	th->doff = sizeof(*th) / 4;
	th->window = htons(4321);
	skb_set_transport_header(skb, (u8 *)th - skb->data);
	th->check = ~csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, 0,
				     IPPROTO_TCP, 0);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (u8 *)th - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV6;
	skb_shinfo(skb)->gso_size = XT_SEGMENT;
	skb_shinfo(skb)->gso_segs = DIV_ROUND_UP(XT_BYTES, XT_SEGMENT);
}

/* A packet that says its length in an option (RFC 2675), as GRO makes them. */
static struct sk_buff *xt_jumbo(struct kunit *test, struct dst_entry *dst)
{
	u32 len = XT_HEADERS + sizeof(struct hop_jumbo_hdr) + XT_BYTES, i;
	struct sk_buff *skb = alloc_skb(128 + len, GFP_ATOMIC);
	struct hop_jumbo_hdr *jumbo;
	struct ipv6hdr *ip6h;
	u8 *body;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, 128);
	skb_reset_network_header(skb);
	ip6h = skb_put_zero(skb, sizeof(*ip6h));
	ip6h->version = 6;
	ip6h->nexthdr = NEXTHDR_HOP;
	ip6h->hop_limit = 9;
	ip6h->saddr.s6_addr[15] = 1;
	ip6h->daddr.s6_addr[15] = 2;
	jumbo = skb_put_zero(skb, sizeof(*jumbo));
	jumbo->nexthdr = IPPROTO_TCP;
	jumbo->tlv_type = IPV6_TLV_JUMBO;
	jumbo->tlv_len = 4;
	jumbo->jumbo_payload_len = htonl(len - sizeof(*ip6h));
	xt_tcp(skb, ip6h);
	body = skb_put(skb, XT_BYTES);
	for (i = 0; i < XT_BYTES; i++)
		body[i] = xt_byte(i);
	skb->protocol = htons(ETH_P_IPV6);
	skb_dst_set_noref(skb, dst);
	return skb;
}

static void xt_segment(struct kunit *test, const struct sk_buff *skb, u32 at)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	const struct tcphdr *th = (const struct tcphdr *)(ip6h + 1);
	u32 bytes = min_t(u32, XT_SEGMENT, XT_BYTES - at), i, wrong = 0;
	const u8 *body = (const u8 *)(th + 1);

	KUNIT_EXPECT_PTR_EQ(test, (u8 *)ip6h, skb->data);
	KUNIT_EXPECT_EQ(test, skb_headlen(skb), (u32)XT_HEADERS + bytes);
	KUNIT_EXPECT_EQ(test, ip6h->version + 0, 6);
	KUNIT_EXPECT_EQ(test, ip6h->nexthdr, IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, ip6h->hop_limit, 9);
	KUNIT_EXPECT_EQ(test, ntohs(ip6h->payload_len),
			(u32)sizeof(*th) + bytes);
	KUNIT_EXPECT_EQ(test, ip6h->daddr.s6_addr[15], 2);
	KUNIT_EXPECT_EQ(test, ntohs(th->source), 1000);
	KUNIT_EXPECT_EQ(test, ntohs(th->dest), 80);
	KUNIT_EXPECT_EQ(test, ntohl(th->seq), 77 + at);
	KUNIT_EXPECT_EQ(test, ntohl(th->ack_seq), 0x12345678u);
	KUNIT_EXPECT_EQ(test, ntohs(th->window), 4321);
	for (i = 0; i < bytes; i++)
		wrong += body[i] != xt_byte(at + i);
	KUNIT_EXPECT_EQ(test, wrong, 0u);
}

/* Without a device, as at LOCAL_OUT, and without a link header. */
static void xmit_jumbo(struct kunit *test)
{
	struct dst_entry dst = { .dev = init_net.loopback_dev };
	struct sk_buff *skb, *segs, *next;
	unsigned int less = 0;
	u32 at = 0;

	rcu_read_lock();
	local_bh_disable();
	skb = xt_jumbo(test, &dst);
	segs = l4lb_xmit_segments(skb, &less);
	KUNIT_EXPECT_NOT_NULL(test, segs);
	skb_list_walk_safe(segs, skb, next) {
		skb_mark_not_on_list(skb);
		xt_segment(test, skb, at);
		at += XT_SEGMENT;
		kfree_skb(skb);
	}
	local_bh_enable();
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, less, (u32)sizeof(struct hop_jumbo_hdr));
	KUNIT_EXPECT_EQ(test, at, roundup(XT_BYTES, XT_SEGMENT));
}

static struct kunit_case xmit_test_cases[] = {
	KUNIT_CASE(xmit_jumbo),
	{}
};

static struct kunit_suite xmit_test_suite = {
	.name = "xmit",
	.test_cases = xmit_test_cases,
};

kunit_test_suite(xmit_test_suite);
