/* Routing rules: in order, the first that matches names the links. */
#include "relay/relay_priv.h"

#include <stdio.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* What a pattern may cost, whatever the address that it meets. */
#define PATTERN_MATCH_LIMIT 10000
#define PATTERN_HEAP_KIB 64

const struct iwf_setting route_rows[] = {
	IWF_ROW_TEXT(struct route_conf, match, "match", "", 64,
		     "Recipient's number; a * at its end matches any rest"),
	IWF_ROW_TEXT(struct route_conf, domain, "domain", "", 255,
		     "Domain of the recipient's address"),
	IWF_ROW_TEXT(struct route_conf, pattern, "pattern", "", 512,
		     "PCRE2 pattern on the recipient, e.g. ^tel:\\+49"),
	IWF_ROW_TEXT(struct route_conf, service, "service", "", 128,
		     "CPM service: an ICSI URN or its last part, e.g. msg"),
	IWF_ROW_TEXT(struct route_conf, listener, "listener", "", 255,
		     "uri of the SIP listener it came in by"),
	IWF_ROW_TEXT(struct route_conf, from_link, "from_link", "", 63,
		     "Link it came from"),
	IWF_ROW_TEXT(struct route_conf, from, "from", "", 64,
		     "Sender's number or name; a * at its end matches any "
		     "rest"),
	IWF_ROW_TEXT(struct route_conf, keyword, "keyword", "", 64,
		     "First word of the text, in any case"),
	IWF_ROW_TEXTS(struct route_conf, via, "via", NULL, ROUTE_LINKS_MAX,
		      "Links in order of preference, or refuse"),
	IWF_ROW_BOOL(struct route_conf, share, "share", "false",
		     "Spread over the links that are up, each sender and "
		     "recipient always by the same one"),
	IWF_ROWS_END
};

const struct iwf_setting block_rows[] = {
	IWF_ROW_TEXT(struct block_conf, from, "from", NULL, 64,
		     "Sender's number or name; a * at its end matches any "
		     "rest"),
	IWF_ROW_TEXT(struct block_conf, to, "to", "", 64,
		     "Only to these recipients, written alike"),
	IWF_ROWS_END
};

/* A number or name, or how it begins. Empty and no prefix: any. */
struct wanted {
	struct iwf_str user;
	bool is_prefix;
};

struct rule {
	struct route_conf conf;  /* slices into the routes' arena */
	struct wanted to, from;
	bool refuses;
	pcre2_code *pattern;
	const char *via[ROUTE_LINKS_MAX];
	unsigned via_count;
};

struct block {
	struct wanted from, to;
};

struct routes {
	struct iwf_arena *arena;
	struct block *blocks;
	size_t block_count;
	struct rule *rules;
	size_t count;
	pcre2_match_context *limits;
	pcre2_match_data *match;
};

static bool is_known(const struct iwf_texts *names, struct iwf_str name)
{
	for (size_t i = 0; i < names->count; i++)
		if (iwf_str_eq(names->items[i], name))
			return true;
	return false;
}

static enum iwf_err rule_links(struct rule *rule,
			       const struct iwf_texts *names,
			       struct iwf_why *why)
{
	const struct iwf_texts *via = &rule->conf.via;

	for (size_t i = 0; i < via->count; i++) {
		if (iwf_str_eq(via->items[i], IWF_STR("refuse"))) {
			rule->refuses = true;
			continue;
		}
		if (!is_known(names, via->items[i]))
			return iwf_why_set(why, IWF_E_NOT_FOUND, 0,
					   "via names no link: \"%.*s\"",
					   IWF_STR_ARG(via->items[i]));
		rule->via[rule->via_count++] = via->items[i].ptr;
	}
	return IWF_OK;
}

static enum iwf_err rule_pattern(struct rule *rule, struct iwf_why *why)
{
	struct iwf_str text = rule->conf.pattern;
	PCRE2_UCHAR message[120];
	PCRE2_SIZE at;
	int code;

