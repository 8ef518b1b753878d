/* Counted messages and their records: what is written is read, in any order,
 * with fields unknown here, and never from torn bytes. */
#include "base/record.h"

#include <iwf/arena.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Every field differs from every other and from its zero. */
static const struct iwf_message full = {
	.id = 0xFEDCBA9876543210u,
	.kind = IWF_KIND_REPORT,
	.want = IWF_WANT_DELIVERED | IWF_WANT_PROCESSED,
	.from = { IWF_ADDRESS_NUMBER, { "+491", 4 }, { "d1", 2 }, { "tel:+491", 8 } },
	.to = { IWF_ADDRESS_SIP, { "bob", 3 }, { "home", 4 }, { "sip:b", 5 } },
	.service = { "urn:s", 5 },
	.listener = { "in", 2 },
	.account = { "acc\0unt", 7 },
	.peer_id = { "id-1", 4 },
	.conversation_id = { "conv", 4 },
	.contribution_id = { "contrib", 7 },
	.in_reply_to = { "reply", 5 },
	.subject = { "subj", 4 },
	.content_type = { "text/plain", 10 },
	.body = { "h\xC3\xA4llo\0\xFF", 8 },
	.charging = { "icid", 4 },
	.session_case = { "orig", 4 },
	.sent_at_ms = -1,
	.expires_at_ms = INT64_MAX,
	.set = { "set", 3 },
	.part = 2,
	.parts = 255,
	.incomplete = true,
	.fate = IWF_FATE_UNSURE,
	.forbidden = true,
	.interworked = true,
	.about = 77,
	.happened_at_ms = 1700000000123,
	.code = UINT32_MAX,
	.reason = { "why", 3 },
};

static const struct iwf_message least = { .kind = IWF_KIND_MESSAGE };

static void assert_str(struct iwf_str a, struct iwf_str b)
{
	assert_true(iwf_str_eq(a, b));
}

static void assert_address(const struct iwf_address *a,
			   const struct iwf_address *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_str(a->user, b->user);
	assert_str(a->domain, b->domain);
	assert_str(a->uri, b->uri);
}

static void assert_texts(const struct iwf_message *a,
			 const struct iwf_message *b)
{
	assert_str(a->service, b->service);
	assert_str(a->listener, b->listener);
	assert_str(a->account, b->account);
	assert_str(a->peer_id, b->peer_id);
	assert_str(a->conversation_id, b->conversation_id);
	assert_str(a->contribution_id, b->contribution_id);
	assert_str(a->in_reply_to, b->in_reply_to);
	assert_str(a->subject, b->subject);
	assert_str(a->content_type, b->content_type);
	assert_str(a->body, b->body);
	assert_str(a->charging, b->charging);
	assert_str(a->session_case, b->session_case);
	assert_str(a->set, b->set);
	assert_str(a->reason, b->reason);
}

static void assert_message(const struct iwf_message *a,
			   const struct iwf_message *b)
{
	assert_true(a->id == b->id);
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->want, b->want);
	assert_address(&a->from, &b->from);
	assert_address(&a->to, &b->to);
	assert_texts(a, b);
	assert_true(a->sent_at_ms == b->sent_at_ms);
	assert_true(a->expires_at_ms == b->expires_at_ms);
	assert_int_equal(a->part, b->part);
	assert_int_equal(a->parts, b->parts);
	assert_int_equal(a->incomplete, b->incomplete);
	assert_int_equal(a->fate, b->fate);
	assert_int_equal(a->forbidden, b->forbidden);
	assert_int_equal(a->interworked, b->interworked);
	assert_true(a->about == b->about);
	assert_true(a->happened_at_ms == b->happened_at_ms);
	assert_int_equal(a->code, b->code);
	assert_str(a->reason, b->reason);
}

static void unref(struct iwf_message *msg)
{
	const struct iwf_message *counted = msg;

	iwf_message_unref(&counted);
	assert_null(counted);
}

/* --- counted messages --- */

static void test_create(void **state)
{
	char body[] = "body";
	struct iwf_message from = full;
	struct iwf_message *msg;

	(void)state;
	from.body = iwf_str_make(body, 4);
	msg = iwf_message_create(&from);
	body[0] = 'x';
	from.body = IWF_STR("body");
	assert_message(msg, &from);
	assert_ptr_not_equal(msg->subject.ptr, full.subject.ptr);
	assert_string_equal(msg->subject.ptr, "subj");
	unref(msg);
	msg = iwf_message_create(&least);
	assert_message(msg, &least);
	assert_non_null(msg->body.ptr);
	unref(msg);
}

