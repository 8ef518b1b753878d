/* The whole configuration as typed structs: read, checked, immutable. */
#pragma once

#include "admin/admin.h"
#include "base/conf.h"
#include "base/log.h"
#include "cpm/cpm.h"
#include "relay/relay.h"
#include "sip/sip.h"
#include "store/store.h"

#define SETTINGS_ADAPTERS_MAX 16

/* The links of one adapter: elements of link_size bytes, the adapter's own
 * settings first, struct relay_link_conf at common_offset. */
struct settings_adapter {
	const struct iwf_adapter *adapter;
	struct iwf_setting *rows;    /* of a link */
	struct iwf_setting *section; /* of the adapter's group */
	size_t link_size, common_offset;
	struct iwf_list links;
};

struct settings_modules {
	struct iwf_str dir;
	struct iwf_texts load;
};

struct settings {
	struct settings *next;   /* older ones, whose texts are still in use */
	struct iwf_arena *arena;
	struct conf *conf;
	struct log_conf log;
	struct store_conf store;
	struct relay_conf relay;
	struct sip_conf sip;
	struct cpm_conf cpm;
	struct admin_conf admin;
	struct settings_modules modules;
	struct iwf_list routes;  /* struct route_conf */
	struct iwf_list blocks;  /* struct block_conf */
	struct settings_adapter adapters[SETTINGS_ADAPTERS_MAX];
	unsigned adapter_count;
};

/* Reads the file and checks everything that can be judged without starting.
 * why->file and why->at name the place. */
enum iwf_err settings_read(struct settings **settings, const char *path,
			   struct iwf_why *why);
/* The rules compiled, against the links there are. */
enum iwf_err settings_routes(const struct settings *settings,
			     struct routes **routes, struct iwf_why *why);
const struct relay_link_conf *settings_link(
	const struct settings_adapter *adapter, size_t index);
const void *settings_link_conf(const struct settings_adapter *adapter,
			       size_t index);
/* Appends the settings in which two configurations differ and that only a
 * restart applies, "section.key" each, separated by blanks. */
void settings_restart_needed(const struct settings *old,
			     const struct settings *fresh,
			     struct iwf_buf *text);
void settings_destroy(struct settings **settings);

/* Every setting there is, as a commented sample. */
void settings_print(struct iwf_buf *buf, const struct settings *settings);
