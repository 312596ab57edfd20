// SPDX-License-Identifier: GPL-2.0
/*
 * HTTP_GET and SSL_GET by libcurl: urls in order, each on a connection of its
 * own. No name is resolved, no proxy asked, no redirect followed, nothing is
 * remembered from one request to the next, and no certificate is looked at:
 * keepalived does not either.
 *
 * The body is taken as it comes over the connection, without undoing chunks:
 * so keepalived counts its digest.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../evidence.h"
#include "judge.h"
#include "net.h"
#include "probe.h"

/* Most bytes of all header lines of a response. */
#define HEADER	32768

/**
 * struct http - an HTTP check
 * @check: its check
 * @match: of each url, NULL where it has no regex
 * @easy: request that is under way
 * @headers: of @easy
 * @hosts: of @easy: where it connects
 * @judge: of the response
 * @at: which url
 * @part: only this url in this run
 * @next: url of the next run that does only one
 * @connected: the connection stands; libcurl's times tell after TLS only
 * @header: bytes of header lines
 * @header_done: they are complete
 * @long_header: there were too many
 * @enough: the rest of the body is of no interest
 * @bytes: of all responses
 * @first_ms: as in &struct verdict
 * @local: why there is no socket; empty where there is one
 * @error: libcurl's sentence
 */
struct http {
	struct check *check;
	struct match **match;
	CURL *easy;
	struct curl_slist *headers;
	struct curl_slist *hosts;
	struct judge judge;
	__u32 at;
	bool part;
	__u32 next;
	bool connected;
	size_t header;
	bool header_done;
	bool long_header;
	bool enough;
	__u64 bytes;
	__u32 first_ms;
	char local[PROTO_TEXT + 1];
	char error[CURL_ERROR_SIZE];
};

static const struct proto_check *spec(const struct http *http)
{
	return &http->check->msg->check;
}

static const struct proto_url *url(const struct http *http)
{
	return &spec(http)->urls[http->at];
}

/* The connection goes where the message says, interface index and all. */
static curl_socket_t open_socket(void *data, curlsocktype purpose,
				 struct curl_sockaddr *to)
{
	struct http *http = data;
	struct sockaddr_storage ss;
	int fd = net_open(spec(http), http->local);

	(void)purpose;
	if (fd < 0)
		return CURL_SOCKET_BAD;
	to->family = spec(http)->addr.family == 4 ? AF_INET : AF_INET6;
	to->addrlen = net_address(spec(http), &ss);
	memcpy(&to->addr, &ss, to->addrlen);
	return fd;
}

static size_t on_header(char *data, size_t size, size_t n, void *user)
{
	struct http *http = user;

	(void)size;
	http->header += n;
	http->header_done = n <= 2 && (*data == '\r' || *data == '\n');
	http->long_header = http->header > HEADER;
	return http->long_header ? 0 : n;
}

static size_t on_body(char *data, size_t size, size_t n, void *user)
{
	struct http *http = user;

	(void)size;
	if (judge_body(&http->judge, data, n))
		return n;
	http->enough = true;
	return 0;
}

/* ADDRESS:PORT; without the port where it is @usual. */
static void endpoint(const struct proto_check *c, char *buf, size_t size,
		     unsigned int usual)
{
	char addr[INET6_ADDRSTRLEN] = "", port[8] = "";
	bool v4 = c->addr.family == 4;

	inet_ntop(v4 ? AF_INET : AF_INET6, c->addr.bytes, addr, sizeof(addr));
	if (c->port != usual)
		snprintf(port, sizeof(port), ":%u", c->port);
	snprintf(buf, size, v4 ? "%s%s" : "[%s]%s", addr, port);
}

static int add_line(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (!longer)
		return -ENOMEM;
	*list = longer;
	return 0;
}

