/* What happens, as NDJSON: one JSON object per line, written at once. */
#include "sim/event.h"

#include "sim/history.h"
#include "wire/text.h"
#include "wire/udh.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

static const struct {
	const char *name;
	bool is_per_pdu;
} kinds[] = {
	[EVENT_LISTENING] = { "listening", false },
	[EVENT_CONNECT] = { "connect", false },
	[EVENT_TLS] = { "tls", false },
	[EVENT_DISCONNECT] = { "disconnect", false },
	[EVENT_BIND] = { "bind", false },
	[EVENT_BIND_REFUSED] = { "bind_refused", false },
	[EVENT_UNBIND] = { "unbind", false },
	[EVENT_SUBMIT] = { "submit", true },
	[EVENT_SUBMIT_RESP] = { "submit_resp", true },
	[EVENT_QUERY] = { "query", true },
	[EVENT_CANCEL] = { "cancel", true },
	[EVENT_REPLACE] = { "replace", true },
	[EVENT_RESPONSE] = { "response", true },
	[EVENT_RECEIPT_SENT] = { "receipt_sent", true },
	[EVENT_RECEIPT_RESP] = { "receipt_resp", true },
	[EVENT_RECEIPT_REPEAT] = { "receipt_repeat", true },
	[EVENT_RECEIPT_LOST] = { "receipt_lost", true },
	[EVENT_MO_SENT] = { "mo_sent", true },
	[EVENT_MO_RESP] = { "mo_resp", true },
	[EVENT_MO_REPEAT] = { "mo_repeat", true },
	[EVENT_MO_LOST] = { "mo_lost", true },
	[EVENT_ENQUIRE_LINK] = { "enquire_link", true },
	[EVENT_ENQUIRE_LINK_RESP] = { "enquire_link_resp", true },
	[EVENT_FAULT] = { "fault", true },
	[EVENT_FAULT_SET] = { "fault_set", false },
	[EVENT_BAD_PDU] = { "bad_pdu", false },
	[EVENT_OUTBIND] = { "outbind", false },
	[EVENT_RAW_SENT] = { "raw_sent", false },
	[EVENT_WEB] = { "web", false },
	[EVENT_STEP] = { "step", false },
	[EVENT_ALERT_SENT] = { "alert_sent", true },
	[EVENT_ALERT] = { "alert", true },
	[EVENT_DELIVER] = { "deliver", true },
	[EVENT_DELIVER_RESP] = { "deliver_resp", true },
	[EVENT_SUMMARY] = { "summary", false },
};

bool event_open(struct event_log *log, enum event_kind kind, int64_t wall_ms)
{
	if (log->quiet && kinds[kind].is_per_pdu)
		return false;
	buf_clear(&log->line);
	json_open(&log->line);
	json_str(&log->line, "event", kinds[kind].name);
	json_number(&log->line, "time", wall_ms);
	return true;
}

static void write_line(const struct event_log *log)
{
	size_t at = 0;

	while (at < log->line.len) {
		const ssize_t got = write(log->fd, log->line.bytes + at,
					  log->line.len - at);

		/* A reader may have made the pipe non-blocking. */
		if (got < 0 && errno == EAGAIN)
			poll(&(struct pollfd){ log->fd, POLLOUT, 0 }, 1, -1);
		else if (got < 0 && errno != EINTR)
			return;
		else if (got > 0)
			at += (size_t)got;
	}
}

void event_close(struct event_log *log)
{
	json_close(&log->line);
	if (log->history)
		history_add(log->history, &log->line);
	write_line(log);
}

static void add_concat(struct buf *line, const struct pdu *pdu, struct udh *udh)
{
	const int ref = pdu_find_tlv_number(pdu, PDU_TLV_sar_msg_ref_num);
	const int total = pdu_find_tlv_number(pdu, PDU_TLV_sar_total_segments);
	const int seq = pdu_find_tlv_number(pdu, PDU_TLV_sar_segment_seqnum);

	if (udh->total == 0 && ref >= 0 && total > 0 && seq > 0)
		*udh = (struct udh){ udh->len, (unsigned)ref, (unsigned)total,
				     (unsigned)seq };
	if (udh->total == 0)
		return;
	json_number(line, "ref", udh->ref);
	json_number(line, "total", udh->total);
	json_number(line, "seq", udh->seq);
}

