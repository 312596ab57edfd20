// SPDX-License-Identifier: GPL-2.0
/*
 * Texts as trees: each case is a text, what becomes of it, and all that is
 * said about it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tree_text.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

struct sample {
	const char *text, *tree, *log;
};

static void check_read(const char *text, size_t len, const char *tree_is,
		       const char *log_is, bool places)
{
	const struct conf_options opt = {
		.id = "main", .hostname = "lv1.example.com",
	};
	struct conf_log *log = conf_log_new();
	struct conf_tree *tree = conf_read_text("F", text, len, &opt, log);
	char *t, *l;

	assert_non_null(tree);
	t = tree_text(tree, places);
	l = log_text(log);
	if (strcmp(t, tree_is) || strcmp(l, log_is))
		print_message("in: %s\n", text);
	assert_string_equal(t, tree_is);
	assert_string_equal(l, log_is);
	free(t);
	free(l);
	conf_tree_free(tree);
	conf_log_free(log);
}

static void check_samples(const struct sample *s, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		check_read(s[i].text, strlen(s[i].text), s[i].tree,
			   s[i].log, false);
}

static void test_statements(void **state)
{
	static const struct sample samples[] = {
		{ "", "", "" },
		{ "\t\040\n# a\n! b\n", "", "" },
		{ "a b\tc\nd", "a b c; d", "" },
		{ "a; b;;c ;", "a; b; c", "" },
		{ "a\r\nb\r\n", "a; b", "" },
		{ "\357\273\277a", "a", "" },
		{ "a {\n b c\n}\n", "a { b c}", "" },
		{ "a { b c }", "a { b c}", "" },
		{ "a {}", "a { }", "" },
		{ "a{b{c}d}e", "a { b { c}; d}; e", "" },
		{ "a\n{\n b\n\n # x\n {\n c } }\n", "a { b { c}}", "" },
		{ "url { path /s; status_code 200 }",
		  "url { path /s; status_code 200}", "" },
		{ "a b#c\nd!e\nf \\#g\\! #h", "a b; d; f #g!", "" },
		{ "a \\\n  b \\\040\nc\nd", "a b c; d", "" },
		{ "a # x \\\nb\nc", "a b; c", "" },
		{ "a \\\n\nb", "a; b", "" },
		{ "a\\\\\nb", "a\\; b", "" },
		{ "a \\", "a", "" },
		{ "n\303\266 \377\200", "n\303\266 \377\200", "" },
		{ "a {\n b }\n c", "a { b}; c", "" },
	};

	(void)state;
	check_samples(samples, N(samples));
}

/* What stands in keepalived.conf(5), "Quoted strings". */
static void test_quotes(void **state)
{
	static const struct sample samples[] = {
		{ "abcd\" efg h jkl \"mnop", "\"abcd efg h jkl mnop\"", "" },
		{ "abcd \"efg h jkl\" mnop", "abcd \"efg h jkl\" mnop", "" },
		{ "a '\"' \"'\" ''", "a \"\"\" \"'\" \"\"", "" },
		{ "a \"#;{}!@~$ \\$x\"", "a \"#;{}!@~$ $x\"", "" },
		{ "a \"\\a\\b\\E\\f\\n\\r\\t\\v\"",
		  "a \"\a\b\033\f\n\r\t\v\"", "" },
		{ "a \"\\101\\1018\\x4a\\x4ag\\cA\\\\\\\"\\q'\"",
		  "a \"AA8JJg\001\\\"q'\"", "" },
		{ "a '\\'b'", "a \"'b\"", "" },
		{ "a \\\"b\\ c \\d\\.", "a \"b c \\d\\.", "" },
		{ "a \"b \\\n c\" d", "a \"b   c\" d", "" },
		{ "\"include\" x", "\"include\" x", "" },
		{ "a \"b\nc", "a \"b\"; c",
		  "1:3 e: the quotation mark is never closed" },
		{ "a 'b\\'\nc", "a \"b'\"; c",
		  "1:3 e: the quotation mark is never closed" },
		{ "a \"\\0\" \"\\400\" \"\\x100\" \"\\xg\"",
		  "a \"?\" \"?\" \"?\" \"xg\"",
		  "1:4 e: the escape stands for no byte from 1 to 255\n"
		  "1:9 e: the escape stands for no byte from 1 to 255\n"
		  "1:16 e: the escape stands for no byte from 1 to 255" },
	};

	(void)state;
	check_samples(samples, N(samples));
}

