/* The tables behind smpp_status.h. */
#include "wire/smpp_status.h"

#include <stdio.h>

#define SMPP_LINK_TROUBLE(class) \
	((class) == SMPP_CLASS_LINK || (class) == SMPP_CLASS_THROTTLE)

static const struct smpp_status statuses[] = {
#define SMPP_STATUS(code_, name_, class_, fate_, tries_, again_, forbidden_) \
	{ .code = code_, .name = "ESME_" #name_, \
	  .class = SMPP_CLASS_##class_, .fate = IWF_FATE_##fate_, \
	  .max_tries = tries_, .again = SMPP_AGAIN_##again_, \
	  .link_trouble = SMPP_LINK_TROUBLE(SMPP_CLASS_##class_), \
	  .forbidden = forbidden_ },
#include "wire/smpp_status.def"
#undef SMPP_STATUS
};

static const struct smpp_status vendor_status = {
	.code = SMPP_VENDOR_FIRST, .name = "vendor",
	.class = SMPP_CLASS_TEMPORARY, .fate = IWF_FATE_QUEUED, .max_tries = 3,
};

static const struct smpp_status reserved_status = {
	.code = SMPP_RUNKNOWNERR, .name = "reserved",
	.class = SMPP_CLASS_TEMPORARY, .fate = IWF_FATE_QUEUED, .max_tries = 3,
};

static const struct smpp_status delivery_retry_status = {
	.code = SMPP_RDELIVERYFAILURE, .name = "ESME_RDELIVERYFAILURE",
	.class = SMPP_CLASS_TEMPORARY, .fate = IWF_FATE_QUEUED,
};

const struct smpp_status *smpp_status_get(uint32_t code)
{
	size_t low = 0;
	size_t high = IWF_COUNT_OF(statuses);

	if (code >= SMPP_VENDOR_FIRST && code <= SMPP_VENDOR_LAST)
		return &vendor_status;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (statuses[mid].code == code)
			return &statuses[mid];
		if (statuses[mid].code < code)
			low = mid + 1;
		else
			high = mid;
	}
	return &reserved_status;
}

const struct smpp_status *smpp_status_get_data_sm(uint32_t code,
						  uint32_t reason)
{
	if (code == SMPP_RDELIVERYFAILURE && (reason == 0 || reason == 3))
		return &delivery_retry_status;
	return smpp_status_get(code);
}

uint32_t smpp_status_from_sip(uint32_t sip_status)
{
	switch (sip_status) {
	case 404: case 410: case 604:
		return SMPP_RINVDSTADR;
	case 408: case 423: case 430: case 480: case 486: case 491:
		return SMPP_RX_T_APPN;
	case 413: case 415: case 488:
		return SMPP_RX_R_APPN;
	default:
		break;
	}
	if (sip_status >= 200 && sip_status < 300)
		return SMPP_ROK;
	if (sip_status >= 500 && sip_status < 600)
		return SMPP_RX_T_APPN;
	return SMPP_RX_P_APPN;
}

static uint32_t status_from_fate(const struct iwf_verdict *verdict)
{
	switch (verdict->fate) {
	case IWF_FATE_FAILED:
	case IWF_FATE_CANCELLED:
		if (verdict->retry_after_sec)
			return SMPP_RX_T_APPN;
		/* Never ESME_ROK: a code of 2xx or none explains no failure. */
		return verdict->code >= 300 && verdict->code < 700 ?
			smpp_status_from_sip(verdict->code) : SMPP_RX_P_APPN;
	case IWF_FATE_EXPIRED:
		return SMPP_RX_P_APPN;
	default:
		return SMPP_ROK;
	}
}

uint32_t smpp_status_from_verdict(const struct iwf_verdict *verdict)
{
	switch (verdict->result) {
	case IWF_RESULT_ACCEPTED:
	case IWF_RESULT_DUPLICATE:
		return status_from_fate(verdict);
	case IWF_RESULT_UNMATCHED:
		return SMPP_ROK;
	case IWF_RESULT_BUSY:
		return SMPP_RTHROTTLED;
	case IWF_RESULT_NO_ROUTE:
		return SMPP_RINVDSTADR;
	case IWF_RESULT_TOO_LARGE:
		return SMPP_RINVMSGLEN;
	case IWF_RESULT_LOOP:
		return SMPP_RX_R_APPN;
	case IWF_RESULT_BLOCKED:
		return SMPP_RX_P_APPN;
	case IWF_RESULT_ERROR:
		break;
	}
	return SMPP_RX_T_APPN;
}

/* --- receipts --- */