static void add_text(struct buf *line, const struct pdu *pdu)
{
	struct buf text = { 0 };
	struct udh udh = { 0 };
	size_t len;
	const uint8_t *bytes = pdu_text(pdu, &len);
	const enum text_alphabet alphabet = text_alphabet_of(pdu->data_coding);

	if (pdu->esm_class & 0x40 && !udh_parse(&udh, bytes, len)) {
		json_bool(line, "udh_broken", true);
	} else {
		add_concat(line, pdu, &udh);
		text_decode(&text, alphabet, bytes + udh.len, len - udh.len);
	}
	if (alphabet != TEXT_BINARY)
		json_text(line, "text", text.bytes, text.len);
	json_hex(line, "short_message", bytes, len);
	buf_destroy(&text);
}

static void add_addresses(struct buf *line, const struct pdu *pdu)
{
	json_str(line, "source", pdu->source.number);
	json_number(line, "source_ton", pdu->source.ton);
	json_number(line, "source_npi", pdu->source.npi);
	if (pdu->dest_count) {
		json_number(line, "destinations", pdu->dest_count);
	} else {
		json_str(line, "destination", pdu->dest.number);
		json_number(line, "destination_ton", pdu->dest.ton);
		json_number(line, "destination_npi", pdu->dest.npi);
	}
}

static void add_message(struct buf *line, const struct pdu *pdu)
{
	if (pdu->service_type[0])
		json_str(line, "service_type", pdu->service_type);
	add_addresses(line, pdu);
	json_number(line, "esm_class", pdu->esm_class);
	json_number(line, "data_coding", pdu->data_coding);
	json_number(line, "registered_delivery", pdu->registered_delivery);
	if (pdu->validity[0])
		json_str(line, "validity_period", pdu->validity);
	add_text(line, pdu);
}

static void add_ids(struct buf *line, const struct pdu *pdu)
{
	const uint8_t *value;
	size_t len;
	const int state = pdu_find_tlv_number(pdu, PDU_TLV_message_state);
	const int jam = pdu_find_tlv_number(pdu, PDU_TLV_congestion_state);

	if (pdu->message_id[0])
		json_str(line, "message_id", pdu->message_id);
	if (pdu_find_tlv(pdu, PDU_TLV_receipted_message_id, &value, &len)) {
		while (len > 0 && value[len - 1] == 0)
			len--;
		json_text(line, "receipted_message_id", value, len);
	}
	if (state >= 0)
		json_number(line, "message_state", state);
	if (jam >= 0)
		json_number(line, "congestion_state", jam);
}

void event_add_header(struct event_log *log, const struct pdu *pdu)
{
	struct buf *line = &log->line;

	json_number(line, "sequence", pdu->sequence);
	json_str(line, "command", pdu_command_name(pdu->command_id));
	if (!pdu_is_known(pdu->command_id))
		json_number(line, "command_id", pdu->command_id);
	json_number(line, "status", pdu->command_status);
	json_str(line, "status_name", pdu_status_name(pdu->command_status));
}

void event_add_body(struct event_log *log, const struct pdu *pdu)
{
	switch (pdu->command_id) {
	case PDU_submit_sm:
	case PDU_submit_multi:
	case PDU_deliver_sm:
	case PDU_data_sm:
		add_message(&log->line, pdu);
		break;
	case PDU_alert_notification:
		add_addresses(&log->line, pdu);
		break;
	default:
		break;
	}
	add_ids(&log->line, pdu);
}

void event_add_pdu(struct event_log *log, const struct pdu *pdu)
{
	event_add_header(log, pdu);
	event_add_body(log, pdu);
}
