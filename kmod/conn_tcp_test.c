// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of conn_tcp.c. */
#include <kunit/test.h>

#define TEST_FLAGS	(L4LB_TCP_SYN | L4LB_TCP_FIN | L4LB_TCP_RST | \
			 L4LB_TCP_ACK)

/**
 * struct tcp_story - packets of a connection and what they make of its entry
 * @name: what it is about
 * @both: the server's packets are seen
 * @steps: words of SIDE FLAGS STATE without blanks between: SIDE c or s, FLAGS
 *	of S F R A, then = and the two letters of the state
 */
struct tcp_story {
	const char *name;
	bool both;
	const char *steps;
};

static const struct tcp_story tcp_stories[] = {
	{ "1 DR, client closes", false,
	  "cS=SR cA=ES cA=ES cFA=FW cA=FW cA=FW" },
	{ "2 DR, client resets", false,
	  "cS=SR cA=ES cRA=CL cA=CL" },
	{ "3 DR, half-closed download", false,
	  "cS=SR cA=ES cFA=FW cA=FW cA=FW cA=FW cR=CL" },
	{ "4 DR, SYN and FIN again", false,
	  "cS=SR cS=SR cA=ES cFA=FW cFA=FW cA=FW" },
	{ "5 DR, reset in the handshake", false,
	  "cS=SR cR=CL" },
	{ "6 DR, FIN without ACK of the handshake", false,
	  "cS=SR cFA=FW" },
	{ "7 NAT, client closes first", true,
	  "cS=SR sSA=SR cA=ES sA=ES cFA=CW sA=CW sFA=LA cA=TW" },
	{ "8 NAT, server closes first", true,
	  "cS=SR sSA=SR cA=ES sFA=FW cA=FW cFA=LA sA=TW" },
	{ "9 NAT, both at once", true,
	  "cS=SR sSA=SR cA=ES cFA=CW sFA=LA sA=TW cA=TW" },
	{ "10 NAT, server refuses", true,
	  "cS=SR sRA=CL" },
	{ "11 NAT, server resets", true,
	  "cS=SR sSA=SR cA=ES sR=CL cA=CL" },
	{ "12 NAT, half-closed upload", true,
	  "cS=SR sSA=SR cA=ES sFA=FW cA=FW sA=FW cA=FW sFA=FW" },
	{ "13 NAT, half-closed download", true,
	  "cS=SR sSA=SR cA=ES cFA=CW sA=CW cA=CW sA=CW cFA=CW sFA=LA" },
	{ "14 NAT, server's ACK is no handshake", true,
	  "cS=SR sSA=SR sA=SR sSA=SR cA=ES" },
	{ "15 NAT, last FIN again", true,
	  "cS=SR sSA=SR cA=ES sFA=FW cFA=LA cFA=LA sA=TW cFA=TW sA=TW" },
	{ "16 NAT, late SYN of an open connection", true,
	  "cS=SR sSA=SR cA=ES cS=ES sA=ES sSA=ES" },
	{ "17 NAT, reset in TIME_WAIT", true,
	  "cS=SR sSA=SR cA=ES sFA=FW cFA=LA sA=TW sR=CL" },
	{ "18 DR, FIN and RST: RST counts", false,
	  "cS=SR cA=ES cFRA=CL" },
	{ "19 NAT, SYN and FIN: FIN counts", true,
	  "cS=SR sSA=SR cA=ES cSF=CW" },
};

static u8 story_state(const char *word)
{
	static const struct {
		char name[3];
		u8 state;
	} names[] = {
		{ "SR", L4LB_STATE_SYN_RECV },
		{ "ES", L4LB_STATE_ESTABLISHED },
		{ "FW", L4LB_STATE_FIN_WAIT },
		{ "CW", L4LB_STATE_CLOSE_WAIT },
		{ "LA", L4LB_STATE_LAST_ACK },
		{ "TW", L4LB_STATE_TIME_WAIT },
		{ "CL", L4LB_STATE_CLOSE },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!memcmp(word, names[i].name, 2))
			return names[i].state;
	return L4LB_STATE_UNSPEC;
}

