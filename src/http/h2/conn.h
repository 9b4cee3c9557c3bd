/* SPDX-License-Identifier: MIT */
/* Inside an HTTP/2 connection; shared by h2.c (life, reading, sending), h2/request.c (heads and
 * bodies of requests), h2/answer.c (answers) and h2/budget.c (floods), and nobody else.
 *
 * Connection: OPEN -> CLOSING (GOAWAY sent, streams end by themselves) -> LINGER (FIN sent, late
 * bytes thrown away) -> DOOMED (closed, freed at the end of the turn).
 * Stream: made by its request's head -> handled -> closed by both sides or a reset -> freed at the
 * end of the turn, when no caller is on the stack.
 *
 * nghttp2 must not be called from its own callbacks: is_inside says that one is on the stack; what
 * is to be sent then waits for the end of reading. */
#pragma once

#include <nghttp2/nghttp2.h>

#include "base/budget.h"
#include "base/buf.h"
#include "base/list.h"
#include "http/carrier.h"
#include "http/h2.h"
#include "http/h2/past.h"
#include "net/timer.h"

#define SC_H2_STREAMS_MAX 256
#define SC_H2_EARLY_MAX   (1 << 20) /* of a request's body */
#define SC_H2_COPY_MAX    (4 << 20) /* of an answer that is not lent */
#define SC_H2_SLICES      4         /* that sc_exchange_send takes at the most */
#define SC_H2_HEAD_BYTES  9         /* of a frame: RFC 9113 section 4.1 */
#define SC_H2_BATCH       8         /* frames of answers sent by one system call */

enum sc_h2_phase { SC_H2_OPEN, SC_H2_CLOSING, SC_H2_LINGER, SC_H2_DOOMED };

/* Frames of answers on their way to the socket; their bytes are lent until the pump returns. */
struct sc_h2_batch {
    uint8_t heads[SC_H2_BATCH][SC_H2_HEAD_BYTES];
    struct iovec parts[SC_H2_BATCH * (1 + SC_H2_SLICES)];
    int n_parts, n_frames;
};

struct sc_h2 {
    struct sc_h1_config *config;
    const struct sc_door *door;
    struct sc_list link;
    struct sc_conn conn;
    struct sc_address peer;
    struct sc_watch watch;
    struct sc_timer timer;
    struct sc_task end_of_turn;
    nghttp2_session *session;
    struct sc_list streams; /* served from the front, in turn */
    struct sc_list dead;
    struct sc_h2_batch *batch; /* while it pumps */
    struct sc_buf out;         /* not yet taken by the socket */
    enum sc_h2_phase phase;
    uint64_t since_ns, idle_ns; /* of the phase; when the last stream ended */
    uint64_t progress_ns;       /* the socket last took something */
    struct sc_h2_past past;
    unsigned n_continued; /* pieces of the head at hand */
    struct sc_budget resets, pings, priorities, glitches;
    bool is_readable, is_blocked, is_inside, is_advancing, is_deferred;
};

enum sc_h2_body { SC_H2_BODY_NONE, SC_H2_BODY_UNREAD, SC_H2_BODY_READING, SC_H2_BODY_DONE };
enum sc_h2_answer { SC_H2_ANSWER_NONE, SC_H2_ANSWER_WHOLE, SC_H2_ANSWER_STREAM, SC_H2_ANSWER_LAST };

struct sc_h2_stream {
    struct sc_exchange base; /* first */
    struct sc_h2 *h2;
    struct sc_list link;
    int32_t id;
    bool is_dead, is_waiting; /* for writable */

    struct sc_buf head; /* the request, written as HTTP/1 would */
    char method[24];
    char *path, *authority;
    bool has_length, wants_continue, is_too_large, is_handled;

    enum sc_h2_body body;
    struct sc_body_progress progress;
    struct sc_buf early; /* of the body, before anybody reads it */

    enum sc_h2_answer answer;
    uint64_t progress_ns;        /* the peer last took something of the answer */
    const struct iovec *pending; /* while sc_exchange_send is on the stack */
    size_t n_pending, pending_at, taken_bytes;
    struct sc_buf copy;  /* of a body that is not lent */
    const uint8_t *rest; /* of a whole answer's body */
    size_t rest_bytes;
    void (*release)(void *owner);
    void *owner;
};

static inline struct sc_h2_stream *sc_h2_stream_of(struct sc_exchange *x)
{
    return (struct sc_h2_stream *)(void *)x;
}

extern const struct sc_carrier sc_h2_carrier;

/** Sends what nghttp2 has, until the socket is full; not while one of its callbacks runs. */
void sc_h2_pump(struct sc_h2 *h2);

/** Goes on at the end of the turn. */
void sc_h2_advance_later(struct sc_h2 *h2);
void sc_h2_doom(struct sc_h2 *h2);

/** Resets one stream; its exchange ends. */
void sc_h2_reset(struct sc_h2_stream *s, uint32_t error_code);

/** Takes the stream out; gone is called at the end of the turn. */
void sc_h2_bury_later(struct sc_h2_stream *s);

/** Sets nghttp2's callbacks for requests. */
void sc_h2_hear_requests(nghttp2_session_callbacks *callbacks);

/** Takes the stream's next bytes for nghttp2. Returns: as nghttp2_data_source_read_callback. */
ssize_t sc_h2_give(nghttp2_session *session, int32_t id, uint8_t *room, size_t room_bytes,
                   uint32_t *flags, nghttp2_data_source *source, void *self);

/** Sends a frame's head and what sc_h2_give has promised behind it. Returns: as
 * nghttp2_send_data_callback. */
int sc_h2_hand(nghttp2_session *session, nghttp2_frame *frame, const uint8_t *head, size_t bytes,
               nghttp2_data_source *source, void *self);

/** Returns: how many bytes the next frame of an answer holds at the most. */
ssize_t sc_h2_most(nghttp2_session *session, uint8_t type, int32_t id, int32_t session_window,
                   int32_t window, uint32_t frame_max, void *self);

/**
 * Sends a frame of an answer, soon, from within sc_h2_pump; keeps what the socket does not take.
 *
 * head    of the frame, copied
 * slices  what is behind it, SC_H2_SLICES at the most, lent until the pump returns
 *
 * Returns: 0; a negative errno.
 */
int sc_h2_gather(struct sc_h2 *h2, const uint8_t *head, const struct iovec *slices, int n_slices);

/** Gives back a lent body. */
void sc_h2_answer_drop(struct sc_h2_stream *s);

/** Begins to read the body. */
void sc_h2_read_body(struct sc_exchange *x, const struct sc_body_patience *patience);

/** Refuses a request whose body comes too slowly. */
void sc_h2_body_give_up(struct sc_h2_stream *s);

/** Whether nghttp2 and the socket would take bytes of the stream now. */
bool sc_h2_can_send(const struct sc_h2_stream *s);

/** No new streams, and an end that names the reason. */
void sc_h2_send_away(struct sc_h2 *h2, uint32_t error_code);

/** The same for one who costs too much, and counts him. */
void sc_h2_send_flooder_away(struct sc_h2 *h2);

/** Sets nghttp2's callbacks and options for what a peer may do in vain. */
void sc_h2_set_budgets(nghttp2_session_callbacks *callbacks, nghttp2_option *option);
