// SPDX-License-Identifier: GPL-2.0
/*
 * Suite of the txn*.c files. Namespaces of its own that no packet finds; the
 * configuration of each is checked as a whole after every step.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/prandom.h>
#include <fault.h>

#include "digest.h"
#include "net_test.h"

/**
 * struct txn_fix - the suite's state
 * @ln: namespace
 * @extack: of the last request
 * @rnd: random numbers
 */
struct txn_fix {
	struct l4lb_net *ln;
	struct netlink_ext_ack extack;
	struct rnd_state rnd;
};

#define t_each	net_test_each

static const struct l4lb_table *t_table(struct kunit *test)
{
	struct txn_fix *fix = test->priv;

	return net_test_table(fix->ln);
}

/* Short names of what the cases ask for. */
enum {
	CH_SERVICE_NEW = L4LB_CHANGE_SERVICE_NEW,
	CH_SERVICE_SET = L4LB_CHANGE_SERVICE_SET,
	CH_SERVICE_DEL = L4LB_CHANGE_SERVICE_DEL,
	CH_SERVER_NEW = L4LB_CHANGE_SERVER_NEW,
	CH_SERVER_SET = L4LB_CHANGE_SERVER_SET,
	CH_SERVER_DEL = L4LB_CHANGE_SERVER_DEL,
};

#define T_OK(ch)	KUNIT_ASSERT_EQ(test, t_one(test, ch), 0)
#define T_ONE(ch, err)	KUNIT_EXPECT_EQ(test, t_one(test, ch), err)
#define T_STAGE(txn, ch, err)	KUNIT_EXPECT_EQ(test, t_stage(test, txn, ch), err)

/* Service @n: 192.0.2.n:80, tcp; on the VIP of service n - 100 above 100. */
static struct l4lb_service_key t_key(u32 n)
{
	return l4lb_key_of(&(struct l4lb_endpoint){
		.addr.ip = htonl(0xc0000200 + n % 100),
		.port = htons(80 + n / 100),
		.family = AF_INET,
		.proto = IPPROTO_TCP,
	});
}

/* Server @n: even ones have port 80, odd ones 8080, two an address. */
static struct l4lb_endpoint t_ep(u32 n)
{
	return (struct l4lb_endpoint){
		.addr.ip = htonl(0xc6336400 + n / 2),
		.port = htons(n % 2 ? 8080 : 80),
		.family = AF_INET,
		.proto = IPPROTO_TCP,
	};
}

/* A change to be filled in; good until 32 others have been made. */
static struct l4lb_change *t_change(u8 op)
{
	static struct l4lb_change ring[32];
	static u32 at;
	struct l4lb_change *ch = &ring[at++ % ARRAY_SIZE(ring)];

	memset(ch, 0, sizeof(*ch));
	ch->op = op;
	return ch;
}

static struct l4lb_change *t_service(u8 op, u32 n)
{
	struct l4lb_change *ch = t_change(op);

	ch->service = t_key(n);
	return ch;
}

static struct l4lb_change *t_server(u8 op, u32 n, u32 server)
{
	struct l4lb_change *ch = t_service(op, n);

	ch->server = t_ep(server);
	ch->server.proto = 0;
	ch->present = BIT(L4LB_A_SERVER_PORT);
	return ch;
}

static struct l4lb_change *t_method(u8 op, u32 n, u8 method)
{
	struct l4lb_change *ch = t_service(op, n);

	ch->method = method;
	ch->present = BIT(L4LB_A_SERVICE_METHOD);
	return ch;
}

static struct l4lb_change *t_weight(u8 op, u32 n, u32 server, u32 weight)
{
	struct l4lb_change *ch = t_server(op, n, server);

	ch->weight = weight;
	ch->present |= BIT(L4LB_A_SERVER_WEIGHT);
	return ch;
}

static struct l4lb_change *t_vip(u32 n, u8 policy)
{
	struct l4lb_change *ch = t_change(L4LB_CHANGE_VIP_SET);

	ch->vip = t_key(n);
	ch->vip.port = 0;
	ch->vip.port_last = 0;
	ch->vip.proto = 0;
	ch->unknown_port = policy;
	ch->present = BIT(L4LB_A_VIP_UNKNOWN_PORT);
	return ch;
}

static struct l4lb_change *t_name(u8 op, u32 n, const char *name)
{
	struct l4lb_change *ch = t_service(op, n);

