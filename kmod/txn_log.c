// SPDX-License-Identifier: GPL-2.0
/* Memory of transactions, and the changes that were accepted, to be replayed. */
#include <linux/slab.h>

#include "txn_priv.h"

/* Chunks grow from the first size to the last, so that small ones stay small. */
#define ARENA_FIRST	1024u
#define ARENA_LAST	32768u
#define ARENA_ALIGN	8u

/**
 * struct l4lb_arena_chunk - a piece of an arena
 * @next: next piece
 * @size: bytes in @data
 * @used: bytes handed out
 * @data: memory, zeroed
 */
struct l4lb_arena_chunk {
	struct l4lb_arena_chunk *next;
	u32 size;
	u32 used;
	u8 data[] __aligned(8);
};

static struct l4lb_arena_chunk *arena_grow(struct l4lb_arena *arena)
{
	struct l4lb_arena_chunk *chunk, *last = arena->last;
	size_t size = ARENA_FIRST;

	if (last)
		size = min_t(size_t, ARENA_LAST,
			     2 * (last->size + sizeof(*last)));
	chunk = kzalloc(size, L4LB_TXN_GFP | __GFP_NOWARN);
	if (!chunk)
		return NULL;
	chunk->size = size - sizeof(*chunk);
	if (last)
		last->next = chunk;
	else
		arena->first = chunk;
	arena->last = chunk;
	arena->bytes += size;
	return chunk;
}

/**
 * l4lb_arena_alloc() - zeroed memory that lives as long as the arena
 * @arena: arena
 * @size: bytes, less than %ARENA_FIRST less a chunk's head
 *
 * Context: process, may sleep; the arena's owner serialises.
 * Return: memory for any object, or NULL.
 */
void *l4lb_arena_alloc(struct l4lb_arena *arena, size_t size)
{
	struct l4lb_arena_chunk *chunk = arena->last;
	void *p;

	size = ALIGN(size, ARENA_ALIGN);
	if (!chunk || chunk->size - chunk->used < size) {
		chunk = arena_grow(arena);
		if (!chunk)
			return NULL;
	}
	p = chunk->data + chunk->used;
	chunk->used += size;
	return p;
}

/**
 * l4lb_arena_free() - free all memory of an arena
 * @arena: arena; empty and usable afterwards
 *
 * Context: process.
 */
void l4lb_arena_free(struct l4lb_arena *arena)
{
	struct l4lb_arena_chunk *chunk, *next;

	for (chunk = arena->first; chunk; chunk = next) {
		next = chunk->next;
		kfree(chunk);
	}
	memset(arena, 0, sizeof(*arena));
}

enum log_way { LOG_SIZE, LOG_PUT, LOG_GET };

/* One walk over the fields measures, writes or reads a record. */
struct log_cursor {
	enum log_way way;
	u8 *p;
	size_t size;
};

static void log_bytes(struct log_cursor *c, void *field, size_t len)
{
	if (c->way == LOG_PUT)
		memcpy(c->p + c->size, field, len);
	else if (c->way == LOG_GET)
		memcpy(field, c->p + c->size, len);
	c->size += len;
}

#define LOG_FIELD(c, field)	log_bytes(c, &(field), sizeof(field))

/* A field that is mostly empty: a byte says whether it is there. */
static void log_maybe(struct log_cursor *c, bool there, void *field, size_t len)
{
	u8 given = there;

	LOG_FIELD(c, given);
	if (given)
		log_bytes(c, field, len);
}

static void log_service(struct log_cursor *c, struct l4lb_change *ch)
{
	LOG_FIELD(c, ch->scheduler);
	LOG_FIELD(c, ch->method);
	LOG_FIELD(c, ch->tie);
	LOG_FIELD(c, ch->midstream);
	LOG_FIELD(c, ch->opts);
	LOG_FIELD(c, ch->timeout_given);
	if (ch->timeout_given)
		LOG_FIELD(c, ch->timeout);
}

static void log_server(struct log_cursor *c, struct l4lb_change *ch)
{
	LOG_FIELD(c, ch->server);
	LOG_FIELD(c, ch->weight);
	LOG_FIELD(c, ch->max_conns);
	LOG_FIELD(c, ch->min_conns);
}

static void log_change(struct log_cursor *c, struct l4lb_change *ch)
{
	LOG_FIELD(c, ch->op);
	LOG_FIELD(c, ch->owner);
	LOG_FIELD(c, ch->force);
	LOG_FIELD(c, ch->now);
	LOG_FIELD(c, ch->present);
	if (ch->op == L4LB_CHANGE_FLUSH)
		return;
	if (ch->op == L4LB_CHANGE_VIP_SET) {
		LOG_FIELD(c, ch->vip);
		LOG_FIELD(c, ch->unknown_port);
		return;
	}
	LOG_FIELD(c, ch->service);
	log_maybe(c, ch->service_name[0], ch->service_name,
		  sizeof(ch->service_name));
	log_maybe(c, ch->name[0], ch->name, sizeof(ch->name));
	if (ch->op == L4LB_CHANGE_SERVICE_NEW ||
	    ch->op == L4LB_CHANGE_SERVICE_SET)
		log_service(c, ch);
	else if (ch->op != L4LB_CHANGE_SERVICE_DEL)
		log_server(c, ch);
}

/**
 * l4lb_txn_log() - remember a change that was accepted
 * @txn: transaction
 * @ch: the change; read only
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0 or -ENOMEM.
 */
int l4lb_txn_log(struct l4lb_txn *txn, struct l4lb_change *ch)
{
	struct log_cursor c = { .way = LOG_SIZE };

	log_change(&c, ch);
	c.p = l4lb_arena_alloc(&txn->log, c.size);
	if (!c.p)
		return -ENOMEM;
	c.way = LOG_PUT;
	c.size = 0;
	log_change(&c, ch);
	return 0;
}

/**
 * l4lb_txn_log_next() - read a remembered change
 * @txn: transaction
 * @chunk: cursor; NULL to begin
 * @at: cursor; 0 to begin
 * @ch: out: the change
 *
 * Context: conf_lock held.
 * Return: false at the end.
 */
bool l4lb_txn_log_next(const struct l4lb_txn *txn,
		       struct l4lb_arena_chunk **chunk, size_t *at,
		       struct l4lb_change *ch)
{
	struct log_cursor c = { .way = LOG_GET };

	if (!*chunk)
		*chunk = txn->log.first;
	else if (*at == (*chunk)->used)
		*chunk = (*chunk)->next, *at = 0;
	if (!*chunk)
		return false;
	memset(ch, 0, sizeof(*ch));
	c.p = (*chunk)->data + *at;
	log_change(&c, ch);
	*at += ALIGN(c.size, ARENA_ALIGN);
	return true;
}
