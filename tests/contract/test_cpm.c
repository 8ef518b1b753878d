/* The adapter contract for the CPM edge, whose peer is a double of the SIP
 * layer. The edge is an adapter but for one call: gateway.c makes its links,
 * each with its SIP worker, so here the test's own open does. */
#include "contract.h"

#include "cpm/cpm.h"
#include "unit/cpm/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* Longer than any pause. */
#define PAUSE_OVER_MS 31000
/* A job of the peer's own; those of the rules count from 1. */
#define PROBE_ID 1000000

struct core {
	struct sip_worker *worker;
	struct sip_edge *edge;
};

/* The host's values are the test's only place before the link is there. */
static enum iwf_err open_link(struct iwf_link **link, struct iwf_host *host,
			      const void *conf)
{
	struct core *core = IWF_NEW(struct core);
	const struct iwf_str here = iwf_str_make(&core, sizeof(core));

	core->worker = sip_double_create(iwf_host_loop(host));
	*link = cpm_link_create(host, core->worker, conf, &core->edge);
	iwf_host_remember(host, IWF_STR("core"), here);
	return IWF_OK;
}

static struct core *core_of(const struct contract *contract)
{
	struct core *core;

	memcpy(&core, iwf_host_recall(contract->host, IWF_STR("core")).ptr,
	       sizeof(core));
	return core;
}

static void bring_up(struct contract *contract)
{
	core_of(contract)->worker->is_gone = false;
	fake_loop_advance(contract->loop, PAUSE_OVER_MS);
}

static void take_all(struct contract *contract)
{
	sip_double_reply_all(core_of(contract)->worker, 202);
	fake_loop_advance(contract->loop, 0);
}

static void refuse_all(struct contract *contract)
{
	sip_double_reply_all(core_of(contract)->worker, 404);
	fake_loop_advance(contract->loop, 0);
}

/* What was written stays without answer, and there is nobody to write to: the
 * link learns that from the next request. */
static void kill_core(struct contract *contract)
{
	const struct iwf_message *msg = contract_message(IWF_STR("probe"), 0);
	const struct iwf_job job = { .id = PROBE_ID, .msg = msg };

	core_of(contract)->worker->is_gone = true;
	sip_double_reply_all(core_of(contract)->worker, 408);
	contract_submit_job(contract, &job);
	contract_turn(contract->loop);
	iwf_message_unref(&msg);
}

static void bring_message(struct contract *contract)
{
	const struct sip_request req = rig_request();

	sip_double_give(core_of(contract)->worker, core_of(contract)->edge,
			&req);
}

static unsigned acknowledged(struct contract *contract)
{
	return sip_double_count(core_of(contract)->worker, 2);
}

static void forget(struct contract *contract)
{
	struct core *core = core_of(contract);

	assert_int_equal(core->worker->waiting, 0);
	sip_double_destroy(&core->worker);
	free(core);
}

int main(void)
{
	static struct iwf_adapter adapter;
	static struct iwf_ops ops;
	static struct cpm_conf conf;
	const struct contract_driver driver = {
		.adapter = &adapter, .conf = &conf, .bring_up = bring_up,
		.take_all = take_all, .refuse_all = refuse_all,
		.kill = kill_core, .bring_message = bring_message,
		.acknowledged = acknowledged, .forget = forget,
	};

	ops = *cpm_adapter.ops;
	ops.open = open_link;
	adapter = cpm_adapter;
	adapter.ops = &ops;
	contract_defaults(cpm_adapter.rows, &conf);
	return contract_run(&driver);
}
