/* Bump allocation in growing blocks, all freed at once. */
#include <iwf/arena.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_ALIGN _Alignof(max_align_t)
#define ARENA_FIRST_LEN 1024u
#define ARENA_BLOCK_MAX (256u << 10)

struct block {
	struct block *next;
	size_t len;
	size_t used;
	_Alignas(max_align_t) char bytes[];
};

struct iwf_arena {
	struct block *first;   /* kept by reset */
	struct block *current;
};

void *iwf_alloc(size_t len)
{
	void *p = calloc(1, len ? len : 1);

	IWF_BUG_ON(!p);
	return p;
}

static struct block *block_create(size_t len)
{
	struct block *block = malloc(sizeof(*block) + len);

	IWF_BUG_ON(!block);
	block->next = NULL;
	block->len = len;
	block->used = 0;
	return block;
}

struct iwf_arena *iwf_arena_create(size_t hint_len)
{
	struct iwf_arena *arena = IWF_NEW(struct iwf_arena);

	arena->first = block_create(hint_len ? hint_len : ARENA_FIRST_LEN);
	arena->current = arena->first;
	return arena;
}

static void free_blocks_after(struct block *block)
{
	struct block *next = block->next;

	block->next = NULL;
	while (next) {
		struct block *gone = next;

		next = next->next;
		free(gone);
	}
}

void iwf_arena_reset(struct iwf_arena *arena)
{
	free_blocks_after(arena->first);
	arena->first->used = 0;
	arena->current = arena->first;
}

void iwf_arena_destroy(struct iwf_arena **arena)
{
	if (!*arena)
		return;
	free_blocks_after((*arena)->first);
	free((*arena)->first);
	free(*arena);
	*arena = NULL;
}

static void arena_grow(struct iwf_arena *arena, size_t len)
{
	size_t next_len = arena->current->len * 2;

	if (next_len > ARENA_BLOCK_MAX)
		next_len = ARENA_BLOCK_MAX;
	arena->current->next = block_create(len > next_len ? len : next_len);
	arena->current = arena->current->next;
}

void *iwf_arena_alloc(struct iwf_arena *arena, size_t len)
{
	struct block *block;
	void *p;

	IWF_BUG_ON(len > SIZE_MAX / 2);
	len = (len + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
	if (arena->current->len - arena->current->used < len)
		arena_grow(arena, len);
	block = arena->current;
	p = block->bytes + block->used;
	block->used += len;
	return memset(p, 0, len);
}

struct iwf_str iwf_arena_copy(struct iwf_arena *arena, struct iwf_str s)
{
	char *p = iwf_arena_alloc(arena, s.len + 1);

	if (s.len)
		memcpy(p, s.ptr, s.len);
	return iwf_str_make(p, s.len);
}

struct iwf_str iwf_arena_printf(struct iwf_arena *arena, const char *fmt, ...)
{
	char likely[128];
	va_list args;
	char *p;
	int len;

	va_start(args, fmt);
	len = vsnprintf(likely, sizeof(likely), fmt, args);
	va_end(args);
	IWF_BUG_ON(len < 0);
	if ((size_t)len < sizeof(likely))
		return iwf_arena_copy(arena, iwf_str_make(likely, (size_t)len));
	p = iwf_arena_alloc(arena, (size_t)len + 1);
	va_start(args, fmt);
	vsnprintf(p, (size_t)len + 1, fmt, args);
	va_end(args);
	return iwf_str_make(p, (size_t)len);
}
