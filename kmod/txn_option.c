// SPDX-License-Identifier: GPL-2.0
/*
 * The values of a service: what was given over what was there, and which of
 * them cannot work, alone or together. Whether a value was there before or came
 * with the change makes no difference, only to which attribute is blamed.
 */
#include "limits.h"
#include "txn_priv.h"

/*
 * A hash places what it never saw begin as the other director did; the others
 * cannot.
 */
static u8 default_midstream(const struct l4lb_sched_ops *ops)
{
	return ops->hash ? L4LB_MIDSTREAM_ADOPT : L4LB_MIDSTREAM_RESET;
}

/**
 * l4lb_stage_default_options() - the values of a service of which nothing is said
 * @ts: service
 *
 * Context: conf_lock held.
 */
void l4lb_stage_default_options(struct l4lb_txn_service *ts)
{
	ts->ops = &l4lb_sched_wlc;
	ts->method = L4LB_METHOD_DR;
	ts->tie = L4LB_TIE_ROTATE;
	ts->midstream = default_midstream(ts->ops);
	memset(&ts->opts, 0, sizeof(ts->opts));
	ts->opts.on_down = L4LB_ON_DOWN_KEEP;
	ts->opts.on_gone = L4LB_ON_GONE_RESET;
	ts->opts.hook = L4LB_HOOK_PREROUTING;
}

/* Of two attributes that do not agree, the one that the change brings. */
static u32 option_blame(const struct l4lb_stage *st, u32 one, u32 other)
{
	return l4lb_stage_has(st, one) ? one : other;
}

static int wish_method(const struct l4lb_stage *st,
		       struct l4lb_service_wish *wish)
{
	if (!l4lb_stage_has(st, L4LB_A_SERVICE_METHOD))
		return 0;
	wish->method = st->ch->method;
	switch (wish->method) {
	case L4LB_METHOD_DR:
	case L4LB_METHOD_NAT:
	case L4LB_METHOD_TUNNEL:
		return 0;
	case L4LB_METHOD_FULLNAT:
		return L4LB_REFUSE(st, EOPNOTSUPP, L4LB_A_SERVICE_METHOD,
				   "fullnat is not available yet: use dr, nat or tunnel");
	default:
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_METHOD,
				   "unknown method: dr, nat and tunnel are available");
	}
}

/*
 * The midstream policy that was not given is the scheduler's, so it follows the
 * scheduler as long as it is that of the one before.
 */
static int wish_sched(const struct l4lb_stage *st,
		      struct l4lb_service_wish *wish)
{
	const struct l4lb_change *ch = st->ch;
	bool follows = wish->midstream == default_midstream(wish->ops);

	if (l4lb_stage_has(st, L4LB_A_SERVICE_SCHEDULER)) {
		wish->ops = l4lb_sched_find(ch->scheduler);
		if (!strcmp(ch->scheduler, "lblc") ||
		    !strcmp(ch->scheduler, "lblcr"))
			return L4LB_REFUSE(st, EOPNOTSUPP,
					   L4LB_A_SERVICE_SCHEDULER,
					   "lblc and lblcr are not available: dh keeps a destination with its server");
		if (!wish->ops)
			return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_SCHEDULER,
					   "schedulers: rr wrr lc wlc sed nq sh dh mh fo ovf twos");
		if (follows)
			wish->midstream = default_midstream(wish->ops);
	}
	if (l4lb_stage_has(st, L4LB_A_SERVICE_TIE)) {
		wish->tie = ch->tie;
		if (!wish->tie || wish->tie > L4LB_TIE_MAX)
			return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_TIE,
					   "tie is rotate or first");
	}
	if (l4lb_stage_has(st, L4LB_A_SERVICE_MIDSTREAM)) {
		wish->midstream = ch->midstream;
		if (!wish->midstream || wish->midstream > L4LB_MIDSTREAM_MAX)
			return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_MIDSTREAM,
					   "midstream is reset, drop, pass or adopt");
	}
	return 0;
}

static void wish_options(const struct l4lb_stage *st,
			 struct l4lb_service_opts *opts)
{
	const struct l4lb_service_option *o = l4lb_service_option;
	const struct l4lb_service_option *end = o + L4LB_SERVICE_OPTIONS;

	for (; o < end; o++)
		if (l4lb_stage_has(st, o->attr))
			memcpy((u8 *)opts + o->offset,
			       (const u8 *)&st->ch->opts + o->offset, o->size);
}

static int check_words(const struct l4lb_stage *st,
		       const struct l4lb_service_opts *opts)
{
	if (!opts->on_down || opts->on_down > L4LB_ON_DOWN_MAX)
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_ON_DOWN,
				   "on-down is keep, reset or hold");
	if (!opts->on_gone || opts->on_gone > L4LB_ON_GONE_MAX)
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_ON_SERVER_GONE,
				   "on-server-gone is reset, drop or reschedule");
	if (opts->hook != L4LB_HOOK_PREROUTING &&
	    opts->hook != L4LB_HOOK_LOCAL_IN)
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_HOOK,
				   "the hook of a service is prerouting or input");
	if (opts->track && opts->hook != L4LB_HOOK_LOCAL_IN)
		return L4LB_REFUSE(st, EINVAL,
				   option_blame(st, L4LB_A_SERVICE_TRACK,
						L4LB_A_SERVICE_HOOK),
				   "track needs hook input: prerouting comes before conntrack");
	if (opts->slow_start > L4LB_SLOW_START_MAX)
		return L4LB_REFUSE(st, ERANGE, L4LB_A_SERVICE_SLOW_START,
				   "slow-start is at most 3600 seconds");
	return 0;
}

