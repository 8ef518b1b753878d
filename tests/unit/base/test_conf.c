/* Configuration text to typed fields, or to file:line: message. */
#include "base/conf.h"

#include <iwf/buf.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct bind {
	struct iwf_str host;
	uint32_t port;
};

struct sample {
	bool on;
	uint32_t count;
	uint64_t size;
	uint32_t wait_ms;
	struct iwf_str name;
	uint32_t mode;
	struct iwf_texts tags;
	struct bind peer;
	struct iwf_list binds;
};

static const char *const modes[] = { "fast", "safe", NULL };

static const struct iwf_setting bind_rows[] = {
	IWF_ROW_TEXT(struct bind, host, "host", NULL, 16, "Where it listens"),
	IWF_ROW_U32(struct bind, port, "port", "2775", 1, 65535, "Its port."),
	IWF_ROWS_END
};

static const struct iwf_setting peer_rows[] = {
	IWF_ROW_TEXT(struct bind, host, "host", "::1", 16, "Where it listens"),
	IWF_ROW_U32(struct bind, port, "port", "25", 1, 65535, "Its port."),
	IWF_ROWS_END
};

static const struct iwf_setting rows[] = {
	IWF_ROW_BOOL(struct sample, on, "on", "true", "Whether it is on."),
	IWF_ROW_U32(struct sample, count, "count", "7", 0, 0, "How many."),
	IWF_ROW_SIZE(struct sample, size, "size", "64KiB", 1024, 1u << 30,
		     "How large."),
	IWF_ROW_DURATION(struct sample, wait_ms, "wait", "30s", 0, 86400000,
			 "How long."),
	IWF_ROW_TEXT(struct sample, name, "name", "a\"b", 8, "Who."),
	IWF_ROW_CHOICE(struct sample, mode, "mode", "safe", modes, "How."),
	IWF_ROW_TEXTS(struct sample, tags, "tags", "x, y", 3, "Words."),
	IWF_ROW_GROUP(struct sample, peer, "peer", peer_rows, "The peer."),
	IWF_ROW_LIST(struct sample, binds, "binds", bind_rows, struct bind, 2,
		     "Listeners."),
	IWF_ROWS_END
};

static void show(struct iwf_buf *buf, const struct sample *s)
{
	const struct bind *binds = s->binds.items;

	iwf_buf_printf(buf, "%d %u %llu %u %.*s %u", s->on, s->count,
		       (unsigned long long)s->size, s->wait_ms,
		       IWF_STR_ARG(s->name), s->mode);
	for (size_t i = 0; i < s->tags.count; i++)
		iwf_buf_printf(buf, " %.*s", IWF_STR_ARG(s->tags.items[i]));
	iwf_buf_printf(buf, " %.*s:%u", IWF_STR_ARG(s->peer.host),
		       s->peer.port);
	for (size_t i = 0; i < s->binds.count; i++)
		iwf_buf_printf(buf, " %.*s:%u", IWF_STR_ARG(binds[i].host),
			       binds[i].port);
}

#define DEFAULTS "1 7 65536 30000 a\"b 1 x y ::1:25"

/* --- files of a test --- */

static char folder[] = "/tmp/test_conf_XXXXXX";

static void file_path(char path[128], const char *name)
{
	snprintf(path, 128, "%s/%s", folder, name);
}

