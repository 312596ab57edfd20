// SPDX-License-Identifier: GPL-2.0
/*
 * Reading blocks by the table of words: each statement is looked up, its shape
 * is checked, and its rule puts the value where it belongs. A mistake costs its
 * statement only, so that one run finds as many as there are.
 */
#include <string.h>

#include "parse.h"

#define SEEN_MAX	96	/* words of a block that are given once */

/**
 * parse_unknown() - complain about a word that is none
 * @p: run
 * @in: block
 * @word: the word
 */
void parse_unknown(struct parse *p, enum conf_context in,
		   const struct conf_word *word)
{
	const char *near = conf_keyword_nearest(in, word->text);
	enum conf_context other;

	if (near && !strcmp(near, word->text))
		parse_error(p, word, "\"%s\" is a word of %s only without quotes",
			    near, conf_context_name(in));
	else if (conf_keyword_elsewhere(word->text, &other))
		parse_error(p, word, "\"%s\" is a word of %s, not of %s",
			    word->text, conf_context_name(other),
			    conf_context_name(in));
	else if (near)
		parse_error(p, word, "unknown word \"%s\" in %s: did you mean \"%s\"?",
			    word->text, conf_context_name(in), near);
	else
		parse_error(p, word, "unknown word \"%s\" in %s", word->text,
			    conf_context_name(in));
}

/*
 * keepalived reads what it needs of a line and forgets the rest, and with it
 * statements that somebody has put there.
 */
static bool has_surplus(struct parse *p, const struct conf_keyword *k,
			enum conf_context in, const struct conf_stmt *st)
{
	unsigned int i;

	for (i = k->min + 1; i < st->n; i++) {
		const struct conf_word *word = &st->words[i];

		/* in front of a block, names may be any word: group SSL { */
		if (!word->quoted && (i > k->max || !st->has_block) &&
		    conf_keyword_find(in, word->text)) {
			parse_error(p, word,
				    "\"%s\" is a statement of its own: put it on a line of its own, or \";\" before it",
				    word->text);
			return true;
		}
		if (i <= k->max)
			continue;
		if (k->max)
			parse_error(p, word, "surplus \"%s\": write %s %s",
				    word->text, k->word, k->args);
		else
			parse_error(p, word, "surplus \"%s\": %s has no arguments",
				    word->text, k->word);
		return true;
	}
	return false;
}

/**
 * parse_shape() - has a statement the arguments and the block of its word?
 * @p: run
 * @k: row of the word
 * @in: block it stands in
 * @st: statement
 *
 * Return: whether it has.
 */
bool parse_shape(struct parse *p, const struct conf_keyword *k,
		 enum conf_context in, const struct conf_stmt *st)
{
	const struct conf_word *word = &st->words[0];

	if (st->n - 1 < k->min) {
		parse_error(p, word, "an argument is missing: write %s %s",
			    k->word, k->args);
		return false;
	}
	if (has_surplus(p, k, in, st))
		return false;
	if (k->block && k->standing == CONF_SUPPORTED && !st->has_block) {
		parse_error(p, word, "a block is missing: write %s%s%s { ... }",
			    k->word, *k->args ? " " : "", k->args);
		return false;
	}
	if (!k->block && st->has_block) {
		parse_error(p, word, "%s has no block", k->word);
		return false;
	}
	return true;
}

/* One note a word: a thousand servers need not say it a thousand times. */
static void note_once(struct parse *p, const struct conf_keyword *k,
		      const struct conf_word *word)
{
	unsigned int i;

	for (i = 0; i < p->n_noted; i++)
		if (p->noted[i] == k || !strcmp(p->noted[i]->word, k->word))
			return;
	*pool_append(p->pool, p->noted, p->n_noted) = k;
	parse_note(p, word, "%s has no effect: %s", k->word, k->text);
}

/* Words of lbvrrpd: it judges them, so a word that is none is a hint here. */
static void pass_block(struct parse *p, enum conf_context in,
		       const struct conf_stmt *st)
{
	const struct conf_keyword *k;

	if (in == CONF_IN_LIST || in == CONF_IN_ADDRESS)
		return;
	for (; st; st = st->next) {
		k = conf_keyword_find(in, st->words[0].text);
		if (k && st->has_block)
			pass_block(p, k->block, st->block);
		else if (!k)
			parse_warn(p, &st->words[0], "unknown word \"%s\" in %s",
				   st->words[0].text, conf_context_name(in));
	}
}

