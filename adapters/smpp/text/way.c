/* See way.h. 140 octets of user data are 160 septets or 70 units of UCS-2. */
#include "text/way.h"

#include <iwf/utf8.h>

#define USER_DATA_LEN 140
#define USER_DATA_SEPTETS 160

enum {
	DATA_CODING_ZERO = 0,
	DATA_CODING_ASCII = 1,
	DATA_CODING_LATIN1 = 3,
	DATA_CODING_UCS2 = 8
};

/* The word, from its lowest bit: data_coding 8, meaning 2, style 2, locking 4,
 * single 4, packing 2, plain 2, moved 8. Meaning tells what stands behind
 * data_coding 0. */
enum meaning { MEANING_OWN, MEANING_ASCII, MEANING_LATIN1 };

static enum meaning meaning_of(const struct smpp_way *way)
{
	if (way->data_coding != DATA_CODING_ZERO ||
	    way->alphabet == SMPP_ALPHABET_GSM)
		return MEANING_OWN;
	return way->alphabet == SMPP_ALPHABET_ASCII ? MEANING_ASCII :
		MEANING_LATIN1;
}

uint32_t smpp_way_word(const struct smpp_way *way, uint8_t moved)
{
	return way->data_coding | (uint32_t)meaning_of(way) << 8 |
		(uint32_t)way->style << 10 |
		(way->tables.locking & 15u) << 12 |
		(way->tables.single & 15u) << 16 |
		(uint32_t)way->packing << 20 | (uint32_t)way->plain << 22 |
		(uint32_t)moved << 24;
}

static bool alphabet_parse(uint8_t data_coding, unsigned meaning,
			   enum smpp_alphabet *out)
{
	static const struct {
		uint8_t data_coding, meaning;
		enum smpp_alphabet alphabet;
	} known[] = {
		{ DATA_CODING_ZERO, MEANING_OWN, SMPP_ALPHABET_GSM },
		{ DATA_CODING_ZERO, MEANING_ASCII, SMPP_ALPHABET_ASCII },
		{ DATA_CODING_ZERO, MEANING_LATIN1, SMPP_ALPHABET_LATIN1 },
		{ DATA_CODING_ASCII, MEANING_OWN, SMPP_ALPHABET_ASCII },
		{ DATA_CODING_LATIN1, MEANING_OWN, SMPP_ALPHABET_LATIN1 },
		{ DATA_CODING_UCS2, MEANING_OWN, SMPP_ALPHABET_UCS2 },
	};

	for (size_t i = 0; i < IWF_COUNT_OF(known); i++) {
		if (known[i].data_coding == data_coding &&
		    known[i].meaning == meaning) {
			*out = known[i].alphabet;
			return true;
		}
	}
	return false;
}

bool smpp_way_parse(uint32_t word, struct smpp_way *out, uint8_t *moved)
{
	struct smpp_way way = {
		.data_coding = (uint8_t)word,
		.style = (enum smpp_style)(word >> 10 & 3),
		.tables = { word >> 12 & 15, word >> 16 & 15 },
		.packing = (enum smpp_packing)(word >> 20 & 3),
		.plain = (enum smpp_plainness)(word >> 22 & 3),
	};

	if (!alphabet_parse(way.data_coding, word >> 8 & 3, &way.alphabet))
		return false;
	if ((way.tables.locking && !gsm_has_locking(way.tables.locking)) ||
	    (way.tables.single && !gsm_has_single(way.tables.single)) ||
	    way.packing > SMPP_PACKING_ZERO || way.plain > SMPP_PLAIN_LETTERS)
		return false;
	*out = way;
	*moved = (uint8_t)(word >> 24);
	return true;
}

size_t smpp_way_cost(const struct smpp_way *way, uint32_t code)
{
	if (code == IWF_UTF8_BAD)
		return 0;
	switch (way->alphabet) {
	case SMPP_ALPHABET_GSM:
		return gsm_cost(way->tables, code);
	case SMPP_ALPHABET_ASCII:
		return code < 0x80 ? gsm_cost(GSM_DEFAULT, code) : 0;
	case SMPP_ALPHABET_LATIN1:
		return code <= 0xFF ? gsm_cost(GSM_DEFAULT, code) : 0;
	default:
		return code > 0xFFFF ? 2 : 1;
	}
}

size_t smpp_way_units(const struct smpp_way *way, struct iwf_str text)
{
	size_t units = 0;

	if (way->alphabet == SMPP_ALPHABET_GSM)
		return gsm_septet_count(way->tables, text);
	while (text.len) {
		size_t cost = smpp_way_cost(way, iwf_utf8_next(&text));

		if (!cost)
			return IWF_STR_NPOS;
		units += cost;
	}
	return units;
}

size_t smpp_way_header_len(const struct smpp_way *way, bool is_part)
{
	size_t elements = 0;

	if (is_part)
		/* sar_msg_ref_num has 16 bits, which the SMSC may all keep. */
		elements += way->style == SMPP_STYLE_UDH16 ||
			way->style == SMPP_STYLE_SAR ? 6 : 5;
	elements += way->tables.locking ? 3 : 0;
	elements += way->tables.single ? 3 : 0;
	return elements ? elements + 1 : 0;
}

/* Septets that a header takes, the fill bits behind it with them. */
static size_t header_septets(size_t header_len)
{
	return (header_len * 8 + 6) / 7;
}

size_t smpp_way_room(const struct smpp_way *way, bool is_part)
{
	size_t header_len = smpp_way_header_len(way, is_part);

	if (way->alphabet == SMPP_ALPHABET_UCS2)
		return (USER_DATA_LEN - header_len) / 2;
	return USER_DATA_SEPTETS - header_septets(header_len);
}

size_t smpp_way_bits(const struct smpp_way *way, size_t units, size_t parts)
{
	size_t header_len = smpp_way_header_len(way, parts > 1);

	if (way->alphabet == SMPP_ALPHABET_UCS2)
		return parts * header_len * 8 + units * 16;
	return (parts * header_septets(header_len) + units) * 7;
}

static enum iwf_err packed_encode(struct iwf_buf *buf,
				  const struct smpp_way *way,
				  struct iwf_str text, size_t udh_len)
{
	struct iwf_buf septets = { 0 };
	unsigned fill = gsm_fill_bits(udh_len);
	enum iwf_err err = gsm_encode(&septets, way->tables, text);

	if (!err) {
		if (way->packing == SMPP_PACKING_CR &&
		    (fill + septets.len * 7) % 8 == 1)
			iwf_buf_u8(&septets, '\r');
		gsm_pack(buf, iwf_buf_str(&septets), fill);
	}
	iwf_buf_free(&septets);
	return err;
}

static enum iwf_err units_encode(struct iwf_buf *buf,
				 const struct smpp_way *way,
				 struct iwf_str text)
{
	size_t before = buf->len;

	while (text.len) {
		uint32_t code = iwf_utf8_next(&text);

		if (!smpp_way_cost(way, code)) {
			buf->len = before;
			return IWF_E_CHARSET;
		}
		if (way->alphabet == SMPP_ALPHABET_UCS2)
			smpp_ucs2_put(buf, code);
		else
			iwf_buf_u8(buf, (uint8_t)code);
	}
	return IWF_OK;
}

enum iwf_err smpp_way_encode(struct iwf_buf *buf, const struct smpp_way *way,
			     struct iwf_str text, size_t udh_len)
{
	if (way->alphabet != SMPP_ALPHABET_GSM)
		return units_encode(buf, way, text);
	if (way->packing)
		return packed_encode(buf, way, text, udh_len);
	return gsm_encode(buf, way->tables, text);
}
