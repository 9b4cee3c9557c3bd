/* SPDX-License-Identifier: MIT */
/* What costs the peer little and us something: so much of it, then the peer is sent away. */
#include "http/h2/conn.h"
#include "net/loop.h"

#define RESETS_MAX       100
#define RESETS_PER_S     10
#define ACKS_MAX         100
#define SETTINGS_MAX     16
#define PINGS_MAX        100
#define PINGS_PER_S      10
#define PRIORITIES_MAX   4096 /* Chromium sends several for each picture in view */
#define PRIORITIES_PER_S 1000
#define GLITCHES_MAX     100
#define GLITCHES_PER_S   1
#define CONTINUE_MAX     8
/* nghttp2 counts a CONTINUATION as often as its head comes in pieces. */
#define FRAME_HEAD_BYTES 9
#define SETTING_BYTES    6

static int or_send_away(struct sc_h2 *h2, bool is_within)
{
    if (!is_within)
        sc_h2_send_flooder_away(h2);
    return 0;
}

static int on_invalid(nghttp2_session *session, const nghttp2_frame *frame, int error, void *self)
{
    struct sc_h2 *h2 = self;
    return or_send_away(h2, sc_budget_spend(&h2->glitches, GLITCHES_MAX, GLITCHES_PER_S,
                                            sc_loop_now_ns(h2->config->loop)));
}

/* nghttp2 passes over heads on streams that it has forgotten, as over DATA, which is lawful. */
static uint32_t judge(const struct sc_h2 *h2, const nghttp2_frame_hd *head)
{
    if (head->type != NGHTTP2_HEADERS || nghttp2_session_find_stream(h2->session, head->stream_id))
        return NGHTTP2_NO_ERROR;
    if (sc_h2_past_is_skipped(&h2->past, head->stream_id))
        return NGHTTP2_PROTOCOL_ERROR;
    return sc_h2_past_is_ended(&h2->past, head->stream_id) ? NGHTTP2_STREAM_CLOSED
                                                           : NGHTTP2_NO_ERROR;
}

static bool may_begin(struct sc_h2 *h2, const nghttp2_frame_hd *head)
{
    uint64_t now = sc_loop_now_ns(h2->config->loop);
    switch (head->type) {
    case NGHTTP2_RST_STREAM:
        return sc_budget_spend(&h2->resets, RESETS_MAX, RESETS_PER_S, now);
    case NGHTTP2_PRIORITY:
        return sc_budget_spend(&h2->priorities, PRIORITIES_MAX, PRIORITIES_PER_S, now);
    case NGHTTP2_PING:
        return sc_budget_spend(&h2->pings, PINGS_MAX, PINGS_PER_S, now);
    case NGHTTP2_DATA:
        return head->length > 0 || head->flags & NGHTTP2_FLAG_END_STREAM ||
               sc_budget_spend(&h2->glitches, GLITCHES_MAX, GLITCHES_PER_S, now);
    case NGHTTP2_SETTINGS:
        return head->length <= SETTINGS_MAX * SETTING_BYTES;
    case NGHTTP2_HEADERS:
        h2->n_continued = 0;
        return true;
    case NGHTTP2_CONTINUATION:
        return ++h2->n_continued <= CONTINUE_MAX;
    default:
        return true;
    }
}

static int on_frame_began(nghttp2_session *session, const nghttp2_frame_hd *head, void *self)
{
    struct sc_h2 *h2 = self;
    uint32_t error_code = judge(h2, head);
    if (error_code != NGHTTP2_NO_ERROR)
        sc_h2_send_away(h2, error_code);
    return or_send_away(h2, may_begin(h2, head));
}

/* An answer is out; what is left of the request's body is not wanted. */
static void on_answered(nghttp2_session *session, int32_t id)
{
    const struct sc_h2_stream *s = nghttp2_session_get_stream_user_data(session, id);
    if (s && (s->body == SC_H2_BODY_UNREAD || s->body == SC_H2_BODY_READING))
        (void)nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
}

/* A stream that the peer makes us reset counts as one that it has reset. Where a change of settings
 * lifts a window too high (RFC 9113 section 6.9.2) nghttp2 resets streams only. */
static void on_reset_sent(struct sc_h2 *h2, uint32_t error_code)
{
    if (error_code == NGHTTP2_FLOW_CONTROL_ERROR)
        sc_h2_send_away(h2, error_code);
    else if (error_code != NGHTTP2_NO_ERROR && error_code != NGHTTP2_CANCEL)
        (void)or_send_away(h2, sc_budget_spend(&h2->glitches, GLITCHES_MAX, GLITCHES_PER_S,
                                               sc_loop_now_ns(h2->config->loop)));
}

static int on_frame_sent(nghttp2_session *session, const nghttp2_frame *frame, void *self)
{
    bool is_answer = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    if (is_answer && frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
        on_answered(session, frame->hd.stream_id);
    if (frame->hd.type == NGHTTP2_RST_STREAM)
        on_reset_sent(self, frame->rst_stream.error_code);
    return 0;
}

void sc_h2_set_budgets(nghttp2_session_callbacks *callbacks, nghttp2_option *option)
{
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, on_invalid);
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, on_frame_began);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_frame_sent);
    nghttp2_option_set_max_outbound_ack(option, ACKS_MAX);
    nghttp2_option_set_max_settings(option, SETTINGS_MAX + 1); /* we count what is too many */
    nghttp2_option_set_stream_reset_rate_limit(option, RESETS_MAX, RESETS_PER_S);
    nghttp2_option_set_max_continuations(option, (CONTINUE_MAX + 1) * FRAME_HEAD_BYTES);
}
