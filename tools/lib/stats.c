// SPDX-License-Identifier: GPL-2.0
/* Counters, reasons, version, and the figures that commits answer. */
#include "internal.h"

/**
 * l4lb_stats_decode() - read counters
 * @nest: nest &enum l4lb_stats_attr
 * @stats: result
 */
void l4lb_stats_decode(const struct nlattr *nest, struct l4lb_stats *stats)
{
	const struct nlattr *attr;

	memset(stats, 0, sizeof(*stats));
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case L4LB_A_STATS_CONNS:
			stats->conns = l4lb_get_u64(attr);
			break;
		case L4LB_A_STATS_PACKETS_IN:
			stats->packets_in = l4lb_get_u64(attr);
			break;
		case L4LB_A_STATS_BYTES_IN:
			stats->bytes_in = l4lb_get_u64(attr);
			break;
		case L4LB_A_STATS_PACKETS_OUT:
			stats->packets_out = l4lb_get_u64(attr);
			break;
		case L4LB_A_STATS_BYTES_OUT:
			stats->bytes_out = l4lb_get_u64(attr);
			break;
		}
	}
}

/**
 * l4lb_reason_decode() - read one reason
 * @nest: nest &enum l4lb_reason_attr
 * @reasons: it is added to these while there is room
 */
void l4lb_reason_decode(const struct nlattr *nest,
			struct l4lb_reasons *reasons)
{
	struct l4lb_reason_count *reason;
	const struct nlattr *attr;

	if (reasons->n == L4LB_REASONS_MAX)
		return;
	reason = &reasons->r[reasons->n++];
	memset(reason, 0, sizeof(*reason));
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case L4LB_A_REASON_ID:
			reason->id = l4lb_get_u32(attr);
			break;
		case L4LB_A_REASON_NAME:
			l4lb_get_str(attr, reason->name, sizeof(reason->name));
			break;
		case L4LB_A_REASON_PACKETS:
			reason->packets = l4lb_get_u64(attr);
			break;
		}
	}
	if (!*reason->name)
		snprintf(reason->name, sizeof(reason->name), "reason_%u",
			 reason->id);
}

/**
 * l4lb_summary_decode() - read version, generation, digest, counters
 * @nlh: message
 * @arg: struct l4lb_summary, which keeps what the message lacks
 *
 * Return: 0.
 */
int l4lb_summary_decode(const struct nlmsghdr *nlh, void *arg)
{
	struct l4lb_summary *summary = arg;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case L4LB_A_VERSION:
			l4lb_get_str(attr, summary->version,
				     sizeof(summary->version));
			break;
		case L4LB_A_GENERATION:
			summary->generation = l4lb_get_u64(attr);
			break;
		case L4LB_A_DIGEST:
			summary->digest = l4lb_get_u64(attr);
			break;
		case L4LB_A_COUNT:
			summary->count = l4lb_get_u64(attr);
			break;
		case L4LB_A_STATS:
			l4lb_stats_decode(attr, &summary->stats);
			break;
		case L4LB_A_REASON:
			l4lb_reason_decode(attr, &summary->reasons);
			break;
		}
	}
	return 0;
}

static int get(struct l4lb *h, __u8 cmd, struct l4lb_summary *summary)
{
	char buf[L4LB_OBJ_MAX] __attribute__((aligned(8)));

	memset(summary, 0, sizeof(*summary));
	return l4lb_request(h, l4lb_msg_put(h, buf, cmd, 0),
			    l4lb_summary_decode, summary);
}

/**
 * l4lb_version_get() - version, generation and digest; needs no privilege
 * @h: handle
 * @summary: result
 *
 * Return: 0 or a negative errno.
 */
int l4lb_version_get(struct l4lb *h, struct l4lb_summary *summary)
{
	return get(h, L4LB_CMD_VERSION_GET, summary);
}

/**
 * l4lb_stats_get() - counters and reasons of the namespace
 * @h: handle
 * @summary: result
 *
 * Return: 0 or a negative errno.
 */
int l4lb_stats_get(struct l4lb *h, struct l4lb_summary *summary)
{
	return get(h, L4LB_CMD_STATS_GET, summary);
}
