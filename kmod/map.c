// SPDX-License-Identifier: GPL-2.0
/* The immutable hash map of a configuration snapshot. */
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "map.h"

/*
 * Leaves double when they hold more than this many objects on average, and
 * halve at an eighth of it: a map that swings around a size is not rebuilt at
 * each swing.
 */
#define L4LB_MAP_LOAD	4u

/* With fewer changes than this, counting by hand beats an array of counters. */
#define L4LB_MAP_FEW	8u

/* Set in a leaf's count of additions once the leaf is the new map's own. */
#define L4LB_MAP_OWN	0x80000000u

/**
 * struct map_build - a map in the making
 * @old: version that it starts from
 * @fresh: version that becomes
 * @changes: what differs
 * @adds: additions by leaf, and %L4LB_MAP_OWN; NULL with few changes
 * @gone: leaves of @old that are not in @fresh
 * @gfp: how memory is allocated
 */
struct map_build {
	const struct l4lb_map *old;
	struct l4lb_map *fresh;
	struct list_head *changes;
	u32 *adds;
	struct l4lb_leaf *gone;
	gfp_t gfp;
};

static struct l4lb_map *map_alloc(u32 leaves, gfp_t gfp)
{
	struct l4lb_map *map;

	map = kvzalloc(struct_size(map, leaf, leaves), gfp);
	if (map)
		map->mask = leaves - 1;
	return map;
}

/**
 * l4lb_map_empty() - a map without objects
 * @gfp: GFP_KERNEL or GFP_KERNEL_ACCOUNT
 *
 * Context: process, may sleep.
 * Return: the map or NULL.
 */
struct l4lb_map *l4lb_map_empty(gfp_t gfp)
{
	return map_alloc(1, gfp);
}

static u32 map_leaves(u32 leaves, u32 nr)
{
	while (nr > L4LB_MAP_LOAD * leaves)
		leaves *= 2;
	while (leaves > 1 && nr < leaves * L4LB_MAP_LOAD / 8)
		leaves /= 2;
	return leaves;
}

/* Room for the additions to leaf @idx; when it is made, this is asked once. */
static u32 map_adds(const struct map_build *b, u32 idx)
{
	const struct l4lb_map_change *ch;
	u32 n = 0;

	if (b->adds)
		return b->adds[idx];
	list_for_each_entry(ch, b->changes, node)
		if (ch->add && !ch->del && (ch->hash & b->fresh->mask) == idx)
			n++;
	return n;
}

static bool map_owns(const struct map_build *b, u32 idx)
{
	if (b->adds)
		return b->adds[idx] & L4LB_MAP_OWN;
	return b->fresh->leaf[idx] != b->old->leaf[idx];
}

static struct l4lb_leaf *map_leaf_alloc(u32 room, gfp_t gfp)
{
	struct l4lb_leaf *leaf;

	leaf = kmalloc(struct_size(leaf, e, room), gfp);
	if (leaf)
		leaf->nr = 0;
	return leaf;
}

/* Give @b->fresh a leaf @idx of its own, with room for what will come. */
static int map_own(struct map_build *b, u32 idx)
{
	struct l4lb_leaf *was = b->old->leaf[idx], *leaf;
	u32 nr = was ? was->nr : 0;

	leaf = map_leaf_alloc(nr + map_adds(b, idx), b->gfp);
	if (!leaf)
		return -ENOMEM;
	leaf->nr = nr;
	if (was) {
		memcpy(leaf->e, was->e, nr * sizeof(leaf->e[0]));
		was->gone = b->gone;
		b->gone = was;
	}
	b->fresh->leaf[idx] = leaf;
	if (b->adds)
		b->adds[idx] |= L4LB_MAP_OWN;
	return 0;
}

static void leaf_add(struct l4lb_leaf *leaf, u32 hash, void *obj)
{
	leaf->e[leaf->nr].hash = hash;
	leaf->e[leaf->nr].obj = obj;
	leaf->nr++;
}

/* Deletions may leave slack at a leaf's end; the next change drops it. */
static void leaf_change(struct l4lb_leaf *leaf, const struct l4lb_map_change *ch)
{
	u32 i;

	if (!ch->del) {
		leaf_add(leaf, ch->hash, ch->add);
		return;
	}
	for (i = 0; i < leaf->nr; i++)
		if (leaf->e[i].obj == ch->del)
			break;
	if (i == leaf->nr)
		return;
	if (ch->add)
		leaf->e[i].obj = ch->add;
	else
		leaf->e[i] = leaf->e[--leaf->nr];
}

/* The same number of leaves: those without a change are shared. */
static int map_edit(struct map_build *b)
{
	struct l4lb_map *fresh = b->fresh;
	const struct l4lb_map_change *ch;
	u32 idx;
	int err;

	memcpy(fresh->leaf, b->old->leaf,
	       (fresh->mask + 1) * sizeof(fresh->leaf[0]));
	list_for_each_entry(ch, b->changes, node) {
		idx = ch->hash & fresh->mask;
		if (!map_owns(b, idx)) {
			err = map_own(b, idx);
			if (err)
				return err;
		}
		leaf_change(fresh->leaf[idx], ch);
	}
	list_for_each_entry(ch, b->changes, node) {
		idx = ch->hash & fresh->mask;
		if (fresh->leaf[idx] && !fresh->leaf[idx]->nr) {
			kfree(fresh->leaf[idx]);
			fresh->leaf[idx] = NULL;
		}
	}
	return 0;
}

