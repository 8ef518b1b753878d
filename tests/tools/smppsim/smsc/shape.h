/* What receipts look like and when they come: one set of choices for all
 * messages, or for those a rule names. */
#pragma once

#include "core/buf.h"

enum shape_when { RECEIPTS_ASKED, RECEIPTS_ALWAYS, RECEIPTS_NEVER };
enum shape_style { STYLE_BOTH, STYLE_TEXT, STYLE_TLV };
enum shape_id { ID_HEX, ID_HEX_UPPER, ID_DEC, ID_SAME };
/* CODING_MISLABELLED: the text in ASCII, data_coding says UCS-2. */
enum shape_coding { CODING_GSM, CODING_UCS2, CODING_MISLABELLED };
/* FIELDS_SHORT leaves sub: and dlvrd: out, FIELDS_LONG_ERR has four digits in
 * err:, FIELDS_NO_TEXT ends behind err:. */
enum shape_fields { FIELDS_ALL, FIELDS_SHORT, FIELDS_LONG_ERR, FIELDS_NO_TEXT };

/* Enums and flags are long, as one table of options fills them. */
struct receipt_shape {
	long when;
	long delay_ms;
	long style;
	long coding;
	long fields;
	/* The text in message_payload instead of short_message. */
	long in_payload;
	long before_response;
	long intermediate;
	long id_format;
	long id_pad;
	/* "0x1401:0a0b", a TLV of a vendor; NULL is none. */
	const char *tlv;
};

/* The words of the choices, each list ended by NULL. */
extern const char *const shape_whens[];
extern const char *const shape_styles[];
extern const char *const shape_ids[];
extern const char *const shape_codings[];
extern const char *const shape_field_sets[];

/* Appends the TLV of such words. False if they are none. */
bool shape_append_tlv(struct buf *tlvs, const char *words);
