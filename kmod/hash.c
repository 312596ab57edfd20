// SPDX-License-Identifier: GPL-2.0
/* A chained hash table that grows by itself. */
#include <linux/mm.h>
#include <linux/slab.h>

#include "hash.h"

#define L4LB_HASH_MIN	16u

static int hash_resize(struct l4lb_hash *h, u32 buckets)
{
	struct l4lb_hash_node **fresh, *node, *next;
	u32 i;

	fresh = kvcalloc(buckets, sizeof(*fresh), GFP_KERNEL_ACCOUNT);
	if (!fresh)
		return -ENOMEM;
	for (i = 0; h->bucket && i <= h->mask; i++) {
		for (node = h->bucket[i]; node; node = next) {
			next = node->next;
			node->next = fresh[node->hash & (buckets - 1)];
			fresh[node->hash & (buckets - 1)] = node;
		}
	}
	kvfree(h->bucket);
	h->bucket = fresh;
	h->mask = buckets - 1;
	return 0;
}

/**
 * l4lb_hash_add() - add a node
 * @h: table
 * @node: the node, in no table
 * @hash: of its key
 *
 * Context: process, may sleep.
 * Return: 0, or -ENOMEM with nothing changed, which only the first node of a
 * table can meet.
 */
int l4lb_hash_add(struct l4lb_hash *h, struct l4lb_hash_node *node, u32 hash)
{
	int err;

	if (!h->bucket) {
		err = hash_resize(h, L4LB_HASH_MIN);
		if (err)
			return err;
	} else if (h->nr > h->mask) {
		/* Without memory the chains get longer, that is all. */
		hash_resize(h, (h->mask + 1) * 4);
	}
	node->hash = hash;
	node->next = h->bucket[hash & h->mask];
	h->bucket[hash & h->mask] = node;
	h->nr++;
	return 0;
}

/**
 * l4lb_hash_del() - take a node out
 * @h: table
 * @node: a node of it
 *
 * Context: any.
 */
void l4lb_hash_del(struct l4lb_hash *h, struct l4lb_hash_node *node)
{
	struct l4lb_hash_node **link = &h->bucket[node->hash & h->mask];

	while (*link != node)
		link = &(*link)->next;
	*link = node->next;
	h->nr--;
}

/**
 * l4lb_hash_free() - forget all nodes, which are their owner's to free
 * @h: table; empty and usable afterwards
 *
 * Context: process.
 */
void l4lb_hash_free(struct l4lb_hash *h)
{
	kvfree(h->bucket);
	h->bucket = NULL;
	h->nr = 0;
	h->mask = 0;
}
