// SPDX-License-Identifier: GPL-2.0
/* Messages as bytes, by the tables of fields.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto.h"

struct header {
	__u16 version;
	__u16 type;
	__u32 reserved;
	__u64 id;
};

struct attr {
	__u16 type;
	__u16 len;	/* of the value, without padding */
};

#define ALIGN4(n)	(((n) + 3) & ~(size_t)3)

/* Bytes that grow until @size; then @len is still what would be needed. */
struct out {
	char *buf;
	size_t size;
	size_t len;
	__u16 type;	/* of the attribute that comes next */
};

static void put(struct out *out, const void *data, size_t len)
{
	static const char zero[4];
	size_t pad = ALIGN4(len) - len;

	if (out->len + len + pad <= out->size) {
		memcpy(out->buf + out->len, data, len);
		memcpy(out->buf + out->len + len, zero, pad);
	}
	out->len += len + pad;
}

static void put_attr(struct out *out, const void *data, size_t len)
{
	struct attr attr = { .type = out->type, .len = len };

	put(out, &attr, sizeof(attr));
	if (len)
		put(out, data, len);
}

static __u64 load(const void *from, __u32 size)
{
	__u8 u8;
	__u16 u16;
	__u32 u32;
	__u64 u64;

	switch (size) {
	case sizeof(u8):
		memcpy(&u8, from, size);
		return u8;
	case sizeof(u16):
		memcpy(&u16, from, size);
		return u16;
	case sizeof(u32):
		memcpy(&u32, from, size);
		return u32;
	default:
		memcpy(&u64, from, sizeof(u64));
		return u64;
	}
}

static void store(void *to, __u32 size, __u64 value)
{
	__u8 u8 = value;
	__u16 u16 = value;
	__u32 u32 = value;

	switch (size) {
	case sizeof(u8):
		memcpy(to, &u8, size);
		break;
	case sizeof(u16):
		memcpy(to, &u16, size);
		break;
	case sizeof(u32):
		memcpy(to, &u32, size);
		break;
	default:
		memcpy(to, &value, sizeof(value));
	}
}

static int encode_fields(struct out *out, const struct proto_table *table,
			 const void *base, char *error);

static int encode_number(struct out *out, const struct proto_field *f,
			 const void *at, char *error)
{
	__u64 value = load(at, f->size);

	if (proto_value(f, value, error))
		return -EBADMSG;
	if (value)
		put_attr(out, &value, sizeof(value));
	return 0;
}

static int encode_text(struct out *out, const struct proto_field *f,
		       const char *text, char *error)
{
	if (!text)
		return f->need || f->form == FORM_WORDS ?
		       proto_wrong(error, "%s: missing", f->name) : 0;
	if (proto_text(f, text, strlen(text), error))
		return -EBADMSG;
	put_attr(out, text, strlen(text) + 1);
	return 0;
}

static int encode_list(struct out *out, const struct proto_field *f,
		       const void *base, char *error)
{
	const void *list = *(const void * const *)((const char *)base +
						   f->offset);
	__u32 n = load((const char *)base + f->count, sizeof(n)), i;
	struct attr attr = { .type = out->type };

	if (n > f->max || (f->need && !n))
		return proto_wrong(error, "%s: %u of them", f->name, n);
	if (f->form == FORM_RANGES) {
		if (n)
			put_attr(out, list, n * sizeof(struct proto_range));
		return 0;
	}
	for (i = 0; i < n; i++) {
		size_t at = out->len;

		out->type = attr.type;
		if (f->form == FORM_WORDS) {
			if (encode_text(out, f, ((const char * const *)list)[i],
					error))
				return -EBADMSG;
			continue;
		}
		put(out, &attr, sizeof(attr));
		if (encode_fields(out, proto_url_table(),
				  (const struct proto_url *)list + i, error))
			return -EBADMSG;
		if (out->len > out->size)
			continue;
		attr.len = out->len - at - sizeof(attr);
		memcpy(out->buf + at, &attr, sizeof(attr));
	}
	return 0;
}

static int encode_field(struct out *out, const struct proto_field *f,
			const void *base, char *error)
{
	const void *at = (const char *)base + f->offset;
	const struct proto_bytes *bytes = at;
	const struct proto_addr *addr = at;

	switch (f->form) {
	case FORM_NUMBER:
		return encode_number(out, f, at, error);
	case FORM_TEXT:
	case FORM_TOKEN:
	case FORM_SENTENCE:
		return encode_text(out, f, *(const char * const *)at, error);
	case FORM_BYTES:
		if (bytes->len > f->max)
			return proto_wrong(error, "%s: longer than %llu bytes",
					   f->name, (unsigned long long)f->max);
		if (bytes->len)
			put_attr(out, bytes->data, bytes->len);
		return 0;
	case FORM_ADDR:
		if (addr->family)
			put_attr(out, addr, addr->family == 4 ? 5 : 17);
		else if (f->need)
			return proto_wrong(error, "%s: missing", f->name);
		return 0;
	case FORM_COUNTS:
		put_attr(out, at, PROTO_BUCKETS * sizeof(__u64));
		return 0;
	case FORM_RANGES:
	case FORM_WORDS:
	case FORM_URL:
		return encode_list(out, f, base, error);
	}
	return 0;
}

