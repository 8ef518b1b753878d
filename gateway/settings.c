/* The configuration file read into typed structs, and judged. */
#include "settings.h"

#include "module.h"

#include <stdio.h>
#include <stdlib.h>

static const struct iwf_setting module_rows[] = {
	IWF_ROW_TEXT(struct settings_modules, dir, "dir", IWF_MODULE_DIR, 400,
		     "Folder of the adapters"),
	IWF_ROW_TEXTS(struct settings_modules, load, "load", "smpp, smpp_server",
		      SETTINGS_ADAPTERS_MAX, "Adapters to load"),
	IWF_ROWS_END
};

/* A section of one struct in struct settings. */
struct section {
	const char *name;
	const struct iwf_setting *rows;
	size_t offset;
	bool is_live;          /* a reload applies it */
	const char *live_key;  /* or only this of it */
};

#define SECTION(name, rows, ...) \
	{ #name, rows, offsetof(struct settings, name), __VA_ARGS__ }

static const struct section sections[] = {
	SECTION(log, log_rows, true, NULL),
	SECTION(store, store_rows, false, NULL),
	SECTION(relay, relay_rows, false, NULL),
	SECTION(sip, sip_rows, false, "trust"),
	SECTION(cpm, cpm_rows, true, NULL),
	SECTION(admin, admin_rows, false, NULL),
	SECTION(modules, module_rows, false, NULL),
};

#define SECTION_COUNT IWF_COUNT_OF(sections)

/* --- the links of an adapter --- */

static size_t count_rows(const struct iwf_setting *rows)
{
	size_t count = 0;

	while (rows[count].key)
		count++;
	return count;
}

/* The adapter's rows and those every link has, for one struct after another. */
static void merge_rows(struct iwf_arena *arena, struct settings_adapter *to)
{
	size_t own = count_rows(to->adapter->rows);
	size_t common = count_rows(relay_link_rows);

	to->common_offset = (to->adapter->conf_size + 15) & ~(size_t)15;
	to->link_size = to->common_offset + sizeof(struct relay_link_conf);
	to->rows = IWF_ARENA_ARRAY(arena, struct iwf_setting, own + common + 1);
	memcpy(to->rows, relay_link_rows, common * sizeof(*to->rows));
	for (size_t i = 0; i < common; i++)
		to->rows[i].offset += to->common_offset;
	memcpy(to->rows + common, to->adapter->rows,
	       own * sizeof(*to->rows));
}

struct links_holder {
	struct iwf_list links;
};

static enum iwf_err read_links(struct settings *settings,
			       struct settings_adapter *to,
			       struct iwf_why *why)
{
	struct links_holder holder = { 0 };
	enum iwf_err err;

	merge_rows(settings->arena, to);
	to->section = IWF_ARENA_ARRAY(settings->arena, struct iwf_setting, 2);
	to->section[0] = (struct iwf_setting){
		.key = "links", .type = IWF_SETTING_LIST, .fallback = "",
		.rows = to->rows, .size = to->link_size, .max = 1000,
		.help = "Links of this adapter",
	};
	err = conf_section(settings->arena, settings->conf, to->adapter->name,
			   to->section, &holder, why);
	to->links = holder.links;
	return err;
}

const struct relay_link_conf *settings_link(
	const struct settings_adapter *adapter, size_t index)
{
	return (const struct relay_link_conf *)
		((const char *)settings_link_conf(adapter, index) +
		 adapter->common_offset);
}

const void *settings_link_conf(const struct settings_adapter *adapter,
			       size_t index)
{
	return (const char *)adapter->links.items + index * adapter->link_size;
}

/* --- judging --- */

static void place_link(const struct settings *settings,
		       const struct settings_adapter *adapter, size_t index,
		       struct iwf_why *why)
{
	char section[80];

	snprintf(section, sizeof(section), "%s.links", adapter->adapter->name);
	conf_place(settings->conf, section, index, why);
}

static void place_element(const struct settings *settings,
			  const struct settings_adapter *adapter, size_t index,
			  const char *list, struct iwf_why *why)
{
	char section[160];
	size_t element = why->at;

	snprintf(section, sizeof(section), "%s.links[%zu].%s",
		 adapter->adapter->name, index, list);
	conf_place(settings->conf, section, element, why);
}

static enum iwf_err check_link(const struct settings *settings,
			       const struct settings_adapter *adapter,
			       size_t index, struct iwf_why *why)
{
	const struct iwf_ops *ops = adapter->adapter->ops;
	struct iwf_str name = settings_link(adapter, index)->name;
	struct iwf_why own = { 0 };
	enum iwf_err err = relay_link_check(settings_link(adapter, index),
					    &own);

	if (!err && ops->check)
		err = ops->check(settings_link_conf(adapter, index), &own);
	if (!err)
		return IWF_OK;
	iwf_why_set(why, err, own.at, "link \"%.*s\": %s%s%.120s",
		    IWF_STR_ARG(name), own.file ? own.file : "",
		    own.file ? ": " : "", own.text);
	if (own.file)
		place_element(settings, adapter, index, own.file, why);
	else
		place_link(settings, adapter, index, why);
	return err;
}

static bool is_name_free(const struct settings *settings,
			 const struct settings_adapter *until, size_t index)
{
	struct iwf_str name = settings_link(until, index)->name;

	if (iwf_str_eq(name, IWF_STR("cpm")) ||
	    iwf_str_eq(name, IWF_STR("refuse")))
		return false;
	for (const struct settings_adapter *a = settings->adapters;; a++) {
		size_t count = a == until ? index : a->links.count;

		for (size_t i = 0; i < count; i++)
			if (iwf_str_eq(settings_link(a, i)->name, name))
				return false;
		if (a == until)
			return true;
	}
}

static enum iwf_err check_adapter(const struct settings *settings,
				  const struct settings_adapter *adapter,
				  struct iwf_why *why)
{
	enum iwf_err err = IWF_OK;

	for (size_t i = 0; i < adapter->links.count && !err; i++) {
		if (!is_name_free(settings, adapter, i)) {
			err = iwf_why_set(why, IWF_E_EXISTS, 0,
				"link name \"%.*s\" is taken",
				IWF_STR_ARG(settings_link(adapter, i)->name));
			place_link(settings, adapter, i, why);
			return err;
		}
		err = check_link(settings, adapter, i, why);
	}
	return err;
}

static struct iwf_texts link_names(const struct settings *settings)
{
	size_t count = 1, at = 0;
	struct iwf_str *names;

	for (unsigned a = 0; a < settings->adapter_count; a++)
		count += settings->adapters[a].links.count;
	names = IWF_ARENA_ARRAY(settings->arena, struct iwf_str, count);
	names[at++] = IWF_STR("cpm");
	for (unsigned a = 0; a < settings->adapter_count; a++)
		for (size_t i = 0; i < settings->adapters[a].links.count; i++)
			names[at++] = settings_link(&settings->adapters[a],
						    i)->name;
	return (struct iwf_texts){ names, count };
}

enum iwf_err settings_routes(const struct settings *settings,
			     struct routes **routes, struct iwf_why *why)
{
	struct iwf_texts names = link_names(settings);
	size_t bad = 0;
	enum iwf_err err = routes_create(routes, &settings->routes, &names,
					 &bad, why);

	if (err) {
		conf_place(settings->conf, "routes", bad, why);
		return err;
	}
	err = routes_add_blocks(*routes, &settings->blocks, &bad, why);
	if (err) {
		conf_place(settings->conf, "blocks", bad, why);
		routes_destroy(routes);
	}
	return err;
}

static enum iwf_err check(const struct settings *settings, struct iwf_why *why)
{
	struct routes *routes = NULL;
	enum iwf_err err = relay_check(&settings->relay, why);

	if (err)
		conf_place(settings->conf, "relay", 0, why);
	if (!err && (err = sip_check(&settings->sip, why)))
		conf_place(settings->conf, "sip", 0, why);
	if (!err && (err = admin_check(&settings->admin, why)))
		conf_place(settings->conf, "admin", 0, why);
	for (unsigned a = 0; a < settings->adapter_count && !err; a++)
		err = check_adapter(settings, &settings->adapters[a], why);
	if (!err)
		err = settings_routes(settings, &routes, why);
	routes_destroy(&routes);
	return err;
}

/* --- reading --- */

static enum iwf_err read_adapters(struct settings *settings,
				  struct iwf_why *why)
{
	const struct settings_modules *modules = &settings->modules;
	enum iwf_err err = IWF_OK;

	for (size_t i = 0; i < modules->load.count && !err; i++) {
		struct settings_adapter *to =
			&settings->adapters[settings->adapter_count];

		err = module_load(modules->dir, modules->load.items[i],
				  &to->adapter, why);
		if (err)
			break;
		settings->adapter_count++;
		err = read_links(settings, to, why);
	}
	return err;
}

static enum iwf_err check_sections(const struct settings *settings,
				   struct iwf_why *why)
{
	const char *names[SECTION_COUNT + SETTINGS_ADAPTERS_MAX + 3] = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < SECTION_COUNT; i++)
		names[count++] = sections[i].name;
	names[count++] = "routes";
	names[count++] = "blocks";
	for (unsigned a = 0; a < settings->adapter_count; a++)
		names[count++] = settings->adapters[a].adapter->name;
	return conf_check_known(settings->conf, names, why);
}

