/* SPDX-License-Identifier: GPL-2.0 */
/* Resets to both ends of a connection that ends here. */
#ifndef L4LB_FAREWELL_H
#define L4LB_FAREWELL_H

struct l4lb_conn;
struct l4lb_net;

void l4lb_farewell(struct l4lb_net *ln, struct l4lb_conn *conn);

#endif /* L4LB_FAREWELL_H */
