/* Says again what a side said in a capture: an SMSC answers as it answered and
 * delivers what it delivered, as far as it had come; an ESME submits again. */
#pragma once

#include "replay/recording.h"
#include "sim/session.h"

struct replay {
	struct recording recording;
	enum recording_side side;
	bool *is_said;
	/* The first that is not said yet. */
	size_t next;
};

/* NULL after a message on stderr. */
struct replay *replay_create(const char *path, enum recording_side side);
void replay_destroy(struct replay **replay);

/* Answers request as the recording did. False if it has no such answer left,
 * or there is no recording. */
bool replay_answer(struct session *session, const struct pdu *request);
/* Delivers what was delivered before the next answer. */
void replay_deliver(struct session *session);
/* The recorded bind, or NULL. */
const struct buf *replay_find_bind(const struct replay *replay);
/* The next request an ESME submitted, NULL at the end. */
const struct buf *replay_next_submit(struct replay *replay);
/* How it answered the next message that was delivered; ESME_ROK at the
 * end. */
uint32_t replay_next_status(struct replay *replay);
/* Nothing is left to be submitted, or to be answered and delivered. */
bool replay_is_over(const struct replay *replay);
