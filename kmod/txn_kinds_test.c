// SPDX-License-Identifier: GPL-2.0
/*
 * Part of the suite of txn.c: services that are not one address and one port,
 * in both families, with options that exclude each other. Random transactions
 * and failing allocations against a model of plain arrays; what is published is
 * looked up as packets do it.
 */

#define K_SERVERS	6
#define K_ROUNDS	400
#define K_LOOKUPS	40

/* Identities. Those of one VIP and protocol may overlap. */
static const struct k_id {
	u8 family;
	u8 proto;
	u8 prefix;
	u16 first;
	u16 last;
	u32 host;
	u32 mark;
} k_ids[] = {
	{ AF_INET, IPPROTO_TCP, 32, 80, 80, 200 },
	{ AF_INET, IPPROTO_TCP, 32, 8000, 8099, 200 },
	{ AF_INET, IPPROTO_TCP, 32, 8050, 8150, 200 },
	{ AF_INET, IPPROTO_TCP, 32, 8150, 8200, 200 },
	{ AF_INET, IPPROTO_TCP, 32, 0, 0, 200 },
	{ AF_INET, IPPROTO_UDP, 32, 0, 0, 200 },
	{ AF_INET, IPPROTO_UDP, 32, 53, 53, 200 },
	{ AF_INET, IPPROTO_TCP, 24, 80, 80, 0 },
	{ AF_INET, IPPROTO_TCP, 16, 0, 0, 0 },
	{ AF_INET, IPPROTO_UDP, 24, 1, 100, 0 },
	{ AF_INET, 0, 0, 0, 0, 0, 5 },
	{ AF_INET6, 0, 0, 0, 0, 0, 5 },
	{ AF_INET6, IPPROTO_TCP, 128, 80, 80, 1 },
	{ AF_INET6, IPPROTO_TCP, 64, 443, 444, 0 },
	{ AF_INET6, IPPROTO_UDP, 48, 0, 0, 0 },
	{ AF_INET6, IPPROTO_UDP, 128, 1, 65535, 1 },
};

#define K_SERVICES	ARRAY_SIZE(k_ids)

static const char * const k_scheds[] = { "wlc", "rr", "sh", "dh", "mh" };

/**
 * struct k_service - a service of the model
 * @in: exists
 * @method: &enum l4lb_method
 * @sched: of k_scheds
 * @opts: its options
 * @nr: servers in @order
 * @order: servers in list order
 */
struct k_service {
	bool in;
	u8 method;
	u8 sched;
	struct l4lb_service_opts opts;
	u32 nr;
	u8 order[K_SERVERS];
};

struct k_model {
	struct k_service svc[K_SERVICES];
};

static u32 k_rnd(struct kunit *test, u32 below)
{
	struct txn_fix *fix = test->priv;

	return prandom_u32_state(&fix->rnd) % below;
}

/* Address @host of the net that all VIPs are in. */
static union l4lb_addr k_addr(u8 family, u32 host)
{
	if (family == AF_INET)
		return (union l4lb_addr){ .ip = htonl(0xc0000200 + host) };
	return (union l4lb_addr){ .w = { htonl(0x20010db8), 0, 0,
					 htonl(host) } };
}

static struct l4lb_service_key k_key(u32 k)
{
	const struct k_id *id = &k_ids[k];
	struct l4lb_service_key key = {
		.family = id->family,
		.proto = id->proto,
		.port = htons(id->first),
		.port_last = htons(id->last),
		.prefix = id->prefix,
		.mark = id->mark,
	};

	if (!id->mark) {
		key.addr = k_addr(id->family, id->host);
		key.addr = l4lb_addr_prefix(&key.addr, id->prefix);
	}
	return key;
}

static bool k_many(const struct k_id *id)
{
	return !id->first || id->first != id->last;
}

