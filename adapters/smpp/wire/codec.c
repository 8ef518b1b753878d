/* The wrapper around libsmpp34, see codec.h. The library allocates memory for
 * parameters and lists only; it gets neither, so it allocates nothing. */
#include "wire/codec.h"

#include <pthread.h>
#include <stdlib.h>

#include <smpp34.h>
#include <smpp34_structs.h>

/* The largest mandatory part is submit_sm's, some 370 octets. */
#define IMAGE_MAX 512
/* The library unpacks 254 octets but refuses to pack more than this. */
#define LIBRARY_PACK_MAX 253
#define LIBRARY_UNPACK_MAX 254

struct smpp_codec {
	enum smpp_codec_scope scope;
	struct smpp_codec_counts counts;
};

/* All start with the same header, which is how the library tells them apart. */
union library_pdu {
	struct enquire_link_t header;
	struct bind_receiver_t bind_receiver;
	struct bind_transmitter_t bind_transmitter;
	struct bind_transceiver_t bind_transceiver;
	struct submit_sm_t submit_sm;
	struct deliver_sm_t deliver_sm;
	struct data_sm_t data_sm;
};

/* The one writable static of the adapter: the library's globals are the
 * process's, so must be their lock. */
static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;

struct smpp_codec *smpp_codec_create(enum smpp_codec_scope scope)
{
	struct smpp_codec *codec = IWF_NEW(struct smpp_codec);

	codec->scope = scope;
	return codec;
}

void smpp_codec_destroy(struct smpp_codec **codec)
{
	free(*codec);
	*codec = NULL;
}

const struct smpp_codec_counts *
smpp_codec_counts(const struct smpp_codec *codec)
{
	return &codec->counts;
}

static bool is_bind(uint32_t id)
{
	return id == SMPP_BIND_RECEIVER || id == SMPP_BIND_TRANSMITTER ||
		id == SMPP_BIND_TRANSCEIVER;
}

static bool is_traffic(uint32_t id)
{
	return id == SMPP_SUBMIT_SM || id == SMPP_DELIVER_SM;
}

static bool is_library_command(const struct smpp_codec *codec, uint32_t id)
{
	return is_bind(id) || id == SMPP_DATA_SM ||
		(is_traffic(id) && codec->scope == SMPP_CODEC_ALL);
}

/* What libsmpp34 refuses although the field is full of it, made harmless. */
static uint8_t known_ton(uint8_t ton)
{
	return ton <= TON_Abbreviated ? ton : TON_Unknown;
}

static uint8_t known_npi(uint8_t npi)
{
	switch (npi) {
	case 1: case 3: case 4: case 6: case 8: case 9: case 10: case 14:
	case 18:
		return npi;
	default:
		return 0;
	}
}

static struct smpp_pdu sanitised(const struct smpp_pdu *pdu)
{
	struct smpp_pdu clean = *pdu;

	clean.header.status = 0;
	clean.header.sequence = 1;
	clean.source_ton = known_ton(pdu->source_ton);
	clean.source_npi = known_npi(pdu->source_npi);
	clean.dest_ton = known_ton(pdu->dest_ton);
	clean.dest_npi = known_npi(pdu->dest_npi);
	clean.addr_ton = known_ton(pdu->addr_ton);
	clean.addr_npi = known_npi(pdu->addr_npi);
	if (is_bind(pdu->header.id))
		clean.interface_version = 0x34;
	clean.tlvs = (struct smpp_tlvs){ 0 };
	if (pdu->header.id == SMPP_DELIVER_SM) {
		clean.schedule_time = IWF_STR_NONE;
		clean.validity_period = IWF_STR_NONE;
	}
	/* The library's data_sm has a source address of 21 octets, not 65. */
	if (pdu->source_addr.len > 20)
		clean.source_addr = IWF_STR_NONE;
	clean.short_message = iwf_str_sub(pdu->short_message, 0,
					  LIBRARY_UNPACK_MAX);
	return clean;
}

static struct iwf_str text_of(struct iwf_arena *arena, const uint8_t *field,
			      size_t size)
{
	const char *text = (const char *)field;

	return iwf_arena_copy(arena, iwf_str_make(text, strnlen(text, size)));
}

#define TAKE(member, field) \
	(out->member = text_of(arena, from->field, sizeof(from->field)))

#define BIND_TAKE(from_) do { \
	const __typeof__(from_) *from = &(from_); \
	TAKE(system_id, system_id); \
	TAKE(password, password); \
	TAKE(system_type, system_type); \
	TAKE(address_range, address_range); \
} while (0)

#define MESSAGE_TAKE() do { \
	TAKE(service_type, service_type); \
	TAKE(source_addr, source_addr); \
	TAKE(dest_addr, destination_addr); \
	out->esm_class = from->esm_class; \
	out->protocol_id = from->protocol_id; \
	out->priority = from->priority_flag; \
	out->registered_delivery = from->registered_delivery; \
	out->replace_if_present = from->replace_if_present_flag; \
	out->data_coding = from->data_coding; \
	out->sm_default_msg_id = from->sm_default_msg_id; \
	if (out->short_message.len <= LIBRARY_UNPACK_MAX) \
		out->short_message = iwf_arena_copy(arena, iwf_str_make( \
			from->short_message, from->sm_length)); \
} while (0)

