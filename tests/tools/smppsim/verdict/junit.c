/* A verdict as JUnit XML, as CI servers read it. */
#include "verdict/junit.h"

#include "wire/text.h"

#include <stdio.h>
#include <string.h>

static void append_character(struct buf *xml, const uint8_t *bytes, size_t len)
{
	static const struct {
		char character;
		const char *entity;
	} entities[] = {
		{ '&', "&amp;" },  { '<', "&lt;" },   { '>', "&gt;" },
		{ '"', "&quot;" }, { '\n', "&#10;" }, { '\t', "&#9;" },
	};

	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
		if (len == 1 && bytes[0] == entities[i].character) {
			buf_append_str(xml, entities[i].entity);
			return;
		}
	}
	/* XML 1.0 has no way to write other control characters. */
	if (len == 1 && bytes[0] < 0x20)
		buf_append_u8(xml, '?');
	else
		buf_append(xml, bytes, len);
}

static void append_text(struct buf *xml, const struct buf *text)
{
	size_t at = 0;
	uint32_t character;

	while (at < text->len) {
		const size_t len = text_next_utf8(text->bytes + at,
						  text->len - at, &character);

		if (len == 0)
			buf_append_u8(xml, '?');
		else
			append_character(xml, text->bytes + at, len);
		at += len ? len : 1;
	}
}

static void append_case(struct buf *xml, const struct verdict_case *it)
{
	buf_append_str(xml, "  <testcase classname=\"smppsim\" name=\"");
	append_text(xml, &it->name);
	if (it->failure.len == 0) {
		buf_append_str(xml, "\"/>\n");
		return;
	}
	buf_append_str(xml, "\">\n    <failure message=\"");
	append_text(xml, &it->failure);
	buf_append_str(xml, "\"/>\n  </testcase>\n");
}

void junit_format(struct buf *xml, struct verdict *verdict)
{
	buf_appendf(
		xml,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuite name=\"smppsim\" tests=\"%zu\" failures=\"%zu\" "
		"errors=\"0\" time=\"%lld.%03lld\">\n",
		verdict->count, verdict->failed, verdict->ms / 1000,
		verdict->ms % 1000);
	for (size_t i = 0; i < verdict->count; i++)
		append_case(xml, &verdict->cases[i]);
	buf_append_str(xml, "</testsuite>\n");
}

bool junit_write(struct verdict *verdict, const char *path)
{
	struct buf xml = { 0 };
	FILE *file = fopen(path, "we");
	bool is_written = false;

	if (!file)
		return false;
	junit_format(&xml, verdict);
	is_written = fwrite(xml.bytes, 1, xml.len, file) == xml.len;
	buf_destroy(&xml);
	return fclose(file) == 0 && is_written;
}
