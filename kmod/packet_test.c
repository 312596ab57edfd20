// SPDX-License-Identifier: GPL-2.0
/* KUnit: parsing. Each packet is parsed linear, in pages, and in between. */
#include "skb_test.h"

/**
 * struct packet_case - a packet in hexadecimal and what it is
 * @nr: number, for the failure's message
 * @name: what is special about it
 * @hex: from the IP header on
 * @kind: &enum l4lb_packet_kind
 * @reason: of a bad one
 * @no_addr: the addresses cannot be read
 * @flags: TCP flags
 * @df: don't-fragment
 * @l4: as in struct l4lb_packet, as are the next two
 * @inner: quoted network header
 * @inner_l4: quoted transport header
 * @proto: of a quoted packet
 * @saddr: of a quoted packet, host order; other packets: 192.0.2.1
 * @daddr: of a quoted packet, host order; other packets: 198.51.100.80
 * @sport: source port, host order
 * @dport: destination port, host order
 */
struct packet_case {
	int nr;
	const char *name;
	const char *hex;
	u8 kind;
	u32 reason;
	bool no_addr;
	u8 flags;
	u8 df;
	u16 l4;
	u16 inner;
	u16 inner_l4;
	u8 proto;
	u32 saddr;
	u32 daddr;
	u16 sport;
	u16 dport;
};

#define PACKET_TEST_SADDR	0xc0000201
#define PACKET_TEST_DADDR	0xc6336450

