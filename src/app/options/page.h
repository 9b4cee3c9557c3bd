/* SPDX-License-Identifier: MIT */
/* Writes one text as plain lines for a terminal or as the roff of a man page, so that --help and
 * the man page cannot differ. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct sc_page;

/* Something and what it means: an option, a source, an exit code. */
struct sc_page_item {
    const char *name;  /* "--listen" */
    const char *value; /* behind it, with what joins them: " ADDR:PORT"; NULL: nothing */
    const char *text;  /* sentences */
    int depth;         /* 1 belongs to the item of depth 0 before it */
};

struct sc_page_ops {
    void (*section)(struct sc_page *page, const char *title);
    void (*text)(struct sc_page *page, const char *text); /* a paragraph */
    void (*item)(struct sc_page *page, const struct sc_page_item *item);
    void (*example)(struct sc_page *page, const char *line, const char *meaning);
};

struct sc_page {
    FILE *out;
    const struct sc_page_ops *ops;
    bool is_fresh; /* nothing stands in the section yet; the ops' own */
};

extern const struct sc_page_ops sc_page_plain; /* at most 80 columns */
extern const struct sc_page_ops sc_page_roff;  /* man(7); the caller writes the .TH */
