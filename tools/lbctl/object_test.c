// SPDX-License-Identifier: GPL-2.0
/*
 * Objects of every kind against the fake kernel: identities and keys in and
 * out again, and what is shown of them.
 */
#include <jansson.h>
#include <netinet/in.h>

#include "fake_ctl.h"

#define KEYS	" scheduler wlc method dr tie rotate midstream reset"

#define WWW	"service add tcp 10.10.31.100:80 name www scheduler mh method tunnel"
#define OPTIONS	" tie first midstream adopt timeout syn_recv=10,established=900 persist 300/24"
#define LIFE	HASHING " slow-start 60 on-down hold on-server-gone reschedule" MORE
#define HASHING	" hash-port on hash-fallback off one-packet off track-seq on track off"
#define MORE	" half-open-max 500 hook input"

/* Every identity and every key, in the order of save. */
static const char everything[] =
	"begin\n"
	"vip set 10.10.31.0/24 unknown-port reject\n"
	"vip set 10.10.31.100 unknown-port drop\n"
	"vip set 2001:db8::/64 unknown-port drop\n"
	"service add tcp 10.10.31.0/24:80" KEYS "\n"
	"server add tcp 10.10.31.0/24:80 192.168.31.101:80 weight 1\n"
	"service add udp 10.10.31.99:any" KEYS " one-packet on\n"
	"server add udp 10.10.31.99:any 192.168.31.101 weight 2\n"
	WWW OPTIONS LIFE "\n"
	"server add tcp 10.10.31.100:80 192.168.31.101:80 name web1 weight 3 max-conns 100:75\n"
	"service add tcp 10.10.31.100:8000-8099" KEYS " persist 0\n"
	"server add tcp 10.10.31.100:8000-8099 192.168.31.101 weight 1\n"
	"service add tcp [2001:db8::/64]:80" KEYS "\n"
	"server add tcp [2001:db8::/64]:80 [2001:db8:8::1]:80 weight 1\n"
	"service add udp [2001:db8::53]:5060-5069" KEYS "\n"
	"server add udp [2001:db8::53]:5060-5069 2001:db8:8::1 weight 1\n"
	"service add fwmark 7" KEYS " persist 60/16\n"
	"server add fwmark 7 192.168.31.101 weight 1\n"
	"service add fwmark 7 family 6" KEYS "\n"
	"server add fwmark 7 family 6 2001:db8:8::1 weight 1\n"
	"end\n";

static void test_fixpoint(void **state)
{
	struct fake *k = *state;
	struct run run;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		run = run_lbctl(k, "apply -", everything);
		assert_string_equal(run.err, "");
		assert_int_equal(run.status, DONE);
		run_free(&run);
		expect_out(k, "save", everything);
	}
	run = run_lbctl(k, "apply - dry-run force", "# nothing\n");
	assert_int_equal(run.status, DONE);
	run_free(&run);
	expect_out(k, "save", everything);
}

/* Other ways to write the same. */
static void test_spellings(void **state)
{
	struct fake *k = *state;

	expect_out(k, "service add fwmark 0x1f family 4", "");
	expect_out(k, "service add tcp 10.0.0.1/32:80-80", "");
	expect_out(k, "service add udp [2001:db8::1/128]:any", "");
	expect_out(k, "save",
		   "begin\n"
		   "service add tcp 10.0.0.1:80\n"
		   "service add udp [2001:db8::1]:any\n"
		   "service add fwmark 31\n"
		   "end\n");
}

/* Every bit of an IPv6 address is 128; 32 of them are a prefix. */
static void test_persist(void **state)
{
	struct fake *k = *state;

	expect_out(k, "service add tcp [2001:db8::1]:80 scheduler rr persist 300/32",
		   "");
	expect_out(k, "service add tcp [2001:db8::1]:81 scheduler rr persist 300/128",
		   "");
	expect_out(k, "show",
		   "Prot LocalAddress:Port Scheduler Flags\n"
		   "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn  State     Reason\n"
		   "TCP  [2001:db8::1]:80 rr persist 300/32\n"
		   "TCP  [2001:db8::1]:81 rr persist 300\n");
}