	strscpy(ch->name, name, sizeof(ch->name));
	ch->present = BIT(L4LB_A_SERVICE_NAME);
	return ch;
}

static struct l4lb_txn *t_begin(struct kunit *test, u8 mode, u32 portid)
{
	struct txn_fix *fix = test->priv;

	memset(&fix->extack, 0, sizeof(fix->extack));
	return l4lb_txn_begin(fix->ln, mode, false, 0, portid, &fix->extack);
}

static int t_stage(struct kunit *test, struct l4lb_txn *txn,
		   const struct l4lb_change *ch)
{
	struct txn_fix *fix = test->priv;

	memset(&fix->extack, 0, sizeof(fix->extack));
	return l4lb_txn_stage(fix->ln, txn, ch, &fix->extack);
}

static int t_commit(struct kunit *test, struct l4lb_txn *txn, u64 *changed)
{
	struct txn_fix *fix = test->priv;

	memset(&fix->extack, 0, sizeof(fix->extack));
	return net_test_commit(test, fix->ln, txn, changed, &fix->extack);
}

/* A transaction of one change. */
static int t_one(struct kunit *test, const struct l4lb_change *ch)
{
	struct txn_fix *fix = test->priv;

	return net_test_one(test, fix->ln, ch, &fix->extack);
}

static u32 t_index(struct kunit *test)
{
	struct txn_fix *fix = test->priv;
	struct l4lb_cookie cookie;

	KUNIT_EXPECT_EQ(test, fix->extack.cookie_len, (int)sizeof(cookie));
	memcpy(&cookie, fix->extack.cookie, sizeof(cookie));
	KUNIT_EXPECT_EQ(test, cookie.generation, t_table(test)->generation);
	return cookie.index;
}

static struct l4lb_service *t_find(struct kunit *test, u32 n)
{
	struct l4lb_service_key key = t_key(n);

	return l4lb_service_lookup(t_table(test)->services, &key);
}

static struct l4lb_server *t_find_server(struct kunit *test, u32 n, u32 server)
{
	struct l4lb_service *svc = t_find(test, n);
	struct l4lb_endpoint ep = t_ep(server);

	return svc ? l4lb_sched_lookup(svc->sched, &ep, NULL) : NULL;
}

static u64 t_check_server(struct kunit *test, const struct l4lb_service *svc,
			  u32 pos)
{
	struct txn_fix *fix = test->priv;
	struct l4lb_server *srv = svc->sched->slot[pos].server;
	const struct l4lb_server_conf *conf;
	u32 at;

	conf = rcu_dereference_protected(srv->conf, true);
	KUNIT_ASSERT_NOT_NULL(test, conf);
	KUNIT_ASSERT_EQ(test, conf->digest,
			l4lb_digest_server(&svc->key, &srv->ep, conf));
	KUNIT_ASSERT_FALSE(test, srv->gone);
	KUNIT_ASSERT_EQ(test, srv->pos, pos);
	KUNIT_ASSERT_EQ(test, srv->method, svc->method);
	KUNIT_ASSERT_PTR_EQ(test, srv->rt, svc->rt);
	KUNIT_ASSERT_EQ(test, svc->sched->slot[pos].weight,
			l4lb_server_weight(srv));
	KUNIT_ASSERT_PTR_EQ(test, l4lb_sched_lookup(svc->sched, &srv->ep, &at),
			    srv);
	KUNIT_ASSERT_EQ(test, at, pos);
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, l4lb_slots_get(&fix->ln->servers, srv->id),
			    (void *)srv);
	rcu_read_unlock();
	if (svc->method == L4LB_METHOD_NAT)
		KUNIT_ASSERT_NOT_NULL(test, srv->endpoint);
	return conf->digest;
}

