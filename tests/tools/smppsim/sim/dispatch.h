/* Which command may come in which bind state, and who takes it
 * (SMPP 3.4 2.3). */
#pragma once

#include "sim/session.h"

/* One whole PDU as it came. */
void dispatch_pdu(struct session *session, const uint8_t *bytes, size_t len);

/* Whether this role takes the command at all. */
bool dispatch_is_taken(bool is_esme, uint32_t command_id);

/* The commands, each answered by who takes it. */
void bind_on_bind(struct session *session, const struct pdu *pdu);
void bind_on_unbind(struct session *session, const struct pdu *pdu);
void bind_on_unbind_resp(struct session *session, const struct pdu *pdu);
void bind_on_enquire_link(struct session *session, const struct pdu *pdu);
void bind_on_enquire_link_resp(struct session *session, const struct pdu *pdu);
void submit_on_submit(struct session *session, const struct pdu *pdu);
void query_on_query(struct session *session, const struct pdu *pdu);
void query_on_cancel(struct session *session, const struct pdu *pdu);
void query_on_replace(struct session *session, const struct pdu *pdu);
void outbox_on_resp(struct session *session, const struct pdu *pdu);

/* What an SMSC sends to an ESME. */
void esme_on_outbind(struct session *session, const struct pdu *pdu);
void esme_on_bind_resp(struct session *session, const struct pdu *pdu);
void esme_on_resp(struct session *session, const struct pdu *pdu);
void esme_on_alert(struct session *session, const struct pdu *pdu);
void esme_on_deliver(struct session *session, const struct pdu *pdu);
