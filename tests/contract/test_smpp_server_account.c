/* Who may bind to the server role of adapters/smpp, and what is done with those
 * who may not. */
#include "esme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define INVALID_PASSWORD 0x0E

static void open_with(struct contract *contract, const struct server_conf *conf)
{
	contract_open(contract, &esme_driver, conf);
	contract_turn(contract->loop);
}

static uint32_t bind_as(const char *system_id, const char *password)
{
	return esme_bind_from("127.0.0.1", SMSC_BIND_TRANSCEIVER, system_id,
			      password, NULL);
}

static void wrong_binds_look_alike(void **state)
{
	struct server_conf conf = esme_conf();
	struct contract contract;
	struct iwf_stream *stream;

	(void)state;
	open_with(&contract, &conf);
	assert_int_equal(bind_as("demo", "wrong"), INVALID_PASSWORD);
	assert_int_equal(bind_as("nobody", "secret"), INVALID_PASSWORD);
	assert_int_equal(esme_bind_from("127.0.0.1", SMSC_BIND_RECEIVER, "demo",
					"", &stream), INVALID_PASSWORD);
	assert_false(fake_net_is_open(stream));
	assert_false(fake_host_has_said(contract.host, "secret"));
	assert_int_equal(bind_as("demo", "secret"), 0);
	contract_close(&contract);
}

static void a_hash_serves_as_password(void **state)
{
	/* printf saltsecret | sha256sum; and 1000 rounds of PBKDF2 */
	static const char *const hashes[] = {
		"sha256$salt$"
		"bede90386d450cea8b77b822f8887065e4e5abf132c2f9dccfcc7fbd4cba5e35",
		"pbkdf2$1000$salt$"
		"a8df899f3c4f204d967e0ad63c092987c10055ebb017b3d9d28add218d4f7aad",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct server_conf conf = esme_conf();
		struct contract contract;

		conf.password = IWF_STR_NONE;
		conf.password_hash = iwf_str_from(hashes[i]);
		open_with(&contract, &conf);
		assert_int_equal(bind_as("demo", "Secret"), INVALID_PASSWORD);
		assert_int_equal(bind_as("demo", "secret"), 0);
		contract_close(&contract);
	}
}

static void only_allowed_networks_bind(void **state)
{
	static const struct iwf_str networks[] = {
		IWF_STR("192.0.2.0/25"), IWF_STR("198.51.100.7")
	};
	static const struct { const char *from; uint32_t status; } rows[] = {
		{ "192.0.2.127", 0 }, { "192.0.2.128", INVALID_PASSWORD },
		{ "198.51.100.7", 0 }, { "198.51.100.6", INVALID_PASSWORD },
		{ "127.0.0.1", INVALID_PASSWORD },
	};
	struct server_conf conf = esme_conf();
	struct contract contract;

	(void)state;
	conf.allow = (struct iwf_texts){ networks, 2 };
	open_with(&contract, &conf);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(esme_bind_from(rows[i].from,
						SMSC_BIND_TRANSMITTER, "demo",
						"secret", NULL),
				 rows[i].status);
	contract_close(&contract);
}

static void too_many_binds_are_refused(void **state)
{
	struct server_conf conf = esme_conf();
	struct contract contract;

	(void)state;
	conf.binds_max = 2;
	open_with(&contract, &conf);
	assert_int_equal(bind_as("demo", "secret"), 0);
	assert_int_equal(bind_as("demo", "secret"), 0);
	assert_int_equal(bind_as("demo", "secret"), 0x05);
	fake_net_hang_up(fake_net_get(0), IWF_OK);
	assert_int_equal(bind_as("demo", "secret"), 0);
	contract_close(&contract);
}

