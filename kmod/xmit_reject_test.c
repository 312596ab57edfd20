// SPDX-License-Identifier: GPL-2.0
/* KUnit: sequence numbers of resets (RFC 9293 3.5.2); what is worth an answer. */
#include <kunit/test.h>

#include "skb_test.h"

static void reject_sequence(struct kunit *test)
{
	static const struct {
		u8 flags;
		u32 seq;
		u32 ack_seq;
		u32 bytes;
		u32 want_seq;
		u32 want_ack;
		bool acks;
	} table[] = {
		/* SYN */
		{ 0x02, 1000, 0, 0, 0, 1001, true },
		/* SYN with data (RFC 7413) */
		{ 0x02, 1000, 0, 100, 0, 1101, true },
		/* SYN at the end of the sequence space */
		{ 0x02, 0xffffffff, 0, 0, 0, 0, true },
		/* FIN without ACK */
		{ 0x01, 1000, 0, 0, 0, 1001, true },
		/* SYN and FIN */
		{ 0x03, 1000, 0, 5, 0, 1007, true },
		/* no flags; an acknowledgment that is not one */
		{ 0x00, 1000, 77, 10, 0, 1010, true },
		/* ACK */
		{ 0x10, 1000, 5000, 0, 5000, 0, false },
		/* PSH, ACK with data */
		{ 0x18, 1000, 5000, 1448, 5000, 0, false },
		/* SYN, ACK */
		{ 0x12, 1000, 5000, 0, 5000, 0, false },
		/* FIN, ACK of 0 */
		{ 0x11, 1000, 0, 0, 0, 0, false },
	};
	struct l4lb_reset reset = {
		.from.port = htons(80),
		.to.port = htons(40000),
	};
	struct tcphdr th, rst;
	unsigned int i;
	u8 flags;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		memset(&th, 0, sizeof(th));
		memset(&rst, 0xa5, sizeof(rst));
		th.source = htons(40000);
		th.dest = htons(80);
		th.seq = htonl(table[i].seq);
		th.ack_seq = htonl(table[i].ack_seq);
		th.doff = 5;
		((u8 *)&th)[13] = table[i].flags;
		reject_numbers(&reset, &th, table[i].bytes);
		l4lb_reset_header(&rst, &reset);
		KUNIT_EXPECT_EQ_MSG(test, ntohl(rst.seq), table[i].want_seq,
				    "number %u", i);
		KUNIT_EXPECT_EQ_MSG(test, ntohl(rst.ack_seq), table[i].want_ack,
				    "number %u", i);
		flags = table[i].acks ? L4LB_TCP_RST | L4LB_TCP_ACK :
					L4LB_TCP_RST;
		KUNIT_EXPECT_EQ(test, ((u8 *)&rst)[13], flags);
		KUNIT_EXPECT_EQ(test, ntohs(rst.source), 80);
		KUNIT_EXPECT_EQ(test, ntohs(rst.dest), 40000);
		KUNIT_EXPECT_EQ(test, rst.doff + 0, 5);
		KUNIT_EXPECT_EQ(test, rst.window, 0);
	}
}

/* A sum that is wrong is answered by nobody, one that is not there by all. */
static void reject_sum(struct kunit *test)
{
	static const struct {
		u8 proto;
		bool no_check;
		bool damaged;
		bool ok;
	} table[] = {
		{ IPPROTO_TCP, false, false, true },
		{ IPPROTO_TCP, false, true, false },
		{ IPPROTO_UDP, false, false, true },
		{ IPPROTO_UDP, false, true, false },
		{ IPPROTO_UDP, true, false, true },
		{ IPPROTO_UDP, true, true, true },
	};
	struct l4lb_packet pkt = { .family = AF_INET, .l4 = 20 };
	u8 buf[SKB_TEST_MAX];
	struct sk_buff *skb;
	unsigned int i;
	u32 len;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct skb_test_ip d = {
			.family = AF_INET,
			.proto = table[i].proto,
			.ttl = 64,
			.bytes = 100,
			.saddr.ip = htonl(0x0a000001),
			.daddr.ip = htonl(0x0a000002),
			.sport = htons(1000),
			.dport = htons(80),
			.no_check = table[i].no_check,
			.fill = i,
		};

		len = skb_test_build(&d, buf);
		if (table[i].damaged)
			buf[len - 1] ^= 1;
		skb = skb_test_skb(test, buf, len, len);
		pkt.proto = d.proto;
		KUNIT_EXPECT_EQ_MSG(test, reject_sum_ok(skb, &pkt),
				    table[i].ok, "number %u", i);
		kfree_skb(skb);
	}
}

static struct kunit_case reject_test_cases[] = {
	KUNIT_CASE(reject_sequence),
	KUNIT_CASE(reject_sum),
	{}
};

static struct kunit_suite reject_test_suite = {
	.name = "reject",
	.test_cases = reject_test_cases,
};

kunit_test_suite(reject_test_suite);