static void data_sm_take(struct iwf_arena *arena, const struct data_sm_t *from,
			 struct smpp_pdu *out)
{
	TAKE(service_type, service_type);
	if (out->source_addr.len <= 20)
		TAKE(source_addr, source_addr);
	TAKE(dest_addr, destination_addr);
	out->esm_class = from->esm_class;
	out->registered_delivery = from->registered_delivery;
	out->data_coding = from->data_coding;
}

static void submit_sm_take(struct iwf_arena *arena,
			   const struct submit_sm_t *from,
			   struct smpp_pdu *out)
{
	MESSAGE_TAKE();
	TAKE(schedule_time, schedule_delivery_time);
	TAKE(validity_period, validity_period);
}

static void deliver_sm_take(struct iwf_arena *arena,
			    const struct deliver_sm_t *from,
			    struct smpp_pdu *out)
{
	MESSAGE_TAKE();
}

static void library_take(struct iwf_arena *arena, const union library_pdu *lib,
			 struct smpp_pdu *out)
{
	switch (out->header.id) {
	case SMPP_BIND_RECEIVER:
		BIND_TAKE(lib->bind_receiver);
		break;
	case SMPP_BIND_TRANSMITTER:
		BIND_TAKE(lib->bind_transmitter);
		break;
	case SMPP_BIND_TRANSCEIVER:
		BIND_TAKE(lib->bind_transceiver);
		break;
	case SMPP_SUBMIT_SM:
		submit_sm_take(arena, &lib->submit_sm, out);
		break;
	case SMPP_DELIVER_SM:
		deliver_sm_take(arena, &lib->deliver_sm, out);
		break;
	default:
		data_sm_take(arena, &lib->data_sm, out);
		break;
	}
}

static bool library_unpack(struct iwf_str image, union library_pdu *lib)
{
	int rc;

	memset(lib, 0, sizeof(*lib));
	pthread_mutex_lock(&library_lock);
	rc = smpp34_unpack2(lib, (const uint8_t *)image.ptr, (int)image.len);
	pthread_mutex_unlock(&library_lock);
	return rc == 0;
}

enum iwf_err smpp_codec_unpack(struct smpp_codec *codec, struct iwf_arena *arena,
			       struct iwf_str frame, struct smpp_pdu *out,
			       struct iwf_why *why)
{
	enum iwf_err err = smpp_pdu_parse(arena, frame, out, why);
	struct iwf_buf image = { 0 };
	union library_pdu lib;
	struct smpp_pdu clean;

	if (err || !is_library_command(codec, out->header.id))
		return err;
	clean = sanitised(out);
	if (smpp_pdu_format(&image, &clean) == IWF_OK) {
		struct iwf_str octets = iwf_buf_str(&image);

		/* The library calls strlen before it looks at the length. */
		iwf_buf_u8(&image, 0);
		octets.ptr = image.ptr;
		if (library_unpack(octets, &lib)) {
			codec->counts.unpacked++;
			library_take(arena, &lib, out);
		} else {
			codec->counts.unpack_refused++;
		}
	}
	iwf_buf_free(&image);
	return IWF_OK;
}

/* Sizes were checked by smpp_pdu_format. */
static void text_put(uint8_t *field, size_t size, struct iwf_str s)
{
	IWF_BUG_ON(s.len >= size);
	if (s.len)
		memcpy(field, s.ptr, s.len);
	field[s.len] = 0;
}

#define GIVE(field, value) text_put(to->field, sizeof(to->field), (value))

#define BIND_GIVE(to_) do { \
	__typeof__(to_) *to = &(to_); \
	GIVE(system_id, pdu->system_id); \
	GIVE(password, pdu->password); \
	GIVE(system_type, pdu->system_type); \
	to->interface_version = pdu->interface_version; \
	to->addr_ton = pdu->addr_ton; \
	to->addr_npi = pdu->addr_npi; \
	GIVE(address_range, pdu->address_range); \
} while (0)

#define ADDRESSES_GIVE() do { \
	GIVE(service_type, pdu->service_type); \
	to->source_addr_ton = pdu->source_ton; \
	to->source_addr_npi = pdu->source_npi; \
	GIVE(source_addr, pdu->source_addr); \
	to->dest_addr_ton = pdu->dest_ton; \
	to->dest_addr_npi = pdu->dest_npi; \
	GIVE(destination_addr, pdu->dest_addr); \
	to->esm_class = pdu->esm_class; \
	to->registered_delivery = pdu->registered_delivery; \
	to->data_coding = pdu->data_coding; \
} while (0)