/* Do two services claim a port of one VIP in the same way? */
static bool k_overlap(const struct k_id *a, const struct k_id *b)
{
	return !a->mark && !b->mark && a->family == b->family &&
	       a->proto == b->proto && a->prefix == b->prefix &&
	       a->host == b->host && a->first != a->last &&
	       b->first != b->last && a->first <= b->last &&
	       b->first <= a->last;
}

/* Server @s of service @k: odd ones have a port, the last two the other family. */
static u8 k_server_family(u32 k, u32 s)
{
	u8 family = k_ids[k].family;

	if (s < K_SERVERS - 2)
		return family;
	return family == AF_INET ? AF_INET6 : AF_INET;
}

static struct l4lb_change *k_service(u8 op, u32 k)
{
	struct l4lb_change *ch = t_change(op);

	ch->service = k_key(k);
	return ch;
}

static struct l4lb_change *k_server(u8 op, u32 k, u32 s)
{
	struct l4lb_change *ch = k_service(op, k);

	ch->server.family = k_server_family(k, s);
	ch->server.addr = k_addr(ch->server.family, 0x10000 + s / 2);
	ch->server.port = htons(99);
	ch->present = s % 2 ? BIT(L4LB_A_SERVER_PORT) : 0;
	return ch;
}

static u32 k_server_number(const struct l4lb_endpoint *ep)
{
	u32 host = ntohl(ep->addr.w[ep->family == AF_INET ? 0 : 3]);

	host -= ep->family == AF_INET ? 0xc0000200 + 0x10000 : 0x10000;
	return 2 * host + (ep->port == htons(99));
}

static bool k_server_fits(u32 k, u32 s, u8 method)
{
	if (k_server_family(k, s) != k_ids[k].family &&
	    method != L4LB_METHOD_TUNNEL)
		return false;
	return s % 2 == 0 || method == L4LB_METHOD_NAT;
}

/* Can the values work together? What is left to default is filled in. */
static bool k_agree(u32 k, struct k_service *s, bool prefix_given)
{
	const char *sched = k_scheds[s->sched];
	const struct k_id *id = &k_ids[k];
	u8 bits = id->family == AF_INET ? 32 : 128;
	bool hash = s->sched >= 2;
	u32 i;

	for (i = 0; i < s->nr; i++)
		if (!k_server_fits(k, s->order[i], s->method))
			return false;
	if ((s->opts.hash_port && !hash) ||
	    (s->opts.hash_fallback && (!hash || !strcmp(sched, "dh"))))
		return false;
	if (!s->opts.persist && prefix_given)
		return false;
	if (!s->opts.persist)
		s->opts.persist_prefix = 0;
	else if (!prefix_given && !s->opts.persist_prefix)
		s->opts.persist_prefix = bits;
	if (s->opts.persist && (!s->opts.persist_prefix ||
				s->opts.persist_prefix > bits))
		return false;
	/* A mark may be on UDP, too. */
	if (s->opts.one_packet &&
	    (id->proto == IPPROTO_TCP || s->method == L4LB_METHOD_NAT ||
	     s->opts.persist))
		return false;
	if (id->proto == IPPROTO_UDP && s->opts.track_seq)
		return false;
	return !id->mark || s->opts.hook == L4LB_HOOK_PREROUTING;
}

static void k_take_options(struct l4lb_service_opts *opts,
			   const struct l4lb_change *ch)
{
	const struct l4lb_service_option *o;
	u32 i;

	for (i = 0; i < L4LB_SERVICE_OPTIONS; i++) {
		o = &l4lb_service_option[i];
		if (ch->present & BIT_ULL(o->attr))
			memcpy((u8 *)opts + o->offset,
			       (const u8 *)&ch->opts + o->offset, o->size);
	}
}

