// SPDX-License-Identifier: GPL-2.0
/* Suite of map.c: random changes against a plain array. */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <fault.h>

#define MAP_OBJECTS	600

/**
 * struct map_obj - what the maps of this suite hold
 * @key: unique
 * @in: is in the map, by the reference
 * @mc: change under way
 * @next: object that is to take this one's place, or NULL
 */
struct map_obj {
	u32 key;
	bool in;
	struct l4lb_map_change mc;
	struct map_obj *next;
};

/**
 * struct map_fix - the suite's state
 * @rnd: random numbers
 * @map: version under test
 * @obj: two objects a key, of which one at most is in the map
 */
struct map_fix {
	struct rnd_state rnd;
	struct l4lb_map *map;
	struct map_obj obj[2][MAP_OBJECTS];
};

/* Few distinct low bits, so that hashes and leaves collide. */
static u32 map_hash(u32 key)
{
	return key % 7 ? key * 0x9e3779b1u : key % 49;
}

static struct map_obj *map_get(const struct l4lb_map *map, u32 key)
{
	struct l4lb_leaf *leaf;
	struct map_obj *obj;
	u32 i;

	l4lb_map_each(map, map_hash(key), leaf, i, obj)
		if (obj->key == key)
			return obj;
	return NULL;
}

/* Does @map hold what the reference says, and nothing else? */
static void map_expect(struct kunit *test, const struct l4lb_map *map)
{
	struct map_fix *fix = test->priv;
	u32 k, l, i, nr = 0, held = 0;
	struct map_obj *want;

	for (k = 0; k < MAP_OBJECTS; k++) {
		want = fix->obj[0][k].in ? &fix->obj[0][k] :
		       fix->obj[1][k].in ? &fix->obj[1][k] : NULL;
		nr += !!want;
		KUNIT_ASSERT_PTR_EQ(test, map_get(map, k), want);
	}
	KUNIT_ASSERT_EQ(test, map->nr, nr);
	for (l = 0; l <= map->mask; l++) {
		if (!map->leaf[l])
			continue;
		KUNIT_ASSERT_GT(test, map->leaf[l]->nr, 0u);
		held += map->leaf[l]->nr;
		for (i = 0; i < map->leaf[l]->nr; i++)
			KUNIT_ASSERT_EQ(test, map->leaf[l]->e[i].hash & map->mask,
					l);
	}
	KUNIT_ASSERT_EQ(test, held, nr);
}

/* @nr random changes, not yet in the reference. */
static void map_change(struct map_fix *fix, struct list_head *changes, u32 nr,
		       u32 grow)
{
	struct map_obj *is, *other;
	u32 key;

	INIT_LIST_HEAD(changes);
	while (nr--) {
		key = prandom_u32_state(&fix->rnd) % MAP_OBJECTS;
		is = &fix->obj[fix->obj[1][key].in][key];
		other = &fix->obj[!fix->obj[1][key].in][key];
		if (is->mc.hash || other->mc.hash)
			continue;
		/* Hash + 1 marks a key that is changed already. */
		is->mc.hash = 1;
		is->mc.del = is->in ? is : NULL;
		is->mc.add = NULL;
		is->next = NULL;
		if (!is->in) {
			is->mc.add = is;
		} else if (prandom_u32_state(&fix->rnd) % 100 < grow) {
			is->mc.add = other;
			is->next = other;
		}
		list_add_tail(&is->mc.node, changes);
	}
	list_for_each_entry(is, changes, mc.node)
		is->mc.hash = map_hash(is->key);
}

static void map_settle(struct list_head *changes, bool done)
{
	struct map_obj *obj, *n;

	list_for_each_entry_safe(obj, n, changes, mc.node) {
		if (done) {
			obj->in = obj->mc.add == obj;
			if (obj->next)
				obj->next->in = true;
		}
		obj->mc.hash = 0;
	}
}

static void map_random(struct kunit *test)
{
	struct map_fix *fix = test->priv;
	struct list_head changes;
	struct l4lb_leaf *gone;
	struct l4lb_map *fresh;
	u32 round, nr;

	for (round = 0; round < 400; round++) {
		nr = prandom_u32_state(&fix->rnd) % (round % 3 ? 6 : 200);
		/* Phases in which the map grows, and in which it shrinks. */
		map_change(fix, &changes, nr, round % 100 < 60 ? 90 : 5);
		fresh = l4lb_map_apply(fix->map, &changes, &gone, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, fresh);
		/* The old version is still whole. */
		map_expect(test, fix->map);
		if (round % 5 == 4) {
			l4lb_map_abandon(fresh, fix->map);
			map_settle(&changes, false);
			map_expect(test, fix->map);
			continue;
		}
		map_settle(&changes, true);
		l4lb_map_retire(fix->map, gone);
		fix->map = fresh;
		map_expect(test, fix->map);
	}
}

