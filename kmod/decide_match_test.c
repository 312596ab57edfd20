// SPDX-License-Identifier: GPL-2.0
/* Part of the suite of decide.c: which service a packet is for, if any. */

/* Of services with one server each: the one whose server is number @n. */
static void dt_one(struct kunit *test, const struct l4lb_service_key *key, u32 n)
{
	dt_service(test, key, "rr", L4LB_METHOD_DR);
	dt_apply(test);
	dt_servers(test, key, n, n);
}

static struct l4lb_service_key dt_range(const struct decide_fix *fix, u8 proto,
					u32 vip, u16 first, u16 last)
{
	struct l4lb_service_key key = dt_key(fix, proto, vip, first);

	key.port_last = htons(last);
	return key;
}

/* Of all addresses that share all but the last @less bits of VIP @vip. */
static struct l4lb_service_key dt_prefix(const struct decide_fix *fix, u8 proto,
					 u32 vip, u32 less, u16 port)
{
	struct l4lb_service_key key = dt_key(fix, proto, vip, port);

	key.prefix -= less;
	return key;
}

static struct l4lb_service_key dt_mark(const struct decide_fix *fix, u32 mark)
{
	return (struct l4lb_service_key){
		.family = fix->family,
		.mark = mark,
	};
}

/*
 * A more exact address before a longer prefix before a shorter one; on one VIP
 * the port before a range before any port. Each service's server has the
 * service's number in the table.
 */
static void decide_precedence(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	const struct l4lb_service_key keys[] = {
		dt_key(fix, IPPROTO_TCP, 1, 80),			/* 1 */
		dt_range(fix, IPPROTO_TCP, 1, 8000, 8999),	/* 2 */
		dt_range(fix, IPPROTO_TCP, 1, 0, 0),		/* 3 */
		dt_prefix(fix, IPPROTO_TCP, 0, 8, 443),		/* 4 */
		dt_prefix(fix, IPPROTO_TCP, 0, 16, 0),		/* 5 */
		dt_key(fix, IPPROTO_UDP, 1, 53),			/* 6 */
		dt_prefix(fix, IPPROTO_UDP, 0, 8, 0),		/* 7 */
		dt_key(fix, IPPROTO_TCP, 2, 80),			/* 8 */
		dt_key(fix, IPPROTO_TCP, 1, 8500),		/* 9 */
		dt_range(fix, IPPROTO_TCP, 1, 9000, 65535),	/* 10 */
		dt_prefix(fix, IPPROTO_TCP, 0, 8, 80),		/* 11 */
	};
	static const struct {
		u16 vip;
		u16 port;
		u8 proto;
		u8 svc;
	} cases[] = {
		{ 1, 80, IPPROTO_TCP, 1 },
		{ 1, 7999, IPPROTO_TCP, 3 },
		{ 1, 8000, IPPROTO_TCP, 2 },
		{ 1, 8500, IPPROTO_TCP, 9 },
		{ 1, 8999, IPPROTO_TCP, 2 },
		{ 1, 9000, IPPROTO_TCP, 10 },
		{ 1, 65535, IPPROTO_TCP, 10 },
		{ 1, 443, IPPROTO_TCP, 3 },
		{ 1, 1, IPPROTO_TCP, 3 },
		{ 1, 53, IPPROTO_UDP, 6 },
		{ 1, 54, IPPROTO_UDP, 7 },
		{ 2, 80, IPPROTO_TCP, 8 },
		{ 2, 443, IPPROTO_TCP, 4 },
		{ 2, 8000, IPPROTO_TCP, 5 },
		{ 2, 80, IPPROTO_UDP, 7 },
		{ 255, 80, IPPROTO_TCP, 11 },
		{ 255, 443, IPPROTO_TCP, 4 },
		{ 255, 444, IPPROTO_TCP, 5 },
		{ 256, 443, IPPROTO_TCP, 5 },
		{ 256, 443, IPPROTO_UDP, 0 },
		{ 65535, 80, IPPROTO_TCP, 5 },
	};
	struct l4lb_packet pkt;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		dt_one(test, &keys[i], i + 1);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		pkt = dt_pkt(fix, cases[i].proto, i, cases[i].vip, cases[i].port,
			     D_SYN);
		dt_send(test, &pkt);
		KUNIT_EXPECT_EQ_MSG(test, dt_number(fix->plan.srv),
				    (u32)cases[i].svc, "case %u", i);
		if (!cases[i].svc)
			continue;
		KUNIT_EXPECT_TRUE(test, l4lb_key_equal(&fix->plan.svc->key,
						       &keys[cases[i].svc - 1]));
		/* The VIP that is spoken of is the service's. */
		KUNIT_EXPECT_EQ(test, fix->plan.vip->prefix,
				fix->plan.svc->key.prefix);
		/* The next packet meets the entry that this one has made. */
		pkt.tcp_flags = D_ACK;
		dt_says(test, &pkt, L4LB_VERDICT_FORWARD,
			L4LB_REASON_ESTABLISHED, cases[i].svc);
	}
	/* Behind the shorter prefix nobody listens. */
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_SYN);
	pkt.daddr = dt_addr(fix, D_STRANGER, 1);
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_NOT_OURS, 0);
}

