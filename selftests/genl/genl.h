/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A second client of the family "l4lb", by libnl-genl-3 and the spec alone,
 * and what compares it with libl4lb.
 */
#ifndef SELFTESTS_GENL_H
#define SELFTESTS_GENL_H

#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "libl4lb.h"

/**
 * struct text - text that grows
 * @buf: text, terminated
 * @len: bytes
 */
struct text {
	char buf[1 << 20];
	size_t len;
};

/**
 * struct refusal - what the kernel said with an error
 * @code: positive errno, 0: no error
 * @msg: sentence or empty
 * @has_offs: the bad attribute was pointed at
 * @missing: a missing attribute was named
 * @has_cookie: @cookie is there
 * @cookie: which object
 */
struct refusal {
	int code;
	char msg[128];
	bool has_offs;
	bool missing;
	bool has_cookie;
	struct l4lb_cookie cookie;
};

/**
 * struct client - a socket of libnl
 * @sk: socket
 * @family: number of the family
 */
struct client {
	struct nl_sock *sk;
	int family;
};

typedef void (*answer_cb)(struct nlattr **tb, struct nlattr *attrs, int len,
			  void *arg);

/* client.c */
void fail(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
void client_open(struct client *c);
void client_close(struct client *c);
struct nl_msg *client_msg(struct client *c, __u8 cmd, int flags);
int client_run(struct client *c, struct nl_msg *msg, answer_cb cb, void *arg,
	       struct refusal *r);

/* encode.c: objects as requests carry them */
void put_service_key(struct nl_msg *msg, int type,
		     const struct l4lb_service *s);
void put_service(struct nl_msg *msg, const struct l4lb_service *s);
void put_server_key(struct nl_msg *msg, const struct l4lb_server *s);
void put_server(struct nl_msg *msg, const struct l4lb_server *s);
void put_server_state(struct nl_msg *msg, const struct l4lb_server *s);
void put_vip(struct nl_msg *msg, const struct l4lb_vip *v);
void put_limits(struct nl_msg *msg, const struct l4lb_limits *l);
void put_filter(struct nl_msg *msg, const struct l4lb_filter *f);

/* text.c: an object as text, from attributes and from libl4lb's structures */
void text_add(struct text *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void wire_service(struct text *t, struct nlattr *nest);
void wire_server(struct text *t, struct nlattr *nest);
void wire_vip(struct text *t, struct nlattr *nest);
void wire_limits(struct text *t, struct nlattr *nest);
void wire_conn(struct text *t, struct nlattr *nest);
void wire_stats(struct text *t, struct nlattr *nest);
void wire_reason(struct text *t, struct nlattr *nest);
void wire_explain(struct text *t, struct nlattr *nest);
void lib_service(struct text *t, const struct l4lb_service *s);
void lib_server(struct text *t, const struct l4lb_server *s);
void lib_vip(struct text *t, const struct l4lb_vip *v);
void lib_limits(struct text *t, const struct l4lb_limits *l);
void lib_conn(struct text *t, const struct l4lb_conn *c);
void lib_stats(struct text *t, const struct l4lb_stats *s);
void lib_reasons(struct text *t, const struct l4lb_reasons *r);
void lib_explain(struct text *t, const struct l4lb_explanation *e);

/* refusals.c */
void test_refusals(struct client *c, struct l4lb *h);

#endif /* SELFTESTS_GENL_H */
