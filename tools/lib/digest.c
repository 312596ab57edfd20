// SPDX-License-Identifier: GPL-2.0
/*
 * The digest of a configuration: the sum modulo 2^64 over its objects of
 * SipHash-2-4 of their canonical encoding. The module computes the same; the
 * encoding and its test vectors stand in Documentation/design/digest.rst.
 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "internal.h"

static const unsigned char key[16] __attribute__((nonstring)) =
	"l4lb digest key1";

#define ENC_MAX	160	/* no object encodes to more */

static unsigned char *put_be(unsigned char *p, __u64 value, unsigned int bytes)
{
	unsigned int i;

	for (i = 0; i < bytes; i++)
		p[i] = value >> 8 * (bytes - 1 - i);
	return p + bytes;
}

/* Family and address: 17 bytes. */
static unsigned char *put_addr(unsigned char *p, const struct l4lb_addr *addr)
{
	*p++ = addr->family;
	memcpy(p, addr->bytes, 16);
	return p + 16;
}

static unsigned char *put_key(unsigned char *p,
			      const struct l4lb_service *service)
{
	static const struct l4lb_service none;
	const struct l4lb_service *s = service;
	__u8 prefix = l4lb_service_prefix(s), family = s->addr.family;

	/* A mark has no address. */
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_FWMARK)) {
		family = s->has & L4LB_BIT(L4LB_A_SERVICE_FAMILY) ?
			 s->family : 4;
		prefix = 0;
		s = &none;
	}
	*p++ = family;
	*p++ = s->proto;
	memcpy(p, s->addr.bytes, 16);
	p += 16;
	*p++ = prefix;
	p = put_be(p, s->port, 2);
	p = put_be(p, l4lb_service_port_last(s), 2);
	return put_be(p, service->fwmark, 4);
}

static unsigned char *put_padded(unsigned char *p, const char *text,
				 size_t size)
{
	memset(p, 0, size);
	memcpy(p, text, strnlen(text, size - 1));
	return p + size;
}

static EVP_MAC_CTX *mac_context(void)
{
	static EVP_MAC_CTX *ctx;
	EVP_MAC *mac;

	if (ctx)
		return ctx;
	mac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_SIPHASH, NULL);
	if (mac)
		ctx = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	return ctx;
}

static int siphash(const unsigned char *data, size_t len, __u64 *sum)
{
	EVP_MAC_CTX *ctx = mac_context();
	size_t size = 8, out_len = 0;
	unsigned char out[8];
	OSSL_PARAM params[2];
	__u64 hash = 0;
	int i;

	if (!ctx)
		return -ENOTSUP;
	params[0] = OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size);
	params[1] = OSSL_PARAM_construct_end();
	if (!EVP_MAC_init(ctx, key, sizeof(key), params) ||
	    !EVP_MAC_update(ctx, data, len) ||
	    !EVP_MAC_final(ctx, out, &out_len, sizeof(out)) || out_len != 8)
		return -ENOTSUP;
	for (i = 7; i >= 0; i--)
		hash = hash << 8 | out[i];
	*sum += hash;
	return 0;
}

/* Bits that make a client, resolved; none where clients are not remembered. */
static __u8 persist_prefix(const struct l4lb_service *s)
{
	if (!s->persist)
		return 0;
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_PERSIST_PREFIX))
		return s->persist_prefix;
	if (s->has & L4LB_BIT(L4LB_A_SERVICE_FWMARK))
		return s->family == 6 ? 128 : 32;
	return l4lb_addr_bits(&s->addr);
}

static unsigned char *put_options(unsigned char *p,
				  const struct l4lb_service *s)
{
	*p++ = s->hash_port;
	*p++ = s->hash_fallback;
	p = put_be(p, s->persist, 4);
	*p++ = persist_prefix(s);
	*p++ = s->one_packet;
	p = put_be(p, s->slow_start, 4);
	*p++ = s->on_down ? s->on_down : L4LB_ON_DOWN_KEEP;
	*p++ = s->on_gone ? s->on_gone : L4LB_ON_GONE_RESET;
	*p++ = s->track_seq;
	p = put_be(p, s->half_open_max, 4);
	*p++ = s->hook ? s->hook : L4LB_HOOK_PREROUTING;
	*p++ = s->track;
	return p;
}

