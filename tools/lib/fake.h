/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kernel for tests: it answers what libl4lb sends, from memory. It keeps
 * services, servers and VIPs as the attributes it was given, so that what goes
 * in must come out; it refuses what it is told to refuse. Included by test
 * programs only.
 */
#ifndef L4LB_FAKE_H
#define L4LB_FAKE_H

#include <arpa/inet.h>

#include "internal.h"

#define FAKE_FAMILY	0x21
#define FAKE_TXN	0x1122334455667788ULL
#define FAKE_OBJECTS	20000

/**
 * struct fake_object - an object, as its attributes
 * @type: attribute of its nest
 * @len: bytes of @data
 * @data: what is in the nest
 */
struct fake_object {
	__u16 type;
	__u16 len;
	unsigned char data[512];
};

/**
 * struct fake - the kernel
 * @out: what waits to be received
 * @out_len: bytes of it
 * @out_cap: bytes allocated
 * @sends: how often something was sent
 * @messages: messages that came
 * @objects: objects that came in changes
 * @last_cmd: command of the last message
 * @last: the last message
 * @store: what is configured
 * @n_store: number of them
 * @staged: what an open transaction has
 * @n_staged: number of them
 * @in_txn: a transaction is open
 * @refuse_cmd: command to refuse, 0: none
 * @refuse_object: object of that command, counted over all its messages
 * @refuse_seen: objects of that command so far
 * @refuse_errno: with this errno
 * @refuse_text: and this sentence, NULL: none
 * @refuse_attr: point at this attribute of the object, 0: at the object
 * @refuse_missing: type of a missing attribute, 0: none
 * @refuse_cookie: send a cookie with this index, -1: none
 * @interrupt: mark this many dumps as interrupted
 * @absent: the module is not loaded
 * @lose_answers: commits are acknowledged, but their answer is lost
 * @generation: number of commits
 * @limits: payload of a limits nest that was set last
 * @limits_len: bytes of it
 * @answer: extra answer to any other command: attributes
 * @answer_len: bytes of it
 */
struct fake {
	char *out;
	size_t out_len;
	size_t out_cap;
	unsigned int sends;
	unsigned int messages;
	unsigned int objects;
	__u8 last_cmd;
	char last[L4LB_MSG_MAX] __attribute__((aligned(8)));
	struct fake_object *store;
	unsigned int n_store;
	struct fake_object *staged;
	unsigned int n_staged;
	bool in_txn;
	__u8 refuse_cmd;
	unsigned int refuse_object;
	unsigned int refuse_seen;
	int refuse_errno;
	const char *refuse_text;
	__u16 refuse_attr;
	__u16 refuse_missing;
	int refuse_cookie;
	unsigned int interrupt;
	bool absent;
	bool lose_answers;
	__u64 generation;
	unsigned char limits[512];
	size_t limits_len;
	char answer[8192] __attribute__((aligned(8)));
	size_t answer_len;
};

static inline struct nlmsghdr *fake_begin(struct fake *k,
					  const struct nlmsghdr *req,
					  __u16 type)
{
	struct nlmsghdr *nlh;

	if (k->out_cap - k->out_len < 65536) {
		k->out_cap = k->out_cap * 2 + 131072;
		k->out = realloc(k->out, k->out_cap);
	}
	nlh = mnl_nlmsg_put_header(k->out + k->out_len);
	nlh->nlmsg_type = type;
	nlh->nlmsg_seq = req->nlmsg_seq;
	return nlh;
}

static inline void fake_end(struct fake *k, const struct nlmsghdr *nlh)
{
	k->out_len += MNL_ALIGN(nlh->nlmsg_len);
}

static inline struct nlmsghdr *fake_reply(struct fake *k,
					  const struct nlmsghdr *req)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(req);
	struct nlmsghdr *nlh = fake_begin(k, req, req->nlmsg_type);
	struct genlmsghdr *reply;

	reply = mnl_nlmsg_put_extra_header(nlh, sizeof(*reply));
	reply->cmd = genl->cmd;
	reply->version = 1;
	return nlh;
}

static inline void fake_ack(struct fake *k, const struct nlmsghdr *req)
{
	struct nlmsghdr *nlh;
	struct nlmsgerr *e;

	if (!(req->nlmsg_flags & NLM_F_ACK))
		return;
	nlh = fake_begin(k, req, NLMSG_ERROR);
	nlh->nlmsg_flags = NLM_F_CAPPED;
	e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));
	e->msg = *req;
	fake_end(k, nlh);
}

