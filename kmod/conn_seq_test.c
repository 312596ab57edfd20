// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of conn_seq.c: what each end expects, packet by packet. */
#include <kunit/test.h>

#define CLIENT	true
#define SERVER	false

/**
 * struct seq_step - a packet, and what is known after it
 * @from_client: whose it is
 * @seq: its sequence number
 * @bytes: of text, SYN and FIN included
 * @acks: it acknowledges
 * @ack: what
 * @shut: it offers no window
 * @client: next number of the client afterwards
 * @server: next number of the server afterwards
 */
struct seq_step {
	bool from_client;
	u32 seq;
	u32 bytes;
	bool acks;
	u32 ack;
	bool shut;
	u32 client;
	u32 server;
};

static struct l4lb_segment seq_segment(const struct seq_step *step)
{
	return (struct l4lb_segment){
		.seq = step->seq,
		.end = step->seq + step->bytes,
		.ack = step->ack,
		.window = step->shut ? 0 : 1000,
		.acks = step->acks,
	};
}

/* The first step makes the entry. */
static void seq_run(struct kunit *test, const struct seq_step *step,
		    unsigned int nr)
{
	struct l4lb_conn_extra extra = {};
	struct l4lb_segment seg;
	unsigned int i;

	for (i = 0; i < nr; i++, step++) {
		seg = seq_segment(step);
		if (i)
			l4lb_seq_note(&extra, &seg, step->from_client);
		else
			l4lb_seq_begin(&extra, &seg);
		KUNIT_EXPECT_EQ_MSG(test, extra.seq_client, step->client,
				    "client, step %u", i);
		KUNIT_EXPECT_EQ_MSG(test, extra.seq_server, step->server,
				    "server, step %u", i);
		KUNIT_EXPECT_EQ_MSG(test, extra.tracked, 1, "step %u", i);
	}
}

#define SEQ_RUN(test, steps)	seq_run(test, steps, ARRAY_SIZE(steps))

/* Handshake, text both ways, FINs both ways. */
static void seq_life(struct kunit *test)
{
	static const struct seq_step steps[] = {
		{ CLIENT, 1000, 1, false, 0, false, 1001, 0 },
		{ SERVER, 5000, 1, true, 1001, false, 1001, 5001 },
		{ CLIENT, 1001, 0, true, 5001, false, 1001, 5001 },
		{ CLIENT, 1001, 100, true, 5001, false, 1101, 5001 },
		{ SERVER, 5001, 1448, true, 1101, false, 1101, 6449 },
		{ SERVER, 6449, 1448, true, 1101, false, 1101, 7897 },
		{ CLIENT, 1101, 0, true, 6449, false, 1101, 7897 },
		{ SERVER, 7897, 1, true, 1101, false, 1101, 7898 },
		{ CLIENT, 1101, 11, true, 7898, false, 1112, 7898 },
		{ SERVER, 7898, 0, true, 1112, false, 1112, 7898 },
	};

	SEQ_RUN(test, steps);
}

/* The client's side alone, as with DR. */
static void seq_alone(struct kunit *test)
{
	static const struct seq_step steps[] = {
		{ CLIENT, 1000, 1, false, 0, false, 1001, 0 },
		/* SYN again */
		{ CLIENT, 1000, 1, false, 0, false, 1001, 0 },
		{ CLIENT, 1001, 0, true, 5001, false, 1001, 5001 },
		{ CLIENT, 1001, 100, true, 5001, false, 1101, 5001 },
		{ CLIENT, 1101, 0, true, 9001, false, 1101, 9001 },
		/* an old acknowledgment was overtaken */
		{ CLIENT, 1101, 0, true, 7001, false, 1101, 9001 },
		/* its window is shut, as far as it concerns the server */
		{ CLIENT, 1101, 50, true, 9001, true, 1151, 9001 },
		{ CLIENT, 1151, 50, true, 9001, true, 1201, 9001 },
	};

	SEQ_RUN(test, steps);
}

/* Numbers begin again at 0, for text, for SYN and for FIN. */
static void seq_wrap(struct kunit *test)
{
	static const struct seq_step steps[] = {
		{ CLIENT, 0xffffffff, 1, false, 0, false, 0, 0 },
		{ SERVER, 0xfffffffe, 1, true, 0, false, 0, 0xffffffff },
		{ CLIENT, 0, 10, true, 0xffffffff, false, 10, 0xffffffff },
		{ SERVER, 0xffffffff, 1448, true, 10, false, 10, 1447 },
		/* from before the wrap: not later */
		{ SERVER, 0xffffffff, 100, true, 10, false, 10, 1447 },
		{ CLIENT, 0xffffff00, 16, true, 0xffffffff, false, 10, 1447 },
		/* as far ahead as can be told from behind */
		{ CLIENT, 0x80000008, 1, true, 1447, false, 0x80000009, 1447 },
		{ CLIENT, 9, 0, true, 1447, false, 0x80000009, 1447 },
		{ CLIENT, 0xffffffff, 0, true, 1447, false, 0xffffffff, 1447 },
		{ CLIENT, 0xffffffff, 1, true, 1447, false, 0, 1447 },
	};

	SEQ_RUN(test, steps);
}

