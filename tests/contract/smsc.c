/* See smsc.h. */
#include "smsc.h"
#include "peer.h"

#include <iwf/buf.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define PATIENCE_MS (10 * 60 * 1000)

extern const struct iwf_adapter iwf_adapter;

struct smsc {
	unsigned next_id;
	unsigned acknowledged;
};

static uint32_t u32_at(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		(uint32_t)p[2] << 8 | p[3];
}

bool smsc_read(struct iwf_stream *stream, struct smsc_pdu *out)
{
	struct iwf_str sent = fake_net_sent(stream);
	const unsigned char *p = (const unsigned char *)sent.ptr;

	if (sent.len == 0)
		return false;
	assert_true(sent.len >= 16);
	*out = (struct smsc_pdu){
		.length = u32_at(p), .id = u32_at(p + 4),
		.status = u32_at(p + 8), .sequence = u32_at(p + 12),
	};
	assert_in_range(out->length, 16, sent.len);
	out->body_len = out->length - 16;
	assert_true(out->body_len <= sizeof(out->body));
	memcpy(out->body, p + 16, out->body_len);
	fake_net_eat(stream, out->length);
	return true;
}

struct smsc_pdu smsc_expect(struct iwf_stream *stream, uint32_t id)
{
	struct smsc_pdu pdu;

	assert_true(smsc_read(stream, &pdu));
	assert_int_equal(pdu.id, id);
	return pdu;
}

void smsc_expect_nothing(struct iwf_stream *stream)
{
	assert_int_equal(fake_net_sent(stream).len, 0);
}

static void text_read(struct iwf_cursor *cur, char *to, size_t size)
{
	struct iwf_str text = iwf_cursor_cstr(cur, size);

	assert_true(iwf_cursor_is_ok(cur));
	if (text.len)
		memcpy(to, text.ptr, text.len);
	to[text.len] = '\0';
}

struct smsc_submit smsc_expect_submit(struct iwf_stream *stream)
{
	struct smsc_submit out = { 0 };
	struct iwf_cursor cur;
	struct iwf_str text;

	out.pdu = smsc_expect(stream, SMSC_SUBMIT_SM);
	assert_int_equal(out.pdu.status, 0);
	cur = iwf_cursor_make(iwf_str_make(out.pdu.body, out.pdu.body_len));
	text_read(&cur, out.service_type, 6);
	out.source_ton = iwf_cursor_u8(&cur);
	out.source_npi = iwf_cursor_u8(&cur);
	text_read(&cur, out.source, 21);
	out.dest_ton = iwf_cursor_u8(&cur);
	out.dest_npi = iwf_cursor_u8(&cur);
	text_read(&cur, out.dest, 21);
	out.esm_class = iwf_cursor_u8(&cur);
	out.protocol_id = iwf_cursor_u8(&cur);
	out.priority = iwf_cursor_u8(&cur);
	text_read(&cur, out.schedule, 17);
	text_read(&cur, out.validity, 17);
	out.registered_delivery = iwf_cursor_u8(&cur);
	out.replace = iwf_cursor_u8(&cur);
	out.data_coding = iwf_cursor_u8(&cur);
	out.default_id = iwf_cursor_u8(&cur);
	text = iwf_cursor_bytes(&cur, iwf_cursor_u8(&cur));
	assert_true(iwf_cursor_is_ok(&cur));
	memcpy(out.text, text.ptr, text.len);
	out.text_len = text.len;
	return out;
}

void smsc_send(struct iwf_stream *stream, uint32_t id, uint32_t status,
	       uint32_t sequence, struct iwf_str body)
{
	struct iwf_buf buf = { 0 };

	iwf_buf_u32(&buf, (uint32_t)(16 + body.len));
	iwf_buf_u32(&buf, id);
	iwf_buf_u32(&buf, status);
	iwf_buf_u32(&buf, sequence);
	iwf_buf_str_put(&buf, body);
	fake_net_feed(stream, iwf_buf_str(&buf));
	iwf_buf_free(&buf);
}

void smsc_answer(struct iwf_stream *stream, uint32_t status, uint32_t sequence,
		 const char *message_id)
{
	smsc_send(stream, SMSC_SUBMIT_SM | SMSC_RESP, status, sequence,
		  message_id ? iwf_str_make(message_id, strlen(message_id) + 1)
		  : IWF_STR_NONE);
}

static void text_put(struct iwf_buf *buf, const char *text)
{
	iwf_buf_put(buf, text, strlen(text) + 1);
}

