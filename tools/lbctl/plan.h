/* SPDX-License-Identifier: GPL-2.0 */
/* A file of commands, read: the configuration that it asks for. */
#ifndef LBCTL_PLAN_H
#define LBCTL_PLAN_H

#include "lbctl.h"
#include "object.h"

/**
 * struct plan_list - objects of one kind, and the lines that they stand on
 * @data: array
 * @lines: array
 * @n: elements of both
 */
struct plan_list {
	void *data;
	unsigned int *lines;
	unsigned int n;
};

/**
 * struct plan - what a file asks for
 * @file: its name, as in complaints
 * @services: struct l4lb_service
 * @servers: struct l4lb_server
 * @vips: struct l4lb_vip
 * @states: struct statement
 * @limits: all lines about limits together
 * @limits_line: the last of them
 * @errors: complaints made
 */
struct plan {
	const char *file;
	struct plan_list services;
	struct plan_list servers;
	struct plan_list vips;
	struct plan_list states;
	struct l4lb_limits limits;
	unsigned int limits_line;
	unsigned int errors;
};

int plan_read(struct lbctl *ctl, const char *file, struct plan *plan);
void plan_free(struct plan *plan);
unsigned int plan_line(const struct plan *plan, long index);

#endif /* LBCTL_PLAN_H */
