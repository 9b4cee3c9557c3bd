/* SPDX-License-Identifier: MIT */
#include "watcher.h"

#include <assert.h>
#include <string.h>

#define PICTURES          255
#define NUMBER_AT         6 /* behind SOI, the comment's marker and its length */
#define BOUNDARY          "--boundarydonotcross\r\n"
#define FRONT_BYTES       7
#define FILLER_MOST_BYTES 32768

static struct {
    size_t len_bytes;
    uint64_t sum;
} made[PICTURES + 1];
static unsigned n_made;

static uint64_t sum_of(const uint8_t *data, size_t len_bytes)
{
    uint64_t sum = 14695981039346656037U;
    for (size_t i = 0; i < len_bytes; i++)
        sum = (sum ^ data[i]) * 1099511628211U;
    return sum;
}

void watcher_reset(void)
{
    n_made = 0;
}

static void append(struct sc_draft *draft, const void *data, size_t len_bytes)
{
    assert(sc_draft_append(draft, data, len_bytes) == 0);
}

const struct sc_frame *watcher_make_frame(struct sc_pool *pool, size_t filler_bytes)
{
    static const uint8_t scan[] = {0xff, 0xc0, 0, 11, 8, 0, 16, 0, 16, 1, 1, 0x11, 0,
                                   0xff, 0xda, 0, 8,  1, 1, 0,  0, 63, 0, 0, 0xff, 0xd9};
    uint8_t front[FRONT_BYTES] = {0xff, 0xd8, 0xff, 0xfe};
    uint8_t filler[FILLER_MOST_BYTES];
    uint8_t table[69] = {0xff, 0xdb, 0, 67};
    struct sc_draft *draft = NULL;
    const struct sc_frame *frame = NULL;
    static const struct sc_seal how;
    if (n_made == PICTURES || filler_bytes > sizeof filler ||
        sc_draft_create(pool, filler_bytes + 256, &draft) < 0)
        return NULL;
    size_t comment = 3 + filler_bytes;
    front[4] = (uint8_t)(comment >> 8);
    front[5] = (uint8_t)comment;
    front[NUMBER_AT] = (uint8_t)(n_made + 1);
    append(draft, front, sizeof front);
    memset(filler, front[NUMBER_AT], filler_bytes);
    append(draft, filler, filler_bytes);
    memset(table + 5, 1, 64);
    append(draft, table, sizeof table);
    append(draft, scan, sizeof scan);
    if (sc_draft_seal(&draft, &how, &frame, NULL) < 0)
        return NULL; /* the store is full of what slow clients hold */
    struct sc_slice picture = sc_frame_picture(frame);
    n_made++;
    made[n_made].len_bytes = picture.len_bytes;
    made[n_made].sum = sum_of(picture.data, picture.len_bytes);
    return frame;
}

unsigned watcher_number(const struct sc_frame *frame)
{
    return sc_frame_picture(frame).data[NUMBER_AT];
}

static void drop(struct watcher *w, size_t n)
{
    w->n_bytes -= n;
    memmove(w->bytes, w->bytes + n, w->n_bytes);
}

/* Takes everything up to the mark. Returns whether it was there. */
static bool take_until(struct watcher *w, const char *mark)
{
    const uint8_t *at = memmem(w->bytes, w->n_bytes, mark, strlen(mark));
    if (at)
        drop(w, (size_t)(at - w->bytes) + strlen(mark));
    return at;
}

static bool take_beginning(struct watcher *w)
{
    if (w->n_bytes < 12)
        return false;
    w->is_other = memcmp(w->bytes, "HTTP/1.1 200", 12) != 0;
    if (w->is_other || !take_until(w, "\r\n\r\n"))
        return false;
    w->is_begun = true;
    w->has_head = w->is_raw;
    return true;
}

static bool take_part_head(struct watcher *w)
{
    size_t n = strlen(BOUNDARY);
    if (w->n_bytes < n)
        return false;
    assert(memcmp(w->bytes, BOUNDARY, n) == 0);
    w->has_head = take_until(w, "\r\n\r\n");
    return w->has_head;
}

static bool take_picture(struct watcher *w)
{
    size_t tail = w->is_raw ? 0 : 2;
    if (w->n_bytes < FRONT_BYTES)
        return false;
    unsigned number = w->bytes[NUMBER_AT];
    assert(number >= 1 && number <= n_made);
    if (w->n_bytes < made[number].len_bytes + tail)
        return false;
    assert(sum_of(w->bytes, made[number].len_bytes) == made[number].sum);
    assert(number > w->number);
    w->number = number;
    drop(w, made[number].len_bytes);
    assert(tail == 0 || memcmp(w->bytes, "\r\n", 2) == 0);
    drop(w, tail);
    w->has_head = w->is_raw;
    return true;
}

static bool take(struct watcher *w)
{
    if (!w->is_begun)
        return take_beginning(w);
    return w->has_head ? take_picture(w) : take_part_head(w);
}

void watcher_hear(struct watcher *w, const uint8_t *data, size_t len_bytes)
{
    assert(len_bytes <= WATCHER_ROOM - w->n_bytes);
    memcpy(w->bytes + w->n_bytes, data, len_bytes);
    w->n_bytes += len_bytes;
    while (!w->is_other && take(w))
        continue;
    if (w->is_other)
        w->n_bytes = 0;
}

bool watcher_is_live(const struct watcher *w)
{
    return w->is_begun && !w->is_other && !w->is_ended;
}
