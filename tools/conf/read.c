// SPDX-License-Identifier: GPL-2.0
/* Files and texts become a tree: the beginning and the end of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "read.h"

#define FILE_MAX	((size_t)16 << 20)	/* bytes of a file */
#define SIZE		((size_t)64 << 20)	/* if the options say nothing */

/**
 * read_complain() - say what is wrong in the file being read
 * @r: reader
 * @grade: what it is worth
 * @spot: where
 * @format: sentence without full stop
 */
void read_complain(struct reader *r, enum conf_grade grade,
		   const struct spot *spot, const char *format, ...)
{
	const struct conf_place place = {
		r->file->name, spot->line, spot->column
	};
	va_list ap;
	char *text;
	int len;

	va_start(ap, format);
	len = vasprintf(&text, format, ap);
	va_end(ap);
	if (len < 0) {
		r->tree->arena.failed = true;
		return;
	}
	conf_complain(r->log, grade, &place, spot->length, "%s", text);
	free(text);
}

/**
 * read_put() - append a character to a line
 * @r: reader
 * @l: line
 * @c: character
 * @spot: where it stands
 *
 * Return: true, or false where it had no room and reading stops.
 */
bool read_put(struct reader *r, struct line *l, char c,
	      const struct spot *spot)
{
	int err = line_put(l, c, spot);

	if (!err)
		return true;
	if (err == -E2BIG)
		read_error(r, spot, "the variables make a line of more than 1 MiB");
	else
		r->tree->arena.failed = true;
	r->stop = true;
	return false;
}

/**
 * read_spend() - so much has been read
 * @r: reader
 * @spot: where
 * @size: bytes
 *
 * What sequences and variables make of a small file has a limit.
 */
void read_spend(struct reader *r, const struct spot *spot, size_t size)
{
	if (r->stop)
		return;
	if (r->left >= size) {
		r->left -= size;
		return;
	}
	read_error(r, spot, "sequences, variables and includes make more of this than %zu bytes",
		   r->opt->size ? r->opt->size : SIZE);
	r->stop = true;
}

static void read_source(struct reader *r, const char *text, size_t len)
{
	struct source src = {
		.file = r->file->name, .at = text, .end = text + len, .line = 1,
	};
	struct line l = { 0 };
	int err = 1;

	conf_log_source(r->log, src.file, text, len);
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		src.at += 3;
	while (!r->stop) {
		err = line_next(&l, &src, r->log);
		if (err <= 0)
			break;
		if (l.n)
			expand(r, &l);
		r->unwind = false;
	}
	if (err < 0)
		r->tree->arena.failed = true;
	build_file_end(r, src.line);
	line_free(&l);
}

/* What was expanded before says what it was made of. */
static void find_origin(struct reader *r, const char *text, size_t len)
{
	const size_t mark = strlen(CONF_MARK);
	const char *name = r->file->name, *end;
	size_t n = strlen(name);

	if (len > mark && !memcmp(text, CONF_MARK, mark)) {
		name = text + mark;
		end = memchr(name, '\n', len - mark);
		n = (end ? end : text + len) - name;
	}
	r->tree->origin = arena_text(&r->tree->arena, name, n);
}

/* Return: 0 and its text, or a negative errno. */
static int read_all(int fd, char **text, size_t *len)
{
	size_t room = 4096, n = 0;
	char *buf = malloc(room), *grown;
	ssize_t got;
	int err;

	while (buf) {
		got = read(fd, buf + n, room - n);
		if (got < 0 && errno == EINTR)
			continue;
		err = got < 0 ? -errno : n + got > FILE_MAX ? -EFBIG : 0;
		if (err || !got) {
			if (err)
				free(buf);
			*text = buf;
			*len = n;
			return err;
		}
		n += got;
		if (n < room)
			continue;
		room *= 2;
		grown = realloc(buf, room);
		if (!grown)
			free(buf);
		buf = grown;
	}
	return -ENOMEM;
}

/* A pipe may be a configuration, but no part of one. */
static int open_file(const char *name, bool part, struct file *file)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (part ? O_NONBLOCK : 0);
	int fd = open(name, flags), err;
	struct stat st;

	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) ? -errno : 0;
	if (!err && S_ISDIR(st.st_mode))
		err = -EISDIR;
	if (!err && part && !S_ISREG(st.st_mode))
		err = -ESPIPE;
	if (err) {
		close(fd);
		return err;
	}
	file->dev = st.st_dev;
	file->ino = st.st_ino;
	return fd;
}

/* Return: true where the file is open already; the whole way is named. */
static bool includes_itself(struct reader *r, const struct file *file,
			    const struct spot *spot)
{
	char *way = NULL, *longer;
	const struct file *up;

	for (up = file->up; up; up = up->up)
		if (up->ino && up->ino == file->ino && up->dev == file->dev)
			break;
	if (!up)
		return false;
	for (up = file; up; up = up->up) {
		if (asprintf(&longer, "%s%s%s", up->name, way ? " -> " : "",
			     way ? way : "") < 0)
			break;
		free(way);
		way = longer;
	}
	read_error(r, spot, "a file includes itself: %s", way ? way : "");
	free(way);
	return true;
}

