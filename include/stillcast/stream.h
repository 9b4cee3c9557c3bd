/* SPDX-License-Identifier: MIT */
/* A stream is a name and the newest frame; everything meets here. Whoever wants to hear of new
 * frames has a tap on the stream and an inbox per thread: publishing marks each tap at most once
 * until its thread has looked, and wakes each inbox at most once, however fast frames come. */
#pragma once

#include "stillcast/frame.h"

#include <stdbool.h>
#include <stdint.h>

struct sc_stream;

enum sc_stream_state {
    SC_STREAM_WAITING, /* no frame yet */
    SC_STREAM_LIVE,
    SC_STREAM_IDLE,  /* its source rests because nobody watches */
    SC_STREAM_LOST,  /* its source failed and is being retried */
    SC_STREAM_ENDED, /* its source came to its end; the last frame stays */
};

/* What a stream has seen. Written by any thread, relaxed. */
struct sc_stream_stats {
    SC_ATOMIC(uint64_t) n_frames_in, bytes_in; /* published */
    SC_ATOMIC(uint64_t) n_rejected; /* pictures refused: damaged, too large, wrong kind */
    SC_ATOMIC(uint64_t) n_frames_out, bytes_out; /* sent to the last byte; bytes with their heads */
    SC_ATOMIC(uint64_t) n_resent;                /* times a frame went out again, unchanged */
    SC_ATOMIC(uint64_t) n_skipped;               /* frames that a viewer was too slow for */
    SC_ATOMIC(uint64_t) n_retries;               /* attempts to get a lost source back */
    SC_ATOMIC(uint64_t) n_saved, n_save_failures; /* to a file, see #save */
    /* How the command behind it ended by itself, last time: 1 + its exit status, SC_ENDED_BY_SIGNAL
     * + the signal; 0: it has not, or there is none. */
    SC_ATOMIC(uint32_t) command_end;
};

#define SC_ENDED_BY_SIGNAL 1000

/* Upper bounds of the classes that ages are counted in, in us; one more class is above them all. */
#define SC_STREAM_AGES 13
SC_API const uint32_t sc_stream_age_us[SC_STREAM_AGES];

/* How old frames were when their last byte was handed to the kernel, all viewers. */
struct sc_stream_ages {
    SC_ATOMIC(uint64_t) n[SC_STREAM_AGES + 1];
    SC_ATOMIC(uint64_t) sum_us;
};

SC_API struct sc_stream *sc_stream_ref(struct sc_stream *stream);
SC_API void sc_stream_unref(struct sc_stream **stream);

SC_API const char *sc_stream_name(const struct sc_stream *stream);
SC_API struct sc_stream_stats *sc_stream_stats(struct sc_stream *stream);
SC_API struct sc_stream_ages *sc_stream_ages(struct sc_stream *stream);

/**
 * Numbers the frame, makes it the newest and marks all taps; the state becomes live unless the
 * frame is a placeholder.
 *
 * frame  taken, on failure too.
 *
 * Returns: 0; -ECANCELED when the stream is closed; -EPERM when an SVG would follow a raster
 * picture or the other way round (no browser shows both in one stream). Thread:  any.
 */
SC_API int sc_stream_publish(struct sc_stream *stream, const struct sc_frame **frame,
                             uint64_t *out_seq);

/** Returns: the newest frame, a new reference; NULL before the first. Thread: any. */
SC_API const struct sc_frame *sc_stream_newest(struct sc_stream *stream);

/** Returns: sequence number of the newest frame, 0 before the first; no lock. Thread: any. */
SC_API uint64_t sc_stream_seq(const struct sc_stream *stream);

/**
 * note  NULL or one sentence for people, copied and cut at 200 bytes: why it is lost.
 *
 * Thread: any.
 */
SC_API void sc_stream_set_state(struct sc_stream *stream, enum sc_stream_state state,
                                const char *note);

/* What a page or a program is told about a stream, all from one moment. */
struct sc_stream_view {
    enum sc_stream_state state;
    char note[200];
    uint64_t seq;
    uint64_t age_ms; /* of the newest picture that is no placeholder; UINT64_MAX: none yet */
    double rate_hz;  /* frames a second, smoothed; 0 when nothing came for 5 s */
    enum sc_kind kind;
    uint32_t width_px, height_px;
    size_t size_bytes;
    unsigned n_viewers;
};

/** Thread: any. */
SC_API void sc_stream_look(struct sc_stream *stream, struct sc_stream_view *out_view);

/** Returns: "waiting", "live", "idle", "lost", "ended". */
SC_API const char *sc_stream_state_name(enum sc_stream_state state);

/**
 * Demand: somebody watches, or waits for a picture. The first join and the last leave write to the
 * descriptor set by sc_stream_set_demand_fd. is_viewer counts into n_viewers; a waiting snapshot
 * does not. Every join needs its leave.
 *
 * Thread: any.
 */
SC_API void sc_stream_join(struct sc_stream *stream, bool is_viewer);
SC_API void sc_stream_leave(struct sc_stream *stream, bool is_viewer);
SC_API bool sc_stream_has_demand(const struct sc_stream *stream);
SC_API unsigned sc_stream_n_viewers(const struct sc_stream *stream);

/** fd  an eventfd, duplicated; negative: nothing is changed. Thread: control. */
SC_API void sc_stream_set_demand_fd(struct sc_stream *stream, int fd);

/** No frame will come any more: publishing fails, taps are marked so that viewers end. Thread: any.
 */
SC_API void sc_stream_close(struct sc_stream *stream);
SC_API bool sc_stream_is_closed(const struct sc_stream *stream);
