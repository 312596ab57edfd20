// SPDX-License-Identifier: GPL-2.0
/* Part of the suite of decide.c: packets that no entry speaks for. */

static void dt_midstream(struct kunit *test, const struct l4lb_service_key *key,
			 u8 midstream)
{
	dt_set(test, key)->midstream = midstream;
	((struct decide_fix *)test->priv)->ch.present =
		BIT(L4LB_A_SERVICE_MIDSTREAM);
	dt_apply(test);
}

/* A packet in the middle of what this director never saw begin. */
static void decide_midstream(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_packet pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_ACK);
	u32 first;

	dt_service(test, &key, "wlc", L4LB_METHOD_DR);
	dt_apply(test);
	dt_servers(test, &key, 1, 3);
	dt_says(test, &pkt, L4LB_VERDICT_REJECT, L4LB_REASON_MIDSTREAM_RESET, 0);
	dt_midstream(test, &key, L4LB_MIDSTREAM_DROP);
	dt_says(test, &pkt, L4LB_VERDICT_DROP, L4LB_REASON_MIDSTREAM_DROP, 0);
	dt_midstream(test, &key, L4LB_MIDSTREAM_PASS);
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_MIDSTREAM_PASS, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 0);

	/* Adopted, by a hash: the same server as on any other director. */
	dt_midstream(test, &key, L4LB_MIDSTREAM_ADOPT);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ADOPTED, -1);
	first = dt_number(fix->plan.srv);
	dt_state(test, L4LB_STATE_ESTABLISHED);
	dt_load(test, &key, first, 1, 0);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED,
		first);
	l4lb_conn_flush(fix->ln, NULL);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ADOPTED, first);
	l4lb_conn_flush(fix->ln, NULL);
	/* Its end goes there, too, and leaves nothing behind. */
	pkt.tcp_flags = D_FIN;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ADOPTED, first);
	KUNIT_EXPECT_TRUE(test, fix->plan.alone);
	pkt.tcp_flags = D_RST;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ADOPTED, first);
	KUNIT_EXPECT_TRUE(test, fix->plan.alone);
	dt_load(test, &key, first, 0, 0);
	/* A sane sender's only. */
	pkt.tcp_flags = D_SACK;
	dt_says(test, &pkt, L4LB_VERDICT_REJECT, L4LB_REASON_MIDSTREAM_RESET, 0);
	pkt.tcp_flags = 0;
	dt_says(test, &pkt, L4LB_VERDICT_REJECT, L4LB_REASON_MIDSTREAM_RESET, 0);

	/* A hash scheduler adopts unless told otherwise, by its own choice. */
	strscpy(dt_set(test, &key)->scheduler, "mh", L4LB_SCHED_NAME_MAX);
	fix->ch.present = BIT(L4LB_A_SERVICE_SCHEDULER);
	dt_apply(test);
	pkt.tcp_flags = D_SYN;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, -1);
	first = dt_number(fix->plan.srv);
	l4lb_conn_flush(fix->ln, NULL);
	pkt.tcp_flags = D_ACK;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ADOPTED, first);
}

static void dt_taken_over_at(struct kunit *test, unsigned long since)
{
	struct decide_fix *fix = test->priv;
	const struct l4lb_vip *vip;
	u32 l, i;

	net_test_each(net_test_table(fix->ln)->vips, l, i, vip)
		WRITE_ONCE(((struct l4lb_vip *)vip)->active_since, since);
}

