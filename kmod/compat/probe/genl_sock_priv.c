// SPDX-License-Identifier: GPL-2.0
/* since 6.8: state of a family in each of its sockets */
#include <net/genetlink.h>

void *probe(struct genl_family *family, struct sock *sk);
void *probe(struct genl_family *family, struct sock *sk)
{
	return genl_sk_priv_get(family, sk);
}
