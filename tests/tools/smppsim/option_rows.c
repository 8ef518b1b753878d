/* The table of options. */
#include "option_rows.h"

#include "options.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char *const choices_bind[] = {
	[BIND_TRX] = "trx", [BIND_TX] = "tx", [BIND_RX] = "rx", NULL
};

static const char *const choices_clock[] = {
	[CLOCK_REAL] = "real", [CLOCK_VIRTUAL] = "virtual", NULL
};

static const char *const choices_tls[] = { "any", "1.2", "1.3", NULL };

#define AT(member) offsetof(struct options, member)
/* A week. */
#define MS_MAX 604800000

const struct option_row option_rows[] = {
	{ "port", "N", FOR_BOTH, KIND_NUMBER, AT(port), 0, 65535, NULL,
	  "TCP port (12775); 0 takes a free one, see the listening event" },
	{ "bind", "ADDR", FOR_SMSC, KIND_STRING, AT(bind), 0, 0, NULL,
	  "IPv4 or IPv6 address to listen on (127.0.0.1)" },
	{ "account", "ID:PASSWORD", FOR_SMSC, KIND_ACCOUNT, 0, 0, 0, NULL,
	  "accept this system_id; repeatable; none: accept every bind" },
	{ "max-binds", "N", FOR_SMSC, KIND_NUMBER, AT(max_binds), 0, 10000,
	  NULL, "answer ESME_RALYBND above N binds of a system_id; 0 any (0)" },
	{ "seed", "N", FOR_BOTH, KIND_NUMBER, AT(seed), 0, LONG_MAX, NULL,
	  "for message ids, permille= faults and retry jitter (1)" },
	{ "script", "FILE", FOR_BOTH, KIND_SCRIPT, 0, 0, 0, NULL,
	  "rules, accounts, steps and expectations from a file; options\n"
	  "behind it win over its own" },
	{ "receipts", "WHEN", FOR_SMSC, KIND_CHOICE, AT(shape.when), 0, 0,
	  shape_whens,
	  "asked (by registered_delivery; default), always, never" },
	{ "receipt-delay", "MS", FOR_SMSC, KIND_NUMBER, AT(shape.delay_ms), 0,
	  MS_MAX, NULL,
	  "from the response to the final state and receipt (200)" },
	{ "receipt-style", "STYLE", FOR_SMSC, KIND_CHOICE, AT(shape.style), 0,
	  0, shape_styles, "text, tlv or both (default)" },
	{ "receipt-coding", "CODING", FOR_SMSC, KIND_CHOICE, AT(shape.coding),
	  0, 0, shape_codings,
	  "gsm (default), ucs2, or mislabelled (ASCII that says UCS-2)" },
	{ "receipt-fields", "WHICH", FOR_SMSC, KIND_CHOICE, AT(shape.fields), 0,
	  0, shape_field_sets,
	  "all (default), short (no sub: and dlvrd:), long-err (four\n"
	  "digits), no-text (ends behind err:)" },
	{ "receipt-payload", NULL, FOR_SMSC, KIND_FLAG, AT(shape.in_payload), 0,
	  0, NULL, "the text in message_payload" },
	{ "receipt-tlv", "TAG:HEX", FOR_SMSC, KIND_TLV, AT(shape.tlv), 0, 0,
	  NULL, "a vendor's TLV in each receipt, for one 0x1401:0a0b" },
	{ "receipt-before-response", NULL, FOR_SMSC, KIND_FLAG,
	  AT(shape.before_response), 0, 0, NULL,
	  "send the receipt ahead of the submit response" },
	{ "intermediate", NULL, FOR_SMSC, KIND_FLAG, AT(shape.intermediate), 0,
	  0, NULL,
	  "an ENROUTE receipt first (esm_class 0x20 if the submit asked\n"
	  "for intermediate notification, otherwise 0x04)" },
	{ "id-format", "FORMAT", FOR_SMSC, KIND_CHOICE, AT(id_format), 0, 0,
	  shape_ids, "message_id of responses: hex (default), HEX, dec" },
	{ "id-pad", "N", FOR_SMSC, KIND_NUMBER, AT(id_pad), 0, 60, NULL,
	  "pad message_id with zeros to N digits" },
	{ "receipt-id-format", "FORMAT", FOR_SMSC, KIND_CHOICE,
	  AT(shape.id_format), 0, 0, shape_ids,
	  "the id in receipts (default: as in responses)" },
	{ "receipt-id-pad", "N", FOR_SMSC, KIND_NUMBER, AT(shape.id_pad), 0, 60,
	  NULL, "pad the id in receipts (default: as in responses)" },
	{ "response-delay", "MS", FOR_SMSC, KIND_NUMBER, AT(response_delay_ms),
	  0, MS_MAX, NULL, "hold every submit response (0)" },
	{ "window", "N", FOR_BOTH, KIND_NUMBER, AT(window), 1, 10000, NULL,
	  "requests in flight per connection (10)" },
	{ "retry-delay", "MS", FOR_BOTH, KIND_NUMBER, AT(retry_delay_ms), 1,
	  MS_MAX, NULL,
	  "before a deliver_sm is repeated, +-25 %; before an ESME\n"
	  "connects again (1000)" },
	{ "retry-max", "N", FOR_BOTH, KIND_NUMBER, AT(retry_max), 0, 1000000,
	  NULL,
	  "give a deliver_sm or a bind up after N repetitions; 0 never\n"
	  "(20)" },
	{ "mo", "FROM,TO,TEXT", FOR_SMSC, KIND_MO, 0, 0, 0, NULL,
	  "deliver this once per system_id when it binds as receiver\n"
	  "or transceiver; repeatable" },
	{ "mo-registered-delivery", "N", FOR_SMSC, KIND_NUMBER,
	  AT(mo_registered_delivery), 0, 255, NULL,
	  "registered_delivery of MO messages (0)" },
	{ "mo-ack-timeout", "MS", FOR_SMSC, KIND_NUMBER, AT(mo_ack_timeout_ms),
	  1, MS_MAX, NULL,
	  "repeat a deliver_sm not answered for so long (10000)" },
	{ "enquire-link", "SEC", FOR_BOTH, KIND_NUMBER, AT(enquire_link_sec), 0,
	  86400, NULL,
	  "send enquire_link after SEC of silence, drop the link\n"
	  "when it stays unanswered as long; 0 never (30)" },
	{ "fault", "SPEC", FOR_BOTH, KIND_FAULT, 0, 0, 0, NULL,
	  "get something wrong, see below; repeatable" },
	{ "control", "PATH", FOR_BOTH, KIND_STRING, AT(control), 0, 0, NULL,
	  "unix socket for commands at run time, see below" },
	{ "web", "N", FOR_BOTH, KIND_NUMBER, AT(web_port), 0, 65535, NULL,
	  "a page on this port: binds, PDUs, messages, faults; 0 takes a\n"
	  "free one, see the web event" },
	{ "web-bind", "ADDR", FOR_BOTH, KIND_STRING, AT(web_bind), 0, 0, NULL,
	  "address of the page (127.0.0.1); whoever reaches it may use it" },
	{ "count", "N", FOR_BOTH, KIND_NUMBER, AT(count), 0, LONG_MAX, NULL,
	  "end after N submits, their receipts delivered" },
	{ "timeout", "SEC", FOR_BOTH, KIND_NUMBER, AT(timeout_sec), 0, 10000000,
	  NULL,
	  "end after SEC; with --count not reached the exit status is 1" },
	{ "clock", "KIND", FOR_SMSC, KIND_CHOICE, AT(clock), 0, 0,
	  choices_clock,
	  "real (default), or virtual: time that nobody uses is skipped" },
	{ "quiet", NULL, FOR_BOTH, KIND_FLAG, AT(quiet), 0, 0, NULL,
	  "no event per PDU, for load" },
	{ "transcript", "FILE", FOR_BOTH, KIND_STRING, AT(transcript), 0, 0,
	  NULL, "write each PDU as a line; its hash is in the summary" },
	{ "capture", "FILE", FOR_BOTH, KIND_STRING, AT(capture), 0, 0, NULL,
	  "write everything as pcapng, for Wireshark" },
	{ "replay", "FILE", FOR_BOTH, KIND_STRING, AT(replay), 0, 0, NULL,
	  "say what this side said in a pcap or pcapng" },
	{ "expect", "WHAT", FOR_BOTH, KIND_EXPECT, 0, 0, 0, NULL,
	  "'submit_sm>=10', or a transcript file to be met; repeatable;\n"
	  "what is not met makes the exit status 1" },
	{ "report", "FILE", FOR_BOTH, KIND_STRING, AT(report), 0, 0, NULL,
	  "write the expectations as JUnit XML" },
	{ "tls", NULL, FOR_BOTH, KIND_FLAG, AT(tls.is_on), 0, 0, NULL,
	  "speak TLS; an SMSC without --tls-cert makes a certificate for\n"
	  "localhost, 127.0.0.1 and ::1" },
	{ "tls-cert", "FILE", FOR_BOTH, KIND_STRING, AT(tls.cert), 0, 0, NULL,
	  "the certificate to show (PEM, its issuers behind it)" },
	{ "tls-key", "FILE", FOR_BOTH, KIND_STRING, AT(tls.key), 0, 0, NULL,
	  "its key (PEM; default: in the file of --tls-cert)" },
	{ "tls-ca", "FILE", FOR_BOTH, KIND_STRING, AT(tls.ca), 0, 0, NULL,
	  "the peer must show a certificate of these authorities" },
	{ "tls-name", "NAME", FOR_BOTH, KIND_STRING, AT(tls.name), 0, 255, NULL,
	  "who is called: SNI, and with --tls-ca the name in the peer's\n"
	  "certificate (--host)" },
	{ "tls-save", "FILE", FOR_BOTH, KIND_STRING, AT(tls.save), 0, 0, NULL,
	  "write our certificate to FILE, as an authority for the peer" },
	{ "tls-version", "V", FOR_BOTH, KIND_CHOICE, AT(tls.version), 0, 0,
	  choices_tls, "any (default), or this alone: 1.2, 1.3" },
	{ "host", "ADDR", FOR_ESME, KIND_STRING, AT(esme.host), 0, 0, NULL,
	  "the SMSC's address or name (127.0.0.1)" },
	{ "system-id", "ID", FOR_ESME, KIND_STRING, AT(esme.system_id), 0, 15,
	  NULL, "who binds (demo)" },
	{ "password", "PASSWORD", FOR_ESME, KIND_STRING, AT(esme.password), 0,
	  8, NULL, "its password (secret)" },
	{ "system-type", "TYPE", FOR_ESME, KIND_STRING, AT(esme.system_type), 0,
	  12, NULL, "system_type of the bind" },
	{ "bind-as", "KIND", FOR_ESME, KIND_CHOICE, AT(esme.bind_as), 0, 0,
	  choices_bind, "trx (default), tx or rx" },
	{ "interface-version", "N", FOR_ESME, KIND_NUMBER,
	  AT(esme.interface_version), 0, 255, NULL,
	  "of the bind: 0x33, 0x34 (default), 0x50" },
	{ "await-outbind", NULL, FOR_ESME, KIND_FLAG, AT(esme.await_outbind), 0,
	  0, NULL, "listen on --host and --port, bind when told by outbind" },
	{ "sessions", "N", FOR_ESME, KIND_NUMBER, AT(esme.session_count), 1,
	  1000, NULL, "so many binds beside each other (1)" },
	{ "rate", "N", FOR_ESME, KIND_NUMBER, AT(esme.rate), 0, 1000000, NULL,
	  "submits a second over all binds; 0 as fast as answered (0)" },
	{ "from", "ADDR", FOR_ESME, KIND_STRING, AT(esme.from), 0, 20, NULL,
	  "source of the submits (+15550001)" },
	{ "to", "ADDR", FOR_ESME, KIND_STRING, AT(esme.to), 0, 40, NULL,
	  "destination; {n} is the submit's number, {4} the same in\n"
	  "four digits (+1555010{4})" },
	{ "text", "TEXT", FOR_ESME, KIND_STRING, AT(esme.text), 0, 0, NULL,
	  "what is sent, with {n} too; long text goes as segments" },
	{ "service-type", "S", FOR_ESME, KIND_STRING, AT(esme.service_type), 0,
	  5, NULL, "service_type of the submits" },
	{ "data-coding", "N", FOR_ESME, KIND_NUMBER, AT(esme.data_coding), 0,
	  255, NULL, "GSM (0) if the text fits, otherwise UCS-2 (8)" },
	{ "registered-delivery", "N", FOR_ESME, KIND_NUMBER,
	  AT(esme.registered_delivery), 0, 255, NULL,
	  "1 (default) asks for receipts and waits for them" },
	{ "esm-class", "N", FOR_ESME, KIND_NUMBER, AT(esme.esm_class), 0, 255,
	  NULL, "esm_class of the submits (0)" },
	{ "response-timeout", "MS", FOR_ESME, KIND_NUMBER,
	  AT(esme.response_timeout_ms), 1, MS_MAX, NULL,
	  "count a submit as unanswered after so long (10000)" },
	{ "pics", NULL, FOR_BOTH, KIND_PICS, 0, 0, 0, NULL,
	  "print which PDUs and parameters of SMPP each role knows" },
	{ "help", NULL, FOR_BOTH, KIND_HELP, 0, 0, 0, NULL, "this text" },
};

const size_t option_row_count = sizeof(option_rows) / sizeof(*option_rows);

const struct option_row *option_row_find(const char *name)
{
	for (size_t i = 0; i < option_row_count; i++)
		if (strcmp(option_rows[i].name, name) == 0)
			return &option_rows[i];
	return NULL;
}

static void print_indented(const char *text)
{
	const char *end;

	while ((end = strchr(text, '\n'))) {
		printf("%.*s\n%31s", (int)(end - text), text, "");
		text = end + 1;
	}
	puts(text);
}

void option_rows_print(int roles)
{
	for (size_t i = 0; i < option_row_count; i++) {
		if (option_rows[i].roles != roles)
			continue;
		printf("  --%s %-*s ", option_rows[i].name,
		       (int)(25 - strlen(option_rows[i].name)),
		       option_rows[i].arg ? option_rows[i].arg : "");
		print_indented(option_rows[i].help);
	}
}
