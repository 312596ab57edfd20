/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that is freed as a whole. */
#ifndef CONF_POOL_H
#define CONF_POOL_H

#include <setjmp.h>
#include <stddef.h>

struct conf_pool;

struct conf_pool *pool_new(void);
void pool_free(struct conf_pool *pool);
void pool_on_failure(struct conf_pool *pool, jmp_buf *env);
void *pool_alloc(struct conf_pool *pool, size_t size);
void *pool_copy(struct conf_pool *pool, const void *data, size_t size);
char *pool_text(struct conf_pool *pool, const char *text);
void *pool_grow(struct conf_pool *pool, void *array, unsigned int n,
		size_t size);

/* One more element, zeroed, at the end of an array that pool_grow() made. */
#define pool_append(pool, array, n)					\
	((array) = pool_grow(pool, array, n, sizeof(*(array))),		\
	 &(array)[(n)++])

#endif /* CONF_POOL_H */
