/* SPDX-License-Identifier: GPL-2.0 */
/* What the commands of lbctl share: the context and the table of commands. */
#ifndef LBCTL_H
#define LBCTL_H

#include "libl4lb.h"
#include "out.h"
#include "words.h"

/* Exit status */
#define DONE	0
#define REFUSED	1	/* by the kernel, or two things differ */
#define USAGE	2

/**
 * struct lbctl - one run
 * @h: handle, NULL until ctl_open()
 * @out: where results go
 * @err: where errors go
 * @in: what "-" reads
 * @id: instance that a configuration is read for (-i), NULL: the host's
 * @io: way to the kernel that tests put in, or NULL
 */
struct lbctl {
	struct l4lb *h;
	struct out *out;
	FILE *err;
	FILE *in;
	const char *id;
	const struct l4lb_io *io;
};

/**
 * struct command - one command
 * @name: first word
 * @summary: half a line
 * @usage: forms, a line each, without "lbctl"
 * @run: does it; words start behind @name. Return: exit status
 */
struct command {
	const char *name;
	const char *summary;
	const char *usage;
	int (*run)(struct lbctl *ctl, struct words *ws);
};

extern const struct command commands[];

/* ctl.c */
int ctl_main(struct lbctl *ctl, int argc, char **argv);
int ctl_open(struct lbctl *ctl);
int ctl_usage(struct lbctl *ctl, const struct words *ws);
int ctl_refused(struct lbctl *ctl);
int ctl_complain(struct lbctl *ctl, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* One a file. */
int cmd_service(struct lbctl *ctl, struct words *ws);
int cmd_server(struct lbctl *ctl, struct words *ws);
int cmd_vip(struct lbctl *ctl, struct words *ws);
int cmd_limits(struct lbctl *ctl, struct words *ws);
int cmd_show(struct lbctl *ctl, struct words *ws);
int cmd_conn(struct lbctl *ctl, struct words *ws);
int cmd_stats(struct lbctl *ctl, struct words *ws);
int cmd_monitor(struct lbctl *ctl, struct words *ws);
int cmd_save(struct lbctl *ctl, struct words *ws);
int cmd_apply(struct lbctl *ctl, struct words *ws);
int cmd_check(struct lbctl *ctl, struct words *ws);
int cmd_sites(struct lbctl *ctl, struct words *ws);
int cmd_expand(struct lbctl *ctl, struct words *ws);
int cmd_flush(struct lbctl *ctl, struct words *ws);
int cmd_explain(struct lbctl *ctl, struct words *ws);
int cmd_version(struct lbctl *ctl, struct words *ws);
int cmd_help(struct lbctl *ctl, struct words *ws);

#endif /* LBCTL_H */
