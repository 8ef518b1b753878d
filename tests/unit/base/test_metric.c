/* The registry of metrics and its text. */
#include "base/metric.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct iwf_metric_row link_rows[] = {
	{ "sent_total", IWF_METRIC_COUNTER, "Messages taken by the peer." },
	{ "window", IWF_METRIC_GAUGE, "Unanswered \\ \"now\"\nor not." },
};

static const struct iwf_metric_row worker_rows[] = {
	{ "requests_total", IWF_METRIC_COUNTER, "Requests served." },
};

static void check(struct metrics *metrics, const char *want)
{
	struct iwf_buf buf = { 0 };

	metrics_format(metrics, &buf);
	iwf_buf_u8(&buf, '\0');
	assert_string_equal(buf.ptr, want);
	iwf_buf_free(&buf);
}

static void test_empty(void **state)
{
	struct metrics *metrics = metrics_create();
	struct iwf_metric value = { 0 };

	(void)state;
	check(metrics, "");
	metrics_remove(metrics, &value);
	check(metrics, "");
	metrics_add(metrics, NULL, 0, &value, NULL, NULL);
	check(metrics, "");
	metrics_destroy(&metrics);
	assert_null(metrics);
	metrics_destroy(&metrics);
}

#define WINDOW_HEAD \
	"# HELP iwf_window Unanswered \\\\ \"now\"\\nor not.\n" \
	"# TYPE iwf_window gauge\n"
#define SENT_HEAD \
	"# HELP iwf_sent_total Messages taken by the peer.\n" \
	"# TYPE iwf_sent_total counter\n"

static void test_labels(void **state)
{
	struct metrics *metrics = metrics_create();
	struct iwf_metric a[2] = { 0 };
	struct iwf_metric b[2] = { 0 };
	char label[] = "q\"\\\n";

	(void)state;
	metrics_add(metrics, link_rows, 2, b, "link", label);
	label[0] = 'x';
	metrics_add(metrics, link_rows, 2, a, "link", "a");
	iwf_metric_add(&a[0], 5);
	iwf_metric_set(&a[1], -3);
	iwf_metric_add(&b[0], INT64_MAX);
	check(metrics, SENT_HEAD
	      "iwf_sent_total{link=\"a\"} 5\n"
	      "iwf_sent_total{link=\"q\\\"\\\\\\n\"} 9223372036854775807\n"
	      WINDOW_HEAD
	      "iwf_window{link=\"a\"} -3\n"
	      "iwf_window{link=\"q\\\"\\\\\\n\"} 0\n");
	metrics_remove(metrics, b);
	check(metrics, SENT_HEAD "iwf_sent_total{link=\"a\"} 5\n"
	      WINDOW_HEAD "iwf_window{link=\"a\"} -3\n");
	metrics_remove(metrics, a);
	check(metrics, "");
	metrics_destroy(&metrics);
}

static void test_summing(void **state)
{
	struct metrics *metrics = metrics_create();
	struct iwf_metric values[5] = { 0 };

	(void)state;
	for (int i = 0; i < 5; i++) {
		iwf_metric_set(&values[i], 1 << (4 * i));
		metrics_add(metrics, worker_rows, 1, &values[i],
			    i < 2 ? NULL : "worker",
			    i < 2 ? NULL : i == 3 ? "b" : "a");
	}
	check(metrics,
	      "# HELP iwf_requests_total Requests served.\n"
	      "# TYPE iwf_requests_total counter\n"
	      "iwf_requests_total 17\n"
	      "iwf_requests_total{worker=\"a\"} 65792\n"
	      "iwf_requests_total{worker=\"b\"} 4096\n");
	metrics_remove(metrics, &values[0]);
	metrics_remove(metrics, &values[4]);
	check(metrics,
	      "# HELP iwf_requests_total Requests served.\n"
	      "# TYPE iwf_requests_total counter\n"
	      "iwf_requests_total 16\n"
	      "iwf_requests_total{worker=\"a\"} 256\n"
	      "iwf_requests_total{worker=\"b\"} 4096\n");
	metrics_destroy(&metrics);
}

/* Registering and writing on one thread while another formats. */
static void *come_and_go(void *arg)
{
	struct metrics *metrics = arg;

	for (int i = 0; i < 2000; i++) {
		struct iwf_metric values[2] = { 0 };

		metrics_add(metrics, link_rows, 2, values, "link", "x");
		iwf_metric_add(&values[0], 1);
		metrics_remove(metrics, values);
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct metrics *metrics = metrics_create();
	struct iwf_buf buf = { 0 };
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, come_and_go, metrics),
			 0);
	for (int i = 0; i < 200; i++) {
		iwf_buf_clear(&buf);
		metrics_format(metrics, &buf);
	}
	pthread_join(thread, NULL);
	check(metrics, "");
	iwf_buf_free(&buf);
	metrics_destroy(&metrics);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_summing),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
