/* See smpp_flow.h. */
#include "smpp_flow.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

void flow_open(struct flow *flow)
{
	flow->conf = smsc_conf();
	contract_open(&flow->contract, &smsc_driver, &flow->conf);
	flow->host = flow->contract.host;
}

void flow_bind(struct flow *flow)
{
	flow->conf = smsc_conf();
	flow_bind_with(flow);
}

void flow_bind_with(struct flow *flow)
{
	contract_open(&flow->contract, &smsc_driver, &flow->conf);
	flow->host = flow->contract.host;
	flow->stream = smsc_bind(&flow->contract, 0);
	assert_int_equal(fake_host_state(flow->host), IWF_LINK_UP);
}

void flow_close(struct flow *flow)
{
	contract_close(&flow->contract);
}

int64_t flow_metric(const struct flow *flow, enum smpp_metric which)
{
	return iwf_metric_get(&flow->host->metrics[which]);
}

void flow_advance(struct flow *flow, int64_t ms)
{
	fake_loop_advance(flow->contract.loop, ms);
}

uint64_t flow_submit(struct flow *flow, struct iwf_str body)
{
	return contract_submit(&flow->contract, body);
}

uint64_t flow_submit_message(struct flow *flow, const struct iwf_message *from)
{
	const struct iwf_message *msg = iwf_message_create(from);
	const struct iwf_job job = {
		.id = ++flow->contract.last_job_id, .msg = msg, .attempt = 1,
	};

	contract_submit_job(&flow->contract, &job);
	iwf_message_unref(&msg);
	return job.id;
}

struct iwf_message flow_message(struct iwf_str body)
{
	return (struct iwf_message){
		.kind = IWF_KIND_MESSAGE,
		.from = { .kind = IWF_ADDRESS_NUMBER,
			  .user = IWF_STR("+491710000001") },
		.to = { .kind = IWF_ADDRESS_NUMBER,
			.user = IWF_STR("+491710000002") },
		.content_type = IWF_STR("text/plain"),
		.body = body,
	};
}

void flow_assert_str(struct iwf_str got, const char *wanted)
{
	assert_int_equal(got.len, strlen(wanted));
	assert_memory_equal(got.ptr, wanted, got.len);
}