/* Leaves follow the number of objects, and sharing is real. */
static void map_shape(struct kunit *test)
{
	struct map_fix *fix = test->priv;
	struct l4lb_leaf *gone;
	struct l4lb_map *fresh;
	u32 k, l, shared = 0;
	LIST_HEAD(changes);
	LIST_HEAD(one);

	for (k = 0; k < MAP_OBJECTS; k++) {
		fix->obj[0][k].mc.hash = map_hash(k);
		fix->obj[0][k].mc.add = &fix->obj[0][k];
		list_add_tail(&fix->obj[0][k].mc.node, &changes);
	}
	fresh = l4lb_map_apply(fix->map, &changes, &gone, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fresh);
	l4lb_map_retire(fix->map, gone);
	fix->map = fresh;
	KUNIT_EXPECT_LE(test, fresh->nr, L4LB_MAP_LOAD * (fresh->mask + 1));
	KUNIT_EXPECT_GT(test, fresh->nr, L4LB_MAP_LOAD * (fresh->mask + 1) / 2);

	fix->obj[0][5].mc.del = &fix->obj[0][5];
	fix->obj[0][5].mc.add = NULL;
	list_move(&fix->obj[0][5].mc.node, &one);
	fresh = l4lb_map_apply(fix->map, &one, &gone, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fresh);
	KUNIT_ASSERT_EQ(test, fresh->mask, fix->map->mask);
	for (l = 0; l <= fresh->mask; l++)
		shared += fresh->leaf[l] == fix->map->leaf[l];
	KUNIT_EXPECT_EQ(test, shared, fresh->mask);
	KUNIT_EXPECT_PTR_EQ(test, map_get(fresh, 5), (struct map_obj *)NULL);
	KUNIT_EXPECT_PTR_EQ(test, map_get(fix->map, 5), &fix->obj[0][5]);
	l4lb_map_retire(fix->map, gone);
	fix->map = fresh;
}

/* Each allocation fails once; the old version does not notice. */
static void map_fault(struct kunit *test)
{
	struct map_fix *fix = test->priv;
	struct list_head changes;
	struct l4lb_leaf *gone;
	struct l4lb_map *fresh;
	u32 round, nth;

	for (round = 0; round < 12; round++) {
		map_change(fix, &changes, round % 3 ? 60 : 4, 70);
		for (nth = 1;; nth++) {
			l4lb_fault_arm(nth);
			fresh = l4lb_map_apply(fix->map, &changes, &gone,
					       GFP_KERNEL);
			if (!l4lb_fault_fired())
				break;
			KUNIT_ASSERT_PTR_EQ(test, fresh, (struct l4lb_map *)NULL);
			map_expect(test, fix->map);
		}
		KUNIT_ASSERT_NOT_NULL(test, fresh);
		KUNIT_EXPECT_GT(test, nth, 1u);
		map_settle(&changes, true);
		l4lb_map_retire(fix->map, gone);
		fix->map = fresh;
		map_expect(test, fix->map);
	}
}

static int map_test_init(struct kunit *test)
{
	struct map_fix *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	u32 k, seed = get_random_u32();

	KUNIT_ASSERT_NOT_NULL(test, fix);
	test->priv = fix;
	kunit_info(test, "seed %u", seed);
	prandom_seed_state(&fix->rnd, seed);
	for (k = 0; k < MAP_OBJECTS; k++) {
		fix->obj[0][k].key = k;
		fix->obj[1][k].key = k;
	}
	fix->map = l4lb_map_empty(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fix->map);
	return 0;
}

static void map_test_exit(struct kunit *test)
{
	struct map_fix *fix = test->priv;

	if (fix)
		l4lb_map_destroy(fix->map);
	rcu_barrier();
}

static struct kunit_case map_cases[] = {
	KUNIT_CASE(map_random),
	KUNIT_CASE(map_shape),
	KUNIT_CASE(map_fault),
	{}
};

static struct kunit_suite map_suite = {
	.name = "map",
	.init = map_test_init,
	.exit = map_test_exit,
	.test_cases = map_cases,
};

kunit_test_suite(map_suite);
