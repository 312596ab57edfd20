/* SPDX-License-Identifier: GPL-2.0 */
/* Counters: per CPU, only ever added to; rates are their readers' business. */
#ifndef L4LB_STATS_H
#define L4LB_STATS_H

#include <linux/l4lb.h>
#include <linux/percpu.h>
#include "reason.h"
#include "server.h"
#include "service.h"

/**
 * struct l4lb_reasons - fates of packets of a namespace on one CPU
 * @packets: by &enum l4lb_reason
 */
struct l4lb_reasons {
	unsigned long packets[__L4LB_REASON_MAX];
};

/**
 * struct l4lb_sums - counters added up
 * @conns: connections scheduled
 * @packets_in: packets forwarded to servers
 * @bytes_in: their network-layer bytes
 * @packets_out: packets forwarded to clients
 * @bytes_out: their network-layer bytes
 */
struct l4lb_sums {
	u64 conns;
	u64 packets_in;
	u64 bytes_in;
	u64 packets_out;
	u64 bytes_out;
};

/* A packet of @len bytes goes to @srv. Context: BH off. */
static inline void l4lb_stats_in(struct l4lb_server *srv, u32 len)
{
	struct l4lb_server_stats *s = this_cpu_ptr(srv->stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_inc(&s->packets_in);
	u64_stats_add(&s->bytes_in, len);
	u64_stats_update_end(&s->syncp);
}

/* A packet of @len bytes comes from @srv. Context: BH off. */
static inline void l4lb_stats_out(struct l4lb_server *srv, u32 len)
{
	struct l4lb_server_stats *s = this_cpu_ptr(srv->stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_inc(&s->packets_out);
	u64_stats_add(&s->bytes_out, len);
	u64_stats_update_end(&s->syncp);
}

/* A connection was scheduled to @srv. Context: BH off. */
static inline void l4lb_stats_conn(struct l4lb_server *srv)
{
	struct l4lb_server_stats *s = this_cpu_ptr(srv->stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_inc(&s->conns);
	u64_stats_update_end(&s->syncp);
}

struct l4lb_net;

void l4lb_stats_server(const struct l4lb_server *srv, struct l4lb_sums *sums);
void l4lb_stats_service(const struct l4lb_service *svc, struct l4lb_sums *sums,
			u32 *active, u32 *inactive);
void l4lb_stats_reasons(const struct l4lb_net *ln, u64 *packets);

#endif /* L4LB_STATS_H */