static inline void fake_refuse(struct fake *k, const struct nlmsghdr *req,
			       const struct nlattr *object)
{
	struct l4lb_cookie cookie = { .generation = k->generation };
	const struct nlattr *attr, *at = object;
	struct nlmsghdr *nlh = fake_begin(k, req, NLMSG_ERROR);
	struct nlmsgerr *e;

	nlh->nlmsg_flags = NLM_F_CAPPED | NLM_F_ACK_TLVS;
	e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));
	e->error = -k->refuse_errno;
	e->msg = *req;
	if (k->refuse_text)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, k->refuse_text);
	if (object && k->refuse_attr)
		mnl_attr_for_each_nested(attr, object)
			if (mnl_attr_get_type(attr) == k->refuse_attr)
				at = attr;
	if (at && k->refuse_missing) {
		mnl_attr_put_u32(nlh, NLMSGERR_ATTR_MISS_TYPE,
				 k->refuse_missing);
		mnl_attr_put_u32(nlh, NLMSGERR_ATTR_MISS_NEST,
				 (const char *)at - (const char *)req);
	} else if (at && k->refuse_attr) {
		mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS,
				 (const char *)at - (const char *)req);
	}
	if (k->refuse_cookie >= 0) {
		cookie.index = k->refuse_cookie;
		mnl_attr_put(nlh, NLMSGERR_ATTR_COOKIE, sizeof(cookie),
			     &cookie);
	}
	fake_end(k, nlh);
}

static inline void fake_family(struct fake *k, const struct nlmsghdr *req)
{
	static const char * const names[] = {
		"config", "state", "alarm", "drop"
	};
	struct nlattr *groups, *group;
	struct nlmsghdr *nlh;
	unsigned int i;

	if (k->absent) {
		k->refuse_errno = ENOENT;
		fake_refuse(k, req, NULL);
		return;
	}
	nlh = fake_reply(k, req);
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAKE_FAMILY);
	groups = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	for (i = 0; i < L4LB_GROUPS; i++) {
		group = mnl_attr_nest_start(nlh, i + 1);
		mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, 10 + i);
		mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, names[i]);
		mnl_attr_nest_end(nlh, group);
	}
	mnl_attr_nest_end(nlh, groups);
	fake_end(k, nlh);
	fake_ack(k, req);
}

static inline struct fake_object *fake_list(struct fake *k, unsigned int **n)
{
	*n = k->in_txn ? &k->n_staged : &k->n_store;
	return k->in_txn ? k->staged : k->store;
}

/* All objects of a change; false where one was refused. */
static inline bool fake_change(struct fake *k, const struct nlmsghdr *req,
			       __u8 cmd)
{
	const struct nlattr *attr;
	struct fake_object *list;
	unsigned int *n;

	mnl_attr_for_each(attr, req, sizeof(struct genlmsghdr)) {
		__u16 type = mnl_attr_get_type(attr);

		if (type != L4LB_A_SERVICE && type != L4LB_A_SERVER &&
		    type != L4LB_A_VIP)
			continue;
		k->objects++;
		if (cmd == k->refuse_cmd &&
		    k->refuse_seen++ == k->refuse_object) {
			fake_refuse(k, req, attr);
			return false;
		}
		if (cmd != L4LB_CMD_SERVICE_NEW && cmd != L4LB_CMD_SERVER_NEW &&
		    cmd != L4LB_CMD_VIP_SET)
			continue;
		list = fake_list(k, &n);
		if (*n == FAKE_OBJECTS)
			abort();
		list[*n].type = type;
		list[*n].len = mnl_attr_get_payload_len(attr);
		if (list[*n].len > sizeof(list[*n].data))
			abort();
		memcpy(list[*n].data, mnl_attr_get_payload(attr), list[*n].len);
		(*n)++;
	}
	return true;
}

/* What the kernel adds to a server that is only configured. */
static inline void fake_put_object(struct nlmsghdr *nlh,
				   const struct fake_object *o)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, o->type);
	struct l4lb_server server;

	memcpy(mnl_nlmsg_get_payload_tail(nlh), o->data, o->len);
	nlh->nlmsg_len += MNL_ALIGN(o->len);
	if (o->type == L4LB_A_SERVER) {
		mnl_attr_nest_end(nlh, nest);
		l4lb_server_decode(nest, &server);
		if (!(server.has & L4LB_BIT(L4LB_A_SERVER_PORT)))
			l4lb_put_be16(nlh, L4LB_A_SERVER_PORT,
				      l4lb_service_many_ports(&server.service) ?
				      0 : server.service.port);
		mnl_attr_put_u8(nlh, L4LB_A_SERVER_METHOD, L4LB_METHOD_NAT);
		mnl_attr_put_u32(nlh, L4LB_A_SERVER_ACTIVE, 3);
		mnl_attr_put_u32(nlh, L4LB_A_SERVER_INACTIVE, 4);
		mnl_attr_put_u32(nlh, L4LB_A_SERVER_EFF_WEIGHT, server.weight);
	}
	mnl_attr_nest_end(nlh, nest);
}

