/* The tables, see gsm_table.h. A national locking table is written as what it
 * has in other places than the default alphabet; every single shift table that
 * is here has the whole extension table and more. */
#include "text/gsm_table.h"

static const uint16_t default_table[128] = {
	0x0040, 0x00A3, 0x0024, 0x00A5, 0x00E8, 0x00E9, 0x00F9, 0x00EC,
	0x00F2, 0x00C7, 0x000A, 0x00D8, 0x00F8, 0x000D, 0x00C5, 0x00E5,
	0x0394, 0x005F, 0x03A6, 0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8,
	0x03A3, 0x0398, 0x039E, 0x0020, 0x00C6, 0x00E6, 0x00DF, 0x00C9,
	0x0020, 0x0021, 0x0022, 0x0023, 0x00A4, 0x0025, 0x0026, 0x0027,
	0x0028, 0x0029, 0x002A, 0x002B, 0x002C, 0x002D, 0x002E, 0x002F,
	0x0030, 0x0031, 0x0032, 0x0033, 0x0034, 0x0035, 0x0036, 0x0037,
	0x0038, 0x0039, 0x003A, 0x003B, 0x003C, 0x003D, 0x003E, 0x003F,
	0x00A1, 0x0041, 0x0042, 0x0043, 0x0044, 0x0045, 0x0046, 0x0047,
	0x0048, 0x0049, 0x004A, 0x004B, 0x004C, 0x004D, 0x004E, 0x004F,
	0x0050, 0x0051, 0x0052, 0x0053, 0x0054, 0x0055, 0x0056, 0x0057,
	0x0058, 0x0059, 0x005A, 0x00C4, 0x00D6, 0x00D1, 0x00DC, 0x00A7,
	0x00BF, 0x0061, 0x0062, 0x0063, 0x0064, 0x0065, 0x0066, 0x0067,
	0x0068, 0x0069, 0x006A, 0x006B, 0x006C, 0x006D, 0x006E, 0x006F,
	0x0070, 0x0071, 0x0072, 0x0073, 0x0074, 0x0075, 0x0076, 0x0077,
	0x0078, 0x0079, 0x007A, 0x00E4, 0x00F6, 0x00F1, 0x00FC, 0x00E0,
};

struct place {
	uint8_t septet;
	uint16_t code;
};

/* Ends with a code of 0. */
static const struct place extension[] = {
	{ 0x0A, 0x000C }, { 0x14, '^' }, { 0x28, '{' }, { 0x29, '}' },
	{ 0x2F, '\\' }, { 0x3C, '[' }, { 0x3D, '~' }, { 0x3E, ']' },
	{ 0x40, '|' }, { 0x65, 0x20AC }, { 0, 0 }
};

/* A.3.1 */
static const struct place turkish_locking[] = {
	{ 0x04, 0x20AC }, { 0x07, 0x0131 }, { 0x0B, 0x011E }, { 0x0C, 0x011F },
	{ 0x1C, 0x015E }, { 0x1D, 0x015F }, { 0x40, 0x0130 }, { 0x60, 0x00E7 },
	{ 0, 0 }
};

/* A.2.1 */
static const struct place turkish_single[] = {
	{ 0x47, 0x011E }, { 0x49, 0x0130 }, { 0x53, 0x015E }, { 0x63, 0x00E7 },
	{ 0x67, 0x011F }, { 0x69, 0x0131 }, { 0x73, 0x015F }, { 0, 0 }
};

/* A.2.2 */
static const struct place spanish_single[] = {
	{ 0x09, 0x00E7 }, { 0x41, 0x00C1 }, { 0x49, 0x00CD }, { 0x4F, 0x00D3 },
	{ 0x55, 0x00DA }, { 0x61, 0x00E1 }, { 0x69, 0x00ED }, { 0x6F, 0x00F3 },
	{ 0x75, 0x00FA }, { 0, 0 }
};

/* A.3.3 */
static const struct place portuguese_locking[] = {
	{ 0x04, 0x00EA }, { 0x06, 0x00FA }, { 0x07, 0x00ED }, { 0x08, 0x00F3 },
	{ 0x09, 0x00E7 }, { 0x0B, 0x00D4 }, { 0x0C, 0x00F4 }, { 0x0E, 0x00C1 },
	{ 0x0F, 0x00E1 }, { 0x12, 0x00AA }, { 0x13, 0x00C7 }, { 0x14, 0x00C0 },
	{ 0x15, 0x221E }, { 0x16, '^' }, { 0x17, '\\' }, { 0x18, 0x20AC },
	{ 0x19, 0x00D3 }, { 0x1A, '|' }, { 0x1C, 0x00C2 }, { 0x1D, 0x00E2 },
	{ 0x1E, 0x00CA }, { 0x24, 0x00BA }, { 0x40, 0x00CD }, { 0x5B, 0x00C3 },
	{ 0x5C, 0x00D5 }, { 0x5D, 0x00DA }, { 0x60, '~' }, { 0x7B, 0x00E3 },
	{ 0x7C, 0x00F5 }, { 0x7D, '`' }, { 0, 0 }
};