static const struct packet_case packet_cases[] = {
	{
		.nr = 1, .name = "TCP SYN",
		.hex =
		"450000280001400040064e4ac0000201c63364509c40005000000001000000005002000126cb0000",
		.kind = L4LB_PACKET_FLOW,
		.flags = 0x02,
		.df = 1,
		.l4 = 20,
		.sport = 40000, .dport = 80,
	},
	{
		.nr = 2, .name = "TCP with data and all flags",
		.hex =
		"4500002b0001000040068e47c0000201c63364509c400050000000010000000050ff200041690000616263",
		.kind = L4LB_PACKET_FLOW,
		.flags = 0xff,
		.l4 = 20,
		.sport = 40000, .dport = 80,
	},
	{
		.nr = 3, .name = "TCP with options",
		.hex =
		"4500002d0001000040068e45c0000201c63364509c40005000000000000000006010200077010000020405b478",
		.kind = L4LB_PACKET_FLOW,
		.flags = 0x10,
		.l4 = 20,
		.sport = 40000, .dport = 80,
	},
	{
		.nr = 4, .name = "TCP behind IP options",
		.hex =
		"4600002c0001000040068b44c0000201c6336450010101019c40005000000000000000005011200006be0000",
		.kind = L4LB_PACKET_FLOW,
		.flags = 0x11,
		.l4 = 24,
		.sport = 40000, .dport = 80,
	},
	{
		.nr = 5, .name = "TCP behind 40 bytes of IP options",
		.hex =
		"4f000050000100004006700ec0000201c6336450010101010101010101010101010101010101010101010101010101010101010101010101010101019c40005000000000000000005004200006cb0000",
		.kind = L4LB_PACKET_FLOW,
		.flags = 0x04,
		.l4 = 60,
		.sport = 40000, .dport = 80,
	},
	{
		.nr = 6, .name = "UDP",
		.hex = "450000210001000040118e46c0000201c63364509c400050000d32ec68656c6c6f",
		.kind = L4LB_PACKET_FLOW,
		.l4 = 20,
		.sport = 40000, .dport = 80,
	},
	{
		.nr = 7, .name = "UDP without payload",
		.hex = "4500001c0001000040118e4bc0000201c63364509c400050000876c8",
		.kind = L4LB_PACKET_FLOW,
		.l4 = 20,
		.sport = 40000, .dport = 80,
	},
	{
		.nr = 8, .name = "UDP shorter than its IP packet",
		.hex = "450000210001000040118e46c0000201c63364509c400050000a32ef68656c6c6f",
		.kind = L4LB_PACKET_FLOW,
		.l4 = 20,
		.sport = 40000, .dport = 80,
	},
	{
		.nr = 9, .name = "TCP with link-layer padding",
		.hex =
		"450000280001400040064e4ac0000201c63364509c40005000000001000000005002000126cb0000000000000000",
		.kind = L4LB_PACKET_FLOW,
		.flags = 0x02,
		.df = 1,
		.l4 = 20,
		.sport = 40000, .dport = 80,
	},
	{
		.nr = 10, .name = "another protocol",
		.hex = "4500001c00010000402f8e2dc0000201c63364506162636465666768",
		.kind = L4LB_PACKET_OTHER,
	},
	{
		.nr = 11, .name = "SCTP",
		.hex = "450000200001000040848dd4c0000201c63364506162636465666768696a6b6c",
		.kind = L4LB_PACKET_OTHER,
	},
	{
		.nr = 12, .name = "first fragment",
		.hex = "450000240001200040116e43c0000201c63364509c400050006494827878787878787878",
		.kind = L4LB_PACKET_FRAGMENT,
	},
	{
		.nr = 13, .name = "last fragment",
		.hex = "4500001c0001000240008e5ac0000201c63364507878787878787878",
		.kind = L4LB_PACKET_FRAGMENT,
	},
	{
		.nr = 14, .name = "fragment shorter than any header",
		.hex = "450000150001000240068e5bc0000201c633645078",
		.kind = L4LB_PACKET_FRAGMENT,
	},
	{
		.nr = 15, .name = "nothing",
		.hex = "",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_TRUNCATED,
		.no_addr = true,
	},
	{
		.nr = 16, .name = "half an IP header",
		.hex = "450000280001400040064e4ac0000201c63364",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_TRUNCATED,
		.no_addr = true,
	},
	{
		.nr = 17, .name = "IP version 6",
		.hex =
		"650000280001400040064e4ac0000201c63364509c40005000000001000000005002000126cb0000",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_BAD_HEADER,
	},
	{
		.nr = 18, .name = "IP version 0",
		.hex =
		"050000280001400040064e4ac0000201c63364509c40005000000001000000005002000126cb0000",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_BAD_HEADER,
	},
	{
		.nr = 19, .name = "IHL 4",
		.hex =
		"440000280001400040064e4ac0000201c63364509c40005000000001000000005002000126cb0000",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_BAD_HEADER,
	},
	{
		.nr = 20, .name = "IHL 0",
		.hex =
		"400000280001400040064e4ac0000201c63364509c40005000000001000000005002000126cb0000",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_BAD_HEADER,
	},
	{
		.nr = 21, .name = "IHL beyond the packet",
		.hex =
		"4f0000280001400040064e4ac0000201c63364509c40005000000001000000005002000126cb0000",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_BAD_HEADER,
	},
	{
		.nr = 22, .name = "total length 0",
		.hex =
		"450000000001400040064e4ac0000201c63364509c40005000000001000000005002000126cb0000",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_BAD_HEADER,
	},
	{
		.nr = 23, .name = "total length below the IP header",
		.hex =
		"450000130001400040064e4ac0000201c63364509c40005000000001000000005002000126cb0000",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_BAD_HEADER,
	},
	{
		.nr = 24, .name = "total length beyond the packet",
		.hex =
		"450000290001400040064e4ac0000201c63364509c40005000000001000000005002000126cb0000",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_TRUNCATED,
	},
	{
		.nr = 25, .name = "total length 65535",
		.hex =
		"4500ffff0001000040068e72c0000201c63364509c40005000000000000000005002200006f50000",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_TRUNCATED,
	},
	{
		.nr = 26, .name = "TCP header cut by total length",
		.hex =
		"450000270001400040064e4ac0000201c63364509c40005000000001000000005002000126cb0000",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_TRUNCATED,
	},
	{
		.nr = 27, .name = "TCP without a byte of header",
		.hex =
		"450000140001400040064e4ac0000201c63364509c40005000000001000000005002000126cb0000",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_TRUNCATED,
	},
	{
		.nr = 28, .name = "doff 4",
		.hex =
		"450000280001400040064e4ac0000201c63364509c40005000000001000000004002000126cb0000",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_BAD_HEADER,
	},
	{
		.nr = 29, .name = "doff 0",
		.hex =
		"450000280001400040064e4ac0000201c63364509c40005000000001000000000002000126cb0000",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_BAD_HEADER,
	},
	{
		.nr = 30, .name = "doff beyond the packet",
		.hex =
		"450000280001400040064e4ac0000201c63364509c40005000000001000000006002000126cb0000",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_TRUNCATED,
	},
	{
		.nr = 31, .name = "TCP source port 0",
		.hex =
		"450000280001000040068e4ac0000201c633645000000050000000000000000050022000a30d0000",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_ZERO_PORT,
	},
	{
		.nr = 32, .name = "TCP destination port 0",
		.hex =
		"450000280001000040068e4ac0000201c63364509c400000000000000000000050022000071d0000",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_ZERO_PORT,
	},
	{
		.nr = 33, .name = "UDP source port 0",
		.hex = "4500001c0001000040118e4bc0000201c63364500000005000081309",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_ZERO_PORT,
	},
	{
		.nr = 34, .name = "UDP destination port 0",
		.hex = "4500001c0001000040118e4bc0000201c63364509c40000000087718",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_ZERO_PORT,
	},
	{
		.nr = 35, .name = "UDP header cut",
		.hex = "4500001b0001000040118e4cc0000201c63364509c400050000800",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_TRUNCATED,
	},
	{
		.nr = 36, .name = "UDP length 7",
		.hex = "450000210001000040118e46c0000201c63364509c400050000732f268656c6c6f",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_BAD_HEADER,
	},
	{
		.nr = 37, .name = "UDP length 0",
		.hex = "450000210001000040118e46c0000201c63364509c400050000032f968656c6c6f",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_BAD_HEADER,
	},
	{
		.nr = 38, .name = "UDP length beyond the packet",
		.hex = "450000210001000040118e46c0000201c63364509c400050000e32eb68656c6c6f",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_TRUNCATED,
	},
	{
		.nr = 39, .name = "echo request",
		.hex = "450000200001000040018e57c0000201c63364500800192f0000000070696e67",
		.kind = L4LB_PACKET_ICMP_OTHER,
	},
	{
		.nr = 40, .name = "ICMP header cut",
		.hex = "4500001b0001000040018e5cc0000201c633645003010000000000",
		.kind = L4LB_PACKET_BAD,
		.reason = L4LB_REASON_TRUNCATED,
	},
	{
		.nr = 41, .name = "unreachable, TCP quoted whole",
		.hex =
		"450000440001000040018e33c0000201c6336450030163a700000000450000280002000001065341c6336450cb00710900509c410000000700000000500220008cbc0000",
		.kind = L4LB_PACKET_ICMP_ERROR,
		.l4 = 20, .inner = 28, .inner_l4 = 48,
		.proto = 6,
		.saddr = 0xc6336450,
		.daddr = 0xcb007109,
		.sport = 80, .dport = 40001,
	},
	{
		.nr = 42, .name = "fragmentation needed, 8 bytes of TCP",
		.hex =
		"450000380001000040018e3fc0000201c63364500304606300000000450000280002000001065341c6336450cb00710900509c4100000007",
		.kind = L4LB_PACKET_ICMP_ERROR,
		.l4 = 20, .inner = 28, .inner_l4 = 48,
		.proto = 6,
		.saddr = 0xc6336450,
		.daddr = 0xcb007109,
		.sport = 80, .dport = 40001,
	},
	{
		.nr = 43, .name = "time exceeded, UDP quoted",
		.hex =
		"4500003c0001000040018e3bc0000201c63364500b005bab0000000045000020000200000111533ec6336450cb00710900509c41000c23f464617461",
		.kind = L4LB_PACKET_ICMP_ERROR,
		.l4 = 20, .inner = 28, .inner_l4 = 48,
		.proto = 17,
		.saddr = 0xc6336450,
		.daddr = 0xcb007109,
		.sport = 80, .dport = 40001,
	},
	{
		.nr = 44, .name = "parameter problem, 8 bytes of UDP",
		.hex =
		"450000380001000040018e3fc0000201c63364500c00336e0000000045000020000200000111533ec6336450cb00710900509c41000c23f4",
		.kind = L4LB_PACKET_ICMP_ERROR,
		.l4 = 20, .inner = 28, .inner_l4 = 48,
		.proto = 17,
		.saddr = 0xc6336450,
		.daddr = 0xcb007109,
		.sport = 80, .dport = 40001,
	},
	{
		.nr = 45, .name = "quoted packet with IP options",
		.hex =
		"450000400001000040018e37c0000201c63364500301606d00000000470000300001000040060e36c6336450cb007109010101010101010100509c4100000000",
		.kind = L4LB_PACKET_ICMP_ERROR,
		.l4 = 20, .inner = 28, .inner_l4 = 56,
		.proto = 6,
		.saddr = 0xc6336450,
		.daddr = 0xcb007109,
		.sport = 80, .dport = 40001,
	},
	{
		.nr = 46, .name = "quoted first fragment",
		.hex =
		"4500003c0001000040018e3bc0000201c63364500b015baa0000000045000020000120004011f43ec6336450cb00710900509c41000c23f464617461",
		.kind = L4LB_PACKET_ICMP_ERROR,
		.l4 = 20, .inner = 28, .inner_l4 = 48,
		.proto = 17,
		.saddr = 0xc6336450,
		.daddr = 0xcb007109,
		.sport = 80, .dport = 40001,
	},
	{
		.nr = 47, .name = "quoted later fragment",
		.hex =
		"450000380001000040018e3fc0000201c63364500b015ba6000000004500001c0001000340111440c6336450cb00710900509c410008fcbe",
		.kind = L4LB_PACKET_ICMP_OTHER,
	},
	{
		.nr = 48, .name = "quoted 7 bytes of TCP",
		.hex =
		"450000370001000040018e40c0000201c63364500301606d00000000450000280002000001065341c6336450cb00710900509c41000000",
		.kind = L4LB_PACKET_ICMP_OTHER,
	},
	{
		.nr = 49, .name = "quoted half an IP header",
		.hex =
		"450000280001000040018e4fc0000201c63364500301638d00000000450000280002000001065341",
		.kind = L4LB_PACKET_ICMP_OTHER,
	},
	{
		.nr = 50, .name = "quoted nothing",
		.hex = "4500001c0001000040018e5bc0000201c63364500301fcfe00000000",
		.kind = L4LB_PACKET_ICMP_OTHER,
	},
	{
		.nr = 51, .name = "quoted IP version 6",
		.hex =
		"450000440001000040018e33c0000201c6336450030143a700000000650000280002000001065341c6336450cb00710900509c410000000700000000500220008cbc0000",
		.kind = L4LB_PACKET_ICMP_OTHER,
	},
	{
		.nr = 52, .name = "quoted IHL 4",
		.hex =
		"450000440001000040018e33c0000201c6336450030164a700000000440000280002000001065341c6336450cb00710900509c410000000700000000500220008cbc0000",
		.kind = L4LB_PACKET_ICMP_OTHER,
	},
	{
		.nr = 53, .name = "quoted IHL beyond the quotation",
		.hex =
		"450000440001000040018e33c0000201c6336450030159a7000000004f0000280002000001065341c6336450cb00710900509c410000000700000000500220008cbc0000",
		.kind = L4LB_PACKET_ICMP_OTHER,
	},
	{
		.nr = 54, .name = "quoted ICMP",
		.hex =
		"450000400001000040018e37c0000201c63364500301fcfe0000000045000024000100004001144bc6336450cb0071090800272b000000003132333435363738",
		.kind = L4LB_PACKET_ICMP_OTHER,
	},
	{
		.nr = 55, .name = "quoted port 0",
		.hex =
		"450000380001000040018e3fc0000201c6336450030163a6000000004500001c0001000040111443c6336450cb00710900009c410008fd0e",
		.kind = L4LB_PACKET_ICMP_OTHER,
	},
	{
		.nr = 56, .name = "source quench",
		.hex =
		"450000440001000040018e33c0000201c6336450040062a800000000450000280002000001065341c6336450cb00710900509c410000000700000000500220008cbc0000",
		.kind = L4LB_PACKET_ICMP_OTHER,
	},
	{
		.nr = 57, .name = "redirect",
		.hex =
		"450000440001000040018e33c0000201c6336450050161a700000000450000280002000001065341c6336450cb00710900509c410000000700000000500220008cbc0000",
		.kind = L4LB_PACKET_ICMP_OTHER,
	},
	{
		.nr = 58, .name = "unknown ICMP type",
		.hex =
		"450000440001000040018e33c0000201c633645028013ea700000000450000280002000001065341c6336450cb00710900509c410000000700000000500220008cbc0000",
		.kind = L4LB_PACKET_ICMP_OTHER,
	},
	{
		.nr = 59, .name = "error in fragments",
		.hex =
		"450000440001200040016e33c0000201c6336450030163a700000000450000280002000001065341c6336450cb00710900509c410000000700000000500220008cbc0000",
		.kind = L4LB_PACKET_FRAGMENT,
	},
};

