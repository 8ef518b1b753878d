/* SIP over Sofia's nta: listeners with a role and a trust list, requests in
 * with their identity decided, requests out. Knows no CPM and no relay.
 *
 * Every worker is one loop with one agent. The agent is made on a private port
 * per transport first, so requests we send leave from there and their answers
 * come home; the shared ports are added after it and only receive. */
#pragma once

#include <iwf/adapter.h>

struct sip;
struct sip_worker;

enum sip_role { SIP_ROLE_CAPABILITY_CENTER, SIP_ROLE_IWF };

struct sip_listener_conf {
	struct iwf_str uri;      /* sip:ADDR:PORT[;transport=udp|tcp] or sips: /
				  * ;transport=tls; without transport: UDP and TCP */
	uint32_t role;           /* enum sip_role */
	struct iwf_texts trust;  /* "192.0.2.0/24", "2001:db8::1", "tls:NAME";
				  * empty: loopback when it listens on loopback,
				  * else nobody */
	struct iwf_str tls_dir;  /* folder with agent.pem and cafile.pem */
	uint32_t ack;            /* enum sip_ack */
	uint32_t ack_wait_ms;
};
enum sip_ack { SIP_ACK_COMMIT, SIP_ACK_OUTCOME };

struct sip_hop_conf {
	struct iwf_str uri;      /* empty: by the Request-URI */
	uint32_t transport;      /* enum sip_transport */
};
enum sip_transport {
	SIP_TRANSPORT_AUTO, SIP_TRANSPORT_UDP, SIP_TRANSPORT_TCP,
	SIP_TRANSPORT_TLS
};

struct sip_conf {
	struct iwf_list listen;  /* struct sip_listener_conf, at least one */
	uint32_t workers;
	struct iwf_str domain;   /* our own, in From and Call-ID */
	struct sip_hop_conf next_hop;
	struct iwf_texts private_addresses; /* where requests leave from; empty:
				  * an address of the first listener's family */
	uint32_t private_port;   /* first of `workers` ports, 0: any */
	uint32_t sender_without_pai; /* enum sip_without_pai */
	uint64_t message_max_len; /* a whole request, else 413 */
	uint32_t udp_max_len;    /* auto: larger requests go by TCP */
	uint32_t idle_ms;        /* streams without traffic are closed */
	uint32_t connections_max; /* per stream listener */
};
enum sip_without_pai { SIP_WITHOUT_PAI_REFUSE, SIP_WITHOUT_PAI_FROM };
extern const struct iwf_setting sip_rows[];

/* Settings that files must back: listeners' URIs and trust entries parse,
 * certificates are there and readable. IWF_OK or why not. */
enum iwf_err sip_check(const struct sip_conf *conf, struct iwf_why *why);

/* Header fields the edges read; comma lists of repeated fields are joined. */
enum sip_field {
	SIP_F_P_ASSERTED_SERVICE,
	SIP_F_ACCEPT_CONTACT,
	SIP_F_CONVERSATION_ID,
	SIP_F_CONTRIBUTION_ID,
	SIP_F_IN_REPLY_TO_CONTRIBUTION_ID,
	SIP_F_P_CHARGING_VECTOR,
	SIP_F_P_SERVED_USER,
	SIP_F_SUBJECT,
	SIP_F_PRIVACY,
	SIP_F_COUNT
};

/* A request for the edge, on its worker's loop. Everything is borrowed until
 * it is answered. Identities: `asserted` holds P-Asserted-Identity URIs and is
 * empty unless the peer is trusted. */