static inline bool fake_lingers(const struct fake_object *o)
{
	char buf[sizeof(o->data) + NLA_HDRLEN] __attribute__((aligned(8)));
	struct nlattr *nest = (void *)buf;
	struct l4lb_server server;

	if (o->type != L4LB_A_SERVER)
		return false;
	nest->nla_type = o->type;
	nest->nla_len = NLA_HDRLEN + o->len;
	memcpy(nest + 1, o->data, o->len);
	l4lb_server_decode(nest, &server);
	return server.has & L4LB_BIT(L4LB_A_SERVER_LINGER);
}

/* As the kernel: servers that are leaving behind all others. */
static inline void fake_dump(struct fake *k, const struct nlmsghdr *req,
			     __u16 type)
{
	struct nlmsghdr *nlh = NULL;
	unsigned int i, in_message = 0;
	__u16 flags = NLM_F_MULTI;

	if (k->interrupt) {
		k->interrupt--;
		flags |= NLM_F_DUMP_INTR;
	}
	for (i = 0; i < 2 * k->n_store; i++) {
		const struct fake_object *o = &k->store[i % k->n_store];
		bool behind = i >= k->n_store;

		if (o->type != type || fake_lingers(o) != behind)
			continue;
		/* One object in the first message, then three in each. */
		if (!nlh) {
			nlh = fake_reply(k, req);
			nlh->nlmsg_flags = flags;
		}
		fake_put_object(nlh, o);
		if (i && ++in_message < 3)
			continue;
		fake_end(k, nlh);
		nlh = NULL;
		in_message = 0;
	}
	if (nlh)
		fake_end(k, nlh);
	nlh = fake_begin(k, req, NLMSG_DONE);
	nlh->nlmsg_flags = flags;
	*(int *)mnl_nlmsg_put_extra_header(nlh, sizeof(int)) = 0;
	fake_end(k, nlh);
}

static inline void fake_figures(struct fake *k, const struct nlmsghdr *req)
{
	struct nlmsghdr *nlh = fake_reply(k, req);

	mnl_attr_put_strz(nlh, L4LB_A_VERSION, "0.1.0");
	mnl_attr_put_u64(nlh, L4LB_A_GENERATION, k->generation);
	mnl_attr_put_u64(nlh, L4LB_A_DIGEST, 0xabcdef);
	mnl_attr_put_u64(nlh, L4LB_A_COUNT, k->n_store);
	fake_end(k, nlh);
	fake_ack(k, req);
}

static inline void fake_limits(struct fake *k, const struct nlmsghdr *req)
{
	struct nlmsghdr *nlh = fake_reply(k, req);
	struct nlattr *nest = mnl_attr_nest_start(nlh, L4LB_A_LIMITS);

	mnl_attr_put_u32(nlh, L4LB_A_LIMITS_CONNS, 1000);
	mnl_attr_put_u64(nlh, L4LB_A_LIMITS_MEMORY, 1 << 20);
	mnl_attr_put_u32(nlh, L4LB_A_LIMITS_SERVICES, 100);
	mnl_attr_put_u32(nlh, L4LB_A_LIMITS_SERVERS, 200);
	mnl_attr_put_u32(nlh, L4LB_A_LIMITS_VIPS, 300);
	mnl_attr_nest_end(nlh, nest);
	fake_end(k, nlh);
	fake_ack(k, req);
}

static inline void fake_answer(struct fake *k, const struct nlmsghdr *req)
{
	struct nlmsghdr *nlh;

	if (k->answer_len) {
		nlh = fake_reply(k, req);
		memcpy(mnl_nlmsg_get_payload_tail(nlh), k->answer,
		       k->answer_len);
		nlh->nlmsg_len += k->answer_len;
		fake_end(k, nlh);
	}
	fake_ack(k, req);
}

