/* SPDX-License-Identifier: MIT */
#include "web/audience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "media/frame.h"
#include "media/stream.h"
#include "media/tap.h"
#include "shapes.h"

#define N (3 * SC_AUDIENCE_TURN)

struct fake {
    struct sc_listener listener;
    struct sc_audience *audience;
    uint64_t seq; /* that it got last */
    unsigned n_got, n_closed;
};

static struct sc_pool *pool;
static struct sc_stream *stream;
static struct sc_lane lane;
static struct fake fakes[N];
static size_t n_served;

static void on_fresh(struct sc_listener *listener, const struct sc_frame *frame)
{
    struct fake *fake = sc_container_of(listener, struct fake, listener);
    n_served++;
    if (fake->seq == sc_frame_seq(frame))
        return; /* as a viewer does */
    assert_true(fake->seq < sc_frame_seq(frame));
    fake->seq = sc_frame_seq(frame);
    fake->n_got++;
}

static void on_closed(struct sc_listener *listener)
{
    sc_container_of(listener, struct fake, listener)->n_closed++;
}

static void leave(struct fake *fake)
{
    sc_list_remove(&fake->listener.link);
    sc_audience_leave(&fake->audience);
}

static int set_up(void **state)
{
    (void)state;
    lane = (struct sc_lane){0};
    n_served = 0;
    sc_list_init(&lane.audiences);
    sc_list_init(&lane.unfinished);
    if (sc_pool_create(64 << 20, 1 << 20, &pool) < 0 || sc_inbox_create(&lane.inbox) < 0 ||
        sc_stream_create("plot", SC_STREAM_PUSHED, &stream) < 0)
        return -1;
    for (size_t i = 0; i < N; i++) {
        fakes[i] = (struct fake){.listener = {.fresh = on_fresh, .closed = on_closed},
                                 .audience = sc_audience_join(&lane, stream)};
        sc_list_append(&fakes[i].audience->listeners, &fakes[i].listener.link);
    }
    sc_audience_round(&lane);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++)
        if (fakes[i].audience)
            leave(&fakes[i]);
    sc_inbox_destroy(&lane.inbox);
    sc_stream_unref(&stream);
    size_t left = sc_pool_used_bytes(pool);
    sc_pool_unref(&pool);
    return left == 0 && sc_list_is_empty(&lane.unfinished) ? 0 : -1;
}

static void publish(void)
{
    const struct shape *shape = shapes_find("baseline-420");
    const struct sc_seal how = {0};
    const struct sc_frame *frame = NULL;
    struct sc_draft *draft = NULL;
    uint64_t seq = 0;
    assert_int_equal(sc_draft_create(pool, shape->len_bytes, &draft), 0);
    assert_int_equal(sc_draft_append(draft, shape->data, shape->len_bytes), 0);
    assert_int_equal(sc_draft_seal(&draft, &how, &frame, NULL), 0);
    assert_int_equal(sc_stream_publish(stream, &frame, &seq), 0);
}

static void go_on_to_the_end(void)
{
    for (int turns = 0; !sc_list_is_empty(&lane.unfinished); turns++) {
        assert_true(turns < 20);
        sc_audience_go_on(&lane);
    }
}

static void check_all(uint64_t seq, unsigned n_got)
{
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(fakes[i].seq, seq);
        assert_in_range(fakes[i].n_got, 1, n_got);
    }
}

static void a_turn_serves_so_many_and_no_more(void **state)
{
    (void)state;
    publish();
    sc_audience_round(&lane);
    assert_int_equal(n_served, SC_AUDIENCE_TURN);
    sc_audience_go_on(&lane);
    assert_int_equal(n_served, 2 * SC_AUDIENCE_TURN);
    go_on_to_the_end();
    assert_int_equal(n_served, N);
    check_all(1, 1);
}

static void as_many_as_a_turn_serves_need_no_other_turn(void **state)
{
    (void)state;
    for (size_t i = SC_AUDIENCE_TURN; i < N; i++)
        leave(&fakes[i]);
    publish();
    sc_audience_round(&lane);
    assert_int_equal(n_served, SC_AUDIENCE_TURN);
    assert_true(sc_list_is_empty(&lane.unfinished));
}

