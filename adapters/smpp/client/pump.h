/* From the queue of a link to the binds that may send now, and what the gateway
 * is told of the room. */
#pragma once

struct smpp_link;

/* Writes what may be written now and tells the gateway the room. */
void smpp_pump(struct smpp_link *link);