static bool k_apply_service(struct k_model *m, u32 k,
			    const struct l4lb_change *ch)
{
	bool comes = ch->op == L4LB_CHANGE_SERVICE_NEW;
	struct k_service want = m->svc[k];
	u32 i;

	if (ch->op == L4LB_CHANGE_SERVICE_DEL) {
		m->svc[k].in = false;
		return want.in;
	}
	if (want.in == comes)
		return false;
	if (!want.in) {
		want = (struct k_service){
			.in = true,
			.method = L4LB_METHOD_DR,
			.opts.on_down = L4LB_ON_DOWN_KEEP,
			.opts.on_gone = L4LB_ON_GONE_RESET,
			.opts.hook = L4LB_HOOK_PREROUTING,
		};
		for (i = 0; i < K_SERVICES; i++)
			if (m->svc[i].in && k_overlap(&k_ids[i], &k_ids[k]))
				return false;
	}
	if (ch->present & BIT(L4LB_A_SERVICE_METHOD))
		want.method = ch->method;
	if (ch->present & BIT(L4LB_A_SERVICE_SCHEDULER))
		want.sched = match_string(k_scheds, ARRAY_SIZE(k_scheds),
					  ch->scheduler);
	k_take_options(&want.opts, ch);
	if (!k_agree(k, &want, ch->present &
			       BIT_ULL(L4LB_A_SERVICE_PERSIST_PREFIX)))
		return false;
	m->svc[k] = want;
	return true;
}

static bool k_apply_server(struct k_service *svc, u32 k, u32 s, u8 op)
{
	bool there, comes = op == L4LB_CHANGE_SERVER_NEW;
	u32 at;

	for (at = 0; at < svc->nr && svc->order[at] != s; at++)
		;
	there = at < svc->nr;
	if (!svc->in || there == comes)
		return false;
	if (comes) {
		if (!k_server_fits(k, s, svc->method))
			return false;
		svc->order[svc->nr++] = s;
		return true;
	}
	svc->nr--;
	memmove(&svc->order[at], &svc->order[at + 1], svc->nr - at);
	return true;
}

/* One value of the options, of those that can be refused. */
static void k_option(struct kunit *test, struct l4lb_change *ch)
{
	struct l4lb_service_opts *o = &ch->opts;
	u32 attr = 0;

	switch (k_rnd(test, 8)) {
	case 0:
		o->hash_port = k_rnd(test, 2);
		attr = L4LB_A_SERVICE_HASH_PORT;
		break;
	case 1:
		o->hash_fallback = k_rnd(test, 2);
		attr = L4LB_A_SERVICE_HASH_FALLBACK;
		break;
	case 2:
		o->persist = k_rnd(test, 3) * 60;
		attr = L4LB_A_SERVICE_PERSIST;
		break;
	case 3:
		o->persist_prefix = k_rnd(test, 130);
		attr = L4LB_A_SERVICE_PERSIST_PREFIX;
		break;
	case 4:
		o->one_packet = k_rnd(test, 2);
		attr = L4LB_A_SERVICE_ONE_PACKET;
		break;
	case 5:
		o->track_seq = k_rnd(test, 2);
		attr = L4LB_A_SERVICE_TRACK_SEQ;
		break;
	case 6:
		o->half_open_max = k_rnd(test, 2) * 100;
		attr = L4LB_A_SERVICE_HALF_OPEN_MAX;
		break;
	default:
		o->hook = k_rnd(test, 2) ? L4LB_HOOK_LOCAL_IN :
					   L4LB_HOOK_PREROUTING;
		attr = L4LB_A_SERVICE_HOOK;
	}
	ch->present |= BIT_ULL(attr);
}

/* A change to the transaction and the model; both accept it, or both refuse. */
static void k_change(struct kunit *test, struct l4lb_txn *txn,
		     struct k_model *m)
{
	u32 k = k_rnd(test, K_SERVICES), s = k_rnd(test, K_SERVERS), n;
	u32 what = k_rnd(test, 12);
	struct l4lb_change *ch;
	bool fits;