static noinline void dt_ends(struct kunit *test, u16 front, u16 target)
{
	struct decide_fix *fix = test->priv;

	KUNIT_EXPECT_EQ_MSG(test, ntohs(fix->plan.front->port), front,
			    "at %pS", __builtin_return_address(0));
	KUNIT_EXPECT_EQ_MSG(test, ntohs(fix->plan.target->port), target,
			    "at %pS", __builtin_return_address(0));
}

/*
 * Entries of a service of many ports are told apart by the port that the client
 * uses, and a server without a port gets each packet on it. With NAT the
 * replies of one server, from several ports to one client port, find theirs.
 */
static void decide_ports(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	const struct l4lb_service_key dr = dt_range(fix, IPPROTO_TCP, 1, 8000,
						   8999);
	const struct l4lb_service_key nat = dt_range(fix, IPPROTO_TCP, 2, 0, 0);
	const struct l4lb_service_key one = dt_range(fix, IPPROTO_TCP, 3, 100,
						    200);
	struct l4lb_packet pkt;
	struct l4lb_conn *conn;
	u16 port;

	dt_one(test, &dr, 1);
	dt_service(test, &nat, "rr", L4LB_METHOD_NAT);
	dt_apply(test);
	dt_servers(test, &nat, 2, 2);
	dt_service(test, &one, "rr", L4LB_METHOD_NAT);
	dt_apply(test);
	dt_server(test, L4LB_CHANGE_SERVER_NEW, &one, 3)->server.port = htons(99);
	fix->ch.present = BIT(L4LB_A_SERVER_PORT);
	dt_apply(test);

	for (port = 8000; port < 8003; port++) {
		pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, port, D_SYN);
		dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
		dt_ends(test, port, port);
		pkt = dt_pkt(fix, IPPROTO_TCP, 1, 2, port, D_SYN);
		dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 2);
		dt_ends(test, port, port);
	}
	dt_load(test, &dr, 1, 3, 0);
	dt_load(test, &nat, 2, 3, 0);
	for (port = 8000; port < 8003; port++) {
		pkt = dt_pkt(fix, IPPROTO_TCP, 1, 2, port, D_ACK);
		dt_says(test, &pkt, L4LB_VERDICT_FORWARD,
			L4LB_REASON_ESTABLISHED, 2);
		dt_ends(test, port, port);
		conn = fix->plan.conn;
		pkt = dt_reply(fix, IPPROTO_TCP, 1, 2, port, D_ACK);
		dt_says(test, &pkt, L4LB_VERDICT_REPLY, L4LB_REASON_REPLY, 2);
		dt_ends(test, port, port);
		KUNIT_EXPECT_PTR_EQ(test, fix->plan.conn, conn);
	}
	pkt = dt_reply(fix, IPPROTO_TCP, 1, 2, 8003, D_ACK);
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_NOT_OURS, 0);
	/* With a port of its own a server has one connection a client port. */
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 3, 150, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 3);
	dt_ends(test, 150, 99);
	pkt = dt_reply(fix, IPPROTO_TCP, 1, 3, 99, D_ACK);
	dt_says(test, &pkt, L4LB_VERDICT_REPLY, L4LB_REASON_REPLY, 3);
	dt_ends(test, 150, 99);
}

