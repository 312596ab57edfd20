// SPDX-License-Identifier: GPL-2.0
/* Status, digest and regular expression of a response. */
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../evidence.h"
#include "judge.h"

/**
 * judge_status() - is a status code a good one?
 * @url: what is expected; without ranges 200-299, keepalived.conf(5)
 * @status: code
 *
 * Return: whether it is.
 */
bool judge_status(const struct proto_url *url, unsigned int status)
{
	__u32 i;

	if (!url->n_status)
		return status >= 200 && status <= 299;
	for (i = 0; i < url->n_status; i++)
		if (status >= url->status[i].first &&
		    status <= url->status[i].last)
			return true;
	return false;
}

/**
 * judge_begin() - a response is about to come
 * @judge: judge
 * @url: what is expected of it
 * @match: of its regex, or NULL
 *
 * Return: 0 or -ENOMEM; judge_free() is due either way.
 */
int judge_begin(struct judge *judge, const struct proto_url *url,
		const struct match *match)
{
	*judge = (struct judge){ .url = url, .match = match };
	if (!url->digest)
		return 0;
	judge->md5 = EVP_MD_CTX_new();
	if (!judge->md5 || !EVP_DigestInit_ex(judge->md5, EVP_md5(), NULL))
		return -ENOMEM;
	return 0;
}

/* What does not fit is not searched. */
static void keep(struct judge *judge, const void *data, size_t len)
{
	if (len > JUDGE_BODY - judge->kept)
		len = JUDGE_BODY - judge->kept;
	if (len > judge->room - judge->kept) {
		size_t room = judge->kept + len < 4096 ? 4096 :
			      2 * (judge->kept + len);
		char *body = realloc(judge->body, room);

		if (!body) {
			judge->no_memory = true;
			return;
		}
		judge->body = body;
		judge->room = room;
	}
	if (len)
		memcpy(judge->body + judge->kept, data, len);
	judge->kept += len;
}

/**
 * judge_body() - a piece of the body has come, in order
 * @judge: judge
 * @data: piece
 * @len: its bytes
 *
 * Return: whether more is of interest.
 */
bool judge_body(struct judge *judge, const void *data, size_t len)
{
	judge->total += len;
	if (judge->md5 && !EVP_DigestUpdate(judge->md5, data, len))
		judge->no_memory = true;
	if (judge->match)
		keep(judge, data, len);
	if (judge->no_memory)
		return false;
	return judge->md5 || judge->total < JUDGE_BODY;
}

static bool digest_good(struct judge *judge, char *hex)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned int len = 0, i;

	*hex = '\0';
	if (!EVP_DigestFinal_ex(judge->md5, md, &len))
		return false;
	for (i = 0; i < len; i++)
		sprintf(hex + 2 * i, "%02x", md[i]);
	return !strcasecmp(hex, judge->url->digest);
}

/**
 * judge_end() - the response is complete
 * @judge: judge
 * @status: its code
 * @text: result: what is wrong with it, %PROTO_TEXT + 1 bytes; else untouched
 *
 * Return: outcome.
 */
enum frame_outcome judge_end(struct judge *judge, unsigned int status,
			     char *text)
{
	const struct proto_url *url = judge->url;
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	enum match_found found;

	if (judge->no_memory) {
		evidence(text, "out of memory for the body of %s", url->path);
		return FRAME_UNSURE;
	}
	if (!judge_status(url, status)) {
		evidence(text, "HTTP %u from %s", status, url->path);
		return FRAME_FAILED;
	}
	if (judge->md5 && !digest_good(judge, hex)) {
		evidence(text, "digest %s from %s, not %s", hex, url->path,
			 url->digest);
		return FRAME_FAILED;
	}
	if (!judge->match)
		return FRAME_OK;
	found = match_search(judge->match, judge->body, judge->kept);
	if (found == MATCH_GAVE_UP)
		evidence(text, "regex takes too long on %zu bytes from %s",
			 judge->kept, url->path);
	else if (found == MATCH_YES && url->regex.no_match)
		evidence(text, "regex found in %zu bytes from %s", judge->kept,
			 url->path);
	else if (found == MATCH_NO && !url->regex.no_match)
		evidence(text, "regex not found in %zu bytes from %s",
			 judge->kept, url->path);
	else
		return FRAME_OK;
	return FRAME_FAILED;
}

/**
 * judge_free() - forget a response
 * @judge: judge, all zero where there was none
 */
void judge_free(struct judge *judge)
{
	EVP_MD_CTX_free(judge->md5);
	free(judge->body);
	*judge = (struct judge){ 0 };
}
