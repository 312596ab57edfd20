// SPDX-License-Identifier: GPL-2.0
/* Caps and default timeouts of a namespace. */
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/sizes.h>

#include "limits.h"
#include "net.h"
#include "notify.h"

/* Defaults and what may be asked for; conns and memory depend on the machine. */
#define LIMIT_SERVICES	65536u
#define LIMIT_SERVERS	262144u
#define LIMIT_VIPS	65536u
#define LIMIT_CONNS_MIN	65536u
#define LIMIT_CONNS_MAX	4194304u

/* A machine's memory, and the share of it that connections may take. */
#define LIMIT_MEMORY_SHARE	4
/* Bytes of memory for each connection that is allowed by default. */
#define LIMIT_CONN_BYTES	1024

/* Numbers of services and servers come from slots.h; 0 is none. */
#define LIMIT_OBJECTS_MAX	(L4LB_SLOTS_MAX - 1)
#define LIMIT_CONNS_TOP		((u32)SZ_1G)
#define LIMIT_MEMORY_MIN	SZ_1M

/**
 * l4lb_limits_init() - defaults
 * @ln: namespace nobody uses yet
 */
void l4lb_limits_init(struct l4lb_net *ln)
{
	u64 ram = (u64)totalram_pages() << PAGE_SHIFT;
	struct l4lb_limits *limits = &ln->limits;

	limits->conns = clamp_t(u64, ram / LIMIT_CONN_BYTES, LIMIT_CONNS_MIN,
				LIMIT_CONNS_MAX);
	limits->memory = ram / LIMIT_MEMORY_SHARE;
	limits->services = LIMIT_SERVICES;
	limits->servers = LIMIT_SERVERS;
	limits->vips = LIMIT_VIPS;
	memcpy(limits->timeout, l4lb_timeout_default, sizeof(limits->timeout));
}

#define LIMIT_BAD(want, extack, attr, msg) do {				\
	NL_SET_ERR_MSG(extack, msg);					\
	if ((want)->tb)							\
		NL_SET_BAD_ATTR(extack, (want)->tb[attr]);		\
} while (0)

static bool limits_has(const struct l4lb_limits_change *want, u32 attr)
{
	return want->present & BIT(attr);
}

static bool limits_objects_bad(const struct l4lb_limits_change *want, u32 attr,
			       u32 nr)
{
	return limits_has(want, attr) && (!nr || nr > LIMIT_OBJECTS_MAX);
}

static int limits_check(const struct l4lb_limits_change *want,
			struct netlink_ext_ack *extack)
{
	u32 state;

	if (limits_has(want, L4LB_A_LIMITS_CONNS) &&
	    (!want->conns || want->conns > LIMIT_CONNS_TOP)) {
		LIMIT_BAD(want, extack, L4LB_A_LIMITS_CONNS,
			  "the limit of connections is 1 to 1073741824");
		return -ERANGE;
	}
	if (limits_has(want, L4LB_A_LIMITS_MEMORY) &&
	    want->memory < LIMIT_MEMORY_MIN) {
		LIMIT_BAD(want, extack, L4LB_A_LIMITS_MEMORY,
			  "the limit of memory is at least 1 MiB");
		return -ERANGE;
	}
	if (limits_objects_bad(want, L4LB_A_LIMITS_SERVICES, want->services)) {
		LIMIT_BAD(want, extack, L4LB_A_LIMITS_SERVICES,
			  "the limit of services is 1 to 1048575");
		return -ERANGE;
	}
	if (limits_objects_bad(want, L4LB_A_LIMITS_SERVERS, want->servers)) {
		LIMIT_BAD(want, extack, L4LB_A_LIMITS_SERVERS,
			  "the limit of servers is 1 to 1048575");
		return -ERANGE;
	}
	if (limits_objects_bad(want, L4LB_A_LIMITS_VIPS, want->vips)) {
		LIMIT_BAD(want, extack, L4LB_A_LIMITS_VIPS,
			  "the limit of VIPs is 1 to 1048575");
		return -ERANGE;
	}
	for (state = 0; state < L4LB_TIMEOUT_STATES; state++) {
		if (!(want->timeout_given & BIT(state)))
			continue;
		if (!want->timeout[state] ||
		    want->timeout[state] > L4LB_TIMEOUT_MAX) {
			LIMIT_BAD(want, extack, L4LB_A_LIMITS_TIMEOUT,
				  "a default timeout is 1 to 2000000 seconds");
			return -ERANGE;
		}
	}
	return 0;
}

static void limits_write(struct l4lb_limits *limits,
			 const struct l4lb_limits_change *want)
{
	u32 state;

	if (limits_has(want, L4LB_A_LIMITS_CONNS))
		WRITE_ONCE(limits->conns, want->conns);
	if (limits_has(want, L4LB_A_LIMITS_MEMORY))
		WRITE_ONCE(limits->memory, want->memory);
	if (limits_has(want, L4LB_A_LIMITS_SERVICES))
		WRITE_ONCE(limits->services, want->services);
	if (limits_has(want, L4LB_A_LIMITS_SERVERS))
		WRITE_ONCE(limits->servers, want->servers);
	if (limits_has(want, L4LB_A_LIMITS_VIPS))
		WRITE_ONCE(limits->vips, want->vips);
	for (state = 0; state < L4LB_TIMEOUT_STATES; state++)
		if (want->timeout_given & BIT(state))
			WRITE_ONCE(limits->timeout[state], want->timeout[state]);
}

/**
 * l4lb_limits_set() - change caps and default timeouts
 * @ln: namespace
 * @want: what is to change
 * @extack: for the sentence
 *
 * A cap below what is in use is allowed: it ends nothing, but nothing new
 * comes until use has fallen below. Sends %L4LB_CMD_LIMITS_NTF when something
 * changed.
 *
 * Context: process, may sleep; takes state_lock and never waits for a commit.
 * Return: 0, or -ERANGE with a sentence and nothing changed.
 */
int l4lb_limits_set(struct l4lb_net *ln, const struct l4lb_limits_change *want,
		    struct netlink_ext_ack *extack)
{
	struct l4lb_limits before;
	int err;

	err = limits_check(want, extack);
	if (err)
		return err;
	mutex_lock(&ln->state_lock);
	before = ln->limits;
	limits_write(&ln->limits, want);
	if (memcmp(&before, &ln->limits, sizeof(before)))
		l4lb_notify_limits(ln);
	mutex_unlock(&ln->state_lock);
	return 0;
}