/* Where a command takes a service, it takes any. */
static void test_everywhere(void **state)
{
	struct fake *k = *state;
	struct run run = run_lbctl(k, "apply -", everything);

	run_free(&run);
	expect_out(k, "server drain fwmark 7 192.168.31.101 deadline 2h", "");
	expect_out(k, "server drain all web1 deadline 90", "");
	expect_out(k, "conn show service tcp 10.10.31.100:8000-8099 state persist",
		   "Prot Expire   State        Method  Client                   Virtual                  Server\n");
	expect_out(k, "vip show 10.10.31.0/24",
		   "10.10.31.0/24                           unknown-port reject  active   services 0\n");
	expect_err(k, "vip show 10.10.31.0/25", NULL, REFUSED,
		   "lbctl: vip 10.10.31.0/25: no such VIP\n");
	k->refuse_cmd = L4LB_CMD_SERVICE_DEL;
	k->refuse_errno = ENOENT;
	k->refuse_text = "no such service";
	expect_err(k, "service del tcp [2001:db8::/64]:any", NULL, REFUSED,
		   "lbctl: service tcp [2001:db8::/64]:any: no such service\n");
	k->refuse_seen = 0;
	expect_err(k, "service del fwmark 9 family 6", NULL, REFUSED,
		   "lbctl: service fwmark 9 family 6: no such service\n");
	/* The attribute's word is lbctl's. */
	k->refuse_cmd = L4LB_CMD_SERVICE_NEW;
	k->refuse_seen = 0;
	k->refuse_errno = ERANGE;
	k->refuse_text = "too many seconds";
	k->refuse_attr = L4LB_A_SERVICE_SLOW_START;
	expect_err(k, "service add tcp 10.0.0.1:80 slow-start 9999", NULL,
		   REFUSED,
		   "lbctl: service tcp 10.0.0.1:80: too many seconds (slow-start)\n");
}

/* More attributes of the object numbered @n, as the kernel reports them. */
static void report(struct fake *k, unsigned int n, __u16 type, __u32 value)
{
	struct fake_object *o = &k->store[n];
	char buf[64] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	mnl_attr_put_u32(nlh, type, value);
	assert_true(o->len + 8U <= sizeof(o->data));
	memcpy(o->data + o->len, mnl_nlmsg_get_payload(nlh), 8);
	o->len += 8;
}

static void test_show(void **state)
{
	struct fake *k = *state;

	expect_out(k,
		   "service add tcp 10.0.0.0/24:80-90 scheduler mh midstream adopt persist 300/24 slow-start 30 hook input half-open-max 9 on-down hold",
		   "");
	report(k, 0, L4LB_A_SERVICE_HALF_OPEN, 5);
	expect_out(k, "server add tcp 10.0.0.0/24:80-90 192.168.0.1 weight 1", "");
	report(k, 1, L4LB_A_SERVER_RAMP, 305);
	expect_out(k, "server add tcp 10.0.0.0/24:80-90 192.168.0.2 weight 2",
		   "");
	report(k, 2, L4LB_A_SERVER_ADMIN, L4LB_ADMIN_DRAIN);
	report(k, 2, L4LB_A_SERVER_DEADLINE, 130);
	expect_out(k, "service add fwmark 7 family 6 scheduler rr one-packet on",
		   "");
	/* One that leaves comes behind the servers of all services. */
	expect_out(k, "server add tcp 10.0.0.0/24:80-90 192.168.0.3 weight 3",
		   "");
	report(k, 4, L4LB_A_SERVER_LINGER, 0);
	expect_out(k, "server add fwmark 7 family 6 2001:db8:8::1 weight 4",
		   "");
	report(k, 5, L4LB_A_SERVER_HEALTH, L4LB_HEALTH_DOWN);
	expect_out(k, "show",
		   "Prot LocalAddress:Port Scheduler Flags\n"
		   "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn  State     Reason\n"
		   "TCP  10.0.0.0/24:80-90 mh persist 300/24 slow-start 30 half-open 5 of 9 on-down hold hook input\n"
		   "  -> 192.168.0.1                  Masq    1      3          4          up, ramp 30 %\n"
		   "  -> 192.168.0.2                  Masq    2      3          4          draining, 7 left, 2 m 10 s\n"
		   "  -> 192.168.0.3                  Masq    3      3          4          leaving, 7 left\n"
		   "FWM  7 family 6 rr one-packet\n"
		   "  -> 2001:db8:8::1                Masq    4      3          4          down\n");
	expect_out(k, "show ipvsadm",
		   "Prot LocalAddress:Port Scheduler Flags\n"
		   "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n"
		   "TCP  10.0.0.0/24:80-90 mh persistent 300 mask 24\n"
		   "  -> 192.168.0.1                  Masq    1      3          4\n"
		   "  -> 192.168.0.2                  Masq    0      3          4\n"
		   "  -> 192.168.0.3                  Masq    0      3          4\n"
		   "FWM  7 family 6 rr ops\n"
		   "  -> 2001:db8:8::1                Masq    0      3          4\n");
}