static void test_braces(void **state)
{
	static const struct sample samples[] = {
		{ "a {\nb {\n c\n}\n", "a { b { c}}",
		  "1:3 e: the block of \"a\" is never closed" },
		{ "a {\n  b {\n    c {\n      d\n  }\n}\ne {\n}\n",
		  "a { b { c { d}}; e { }}",
		  "1:3 e: the block of \"a\" is never closed\n"
		  "5:3 n: this brace closes \"c\" of line 3, which begins further right: is one missing between them?"
		},
		{ "a {\n b\n} }\nc", "a { b}; c",
		  "3:3 e: this brace closes nothing" },
		{ "{ a }\nb", "b",
		  "1:1 e: the block has no name in front of it" },
		{ "a;\n{ b }", "a",
		  "2:1 e: the block has no name in front of it" },
		{ "a {}\n{ b }", "a { }",
		  "2:1 e: the block has no name in front of it" },
		{ "}\n}", "",
		  "1:1 e: this brace closes nothing\n"
		  "2:1 e: this brace closes nothing" },
	};
	char deep[513] = "";
	unsigned int i;

	(void)state;
	check_samples(samples, N(samples));
	for (i = 0; i < 64; i++)
		strcat(deep, "a{\n");
	strcat(deep, "x\n");
	for (i = 0; i < 64; i++)
		strcat(deep, "}\n");
	strcat(deep, "y");

	char expected[1024] = "";

	for (i = 0; i < 63; i++)
		strcat(expected, "a { ");
	for (i = 0; i < 63; i++)
		strcat(expected, "}");
	strcat(expected, "; y");
	check_read(deep, strlen(deep), expected,
		   "64:2 e: more than 63 blocks in each other", false);
}

static void test_bytes(void **state)
{
	static const char nul[] = "a\0b\nc\001d \002";
	char line[17000];

	(void)state;
	check_read("a # \f\033\nb", 8, "a; b", "", false);
	check_read("a # \0\nb", 7, "a; b",
		   "1:5 e: a NUL byte in the text: this is no configuration",
		   false);
	check_read(nul, sizeof(nul) - 1, "a b; c d",
		   "1:2 e: a NUL byte in the text: this is no configuration\n"
		   "2:2 e: a control byte in the text; in quotes \\n, \\t and the like stand for some",
		   false);
	memset(line, 'a', sizeof(line));
	line[1] = ' ';
	memcpy(line + 16384, "\nb", 2);
	line[2] = '#';
	check_read(line, 16386, "a; b", "", false);
	memcpy(line + 16384, "c\nb", 3);
	check_read(line, 16387, "a; b",
		   "1:16385 e: the line is longer than 16384 bytes; \\ at its end goes on in the next one",
		   false);
}

static void test_long_word(void **state)
{
	char line[2060], tree[2060];

	(void)state;
	memset(line, 'a', sizeof(line));
	strcpy(tree, "b ");
	memset(tree + 2, 'a', 2048);
	tree[2050] = '\0';
	memcpy(line, "b ", 2);
	check_read(line, 2050, tree, "", false);
	check_read(line, 2051, tree,
		   "1:3 e: a word of 2049 bytes: at most 2048 are allowed",
		   false);
}

static void test_conditions(void **state)
{
	static const struct sample samples[] = {
		{ "@main a\n@backup b\n@^main c\n@^backup d", "a; d", "" },
		{ " @main @^backup a\n@main @backup b", "a", "" },
		{ "x {\n @main a 1\n @backup a 2\n}", "x { a 1}", "" },
		{ "@backup $P=1\n@main $P=2\na $P", "a 2", "" },
		/* the last of keepalived.conf(5) */
		{ "$IF=@main\n$IF a\n$IF=@backup\n$IF b", "a", "" },
		{ "@ a\n@^ b\n@", "",
		  "1:1 e: the instance is missing: @NAME, or @^NAME for all others\n"
		  "2:1 e: the instance is missing: @NAME, or @^NAME for all others\n"
		  "3:1 e: the instance is missing: @NAME, or @^NAME for all others" },
		{ "a { @main b }", "a { @main b}",
		  "1:5 e: a condition stands at the beginning of its line" },
		{ "\\@main b", "@main b", "" },
		/* a line is dropped, not the block that begins in it */
		{ "@backup a {\n b\n@backup }", "b", "" },
		{ "@backup \"\n@backup ${x}\n@backup ~SEQ(\na", "a", "" },
	};

	(void)state;
	check_samples(samples, N(samples));
}

