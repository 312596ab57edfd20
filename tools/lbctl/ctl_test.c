// SPDX-License-Identifier: GPL-2.0
/* Whole commands against the fake kernel: what is sent, what is printed. */
#include <jansson.h>
#include <netinet/in.h>

#include "fake_ctl.h"

#define WWW	"service add tcp 10.10.31.100:80 name www scheduler wlc method nat" USUAL
#define USUAL	" tie rotate midstream reset"
#define DNS	"service add udp 10.10.31.100:53 scheduler rr method dr" UNUSUAL
#define UNUSUAL	" tie first midstream drop timeout udp=7"

static void configure(struct fake *k)
{
	expect_out(k, WWW, "");
	expect_out(k, "server add tcp 10.10.31.100:80 192.168.31.101:8080 weight 3 name web1",
		   "");
	expect_out(k, "server add tcp 10.10.31.100:80 192.168.31.102:8080 weight 1 max-conns 100",
		   "");
	expect_out(k, DNS, "");
	expect_out(k, "server add udp 10.10.31.100:53 192.168.31.101 weight 1",
		   "");
	expect_out(k, "vip set 10.10.31.100 unknown-port drop", "");
}

static void test_show(void **state)
{
	struct fake *k = *state;

	configure(k);
	expect_out(k, "show",
		   "Prot LocalAddress:Port Scheduler Flags\n"
		   "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn  State     Reason\n"
		   "UDP  10.10.31.100:53 rr tie first midstream drop\n"
		   "  -> 192.168.31.101:53            Masq    1      3          4          up\n"
		   "TCP  10.10.31.100:80 wlc name www\n"
		   "  -> 192.168.31.101:8080          Masq    3      3          4          up\n"
		   "  -> 192.168.31.102:8080          Masq    1      3          4          up\n");
	expect_out(k, "show ipvsadm",
		   "Prot LocalAddress:Port Scheduler Flags\n"
		   "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n"
		   "UDP  10.10.31.100:53 rr\n"
		   "  -> 192.168.31.101:53            Masq    1      3          4\n"
		   "TCP  10.10.31.100:80 wlc\n"
		   "  -> 192.168.31.101:8080          Masq    3      3          4\n"
		   "  -> 192.168.31.102:8080          Masq    1      3          4\n");
	expect_out(k, "vip show",
		   "10.10.31.100                            unknown-port drop    active   services 0\n");
}

static const char golden[] =
	"{ \"services\": [ {\n"
	"  \"service\": \"udp 10.10.31.100:53\", \"fwmark\": null,\n"
	"  \"proto\": \"udp\", \"addr\": \"10.10.31.100\", \"prefix\": 32,\n"
	"  \"port\": 53, \"port_last\": 53,\n"
	"  \"name\": null, \"scheduler\": \"rr\", \"method\": null, \"tie\": null,\n"
	"  \"midstream\": null, \"owner\": null, \"on_down\": null,\n"
	"  \"on_server_gone\": null, \"hook\": null,\n"
	"  \"servers\": [ {\n"
	"    \"service\": \"udp 10.10.31.100:53\", \"fwmark\": null,\n"
	"    \"proto\": \"udp\", \"vip\": \"10.10.31.100\", \"vip_port\": 53,\n"
	"    \"addr\": \"192.168.31.101\", \"port\": 53, \"name\": null,\n"
	"    \"weight\": 1, \"operator_weight\": null, \"effective_weight\": 1,\n"
	"    \"max_conns\": 0, \"min_conns\": 0, \"method\": \"nat\",\n"
	"    \"state\": \"up\", \"admin\": null, \"health\": null,\n"
	"    \"leaving\": false, \"full\": false, \"reason\": null,\n"
	"    \"owner\": null, \"active\": 3, \"inactive\": 4\n"
	"  } ]\n"
	"} ] }\n";

