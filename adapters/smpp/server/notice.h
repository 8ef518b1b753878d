/* A REPORT as the receipt an application knows (SMPP 3.4 appendix B, 5.3.2.12
 * and .35). Pure. */
#pragma once

#include "wire/pdu.h"

#include <iwf/message.h>

/* How many receipts say it: one for each part that was submitted; 0: a fate
 * that no receipt has a word for. */
uint32_t server_notice_count(const struct iwf_message *report);
/* The deliver_sm's text, class and parameters, without addresses; part from 1.
 */
void server_notice_put(struct iwf_arena *arena,
			const struct iwf_message *report, uint32_t part,
			struct smpp_pdu *out);
