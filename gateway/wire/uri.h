/* Addresses as SIP, SIPS, TEL and IM URIs. */
#pragma once

#include <iwf/arena.h>
#include <iwf/buf.h>
#include <iwf/message.h>

#define URI_LEN_MAX 512
/* Where alphanumeric senders live unless their address names a domain. */
#define URI_ALPHA_DOMAIN "alpha.invalid"

/* Reads a URI, bare or as name-addr (`"Bob" <sip:bob@example.net>;tag=1`);
 * what stands outside of the brackets is dropped. RFC 3261 19.1, RFC 3966 3,
 * RFC 3860 (im:). Percent-encoding is undone; domains become lower case and
 * lose their port.
 *
 *   tel:+49-171 and sip:+49171@h[;user=phone]  NUMBER (domain h is kept)
 *   tel:171;phone-context=+49                  NUMBER +49171
 *   tel:12345;phone-context=example.net        LOCAL, domain example.net
 *   sip:12345@example.net                      LOCAL, domain example.net
 *   sip:alice@example.net, im:..., sip:host    SIP, user may be empty
 *
 * out->uri is the bare URI as spelled, in the caller's text; user and domain
 * lie in the arena or in the text. IWF_E_SYNTAX for broken ones, also for
 * control characters and invalid UTF-8, encoded or not; IWF_E_LIMIT above
 * URI_LEN_MAX bytes; IWF_E_UNSUPPORTED for other schemes. */
enum iwf_err uri_parse(struct iwf_arena *arena, struct iwf_str text,
		       struct iwf_address *out, struct iwf_why *why);

/* Appends the canonical URI without brackets and without regard to
 * address->uri: `tel:+49171`, `tel:123;phone-context=d`, `sip:alice@host`,
 * `sip:NAME@alpha.invalid` for ALPHA. Whatever a URI cannot say is
 * percent-encoded. Nothing for NONE. Except for ALPHA, which reads back as
 * SIP, parsing gives the same address again. */
void uri_format(struct iwf_buf *buf, const struct iwf_address *address);
