// SPDX-License-Identifier: GPL-2.0
/* Files that include files: what is read, in which order, what is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "tree_text.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* All names are relative to a directory of this run. */
static int make_files(void **state)
{
	char *dir = strdup("/tmp/include_test.XXXXXX");

	if (!dir)
		return -1;
	*state = dir;
	if (!mkdtemp(dir) || chdir(dir) || mkdir("d", 0700) ||
	    mkdir("d/sub", 0700) || mkfifo("pipe", 0600))
		return -1;
	write_file("a.conf", "a\n");
	write_file("b.conf", "b ${V}\n");
	write_file("d/one.conf", "one\n");
	write_file("d/two.conf", "two\n");
	write_file("d/up.conf", "up\ninclude ../a.conf\n");
	write_file("d/three", "three ${_PWD}\n");
	write_file("d/sub/x.conf", "x\n");
	write_file("defines", "$V=7\n");
	write_file("self", "s\ninclude d/../self\nt\n");
	write_file("ping", "include pong\n");
	write_file("pong", "include ping\n");
	write_file("open", "o {\n");
	write_file("close", "}\n");
	write_file("with blank", "blank\n");
	write_file("word", "w");
	return 0;
}

static int remove_files(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", (char *)*state);
	free(*state);
	return system(command);
}

static void check_file(const char *file, const struct conf_options *opt,
		       const char *tree_is, const char *log_is)
{
	struct conf_log *log = conf_log_new();
	struct conf_tree *tree = conf_read(file, opt, log);
	char *t, *l;

	assert_non_null(tree);
	t = tree_text(tree, false);
	l = log_text(log);
	assert_string_equal(t, tree_is);
	assert_string_equal(l, log_is);
	free(t);
	free(l);
	conf_tree_free(tree);
	conf_log_free(log);
}

static void test_found(void **state)
{
	static const struct {
		const char *text, *tree, *log;
	} samples[] = {
		{ "include a.conf\nz", "a; z", "" },
		{ "x { include a.conf }\nz", "x { a}; z", "" },
		{ "x {\n include a.conf; y\n}", "x { a; y}", "" },
		{ "include d/*.conf", "one; two; up; a", "" },
		{ "include d/{two,one}.conf", "two; one", "" },
		{ "include {a,d/{one,t*}}.conf; z", "a; one; two; z", "" },
		{ "include defines\ninclude b.conf", "b 7", "" },
		{ "$F=a\ninclude ${F}.conf", "a", "" },
		{ "@main include a.conf\n@backup include none", "a", "" },
		{ "~LST(F,a,d/one) include ${F}.conf", "a; one", "" },
		{ "include \"with blank\"\ninclude with\\ blank",
		  "blank; blank", "" },
		{ "include a.conf\ninclude a.conf", "a; a", "" },
		{
		  "includea a.conf\nincluder a.conf\nincludem a.conf\nincludew a.conf\nincludeb a.conf",
		  "a; a; a; a; a", "" },
		{ "included a.conf\n\"include\" a.conf",
		  "included a.conf; \"include\" a.conf", "" },
		{ "include word # c", "w", "" },
		/* a block goes on behind an include, a brace for it does not */
		{ "x\ninclude a.conf\n{ }", "x; a",
		  "3:1 e: the block has no name in front of it" },
		{ "include d/*", "one; three /D/d; two; up; a",
		  "1:9 n: d/sub/ is a directory and not read" },
	};
	const struct conf_options opt = { .id = "main" };
	const char *dir = *state;
	unsigned int i;

	for (i = 0; i < N(samples); i++) {
		const char *mark = strstr(samples[i].tree, "/D/");
		char tree[512];

		if (mark)
			snprintf(tree, sizeof(tree), "%.*s%s%s",
				 (int)(mark - samples[i].tree), samples[i].tree,
				 dir, mark + 2);
		else
			snprintf(tree, sizeof(tree), "%s", samples[i].tree);
		write_file("F", samples[i].text);
		check_file("F", &opt, tree, samples[i].log);
	}
}

