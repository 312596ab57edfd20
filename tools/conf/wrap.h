/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For a test: with the linker's --wrap, a call of malloc() is one of
 * __wrap_malloc(), and the library's own is __real_malloc().
 */
#ifndef CONF_WRAP_H
#define CONF_WRAP_H

#include <stdarg.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t n, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t n);
int __real_vasprintf(char **text, const char *format, va_list ap);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t n, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t n);
int __wrap_vasprintf(char **text, const char *format, va_list ap);
int __wrap_asprintf(char **text, const char *format, ...);

#endif /* CONF_WRAP_H */
