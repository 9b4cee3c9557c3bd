/* SPDX-License-Identifier: MIT */
/* waiting --publish--> live --lost/idle/ended by its source, live again by publish--> closed (for
 * good).
 *
 * The stream's lock is a leaf: under it only pointers are swapped and taps marked. Frames are
 * dropped, descriptors written and streams freed outside of it. */
#include "media/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "media/detour.h"
#include "media/frame.h"

#define QUIET_NS      (5 * SC_NS_PER_S) /* a stream that is silent for so long has no rate */
#define LISTENS_BYTES 96
#define WAKES         64 /* inboxes woken in one go; there is one per thread */

struct sc_stream {
    atomic_uint n_refs;
    enum sc_stream_origin origin;
    char name[SC_STREAM_NAME_BYTES];
    char listens[LISTENS_BYTES];
    struct sc_stream_stats stats;
    struct sc_stream_ages ages;
    struct sc_seats seats;
    _Atomic uint64_t seq;
    atomic_uint n_viewers, n_demand;
    atomic_int demand_fd;
    atomic_bool is_closed;
    _Atomic uint64_t publisher;
    _Atomic(void *) home;

    pthread_mutex_t lock; /* guards what follows */
    const struct sc_frame *newest;
    uint64_t n_numbered; /* at least seq: a picture may still be on its detour */
    struct sc_detour detour;
    struct sc_list taps;
    enum sc_stream_state state;
    char note[sizeof((struct sc_stream_view *)0)->note];
    uint64_t touched_ns; /* creation, last frame, last leave */
    uint64_t real_ns;    /* last frame that was no placeholder; 0: none */
    double interval_ns;  /* between such frames, smoothed */
    struct sc_intake *intake;
    struct sc_controls *controls;
};

int sc_stream_create(const char *name, enum sc_stream_origin origin, struct sc_stream **out_stream)
{
    struct sc_stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return -ENOMEM;
    atomic_init(&stream->n_refs, 1);
    atomic_init(&stream->demand_fd, -1);
    (void)snprintf(stream->name, sizeof stream->name, "%s", name);
    stream->origin = origin;
    stream->touched_ns = sc_clock_ns();
    sc_list_init(&stream->taps);
    sc_detour_init(&stream->detour);
    sc_seats_init(&stream->seats);
    (void)pthread_mutex_init(&stream->lock, NULL);
    *out_stream = stream;
    return 0;
}

struct sc_stream *sc_stream_ref(struct sc_stream *stream)
{
    atomic_fetch_add_explicit(&stream->n_refs, 1, memory_order_relaxed);
    return stream;
}

void sc_stream_unref(struct sc_stream **stream)
{
    struct sc_stream *old = *stream;
    *stream = NULL;
    if (!old || atomic_fetch_sub_explicit(&old->n_refs, 1, memory_order_acq_rel) > 1)
        return;
    sc_frame_unref(&old->newest);
    sc_detour_fini(&old->detour);
    sc_intake_unref(&old->intake);
    sc_controls_unref(&old->controls);
    int fd = atomic_load(&old->demand_fd);
    sc_own_close(&fd);
    sc_seats_fini(&old->seats);
    (void)pthread_mutex_destroy(&old->lock);
    free(old);
}

const char *sc_stream_name(const struct sc_stream *stream)
{
    return stream->name;
}

enum sc_stream_origin sc_stream_origin(const struct sc_stream *stream)
{
    return stream->origin;
}

struct sc_stream_stats *sc_stream_stats(struct sc_stream *stream)
{
    return &stream->stats;
}

struct sc_stream_ages *sc_stream_ages(struct sc_stream *stream)
{
    return &stream->ages;
}

struct sc_seats *sc_stream_seats(struct sc_stream *stream)
{
    return &stream->seats;
}

void sc_stream_set_intake(struct sc_stream *stream, struct sc_intake *intake)
{
    struct sc_intake *fresh = sc_intake_ref(intake);
    (void)pthread_mutex_lock(&stream->lock);
    struct sc_intake *old = stream->intake;
    stream->intake = fresh;
    (void)pthread_mutex_unlock(&stream->lock);
    sc_intake_unref(&old);
}

struct sc_intake *sc_stream_intake(struct sc_stream *stream)
{
    struct sc_intake *intake = NULL;
    (void)pthread_mutex_lock(&stream->lock);
    if (stream->intake && !sc_stream_is_closed(stream))
        intake = sc_intake_ref(stream->intake);
    (void)pthread_mutex_unlock(&stream->lock);
    return intake;
}