/* For ten seconds after a take-over the other one's connections go on. */
static void decide_take_over(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_packet pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_ACK);
	u8 midstream;

	dt_service(test, &key, "rr", L4LB_METHOD_DR);
	dt_apply(test);
	dt_servers(test, &key, 1, 3);
	dt_says(test, &pkt, L4LB_VERDICT_REJECT, L4LB_REASON_MIDSTREAM_RESET, 0);
	dt_standby(test, 1, true);
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_STANDBY, 0);
	dt_standby(test, 1, false);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ADOPTED, -1);
	l4lb_conn_flush(fix->ln, NULL);
	/* In an even jiffy it has begun in the next one. */
	dt_taken_over_at(test, jiffies + 1);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ADOPTED, -1);
	l4lb_conn_flush(fix->ln, NULL);
	dt_taken_over_at(test, jiffies - 9 * HZ);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ADOPTED, -1);
	l4lb_conn_flush(fix->ln, NULL);
	dt_taken_over_at(test, jiffies - 10 * HZ);
	dt_says(test, &pkt, L4LB_VERDICT_REJECT, L4LB_REASON_MIDSTREAM_RESET, 0);
	/* A policy that was chosen holds during that time, too. */
	for (midstream = L4LB_MIDSTREAM_DROP; midstream <= L4LB_MIDSTREAM_PASS;
	     midstream++) {
		dt_midstream(test, &key, midstream);
		dt_standby(test, 1, true);
		dt_standby(test, 1, false);
		dt_send(test, &pkt);
		KUNIT_EXPECT_NE(test, fix->plan.verdict, L4LB_VERDICT_FORWARD);
	}
}

static struct l4lb_conn *dt_template(struct kunit *test,
				     const struct l4lb_service_key *key,
				    u32 client)
{
	struct decide_fix *fix = test->priv;
	union l4lb_addr addr = dt_addr(fix, D_CLIENT, client);
	struct l4lb_conn *tmpl;

	rcu_read_lock();
	tmpl = l4lb_persist_lookup(fix->ln, dt_find(test, key), &addr);
	rcu_read_unlock();
	return tmpl;
}

/* A SYN of a client: to which server, and what is said of its template. */
static noinline void dt_persists(struct kunit *test, u32 client, u16 sport,
				 u32 server, u32 reason)
{
	const void *caller = __builtin_return_address(0);
	struct decide_fix *fix = test->priv;
	struct l4lb_packet pkt = dt_pkt(fix, IPPROTO_TCP, client, 1, 80, D_SYN);

	pkt.sport = htons(sport);
	dt_send(test, &pkt);
	KUNIT_EXPECT_EQ_MSG(test, fix->plan.reason, L4LB_REASON_NEW, "at %pS",
			    caller);
	KUNIT_EXPECT_EQ_MSG(test, dt_number(fix->plan.srv), server, "at %pS",
			    caller);
	KUNIT_EXPECT_EQ(test, fix->trace.seen[L4LB_STEP_TEMPLATE], 1u);
	KUNIT_EXPECT_EQ_MSG(test, fix->trace.tmpl, reason, "at %pS", caller);
}

static struct l4lb_service_key dt_persistent(struct kunit *test, u32 servers)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_change *ch = dt_service(test, &key, "rr", L4LB_METHOD_DR);

	D_OPT(ch, PERSIST, persist, 60);
	D_OPT(ch, PERSIST_PREFIX, persist_prefix, fix->bits - 8);
	dt_apply(test);
	dt_servers(test, &key, 1, servers);
	return key;
}

/* Clients of one prefix follow each other, for as long as one of them lives. */
static void decide_persist(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_persistent(test, 4);
	struct l4lb_packet pkt;
	struct l4lb_conn *tmpl;
	u32 port;

	dt_persists(test, 1, 1000, 1, L4LB_REASON_UNSPEC);
	KUNIT_EXPECT_EQ(test, fix->plan.affinity, L4LB_AFFINITY_SET);
	for (port = 1001; port < 1020; port++) {
		dt_persists(test, port % 256, port, 1, L4LB_REASON_UNSPEC);
		KUNIT_EXPECT_EQ(test, fix->plan.affinity, L4LB_AFFINITY_KEEP);
		KUNIT_EXPECT_FALSE(test, fix->plan.turn);
	}
	/* They have not used up anybody's turn. */
	dt_persists(test, 256, 1000, 2, L4LB_REASON_UNSPEC);
	dt_load(test, &key, 1, 20, 0);
	dt_load(test, &key, 2, 1, 0);

	/* A template that is idle for too long is none. */
	tmpl = dt_template(test, &key, 1);
	KUNIT_ASSERT_NOT_NULL(test, tmpl);
	KUNIT_EXPECT_PTR_EQ(test, tmpl, dt_template(test, &key, 255));
	dt_idle(tmpl, 59);
	dt_persists(test, 1, 2000, 1, L4LB_REASON_UNSPEC);
	dt_idle(tmpl, 59);
	/* A packet of a connection that it placed keeps it. */
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_ACK);
	pkt.sport = htons(1000);
	dt_send(test, &pkt);
	dt_idle(fix->plan.conn, 2);
	dt_send(test, &pkt);
	dt_idle(tmpl, 59);
	dt_persists(test, 1, 2001, 1, L4LB_REASON_UNSPEC);
	dt_idle(tmpl, 62);
	KUNIT_EXPECT_NULL(test, dt_template(test, &key, 1));
	dt_persists(test, 1, 2002, 3, L4LB_REASON_UNSPEC);
	KUNIT_EXPECT_EQ(test, fix->plan.affinity, L4LB_AFFINITY_SET);
}

/* One whose server takes no new connections is replaced. */
static void decide_persist_left(struct kunit *test)
{
	static const u32 reasons[] = {
		L4LB_REASON_DOWN, L4LB_REASON_DRAINING, L4LB_REASON_DISABLED,
		L4LB_REASON_WEIGHT_ZERO, L4LB_REASON_SERVER_GONE,
	};
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key;
	struct l4lb_conn *was;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(reasons); i++) {
		key = dt_persistent(test, 2);
		dt_persists(test, 1, 1000, 1, L4LB_REASON_UNSPEC);
		was = dt_template(test, &key, 1);
		switch (reasons[i]) {
		case L4LB_REASON_DOWN:
			dt_health(test, &key, 1, L4LB_HEALTH_DOWN);
			break;
		case L4LB_REASON_DRAINING:
			dt_admin(test, &key, 1, L4LB_ADMIN_DRAIN);
			break;
		case L4LB_REASON_DISABLED:
			dt_admin(test, &key, 1, L4LB_ADMIN_DISABLED);
			break;
		case L4LB_REASON_WEIGHT_ZERO:
			dt_weight(test, &key, 1, 0);
			break;
		default:
			dt_delete(test, &key, 1, false);
		}
		dt_persists(test, 1, 1001, 2, reasons[i]);
		KUNIT_EXPECT_PTR_NE(test, dt_template(test, &key, 1), was);
		if (reasons[i] != L4LB_REASON_SERVER_GONE) {
			dt_health(test, &key, 1, L4LB_HEALTH_UP);
			dt_admin(test, &key, 1, L4LB_ADMIN_ENABLED);
			dt_weight(test, &key, 1, -1);
		}
		/* The new one holds when the old server is back. */
		dt_persists(test, 1, 1002, 2, L4LB_REASON_UNSPEC);
		KUNIT_EXPECT_EQ(test, fix->plan.affinity, L4LB_AFFINITY_KEEP);
		dt_forget(test, &key);
	}
	/* Deleted at once, its templates went with it. */
	key = dt_persistent(test, 2);
	dt_persists(test, 1, 1000, 1, L4LB_REASON_UNSPEC);
	dt_delete(test, &key, 1, true);
	KUNIT_EXPECT_NULL(test, dt_template(test, &key, 1));
	dt_persists(test, 1, 1001, 2, L4LB_REASON_UNSPEC);
}

/* A full server is passed over this once. */
static void decide_persist_full(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_persistent(test, 2);
	struct l4lb_packet pkt;
	struct l4lb_conn *was;

	dt_server(test, L4LB_CHANGE_SERVER_SET, &key, 1)->max_conns = 2;
	fix->ch.min_conns = 2;
	fix->ch.present = BIT(L4LB_A_SERVER_MAX_CONNS) |
			  BIT(L4LB_A_SERVER_MIN_CONNS);
	dt_apply(test);
	dt_persists(test, 1, 1000, 1, L4LB_REASON_UNSPEC);
	dt_persists(test, 1, 1001, 1, L4LB_REASON_UNSPEC);
	was = dt_template(test, &key, 1);
	dt_persists(test, 1, 1002, 2, L4LB_REASON_OVERLOAD);
	KUNIT_EXPECT_EQ(test, fix->plan.affinity, L4LB_AFFINITY_NONE);
	KUNIT_EXPECT_PTR_EQ(test, dt_template(test, &key, 1), was);
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_SYN);
	pkt.sport = htons(1000);
	dt_send(test, &pkt);
	rcu_read_lock();
	l4lb_conn_kill(fix->ln, fix->plan.conn);
	rcu_read_unlock();
	dt_persists(test, 1, 1003, 1, L4LB_REASON_UNSPEC);
}