static int check_sched(const struct l4lb_stage *st,
		       const struct l4lb_service_wish *wish)
{
	const struct l4lb_sched_ops *ops = wish->ops;

	if (wish->opts.hash_port && !ops->hash)
		return L4LB_REFUSE(st, EINVAL,
				   option_blame(st, L4LB_A_SERVICE_HASH_PORT,
						L4LB_A_SERVICE_SCHEDULER),
				   "hash-port needs scheduler sh, dh or mh");
	/* A destination has one server: that is all there is to dh. */
	if (wish->opts.hash_fallback &&
	    (!ops->hash || !strcmp(ops->name, "dh")))
		return L4LB_REFUSE(st, EINVAL,
				   option_blame(st, L4LB_A_SERVICE_HASH_FALLBACK,
						L4LB_A_SERVICE_SCHEDULER),
				   "hash-fallback needs scheduler sh or mh");
	return 0;
}

/* A length that was not given is that of an address. */
static int check_persist(const struct l4lb_stage *st, u8 family,
			 struct l4lb_service_opts *opts)
{
	bool given = l4lb_stage_has(st, L4LB_A_SERVICE_PERSIST_PREFIX);

	if (opts->persist > L4LB_TIMEOUT_MAX)
		return L4LB_REFUSE(st, ERANGE, L4LB_A_SERVICE_PERSIST,
				   "persist is 1 to 2000000 seconds, or 0 for none");
	if (!opts->persist) {
		if (given)
			return L4LB_REFUSE(st, EINVAL,
					   L4LB_A_SERVICE_PERSIST_PREFIX,
					   "a prefix of clients needs persist");
		opts->persist_prefix = 0;
		return 0;
	}
	if (!given && !opts->persist_prefix)
		opts->persist_prefix = 8 * l4lb_addr_len(family);
	if (opts->persist_prefix && opts->persist_prefix <=
				    8 * l4lb_addr_len(family))
		return 0;
	if (family == AF_INET)
		return L4LB_REFUSE(st, ERANGE, L4LB_A_SERVICE_PERSIST_PREFIX,
				   "a prefix of IPv4 clients is 1 to 32 bits");
	return L4LB_REFUSE(st, ERANGE, L4LB_A_SERVICE_PERSIST_PREFIX,
			   "a prefix of IPv6 clients is 1 to 128 bits");
}

/* What is not UDP, of a mark, has entries as without it. */
static int check_one_packet(const struct l4lb_stage *st, u8 proto,
			    const struct l4lb_service_wish *wish)
{
	if (!wish->opts.one_packet)
		return 0;
	if (proto == IPPROTO_TCP)
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_ONE_PACKET,
				   "one-packet needs UDP: TCP is made of connections");
	if (wish->method == L4LB_METHOD_NAT)
		return L4LB_REFUSE(st, EINVAL,
				   option_blame(st, L4LB_A_SERVICE_ONE_PACKET,
						L4LB_A_SERVICE_METHOD),
				   "one-packet cannot bring back replies of nat: use dr or tunnel");
	if (wish->opts.persist)
		return L4LB_REFUSE(st, EINVAL,
				   option_blame(st, L4LB_A_SERVICE_ONE_PACKET,
						L4LB_A_SERVICE_PERSIST),
				   "one-packet forgets clients, persist remembers them: choose one");
	if (wish->opts.track_seq && proto == IPPROTO_UDP)
		return L4LB_REFUSE(st, EINVAL,
				   option_blame(st, L4LB_A_SERVICE_ONE_PACKET,
						L4LB_A_SERVICE_TRACK_SEQ),
				   "one-packet keeps no connections that track-seq could watch");
	return 0;
}

/* The mark is final behind mangle only, where its hook is. */
static int check_mark(const struct l4lb_stage *st,
		      const struct l4lb_service_key *key,
		      const struct l4lb_service_opts *opts)
{
	if (!key->mark || opts->hook == L4LB_HOOK_PREROUTING)
		return 0;
	return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_HOOK,
			   "a fwmark service is taken behind mangle: leave hook at prerouting");
}

static int check_tcp(const struct l4lb_stage *st, u8 proto,
		     const struct l4lb_service_opts *opts)
{
	if (proto != IPPROTO_UDP)
		return 0;
	if (opts->track_seq)
		return L4LB_REFUSE(st, EINVAL, L4LB_A_SERVICE_TRACK_SEQ,
				   "track-seq needs TCP: UDP has no sequence numbers");
	return 0;
}

/**
 * l4lb_stage_wish() - the values that a change would give a service
 * @st: change
 * @ts: the service as far as the transaction has come; one that does not exist
 *	has the defaults
 * @wish: out: the values
 *
 * Context: conf_lock held.
 * Return: 0; -EINVAL, -ERANGE or -EOPNOTSUPP with a sentence.
 */
int l4lb_stage_wish(const struct l4lb_stage *st,
		    const struct l4lb_txn_service *ts,
		    struct l4lb_service_wish *wish)
{
	int err;

	wish->ops = ts->ops;
	wish->method = ts->method;
	wish->tie = ts->tie;
	wish->midstream = ts->midstream;
	memcpy(&wish->opts, &ts->opts, sizeof(wish->opts));
	err = wish_method(st, wish);
	if (!err)
		err = wish_sched(st, wish);
	if (err)
		return err;
	wish_options(st, &wish->opts);
	err = check_words(st, &wish->opts);
	if (!err)
		err = check_sched(st, wish);
	if (!err)
		err = check_persist(st, ts->key.family, &wish->opts);
	if (!err)
		err = check_one_packet(st, ts->key.proto, wish);
	if (!err)
		err = check_tcp(st, ts->key.proto, &wish->opts);
	if (!err)
		err = check_mark(st, &ts->key, &wish->opts);
	return err;
}
