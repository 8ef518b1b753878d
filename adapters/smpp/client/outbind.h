/* SMSCs that connect to us and say outbind: we bind on their connection (SMPP
 * 3.4 2.2.1, 4.1.7). */
#pragma once

#include "wire/pdu.h"

#include <iwf/net.h>

struct smpp_link;

struct smpp_outbind {
	struct iwf_listener_owner owner;
	struct iwf_listener *listener; /* NULL: none is wanted */
	struct iwf_timer retry_timer;  /* the port was not to be had */
};

/* Listens if the settings want it; tries again while the port is taken. */
void smpp_outbind_open(struct smpp_link *link);
/* Takes nobody any more; connections that are there stay. */
void smpp_outbind_close(struct smpp_link *link);
/* ESME_ROK: the SMSC is who the settings want. */
uint32_t smpp_outbind_judge(struct smpp_link *link, const struct smpp_pdu *pdu);