/* What repeats an old number changes nothing. */
static void seq_repeats(struct kunit *test)
{
	static const struct seq_step steps[] = {
		{ CLIENT, 1000, 1, false, 0, false, 1001, 0 },
		{ SERVER, 5000, 1, true, 1001, false, 1001, 5001 },
		{ CLIENT, 1001, 500, true, 5001, false, 1501, 5001 },
		/* sent again, whole and in part */
		{ CLIENT, 1001, 500, true, 5001, false, 1501, 5001 },
		{ CLIENT, 1001, 100, true, 5001, false, 1501, 5001 },
		/* sent again with more behind it */
		{ CLIENT, 1401, 200, true, 5001, false, 1601, 5001 },
		/* keepalives: without text and with one byte of it */
		{ CLIENT, 1600, 0, true, 5001, false, 1601, 5001 },
		{ CLIENT, 1600, 1, true, 5001, false, 1601, 5001 },
		{ SERVER, 5000, 0, true, 1601, false, 1601, 5001 },
		{ SERVER, 5000, 1, true, 1601, false, 1601, 5001 },
		/* a SYN-ACK again */
		{ SERVER, 5000, 1, true, 1001, false, 1601, 5001 },
	};

	SEQ_RUN(test, steps);
}

/* Probes of a window that is shut are thrown away by who shut it. */
static void seq_probes(struct kunit *test)
{
	static const struct seq_step steps[] = {
		{ CLIENT, 1000, 1, false, 0, false, 1001, 0 },
		{ SERVER, 5000, 1, true, 1001, false, 1001, 5001 },
		{ CLIENT, 1001, 0, true, 5001, false, 1001, 5001 },
		{ SERVER, 5001, 2000, true, 1001, false, 1001, 7001 },
		{ CLIENT, 1001, 0, true, 7001, true, 1001, 7001 },
		/* one byte of new text; an old number without text */
		{ SERVER, 7001, 1, true, 1001, false, 1001, 7001 },
		{ SERVER, 7000, 0, true, 1001, false, 1001, 7001 },
		{ CLIENT, 1001, 0, true, 7001, true, 1001, 7001 },
		/* after all: the acknowledgment says so */
		{ SERVER, 7001, 1, true, 1001, false, 1001, 7001 },
		{ CLIENT, 1001, 0, true, 7002, true, 1001, 7002 },
		/* open again */
		{ CLIENT, 1001, 0, true, 7002, false, 1001, 7002 },
		{ SERVER, 7002, 100, true, 1001, true, 1001, 7102 },
		/* now the server's is shut */
		{ CLIENT, 1001, 1, true, 7102, false, 1001, 7102 },
		{ SERVER, 7102, 0, true, 1001, false, 1001, 7102 },
		{ CLIENT, 1001, 1, true, 7102, false, 1002, 7102 },
	};

	SEQ_RUN(test, steps);
}

/* An entry that was adopted in the middle of its connection. */
static void seq_adopted(struct kunit *test)
{
	static const struct seq_step steps[] = {
		{ CLIENT, 4000, 20, true, 0x90000000, false, 4020, 0x90000000 },
		{ SERVER, 0x90000000, 5, true, 4020, false, 4020, 0x90000005 },
		{ CLIENT, 4020, 1, true, 0x90000005, false, 4021, 0x90000005 },
	};
	/* Its window is shut from the first. */
	static const struct seq_step shut[] = {
		{ CLIENT, 4000, 0, true, 900, true, 4000, 900 },
		{ SERVER, 900, 1, true, 4000, false, 4000, 900 },
	};

	SEQ_RUN(test, steps);
	SEQ_RUN(test, shut);
}

static struct kunit_case seq_test_cases[] = {
	KUNIT_CASE(seq_life),
	KUNIT_CASE(seq_alone),
	KUNIT_CASE(seq_wrap),
	KUNIT_CASE(seq_repeats),
	KUNIT_CASE(seq_probes),
	KUNIT_CASE(seq_adopted),
	{}
};

static struct kunit_suite seq_test_suite = {
	.name = "conn_seq",
	.test_cases = seq_test_cases,
};

kunit_test_suite(seq_test_suite);
