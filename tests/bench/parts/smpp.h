/* Just enough of SMPP 3.4 to play an SMSC for a peer that is known to behave. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SMPP_HEAD_LEN 16
#define SMPP_PDU_MAX 65536
#define SMPP_RESP 0x80000000u
#define SMPP_ADDRESS_MAX 21
#define SMPP_DELIVER_MAX 512 /* octets of what smpp_put_deliver writes */

enum smpp_command {
	SMPP_GENERIC_NACK = 0,
	SMPP_BIND_RECEIVER = 1,
	SMPP_BIND_TRANSMITTER = 2,
	SMPP_SUBMIT_SM = 4,
	SMPP_DELIVER_SM = 5,
	SMPP_UNBIND = 6,
	SMPP_BIND_TRANSCEIVER = 9,
	SMPP_ENQUIRE_LINK = 0x15
};

struct smpp_head {
	uint32_t len, command, status, sequence;
};

struct smpp_submit {
	char source[SMPP_ADDRESS_MAX], target[SMPP_ADDRESS_MAX];
	bool wants_receipt;
	const char *text;
	size_t text_len;
};

struct smpp_deliver {
	const char *source, *target;
	bool is_receipt;
	const char *text;
	size_t text_len; /* at most 254 */
};

void smpp_read_head(const char *from, struct smpp_head *head);
/* A submit_sm without its head; false: it is malformed. */
bool smpp_read_submit(const char *body, size_t len, struct smpp_submit *submit);

/* Each writes one PDU and returns its length. */
size_t smpp_put_head(char *to, const struct smpp_head *head);
/* A response whose body is a C-octet string. */
size_t smpp_put_text(char *to, struct smpp_head head, const char *text);
size_t smpp_put_deliver(char *to, uint32_t sequence,
			const struct smpp_deliver *deliver);
