/* Tests of transcripts: what a line says, what the hash depends on, and where
 * two transcripts part. */
#include "trace/transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trace/line.h"
#include "wire/pdu.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void make(struct buf *bytes, const struct pdu *pdu)
{
	buf_clear(bytes);
	pdu_format(bytes, pdu);
}

static const struct pdu submit = {
	.command_id = PDU_submit_sm,
	.sequence = 7,
	.source = { 1, 1, "123" },
	.dest = { 0, 1, "9\"9" },
	.short_message = (const uint8_t *)"hi",
	.sm_len = 2,
};
static const struct pdu receipt = {
	.command_id = PDU_deliver_sm,
	.sequence = 9,
	.esm_class = 4,
	.short_message = (const uint8_t *)"id:1 done date:2611250230 stat:X",
	.sm_len = 32,
};

static void test_lines(void **state)
{
	static const struct pdu bind = { .command_id = PDU_bind_receiver,
					 .system_id = "a",
					 .password = "secret" };
	static const struct pdu refused = {
		.command_id = (uint32_t)PDU_submit_sm_resp,
		.command_status = 0x401
	};
	static const struct {
		const struct pdu *pdu;
		const char *line;
	} rows[] = {
		{ &submit, "submit_sm ESME_ROK source_addr_ton=1 "
			   "source_addr_npi=1 source_addr=\"123\" "
			   "dest_addr_npi=1 destination_addr=\"9\\\"9\" "
			   "short_message=6869 text=\"hi\"" },
		{ &bind, "bind_receiver ESME_ROK system_id=\"a\" "
			 "password=\"***\"" },
		{ &refused, "submit_sm_resp 0x401" },
	};
	struct buf bytes = { 0 };
	struct buf line = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		make(&bytes, rows[i].pdu);
		buf_clear(&line);
		trace_line(&line, bytes.bytes, bytes.len);
		assert_string_equal(rows[i].line, buf_str(&line));
	}
	buf_clear(&line);
	trace_line(&line, (const uint8_t *)"\x01\xff", 2);
	assert_string_equal("octets 01ff", buf_str(&line));
	buf_destroy(&bytes);
	buf_destroy(&line);
}

/* In ASCII and in UCS-2: digits behind "date:" only. */
static void test_dates_are_masked(void **state)
{
	struct pdu wide = receipt;
	uint8_t text[64] = { 0 };
	struct buf bytes = { 0 };
	struct buf line = { 0 };

	(void)state;
	make(&bytes, &receipt);
	trace_line(&line, bytes.bytes, bytes.len);
	assert_non_null(strstr(buf_str(&line), "id:1 done date:0000000000 "));
	for (size_t i = 0; i < receipt.sm_len; i++)
		text[2 * i + 1] = receipt.short_message[i];
	wide.short_message = text;
	wide.sm_len = sizeof(text);
	wide.data_coding = 8;
	make(&bytes, &wide);
	buf_clear(&line);
	trace_line(&line, bytes.bytes, bytes.len);
	assert_non_null(strstr(buf_str(&line), "id:1 done date:0000000000 "));
	buf_destroy(&bytes);
	buf_destroy(&line);
}

