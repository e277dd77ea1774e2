// SPDX-License-Identifier: GPL-2.0
/* Text from outside, made safe to show, and its width on a terminal: see plain.h.
 * Every renderer passes names, paths and reasons through here. */
#include "plain.h"

#include <linux/types.h>
#include <locale.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>

#include "alloc.h"

/* Characters that change the order or the place of others, or that cannot be seen at all. */
static const struct {
	__u32 first, last;
} deceiving[] = {
	{ 0x0000, 0x001f },	/* C0: escape, newline, … */
	{ 0x007f, 0x009f },	/* delete, C1 */
	{ 0x00ad, 0x00ad },	/* soft hyphen */
	{ 0x061c, 0x061c },	/* Arabic letter mark */
	{ 0x115f, 0x1160 },	/* Hangul fillers */
	{ 0x180e, 0x180e },	/* Mongolian vowel separator */
	{ 0x200b, 0x200f },	/* zero width, left-to-right and right-to-left marks */
	{ 0x2028, 0x202e },	/* line and paragraph separators, bidirectional embeddings */
	{ 0x2060, 0x206f },	/* word joiner, bidirectional isolates */
	{ 0x3164, 0x3164 },	/* Hangul filler */
	{ 0xfeff, 0xfeff },	/* byte order mark */
	{ 0xfff9, 0xfffb },	/* interlinear annotations */
	{ 0x1bca0, 0x1bca3 },	/* shorthand controls */
	{ 0x1d173, 0x1d17a },	/* musical beams, slurs and phrases */
	{ 0xe0000, 0xe0fff },	/* tags, further variation selectors */
};

/* Decodes the character at text and returns its bytes; 0 = not UTF-8 (or the end). */
static size_t decode(const char *text, __u32 *character)
{
	static const __u32 smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *at = (const unsigned char *)text;
	size_t length = at[0] < 0x80 ? 1 : at[0] < 0xc0 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 :
			at[0] < 0xf8 ? 4 : 0;

	if (length == 0 || at[0] == '\0')
		return 0;
	*character = length == 1 ? at[0] : at[0] & (0x7fU >> length);
	for (size_t i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (at[i] & 0x3f);
	}
	if (*character < smallest[length] || *character > 0x10ffff ||
	    (*character >= 0xd800 && *character <= 0xdfff))
		return 0;
	return length;
}

static bool is_deceiving(__u32 character)
{
	for (size_t i = 0; i < sizeof(deceiving) / sizeof(deceiving[0]); i++) {
		if (character >= deceiving[i].first && character <= deceiving[i].last)
			return true;
	}
	return false;
}

char *plain_text(const char *text, char *buf, size_t size)
{
	static const char hex[] = "0123456789abcdef";
	size_t used = 0;

	if (size == 0)
		return buf;
	while (text && *text) {
		__u32 character;
		size_t length = decode(text, &character);
		bool as_is = length && !is_deceiving(character);
		size_t bytes = length ? length : 1;

		if (used + (as_is ? bytes : 4 * bytes) > size - 1)
			break;
		for (size_t i = 0; i < bytes; i++, text++) {
			if (as_is) {
				buf[used++] = *text;
				continue;
			}
			buf[used++] = '\\';
			buf[used++] = 'x';
			buf[used++] = hex[(unsigned char)*text >> 4];
			buf[used++] = hex[*text & 0xf];
		}
	}
	buf[used] = '\0';
	return buf;
}

char *plain_copy(const char *text)
{
	size_t size = 4 * strlen(text ? text : "") + 1;

	return plain_text(text, xmalloc(size), size);
}

/* The locale of the user may be C, in which wcwidth() knows ASCII only. */
static locale_t utf8_locale(void)
{
	static locale_t locale;
	static bool tried;

	if (!tried) {
		locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
		tried = true;
	}
	return locale;
}

/* Columns of one character; where the C library does not know: 1. */
static size_t character_columns(__u32 character)
{
	locale_t utf8, before;
	int columns;

	if (character < 0x80)
		return 1;
	utf8 = utf8_locale();
	if (!utf8)
		return 1;
	before = uselocale(utf8);
	columns = wcwidth((wchar_t)character);
	uselocale(before);
	return columns < 0 ? 1 : (size_t)columns;
}

static size_t measure(const char *text, size_t most, size_t *columns)
{
	const char *at = text;

	*columns = 0;
	while (*at) {
		__u32 character;
		size_t length = decode(at, &character);
		size_t width = length ? character_columns(character) : 1;

		if (*columns + width > most)
			break;
		*columns += width;
		at += length ? length : 1;
	}
	return (size_t)(at - text);
}

size_t plain_columns(const char *text)
{
	size_t columns;

	measure(text, (size_t)-1, &columns);
	return columns;
}

size_t plain_fit(const char *text, size_t columns)
{
	size_t taken;

	return measure(text, columns, &taken);
}
