/* Byte streams over TCP, in clear or by TLS. */
#pragma once

#include <iwf/loop.h>
#include <iwf/str.h>
#include <iwf/tls.h>

struct iwf_stream;

/* What a stream tells its owner, always on the owner's loop and never from
 * inside a call of the owner's. */
struct iwf_stream_ops {
	/* Connected: sending is possible. */
	void (*on_open)(struct iwf_stream *stream);
	/* All bytes not yet eaten. Returns how many are eaten now; the rest is
	 * shown again together with what comes. */
	size_t (*on_bytes)(struct iwf_stream *stream, struct iwf_str bytes);
	/* Everything given to send has left, after it had been held up. */
	void (*on_drained)(struct iwf_stream *stream);
	/* The end, by the peer (IWF_OK, IWF_E_GONE), by failure to connect
	 * (IWF_E_IO, IWF_E_TIMEOUT, IWF_E_NOT_FOUND), by too much uneaten
	 * input (IWF_E_LIMIT), by TLS when a certificate is not believed
	 * (IWF_E_DENIED) or the peer does not speak it (IWF_E_SYNTAX).
	 * The stream is gone after this call; not called after
	 * iwf_stream_destroy. */
	void (*on_close)(struct iwf_stream *stream, enum iwf_err err,
			 const char *why);
};

struct iwf_stream_conf {
	struct iwf_str host;    /* a name or an IPv4/IPv6 address */
	uint16_t port;
	uint32_t connect_ms;    /* until on_open, else IWF_E_TIMEOUT */
	uint32_t input_max_len; /* bytes not eaten before the stream is closed */
	const struct iwf_tls *tls; /* NULL: in clear; the handshake is part of
				    * connecting, the peer must prove `host` */
};

/* Begins to connect. `owner` is what the callbacks find with
 * iwf_stream_owner: the address of a struct the caller keeps alive. */
struct iwf_stream_owner {
	const struct iwf_stream_ops *ops;
};
IWF_EXPORT struct iwf_stream *
iwf_stream_connect(struct iwf_loop *loop, const struct iwf_stream_conf *conf,
		   struct iwf_stream_owner *owner);
IWF_EXPORT struct iwf_stream_owner *
iwf_stream_owner(const struct iwf_stream *stream);

/* Copies the bytes; what the socket does not take now leaves later, in order.
 * Everything sent in one turn of the loop leaves in one write. */
IWF_EXPORT void iwf_stream_send(struct iwf_stream *stream, struct iwf_str bytes);
/* Bytes accepted by send that the socket has not taken yet. */
IWF_EXPORT size_t iwf_stream_unsent_len(const struct iwf_stream *stream);
/* While held, nothing is read: the peer feels it as TCP flow control. */
IWF_EXPORT void iwf_stream_hold(struct iwf_stream *stream, bool hold);
/* Tries once to write what is unsent, then closes; no callback follows.
 * Accepts a pointer to NULL. */
IWF_EXPORT void iwf_stream_destroy(struct iwf_stream **stream);

/* --- connections that come to us --- */

struct iwf_listener;

/* Where a connection comes from. */
struct iwf_remote {
	uint8_t address[16]; /* IPv6; an IPv4 address is ::ffff:a.b.c.d */
	uint16_t port;
	char text[46];       /* the address as humans write it */
};

struct iwf_listener_ops {
	/* Somebody connected. Returns who owns the stream from now on; on_open
	 * follows at once, by TLS when its handshake is done, or on_close.
	 * NULL: not wanted, the stream is closed and gone. The listener may be
	 * destroyed inside. */
	struct iwf_stream_owner *(*on_accept)(struct iwf_listener *listener,
					      struct iwf_stream *stream,
					      const struct iwf_remote *remote);
};

struct iwf_listen_conf {
	struct iwf_str host;      /* an IPv4/IPv6 address, no name */
	uint16_t port;            /* 0: any that is free */
	uint32_t connections_max; /* open at the same time, more have to wait;
				   * 0: no limit */
	uint32_t input_max_len;   /* of each, see iwf_stream_conf */
	const struct iwf_tls *tls; /* of IWF_TLS_SERVER; NULL: in clear */
	uint32_t handshake_ms;    /* for TLS's; 0: ten seconds */
};

struct iwf_listener_owner {
	const struct iwf_listener_ops *ops;
};
/* NULL when the address cannot be had; why says so. Streams live on when their
 * listener is destroyed. Everything on the loop's own thread. */
IWF_EXPORT struct iwf_listener *
iwf_listen(struct iwf_loop *loop, const struct iwf_listen_conf *conf,
	   struct iwf_listener_owner *owner, struct iwf_why *why);
IWF_EXPORT struct iwf_listener_owner *
iwf_listener_owner(const struct iwf_listener *listener);
IWF_EXPORT uint16_t iwf_listener_port(const struct iwf_listener *listener);
/* For the connections to come, after files were renewed; NULL: in clear. */
IWF_EXPORT void iwf_listener_set_tls(struct iwf_listener *listener,
				     const struct iwf_tls *tls);
/* While held, nobody is taken: they wait in the kernel's queue. */
IWF_EXPORT void iwf_listener_hold(struct iwf_listener *listener, bool hold);
/* Accepts a pointer to NULL. */
IWF_EXPORT void iwf_listener_destroy(struct iwf_listener **listener);
