// SPDX-License-Identifier: GPL-2.0
/*
 * Part of the suite of packet.c: IPv6. Packets are put together from a list of
 * headers, and what they are is said by a walk along that list.
 */

/* Longest chain that is tried whole, of IP6_KINDS kinds of header each. */
#define IP6_CHAIN	4

/* The longest list, and the bytes before and of the upper layer. */
#define IP6_HEADERS	12
#define IP6_UPPER	28

/* Kinds of header; those of a routing and a fragment header differ in effect. */
enum ip6_kind {
	IP6_HOP,
	IP6_DST,
	IP6_ROUTED,	/* no segments left */
	IP6_ROUTING,	/* one segment left */
	IP6_ATOMIC,	/* offset 0, no more fragments */
	IP6_FIRST,	/* offset 0, more fragments */
	IP6_LATER,	/* offset 8 */

	IP6_KINDS,
};

static const u8 ip6_type[IP6_KINDS] = { 0, 60, 43, 43, 44, 44, 44 };

/**
 * struct ip6_desc - an IPv6 packet
 * @nr: extension headers
 * @kind: their kinds
 * @units: their bytes / 8 - 1; fragment headers have 8 bytes always
 * @upper: protocol behind them
 * @bytes: of the upper layer
 */
struct ip6_desc {
	u32 nr;
	u8 kind[IP6_HEADERS];
	u8 units[IP6_HEADERS];
	u8 upper;
	u32 bytes;
};

static const u8 ip6_saddr[16] = { 0x20, 1, 0x0d, 0xb8, [15] = 1 };
static const u8 ip6_daddr[16] = { 0x20, 1, 0x0d, 0xb8, [14] = 1, [15] = 0x50 };

static u8 ip6_next(const struct ip6_desc *d, u32 i)
{
	return i < d->nr ? ip6_type[d->kind[i]] : d->upper;
}

static u32 ip6_header(const struct ip6_desc *d, u32 i, u8 *p)
{
	u32 len = ip6_type[d->kind[i]] == 44 ? 8 : 8 * (d->units[i] + 1);

	memset(p, 0, len);
	p[0] = ip6_next(d, i + 1);
	p[1] = d->units[i];
	switch (d->kind[i]) {
	case IP6_ROUTING:
		p[3] = 1;
		break;
	case IP6_FIRST:
		p[3] = 1;
		break;
	case IP6_LATER:
		p[3] = 8;
		break;
	}
	return len;
}

/* An upper layer that is whole: TCP or UDP from port 1024 to port 80, or noise. */
static void ip6_upper(const struct ip6_desc *d, u8 *p)
{
	memset(p, 0, d->bytes);
	skb_test_put(p, 1024);
	skb_test_put(p + 2, 80);
	if (d->upper == IPPROTO_TCP) {
		p[12] = 5 << 4;
		p[13] = 0x12;
	} else if (d->upper == IPPROTO_UDP) {
		skb_test_put(p + 4, d->bytes);
	}
}

/* Returns its length; @l4: out: offset of the upper layer. */
static u32 ip6_build(const struct ip6_desc *d, u8 *p, u32 *l4)
{
	u32 at = 40, i;

	memset(p, 0, 40);
	p[0] = 0x6a;
	p[1] = 0xb0;
	p[6] = ip6_next(d, 0);
	p[7] = 61;
	memcpy(p + 8, ip6_saddr, 16);
	memcpy(p + 24, ip6_daddr, 16);
	for (i = 0; i < d->nr; i++)
		at += ip6_header(d, i, p + at);
	ip6_upper(d, p + at);
	*l4 = at;
	skb_test_put(p + 4, at + d->bytes - 40);
	return at + d->bytes;
}

static void ip6_parse(struct kunit *test, const u8 *p, u32 len, u32 linear,
		      struct l4lb_packet *pkt)
{
	struct sk_buff *skb = skb_test_skb(test, p, len, linear);

	memset(pkt, 0xa5, sizeof(*pkt));
	skb_test_parse(skb, AF_INET6, pkt);
	kfree_skb(skb);
}