static int encode_fields(struct out *out, const struct proto_table *table,
			 const void *base, char *error)
{
	__u32 i;

	for (i = 0; i < table->n; i++) {
		out->type = i + 1;
		if (encode_field(out, &table->fields[i], base, error))
			return -EBADMSG;
	}
	return 0;
}

/**
 * proto_encode() - a message as bytes
 * @msg: message
 * @buf: result
 * @size: bytes of @buf; %PROTO_MAX is enough for any
 * @error: sentence, %PROTO_ERROR bytes
 *
 * Return: length; -EBADMSG where @msg breaks a rule, -EMSGSIZE where it is
 * longer than @size.
 */
int proto_encode(const struct proto_msg *msg, void *buf, size_t size,
		 char *error)
{
	const struct proto_table *table = proto_table(msg->type);
	struct header header = {
		.version = PROTO_VERSION, .type = msg->type, .id = msg->id,
	};
	struct out out = { .buf = buf, .size = size };

	if (!table)
		return proto_wrong(error, "no message of type %d", msg->type);
	put(&out, &header, sizeof(header));
	if (encode_fields(&out, table, msg, error))
		return -EBADMSG;
	if (proto_whole(msg, error))
		return -EBADMSG;
	if (out.len > size) {
		proto_wrong(error, "%s: longer than %zu bytes", table->name,
			    size);
		return -EMSGSIZE;
	}
	return out.len;
}

/* One block holds the message, its arrays and the bytes they point into. */
struct in {
	char *arrays;		/* free room for arrays */
	char *error;
};

/* The next attribute of @at to @end; advances @at. */
static int next_attr(const char **at, const char *end, struct attr *attr,
		     const char **value, char *error)
{
	if ((size_t)(end - *at) < sizeof(*attr))
		return proto_wrong(error, "%zu bytes too many",
				   (size_t)(end - *at));
	memcpy(attr, *at, sizeof(*attr));
	*value = *at + sizeof(*attr);
	if ((size_t)(end - *value) < ALIGN4(attr->len))
		return proto_wrong(error, "attribute %u: ends after the message",
				   attr->type);
	*at = *value + ALIGN4(attr->len);
	return 0;
}

static unsigned int count_attrs(const char *at, const char *end, __u16 type)
{
	char error[PROTO_ERROR];
	unsigned int n = 0;
	const char *value;
	struct attr attr;

	while (at < end && !next_attr(&at, end, &attr, &value, error))
		n += attr.type == type;
	return n;
}

static int decode_fields(struct in *in, const struct proto_table *table,
			 const char *at, const char *end, void *base);

static int decode_number(struct in *in, const struct proto_field *f,
			 const char *value, size_t len, void *at)
{
	__u64 number;

	if (len != sizeof(number))
		return proto_wrong(in->error, "%s: not 8 bytes", f->name);
	memcpy(&number, value, sizeof(number));
	if (proto_value(f, number, in->error))
		return -EBADMSG;
	store(at, f->size, number);
	return 0;
}

static int decode_text(struct in *in, const struct proto_field *f,
		       const char *value, size_t len, const char **at)
{
	if (!len || value[len - 1])
		return proto_wrong(in->error, "%s: does not end with NUL",
				   f->name);
	*at = value;
	return proto_text(f, value, len - 1, in->error);
}

static int decode_addr(struct in *in, const struct proto_field *f,
		       const char *value, size_t len, struct proto_addr *addr)
{
	if (!(len == 5 && value[0] == 4) && !(len == 17 && value[0] == 6))
		return proto_wrong(in->error, "%s: no address", f->name);
	memcpy(addr, value, len);
	return 0;
}

static int decode_ranges(struct in *in, const struct proto_field *f,
			 const char *value, size_t len, void *base)
{
	const struct proto_range **list = (void *)((char *)base + f->offset);

	if (len % sizeof(**list) || len / sizeof(**list) > f->max)
		return proto_wrong(in->error, "%s: %zu bytes", f->name, len);
	/* the wire's alignment is enough */
	*list = (const void *)value;
	store((char *)base + f->count, sizeof(__u32), len / sizeof(**list));
	return 0;
}

/* One more of a list whose room proto_decode() has counted. */
static int decode_element(struct in *in, const struct proto_field *f,
			  const char *value, size_t len, void *base,
			  unsigned int total)
{
	void **list = (void **)((char *)base + f->offset);
	__u32 n = load((char *)base + f->count, sizeof(n));
	struct proto_url *u;

	if (total > f->max)
		return proto_wrong(in->error, "%s: more than %llu", f->name,
				   (unsigned long long)f->max);
	if (!*list) {
		*list = in->arrays;
		in->arrays += f->form == FORM_URL ?
			total * sizeof(struct proto_url) :
			(total + 1) * sizeof(char *);
	}
	store((char *)base + f->count, sizeof(n), n + 1);
	if (f->form == FORM_WORDS)
		return decode_text(in, f, value, len, (const char **)*list + n);
	u = (struct proto_url *)*list + n;
	return decode_fields(in, proto_url_table(), value, value + len, u);
}

