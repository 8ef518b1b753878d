/* Addresses as written, and names asked for on another thread. */
#include "base/lookup.h"
#include "base/loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#define DEADLINE_SEC 10

static void test_literal(void **state)
{
	static const struct {
		const char *host;
		int family; /* 0: a name */
	} cases[] = {
		{ "127.0.0.1", AF_INET }, { "::1", AF_INET6 },
		{ "[::1]", AF_INET6 },	  { "::ffff:127.0.0.1", AF_INET6 },
		{ "localhost", 0 },	  { "", 0 },
		{ "[]", 0 },		  { "[", 0 },
		{ "[::1", 0 },		  { "::1]", 0 },
		{ "1.2.3.4.5", 0 },	  { "::g", 0 },
	};
	struct lookup_addresses found;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum iwf_err err = lookup_literal(iwf_str_from(cases[i].host),
						  2775, &found);

		assert_int_equal(err, cases[i].family ? IWF_OK :
						       IWF_E_NOT_FOUND);
		assert_int_equal(found.count, cases[i].family ? 1 : 0);
		if (found.count)
			assert_int_equal(found.items[0].addr.ss_family,
					 cases[i].family);
	}
	assert_int_equal(lookup_literal(IWF_STR("::1\0x"), 1, &found),
			 IWF_E_NOT_FOUND);
	assert_int_equal(lookup_literal(IWF_STR("127.0.0.1"), 2775, &found),
			 IWF_OK);
	assert_int_equal(((struct sockaddr_in *)&found.items[0].addr)->sin_port,
			 htons(2775));
}

/* --- asking --- */

struct asker {
	struct lookup_waiter waiter;
	struct iwf_loop *loop;
	struct iwf_str host;
	sem_t answered;
	struct lookup_addresses found;
	enum iwf_err err;
	bool has_problem;
};

static void on_found(struct lookup_waiter *waiter,
		     const struct lookup_addresses *found, enum iwf_err err,
		     const char *problem)
{
	struct asker *asker = IWF_CONTAINER(waiter, struct asker, waiter);

	asker->found = *found;
	asker->err = err;
	asker->has_problem = problem != NULL;
	assert_null(waiter->lookup);
	assert_true(iwf_loop_is_here(asker->loop));
	sem_post(&asker->answered);
}

static void call_start(void *arg)
{
	struct asker *asker = arg;

	lookup_start(asker->loop, &asker->waiter, asker->host, 25, on_found);
	assert_non_null(asker->waiter.lookup);
}

static void call_start_and_stop(void *arg)
{
	struct asker *asker = arg;

	call_start(arg);
	lookup_stop(&asker->waiter);
	assert_null(asker->waiter.lookup);
	lookup_stop(&asker->waiter);
}

static void ask(struct asker *asker, struct iwf_str host)
{
	struct timespec end;

	memset(asker, 0, sizeof(*asker));
	asker->host = host;
	sem_init(&asker->answered, 0, 0);
	asker->loop = loop_create("test");
	loop_start(asker->loop);
	loop_call(asker->loop, call_start, asker);
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += DEADLINE_SEC;
	assert_int_equal(sem_timedwait(&asker->answered, &end), 0);
	loop_destroy(&asker->loop);
	sem_destroy(&asker->answered);
}

static void test_name(void **state)
{
	struct asker asker;

	(void)state;
	ask(&asker, IWF_STR("localhost"));
	assert_int_equal(asker.err, IWF_OK);
	assert_in_range(asker.found.count, 1, LOOKUP_ADDRESSES_MAX);
	ask(&asker, IWF_STR("not..a..name"));
	assert_int_equal(asker.err, IWF_E_NOT_FOUND);
	assert_int_equal(asker.found.count, 0);
	assert_true(asker.has_problem);
	ask(&asker, IWF_STR("a\0b"));
	assert_int_equal(asker.err, IWF_E_NOT_FOUND);
	assert_true(asker.has_problem);
}

/* The answer comes to nobody, at whatever moment the loop goes. */
static void test_stop(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		struct asker asker = { .host = IWF_STR("localhost") };

		sem_init(&asker.answered, 0, 0);
		asker.loop = loop_create("test");
		loop_start(asker.loop);
		loop_call(asker.loop, call_start_and_stop, &asker);
		loop_destroy(&asker.loop);
		assert_int_equal(sem_trywait(&asker.answered), -1);
		sem_destroy(&asker.answered);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_literal),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