/* GSM network error (3GPP TS 29.002): callBarred. */
#define NETWORK_GSM 3
#define GSM_CALL_BARRED 13

struct state_row {
	struct iwf_str stat, name;
	enum iwf_fate fate;
};

static const struct state_row states[] = {
#define SMPP_STATE(number, name_, stat_, fate_) \
	[number] = { IWF_STR(stat_), IWF_STR(#name_), IWF_FATE_##fate_ },
#include "wire/smpp_state.def"
#undef SMPP_STATE
};

#define STATE_COUNT IWF_COUNT_OF(states)

/* How vendors write them. Of a good end only whole words: a word that begins
 * like it may say the opposite (DELIVERY_FAILED, DeliveredToNetwork). */
static const struct {
	struct iwf_str word;
	enum smpp_state state;
	bool is_start;
} spellings[] = {
	{ IWF_STR("DELIVRD"), SMPP_STATE_DELIVERED, false },
	{ IWF_STR("DELIVERED"), SMPP_STATE_DELIVERED, false },
	{ IWF_STR("DELIVERD"), SMPP_STATE_DELIVERED, false },
	{ IWF_STR("DELIVRED"), SMPP_STATE_DELIVERED, false },
	{ IWF_STR("DELIV"), SMPP_STATE_DELIVERED, false },
	{ IWF_STR("DELVRD"), SMPP_STATE_DELIVERED, false },
	{ IWF_STR("DLVRD"), SMPP_STATE_DELIVERED, false },
	{ IWF_STR("DELIVEREDTOTERMINAL"), SMPP_STATE_DELIVERED, false },
	{ IWF_STR("DELIVERED_TO_HANDSET"), SMPP_STATE_DELIVERED, false },
	{ IWF_STR("DELIVEREDTONETWORK"), SMPP_STATE_ACCEPTED, false },
	{ IWF_STR("DELIVERYIMPOSSIBLE"), SMPP_STATE_UNDELIVERABLE, false },
	{ IWF_STR("DELIVERYFAIL"), SMPP_STATE_UNDELIVERABLE, true },
	{ IWF_STR("DELIVERY_FAIL"), SMPP_STATE_UNDELIVERABLE, true },
	{ IWF_STR("UNDEL"), SMPP_STATE_UNDELIVERABLE, true },
	{ IWF_STR("UNDLV"), SMPP_STATE_UNDELIVERABLE, true },
	{ IWF_STR("NONDELIV"), SMPP_STATE_UNDELIVERABLE, true },
	{ IWF_STR("NOTDELIV"), SMPP_STATE_UNDELIVERABLE, true },
	{ IWF_STR("NOT_DELIV"), SMPP_STATE_UNDELIVERABLE, true },
	{ IWF_STR("FAIL"), SMPP_STATE_UNDELIVERABLE, true },
	{ IWF_STR("EXPIR"), SMPP_STATE_EXPIRED, true },
	{ IWF_STR("EXPRD"), SMPP_STATE_EXPIRED, true },
	{ IWF_STR("DELET"), SMPP_STATE_DELETED, true },
	{ IWF_STR("DELTD"), SMPP_STATE_DELETED, true },
	{ IWF_STR("CANCEL"), SMPP_STATE_DELETED, true },
	{ IWF_STR("ACCEP"), SMPP_STATE_ACCEPTED, true },
	{ IWF_STR("ACPTD"), SMPP_STATE_ACCEPTED, true },
	{ IWF_STR("ACKED"), SMPP_STATE_ACCEPTED, false },
	{ IWF_STR("ENROUTE"), SMPP_STATE_ENROUTE, true },
	{ IWF_STR("EN_ROUTE"), SMPP_STATE_ENROUTE, true },
	{ IWF_STR("EN-ROUTE"), SMPP_STATE_ENROUTE, true },
	{ IWF_STR("ENROUT"), SMPP_STATE_ENROUTE, false },
	{ IWF_STR("BUFF"), SMPP_STATE_ENROUTE, true },
	{ IWF_STR("QUEUED"), SMPP_STATE_ENROUTE, false },
	{ IWF_STR("PENDING"), SMPP_STATE_ENROUTE, false },
	{ IWF_STR("RETRY"), SMPP_STATE_ENROUTE, true },
	{ IWF_STR("UNKN"), SMPP_STATE_UNKNOWN, true },
	{ IWF_STR("REJ"), SMPP_STATE_REJECTED, true },
	{ IWF_STR("SKIP"), SMPP_STATE_SKIPPED, true },
	{ IWF_STR("SCHED"), SMPP_STATE_SCHEDULED, true },
};

/* By its own word, name or number only. */
static enum smpp_state state_named(struct iwf_str word)
{
	uint64_t number;

	for (size_t i = 0; i < STATE_COUNT; i++)
		if (iwf_str_eq_case(word, states[i].stat) ||
		    iwf_str_eq_case(word, states[i].name))
			return (enum smpp_state)i;
	if (iwf_str_to_u64(word, STATE_COUNT - 1, &number) == IWF_OK)
		return (enum smpp_state)number;
	return SMPP_STATE_NONE;
}

enum smpp_state smpp_state_from_text(struct iwf_str stat)
{
	for (size_t i = 0; i < sizeof(spellings) / sizeof(*spellings); i++)
		if (spellings[i].is_start ?
		    iwf_str_starts_case(stat, spellings[i].word) :
		    iwf_str_eq_case(stat, spellings[i].word))
			return spellings[i].state;
	return state_named(stat);
}

enum iwf_fate smpp_state_fate(enum smpp_state state)
{
	return (size_t)state < STATE_COUNT ? states[state].fate : IWF_FATE_NONE;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)((at - digits) % 16) : -1;
}

static bool err_parse(struct iwf_str s, uint32_t *number)
{
	uint64_t value = 0;

	if (iwf_str_starts_case(s, IWF_STR("0x"))) {
		s = iwf_str_sub(s, 2, s.len);
	} else if (iwf_str_to_u64(s, UINT32_MAX, &value) == IWF_OK) {
		*number = (uint32_t)value;
		return true;
	}
	if (!s.len || s.len > 8)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (hex_digit(s.ptr[i]) < 0)
			return false;
		value = value << 4 | (uint64_t)hex_digit(s.ptr[i]);
	}
	*number = (uint32_t)value;
	return true;
}

