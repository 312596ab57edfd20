// SPDX-License-Identifier: GPL-2.0
/* Random operations on the table against a model that has no table. */

/**
 * struct model_conn - what is known of one client of one service
 * @conn: its entry, or NULL
 * @expired: the entry is idle beyond its timeout, and still counted
 * @nat: method
 * @srv: server
 * @state: &enum l4lb_state
 */
struct model_conn {
	struct l4lb_conn *conn;
	bool expired;
	bool nat;
	u8 srv;
	u8 state;
};

/**
 * struct model - what should be
 * @c: by service and client
 * @load: inactive and active connections by server
 * @growth: of the real table
 * @rnd: source of operations
 */
struct model {
	struct model_conn c[TEST_SERVICES][MODEL_CLIENTS];
	int load[TEST_SERVERS][2];
	struct growth growth;
	struct rnd_state rnd;
};

static bool model_live(const struct model_conn *c)
{
	return c->conn && !c->expired;
}

static void model_forget(struct model *m, struct model_conn *c)
{
	if (c->conn)
		m->load[c->srv][l4lb_state_active(c->state)]--;
	memset(c, 0, sizeof(*c));
}

/* The entry of another service that holds the reply tuple, or NULL. */
static struct model_conn *model_holder(struct model *m, int svc, u32 n, int srv)
{
	struct model_conn *c = &m->c[!svc][n];

	return c->conn && c->nat && c->srv / 2 == srv / 2 ? c : NULL;
}

/* What an insert should say; the model then is as the table is after it. */
static int model_insert(struct model *m, int svc, u32 n,
			const struct model_conn *new, bool replaces)
{
	struct model_conn *c = &m->c[svc][n], *holder = NULL;

	if (model_live(c) && !replaces)
		return -EEXIST;
	if (c->expired)
		model_forget(m, c);
	if (new->nat)
		holder = model_holder(m, svc, n, new->srv);
	if (holder && model_live(holder) &&
	    holder->state != L4LB_STATE_TIME_WAIT &&
	    holder->state != L4LB_STATE_LAST_ACK &&
	    holder->state != L4LB_STATE_CLOSE)
		return -EADDRINUSE;
	if (holder)
		model_forget(m, holder);
	model_forget(m, c);
	*c = *new;
	m->load[c->srv][l4lb_state_active(c->state)]++;
	return 0;
}

static void op_insert(struct kunit *test, struct model *m, int svc, u32 n)
{
	struct conn_fixture *fix = test->priv;
	struct model_conn *c = &m->c[svc][n];
	struct model_conn fresh = {
		.nat = test_random(&m->rnd, 2),
		.srv = svc + 2 * test_random(&m->rnd, 2),
		.state = L4LB_STATE_SYN_RECV,
	};
	struct l4lb_conn_new new = conn_describe(fix, svc, n, fresh.srv,
						 fresh.nat ? L4LB_METHOD_NAT :
							     L4LB_METHOD_DR);
	bool replaces = model_live(c) && test_random(&m->rnd, 2);
	struct l4lb_conn *conn;
	int err;

	new.replaces = replaces ? c->conn : NULL;
	err = model_insert(m, svc, n, &fresh, replaces);
	conn = conn_do_insert(fix, &new);
	KUNIT_ASSERT_EQ(test, PTR_ERR_OR_ZERO(conn), err);
	if (!err)
		c->conn = conn;
}

static void op_step(struct kunit *test, struct model *m, struct model_conn *c)
{
	u8 state = L4LB_STATE_SYN_RECV +
		   test_random(&m->rnd, L4LB_STATE_CLOSE -
					L4LB_STATE_SYN_RECV + 1);

	if (!model_live(c))
		return;
	m->load[c->srv][l4lb_state_active(c->state)]--;
	c->state = state;
	m->load[c->srv][l4lb_state_active(c->state)]++;
	KUNIT_EXPECT_TRUE(test, conn_step(test->priv, c->conn, state));
}

