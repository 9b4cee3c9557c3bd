/* SPDX-License-Identifier: MIT */
/* Pictures one behind the other. Either a picture begins at the front and is being walked, or one
 * is looked for. */
#include "picture/cut/form.h"

#include <errno.h>

/* What programs put between pictures: fill bytes, an end of line, the rest of a buffer. */
static bool is_padding(uint8_t byte)
{
    return byte == 0 || byte == 0xff || byte == '\r' || byte == '\n' || byte == ' ' || byte == '\t';
}

/* Goes to where a picture begins, or may begin once more bytes come, and starts its walk. */
static int find_start(struct sc_cut *cut)
{
    const uint8_t *front = sc_cut_front(cut);
    size_t at = 0, here = sc_cut_here(cut);
    int kind = SC_KIND_NONE;
    bool has_garbage = false;
    for (; at < here; at++) {
        if (front[at] == 0xff || front[at] == 0x89)
            kind = sc_cut_begins(front + at, here - at, cut->is_ended);
        if (kind != SC_KIND_NONE)
            break;
        has_garbage |= !is_padding(front[at]);
    }
    sc_cut_drop(cut, at);
    if (has_garbage && !cut->plain.is_loss_told) {
        cut->plain.is_loss_told = true;
        return -EBADMSG;
    }
    if (at == here)
        return cut->is_ended ? -ENODATA : -EAGAIN;
    if (kind < 0)
        return kind;
    sc_cut_walk_start(cut, (enum sc_kind)kind);
    cut->plain.is_walking = true;
    return 0;
}

int sc_cut_plain_next(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes)
{
    for (;;) {
        size_t size_bytes;
        int rc = cut->plain.is_walking ? 0 : find_start(cut);
        if (rc < 0)
            return rc;
        rc = sc_cut_walk(cut, cut->picture_max_bytes, &size_bytes);
        if (rc == -EAGAIN)
            return rc;
        cut->plain.is_walking = false;
        cut->plain.is_loss_told = rc < 0;
        if (rc == 0)
            return sc_cut_give(cut, size_bytes, out_picture, out_len_bytes);
        if (sc_cut_walk_fail(cut))
            return rc;
    }
}
