/* What happens, as NDJSON: one JSON object per line, written at once. */
#pragma once

#include "core/buf.h"
#include "core/json.h"
#include "wire/pdu.h"

#include <stdbool.h>

struct history;

enum event_kind {
	EVENT_LISTENING,
	EVENT_CONNECT,
	EVENT_TLS,
	EVENT_DISCONNECT,
	EVENT_BIND,
	EVENT_BIND_REFUSED,
	EVENT_UNBIND,
	EVENT_SUBMIT,
	EVENT_SUBMIT_RESP,
	EVENT_QUERY,
	EVENT_CANCEL,
	EVENT_REPLACE,
	EVENT_RESPONSE,
	EVENT_RECEIPT_SENT,
	EVENT_RECEIPT_RESP,
	EVENT_RECEIPT_REPEAT,
	EVENT_RECEIPT_LOST,
	EVENT_MO_SENT,
	EVENT_MO_RESP,
	EVENT_MO_REPEAT,
	EVENT_MO_LOST,
	EVENT_ENQUIRE_LINK,
	EVENT_ENQUIRE_LINK_RESP,
	EVENT_FAULT,
	EVENT_FAULT_SET,
	EVENT_BAD_PDU,
	EVENT_RAW_SENT,
	EVENT_OUTBIND,
	EVENT_STEP,
	EVENT_WEB,
	EVENT_ALERT_SENT,
	EVENT_ALERT,
	EVENT_DELIVER,
	EVENT_DELIVER_RESP,
	EVENT_SUMMARY,
};

/* Writes the lines to fd; write errors are ignored, a test may have closed
 * its end. */
struct event_log {
	struct buf line;
	int fd;
	bool quiet;
	/* Gets each line too; NULL: none. */
	struct history *history;
};

/* False: this kind is not wanted (quiet), write nothing. Otherwise members
 * follow in log->line by json_*, and event_close writes the line. */
bool event_open(struct event_log *log, enum event_kind kind, int64_t wall_ms);
void event_close(struct event_log *log);

/* What its header gives: sequence, command, status. */
void event_add_header(struct event_log *log, const struct pdu *pdu);
/* What its body gives, whatever the command is called. */
void event_add_body(struct event_log *log, const struct pdu *pdu);
/* Both: sequence, command, status, and for messages the
 * addresses, flags, text, octets and ids. */
void event_add_pdu(struct event_log *log, const struct pdu *pdu);