static void test_show_json(void **state)
{
	struct fake *k = *state;
	json_t *got, *want;
	struct run run;

	expect_out(k, "-j show", "{\"services\":[]}\n");
	expect_out(k, "service add udp 10.10.31.100:53 scheduler rr", "");
	expect_out(k, "server add udp 10.10.31.100:53 192.168.31.101 weight 1",
		   "");
	run = run_lbctl(k, "show -j", NULL);
	assert_string_equal(run.err, "");
	got = json_loads(run.out, 0, NULL);
	want = json_loads(golden, 0, NULL);
	assert_non_null(want);
	assert_true(json_equal(got, want));
	/* one service a line */
	assert_non_null(strstr(run.out, "[\n{\"service\":\"udp 10.10.31.100:53\","));
	json_decref(got);
	json_decref(want);
	run_free(&run);
}

#define SAVED \
	"begin\n" \
	"vip set 10.10.31.100 unknown-port drop\n" \
	DNS "\n" \
	"server add udp 10.10.31.100:53 192.168.31.101:53 weight 1\n" \
	WWW "\n" \
	"server add tcp 10.10.31.100:80 192.168.31.101:8080 name web1 weight 3\n" \
	"server add tcp 10.10.31.100:80 192.168.31.102:8080 weight 1 max-conns 100:75\n" \
	"end\n"

static void test_save_apply(void **state)
{
	struct fake *k = *state;
	struct run run;

	expect_out(k, "save", "");
	configure(k);
	expect_out(k, "save", SAVED);
	run = run_lbctl(k, "apply -", SAVED);
	assert_string_equal(run.err, "");
	assert_string_equal(run.out,
			    "6 objects changed, generation 1, digest 0000000000abcdef\n");
	assert_int_equal(run.status, DONE);
	run_free(&run);
	expect_out(k, "save", SAVED);

	run = run_lbctl(k, "apply - dry-run force", "# nothing\n");
	assert_string_equal(run.out,
			    "6 objects would change, generation 1, digest 0000000000abcdef\n");
	run_free(&run);
	expect_out(k, "save", SAVED);
	run = run_lbctl(k, "apply - force -j", "");
	assert_string_equal(run.out,
			    "{\"dry_run\":false,\"changed\":0,\"generation\":2,\"digest\":\"0000000000abcdef\"}\n");
	run_free(&run);
	expect_out(k, "save", "");
}

#define EMPTY	": no service, server or VIP in it: this would delete all; say force, or use flush\n"

/* What a broken pipe leaves of a file is refused and changes nothing. */
static void test_apply_part(void **state)
{
	static const char part[] = "begin\n" DNS "\n";
	struct fake *k = *state;
	unsigned int before;

	configure(k);
	before = k->messages;
	expect_err(k, "apply -", "", REFUSED, "lbctl: stdin" EMPTY);
	expect_err(k, "apply - dry-run", "begin\nend\n", REFUSED,
		   "lbctl: stdin" EMPTY);
	expect_err(k, "apply -", "server disable www web1\nlimits set conns 5\n",
		   REFUSED, "lbctl: stdin" EMPTY);
	expect_err(k, "apply - force", part, REFUSED,
		   "lbctl: stdin: it is cut off: \"begin\" stands at its head, but no \"end\" at its foot\n");
	expect_err(k, "apply -", DNS "\nbegin\nend 1\n", REFUSED,
		   "lbctl: stdin:2:1: \"begin\" stands before all statements\n"
		   "lbctl: stdin:3:5: \"1\" is too much\n");
	expect_err(k, "apply -", "begin\nend\n" DNS "\n", REFUSED,
		   "lbctl: stdin:3:1: \"end\" stands behind all statements\n");
	assert_int_equal(k->messages, before);
	expect_out(k, "save", SAVED);
}

/* The commit has force, too: what is to go has no object in the file. */
static void test_apply_force(void **state)
{
	const struct nlattr *attr;
	struct fake *k = *state;
	bool force = false;
	struct run run;

	configure(k);
	run = run_lbctl(k, "apply - force", "vip set 10.0.0.1 unknown-port drop\n");
	assert_int_equal(run.status, DONE);
	run_free(&run);
	assert_int_equal(k->last_cmd, L4LB_CMD_TXN_COMMIT);
	mnl_attr_for_each(attr, (struct nlmsghdr *)k->last,
			  sizeof(struct genlmsghdr))
		force |= mnl_attr_get_type(attr) == L4LB_A_FORCE;
	assert_true(force);
}

