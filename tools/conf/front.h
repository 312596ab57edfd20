/* SPDX-License-Identifier: GPL-2.0 */
/* What is served: an address with a port, or a mark. */
#ifndef CONF_FRONT_H
#define CONF_FRONT_H

#include "parse.h"

#define FRONTS_MAX	4096u	/* addresses of a range */

const char *addr_problem(const struct l4lb_addr *a);
bool front_mark(struct parse *p, const struct conf_word *words, unsigned int n,
		struct conf_front *front);
bool front_addr(struct parse *p, const struct conf_word *words, unsigned int n,
		struct conf_front *front);
void front_range(struct parse *p, const struct conf_word *words, unsigned int n,
		 struct conf_group *group);

#endif /* CONF_FRONT_H */
