/* Finding keys in the configuration's tree, and refusing what is in it with
 * its place and the nearest known name. */
#include "base/conf_tree.h"

#include <stdio.h>

#define NAME_MAX_LEN 63

const struct conf_node *conf_node_find(const struct conf_node *group,
				       const char *key)
{
	for (size_t i = 0; i < group->count; i++)
		if (group->children[i].key &&
		    !strcmp(group->children[i].key, key))
			return &group->children[i];
	return NULL;
}

enum iwf_err conf_node_refuse(const struct conf_node *node, struct iwf_why *why,
			      const char *fmt, ...)
{
	va_list args;

	if (!why)
		return IWF_E_SYNTAX;
	why->file = node->file;
	why->at = node->line;
	va_start(args, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, args);
	va_end(args);
	return IWF_E_SYNTAX;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance; names too long to be keys are far from everything. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_LEN + 1];
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_len > NAME_MAX_LEN || b_len > NAME_MAX_LEN)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t change = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			row[j] = least(change, least(row[j], row[j - 1]) + 1);
		}
	}
	return row[b_len];
}

enum iwf_err conf_node_refuse_key(const struct conf_node *node,
				  conf_name_fn *name_at, const void *names,
				  struct iwf_why *why)
{
	size_t best = 1 + strlen(node->key) / 3;
	const char *nearest = NULL;
	const char *name;

	for (size_t i = 0; (name = name_at(names, i)); i++) {
		size_t far = distance(node->key, name);

		if (far > best || (far == best && nearest))
			continue;
		best = far;
		nearest = name;
	}
	if (!nearest)
		return conf_node_refuse(node, why, "unknown key \"%s\"",
					node->key);
	return conf_node_refuse(node, why,
				"unknown key \"%s\"; did you mean \"%s\"?",
				node->key, nearest);
}