/* A new name is not taken for the identity: that is looked up first. */
static void test_rename(void **state)
{
	struct nlmsghdr *nlh, *sent;
	struct l4lb_service s = { 0 };
	struct fake *k = *state;
	struct nlattr *nest;
	const struct nlattr *attr;

	nlh = answer(k);
	nest = mnl_attr_nest_start(nlh, L4LB_A_SERVICE);
	mnl_attr_put_u8(nlh, L4LB_A_SERVICE_PROTO, IPPROTO_TCP);
	mnl_attr_put_u32(nlh, L4LB_A_SERVICE_ADDR, htonl(0x0a0a1f64));
	mnl_attr_put_u16(nlh, L4LB_A_SERVICE_PORT, htons(80));
	mnl_attr_put_strz(nlh, L4LB_A_SERVICE_NAME, "www");
	mnl_attr_put_strz(nlh, L4LB_A_SERVICE_SCHEDULER, "rr");
	mnl_attr_nest_end(nlh, nest);
	answer_end(k, nlh);
	expect_out(k, "service set www name web", "");
	assert_int_equal(k->last_cmd, L4LB_CMD_SERVICE_SET);
	sent = (void *)k->last;
	mnl_attr_for_each(attr, sent, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == L4LB_A_SERVICE)
			l4lb_service_decode(attr, &s, NULL);
	assert_string_equal(s.name, "web");
	assert_int_equal(s.proto, IPPROTO_TCP);
	assert_int_equal(s.port, 80);
	assert_int_equal(s.has, L4LB_BIT(L4LB_A_SERVICE_NAME) |
			 L4LB_BIT(L4LB_A_SERVICE_PROTO) |
			 L4LB_BIT(L4LB_A_SERVICE_ADDR) |
			 L4LB_BIT(L4LB_A_SERVICE_PORT));
	/* Without a new one the name is the identity. */
	expect_out(k, "service set www scheduler rr", "");
	mnl_attr_for_each(attr, sent, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == L4LB_A_SERVICE)
			l4lb_service_decode(attr, &s, NULL);
	assert_string_equal(s.name, "www");
	assert_false(s.has & L4LB_BIT(L4LB_A_SERVICE_PROTO));
}

/* A file's own errors: each at its place, and the kernel is not asked. */
static void test_apply_file(void **state)
{
	struct fake *k = *state;

	expect_err(k, "apply -",
		   "service add tcp 10.0.0.1:80\n"
		   "\n"
		   "  srever add tcp 10.0.0.1:80 10.0.0.2\n"
		   "server add tcp 10.0.0.1:80 10.0.0.2 wieght 3 # why\n"
		   "service del tcp 10.0.0.1:80\n"
		   "server drain all\n"
		   "limits show\n"
		   "service\n"
		   "server drain www web1 reason \"the disk",
		   REFUSED,
		   "lbctl: stdin:3:3: \"srever\" is not known here; did you mean \"server\"?\n"
		   "lbctl: stdin:4:37: \"wieght\" is not known here; did you mean \"weight\"?\n"
		   "lbctl: stdin:5:9: \"del\" is not known here; known: add\n"
		   "lbctl: stdin:6:17: the server (ADDR[:PORT] or NAME) is missing\n"
		   "lbctl: stdin:7:8: \"show\" is not known here; known: set\n"
		   "lbctl: stdin:8:8: the verb (add) is missing\n"
		   "lbctl: stdin:9:30: the quotation mark is never closed\n");
	assert_int_equal(k->messages, 0);
	expect_err(k, "apply /nonexistent/file", NULL, REFUSED,
		   "lbctl: /nonexistent/file: No such file or directory\n");
	expect_err(k, "apply /", NULL, REFUSED, "lbctl: /: Is a directory\n");
	assert_int_equal(k->messages, 0);
}

