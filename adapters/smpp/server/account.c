/* Settings and metrics of one account as rows. */
#include "server/account.h"

#include "rows.h"

static const char *const zero_words[] = { "gsm", "latin1", "ascii", NULL };

const struct iwf_setting server_rows[] = {
	IWF_ROW_TEXT(struct server_conf, listen, "listen", "127.0.0.1", 45,
		     "Address that the application connects to"),
	IWF_ROW_U32(struct server_conf, port, "port", "2775", 1, 65535,
		    "TCP port; accounts may share one"),
	IWF_ROW_U32(struct server_conf, connections_max, "connections_max",
		    "1000", 1, 100000, "Connections to the port at the same "
		    "time; of several accounts, the first one's counts"),
	IWF_ROW_TEXT(struct server_conf, system_id, "system_id", NULL, 15,
		     "Name of the account, as the application binds with"),
	IWF_ROW_TEXT(struct server_conf, password, "password", "", 8,
		     "The password itself; password_file keeps it out of here"),
	IWF_ROW_TEXT(struct server_conf, password_file, "password_file", "",
		     4096, "File that contains the password, or its hash"),
	IWF_ROW_TEXT(struct server_conf, password_hash, "password_hash", "",
		     255, "Hash of the password: sha256$SALT$HEX, or "
		     "pbkdf2$ROUNDS$SALT$HEX"),
	IWF_ROW_TEXTS(struct server_conf, allow, "allow", "", 256,
		      "Networks it may come from, empty: any"),
	IWF_ROW_TEXTS(struct server_conf, from, "from", "", 256,
		      "Senders it may use, a * at the end matches any rest; "
		      "empty: any"),
	IWF_ROW_U32(struct server_conf, binds_max, "binds_max", "4", 1, 1000,
		    "Binds of the account at the same time"),
	IWF_ROW_U32(struct server_conf, tps, "tps", "0", 0, 100000,
		    "Messages a second it may submit, 0: no limit"),
	IWF_ROW_U32(struct server_conf, burst, "burst", "0", 0, 1000000,
		    "So many more at once after a silence, 0: as tps"),
	IWF_ROW_U32(struct server_conf, window, "window", "10", 1,
		    SMPP_WINDOW_MAX, "Unanswered deliver_sm on one bind"),
	IWF_ROW_U32(struct server_conf, submit_max, "submit_max", "1000", 1,
		    100000, "Its messages that we have not yet stored"),
	IWF_ROW_DURATION(struct server_conf, enquire_link_ms, "enquire_link",
			 "30s", 1000, 3600000,
			 "Silence before it is asked if it is there"),
	IWF_ROW_DURATION(struct server_conf, response_ms, "response", "60s",
			 1000, 3600000, "Until a request counts as unanswered"),
	IWF_ROW_DURATION(struct server_conf, bind_timeout_ms, "bind_timeout",
			 "10s", 100, 600000, "From connecting to the bind"),
	IWF_ROW_DURATION(struct server_conf, inactivity_ms, "inactivity",
			 "120s", 1000, 86400000,
			 "Silence before the connection is given up"),
	IWF_ROW_U32(struct server_conf, lockout_after, "lockout_after", "5", 0,
		    1000, "Wrong binds from an address before it is locked "
		    "out, 0: never; for the account from anywhere ten times "
		    "as many"),
	IWF_ROW_DURATION(struct server_conf, lockout_ms, "lockout", "5m",
			 1000, 86400000, "How long that lasts"),
	IWF_ROW_TEXT(struct server_conf, service_type, "service_type", "", 5,
		     "service_type of what we deliver, usually empty"),
	SMPP_NUMBER_ROWS(struct server_conf),
	IWF_ROW_CHOICE(struct server_conf, data_coding_0, "data_coding_0",
		       "gsm", zero_words,
		       "What the application means by data_coding 0"),
	IWF_ROW_U32(struct server_conf, parts_max, "parts_max", "10", 1, 255,
		    "Longer messages to it are refused, never cut short"),
	IWF_ROW_GROUP(struct server_conf, tls, "tls", iwf_tls_server_rows,
		      "TLS on the port, the same for all of its accounts"),
	IWF_ROWS_END
};

const struct iwf_metric_row server_metric_rows[SERVER_METRIC_COUNT] = {
	{ "smpp_server_binds", IWF_METRIC_GAUGE, "Binds of the account." },
	{ "smpp_server_bind_refused_total", IWF_METRIC_COUNTER,
	  "Binds refused with the account's name." },
	{ "smpp_server_submit_total", IWF_METRIC_COUNTER,
	  "submit_sm, data_sm and submit_multi received." },
	{ "smpp_server_submit_refused_total", IWF_METRIC_COUNTER,
	  "Of those, answered with an error." },
	{ "smpp_server_submit_throttled_total", IWF_METRIC_COUNTER,
	  "Of those, answered with ESME_RTHROTTLED." },
	{ "smpp_server_submit_waiting", IWF_METRIC_GAUGE,
	  "Messages of the account not yet stored." },
	{ "smpp_server_deliver_total", IWF_METRIC_COUNTER,
	  "deliver_sm written." },
	{ "smpp_server_deliver_ok_total", IWF_METRIC_COUNTER,
	  "deliver_sm that the application took." },
	{ "smpp_server_deliver_unsure_total", IWF_METRIC_COUNTER,
	  "deliver_sm written and never answered." },
	{ "smpp_server_window_used", IWF_METRIC_GAUGE,
	  "deliver_sm waiting for their answer." },
	{ "smpp_server_bad_pdu_total", IWF_METRIC_COUNTER,
	  "PDUs that break the specification." },
	{ "smpp_server_enquire_link_unanswered_total", IWF_METRIC_COUNTER,
	  "enquire_link without an answer; each ends its connection." },
	{ "smpp_server_strangers_total", IWF_METRIC_COUNTER,
	  "Connections to the account's port that were let go before they named "
	  "an account; at the account that opened the port." },
	{ "smpp_server_lockouts_total", IWF_METRIC_COUNTER,
	  "Lock-outs begun; of who named no account, at the account that "
	  "opened the port." },
};
