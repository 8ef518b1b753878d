/* One link's settings and metrics: the struct, its rows, the counters. */
#pragma once

#include <iwf/metric.h>
#include <iwf/setting.h>
#include <iwf/tls.h>

enum smpp_bind_mode {
	SMPP_BIND_MODE_TRANSCEIVER,
	SMPP_BIND_MODE_PAIR,
	SMPP_BIND_MODE_TRANSMITTER,
	SMPP_BIND_MODE_RECEIVER
};
enum smpp_zero { SMPP_ZERO_GSM, SMPP_ZERO_LATIN1, SMPP_ZERO_ASCII };
enum smpp_receipts {
	SMPP_RECEIPTS_ASKED,  /* as the sender asked */
	SMPP_RECEIPTS_ALWAYS,
	SMPP_RECEIPTS_NEVER
};

enum smpp_alphabet_choice {
	SMPP_CHOICE_DEFAULT, /* data_coding 0, whatever it means here */
	SMPP_CHOICE_ASCII,
	SMPP_CHOICE_LATIN1,
	SMPP_CHOICE_UCS2     /* nothing else */
};
enum smpp_unsayable { SMPP_UNSAYABLE_UCS2, SMPP_UNSAYABLE_REFUSE };
enum smpp_high_octets { SMPP_HIGH_OCTETS_MARK, SMPP_HIGH_OCTETS_LATIN1 };
enum smpp_binary { SMPP_BINARY_REFUSE, SMPP_BINARY_LATIN1 };

enum smpp_anonymous {
	SMPP_ANONYMOUS_STAND_IN,
	SMPP_ANONYMOUS_EMPTY, /* no source address */
	SMPP_ANONYMOUS_REFUSE,
	SMPP_ANONYMOUS_SHOW
};
enum smpp_validity { SMPP_VALIDITY_RELATIVE, SMPP_VALIDITY_ABSOLUTE };

#define SMPP_BINDS_MAX 16
#define SMPP_WINDOW_MAX 4096

/* The SMSC connects to us. */
struct smpp_outbind_conf {
	uint32_t port; /* 0: it does not, we connect */
	struct iwf_str address;
	struct iwf_texts trust;
	struct iwf_str system_id;
	struct iwf_str password;
};

struct smpp_conf {
	struct iwf_str host;
	uint32_t port;
	struct iwf_str system_id;
	struct iwf_str password;
	struct iwf_str password_file;
	struct iwf_str system_type;
	uint32_t bind; /* enum smpp_bind_mode */
	uint32_t binds;
	uint32_t window;
	uint32_t tps;
	uint32_t enquire_link_ms;
	uint32_t response_ms;
	uint32_t bind_timeout_ms;
	uint32_t inactivity_ms;
	uint32_t reconnect_min_ms;
	uint32_t reconnect_max_ms;
	uint32_t already_bound_ms;
	uint32_t interface_version;
	uint32_t addr_ton;
	uint32_t addr_npi;
	struct iwf_str address_range;
	struct iwf_str service_type;
	struct iwf_str country_code;
	struct iwf_str trunk_prefix;
	struct iwf_str international_prefix;
	struct iwf_str home_domain;
	uint32_t short_max;
	uint32_t short_ton;
	uint32_t short_npi;
	uint32_t data_coding_0; /* enum smpp_zero */
	uint32_t parts_max;
	uint32_t receipts; /* enum smpp_receipts */
	uint32_t id_base;  /* enum smpp_id_base */
	bool validity;
	uint32_t deliver_max;

	/* How texts are written and read (text/). */
	uint32_t alphabet; /* enum smpp_alphabet_choice */
	struct iwf_texts shift_tables;
	uint32_t style;    /* enum smpp_style */
	uint32_t packing;  /* enum smpp_packing */
	uint32_t plain;    /* enum smpp_plainness */
	uint32_t unsayable; /* enum smpp_unsayable */
	uint32_t high_octets; /* enum smpp_high_octets */
	uint32_t binary;   /* enum smpp_binary */
	bool sniff_utf8;
	bool sniff_ucs2;