static void who_fails_too_often_is_locked_out(void **state)
{
	struct server_conf conf = esme_conf();
	struct contract contract;

	(void)state;
	conf.lockout_after = 3;
	conf.lockout_ms = 60000;
	open_with(&contract, &conf);
	for (int i = 0; i < 3; i++)
		assert_int_equal(bind_as("demo", "guess"), INVALID_PASSWORD);
	assert_int_equal(bind_as("demo", "secret"), INVALID_PASSWORD);
	/* Others are not. */
	assert_int_equal(esme_bind_from("127.0.0.2", SMSC_BIND_TRANSCEIVER,
					"demo", "secret", NULL), 0);
	fake_loop_advance(contract.loop, 59000);
	assert_int_equal(bind_as("demo", "secret"), INVALID_PASSWORD);
	fake_loop_advance(contract.loop, 1000);
	assert_int_equal(bind_as("demo", "secret"), 0);
	contract_close(&contract);
}

/* From many addresses, one guess each. */
static void an_account_is_locked_out(void **state)
{
	struct server_conf conf = esme_conf();
	struct contract contract;
	char from[32];

	(void)state;
	conf.lockout_after = 2;
	open_with(&contract, &conf);
	for (int i = 0; i < 20; i++) {
		snprintf(from, sizeof(from), "192.0.2.%d", i + 1);
		assert_int_equal(esme_bind_from(from, SMSC_BIND_TRANSCEIVER,
						"demo", "guess", NULL),
				 INVALID_PASSWORD);
	}
	assert_int_equal(bind_as("demo", "secret"), INVALID_PASSWORD);
	contract_close(&contract);
}

static void who_does_not_bind_is_let_go(void **state)
{
	struct server_conf conf = esme_conf();
	struct contract contract;
	struct iwf_stream *stream;

	(void)state;
	open_with(&contract, &conf);
	stream = fake_net_connect(ESME_PORT, "127.0.0.1");
	fake_loop_advance(contract.loop, 9999);
	assert_true(fake_net_is_open(stream));
	fake_loop_advance(contract.loop, 1);
	assert_false(fake_net_is_open(stream));
	contract_close(&contract);
}

static void nothing_else_is_heard_before_the_bind(void **state)
{
	static const uint32_t commands[] = { SMSC_SUBMIT_SM, SMSC_DATA_SM };
	const struct smsc_message message = {
		.source_ton = 1, .source = "491", .dest = "492",
		.text = IWF_STR("x"),
	};
	struct server_conf conf = esme_conf();
	struct contract contract;
	struct iwf_stream *stream;

	(void)state;
	open_with(&contract, &conf);
	stream = fake_net_connect(ESME_PORT, "127.0.0.1");
	for (size_t i = 0; i < 2; i++) {
		struct smsc_message one = message;

		one.id = commands[i];
		esme_submit(stream, 7, &one);
		assert_int_equal(smsc_expect(stream, commands[i] | SMSC_RESP)
				 .status, 0x04);
	}
	smsc_send(stream, SMSC_ENQUIRE_LINK, 0, 8, IWF_STR_NONE);
	smsc_expect(stream, SMSC_ENQUIRE_LINK | SMSC_RESP);
	/* An answer to nothing. */
	smsc_send(stream, SMSC_DELIVER_SM | SMSC_RESP, 0, 9, IWF_STR("\0"));
	smsc_expect_nothing(stream);
	assert_int_equal(contract.host->accept_count, 0);
	contract_close(&contract);
}

