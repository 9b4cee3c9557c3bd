/* SPDX-License-Identifier: MIT */
#include "media/stream.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "media/frame.h"
#include "media/tap.h"
#include "shapes.h"

static struct sc_pool *pool;
static struct sc_stream *stream;

static int set_up(void **state)
{
    if (sc_pool_create(64 << 20, 1 << 20, &pool) < 0)
        return -1;
    return sc_stream_create("plot", SC_STREAM_PUSHED, &stream);
}

static int tear_down(void **state)
{
    sc_stream_unref(&stream);
    size_t left = sc_pool_used_bytes(pool);
    sc_pool_unref(&pool);
    return left == 0 ? 0 : -1;
}

static const struct sc_frame *seal(const void *data, size_t len, bool is_svg, bool is_placeholder)
{
    const struct sc_seal how = {.is_svg_allowed = is_svg, .is_placeholder = is_placeholder};
    const struct sc_frame *frame = NULL;
    struct sc_draft *draft = NULL;
    if (sc_draft_create(pool, len, &draft) < 0 || sc_draft_append(draft, data, len) < 0 ||
        sc_draft_seal(&draft, &how, &frame, NULL) < 0)
        return NULL;
    return frame;
}

static const struct sc_frame *a_frame(void)
{
    const struct shape *shape = shapes_find("baseline-420");
    return seal(shape->data, shape->len_bytes, false, false);
}

static uint64_t publish(const struct sc_frame *frame)
{
    uint64_t seq = 0;
    assert_non_null(frame);
    assert_int_equal(sc_stream_publish(stream, &frame, &seq), 0);
    assert_null(frame);
    return seq;
}

static bool is_readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, 0) == 1;
}

static void frames_are_numbered_from_one_and_the_newest_is_kept(void **state)
{
    assert_null(sc_stream_newest(stream));
    assert_int_equal(publish(a_frame()), 1);
    assert_int_equal(publish(a_frame()), 2);
    const struct sc_frame *newest = sc_stream_newest(stream);
    assert_int_equal(sc_frame_seq(newest), 2);
    assert_int_equal(sc_stream_seq(stream), 2);
    sc_frame_unref(&newest);
}

static void a_tap_is_marked_once_however_many_frames_come(void **state)
{
    struct sc_inbox *inbox = NULL;
    struct sc_tap tap;
    assert_int_equal(sc_inbox_create(&inbox), 0);
    sc_tap_open(&tap, stream, inbox);
    assert_false(is_readable(sc_inbox_fd(inbox)));
    for (int i = 0; i < 5; i++)
        publish(a_frame());
    uint64_t n_wakes = 0;
    assert_int_equal(read(sc_inbox_fd(inbox), &n_wakes, sizeof n_wakes), sizeof n_wakes);
    assert_int_equal(n_wakes, 1);
    assert_ptr_equal(sc_inbox_take(inbox), &tap);
    assert_null(sc_inbox_take(inbox));
    publish(a_frame());
    assert_ptr_equal(sc_inbox_take(inbox), &tap);
    sc_tap_close(&tap);
    sc_inbox_destroy(&inbox);
}

static void count_notice(void *self)
{
    ++*(int *)self;
}

static void *publish_elsewhere(void *nothing)
{
    (void)publish(a_frame());
    return nothing;
}

static void who_publishes_on_the_inbox_s_own_thread_notices_and_wakes_nobody(void **state)
{
    int n_notices = 0;
    struct sc_inbox *inbox = NULL;
    struct sc_tap tap;
    pthread_t elsewhere;
    assert_int_equal(sc_inbox_create(&inbox), 0);
    sc_inbox_set_notice(inbox, count_notice, &n_notices);
    sc_tap_open(&tap, stream, inbox);
    publish(a_frame());
    publish(a_frame());
    assert_int_equal(n_notices, 1);
    assert_false(is_readable(sc_inbox_fd(inbox)));
    assert_ptr_equal(sc_inbox_take(inbox), &tap);
    assert_int_equal(pthread_create(&elsewhere, NULL, publish_elsewhere, NULL), 0);
    assert_int_equal(pthread_join(elsewhere, NULL), 0);
    assert_int_equal(n_notices, 1);
    assert_true(is_readable(sc_inbox_fd(inbox)));
    sc_tap_close(&tap);
    sc_inbox_destroy(&inbox);
}

