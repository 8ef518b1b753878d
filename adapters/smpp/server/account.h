/* Settings and metrics of one account of the SMPP server. */
#pragma once

#include <iwf/metric.h>
#include <iwf/setting.h>
#include <iwf/tls.h>

struct server_conf {
	struct iwf_str listen;
	uint32_t port;
	uint32_t connections_max;
	struct iwf_str system_id;
	struct iwf_str password;
	struct iwf_str password_file;
	struct iwf_str password_hash;
	struct iwf_texts allow;
	struct iwf_texts from;
	uint32_t binds_max;
	uint32_t tps;
	uint32_t burst;
	uint32_t window;
	uint32_t submit_max;
	uint32_t enquire_link_ms;
	uint32_t response_ms;
	uint32_t bind_timeout_ms;
	uint32_t inactivity_ms;
	uint32_t lockout_after;
	uint32_t lockout_ms;
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
	struct iwf_tls_conf tls;
};

extern const struct iwf_setting server_rows[];

/* The order of server_metric_rows. */
enum server_metric {
	SERVER_METRIC_BINDS,
	SERVER_METRIC_BIND_REFUSED,
	SERVER_METRIC_SUBMIT_TOTAL,
	SERVER_METRIC_SUBMIT_REFUSED,
	SERVER_METRIC_SUBMIT_THROTTLED,
	SERVER_METRIC_SUBMIT_WAITING,
	SERVER_METRIC_DELIVER_TOTAL,
	SERVER_METRIC_DELIVER_OK,
	SERVER_METRIC_DELIVER_UNSURE,
	SERVER_METRIC_WINDOW_USED,
	SERVER_METRIC_BAD_PDU,
	SERVER_METRIC_ENQUIRE_LINK_UNANSWERED,
	SERVER_METRIC_STRANGERS,
	SERVER_METRIC_LOCKOUTS,
	SERVER_METRIC_COUNT
};

extern const struct iwf_metric_row server_metric_rows[SERVER_METRIC_COUNT];