/* Another number of leaves: all are new. */
static int map_rebuild(struct map_build *b)
{
	struct l4lb_map *fresh = b->fresh;
	const struct l4lb_map_change *ch;
	struct l4lb_leaf *leaf;
	u32 l, i, idx;

	for (l = 0; l <= b->old->mask; l++) {
		leaf = b->old->leaf[l];
		for (i = 0; leaf && i < leaf->nr; i++)
			b->adds[leaf->e[i].hash & fresh->mask]++;
	}
	for (l = 0; l <= fresh->mask; l++) {
		if (!b->adds[l])
			continue;
		fresh->leaf[l] = map_leaf_alloc(b->adds[l], b->gfp);
		if (!fresh->leaf[l])
			return -ENOMEM;
	}
	for (l = 0; l <= b->old->mask; l++) {
		leaf = b->old->leaf[l];
		if (!leaf)
			continue;
		for (i = 0; i < leaf->nr; i++) {
			idx = leaf->e[i].hash & fresh->mask;
			leaf_add(fresh->leaf[idx], leaf->e[i].hash,
				 leaf->e[i].obj);
		}
		leaf->gone = b->gone;
		b->gone = leaf;
	}
	list_for_each_entry(ch, b->changes, node)
		leaf_change(fresh->leaf[ch->hash & fresh->mask], ch);
	for (l = 0; l <= fresh->mask; l++) {
		if (fresh->leaf[l] && !fresh->leaf[l]->nr) {
			kfree(fresh->leaf[l]);
			fresh->leaf[l] = NULL;
		}
	}
	return 0;
}

static int map_count_adds(struct map_build *b)
{
	const struct l4lb_map_change *ch;

	b->adds = kvcalloc(b->fresh->mask + 1, sizeof(*b->adds), b->gfp);
	if (!b->adds)
		return -ENOMEM;
	list_for_each_entry(ch, b->changes, node)
		if (ch->add && !ch->del)
			b->adds[ch->hash & b->fresh->mask]++;
	return 0;
}

/**
 * l4lb_map_apply() - the next version of a map
 * @old: version to start from; readers may use it, it is not changed but for
 *	the @gone links of leaves that the new version does not share
 * @changes: list of struct l4lb_map_change; @del must be in @old, no object
 *	may be named twice
 * @gone: out: those leaves, for l4lb_map_retire()
 * @gfp: GFP_KERNEL or GFP_KERNEL_ACCOUNT
 *
 * Cost: the changes, and one copy of the array of leaf pointers; all objects
 * when the number of leaves has to change, which is amortised.
 *
 * Context: process, may sleep; the owner of @old serialises writers.
 * Return: the new version, or NULL without memory; @old is then as it was.
 */
struct l4lb_map *l4lb_map_apply(const struct l4lb_map *old,
				struct list_head *changes,
				struct l4lb_leaf **gone, gfp_t gfp)
{
	struct map_build b = { .old = old, .changes = changes, .gfp = gfp };
	const struct l4lb_map_change *ch;
	u32 nr = old->nr, few = 0, leaves;
	int err = 0;

	list_for_each_entry(ch, changes, node) {
		nr += !!ch->add - !!ch->del;
		few++;
	}
	leaves = map_leaves(old->mask + 1, nr);
	b.fresh = map_alloc(leaves, gfp);
	if (!b.fresh)
		return NULL;
	b.fresh->nr = nr;
	if (few > L4LB_MAP_FEW || leaves != old->mask + 1)
		err = map_count_adds(&b);
	if (!err)
		err = leaves == old->mask + 1 ? map_edit(&b) : map_rebuild(&b);
	kvfree(b.adds);
	if (err) {
		l4lb_map_abandon(b.fresh, old);
		return NULL;
	}
	*gone = b.gone;
	return b.fresh;
}

/**
 * l4lb_map_abandon() - drop a version that was never published
 * @fresh: from l4lb_map_apply()
 * @old: version it was made from, which goes on; objects are the caller's
 *
 * Context: process.
 */
void l4lb_map_abandon(struct l4lb_map *fresh, const struct l4lb_map *old)
{
	bool shares = fresh->mask == old->mask;
	u32 l;

	for (l = 0; l <= fresh->mask; l++)
		if (!shares || fresh->leaf[l] != old->leaf[l])
			kfree(fresh->leaf[l]);
	kvfree(fresh);
}

/**
 * l4lb_map_retire() - free a version after its last reader
 * @old: replaced version
 * @gone: its leaves that the version after it does not share
 *
 * Context: process, may sleep; no new reader can find @old.
 */
void l4lb_map_retire(struct l4lb_map *old, struct l4lb_leaf *gone)
{
	struct l4lb_leaf *next;

	for (; gone; gone = next) {
		next = gone->gone;
		kfree_rcu(gone, rcu);
	}
	kvfree_rcu(old, rcu);
}

/**
 * l4lb_map_destroy() - free a map that has no readers; objects are the
 *	caller's
 * @map: the map, or NULL
 *
 * Context: process.
 */
void l4lb_map_destroy(struct l4lb_map *map)
{
	u32 l;

	if (!map)
		return;
	for (l = 0; l <= map->mask; l++)
		kfree(map->leaf[l]);
	kvfree(map);
}

#ifdef L4LB_KUNIT
#include "map_test.c"
#endif
