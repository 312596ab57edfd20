// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: rewriting, held against packets that are built anew from a changed
 * description, with all sums computed in full by code of the tests' own.
 */
#include "skb_test.h"

#define NAT_TEST_ROUNDS	6000

/* What skb->ip_summed says in a round. */
enum nat_test_sum {
	NAT_TEST_NONE,
	NAT_TEST_UNNECESSARY,
	NAT_TEST_COMPLETE,
	NAT_TEST_PARTIAL,
	NAT_TEST_SUMS,
};

static u32 nat_test_below(struct rnd_state *rnd, u32 n)
{
	return prandom_u32_state(rnd) % n;
}

static __be16 nat_test_port(struct rnd_state *rnd)
{
	return htons(1 + nat_test_below(rnd, 65535));
}

/* Sums that end in 0 or 0xffff are the ones that go wrong: make them often. */
static __be32 nat_test_word(struct rnd_state *rnd)
{
	switch (nat_test_below(rnd, 8)) {
	case 0:
		return htonl(0xffffffff);
	case 1:
		return 0;
	case 2:
		return htonl(0xffff0000);
	default:
		return (__force __be32)prandom_u32_state(rnd);
	}
}

static union l4lb_addr nat_test_addr(struct rnd_state *rnd, u8 family)
{
	union l4lb_addr addr = { .w = { nat_test_word(rnd) } };
	u32 i;

	for (i = 1; family == AF_INET6 && i < 4; i++)
		addr.w[i] = nat_test_word(rnd);
	return addr;
}

/* Of @d->family. */
static void nat_test_random(struct rnd_state *rnd, struct skb_test_ip *d)
{
	d->proto = nat_test_below(rnd, 2) ? IPPROTO_TCP : IPPROTO_UDP;
	d->ttl = 1 + nat_test_below(rnd, 255);
	d->options = nat_test_below(rnd, 4) ? 0 : 8 * nat_test_below(rnd, 6);
	if (d->family == AF_INET && d->options && nat_test_below(rnd, 2))
		d->options -= 4;
	d->bytes = nat_test_below(rnd, 2) ? nat_test_below(rnd, 20) :
					    nat_test_below(rnd, 1400);
	d->saddr = nat_test_addr(rnd, d->family);
	d->daddr = nat_test_addr(rnd, d->family);
	d->sport = nat_test_port(rnd);
	d->dport = nat_test_port(rnd);
	d->no_check = d->proto == IPPROTO_UDP && !nat_test_below(rnd, 3);
	d->fill = prandom_u32_state(rnd);
}

/* Where @d is to be sent on to. */
static void nat_test_to(struct rnd_state *rnd, const struct skb_test_ip *d,
			struct l4lb_endpoint *to)
{
	memset(to, 0, sizeof(*to));
	to->addr = nat_test_addr(rnd, d->family);
	to->port = nat_test_port(rnd);
	to->family = d->family;
	to->proto = d->proto;
}

/* Change the description as the rewrite is to change the packet. */
static void nat_test_apply(struct skb_test_ip *d, enum l4lb_nat_end end,
			   const struct l4lb_endpoint *to)
{
	if (end == L4LB_NAT_SRC) {
		d->saddr = to->addr;
		d->sport = to->port;
	} else {
		d->daddr = to->addr;
		d->dport = to->port;
	}
}

/* The device's part of CHECKSUM_PARTIAL. */
static void nat_test_device(const struct skb_test_ip *d, u8 *p, u32 len)
{
	u32 hlen = skb_test_hlen(d);
	u16 sum = ~skb_test_add(0, p + hlen, len - hlen);

	if (d->proto == IPPROTO_UDP && !sum)
		sum = 0xffff;
	skb_test_put(p + skb_test_check_at(d), sum);
}

/* Give @skb the state @sum, in which its checksum field has to agree. */
static void nat_test_state(struct sk_buff *skb, const struct skb_test_ip *d,
			   enum nat_test_sum sum, const u8 *p, u32 len)
{
	u32 hlen = skb_test_hlen(d);

	switch (sum) {
	case NAT_TEST_UNNECESSARY:
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		break;
	case NAT_TEST_COMPLETE:
		skb->ip_summed = CHECKSUM_COMPLETE;
		skb->csum = (__force __wsum)htons(skb_test_add(0, p, len));
		break;
	case NAT_TEST_PARTIAL:
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = skb_headroom(skb) + hlen;
		skb->csum_offset = skb_test_check_at(d) - hlen;
		skb_test_put(skb->data + skb_test_check_at(d),
			     skb_test_pseudo(p, d->proto, len - hlen));
		break;
	default:
		skb->ip_summed = CHECKSUM_NONE;
	}
}