static void closing_a_marked_tap_forgets_the_mark(void **state)
{
    struct sc_inbox *inbox = NULL;
    struct sc_tap first, second;
    assert_int_equal(sc_inbox_create(&inbox), 0);
    sc_tap_open(&first, stream, inbox);
    sc_tap_open(&second, stream, inbox);
    publish(a_frame());
    sc_tap_close(&first);
    assert_ptr_equal(sc_inbox_take(inbox), &second);
    assert_null(sc_inbox_take(inbox));
    sc_tap_close(&second);
    sc_inbox_destroy(&inbox);
}

static void svg_and_raster_do_not_follow_each_other(void **state)
{
    static const char svg[] =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"4\"/>";
    const struct sc_frame *frame = seal(svg, sizeof svg - 1, true, false);
    publish(a_frame());
    assert_int_equal(sc_stream_publish(stream, &frame, NULL), -EPERM);
    assert_null(frame);
    assert_int_equal(sc_stream_stats(stream)->n_rejected, 1);
    assert_int_equal(publish(a_frame()), 2);
}

static void a_closed_stream_takes_nothing_and_tells_its_taps(void **state)
{
    struct sc_inbox *inbox = NULL;
    struct sc_tap tap;
    assert_int_equal(sc_inbox_create(&inbox), 0);
    sc_tap_open(&tap, stream, inbox);
    sc_stream_close(stream);
    assert_ptr_equal(sc_inbox_take(inbox), &tap);
    const struct sc_frame *frame = a_frame();
    assert_int_equal(sc_stream_publish(stream, &frame, NULL), -ECANCELED);
    assert_true(sc_stream_is_closed(stream));
    sc_tap_close(&tap);
    sc_inbox_destroy(&inbox);
}

static void demand_is_told_at_the_first_join_and_the_last_leave(void **state)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    uint64_t n;
    sc_stream_set_demand_fd(stream, fd);
    sc_stream_join(stream, false);
    assert_int_equal(read(fd, &n, sizeof n), sizeof n);
    assert_int_equal(sc_stream_n_viewers(stream), 0);
    sc_stream_join(stream, true);
    assert_false(is_readable(fd));
    assert_int_equal(sc_stream_n_viewers(stream), 1);
    sc_stream_leave(stream, false);
    assert_false(is_readable(fd));
    assert_true(sc_stream_has_demand(stream));
    sc_stream_leave(stream, true);
    assert_true(is_readable(fd));
    assert_false(sc_stream_has_demand(stream));
    (void)close(fd);
}

static void a_placeholder_neither_makes_live_nor_counts(void **state)
{
    const struct shape *shape = shapes_find("baseline-420");
    struct sc_stream_view view;
    sc_stream_set_state(stream, SC_STREAM_LOST, "the camera is gone");
    publish(seal(shape->data, shape->len_bytes, false, true));
    sc_stream_look(stream, &view);
    assert_int_equal(view.state, SC_STREAM_LOST);
    assert_string_equal(view.note, "the camera is gone");
    assert_true(view.age_ms == UINT64_MAX);
    assert_int_equal(sc_stream_stats(stream)->n_frames_in, 0);
    publish(a_frame());
    sc_stream_look(stream, &view);
    assert_int_equal(view.state, SC_STREAM_LIVE);
    assert_string_equal(view.note, "");
    assert_true(view.age_ms < 60000);
}

