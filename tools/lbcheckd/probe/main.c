// SPDX-License-Identifier: GPL-2.0
/*
 * probe UID GID [mark]: runs checks for lbcheckd, which is at the other end of
 * descriptor 0. Not for people.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe.h"
#include "sandbox.h"

/* Bytes; a check takes some 100 KiB while it runs, with TLS. */
#define MEMORY	(2ULL << 30)

static int usage(void)
{
	fputs("probe: started by lbcheckd with UID GID [mark]\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct sandbox sandbox = { .mark = argc == 4, .memory = MEMORY };
	char error[SANDBOX_ERROR] = "out of memory";
	struct probe *probe = NULL;
	int status = EXIT_FAILURE;

	if (argc < 3 || argc > 4 || (argc == 4 && strcmp(argv[3], "mark")) ||
	    sandbox_number(argv[1], &sandbox.uid) ||
	    sandbox_number(argv[2], &sandbox.gid))
		return usage();
	/* OpenSSL writes to sockets that may be closed */
	signal(SIGPIPE, SIG_IGN);
	if (sandbox_enter(&sandbox, error))
		goto fail;
	probe = probe_new(0, sandbox.slots, sandbox.mark);
	if (!probe || sandbox_close(&sandbox, error))
		goto fail;
	status = probe_run(probe);
	probe_free(probe);
	return status;

fail:
	fprintf(stderr, "probe: %s\n", error);
	if (probe)
		probe_free(probe);
	return status;
}
