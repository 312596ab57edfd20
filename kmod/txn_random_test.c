// SPDX-License-Identifier: GPL-2.0
/*
 * Part of the suite of txn.c: random transactions against a model of plain
 * arrays. The model says whether a change is accepted, what a commit makes of
 * the changes when others came first, and which objects must live on.
 */

#define R_SERVICES	10
#define R_SERVERS	14
#define R_CHANGES	24
#define R_ROUNDS	500

/**
 * struct r_service - a service of the model
 * @in: exists
 * @method: &enum l4lb_method
 * @tie: &enum l4lb_tie
 * @rr: scheduler
 * @input: hook
 * @track: conntrack sees it
 * @slow: seconds of slow start
 * @nr: servers in @order
 * @order: servers in list order
 * @weight: by server
 */
struct r_service {
	bool in;
	u8 method;
	u8 tie;
	bool rr;
	bool input;
	bool track;
	u32 slow;
	u32 nr;
	u8 order[R_SERVERS];
	u8 weight[R_SERVERS];
};

/**
 * struct r_model - a configuration
 * @svc: services
 * @policy: of VIPs, by the service's number
 */
struct r_model {
	struct r_service svc[R_SERVICES];
	u8 policy[R_SERVICES];
};

/**
 * struct r_fix - the case's state
 * @run: what runs
 * @held: connections that were opened, by the server's slot object
 * @nr_held: their number
 */
struct r_fix {
	struct r_model run;
	struct l4lb_server *held[64];
	u32 nr_held;
};

static u32 r_rnd(struct kunit *test, u32 below)
{
	struct txn_fix *fix = test->priv;

	return prandom_u32_state(&fix->rnd) % below;
}

static int r_place(const struct r_service *s, u32 server)
{
	u32 i;

	for (i = 0; i < s->nr; i++)
		if (s->order[i] == server)
			return i;
	return -1;
}

static u32 r_number(const struct l4lb_endpoint *ep)
{
	return 2 * (ntohl(ep->addr.ip) - 0xc6336400) + (ep->port != htons(80));
}

static int r_apply_service(struct r_service *s, const struct l4lb_change *ch)
{
	struct r_service want = *s;
	u32 i;

	if (ch->op == L4LB_CHANGE_SERVICE_NEW) {
		if (s->in)
			return -EEXIST;
		memset(&want, 0, sizeof(want));
		want.in = true;
		want.method = L4LB_METHOD_DR;
		want.tie = L4LB_TIE_ROTATE;
	} else if (!s->in) {
		return -ENOENT;
	}
	if (ch->op == L4LB_CHANGE_SERVICE_DEL) {
		s->in = false;
		return 0;
	}
	if (ch->present & BIT(L4LB_A_SERVICE_METHOD))
		want.method = ch->method;
	if (ch->present & BIT(L4LB_A_SERVICE_TIE))
		want.tie = ch->tie;
	if (ch->present & BIT(L4LB_A_SERVICE_SCHEDULER))
		want.rr = ch->scheduler[0] == 'r';
	if (ch->present & BIT_ULL(L4LB_A_SERVICE_HOOK))
		want.input = ch->opts.hook == L4LB_HOOK_LOCAL_IN;
	if (ch->present & BIT_ULL(L4LB_A_SERVICE_TRACK))
		want.track = ch->opts.track;
	if (ch->present & BIT_ULL(L4LB_A_SERVICE_SLOW_START))
		want.slow = ch->opts.slow_start;
	if (want.track && !want.input)
		return -EINVAL;
	if (want.slow > L4LB_SLOW_START_MAX)
		return -ERANGE;
	for (i = 0; want.method != L4LB_METHOD_NAT && i < want.nr; i++)
		if (want.order[i] % 2)
			return -EINVAL;
	*s = want;
	return 0;
}