/* The kernel's refusals: services go first, then servers, then VIPs. */
static void test_apply_refused(void **state)
{
	static const char file[] =
		"vip set 10.0.0.1 unknown-port drop\n"
		"service add tcp 10.0.0.1:80 name one\n"
		"  server add one 10.0.0.2\n"
		"service add tcp 10.0.0.1:81 name two\n"
		"    server add two 10.0.0.3\n";
	struct fake *k = *state;

	k->refuse_cmd = L4LB_CMD_SERVER_NEW;
	k->refuse_object = 1;
	k->refuse_errno = ENOENT;
	k->refuse_text = "no such service";
	k->refuse_cookie = 3;
	expect_err(k, "apply -", file, REFUSED,
		   "lbctl: stdin:5:5: server 10.0.0.3 of two: no such service\n");
	k->refuse_seen = 0;
	k->refuse_cmd = L4LB_CMD_VIP_SET;
	k->refuse_object = 0;
	k->refuse_cookie = 4;
	k->refuse_attr = L4LB_A_VIP_UNKNOWN_PORT;
	k->refuse_text = "not today";
	expect_err(k, "apply -", file, REFUSED,
		   "lbctl: stdin:1:1: vip 10.0.0.1: not today (unknown-port)\n");
	/* About no object: the base generation, for example. */
	k->refuse_cmd = L4LB_CMD_TXN_COMMIT;
	k->refuse_object = ~0U;
	k->refuse_cookie = -1;
	k->refuse_text = "a message was accepted in part";
	expect_err(k, "apply -", file, REFUSED,
		   "lbctl: stdin: a message was accepted in part\n");
	assert_int_equal(k->generation, 0);
	assert_int_equal(k->last_cmd, L4LB_CMD_TXN_ABORT);
}

/* A file of ten thousand lines is a handful of messages. */
static void test_apply_many(void **state)
{
	struct fake *k = *state;
	size_t len;
	unsigned int i;
	struct run run;
	char *file;
	FILE *f = open_memstream(&file, &len);

	for (i = 0; i < 5000; i++) {
		fprintf(f, "service add tcp 10.0.%u.%u:80 scheduler rr\n",
			i >> 8, i & 255);
		fprintf(f, "server add tcp 10.0.%u.%u:80 192.168.0.1 weight 1\n",
			i >> 8, i & 255);
	}
	fclose(f);
	run = run_lbctl(k, "apply -", file);
	assert_string_equal(run.err, "");
	assert_int_equal(k->n_store, 10000);
	assert_in_range(k->messages, 4, 60);
	run_free(&run);
	free(file);
}

/* Limits are raised before the commit, and put back where it is refused. */
static void test_apply_limits(void **state)
{
	struct fake *k = *state;
	unsigned int before;

	k->refuse_cmd = L4LB_CMD_TXN_COMMIT;
	k->refuse_object = ~0U;
	k->refuse_errno = ENOSPC;
	before = k->messages;
	expect_err(k, "apply -",
		   "limits set services 1000 conns 5\n"
		   "vip set 10.0.0.1 unknown-port drop\n", REFUSED,
		   "lbctl: stdin: No space left on device\n");
	/* family, get, raise, begin, VIP, commit, abort, restore */
	assert_int_equal(k->messages - before, 8);
	assert_int_equal(k->last_cmd, L4LB_CMD_LIMITS_SET);
	k->refuse_cmd = 0;
	before = k->messages;
	expect_out(k, "limits set services 7 timeout close=3", "");
	assert_int_equal(k->messages - before, 2);
}

static bool last_has_text(const struct fake *k)
{
	struct l4lb_server s = { 0 };
	const struct nlattr *attr;

	mnl_attr_for_each(attr, (struct nlmsghdr *)k->last,
			  sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == L4LB_A_SERVER)
			l4lb_server_decode(attr, &s);
	return s.has & L4LB_BIT(L4LB_A_SERVER_TEXT);
}

