// SPDX-License-Identifier: GPL-2.0
/*
 * Files in the manner of real sites, ours and those that come with Debian's
 * keepalived: for each, whether it is accepted, and all that is said about it,
 * is samples/outcomes.golden. "samples_test -w" writes that file.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>

#include "conf.h"
#include "tree_text.h"

#define DEBIAN	"/usr/share/doc/keepalived/samples"
#define FILES	34	/* at least so many */

/* @name as seen from this file's directory */
static void path_of(const char *name, char *path, size_t size)
{
	const char *slash = strrchr(__FILE__, '/');

	snprintf(path, size, "%.*s%s",
		 slash ? (int)(slash + 1 - __FILE__) : 0, __FILE__, name);
}

static int is_sample(const struct dirent *entry)
{
	const char *name = entry->d_name, *dot = strrchr(name, '.');

	return !strncmp(name, "keepalived.conf.", 16) ||
	       (dot && !strcmp(dot, ".conf"));
}

static void put_outcome(FILE *to, const char *dir, const char *name)
{
	const struct conf_options opt = { .id = "lv1", .hostname = "lv1" };
	struct conf_log *log = conf_log_new();
	const struct conf_complaint *c;
	char path[512];
	struct conf *conf;
	unsigned int i;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	conf = conf_load(path, &opt, log);
	fprintf(to, "== %s: %s\n", name, conf ? "accepted" : "refused");
	for (i = 0; (c = conf_log_get(log, i)); i++) {
		const char *text = c->text, *at;

		fprintf(to, "%u:%u %c: ", c->place.line, c->place.column,
			"nwe"[c->grade]);
		/* places in texts: the name of the file is enough */
		while ((at = strstr(text, dir))) {
			fprintf(to, "%.*s", (int)(at - text), text);
			text = at + strlen(dir) + 1;
		}
		fprintf(to, "%s\n", text);
	}
	conf_free(conf);
	conf_log_free(log);
}

/* Return: number of files. */
static unsigned int put_dir(FILE *to, const char *dir)
{
	struct dirent **entries;
	int i, n = scandir(dir, &entries, is_sample, alphasort);

	if (n < 0)
		print_message("%s cannot be read: install keepalived\n", dir);
	assert_true(n > 0);
	for (i = 0; i < n; i++) {
		put_outcome(to, dir, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return n;
}

static unsigned int put_all(FILE *to)
{
	char dir[512];

	path_of("../samples", dir, sizeof(dir));
	return put_dir(to, dir) + put_dir(to, DEBIAN);
}

static void test_outcomes(void **state)
{
	char path[512], *now = NULL, *golden = NULL;
	size_t len, size = 0;
	FILE *to = open_memstream(&now, &len), *f;

	(void)state;
	assert_in_range(put_all(to), FILES, 1000);
	fclose(to);
	path_of("../samples/outcomes.golden", path, sizeof(path));
	f = fopen(path, "r");
	assert_non_null(f);
	assert_true(getdelim(&golden, &size, '\0', f) > 0);
	fclose(f);
	assert_string_equal(now, golden);
	free(now);
	free(golden);
}

/* Nothing of a file that is refused is there. */
static void test_whole(void **state)
{
	const struct conf_options opt = { .hostname = "lv1" };
	struct conf_log *log = conf_log_new();
	char path[512];

	(void)state;
	path_of("../samples/legacy.conf", path, sizeof(path));
	assert_null(conf_load(path, &opt, log));
	assert_int_equal(conf_log_count(log, CONF_ERROR), 10);
	conf_log_free(log);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_whole),
	};
	char path[512];
	FILE *to;

	if (argc < 2 || strcmp(argv[1], "-w"))
		return cmocka_run_group_tests(tests, NULL, NULL);
	path_of("../samples/outcomes.golden", path, sizeof(path));
	to = fopen(path, "w");
	return !to || !put_all(to) || fclose(to);
}
