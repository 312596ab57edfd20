/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A configuration as a tree of statements: words, and a block of statements
 * where there is one. What the words mean is not known here. A tree does not
 * change once it has been read; texts and statements live as long as it does.
 */
#ifndef CONF_TREE_H
#define CONF_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * struct conf_place - where something stands
 * @file: name as it was opened, relative to nothing; never NULL
 * @line: from 1; 0: the file as a whole
 * @column: from 1, in bytes
 */
struct conf_place {
	const char *file;
	unsigned int line;
	unsigned int column;
};

/**
 * struct conf_word - one word
 * @text: without quotes, variables replaced
 * @place: where it begins; out of a variable: where the variable is used
 * @length: bytes it takes there, quotes included; 0: as many as @text
 * @quoted: it stood in quotes, so it is no keyword
 */
struct conf_word {
	const char *text;
	struct conf_place place;
	unsigned int length;
	bool quoted;
};

/**
 * struct conf_stmt - one statement
 * @words: at least one
 * @n: number of @words
 * @has_block: a block follows, perhaps an empty one
 * @block: first statement of the block, or NULL
 * @end: where the block ends; without one, where the statement does
 * @next: statement after it in the same block, or NULL
 */
struct conf_stmt {
	const struct conf_word *words;
	unsigned int n;
	bool has_block;
	const struct conf_stmt *block;
	struct conf_place end;
	const struct conf_stmt *next;
};

/* What a complaint is worth. */
enum conf_grade {
	CONF_NOTE,	/* good to know; nothing has to be done */
	CONF_WARNING,	/* probably not what was meant */
	CONF_ERROR,	/* nothing is applied */
};

struct conf_log;

/**
 * struct conf_complaint - a complaint about a configuration
 * @grade: what it is worth
 * @place: where
 * @length: bytes that are meant, for the caret; at least 1
 * @line: the whole line as it stands in the file, without newline
 * @text: one sentence, without full stop and newline
 */
struct conf_complaint {
	enum conf_grade grade;
	struct conf_place place;
	unsigned int length;
	const char *line;
	const char *text;
};

/* log.c: complaints, in the order they were made */
struct conf_log *conf_log_new(void);
void conf_log_free(struct conf_log *log);
void conf_log_source(struct conf_log *log, const char *file, const char *text,
		     size_t len);
void conf_complain(struct conf_log *log, enum conf_grade grade,
		   const struct conf_place *place, unsigned int length,
		   const char *format, ...)
	__attribute__((format(printf, 5, 6)));
void conf_complain_word(struct conf_log *log, enum conf_grade grade,
			const struct conf_word *word, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
unsigned int conf_log_count(const struct conf_log *log, enum conf_grade grade);
const struct conf_complaint *conf_log_get(const struct conf_log *log,
					  unsigned int i);

/* show.c: complaints for people */
void conf_complaint_show(const struct conf_complaint *c, FILE *to);
void conf_log_show(const struct conf_log *log, FILE *to);

/* nearest.c */
const char *conf_nearest(const char *text, const char *const *words,
			 unsigned int n);

struct conf_tree;

/**
 * struct conf_options - how to read; all zero is fine
 * @id: instance that "@id" lines and ${_INSTANCE} mean (-i); NULL: the first
 *	part of @hostname
 * @hostname: what ${_HOSTNAME} is; NULL: the host's
 * @local: file that is read after the first one if it is there, or NULL
 * @alone: the text came from elsewhere: it may include no file of this host
 * @size: bytes that sequences and variables may make of it; 0: 64 MiB
 */
struct conf_options {
	const char *id;
	const char *hostname;
	const char *local;
	bool alone;
	size_t size;
};

/*
 * read.c: what is wrong is in the log; the tree then has what could be read.
 * NULL only without memory, which the log says, too. @opt may be NULL.
 */
struct conf_tree *conf_read(const char *file, const struct conf_options *opt,
			    struct conf_log *log);
struct conf_tree *conf_read_text(const char *name, const char *text, size_t len,
				 const struct conf_options *opt,
				 struct conf_log *log);
void conf_tree_free(struct conf_tree *tree);
const struct conf_stmt *conf_tree_first(const struct conf_tree *tree);

/*
 * assign.c: hosts, site_template, sites, out_of_service become plain
 * virtual_server_group, virtual_server, real_server. Two words of ours remain:
 *
 *	real_server 192.0.2.1 80 { out_of_service "REASON" ... }
 *		out_of_service names this server; the reason may be missing
 *	vrrp_addresses INSTANCE { 192.0.2.1/32; 2001:db8::1/128 ... }
 *		at top level: "vrrp INSTANCE" in sites; what lbvrrpd adds to that
 *		instance; may be there several times for one
 *
 * NULL only without memory. The result may outlive @tree.
 */
struct conf_tree *conf_assign(const struct conf_tree *tree,
			      struct conf_log *log);

/* keepalived.c: what keepalived 2.2.7 takes of a plain tree */
struct conf_tree *conf_keepalived(const struct conf_tree *tree,
				  struct conf_log *log);

/* print.c: the tree as text that reads as the same tree */
int conf_print(const struct conf_tree *tree, FILE *to);

#endif /* CONF_TREE_H */