	if (what < 5) {
		ch = k_server(what ? CH_SERVER_NEW : CH_SERVER_DEL, k, s);
		fits = k_apply_server(&m->svc[k], k, s, ch->op);
	} else {
		ch = k_service(what < 9 ? CH_SERVICE_NEW : what < 11 ?
			       CH_SERVICE_SET : CH_SERVICE_DEL, k);
		if (k_rnd(test, 2)) {
			ch->present |= BIT(L4LB_A_SERVICE_METHOD);
			ch->method = L4LB_METHOD_DR + k_rnd(test, 3);
		}
		if (k_rnd(test, 2)) {
			ch->present |= BIT(L4LB_A_SERVICE_SCHEDULER);
			strscpy(ch->scheduler,
				k_scheds[k_rnd(test, ARRAY_SIZE(k_scheds))],
				sizeof(ch->scheduler));
		}
		for (n = k_rnd(test, 3); n; n--)
			k_option(test, ch);
		fits = k_apply_service(m, k, ch);
	}
	KUNIT_ASSERT_EQ_MSG(test, !t_stage(test, txn, ch), fits,
			    "service %u, op %u: %s", k, ch->op,
			    ((struct txn_fix *)test->priv)->extack._msg);
}

static void k_expect_service(struct kunit *test, u32 k,
			     const struct k_service *s)
{
	const struct l4lb_service_key key = k_key(k);
	const struct l4lb_service *svc;
	u32 i;

	svc = l4lb_service_lookup(t_table(test)->services, &key);
	KUNIT_ASSERT_EQ(test, !!svc, s->in);
	if (!svc)
		return;
	KUNIT_ASSERT_EQ(test, svc->method, s->method);
	KUNIT_ASSERT_STREQ(test, svc->ops->name, k_scheds[s->sched]);
	KUNIT_ASSERT_EQ(test, memcmp(&svc->opts, &s->opts, sizeof(s->opts)), 0);
	KUNIT_ASSERT_EQ(test, !!svc->wide, k_many(&k_ids[k]) ||
			k_ids[k].mark || k_ids[k].prefix !=
					 l4lb_addr_bits(k_ids[k].family));
	KUNIT_ASSERT_EQ(test, svc->sched->nr, s->nr);
	for (i = 0; i < s->nr; i++)
		KUNIT_ASSERT_EQ(test,
				k_server_number(&svc->sched->slot[i].server->ep),
				(u32)s->order[i]);
}

/* The ports of a VIP are those of its services of many, in order. */
static u32 k_check_ports(struct kunit *test, const struct l4lb_vip *vip)
{
	const struct l4lb_ports *ports = vip->ports;
	const struct l4lb_port_range *e;
	struct l4lb_service_key key = {
		.addr = vip->addr,
		.family = vip->family,
		.prefix = vip->prefix,
	};
	u32 i;

	for (i = 0; ports && i < ports->nr; i++) {
		e = &ports->e[i];
		key.proto = e->proto;
		key.port = htons(e->first);
		key.port_last = htons(e->last);
		KUNIT_ASSERT_NOT_NULL(test,
				      l4lb_service_lookup(t_table(test)->services,
							  &key));
		if (i && e[-1].proto == e->proto)
			KUNIT_ASSERT_LT(test, e[-1].last, e->first);
		else if (i)
			KUNIT_ASSERT_LT(test, e[-1].proto, e->proto);
	}
	return ports ? ports->nr : 0;
}

