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

#endif /* L4LB_COMPAT_H */
