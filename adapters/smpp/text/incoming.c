/* See incoming.h. */
#include "text/incoming.h"

#include <iwf/utf8.h>

/* A sniff never looks behind a data_coding that says something else than
 * octets of letters. */
static bool is_lettered(enum smpp_alphabet alphabet)
{
	return alphabet == SMPP_ALPHABET_GSM ||
		alphabet == SMPP_ALPHABET_ASCII ||
		alphabet == SMPP_ALPHABET_LATIN1;
}

static bool has_high(struct iwf_str octets)
{
	for (size_t i = 0; i < octets.len; i++)
		if ((uint8_t)octets.ptr[i] > 0x7F)
			return true;
	return false;
}

static bool is_continuation(char octet)
{
	return ((uint8_t)octet & 0xC0) == 0x80;
}

/* Without what of its first and last character lies in other parts. */
static struct iwf_str whole_characters(struct iwf_str octets)
{
	size_t from = 0, to = octets.len;

	while (from < 3 && from < octets.len &&
	       is_continuation(octets.ptr[from]))
		from++;
	while (to > from && octets.len - to < 3 &&
	       is_continuation(octets.ptr[to - 1]))
		to--;
	if (to > from && (uint8_t)octets.ptr[to - 1] >= 0xC0 &&
	    !iwf_str_is_utf8(iwf_str_sub(octets, to - 1, octets.len)))
		return iwf_str_sub(octets, from, to - 1);
	return iwf_str_sub(octets, from, octets.len);
}

/* At least one whole character beyond ASCII, and nothing that is not UTF-8. */
static bool is_like_utf8(const struct smpp_incoming *in)
{
	struct iwf_str octets = in->is_part ? whole_characters(in->octets) :
		in->octets;

	return has_high(octets) && iwf_str_is_utf8(octets);
}

/* Every other octet is zero at least half of the time, and what follows those
 * can be read. GSM's zero is @: nobody writes so many. */
static bool is_like_ucs2(const struct smpp_incoming *in)
{
	struct iwf_str octets = in->octets;
	size_t zeros = 0;

	if (octets.len < 4 || octets.len % 2)
		return false;
	for (size_t i = 0; i < octets.len; i += 2) {
		uint8_t low = (uint8_t)octets.ptr[i + 1];

		if (octets.ptr[i])
			continue;
		zeros++;
		if ((low < 0x20 && low != '\n' && low != '\r') ||
		    (low > 0x7E && low < 0xA0))
			return false;
	}
	return zeros * 4 >= octets.len;
}

static bool is_control(char c)
{
	return (uint8_t)c < 0x20 && c != '\t' && c != '\n' && c != '\f' &&
		c != '\r';
}

static bool has_control(struct iwf_str octets)
{
	/* NULs at the end are no at-signs, but C's. */
	while (octets.len && !octets.ptr[octets.len - 1])
		octets.len--;
	for (size_t i = 0; i < octets.len; i++)
		if (is_control(octets.ptr[i]))
			return true;
	return false;
}

/* Some stacks write GSM and call it ASCII: nobody writes control characters,
 * or names a national table, in ASCII. */
static bool is_like_gsm(const struct smpp_incoming *in)
{
	if (has_high(in->octets))
		return false;
	return in->udh->locking_shift || in->udh->single_shift ||
		has_control(in->octets);
}

static enum smpp_alphabet sniff(const struct smpp_reading_rules *rules,
				const struct smpp_incoming *in,
				enum smpp_alphabet said)
{
	if (!is_lettered(said) || rules->packing)
		return said;
	if (rules->sniff_ucs2 && is_like_ucs2(in))
		return SMPP_ALPHABET_UCS2;
	if (rules->sniff_utf8 && is_like_utf8(in))
		return SMPP_ALPHABET_UTF8;
	if (rules->high_is_latin1 && has_high(in->octets))
		return SMPP_ALPHABET_LATIN1;
	if (said == SMPP_ALPHABET_ASCII && is_like_gsm(in))
		return SMPP_ALPHABET_GSM;
	return said;
}

/* Seven bits at the end that are just the filling belong to no text. */
static void filling_drop(struct iwf_buf *septets, unsigned fill_bits,
			 enum smpp_packing packing)
{
	char filling = packing == SMPP_PACKING_CR ? '\r' : '\0';

	if (septets->len && (fill_bits + septets->len * 7) % 8 == 0 &&
	    septets->ptr[septets->len - 1] == filling)
		septets->len--;
}

static enum iwf_err packed_read(struct iwf_buf *buf,
				const struct smpp_reading_rules *rules,
				const struct smpp_incoming *in,
				struct gsm_tables tables, struct smpp_read *out)
{
	unsigned fill = gsm_fill_bits(in->udh->len);
	size_t bits = in->octets.len * 8;
	struct iwf_buf septets = { 0 };
	enum iwf_err err = IWF_OK;

	if (bits > fill)
		err = gsm_unpack(&septets, in->octets, fill, (bits - fill) / 7);
	if (!err) {
		filling_drop(&septets, fill, rules->packing);
		out->bad_count += gsm_decode(buf, tables, iwf_buf_str(&septets));
	}
	iwf_buf_free(&septets);
	return err;
}

static enum iwf_err gsm_read(struct iwf_buf *buf,
			     const struct smpp_reading_rules *rules,
			     const struct smpp_incoming *in,
			     struct smpp_read *out)
{
	struct gsm_tables tables = { in->udh->locking_shift,
				     in->udh->single_shift };

	if (tables.locking && !gsm_has_locking(tables.locking))
		out->unknown_language = tables.locking;
	if (tables.single && !gsm_has_single(tables.single))
		out->unknown_language = tables.single;
	if (rules->packing)
		return packed_read(buf, rules, in, tables, out);
	out->bad_count += gsm_decode(buf, tables, in->octets);
	return IWF_OK;
}

enum iwf_err smpp_incoming_read(struct iwf_buf *buf,
				const struct smpp_reading_rules *rules,
				const struct smpp_incoming *in,
				struct smpp_read *out)
{
	enum smpp_alphabet said;
	enum iwf_err err;

	*out = (struct smpp_read){ 0 };
	err = smpp_coding_alphabet(in->data_coding, rules->zero, &said);
	if (err)
		return err;
	out->alphabet = sniff(rules, in, said);
	out->is_sniffed = out->alphabet != said;
	if (said == SMPP_ALPHABET_BINARY && rules->binary_is_latin1)
		out->alphabet = SMPP_ALPHABET_LATIN1;
	if (out->alphabet == SMPP_ALPHABET_GSM)
		return gsm_read(buf, rules, in, out);
	return smpp_coding_decode(buf, out->alphabet, in->octets,
				  &out->bad_count);
}