static u8 story_flags(const char **pos)
{
	u8 flags = 0;

	for (; **pos != '='; (*pos)++) {
		switch (**pos) {
		case 'S':
			flags |= L4LB_TCP_SYN;
			break;
		case 'F':
			flags |= L4LB_TCP_FIN;
			break;
		case 'R':
			flags |= L4LB_TCP_RST;
			break;
		case 'A':
			flags |= L4LB_TCP_ACK;
			break;
		}
	}
	return flags;
}

static void tcp_story_run(struct kunit *test, const struct tcp_story *story)
{
	const u32 keep = L4LB_CONN_COUNTED | L4LB_CONN_LOCAL;
	const char *pos = story->steps;
	u32 word = keep, fin = 0;
	bool first = true;
	u8 flags, want;
	bool client;

	while (*pos) {
		client = *pos++ == 'c';
		flags = story_flags(&pos);
		want = story_state(++pos);
		pos += 2;
		if (*pos == ' ')
			pos++;
		if (first)
			word |= l4lb_tcp_first(flags);
		else
			word = l4lb_tcp_next(word, flags, client, story->both);
		first = false;
		if ((flags & L4LB_TCP_FIN) && !(flags & L4LB_TCP_RST))
			fin |= client ? L4LB_CONN_CLIENT_FIN :
					L4LB_CONN_SERVER_FIN;
		KUNIT_EXPECT_NE(test, want, L4LB_STATE_UNSPEC);
		KUNIT_EXPECT_EQ_MSG(test, word, keep | fin | want,
				    "%s: at \"%s\": %s, not %s", story->name,
				    pos, l4lb_state_name(word & L4LB_CONN_STATE),
				    l4lb_state_name(want));
	}
}

static void stories(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(tcp_stories); i++)
		tcp_story_run(test, &tcp_stories[i]);
}

static bool tcp_state(u8 state)
{
	return state > L4LB_STATE_UNSPEC && state <= L4LB_STATE_CLOSE;
}

/* What holds for one step, whatever the state, the flags and the view. */
static void tcp_step_check(struct kunit *test, u8 state, u8 flags, bool client,
			   bool both)
{
	const u32 keep = L4LB_CONN_COUNTED;
	u32 word = l4lb_tcp_next(keep | state, flags, client, both);
	u32 slow = __l4lb_tcp_next(keep | state, flags, client, both);
	u8 next = word & L4LB_CONN_STATE;
	u32 bits = word & ~L4LB_CONN_STATE;
	u32 fin = client ? L4LB_CONN_CLIENT_FIN : L4LB_CONN_SERVER_FIN;
	bool is_fin = (flags & (L4LB_TCP_FIN | L4LB_TCP_RST)) == L4LB_TCP_FIN;

	KUNIT_EXPECT_TRUE(test, tcp_state(next));
	/* The short cut is one, and nothing else. */
	KUNIT_EXPECT_EQ(test, word, slow);
	/* Only the four flags count. */
	KUNIT_EXPECT_EQ(test, word, l4lb_tcp_next(keep | state,
						  flags & TEST_FLAGS, client,
						  both));
	KUNIT_EXPECT_EQ(test, bits, keep | (is_fin ? fin : 0));
	if (flags & L4LB_TCP_RST)
		KUNIT_EXPECT_EQ(test, next, L4LB_STATE_CLOSE);
	else if (is_fin)
		KUNIT_EXPECT_FALSE(test, l4lb_state_active(next));
	/* What has closed does not become active again. */
	if (l4lb_tcp_reopens(state))
		KUNIT_EXPECT_TRUE(test, l4lb_tcp_reopens(next));
	/* A server alone does not complete a handshake. */
	if (!client && state == L4LB_STATE_SYN_RECV)
		KUNIT_EXPECT_NE(test, next, L4LB_STATE_ESTABLISHED);
	/* Nothing comes after CLOSE, and TIME_WAIT ends by a reset only. */
	if (state == L4LB_STATE_CLOSE)
		KUNIT_EXPECT_EQ(test, next, L4LB_STATE_CLOSE);
	if (state == L4LB_STATE_TIME_WAIT && !(flags & L4LB_TCP_RST))
		KUNIT_EXPECT_EQ(test, next, L4LB_STATE_TIME_WAIT);
	/* Again the same packet: nothing new but the ACK of LAST_ACK. */
	if (next != L4LB_STATE_LAST_ACK)
		KUNIT_EXPECT_EQ(test, word, l4lb_tcp_next(word, flags, client,
							  both));
}

