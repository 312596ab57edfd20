// SPDX-License-Identifier: GPL-2.0
/*
 * What went wrong, as a sentence. The kernel's own sentence stays unchanged;
 * the object's name is put before it, the attribute's name behind it.
 */
#include <stdarg.h>

#include "internal.h"

/**
 * struct attr_name - a nest's attribute
 * @name: word, NULL: none
 * @nest: what it holds, NULL: a value
 */
struct attr_name {
	const char *name;
	const struct attr_set *nest;
};

/**
 * struct attr_set - attributes of a nest
 * @n: elements
 * @names: by attribute number
 */
struct attr_set {
	unsigned int n;
	const struct attr_name *names;
};

#define SET(set)							\
	static const struct attr_set set = {				\
		sizeof(set##_names) / sizeof(set##_names[0]), set##_names }

static const struct attr_name timeout_names[] = {
	[L4LB_A_TIMEOUT_STATE] = { "state" },
	[L4LB_A_TIMEOUT_SECONDS] = { "seconds" },
};

SET(timeout);

static const struct attr_name service_names[] = {
	[L4LB_A_SERVICE_PROTO] = { "protocol" },
	[L4LB_A_SERVICE_ADDR] = { "address" },
	[L4LB_A_SERVICE_PORT] = { "port" },
	[L4LB_A_SERVICE_NAME] = { "name" },
	[L4LB_A_SERVICE_SCHEDULER] = { "scheduler" },
	[L4LB_A_SERVICE_METHOD] = { "method" },
	[L4LB_A_SERVICE_TIE] = { "tie" },
	[L4LB_A_SERVICE_MIDSTREAM] = { "midstream" },
	[L4LB_A_SERVICE_TIMEOUT] = { "timeout", &timeout },
	[L4LB_A_SERVICE_OWNER] = { "owner" },
	[L4LB_A_SERVICE_PORT_LAST] = { "last port" },
	[L4LB_A_SERVICE_PREFIX] = { "prefix length" },
	[L4LB_A_SERVICE_FWMARK] = { "fwmark" },
	[L4LB_A_SERVICE_FAMILY] = { "family" },
	[L4LB_A_SERVICE_HASH_PORT] = { "hash-port" },
	[L4LB_A_SERVICE_HASH_FALLBACK] = { "hash-fallback" },
	[L4LB_A_SERVICE_PERSIST] = { "persist" },
	[L4LB_A_SERVICE_PERSIST_PREFIX] = { "prefix length of persist" },
	[L4LB_A_SERVICE_ONE_PACKET] = { "one-packet" },
	[L4LB_A_SERVICE_SLOW_START] = { "slow-start" },
	[L4LB_A_SERVICE_ON_DOWN] = { "on-down" },
	[L4LB_A_SERVICE_ON_SERVER_GONE] = { "on-server-gone" },
	[L4LB_A_SERVICE_TRACK_SEQ] = { "track-seq" },
	[L4LB_A_SERVICE_HALF_OPEN_MAX] = { "half-open-max" },
	[L4LB_A_SERVICE_HOOK] = { "hook" },
	[L4LB_A_SERVICE_TRACK] = { "track" },
};

SET(service);

static const struct attr_name server_names[] = {
	[L4LB_A_SERVER_SERVICE] = { "service", &service },
	[L4LB_A_SERVER_ADDR] = { "address" },
	[L4LB_A_SERVER_PORT] = { "port" },
	[L4LB_A_SERVER_NAME] = { "name" },
	[L4LB_A_SERVER_WEIGHT] = { "weight" },
	[L4LB_A_SERVER_MAX_CONNS] = { "max-conns" },
	[L4LB_A_SERVER_MIN_CONNS] = { "lower limit of max-conns" },
	[L4LB_A_SERVER_OWNER] = { "owner" },
	[L4LB_A_SERVER_ADMIN] = { "admin state" },
	[L4LB_A_SERVER_HEALTH] = { "health" },
	[L4LB_A_SERVER_OPER_WEIGHT] = { "operator's weight" },
	[L4LB_A_SERVER_TEXT] = { "reason" },
	[L4LB_A_SERVER_DEADLINE] = { "deadline" },
};

SET(server);

static const struct attr_name vip_names[] = {
	[L4LB_A_VIP_ADDR] = { "address" },
	[L4LB_A_VIP_UNKNOWN_PORT] = { "unknown-port" },
	[L4LB_A_VIP_STANDBY] = { "standby" },
	[L4LB_A_VIP_PREFIX] = { "prefix length" },
};

SET(vip);

static const struct attr_name limits_names[] = {
	[L4LB_A_LIMITS_CONNS] = { "conns" },
	[L4LB_A_LIMITS_MEMORY] = { "memory" },
	[L4LB_A_LIMITS_SERVICES] = { "services" },
	[L4LB_A_LIMITS_SERVERS] = { "servers" },
	[L4LB_A_LIMITS_VIPS] = { "vips" },
	[L4LB_A_LIMITS_TIMEOUT] = { "timeout", &timeout },
};

SET(limits);

static const struct attr_name filter_names[] = {
	[L4LB_A_FILTER_SERVICE] = { "service", &service },
	[L4LB_A_FILTER_SERVER] = { "server" },
	[L4LB_A_FILTER_SERVER_PORT] = { "server's port" },
	[L4LB_A_FILTER_CLIENT] = { "client" },
	[L4LB_A_FILTER_CLIENT_PREFIX] = { "client's prefix length" },
	[L4LB_A_FILTER_STATE] = { "state" },
};

SET(filter);

static const struct attr_name explain_names[] = {
	[L4LB_A_EXPLAIN_PROTO] = { "protocol" },
	[L4LB_A_EXPLAIN_CLIENT] = { "client" },
	[L4LB_A_EXPLAIN_CLIENT_PORT] = { "client's port" },
	[L4LB_A_EXPLAIN_VIP] = { "VIP" },
	[L4LB_A_EXPLAIN_VIP_PORT] = { "VIP's port" },
	[L4LB_A_EXPLAIN_TCP_FLAGS] = { "flags" },
	[L4LB_A_EXPLAIN_HOOK] = { "hook" },
	[L4LB_A_EXPLAIN_MARK] = { "mark" },
};

SET(explain);

static const struct attr_name top_names[] = {
	[L4LB_A_TXN] = { "transaction" },
	[L4LB_A_SERVICE] = { "service", &service },
	[L4LB_A_SERVER] = { "server", &server },
	[L4LB_A_VIP] = { "vip", &vip },
	[L4LB_A_LIMITS] = { "limits", &limits },
	[L4LB_A_FILTER] = { "filter", &filter },
	[L4LB_A_EXPLAIN] = { "packet", &explain },
	[L4LB_A_BASE_GENERATION] = { "base generation" },
	[L4LB_A_TXN_MODE] = { "transaction mode" },
	[L4LB_A_OWNER] = { "owner" },
	[L4LB_A_FORCE] = { "force" },
	[L4LB_A_NOW] = { "now" },
	[L4LB_A_DRY_RUN] = { "dry-run" },
};

SET(top);

/**
 * l4lb_error() - why the last call failed
 * @h: handle
 *
 * Return: valid until the next call with @h.
 */
const struct l4lb_error *l4lb_error(const struct l4lb *h)
{
	return &h->err;
}

/**
 * l4lb_error_clear() - nothing has failed
 * @h: handle
 */
void l4lb_error_clear(struct l4lb *h)
{
	memset(&h->err, 0, sizeof(h->err));
	h->err.index = -1;
}

/**
 * l4lb_fail() - a failure on this side of the kernel
 * @h: handle
 * @code: positive errno
 * @fmt: sentence without full stop or newline
 *
 * Return: -@code.
 */
int l4lb_fail(struct l4lb *h, int code, const char *fmt, ...)
{
	va_list ap;

	l4lb_error_clear(h);
	h->err.code = code;
	va_start(ap, fmt);
	vsnprintf(h->err.text, sizeof(h->err.text), fmt, ap);
	va_end(ap);
	return -code;
}

static const char *fallback(int code)
{
	switch (code) {
	case EPERM:
		return "not permitted: this needs CAP_NET_ADMIN";
	case EOPNOTSUPP:
		return "the loaded l4lb.ko does not know this command";
	case ENOENT:
		return "there is no such thing";
	case EEXIST:
		return "exists already";
	}
	return strerror(code);
}

static bool is_object(const struct nlattr *attr)
{
	__u16 type = mnl_attr_get_type(attr);

	return type == L4LB_A_SERVICE || type == L4LB_A_SERVER ||
	       type == L4LB_A_VIP;
}

static unsigned int object_count(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	unsigned int n = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		n += is_object(attr);
	return n;
}

static const struct nlattr *object_at(const struct nlmsghdr *nlh,
				      unsigned int index)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (is_object(attr) && !index--)
			return attr;
	return NULL;
}

static void name_object(struct l4lb_error *err, const struct nlattr *attr)
{
	char text[L4LB_SERVER_STR];
	union {
		struct l4lb_service service;
		struct l4lb_server server;
		struct l4lb_vip vip;
	} u;

	switch (mnl_attr_get_type(attr)) {
	case L4LB_A_SERVICE:
		l4lb_service_decode(attr, &u.service, NULL);
		snprintf(err->object, sizeof(err->object), "service %s",
			 l4lb_service_format(&u.service, text));
		break;
	case L4LB_A_SERVER:
		l4lb_server_decode(attr, &u.server);
		/* A list of a service's servers is asked for by the service. */
		if (!(u.server.has & L4LB_BIT(L4LB_A_SERVER_ADDR))) {
			snprintf(err->object, sizeof(err->object),
				 "service %s",
				 l4lb_service_format(&u.server.service, text));
			break;
		}
		snprintf(err->object, sizeof(err->object), "server %s",
			 l4lb_server_format(&u.server, text));
		break;
	case L4LB_A_VIP:
		l4lb_vip_decode(attr, &u.vip);
		snprintf(err->object, sizeof(err->object), "vip %s",
			 l4lb_vip_format(&u.vip, text));
		break;
	}
}

/*
 * The message of @buf with sequence number @seq, and how many objects the
 * messages before it hold.
 */
static const struct nlmsghdr *find_message(const void *buf, size_t size,
					   __u32 seq, unsigned int *before)
{
	const struct nlmsghdr *nlh = buf;
	int len = size;

	*before = 0;
	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_seq == seq)
			return nlh;
		*before += object_count(nlh);
	}
	return NULL;
}