uint32_t smpp_err_number(struct iwf_str err)
{
	uint32_t number = 0;

	err_parse(err, &number);
	return number;
}

/* --- the configuration's rows --- */

static const char *const fate_words[] = {
	"delivered", "failed", "expired", "forbidden", "error", "none", NULL
};

static const struct smpp_fate fates_of_words[] = {
	{ IWF_FATE_DELIVERED, false }, { IWF_FATE_FAILED, false },
	{ IWF_FATE_EXPIRED, false }, { IWF_FATE_FAILED, true },
	{ IWF_FATE_UNSURE, false }, { IWF_FATE_NONE, false },
};

const struct iwf_setting smpp_receipt_rule_rows[] = {
	IWF_ROW_TEXT(struct smpp_receipt_rule, stat, "stat", "", 32,
		     "The word in `stat`, or a message_state by word or "
		     "number; empty: any"),
	IWF_ROW_TEXT(struct smpp_receipt_rule, error, "error", "", 32,
		     "The word or number in `err`, or in network_error_code; "
		     "empty: any"),
	IWF_ROW_CHOICE(struct smpp_receipt_rule, fate, "fate", NULL, fate_words,
		       "What is told of the message"),
	IWF_ROWS_END
};

static bool stat_fits(struct iwf_str stat, const struct smpp_told *told)
{
	enum smpp_state state = state_named(stat);

	return !stat.len || iwf_str_eq_case(stat, told->stat) ||
	       (state != SMPP_STATE_NONE && state == told->state);
}

static bool error_fits(struct iwf_str error, const struct smpp_told *told)
{
	uint32_t number;

	if (!error.len || iwf_str_eq_case(error, told->err_text))
		return true;
	return (told->network_type || told->err_text.len) &&
	       err_parse(error, &number) && number == told->err;
}

static const struct smpp_receipt_rule *rule_at(const struct iwf_list *rules,
					       size_t i)
{
	return (const struct smpp_receipt_rule *)rules->items + i;
}

struct smpp_fate smpp_status_of_receipt(const struct iwf_list *rules,
					const struct smpp_told *told)
{
	for (size_t i = 0; rules && i < rules->count; i++) {
		const struct smpp_receipt_rule *rule = rule_at(rules, i);

		if (stat_fits(rule->stat, told) &&
		    error_fits(rule->error, told))
			return fates_of_words[rule->fate];
	}
	return (struct smpp_fate){
		.fate = smpp_state_fate(told->state),
		.forbidden = told->state == SMPP_STATE_REJECTED &&
			told->network_type == NETWORK_GSM &&
			told->err == GSM_CALL_BARRED,
	};
}

static bool is_same(const struct smpp_receipt_rule *a,
		    const struct smpp_receipt_rule *b)
{
	return iwf_str_eq_case(a->stat, b->stat) &&
	       iwf_str_eq_case(a->error, b->error);
}

