/* SPDX-License-Identifier: MIT */
/* What a sending strategy is made of; for send.c and the strategies. */
#pragma once

#include "net/send.h"

struct sc_sender_ops {
    const char *name;
    size_t state_size;
    /* Returns: 0; a negative errno when it is not to be had here. May be NULL. */
    int (*open)(void *state);
    void (*send)(void *state, struct sc_send *sends, size_t n);
    void (*close)(void *state); /* may be NULL */
};

extern const struct sc_sender_ops sc_sender_plain, sc_sender_file;

/** NULL where the build has none. */
extern const struct sc_sender_ops *const sc_sender_uring;
