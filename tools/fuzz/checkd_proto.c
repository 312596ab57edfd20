// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a message to any end: the first byte says to which. What is
 * decoded must encode, and the result decode to the same bytes again.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "../lbcheckd/proto.h"

static struct proto_msg *decode(enum proto_end end, const void *data,
				size_t size)
{
	char error[PROTO_ERROR] = "";
	struct proto_msg *msg = NULL;

	if (!proto_decode(end, data, size, &msg, error))
		return msg;
	/* a refusal says why, and leaves nothing behind */
	if (msg || !*error)
		abort();
	return NULL;
}

static int encode(const struct proto_msg *msg, char *buf)
{
	char error[PROTO_ERROR];
	int len = proto_encode(msg, buf, PROTO_MAX, error);

	if (len < 0)
		abort();
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char one[PROTO_MAX], two[PROTO_MAX];
	struct proto_msg *msg;
	enum proto_end end;
	int len;

	if (!size)
		return 0;
	end = data[0] % (PROTO_PARENT + 1);
	msg = decode(end, data + 1, size - 1);
	if (!msg)
		return 0;
	len = encode(msg, one);
	free(msg);
	msg = decode(end, one, len);
	if (!msg || encode(msg, two) != len || memcmp(one, two, len))
		abort();
	free(msg);
	return 0;
}