static void packet_expect_error(struct kunit *test, const struct packet_case *c,
				const struct l4lb_packet *pkt)
{
	KUNIT_EXPECT_EQ(test, pkt->inner, c->inner);
	KUNIT_EXPECT_EQ(test, pkt->inner_l4, c->inner_l4);
	KUNIT_EXPECT_EQ(test, pkt->proto, c->proto);
	KUNIT_EXPECT_EQ(test, ntohl(pkt->outer_saddr.ip), PACKET_TEST_SADDR);
	KUNIT_EXPECT_EQ(test, ntohl(pkt->outer_daddr.ip), PACKET_TEST_DADDR);
}

static void packet_expect(struct kunit *test, const struct packet_case *c,
			  const struct l4lb_packet *pkt, const u8 *raw)
{
	u32 saddr = c->no_addr ? 0 : c->saddr ?: PACKET_TEST_SADDR;
	u32 daddr = c->no_addr ? 0 : c->daddr ?: PACKET_TEST_DADDR;
	int i;

	KUNIT_EXPECT_EQ_MSG(test, pkt->kind, c->kind, "%d: %s", c->nr, c->name);
	KUNIT_EXPECT_EQ(test, pkt->family, AF_INET);
	KUNIT_EXPECT_EQ(test, pkt->hook, L4LB_HOOK_PREROUTING);
	KUNIT_EXPECT_EQ(test, ntohl(pkt->saddr.ip), saddr);
	KUNIT_EXPECT_EQ(test, ntohl(pkt->daddr.ip), daddr);
	for (i = 1; i < 4; i++) {
		KUNIT_EXPECT_EQ(test, pkt->saddr.w[i], 0);
		KUNIT_EXPECT_EQ(test, pkt->daddr.w[i], 0);
	}
	if (c->kind == L4LB_PACKET_BAD) {
		KUNIT_EXPECT_EQ_MSG(test, pkt->reason, c->reason, "%d: %s",
				    c->nr, c->name);
		return;
	}
	KUNIT_EXPECT_EQ(test, ntohs(pkt->sport), c->sport);
	KUNIT_EXPECT_EQ(test, ntohs(pkt->dport), c->dport);
	KUNIT_EXPECT_EQ(test, pkt->tcp_flags, c->flags);
	KUNIT_EXPECT_EQ(test, pkt->ttl, raw[8]);
	KUNIT_EXPECT_EQ(test, pkt->tos, raw[1]);
	KUNIT_EXPECT_EQ(test, pkt->len, skb_test_get(raw + 2));
	if (c->kind == L4LB_PACKET_FLOW) {
		KUNIT_EXPECT_EQ(test, pkt->proto, raw[9]);
		KUNIT_EXPECT_EQ(test, pkt->l4, c->l4);
		KUNIT_EXPECT_EQ(test, pkt->df, c->df);
	} else if (c->kind == L4LB_PACKET_ICMP_ERROR) {
		packet_expect_error(test, c, pkt);
	}
}

