/* A message out of what the operator typed. */
#pragma once

#include <iwf/arena.h>
#include <iwf/message.h>

/* "+49171...", "tel:", "sip:" and "im:" URIs, "user@domain", "12345" (a short
 * code) and, for senders, up to 11 letters and digits. The slices lie in arena
 * or in text. IWF_E_SYNTAX, IWF_E_LIMIT, IWF_E_UNSUPPORTED. */
enum iwf_err compose_address(struct iwf_arena *arena, struct iwf_str text,
			     bool is_sender, struct iwf_address *address,
			     struct iwf_why *why);
/* "delivered,failed,displayed,interworked,processed" or "none". */
enum iwf_err compose_want(struct iwf_str text, uint32_t *want,
			  struct iwf_why *why);
