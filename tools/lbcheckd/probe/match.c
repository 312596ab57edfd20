// SPDX-License-Identifier: GPL-2.0
/* Regular expressions. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "match.h"

/* Seconds of processor time. */
#define TIME	0.1
/* Callouts between two looks at the clock; each stands for a pass, at most. */
#define CALLOUTS	64
/* Bytes, where regex_stack does not say. */
#define MEMORY	(8 << 20)

/* How long a search may go on. */
struct budget {
	double end;
	unsigned int callouts;
};

struct match {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context;
	__u32 min;
};

static double processor_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/*
 * The library's own limit counts steps, of which each can be a pass over the
 * whole body. Callouts come between any two items of the pattern.
 */
static int on_callout(pcre2_callout_block *block, void *data)
{
	struct budget *budget = data;

	(void)block;
	if (++budget->callouts % CALLOUTS || processor_time() < budget->end)
		return 0;
	return PCRE2_ERROR_CALLOUT;
}

/* keepalived.conf(5), regex_options. */
static const struct {
	const char *word;
	uint32_t flag;
} options[] = {
	{ "allow_empty_class", PCRE2_ALLOW_EMPTY_CLASS },
	{ "alt_bsux", PCRE2_ALT_BSUX },
	{ "alt_circumflex", PCRE2_ALT_CIRCUMFLEX },
	{ "alt_verbnames", PCRE2_ALT_VERBNAMES },
	{ "auto_callout", PCRE2_AUTO_CALLOUT },
	{ "caseless", PCRE2_CASELESS },
	{ "dollar_endonly", PCRE2_DOLLAR_ENDONLY },
	{ "dotall", PCRE2_DOTALL },
	{ "dupnames", PCRE2_DUPNAMES },
	{ "extended", PCRE2_EXTENDED },
	{ "firstline", PCRE2_FIRSTLINE },
	{ "match_unset_backref", PCRE2_MATCH_UNSET_BACKREF },
	{ "multiline", PCRE2_MULTILINE },
	{ "never_backslash_c", PCRE2_NEVER_BACKSLASH_C },
	{ "never_ucp", PCRE2_NEVER_UCP },
	{ "never_utf", PCRE2_NEVER_UTF },
	{ "no_auto_capture", PCRE2_NO_AUTO_CAPTURE },
	{ "no_auto_possess", PCRE2_NO_AUTO_POSSESS },
	{ "no_dotstar_anchor", PCRE2_NO_DOTSTAR_ANCHOR },
	{ "no_start_optimize", PCRE2_NO_START_OPTIMIZE },
	{ "ucp", PCRE2_UCP },
	{ "ungreedy", PCRE2_UNGREEDY },
	{ "use_offset_limit", PCRE2_USE_OFFSET_LIMIT },
	{ "utf", PCRE2_UTF },
};

static bool find_option(const char *word, size_t len, uint32_t *flags)
{
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strlen(options[i].word) == len &&
		    !memcmp(options[i].word, word, len)) {
			*flags |= options[i].flag;
			return true;
		}
	return false;
}

static int find_options(const char *words, uint32_t *flags, char *error)
{
	size_t len;

	*flags = 0;
	for (; words && *words; words += len) {
		words += strspn(words, " ");
		len = strcspn(words, " ");
		if (len && !find_option(words, len, flags))
			return proto_wrong(error, "regex option %.*s: unknown",
					   (int)(len < 40 ? len : 40), words);
	}
	*flags |= PCRE2_AUTO_CALLOUT;
	/* bytes that are no UTF-8 match nothing, instead of ending the search */
	if (*flags & PCRE2_UTF)
		*flags |= PCRE2_MATCH_INVALID_UTF;
	return 0;
}

static int compile(struct match *match, const struct proto_regex *regex,
		   char *error)
{
	PCRE2_UCHAR why[100];
	PCRE2_SIZE at;
	uint32_t flags;
	int number;

	if (find_options(regex->options, &flags, error))
		return -1;
	if (regex->max)
		flags |= PCRE2_USE_OFFSET_LIMIT;
	match->code = pcre2_compile((PCRE2_SPTR)regex->pattern,
				    PCRE2_ZERO_TERMINATED, flags, &number, &at,
				    NULL);
	if (match->code)
		return 0;
	pcre2_get_error_message(number, why, sizeof(why));
	return proto_wrong(error, "regex, at its character %zu: %s", at + 1,
			   (char *)why);
}

/**
 * match_new() - get ready
 * @regex: what to search for; it has a pattern
 * @error: sentence, %PROTO_ERROR bytes
 *
 * Return: match, or NULL.
 */
struct match *match_new(const struct proto_regex *regex, char *error)
{
	struct match *match = calloc(1, sizeof(*match));
	__u32 memory = regex->memory ? regex->memory : MEMORY;

	if (!match)
		goto no_memory;
	if (compile(match, regex, error))
		goto free;
	match->min = regex->min;
	match->data = pcre2_match_data_create(1, NULL);
	match->context = pcre2_match_context_create(NULL);
	if (!match->data || !match->context)
		goto no_memory;
	/* in units of 1024 bytes */
	pcre2_set_heap_limit(match->context, memory / 1024 + 1);
	if (regex->max)
		pcre2_set_offset_limit(match->context, regex->max);
	return match;

no_memory:
	proto_wrong(error, "out of memory");
free:
	match_free(match);
	return NULL;
}

/**
 * match_free() - end
 * @match: match, or NULL
 */
void match_free(struct match *match)
{
	if (!match)
		return;
	pcre2_match_context_free(match->context);
	pcre2_match_data_free(match->data);
	pcre2_code_free(match->code);
	free(match);
}

/**
 * match_search() - search
 * @match: what for
 * @data: where; NULL where @len is 0
 * @len: bytes
 *
 * Return: whether it was found.
 */
enum match_found match_search(const struct match *match, const void *data,
			      size_t len)
{
	struct budget budget = { .end = processor_time() + TIME };
	int found;

	if (match->min > len)
		return MATCH_NO;
	pcre2_set_callout(match->context, on_callout, &budget);
	found = pcre2_match(match->code, data ? data : "", len, match->min, 0,
			    match->data, match->context);
	if (found >= 0)
		return MATCH_YES;
	return found == PCRE2_ERROR_NOMATCH ? MATCH_NO : MATCH_GAVE_UP;
}
