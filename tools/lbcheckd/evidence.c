// SPDX-License-Identifier: GPL-2.0
/* Sentences about what happened. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "evidence.h"

static int printable(unsigned char c)
{
	return c >= ' ' && c < 0x7f;
}

/**
 * evidence() - a sentence
 * @text: result, %PROTO_TEXT + 1 bytes; too long a sentence is cut
 * @format: of the sentence; other bytes than printable ASCII become "?"
 */
void evidence(char *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(text, PROTO_TEXT + 1, format, args);
	va_end(args);
	for (; *text; text++)
		if (!printable(*text))
			*text = '?';
}

/**
 * evidence_quote() - bytes of a peer in quotation marks
 * @buf: result, %EVIDENCE_QUOTE bytes
 * @data: bytes
 * @len: how many; those after the first %EVIDENCE_QUOTED become "..."
 *
 * A byte that is not printable, a quotation mark and a backslash are written
 * as \xNN.
 *
 * Return: @buf.
 */
const char *evidence_quote(char *buf, const void *data, size_t len)
{
	const unsigned char *p = data;
	char *to = buf;
	size_t i;

	*to++ = '"';
	for (i = 0; i < len && i < EVIDENCE_QUOTED; i++) {
		if (printable(p[i]) && p[i] != '"' && p[i] != '\\')
			*to++ = p[i];
		else
			to += sprintf(to, "\\x%02x", p[i]);
	}
	*to++ = '"';
	strcpy(to, i < len ? "..." : "");
	return buf;
}
