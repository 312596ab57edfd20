// SPDX-License-Identifier: GPL-2.0
/* What the probe may not do any more, and what it is seen as from outside. */
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "rig.h"
#include "sandbox.h"

#define UID	65534

/* For once without the sanitizer, which has system calls of its own to make. */
static void leave(int status)
{
	syscall(SYS_exit_group, status);
}

static void open_file(void)
{
	open("/dev/null", O_RDONLY);
}

static void unix_socket(void)
{
	socket(AF_UNIX, SOCK_STREAM, 0);
}

static void udp_socket(void)
{
	socket(AF_INET, SOCK_DGRAM, 0);
}

static void raw_socket(void)
{
	socket(AF_INET, SOCK_RAW, IPPROTO_TCP);
}

static void packet_socket(void)
{
	socket(AF_PACKET, SOCK_RAW, 0);
}

static void netlink_socket(void)
{
	socket(AF_NETLINK, SOCK_RAW, 0);
}

static void new_process(void)
{
	fork();
}

static void program(void)
{
	execl("/bin/true", "true", NULL);
}

static void executable(void)
{
	mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
	     -1, 0);
}

static void parents_end(void)
{
	kill(getppid(), 0);
}

static void fcntl_owner(void)
{
	fcntl(0, F_SETOWN, 1);
}

static void allowed(void)
{
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED ||
	    socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0) < 0 ||
	    socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP) < 0)
		leave(3);
}

/* Wait status of a child that closes itself in and does that. */
static int confined(void (*act)(void), bool mark)
{
	/* the sanitizer has much memory of its own */
	struct sandbox sandbox = {
		.uid = UID, .gid = UID, .mark = mark, .memory = RLIM_INFINITY,
	};
	char error[SANDBOX_ERROR] = "";
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (sandbox_enter(&sandbox, error) || sandbox_close(&sandbox, error))
			leave(2);
		act();
		leave(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void test_calls(void **state)
{
	static void (*const denied[])(void) = {
		open_file, unix_socket, udp_socket, raw_socket, packet_socket,
		netlink_socket, new_process, program, executable, parents_end,
		fcntl_owner,
	};
	unsigned int i, mark;

	(void)state;
	for (mark = 0; mark < 2; mark++) {
		assert_int_equal(confined(allowed, mark), 0);
		for (i = 0; i < sizeof(denied) / sizeof(denied[0]); i++) {
			int status = confined(denied[i], mark);

			assert_true(WIFSIGNALED(status));
			assert_int_equal(WTERMSIG(status), SIGSYS);
		}
	}
}

static void test_root(void **state)
{
	struct sandbox sandbox = { 0 };
	char error[SANDBOX_ERROR] = "";

	(void)state;
	assert_int_equal(sandbox_enter(&sandbox, error), -1);
	assert_string_equal(error, "will not be root: Operation not permitted");
}

static void test_number(void **state)
{
	__u32 n = 7;

	(void)state;
	assert_int_equal(sandbox_number("0", &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(sandbox_number("4294967294", &n), 0);
	assert_int_equal(n, 4294967294U);
	assert_int_not_equal(sandbox_number("4294967295", &n), 0);
	assert_int_not_equal(sandbox_number("", &n), 0);
	assert_int_not_equal(sandbox_number("-1", &n), 0);
	assert_int_not_equal(sandbox_number("1x", &n), 0);
	assert_int_not_equal(sandbox_number("99999999999999999999", &n), 0);
}

static void read_proc(const struct rig *rig, const char *name, char *buf,
		      size_t size)
{
	char path[64];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)rig->peer.pid, name);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	len = read(fd, buf, size - 1);
	assert_true(len >= 0);
	buf[len] = '\0';
	close(fd);
}

static void has(const char *text, const char *line)
{
	if (!strstr(text, line))
		fail_msg("\"%s\" is not in %s", line, text);
}

static void see(struct rig *rig, bool mark)
{
	char status[4096], caps[64], link[64], path[64];
	int fd;

	read_proc(rig, "status", status, sizeof(status));
	has(status, "\nUid:\t65534\t65534\t65534\t65534\n");
	has(status, "\nGid:\t65534\t65534\t65534\t65534\n");
	has(status, "\nGroups:\t65534 ");
	has(status, "\nNoNewPrivs:\t1\n");
	has(status, "\nSeccomp:\t2\n");
	has(status, "\nCapInh:\t0000000000000000\n");
	has(status, "\nCapBnd:\t0000000000000000\n");
	has(status, "\nCapAmb:\t0000000000000000\n");
	snprintf(caps, sizeof(caps), "\nCapPrm:\t000000000000%s\n",
		 mark ? "2000" : "0000");
	has(status, caps);
	memcpy(caps + 4, "Eff", 3);
	has(status, caps);
	/* 1 and 2 lead nowhere, the test's own are closed */
	for (fd = 1; fd < 64; fd++) {
		ssize_t len;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)rig->peer.pid,
			 fd);
		len = readlink(path, link, sizeof(link) - 1);
		if (len < 0)
			continue;
		link[len] = '\0';
		if (fd < 3)
			assert_string_equal(link, "/dev/null");
		else
			assert_null(strstr(link, "zero"));
	}
}

/* The program itself, at work. */
static void test_program(void **state)
{
	struct rig *rig = *state;
	struct proto_msg msg;
	/* not close-on-exec: it is inherited */
	int zero = open("/dev/zero", O_RDONLY), mark;

	assert_true(zero >= 0);
	for (mark = 0; mark < 2; mark++) {
		rig_probe(rig, 0, mark);
			assert_int_equal(rig->peer.msg->started.mark, mark);
		assert_true(rig->peer.msg->started.slots > 100);
		see(rig, mark);
		msg = rig_check(rig, 1, "http");
		msg.check.mark = 77 * mark;
		peer_send(&rig->peer, &msg);
		assert_int_equal(rig_result(rig, 1)->outcome, FRAME_OK);
		peer_quit(&rig->peer);
	}
	close(zero);
}

static void start_with(const char *uid, const char *gid, const char *more,
		       int expected)
{
	char path[700];
	int status;
	pid_t pid = fork();

	if (!pid) {
		peer_path(path, sizeof(path), "lbcheckd/probe/probe");
		close(2);
		open("/dev/null", O_WRONLY);
		execl(path, path, uid, gid, more, NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), expected);
}

static void test_usage(void **state)
{
	(void)state;
	start_with(NULL, NULL, NULL, 2);
	start_with("1", NULL, NULL, 2);
	start_with("1", "x", NULL, 2);
	start_with("1", "1", "marks", 2);
	start_with("0", "1", NULL, 1);
	/* descriptor 0 is no socket */
	start_with("1", "1", NULL, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_root),
	};
	const struct CMUnitTest root[] = {
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_program),
		cmocka_unit_test(test_usage),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	/* only root can become somebody else */
	if (!geteuid())
		failed += cmocka_run_group_tests_name("program", root,
						      rig_setup_real,
						      rig_teardown);
	return failed;
}
