/* SPDX-License-Identifier: GPL-2.0 */
/* Is the response to one url a good one? No I/O. */
#ifndef PROBE_JUDGE_H
#define PROBE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <openssl/types.h>

#include "../proto.h"
#include "match.h"

/*
 * Bytes of a body that are searched by a regular expression. A body that is
 * only read to see that it comes is not read further.
 */
#define JUDGE_BODY	(1 << 20)

/**
 * struct judge - the response to one url
 * @url: what is expected of it
 * @match: of @url's regex, or NULL
 * @md5: of the body so far, or NULL
 * @body: for @match
 * @kept: bytes in @body
 * @room: bytes of @body
 * @total: bytes of the body so far
 * @no_memory: the body could not be kept
 */
struct judge {
	const struct proto_url *url;
	const struct match *match;
	EVP_MD_CTX *md5;
	char *body;
	size_t kept;
	size_t room;
	__u64 total;
	bool no_memory;
};

bool judge_status(const struct proto_url *url, unsigned int status);
int judge_begin(struct judge *judge, const struct proto_url *url,
		const struct match *match);
bool judge_body(struct judge *judge, const void *data, size_t len);
enum frame_outcome judge_end(struct judge *judge, unsigned int status,
			     char *text);
void judge_free(struct judge *judge);

#endif /* PROBE_JUDGE_H */
