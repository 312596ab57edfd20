// SPDX-License-Identifier: GPL-2.0
/* lbctl check and lbctl sites: what they print, and how they end. */
#include <unistd.h>
#include <jansson.h>

#include "fake_ctl.h"

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void check(struct fake *k, const char *line, int status,
		  const char *out, const char *err)
{
	struct run run = run_lbctl(k, line, NULL);

	assert_string_equal(run.err, err);
	assert_string_equal(run.out, out);
	assert_int_equal(run.status, status);
	run_free(&run);
}

static json_t *load(struct fake *k, const char *line)
{
	struct run run = run_lbctl(k, line, NULL);
	json_t *json = json_loads(run.out, 0, NULL);

	assert_string_equal(run.err, "");
	assert_int_equal(run.status, DONE);
	assert_non_null(json);
	run_free(&run);
	return json;
}

static json_t *at(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	assert_non_null(value);
	return value;
}

#define GOOD								\
	"virtual_server 192.0.2.1 80 {\n"				\
	"\tprotocol TCP; delay_loop 2; nat_mask 255.255.255.0\n"	\
	"\treal_server 198.51.100.1 80 { TCP_CHECK {} }\n"		\
	"\t@one real_server 198.51.100.2 80 { TCP_CHECK {} }\n"		\
	"}\n"

static void test_good(void **state)
{
	json_t *json, *item;

	write_file("a.conf", GOOD);
	check(*state, "check a.conf -i one", DONE,
	      "a.conf:2:30: note: nat_mask has no effect: only Linux 2.2 asked for it\n"
	      "\tprotocol TCP; delay_loop 2; nat_mask 255.255.255.0\n"
	      "\t                            ^~~~~~~~\n"
	      "a.conf: good: warnings 0, notes 1, services 1, servers 2, checks 2, probes a second 1.0\n",
	      "");
	json = load(*state, "-j check a.conf -i two");
	assert_int_equal(json_array_size(at(json, "complaints")), 1);
	item = json_array_get(at(json, "complaints"), 0);
	assert_string_equal(json_string_value(at(item, "grade")), "note");
	assert_int_equal(json_integer_value(at(item, "line")), 2);
	assert_int_equal(json_integer_value(at(item, "column")), 30);
	assert_int_equal(json_integer_value(at(item, "length")), 8);
	assert_string_equal(json_string_value(at(item, "source")),
			    "\tprotocol TCP; delay_loop 2; nat_mask 255.255.255.0");
	assert_int_equal(json_integer_value(at(json, "errors")), 0);
	assert_int_equal(json_integer_value(at(json, "notes")), 1);
	assert_int_equal(json_integer_value(at(json, "services")), 1);
	assert_int_equal(json_integer_value(at(json, "servers")), 1);
	assert_int_equal(json_integer_value(at(json, "checks")), 1);
	assert_true(json_real_value(at(json, "probes_per_second")) == 0.5);
	assert_true(json_is_null(at(json, "connection_memory")));
	json_decref(json);
	write_file("l.conf", "l4lb { limits { conns 1000 } }\n");
	check(*state, "check l.conf", DONE,
	      "l.conf: good: warnings 0, notes 0, services 0, servers 0, checks 0, probes a second 0.0, connections take 80000 bytes at most\n",
	      "");
}

static void test_bad(void **state)
{
	write_file("b.conf", "virtual_server 192.0.2.1 80 {\n lb_algoo rr\n protocol TCP\n}\n");
	check(*state, "check b.conf", REFUSED,
	      "b.conf:2:2: error: unknown word \"lb_algoo\" in virtual_server: did you mean \"lb_algo\"?\n"
	      " lb_algoo rr\n"
	      " ^~~~~~~~\n"
	      "b.conf: errors 1, warnings 0, notes 0\n",
	      "");
	check(*state, "sites b.conf", REFUSED, "",
	      "b.conf:2:2: error: unknown word \"lb_algoo\" in virtual_server: did you mean \"lb_algo\"?\n"
	      " lb_algoo rr\n"
	      " ^~~~~~~~\n"
	      "lbctl: b.conf: errors, nothing is shown\n");
	check(*state, "check", USAGE, "", "lbctl: after \"check\": FILE is missing\n");
}

static void test_sites(void **state)
{
	json_t *json, *item;

	write_file("s.conf",
		   "site_template { protocol TCP; real_server { weight 1 } }\n"
		   "sites {\n"
		   " A 192.0.2.80:80,192.0.2.80:443 198.51.100.1 198.51.100.2*3\n"
		   " B 192.0.2.81:80 198.51.100.2\n"
		   "}\n"
		   "out_of_service { 198.51.100.1 \"disk\" }\n");
	check(*state, "sites s.conf", DONE,
	      "1  A  tcp 192.0.2.80:80, tcp 192.0.2.80:443\n"
	      "    -198.51.100.1 198.51.100.2*3\n"
	      "2  B  tcp 192.0.2.81:80\n"
	      "    198.51.100.2\n"
	      "\n"
	      "                            1    2\n"
	      "198.51.100.1                -    .\n"
	      "198.51.100.2                3    1\n"
	      "\n"
	      "198.51.100.1: -A\n"
	      "198.51.100.2: A*3 B\n",
	      "");
	json = load(*state, "-j sites s.conf");
	assert_int_equal(json_array_size(at(json, "sites")), 2);
	item = json_array_get(at(json, "sites"), 0);
	assert_string_equal(json_string_value(at(item, "name")), "A");
	assert_int_equal(json_array_size(at(item, "addresses")), 2);
	item = json_array_get(at(item, "servers"), 0);
	assert_string_equal(json_string_value(at(item, "server")),
			    "198.51.100.1");
	assert_true(json_is_true(at(item, "out_of_service")));
	assert_string_equal(json_string_value(at(item, "reason")), "disk");
	item = json_array_get(at(json, "servers"), 1);
	assert_string_equal(json_string_value(at(item, "address")),
			    "198.51.100.2");
	assert_int_equal(json_array_size(at(item, "sites")), 2);
	item = json_array_get(at(item, "sites"), 0);
	assert_string_equal(json_string_value(at(item, "site")), "A");
	assert_int_equal(json_integer_value(at(item, "weight")), 3);
	json_decref(json);
}

static int group_setup(void **state)
{
	char *dir = strdup("/tmp/check_test.XXXXXX");

	*state = dir;
	return !dir || !mkdtemp(dir) || chdir(dir) ? -1 : 0;
}

static int group_teardown(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", (char *)*state);
	free(*state);
	return system(command);
}

#define TEST(function)							\
	cmocka_unit_test_setup_teardown(function, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_good),
		TEST(test_bad),
		TEST(test_sites),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
