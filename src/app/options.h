/* SPDX-License-Identifier: MIT */
/* All command line options: the one table behind the parser, --help and the man page. */
#pragma once

#include "stillcast/err.h"

#include <stddef.h>
#include <stdint.h>

struct sc_config;

enum sc_option_kind {
    SC_OPTION_FLAG,   /* bool */
    SC_OPTION_LIST,   /* sc_texts; may be given several times */
    SC_OPTION_COUNT,  /* unsigned */
    SC_OPTION_SIZE,   /* size_t, in bytes */
    SC_OPTION_TIME,   /* uint64_t, in ns */
    SC_OPTION_CHOICE, /* an enum: which word of value, which are between '|' */
    SC_OPTION_TEXT,   /* const char * */
    SC_OPTION_HELP,   /* enum sc_command; its value is optional */
    SC_OPTION_VERSION,
};

struct sc_option {
    const char *name;  /* "listen": what a person writes behind "--" */
    const char *value; /* what stands for its value in --help: "ADDR:PORT"; NULL: it takes none */
    enum sc_option_kind kind;
    char letter;          /* 'l'; 0: none */
    size_t offset;        /* of what it sets, in struct sc_config */
    uint64_t least, most; /* of a count, size or time, both included */
    const char *group;    /* heading in --help; rows of a group stand together */
    const char *help;     /* what it does, without the default */
};

/** Returns: the rows; the last one has a NULL name. */
const struct sc_option *sc_option_table(void);

/** Returns: the option of that name (name_bytes long) or letter; NULL when there is none. */
const struct sc_option *sc_option_find(const char *name, size_t name_bytes);
const struct sc_option *sc_option_find_letter(char letter);

/** Returns: the name that typed was probably meant to be; NULL when nothing is near. */
const char *sc_option_nearest(const char *typed);

/**
 * Sets what the option stands for.
 *
 * text  borrowed for the life of config; NULL for an option without value.
 *
 * Returns: 0; -EINVAL with a sentence that tells what the option takes; -ENOMEM.
 */
int sc_option_set(const struct sc_option *option, const char *text, struct sc_config *config,
                  struct sc_err *err);

#define SC_OPTION_SHOWN_BYTES 32

/** Writes the option's value in config as a person would type it; "" for flags and lists. */
void sc_option_show(const struct sc_option *option, const struct sc_config *config,
                    char out_text[static SC_OPTION_SHOWN_BYTES]);

/** Gives back the lists that sc_option_set made. */
void sc_option_forget(struct sc_config *config);