static void a_newer_frame_reaches_all_too(void **state)
{
    (void)state;
    publish();
    sc_audience_round(&lane);
    publish();
    sc_audience_round(&lane);
    assert_int_equal(n_served, SC_AUDIENCE_TURN); /* who waited longest comes first */
    sc_audience_go_on(&lane);
    assert_int_equal(fakes[0].seq, 1);
    assert_int_equal(fakes[SC_AUDIENCE_TURN].seq, 2);
    go_on_to_the_end();
    check_all(2, 2);
    assert_int_equal(fakes[N - 1].n_got, 1);
}

static void anybody_may_leave_while_a_round_is_unfinished(void **state)
{
    (void)state;
    publish();
    sc_audience_round(&lane);
    leave(&fakes[SC_AUDIENCE_TURN - 1]);
    leave(&fakes[SC_AUDIENCE_TURN]); /* it was to be the next */
    leave(&fakes[N - 1]);
    go_on_to_the_end();
    assert_int_equal(n_served, N - 2);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(fakes[i].n_got, fakes[i].audience || i + 1 == SC_AUDIENCE_TURN);
}

static void all_may_leave_while_a_round_is_unfinished(void **state)
{
    (void)state;
    publish();
    sc_audience_round(&lane);
    for (size_t i = 0; i < N; i++)
        leave(&fakes[i]);
    assert_true(sc_list_is_empty(&lane.unfinished));
    sc_audience_go_on(&lane);
    assert_int_equal(n_served, SC_AUDIENCE_TURN);
}

static void whoever_comes_while_a_round_is_unfinished_is_served(void **state)
{
    (void)state;
    leave(&fakes[0]);
    publish();
    sc_audience_round(&lane);
    fakes[0].audience = sc_audience_join(&lane, stream);
    sc_list_append(&fakes[0].audience->listeners, &fakes[0].listener.link);
    go_on_to_the_end();
    check_all(1, 1);
}

static void the_end_of_a_stream_waits_for_no_turn(void **state)
{
    (void)state;
    publish();
    sc_audience_round(&lane);
    sc_stream_close(stream);
    sc_audience_round(&lane);
    assert_true(sc_list_is_empty(&lane.unfinished));
    check_all(1, 1);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(fakes[i].n_closed, 1);
}

static void publish_elsewhere(struct sc_stream *other)
{
    struct sc_stream *first = stream;
    stream = other;
    publish();
    stream = first;
}

static void many_streams_share_a_turn(void **state)
{
    struct sc_stream *other = NULL;
    struct fake lone = {.listener = {.fresh = on_fresh, .closed = on_closed}};
    (void)state;
    assert_int_equal(sc_stream_create("other", SC_STREAM_PUSHED, &other), 0);
    lone.audience = sc_audience_join(&lane, other);
    sc_list_append(&lone.audience->listeners, &lone.listener.link);
    sc_audience_round(&lane);
    publish();
    sc_audience_round(&lane);
    publish_elsewhere(other);
    sc_audience_round(&lane); /* it does not wait for the crowd */
    assert_int_equal(lone.n_got, 1);
    go_on_to_the_end();
    publish();
    publish_elsewhere(other);
    sc_audience_round(&lane); /* nor when both come at once, or for a turn or two */
    sc_audience_go_on(&lane);
    sc_audience_go_on(&lane);
    assert_int_equal(lone.n_got, 2);
    assert_false(sc_list_is_empty(&lane.unfinished));
    go_on_to_the_end();
    check_all(2, 2);
    leave(&lone);
    sc_stream_unref(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_turn_serves_so_many_and_no_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(as_many_as_a_turn_serves_need_no_other_turn, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_newer_frame_reaches_all_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(anybody_may_leave_while_a_round_is_unfinished, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(all_may_leave_while_a_round_is_unfinished, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(whoever_comes_while_a_round_is_unfinished_is_served, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_end_of_a_stream_waits_for_no_turn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_streams_share_a_turn, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
