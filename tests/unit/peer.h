/* SPDX-License-Identifier: MIT */
/* A client of a server in the same process, that reads strictly: bytes on a socket, nothing in
 * between. It fails the test when nothing comes for 10 s. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PEER_ROOM_BYTES (1 << 19)

/* What is sent or got. */
struct peer_body {
    const uint8_t *data;
    size_t len_bytes;
};

struct peer {
    int fd;
    size_t len_bytes; /* that have come and were not forgotten */
    uint8_t data[PEER_ROOM_BYTES];
};

extern char peer_doing[128]; /* what a failure's message tells first */

/** receive_bytes  a small receive buffer; 0: the system's. */
void peer_open(struct peer *peer, const char *url, int receive_bytes);

void peer_say(struct peer *peer, const void *data, size_t len_bytes);

/** head: "GET /a.jpg". body may be NULL. */
void peer_ask(struct peer *peer, const char *head, const struct peer_body *body);

/** Returns whether more has come; not: hung up. */
bool peer_hear(struct peer *peer);

/** Takes the first bytes off. */
void peer_forget(struct peer *peer, size_t len_bytes);

/** Returns: where the mark ends, borrowed; NULL: hung up before. */
const uint8_t *peer_hear_until(struct peer *peer, const void *mark, size_t mark_bytes);

/** Returns: the bytes of an answer's head; 0: hung up. */
size_t peer_hear_head(struct peer *peer);

/** Of a head that is there. Returns: the bytes of the body, all of which has come; -1: hung up. */
ssize_t peer_hear_body(struct peer *peer, size_t head_bytes);
