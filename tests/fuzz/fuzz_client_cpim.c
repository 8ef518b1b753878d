/* Any bytes as what the test client takes for CPIM and for IMDN. */
#include <cpim.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(bool is_true)
{
	if (!is_true)
		abort();
}

static bool is_same(struct text a, struct text b)
{
	return a.len == b.len && (!a.len || !memcmp(a.at, b.at, a.len));
}

static void check_cpim(struct out *out, struct text in)
{
	struct cpim first, second;

	if (!cpim_parse(&first, in))
		return;
	out->len = 0;
	out->is_full = false;
	cpim_format(out, &first);
	/* It is lenient with addresses that it then cannot write. */
	if (out->is_full || !cpim_parse(&second, out_text(out)))
		return;
	check(is_same(first.content, second.content));
}

static void check_imdn(struct out *out, struct text in)
{
	struct imdn imdn;

	if (!imdn_parse(&imdn, in))
		return;
	check(imdn.message_id.len && imdn.type.len && imdn.status.len);
	out->len = 0;
	out->is_full = false;
	imdn_format(out, &imdn, TEXT_NONE, TEXT_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct text in = { (const char *)bytes, len };
	struct out *out = malloc(sizeof(*out));

	check(out != NULL);
	check_cpim(out, in);
	check_imdn(out, in);
	free(out);
	return 0;
}