	struct iwf_list receipts_table; /* struct smpp_receipt_rule */
	bool alpha_senders;
	uint32_t anonymous; /* enum smpp_anonymous */
	uint32_t number_ton;
	uint32_t number_npi;
	struct iwf_str number_prefix;
	bool send_national;
	uint32_t validity_form; /* enum smpp_validity */
	struct iwf_tls_conf tls;
	uint32_t tps_burst;
	struct iwf_texts throttle_status; /* numbers, decimal or 0x */
	struct smpp_outbind_conf outbind;
};

/* What a peer writes numbers like: rows of either role, whose struct has these
 * members. */
#define SMPP_NUMBER_ROWS(type) \
	IWF_ROW_TEXT(type, country_code, "country_code", "", 4, \
		     "Digits put before national numbers, such as 49"), \
	IWF_ROW_TEXT(type, trunk_prefix, "trunk_prefix", "", 4, \
		     "What national numbers begin with, such as 0"), \
	IWF_ROW_TEXT(type, international_prefix, \
		     "international_prefix", "", 8, \
		     "What stands for the plus sign, such as 00"), \
	IWF_ROW_TEXT(type, home_domain, "home_domain", "", 255, \
		     "phone-context of short codes"), \
	IWF_ROW_U32(type, short_max, "short_max", "8", 0, 20, \
		    "Most digits of a short code"), \
	IWF_ROW_U32(type, short_ton, "short_ton", "0", 0, 6, \
		    "Type of number of short codes"), \
	IWF_ROW_U32(type, short_npi, "short_npi", "0", 0, 18, \
		    "Numbering plan of short codes")

extern const struct iwf_setting smpp_rows[];

/* The order of smpp_metric_rows. */
enum smpp_metric {
	SMPP_METRIC_LINK_UP,
	SMPP_METRIC_WINDOW_USED,
	SMPP_METRIC_SUBMIT_TOTAL,
	SMPP_METRIC_SUBMIT_OK,
	SMPP_METRIC_SUBMIT_THROTTLED,
	SMPP_METRIC_SUBMIT_FAILED,
	SMPP_METRIC_SUBMIT_UNSURE,
	SMPP_METRIC_SUBMIT_VARIED,
	SMPP_METRIC_RECUT,
	SMPP_METRIC_PLAIN,
	SMPP_METRIC_LATE_RESPONSE,
	SMPP_METRIC_UNEXPECTED_RESPONSE,
	SMPP_METRIC_DELIVER_TOTAL,
	SMPP_METRIC_DELIVER_REFUSED,
	SMPP_METRIC_DELIVER_WAITING,
	SMPP_METRIC_DELIVER_SNIFFED,
	SMPP_METRIC_DELIVER_MANGLED,
	SMPP_METRIC_SHIFT_UNKNOWN,
	SMPP_METRIC_RECEIPT_TOTAL,
	SMPP_METRIC_RECEIPT_UNDECODABLE,
	SMPP_METRIC_BAD_PDU,
	SMPP_METRIC_FRAMING_LOST,
	SMPP_METRIC_ENQUIRE_LINK,
	SMPP_METRIC_ENQUIRE_LINK_UNANSWERED,
	SMPP_METRIC_BIND_REFUSED,
	SMPP_METRIC_RECONNECT,
	SMPP_METRIC_TLS_EXPIRES,
	SMPP_METRIC_WINDOW_ALLOWED,
	SMPP_METRIC_RATE,
	SMPP_METRIC_OUTBIND,
	SMPP_METRIC_OUTBIND_REFUSED,
	SMPP_METRIC_COUNT
};

extern const struct iwf_metric_row smpp_metric_rows[SMPP_METRIC_COUNT];
