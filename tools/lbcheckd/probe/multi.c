// SPDX-License-Identifier: GPL-2.0
/* libcurl's sockets and timer in the loop, as curl_multi_socket_action(3). */
#include <errno.h>
#include <stdlib.h>

#include "probe.h"

/* One socket libcurl waits for. */
struct wait {
	struct multi *multi;
	ev_io io;
};

static struct check *check_of(CURL *easy)
{
	struct check *check = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&check);
	return check;
}

static void collect(struct multi *multi)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(multi->curl, &left)))
		if (msg->msg == CURLMSG_DONE)
			http_finished(check_of(msg->easy_handle),
				      msg->data.result);
}

static void act(struct multi *multi, curl_socket_t fd, int events)
{
	int running;

	curl_multi_socket_action(multi->curl, fd, events, &running);
	collect(multi);
}

static void on_io(struct ev_loop *loop, ev_io *io, int events)
{
	struct wait *wait = io->data;

	(void)loop;
	/* afterwards @wait may be gone */
	act(wait->multi, io->fd, (events & EV_READ ? CURL_CSELECT_IN : 0) |
				 (events & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int set_timer(CURLM *curl, long ms, void *data)
{
	struct multi *multi = data;

	(void)curl;
	ev_timer_stop(multi->loop, &multi->timer);
	if (ms < 0)
		return 0;
	ev_timer_set(&multi->timer, ms / 1000.0, 0);
	ev_timer_start(multi->loop, &multi->timer);
	return 0;
}

static void forget(struct multi *multi, struct wait *wait, curl_socket_t fd)
{
	if (!wait)
		return;
	curl_multi_assign(multi->curl, fd, NULL);
	ev_io_stop(multi->loop, &wait->io);
	free(wait);
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *data,
		      void *socket_data)
{
	int events = (what & CURL_POLL_IN ? EV_READ : 0) |
		     (what & CURL_POLL_OUT ? EV_WRITE : 0);
	struct multi *multi = data;
	struct wait *wait = socket_data;

	if (what == CURL_POLL_REMOVE) {
		forget(multi, wait, fd);
		return 0;
	}
	/* nothing is to be read before the connection stands */
	if (what & CURL_POLL_IN)
		http_connected(check_of(easy));
	if (!wait) {
		wait = calloc(1, sizeof(*wait));
		/* the transfer ends at its timeout */
		if (!wait)
			return 0;
		wait->multi = multi;
		ev_io_init(&wait->io, on_io, fd, events);
		wait->io.data = wait;
		curl_multi_assign(multi->curl, fd, wait);
	}
	ev_io_stop(multi->loop, &wait->io);
	ev_io_set(&wait->io, fd, events);
	ev_io_start(multi->loop, &wait->io);
	return 0;
}

/**
 * multi_init() - get libcurl ready
 * @multi: multi
 * @loop: loop
 *
 * Return: 0 or -ENOMEM.
 */
int multi_init(struct multi *multi, struct ev_loop *loop)
{
	multi->loop = loop;
	ev_timer_init(&multi->timer, on_timer, 0, 0);
	multi->timer.data = multi;
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return -ENOMEM;
	multi->curl = curl_multi_init();
	if (!multi->curl) {
		curl_global_cleanup();
		return -ENOMEM;
	}
	curl_multi_setopt(multi->curl, CURLMOPT_SOCKETFUNCTION, set_socket);
	curl_multi_setopt(multi->curl, CURLMOPT_SOCKETDATA, multi);
	curl_multi_setopt(multi->curl, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(multi->curl, CURLMOPT_TIMERDATA, multi);
	return 0;
}

/**
 * multi_exit() - end libcurl
 * @multi: multi without transfers
 */
void multi_exit(struct multi *multi)
{
	ev_timer_stop(multi->loop, &multi->timer);
	curl_multi_cleanup(multi->curl);
	curl_global_cleanup();
}
