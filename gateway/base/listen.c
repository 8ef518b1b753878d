/* Listening sockets: connections taken in small batches, never more than the
 * owner allows; what is too many waits in the kernel's queue. */
#include "base/socket.h"
#include "base/stream.h"

#include <iwf/arena.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Of one turn of the loop, which others want too. */
#define BATCH 16
/* How soon it is looked again whether one more has room; also after the
 * process ran out of descriptors, of which nobody tells. */
#define LOOK_AGAIN_MS 50
#define HANDSHAKE_MS 10000

/* Outlives the listener while streams that it made are open. */
struct listener_places {
	unsigned taken;
	bool is_orphan;
};

struct iwf_listener {
	struct iwf_loop *loop;
	struct iwf_listener_owner *owner;
	struct iwf_watch watch;
	struct iwf_timer timer;
	int fd;
	uint32_t connections_max;
	uint32_t input_max_len;
	struct iwf_tls *tls; /* NULL: in clear */
	uint32_t handshake_ms;
	struct listener_places *places;
	bool is_held;
	bool is_inside; /* a callback; destroying waits for its end */
	bool is_destroyed;
};

static void places_free(struct listener_places *places)
{
	if (places->is_orphan && !places->taken)
		free(places);
}

void listener_place_free(struct listener_places *places)
{
	places->taken--;
	places_free(places);
}

static void on_ready(struct iwf_watch *watch, unsigned ready);

static void watch_again(struct iwf_listener *listener)
{
	if (!listener->is_held && !iwf_timer_is_running(&listener->timer))
		iwf_watch_start(listener->loop, &listener->watch, listener->fd,
				IWF_READY_IN, on_ready);
}

static void on_timer(struct iwf_timer *timer)
{
	watch_again(IWF_CONTAINER(timer, struct iwf_listener, timer));
}

static void wait_a_little(struct iwf_listener *listener)
{
	iwf_watch_stop(&listener->watch);
	iwf_timer_start(listener->loop, &listener->timer, LOOK_AGAIN_MS,
			on_timer);
}

static void remote_fill(struct iwf_remote *remote,
			const struct sockaddr_storage *addr)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const struct sockaddr_in *four = (const struct sockaddr_in *)addr;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)addr;
	bool is_six = addr->ss_family == AF_INET6;

	*remote = (struct iwf_remote){ 0 };
	remote->port = ntohs(is_six ? six->sin6_port : four->sin_port);
	if (is_six) {
		memcpy(remote->address, &six->sin6_addr, 16);
	} else {
		memcpy(remote->address, mapped, sizeof(mapped));
		memcpy(remote->address + sizeof(mapped), &four->sin_addr, 4);
	}
	if (memcmp(remote->address, mapped, sizeof(mapped)) == 0)
		inet_ntop(AF_INET, remote->address + sizeof(mapped),
			  remote->text, sizeof(remote->text));
	else
		inet_ntop(AF_INET6, remote->address, remote->text,
			  sizeof(remote->text));
}

/* The owner may destroy the listener, the stream or both. */
static void connection_give(struct iwf_listener *listener, int fd,
			    const struct sockaddr_storage *addr)
{
	struct iwf_stream *stream = stream_create(listener->loop, NULL,
						  listener->input_max_len);
	struct iwf_stream_owner *owner;
	struct iwf_remote remote;

	remote_fill(&remote, addr);
	stream->fd = fd;
	stream->places = listener->places;
	listener->places->taken++;
	if (listener->tls) {
		stream->tls = tls_session_create(listener->tls, IWF_STR_NONE);
		stream->due_ms = iwf_loop_now_ms(listener->loop) +
			listener->handshake_ms;
	}
	owner = listener->owner->ops->on_accept(listener, stream, &remote);
	if (!owner) {
		iwf_stream_destroy(&stream);
		return;
	}
	stream->owner = owner;
	stream_start(stream);
}

static void listener_free(struct iwf_listener *listener)
{
	iwf_tls_destroy(&listener->tls);
	listener->places->is_orphan = true;
	places_free(listener->places);
	free(listener);
}

static bool is_full(const struct iwf_listener *listener)
{
	return listener->connections_max &&
		listener->places->taken >= listener->connections_max;
}

/* False when there is none, or none can be taken now. */
static bool connection_take(struct iwf_listener *listener)
{
	struct sockaddr_storage addr = { 0 };
	int failed;
	int fd;

	if (is_full(listener)) {
		wait_a_little(listener);
		return false;
	}
	failed = socket_accept(listener->fd, &addr, &fd);
	if (failed == EMFILE || failed == ENFILE || failed == ENOBUFS ||
	    failed == ENOMEM)
		wait_a_little(listener);
	if (failed)
		return failed == ECONNABORTED || failed == EINTR;
	connection_give(listener, fd, &addr);
	return true;
}

static void on_ready(struct iwf_watch *watch, unsigned ready)
{
	struct iwf_listener *listener =
		IWF_CONTAINER(watch, struct iwf_listener, watch);

	(void)ready;
	listener->is_inside = true;
	for (unsigned i = 0; i < BATCH; i++)
		if (listener->is_destroyed || listener->is_held ||
		    !connection_take(listener))
			break;
	listener->is_inside = false;
	if (listener->is_destroyed)
		listener_free(listener);
}

struct iwf_listener *iwf_listen(struct iwf_loop *loop,
				const struct iwf_listen_conf *conf,
				struct iwf_listener_owner *owner,
				struct iwf_why *why)
{
	struct lookup_addresses found;
	struct iwf_listener *listener;
	int failed;
	int fd;

	if (lookup_literal(conf->host, conf->port, &found) || !found.count) {
		iwf_why_set(why, IWF_E_SYNTAX, 0, "`%.*s` is no address",
			    IWF_STR_ARG(conf->host));
		return NULL;
	}
	failed = socket_listen(&found.items[0].addr, found.items[0].len, &fd);
	if (failed) {
		iwf_why_set(why, IWF_E_IO, 0, "cannot listen on %.*s port %u: "
			    "%s", IWF_STR_ARG(conf->host), conf->port,
			    strerror(failed));
		return NULL;
	}
	listener = IWF_NEW(struct iwf_listener);
	listener->loop = loop;
	listener->owner = owner;
	listener->fd = fd;
	listener->connections_max = conf->connections_max;
	listener->input_max_len = conf->input_max_len;
	listener->tls = tls_share(conf->tls);
	listener->handshake_ms = conf->handshake_ms ? conf->handshake_ms :
		HANDSHAKE_MS;
	listener->places = IWF_NEW(struct listener_places);
	watch_again(listener);
	return listener;
}

struct iwf_listener_owner *iwf_listener_owner(const struct iwf_listener *listener)
{
	return listener->owner;
}

uint16_t iwf_listener_port(const struct iwf_listener *listener)
{
	return socket_port(listener->fd);
}

void iwf_listener_set_tls(struct iwf_listener *listener,
			  const struct iwf_tls *tls)
{
	iwf_tls_destroy(&listener->tls);
	listener->tls = tls_share(tls);
}

void iwf_listener_hold(struct iwf_listener *listener, bool hold)
{
	listener->is_held = hold;
	if (hold)
		iwf_watch_stop(&listener->watch);
	else
		watch_again(listener);
}

void iwf_listener_destroy(struct iwf_listener **listener)
{
	struct iwf_listener *gone = *listener;

	if (!gone)
		return;
	*listener = NULL;
	iwf_timer_stop(&gone->timer);
	iwf_watch_stop(&gone->watch);
	socket_close(gone->fd);
	if (gone->is_inside)
		gone->is_destroyed = true;
	else
		listener_free(gone);
}
