// SPDX-License-Identifier: GPL-2.0
/* Scripts that end well and badly, hang, multiply, shout, and are not to run. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "../peer.h"
#include "exec.h"
#include "rules.h"

#define NAME	"script"
#define LONG_MS		50000
#define SHORT_MS	500
/* enough to print something before it is over */
#define SOME_MS		3000

/**
 * struct rig - an executor
 * @real: the program, not the forked child
 * @peer: it
 * @dir: for scripts; root's, as /root or /run are
 * @odd: number of seconds nobody else sleeps
 */
struct rig {
	bool real;
	struct peer peer;
	char dir[32];
	char odd[16];
};

static void start(struct rig *rig, __u32 slots)
{
	char path[700], number[16];
	int fd = peer_fork(&rig->peer);

	if (fd >= 0 && rig->real) {
		peer_path(path, sizeof(path), "lbcheckd/exec/exec");
		snprintf(number, sizeof(number), "%u", slots);
		dup2(fd, 0);
		/* what a daemon may have done */
		signal(SIGTERM, SIG_IGN);
		execl(path, path, number, NULL);
		_exit(127);
	} else if (fd >= 0) {
		exit(exec_run(fd, slots));
	}
	assert_int_equal(peer_next(&rig->peer)->type, PROTO_STARTED);
	assert_int_equal(rig->peer.msg->started.slots, slots);
}

/* A run of "program arguments" as root. */
static void run_as(struct rig *rig, __u64 id, const char *words,
		   const struct proto_run *how)
{
	char copy[256], *at = copy, *word;
	const char *argv[16];
	struct proto_msg msg = { .type = PROTO_RUN, .id = id, .run = *how };

	snprintf(copy, sizeof(copy), "%s", words);
	msg.run.argv = argv;
	while ((word = strsep(&at, " ")))
		argv[msg.run.n_argv++] = word;
	if (!msg.run.timeout)
		msg.run.timeout = LONG_MS;
	peer_send(&rig->peer, &msg);
}

#define RUN(rig, id, words, ...)					\
	run_as(rig, id, words, &(struct proto_run){ .check = true, __VA_ARGS__ })

static const struct proto_done *done(struct rig *rig, __u64 id)
{
	const struct proto_msg *msg = peer_next(&rig->peer);

	assert_int_equal(msg->type, PROTO_DONE);
	assert_int_equal(msg->id, id);
	return &msg->done;
}

static void expect(struct rig *rig, __u64 id, enum frame_outcome outcome,
		   const char *evidence)
{
	const struct proto_done *d = done(rig, id);

	peer_is("evidence", d->evidence, evidence);
	assert_int_equal(d->outcome, outcome);
}