static const char golden[] =
	"{ \"services\": [ {\n"
	"  \"service\": \"tcp 10.0.0.0/24:80-90\", \"proto\": \"tcp\",\n"
	"  \"fwmark\": null, \"addr\": \"10.0.0.0\", \"prefix\": 24,\n"
	"  \"port\": 80, \"port_last\": 90, \"name\": null,\n"
	"  \"scheduler\": null, \"method\": null, \"tie\": null,\n"
	"  \"midstream\": null, \"owner\": null, \"persist\": 300,\n"
	"  \"persist_prefix\": 32, \"on_down\": \"hold\",\n"
	"  \"on_server_gone\": null, \"hook\": \"input\", \"track_seq\": true,\n"
	"  \"servers\": [ {\n"
	"    \"service\": \"tcp 10.0.0.0/24:80-90\", \"proto\": \"tcp\",\n"
	"    \"fwmark\": null, \"vip\": \"10.0.0.0\", \"vip_port\": 80,\n"
	"    \"addr\": \"192.168.0.1\", \"port\": 0, \"name\": null,\n"
	"    \"weight\": 0, \"operator_weight\": null, \"effective_weight\": 0,\n"
	"    \"max_conns\": 0, \"min_conns\": 0, \"method\": \"nat\",\n"
	"    \"state\": \"draining\", \"deadline\": 130, \"ramp_permille\": 305,\n"
	"    \"admin\": \"drain\", \"health\": null, \"leaving\": false,\n"
	"    \"full\": false, \"reason\": null, \"owner\": null,\n"
	"    \"active\": 3, \"inactive\": 4\n"
	"  } ] }, {\n"
	"  \"service\": \"fwmark 7\", \"proto\": null, \"fwmark\": 7,\n"
	"  \"family\": 4, \"addr\": null, \"prefix\": null, \"port\": null,\n"
	"  \"port_last\": null, \"name\": null, \"scheduler\": null,\n"
	"  \"method\": null, \"tie\": null, \"midstream\": null,\n"
	"  \"owner\": null, \"on_down\": null, \"on_server_gone\": null,\n"
	"  \"hook\": null, \"servers\": []\n"
	"} ] }\n";

static void test_show_json(void **state)
{
	struct fake *k = *state;
	json_t *got, *want;
	struct run run;

	expect_out(k,
		   "service add tcp 10.0.0.0/24:80-90 persist 300 hook input on-down hold track-seq on",
		   "");
	expect_out(k, "server add tcp 10.0.0.0/24:80-90 192.168.0.1", "");
	report(k, 1, L4LB_A_SERVER_RAMP, 305);
	report(k, 1, L4LB_A_SERVER_ADMIN, L4LB_ADMIN_DRAIN);
	report(k, 1, L4LB_A_SERVER_DEADLINE, 130);
	expect_out(k, "service add fwmark 7", "");
	run = run_lbctl(k, "-j show", NULL);
	assert_string_equal(run.err, "");
	got = json_loads(run.out, 0, NULL);
	want = json_loads(golden, 0, NULL);
	assert_non_null(want);
	if (!json_equal(got, want))
		fail_msg("other than expected:\n%s", run.out);
	json_decref(got);
	json_decref(want);
	run_free(&run);
}

