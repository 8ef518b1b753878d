/* The verbs' small steps as SQL. */
#include "store/sqlite.h"

static struct sqlite_engine *engine_of(struct tables *t)
{
	return IWF_CONTAINER(t, struct sqlite_engine, tables);
}

static struct sqlite_conn *conn_of(struct tables *t)
{
	return &engine_of(t)->write;
}

static enum iwf_err row_find(struct tables *t, uint64_t id,
			     struct iwf_arena *arena, struct table_row *row)
{
	struct sqlite_conn *conn = conn_of(t);
	sqlite3_stmt *stmt;
	bool has_row;
	enum iwf_err err;

	*row = (struct table_row){ .bound = IWF_STR_NONE };
	if (id > engine_of(t)->last_id)
		return IWF_OK;
	stmt = sqlite_stmt(conn, SQL_ROW_FIND);
	bind_id(stmt, 1, id);
	err = sqlite_next(conn, stmt, &has_row);
	if (!has_row)
		return err;
	column_row(stmt, arena, row);
	sqlite3_reset(stmt);
	return IWF_OK;
}

static enum iwf_err row_add(struct tables *t, const struct table_row *row)
{
	struct sqlite_engine *eng = engine_of(t);
	sqlite3_stmt *stmt = sqlite_stmt(&eng->write, SQL_ROW_ADD);
	enum iwf_err err;

	bind_row(stmt, row);
	err = sqlite_run(&eng->write, stmt);
	if (row->dlv.id > eng->last_id)
		eng->last_id = row->dlv.id;
	return err ? err : sqlite_count_slice(eng, row->dlv.id, 1, 0);
}

static enum iwf_err row_set(struct tables *t, const struct table_row *row)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn_of(t), SQL_ROW_SET);

	bind_row(stmt, row);
	return sqlite_run(conn_of(t), stmt);
}

static enum iwf_err row_change(struct tables *t, const struct table_row *row,
			       bool *is_changed)
{
	struct sqlite_conn *conn = conn_of(t);
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_ROW_CHANGE);
	enum iwf_err err;

	bind_row(stmt, row);
	err = sqlite_run(conn, stmt);
	*is_changed = !err && sqlite3_changes(conn->db) == 1;
	return err;
}

static enum iwf_err row_told(struct tables *t, uint64_t id, int64_t at_ms)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn_of(t), SQL_ROW_TOLD);

	bind_id(stmt, 1, id);
	sqlite3_bind_int64(stmt, 2, at_ms);
	return sqlite_run(conn_of(t), stmt);
}

static enum iwf_err message_add(struct tables *t, uint64_t id,
				uint64_t transport,
				const struct spool_record *record)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn_of(t), SQL_MESSAGE_ADD);
	enum iwf_err err;

	bind_id(stmt, 1, id);
	bind_id(stmt, 2, transport);
	bind_bytes(stmt, 3, record->rest);
	err = sqlite_run(conn_of(t), stmt);
	if (err || !record->part.len)
		return err;
	return sqlite_spool_add(conn_of(t), id, &record->part);
}

static enum iwf_err message_find(struct tables *t, uint64_t id,
				 struct iwf_arena *arena,
				 struct spool_record *record)
{
	return sqlite_find_record(conn_of(t), id, arena, record);
}

/* One number of one row; untouched when there is none. */
static enum iwf_err find_number(struct sqlite_conn *conn, sqlite3_stmt *stmt,
				int64_t *number)
{
	bool has_row;
	enum iwf_err err = sqlite_next(conn, stmt, &has_row);

	if (!has_row)
		return err;
	*number = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return IWF_OK;
}

static enum iwf_err seen_find(struct tables *t, uint64_t key,
			      int64_t generation, uint64_t *delivery)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn_of(t), SQL_SEEN_FIND);
	int64_t found = 0;
	enum iwf_err err;

	sqlite3_bind_int64(stmt, 1, generation);
	bind_id(stmt, 2, key);
	err = find_number(conn_of(t), stmt, &found);
	*delivery = (uint64_t)found;
	return err;
}

static enum iwf_err seen_set(struct tables *t, uint64_t key, int64_t generation,
			     uint64_t delivery)
{
	struct sqlite_engine *eng = engine_of(t);
	sqlite3_stmt *stmt = sqlite_stmt(&eng->write, SQL_SEEN_SET);

	sqlite3_bind_int64(stmt, 1, generation);
	bind_id(stmt, 2, key);
	bind_id(stmt, 3, delivery);
	eng->seen_count++;
	eng->seen_generation = generation;
	return sqlite_run(&eng->write, stmt);
}

