/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel holds, read as of one generation. */
#ifndef LBCTL_MODEL_H
#define LBCTL_MODEL_H

#include "lbctl.h"

/**
 * struct model_service - a service and its servers
 * @s: the service
 * @reasons: its reasons, or NULL
 * @first: first of its servers in &struct model.servers
 * @n: number of them
 */
struct model_service {
	struct l4lb_service s;
	struct l4lb_reasons *reasons;
	unsigned int first;
	unsigned int n;
};

#define MODEL_VIPS	1	/* model_load(): VIPs, too */

/**
 * struct model - services with their servers
 * @services: in the order of l4lb_service_compare(): the kernel numbers them
 *	anew with each configuration
 * @n_services: number of them
 * @servers: grouped by service, in the order of their list, which tie first
 *	looks at
 * @n_servers: number of them
 * @vips: those that have a policy, by address and prefix, where asked for
 * @n_vips: number of them
 * @generation: generation of all that
 * @digest: the kernel's digest of it
 */
struct model {
	struct model_service *services;
	unsigned int n_services;
	struct l4lb_server *servers;
	unsigned int n_servers;
	struct l4lb_vip *vips;
	unsigned int n_vips;
	__u64 generation;
	__u64 digest;
};

int model_load(struct lbctl *ctl, struct model *m, unsigned int flags);
void model_free(struct model *m);

#endif /* LBCTL_MODEL_H */
