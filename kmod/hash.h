/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A chained hash table that grows by itself, for process context: the overlay
 * of a transaction, standbys. Its owner's lock serialises all use; readers
 * without a lock need the maps of map.h.
 */
#ifndef L4LB_HASH_H
#define L4LB_HASH_H

#include <linux/types.h>

/**
 * struct l4lb_hash_node - member of what is hashed
 * @next: next in the chain
 * @hash: full hash of the key
 */
struct l4lb_hash_node {
	struct l4lb_hash_node *next;
	u32 hash;
};

/**
 * struct l4lb_hash - the table; all zero is an empty one
 * @bucket: chains, NULL while empty
 * @nr: nodes
 * @mask: number of chains - 1
 */
struct l4lb_hash {
	struct l4lb_hash_node **bucket;
	u32 nr;
	u32 mask;
};

/**
 * l4lb_hash_each() - walk the nodes of one hash; the caller compares keys
 * @h: table
 * @want: hash
 * @node: struct l4lb_hash_node * cursor, valid in the body
 */
#define l4lb_hash_each(h, want, node)					\
	for ((node) = (h)->nr ? (h)->bucket[(want) & (h)->mask] : NULL;	\
	     (node); (node) = (node)->next)				\
		if ((node)->hash == (want))

int l4lb_hash_add(struct l4lb_hash *h, struct l4lb_hash_node *node, u32 hash);
void l4lb_hash_del(struct l4lb_hash *h, struct l4lb_hash_node *node);
void l4lb_hash_free(struct l4lb_hash *h);

#endif /* L4LB_HASH_H */