static void write_file(const char *name, const void *text, size_t len)
{
	char path[128];
	FILE *file;

	file_path(path, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void write_text(const char *name, const char *text)
{
	if (name)
		write_file(name, text, strlen(text));
}

static void remove_file(const char *name)
{
	char path[128];

	file_path(path, name);
	unlink(path);
}

static void make_folder(const char *name)
{
	char path[128];

	file_path(path, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void remove_folder(const char *name)
{
	char path[128];

	file_path(path, name);
	assert_int_equal(rmdir(path), 0);
}

static int set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	make_folder("adapters.d");
	make_folder("sub");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	remove_file("iwf.conf");
	remove_folder("sub");
	remove_folder("adapters.d");
	remove_folder("");
	return 0;
}

static enum iwf_err read_main(struct iwf_arena *arena, struct conf **conf,
			      struct iwf_why *why)
{
	char path[128];

	file_path(path, "iwf.conf");
	memset(why, 0x55, sizeof(*why));
	return conf_read(arena, path, conf, why);
}

/* "file:line: text" with the file as seen from the folder. */
static void show_why(struct iwf_buf *buf, const struct iwf_why *why)
{
	size_t len = strlen(folder) + 1;

	assert_memory_equal(why->file, folder, len - 1);
	iwf_buf_printf(buf, "%s:%zu: %s", why->file + len, why->at, why->text);
}

/* What reading iwf.conf and its section `s` gives, as one line. */
static void result_of(struct iwf_buf *buf)
{
	static const char *const sections[] = { "s", "other", NULL };
	struct iwf_arena *arena = iwf_arena_create(0);
	struct sample sample = { 0 };
	struct conf *conf = NULL;
	struct iwf_why why;
	enum iwf_err err;

	err = read_main(arena, &conf, &why);
	if (err == IWF_OK)
		err = conf_check_known(conf, sections, &why);
	if (err == IWF_OK)
		err = conf_section(arena, conf, "s", rows, &sample, &why);
	if (err == IWF_OK) {
		show(buf, &sample);
	} else {
		assert_int_equal(err, IWF_E_SYNTAX);
		show_why(buf, &why);
	}
	iwf_buf_u8(buf, '\0');
	iwf_arena_destroy(&arena);
}

/* --- one file --- */

struct text_case {
	const char *text;
	const char *want;
};

static const struct text_case texts[] = {
	{ "", DEFAULTS },
	{ "s = { };", DEFAULTS },
	{ "s : { on : FALSE }", "0 7 65536 30000 a\"b 1 x y ::1:25" },
	{ "s = { count = 0; size = 2048; wait = 0; name = \"\";\n"
	  "mode = \"fast\"; tags = []; peer = { port = 1; };\n"
	  "binds = ( { host = \"h\"; }, { host = \"i\"; port = 2; } ); };",
	  "1 0 2048 0  0 ::1:1 h:2775 i:2" },
	{ "s = { tags = \"one\"; }; other = 1;",
	  "1 7 65536 30000 a\"b 1 one ::1:25" },
	{ "s = { tags = ( \"q\", \"r\" ); };",
	  "1 7 65536 30000 a\"b 1 q r ::1:25" },
	{ "s = { size = \"1GiB\"; wait = \"250ms\"; };",
	  "1 7 1073741824 250 a\"b 1 x y ::1:25" },
	{ "s = { name = \"\xC3\xA4\"; };",
	  "1 7 65536 30000 \xC3\xA4 1 x y ::1:25" },
	{ "s = { name = \"ab\" \"cd\"; };",
	  "1 7 65536 30000 abcd 1 x y ::1:25" },

	/* numbers as libconfig has them, and as they were written */
	{ "s = { count = 2147483647; };", "1 2147483647 65536 30000 a\"b 1 x y ::1:25" },
	{ "s = { count = 4294967295L; };", "1 4294967295 65536 30000 a\"b 1 x y ::1:25" },
	{ "s = { count = 5L; size = 4096L; };", "1 5 4096 30000 a\"b 1 x y ::1:25" },
	{ "s = { count = 0x10; };", "1 16 65536 30000 a\"b 1 x y ::1:25" },
	{ "s = { count = 0xFFFFFFFFL; };", "1 4294967295 65536 30000 a\"b 1 x y ::1:25" },
	{ "s = { count = +3; };", "1 3 65536 30000 a\"b 1 x y ::1:25" },
	{ "s = {\ncount = 5000000000; };",
	  "iwf.conf:2: 5000000000 does not fit 32 bits; a larger number ends with L" },
	{ "s = {\ncount = 2147483648; };",
	  "iwf.conf:2: 2147483648 does not fit 32 bits; a larger number ends with L" },
	{ "s = {\ncount = 4294967296L; };", "iwf.conf:2: count is too large" },
	{ "s = {\n\ncount = 08; };",
	  "iwf.conf:3: 08 begins with a needless 0" },
	{ "s = { count = 010; };", "iwf.conf:1: 010 begins with a needless 0" },
	{ "s = { count = -01; };", "iwf.conf:1: -01 begins with a needless 0" },
	{ "s = { count = 99999999999999999999L; };",
	  "iwf.conf:1: 99999999999999999999 does not fit 64 bits" },
	{ "s = { count = 9223372036854775808L; };",
	  "iwf.conf:1: 9223372036854775808 does not fit 64 bits" },
	{ "s = { count = 0x80000000; };",
	  "iwf.conf:1: 0x80000000 does not fit 32 bits; a larger number ends with L" },
	{ "s = { count = 0x1FFFFFFFFFFFFFFFFL; };",
	  "iwf.conf:1: 0x1FFFFFFFFFFFFFFFF does not fit 64 bits" },
	{ "s = { count = -2147483648; };", "iwf.conf:1: count must be 0 or more" },
	{ "s = { count = -2147483649; };",
	  "iwf.conf:1: -2147483649 does not fit 32 bits; a larger number ends with L" },
	{ "s = { count = -1; };", "iwf.conf:1: count must be 0 or more" },
	{ "s = { tags = [ \"08\" ]; name = \"5000000000\"; };",
	  "iwf.conf:1: name is longer than 8 bytes" },
	{ "# 08 5000000000\n// 08\n/* 08\n08 */ s = { };", DEFAULTS },
	{ "s = { count = 1.5; };", "iwf.conf:1: count must be a number" },
	{ "s = { count = 1e400; };", "iwf.conf:1: count must be a number" },
	{ "other = [ 1,\n2,\n09 ];", "iwf.conf:3: 09 begins with a needless 0" },

	/* types */
	{ "s = { on = 1; };", "iwf.conf:1: on must be true or false" },
	{ "s = { count = \"7\"; };", "iwf.conf:1: count must be a number" },
	{ "s = { count = true; };", "iwf.conf:1: count must be a number" },
	{ "s = { size = -1; };",
	  "iwf.conf:1: size must be a number or a size like \"64KiB\"" },
	{ "s = { size = \"64kb\"; };",
	  "iwf.conf:1: size must be a number or a size like \"64KiB\"" },
	{ "s = { wait = 30; };",
	  "iwf.conf:1: wait must be a duration like \"30s\"" },
	{ "s = { wait = \"30\"; };",
	  "iwf.conf:1: wait must be a duration like \"30s\"" },
	{ "s = { name = 1; };", "iwf.conf:1: name must be a text in quotes" },
	{ "s = { name = \"\xFF\"; };", "iwf.conf:1: name must be UTF-8" },
	{ "s = { name = \"\\xc3\"; };", "iwf.conf:1: name must be UTF-8" },
	{ "s = { name = \"a\\x00b\"; };",
	  "iwf.conf:1: \\x00 cannot be part of a text" },
	{ "s = { mode = \"slow\"; };",
	  "iwf.conf:1: mode must be one of \"fast\", \"safe\"" },
	{ "s = { tags = 1; };",
	  "iwf.conf:1: tags must be an array of texts, [\"a\", \"b\"]" },
	{ "s = { tags = ( \"a\",\n2 ); };",
	  "iwf.conf:2: tags must be a text in quotes" },
	{ "s = { tags = [ \"\xFF\" ]; };", "iwf.conf:1: tags must be UTF-8" },
	{ "s = { peer = 1; };", "iwf.conf:1: peer must be a group, { }" },
	{ "s = { binds = { }; };",
	  "iwf.conf:1: binds must be a list of groups, ( { }, { } )" },
	{ "s = { binds = ( 1 ); };",
	  "iwf.conf:1: an element here must be a group, { }" },
	{ "s = 1;", "iwf.conf:1: s must be a group, { }" },
	{ "s = ( );", "iwf.conf:1: s must be a group, { }" },

	/* bounds */
	{ "s = {\n peer = {\n  port = 0; }; };",
	  "iwf.conf:3: port must be 1 to 65535" },
	{ "s = { peer = { port = 65536; }; };",
	  "iwf.conf:1: port must be 1 to 65535" },
	{ "s = { size = 1023; };", "iwf.conf:1: size must be 1KiB to 1GiB" },
	{ "s = { size = \"2GiB\"; };", "iwf.conf:1: size must be 1KiB to 1GiB" },
	{ "s = { size = \"99999999999999999999GiB\"; };",
	  "iwf.conf:1: size must be 1KiB to 1GiB" },
	{ "s = { wait = \"25h\"; };", "iwf.conf:1: wait must be up to 1d" },
	{ "s = { wait = \"99999999999999999999d\"; };",
	  "iwf.conf:1: wait must be up to 1d" },
	{ "s = { name = \"123456789\"; };",
	  "iwf.conf:1: name is longer than 8 bytes" },
	{ "s = { tags = [ \"a\", \"b\", \"c\", \"d\" ]; };",
	  "iwf.conf:1: tags takes up to 3 elements, has 4" },
	{ "s = { binds = ( { }, { }, { } ); };",
	  "iwf.conf:1: binds takes up to 2 elements, has 3" },

	/* keys */
	{ "s = { binds = (\n{ port = 1; }\n); };",
	  "iwf.conf:2: host must be given" },
	{ "s = {\n cuont = 1; };",
	  "iwf.conf:2: unknown key \"cuont\"; did you mean \"count\"?" },
	{ "s = { Name = \"\"; };",
	  "iwf.conf:1: unknown key \"Name\"; did you mean \"name\"?" },
	{ "s = { zzzzzz = 1; };", "iwf.conf:1: unknown key \"zzzzzz\"" },
	{ "s = { peer = { hots = \"\"; }; };",
	  "iwf.conf:1: unknown key \"hots\"; did you mean \"host\"?" },
	{ "s = { };\noter = 1;",
	  "iwf.conf:2: unknown key \"oter\"; did you mean \"other\"?" },
	{ "s = { aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa = 1; };",
	  "iwf.conf:1: unknown key "
	  "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"" },

	/* grammar */
	{ "s = {", "iwf.conf:1: syntax error" },
	{ "s = { };\ns = { };", "iwf.conf:2: duplicate setting name" },
	{ "s = { on = true;\non = true; };", "iwf.conf:2: duplicate setting name" },
	{ "s = { };\n/* open\n", "iwf.conf:2: this comment never ends" },
	{ "s = { name = \"open };\n", "iwf.conf:2: syntax error" },
	{ "x = \"open;\ny = \"08\";\n", "iwf.conf:2: syntax error" },
	{ "s = { };\n\n@include \"nope.conf\"\n",
	  "iwf.conf:3: %s/nope.conf: No such file or directory" },
	{ "@include \"sub\"\n", "iwf.conf:1: %s/sub: is not a regular file" },
	{ "\n@include \"iwf.conf\"\n", "iwf.conf:2: includes are nested too deep" },
	{ "@include \"a\\\\b\"\n",
	  "iwf.conf:1: a file is included by its plain name" },
	{ "/* @include \"sub\" */\n// @include \"sub\"\n"
	  "other = \"\n@include\";\n", DEFAULTS },
};

static void test_one_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct iwf_str want = iwf_str_from(texts[i].want);
		struct iwf_str cut;
		struct iwf_buf got = { 0 };
		struct iwf_buf full = { 0 };

		write_text("iwf.conf", texts[i].text);
		result_of(&got);
		while (iwf_str_search(want, IWF_STR("%s")) != IWF_STR_NPOS) {
			iwf_str_split(&want, '%', &cut);
			iwf_buf_str_put(&full, cut);
			iwf_buf_printf(&full, "%s", folder);
			want = iwf_str_sub(want, 1, want.len);
		}
		iwf_buf_str_put(&full, want);
		iwf_buf_u8(&full, '\0');
		if (strcmp(got.ptr, full.ptr))
			print_error("case %zu: %s\n", i, texts[i].text);
		assert_string_equal(got.ptr, full.ptr);
		iwf_buf_free(&full);
		iwf_buf_free(&got);
	}
}

/* --- several files --- */

struct files_case {
	const char *text;
	const char *names[2];
	const char *texts[2];
	const char *want;
};

static const struct files_case files[] = {
	{ "@include \"one.conf\"\n", { "one.conf" }, { "s = { count = 1; };" },
	  "1 1 65536 30000 a\"b 1 x y ::1:25" },
	{ "s = {\n@include \"one.conf\"\n};", { "one.conf" }, { "count = 1;" },
	  "1 1 65536 30000 a\"b 1 x y ::1:25" },
	{ "s = {\n@include \"one.conf\"\ncuont = 2; };", { "one.conf" },
	  { "\n\ncount = 1;\n" },
	  "iwf.conf:3: unknown key \"cuont\"; did you mean \"count\"?" },
	{ "s = {\n@include \"one.conf\"\n};", { "one.conf" },
	  { "\n\nmodus = 1;\n" },
	  "one.conf:3: unknown key \"modus\"; did you mean \"mode\"?" },
	{ "s = {\n@include \"one.conf\"\n};", { "one.conf" },
	  { "on = true;\ncount = 08;\n" },
	  "one.conf:2: 08 begins with a needless 0" },
	{ "s = {\n@include \"one.conf\"\ncount = 09;\n};", { "one.conf" },
	  { "\n\n\n" }, "iwf.conf:3: 09 begins with a needless 0" },
	{ "s = {\n@include \"one.conf\"\n};", { "one.conf" },
	  { "on = true;\ncount = ;\n" }, "one.conf:2: syntax error" },
	{ "s = {\n@include \"one.conf\"\n};", { "one.conf" },
	  { "name = \"a;\n\n" }, "one.conf:1: this text never ends" },
	{ "s = {\n@include \"one.conf\"\n};", { "one.conf" },
	  { "\n/* on\n\n" }, "one.conf:2: this comment never ends" },
	{ "@include \"one.conf\"\n", { "one.conf", "two.conf" },
	  { "\n@include \"two.conf\"\n", "s = {\nport = 1; };" },
	  "two.conf:2: unknown key \"port\"" },

	{ "", { "adapters.d/a.conf" }, { "s = { count = 4; };" },
	  "1 4 65536 30000 a\"b 1 x y ::1:25" },
	{ "", { "adapters.d/a.conf", "adapters.d/.b.conf" },
	  { "s = { count = 4; };", "s = { count = 5; };" },
	  "1 4 65536 30000 a\"b 1 x y ::1:25" },
	{ "", { "adapters.d/a.conf", "adapters.d/b.conf~" },
	  { "s = { count = 4; };", "s = { count = 5; };" },
	  "1 4 65536 30000 a\"b 1 x y ::1:25" },
	{ "s = { };", { "adapters.d/a.conf" }, { "\ns = { };" },
	  "adapters.d/a.conf:2: \"s\" stands also in %s/iwf.conf:1" },
	{ "", { "adapters.d/b.conf", "adapters.d/a.conf" },
	  { "s = { };", "\n\ns = { };" },
	  "adapters.d/b.conf:1: \"s\" stands also in %s/adapters.d/a.conf:3" },
	{ "", { "adapters.d/a.conf" }, { "s = {\nmode = 1; };" },
	  "adapters.d/a.conf:2: mode must be a text in quotes" },
	{ "", { "adapters.d/a.conf" }, { "s = {\n\n" },
	  "adapters.d/a.conf:3: syntax error" },
	{ "", { "adapters.d/a.conf" }, { "s = {\ncount = 00; };" },
	  "adapters.d/a.conf:2: 00 begins with a needless 0" },
	{ "", { "adapters.d/a.conf", "one.conf" },
	  { "s = {\n@include \"one.conf\"\n};", "\ncount = -1;" },
	  "one.conf:2: count must be 0 or more" },
};

static void test_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const struct files_case *c = &files[i];
		struct iwf_buf got = { 0 };
		char want[256];

		write_text("iwf.conf", c->text);
		write_text(c->names[0], c->texts[0]);
		write_text(c->names[1], c->texts[1]);
		result_of(&got);
		remove_file(c->names[0]);
		if (c->names[1])
			remove_file(c->names[1]);
		snprintf(want, sizeof(want), "%s", c->want);
		if (strstr(c->want, "%s"))
			snprintf(want, sizeof(want), "%.*s%s%s",
				 (int)(strstr(c->want, "%s") - c->want),
				 c->want, folder, strstr(c->want, "%s") + 2);
		if (strcmp(got.ptr, want))
			print_error("case %zu\n", i);
		assert_string_equal(got.ptr, want);
		iwf_buf_free(&got);
	}
}

