/* base/loop.h on loops that the test turns: one thread, one clock. */
#include "base/loop.h"

#include "support/fake_loop.h"

struct iwf_loop *loop_create(const char *name)
{
	(void)name;
	return fake_loop_create();
}

void loop_start(struct iwf_loop *loop)
{
	(void)loop;
}

void loop_call(struct iwf_loop *loop, loop_call_fn *fn, void *arg)
{
	(void)loop;
	fn(arg);
}

void loop_destroy(struct iwf_loop **loop)
{
	while (*loop && fake_loop_turn(*loop))
		;
	fake_loop_destroy(loop);
}

struct su_root_s *loop_root(struct iwf_loop *loop)
{
	(void)loop;
	return NULL;
}