static void packet_parse_table(struct kunit *test)
{
	static const u32 linear[] = { 1500, 0, 1, 20, 28, 33 };
	const struct packet_case *c;
	struct l4lb_packet pkt;
	struct sk_buff *skb;
	unsigned int i, j;
	u8 raw[256];
	u32 len;

	for (i = 0; i < ARRAY_SIZE(packet_cases); i++) {
		c = &packet_cases[i];
		len = strlen(c->hex) / 2;
		KUNIT_ASSERT_LE(test, len, sizeof(raw));
		KUNIT_ASSERT_EQ(test, hex2bin(raw, c->hex, len), 0);
		for (j = 0; j < ARRAY_SIZE(linear); j++) {
			skb = skb_test_skb(test, raw, len, linear[j]);
			memset(&pkt, 0xa5, sizeof(pkt));
			l4lb_packet_parse(skb, L4LB_HOOK_PREROUTING, AF_INET,
					  false, 0, &pkt);
			packet_expect(test, c, &pkt, raw);
			kfree_skb(skb);
		}
	}
}

/* Each packet of the table cut at each length: never a FLOW, never a splat. */
static void packet_parse_cut(struct kunit *test)
{
	const struct packet_case *c;
	struct l4lb_packet pkt;
	struct sk_buff *skb;
	unsigned int i;
	u8 raw[256];
	u32 len, n;

	for (i = 0; i < ARRAY_SIZE(packet_cases); i++) {
		c = &packet_cases[i];
		if (c->kind == L4LB_PACKET_BAD)
			continue;
		len = strlen(c->hex) / 2;
		KUNIT_ASSERT_EQ(test, hex2bin(raw, c->hex, len), 0);
		for (n = 0; n < skb_test_get(raw + 2); n++) {
			skb = skb_test_skb(test, raw, n, n / 2);
			l4lb_packet_parse(skb, L4LB_HOOK_PREROUTING, AF_INET,
					  false, 0, &pkt);
			KUNIT_EXPECT_EQ_MSG(test, pkt.kind, L4LB_PACKET_BAD,
					    "%d at %u", c->nr, n);
			KUNIT_EXPECT_EQ(test, pkt.reason,
					L4LB_REASON_TRUNCATED);
			kfree_skb(skb);
		}
	}
}

