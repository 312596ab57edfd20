// SPDX-License-Identifier: GPL-2.0
/*
 * Digest: the vectors of Documentation/design/digest.rst, which were computed
 * by a second program (digest_vectors.py) that digest_test.sh runs again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>
#include <cmocka.h>

#include "internal.h"

#define VECTOR_SERVICE	0x4a2656e567a53f7aULL
#define VECTOR_SERVICE_FULL	0x3d05afee6b0a157dULL
#define VECTOR_SERVICE_V6	0x3c828518d9364529ULL
#define VECTOR_SERVICE_OPTIONS	0x4a7ee793bdd85675ULL
#define VECTOR_SERVICE_ONE_PACKET	0xb1dcad47ea3d7e4cULL
#define VECTOR_SERVICE_RANGE	0xb143a8517791970bULL
#define VECTOR_SERVICE_FWMARK	0x8059e0b619af2309ULL
#define VECTOR_SERVER	0x52c568c6977b18d5ULL
#define VECTOR_SERVER_FULL	0x52000736a000c89eULL
#define VECTOR_VIP	0x3af529e665566a65ULL

static void make_service(struct l4lb_service *s)
{
	memset(s, 0, sizeof(*s));
	s->has = L4LB_BIT(L4LB_A_SERVICE_PROTO);
	s->proto = IPPROTO_TCP;
	assert_int_equal(l4lb_addr_parse("10.10.31.100", &s->addr), 0);
	s->port = 80;
	strcpy(s->scheduler, "wlc");
	s->method = L4LB_METHOD_DR;
	s->tie = L4LB_TIE_ROTATE;
	s->midstream = L4LB_MIDSTREAM_RESET;
}

static void make_server(struct l4lb_server *s)
{
	memset(s, 0, sizeof(*s));
	make_service(&s->service);
	assert_int_equal(l4lb_addr_parse("192.168.31.21", &s->addr), 0);
	s->port = 80;
	s->weight = 1;
}

static void test_service(void **state)
{
	struct l4lb_service s;
	__u64 sum = 0;

	(void)state;
	make_service(&s);
	assert_int_equal(l4lb_digest_service(&s, &sum), 0);
	assert_true(sum == VECTOR_SERVICE);

	/* What is inherited or not sent counts as nothing. */
	s.timeouts.has = L4LB_BIT(L4LB_STATE_ESTABLISHED);
	s.timeouts.inherited = s.timeouts.has;
	s.timeouts.seconds[L4LB_STATE_ESTABLISHED] = 900;
	sum = 0;
	assert_int_equal(l4lb_digest_service(&s, &sum), 0);
	assert_true(sum == VECTOR_SERVICE);

	s.timeouts.inherited = 0;
	strcpy(s.name, "www");
	sum = 0;
	assert_int_equal(l4lb_digest_service(&s, &sum), 0);
	assert_true(sum == VECTOR_SERVICE_FULL);

	memset(&s, 0, sizeof(s));
	s.proto = IPPROTO_UDP;
	assert_int_equal(l4lb_addr_parse("2001:db8::53", &s.addr), 0);
	s.port = 53;
	strcpy(s.scheduler, "rr");
	s.method = L4LB_METHOD_NAT;
	s.tie = L4LB_TIE_FIRST;
	s.midstream = L4LB_MIDSTREAM_DROP;
	sum = 0;
	assert_int_equal(l4lb_digest_service(&s, &sum), 0);
	assert_true(sum == VECTOR_SERVICE_V6);
}

/* Every option, and what stands for all bits where nothing is said. */
static void test_options(void **state)
{
	struct l4lb_service s, full;
	__u64 sum = 0, said = 0, unsaid = 0;

	(void)state;
	make_service(&s);
	full = s;
	strcpy(s.scheduler, "mh");
	s.method = L4LB_METHOD_TUNNEL;
	s.midstream = L4LB_MIDSTREAM_ADOPT;
	s.hash_port = 1;
	s.hash_fallback = 1;
	s.persist = 300;
	s.persist_prefix = 24;
	s.has |= L4LB_BIT(L4LB_A_SERVICE_PERSIST_PREFIX);
	s.slow_start = 60;
	s.on_down = L4LB_ON_DOWN_RESET;
	s.on_gone = L4LB_ON_GONE_RESCHEDULE;
	s.track_seq = 1;
	s.half_open_max = 1000;
	s.hook = L4LB_HOOK_LOCAL_IN;
	s.track = 1;
	assert_int_equal(l4lb_digest_service(&s, &sum), 0);
	assert_true(sum == VECTOR_SERVICE_OPTIONS);

	/* Said or not, the defaults are the same. */
	full.has |= L4LB_BIT(L4LB_A_SERVICE_PREFIX) |
		    L4LB_BIT(L4LB_A_SERVICE_PORT_LAST);
	full.prefix = 32;
	full.port_last = 80;
	full.on_down = L4LB_ON_DOWN_KEEP;
	full.on_gone = L4LB_ON_GONE_RESET;
	full.hook = L4LB_HOOK_PREROUTING;
	sum = 0;
	assert_int_equal(l4lb_digest_service(&full, &sum), 0);
	assert_true(sum == VECTOR_SERVICE);
	full.persist = 300;
	l4lb_digest_service(&full, &unsaid);
	full.persist_prefix = 32;
	full.has |= L4LB_BIT(L4LB_A_SERVICE_PERSIST_PREFIX);
	l4lb_digest_service(&full, &said);
	assert_true(said == unsaid);
	/* A prefix that is without effect is not configuration. */
	full.persist = 0;
	sum = 0;
	assert_int_equal(l4lb_digest_service(&full, &sum), 0);
	assert_true(sum == VECTOR_SERVICE);
}

