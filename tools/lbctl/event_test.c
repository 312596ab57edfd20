// SPDX-License-Identifier: GPL-2.0
/* lbctl monitor: drops, drains and alarms about a service, as text and JSON. */
#include <netinet/in.h>

#include "fake_ctl.h"

static void put_service(struct nlmsghdr *nlh, __u16 type)
{
	struct l4lb_service s = { .has = L4LB_BIT(L4LB_A_SERVICE_FWMARK),
				  .fwmark = 7 };

	l4lb_service_put_id(nlh, type, &s);
}

static void put_drop(struct fake *k, __u8 proto, __u64 missed, bool service)
{
	struct nlmsghdr *nlh = event(k, L4LB_CMD_DROP_NTF);
	struct l4lb_addr from = { 4, { 10, 0, 0, 1 } };
	struct l4lb_addr to = { 4, { 10, 0, 0, 2 } };
	struct nlattr *nest = mnl_attr_nest_start(nlh, L4LB_A_DROP);

	mnl_attr_put_u32(nlh, L4LB_A_DROP_REASON,
			 service ? L4LB_REASON_NO_SERVER : 999);
	mnl_attr_put_strz(nlh, L4LB_A_DROP_NAME,
			  service ? "no_server" : "newer");
	mnl_attr_put_u8(nlh, L4LB_A_DROP_HOOK, L4LB_HOOK_PREROUTING);
	mnl_attr_put_u8(nlh, L4LB_A_DROP_VERDICT, service ?
			L4LB_VERDICT_REJECT : L4LB_VERDICT_DROP);
	mnl_attr_put_u8(nlh, L4LB_A_DROP_PROTO, proto);
	l4lb_put_addr(nlh, L4LB_A_DROP_SADDR, &from);
	l4lb_put_be16(nlh, L4LB_A_DROP_SPORT, service ? 40000 : 0);
	l4lb_put_addr(nlh, L4LB_A_DROP_DADDR, &to);
	l4lb_put_be16(nlh, L4LB_A_DROP_DPORT, service ? 80 : 0);
	mnl_attr_put_u8(nlh, L4LB_A_DROP_TCP_FLAGS, service ? 2 : 0);
	mnl_attr_put_u32(nlh, L4LB_A_DROP_IIF, 1);
	if (service)
		put_service(nlh, L4LB_A_DROP_SERVICE);
	mnl_attr_put_u64(nlh, L4LB_A_DROP_MISSED, missed);
	mnl_attr_nest_end(nlh, nest);
	fake_end(k, nlh);
}

static void put_drain(struct fake *k, __u32 active)
{
	struct nlmsghdr *nlh = event(k, L4LB_CMD_DRAIN_NTF);
	struct nlattr *nest = mnl_attr_nest_start(nlh, L4LB_A_SERVER);
	struct l4lb_addr addr = { 4, { 10, 0, 0, 9 } };

	put_service(nlh, L4LB_A_SERVER_SERVICE);
	l4lb_put_addr(nlh, L4LB_A_SERVER_ADDR, &addr);
	l4lb_put_be16(nlh, L4LB_A_SERVER_PORT, 0);
	mnl_attr_put_u8(nlh, L4LB_A_SERVER_ADMIN, L4LB_ADMIN_DRAIN);
	mnl_attr_put_u32(nlh, L4LB_A_SERVER_ACTIVE, active);
	mnl_attr_put_u32(nlh, L4LB_A_SERVER_INACTIVE, 0);
	mnl_attr_nest_end(nlh, nest);
	fake_end(k, nlh);
}

/* Events come behind the answers of l4lb_open(), as they would. */
static void put_limits(struct fake *k)
{
	struct nlmsghdr *nlh = event(k, L4LB_CMD_LIMITS_NTF);
	struct nlattr *nest = mnl_attr_nest_start(nlh, L4LB_A_LIMITS), *t;

	mnl_attr_put_u32(nlh, L4LB_A_LIMITS_CONNS, 1000);
	mnl_attr_put_u64(nlh, L4LB_A_LIMITS_MEMORY, 65536);
	mnl_attr_put_u32(nlh, L4LB_A_LIMITS_SERVICES, 1);
	mnl_attr_put_u32(nlh, L4LB_A_LIMITS_SERVERS, 2);
	mnl_attr_put_u32(nlh, L4LB_A_LIMITS_VIPS, 3);
	t = mnl_attr_nest_start(nlh, L4LB_A_LIMITS_TIMEOUT);
	mnl_attr_put_u8(nlh, L4LB_A_TIMEOUT_STATE, L4LB_STATE_UDP);
	mnl_attr_put_u32(nlh, L4LB_A_TIMEOUT_SECONDS, 7);
	mnl_attr_nest_end(nlh, t);
	mnl_attr_nest_end(nlh, nest);
	fake_end(k, nlh);
}

