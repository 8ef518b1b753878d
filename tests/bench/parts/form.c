/* Blanks of fixed width, so that no length changes from request to request. */
#include "bench/parts/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INDEX_BLANK "########"
#define RECIPIENT_BLANK "@@@@@@@"
#define MARKER_BLANK "bm0000000000000000.000000000."
#define SENDER "+49171000001"
#define RECIPIENT "+1555" RECIPIENT_BLANK
#define DOMAIN "@ims.example"
#define ICSI "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.msg"

#define INDEX_DIGITS 8
#define RECIPIENT_DIGITS 7

static void find_blanks(struct form *form, const char *pattern,
			struct form_blank *blank)
{
	const char *at = form->text;

	blank->count = 0;
	while (blank->count < FORM_PLACES && (at = strstr(at, pattern))) {
		blank->at[blank->count++] = (unsigned)(at - form->text);
		at += strlen(pattern);
	}
}

static void fill_text(char *text, unsigned len)
{
	static const char words[] = "the quick brown fox jumps over ";

	for (unsigned i = 0; i < len; i++)
		text[i] = words[i % (sizeof(words) - 1)];
	text[len] = '\0';
	if (len >= MARKER_LEN)
		memcpy(text, MARKER_BLANK, MARKER_LEN);
}

static void format_body(const struct form_conf *conf, char *body, size_t max)
{
	char text[1024];

	fill_text(text, conf->text_len < sizeof(text) ? conf->text_len :
							sizeof(text) - 1);
	if (conf->is_plain) {
		snprintf(body, max, "%s", text);
		return;
	}
	snprintf(body, max,
		"From: <tel:" SENDER ">\r\n"
		"To: <tel:" RECIPIENT ">\r\n"
		"DateTime: 2026-03-01T10:15:00Z\r\n"
		"NS: imdn <urn:ietf:params:imdn>\r\n"
		"imdn.Message-ID: " MARKER_BLANK "\r\n"
		"%s\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n\r\n%s",
		conf->wants_report ? "imdn.Disposition-Notification: "
		"positive-delivery, negative-delivery\r\n" : "", text);
}

static void format_request(struct form *form, const struct form_conf *conf,
			   const char *body)
{
	const char *key = form->key;

	form->len = (size_t)snprintf(form->text, sizeof(form->text),
		"MESSAGE sip:" RECIPIENT DOMAIN " SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%s" INDEX_BLANK
		"\r\n"
		"Max-Forwards: 70\r\n"
		"From: <sip:" SENDER DOMAIN ">;tag=t" INDEX_BLANK "\r\n"
		"To: <sip:" RECIPIENT DOMAIN ">\r\n"
		"Call-ID: %s" INDEX_BLANK "@127.0.0.1\r\n"
		"CSeq: 1 MESSAGE\r\n"
		"Route: <sip:127.0.0.1:%u;lr>\r\n"
		"P-Asserted-Identity: <tel:" SENDER ">\r\n"
		"P-Asserted-Service: " ICSI "\r\n"
		"Conversation-ID: c%s" INDEX_BLANK "\r\n"
		"Contribution-ID: d%s" INDEX_BLANK "\r\n"
		"Content-Type: %s\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		conf->local_port, key, key, conf->port, key, key,
		conf->is_plain ? "text/plain;charset=utf-8" : "message/cpim",
		strlen(body), body);
	if (form->len >= sizeof(form->text))
		abort();
}

void form_create(struct form *form, const struct form_conf *conf)
{
	char body[2048];

	snprintf(form->key, sizeof(form->key), "k%08x",
		 (unsigned)getpid() * 2654435761u ^ conf->local_port);
	format_body(conf, body, sizeof(body));
	format_request(form, conf, body);
	find_blanks(form, INDEX_BLANK, &form->index);
	find_blanks(form, RECIPIENT_BLANK, &form->recipient);
	find_blanks(form, MARKER_BLANK, &form->marker);
}

static void put_digits(char *at, unsigned count, unsigned value)
{
	while (count--) {
		at[count] = (char)('0' + value % 10);
		value /= 10;
	}
}

void form_fill(const struct form *form, struct marker marker,
	       unsigned recipient, char *out)
{
	memcpy(out, form->text, form->len);
	for (unsigned i = 0; i < form->index.count; i++)
		put_digits(out + form->index.at[i], INDEX_DIGITS, marker.index);
	for (unsigned i = 0; i < form->recipient.count; i++)
		put_digits(out + form->recipient.at[i], RECIPIENT_DIGITS,
			   recipient);
	for (unsigned i = 0; i < form->marker.count; i++)
		marker_put(out + form->marker.at[i], marker);
}

bool form_read_index(const struct form *form, const char *answer, size_t len,
		     uint32_t *index)
{
	const char *at = memmem(answer, len, form->key, FORM_KEY_LEN);
	char digits[INDEX_DIGITS + 1];

	if (!at || (size_t)(answer + len - at) < FORM_KEY_LEN + INDEX_DIGITS)
		return false;
	memcpy(digits, at + FORM_KEY_LEN, INDEX_DIGITS);
	digits[INDEX_DIGITS] = '\0';
	*index = (uint32_t)strtoul(digits, NULL, 10);
	return true;
}
