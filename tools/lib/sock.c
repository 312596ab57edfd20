// SPDX-License-Identifier: GPL-2.0
/* The netlink socket: opening, the exchange of messages, dumps. */
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"

#define RCVBUF	(8 * 1024 * 1024)	/* a big dump and a burst of refusals */

static ssize_t mnl_io_send(void *ctx, const void *buf, size_t len)
{
	ssize_t done = mnl_socket_sendto(ctx, buf, len);

	return done < 0 ? -errno : done;
}

static ssize_t mnl_io_recv(void *ctx, void *buf, size_t len)
{
	ssize_t done;

	do {
		done = mnl_socket_recvfrom(ctx, buf, len);
	} while (done < 0 && errno == EINTR);
	return done < 0 ? -errno : done;
}

static void mnl_io_close(void *ctx)
{
	mnl_socket_close(ctx);
}

static int mnl_io_open(struct l4lb_io *io)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	int on = 1, size = RCVBUF, err;

	if (!nl)
		return -errno;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		mnl_socket_close(nl);
		return err;
	}
	mnl_socket_setsockopt(nl, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl, NETLINK_CAP_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	/* Unprivileged callers get what net.core.rmem_max allows. */
	if (setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVBUFFORCE,
		       &size, sizeof(size)) < 0)
		setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVBUF,
			   &size, sizeof(size));

	io->ctx = nl;
	io->send = mnl_io_send;
	io->recv = mnl_io_recv;
	io->close = mnl_io_close;
	io->fd = mnl_socket_get_fd(nl);
	return 0;
}

static void family_groups(struct l4lb *h, const struct nlattr *groups)
{
	static const char * const names[] = {
		L4LB_MCGRP_CONFIG, L4LB_MCGRP_STATE, L4LB_MCGRP_ALARM,
		L4LB_MCGRP_DROP
	};
	const struct nlattr *group, *attr;

	mnl_attr_for_each_nested(group, groups) {
		const char *name = "";
		__u32 id = 0;
		unsigned int i;

		mnl_attr_for_each_nested(attr, group) {
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
				id = l4lb_get_u32(attr);
			else if (mnl_attr_get_type(attr) ==
				 CTRL_ATTR_MCAST_GRP_NAME &&
				 mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
				name = mnl_attr_get_str(attr);
		}
		for (i = 0; i < L4LB_GROUPS; i++)
			if (!strcmp(name, names[i]))
				h->groups[i] = id;
	}
}

static int family_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr;
	struct l4lb *h = arg;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			h->family = l4lb_get_u16(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			family_groups(h, attr);
			break;
		}
	}
	return 0;
}

static int family_resolve(struct l4lb *h)
{
	char buf[256] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;
	int err;

	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++h->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, L4LB_GENL_NAME);

	h->family = GENL_ID_CTRL;
	err = l4lb_exchange(h, nlh, nlh->nlmsg_len, nlh->nlmsg_seq, family_cb,
			    h);
	if (err == -ENOENT)
		return l4lb_fail(h, ENOENT,
				 "l4lb.ko is not loaded: modprobe l4lb");
	if (!err && h->family == GENL_ID_CTRL)
		return l4lb_fail(h, EPROTO,
				 "the kernel did not answer which number the family l4lb has");
	return err;
}

/**
 * l4lb_open_io() - a handle over a given way to the kernel
 * @hp: the handle; set on failure too unless memory ran out, so that
 *	l4lb_error() can say why; l4lb_close() it in any case
 * @io: copied; its close is called by l4lb_close()
 *
 * Return: 0, -ENOENT: the module is not loaded, or another negative errno.
 */
int l4lb_open_io(struct l4lb **hp, const struct l4lb_io *io)
{
	struct l4lb *h = calloc(1, sizeof(*h));

	*hp = h;
	if (!h)
		return -ENOMEM;
	h->io = *io;
	l4lb_error_clear(h);
	h->rx = malloc(L4LB_RX_MAX);
	if (!h->rx)
		return l4lb_fail(h, ENOMEM, "out of memory");
	return family_resolve(h);
}

/**
 * l4lb_open() - a handle over a netlink socket of this network namespace
 * @hp: as for l4lb_open_io()
 *
 * Return: 0, -ENOENT: the module is not loaded, or another negative errno.
 */
