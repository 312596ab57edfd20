/* SPDX-License-Identifier: GPL-2.0 */
/* Linux 6.12 moved asm/unaligned.h here.  Goes with support for 6.1. */
#ifdef HAVE_LINUX_UNALIGNED_H
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif
