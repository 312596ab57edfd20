// SPDX-License-Identifier: GPL-2.0
/*
 * Part of the suite of decide.c: any packet at any time. Whatever happens, no
 * packet opens a connection to a server that may have none, none is forwarded
 * for an entry that has lost its server, and what is counted is what is there.
 */

#define DR_SERVICES	5
#define DR_SERVERS	4
#define DR_CLIENTS	25
#define DR_OPS		1500

static struct l4lb_service_key dr_key(const struct decide_fix *fix, u32 s)
{
	switch (s) {
	case 0:
		return dt_key(fix, IPPROTO_TCP, 1, 80);
	case 1:
		return dt_range(fix, IPPROTO_TCP, 1, 8000, 8003);
	case 2:
		return dt_key(fix, IPPROTO_UDP, 1, 53);
	case 3:
		return dt_key(fix, IPPROTO_TCP, 2, 443);
	default:
		return dt_prefix(fix, IPPROTO_UDP, 256, 8, 0);
	}
}

/* Servers of different services have different numbers. */
static u32 dr_number(u32 s, u32 i)
{
	return 10 * s + i + 1;
}

static void dr_setup(struct kunit *test)
{
	static const struct {
		const char *scheduler;
		u8 method;
	} how[DR_SERVICES] = {
		{ "rr", L4LB_METHOD_DR },
		{ "wlc", L4LB_METHOD_NAT },
		{ "wrr", L4LB_METHOD_NAT },
		{ "mh", L4LB_METHOD_DR },
		{ "twos", L4LB_METHOD_TUNNEL },
	};
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key;
	struct l4lb_change *ch;
	u32 s;

	for (s = 0; s < DR_SERVICES; s++) {
		key = dr_key(fix, s);
		ch = dt_service(test, &key, how[s].scheduler, how[s].method);
		D_OPT(ch, ON_SERVER_GONE, on_gone,
		      L4LB_ON_GONE_RESET + s % L4LB_ON_GONE_MAX);
		D_OPT(ch, ON_DOWN, on_down,
		      L4LB_ON_DOWN_KEEP + s % L4LB_ON_DOWN_MAX);
		if (s == 0)
			D_OPT(ch, PERSIST, persist, 60);
		if (s == 3)
			D_OPT(ch, HALF_OPEN_MAX, half_open_max, 6);
		dt_apply(test);
		dt_servers(test, &key, dr_number(s, 0),
			   dr_number(s, DR_SERVERS - 1));
	}
}

static struct l4lb_packet dr_packet(struct kunit *test, struct rnd_state *rnd,
				    u32 s)
{
	static const u8 flags[] = {
		D_SYN, D_SYN, D_SYN, D_ACK, D_ACK, D_FIN, D_RST, D_SACK, 0,
	};
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dr_key(fix, s);
	u32 client = 1 + prandom_u32_state(rnd) % DR_CLIENTS;
	u8 flag = flags[prandom_u32_state(rnd) % ARRAY_SIZE(flags)];
	u16 port = ntohs(key.port) ?: 1000;
	struct l4lb_packet pkt;

	if (s == 1)
		port += prandom_u32_state(rnd) % 4;
	if ((s == 1 || s == 2) && prandom_u32_state(rnd) % 3 == 0)
		pkt = dt_reply(fix, key.proto, client,
			       dr_number(s, prandom_u32_state(rnd) %
					    DR_SERVERS), port, flag);
	else
		pkt = dt_pkt(fix, key.proto, client, s == 4 ? 300 :
			     s == 3 ? 2 : 1, port, flag);
	if (key.proto == IPPROTO_UDP)
		pkt.tcp_flags = 0;
	if (prandom_u32_state(rnd) % 16 == 0)
		pkt.hook = L4LB_HOOK_LOCAL_OUT;
	return pkt;
}

/* What must hold of any plan. */
static void dr_check_plan(struct kunit *test, const struct l4lb_packet *pkt)
{
	struct decide_fix *fix = test->priv;
	const struct l4lb_plan *plan = &fix->plan;

	dt_decide(test, pkt);
	if (plan->verdict != L4LB_VERDICT_FORWARD &&
	    plan->verdict != L4LB_VERDICT_REPLY)
		return;
	KUNIT_ASSERT_NOT_NULL(test, plan->srv);
	KUNIT_ASSERT_NOT_NULL(test, plan->svc);
	if (plan->create) {
		KUNIT_ASSERT_EQ(test, l4lb_server_excluded(plan->srv,
							   l4lb_server_weight(plan->srv)),
				L4LB_REASON_UNSPEC);
		return;
	}
	KUNIT_ASSERT_NOT_NULL(test, plan->conn);
	KUNIT_ASSERT_FALSE(test, plan->conn->word & L4LB_CONN_ORPHAN);
	KUNIT_ASSERT_EQ(test, (u32)plan->conn->server, plan->srv->id);
	KUNIT_ASSERT_EQ(test, plan->conn->gen, plan->srv->gen);
	if (plan->verdict == L4LB_VERDICT_FORWARD &&
	    pkt->proto == IPPROTO_UDP)
		KUNIT_ASSERT_TRUE(test, !plan->srv->gone &&
				  plan->srv->admin == L4LB_ADMIN_ENABLED);
}