/* A script with that body; its name. */
static const char *script(struct rig *rig, const char *body, int mode)
{
	static char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/" NAME, rig->dir);
	unlink(path);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", body);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

/* How many processes sleep that number of seconds, zombies not counted. */
static unsigned int sleepers(const struct rig *rig)
{
	char path[300], line[64];
	struct dirent *entry;
	unsigned int n = 0;
	ssize_t len;
	DIR *proc = opendir("/proc");
	int fd;

	assert_non_null(proc);
	while ((entry = readdir(proc))) {
		snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		len = read(fd, line, sizeof(line) - 1);
		close(fd);
		if (len <= 0)
			continue;
		line[len] = '\0';
		/* "sleep" NUL "NUMBER" */
		n += !strcmp(line, "sleep") && !strcmp(line + 6, rig->odd);
	}
	closedir(proc);
	return n;
}

/* A process takes a while to come, and to go once it is killed. */
static void wait_sleepers(const struct rig *rig, unsigned int n)
{
	int tries = DEADLINE_MS / 10;

	while (sleepers(rig) != n && tries--)
		usleep(10000);
	assert_true(tries > 0);
}

static void test_status(void **state)
{
	struct rig *rig = *state;

	start(rig, 8);
	RUN(rig, 1, "/bin/true");
	expect(rig, 1, FRAME_OK, "exit status 0 in * ms");
	RUN(rig, 2, "false");
	expect(rig, 2, FRAME_FAILED, "exit status 1 in * ms");
	RUN(rig, 3, script(rig, "exit 102", 0755));
	expect(rig, 3, FRAME_FAILED, "exit status 102 in * ms");
	assert_false(rig->peer.msg->done.weighs);
	RUN(rig, 4, script(rig, "exit 102", 0755), .dynamic = true);
	expect(rig, 4, FRAME_OK, "exit status 102 in * ms");
	assert_true(rig->peer.msg->done.weighs);
	assert_int_equal(rig->peer.msg->done.weight, 100);
	RUN(rig, 5, script(rig, "kill -SEGV $$", 0755));
	expect(rig, 5, FRAME_FAILED, "killed by SIGSEGV in * ms");
	RUN(rig, 6, script(rig, "kill -KILL $$", 0755), .dynamic = true);
	expect(rig, 6, FRAME_FAILED, "killed by SIGKILL in * ms");
	/* a number that is free again may be used again */
	RUN(rig, 6, "/bin/true");
	expect(rig, 6, FRAME_OK, "exit status 0 in * ms");
	peer_quit(&rig->peer);
}

static void test_output(void **state)
{
	struct rig *rig = *state;

	start(rig, 8);
	RUN(rig, 1, script(rig, "echo one; echo two >&2; exit 1", 0755));
	expect(rig, 1, FRAME_FAILED, "exit status 1 in * ms: two");
	RUN(rig, 2, script(rig, "printf 'a\\033[31m\\r\\n'", 0755));
	expect(rig, 2, FRAME_OK, "exit status 0 in * ms: a[?][[]31m[?]");
	/* megabytes are read, and their last line kept */
	RUN(rig, 3, script(rig, "head -c 5000000 /dev/zero | tr '\\0' x;"
			   "echo; echo end", 0755));
	expect(rig, 3, FRAME_OK, "exit status 0 in * ms: end");
	RUN(rig, 4, script(rig, "exec yes", 0755), .timeout = SOME_MS);
	expect(rig, 4, FRAME_FAILED, "no end within 3000 ms, killed: y");
	peer_quit(&rig->peer);
}

/* The script is as it would be from a clean login of its user. */
static void test_surroundings(void **state)
{
	static const char * const env[] = { "NAME=a b", "X=", NULL };
	static const char who[] =
		"echo $(id -u) $(id -g) $(id -G) $(umask) $(ls /proc/self/fd | wc -l) $(cat)";
	static const char signals[] =
		"grep -E 'SigIgn|SigBlk' /proc/$$/status | tr '\\n\\t' '  '";
	struct rig *rig = *state;

	start(rig, 8);
	RUN(rig, 1, script(rig, "env | sort | tr '\\n' ,", 0755), .env = env,
	    .n_env = 2);
	expect(rig, 1, FRAME_OK, "*: NAME=a b,PATH=" RULES_PATH ",PWD=/,X=,");
	RUN(rig, 2, script(rig, who, 0755), .uid = 65534, .gid = 65533);
	/* 0, 1, 2 and the directory itself */
	expect(rig, 2, FRAME_OK, "*: 65534 65533 65533 0022 4");
	/* nothing that was ignored is ignored */
	RUN(rig, 3, script(rig, signals, 0755));
	expect(rig, 3, FRAME_OK,
	       "*: SigBlk: 0000000000000000 SigIgn: 0000000000000000*");
	RUN(rig, 4, "/usr/bin/printf %s|%s a  b");
	expect(rig, 4, FRAME_OK, "*: a|b|");
	peer_quit(&rig->peer);
}

/* What hangs is killed with its children, whatever they think of SIGTERM. */
static void test_hangs(void **state)
{
	struct rig *rig = *state;
	char body[256];

	start(rig, 8);
	snprintf(body, sizeof(body), "sleep %s", rig->odd);
	RUN(rig, 1, body, .timeout = SHORT_MS);
	expect(rig, 1, FRAME_FAILED, "no end within 500 ms, killed");
	wait_sleepers(rig, 0);
	snprintf(body, sizeof(body), "(sleep %s; true) & sleep %s & sleep %s;"
		 "true", rig->odd, rig->odd, rig->odd);
	RUN(rig, 2, script(rig, body, 0755), .timeout = SHORT_MS);
	expect(rig, 2, FRAME_FAILED, "no end within 500 ms, killed");
	wait_sleepers(rig, 0);
	snprintf(body, sizeof(body), "trap '' TERM; echo here; sleep %s & wait;"
		 "sleep %s", rig->odd, rig->odd);
	RUN(rig, 3, script(rig, body, 0755), .timeout = SOME_MS);
	expect(rig, 3, FRAME_FAILED, "no end within 3000 ms, killed: here");
	wait_sleepers(rig, 0);
	/* a check leaves nothing behind, even if it ends in time */
	snprintf(body, sizeof(body), "sleep %s & exit 0", rig->odd);
	RUN(rig, 4, script(rig, body, 0755));
	expect(rig, 4, FRAME_OK, "exit status 0*");
	wait_sleepers(rig, 0);
	peer_quit(&rig->peer);
}

/* A notify script may leave something running; a stopped one not. */
static void test_stop(void **state)
{
	struct rig *rig = *state;
	struct proto_run notify = { .timeout = LONG_MS };
	char body[64];

	start(rig, 8);
	snprintf(body, sizeof(body), "sleep %s & echo $!", rig->odd);
	run_as(rig, 1, script(rig, body, 0755), &notify);
	expect(rig, 1, FRAME_OK, "exit status 0*: *");
	wait_sleepers(rig, 1);
	kill(atoi(strrchr(rig->peer.msg->done.evidence, ' ')), SIGKILL);
	wait_sleepers(rig, 0);
	snprintf(body, sizeof(body), "sleep %s", rig->odd);
	run_as(rig, 2, body, &notify);
	peer_send_type(&rig->peer, PROTO_KILL, 2);
	expect(rig, 2, FRAME_UNSURE, "killed by SIGTERM in * ms");
	wait_sleepers(rig, 0);
	peer_send_type(&rig->peer, PROTO_KILL, 2);
	assert_int_equal(peer_next(&rig->peer)->type, PROTO_REFUSED);
	assert_string_equal(rig->peer.msg->refused.text,
			    "this script does not run");
	peer_quit(&rig->peer);
}

/* Never two of one number; no more than there are slots, in order. */
static void test_slots(void **state)
{
	struct rig *rig = *state;
	char body[64];
	__u64 i;

	start(rig, 2);
	snprintf(body, sizeof(body), "sleep %s", rig->odd);
	RUN(rig, 1, body);
	RUN(rig, 1, body);
	assert_int_equal(peer_next(&rig->peer)->type, PROTO_REFUSED);
	assert_int_equal(rig->peer.msg->id, 1);
	assert_string_equal(rig->peer.msg->refused.text,
			    "this script still runs or waits");
	RUN(rig, 2, body);
	for (i = 3; i < 7; i++)
		RUN(rig, i, "/bin/true");
	/* waiting, too, is only once */
	RUN(rig, 6, "/bin/true");
	assert_int_equal(peer_next(&rig->peer)->type, PROTO_REFUSED);
	wait_sleepers(rig, 2);
	peer_send_type(&rig->peer, PROTO_KILL, 5);
	expect(rig, 5, FRAME_UNSURE, "stopped before it ran");
	peer_send_type(&rig->peer, PROTO_KILL, 2);
	expect(rig, 2, FRAME_UNSURE, "killed by SIGTERM*");
	expect(rig, 3, FRAME_OK, "exit status 0*");
	expect(rig, 4, FRAME_OK, "exit status 0*");
	expect(rig, 6, FRAME_OK, "exit status 0*");
	/* the end of the executor is the end of what it runs */
	peer_quit(&rig->peer);
	wait_sleepers(rig, 0);
}

static void test_parent_gone(void **state)
{
	struct rig *rig = *state;
	char body[64];

	start(rig, 8);
	snprintf(body, sizeof(body), "sleep %s", rig->odd);
	RUN(rig, 1, body);
	wait_sleepers(rig, 1);
	close(rig->peer.fd);
	rig->peer.fd = -1;
	assert_int_equal(peer_end(&rig->peer), 0);
	wait_sleepers(rig, 0);
}

/* A parent that does not read gets every answer later. */
static void test_sleeping_parent(void **state)
{
	struct rig *rig = *state;
	bool seen[1000] = { false };
	unsigned int i;

	start(rig, 8);
	for (i = 0; i < 1000; i++)
		RUN(rig, i, "/nowhere/at/all");
	for (i = 0; i < 1000; i++) {
		const struct proto_msg *msg = peer_next(&rig->peer);

		assert_int_equal(msg->type, PROTO_DONE);
		assert_in_range(msg->id, 0, 999);
		assert_false(seen[msg->id]);
		seen[msg->id] = true;
	}
	peer_quit(&rig->peer);
}

/* What cannot be run says nothing about a server. */
static void test_refused(void **state)
{
	struct rig *rig = *state;
	char path[64];

	start(rig, 8);
	RUN(rig, 1, "/nowhere/at/all");
	expect(rig, 1, FRAME_UNSURE,
	       "cannot run /nowhere/at/all: No such file or directory");
	RUN(rig, 2, "nobody-has-this");
	expect(rig, 2, FRAME_UNSURE,
	       "cannot run nobody-has-this: No such file or directory");
	RUN(rig, 3, "a/b");
	expect(rig, 3, FRAME_UNSURE, "cannot run a/b: not an absolute path");
	RUN(rig, 4, "/etc");
	expect(rig, 4, FRAME_UNSURE, "cannot run /etc: Is a directory");
	RUN(rig, 5, script(rig, "", 0644));
	expect(rig, 5, FRAME_UNSURE, "cannot run */script: not an executable file");
	/* nobody may not even look into the directory */
	RUN(rig, 6, script(rig, "", 0700), .uid = 65534, .gid = 65534);
	expect(rig, 6, FRAME_UNSURE, "cannot run */script: Permission denied");
	/* no interpreter, no format */
	snprintf(path, sizeof(path), "%s", script(rig, "", 0755));
	assert_int_equal(truncate(path, 0), 0);
	RUN(rig, 7, path);
	expect(rig, 7, FRAME_UNSURE, "cannot run */script: Exec format error");
	RUN(rig, 8, script(rig, "", 0777), .secure = true);
	expect(rig, 8, FRAME_UNSURE,
	       "will not be run by root: */script can be written by everybody");
	RUN(rig, 9, script(rig, "", 0777));
	expect(rig, 9, FRAME_OK, "exit status 0 in * ms");
	assert_int_equal(send(rig->peer.fd, "nonsense", 8, 0), 8);
	assert_string_equal(peer_next(&rig->peer)->refused.text,
			    "a message of 8 bytes");
	peer_quit(&rig->peer);
}

static int setup(void **state, bool real)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	rig->real = real;
	strcpy(rig->dir, "/run/exec_test.XXXXXX");
	if (!mkdtemp(rig->dir) || chmod(rig->dir, 0755))
		return -1;
	snprintf(rig->odd, sizeof(rig->odd), "%d", 1000000 + (int)getpid());
	*state = rig;
	return 0;
}

static int setup_forked(void **state)
{
	return setup(state, false);
}

static int setup_real(void **state)
{
	return setup(state, true);
}

static int teardown(void **state)
{
	struct rig *rig = *state;
	char path[64];

	peer_kill(&rig->peer);
	snprintf(path, sizeof(path), "%s/" NAME, rig->dir);
	unlink(path);
	rmdir(rig->dir);
	free(rig);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_surroundings),
		cmocka_unit_test(test_hangs),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_parent_gone),
		cmocka_unit_test(test_sleeping_parent),
		cmocka_unit_test(test_refused),
	};

	/* scripts become other users, and are root's */
	if (geteuid())
		return 0;
	return cmocka_run_group_tests_name("objects", tests, setup_forked,
					   teardown) +
	       cmocka_run_group_tests_name("program", tests, setup_real,
					   teardown);
}