/* What one part must know of another's settings. */
static void join_sections(struct settings *settings)
{
	settings->cpm.sender_from = settings->sip.sender_without_pai ==
				    SIP_WITHOUT_PAI_FROM;
	settings->cpm.udp_only = settings->sip.next_hop.transport ==
				 SIP_TRANSPORT_UDP;
}

static enum iwf_err read_all(struct settings *settings, const char *path,
			     struct iwf_why *why)
{
	enum iwf_err err = conf_read(settings->arena, path, &settings->conf,
				     why);

	for (size_t i = 0; i < SECTION_COUNT && !err; i++)
		err = conf_section(settings->arena, settings->conf,
				   sections[i].name, sections[i].rows,
				   (char *)settings + sections[i].offset, why);
	if (!err)
		err = read_adapters(settings, why);
	if (!err)
		err = conf_list(settings->arena, settings->conf, "routes",
				route_rows, sizeof(struct route_conf),
				&settings->routes, why);
	if (!err)
		err = conf_list(settings->arena, settings->conf, "blocks",
				block_rows, sizeof(struct block_conf),
				&settings->blocks, why);
	if (!err)
		err = check_sections(settings, why);
	if (err)
		return err;
	join_sections(settings);
	return check(settings, why);
}

enum iwf_err settings_read(struct settings **out, const char *path,
			   struct iwf_why *why)
{
	struct settings *settings = IWF_NEW(struct settings);
	enum iwf_err err;

