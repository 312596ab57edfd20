/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sentences about what happened. Peers choose some of the bytes in them and
 * people read them in logs and terminals: nothing but printable ASCII gets in.
 */
#ifndef CHECKD_EVIDENCE_H
#define CHECKD_EVIDENCE_H

#include <stddef.h>

#include "proto.h"

/* Bytes of a peer that are quoted at most, and what they can grow to. */
#define EVIDENCE_QUOTED	40
#define EVIDENCE_QUOTE	(4 * EVIDENCE_QUOTED + 6)

void evidence(char *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *evidence_quote(char *buf, const void *data, size_t len);

#endif /* CHECKD_EVIDENCE_H */