void sc_stream_set_controls(struct sc_stream *stream, struct sc_controls *controls)
{
    struct sc_controls *fresh = sc_controls_ref(controls);
    (void)pthread_mutex_lock(&stream->lock);
    struct sc_controls *old = stream->controls;
    stream->controls = fresh;
    (void)pthread_mutex_unlock(&stream->lock);
    sc_controls_unref(&old);
}

struct sc_controls *sc_stream_controls(struct sc_stream *stream)
{
    (void)pthread_mutex_lock(&stream->lock);
    struct sc_controls *controls = stream->controls ? sc_controls_ref(stream->controls) : NULL;
    (void)pthread_mutex_unlock(&stream->lock);
    return controls;
}

void sc_stream_set_listens(struct sc_stream *stream, const char *url)
{
    (void)snprintf(stream->listens, sizeof stream->listens, "%s", url);
}

const char *sc_stream_listens(const struct sc_stream *stream)
{
    return stream->listens;
}

void sc_stream_touch(struct sc_stream *stream)
{
    uint64_t now = sc_clock_ns();
    (void)pthread_mutex_lock(&stream->lock);
    stream->touched_ns = now;
    (void)pthread_mutex_unlock(&stream->lock);
}

void sc_stream_attach(struct sc_stream *stream, struct sc_tap *tap)
{
    (void)pthread_mutex_lock(&stream->lock);
    sc_list_append(&stream->taps, &tap->link);
    (void)pthread_mutex_unlock(&stream->lock);
}

void sc_stream_detach(struct sc_stream *stream, struct sc_tap *tap)
{
    (void)pthread_mutex_lock(&stream->lock);
    sc_list_remove(&tap->link);
    (void)pthread_mutex_unlock(&stream->lock);
}

/* Lock held. Returns how many inboxes are in out_wakes. */
static size_t mark_taps(struct sc_stream *stream, struct sc_inbox *out_wakes[WAKES])
{
    size_t n = 0;
    for (struct sc_list *l = stream->taps.next; l != &stream->taps; l = l->next) {
        struct sc_tap *tap = sc_container_of(l, struct sc_tap, link);
        if (!sc_tap_mark(tap))
            continue;
        if (n < WAKES)
            out_wakes[n++] = tap->inbox;
        else
            sc_inbox_wake(tap->inbox);
    }
    return n;
}

static bool is_mixed(const struct sc_frame *old, const struct sc_frame *fresh)
{
    if (!old || sc_frame_is_placeholder(old) || sc_frame_is_placeholder(fresh))
        return false;
    return (sc_frame_kind(old) == SC_KIND_SVG) != (sc_frame_kind(fresh) == SC_KIND_SVG);
}

/* Lock held. */
static void note_arrival(struct sc_stream *stream, const struct sc_frame *frame)
{
    uint64_t now = sc_frame_sealed_ns(frame);
    stream->touched_ns = now;
    if (sc_frame_is_placeholder(frame))
        return;
    double gap = (double)(now - stream->real_ns);
    if (!stream->real_ns || now < stream->real_ns || gap > (double)QUIET_NS)
        stream->interval_ns = 0;
    else if (stream->interval_ns <= 0)
        stream->interval_ns = gap;
    else
        stream->interval_ns += (gap - stream->interval_ns) / 8;
    stream->real_ns = now;
    stream->state = SC_STREAM_LIVE;
    stream->note[0] = '\0';
}

/* Lock held. */
static int admit(struct sc_stream *stream, const struct sc_frame *frame)
{
    if (atomic_load_explicit(&stream->is_closed, memory_order_relaxed))
        return -ECANCELED;
    return is_mixed(stream->newest, frame) ? -EPERM : 0;
}

/* Lock held. *frame becomes the one that was shown until now, or stays when it is newer. Returns
 * how many inboxes are in out_wakes. */
static size_t show(struct sc_stream *stream, const struct sc_frame **frame,
                   struct sc_inbox *out_wakes[WAKES])
{
    const struct sc_frame *old = stream->newest;
    uint64_t seq = sc_frame_seq(*frame);
    if (seq <= atomic_load_explicit(&stream->seq, memory_order_relaxed))
        return 0;
    note_arrival(stream, *frame);
    stream->newest = *frame;
    *frame = old;
    atomic_store_explicit(&stream->seq, seq, memory_order_release);
    return mark_taps(stream, out_wakes);
}