/* Objects of the open transaction in chunks before the one that has @buf. */
static unsigned int sent_before(const struct l4lb *h, const void *buf)
{
	const struct l4lb_chunk *chunk;
	unsigned int n = 0;

	if (!h->in_txn)
		return 0;
	for (chunk = h->chunks; chunk; chunk = chunk->next) {
		const struct nlmsghdr *nlh = (void *)chunk->data;
		int len = chunk->len;

		if ((const char *)buf >= chunk->data &&
		    (const char *)buf < chunk->data + L4LB_SEND_MAX)
			break;
		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
			n += object_count(nlh);
	}
	return n;
}

static const struct nlattr *object_of_txn(const struct l4lb *h,
					  unsigned int index)
{
	const struct l4lb_chunk *chunk;

	for (chunk = h->chunks; chunk; chunk = chunk->next) {
		const struct nlmsghdr *nlh = (void *)chunk->data;
		int len = chunk->len;

		for (; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			unsigned int n = object_count(nlh);

			if (index < n)
				return object_at(nlh, index);
			index -= n;
		}
	}
	return NULL;
}

/**
 * struct place - where in a request the kernel pointed
 * @object: top-level nest of an object, or NULL
 * @index: its number among the message's objects
 * @set: attributes of the innermost nest around the place
 * @name: attribute's word, or NULL
 */
