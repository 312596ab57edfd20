// SPDX-License-Identifier: GPL-2.0
/* What would happen to a packet, and why. */
#include "internal.h"

static void decode_step(const struct nlattr *nest,
			struct l4lb_explain_step *step)
{
	const struct nlattr *attr;

	memset(step, 0, sizeof(*step));
	mnl_attr_for_each_nested(attr, nest) {
		__u16 type = mnl_attr_get_type(attr);

		if (type > L4LB_A_STEP_MAX)
			continue;
		step->has |= L4LB_BIT(type);
		switch (type) {
		case L4LB_A_STEP_KIND:
			step->kind = l4lb_get_u8(attr);
			break;
		case L4LB_A_STEP_REASON:
			step->reason = l4lb_get_u32(attr);
			break;
		case L4LB_A_STEP_SERVICE:
			l4lb_service_decode(attr, &step->service, NULL);
			break;
		case L4LB_A_STEP_SERVER:
			l4lb_server_decode(attr, &step->server);
			break;
		case L4LB_A_STEP_CONN:
			l4lb_conn_decode(attr, &step->conn);
			break;
		case L4LB_A_STEP_SCORE:
			step->score = l4lb_get_u64(attr);
			break;
		case L4LB_A_STEP_OIF:
			step->oif = l4lb_get_u32(attr);
			break;
		case L4LB_A_STEP_NEXTHOP:
			l4lb_get_addr(attr, &step->nexthop);
			break;
		case L4LB_A_STEP_LLADDR:
			if (mnl_attr_get_payload_len(attr) >=
			    sizeof(step->lladdr))
				memcpy(step->lladdr, mnl_attr_get_payload(attr),
				       sizeof(step->lladdr));
			break;
		case L4LB_A_STEP_NUD:
			step->nud = l4lb_get_u16(attr);
			break;
		case L4LB_A_STEP_MTU:
			step->mtu = l4lb_get_u32(attr);
			break;
		}
	}
}

static int add_step(const struct nlattr *nest, struct l4lb_explanation *e)
{
	struct l4lb_explain_step *steps;

	/* A power of two is full. */
	if (!(e->n & (e->n - 1))) {
		steps = realloc(e->steps, (e->n ? e->n * 2 : 1) *
				sizeof(*steps));
		if (!steps)
			return -ENOMEM;
		e->steps = steps;
	}
	decode_step(nest, &e->steps[e->n++]);
	return 0;
}

static int decode(const struct nlattr *nest, struct l4lb_explanation *e)
{
	const struct nlattr *attr;
	int err = 0;

	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case L4LB_A_EXPLAIN_PROTO:
			e->flow.proto = l4lb_get_u8(attr);
			break;
		case L4LB_A_EXPLAIN_CLIENT:
			l4lb_get_addr(attr, &e->flow.client);
			break;
		case L4LB_A_EXPLAIN_CLIENT_PORT:
			e->flow.client_port = l4lb_get_be16(attr);
			break;
		case L4LB_A_EXPLAIN_VIP:
			l4lb_get_addr(attr, &e->flow.vip);
			break;
		case L4LB_A_EXPLAIN_VIP_PORT:
			e->flow.vip_port = l4lb_get_be16(attr);
			break;
		case L4LB_A_EXPLAIN_TCP_FLAGS:
			e->flow.tcp_flags = l4lb_get_u8(attr);
			break;
		case L4LB_A_EXPLAIN_MARK:
			e->flow.mark = l4lb_get_u32(attr);
			break;
		case L4LB_A_EXPLAIN_HOOK:
			e->flow.hook = l4lb_get_u8(attr);
			break;
		case L4LB_A_EXPLAIN_VERDICT:
			e->verdict = l4lb_get_u8(attr);
			break;
		case L4LB_A_EXPLAIN_REASON:
			e->reason = l4lb_get_u32(attr);
			break;
		case L4LB_A_EXPLAIN_STEP:
			err = add_step(attr, e);
			break;
		}
		if (err)
			return err;
	}
	return 0;
}

/* A long story may come in several messages or nests. */
static int explain_message(const struct nlmsghdr *nlh, void *arg)
{
	struct l4lb_explanation *e = arg;
	const struct nlattr *attr;
	int err;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == L4LB_A_COUNT)
			e->candidates = l4lb_get_u64(attr);
		if (mnl_attr_get_type(attr) != L4LB_A_EXPLAIN)
			continue;
		err = decode(attr, e);
		if (err)
			return err;
	}
	return 0;
}

/**
 * l4lb_explain() - ask the data path what it would do
 * @h: handle
 * @flow: the packet
 * @explanation: result; l4lb_explanation_free() it in any case
 *
 * Return: 0 or a negative errno.
 */
int l4lb_explain(struct l4lb *h, const struct l4lb_flow *flow,
		 struct l4lb_explanation *explanation)
{
	char buf[L4LB_OBJ_MAX] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	int err;

	memset(explanation, 0, sizeof(*explanation));
	explanation->flow = *flow;
	nlh = l4lb_msg_put(h, buf, L4LB_CMD_EXPLAIN, 0);
	nest = mnl_attr_nest_start(nlh, L4LB_A_EXPLAIN);
	mnl_attr_put_u8(nlh, L4LB_A_EXPLAIN_PROTO, flow->proto);
	l4lb_put_addr(nlh, L4LB_A_EXPLAIN_CLIENT, &flow->client);
	l4lb_put_be16(nlh, L4LB_A_EXPLAIN_CLIENT_PORT, flow->client_port);
	l4lb_put_addr(nlh, L4LB_A_EXPLAIN_VIP, &flow->vip);
	l4lb_put_be16(nlh, L4LB_A_EXPLAIN_VIP_PORT, flow->vip_port);
	if (flow->tcp_flags)
		mnl_attr_put_u8(nlh, L4LB_A_EXPLAIN_TCP_FLAGS, flow->tcp_flags);
	if (flow->hook)
		mnl_attr_put_u8(nlh, L4LB_A_EXPLAIN_HOOK, flow->hook);
	if (flow->mark)
		mnl_attr_put_u32(nlh, L4LB_A_EXPLAIN_MARK, flow->mark);
	mnl_attr_nest_end(nlh, nest);
	err = l4lb_request(h, nlh, explain_message, explanation);
	if (err == -ENOMEM && !h->err.code)
		l4lb_fail(h, ENOMEM, "out of memory");
	return err;
}

/**
 * l4lb_explanation_free() - free the steps
 * @explanation: result of l4lb_explain()
 */
void l4lb_explanation_free(struct l4lb_explanation *explanation)
{
	free(explanation->steps);
	explanation->steps = NULL;
	explanation->n = 0;
}