static void test_unreadable(void **state)
{
	static const struct {
		const char *name;
		enum iwf_err err;
		const char *text;
	} cases[] = {
		{ "absent.conf", IWF_E_NOT_FOUND, "No such file or directory" },
		{ "sub", IWF_E_IO, "is not a regular file" },
		{ "nul.conf", IWF_E_SYNTAX, "a NUL byte in a text file" },
	};

	(void)state;
	write_file("nul.conf", "a = \"\0\";", 8);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct conf *conf = NULL;
		struct iwf_why why;
		char path[128];

		file_path(path, cases[i].name);
		assert_int_equal(conf_read(arena, path, &conf, &why),
				 cases[i].err);
		assert_int_equal(conf_read(arena, path, &conf, NULL),
				 cases[i].err);
		assert_null(conf);
		assert_string_equal(why.file, path);
		assert_ptr_not_equal(why.file, path);
		assert_string_equal(why.text, cases[i].text);
		iwf_arena_destroy(&arena);
	}
	remove_file("nul.conf");
}

/* --- lists and places --- */

static const char places_text[] = "smpp = (\n"
				  "  { host = \"a\"; },\n"
				  "  { host = \"b\";\n"
				  "    port = 3; }\n"
				  ");\n"
				  "cpm = {\n"
				  "  binds = (\n"
				  "    { host = \"c\"; }\n"
				  "  );\n"
				  "};\n"
				  "deep = (\n"
				  "  { in = (\n"
				  "    { },\n"
				  "    { } ); } );\n";

