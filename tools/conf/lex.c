// SPDX-License-Identifier: GPL-2.0
/*
 * An expanded line as words, braces and ends of statements. Quotes and escapes
 * as keepalived.conf(5) says: quoted parts join what they touch, and in them
 * \a \b \E \f \n \r \t \v \nnn \xXX \cC stand for bytes, \C for any other C.
 * Outside of quotes "\" is only special before a character that is.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "read.h"

/**
 * struct lexer - a line being cut
 * @r: reader
 * @l: line
 * @at: next character
 * @buf: the word; has room for the whole line
 * @len: bytes of it
 */
struct lexer {
	struct reader *r;
	const struct line *l;
	size_t at;
	char *buf;
	size_t len;
};

static bool ends_statement(char c)
{
	return c == ';' || c == '{' || c == '}';
}

static unsigned int digits(struct lexer *lx, unsigned int base, size_t max)
{
	unsigned int value = 0;

	for (; max && lx->at < lx->l->n; max--, lx->at++) {
		unsigned char c = lx->l->text[lx->at];
		unsigned int digit;

		if (!isxdigit(c))
			break;
		digit = isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
		if (digit >= base)
			break;
		if (value < 256)
			value = value * base + digit;
	}
	return value;
}

/* Behind "\" in quotes. */
static void unescape(struct lexer *lx)
{
	static const char letters[] = "abEfnrtv";
	static const char bytes[] = "\a\b\033\f\n\r\t\v";
	const struct spot *spot = &lx->l->spots[lx->at - 1];
	char c = lx->l->text[lx->at];
	const char *letter = c ? strchr(letters, c) : NULL;
	unsigned int value = (unsigned char)c;

	if (c >= '0' && c <= '7') {
		value = digits(lx, 8, 3);
	} else if (c == 'x' && lx->at + 1 < lx->l->n &&
		   isxdigit((unsigned char)lx->l->text[lx->at + 1])) {
		lx->at++;
		value = digits(lx, 16, lx->l->n);
	} else if (c == 'c' && lx->at + 1 < lx->l->n) {
		value = lx->l->text[lx->at + 1] & 0x1f;
		lx->at += 2;
	} else {
		if (letter)
			value = bytes[letter - letters];
		lx->at++;
	}
	if (!value || value > 255) {
		read_error(lx->r, spot, "the escape stands for no byte from 1 to 255");
		value = '?';
	}
	lx->buf[lx->len++] = value;
}

/* At a quotation mark. */
static void quoted(struct lexer *lx)
{
	const struct line *l = lx->l;
	const struct spot *open = &l->spots[lx->at];
	char quote = l->text[lx->at++];

	while (lx->at < l->n && l->text[lx->at] != quote) {
		char c = l->text[lx->at++];

		if (c == '\\' && lx->at < l->n)
			unescape(lx);
		else
			lx->buf[lx->len++] = c == LINE_JOINT ? ' ' : c;
	}
	if (lx->at == l->n)
		read_error(lx->r, open, "the quotation mark is never closed");
	else
		lx->at++;
}

/*
 * At "$": the braces of a variable that is not defined, or is not meant as
 * one, are no block.
 */
static void dollar(struct lexer *lx)
{
	const char *text = lx->l->text;
	size_t at = lx->at + 1, n = lx->l->n;

	lx->buf[lx->len++] = text[lx->at++];
	if (at >= n || text[at] != '{')
		return;
	while (at < n && text[at] != '}' && !line_is_blank(text[at]))
		at++;
	if (at == n || text[at] != '}')
		return;
	while (lx->at <= at)
		lx->buf[lx->len++] = text[lx->at++];
}

