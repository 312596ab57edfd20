/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The immutable hash map of a configuration snapshot: an array of leaves, each
 * a small immutable array of (hash, object). Changing n objects makes n new
 * leaves and one new array of leaf pointers; all other leaves are shared with
 * the old map, so a commit costs its change, not the size of the table.
 */
#ifndef L4LB_MAP_H
#define L4LB_MAP_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

/**
 * struct l4lb_leaf - objects whose hashes share the low bits
 * @rcu: frees the leaf after readers of the old map are gone
 * @gone: chains leaves that a commit has replaced, until they are freed
 * @nr: entries in @e
 * @e: entries, in no order; @e.hash full hash, @e.obj the object, never NULL
 */
struct l4lb_leaf {
	union {
		struct rcu_head rcu;
		struct l4lb_leaf *gone;
	};
	u32 nr;
	struct {
		u32 hash;
		void *obj;
	} e[];
};

/**
 * struct l4lb_map - one version of a map; readers hold RCU
 * @rcu: frees the array of leaf pointers
 * @nr: objects
 * @mask: number of leaves - 1, a power of two
 * @leaf: leaf by (hash & @mask); NULL when empty
 */
struct l4lb_map {
	struct rcu_head rcu;
	u32 nr;
	u32 mask;
	struct l4lb_leaf *leaf[];
};

/* Next object of hash @h in @leaf from entry *@i on, or NULL. */
static inline void *l4lb_leaf_next(const struct l4lb_leaf *leaf, u32 h, u32 *i)
{
	for (; leaf && *i < leaf->nr; ++*i)
		if (leaf->e[*i].hash == h)
			return leaf->e[*i].obj;
	return NULL;
}

/**
 * l4lb_map_each() - walk the objects of one hash; the caller compares keys
 * @map: the map; not NULL
 * @h: hash
 * @lf: struct l4lb_leaf * cursor
 * @i: u32 cursor
 * @pos: object pointer, valid in the body
 */
#define l4lb_map_each(map, h, lf, i, pos)				\
	for ((lf) = (map)->leaf[(h) & (map)->mask], (i) = 0;		\
	     ((pos) = l4lb_leaf_next(lf, h, &(i))); (i)++)

/**
 * struct l4lb_map_change - one change to a map
 * @node: in the list given to l4lb_map_apply()
 * @hash: hash of the object's key
 * @del: object that leaves, or NULL
 * @add: object that comes, or NULL; both: @add takes the place of @del
 */
struct l4lb_map_change {
	struct list_head node;
	u32 hash;
	void *del;
	void *add;
};

struct l4lb_map *l4lb_map_empty(gfp_t gfp);
struct l4lb_map *l4lb_map_apply(const struct l4lb_map *old,
				struct list_head *changes,
				struct l4lb_leaf **gone, gfp_t gfp);
void l4lb_map_abandon(struct l4lb_map *fresh, const struct l4lb_map *old);
void l4lb_map_retire(struct l4lb_map *old, struct l4lb_leaf *gone);
void l4lb_map_destroy(struct l4lb_map *map);

#endif /* L4LB_MAP_H */