struct place {
	const struct nlattr *object;
	unsigned int index;
	const struct attr_set *set;
	const char *name;
};

/* Walk down to the attribute at @offset of the message. */
static void find_place(const struct nlmsghdr *nlh, __u32 offset,
		       struct place *place)
{
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const char *at = (const char *)nlh + offset;
	const struct nlattr *attr = mnl_nlmsg_get_payload_offset(nlh,
						sizeof(struct genlmsghdr));
	bool outer = true;

	place->set = &top;
	while (mnl_attr_ok(attr, end - (const char *)attr)) {
		const char *next = (const char *)mnl_attr_next(attr);
		__u16 type = mnl_attr_get_type(attr);
		const struct attr_name *name = NULL;

		if (at >= next) {
			place->index += outer && is_object(attr);
			attr = (const void *)next;
			continue;
		}
		if (at < (const char *)attr)
			return;
		if (outer && is_object(attr))
			place->object = attr;
		if (type < place->set->n)
			name = &place->set->names[type];
		/* An object as a whole is named by what it is. */
		if (at == (const char *)attr && attr != place->object)
			place->name = name ? name->name : NULL;
		if (!name || !name->nest)
			return;
		place->set = name->nest;
		if (at == (const char *)attr)
			return;
		end = (const char *)attr + attr->nla_len;
		attr = mnl_attr_get_payload(attr);
		outer = false;
	}
}

/**
 * struct extack - what came with a refusal
 * @msg: the kernel's sentence or NULL
 * @offs: offset of the bad attribute in the message
 * @has_offs: @offs is there
 * @miss_type: type of a missing attribute
 * @has_miss: @miss_type is there
 * @miss_nest: offset of the nest that lacks it; 0: the message itself
 * @cookie: cookie or NULL
 */
struct extack {
	const char *msg;
	__u32 offs;
	bool has_offs;
	__u32 miss_type;
	bool has_miss;
	__u32 miss_nest;
	const struct l4lb_cookie *cookie;
};