static void dr_state(struct kunit *test, struct rnd_state *rnd, u32 s)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dr_key(fix, s);
	u32 n = dr_number(s, prandom_u32_state(rnd) % DR_SERVERS);
	struct l4lb_sched_data *sd = dt_find(test, &key)->sched;
	u32 pos, what = prandom_u32_state(rnd) % 5;

	for (pos = 0; pos < sd->nr; pos++)
		if (dt_number(sd->slot[pos].server) == n)
			break;
	if (pos == sd->nr) {
		dt_servers(test, &key, n, n);
		return;
	}
	switch (what) {
	case 0:
		dt_admin(test, &key, n, 1 + prandom_u32_state(rnd) %
					    L4LB_ADMIN_MAX);
		break;
	case 1:
		dt_health(test, &key, n, 1 + prandom_u32_state(rnd) %
					     L4LB_HEALTH_MAX);
		break;
	case 2:
		dt_weight(test, &key, n, (s32)(prandom_u32_state(rnd) % 4) - 1);
		break;
	default:
		dt_delete(test, &key, n, what == 4);
	}
}

/* Entries that are there, by number of the server: active and inactive. */
struct dr_count {
	struct l4lb_net *ln;
	int nr[10 * DR_SERVICES][2];
	int half_open[DR_SERVICES];
};

static int dr_count_one(struct l4lb_conn *conn, void *arg)
{
	u32 word = READ_ONCE(conn->word), n;
	struct dr_count *c = arg;
	struct l4lb_server *srv;

	srv = l4lb_conn_server(c->ln, conn);
	if (!srv || !(word & L4LB_CONN_COUNTED))
		return 0;
	n = dt_number(srv);
	c->nr[n][l4lb_state_active(word & L4LB_CONN_STATE)]++;
	c->half_open[n / 10] +=
		(word & L4LB_CONN_STATE) == L4LB_STATE_SYN_RECV ||
		((word & L4LB_CONN_STATE) == L4LB_STATE_UDP &&
		 (word & L4LB_CONN_UNPROVEN));
	return 0;
}

/* What has expired is swept first: it is counted until then. */
static void dr_check_counts(struct kunit *test, struct dr_count *c)
{
	struct decide_fix *fix = test->priv;
	const struct l4lb_sched_data *sd;
	const struct l4lb_server *srv;
	struct l4lb_service_key key;
	u64 cursor = 0;
	u32 s, pos, n;

	dt_sweep(test);
	memset(c, 0, sizeof(*c));
	c->ln = fix->ln;
	l4lb_conn_walk(fix->ln, &cursor, NULL, dr_count_one, c);
	for (s = 0; s < DR_SERVICES; s++) {
		key = dr_key(fix, s);
		sd = dt_find(test, &key)->sched;
		for (pos = 0; pos < sd->nr; pos++) {
			srv = sd->slot[pos].server;
			n = dt_number(srv);
			KUNIT_ASSERT_EQ(test, atomic_read(&srv->active),
					c->nr[n][1]);
			KUNIT_ASSERT_EQ(test, atomic_read(&srv->inactive),
					c->nr[n][0]);
		}
		KUNIT_ASSERT_EQ(test,
				atomic_read(&dt_find(test, &key)->rt->half_open),
				c->half_open[s]);
	}
}

/* No multiple of it is within a second of a timeout and its slack of one. */
static int dr_idle_one(struct l4lb_conn *conn, void *arg)
{
	if (prandom_u32_state(arg) % 4 == 0)
		dt_idle(conn, 63);
	return 0;
}

static void dr_op(struct kunit *test, struct rnd_state *rnd)
{
	struct decide_fix *fix = test->priv;
	u32 s = prandom_u32_state(rnd) % DR_SERVICES;
	struct l4lb_packet pkt;
	u64 cursor = 0;

	switch (prandom_u32_state(rnd) % 40) {
	case 0 ... 5:
		dr_state(test, rnd, s);
		break;
	case 6:
		l4lb_conn_walk(fix->ln, &cursor, NULL, dr_idle_one, rnd);
		break;
	case 7:
		WRITE_ONCE(fix->ln->limits.conns,
			   prandom_u32_state(rnd) % 2 ? 40 : 100000);
		break;
	case 8:
		dt_standby(test, 1 + prandom_u32_state(rnd) % 2,
			   prandom_u32_state(rnd) % 2);
		break;
	default:
		pkt = dr_packet(test, rnd, s);
		dr_check_plan(test, &pkt);
		dt_send(test, &pkt);
	}
}

static void decide_random(struct kunit *test)
{
	struct dr_count *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	u32 seed = get_random_u32(), op;
	struct rnd_state rnd;

	KUNIT_ASSERT_NOT_NULL(test, c);
	kunit_info(test, "seed %u", seed);
	prandom_seed_state(&rnd, seed);
	dr_setup(test);
	for (op = 0; op < DR_OPS; op++) {
		dr_op(test, &rnd);
		if (op % 100 == 99)
			dr_check_counts(test, c);
	}
}
