/* SPDX-License-Identifier: MIT */
#include "draw/slides.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "draw/slides_art.h"

#define FOLDER_BYTES 64

static int make_folder(void **state)
{
    char *folder = calloc(1, FOLDER_BYTES);
    assert_non_null(folder);
    (void)snprintf(folder, FOLDER_BYTES, "/tmp/stillcast-slides-XXXXXX");
    assert_non_null(mkdtemp(folder));
    *state = folder;
    return 0;
}

static char *path_of(const char *folder, size_t i)
{
    static char path[FOLDER_BYTES + 32];
    (void)snprintf(path, sizeof path, "%s/slide-%zu.jpg", folder, i + 1);
    return path;
}

static int remove_folder(void **state)
{
    size_t n;
    (void)sc_slides_art(&n);
    for (size_t i = 0; i < n; i++)
        (void)remove(path_of(*state, i));
    int rc = rmdir(*state); /* fails when there is anything else */
    free(*state);
    return rc;
}

/* Returns: the file's picture, sealed, so that it is known to be whole. */
static const struct sc_frame *frame_of(const char *path)
{
    const struct sc_frame *frame = NULL;
    struct sc_pool *pool = NULL;
    struct sc_draft *draft = NULL;
    struct stat st;
    uint8_t *room;
    size_t room_bytes;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    assert_int_equal(sc_pool_create(4 << 20, 2 << 20, &pool), 0);
    assert_int_equal(sc_draft_create(pool, (size_t)st.st_size, &draft), 0);
    assert_int_equal(sc_draft_room(draft, (size_t)st.st_size, &room, &room_bytes), 0);
    assert_int_equal(read(fd, room, (size_t)st.st_size), st.st_size);
    sc_draft_commit(draft, (size_t)st.st_size);
    assert_int_equal(close(fd), 0);
    assert_int_equal(sc_draft_seal(&draft, &(struct sc_seal){0}, &frame, NULL), 0);
    sc_pool_unref(&pool);
    return frame;
}

static void all_slides_are_whole_jpegs_of_one_size_that_differ(void **state)
{
    size_t n, last_bytes = 0;
    (void)sc_slides_art(&n);
    assert_true(n >= 5);
    assert_int_equal(sc_slides_write(*state, NULL), 0);
    for (size_t i = 0; i < n; i++) {
        const struct sc_frame *frame = frame_of(path_of(*state, i));
        assert_int_equal(sc_frame_kind(frame), SC_KIND_JPEG);
        assert_int_equal(sc_frame_width_px(frame), 960);
        assert_int_equal(sc_frame_height_px(frame), 540);
        assert_int_not_equal(sc_frame_picture(frame).len_bytes, last_bytes);
        last_bytes = sc_frame_picture(frame).len_bytes;
        sc_frame_unref(&frame);
    }
}

static void older_slides_are_replaced(void **state)
{
    char junk[200000] = "junk";
    int fd = open(path_of(*state, 0), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    assert_int_equal(write(fd, junk, sizeof junk), sizeof junk);
    assert_int_equal(close(fd), 0);
    assert_int_equal(sc_slides_write(*state, NULL), 0);
    const struct sc_frame *frame = frame_of(path_of(*state, 0));
    assert_int_equal(sc_frame_kind(frame), SC_KIND_JPEG);
    sc_frame_unref(&frame);
}

static void a_link_is_not_followed(void **state)
{
    struct sc_err err = {0};
    assert_int_equal(symlink("/dev/null", path_of(*state, 0)), 0);
    assert_int_equal(sc_slides_write(*state, &err), -ELOOP);
}

static void a_directory_that_is_none_is_named(void **state)
{
    char path[FOLDER_BYTES + 8];
    struct sc_err err = {0};
    (void)snprintf(path, sizeof path, "%s/nosuch", (char *)*state);
    assert_int_equal(sc_slides_write(path, &err), -ENOENT);
    assert_int_equal(err.code, -ENOENT);
    assert_non_null(strstr(err.text, path));
}

int main(void)
{
#define IN_FOLDER(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(all_slides_are_whole_jpegs_of_one_size_that_differ),
        IN_FOLDER(older_slides_are_replaced),
        IN_FOLDER(a_link_is_not_followed),
        IN_FOLDER(a_directory_that_is_none_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
