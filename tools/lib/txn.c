// SPDX-License-Identifier: GPL-2.0
/* Transactions: begin, any number of changes, commit. */
#include <inttypes.h>

#include "internal.h"

#define NO_ANSWER	(~0ULL)	/* no namespace comes to that generation */

/**
 * struct begun - answer of TXN_BEGIN
 * @id: the transaction
 * @has_id: @id was there
 */
struct begun {
	__u64 id;
	bool has_id;
};

static int begin_message(const struct nlmsghdr *nlh, void *arg)
{
	struct begun *begun = arg;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != L4LB_A_TXN)
			continue;
		begun->id = l4lb_get_u64(attr);
		begun->has_id = true;
	}
	return 0;
}

/**
 * l4lb_txn_begin() - open a transaction
 * @h: handle; changes until the commit belong to the transaction
 * @mode: &enum l4lb_txn_mode
 * @base: generation that the running configuration must have, or NULL
 *
 * Return: 0 or a negative errno.
 */
int l4lb_txn_begin(struct l4lb *h, __u8 mode, const __u64 *base)
{
	char buf[L4LB_OBJ_MAX] __attribute__((aligned(8)));
	struct begun begun = { 0 };
	struct nlmsghdr *nlh;
	int err;

	if (h->in_txn || h->in_batch)
		return l4lb_fail(h, EBUSY,
				 "a transaction or batch is open already");
	nlh = l4lb_msg_put(h, buf, L4LB_CMD_TXN_BEGIN, 0);
	mnl_attr_put_u8(nlh, L4LB_A_TXN_MODE, mode);
	if (base)
		mnl_attr_put_u64(nlh, L4LB_A_BASE_GENERATION, *base);
	err = l4lb_request(h, nlh, begin_message, &begun);
	if (err)
		return err;
	if (!begun.has_id)
		return l4lb_fail(h, EPROTO,
				 "the kernel did not name the transaction");
	h->txn = begun.id;
	h->in_txn = true;
	h->failed = false;
	return 0;
}

static void txn_end(struct l4lb *h)
{
	h->in_txn = false;
	h->failed = false;
	l4lb_chunks_free(h);
}

/*
 * The kernel answers, then acknowledges; a congested socket loses either. With
 * the acknowledgment the commit is known to have happened, and the running
 * figures stand in for the answer; without it nothing is known.
 */
static int commit_request(struct l4lb *h, struct nlmsghdr *nlh,
			  struct l4lb_summary *summary)
{
	int err;

	summary->digest = 0;
	summary->generation = NO_ANSWER;
	err = l4lb_request(h, nlh, l4lb_summary_decode, summary);
	if (err == -ENOBUFS)
		return l4lb_fail(h, ENOBUFS,
				 "the answer was lost, so it is not known whether the commit happened: read the generation");
	if (!err && summary->generation == NO_ANSWER)
		err = l4lb_version_get(h, summary);
	return err;
}

/**
 * l4lb_txn_commit() - send what is left, then swap the configuration
 * @h: handle
 * @flags: L4LB_F_DRY_RUN: everything but the swap; L4LB_F_FORCE: what goes may be
 *	another owner's
 * @base: generation that the running configuration must have, or NULL
 * @summary: generation, digest and number of changed objects; may be NULL
 *
 * The transaction is over in any case; refused, nothing has changed.
 *
 * Return: 0 or a negative errno, that of the first refusal; -ENOBUFS where the
 * answer was lost: whether it happened shows the generation.
 */
int l4lb_txn_commit(struct l4lb *h, unsigned int flags, const __u64 *base,
		    struct l4lb_summary *summary)
{
	char buf[L4LB_OBJ_MAX] __attribute__((aligned(8)));
	struct l4lb_summary unused = { 0 };
	struct l4lb_error first;
	struct nlmsghdr *nlh;
	int err;

	if (!h->in_txn)
		return l4lb_fail(h, EINVAL, "no transaction is open");
	if (summary)
		memset(summary, 0, sizeof(*summary));
	if (h->failed)
		err = h->err.code ? -h->err.code : -EPROTO;
	else
		err = l4lb_msg_push(h);
	if (!err) {
		nlh = l4lb_msg_put(h, buf, L4LB_CMD_TXN_COMMIT, flags);
		mnl_attr_put_u64(nlh, L4LB_A_TXN, h->txn);
		if (base)
			mnl_attr_put_u64(nlh, L4LB_A_BASE_GENERATION, *base);
		err = commit_request(h, nlh, summary ? summary : &unused);
	}
	if (err) {
		/* What happened first is what the caller must hear. */
		first = h->err;
		l4lb_txn_abort(h);
		h->err = first;
		return err;
	}
	txn_end(h);
	return 0;
}

/**
 * l4lb_txn_abort() - give the open transaction up
 * @h: handle
 *
 * Return: 0; -ENOENT where the kernel has ended it already; or another
 * negative errno.
 */
int l4lb_txn_abort(struct l4lb *h)
{
	char buf[L4LB_OBJ_MAX] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	int err;

	if (!h->in_txn)
		return 0;
	nlh = l4lb_msg_put(h, buf, L4LB_CMD_TXN_ABORT, 0);
	mnl_attr_put_u64(nlh, L4LB_A_TXN, h->txn);
	err = l4lb_request(h, nlh, NULL, NULL);
	txn_end(h);
	return err;
}

/**
 * l4lb_flush() - delete all services, servers and VIPs
 * @h: handle, not in a transaction
 * @flags: L4LB_F_*
 * @summary: generation, digest, number of objects; may be NULL
 *
 * Return: 0 or a negative errno.
 */
int l4lb_flush(struct l4lb *h, unsigned int flags,
	       struct l4lb_summary *summary)
{
	char buf[L4LB_OBJ_MAX] __attribute__((aligned(8)));
	struct l4lb_summary unused = { 0 };

	if (summary)
		memset(summary, 0, sizeof(*summary));
	return l4lb_request(h, l4lb_msg_put(h, buf, L4LB_CMD_FLUSH, flags),
			    l4lb_summary_decode, summary ? summary : &unused);
}
