/* SPDX-License-Identifier: MIT */
/*        when it is due        head              end, or broken: lost
 *   ask ───────────────► meet ──────► stream ───────────────────────►
 *    ▲                    │ └───────► still
 *    └────────────────────┴─────────────┘ given, or nothing new
 *
 * Connecting is done by read, which may be called again where it was interrupted. */
#include "source/pull.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/own.h"
#include "base/stamp.h"

#define GO_ON          1
#define STALL_TIMES    3 /* so many times of silence may a picture take */
#define BOUNDARY_BYTES 256
#define STILL_BYTES    65536
#define CLOCK_NEAR_US  30000000
#define HTML_WAY_OUT                                                                               \
    "this is a web page; its pictures have a URL of their own, often /?action=stream, /stream, "   \
    "/video.mjpg, or that of the picture in the page"

typedef int step_fn(struct sc_pull *pull, const struct sc_source_ctx *ctx,
                    struct sc_draft **out_draft, struct sc_err *err);
static step_fn ask, meet, stream, still;

int sc_pull_open(void *state, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    struct sc_pull *pull = state;
    (void)ctx;
    pull->step = ask;
    pull->ask_ns = pull->shown_hash = 0;
    pull->is_single = false;
    pull->if_none_match[0] = pull->if_modified[0] = '\0';
    return sc_client_create(&pull->config, &pull->client, err);
}

void sc_pull_close(void *state)
{
    struct sc_pull *pull = state;
    sc_draft_destroy(&pull->draft);
    sc_cut_destroy(&pull->cut);
    sc_client_destroy(&pull->client);
}

static int say(const struct sc_pull *pull, int code, const char *what, struct sc_err *err)
{
    return sc_err_set(err, code, "'%s': %s", pull->url.shown, what);
}

static int ask_again(struct sc_pull *pull)
{
    uint64_t now = sc_clock_ns();
    pull->ask_ns += pull->interval_ns;
    if (pull->ask_ns < now)
        pull->ask_ns = now;
    pull->step = ask;
    return GO_ON;
}

static int ask(struct sc_pull *pull, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
               struct sc_err *err)
{
    const char *fields[3] = {NULL};
    size_t n = 0;
    (void)out_draft;
    int rc = sc_source_wait(ctx, -1, 0, pull->ask_ns);
    if (rc != -ETIMEDOUT)
        return rc;
    if (pull->ask_ns == 0)
        pull->ask_ns = sc_clock_ns();
    if (*pull->if_none_match)
        fields[n++] = pull->if_none_match;
    if (*pull->if_modified)
        fields[n++] = pull->if_modified;
    pull->step = meet;
    rc = sc_client_start(pull->client, fields, err);
    return rc < 0 ? rc : GO_ON;
}

/* --- what the answer is --- */

static bool is_type(const char *type, const char *start)
{
    return strncasecmp(type, start, strlen(start)) == 0;
}

/* The value of boundary=, quotes and all; "" where there is none. */
static void find_boundary(const char *type, char *out_boundary)
{
    const char *at = strcasestr(type, "boundary");
    if (at)
        at += strlen("boundary") + strspn(at + strlen("boundary"), " \t");
    if (!at || *at != '=') {
        *out_boundary = '\0';
        return;
    }
    at += 1 + strspn(at + 1, " \t");
    const char *end = *at == '"' ? strchr(at + 1, '"') : NULL;
    size_t n = end ? (size_t)(end + 1 - at) : strcspn(at, ";,");
    (void)snprintf(out_boundary, BOUNDARY_BYTES, "%.*s", (int)n, at);
}

static int begin_stream(struct sc_pull *pull, const struct sc_source_ctx *ctx, const char *type,
                        struct sc_err *err)
{
    char boundary[BOUNDARY_BYTES];
    bool is_multipart = is_type(type, "multipart/");
    find_boundary(type, boundary);
    sc_cut_destroy(&pull->cut);
    int rc = sc_cut_create(is_multipart ? SC_CUT_MULTIPART : SC_CUT_AUTO,
                           is_multipart && *boundary ? boundary : NULL,
                           sc_pool_frame_max_bytes(ctx->pool), &pull->cut);
    if (rc == -EINVAL)
        rc = sc_cut_create(SC_CUT_MULTIPART, NULL, sc_pool_frame_max_bytes(ctx->pool), &pull->cut);
    if (rc < 0)
        return sc_err_set(err, rc, "out of memory");
    pull->n_pictures = 0;
    pull->begun_ns = sc_clock_ns();
    pull->step = stream;
    return GO_ON;
}

static void keep_field(struct sc_client *client, const char *name, const char *as, char *out_field)
{
    const char *value = sc_client_field(client, name);
    int n = value ? snprintf(out_field, SC_PULL_FIELD_BYTES, "%s: %s", as, value) : 0;
    if (n <= 0 || n >= SC_PULL_FIELD_BYTES)
        *out_field = '\0';
}