static void one_publisher_holds_the_claim_until_it_lets_go_or_is_taken_over(void **state)
{
    assert_int_equal(sc_stream_claim(stream, 1, false), 0);
    assert_int_equal(sc_stream_claim(stream, 2, false), -EBUSY);
    assert_int_equal(sc_stream_claim(stream, 2, true), 0);
    assert_false(sc_stream_is_claimed_by(stream, 1));
    sc_stream_release(stream, 1);
    assert_int_equal(sc_stream_claim(stream, 3, false), -EBUSY);
    sc_stream_release(stream, 2);
    assert_int_equal(sc_stream_claim(stream, 3, false), 0);
    sc_stream_release(stream, 3);
}

#define N_FRAMES  2000
#define N_READERS 3

static void *read_until_the_end(void *self)
{
    uint64_t *out_n_bad = self;
    struct sc_inbox *inbox = NULL;
    uint64_t last = 0;
    if (sc_inbox_create(&inbox) < 0)
        return NULL;
    while (last < N_FRAMES) {
        struct sc_tap tap; /* coming and going all the time */
        sc_tap_open(&tap, stream, inbox);
        for (int i = 0; i < 20 && last < N_FRAMES; i++) {
            struct pollfd p = {.fd = sc_inbox_fd(inbox), .events = POLLIN};
            uint64_t n;
            if (sc_stream_seq(stream) < N_FRAMES)
                (void)poll(&p, 1, 1000);
            (void)!read(p.fd, &n, sizeof n);
            while (sc_inbox_take(inbox)) {
            }
            const struct sc_frame *frame = sc_stream_newest(stream);
            if (!frame)
                continue;
            struct sc_slice picture = sc_frame_picture(frame);
            *out_n_bad += sc_frame_seq(frame) < last || picture.data[0] != 0xff ||
                          picture.data[picture.len_bytes - 1] != 0xd9;
            last = sc_frame_seq(frame);
            sc_frame_unref(&frame);
        }
        sc_tap_close(&tap);
    }
    sc_inbox_destroy(&inbox);
    return NULL;
}

