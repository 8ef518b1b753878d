/* Rules: what becomes of which message. */
#include "rules/rule.h"

#include <fnmatch.h>

static bool fits(const char *pattern, const char *text)
{
	return !pattern || fnmatch(pattern, text, 0) == 0;
}

static bool rule_fits(const struct rule *rule,
		      const struct rule_subject *subject)
{
	return subject->now_ms >= rule->from_ms &&
	       (rule->until_ms == 0 || subject->now_ms < rule->until_ms) &&
	       fits(rule->to, subject->to) && fits(rule->from, subject->from) &&
	       fits(rule->system_id, subject->system_id) &&
	       fits(rule->text, subject->text);
}

static bool rule_is_due(struct rule *rule)
{
	rule->seen++;
	if (rule->every && rule->seen % rule->every != 0)
		return false;
	if (rule->count && rule->struck >= rule->count)
		return false;
	rule->struck++;
	return true;
}

struct rule *rule_select(struct rule_set *set,
			 const struct rule_subject *subject)
{
	for (size_t i = 0; i < set->count; i++)
		if (rule_fits(&set->rules[i], subject) &&
		    rule_is_due(&set->rules[i]))
			return &set->rules[i];
	return NULL;
}
