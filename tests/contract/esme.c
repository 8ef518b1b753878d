/* See esme.h. */
#include "esme.h"
#include "peer.h"

#include <iwf/buf.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

extern const struct iwf_adapter iwf_adapter;

struct esme {
	unsigned acknowledged;
	uint32_t sequence;
};

static struct esme *esme_of(struct contract *contract)
{
	if (!contract->peer)
		contract->peer = IWF_NEW(struct esme);
	return contract->peer;
}

static void text_put(struct iwf_buf *buf, const char *text)
{
	iwf_buf_put(buf, text, strlen(text) + 1);
}

uint32_t esme_bind_from(const char *from, uint32_t command,
			const char *system_id, const char *password,
			struct iwf_stream **out)
{
	struct iwf_stream *stream = fake_net_connect(ESME_PORT, from);
	struct iwf_buf body = { 0 };
	struct smsc_pdu pdu;

	text_put(&body, system_id);
	text_put(&body, password);
	text_put(&body, "");
	iwf_buf_u8(&body, 0x34);
	iwf_buf_u8(&body, 0);
	iwf_buf_u8(&body, 0);
	text_put(&body, "");
	smsc_send(stream, command, 0, 1, iwf_buf_str(&body));
	iwf_buf_free(&body);
	pdu = smsc_expect(stream, command | SMSC_RESP);
	assert_int_equal(pdu.sequence, 1);
	if (out)
		*out = stream;
	return pdu.status;
}

struct iwf_stream *esme_bind(uint32_t command)
{
	struct iwf_stream *stream;

	assert_int_equal(esme_bind_from("127.0.0.1", command, "demo", "secret",
					&stream), 0);
	return stream;
}

void esme_submit(struct iwf_stream *stream, uint32_t sequence,
		 const struct smsc_message *message)
{
	struct smsc_message submit = *message;

	submit.id = submit.id ? submit.id : SMSC_SUBMIT_SM;
	smsc_deliver(stream, sequence, &submit);
}

/* --- the driver --- */

static void bring_up(struct contract *contract)
{
	if (fake_host_state(contract->host) != IWF_LINK_UP)
		esme_bind(SMSC_BIND_TRANSCEIVER);
}

static void pdu_answer(struct contract *contract, struct iwf_stream *stream,
		       const struct smsc_pdu *pdu, uint32_t status)
{
	if (pdu->id == SMSC_DELIVER_SM)
		smsc_send(stream, pdu->id | SMSC_RESP, status, pdu->sequence,
			  IWF_STR("\0"));
	else if (pdu->id == (SMSC_SUBMIT_SM | SMSC_RESP))
		esme_of(contract)->acknowledged += pdu->status == 0;
	else if (!(pdu->id & SMSC_RESP))
		smsc_send(stream, pdu->id | SMSC_RESP, 0, pdu->sequence,
			  IWF_STR_NONE);
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
	esme_submit(peer_latest(), ++esme_of(contract)->sequence + 100,
		    &peer_hello);
}

static unsigned acknowledged(struct contract *contract)
{
	take_all(contract);
	return esme_of(contract)->acknowledged;
}

struct server_conf esme_conf(void)
{
	struct server_conf conf = { 0 };

	contract_defaults(server_rows, &conf);
	conf.system_id = IWF_STR("demo");
	conf.password = IWF_STR("secret");
	return conf;
}

const struct contract_driver esme_driver = {
	.adapter = &iwf_adapter,
	.bring_up = bring_up,
	.take_all = take_all,
	.refuse_all = refuse_all,
	.kill = peer_kill_all,
	.bring_message = bring_message,
	.acknowledged = acknowledged,
	.forget = peer_forget,
};
