// SPDX-License-Identifier: GPL-2.0
/* The socket: messages out, answers and refusals in. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "genl.h"

/**
 * fail() - end the test
 * @fmt: why
 */
void fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

/**
 * client_open() - a socket, with extended acknowledgments
 * @c: out: client
 */
void client_open(struct client *c)
{
	int on = 1;

	c->sk = nl_socket_alloc();
	if (!c->sk || genl_connect(c->sk))
		fail("no netlink socket");
	nl_socket_set_buffer_size(c->sk, 8 << 20, 1 << 20);
	nl_socket_set_msg_buf_size(c->sk, 1 << 18);
	setsockopt(nl_socket_get_fd(c->sk), SOL_NETLINK, NETLINK_EXT_ACK, &on,
		   sizeof(on));
	c->family = genl_ctrl_resolve(c->sk, L4LB_GENL_NAME);
	if (c->family < 0)
		fail("no family " L4LB_GENL_NAME);
}

/**
 * client_close() - close the socket
 * @c: client
 */
void client_close(struct client *c)
{
	nl_socket_free(c->sk);
}

/**
 * client_msg() - begin a request
 * @c: client
 * @cmd: command
 * @flags: NLM_F_* beside NLM_F_REQUEST and NLM_F_ACK
 *
 * Return: message, freed by client_run().
 */
struct nl_msg *client_msg(struct client *c, __u8 cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(1 << 16);

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, c->family, 0,
				 flags, cmd, L4LB_GENL_VERSION))
		fail("out of memory");
	return msg;
}

/**
 * struct run - an exchange
 * @cb: for answers
 * @arg: for @cb
 * @r: refusal
 * @done: it is over
 */
struct run {
	answer_cb cb;
	void *arg;
	struct refusal *r;
	bool done;
};

static int on_answer(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *genl = nlmsg_data(nlmsg_hdr(msg));
	struct nlattr *attrs = genlmsg_attrdata(genl, 0);
	struct nlattr *tb[L4LB_A_MAX + 1];
	int len = genlmsg_attrlen(genl, 0);
	struct run *run = arg;

	if (nla_parse(tb, L4LB_A_MAX, attrs, len, NULL) < 0)
		fail("an answer that is no list of attributes");
	if (run->cb)
		run->cb(tb, attrs, len, run->arg);
	return NL_OK;
}

static int on_end(struct nl_msg *msg, void *arg)
{
	struct run *run = arg;

	(void)msg;
	run->done = true;
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	struct nlmsghdr *nlh = (void *)((char *)err - NLMSG_HDRLEN);
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1] = { NULL };
	struct run *run = arg;
	struct refusal *r = run->r;
	int head = sizeof(*err);

	(void)from;
	run->done = true;
	r->code = -err->error;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		head += err->msg.nlmsg_len - NLMSG_HDRLEN;
	head = NLMSG_ALIGN(head);
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return NL_STOP;
	nla_parse(tb, NLMSGERR_ATTR_MAX, (void *)((char *)err + head),
		  nlh->nlmsg_len - NLMSG_HDRLEN - head, NULL);
	if (tb[NLMSGERR_ATTR_MSG])
		snprintf(r->msg, sizeof(r->msg), "%s",
			 nla_get_string(tb[NLMSGERR_ATTR_MSG]));
	r->has_offs = tb[NLMSGERR_ATTR_OFFS];
	r->missing = tb[NLMSGERR_ATTR_MISS_TYPE];
	if (tb[NLMSGERR_ATTR_COOKIE] &&
	    nla_len(tb[NLMSGERR_ATTR_COOKIE]) == sizeof(r->cookie)) {
		r->has_cookie = true;
		memcpy(&r->cookie, nla_data(tb[NLMSGERR_ATTR_COOKIE]),
		       sizeof(r->cookie));
	}
	return NL_STOP;
}

/**
 * client_run() - send a request and read until it is answered
 * @c: client
 * @msg: from client_msg(); freed
 * @cb: for each answer, or NULL
 * @arg: for @cb
 * @r: out: refusal; NULL: there must be none
 *
 * Return: 0 or the positive errno.
 */
int client_run(struct client *c, struct nl_msg *msg, answer_cb cb, void *arg,
	       struct refusal *r)
{
	struct nl_cb *set = nl_cb_alloc(NL_CB_DEFAULT);
	int cmd = ((struct genlmsghdr *)nlmsg_data(nlmsg_hdr(msg)))->cmd;
	struct refusal unexpected;
	struct run run = { .cb = cb, .arg = arg, .r = r ? r : &unexpected };
	int err;

	memset(run.r, 0, sizeof(*run.r));
	nl_cb_set(set, NL_CB_VALID, NL_CB_CUSTOM, on_answer, &run);
	nl_cb_set(set, NL_CB_FINISH, NL_CB_CUSTOM, on_end, &run);
	nl_cb_set(set, NL_CB_ACK, NL_CB_CUSTOM, on_end, &run);
	nl_cb_err(set, NL_CB_CUSTOM, on_error, &run);
	err = nl_send_auto(c->sk, msg);
	nlmsg_free(msg);
	if (err < 0)
		fail("sending command %d: %s", cmd, nl_geterror(err));
	while (!run.done) {
		err = nl_recvmsgs(c->sk, set);
		if (err < 0 && !run.done)
			fail("receiving for command %d: %s", cmd,
			     nl_geterror(err));
	}
	nl_cb_put(set);
	if (!r && unexpected.code)
		fail("command %d refused: %s: %s", cmd,
		     strerror(unexpected.code), unexpected.msg);
	return run.r->code;
}
