/* Settings and metrics of one SMPP link as rows. */
#include "rows.h"

#include "wire/smpp_status.h"

static const char *const bind_words[] = {
	"transceiver", "transmitter+receiver", "transmitter", "receiver", NULL
};
static const char *const zero_words[] = { "gsm", "latin1", "ascii", NULL };
static const char *const receipt_words[] = { "asked", "always", "never", NULL };
static const char *const anonymous_words[] = {
	"stand_in", "empty", "refuse", "show", NULL
};
static const char *const validity_words[] = { "relative", "absolute", NULL };
static const char *const base_words[] = {
	"any", "same", "hex-dec", "dec-hex", NULL
};

/* In the order of the enums in rows.h and text/way.h. */
static const char *const alphabet_words[] = {
	"default", "ascii", "latin1", "ucs2", NULL
};
static const char *const style_words[] = {
	"udh8", "udh16", "sar", "payload", NULL
};
static const char *const packing_words[] = { "no", "cr", "zero", NULL };
static const char *const plain_words[] = {
	"no", "punctuation", "letters", NULL
};
static const char *const unsayable_words[] = { "ucs2", "refuse", NULL };
static const char *const high_words[] = { "mark", "latin1", NULL };
static const char *const binary_words[] = { "refuse", "latin1", NULL };

static const struct iwf_setting outbind_rows[] = {
	IWF_ROW_U32(struct smpp_outbind_conf, port, "port", "0", 0, 65535,
		    "Where the SMSC connects and says outbind; 0: it does not"),
	IWF_ROW_TEXT(struct smpp_outbind_conf, address, "address",
		     "127.0.0.1", 63, "Address that is listened on"),
	IWF_ROW_TEXTS(struct smpp_outbind_conf, trust, "trust", "", 64,
		      "Addresses that may connect, beside the link's host"),
	IWF_ROW_TEXT(struct smpp_outbind_conf, system_id, "system_id", "", 15,
		     "What the SMSC must call itself, empty: anything"),
	IWF_ROW_TEXT(struct smpp_outbind_conf, password, "password", "", 8,
		     "What it must know, empty: nothing"),
	IWF_ROWS_END
};

