/* The tables of TS 23.038, written out as its clauses show them. */
#include <smpp/text/gsm_table.h>

#include "octets.h"

#include <iwf/utf8.h>

struct page {
	struct gsm_tables tables;
	const char *rows[8]; /* of sixteen; ~ in a shift table: nothing */
	bool is_shift;
};

/* LF, CR, FF and ESC are told as N, R, F and E at their places. */
static const struct page pages[] = {
	{ { 0, 0 }, { /* 6.2.1 */
	  "@£$¥èéùìòÇNØøRÅå", "Δ_ΦΓΛΩΠΨΣΘΞEÆæßÉ", " !\"#¤%&'()*+,-./",
	  "0123456789:;<=>?", "¡ABCDEFGHIJKLMNO", "PQRSTUVWXYZÄÖÑÜ§",
	  "¿abcdefghijklmno", "pqrstuvwxyzäöñüà" }, false },
	{ { 1, 0 }, { /* A.3.1 Turkish */
	  "@£$¥€éùıòÇNĞğRÅå", "Δ_ΦΓΛΩΠΨΣΘΞEŞşßÉ", " !\"#¤%&'()*+,-./",
	  "0123456789:;<=>?", "İABCDEFGHIJKLMNO", "PQRSTUVWXYZÄÖÑÜ§",
	  "çabcdefghijklmno", "pqrstuvwxyzäöñüà" }, false },
	{ { 3, 0 }, { /* A.3.3 Portuguese */
	  "@£$¥êéúíóçNÔôRÁá", "Δ_ªÇÀ∞^\\€Ó|EÂâÊÉ", " !\"#º%&'()*+,-./",
	  "0123456789:;<=>?", "ÍABCDEFGHIJKLMNO", "PQRSTUVWXYZÃÕÚÜ§",
	  "~abcdefghijklmno", "pqrstuvwxyzãõ`üà" }, false },
	{ { 0, 0 }, { /* 6.2.1.1 */
	  "          F     ", "    ^           ", "        {}     \\",
	  "            [~] ", "|               ", "                ",
	  "     €          ", "                " }, true },
	{ { 0, 1 }, { /* A.2.1 Turkish */
	  "          F     ", "    ^           ", "        {}     \\",
	  "            [~] ", "|      Ğ İ      ", "   Ş            ",
	  "   ç € ğ ı      ", "   ş            " }, true },
	{ { 0, 2 }, { /* A.2.2 Spanish */
	  "         çF     ", "    ^           ", "        {}     \\",
	  "            [~] ", "|Á       Í     Ó", "     Ú          ",
	  " á   €   í     ó", "     ú          " }, true },
	{ { 0, 3 }, { /* A.2.3 Portuguese */
	  "     ê   çFÔô Áá", "  ΦΓ^ΩΠΨΣΘ     Ê", "        {}     \\",
	  "            [~] ", "|À       Í     Ó", "     Ú     ÃÕ   ",
	  " Â   €   í     ó", "     ú     ãõ  â" }, true },
};

static uint32_t control(uint8_t septet, uint32_t code)
{
	switch (septet) {
	case 0x0A:
		return code == 'F' ? 0x0C : 0x0A;
	case 0x0D:
		return 0x0D;
	case 0x1B:
		return 0x20;
	default:
		return code;
	}
}

static void place_check(const struct page *page, uint8_t septet, uint32_t code)
{
	uint8_t asked = (uint8_t)(septet | (page->is_shift ? GSM_SHIFTED : 0));
	struct gsm_tables tables = page->tables;

	if (page->is_shift && code == ' ') {
		assert_int_equal(gsm_table_code(tables, asked),
				 gsm_table_code(tables, septet));
		return;
	}
	code = control(septet, code);
	assert_int_equal(gsm_table_code(tables, asked), code);
	if (septet == GSM_ESC)
		return;
	/* The way back: one septet where the first table has it too. */
	if (!page->is_shift || gsm_table_find(tables, code) & GSM_SHIFTED)
		assert_int_equal(gsm_table_find(tables, code), asked);
	else
		assert_int_equal(gsm_table_code(tables, (uint8_t)
				 gsm_table_find(tables, code)), code);
}

static void the_tables_are_those_of_the_standard(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		for (uint8_t row = 0; row < 8; row++) {
			struct iwf_str rest = iwf_str_from(pages[i].rows[row]);

			for (uint8_t k = 0; k < 16; k++)
				place_check(&pages[i], (uint8_t)(row * 16 + k),
					    iwf_utf8_next(&rest));
			assert_int_equal(rest.len, 0);
		}
}

static void what_a_locking_table_took_away_is_gone(void **state)
{
	(void)state;
	assert_int_equal(gsm_table_find((struct gsm_tables){ 1, 0 }, 0xA1), -1);
	assert_int_equal(gsm_table_find((struct gsm_tables){ 1, 0 }, 0xE8), -1);
	assert_int_equal(gsm_table_find((struct gsm_tables){ 3, 0 }, 0x3A6),
			 -1);
	/* But its single shift table has it. */
	assert_int_equal(gsm_table_find((struct gsm_tables){ 3, 3 }, 0x3A6),
			 0x12 | GSM_SHIFTED);
	assert_int_equal(gsm_table_find((struct gsm_tables){ 0, 0 }, 0), -1);
}

static void unknown_tables_read_as_the_default(void **state)
{
	(void)state;
	for (unsigned language = 4; language < 256; language++) {
		struct gsm_tables tables = { (uint8_t)language,
					     (uint8_t)language };

		assert_false(gsm_has_locking((uint8_t)language));
		assert_false(gsm_has_single((uint8_t)language));
		assert_null(gsm_language_name((uint8_t)language));
		for (unsigned septet = 0; septet < 256; septet++)
			assert_int_equal(
				gsm_table_code(tables, (uint8_t)septet),
				gsm_table_code((struct gsm_tables){ 0, 0 },
					       (uint8_t)septet));
	}
	assert_false(gsm_has_locking(GSM_LANGUAGE_SPANISH));
	assert_true(gsm_has_single(GSM_LANGUAGE_SPANISH));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tables_are_those_of_the_standard),
		cmocka_unit_test(what_a_locking_table_took_away_is_gone),
		cmocka_unit_test(unknown_tables_read_as_the_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
