// SPDX-License-Identifier: GPL-2.0
/* Part of the suite of decide.c: packets that an entry speaks for. */

static noinline void dt_state(struct kunit *test, u8 state)
{
	struct decide_fix *fix = test->priv;
	u8 is;

	KUNIT_ASSERT_NOT_NULL(test, fix->plan.conn);
	is = fix->plan.conn->word & L4LB_CONN_STATE;
	KUNIT_EXPECT_EQ_MSG(test, is, state, "%s at %pS", l4lb_state_name(is),
			    __builtin_return_address(0));
}

/* A connection's life, and its port used again, with one direction seen. */
static void decide_life(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_packet pkt;
	struct l4lb_conn *first;

	dt_service(test, &key, "rr", L4LB_METHOD_DR);
	dt_apply(test);
	dt_servers(test, &key, 1, 2);
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	dt_state(test, L4LB_STATE_SYN_RECV);
	first = fix->plan.conn;
	/* Sent again it is the same one. */
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 1);
	dt_state(test, L4LB_STATE_SYN_RECV);
	pkt.tcp_flags = D_ACK;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 1);
	dt_state(test, L4LB_STATE_ESTABLISHED);
	pkt.tcp_flags = D_SYN;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 1);
	dt_state(test, L4LB_STATE_ESTABLISHED);
	dt_load(test, &key, 1, 1, 0);
	pkt.tcp_flags = D_FIN;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 1);
	dt_load(test, &key, 1, 0, 1);
	KUNIT_EXPECT_PTR_EQ(test, fix->plan.conn, first);

	/* Now a SYN opens another one, with this very packet. */
	pkt.tcp_flags = D_SYN;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_REOPENED, 2);
	KUNIT_EXPECT_PTR_NE(test, fix->plan.conn, first);
	dt_load(test, &key, 1, 0, 0);
	dt_load(test, &key, 2, 1, 0);
	pkt.tcp_flags = D_RST;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 2);
	dt_state(test, L4LB_STATE_CLOSE);
	pkt.tcp_flags = D_SYN;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_REOPENED, 1);
	dt_sweep(test);
	KUNIT_EXPECT_EQ(test, atomic_read(&fix->ln->conns.nr), 1);
}

/* With both directions. */
static void decide_life_nat(struct kunit *test)
{
	static const struct {
		bool reply;
		u8 flags;
		u8 state;
	} steps[] = {
		{ true, D_SACK, L4LB_STATE_SYN_RECV },
		{ false, D_ACK, L4LB_STATE_ESTABLISHED },
		{ true, D_ACK, L4LB_STATE_ESTABLISHED },
		{ false, D_FIN, L4LB_STATE_CLOSE_WAIT },
		{ true, D_ACK, L4LB_STATE_CLOSE_WAIT },
		{ true, D_FIN, L4LB_STATE_LAST_ACK },
		{ false, D_ACK, L4LB_STATE_TIME_WAIT },
	};
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_packet pkt;
	u32 i;

	dt_service(test, &key, "rr", L4LB_METHOD_NAT);
	dt_apply(test);
	dt_servers(test, &key, 1, 1);
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		if (steps[i].reply) {
			pkt = dt_reply(fix, IPPROTO_TCP, 1, 1, 80,
				       steps[i].flags);
			dt_says(test, &pkt, L4LB_VERDICT_REPLY,
				L4LB_REASON_REPLY, 1);
		} else {
			pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80,
				     steps[i].flags);
			dt_says(test, &pkt, L4LB_VERDICT_FORWARD,
				L4LB_REASON_ESTABLISHED, 1);
		}
		dt_state(test, steps[i].state);
	}
	dt_load(test, &key, 1, 0, 1);
}

/*
 * A client that uses its port towards the server's own address, once its
 * connection by the VIP is over: the old entry must not rewrite the answer.
 */
static void decide_outlived(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_packet pkt, reply;
	struct l4lb_conn *conn;

	dt_service(test, &key, "rr", L4LB_METHOD_NAT);
	dt_apply(test);
	dt_servers(test, &key, 1, 1);
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	conn = fix->plan.conn;
	WRITE_ONCE(conn->word, (conn->word & ~L4LB_CONN_STATE) |
			       L4LB_STATE_SYN_RECV);
	reply = dt_reply(fix, IPPROTO_TCP, 1, 1, 80, D_SACK);
	dt_says(test, &reply, L4LB_VERDICT_REPLY, L4LB_REASON_REPLY, 1);
	pkt.tcp_flags = D_FIN;
	dt_send(test, &pkt);
	reply.tcp_flags = D_FIN;
	dt_send(test, &reply);
	pkt.tcp_flags = D_ACK;
	dt_send(test, &pkt);
	dt_state(test, L4LB_STATE_TIME_WAIT);
	/* The last ACK again is of the old connection. */
	reply.tcp_flags = D_ACK;
	dt_says(test, &reply, L4LB_VERDICT_REPLY, L4LB_REASON_REPLY, 1);
	reply.tcp_flags = D_SACK;
	dt_says(test, &reply, L4LB_VERDICT_PASS, L4LB_REASON_NOT_OURS, 0);
	KUNIT_EXPECT_TRUE(test, fix->plan.over);
	KUNIT_EXPECT_TRUE(test, conn->word & L4LB_CONN_DEAD);
	dt_load(test, &key, 1, 0, 0);
}

