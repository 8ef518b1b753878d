/* See learn.h. */
#include "client/learn.h"

/* So many joins in a row make a habit, the first time and to change it. */
#define HABIT_COUNT 3

static const struct iwf_str value_key = IWF_STR("receipt_ids");

/* As in the setting of the same name. */
static const struct iwf_str base_words[] = {
	[SMPP_ID_ANY] = IWF_STR(""), [SMPP_ID_SAME] = IWF_STR("same"),
	[SMPP_ID_HEX_DEC] = IWF_STR("hex-dec"),
	[SMPP_ID_DEC_HEX] = IWF_STR("dec-hex"),
};

void smpp_learn_open(struct smpp_learn *learn, struct iwf_host *host)
{
	struct iwf_str word = iwf_host_recall(host, value_key);

	for (unsigned i = SMPP_ID_SAME; i <= SMPP_ID_DEC_HEX; i++)
		if (iwf_str_eq(word, base_words[i]))
			learn->base = (enum smpp_id_base)i;
}

void smpp_learn_ask(struct smpp_learn *learn, uint64_t tag,
		    const struct smpp_receipt *receipt)
{
	struct smpp_asked *asked = &learn->asked[learn->next];

	learn->next = (learn->next + 1) % SMPP_LEARN_ASKED;
	asked->tag = tag;
	for (size_t i = 0; i < IWF_REMOTE_IDS_MAX; i++)
		asked->bases[i] = i < receipt->candidate_count ?
			receipt->bases[i] : SMPP_ID_ANY;
}

static void take(struct smpp_learn *learn, struct iwf_host *host,
		 enum smpp_id_base base)
{
	enum smpp_id_base was = learn->base;

	learn->recent_count = base == learn->recent ? learn->recent_count + 1 :
						      1;
	learn->recent = base;
	if (base == was || learn->recent_count < HABIT_COUNT)
		return;
	learn->base = base;
	iwf_host_remember(host, value_key, base_words[base]);
	iwf_log_info(iwf_host_log(host), "receipt_ids", "learnt=%.*s was=%.*s",
		     IWF_STR_ARG(base_words[base]),
		     IWF_STR_ARG(was ? base_words[was] : IWF_STR("unknown")));
}

void smpp_learn_tell(struct smpp_learn *learn, struct iwf_host *host,
		     uint64_t tag, const struct iwf_verdict *verdict)
{
	enum smpp_id_base base = SMPP_ID_ANY;

	for (unsigned i = 0; i < SMPP_LEARN_ASKED; i++) {
		if (learn->asked[i].tag != tag)
			continue;
		learn->asked[i].tag = 0;
		if (verdict->remote && verdict->remote <= IWF_REMOTE_IDS_MAX)
			base = learn->asked[i].bases[verdict->remote - 1];
	}
	if (verdict->result == IWF_RESULT_ACCEPTED && base != SMPP_ID_ANY)
		take(learn, host, base);
}