/* A word that is no name of files ends at braces. Return: it had quotes. */
static bool read_word(struct lexer *lx, bool files)
{
	const struct line *l = lx->l;
	unsigned int depth = 0;
	bool quotes = false;

	for (lx->len = 0; lx->at < l->n; ) {
		char c = l->text[lx->at];

		if (line_is_blank(c) || (ends_statement(c) && !files) ||
		    (c == ';' && !depth) || (c == '}' && !depth))
			break;
		if (c == '"' || c == '\'') {
			quotes = true;
			quoted(lx);
			continue;
		}
		if (c == '{')
			depth++;
		if (c == '}')
			depth--;
		if (c == '\\' && lx->at + 1 < l->n &&
		    strchr("\"'#!;{}$@~\\ \t", l->text[lx->at + 1]))
			c = l->text[++lx->at];
		if (c == '$') {
			dollar(lx);
			continue;
		}
		lx->buf[lx->len++] = c;
		lx->at++;
	}
	return quotes;
}

static void skip_blanks(struct lexer *lx)
{
	while (lx->at < lx->l->n && line_is_blank(lx->l->text[lx->at]))
		lx->at++;
}

/* What means something at the beginning of a line only. */
static void check_begin(struct lexer *lx, const struct spot *spot)
{
	size_t name;

	if (*lx->buf == '@')
		read_error(lx->r, spot, "a condition stands at the beginning of its line");
	if (lx->len > 4 && (!memcmp(lx->buf, "~SEQ", 4) ||
			    !memcmp(lx->buf, "~LST", 4)))
		read_error(lx->r, spot, "%.4s stands at the beginning of its line",
			   lx->buf);
	if (*lx->buf != '$')
		return;
	name = vars_name(lx->buf + 1, lx->len - 1);
	if (name && name + 1 < lx->len && lx->buf[name + 1] == '=')
		read_error(lx->r, spot, "a definition stands at the beginning of its line");
}

static void lex_include(struct lexer *lx, unsigned int checks,
			const struct spot *spot)
{
	const struct spot *from;
	char *pattern;

	skip_blanks(lx);
	from = lx->at < lx->l->n ? &lx->l->spots[lx->at] : spot;
	read_word(lx, true);
	if (!lx->len) {
		read_error(lx->r, spot, "the name of the file is missing");
		return;
	}
	pattern = arena_text(&lx->r->tree->arena, lx->buf, lx->len);
	skip_blanks(lx);
	if (lx->at < lx->l->n && !ends_statement(lx->l->text[lx->at])) {
		const struct spot surplus = lx->l->spots[lx->at];

		read_word(lx, true);
		read_error(lx->r, &surplus,
			   "one name is enough: \"%.*s\" is too much; a name with blanks is put in quotes",
			   (int)lx->len, lx->buf);
		return;
	}
	if (pattern)
		include_run(lx->r, pattern, checks, from,
			    &lx->l->spots[lx->at - 1]);
	build_nothing(lx->r);
}

static void lex_word(struct lexer *lx)
{
	const struct spot *from = &lx->l->spots[lx->at];
	bool plain = lx->l->text[lx->at] != '\\', quotes;
	unsigned int checks;

	quotes = read_word(lx, false);
	if (!lx->r->n_words && !quotes && plain && lx->len) {
		if (include_is(lx->buf, lx->len, &checks)) {
			lex_include(lx, checks, from);
			return;
		}
		check_begin(lx, from);
	}
	build_word(lx->r, lx->buf, lx->len, from, &lx->l->spots[lx->at - 1],
		   quotes);
}

/**
 * lex() - read a line
 * @r: reader
 * @l: line without conditions, sequences, variables
 */
void lex(struct reader *r, const struct line *l)
{
	struct lexer lx = { .r = r, .l = l, .buf = malloc(l->n + 1) };

	if (!lx.buf) {
		r->tree->arena.failed = true;
		r->stop = true;
		return;
	}
	for (skip_blanks(&lx); lx.at < l->n && !r->stop; skip_blanks(&lx)) {
		const struct spot *spot = &l->spots[lx.at];

		switch (l->text[lx.at]) {
		case ';':
			build_end(r, true);
			lx.at++;
			break;
		case '{':
			build_open(r, spot);
			lx.at++;
			break;
		case '}':
			build_close(r, spot);
			lx.at++;
			break;
		default:
			lex_word(&lx);
		}
	}
	build_end(r, false);
	free(lx.buf);
}
