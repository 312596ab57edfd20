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

#define VECTOR_SERVICE	0x28a212363158e71aULL
#define VECTOR_SERVICE_FULL	0x2037c22807ae8627ULL
#define VECTOR_SERVICE_V6	0x9f5eb04be4c36a10ULL
#define VECTOR_SERVER	0xeddf062682535f7bULL
#define VECTOR_SERVER_FULL	0x5bca655654906953ULL
#define VECTOR_VIP	0xe96de1c9a7b0b521ULL

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
		cmocka_unit_test(test_server),
		cmocka_unit_test(test_vip),
		cmocka_unit_test(test_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