static void *ref_and_unref(void *arg)
{
	const struct iwf_message *msg = arg;

	for (int i = 0; i < 10000; i++) {
		const struct iwf_message *mine = iwf_message_ref(msg);

		assert_ptr_equal(mine, msg);
		iwf_message_unref(&mine);
	}
	iwf_message_unref(&msg);
	return NULL;
}

static void test_counting(void **state)
{
	struct iwf_message *msg = iwf_message_create(&full);
	const struct iwf_message *none = NULL;
	pthread_t threads[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		iwf_message_ref(msg);
		assert_int_equal(pthread_create(&threads[i], NULL,
						ref_and_unref, msg), 0);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	assert_message(msg, &full);
	unref(msg);
	iwf_message_unref(&none);
}

/* --- records --- */

static void round_trip(const struct iwf_message *msg)
{
	struct iwf_buf buf = { 0 };
	struct iwf_message *got;

	record_format(&buf, msg);
	got = record_parse(iwf_buf_str(&buf));
	assert_non_null(got);
	assert_message(got, msg);
	unref(got);
	iwf_buf_free(&buf);
}

static void test_round_trip(void **state)
{
	static const size_t lens[] = { 1, 127, 128, 16383, 16384, 300000 };
	struct iwf_message msg = full;
	char *body = iwf_alloc(300000);

	(void)state;
	round_trip(&full);
	round_trip(&least);
	for (size_t i = 0; i < COUNT(lens); i++) {
		msg.body = iwf_str_make(body, lens[i]);
		msg.id = lens[i];
		round_trip(&msg);
	}
	for (unsigned bit = 0; bit < 64; bit++) {
		msg = least;
		msg.about = UINT64_C(1) << bit;
		msg.sent_at_ms = (int64_t)((UINT64_C(1) << bit) - 1);
		msg.code = (uint32_t)(UINT64_C(1) << bit >> 16);
		round_trip(&msg);
	}
	free(body);
}

static void test_empty_fields_take_no_room(void **state)
{
	struct iwf_buf buf = { 0 };

	(void)state;
	record_format(&buf, &least);
	assert_int_equal(buf.len, 2);
	iwf_buf_free(&buf);
}

/* A record cut anywhere is no record, or one with fewer whole fields. */
static void test_truncated(void **state)
{
	struct iwf_buf buf = { 0 };
	unsigned refused = 0;

	(void)state;
	record_format(&buf, &full);
	for (size_t len = 0; len < buf.len; len++) {
		char *exact = iwf_alloc(len); /* for the address sanitizer */
		struct iwf_message *got;

		if (len)
			memcpy(exact, buf.ptr, len);
		got = record_parse(iwf_str_make(exact, len));
		refused += !got;
		if (got) {
			assert_int_equal(got->kind, full.kind);
			assert_int_equal(got->reason.len, 0);
			unref(got);
		}
		free(exact);
	}
	assert_true(refused > buf.len / 2);
	iwf_buf_free(&buf);
}

/* Without its body a record is one of the same message. */
static void test_body_of_a_record(void **state)
{
	static const size_t lens[] = { 1, 127, 128, 65536, 300000 };
	struct iwf_message msg = full;
	char *body = iwf_alloc(300000);

	(void)state;
	for (size_t i = 0; i < COUNT(lens); i++) {
		struct iwf_buf buf = { 0 }, rest = { 0 };
		struct record_field field;
		struct iwf_message *got;

		msg.body = iwf_str_make(body, lens[i]);
		record_format(&buf, &msg);
		field = record_body(iwf_buf_str(&buf));
		assert_int_equal(field.body_len, lens[i]);
		assert_in_range(field.len, lens[i] + 2, lens[i] + 4);
		iwf_buf_put(&rest, buf.ptr, field.at);
		iwf_buf_put(&rest, buf.ptr + field.at + field.len,
			    buf.len - field.at - field.len);
		got = record_parse(iwf_buf_str(&rest));
		assert_non_null(got);
		assert_int_equal(got->body.len, 0);
		got->body = msg.body;
		assert_message(got, &msg);
		unref(got);
		iwf_buf_free(&buf);
		iwf_buf_free(&rest);
	}
	free(body);
}

static void test_no_body_in_it(void **state)
{
	struct iwf_buf buf = { 0 };

	(void)state;
	record_format(&buf, &least);
	assert_int_equal(record_body(iwf_buf_str(&buf)).len, 0);
	assert_int_equal(record_body(IWF_STR_NONE).len, 0);
	buf.len = 0;
	record_format(&buf, &full);
	for (size_t len = 0; len < buf.len; len++) {
		struct record_field field =
			record_body(iwf_str_make(buf.ptr, len));

		assert_true(field.at + field.len <= len);
	}
	iwf_buf_free(&buf);
}

#define NUMBER(tag) ((tag) << 1)
#define TEXT(tag) ((tag) << 1 | 1)

/* Bytes written by others: newer, older, or not by us at all. */
static const struct {
	const char *why;
	unsigned char bytes[16];
	size_t len;
	bool ok;
	uint32_t want;
} records[] = {
	{ "kind alone", { NUMBER(2), 1 }, 2, true, 0 },
	{ "nothing", { 0 }, 0, false, 0 },
	{ "no kind", { NUMBER(3), 5 }, 2, false, 0 },
	{ "kind 0", { NUMBER(2), 0 }, 2, false, 0 },
	{ "kind above the last", { NUMBER(2), 3 }, 2, false, 0 },
	{ "unknown number", { NUMBER(127), 9, NUMBER(2), 1, NUMBER(3), 4 }, 6,
	  true, 4 },
	{ "unknown text", { TEXT(100), 2, 'a', 'b', NUMBER(2), 1, NUMBER(3),
	  4 }, 8, true, 4 },
	{ "unknown tag 0", { NUMBER(0), 9, NUMBER(2), 1 }, 4, true, 0 },
	{ "unknown text cut", { NUMBER(2), 1, TEXT(100), 3, 'a', 'b' }, 6,
	  false, 0 },
	{ "known text as a number", { NUMBER(21), 9, NUMBER(2), 1 }, 4, true,
	  0 },
	{ "known number as text", { NUMBER(2), 1, TEXT(3), 1, 9 }, 5, true, 0 },
	{ "any order", { NUMBER(3), 4, NUMBER(2), 1 }, 4, true, 4 },
	{ "the last of two", { NUMBER(2), 1, NUMBER(3), 4, NUMBER(3), 1 }, 6,
	  true, 1 },
	{ "tag without value", { NUMBER(2), 1, NUMBER(3) }, 3, false, 0 },
	{ "value that goes on", { NUMBER(2), 1, NUMBER(3), 0x84 }, 4, false,
	  0 },
	{ "longer form of a value", { NUMBER(2), 1, NUMBER(3), 0x84, 0x00 }, 5,
	  true, 4 },
	{ "value of 11 bytes", { NUMBER(2), 1, NUMBER(3), 0x80, 0x80, 0x80,
	  0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01 }, 14, false, 0 },
	{ "kind beyond 32 bits", { NUMBER(2), 0x81, 0x80, 0x80, 0x80, 0x10 },
	  6, false, 0 },
	{ "length beyond everything", { NUMBER(2), 1, TEXT(21), 0xFF, 0xFF,
	  0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 }, 13, false, 0 },
	{ "from of an unknown kind", { NUMBER(2), 1, NUMBER(4), 5 }, 4, false,
	  0 },
	{ "to of an unknown kind", { NUMBER(2), 1, NUMBER(8), 5 }, 4, false,
	  0 },
	{ "unknown fate", { NUMBER(2), 2, NUMBER(30), 9 }, 4, false, 0 },
};

static void test_foreign_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(records); i++) {
		struct iwf_message *got = record_parse(
			iwf_str_make(records[i].bytes, records[i].len));

		if ((got != NULL) != records[i].ok)
			print_error("%s\n", records[i].why);
		assert_int_equal(got != NULL, records[i].ok);
		if (!got)
			continue;
		assert_int_equal(got->want, records[i].want);
		assert_int_equal(got->body.len, 0);
		unref(got);
	}
}

static void test_job_parts(void **state)
{
	struct iwf_job job = { 0 };

	(void)state;
	job.parts_done[0] = 0x81;
	job.parts_done[31] = 0x40;
	assert_true(iwf_job_is_done(&job, 1));
	assert_false(iwf_job_is_done(&job, 2));
	assert_true(iwf_job_is_done(&job, 8));
	assert_false(iwf_job_is_done(&job, 9));
	assert_true(iwf_job_is_done(&job, IWF_PARTS_MAX));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_create),
		cmocka_unit_test(test_counting),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_empty_fields_take_no_room),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_body_of_a_record),
		cmocka_unit_test(test_no_body_in_it),
		cmocka_unit_test(test_foreign_records),
		cmocka_unit_test(test_job_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
