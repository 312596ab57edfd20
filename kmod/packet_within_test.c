// SPDX-License-Identifier: GPL-2.0
/* Part of packet_test.c: errors about what went through a tunnel. */

/**
 * struct within_case - an ICMP error in hexadecimal and what it is about
 * @nr: number, for the failure's message
 * @hex: from the IP header on
 * @tunnel: it is about a tunnel, and all else holds
 * @about: &enum l4lb_icmp_about
 * @at: where the packet within begins
 * @inside: its family
 * @proto: its protocol, 0: it cannot be known
 * @dport: its destination port, host order; the source port is 40001
 * @mtu: bytes
 */
struct within_case {
	int nr;
	const char *hex;
	bool tunnel;
	u8 about;
	u16 at;
	u8 inside;
	u8 proto;
	u16 dport;
	u32 mtu;
};

/* From 198.51.100.80 or 2001:db8::b to 192.0.2.77 or 2001:db8::65. */
static const struct within_case within_cases[] = {
	{	/* too big, IPv4 within IPv4 */
		.nr = 1,
		.hex =
		"450000580001000040010000c0000201c633645003040000000005784500003c000240003f040000c6336450c000024d45000028000240003f060000cb007109c63364649c41005000000007000000005002200000000000",
		.tunnel = true, .about = L4LB_ICMP_TOO_BIG, .at = 48,
		.inside = AF_INET, .proto = 6, .dport = 80, .mtu = 1400,
	},
	{	/* host unreachable, IPv6 within IPv4 */
		.nr = 2,
		.hex =
		"450000640001000040010000c0000201c6336450030100000000000045000048000240003f290000c6336450c000024d60000000000c113f20010db800000000000000000000000920010db80000000000000000000000649c410035000c000064617461",
		.tunnel = true, .about = L4LB_ICMP_LOST, .at = 48,
		.inside = AF_INET6, .proto = 17, .dport = 53,
	},
	{	/* too big, eight bytes are quoted of the packet within */
		.nr = 3,
		.hex =
		"450000380001000040010000c0000201c633645003040000000005784500003c000240003f040000c6336450c000024d4500002800024000",
		.tunnel = true, .about = L4LB_ICMP_TOO_BIG, .at = 48,
		.inside = AF_INET, .mtu = 1400,
	},
	{	/* time exceeded, the last byte of what is needed is missing */
		.nr = 4,
		.hex =
		"4500004b0001000040010000c0000201c63364500b000000000000004500003c000240003f040000c6336450c000024d45000028000240003f060000cb007109c63364649c410050000000",
		.tunnel = true, .about = L4LB_ICMP_LOST, .at = 48,
		.inside = AF_INET,
	},
	{	/* parameter problem */
		.nr = 5,
		.hex =
		"450000580001000040010000c0000201c63364500c000000140000004500003c000240003f040000c6336450c000024d45000028000240003f060000cb007109c63364649c41005000000007000000005002200000000000",
		.tunnel = true, .about = L4LB_ICMP_HEADER, .at = 48,
		.inside = AF_INET, .proto = 6, .dport = 80,
	},
	{	/* goes to another than who sent what it quotes */
		.nr = 6,
		.hex =
		"450000580001000040010000c0000201c633645103040000000005784500003c000240003f040000c6336450c000024d45000028000240003f060000cb007109c63364649c41005000000007000000005002200000000000",
	},
	{	/* a tunnel within the tunnel */
		.nr = 7,
		.hex =
		"4500006c0001000040010000c0000201c6336450030400000000057845000050000240003f040000c6336450c000024d4500003c000240003f040000c6336450c000024d45000028000240003f060000cb007109c63364649c41005000000007000000005002200000000000",
		.tunnel = true, .about = L4LB_ICMP_TOO_BIG, .at = 48,
		.inside = AF_INET, .mtu = 1400,
	},
	{	/* a port 0 within */
		.nr = 8,
		.hex =
		"450000580001000040010000c0000201c633645003040000000005784500003c000240003f040000c6336450c000024d45000028000240003f060000cb007109c63364640000005000000007000000005002200000000000",
		.tunnel = true, .about = L4LB_ICMP_TOO_BIG, .at = 48,
		.inside = AF_INET, .mtu = 1400,
	},
	{	/* too big, IPv4 within IPv6 */
		.nr = 9,
		.hex =
		"6000000000583a4020010db800000000000000000000000120010db800000000000000000000000b0200000000000514600000000028043f20010db800000000000000000000000b20010db800000000000000000000006545000028000240003f060000cb007109c63364649c41005000000007000000005002200000000000",
		.tunnel = true, .about = L4LB_ICMP_TOO_BIG, .at = 88,
		.inside = AF_INET, .proto = 6, .dport = 80, .mtu = 1300,
	},
	{	/* unreachable, IPv6 within IPv6 */
		.nr = 10,
		.hex =
		"6000000000643a4020010db800000000000000000000000120010db800000000000000000000000b0103000000000000600000000034293f20010db800000000000000000000000b20010db800000000000000000000006560000000000c113f20010db800000000000000000000000920010db80000000000000000000000649c410035000c000064617461",
		.tunnel = true, .about = L4LB_ICMP_LOST, .at = 88,
		.inside = AF_INET6, .proto = 17, .dport = 53,
	},
	{	/* too big, behind destination options (RFC 2473 4.1.1) */
		.nr = 11,
		.hex =
		"60000000006c3a4020010db800000000000000000000000120010db800000000000000000000000b020000000001234560000000003c3c3f20010db800000000000000000000000b20010db8000000000000000000000065290004010101000060000000000c113f20010db800000000000000000000000920010db80000000000000000000000649c410035000c000064617461",
		.tunnel = true, .about = L4LB_ICMP_TOO_BIG, .at = 96,
		.inside = AF_INET6, .proto = 17, .dport = 53, .mtu = 0x12345,
	},
	{	/* hop limit exceeded */
		.nr = 12,
		.hex =
		"6000000000643a4020010db800000000000000000000000120010db800000000000000000000000b0300000000000000600000000034293f20010db800000000000000000000000b20010db800000000000000000000006560000000000c113f20010db800000000000000000000000920010db80000000000000000000000649c410035000c000064617461",
		.tunnel = true, .about = L4LB_ICMP_LOST, .at = 88,
		.inside = AF_INET6, .proto = 17, .dport = 53,
	},
};

