/* The values of a rule file, and what is wrong with them. */
#pragma once

#include "options.h"

#include <libconfig.h>

/* A week. */
#define SECONDS_MAX 604800

struct script {
	config_t config;
	const char *path;
	/* Strings made from the file's. */
	char **texts;
	size_t text_count;
	struct script *before;
};

struct reader {
	struct options *options;
	struct script *script;
	const char *why;
};

/* Says where and why, on stderr; false. */
bool value_refuse(struct reader *reader, config_setting_t *setting,
		  const char *why);
/* A copy that may be cut and lives as long as the script. */
char *value_keep(struct script *script, const char *text);
/* A scalar as it would stand on the command line; NULL for a false flag. */
char *value_as_text(struct script *script, config_setting_t *setting);
/* receipt_delay is --receipt-delay. */
const char *value_option_name(char name[32], config_setting_t *setting);

bool value_take_string(struct reader *reader, config_setting_t *setting,
		       const char **str);
bool value_take_seconds(struct reader *reader, config_setting_t *setting,
			long *ms);
bool value_take_number(struct reader *reader, config_setting_t *setting,
		       long *number);
/* Words that a group may have, in one place each; names end with NULL. */
bool value_take_words(struct reader *reader, config_setting_t *group,
		      const char *const *names, const char **values);
