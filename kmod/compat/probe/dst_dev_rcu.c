// SPDX-License-Identifier: GPL-2.0
/* since 6.18, and in later 6.1.y and 6.12.y: a destination's device */
#include <net/dst.h>

struct net_device *probe(const struct dst_entry *dst);
struct net_device *probe(const struct dst_entry *dst)
{
	return dst_dev_rcu(dst);
}