void smsc_deliver(struct iwf_stream *stream, uint32_t sequence,
		  const struct smsc_message *message)
{
	struct iwf_buf body = { 0 };
	bool is_data = message->id == SMSC_DATA_SM;

	text_put(&body, "");
	iwf_buf_u8(&body, (uint8_t)message->source_ton);
	iwf_buf_u8(&body, 1);
	text_put(&body, message->source);
	iwf_buf_u8(&body, 1);
	iwf_buf_u8(&body, 1);
	text_put(&body, message->dest);
	iwf_buf_u8(&body, (uint8_t)message->esm_class);
	if (!is_data) {
		iwf_buf_u8(&body, 0);
		iwf_buf_u8(&body, 0);
		text_put(&body, "");
		text_put(&body, "");
	}
	iwf_buf_u8(&body, (uint8_t)message->registered_delivery);
	if (!is_data)
		iwf_buf_u8(&body, 0);
	iwf_buf_u8(&body, (uint8_t)message->data_coding);
	if (!is_data) {
		iwf_buf_u8(&body, 0);
		iwf_buf_u8(&body, (uint8_t)message->text.len);
		iwf_buf_str_put(&body, message->text);
	}
	iwf_buf_str_put(&body, message->tlvs);
	smsc_send(stream, message->id ? message->id : SMSC_DELIVER_SM, 0,
		  sequence, iwf_buf_str(&body));
	iwf_buf_free(&body);
}

/* --- the driver --- */

static struct smsc *smsc_of(struct contract *contract)
{
	if (!contract->peer)
		contract->peer = IWF_NEW(struct smsc);
	return contract->peer;
}

static struct iwf_stream *connecting_find(void)
{
	for (unsigned i = 0; i < fake_net_count(); i++)
		if (fake_net_is_connecting(fake_net_get(i)))
			return fake_net_get(i);
	return NULL;
}

struct iwf_stream *smsc_connect(struct contract *contract)
{
	struct iwf_stream *stream = connecting_find();

	for (int64_t ms = 0; !stream && ms < PATIENCE_MS; ms += 1000) {
		fake_loop_advance(contract->loop, 1000);
		stream = connecting_find();
	}
	assert_non_null(stream);
	fake_net_accept(stream);
	return stream;
}

static bool is_bind(uint32_t id)
{
	return id == SMSC_BIND_RECEIVER || id == SMSC_BIND_TRANSMITTER ||
		id == SMSC_BIND_TRANSCEIVER;
}

struct iwf_stream *smsc_bind(struct contract *contract, uint32_t status)
{
	struct iwf_stream *stream = smsc_connect(contract);
	struct smsc_pdu pdu;

	assert_true(smsc_read(stream, &pdu));
	assert_true(is_bind(pdu.id));
	smsc_send(stream, pdu.id | SMSC_RESP, status, pdu.sequence,
		  status ? IWF_STR_NONE : IWF_STR("smsc\0"));
	return stream;
}

static void bring_up(struct contract *contract)
{
	for (int i = 0; i < 64; i++) {
		if (fake_host_state(contract->host) == IWF_LINK_UP)
			return;
		smsc_bind(contract, 0);
	}
	fail_msg("the link did not come up");
}

static void pdu_answer(struct contract *contract, struct iwf_stream *stream,
		       const struct smsc_pdu *pdu, uint32_t submit_status)
{
	struct smsc *smsc = smsc_of(contract);
	char id[16];

	snprintf(id, sizeof(id), "%X", 0xA0000 + smsc->next_id);
	if (pdu->id == SMSC_SUBMIT_SM) {
		smsc->next_id++;
		smsc_answer(stream, submit_status, pdu->sequence,
			    submit_status ? NULL : id);
	} else if (pdu->id == (SMSC_DELIVER_SM | SMSC_RESP)) {
		smsc->acknowledged += pdu->status == 0;
	} else if (!(pdu->id & SMSC_RESP)) {
		smsc_send(stream, pdu->id | SMSC_RESP, 0, pdu->sequence,
			  IWF_STR_NONE);
	}
}

static void take_all(struct contract *contract)
{
	peer_answer_all(contract, pdu_answer, 0);
}

static void refuse_all(struct contract *contract)
{
	peer_answer_all(contract, pdu_answer, 0x0B);
}

static void bring_message(struct contract *contract)
{
	(void)contract;
	smsc_deliver(peer_latest(), 7, &peer_hello);
}

static unsigned acknowledged(struct contract *contract)
{
	take_all(contract);
	return smsc_of(contract)->acknowledged;
}

struct smpp_conf smsc_conf(void)
{
	struct smpp_conf conf = { 0 };

	contract_defaults(iwf_adapter.rows, &conf);
	conf.host = IWF_STR("smsc.example");
	conf.system_id = IWF_STR("carrier");
	conf.password = IWF_STR("secret");
	return conf;
}

const struct contract_driver smsc_driver = {
	.adapter = &iwf_adapter,
	.bring_up = bring_up,
	.take_all = take_all,
	.refuse_all = refuse_all,
	.kill = peer_kill_all,
	.bring_message = bring_message,
	.acknowledged = acknowledged,
	.forget = peer_forget,
};
