/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets of checks, and what their errors mean. */
#ifndef PROBE_NET_H
#define PROBE_NET_H

#include <stdbool.h>
#include <sys/socket.h>

#include "../proto.h"

socklen_t net_address(const struct proto_check *check,
		      struct sockaddr_storage *to);
int net_open(const struct proto_check *check, char *text);
enum frame_outcome net_error(int err, unsigned int ms, char *text);

#endif /* PROBE_NET_H */