/* Is what is counted what there is? */
static void k_check_match(struct kunit *test)
{
	const struct l4lb_table *table = t_table(test);
	u32 l, i, wide = 0, marks = 0, many = 0, ranges = 0, prefixes = 0;
	const struct l4lb_match *match = table->match;
	const struct l4lb_service *svc;
	const struct l4lb_vip *vip;
	u32 v6;

	t_each(table->services, l, i, svc) {
		wide += !l4lb_key_plain(&svc->key);
		marks += !!svc->key.mark;
		many += !svc->key.mark && l4lb_key_many(&svc->key);
	}
	t_each(table->vips, l, i, vip) {
		ranges += k_check_ports(test, vip);
		if (vip->prefix == l4lb_addr_bits(vip->family))
			continue;
		prefixes++;
		KUNIT_ASSERT_NOT_NULL(test, match);
		v6 = vip->family == AF_INET6;
		KUNIT_ASSERT_TRUE(test, test_bit(vip->prefix,
						 match->lengths[v6]));
		KUNIT_ASSERT_GE(test, match->nr[v6][vip->prefix], 1u);
	}
	KUNIT_ASSERT_EQ(test, ranges, many);
	KUNIT_ASSERT_EQ(test, match ? match->nr_wide : 0, wide);
	KUNIT_ASSERT_EQ(test, match ? match->nr_marks : 0, marks);
	KUNIT_ASSERT_EQ(test, match ? match->nr_prefixes : 0, prefixes);
	if (match)
		KUNIT_ASSERT_LE(test, bitmap_weight(match->lengths[0],
						    L4LB_PREFIXES) +
				bitmap_weight(match->lengths[1],
					      L4LB_PREFIXES), (int)prefixes);
}

/* How exactly a service is meant by a packet; 0: not at all. */
static u32 k_rank(const struct k_model *m, u32 k, const struct l4lb_endpoint *to)
{
	const struct k_id *id = &k_ids[k];
	struct l4lb_service_key key = k_key(k);
	union l4lb_addr net = l4lb_addr_prefix(&to->addr, id->prefix);
	u16 port = ntohs(to->port);

	if (!m->svc[k].in || id->mark || id->family != to->family ||
	    id->proto != to->proto || !l4lb_addr_equal(&net, &key.addr))
		return 0;
	if (id->first && (port < id->first || port > id->last))
		return 0;
	return 4 * id->prefix + (id->first == id->last ? id->first ? 3 : 1 : 2);
}

/* Packets find what the list of services says. */
static void k_look_up(struct kunit *test, const struct k_model *m)
{
	static const u16 ports[] = {
		1, 53, 80, 100, 101, 443, 444, 8000, 8050, 8099, 8150, 8151,
		8200, 65535,
	};
	const struct l4lb_table *table = t_table(test);
	struct l4lb_service_key key;
	const struct l4lb_vip *vip;
	struct l4lb_service *svc;
	struct l4lb_endpoint to;
	u32 i, k, rank, best, who = 0;

	for (i = 0; i < K_LOOKUPS; i++) {
		to = (struct l4lb_endpoint){
			.family = k_rnd(test, 2) ? AF_INET : AF_INET6,
			.port = htons(ports[k_rnd(test, ARRAY_SIZE(ports))]),
			.proto = k_rnd(test, 2) ? IPPROTO_TCP : IPPROTO_UDP,
		};
		to.addr = k_addr(to.family, k_rnd(test, 3) ?
				 k_rnd(test, 2) ? 200 : 1 :
				 k_rnd(test, 1000));
		for (best = 0, k = 0; k < K_SERVICES; k++) {
			rank = k_rank(m, k, &to);
			if (rank > best) {
				best = rank;
				who = k;
			}
		}
		rcu_read_lock();
		l4lb_match_service(table, &to, &vip, &svc);
		rcu_read_unlock();
		KUNIT_ASSERT_EQ(test, !!svc, !!best);
		key = k_key(who);
		if (svc)
			KUNIT_ASSERT_TRUE(test, l4lb_key_equal(&svc->key,
							       &key));
	}
}

static void k_expect(struct kunit *test, const struct k_model *m)
{
	u32 k;

	for (k = 0; k < K_SERVICES; k++)
		k_expect_service(test, k, &m->svc[k]);
	t_check(test);
	k_check_match(test);
	k_look_up(test, m);
}

/* The whole model in one transaction, its services from the last to the first. */
static struct l4lb_txn *k_build(struct kunit *test, const struct k_model *m)
{
	struct l4lb_txn *txn = t_begin(test, L4LB_TXN_MODE_REPLACE, 0);
	const struct k_service *s;
	struct l4lb_change *ch;
	u32 k, i;

