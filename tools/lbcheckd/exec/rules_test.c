// SPDX-License-Identifier: GPL-2.0
/* What root will not run, what the end of a script means, its last line. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "../evidence.h"
#include "outcome.h"
#include "rules.h"
#include "tail.h"

static void path_is(const char *name, int result, const char *what)
{
	char path[PATH_MAX] = "", text[PROTO_TEXT + 1] = "";

	assert_int_equal(rules_find(name, path, sizeof(path), text), result);
	assert_string_equal(result ? text : path, what);
}

static void test_find(void **state)
{
	char text[PROTO_TEXT + 1], path[8];

	(void)state;
	path_is("/bin/true", 0, "/bin/true");
	path_is("true", 0, "/usr/bin/true");
	path_is("no-such-thing", -1,
		"cannot run no-such-thing: No such file or directory");
	path_is("./true", -1, "cannot run ./true: not an absolute path");
	path_is("/dev/null", -1, "cannot run /dev/null: not an executable file");
	path_is("/etc/passwd", -1,
		"cannot run /etc/passwd: not an executable file");
	path_is("/bin", -1, "cannot run /bin: Is a directory");
	assert_int_equal(rules_find("/bin/true", path, sizeof(path), text), -1);
	assert_string_equal(text, "cannot run /bin/true: File name too long");
}

static void may(const char *path, const char *reason)
{
	char text[PROTO_TEXT + 1] = "", expected[300];

	snprintf(expected, sizeof(expected), "will not be run by root: %s",
		 reason ? reason : "");
	assert_int_equal(rules_check(path, text), reason ? -1 : 0);
	assert_string_equal(text, reason ? expected : "");
}

/* A tree that is root's: d/e/f, with links to it. */
static void make_tree(void)
{
	assert_int_equal(mkdir("d", 0755), 0);
	assert_int_equal(mkdir("d/e", 0755), 0);
	fclose(fopen("d/e/f", "w"));
	assert_int_equal(chmod("d/e/f", 0755), 0);
	assert_int_equal(symlink("d/e/f", "relative"), 0);
	assert_int_equal(symlink("../e", "d/e/up"), 0);
	assert_int_equal(symlink("circle", "circle"), 0);
}

static void remove_tree(void)
{
	static const char * const names[] = {
		"d/e/f", "d/e/up", "relative", "circle", "d/e", "d",
	};
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(remove(names[i]), 0);
}

/* Each of the ways is closed by what is wrong with @name. */
static void all_refuse(const char *dir, const char *name, const char *why)
{
	static const char * const ways[] = {
		"d/e/f", "relative", "d/e/up/f", "d/../d/e//up/./up/f",
	};
	char path[100], reason[200], text[PROTO_TEXT + 1];
	unsigned int i;

	snprintf(reason, sizeof(reason), "%s/%s %s", dir, name, why);
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, ways[i]);
		assert_int_equal(rules_check(path, text), -1);
		assert_non_null(strstr(text, why));
	}
	snprintf(path, sizeof(path), "%s/d/e/f", dir);
	may(path, reason);
}