int l4lb_open(struct l4lb **hp)
{
	struct l4lb_io io = { .fd = -1 };
	int err = mnl_io_open(&io);

	if (!err)
		return l4lb_open_io(hp, &io);

	*hp = calloc(1, sizeof(**hp));
	if (!*hp)
		return -ENOMEM;
	(*hp)->io.fd = -1;
	return l4lb_fail(*hp, -err, "no netlink socket: %s", strerror(-err));
}

/**
 * l4lb_close() - the end of a handle; its open transaction dies with it
 * @h: handle or NULL
 */
void l4lb_close(struct l4lb *h)
{
	if (!h)
		return;
	l4lb_chunks_free(h);
	if (h->io.close)
		h->io.close(h->io.ctx);
	free(h->rx);
	free(h);
}

/**
 * l4lb_fd() - for poll()
 * @h: handle
 *
 * Return: descriptor, or -1 where the handle has none.
 */
int l4lb_fd(const struct l4lb *h)
{
	return h->io.fd;
}

/**
 * l4lb_set_owner() - in whose name changes are asked for from now on
 * @h: handle
 * @owner: &enum l4lb_owner
 */
void l4lb_set_owner(struct l4lb *h, __u8 owner)
{
	h->owner = owner;
}

/**
 * l4lb_recv() - one buffer of messages into @h->rx
 * @h: handle
 *
 * Return: bytes, -EPIPE where the kernel sent nothing, or a negative errno;
 * the sentence is set.
 */
int l4lb_recv(struct l4lb *h)
{
	ssize_t len = h->io.recv(h->io.ctx, h->rx, L4LB_RX_MAX);

	if (len > 0)
		return len;
	if (!len)
		return l4lb_fail(h, EPIPE, "the kernel did not answer");
	if (len == -ENOBUFS)
		return l4lb_fail(h, ENOBUFS,
				 "the kernel sent more than the socket holds: messages were lost");
	if (len == -ENOSPC)
		return l4lb_fail(h, EMSGSIZE,
				 "the kernel sent a message that is longer than %d bytes",
				 L4LB_RX_MAX);
	return l4lb_fail(h, -len, "receiving from the kernel: %s",
			 strerror(-len));
}

static int send_all(struct l4lb *h, const void *buf, size_t len)
{
	ssize_t done = h->io.send(h->io.ctx, buf, len);

	if (done < 0)
		return l4lb_fail(h, -done, "sending to the kernel: %s",
				 strerror(-done));
	return 0;
}

/**
 * l4lb_exchange() - send messages, receive until the last is answered
 * @h: handle
 * @buf: messages; only the last needs NLM_F_ACK, all are answered when refused
 * @len: bytes
 * @last_seq: sequence number of the last
 * @cb: called for each message of the family, or NULL; non-zero ends the
 *	calls and is returned after the exchange
 * @arg: for @cb
 *
 * Return: 0 or a negative errno, that of the first refusal; what @cb returned.
 */
int l4lb_exchange(struct l4lb *h, const void *buf, size_t len, __u32 last_seq,
		  l4lb_msg_cb cb, void *arg)
{
	const struct nlmsghdr *first = buf;
	__u32 first_seq = first->nlmsg_seq;
	int err, ret = 0, got;

	l4lb_error_clear(h);
	err = send_all(h, buf, len);
	if (err)
		return err;

	for (;;) {
		const struct nlmsghdr *nlh = (void *)h->rx;

		got = l4lb_recv(h);
		if (got < 0)
			return ret ? ret : got;
		for (; mnl_nlmsg_ok(nlh, got); nlh = mnl_nlmsg_next(nlh, &got)) {
			if (nlh->nlmsg_seq - first_seq > last_seq - first_seq)
				continue;	/* of an exchange given up */
			if (nlh->nlmsg_type == NLMSG_ERROR) {
				err = ret ? 0 :
				      l4lb_error_decode(h, nlh, buf, len);
				if (!ret)
					ret = err;
				if (nlh->nlmsg_seq == last_seq)
					return ret;
			} else if (nlh->nlmsg_type == h->family && cb && !ret) {
				ret = cb(nlh, arg);
			}
		}
	}
}

/**
 * l4lb_request() - one message that is not a change of a transaction
 * @h: handle
 * @nlh: message; NLM_F_ACK is set here
 * @cb: for answers, or NULL
 * @arg: for @cb
 *
 * Return: as l4lb_exchange().
 */
