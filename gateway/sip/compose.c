/* A MESSAGE of ours as Sofia's structures (RFC 3428 4): typed fields parsed
 * one by one, what never differs kept as text, the rest carried as it is. */
#include "sip/compose.h"

#include "sip/fields.h"

#include <sofia-sip/sip_extra.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>

/* Room for what is small in a message that is not unusual. */
#define ROOM_LEN 1024

/* A message being made. */
struct draft {
	msg_t *msg;
	su_home_t *home;
	char *room;          /* of the home */
	size_t room_len;
	struct iwf_buf text; /* of the field being made */
};

/* The home keeps a table of its allocations, which must not grow: what goes
 * with the message is taken from one of them while there is room. */
static void *take(struct draft *draft, size_t len)
{
	char *taken = draft->room;

	len = (len + 15) & ~(size_t)15;
	if (!taken || len > draft->room_len)
		return su_alloc(draft->home, (isize_t)len);
	draft->room += len;
	draft->room_len -= len;
	return taken;
}

static void *header_create(struct draft *draft, msg_hclass_t *type)
{
	msg_header_t *header = take(draft, (size_t)type->hc_size);

	if (!header)
		return NULL;
	memset(header, 0, (size_t)type->hc_size);
	header->sh_class = type;
	return header;
}

/* A copy with its NUL. */
static char *copy(struct draft *draft, struct iwf_str text)
{
	char *to = take(draft, text.len + 1);

	if (!to)
		return NULL;
	memcpy(to, text.ptr, text.len);
	to[text.len] = '\0';
	return to;
}

static bool insert(struct draft *draft, void *header)
{
	return header && msg_header_insert(draft->msg, NULL, header) >= 0;
}

bool compose_written(msg_t *msg, void *header, struct iwf_str text)
{
	msg_header_t *written = header;

	if (!written || !text.len)
		return false;
	written->sh_data = text.ptr;
	written->sh_len = (uint32_t)text.len;
	return msg_header_insert(msg, NULL, written) >= 0;
}

/* What stands in draft->text as a field that Sofia knows. */
static bool insert_typed(struct draft *draft, msg_hclass_t *type)
{
	iwf_buf_u8(&draft->text, 0);
	return insert(draft, msg_header_make(draft->home, type,
					     draft->text.ptr));
}

static bool add_typed(struct draft *draft, msg_hclass_t *type,
		      struct iwf_str value)
{
	if (!value.len)
		return true;
	iwf_buf_clear(&draft->text);
	iwf_buf_str_put(&draft->text, value);
	return insert_typed(draft, type);
}

static bool add_address(struct draft *draft, msg_hclass_t *type,
			struct iwf_str uri, struct iwf_str params)
{
	iwf_buf_clear(&draft->text);
	iwf_buf_u8(&draft->text, '<');
	iwf_buf_str_put(&draft->text, uri);
	iwf_buf_u8(&draft->text, '>');
	iwf_buf_str_put(&draft->text, params);
	return insert_typed(draft, type);
}

/* A field that Sofia only carries. */
static bool add_untyped(struct draft *draft, const char *name,
			struct iwf_str value)
{
	sip_unknown_t *field;

	if (!value.len)
		return true;
	field = header_create(draft, sip_unknown_class);
	if (!field)
		return false;
	field->un_name = name;
	field->un_value = copy(draft, iwf_str_trim(value));
	return field->un_value && insert(draft, field);
}

/* --- the fields --- */

static struct iwf_str line_text(struct draft *draft, const url_t *uri)
{
	static const char before[] = "MESSAGE ", behind[] = " SIP/2.0\r\n";
	size_t uri_len = (size_t)url_e(NULL, 0, uri);
	size_t len = sizeof(before) - 1 + uri_len + sizeof(behind) - 1;
	char *text = take(draft, len + 1);

	if (!text)
		return IWF_STR_NONE;
	memcpy(text, before, sizeof(before) - 1);
	url_e(text + sizeof(before) - 1, (isize_t)uri_len + 1, uri);
	memcpy(text + sizeof(before) - 1 + uri_len, behind, sizeof(behind));
	return iwf_str_make(text, len);
}

/* Sofia's own way of making one aborts on a text that is no URI to it. */
static bool add_line(struct draft *draft, struct iwf_str given)
{
	sip_request_t *line = header_create(draft, sip_request_class);
	char *uri = copy(draft, given);

	if (!line || !uri || url_d(line->rq_url, uri) < 0)
		return false;
	line->rq_method = sip_method_message;
	line->rq_method_name = sip_method_name_message;
	line->rq_version = SIP_VERSION_CURRENT;
	return compose_written(draft->msg, line, line_text(draft, line->rq_url));
}

static bool add_parties(struct draft *draft, const struct sip_message *m,
			struct iwf_random *random)
{
	char tag[sizeof(";tag=") - 1 + 16] = ";tag=";

