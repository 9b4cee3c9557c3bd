/* SPDX-License-Identifier: MIT */
/* Files that always hold a whole picture. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/own.h"
#include "rig.h"
#include "sink/saver.h"
#include "stillcast/stream.h"

#define LIMIT_BYTES (1 << 20)

static int enter_folder(void **state)
{
    char *folder = strdup("/tmp/test_save.XXXXXX");
    *state = folder;
    return folder && mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    char *folder SC_AUTO(sc_own_free) = *state;
    static const char *const files[] = {"a.jpg", "b.jpg", "link.jpg", ".a.jpg.new"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        (void)unlink(files[i]);
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static size_t look(const char *path, char *out_text, size_t text_bytes)
{
    FILE *file = fopen(path, "r");
    size_t n = file ? fread(out_text, 1, text_bytes, file) : 0;
    if (file)
        assert_int_equal(fclose(file), 0);
    return n;
}

static void assert_holds(const char *path, const char *text)
{
    char found[64] = "";
    size_t n = look(path, found, sizeof found - 1);
    assert_int_equal(n, strlen(text));
    assert_string_equal(found, text);
}

static int save(const char *path, const char *text)
{
    struct sc_save_file file SC_AUTO(sc_save_file_fini) = {0};
    struct sc_err err = {0};
    assert_int_equal(sc_save_file_init(&file, path, &err), 0);
    return sc_save_file_write(&file, (struct sc_slice){(const uint8_t *)text, strlen(text)});
}

static void what_is_no_file_is_refused(void **state)
{
    static const struct {
        const char *path;
        int rc;
    } cases[] = {{"", -EISDIR}, {".", -EISDIR}, {"folder/", -EISDIR}, {"/dev/null", -EINVAL}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_save_file file;
        struct sc_err err = {0};
        int rc = sc_save_file_init(&file, cases[i].path, &err);
        if (rc != cases[i].rc || !err.text[0])
            fail_msg("'%s': %d %s", cases[i].path, rc, err.text);
    }
}

static void a_picture_takes_the_place_of_the_one_before(void **state)
{
    struct stat status;
    (void)state;
    put("a.jpg", "a longer one from before");
    assert_int_equal(save("a.jpg", "new"), 0);
    assert_holds("a.jpg", "new");
    assert_int_equal(stat("a.jpg", &status), 0);
    assert_int_equal(status.st_mode & 0777, 0644);
    assert_int_equal(access(".a.jpg.new", F_OK), -1);
}

static void what_an_earlier_run_left_is_not_written_to(void **state)
{
    (void)state;
    put("b.jpg", "somebody's");
    assert_int_equal(symlink("b.jpg", ".a.jpg.new"), 0);
    assert_int_equal(save("a.jpg", "new"), 0);
    assert_holds("a.jpg", "new");
    assert_holds("b.jpg", "somebody's");
}

static void of_a_link_it_is_the_file_behind_it_that_is_written(void **state)
{
    struct stat status;
    (void)state;
    put("b.jpg", "old");
    assert_int_equal(symlink("b.jpg", "link.jpg"), 0);
    assert_int_equal(save("link.jpg", "new"), 0);
    assert_holds("b.jpg", "new");
    assert_int_equal(lstat("link.jpg", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
}

static void what_cannot_be_written_leaves_the_old_one(void **state)
{
    (void)state;
    assert_int_equal(save("missing/a.jpg", "new"), -ENOENT);
    put("a.jpg", "old");
    assert_int_equal(mkdir(".a.jpg.new", 0700), 0);
    assert_int_equal(save("a.jpg", "new"), -EEXIST);
    assert_holds("a.jpg", "old");
    assert_int_equal(rmdir(".a.jpg.new"), 0);
}

/* --- the saver --- */

struct show {
    struct sc_pool *pool;
    struct sc_registry *registry;
    struct sc_stream *stream;
    struct sc_saver *saver;
};