static void test_states(void **state)
{
	struct fake *k = *state;

	configure(k);
	expect_out(k, "server drain www 192.168.31.101:8080 reason disk", "");
	assert_int_equal(k->last_cmd, L4LB_CMD_SERVER_STATE_SET);
	/* both of its services in one message */
	k->objects = 0;
	expect_out(k, "server disable all 192.168.31.101", "");
	assert_int_equal(k->objects, 2);
	k->objects = 0;
	expect_out(k, "server weight all web1 9", "");
	assert_int_equal(k->objects, 1);
	/* The reason of a weight goes with it. */
	expect_out(k, "server weight udp 10.10.31.100:53 192.168.31.101:53 default", "");
	assert_true(last_has_text(k));
	expect_out(k, "server weight udp 10.10.31.100:53 192.168.31.101:53 default reason x", "");
	expect_out(k, "server weight udp 10.10.31.100:53 192.168.31.101:53 3", "");
	assert_false(last_has_text(k));
	expect_err(k, "server enable all 192.168.31.199", NULL, REFUSED,
		   "lbctl: no service has a server 192.168.31.199\n");
	expect_err(k, "server enable www web9", NULL, REFUSED,
		   "lbctl: service www has no server web9\n");
}

static void test_refusals(void **state)
{
	struct fake *k = *state;

	k->refuse_cmd = L4LB_CMD_SERVICE_NEW;
	k->refuse_errno = EINVAL;
	k->refuse_text = "unknown scheduler: rr and wlc are available";
	k->refuse_attr = L4LB_A_SERVICE_SCHEDULER;
	expect_err(k, "service add tcp [2001:db8::1]:80 scheduler lblc", NULL,
		   REFUSED,
		   "lbctl: service tcp [2001:db8::1]:80: unknown scheduler: rr and wlc are available\n");
	k->absent = true;
	expect_err(k, "show", NULL, REFUSED,
		   "lbctl: l4lb.ko is not loaded: modprobe l4lb\n");
	expect_err(k, "-j show", NULL, REFUSED,
		   "lbctl: l4lb.ko is not loaded: modprobe l4lb\n");
}

static void put_candidate(struct nlmsghdr *nlh, unsigned int last, __u64 score,
			  __u32 reason)
{
	struct nlattr *step = mnl_attr_nest_start(nlh, L4LB_A_EXPLAIN_STEP);
	struct l4lb_addr addr = { 4, { 192, 168, 31, last } };
	struct nlattr *server;

	mnl_attr_put_u8(nlh, L4LB_A_STEP_KIND, L4LB_STEP_CANDIDATE);
	if (reason)
		mnl_attr_put_u32(nlh, L4LB_A_STEP_REASON, reason);
	server = mnl_attr_nest_start(nlh, L4LB_A_STEP_SERVER);
	l4lb_put_addr(nlh, L4LB_A_SERVER_ADDR, &addr);
	l4lb_put_be16(nlh, L4LB_A_SERVER_PORT, 80);
	mnl_attr_put_u32(nlh, L4LB_A_SERVER_EFF_WEIGHT, 1);
	mnl_attr_put_u32(nlh, L4LB_A_SERVER_ACTIVE, 2);
	mnl_attr_put_u32(nlh, L4LB_A_SERVER_INACTIVE, 3);
	mnl_attr_nest_end(nlh, server);
	mnl_attr_put_u64(nlh, L4LB_A_STEP_SCORE, score);
	if (!reason)
		mnl_attr_put(nlh, L4LB_A_STEP_CHOSEN, 0, NULL);
	mnl_attr_nest_end(nlh, step);
}

static void put_bare_step(struct nlmsghdr *nlh, __u8 kind)
{
	struct nlattr *step = mnl_attr_nest_start(nlh, L4LB_A_EXPLAIN_STEP);

	mnl_attr_put_u8(nlh, L4LB_A_STEP_KIND, kind);
	mnl_attr_nest_end(nlh, step);
}