static int make_lists(struct http *http, char *address, size_t size)
{
	const struct proto_check *c = spec(http);
	char line[PROTO_TEXT + 16], host[80];
	int err;

	endpoint(c, host, sizeof(host), c->kind == PROTO_HTTPS ? 443 : 80);
	snprintf(line, sizeof(line), "Host: %s",
		 url(http)->virtualhost ? url(http)->virtualhost : host);
	err = add_line(&http->headers, line);
	err |= add_line(&http->headers, "Accept:");
	if (c->http != PROTO_HTTP_10)
		err |= add_line(&http->headers, "Connection: close");
	/* with a server name in the url, only this keeps it from a lookup */
	endpoint(c, host, sizeof(host), 0);
	snprintf(line, sizeof(line), "::%s", host);
	err |= add_line(&http->hosts, line);
	if (url(http)->sni)
		snprintf(address, size, "https://%s:%u/", url(http)->sni,
			 c->port);
	else
		snprintf(address, size, "http%s://%s/",
			 c->kind == PROTO_HTTPS ? "s" : "", host);
	return err;
}

#define SET(option, value)						\
	(code = code ? code : curl_easy_setopt(easy, option, value))

static CURLcode set_where(struct http *http, const char *address)
{
	CURLcode code = CURLE_OK;
	CURL *easy = http->easy;

	SET(CURLOPT_URL, address);
	SET(CURLOPT_REQUEST_TARGET, url(http)->path);
	SET(CURLOPT_CONNECT_TO, http->hosts);
	SET(CURLOPT_HTTPHEADER, http->headers);
	SET(CURLOPT_USERAGENT, "lbcheckd");
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, http);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NOPROXY, "*");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_FRESH_CONNECT, 1L);
	SET(CURLOPT_FORBID_REUSE, 1L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TCP_KEEPALIVE, 0L);
	SET(CURLOPT_HTTP_VERSION, spec(http)->http == PROTO_HTTP_11 ?
	    (long)CURL_HTTP_VERSION_1_1 : (long)CURL_HTTP_VERSION_1_0);
	SET(CURLOPT_HTTP09_ALLOWED, 0L);
	SET(CURLOPT_HTTP_TRANSFER_DECODING, 0L);
	SET(CURLOPT_HTTP_CONTENT_DECODING, 0L);
	return code;
}

/* libcurl's copy: another may come while this one is in use. */
static CURLcode set_pem(CURL *easy, CURLoption option,
			const struct proto_bytes *pem)
{
	struct curl_blob blob = {
		.data = (void *)pem->data, .len = pem->len,
		.flags = CURL_BLOB_COPY,
	};

	return pem->len ? curl_easy_setopt(easy, option, &blob) : CURLE_OK;
}

static CURLcode set_certificate(struct http *http)
{
	const struct proto_msg *msg = http->check->probe->tls;
	CURLcode code;

	if (!msg)
		return CURLE_OK;
	code = set_pem(http->easy, CURLOPT_SSLCERT_BLOB, &msg->tls.certificate);
	if (!code)
		code = set_pem(http->easy, CURLOPT_SSLKEY_BLOB, &msg->tls.key);
	if (!code)
		code = curl_easy_setopt(http->easy, CURLOPT_KEYPASSWD,
					msg->tls.password);
	return code;
}

static CURLcode set_rest(struct http *http)
{
	CURLcode code = CURLE_OK;
	CURL *easy = http->easy;

	SET(CURLOPT_PRIVATE, (void *)http->check);
	SET(CURLOPT_ERRORBUFFER, http->error);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)spec(http)->connect_timeout);
	SET(CURLOPT_TIMEOUT_MS, (long)spec(http)->timeout);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, http);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, http);
	if (spec(http)->kind != PROTO_HTTPS)
		return code;
	/* no files are read: a list of authorities would be, for nothing */
	SET(CURLOPT_CAINFO, NULL);
	SET(CURLOPT_CAPATH, NULL);
	SET(CURLOPT_SSL_VERIFYPEER, 0L);
	SET(CURLOPT_SSL_VERIFYHOST, 0L);
	SET(CURLOPT_SSL_SESSIONID_CACHE, 0L);
	SET(CURLOPT_SSL_ENABLE_ALPN, 0L);
	return code ? code : set_certificate(http);
}

static void stop(struct http *http)
{
	if (http->easy) {
		curl_multi_remove_handle(http->check->probe->multi.curl,
					 http->easy);
		curl_easy_cleanup(http->easy);
		http->easy = NULL;
	}
	curl_slist_free_all(http->headers);
	curl_slist_free_all(http->hosts);
	http->headers = NULL;
	http->hosts = NULL;
	judge_free(&http->judge);
}

