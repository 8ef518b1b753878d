/* See mapping.h. */
#include "mapping.h"

#include <stdio.h>

/* Adapters of an older ABI have no table. */
static bool has_table(const struct iwf_adapter *adapter)
{
	return adapter->abi >= 3 && adapter->ops->table;
}

static bool is_of(const struct iwf_adapter *adapter, struct iwf_str service)
{
	return has_table(adapter) &&
	       (iwf_str_eq(service, iwf_str_from(adapter->service)) ||
		iwf_str_eq(service, iwf_str_from(adapter->name)));
}

/* Which of an adapter's lines are wanted. */
enum lines { LINES_HEAD = 1, LINES_OWN = 2, LINES_GENERAL = 4 };

static enum lines kind_of(struct iwf_str line, bool is_first)
{
	const struct iwf_str mark = IWF_STR("\tconfiguration");

	if (is_first)
		return LINES_HEAD;
	return line.len >= mark.len &&
	       iwf_str_eq(iwf_str_sub(line, line.len - mark.len, line.len),
			  mark) ? LINES_OWN : LINES_GENERAL;
}

static void lines_put(const struct iwf_adapter *adapter, const void *conf,
		      struct iwf_str link, unsigned wanted,
		      struct iwf_buf *text)
{
	struct iwf_buf all = { 0 };
	struct iwf_str rest, line;
	bool is_first = true;

	adapter->ops->table(conf, &all);
	rest = iwf_buf_str(&all);
	while (iwf_str_split(&rest, '\n', &line)) {
		enum lines kind = kind_of(line, is_first);

		if (line.len && kind & wanted)
			iwf_buf_printf(text, "%.*s\t%.*s\n",
				       IWF_STR_ARG(kind == LINES_HEAD ?
						   IWF_STR("LINK") : link),
				       IWF_STR_ARG(line));
		is_first = false;
	}
	iwf_buf_free(&all);
}

static void all_put(const struct settings_adapter *adapter,
		    struct iwf_buf *text)
{
	lines_put(adapter->adapter, NULL, IWF_STR("*"),
		  LINES_HEAD | LINES_GENERAL, text);
	for (size_t i = 0; i < adapter->links.count; i++)
		lines_put(adapter->adapter, settings_link_conf(adapter, i),
			  settings_link(adapter, i)->name, LINES_OWN, text);
}

static enum iwf_err one_put(const struct settings_adapter *adapter,
			    struct iwf_str link, struct iwf_buf *text,
			    struct iwf_why *why)
{
	for (size_t i = 0; i < adapter->links.count; i++)
		if (iwf_str_eq(settings_link(adapter, i)->name, link)) {
			lines_put(adapter->adapter,
				  settings_link_conf(adapter, i), link,
				  LINES_HEAD | LINES_OWN | LINES_GENERAL,
				  text);
			return IWF_OK;
		}
	return iwf_why_set(why, IWF_E_NOT_FOUND, 0,
			   "no link \"%.*s\" of this service",
			   IWF_STR_ARG(link));
}

static enum iwf_err refuse(const struct settings *settings,
			   struct iwf_str service, struct iwf_why *why)
{
	struct iwf_buf known = { 0 };
	enum iwf_err err;

	for (unsigned i = 0; i < settings->adapter_count; i++) {
		const struct iwf_adapter *one = settings->adapters[i].adapter;

		if (has_table(one))
			iwf_buf_printf(&known, " %s", one->service ?
				       one->service : one->name);
	}
	err = iwf_why_set(why, IWF_E_NOT_FOUND, 0, "no table of \"%.*s\"; there "
			  "is one of:%.*s", IWF_STR_ARG(service),
			  IWF_STR_ARG(iwf_buf_str(&known)));
	iwf_buf_free(&known);
	return err;
}

enum iwf_err mapping_print(const struct settings *settings,
			   struct iwf_str service, struct iwf_str link,
			   struct iwf_buf *text, struct iwf_why *why)
{
	for (unsigned i = 0; i < settings->adapter_count; i++) {
		const struct settings_adapter *one = &settings->adapters[i];

		if (!is_of(one->adapter, service))
			continue;
		if (link.len)
			return one_put(one, link, text, why);
		all_put(one, text);
		return IWF_OK;
	}
	return refuse(settings, service, why);
}