/* Equal but for 0 and 0xffff, which are one number in a checksum field. */
static void nat_test_same(struct kunit *test, int round, const u8 *got,
			  const u8 *want, u32 len, u32 check_at)
{
	u16 a = skb_test_get(got + check_at), b = skb_test_get(want + check_at);
	u32 i;

	KUNIT_EXPECT_EQ_MSG(test, a % 0xffff, b % 0xffff, "round %d", round);
	for (i = 0; i < len; i++)
		if (i != check_at && i != check_at + 1 && got[i] != want[i])
			break;
	KUNIT_EXPECT_EQ_MSG(test, i, len, "round %d: byte %u", round, i);
}

static void nat_test_complete(struct kunit *test, int round,
			      const struct sk_buff *skb, const u8 *p, u32 len)
{
	u16 csum = ~ntohs((__force __be16)csum_fold(skb->csum));

	KUNIT_EXPECT_EQ_MSG(test, csum % 0xffff,
			    skb_test_add(0, p, len) % 0xffff, "round %d",
			    round);
}

static void nat_test_round(struct kunit *test, struct rnd_state *rnd, int round)
{
	u8 *p = kunit_kzalloc(test, SKB_TEST_MAX, GFP_KERNEL);
	u8 *want = kunit_kzalloc(test, SKB_TEST_MAX, GFP_KERNEL);
	enum nat_test_sum sum = nat_test_below(rnd, NAT_TEST_SUMS);
	enum l4lb_nat_end end = nat_test_below(rnd, 2);
	struct l4lb_packet pkt;
	struct l4lb_endpoint to;
	struct skb_test_ip d;
	struct sk_buff *skb;
	u32 len, head;

	KUNIT_ASSERT_TRUE(test, p && want);
	d.family = round % 2 ? AF_INET6 : AF_INET;
	nat_test_random(rnd, &d);
	if (sum == NAT_TEST_PARTIAL)
		d.no_check = false;
	nat_test_to(rnd, &d, &to);
	len = skb_test_build(&d, p);
	head = skb_test_hlen(&d) + (d.proto == IPPROTO_TCP ? 18 : 8);
	skb = skb_test_skb(test, p, len, head + nat_test_below(rnd, 400));
	skb_test_parse(skb, d.family, &pkt);
	KUNIT_ASSERT_EQ(test, pkt.kind, L4LB_PACKET_FLOW);
	nat_test_state(skb, &d, sum, p, len);

	KUNIT_EXPECT_TRUE(test, l4lb_nat_rewrite(skb, &pkt, end, &to));
	nat_test_apply(&d, end, &to);
	skb_test_build(&d, want);
	KUNIT_ASSERT_EQ(test, skb_copy_bits(skb, 0, p, len), 0);
	if (d.no_check)
		KUNIT_EXPECT_EQ(test, skb_test_get(p + skb_test_check_at(&d)),
				0);
	else if (d.proto == IPPROTO_UDP)
		KUNIT_EXPECT_NE(test, skb_test_get(p + skb_test_check_at(&d)),
				0);
	if (sum == NAT_TEST_PARTIAL)
		nat_test_device(&d, p, len);
	if (d.family == AF_INET)
		KUNIT_EXPECT_EQ(test, skb_test_add(0, p, pkt.l4), 0xffffu);
	nat_test_same(test, round, p, want, len, skb_test_check_at(&d));
	if (sum == NAT_TEST_COMPLETE)
		nat_test_complete(test, round, skb, p, len);
	kfree_skb(skb);
	kunit_kfree(test, want);
	kunit_kfree(test, p);
}

static void nat_rewrite(struct kunit *test)
{
	struct rnd_state rnd;
	int i;

	prandom_seed_state(&rnd, 2);
	for (i = 0; i < NAT_TEST_ROUNDS; i++)
		nat_test_round(test, &rnd, i);
}