static void test_list(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	const struct bind *binds;
	struct iwf_list list;
	struct conf *conf;
	struct iwf_why why;

	(void)state;
	write_text("iwf.conf", places_text);
	assert_int_equal(read_main(arena, &conf, &why), IWF_OK);
	assert_int_equal(conf_list(arena, conf, "smpp", bind_rows,
				   sizeof(struct bind), &list, &why), IWF_OK);
	binds = list.items;
	assert_int_equal(list.count, 2);
	assert_true(iwf_str_eq(binds[0].host, IWF_STR("a")));
	assert_int_equal(binds[0].port, 2775);
	assert_true(iwf_str_eq(binds[1].host, IWF_STR("b")));
	assert_int_equal(binds[1].port, 3);
	assert_int_equal(conf_list(arena, conf, "none", bind_rows,
				   sizeof(struct bind), &list, &why), IWF_OK);
	assert_int_equal(list.count, 0);
	assert_int_equal(conf_list(arena, conf, "cpm", bind_rows,
				   sizeof(struct bind), &list, &why),
			 IWF_E_SYNTAX);
	assert_int_equal(why.at, 6);
	iwf_arena_destroy(&arena);
}

static void test_place(void **state)
{
	static const struct {
		const char *section;
		size_t index;
		size_t line;
	} cases[] = {
		{ "smpp", 0, 2 },   { "smpp", 1, 3 },    { "smpp", 2, 1 },
		{ "cpm", 0, 6 },    { "cpm.binds", 0, 8 }, { "none", 0, 1 },
		{ "smpp[1].port", 0, 4 }, { "smpp[7].port", 0, 1 },
		{ "deep[0].in", 1, 14 }, { "smpp[x]", 0, 1 }, { "", 0, 1 },
	};
	struct iwf_arena *arena = iwf_arena_create(0);
	struct conf *conf;
	struct iwf_why why;
	char path[128];

	(void)state;
	file_path(path, "iwf.conf");
	write_text("iwf.conf", places_text);
	assert_int_equal(read_main(arena, &conf, &why), IWF_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		conf_place(conf, cases[i].section, cases[i].index, &why);
		if (why.at != cases[i].line)
			print_error("case %zu\n", i);
		assert_int_equal(why.at, cases[i].line);
		assert_string_equal(why.file, path);
	}
	conf_place(conf, "smpp", 0, NULL);
	iwf_arena_destroy(&arena);
}