static void begin(struct show *show)
{
    *show = (struct show){0};
    assert_int_equal(sc_pool_create(LIMIT_BYTES, LIMIT_BYTES, &show->pool), 0);
    assert_int_equal(sc_registry_create(4, &show->registry), 0);
    assert_int_equal(sc_registry_add(show->registry, "a", SC_STREAM_SOURCED, &show->stream, NULL),
                     0);
    assert_int_equal(sc_saver_create(show->registry, &show->saver), 0);
}

static void end(struct show *show)
{
    sc_saver_destroy(&show->saver);
    sc_stream_unref(&show->stream);
    sc_registry_destroy(&show->registry);
    sc_pool_unref(&show->pool);
}

static int add(struct show *show, const char *stream, const char *path)
{
    struct sc_save_file file;
    assert_int_equal(sc_save_file_init(&file, path, NULL), 0);
    return sc_saver_add(show->saver, stream, &file, 0, NULL);
}

static void publish(struct show *show, int number)
{
    size_t bytes;
    struct sc_draft *draft = NULL;
    const struct sc_frame *frame = NULL;
    uint8_t *jpeg SC_AUTO(sc_own_free) = rig_picture(number, &bytes);
    assert_int_equal(sc_draft_create(show->pool, bytes, &draft), 0);
    assert_int_equal(sc_draft_append(draft, jpeg, bytes), 0);
    assert_int_equal(sc_draft_seal(&draft, &(struct sc_seal){0}, &frame, NULL), 0);
    assert_int_equal(sc_stream_publish(show->stream, &frame, NULL), 0);
}

static void the_last_picture_is_in_the_file_at_the_end(void **state)
{
    struct show show;
    uint8_t found[4096];
    size_t bytes;
    (void)state;
    begin(&show);
    assert_int_equal(add(&show, "a", "a.jpg"), 0);
    assert_int_equal(sc_saver_start(show.saver), 0);
    for (int i = 1; i <= 20; i++)
        publish(&show, i);
    sc_saver_destroy(&show.saver);
    uint8_t *last SC_AUTO(sc_own_free) = rig_picture(20, &bytes);
    assert_int_equal(look("a.jpg", (char *)found, sizeof found), bytes);
    assert_memory_equal(found, last, bytes);
    assert_true(sc_stream_stats(show.stream)->n_saved >= 1);
    assert_int_equal(sc_stream_stats(show.stream)->n_save_failures, 0);
    assert_false(sc_stream_has_demand(show.stream));
    end(&show);
}

static void what_cannot_be_saved_is_counted(void **state)
{
    struct show show;
    (void)state;
    begin(&show);
    assert_int_equal(add(&show, "a", "missing/a.jpg"), 0);
    assert_int_equal(add(&show, "nobody", "b.jpg"), 0);
    publish(&show, 1);
    assert_int_equal(sc_saver_start(show.saver), 0);
    sc_saver_destroy(&show.saver);
    assert_true(sc_stream_stats(show.stream)->n_save_failures >= 1);
    assert_int_equal(sc_stream_stats(show.stream)->n_saved, 0);
    end(&show);
}

static void a_file_holds_one_stream(void **state)
{
    struct show show;
    (void)state;
    put("b.jpg", "");
    assert_int_equal(symlink("b.jpg", "link.jpg"), 0);
    begin(&show);
    assert_int_equal(add(&show, "a", "b.jpg"), 0);
    assert_int_equal(add(&show, "other", "b.jpg"), -EEXIST);
    assert_int_equal(add(&show, "other", "link.jpg"), -EEXIST);
    assert_int_equal(add(&show, "other", "a.jpg"), 0);
    end(&show);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_no_file_is_refused),
        TEST(a_picture_takes_the_place_of_the_one_before),
        TEST(what_an_earlier_run_left_is_not_written_to),
        TEST(of_a_link_it_is_the_file_behind_it_that_is_written),
        TEST(what_cannot_be_written_leaves_the_old_one),
        TEST(the_last_picture_is_in_the_file_at_the_end),
        TEST(what_cannot_be_saved_is_counted),
        TEST(a_file_holds_one_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