static void foreign_bytes_end_the_connection(void **state)
{
	static const struct { struct iwf_str bytes; bool is_nacked; } rows[] = {
		{ IWF_STR("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), false },
		{ IWF_STR("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x01"
			  "\x02\x03\x04\x05"), false },
		{ IWF_STR("\0\0\1\1\0\0\0\4\0\0\0\0\0\0\0\1"), true },
		{ IWF_STR("\0\0\0\x0f\0\0\0\4\0\0\0\0\0\0\0\1"), true },
	};
	struct server_conf conf = esme_conf();
	struct contract contract;

	(void)state;
	open_with(&contract, &conf);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iwf_stream *stream = fake_net_connect(ESME_PORT,
							     "127.0.0.1");

		fake_net_feed(stream, rows[i].bytes);
		assert_false(fake_net_is_open(stream));
		assert_int_equal(fake_net_sent(stream).len,
				 rows[i].is_nacked ? 16 : 0);
		fake_net_eat(stream, fake_net_sent(stream).len);
	}
	assert_int_equal(fake_host_line_count(contract.host, IWF_LOG_WARNING,
					      "framing_lost"), 4);
	contract_close(&contract);
}

static void one_bad_pdu_is_refused(void **state)
{
	struct server_conf conf = esme_conf();
	struct contract contract;
	struct iwf_stream *stream;
	struct smsc_pdu pdu;

	(void)state;
	open_with(&contract, &conf);
	stream = esme_bind(SMSC_BIND_TRANSCEIVER);
	smsc_send(stream, SMSC_SUBMIT_SM, 0, 76, IWF_STR("\0\1\1"));
	pdu = smsc_expect(stream, SMSC_NACK);
	assert_int_equal(pdu.sequence, 76);
	assert_int_equal(pdu.status, 0x02);
	smsc_send(stream, SMSC_SUBMIT_SM, 0, 77,
		  IWF_STR("\0\1\0011234567890123456789012345\0"));
	pdu = smsc_expect(stream, SMSC_SUBMIT_SM | SMSC_RESP);
	assert_int_equal(pdu.sequence, 77);
	assert_int_equal(pdu.status, 0x0A);
	smsc_send(stream, 0x77, 0, 78, IWF_STR_NONE);
	pdu = smsc_expect(stream, SMSC_NACK);
	assert_int_equal(pdu.sequence, 78);
	assert_int_equal(pdu.status, 0x03);
	assert_true(fake_net_is_open(stream));
	contract_close(&contract);
}

static void a_silent_application_is_asked(void **state)
{
	struct server_conf conf = esme_conf();
	struct contract contract;
	struct iwf_stream *stream;
	struct smsc_pdu pdu;

	(void)state;
	open_with(&contract, &conf);
	stream = esme_bind(SMSC_BIND_TRANSCEIVER);
	fake_loop_advance(contract.loop, 30000);
	pdu = smsc_expect(stream, SMSC_ENQUIRE_LINK);
	smsc_send(stream, pdu.id | SMSC_RESP, 0, pdu.sequence, IWF_STR_NONE);
	fake_loop_advance(contract.loop, 59999);
	assert_true(fake_net_is_open(stream));
	smsc_expect(stream, SMSC_ENQUIRE_LINK);
	fake_loop_advance(contract.loop, 1);
	assert_false(fake_net_is_open(stream));
	contract_close(&contract);
}

static int64_t metric_of(const struct iwf_host *host, enum server_metric metric)
{
	return iwf_metric_get(&host->metrics[metric]);
}

static void a_port_goes_with_its_last_account(void **state)
{
	struct server_conf conf = esme_conf();
	struct contract contract;

	(void)state;
	open_with(&contract, &conf);
	assert_int_equal(fake_net_listener_count(), 1);
	contract_close(&contract);
	assert_int_equal(fake_net_listener_count(), 0);
}

static void accounts_share_a_port(void **state)
{
	struct server_conf conf = esme_conf();
	struct server_conf other = esme_conf();
	struct contract contract;
	struct iwf_host *host;
	struct iwf_link *link = NULL;

	(void)state;
	other.system_id = IWF_STR("other");
	other.password = IWF_STR("else");
	open_with(&contract, &conf);
	host = fake_host_create(contract.loop);
	host->place = contract.host->place;
	assert_int_equal(esme_driver.adapter->ops->open(&link, host, &other),
			 IWF_OK);
	host->link = link;
	assert_int_equal(fake_net_listener_count(), 1);
	assert_int_equal(bind_as("other", "secret"), INVALID_PASSWORD);
	assert_int_equal(bind_as("other", "else"), 0);
	assert_int_equal(fake_host_state(host), IWF_LINK_UP);
	assert_int_equal(fake_host_state(contract.host), IWF_LINK_DOWN);
	assert_int_equal(bind_as("demo", "secret"), 0);
	assert_int_equal(fake_host_state(contract.host), IWF_LINK_UP);
	/* Strangers are the affair of who opened it. */
	bind_as("nobody", "secret");
	assert_int_equal(metric_of(contract.host, SERVER_METRIC_STRANGERS), 1);
	assert_int_equal(metric_of(host, SERVER_METRIC_STRANGERS), 0);
	esme_driver.adapter->ops->close(&link);
	fake_host_destroy(&host);
	assert_int_equal(fake_net_listener_count(), 1);
	contract_close(&contract);
}

/* Of whom no account can tell. */
static void strangers_are_counted(void **state)
{
	struct server_conf conf = esme_conf();
	struct contract contract;
	const struct iwf_host *host;
	struct iwf_stream *stream;

	(void)state;
	conf.lockout_after = 3;
	open_with(&contract, &conf);
	host = contract.host;
	bind_as("nobody", "secret");
	assert_int_equal(metric_of(host, SERVER_METRIC_STRANGERS), 1);
	assert_int_equal(metric_of(host, SERVER_METRIC_BIND_REFUSED), 0);
	stream = fake_net_connect(ESME_PORT, "127.0.0.1");
	fake_net_feed(stream, IWF_STR("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
	assert_int_equal(metric_of(host, SERVER_METRIC_STRANGERS), 2);
	fake_net_connect(ESME_PORT, "127.0.0.1");
	fake_loop_advance(contract.loop, conf.bind_timeout_ms);
	assert_int_equal(metric_of(host, SERVER_METRIC_STRANGERS), 3);
	bind_as("demo", "wrong");
	assert_int_equal(metric_of(host, SERVER_METRIC_STRANGERS), 3);
	assert_int_equal(metric_of(host, SERVER_METRIC_BIND_REFUSED), 1);
	assert_int_equal(metric_of(host, SERVER_METRIC_LOCKOUTS), 0);
	for (int i = 0; i < 3; i++)
		bind_as("other", "wrong");
	assert_int_equal(metric_of(host, SERVER_METRIC_STRANGERS), 6);
	assert_int_equal(metric_of(host, SERVER_METRIC_LOCKOUTS), 1);
	assert_int_equal(fake_host_line_count(host, IWF_LOG_WARNING,
					      "locked_out"), 1);
	contract_close(&contract);
}

/* What was typed may be a password. */
static void a_wrong_name_is_written_in_part(void **state)
{
	static const struct { const char *name, *line, *absent; } rows[] = {
		{ "nobody", "\"no***\"", "nob" }, { "abc", "\"a***\"", "ab" },
		{ "x", "\"***\"", "x***" }, { "\"\nlines", "\"??***\"", "\n" },
	};
	struct server_conf conf = esme_conf();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct contract contract;

		open_with(&contract, &conf);
		bind_as(rows[i].name, "secret");
		assert_true(fake_host_has_said(contract.host, rows[i].line));
		assert_false(fake_host_has_said(contract.host,
						rows[i].absent));
		contract_close(&contract);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_binds_look_alike),
		cmocka_unit_test(a_hash_serves_as_password),
		cmocka_unit_test(only_allowed_networks_bind),
		cmocka_unit_test(too_many_binds_are_refused),
		cmocka_unit_test(who_fails_too_often_is_locked_out),
		cmocka_unit_test(an_account_is_locked_out),
		cmocka_unit_test(who_does_not_bind_is_let_go),
		cmocka_unit_test(nothing_else_is_heard_before_the_bind),
		cmocka_unit_test(foreign_bytes_end_the_connection),
		cmocka_unit_test(one_bad_pdu_is_refused),
		cmocka_unit_test(a_silent_application_is_asked),
		cmocka_unit_test(a_port_goes_with_its_last_account),
		cmocka_unit_test(accounts_share_a_port),
		cmocka_unit_test(strangers_are_counted),
		cmocka_unit_test(a_wrong_name_is_written_in_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