/* A damaged packet must not leave whole. */
static void nat_rewrite_damaged(struct kunit *test)
{
	u8 *p = kunit_kzalloc(test, SKB_TEST_MAX, GFP_KERNEL);
	struct l4lb_packet pkt;
	struct l4lb_endpoint to;
	struct skb_test_ip d;
	struct rnd_state rnd;
	struct sk_buff *skb;
	u32 len, sum;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, p);
	prandom_seed_state(&rnd, 3);
	for (i = 0; i < 1000; i++) {
		d.family = i % 2 ? AF_INET6 : AF_INET;
		nat_test_random(&rnd, &d);
		d.no_check = false;
		d.bytes += 2;
		nat_test_to(&rnd, &d, &to);
		len = skb_test_build(&d, p);
		p[len - 2] ^= 1 << nat_test_below(&rnd, 8);
		skb = skb_test_skb(test, p, len, len);
		skb_test_parse(skb, d.family, &pkt);
		l4lb_nat_rewrite(skb, &pkt, L4LB_NAT_DST, &to);
		sum = skb_test_add(skb_test_pseudo(skb->data, d.proto,
						   len - pkt.l4),
				   skb->data + pkt.l4, len - pkt.l4);
		KUNIT_EXPECT_NE(test, sum, 0xffffu);
		kfree_skb(skb);
	}
}

/* A packet from 192.0.2.1 to 198.51.100.80, or what stands for them. */
static struct skb_test_ip nat_test_plain(u8 family, u8 proto, u16 dport)
{
	struct skb_test_ip d = {
		.family = family, .proto = proto, .ttl = 9, .bytes = 100,
		.saddr.w[0] = htonl(0xc0000201),
		.daddr.w[0] = htonl(0xc6336450),
		.sport = htons(40000), .dport = htons(dport),
	};

	if (family == AF_INET6) {
		d.saddr.w[3] = htonl(0x201);
		d.daddr.w[3] = htonl(0x6450);
	}
	return d;
}

static const u8 nat_test_families[] = { AF_INET, AF_INET6 };

/* Headers in pages are refused, and nothing is touched. */
static void nat_rewrite_paged(struct kunit *test)
{
	struct l4lb_endpoint to = { .port = htons(8080) };
	u32 len, linear, need, f;
	struct l4lb_packet pkt;
	struct skb_test_ip d;
	struct sk_buff *skb;
	u8 p[256], got[256];

	for (f = 0; f < ARRAY_SIZE(nat_test_families); f++) {
		d = nat_test_plain(nat_test_families[f], IPPROTO_TCP, 80);
		len = skb_test_build(&d, p);
		need = skb_test_hlen(&d) + 18;
		for (linear = 0; linear < need + 2; linear++) {
			skb = skb_test_skb(test, p, len, linear);
			skb_test_parse(skb, d.family, &pkt);
			KUNIT_EXPECT_EQ(test,
					l4lb_nat_rewrite(skb, &pkt,
							 L4LB_NAT_SRC, &to),
					linear >= need);
			KUNIT_ASSERT_EQ(test, skb_copy_bits(skb, 0, got, len),
					0);
			if (linear < need)
				KUNIT_EXPECT_EQ(test, memcmp(got, p, len), 0);
			kfree_skb(skb);
		}
	}
}

/*
 * The outer UDP header of a tunnel whose inner checksum is still to be
 * computed: its own is there in full (or 0, none).
 */
static void nat_rewrite_tunnel(struct kunit *test)
{
	struct l4lb_endpoint to = {
		.addr.ip = htonl(0x0a0a1f64), .port = htons(5000),
	};
	u8 p[256], want[256];
	struct l4lb_packet pkt;
	struct skb_test_ip d;
	struct sk_buff *skb;
	u32 i, len;

	for (i = 0; i < 2 * ARRAY_SIZE(nat_test_families); i++) {
		d = nat_test_plain(nat_test_families[i / 2], IPPROTO_UDP, 4789);
		d.no_check = i % 2;
		len = skb_test_build(&d, p);
		skb = skb_test_skb(test, p, len, len);
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = skb_headroom(skb) + skb_test_hlen(&d) + 40;
		skb->csum_offset = 16;
		skb->encapsulation = 1;
		skb_test_parse(skb, d.family, &pkt);
		l4lb_nat_rewrite(skb, &pkt, L4LB_NAT_DST, &to);
		nat_test_apply(&d, L4LB_NAT_DST, &to);
		skb_test_build(&d, want);
		nat_test_same(test, i, skb->data, want, len,
			      skb_test_check_at(&d));
		kfree_skb(skb);
	}
}

