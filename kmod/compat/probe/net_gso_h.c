// SPDX-License-Identifier: GPL-2.0
/* since 6.5; before, in linux/netdevice.h */
#include <linux/netdevice.h>
#include <net/gso.h>

struct sk_buff *probe(struct sk_buff *skb);
struct sk_buff *probe(struct sk_buff *skb)
{
	return skb_gso_segment(skb, 0);
}
