/* SPDX-License-Identifier: MIT */
/* The window: what was committed and not yet dropped is data[begin] up to data[end]. It moves to
 * the front of its memory when that is cheap or nothing else makes room. */
#include "picture/cut.h"

#include "base/own.h"
#include "picture/cut/form.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_BYTES (64 * 1024)

static int detect(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes);

int sc_cut_create(enum sc_cut_form form, const char *boundary, size_t picture_max_bytes,
                  struct sc_cut **out_cut)
{
    SC_AUTO(sc_cut_destroy) struct sc_cut *cut = calloc(1, sizeof *cut);
    if (!cut)
        return -ENOMEM;
    int rc = boundary ? sc_boundary_set(&cut->multipart.boundary, boundary, strlen(boundary)) : 0;
    if (rc < 0)
        return rc;
    assert(picture_max_bytes <= SIZE_MAX / 4);
    cut->picture_max_bytes = picture_max_bytes;
    cut->next = form == SC_CUT_AUTO    ? detect
                : form == SC_CUT_PLAIN ? sc_cut_plain_next
                                       : sc_cut_multipart_next;
    sc_cut_multipart_init(cut);
    *out_cut = sc_steal(cut);
    return 0;
}

void sc_cut_destroy(struct sc_cut **cut)
{
    if (*cut)
        free((*cut)->data);
    free(*cut);
    *cut = NULL;
}

static int resize(struct sc_cut *cut, size_t cap_bytes)
{
    uint8_t *data = realloc(cut->data, cap_bytes);
    if (!data)
        return -ENOMEM;
    cut->data = data;
    cut->cap_bytes = cap_bytes;
    return 0;
}

static void move_to_front(struct sc_cut *cut)
{
    size_t here = sc_cut_here(cut);
    if (cut->begin == 0 || (here > cut->begin && cut->end < cut->cap_bytes))
        return;
    memmove(cut->data, sc_cut_front(cut), here);
    cut->begin = 0;
    cut->end = here;
}

static int grow(struct sc_cut *cut)
{
    size_t max_bytes = cut->picture_max_bytes + ROOM_BYTES;
    size_t want_bytes = cut->end + ROOM_BYTES;
    if (want_bytes < cut->cap_bytes * 2)
        want_bytes = cut->cap_bytes * 2;
    if (want_bytes > max_bytes)
        want_bytes = max_bytes;
    return want_bytes > cut->cap_bytes ? resize(cut, want_bytes) : 0;
}

static void shrink(struct sc_cut *cut)
{
    size_t need_bytes = cut->end > cut->usual_bytes ? cut->end : cut->usual_bytes;
    need_bytes += ROOM_BYTES;
    if (cut->cap_bytes / 4 > need_bytes)
        (void)resize(cut, need_bytes * 2); /* what does not shrink is still good */
}

int sc_cut_room(struct sc_cut *cut, uint8_t **out_room, size_t *out_room_bytes)
{
    int rc = 0;
    if (cut->data)
        move_to_front(cut);
    if (cut->cap_bytes - cut->end < ROOM_BYTES)
        rc = grow(cut);
    else
        shrink(cut);
    if (rc < 0)
        return rc;
    assert(cut->end < cut->cap_bytes); /* sc_cut_next was called until -EAGAIN */
    *out_room = cut->data + cut->end;
    *out_room_bytes = cut->cap_bytes - cut->end;
    return 0;
}

void sc_cut_commit(struct sc_cut *cut, size_t bytes)
{
    assert(!cut->is_ended && bytes <= cut->cap_bytes - cut->end);
    cut->end += bytes;
}

void sc_cut_end(struct sc_cut *cut)
{
    cut->is_ended = true;
}

size_t sc_cut_used_bytes(const struct sc_cut *cut)
{
    return cut->cap_bytes;
}

static int detect(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes)
{
    (void)sc_cut_drop_newlines(cut);
    size_t here = sc_cut_here(cut);
    size_t dashes = here < 2 ? here : 2;
    bool is_multipart = memcmp(sc_cut_front(cut), "--", dashes) == 0;
    if (is_multipart && dashes < 2 && !cut->is_ended)
        return -EAGAIN;
    cut->next = is_multipart ? sc_cut_multipart_next : sc_cut_plain_next;
    return cut->next(cut, out_picture, out_len_bytes);
}

int sc_cut_next(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes)
{
    if (!cut->data)
        return cut->is_ended ? -ENODATA : -EAGAIN;
    return cut->next(cut, out_picture, out_len_bytes);
}

static void subtract(size_t *from, size_t bytes)
{
    *from -= *from < bytes ? *from : bytes;
}

void sc_cut_drop(struct sc_cut *cut, size_t bytes)
{
    assert(bytes <= sc_cut_here(cut));
    cut->begin += bytes;
    subtract(&cut->walk.told_bytes, bytes);
    subtract(&cut->vain_bytes, bytes * SC_CUT_VAIN_TIMES);
}

size_t sc_cut_drop_newlines(struct sc_cut *cut)
{
    size_t n = 0, here = sc_cut_here(cut);
    while (n < here && sc_cut_is_newline(sc_cut_front(cut)[n]))
        n++;
    sc_cut_drop(cut, n);
    return n;
}

int sc_cut_give(struct sc_cut *cut, size_t len_bytes, const uint8_t **out_picture,
                size_t *out_len_bytes)
{
    *out_picture = sc_cut_front(cut);
    *out_len_bytes = len_bytes;
    sc_cut_drop(cut, len_bytes);
    cut->walk.told_bytes = 0;
    cut->usual_bytes -= cut->usual_bytes / 8;
    if (cut->usual_bytes < len_bytes)
        cut->usual_bytes = len_bytes;
    return 0;
}
