/* Our walk against libsmpp34: random PDUs must read and write the same. */
#include <smpp/wire/codec.h>

#include "octets.h"

#include <pthread.h>

static const uint32_t ids[] = {
	SMPP_BIND_RECEIVER, SMPP_BIND_TRANSMITTER, SMPP_BIND_TRANSCEIVER,
	SMPP_SUBMIT_SM, SMPP_DELIVER_SM, SMPP_DATA_SM,
};

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static struct iwf_str random_octets(struct iwf_arena *arena, uint32_t *seed,
				    size_t max, unsigned first)
{
	size_t len = next_random(seed) % (max + 1);
	char *out = iwf_arena_alloc(arena, len + 1);

	for (size_t i = 0; i < len; i++)
		out[i] = (char)(first + next_random(seed) % (256 - first));
	return iwf_str_make(out, len);
}

static struct iwf_str random_text(struct iwf_arena *arena, uint32_t *seed,
				  size_t max)
{
	return random_octets(arena, seed, max, 1); /* no NUL */
}

static struct smpp_tlvs random_tlvs(struct iwf_arena *arena, uint32_t *seed)
{
	size_t count = next_random(seed) % 60; /* 36 kill the library */
	struct smpp_tlv *list = IWF_ARENA_ARRAY(arena, struct smpp_tlv, count);

	for (size_t i = 0; i < count; i++) {
		list[i].tag = (uint16_t)next_random(seed);
		list[i].value = random_octets(arena, seed, 4, 0);
	}
	return (struct smpp_tlvs){ list, count };
}

static struct smpp_pdu random_pdu(struct iwf_arena *arena, uint32_t *seed)
{
	uint32_t id = ids[next_random(seed) % 6];
	size_t addr = id == SMPP_DATA_SM ? 64 : 20;

	return (struct smpp_pdu){
		.header = { .id = id, .sequence = next_random(seed) },
		.system_id = random_text(arena, seed, 15),
		.password = random_text(arena, seed, 8),
		.system_type = random_text(arena, seed, 12),
		.interface_version = next_random(seed) % 2 ? 0x34 :
			(uint8_t)next_random(seed),
		.addr_ton = next_random(seed) % 9, .addr_npi = 1,
		.address_range = random_text(arena, seed, 40),
		.service_type = random_text(arena, seed, 5),
		.source_ton = next_random(seed) % 8,
		.source_npi = (uint8_t)(next_random(seed) % 20),
		.source_addr = random_text(arena, seed, addr),
		.dest_ton = next_random(seed) % 8,
		.dest_npi = (uint8_t)(next_random(seed) % 20),
		.dest_addr = random_text(arena, seed, addr),
		.esm_class = (uint8_t)next_random(seed),
		.protocol_id = (uint8_t)next_random(seed),
		.priority = (uint8_t)next_random(seed),
		.schedule_time = random_text(arena, seed, 16),
		.validity_period = random_text(arena, seed, 16),
		.registered_delivery = (uint8_t)next_random(seed),
		.replace_if_present = (uint8_t)next_random(seed),
		.data_coding = (uint8_t)next_random(seed),
		.sm_default_msg_id = (uint8_t)next_random(seed),
		.short_message = random_octets(arena, seed, 254, 0),
		.tlvs = random_tlvs(arena, seed),
	};
}

