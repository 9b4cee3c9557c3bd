/* SPDX-License-Identifier: MIT */
/* sc_cut when memory runs out: the n-th allocation fails, for every n there is. */
#include "cut_kit.h"

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t n, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);

static int allocations_left = -1; /* until one fails; negative: none does */

static bool fails_now(void)
{
    return allocations_left >= 0 && allocations_left-- == 0;
}

void *__wrap_malloc(size_t bytes)
{
    return fails_now() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t n, size_t bytes)
{
    return fails_now() ? NULL : __real_calloc(n, bytes);
}

void *__wrap_realloc(void *old, size_t bytes)
{
    return fails_now() ? NULL : __real_realloc(old, bytes);
}

/* Returns: how often there was no room. Nothing is lost for it: the caller comes again. */
static int feed_all(struct sc_cut *cut, struct bytes bytes, struct output *out)
{
    int n_failures = 0;
    for (size_t at = 0; at < bytes.len_bytes;) {
        uint8_t *room;
        size_t room_bytes, n = bytes.len_bytes - at < 50000 ? bytes.len_bytes - at : 50000;
        int rc = sc_cut_room(cut, &room, &room_bytes);
        if (rc < 0) {
            assert_int_equal(rc, -ENOMEM);
            n_failures++;
            continue;
        }
        n = n < room_bytes ? n : room_bytes;
        memcpy(room, bytes.data + at, n);
        sc_cut_commit(cut, n);
        at += n;
        int left = allocations_left; /* noting pictures allocates as well */
        allocations_left = -1;
        assert_int_equal(drain(cut, out), -EAGAIN);
        allocations_left = left;
    }
    return n_failures;
}

static void every_allocation_may_fail_and_nothing_is_lost(void **state)
{
    struct bytes stream = {0}, small = make_jpeg(1000, 1), large = make_jpeg(1 << 20, 2);
    int n_failures = 0, n = 0;
    (void)state;
    put_bytes(&stream, small);
    put_bytes(&stream, large);
    for (int i = 0; i < 40; i++)
        put_bytes(&stream, small);
    for (bool is_over = false; !is_over; n++) {
        struct sc_cut *cut = NULL;
        struct output out = {0};
        allocations_left = n;
        int rc = sc_cut_create(SC_CUT_PLAIN, NULL, 2 << 20, &cut);
        assert_int_equal(rc, n == 0 ? -ENOMEM : 0);
        if (rc == 0) {
            n_failures += feed_all(cut, stream, &out);
            assert_int_equal(out.pictures.len_bytes, stream.len_bytes);
            assert_memory_equal(out.pictures.data, stream.data, stream.len_bytes);
        }
        is_over = allocations_left >= 0;
        allocations_left = -1;
        sc_cut_destroy(&cut);
        free(out.pictures.data);
    }
    assert_true(n_failures >= 4 && n > n_failures + 1); /* growing told, shrinking did not */
    free(stream.data);
    free(small.data);
    free(large.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_may_fail_and_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