/* A server's word counts while its clock is ours, by and large. Many count from their own start. */
static void note_captured(struct sc_pull *pull, uint64_t captured_us)
{
    uint64_t now = sc_clock_unix_us();
    if (captured_us && captured_us <= now && now - captured_us < CLOCK_NEAR_US)
        sc_draft_set_captured(pull->draft, captured_us);
}

static int begin_still(struct sc_pull *pull, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    int64_t length_bytes = sc_client_length_bytes(pull->client);
    size_t max_bytes = sc_pool_frame_max_bytes(ctx->pool);
    keep_field(pull->client, "ETag", "If-None-Match", pull->if_none_match);
    keep_field(pull->client, "Last-Modified", "If-Modified-Since", pull->if_modified);
    sc_draft_destroy(&pull->draft);
    (void)ask_again(pull);
    if (length_bytes > (int64_t)max_bytes)
        return sc_err_set(err, -EMSGSIZE, "'%s': its picture is larger than the limit of %zu bytes",
                          pull->url.shown, max_bytes);
    size_t capacity_bytes = length_bytes > 0 ? (size_t)length_bytes : STILL_BYTES;
    int rc = sc_draft_create(ctx->pool, capacity_bytes < max_bytes ? capacity_bytes : max_bytes,
                             &pull->draft);
    if (rc < 0)
        return sc_err_set(err, rc, "no memory for a picture of %zu bytes", capacity_bytes);
    const char *stamp = sc_client_field(pull->client, "X-Timestamp");
    note_captured(pull, stamp ? sc_stamp_read_us(stamp, strlen(stamp)) : 0);
    pull->is_single = true;
    pull->begun_ns = sc_clock_ns();
    pull->step = still;
    return GO_ON;
}

/* Returns: 0 when it may be pictures. */
static int check_answer(struct sc_pull *pull, const char *type, struct sc_err *err)
{
    const char *coding = sc_client_field(pull->client, "Content-Encoding");
    if (sc_pull_is_self(pull->client))
        return say(pull, -ELOOP, "this is our own server: a stream cannot be made of itself", err);
    if (coding && strcasecmp(coding, "identity") != 0)
        return sc_err_set(err, -EPROTO, "'%s': it compresses what it sends (%.40s), unasked",
                          pull->url.shown, coding);
    if (is_type(type, "text/html") || is_type(type, "application/xhtml"))
        return say(pull, -EPROTO, HTML_WAY_OUT, err);
    if (is_type(type, "application/json") || is_type(type, "text/xml"))
        return sc_err_set(err, -EPROTO, "'%s': this is no picture but %.60s", pull->url.shown,
                          type);
    return 0;
}

static int meet(struct sc_pull *pull, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                struct sc_err *err)
{
    (void)out_draft;
    int status = sc_client_answer(pull->client, ctx->wake_fd, err);
    if (status < 0)
        return status;
    if (status == 304 || status == 204)
        return ask_again(pull);
    if (status >= 300)
        return sc_client_refuse(pull->client, status, err);
    const char *type = sc_client_field(pull->client, "Content-Type");
    if (!type)
        type = "";
    int rc = check_answer(pull, type, err);
    if (rc < 0)
        return rc;
    return is_type(type, "image/") ? begin_still(pull, ctx, err)
                                   : begin_stream(pull, ctx, type, err);
}

/* --- pictures --- */

static int check_progress(const struct sc_pull *pull, struct sc_err *err)
{
    uint64_t limit_ns = STALL_TIMES * pull->config.silence_ns;
    if (!pull->begun_ns || sc_clock_ns() - pull->begun_ns < limit_ns)
        return 0;
    return sc_err_set(err, -ETIMEDOUT, "'%s': it sends, but no whole picture for %.3g s",
                      pull->url.shown, (double)limit_ns / (double)SC_NS_PER_S);
}

/* Empty lines are how some servers say that they are there. */
static bool is_empty_lines(const uint8_t *bytes, size_t n)
{
    while (n > 0 && (bytes[n - 1] == '\r' || bytes[n - 1] == '\n'))
        n--;
    return n == 0;
}

static int fill(struct sc_pull *pull, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    uint8_t *room;
    size_t room_bytes, n;
    int rc = check_progress(pull, err);
    if (rc < 0)
        return rc;
    if (sc_cut_room(pull->cut, &room, &room_bytes) < 0)
        return sc_err_set(err, -ENOMEM, "out of memory");
    rc = sc_client_read(pull->client, ctx->wake_fd, room, room_bytes, &n, err);
    if (rc == -ENODATA) {
        sc_cut_end(pull->cut);
        return GO_ON;
    }
    if (rc < 0)
        return rc;
    if (!pull->begun_ns && !is_empty_lines(room, n))
        pull->begun_ns = sc_clock_ns();
    sc_cut_commit(pull->cut, n);
    return GO_ON;
}

