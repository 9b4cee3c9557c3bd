/* SPDX-License-Identifier: MIT */
/* Pictures from another server: what http: and https: share. Its answer says what it is, a stream
 * or one picture, which is asked for again and again. */
#pragma once

#include "client/client.h"
#include "client/url.h"
#include "picture/cut.h"
#include "source/source.h"

#define SC_PULL_FIELDS_MAX  32
#define SC_PULL_FIELD_BYTES 512

struct sc_pull {
    /* Set up once. */
    char *text; /* the URL as it was given */
    struct sc_client_url url;
    struct sc_client_config config;
    char *password, *fields_text; /* read from files */
    const char *fields[SC_PULL_FIELDS_MAX + 2];
    uint64_t interval_ns; /* between two questions for a picture */
    bool is_paced;        /* #fps: of a stream only the newest picture counts */

    /* While it is open. */
    int (*step)(struct sc_pull *pull, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                struct sc_err *err);
    struct sc_client *client;
    struct sc_cut *cut;      /* of a stream */
    struct sc_draft *draft;  /* a picture that is not whole yet, or not the newest */
    uint64_t ask_ns;         /* when to ask next */
    uint64_t begun_ns;       /* when the first byte of the next picture came; 0: not yet */
    uint64_t drain_until_ns; /* no longer for the newest picture */
    unsigned n_pictures;     /* in this answer */
    bool is_single;          /* there is one picture in an answer */
    uint64_t shown_hash;     /* of that picture; 0: none */
    char if_none_match[SC_PULL_FIELD_BYTES], if_modified[SC_PULL_FIELD_BYTES];
};

extern const struct sc_source_option sc_pull_options[];

int sc_pull_setup(void *state, const struct sc_source_spec *spec, struct sc_err *err);
void sc_pull_teardown(void *state);
void sc_pull_suggest_name(const struct sc_source_spec *spec, char *out_name, size_t name_bytes);

int sc_pull_open(void *state, const struct sc_source_ctx *ctx, struct sc_err *err);
int sc_pull_read(void *state, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                 struct sc_err *err);
void sc_pull_close(void *state);

/** Whether the other end of the connection is in this very process. */
bool sc_pull_is_self(const struct sc_client *client);
