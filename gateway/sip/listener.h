/* A listener's address as configured, and the certificates behind it. */
#pragma once

#include <iwf/buf.h>

#include <sys/socket.h>

enum listener_transport {
	LISTENER_UDP = 1, LISTENER_TCP = 2, LISTENER_TLS = 4
};

struct listener_uri {
	char host[64];        /* a literal, in brackets when IPv6 */
	uint16_t port;
	unsigned transports;  /* enum listener_transport */
	bool is_v6;
	bool is_loopback;
	struct sockaddr_storage addr;
	socklen_t addr_len;
};

/* `sip:ADDR:PORT[;transport=udp|tcp|tls]` or `sips:ADDR:PORT`; ADDR is a
 * literal, IPv6 in brackets; the port defaults to 5060, with TLS 5061. */
enum iwf_err listener_parse(struct iwf_str uri, struct listener_uri *out,
			    struct iwf_why *why);
/* An address without scheme and port, IPv6 with or without brackets. */
enum iwf_err listener_parse_address(struct iwf_str text,
				    struct listener_uri *out,
				    struct iwf_why *why);
/* Appends the URI of one transport as Sofia binds it; port 0: any. */
void listener_format(struct iwf_buf *buf, const struct listener_uri *uri,
		     enum listener_transport transport);
/* True when nobody else has the port of any of the transports; why names it.
 * For shared ports, where the kernel would let a stranger in. */
enum iwf_err listener_check_free(const struct listener_uri *uri,
				 struct iwf_why *why);
/* agent.pem holds a certificate and its key; with wants_ca cafile.pem holds at
 * least one certificate. */
enum iwf_err listener_check_tls(struct iwf_str dir, bool wants_ca,
				struct iwf_why *why);
