/* The rules of include/iwf/adapter.h as tests that every adapter passes; an
 * adapter's test gives a driver that plays its peer. */
#pragma once

#include "fake_host.h"
#include "fake_loop.h"
#include "fake_net.h"

struct contract_driver;

/* One link under test. */
struct contract {
	const struct contract_driver *driver;
	struct iwf_loop *loop;
	struct iwf_host *host;
	struct iwf_link *link;
	uint64_t last_job_id;
	void *peer; /* the driver's own */
};

struct contract_driver {
	const struct iwf_adapter *adapter;
	const void *conf; /* of the adapter's conf_size */
	/* What must happen after open until the link is up. */
	void (*bring_up)(struct contract *contract);
	/* Lets the peer take over everything that is written to it. */
	void (*take_all)(struct contract *contract);
	/* NULL where there is no peer. Lets it refuse everything for good. */
	void (*refuse_all)(struct contract *contract);
	/* NULL where there is none. Ends every connection. */
	void (*kill)(struct contract *contract);
	/* Lets the peer bring one message. */
	void (*bring_message)(struct contract *contract);
	/* How many messages the peer was told are safe; NULL: no peer. */
	unsigned (*acknowledged)(struct contract *contract);
	/* Frees contract->peer; NULL: nothing. */
	void (*forget)(struct contract *contract);
};

/* Runs all rules that apply to the driver; the number of failed tests. */
int contract_run(const struct contract_driver *driver);

/* For an adapter's own tests: a link that is open, not yet up. */
void contract_open(struct contract *contract,
		   const struct contract_driver *driver, const void *conf);
void contract_close(struct contract *contract);
/* As contract_open, and the link is up. */
void contract_open_up(struct contract *contract,
		      const struct contract_driver *driver, const void *conf);

/* Runs what is posted, and what that posts; the clock stands. */
void contract_turn(struct iwf_loop *loop);

/* A message from +491710000001 to +491710000002; the caller unrefs it. */
const struct iwf_message *contract_message(struct iwf_str body, uint32_t want);
/* Submits it as a new job and returns the job's id. Once it is submitted the
 * link holds the only reference. */
uint64_t contract_submit(struct contract *contract, struct iwf_str body);
/* As above with a job of the caller's; its msg stays the caller's. */
void contract_submit_job(struct contract *contract, const struct iwf_job *job);

/* Fills conf (of an adapter's conf_size, zeroed) with the rows' fallbacks:
 * texts, words, numbers, durations. */
void contract_defaults(const struct iwf_setting *rows, void *conf);
