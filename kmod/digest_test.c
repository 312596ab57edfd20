// SPDX-License-Identifier: GPL-2.0
/* Suite of digest.c: the vectors of Documentation/design/digest.rst. */
#include <kunit/test.h>
#include <linux/in.h>

static struct l4lb_service digest_test_service(void)
{
	return (struct l4lb_service){
		.key = {
			.addr.ip = htonl(0x0a0a1f64),
			.port = htons(80),
			.port_last = htons(80),
			.family = AF_INET,
			.proto = IPPROTO_TCP,
			.prefix = 32,
		},
		.ops = &l4lb_sched_wlc,
		.method = L4LB_METHOD_DR,
		.tie = L4LB_TIE_ROTATE,
		.midstream = L4LB_MIDSTREAM_RESET,
		.on_down = L4LB_ON_DOWN_KEEP,
		.on_gone = L4LB_ON_GONE_RESET,
		.hook = L4LB_HOOK_PREROUTING,
	};
}

static void digest_vector_service(struct kunit *test)
{
	struct l4lb_service svc = digest_test_service();

	KUNIT_EXPECT_EQ(test, l4lb_digest_service(&svc), 0x4a2656e567a53f7aull);
	svc.timeout[L4LB_STATE_ESTABLISHED] = 900;
	strscpy(svc.name, "www", sizeof(svc.name));
	KUNIT_EXPECT_EQ(test, l4lb_digest_service(&svc), 0x3d05afee6b0a157dull);
	/* Owner and number are not in it. */
	svc.owner = L4LB_OWNER_CHECKD;
	svc.id = 77;
	KUNIT_EXPECT_EQ(test, l4lb_digest_service(&svc), 0x3d05afee6b0a157dull);
}

static void digest_vector_v6(struct kunit *test)
{
	struct l4lb_service svc = {
		.key = {
			.addr.w = { htonl(0x20010db8), 0, 0, htonl(0x53) },
			.port = htons(53),
			.port_last = htons(53),
			.family = AF_INET6,
			.proto = IPPROTO_UDP,
			.prefix = 128,
		},
		.ops = &l4lb_sched_rr,
		.method = L4LB_METHOD_NAT,
		.tie = L4LB_TIE_FIRST,
		.midstream = L4LB_MIDSTREAM_DROP,
		.on_down = L4LB_ON_DOWN_KEEP,
		.on_gone = L4LB_ON_GONE_RESET,
		.hook = L4LB_HOOK_PREROUTING,
	};

	KUNIT_EXPECT_EQ(test, l4lb_digest_service(&svc), 0x3c828518d9364529ull);
}

static void digest_vector_options(struct kunit *test)
{
	static const struct l4lb_sched_ops mh = { .name = "mh" };
	struct l4lb_service svc = digest_test_service();

	svc.ops = &mh;
	svc.method = L4LB_METHOD_TUNNEL;
	svc.midstream = L4LB_MIDSTREAM_ADOPT;
	svc.hash_port = true;
	svc.hash_fallback = true;
	svc.persist = 300;
	svc.persist_prefix = 24;
	svc.slow_start = 60;
	svc.on_down = L4LB_ON_DOWN_RESET;
	svc.on_gone = L4LB_ON_GONE_RESCHEDULE;
	svc.track_seq = true;
	svc.half_open_max = 1000;
	svc.hook = L4LB_HOOK_LOCAL_IN;
	svc.track = true;
	KUNIT_EXPECT_EQ(test, l4lb_digest_service(&svc), 0x4a7ee793bdd85675ull);
	svc = digest_test_service();
	svc.key.proto = IPPROTO_UDP;
	svc.key.addr.ip = htonl(0x0a0a1f35);
	svc.key.port = htons(53);
	svc.key.port_last = htons(53);
	svc.ops = &l4lb_sched_rr;
	svc.one_packet = true;
	KUNIT_EXPECT_EQ(test, l4lb_digest_service(&svc), 0xb1dcad47ea3d7e4cull);
}

static void digest_vector_kinds(struct kunit *test)
{
	struct l4lb_service svc = digest_test_service();

	svc.key = (struct l4lb_service_key){
		.addr.w = { htonl(0x20010db8), htonl(0x00090000) },
		.port = htons(5060),
		.family = AF_INET6,
		.proto = IPPROTO_UDP,
		.port_last = htons(5069),
		.prefix = 64,
	};
	KUNIT_EXPECT_EQ(test, l4lb_digest_service(&svc), 0xb143a8517791970bull);
	svc.key = (struct l4lb_service_key){ .family = AF_INET, .mark = 7 };
	KUNIT_EXPECT_EQ(test, l4lb_digest_service(&svc), 0x8059e0b619af2309ull);
}

