// SPDX-License-Identifier: GPL-2.0
/* Grammar: what is wrong with the words, and where. No kernel is asked. */
#include "fake_ctl.h"

#define STATES	"established, fin_wait, close_wait, last_ack, time_wait, close, udp"

static const struct {
	const char *line;
	const char *err;
} cases[] = {
	{ "sevice add",
	  "word 1: \"sevice\" is not known here; did you mean \"service\"?" },
	{ "service", "after \"service\": add, set, del or show is missing" },
	{ "service ad tcp 10.0.0.1:80",
	  "word 2: \"ad\" is not known here; did you mean \"add\"?" },
	{ "service add tpc 10.0.0.1:80",
	  "word 3: \"tpc\" is not known here; did you mean \"tcp\"?" },
	{ "service add sctp 10.0.0.1:80",
	  "word 3: \"sctp\" is not known here; known: tcp, udp, fwmark" },
	{ "service add www",
	  "word 3: \"www\" is not known here; known: tcp, udp, fwmark" },
	{ "service add fwmark", "after \"fwmark\": the mark is missing" },
	{ "service add fwmark x", "word 4: \"x\" is not a number" },
	{ "service add fwmark 0x1g", "word 4: \"0x1g\" is not a mark" },
	{ "service add fwmark 4294967296",
	  "word 4: \"4294967296\" is above the maximum of 4294967295" },
	{ "service add fwmark 3 family",
	  "after \"family\": 4 or 6 is missing" },
	{ "service add fwmark 3 family 5",
	  "word 6: \"5\" is no family: write 4 or 6" },
	{ "service add fwmakr 3",
	  "word 3: \"fwmakr\" is not known here; did you mean \"fwmark\"?" },
	{ "server add fwmrk 3 10.0.0.2",
	  "word 3: \"fwmrk\" is not known here; did you mean \"fwmark\"?" },
	{ "service add tcp 10.0.0.1",
	  "word 4: \"10.0.0.1\" has no port: write 10.0.0.1:PORT" },
	{ "service add tcp 2001:db8::1",
	  "word 4: \"2001:db8::1\" has no port: write [2001:db8::1]:PORT" },
	{ "service add tcp 10.0.0.300:80",
	  "word 4: \"10.0.0.300:80\" is not an ADDR:PORT" },
	{ "service add tcp 10.0.0.1:99999",
	  "word 4: the port in \"10.0.0.1:99999\" is above 65535" },
	{ "service add tcp 10.0.0.1:80-99999",
	  "word 4: the port in \"10.0.0.1:80-99999\" is above 65535" },
	{ "service add tcp 10.0.0.1:80-",
	  "word 4: a number is missing in \"10.0.0.1:80-\"" },
	{ "service add tcp 10.0.0.1:80-x", "word 4: \"x\" is not a number" },
	{ "service add tcp 10.0.0.1:0",
	  "word 4: \"10.0.0.1:0\": write \"any\" for every port" },
	{ "service add tcp 10.0.0.1:0-80",
	  "word 4: \"10.0.0.1:0-80\": write \"any\" for every port" },
	{ "service add tcp 10.0.0.1:anny",
	  "word 4: \"anny\" is not known here; did you mean \"any\"?" },
	{ "service add tcp 10.0.0.1:http",
	  "word 4: \"http\" is not known here; known: any" },
	{ "service add tcp 10.0.0.0/24",
	  "word 4: \"10.0.0.0/24\" has no port: write 10.0.0.0/24:PORT" },
	{ "service add tcp 10.0.0.0/33:80",
	  "word 4: the length in \"10.0.0.0/33:80\" is above 32" },
	{ "service add tcp [2001:db8::/129]:80",
	  "word 4: the length in \"[2001:db8::/129]:80\" is above 128" },
	{ "service add tcp [2001:db8::]/64:80",
	  "word 4: \"[2001:db8::]/64:80\": write [ADDR/LENGTH]:PORT" },
	{ "service add tcp [2001:db8::/64]",
	  "word 4: \"[2001:db8::/64]\" has no port: write [2001:db8::/64]:PORT" },
	{ "service add tcp 10.0.0.0/:80",
	  "word 4: \"10.0.0.0/:80\" is not an ADDR:PORT" },
	{ "service add tcp 10.0.0.1:80 shceduler rr",
	  "word 5: \"shceduler\" is not known here; did you mean \"scheduler\"?" },
	{ "service add tcp 10.0.0.1:80 sched rr",
	  "word 5: \"sched\" is not known here; did you mean \"scheduler\"?" },
	{ "service add tcp 10.0.0.1:80 persist",
	  "after \"persist\": SECONDS[/PREFIX] is missing" },
	{ "service add tcp 10.0.0.1:80 persist 300/",
	  "word 6: a number is missing in \"300/\"" },
	{ "service add tcp 10.0.0.1:80 persist 300/129",
	  "word 6: \"129\" is above the maximum of 128" },
	{ "service add tcp 10.0.0.1:80 persist 5m",
	  "word 6: \"5m\" is not a number" },
	{ "service add tcp 10.0.0.1:80 persit 300",
	  "word 5: \"persit\" is not known here; did you mean \"persist\"?" },
	{ "service add tcp 10.0.0.1:80 one-packet yes",
	  "word 6: \"yes\" is not known here; known: off, on" },
	{ "service add tcp 10.0.0.1:80 one_packet on",
	  "word 5: \"one_packet\" is not known here; did you mean \"one-packet\"?" },
	{ "service add tcp 10.0.0.1:80 slow-start",
	  "after \"slow-start\": SECONDS is missing" },
	{ "service add tcp 10.0.0.1:80 on-down rest",
	  "word 6: \"rest\" is not known here; did you mean \"reset\"?" },
	{ "service add tcp 10.0.0.1:80 on-server-gone keep",
	  "word 6: \"keep\" is not known here; known: reset, drop, reschedule" },
	{ "service add tcp 10.0.0.1:80 hook output",
	  "word 6: \"output\" is not known here; known: prerouting, input" },
	{ "service add tcp 10.0.0.1:80 half-open-max many",
	  "word 6: \"many\" is not a number" },
	{ "service add tcp 10.0.0.1:80 timeout persist=5",
	  "word 6: \"persist\" is not known here; known: syn_sent, syn_recv, "
	  STATES },
	{ "service add tcp 10.0.0.1:80 method sideways",
	  "word 6: \"sideways\" is not known here; known: dr, nat, tunnel, fullnat" },
	{ "service add tcp 10.0.0.1:80 tie first tie first",
	  "word 7: \"tie\" is given twice" },
	{ "service add tcp 10.0.0.1:80 name",
	  "after \"name\": the name is missing" },
	{ "service set www name abcdefghijklmnopqrstuvwxyz0123456789",
	  "word 5: \"abcdefghijklmnopqrstuvwxyz0123456789\" is longer than 31 bytes" },
	{ "service add tcp 10.0.0.1:80 timeout established",
	  "word 6: \"established\" is not STATE=SECONDS" },
	{ "service add tcp 10.0.0.1:80 timeout establised=5",
	  "word 6: \"establised\" is not known here; did you mean \"established\"?" },
	{ "service add tcp 10.0.0.1:80 timeout close=1,close=2",
	  "word 6: \"close\" is given twice" },
	{ "service add tcp 10.0.0.1:80 timeout close=1s",
	  "word 6: \"1s\" is not a number" },
	{ "service del 10.0.0.1:80",
	  "word 3: \"10.0.0.1:80\": write tcp or udp before the address of a service" },
	{ "server add tcp 10.0.0.1:80",
	  "after \"10.0.0.1:80\": the server's ADDR[:PORT] is missing" },
	{ "server add tpc 10.0.0.1:80 10.0.0.2",
	  "word 3: \"tpc\" is not known here; did you mean \"tcp\"?" },
	{ "server show www web1",
	  "word 4: \"web1\" is not an ADDR[:PORT]" },
	{ "server add www 10.0.0.2 weight heavy",
	  "word 6: \"heavy\" is not a number" },
	{ "server add www 10.0.0.2 weight -5",
	  "word 6: there is no option \"-5\"; options are -j, -N and -i INSTANCE" },
	{ "server add www 10.0.0.2 weight 4294967296",
	  "word 6: \"4294967296\" is above the maximum of 4294967295" },
	{ "server add www 10.0.0.2 max-conns 5:",
	  "word 6: a number is missing in \"5:\"" },
	{ "server del www 10.0.0.2 now nwo",
	  "word 6: \"nwo\" is not known here; did you mean \"now\"?" },
	{ "server drain all 9web",
	  "word 4: \"9web\" is neither ADDR[:PORT] nor a name" },
	{ "server drain all web1 deadline",
	  "after \"deadline\": the deadline (90s, 10m, 2h) is missing" },
	{ "server drain all web1 deadline soon",
	  "word 6: \"soon\" is not a time: write 90s, 10m or 2h" },
	{ "server drain all web1 deadline 10d",
	  "word 6: \"10d\" is not a number" },
	{ "server drain all web1 deadline 2000000h",
	  "word 6: \"2000000\" is above the maximum of 1193046" },
	{ "server disable all web1 deadline 10m",
	  "word 5: \"deadline\" belongs to drain only" },
	{ "server weight all web1 3 for 2h",
	  "word 6: \"for\" is not available in this version" },
	{ "server weight all web1",
	  "after \"web1\": the weight or \"default\" is missing" },
	{ "vip set 10.0.0.1",
	  "after \"10.0.0.1\": unknown-port pass|reject|drop is missing" },
	{ "vip set 10.0.0.0/33 unknown-port drop",
	  "word 3: the length in \"10.0.0.0/33\" is above 32" },
	{ "vip show 10.0.0.0/x",
	  "word 3: \"10.0.0.0/x\" is not ADDR[/LENGTH]" },
	{ "vip set 10.0.0.1 unknown-port block",
	  "word 5: \"block\" is not known here; known: pass, reject, drop" },
	{ "limits set",
	  "after \"set\": conns, memory, services, servers, vips or timeout is missing" },
	{ "limits set memory 4X", "word 4: \"4X\" is not a number" },
	{ "limits set memory 99999999999999G",
	  "word 4: \"99999999999999\" is above the maximum of 17179869183" },
	{ "conn show client 10.0.0.0/33",
	  "word 4: \"10.0.0.0/33\" is not ADDR[/LENGTH]" },
	{ "conn show state open",
	  "word 4: \"open\" is not known here; known: syn_sent, syn_recv, "
	  STATES ", persist" },
	{ "conn show server 10.0.0.1 server 10.0.0.2",
	  "word 5: \"server\" is given twice" },
	{ "explain tcp 10.0.0.1:1 10.0.0.2:2 flags SYM",
	  "word 6: \"SYM\" is not known here; did you mean \"SYN\"?" },
	{ "explain tcp 10.0.0.1:1 10.0.0.2:2 hook ingress",
	  "word 6: \"ingress\" is not known here; known: prerouting, input, output" },
	{ "explain tcp 10.0.0.1:1 10.0.0.2:2 mark",
	  "after \"mark\": the mark is missing" },
	{ "explain tcp 10.0.0.1:1 10.0.0.2:2 makr 3",
	  "word 5: \"makr\" is not known here; did you mean \"mark\"?" },
	{ "monitor drop 3",
	  "word 2: \"drop\" is not known here; did you mean \"drops\"?" },
	{ "flush surplus", "word 2: \"surplus\" is too much" },
	{ "stats rate 0", "word 3: SECONDS is at least 1" },
	{ "apply", "after \"apply\": FILE (or - for stdin) is missing" },
	{ "apply - confirm 60s",
	  "word 3: \"confirm\" is not available in this version" },
	{ "monitor sate",
	  "word 2: \"sate\" is not known here; did you mean \"state\"?" },
	{ "help shwo",
	  "word 2: \"shwo\" is not known here; did you mean \"show\"?" },
	{ "", "a command is missing; \"lbctl help\" lists them" },
	{ "-j", "a command is missing; \"lbctl help\" lists them" },
	{ "show --all",
	  "word 2: there is no option \"--all\"; options are -j, -N and -i INSTANCE" },
};

static void test_usage(void **state)
{
	struct fake *k = fake_new();
	unsigned int i;
	char err[600];

	(void)state;
	k->absent = true;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(err, sizeof(err), "lbctl: %s\n", cases[i].err);
		expect_err(k, cases[i].line, NULL, USAGE, err);
		assert_int_equal(k->messages, 0);
	}
	fake_free(k);
}

static void test_nearest(void **state)
{
	static const char * const known[] = {
		"scheduler", "method", "max-conns", "name", NULL
	};

	(void)state;
	assert_string_equal(words_nearest("meth", known), "method");
	assert_string_equal(words_nearest("mehtod", known), "method");
	assert_string_equal(words_nearest("max_conns", known), "max-conns");
	assert_null(words_nearest("m", known));
	assert_null(words_nearest("persist", known));
	assert_null(words_nearest("", known));
	assert_null(words_nearest("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
				  known));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
