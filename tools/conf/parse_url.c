// SPDX-License-Identifier: GPL-2.0
/* url, of HTTP_GET and SSL_GET */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

static const char * const regex_names[] = {
	[CONF_REGEX_ALLOW_EMPTY_CLASS] = "allow_empty_class",
	[CONF_REGEX_ALT_BSUX] = "alt_bsux",
	[CONF_REGEX_AUTO_CALLOUT] = "auto_callout",
	[CONF_REGEX_CASELESS] = "caseless",
	[CONF_REGEX_DOLLAR_ENDONLY] = "dollar_endonly",
	[CONF_REGEX_DOTALL] = "dotall",
	[CONF_REGEX_DUPNAMES] = "dupnames",
	[CONF_REGEX_EXTENDED] = "extended",
	[CONF_REGEX_FIRSTLINE] = "firstline",
	[CONF_REGEX_MATCH_UNSET_BACKREF] = "match_unset_backref",
	[CONF_REGEX_MULTILINE] = "multiline",
	[CONF_REGEX_NEVER_UCP] = "never_ucp",
	[CONF_REGEX_NEVER_UTF] = "never_utf",
	[CONF_REGEX_NO_AUTO_CAPTURE] = "no_auto_capture",
	[CONF_REGEX_NO_AUTO_POSSESS] = "no_auto_possess",
	[CONF_REGEX_NO_DOTSTAR_ANCHOR] = "no_dotstar_anchor",
	[CONF_REGEX_NO_START_OPTIMIZE] = "no_start_optimize",
	[CONF_REGEX_UCP] = "ucp",
	[CONF_REGEX_UNGREEDY] = "ungreedy",
	[CONF_REGEX_UTF] = "utf",
	[CONF_REGEX_NEVER_BACKSLASH_C] = "never_backslash_c",
	[CONF_REGEX_ALT_CIRCUMFLEX] = "alt_circumflex",
	[CONF_REGEX_ALT_VERBNAMES] = "alt_verbnames",
	[CONF_REGEX_USE_OFFSET_LIMIT] = "use_offset_limit",
};

/**
 * conf_regex_name() - name of an option of a pattern
 * @option: &enum conf_regex
 *
 * Return: name, NULL where there is no such option.
 */
const char *conf_regex_name(unsigned int option)
{
	return option < CONF_REGEX_OPTIONS ? regex_names[option] : NULL;
}

static void url_path(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct conf_url *url = to;

	if (st->words[1].text[0] != '/')
		parse_error(p, &st->words[1], "the path \"%s\" does not begin with \"/\"",
			    st->words[1].text);
	url->path = st->words[1].text;
}

static bool code(const char *text, char **end, __u16 *value)
{
	unsigned long v;

	if (!isdigit((unsigned char)*text))
		return false;
	v = strtoul(text, end, 10);
	*value = v;
	return v >= 100 && v <= 999;
}

static void status_code(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct conf_url *url = to;
	unsigned int i;

	for (i = 1; i < st->n; i++) {
		struct conf_codes range;
		char *end;
		bool good = code(st->words[i].text, &end, &range.first);

		range.last = range.first;
		if (good && *end == '-')
			good = code(end + 1, &end, &range.last);
		if (!good || *end || range.last < range.first)
			parse_error(p, &st->words[i],
				    "\"%s\" is neither a status code nor a range of them: 100 to 999",
				    st->words[i].text);
		else
			*pool_append(p->pool, url->codes, url->n_codes) = range;
	}
}

static void url_digest(struct parse *p, const struct conf_stmt *st, void *to)
{
	static const char hex[] = "0123456789abcdef";
	const char *text = st->words[1].text;
	struct conf_url *url = to;
	unsigned int i;

	if (strlen(text) != 32 || strspn(text, "0123456789abcdefABCDEF") != 32) {
		parse_error(p, &st->words[1],
			    "\"%s\" is not an MD5 digest: 32 hexadecimal digits",
			    text);
		return;
	}
	memset(url->digest, 0, sizeof(url->digest));
	for (i = 0; i < 32; i++)
		url->digest[i / 2] = url->digest[i / 2] << 4 |
			(strchr(hex, tolower((unsigned char)text[i])) - hex);
	url->has_digest = true;
}

static void regex_options(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct conf_url *url = to;
	unsigned int i, option;

	for (i = 1; i < st->n; i++) {
		for (option = 0; option < CONF_REGEX_OPTIONS; option++)
			if (!strcmp(regex_names[option], st->words[i].text))
				break;
		if (option == CONF_REGEX_OPTIONS) {
			const char *near = conf_nearest(st->words[i].text,
							regex_names,
							CONF_REGEX_OPTIONS);

			parse_error(p, &st->words[i], near ?
				    "unknown option \"%s\": did you mean \"%s\"?" :
				    "unknown option \"%s\"",
				    st->words[i].text, near);
		} else {
			url->regex_options |= 1u << option;
		}
	}
}

static const struct rule url_rules[] = {
	CALL("path", url_path),
	CALL("status_code", status_code),
	CALL("digest", url_digest),
	TEXT("virtualhost", struct conf_url, virtualhost),
	TEXT("regex", struct conf_url, regex),
	FLAG("regex_no_match", struct conf_url, regex_no_match),
	CALL("regex_options", regex_options),
	{ "regex_min_offset", RULE_OFFSET, offsetof(struct conf_url, regex_min),
	  0, 0, 0xffffffff, NULL },
	{ "regex_max_offset", RULE_OFFSET, offsetof(struct conf_url, regex_max),
	  0, 0, 0xffffffff, NULL },
	{ 0 }
};

const struct block url_block = { CONF_IN_URL, url_rules, 0 };

/* What is said of a pattern needs one. */
static void check_regex(struct parse *p, const struct conf_stmt *st,
			const struct conf_url *url)
{
	if (!url->regex && (url->regex_no_match || url->regex_options ||
			    url->regex_min || url->regex_max))
		parse_error(p, &st->words[0],
			    "regex_no_match, regex_options and offsets need regex");
	if (url->regex_max && url->regex_max <= url->regex_min)
		parse_error(p, &st->words[0],
			    "regex_max_offset is not above regex_min_offset");
}

/**
 * parse_url() - url
 * @p: run
 * @st: statement with the block
 * @to: &struct parse_check that it is added to
 */
void parse_url(struct parse *p, const struct conf_stmt *st, void *to)
{
	static const struct conf_codes good = { 200, 299 };
	struct parse_check *pc = to;
	struct conf_url *url = pool_append(p->pool, pc->c.urls, pc->c.n_urls);

	url->place = st->words[0].place;
	parse_block(p, &url_block, st->block, url);
	if (!url->path)
		parse_error(p, &st->words[0], "the url has no path");
	if (!url->n_codes)
		*pool_append(p->pool, url->codes, url->n_codes) = good;
	check_regex(p, st, url);
}
