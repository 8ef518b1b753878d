/* P-Asserted-Identity values (RFC 3325 9.1). */
#pragma once

#include <iwf/str.h>

/* Up to two URIs of a comma list of name-addr or addr-spec: at most one sip:
 * or sips: and at most one tel:; the first of its kind wins, other schemes are
 * passed over. Slices of value, without brackets and display names.
 * IWF_E_SYNTAX for what breaks the grammar; *count is then 0. */
enum iwf_err identity_parse(struct iwf_str value, struct iwf_str uris[2],
			    unsigned *count);