static enum iwf_err rule_check(const struct iwf_list *rules, size_t i,
			       struct iwf_why *why)
{
	const struct smpp_receipt_rule *rule = rule_at(rules, i);

	if (!rule->stat.len && !rule->error.len)
		return iwf_why_set(why, IWF_E_SYNTAX, i,
				   "a row needs stat, error or both");
	for (size_t k = 0; k < i; k++)
		if (is_same(rule_at(rules, k), rule))
			return iwf_why_set(why, IWF_E_SYNTAX, i, "row %zu has "
					   "the same stat and error", k + 1);
	return IWF_OK;
}

enum iwf_err smpp_status_check(const struct iwf_list *rules,
			       struct iwf_why *why)
{
	enum iwf_err err = IWF_OK;

	for (size_t i = 0; !err && i < rules->count; i++)
		err = rule_check(rules, i, why);
	return err;
}

/* --- the mapping for people --- */

static const char *imdn_of(struct smpp_fate fate)
{
	switch (fate.fate) {
	case IWF_FATE_NONE:
		return "-";
	case IWF_FATE_SENT:
		return "interworking";
	case IWF_FATE_DELIVERED:
		return "delivered";
	case IWF_FATE_UNSURE:
		return "error";
	default:
		return fate.forbidden ? "forbidden" : "failed";
	}
}

static void row_put(struct iwf_buf *text, const char *code, struct iwf_str stat,
		    struct iwf_str error, struct smpp_fate fate)
{
	iwf_buf_printf(text, "receipt\t%s\t%.*s\t%.*s\t%s\t%s\t", code,
		       IWF_STR_ARG(stat.len ? stat : IWF_STR("*")),
		       IWF_STR_ARG(error.len ? error : IWF_STR("*")),
		       iwf_fate_name(fate.fate), imdn_of(fate));
}

static void rules_put(struct iwf_buf *text, const struct iwf_list *rules)
{
	for (size_t i = 0; rules && i < rules->count; i++) {
		const struct smpp_receipt_rule *rule = rule_at(rules, i);

		row_put(text, "*", rule->stat, rule->error,
			fates_of_words[rule->fate]);
		iwf_buf_printf(text, "configuration\n");
	}
}

/* No receipt gets as far as the specification's row. */
static bool is_replaced(const struct iwf_list *rules, enum smpp_state state)
{
	const struct smpp_told told = { .state = state };

	for (size_t i = 0; rules && i < rules->count; i++)
		if (!rule_at(rules, i)->error.len &&
		    stat_fits(rule_at(rules, i)->stat, &told))
			return true;
	return false;
}

static void states_put(struct iwf_buf *text, const struct iwf_list *rules)
{
	for (unsigned i = 0; i < STATE_COUNT; i++) {
		const struct smpp_fate fate = { states[i].fate, false };
		char code[8];

		if (is_replaced(rules, i))
			continue;
		snprintf(code, sizeof(code), "%u", i);
		if (i == SMPP_STATE_REJECTED) {
			row_put(text, code, states[i].stat, IWF_STR("GSM 13"),
				(struct smpp_fate){ IWF_FATE_FAILED, true });
			iwf_buf_printf(text, "specification\n");
		}
		row_put(text, code, states[i].stat, IWF_STR_NONE, fate);
		iwf_buf_printf(text, "specification\n");
	}
}

static void answer_put(struct iwf_buf *text, const struct smpp_status *status,
		       const char *code)
{
	const struct smpp_fate fate = { status->fate, status->forbidden };

	iwf_buf_printf(text, "answer\t%s\t%s\t*\t%s\t", code, status->name,
		       iwf_fate_name(fate.fate));
	if (fate.fate == IWF_FATE_QUEUED && status->max_tries)
		iwf_buf_printf(text, "failed after %u tries\tspecification\n",
			       status->max_tries);
	else
		iwf_buf_printf(text, "%s\tspecification\n",
			       fate.fate == IWF_FATE_QUEUED ? "-" :
							     imdn_of(fate));
}

void smpp_status_table(const struct iwf_list *rules, struct iwf_buf *text)
{
	iwf_buf_printf(text, "KIND\tCODE\tNAME\tERROR\tFATE\tIMDN\tFROM\n");
	rules_put(text, rules);
	states_put(text, rules);
	for (size_t i = 0; i < IWF_COUNT_OF(statuses); i++) {
		char code[16];

		snprintf(code, sizeof(code), "0x%02X", statuses[i].code);
		answer_put(text, &statuses[i], code);
	}
	answer_put(text, &vendor_status, "0x400-0x4FF");
	answer_put(text, &reserved_status, "other");
}
