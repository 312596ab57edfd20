// SPDX-License-Identifier: GPL-2.0
/* Messages over a SOCK_SEQPACKET socket. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "proto.h"

/**
 * proto_send() - send a message, without waiting
 * @fd: socket
 * @msg: message
 * @error: sentence, %PROTO_ERROR bytes
 *
 * Return: 0; -EAGAIN where the other end has to read first; -EPIPE where it is
 * closed; another negative errno.
 */
int proto_send(int fd, const struct proto_msg *msg, char *error)
{
	char buf[PROTO_MAX];
	int len = proto_encode(msg, buf, sizeof(buf), error);
	int err;

	if (len < 0)
		return len;
	while (send(fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		if (errno == EINTR)
			continue;
		err = errno == ECONNRESET ? EPIPE : errno;
		proto_wrong(error, "cannot send: %s", strerror(err));
		return -err;
	}
	return 0;
}

/**
 * proto_receive() - receive a message, without waiting
 * @fd: socket
 * @end: who receives
 * @msg: result, to be freed with free()
 * @error: sentence, %PROTO_ERROR bytes
 *
 * Return: 0; -EAGAIN where there is none; -EPIPE where the other end is closed;
 * -EBADMSG where the message broke a rule: the next one can be received.
 */
int proto_receive(int fd, enum proto_end end, struct proto_msg **msg,
		  char *error)
{
	char buf[PROTO_MAX];
	ssize_t len;

	do {
		len = recv(fd, buf, sizeof(buf), MSG_DONTWAIT | MSG_TRUNC);
	} while (len < 0 && errno == EINTR);
	if (len > 0)
		return proto_decode(end, buf, len, msg, error);
	if (!len || errno == ECONNRESET) {
		proto_wrong(error, "the other end is closed");
		return -EPIPE;
	}
	proto_wrong(error, "cannot receive: %s", strerror(errno));
	return -errno;
}
