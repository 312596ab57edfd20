/* SPDX-License-Identifier: GPL-2.0 */
/* What the end of a script means. */
#ifndef EXEC_OUTCOME_H
#define EXEC_OUTCOME_H

#include "../proto.h"

void outcome_read(struct proto_done *done, char *text, int status,
		  const struct proto_run *run, bool late, const char *line);

#endif /* EXEC_OUTCOME_H */