static int keep(struct sc_pull *pull, const struct sc_source_ctx *ctx, const uint8_t *picture,
                size_t len_bytes, struct sc_err *err)
{
    sc_draft_destroy(&pull->draft);
    pull->begun_ns = 0;
    pull->n_pictures++;
    int rc = sc_draft_create(ctx->pool, len_bytes, &pull->draft);
    if (rc == 0)
        rc = sc_draft_append(pull->draft, picture, len_bytes);
    if (rc < 0)
        return sc_err_set(err, rc, "no memory for a picture of %zu bytes", len_bytes);
    note_captured(pull, sc_cut_captured_us(pull->cut));
    return 0;
}

/* Of what is asked for again and again only what is new. */
static int give(struct sc_pull *pull, struct sc_draft **out_draft)
{
    struct sc_draft *draft = sc_steal(pull->draft);
    if (pull->is_single) {
        struct sc_slice picture = sc_draft_written(draft);
        uint64_t hash = sc_hash(picture.data, picture.len_bytes);
        if (hash == pull->shown_hash) {
            sc_draft_destroy(&draft);
            return GO_ON;
        }
        pull->shown_hash = hash;
    }
    *out_draft = draft;
    return 0;
}

static int end_stream(struct sc_pull *pull, struct sc_err *err)
{
    if (pull->n_pictures == 0)
        return say(pull, -EPROTO, "it ended, and there was no picture in it", err);
    if (pull->n_pictures > 1)
        return say(pull, -ECONNRESET, "it ended the stream", err);
    pull->is_single = true;
    return ask_again(pull);
}

static int pass_over(const struct sc_pull *pull, const struct sc_source_ctx *ctx, int code,
                     struct sc_err *err)
{
    if (code == -EMSGSIZE)
        return sc_err_set(err, code, "'%s': a picture is larger than the limit of %zu bytes",
                          pull->url.shown, sc_pool_frame_max_bytes(ctx->pool));
    return say(pull, code, "what is no whole picture was passed over", err);
}

static bool is_newer_there(struct sc_pull *pull)
{
    return pull->is_paced && sc_clock_ns() < pull->drain_until_ns &&
           sc_client_has_more(pull->client);
}

static int stream(struct sc_pull *pull, const struct sc_source_ctx *ctx,
                  struct sc_draft **out_draft, struct sc_err *err)
{
    const uint8_t *picture;
    size_t len_bytes;
    int rc = sc_cut_next(pull->cut, &picture, &len_bytes);
    if (rc == 0) {
        rc = keep(pull, ctx, picture, len_bytes, err);
        return rc < 0 ? rc : pull->is_paced ? GO_ON : give(pull, out_draft);
    }
    if (rc == -EBADMSG || rc == -EMSGSIZE)
        return pass_over(pull, ctx, rc, err);
    if (pull->draft && !(rc == -EAGAIN && is_newer_there(pull)))
        return give(pull, out_draft);
    return rc == -EAGAIN ? fill(pull, ctx, err) : end_stream(pull, err);
}

static int still(struct sc_pull *pull, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                 struct sc_err *err)
{
    uint8_t one_more, *room = &one_more; /* that a picture of the largest size must not have */
    size_t room_bytes = 1, n;
    bool is_full = sc_draft_len_bytes(pull->draft) == sc_pool_frame_max_bytes(ctx->pool);
    int rc = check_progress(pull, err);
    if (rc == 0 && !is_full)
        rc = sc_draft_room(pull->draft, 1, &room, &room_bytes);
    if (rc == 0)
        rc = sc_client_read(pull->client, ctx->wake_fd, room, room_bytes, &n, err);
    if (rc == 0 && !is_full)
        sc_draft_commit(pull->draft, n);
    if (rc == -ECANCELED || (rc == 0 && !is_full))
        return rc == 0 ? GO_ON : rc;
    pull->step = ask; /* when it is due: begin_still has said */
    if (rc == -ENODATA)
        return give(pull, out_draft);
    return rc == 0 ? pass_over(pull, ctx, -EMSGSIZE, err) : rc;
}

/* What a person can change about it, in the words of a source. */
static int advise(int rc, struct sc_err *err)
{
    char sentence[SC_ERR_TEXT_BYTES];
    const char *way = rc == -EPERM     ? "; #ca=FILE names another certificate to trust"
                      : rc == -EREMCHG ? "; #redirects=1 follows it"
                                       : NULL;
    if (!way)
        return rc;
    memcpy(sentence, err->text, sizeof sentence);
    return sc_err_set(err, rc, "%s%s", sentence, way);
}

int sc_pull_read(void *state, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                 struct sc_err *err)
{
    struct sc_pull *pull = state;
    int rc;
    pull->drain_until_ns = sc_clock_ns() + pull->interval_ns;
    do
        rc = pull->step(pull, ctx, out_draft, err);
    while (rc == GO_ON);
    return advise(rc, err);
}
