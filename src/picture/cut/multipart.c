/* SPDX-License-Identifier: MIT */
/* multipart/x-mixed-replace as servers really send it.
 *
 *   start ─► seek ─► head ─► body ─► walk   (JPEG, PNG) ─► seek
 *     │                       │ └──► opaque (others)    ─► seek
 *     └──────────────► head   └ a delimiter ─► head, or closed
 *
 * seek finds the next delimiter. A picture that can be walked ends where it says itself, and is
 * given at once; a Content-Length that is right only tells earlier that one was cut off. Others end
 * at their Content-Length if that is right, else at the next delimiter. */
#include "picture/cut/form.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define HEAD_MAX_BYTES 8192
#define NEWLINES_MAX   8
#define GO_ON          1

typedef int state_fn(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes);
static state_fn start, seek, head, body, walk, opaque, closed;

static int go(struct sc_cut *cut, state_fn *state)
{
    cut->multipart.state = state;
    cut->multipart.search = (struct sc_boundary_search){0};
    cut->multipart.line_bytes = 0;
    return GO_ON;
}

static int begin_head(struct sc_cut *cut)
{
    struct sc_cut_multipart *m = &cut->multipart;
    m->head_bytes = 0;
    m->part = (struct sc_cut_part){.length_bytes = SC_CUT_NO_LENGTH};
    m->is_length_wrong = m->is_length_tried = false;
    m->has_parts = true;
    return go(cut, head);
}

static int pass_delimiter(struct sc_cut *cut, const struct sc_delimiter *delimiter)
{
    sc_cut_drop(cut, delimiter->at + delimiter->size_bytes);
    begin_head(cut);
    return delimiter->is_last ? go(cut, closed) : GO_ON;
}

static int match_front(struct sc_cut *cut, struct sc_delimiter *out_delimiter)
{
    return sc_boundary_match(&cut->multipart.boundary, sc_cut_front(cut), sc_cut_here(cut),
                             cut->is_ended, out_delimiter);
}

/* The same, of another boundary than the header said. */
static int learn_front(struct sc_cut *cut, struct sc_delimiter *out_delimiter)
{
    int rc = sc_boundary_learn(&cut->multipart.boundary, sc_cut_front(cut), sc_cut_here(cut),
                               cut->is_ended);
    return rc == 1 ? match_front(cut, out_delimiter) : rc;
}

/* Whether a delimiter follows behind the part's first bytes and an end of line or some. */
static int match_behind(struct sc_cut *cut, size_t bytes)
{
    struct sc_delimiter delimiter;
    size_t at = bytes, here = sc_cut_here(cut);
    while (at < here && at - bytes < NEWLINES_MAX && sc_cut_is_newline(sc_cut_front(cut)[at]))
        at++;
    if (at == here)
        return cut->is_ended ? 1 : -EAGAIN;
    return sc_boundary_match(&cut->multipart.boundary, sc_cut_front(cut) + at, here - at,
                             cut->is_ended, &delimiter);
}

/* All bytes that are here have been looked at. */
static int need_more(struct sc_cut *cut)
{
    struct sc_cut_multipart *m = &cut->multipart;
    if (!cut->is_ended)
        return -EAGAIN;
    bool is_not_multipart = !m->has_parts && m->has_garbage;
    m->has_garbage = false;
    return is_not_multipart ? -EBADMSG : -ENODATA;
}

/* A part may come without its delimiter, a body with another boundary than its header said. */
static int start(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes)
{
    static const char field[] = "content-";
    sc_cut_drop_newlines(cut);
    const uint8_t *front = sc_cut_front(cut);
    size_t here = sc_cut_here(cut), n = here < sizeof field - 1 ? here : sizeof field - 1;
    if (here == 0)
        return need_more(cut);
    if (strncasecmp((const char *)front, field, n) == 0) {
        if (n < sizeof field - 1 && !cut->is_ended)
            return -EAGAIN;
        return begin_head(cut);
    }
    int kind = sc_cut_begins(front, here, cut->is_ended);
    if (kind > SC_KIND_NONE) {
        begin_head(cut);
        return go(cut, body);
    }
    struct sc_delimiter delimiter;
    int rc = kind < 0 ? kind : match_front(cut, &delimiter);
    if (rc == 0)
        rc = learn_front(cut, &delimiter);
    if (rc == 1)
        return pass_delimiter(cut, &delimiter);
    return rc == 0 ? go(cut, seek) : rc;
}

