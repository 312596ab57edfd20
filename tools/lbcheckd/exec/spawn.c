// SPDX-License-Identifier: GPL-2.0
/* A new process with nothing of ours: signals, files, umask, environment. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rules.h"
#include "spawn.h"

static void default_signals(void)
{
	/* the kernel's struct sigaction, whose handler SIG_DFL and all else are 0 */
	static const unsigned long dfl[8];
	sigset_t none;
	int sig;

	/*
	 * What was ignored would stay so in the program. The C library keeps two
	 * signals to itself (nptl(7)), which may be inherited ignored, too.
	 */
	for (sig = 1; sig < NSIG; sig++)
		syscall(SYS_rt_sigaction, sig, dfl, NULL, NSIG / 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int set_files(int out)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
		return -1;
	return close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}

static int set_user(const struct proto_run *run)
{
	gid_t gid = run->gid;

	if (setgroups(1, &gid) || setresgid(gid, gid, gid))
		return -1;
	return setresuid(run->uid, run->uid, run->uid);
}

/* In the child: returns where it fails. */
static void become(const struct proto_run *run, const char *path, int out)
{
	char *env[PROTO_WORDS + 2] = { "PATH=" RULES_PATH };
	__u32 i;

	for (i = 0; i < run->n_env; i++)
		env[i + 1] = (char *)run->env[i];
	setpgid(0, 0);
	default_signals();
	umask(022);
	if (chdir("/") || set_files(out) || set_user(run))
		return;
	execve(path, (char *const *)run->argv, env);
}

static int open_pipes(int *out, int *err)
{
	if (pipe2(out, O_CLOEXEC))
		return -1;
	if (!pipe2(err, O_CLOEXEC))
		return 0;
	close(out[0]);
	close(out[1]);
	return -1;
}

/**
 * spawn() - run a script
 * @run: how
 * @path: program
 * @spawned: result
 *
 * Whether the program could be executed is known when the process ends: a
 * file system that hangs must not hang us.
 *
 * Return: 0 or a negative errno.
 */
int spawn(const struct proto_run *run, const char *path,
	  struct spawned *spawned)
{
	int out[2], err[2], error;
	sigset_t all, before;
	pid_t pid;

	if (open_pipes(out, err))
		return -errno;
	/* until the child has its own, a signal would find our handlers */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (!pid) {
		become(run, path, out[1]);
		error = errno;
		_exit(write(err[1], &error, sizeof(error)) < 0 ? 127 : 126);
	}
	error = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(out[1]);
	close(err[1]);
	if (pid < 0)
		goto close;
	/* whoever of both is first: its number is a group's from now on */
	setpgid(pid, pid);
	spawned->pidfd = pidfd_open(pid, 0);
	if (spawned->pidfd < 0) {
		error = errno;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		goto close;
	}
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	spawned->pid = pid;
	spawned->out = out[0];
	spawned->err = err[0];
	return 0;

close:
	close(out[0]);
	close(err[0]);
	return -error;
}
