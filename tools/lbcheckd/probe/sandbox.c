// SPDX-License-Identifier: GPL-2.0
/* Another user, no capabilities, no files, a list of system calls. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox.h"

/* Descriptors: of the process, and those of them that are no connections. */
#define FILES	65536
#define SPARE	64

static int wrong(char *error, const char *what)
{
	snprintf(error, SANDBOX_ERROR, "%s: %s", what, strerror(errno));
	return -1;
}

/**
 * sandbox_number() - a user or group number
 * @text: decimal digits
 * @number: result
 *
 * Return: 0, or -EINVAL.
 */
int sandbox_number(const char *text, __u32 *number)
{
	unsigned long long value;
	char *end;

	if (!*text || text[strspn(text, "0123456789")] || strlen(text) > 10)
		return -EINVAL;
	value = strtoull(text, &end, 10);
	if (value >= 0xffffffffULL)
		return -EINVAL;
	*number = value;
	return 0;
}

static int to_null(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, fd) < 0)
		return -1;
	return close(null);
}

static int set_files(struct sandbox *sandbox)
{
	struct rlimit limit = { FILES, FILES };

	if (setrlimit(RLIMIT_NOFILE, &limit)) {
		if (getrlimit(RLIMIT_NOFILE, &limit))
			return -1;
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit))
			return -1;
	}
	sandbox->slots = limit.rlim_cur > 2 * SPARE ? limit.rlim_cur - SPARE :
						      limit.rlim_cur / 2;
	return 0;
}

static int drop_bounding(void)
{
	cap_value_t cap;

	for (cap = 0; cap_get_bound(cap) >= 0; cap++)
		if (cap_drop_bound(cap))
			return -1;
	return 0;
}

static int become_user(const struct sandbox *sandbox)
{
	gid_t gid = sandbox->gid;

	/* capabilities outlive the change, until set_capabilities() */
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		return -1;
	return setgroups(1, &gid) ||
	       setresgid(sandbox->gid, sandbox->gid, sandbox->gid) ||
	       setresuid(sandbox->uid, sandbox->uid, sandbox->uid) ? -1 : 0;
}

static int set_capabilities(bool mark)
{
	static const cap_value_t raw = CAP_NET_RAW;
	cap_t caps = cap_init();
	int err = -1;

	if (!caps)
		return -1;
	if (!mark ||
	    (!cap_set_flag(caps, CAP_PERMITTED, 1, &raw, CAP_SET) &&
	     !cap_set_flag(caps, CAP_EFFECTIVE, 1, &raw, CAP_SET)))
		err = cap_set_proc(caps);
	cap_free(caps);
	return err;
}

/**
 * sandbox_enter() - everything but the list of system calls
 * @sandbox: who to become; its slots are set
 * @error: sentence, %SANDBOX_ERROR bytes
 *
 * Return: 0 or -1.
 */
int sandbox_enter(struct sandbox *sandbox, char *error)
{
	if (!sandbox->uid) {
		errno = EPERM;
		return wrong(error, "will not be root");
	}
	/* no variable of libcurl, OpenSSL or libev means anything */
	if (clearenv())
		return wrong(error, "environment");
	if (chdir("/") || to_null(STDOUT_FILENO) ||
	    close_range(STDERR_FILENO + 1, ~0U, 0))
		return wrong(error, "descriptors");
	if (set_files(sandbox))
		return wrong(error, "limit of descriptors");
	if (drop_bounding())
		return wrong(error, "bounding set of capabilities");
	if (become_user(sandbox))
		return wrong(error, "cannot become the user");
	if (set_capabilities(sandbox->mark))
		return wrong(error, "capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return wrong(error, "prctl");
	return 0;
}

static int set_limits(__u64 memory)
{
	const struct {
		int resource;
		rlim_t value;
	} limits[] = {
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_NPROC, 0 },
		{ RLIMIT_FSIZE, 0 },
		{ RLIMIT_MEMLOCK, 0 },
		{ RLIMIT_MSGQUEUE, 0 },
		{ RLIMIT_DATA, memory },
	};
	unsigned int i;

	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit limit = { limits[i].value, limits[i].value };

		if (setrlimit(limits[i].resource, &limit))
			return -1;
	}
	return 0;
}

static const int allowed[] = {
	SCMP_SYS(bind), SCMP_SYS(brk), SCMP_SYS(clock_gettime),
	SCMP_SYS(close), SCMP_SYS(connect), SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_wait), SCMP_SYS(exit),
	SCMP_SYS(exit_group), SCMP_SYS(futex), SCMP_SYS(getpeername),
	SCMP_SYS(getpid), SCMP_SYS(getrandom), SCMP_SYS(getsockname),
	SCMP_SYS(getsockopt), SCMP_SYS(gettid), SCMP_SYS(gettimeofday),
	SCMP_SYS(madvise), SCMP_SYS(mremap), SCMP_SYS(munmap), SCMP_SYS(poll),
	SCMP_SYS(ppoll), SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg), SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sendmsg),
	SCMP_SYS(sendto), SCMP_SYS(setsockopt), SCMP_SYS(shutdown),
	/* of qsort(3), where there is much to sort */
	SCMP_SYS(sysinfo),
	SCMP_SYS(time), SCMP_SYS(write), SCMP_SYS(writev),
};

/* Calls that depend on their arguments. */
static int allow_some(scmp_filter_ctx ctx)
{
	static const int families[] = { AF_INET, AF_INET6 };
	static const int commands[] = { F_GETFD, F_SETFD, F_GETFL, F_SETFL };
	unsigned int i;
	int err = 0;

	/* TCP only: with CAP_NET_RAW, too */
	for (i = 0; i < 2; i++)
		err |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket),
			2, SCMP_A0(SCMP_CMP_EQ, families[i]),
			SCMP_A1(SCMP_CMP_MASKED_EQ,
				~(SOCK_NONBLOCK | SOCK_CLOEXEC) & 0xffffffffU,
				SOCK_STREAM));
	for (i = 0; i < 4; i++)
		err |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(fcntl),
			1, SCMP_A1(SCMP_CMP_EQ, commands[i]));
	/* no memory that can be executed */
	err |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	err |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* abort() */
	err |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	return err;
}

static int filter(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	unsigned int i;
	int err = 0;

	if (!ctx)
		return -ENOMEM;
	for (i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		err |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	err |= allow_some(ctx);
	if (!err)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	return err;
}

/**
 * sandbox_close() - from now on, only what checks need; stderr is closed, too
 * @sandbox: sandbox
 * @error: sentence, %SANDBOX_ERROR bytes
 *
 * Any other system call ends the process by SIGSYS.
 *
 * Return: 0 or -1.
 */
int sandbox_close(const struct sandbox *sandbox, char *error)
{
	if (set_limits(sandbox->memory))
		return wrong(error, "limits");
	if (to_null(STDERR_FILENO))
		return wrong(error, "descriptors");
	if (filter()) {
		errno = EINVAL;
		return wrong(error, "filter of system calls");
	}
	return 0;
}