/* Required keys of a section that is not there at all. */
static void test_missing_section(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct bind bind = { 0 };
	struct conf *conf;
	struct iwf_why why;

	(void)state;
	write_text("iwf.conf", "\n\n");
	assert_int_equal(read_main(arena, &conf, &why), IWF_OK);
	assert_int_equal(conf_section(arena, conf, "b", bind_rows, &bind, &why),
			 IWF_E_SYNTAX);
	assert_string_equal(why.text, "host must be given");
	assert_int_equal(why.at, 1);
	iwf_arena_destroy(&arena);
}

/* A wrong default is found like a wrong value. */
static void test_bad_defaults(void **state)
{
	static const struct iwf_setting bad[][2] = {
		{ IWF_ROW_U32(struct bind, port, "port", "0", 1, 9, ""),
		  IWF_ROWS_END },
		{ IWF_ROW_U32(struct bind, port, "port", "x", 1, 9, ""),
		  IWF_ROWS_END },
		{ IWF_ROW_DURATION(struct bind, port, "port", "30", 1, 9, ""),
		  IWF_ROWS_END },
		{ IWF_ROW_TEXT(struct bind, host, "host", "long", 3, ""),
		  IWF_ROWS_END },
		{ IWF_ROW_CHOICE(struct bind, port, "port", "slow", modes, ""),
		  IWF_ROWS_END },
	};
	struct iwf_arena *arena = iwf_arena_create(0);
	struct conf *conf;
	struct iwf_why why;

	(void)state;
	write_text("iwf.conf", "");
	assert_int_equal(read_main(arena, &conf, &why), IWF_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bind bind = { 0 };

		assert_int_equal(conf_section(arena, conf, "b", bad[i], &bind,
					      &why), IWF_E_SYNTAX);
		assert_int_equal(bind.port, 0);
	}
	iwf_arena_destroy(&arena);
}

