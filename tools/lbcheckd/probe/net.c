// SPDX-License-Identifier: GPL-2.0
/* Sockets of checks: bound, marked, never inherited, never waiting. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "../evidence.h"
#include "net.h"

static socklen_t fill(struct sockaddr_storage *ss, const struct proto_addr *addr,
		      __u16 port, __u32 scope)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof(*ss));
	if (addr->family == 4) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, addr->bytes, 4);
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	in6->sin6_scope_id = scope;
	memcpy(&in6->sin6_addr, addr->bytes, 16);
	return sizeof(*in6);
}

/**
 * net_address() - where a check connects to
 * @check: check
 * @to: result
 *
 * Return: length of the result.
 */
socklen_t net_address(const struct proto_check *check,
		      struct sockaddr_storage *to)
{
	return fill(to, &check->addr, check->port, check->scope);
}

/*
 * Where only a port is to be bound, the address is left to the kernel. A port
 * that the next run needs again must not stay in TIME-WAIT: closing resets.
 */
static int bind_to(int fd, const struct proto_check *check)
{
	struct linger reset = { .l_onoff = 1 };
	struct proto_addr from = check->bind;
	struct sockaddr_storage ss;
	socklen_t len;
	int one = 1;

	if (!from.family && !check->bind_port)
		return 0;
	from.family = check->addr.family;
	len = fill(&ss, &from, check->bind_port, check->scope);
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    (check->bind_port && setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset,
					    sizeof(reset))))
		return -1;
	return bind(fd, (struct sockaddr *)&ss, len);
}

/**
 * net_open() - a socket as a check wants it
 * @check: check
 * @text: result of a failure: why, %PROTO_TEXT + 1 bytes
 *
 * A failure is this machine's and says nothing about the server.
 *
 * Return: descriptor, or -1.
 */
int net_open(const struct proto_check *check, char *text)
{
	int family = check->addr.family == 4 ? AF_INET : AF_INET6;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			IPPROTO_TCP);

	if (fd < 0) {
		evidence(text, "no socket: %s", strerror(errno));
		return -1;
	}
	if (check->mark && setsockopt(fd, SOL_SOCKET, SO_MARK, &check->mark,
				      sizeof(check->mark)))
		evidence(text, "cannot set mark %u: %s", check->mark,
			 strerror(errno));
	else if (check->bind_if &&
		 setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, check->bind_if,
			    strlen(check->bind_if) + 1))
		evidence(text, "cannot bind to %s: %s", check->bind_if,
			 strerror(errno));
	else if (bind_to(fd, check))
		evidence(text, "cannot bind to the address and port: %s",
			 strerror(errno));
	else
		return fd;
	close(fd);
	return -1;
}

/* Errors of connecting that this machine made up itself. */
static bool is_local(int err)
{
	return err == EADDRNOTAVAIL || err == EADDRINUSE || err == ENOBUFS ||
	       err == ENOMEM || err == EMFILE || err == ENFILE ||
	       err == EPERM || err == EACCES;
}

/**
 * net_error() - what an error of a connection means
 * @err: errno
 * @ms: milliseconds it took
 * @text: result: what happened, %PROTO_TEXT + 1 bytes
 *
 * Return: outcome.
 */
enum frame_outcome net_error(int err, unsigned int ms, char *text)
{
	if (is_local(err)) {
		evidence(text, "cannot connect from here: %s", strerror(err));
		return FRAME_UNSURE;
	}
	switch (err) {
	case ECONNREFUSED:
		evidence(text, "connection refused in %u ms", ms);
		break;
	case ECONNRESET:
	case EPIPE:
		evidence(text, "connection reset in %u ms", ms);
		break;
	case EHOSTUNREACH:
		evidence(text, "host unreachable in %u ms", ms);
		break;
	case ENETUNREACH:
		evidence(text, "network unreachable in %u ms", ms);
		break;
	default:
		evidence(text, "%s in %u ms", strerror(err), ms);
	}
	return FRAME_FAILED;
}