/* Goes to the first line that looks like a delimiter. */
static int seek_unknown(struct sc_cut *cut)
{
    for (size_t here; (here = sc_cut_here(cut)) > 0;) {
        const uint8_t *front = sc_cut_front(cut);
        const uint8_t *dash = memchr(front, '-', here);
        size_t at = dash ? (size_t)(dash - front) : here;
        sc_cut_drop(cut, at);
        cut->multipart.has_garbage |= at > 0;
        struct sc_delimiter delimiter;
        int rc = at < here ? match_front(cut, &delimiter) : 0;
        if (rc == 1)
            return pass_delimiter(cut, &delimiter);
        if (rc < 0)
            return rc;
        sc_cut_drop(cut, at < here);
        cut->multipart.has_garbage = true;
    }
    return need_more(cut);
}

static int seek(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes)
{
    struct sc_cut_multipart *m = &cut->multipart;
    struct sc_delimiter delimiter;
    size_t safe_bytes;
    if (m->boundary.len_bytes == 0)
        return seek_unknown(cut);
    int rc = sc_boundary_find(&m->boundary, &m->search, sc_cut_front(cut), sc_cut_here(cut),
                              cut->is_ended, &delimiter, &safe_bytes);
    if (rc == 1)
        return pass_delimiter(cut, &delimiter);
    if (rc == 0)
        safe_bytes = sc_cut_here(cut) + 1;
    if (safe_bytes > 1) { /* one byte in front tells whether a line begins */
        sc_cut_drop(cut, safe_bytes - 1);
        m->search.at -= safe_bytes - 1;
        m->has_garbage = true;
    }
    return rc < 0 ? rc : need_more(cut);
}

static int head(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes)
{
    struct sc_cut_multipart *m = &cut->multipart;
    const uint8_t *front = sc_cut_front(cut);
    size_t here = sc_cut_here(cut);
    const uint8_t *lf = memchr(front + m->line_bytes, '\n', here - m->line_bytes);
    size_t line_bytes = lf ? (size_t)(lf - front) + 1 : here;
    if (line_bytes > HEAD_MAX_BYTES - m->head_bytes) {
        (void)go(cut, seek);
        return -EBADMSG;
    }
    m->line_bytes = lf ? 0 : here;
    if (!lf)
        return need_more(cut);
    struct sc_delimiter delimiter;
    if (sc_boundary_match(&m->boundary, front, line_bytes, true, &delimiter) == 1)
        return pass_delimiter(cut, &delimiter);
    bool is_field = sc_cut_part_line(&m->part, (const char *)front, line_bytes);
    m->head_bytes += line_bytes;
    sc_cut_drop(cut, line_bytes);
    return is_field ? GO_ON : go(cut, body);
}

static int body(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes)
{
    struct sc_cut_multipart *m = &cut->multipart;
    size_t n_newlines = sc_cut_drop_newlines(cut);
    if (m->part.length_bytes != SC_CUT_NO_LENGTH)
        m->part.length_bytes -=
            m->part.length_bytes < n_newlines ? m->part.length_bytes : n_newlines;
    if (sc_cut_here(cut) == 0)
        return need_more(cut);
    int kind = sc_cut_begins(sc_cut_front(cut), sc_cut_here(cut), cut->is_ended);
    if (kind > SC_KIND_NONE) {
        sc_cut_walk_start(cut, (enum sc_kind)kind);
        return go(cut, walk);
    }
    struct sc_delimiter delimiter;
    int rc = kind < 0 ? kind : match_front(cut, &delimiter);
    if (rc == 1)
        return pass_delimiter(cut, &delimiter);
    if (rc < 0)
        return rc;
    if (m->part.is_other)
        return go(cut, seek);
    m->is_length_wrong = cut->vain_bytes / SC_CUT_VAIN_TIMES > m->part.length_bytes;
    return go(cut, opaque);
}

static bool has_length(const struct sc_cut *cut)
{
    const struct sc_cut_multipart *m = &cut->multipart;
    return !m->is_length_wrong && m->part.length_bytes <= cut->picture_max_bytes;
}

