// SPDX-License-Identifier: GPL-2.0
/*
 * What a check asks, as bytes: two checks with equal bytes get the same answer,
 * so one of them is enough, and a result outlives a reload that says something
 * else about the server or about when checks are made.
 */
#include <string.h>

#include "parse.h"

/**
 * struct bytes - a key that is being written
 * @to: where to; NULL: they are counted only
 * @len: bytes so far
 */
struct bytes {
	char *to;
	size_t len;
};

static void put(struct bytes *b, const void *data, size_t len)
{
	if (b->to)
		memcpy(b->to + b->len, data, len);
	b->len += len;
}

static void put_number(struct bytes *b, __u64 value)
{
	put(b, &value, sizeof(value));
}

/* A text with its NUL; none is not the same as an empty one. */
static void put_text(struct bytes *b, const char *text)
{
	put_number(b, !!text);
	if (text)
		put(b, text, strlen(text) + 1);
}

static void put_addr(struct bytes *b, const struct l4lb_addr *addr)
{
	put(b, &addr->family, sizeof(addr->family));
	put(b, addr->bytes, sizeof(addr->bytes));
}

static void put_url(struct bytes *b, const struct conf_url *url)
{
	unsigned int i;

	put_text(b, url->path);
	put_text(b, url->virtualhost);
	put_number(b, url->n_codes);
	for (i = 0; i < url->n_codes; i++)
		put_number(b, (__u64)url->codes[i].first << 16 |
			      url->codes[i].last);
	put_number(b, url->has_digest);
	if (url->has_digest)
		put(b, url->digest, sizeof(url->digest));
	put_text(b, url->regex);
	if (!url->regex)
		return;
	put_number(b, url->regex_no_match);
	put_number(b, url->regex_options);
	put_number(b, url->regex_min);
	put_number(b, url->regex_max);
	put_number(b, url->regex_memory);
}

static void put_misc(struct bytes *b, const struct conf_check *c)
{
	unsigned int i;

	put_number(b, c->script->argc);
	for (i = 0; i < c->script->argc; i++)
		put_text(b, c->script->argv[i]);
	put_text(b, c->script->user);
	put_text(b, c->script->group);
	put_number(b, c->timeout);
	put_number(b, c->dynamic);
}

static void put_check(struct bytes *b, const struct conf_check *c)
{
	unsigned int i;

	put_number(b, c->kind);
	if (c->kind == CONF_CHECK_MISC) {
		put_misc(b, c);
		return;
	}
	put_addr(b, &c->addr);
	put_number(b, c->port);
	put_addr(b, &c->bind_addr);
	put_number(b, c->bind_port);
	put_text(b, c->bind_if);
	put_number(b, c->mark);
	put_number(b, c->timing.connect_timeout);
	if (c->kind == CONF_CHECK_TCP) {
		put_text(b, c->send);
		put_text(b, c->expect);
		return;
	}
	put_number(b, c->http);
	put_number(b, c->sni);
	put_text(b, c->sni_name);
	put_number(b, c->n_urls);
	for (i = 0; i < c->n_urls; i++)
		put_url(b, &c->urls[i]);
}

/* FNV-1a: nobody but the operator chooses what is hashed. */
static __u64 hash(const char *bytes, size_t len)
{
	__u64 h = 0xcbf29ce484222325ULL;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (unsigned char)bytes[i]) * 0x100000001b3ULL;
	return h;
}

/**
 * key_make() - write the key of a check
 * @pool: memory
 * @check: complete but for its key
 */
void key_make(struct conf_pool *pool, struct conf_check *check)
{
	struct bytes b = { 0 };

	put_check(&b, check);
	b.to = pool_alloc(pool, b.len);
	b.len = 0;
	put_check(&b, check);
	check->key = (struct conf_key){ b.to, b.len, hash(b.to, b.len) };
}

/**
 * conf_key_equal() - do two checks ask the same?
 * @a: key of one
 * @b: key of the other
 *
 * Return: whether they do.
 */
bool conf_key_equal(const struct conf_key *a, const struct conf_key *b)
{
	return a->hash == b->hash && a->len == b->len &&
	       !memcmp(a->bytes, b->bytes, a->len);
}

static int by_number(__u64 a, __u64 b)
{
	return a < b ? -1 : a > b;
}

/**
 * conf_timing_compare() - are two checks made at the same pace?
 * @a: timing of one
 * @b: timing of the other
 *
 * Return: 0 where they are, so that one can stand for both; else an order.
 */
int conf_timing_compare(const struct conf_timing *a,
			const struct conf_timing *b)
{
	int order = by_number(a->delay_loop, b->delay_loop);

	order = order ? order : by_number(a->retry, b->retry);
	order = order ? order : by_number(a->delay_before_retry,
					  b->delay_before_retry);
	order = order ? order : by_number(a->connect_timeout,
					  b->connect_timeout);
	order = order ? order : by_number(a->warmup, b->warmup);
	order = order ? order : by_number(a->rise, b->rise);
	order = order ? order : by_number(a->fall, b->fall);
	order = order ? order : by_number(a->alpha, b->alpha);
	return order ? order : by_number(a->log_all_failures,
					 b->log_all_failures);
}
