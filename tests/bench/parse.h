/* SPDX-License-Identifier: MIT */
/* Reads a multipart stream of pictures, or a raw one, in full: are they whole and in order, and how
 * old is each at its last byte? A part's length is its Content-Length or, where a server sends
 * none, what the picture's stamp says. */
#pragma once

#include "picture.h"

#define PARSE_HEAD_BYTES 2048

enum parse_state {
    PARSE_HEAD,  /* of the answer or of a part */
    PARSE_START, /* of a picture */
    PARSE_REST,
    PARSE_LOST, /* nothing can be made of it */
};

/* What the parsed viewers saw, together. */
struct parse_seen {
    size_t n_pictures, n_stamped, n_torn, n_disordered, n_skipped, n_lost;
    uint64_t part_bytes; /* of all that n_parts counts */
    size_t n_parts;
    double *ages_ms; /* n_stamped, room for max_ages */
    size_t max_ages;
};

struct parse {
    enum parse_state state;
    char head[PARSE_HEAD_BYTES]; /* of a part, or of a picture */
    size_t head_bytes, left_bytes;
    bool is_raw; /* no parts: one picture behind the other */
    bool is_chunked;
    size_t chunk_bytes, chunk_next_bytes; /* left of this chunk; of the next one, being read */
    bool is_stamped;
    struct bench_stamp stamp;
    unsigned char last[2]; /* bytes of the picture */
    uint64_t at_bytes, last_end_bytes;
    uint64_t first_number, last_number; /* of the stamps, 0: none yet */
};

/** Takes bytes as they came; what they tell is added to seen. */
void parse_bytes(struct parse *parse, const char *data, size_t len_bytes, struct parse_seen *seen);

/** Forgets what was seen, as measuring begins, but not where it is in the stream. */
void parse_restart(struct parse *parse);