static void test_explain(void **state)
{
	struct l4lb_addr client = { 4, { 10, 10, 31, 200 } };
	struct l4lb_addr vip = { 4, { 10, 10, 31, 100 } };
	struct fake *k = *state;
	struct nlmsghdr *nlh = answer(k);
	struct nlattr *nest;

	mnl_attr_put_u64(nlh, L4LB_A_COUNT, 5);
	nest = mnl_attr_nest_start(nlh, L4LB_A_EXPLAIN);
	mnl_attr_put_u8(nlh, L4LB_A_EXPLAIN_PROTO, IPPROTO_TCP);
	l4lb_put_addr(nlh, L4LB_A_EXPLAIN_CLIENT, &client);
	l4lb_put_be16(nlh, L4LB_A_EXPLAIN_CLIENT_PORT, 40000);
	l4lb_put_addr(nlh, L4LB_A_EXPLAIN_VIP, &vip);
	l4lb_put_be16(nlh, L4LB_A_EXPLAIN_VIP_PORT, 80);
	mnl_attr_put_u8(nlh, L4LB_A_EXPLAIN_TCP_FLAGS, 0x12);
	mnl_attr_put_u8(nlh, L4LB_A_EXPLAIN_HOOK, L4LB_HOOK_PREROUTING);
	mnl_attr_put_u8(nlh, L4LB_A_EXPLAIN_VERDICT, L4LB_VERDICT_FORWARD);
	mnl_attr_put_u32(nlh, L4LB_A_EXPLAIN_REASON, L4LB_REASON_NEW);
	put_bare_step(nlh, L4LB_STEP_HOOK);
	put_bare_step(nlh, L4LB_STEP_PARSE);
	put_bare_step(nlh, L4LB_STEP_VIP);
	put_bare_step(nlh, L4LB_STEP_CONN);
	put_candidate(nlh, 101, 515, 0);
	put_candidate(nlh, 102, 0, L4LB_REASON_DRAINING);
	put_bare_step(nlh, L4LB_STEP_VERDICT);
	mnl_attr_nest_end(nlh, nest);
	answer_end(k, nlh);
	expect_out(k, "explain tcp 10.10.31.200:40000 10.10.31.100:80 flags SYN,ACK",
		   "packet      tcp 10.10.31.200:40000 > 10.10.31.100:80 SYN,ACK\n"
		   "hook        prerouting\n"
		   "headers     in order\n"
		   "vip         10.10.31.100 is a VIP\n"
		   "connection  none yet\n"
		   "candidates  server                       weight active     inactive   score\n"
		   "          > 192.168.31.101:80            1      2          3          515        chosen\n"
		   "            192.168.31.102:80            1      2          3          0          passed over: draining\n"
		   "            and 3 more\n"
		   "verdict     forward: opened a connection (new)\n");
}

static void test_conn(void **state)
{
	struct l4lb_addr client = { 4, { 10, 10, 31, 200 } };
	struct fake *k = *state;
	struct nlmsghdr *nlh = answer(k);
	struct nlattr *nest = mnl_attr_nest_start(nlh, L4LB_A_CONN);

	mnl_attr_put_u8(nlh, L4LB_A_CONN_PROTO, IPPROTO_TCP);
	l4lb_put_addr(nlh, L4LB_A_CONN_CLIENT, &client);
	l4lb_put_be16(nlh, L4LB_A_CONN_CLIENT_PORT, 40000);
	l4lb_put_addr(nlh, L4LB_A_CONN_VIP, &client);
	l4lb_put_be16(nlh, L4LB_A_CONN_VIP_PORT, 80);
	l4lb_put_addr(nlh, L4LB_A_CONN_SERVER, &client);
	l4lb_put_be16(nlh, L4LB_A_CONN_SERVER_PORT, 8080);
	mnl_attr_put_u8(nlh, L4LB_A_CONN_METHOD, L4LB_METHOD_NAT);
	mnl_attr_put_u8(nlh, L4LB_A_CONN_STATE, L4LB_STATE_ESTABLISHED);
	mnl_attr_put_u32(nlh, L4LB_A_CONN_EXPIRES, 899500);
	mnl_attr_nest_end(nlh, nest);
	answer_end(k, nlh);
	expect_out(k, "conn show client 10.10.0.0/16 state established",
		   "Prot Expire   State        Method  Client                   Virtual                  Server\n"
		   "TCP  14:59    established  nat     10.10.31.200:40000       10.10.31.200:80          10.10.31.200:8080\n");
	expect_out(k, "-j conn show",
		   "{\"connections\":[\n"
		   "{\"proto\":\"tcp\",\"client\":\"10.10.31.200:40000\",\"vip\":\"10.10.31.200:80\",\"server\":\"10.10.31.200:8080\",\"method\":\"nat\",\"state\":\"established\",\"expires_ms\":899500}\n"
		   "]}\n");
	k->answer_len = 0;
	nlh = answer(k);
	mnl_attr_put_u64(nlh, L4LB_A_COUNT, 12);
	answer_end(k, nlh);
	expect_out(k, "conn flush", "12 connections flushed\n");
}