static enum iwf_err bind_add(struct tables *t, uint64_t key,
			     struct table_bind bind)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn_of(t), SQL_BIND_ADD);

	bind_id(stmt, 1, key);
	bind_id(stmt, 2, bind.delivery);
	bind_id(stmt, 3, bind.part);
	return sqlite_run(conn_of(t), stmt);
}

static enum iwf_err bind_drop(struct tables *t, uint64_t key, uint64_t delivery)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn_of(t), SQL_BIND_DROP);

	bind_id(stmt, 1, key);
	bind_id(stmt, 2, delivery);
	return sqlite_run(conn_of(t), stmt);
}

static enum iwf_err bind_find(struct tables *t, uint64_t key,
			      struct table_bind *binds, uint32_t *count)
{
	struct sqlite_conn *conn = conn_of(t);
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_BIND_FIND);
	bool has_row;
	enum iwf_err err;

	*count = 0;
	bind_id(stmt, 1, key);
	sqlite3_bind_int(stmt, 2, TABLE_BINDS_MAX);
	while (!(err = sqlite_next(conn, stmt, &has_row)) && has_row) {
		struct table_bind *bind = &binds[(*count)++];

		bind->delivery = (uint64_t)sqlite3_column_int64(stmt, 0);
		bind->part = (uint32_t)sqlite3_column_int64(stmt, 1);
	}
	return err;
}

static enum iwf_err lane_is_out(struct tables *t, uint64_t lane,
				uint64_t except, bool *is_out)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn_of(t), SQL_LANE_OUT);
	int64_t found = 0;
	enum iwf_err err;

	bind_id(stmt, 1, lane);
	bind_id(stmt, 2, except);
	err = find_number(conn_of(t), stmt, &found);
	*is_out = found;
	return err;
}

static enum iwf_err waiting_find(struct tables *t, uint64_t key,
				 struct iwf_arena *arena, uint64_t *id,
				 struct iwf_str *record)
{
	struct sqlite_conn *conn = conn_of(t);
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_WAITING_FIND);
	bool has_row;
	enum iwf_err err;

	*id = 0;
	bind_id(stmt, 1, key);
	err = sqlite_next(conn, stmt, &has_row);
	if (!has_row)
		return err;
	*id = (uint64_t)sqlite3_column_int64(stmt, 0);
	*record = column_bytes(stmt, 1, arena);
	sqlite3_reset(stmt);
	return IWF_OK;
}

static enum iwf_err waiting_add(struct tables *t, const struct store_join *join)
{
	struct sqlite_conn *conn = conn_of(t);
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_WAITING_ADD);
	enum iwf_err err;
	sqlite3_int64 id;

	sqlite3_bind_int64(stmt, 1, join->now_ms);
	bind_bytes(stmt, 2, iwf_str_make(join->key, join->key_count *
					 sizeof(join->key[0])));
	bind_bytes(stmt, 3, join->waiting);
	err = sqlite_run(conn, stmt);
	id = sqlite3_last_insert_rowid(conn->db);
	stmt = sqlite_stmt(conn, SQL_WAITING_KEY);
	for (uint32_t i = 0; !err && i < join->key_count; i++) {
		bind_id(stmt, 1, join->key[i]);
		sqlite3_bind_int64(stmt, 2, id);
		err = sqlite_run(conn, stmt);
	}
	return err;
}

static enum iwf_err waiting_drop(struct tables *t, uint64_t id)
{
	struct sqlite_conn *conn = conn_of(t);
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_WAITING_DROP);
	struct iwf_str keys = IWF_STR_NONE;
	bool has_row;
	enum iwf_err err;

	bind_id(stmt, 1, id);
	while (!(err = sqlite_next(conn, stmt, &has_row)) && has_row)
		keys = column_bytes(stmt, 0, t->scratch);
	stmt = sqlite_stmt(conn, SQL_WAITING_KEYS_DROP);
	for (uint32_t i = 0; !err && i < keys_count(keys); i++) {
		bind_id(stmt, 1, keys_get(keys, i));
		bind_id(stmt, 2, id);
		err = sqlite_run(conn, stmt);
	}
	return err;
}