	KUNIT_ASSERT_FALSE(test, IS_ERR(txn));
	for (k = K_SERVICES; k--;) {
		s = &m->svc[k];
		if (!s->in)
			continue;
		ch = k_service(CH_SERVICE_NEW, k);
		ch->method = s->method;
		ch->opts = s->opts;
		strscpy(ch->scheduler, k_scheds[s->sched],
			sizeof(ch->scheduler));
		ch->present = BIT(L4LB_A_SERVICE_METHOD) |
			      BIT(L4LB_A_SERVICE_SCHEDULER);
		for (i = 0; i < L4LB_SERVICE_OPTIONS; i++)
			ch->present |= BIT_ULL(l4lb_service_option[i].attr);
		if (!s->opts.persist)
			ch->present &= ~BIT_ULL(L4LB_A_SERVICE_PERSIST_PREFIX);
		T_STAGE(txn, ch, 0);
		for (i = 0; i < s->nr; i++)
			T_STAGE(txn, k_server(CH_SERVER_NEW, k, s->order[i]),
				0);
	}
	return txn;
}

/*
 * Another director with this configuration has its digest; and the
 * configuration itself, given whole to the one that runs it, changes nothing.
 */
static void k_expect_digest(struct kunit *test, const struct k_model *m)
{
	struct txn_fix *fix = test->priv;
	u64 digest = t_table(test)->digest, changed;
	struct l4lb_net *mine = fix->ln;

	KUNIT_ASSERT_EQ(test, t_commit(test, k_build(test, m), &changed), 0);
	KUNIT_EXPECT_EQ(test, t_table(test)->digest, digest);
	KUNIT_EXPECT_EQ(test, changed, 0ull);
	mutex_unlock(&mine->conf_lock);
	fix->ln = net_test_make(test);
	mutex_lock(&fix->ln->conf_lock);
	KUNIT_EXPECT_EQ(test, t_commit(test, k_build(test, m), NULL), 0);
	KUNIT_EXPECT_EQ(test, t_table(test)->digest, digest);
	k_expect(test, m);
	mutex_unlock(&fix->ln->conf_lock);
	net_test_free(fix->ln);
	fix->ln = mine;
	mutex_lock(&mine->conf_lock);
}

static void txn_kinds(struct kunit *test)
{
	struct txn_fix *fix = test->priv;
	struct k_model *run, *want;
	struct l4lb_txn *txn;
	u32 round, n;
	u8 mode;

	run = kunit_kzalloc(test, 2 * sizeof(*run), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, run);
	want = run + 1;
	for (round = 0; round < K_ROUNDS; round++) {
		mode = k_rnd(test, 12) ? L4LB_TXN_MODE_EDIT :
					 L4LB_TXN_MODE_REPLACE;
		*want = *run;
		if (mode == L4LB_TXN_MODE_REPLACE)
			memset(want, 0, sizeof(*want));
		txn = t_begin(test, mode, 1);
		KUNIT_ASSERT_FALSE(test, IS_ERR(txn));
		for (n = k_rnd(test, 12); n; n--)
			k_change(test, txn, want);
		if (!k_rnd(test, 8)) {
			l4lb_txn_abort(fix->ln, txn);
		} else {
			KUNIT_ASSERT_EQ(test, t_commit(test, txn, NULL), 0);
			*run = *want;
		}
		k_expect(test, run);
		if (round % 40 == 39)
			k_expect_digest(test, run);
		if (!k_rnd(test, 4)) {
			synchronize_rcu();
			l4lb_server_reap(fix->ln);
		}
	}
}

