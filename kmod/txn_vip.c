// SPDX-License-Identifier: GPL-2.0
/* VIPs in a transaction. */
#include "txn_priv.h"

static struct l4lb_txn_vip *vip_known(const struct l4lb_txn *txn,
				      const union l4lb_addr *addr, u8 family,
				      u8 prefix, u32 hash)
{
	struct l4lb_hash_node *node;
	struct l4lb_txn_vip *tv;

	l4lb_hash_each(&txn->vips, hash, node) {
		tv = container_of(node, struct l4lb_txn_vip, node);
		if (l4lb_addr_equal(&tv->addr, addr) && tv->family == family &&
		    tv->prefix == prefix)
			return tv;
	}
	return NULL;
}

/**
 * l4lb_stage_vip() - touch a VIP
 * @st: change
 * @addr: address
 * @family: AF_INET or AF_INET6
 * @prefix: bits of @addr; the three are the identity
 *
 * Context: process, may sleep; conf_lock held.
 * Return: the VIP as far as the transaction has come, or NULL without memory.
 */
struct l4lb_txn_vip *l4lb_stage_vip(const struct l4lb_stage *st,
				    const union l4lb_addr *addr, u8 family,
				    u8 prefix)
{
	u32 hash = l4lb_vip_hash(addr, family, prefix);
	struct l4lb_txn *txn = st->txn;
	struct l4lb_txn_vip *tv;

	tv = vip_known(txn, addr, family, prefix, hash);
	if (tv)
		return tv;
	tv = l4lb_arena_alloc(&txn->objects, sizeof(*tv));
	if (!tv || l4lb_hash_add(&txn->vips, &tv->node, hash))
		return NULL;
	tv->addr = *addr;
	tv->family = family;
	tv->prefix = prefix;
	tv->unknown_port = L4LB_UNKNOWN_PORT_PASS;
	tv->old = l4lb_vip_find(st->table->vips, addr, family, prefix);
	if (tv->old && !txn->from_nothing) {
		tv->unknown_port = tv->old->unknown_port;
		tv->nr_services = tv->old->nr_services;
	}
	list_add_tail(&tv->list, &txn->touched_vips);
	return tv;
}

/**
 * l4lb_stage_vip_of() - touch the VIP that a service is on, and know the ranges
 *	there if it is one
 * @st: change
 * @key: identity of the service
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0, also when the service is on none, or -ENOMEM.
 */
int l4lb_stage_vip_of(const struct l4lb_stage *st,
		      const struct l4lb_service_key *key)
{
	struct l4lb_txn_vip *tv;

	if (!l4lb_key_has_vip(key))
		return 0;
	tv = l4lb_stage_vip(st, &key->addr, key->family, key->prefix);
	if (!tv)
		return -ENOMEM;
	return l4lb_key_many(key) ? l4lb_stage_ports_load(st, tv) : 0;
}

static int vip_full(const struct l4lb_stage *st, u32 attr)
{
	if (st->txn->nr_vips >= READ_ONCE(st->txn->ln->limits.vips))
		return L4LB_REFUSE(st, ENOSPC, attr,
				   "the limit of VIPs is reached: see lbctl limits");
	return 0;
}

/**
 * l4lb_stage_vip_ref() - a service comes to a VIP
 * @st: change
 * @key: identity of the service
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0; -ENOMEM, -ENOSPC or -EEXIST (overlapping ranges) with nothing
 * changed.
 */
int l4lb_stage_vip_ref(const struct l4lb_stage *st,
		       const struct l4lb_service_key *key)
{
	struct l4lb_txn_vip *tv;
	int err;

	if (!l4lb_key_has_vip(key))
		return 0;
	err = l4lb_stage_vip_of(st, key);
	if (err)
		return err;
	tv = vip_known(st->txn, &key->addr, key->family, key->prefix,
		       l4lb_vip_hash(&key->addr, key->family, key->prefix));
	if (!l4lb_txn_vip_exists(tv))
		err = vip_full(st, L4LB_A_SERVICE_ADDR);
	if (!err && l4lb_key_many(key))
		err = l4lb_stage_ports_add(st, tv, key);
	if (err)
		return err;
	st->txn->nr_vips += !l4lb_txn_vip_exists(tv);
	tv->nr_services++;
	return 0;
}

/**
 * l4lb_stage_vip_unref() - a service leaves a VIP
 * @st: change
 * @key: identity of the service; the VIP has been touched before
 *
 * Context: conf_lock held.
 */
void l4lb_stage_vip_unref(const struct l4lb_stage *st,
			  const struct l4lb_service_key *key)
{
	struct l4lb_txn_vip *tv;

	if (!l4lb_key_has_vip(key))
		return;
	tv = vip_known(st->txn, &key->addr, key->family, key->prefix,
		       l4lb_vip_hash(&key->addr, key->family, key->prefix));
	if (l4lb_key_many(key))
		l4lb_stage_ports_del(tv, key);
	tv->nr_services--;
	if (!l4lb_txn_vip_exists(tv))
		st->txn->nr_vips--;
}

/**
 * l4lb_stage_vip_set() - policy of a VIP
 * @st: change
 *
 * Context: process, may sleep; conf_lock held.
 * Return: 0, or a negative errno with a sentence and nothing changed.
 */
int l4lb_stage_vip_set(struct l4lb_stage *st)
{
	const struct l4lb_change *ch = st->ch;
	struct l4lb_txn_vip *tv;
	bool was;
	int err;

	err = l4lb_check_vip(st);
	if (err)
		return err;
	if (l4lb_stage_has(st, L4LB_A_VIP_STANDBY))
		return L4LB_REFUSE(st, EINVAL, L4LB_A_VIP_STANDBY,
				   "standby is no configuration: lbvrrpd sets it");
	if (!l4lb_stage_has(st, L4LB_A_VIP_UNKNOWN_PORT))
		return 0;
	if (!ch->unknown_port || ch->unknown_port > L4LB_UNKNOWN_PORT_MAX)
		return L4LB_REFUSE(st, EINVAL, L4LB_A_VIP_UNKNOWN_PORT,
				   "unknown ports are passed, rejected or dropped");
	tv = l4lb_stage_vip(st, &ch->vip.addr, ch->vip.family, ch->vip.prefix);
	if (!tv)
		return -ENOMEM;
	was = l4lb_txn_vip_exists(tv);
	if (!was && ch->unknown_port != L4LB_UNKNOWN_PORT_PASS) {
		err = vip_full(st, L4LB_A_VIP_ADDR);
		if (err)
			return err;
	}
	tv->unknown_port = ch->unknown_port;
	st->txn->nr_vips += l4lb_txn_vip_exists(tv);
	st->txn->nr_vips -= was;
	return 0;
}
