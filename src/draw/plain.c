/* SPDX-License-Identifier: MIT */
#include "draw/plain.h"

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ELLIPSIS    "\xe2\x80\xa6"
#define ONE_BYTES   12 /* "\u202e" and more than any character takes */
#define REPLACEMENT 0xfffd

/* Marks that only emoji and scripts with joined letters need stay: they cannot turn or hide. */
static bool is_steering(gunichar c)
{
    const GUnicodeType type = g_unichar_type(c);
    if (c == 0x200c || c == 0x200d)
        return false;
    return type == G_UNICODE_FORMAT || type == G_UNICODE_LINE_SEPARATOR ||
           type == G_UNICODE_PARAGRAPH_SEPARATOR || c == 0x3164 || c == 0xffa0;
}

static void spell(gunichar c, char *out)
{
    if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        (void)snprintf(out, ONE_BYTES, "\\x%02x", (unsigned)c);
    else if (is_steering(c))
        (void)snprintf(out, ONE_BYTES, "\\u%04x", (unsigned)c);
    else
        out[g_unichar_to_utf8(c, out)] = '\0';
}

void sc_plain_text(const char *raw, char *out, size_t out_bytes)
{
    size_t used = 0;
    while (*raw) {
        char one[ONE_BYTES];
        gunichar c = g_utf8_get_char_validated(raw, -1);
        const bool is_valid = c != (gunichar)-1 && c != (gunichar)-2;
        spell(is_valid ? c : REPLACEMENT, one);
        raw = is_valid ? g_utf8_next_char(raw) : raw + 1;
        const size_t bytes = strlen(one);
        const size_t spare = *raw ? sizeof ELLIPSIS : 1;
        if (used + bytes + spare > out_bytes) {
            memcpy(out + used, ELLIPSIS, sizeof ELLIPSIS);
            return;
        }
        memcpy(out + used, one, bytes);
        used += bytes;
    }
    out[used] = '\0';
}