static int walk(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes)
{
    struct sc_cut_multipart *m = &cut->multipart;
    bool is_length_known = has_length(cut);
    size_t limit_bytes = is_length_known ? (size_t)m->part.length_bytes : cut->picture_max_bytes;
    size_t size_bytes;
    int rc = sc_cut_walk(cut, limit_bytes, &size_bytes);
    if (rc == -EAGAIN)
        return rc;
    if (rc == 0) {
        (void)go(cut, seek);
        return sc_cut_give(cut, size_bytes, out_picture, out_len_bytes);
    }
    if (rc == -EMSGSIZE && is_length_known) {
        rc = match_behind(cut, limit_bytes);
        m->is_length_wrong = rc == 0;
        if (rc <= 0)
            return rc == 0 ? GO_ON : rc;
        sc_cut_drop(cut, limit_bytes);
        rc = -EBADMSG;
    } else if (!sc_cut_walk_fail(cut)) {
        rc = GO_ON;
    }
    (void)go(cut, seek);
    return rc;
}

/* The part's body is bytes long, perhaps with an end of line that belongs to the delimiter. */
static int give_part(struct sc_cut *cut, size_t bytes, const uint8_t **out_picture,
                     size_t *out_len_bytes)
{
    size_t size_bytes = 0, max_bytes = cut->picture_max_bytes;
    (void)go(cut, seek);
    if (bytes > max_bytes + 2)
        return -EMSGSIZE; /* seek goes through it, as where its end has not come yet */
    int rc = sc_cut_probe(cut, bytes, &size_bytes);
    if (rc == 0 && size_bytes <= max_bytes)
        return sc_cut_give(cut, size_bytes, out_picture, out_len_bytes);
    sc_cut_drop(cut, bytes);
    return rc == 0 ? -EMSGSIZE : rc;
}

/* Returns: 1 the part ends at its Content-Length; 0 it does not; -EAGAIN. */
static int check_length(struct sc_cut *cut)
{
    struct sc_cut_multipart *m = &cut->multipart;
    size_t size_bytes, length_bytes = (size_t)m->part.length_bytes;
    if (sc_cut_here(cut) < length_bytes)
        return cut->is_ended ? 0 : -EAGAIN;
    if (!m->is_length_tried && sc_cut_probe(cut, length_bytes, &size_bytes) == 0 &&
        size_bytes == length_bytes)
        return 1;
    m->is_length_tried = true;
    int rc = match_behind(cut, length_bytes);
    if (rc == 0)
        cut->vain_bytes += length_bytes;
    m->is_length_wrong = rc == 0;
    return rc;
}

static bool is_cut_off(const struct sc_cut *cut)
{
    const struct sc_cut_multipart *m = &cut->multipart;
    return m->part.length_bytes != SC_CUT_NO_LENGTH && !m->is_length_wrong &&
           m->part.length_bytes > sc_cut_here(cut);
}

static int opaque(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes)
{
    struct sc_cut_multipart *m = &cut->multipart;
    int rc = has_length(cut) ? check_length(cut) : 0;
    if (rc == 1)
        return give_part(cut, (size_t)m->part.length_bytes, out_picture, out_len_bytes);
    if (rc < 0)
        return rc;
    struct sc_delimiter delimiter = {.at = sc_cut_here(cut)};
    size_t safe_bytes;
    rc = sc_boundary_find(&m->boundary, &m->search, sc_cut_front(cut), sc_cut_here(cut),
                          cut->is_ended, &delimiter, &safe_bytes);
    if (rc == -EAGAIN) {
        if (safe_bytes <= cut->picture_max_bytes + 2)
            return rc;
        (void)go(cut, seek);
        return -EMSGSIZE;
    }
    if (rc == 0 && delimiter.at <= cut->picture_max_bytes + 2 && is_cut_off(cut)) {
        (void)go(cut, seek);
        return -EBADMSG;
    }
    return give_part(cut, delimiter.at, out_picture, out_len_bytes);
}

static int closed(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes)
{
    sc_cut_drop(cut, sc_cut_here(cut));
    return need_more(cut);
}

void sc_cut_multipart_init(struct sc_cut *cut)
{
    (void)go(cut, start);
}

int sc_cut_multipart_next(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes)
{
    int rc;
    do
        rc = cut->multipart.state(cut, out_picture, out_len_bytes);
    while (rc == GO_ON);
    return rc;
}

uint64_t sc_cut_captured_us(const struct sc_cut *cut)
{
    return cut->multipart.part.captured_us;
}