/* Each packet by itself: no entry, and the scheduler's turn each time. */
static void decide_one_packet(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	const struct l4lb_service_key keys[] = {
		dt_key(fix, IPPROTO_UDP, 1, 53),
		dt_range(fix, IPPROTO_UDP, 2, 0, 0),
	};
	struct l4lb_packet pkt;
	u32 i, k;

	for (k = 0; k < ARRAY_SIZE(keys); k++) {
		D_OPT(dt_service(test, &keys[k], "rr", L4LB_METHOD_DR),
		      ONE_PACKET, one_packet, true);
		dt_apply(test);
		dt_servers(test, &keys[k], 1, 3);
		pkt = dt_pkt(fix, IPPROTO_UDP, 1, k + 1, 53, 0);
		for (i = 0; i < 9; i++) {
			dt_says(test, &pkt, L4LB_VERDICT_FORWARD,
				L4LB_REASON_ONE_PACKET, i % 3 + 1);
			dt_ends(test, 53, 53);
		}
		KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 0);
		dt_load(test, &keys[k], 1, 0, 0);
		/* So a server that leaves has nothing to wait for. */
		dt_admin(test, &keys[k], 2, L4LB_ADMIN_DRAIN);
		for (i = 0; i < 4; i++)
			dt_says(test, &pkt, L4LB_VERDICT_FORWARD,
				L4LB_REASON_ONE_PACKET, i % 2 ? 3 : 1);
	}
	/* No room is needed, where there is none. */
	WRITE_ONCE(fix->ln->limits.conns, 0);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ONE_PACKET, -1);
}

/* At the limit of connections a hash goes on without entries. */
static void decide_limit(struct kunit *test)
{
	static const struct {
		const char *scheduler;
		u8 proto;
		u8 method;
		u8 midstream;
		bool goes_on;
	} cases[] = {
		{ "mh", IPPROTO_TCP, L4LB_METHOD_DR, 0, true },
		{ "sh", IPPROTO_UDP, L4LB_METHOD_DR, 0, true },
		{ "dh", IPPROTO_TCP, L4LB_METHOD_TUNNEL, 0, true },
		{ "mh", IPPROTO_UDP, L4LB_METHOD_DR, L4LB_MIDSTREAM_RESET,
		  true },
		{ "mh", IPPROTO_TCP, L4LB_METHOD_DR, L4LB_MIDSTREAM_RESET,
		  false },
		{ "mh", IPPROTO_TCP, L4LB_METHOD_NAT, 0, false },
		{ "rr", IPPROTO_TCP, L4LB_METHOD_DR, L4LB_MIDSTREAM_ADOPT,
		  false },
		{ "wlc", IPPROTO_UDP, L4LB_METHOD_DR, 0, false },
	};
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key;
	struct l4lb_packet pkt, old;
	u32 i, server;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		key = dt_key(fix, cases[i].proto, i + 1, 80);
		dt_service(test, &key, cases[i].scheduler, cases[i].method);
		if (cases[i].midstream) {
			fix->ch.midstream = cases[i].midstream;
			fix->ch.present |= BIT(L4LB_A_SERVICE_MIDSTREAM);
		}
		dt_apply(test);
		dt_servers(test, &key, 1, 5);
		old = dt_pkt(fix, cases[i].proto, 7, i + 1, 80, D_SYN);
		dt_says(test, &old, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, -1);
		WRITE_ONCE(fix->ln->limits.conns,
			   atomic_read(&fix->ln->conns.nr));
		pkt = dt_pkt(fix, cases[i].proto, 8, i + 1, 80, D_SYN);
		if (!cases[i].goes_on) {
			dt_says(test, &pkt, L4LB_VERDICT_DROP,
				L4LB_REASON_CONN_LIMIT, 0);
		} else {
			dt_says(test, &pkt, L4LB_VERDICT_FORWARD,
				L4LB_REASON_ONE_PACKET, -1);
			server = dt_number(fix->plan.srv);
			pkt.tcp_flags = D_ACK;
			dt_says(test, &pkt, L4LB_VERDICT_FORWARD,
				L4LB_REASON_ONE_PACKET, server);
			KUNIT_EXPECT_NULL(test, fix->plan.conn);
		}
		/* Who has an entry is not concerned. */
		old.tcp_flags = D_ACK;
		dt_says(test, &old, L4LB_VERDICT_FORWARD,
			L4LB_REASON_ESTABLISHED, -1);
		WRITE_ONCE(fix->ln->limits.conns, 1000);
	}
}

