/* TCP for tests: iwf_stream_* without sockets; the test is the peer. Streams
 * can be looked at until fake_net_reset, also after their end. */
#pragma once

#include <iwf/net.h>

/* Forgets all streams; none may be open. Call it at the end of a test. */
void fake_net_reset(void);
/* Streams ever begun since the reset, and those not yet ended. */
unsigned fake_net_count(void);
unsigned fake_net_open_count(void);
/* In the order they were begun; the last one. */
struct iwf_stream *fake_net_get(unsigned index);
struct iwf_stream *fake_net_last(void);

bool fake_net_is_connecting(const struct iwf_stream *stream);
bool fake_net_is_open(const struct iwf_stream *stream);
bool fake_net_is_held(const struct iwf_stream *stream);

/* The peer takes the connection, or does not. */
void fake_net_accept(struct iwf_stream *stream);
void fake_net_refuse(struct iwf_stream *stream, enum iwf_err err,
		     const char *why);
/* The peer's octets arrive; what the owner did not eat is shown again. */
void fake_net_feed(struct iwf_stream *stream, struct iwf_str bytes);
/* The peer closes (IWF_OK) or resets (IWF_E_GONE). */
void fake_net_hang_up(struct iwf_stream *stream, enum iwf_err err);
/* What the owner sent and the test has not eaten. */
struct iwf_str fake_net_sent(const struct iwf_stream *stream);
void fake_net_eat(struct iwf_stream *stream, size_t len);
/* While stuck, what is sent counts as unsent; then all leaves at once. */
void fake_net_stick(struct iwf_stream *stream, bool is_stuck);

/* Ports that are listened on now. */
unsigned fake_net_listener_count(void);
/* A peer with this IPv4 address connects to the port, on which somebody
 * listens; the stream is open, or has ended when it was not wanted. */
struct iwf_stream *fake_net_connect(uint16_t port, const char *from);
