// SPDX-License-Identifier: GPL-2.0
/* KUnit: the outer header, of either family around either. */
#include <linux/vmalloc.h>

#include "skb_test.h"

#define TUNNEL_TEST_ROUNDS	400
#define TUNNEL_TEST_HOPS	61

/* The addresses of the tunnel, by the bytes that stand on the wire. */
static const u8 tunnel_test_ends[2][16] = {
	{ 0x20, 1, 0x0d, 0xb8, [15] = 1 }, { 0x20, 1, 0x0d, 0xb8, [15] = 2 },
};

static void tunnel_expect4(struct kunit *test, const struct tunnel *t,
			   const u8 *p, u32 len)
{
	bool df = t->pkt->df && !t->split;

	KUNIT_EXPECT_EQ(test, p[0], 0x45);
	KUNIT_EXPECT_EQ(test, p[1], t->pkt->tos);
	KUNIT_EXPECT_EQ(test, (u32)skb_test_get(p + 2), len);
	KUNIT_EXPECT_EQ(test, skb_test_get(p + 6), df ? 0x4000 : 0);
	KUNIT_EXPECT_EQ(test, p[8], TUNNEL_TEST_HOPS);
	KUNIT_EXPECT_EQ(test, p[9], t->pkt->family == AF_INET ? 4 : 41);
	KUNIT_EXPECT_EQ(test, skb_test_add(0, p, 20), 0xffffu);
	KUNIT_EXPECT_EQ(test, memcmp(p + 12, tunnel_test_ends[0], 4), 0);
	KUNIT_EXPECT_EQ(test, memcmp(p + 16, tunnel_test_ends[1], 4), 0);
}

static void tunnel_expect6(struct kunit *test, const struct tunnel *t,
			   const u8 *p, u32 len, u32 label)
{
	KUNIT_EXPECT_EQ(test, p[0] >> 4, 6);
	KUNIT_EXPECT_EQ(test, (u8)(p[0] << 4 | p[1] >> 4), t->pkt->tos);
	KUNIT_EXPECT_EQ(test, (p[1] & 0xfu) << 16 | skb_test_get(p + 2), label);
	KUNIT_EXPECT_EQ(test, (u32)skb_test_get(p + 4), len - 40);
	KUNIT_EXPECT_EQ(test, p[6], t->pkt->family == AF_INET ? 4 : 41);
	KUNIT_EXPECT_EQ(test, p[7], TUNNEL_TEST_HOPS);
	KUNIT_EXPECT_EQ(test, memcmp(p + 8, tunnel_test_ends[0], 16), 0);
	KUNIT_EXPECT_EQ(test, memcmp(p + 24, tunnel_test_ends[1], 16), 0);
}

static void tunnel_test_random(struct rnd_state *rnd, struct skb_test_ip *d)
{
	u32 bits = prandom_u32_state(rnd);

	*d = (struct skb_test_ip){
		.family = bits & 1 ? AF_INET6 : AF_INET,
		.proto = bits & 2 ? IPPROTO_TCP : IPPROTO_UDP,
		.ttl = 1 + (bits >> 8) % 255,
		.options = bits & 4 ? 8 : 0,
		.bytes = (bits >> 16) % 1000,
		.sport = htons(1024),
		.dport = htons(80),
		.fill = bits,
	};
	memcpy(&d->saddr, tunnel_test_ends[0], d->family == AF_INET ? 4 : 16);
	memcpy(&d->daddr, tunnel_test_ends[1], d->family == AF_INET ? 4 : 16);
}

/* A TOS or traffic class, and with IPv4 perhaps no DF, for the packet at @p. */
static void tunnel_test_mark(struct rnd_state *rnd, u8 *p)
{
	u8 tos = prandom_u32_state(rnd);

	if (p[0] >> 4 == 6) {
		p[0] = 0x60 | tos >> 4;
		p[1] = (p[1] & 0xf) | tos << 4;
		return;
	}
	p[1] = tos;
	p[6] = tos & 1 ? 0x40 : 0;
	skb_test_put(p + 10, 0);
	skb_test_put(p + 10, ~skb_test_add(0, p, (p[0] & 0xf) * 4));
}

static void tunnel_round(struct kunit *test, struct rnd_state *rnd,
			 struct l4lb_net *ln, struct dst_entry *dst, u8 *p)
{
	u32 label = prandom_u32_state(rnd) & 0xfffff, len, outer;
	union l4lb_addr daddr = {};
	struct skb_test_ip d;
	struct l4lb_packet pkt;
	struct sk_buff *skb;
	struct tunnel t = {
		.ln = ln,
		.pkt = &pkt,
		.daddr = &daddr,
		.family = label & 1 ? AF_INET6 : AF_INET,
		.split = label & 2,
	};

	tunnel_test_random(rnd, &d);
	len = skb_test_build(&d, p);
	tunnel_test_mark(rnd, p);
	skb = skb_test_skb(test, p, len, len);
	skb_test_parse(skb, d.family, &pkt);
	memcpy(&t.saddr, tunnel_test_ends[0], t.family == AF_INET ? 4 : 16);
	memcpy(&daddr, tunnel_test_ends[1], t.family == AF_INET ? 4 : 16);
	outer = l4lb_tunnel_header(t.family);
	memset(skb_push(skb, outer), 0xa5, outer);
	skb_reset_network_header(skb);
	skb->ignore_df = t.split;
	skb_dst_set(skb, dst);
	if (t.family == AF_INET) {
		tunnel_header4(skb, &t);
		tunnel_expect4(test, &t, skb->data, len + outer);
	} else {
		tunnel_header6(skb, &t, htonl(label));
		tunnel_expect6(test, &t, skb->data, len + outer, label);
	}
	KUNIT_EXPECT_EQ(test, ntohs(skb->protocol), t.family == AF_INET ?
						    ETH_P_IP : ETH_P_IPV6);
	KUNIT_EXPECT_EQ(test, memcmp(skb->data + outer, p, len), 0);
	skb_dst_set(skb, NULL);
	kfree_skb(skb);
}

/* Each field of the outer header, over what stood there; the inner as it was. */
static void tunnel_headers(struct kunit *test)
{
	static const u32 metrics[RTAX_MAX] = {
		[RTAX_HOPLIMIT - 1] = TUNNEL_TEST_HOPS,
	};
	u8 *p = kunit_kzalloc(test, SKB_TEST_MAX, GFP_KERNEL);
	struct l4lb_net *ln = vzalloc(sizeof(*ln));
	struct dst_entry dst = {};
	struct rnd_state rnd;
	int i;

	KUNIT_ASSERT_TRUE(test, p && ln);
	ln->net = &init_net;
	dst_init_metrics(&dst, metrics, true);
	prandom_seed_state(&rnd, 7);
	for (i = 0; i < TUNNEL_TEST_ROUNDS; i++)
		tunnel_round(test, &rnd, ln, &dst, p);
	vfree(ln);
}

static struct kunit_case tunnel_test_cases[] = {
	KUNIT_CASE(tunnel_headers),
	{}
};

static struct kunit_suite tunnel_test_suite = {
	.name = "tunnel",
	.test_cases = tunnel_test_cases,
};

kunit_test_suite(tunnel_test_suite);