int sc_stream_publish(struct sc_stream *stream, const struct sc_frame **taken, uint64_t *out_seq)
{
    const struct sc_frame *frame SC_AUTO(sc_frame_unref) = sc_steal(*taken);
    struct sc_inbox *wakes[WAKES];
    size_t n_wakes = 0;
    size_t size = sc_frame_picture(frame).len_bytes;
    bool is_placeholder = sc_frame_is_placeholder(frame);
    bool is_back = stream->detour.bell_fd >= 0 && sc_frame_seq(frame);
    bool is_diverted = !is_back && sc_detour_is_for(&stream->detour, frame);

    (void)pthread_mutex_lock(&stream->lock);
    int rc = admit(stream, frame);
    if (rc == 0) {
        if (!is_back)
            sc_frame_set_seq(frame, ++stream->n_numbered);
        if (out_seq)
            *out_seq = sc_frame_seq(frame);
        if (is_diverted)
            sc_detour_put(&stream->detour, &frame);
        else
            n_wakes = show(stream, &frame, wakes);
    }
    (void)pthread_mutex_unlock(&stream->lock);

    if (rc == 0 && is_diverted)
        sc_detour_ring(&stream->detour);
    for (size_t i = 0; i < n_wakes; i++)
        sc_inbox_wake(wakes[i]);
    if (rc == 0 && !is_placeholder && !is_back) {
        atomic_fetch_add_explicit(&stream->stats.n_frames_in, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&stream->stats.bytes_in, size, memory_order_relaxed);
    } else if (rc == -EPERM) {
        atomic_fetch_add_explicit(&stream->stats.n_rejected, 1, memory_order_relaxed);
    }
    return rc;
}

void sc_stream_divert(struct sc_stream *stream, int bell_fd)
{
    sc_detour_open(&stream->detour, bell_fd);
}

const struct sc_frame *sc_stream_take_diverted(struct sc_stream *stream)
{
    (void)pthread_mutex_lock(&stream->lock);
    const struct sc_frame *frame = sc_detour_take(&stream->detour);
    (void)pthread_mutex_unlock(&stream->lock);
    return frame;
}

uint64_t sc_stream_seq_expected(struct sc_stream *stream)
{
    (void)pthread_mutex_lock(&stream->lock);
    bool is_expected =
        sc_detour_is_busy(&stream->detour) &&
        stream->n_numbered > atomic_load_explicit(&stream->seq, memory_order_relaxed);
    uint64_t seq = is_expected ? stream->n_numbered : 0;
    (void)pthread_mutex_unlock(&stream->lock);
    return seq;
}

const struct sc_frame *sc_stream_newest(struct sc_stream *stream)
{
    (void)pthread_mutex_lock(&stream->lock);
    const struct sc_frame *frame = stream->newest ? sc_frame_ref(stream->newest) : NULL;
    (void)pthread_mutex_unlock(&stream->lock);
    return frame;
}

uint64_t sc_stream_seq(const struct sc_stream *stream)
{
    return atomic_load_explicit(&stream->seq, memory_order_acquire);
}

void sc_stream_set_state(struct sc_stream *stream, enum sc_stream_state state, const char *note)
{
    (void)pthread_mutex_lock(&stream->lock);
    stream->state = state;
    (void)snprintf(stream->note, sizeof stream->note, "%s", note ? note : "");
    (void)pthread_mutex_unlock(&stream->lock);
}

static double rate_hz(const struct sc_stream *stream, uint64_t quiet_ns)
{
    if (stream->interval_ns <= 0 || quiet_ns > QUIET_NS)
        return 0;
    double interval = stream->interval_ns;
    if ((double)quiet_ns > 2 * interval)
        interval = (double)quiet_ns;
    return 1e9 / interval;
}

void sc_stream_look(struct sc_stream *stream, struct sc_stream_view *out_view)
{
    uint64_t now = sc_clock_ns();
    (void)pthread_mutex_lock(&stream->lock);
    const struct sc_frame *f = stream->newest;
    uint64_t quiet_ns = stream->real_ns && now > stream->real_ns ? now - stream->real_ns : 0;
    *out_view = (struct sc_stream_view){
        .state = stream->state,
        .seq = atomic_load_explicit(&stream->seq, memory_order_relaxed),
        .age_ms = stream->real_ns ? quiet_ns / SC_NS_PER_MS : UINT64_MAX,
        .rate_hz = rate_hz(stream, quiet_ns),
        .n_viewers = sc_stream_n_viewers(stream),
    };
    memcpy(out_view->note, stream->note, sizeof out_view->note);
    if (f) {
        out_view->kind = sc_frame_kind(f);
        out_view->width_px = sc_frame_width_px(f);
        out_view->height_px = sc_frame_height_px(f);
        out_view->size_bytes = sc_frame_picture(f).len_bytes;
    }
    (void)pthread_mutex_unlock(&stream->lock);
}