/* A mark counts where it is final, for its family, and for nobody else's. */
static void decide_marks(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key plain = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_service_key mark = dt_mark(fix, 7);
	struct l4lb_packet pkt;

	dt_one(test, &plain, 1);
	dt_service(test, &mark, "rr", L4LB_METHOD_NAT);
	dt_apply(test);
	dt_servers(test, &mark, 2, 2);

	/* At the first hook it is left to the second. */
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 9, 5000, D_SYN);
	pkt.again = true;
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_UNSPEC, 0);
	pkt.again = false;
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_NOT_OURS, 0);
	pkt.mark = 8;
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_NOT_OURS, 0);
	pkt.mark = 7;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 2);
	dt_ends(test, 5000, 5000);
	KUNIT_EXPECT_NULL(test, fix->plan.vip);
	pkt.tcp_flags = D_ACK;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 2);
	/* By UDP to the same address and port it is another connection. */
	pkt.proto = IPPROTO_UDP;
	pkt.tcp_flags = 0;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 2);
	dt_load(test, &mark, 2, 1, 1);
	/* Replies need no mark. */
	pkt = dt_reply(fix, IPPROTO_TCP, 1, 2, 5000, D_ACK);
	dt_says(test, &pkt, L4LB_VERDICT_REPLY, L4LB_REASON_REPLY, 2);
	dt_ends(test, 5000, 5000);
	pkt = dt_reply(fix, IPPROTO_UDP, 1, 2, 5000, 0);
	dt_says(test, &pkt, L4LB_VERDICT_REPLY, L4LB_REASON_REPLY, 2);

	/* To a service of an address it goes there, marked or not. */
	pkt = dt_pkt(fix, IPPROTO_TCP, 2, 1, 80, D_SYN);
	pkt.mark = 7;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	/* The mark of one family says nothing of the other's packets. */
	pkt = dt_pkt(fix, IPPROTO_TCP, 3, 9, 5000, D_SYN);
	pkt.mark = 7;
	pkt.family = fix->family == AF_INET ? AF_INET6 : AF_INET;
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_NOT_OURS, 0);
}

static void dt_policy(struct kunit *test, u32 vip, u8 policy)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, 0, vip, 0);
	struct l4lb_change *ch = dt_change(test, L4LB_CHANGE_VIP_SET, &key);

	ch->vip = key;
	ch->unknown_port = policy;
	ch->present = BIT(L4LB_A_VIP_UNKNOWN_PORT);
	dt_apply(test);
}

static void dt_standby(struct kunit *test, u32 vip, bool on)
{
	struct decide_fix *fix = test->priv;
	union l4lb_addr addr = dt_addr(fix, D_VIP, vip);

	KUNIT_ASSERT_EQ(test, l4lb_vip_standby_set(fix->ln, &addr, fix->family,
						   fix->bits, on, 44,
						   &fix->extack), 0);
}

