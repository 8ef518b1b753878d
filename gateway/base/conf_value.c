/* From values of the configuration to typed fields, by rows; defaults take the
 * same way. */
#include "base/conf_tree.h"

/* One row on its way into its field. */
struct target {
	struct iwf_arena *arena;
	const struct iwf_setting *row;
	void *to;
	struct iwf_why *why;
};

typedef enum iwf_err apply_fn(const struct target *target,
			      const struct conf_node *node);

/* --- numbers with units --- */

struct unit {
	const char *word;
	uint64_t factor;
};

static enum iwf_err unit_parse(struct iwf_str s, const struct unit *units,
			       uint64_t *value)
{
	uint64_t number;
	enum iwf_err err;
	size_t len = 0;

	while (len < s.len && s.ptr[len] >= '0' && s.ptr[len] <= '9')
		len++;
	if (!len)
		return IWF_E_SYNTAX;
	while (units->word &&
	       !iwf_str_eq(iwf_str_sub(s, len, s.len),
			   iwf_str_from(units->word)))
		units++;
	if (!units->word)
		return IWF_E_SYNTAX;
	err = iwf_str_to_u64(iwf_str_sub(s, 0, len), UINT64_MAX / units->factor,
			     &number);
	if (err == IWF_OK)
		*value = number * units->factor;
	return err;
}

enum iwf_err conf_duration_parse(struct iwf_str s, uint64_t *ms)
{
	static const struct unit units[] = {
		{ "ms", 1 },	     { "s", 1000 },	    { "m", 60000 },
		{ "h", 3600 * 1000 }, { "d", 86400 * 1000 }, { NULL, 0 },
	};

	if (iwf_str_eq(s, IWF_STR("0"))) {
		*ms = 0;
		return IWF_OK;
	}
	return unit_parse(s, units, ms);
}

enum iwf_err conf_size_parse(struct iwf_str s, uint64_t *len)
{
	static const struct unit units[] = {
		{ "", 1 },
		{ "KiB", 1u << 10 },
		{ "MiB", 1u << 20 },
		{ "GiB", 1u << 30 },
		{ NULL, 0 },
	};

	return unit_parse(s, units, len);
}

/* --- refusing --- */

static enum iwf_err refuse_type(const struct target *target,
				const struct conf_node *node,
				const char *wanted)
{
	return conf_node_refuse(node, target->why, "%s must be %s",
				target->row->key, wanted);
}

static enum iwf_err check_bounds(const struct target *target,
				 const struct conf_node *node, uint64_t value,
				 uint64_t width_max)
{
	const struct iwf_setting *row = target->row;
	struct iwf_buf bounds = { 0 };

	if (value >= row->min && value <= width_max &&
	    (!row->max || value <= row->max))
		return IWF_OK;
	if (value > width_max && (!row->max || row->max > width_max)) {
		conf_node_refuse(node, target->why, "%s is too large",
				 row->key);
		return IWF_E_SYNTAX;
	}
	conf_bounds_format(&bounds, row);
	conf_node_refuse(node, target->why, "%s must be %.*s", row->key,
			 IWF_STR_ARG(iwf_buf_str(&bounds)));
	iwf_buf_free(&bounds);
	return IWF_E_SYNTAX;
}

static enum iwf_err check_count(const struct target *target,
				const struct conf_node *node, size_t count)
{
	const struct iwf_setting *row = target->row;

	if (count < row->min)
		return conf_node_refuse(node, target->why,
					"%s needs at least %llu elements, has %zu",
					row->key, (unsigned long long)row->min,
					count);
	if (row->max && count > row->max)
		return conf_node_refuse(node, target->why,
					"%s takes up to %llu elements, has %zu",
					row->key, (unsigned long long)row->max,
					count);
	return IWF_OK;
}

static enum iwf_err check_text(const struct target *target,
			       const struct conf_node *node)
{
	if (node->type != CONF_TEXT)
		return refuse_type(target, node, "a text in quotes");
	if (!iwf_str_is_utf8(node->text))
		return refuse_type(target, node, "UTF-8");
	return IWF_OK;
}

/* --- one type each --- */

static enum iwf_err apply_bool(const struct target *target,
			       const struct conf_node *node)
{
	if (node->type != CONF_BOOL)
		return refuse_type(target, node, "true or false");
	*(bool *)target->to = node->number != 0;
	return IWF_OK;
}

static enum iwf_err apply_u32(const struct target *target,
			      const struct conf_node *node)
{
	enum iwf_err err;

	if (node->type != CONF_NUMBER)
		return refuse_type(target, node, "a number");
	if (node->number < 0)
		return refuse_type(target, node, "0 or more");
	err = check_bounds(target, node, (uint64_t)node->number, UINT32_MAX);
	if (err == IWF_OK)
		*(uint32_t *)target->to = (uint32_t)node->number;
	return err;
}

