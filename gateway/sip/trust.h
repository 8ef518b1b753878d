/* Who is believed on a listener: networks and names of certificates. */
#pragma once

#include <iwf/setting.h>

#include <sys/socket.h>

struct trust;

/* One entry: `192.0.2.0/24`, `192.0.2.1`, `2001:db8::/32`, `tls:NAME`. Host
 * bits behind the prefix are an error, they are most likely a mistake. */
enum iwf_err trust_check(struct iwf_str entry, struct iwf_why *why);
/* Copies the entries (checked before). An empty list trusts 127.0.0.0/8 and
 * ::1 when is_loopback, else nobody. */
struct trust *trust_create(const struct iwf_texts *entries, bool is_loopback);
void trust_destroy(struct trust **trust);

/* A list without networks has every address; one with neither networks nor
 * names has none. An IPv4 address mapped into IPv6 is the IPv4 address. */
bool trust_has_address(const struct trust *trust, const struct sockaddr *addr);
/* Names are compared without regard to case. */
bool trust_has_name(const struct trust *trust, struct iwf_str name);
/* True when peers must show a certificate: both the address and a verified
 * name must then be listed. */
bool trust_wants_name(const struct trust *trust);