static enum iwf_err part_add(struct tables *t, const struct store_part *part,
			     bool *is_new)
{
	struct sqlite_conn *conn = conn_of(t);
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_PART_ADD);
	enum iwf_err err;

	bind_id(stmt, 1, part->set_key);
	bind_id(stmt, 2, part->part);
	bind_id(stmt, 3, part->parts);
	bind_id(stmt, 4, part->link);
	sqlite3_bind_int64(stmt, 5, part->now_ms);
	bind_bytes(stmt, 6, part->record);
	err = sqlite_run(conn, stmt);
	*is_new = !err && sqlite3_changes(conn->db) == 1;
	return err;
}

static enum iwf_err part_list(struct tables *t, uint64_t set_key,
			      struct iwf_arena *arena,
			      struct table_parts *parts)
{
	return sqlite_parts(conn_of(t), set_key, arena, parts);
}

static enum iwf_err part_drop(struct tables *t, uint64_t set_key, uint32_t part)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn_of(t), SQL_PART_DROP);

	bind_id(stmt, 1, set_key);
	bind_id(stmt, 2, part);
	return sqlite_run(conn_of(t), stmt);
}

static enum iwf_err part_known(struct tables *t, uint64_t content_key,
			       int64_t *at_ms)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn_of(t), SQL_PART_KNOWN);

	*at_ms = 0;
	bind_id(stmt, 1, content_key);
	return find_number(conn_of(t), stmt, at_ms);
}

static enum iwf_err part_know(struct tables *t, uint64_t content_key,
			      int64_t at_ms)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn_of(t), SQL_PART_KNOW);

	bind_id(stmt, 1, content_key);
	sqlite3_bind_int64(stmt, 2, at_ms);
	return sqlite_run(conn_of(t), stmt);
}

static enum iwf_err set_drop(struct tables *t, uint64_t set_key)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn_of(t), SQL_SET_DROP);

	bind_id(stmt, 1, set_key);
	return sqlite_run(conn_of(t), stmt);
}

static enum iwf_err set_move(struct tables *t, uint64_t from_key,
			     uint64_t to_key)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn_of(t), SQL_SET_MOVE);

	bind_id(stmt, 1, from_key);
	bind_id(stmt, 2, to_key);
	return sqlite_run(conn_of(t), stmt);
}

static enum iwf_err value_set(struct tables *t,
			      const struct store_remember *value)
{
	bool forgets = !value->value.len;
	sqlite3_stmt *stmt = sqlite_stmt(conn_of(t), forgets ? SQL_VALUE_DROP :
							       SQL_VALUE_SET);

	bind_id(stmt, 1, value->link);
	/* never NULL, which would not be one key */
	sqlite3_bind_text64(stmt, 2, value->key.ptr ? value->key.ptr : "",
			    value->key.len, SQLITE_STATIC, SQLITE_UTF8);
	if (!forgets)
		bind_bytes(stmt, 3, value->value);
	return sqlite_run(conn_of(t), stmt);
}

static enum iwf_err thread_set(struct tables *t, uint64_t key, int64_t at_ms,
			       struct iwf_str thread)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn_of(t), SQL_THREAD_SET);

	sqlite3_bind_int64(stmt, 1, at_ms >> THREAD_GENERATION_BITS);
	bind_id(stmt, 2, key);
	sqlite3_bind_int64(stmt, 3, at_ms);
	bind_bytes(stmt, 4, thread);
	return sqlite_run(conn_of(t), stmt);
}

const struct table_ops sqlite_table_ops = {
	.row_find = row_find, .row_add = row_add, .row_set = row_set,
	.row_change = row_change,
	.row_told = row_told,
	.message_add = message_add, .message_find = message_find,
	.seen_find = seen_find, .seen_set = seen_set,
	.bind_add = bind_add, .bind_drop = bind_drop, .bind_find = bind_find,
	.lane_is_out = lane_is_out,
	.waiting_find = waiting_find, .waiting_add = waiting_add,
	.waiting_drop = waiting_drop,
	.part_add = part_add, .part_list = part_list, .part_drop = part_drop,
	.part_known = part_known, .part_know = part_know,
	.set_drop = set_drop, .set_move = set_move,
	.value_set = value_set, .thread_set = thread_set, .sweep = sqlite_sweep,
};
