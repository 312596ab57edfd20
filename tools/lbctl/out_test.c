// SPDX-License-Identifier: GPL-2.0
/* Output: templates, and JSON from the same calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "out.h"

static void fill(bool json, const char *tmpl, const struct out_field *f,
		 const char *expected)
{
	char *text;
	size_t len;
	FILE *file = open_memstream(&text, &len);
	struct out *out = out_new(file, json);

	out_line(out, tmpl, f);
	out_free(out);
	fclose(file);
	assert_string_equal(text, expected);
	free(text);
}

static void test_template(void **state)
{
	const struct out_field f[] = {
		F_STR("s", "text"), F_STR("none", NULL), F_STR("empty", ""),
		F_U64("u", 18446744073709551615ULL), F_S64("i", -1),
		F_REAL("r", 2.25), F_BOOL("yes", true), F_BOOL("no", false),
		F_HEX("h", 0xabc), F_NULL("null"), F_STR("_own", "mine"),
		F_STR("a.b", "x"), F_STR("br", "[%{s}]"), F_END
	};

	(void)state;
	fill(false, "<%{s}> <%6{s}> <%-6{s}>", f, "<text> <  text> <text  >\n");
	fill(false, "%{none} %{u} %{i} %{r} %{yes} %{no} %{h} %{null}", f,
	     "- 18446744073709551615 -1 2.2 yes no 0000000000000abc -\n");
	fill(false, "a[ %{none}][ %{empty}][ %{no}][ %{s}] z", f, "a text z\n");
	fill(false, "%{_own} %{a.b} %{unknown}", f, "mine x -\n");
	fill(false, "%-10{s}%-3{empty}\n%-10{s}", f, "text\ntext\n");
	fill(false, "100% %{br}", f, "100% [%{s}]\n");
	fill(true, "unused", f,
	     "{\"s\":\"text\",\"none\":null,\"empty\":\"\",\"u\":1.8446744073709552e19,\"i\":-1,\"r\":2.25,\"yes\":true,\"no\":false,\"h\":\"0000000000000abc\",\"null\":null,\"a\":{\"b\":\"x\"},\"br\":\"[%{s}]\"}\n");
}

static void document(struct out *out)
{
	const struct out_field head[] = { F_U64("n", 2), F_END };
	const struct out_field a[] = { F_STR("name", "a"), F_END };
	const struct out_field b[] = { F_STR("name", "b"), F_END };

	out_text(out, "heading\n");
	out_fields(out, "n %{n}", head);
	out_list(out, "outer");
	out_item(out, "%{name}", a);
	out_list(out, "inner");
	out_item(out, "  %{name}", b);
	out_item(out, NULL, b);
	out_list_end(out);
	out_item(out, "%{name}", b);
	out_list_end(out);
	out_list(out, "none");
	out_list_end(out);
	out_fields(out, "again %{n}", head);
}

static void test_document(void **state)
{
	char *text;
	size_t len;
	FILE *file;
	struct out *out;

	(void)state;
	file = open_memstream(&text, &len);
	out = out_new(file, false);
	document(out);
	assert_int_equal(out_free(out), 0);
	fclose(file);
	assert_string_equal(text, "heading\nn 2\na\n  b\nb\nagain 2\n");
	free(text);

	file = open_memstream(&text, &len);
	out = out_new(file, true);
	document(out);
	assert_int_equal(out_free(out), 0);
	fclose(file);
	assert_string_equal(text,
			    "{\"n\":2,\"outer\":[\n"
			    "{\"name\":\"a\",\"inner\":[{\"name\":\"b\"},{\"name\":\"b\"}]},\n"
			    "{\"name\":\"b\"}\n"
			    "],\"none\":[],\"n\":2}\n");
	free(text);
}

/* An error in the middle leaves a document that is complete. */
static void test_cut(void **state)
{
	const struct out_field a[] = { F_STR("name", "a"), F_END };
	char *text;
	size_t len;
	FILE *file = open_memstream(&text, &len);
	struct out *out = out_new(file, true);

	(void)state;
	out_list(out, "outer");
	out_item(out, "", a);
	out_list(out, "inner");
	out_item(out, "", a);
	out_free(out);
	fclose(file);
	assert_string_equal(text,
			    "{\"outer\":[\n{\"name\":\"a\",\"inner\":[{\"name\":\"a\"}]}\n]}\n");
	free(text);
}

/* Bytes that are no UTF-8 are kept, and their key with them. */
static void test_bytes(void **state)
{
	const struct out_field f[] = {
		F_STR("a", "caf\xc3\xa9"), F_STR("b", "caf\xe9\xff"), F_END
	};
	char *text;
	size_t len;
	FILE *file = open_memstream(&text, &len);
	struct out *out = out_new(file, true);

	(void)state;
	out_fields(out, "%{a}", f);
	out_free(out);
	fclose(file);
	assert_string_equal(text,
			    "{\"a\":\"caf\xc3\xa9\",\"b\":\"caf\xc3\xa9\xc3\xbf\"}\n");
	free(text);
}

static void test_full_disk(void **state)
{
	const struct out_field a[] = { F_STR("name", "a"), F_END };
	FILE *file = fopen("/dev/full", "w");
	struct out *out = out_new(file, false);

	(void)state;
	out_item(out, "%{name}", a);
	assert_int_equal(out_free(out), -1);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_template),
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
