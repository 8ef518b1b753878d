/* Tests of captures: packets in files, segments in packets, PDUs in streams,
 * and what we write ourselves. */
#include "replay/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture/packet.h"
#include "replay/segment.h"
#include "wire/pdu.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { LINK_ETHERNET = 1, LINK_RAW = 101, LINK_SLL = 113, LINK_SLL2 = 276 };

/* An IPv4 packet from the ESME (or the SMSC) with this place in the stream. */
static void append_flagged(struct buf *out, bool is_smsc, unsigned flags,
			   uint32_t sequence, const struct buf *payload)
{
	struct capture_flow flow = { .addrs = { { 192, 0, 2, 1 },
						{ 192, 0, 2, 2 } },
				     .ports = { 12775, 40000 },
				     .sequences = { sequence, sequence } };
	const struct packet packet = { .from = !is_smsc,
				       .flags = flags,
				       .payload = payload->bytes,
				       .len = payload->len };

	packet_format(out, &flow, &packet);
}

static void append_segment(struct buf *out, bool is_smsc, uint32_t sequence,
			   const struct buf *payload)
{
	append_flagged(out, is_smsc, PACKET_ACK, sequence, payload);
}

static void append_u32(struct buf *out, uint32_t value, bool is_big)
{
	const uint8_t little[] = { (uint8_t)value, (uint8_t)(value >> 8),
				   (uint8_t)(value >> 16),
				   (uint8_t)(value >> 24) };

	if (is_big)
		buf_append_u32(out, value);
	else
		buf_append(out, little, 4);
}

static void begin_pcap(struct buf *file, uint32_t link_type, bool is_big)
{
	append_u32(file, 0xa1b2c3d4, is_big);
	append_u32(file, is_big ? 0x00020004 : 0x00040002, is_big);
	append_u32(file, 0, is_big);
	append_u32(file, 0, is_big);
	append_u32(file, 65535, is_big);
	append_u32(file, link_type, is_big);
}

static void append_record(struct buf *file, const struct buf *packet,
			  bool is_big)
{
	append_u32(file, 0, is_big);
	append_u32(file, 0, is_big);
	append_u32(file, (uint32_t)packet->len, is_big);
	append_u32(file, (uint32_t)packet->len, is_big);
	buf_append(file, packet->bytes, packet->len);
}

static void append_block(struct buf *file, uint32_t type,
			 const struct buf *body, bool is_big)
{
	const size_t pad = (4 - body->len % 4) % 4;

	append_u32(file, type, is_big);
	append_u32(file, (uint32_t)(12 + body->len + pad), is_big);
	buf_append(file, body->bytes, body->len);
	buf_append(file, "\0\0\0", pad);
	append_u32(file, (uint32_t)(12 + body->len + pad), is_big);
}

static void begin_pcapng(struct buf *file, uint16_t link_type, bool is_big)
{
	struct buf body = { 0 };

	append_u32(&body, 0x1a2b3c4d, is_big);
	append_u32(&body, is_big ? 0x00010000 : 1, is_big);
	append_u32(&body, 0xffffffff, is_big);
	append_u32(&body, 0xffffffff, is_big);
	append_block(file, 0x0a0d0d0a, &body, is_big);
	buf_clear(&body);
	append_u32(&body, is_big ? (uint32_t)link_type << 16 : link_type,
		   is_big);
	append_u32(&body, 0, is_big);
	append_block(file, 1, &body, is_big);
	/* A block nobody knows is passed over. */
	append_block(file, 0xbad, &body, is_big);
	buf_destroy(&body);
}

static void append_enhanced(struct buf *file, const struct buf *packet,
			    bool is_big)
{
	struct buf body = { 0 };

	append_u32(&body, 0, is_big);
	append_u32(&body, 0, is_big);
	append_u32(&body, 0, is_big);
	append_u32(&body, (uint32_t)packet->len, is_big);
	append_u32(&body, (uint32_t)packet->len, is_big);
	buf_append(&body, packet->bytes, packet->len);
	append_block(file, 6, &body, is_big);
	buf_destroy(&body);
}

/* Wherever it is cut, nothing is read behind the end. */
static void cut_everywhere(const struct buf *file)
{
	for (size_t len = 0; len < file->len; len++) {
		uint8_t *cut = mem_alloc(len);
		struct pcap pcap;
		struct pcap_packet got;
		struct segment segment;
		const char *why;

		memcpy(cut, file->bytes, len);
		if (pcap_open(&pcap, cut, len, &why))
			while (pcap_next(&pcap, &got))
				segment_parse(&segment, &got);
		free(cut);
	}
}