/* Noise with a plausible first byte: KASAN and UBSAN are the judges. */
static void packet_parse_noise(struct kunit *test)
{
	struct l4lb_packet pkt;
	struct rnd_state rnd;
	struct sk_buff *skb;
	u8 raw[128];
	u32 len;
	int i;

	prandom_seed_state(&rnd, 1);
	for (i = 0; i < 20000; i++) {
		prandom_bytes_state(&rnd, raw, sizeof(raw));
		len = prandom_u32_state(&rnd) % sizeof(raw);
		raw[0] = 0x40 | (raw[0] & 7);
		skb_test_put(raw + 2, len - (raw[3] & 1));
		raw[6] &= 0x40;
		raw[7] = 0;
		raw[9] = raw[9] & 1 ? IPPROTO_ICMP : raw[9] & 2 ? IPPROTO_TCP :
								  IPPROTO_UDP;
		skb = skb_test_skb(test, raw, len, len / 3);
		l4lb_packet_parse(skb, L4LB_HOOK_LOCAL_OUT, AF_INET, false, 0, &pkt);
		KUNIT_EXPECT_LE(test, pkt.kind, L4LB_PACKET_BAD);
		if (pkt.kind == L4LB_PACKET_FLOW) {
			KUNIT_EXPECT_TRUE(test, pkt.sport && pkt.dport);
			KUNIT_EXPECT_LE(test, pkt.l4 + 8u, pkt.len);
			KUNIT_EXPECT_LE(test, pkt.len, len);
		}
		kfree_skb(skb);
	}
}

