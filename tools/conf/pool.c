// SPDX-License-Identifier: GPL-2.0
/*
 * An arena that does not return without memory, but jumps to who began: he owns
 * all that has to be freed, and nobody between has to look.
 */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "pool.h"

/**
 * struct conf_pool - a pool
 * @arena: its memory
 * @env: where to jump without memory, or NULL
 */
struct conf_pool {
	struct arena arena;
	jmp_buf *env;
};

/**
 * pool_new() - an empty pool
 *
 * Return: pool, or NULL without memory.
 */
struct conf_pool *pool_new(void)
{
	return calloc(1, sizeof(struct conf_pool));
}

/**
 * pool_free() - free all
 * @pool: pool or NULL
 */
void pool_free(struct conf_pool *pool)
{
	if (!pool)
		return;
	arena_free(&pool->arena);
	free(pool);
}

/**
 * pool_on_failure() - where to go without memory
 * @pool: pool
 * @env: set by setjmp(), or NULL: abort
 */
void pool_on_failure(struct conf_pool *pool, jmp_buf *env)
{
	pool->env = env;
}

/**
 * pool_alloc() - zeroed memory
 * @pool: pool
 * @size: bytes
 *
 * Return: memory; without any it does not return.
 */
void *pool_alloc(struct conf_pool *pool, size_t size)
{
	void *memory = arena_alloc(&pool->arena, size);

	if (memory)
		return memory;
	if (!pool->env)
		abort();
	longjmp(*pool->env, 1);
}

/**
 * pool_copy() - a copy
 * @pool: pool
 * @data: what
 * @size: bytes
 *
 * Return: copy.
 */
void *pool_copy(struct conf_pool *pool, const void *data, size_t size)
{
	void *copy = pool_alloc(pool, size);

	return size ? memcpy(copy, data, size) : copy;
}

/**
 * pool_text() - a copy of a string
 * @pool: pool
 * @text: string
 *
 * Return: copy.
 */
char *pool_text(struct conf_pool *pool, const char *text)
{
	return pool_copy(pool, text, strlen(text) + 1);
}

/**
 * pool_grow() - room for one more element
 * @pool: pool
 * @array: array with room for the power of two that @n has come to, or NULL
 * @n: number of elements
 * @size: bytes of one
 *
 * Return: the array, perhaps at another place.
 */
void *pool_grow(struct conf_pool *pool, void *array, unsigned int n,
		size_t size)
{
	void *grown;

	/* It is full when n is a power of two, or nothing. */
	if (n & (n - 1))
		return array;
	grown = pool_alloc(pool, (n ? 2 * (size_t)n : 1) * size);
	return n ? memcpy(grown, array, n * size) : grown;
}