/* An event comes behind the answers of l4lb_open(), as it would. */
static ssize_t monitor_recv(void *ctx, void *buf, size_t len)
{
	struct l4lb_addr addr = { 4, { 10, 0, 0, 1 } };
	struct fake *k = ctx;
	struct nlmsghdr *nlh;
	struct nlattr *nest;

	if (!k->out_len && k->messages == 1) {
		k->messages = 2;
		nlh = event(k, L4LB_CMD_SERVICE_DEL_NTF);
		nest = mnl_attr_nest_start(nlh, L4LB_A_SERVICE);
		mnl_attr_put_u8(nlh, L4LB_A_SERVICE_PROTO, IPPROTO_UDP);
		l4lb_put_addr(nlh, L4LB_A_SERVICE_ADDR, &addr);
		l4lb_put_be16(nlh, L4LB_A_SERVICE_PORT, 53);
		mnl_attr_nest_end(nlh, nest);
		fake_end(k, nlh);
		nlh = event(k, L4LB_CMD_COMMIT_NTF);
		mnl_attr_put_u64(nlh, L4LB_A_GENERATION, 9);
		mnl_attr_put_u64(nlh, L4LB_A_DIGEST, 255);
		mnl_attr_put_u64(nlh, L4LB_A_COUNT, 1);
		fake_end(k, nlh);
		nlh = event(k, L4LB_CMD_ALARM_NTF);
		mnl_attr_put_u8(nlh, L4LB_A_ALARM, L4LB_ALARM_CONNS_NEAR);
		fake_end(k, nlh);
	} else if (!k->out_len && k->messages == 2) {
		k->messages = 3;
		return -ENOBUFS;
	}
	return fake_recv(ctx, buf, len);
}

/* Without the time, which each line begins with. */
static void test_monitor(void **state)
{
	static const char * const expected[] = {
		"listening",
		"service-del  udp 10.0.0.1:53",
		"commit       generation 9 digest 00000000000000ff changed 1",
		"alarm        conns_near: four fifths of the connection limit are used",
		"lost: some events did not fit into the socket",
		NULL
	};
	struct fake *k = *state;
	char *line, *rest;
	unsigned int i;
	struct run run;

	run = run_lbctl_recv(k, "monitor", NULL, monitor_recv);
	/* The fake has no more; a kernel would block. */
	assert_string_equal(run.err, "lbctl: the kernel did not answer\n");
	rest = run.out;
	for (i = 0; expected[i]; i++) {
		line = strsep(&rest, "\n");
		assert_true(strlen(line) > 24);
		assert_int_equal(line[10], 'T');
		assert_string_equal(line + 24, expected[i]);
	}
	assert_string_equal(rest, "");
	run_free(&run);
}

static void put_stats(struct nlmsghdr *nlh, __u16 type, unsigned int base)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);
	unsigned int i;

	for (i = L4LB_A_STATS_CONNS; i <= L4LB_A_STATS_BYTES_OUT; i++)
		mnl_attr_put_u64(nlh, i, base * i);
	mnl_attr_nest_end(nlh, nest);
}

static void test_stats(void **state)
{
	static const char * const expected[] = {
		"                                        conns   packets in       bytes in",
		"total                                      10           20             30",
		"     no_server                              7  no server may take a new connection",
		"     reason_999                             1",
		"tcp 10.10.31.100:80                         0            0              0",
		"  -> 192.168.31.101:8080                    0            0              0",
	};
	struct fake *k = *state;
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	unsigned int i;
	struct run run;

	expect_out(k, WWW, "");
	expect_out(k, "server add tcp 10.10.31.100:80 192.168.31.101:8080", "");
	nlh = answer(k);
	put_stats(nlh, L4LB_A_STATS, 10);
	nest = mnl_attr_nest_start(nlh, L4LB_A_REASON);
	mnl_attr_put_u32(nlh, L4LB_A_REASON_ID, L4LB_REASON_NO_SERVER);
	mnl_attr_put_strz(nlh, L4LB_A_REASON_NAME, "no_server");
	mnl_attr_put_u64(nlh, L4LB_A_REASON_PACKETS, 7);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, L4LB_A_REASON);
	mnl_attr_put_u32(nlh, L4LB_A_REASON_ID, 999);
	mnl_attr_put_u64(nlh, L4LB_A_REASON_PACKETS, 1);
	mnl_attr_nest_end(nlh, nest);
	answer_end(k, nlh);
	run = run_lbctl(k, "stats", NULL);
	assert_string_equal(run.err, "");
	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		if (!strstr(run.out, expected[i]))
			fail_msg("no \"%s\" in:\n%s", expected[i], run.out);
	run_free(&run);
}

