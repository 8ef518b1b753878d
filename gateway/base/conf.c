/* Configuration files read with libconfig into a tree of our own. */
#include "base/conf_tree.h"

#include <dirent.h>
#include <errno.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>

struct reading {
	struct iwf_arena *arena;
	const char *path;   /* of the main file */
	const char *folder; /* where it lies, and what it includes */
	struct conf_node root;
	size_t cap;
	struct iwf_why *why;
};

/* --- libconfig's tree to ours --- */

/* libconfig 1.5 names an included file as it was written, later ones with the
 * folder before it. */
static const char *file_name(struct reading *reading, const char *top,
			     const char *file)
{
	size_t len = strlen(reading->folder);

	if (!file || !strcmp(file, top))
		return top;
	if (file[0] == '/' ||
	    (!strncmp(file, reading->folder, len) && file[len] == '/'))
		return iwf_arena_copy(reading->arena, iwf_str_from(file)).ptr;
	return conf_path_join(reading->arena, reading->folder, file);
}

static void copy_value(struct reading *reading, const config_setting_t *from,
		       struct conf_node *to)
{
	switch (config_setting_type(from)) {
	case CONFIG_TYPE_INT:
		to->type = CONF_NUMBER;
		to->number = config_setting_get_int(from);
		break;
	case CONFIG_TYPE_INT64:
		to->type = CONF_NUMBER;
		to->number = config_setting_get_int64(from);
		break;
	case CONFIG_TYPE_BOOL:
		to->type = CONF_BOOL;
		to->number = config_setting_get_bool(from) != 0;
		break;
	case CONFIG_TYPE_STRING:
		to->type = CONF_TEXT;
		to->text = iwf_arena_copy(
			reading->arena,
			iwf_str_from(config_setting_get_string(from)));
		break;
	case CONFIG_TYPE_LIST:
		to->type = CONF_LIST;
		break;
	case CONFIG_TYPE_ARRAY:
		to->type = CONF_ARRAY;
		break;
	case CONFIG_TYPE_GROUP:
		to->type = CONF_GROUP;
		break;
	default:
		to->type = CONF_FLOAT;
		break;
	}
}

static void copy_node(struct reading *reading, const char *top,
		      config_setting_t *from, struct conf_node *to)
{
	const char *name = config_setting_name(from);
	int count = config_setting_is_aggregate(from) ?
		    config_setting_length(from) : 0;

	if (name)
		to->key = iwf_arena_copy(reading->arena,
					 iwf_str_from(name)).ptr;
	to->file = file_name(reading, top, config_setting_source_file(from));
	to->line = config_setting_source_line(from);
	copy_value(reading, from, to);
	to->count = (size_t)count;
	to->children = IWF_ARENA_ARRAY(reading->arena, struct conf_node,
				       to->count);
	for (int i = 0; i < count; i++)
		copy_node(reading, top, config_setting_get_elem(from,
							(unsigned)i),
			  &to->children[i]);
}

/* --- files --- */

static enum iwf_err add_child(struct reading *reading,
			      const struct conf_node *child)
{
	struct conf_node *root = &reading->root;
	const struct conf_node *twin = conf_node_find(root, child->key);

	if (twin)
		return conf_node_refuse(child, reading->why,
					"\"%s\" stands also in %s:%zu",
					child->key, twin->file, twin->line);
	if (root->count == reading->cap) {
		struct conf_node *old = root->children;

		reading->cap = reading->cap ? 2 * reading->cap : 16;
		root->children = IWF_ARENA_ARRAY(reading->arena,
						 struct conf_node,
						 reading->cap);
		if (root->count)
			memcpy(root->children, old,
			       root->count * sizeof(*old));
	}
	root->children[root->count++] = *child;
	return IWF_OK;
}

static enum iwf_err add_children(struct reading *reading,
				 const struct conf_node *root)
{
	enum iwf_err err = IWF_OK;

	for (size_t i = 0; i < root->count && err == IWF_OK; i++)
		err = add_child(reading, &root->children[i]);
	return err;
}

static enum iwf_err refuse_syntax(struct reading *reading, const char *path,
				  const config_t *parsed)
{
	const char *text = config_error_text(parsed);
	struct conf_node place = {
		.file = file_name(reading, path, config_error_file(parsed)),
		.line = (size_t)config_error_line(parsed),
	};

	return conf_node_refuse(&place, reading->why, "%s",
				text ? text : "cannot be read");
}

static enum iwf_err parse_file(struct reading *reading, const char *path)
{
	struct conf_node root = { 0 };
	enum iwf_err err = IWF_OK;
	config_t parsed;

	config_init(&parsed);
	config_set_include_dir(&parsed, reading->folder);
	if (config_read_file(&parsed, path) == CONFIG_TRUE)
		copy_node(reading, path, config_root_setting(&parsed), &root);
	else
		err = refuse_syntax(reading, path, &parsed);
	config_destroy(&parsed);
	return err == IWF_OK ? add_children(reading, &root) : err;
}

static enum iwf_err read_file(struct reading *reading, const char *path)
{
	struct conf_flaw flaw;
	struct iwf_why why;
	enum iwf_err err;