/* Beyond the cap SYNs are dropped, one alarm rings, and nobody else suffers. */
static void decide_half_open(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_packet pkt;
	u32 n;

	D_OPT(dt_service(test, &key, "rr", L4LB_METHOD_DR), HALF_OPEN_MAX,
	      half_open_max, 4);
	dt_apply(test);
	dt_servers(test, &key, 1, 1);
	for (n = 1; n <= 4; n++) {
		pkt = dt_pkt(fix, IPPROTO_TCP, n, 1, 80, D_SYN);
		dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	}
	KUNIT_EXPECT_EQ(test, dt_find(test, &key)->rt->half_alarm, 0u);
	pkt = dt_pkt(fix, IPPROTO_TCP, 5, 1, 80, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_DROP, L4LB_REASON_HALF_OPEN_LIMIT, 0);
	KUNIT_EXPECT_EQ(test, dt_find(test, &key)->rt->half_alarm, 1u);
	/* One that is there already may be sent again. */
	pkt = dt_pkt(fix, IPPROTO_TCP, 4, 1, 80, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 1);
	/* Whose handshake is complete makes room for one. */
	pkt.tcp_flags = D_ACK;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 1);
	pkt = dt_pkt(fix, IPPROTO_TCP, 5, 1, 80, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	pkt = dt_pkt(fix, IPPROTO_TCP, 6, 1, 80, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_DROP, L4LB_REASON_HALF_OPEN_LIMIT, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&dt_find(test, &key)->rt->half_open),
			4);
	dt_load(test, &key, 1, 5, 0);
	/* A port that is used again would be one more. */
	pkt = dt_pkt(fix, IPPROTO_TCP, 4, 1, 80, D_FIN);
	dt_send(test, &pkt);
	pkt.tcp_flags = D_SYN;
	dt_says(test, &pkt, L4LB_VERDICT_DROP, L4LB_REASON_HALF_OPEN_LIMIT, 1);
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_RST);
	dt_send(test, &pkt);
	pkt = dt_pkt(fix, IPPROTO_TCP, 4, 1, 80, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_REOPENED, 1);
}

/* Services of UDP with room for two that nobody has answered yet. */
static struct l4lb_service_key dt_half_open_udp(struct kunit *test, u8 method)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, IPPROTO_UDP, 1, 53);
	struct l4lb_packet pkt;
	u32 n;

	D_OPT(dt_service(test, &key, "rr", method), HALF_OPEN_MAX,
	      half_open_max, 2);
	dt_apply(test);
	dt_servers(test, &key, 1, 1);
	for (n = 1; n <= 2; n++) {
		pkt = dt_pkt(fix, IPPROTO_UDP, n, 1, 53, 0);
		dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	}
	KUNIT_EXPECT_EQ(test, dt_find(test, &key)->rt->half_alarm, 0u);
	return key;
}

