/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that is freed at once: a tree, and what is needed to read it. */
#ifndef CONF_ARENA_H
#define CONF_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

/**
 * struct arena - memory
 * @blocks: all of it, the one in use first
 * @next: what is free in the first block
 * @left: bytes there
 * @failed: there was none; a tree in it is not complete
 */
struct arena {
	struct arena_block *blocks;
	char *next;
	size_t left;
	bool failed;
};

void *arena_alloc(struct arena *a, size_t size);
char *arena_text(struct arena *a, const char *text, size_t len);
char *arena_print(struct arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void arena_free(struct arena *a);

#endif /* CONF_ARENA_H */