	if (!text.len)
		return IWF_OK;
	rule->pattern = pcre2_compile((PCRE2_SPTR)text.ptr, text.len,
				      PCRE2_UTF, &code, &at, NULL);
	if (rule->pattern)
		return IWF_OK;
	pcre2_get_error_message(code, message, sizeof(message));
	return iwf_why_set(why, IWF_E_SYNTAX, 0,
			   "pattern, at character %zu: %s", (size_t)at,
			   (const char *)message);
}

static struct iwf_str keep(struct routes *routes, struct iwf_str s)
{
	return iwf_arena_copy(routes->arena, s);
}

static struct wanted wanted_copy(struct routes *routes, struct iwf_str text)
{
	struct wanted wanted = { .user = keep(routes, text) };

	if (text.len && text.ptr[text.len - 1] == '*') {
		wanted.is_prefix = true;
		wanted.user.len--;
	}
	return wanted;
}

static void rule_copy(struct routes *routes, struct rule *rule,
		      const struct route_conf *conf)
{
	struct iwf_str *via = IWF_ARENA_ARRAY(routes->arena, struct iwf_str,
					      conf->via.count);

	rule->to = wanted_copy(routes, conf->match);
	rule->from = wanted_copy(routes, conf->from);
	rule->conf.domain = keep(routes, conf->domain);
	rule->conf.pattern = keep(routes, conf->pattern);
	rule->conf.service = keep(routes, conf->service);
	rule->conf.listener = keep(routes, conf->listener);
	rule->conf.from_link = keep(routes, conf->from_link);
	rule->conf.keyword = keep(routes, conf->keyword);
	for (size_t i = 0; i < conf->via.count; i++)
		via[i] = keep(routes, conf->via.items[i]);
	rule->conf.via = (struct iwf_texts){ via, conf->via.count };
	rule->conf.share = conf->share;
}

enum iwf_err routes_create(struct routes **out, const struct iwf_list *list,
			   const struct iwf_texts *names, size_t *bad_rule,
			   struct iwf_why *why)
{
	const struct route_conf *conf = list->items;
	struct routes *routes = IWF_NEW(struct routes);
	enum iwf_err err = IWF_OK;

	routes->arena = iwf_arena_create(0);
	routes->rules = IWF_ARENA_ARRAY(routes->arena, struct rule,
					list->count);
	routes->limits = pcre2_match_context_create(NULL);
	routes->match = pcre2_match_data_create(8, NULL);
	IWF_BUG_ON(!routes->limits || !routes->match);
	pcre2_set_match_limit(routes->limits, PATTERN_MATCH_LIMIT);
	pcre2_set_heap_limit(routes->limits, PATTERN_HEAP_KIB);
	for (size_t i = 0; i < list->count && !err; i++) {
		struct rule *rule = &routes->rules[routes->count++];

		*bad_rule = i;
		rule_copy(routes, rule, &conf[i]);
		err = rule_pattern(rule, why);
		if (!err)
			err = rule_links(rule, names, why);
	}
	if (err)
		routes_destroy(&routes);
	*out = routes;
	return err;
}

enum iwf_err routes_add_blocks(struct routes *routes,
			       const struct iwf_list *list, size_t *bad,
			       struct iwf_why *why)
{
	const struct block_conf *conf = list->items;

	routes->blocks = IWF_ARENA_ARRAY(routes->arena, struct block,
					 list->count);
	for (size_t i = 0; i < list->count; i++) {
		*bad = i;
		if (!conf[i].from.len)
			return iwf_why_set(why, IWF_E_SYNTAX, 0,
					   "from must not be empty");
		routes->blocks[routes->block_count++] = (struct block){
			.from = wanted_copy(routes, conf[i].from),
			.to = wanted_copy(routes, conf[i].to),
		};
	}
	return IWF_OK;
}

void routes_destroy(struct routes **routesp)
{
	struct routes *routes = *routesp;

	*routesp = NULL;
	if (!routes)
		return;
	for (size_t i = 0; i < routes->count; i++)
		pcre2_code_free(routes->rules[i].pattern);
	pcre2_match_data_free(routes->match);
	pcre2_match_context_free(routes->limits);
	iwf_arena_destroy(&routes->arena);
	free(routes);
}

/* --- matching --- */