struct sip_request {
	struct sip_worker *worker;
	struct iwf_str method;
	struct iwf_str listener;    /* its uri as configured */
	uint32_t outcome_ms;        /* the answer may wait so long for the fate
				     * of what the request brings; 0: not */
	enum sip_role role;
	bool is_trusted;
	struct iwf_str request_uri;
	struct iwf_str from_uri;
	struct iwf_str to_uri;
	struct iwf_str call_id;
	struct iwf_str asserted[2];
	unsigned asserted_count;
	struct iwf_str fields[SIP_F_COUNT];
	struct iwf_str content_type; /* as written; empty: none */
	struct iwf_str body;
	int64_t date_ms;            /* Date, 0: none */
	int64_t expires_ms;         /* Expires of a MESSAGE as a duration; -1 none */
	uint64_t transport_key;     /* of the transaction, for the store */
};

/* The one that handles MESSAGE. Called once per request (retransmissions are
 * answered below it); must answer each with sip_answer, now or later, on the
 * same loop. */
struct sip_edge {
	void (*on_message)(struct sip_edge *edge, struct sip_request *req);
};

struct sip_answer {
	unsigned status;
	const char *phrase;          /* what an operator understands */
	uint32_t retry_after_sec;    /* 0: none */
	const char *accept;          /* Accept of a 415, or NULL */
};
/* Sends the answer, remembers it for retransmissions, frees the request. The
 * To tag is a keyed hash of the transaction, the same after a restart. */
void sip_answer(struct sip_request **req, const struct sip_answer *answer);

/* A MESSAGE to send: a new transaction by the worker's private port. */
struct sip_message {
	struct iwf_str request_uri;
	struct iwf_str from_uri, to_uri;
	struct iwf_str asserted;     /* P-Asserted-Identity, empty: none */
	struct iwf_str asserted_service;
	struct iwf_str accept_contact; /* whole value */
	struct iwf_str fields[SIP_F_COUNT]; /* those of the CPM ids and charging */
	struct iwf_str content_type;
	struct iwf_str body;
	int64_t expires_sec;         /* -1: no Expires */
};

/* What waits for the answer; embed it, keep it until on_answer. on_answer comes
 * exactly once in a later turn: a final status of the peer, 408 for none (timer
 * F), 503 with local set when it could not be sent at all. */
struct sip_pending {
	void (*on_answer)(struct sip_pending *pending, unsigned status,
			  struct iwf_str phrase, uint32_t retry_after_sec,
			  bool local);
};
/* IWF_E_FULL: too many outstanding, nothing sent and no callback;
 * IWF_E_LIMIT: too large for every transport allowed; IWF_E_SYNTAX: a field
 * holds what a header cannot. */
enum iwf_err sip_send(struct sip_worker *worker,
		      const struct sip_message *message,
		      struct sip_pending *pending);

/* Makes the workers' loops and agents and binds every port, but takes nothing
 * until sip_serve. hash_key: the store's. */
enum iwf_err sip_create(struct sip **sip, const struct sip_conf *conf,
			const uint8_t hash_key[16], struct iwf_log *log,
			struct iwf_why *why);
unsigned sip_worker_count(const struct sip *sip);
struct sip_worker *sip_worker_get(struct sip *sip, unsigned index);
struct iwf_loop *sip_worker_loop(const struct sip_worker *worker);
unsigned sip_worker_index(const struct sip_worker *worker);
/* Requests accepted in an earlier life: their retransmissions are answered 202
 * with the same To tag. Before sip_serve. */
void sip_remember(struct sip *sip, uint64_t transport_key);
/* Requests are taken from now on; one edge per worker. */
void sip_serve(struct sip *sip, struct sip_edge *const *edges);
/* New requests are answered 503 from now on; running ones finish. */
void sip_drain(struct sip *sip);
/* Trust lists of listeners that are the same otherwise, taken from conf. */
void sip_reconfigure(struct sip *sip, const struct sip_conf *conf);
void sip_destroy(struct sip **sip);

extern const struct iwf_metric_row sip_metric_rows[];
extern const size_t sip_metric_count;
/* Of one worker; /metrics sums them. */
struct iwf_metric *sip_worker_metrics(struct sip_worker *worker);