static void within_expect(struct kunit *test, const struct within_case *c,
			  const struct l4lb_packet *pkt)
{
	static const u8 far6[] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x65 };
	static const u8 client6[] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x09 };
	const struct l4lb_within *within = &pkt->within;
	union l4lb_addr far = { .w = { htonl(0xc000024d) } };
	union l4lb_addr client = { .w = { htonl(0xcb007109) } };

	if (pkt->family == AF_INET6)
		memcpy(&far, far6, sizeof(far6));
	if (c->inside == AF_INET6)
		memcpy(&client, client6, sizeof(client6));
	KUNIT_EXPECT_TRUE(test, l4lb_addr_equal(&within->server, &far));
	KUNIT_EXPECT_EQ(test, within->about, c->about);
	KUNIT_EXPECT_EQ(test, within->at, c->at);
	KUNIT_EXPECT_EQ(test, within->family, c->inside);
	KUNIT_EXPECT_EQ(test, within->proto, c->proto);
	if (c->about == L4LB_ICMP_TOO_BIG)
		KUNIT_EXPECT_EQ(test, within->mtu, c->mtu);
	if (!c->proto)
		return;
	KUNIT_EXPECT_TRUE(test, l4lb_addr_equal(&within->saddr, &client));
	KUNIT_EXPECT_EQ(test, ntohs(within->sport), 40001);
	KUNIT_EXPECT_EQ(test, ntohs(within->dport), c->dport);
}

static void packet_within_table(struct kunit *test)
{
	static const u32 linear[] = { 1500, 0, 21, 41, 50 };
	const struct within_case *c;
	struct l4lb_packet pkt;
	unsigned int i, j;
	struct sk_buff *skb;
	u8 raw[256];
	u32 len;

	for (i = 0; i < ARRAY_SIZE(within_cases); i++) {
		c = &within_cases[i];
		len = strlen(c->hex) / 2;
		KUNIT_ASSERT_LE(test, len, sizeof(raw));
		KUNIT_ASSERT_EQ(test, hex2bin(raw, c->hex, len), 0);
		for (j = 0; j < ARRAY_SIZE(linear); j++) {
			skb = skb_test_skb(test, raw, len, linear[j]);
			memset(&pkt, 0xa5, sizeof(pkt));
			l4lb_packet_parse(skb, L4LB_HOOK_PREROUTING,
					  raw[0] >> 4 == 4 ? AF_INET : AF_INET6,
					  false, 0, &pkt);
			KUNIT_EXPECT_EQ_MSG(test, pkt.kind, c->tunnel ?
					    L4LB_PACKET_ICMP_TUNNEL :
					    L4LB_PACKET_ICMP_OTHER,
					    "%d at %u", c->nr, linear[j]);
			if (c->tunnel)
				within_expect(test, c, &pkt);
			kfree_skb(skb);
		}
	}
}
