/* SPDX-License-Identifier: GPL-2.0 */
/* l4lb.conf(5) */
#ifndef CONF_MAN_H
#define CONF_MAN_H

#include <stdio.h>

/* man.c */
int conf_man(FILE *from, FILE *to);

#endif /* CONF_MAN_H */
