// SPDX-License-Identifier: GPL-2.0
/* Suite of match.c: ranges, prefixes and wide keys against naive models. */
#include <kunit/test.h>
#include <linux/prandom.h>

#define MATCH_RANGES	24
#define MATCH_ROUNDS	500

/* The model: a walk over all ranges. */
static const struct l4lb_port_range *
match_naive(const struct l4lb_ports *ports, u8 proto, u32 port)
{
	const struct l4lb_port_range *any = NULL;
	u32 i;

	for (i = 0; i < ports->nr; i++) {
		if (ports->e[i].proto != proto)
			continue;
		if (!ports->e[i].first)
			any = &ports->e[i];
		else if (ports->e[i].first <= port && port <= ports->e[i].last)
			return &ports->e[i];
	}
	return any;
}

/* Ranges in order, with and without gaps, with and without any port. */
static void match_fill(struct rnd_state *rnd, struct l4lb_ports *ports)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP };
	u32 p, at, room;

	ports->nr = 0;
	for (p = 0; p < ARRAY_SIZE(protos); p++) {
		if (prandom_u32_state(rnd) % 2)
			ports->e[ports->nr++] = (struct l4lb_port_range){
				.proto = protos[p],
			};
		room = prandom_u32_state(rnd) % (MATCH_RANGES / 2);
		for (at = 1; room; room--) {
			struct l4lb_port_range *e = &ports->e[ports->nr++];

			at += prandom_u32_state(rnd) % 4;
			e->first = at;
			e->last = at + prandom_u32_state(rnd) % 5;
			e->proto = protos[p];
			e->unused = 0;
			at = e->last + 1;
		}
	}
}

static void match_ranges(struct kunit *test)
{
	u32 seed = get_random_u32(), round, port;
	struct l4lb_ports *ports;
	struct rnd_state rnd;

	ports = kunit_kzalloc(test, struct_size(ports, e, MATCH_RANGES + 2),
			      GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ports);
	kunit_info(test, "seed %u", seed);
	prandom_seed_state(&rnd, seed);
	for (round = 0; round < MATCH_ROUNDS; round++) {
		match_fill(&rnd, ports);
		for (port = 1; port < 100; port++) {
			KUNIT_ASSERT_PTR_EQ(test,
					    ports_find(ports, IPPROTO_TCP, port),
					    match_naive(ports, IPPROTO_TCP, port));
			KUNIT_ASSERT_PTR_EQ(test,
					    ports_find(ports, IPPROTO_UDP, port),
					    match_naive(ports, IPPROTO_UDP, port));
		}
	}
}

/* No prefix has the hash of an address that begins it, or of another one. */
static void match_hashes(struct kunit *test)
{
	const union l4lb_addr addr = { .ip = htonl(0x0a000000) };
	u32 a, b;

	for (a = 0; a <= 32; a++)
		for (b = 0; b < a; b++)
			KUNIT_ASSERT_NE(test, l4lb_vip_hash(&addr, AF_INET, a),
					l4lb_vip_hash(&addr, AF_INET, b));
	KUNIT_EXPECT_EQ(test, l4lb_vip_hash(&addr, AF_INET, 32),
			l4lb_addr_hash(&addr));
}

/* A key that is not plain never has the hash of its endpoint. */
static void match_keys(struct kunit *test)
{
	struct l4lb_endpoint ep = {
		.addr.ip = htonl(0x0a000001),
		.port = htons(80),
		.family = AF_INET,
		.proto = IPPROTO_TCP,
	};
	struct l4lb_service_key key = l4lb_key_of(&ep);
	u32 i;

	KUNIT_EXPECT_TRUE(test, l4lb_key_plain(&key));
	KUNIT_EXPECT_EQ(test, l4lb_key_hash(&key), l4lb_endpoint_hash(&ep));
	for (i = 81; i < 65536; i += 7) {
		key.port_last = htons(i);
		KUNIT_ASSERT_FALSE(test, l4lb_key_plain(&key));
		KUNIT_ASSERT_NE(test, l4lb_key_hash(&key),
				l4lb_endpoint_hash(&ep));
	}
	key = l4lb_key_of(&ep);
	for (i = 0; i < 32; i++) {
		key.prefix = i;
		KUNIT_ASSERT_NE(test, l4lb_key_hash(&key),
				l4lb_endpoint_hash(&ep));
	}
}

static void match_masks(struct kunit *test)
{
	const union l4lb_addr all = {
		.w = { htonl(~0), htonl(~0), htonl(~0), htonl(~0) },
	};
	union l4lb_addr p;
	u32 bits, i, set;

	for (bits = 0; bits <= 128; bits++) {
		p = l4lb_addr_prefix(&all, bits);
		for (i = 0, set = 0; i < 4; i++)
			set += hweight32(ntohl(p.w[i]));
		KUNIT_ASSERT_EQ(test, set, bits);
		/* Leading bits, so each longer prefix holds the shorter. */
		if (bits && bits < 128)
			KUNIT_ASSERT_EQ(test, ntohl(p.w[(bits - 1) / 32]) >>
					(31 - (bits - 1) % 32) & 1, 1u);
	}
}

static struct kunit_case match_cases[] = {
	KUNIT_CASE(match_ranges),
	KUNIT_CASE(match_hashes),
	KUNIT_CASE(match_keys),
	KUNIT_CASE(match_masks),
	{}
};

static struct kunit_suite match_suite = {
	.name = "match",
	.test_cases = match_cases,
};

kunit_test_suite(match_suite);