static int r_apply_server(struct r_service *s, const struct l4lb_change *ch)
{
	u32 n = r_number(&ch->server);
	int at;

	if (!s->in)
		return -ENOENT;
	at = r_place(s, n);
	if (ch->op == L4LB_CHANGE_SERVER_NEW) {
		if (s->method != L4LB_METHOD_NAT && n % 2)
			return -EINVAL;
		if (at >= 0)
			return -EEXIST;
		s->order[s->nr++] = n;
		s->weight[n] = ch->weight;
		return 0;
	}
	if (at < 0)
		return -ENOENT;
	if (ch->op == L4LB_CHANGE_SERVER_SET) {
		s->weight[n] = ch->weight;
		return 0;
	}
	s->nr--;
	memmove(&s->order[at], &s->order[at + 1], s->nr - at);
	return 0;
}

static int r_apply(struct r_model *m, const struct l4lb_change *ch)
{
	u32 n;

	switch (ch->op) {
	case L4LB_CHANGE_FLUSH:
		memset(m, 0, sizeof(*m));
		for (n = 0; n < R_SERVICES; n++)
			m->policy[n] = L4LB_UNKNOWN_PORT_PASS;
		return 0;
	case L4LB_CHANGE_VIP_SET:
		m->policy[ntohl(ch->vip.addr.ip) & 0xff] = ch->unknown_port;
		return 0;
	case L4LB_CHANGE_SERVICE_NEW:
	case L4LB_CHANGE_SERVICE_SET:
	case L4LB_CHANGE_SERVICE_DEL:
		return r_apply_service(&m->svc[ntohl(ch->service.addr.ip) & 0xff],
				       ch);
	default:
		return r_apply_server(&m->svc[ntohl(ch->service.addr.ip) & 0xff],
				      ch);
	}
}

static void r_options(struct kunit *test, struct l4lb_change *ch)
{
	if (!r_rnd(test, 3)) {
		ch->present |= BIT_ULL(L4LB_A_SERVICE_HOOK);
		ch->opts.hook = r_rnd(test, 2) ? L4LB_HOOK_LOCAL_IN :
						 L4LB_HOOK_PREROUTING;
	}
	if (!r_rnd(test, 4)) {
		ch->present |= BIT_ULL(L4LB_A_SERVICE_TRACK);
		ch->opts.track = r_rnd(test, 2);
	}
	if (!r_rnd(test, 4)) {
		ch->present |= BIT_ULL(L4LB_A_SERVICE_SLOW_START);
		ch->opts.slow_start = r_rnd(test, L4LB_SLOW_START_MAX + 400);
	}
}

static struct l4lb_change *r_change(struct kunit *test)
{
	struct l4lb_change *ch = t_weight(CH_SERVER_NEW, r_rnd(test, R_SERVICES),
					 r_rnd(test, R_SERVERS), r_rnd(test, 4));
	u32 what = r_rnd(test, 60);

	if (what < 20)
		return ch;
	ch->op = CH_SERVER_SET + (what % 2);
	if (what < 34)
		return ch;
	if (what == 34)
		return t_change(L4LB_CHANGE_FLUSH);
	if (what < 39)
		return t_vip(r_rnd(test, R_SERVICES), 1 + r_rnd(test, 3));
	ch->op = what < 49 ? CH_SERVICE_NEW : what < 56 ? CH_SERVICE_SET :
							CH_SERVICE_DEL;
	ch->present = 0;
	if (r_rnd(test, 2)) {
		ch->present |= BIT(L4LB_A_SERVICE_METHOD);
		ch->method = r_rnd(test, 3) ? L4LB_METHOD_NAT :
			     r_rnd(test, 2) ? L4LB_METHOD_DR :
					      L4LB_METHOD_TUNNEL;
	}
	if (!r_rnd(test, 4)) {
		ch->present |= BIT(L4LB_A_SERVICE_TIE);
		ch->tie = 1 + r_rnd(test, L4LB_TIE_MAX);
	}
	if (!r_rnd(test, 3)) {
		ch->present |= BIT(L4LB_A_SERVICE_SCHEDULER);
		strscpy(ch->scheduler, r_rnd(test, 2) ? "rr" : "wlc",
			sizeof(ch->scheduler));
	}
	r_options(test, ch);
	return ch;
}