/* Parsed whole and in pieces it is of @kind, for @reason if that is BAD. */
static noinline void ip6_expect(struct kunit *test, const u8 *p, u32 len,
				u8 kind, u32 reason)
{
	static const u32 linear[] = { 2000, 0, 39, 40, 47, 52 };
	const void *caller = __builtin_return_address(0);
	struct l4lb_packet pkt;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(linear); i++) {
		ip6_parse(test, p, len, linear[i], &pkt);
		KUNIT_EXPECT_EQ_MSG(test, pkt.kind, kind, "%u bytes at %pS",
				    len, caller);
		if (kind == L4LB_PACKET_BAD)
			KUNIT_EXPECT_EQ_MSG(test, pkt.reason, reason,
					    "%u bytes at %pS", len, caller);
		KUNIT_EXPECT_EQ(test, pkt.family, AF_INET6);
		if (len < 40)
			continue;
		if (kind == L4LB_PACKET_ICMP_ERROR)
			continue;
		KUNIT_EXPECT_EQ(test, memcmp(&pkt.saddr, ip6_saddr, 16), 0);
		KUNIT_EXPECT_EQ(test, memcmp(&pkt.daddr, ip6_daddr, 16), 0);
	}
}

/* What a chain of headers makes of a packet, by a walk along the list. */
static u8 ip6_model(const struct ip6_desc *d, u8 *proto)
{
	bool frag = false, piece = false;
	u32 i;

	for (i = 0; i < d->nr; i++) {
		*proto = ip6_next(d, i);
		if (d->kind[i] == IP6_HOP && i)
			return L4LB_PACKET_BAD;
		if (*proto == 44 && frag)
			return L4LB_PACKET_BAD;
		if (d->kind[i] == IP6_ROUTING)
			return piece ? L4LB_PACKET_FRAGMENT : L4LB_PACKET_OTHER;
		if (d->kind[i] == IP6_LATER)
			return L4LB_PACKET_FRAGMENT;
		frag |= *proto == 44;
		piece |= d->kind[i] == IP6_FIRST;
	}
	*proto = d->upper;
	return piece ? L4LB_PACKET_FRAGMENT : L4LB_PACKET_FLOW;
}

static void ip6_chain(struct kunit *test, const struct ip6_desc *d, u8 *p)
{
	struct l4lb_packet pkt;
	u32 l4, len = ip6_build(d, p, &l4);
	u8 proto = 0, kind = ip6_model(d, &proto);

	ip6_expect(test, p, len, kind, L4LB_REASON_BAD_HEADER);
	if (kind == L4LB_PACKET_BAD)
		return;
	ip6_parse(test, p, len, len, &pkt);
	KUNIT_EXPECT_EQ(test, pkt.len, len);
	KUNIT_EXPECT_EQ(test, pkt.ttl, 61);
	KUNIT_EXPECT_EQ(test, pkt.tos, 0xab);
	KUNIT_EXPECT_EQ(test, pkt.df, 1);
	if (kind == L4LB_PACKET_OTHER)
		KUNIT_EXPECT_EQ(test, pkt.proto, 43);
	if (kind != L4LB_PACKET_FLOW)
		return;
	KUNIT_EXPECT_EQ(test, pkt.proto, d->upper);
	KUNIT_EXPECT_EQ(test, (u32)pkt.l4, l4);
	KUNIT_EXPECT_EQ(test, ntohs(pkt.sport), 1024);
	KUNIT_EXPECT_EQ(test, ntohs(pkt.dport), 80);
	KUNIT_EXPECT_EQ(test, pkt.tcp_flags,
			d->upper == IPPROTO_TCP ? 0x12 : 0);
}

/* Every chain of up to IP6_CHAIN headers, in every order. */
static void packet_ip6_chains(struct kunit *test)
{
	u8 *p = kunit_kzalloc(test, SKB_TEST_MAX, GFP_KERNEL);
	struct ip6_desc d = {};
	u32 all, n, i, code;

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (d.nr = 0, all = 1; d.nr <= IP6_CHAIN; d.nr++, all *= IP6_KINDS) {
		for (n = 0; n < all; n++) {
			for (i = 0, code = n; i < d.nr; i++, code /= IP6_KINDS) {
				d.kind[i] = code % IP6_KINDS;
				d.units[i] = ip6_type[d.kind[i]] == 44 ? 0 :
									 n % 3;
			}
			d.upper = n % 2 ? IPPROTO_UDP : IPPROTO_TCP;
			d.bytes = IP6_UPPER;
			ip6_chain(test, &d, p);
		}
	}
}

