/* A stream's inside, shared by what makes it (connect.c, listen.c) and what
 * carries its bytes (net.c). */
#pragma once

#include "base/lookup.h"
#include "base/tls/tls_session.h"

#include <iwf/buf.h>
#include <iwf/net.h>

enum stream_state {
	STREAM_S_LOOKUP,
	STREAM_S_CONNECTING,
	STREAM_S_OPEN,
	STREAM_S_ENDED
};

struct iwf_stream {
	struct iwf_loop *loop;
	struct iwf_stream_owner *owner;
	enum stream_state state;
	struct iwf_watch watch;
	int fd; /* -1: none */
	struct tls_session *tls; /* NULL: in clear */
	struct listener_places *places; /* NULL: it was not accepted */

	struct lookup_waiter waiter;
	struct lookup_addresses addresses;
	size_t next; /* address to try */
	struct iwf_timer timer;
	int64_t due_ms; /* of the whole connecting, 0: never */

	struct iwf_buf in;
	size_t input_max_len;
	bool held;
	bool show; /* what is uneaten, in a later turn */

	struct iwf_buf out;
	size_t out_at;
	bool blocked; /* the socket took less than there was */

	struct iwf_task turn;
	bool posted;
	enum iwf_err err; /* to be told in a later turn; IWF_OK: none */
	char why[128];

	/* Callbacks and the posted turn pin the memory. */
	unsigned pins;
	bool destroyed;
};

/* A stream that is nothing yet. */
struct iwf_stream *stream_create(struct iwf_loop *loop,
				 struct iwf_stream_owner *owner,
				 uint32_t input_max_len);
void stream_post_turn(struct iwf_stream *stream);
void stream_set_why(struct iwf_stream *stream, const char *why);
/* Frees the descriptor, not the stream. */
void stream_close_socket(struct iwf_stream *stream);
/* The TCP connection is there: opens it, by TLS after its handshake, for which
 * there is time until due_ms. */
void stream_start(struct iwf_stream *stream);
/* Bytes flow from now on; tells the owner, who may destroy the stream. */
void stream_open(struct iwf_stream *stream);
/* The last callback; never from inside a call of the owner's. */
void stream_end(struct iwf_stream *stream, enum iwf_err err);
/* A stream that was accepted has ended (listen.c). */
void listener_place_free(struct listener_places *places);