static void r_expect_service(struct kunit *test, const struct r_service *s,
			     u32 n)
{
	const struct l4lb_service *svc = t_find(test, n);
	const struct l4lb_server_conf *conf;
	const struct l4lb_server *srv;
	u32 i;

	KUNIT_ASSERT_EQ(test, !!svc, s->in);
	if (!svc)
		return;
	KUNIT_ASSERT_EQ(test, svc->method, s->method);
	KUNIT_ASSERT_EQ(test, svc->tie, s->tie);
	KUNIT_ASSERT_EQ(test, svc->ops == &l4lb_sched_rr, s->rr);
	KUNIT_ASSERT_EQ(test, svc->hook == L4LB_HOOK_LOCAL_IN, s->input);
	KUNIT_ASSERT_EQ(test, svc->track, s->track);
	KUNIT_ASSERT_EQ(test, svc->slow_start, s->slow);
	KUNIT_ASSERT_EQ(test, svc->sched->nr, s->nr);
	for (i = 0; i < s->nr; i++) {
		srv = svc->sched->slot[i].server;
		KUNIT_ASSERT_EQ(test, r_number(&srv->ep), (u32)s->order[i]);
		conf = rcu_dereference_protected(srv->conf, true);
		KUNIT_ASSERT_EQ(test, conf->weight, (u32)s->weight[s->order[i]]);
	}
}

static void r_expect(struct kunit *test, const struct r_model *m)
{
	struct l4lb_service_key key;
	struct l4lb_vip *vip;
	u32 n;

	for (n = 0; n < R_SERVICES; n++) {
		r_expect_service(test, &m->svc[n], n);
		key = t_key(n);
		vip = l4lb_vip_lookup(t_table(test)->vips, &key.addr, AF_INET,
				      l4lb_addr_hash(&key.addr));
		KUNIT_ASSERT_EQ(test, vip ? vip->unknown_port :
					    (u8)L4LB_UNKNOWN_PORT_PASS,
				m->policy[n]);
	}
	t_check(test);
}

/* Objects before a commit, to be found again after it. */
struct r_identity {
	struct l4lb_service_rt *rt[R_SERVICES];
	struct l4lb_server *srv[R_SERVICES][R_SERVERS];
};

static void r_identify(struct kunit *test, struct r_identity *id)
{
	u32 n, s;

	for (n = 0; n < R_SERVICES; n++) {
		id->rt[n] = t_find(test, n) ? t_find(test, n)->rt : NULL;
		for (s = 0; s < R_SERVERS; s++)
			id->srv[n][s] = t_find_server(test, n, s);
	}
}

static void r_same(struct kunit *test, const struct r_identity *was,
		   const struct r_identity *is)
{
	u32 n, s;

	for (n = 0; n < R_SERVICES; n++) {
		if (was->rt[n] && is->rt[n])
			KUNIT_ASSERT_PTR_EQ(test, was->rt[n], is->rt[n]);
		for (s = 0; s < R_SERVERS; s++)
			if (was->srv[n][s] && is->srv[n][s])
				KUNIT_ASSERT_PTR_EQ(test, was->srv[n][s],
						    is->srv[n][s]);
	}
}

/* Connections come and go, and servers that are done with are reaped. */
static void r_traffic(struct kunit *test, struct r_fix *r)
{
	struct txn_fix *fix = test->priv;
	struct l4lb_server *srv;
	u32 i;

	for (i = 0; i < 8; i++) {
		srv = t_find_server(test, r_rnd(test, R_SERVICES),
				    r_rnd(test, R_SERVERS));
		if (srv && r->nr_held < ARRAY_SIZE(r->held)) {
			l4lb_server_conn_opened(srv, true);
			r->held[r->nr_held++] = srv;
		}
		if (r->nr_held && r_rnd(test, 2)) {
			srv = r->held[--r->nr_held];
			l4lb_server_conn_closed(srv, true);
		}
	}
	if (r_rnd(test, 4))
		return;
	synchronize_rcu();
	l4lb_server_reap(fix->ln);
	fix->ln->conns.sweep++;
	l4lb_slots_settle(&fix->ln->services, fix->ln->conns.sweep);
	l4lb_slots_settle(&fix->ln->servers, fix->ln->conns.sweep);
	l4lb_slots_settle(&fix->ln->endpoints, fix->ln->conns.sweep);
}