/* How many headers, and how many bytes of them, are still looked at. */
static void packet_ip6_limits(struct kunit *test)
{
	u8 *p = kunit_kzalloc(test, SKB_TEST_MAX, GFP_KERNEL);
	struct ip6_desc d = { .upper = IPPROTO_TCP, .bytes = IP6_UPPER };
	u32 l4, len;

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(d.kind, IP6_DST, sizeof(d.kind));
	for (d.nr = 0; d.nr <= IP6_HEADERS; d.nr++) {
		len = ip6_build(&d, p, &l4);
		ip6_expect(test, p, len, d.nr <= 8 ? L4LB_PACKET_FLOW :
						     L4LB_PACKET_BAD,
			   L4LB_REASON_BAD_HEADER);
	}
	/* 1,024 bytes, and one more header that begins there. */
	d.units[0] = 127;
	for (d.nr = 1; d.nr <= 3; d.nr++) {
		len = ip6_build(&d, p, &l4);
		ip6_expect(test, p, len, d.nr <= 2 ? L4LB_PACKET_FLOW :
						     L4LB_PACKET_BAD,
			   L4LB_REASON_BAD_HEADER);
	}
}

/* Cut anywhere, with a length that still says more, and with one that does not. */
static void packet_ip6_cut(struct kunit *test)
{
	static const struct ip6_desc cases[] = {
		{ .upper = IPPROTO_TCP, .bytes = 20 },
		{ .upper = IPPROTO_UDP, .bytes = 8 },
		{ .nr = 4, .kind = { IP6_HOP, IP6_DST, IP6_ROUTED, IP6_DST },
		  .units = { 0, 2, 1, 0 }, .upper = IPPROTO_TCP, .bytes = 20 },
		{ .nr = 2, .kind = { IP6_ATOMIC, IP6_DST }, .units = { 0, 1 },
		  .upper = IPPROTO_UDP, .bytes = 8 },
		{ .nr = 1, .kind = { IP6_DST }, .upper = IPPROTO_ICMPV6,
		  .bytes = 8 },
	};
	u8 *p = kunit_kzalloc(test, SKB_TEST_MAX, GFP_KERNEL);
	u32 i, n, len, l4;

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		len = ip6_build(&cases[i], p, &l4);
		for (n = 0; n < len; n++)
			ip6_expect(test, p, n, L4LB_PACKET_BAD,
				   L4LB_REASON_TRUNCATED);
		for (n = 40; n < len; n++) {
			skb_test_put(p + 4, n - 40);
			/* No length at all is a contradiction of its own. */
			ip6_expect(test, p, n, L4LB_PACKET_BAD,
				   n == 40 ? L4LB_REASON_BAD_HEADER :
					     L4LB_REASON_TRUNCATED);
			/* Bytes behind the packet are none of it. */
			ip6_expect(test, p, len, L4LB_PACKET_BAD,
				   n == 40 ? L4LB_REASON_BAD_HEADER :
					     L4LB_REASON_TRUNCATED);
		}
	}
}

