// SPDX-License-Identifier: GPL-2.0
/*
 * Building messages. Changes are packed: objects with the same command and
 * flags share a message, messages share a send, and only the last message of
 * a send asks for an acknowledgment, so that ten thousand services cost some
 * tens of system calls.
 */
#include <arpa/inet.h>

#include "internal.h"

/**
 * l4lb_msg_put() - header of a message
 * @h: handle
 * @buf: at least %L4LB_OBJ_MAX bytes, aligned to 8
 * @cmd: &enum l4lb_cmd
 * @flags: L4LB_F_*
 *
 * Return: the message, with the attributes that @flags ask for.
 */
struct nlmsghdr *l4lb_msg_put(struct l4lb *h, void *buf, __u8 cmd,
			      unsigned int flags)
{
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;

	/* libmnl does not clear the padding behind attributes. */
	memset(buf, 0, L4LB_OBJ_MAX);
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = h->family;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = ++h->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = L4LB_GENL_VERSION;
	l4lb_msg_put_flags(h, nlh, flags);
	return nlh;
}

/**
 * l4lb_msg_put_flags() - attributes for L4LB_F_* and the owner
 * @h: handle
 * @nlh: message
 * @flags: L4LB_F_*
 */
void l4lb_msg_put_flags(struct l4lb *h, struct nlmsghdr *nlh,
			unsigned int flags)
{
	if (h->owner)
		mnl_attr_put_u8(nlh, L4LB_A_OWNER, h->owner);
	if (flags & L4LB_F_FORCE)
		mnl_attr_put(nlh, L4LB_A_FORCE, 0, NULL);
	if (flags & L4LB_F_NOW)
		mnl_attr_put(nlh, L4LB_A_NOW, 0, NULL);
	if (flags & L4LB_F_DRY_RUN)
		mnl_attr_put(nlh, L4LB_A_DRY_RUN, 0, NULL);
}

/**
 * l4lb_chunks_free() - forget all messages, sent or not
 * @h: handle
 */