#define MESSAGE_GIVE(to_) do { \
	__typeof__(to_) *to = &(to_); \
	ADDRESSES_GIVE(); \
	to->protocol_id = pdu->protocol_id; \
	to->priority_flag = pdu->priority; \
	GIVE(schedule_delivery_time, pdu->schedule_time); \
	GIVE(validity_period, pdu->validity_period); \
	to->replace_if_present_flag = pdu->replace_if_present; \
	to->sm_default_msg_id = pdu->sm_default_msg_id; \
	to->sm_length = (uint8_t)pdu->short_message.len; \
	if (pdu->short_message.len) \
		memcpy(to->short_message, pdu->short_message.ptr, \
		       pdu->short_message.len); \
} while (0)

static void data_sm_give(struct data_sm_t *to, const struct smpp_pdu *pdu)
{
	ADDRESSES_GIVE();
}

static void library_give(union library_pdu *lib, const struct smpp_pdu *pdu)
{
	memset(lib, 0, sizeof(*lib));
	lib->header.command_id = pdu->header.id;
	lib->header.sequence_number = pdu->header.sequence;
	switch (pdu->header.id) {
	case SMPP_BIND_RECEIVER:
		BIND_GIVE(lib->bind_receiver);
		break;
	case SMPP_BIND_TRANSMITTER:
		BIND_GIVE(lib->bind_transmitter);
		break;
	case SMPP_BIND_TRANSCEIVER:
		BIND_GIVE(lib->bind_transceiver);
		break;
	case SMPP_SUBMIT_SM:
		MESSAGE_GIVE(lib->submit_sm);
		break;
	case SMPP_DELIVER_SM:
		MESSAGE_GIVE(lib->deliver_sm);
		break;
	default:
		data_sm_give(&lib->data_sm, pdu);
		break;
	}
}

/* Whether the library can say this at all; else our own octets go out. */
static bool is_packable(const struct smpp_codec *codec,
			const struct smpp_pdu *pdu)
{
	struct smpp_pdu clean;

	if (!is_library_command(codec, pdu->header.id))
		return false;
	clean = sanitised(pdu);
	return !pdu->header.status &&
		pdu->header.sequence &&
		!(pdu->header.sequence & 0x80000000u) &&
		clean.source_ton == pdu->source_ton &&
		clean.source_npi == pdu->source_npi &&
		clean.dest_ton == pdu->dest_ton &&
		clean.dest_npi == pdu->dest_npi &&
		clean.addr_ton == pdu->addr_ton &&
		clean.addr_npi == pdu->addr_npi &&
		clean.interface_version == pdu->interface_version &&
		clean.schedule_time.len == pdu->schedule_time.len &&
		clean.validity_period.len == pdu->validity_period.len &&
		clean.source_addr.len == pdu->source_addr.len;
}

/* The mandatory part, without short_message when that is too long for it.
 * 0 when the library refuses. */
static size_t library_pack(uint8_t image[IMAGE_MAX], const struct smpp_pdu *pdu)
{
	struct smpp_pdu copy = *pdu;
	union library_pdu lib;
	int len = 0;
	int rc;

	if (copy.short_message.len > LIBRARY_PACK_MAX)
		copy.short_message = IWF_STR_NONE;
	library_give(&lib, &copy);
	pthread_mutex_lock(&library_lock);
	rc = smpp34_pack2(image, IMAGE_MAX, &len, &lib);
	pthread_mutex_unlock(&library_lock);
	return rc == 0 && len > 0 ? (size_t)len : 0;
}

static size_t tlvs_len(const struct smpp_tlvs *tlvs)
{
	size_t len = 0;

	for (size_t i = 0; i < tlvs->count; i++)
		len += 4 + tlvs->at[i].value.len;
	return len;
}

/* Puts the library's octets in the place of ours, behind command_length. */
static bool image_apply(char *octets, size_t mandatory_len,
			const struct smpp_pdu *pdu)
{
	uint8_t image[IMAGE_MAX];
	size_t len = library_pack(image, pdu);
	size_t missing = is_traffic(pdu->header.id) &&
		pdu->short_message.len > LIBRARY_PACK_MAX ?
		pdu->short_message.len : 0;

	if (!len || len + missing != mandatory_len)
		return false;
	memcpy(octets + 4, image + 4, len - 4 - (missing ? 1 : 0));
	return true;
}

enum iwf_err smpp_codec_pack(struct smpp_codec *codec, struct iwf_buf *buf,
			     const struct smpp_pdu *pdu)
{
	size_t start = buf->len;
	enum iwf_err err = smpp_pdu_format(buf, pdu);
	size_t mandatory_len;

	if (err || !is_packable(codec, pdu))
		return err;
	mandatory_len = buf->len - start - tlvs_len(&pdu->tlvs);
	if (image_apply(buf->ptr + start, mandatory_len, pdu))
		codec->counts.packed++;
	else
		codec->counts.pack_refused++;
	return IWF_OK;
}