static void readers_that_come_and_go_see_whole_frames_in_order(void **state)
{
    pthread_t threads[N_READERS];
    uint64_t n_bad[N_READERS] = {0};
    for (int i = 0; i < N_READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_until_the_end, &n_bad[i]), 0);
    for (int i = 0; i < N_FRAMES; i++)
        publish(a_frame());
    for (int i = 0; i < N_READERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(n_bad[i], 0);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

struct ear {
    struct sc_inbox *inbox;
    _Atomic uint64_t heard; /* newest number that it knows */
    atomic_bool is_over;
};

static void *listen_closely(void *self)
{
    struct ear *ear = self;
    while (!atomic_load_explicit(&ear->is_over, memory_order_relaxed))
        while (sc_inbox_take(ear->inbox))
            atomic_store_explicit(&ear->heard, sc_stream_seq(stream), memory_order_relaxed);
    return NULL;
}

/* Publishes twice in close succession, time and again; each time the second must be heard of. */
static void no_frame_is_missed_while_a_mark_is_taken(void **state)
{
    const struct sc_frame *frame = a_frame();
    uint64_t until_ns = sc_clock_ns() + 400 * SC_NS_PER_MS;
    struct ear ear = {0};
    struct sc_tap tap;
    pthread_t thread;
    bool is_missed = false;
    assert_int_equal(sc_inbox_create(&ear.inbox), 0);
    sc_tap_open(&tap, stream, ear.inbox);
    assert_int_equal(pthread_create(&thread, NULL, listen_closely, &ear), 0);
    for (unsigned round = 0; !is_missed && sc_clock_ns() < until_ns; round++) {
        (void)publish(sc_frame_ref(frame));
        for (volatile unsigned i = 0; i < round % 256; i++) {
        }
        uint64_t seq = publish(sc_frame_ref(frame)), patience_ns = sc_clock_ns() + SC_NS_PER_S;
        while (!is_missed && atomic_load(&ear.heard) != seq)
            is_missed = sc_clock_ns() > patience_ns;
    }
    atomic_store(&ear.is_over, true);
    (void)pthread_join(thread, NULL);
    sc_tap_close(&tap);
    sc_inbox_destroy(&ear.inbox);
    sc_frame_unref(&frame);
    assert_false(is_missed);
}

/* Someone takes a picture off its detour and publishes what it has become. */
static void bring_back(const struct sc_frame **taken)
{
    const struct sc_seal how = {0};
    struct sc_draft *draft = NULL;
    const struct sc_frame *frame = NULL;
    assert_int_equal(sc_draft_create_like(*taken, pool, &draft), 0);
    assert_int_equal(sc_draft_seal(&draft, &how, &frame, NULL), 0);
    assert_int_equal(sc_frame_captured_unix_us(frame), sc_frame_captured_unix_us(*taken));
    publish(frame);
    sc_frame_unref(taken);
}

static void diverted_frames_are_numbered_at_once_and_shown_when_they_are_back(void **state)
{
    int bell = eventfd(0, EFD_CLOEXEC);
    sc_stream_divert(stream, bell);
    assert_null(sc_stream_take_diverted(stream));
    assert_int_equal(publish(a_frame()), 1);
    assert_true(is_readable(bell));
    assert_int_equal(sc_stream_seq(stream), 0);
    assert_int_equal(sc_stream_seq_expected(stream), 1);
    const struct sc_frame *taken = sc_stream_take_diverted(stream);
    assert_int_equal(sc_stream_seq_expected(stream), 1);
    bring_back(&taken);
    assert_int_equal(sc_stream_seq(stream), 1);
    assert_int_equal(sc_stream_seq_expected(stream), 0);
    assert_int_equal(sc_stream_stats(stream)->n_frames_in, 1);
    close(bell);
}

static void of_diverted_frames_the_newest_waits_and_what_is_lost_is_not_expected(void **state)
{
    int bell = eventfd(0, EFD_CLOEXEC);
    sc_stream_divert(stream, bell);
    publish(a_frame());
    assert_int_equal(publish(a_frame()), 2);
    const struct sc_frame *taken = sc_stream_take_diverted(stream);
    assert_int_equal(sc_frame_seq(taken), 2);
    assert_null(sc_stream_take_diverted(stream));
    assert_int_equal(sc_stream_seq_expected(stream), 0); /* it was given up */
    sc_frame_unref(&taken);
    publish(a_frame());
    assert_int_equal(sc_stream_stats(stream)->n_frames_in, 3);
    close(bell);
}

static void placeholders_take_no_detour_and_what_is_back_later_is_not_shown(void **state)
{
    const struct shape *shape = shapes_find("baseline-420");
    int bell = eventfd(0, EFD_CLOEXEC);
    sc_stream_divert(stream, bell);
    publish(a_frame());
    const struct sc_frame *taken = sc_stream_take_diverted(stream);
    assert_int_equal(publish(seal(shape->data, shape->len_bytes, false, true)), 2);
    assert_int_equal(sc_stream_seq(stream), 2);
    bring_back(&taken);
    assert_int_equal(sc_stream_seq(stream), 2);
    close(bell);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(frames_are_numbered_from_one_and_the_newest_is_kept),
        TEST(a_tap_is_marked_once_however_many_frames_come),
        TEST(who_publishes_on_the_inbox_s_own_thread_notices_and_wakes_nobody),
        TEST(closing_a_marked_tap_forgets_the_mark),
        TEST(svg_and_raster_do_not_follow_each_other),
        TEST(a_closed_stream_takes_nothing_and_tells_its_taps),
        TEST(demand_is_told_at_the_first_join_and_the_last_leave),
        TEST(a_placeholder_neither_makes_live_nor_counts),
        TEST(one_publisher_holds_the_claim_until_it_lets_go_or_is_taken_over),
        TEST(no_frame_is_missed_while_a_mark_is_taken),
        TEST(diverted_frames_are_numbered_at_once_and_shown_when_they_are_back),
        TEST(of_diverted_frames_the_newest_waits_and_what_is_lost_is_not_expected),
        TEST(placeholders_take_no_detour_and_what_is_back_later_is_not_shown),
        TEST(readers_that_come_and_go_see_whole_frames_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
