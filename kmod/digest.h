/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Digest of a configuration: the sum modulo 2^64, over its objects, of
 * SipHash-2-4 of their canonical encoding. A change costs its objects, and the
 * order of objects does not matter. libl4lb computes the same; the encoding
 * and test vectors stand in Documentation/design/digest.rst.
 */
#ifndef L4LB_DIGEST_H
#define L4LB_DIGEST_H

#include <linux/types.h>

struct l4lb_endpoint;
struct l4lb_server_conf;
struct l4lb_service;
struct l4lb_service_key;
struct l4lb_vip;

u64 l4lb_digest_service(const struct l4lb_service *svc);
u64 l4lb_digest_server(const struct l4lb_service_key *svc,
		       const struct l4lb_endpoint *ep,
		       const struct l4lb_server_conf *conf);
u64 l4lb_digest_vip(const struct l4lb_vip *vip);

#endif /* L4LB_DIGEST_H */