/* A network header that does not stand at skb->data, as behind a tunnel. */
static void packet_parse_offset(struct kunit *test)
{
	const struct packet_case *c = &packet_cases[0];
	struct l4lb_packet pkt;
	struct sk_buff *skb;
	u8 raw[256] = { 0 };
	u32 len = strlen(c->hex) / 2;

	KUNIT_ASSERT_EQ(test, hex2bin(raw + 14, c->hex, len), 0);
	skb = skb_test_skb(test, raw, len + 14, 14 + 22);
	skb_set_network_header(skb, 14);
	l4lb_packet_parse(skb, L4LB_HOOK_PREROUTING, AF_INET, false, 0, &pkt);
	packet_expect(test, c, &pkt, raw + 14);
	kfree_skb(skb);
}

/* IPv4 TCP packets of 64 KB and more have no total length (BIG TCP). */
static void packet_parse_big(struct kunit *test)
{
	struct l4lb_packet pkt;
	struct sk_buff *skb;
	u8 raw[256];
	u32 len = strlen(packet_cases[0].hex) / 2;

	KUNIT_ASSERT_EQ(test, hex2bin(raw, packet_cases[0].hex, len), 0);
	skb_test_put(raw + 2, 0);
	skb = skb_test_skb(test, raw, sizeof(raw), len);
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	skb_shinfo(skb)->gso_size = 100;
	l4lb_packet_parse(skb, L4LB_HOOK_PREROUTING, AF_INET, false, 0, &pkt);
	KUNIT_EXPECT_EQ(test, pkt.kind, L4LB_PACKET_FLOW);
	KUNIT_EXPECT_EQ(test, pkt.len, (u32)sizeof(raw));
	kfree_skb(skb);
}