/**
 * l4lb_digest_service() - add a service to a digest
 * @service: identity and all of its configuration
 * @sum: digest so far
 *
 * Return: 0, or -ENOTSUP where OpenSSL has no SipHash.
 */
int l4lb_digest_service(const struct l4lb_service *service, __u64 *sum)
{
	const struct l4lb_timeouts *t = &service->timeouts;
	unsigned char buf[ENC_MAX], *p = buf;
	unsigned int state;

	*p++ = 'S';
	p = put_key(p, service);
	p = put_padded(p, service->scheduler, L4LB_SCHED_NAME_MAX);
	*p++ = service->method;
	*p++ = service->tie;
	*p++ = service->midstream;
	for (state = L4LB_STATE_SYN_SENT; state <= L4LB_STATE_UDP; state++) {
		bool own = t->has & ~t->inherited & L4LB_BIT(state);

		p = put_be(p, own ? t->seconds[state] : 0, 4);
	}
	p = put_options(p, service);
	p = put_padded(p, service->name, L4LB_NAME_MAX);
	return siphash(buf, p - buf, sum);
}

/**
 * l4lb_digest_server() - add a server to a digest
 * @server: identity, with the address of its service, and configuration
 * @sum: digest so far
 *
 * Return: 0, or -ENOTSUP where OpenSSL has no SipHash.
 */
int l4lb_digest_server(const struct l4lb_server *server, __u64 *sum)
{
	unsigned char buf[ENC_MAX], *p = buf;

	*p++ = 'R';
	p = put_key(p, &server->service);
	p = put_addr(p, &server->addr);
	p = put_be(p, server->port, 2);
	p = put_be(p, server->weight, 4);
	p = put_be(p, server->max_conns, 4);
	p = put_be(p, l4lb_server_min_conns(server), 4);
	p = put_padded(p, server->name, L4LB_NAME_MAX);
	return siphash(buf, p - buf, sum);
}

/**
 * l4lb_digest_vip() - add a VIP to a digest
 * @vip: identity and policy; one that passes unknown ports adds nothing
 * @sum: digest so far
 *
 * Return: 0, or -ENOTSUP where OpenSSL has no SipHash.
 */
int l4lb_digest_vip(const struct l4lb_vip *vip, __u64 *sum)
{
	unsigned char buf[ENC_MAX], *p = buf;

	if (vip->unknown_port == L4LB_UNKNOWN_PORT_UNSPEC ||
	    vip->unknown_port == L4LB_UNKNOWN_PORT_PASS)
		return 0;
	*p++ = 'V';
	p = put_addr(p, &vip->addr);
	*p++ = l4lb_vip_prefix(vip);
	*p++ = vip->unknown_port;
	return siphash(buf, p - buf, sum);
}

static int add_service(const struct l4lb_service *service, void *arg)
{
	return l4lb_digest_service(service, arg);
}

static int add_server(const struct l4lb_server *server, void *arg)
{
	/* Has left the configuration. */
	if (server->has & L4LB_BIT(L4LB_A_SERVER_LINGER))
		return 0;
	return l4lb_digest_server(server, arg);
}

static int add_vip(const struct l4lb_vip *vip, void *arg)
{
	return l4lb_digest_vip(vip, arg);
}

/**
 * l4lb_digest_running() - digest of the running configuration, computed here
 *	from what the kernel lists
 * @h: handle
 * @sum: result
 *
 * Return: 0 or a negative errno.
 */
int l4lb_digest_running(struct l4lb *h, __u64 *sum)
{
	int err;

	*sum = 0;
	err = l4lb_service_dump(h, add_service, sum);
	if (!err)
		err = l4lb_server_dump(h, NULL, add_server, sum);
	if (!err)
		err = l4lb_vip_dump(h, add_vip, sum);
	if (err == -ENOTSUP && !h->err.code)
		l4lb_fail(h, ENOTSUP, "OpenSSL here has no SipHash");
	return err;
}