static void test_identity(void **state)
{
	struct l4lb_service s;
	__u64 sum = 0;

	(void)state;
	make_service(&s);
	s.proto = IPPROTO_UDP;
	assert_int_equal(l4lb_addr_parse("10.10.31.53", &s.addr), 0);
	s.port = 53;
	strcpy(s.scheduler, "rr");
	s.one_packet = 1;
	assert_int_equal(l4lb_digest_service(&s, &sum), 0);
	assert_true(sum == VECTOR_SERVICE_ONE_PACKET);

	make_service(&s);
	s.proto = IPPROTO_UDP;
	assert_int_equal(l4lb_addr_parse("2001:db8:9::", &s.addr), 0);
	s.port = 5060;
	s.port_last = 5069;
	s.prefix = 64;
	s.has |= L4LB_BIT(L4LB_A_SERVICE_PREFIX) |
		 L4LB_BIT(L4LB_A_SERVICE_PORT_LAST);
	sum = 0;
	assert_int_equal(l4lb_digest_service(&s, &sum), 0);
	assert_true(sum == VECTOR_SERVICE_RANGE);

	memset(&s, 0, sizeof(s));
	s.has = L4LB_BIT(L4LB_A_SERVICE_FWMARK);
	s.fwmark = 7;
	strcpy(s.scheduler, "wlc");
	s.method = L4LB_METHOD_DR;
	s.tie = L4LB_TIE_ROTATE;
	s.midstream = L4LB_MIDSTREAM_RESET;
	sum = 0;
	assert_int_equal(l4lb_digest_service(&s, &sum), 0);
	assert_true(sum == VECTOR_SERVICE_FWMARK);
}

static void test_server(void **state)
{
	struct l4lb_server s;
	__u64 sum = 0;

	(void)state;
	make_server(&s);
	assert_int_equal(l4lb_digest_server(&s, &sum), 0);
	assert_true(sum == VECTOR_SERVER);

	/* The lower limit is resolved; said or not, it is the same. */
	s.port = 8080;
	s.weight = 65535;
	s.max_conns = 1000;
	strcpy(s.name, "web1");
	sum = 0;
	assert_int_equal(l4lb_digest_server(&s, &sum), 0);
	assert_true(sum == VECTOR_SERVER_FULL);
	s.has |= L4LB_BIT(L4LB_A_SERVER_MIN_CONNS);
	s.min_conns = 750;
	sum = 0;
	assert_int_equal(l4lb_digest_server(&s, &sum), 0);
	assert_true(sum == VECTOR_SERVER_FULL);
}

static void test_vip(void **state)
{
	struct l4lb_vip vip = { 0 };
	__u64 sum = 0;

	(void)state;
	assert_int_equal(l4lb_addr_parse("10.10.31.100", &vip.addr), 0);
	vip.unknown_port = L4LB_UNKNOWN_PORT_PASS;
	assert_int_equal(l4lb_digest_vip(&vip, &sum), 0);
	assert_true(sum == 0);
	vip.unknown_port = L4LB_UNKNOWN_PORT_DROP;
	assert_int_equal(l4lb_digest_vip(&vip, &sum), 0);
	assert_true(sum == VECTOR_VIP);
}

/* The sum does not know an order, and wraps. */
static void test_sum(void **state)
{
	struct l4lb_service service;
	struct l4lb_server server;
	__u64 a = 0, b = 0;

	(void)state;
	make_service(&service);
	make_server(&server);
	l4lb_digest_service(&service, &a);
	l4lb_digest_server(&server, &a);
	l4lb_digest_server(&server, &b);
	l4lb_digest_service(&service, &b);
	assert_true(a == b);
	assert_true(a == VECTOR_SERVICE + VECTOR_SERVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_service),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_server),
		cmocka_unit_test(test_vip),
		cmocka_unit_test(test_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
