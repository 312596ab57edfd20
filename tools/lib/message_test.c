// SPDX-License-Identifier: GPL-2.0
/* Messages: packing, transactions, dumps, refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>
#include <cmocka.h>

#include "fake.h"

/**
 * struct fixture - a handle on a fake kernel
 * @k: the kernel
 * @h: the handle
 */
struct fixture {
	struct fake *k;
	struct l4lb *h;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct l4lb_io io;

	f->k = fake_new();
	io = fake_io(f->k);
	assert_int_equal(l4lb_open_io(&f->h, &io), 0);
	f->k->messages = 0;
	f->k->sends = 0;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	l4lb_close(f->h);
	fake_free(f->k);
	free(f);
	return 0;
}

static void make_service(struct l4lb_service *s, unsigned int n)
{
	memset(s, 0, sizeof(*s));
	s->has = L4LB_BIT(L4LB_A_SERVICE_PROTO) |
		 L4LB_BIT(L4LB_A_SERVICE_ADDR) |
		 L4LB_BIT(L4LB_A_SERVICE_PORT) |
		 L4LB_BIT(L4LB_A_SERVICE_SCHEDULER);
	s->proto = IPPROTO_TCP;
	s->addr.family = 4;
	s->addr.bytes[0] = 10;
	s->addr.bytes[2] = n >> 8;
	s->addr.bytes[3] = n;
	s->port = 80;
	strcpy(s->scheduler, "rr");
}

static void make_server(struct l4lb_server *s, unsigned int n)
{
	memset(s, 0, sizeof(*s));
	make_service(&s->service, 1);
	s->has = L4LB_BIT(L4LB_A_SERVER_ADDR) | L4LB_BIT(L4LB_A_SERVER_PORT) |
		 L4LB_BIT(L4LB_A_SERVER_WEIGHT);
	s->addr.family = 4;
	s->addr.bytes[0] = 192;
	s->addr.bytes[3] = n;
	s->port = 8080;
	s->weight = 7;
}

static void test_open(void **state)
{
	struct fake *k = fake_new();
	struct l4lb_io io = fake_io(k);
	struct l4lb *h;

	(void)state;
	k->absent = true;
	assert_int_equal(l4lb_open_io(&h, &io), -ENOENT);
	assert_string_equal(l4lb_error(h)->text,
			    "l4lb.ko is not loaded: modprobe l4lb");
	l4lb_close(h);
	fake_free(k);
}