static void rounds(uint32_t seed, size_t count)
{
	struct smpp_codec *codec = smpp_codec_create(SMPP_CODEC_ALL);

	for (size_t i = 0; i < count; i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct smpp_pdu pdu = random_pdu(arena, &seed);
		struct iwf_buf ours = { 0 };
		struct iwf_buf theirs = { 0 };
		struct iwf_buf again = { 0 };
		struct smpp_pdu back;

		IWF_BUG_ON(smpp_pdu_format(&ours, &pdu));
		IWF_BUG_ON(smpp_codec_pack(codec, &theirs, &pdu));
		IWF_BUG_ON(!iwf_str_eq(iwf_buf_str(&ours),
				       iwf_buf_str(&theirs)));
		IWF_BUG_ON(smpp_codec_unpack(codec, arena, iwf_buf_str(&ours),
					     &back, NULL));
		IWF_BUG_ON(smpp_pdu_format(&again, &back));
		IWF_BUG_ON(!iwf_str_eq(iwf_buf_str(&ours),
				       iwf_buf_str(&again)));
		iwf_buf_free(&ours);
		iwf_buf_free(&theirs);
		iwf_buf_free(&again);
		iwf_arena_destroy(&arena);
	}
	IWF_BUG_ON(smpp_codec_counts(codec)->pack_refused);
	IWF_BUG_ON(smpp_codec_counts(codec)->unpack_refused);
	IWF_BUG_ON(smpp_codec_counts(codec)->unpacked != count);
	IWF_BUG_ON(!smpp_codec_counts(codec)->packed);
	smpp_codec_destroy(&codec);
	IWF_BUG_ON(codec);
}

static void library_and_walk_agree(void **state)
{
	(void)state;
	rounds(1, 5000);
}

static void *thread_rounds(void *seed)
{
	rounds(*(const uint32_t *)seed, 1000);
	return NULL;
}

static void links_on_several_threads(void **state)
{
	static const uint32_t seeds[] = { 11, 22, 33 };
	pthread_t threads[3];

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
						thread_rounds,
						(void *)(uintptr_t)&seeds[i]),
				 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
}

/* Every length, as the library packs 253 octets and refuses 254. */
static void every_message_length(void **state)
{
	struct smpp_codec *codec = smpp_codec_create(SMPP_CODEC_ALL);
	char message[254];

	(void)state;
	memset(message, 'm', sizeof(message));
	for (size_t len = 0; len <= sizeof(message); len++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct smpp_pdu pdu = {
			.header = { .id = SMPP_SUBMIT_SM, .sequence = 1 },
			.short_message = iwf_str_make(message, len),
		};
		struct iwf_buf buf = { 0 };
		struct smpp_pdu back;

		assert_int_equal(smpp_codec_pack(codec, &buf, &pdu), 0);
		assert_int_equal(smpp_codec_unpack(
			codec, arena, iwf_buf_str(&buf), &back, NULL), 0);
		octets_assert(back.short_message, pdu.short_message);
		iwf_buf_free(&buf);
		iwf_arena_destroy(&arena);
	}
	assert_int_equal(smpp_codec_counts(codec)->packed, 255);
	assert_int_equal(smpp_codec_counts(codec)->unpacked, 255);
	smpp_codec_destroy(&codec);
}

static void answers_leave_the_library_alone(void **state)
{
	struct smpp_codec *codec = smpp_codec_create(SMPP_CODEC_ALL);
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_buf buf = { 0 };
	struct smpp_pdu back;

	(void)state;
	for (uint32_t id = 0; id < 0x200; id++) {
		struct smpp_pdu pdu = {
			.header = { .id = id | SMPP_RESPONSE, .sequence = 1 },
		};

		iwf_buf_clear(&buf);
		if (smpp_codec_pack(codec, &buf, &pdu) == IWF_OK)
			assert_int_equal(smpp_codec_unpack(
				codec, arena, iwf_buf_str(&buf), &back, NULL),
				IWF_OK);
	}
	assert_int_equal(smpp_codec_counts(codec)->packed, 0);
	assert_int_equal(smpp_codec_counts(codec)->unpacked, 0);
	iwf_buf_free(&buf);
	iwf_arena_destroy(&arena);
	smpp_codec_destroy(&codec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(library_and_walk_agree),
		cmocka_unit_test(links_on_several_threads),
		cmocka_unit_test(every_message_length),
		cmocka_unit_test(answers_leave_the_library_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
