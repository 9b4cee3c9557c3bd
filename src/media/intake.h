/* SPDX-License-Identifier: MIT */
/* Where numbers that are sent to a stream go: whoever draws them says so by giving the stream an
 * intake. It lives as long as anybody holds it, also after its source has gone. */
#pragma once

#include "stillcast/err.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define SC_INTAKE_QUOTE_BYTES 81

/* What became of a text. */
struct sc_intake_receipt {
    uint64_t n_lines, n_taken, n_refused; /* taken: numbers; refused: numbers and lines */
    uint64_t bad_line;                    /* the first one refused, from 1; 0: none */
    const char *bad_reason;               /* static */
    char bad_text[SC_INTAKE_QUOTE_BYTES];
};

struct sc_intake;

/* A text is what one sender sends, in pieces: begin -> feed, as often as wanted -> end -> drop, or
 * drop before the end. Thread: any, one at a time for each text. */
struct sc_intake_ops {
    /* Returns: 0; -ENOMEM. */
    int (*begin)(struct sc_intake *intake, void **out_text);
    /* Returns: 0; -ENOMEM. */
    int (*feed)(void *text, const char *data, size_t len_bytes);
    /* Returns: 0: what was taken is kept as safely as it ever will be, and may be acknowledged;
     * else a sentence tells why it could not be kept. */
    int (*end)(void *text, struct sc_intake_receipt *out_receipt, struct sc_err *err);
    void (*drop)(void **text);
    void (*destroy)(struct sc_intake *intake); /* after the last unref */
};

/* Embedded in whatever it stands for. */
struct sc_intake {
    const struct sc_intake_ops *ops;
    atomic_uint n_refs;
};

/** With one reference. */
void sc_intake_init(struct sc_intake *intake, const struct sc_intake_ops *ops);
struct sc_intake *sc_intake_ref(struct sc_intake *intake);
void sc_intake_unref(struct sc_intake **intake);
