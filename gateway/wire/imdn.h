/* Instant message disposition notifications and what asks for them. */
#pragma once

#include <iwf/arena.h>
#include <iwf/buf.h>
#include <iwf/message.h>

#define IMDN_LEN_MAX 16384
#define IMDN_DEPTH_MAX 16

enum imdn_type {
	IMDN_TYPE_NONE = 0,
	IMDN_TYPE_DELIVERY,
	IMDN_TYPE_PROCESSING,
	IMDN_TYPE_DISPLAY,
	IMDN_TYPE_INTERWORKING /* OMA CPM: left by a legacy service */
};

enum imdn_status {
	IMDN_STATUS_NONE = 0,
	IMDN_STATUS_DELIVERED,
	IMDN_STATUS_FAILED,
	IMDN_STATUS_PROCESSED,
	IMDN_STATUS_STORED,
	IMDN_STATUS_DISPLAYED,
	IMDN_STATUS_LEGACY_SMS,
	IMDN_STATUS_LEGACY_MMS,
	IMDN_STATUS_LEGACY_EMAIL,
	IMDN_STATUS_FORBIDDEN, /* the recipient's policy refuses to tell */
	IMDN_STATUS_ERROR      /* not known what became of it */
};

/* Every slice may be empty, except message_id. */
struct imdn {
	struct iwf_str message_id;
	struct iwf_str datetime; /* of the message or of the report: peers differ */
	struct iwf_str recipient_uri;
	struct iwf_str original_recipient_uri;
	struct iwf_str subject;
	enum imdn_type type;
	enum imdn_status status;
	struct iwf_str note; /* the first, if there are several */
};

/* Reads one message/imdn+xml document (RFC 5438 11) by local names, so both
 * known shapes of the interworking notification are taken. The slices of *out
 * lie in the arena, without blanks around them.
 * IWF_E_LIMIT above IMDN_LEN_MAX bytes or IMDN_DEPTH_MAX levels; IWF_E_SYNTAX
 * for what is not well-formed UTF-8 XML, has a DOCTYPE or a NUL, or lacks the
 * message-id or the notification; IWF_E_UNSUPPORTED for a status that the
 * notification does not have. xmlInitParser() must have been called if several
 * threads parse. */
enum iwf_err imdn_parse(struct iwf_arena *arena, struct iwf_str text,
			struct imdn *out, struct iwf_why *why);

/* Appends the document, children in the order of RFC 5438 11. Text is
 * escaped; bytes that XML cannot say become U+FFFD. A type and a status that do
 * not belong together are our own mistake. */
void imdn_format(struct iwf_buf *buf, const struct imdn *imdn);

/* The value of imdn.Disposition-Notification (RFC 5438 6.2) as IWF_WANT_* bits.
 * Unknown tokens and all parameters are passed over; an empty value wants
 * nothing. IWF_E_SYNTAX for control characters and an open quote. */
enum iwf_err imdn_want_parse(struct iwf_str value, uint32_t *want);
/* Appends `positive-delivery, negative-delivery, ...`. */
void imdn_want_format(struct iwf_buf *buf, uint32_t want);
