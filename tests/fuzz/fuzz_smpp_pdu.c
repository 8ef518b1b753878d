/* Any octets as a stream of SMPP PDUs: what is taken is written again and read
 * the same, by the walk alone and by way of the library. */
#include <smpp/wire/codec.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_again(struct iwf_arena *arena, const struct smpp_pdu *pdu)
{
	struct iwf_buf buf = { 0 };
	struct iwf_buf again = { 0 };
	struct smpp_pdu back;

	if (smpp_pdu_format(&buf, pdu) == IWF_OK) {
		IWF_BUG_ON(smpp_pdu_parse(arena, iwf_buf_str(&buf), &back,
					  NULL));
		IWF_BUG_ON(smpp_pdu_format(&again, &back));
		IWF_BUG_ON(!iwf_str_eq(iwf_buf_str(&buf),
				       iwf_buf_str(&again)));
	}
	iwf_buf_free(&buf);
	iwf_buf_free(&again);
}

static void check_packed(struct smpp_codec *codec, const struct smpp_pdu *pdu)
{
	struct iwf_buf ours = { 0 };
	struct iwf_buf theirs = { 0 };
	enum iwf_err err = smpp_pdu_format(&ours, pdu);

	IWF_BUG_ON(smpp_codec_pack(codec, &theirs, pdu) != err);
	IWF_BUG_ON(!iwf_str_eq(iwf_buf_str(&ours), iwf_buf_str(&theirs)));
	iwf_buf_free(&ours);
	iwf_buf_free(&theirs);
}

static void check_frame(struct smpp_codec *codec, struct iwf_str frame)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_pdu walked;
	struct smpp_pdu unpacked;
	enum iwf_err err = smpp_pdu_parse(arena, frame, &walked, NULL);

	IWF_BUG_ON(smpp_codec_unpack(codec, arena, frame, &unpacked, NULL) !=
		   err);
	IWF_BUG_ON((err != IWF_OK) != (walked.refusal != SMPP_ROK));
	IWF_BUG_ON(walked.refusal != unpacked.refusal);
	if (!err) {
		IWF_BUG_ON(!iwf_str_eq(smpp_pdu_message(&walked),
				       smpp_pdu_message(&unpacked)));
		IWF_BUG_ON(!iwf_str_eq(walked.source_addr,
				       unpacked.source_addr));
		check_again(arena, &unpacked);
		check_packed(codec, &unpacked);
	}
	iwf_arena_destroy(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct iwf_str in = iwf_str_make(bytes, len);
	struct smpp_codec *codec = smpp_codec_create(SMPP_CODEC_ALL);
	struct smpp_header hdr;

	smpp_frame_guess(in);
	while (smpp_frame_next(in, 65536, &hdr) == SMPP_FRAME_READY) {
		check_frame(codec, iwf_str_sub(in, 0, hdr.length));
		in = iwf_str_sub(in, hdr.length, in.len);
	}
	check_frame(codec, in);
	IWF_BUG_ON(smpp_codec_counts(codec)->unpack_refused);
	IWF_BUG_ON(smpp_codec_counts(codec)->pack_refused);
	smpp_codec_destroy(&codec);
	return 0;
}
