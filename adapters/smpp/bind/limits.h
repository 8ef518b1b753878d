/* What either end of a bind holds its peer and itself to. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SMPP 3.4 5.1.4; 0 is no sequence number. */
#define SMPP_SEQUENCE_MAX 0x7FFFFFFFu
/* The longest PDU before and after the bind. */
#define SMPP_PDU_UNBOUND_MAX 256u
#define SMPP_PDU_BOUND_MAX (65u * 1024)
/* Beyond this much unsent, requests wait: answers go first. */
#define SMPP_UNSENT_MAX_LEN (64u * 1024)
/* A peer that sends and never reads what it is answered. */
#define SMPP_UNREAD_MAX_LEN (1024u * 1024)

static inline uint32_t smpp_sequence_after(uint32_t sequence)
{
	return sequence >= SMPP_SEQUENCE_MAX ? 1 : sequence + 1;
}

static inline size_t smpp_pdu_max(bool is_bound)
{
	return is_bound ? SMPP_PDU_BOUND_MAX : SMPP_PDU_UNBOUND_MAX;
}
