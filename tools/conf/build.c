// SPDX-License-Identifier: GPL-2.0
/*
 * Words and braces become statements in blocks. A brace that is too much or
 * missing is told in the file where it is; reading goes on.
 */
#include <stdlib.h>
#include <string.h>

#include "read.h"

static struct block *top(struct reader *r)
{
	return &r->blocks[r->n_blocks - 1];
}

static struct conf_place place_of(const struct reader *r,
				  const struct spot *spot)
{
	return (struct conf_place){ r->file->name, spot->line, spot->column };
}

static void push(struct reader *r, struct conf_stmt *owner,
		 const struct conf_stmt **tail, const struct spot *spot)
{
	r->blocks[r->n_blocks++] = (struct block){
		.owner = owner, .tail = tail, .open = place_of(r, spot),
	};
}

/**
 * build_begin() - begin with an empty tree
 * @r: reader with its tree
 */
void build_begin(struct reader *r)
{
	r->blocks[r->n_blocks++] = (struct block){ .tail = &r->tree->first };
}

/* On one line, what stands from the first to the last byte; else the text. */
static unsigned int length_of(const struct spot *from, const struct spot *to,
			      size_t len)
{
	if (from->line == to->line && to->column >= from->column)
		return to->column + to->length - from->column;
	return from->length > 1 ? from->length : len;
}

/**
 * build_word() - a word of the statement
 * @r: reader
 * @text: the word
 * @len: bytes of @text
 * @from: where it begins
 * @to: its last byte
 * @quoted: it had quotes
 */
void build_word(struct reader *r, const char *text, size_t len,
		const struct spot *from, const struct spot *to, bool quoted)
{
	struct conf_word *w;
	const char *copy;

	if (r->n_words == r->room_words) {
		unsigned int room = r->room_words ? 2 * r->room_words : 16;

		w = reallocarray(r->words, room, sizeof(*w));
		if (!w) {
			r->tree->arena.failed = true;
			r->stop = true;
			return;
		}
		r->words = w;
		r->room_words = room;
	}
	if (len > WORD_MAX_BYTES) {
		read_error(r, from, "a word of %zu bytes: at most %d are allowed",
			   len, WORD_MAX_BYTES);
		len = WORD_MAX_BYTES;
	}
	copy = arena_text(&r->tree->arena, text, len);
	if (!copy) {
		r->stop = true;
		return;
	}
	r->words[r->n_words++] = (struct conf_word){
		.text = copy,
		.place = place_of(r, from),
		.length = length_of(from, to, len),
		.quoted = quoted,
	};
}

/* As "include", it is of no use to anybody else once it is read. */
static bool is_include_check(const struct reader *r)
{
	const struct conf_stmt *owner = r->blocks[r->n_blocks - 1].owner;

	return r->n_blocks == 2 && !r->words[0].quoted &&
	       !strcmp(owner->words[0].text, "global_defs") &&
	       !strcmp(r->words[0].text, "include_check");
}

static struct conf_stmt *statement(struct reader *r)
{
	struct arena *arena = &r->tree->arena;
	struct conf_stmt *stmt = arena_alloc(arena, sizeof(*stmt));
	size_t size = r->n_words * sizeof(*r->words);
	struct conf_word *words = arena_alloc(arena, size);
	const struct conf_word *last;

	if (!stmt || !words) {
		r->stop = true;
		return NULL;
	}
	memcpy(words, r->words, size);
	last = &words[r->n_words - 1];
	stmt->words = words;
	stmt->n = r->n_words;
	stmt->end = last->place;
	stmt->end.column += last->length;
	*top(r)->tail = stmt;
	top(r)->tail = &stmt->next;
	top(r)->last = stmt;
	return stmt;
}

/**
 * build_end() - a statement ends, if there is one
 * @r: reader
 * @final: no "{" in the next line belongs to it
 */
void build_end(struct reader *r, bool final)
{
	if (r->n_words && !r->deep) {
		if (is_include_check(r)) {
			include_check(r, r->words + 1, r->n_words - 1);
			top(r)->last = NULL;
		} else {
			statement(r);
		}
	}
	if (final)
		top(r)->last = NULL;
	r->n_words = 0;
}

/**
 * build_nothing() - what was read was no statement
 * @r: reader
 */
void build_nothing(struct reader *r)
{
	top(r)->last = NULL;
}

static struct conf_stmt *stray(struct reader *r)
{
	static const struct conf_word none = { .text = "" };
	struct conf_stmt *stmt = arena_alloc(&r->tree->arena, sizeof(*stmt));

	if (!stmt) {
		r->stop = true;
		return NULL;
	}
	stmt->words = &none;
	stmt->n = 1;
	return stmt;
}

/**
 * build_open() - "{"
 * @r: reader
 * @spot: where it stands
 */
void build_open(struct reader *r, const struct spot *spot)
{
	struct conf_stmt *stmt = top(r)->last;

	if (r->n_blocks == BLOCKS || r->deep) {
		if (!r->deep++)
			read_error(r, spot, "more than %d blocks in each other",
				   BLOCKS - 1);
		r->n_words = 0;
		return;
	}
	if (r->n_words) {
		stmt = statement(r);
	} else if (!stmt || stmt->has_block) {
		read_error(r, spot, "the block has no name in front of it");
		stmt = stray(r);
	}
	r->n_words = 0;
	if (!stmt)
		return;
	top(r)->last = NULL;
	stmt->has_block = true;
	push(r, stmt, &stmt->block, spot);
}

/* Where a brace is missing, it mostly is above the first that stands wrong. */
static void note_crooked(struct reader *r, const struct conf_stmt *owner)
{
	const struct conf_word *begin = &owner->words[0];

	if (r->file->begun.text || !begin->place.file ||
	    begin->place.line == owner->end.line ||
	    begin->place.column <= owner->end.column)
		return;
	r->file->crooked = owner->end;
	r->file->begun = *begin;
}

/**
 * build_close() - "}"
 * @r: reader
 * @spot: where it stands
 */
void build_close(struct reader *r, const struct spot *spot)
{
	build_end(r, true);
	if (r->deep) {
		r->deep--;
	} else if (r->n_blocks > r->file->blocks) {
		top(r)->owner->end = place_of(r, spot);
		note_crooked(r, top(r)->owner);
		r->n_blocks--;
		top(r)->last = NULL;
	} else {
		read_error(r, spot, "this brace closes nothing%s",
			   r->n_blocks > 1 ? " that this file opened" : "");
	}
}

/**
 * build_file_end() - a file ends
 * @r: reader
 * @line: number of the line behind its last one
 */
void build_file_end(struct reader *r, unsigned int line)
{
	const struct conf_word *begun = &r->file->begun;
	bool open = r->n_blocks > r->file->blocks;
	const struct spot spot = { line, 1, 1 };

	r->deep = 0;
	while (r->n_blocks > r->file->blocks) {
		struct block *b = top(r);

		if (!r->stop)
			conf_complain(r->log, CONF_ERROR, &b->open, 1,
				      "the block of \"%s\" is never closed",
				      b->owner->words[0].text);
		b->owner->end = place_of(r, &spot);
		r->n_blocks--;
	}
	if (open && begun->text && !r->stop)
		conf_complain(r->log, CONF_NOTE, &r->file->crooked, 1,
			      "this brace closes \"%s\" of line %u, which begins further right: is one missing between them?",
			      begun->text, begun->place.line);
	top(r)->last = NULL;
}