static enum iwf_err apply_size(const struct target *target,
			       const struct conf_node *node)
{
	enum iwf_err err = IWF_E_SYNTAX;
	uint64_t value = 0;

	if (node->type == CONF_NUMBER && node->number >= 0) {
		value = (uint64_t)node->number;
		err = IWF_OK;
	} else if (node->type == CONF_TEXT) {
		err = conf_size_parse(node->text, &value);
	}
	if (err == IWF_E_LIMIT)
		value = UINT64_MAX;
	else if (err != IWF_OK)
		return refuse_type(target, node,
				   "a number or a size like \"64KiB\"");
	/* The largest value stands for what did not fit 64 bits. */
	err = check_bounds(target, node, value, UINT64_MAX - 1);
	if (err == IWF_OK)
		*(uint64_t *)target->to = value;
	return err;
}

static enum iwf_err apply_duration(const struct target *target,
				   const struct conf_node *node)
{
	enum iwf_err err = IWF_E_SYNTAX;
	uint64_t ms = 0;

	if (node->type == CONF_TEXT)
		err = conf_duration_parse(node->text, &ms);
	else if (node->type == CONF_NUMBER && node->number == 0)
		err = IWF_OK;
	if (err == IWF_E_LIMIT)
		ms = UINT64_MAX;
	else if (err != IWF_OK)
		return refuse_type(target, node, "a duration like \"30s\"");
	err = check_bounds(target, node, ms, UINT32_MAX);
	if (err == IWF_OK)
		*(uint32_t *)target->to = (uint32_t)ms;
	return err;
}

static enum iwf_err apply_text(const struct target *target,
			       const struct conf_node *node)
{
	const struct iwf_setting *row = target->row;
	enum iwf_err err = check_text(target, node);

	if (err != IWF_OK)
		return err;
	if (node->text.len < row->min)
		return conf_node_refuse(node, target->why,
					"%s is shorter than %llu bytes",
					row->key, (unsigned long long)row->min);
	if (row->max && node->text.len > row->max)
		return conf_node_refuse(node, target->why,
					"%s is longer than %llu bytes",
					row->key, (unsigned long long)row->max);
	*(struct iwf_str *)target->to = iwf_arena_copy(target->arena,
						       node->text);
	return IWF_OK;
}

static enum iwf_err apply_choice(const struct target *target,
				 const struct conf_node *node)
{
	const char *const *choices = target->row->choices;
	enum iwf_err err = check_text(target, node);
	struct iwf_buf words = { 0 };

	if (err != IWF_OK)
		return err;
	for (uint32_t i = 0; choices[i]; i++) {
		if (iwf_str_eq(node->text, iwf_str_from(choices[i]))) {
			*(uint32_t *)target->to = i;
			iwf_buf_free(&words);
			return IWF_OK;
		}
		iwf_buf_printf(&words, "%s\"%s\"", i ? ", " : "", choices[i]);
	}
	conf_node_refuse(node, target->why, "%s must be one of %.*s",
			 target->row->key, IWF_STR_ARG(iwf_buf_str(&words)));
	iwf_buf_free(&words);
	return IWF_E_SYNTAX;
}

static enum iwf_err apply_texts(const struct target *target,
				const struct conf_node *node)
{
	bool alone = node->type == CONF_TEXT;
	const struct conf_node *items = alone ? node : node->children;
	size_t count = alone ? 1 : node->count;
	struct iwf_texts *texts = target->to;
	enum iwf_err err;
	struct iwf_str *to;

	if (!alone && node->type != CONF_ARRAY && node->type != CONF_LIST)
		return refuse_type(target, node,
				   "an array of texts, [\"a\", \"b\"]");
	err = check_count(target, node, count);
	to = IWF_ARENA_ARRAY(target->arena, struct iwf_str, count);
	for (size_t i = 0; i < count && err == IWF_OK; i++) {
		err = check_text(target, &items[i]);
		to[i] = iwf_arena_copy(target->arena, items[i].text);
	}
	if (err == IWF_OK)
		*texts = (struct iwf_texts){ to, count };
	return err;
}

static enum iwf_err apply_group(const struct target *target,
				const struct conf_node *node)
{
	return conf_group_apply(target->arena, node, target->row->rows,
				target->to, target->why);
}

static enum iwf_err apply_list(const struct target *target,
			       const struct conf_node *node)
{
	return conf_list_apply(target->arena, node, target->row, target->to,
			       target->why);
}

static apply_fn *const apply[] = {
	[IWF_SETTING_BOOL] = apply_bool,
	[IWF_SETTING_U32] = apply_u32,
	[IWF_SETTING_SIZE] = apply_size,
	[IWF_SETTING_DURATION] = apply_duration,
	[IWF_SETTING_TEXT] = apply_text,
	[IWF_SETTING_CHOICE] = apply_choice,
	[IWF_SETTING_TEXTS] = apply_texts,
	[IWF_SETTING_GROUP] = apply_group,
	[IWF_SETTING_LIST] = apply_list,
};

