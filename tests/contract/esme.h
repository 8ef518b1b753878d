/* An application that binds to us, played octet by octet on fake_net, and the
 * contract's driver for the server role of adapters/smpp. */
#pragma once

#include "smsc.h"
#include "smpp/server/account.h"

#define ESME_PORT 2775
#define ESME_SUBMIT_MULTI 0x21u

/* Settings as an operator would have them: every default, the account demo
 * with the password secret. */
struct server_conf esme_conf(void);
extern const struct contract_driver esme_driver;

/* Connects from this address and binds; the status of the answer. The stream is
 * *stream, which may be NULL. */
uint32_t esme_bind_from(const char *from, uint32_t command,
			const char *system_id, const char *password,
			struct iwf_stream **stream);
/* As demo from 127.0.0.1, which must work. */
struct iwf_stream *esme_bind(uint32_t command);
/* submit_sm with this sequence number. */
void esme_submit(struct iwf_stream *stream, uint32_t sequence,
		 const struct smsc_message *message);