/* The bytes that the contract asks for, written down by hand. */
static void test_golden(void **state)
{
	static const unsigned char golden[] = {
		/* genl: command, version, reserved */
		0x02, 0x01, 0x00, 0x00,
		/* nest L4LB_A_SERVICE */
		0x24, 0x00, 0x02, 0x80,
		/* PROTO, ADDR, PORT (big endian), SCHEDULER "rr" */
		0x05, 0x00, 0x01, 0x00, 0x06, 0x00, 0x00, 0x00,
		0x08, 0x00, 0x02, 0x00, 0x0a, 0x00, 0x00, 0x01,
		0x06, 0x00, 0x03, 0x00, 0x00, 0x50, 0x00, 0x00,
		0x07, 0x00, 0x05, 0x00, 'r', 'r', 0x00, 0x00,
	};
	struct fixture *f = *state;
	const struct nlmsghdr *nlh = (void *)f->k->last;
	struct l4lb_service s;

	make_service(&s, 1);
	assert_int_equal(l4lb_service_new(f->h, &s, 0), 0);
	assert_int_equal(nlh->nlmsg_type, FAKE_FAMILY);
	assert_int_equal(nlh->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	assert_int_equal(nlh->nlmsg_len, 16 + sizeof(golden));
	assert_memory_equal(mnl_nlmsg_get_payload(nlh), golden, sizeof(golden));
}

/* Ten thousand objects: few messages, fewer sends, none above its limit. */
static void test_packing(void **state)
{
	struct fixture *f = *state;
	struct l4lb_summary summary;
	struct l4lb_service s;
	unsigned int i;

	assert_int_equal(l4lb_txn_begin(f->h, L4LB_TXN_MODE_REPLACE, NULL), 0);
	for (i = 0; i < 10000; i++) {
		make_service(&s, i);
		assert_int_equal(l4lb_service_new(f->h, &s, 0), 0);
	}
	assert_int_equal(l4lb_txn_commit(f->h, 0, NULL, &summary), 0);
	assert_int_equal(f->k->objects, 10000);
	assert_int_equal(f->k->n_store, 10000);
	assert_int_equal(summary.count, 10000);
	assert_int_equal(summary.generation, 1);
	assert_in_range(f->k->messages, 10, 20);
	assert_in_range(f->k->sends, 4, 8);
	/* the order is kept */
	for (i = 0; i < 10000; i++)
		assert_int_equal(f->k->store[i].data[8 + 4 + 3], i & 255);
}

/* Changing the command or the flags begins a message, in order. */
static void test_mixed(void **state)
{
	struct fixture *f = *state;
	struct l4lb_service s;
	struct l4lb_server r;
	unsigned int i;

	assert_int_equal(l4lb_txn_begin(f->h, L4LB_TXN_MODE_EDIT, NULL), 0);
	for (i = 0; i < 3; i++) {
		make_service(&s, i);
		make_server(&r, i);
		l4lb_service_new(f->h, &s, 0);
		l4lb_server_new(f->h, &r, 0);
		l4lb_server_new(f->h, &r, L4LB_F_FORCE);
	}
	assert_int_equal(l4lb_txn_commit(f->h, 0, NULL, NULL), 0);
	/* begin, nine, commit */
	assert_int_equal(f->k->messages, 11);
	assert_int_equal(f->k->objects, 9);
}

/* Refused in the middle: the object is named and nothing else is sent. */
static void test_refused_early(void **state)
{
	struct fixture *f = *state;
	const struct l4lb_error *err;
	struct l4lb_service s;
	unsigned int i;
	int ret = 0;

	f->k->refuse_cmd = L4LB_CMD_SERVICE_NEW;
	f->k->refuse_object = 1234;
	f->k->refuse_errno = EINVAL;
	f->k->refuse_text = "there is no such scheduler";
	f->k->refuse_attr = L4LB_A_SERVICE_SCHEDULER;
	assert_int_equal(l4lb_txn_begin(f->h, L4LB_TXN_MODE_EDIT, NULL), 0);
	for (i = 0; i < 10000 && !ret; i++) {
		make_service(&s, i);
		ret = l4lb_service_new(f->h, &s, 0);
	}
	assert_int_equal(ret, -EINVAL);
	assert_in_range(i, 1234, 9000);
	assert_int_equal(l4lb_txn_commit(f->h, 0, NULL, NULL), -EINVAL);
	err = l4lb_error(f->h);
	assert_int_equal(err->index, 1234);
	assert_string_equal(err->attr, "scheduler");
	assert_string_equal(err->kernel, "there is no such scheduler");
	assert_string_equal(err->text,
			    "service tcp 10.0.4.210:80: there is no such scheduler");
	assert_int_equal(f->k->generation, 0);
	assert_int_equal(f->k->last_cmd, L4LB_CMD_TXN_ABORT);
	/* The handle is as good as new. */
	f->k->refuse_cmd = 0;
	assert_int_equal(l4lb_txn_begin(f->h, L4LB_TXN_MODE_EDIT, NULL), 0);
	assert_int_equal(l4lb_txn_abort(f->h), 0);
}

/* Refused by the commit: only the cookie says which object. */
static void test_refused_late(void **state)
{
	struct fixture *f = *state;
	const struct l4lb_error *err;
	struct l4lb_service s;
	struct l4lb_server r;
	unsigned int i;

	f->k->refuse_cmd = L4LB_CMD_TXN_COMMIT;
	f->k->refuse_object = ~0U;
	f->k->refuse_errno = ENOSPC;
	f->k->refuse_text = "more servers than the limit allows";
	f->k->refuse_cookie = 5003;
	f->k->generation = 77;
	assert_int_equal(l4lb_txn_begin(f->h, L4LB_TXN_MODE_EDIT, NULL), 0);
	for (i = 0; i < 5000; i++) {
		make_service(&s, i);
		assert_int_equal(l4lb_service_new(f->h, &s, 0), 0);
	}
	for (i = 0; i < 10; i++) {
		make_server(&r, i);
		assert_int_equal(l4lb_server_new(f->h, &r, 0), 0);
	}
	assert_int_equal(l4lb_txn_commit(f->h, 0, NULL, NULL), -ENOSPC);
	err = l4lb_error(f->h);
	assert_int_equal(err->index, 5003);
	assert_true(err->generation == 77);
	assert_string_equal(err->text,
			    "server 192.0.0.3:8080 of tcp 10.0.0.1:80: more servers than the limit allows");
}

static void test_missing(void **state)
{
	struct fixture *f = *state;
	struct l4lb_server r;

	f->k->refuse_cmd = L4LB_CMD_SERVER_NEW;
	f->k->refuse_errno = EINVAL;
	f->k->refuse_missing = L4LB_A_SERVER_WEIGHT;
	make_server(&r, 9);
	r.has &= ~L4LB_BIT(L4LB_A_SERVER_WEIGHT);
	assert_int_equal(l4lb_server_new(f->h, &r, 0), -EINVAL);
	assert_true(l4lb_error(f->h)->missing);
	assert_string_equal(l4lb_error(f->h)->text,
			    "server 192.0.0.9:8080 of tcp 10.0.0.1:80: Invalid argument (missing: weight)");
}

/* Without a sentence of the kernel's there is one of ours. */
static void test_fallback(void **state)
{
	struct fixture *f = *state;
	struct l4lb_service s;

	f->k->refuse_cmd = L4LB_CMD_SERVICE_DEL;
	f->k->refuse_errno = EPERM;
	memset(&s, 0, sizeof(s));
	s.has = L4LB_BIT(L4LB_A_SERVICE_NAME);
	strcpy(s.name, "www");
	assert_int_equal(l4lb_service_del(f->h, &s, 0), -EPERM);
	assert_string_equal(l4lb_error(f->h)->text,
			    "service www: not permitted: this needs CAP_NET_ADMIN");
}

/* A moved base: what runs now is said; the caller knows what it asked for. */
static void test_base(void **state)
{
	struct fixture *f = *state;
	const __u64 base = 6;

	f->k->refuse_cmd = L4LB_CMD_TXN_BEGIN;
	f->k->refuse_object = ~0U;
	f->k->refuse_errno = ESTALE;
	f->k->refuse_text = "the configuration has changed";
	f->k->refuse_cookie = 0x7fffffff;
	f->k->generation = 7;
	assert_int_equal(l4lb_txn_begin(f->h, L4LB_TXN_MODE_EDIT, &base),
			 -ESTALE);
	assert_string_equal(l4lb_error(f->h)->text,
			    "the configuration has changed (running: 7)");
}

/* An answer that was lost is no refusal where the acknowledgment came. */
static void test_lost_answer(void **state)
{
	struct l4lb_summary summary;
	struct fixture *f = *state;
	struct l4lb_service s;

	make_service(&s, 1);
	assert_int_equal(l4lb_txn_begin(f->h, L4LB_TXN_MODE_EDIT, NULL), 0);
	assert_int_equal(l4lb_service_new(f->h, &s, 0), 0);
	f->k->lose_answers = true;
	assert_int_equal(l4lb_txn_commit(f->h, 0, NULL, &summary), 0);
	assert_int_equal(f->k->last_cmd, L4LB_CMD_VERSION_GET);
	assert_int_equal(summary.generation, f->k->generation);
}

static int count_service(const struct l4lb_service *s, void *arg)
{
	(void)s;
	++*(unsigned int *)arg;
	return 0;
}

static int stop_at_two(const struct l4lb_service *s, void *arg)
{
	(void)s;
	return ++*(unsigned int *)arg == 2 ? 42 : 0;
}

static void test_dump(void **state)
{
	struct fixture *f = *state;
	struct l4lb_service s;
	unsigned int i, n = 0;

	for (i = 0; i < 8; i++) {
		make_service(&s, i);
		assert_int_equal(l4lb_service_new(f->h, &s, 0), 0);
	}
	assert_int_equal(l4lb_service_dump(f->h, count_service, &n), 0);
	assert_int_equal(n, 8);
	n = 0;
	assert_int_equal(l4lb_service_dump(f->h, stop_at_two, &n), 42);
	/* Nothing of an interrupted dump is shown. */
	f->k->interrupt = 2;
	n = 0;
	assert_int_equal(l4lb_service_dump(f->h, count_service, &n), 0);
	assert_int_equal(n, 8);
	f->k->interrupt = 99;
	n = 0;
	assert_int_equal(l4lb_service_dump(f->h, count_service, &n), -EINTR);
	assert_int_equal(n, 0);
	assert_non_null(strstr(l4lb_error(f->h)->text, "try again"));
}

static void test_batch(void **state)
{
	struct fixture *f = *state;
	struct l4lb_server r;
	unsigned int i;

	assert_int_equal(l4lb_batch_begin(f->h), 0);
	for (i = 0; i < 100; i++) {
		make_server(&r, i);
		r.has |= L4LB_BIT(L4LB_A_SERVER_ADMIN);
		r.admin = L4LB_ADMIN_DRAIN;
		assert_int_equal(l4lb_server_state_set(f->h, &r, 0), 0);
	}
	assert_int_equal(f->k->messages, 0);
	assert_int_equal(l4lb_batch_end(f->h), 0);
	assert_int_equal(f->k->messages, 1);
	assert_int_equal(f->k->objects, 100);
	assert_int_equal(l4lb_batch_end(f->h), 0);
	assert_int_equal(f->k->messages, 1);
}

/* Any bytes may come back: nothing is read outside of them. */
static void test_garbage(void **state)
{
	struct fixture *f = *state;
	struct l4lb_explanation e;
	struct l4lb_flow flow = { .proto = IPPROTO_TCP };
	struct l4lb_summary summary;
	unsigned int round, i;

	srand(1);
	for (round = 0; round < 3000; round++) {
		f->k->answer_len = rand() % 256 & ~3U;
		for (i = 0; i < f->k->answer_len; i++)
			f->k->answer[i] = rand() % 3 ? rand() % 24 : rand();
		l4lb_explain(f->h, &flow, &e);
		l4lb_explanation_free(&e);
		l4lb_stats_get(f->h, &summary);
	}
}

static void test_nested(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(l4lb_txn_begin(f->h, L4LB_TXN_MODE_EDIT, NULL), 0);
	assert_int_equal(l4lb_txn_begin(f->h, L4LB_TXN_MODE_EDIT, NULL),
			 -EBUSY);
	assert_int_equal(l4lb_batch_begin(f->h), -EBUSY);
	assert_int_equal(l4lb_txn_abort(f->h), 0);
	assert_int_equal(l4lb_txn_commit(f->h, 0, NULL, NULL), -EINVAL);
}

int main(void)
{
#define TEST(t)	cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_open), TEST(test_golden), TEST(test_packing),
		TEST(test_mixed), TEST(test_refused_early),
		TEST(test_refused_late), TEST(test_missing),
		TEST(test_fallback), TEST(test_base),
		TEST(test_lost_answer), TEST(test_dump), TEST(test_batch),
		TEST(test_garbage), TEST(test_nested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
