// SPDX-License-Identifier: GPL-2.0
/* Snapshots: the maps of the next one, made from the changes of a commit. */
#include <linux/slab.h>

#include "txn_priv.h"

/**
 * l4lb_table_map() - a map of a snapshot
 * @table: snapshot
 * @which: &enum l4lb_txn_map
 *
 * Return: where its pointer stands.
 */
struct l4lb_map **l4lb_table_map(struct l4lb_table *table,
				 enum l4lb_txn_map which)
{
	switch (which) {
	case L4LB_MAP_VIPS:
		return &table->vips;
	case L4LB_MAP_SERVICES:
		return &table->services;
	case L4LB_MAP_NAMES:
		return &table->names;
	case L4LB_MAP_ENDPOINTS:
		return &table->endpoints;
	default:
		return &table->rs_addrs;
	}
}

/**
 * l4lb_table_empty() - the snapshot of a namespace without configuration
 *
 * Context: process, may sleep.
 * Return: the snapshot or NULL.
 */
struct l4lb_table *l4lb_table_empty(void)
{
	struct l4lb_table *table = kzalloc(sizeof(*table), L4LB_TXN_GFP);
	struct l4lb_map **map;
	u32 which;

	if (!table)
		return NULL;
	for (which = 0; which < L4LB_MAPS; which++) {
		map = l4lb_table_map(table, which);
		*map = l4lb_map_empty(L4LB_TXN_GFP);
		if (!*map)
			goto destroy_maps;
	}
	return table;

destroy_maps:
	while (which--)
		l4lb_map_destroy(*l4lb_table_map(table, which));
	kfree(table);
	return NULL;
}

static struct l4lb_map *commit_old_map(const struct l4lb_commit *c, u32 which)
{
	return *l4lb_table_map((struct l4lb_table *)c->old, which);
}

/**
 * l4lb_commit_maps() - make @c->fresh
 * @c: commit with @changes complete
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0 or -ENOMEM with nothing made.
 */
int l4lb_commit_maps(struct l4lb_commit *c)
{
	struct l4lb_map **map;
	u32 which;

	c->fresh = kzalloc(sizeof(*c->fresh), L4LB_TXN_GFP);
	if (!c->fresh)
		return -ENOMEM;
	*c->fresh = *c->old;
	for (which = 0; which < L4LB_MAPS; which++) {
		if (list_empty(&c->changes[which]))
			continue;
		map = l4lb_table_map(c->fresh, which);
		*map = l4lb_map_apply(*map, &c->changes[which], &c->gone[which],
				      L4LB_TXN_GFP);
		if (!*map) {
			*map = commit_old_map(c, which);
			l4lb_commit_maps_undo(c);
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * l4lb_commit_maps_undo() - drop what l4lb_commit_maps() made
 * @c: commit that will not be published
 *
 * Context: process; conf_lock held.
 */
void l4lb_commit_maps_undo(struct l4lb_commit *c)
{
	struct l4lb_map *map, *old;
	u32 which;

	if (!c->fresh)
		return;
	for (which = 0; which < L4LB_MAPS; which++) {
		map = *l4lb_table_map(c->fresh, which);
		old = commit_old_map(c, which);
		if (map != old)
			l4lb_map_abandon(map, old);
	}
	kfree(c->fresh);
	c->fresh = NULL;
}

/**
 * l4lb_commit_maps_retire() - free the snapshot that has been replaced
 * @c: commit that has been published
 *
 * Context: process, may sleep; conf_lock held.
 */
void l4lb_commit_maps_retire(struct l4lb_commit *c)
{
	struct l4lb_table *old = (struct l4lb_table *)c->old;
	u32 which;

	for (which = 0; which < L4LB_MAPS; which++)
		if (*l4lb_table_map(c->fresh, which) !=
		    commit_old_map(c, which))
			l4lb_map_retire(commit_old_map(c, which),
					c->gone[which]);
	kfree_rcu(old, rcu);
}

static void destroy_service(struct l4lb_service *svc)
{
	u32 pos;

	for (pos = 0; pos < svc->sched->nr; pos++)
		l4lb_server_retire(svc->sched->slot[pos].server);
	l4lb_sched_retire(svc->sched);
	l4lb_service_retire(svc);
}

static void destroy_vip(struct l4lb_vip *vip)
{
	kvfree(vip->ports);
	kfree(vip);
}

static void destroy_objects(const struct l4lb_map *map, enum l4lb_txn_map which)
{
	u32 l, i;

	for (l = 0; l <= map->mask; l++) {
		for (i = 0; map->leaf[l] && i < map->leaf[l]->nr; i++) {
			if (which == L4LB_MAP_SERVICES)
				destroy_service(map->leaf[l]->e[i].obj);
			else if (which == L4LB_MAP_VIPS)
				destroy_vip(map->leaf[l]->e[i].obj);
			else if (which != L4LB_MAP_NAMES)
				kfree(map->leaf[l]->e[i].obj);
		}
	}
}

/**
 * l4lb_table_destroy() - free a namespace's snapshot and all its objects
 * @ln: namespace without hooks, entries and sockets
 *
 * Context: process; conf_lock held.
 */
void l4lb_table_destroy(struct l4lb_net *ln)
{
	struct l4lb_table *table = (struct l4lb_table *)l4lb_txn_table(ln);
	struct l4lb_server *srv, *next;
	struct l4lb_map *map;
	u32 which;

	RCU_INIT_POINTER(ln->table, NULL);
	list_for_each_entry_safe(srv, next, &ln->lingering, gone_node) {
		list_del(&srv->gone_node);
		l4lb_server_retire(srv);
	}
	for (which = 0; which < L4LB_MAPS; which++) {
		map = *l4lb_table_map(table, which);
		destroy_objects(map, which);
		l4lb_map_destroy(map);
	}
	kvfree(table->match);
	kfree(table);
}