/* Timeouts with their origin. */
static void test_detail(void **state)
{
	struct fake *k = *state;
	struct nlmsghdr *nlh = answer(k);
	struct nlattr *nest = mnl_attr_nest_start(nlh, L4LB_A_SERVICE), *t;

	mnl_attr_put_u32(nlh, L4LB_A_SERVICE_FWMARK, 7);
	mnl_attr_put_u8(nlh, L4LB_A_SERVICE_FAMILY, 4);
	mnl_attr_put_strz(nlh, L4LB_A_SERVICE_SCHEDULER, "sh");
	mnl_attr_put_u8(nlh, L4LB_A_SERVICE_METHOD, L4LB_METHOD_TUNNEL);
	mnl_attr_put_u8(nlh, L4LB_A_SERVICE_TIE, L4LB_TIE_ROTATE);
	mnl_attr_put_u8(nlh, L4LB_A_SERVICE_MIDSTREAM, L4LB_MIDSTREAM_ADOPT);
	mnl_attr_put_u8(nlh, L4LB_A_SERVICE_OWNER, L4LB_OWNER_MANUAL);
	mnl_attr_put_u8(nlh, L4LB_A_SERVICE_HASH_FALLBACK, 1);
	mnl_attr_put_u32(nlh, L4LB_A_SERVICE_PERSIST, 300);
	mnl_attr_put_u8(nlh, L4LB_A_SERVICE_PERSIST_PREFIX, 24);
	mnl_attr_put_u32(nlh, L4LB_A_SERVICE_SLOW_START, 30);
	mnl_attr_put_u8(nlh, L4LB_A_SERVICE_ON_DOWN, L4LB_ON_DOWN_KEEP);
	mnl_attr_put_u8(nlh, L4LB_A_SERVICE_ON_SERVER_GONE, L4LB_ON_GONE_DROP);
	mnl_attr_put_u8(nlh, L4LB_A_SERVICE_HOOK, L4LB_HOOK_PREROUTING);
	mnl_attr_put_u32(nlh, L4LB_A_SERVICE_HALF_OPEN, 4);
	mnl_attr_put_u32(nlh, L4LB_A_SERVICE_HALF_OPEN_MAX, 100);
	t = mnl_attr_nest_start(nlh, L4LB_A_SERVICE_TIMEOUT);
	mnl_attr_put_u8(nlh, L4LB_A_TIMEOUT_STATE, L4LB_STATE_SYN_RECV);
	mnl_attr_put_u32(nlh, L4LB_A_TIMEOUT_SECONDS, 10);
	mnl_attr_nest_end(nlh, t);
	t = mnl_attr_nest_start(nlh, L4LB_A_SERVICE_TIMEOUT);
	mnl_attr_put_u8(nlh, L4LB_A_TIMEOUT_STATE, L4LB_STATE_ESTABLISHED);
	mnl_attr_put_u32(nlh, L4LB_A_TIMEOUT_SECONDS, 900);
	mnl_attr_put(nlh, L4LB_A_TIMEOUT_INHERITED, 0, NULL);
	mnl_attr_nest_end(nlh, t);
	mnl_attr_nest_end(nlh, nest);
	answer_end(k, nlh);
	expect_out(k, "service show fwmark 7",
		   "service fwmark 7\n"
		   "  name       -\n"
		   "  scheduler  sh, ties rotate\n"
		   "  method     tunnel\n"
		   "  midstream  adopt\n"
		   "  on-down    keep, on-server-gone drop\n"
		   "  hook       prerouting\n"
		   "  hash       address, with fallback\n"
		   "  persist    300/24\n"
		   "  slow-start 30 s\n"
		   "  half-open  4, at most 100\n"
		   "  owner      manual\n"
		   "  servers    -\n"
		   "  conns      - active, - inactive, - so far\n"
		   "  in         - packets, - bytes\n"
		   "  out        - packets, - bytes\n"
		   "  timeout    syn_recv    10 s (own)\n"
		   "  timeout    established 900 s (namespace default)\n");
}

static const struct l4lb_addr client = { 4, { 10, 10, 31, 0 } };
static const struct l4lb_addr vip = { 4, { 10, 10, 31, 100 } };
static const struct l4lb_addr web1 = { 4, { 192, 168, 31, 101 } };