/* --- samples --- */

static const char sample_text[] =
	"s = {\n"
	"\t# Whether it is on.\n"
	"\ton = true;\n"
	"\t# How many.\n"
	"\tcount = 7;\n"
	"\t# How large. 1KiB to 1GiB.\n"
	"\tsize = \"64KiB\";\n"
	"\t# How long. Up to 1d.\n"
	"\twait = \"30s\";\n"
	"\t# Who. Up to 8 bytes.\n"
	"\tname = \"a\\\"b\";\n"
	"\t# How. One of fast, safe.\n"
	"\tmode = \"safe\";\n"
	"\t# Words. Up to 3 elements.\n"
	"\ttags = [ \"x\", \"y\" ];\n"
	"\t# The peer.\n"
	"\tpeer = {\n"
	"\t\t# Where it listens. Up to 16 bytes.\n"
	"\t\thost = \"::1\";\n"
	"\t\t# Its port. 1 to 65535.\n"
	"\t\tport = 25;\n"
	"\t};\n"
	"\t# Listeners. Up to 2 elements.\n"
	"\tbinds = (\n"
	"# \t\t{\n"
	"# \t\t\t# Where it listens. Up to 16 bytes. Must be given.\n"
	"# \t\t\thost = \"\";\n"
	"# \t\t\t# Its port. 1 to 65535.\n"
	"# \t\t\tport = 2775;\n"
	"# \t\t}\n"
	"\t);\n"
	"};\n";

static void test_print(void **state)
{
	struct iwf_buf buf = { 0 };
	struct iwf_buf got = { 0 };

	(void)state;
	conf_print_rows(&buf, "s", rows, false);
	iwf_buf_u8(&buf, '\0');
	assert_string_equal(buf.ptr, sample_text);
	write_text("iwf.conf", buf.ptr);
	result_of(&got);
	assert_string_equal(got.ptr, DEFAULTS);
	iwf_buf_clear(&buf);
	conf_print_rows(&buf, "smpp", bind_rows, true);
	iwf_buf_u8(&buf, '\0');
	assert_string_equal(
		buf.ptr, "smpp = (\n\t{\n"
			 "\t\t# Where it listens. Up to 16 bytes. Must be given.\n"
			 "# \t\thost = \"\";\n"
			 "\t\t# Its port. 1 to 65535.\n"
			 "\t\tport = 2775;\n"
			 "\t}\n);\n");
	iwf_buf_free(&got);
	iwf_buf_free(&buf);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_file),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_missing_section),
		cmocka_unit_test(test_bad_defaults),
		cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
