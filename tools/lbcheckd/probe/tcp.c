// SPDX-License-Identifier: GPL-2.0
/*
 * TCP_CHECK: a connection that is accepted; with something to send or to
 * expect, also an answer.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../evidence.h"
#include "match.h"
#include "net.h"
#include "probe.h"

/* Bytes of an answer in which the expected ones have to be. */
#define ANSWER	16384

/**
 * struct tcp - a TCP check
 * @check: its check
 * @match: what to look for in the answer, or NULL
 * @fd: connection
 * @io: waits for it
 * @timer: does not wait for ever
 * @connected: the connection stands
 * @sent: bytes sent
 * @first_ms: as in &struct verdict
 * @len: bytes in @answer
 * @answer: what came; room is there while the check runs
 */
struct tcp {
	struct check *check;
	struct match *match;
	int fd;
	ev_io io;
	ev_timer timer;
	bool connected;
	__u32 sent;
	__u32 first_ms;
	size_t len;
	char *answer;
};

static const struct proto_check *spec(const struct tcp *tcp)
{
	return &tcp->check->msg->check;
}

static bool expects(const struct tcp *tcp)
{
	return tcp->match || spec(tcp)->expect.len;
}

static void stop(struct tcp *tcp)
{
	struct ev_loop *loop = tcp->check->probe->loop;

	ev_io_stop(loop, &tcp->io);
	ev_timer_stop(loop, &tcp->timer);
	if (tcp->fd >= 0)
		close(tcp->fd);
	tcp->fd = -1;
	free(tcp->answer);
	tcp->answer = NULL;
}

static void finish(struct tcp *tcp, struct verdict *v)
{
	v->bytes = tcp->len;
	v->first_ms = tcp->first_ms;
	stop(tcp);
	check_done(tcp->check, v);
}

static void finish_error(struct tcp *tcp, int err)
{
	struct verdict v = { 0 };

	v.outcome = net_error(err, check_ms(tcp->check), v.text);
	finish(tcp, &v);
}

static void finish_good(struct tcp *tcp)
{
	struct verdict v = { .outcome = FRAME_OK };
	unsigned int ms = check_ms(tcp->check);

	if (expects(tcp))
		evidence(v.text, "the expected answer in %u ms", ms);
	else
		evidence(v.text, "connected in %u ms", ms);
	finish(tcp, &v);
}

/* It came, but not what was expected. */
static void finish_answer(struct tcp *tcp, const char *how)
{
	struct verdict v = { .outcome = FRAME_FAILED };
	char quote[EVIDENCE_QUOTE];

	if (tcp->len)
		evidence(v.text, "%s: another answer than expected: %s", how,
			 evidence_quote(quote, tcp->answer, tcp->len));
	else
		evidence(v.text, "%s: no answer", how);
	finish(tcp, &v);
}

/* 1: the answer is the expected one, 0: not yet, -1: never. */
static int judge(const struct tcp *tcp)
{
	const struct proto_check *s = spec(tcp);
	enum match_found found;

	if (s->expect.len && !memmem(tcp->answer, tcp->len, s->expect.data,
				     s->expect.len))
		return 0;
	if (!tcp->match)
		return 1;
	found = match_search(tcp->match, tcp->answer, tcp->len);
	return found == MATCH_GAVE_UP ? -1 : found == MATCH_YES;
}

static void on_timeout(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct tcp *tcp = timer->data;
	struct verdict v = { .outcome = FRAME_FAILED };
	char how[64];

	(void)loop;
	(void)events;
	if (tcp->connected) {
		snprintf(how, sizeof(how), "connected, but within %u ms",
			 spec(tcp)->timeout);
		finish_answer(tcp, how);
		return;
	}
	evidence(v.text, "no connection within %u ms",
		 spec(tcp)->connect_timeout);
	finish(tcp, &v);
}

static void wait_for(struct tcp *tcp, int events)
{
	struct ev_loop *loop = tcp->check->probe->loop;

	ev_io_stop(loop, &tcp->io);
	ev_io_set(&tcp->io, tcp->fd, events);
	ev_io_start(loop, &tcp->io);
}

