/* Networks (CIDR, RFC 4632) an account may be used from. Pure. */
#pragma once

#include <iwf/setting.h>

/* `address` as in struct iwf_remote. An empty list allows all; an entry that
 * is no network allows nobody. */
bool server_allow_has(const struct iwf_texts *allow, const uint8_t address[16]);
enum iwf_err server_allow_check(const struct iwf_texts *allow,
				struct iwf_why *why);
