/* Whether two structs filled from the same rows say the same. */
#include "base/conf.h"

static bool texts_eq(const struct iwf_texts *a, const struct iwf_texts *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!iwf_str_eq(a->items[i], b->items[i]))
			return false;
	return true;
}

static bool list_eq(const struct iwf_setting *row, const struct iwf_list *a,
		    const struct iwf_list *b, const char *but)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (conf_difference(row->rows,
				    (const char *)a->items + i * row->size,
				    (const char *)b->items + i * row->size,
				    but))
			return false;
	return true;
}

static bool row_eq(const struct iwf_setting *row, const void *a, const void *b,
		   const char *but)
{
	switch (row->type) {
	case IWF_SETTING_BOOL:
		return *(const bool *)a == *(const bool *)b;
	case IWF_SETTING_SIZE:
		return *(const uint64_t *)a == *(const uint64_t *)b;
	case IWF_SETTING_TEXT:
		return iwf_str_eq(*(const struct iwf_str *)a,
				  *(const struct iwf_str *)b);
	case IWF_SETTING_TEXTS:
		return texts_eq(a, b);
	case IWF_SETTING_GROUP:
		return !conf_difference(row->rows, a, b, but);
	case IWF_SETTING_LIST:
		return list_eq(row, a, b, but);
	default:
		return *(const uint32_t *)a == *(const uint32_t *)b;
	}
}

const char *conf_difference(const struct iwf_setting *rows, const void *a,
			    const void *b, const char *but)
{
	for (; rows->key; rows++) {
		if (but && !strcmp(rows->key, but))
			continue;
		if (!row_eq(rows, (const char *)a + rows->offset,
			    (const char *)b + rows->offset, but))
			return rows->key;
	}
	return NULL;
}