static u64 t_check_service(struct kunit *test, struct l4lb_service *svc)
{
	struct txn_fix *fix = test->priv;
	u64 digest = svc->digest;
	u32 pos;

	KUNIT_ASSERT_EQ(test, digest, l4lb_digest_service(svc));
	KUNIT_ASSERT_EQ(test, svc->id, svc->rt->id);
	KUNIT_ASSERT_PTR_EQ(test, svc->sched->ops, svc->ops);
	KUNIT_ASSERT_PTR_EQ(test, rcu_access_pointer(svc->rt->sched),
			    (void __rcu *)svc->sched);
	KUNIT_ASSERT_EQ(test, svc->sched->tie_first,
			svc->tie == L4LB_TIE_FIRST);
	KUNIT_ASSERT_EQ(test, svc->sched->hash_port, svc->hash_port);
	KUNIT_ASSERT_EQ(test, svc->sched->hash_fallback, svc->hash_fallback);
	KUNIT_ASSERT_EQ(test, svc->sched->slow_start, svc->slow_start);
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, l4lb_slots_get(&fix->ln->services, svc->id),
			    (void *)svc);
	rcu_read_unlock();
	for (pos = 0; pos < svc->sched->nr; pos++)
		digest += t_check_server(test, svc, pos);
	if (svc->name[0])
		KUNIT_ASSERT_PTR_EQ(test,
				    l4lb_service_by_name(t_table(test)->names,
							 svc->name), svc);
	return digest;
}

/* References to endpoints, counted from their servers. */
static void t_check_endpoints(struct kunit *test)
{
	const struct l4lb_table *table = t_table(test);
	struct txn_fix *fix = test->priv;
	u32 l, i, k, j, refs, addr_refs;
	struct l4lb_rs *rs, *other;
	struct l4lb_service *svc;
	struct l4lb_server *srv;

	t_each(table->endpoints, l, i, rs) {
		refs = 0;
		addr_refs = 0;
		t_each(table->services, k, j, svc) {
			u32 pos;

			for (pos = 0; pos < svc->sched->nr; pos++)
				refs += svc->sched->slot[pos].server->endpoint == rs;
		}
		list_for_each_entry(srv, &fix->ln->lingering, gone_node)
			refs += srv->endpoint == rs;
		t_each(table->endpoints, k, j, other)
			addr_refs += other->addr == rs->addr;
		KUNIT_ASSERT_EQ(test, rs->refs, refs);
		KUNIT_ASSERT_EQ(test, rs->addr->refs, addr_refs);
		KUNIT_ASSERT_EQ(test, !refs, !list_empty(&rs->idle));
		rcu_read_lock();
		KUNIT_EXPECT_PTR_EQ(test,
				    l4lb_slots_get(&fix->ln->endpoints, rs->id),
				    (void *)rs);
		rcu_read_unlock();
	}
}

/* Is @srv found by its address, once? */
static void t_check_at(struct kunit *test, const struct l4lb_server *srv)
{
	struct txn_fix *fix = test->priv;
	const struct l4lb_server *at;
	u32 head, found = 0;

	head = l4lb_addr_hash(&srv->ep.addr) & (L4LB_SERVER_HEADS - 1);
	rcu_read_lock();
	hlist_for_each_entry_rcu(at, &fix->ln->at[head], at_node)
		found += at == srv;
	rcu_read_unlock();
	KUNIT_ASSERT_EQ(test, found, 1U);
}

/* Are the servers found by address those that there are, and tunnels counted? */
static void t_check_servers(struct kunit *test)
{
	const struct l4lb_table *table = t_table(test);
	struct txn_fix *fix = test->priv;
	u32 l, i, pos, found = 0, tunnels = 0, untracked = 0;
	const struct l4lb_service *svc;
	const struct l4lb_server *srv;

	t_each(table->services, l, i, svc) {
		tunnels += svc->method == L4LB_METHOD_TUNNEL;
		untracked += svc->hook == L4LB_HOOK_LOCAL_IN && !svc->track;
		for (pos = 0; pos < svc->sched->nr; pos++)
			t_check_at(test, svc->sched->slot[pos].server);
	}
	list_for_each_entry(srv, &fix->ln->lingering, gone_node)
		t_check_at(test, srv);
	rcu_read_lock();
	for (i = 0; i < L4LB_SERVER_HEADS; i++)
		hlist_for_each_entry_rcu(srv, &fix->ln->at[i], at_node)
			found++;
	rcu_read_unlock();
	KUNIT_ASSERT_EQ(test, found, fix->ln->nr_servers_all);
	KUNIT_ASSERT_EQ(test, table->nr_tunnels, tunnels);
	KUNIT_ASSERT_EQ(test, table->nr_untracked, untracked);
}