static void test_variables(void **state)
{
	static const struct sample samples[] = {
		{ "$A=1\na $A ${A} x${A}y $A", "a 1 1 x1y 1", "" },
		{ " $A = 1\n", "$A = 1",
		  "1:2 e: $A is not defined here; \\$ is a plain $" },
		{ "$A=\na $A b${A}", "a b", "" },
		{ "$A=a b # c\n$A;$A\n$A{$A}", "a b; a b; a b { a b}", "" },
		/* keepalived.conf(5): replaced when used, not when defined */
		{ "$B=10.2.${S}\n$S=0\n${B}.100/32\n$S=10\n${B}.100/32",
		  "10.2.0.100/32; 10.2.10.100/32", "" },
		{ "$V=1\na \"x$V ${V}\" 'y ${V}'", "a \"x1 1\" \"y 1\"", "" },
		{ "$Q=\"a b\"\nx $Q ${Q}c", "x \"a b\" \"a bc\"", "" },
		{ "$A=\\\n b\na $A", "a b", "" },
		{ "$A=b \\\n c\na $A", "a b c", "" },
		{ "$L= \\\n a {  \\\n b ${N} \\\n }\n$N=1\n$L\n$N=2\n$L",
		  "a { b 1}; a { b 2}", "" },
		{ "$I= \\\n i ${N} \\\n$O= \\\n x\n$I=z\n$N=1\n$I", "z", "" },
		{
		  "$R= \\\n r ${V}.${N}\n$S= \\\n v ${V} { \\\n $N=1 \\\n $R \\\n $N=2 \\\n $R \\\n}\n"
		  "$V=7\n$S\n$V=8\n$S",
		  "v 7 { r 7.1; r 7.2}; v 8 { r 8.1; r 8.2}", "" },
		{ "$L= \\\n @main a \\\n @backup b \\\n c\n$L\n@backup $L\n@main x $L",
		  "a; c; x @main a; c", "" },
		{ "$A= \\\n a \\\n\nb\n$A", "b; a",
		  "2:4 w: the \\ joins an empty line, which ends the definition" },
		{ "$_X=1\na ${_X}", "a 1",
		  "1:1 w: names that begin with _ are kept for what is predefined" },
	};

	(void)state;
	check_samples(samples, N(samples));
}

static void test_undefined(void **state)
{
	static const struct sample samples[] = {
		{ "$WEB1=1\na ${WEB2}\nb $X\nc \"$Y ${Z} $5 ${#}\" \\$D \\${E} f$ $.",
		  "a ${WEB2}; b $X; c \"$Y ${Z} $5 ${#}\" $D ${E} f$ $.",
		  "2:3 e: $WEB2 is not defined here; did you mean $WEB1?\n"
		  "3:3 e: $X is not defined here; \\$ is a plain $\n"
		  "4:4 n: $Y is not defined here and stays as it is; \\$ says that this is meant\n"
		  "4:7 n: $Z is not defined here and stays as it is; \\$ says that this is meant" },
		{ "$A=1\nx $A.2 \"$A.3\" $Ab", "x $A.2 \"$A.3\" $Ab",
		  "2:3 e: $A is a variable only where a blank follows; write ${A}\n"
		  "2:9 w: $A is a variable only where a blank follows; write ${A}\n"
		  "2:15 e: $Ab is not defined here; \\$ is a plain $" },
		{ "$A=a $A\nx $A\ny", "y",
		  "2:3 e: $A is made of itself, or of more than 64 others" },
		{ "$A=${B}${B}\n$B=${A}\nx $A\ny", "y",
		  "3:3 e: $B is made of itself, or of more than 64 others" },
		{ "$C= \\\n ~SEQ(I,1,2) $C\n$C\nx", "x",
		  "3:1 e: more than 64 sequences and variables in each other" },
		{ "auth_pass pa$word 1$2\n$A=1\nx y$A y$A.z y${B}",
		  "auth_pass pa$word 1$2; x y1 y$A.z y${B}",
		  "1:13 n: $word is not defined here and stays as it is; \\$ says that this is meant\n"
		  "3:8 w: $A is a variable only where a blank follows; write ${A}\n"
		  "3:14 e: $B is not defined here; \\$ is a plain $" },
		{ "a $X=1", "a $X=1", "" },
		{ "a; $X=1", "a; $X=1",
		  "1:4 e: a definition stands at the beginning of its line" },
	};

	(void)state;
	check_samples(samples, N(samples));
}