static void test_kinds(void **state)
{
	static const struct {
		const char *line;
		enum trace_kind kind;
	} rows[] = {
		{ "submit_sm ESME_ROK", TRACE_REQUEST },
		{ "submit_sm_resp ESME_ROK", TRACE_RESPONSE },
		{ "deliver_sm ESME_ROK esm_class=4 x=1", TRACE_RECEIPT },
		{ "deliver_sm ESME_ROK esm_class=32", TRACE_RECEIPT },
		{ "deliver_sm ESME_ROK esm_class=64", TRACE_REQUEST },
		{ "deliver_sm ESME_ROK", TRACE_REQUEST },
		{ "enquire_link ESME_ROK", TRACE_UPKEEP },
		{ "unbind_resp ESME_ROK", TRACE_UPKEEP },
		{ "generic_nack ESME_RINVCMDID", TRACE_REQUEST },
		{ "octets 00", TRACE_REQUEST },
		{ "", TRACE_REQUEST },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(rows[i].kind, trace_line_kind(rows[i].line));
}

/* said: one letter a PDU of connection 1; upper case goes out. */
static uint64_t hash_of(const char *said)
{
	struct transcript transcript = { 0 };
	struct transcript_chains chains = { { 0 } };
	struct buf bytes = { 0 };

	for (; *said; said++) {
		struct pdu pdu = { .command_id = PDU_submit_sm };

		if (*said == 'r' || *said == 'R')
			pdu = receipt;
		if (*said == 'e')
			pdu.command_id = PDU_enquire_link;
		if (*said == 'p')
			pdu.command_id = (uint32_t)PDU_submit_sm_resp;
		pdu.esm_class = pdu.esm_class ? 4 : 0;
		pdu.sequence = (uint32_t)rand();
		pdu.data_coding = (uint8_t)(*said & 0x1f);
		make(&bytes, &pdu);
		transcript_add(&transcript, &chains, 1,
			       *said < 'a' ? TRACE_OUT : TRACE_IN, bytes.bytes,
			       bytes.len);
	}
	transcript_fold(&transcript, &chains);
	transcript_destroy(&transcript);
	buf_destroy(&bytes);
	return transcript.hash;
}

static void test_hash(void **state)
{
	static const struct {
		const char *one;
		const char *other;
		bool is_same;
	} rows[] = {
		{ "abc", "abc", true },    { "abc", "acb", false },
		{ "ab", "abb", false },    { "aAbB", "abAB", true },
		{ "aAbB", "aBbA", false }, { "ab", "AB", false },
		{ "aeb", "abee", true },   { "ar", "ra", true },
		{ "arr", "ar", false },    { "ap", "pa", true },
		{ "", "e", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if ((hash_of(rows[i].one) == hash_of(rows[i].other)) !=
		    rows[i].is_same)
			fail_msg("%s %s", rows[i].one, rows[i].other);
	assert_int_equal(0, hash_of(""));
}

static bool compares(const char *want, const char *got, struct buf *why)
{
	char path[] = "/tmp/smppsim-transcript-XXXXXX";
	struct transcript transcript = { 0 };
	const int fd = mkstemp(path);
	const size_t len = strlen(want);
	bool is_same;

	assert_true(fd >= 0);
	assert_int_equal(len, write(fd, want, len));
	close(fd);
	buf_clear(why);
	buf_append_str(&transcript.kept, got);
	is_same = transcript_compare(&transcript, path, why);
	unlink(path);
	transcript_destroy(&transcript);
	return is_same;
}

static void test_compare(void **state)
{
	static const char want[] = "1 < 1: submit_sm ESME_ROK a=1\n"
				   "1 > 1: submit_sm_resp ESME_ROK\n"
				   "1 < 2: submit_sm ESME_ROK a=2\n";
	static const struct {
		const char *got;
		const char *why;
	} rows[] = {
		{ want, "" },
		/* Other numbers, other interleaving, upkeep. */
		{ "1 < 7: submit_sm ESME_ROK a=1\n"
		  "1 < 9: submit_sm ESME_ROK a=2\n"
		  "1 < 8: enquire_link ESME_ROK\n"
		  "1 > 7: submit_sm_resp ESME_ROK",
		  "" },
		{ "1 < 1: submit_sm ESME_ROK a=2\n"
		  "1 < 2: submit_sm ESME_ROK a=1\n"
		  "1 > 1: submit_sm_resp ESME_ROK\n",
		  "expected \"submit_sm ESME_ROK a=1\", got \"submit_sm "
		  "ESME_ROK a=2\"" },
		{ "", "expected \"submit_sm ESME_ROK a=1\", got \"nothing\"" },
		{ "garbage\n1 <\n1 < : \n", "expected \"submit_sm ESME_ROK "
					    "a=1\", got \"\"" },
	};
	struct buf why = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const bool is_same = compares(want, rows[i].got, &why);

		assert_string_equal(rows[i].why, buf_str(&why));
		assert_int_equal(!*rows[i].why, is_same);
	}
	buf_destroy(&why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_dates_are_masked),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