static void test_missing(void **state)
{
	static const struct {
		const char *text, *tree, *log;
	} samples[] = {
		{ "include none\nz", "z",
		  "1:9 e: none cannot be read: No such file or directory" },
		{ "include d", "", "1:9 e: d cannot be read: Is a directory" },
		{ "include pipe", "",
		  "1:9 e: pipe cannot be read: it is no ordinary file" },
		{ "include *.none\nincluder *.none\nincludem *.none", "",
		  "1:9 n: no file matches *.none\n"
		  "2:10 n: no file matches *.none\n"
		  "3:10 n: no file matches *.none" },
		{ "includew *.none\nincludea *.none\nincludeb *.none", "",
		  "1:10 e: no file matches *.none\n"
		  "2:10 e: no file matches *.none\n"
		  "3:10 n: no file matches *.none" },
		{ "include {a,none}.conf\nincludeb {a,none}.conf", "a; a",
		  "1:9 n: there is no file none.conf\n"
		  "2:10 e: there is no file none.conf" },
		{ "include {x,y}.conf", "",
		  "1:9 n: there is no file x.conf\n"
		  "1:9 n: there is no file y.conf\n"
		  "1:9 e: none of the files {x,y}.conf is there" },
		{ "include\ninclude ;z", "z",
		  "1:1 e: the name of the file is missing\n"
		  "2:1 e: the name of the file is missing" },
		{ "include a.conf b.conf\nz", "z",
		  "1:16 e: one name is enough: \"b.conf\" is too much; a name with blanks is put in quotes"
		},
		{ "include self", "s; t",
		  "self:2:9 e: a file includes itself: F -> self -> d/../self" },
		{ "include ping", "",
		  "pong:1:9 e: a file includes itself: F -> ping -> pong -> ping" },
		{ "include open\nz\ninclude close\nx {\ninclude close\n}",
		  "o { }; z; x { }",
		  "open:1:3 e: the block of \"o\" is never closed\n"
		  "close:1:1 e: this brace closes nothing\n"
		  "close:1:1 e: this brace closes nothing that this file opened" },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < N(samples); i++) {
		write_file("F", samples[i].text);
		check_file("F", NULL, samples[i].tree, samples[i].log);
	}
}

/* include_check is for the rest of a file and for what that includes. */
static void test_checks(void **state)
{
	static const struct {
		const char *words, *log;
	} samples[] = {
		{ "",
		  "4:9 e: no file matches q*\n"
		  "5:9 e: there is no file q" },
		{ " wildcard_match",
		  "4:9 e: no file matches q*\n"
		  "5:9 n: there is no file q" },
		{ " readable match",
		  "4:9 n: no file matches q*\n"
		  "5:9 n: there is no file q" },
		{ "; include_check -wildcard_match +readable",
		  "4:9 n: no file matches q*\n"
		  "5:9 e: there is no file q" },
		{ " all",
		  "2:16 e: \"all\" is nothing to check; known: readable, match, wildcard_match, brace_match\n"
		  "4:9 n: no file matches q*\n"
		  "5:9 n: there is no file q" },
	};
	char text[256];
	unsigned int i;

	(void)state;
	for (i = 0; i < N(samples); i++) {
		struct conf_log *log = conf_log_new();
		struct conf_tree *tree;
		char *l;

		snprintf(text, sizeof(text),
			 "global_defs {\n include_check%s\n}\ninclude q*\ninclude {a.conf,q}\n",
			 samples[i].words);
		write_file("F", text);
		tree = conf_read("F", NULL, log);
		l = log_text(log);
		assert_string_equal(l, samples[i].log);
		free(l);
		conf_tree_free(tree);
		conf_log_free(log);
	}
	write_file("lax", "include q*\ninclude strict\n");
	write_file("strict", "global_defs {\n include_check\n}\n");
	write_file("F", "include strict\ninclude lax\ninclude q*\n");
	check_file("F", NULL,
		   "global_defs { }; global_defs { }",
		   "lax:1:9 n: no file matches q*\n3:9 n: no file matches q*");
}

static void test_top(void **state)
{
	struct conf_options opt = { .local = "none" };

	(void)state;
	check_file("none", NULL, "",
		   "none:0:0 e: cannot be read: No such file or directory");
	check_file("d", NULL, "", "d:0:0 e: cannot be read: Is a directory");
	check_file("d/up.conf", &opt, "up; a", "");
	opt.local = "d/one.conf";
	check_file("d/up.conf", &opt, "up; a; one", "");
	opt.local = "d";
	check_file("d/up.conf", &opt, "up; a",
		   "d:0:0 e: cannot be read: Is a directory");
}

/* A text of somebody else opens no file. */
static void test_alone(void **state)
{
	const struct conf_options opt = { .alone = true };

	(void)state;
	write_file("F", "x\ninclude a.conf\ny");
	check_file("F", &opt, "x; y",
		   "2:9 e: this text may include no other file");
}

static void test_many(void **state)
{
	char name[16], text[64];
	unsigned int i;

	(void)state;
	for (i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		snprintf(text, sizeof(text), "include n%u\n", i + 1);
		write_file(name, text);
	}
	check_file("n0", NULL, "",
		   "n31:1:9 e: more than 32 files in each other");
	snprintf(text, sizeof(text), "include {1..9}{a,b}%s",
		 "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}");
	write_file("F", text);
	check_file("F", NULL, "", "1:9 e: the braces make more than 256 names");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_checks),
		cmocka_unit_test(test_top),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