static void test_predefined(void **state)
{
	static const struct sample samples[] = {
		{ "a ${_INSTANCE} ${_HOSTNAME} ${_HASH}x ${_BANG}",
		  "a main lv1.example.com #x !", "" },
		{ "a ${_NOTHING}", "a ${_NOTHING}",
		  "1:3 e: $_NOTHING is not defined here; \\$ is a plain $" },
		{ "a ${_RANDOM 5 5} ${_RANDOM 6 5}", "a 5 0",
		  "1:3 n: the number is the same whenever this file is read, so that two boxes agree\n"
		  "1:18 e: a random number from 6 to 5 cannot be" },
	};
	const struct conf_options nobody = { .hostname = "lv2.example.com" };
	static const char text[] = "@lv2 a ${_INSTANCE}\n@lv1 b\n~SEQ(I,9) c ${_RANDOM}";
	struct conf_log *log = conf_log_new();
	struct conf_tree *one, *two;
	char *a, *b;

	(void)state;
	check_samples(samples, N(samples));
	one = conf_read_text("F", text, strlen(text), &nobody, log);
	two = conf_read_text("F", text, strlen(text), &nobody, log);
	a = tree_text(one, false);
	b = tree_text(two, false);
	assert_memory_equal(a, "a lv2; c ", 9);
	assert_string_equal(a, b);
	assert_int_equal(conf_log_count(log, CONF_NOTE), 1);
	free(a);
	free(b);
	conf_tree_free(one);
	conf_tree_free(two);
	conf_log_free(log);
}

/* Those of keepalived.conf(5), and those that cannot be. */
static void test_sequences(void **state)
{
	static const struct sample samples[] = {
		{ "~SEQ(S, 0, 3) ip 10.0.${S}.1",
		  "ip 10.0.0.1; ip 10.0.1.1; ip 10.0.2.1; ip 10.0.3.1", "" },
		{ "~SEQx(S, 144, 16, 192) a ${S}", "a 90; a a0; a b0; a c0",
		  "" },
		{ "~SEQx(S, 0x90, 0x10, 0xc0) a ${S}",
		  "a 90; a a0; a b0; a c0", "" },
		{ "v {\n ~SEQx(B, 0x90, 0x10, 0xa0) ~SEQx(A, 0x12, -1, 0x11) ${B}:${A}\n}",
		  "v { 90:12; 90:11; a0:12; a0:11}", "" },
		{ "~LST({IP, IP1}, {10,1},{20,4}) ${IP}.${IP1}",
		  "10.1; 20.4", "" },
		{ "~LST(A, 1, 2) ~LST(B, 5,6) ${A}.${B}",
		  "1.5; 1.6; 2.5; 2.6", "" },
		{ "~LST({P, Q}, {10,1},{20,4}) ~SEQ(R,168,2,170) ${R}.${P}.${Q}",
		  "168.10.1; 170.10.1; 168.20.4; 170.20.4", "" },
		{ "~SEQ(K,3) k $K\n~SEQ(L,-2) l $L\n~SEQ(M,3,1) m $M",
		  "k 1; k 2; k 3; l -1; l -2; m 3; m 2; m 1", "" },
		{ "~SEQ(T,0,5,3) t $T\n~SEQ(U,5,-5,-3) u $U",
		  "t 0; u 5; u 0", "" },
		{ "~LST(R,) r${R}", "r", "" },
		{ "$I=x\n~SEQ(I,1,$I) a\n$N=2\n~SEQ(I,1,${N}) a $I\nb $I",
		  "a 1; a 2; b x", "2:1 e: \"x\" is not a number" },
		{ "~SEQ(I,1,1) b\nb $I", "b; b $I",
		  "2:3 e: $I is not defined here; \\$ is a plain $" },
		{ "$L= \\\n a ${I} { \\\n b \\\n}\n~SEQ(I,1,2) $L",
		  "a 1 { b}; a 2 { b}", "" },
		{ "$L= \\\n ~SEQ(I,1,2) a $I \\\n c\n$L", "a 1; a 2; c", "" },
		{ "~SEQ(I,1,2) @main a $I\n~SEQ(I,1,2) @backup b $I",
		  "a 1; a 2", "" },
		{ "~SEQ(I,1,2)\na", "a", "" },
		{ "~SEQ(U,5,1,3) a", "",
		  "1:1 e: from 5 in steps of 1, 3 is never reached" },
		{ "~SEQ(U,5,0,5) a", "",
		  "1:1 e: from 5 in steps of 0, 5 is never reached" },
		{ "~SEQ(U) a", "",
		  "1:1 e: what is wanted is ~SEQ(VARIABLE, START, STEP, END); START and STEP may be left out"
		},
		{ "~LST({},{}) a\n~LST() b\n~LST(,) c", "",
		  "1:1 e: what is wanted is ~LST(VARIABLE, VALUE, ...) or ~LST({VARIABLE, ...}, {VALUE, ...}, ...)\n"
		  "2:1 e: what is wanted is ~LST(VARIABLE, VALUE, ...) or ~LST({VARIABLE, ...}, {VALUE, ...}, ...)\n"
		  "3:1 e: \"\" is no name of a variable: letters, digits and _" },
		{ "~SEQ(5,1,2) a", "",
		  "1:1 e: \"5\" is no name of a variable: letters, digits and _" },
		{ "~SEQ(U,1,99999999999999999999) a", "",
		  "1:1 e: \"99999999999999999999\" is not a number" },
		{ "~LST(U) a", "",
		  "1:1 e: what is wanted is ~LST(VARIABLE, VALUE, ...) or ~LST({VARIABLE, ...}, {VALUE, ...}, ...)"
		},
		{ "~LST({A,B},{1,2},3,{4}) a $A $B", "a 1 2",
		  "1:1 e: \"3\" is not a value for each of {A,B}\n"
		  "1:1 e: \"{4}\" is not a value for each of {A,B}" },
		{ "~SEQ(I,1,2 a\n~ b\n~FOO(1) c\nd", "d",
		  "1:1 e: what is wanted is ~SEQ(...) or ~LST(...), closed in the same line\n"
		  "2:1 e: what is wanted is ~SEQ(...) or ~LST(...), closed in the same line\n"
		  "3:1 e: \"~FOO\" is neither ~SEQ nor ~SEQx nor ~LST" },
		{ "a { ~SEQ(I,1,2) b }", "a { ~SEQ(I,1,2) b}",
		  "1:5 e: ~SEQ stands at the beginning of its line" },
	};

	(void)state;
	check_samples(samples, N(samples));
}

