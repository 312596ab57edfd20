// SPDX-License-Identifier: GPL-2.0
/* All checks, by the parent's numbers. */
#include <errno.h>
#include <search.h>
#include <stdlib.h>

#include "probe.h"

static int by_id(const void *a, const void *b)
{
	__u64 x = ((const struct check *)a)->id;
	__u64 y = ((const struct check *)b)->id;

	return x < y ? -1 : x > y;
}

/**
 * check_find() - a check by its number
 * @probe: probe
 * @id: number
 *
 * Return: check or NULL.
 */
struct check *check_find(struct probe *probe, __u64 id)
{
	struct check key = { .id = id };
	void *node = tfind(&key, &probe->checks, by_id);

	return node ? *(struct check **)node : NULL;
}

/**
 * check_add() - a new check
 * @probe: probe
 * @msg: message that says which; the check's own on success
 * @error: sentence, %PROTO_ERROR bytes
 *
 * Return: 0 or a negative errno.
 */
int check_add(struct probe *probe, struct proto_msg *msg, char *error)
{
	const struct proto_check *spec = &msg->check;
	struct check *check;
	int err;

	if (check_find(probe, msg->id)) {
		proto_wrong(error, "there is a check of this number already");
		return -EEXIST;
	}
	if (spec->mark && !probe->mark) {
		proto_wrong(error, "marks cannot be set: started without \"mark\"");
		return -EPERM;
	}
	check = calloc(1, sizeof(*check));
	if (!check)
		goto no_memory;
	check->id = msg->id;
	check->probe = probe;
	check->msg = msg;
	check->ops = spec->kind == PROTO_TCP ? &tcp_ops : &http_ops;
	check->suspended = spec->suspended;
	frame_init(&check->frame, &spec->frame, spec->known,
		   probe->seed ^ msg->id);
	check->told = check->frame.state;
	err = check->ops->prepare(check, error);
	if (err)
		goto free;
	if (!tsearch(check, &probe->checks, by_id))
		goto release;
	probe->n++;
	if (!check->suspended)
		check_resume(check);
	return 0;

release:
	check->ops->release(check);
	free(check);
no_memory:
	proto_wrong(error, "out of memory");
	return -ENOMEM;
free:
	free(check);
	return err;
}

/* Its message goes with it. */
static void destroy(struct check *check)
{
	check_stop(check);
	if (check->reporting)
		TAILQ_REMOVE(&check->probe->reports, check, report_link);
	check->ops->release(check);
	check->probe->n--;
	free(check->msg);
	free(check);
}

/**
 * check_remove() - end a check; nothing of it is reported any more
 * @check: check
 */
void check_remove(struct check *check)
{
	tdelete(check, &check->probe->checks, by_id);
	destroy(check);
}

static void destroy_node(void *node)
{
	destroy(node);
}

/**
 * check_flush() - end all checks
 * @probe: probe
 */
void check_flush(struct probe *probe)
{
	tdestroy(probe->checks, destroy_node);
	probe->checks = NULL;
}
