// SPDX-License-Identifier: GPL-2.0
/* Services that a packet has nearly been for: what explain says of a miss. */
#include "decide_priv.h"

/* Told at most, of each rank and in all. */
#define NEAR_MAX	8

/* How near: the same address, another one, another mark. */
enum near_rank { NEAR_ADDR, NEAR_PORT, NEAR_MARK, NEAR_RANKS };

/**
 * struct near - services by rank
 * @nr: of a rank
 * @svc: services of a rank
 * @reason: why each was not meant, &enum l4lb_reason
 */
struct near {
	u32 nr[NEAR_RANKS];
	const struct l4lb_service *svc[NEAR_RANKS][NEAR_MAX];
	u32 reason[NEAR_RANKS][NEAR_MAX];
};

static bool near_addr(const struct l4lb_service_key *key,
		      const struct l4lb_packet *pkt)
{
	union l4lb_addr to = l4lb_addr_prefix(&pkt->daddr, key->prefix);

	return l4lb_addr_equal(&key->addr, &to);
}

static bool near_port(const struct l4lb_service_key *key,
		      const struct l4lb_packet *pkt)
{
	u16 port = ntohs(pkt->dport);

	return !key->port || (port >= ntohs(key->port) &&
			      port <= ntohs(key->port_last));
}

/* Note @svc, if its rank is not full of others that are as near. */
static void near_note(struct near *near, const struct l4lb_service *svc,
		      const struct l4lb_packet *pkt)
{
	const struct l4lb_service_key *key = &svc->key;
	enum near_rank rank;
	u32 reason;

	if (key->family != pkt->family)
		return;
	if (!l4lb_key_has_vip(key)) {
		rank = NEAR_MARK;
		reason = L4LB_REASON_OTHER_MARK;
	} else if (near_addr(key, pkt)) {
		rank = NEAR_ADDR;
		reason = near_port(key, pkt) ? L4LB_REASON_OTHER_PROTO :
					       L4LB_REASON_OTHER_PORT;
	} else if (near_port(key, pkt) && key->proto == pkt->proto) {
		rank = NEAR_PORT;
		reason = L4LB_REASON_OTHER_ADDR;
	} else {
		return;
	}
	if (near->nr[rank] == NEAR_MAX)
		return;
	near->svc[rank][near->nr[rank]] = svc;
	near->reason[rank][near->nr[rank]++] = reason;
}

/**
 * l4lb_trace_nearest() - tell of services that nearly matched, nearest first
 * @trace: who is told
 * @pkt: packet that no service matches
 * @plan: plan, with its snapshot
 *
 * Walks all services: for explain only.
 *
 * Context: RCU read side, BH off.
 */
void l4lb_trace_nearest(struct l4lb_trace *trace, const struct l4lb_packet *pkt,
			const struct l4lb_plan *plan)
{
	const struct l4lb_map *map = plan->table->services;
	const struct l4lb_leaf *leaf;
	struct near near = {};
	u32 l, i, rank, told = 0;

	for (l = 0; l <= map->mask; l++) {
		leaf = map->leaf[l];
		for (i = 0; leaf && i < leaf->nr; i++)
			near_note(&near, leaf->e[i].obj, pkt);
	}
	for (rank = 0; rank < NEAR_RANKS; rank++)
		for (i = 0; i < near.nr[rank] && told < NEAR_MAX; i++, told++)
			trace->step(trace, L4LB_STEP_NEAREST,
				    near.reason[rank][i], plan,
				    near.svc[rank][i], 0);
}