static void test_files(void **state)
{
	struct buf packet = { 0 };
	struct buf payload = { 0 };

	(void)state;
	buf_append_str(&payload, "hello");
	append_segment(&packet, false, 7, &payload);
	for (int i = 0; i < 4; i++) {
		const bool is_big = i & 1;
		struct buf file = { 0 };
		struct pcap pcap;
		struct pcap_packet got;
		struct segment segment;
		const char *why;

		if (i & 2)
			begin_pcapng(&file, LINK_RAW, is_big);
		else
			begin_pcap(&file, LINK_RAW, is_big);
		for (int n = 0; n < 2; n++) {
			if (i & 2)
				append_enhanced(&file, &packet, is_big);
			else
				append_record(&file, &packet, is_big);
		}
		assert_true(pcap_open(&pcap, file.bytes, file.len, &why));
		for (int n = 0; n < 2; n++) {
			assert_true(pcap_next(&pcap, &got));
			assert_int_equal(LINK_RAW, got.link_type);
			assert_true(segment_parse(&segment, &got));
			assert_int_equal(7, segment.sequence);
			assert_int_equal(40000, segment.flow.ports[0]);
			assert_int_equal(5, segment.len);
			assert_memory_equal("hello", segment.payload, 5);
		}
		assert_false(pcap_next(&pcap, &got));
		cut_everywhere(&file);
		buf_destroy(&file);
	}
	buf_destroy(&packet);
	buf_destroy(&payload);
}

static void test_no_captures(void **state)
{
	static const struct {
		const char *hex;
	} rows[] = {
		{ "" },
		{ "a1b2c3d4" },
		{ "0a0d0d0a" },
		{ "0a0d0d0a 0000001c ffffffff 00000000 00000000 00000000 "
		  "0000001c" },
		{ "474554202f20485454502f312e310d0a" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf file = { 0 };
		struct recording recording;
		const char *why = NULL;

		assert_true(buf_append_unhex(&file, rows[i].hex));
		assert_false(recording_parse(&recording, RECORDING_SMSC, &file,
					     &why));
		assert_non_null(why);
		recording_destroy(&recording);
		buf_destroy(&file);
	}
}

/* What stands in front of the IP packet, and whether it is understood. */
static void test_links(void **state)
{
	static const struct {
		uint32_t link_type;
		const char *header;
		bool is_good;
	} rows[] = {
		{ LINK_RAW, "", true },
		{ 12, "", true },
		{ 0, "02000000", true },
		{ 108, "00000002", true },
		{ LINK_ETHERNET, "000102030405 060708090a0b 0800", true },
		{ LINK_ETHERNET, "000102030405 060708090a0b 8100 0005 0800",
		  true },
		{ LINK_ETHERNET,
		  "000102030405 060708090a0b 88a8 0005 8100 0006 0800", true },
		{ LINK_ETHERNET, "000102030405 060708090a0b 0806", false },
		{ LINK_SLL, "0000 0001 0006 000000000000 0000 0800", true },
		{ LINK_SLL2, "0800 0000 00000001 0001 00 06 0000000000000000",
		  true },
		{ 147, "", false },
	};
	struct buf payload = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf packet = { 0 };
		struct segment segment;

		assert_true(buf_append_unhex(&packet, rows[i].header));
		append_segment(&packet, true, 1, &payload);

		const struct pcap_packet got = { rows[i].link_type,
						 packet.bytes, packet.len };

		assert_int_equal(rows[i].is_good,
				 segment_parse(&segment, &got));
		if (rows[i].is_good)
			assert_int_equal(12775, segment.flow.ports[0]);
		buf_destroy(&packet);
	}
}

/* One octet of a good packet changed: what must not be taken. */
static void test_bad_packets(void **state)
{
	static const struct {
		const char *rule;
		size_t at;
		uint8_t value;
	} rows[] = {
		{ "version", 0, 0x55 },
		{ "header below 20", 0, 0x44 },
		{ "header behind the end", 0, 0x4f },
		{ "a fragment", 6, 0x20 },
		{ "a later fragment", 7, 1 },
		{ "UDP", 9, 17 },
		{ "TCP header", 32, 0x40 },
		{ "TCP behind the end", 32, 0xf0 },
		{ "total length inside TCP", 3, 30 },
	};
	struct buf payload = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf packet = { 0 };
		struct segment segment;

		append_segment(&packet, true, 1, &payload);
		packet.bytes[rows[i].at] = rows[i].value;

		const struct pcap_packet got = { LINK_RAW, packet.bytes,
						 packet.len };

		if (segment_parse(&segment, &got))
			fail_msg("%s", rows[i].rule);
		buf_destroy(&packet);
	}
}

static void append_pdu(struct buf *out, uint32_t command_id, uint32_t sequence)
{
	const struct pdu pdu = { .command_id = command_id,
				 .sequence = sequence };

	pdu_format(out, &pdu);
}

enum { PIECES = 6 };

struct piece {
	bool is_smsc;
	size_t from;
	size_t to;
};

static void write_pieces(struct buf *file, const struct buf streams[2],
			 const struct piece *pieces)
{
	begin_pcap(file, LINK_RAW, false);
	for (size_t i = 0; i < PIECES && pieces[i].to; i++) {
		const struct buf *stream = &streams[pieces[i].is_smsc];
		const struct buf payload = {
			.bytes = stream->bytes + pieces[i].from,
			.len = pieces[i].to - pieces[i].from
		};
		struct buf packet = { 0 };

		/* The sequence numbers go round. */
		append_segment(&packet, pieces[i].is_smsc,
			       0xfffffff0u + (uint32_t)pieces[i].from,
			       &payload);
		append_record(file, &packet, false);
		buf_destroy(&packet);
	}
}