/* Headers that contradict themselves. */
static void packet_ip6_bad(struct kunit *test)
{
	struct ip6_desc tcp = { .upper = IPPROTO_TCP, .bytes = IP6_UPPER };
	struct ip6_desc udp = { .upper = IPPROTO_UDP, .bytes = IP6_UPPER };
	struct ip6_desc none = { .upper = NEXTHDR_NONE };
	u8 p[128];
	u32 len, l4;

	len = ip6_build(&tcp, p, &l4);
	p[0] = 0x45;
	ip6_expect(test, p, len, L4LB_PACKET_BAD, L4LB_REASON_BAD_HEADER);
	p[0] = 0x60;
	p[52] = 4 << 4;
	ip6_expect(test, p, len, L4LB_PACKET_BAD, L4LB_REASON_BAD_HEADER);
	p[52] = 8 << 4;
	ip6_expect(test, p, len, L4LB_PACKET_BAD, L4LB_REASON_TRUNCATED);
	p[52] = 7 << 4;
	ip6_expect(test, p, len, L4LB_PACKET_FLOW, 0);
	skb_test_put(p + 40, 0);
	ip6_expect(test, p, len, L4LB_PACKET_BAD, L4LB_REASON_ZERO_PORT);
	len = ip6_build(&udp, p, &l4);
	skb_test_put(p + 44, 7);
	ip6_expect(test, p, len, L4LB_PACKET_BAD, L4LB_REASON_BAD_HEADER);
	skb_test_put(p + 44, IP6_UPPER + 1);
	ip6_expect(test, p, len, L4LB_PACKET_BAD, L4LB_REASON_TRUNCATED);
	skb_test_put(p + 44, 8);
	ip6_expect(test, p, len, L4LB_PACKET_FLOW, 0);
	skb_test_put(p + 42, 0);
	ip6_expect(test, p, len, L4LB_PACKET_BAD, L4LB_REASON_ZERO_PORT);
	/* Nothing behind the header (RFC 8200 4.7). */
	len = ip6_build(&none, p, &l4);
	ip6_expect(test, p, len, L4LB_PACKET_OTHER, 0);
	p[6] = NEXTHDR_HOP;
	ip6_expect(test, p, len, L4LB_PACKET_BAD, L4LB_REASON_BAD_HEADER);
}

/* More than 65,535 bytes of payload (RFC 2675), which only large skbs have. */
static void packet_ip6_jumbo(struct kunit *test)
{
	static const u32 lens[] = { 65575, 65576, 70000, 100000 };
	struct ip6_desc d = {
		.nr = 1, .kind = { IP6_HOP },
		.upper = IPPROTO_TCP, .bytes = IP6_UPPER,
	};
	struct l4lb_packet pkt;
	struct sk_buff *skb;
	struct page *page;
	u32 i, len, l4;
	u8 p[128];

	len = ip6_build(&d, p, &l4);
	skb_test_put(p + 4, 0);
	p[42] = 0xc2;
	p[43] = 4;
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		skb_test_put(p + 44, (lens[i] - 40) >> 16);
		skb_test_put(p + 46, lens[i] - 40);
		skb = skb_test_skb(test, p, len, len);
		page = alloc_pages(GFP_KERNEL | __GFP_COMP, 5);
		KUNIT_ASSERT_NOT_NULL(test, page);
		skb_add_rx_frag(skb, 0, page, 0, lens[i] - len,
				PAGE_SIZE << 5);
		skb_test_parse(skb, AF_INET6, &pkt);
		/* What the length field can say it must say. */
		KUNIT_EXPECT_EQ(test, pkt.kind, i ? L4LB_PACKET_FLOW :
						    L4LB_PACKET_BAD);
		if (i)
			KUNIT_EXPECT_EQ(test, pkt.len, lens[i]);
		kfree_skb(skb);
	}
}

/*
 * An ICMPv6 message of @type behind the headers of @outer that quotes the first
 * @quote bytes of @inner. Returns its length; @l4 and @inner_l4: out.
 */
static u32 ip6_icmp(struct ip6_desc *outer, u8 type, const struct ip6_desc *inner,
		    u32 quote, u8 *p, u32 *l4, u32 *inner_l4)
{
	u32 len;

	outer->upper = IPPROTO_ICMPV6;
	outer->bytes = 8 + quote;
	len = ip6_build(outer, p, l4);
	memset(p + *l4, 0, 8);
	p[*l4] = type;
	/* Room for it all is behind; what is too much is no part of it. */
	ip6_build(inner, p + *l4 + 8, inner_l4);
	/* As it left: from the VIP to the client. */
	*inner_l4 += *l4 + 8;
	return len;
}

static bool ip6_quotable(u8 type)
{
	return type >= 1 && type <= 4;
}

