/* Unknown keys and the known one that was probably meant. */
#include "base/conf_tree.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char *name_at(const void *names, size_t index)
{
	const char *const *list = names;

	return list[index];
}

static void test_nearest(void **state)
{
	static const char *const names[] = { "port", "host", "window",
					     "system_id", NULL };
	static const struct {
		const char *key;
		const char *text;
	} cases[] = {
		{ "prt", "unknown key \"prt\"; did you mean \"port\"?" },
		{ "Port", "unknown key \"Port\"; did you mean \"port\"?" },
		{ "ports", "unknown key \"ports\"; did you mean \"port\"?" },
		{ "hsot", "unknown key \"hsot\"; did you mean \"host\"?" },
		{ "system-id",
		  "unknown key \"system-id\"; did you mean \"system_id\"?" },
		{ "widnow", "unknown key \"widnow\"; did you mean \"window\"?" },
		/* as near to two: the first */
		{ "post", "unknown key \"post\"; did you mean \"port\"?" },
		{ "x", "unknown key \"x\"" },
		{ "timeout", "unknown key \"timeout\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct conf_node node = { .key = cases[i].key, .file = "f",
					  .line = 9 };
		struct iwf_why why;

		assert_int_equal(conf_node_refuse_key(&node, name_at, names,
						      &why), IWF_E_SYNTAX);
		assert_string_equal(why.text, cases[i].text);
		assert_string_equal(why.file, "f");
		assert_int_equal(why.at, 9);
		assert_int_equal(conf_node_refuse_key(&node, name_at, names,
						      NULL), IWF_E_SYNTAX);
	}
}

static void test_find(void **state)
{
	struct conf_node children[] = { { .key = "a" }, { .key = NULL },
					{ .key = "b" } };
	struct conf_node group = { .children = children, .count = 3 };

	(void)state;
	assert_ptr_equal(conf_node_find(&group, "a"), &children[0]);
	assert_ptr_equal(conf_node_find(&group, "b"), &children[2]);
	assert_null(conf_node_find(&group, "c"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
