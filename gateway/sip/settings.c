/* The rows of the sip section and of its listeners. */
#include "sip/sip.h"

static const char *const role_words[] = { "capability-center", "iwf", NULL };
static const char *const transport_words[] = { "auto", "udp", "tcp", "tls",
					       NULL };
static const char *const pai_words[] = { "refuse", "from", NULL };

static const char *const ack_words[] = { "commit", "outcome", NULL };

static const struct iwf_setting listener_rows[] = {
	IWF_ROW_TEXT(struct sip_listener_conf, uri, "uri", NULL, 256,
		     "Where to listen, sip:ADDR:PORT[;transport=udp|tcp|tls]"),
	IWF_ROW_CHOICE(struct sip_listener_conf, role, "role", "iwf",
		       role_words, "What the core asks of us here"),
	IWF_ROW_TEXTS(struct sip_listener_conf, trust, "trust", "", 1024,
		      "Trusted networks and tls:NAME; none: loopback only"),
	IWF_ROW_TEXT(struct sip_listener_conf, tls_dir, "tls_dir", "", 256,
		     "Folder with agent.pem and cafile.pem"),
	IWF_ROW_CHOICE(struct sip_listener_conf, ack, "ack", "commit",
		       ack_words, "When a MESSAGE is answered: when it is "
		       "durable, or when its outcome is known"),
	/* Below timer F, 64*T1, of whoever waits (RFC 3261 17.1.2.2). */
	IWF_ROW_DURATION(struct sip_listener_conf, ack_wait_ms, "ack_wait",
			 "10s", 100, 30000, "ack = outcome: at the latest "
			 "after it"),
	IWF_ROWS_END
};

static const struct iwf_setting hop_rows[] = {
	IWF_ROW_TEXT(struct sip_hop_conf, uri, "uri", "", 256,
		     "Where requests go first; empty: by their Request-URI"),
	IWF_ROW_CHOICE(struct sip_hop_conf, transport, "transport", "auto",
		       transport_words, "auto: UDP for small ones, else TCP"),
	IWF_ROWS_END
};

const struct iwf_setting sip_rows[] = {
	IWF_ROW_LIST(struct sip_conf, listen, "listen", listener_rows,
		     struct sip_listener_conf, 64, "Listeners"),
	IWF_ROW_U32(struct sip_conf, workers, "workers", "1", 1, 64,
		    "Threads that receive and send SIP"),
	IWF_ROW_TEXT(struct sip_conf, domain, "domain", "localhost", 255,
		     "Our own domain, in From and Call-ID"),
	IWF_ROW_GROUP(struct sip_conf, next_hop, "next_hop", hop_rows,
		      "Where requests of ours go"),
	IWF_ROW_TEXTS(struct sip_conf, private_addresses, "private_addresses",
		      "", 8, "Addresses our requests leave from"),
	IWF_ROW_U32(struct sip_conf, private_port, "private_port", "0", 0,
		    65535, "First of one port per worker; 0: any"),
	IWF_ROW_CHOICE(struct sip_conf, sender_without_pai,
		       "sender_without_pai", "refuse", pai_words,
		       "A trusted request without P-Asserted-Identity"),
	IWF_ROW_SIZE(struct sip_conf, message_max_len, "message_max_len",
		     "64KiB", 1024, 16777216, "Largest request taken"),
	IWF_ROW_U32(struct sip_conf, udp_max_len, "udp_max_len", "1300", 500,
		    65000, "auto: larger requests of ours go by TCP"),
	IWF_ROW_DURATION(struct sip_conf, idle_ms, "idle", "10m", 1000,
			 86400000, "Streams without traffic are closed"),
	IWF_ROW_U32(struct sip_conf, connections_max, "connections_max",
		    "4096", 1, 1000000, "Connections per stream listener"),
	IWF_ROWS_END
};