	iwf_str_hex(tag + sizeof(";tag=") - 1, iwf_random_next(random), 16);
	return add_address(draft, sip_from_class, m->from_uri,
			   iwf_str_make(tag, sizeof(tag))) &&
	       add_address(draft, sip_to_class, m->to_uri, IWF_STR_NONE);
}

static bool add_call_id(struct draft *draft, struct iwf_str domain,
			struct iwf_random *random)
{
	char id[32];

	iwf_str_hex(id, iwf_random_next(random), 16);
	iwf_str_hex(id + 16, iwf_random_next(random), 16);
	iwf_buf_clear(&draft->text);
	iwf_buf_put(&draft->text, id, sizeof(id));
	iwf_buf_u8(&draft->text, '@');
	iwf_buf_str_put(&draft->text, domain);
	return insert_typed(draft, sip_call_id_class);
}

static bool add_constants(struct draft *draft)
{
	sip_max_forwards_t *hops = header_create(draft, sip_max_forwards_class);
	sip_cseq_t *cseq = header_create(draft, sip_cseq_class);

	if (!hops || !cseq)
		return false;
	hops->mf_count = 70;
	cseq->cs_seq = 1;
	cseq->cs_method = sip_method_message;
	cseq->cs_method_name = sip_method_name_message;
	return compose_written(draft->msg, hops,
			       IWF_STR("Max-Forwards: 70\r\n")) &&
	       compose_written(draft->msg, cseq,
			       IWF_STR("CSeq: 1 MESSAGE\r\n"));
}

static bool add_asserted(struct draft *draft, struct iwf_str uri)
{
	if (!uri.len)
		return true;
	iwf_buf_clear(&draft->text);
	iwf_buf_u8(&draft->text, '<');
	iwf_buf_str_put(&draft->text, uri);
	iwf_buf_u8(&draft->text, '>');
	return add_untyped(draft, "P-Asserted-Identity",
			   iwf_buf_str(&draft->text));
}

static bool add_field(struct draft *draft, enum sip_field field,
		      struct iwf_str value)
{
	switch (field) {
	case SIP_F_ACCEPT_CONTACT:
		return add_typed(draft, sip_accept_contact_class, value);
	case SIP_F_SUBJECT:
		return add_typed(draft, sip_subject_class, value);
	case SIP_F_PRIVACY:
		return add_typed(draft, sip_privacy_class, value);
	default:
		return add_untyped(draft, fields_name(field), value);
	}
}

static bool add_fields(struct draft *draft, const struct sip_message *m)
{
	bool is_added = add_field(draft, SIP_F_P_ASSERTED_SERVICE,
				  m->asserted_service) &&
			add_field(draft, SIP_F_ACCEPT_CONTACT,
				  m->accept_contact);

	for (int i = 0; is_added && i < SIP_F_COUNT; i++) {
		if (i != SIP_F_P_ASSERTED_SERVICE && i != SIP_F_ACCEPT_CONTACT)
			is_added = add_field(draft, (enum sip_field)i,
					     m->fields[i]);
	}
	return is_added;
}

static bool add_expires(struct draft *draft, int64_t sec)
{
	if (sec < 0)
		return true;
	iwf_buf_clear(&draft->text);
	iwf_buf_printf(&draft->text, "%lld", (long long)sec);
	return insert_typed(draft, sip_expires_class);
}

/* A next hop with ;lr is also a Route (RFC 3261 16.6). */
static bool add_route(struct draft *draft, struct iwf_str hop)
{
	if (iwf_str_search(hop, IWF_STR(";lr")) == IWF_STR_NPOS)
		return true;
	return add_typed(draft, sip_route_class, hop);
}

bool compose_message(msg_t *msg, const struct sip_message *m,
		     struct sip_worker *worker)
{
	const struct sip_conf *conf = &worker->sip->conf;
	struct draft draft = {
		.msg = msg, .home = msg_home(msg), .room_len = ROOM_LEN,
		.room = su_alloc(msg_home(msg), ROOM_LEN),
	};
	bool is_whole;

	iwf_buf_reserve(&draft.text, 256);
	is_whole = add_line(&draft, m->request_uri) &&
		   add_route(&draft, conf->next_hop.uri) &&
		   add_parties(&draft, m, &worker->random) &&
		   add_call_id(&draft, conf->domain, &worker->random) &&
		   add_constants(&draft) &&
		   add_asserted(&draft, m->asserted) &&
		   add_fields(&draft, m) &&
		   add_expires(&draft, m->expires_sec) &&
		   add_typed(&draft, sip_content_type_class,
			     m->content_type) &&
		   insert(&draft, sip_payload_create(draft.home, m->body.ptr,
						     (isize_t)m->body.len));
	iwf_buf_free(&draft.text);
	return is_whole;
}
