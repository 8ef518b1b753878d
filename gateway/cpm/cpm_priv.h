/* What the files of the CPM edge share. Everything runs on the worker's loop. */
#pragma once

#include "cpm/cpm.h"
#include "sip/sip.h"
#include "wire/cpim.h"
#include "wire/service.h"

#include <iwf/random.h>

enum cpm_metric {
	CPM_M_UP, CPM_M_MESSAGES, CPM_M_NOTIFICATIONS, CPM_M_REFUSED,
	CPM_M_SENT, CPM_M_REPORTS_SENT, CPM_M_SEND_FAILED, CPM_M_PAUSES,
	CPM_M_COUNT
};

struct cpm_link {
	struct iwf_link link;      /* first: the relay knows it by this */
	struct sip_edge edge;
	struct sip_worker *worker;
	const struct cpm_conf *conf;
	struct iwf_log *log;
	struct iwf_metric *metrics;
	struct iwf_random random;  /* for ids of messages that bring none */
	unsigned outstanding;      /* MESSAGEs sent and not answered */
	struct cpm_sent *sent;     /* those */
	struct iwf_timer pause;    /* the next hop is not to be tried */
	uint32_t pause_ms;         /* grows while it stays away */
	bool draining;
	struct cpm_taken *taken;   /* requests whose verdict is awaited */
};

/* pager.c */
void cpm_pager_on_message(struct sip_edge *edge, struct sip_request *req);
/* Answers what is still awaited, at the end. */
void cpm_pager_close(struct cpm_link *link);

/* What a MESSAGE says, with its service and identities decided. */
struct cpm_inbound {
	struct sip_request *req;
	struct iwf_arena *arena;
	enum service service;
	struct iwf_address from, to;
	struct cpim_message cpim;
	bool is_plain;             /* text/plain without CPIM */
};

/* notification.c: an IMDN from the CPM side, for a message that we sent. */
enum iwf_err cpm_notification_parse(const struct cpm_inbound *in,
				    struct iwf_report *report,
				    struct iwf_why *why);

/* originate.c: jobs to MESSAGEs. */
void cpm_originate(struct iwf_link *link, const struct iwf_job *job);
void cpm_announce(struct cpm_link *link);
void cpm_originate_close(struct cpm_link *link);

/* report.c: the body of a REPORT as IMDN in CPIM. */
void cpm_report_format(struct iwf_arena *arena, const struct iwf_message *msg,
		       struct iwf_str message_id, struct iwf_buf *body);

/* ids.c: the address as the peer spelled it, else its canonical URI. */
struct iwf_str cpm_uri(struct iwf_arena *arena,
		       const struct iwf_address *address);
/* The same of a sender, who may be nobody. */
struct iwf_str cpm_sender_uri(struct iwf_arena *arena,
			      const struct iwf_address *address);
/* Ids of what we send, the same again for the same delivery. */
struct iwf_str cpm_message_id(struct iwf_arena *arena, const uint8_t key[16],
			      uint64_t id);
struct iwf_str cpm_contribution_id(struct iwf_arena *arena,
				   const uint8_t key[16], uint64_t id);
/* A new random UUID (RFC 4122 version 4). */
struct iwf_str cpm_uuid(struct iwf_arena *arena, struct iwf_random *random);

/* cpm_status.c: SIP codes and fates, the only place where they meet. */
void cpm_status_to_report(unsigned status, bool local, uint32_t retry_after_sec,
			  struct iwf_report *report);
void cpm_status_of_verdict(const struct iwf_verdict *verdict,
			   struct sip_answer *answer);
