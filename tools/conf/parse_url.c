// SPDX-License-Identifier: GPL-2.0
/* url, of HTTP_GET and SSL_GET */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

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
	const char *names[CONF_REGEX_OPTIONS], *near;
	struct conf_url *url = to;
	unsigned int i, option;

	for (option = 0; option < CONF_REGEX_OPTIONS; option++)
		names[option] = conf_regex_name(option);
	for (i = 1; i < st->n; i++) {
		for (option = 0; option < CONF_REGEX_OPTIONS; option++)
			if (!strcmp(names[option], st->words[i].text))
				break;
		if (option < CONF_REGEX_OPTIONS) {
			url->regex_options |= 1u << option;
			continue;
		}
		near = conf_nearest(st->words[i].text, names,
				    CONF_REGEX_OPTIONS);
		parse_error(p, &st->words[i], near ?
			    "unknown option \"%s\": did you mean \"%s\"?" :
			    "unknown option \"%s\"", st->words[i].text, near);
	}
}

/* Where keepalived's matching starts is of no use to the library. */
static void regex_stack(struct parse *p, const struct conf_stmt *st, void *to)
{
	struct conf_url *url = to;
	__u64 start;

	value_number(p, &st->words[1], 0, 0xffffffff, &start);
	value_number(p, &st->words[2], 1, 0xffffffff, &url->regex_memory);
}

static const struct rule url_rules[] = {
	CALL("path", url_path),
	CALL("status_code", status_code),
	CALL("digest", url_digest),
	TEXT("virtualhost", struct conf_url, virtualhost),
	TEXT("regex", struct conf_url, regex),
	FLAG("regex_no_match", struct conf_url, regex_no_match),
	CALL("regex_options", regex_options),
	CALL("regex_stack", regex_stack),
	{ "regex_min_offset", RULE_OFFSET, offsetof(struct conf_url, regex_min),
	  0, 0, 0xffffffff, NULL },
	{ "regex_max_offset", RULE_OFFSET, offsetof(struct conf_url, regex_max),
	  0, 0, 0xffffffff, NULL },
	{ 0 }
};

const struct block url_block = { CONF_IN_URL, url_rules, 0 };

/* Where the pattern stands; the last one counts. */
static const struct conf_word *regex_word(const struct conf_stmt *st)
{
	const struct conf_word *word = &st->words[0];

	for (st = st->block; st; st = st->next)
		if (!strcmp(st->words[0].text, "regex") && st->n > 1)
			word = &st->words[1];
	return word;
}

/* What is said of a pattern needs one, and it must be one. */
static void check_regex(struct parse *p, const struct conf_stmt *st,
			const struct conf_url *url)
{
	char text[192];

	if (!url->regex && (url->regex_no_match || url->regex_options ||
			    url->regex_min || url->regex_max ||
			    url->regex_memory))
		parse_error(p, &st->words[0],
			    "regex_no_match, regex_options, regex_stack and offsets need regex");
	if (url->regex_max && url->regex_max < url->regex_min)
		parse_error(p, &st->words[0],
			    "regex_max_offset is below regex_min_offset");
	if (url->regex && regex_problem(url, text, sizeof(text)))
		parse_error(p, regex_word(st), "%s", text);
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