int l4lb_request(struct l4lb *h, struct nlmsghdr *nlh, l4lb_msg_cb cb,
		 void *arg)
{
	nlh->nlmsg_flags |= NLM_F_ACK;
	return l4lb_exchange(h, nlh, nlh->nlmsg_len, nlh->nlmsg_seq, cb, arg);
}

/**
 * struct dump - a dump that is kept until it is known to be whole
 * @buf: messages
 * @len: bytes used
 * @cap: bytes allocated
 * @whole: keep messages until the end
 * @intr: a commit came between
 * @stop: what the callback returned
 */
struct dump {
	char *buf;
	size_t len;
	size_t cap;
	bool whole;
	bool intr;
	int stop;
};

static int dump_keep(struct l4lb *h, struct dump *d, const struct nlmsghdr *nlh)
{
	size_t len = MNL_ALIGN(nlh->nlmsg_len);

	if (d->len + len > d->cap) {
		size_t cap = (d->cap + len) * 2;
		char *buf = realloc(d->buf, cap);

		if (!buf)
			return l4lb_fail(h, ENOMEM, "out of memory");
		d->buf = buf;
		d->cap = cap;
	}
	memcpy(d->buf + d->len, nlh, nlh->nlmsg_len);
	d->len += len;
	return 0;
}

/* One message of a dump. Return: 1 at its end, 0, or a negative errno. */
static int dump_message(struct l4lb *h, struct dump *d,
			const struct nlmsghdr *nlh, const struct nlmsghdr *req,
			l4lb_msg_cb cb, void *arg)
{
	int err;

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		d->intr = true;
	if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
		err = l4lb_error_decode(h, nlh, req, req->nlmsg_len);
		return err ? err : 1;
	}
	if (nlh->nlmsg_type != h->family || d->stop)
		return 0;
	if (d->whole)
		return dump_keep(h, d, nlh);
	d->stop = cb(nlh, arg);
	return 0;
}

static int dump_once(struct l4lb *h, struct nlmsghdr *req, struct dump *d,
		     l4lb_msg_cb cb, void *arg)
{
	int err, got;

	l4lb_error_clear(h);
	req->nlmsg_seq = ++h->seq;
	d->len = 0;
	d->intr = false;
	err = send_all(h, req, req->nlmsg_len);
	if (err)
		return err;

	for (;;) {
		const struct nlmsghdr *nlh = (void *)h->rx;

		got = l4lb_recv(h);
		if (got < 0)
			return got;
		for (; mnl_nlmsg_ok(nlh, got); nlh = mnl_nlmsg_next(nlh, &got)) {
			if (nlh->nlmsg_seq != req->nlmsg_seq)
				continue;
			err = dump_message(h, d, nlh, req, cb, arg);
			if (err)
				return err < 0 ? err : 0;
		}
	}
}

/**
 * l4lb_dump() - all objects of a kind
 * @h: handle
 * @nlh: request; NLM_F_DUMP is set here
 * @whole: keep the messages until the dump is known to show one state, and
 *	ask again where a commit came between; else @cb is called as they come
 * @cb: called for each message; non-zero ends the calls
 * @arg: for @cb
 *
 * Return: 0, what @cb returned, or a negative errno; -EINTR where commits
 * came between each time.
 */
int l4lb_dump(struct l4lb *h, struct nlmsghdr *nlh, bool whole, l4lb_msg_cb cb,
	      void *arg)
{
	struct dump d = { .whole = whole };
	const struct nlmsghdr *kept;
	int err, len, tries = 0;

	nlh->nlmsg_flags |= NLM_F_DUMP;
	do {
		err = dump_once(h, nlh, &d, cb, arg);
	} while (!err && whole && d.intr && ++tries < L4LB_DUMP_TRIES);

	if (!err && whole && d.intr)
		err = l4lb_fail(h, EINTR,
				"the configuration changed while it was read, %d times in a row: try again",
				L4LB_DUMP_TRIES);
	kept = (void *)d.buf;
	len = d.len;
	if (!err && whole)
		for (; len > 0 && !d.stop; kept = mnl_nlmsg_next(kept, &len))
			d.stop = cb(kept, arg);
	free(d.buf);
	return err ? err : d.stop;
}