static inline void fake_txn(struct fake *k, const struct nlmsghdr *req,
			    __u8 cmd)
{
	struct nlmsghdr *nlh;

	if (cmd == L4LB_CMD_TXN_BEGIN) {
		nlh = fake_reply(k, req);
		mnl_attr_put_u64(nlh, L4LB_A_TXN, FAKE_TXN);
		mnl_attr_put_u64(nlh, L4LB_A_GENERATION, k->generation);
		fake_end(k, nlh);
		fake_ack(k, req);
		k->in_txn = true;
		k->n_staged = 0;
		return;
	}
	if (cmd == L4LB_CMD_TXN_COMMIT) {
		const struct nlattr *attr;
		bool dry = false;

		mnl_attr_for_each(attr, req, sizeof(struct genlmsghdr))
			dry |= mnl_attr_get_type(attr) == L4LB_A_DRY_RUN;
		if (!dry) {
			memcpy(k->store, k->staged,
			       k->n_staged * sizeof(*k->store));
			k->n_store = k->n_staged;
			k->generation++;
		}
		k->in_txn = false;
		if (k->lose_answers)
			fake_ack(k, req);
		else
			fake_figures(k, req);
		return;
	}
	k->in_txn = false;
	fake_ack(k, req);
}

static inline void fake_message(struct fake *k, const struct nlmsghdr *req)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(req);
	bool dump = (req->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;

	k->messages++;
	if (req->nlmsg_type == GENL_ID_CTRL) {
		fake_family(k, req);
		return;
	}
	k->last_cmd = genl->cmd;
	memcpy(k->last, req, req->nlmsg_len);
	if (!fake_change(k, req, genl->cmd))
		return;
	if (genl->cmd == k->refuse_cmd && k->refuse_object == ~0U) {
		fake_refuse(k, req, NULL);
		return;
	}
	switch (genl->cmd) {
	case L4LB_CMD_SERVICE_GET:
		if (dump)
			fake_dump(k, req, L4LB_A_SERVICE);
		else
			fake_answer(k, req);
		return;
	case L4LB_CMD_SERVER_GET:
		fake_dump(k, req, L4LB_A_SERVER);
		return;
	case L4LB_CMD_VIP_GET:
		fake_dump(k, req, L4LB_A_VIP);
		return;
	case L4LB_CMD_TXN_BEGIN:
	case L4LB_CMD_TXN_COMMIT:
	case L4LB_CMD_TXN_ABORT:
		fake_txn(k, req, genl->cmd);
		return;
	case L4LB_CMD_VERSION_GET:
		fake_figures(k, req);
		return;
	case L4LB_CMD_LIMITS_GET:
		fake_limits(k, req);
		return;
	case L4LB_CMD_CONN_GET:
		fake_answer(k, req);
		if (dump) {
			struct nlmsghdr *nlh = fake_begin(k, req, NLMSG_DONE);

			*(int *)mnl_nlmsg_put_extra_header(nlh, 4) = 0;
			fake_end(k, nlh);
		}
		return;
	}
	fake_answer(k, req);
}

static inline ssize_t fake_send(void *ctx, const void *buf, size_t len)
{
	const struct nlmsghdr *nlh = buf;
	struct fake *k = ctx;
	int left = len;

	k->sends++;
	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		fake_message(k, nlh);
	if (left)
		abort();
	return len;
}

static inline ssize_t fake_recv(void *ctx, void *buf, size_t len)
{
	const struct nlmsghdr *nlh;
	struct fake *k = ctx;
	size_t n;

	if (!k->out_len)
		return 0;
	/* A message a time, as slowly as a kernel may. */
	nlh = (void *)k->out;
	n = MNL_ALIGN(nlh->nlmsg_len);
	if (n > len)
		return -ENOSPC;
	memcpy(buf, k->out, n);
	memmove(k->out, k->out + n, k->out_len - n);
	k->out_len -= n;
	return n;
}

static inline struct fake *fake_new(void)
{
	struct fake *k = calloc(1, sizeof(*k));

	k->store = calloc(FAKE_OBJECTS, sizeof(*k->store));
	k->staged = calloc(FAKE_OBJECTS, sizeof(*k->staged));
	k->refuse_cookie = -1;
	return k;
}

static inline void fake_free(struct fake *k)
{
	free(k->store);
	free(k->staged);
	free(k->out);
	free(k);
}

static inline struct l4lb_io fake_io(struct fake *k)
{
	return (struct l4lb_io){
		.ctx = k, .send = fake_send, .recv = fake_recv, .fd = -1
	};
}

#endif /* L4LB_FAKE_H */
