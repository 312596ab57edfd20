// SPDX-License-Identifier: GPL-2.0
/* What the end of a script means, as keepalived.conf(5) has it. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "../evidence.h"
#include "outcome.h"

/* misc_dynamic: 0 good, 1 bad, any other the weight plus 2. */
static void read_exit(struct proto_done *done, int code, bool dynamic)
{
	done->outcome = code ? FRAME_FAILED : FRAME_OK;
	if (!dynamic || code < 2)
		return;
	done->outcome = FRAME_OK;
	done->weighs = true;
	done->weight = code - 2;
}

/**
 * outcome_read() - the end of a script
 * @done: result; its time is set
 * @text: sentence, %PROTO_TEXT + 1 bytes
 * @status: of waitpid(2)
 * @run: what was asked for
 * @late: it was killed since its time was over
 * @line: last line of its output, or ""
 *
 * A script that a signal ends has failed, whoever sent it.
 */
void outcome_read(struct proto_done *done, char *text, int status,
		  const struct proto_run *run, bool late, const char *line)
{
	char says[PROTO_TEXT] = "";
	const char *name;

	done->outcome = FRAME_FAILED;
	if (*line)
		snprintf(says, sizeof(says), ": %s", line);
	if (late) {
		evidence(text, "no end within %u ms, killed%s", run->timeout,
			 says);
	} else if (WIFSIGNALED(status)) {
		name = sigabbrev_np(WTERMSIG(status));
		evidence(text, "killed by SIG%s in %u ms%s", name ? name : "?",
			 done->ms, says);
	} else {
		read_exit(done, WEXITSTATUS(status), run->dynamic);
		evidence(text, "exit status %d in %u ms%s", WEXITSTATUS(status),
			 done->ms, says);
	}
}
