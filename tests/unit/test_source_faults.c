/* SPDX-License-Identifier: MIT */
/* Sources and saved files whose system calls and allocations fail, one by one: what they give is a
 * whole picture or an error, the next attempt finds the newest, and no descriptor is left. Leaks
 * are the address sanitizer's to find. */
#include "source/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/own.h"
#include "faults.h"
#include "rig.h"
#include "sink/save_file.h"
#include "source/spec.h"

#define N_MOST      3000
#define PATIENCE_MS 1 /* for a picture whose notice was lost */

static struct rig *the_rig;
static char doing[128];

/* As the runner does it, calls failing. Returns: the picture's number; a negative errno. */
static int read_one(struct rig *rig)
{
    const struct itimerspec patience = {.it_value = {0, PATIENCE_MS * 1000000L}};
    struct sc_draft *draft = NULL;
    const struct sc_frame *frame = NULL;
    struct sc_seal how = {0};
    assert_int_equal(timerfd_settime(rig->ctx.wake_fd, 0, &patience, NULL), 0);
    faults_exempt(false);
    int rc = rig->specs->ops->read(rig->state, &rig->ctx, &draft, &rig->err);
    if (rc == 0)
        rc = sc_draft_seal(&draft, &how, &frame, NULL);
    faults_exempt(true);
    if (rc < 0)
        return rc;
    int n = (int)sc_frame_width_px(frame) - 16;
    sc_frame_unref(&frame);
    if (n != 1 && n != 2)
        fail_msg("%s: picture %d", doing, n);
    return n;
}

static bool begin(struct rig *rig, const char *argument)
{
    assert_int_equal(rig_make(rig, argument), 0);
    faults_exempt(false);
    int rc = rig->specs->ops->open(rig->state, &rig->ctx, &rig->err);
    faults_exempt(true);
    rig->is_open = rc == 0;
    return rig->is_open;
}

static void end(struct rig *rig)
{
    faults_exempt(false);
    if (rig->is_open)
        rig->specs->ops->close(rig->state);
    faults_exempt(true);
    rig->is_open = false;
    rig_stop(rig);
}

static void watch_a_file(void)
{
    rig_replace("w.jpg", 1);
    if (begin(the_rig, "watch:w.jpg") && read_one(the_rig) == 1) {
        rig_replace("w.jpg", 2);
        (void)read_one(the_rig);
    }
    end(the_rig);
}

static void show_a_folder(void)
{
    if (begin(the_rig, "files:pictures#fps=1000#loop=yes"))
        for (int i = 0; i < 3 && read_one(the_rig) >= 0; i++) {
        }
    end(the_rig);
}