/* Sum of an ICMP message; ICMPv6 sums a pseudo header, too (RFC 4443 2.3). */
static u32 nat_test_icmp_sum(const u8 *p, u32 hlen, u32 len)
{
	u32 sum = 0;

	if (p[0] >> 4 == 6)
		sum = skb_test_pseudo(p, IPPROTO_ICMPV6, len - hlen);
	return skb_test_add(sum, p + hlen, len - hlen);
}

/*
 * An ICMP error of @quote bytes about @d; @outer gives its own header.
 * Returns its length.
 */
static u32 nat_test_icmp(const struct skb_test_ip *outer,
			 const struct skb_test_ip *d, u32 quote, u8 *p)
{
	u32 hlen = skb_test_hlen(outer), len = hlen + 8 + quote;

	memset(p, 0, hlen + 8);
	skb_test_header(outer, outer->family == AF_INET ? IPPROTO_ICMP :
							  IPPROTO_ICMPV6,
			len, p);
	p[hlen] = outer->family == AF_INET ? ICMP_DEST_UNREACH :
					     ICMPV6_PKT_TOOBIG;
	p[hlen + 1] = outer->family == AF_INET ? ICMP_FRAG_NEEDED : 0;
	skb_test_put(p + hlen + 6, 1400);
	skb_test_build(d, p + hlen + 8);
	skb_test_put(p + hlen + 2, ~nat_test_icmp_sum(p, hlen, len));
	return len;
}

static void nat_test_icmp_check(struct kunit *test, int round, u8 *got,
				u8 *want, u32 len, u32 hlen,
				const struct skb_test_ip *d)
{
	u32 at = hlen + 8 + skb_test_check_at(d), a, b;

	if (d->family == AF_INET) {
		KUNIT_EXPECT_EQ(test, skb_test_add(0, got, hlen), 0xffffu);
		KUNIT_EXPECT_EQ(test, skb_test_add(0, got + hlen + 8,
						   skb_test_hlen(d)), 0xffffu);
	}
	KUNIT_EXPECT_EQ_MSG(test, nat_test_icmp_sum(got, hlen, len), 0xffffu,
			    "round %d", round);
	/* Half a quoted checksum cannot be moved. */
	if (at + 1 == len)
		want[at] = got[at];
	if (at + 2 <= len) {
		a = skb_test_get(got + at);
		b = skb_test_get(want + at);
		KUNIT_EXPECT_EQ_MSG(test, a % 0xffff, b % 0xffff, "round %d",
				    round);
		skb_test_put(want + at, a);
	}
	memcpy(want + hlen + 2, got + hlen + 2, 2);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(got, want, len), 0, "round %d", round);
}

/* Give @skb, an error with a header of @hlen bytes at @p, the state @sum. */
static void nat_test_icmp_state(struct sk_buff *skb, enum nat_test_sum sum,
				const u8 *p, u32 hlen, u32 len)
{
	bool v6 = p[0] >> 4 == 6;

	switch (sum) {
	case NAT_TEST_COMPLETE:
		skb->ip_summed = CHECKSUM_COMPLETE;
		skb->csum = (__force __wsum)htons(skb_test_add(0, p, len));
		break;
	case NAT_TEST_PARTIAL:
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = skb_headroom(skb) + hlen;
		skb->csum_offset = 2;
		skb_test_put(skb->data + hlen + 2, v6 ?
			     skb_test_pseudo(p, IPPROTO_ICMPV6, len - hlen) :
			     0);
		break;
	default:
		skb->ip_summed = CHECKSUM_NONE;
	}
}