/* Replies to the director's own clients are its own at LOCAL_IN only. */
static void decide_local(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_packet pkt;

	dt_service(test, &key, "rr", L4LB_METHOD_NAT);
	dt_apply(test);
	dt_servers(test, &key, 1, 1);
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_SYN);
	pkt.hook = L4LB_HOOK_LOCAL_OUT;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	KUNIT_EXPECT_TRUE(test, fix->plan.conn->word & L4LB_CONN_LOCAL);
	pkt = dt_reply(fix, IPPROTO_TCP, 1, 1, 80, D_SACK);
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_LOCAL_REPLY, 1);
	pkt.hook = L4LB_HOOK_LOCAL_IN;
	dt_says(test, &pkt, L4LB_VERDICT_REPLY, L4LB_REASON_REPLY, 1);
	/* A router's client is answered at PRE_ROUTING, and only there. */
	pkt = dt_pkt(fix, IPPROTO_TCP, 2, 1, 80, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	pkt = dt_reply(fix, IPPROTO_TCP, 2, 1, 80, D_SACK);
	pkt.hook = L4LB_HOOK_LOCAL_IN;
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_LOCAL_REPLY, 1);
	pkt.hook = L4LB_HOOK_PREROUTING;
	dt_says(test, &pkt, L4LB_VERDICT_REPLY, L4LB_REASON_REPLY, 1);
}

/* One client port by two VIPs to one server: the second has to wait. */
static void decide_tuple_taken(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key a = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_service_key b = dt_key(fix, IPPROTO_TCP, 2, 80);
	struct l4lb_packet pkt;

	dt_service(test, &a, "rr", L4LB_METHOD_NAT);
	dt_apply(test);
	dt_servers(test, &a, 1, 1);
	dt_service(test, &b, "rr", L4LB_METHOD_NAT);
	dt_apply(test);
	dt_servers(test, &b, 1, 1);
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 2, 80, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_DROP, L4LB_REASON_TUPLE_TAKEN, 1);
	/* The trace has said so without trying. */
	KUNIT_EXPECT_EQ(test, fix->told.verdict, L4LB_VERDICT_DROP);
	KUNIT_EXPECT_EQ(test, fix->told.reason, L4LB_REASON_TUPLE_TAKEN);
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_RST);
	dt_send(test, &pkt);
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 2, 80, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	dt_load(test, &a, 1, 0, 0);
	dt_load(test, &b, 1, 1, 0);
}

/* A service whose client 1 has an entry of server 1, and with a server 2. */
static struct l4lb_service_key dt_with_conn(struct kunit *test, u8 proto,
					    u8 method, u8 on_down, u8 on_gone)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, proto, 1, 80);
	struct l4lb_change *ch = dt_service(test, &key, "rr", method);
	struct l4lb_packet pkt;

	D_OPT(ch, ON_DOWN, on_down, on_down);
	D_OPT(ch, ON_SERVER_GONE, on_gone, on_gone);
	dt_apply(test);
	dt_servers(test, &key, 1, 2);
	pkt = dt_pkt(fix, proto, 1, 1, 80, proto == IPPROTO_TCP ? D_SYN : 0);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	pkt.tcp_flags = proto == IPPROTO_TCP ? D_ACK : 0;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 1);
	return key;
}

/* Drops a service, so that the next one begins from nothing. */
static void dt_forget(struct kunit *test, const struct l4lb_service_key *key)
{
	struct decide_fix *fix = test->priv;

	l4lb_conn_flush(fix->ln, NULL);
	dt_change(test, L4LB_CHANGE_SERVICE_DEL, key);
	dt_apply(test);
	dt_sweep(test);
}

