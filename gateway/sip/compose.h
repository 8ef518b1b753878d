/* Messages of ours as Sofia's. */
#pragma once

#include "sip/worker.h"

/* Inserts a header with its text, so that Sofia does not write it again; the
 * text lives as long as msg. False when there is no header or no text. */
bool compose_written(msg_t *msg, void *header, struct iwf_str text);
/* False when something in it cannot be said: then msg is for nothing. The
 * texts have passed fields_can_be_sent, and the URIs hold no bracket. */
bool compose_message(msg_t *msg, const struct sip_message *m,
		     struct sip_worker *worker);
