/* An adapter for tests of the relay: its links write down the jobs they are
 * given and the verdicts they are told; the test answers, part by part. */
#pragma once

#include <iwf/adapter.h>

#define FAKE_JOBS_MAX 16384u
#define FAKE_TAGS_MAX 16384u

struct fake_job {
	uint64_t id;
	struct iwf_job job;             /* but for msg */
	const struct iwf_message *msg;  /* referenced */
};

struct fake_verdict {
	unsigned count;                 /* how often done was called */
	struct iwf_verdict verdict;
};

/* One link; it is also its own settings: pass it as conf to open. Owned by the
 * test, zeroed before open. */
struct fake_link {
	struct iwf_link link;
	struct iwf_host *host;
	struct fake_job jobs[FAKE_JOBS_MAX];
	unsigned job_count;
	struct fake_verdict verdicts[FAKE_TAGS_MAX];
	uint32_t next_tag;
	unsigned room;                  /* announced again with every job */
	bool is_open, is_up, answers_all;
	uint64_t queried;               /* the last job that was */
	unsigned query_count;
	uint64_t revoked;               /* the last job that was */
	unsigned revoke_count;
	uint64_t cancelled;             /* the last job that was */
	unsigned cancel_count;
	unsigned drain_count, close_count, reconfigure_count;
};

extern const struct iwf_adapter fake_adapter;
/* The same, and it can be asked about jobs, and to give them up. */
extern const struct iwf_adapter fake_query_adapter;

/* For a host that is not opened by the adapter's open. */
void fake_link_attach(struct fake_link *link, struct iwf_host *host);
void fake_link_forget(struct fake_link *link); /* frees what it noted */

void fake_link_up(struct fake_link *link, unsigned room);
void fake_link_down(struct fake_link *link);
/* The newest job of the delivery, NULL when it came by no job. */
const struct fake_job *fake_link_find(const struct fake_link *link,
				      uint64_t id);
/* How many jobs the delivery came by. */
unsigned fake_link_count(const struct fake_link *link, uint64_t id);

/* Answers; remote ids as C strings. */
void fake_link_answer(struct fake_link *link, uint64_t id,
		      const struct iwf_report *report);
void fake_link_sent(struct fake_link *link, uint64_t id, const char *remote);
void fake_link_sent_part(struct fake_link *link, uint64_t id, uint32_t part,
			 uint32_t parts, const char *remote);
void fake_link_fate(struct fake_link *link, uint64_t id, enum iwf_fate fate);
void fake_link_trouble(struct fake_link *link, uint64_t id);

/* What comes from the peer; the tag under which its verdict will be. */
uint32_t fake_link_accept(struct fake_link *link,
			  const struct iwf_message *msg);
/* Notes the verdict of the tag (next_tag++), for calls of the test's own. */
iwf_done_fn fake_link_on_done;
uint32_t fake_link_receipt(struct fake_link *link, const char *remote,
			   enum iwf_fate fate);
uint32_t fake_link_receipt_for(struct fake_link *link, const char *remote,
			       enum iwf_fate fate,
			       const struct iwf_address *to);