/* A.2.3 */
static const struct place portuguese_single[] = {
	{ 0x05, 0x00EA }, { 0x09, 0x00E7 }, { 0x0B, 0x00D4 }, { 0x0C, 0x00F4 },
	{ 0x0E, 0x00C1 }, { 0x0F, 0x00E1 }, { 0x12, 0x03A6 }, { 0x13, 0x0393 },
	{ 0x15, 0x03A9 }, { 0x16, 0x03A0 }, { 0x17, 0x03A8 }, { 0x18, 0x03A3 },
	{ 0x19, 0x0398 }, { 0x1F, 0x00CA }, { 0x41, 0x00C0 }, { 0x49, 0x00CD },
	{ 0x4F, 0x00D3 }, { 0x55, 0x00DA }, { 0x5B, 0x00C3 }, { 0x5C, 0x00D5 },
	{ 0x61, 0x00C2 }, { 0x69, 0x00ED }, { 0x6F, 0x00F3 }, { 0x75, 0x00FA },
	{ 0x7B, 0x00E3 }, { 0x7C, 0x00F5 }, { 0x7F, 0x00E2 }, { 0, 0 }
};

static const struct language {
	const char *name;
	const struct place *locking;
	const struct place *single;
} languages[] = {
	[GSM_LANGUAGE_TURKISH] = { "turkish", turkish_locking, turkish_single },
	[GSM_LANGUAGE_SPANISH] = { "spanish", NULL, spanish_single },
	[GSM_LANGUAGE_PORTUGUESE] = { "portuguese", portuguese_locking,
				      portuguese_single },
};

#define LANGUAGE_COUNT (sizeof(languages) / sizeof(languages[0]))

static const struct place *locking_of(struct gsm_tables tables)
{
	return tables.locking < LANGUAGE_COUNT ?
		languages[tables.locking].locking : NULL;
}

static const struct place *single_of(struct gsm_tables tables)
{
	return tables.single < LANGUAGE_COUNT ?
		languages[tables.single].single : NULL;
}

bool gsm_has_locking(uint8_t language)
{
	return language < LANGUAGE_COUNT && languages[language].locking;
}

bool gsm_has_single(uint8_t language)
{
	return language < LANGUAGE_COUNT && languages[language].single;
}

const char *gsm_language_name(uint8_t language)
{
	return language < LANGUAGE_COUNT ? languages[language].name : NULL;
}

static uint32_t code_at(const struct place *places, uint8_t septet)
{
	while (places && places->code && places->septet != septet)
		places++;
	return places ? places->code : 0;
}

static int place_of(const struct place *places, uint32_t code)
{
	while (places && places->code && places->code != code)
		places++;
	return places && places->code ? places->septet : -1;
}

uint32_t gsm_table_code(struct gsm_tables tables, uint8_t septet)
{
	uint8_t place = septet & 0x7F;
	uint32_t code = 0;

	if (septet & GSM_SHIFTED) {
		code = code_at(single_of(tables), place);
		if (!code)
			code = code_at(extension, place);
	}
	if (!code)
		code = code_at(locking_of(tables), place);
	return code ? code : default_table[place];
}

static int default_find(struct gsm_tables tables, uint32_t code)
{
	const struct place *locking = locking_of(tables);

	/* ESC's place in the table reads as a space but does not say one. */
	for (uint8_t i = 0; i < 128; i++)
		if (default_table[i] == code && i != GSM_ESC)
			return code_at(locking, i) ? -1 : i;
	return -1;
}

int gsm_table_find(struct gsm_tables tables, uint32_t code)
{
	int septet;

	/* The end of a table is told by 0, and no table has it. Above omega
	 * there are only the euro sign and infinity. */
	if (!code || (code > 0x03A9 && code != 0x20AC && code != 0x221E))
		return -1;
	septet = place_of(locking_of(tables), code);
	if (septet < 0)
		septet = default_find(tables, code);
	if (septet >= 0)
		return septet;
	septet = place_of(single_of(tables), code);
	if (septet < 0)
		septet = place_of(extension, code);
	return septet < 0 ? -1 : septet | GSM_SHIFTED;
}