static void finish(struct http *http, struct verdict *v)
{
	stop(http);
	v->bytes = http->bytes;
	v->first_ms = http->first_ms;
	/* a failure in one of several parts: again from the first */
	if (v->outcome == FRAME_FAILED)
		http->next = 0;
	check_done(http->check, v);
}

static void finish_unsure(struct http *http)
{
	struct verdict v = { .outcome = FRAME_UNSURE };

	evidence(v.text, "no request: out of memory");
	finish(http, &v);
}

static void request(struct http *http)
{
	char address[300];

	http->connected = false;
	http->header = 0;
	http->header_done = false;
	http->long_header = false;
	http->enough = false;
	*http->local = '\0';
	*http->error = '\0';
	http->easy = curl_easy_init();
	if (!http->easy ||
	    judge_begin(&http->judge, url(http), http->match[http->at]) ||
	    make_lists(http, address, sizeof(address)) ||
	    set_where(http, address) || set_rest(http) ||
	    curl_multi_add_handle(http->check->probe->multi.curl, http->easy))
		finish_unsure(http);
}

/* Microseconds until the first byte came, or the end; 0: neither did. */
static curl_off_t first_byte(struct http *http)
{
	curl_off_t first = 0;

	curl_easy_getinfo(http->easy, CURLINFO_STARTTRANSFER_TIME_T, &first);
	return first;
}

/* How far it got within the timeout. */
static void timed_out(struct http *http, char *text)
{
	const struct proto_check *c = spec(http);
	__u32 connect = c->connect_timeout < c->timeout ? c->connect_timeout :
							  c->timeout;
	curl_off_t secured = 0;

	curl_easy_getinfo(http->easy, CURLINFO_APPCONNECT_TIME_T, &secured);
	if (!http->connected)
		evidence(text, "no connection within %u ms", connect);
	else if (c->kind == PROTO_HTTPS && !secured)
		evidence(text, "connected, but no TLS within %u ms", connect);
	else if (!first_byte(http))
		evidence(text, "connected, but no answer from %s within %u ms",
			 url(http)->path, c->timeout);
	else if (!http->header_done)
		evidence(text, "header from %s not complete within %u ms",
			 url(http)->path, c->timeout);
	else
		evidence(text, "body from %s not complete within %u ms, but %llu bytes",
			 url(http)->path, c->timeout,
			 (unsigned long long)http->judge.total);
}

/* The connection ended before the response did. */
static void cut_off(struct http *http, const char *how, char *text)
{
	if (!http->header)
		evidence(text, "%s without an answer from %s", how,
			 url(http)->path);
	else if (!http->header_done)
		evidence(text, "%s within the header from %s", how,
			 url(http)->path);
	else
		evidence(text, "%s after %llu bytes of body from %s", how,
			 (unsigned long long)http->judge.total, url(http)->path);
}

/* libcurl calls it "out of memory" where a line is longer than 100 KiB. */
static bool is_long_header(struct http *http, CURLcode code)
{
	return http->long_header || (code == CURLE_OUT_OF_MEMORY &&
				     first_byte(http) && !http->header_done);
}

static enum frame_outcome transfer_error(struct http *http, CURLcode code,
					 char *text)
{
	long err = 0;

	curl_easy_getinfo(http->easy, CURLINFO_OS_ERRNO, &err);
	if (*http->local) {
		evidence(text, "%s", http->local);
		return FRAME_UNSURE;
	}
	if (is_long_header(http, code)) {
		evidence(text, "more than %d bytes of header from %s", HEADER,
			 url(http)->path);
		return FRAME_FAILED;
	}
	switch (code) {
	case CURLE_COULDNT_CONNECT:
		return net_error(err, check_ms(http->check), text);
	case CURLE_OPERATION_TIMEDOUT:
		timed_out(http, text);
		break;
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
		cut_off(http, "closed", text);
		break;
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
		cut_off(http, err == ECONNRESET || err == EPIPE ?
			"connection reset" : "connection broken", text);
		break;
	case CURLE_SSL_CONNECT_ERROR:
		evidence(text, "no TLS: %s", http->error);
		break;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		evidence(text, "the answer from %s is not HTTP",
			 url(http)->path);
		break;
	case CURLE_SSL_CERTPROBLEM:
		evidence(text, "our certificate cannot be used: %s",
			 http->error);
		return FRAME_UNSURE;
	case CURLE_OUT_OF_MEMORY:
		evidence(text, "out of memory");
		return FRAME_UNSURE;
	default:
		evidence(text, "%s", *http->error ? http->error :
						    curl_easy_strerror(code));
	}
	return FRAME_FAILED;
}

