/* SPDX-License-Identifier: GPL-2.0 */
/* Multicast events. */
#ifndef L4LB_NOTIFY_H
#define L4LB_NOTIFY_H

#include <linux/l4lb.h>

struct l4lb_net;
struct l4lb_packet;
struct l4lb_server;
struct l4lb_service;
struct l4lb_vip;

/*
 * Events cost nothing while nobody listens and are never a reason to fail: one
 * that cannot be allocated is lost, and the listener sees the generation jump.
 * Process context, but for the last four, which any context may call.
 */
void l4lb_notify_service(struct l4lb_net *ln, enum l4lb_cmd cmd,
			 const struct l4lb_service *svc);
void l4lb_notify_server(struct l4lb_net *ln, enum l4lb_cmd cmd,
			const struct l4lb_service *svc,
			const struct l4lb_server *srv);
void l4lb_notify_vip(struct l4lb_net *ln, const struct l4lb_vip *vip, bool policy);
void l4lb_notify_limits(struct l4lb_net *ln);
void l4lb_notify_commit(struct l4lb_net *ln, u64 generation, u64 digest,
			u64 changed);
void l4lb_notify_alarm(struct l4lb_net *ln, enum l4lb_alarm alarm);
void l4lb_notify_half_open(struct l4lb_net *ln, const struct l4lb_service *svc);
void l4lb_notify_drain(struct l4lb_net *ln, const struct l4lb_service *svc,
		       const struct l4lb_server *srv);
void l4lb_notify_drop(struct l4lb_net *ln, const struct l4lb_packet *pkt,
		      const struct l4lb_service *svc, u8 verdict, u32 reason,
		      u32 iif);

#endif /* L4LB_NOTIFY_H */
