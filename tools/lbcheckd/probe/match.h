/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A regular expression over bytes from a peer, by PCRE2. The just-in-time
 * compiler is not used: nothing in this process writes code. Time and memory
 * of a search are limited, since it stops everything else, and the peer chooses
 * what is searched.
 */
#ifndef PROBE_MATCH_H
#define PROBE_MATCH_H

#include <stddef.h>

#include "../proto.h"

struct match;

enum match_found {
	MATCH_NO,
	MATCH_YES,
	MATCH_GAVE_UP,	/* it took too long or too much memory */
};

struct match *match_new(const struct proto_regex *regex, char *error);
void match_free(struct match *match);
enum match_found match_search(const struct match *match, const void *data,
			      size_t len);

#endif /* PROBE_MATCH_H */