/* Where answers are not seen a second packet proves; beyond the cap none is kept. */
static void decide_half_open_udp(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_half_open_udp(test, L4LB_METHOD_DR);
	struct l4lb_packet pkt = dt_pkt(fix, IPPROTO_UDP, 3, 1, 53, 0);

	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ONE_PACKET, 1);
	dt_load(test, &key, 1, 0, 2);
	KUNIT_EXPECT_EQ(test, dt_find(test, &key)->rt->half_alarm, 1u);
	pkt = dt_pkt(fix, IPPROTO_UDP, 1, 1, 53, 0);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 1);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&dt_find(test, &key)->rt->half_open),
			1);
	pkt = dt_pkt(fix, IPPROTO_UDP, 3, 1, 53, 0);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	dt_load(test, &key, 1, 0, 3);
	/* What has been proven may be placed anew however many are not. */
	dt_servers(test, &key, 2, 2);
	dt_health(test, &key, 1, L4LB_HEALTH_DOWN);
	pkt = dt_pkt(fix, IPPROTO_UDP, 1, 1, 53, 0);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_REOPENED, 2);
	dt_load(test, &key, 2, 0, 1);
	pkt = dt_pkt(fix, IPPROTO_UDP, 2, 1, 53, 0);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_REOPENED, 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&dt_find(test, &key)->rt->half_open),
			2);
}

/* With NAT the answer proves, and nothing that the client says. */
static void decide_half_open_nat(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_half_open_udp(test, L4LB_METHOD_NAT);
	struct l4lb_packet more = dt_pkt(fix, IPPROTO_UDP, 3, 1, 53, 0);
	struct l4lb_packet pkt;

	dt_says(test, &more, L4LB_VERDICT_DROP, L4LB_REASON_HALF_OPEN_LIMIT, 0);
	KUNIT_EXPECT_EQ(test, dt_find(test, &key)->rt->half_alarm, 1u);
	pkt = dt_pkt(fix, IPPROTO_UDP, 1, 1, 53, 0);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 1);
	dt_says(test, &more, L4LB_VERDICT_DROP, L4LB_REASON_HALF_OPEN_LIMIT, 0);
	pkt = dt_reply(fix, IPPROTO_UDP, 1, 1, 53, 0);
	dt_says(test, &pkt, L4LB_VERDICT_REPLY, L4LB_REASON_REPLY, 1);
	dt_says(test, &more, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	dt_load(test, &key, 1, 0, 3);
}

/* Without a server that may be used clients are told. */
static void decide_nobody(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_packet pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_SYN);
	static const char * const names[] = {
		"rr", "wrr", "lc", "wlc", "sed", "nq", "sh", "dh", "mh", "fo",
		"ovf", "twos",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		dt_service(test, &key, names[i], L4LB_METHOD_DR);
		dt_apply(test);
		dt_says(test, &pkt, L4LB_VERDICT_REJECT, L4LB_REASON_NO_SERVER,
			0);
		dt_servers(test, &key, 1, 3);
		dt_admin(test, &key, 1, L4LB_ADMIN_DRAIN);
		dt_health(test, &key, 2, L4LB_HEALTH_DOWN);
		dt_weight(test, &key, 3, 0);
		dt_says(test, &pkt, L4LB_VERDICT_REJECT, L4LB_REASON_NO_SERVER,
			0);
		KUNIT_EXPECT_EQ(test, fix->trace.seen[L4LB_STEP_CANDIDATE], 3u);
		dt_health(test, &key, 2, L4LB_HEALTH_UP);
		dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 2);
		dt_forget(test, &key);
	}
}

/* A source that cannot be answered is no client, but for the director itself. */
static void decide_martian(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_packet pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_SYN);

	dt_one(test, &key, 1);
	memset(&pkt.saddr, 0, sizeof(pkt.saddr));
	if (fix->family == AF_INET)
		pkt.saddr.ip = htonl(0x7f000001);
	else
		pkt.saddr.w[3] = htonl(1);
	dt_says(test, &pkt, L4LB_VERDICT_DROP, L4LB_REASON_MARTIAN, 0);
	pkt.hook = L4LB_HOOK_LOCAL_OUT;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
}