const char *sc_stream_state_name(enum sc_stream_state state)
{
    static const char *const names[] = {
        [SC_STREAM_WAITING] = "waiting", [SC_STREAM_LIVE] = "live",   [SC_STREAM_IDLE] = "idle",
        [SC_STREAM_LOST] = "lost",       [SC_STREAM_ENDED] = "ended",
    };
    return names[state];
}

static void signal_demand(struct sc_stream *stream)
{
    int fd = atomic_load_explicit(&stream->demand_fd, memory_order_acquire);
    uint64_t one = 1;
    if (fd >= 0)
        (void)!write(fd, &one, sizeof one); /* full: it is readable already */
}

void sc_stream_join(struct sc_stream *stream, bool is_viewer)
{
    if (is_viewer)
        atomic_fetch_add_explicit(&stream->n_viewers, 1, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&stream->n_demand, 1, memory_order_acq_rel) == 0)
        signal_demand(stream);
}

void sc_stream_leave(struct sc_stream *stream, bool is_viewer)
{
    if (is_viewer)
        atomic_fetch_sub_explicit(&stream->n_viewers, 1, memory_order_relaxed);
    uint64_t now = sc_clock_ns();
    (void)pthread_mutex_lock(&stream->lock); /* first, or it would look abandoned for a moment */
    stream->touched_ns = now;
    (void)pthread_mutex_unlock(&stream->lock);
    if (atomic_fetch_sub_explicit(&stream->n_demand, 1, memory_order_acq_rel) == 1)
        signal_demand(stream);
}

bool sc_stream_has_demand(const struct sc_stream *stream)
{
    return atomic_load_explicit(&stream->n_demand, memory_order_acquire) > 0;
}

void sc_stream_set_home(struct sc_stream *stream, void *home)
{
    atomic_store_explicit(&stream->home, home, memory_order_relaxed);
}

void *sc_stream_home(const struct sc_stream *stream)
{
    return atomic_load_explicit(&stream->home, memory_order_relaxed);
}

unsigned sc_stream_n_viewers(const struct sc_stream *stream)
{
    return atomic_load_explicit(&stream->n_viewers, memory_order_relaxed);
}

/* The stream keeps a duplicate until its end: a loop may write to it after the runner has gone. */
void sc_stream_set_demand_fd(struct sc_stream *stream, int fd)
{
    if (fd < 0)
        return;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    int old = atomic_exchange_explicit(&stream->demand_fd, copy, memory_order_acq_rel);
    sc_own_close(&old);
}

void sc_stream_close(struct sc_stream *stream)
{
    struct sc_inbox *wakes[WAKES];
    (void)pthread_mutex_lock(&stream->lock);
    atomic_store(&stream->is_closed, true);
    stream->state = SC_STREAM_ENDED;
    size_t n = mark_taps(stream, wakes);
    (void)pthread_mutex_unlock(&stream->lock);
    for (size_t i = 0; i < n; i++)
        sc_inbox_wake(wakes[i]);
    signal_demand(stream); /* its source, where it has one, has nothing to do any more */
}

bool sc_stream_is_closed(const struct sc_stream *stream)
{
    return atomic_load_explicit(&stream->is_closed, memory_order_acquire);
}

int sc_stream_claim(struct sc_stream *stream, uint64_t id, bool is_takeover)
{
    uint64_t nobody = 0;
    if (is_takeover)
        atomic_store(&stream->publisher, id);
    else if (!atomic_compare_exchange_strong(&stream->publisher, &nobody, id))
        return -EBUSY;
    return 0;
}

bool sc_stream_is_claimed_by(const struct sc_stream *stream, uint64_t id)
{
    return atomic_load(&stream->publisher) == id;
}

void sc_stream_release(struct sc_stream *stream, uint64_t id)
{
    (void)atomic_compare_exchange_strong(&stream->publisher, &id, 0);
}

bool sc_stream_close_abandoned(struct sc_stream *stream, uint64_t since_ns)
{
    if (sc_stream_has_demand(stream) || atomic_load(&stream->publisher))
        return false;
    (void)pthread_mutex_lock(&stream->lock);
    bool is_old = stream->touched_ns < since_ns;
    if (is_old)
        atomic_store(&stream->is_closed, true);
    (void)pthread_mutex_unlock(&stream->lock);
    return is_old;
}