/* What is to a VIP, but to no service. */
static void decide_strangers(struct kunit *test)
{
	static const struct {
		u8 policy;
		u8 verdict;
		u32 reason;
	} cases[] = {
		{ L4LB_UNKNOWN_PORT_PASS, L4LB_VERDICT_PASS,
		  L4LB_REASON_NO_SERVICE },
		{ L4LB_UNKNOWN_PORT_DROP, L4LB_VERDICT_DROP,
		  L4LB_REASON_UNKNOWN_PORT_DROP },
		{ L4LB_UNKNOWN_PORT_REJECT, L4LB_VERDICT_REJECT,
		  L4LB_REASON_UNKNOWN_PORT_REJECT },
	};
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_packet pkt;
	u32 i;

	dt_one(test, &key, 1);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		dt_policy(test, 1, cases[i].policy);
		pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 81, D_SYN);
		dt_says(test, &pkt, cases[i].verdict, cases[i].reason, 0);
		KUNIT_EXPECT_EQ(test, fix->trace.seen[L4LB_STEP_NEAREST], 1u);
		pkt = dt_pkt(fix, IPPROTO_UDP, 1, 1, 80, 0);
		dt_says(test, &pkt, cases[i].verdict, cases[i].reason, 0);
		pkt = dt_pkt(fix, IPPROTO_TCP, 1, 2, 80, D_SYN);
		dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_NOT_OURS, 0);
		/* Whatever is asked of ports, what has none goes on. */
		pkt = dt_pkt(fix, 47, 1, 1, 0, 0);
		pkt.kind = L4LB_PACKET_OTHER;
		dt_says(test, &pkt, L4LB_VERDICT_PASS,
			L4LB_REASON_UNKNOWN_PROTO, 0);
		pkt.kind = L4LB_PACKET_ICMP_OTHER;
		dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_ICMP_OTHER,
			0);
		pkt.kind = L4LB_PACKET_BAD;
		pkt.reason = L4LB_REASON_TRUNCATED;
		dt_says(test, &pkt, L4LB_VERDICT_DROP, L4LB_REASON_TRUNCATED, 0);
		pkt.daddr = dt_addr(fix, D_VIP, 2);
		dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_NOT_OURS, 0);
	}
	/* On standby the other director answers. */
	dt_standby(test, 1, true);
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 81, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_STANDBY, 0);
	pkt.kind = L4LB_PACKET_BAD;
	pkt.reason = L4LB_REASON_TRUNCATED;
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_STANDBY, 0);
}

/* On standby all of a client's packets pass, those of entries, too. */
static void decide_standby(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_packet pkt;

	dt_one(test, &key, 1);
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	dt_standby(test, 1, true);
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_STANDBY, 0);
	pkt.tcp_flags = D_ACK;
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_STANDBY, 0);
	pkt = dt_pkt(fix, IPPROTO_TCP, 2, 1, 80, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_STANDBY, 0);
	dt_load(test, &key, 1, 1, 0);
	/* A service that comes later inherits it. */
	key = dt_key(fix, IPPROTO_UDP, 1, 53);
	dt_one(test, &key, 2);
	pkt = dt_pkt(fix, IPPROTO_UDP, 2, 1, 53, 0);
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_STANDBY, 0);
	dt_standby(test, 1, false);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 2);
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_ACK);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 1);
}

/* What a NAT server still sends finds its client. */
static void decide_standby_replies(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_packet pkt;

	dt_service(test, &key, "rr", L4LB_METHOD_NAT);
	dt_apply(test);
	dt_servers(test, &key, 1, 1);
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	dt_standby(test, 1, true);
	pkt = dt_reply(fix, IPPROTO_TCP, 1, 1, 80, D_SACK);
	dt_says(test, &pkt, L4LB_VERDICT_REPLY, L4LB_REASON_REPLY, 1);
}

/* Each service's clients are taken at its hook, and at LOCAL_OUT. */
static void decide_input(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key here = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_service_key there = dt_key(fix, IPPROTO_TCP, 1, 81);
	struct l4lb_packet pkt;

	dt_one(test, &here, 1);
	D_OPT(dt_service(test, &there, "rr", L4LB_METHOD_DR), HOOK, hook,
	      L4LB_HOOK_LOCAL_IN);
	dt_apply(test);
	dt_servers(test, &there, 2, 2);

	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 81, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_INPUT, 0);
	pkt.hook = L4LB_HOOK_LOCAL_IN;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 2);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 2);
	pkt.hook = L4LB_HOOK_PREROUTING;
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_INPUT, 0);
	/* What PRE_ROUTING has judged is not judged again. */
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_SYN);
	pkt.hook = L4LB_HOOK_LOCAL_IN;
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_UNSPEC, 0);
	pkt.daddr = dt_addr(fix, D_STRANGER, 1);
	dt_says(test, &pkt, L4LB_VERDICT_PASS, L4LB_REASON_UNSPEC, 0);
	/* The director's own. */
	pkt = dt_pkt(fix, IPPROTO_TCP, 2, 1, 81, D_SYN);
	pkt.hook = L4LB_HOOK_LOCAL_OUT;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 2);
	pkt = dt_pkt(fix, IPPROTO_TCP, 2, 1, 80, D_SYN);
	pkt.hook = L4LB_HOOK_LOCAL_OUT;
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
}