static void nat_test_icmp_round(struct kunit *test, struct rnd_state *rnd,
				int round)
{
	u8 *p = kunit_kzalloc(test, 2 * SKB_TEST_MAX, GFP_KERNEL);
	enum nat_test_sum sum = nat_test_below(rnd, NAT_TEST_SUMS);
	enum l4lb_nat_end inner = nat_test_below(rnd, 2);
	enum l4lb_nat_end outer = nat_test_below(rnd, 2);
	bool change_outer = nat_test_below(rnd, 4);
	struct skb_test_ip d = {}, o = {};
	struct l4lb_endpoint to, outer_to;
	u8 *want = p + SKB_TEST_MAX;
	struct l4lb_packet pkt;
	u32 len, quote, hlen;
	struct sk_buff *skb;

	KUNIT_ASSERT_NOT_NULL(test, p);
	d.family = round % 2 ? AF_INET6 : AF_INET;
	o.family = d.family;
	nat_test_random(rnd, &o);
	nat_test_random(rnd, &d);
	o.options = 0;
	nat_test_to(rnd, &d, &to);
	nat_test_to(rnd, &d, &outer_to);
	hlen = skb_test_hlen(&o);
	quote = skb_test_hlen(&d) + 8;
	quote += nat_test_below(rnd, skb_test_len(&d) - quote + 1);
	len = nat_test_icmp(&o, &d, quote, p);
	skb = skb_test_skb(test, p, len, hlen + 8 +
			   min(quote, skb_test_hlen(&d) + 18u));
	skb_test_parse(skb, d.family, &pkt);
	KUNIT_ASSERT_EQ(test, pkt.kind, L4LB_PACKET_ICMP_ERROR);
	nat_test_icmp_state(skb, sum, p, hlen, len);

	KUNIT_EXPECT_TRUE(test, l4lb_nat_rewrite_icmp(skb, &pkt, inner, &to,
						      outer, change_outer ?
						      &outer_to.addr : NULL));
	nat_test_apply(&d, inner, &to);
	if (change_outer)
		nat_test_apply(&o, outer, &outer_to);
	nat_test_icmp(&o, &d, quote, want);
	KUNIT_ASSERT_EQ(test, skb_copy_bits(skb, 0, p, len), 0);
	/* The device's part, over what the field holds until then. */
	if (sum == NAT_TEST_PARTIAL)
		skb_test_put(p + hlen + 2,
			     ~skb_test_add(0, p + hlen, len - hlen));
	nat_test_icmp_check(test, round, p, want, len, hlen, &d);
	if (sum == NAT_TEST_COMPLETE)
		nat_test_complete(test, round, skb, p, len);
	kfree_skb(skb);
	kunit_kfree(test, p);
}

static void nat_rewrite_icmp(struct kunit *test)
{
	struct rnd_state rnd;
	int i;

	prandom_seed_state(&rnd, 4);
	for (i = 0; i < NAT_TEST_ROUNDS; i++)
		nat_test_icmp_round(test, &rnd, i);
}

static void nat_test_ttl(struct kunit *test, struct rnd_state *rnd, int ttl,
			 enum nat_test_sum sum, u8 family, u8 *p, u8 *want)
{
	struct skb_test_ip d = { .family = family };
	struct sk_buff *skb;
	u32 len;

	nat_test_random(rnd, &d);
	d.ttl = ttl;
	len = skb_test_build(&d, p);
	skb = skb_test_skb(test, p, len, len);
	nat_test_state(skb, &d, sum, p, len);
	l4lb_nat_ttl(skb, family);
	if (sum == NAT_TEST_COMPLETE)
		nat_test_complete(test, ttl, skb, skb->data, len);
	d.ttl--;
	skb_test_build(&d, want);
	if (family == AF_INET)
		KUNIT_EXPECT_EQ(test, skb_test_add(0, skb->data,
						   20 + d.options), 0xffffu);
	nat_test_same(test, ttl, skb->data, want, len,
		      family == AF_INET ? 10 : 4);
	kfree_skb(skb);
}

/* A hop less, with the sum of a whole packet that a device has made. */
static void nat_ttl(struct kunit *test)
{
	u8 *p = kunit_kzalloc(test, SKB_TEST_MAX, GFP_KERNEL);
	u8 *want = kunit_kzalloc(test, SKB_TEST_MAX, GFP_KERNEL);
	struct rnd_state rnd;
	int ttl, i;

	KUNIT_ASSERT_TRUE(test, p && want);
	prandom_seed_state(&rnd, 5);
	for (ttl = 2; ttl < 256; ttl++)
		for (i = 0; i < 8; i++)
			nat_test_ttl(test, &rnd, ttl,
				     i % 4 < 2 ? NAT_TEST_NONE :
						 NAT_TEST_COMPLETE,
				     nat_test_families[i % 2], p, want);
}

static struct kunit_case nat_test_cases[] = {
	KUNIT_CASE(nat_rewrite),
	KUNIT_CASE(nat_rewrite_damaged),
	KUNIT_CASE(nat_rewrite_paged),
	KUNIT_CASE(nat_rewrite_tunnel),
	KUNIT_CASE(nat_rewrite_icmp),
	KUNIT_CASE(nat_ttl),
	{}
};

static struct kunit_suite nat_test_suite = {
	.name = "nat",
	.test_cases = nat_test_cases,
};

kunit_test_suite(nat_test_suite);