/* A small file that would be a huge one. */
static void test_limits(void **state)
{
	struct conf_options opt = { .id = "x", .size = 10000 };
	static const char *const bombs[] = {
		"~SEQ(A,1,100000) ~SEQ(B,1,100000) x",
		"~SEQ(A,1,100000) ~SEQ(B,1,100000)",
		"$A=\n$B=$A $A $A $A $A $A\n$C=$B $B $B $B $B $B\n$D=$C $C $C $C $C $C\n"
		"$E=$D $D $D $D $D $D\n$F=$E $E $E $E $E $E\n$F $F x",
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < N(bombs); i++) {
		struct conf_log *log = conf_log_new();
		struct conf_tree *tree;

		tree = conf_read_text("F", bombs[i], strlen(bombs[i]), &opt,
				      log);
		assert_non_null(tree);
		assert_int_equal(conf_log_count(log, CONF_ERROR), 1);
		assert_string_equal(conf_log_get(log, 0)->text,
				    "sequences, variables and includes make more of this than 10000 bytes"
				    );
		conf_tree_free(tree);
		conf_log_free(log);
	}
}

static void test_places(void **state)
{
	static const struct sample samples[] = {
		{ "a  bc {\n\td \"e f\"\n}",
		  "a@1:1+1 bc@1:4+2 { d@2:2+1 \"e f\"@2:4+5@2:9}@3:1", "" },
		{ "x \\\n y", "x@1:1+1 y@2:2+1@2:3", "" },
		/* where the variable is used */
		{ "$V=aa bb\nx $V c${V}d",
		  "x@2:1+1 aa@2:3+2 bb@2:3+2 caa@2:6+5 bbd@2:7+5@2:12", "" },
		{ "$L= \\\n a \\\n b ${V}\n$V=c d\n~SEQ(I,1,2) $L",
		  "a@5:13+2@5:15; b@5:13+2 c@5:13+2 d@5:13+2@5:15; a@5:13+2@5:15; b@5:13+2 c@5:13+2 d@5:13+2@5:15",
		  "" },
		{ "@main a # b", "a@1:7+1@1:8", "" },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < N(samples); i++)
		check_read(samples[i].text, strlen(samples[i].text),
			   samples[i].tree, "", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statements),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_braces),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_long_word),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_undefined),
		cmocka_unit_test(test_predefined),
		cmocka_unit_test(test_sequences),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
