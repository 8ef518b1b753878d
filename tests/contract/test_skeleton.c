/* The adapter contract for adapters/skeleton. */
#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

extern const struct iwf_adapter iwf_adapter;

/* As large as the adapter's own struct, which nobody outside knows. */
union conf {
	char bytes[256];
	uint64_t aligned;
};

static void bring_up(struct contract *contract)
{
	fake_loop_advance(contract->loop, 0);
}

static void take_all(struct contract *contract)
{
	fake_loop_advance(contract->loop, 0);
}

/* It brings its message by itself, when it opens. */
static void bring_message(struct contract *contract)
{
	fake_loop_advance(contract->loop, 0);
}

int main(void)
{
	static union conf conf;
	static struct contract_driver driver = {
		.bring_up = bring_up,
		.take_all = take_all,
		.bring_message = bring_message,
	};

	if (iwf_adapter.conf_size > sizeof(conf))
		return 1;
	contract_defaults(iwf_adapter.rows, &conf);
	for (const struct iwf_setting *row = iwf_adapter.rows; row->key; row++)
		if (!strcmp(row->key, "accept"))
			*(bool *)(conf.bytes + row->offset) = true;
	driver.adapter = &iwf_adapter;
	driver.conf = &conf;
	return contract_run(&driver);
}
