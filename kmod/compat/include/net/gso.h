/* SPDX-License-Identifier: GPL-2.0 */
/* Linux 6.5 moved segmentation here.  Goes with support for 6.1. */
#ifdef HAVE_NET_GSO_H
#include_next <net/gso.h>
#else
#include <linux/netdevice.h>
#endif
