// SPDX-License-Identifier: GPL-2.0
/* Memory that is freed at once. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

#define BLOCK	((size_t)64 << 10)

/* Large enough a unit that what follows it is aligned for any object. */
struct arena_block {
	struct arena_block *next;
	max_align_t data[];
};

static bool grow(struct arena *a, size_t size)
{
	size_t room = size > BLOCK / 4 ? size : BLOCK;
	struct arena_block *block = malloc(sizeof(*block) + room);

	if (!block)
		return false;
	block->next = a->blocks;
	a->blocks = block;
	a->next = (char *)block->data;
	a->left = room;
	return true;
}

/**
 * arena_alloc() - zeroed memory
 * @a: arena
 * @size: bytes
 *
 * Return: memory, or NULL with @a->failed set.
 */
void *arena_alloc(struct arena *a, size_t size)
{
	const size_t unit = sizeof(max_align_t);
	void *memory;

	if (size > (size_t)1 << 40) {
		a->failed = true;
		return NULL;
	}
	size = (size + unit - 1) / unit * unit;
	if (size > a->left && !grow(a, size)) {
		a->failed = true;
		return NULL;
	}
	memory = a->next;
	a->next += size;
	a->left -= size;
	return memset(memory, 0, size);
}

/**
 * arena_text() - a copy of a text
 * @a: arena
 * @text: bytes
 * @len: how many
 *
 * Return: the copy, ended by NUL; NULL with @a->failed set.
 */
char *arena_text(struct arena *a, const char *text, size_t len)
{
	char *copy = arena_alloc(a, len + 1);

	return copy ? memcpy(copy, text, len) : NULL;
}

/**
 * arena_print() - a text
 * @a: arena
 * @format: as for printf()
 *
 * Return: text, or NULL with @a->failed set.
 */
char *arena_print(struct arena *a, const char *format, ...)
{
	va_list ap;
	char *text, *copy;
	int len;

	va_start(ap, format);
	len = vasprintf(&text, format, ap);
	va_end(ap);
	if (len < 0) {
		a->failed = true;
		return NULL;
	}
	copy = arena_text(a, text, len);
	free(text);
	return copy;
}

/**
 * arena_free() - free all of it
 * @a: arena
 */
void arena_free(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *block = a->blocks;

		a->blocks = block->next;
		free(block);
	}
	*a = (struct arena){ 0 };
}