const struct iwf_setting smpp_rows[] = {
	IWF_ROW_TEXT(struct smpp_conf, host, "host", NULL, 255,
		     "Name or address of the SMSC"),
	IWF_ROW_U32(struct smpp_conf, port, "port", "2775", 1, 65535,
		    "TCP port of the SMSC"),
	IWF_ROW_TEXT(struct smpp_conf, system_id, "system_id", NULL, 15,
		     "The account at the SMSC"),
	IWF_ROW_TEXT(struct smpp_conf, password_file, "password_file", "", 4096,
		     "File that contains the password, and nothing else"),
	IWF_ROW_TEXT(struct smpp_conf, password, "password", "", 8,
		     "The password itself; password_file keeps it out of here"),
	IWF_ROW_TEXT(struct smpp_conf, system_type, "system_type", "", 12,
		     "What some SMSCs want to be told, usually nothing"),
	IWF_ROW_CHOICE(struct smpp_conf, bind, "bind", "transceiver",
		       bind_words, "One connection both ways, or a pair, or "
		       "one way only"),
	IWF_ROW_U32(struct smpp_conf, binds, "binds", "1", 1, SMPP_BINDS_MAX,
		    "Connections (or pairs) at the same time"),
	IWF_ROW_U32(struct smpp_conf, window, "window", "10", 1,
		    SMPP_WINDOW_MAX, "Unanswered submit_sm on one connection"),
	IWF_ROW_U32(struct smpp_conf, tps, "tps", "0", 0, 100000,
		    "Short messages a second over the link, 0: no limit"),
	IWF_ROW_DURATION(struct smpp_conf, enquire_link_ms, "enquire_link",
			 "30s", 1000, 3600000,
			 "Silence before the SMSC is asked if it is there"),
	IWF_ROW_DURATION(struct smpp_conf, response_ms, "response", "60s",
			 1000, 3600000, "Until a request counts as unanswered"),
	IWF_ROW_DURATION(struct smpp_conf, bind_timeout_ms, "bind_timeout",
			 "10s", 100, 600000,
			 "For connecting, for binding and for unbinding"),
	IWF_ROW_DURATION(struct smpp_conf, inactivity_ms, "inactivity",
			 "120s", 1000, 86400000,
			 "Silence of the SMSC before the connection is given up"),
	IWF_ROW_DURATION(struct smpp_conf, reconnect_min_ms, "reconnect_min",
			 "1s", 10, 3600000, "Wait before the first reconnect"),
	IWF_ROW_DURATION(struct smpp_conf, reconnect_max_ms, "reconnect_max",
			 "60s", 10, 3600000,
			 "The wait doubles with each failure up to this"),
	IWF_ROW_DURATION(struct smpp_conf, already_bound_ms, "already_bound",
			 "30s", 10, 3600000,
			 "Least wait after the SMSC said ESME_RALYBND"),
	IWF_ROW_U32(struct smpp_conf, interface_version, "interface_version",
		    "52", 0, 255, "52 is SMPP 3.4 (0x34), 51 is 3.3, 80 is 5.0"),
	IWF_ROW_U32(struct smpp_conf, addr_ton, "addr_ton", "0", 0, 255,
		    "Type of number of address_range"),
	IWF_ROW_U32(struct smpp_conf, addr_npi, "addr_npi", "0", 0, 255,
		    "Numbering plan of address_range"),
	IWF_ROW_TEXT(struct smpp_conf, address_range, "address_range", "", 40,
		     "Addresses whose messages we take, usually none are told"),
	IWF_ROW_TEXT(struct smpp_conf, service_type, "service_type", "", 5,
		     "service_type of what we submit, usually empty"),
	SMPP_NUMBER_ROWS(struct smpp_conf),
	IWF_ROW_CHOICE(struct smpp_conf, data_coding_0, "data_coding_0", "gsm",
		       zero_words, "What this SMSC means by data_coding 0"),
	IWF_ROW_U32(struct smpp_conf, parts_max, "parts_max", "10", 1, 255,
		    "Longer messages are refused, never cut short"),
	IWF_ROW_CHOICE(struct smpp_conf, receipts, "receipts", "asked",
		       receipt_words, "When delivery receipts are ordered"),
	IWF_ROW_CHOICE(struct smpp_conf, id_base, "receipt_ids", "any",
		       base_words, "Bases of an id in the answer and receipt"),
	IWF_ROW_BOOL(struct smpp_conf, validity, "validity", "true",
		     "Tell the SMSC when a message expires"),
	IWF_ROW_U32(struct smpp_conf, deliver_max, "deliver_max", "1000", 1,
		    1000000, "Messages of the SMSC that we have not yet stored"),
	IWF_ROW_CHOICE(struct smpp_conf, alphabet, "alphabet", "default",
		       alphabet_words, "What texts are written in if it has "
		       "their characters"),
	IWF_ROW_TEXTS(struct smpp_conf, shift_tables, "shift_tables", "", 3,
		      "National tables the SMSC and its handsets can read"),
	IWF_ROW_CHOICE(struct smpp_conf, style, "long", "udh8", style_words,
		       "What carries a text that is too long for one"),
	IWF_ROW_CHOICE(struct smpp_conf, packing, "packed", "no",
		       packing_words, "Eight septets in seven octets, and what "
		       "fills the last"),
	IWF_ROW_CHOICE(struct smpp_conf, plain, "transliterate", "no",
		       plain_words, "Plainer characters where that saves a "
		       "short message"),
	IWF_ROW_CHOICE(struct smpp_conf, unsayable, "unsayable", "ucs2",
		       unsayable_words, "What becomes of characters that the "
		       "alphabet lacks"),
	IWF_ROW_CHOICE(struct smpp_conf, high_octets, "high_octets", "mark",
		       high_words, "Octets above 127 in what comes as GSM or "
		       "ASCII"),
	IWF_ROW_CHOICE(struct smpp_conf, binary, "binary", "refuse",
		       binary_words, "What comes as data_coding 2 or 4"),
	IWF_ROW_BOOL(struct smpp_conf, sniff_utf8, "sniff_utf8", "false",
		     "Read UTF-8 that comes as GSM, ASCII or Latin-1"),
	IWF_ROW_BOOL(struct smpp_conf, sniff_ucs2, "sniff_ucs2", "false",
		     "Read UCS-2 that comes as GSM, ASCII or Latin-1"),
	/* what receipts mean here */
	IWF_ROW_LIST(struct smpp_conf, receipts_table, "receipts_table",
		     smpp_receipt_rule_rows, struct smpp_receipt_rule, 256,
		     "What receipts mean here where it differs from `iwfctl "
		     "table sms`; the first row that fits counts"),
	/* addresses and validity as this SMSC wants them */
	IWF_ROW_BOOL(struct smpp_conf, alpha_senders, "alpha_senders", "true",
		     "Names of senders go as they are, at least the first try; "
		     "false: always the stand_in"),
	IWF_ROW_CHOICE(struct smpp_conf, anonymous, "anonymous", "stand_in",
		       anonymous_words, "What is said of senders who are not "
		       "to be known: the stand_in, nothing, who they are; or "
		       "their messages are refused"),
	IWF_ROW_U32(struct smpp_conf, number_ton, "number_ton", "1", 0, 6,
		    "Type of number of what we send international numbers as"),
	IWF_ROW_U32(struct smpp_conf, number_npi, "number_npi", "1", 0, 18,
		    "Numbering plan of numbers"),
	IWF_ROW_TEXT(struct smpp_conf, number_prefix, "number_prefix", "", 8,
		     "Put before international numbers, such as + or 00"),
	IWF_ROW_BOOL(struct smpp_conf, send_national, "send_national", "false",
		     "Numbers of country_code go as national ones, with the "
		     "trunk_prefix and TON 2"),
	IWF_ROW_CHOICE(struct smpp_conf, validity_form, "validity_form",
		       "relative", validity_words, "How the expiry is said"),
	IWF_ROW_GROUP(struct smpp_conf, tls, "tls", iwf_tls_client_rows,
		      "TLS towards the SMSC, whose port is then often 3550"),

	/* How much the SMSC is asked to bear. */
	IWF_ROW_U32(struct smpp_conf, tps_burst, "tps_burst", "0", 0, 100000,
		    "So many at once after a silence, 0: a twentieth of tps"),
	IWF_ROW_TEXTS(struct smpp_conf, throttle_status, "throttle_status", "",
		      32, "command_status by which this SMSC throttles, beside "
		      "ESME_RTHROTTLED and ESME_RMSGQFUL"),
	IWF_ROW_GROUP(struct smpp_conf, outbind, "outbind", outbind_rows,
		      "The SMSC connects to us; we bind on its connection"),
	IWF_ROWS_END
};