static void judge_side(const struct buf *file, enum recording_side side,
		       const char *want, const char *rule)
{
	struct recording recording;
	const char *why;
	char got[8] = { 0 };

	recording_parse(&recording, side, file, &why);
	for (size_t i = 0; i < recording.count; i++)
		got[i] = (char)('0' + recording.pdus[i].bytes[15]);
	if (strcmp(want, got) != 0)
		fail_msg("%s: %s", rule, got);
	recording_destroy(&recording);
}

/* Three submits of 33 octets and two answers of 17, in these pieces; which of
 * them are read, by their numbers. */
static void test_streams(void **state)
{
	static const struct {
		const char *rule;
		struct piece pieces[PIECES];
		const char *submits;
		const char *answers;
	} rows[] = {
		{ "as it was sent",
		  { { false, 0, 33 },
		    { true, 0, 17 },
		    { false, 33, 99 },
		    { true, 17, 34 } },
		  "123",
		  "12" },
		{ "a PDU in two segments",
		  { { false, 0, 40 }, { false, 40, 99 }, { true, 0, 34 } },
		  "123",
		  "12" },
		{ "out of order",
		  { { false, 0, 33 },
		    { false, 66, 99 },
		    { false, 33, 66 },
		    { true, 0, 34 } },
		  "123",
		  "12" },
		{ "retransmitted and overlapping",
		  { { false, 0, 33 },
		    { false, 0, 33 },
		    { false, 20, 99 },
		    { true, 0, 34 } },
		  "123",
		  "12" },
		{ "a part of it once more",
		  { { false, 0, 66 },
		    { false, 0, 20 },
		    { false, 66, 99 },
		    { true, 0, 34 } },
		  "123",
		  "12" },
		{ "a segment is missing",
		  { { false, 0, 40 }, { false, 66, 99 }, { true, 0, 34 } },
		  "13",
		  "12" },
		{ "nothing of this side", { { true, 0, 34 } }, "", "12" },
	};
	struct buf streams[2] = { 0 };

	(void)state;
	for (uint32_t i = 1; i <= 3; i++)
		append_pdu(&streams[0], PDU_submit_sm, i);
	for (uint32_t i = 1; i <= 2; i++)
		append_pdu(&streams[1], (uint32_t)PDU_submit_sm_resp, i);
	assert_int_equal(99, streams[0].len);
	assert_int_equal(34, streams[1].len);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf file = { 0 };

		write_pieces(&file, streams, rows[i].pieces);
		judge_side(&file, RECORDING_SMSC, rows[i].answers,
			   rows[i].rule);
		judge_side(&file, RECORDING_ESME, rows[i].submits,
			   rows[i].rule);
		buf_destroy(&file);
	}
	buf_destroy(&streams[0]);
	buf_destroy(&streams[1]);
}

/* The same ports again, with other sequence numbers. */
static void test_ports_used_again(void **state)
{
	struct buf file = { 0 };
	struct buf none = { 0 };

	(void)state;
	begin_pcap(&file, LINK_RAW, false);
	for (uint32_t i = 1; i <= 2; i++) {
		struct buf syn = { 0 };
		struct buf packet = { 0 };
		struct buf submit = { 0 };

		append_pdu(&submit, PDU_submit_sm, i);
		append_flagged(&syn, false, PACKET_SYN, 0x60000000 * i, &none);
		append_segment(&packet, false, 0x60000000 * i + 1, &submit);
		append_record(&file, &syn, false);
		append_record(&file, &packet, false);
		buf_destroy(&syn);
		buf_destroy(&packet);
		buf_destroy(&submit);
	}
	judge_side(&file, RECORDING_ESME, "12", "in their order");
	buf_destroy(&file);
}

/* RFC 1071 over what was written gives all ones. */
static void test_checksums(void **state)
{
	struct buf payload = { 0 };
	struct buf packet = { 0 };
	uint32_t sum = 0;

	(void)state;
	buf_append_str(&payload, "odd");
	append_segment(&packet, true, 1, &payload);
	for (size_t i = 0; i < 20; i += 2)
		sum += (uint32_t)packet.bytes[i] << 8 | packet.bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	assert_int_equal(0xffff, sum);
	/* The pseudo header: addresses, protocol, length. */
	sum = 6 + 23;
	buf_append_u8(&packet, 0);
	for (size_t i = 12; i < 44; i += 2)
		sum += (uint32_t)packet.bytes[i] << 8 | packet.bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	assert_int_equal(0xffff, sum);
	buf_destroy(&payload);
	buf_destroy(&packet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_no_captures),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_bad_packets),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_ports_used_again),
		cmocka_unit_test(test_checksums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
