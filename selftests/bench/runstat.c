// SPDX-License-Identifier: GPL-2.0
/*
 * runstat NAME CMD [ARG]...: run a command and print how much all tasks of the
 * machine, its kernel threads included, have executed meanwhile. Under icount
 * a nanosecond of sum_exec_runtime is an instruction; idle time is in no task,
 * so a command that sleeps costs nothing while it does.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* First field of a schedstat file: sum_exec_runtime in ns; 0 if it is gone. */
static unsigned long long exec_runtime(const char *path)
{
	unsigned long long ns = 0;
	FILE *f = fopen(path, "r");

	if (!f)
		return 0;
	if (fscanf(f, "%llu", &ns) != 1)
		ns = 0;
	fclose(f);
	return ns;
}

/* Kernel threads alone: their PIDs have no executable. */
static unsigned long long kernel_threads(void)
{
	unsigned long long sum = 0;
	char path[300], exe[8];
	struct dirent *d;
	DIR *dir;

	dir = opendir("/proc");
	if (!dir)
		return 0;
	while ((d = readdir(dir))) {
		if (d->d_name[0] < '0' || d->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/exe", d->d_name);
		if (readlink(path, exe, sizeof(exe)) >= 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%s/schedstat", d->d_name);
		sum += exec_runtime(path);
	}
	closedir(dir);
	return sum;
}

int main(int argc, char **argv)
{
	unsigned long long before, after, child;
	char path[64];
	siginfo_t info;
	int status;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: runstat NAME CMD [ARG]...\n");
		return 2;
	}
	before = kernel_threads();
	pid = fork();
	if (pid < 0) {
		perror("runstat: fork");
		return 1;
	}
	if (!pid) {
		execvp(argv[2], argv + 2);
		fprintf(stderr, "runstat: %s: %s\n", argv[2], strerror(errno));
		_exit(127);
	}
	/* Left a zombie, its account can still be read. */
	if (waitid(P_PID, pid, &info, WEXITED | WNOWAIT)) {
		perror("runstat: waitid");
		return 1;
	}
	snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	child = exec_runtime(path);
	waitpid(pid, &status, 0);
	/* What the command left to workers and RCU has its turn. */
	sleep(1);
	after = kernel_threads();
	printf("%s command=%llu kernel_threads=%llu status=%d\n", argv[1], child,
	       after - before, WIFEXITED(status) ? WEXITSTATUS(status) : 255);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
