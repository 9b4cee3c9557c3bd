/* SPDX-License-Identifier: MIT */
/* Text inside of a line: not terminated. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct sc_word {
    const char *data;
    size_t len_bytes;
};

static inline bool sc_word_is(struct sc_word word, const char *text)
{
    return strlen(text) == word.len_bytes && memcmp(word.data, text, word.len_bytes) == 0;
}

/** Whether the words are the same but for the case of ASCII letters. */
static inline bool sc_word_is_like(struct sc_word word, const char *text)
{
    return strlen(text) == word.len_bytes && strncasecmp(word.data, text, word.len_bytes) == 0;
}

static inline bool sc_word_is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

/** Returns: the word without blanks, tabs and carriage returns at both ends. */
static inline struct sc_word sc_word_trim(struct sc_word word)
{
    while (word.len_bytes && sc_word_is_blank(word.data[0])) {
        word.data++;
        word.len_bytes--;
    }
    while (word.len_bytes && sc_word_is_blank(word.data[word.len_bytes - 1]))
        word.len_bytes--;
    return word;
}
