/* The adapter contract for adapters/smpp, with one connection both ways, with
 * a pair, and with several pairs. */
#include "smsc.h"

static int run_with(uint32_t bind, uint32_t binds, uint32_t window)
{
	struct contract_driver driver = smsc_driver;
	struct smpp_conf conf = smsc_conf();

	conf.bind = bind;
	conf.binds = binds;
	conf.window = window;
	driver.conf = &conf;
	return contract_run(&driver);
}

int main(void)
{
	int failed = run_with(SMPP_BIND_MODE_TRANSCEIVER, 1, 10);

	failed += run_with(SMPP_BIND_MODE_PAIR, 1, 1);
	failed += run_with(SMPP_BIND_MODE_PAIR, 3, 10);
	return failed;
}
