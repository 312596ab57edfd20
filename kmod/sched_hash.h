/* SPDX-License-Identifier: GPL-2.0 */
/* What the hash schedulers share. */
#ifndef L4LB_SCHED_HASH_H
#define L4LB_SCHED_HASH_H

#include "sched.h"

bool l4lb_hash_ramps(const struct l4lb_sched_data *sd, u32 pos, u64 client);
bool l4lb_hash_in(const struct l4lb_sched_data *sd, u32 pos, u64 client);
bool l4lb_hash_place(const struct l4lb_sched_data *sd, u64 client,
		     struct l4lb_pick *pick);
u64 l4lb_hash_source(const struct l4lb_sched_data *sd,
		     const struct l4lb_packet *pkt);
bool l4lb_hash_commit(struct l4lb_service_rt *rt, struct l4lb_sched_data *sd,
		      const struct l4lb_pick *pick);
enum l4lb_reason l4lb_hash_passes(const struct l4lb_sched_data *sd, u32 pos,
				  const struct l4lb_packet *pkt);

#endif /* L4LB_SCHED_HASH_H */