	err = conf_scan(reading->arena, path, reading->folder, &flaw, &why);
	if (err == IWF_OK)
		err = parse_file(reading, path);
	else if (reading->why)
		*reading->why = why;
	if (err != IWF_OK || flaw.err == IWF_OK)
		return err;
	if (reading->why)
		*reading->why = flaw.why;
	return flaw.err;
}

static int is_conf_name(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 &&
	       !strcmp(entry->d_name + len - 5, ".conf");
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static enum iwf_err read_folder(struct reading *reading, const char *folder)
{
	struct dirent **names;
	int count = scandir(folder, &names, is_conf_name, compare_names);
	enum iwf_err err = IWF_OK;

	if (count < 0 && errno == ENOENT)
		return IWF_OK;
	if (count < 0) {
		struct conf_node place = { .file = folder };

		conf_node_refuse(&place, reading->why, "%s", strerror(errno));
		return IWF_E_IO;
	}
	for (int i = 0; i < count; i++) {
		if (err == IWF_OK)
			err = read_file(reading,
					conf_path_join(reading->arena, folder,
						       names[i]->d_name));
		free(names[i]);
	}
	free(names);
	return err;
}

static const char *folder_of(struct iwf_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	if (slash == path)
		return "/";
	return iwf_arena_copy(arena, iwf_str_make(path, (size_t)(slash - path)))
		.ptr;
}

enum iwf_err conf_read(struct iwf_arena *arena, const char *path,
		       struct conf **conf, struct iwf_why *why)
{
	struct reading reading = { .arena = arena, .why = why };
	struct conf *made;
	enum iwf_err err;

	reading.path = iwf_arena_copy(arena, iwf_str_from(path)).ptr;
	reading.folder = folder_of(arena, reading.path);
	err = read_file(&reading, reading.path);
	if (err == IWF_OK)
		err = read_folder(&reading, conf_path_join(
					arena, reading.folder, "adapters.d"));
	if (err != IWF_OK)
		return err;
	made = IWF_ARENA_NEW(arena, struct conf);
	made->path = reading.path;
	made->root = reading.root;
	made->root.type = CONF_GROUP;
	*conf = made;
	return IWF_OK;
}

/* --- top-level keys --- */

static struct conf_node missing_node(const struct conf *conf, const char *key,
				     enum conf_type type)
{
	return (struct conf_node){ .key = key, .type = type,
				   .file = conf->path, .line = 1 };
}

enum iwf_err conf_section(struct iwf_arena *arena, const struct conf *conf,
			  const char *section, const struct iwf_setting *rows,
			  void *to, struct iwf_why *why)
{
	const struct conf_node *found = conf_node_find(&conf->root, section);
	struct conf_node missing = missing_node(conf, section, CONF_GROUP);

	return conf_group_apply(arena, found ? found : &missing, rows, to, why);
}

enum iwf_err conf_list(struct iwf_arena *arena, const struct conf *conf,
		       const char *section, const struct iwf_setting *rows,
		       size_t size, struct iwf_list *list, struct iwf_why *why)
{
	const struct conf_node *found = conf_node_find(&conf->root, section);
	struct conf_node missing = missing_node(conf, section, CONF_LIST);
	struct iwf_setting row = { .key = section, .type = IWF_SETTING_LIST,
				   .rows = rows, .size = size };

	return conf_list_apply(arena, found ? found : &missing, &row, list,
			       why);
}

static const char *section_at(const void *names, size_t index)
{
	const char *const *sections = names;

	return sections[index];
}

enum iwf_err conf_check_known(const struct conf *conf,
			      const char *const *sections, struct iwf_why *why)
{
	for (size_t i = 0; i < conf->root.count; i++) {
		const struct conf_node *node = &conf->root.children[i];
		size_t at = 0;

		while (sections[at] && strcmp(sections[at], node->key))
			at++;
		if (!sections[at])
			return conf_node_refuse_key(node, section_at, sections,
						    why);
	}
	return IWF_OK;
}

/* One step of "smpp[2].binds": a key, or an element's number in brackets. */
static const struct conf_node *step(const struct conf_node *node,
				    struct iwf_str word)
{
	uint64_t index;

	if (word.len > 1 && word.ptr[word.len - 1] == ']')
		return iwf_str_to_u64(iwf_str_sub(word, 0, word.len - 1),
				      SIZE_MAX, &index) == IWF_OK &&
		       index < node->count ? &node->children[index] : NULL;
	for (size_t i = 0; i < node->count; i++)
		if (node->children[i].key &&
		    iwf_str_eq(iwf_str_from(node->children[i].key), word))
			return &node->children[i];
	return NULL;
}

void conf_place(const struct conf *conf, const char *section, size_t index,
		struct iwf_why *why)
{
	const struct conf_node *node = &conf->root;
	struct iwf_str rest = iwf_str_from(section);

	if (!why)
		return;
	why->file = conf->path;
	why->at = 1;
	while (node && rest.len) {
		size_t len = 0;

		while (len < rest.len && rest.ptr[len] != '.' &&
		       rest.ptr[len] != '[')
			len++;
		if (len)
			node = step(node, iwf_str_sub(rest, 0, len));
		rest = iwf_str_sub(rest, len + 1, rest.len);
	}
	if (!node || node == &conf->root)
		return;
	if (index < node->count && node->type != CONF_GROUP)
		node = &node->children[index];
	why->file = node->file;
	why->at = node->line;
}
