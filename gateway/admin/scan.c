/* Reading the newest deliveries without holding many of them. */
#include "admin/admin_priv.h"

#define PAGE_ROWS 500
#define PAGE_LEN (8u << 20)

static void ask_page(struct scan *scan)
{
	scan->query.limit = scan->left < PAGE_ROWS ? scan->left : PAGE_ROWS;
	store_ask(scan->store, &scan->query);
}

static bool show_page(struct scan *scan)
{
	for (uint32_t i = 0; i < scan->query.found_count; i++) {
		const struct store_found *found = &scan->query.found[i];

		scan->query.id = found->row.id;
		scan->left--;
		if (!scan->on_row(scan, found) || !scan->left)
			return false;
	}
	return scan->query.has_more;
}

static void on_page(struct iwf_task *task)
{
	struct scan *scan = IWF_CONTAINER(task, struct scan, query.task);
	enum iwf_err err = scan->query.err;
	bool is_more = !err && show_page(scan);

	iwf_arena_destroy(&scan->query.arena);
	if (is_more)
		ask_page(scan);
	else
		scan->on_done(scan, err);
}

void scan_start(struct scan *scan, struct store *store, struct iwf_loop *loop)
{
	scan->store = store;
	scan->left = ADMIN_SCAN_MAX;
	scan->query = (struct store_query){
		.task.run = on_page, .loop = loop, .kind = STORE_Q_RECENT,
		.with_record = true, .records_max_len = PAGE_LEN,
	};
	ask_page(scan);
}