const struct iwf_metric_row smpp_metric_rows[SMPP_METRIC_COUNT] = {
	{ "smpp_link_up", IWF_METRIC_GAUGE, "1 while messages can be sent." },
	{ "smpp_window_used", IWF_METRIC_GAUGE,
	  "submit_sm waiting for their answer." },
	{ "smpp_submit_total", IWF_METRIC_COUNTER, "submit_sm written." },
	{ "smpp_submit_ok_total", IWF_METRIC_COUNTER,
	  "submit_sm that the SMSC took over." },
	{ "smpp_submit_throttled_total", IWF_METRIC_COUNTER,
	  "submit_sm answered with throttling or a full queue." },
	{ "smpp_submit_failed_total", IWF_METRIC_COUNTER,
	  "submit_sm refused for good." },
	{ "smpp_submit_unsure_total", IWF_METRIC_COUNTER,
	  "submit_sm written and never answered in time." },
	{ "smpp_submit_varied_total", IWF_METRIC_COUNTER,
	  "submit_sm sent a second time with fewer wishes." },
	{ "smpp_recut_total", IWF_METRIC_COUNTER,
	  "Long messages sent whole again because their cut had changed." },
	{ "smpp_transliterated_total", IWF_METRIC_COUNTER,
	  "Texts sent with plainer characters, see transliterate." },
	{ "smpp_late_response_total", IWF_METRIC_COUNTER,
	  "Answers that came after the response timer." },
	{ "smpp_unexpected_response_total", IWF_METRIC_COUNTER,
	  "Answers to no request that is known." },
	{ "smpp_deliver_total", IWF_METRIC_COUNTER,
	  "deliver_sm and data_sm received." },
	{ "smpp_deliver_refused_total", IWF_METRIC_COUNTER,
	  "deliver_sm and data_sm answered with an error." },
	{ "smpp_deliver_waiting", IWF_METRIC_GAUGE,
	  "deliver_sm and data_sm not yet stored." },
	{ "smpp_deliver_sniffed_total", IWF_METRIC_COUNTER,
	  "Texts read in another alphabet than their data_coding says." },
	{ "smpp_deliver_mangled_total", IWF_METRIC_COUNTER,
	  "Texts with octets that their alphabet does not have." },
	{ "smpp_shift_unknown_total", IWF_METRIC_COUNTER,
	  "Texts in a national table that is not known here." },
	{ "smpp_receipt_total", IWF_METRIC_COUNTER,
	  "Delivery receipts received." },
	{ "smpp_receipt_undecodable_total", IWF_METRIC_COUNTER,
	  "Delivery receipts without an id or a state we know." },
	{ "smpp_bad_pdu_total", IWF_METRIC_COUNTER,
	  "PDUs that break the specification." },
	{ "smpp_framing_lost_total", IWF_METRIC_COUNTER,
	  "Connections closed because no PDU began where one should." },
	{ "smpp_enquire_link_total", IWF_METRIC_COUNTER, "enquire_link sent." },
	{ "smpp_enquire_link_unanswered_total", IWF_METRIC_COUNTER,
	  "enquire_link without an answer; each ends its connection." },
	{ "smpp_bind_refused_total", IWF_METRIC_COUNTER, "Binds refused." },
	{ "smpp_reconnect_total", IWF_METRIC_COUNTER,
	  "Connections begun after the first." },
	{ "smpp_tls_expires", IWF_METRIC_GAUGE,
	  "When our own certificate ends, seconds since 1970; 0: none." },
	{ "smpp_window_allowed", IWF_METRIC_GAUGE,
	  "submit_sm that may wait for their answer now." },
	{ "smpp_rate", IWF_METRIC_GAUGE,
	  "submit_sm a second that throttling leaves; 0: no limit was met." },
	{ "smpp_outbind_total", IWF_METRIC_COUNTER,
	  "outbind of the SMSC on which we bound." },
	{ "smpp_outbind_refused_total", IWF_METRIC_COUNTER,
	  "Connections to the outbind port that were not wanted." },
};
