/* Small durable values of links, all of them in memory while the gateway runs. */
#include "relay/relay_priv.h"

#include <stdlib.h>

#define VALUES_MAX 4096
#define KEY_MAX_LEN 64
#define VALUE_MAX_LEN 4096

struct value {
	struct map_node node;  /* by hash of link and key */
	char *bytes;
	size_t len;
};

/* One value on its way to the disk. */
struct saving {
	struct store_change change;
	struct iwf_buf key, value;
	struct iwf_log *log;
};

static uint64_t value_key(const struct relay *relay, uint32_t link,
			  struct iwf_str key)
{
	struct iwf_buf buf = { 0 };
	uint64_t hash;

	iwf_buf_u32(&buf, link);
	iwf_buf_str_put(&buf, key);
	hash = iwf_hash(relay->key, iwf_buf_str(&buf));
	iwf_buf_free(&buf);
	return hash;
}

static struct value *value_find(struct relay *relay, uint64_t key)
{
	struct map_node *node = map_find(&relay->values_remembered, key);

	return node ? IWF_CONTAINER(node, struct value, node) : NULL;
}

void value_set(struct relay *relay, uint32_t link, struct iwf_str key,
	       struct iwf_str bytes)
{
	uint64_t hash = value_key(relay, link, key);
	struct value *value = value_find(relay, hash);

	if (!value) {
		value = IWF_NEW(struct value);
		map_put(&relay->values_remembered, &value->node, hash);
	}
	free(value->bytes);
	value->bytes = iwf_alloc(bytes.len);
	value->len = bytes.len;
	if (bytes.len)
		memcpy(value->bytes, bytes.ptr, bytes.len);
}

static void on_saved(struct iwf_task *task)
{
	struct saving *saving = IWF_CONTAINER(task, struct saving, change.task);

	if (saving->change.err)
		iwf_log_warning(saving->log, "value-not-saved", "key=%.*s err=%s",
				IWF_STR_ARG(iwf_buf_str(&saving->key)),
				iwf_err_name(saving->change.err));
	iwf_buf_free(&saving->key);
	iwf_buf_free(&saving->value);
	iwf_arena_destroy(&saving->change.arena);
	free(saving);
}

void value_remember(struct relay *relay, uint32_t link, struct iwf_str key,
		    struct iwf_str value)
{
	struct saving *saving = IWF_NEW(struct saving);

	value_set(relay, link, key, value);
	saving->log = relay->log;
	iwf_buf_str_put(&saving->key, key);
	iwf_buf_str_put(&saving->value, value);
	saving->change.task.run = on_saved;
	saving->change.loop = relay->loop;
	saving->change.verb = STORE_REMEMBER;
	saving->change.remember = (struct store_remember){
		link, iwf_buf_str(&saving->key), iwf_buf_str(&saving->value)
	};
	store_submit(relay->store, &saving->change);
}

struct iwf_str value_recall(struct relay *relay, uint32_t link,
			    struct iwf_str key)
{
	struct value *value = value_find(relay, value_key(relay, link, key));

	return value ? iwf_str_make(value->bytes, value->len) : IWF_STR_NONE;
}

void value_check(const struct iwf_host *host, struct iwf_str key,
		 struct iwf_str value)
{
	const struct relay *relay = host->queue->relay;

	IWF_BUG_ON(key.len && (host->loop != relay->loop ||
			       relay->values_remembered.count >= VALUES_MAX));
	IWF_BUG_ON(key.len > KEY_MAX_LEN || value.len > VALUE_MAX_LEN);
}

void iwf_host_remember(struct iwf_host *host, struct iwf_str key,
		       struct iwf_str value)
{
	struct relay *relay = host->queue->relay;

	value_check(host, key, value);
	value_remember(relay, host->queue->number, key, value);
}

struct iwf_str iwf_host_recall(struct iwf_host *host, struct iwf_str key)
{
	return value_recall(host->queue->relay, host->queue->number, key);
}

void values_free(struct relay *relay)
{
	struct map_node *node;

	while ((node = map_any(&relay->values_remembered))) {
		struct value *value = IWF_CONTAINER(node, struct value, node);

		map_remove(&relay->values_remembered, node);
		free(value->bytes);
		free(value);
	}
	map_free(&relay->values_remembered);
}