static void packet_family(struct kunit *test)
{
	struct l4lb_packet pkt;
	struct sk_buff *skb;
	u8 raw[40] = { 0x60 };

	skb = skb_test_skb(test, raw, sizeof(raw), sizeof(raw));
	l4lb_packet_parse(skb, L4LB_HOOK_PREROUTING, AF_UNIX, false, 0, &pkt);
	KUNIT_EXPECT_EQ(test, pkt.kind, L4LB_PACKET_BAD);
	KUNIT_EXPECT_EQ(test, pkt.reason, L4LB_REASON_UNKNOWN_PROTO);
	KUNIT_EXPECT_EQ(test, pkt.daddr.ip, 0);
	kfree_skb(skb);
}

static void packet_martian(struct kunit *test)
{
	static const struct {
		u32 ip;
		bool martian;
	} cases[] = {
		{ 0x00000000, true },	/* 0.0.0.0 */
		{ 0x00ffffff, true },	/* 0.255.255.255 */
		{ 0x01000000, false },	/* 1.0.0.0 */
		{ 0x0a0a1f64, false },	/* 10.10.31.100 */
		{ 0x7effffff, false },	/* 126.255.255.255 */
		{ 0x7f000001, true },	/* 127.0.0.1 */
		{ 0x7fffffff, true },	/* 127.255.255.255 */
		{ 0x80000000, false },	/* 128.0.0.0 */
		{ 0xc0000201, false },	/* 192.0.2.1 */
		{ 0xdfffffff, false },	/* 223.255.255.255 */
		{ 0xe0000000, true },	/* 224.0.0.0 */
		{ 0xefffffff, true },	/* 239.255.255.255 */
		{ 0xf0000000, true },	/* 240.0.0.0 */
		{ 0xffffffff, true },	/* 255.255.255.255 */
	};
	union l4lb_addr addr = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		addr.ip = htonl(cases[i].ip);
		KUNIT_EXPECT_EQ_MSG(test, l4lb_addr_martian(&addr, AF_INET),
				    cases[i].martian, "%pI4", &addr.ip);
	}
}

#include "packet_within_test.c"
#include "packet_ip6_test.c"

static struct kunit_case packet_test_cases[] = {
	KUNIT_CASE(packet_parse_table),
	KUNIT_CASE(packet_parse_cut),
	KUNIT_CASE(packet_parse_noise),
	KUNIT_CASE(packet_parse_offset),
	KUNIT_CASE(packet_parse_big),
	KUNIT_CASE(packet_family),
	KUNIT_CASE(packet_martian),
	KUNIT_CASE(packet_within_table),
	KUNIT_CASE(packet_peek),
	KUNIT_CASE(packet_ip6_chains),
	KUNIT_CASE(packet_ip6_limits),
	KUNIT_CASE(packet_ip6_cut),
	KUNIT_CASE(packet_ip6_bad),
	KUNIT_CASE(packet_ip6_jumbo),
	KUNIT_CASE(packet_ip6_icmp_types),
	KUNIT_CASE(packet_ip6_icmp_quotes),
	KUNIT_CASE(packet_ip6_noise),
	KUNIT_CASE(packet_ip6_martian),
	{}
};

static struct kunit_suite packet_test_suite = {
	.name = "packet",
	.test_cases = packet_test_cases,
};

kunit_test_suite(packet_test_suite);
