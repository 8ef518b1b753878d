/* Messages from SMS users to the ESME. */
#include "smsc/mo.h"

#include <stdlib.h>
#include <string.h>

enum { TON_INTERNATIONAL = 1, TON_ALPHANUMERIC = 5, NPI_ISDN = 1 };
enum { ESM_UDHI = 0x40, SEGMENT_MAX = 255 };

bool mo_parse_addr(struct pdu_addr *addr, const char *text)
{
	const bool has_plus = *text == '+';
	const char *digits = text + has_plus;
	const size_t len = strlen(digits);

	memset(addr, 0, sizeof(*addr));
	if (len > 20)
		return false;
	if (len > 0 && strspn(digits, "0123456789*#") == len) {
		addr->ton = has_plus ? TON_INTERNATIONAL : 0;
		addr->npi = NPI_ISDN;
		memcpy(addr->number, digits, len + 1);
		return true;
	}
	addr->ton = TON_ALPHANUMERIC;
	memcpy(addr->number, text, strlen(text) + 1);
	return true;
}

size_t mo_segment_count(enum text_alphabet alphabet, const uint8_t *bytes,
			size_t len)
{
	const size_t limit = text_capacity(alphabet, true);
	size_t count = 0;

	if (len <= text_capacity(alphabet, false))
		return 1;
	while (len > 0) {
		const size_t cut = text_cut(alphabet, bytes, len, limit);

		bytes += cut;
		len -= cut;
		count++;
	}
	return count;
}

static void push_one(struct mo_parts *parts, struct pdu *pdu,
		     const struct buf *text)
{
	struct buf tlvs = { 0 };

	if (text->len <= 254) {
		pdu->short_message = text->bytes;
		pdu->sm_len = text->len;
	} else {
		pdu_append_tlv(&tlvs, PDU_TLV_message_payload, text->bytes,
			       text->len);
	}
	pdu->tlvs = tlvs.bytes;
	pdu->tlvs_len = tlvs.len;
	parts->parts =
		mem_grow(parts->parts, &parts->count, sizeof(*parts->parts));
	pdu_format(&parts->parts[parts->count - 1], pdu);
	buf_destroy(&tlvs);
}

static void push_segments(struct mo_parts *parts, struct pdu *pdu,
			  enum text_alphabet alphabet, const struct buf *text)
{
	const size_t limit = text_capacity(alphabet, true);
	const size_t total = mo_segment_count(alphabet, text->bytes, text->len);
	size_t at = 0;

	pdu->esm_class |= ESM_UDHI;
	for (size_t seq = 1; seq <= total; seq++) {
		const uint8_t udh[] = {
			5, 0, 3, parts->ref, (uint8_t)total, (uint8_t)seq
		};
		const size_t cut = text_cut(alphabet, text->bytes + at,
					    text->len - at, limit);
		struct buf segment = { 0 };

		buf_append(&segment, udh, sizeof(udh));
		buf_append(&segment, text->bytes + at, cut);
		push_one(parts, pdu, &segment);
		buf_destroy(&segment);
		at += cut;
	}
}

/* The octets, and into pdu what they are. */
static bool encode(struct pdu *pdu, const struct mo *mo, struct buf *text,
		   const char **why)
{
	const bool is_chosen = mo->data_coding < 0;

	pdu->data_coding = is_chosen ? 0 : (uint8_t)mo->data_coding;
	*why = "hex is no even number of hex digits";
	if (mo->hex)
		return buf_append_unhex(text, mo->hex);
	*why = "text or hex is missing";
	if (!mo->text)
		return false;
	if (text_encode(text, text_alphabet_of(pdu->data_coding), mo->text))
		return true;
	*why = is_chosen ? "text is no UTF-8" : "text does not fit data_coding";
	if (!is_chosen)
		return false;
	pdu->data_coding = 8;
	return text_encode(text, TEXT_UCS2, mo->text);
}

static bool fill(struct pdu *pdu, const struct mo *mo, const char **why)
{
	const char *service_type = mo->service_type ? mo->service_type : "";

	pdu->esm_class = (uint8_t)mo->esm_class;
	pdu->registered_delivery = (uint8_t)mo->registered_delivery;
	*why = "from is too long";
	if (!mo_parse_addr(&pdu->source, mo->from))
		return false;
	*why = "to is too long";
	if (!mo_parse_addr(&pdu->dest, mo->to))
		return false;
	*why = "service_type is too long";
	if (strlen(service_type) >= sizeof(pdu->service_type))
		return false;
	memcpy(pdu->service_type, service_type, strlen(service_type));
	return true;
}

static void push_encoded(struct mo_parts *parts, struct pdu *pdu,
			 const struct mo *mo, const struct buf *text,
			 const char **why)
{
	const enum text_alphabet alphabet = text_alphabet_of(pdu->data_coding);
	const size_t total = mo_segment_count(alphabet, text->bytes, text->len);
	struct buf whole = { 0 };

	if (!mo->hex && !mo->udh && total > 1) {
		*why = "text is too long";
		if (total <= SEGMENT_MAX)
			push_segments(parts, pdu, alphabet, text);
		return;
	}
	*why = "udh is no even number of hex digits";
	if (mo->udh)
		pdu->esm_class |= ESM_UDHI;
	if (!mo->udh || buf_append_unhex(&whole, mo->udh)) {
		buf_append(&whole, text->bytes, text->len);
		*why = "too long";
		if (whole.len <= UINT16_MAX)
			push_one(parts, pdu, &whole);
	}
	buf_destroy(&whole);
}

bool mo_build(struct mo_parts *parts, const struct mo *mo, const char **why)
{
	struct pdu pdu = { .command_id = parts->command_id };
	struct buf text = { 0 };

	if (fill(&pdu, mo, why) && encode(&pdu, mo, &text, why))
		push_encoded(parts, &pdu, mo, &text, why);
	buf_destroy(&text);
	return parts->count > 0;
}

void mo_parts_destroy(struct mo_parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		buf_destroy(&parts->parts[i]);
	free(parts->parts);
	parts->parts = NULL;
	parts->count = 0;
}

size_t mo_push(struct outbox *outbox, const struct mo *mo, const char **why)
{
	struct sim *sim = outbox->sim;
	struct mo_parts parts = { .command_id = PDU_deliver_sm,
				  .ref = (uint8_t)(sim->last_concat_ref + 1) };
	const size_t count = mo_build(&parts, mo, why) ? parts.count : 0;

	if (count > 1)
		sim->last_concat_ref = parts.ref;
	for (size_t i = 0; i < count; i++)
		outbox_push_octets(outbox, OUTBOX_MO, &parts.parts[i]);
	mo_parts_destroy(&parts);
	return count;
}

void mo_push_configured(struct sim *sim, struct outbox *outbox)
{
	const char *why;

	if (outbox->has_configured_mo)
		return;
	outbox->has_configured_mo = true;
	for (size_t i = 0; i < sim->options->mo_count; i++) {
		const struct mo mo = {
			.from = sim->options->mos[i].from,
			.to = sim->options->mos[i].to,
			.text = sim->options->mos[i].text,
			.data_coding = -1,
			.registered_delivery =
				sim->options->mo_registered_delivery,
		};

		if (mo_push(outbox, &mo, &why) == 0 &&
		    sim_event(sim, EVENT_MO_LOST)) {
			json_str(&sim->events.line, "reason", why);
			event_close(&sim->events);
		}
	}
}
