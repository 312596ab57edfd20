/* SPDX-License-Identifier: GPL-2.0 */
/* libl4lb's own: message building, the exchange, decoding. */
#ifndef L4LB_INTERNAL_H
#define L4LB_INTERNAL_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "libl4lb.h"

#define L4LB_MSG_MAX	32768		/* bytes of one message (nla_len, 25) */
#define L4LB_SEND_MAX	(4 * L4LB_MSG_MAX) /* bytes of one send */
#define L4LB_OBJ_MAX	1024		/* no object encodes to more */
#define L4LB_GROUPS	4		/* multicast groups, L4LB_G_* */
#define L4LB_RX_MAX	(512 * 1024)	/* bytes of one receive */
#define L4LB_DUMP_TRIES	5		/* of a dump that a commit interrupted */

/**
 * struct l4lb_chunk - messages of one send; kept while a transaction is open,
 *	so that a refusal at the commit can still name its object
 * @next: next chunk of the transaction
 * @len: bytes used
 * @sent: bytes already sent
 * @data: messages
 */
struct l4lb_chunk {
	struct l4lb_chunk *next;
	size_t len;
	size_t sent;
	char data[L4LB_SEND_MAX] __attribute__((aligned(8)));
};

/**
 * struct l4lb - a handle
 * @io: the way to the kernel
 * @family: number of the genl family
 * @groups: numbers of the multicast groups, in the order of L4LB_G_*
 * @seq: last sequence number used
 * @owner: &enum l4lb_owner, who asks for changes
 * @err: the last failure
 * @chunks: messages being built, or all those of the open transaction
 * @last: end of @chunks
 * @open: message under construction in @last, or NULL
 * @open_flags: L4LB_F_* of @open
 * @txn: id of the open transaction
 * @in_txn: a transaction is open
 * @in_batch: changes are collected without a transaction
 * @failed: a change of the open transaction was refused
 * @rx: receive buffer of L4LB_RX_MAX bytes
 */
struct l4lb {
	struct l4lb_io io;
	__u16 family;
	__u32 groups[L4LB_GROUPS];
	__u32 seq;
	__u8 owner;
	struct l4lb_error err;
	struct l4lb_chunk *chunks;
	struct l4lb_chunk *last;
	struct nlmsghdr *open;
	unsigned int open_flags;
	__u64 txn;
	bool in_txn;
	bool in_batch;
	bool failed;
	char *rx;
};

typedef void (*l4lb_encode)(struct nlmsghdr *nlh, const void *obj);
typedef int (*l4lb_msg_cb)(const struct nlmsghdr *nlh, void *arg);

/* msg.c */
struct nlmsghdr *l4lb_msg_put(struct l4lb *h, void *buf, __u8 cmd,
			      unsigned int flags);
void l4lb_msg_put_flags(struct l4lb *h, struct nlmsghdr *nlh,
			unsigned int flags);
int l4lb_change(struct l4lb *h, __u8 cmd, unsigned int flags,
		l4lb_encode encode, const void *obj);
int l4lb_msg_push(struct l4lb *h);
void l4lb_chunks_free(struct l4lb *h);
void l4lb_put_addr(struct nlmsghdr *nlh, __u16 type,
		   const struct l4lb_addr *addr);
void l4lb_put_be16(struct nlmsghdr *nlh, __u16 type, __u16 value);
void l4lb_put_timeouts(struct nlmsghdr *nlh, __u16 type,
		       const struct l4lb_timeouts *timeouts);
__u8 l4lb_get_u8(const struct nlattr *attr);
__u16 l4lb_get_be16(const struct nlattr *attr);
__u16 l4lb_get_u16(const struct nlattr *attr);
__u32 l4lb_get_u32(const struct nlattr *attr);
__u64 l4lb_get_u64(const struct nlattr *attr);
void l4lb_get_addr(const struct nlattr *attr, struct l4lb_addr *addr);
void l4lb_get_str(const struct nlattr *attr, char *buf, size_t size);
void l4lb_get_timeout(const struct nlattr *nest,
		      struct l4lb_timeouts *timeouts);

/* sock.c */
int l4lb_exchange(struct l4lb *h, const void *buf, size_t len, __u32 last_seq,
		  l4lb_msg_cb cb, void *arg);
int l4lb_request(struct l4lb *h, struct nlmsghdr *nlh, l4lb_msg_cb cb,
		 void *arg);
int l4lb_dump(struct l4lb *h, struct nlmsghdr *nlh, bool whole, l4lb_msg_cb cb,
	      void *arg);
int l4lb_recv(struct l4lb *h);

/* error.c */
void l4lb_error_clear(struct l4lb *h);
int l4lb_fail(struct l4lb *h, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int l4lb_error_decode(struct l4lb *h, const struct nlmsghdr *nlh,
		      const void *sent, size_t sent_len);

/* objects */
void l4lb_service_put_id(struct nlmsghdr *nlh, __u16 type,
			 const struct l4lb_service *service);
void l4lb_service_decode(const struct nlattr *nest,
			 struct l4lb_service *service,
			 struct l4lb_reasons *reasons);
void l4lb_server_decode(const struct nlattr *nest, struct l4lb_server *server);
void l4lb_vip_decode(const struct nlattr *nest, struct l4lb_vip *vip);
void l4lb_limits_decode(const struct nlattr *nest, struct l4lb_limits *limits);
void l4lb_conn_decode(const struct nlattr *nest, struct l4lb_conn *conn);
void l4lb_stats_decode(const struct nlattr *nest, struct l4lb_stats *stats);
void l4lb_reason_decode(const struct nlattr *nest,
			struct l4lb_reasons *reasons);
int l4lb_summary_decode(const struct nlmsghdr *nlh, void *arg);

#endif /* L4LB_INTERNAL_H */
