/* SPDX-License-Identifier: GPL-2.0 */
/* Where packets are taken. */
#ifndef L4LB_HOOK_H
#define L4LB_HOOK_H

struct net;

int l4lb_hook_register(struct net *net);
void l4lb_hook_unregister(struct net *net);
int l4lb_hook_mark_register(struct net *net);
void l4lb_hook_mark_unregister(struct net *net);

#endif /* L4LB_HOOK_H */