static void op_flush(struct kunit *test, struct model *m, int svc)
{
	struct conn_fixture *fix = test->priv;
	struct l4lb_conn_filter f = {
		.service = fix->svc[svc]->id,
		.state = L4LB_STATE_CLOSE,
		.prefix = -1,
	};
	u64 want = 0;
	u32 n;

	for (n = 0; n < MODEL_CLIENTS; n++) {
		struct model_conn *c = &m->c[svc][n];

		if (model_live(c) && c->state == f.state) {
			model_forget(m, c);
			want++;
		}
	}
	KUNIT_EXPECT_EQ(test, l4lb_conn_flush(fix->ln, &f), want);
}

static void op_sweep(struct kunit *test, struct model *m)
{
	int svc;
	u32 n;

	for (svc = 0; svc < TEST_SERVICES; svc++)
		for (n = 0; n < MODEL_CLIENTS; n++)
			if (m->c[svc][n].expired)
				model_forget(m, &m->c[svc][n]);
	conn_sweep(test->priv);
}

static void model_op(struct kunit *test, struct model *m)
{
	int svc = test_random(&m->rnd, TEST_SERVICES);
	u32 n = test_random(&m->rnd, MODEL_CLIENTS);
	struct model_conn *c = &m->c[svc][n];

	switch (test_random(&m->rnd, 1000)) {
	case 0 ... 549:
		op_insert(test, m, svc, n);
		break;
	case 550 ... 799:
		op_step(test, m, c);
		break;
	case 800 ... 879:
		if (!model_live(c))
			break;
		conn_end(test->priv, c->conn);
		model_forget(m, c);
		break;
	case 880 ... 939:
		if (!model_live(c))
			break;
		conn_idle(c->conn, TEST_IDLE + 2);
		c->expired = true;
		break;
	case 940 ... 941:
		op_flush(test, m, svc);
		break;
	case 942 ... 945:
		op_sweep(test, m);
		break;
	case 946 ... 950:
		l4lb_conn_reap(((struct conn_fixture *)test->priv)->ln);
		break;
	default:
		grow_some(test->priv, &m->growth, test_random(&m->rnd, 200));
	}
}

static void model_check(struct kunit *test, struct model *m)
{
	struct conn_fixture *fix = test->priv;
	u32 n, live = 0, lost = 0, wrong = 0;
	struct l4lb_conn *reply[2];
	struct model_conn *c;
	int svc, i;

	for (n = 0; n < MODEL_CLIENTS; n++) {
		reply[0] = NULL;
		reply[1] = NULL;
		for (svc = 0; svc < TEST_SERVICES; svc++) {
			c = &m->c[svc][n];
			lost += conn_get(fix, fix->svc[svc]->id, n) !=
				(model_live(c) ? c->conn : NULL);
			live += model_live(c);
			if (model_live(c) && c->nat)
				reply[c->srv / 2] = c->conn;
		}
		for (i = 0; i < 2; i++)
			wrong += conn_get_reply(fix, i, n) != reply[i];
	}
	KUNIT_ASSERT_EQ(test, lost, 0u);
	KUNIT_ASSERT_EQ(test, wrong, 0u);
	KUNIT_EXPECT_EQ(test, conn_count(fix, NULL), live);
	for (i = 0; i < TEST_SERVERS; i++)
		expect_load(test, fix->srv[i], m->load[i][1], m->load[i][0]);
}

static void against_model(struct kunit *test)
{
	struct conn_fixture *fix = test->priv;
	struct model *m;
	u32 op;

	m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m);
	test_seed(test, &m->rnd);
	for (op = 0; op < MODEL_OPS; op++) {
		model_op(test, m);
		if (op % 1000 == 999)
			model_check(test, m);
	}
	/* It was no idle run. */
	KUNIT_EXPECT_GE(test, table_size(fix, NULL), 4096u);
	KUNIT_EXPECT_GT(test, conn_count(fix, NULL), 500u);
}
