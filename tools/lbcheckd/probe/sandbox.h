/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the probe gives up before it speaks to the first server. A parser of
 * its libraries that a server breaks into is then in a process that can open
 * connections, read its socket to lbcheckd, and nothing else.
 */
#ifndef PROBE_SANDBOX_H
#define PROBE_SANDBOX_H

#include <stdbool.h>
#include <linux/types.h>

#define SANDBOX_ERROR	160

/**
 * struct sandbox - who the process becomes
 * @uid: user, not root
 * @gid: group, the only one
 * @mark: keep CAP_NET_RAW, which SO_MARK wants
 * @memory: bytes of data, at most
 * @slots: result: connections that fit into the limit of descriptors
 */
struct sandbox {
	__u32 uid;
	__u32 gid;
	bool mark;
	__u64 memory;
	__u32 slots;
};

int sandbox_number(const char *text, __u32 *number);
int sandbox_enter(struct sandbox *sandbox, char *error);
int sandbox_close(const struct sandbox *sandbox, char *error);

#endif /* PROBE_SANDBOX_H */
