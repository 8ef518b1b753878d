/* How the server role of adapters/smpp reads what applications write. */
#include "esme.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define UDHI 0x40

static const struct {
	unsigned data_coding, esm_class;
	struct iwf_str octets;
	const char *text;
} rows[] = {
	{ 0, 0, IWF_STR("\x1B\x65 \x11\x02"), "€ _$" },
	{ 0xF1, 0, IWF_STR("a\x1B\x3C"), "a[" },
	{ 3, 0, IWF_STR("Gr\xFC\xDF" "e"), "Grüße" },
	{ 8, 0, IWF_STR("\x04\x16\xD8\x3D\xDE\x00"), "Ж😀" },
	/* tables of a nation that the header names */
	{ 0, UDHI, IWF_STR("\x03\x25\x01\x01\x1D\x0C\x07"), "şğı" },
	{ 0, UDHI, IWF_STR("\x03\x24\x01\x01\x1B\x53"), "Ş" },
	{ 0, UDHI, IWF_STR("\x06\x24\x01\x03\x25\x01\x03\x7B\x1B\x12"), "ãΦ" },
	/* GSM that calls itself ASCII */
	{ 1, 0, IWF_STR("5 \x1B\x65 a\0b"), "5 € a@b" },
	{ 1, UDHI, IWF_STR("\x03\x25\x01\x01\x60"), "ç" },
	/* what is not GSM is marked */
	{ 0, 0, IWF_STR("a\xE9"), "a\xEF\xBF\xBD" },
};

static void texts_are_read_as_they_are_meant(void **state)
{
	struct server_conf conf = esme_conf();
	struct contract contract = { 0 };
	struct iwf_stream *stream;

	(void)state;
	contract_open(&contract, &esme_driver, &conf);
	contract_turn(contract.loop);
	stream = esme_bind(SMSC_BIND_TRANSCEIVER);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct smsc_message message = {
			.source_ton = 1, .source = "491710000002",
			.dest = "491710000001", .text = rows[i].octets,
			.data_coding = rows[i].data_coding,
			.esm_class = rows[i].esm_class,
		};

		esme_submit(stream, i + 1, &message);
		assert_int_equal(contract.host->accept_count, i + 1);
		assert_true(iwf_str_eq(contract.host->accepts[i].msg->body,
				       iwf_str_from(rows[i].text)));
		fake_host_answer_accept(contract.host, i, IWF_RESULT_ACCEPTED);
		assert_int_equal(smsc_expect(stream, SMSC_SUBMIT_SM | SMSC_RESP)
				 .status, 0);
	}
	contract_close(&contract);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_read_as_they_are_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
