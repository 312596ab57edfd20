// SPDX-License-Identifier: GPL-2.0
/*
 * lbctl apply: services, servers and VIPs in one transaction that replaces
 * what runs; then limits and the operator's states, which are no part of a
 * configuration's digest.
 */
#include <string.h>

#include "plan.h"
#include "state.h"

#define BIT(attr)	L4LB_BIT(L4LB_A_##attr)

/* The kernel's sentence, at the line that it is about. */
static int refused_at(struct lbctl *ctl, const struct plan *plan,
		      const struct plan_place *place)
{
	const char *text = l4lb_error(ctl->h)->text;

	if (place)
		return ctl_complain(ctl, "%s:%u:%u: %s", plan->file,
				    place->line, place->column, text);
	return ctl_complain(ctl, "%s: %s", plan->file, text);
}

static int send_objects(struct l4lb *h, const struct plan *plan,
			unsigned int flags)
{
	const struct l4lb_service *services = plan->services.data;
	const struct l4lb_server *servers = plan->servers.data;
	const struct l4lb_vip *vips = plan->vips.data;
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < plan->services.n; i++)
		err = l4lb_service_new(h, &services[i], flags);
	for (i = 0; !err && i < plan->servers.n; i++)
		err = l4lb_server_new(h, &servers[i], flags);
	for (i = 0; !err && i < plan->vips.n; i++)
		err = l4lb_vip_set(h, &vips[i], 0);
	return err;
}

/* A configuration may need the room that its own limits give. */
static int raise_limits(struct lbctl *ctl, const struct plan *plan,
			struct l4lb_limits *before)
{
	const struct l4lb_limits *want = &plan->limits;
	struct l4lb_limits raised = { 0 };

	before->has = 0;
	if (!(want->has & (BIT(LIMITS_SERVICES) | BIT(LIMITS_SERVERS) |
			   BIT(LIMITS_VIPS))))
		return DONE;
	if (l4lb_limits_get(ctl->h, before))
		return ctl_refused(ctl);
	before->has = 0;
	raised.services = before->services;
	raised.servers = before->servers;
	raised.vips = before->vips;
	if (want->has & BIT(LIMITS_SERVICES) &&
	    want->services > before->services) {
		raised.services = want->services;
		raised.has |= BIT(LIMITS_SERVICES);
	}
	if (want->has & BIT(LIMITS_SERVERS) &&
	    want->servers > before->servers) {
		raised.servers = want->servers;
		raised.has |= BIT(LIMITS_SERVERS);
	}
	if (want->has & BIT(LIMITS_VIPS) && want->vips > before->vips) {
		raised.vips = want->vips;
		raised.has |= BIT(LIMITS_VIPS);
	}
	before->has = raised.has;
	if (raised.has && l4lb_limits_set(ctl->h, &raised)) {
		before->has = 0;
		return refused_at(ctl, plan, &plan->limits_place);
	}
	return DONE;
}

static int commit(struct lbctl *ctl, const struct plan *plan,
		  unsigned int flags, struct l4lb_summary *summary)
{
	struct l4lb_limits before = { 0 };
	int err;

	if (!(flags & L4LB_F_DRY_RUN) && raise_limits(ctl, plan, &before))
		return REFUSED;
	err = l4lb_txn_begin(ctl->h, L4LB_TXN_MODE_REPLACE, NULL);
	if (!err)
		err = send_objects(ctl->h, plan, flags & L4LB_F_FORCE);
	/* What is left out of the file has no object to carry force. */
	if (!err)
		err = l4lb_txn_commit(ctl->h, flags, NULL, summary);
	if (!err)
		return DONE;
	refused_at(ctl, plan, plan_place(plan, l4lb_error(ctl->h)->index));
	l4lb_txn_abort(ctl->h);
	if (before.has && l4lb_limits_set(ctl->h, &before))
		ctl_refused(ctl);
	return REFUSED;
}

/* What stands outside the transaction; all of it is tried. */
static int set_rest(struct lbctl *ctl, const struct plan *plan)
{
	const struct statement *states = plan->states.data;
	unsigned int i, matched;
	int ret = DONE;

	if (plan->limits.has && l4lb_limits_set(ctl->h, &plan->limits))
		ret = refused_at(ctl, plan, &plan->limits_place);
	for (i = 0; i < plan->states.n; i++) {
		const struct plan_place *place = &plan->states.places[i];

		if (state_set(ctl, &states[i], &matched))
			ret = refused_at(ctl, plan, place);
		else if (!matched)
			ret = ctl_complain(ctl,
					   "%s:%u:%u: there is no such server",
					   plan->file, place->line,
					   place->column);
	}
	if (ret)
		ctl_complain(ctl,
			     "%s: the configuration is in force; only the lines named above are not",
			     plan->file);
	return ret;
}

static void report(struct lbctl *ctl, const struct l4lb_summary *s, bool dry)
{
	const struct out_field f[] = {
		F_BOOL("dry_run", dry),
		F_STR("_verb", dry ? "would change" : "changed"),
		F_U64("changed", s->count),
		F_U64("generation", s->generation),
		F_HEX("digest", s->digest),
		F_END
	};

	out_fields(ctl->out,
		   "%{changed} objects %{_verb}, generation %{generation}, digest %{digest}",
		   f);
}

/* Input that was lost on its way must not be taken for a wish. */
static int check_empty(struct lbctl *ctl, const struct plan *plan,
		       unsigned int flags)
{
	if (flags & L4LB_F_FORCE || plan->services.n || plan->servers.n ||
	    plan->vips.n)
		return DONE;
	return ctl_complain(ctl,
			    "%s: no service, server or VIP in it: this would delete all; say force, or use flush",
			    plan->file);
}

/**
 * cmd_apply() - lbctl apply FILE|- [dry-run] [force]
 * @ctl: context
 * @ws: words
 *
 * Return: exit status.
 */
int cmd_apply(struct lbctl *ctl, struct words *ws)
{
	static const char * const known[] = { "dry-run", "force", NULL };
	const struct word *file = words_take(ws, "FILE (or - for stdin)");
	struct l4lb_summary summary;
	unsigned int flags = 0;
	struct plan plan;
	int ret;

	while (file && ws->at < ws->n) {
		if (words_accept(ws, "dry-run"))
			flags |= L4LB_F_DRY_RUN;
		else if (words_accept(ws, "force"))
			flags |= L4LB_F_FORCE;
		else if (!strcmp(words_peek(ws), "confirm"))
			return words_wrong(ws, &ws->w[ws->at],
					   "\"confirm\" is not available in this version"),
			       ctl_usage(ctl, ws);
		else
			return words_unknown(ws, &ws->w[ws->at], known),
			       ctl_usage(ctl, ws);
	}
	if (!file)
		return ctl_usage(ctl, ws);

	ret = plan_read(ctl, file->text, &plan);
	if (!ret)
		ret = check_empty(ctl, &plan, flags);
	if (!ret)
		ret = ctl_open(ctl);
	if (!ret)
		ret = commit(ctl, &plan, flags, &summary);
	if (!ret && !(flags & L4LB_F_DRY_RUN))
		ret = set_rest(ctl, &plan);
	if (!ret)
		report(ctl, &summary, flags & L4LB_F_DRY_RUN);
	plan_free(&plan);
	return ret;
}
