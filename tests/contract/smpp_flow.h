/* One link of adapters/smpp to a played SMSC, as its own tests use it. */
#pragma once

#include "smsc.h"

struct flow {
	struct contract contract;
	struct iwf_host *host;
	struct smpp_conf conf;
	struct iwf_stream *stream; /* of the last bind */
};

/* Open with every default; not yet connected. */
void flow_open(struct flow *flow);
/* The same and bound; with the settings the test has put into flow->conf. */
void flow_bind(struct flow *flow);
void flow_bind_with(struct flow *flow);
void flow_close(struct flow *flow);

int64_t flow_metric(const struct flow *flow, enum smpp_metric which);
void flow_advance(struct flow *flow, int64_t ms);
uint64_t flow_submit(struct flow *flow, struct iwf_str body);
/* A new job with a message like this one. */
uint64_t flow_submit_message(struct flow *flow, const struct iwf_message *from);
/* From and to the numbers of contract_message. */
struct iwf_message flow_message(struct iwf_str body);
void flow_assert_str(struct iwf_str got, const char *wanted);