static bool is_wanted(const struct wanted *wanted, struct iwf_str user)
{
	if (!wanted->user.len && !wanted->is_prefix)
		return true;
	return wanted->is_prefix ? iwf_str_starts(user, wanted->user) :
				   iwf_str_eq(user, wanted->user);
}

static bool matches_service(struct iwf_str wanted, struct iwf_str service)
{
	size_t at = service.len - wanted.len;

	if (!wanted.len || iwf_str_eq_case(wanted, service))
		return true;
	return service.len > wanted.len && service.ptr[at - 1] == '.' &&
	       iwf_str_eq_case(iwf_str_sub(service, at, service.len), wanted);
}

static bool matches_pattern(const struct routes *routes,
			    const struct rule *rule,
			    const struct iwf_address *to)
{
	struct iwf_buf text = { 0 };
	int found;

	if (!rule->pattern)
		return true;
	iwf_address_key(&text, to);
	found = pcre2_match(rule->pattern, (PCRE2_SPTR)text.ptr, text.len, 0, 0,
			    routes->match, routes->limits);
	iwf_buf_free(&text);
	return found >= 0;
}

/* A word ends with a blank. */
static struct iwf_str first_word(struct iwf_str text)
{
	size_t from = 0;
	size_t to;

	while (from < text.len && strchr(" \t\r\n", text.ptr[from]))
		from++;
	for (to = from; to < text.len && !strchr(" \t\r\n", text.ptr[to]); to++)
		;
	return iwf_str_sub(text, from, to);
}

/* The parts behind the first say nothing of it: they are not refused for what
 * only the whole text will tell. */
static bool matches_keyword(const struct rule *rule,
			    const struct iwf_message *msg)
{
	if (!rule->conf.keyword.len)
		return true;
	if (msg->part > 1)
		return !rule->refuses;
	return iwf_str_eq_case(rule->conf.keyword, first_word(msg->body));
}

static bool matches(const struct routes *routes, const struct rule *rule,
		    const struct iwf_message *msg, struct iwf_str from_link)
{
	const struct route_conf *conf = &rule->conf;

	return is_wanted(&rule->to, msg->to.user) &&
	       is_wanted(&rule->from, msg->from.user) &&
	       (!conf->domain.len ||
		iwf_str_eq_case(conf->domain, msg->to.domain)) &&
	       (!conf->from_link.len ||
		iwf_str_eq(conf->from_link, from_link)) &&
	       (!conf->listener.len ||
		iwf_str_eq(conf->listener, msg->listener)) &&
	       matches_service(conf->service, msg->service) &&
	       matches_keyword(rule, msg) &&
	       matches_pattern(routes, rule, &msg->to);
}

bool route_is_blocked(const struct routes *routes,
		      const struct iwf_message *msg)
{
	for (size_t i = 0; routes && i < routes->block_count; i++)
		if (is_wanted(&routes->blocks[i].from, msg->from.user) &&
		    is_wanted(&routes->blocks[i].to, msg->to.user))
			return true;
	return false;
}

void route_select(const struct routes *routes, const struct iwf_message *msg,
		  const char *from_link, struct route_choice *choice)
{
	struct iwf_str from = iwf_str_from(from_link);

	*choice = (struct route_choice){ 0 };
	for (size_t i = 0; routes && i < routes->count; i++) {
		const struct rule *rule = &routes->rules[i];

		if (!matches(routes, rule, msg, from))
			continue;
		choice->matched = true;
		choice->rule = (unsigned)i;
		choice->refused = rule->refuses;
		choice->count = rule->via_count;
		choice->shares = rule->conf.share;
		memcpy(choice->names, rule->via, sizeof(rule->via));
		return;
	}
}

static bool names(const struct rule *rule, const char *link)
{
	for (unsigned i = 0; i < rule->via_count; i++)
		if (iwf_str_eq(iwf_str_from(rule->via[i]), iwf_str_from(link)))
			return true;
	return false;
}

bool route_has_both(const struct routes *routes, const char *link,
		    const char *other)
{
	for (size_t i = 0; routes && i < routes->count; i++)
		if (names(&routes->rules[i], link) &&
		    names(&routes->rules[i], other))
			return true;
	return false;
}
