/* The gateway for an adapter under test: iwf_host_* and iwf_log_* that write
 * down what they are told; the test answers. */
#pragma once

#include <iwf/adapter.h>
#include <iwf/buf.h>

#define FAKE_HOST_MAX 4096u
#define FAKE_TEXT_MAX 160u

struct fake_state {
	enum iwf_link_state state;
	char reason[FAKE_TEXT_MAX];
};

/* A report with its texts copied. */
struct fake_report {
	uint64_t job_id;  /* 0: by remote id */
	struct iwf_report report;
	struct iwf_arena *arena;
	iwf_done_fn *done; /* not yet called */
	uint64_t tag;
};

struct fake_accept {
	const struct iwf_message *msg;
	struct iwf_buf cursor_key, cursor_value;
	uint32_t outcome_ms;
	iwf_done_fn *done; /* not yet called */
	uint64_t tag;
};

struct fake_line {
	enum iwf_log_level level;
	char event[32];
	char text[512];
};

struct fake_value {
	struct iwf_buf key, value;
};

struct iwf_host {
	struct iwf_loop *loop;
	struct iwf_link *link;
	void *own_place;
	void **place; /* of what links share; a test may point elsewhere */
	struct iwf_metric metrics[64];
	unsigned call_count; /* of anything that tells something */
	struct fake_state states[FAKE_HOST_MAX];
	unsigned state_count;
	unsigned room;
	unsigned room_count;
	struct fake_report reports[FAKE_HOST_MAX];
	unsigned report_count;
	struct fake_report remotes[FAKE_HOST_MAX];
	unsigned remote_count;
	struct fake_accept accepts[FAKE_HOST_MAX];
	unsigned accept_count;
	struct fake_report lookups[16];
	unsigned lookup_count;
	/* inquire and withdraw: who asked, about what */
	struct fake_inquiry {
		uint64_t id;
		bool is_withdrawal;
		iwf_done_fn *done;
		uint64_t tag;
	} inquiries[16];
	unsigned inquiry_count;
	unsigned wake_count;
	struct iwf_arena *wake_arena;
	struct iwf_address awake;  /* the last */
	unsigned untold_count;
	unsigned cut_count;
	uint64_t untold_id;        /* the last */
	struct fake_line lines[FAKE_HOST_MAX]; /* not debug */
	unsigned line_count;
	struct fake_value values[16];
	unsigned value_count;
	unsigned drained_count;
};

struct iwf_host *fake_host_create(struct iwf_loop *loop);
void fake_host_destroy(struct iwf_host **host);

enum iwf_link_state fake_host_state(const struct iwf_host *host);
const char *fake_host_reason(const struct iwf_host *host);
/* How often the job was answered with this fate; part 0: any part. */
unsigned fake_host_report_count(const struct iwf_host *host, uint64_t job_id,
				uint32_t part, enum iwf_fate fate);
/* All answers to the job. */
unsigned fake_host_answer_count(const struct iwf_host *host, uint64_t job_id);
/* The last answer to the job, or NULL. */
const struct iwf_report *fake_host_report(const struct iwf_host *host,
					  uint64_t job_id);
/* Calls done for an accept or a remote report, once. The cursor of an accept
 * is remembered with good news. */
void fake_host_answer_accept(struct iwf_host *host, unsigned index,
			     enum iwf_result result);
/* ACCEPTED, and what has become of it. */
void fake_host_answer_fate(struct iwf_host *host, unsigned index,
			   enum iwf_fate fate, uint32_t code);
void fake_host_answer_remote(struct iwf_host *host, unsigned index,
			     enum iwf_result result);
/* ACCEPTED, by which of its ids (from 1). */
void fake_host_answer_joined(struct iwf_host *host, unsigned index,
			     uint32_t remote);
/* Lines at this level or above with this event; NULL: any. */
unsigned fake_host_line_count(const struct iwf_host *host,
			      enum iwf_log_level level, const char *event);
/* Does any line contain this text? */
bool fake_host_has_said(const struct iwf_host *host, const char *text);