	*why = (struct iwf_why){ 0 };
	settings->arena = iwf_arena_create(16384);
	err = read_all(settings, path, why);
	*out = settings;
	return err;
}

void settings_restart_needed(const struct settings *old,
			     const struct settings *fresh, struct iwf_buf *text)
{
	for (size_t i = 0; i < SECTION_COUNT; i++) {
		const struct section *section = &sections[i];
		const char *key = section->is_live ? NULL : conf_difference(
			section->rows, (const char *)old + section->offset,
			(const char *)fresh + section->offset,
			section->live_key);

		if (key)
			iwf_buf_printf(text, "%s%s.%s", text->len ? " " : "",
				       section->name, key);
	}
}

void settings_destroy(struct settings **settings)
{
	while (*settings) {
		struct settings *gone = *settings;

		*settings = gone->next;
		iwf_arena_destroy(&gone->arena);
		free(gone);
	}
}

void settings_print(struct iwf_buf *buf, const struct settings *settings)
{
	for (size_t i = 0; i < SECTION_COUNT; i++)
		conf_print_rows(buf, sections[i].name, sections[i].rows, false);
	conf_print_rows(buf, "routes", route_rows, true);
	conf_print_rows(buf, "blocks", block_rows, true);
	for (unsigned a = 0; a < settings->adapter_count; a++)
		conf_print_rows(buf, settings->adapters[a].adapter->name,
				settings->adapters[a].section, false);
}
