/* SPDX-License-Identifier: MIT */
/* The line between the parts of a multipart body, as servers really write it: with no, two or four
 * dashes in front whatever the header says, with or without an end of line before it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SC_BOUNDARY_MAX_BYTES 200
/* Most that is looked at, from the first dash on, to tell a delimiter. */
#define SC_DELIMITER_MAX_BYTES 300

struct sc_boundary {
    size_t len_bytes;                       /* 0: not known yet */
    char text[SC_BOUNDARY_MAX_BYTES];       /* without the dashes in front */
    uint8_t restart[SC_BOUNDARY_MAX_BYTES]; /* length of the longest border of text[0..i] */
};

/* A search that goes on where it stopped. All zero to begin. */
struct sc_boundary_search {
    size_t at;      /* all before it was looked at ... */
    size_t matched; /* ... and ends with that many bytes of the boundary */
};

struct sc_delimiter {
    size_t at, size_bytes; /* with its dashes and its end of line */
    bool is_last;          /* closes the body */
};

/**
 * value  as a header gave it, quotes and dashes and all. Copied.
 *
 * Returns: 0; -EINVAL empty but for dashes, control characters, or too long.
 */
int sc_boundary_set(struct sc_boundary *boundary, const char *value, size_t value_bytes);

/**
 * Learns the boundary from the line that data begins with.
 *
 * Returns: 1; 0 when it is no delimiter of any boundary; -EAGAIN.
 */
int sc_boundary_learn(struct sc_boundary *boundary, const uint8_t *data, size_t len_bytes,
                      bool is_ended);

/**
 * Whether data begins with a delimiter. A boundary that is not known is learned.
 *
 * Returns: 1; 0; -EAGAIN.
 */
int sc_boundary_match(struct sc_boundary *boundary, const uint8_t *data, size_t len_bytes,
                      bool is_ended, struct sc_delimiter *out_delimiter);

/**
 * Finds the next delimiter: at the beginning of data, of a line, or behind any byte if it has two
 * dashes or more. The work of all calls together is linear. Finds none of a boundary that is not
 * known.
 *
 * Returns: 1; 0 there is none; -EAGAIN, and none begins before *out_safe_bytes.
 */
int sc_boundary_find(const struct sc_boundary *boundary, struct sc_boundary_search *search,
                     const uint8_t *data, size_t len_bytes, bool is_ended,
                     struct sc_delimiter *out_delimiter, size_t *out_safe_bytes);
