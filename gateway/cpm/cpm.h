/* The CPM edge: pager mode (SIP MESSAGE with CPIM) towards the SIP/IP core, an
 * adapter like the others, except that gateway.c makes its links, one for each
 * SIP worker. */
#pragma once

#include <iwf/adapter.h>

struct sip_worker;
struct sip_edge;

enum cpm_ids { CPM_IDS_LENIENT, CPM_IDS_STRICT };
enum cpm_report_service { CPM_REPORT_SYSTEMMSG, CPM_REPORT_MSG };

struct cpm_conf {
	uint32_t missing_ids;      /* enum cpm_ids */
	bool plain_text;           /* text/plain without CPIM is taken */
	uint64_t pager_max_len;    /* CPIM body we send over UDP */
	uint64_t pager_max_stream_len; /* the same over TCP and TLS */
	uint32_t report_service;   /* enum cpm_report_service */
	uint32_t window;           /* requests a worker has outstanding */
	bool sender_from;          /* From identifies a trusted peer's sender
				    * when it asserts none */
	bool udp_only;             /* the next hop takes nothing else */
	uint8_t key[16];           /* of the store: for ids of what we send */
};
extern const struct iwf_setting cpm_rows[];

/* Name, abilities and metrics, as for a loaded adapter. */
extern const struct iwf_adapter cpm_adapter;

/* On the worker's loop: a link of that worker for the host; *edge is what the
 * SIP layer calls. conf outlives the link. */
struct iwf_link *cpm_link_create(struct iwf_host *host,
				 struct sip_worker *worker,
				 const struct cpm_conf *conf,
				 struct sip_edge **edge);