/*
 * What the changes that were accepted make of what runs; the first misfit, by its
 * number among the objects, which a flush is none of.
 */
static int r_replay(const struct r_fix *r, struct r_model *m, u8 mode,
		    const struct l4lb_change *ch, u32 nr, u32 *index)
{
	const struct l4lb_change flush = { .op = L4LB_CHANGE_FLUSH };
	u32 i;
	int err;

	*index = 0;
	*m = r->run;
	if (mode == L4LB_TXN_MODE_REPLACE)
		r_apply(m, &flush);
	for (i = 0; i < nr; i++) {
		err = r_apply(m, &ch[i]);
		if (err)
			return err;
		*index += ch[i].op != L4LB_CHANGE_FLUSH;
	}
	return 0;
}

/* A change of another writer. */
static void r_other(struct kunit *test, struct r_fix *r)
{
	struct l4lb_change *ch = r_change(test);
	int err = r_apply(&r->run, ch);

	KUNIT_ASSERT_EQ(test, t_one(test, ch), err);
	r_expect(test, &r->run);
}

static void r_commit(struct kunit *test, struct r_fix *r, struct l4lb_txn *txn,
		     struct r_model *m, int want, u32 index)
{
	struct txn_fix *fix = test->priv;
	struct r_identity *id;
	int err;

	id = kunit_kzalloc(test, 2 * sizeof(*id), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, id);
	r_identify(test, &id[0]);
	err = t_commit(test, txn, NULL);
	KUNIT_ASSERT_EQ(test, err, want);
	if (err) {
		KUNIT_ASSERT_EQ(test, t_index(test), index);
		l4lb_txn_abort(fix->ln, txn);
	} else {
		r->run = *m;
	}
	r_expect(test, &r->run);
	r_identify(test, &id[1]);
	r_same(test, &id[0], &id[1]);
	kunit_kfree(test, id);
}

static void r_round(struct kunit *test, struct r_fix *r, struct r_model *m,
		    struct l4lb_change *log)
{
	u8 mode = r_rnd(test, 4) ? L4LB_TXN_MODE_EDIT : L4LB_TXN_MODE_REPLACE;
	u32 todo = r_rnd(test, R_CHANGES), nr = 0, index;
	struct l4lb_txn *txn = t_begin(test, mode, 1);
	struct txn_fix *fix = test->priv;
	struct l4lb_txn_result result;
	int err;

	KUNIT_ASSERT_FALSE(test, IS_ERR(txn));
	while (todo--) {
		if (!r_rnd(test, 25))
			r_other(test, r);
		log[nr] = *r_change(test);
		err = r_replay(r, m, mode, log, nr + 1, &index);
		KUNIT_ASSERT_EQ(test, t_stage(test, txn, &log[nr]), err);
		if (err)
			KUNIT_ASSERT_EQ(test, t_index(test), index);
		else
			nr++;
	}
	if (!r_rnd(test, 8)) {
		l4lb_txn_abort(fix->ln, txn);
		r_expect(test, &r->run);
		return;
	}
	if (!r_rnd(test, 8))
		r_other(test, r);
	err = r_replay(r, m, mode, log, nr, &index);
	if (!r_rnd(test, 4)) {
		KUNIT_ASSERT_EQ(test, l4lb_txn_commit(fix->ln, txn, true,
						      &result, NULL), err);
		r_expect(test, &r->run);
	}
	r_commit(test, r, txn, m, err, index);
	r_traffic(test, r);
}

static void txn_random(struct kunit *test)
{
	struct l4lb_change *log, flush = { .op = L4LB_CHANGE_FLUSH };
	struct r_model *m;
	struct r_fix *r;
	u32 round;

	r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	log = kunit_kzalloc(test, (R_CHANGES + 1) * sizeof(*log), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, r);
	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_ASSERT_NOT_NULL(test, log);
	r_apply(&r->run, &flush);
	for (round = 0; round < R_ROUNDS; round++)
		r_round(test, r, m, log);
	while (r->nr_held)
		l4lb_server_conn_closed(r->held[--r->nr_held], true);
}
