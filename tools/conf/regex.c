// SPDX-License-Identifier: GPL-2.0
/* Patterns of url: their options, and whether they are any. */
#define PCRE2_CODE_UNIT_WIDTH	8
#include <pcre2.h>
#include <stdio.h>

#include "parse.h"

#define OPTION(name, word)						\
	[CONF_REGEX_##name] = { word, PCRE2_##name }

static const struct {
	const char *word;
	uint32_t bit;
} options[] = {
	OPTION(ALLOW_EMPTY_CLASS, "allow_empty_class"),
	OPTION(ALT_BSUX, "alt_bsux"),
	OPTION(AUTO_CALLOUT, "auto_callout"),
	OPTION(CASELESS, "caseless"),
	OPTION(DOLLAR_ENDONLY, "dollar_endonly"),
	OPTION(DOTALL, "dotall"),
	OPTION(DUPNAMES, "dupnames"),
	OPTION(EXTENDED, "extended"),
	OPTION(FIRSTLINE, "firstline"),
	OPTION(MATCH_UNSET_BACKREF, "match_unset_backref"),
	OPTION(MULTILINE, "multiline"),
	OPTION(NEVER_UCP, "never_ucp"),
	OPTION(NEVER_UTF, "never_utf"),
	OPTION(NO_AUTO_CAPTURE, "no_auto_capture"),
	OPTION(NO_AUTO_POSSESS, "no_auto_possess"),
	OPTION(NO_DOTSTAR_ANCHOR, "no_dotstar_anchor"),
	OPTION(NO_START_OPTIMIZE, "no_start_optimize"),
	OPTION(UCP, "ucp"),
	OPTION(UNGREEDY, "ungreedy"),
	OPTION(UTF, "utf"),
	OPTION(NEVER_BACKSLASH_C, "never_backslash_c"),
	OPTION(ALT_CIRCUMFLEX, "alt_circumflex"),
	OPTION(ALT_VERBNAMES, "alt_verbnames"),
	OPTION(USE_OFFSET_LIMIT, "use_offset_limit"),
};

/**
 * conf_regex_name() - word for an option of a pattern
 * @option: &enum conf_regex
 *
 * Return: word, NULL where there is no such option.
 */
const char *conf_regex_name(unsigned int option)
{
	return option < CONF_REGEX_OPTIONS ? options[option].word : NULL;
}

/**
 * regex_problem() - is a pattern good?
 * @url: page with the pattern and its options
 * @text: what is wrong with it
 * @size: bytes of @text
 *
 * Return: false where it is.
 */
bool regex_problem(const struct conf_url *url, char *text, size_t size)
{
	unsigned char message[128];
	uint32_t bits = 0;
	pcre2_code *code;
	PCRE2_SIZE at;
	unsigned int i;
	int error;

	for (i = 0; i < CONF_REGEX_OPTIONS; i++)
		if (url->regex_options & 1u << i)
			bits |= options[i].bit;
	code = pcre2_compile((PCRE2_SPTR)url->regex, PCRE2_ZERO_TERMINATED,
			     bits, &error, &at, NULL);
	pcre2_code_free(code);
	if (code)
		return false;
	pcre2_get_error_message(error, message, sizeof(message));
	snprintf(text, size, "the pattern is wrong at its character %zu: %s",
		 at + 1, message);
	return true;
}