/* All types, of a quotation that says whose it was. */
static void packet_ip6_icmp_types(struct kunit *test)
{
	struct ip6_desc inner = { .upper = IPPROTO_TCP, .bytes = 20 };
	struct ip6_desc outer = {};
	u32 type, len, l4, inner_l4;
	struct l4lb_packet pkt;
	u8 p[256];

	for (type = 0; type < 256; type++) {
		outer.nr = type % 2;
		outer.kind[0] = IP6_HOP;
		len = ip6_icmp(&outer, type, &inner, 60, p, &l4, &inner_l4);
		ip6_expect(test, p, len, ip6_quotable(type) ?
				L4LB_PACKET_ICMP_ERROR :
				L4LB_PACKET_ICMP_OTHER, 0);
		if (!ip6_quotable(type))
			continue;
		/* The error is not from and to whom the packet was. */
		p[8 + 15] = 99;
		p[24 + 15] = 98;
		ip6_parse(test, p, len, 50, &pkt);
		KUNIT_EXPECT_EQ(test, (u32)pkt.l4, l4);
		KUNIT_EXPECT_EQ(test, (u32)pkt.inner, l4 + 8);
		KUNIT_EXPECT_EQ(test, (u32)pkt.inner_l4, inner_l4);
		KUNIT_EXPECT_EQ(test, pkt.proto, IPPROTO_TCP);
		KUNIT_EXPECT_EQ(test, ntohs(pkt.sport), 1024);
		KUNIT_EXPECT_EQ(test, ntohs(pkt.dport), 80);
		KUNIT_EXPECT_EQ(test, pkt.outer_saddr.ip6.s6_addr[15], 99);
		KUNIT_EXPECT_EQ(test, pkt.outer_daddr.ip6.s6_addr[15], 98);
		KUNIT_EXPECT_EQ(test, memcmp(&pkt.saddr, ip6_saddr, 16), 0);
		KUNIT_EXPECT_EQ(test, memcmp(&pkt.daddr, ip6_daddr, 16), 0);
	}
}

/* Of each quotation every length; ports must be there. */
static void packet_ip6_icmp_quotes(struct kunit *test)
{
	static const struct {
		struct ip6_desc inner;
		bool usable;
	} cases[] = {
		{ { .upper = IPPROTO_TCP, .bytes = 20 }, true },
		{ { .upper = IPPROTO_UDP, .bytes = 12 }, true },
		{ { .nr = 2, .kind = { IP6_HOP, IP6_DST }, .units = { 1, 0 },
		    .upper = IPPROTO_UDP, .bytes = 8 }, true },
		{ { .nr = 1, .kind = { IP6_FIRST }, .upper = IPPROTO_UDP,
		    .bytes = 8 }, true },
		{ { .nr = 1, .kind = { IP6_LATER }, .upper = IPPROTO_UDP,
		    .bytes = 8 }, false },
		{ { .nr = 1, .kind = { IP6_ROUTING }, .upper = IPPROTO_TCP,
		    .bytes = 20 }, false },
		{ { .nr = 9, .kind = { [0 ... 8] = IP6_DST },
		    .upper = IPPROTO_TCP, .bytes = 20 }, false },
		{ { .upper = IPPROTO_ICMPV6, .bytes = 16 }, false },
	};
	u32 i, n, all, len, l4, inner_l4;
	struct ip6_desc outer = {};
	u8 kind;
	u8 *p = kunit_kzalloc(test, SKB_TEST_MAX, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		all = ip6_build(&cases[i].inner, p, &l4);
		for (n = 0; n <= all; n++) {
			len = ip6_icmp(&outer, 1, &cases[i].inner, n, p, &l4,
				       &inner_l4);
			kind = L4LB_PACKET_ICMP_OTHER;
			if (cases[i].usable && len >= inner_l4 + 8)
				kind = L4LB_PACKET_ICMP_ERROR;
			ip6_expect(test, p, len, kind, 0);
		}
		/* Of another version, or of no port. */
		p[l4 + 8] = 0x45;
		ip6_expect(test, p, len, L4LB_PACKET_ICMP_OTHER, 0);
		p[l4 + 8] = 0x60;
		skb_test_put(p + inner_l4 + 2, 0);
		ip6_expect(test, p, len, L4LB_PACKET_ICMP_OTHER, 0);
	}
}

