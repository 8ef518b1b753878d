/* Any octets through every alphabet and, as text, through splitting. */
#include <smpp/text/gsm.h>
#include <smpp/text/split.h>

#include <iwf/utf8.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_decoding(struct iwf_str in, uint8_t data_coding)
{
	enum smpp_alphabet alphabet;
	struct iwf_buf loose = { 0 };
	struct iwf_buf text = { 0 };

	if (smpp_coding_alphabet(data_coding, SMPP_ALPHABET_GSM, &alphabet) ||
	    smpp_coding_decode(&loose, alphabet, in, NULL))
		return;
	iwf_utf8_mend(&text, iwf_buf_str(&loose));
	IWF_BUG_ON(!iwf_str_is_utf8(iwf_buf_str(&text)));
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

static void check_split(struct iwf_str text)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_buf back = { 0 };
	struct smpp_split split;

	if (smpp_split(arena, text, SMPP_SPLIT_PARTS_MAX, 1, &split)) {
		iwf_arena_destroy(&arena);
		return;
	}
	for (size_t i = 0; i < split.count; i++) {
		IWF_BUG_ON(split.parts[i].len + split.udhs[i].len > 160);
		smpp_coding_decode(&back, split.coding == SMPP_CODING_GSM ?
				   SMPP_ALPHABET_GSM : SMPP_ALPHABET_UCS2,
				   split.parts[i], NULL);
	}
	IWF_BUG_ON(!iwf_str_eq(iwf_buf_str(&back), text));
	iwf_buf_free(&back);
	iwf_arena_destroy(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct iwf_str in = iwf_str_make(bytes, len);

	if (len) {
		struct iwf_str rest = iwf_str_sub(in, 1, len);

		check_decoding(rest, bytes[0]);
		check_packing(rest, bytes[0] % 7);
	}
	check_split(in);
	return 0;
}
