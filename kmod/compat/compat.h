/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included before every unit of the module.  compat-gen.h says by HAVE_*
 * macros what the kernel at hand offers; one probe/NAME.c stands behind each.
 * Headers that the kernel at hand lacks, or lacks something in, are overlaid
 * by include/ beside this file, under their own path.
 */
#ifndef L4LB_COMPAT_H
#define L4LB_COMPAT_H

#include "compat-gen.h"

/*
 * For a variable of the packet path of which nothing is read that was not
 * written: with CONFIG_INIT_STACK_ALL_ZERO it would be cleared for each packet.
 */
#if __has_attribute(__uninitialized__)
#define __l4lb_uninit	__attribute__((__uninitialized__))
#else
#define __l4lb_uninit
#endif

#endif /* L4LB_COMPAT_H */
