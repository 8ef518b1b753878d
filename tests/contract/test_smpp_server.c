/* The adapter contract for the server role of adapters/smpp. */
#include "esme.h"

static int run_with(uint32_t window)
{
	struct contract_driver driver = esme_driver;
	struct server_conf conf = esme_conf();

	conf.window = window;
	driver.conf = &conf;
	return contract_run(&driver);
}

int main(void)
{
	int failed = run_with(10);

	failed += run_with(1);
	return failed;
}
