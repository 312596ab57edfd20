// SPDX-License-Identifier: GPL-2.0
/* Must compile against every kernel. */
#include <linux/module.h>
#include <linux/skbuff.h>
#include <net/genetlink.h>

int probe(struct sk_buff *skb, struct genl_info *info);
int probe(struct sk_buff *skb, struct genl_info *info)
{
	return skb->len + info->snd_seq;
}
