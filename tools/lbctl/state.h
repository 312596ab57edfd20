/* SPDX-License-Identifier: GPL-2.0 */
/* The operator's words about servers, carried out. */
#ifndef LBCTL_STATE_H
#define LBCTL_STATE_H

#include "lbctl.h"
#include "object.h"

int state_set(struct lbctl *ctl, const struct statement *st,
	      unsigned int *matched);

#endif /* LBCTL_STATE_H */
