/* See peer.h. */
#include "peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

const struct smsc_message peer_hello = {
	.source_ton = 1, .source = "491710000002",
	.dest = "491710000001", .text = { "hello", 5 },
};

static bool answer_some(struct contract *contract, peer_answer_fn *answer,
			uint32_t status)
{
	struct smsc_pdu pdu;
	bool some = false;

	for (unsigned i = 0; i < fake_net_count(); i++) {
		struct iwf_stream *stream = fake_net_get(i);

		while (fake_net_is_open(stream) && smsc_read(stream, &pdu)) {
			answer(contract, stream, &pdu, status);
			some = true;
		}
	}
	return some;
}

void peer_answer_all(struct contract *contract, peer_answer_fn *answer,
		     uint32_t status)
{
	while (answer_some(contract, answer, status))
		contract_turn(contract->loop);
}

void peer_kill_all(struct contract *contract)
{
	(void)contract;
	for (unsigned i = 0; i < fake_net_count(); i++)
		if (fake_net_is_open(fake_net_get(i)))
			fake_net_hang_up(fake_net_get(i), IWF_E_GONE);
}

struct iwf_stream *peer_latest(void)
{
	unsigned i = fake_net_count();

	while (i > 0 && !fake_net_is_open(fake_net_get(i - 1)))
		i--;
	assert_true(i > 0);
	return fake_net_get(i - 1);
}

void peer_forget(struct contract *contract)
{
	free(contract->peer);
	contract->peer = NULL;
}
