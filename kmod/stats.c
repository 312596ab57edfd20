// SPDX-License-Identifier: GPL-2.0
/* Adding up the counters that the CPUs keep apart. */
#include "net.h"
#include "sched.h"
#include "server.h"
#include "stats.h"

static const char * const reason_name[__L4LB_REASON_MAX] = {
	[L4LB_REASON_UNSPEC] = "unspec",
#define L4LB_REASON_NAME(id, name, sentence) [L4LB_REASON_##id] = name,
	L4LB_REASONS(L4LB_REASON_NAME)
#undef L4LB_REASON_NAME
};

/**
 * l4lb_reason_name() - stable name of a reason
 * @reason: &enum l4lb_reason
 *
 * Return: the name; "unspec" for what is none.
 */
const char *l4lb_reason_name(u32 reason)
{
	if (reason >= __L4LB_REASON_MAX || !reason_name[reason])
		return reason_name[L4LB_REASON_UNSPEC];
	return reason_name[reason];
}

/**
 * l4lb_stats_server() - add a server's counters to sums
 * @srv: server
 * @sums: what they are added to
 *
 * Context: any in which @srv is safe.
 */
void l4lb_stats_server(const struct l4lb_server *srv, struct l4lb_sums *sums)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct l4lb_server_stats *s = per_cpu_ptr(srv->stats, cpu);
		struct l4lb_sums one;
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&s->syncp);
			one.conns = u64_stats_read(&s->conns);
			one.packets_in = u64_stats_read(&s->packets_in);
			one.bytes_in = u64_stats_read(&s->bytes_in);
			one.packets_out = u64_stats_read(&s->packets_out);
			one.bytes_out = u64_stats_read(&s->bytes_out);
		} while (u64_stats_fetch_retry(&s->syncp, start));
		sums->conns += one.conns;
		sums->packets_in += one.packets_in;
		sums->bytes_in += one.bytes_in;
		sums->packets_out += one.packets_out;
		sums->bytes_out += one.bytes_out;
	}
}

static void stats_add_server(const struct l4lb_server *srv,
			     struct l4lb_sums *sums, u32 *active, u32 *inactive)
{
	l4lb_stats_server(srv, sums);
	*active += l4lb_server_count(&srv->active);
	*inactive += l4lb_server_count(&srv->inactive);
}

/**
 * l4lb_stats_service() - counters of a service: its servers', those of
 *	servers that linger and of those that have left
 * @svc: service
 * @sums: out: sums
 * @active: out: active connections
 * @inactive: out: all other connections
 *
 * Context: RCU read side.
 */
void l4lb_stats_service(const struct l4lb_service *svc, struct l4lb_sums *sums,
			u32 *active, u32 *inactive)
{
	struct l4lb_service_rt *rt = svc->rt;
	const struct l4lb_server *srv;
	u32 i;

	*active = 0;
	*inactive = 0;
	spin_lock_bh(&rt->lock);
	sums->conns = rt->past.conns;
	sums->packets_in = rt->past.packets_in;
	sums->bytes_in = rt->past.bytes_in;
	sums->packets_out = rt->past.packets_out;
	sums->bytes_out = rt->past.bytes_out;
	list_for_each_entry(srv, &rt->linger, linger_node)
		stats_add_server(srv, sums, active, inactive);
	spin_unlock_bh(&rt->lock);
	for (i = 0; i < svc->sched->nr; i++)
		stats_add_server(svc->sched->slot[i].server, sums, active,
				 inactive);
}

/**
 * l4lb_stats_reasons() - fates of a namespace's packets
 * @ln: namespace
 * @packets: out: by &enum l4lb_reason
 *
 * Context: any.
 */
void l4lb_stats_reasons(const struct l4lb_net *ln, u64 *packets)
{
	int cpu, i;

	memset(packets, 0, __L4LB_REASON_MAX * sizeof(*packets));
	for_each_possible_cpu(cpu) {
		const struct l4lb_reasons *r = per_cpu_ptr(ln->reasons, cpu);

		for (i = 0; i < __L4LB_REASON_MAX; i++)
			packets[i] += READ_ONCE(r->packets[i]);
	}
}
