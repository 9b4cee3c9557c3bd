/* SPDX-License-Identifier: MIT */
/* The inside of a client, shared by client*.c only. */
#pragma once

#include "client/client.h"
#include "client/url.h"

#include <curl/curl.h>

#define SC_CLIENT_CHUNK_BYTES 65536 /* that libcurl hands over at once, at most */

struct sc_client {
    struct sc_client_config config;
    struct sc_client_url url, redirected; /* where to, first; where we were sent, or empty */
    CURLM *multi;
    CURL *easy;
    struct curl_slist *fields;
    char detail[CURL_ERROR_SIZE]; /* what libcurl says beyond its code */

    bool is_attached;  /* easy is in multi */
    bool is_headed;    /* the last head is complete */
    bool is_over;      /* the answer is complete, or has failed: code */
    bool is_fetching;  /* in sc_client_fetch */
    bool is_paused;    /* libcurl holds bytes back */
    bool was_read;     /* the last read gave bytes */
    const char *fault; /* why we broke it off; NULL: we did not */
    CURLcode code;
    int status;
    unsigned n_redirected, n_fields;
    size_t head_bytes;
    uint64_t heard_ns, head_until_ns, until_ns;

    uint8_t *room; /* of the read under way */
    size_t room_bytes, filled_bytes;
    struct sc_buf spill; /* what did not fit into it */
};

/** Sets all that is the same for every request. Returns: 0; -ENOMEM. */
int sc_client_set_options(struct sc_client *client);

/** Sets what depends on where the request goes. Returns: 0; -ENOMEM. */
int sc_client_set_target(struct sc_client *client, const char *const *fields);

/** Where the request under way goes. */
const struct sc_client_url *sc_client_target(const struct sc_client *client);

/** Whether user, password and fields are meant for where the request under way goes. */
bool sc_client_is_trusting(const struct sc_client *client);

/** Writes the sentence for a request that has failed. Returns: its code. */
int sc_client_why(struct sc_client *client, struct sc_err *err);

/** Callbacks of libcurl; self is the client. */
size_t sc_client_on_head(char *data, size_t one, size_t len_bytes, void *self);
size_t sc_client_on_body(char *data, size_t one, size_t len_bytes, void *self);