/* Noise with plausible headers: KASAN and UBSAN are the judges. */
static void packet_ip6_noise(struct kunit *test)
{
	static const u8 types[] = { 0, 43, 44, 58, 6, 17, 60, 59 };
	struct l4lb_packet pkt;
	struct rnd_state rnd;
	u32 len, at;
	u8 raw[160];
	int i;

	prandom_seed_state(&rnd, 6);
	for (i = 0; i < 20000; i++) {
		prandom_bytes_state(&rnd, raw, sizeof(raw));
		len = prandom_u32_state(&rnd) % sizeof(raw);
		raw[0] = 0x60 | (raw[0] & 1) << 4;
		skb_test_put(raw + 4, len - 40 - (raw[3] & 1));
		raw[6] = types[raw[6] % ARRAY_SIZE(types)];
		for (at = 40; at + 8 < sizeof(raw); at += 8) {
			raw[at] = types[raw[at] % ARRAY_SIZE(types)];
			raw[at + 1] &= 1;
		}
		ip6_parse(test, raw, len, len / 3, &pkt);
		KUNIT_EXPECT_LE(test, pkt.kind, L4LB_PACKET_BAD);
		if (pkt.kind != L4LB_PACKET_FLOW)
			continue;
		KUNIT_EXPECT_TRUE(test, pkt.sport && pkt.dport);
		KUNIT_EXPECT_LE(test, pkt.l4 + 8u, pkt.len);
		KUNIT_EXPECT_LE(test, pkt.len, len);
	}
}

static void packet_ip6_martian(struct kunit *test)
{
	static const struct {
		u32 w[4];
		bool martian;
	} cases[] = {
		{ { 0, 0, 0, 0 }, true },			/* :: */
		{ { 0, 0, 0, 1 }, true },			/* ::1 */
		{ { 0, 0, 0, 2 }, false },
		{ { 0, 0, 0xffff, 0xc0000201 }, true },	/* mapped */
		{ { 0, 0, 0xfffe, 0xc0000201 }, false },
		{ { 0x0064ff9b, 0, 0, 0xc0000201 }, false },	/* RFC 6052 */
		{ { 0x20010db8, 0, 0, 1 }, false },
		{ { 0xfc000000, 0, 0, 1 }, false },		/* RFC 4193 */
		{ { 0xfe7fffff, 0, 0, 1 }, false },
		{ { 0xfe800000, 0, 0, 1 }, true },		/* link-local */
		{ { 0xfebfffff, 0, 0, 1 }, true },
		{ { 0xfec00000, 0, 0, 1 }, false },
		{ { 0xff020000, 0, 0, 1 }, true },		/* multicast */
		{ { 0xffffffff, 0, 0, 1 }, true },
	};
	union l4lb_addr addr;
	u32 i, w;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (w = 0; w < 4; w++)
			addr.w[w] = htonl(cases[i].w[w]);
		KUNIT_EXPECT_EQ_MSG(test, l4lb_addr_martian(&addr, AF_INET6),
				    cases[i].martian, "%pI6", &addr.ip6);
	}
}

/* Who it is from and to, told from less than the whole header; and what may be. */
static void packet_peek(struct kunit *test)
{
	static const u8 icmp[] = { 0, 43, 44, 58, 60, 59 };
	struct ip6_desc d = { .upper = IPPROTO_TCP, .bytes = IP6_UPPER };
	union l4lb_addr saddr, daddr;
	struct sk_buff *skb;
	u32 len, l4, linear;
	bool is_icmp, known;
	u8 p[128];

	len = ip6_build(&d, p, &l4);
	for (linear = 0; linear < len; linear++) {
		skb = skb_test_skb(test, p, len, linear);
		known = l4lb_packet_peek(skb, AF_INET6, &saddr, &daddr,
					 &is_icmp);
		KUNIT_EXPECT_EQ(test, known, linear >= 40);
		if (known) {
			KUNIT_EXPECT_FALSE(test, is_icmp);
			KUNIT_EXPECT_EQ(test, memcmp(&saddr, ip6_saddr, 16), 0);
			KUNIT_EXPECT_EQ(test, memcmp(&daddr, ip6_daddr, 16), 0);
		}
		kfree_skb(skb);
	}
	/* Behind any other header there might be an error. */
	for (l4 = 0; l4 < ARRAY_SIZE(icmp); l4++) {
		p[6] = icmp[l4];
		skb = skb_test_skb(test, p, len, len);
		KUNIT_EXPECT_TRUE(test, l4lb_packet_peek(skb, AF_INET6, &saddr,
							 &daddr, &is_icmp));
		KUNIT_EXPECT_TRUE(test, is_icmp);
		kfree_skb(skb);
	}
}
