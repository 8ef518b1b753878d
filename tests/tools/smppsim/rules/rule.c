/* Rules: what becomes of which message. */
#include "rules/rule.h"

#include "smsc/receipt.h"

#include <fnmatch.h>

static bool fits(const char *pattern, const char *text)
{
	return !pattern || fnmatch(pattern, text, 0) == 0;
}

static bool fits_number(const char *pattern, const char *number)
{
	return fits(pattern, number) ||
	       (*number == '+' && fits(pattern, number + 1));
}

static bool rule_fits(const struct rule *rule,
		      const struct rule_subject *subject)
{
	return subject->now_ms >= rule->from_ms &&
	       (rule->until_ms == 0 || subject->now_ms < rule->until_ms) &&
	       fits_number(rule->to, subject->to) &&
	       fits_number(rule->from, subject->from) &&
	       fits(rule->system_id, subject->system_id) &&
	       fits(rule->text, subject->text);
}

void rule_seed_all(struct rule_set *set, uint64_t seed)
{
	for (size_t i = 0; i < set->count; i++)
		dice_seed(&set->rules[i].dice, seed ^ (uint64_t)(i + 1) << 40);
}

static bool rule_is_due(struct rule *rule)
{
	rule->seen++;
	if (rule->every && rule->seen % rule->every != 0)
		return false;
	if (rule->count && rule->struck >= rule->count)
		return false;
	if (rule->percent &&
	    dice_throw(&rule->dice, 100) >= (uint32_t)rule->percent)
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

static void append_pattern(struct buf *out, const char *key,
			   const char *pattern)
{
	if (pattern)
		buf_appendf(out, " %s=%s", key, pattern);
}

static void append_number(struct buf *out, const char *key, long number)
{
	if (number)
		buf_appendf(out, " %s=%ld", key, number);
}

void rule_describe(struct buf *out, const struct rule *rule)
{
	append_pattern(out, "to", rule->to);
	append_pattern(out, "from", rule->from);
	append_pattern(out, "text", rule->text);
	append_pattern(out, "system_id", rule->system_id);
	append_number(out, "after_ms", rule->from_ms);
	append_number(out, "until_ms", rule->until_ms);
	append_number(out, "every", rule->every);
	append_number(out, "percent", rule->percent);
	append_number(out, "count", rule->count);
	buf_append_str(out, " ->");
	if (rule->status)
		buf_appendf(out, " status 0x%lx", rule->status);
	if (rule->outcome)
		buf_appendf(out, " outcome %s",
			    receipt_stat((enum message_state)rule->outcome));
	if (rule->has_fault)
		buf_appendf(out, " fault %s", rule->fault.spec);
	buf_appendf(out, " receipts %s", shape_whens[rule->shape.when]);
}
