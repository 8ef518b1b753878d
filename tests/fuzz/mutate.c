/* Mutations that parsers of text and of binary fields trip over: bits, octets,
 * pieces of other seeds, lengths, numbers, lines and tokens. */
#include "mutate.h"

#include <string.h>

#define MUTATIONS_MAX 6
#define PIECE_MAX 64
#define REPEAT_MAX 100

/* --- dice: splitmix64, as small as a good generator can be --- */

struct dice {
	uint64_t state;
};

static uint64_t roll(struct dice *dice)
{
	uint64_t x = dice->state += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* 0 to below count, which may be 0. */
static size_t pick(struct dice *dice, size_t count)
{
	return count ? (size_t)(roll(dice) % count) : 0;
}

/* --- changing a piece --- */

struct piece {
	size_t at, len;
};

/* Puts octets in place of a piece; what becomes too long is cut at the end. */
static void put(struct mutant *m, struct piece old, const void *with,
		size_t len)
{
	size_t tail = m->len - old.at - old.len;
	size_t room = MUTATE_LEN_MAX - old.at;

	if (len > room)
		len = room;
	if (tail > room - len)
		tail = room - len;
	memmove(m->bytes + old.at + len, m->bytes + old.at + old.len, tail);
	if (len)
		memmove(m->bytes + old.at, with, len);
	m->len = old.at + len + tail;
}

static struct piece any_piece(struct dice *dice, const struct mutant *m)
{
	struct piece piece = { .at = pick(dice, m->len) };
	size_t left = m->len - piece.at;

	if (left)
		piece.len = 1 + pick(dice, left < PIECE_MAX ? left : PIECE_MAX);
	return piece;
}

/* A copy, as what is put must not be part of what moves. */
static size_t copy_piece(const struct mutant *m, struct piece piece,
			 uint8_t *to)
{
	memcpy(to, m->bytes + piece.at, piece.len);
	return piece.len;
}

/* --- octets --- */

static void flip_bit(struct dice *dice, struct mutant *m)
{
	if (m->len)
		m->bytes[pick(dice, m->len)] ^= (uint8_t)(1u << pick(dice, 8));
}

/* What ends strings, begins markup, escapes, and what is at the edges. */
static uint8_t telling_octet(struct dice *dice)
{
	static const uint8_t telling[] =
		"\0\x01\x1b\x7f\x80\xc0\xed\xf4\xff\r\n\t \"'<>\\&;:,=%./+-@#*";

	return pick(dice, 3) ? telling[pick(dice, sizeof(telling) - 1)] :
			       (uint8_t)roll(dice);
}

static void set_octet(struct dice *dice, struct mutant *m)
{
	if (m->len)
		m->bytes[pick(dice, m->len)] = telling_octet(dice);
}

static void insert(struct dice *dice, struct mutant *m)
{
	struct piece where = { .at = pick(dice, m->len + 1) };
	uint8_t octets[8];
	size_t len = 1 + pick(dice, sizeof(octets));

	for (size_t i = 0; i < len; i++)
		octets[i] = telling_octet(dice);
	put(m, where, octets, len);
}

static void cut_out(struct dice *dice, struct mutant *m)
{
	put(m, any_piece(dice, m), NULL, 0);
}

static void cut_end(struct dice *dice, struct mutant *m)
{
	m->len = pick(dice, m->len + 1);
}

static void duplicate(struct dice *dice, struct mutant *m)
{
	struct piece piece = any_piece(dice, m);
	struct piece where = { .at = piece.at };
	uint8_t copy[PIECE_MAX];

	put(m, where, copy, copy_piece(m, piece, copy));
}

static void move(struct dice *dice, struct mutant *m)
{
	struct piece piece = any_piece(dice, m);
	struct piece where;
	uint8_t copy[PIECE_MAX];
	size_t len = copy_piece(m, piece, copy);

	put(m, piece, NULL, 0);
	where = (struct piece){ .at = pick(dice, m->len + 1) };
	put(m, where, copy, len);
}

/* --- numbers --- */

/* 1, 2 or 4 octets that may be a length: of what follows, or nearly, or at an
 * edge. */
static void set_length(struct dice *dice, struct mutant *m)
{
	static const uint32_t edges[] = { 0,	  1,	  0x7f,	      0x80,
					  0xff,	  0x7fff, 0x8000,     0xffff,
					  0x10000, 0x7fffffff, 0x80000000,
					  0xffffffff };
	size_t width = (size_t)1 << pick(dice, 3);
	uint32_t value;
	size_t at;

	if (m->len < width)
		return;
	at = pick(dice, m->len - width + 1);
	value = (uint32_t)(m->len - at - width + pick(dice, 5) - 2);
	if (pick(dice, 2))
		value = edges[pick(dice, sizeof(edges) / sizeof(edges[0]))];
	for (size_t i = 0; i < width; i++)
		m->bytes[at + i] = (uint8_t)(value >> 8 * (width - 1 - i));
}

static int is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* The run of digits at or behind a place, of no length when there is none. */
static struct piece find_digits(const struct mutant *m, size_t at)
{
	struct piece digits;

	while (at < m->len && !is_digit(m->bytes[at]))
		at++;
	digits = (struct piece){ .at = at };
	while (at + digits.len < m->len && is_digit(m->bytes[at + digits.len]))
		digits.len++;
	return digits;
}

static void set_number(struct dice *dice, struct mutant *m)
{
	static const char *const numbers[] = {
		"",	      "0",	    "-1",	  "00000000000000001",
		"127",	      "255",	    "256",	  "65535",
		"65536",      "2147483647", "2147483648", "4294967295",
		"4294967296", "9223372036854775807",	  "9223372036854775808",
		"18446744073709551616", "99999999999999999999999999", "1e9",
		"0x7f",	      "٣" /* a digit, but no octet of one */
	};
	struct piece digits = find_digits(m, pick(dice, m->len));
	const char *number =
		numbers[pick(dice, sizeof(numbers) / sizeof(numbers[0]))];

	if (digits.len)
		put(m, digits, number, strlen(number));
}

/* --- lines and tokens --- */

static int is_break(uint8_t c)
{
	return c == '\n';
}

static int is_delimiter(uint8_t c)
{
	return c <= ' ' || (c && strchr("<>;:,=\"/@()[]", c));
}

/* What stands between two octets of a kind around a place, with the one
 * behind it. */
static struct piece around(const struct mutant *m, size_t at,
			   int (*ends)(uint8_t))
{
	size_t begin = at, end = at;

	while (begin && !ends(m->bytes[begin - 1]))
		begin--;
	while (end < m->len && !ends(m->bytes[end]))
		end++;
	if (end < m->len)
		end++;
	return (struct piece){ .at = begin, .len = end - begin };
}

static void swap_lines(struct dice *dice, struct mutant *m)
{
	struct piece a = around(m, pick(dice, m->len), is_break);
	struct piece b = around(m, pick(dice, m->len), is_break);
	uint8_t first[MUTATE_LEN_MAX], second[MUTATE_LEN_MAX];

	if (a.at > b.at) {
		struct piece c = a;

		a = b;
		b = c;
	}
	if (a.at + a.len > b.at)
		return;
	copy_piece(m, a, first);
	copy_piece(m, b, second);
	/* The later one first: it does not move the earlier one. */
	put(m, b, first, a.len);
	put(m, a, second, b.len);
}

static void repeat(struct dice *dice, struct mutant *m, struct piece piece)
{
	struct piece where = { .at = piece.at };
	uint8_t copy[MUTATE_LEN_MAX];
	size_t len = copy_piece(m, piece, copy);

	for (size_t times = 1 + pick(dice, REPEAT_MAX); len && times; times--)
		put(m, where, copy, len);
}

static void repeat_line(struct dice *dice, struct mutant *m)
{
	repeat(dice, m, around(m, pick(dice, m->len), is_break));
}

static void repeat_token(struct dice *dice, struct mutant *m)
{
	repeat(dice, m, around(m, pick(dice, m->len), is_delimiter));
}

static void drop_line(struct dice *dice, struct mutant *m)
{
	put(m, around(m, pick(dice, m->len), is_break), NULL, 0);
}

/* --- other seeds --- */

static const struct seed *any_seed(struct dice *dice,
				   const struct corpus *corpus)
{
	return &corpus->seeds[pick(dice, corpus->count)];
}

/* The beginning of one and the end of another. */
static void splice(struct dice *dice, struct mutant *m,
		   const struct corpus *corpus)
{
	const struct seed *other = any_seed(dice, corpus);
	size_t from = pick(dice, other->len + 1);

	m->len = pick(dice, m->len + 1);
	put(m, (struct piece){ .at = m->len }, other->bytes + from,
	    other->len - from);
}

/* A piece of another somewhere. */
static void graft(struct dice *dice, struct mutant *m,
		  const struct corpus *corpus)
{
	const struct seed *other = any_seed(dice, corpus);
	size_t from = pick(dice, other->len + 1);
	size_t len = pick(dice, other->len - from + 1);

	put(m, pick(dice, 2) ? any_piece(dice, m) :
			       (struct piece){ .at = pick(dice, m->len + 1) },
	    other->bytes + from, len);
}

static void (*const alone[])(struct dice *, struct mutant *) = {
	flip_bit,   set_octet,	insert,	     cut_out,	  cut_end,
	duplicate,  move,	set_length,  set_number,  swap_lines,
	repeat_line, repeat_token, drop_line,
};

static void change(struct dice *dice, struct mutant *m,
		   const struct corpus *corpus)
{
	size_t alone_count = sizeof(alone) / sizeof(alone[0]);
	size_t which = pick(dice, alone_count + 2);

	if (which < alone_count)
		alone[which](dice, m);
	else if (which == alone_count)
		splice(dice, m, corpus);
	else
		graft(dice, m, corpus);
}

void mutate(const struct corpus *corpus, uint64_t dice, uint64_t number,
	    struct mutant *out)
{
	struct dice own = { .state = dice };
	const struct seed *seed;

	/* Neighbours have nothing to do with each other. */
	own.state = roll(&own) ^ number * 0xd1342543de82ef95u;
	seed = any_seed(&own, corpus);
	out->of = (size_t)(seed - corpus->seeds);
	out->len = 0;
	put(out, (struct piece){ .at = 0 }, seed->bytes, seed->len);
	for (size_t times = 1 + pick(&own, MUTATIONS_MAX); times; times--)
		change(&own, out, corpus);
}