static void read_extack(const struct nlmsghdr *nlh, size_t hdr,
			struct extack *ack)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    mnl_nlmsg_get_payload_len(nlh) < hdr)
		return;
	mnl_attr_for_each(attr, nlh, hdr) {
		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
				ack->msg = mnl_attr_get_str(attr);
			break;
		case NLMSGERR_ATTR_OFFS:
			ack->offs = l4lb_get_u32(attr);
			ack->has_offs = true;
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			ack->miss_type = l4lb_get_u32(attr);
			ack->has_miss = true;
			break;
		case NLMSGERR_ATTR_MISS_NEST:
			ack->miss_nest = l4lb_get_u32(attr);
			break;
		case NLMSGERR_ATTR_COOKIE:
			if (mnl_attr_get_payload_len(attr) >=
			    sizeof(*ack->cookie))
				ack->cookie = mnl_attr_get_payload(attr);
			break;
		}
	}
}

static void locate(struct l4lb *h, const struct extack *ack, const void *sent,
		   size_t sent_len, __u32 seq)
{
	struct l4lb_error *err = &h->err;
	const struct nlattr *object = NULL;
	struct l4lb_cookie cookie;
	struct place place = { 0 };
	const struct nlmsghdr *nlh;
	unsigned int before = 0;

	nlh = find_message(sent, sent_len, seq, &before);
	if (nlh && (ack->has_offs || ack->has_miss)) {
		find_place(nlh, ack->has_miss ? ack->miss_nest : ack->offs,
			   &place);
		object = place.object;
		if (object)
			err->index = sent_before(h, sent) + before +
				     place.index;
		if (ack->has_miss) {
			place.name = ack->miss_type < place.set->n ?
				     place.set->names[ack->miss_type].name :
				     NULL;
			err->missing = true;
		}
		if (place.name)
			snprintf(err->attr, sizeof(err->attr), "%s",
				 place.name);
	}
	if (ack->cookie) {
		memcpy(&cookie, ack->cookie, sizeof(cookie));
		err->generation = cookie.generation;
		if (!object) {
			object = h->in_txn ? object_of_txn(h, cookie.index) :
				 nlh ? object_at(nlh, cookie.index) : NULL;
			if (object)
				err->index = cookie.index +
					     (h->in_txn ? 0 : before);
		}
	}
	/*
	 * A message with one object is about that object, unless the refusal is
	 * about the transaction as a whole.
	 */
	if (!object && !(h->in_txn && ack->cookie) && nlh &&
	    object_count(nlh) == 1) {
		object = object_at(nlh, 0);
		err->index = sent_before(h, sent) + before;
	}
	if (object)
		name_object(err, object);
}

static void compose(struct l4lb_error *err)
{
	const char *sentence = err->kernel;
	int len;

	if (!*sentence)
		sentence = fallback(err->code);
	len = snprintf(err->text, sizeof(err->text), "%s%s%s", err->object,
		       *err->object ? ": " : "", sentence);
	/* The name of the object shows its address; the rest may be said. */
	if (!err->missing &&
	    (strstr(sentence, err->attr) ||
	     (*err->object && !strcmp(err->attr, "address"))))
		return;
	if (*err->attr && len < (int)sizeof(err->text))
		snprintf(err->text + len, sizeof(err->text) - len, " (%s%s)",
			 err->missing ? "missing: " : "", err->attr);
}

/**
 * l4lb_error_decode() - what an NLMSG_ERROR or NLMSG_DONE says
 * @h: handle; its error is set on a refusal
 * @nlh: the kernel's message
 * @sent: the messages that were sent, for the names in them
 * @sent_len: bytes of @sent
 *
 * Return: 0 for an acknowledgment, else a negative errno.
 */
int l4lb_error_decode(struct l4lb *h, const struct nlmsghdr *nlh,
		      const void *sent, size_t sent_len)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh), hdr = sizeof(int);
	struct extack ack = { 0 };
	int code = 0;

	if (len >= sizeof(int))
		code = -*(const int *)mnl_nlmsg_get_payload(nlh);
	if (code <= 0)
		return 0;

	if (nlh->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *refusal = mnl_nlmsg_get_payload(nlh);

		if (len < sizeof(*refusal))
			return l4lb_fail(h, code, "%s", fallback(code));
		hdr = sizeof(*refusal);
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
			hdr += MNL_ALIGN(mnl_nlmsg_get_payload_len(&refusal->msg));
	}
	read_extack(nlh, hdr, &ack);

	l4lb_error_clear(h);
	h->err.code = code;
	if (ack.msg)
		snprintf(h->err.kernel, sizeof(h->err.kernel), "%s", ack.msg);
	locate(h, &ack, sent, sent_len, nlh->nlmsg_seq);
	compose(&h->err);
	/* The caller knows which generation it asked for. */
	if (code == ESTALE && ack.cookie) {
		size_t used = strlen(h->err.text);

		snprintf(h->err.text + used, sizeof(h->err.text) - used,
			 " (running: %llu)", h->err.generation);
	}
	return -code;
}