void l4lb_chunks_free(struct l4lb *h)
{
	struct l4lb_chunk *chunk, *next;

	for (chunk = h->chunks; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	h->chunks = NULL;
	h->last = NULL;
	h->open = NULL;
}

static struct l4lb_chunk *chunk_add(struct l4lb *h)
{
	struct l4lb_chunk *chunk = calloc(1, sizeof(*chunk));

	if (!chunk)
		return NULL;
	if (h->last)
		h->last->next = chunk;
	else
		h->chunks = chunk;
	h->last = chunk;
	return chunk;
}

static void msg_close(struct l4lb *h)
{
	if (!h->open)
		return;
	h->last->len += MNL_ALIGN(h->open->nlmsg_len);
	h->open = NULL;
}

/* A message with room for one more object under @cmd and @flags. */
static struct nlmsghdr *msg_open(struct l4lb *h, __u8 cmd, unsigned int flags)
{
	struct l4lb_chunk *chunk = h->last;
	const struct genlmsghdr *genl;

	if (h->open) {
		genl = mnl_nlmsg_get_payload(h->open);
		if (genl->cmd == cmd && h->open_flags == flags &&
		    h->open->nlmsg_len + L4LB_OBJ_MAX <= L4LB_MSG_MAX)
			return h->open;
		msg_close(h);
	}
	if (chunk && chunk->len + L4LB_MSG_MAX > L4LB_SEND_MAX) {
		if (l4lb_msg_push(h))
			return NULL;
		chunk = h->last;
	}
	if (!chunk || chunk->sent) {
		chunk = chunk_add(h);
		if (!chunk) {
			l4lb_fail(h, ENOMEM, "out of memory");
			return NULL;
		}
	}
	h->open = l4lb_msg_put(h, chunk->data + chunk->len, cmd, 0);
	h->open_flags = flags;
	if (h->in_txn)
		mnl_attr_put_u64(h->open, L4LB_A_TXN, h->txn);
	l4lb_msg_put_flags(h, h->open, flags);
	return h->open;
}

static struct nlmsghdr *last_message(struct l4lb_chunk *chunk)
{
	struct nlmsghdr *nlh = (void *)(chunk->data + chunk->sent), *last = nlh;
	int len = chunk->len - chunk->sent;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		last = nlh;
	return last;
}

/**
 * l4lb_msg_push() - send what was collected and hear what the kernel says
 * @h: handle
 *
 * Messages of an open transaction are kept: a later refusal names an object
 * by its number among all that were sent.
 *
 * Return: 0 or the negative errno of the first refusal.
 */
int l4lb_msg_push(struct l4lb *h)
{
	struct l4lb_chunk *chunk = h->last;
	struct nlmsghdr *last;
	int err;

	msg_close(h);
	if (!chunk || chunk->sent == chunk->len)
		return 0;

	last = last_message(chunk);
	last->nlmsg_flags |= NLM_F_ACK;
	err = l4lb_exchange(h, chunk->data + chunk->sent,
			    chunk->len - chunk->sent, last->nlmsg_seq, NULL,
			    NULL);
	chunk->sent = chunk->len;
	if (err && h->in_txn)
		h->failed = true;
	if (!h->in_txn)
		l4lb_chunks_free(h);
	return err;
}

/**
 * l4lb_change() - one object of a change
 * @h: handle
 * @cmd: &enum l4lb_cmd
 * @flags: L4LB_F_*
 * @encode: writes the object's nest, at most %L4LB_OBJ_MAX bytes
 * @obj: for @encode
 *
 * In a transaction or a batch the object is collected and may be sent later.
 *
 * Return: 0 or a negative errno, possibly that of an earlier object; -EPROTO
 * in a transaction that has failed before.
 */
int l4lb_change(struct l4lb *h, __u8 cmd, unsigned int flags,
		l4lb_encode encode, const void *obj)
{
	struct nlmsghdr *nlh;

	if (h->in_txn && h->failed)
		return h->err.code ? -h->err.code : -EPROTO;
	nlh = msg_open(h, cmd, flags);
	if (!nlh) {
		/* Without this object the transaction is not what was meant. */
		h->failed |= h->in_txn;
		return -h->err.code;
	}
	encode(nlh, obj);
	if (h->in_txn || h->in_batch)
		return 0;
	return l4lb_msg_push(h);
}

/**
 * l4lb_batch_begin() - collect changes without a transaction
 * @h: handle
 *
 * For changes that are not configuration (server states). Each message stands
 * for itself: a refusal leaves what other messages did.
 *
 * Return: 0, or -EBUSY inside a transaction or another batch.
 */
int l4lb_batch_begin(struct l4lb *h)
{
	if (h->in_txn || h->in_batch)
		return l4lb_fail(h, EBUSY,
				 "a transaction or batch is open already");
	h->in_batch = true;
	return 0;
}

/**
 * l4lb_batch_end() - send what l4lb_batch_begin() began to collect
 * @h: handle
 *
 * Return: 0 or the negative errno of the first refusal.
 */
int l4lb_batch_end(struct l4lb *h)
{
	h->in_batch = false;
	return l4lb_msg_push(h);
}

/**
 * l4lb_put_addr() - an address
 * @nlh: message
 * @type: attribute
 * @addr: address; an empty one is written as an attribute without bytes, so
 *	that the kernel refuses it
 */
void l4lb_put_addr(struct nlmsghdr *nlh, __u16 type,
		   const struct l4lb_addr *addr)
{
	size_t len = addr->family == 4 ? 4 : addr->family == 6 ? 16 : 0;

	mnl_attr_put(nlh, type, len, addr->bytes);
}

/**
 * l4lb_put_be16() - a port
 * @nlh: message
 * @type: attribute
 * @value: host order
 */
void l4lb_put_be16(struct nlmsghdr *nlh, __u16 type, __u16 value)
{
	mnl_attr_put_u16(nlh, type, htons(value));
}

/**
 * l4lb_put_timeouts() - a nest for each timeout that is set
 * @nlh: message
 * @type: attribute of the nests
 * @timeouts: timeouts; inherited ones are not written
 */
void l4lb_put_timeouts(struct nlmsghdr *nlh, __u16 type,
		       const struct l4lb_timeouts *timeouts)
{
	__u32 set = timeouts->has & ~timeouts->inherited;
	unsigned int state;

	for (state = 1; state < L4LB_TIMEOUT_STATES; state++) {
		struct nlattr *nest;

		if (!(set & L4LB_BIT(state)))
			continue;
		nest = mnl_attr_nest_start(nlh, type);
		mnl_attr_put_u8(nlh, L4LB_A_TIMEOUT_STATE, state);
		mnl_attr_put_u32(nlh, L4LB_A_TIMEOUT_SECONDS,
				 timeouts->seconds[state]);
		mnl_attr_nest_end(nlh, nest);
	}
}

/*
 * Reading: an attribute that is too short reads as zero. The kernel does not
 * send such; a fuzzer does.
 */
static void get_bytes(const struct nlattr *attr, void *value, size_t size)
{
	memset(value, 0, size);
	if (mnl_attr_get_payload_len(attr) >= size)
		memcpy(value, mnl_attr_get_payload(attr), size);
}

/**
 * l4lb_get_u8() - read an attribute
 * @attr: attribute
 *
 * Return: its value, 0 where it is too short.
 */
__u8 l4lb_get_u8(const struct nlattr *attr)
{
	__u8 value;

	get_bytes(attr, &value, sizeof(value));
	return value;
}

/**
 * l4lb_get_be16() - read a port
 * @attr: attribute
 *
 * Return: its value in host order, 0 where it is too short.
 */
__u16 l4lb_get_be16(const struct nlattr *attr)
{
	return ntohs(l4lb_get_u16(attr));
}

/**
 * l4lb_get_u16() - read an attribute
 * @attr: attribute
 *
 * Return: its value, 0 where it is too short.
 */
__u16 l4lb_get_u16(const struct nlattr *attr)
{
	__u16 value;

	get_bytes(attr, &value, sizeof(value));
	return value;
}

/**
 * l4lb_get_u32() - read an attribute
 * @attr: attribute
 *
 * Return: its value, 0 where it is too short.
 */
__u32 l4lb_get_u32(const struct nlattr *attr)
{
	__u32 value;

	get_bytes(attr, &value, sizeof(value));
	return value;
}

/**
 * l4lb_get_u64() - read an attribute
 * @attr: attribute
 *
 * Return: its value, 0 where it is too short.
 */
__u64 l4lb_get_u64(const struct nlattr *attr)
{
	__u64 value;

	get_bytes(attr, &value, sizeof(value));
	return value;
}

/**
 * l4lb_get_addr() - read an address
 * @attr: attribute
 * @addr: result, without family where the length is neither 4 nor 16
 */
void l4lb_get_addr(const struct nlattr *attr, struct l4lb_addr *addr)
{
	size_t len = mnl_attr_get_payload_len(attr);

	memset(addr, 0, sizeof(*addr));
	if (len != 4 && len != 16)
		return;
	addr->family = len == 4 ? 4 : 6;
	memcpy(addr->bytes, mnl_attr_get_payload(attr), len);
}

/**
 * l4lb_get_str() - read a string
 * @attr: attribute
 * @buf: result, always terminated
 * @size: bytes of @buf
 */
void l4lb_get_str(const struct nlattr *attr, char *buf, size_t size)
{
	size_t len = strnlen(mnl_attr_get_payload(attr),
			     mnl_attr_get_payload_len(attr));

	if (len >= size)
		len = size - 1;
	memcpy(buf, mnl_attr_get_payload(attr), len);
	buf[len] = '\0';
}

/**
 * l4lb_get_timeout() - read one timeout nest
 * @nest: nest &enum l4lb_timeout_attr
 * @timeouts: the value is added to these
 */
void l4lb_get_timeout(const struct nlattr *nest,
		      struct l4lb_timeouts *timeouts)
{
	__u32 state = 0, seconds = 0;
	const struct nlattr *attr;
	bool inherited = false;

	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case L4LB_A_TIMEOUT_STATE:
			state = l4lb_get_u8(attr);
			break;
		case L4LB_A_TIMEOUT_SECONDS:
			seconds = l4lb_get_u32(attr);
			break;
		case L4LB_A_TIMEOUT_INHERITED:
			inherited = true;
			break;
		}
	}
	if (!state || state >= L4LB_TIMEOUT_STATES)
		return;
	timeouts->has |= L4LB_BIT(state);
	timeouts->seconds[state] = seconds;
	if (inherited)
		timeouts->inherited |= L4LB_BIT(state);
}
