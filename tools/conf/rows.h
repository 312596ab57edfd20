/* SPDX-License-Identifier: GPL-2.0 */
/* Short forms of the rows of the tables of words; for those tables only. */
#ifndef CONF_ROWS_H
#define CONF_ROWS_H

#include <stddef.h>

#include "words.h"

/* Rows: S supported, B supported with a block, A accepted, R refused, V vrrp. */
#define S(word, args, min, max, flags, text)				\
	{ word, args, min, max, CONF_IN_NONE, CONF_SUPPORTED, flags, text }
#define B(word, args, min, max, block, flags, text)			\
	{ word, args, min, max, block, CONF_SUPPORTED, flags, text }
#define A(word, args, min, max, flags, text)				\
	{ word, args, min, max, CONF_IN_NONE, CONF_ACCEPTED, flags, text }
#define AB(word, args, min, max, block, flags, text)			\
	{ word, args, min, max, block, CONF_ACCEPTED, flags, text }
#define R(word, args, block, flags, text)				\
	{ word, args, 0, CONF_ANY, block, CONF_REFUSED, flags, text }
#define V(word, flags)							\
	{ word, "", 0, CONF_ANY, CONF_IN_NONE, CONF_VRRP, flags, NULL }
#define VB(word, block, flags)						\
	{ word, "", 0, CONF_ANY, block, CONF_VRRP, flags, NULL }
#define END_OF_WORDS	{ NULL, NULL, 0, 0, 0, 0, 0, NULL }

/* Flags of rows */
#define D	CONF_DEBIAN
#define M	CONF_MANY

#endif /* CONF_ROWS_H */