/* Is what is published consistent in itself? */
static void t_check(struct kunit *test)
{
	const struct l4lb_table *table = t_table(test);
	u32 l, i, k, j, servers = 0, names = 0, on_vip, linger = 0;
	struct txn_fix *fix = test->priv;
	struct l4lb_service *svc;
	struct l4lb_server *srv;
	struct l4lb_vip *vip;
	u64 digest = 0;

	t_each(table->services, l, i, svc) {
		digest += t_check_service(test, svc);
		servers += svc->sched->nr;
		names += !!svc->name[0];
	}
	KUNIT_ASSERT_EQ(test, table->names->nr, names);
	t_each(table->vips, l, i, vip) {
		on_vip = 0;
		t_each(table->services, k, j, svc)
			on_vip += l4lb_key_has_vip(&svc->key) &&
				  svc->key.family == vip->family &&
				  svc->key.prefix == vip->prefix &&
				  l4lb_addr_equal(&svc->key.addr, &vip->addr);
		KUNIT_ASSERT_EQ(test, vip->nr_services, on_vip);
		KUNIT_ASSERT_TRUE(test, on_vip || vip->unknown_port !=
						  L4LB_UNKNOWN_PORT_PASS);
		digest += l4lb_digest_vip(vip);
	}
	list_for_each_entry(srv, &fix->ln->lingering, gone_node) {
		KUNIT_ASSERT_TRUE(test, srv->gone);
		linger++;
	}
	KUNIT_ASSERT_EQ(test, table->digest, digest);
	KUNIT_ASSERT_EQ(test, table->nr_servers, servers);
	KUNIT_ASSERT_EQ(test, fix->ln->nr_servers_all, servers + linger);
	t_check_endpoints(test);
	t_check_servers(test);
}

static int txn_test_init(struct kunit *test)
{
	struct txn_fix *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	u32 seed = get_random_u32();

	KUNIT_ASSERT_NOT_NULL(test, fix);
	test->priv = fix;
	kunit_info(test, "seed %u", seed);
	prandom_seed_state(&fix->rnd, seed);
	fix->ln = net_test_make(test);
	mutex_lock(&fix->ln->conf_lock);
	return 0;
}

static void txn_test_exit(struct kunit *test)
{
	struct txn_fix *fix = test->priv;

	if (!fix || !fix->ln)
		return;
	mutex_unlock(&fix->ln->conf_lock);
	net_test_free(fix->ln);
}

#include "txn_basic_test.c"
#include "txn_refuse_test.c"
#include "txn_fault_test.c"
#include "txn_random_test.c"
#include "txn_kinds_test.c"

static struct kunit_case txn_cases[] = {
	KUNIT_CASE(txn_one),
	KUNIT_CASE(txn_defaults),
	KUNIT_CASE(txn_options),
	KUNIT_CASE(txn_names),
	KUNIT_CASE(txn_vips),
	KUNIT_CASE(txn_replace),
	KUNIT_CASE(txn_nothing_differs),
	KUNIT_CASE(txn_order),
	KUNIT_CASE(txn_linger),
	KUNIT_CASE(txn_switch),
	KUNIT_CASE(txn_standby),
	KUNIT_CASE(txn_state),
	KUNIT_CASE(txn_limits),
	KUNIT_CASE(txn_many),
	KUNIT_CASE(txn_refused_service),
	KUNIT_CASE(txn_refused_option),
	KUNIT_CASE(txn_refused_together),
	KUNIT_CASE(txn_refused_udp),
	KUNIT_CASE(txn_refused_mark),
	KUNIT_CASE(txn_refused_server),
	KUNIT_CASE(txn_refused_name),
	KUNIT_CASE(txn_refused_leaves_all),
	KUNIT_CASE(txn_owner),
	KUNIT_CASE(txn_dry_runs),
	KUNIT_CASE(txn_life),
	KUNIT_CASE(txn_idle_end),
	KUNIT_CASE(txn_two_writers),
	KUNIT_CASE(txn_base),
	KUNIT_CASE(txn_fault_commit),
	KUNIT_CASE(txn_fault_stage),
	KUNIT_CASE(txn_fault_drop),
	KUNIT_CASE(txn_random),
	KUNIT_CASE(txn_kinds),
	KUNIT_CASE(txn_fault_kinds),
	KUNIT_CASE(txn_fault_kinds_stage),
	{}
};

static struct kunit_suite txn_suite = {
	.name = "txn",
	.init = txn_test_init,
	.exit = txn_test_exit,
	.test_cases = txn_cases,
};

kunit_test_suite(txn_suite);
