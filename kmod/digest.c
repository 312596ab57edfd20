// SPDX-License-Identifier: GPL-2.0
/* Digest of a configuration. */
#include <linux/siphash.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "digest.h"
#include "sched.h"
#include "server.h"
#include "service.h"
#include "vip.h"

/* "l4lb digest key1" as two little-endian words; published, not a secret. */
static const siphash_key_t digest_key = {
	.key = { 0x67696420626c346cull, 0x3179656b20747365ull },
};

/* Bytes of the encodings; integers are big endian. */
#define DIGEST_KEY	(1 + 1 + 16 + 1 + 2 + 2 + 4)
#define DIGEST_OPTIONS	(9 * 1 + 3 * 4)
#define DIGEST_SERVICE	(1 + DIGEST_KEY + L4LB_SCHED_NAME_MAX + 3 +	\
			 4 * (L4LB_TIMEOUT_STATES - 1) + DIGEST_OPTIONS + \
			 L4LB_NAME_MAX)
#define DIGEST_SERVER	(1 + DIGEST_KEY + 1 + 16 + 2 + 3 * 4 + L4LB_NAME_MAX)
#define DIGEST_VIP	(1 + 1 + 16 + 1 + 1)
static_assert(DIGEST_SERVICE == 136 && DIGEST_SERVER == 91 && DIGEST_VIP == 20);

static u8 *put_family(u8 *p, u8 family)
{
	*p = family == AF_INET ? 4 : 6;
	return p + 1;
}

static u8 *put_addr(u8 *p, const union l4lb_addr *addr)
{
	memcpy(p, addr, sizeof(*addr));
	return p + sizeof(*addr);
}

static u8 *put_port(u8 *p, __be16 port)
{
	memcpy(p, &port, sizeof(port));
	return p + sizeof(port);
}

static u8 *put_u32(u8 *p, u32 v)
{
	put_unaligned_be32(v, p);
	return p + sizeof(v);
}

/* @s holds no byte but NUL behind its end, or is shorter than @len. */
static u8 *put_name(u8 *p, const char *s, size_t len)
{
	size_t used = strnlen(s, len);

	memcpy(p, s, used);
	memset(p + used, 0, len - used);
	return p + len;
}

static u8 *put_key(u8 *p, const struct l4lb_service_key *key)
{
	p = put_family(p, key->family);
	*p++ = key->proto;
	p = put_addr(p, &key->addr);
	*p++ = key->prefix;
	p = put_port(p, key->port);
	p = put_port(p, key->port_last);
	return put_u32(p, key->mark);
}

static u8 *put_options(u8 *p, const struct l4lb_service_opts *opts)
{
	*p++ = opts->hash_port;
	*p++ = opts->hash_fallback;
	p = put_u32(p, opts->persist);
	*p++ = opts->persist ? opts->persist_prefix : 0;
	*p++ = opts->one_packet;
	p = put_u32(p, opts->slow_start);
	*p++ = opts->on_down;
	*p++ = opts->on_gone;
	*p++ = opts->track_seq;
	p = put_u32(p, opts->half_open_max);
	*p++ = opts->hook;
	*p++ = opts->track;
	return p;
}

/**
 * l4lb_digest_service() - a service's share, without its servers
 * @svc: service; @digest is not read
 *
 * Return: what the digest of the configuration grows by.
 */
u64 l4lb_digest_service(const struct l4lb_service *svc)
{
	u8 buf[DIGEST_SERVICE], *p = buf;
	u32 state;

	*p++ = 'S';
	p = put_key(p, &svc->key);
	p = put_name(p, svc->ops->name, L4LB_SCHED_NAME_MAX);
	*p++ = svc->method;
	*p++ = svc->tie;
	*p++ = svc->midstream;
	for (state = L4LB_STATE_UNSPEC + 1; state < L4LB_TIMEOUT_STATES; state++)
		p = put_u32(p, svc->timeout[state]);
	p = put_options(p, &svc->opts);
	put_name(p, svc->name, L4LB_NAME_MAX);
	return siphash(buf, sizeof(buf), &digest_key);
}

/**
 * l4lb_digest_server() - a server's share
 * @svc: its service
 * @ep: its address
 * @conf: its configuration; @digest is not read
 *
 * Return: what the digest of the configuration grows by.
 */
u64 l4lb_digest_server(const struct l4lb_service_key *svc,
		       const struct l4lb_endpoint *ep,
		       const struct l4lb_server_conf *conf)
{
	u8 buf[DIGEST_SERVER], *p = buf;

	*p++ = 'R';
	p = put_key(p, svc);
	p = put_family(p, ep->family);
	p = put_addr(p, &ep->addr);
	p = put_port(p, ep->port);
	p = put_u32(p, conf->weight);
	p = put_u32(p, conf->max_conns);
	p = put_u32(p, conf->min_conns);
	put_name(p, conf->name, L4LB_NAME_MAX);
	return siphash(buf, sizeof(buf), &digest_key);
}

/**
 * l4lb_digest_vip() - a VIP's share
 * @vip: VIP
 *
 * Return: what the digest of the configuration grows by; 0 for a VIP that is
 * there only because services are on it.
 */
u64 l4lb_digest_vip(const struct l4lb_vip *vip)
{
	u8 buf[DIGEST_VIP], *p = buf;

	if (vip->unknown_port == L4LB_UNKNOWN_PORT_PASS)
		return 0;
	*p++ = 'V';
	p = put_family(p, vip->family);
	p = put_addr(p, &vip->addr);
	*p++ = vip->prefix;
	*p = vip->unknown_port;
	return siphash(buf, sizeof(buf), &digest_key);
}

#ifdef L4LB_KUNIT
#include "digest_test.c"
#endif
