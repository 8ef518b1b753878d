/* What every peer of SMPP does alike that is played on fake_net, whichever side
 * of the bind it is. */
#pragma once

#include "smsc.h"

/* What the peer does with one PDU of the adapter's. */
typedef void peer_answer_fn(struct contract *contract, struct iwf_stream *stream,
			    const struct smsc_pdu *pdu, uint32_t status);

/* Answers everything on every connection until nothing more comes. */
void peer_answer_all(struct contract *contract, peer_answer_fn *answer,
		     uint32_t status);
/* Drops every connection. */
void peer_kill_all(struct contract *contract);
/* The latest connection that is open; there must be one. */
struct iwf_stream *peer_latest(void);
/* What it brings when nothing matters but that it comes. */
extern const struct smsc_message peer_hello;
/* Frees contract->peer. */
void peer_forget(struct contract *contract);