/* Whatever the words are, the answer is a sentence or a table. */
static void test_random(void **state)
{
	static const char * const words[] = {
		"service", "server", "vip", "limits", "conn", "stats", "save",
		"apply", "explain", "add", "set", "del", "show", "drain",
		"enable", "disable", "weight", "flush", "tcp", "udp", "all",
		"www", "10.0.0.1", "10.0.0.1:80", "[2001:db8::1]:80", "::",
		"name", "scheduler", "method", "nat", "timeout", "close=1,",
		"max-conns", "5:", "5:3", "reason", "-", "-j", "0", "65536",
		"client", "10.0.0.0/8", "state", "udp=,", "=", "\"", "#", "dry-run",
		"unknown-port", "drop", "memory", "4G", "flags", "SYN,", "hook",
		"force", "now", "default", "digest", "version", "help", "",
	};
	const unsigned int n = sizeof(words) / sizeof(words[0]);
	struct fake *k = *state;
	char line[512], file[2048];
	unsigned int round, i, len;
	struct run run;

	srand(2);
	for (round = 0; round < 4000; round++) {
		line[0] = '\0';
		file[0] = '\0';
		for (i = 0, len = 1 + rand() % 9; i < len; i++)
			snprintf(line + strlen(line), 40, "%s ",
				 words[rand() % n]);
		for (i = 0, len = rand() % 40; i < len; i++)
			snprintf(file + strlen(file), 40, "%s%c",
				 words[rand() % n], rand() % 4 ? ' ' : '\n');
		if (k->n_store > 100)
			k->n_store = 0;
		run = run_lbctl(k, round & 1 ? line : "apply -", file);
		assert_in_range(run.status, DONE, USAGE);
		assert_int_equal(!*run.err, run.status == DONE);
		run_free(&run);
	}
}

static void test_version(void **state)
{
	struct fake *k = *state;

	expect_out(k, "version",
		   "lbctl 0.1.0\n"
		   "l4lb.ko 0.1.0\n"
		   "generation 0\n"
		   "digest 0000000000abcdef\n");
	expect_err(k, "version digest", NULL, REFUSED,
		   "lbctl: the module's digest is not that of the objects it lists, unless they have just changed\n");
}

/* Every command has its forms, and they begin with its name. */
static void test_help(void **state)
{
	struct fake *k = *state;
	const struct command *c;
	struct run run;
	char line[64];

	for (c = commands; c->name; c++) {
		snprintf(line, sizeof(line), "help %s", c->name);
		run = run_lbctl(k, line, NULL);
		assert_int_equal(run.status, DONE);
		assert_non_null(strstr(run.out, c->usage));
		assert_int_equal(strncmp(c->usage, c->name, strlen(c->name)),
				 0);
		run_free(&run);
	}
	assert_int_equal(k->messages, 0);
}

int main(void)
{
#define TEST(t)	cmocka_unit_test_setup_teardown(t, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_show), TEST(test_show_json), TEST(test_save_apply),
		TEST(test_apply_part), TEST(test_apply_force),
		TEST(test_rename),
		TEST(test_apply_file), TEST(test_apply_refused),
		TEST(test_apply_many), TEST(test_apply_limits),
		TEST(test_states), TEST(test_refusals), TEST(test_explain),
		TEST(test_conn), TEST(test_monitor), TEST(test_stats),
		TEST(test_random), TEST(test_version), TEST(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
