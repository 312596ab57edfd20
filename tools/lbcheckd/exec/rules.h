/* SPDX-License-Identifier: GPL-2.0 */
/* Which scripts may be run. */
#ifndef EXEC_RULES_H
#define EXEC_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* Where programs without a directory are looked for, and all scripts' PATH. */
#define RULES_PATH	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

int rules_find(const char *name, char *path, size_t size, char *text);
int rules_check(const char *path, char *text);

#endif /* EXEC_RULES_H */