/* --- defaults --- */

/* "a, b" as the file would say ["a", "b"]. */
static void literal_texts(struct iwf_arena *arena, struct conf_node *node,
			  struct iwf_str text)
{
	struct iwf_str piece;
	struct iwf_str rest = text;
	size_t count = 0;

	node->type = CONF_ARRAY;
	if (!text.len)
		return;
	while (iwf_str_split(&rest, ',', &piece))
		count++;
	node->children = IWF_ARENA_ARRAY(arena, struct conf_node, count);
	for (rest = text; iwf_str_split(&rest, ',', &piece); node->count++)
		node->children[node->count] = (struct conf_node){
			.type = CONF_TEXT, .file = node->file,
			.line = node->line, .text = iwf_str_trim(piece),
		};
}

/* The row's default as libconfig would have read it, standing at place. */
static struct conf_node literal_node(struct iwf_arena *arena,
				     const struct iwf_setting *row,
				     const struct conf_node *place)
{
	struct conf_node node = { .key = row->key, .type = CONF_TEXT,
				  .file = place->file, .line = place->line,
				  .text = iwf_str_from(row->fallback) };
	uint64_t number;

	if (row->type == IWF_SETTING_BOOL &&
	    (!strcmp(row->fallback, "true") ||
	     !strcmp(row->fallback, "false"))) {
		node.type = CONF_BOOL;
		node.number = !strcmp(row->fallback, "true");
	} else if (row->type == IWF_SETTING_U32 &&
		   iwf_str_to_u64(node.text, INT64_MAX, &number) == IWF_OK) {
		node.type = CONF_NUMBER;
		node.number = (int64_t)number;
	} else if (row->type == IWF_SETTING_TEXTS) {
		literal_texts(arena, &node, node.text);
	} else if (row->type == IWF_SETTING_GROUP) {
		node.type = CONF_GROUP;
	} else if (row->type == IWF_SETTING_LIST) {
		node.type = CONF_LIST;
	}
	return node;
}

/* --- groups and lists --- */

static const char *row_key_at(const void *names, size_t index)
{
	const struct iwf_setting *rows = names;

	return rows[index].key;
}

static enum iwf_err check_keys(const struct conf_node *group,
			       const struct iwf_setting *rows,
			       struct iwf_why *why)
{
	for (size_t i = 0; i < group->count; i++) {
		const struct iwf_setting *row = rows;

		while (row->key && strcmp(row->key, group->children[i].key))
			row++;
		if (!row->key)
			return conf_node_refuse_key(&group->children[i],
						    row_key_at, rows, why);
	}
	return IWF_OK;
}

static enum iwf_err apply_row(const struct target *target,
			      const struct conf_node *group)
{
	const struct iwf_setting *row = target->row;
	const struct conf_node *node = conf_node_find(group, row->key);
	struct conf_node literal;

	if (node)
		return apply[row->type](target, node);
	if (!row->fallback)
		return conf_node_refuse(group, target->why,
					"%s must be given", row->key);
	literal = literal_node(target->arena, row, group);
	return apply[row->type](target, &literal);
}

enum iwf_err conf_group_apply(struct iwf_arena *arena,
			      const struct conf_node *group,
			      const struct iwf_setting *rows, void *to,
			      struct iwf_why *why)
{
	enum iwf_err err;

	if (group->type != CONF_GROUP)
		return conf_node_refuse(group, why, "%s must be a group, { }",
					group->key ? group->key :
						     "an element here");
	err = check_keys(group, rows, why);
	for (; rows->key && err == IWF_OK; rows++) {
		struct target target = { arena, rows,
					 (char *)to + rows->offset, why };

		err = apply_row(&target, group);
	}
	return err;
}

enum iwf_err conf_list_apply(struct iwf_arena *arena,
			     const struct conf_node *node,
			     const struct iwf_setting *row, void *to,
			     struct iwf_why *why)
{
	struct target target = { arena, row, to, why };
	struct iwf_list *list = to;
	enum iwf_err err;
	char *items;

	if (node->type != CONF_LIST)
		return refuse_type(&target, node,
				   "a list of groups, ( { }, { } )");
	err = check_count(&target, node, node->count);
	items = IWF_ARENA_ARRAY(arena, char, node->count * row->size);
	for (size_t i = 0; i < node->count && err == IWF_OK; i++)
		err = conf_group_apply(arena, &node->children[i], row->rows,
				       items + i * row->size, why);
	if (err == IWF_OK)
		*list = (struct iwf_list){ items, node->count };
	return err;
}
