/* Any bytes as Message/CPIM; what is taken keeps its meaning when written. */
#include <wire/cpim.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_address(const struct cpim_address *a,
			  const struct cpim_address *b)
{
	IWF_BUG_ON(!iwf_str_eq(a->name, b->name));
	IWF_BUG_ON(!iwf_str_eq(a->uri, b->uri));
}

static void check_envelope(const struct cpim_message *a,
			   const struct cpim_message *b)
{
	check_address(&a->from, &b->from);
	IWF_BUG_ON(a->to_count != b->to_count || a->cc_count != b->cc_count);
	for (size_t i = 0; i < a->to_count; i++)
		check_address(&a->to[i], &b->to[i]);
	for (size_t i = 0; i < a->cc_count; i++)
		check_address(&a->cc[i], &b->cc[i]);
	IWF_BUG_ON(!iwf_str_eq(a->datetime, b->datetime));
	IWF_BUG_ON(a->datetime_ms != b->datetime_ms);
	IWF_BUG_ON(a->subject_count != b->subject_count);
	for (size_t i = 0; i < a->subject_count; i++) {
		IWF_BUG_ON(!iwf_str_eq(a->subjects[i].lang,
				       b->subjects[i].lang));
		IWF_BUG_ON(!iwf_str_eq(a->subjects[i].value,
				       b->subjects[i].value));
	}
}

static void check_headers(const struct cpim_message *a,
			  const struct cpim_message *b)
{
	IWF_BUG_ON(a->require_count != b->require_count);
	for (size_t i = 0; i < a->require_count; i++) {
		IWF_BUG_ON(!iwf_str_eq(a->requires[i].uri, b->requires[i].uri));
		IWF_BUG_ON(!iwf_str_eq(a->requires[i].name,
				       b->requires[i].name));
	}
	IWF_BUG_ON(a->header_count != b->header_count);
	for (size_t i = 0; i < a->header_count; i++) {
		const struct cpim_header *x = &a->headers[i];
		const struct cpim_header *y = &b->headers[i];

		IWF_BUG_ON(!iwf_str_eq(x->uri, y->uri));
		IWF_BUG_ON(!iwf_str_eq(x->name, y->name));
		IWF_BUG_ON(!iwf_str_eq(x->value, y->value));
		IWF_BUG_ON(!iwf_str_eq(x->params, y->params));
	}
}

static void check_content(const struct cpim_message *a,
			  const struct cpim_message *b)
{
	IWF_BUG_ON(!iwf_str_eq(a->content, b->content));
	IWF_BUG_ON(!iwf_str_eq(a->content_type, b->content_type));
	IWF_BUG_ON(!iwf_str_eq(a->content_disposition,
			       b->content_disposition));
	IWF_BUG_ON(!iwf_str_eq(a->transfer_encoding, b->transfer_encoding));
	IWF_BUG_ON(!iwf_str_eq(a->content_id, b->content_id));
	IWF_BUG_ON(a->other_count != b->other_count);
	for (size_t i = 0; i < a->other_count; i++) {
		IWF_BUG_ON(!iwf_str_eq(a->others[i].name, b->others[i].name));
		IWF_BUG_ON(!iwf_str_eq(a->others[i].value,
				       b->others[i].value));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_buf buf = { .len = 0 };
	struct cpim_message first, second;
	enum iwf_err err;

	if (!cpim_parse(arena, iwf_str_make(bytes, len), &first, NULL)) {
		cpim_format(&buf, &first);
		err = cpim_parse(arena, iwf_buf_str(&buf), &second, NULL);
		/* Escaping may make a line longer than we take. */
		IWF_BUG_ON(err && err != IWF_E_LIMIT);
		if (!err) {
			check_envelope(&first, &second);
			check_headers(&first, &second);
			check_content(&first, &second);
		}
	}
	iwf_buf_free(&buf);
	iwf_arena_destroy(&arena);
	return 0;
}