/* TCP goes on with a server that is down, or is reset; nothing else resets. */
static void decide_on_down(struct kunit *test)
{
	static const u8 words[] = {
		L4LB_ON_DOWN_KEEP, L4LB_ON_DOWN_RESET, L4LB_ON_DOWN_HOLD,
	};
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key;
	struct l4lb_packet pkt;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		key = dt_with_conn(test, IPPROTO_TCP, L4LB_METHOD_DR, words[i],
				   L4LB_ON_GONE_RESET);
		pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_ACK);
		dt_admin(test, &key, 1, L4LB_ADMIN_DRAIN);
		dt_says(test, &pkt, L4LB_VERDICT_FORWARD,
			L4LB_REASON_ESTABLISHED, 1);
		dt_admin(test, &key, 1, L4LB_ADMIN_DISABLED);
		dt_says(test, &pkt, L4LB_VERDICT_FORWARD,
			L4LB_REASON_ESTABLISHED, 1);
		dt_admin(test, &key, 1, L4LB_ADMIN_ENABLED);
		dt_weight(test, &key, 1, 0);
		dt_says(test, &pkt, L4LB_VERDICT_FORWARD,
			L4LB_REASON_ESTABLISHED, 1);
		dt_load(test, &key, 1, 1, 0);
		dt_health(test, &key, 1, L4LB_HEALTH_DOWN);
		if (words[i] != L4LB_ON_DOWN_RESET) {
			dt_says(test, &pkt, L4LB_VERDICT_FORWARD,
				L4LB_REASON_ESTABLISHED, 1);
			dt_load(test, &key, 1, 1, 0);
			dt_forget(test, &key);
			continue;
		}
		dt_says(test, &pkt, L4LB_VERDICT_REJECT,
			L4LB_REASON_SERVER_DOWN, 1);
		dt_state(test, L4LB_STATE_CLOSE);
		dt_load(test, &key, 1, 0, 1);
		dt_says(test, &pkt, L4LB_VERDICT_REJECT,
			L4LB_REASON_SERVER_DOWN, 1);
		pkt.tcp_flags = D_SYN;
		dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_REOPENED,
			2);
		dt_forget(test, &key);
	}
}

/* UDP goes elsewhere at the next packet, unless it is told to wait. */
static void decide_on_down_udp(struct kunit *test)
{
	static const u8 words[] = {
		L4LB_ON_DOWN_KEEP, L4LB_ON_DOWN_RESET, L4LB_ON_DOWN_HOLD,
	};
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key;
	struct l4lb_packet pkt;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		key = dt_with_conn(test, IPPROTO_UDP, L4LB_METHOD_DR, words[i],
				   L4LB_ON_GONE_RESET);
		pkt = dt_pkt(fix, IPPROTO_UDP, 1, 1, 80, 0);
		dt_weight(test, &key, 1, 0);
		dt_says(test, &pkt, L4LB_VERDICT_FORWARD,
			L4LB_REASON_ESTABLISHED, 1);
		dt_health(test, &key, 1, L4LB_HEALTH_DOWN);
		if (words[i] == L4LB_ON_DOWN_HOLD) {
			dt_says(test, &pkt, L4LB_VERDICT_FORWARD,
				L4LB_REASON_ESTABLISHED, 1);
			/* An operator's word is another matter. */
			dt_admin(test, &key, 1, L4LB_ADMIN_DRAIN);
		}
		dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_REOPENED,
			2);
		dt_load(test, &key, 1, 0, 0);
		dt_load(test, &key, 2, 0, 1);
		dt_health(test, &key, 1, L4LB_HEALTH_UP);
		dt_admin(test, &key, 1, L4LB_ADMIN_ENABLED);
		dt_weight(test, &key, 1, -1);
		dt_says(test, &pkt, L4LB_VERDICT_FORWARD,
			L4LB_REASON_ESTABLISHED, 2);
		/* One that leaves is left. */
		dt_delete(test, &key, 2, false);
		dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_REOPENED,
			1);
		dt_forget(test, &key);
	}
}

