/* What an ESME submits: checked, numbered, answered (SMPP 3.4 4.4, 4.5, 4.7). */
#pragma once

#include "smsc/message.h"
#include "wire/pdu.h"

/* The status a submit_sm, submit_multi or data_sm deserves by its contents;
 * the destinations of submit_multi are checked by submit_check_dest. */
uint32_t submit_check(const struct pdu *pdu);
uint32_t submit_check_dest(const struct pdu_addr *dest);
/* Empty, or YYMMDDhhmmsstnnp with p one of + - R (SMPP 3.4 7.1.1). */
bool submit_is_time_valid(const char *time);
/* The beginning of the text as far as it is ASCII, as SMSCs repeat it in
 * receipts. */
void submit_copy_text(struct message *message, const struct pdu *pdu);
