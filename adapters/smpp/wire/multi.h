/* The answer to a submit_multi (SMPP 3.4 4.5.2): an id, then whom the message
 * did not go to and why. Not in pdu.h, for nobody sends it to us. */
#pragma once

#include "wire/pdu.h"

/* The octets of an SME's address and of a message_id, with their NUL. */
#define SMPP_MULTI_ADDR_SIZE 21
#define SMPP_MULTI_ID_SIZE 65

struct smpp_unsuccess {
	uint8_t ton, npi;
	struct iwf_str addr;
	uint32_t status;
};

struct smpp_multi_answer {
	uint32_t status;
	uint32_t sequence;
	struct iwf_str message_id;
	const struct smpp_unsuccess *failed;
	size_t failed_count; /* up to 255 */
};

/* Appends the PDU. On failure buf is as it was: IWF_E_LIMIT (a field too long,
 * too many failed), IWF_E_SYNTAX (NUL inside a text field). */
enum iwf_err smpp_multi_format(struct iwf_buf *buf,
			       const struct smpp_multi_answer *answer);