/**
 * parse_passed() - words that are not for us
 * @p: run
 * @k: row of the word
 * @st: statement
 *
 * Return: true where @st is done with: it has no effect, is lbvrrpd's, or
 * refused.
 */
bool parse_passed(struct parse *p, const struct conf_keyword *k,
		  const struct conf_stmt *st)
{
	switch (k->standing) {
	case CONF_VRRP:
		if (k->block)
			pass_block(p, k->block, st->block);
		return true;
	case CONF_ACCEPTED:
		note_once(p, k, &st->words[0]);
		return true;
	case CONF_REFUSED:
		parse_error(p, &st->words[0], "%s: %s", k->word, k->text);
		return true;
	default:
		return false;
	}
}

static void apply(struct parse *p, const struct rule *r,
		  const struct conf_stmt *st, void *to)
{
	void *member = to ? (char *)to + r->offset : NULL;
	const struct conf_word *arg = &st->words[1];
	__u64 number;

	switch (r->kind) {
	case RULE_CALL:
		r->call(p, st, to);
		break;
	case RULE_FLAG:
		*(bool *)member = true;
		if (st->n > 1)
			value_bool(p, arg, member);
		break;
	case RULE_NUMBER:
		if (value_number(p, arg, r->min, r->max, &number))
			*(__u32 *)member = number;
		break;
	case RULE_OFFSET:
		value_number(p, arg, r->min, r->max, member);
		break;
	case RULE_TIME:
		value_time(p, arg, r->min, r->max, member);
		break;
	case RULE_TEXT:
		*(const char **)member = arg->text;
		break;
	case RULE_SCRIPT:
		*(struct conf_script **)member =
			value_script(p, arg, st->n - 1);
		break;
	}
}

static const struct rule *find_rule(const struct block *block, const char *word)
{
	const struct rule *r;

	for (r = block->rules; r->word; r++)
		if (r->word[0] == word[0] && !strcmp(r->word, word))
			return r;
	return NULL;
}

/* Statements of a block that may stand once, with their words. */
struct seen {
	const struct conf_keyword *k[SEEN_MAX];
	const struct conf_stmt *st[SEEN_MAX];
	unsigned int n;
};

static void check_again(struct parse *p, struct seen *seen,
			const struct conf_keyword *k,
			const struct conf_stmt *st)
{
	unsigned int i;

	if (k->flags & CONF_MANY)
		return;
	for (i = 0; i < seen->n; i++) {
		if (seen->k[i] != k)
			continue;
		parse_warn(p, &st->words[0],
			   "%s again, as at %s:%u: the last one counts", k->word,
			   seen->st[i]->words[0].place.file,
			   seen->st[i]->words[0].place.line);
		return;
	}
	if (seen->n == SEEN_MAX)
		return;
	seen->k[seen->n] = k;
	seen->st[seen->n++] = st;
}

/**
 * parse_block() - read a block
 * @p: run
 * @block: its words and what they do
 * @stmts: its statements
 * @to: structure that the rules fill in
 */
void parse_block(struct parse *p, const struct block *block,
		 const struct conf_stmt *stmts, void *to)
{
	struct seen seen = { .n = 0 };
	const struct conf_keyword *k;
	const struct conf_stmt *st;
	const struct rule *r;

	for (st = stmts; st; st = st->next) {
		k = st->words[0].quoted ? NULL :
		    conf_keyword_find(block->in, st->words[0].text);
		if (!k) {
			parse_unknown(p, block->in, &st->words[0]);
			continue;
		}
		if (k->standing == CONF_VRRP || k->standing == CONF_REFUSED) {
			parse_passed(p, k, st);
			continue;
		}
		check_again(p, &seen, k, st);
		if (!parse_shape(p, k, block->in, st) || parse_passed(p, k, st))
			continue;
		r = find_rule(block, k->word);
		if (!r) {
			parse_error(p, &st->words[0], "\"%s\" cannot stand here",
				    k->word);
			continue;
		}
		if (r->bit)
			*(unsigned int *)((char *)to + block->mask) |= r->bit;
		apply(p, r, st, to);
	}
}
