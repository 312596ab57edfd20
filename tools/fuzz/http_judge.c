// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as the answer of a server: a line of regex options, a line with a
 * regular expression, then the body. However the body is cut into pieces, the
 * outcome is the same, and the sentence about it is printable.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "../lbcheckd/evidence.h"
#include "../lbcheckd/probe/judge.h"

#define PATTERN	200

static void check_text(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			abort();
}

static enum frame_outcome judge(const struct proto_url *url,
				const struct match *match, const uint8_t *body,
				size_t len, size_t piece)
{
	char text[PROTO_TEXT + 1] = "";
	enum frame_outcome outcome;
	struct judge j;
	size_t at, n;
	bool good;

	if (judge_begin(&j, url, match))
		abort();
	for (at = 0; at < len; at += n) {
		n = len - at < piece ? len - at : piece;
		if (!judge_body(&j, body + at, n))
			break;
	}
	outcome = judge_end(&j, 200, text);
	good = outcome == FRAME_OK;
	if (good == !!*text)
		abort();
	check_text(text);
	judge_free(&j);
	return outcome;
}

/* Time has run out in one of them: nothing can be compared. */
static bool slow(const struct match *match, const uint8_t *body, size_t len)
{
	return match_search(match, body, len) == MATCH_GAVE_UP;
}

/* A line of at most that many characters as a text; NULL where it is not. */
static char *line(const uint8_t **data, size_t *size, size_t max)
{
	const uint8_t *end = memchr(*data, '\n', *size);
	size_t len = end ? (size_t)(end - *data) : *size;
	char *text;

	if (!end || len > max || memchr(*data, '\0', len))
		return NULL;
	text = strndup((const char *)*data, len);
	*data = end + 1;
	*size -= len + 1;
	return text;
}

static void judge_body_of(const struct proto_url *url, const uint8_t *data,
			  size_t size)
{
	char error[PROTO_ERROR] = "", quote[EVIDENCE_QUOTE];
	struct match *match = match_new(&url->regex, error);

	check_text(evidence_quote(quote, data, size));
	if (!match) {
		if (!*error)
			abort();
		return;
	}
	if (!slow(match, data, size) &&
	    judge(url, match, data, size, size ? size : 1) !=
	    judge(url, match, data, size, 3))
		abort();
	match_free(match);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *options = line(&data, &size, PROTO_TEXT);
	char *pattern = options ? line(&data, &size, PATTERN) : NULL;
	struct proto_url url = {
		.path = "/", .digest = "d41d8cd98f00b204e9800998ecf8427e",
		.regex = { .pattern = pattern, .options = options },
	};

	if (pattern) {
		judge_body_of(&url, data, size);
		url.digest = NULL;
		url.regex.no_match = size & 1;
		judge_body_of(&url, data, size);
	}
	free(pattern);
	free(options);
	return 0;
}