/* What the response to one url is worth. */
static void judge_response(struct http *http, CURLcode code, struct verdict *v)
{
	long status = 0;

	if (code && !http->enough) {
		v->outcome = transfer_error(http, code, v->text);
		return;
	}
	if (!http->header_done) {
		v->outcome = FRAME_FAILED;
		cut_off(http, "closed", v->text);
		return;
	}
	curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
	v->outcome = judge_end(&http->judge, status, v->text);
	/* what judge_end() does not know is how long it took */
	if (v->outcome == FRAME_OK || !judge_status(url(http), status))
		evidence(v->text, "HTTP %ld from %s in %u ms", status,
			 url(http)->path, check_ms(http->check));
}

static void count(struct http *http)
{
	curl_off_t first = first_byte(http);

	http->bytes += http->header + http->judge.total;
	/* 0 is for no byte at all */
	if (http->header && !http->first_ms)
		http->first_ms = first / 1000 + 1;
}

/**
 * http_connected() - the connection of a transfer stands
 * @check: whose
 */
void http_connected(struct check *check)
{
	struct http *http = check->priv;

	http->connected = true;
}

/**
 * http_finished() - a transfer has ended
 * @check: whose
 * @code: libcurl's word for how
 */
void http_finished(struct check *check, CURLcode code)
{
	struct http *http = check->priv;
	struct verdict v = { .outcome = FRAME_OK };
	__u32 n = spec(http)->n_urls;

	judge_response(http, code, &v);
	count(http);
	if (v.outcome == FRAME_OK && http->part) {
		http->next = (http->at + 1) % n;
		if (http->next)
			v.outcome = FRAME_PART;
	} else if (v.outcome == FRAME_OK && http->at + 1 < n) {
		stop(http);
		http->at++;
		request(http);
		return;
	}
	finish(http, &v);
}

static void http_release(struct check *check)
{
	struct http *http = check->priv;
	__u32 i;

	for (i = 0; http->match && i < spec(http)->n_urls; i++)
		match_free(http->match[i]);
	free(http->match);
	free(http);
}

static int http_prepare(struct check *check, char *error)
{
	const struct proto_check *c = &check->msg->check;
	struct http *http = calloc(1, sizeof(*http));
	__u32 i;

	if (!http)
		return proto_wrong(error, "out of memory");
	http->check = check;
	check->priv = http;
	http->match = calloc(c->n_urls, sizeof(*http->match));
	if (!http->match) {
		proto_wrong(error, "out of memory");
		goto release;
	}
	for (i = 0; i < c->n_urls; i++) {
		if (!c->urls[i].regex.pattern)
			continue;
		http->match[i] = match_new(&c->urls[i].regex, error);
		if (!http->match[i])
			goto release;
	}
	return 0;

release:
	http_release(check);
	return -EINVAL;
}

/*
 * While the server is down each run does one url only, keepalived.conf(5)
 * under fast_recovery.
 */
static void http_start(struct check *check)
{
	struct http *http = check->priv;
	const struct proto_check *c = spec(http);

	http->part = c->n_urls > 1 && !c->fast_recovery &&
		     check->frame.state == FRAME_DOWN;
	http->at = http->part ? http->next : 0;
	http->next = http->at;
	http->bytes = 0;
	http->first_ms = 0;
	request(http);
}

static void http_cancel(struct check *check)
{
	stop(check->priv);
}

const struct check_ops http_ops = {
	.prepare = http_prepare,
	.start = http_start,
	.cancel = http_cancel,
	.release = http_release,
};
