/* SPDX-License-Identifier: GPL-2.0 */
/* Client affinity: which server a client has been with. */
#ifndef L4LB_PERSIST_H
#define L4LB_PERSIST_H

#include "addr.h"
#include "conn.h"

struct l4lb_net;
struct l4lb_server;
struct l4lb_service;

struct l4lb_conn *l4lb_persist_lookup(const struct l4lb_net *ln,
				      const struct l4lb_service *svc,
				      const union l4lb_addr *client);
int l4lb_persist_set(struct l4lb_net *ln, const struct l4lb_service *svc,
		     const union l4lb_addr *client, u8 family,
		     struct l4lb_server *srv, struct l4lb_conn *replaces,
		     bool proven);
void l4lb_persist_renew(struct l4lb_net *ln, const struct l4lb_service *svc,
			const struct l4lb_conn *conn);

#endif /* L4LB_PERSIST_H */