static void put_template(struct nlmsghdr *nlh, __u16 type, __u32 mark)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);
	const struct l4lb_service service = {
		.has = L4LB_BIT(L4LB_A_SERVICE_FWMARK), .fwmark = mark,
	};

	mnl_attr_put_u8(nlh, L4LB_A_CONN_PROTO, mark ? 0 : IPPROTO_TCP);
	l4lb_put_addr(nlh, L4LB_A_CONN_CLIENT, &client);
	l4lb_put_be16(nlh, L4LB_A_CONN_CLIENT_PORT, 0);
	mnl_attr_put_u8(nlh, L4LB_A_CONN_PREFIX, 24);
	if (mark) {
		l4lb_service_put_id(nlh, L4LB_A_CONN_SERVICE, &service);
	} else {
		l4lb_put_addr(nlh, L4LB_A_CONN_VIP, &vip);
		l4lb_put_be16(nlh, L4LB_A_CONN_VIP_PORT, 0);
	}
	l4lb_put_addr(nlh, L4LB_A_CONN_SERVER, &web1);
	l4lb_put_be16(nlh, L4LB_A_CONN_SERVER_PORT, 80);
	mnl_attr_put_u8(nlh, L4LB_A_CONN_METHOD, L4LB_METHOD_DR);
	mnl_attr_put_u8(nlh, L4LB_A_CONN_STATE, L4LB_STATE_PERSIST);
	mnl_attr_put_u32(nlh, L4LB_A_CONN_EXPIRES, 299000);
	mnl_attr_nest_end(nlh, nest);
}

static void test_template(void **state)
{
	struct fake *k = *state;
	struct nlmsghdr *nlh = answer(k);

	put_template(nlh, L4LB_A_CONN, 0);
	put_template(nlh, L4LB_A_CONN, 7);
	answer_end(k, nlh);
	expect_out(k, "conn show state persist",
		   "Prot Expire   State        Method  Client                   Virtual                  Server\n"
		   "TCP  04:59    persist      dr      10.10.31.0/24            10.10.31.100             192.168.31.101:80\n"
		   "-    04:59    persist      dr      10.10.31.0/24            fwmark 7                 192.168.31.101:80\n");
	expect_out(k, "-j conn show state persist",
		   "{\"connections\":[\n"
		   "{\"proto\":\"tcp\",\"client\":\"10.10.31.0/24\",\"vip\":\"10.10.31.100\",\"server\":\"192.168.31.101:80\",\"method\":\"dr\",\"state\":\"persist\",\"expires_ms\":299000},\n"
		   "{\"proto\":null,\"client\":\"10.10.31.0/24\",\"vip\":null,\"server\":\"192.168.31.101:80\",\"method\":\"dr\",\"state\":\"persist\",\"expires_ms\":299000,\"service\":\"fwmark 7\"}\n"
		   "]}\n");
}

/* A step of an explanation with what it is about. */
static void put_step(struct nlmsghdr *nlh, __u8 kind, __u32 reason,
		     const struct l4lb_service *s, bool template)
{
	struct nlattr *step = mnl_attr_nest_start(nlh, L4LB_A_EXPLAIN_STEP);

	mnl_attr_put_u8(nlh, L4LB_A_STEP_KIND, kind);
	if (reason)
		mnl_attr_put_u32(nlh, L4LB_A_STEP_REASON, reason);
	if (s)
		l4lb_service_put_id(nlh, L4LB_A_STEP_SERVICE, s);
	if (template)
		put_template(nlh, L4LB_A_STEP_CONN, 0);
	mnl_attr_nest_end(nlh, step);
}

static void put_candidate(struct nlmsghdr *nlh)
{
	struct nlattr *step = mnl_attr_nest_start(nlh, L4LB_A_EXPLAIN_STEP);
	struct nlattr *server;

	mnl_attr_put_u8(nlh, L4LB_A_STEP_KIND, L4LB_STEP_CANDIDATE);
	mnl_attr_put_u32(nlh, L4LB_A_STEP_REASON, L4LB_REASON_RAMPING);
	server = mnl_attr_nest_start(nlh, L4LB_A_STEP_SERVER);
	l4lb_put_addr(nlh, L4LB_A_SERVER_ADDR, &web1);
	l4lb_put_be16(nlh, L4LB_A_SERVER_PORT, 0);
	mnl_attr_put_u32(nlh, L4LB_A_SERVER_RAMP, 305);
	mnl_attr_nest_end(nlh, server);
	mnl_attr_nest_end(nlh, step);
}

