// SPDX-License-Identifier: GPL-2.0
/*
 * All printing of results, as text and as JSON. JSON documents are one object;
 * items of its lists are written as they are complete, so that a table of
 * millions of connections is not held in memory.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"

#define DEPTH	8	/* of lists in lists */

/**
 * struct out - an output
 * @file: where to
 * @json: mode
 * @begun: the document's brace is open
 * @members: members of the document so far
 * @items: items of its open list so far
 * @depth: open lists
 * @list: open lists that are kept in memory, from depth 2
 * @item: the last item by depth, to which lists are added
 */
struct out {
	FILE *file;
	bool json;
	bool begun;
	unsigned int members;
	unsigned int items;
	unsigned int depth;
	json_t *list[DEPTH];
	json_t *item[DEPTH];
};

/**
 * out_new() - an output
 * @file: where to
 * @json: mode
 *
 * Return: output, NULL without memory.
 */
struct out *out_new(FILE *file, bool json)
{
	struct out *out = calloc(1, sizeof(*out));

	if (!out)
		return NULL;
	out->file = file;
	out->json = json;
	return out;
}

/**
 * out_is_json() - which mode
 * @out: output
 *
 * Return: true for JSON.
 */
bool out_is_json(const struct out *out)
{
	return out->json;
}

/**
 * out_set_json() - JSON from now on
 * @out: output that has printed nothing yet
 */
void out_set_json(struct out *out)
{
	out->json = true;
}

/*
 * A reason is whatever bytes somebody typed. JSON is UTF-8: where they are not,
 * each above 0x7f stands as the character of its number, so that nothing is
 * lost.
 */
static json_t *to_string(const char *text)
{
	json_t *string = json_string(text);
	char *escaped, *to;

	if (string)
		return string;
	escaped = malloc(2 * strlen(text) + 1);
	to = escaped;
	if (!escaped)
		return json_null();
	for (; *text; text++) {
		unsigned char c = *text;

		if (c >= 0x80)
			*to++ = 0xc0 | c >> 6;
		*to++ = c >= 0x80 ? 0x80 | (c & 0x3f) : c;
	}
	*to = '\0';
	string = json_string(escaped);
	free(escaped);
	return string ? string : json_null();
}

static json_t *to_json(const struct out_field *f)
{
	char hex[20];

	switch (f->type) {
	case OUT_STRING:
		return f->str ? to_string(f->str) : json_null();
	case OUT_UNSIGNED:
		/* jansson's integers are signed. */
		if (f->num > INT64_MAX)
			return json_real(f->num);
		return json_integer(f->num);
	case OUT_SIGNED:
		return json_integer(f->num);
	case OUT_REAL:
		return json_real(f->real);
	case OUT_BOOL:
		return json_boolean(f->num);
	case OUT_HEX:
		snprintf(hex, sizeof(hex), "%016" PRIx64, (uint64_t)f->num);
		return json_string(hex);
	default:
		return json_null();
	}
}

/* "a.b.c" sets c in the object b in the object a. */
static void set_member(json_t *object, const struct out_field *f)
{
	const char *key = f->key, *dot;
	char part[64];

	while ((dot = strchr(key, '.'))) {
		json_t *inner;

		snprintf(part, sizeof(part), "%.*s", (int)(dot - key), key);
		inner = json_object_get(object, part);
		if (!inner) {
			inner = json_object();
			json_object_set_new(object, part, inner);
		}
		object = inner;
		key = dot + 1;
	}
	json_object_set_new(object, key, to_json(f));
}

static json_t *to_object(const struct out_field *f)
{
	json_t *object = json_object();

	for (; f->type != OUT_NONE; f++)
		if (f->key[0] != '_')
			set_member(object, f);
	return object;
}

static const struct out_field *find(const struct out_field *f, const char *key,
				    size_t len)
{
	for (; f->type != OUT_NONE; f++)
		if (!strncmp(f->key, key, len) && !f->key[len])
			return f;
	return NULL;
}

static bool is_empty(const struct out_field *f)
{
	if (!f || f->type == OUT_NULL)
		return true;
	if (f->type == OUT_STRING)
		return !f->str || !*f->str;
	return f->type == OUT_BOOL && !f->num;
}

static void to_text(const struct out_field *f, char *buf, size_t size)
{
	switch (f ? f->type : OUT_NULL) {
	case OUT_STRING:
		snprintf(buf, size, "%s", f->str ? f->str : "-");
		break;
	case OUT_UNSIGNED:
		snprintf(buf, size, "%" PRIu64, (uint64_t)f->num);
		break;
	case OUT_SIGNED:
		snprintf(buf, size, "%" PRId64, (int64_t)f->num);
		break;
	case OUT_REAL:
		snprintf(buf, size, "%.1f", f->real);
		break;
	case OUT_BOOL:
		snprintf(buf, size, "%s", f->num ? "yes" : "no");
		break;
	case OUT_HEX:
		snprintf(buf, size, "%016" PRIx64, (uint64_t)f->num);
		break;
	default:
		snprintf(buf, size, "-");
	}
}

/**
 * struct text - a template being filled
 * @buf: result
 * @len: bytes so far
 */
struct text {
	char buf[4096];
	size_t len;
};

static void text_add(struct text *t, const char *s, size_t len)
{
	if (len > sizeof(t->buf) - t->len)
		len = sizeof(t->buf) - t->len;
	memcpy(t->buf + t->len, s, len);
	t->len += len;
}