static void every_step(struct kunit *test)
{
	u32 flags;
	u8 state;

	for (state = L4LB_STATE_SYN_SENT; tcp_state(state); state++) {
		for (flags = 0; flags <= U8_MAX; flags++) {
			tcp_step_check(test, state, flags, true, false);
			tcp_step_check(test, state, flags, true, true);
			tcp_step_check(test, state, flags, false, true);
		}
	}
}

static void first(struct kunit *test)
{
	u32 flags;

	for (flags = 0; flags <= U8_MAX; flags++)
		KUNIT_EXPECT_EQ(test, l4lb_tcp_first(flags),
				(flags & TEST_FLAGS) == L4LB_TCP_SYN ?
					L4LB_STATE_SYN_RECV :
					L4LB_STATE_UNSPEC);
}

static void reopens(struct kunit *test)
{
	const u32 bits = L4LB_CONN_COUNTED | L4LB_CONN_CLIENT_FIN;

	KUNIT_EXPECT_FALSE(test, l4lb_tcp_reopens(bits | L4LB_STATE_SYN_RECV));
	KUNIT_EXPECT_FALSE(test, l4lb_tcp_reopens(bits | L4LB_STATE_SYN_SENT));
	KUNIT_EXPECT_FALSE(test, l4lb_tcp_reopens(L4LB_STATE_ESTABLISHED));
	KUNIT_EXPECT_FALSE(test, l4lb_tcp_reopens(bits | L4LB_STATE_UDP));
	KUNIT_EXPECT_TRUE(test, l4lb_tcp_reopens(bits | L4LB_STATE_FIN_WAIT));
	KUNIT_EXPECT_TRUE(test, l4lb_tcp_reopens(L4LB_STATE_CLOSE_WAIT));
	KUNIT_EXPECT_TRUE(test, l4lb_tcp_reopens(bits | L4LB_STATE_LAST_ACK));
	KUNIT_EXPECT_TRUE(test, l4lb_tcp_reopens(bits | L4LB_STATE_TIME_WAIT));
	KUNIT_EXPECT_TRUE(test, l4lb_tcp_reopens(bits | L4LB_STATE_CLOSE));
}

/* No word, however it came about, is taken for an index. */
static void odd_states(struct kunit *test)
{
	u32 state, flags;

	for (state = L4LB_STATE_UDP; state <= L4LB_CONN_STATE; state++)
		for (flags = 0; flags <= U8_MAX; flags++)
			KUNIT_EXPECT_EQ(test, state,
					l4lb_tcp_next(state, flags, true, true) &
					L4LB_CONN_STATE);
}

static struct kunit_case tcp_cases[] = {
	KUNIT_CASE(stories),
	KUNIT_CASE(every_step),
	KUNIT_CASE(first),
	KUNIT_CASE(reopens),
	KUNIT_CASE(odd_states),
	{}
};

static struct kunit_suite tcp_suite = {
	.name = "conn_tcp",
	.test_cases = tcp_cases,
};

kunit_test_suite(tcp_suite);
