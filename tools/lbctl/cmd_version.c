// SPDX-License-Identifier: GPL-2.0
/* lbctl version */
#include "lbctl.h"

/* The digest once more, computed here from what the kernel lists. */
static int compare(struct lbctl *ctl, const struct l4lb_summary *s)
{
	__u64 own;

	if (l4lb_digest_running(ctl->h, &own))
		return ctl_refused(ctl);

	const struct out_field f[] = {
		F_HEX("computed_digest", own),
		F_BOOL("digests_agree", own == s->digest),
		F_END
	};

	out_fields(ctl->out, "computed %{computed_digest}", f);
	if (own != s->digest)
		return ctl_complain(ctl,
				    "the module's digest is not that of the objects it lists, unless they have just changed");
	return DONE;
}

/**
 * cmd_version() - lbctl version [digest]
 * @ctl: context
 * @ws: words
 *
 * Return: exit status.
 */
int cmd_version(struct lbctl *ctl, struct words *ws)
{
	bool digest = words_accept(ws, "digest");
	const struct out_field tools[] = {
		F_STR("lbctl", L4LB_MODULE_VERSION),
		F_END
	};
	struct l4lb_summary s;

	if (words_end(ws))
		return ctl_usage(ctl, ws);
	out_fields(ctl->out, "lbctl %{lbctl}", tools);
	if (ctl_open(ctl))
		return REFUSED;
	if (l4lb_version_get(ctl->h, &s))
		return ctl_refused(ctl);

	const struct out_field f[] = {
		F_STR("module", s.version),
		F_U64("generation", s.generation),
		F_HEX("digest", s.digest),
		F_END
	};

	out_fields(ctl->out,
		   "l4lb.ko %{module}\n"
		   "generation %{generation}\n"
		   "digest %{digest}", f);
	return digest ? compare(ctl, &s) : DONE;
}
