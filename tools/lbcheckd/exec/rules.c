// SPDX-License-Identifier: GPL-2.0
/*
 * Which scripts may be run. enable_script_security of keepalived.conf(5): what
 * root runs may be changed by root alone, the file and every directory and
 * link on the way to it.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../evidence.h"
#include "rules.h"

/* As many as the kernel follows (path_resolution(7)). */
#define LINKS	40

static int is_program(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		return -EACCES;
	return 0;
}

static int search(const char *name, char *path, size_t size)
{
	const char *dir = RULES_PATH;
	size_t len;

	for (; *dir; dir += len + (dir[len] == ':')) {
		len = strcspn(dir, ":");
		if (snprintf(path, size, "%.*s/%s", (int)len, dir, name) <
		    (int)size && !is_program(path))
			return 0;
	}
	return -ENOENT;
}

/**
 * rules_find() - the file of a program
 * @name: absolute path, or a name without a slash to be found in %RULES_PATH
 * @path: result
 * @size: bytes of @path
 * @text: result of a failure: why, %PROTO_TEXT + 1 bytes
 *
 * Return: 0 or -1.
 */
int rules_find(const char *name, char *path, size_t size, char *text)
{
	int err;

	if (!strchr(name, '/')) {
		err = search(name, path, size);
	} else if (*name != '/') {
		evidence(text, "cannot run %s: not an absolute path", name);
		return -1;
	} else if (snprintf(path, size, "%s", name) >= (int)size) {
		err = -ENAMETOOLONG;
	} else {
		err = is_program(path);
	}
	if (err == -EACCES)
		evidence(text, "cannot run %s: not an executable file", name);
	else if (err)
		evidence(text, "cannot run %s: %s", name, strerror(-err));
	return err ? -1 : 0;
}

/* Can another user than root change this? */
static const char *weakness(const struct stat *st)
{
	if (st->st_uid)
		return "belongs to another user than root";
	/* the mode of a link means nothing */
	if (S_ISLNK(st->st_mode))
		return NULL;
	if (st->st_mode & 0002)
		return "can be written by everybody";
	if (st->st_mode & 0020 && st->st_gid)
		return "can be written by a group";
	return NULL;
}

/* Puts what @prefix links to in its place: @path is a new path then. */
static int follow(char *path, size_t len)
{
	char target[PATH_MAX], rest[PATH_MAX], prefix[PATH_MAX];
	ssize_t n;
	int total;

	snprintf(rest, sizeof(rest), "%s", path + len);
	snprintf(prefix, sizeof(prefix), "%.*s", (int)len, path);
	n = readlink(prefix, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	*(strrchr(prefix, '/') + 1) = '\0';
	total = snprintf(path, PATH_MAX, "%s%s%s",
			 *target == '/' ? "" : prefix, target, rest);
	return total >= PATH_MAX ? -ENAMETOOLONG : 0;
}

/*
 * Looks at what @path's first @len bytes name. 0: go on, 1: @path has been
 * changed, begin anew; -1: no.
 */
static int look(char *path, size_t len, char *text)
{
	const char *weak;
	struct stat st;
	char keep = path[len];
	int err = 0;

	path[len] = '\0';
	if (lstat(path, &st)) {
		evidence(text, "will not be run by root: %s: %s", path,
			 strerror(errno));
		return -1;
	}
	weak = weakness(&st);
	if (weak)
		evidence(text, "will not be run by root: %s %s", path, weak);
	path[len] = keep;
	if (weak)
		return -1;
	if (!S_ISLNK(st.st_mode))
		return 0;
	err = follow(path, len);
	if (!err)
		return 1;
	evidence(text, "will not be run by root: %s", strerror(-err));
	return -1;
}

/**
 * rules_check() - may root run this?
 * @path: absolute path
 * @text: result of a failure: why, %PROTO_TEXT + 1 bytes
 *
 * Once everything on the way belongs to root, nobody else can change the
 * answer before the script is run.
 *
 * Return: 0 or -1.
 */
int rules_check(const char *path, char *text)
{
	char way[PATH_MAX];
	unsigned int links = 0;
	size_t len = 1;
	int next;

	snprintf(way, sizeof(way), "%s", path);
	for (;;) {
		next = look(way, len, text);
		if (next < 0)
			return -1;
		if (next && ++links > LINKS) {
			evidence(text, "will not be run by root: too many links");
			return -1;
		}
		if (!next && !way[len])
			return 0;
		if (next)
			len = 1;
		else
			len += strspn(way + len, "/") +
			       strcspn(way + len + strspn(way + len, "/"), "/");
	}
}
