// SPDX-License-Identifier: GPL-2.0
/*
 * exec SLOTS: runs scripts for lbcheckd, at most SLOTS at the same time.
 * lbcheckd is at the other end of descriptor 0. Not for people.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "exec.h"

int main(int argc, char **argv)
{
	long slots = argc == 2 ? strtol(argv[1], NULL, 10) : 0;

	if (slots < 1 || slots > EXEC_JOBS) {
		fprintf(stderr, "exec: started by lbcheckd with SLOTS\n");
		return 2;
	}
	if (clearenv() || chdir("/") ||
	    close_range(STDERR_FILENO + 1, ~0U, 0)) {
		perror("exec");
		return EXIT_FAILURE;
	}
	return exec_run(STDIN_FILENO, slots);
}
