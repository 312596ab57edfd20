/* SPDX-License-Identifier: GPL-2.0 */
/* Weighted rendezvous hashing, for the schedulers that place by a hash. */
#ifndef L4LB_SCHED_PLACE_H
#define L4LB_SCHED_PLACE_H

#include "sched.h"

bool l4lb_place(const struct l4lb_sched_data *sd, u64 client,
		bool (*may)(const struct l4lb_sched_data *sd, u32 pos,
			    u64 client),
		struct l4lb_pick *pick);

#endif /* L4LB_SCHED_PLACE_H */