static int decode_field(struct in *in, const struct proto_field *f,
			const char *value, size_t len, void *base)
{
	void *at = (char *)base + f->offset;
	struct proto_bytes *bytes = at;

	switch (f->form) {
	case FORM_NUMBER:
		return decode_number(in, f, value, len, at);
	case FORM_TEXT:
	case FORM_TOKEN:
	case FORM_SENTENCE:
		return decode_text(in, f, value, len, at);
	case FORM_BYTES:
		if (len > f->max)
			return proto_wrong(in->error,
					   "%s: longer than %llu bytes", f->name,
					   (unsigned long long)f->max);
		*bytes = (struct proto_bytes){ .data = value, .len = len };
		return 0;
	case FORM_ADDR:
		return decode_addr(in, f, value, len, at);
	case FORM_COUNTS:
		if (len != PROTO_BUCKETS * sizeof(__u64))
			return proto_wrong(in->error, "%s: %zu bytes", f->name,
					   len);
		memcpy(at, value, len);
		return 0;
	case FORM_RANGES:
		return decode_ranges(in, f, value, len, base);
	case FORM_WORDS:
	case FORM_URL:
		break;
	}
	return 0;
}

static bool is_list(const struct proto_field *f)
{
	return f->form == FORM_WORDS || f->form == FORM_URL;
}

static int decode_fields(struct in *in, const struct proto_table *table,
			 const char *at, const char *end, void *base)
{
	const char *begin = at, *value;
	struct attr attr;
	__u64 seen = 0;
	__u32 i;

	while (at < end) {
		const struct proto_field *f;
		int err;

		if (next_attr(&at, end, &attr, &value, in->error))
			return -EBADMSG;
		if (!attr.type || attr.type > table->n)
			return proto_wrong(in->error, "%s has no attribute %u",
					   table->name, attr.type);
		f = &table->fields[attr.type - 1];
		if (is_list(f))
			err = decode_element(in, f, value, attr.len, base,
					     count_attrs(begin, end,
							 attr.type));
		else if (seen & 1ULL << attr.type)
			err = proto_wrong(in->error, "%s: twice", f->name);
		else
			err = decode_field(in, f, value, attr.len, base);
		if (err)
			return err;
		seen |= 1ULL << attr.type;
	}
	for (i = 0; i < table->n; i++)
		if (table->fields[i].need && !(seen & 2ULL << i))
			return proto_wrong(in->error, "%s: missing",
					   table->fields[i].name);
	return 0;
}

/* Bytes that the lists of a message take, at most. */
static size_t room(const struct proto_table *table, const char *at,
		   const char *end)
{
	size_t bytes = 0;
	__u32 i;

	for (i = 0; i < table->n; i++) {
		const struct proto_field *f = &table->fields[i];

		if (is_list(f))
			bytes += (count_attrs(at, end, i + 1) + 1) *
				 (f->form == FORM_URL ?
				  sizeof(struct proto_url) : sizeof(char *));
	}
	return bytes;
}

static const struct proto_table *check_header(struct header *header,
					      enum proto_end end,
					      const char *buf, size_t len,
					      char *error)
{
	const struct proto_table *table;

	if (len < sizeof(*header) || len > PROTO_MAX) {
		proto_wrong(error, "a message of %zu bytes", len);
		return NULL;
	}
	memcpy(header, buf, sizeof(*header));
	if (header->version != PROTO_VERSION || header->reserved) {
		proto_wrong(error, "a message of version %u, not %u",
			    header->version, PROTO_VERSION);
		return NULL;
	}
	table = proto_table(header->type);
	if (!table || !(table->ends & 1U << end)) {
		proto_wrong(error, "an unexpected message of type %u",
			    header->type);
		return NULL;
	}
	return table;
}

/**
 * proto_decode() - bytes as a message
 * @end: who received it
 * @buf: bytes
 * @len: how many
 * @msg: result, to be freed with free(); what it points to is part of it
 * @error: sentence, %PROTO_ERROR bytes
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int proto_decode(enum proto_end end, const void *buf, size_t len,
		 struct proto_msg **msg, char *error)
{
	const struct proto_table *table;
	struct in in = { .error = error };
	struct header header;
	struct proto_msg *m;
	size_t arrays;
	char *copy;

	table = check_header(&header, end, buf, len, error);
	if (!table)
		return -EBADMSG;
	arrays = room(table, (const char *)buf + sizeof(header),
		      (const char *)buf + len);
	m = calloc(1, sizeof(*m) + arrays + len);
	if (!m) {
		proto_wrong(error, "out of memory");
		return -ENOMEM;
	}
	in.arrays = (char *)(m + 1);
	copy = in.arrays + arrays;
	memcpy(copy, buf, len);
	m->type = header.type;
	m->id = header.id;
	if (decode_fields(&in, table, copy + sizeof(header), copy + len, m) ||
	    proto_whole(m, error)) {
		free(m);
		return -EBADMSG;
	}
	*msg = m;
	return 0;
}