static void put_local(struct nlmsghdr *nlh)
{
	struct nlattr *step = mnl_attr_nest_start(nlh, L4LB_A_EXPLAIN_STEP);

	mnl_attr_put_u8(nlh, L4LB_A_STEP_KIND, L4LB_STEP_ROUTE);
	mnl_attr_put(nlh, L4LB_A_STEP_LOCAL, 0, NULL);
	mnl_attr_nest_end(nlh, step);
}

static void test_explain(void **state)
{
	struct fake *k = *state;
	struct nlmsghdr *nlh = answer(k);
	struct l4lb_service s = { 0 };
	struct nlattr *nest;

	s.has = L4LB_BIT(L4LB_A_SERVICE_PROTO) |
		L4LB_BIT(L4LB_A_SERVICE_PREFIX) |
		L4LB_BIT(L4LB_A_SERVICE_PORT_LAST);
	s.proto = IPPROTO_TCP;
	s.addr = client;
	s.prefix = 24;
	s.port = 8000;
	s.port_last = 8099;
	nest = mnl_attr_nest_start(nlh, L4LB_A_EXPLAIN);
	mnl_attr_put_u8(nlh, L4LB_A_EXPLAIN_PROTO, IPPROTO_UDP);
	l4lb_put_addr(nlh, L4LB_A_EXPLAIN_CLIENT, &web1);
	l4lb_put_be16(nlh, L4LB_A_EXPLAIN_CLIENT_PORT, 40000);
	l4lb_put_addr(nlh, L4LB_A_EXPLAIN_VIP, &vip);
	l4lb_put_be16(nlh, L4LB_A_EXPLAIN_VIP_PORT, 80);
	mnl_attr_put_u32(nlh, L4LB_A_EXPLAIN_MARK, 7);
	mnl_attr_put_u8(nlh, L4LB_A_EXPLAIN_VERDICT, L4LB_VERDICT_FORWARD);
	mnl_attr_put_u32(nlh, L4LB_A_EXPLAIN_REASON, L4LB_REASON_ONE_PACKET);
	put_step(nlh, L4LB_STEP_NEAREST, L4LB_REASON_OTHER_PORT, &s, false);
	s.has = L4LB_BIT(L4LB_A_SERVICE_FWMARK);
	s.fwmark = 9;
	put_step(nlh, L4LB_STEP_NEAREST, L4LB_REASON_OTHER_MARK, &s, false);
	put_step(nlh, L4LB_STEP_TEMPLATE, 0, NULL, false);
	put_step(nlh, L4LB_STEP_TEMPLATE, L4LB_REASON_DRAINING, NULL, true);
	put_candidate(nlh);
	put_local(nlh);
	mnl_attr_nest_end(nlh, nest);
	answer_end(k, nlh);
	expect_out(k, "explain udp 192.168.31.101:40000 10.10.31.100:80 mark 0x7",
		   "packet      udp 192.168.31.101:40000 > 10.10.31.100:80 mark 7\n"
		   "nearest     tcp 10.10.31.0/24:8000-8099: same address, another port\n"
		   "nearest     fwmark 9: for packets with another mark\n"
		   "template    none yet\n"
		   "template    10.10.31.0/24 persist on 192.168.31.101:80, not used: draining\n"
		   "candidates  server                       weight active     inactive   score\n"
		   "            192.168.31.101               0      0          0          -          passed over: slow start: has had its share for now, ramp 30 %\n"
		   "route       local: the server is this host\n"
		   "verdict     forward: scheduled by itself (one_packet)\n");
}

int main(void)
{
#define TEST(t)	cmocka_unit_test_setup_teardown(t, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_fixpoint), TEST(test_spellings), TEST(test_persist),
		TEST(test_everywhere), TEST(test_show), TEST(test_show_json),
		TEST(test_detail), TEST(test_template), TEST(test_explain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
