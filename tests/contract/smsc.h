/* An SMSC for tests, played octet by octet on fake_net, and the contract's
 * driver for adapters/smpp. It shares no codec with the adapter. */
#pragma once

#include "contract.h"
#include "smpp/rows.h"

enum smsc_command {
	SMSC_BIND_RECEIVER = 1, SMSC_BIND_TRANSMITTER = 2, SMSC_SUBMIT_SM = 4,
	SMSC_DELIVER_SM = 5, SMSC_UNBIND = 6, SMSC_BIND_TRANSCEIVER = 9,
	SMSC_ENQUIRE_LINK = 0x15, SMSC_DATA_SM = 0x103
};
#define SMSC_RESP 0x80000000u
#define SMSC_NACK 0x80000000u

struct smsc_pdu {
	uint32_t length, id, status, sequence;
	unsigned char body[1024];
	size_t body_len;
};

/* submit_sm, taken apart. */
struct smsc_submit {
	struct smsc_pdu pdu;
	char service_type[8];
	unsigned source_ton, source_npi;
	char source[24];
	unsigned dest_ton, dest_npi;
	char dest[24];
	unsigned esm_class, protocol_id, priority;
	char schedule[20], validity[20];
	unsigned registered_delivery, replace, data_coding, default_id;
	unsigned char text[256];
	size_t text_len;
};

struct smsc_message {
	uint32_t id; /* 0: deliver_sm */
	unsigned source_ton;
	const char *source, *dest;
	unsigned esm_class, registered_delivery, data_coding;
	struct iwf_str text;
	struct iwf_str tlvs;
};

/* Takes the next PDU that the adapter sent; false when there is none. */
bool smsc_read(struct iwf_stream *stream, struct smsc_pdu *out);
/* The next PDU, which must be this one. */
struct smsc_pdu smsc_expect(struct iwf_stream *stream, uint32_t id);
struct smsc_submit smsc_expect_submit(struct iwf_stream *stream);
void smsc_expect_nothing(struct iwf_stream *stream);

void smsc_send(struct iwf_stream *stream, uint32_t id, uint32_t status,
	       uint32_t sequence, struct iwf_str body);
/* submit_sm_resp; message_id NULL: no body. */
void smsc_answer(struct iwf_stream *stream, uint32_t status, uint32_t sequence,
		 const char *message_id);
void smsc_deliver(struct iwf_stream *stream, uint32_t sequence,
		  const struct smsc_message *message);

/* Lets the adapter connect, reads its bind and answers it; the stream. */
struct iwf_stream *smsc_connect(struct contract *contract);
struct iwf_stream *smsc_bind(struct contract *contract, uint32_t status);

/* Settings as an operator would have them: every default, one bind. */
struct smpp_conf smsc_conf(void);
extern const struct contract_driver smsc_driver;