static void test_rules(void **state)
{
	char dir[] = "/run/rules_test.XXXXXX", path[100], reason[160];

	(void)state;
	/* other users' files are made here */
	if (geteuid())
		skip();
	umask(022);
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0755) | chdir(dir), 0);
	make_tree();
	may("/usr/bin/env", NULL);
	snprintf(path, sizeof(path), "%s/d/e/f", dir);
	may(path, NULL);
	snprintf(path, sizeof(path), "%s/d/../d/e//up/./up/f", dir);
	may(path, NULL);
	snprintf(path, sizeof(path), "%s/relative", dir);
	may(path, NULL);
	/* in a directory of everybody's, whoever can write is enough */
	may("/tmp/x", "/tmp can be written by everybody");
	snprintf(path, sizeof(path), "%s/circle", dir);
	may(path, "too many links");
	snprintf(path, sizeof(path), "%s/nothing", dir);
	snprintf(reason, sizeof(reason), "%s: No such file or directory", path);
	may(path, reason);

	chmod("d/e/f", 0757);
	all_refuse(dir, "d/e/f", "can be written by everybody");
	chmod("d/e/f", 0775);
	assert_int_equal(chown("d/e/f", 0, 65534), 0);
	all_refuse(dir, "d/e/f", "can be written by a group");
	assert_int_equal(chown("d/e/f", 65534, 0), 0);
	all_refuse(dir, "d/e/f", "belongs to another user than root");
	assert_int_equal(chown("d/e/f", 0, 0), 0);
	/* root's group may, it is 0 */
	snprintf(path, sizeof(path), "%s/d/e/f", dir);
	may(path, NULL);
	chmod("d/e", 0757);
	all_refuse(dir, "d/e", "can be written by everybody");
	chmod("d/e", 0755);
	assert_int_equal(chown("d", 65534, 0), 0);
	all_refuse(dir, "d", "belongs to another user than root");
	assert_int_equal(chown("d", 0, 0), 0);
	assert_int_equal(lchown("relative", 65534, 0), 0);
	snprintf(path, sizeof(path), "%s/relative", dir);
	snprintf(reason, sizeof(reason), "%s belongs to another user than root",
		 path);
	may(path, reason);
	remove_tree();
	assert_int_equal(chdir("/") | rmdir(dir), 0);
}

static void outcome(int status, bool dynamic, bool late, const char *line,
		    enum frame_outcome expected, int weight, const char *text)
{
	struct proto_run run = { .timeout = 5000, .dynamic = dynamic };
	struct proto_done done = { .ms = 7 };
	char got[PROTO_TEXT + 1];

	outcome_read(&done, got, status, &run, late, line);
	assert_int_equal(done.outcome, expected);
	assert_int_equal(done.weighs, weight >= 0);
	assert_int_equal(done.weight, weight < 0 ? 0 : weight);
	if (text)
		assert_string_equal(got, text);
}

#define EXIT(code)	((code) << 8)

static void test_outcome(void **state)
{
	int code;

	(void)state;
	outcome(EXIT(0), false, false, "", FRAME_OK, -1,
		"exit status 0 in 7 ms");
	outcome(EXIT(0), true, false, "", FRAME_OK, -1, NULL);
	outcome(EXIT(1), true, false, "no\x1b", FRAME_FAILED, -1,
		"exit status 1 in 7 ms: no?");
	for (code = 1; code < 256; code++)
		outcome(EXIT(code), false, false, "", FRAME_FAILED, -1, NULL);
	for (code = 2; code < 256; code++)
		outcome(EXIT(code), true, false, "", FRAME_OK, code - 2, NULL);
	outcome(9, false, false, "", FRAME_FAILED, -1,
		"killed by SIGKILL in 7 ms");
	outcome(11 | 0x80, true, false, "x", FRAME_FAILED, -1,
		"killed by SIGSEGV in 7 ms: x");
	/* what it made of SIGTERM does not matter */
	outcome(EXIT(0), false, true, "", FRAME_FAILED, -1,
		"no end within 5000 ms, killed");
	outcome(15, true, true, "here", FRAME_FAILED, -1,
		"no end within 5000 ms, killed: here");
}

static void last_line(const char *data, const char *line)
{
	struct tail whole = { 0 }, pieces = { 0 };
	size_t i;

	tail_add(&whole, data, strlen(data));
	assert_string_equal(whole.line, line);
	for (i = 0; data[i]; i++)
		tail_add(&pieces, data + i, 1);
	assert_string_equal(pieces.line, line);
}

static void test_tail(void **state)
{
	struct tail tail = { 0 };
	unsigned int i;

	(void)state;
	last_line("", "");
	last_line("\n\n", "");
	last_line("a", "a");
	last_line("a\n", "a");
	last_line("a\n\n\n", "a");
	last_line("a\nb", "b");
	last_line("a\nbc\n\nd", "d");
	for (i = 0; i < 1000; i++)
		tail_add(&tail, "0123456789", 10);
	assert_int_equal(tail.len, TAIL_LINE);
	assert_int_equal(strlen(tail.line), TAIL_LINE);
	tail_add(&tail, "\nx\0y", 4);
	assert_string_equal(tail.line, "x?y");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_outcome),
		cmocka_unit_test(test_tail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
