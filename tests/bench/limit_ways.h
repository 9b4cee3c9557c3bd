/* SPDX-License-Identifier: MIT */
/* The ways to bring one frame to many sockets that are compared. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* One frame, both as memory and, for a way that wants it, as a sealed file in memory. */
struct limit_frame {
    char *data;
    size_t len_bytes;
    int file; /* -1: none */
    unsigned n_users;
};

struct limit_send {
    int fd;
    const struct limit_frame *frame;
    size_t from_bytes;
    ssize_t sent; /* result: as of send(2), but a negative errno */
};

struct limit_way {
    const char *name;
    bool want_file;
    bool (*open)(void); /* NULL: nothing to do; false: not to be had here */
    /* Reads a request, which nobody looks at, and answers it. Returns: 0; a negative errno. */
    int (*greet)(int fd, const char *answer, size_t len_bytes);
    void (*send)(struct limit_send *sends, size_t n);
};

#define LIMIT_BATCH 512

extern const struct limit_way limit_send, limit_sendfile;
extern const struct limit_way *const limit_uring; /* NULL: built without */
extern const struct limit_way *const limit_tls;   /* the same; $LIMIT_PEM: certificate and key */
