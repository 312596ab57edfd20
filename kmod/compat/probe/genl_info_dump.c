// SPDX-License-Identifier: GPL-2.0
/* since 6.6: the attributes of a dump request as a struct genl_info */
#include <net/genetlink.h>

const struct genl_info *probe(struct netlink_callback *cb);
const struct genl_info *probe(struct netlink_callback *cb)
{
	return genl_info_dump(cb);
}