/* Every kind that does not exclude another, with a server each. */
static void k_all(struct k_model *m)
{
	u32 k;

	memset(m, 0, sizeof(*m));
	for (k = 0; k < K_SERVICES; k++) {
		if (k == 2)
			continue;
		m->svc[k] = (struct k_service){
			.in = true,
			.method = k % 2 ? L4LB_METHOD_NAT :
					  L4LB_METHOD_TUNNEL,
			.sched = k % ARRAY_SIZE(k_scheds),
			.opts.on_down = L4LB_ON_DOWN_KEEP,
			.opts.on_gone = L4LB_ON_GONE_RESET,
			.opts.hook = L4LB_HOOK_PREROUTING,
			.nr = 1,
		};
	}
}

/* Some go, some come with other values and servers, a range among them. */
static void k_most(struct k_model *m)
{
	u32 k;

	k_all(m);
	m->svc[2] = m->svc[1];
	m->svc[1].in = false;
	m->svc[3].in = false;
	for (k = 5; k < K_SERVICES; k += 4)
		m->svc[k].in = false;
	for (k = 0; k < K_SERVICES; k += 2) {
		m->svc[k].order[1] = 2;
		m->svc[k].nr = 2;
		m->svc[k].opts.persist = 60;
		m->svc[k].opts.persist_prefix = 24;
	}
}

/* Each allocation of the way from one to the other fails once. */
static void txn_fault_kinds(struct kunit *test)
{
	struct txn_fix *fix = test->priv;
	const struct l4lb_table *table;
	struct l4lb_txn_result result;
	struct l4lb_txn *txn;
	struct k_model *m;
	u32 nth;
	int err;

	m = kunit_kzalloc(test, 2 * sizeof(*m), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m);
	k_all(&m[0]);
	k_most(&m[1]);
	KUNIT_ASSERT_EQ(test, t_commit(test, k_build(test, &m[0]), NULL), 0);
	table = t_table(test);
	txn = k_build(test, &m[1]);
	for (nth = 1;; nth++) {
		l4lb_fault_arm(nth);
		err = l4lb_txn_commit(fix->ln, txn, false, &result, NULL);
		/* The growth of a hash may fail without harm. */
		if (!l4lb_fault_fired() || !err)
			break;
		KUNIT_ASSERT_EQ(test, err, -ENOMEM);
		KUNIT_ASSERT_PTR_EQ(test, t_table(test), table);
		k_expect(test, &m[0]);
	}
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_GT(test, nth, 40u);
	k_expect(test, &m[1]);
	k_expect_digest(test, &m[1]);
}

/* While they are staged, too: what was accepted before stays. */
static void txn_fault_kinds_stage(struct kunit *test)
{
	struct txn_fix *fix = test->priv;
	struct l4lb_change *ch;
	struct l4lb_txn *txn;
	struct k_model *m;
	u32 k, nth, fired = 0;
	int err;

	m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m);
	k_all(m);
	KUNIT_ASSERT_EQ(test, t_commit(test, k_build(test, m), NULL), 0);
	for (k = 0; k < K_SERVICES; k++) {
		for (nth = 1;; nth++) {
			txn = t_begin(test, L4LB_TXN_MODE_EDIT, 1);
			KUNIT_ASSERT_FALSE(test, IS_ERR(txn));
			ch = k_service(k == 2 ? CH_SERVICE_NEW :
						CH_SERVICE_DEL, k);
			/* What it would overlap goes first. */
			if (k == 2) {
				T_STAGE(txn, k_service(CH_SERVICE_DEL, 1), 0);
				T_STAGE(txn, k_service(CH_SERVICE_DEL, 3), 0);
			}
			l4lb_fault_arm(nth);
			err = t_stage(test, txn, ch);
			if (!l4lb_fault_fired())
				break;
			fired++;
			KUNIT_ASSERT_TRUE(test, !err || err == -ENOMEM);
			/* Tried again it is accepted. */
			if (err)
				T_STAGE(txn, ch, 0);
			l4lb_txn_abort(fix->ln, txn);
			k_expect(test, m);
		}
		KUNIT_ASSERT_EQ(test, err, 0);
		l4lb_txn_abort(fix->ln, txn);
	}
	KUNIT_EXPECT_GT(test, fired, (u32)K_SERVICES);
}
