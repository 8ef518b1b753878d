/* What a request of ours says, put into a message of Sofia's. */
#pragma once

#include "sip/worker.h"

/* False when something in it cannot be said: then msg is for nothing. The
 * texts have passed fields_can_be_sent, and the URIs hold no bracket. */
bool compose_message(msg_t *msg, const struct sip_message *m,
		     struct sip_worker *worker);