static void text_trim(struct text *t)
{
	while (t->len && t->buf[t->len - 1] == ' ')
		t->len--;
}

/* At "%" of %-8{key}. Return: what follows; @empty is raised, never lowered. */
static const char *fill_field(struct text *t, const char *p,
			      const struct out_field *fields, bool *empty)
{
	const struct out_field *f;
	char value[1024], padded[1100];
	const char *close;
	int width;
	char *end;

	width = strtol(p + 1, &end, 10);
	close = *end == '{' ? strchr(end, '}') : NULL;
	if (!close) {
		text_add(t, p, 1);
		return p + 1;
	}
	f = find(fields, end + 1, close - end - 1);
	*empty |= is_empty(f);
	to_text(f, value, sizeof(value));
	snprintf(padded, sizeof(padded), "%*s", width, value);
	text_add(t, padded, strlen(padded));
	return close + 1;
}

static void fill(struct out *out, const char *p, const struct out_field *fields)
{
	struct text t = { .len = 0 };
	size_t group = 0;
	bool empty = false;

	while (*p) {
		if (*p == '%') {
			p = fill_field(&t, p, fields, &empty);
			continue;
		}
		if (*p == '[') {
			group = t.len;
			empty = false;
		} else if (*p == ']') {
			if (empty)
				t.len = group;
		} else {
			if (*p == '\n')
				text_trim(&t);
			text_add(&t, p, 1);
		}
		p++;
	}
	text_trim(&t);
	text_add(&t, "\n", 1);
	fwrite(t.buf, 1, t.len, out->file);
}

/**
 * out_text() - words that only people need, such as headings
 * @out: output; nothing happens in JSON mode
 * @fmt: as printf()
 */
void out_text(struct out *out, const char *fmt, ...)
{
	va_list ap;

	if (out->json)
		return;
	va_start(ap, fmt);
	vfprintf(out->file, fmt, ap);
	va_end(ap);
}

static void begin(struct out *out)
{
	if (!out->begun)
		fputc('{', out->file);
	else if (out->members)
		fputc(',', out->file);
	out->begun = true;
	out->members++;
}

/**
 * out_fields() - members of the document itself
 * @out: output outside of lists
 * @tmpl: template, NULL: nothing in text mode
 * @fields: fields
 */
void out_fields(struct out *out, const char *tmpl,
		const struct out_field *fields)
{
	const char *key;
	json_t *object, *value;

	if (!out->json) {
		if (tmpl)
			fill(out, tmpl, fields);
		return;
	}
	object = to_object(fields);
	json_object_foreach(object, key, value) {
		begin(out);
		fprintf(out->file, "\"%s\":", key);
		json_dumpf(value, out->file, JSON_COMPACT | JSON_ENCODE_ANY);
	}
	json_decref(object);
}

static void write_item(struct out *out)
{
	if (!out->item[1])
		return;
	fputs(out->items++ ? ",\n" : "\n", out->file);
	json_dumpf(out->item[1], out->file, JSON_COMPACT);
	json_decref(out->item[1]);
	out->item[1] = NULL;
}

/**
 * out_list() - open a list in the document, or in the item printed last
 * @out: output
 * @key: name of the list
 */
void out_list(struct out *out, const char *key)
{
	if (!out->json || out->depth + 1 >= DEPTH)
		return;
	if (!out->depth) {
		begin(out);
		fprintf(out->file, "\"%s\":[", key);
		out->items = 0;
	} else {
		out->list[out->depth + 1] = json_array();
		json_object_set_new(out->item[out->depth], key,
				    out->list[out->depth + 1]);
	}
	out->depth++;
	out->item[out->depth] = NULL;
}

/**
 * out_item() - one object of the open list
 * @out: output
 * @tmpl: template, NULL: nothing in text mode
 * @fields: fields
 */
void out_item(struct out *out, const char *tmpl,
	      const struct out_field *fields)
{
	json_t *object;

	if (!out->json) {
		if (tmpl)
			fill(out, tmpl, fields);
		return;
	}
	object = to_object(fields);
	if (out->depth == 1)
		write_item(out);
	else
		json_array_append_new(out->list[out->depth], object);
	out->item[out->depth] = object;
}

/**
 * out_list_end() - close the list opened last
 * @out: output
 */
void out_list_end(struct out *out)
{
	if (!out->json || !out->depth)
		return;
	if (out->depth == 1) {
		write_item(out);
		fputs(out->items ? "\n]" : "]", out->file);
	}
	out->depth--;
}

/**
 * out_line() - one object that stands for itself, written at once
 * @out: output
 * @tmpl: template
 * @fields: fields
 */
void out_line(struct out *out, const char *tmpl,
	      const struct out_field *fields)
{
	json_t *object;

	if (out->json) {
		object = to_object(fields);
		json_dumpf(object, out->file, JSON_COMPACT);
		fputc('\n', out->file);
		json_decref(object);
	} else {
		fill(out, tmpl, fields);
	}
	fflush(out->file);
}

/**
 * out_free() - complete the document
 * @out: output
 *
 * Return: 0, or -1 where something could not be written.
 */
int out_free(struct out *out)
{
	int err;

	while (out->json && out->depth)
		out_list_end(out);
	if (out->begun)
		fputs("}\n", out->file);
	err = fflush(out->file) || ferror(out->file) ? -1 : 0;
	free(out);
	return err;
}