static void read_a_pipe(void)
{
    size_t len_bytes;
    void *jpeg SC_AUTO(sc_own_free) = rig_picture(2, &len_bytes);
    int writer = open("fifo", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    assert_true(writer >= 0);
    rig_pour(writer, jpeg, len_bytes);
    rig_pour(writer, jpeg, len_bytes);
    if (begin(the_rig, "pipe:fifo"))
        (void)read_one(the_rig);
    end(the_rig);
    assert_int_equal(close(writer), 0);
}

static void draw_a_pattern(void)
{
    if (begin(the_rig, "test:#size=64x48#fps=1000"))
        for (int i = 0; i < 2; i++) {
            struct sc_draft *draft = NULL;
            faults_exempt(false);
            int rc =
                the_rig->specs->ops->read(the_rig->state, &the_rig->ctx, &draft, &the_rig->err);
            faults_exempt(true);
            assert_int_equal(rc == 0, draft != NULL);
            sc_draft_destroy(&draft);
        }
    end(the_rig);
}

static int n_entries(const char *path)
{
    int n = 0;
    DIR *folder = opendir(path);
    assert_non_null(folder);
    while (readdir(folder))
        n++;
    (void)closedir(folder);
    return n;
}

static void check_saved(const struct sc_slice *one, const struct sc_slice *other)
{
    char got[8192];
    int fd = open("saved/s.jpg", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    size_t n = (size_t)read(fd, got, sizeof got);
    assert_int_equal(close(fd), 0);
    if ((n != one->len_bytes || memcmp(got, one->data, n) != 0) &&
        (n != other->len_bytes || memcmp(got, other->data, n) != 0))
        fail_msg("%s: half a picture is saved", doing);
    if (n_entries("saved") != 3) /* with . and .. */
        fail_msg("%s: something is left behind", doing);
}

static void save_pictures(void)
{
    size_t bytes[2];
    uint8_t *jpeg[] = {rig_picture(1, &bytes[0]), rig_picture(2, &bytes[1])};
    const struct sc_slice pictures[] = {{jpeg[0], bytes[0]}, {jpeg[1], bytes[1]}};
    struct sc_save_file file = {0};
    faults_exempt(false);
    int rc = sc_save_file_init(&file, "saved/s.jpg", NULL);
    for (int i = 0; rc == 0 && i < 2; i++)
        (void)sc_save_file_write(&file, pictures[i]);
    faults_exempt(true);
    check_saved(&pictures[0], &pictures[1]);
    if (rc == 0)
        sc_save_file_fini(&file);
    free(jpeg[0]);
    free(jpeg[1]);
}

/* Returns whether any failed. */
static bool fail_each(const char *name, void (*act)(void), size_t i, int error, int n_more)
{
    size_t n;
    bool has_failed = true;
    int nth = 0;
    for (; has_failed && nth < N_MOST; nth++) {
        int before = faults_n_descriptors();
        (void)snprintf(doing, sizeof doing, "%s, %s %d (%s)", name, faults_calls(&n)[i].name, nth,
                       strerror(error));
        faults_arm(i, error, nth, n_more);
        act();
        has_failed = faults_disarm();
        if (faults_n_descriptors() != before)
            fail_msg("%s: %d descriptors became %d", doing, before, faults_n_descriptors());
    }
    return nth > 1;
}

static void fail_all(const char *name, void (*act)(void))
{
    static const int in_a_row[] = {0, 1, 3};
    size_t n;
    const struct faults_call *calls = faults_calls(&n);
    act(); /* what is made once is made */
    for (size_t i = 0; i < n; i++)
        for (const int *error = calls[i].errors; *error; error++) {
            bool is_called = true;
            for (size_t w = 0; is_called && w < sizeof in_a_row / sizeof *in_a_row; w++)
                is_called = fail_each(name, act, i, *error, in_a_row[w]);
        }
    act();
}

static void check_whole(const char *argument, int number)
{
    rig_start(the_rig, argument);
    assert_int_equal(rig_read(the_rig, RIG_PATIENCE_MS), number);
    rig_stop(the_rig);
}

static void a_watched_file(void **state)
{
    (void)state;
    fail_all("watch", watch_a_file);
    rig_replace("w.jpg", 7);
    check_whole("watch:w.jpg", 7);
}

static void a_folder(void **state)
{
    (void)state;
    assert_int_equal(mkdir("pictures", 0700), 0);
    rig_write("pictures/1.jpg", 1);
    rig_write("pictures/2.jpg", 2);
    fail_all("files", show_a_folder);
    check_whole("files:pictures", 1);
}

static void a_pipe(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    fail_all("pipe", read_a_pipe);
}

static void a_pattern(void **state)
{
    (void)state;
    rig_stop(the_rig);
    if (rig_make(the_rig, "test:") == 0)
        fail_all("test", draw_a_pattern);
}

static void a_saved_file(void **state)
{
    (void)state;
    assert_int_equal(mkdir("saved", 0700), 0);
    rig_write("saved/s.jpg", 1);
    fail_all("save", save_pictures);
}

static int set_up(void **state)
{
    faults_exempt(true);
    int rc = rig_setup(state);
    the_rig = *state;
    return rc;
}

static int tell(void **state)
{
    (void)state;
    print_message("# %lu system calls and %lu allocations failed\n", faults_n_calls(),
                  faults_n_allocations());
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, rig_teardown)
        TEST(a_watched_file), TEST(a_folder), TEST(a_pipe), TEST(a_pattern), TEST(a_saved_file),
    };
    return cmocka_run_group_tests(tests, NULL, tell);
}