static void digest_vector_server(struct kunit *test)
{
	struct l4lb_service svc = digest_test_service();
	struct l4lb_endpoint ep = {
		.addr.ip = htonl(0xc0a81f15),
		.port = htons(80),
		.family = AF_INET,
		.proto = IPPROTO_TCP,
	};
	struct l4lb_server_conf conf = { .weight = 1 };

	KUNIT_EXPECT_EQ(test, l4lb_digest_server(&svc.key, &ep, &conf),
			0x52c568c6977b18d5ull);
	ep.port = htons(8080);
	conf.weight = 65535;
	conf.max_conns = 1000;
	conf.min_conns = 750;
	strscpy(conf.name, "web1", sizeof(conf.name));
	conf.owner = L4LB_OWNER_CHECKD;
	KUNIT_EXPECT_EQ(test, l4lb_digest_server(&svc.key, &ep, &conf),
			0x52000736a000c89eull);
}

static void digest_vector_vip(struct kunit *test)
{
	struct l4lb_vip vip = {
		.addr.ip = htonl(0x0a0a1f64),
		.family = AF_INET,
		.prefix = 32,
		.unknown_port = L4LB_UNKNOWN_PORT_DROP,
		.standby = 1,
		.nr_services = 3,
	};

	KUNIT_EXPECT_EQ(test, l4lb_digest_vip(&vip), 0x3af529e665566a65ull);
	vip.unknown_port = L4LB_UNKNOWN_PORT_PASS;
	KUNIT_EXPECT_EQ(test, l4lb_digest_vip(&vip), 0ull);
}

/* Every field that is in it moves it. */
static void digest_fields(struct kunit *test)
{
	struct l4lb_service svc = digest_test_service(), other;
	u64 base = l4lb_digest_service(&svc), with;
	u32 state, i;
	u8 *p;

	other = svc;
	other.key.port = htons(81);
	KUNIT_EXPECT_NE(test, l4lb_digest_service(&other), base);
	other = svc;
	other.key.proto = IPPROTO_UDP;
	KUNIT_EXPECT_NE(test, l4lb_digest_service(&other), base);
	other = svc;
	other.key.port_last = htons(81);
	KUNIT_EXPECT_NE(test, l4lb_digest_service(&other), base);
	other = svc;
	other.key.prefix = 31;
	KUNIT_EXPECT_NE(test, l4lb_digest_service(&other), base);
	other = svc;
	other.key.mark = 1;
	KUNIT_EXPECT_NE(test, l4lb_digest_service(&other), base);
	other = svc;
	other.ops = &l4lb_sched_rr;
	KUNIT_EXPECT_NE(test, l4lb_digest_service(&other), base);
	other = svc;
	other.tie = L4LB_TIE_FIRST;
	KUNIT_EXPECT_NE(test, l4lb_digest_service(&other), base);
	other = svc;
	other.midstream = L4LB_MIDSTREAM_DROP;
	KUNIT_EXPECT_NE(test, l4lb_digest_service(&other), base);
	other = svc;
	other.method = L4LB_METHOD_NAT;
	KUNIT_EXPECT_NE(test, l4lb_digest_service(&other), base);
	for (i = 0; i < L4LB_SERVICE_OPTIONS; i++) {
		other = svc;
		other.persist = 1;
		other.persist_prefix = 32;
		with = l4lb_digest_service(&other);
		p = (u8 *)&other.opts + l4lb_service_option[i].offset;
		p[0] ^= 1;
		KUNIT_EXPECT_NE(test, l4lb_digest_service(&other), with);
	}
	for (state = 1; state < L4LB_TIMEOUT_STATES; state++) {
		other = svc;
		other.timeout[state] = 1;
		KUNIT_EXPECT_NE(test, l4lb_digest_service(&other), base);
	}
}

static struct kunit_case digest_cases[] = {
	KUNIT_CASE(digest_vector_service),
	KUNIT_CASE(digest_vector_v6),
	KUNIT_CASE(digest_vector_options),
	KUNIT_CASE(digest_vector_kinds),
	KUNIT_CASE(digest_vector_server),
	KUNIT_CASE(digest_vector_vip),
	KUNIT_CASE(digest_fields),
	{}
};

static struct kunit_suite digest_suite = {
	.name = "digest",
	.test_cases = digest_cases,
};

kunit_test_suite(digest_suite);
