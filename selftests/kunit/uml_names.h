/* SPDX-License-Identifier: GPL-2.0 */
/*
 * User-Mode Linux lets the host's register names leak into every unit, where
 * they meet names of ours that no other port minds.  Included before each unit.
 */
#ifndef L4LB_UML_NAMES_H
#define L4LB_UML_NAMES_H

#include <linux/spinlock.h>

#undef CS
#undef DS
#undef ES
#undef FS
#undef GS
#undef SS

#endif /* L4LB_UML_NAMES_H */
