// SPDX-License-Identifier: GPL-2.0
/* lbctl flush */
#include "lbctl.h"

/**
 * cmd_flush() - lbctl flush [force]
 * @ctl: context
 * @ws: words
 *
 * Return: exit status.
 */
int cmd_flush(struct lbctl *ctl, struct words *ws)
{
	unsigned int flags = words_accept(ws, "force") ? L4LB_F_FORCE : 0;

	if (words_end(ws))
		return ctl_usage(ctl, ws);
	if (ctl_open(ctl))
		return REFUSED;
	return l4lb_flush(ctl->h, flags, NULL) ? ctl_refused(ctl) : DONE;
}
