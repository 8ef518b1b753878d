/* Any octets as the text of a short message that came, and any text on its way
 * out and back. The first octets choose the rules. */
#include <smpp/text/choose.h>
#include <smpp/text/incoming.h>
#include <smpp/text/split.h>

#include <iwf/utf8.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_reading(struct iwf_str in, uint8_t data_coding, uint8_t bits)
{
	const struct smpp_reading_rules rules = {
		.zero = (enum smpp_alphabet)(bits % 3),
		.packing = (enum smpp_packing)(bits / 4 % 3),
		.sniff_utf8 = bits & 0x10, .sniff_ucs2 = bits & 0x20,
		.high_is_latin1 = bits & 0x40, .binary_is_latin1 = bits & 0x80,
	};
	struct smpp_udh udh = { 0 };
	struct smpp_incoming incoming = {
		.octets = in, .udh = &udh, .data_coding = data_coding,
		.is_part = bits & 1,
	};
	struct smpp_read read;
	struct iwf_buf loose = { 0 };
	struct iwf_buf text = { 0 };

	if (bits & 2 && smpp_udh_parse(in, &udh, NULL) == IWF_OK)
		incoming.octets = iwf_str_sub(in, udh.len, in.len);
	if (smpp_incoming_read(&loose, &rules, &incoming, &read) == IWF_OK) {
		iwf_utf8_mend(&text, iwf_buf_str(&loose));
		IWF_BUG_ON(!iwf_str_is_utf8(iwf_buf_str(&text)));
	}
	iwf_buf_free(&loose);
	iwf_buf_free(&text);
}

static void check_packing(struct iwf_str in, unsigned fill_bits)
{
	struct iwf_buf septets = { 0 };
	struct iwf_buf packed = { 0 };
	size_t bits = in.len * 8;
	size_t count = bits > fill_bits ? (bits - fill_bits) / 7 : 0;

	IWF_BUG_ON(gsm_unpack(&septets, in, bits ? fill_bits : 0, count));
	gsm_pack(&packed, iwf_buf_str(&septets), fill_bits);
	IWF_BUG_ON(packed.len > in.len);
	iwf_buf_free(&septets);
	iwf_buf_free(&packed);
}

static void check_back(const struct smpp_split *split)
{
	const struct smpp_way *way = &split->cut.way;
	const struct smpp_reading_rules rules = {
		.zero = way->data_coding ? SMPP_ALPHABET_GSM : way->alphabet,
		.packing = way->packing,
	};
	struct iwf_buf back = { 0 };

	for (size_t i = 0; i < split->count; i++) {
		struct smpp_udh udh = { 0 };
		const struct smpp_incoming incoming = {
			.octets = split->parts[i], .udh = &udh,
			.data_coding = way->data_coding,
			.is_part = split->count > 1,
		};
		struct smpp_read read;

		if (split->udhs[i].len)
			IWF_BUG_ON(smpp_udh_parse(split->udhs[i], &udh, NULL));
		IWF_BUG_ON(!smpp_split_is_payload(split) &&
			   split->parts[i].len + udh.len > 160);
		IWF_BUG_ON(smpp_incoming_read(&back, &rules, &incoming, &read));
		IWF_BUG_ON(read.bad_count);
	}
	IWF_BUG_ON(!iwf_str_eq(iwf_buf_str(&back), split->cut.text));
	iwf_buf_free(&back);
}

static void check_sending(struct iwf_str text, uint8_t bits)
{
	const struct smpp_text_rules rules = {
		.first = (enum smpp_alphabet)(bits / 64 % 3),
		.languages = bits & 1 ? 0xE : 0,
		.style = (enum smpp_style)(bits / 2 % 4),
		.packing = (enum smpp_packing)(bits / 64 ? 0 : bits / 8 % 3),
		.plain = (enum smpp_plainness)(bits / 16 % 3),
		.parts_max = SMPP_PARTS_MAX,
	};
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_split split;
	struct smpp_cut cut;

	if (smpp_choose(arena, &rules, text, &cut) == IWF_OK) {
		IWF_BUG_ON(!cut.way.plain && !iwf_str_eq(cut.text, text));
		smpp_split(arena, &cut, 1, &split);
		check_back(&split);
	}
	iwf_arena_destroy(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct iwf_str in = iwf_str_make(bytes, len);

	if (len) {
		struct iwf_str rest = iwf_str_sub(in, 1, len);

		check_reading(rest, bytes[0], 0);
		check_packing(rest, bytes[0] % 7);
		check_sending(rest, bytes[0]);
	}
	if (len > 1)
		check_reading(iwf_str_sub(in, 2, len), bytes[0], bytes[1]);
	return 0;
}
