/* SPDX-License-Identifier: MIT */
/* What is worth knowing of a multipart part's head. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SC_CUT_NO_LENGTH UINT64_MAX

struct sc_cut_part {
    uint64_t length_bytes; /* SC_CUT_NO_LENGTH when absent or no plain number */
    uint64_t captured_us;  /* X-Timestamp; 0 when absent or no time */
    bool is_other;         /* by its own type no picture */
};

/** Takes a line of the head, with its end. Returns: false when it is the empty one. */
bool sc_cut_part_line(struct sc_cut_part *part, const char *line, size_t line_bytes);