static void refuse(struct reader *r, const char *name, const struct spot *from,
		   int err)
{
	const struct conf_place whole = { .file = name };
	const char *why = strerror(-err);

	if (err == -ENOMEM) {
		r->tree->arena.failed = true;
		r->stop = true;
		return;
	}
	if (err == -ESPIPE)
		why = "it is no ordinary file";
	else if (err == -EFBIG)
		why = "it is larger than 16 MiB";
	if (from)
		read_error(r, from, "%s cannot be read: %s", name, why);
	else
		conf_complain(r->log, CONF_ERROR, &whole, 1,
			      "cannot be read: %s", why);
}

static unsigned int depth(const struct file *file)
{
	unsigned int n = 0;

	for (; file; file = file->up)
		n++;
	return n;
}

/**
 * read_file() - read a file
 * @r: reader
 * @name: file
 * @from: where it is included; NULL: nowhere
 * @checks: include_check
 *
 * Return: true, or false with a complaint where it cannot be read.
 */
bool read_file(struct reader *r, const char *name, const struct spot *from,
	       unsigned int checks)
{
	struct file file = {
		.up = r->file, .checks = checks, .blocks = r->n_blocks,
	};
	size_t len = 0;
	char *text;
	int err, fd;

	file.name = arena_text(&r->tree->arena, name, strlen(name));
	if (!file.name)
		return false;
	if (depth(r->file) == FILES) {
		read_error(r, from, "more than %d files in each other", FILES);
		return false;
	}
	fd = open_file(name, from, &file);
	if (fd < 0) {
		refuse(r, file.name, from, fd);
		return false;
	}
	if (from && includes_itself(r, &file, from)) {
		close(fd);
		return false;
	}
	err = read_all(fd, &text, &len);
	close(fd);
	if (err) {
		refuse(r, file.name, from, err);
		return false;
	}
	if (from)
		read_spend(r, from, len);
	r->file = &file;
	if (!r->tree->origin)
		find_origin(r, text, len);
	read_source(r, text, len);
	r->file = file.up;
	free(text);
	return true;
}

static bool begin(struct reader *r, const struct conf_options *opt,
		  struct conf_log *log, struct utsname *host)
{
	static const struct conf_options none;

	*r = (struct reader){
		.log = log,
		.opt = opt ? opt : &none,
		.tree = calloc(1, sizeof(*r->tree)),
	};
	if (!r->tree)
		return false;
	r->tree->refs = 1;
	r->left = r->opt->size ? r->opt->size : SIZE;
	if (uname(host))
		strcpy(host->nodename, "localhost");
	r->hostname = r->opt->hostname ? r->opt->hostname : host->nodename;
	r->id = r->opt->id;
	if (!r->id)
		r->id = arena_text(&r->tree->arena, r->hostname,
				   strcspn(r->hostname, "."));
	build_begin(r);
	return r->id;
}

static struct conf_tree *finish(struct reader *r, const char *name)
{
	const struct conf_place whole = { .file = name };
	struct conf_tree *tree = r->tree;

	free(r->words);
	if (tree && !tree->arena.failed)
		return tree;
	conf_complain(r->log, CONF_ERROR, &whole, 1,
		      "there is not enough memory to read it");
	conf_tree_free(tree);
	return NULL;
}

/**
 * conf_read() - read a file and what it includes
 * @file: its name
 * @opt: how, or NULL
 * @log: complaints
 *
 * Return: tree, NULL without memory.
 */
struct conf_tree *conf_read(const char *file, const struct conf_options *opt,
			    struct conf_log *log)
{
	struct utsname host;
	struct reader r;

	if (begin(&r, opt, log, &host)) {
		read_file(&r, file, NULL, 0);
		if (r.opt->local && (!access(r.opt->local, F_OK) ||
				     errno != ENOENT))
			read_file(&r, r.opt->local, NULL, 0);
	}
	return finish(&r, file);
}

/**
 * conf_read_text() - read a text
 * @name: as what; relative includes are relative to its directory
 * @text: bytes
 * @len: how many
 * @opt: how, or NULL
 * @log: complaints
 *
 * Return: tree, NULL without memory.
 */
struct conf_tree *conf_read_text(const char *name, const char *text, size_t len,
				 const struct conf_options *opt,
				 struct conf_log *log)
{
	struct file file = { .name = name, .blocks = 1 };
	struct utsname host;
	struct reader r;

	if (begin(&r, opt, log, &host)) {
		file.name = arena_text(&r.tree->arena, name, strlen(name));
		r.file = &file;
		if (file.name) {
			find_origin(&r, text, len);
			read_source(&r, text, len);
		}
	}
	return finish(&r, name);
}

/**
 * conf_tree_free() - forget a tree
 * @tree: tree or NULL
 *
 * A tree that was made of it keeps what it needs.
 */
void conf_tree_free(struct conf_tree *tree)
{
	while (tree && !--tree->refs) {
		struct conf_tree *base = tree->base;

		arena_free(&tree->arena);
		free(tree);
		tree = base;
	}
}

/**
 * conf_tree_first() - the first statement
 * @tree: tree
 *
 * Return: statement, NULL: there is none.
 */
const struct conf_stmt *conf_tree_first(const struct conf_tree *tree)
{
	return tree->first;
}