static void set_timeout(struct tcp *tcp, __u32 ms)
{
	struct ev_loop *loop = tcp->check->probe->loop;

	ev_timer_stop(loop, &tcp->timer);
	ev_timer_set(&tcp->timer, ms / 1000.0, 0);
	ev_timer_start(loop, &tcp->timer);
}

/* What is to be sent has been sent: go on to the answer, if there is one. */
static void send_more(struct tcp *tcp)
{
	const struct proto_bytes *bytes = &spec(tcp)->send;

	while (tcp->sent < bytes->len) {
		ssize_t n = send(tcp->fd, (const char *)bytes->data + tcp->sent,
				 bytes->len - tcp->sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return wait_for(tcp, EV_WRITE);
		if (n < 0)
			return finish_error(tcp, errno);
		tcp->sent += n;
	}
	if (expects(tcp))
		wait_for(tcp, EV_READ);
	else
		finish_good(tcp);
}

static void read_more(struct tcp *tcp)
{
	ssize_t n = recv(tcp->fd, tcp->answer + tcp->len, ANSWER - tcp->len, 0);
	int good;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0)
		return finish_error(tcp, errno);
	if (n && !tcp->len)
		tcp->first_ms = check_ms(tcp->check);
	tcp->len += n;
	good = judge(tcp);
	if (good > 0)
		finish_good(tcp);
	else if (good < 0)
		finish_answer(tcp, "regex takes too long");
	else if (!n)
		finish_answer(tcp, "closed");
	else if (tcp->len == ANSWER)
		finish_answer(tcp, "answer too long");
}

static void on_io(struct ev_loop *loop, ev_io *io, int events)
{
	struct tcp *tcp = io->data;
	socklen_t len = sizeof(int);
	int err = 0;

	(void)loop;
	if (tcp->connected) {
		if (events & EV_READ)
			read_more(tcp);
		else
			send_more(tcp);
		return;
	}
	if (getsockopt(tcp->fd, SOL_SOCKET, SO_ERROR, &err, &len))
		err = errno;
	if (err)
		return finish_error(tcp, err);
	tcp->connected = true;
	set_timeout(tcp, spec(tcp)->timeout);
	send_more(tcp);
}

static int tcp_prepare(struct check *check, char *error)
{
	struct tcp *tcp = calloc(1, sizeof(*tcp));

	if (!tcp)
		return proto_wrong(error, "out of memory");
	tcp->check = check;
	tcp->fd = -1;
	ev_io_init(&tcp->io, on_io, -1, EV_WRITE);
	ev_timer_init(&tcp->timer, on_timeout, 0, 0);
	tcp->io.data = tcp;
	tcp->timer.data = tcp;
	if (check->msg->check.regex.pattern) {
		tcp->match = match_new(&check->msg->check.regex, error);
		if (!tcp->match) {
			free(tcp);
			return -EINVAL;
		}
	}
	check->priv = tcp;
	return 0;
}

static void tcp_start(struct check *check)
{
	struct tcp *tcp = check->priv;
	struct verdict v = { .outcome = FRAME_UNSURE };
	struct sockaddr_storage to;
	socklen_t len = net_address(spec(tcp), &to);

	tcp->connected = false;
	tcp->sent = 0;
	tcp->first_ms = 0;
	tcp->len = 0;
	if (expects(tcp)) {
		tcp->answer = malloc(ANSWER);
		if (!tcp->answer) {
			evidence(v.text, "out of memory");
			return finish(tcp, &v);
		}
	}
	tcp->fd = net_open(spec(tcp), v.text);
	if (tcp->fd < 0)
		return finish(tcp, &v);
	if (connect(tcp->fd, (struct sockaddr *)&to, len) &&
	    errno != EINPROGRESS)
		return finish_error(tcp, errno);
	wait_for(tcp, EV_WRITE);
	set_timeout(tcp, spec(tcp)->connect_timeout);
}

static void tcp_cancel(struct check *check)
{
	stop(check->priv);
}

static void tcp_release(struct check *check)
{
	struct tcp *tcp = check->priv;

	match_free(tcp->match);
	free(tcp);
}

const struct check_ops tcp_ops = {
	.prepare = tcp_prepare,
	.start = tcp_start,
	.cancel = tcp_cancel,
	.release = tcp_release,
};