/* An ICMP error that quotes @quoted, sent to its source. */
static struct l4lb_packet dt_icmp(const struct decide_fix *fix,
				  const struct l4lb_packet *quoted)
{
	struct l4lb_packet pkt = *quoted;

	pkt.kind = L4LB_PACKET_ICMP_ERROR;
	pkt.tcp_flags = 0;
	pkt.hook = L4LB_HOOK_PREROUTING;
	pkt.outer_saddr = dt_addr(fix, D_STRANGER, 77);
	pkt.outer_daddr = quoted->saddr;
	return pkt;
}

/* Errors go to the end of the connection that they are about. */
static void decide_icmp(struct kunit *test)
{
	struct decide_fix *fix = test->priv;
	struct l4lb_service_key key = dt_key(fix, IPPROTO_TCP, 1, 80);
	struct l4lb_packet pkt, back, error;
	u32 word;

	dt_service(test, &key, "rr", L4LB_METHOD_NAT);
	dt_apply(test);
	dt_servers(test, &key, 1, 1);
	pkt = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, D_SYN);
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_NEW, 1);
	word = fix->plan.conn->word;

	/* About a reply that left as the VIP's: to the server. */
	back = dt_pkt(fix, IPPROTO_TCP, 1, 1, 80, 0);
	swap(back.saddr, back.daddr);
	swap(back.sport, back.dport);
	error = dt_icmp(fix, &back);
	dt_says(test, &error, L4LB_VERDICT_FORWARD, L4LB_REASON_ICMP_ERROR, 1);
	KUNIT_EXPECT_EQ(test, fix->plan.method, L4LB_METHOD_NAT);
	/* To somebody else than the source of what it quotes: forged. */
	error.outer_daddr = dt_addr(fix, D_VIP, 1);
	error.saddr = dt_addr(fix, D_VIP, 2);
	dt_says(test, &error, L4LB_VERDICT_PASS, L4LB_REASON_ICMP_OTHER, 0);
	/* About no connection. */
	error = dt_icmp(fix, &back);
	error.dport = htons(9);
	dt_says(test, &error, L4LB_VERDICT_PASS, L4LB_REASON_ICMP_OTHER, 0);

	/* About what we sent on to the server: to the client, as it sent it. */
	back = dt_reply(fix, IPPROTO_TCP, 1, 1, 80, 0);
	swap(back.saddr, back.daddr);
	swap(back.sport, back.dport);
	error = dt_icmp(fix, &back);
	dt_says(test, &error, L4LB_VERDICT_REPLY, L4LB_REASON_ICMP_ERROR, 1);
	KUNIT_EXPECT_TRUE(test, l4lb_endpoint_equal(fix->plan.front, &key.ep));
	error.outer_daddr = dt_addr(fix, D_STRANGER, 1);
	dt_says(test, &error, L4LB_VERDICT_PASS, L4LB_REASON_NOT_OURS, 0);
	error = dt_icmp(fix, &back);
	error.sport = htons(9);
	dt_says(test, &error, L4LB_VERDICT_PASS, L4LB_REASON_ICMP_OTHER, 0);
	/* No error is a sign of life, nor of death. */
	KUNIT_EXPECT_TRUE(test, llist_empty(&fix->ln->conns.dead));
	dt_says(test, &pkt, L4LB_VERDICT_FORWARD, L4LB_REASON_ESTABLISHED, 1);
	KUNIT_EXPECT_EQ(test, fix->plan.conn->word, word);
}