static ssize_t recv_events(void *ctx, void *buf, size_t len)
{
	struct fake *k = ctx;
	struct nlmsghdr *nlh;

	if (!k->out_len && k->messages == 1) {
		k->messages = 2;
		put_drop(k, IPPROTO_TCP, 12, true);
		put_drop(k, IPPROTO_ICMP, 0, false);
		put_drop(k, 47, 0, false);
		put_drain(k, 0);
		put_drain(k, 3);
		nlh = event(k, L4LB_CMD_ALARM_NTF);
		mnl_attr_put_u8(nlh, L4LB_A_ALARM, L4LB_ALARM_HALF_OPEN);
		put_service(nlh, L4LB_A_SERVICE);
		fake_end(k, nlh);
		put_limits(k);
	}
	return fake_recv(ctx, buf, len);
}

static void expect_lines(const char *line, size_t skip,
			 const char * const *expected)
{
	struct fake *k = fake_new();
	struct run run = run_lbctl_recv(k, line, NULL, recv_events);
	char *rest = run.out, *got;

	/* The fake has no more; a kernel would block. */
	assert_string_equal(run.err, "lbctl: the kernel did not answer\n");
	for (; *expected; expected++) {
		got = strsep(&rest, "\n");
		assert_true(strlen(got) > skip);
		assert_string_equal(got + skip, *expected);
	}
	assert_string_equal(rest, "");
	run_free(&run);
	fake_free(k);
}

/* Without the time, which each line begins with. */
static void test_text(void **state)
{
	static const char * const expected[] = {
		"listening",
		"drop         reject tcp 10.0.0.1:40000 > 10.0.0.2:80 SYN from lo at prerouting service fwmark 7: no server may take a new connection (no_server) (+12 not shown)",
		"drop         drop icmp 10.0.0.1 > 10.0.0.2 from lo at prerouting: newer than this lbctl (newer)",
		"drop         drop 47 10.0.0.1 > 10.0.0.2 from lo at prerouting: newer than this lbctl (newer)",
		"drain        fwmark 7 -> 10.0.0.9 no connection is left",
		"drain        fwmark 7 -> 10.0.0.9 the deadline has come, 3 connections end",
		"alarm        half_open: a service has reached its limit of half-open connections, fwmark 7",
		"limits       conns 1000 memory 65536 services 1 servers 2 vips 3 timeout udp=7",
		NULL
	};

	(void)state;
	expect_lines("monitor state alarm drops", 24, expected);
}

/* Behind {"time":"...", */
static void test_json(void **state)
{
	char drop[400];
	const char * const expected[] = {
		"\"event\":\"listening\"}",
		drop,
		"\"event\":\"drop\",\"reason\":\"newer\",\"reason_id\":999,\"verdict\":\"drop\",\"hook\":\"prerouting\",\"proto\":\"icmp\",\"source\":\"10.0.0.1\",\"destination\":\"10.0.0.2\",\"flags\":null,\"dev\":\"lo\",\"service\":null,\"missed\":0}",
		NULL
	};
	static const char * const later[] = {
		"\"left\":3",
		"\"alarm\":\"half_open\"",
		"\"event\":\"limits\",\"conns\":1000,\"memory\":65536,\"services\":1,\"servers\":2,\"vips\":3,\"timeouts\":{\"udp\":7}}",
	};
	struct fake *k = fake_new();
	struct run run = run_lbctl_recv(k, "-j monitor drops", NULL,
					recv_events);
	char *rest = run.out, *got;
	unsigned int i;

	(void)state;
	snprintf(drop, sizeof(drop),
		 "\"event\":\"drop\",\"reason\":\"no_server\",\"reason_id\":%u,\"verdict\":\"reject\",\"hook\":\"prerouting\",\"proto\":\"tcp\",\"source\":\"10.0.0.1:40000\",\"destination\":\"10.0.0.2:80\",\"flags\":\"SYN\",\"dev\":\"lo\",\"service\":\"fwmark 7\",\"missed\":12}",
		 L4LB_REASON_NO_SERVER);
	for (i = 0; expected[i]; i++) {
		got = strsep(&rest, "\n");
		got = strchr(got, ',');
		assert_non_null(got);
		assert_string_equal(got + 1, expected[i]);
	}
	for (i = 0; i < sizeof(later) / sizeof(later[0]); i++)
		assert_non_null(strstr(rest, later[i]));
	run_free(&run);
	fake_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
