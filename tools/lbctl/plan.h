/* SPDX-License-Identifier: GPL-2.0 */
/* A file of commands, read: the configuration that it asks for. */
#ifndef LBCTL_PLAN_H
#define LBCTL_PLAN_H

#include "lbctl.h"
#include "object.h"

/**
 * struct plan_place - where a statement begins
 * @line: from 1
 * @column: from 1
 */
struct plan_place {
	unsigned int line;
	unsigned int column;
};

/**
 * struct plan_list - objects of one kind, and where they stand
 * @data: array
 * @places: array
 * @n: elements of both
 */
struct plan_list {
	void *data;
	struct plan_place *places;
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
 * @limits_place: the last of them
 * @statements: number of statements read
 * @begun: the first is "begin", so that the last has to be "end"
 * @ended: "end" was read
 * @errors: complaints made
 */
struct plan {
	const char *file;
	struct plan_list services;
	struct plan_list servers;
	struct plan_list vips;
	struct plan_list states;
	struct l4lb_limits limits;
	struct plan_place limits_place;
	unsigned int statements;
	bool begun;
	bool ended;
	unsigned int errors;
};

int plan_read(struct lbctl *ctl, const char *file, struct plan *plan);
void plan_free(struct plan *plan);
const struct plan_place *plan_place(const struct plan *plan, long index);

#endif /* LBCTL_PLAN_H */