/* Entries of a server that was deleted at once. */
static void decide_on_gone(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key;
	struct l4lb_packet pkt;

	key = dt_with_conn(test, IPPROTO_TCP, L4LB_METHOD_DR, L4LB_ON_DOWN_KEEP,
			   L4LB_ON_GONE_RESET);
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_ACK);
	/* Without now it ends by itself. */
	dt_delete(test, &key, 1, false);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 1);
	dt_servers(test, &key, 1, 1);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 1);
	dt_delete(test, &key, 1, true);
	dt_says(test, &pkt, L4LB_VERDICT_REJECT, L4LB_REASON_SERVER_GONE, 1);
	/* So it is when the server's number means another one. */
	dt_sweep(test);
	dt_says(test, &pkt, L4LB_VERDICT_REJECT, L4LB_REASON_SERVER_GONE, 0);
	pkt.tcp_flags = D_SYN;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_REOPENED, 2);
	dt_forget(test, &key);

	key = dt_with_conn(test, IPPROTO_TCP, L4LB_METHOD_DR, L4LB_ON_DOWN_KEEP,
			   L4LB_ON_GONE_DROP);
	dt_delete(test, &key, 1, true);
	pkt.tcp_flags = D_ACK;
	dt_says(test, &pkt, L4LB_VERDICT_DROP, L4LB_REASON_SERVER_GONE, 1);
	dt_sweep(test);
	dt_says(test, &pkt, L4LB_VERDICT_DROP, L4LB_REASON_SERVER_GONE, 0);
	pkt.tcp_flags = D_SYN;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_REOPENED, 2);
	dt_forget(test, &key);

	key = dt_with_conn(test, IPPROTO_TCP, L4LB_METHOD_DR, L4LB_ON_DOWN_KEEP,
			   L4LB_ON_GONE_RESCHEDULE);
	dt_delete(test, &key, 1, true);
	pkt.tcp_flags = D_RST;
	dt_says(test, &pkt, L4LB_VERDICT_DROP, L4LB_REASON_SERVER_GONE, 1);
	pkt.tcp_flags = D_ACK;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_REOPENED, 2);
	dt_state(test, L4LB_STATE_ESTABLISHED);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 2);
	dt_load(test, &key, 2, 1, 0);
}

static void decide_on_gone_udp(struct kunit *test)
{
	static const u8 words[] = {
		L4LB_ON_GONE_RESET, L4LB_ON_GONE_DROP, L4LB_ON_GONE_RESCHEDULE,
	};
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key;
	struct l4lb_packet pkt;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		key = dt_with_conn(test, IPPROTO_UDP, L4LB_METHOD_DR,
				   L4LB_ON_DOWN_HOLD, words[i]);
		dt_delete(test, &key, 1, true);
		pkt = dt_pkt(fix, IPPROTO_UDP, 1, 1, 80, 0);
		if (words[i] == L4LB_ON_GONE_DROP)
			dt_says(test, &pkt, L4LB_VERDICT_DROP,
				L4LB_REASON_SERVER_GONE, 1);
		else
			dt_says(test, &pkt, L4LB_VERDICT_FORWARD,
				L4LB_REASON_REOPENED, 2);
		dt_forget(test, &key);
	}
}

/* What the server that was deleted goes on sending. */
static void decide_on_gone_nat(struct kunit *test)
{
	static const u8 words[] = {
		L4LB_ON_GONE_RESET, L4LB_ON_GONE_DROP, L4LB_ON_GONE_RESCHEDULE,
	};
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key;
	struct l4lb_packet pkt;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		key = dt_with_conn(test, IPPROTO_TCP, L4LB_METHOD_NAT,
				   L4LB_ON_DOWN_KEEP, words[i]);
		pkt = dt_reply(fix, IPPROTO_TCP, 1, 1, 80, D_ACK);
		dt_says(test, &pkt, L4LB_VERDICT_REPLY, L4LB_REASON_REPLY, 1);
		dt_delete(test, &key, 1, true);
		dt_says(test, &pkt, words[i] == L4LB_ON_GONE_DROP ?
				   L4LB_VERDICT_DROP : L4LB_VERDICT_REJECT,
		       L4LB_REASON_SERVER_GONE, -1);
		dt_forget(test, &key);
	}
}

/* A SYN that no server has answered goes to one that may be asked. */
static void decide_syn_moves(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_packet pkt;

	dt_service(test, &key, "rr", L4LB_METHOD_DR);
	dt_apply(test);
	dt_servers(test, &key, 1, 2);
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	dt_weight(test, &key, 1, 0);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 1);
	dt_health(test, &key, 1, L4LB_HEALTH_DOWN);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_REOPENED, 2);
	dt_load(test, &key, 1, 0, 0);
	dt_health(test, &key, 1, L4LB_HEALTH_UP);
	dt_weight(test, &key, 1, -1);
	dt_admin(test, &key, 2, L4LB_ADMIN_DRAIN);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_REOPENED, 1);
	dt_admin(test, &key, 2, L4LB_ADMIN_ENABLED);
	dt_delete(test, &key, 1, false);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_REOPENED, 2);
	/* Once it is answered a SYN moves nothing. */
	pkt.tcp_flags = D_ACK;
	dt_send(test, &pkt);
	dt_servers(test, &key, 3, 3);
	dt_admin(test, &key, 2, L4LB_ADMIN_DISABLED);
	pkt.tcp_flags = D_SYN;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 2);
	dt_load(test, &key, 2, 1, 0);
}
