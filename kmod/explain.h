/* SPDX-License-Identifier: GPL-2.0 */
/* The dry run of a packet. */
#ifndef L4LB_EXPLAIN_H
#define L4LB_EXPLAIN_H

struct genl_info;
struct sk_buff;

int l4lb_explain_doit(struct sk_buff *skb, struct genl_info *info);

#endif /* L4LB_EXPLAIN_H */
